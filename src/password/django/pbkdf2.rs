use crate::password::{
    HashError, Limits, ParsedHash, PasswordHash, PasswordScheme, field,
    pbkdf2::{Pbkdf2Hash, Prf},
};

/// Django's `pbkdf2_sha256` (its default) and `pbkdf2_sha1`: `pbkdf2_sha256$1000000$<salt>$<key>`.
///
/// The salt is text, the key padded base64 of exactly one digest.
#[derive(Clone, Copy, Debug)]
pub struct DjangoPbkdf2 {
    name: &'static str,
    prefixes: &'static [&'static str],
    algorithm: &'static str,
    prf: Prf,
}

impl DjangoPbkdf2 {
    /// Over HMAC-SHA-256.
    pub const SHA256: Self = Self {
        name: "django-pbkdf2-sha256",
        prefixes: &["pbkdf2_sha256$"],
        algorithm: "pbkdf2_sha256",
        prf: Prf::Sha256,
    };

    /// Over HMAC-SHA-1.
    pub const SHA1: Self =
        Self { name: "django-pbkdf2-sha1", prefixes: &["pbkdf2_sha1$"], algorithm: "pbkdf2_sha1", prf: Prf::Sha1 };
}

impl PasswordScheme for DjangoPbkdf2 {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prefixes(&self) -> &'static [&'static str] {
        self.prefixes
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let malformed = |what| HashError::malformed(self.name, what);
        let mut segments = hash.expose().split('$');
        let (Some(algorithm), Some(iterations), Some(salt), Some(key), None) =
            (segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(malformed("it has not four parts"));
        };
        if algorithm != self.algorithm {
            return Err(malformed("it is of another hasher"));
        }
        if salt.is_empty() {
            return Err(malformed("the salt is empty"));
        }
        let iterations = field::decimal(iterations).ok_or(malformed("the iterations are not a number"))?;
        let key = field::padded_base64(key).ok_or(malformed("the key is not padded base64"))?;
        if key.len() != self.prf.output_bytes() {
            return Err(malformed("the key has not the length of one digest"));
        }
        Ok(Box::new(Pbkdf2Hash::new(self.name, self.prf, iterations, salt.into(), key, limits)?))
    }
}
