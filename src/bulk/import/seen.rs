use std::{
    collections::HashSet,
    hash::{BuildHasherDefault, Hasher},
};

use crate::{secret_key::SecretKey, store::OwnedKey};

/// How many keys are kept: some 40 MiB of them.
const MOST: usize = 3_000_000;

/// So many tables, each of which grows by itself, so that no growth takes a copy of all.
const PARTS: usize = 64;

/// The keys of the records that were read, while nothing is known of those that will be: 64 bits of a keyed digest of each,
/// which says for certain that a key is new, and nearly so that it is not.
///
/// Nearly every input is without duplicates, and need not be read twice then.
pub(super) struct Seen {
    secret: SecretKey,
    parts: Vec<HashSet<u64, BuildHasherDefault<Same>>>,
    count: usize,
}

impl Seen {
    pub(super) fn new(secret: SecretKey) -> Self {
        Self { secret, parts: vec![HashSet::default(); PARTS], count: 0 }
    }

    /// Adds the keys of one record. `false` if one of them may have been there, or there is no room.
    pub(super) fn add(&mut self, keys: &[OwnedKey]) -> bool {
        let mut digests = Vec::with_capacity(keys.len());
        for key in keys {
            let digest = key.as_key().digest(&self.secret);
            let first = digest.as_bytes().first_chunk().copied().map_or(0, u64::from_be_bytes);
            // A record may have one key under two names.
            if !digests.contains(&first) {
                digests.push(first);
            }
        }
        for digest in digests {
            // By bits that the tables themselves do not go by.
            let part = usize::try_from((digest >> 32) % PARTS as u64).unwrap_or_default();
            let is_new = self.parts.get_mut(part).is_some_and(|part| part.insert(digest));
            self.count += 1;
            if !is_new || self.count > MOST {
                return false;
            }
        }
        true
    }
}

/// What is a digest already is its own hash.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }
}
