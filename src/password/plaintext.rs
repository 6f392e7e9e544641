use super::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, SecretBytes, Strength,
    Workspace,
};

/// Passwords that a system keeps as they are.
///
/// Not among [`Schemes::standard`](super::Schemes::standard): a table of hashes that somebody else may write into must
/// not have a spelling that every reader of it can type. Each must be asked for.
///
/// ```
/// use waystation::password::{Plaintext, Schemes};
///
/// let schemes = Schemes::standard().with(Plaintext::SPRING_NOOP)?;
/// # Ok::<(), waystation::password::SchemeConflict>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Plaintext {
    name: &'static str,
    prefixes: &'static [&'static str],
}

impl Plaintext {
    /// The password and nothing else. It looks like nothing in particular, so that it must be declared.
    pub const BARE: Self = Self { name: "plaintext", prefixes: &[] };

    /// Spring Security's `{noop}password`.
    pub const SPRING_NOOP: Self = Self { name: "spring-noop", prefixes: &["{noop}"] };

    /// Werkzeug's `plain$$password`, until version 3.0.
    pub const WERKZEUG: Self = Self { name: "werkzeug-plain", prefixes: &["plain$$"] };
}

impl PasswordScheme for Plaintext {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prefixes(&self) -> &'static [&'static str] {
        self.prefixes
    }

    fn fits(&self, _text: &str) -> bool {
        true
    }

    fn parse(&self, hash: &PasswordHash, _limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let prefix = self.prefixes.first().copied().unwrap_or_default();
        let password = hash.expose().strip_prefix(prefix);
        let password = password.ok_or(HashError::malformed(self.name, "it is of another format"))?;
        if password.is_empty() {
            return Err(HashError::malformed(self.name, "it is empty"));
        }
        Ok(Box::new(PlainPassword(password.into())))
    }
}

#[derive(Debug)]
struct PlainPassword(SecretBytes);

impl ParsedHash for PlainPassword {
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
        self.0.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        Ok(password.expose().into())
    }
}
