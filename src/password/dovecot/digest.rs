//! What DIGEST-MD5 (RFC 2831) keeps of a password.

use crate::password::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    digest::DigestHash,
    format::{Format, Stored},
    tag::Tagged,
};

/// `{DIGEST-MD5}`: MD5 of user, realm and password with colons between them. The user name `ada@example.org` stands
/// in another column; its realm is empty where it has no `@`.
pub(super) const FORMAT: Format =
    Format { name: "dovecot-digest-md5", prefixes: &["{"], fits: |text| Tagged::one_of(text, TAGS).is_some(), parse };

const TAGS: &[&str] = &["DIGEST-MD5"];

fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let tagged = Tagged::one_of(stored.text(), TAGS).ok_or(stored.malformed("it has another tag"))?;
    let digest = stored.digest(tagged.digest(16), 16)?;
    let username = stored.username()?;
    let (user, realm) = username.split_once('@').unwrap_or((username, ""));
    let before = format!("{user}:{realm}:");
    Ok(Box::new(DigestHash::around(Algorithm::Md5, before.as_bytes(), &[], digest)))
}
