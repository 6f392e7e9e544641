//! passlib's `bcrypt_sha256`: `$bcrypt-sha256$v=2,t=2b,r=12$<salt>$<digest>`, and `$bcrypt-sha256$2b,12$…` of its first
//! version. What is hashed is base64: of an HMAC whose key is the text of the salt, and at first of a plain digest.

use base64ct::{Base64, Encoding};

use super::hash::BcryptHash;
use crate::password::{
    HashError, ParsedHash, Password, SecretBytes, algorithm::Algorithm::Sha256, field, format::Stored,
    prehash::Prehashed,
};

pub(super) fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = stored.after("$bcrypt-sha256$")?.split('$');
    let (Some(parameters), Some(salt), Some(digest), None) =
        (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it is not parameters, salt and digest"));
    };
    let second = parameters.strip_prefix("v=2,t=2b,r=");
    let first = || parameters.strip_prefix("2b,").or_else(|| parameters.strip_prefix("2a,"));
    let cost = second.or_else(first).ok_or(stored.malformed("its parameters are of no version"))?;
    let cost = field::decimal(cost).ok_or(stored.malformed("the cost is not a number"))?;
    let hash = BcryptHash::from_parts(stored.scheme, stored.limits, cost, salt, digest)?;
    let key = second.map(|_| SecretBytes::from(salt));
    Ok(Prehashed::whole(hash, move |password| {
        let digest = match &key {
            Some(key) => Sha256.hmac(key.expose(), &[password.expose()]),
            None => Sha256.digest(&[password.expose()]),
        };
        Password::from(Base64::encode_string(digest.expose()))
    }))
}
