use md5::Md5;
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use crate::password::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, Strength, Workspace,
    field::{self, Bytes},
};

/// Django's plain digests: `md5$<salt>$<hex>`, `sha1$<salt>$<hex>` and their unsalted forms.
///
/// The digest is of the salt's text and the password. Werkzeug wrote HMACs in the same spelling: for a table of its
/// making, leave these out of the registry. An unsalted MD5 is spelled `md5$$<hex>` or as 32 bare digits; the bare
/// form has no prefix, and so must be declared.
#[derive(Clone, Copy, Debug)]
pub struct DjangoDigest {
    name: &'static str,
    prefixes: &'static [&'static str],
    algorithm: Algorithm,
    salted: bool,
}

#[derive(Clone, Copy, Debug)]
enum Algorithm {
    Md5,
    Sha1,
}

impl DjangoDigest {
    /// `md5$<salt>$<hex>`.
    pub const MD5: Self = Self { name: "django-md5", prefixes: &["md5$"], algorithm: Algorithm::Md5, salted: true };

    /// `sha1$<salt>$<hex>`.
    pub const SHA1: Self = Self { name: "django-sha1", prefixes: &["sha1$"], algorithm: Algorithm::Sha1, salted: true };

    /// `md5$$<hex>`, and bare `<hex>` where it is declared.
    pub const UNSALTED_MD5: Self =
        Self { name: "django-unsalted-md5", prefixes: &["md5$$"], algorithm: Algorithm::Md5, salted: false };

    /// `sha1$$<hex>`.
    pub const UNSALTED_SHA1: Self =
        Self { name: "django-unsalted-sha1", prefixes: &["sha1$$"], algorithm: Algorithm::Sha1, salted: false };
}

impl PasswordScheme for DjangoDigest {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prefixes(&self) -> &'static [&'static str] {
        self.prefixes
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let malformed = |what| HashError::malformed(self.name, what);
        let (name, digest_bytes) = match self.algorithm {
            Algorithm::Md5 => ("md5", 16),
            Algorithm::Sha1 => ("sha1", 20),
        };
        let (salt, digest) = match hash.expose().split_once('$') {
            None if name == "md5" && !self.salted => ("", hash.expose()),
            Some((prefix, rest)) if prefix == name => {
                rest.split_once('$').ok_or(malformed("it has not three parts"))?
            }
            _ => return Err(malformed("it is of another hasher")),
        };
        if salt.is_empty() == self.salted {
            return Err(malformed("the salt is empty where it must not be, or the other way round"));
        }
        HashError::bound(self.name, "bytes of salt", salt.len() as u64, limits.salt_bytes as u64)?;
        let digest = field::hex(digest).filter(|digest| digest.len() == digest_bytes);
        let digest = digest.ok_or(malformed("the digest is not lower-case hexadecimal of its length"))?;
        Ok(Box::new(Salted { algorithm: self.algorithm, salt: salt.into(), digest }))
    }
}

#[derive(Debug)]
struct Salted {
    algorithm: Algorithm,
    salt: Bytes,
    digest: Bytes,
}

impl ParsedHash for Salted {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Fast
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn verify(&self, password: &Password, _workspace: &mut Workspace) -> Result<bool, HashError> {
        let (salt, password) = (self.salt.as_slice(), password.expose());
        Ok(match self.algorithm {
            Algorithm::Md5 => self.digest.matches(&digest::<Md5>(salt, password)),
            Algorithm::Sha1 => self.digest.matches(&digest::<Sha1>(salt, password)),
        })
    }
}

fn digest<D: Digest>(salt: &[u8], password: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(D::new().chain_update(salt).chain_update(password).finalize().to_vec())
}
