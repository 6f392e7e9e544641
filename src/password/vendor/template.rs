use crate::password::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, algorithm::Algorithm,
    field, format::Stored,
};

/// How salt and password become one digest.
pub(super) type Join =
    fn(&Stored<'_>, Algorithm, SecretBytes, Option<SecretBytes>) -> Result<Box<dyn ParsedHash>, HashError>;

/// What a digest reads, in order.
#[derive(Debug)]
pub(super) enum Part {
    Fixed(SecretBytes),
    Password,
}

/// One digest over fixed bytes and the password.
#[derive(Debug)]
pub(super) struct TemplateHash {
    algorithm: Algorithm,
    parts: Vec<Part>,
    digest: SecretBytes,
}

impl TemplateHash {
    /// Of exactly one digest's length. The password must be among the parts: otherwise every one would open it.
    pub(super) fn boxed(
        stored: &Stored<'_>,
        algorithm: Algorithm,
        parts: Vec<Part>,
        digest: Option<SecretBytes>,
    ) -> Result<Box<dyn ParsedHash>, HashError> {
        if !parts.iter().any(|part| matches!(part, Part::Password)) {
            return Err(stored.malformed("the password is not among what is hashed"));
        }
        let digest = stored.digest(digest, algorithm.output_bytes())?;
        Ok(Box::new(Self { algorithm, parts, digest }))
    }

    /// The salt before the password.
    pub(super) fn prefixed(
        stored: &Stored<'_>,
        algorithm: Algorithm,
        salt: SecretBytes,
        digest: Option<SecretBytes>,
    ) -> Result<Box<dyn ParsedHash>, HashError> {
        Self::boxed(stored, algorithm, vec![Part::Fixed(stored.bounded_salt(salt)?), Part::Password], digest)
    }

    /// The salt behind the password.
    pub(super) fn suffixed(
        stored: &Stored<'_>,
        algorithm: Algorithm,
        salt: SecretBytes,
        digest: Option<SecretBytes>,
    ) -> Result<Box<dyn ParsedHash>, HashError> {
        Self::boxed(stored, algorithm, vec![Part::Password, Part::Fixed(stored.bounded_salt(salt)?)], digest)
    }
}

impl ParsedHash for TemplateHash {
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
        let bytes = self.parts.iter().map(|part| match part {
            Part::Fixed(bytes) => bytes.expose(),
            Part::Password => password.expose(),
        });
        let parts: Vec<&[u8]> = bytes.collect();
        Ok(self.algorithm.digest(&parts))
    }
}

/// An HMAC of the password under a fixed key.
#[derive(Debug)]
pub(super) struct HmacHash {
    algorithm: Algorithm,
    key: SecretBytes,
    /// Whether the digest is the text of the HMAC in hexadecimal, and not its bytes.
    hexadecimal: bool,
    digest: SecretBytes,
}

impl HmacHash {
    pub(super) fn new(
        stored: &Stored<'_>,
        algorithm: Algorithm,
        key: SecretBytes,
        digest: Option<SecretBytes>,
    ) -> Result<Self, HashError> {
        let digest = stored.digest(digest, algorithm.output_bytes())?;
        Ok(Self { algorithm, key: stored.bounded_salt(key)?, hexadecimal: false, digest })
    }

    /// Of the HMAC's text in lower-case hexadecimal.
    pub(super) fn of_text(
        stored: &Stored<'_>,
        algorithm: Algorithm,
        key: SecretBytes,
        digest: Option<SecretBytes>,
    ) -> Result<Self, HashError> {
        let digest = stored.digest(digest, 2 * algorithm.output_bytes())?;
        Ok(Self { algorithm, key: stored.bounded_salt(key)?, hexadecimal: true, digest })
    }
}

impl ParsedHash for HmacHash {
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
        let computed = self.algorithm.hmac(self.key.expose(), &[password.expose()]);
        if self.hexadecimal { Ok(field::to_hex(computed.expose()).as_slice().into()) } else { Ok(computed) }
    }
}
