//! PBKDF2-HMAC-SHA512 of GRUB and of macOS.

use crate::password::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    field,
    format::{Format, Stored, any_text},
    pbkdf2::Pbkdf2Hash,
};

/// `grub-mkpasswd-pbkdf2`: `grub.pbkdf2.sha512.<iterations>.<salt>.<key>`, the key of 64 bytes.
pub(super) const GRUB: Format =
    Format { name: "pbkdf2-grub", prefixes: &["grub.pbkdf2.sha512."], fits: any_text, parse: grub };

/// macOS from 10.8 on, a user's `ShadowHashData` in one line: `$ml$<iterations>$<salt>$<key>`. The key has 128 bytes,
/// of which some tools keep the first 64.
pub(super) const MACOS: Format = Format { name: "pbkdf2-macos", prefixes: &["$ml$"], fits: any_text, parse: macos };

fn grub(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    parse(stored, stored.after("grub.pbkdf2.sha512.")?, '.', &[64])
}

fn macos(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    parse(stored, stored.after("$ml$")?, '$', &[64, 128])
}

fn parse(
    stored: &Stored<'_>,
    fields: &str,
    separator: char,
    key_bytes: &[usize],
) -> Result<Box<dyn ParsedHash>, HashError> {
    let fields: Vec<&str> = fields.split(separator).collect();
    let [iterations, salt, key] = *fields else { return Err(stored.malformed("it has not its three parts")) };
    let iterations = field::decimal(iterations).ok_or(stored.malformed("the iterations are not a number"))?;
    let salt = field::any_hex(salt).filter(|salt| !salt.is_empty());
    let salt = salt.ok_or(stored.malformed("the salt is empty or not hexadecimal"))?;
    let key = field::any_hex(key).filter(|key| key_bytes.contains(&key.len()));
    let key = key.ok_or(stored.malformed("the key is not of its length or alphabet"))?;
    Ok(Box::new(Pbkdf2Hash::new(stored, Algorithm::Sha512, iterations, salt, key)?))
}
