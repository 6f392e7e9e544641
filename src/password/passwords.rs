use std::{fmt, sync::Arc};

use super::{
    EffectiveInput, HashContext, HashError, HashFormat, HashPolicy, HashingPool, Limits, ParsedHash, Password,
    PasswordError, PasswordForm, PasswordHash, Peppers, Schemes, Strength, Truncation, Work, Workspace, argon2,
    work::Counters,
    wrapped::{self, Wrapping},
};
use crate::entropy::Entropy;

mod attempt;
mod builder;

pub use attempt::Verification;
use attempt::{Attempt, Miss, Reading};
pub use builder::PasswordsBuilder;

/// Verifies passwords against stored hashes and makes new ones, on a [`HashingPool`].
///
/// ```
/// use waystation::password::{HashPolicy, Password, PasswordHash, Passwords, Verification};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let passwords = Passwords::builder().build()?;
/// let stored = PasswordHash::declared("django-sha1", "sha1$xs3Z52fKx4xB$ab313a7e870d9c25c6a1f3a5a8e1d2a6c8f5d4e3");
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
    forms: Forms,
    truncation: Truncation,
    pool: Arc<HashingPool>,
    entropy: Arc<dyn Entropy>,
    counters: Arc<Counters>,
}

impl Passwords {
    /// All schemes, default limits and policy, a pool for this machine.
    pub fn builder() -> PasswordsBuilder {
        PasswordsBuilder::new()
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
            Ok(parsed) => self.run(password, stored, parsed, Miss::MadeUp).await,
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
        self.run(password, stored, parsed, Miss::AsItIs).await
    }

    async fn run(
        &self,
        password: &Password,
        stored: &PasswordHash,
        parsed: Box<dyn ParsedHash>,
        miss: Miss,
    ) -> Result<Verification, PasswordError> {
        let attempt = Attempt {
            password: password.clone(),
            parsed,
            reading: self.reading(stored),
            outdated: self.is_outdated(stored),
            policy: self.policy,
            truncation: self.truncation,
            miss,
            counters: Arc::clone(&self.counters),
        };
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
        let form = self.forms.new;
        self.hash_bytes(form.prepare(password), String::new(), self.new_context(form)).await
    }

    /// A new hash of `password` as a legacy system writes its own, for that system to read.
    ///
    /// # Errors
    ///
    /// As [`hash`](Self::hash); [`PasswordError::Hash`] when the format's parameters are impossible or above the limits,
    /// or its scheme is not registered; [`PasswordError::Unhashable`] when the scheme has no hash of this password.
    pub async fn hash_as(&self, password: &Password, format: &HashFormat) -> Result<PasswordHash, PasswordError> {
        let password = format.prepared(password);
        self.check_length(&password)?;
        let mut salt = vec![0; format.salt_bytes()];
        self.entropy.fill(&mut salt)?;
        // What is written is read first, so that it is computed, and bounded, by the scheme that verifies it.
        let blank = format.hash(&salt, format.blank());
        let parsed = self.parse(&blank)?;
        let password = self.reading(&blank).form.prepare(&password);
        let unhashable = PasswordError::Unhashable { scheme: format.scheme() };
        if password.is_empty() || parsed.effective_input(&password).is_nothing() {
            return Err(unhashable);
        }
        let (cost, counters) = (parsed.cost(), Arc::clone(&self.counters));
        let job = move |workspace: &mut Workspace| {
            counters.hashed();
            parsed.compute(&password, workspace)
        };
        let digest = self.pool.run(cost, job).await??;
        if digest.len() == format.blank().len() { Ok(format.hash(&salt, digest.expose())) } else { Err(unhashable) }
    }

    /// Whether [`hash_as`](Self::hash_as) could make hashes of this format. Computes nothing.
    ///
    /// # Errors
    ///
    /// Why it could not.
    pub fn check_format(&self, format: &HashFormat) -> Result<(), HashError> {
        self.check(&format.hash(&vec![0; format.salt_bytes()], format.blank()))
    }

    /// Where salts come from.
    #[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// What takes the place of `stored` once `password` has opened it: a new hash of the password, or, where only a
    /// part of it was proven, what the [`Truncation`] says, which may be `stored` itself. Costs the same in each case.
    ///
    /// # Errors
    ///
    /// As [`hash`](Self::hash), and when `stored` cannot be verified.
    pub async fn rehash(&self, password: &Password, stored: &PasswordHash) -> Result<PasswordHash, PasswordError> {
        self.check_length(password)?;
        let (parsed, reading) = (self.parse(stored)?, self.reading(stored));
        let whole = reading.whole(password);
        match reading.effective_input(&whole, &*parsed) {
            read if !read.falls_short_of(&whole) => self.hash(password).await,
            EffectiveInput::First(bytes) if self.truncation == Truncation::RehashWhatWasProven => {
                let part = Reading { first_bytes: Some(bytes), ..reading }.part(&whole);
                self.hash_bytes(part, String::new(), self.new_context(reading.form).first_bytes(bytes)).await
            }
            _ => {
                self.decoy(password).await?;
                Ok(stored.clone())
            }
        }
    }

    /// A hash of the current policy over a legacy hash, without knowing the password: so that an imported MD5 does not
    /// rest here as an MD5. It verifies like any other, and becomes a plain one at the next log-in.
    ///
    /// # Errors
    ///
    /// [`PasswordError::Unwrappable`] for a hash of Argon2, and for one whose text does not hold its digest in a known
    /// way; [`PasswordError::Hash`] for one that cannot be verified; and as [`hash`](Self::hash).
    pub async fn wrap(&self, stored: &PasswordHash) -> Result<PasswordHash, PasswordError> {
        let wrapping = Wrapping::of(&self.schemes, stored, &self.limits)?.ok_or(PasswordError::Unwrappable)?;
        if matches!(wrapping.inner.strength(), Strength::Argon2(_)) || stored.scheme() == Some(wrapped::NAME) {
            return Err(PasswordError::Unwrappable);
        }
        let digest = Password::from_bytes(wrapping.digest.expose().to_vec());
        let context = self.new_context(PasswordForm::AsTyped);
        let new = self.hash_bytes(digest, wrapping.prefix, context).await?;
        let new = PasswordHash::declared(wrapped::NAME, new.expose())
            .with_context(new.context().cloned().unwrap_or_default());
        self.check(&new)?;
        Ok(new)
    }

    /// Whether [`wrap`](Self::wrap) could wrap this hash. Computes nothing.
    ///
    /// # Errors
    ///
    /// When the hash cannot be verified.
    pub fn is_wrappable(&self, stored: &PasswordHash) -> Result<bool, HashError> {
        let wrapping = Wrapping::of(&self.schemes, stored, &self.limits)?;
        let is_argon2 = |wrapping: &Wrapping| matches!(wrapping.inner.strength(), Strength::Argon2(_));
        Ok(wrapping.is_some_and(|wrapping| !is_argon2(&wrapping)) && stored.scheme() != Some(wrapped::NAME))
    }

    /// Whether a known password opens its known hash: to be asked before people log in, so that a wrong salt column,
    /// key, pepper or form is found by an operator and not by everybody.
    ///
    /// # Errors
    ///
    /// [`PasswordError::NotProven`] when it does not; else as [`verify`](Self::verify).
    pub async fn prove(&self, password: &Password, stored: &PasswordHash) -> Result<(), PasswordError> {
        match self.verify(password, stored).await? {
            Verification::Match { .. } => Ok(()),
            Verification::Mismatch => Err(PasswordError::NotProven),
        }
    }

    async fn hash_bytes(
        &self,
        bytes: Password,
        prefix: String,
        context: HashContext,
    ) -> Result<PasswordHash, PasswordError> {
        let mut salt = vec![0; self.policy.salt_len()];
        self.entropy.fill(&mut salt)?;
        let secret = self.schemes.peppers().current_key().to_vec();
        let secret = zeroize::Zeroizing::new(secret);
        let (policy, counters) = (self.policy, Arc::clone(&self.counters));
        let job = move |workspace: &mut Workspace| {
            counters.hashed();
            policy.hash(bytes.expose(), &salt, &secret, workspace)
        };
        let text = self.pool.run(policy.cost(), job).await??;
        Ok(PasswordHash::declared(argon2::NAME, prefix + &text).with_context(context))
    }

    /// What has to be kept beside a new hash.
    fn new_context(&self, form: PasswordForm) -> HashContext {
        let pepper = self.schemes.peppers().current().map(str::to_owned);
        let form = Some(form).filter(|form| *form != PasswordForm::AsTyped);
        HashContext { pepper, form, ..HashContext::default() }
    }

    /// How the bytes of a stored hash come from a password.
    fn reading(&self, stored: &PasswordHash) -> Reading {
        let context = stored.context();
        let form = context.and_then(|context| context.form).unwrap_or_else(|| self.forms.of(&self.schemes, stored));
        Reading { form, second: self.forms.second, first_bytes: context.and_then(|context| context.first_bytes) }
    }

    /// Whether a hash as strong as the policy is of another pepper or form than new ones are.
    fn is_outdated(&self, stored: &PasswordHash) -> bool {
        let context = stored.context();
        let pepper = context.and_then(|context| context.pepper.as_deref());
        let key = context.is_some_and(|context| context.key.is_some());
        key || pepper != self.schemes.peppers().current() || self.reading(stored).form != self.forms.new
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

    /// The secrets that go into hashes.
    pub fn peppers(&self) -> &Peppers {
        self.schemes.peppers()
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

    /// What becomes of hashes of which only a part of the password was read.
    pub fn truncation(&self) -> Truncation {
        self.truncation
    }

    fn parse(&self, stored: &PasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
        let parsed = self.schemes.parse(stored, &self.limits)?;
        // With the decoy that a miss may take.
        self.pool.admits(self.schemes.identify(stored)?.name(), parsed.cost().then(self.policy.cost()))?;
        Ok(parsed)
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("policy", &self.policy).field("pool", &self.pool).finish_non_exhaustive()
    }
}

/// The forms of passwords.
#[derive(Clone, Debug, Default)]
struct Forms {
    /// Of new hashes.
    new: PasswordForm,
    /// Of the stored hashes of a scheme.
    of_schemes: Vec<(String, PasswordForm)>,
    /// What is tried on a miss.
    second: Option<PasswordForm>,
}

impl Forms {
    /// The form of a stored hash that does not name its own.
    fn of(&self, schemes: &Schemes, stored: &PasswordHash) -> PasswordForm {
        if self.of_schemes.is_empty() {
            return PasswordForm::AsTyped;
        }
        let inner = wrapped::inner(stored);
        let scheme = schemes.identify(inner.as_ref().unwrap_or(stored)).map(super::scheme::PasswordScheme::name);
        let known = self.of_schemes.iter().find(|(name, _)| scheme.as_ref() == Ok(&name.as_str()));
        known.map(|(_, form)| *form).unwrap_or_default()
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
