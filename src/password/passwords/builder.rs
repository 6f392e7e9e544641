use std::sync::Arc;

use super::{Forms, Passwords};
use crate::{
    clock::Clock,
    entropy::{Entropy, SystemEntropy},
    password::{
        HashPolicy, HashingPool, HashingPoolBuilder, Limits, PasswordError, PasswordForm, Peppers, Schemes, Truncation,
        argon2,
    },
};

/// What [`Passwords`] are made from.
#[derive(Clone, Debug)]
#[must_use]
pub struct PasswordsBuilder {
    schemes: Schemes,
    peppers: Peppers,
    limits: Limits,
    policy: HashPolicy,
    forms: Forms,
    truncation: Truncation,
    pool: PoolChoice,
    entropy: Arc<dyn Entropy>,
}

#[derive(Clone, Debug)]
enum PoolChoice {
    Own(HashingPoolBuilder),
    Shared(Arc<HashingPool>),
}

impl PasswordsBuilder {
    /// All schemes, default limits and policy, a pool for this machine.
    pub(super) fn new() -> Self {
        Self {
            schemes: Schemes::standard(),
            peppers: Peppers::none(),
            limits: Limits::default(),
            policy: HashPolicy::default(),
            forms: Forms::default(),
            truncation: Truncation::default(),
            pool: PoolChoice::Own(HashingPool::builder()),
            entropy: Arc::new(SystemEntropy),
        }
    }

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

    /// Sets the peppers: of new hashes, and of those that name one. Default: none.
    pub fn peppers(mut self, peppers: Peppers) -> Self {
        self.peppers = peppers;
        self
    }

    /// Sets the form of the passwords that new hashes are made of. A hash of another form is made anew at the next
    /// log-in. Default: as typed.
    pub fn form(mut self, form: PasswordForm) -> Self {
        self.forms.new = form;
        self
    }

    /// Sets the form in which the passwords of stored hashes of one scheme were hashed. Default: as typed.
    pub fn form_of(mut self, scheme: impl Into<String>, form: PasswordForm) -> Self {
        self.forms.of_schemes.push((scheme.into(), form));
        self
    }

    /// Tries this form as well, when a password with letters beyond ASCII does not match as it should. One only, and
    /// none by default: such a miss costs two hashes.
    pub fn second_form(mut self, form: PasswordForm) -> Self {
        self.forms.second = Some(form);
        self
    }

    /// Sets what becomes of a hash whose scheme read only a part of the password. Default: it is kept.
    pub fn truncation(mut self, truncation: Truncation) -> Self {
        self.truncation = truncation;
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
            schemes: self.schemes.with_peppers(self.peppers),
            limits: self.limits,
            policy: self.policy,
            forms: self.forms,
            truncation: self.truncation,
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
