/// The ceilings that a stored hash must stay under to be verified at all.
///
/// A stored hash names its own cost, and whoever wrote it may be hostile: a 60-byte text can ask for terabytes. Every
/// parameter is therefore held against these ceilings, in wide integers, before any memory is taken.
/// A hash above one answers [`HashError::TooCostly`](super::HashError::TooCostly), which is not "wrong password".
///
/// ```
/// use waystation::password::{Argon2Limits, Limits};
///
/// let limits = Limits::default().password_bytes(1_024).argon2(Argon2Limits::default().memory_kib(1024 * 1024));
/// assert_eq!(limits.argon2.memory_kib, 1_048_576);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest password in bytes. Default 4,096.
    pub password_bytes: usize,
    /// Longest stored hash in bytes. Default 4,096.
    pub hash_bytes: usize,
    /// Longest salt in bytes, of the schemes that have no limit of their own. Default 1,024.
    pub salt_bytes: usize,
    /// Ceilings for Argon2.
    pub argon2: Argon2Limits,
    /// Ceilings for bcrypt.
    pub bcrypt: BcryptLimits,
    /// Ceilings for digests that are iterated, crypt(3)'s included.
    pub digest: DigestLimits,
    /// Ceilings for PBKDF2.
    pub pbkdf2: Pbkdf2Limits,
    /// Ceilings for scrypt.
    pub scrypt: ScryptLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            password_bytes: 4_096,
            hash_bytes: 4_096,
            salt_bytes: 1_024,
            argon2: Argon2Limits::default(),
            bcrypt: BcryptLimits::default(),
            digest: DigestLimits::default(),
            pbkdf2: Pbkdf2Limits::default(),
            scrypt: ScryptLimits::default(),
        }
    }
}

impl Limits {
    /// Sets the longest password in bytes.
    pub fn password_bytes(mut self, bytes: usize) -> Self {
        self.password_bytes = bytes;
        self
    }

    /// Sets the longest stored hash in bytes.
    pub fn hash_bytes(mut self, bytes: usize) -> Self {
        self.hash_bytes = bytes;
        self
    }

    /// Sets the longest salt in bytes.
    pub fn salt_bytes(mut self, bytes: usize) -> Self {
        self.salt_bytes = bytes;
        self
    }

    /// Sets the ceilings for Argon2.
    pub fn argon2(mut self, limits: Argon2Limits) -> Self {
        self.argon2 = limits;
        self
    }

    /// Sets the ceilings for bcrypt.
    pub fn bcrypt(mut self, limits: BcryptLimits) -> Self {
        self.bcrypt = limits;
        self
    }

    /// Sets the ceilings for iterated digests.
    pub fn digest(mut self, limits: DigestLimits) -> Self {
        self.digest = limits;
        self
    }

    /// Sets the ceilings for PBKDF2.
    pub fn pbkdf2(mut self, limits: Pbkdf2Limits) -> Self {
        self.pbkdf2 = limits;
        self
    }

    /// Sets the ceilings for scrypt.
    pub fn scrypt(mut self, limits: ScryptLimits) -> Self {
        self.scrypt = limits;
        self
    }

    /// The most memory, in bytes, that one hash within these limits can ask for.
    pub(super) fn largest_hash(&self) -> u64 {
        (u64::from(self.argon2.memory_kib) * 1_024).max(self.scrypt.memory_bytes)
    }
}

/// Ceilings for stored Argon2 hashes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Argon2Limits {
    /// Most memory (`m`) in KiB. Default 262,144: 256 MiB, which is what Dovecot writes.
    pub memory_kib: u32,
    /// Most passes (`t`). Default 20.
    pub passes: u32,
    /// Most lanes (`p`). Default 64.
    pub lanes: u32,
    /// Most memory times passes, in KiB: what the hash costs in time. Default 2,097,152 (2 GiB).
    pub work_kib: u64,
    /// Longest salt in bytes; the shortest is 8, as in RFC 9106. Default 64.
    pub salt_bytes: usize,
    /// Shortest output in bytes. Default 16; the format allows 4, which one guess in four thousand million opens.
    pub min_output_bytes: usize,
    /// Longest output in bytes. Default 128.
    pub max_output_bytes: usize,
}

impl Default for Argon2Limits {
    fn default() -> Self {
        Self {
            memory_kib: 256 * 1_024,
            passes: 20,
            lanes: 64,
            work_kib: 2 * 1_024 * 1_024,
            salt_bytes: 64,
            min_output_bytes: 16,
            max_output_bytes: 128,
        }
    }
}

impl Argon2Limits {
    /// Sets the most memory in KiB.
    pub fn memory_kib(mut self, kib: u32) -> Self {
        self.memory_kib = kib;
        self
    }

    /// Sets the most passes.
    pub fn passes(mut self, passes: u32) -> Self {
        self.passes = passes;
        self
    }

    /// Sets the most lanes.
    pub fn lanes(mut self, lanes: u32) -> Self {
        self.lanes = lanes;
        self
    }

    /// Sets the most memory times passes, in KiB.
    pub fn work_kib(mut self, kib: u64) -> Self {
        self.work_kib = kib;
        self
    }

    /// Sets the longest salt in bytes.
    pub fn salt_bytes(mut self, bytes: usize) -> Self {
        self.salt_bytes = bytes;
        self
    }

    /// Sets the shortest and the longest output in bytes. Less than 4 is never accepted.
    pub fn output_bytes(mut self, min: usize, max: usize) -> Self {
        self.min_output_bytes = min;
        self.max_output_bytes = max;
        self
    }
}

/// Ceilings for stored bcrypt hashes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BcryptLimits {
    /// Highest cost, the logarithm of the rounds; the lowest is 4. Default 15, about 1.6 seconds.
    pub cost: u32,
}

impl Default for BcryptLimits {
    fn default() -> Self {
        Self { cost: 15 }
    }
}

impl BcryptLimits {
    /// Sets the highest cost. More than 31 does not exist.
    pub fn cost(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }
}

/// Ceilings for stored digests that are iterated: crypt(3), phpass, and what is made of plain digests.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DigestLimits {
    /// Most rounds. Default 5,000,000, some seconds at worst.
    pub rounds: u64,
    /// Longest password in bytes of the schemes whose every round reads it. Default 512.
    pub password_bytes: usize,
}

impl Default for DigestLimits {
    fn default() -> Self {
        Self { rounds: 5_000_000, password_bytes: 512 }
    }
}

impl DigestLimits {
    /// Sets the most rounds.
    pub fn rounds(mut self, rounds: u64) -> Self {
        self.rounds = rounds;
        self
    }

    /// Most bytes that all rounds of a hash may read together: as many for each as a block has, on average.
    #[cfg(feature = "digest")]
    pub(super) fn bytes(&self) -> u64 {
        self.rounds.saturating_mul(128)
    }

    /// Sets the longest password in bytes of the schemes whose every round reads it.
    pub fn password_bytes(mut self, bytes: usize) -> Self {
        self.password_bytes = bytes;
        self
    }
}

/// Ceilings for stored PBKDF2 hashes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Pbkdf2Limits {
    /// Most iterations times output blocks: a key of 64 bytes over SHA-256 is two blocks and costs twice.
    /// Default 10,000,000, about a second over SHA-256.
    pub work: u64,
    /// Longest key in bytes; the shortest is 16. Default 512.
    pub key_bytes: usize,
}

impl Default for Pbkdf2Limits {
    fn default() -> Self {
        Self { work: 10_000_000, key_bytes: 512 }
    }
}

impl Pbkdf2Limits {
    /// Sets the most iterations times output blocks.
    pub fn work(mut self, work: u64) -> Self {
        self.work = work;
        self
    }

    /// Sets the longest key in bytes.
    pub fn key_bytes(mut self, bytes: usize) -> Self {
        self.key_bytes = bytes;
        self
    }
}

/// Ceilings for stored scrypt hashes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ScryptLimits {
    /// Most memory in bytes: 128·r·(N + p). Default 268,435,456 (256 MiB) and 64 KiB for what stands beside the table.
    pub memory_bytes: u64,
    /// Most N·r·p, which is what the hash costs in time. Default 16,777,216 (2²⁴), about a second.
    pub work: u64,
}

impl Default for ScryptLimits {
    fn default() -> Self {
        Self { memory_bytes: 256 * 1_024 * 1_024 + 64 * 1_024, work: 1 << 24 }
    }
}

impl ScryptLimits {
    /// Sets the most memory in bytes.
    pub fn memory_bytes(mut self, bytes: u64) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// Sets the most N·r·p.
    pub fn work(mut self, work: u64) -> Self {
        self.work = work;
        self
    }
}
