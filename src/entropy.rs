//! Randomness as a parameter.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use blake2::{Blake2b512, Digest};

/// Where salts, ids and tokens come from.
pub trait Entropy: fmt::Debug + Send + Sync + 'static {
    /// Fills `bytes` with random bytes.
    ///
    /// # Errors
    ///
    /// When the source has none to give. Nothing is hashed or stored then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

/// The operating system's random number generator.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(bytes).map_err(|_| EntropyError)
    }
}

/// The same bytes for the same seed: for tests only, since anybody who knows the seed knows every salt.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: Mutex<u64>,
}

impl SeededEntropy {
    /// A source that always starts with the same bytes for `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: Mutex::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(64) {
            let mut digest = Blake2b512::new();
            digest.update(self.seed.to_le_bytes());
            digest.update(drawn.to_le_bytes());
            *drawn += 1;
            for (byte, random) in chunk.iter_mut().zip(digest.finalize()) {
                *byte = random;
            }
        }
        Ok(())
    }
}

/// The source of randomness had nothing to give.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no randomness available")]
#[non_exhaustive]
pub struct EntropyError;

impl EntropyError {
    /// The error of a source that has nothing to give.
    pub const fn new() -> Self {
        Self
    }
}

impl Default for EntropyError {
    fn default() -> Self {
        Self::new()
    }
}
