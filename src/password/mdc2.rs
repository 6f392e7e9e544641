//! MDC-2 (ISO/IEC 10118-2) over DES, as OpenSSL has it: 16 bytes of digest from blocks of 8, the last one filled up
//! with zeros.

use des::{
    Des,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use md5::digest::{
    FixedOutput, HashMarker, Output, OutputSizeUser, Reset, Update,
    common::BlockSizeUser,
    typenum::{U8, U16},
};
use zeroize::Zeroize;

/// The two halves of the state before any block, from the standard.
const START: [[u8; BLOCK]; 2] = [[0x52; BLOCK], [0x25; BLOCK]];

const BLOCK: usize = 8;

/// A digest under way.
#[derive(Clone)]
pub(super) struct Mdc2 {
    halves: [[u8; BLOCK]; 2],
    pending: [u8; BLOCK],
    pending_bytes: usize,
}

impl Mdc2 {
    fn absorb(&mut self, block: [u8; BLOCK]) {
        let [left, right] = &mut self.halves;
        // Two bits of each key are fixed, so that it is none of DES's weak ones and the keys differ.
        let encrypted = encrypt(*left, 0x40, block);
        let other = encrypt(*right, 0x20, block);
        let (mine, theirs) = (xor(encrypted, block), xor(other, block));
        *left = crossed(mine, theirs);
        *right = crossed(theirs, mine);
    }
}

/// The block under a half of the state, two bits of which are set to a fixed value first.
fn encrypt(mut key: [u8; BLOCK], bit: u8, block: [u8; BLOCK]) -> [u8; BLOCK] {
    let [first, ..] = &mut key;
    *first = (*first & 0x9f) | bit;
    let mut block = block.into();
    Des::new(&key.into()).encrypt_block(&mut block);
    block.into()
}

fn xor(left: [u8; BLOCK], right: [u8; BLOCK]) -> [u8; BLOCK] {
    (u64::from_be_bytes(left) ^ u64::from_be_bytes(right)).to_be_bytes()
}

/// The first four bytes of one and the last four of the other.
fn crossed(first: [u8; BLOCK], last: [u8; BLOCK]) -> [u8; BLOCK] {
    const LAST: u64 = 0xffff_ffff;
    ((u64::from_be_bytes(first) & !LAST) | (u64::from_be_bytes(last) & LAST)).to_be_bytes()
}

impl Default for Mdc2 {
    fn default() -> Self {
        Self { halves: START, pending: [0; BLOCK], pending_bytes: 0 }
    }
}

impl Drop for Mdc2 {
    fn drop(&mut self) {
        self.halves.zeroize();
        self.pending.zeroize();
    }
}

impl HashMarker for Mdc2 {}

impl OutputSizeUser for Mdc2 {
    type OutputSize = U16;
}

impl BlockSizeUser for Mdc2 {
    type BlockSize = U8;
}

impl Update for Mdc2 {
    fn update(&mut self, data: &[u8]) {
        for byte in data {
            if let Some(place) = self.pending.get_mut(self.pending_bytes) {
                *place = *byte;
                self.pending_bytes += 1;
            }
            if self.pending_bytes == BLOCK {
                let block = std::mem::take(&mut self.pending);
                self.pending_bytes = 0;
                self.absorb(block);
            }
        }
    }
}

impl Reset for Mdc2 {
    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl FixedOutput for Mdc2 {
    fn finalize_into(mut self, out: &mut Output<Self>) {
        if self.pending_bytes > 0 {
            let block = self.pending;
            self.absorb(block);
        }
        for (half, place) in self.halves.iter().zip(out.chunks_mut(BLOCK)) {
            place.copy_from_slice(half);
        }
    }
}

#[cfg(test)]
mod tests {
    use md5::digest::Digest;

    use super::*;
    use crate::password::field;

    /// Made by OpenSSL's legacy provider: none, a part of a block, one, two, three blocks.
    const VECTORS: [(&str, &str); 5] = [
        ("", "52525252525252522525252525252525"),
        ("a", "04f59c1ce01b9b54d329c2baae4f6c9f"),
        ("12345678", "e5d00157a07c89b76b7fd9d1e834e4aa"),
        ("exactly sixteen.", "21ce63ad64dcf17d66c2c328f2932bbf"),
        ("Now is the time for all ", "42e50cd224baceba760bdd2bd409281a"),
    ];

    #[test]
    fn digests_are_those_of_openssl() {
        for (text, expected) in VECTORS {
            let digest = Mdc2::digest(text.as_bytes());
            assert_eq!(std::str::from_utf8(&field::to_hex(&digest)), Ok(expected), "{text:?}");
        }
    }
}
