use std::fmt;

use super::{HashContext, PasswordHash, SecretBytes};

/// Secrets of the service that go into hashes and stand nowhere near them: whoever takes the database alone can try no
/// password at all.
///
/// A hash names its pepper ([`HashContext::pepper`]), so that several are in use while one replaces another: new hashes
/// get the current one, and a hash with another, or with none, is made anew at the next log-in. A pepper must be kept
/// until no hash names it: those people could not log in without it.
///
/// ```
/// use waystation::password::{Passwords, Peppers};
///
/// let (old, new) = ([1; 32], [2; 32]); // from where the service keeps its secrets
/// let peppers = Peppers::new("2026", new.to_vec())?.and("2024", old.to_vec())?;
/// let passwords = Passwords::builder().peppers(peppers).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Peppers {
    /// The first is the current one.
    keys: Vec<(String, SecretBytes)>,
}

/// The shortest pepper, in bytes: what nobody can guess.
const SHORTEST: usize = 16;

impl Peppers {
    /// The pepper of new hashes, under the id that hashes name it by. At least 16 bytes.
    ///
    /// # Errors
    ///
    /// When it is shorter, or the id is empty.
    pub fn new(id: impl Into<String>, key: impl Into<SecretBytes>) -> Result<Self, InvalidPepper> {
        Self::default().and(id, key)
    }

    /// And one more for the hashes that there are.
    ///
    /// # Errors
    ///
    /// When it is shorter than 16 bytes, or its id is empty or taken.
    pub fn and(mut self, id: impl Into<String>, key: impl Into<SecretBytes>) -> Result<Self, InvalidPepper> {
        let (id, key) = (id.into(), key.into());
        if id.is_empty() || self.keys.iter().any(|(known, _)| *known == id) {
            return Err(InvalidPepper { what: "its id is empty or taken" });
        }
        if key.len() < SHORTEST {
            return Err(InvalidPepper { what: "it is shorter than 16 bytes" });
        }
        self.keys.push((id, key));
        Ok(self)
    }

    pub(super) const fn none() -> Self {
        Self { keys: Vec::new() }
    }

    /// The id of the pepper that new hashes get.
    pub fn current(&self) -> Option<&str> {
        self.keys.first().map(|(id, _)| id.as_str())
    }

    /// The ids of all peppers, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(id, _)| id.as_str())
    }

    pub(super) fn current_key(&self) -> &[u8] {
        self.keys.first().map_or(&[], |(_, key)| key.expose())
    }

    /// The hash with the key that its context names, which no store keeps. `None` for a pepper that is not here.
    pub(super) fn resolve(&self, hash: &PasswordHash, id: &str) -> Option<PasswordHash> {
        let (_, key) = self.keys.iter().find(|(known, _)| known == id)?;
        let context = HashContext { key: Some(key.clone()), ..hash.context().cloned().unwrap_or_default() };
        Some(hash.clone().with_context(context))
    }
}

impl fmt::Debug for Peppers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

/// A pepper that is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unusable pepper: {what}")]
#[non_exhaustive]
pub struct InvalidPepper {
    /// What is wrong.
    pub what: &'static str,
}
