use super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, algorithm::Algorithm,
    format::Stored,
};

/// A parsed digest of a password between two texts, of which the digest was taken again and again.
#[derive(Debug)]
pub(super) struct IteratedHash {
    algorithm: Algorithm,
    before: SecretBytes,
    after: SecretBytes,
    rounds: u64,
    digest: SecretBytes,
}

impl IteratedHash {
    /// Holds the rounds against their bound.
    pub(super) fn new(
        stored: &Stored<'_>,
        algorithm: Algorithm,
        before: SecretBytes,
        after: SecretBytes,
        rounds: u64,
        digest: SecretBytes,
    ) -> Result<Self, HashError> {
        if rounds == 0 {
            return Err(stored.malformed("it has no iterations"));
        }
        stored.bound("rounds", rounds, stored.limits.digest.rounds)?;
        Ok(Self { algorithm, before, after, rounds, digest })
    }
}

impl ParsedHash for IteratedHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        if self.rounds == 1 { Strength::Fast } else { Strength::Slow }
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let first = self.algorithm.digest(&[self.before.expose(), password.expose(), self.after.expose()]);
        Ok((1..self.rounds).fold(first, |digest, _| self.algorithm.digest(&[digest.expose()])))
    }
}
