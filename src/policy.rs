//! Which passwords are good enough, and what to do about those that are not.

use std::fmt;

use crate::{password::Password, user::Profile};

/// Judges a password that was just shown to be right, or that somebody wants to have.
///
/// Synchronous and quick: it runs on every first log-in. A look-up in a list of breached passwords belongs behind a
/// local filter.
///
/// ```
/// use waystation::policy::{Assessment, Occasion, Policy, Weakness};
/// use waystation::{Password, Profile};
///
/// /// Refuses passwords that hold the company's name; people who come with one are let in and asked to change it.
/// #[derive(Debug)]
/// struct NoCompanyName;
///
/// impl Policy for NoCompanyName {
///     fn assess(&self, password: &Password, _profile: &Profile, occasion: Occasion) -> Assessment {
///         let text = password.expose_text().unwrap_or_default().to_lowercase();
///         match (text.contains("acme"), occasion) {
///             (false, _) => Assessment::Accept,
///             (true, Occasion::Migration) => Assessment::AcceptButChange(Weakness::new("company-name")),
///             (true, _) => Assessment::Reject(Weakness::new("company-name")),
///         }
///     }
/// }
/// ```
pub trait Policy: fmt::Debug + Send + Sync + 'static {
    /// What to do about `password` for the person with `profile`.
    fn assess(&self, password: &Password, profile: &Profile, occasion: Occasion) -> Assessment;
}

/// Why a password is judged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Occasion {
    /// Its owner wants it from now on: sign-up, recovery, change.
    Choice,
    /// It was right at the legacy system, and its owner is about to move.
    Migration,
}

/// What to do about a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Assessment {
    /// Nothing.
    Accept,
    /// Take it, and have its owner change it next. On a choice this is the same as a rejection.
    AcceptButChange(Weakness),
    /// Do not take it. A person who is about to move stays where they are.
    Reject(Weakness),
}

/// What is wrong with a password: a short stable code such as `too-short`, for the host to translate.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Weakness(&'static str);

impl Weakness {
    /// The weakness with this code.
    pub const fn new(code: &'static str) -> Self {
        Self(code)
    }

    /// The code.
    pub const fn code(self) -> &'static str {
        self.0
    }
}

/// A shortest length in characters, after NIST SP 800-63B-4: no composition rules.
///
/// On a choice a shorter password is rejected (`too-short`); on a migration its owner is let in and asked to change
/// it. The longest length is the [hashing limits](crate::password::Limits)' business.
#[derive(Clone, Copy, Debug)]
pub struct MinimumLength {
    characters: usize,
}

impl MinimumLength {
    /// At least this many characters.
    pub const fn new(characters: usize) -> Self {
        Self { characters }
    }
}

impl Default for MinimumLength {
    /// Eight characters.
    fn default() -> Self {
        Self::new(8)
    }
}

impl Policy for MinimumLength {
    fn assess(&self, password: &Password, _profile: &Profile, occasion: Occasion) -> Assessment {
        const TOO_SHORT: Weakness = Weakness::new("too-short");
        let characters = password.expose_text().map_or(password.len(), |text| text.chars().count());
        match occasion {
            _ if characters >= self.characters => Assessment::Accept,
            Occasion::Migration => Assessment::AcceptButChange(TOO_SHORT),
            Occasion::Choice => Assessment::Reject(TOO_SHORT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_passwords_move_and_are_not_chosen() {
        let assess = |text: &str, occasion| {
            MinimumLength::default().assess(&Password::from(text), &Profile::default(), occasion)
        };
        assert_eq!(assess("пароль12", Occasion::Choice), Assessment::Accept);
        assert_eq!(assess("short", Occasion::Choice), Assessment::Reject(Weakness::new("too-short")));
        assert_eq!(assess("short", Occasion::Migration), Assessment::AcceptButChange(Weakness::new("too-short")));
    }
}
