use std::fmt;

use crate::password::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, format::Stored,
};

/// Computes the digest's text of a password.
type Compute = Box<dyn Fn(&[u8]) -> Option<SecretBytes> + Send>;

/// A parsed hash as crypt(3) verifies it: the text of the digest is computed again and compared.
///
/// A NUL ends a password, as in C: what comes after was never looked at.
pub(super) struct CryptHash {
    scheme: &'static str,
    digest: SecretBytes,
    strength: Strength,
    memory_bytes: u64,
    password_bytes: usize,
    seven_bits: bool,
    compute: Compute,
}

impl CryptHash {
    /// `compute` makes a digest's text of a password without NULs.
    pub(super) fn new(
        stored: &Stored<'_>,
        digest: SecretBytes,
        compute: impl Fn(&[u8]) -> Option<SecretBytes> + Send + 'static,
    ) -> Self {
        Self {
            scheme: stored.scheme,
            digest,
            strength: Strength::Slow,
            memory_bytes: 0,
            password_bytes: usize::MAX,
            seven_bits: false,
            compute: Box::new(compute),
        }
    }

    /// Not slow at all.
    pub(super) fn fast(self) -> Self {
        Self { strength: Strength::Fast, ..self }
    }

    /// Taking so much memory.
    pub(super) fn taking(self, memory_bytes: u64) -> Self {
        Self { memory_bytes, ..self }
    }

    /// Every round reads the password, so that a long one is work of its own.
    pub(super) fn reading_again(self, stored: &Stored<'_>) -> Self {
        Self { password_bytes: stored.limits.digest.password_bytes, ..self }
    }

    /// The highest bit of every byte is ignored.
    pub(super) fn reading_seven_bits(self) -> Self {
        Self { seven_bits: true, ..self }
    }

    /// As the parsers of formats return it.
    pub(super) fn parsed(self) -> Box<dyn ParsedHash> {
        Box::new(self)
    }
}

impl ParsedHash for CryptHash {
    fn cost(&self) -> Cost {
        Cost::memory(self.memory_bytes)
    }

    fn strength(&self) -> Strength {
        self.strength
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        if self.seven_bits && !seen(password).is_ascii() {
            EffectiveInput::Folded
        } else {
            EffectiveInput::until_nul(password)
        }
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let seen = seen(password);
        HashError::bound(self.scheme, "bytes of password", seen.len() as u64, self.password_bytes as u64)?;
        (self.compute)(seen).ok_or(HashError::malformed(self.scheme, "its primitive refuses it"))
    }
}

/// What C sees of a password.
fn seen(password: &Password) -> &[u8] {
    password.expose().split(|byte| *byte == 0).next().unwrap_or_default()
}

impl fmt::Debug for CryptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CryptHash").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}
