//! The text of crypt(3) within another hash.

use super::{
    HashError, ParsedHash, PasswordHash,
    format::{Format, Stored},
    schemes::is_locked,
    unsupported,
};

/// Whatever a system's crypt(3) verifies.
static CRYPT: &[&[Format]] = &[
    #[cfg(feature = "bcrypt")]
    super::bcrypt::FORMATS,
    #[cfg(feature = "crypt")]
    super::crypt::FORMATS,
];

/// Reads the hash that a text is of by itself. One level only: a text of crypt(3) has no tag.
pub(super) fn crypt(outer: &Stored<'_>, text: &str) -> Result<Box<dyn ParsedHash>, HashError> {
    // Solaris writes the last two.
    if is_locked(text) || text.starts_with('*') || text == "NP" {
        return Err(HashError::Locked);
    }
    if text.starts_with('{') {
        return Err(outer.malformed("a hash in braces stands within another"));
    }
    let prefix = |format: &Format| {
        let fitting = format.prefixes.iter().filter(|prefix| text.starts_with(**prefix));
        fitting.map(|prefix| prefix.len()).max()
    };
    let fitting = CRYPT.iter().copied().flatten().filter(|format| prefix(format).is_some() && (format.fits)(text));
    match fitting.max_by_key(|format| prefix(format)) {
        Some(format) => {
            let hash = PasswordHash::new(text);
            (format.parse)(&Stored { scheme: format.name, hash: &hash, limits: outer.limits })
        }
        None => Err(HashError::UnsupportedScheme { name: unsupported::name_of(text).map(str::to_owned) }),
    }
}
