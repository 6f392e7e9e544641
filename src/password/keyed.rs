use super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, algorithm::Algorithm,
};

/// A parsed HMAC of a password.
#[derive(Debug)]
pub(super) struct KeyedHash {
    algorithm: Algorithm,
    key: SecretBytes,
    digest: SecretBytes,
}

impl KeyedHash {
    pub(super) fn new(algorithm: Algorithm, key: SecretBytes, digest: SecretBytes) -> Self {
        Self { algorithm, key, digest }
    }
}

impl ParsedHash for KeyedHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Fast
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        Ok(self.algorithm.hmac(self.key.expose(), &[password.expose()]))
    }
}
