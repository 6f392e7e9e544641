use std::sync::Arc;

use crate::password::{
    Comparison, Cost, EffectiveInput, HashError, HashPolicy, ParsedHash, Password, PasswordForm, Truncation, Workspace,
    work::Counters,
};

/// What [`Passwords::verify`](super::Passwords::verify) found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum Verification {
    /// The right password.
    #[non_exhaustive]
    Match {
        /// Whether the stored hash should be replaced by what [`Passwords::rehash`](super::Passwords::rehash) makes of
        /// it: it is weaker than the policy, or of another pepper or form.
        upgrade: bool,
        /// Whether the password is more than what its scheme looked at: the rest was never proven, so a hash of the
        /// whole must not replace the stored one.
        truncated: bool,
        /// Whether the person should choose a new password: it is `truncated`, and the host wants that
        /// ([`Truncation::MustChange`]).
        must_change: bool,
    },
    /// Not the right password.
    Mismatch,
}

/// What a wrong password costs.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Miss {
    /// What the stored scheme costs.
    AsItIs,
    /// At least what the policy costs.
    MadeUp,
}

/// One password against one stored hash, on its way through the pool.
pub(super) struct Attempt {
    pub(super) password: Password,
    pub(super) parsed: Box<dyn ParsedHash>,
    pub(super) reading: Reading,
    /// Whether the hash is to be made anew although it is as strong as the policy: its pepper or form is another.
    pub(super) outdated: bool,
    pub(super) policy: HashPolicy,
    pub(super) truncation: Truncation,
    pub(super) miss: Miss,
    pub(super) counters: Arc<Counters>,
}

/// How the bytes of a stored hash come from what is typed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    pub(super) form: PasswordForm,
    /// The form that is tried on a miss.
    pub(super) second: Option<PasswordForm>,
    /// The hash is of so many bytes at most.
    pub(super) first_bytes: Option<usize>,
}

impl Reading {
    /// The password in the form of the hash, whole.
    pub(super) fn whole(&self, password: &Password) -> Password {
        self.form.prepare(password)
    }

    /// The part of it that the hash is of.
    pub(super) fn part(&self, whole: &Password) -> Password {
        match self.first_bytes.and_then(|bytes| whole.expose().get(..bytes)) {
            Some(part) => Password::from_bytes(part.to_vec()),
            None => whole.clone(),
        }
    }

    /// What was read of a password in the form of the hash.
    pub(super) fn effective_input(&self, whole: &Password, parsed: &dyn ParsedHash) -> EffectiveInput {
        match (self.first_bytes, parsed.effective_input(&self.part(whole))) {
            (Some(bytes), EffectiveInput::Whole) => EffectiveInput::First(bytes),
            (_, read) => read,
        }
    }
}

impl Attempt {
    fn comparison(&self) -> Comparison {
        self.parsed.strength().compare(&self.policy.strength())
    }

    /// Whether a miss has to be made up to the cost of the policy: a hash that is at least as strong costs that itself.
    fn is_cheap(&self) -> bool {
        self.miss == Miss::MadeUp && !matches!(self.comparison(), Comparison::Equal | Comparison::Stronger)
    }

    pub(super) fn cost(&self) -> Cost {
        let policy = if self.is_cheap() { self.policy.cost() } else { Cost::NEGLIGIBLE };
        self.parsed.cost().then(policy)
    }

    pub(super) fn run(self, workspace: &mut Workspace) -> Result<Verification, HashError> {
        let verified = self.verify(workspace);
        if !matches!(verified, Ok(Some(_))) && self.is_cheap() {
            self.counters.decoy();
            self.policy.decoy(self.password.expose(), workspace)?;
        }
        Ok(match verified? {
            Some((whole, read)) => self.matched(&whole, &read),
            None => Verification::Mismatch,
        })
    }

    /// The form of the password that matched, and what was read of it.
    fn verify(&self, workspace: &mut Workspace) -> Result<Option<(Password, EffectiveInput)>, HashError> {
        let whole = self.reading.whole(&self.password);
        if let Some(read) = self.opens(&whole, workspace)? {
            return Ok(Some((whole, read)));
        }
        let second = self.reading.second.map(|form| form.prepare(&self.password));
        match second.filter(|second| second.expose() != whole.expose()) {
            Some(second) => Ok(self.opens(&second, workspace)?.map(|read| (second, read))),
            None => Ok(None),
        }
    }

    fn opens(&self, whole: &Password, workspace: &mut Workspace) -> Result<Option<EffectiveInput>, HashError> {
        self.counters.verified();
        let read = self.reading.effective_input(whole, &*self.parsed);
        let matches = self.parsed.verify(&self.reading.part(whole), workspace)?;
        // Of which nothing is read, that is the empty password in other bytes, and no more let in than that.
        Ok(if matches && !read.is_nothing() { Some(read) } else { None })
    }

    fn matched(&self, whole: &Password, read: &EffectiveInput) -> Verification {
        let truncated = read.falls_short_of(whole);
        let due = match self.comparison() {
            Comparison::Weaker => true,
            Comparison::Equal => self.outdated,
            Comparison::Incomparable | Comparison::Stronger => false,
        };
        let proven = !truncated || self.truncation.replaces(read);
        let must_change = truncated && self.truncation == Truncation::MustChange;
        Verification::Match { upgrade: due && proven, truncated, must_change }
    }
}
