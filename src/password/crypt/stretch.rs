//! The rounds of md5-crypt, which SHA-crypt took over: each is a digest of the last one, the password and the salt, in
//! an order that changes.

use md5::block_api::compress as compress_md5;
use sha2::block_api::{compress256, compress512};
use zeroize::Zeroizing;

use crate::password::{SecretBytes, algorithm::Algorithm};

/// The digests that are used so.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stretched {
    Md5,
    Sha256,
    Sha512,
}

/// What a round reads: everything but the last digest, padded to whole blocks.
struct Message {
    bytes: Zeroizing<Vec<u8>>,
    /// Where the digest is put in.
    digest_at: usize,
}

/// The state that MD5 begins with (RFC 1321, 3.3).
const MD5: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// The state that SHA-256 begins with (FIPS 180-4, 5.3.3).
const SHA256: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The state that SHA-512 begins with (FIPS 180-4, 5.3.5).
const SHA512: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

impl Stretched {
    pub(super) const fn algorithm(self) -> Algorithm {
        match self {
            Self::Md5 => Algorithm::Md5,
            Self::Sha256 => Algorithm::Sha256,
            Self::Sha512 => Algorithm::Sha512,
        }
    }

    /// Digests a digest again and again.
    pub(super) fn stretch(self, mut digest: SecretBytes, password: &[u8], salt: &[u8], rounds: u64) -> SecretBytes {
        // There are eight kinds of rounds. All that they have in common is laid out once.
        let mut kinds: [Message; 8] = std::array::from_fn(|kind| {
            let parts = [if kind & 2 == 0 { &[] } else { salt }, if kind & 4 == 0 { &[] } else { password }];
            let middle = Zeroizing::new(parts.concat());
            let empty = SecretBytes::zeroed(digest.len());
            if kind & 1 == 0 {
                self.message(&[empty.expose(), &middle, password], 0)
            } else {
                self.message(&[password, &middle, empty.expose()], password.len() + middle.len())
            }
        });
        for round in 0..rounds {
            let kind =
                usize::from(round % 2 != 0) | usize::from(round % 3 != 0) << 1 | usize::from(round % 7 != 0) << 2;
            let Some(Message { bytes, digest_at }) = kinds.get_mut(kind) else { continue };
            if let Some(place) = bytes.get_mut(*digest_at..*digest_at + digest.len()) {
                place.copy_from_slice(digest.expose());
            }
            self.compress(bytes, digest.as_mut());
        }
        digest
    }

    /// Pads a message: a bit, zeros, and its length in bits.
    fn message(self, parts: &[&[u8]], digest_at: usize) -> Message {
        let (block, length_bytes) = match self {
            Self::Md5 | Self::Sha256 => (64, 8),
            Self::Sha512 => (128, 16),
        };
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let padded = (length + 1 + length_bytes).next_multiple_of(block);
        let mut bytes = Zeroizing::new(Vec::with_capacity(padded));
        for part in parts {
            bytes.extend_from_slice(part);
        }
        bytes.push(0x80);
        let bits = 8 * length as u64;
        if matches!(self, Self::Md5) {
            bytes.resize(padded - 8, 0);
            bytes.extend(bits.to_le_bytes());
        } else {
            bytes.resize(padded - 8, 0);
            bytes.extend(bits.to_be_bytes());
        }
        Message { bytes, digest_at }
    }

    fn compress(self, blocks: &[u8], digest: &mut [u8]) {
        match self {
            Self::Md5 => {
                let mut state = Zeroizing::new(MD5);
                compress_md5(&mut state, blocks.as_chunks().0);
                let words = digest.as_chunks_mut().0.iter_mut().zip(state.iter());
                words.for_each(|(bytes, word)| *bytes = word.to_le_bytes());
            }
            Self::Sha256 => {
                let mut state = Zeroizing::new(SHA256);
                compress256(&mut state, blocks.as_chunks().0);
                let words = digest.as_chunks_mut().0.iter_mut().zip(state.iter());
                words.for_each(|(bytes, word)| *bytes = word.to_be_bytes());
            }
            Self::Sha512 => {
                let mut state = Zeroizing::new(SHA512);
                compress512(&mut state, blocks.as_chunks().0);
                let words = digest.as_chunks_mut().0.iter_mut().zip(state.iter());
                words.for_each(|(bytes, word)| *bytes = word.to_be_bytes());
            }
        }
    }
}

/// The block over and over, as many bytes as asked for.
pub(super) fn recycled(block: &[u8], bytes: usize) -> Zeroizing<Vec<u8>> {
    let mut recycled = Zeroizing::new(Vec::with_capacity(bytes));
    recycled.extend(block.iter().cycle().take(bytes));
    recycled
}

/// The bits of a password's length, the lowest first, down to the highest that is set.
pub(super) fn length_bits(password: &[u8]) -> impl Iterator<Item = bool> {
    let length = password.len();
    (0..usize::BITS - length.leading_zeros()).map(move |bit| length >> bit & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_the_digest_of_what_it_reads() {
        for stretched in [Stretched::Md5, Stretched::Sha256, Stretched::Sha512] {
            let algorithm = stretched.algorithm();
            // Passwords around the ends of blocks.
            for length in (0..4).chain(20..150) {
                let (password, start) = (vec![7; length], algorithm.digest(&[b"start"]));
                let mut expected = start.clone();
                for round in 0..8 {
                    let salt: &[u8] = if round % 3 == 0 { b"" } else { b"salt" };
                    let again: &[u8] = if round % 7 == 0 { b"" } else { &password };
                    expected = if round % 2 == 0 {
                        algorithm.digest(&[expected.expose(), salt, again, &password])
                    } else {
                        algorithm.digest(&[&password, salt, again, expected.expose()])
                    };
                }
                assert_eq!(stretched.stretch(start, &password, b"salt", 8), expected, "{stretched:?} {length}");
            }
        }
    }

    #[test]
    fn the_bits_of_a_length() {
        assert_eq!(length_bits(b"").count(), 0);
        assert_eq!(length_bits(b"123456").collect::<Vec<_>>(), [false, true, true]);
    }
}
