use crate::password::{HashError, Limits, ParsedHash, PasswordHash, PasswordScheme, des_crypt::DesHash};

/// Django's `crypt`, dropped in 5.0: `crypt$$abJnggxhB/yWI`, and before 1.4 `crypt$ab$abJnggxhB/yWI`.
///
/// The salt stands in the hash itself; where it is written before it as well, both must be the same. What is read of a
/// password is as with [`DesCrypt`](crate::password::DesCrypt).
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DjangoCrypt;

const NAME: &str = "django-crypt";

impl PasswordScheme for DjangoCrypt {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["crypt$"]
    }

    fn parse(&self, hash: &PasswordHash, _limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let malformed = |what| HashError::malformed(NAME, what);
        let parts = hash.expose().strip_prefix("crypt$").and_then(|rest| rest.split_once('$'));
        let (salt, hash) = parts.ok_or(malformed("it has not three parts"))?;
        let parsed = DesHash::parse(NAME, hash)?;
        if !salt.is_empty() && hash.get(..2) != Some(salt) {
            return Err(malformed("the salt is not that of the hash"));
        }
        Ok(Box::new(parsed))
    }
}
