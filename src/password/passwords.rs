use std::{fmt, sync::Arc};

use super::{
    Comparison, Cost, EffectiveInput, HashError, HashPolicy, HashingPool, HashingPoolBuilder, Limits, ParsedHash,
    Password, PasswordError, PasswordHash, Schemes, Work, Workspace, argon2, work::Counters,
};
use crate::{
    clock::Clock,
    entropy::{Entropy, SystemEntropy},
};

/// Verifies passwords against stored hashes and makes new ones, on a [`HashingPool`].
///
/// ```
/// use waystation::password::{HashPolicy, Password, PasswordHash, Passwords, Verification};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let passwords = Passwords::builder().build()?;
/// let stored = PasswordHash::new("sha1$xs3Z52fKx4xB$ab313a7e870d9c25c6a1f3a5a8e1d2a6c8f5d4e3");
/// match passwords.verify(&Password::from("windmolen8"), &stored).await? {
///     Verification::Match { upgrade: true, .. } => { /* let them in, and store what `hash` makes */ }
///     Verification::Match { .. } => { /* let them in */ }
///     _ => { /* refuse */ }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Passwords {
    schemes: Schemes,
    limits: Limits,
    policy: HashPolicy,
    pool: Arc<HashingPool>,
    entropy: Arc<dyn Entropy>,
    counters: Arc<Counters>,
}

impl Passwords {
    /// All schemes, default limits and policy, a pool for this machine.
    pub fn builder() -> PasswordsBuilder {
        PasswordsBuilder {
            schemes: Schemes::standard(),
            limits: Limits::default(),
            policy: HashPolicy::default(),
            pool: PoolChoice::Own(HashingPool::builder()),
            entropy: Arc::new(SystemEntropy),
        }
    }

    /// Whether `password` is the one that `stored` was made from.
    ///
    /// Every answer but a match costs at least one hash of the current policy, whatever the stored scheme costs, so
    /// that the time does not tell which scheme, or whether there is a hash at all. An empty password never matches.
    ///
    /// # Errors
    ///
    /// [`PasswordError::TooLong`] before any work; [`PasswordError::Hash`] when the stored hash cannot be verified,
    /// which is not "wrong password"; [`PasswordError::Overloaded`] when the pool's queue is full.
    pub async fn verify(&self, password: &Password, stored: &PasswordHash) -> Result<Verification, PasswordError> {
        self.check_length(password)?;
        if password.is_empty() {
            self.decoy(password).await?;
            return Ok(Verification::Mismatch);
        }
        match self.parse(stored) {
            Ok(parsed) => self.run(password, parsed, Miss::MadeUp).await,
            Err(error) => {
                self.decoy(password).await?;
                Err(error.into())
            }
        }
    }

    /// The same, except that a miss costs what the stored scheme costs and no more.
    ///
    /// For legacy connections: the migrator pays a decoy for each of their refusals, unknown people's included. A miss
    /// made up here already would cost two, and tell by the time who lives at the legacy system.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub async fn verify_for_connection(
        &self,
        password: &Password,
        stored: &PasswordHash,
    ) -> Result<Verification, PasswordError> {
        self.check_length(password)?;
        if password.is_empty() {
            return Ok(Verification::Mismatch);
        }
        let parsed = self.parse(stored)?;
        self.run(password, parsed, Miss::AsItIs).await
    }

    async fn run(
        &self,
        password: &Password,
        parsed: Box<dyn ParsedHash>,
        miss: Miss,
    ) -> Result<Verification, PasswordError> {
        let (password, counters) = (password.clone(), Arc::clone(&self.counters));
        let attempt = Attempt { password, parsed, policy: self.policy, miss, counters };
        Ok(self.pool.run(attempt.cost(), move |workspace| attempt.run(workspace)).await??)
    }

    /// A new hash of `password` by the current policy, of the scheme `argon2`.
    ///
    /// # Errors
    ///
    /// [`PasswordError::TooLong`] before any work; [`PasswordError::Entropy`] when there is no randomness for the
    /// salt; [`PasswordError::Overloaded`] when the pool's queue is full.
    pub async fn hash(&self, password: &Password) -> Result<PasswordHash, PasswordError> {
        self.check_length(password)?;
        let mut salt = vec![0; self.policy.salt_len()];
        self.entropy.fill(&mut salt)?;
        let (password, policy, counters) = (password.clone(), self.policy, Arc::clone(&self.counters));
        let job = move |workspace: &mut Workspace| {
            counters.hashed();
            policy.hash(password.expose(), &salt, workspace)
        };
        let text = self.pool.run(policy.cost(), job).await??;
        Ok(PasswordHash::declared(argon2::NAME, text))
    }

    /// Costs exactly what one hash of the current policy costs, and does nothing: what an unknown user gets.
    ///
    /// # Errors
    ///
    /// [`PasswordError::TooLong`] before any work; [`PasswordError::Overloaded`] when the pool's queue is full.
    pub async fn decoy(&self, password: &Password) -> Result<(), PasswordError> {
        self.check_length(password)?;
        let (password, policy, counters) = (password.clone(), self.policy, Arc::clone(&self.counters));
        let job = move |workspace: &mut Workspace| {
            counters.decoy();
            policy.decoy(password.expose(), workspace)
        };
        Ok(self.pool.run(policy.cost(), job).await??)
    }

    /// Whether a stored hash could be verified. Reads it, and computes nothing.
    ///
    /// # Errors
    ///
    /// Why it could not.
    pub fn check(&self, stored: &PasswordHash) -> Result<(), HashError> {
        self.parse(stored).map(drop)
    }

    /// What new hashes are made with.
    pub fn policy(&self) -> &HashPolicy {
        &self.policy
    }

    /// The ceilings for stored hashes and for passwords.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The schemes that are known.
    pub fn schemes(&self) -> &Schemes {
        &self.schemes
    }

    /// The pool that the hashes are computed on.
    pub fn pool(&self) -> &Arc<HashingPool> {
        &self.pool
    }

    /// How many hashes were computed so far.
    pub fn work(&self) -> Work {
        self.counters.read()
    }

    fn check_length(&self, password: &Password) -> Result<(), PasswordError> {
        let max = self.limits.password_bytes;
        if password.len() > max { Err(PasswordError::TooLong { max }) } else { Ok(()) }
    }

    fn parse(&self, stored: &PasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
        let parsed = self.schemes.parse(stored, &self.limits)?;
        self.pool.admits(self.schemes.identify(stored)?.name(), parsed.cost())?;
        Ok(parsed)
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("policy", &self.policy).field("pool", &self.pool).finish_non_exhaustive()
    }
}

/// What [`Passwords::verify`] found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum Verification {
    /// The right password.
    #[non_exhaustive]
    Match {
        /// Whether the stored hash is weaker than the policy and should be replaced by what [`Passwords::hash`] makes
        /// of the same password. Never set together with `truncated`.
        upgrade: bool,
        /// Whether the password is longer than what its scheme looked at: the rest was never proven, so a hash of the
        /// whole must not replace the stored one.
        truncated: bool,
    },
    /// Not the right password.
    Mismatch,
}

/// What a wrong password costs.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Miss {
    /// What the stored scheme costs.
    AsItIs,
    /// At least what the policy costs.
    MadeUp,
}

/// One password against one stored hash, on its way through the pool.
struct Attempt {
    password: Password,
    parsed: Box<dyn ParsedHash>,
    policy: HashPolicy,
    miss: Miss,
    counters: Arc<Counters>,
}

impl Attempt {
    fn comparison(&self) -> Comparison {
        self.parsed.strength().compare(&self.policy.strength())
    }

    /// Whether a miss has to be made up to the cost of the policy: a hash that is at least as strong costs that itself.
    fn is_cheap(&self) -> bool {
        self.miss == Miss::MadeUp && !matches!(self.comparison(), Comparison::Equal | Comparison::Stronger)
    }

    fn cost(&self) -> Cost {
        let policy = if self.is_cheap() { self.policy.cost().memory_bytes } else { 0 };
        Cost::memory(self.parsed.cost().memory_bytes.max(policy))
    }

    fn run(self, workspace: &mut Workspace) -> Result<Verification, HashError> {
        self.counters.verified();
        let read = self.parsed.effective_input(&self.password);
        // Of which nothing is read, that is the empty password in other bytes, and no more let in than that.
        let verified =
            self.parsed.verify(&self.password, workspace).map(|matches| matches && read != EffectiveInput::Prefix(0));
        if verified != Ok(true) && self.is_cheap() {
            self.counters.decoy();
            self.policy.decoy(self.password.expose(), workspace)?;
        }
        if !verified? {
            return Ok(Verification::Mismatch);
        }
        let truncated = match read {
            EffectiveInput::Prefix(bytes) => self.password.len() > bytes,
            EffectiveInput::Whole => false,
        };
        let upgrade = self.comparison() == Comparison::Weaker && !truncated;
        Ok(Verification::Match { upgrade, truncated })
    }
}

/// What [`Passwords`] are made from.
#[derive(Clone, Debug)]
#[must_use]
pub struct PasswordsBuilder {
    schemes: Schemes,
    limits: Limits,
    policy: HashPolicy,
    pool: PoolChoice,
    entropy: Arc<dyn Entropy>,
}

#[derive(Clone, Debug)]
enum PoolChoice {
    Own(HashingPoolBuilder),
    Shared(Arc<HashingPool>),
}

impl PasswordsBuilder {
    /// Sets the schemes of stored hashes. Default: [`Schemes::standard`].
    pub fn schemes(mut self, schemes: Schemes) -> Self {
        self.schemes = schemes;
        self
    }

    /// Sets the ceilings for stored hashes and for passwords.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets what new hashes are made with.
    pub fn policy(mut self, policy: HashPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Uses a pool that others use as well. Takes the place of the four settings below.
    pub fn pool(mut self, pool: Arc<HashingPool>) -> Self {
        self.pool = PoolChoice::Shared(pool);
        self
    }

    /// Sets how many hashes run at once. See [`HashingPoolBuilder::threads`].
    pub fn threads(self, threads: usize) -> Self {
        self.own(|pool| pool.threads(threads))
    }

    /// Sets how many jobs may wait. See [`HashingPoolBuilder::queue`].
    pub fn queue(self, jobs: usize) -> Self {
        self.own(|pool| pool.queue(jobs))
    }

    /// Sets the bytes of memory for hashing. See [`HashingPoolBuilder::memory_bytes`].
    pub fn memory_bytes(self, bytes: u64) -> Self {
        self.own(|pool| pool.memory_bytes(bytes))
    }

    /// Sets the clock that jobs are timed with. See [`HashingPoolBuilder::clock`].
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        self.own(|pool| pool.clock(clock))
    }

    /// Sets where salts come from. Default: the operating system.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// Starts the pool.
    ///
    /// # Errors
    ///
    /// [`PasswordError::Thread`] when there is no thread to be had; [`PasswordError::Hash`] when the policy makes
    /// hashes that the limits or the pool's memory would refuse.
    pub fn build(self) -> Result<Passwords, PasswordError> {
        self.policy.check(&self.limits)?;
        let pool = match self.pool {
            PoolChoice::Own(pool) => Arc::new(pool.build()?),
            PoolChoice::Shared(pool) => pool,
        };
        pool.admits(argon2::NAME, self.policy.cost())?;
        Ok(Passwords {
            schemes: self.schemes,
            limits: self.limits,
            policy: self.policy,
            pool,
            entropy: self.entropy,
            counters: Arc::default(),
        })
    }

    fn own(mut self, change: impl FnOnce(HashingPoolBuilder) -> HashingPoolBuilder) -> Self {
        let pool = match self.pool {
            PoolChoice::Own(pool) => pool,
            PoolChoice::Shared(_) => HashingPool::builder(),
        };
        self.pool = PoolChoice::Own(change(pool));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::EntropyError;

    /// A source that has nothing to give.
    #[derive(Debug)]
    struct Dry;

    impl Entropy for Dry {
        fn fill(&self, _bytes: &mut [u8]) -> Result<(), EntropyError> {
            Err(EntropyError)
        }
    }

    #[tokio::test]
    async fn without_randomness_nothing_is_hashed() {
        let passwords = Passwords::builder().threads(1).entropy(Arc::new(Dry)).build().unwrap();
        assert_eq!(passwords.hash(&"right".into()).await, Err(PasswordError::Entropy(EntropyError)));
        assert_eq!(passwords.work(), Work::default());
    }
}
