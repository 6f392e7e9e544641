use ::hmac::{KeyInit, Mac, SimpleHmac};
use md5::digest::Digest;

use super::{SecretBytes, mdc2::Mdc2};

/// The digests that stored hashes are made with, by the names that configurations use.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Algorithm {
    Md4,
    Md5,
    Mdc2,
    Ripemd160,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha3_224,
    Sha3_256,
    Sha3_384,
    Sha3_512,
    Sha512,
    Whirlpool,
}

/// Runs `$run` with `$digest` as the type of the algorithm.
macro_rules! with_digest {
    ($algorithm:expr, $digest:ident => $run:expr) => {
        with_digest!(@ $algorithm, $digest => $run;
            Md4 md4::Md4, Md5 md5::Md5, Mdc2 Mdc2, Ripemd160 ripemd::Ripemd160, Sha1 sha1::Sha1, Sha224 sha2::Sha224,
            Sha256 sha2::Sha256, Sha384 sha2::Sha384, Sha3_224 sha3::Sha3_224, Sha3_256 sha3::Sha3_256,
            Sha3_384 sha3::Sha3_384, Sha3_512 sha3::Sha3_512, Sha512 sha2::Sha512, Whirlpool whirlpool::Whirlpool)
    };
    (@ $algorithm:expr, $digest:ident => $run:expr; $($name:ident $type:ty),*) => {
        match $algorithm {
            $(Algorithm::$name => {
                type $digest = $type;
                $run
            })*
        }
    };
}

impl Algorithm {
    pub(super) const ALL: [Self; 14] = [
        Self::Md4,
        Self::Md5,
        Self::Mdc2,
        Self::Ripemd160,
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha3_224,
        Self::Sha3_256,
        Self::Sha3_384,
        Self::Sha3_512,
        Self::Sha512,
        Self::Whirlpool,
    ];

    /// Lower case: `sha256`, `sha3_256`, `ripemd160`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Md4 => "md4",
            Self::Md5 => "md5",
            Self::Mdc2 => "mdc2",
            Self::Ripemd160 => "ripemd160",
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha3_224 => "sha3_224",
            Self::Sha3_256 => "sha3_256",
            Self::Sha3_384 => "sha3_384",
            Self::Sha3_512 => "sha3_512",
            Self::Sha512 => "sha512",
            Self::Whirlpool => "whirlpool",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The length of a digest in bytes.
    pub(super) const fn output_bytes(self) -> usize {
        match self {
            Self::Md4 | Self::Md5 | Self::Mdc2 => 16,
            Self::Ripemd160 | Self::Sha1 => 20,
            Self::Sha224 | Self::Sha3_224 => 28,
            Self::Sha256 | Self::Sha3_256 => 32,
            Self::Sha384 | Self::Sha3_384 => 48,
            Self::Sha3_512 | Self::Sha512 | Self::Whirlpool => 64,
        }
    }

    /// The length of the block that it reads in bytes: HMAC hashes longer keys first.
    pub(super) const fn block_bytes(self) -> usize {
        match self {
            Self::Mdc2 => 8,
            Self::Md4 | Self::Md5 | Self::Ripemd160 | Self::Sha1 | Self::Sha224 | Self::Sha256 | Self::Whirlpool => 64,
            Self::Sha384 | Self::Sha512 => 128,
            Self::Sha3_224 => 144,
            Self::Sha3_256 => 136,
            Self::Sha3_384 => 104,
            Self::Sha3_512 => 72,
        }
    }

    /// The digest of the parts, one after the other.
    pub(super) fn digest(self, parts: &[&[u8]]) -> SecretBytes {
        with_digest!(self, D => {
            let mut digest = D::new();
            for part in parts {
                digest.update(part);
            }
            digest.finalize().to_vec().into()
        })
    }

    /// The HMAC (RFC 2104) of the parts, one after the other.
    pub(super) fn hmac(self, key: &[u8], parts: &[&[u8]]) -> SecretBytes {
        with_digest!(self, D => {
            // HMAC takes keys of every length.
            let Ok(mut mac) = SimpleHmac::<D>::new_from_slice(key) else { return SecretBytes::default() };
            for part in parts {
                mac.update(part);
            }
            mac.finalize().into_bytes().to_vec().into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_digests() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.digest(&[]).len(), algorithm.output_bytes(), "{algorithm:?}");
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
            // A key longer than a block is hashed first, one of a block is not.
            let key = vec![7; algorithm.block_bytes() + 1];
            let hashed = algorithm.digest(&[&key]);
            // MDC-2 alone has digests that are longer than its block; what is too long of them is not read.
            let hashed = &hashed.expose()[..hashed.len().min(algorithm.block_bytes())];
            assert_eq!(algorithm.hmac(&key, &[b"a", b"b"]), algorithm.hmac(hashed, &[b"ab"]), "{algorithm:?}");
            let block = &key[1..];
            let hashed = algorithm.digest(&[block]);
            assert_ne!(algorithm.hmac(block, &[b"ab"]), algorithm.hmac(hashed.expose(), &[b"ab"]), "{algorithm:?}");
        }
    }
}
