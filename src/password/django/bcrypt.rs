use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::password::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, Strength, Workspace,
    bcrypt::BcryptHash, field,
};

const PLAIN: &str = "django-bcrypt";
const SHA256: &str = "django-bcrypt-sha256";

/// Django's `bcrypt`: `bcrypt$` and a bcrypt string.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DjangoBcrypt;

impl PasswordScheme for DjangoBcrypt {
    fn name(&self) -> &'static str {
        PLAIN
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["bcrypt$"]
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let bcrypt = hash.expose().strip_prefix("bcrypt$");
        let bcrypt = bcrypt.ok_or(HashError::malformed(PLAIN, "it does not start with `bcrypt$`"))?;
        Ok(Box::new(BcryptHash::parse(PLAIN, bcrypt, limits)?))
    }
}

/// Django's `bcrypt_sha256`: the same over the hexadecimal SHA-256 of the password, which is read whole.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DjangoBcryptSha256;

impl PasswordScheme for DjangoBcryptSha256 {
    fn name(&self) -> &'static str {
        SHA256
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["bcrypt_sha256$"]
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let bcrypt = hash.expose().strip_prefix("bcrypt_sha256$");
        let bcrypt = bcrypt.ok_or(HashError::malformed(SHA256, "it does not start with `bcrypt_sha256$`"))?;
        Ok(Box::new(Prehashed(BcryptHash::parse(SHA256, bcrypt, limits)?)))
    }
}

#[derive(Debug)]
struct Prehashed(BcryptHash);

impl ParsedHash for Prehashed {
    fn cost(&self) -> Cost {
        self.0.cost()
    }

    fn strength(&self) -> Strength {
        self.0.strength()
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn verify(&self, password: &Password, _workspace: &mut Workspace) -> Result<bool, HashError> {
        let digest = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(password.expose())));
        Ok(self.0.matches(&field::to_hex(digest.as_slice())))
    }
}
