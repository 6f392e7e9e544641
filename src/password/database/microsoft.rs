//! SQL Server's `sys.sql_logins.password_hash`.

use crate::password::{
    EffectiveInput, HashError, ParsedHash, Password, SecretBytes,
    algorithm::Algorithm,
    digest::DigestHash,
    field,
    format::{Format, Stored},
    prehash::Prehashed,
};

/// A version in four hexadecimal digits, four bytes of salt, and the digest of the password in UTF-16LE and the salt:
/// `0x0100` and SHA-1 until 2008, `0x0200` and SHA-512 from 2012 on.
///
/// SQL Server 2000 wrote a second SHA-1 after it, of the password in capitals, for servers that do not tell case.
/// Only the first is looked at. Such a hash cannot be wrapped, because the second would stay in it.
pub(super) const FORMAT: Format =
    Format { name: "mssql", prefixes: &["0x0100", "0x0200"], fits: |text| read(text).is_some(), parse };

const SALT: usize = 4;

/// The algorithm, and the bytes of salt and digests.
fn read(text: &str) -> Option<(Algorithm, &str)> {
    let (version, rest) = text.strip_prefix("0x")?.split_at_checked(4)?;
    let (algorithm, most_digests) = match version {
        "0100" => (Algorithm::Sha1, 2),
        "0200" => (Algorithm::Sha512, 1),
        _ => return None,
    };
    let fits = (1..=most_digests).any(|digests| field::is_hex(rest, SALT + digests * algorithm.output_bytes()));
    fits.then_some((algorithm, rest))
}

fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let malformed = || stored.malformed("it is not a version, a salt and a digest of their lengths");
    let (algorithm, rest) = read(stored.text()).ok_or(malformed())?;
    let bytes = field::any_hex(rest).ok_or(malformed())?;
    let (salt, digests) = bytes.expose().split_at_checked(SALT).ok_or(malformed())?;
    let digest = digests.get(..algorithm.output_bytes()).ok_or(malformed())?;
    if digests.len() == digest.len() {
        let hash = DigestHash::around(algorithm, &[], salt, digest.into());
        return Ok(Prehashed::boxed(hash, utf_16, effective_input));
    }
    // What is compared does not stand in the text, so that nobody blanks it there and leaves the twin.
    let (hash, salt) = (DigestHash::plain(algorithm, algorithm.digest(&[digest])), SecretBytes::from(salt));
    let first = move |password: &Password| {
        Password::from_bytes(algorithm.digest(&[utf_16(password).expose(), salt.expose()]).expose().to_vec())
    };
    Ok(Prehashed::boxed(hash, first, effective_input))
}

/// The password's UTF-16 in little-endian bytes.
fn utf_16(password: &Password) -> Password {
    let text = String::from_utf8_lossy(password.expose());
    Password::from_bytes(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

/// Bytes that are no UTF-8 are all the same.
fn effective_input(password: &Password) -> EffectiveInput {
    if password.expose_text().is_some() { EffectiveInput::Whole } else { EffectiveInput::Folded }
}
