//! MediaWiki (`includes/password`): a type between colons, and what its class writes. The types are those of
//! `$wgPasswordConfig` as it is delivered; `encrypted` ones need keys that only the wiki has.

#[cfg(feature = "pbkdf2")]
use super::super::pbkdf2::Pbkdf2Hash;
#[cfg(feature = "bcrypt")]
use super::super::{EffectiveInput, bcrypt::BcryptHash};
use super::super::{
    HashError, ParsedHash, Password, SecretBytes, algorithm::Algorithm, argon2::Argon2Hash, digest::DigestHash, field,
    format::Stored, prehash::Prehashed,
};

pub(super) const PREFIXES: &[&str] =
    &[":A:", ":B:", ":argon2:", ":bcrypt:", ":pbkdf2:", ":pbkdf2-legacyA:", ":pbkdf2-legacyB:"];

pub(super) fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (name, rest) = stored.after(":")?.split_once(':').ok_or(stored.malformed("its type does not end"))?;
    match name {
        "A" | "B" => md5(stored, name, rest),
        "argon2" => Ok(Box::new(Argon2Hash::parse(stored.scheme, rest, stored.limits)?)),
        #[cfg(feature = "bcrypt")]
        "bcrypt" => bcrypt(stored, rest),
        #[cfg(feature = "pbkdf2")]
        "pbkdf2" => match rest.split(':').collect::<Vec<_>>().as_slice() {
            [parameters @ .., salt, key] => Ok(Box::new(pbkdf2(stored, parameters, salt, key)?)),
            _ => Err(stored.malformed("it has not five fields")),
        },
        #[cfg(feature = "pbkdf2")]
        "pbkdf2-legacyA" | "pbkdf2-legacyB" => layered(stored, name, rest),
        _ => Err(stored.malformed("its type is none of MediaWiki's own")),
    }
}

/// What was hashed before there were types: MD5, and with a salt that of the salt, a hyphen and that. Version 1.5 wrote
/// the second as an `A` by mistake.
struct Legacy {
    /// With its hyphen.
    salt: Option<SecretBytes>,
}

impl Legacy {
    fn new(stored: &Stored<'_>, name: &str, salt: Option<&str>) -> Result<Self, HashError> {
        if salt.is_none() && name.ends_with('B') {
            return Err(stored.malformed("it has no salt"));
        }
        let salt = salt.map(|salt| stored.bounded_salt(format!("{salt}-").into_bytes().into())).transpose()?;
        Ok(Self { salt })
    }

    fn hex(&self, password: &Password) -> Password {
        let plain = field::to_hex(Algorithm::Md5.digest(&[password.expose()]).expose());
        let salted = self.salt.as_ref().map(|salt| Algorithm::Md5.digest(&[salt.expose(), &plain]));
        Password::from_bytes(salted.map_or(plain, |salted| field::to_hex(salted.expose())).to_vec())
    }
}

fn md5(stored: &Stored<'_>, name: &str, rest: &str) -> Result<Box<dyn ParsedHash>, HashError> {
    let (salt, digest) = rest.rsplit_once(':').map_or((None, rest), |(salt, digest)| (Some(salt), digest));
    let legacy = Legacy::new(stored, name, salt)?;
    let digest = stored.digest(field::hex(digest), Algorithm::Md5.output_bytes())?;
    Ok(match legacy.salt {
        None => Box::new(DigestHash::plain(Algorithm::Md5, digest)),
        Some(salt) => {
            let hash = DigestHash::salted(Algorithm::Md5, salt, digest);
            Prehashed::whole(hash, |password| Legacy { salt: None }.hex(password))
        }
    })
}

/// `sha512:30000:64:<salt>:<key>`, both in base64. The key is of the length that is stated, be it longer than a digest.
#[cfg(feature = "pbkdf2")]
fn pbkdf2(stored: &Stored<'_>, parameters: &[&str], salt: &str, key: &str) -> Result<Pbkdf2Hash, HashError> {
    let &[digest, rounds, length] = parameters else {
        return Err(stored.malformed("it has not a digest, rounds and a length"));
    };
    let prf = Algorithm::named(&digest.replace('-', "_")).ok_or(stored.malformed("its digest is not known"))?;
    let rounds = field::decimal(rounds).ok_or(stored.malformed("the rounds are not a number"))?;
    let length = field::decimal(length).and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or(stored.malformed("the length is not a number"))?;
    let salt = field::padded_base64(salt).ok_or(stored.malformed("the salt is not base64"))?;
    let key = stored.digest(field::padded_base64(key), length)?;
    Pbkdf2Hash::new(stored, prf, rounds, salt, key)
}

/// PBKDF2 over one of the legacy types: the parameters of both, the arguments of both, and the key, all between `!`.
#[cfg(feature = "pbkdf2")]
fn layered(stored: &Stored<'_>, name: &str, rest: &str) -> Result<Box<dyn ParsedHash>, HashError> {
    let fields = rest.split('!').collect::<Vec<_>>();
    let &["", parameters, inner, salt, key] = fields.as_slice() else {
        return Err(stored.malformed("it has not five fields"));
    };
    let legacy = Legacy::new(stored, name, Some(inner).filter(|salt| !salt.is_empty()))?;
    let hash = pbkdf2(stored, &parameters.split(':').collect::<Vec<_>>(), salt, key)?;
    Ok(Prehashed::whole(hash, move |password| legacy.hex(password)))
}

/// `9$<salt>$<digest>`, by PHP's `crypt`, which reads up to a NUL.
#[cfg(feature = "bcrypt")]
fn bcrypt(stored: &Stored<'_>, rest: &str) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut fields = rest.split('$');
    let (Some(cost), Some(salt), Some(digest), None) = (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(stored.malformed("it has not three fields"));
    };
    let cost = field::decimal(cost).ok_or(stored.malformed("the cost is not a number"))?;
    if salt.len() != 22 {
        return Err(stored.malformed("the salt is not 22 characters"));
    }
    let hash = BcryptHash::parse(stored.scheme, &format!("$2y${cost:02}${salt}{digest}"), stored.limits)?;
    let before_nul = |password: &Password| {
        let bytes = password.expose().split(|byte| *byte == 0).next().unwrap_or_default();
        Password::from_bytes(bytes.to_vec())
    };
    Ok(Prehashed::boxed(hash, before_nul, |password| match EffectiveInput::until_nul(password) {
        EffectiveInput::Part(range) if range.end <= 72 => EffectiveInput::Part(range),
        _ if password.len() > 72 => EffectiveInput::First(72),
        other => other,
    }))
}
