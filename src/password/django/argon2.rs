use crate::password::{HashError, Limits, ParsedHash, PasswordHash, PasswordScheme, argon2::Argon2Hash};

const NAME: &str = "django-argon2";

/// Django's `argon2`: that word, and an Argon2 PHC string.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DjangoArgon2;

impl PasswordScheme for DjangoArgon2 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["argon2$"]
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let phc = hash.expose().strip_prefix("argon2");
        let phc = phc.ok_or(HashError::malformed(NAME, "it does not start with `argon2`"))?;
        Ok(Box::new(Argon2Hash::parse(NAME, phc, limits)?))
    }
}
