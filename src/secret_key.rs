//! A secret key and the keyed digests made with it.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use blake2::{
    Blake2bMac,
    digest::{KeyInit, Mac, consts::U32},
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::entropy::{Entropy, EntropyError};

/// 32 secret bytes that turn identifiers, passwords and tokens into digests nobody can compute without them.
///
/// Keyed BLAKE2b (RFC 7693) with a domain label, so that a digest made for one purpose means nothing for another.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; 32]>);

impl SecretKey {
    /// The key with these bytes. They must be random, not a pass phrase.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A fresh key.
    ///
    /// # Errors
    ///
    /// When there is no randomness to be had.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// The key's bytes, to be kept somewhere safe.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest of `parts` under this key for the purpose named by `domain`.
    ///
    /// Each part goes in with its length, so no two different lists of parts share their input.
    pub fn digest(&self, domain: &str, parts: &[&[u8]]) -> KeyedDigest {
        let mut block = Zeroizing::new([0; 64]);
        for (byte, key) in block.iter_mut().zip(self.0.iter()) {
            *byte = *key;
        }
        let mut mac = Blake2bMac::<U32>::new((&*block).into());
        for part in std::iter::once(domain.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        KeyedDigest(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// What [`SecretKey::digest`] makes. Equality takes the same time wherever two digests differ.
#[derive(Clone, Copy, Eq)]
pub struct KeyedDigest([u8; 32]);

impl KeyedDigest {
    /// The digest with these bytes, as a store kept them.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for KeyedDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Hash for KeyedDigest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for KeyedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedDigest(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_key_and_the_split_between_parts_all_count() {
        let key = SecretKey::from_bytes([7; 32]);
        let digest = key.digest("a", &[b"bc", b"d"]);
        assert_eq!(digest, key.digest("a", &[b"bc", b"d"]));
        assert_ne!(digest, key.digest("a", &[b"b", b"cd"]));
        assert_ne!(digest, key.digest("ab", &[b"c", b"d"]));
        assert_ne!(digest, SecretKey::from_bytes([8; 32]).digest("a", &[b"bc", b"d"]));
        assert_eq!(format!("{key:?} {digest:?}"), "SecretKey(..) KeyedDigest(..)");
    }
}
