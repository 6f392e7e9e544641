use std::fmt;

use super::{Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace};

/// What is done to a password before the hash of it is computed.
type Prepare = Box<dyn Fn(&Password) -> Password + Send>;

/// A hash of something that was made of the password first: its digest, or the password with a pepper.
pub(super) struct Prehashed {
    hash: Box<dyn ParsedHash>,
    prepare: Prepare,
    effective_input: fn(&Password) -> EffectiveInput,
}

impl Prehashed {
    /// A hash of what `prepare` makes of the *whole* password.
    pub(super) fn whole(
        hash: impl ParsedHash,
        prepare: impl Fn(&Password) -> Password + Send + 'static,
    ) -> Box<dyn ParsedHash> {
        Self::boxed(hash, prepare, |_| EffectiveInput::Whole)
    }

    /// A hash of what `prepare` makes of the part of the password that `effective_input` tells.
    pub(super) fn boxed(
        hash: impl ParsedHash,
        prepare: impl Fn(&Password) -> Password + Send + 'static,
        effective_input: fn(&Password) -> EffectiveInput,
    ) -> Box<dyn ParsedHash> {
        Self::within(Box::new(hash), prepare, effective_input)
    }

    /// The same of a hash whose kind its text told.
    pub(super) fn within(
        hash: Box<dyn ParsedHash>,
        prepare: impl Fn(&Password) -> Password + Send + 'static,
        effective_input: fn(&Password) -> EffectiveInput,
    ) -> Box<dyn ParsedHash> {
        Box::new(Self { hash, prepare: Box::new(prepare), effective_input })
    }
}

impl ParsedHash for Prehashed {
    fn cost(&self) -> Cost {
        self.hash.cost()
    }

    fn strength(&self) -> Strength {
        self.hash.strength()
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        (self.effective_input)(password)
    }

    fn digest(&self) -> &[u8] {
        self.hash.digest()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        self.hash.compute(&(self.prepare)(password), workspace)
    }
}

impl fmt::Debug for Prehashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Prehashed").field(&self.hash).finish()
    }
}
