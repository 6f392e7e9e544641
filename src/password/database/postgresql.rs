//! PostgreSQL's `pg_authid.rolpassword`.

use crate::password::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    digest::DigestHash,
    field,
    format::{Format, Stored},
};
#[cfg(feature = "pbkdf2")]
use crate::password::{PasswordForm, scram::ScramHash};

/// `md5` and the digest of the password and the role's name, which is its salt.
pub(super) const MD5: Format = Format {
    name: "postgresql-md5",
    prefixes: &["md5"],
    fits: |text| text.strip_prefix("md5").is_some_and(|digest| field::is_hex(digest, 16)),
    parse: md5,
};

/// `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>` (RFC 5803). The password is prepared by SASLprep, and
/// read as it is where that refuses it.
#[cfg(feature = "pbkdf2")]
pub(super) const SCRAM: Format = Format {
    name: "postgresql-scram",
    prefixes: &["SCRAM-SHA-256$"],
    fits: crate::password::format::any_text,
    parse: scram,
};

fn md5(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let digest = stored.digest(field::hex(stored.after("md5")?), Algorithm::Md5.output_bytes())?;
    Ok(Box::new(DigestHash::around(Algorithm::Md5, &[], stored.username()?.as_bytes(), digest)))
}

#[cfg(feature = "pbkdf2")]
fn scram(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let parts = stored.after("SCRAM-SHA-256$")?.split_once('$');
    let (parameters, keys) = parts.ok_or(stored.malformed("it has not two parts"))?;
    let parameters = parameters.split_once(':').ok_or(stored.malformed("the iterations and the salt are not two"))?;
    Ok(Box::new(ScramHash::new(stored, Algorithm::Sha256, parameters, (keys, ':'))?.of_form(PasswordForm::SaslPrep)))
}
