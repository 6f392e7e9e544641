use std::sync::atomic::{AtomicU64, Ordering};

/// How many hashes were computed, and what for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Work {
    /// Stored hashes that a password was verified against.
    pub verified: u64,
    /// New hashes.
    pub hashed: u64,
    /// Policy hashes that were computed for the time they take.
    pub decoys: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    verified: AtomicU64,
    hashed: AtomicU64,
    decoys: AtomicU64,
}

impl Counters {
    pub(super) fn verified(&self) {
        self.verified.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn hashed(&self) {
        self.hashed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn decoy(&self) {
        self.decoys.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Work {
        Work {
            verified: self.verified.load(Ordering::Relaxed),
            hashed: self.hashed.load(Ordering::Relaxed),
            decoys: self.decoys.load(Ordering::Relaxed),
        }
    }
}
