use super::{hash::BcryptHash, key::MOST_BYTES};
use crate::password::{Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace};

/// bcrypt over the password with fixed bytes before or behind it: a name, a salt of the table's own, or a pepper.
#[derive(Debug)]
pub(in crate::password) struct JoinedBcrypt {
    hash: BcryptHash,
    before: SecretBytes,
    after: SecretBytes,
}

impl JoinedBcrypt {
    pub(in crate::password) fn new(hash: BcryptHash, before: SecretBytes, after: SecretBytes) -> Self {
        Self { hash, before, after }
    }

    fn joined(&self, password: &Password) -> Password {
        Password::from_bytes([self.before.expose(), password.expose(), self.after.expose()].concat())
    }
}

impl ParsedHash for JoinedBcrypt {
    fn cost(&self) -> Cost {
        self.hash.cost()
    }

    fn strength(&self) -> Strength {
        self.hash.strength()
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        let read = MOST_BYTES.saturating_sub(self.before.len());
        if let Some(first) = password.expose().get(..read).filter(|first| first.len() < password.len()) {
            // What is read may end with the beginning of what stands behind a shorter password.
            let behind = |bytes| self.after.expose().get(..bytes).is_some_and(|after| first.ends_with(after));
            let shorter = (1..=self.after.len()).any(behind);
            return if shorter { EffectiveInput::Folded } else { EffectiveInput::First(read) };
        }
        let joined = self.joined(password);
        // The same the other way round; and bcrypt's repetition of its key makes passwords equal.
        if joined.len() > MOST_BYTES || self.hash.effective_input(&joined) != EffectiveInput::Whole {
            return EffectiveInput::Folded;
        }
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.hash.digest()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        self.hash.compute(&self.joined(password), workspace)
    }
}
