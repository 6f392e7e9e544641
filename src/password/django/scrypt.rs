use crate::password::{HashError, Limits, ParsedHash, PasswordHash, PasswordScheme, field, scrypt::ScryptHash};

const NAME: &str = "django-scrypt";

/// The length of every key that Django's hasher makes, in bytes.
const KEY_BYTES: usize = 64;

/// Django's `scrypt`: `scrypt$<N>$<salt>$<r>$<p>$<key>`.
///
/// The salt is text and stands between N and r; the key is padded base64 of 64 bytes.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DjangoScrypt;

impl PasswordScheme for DjangoScrypt {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["scrypt$"]
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let malformed = |what| HashError::malformed(NAME, what);
        let mut segments = hash.expose().split('$');
        let (Some("scrypt"), Some(n), Some(salt), Some(r), Some(p), Some(key), None) = (
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
        ) else {
            return Err(malformed("it has not six parts"));
        };
        let (Some(n), Some(r), Some(p)) = (field::decimal(n), field::decimal(r), field::decimal(p)) else {
            return Err(malformed("N, r or p is not a number"));
        };
        if salt.is_empty() {
            return Err(malformed("the salt is empty"));
        }
        let key = field::padded_base64(key).ok_or(malformed("the key is not padded base64"))?;
        if key.len() != KEY_BYTES {
            return Err(malformed("the key is not 64 bytes"));
        }
        Ok(Box::new(ScryptHash::new(NAME, n, r, p, salt.into(), key, limits)?))
    }
}
