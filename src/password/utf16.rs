//! Passwords in UTF-16, as Windows and .NET hash them.

use zeroize::Zeroizing;

use super::{EffectiveInput, ParsedHash, Password, prehash::Prehashed};

/// A hash of the UTF-16 of the password, in little-endian bytes.
pub(super) fn hash_of_utf_16(hash: impl ParsedHash) -> Box<dyn ParsedHash> {
    Prehashed::boxed(hash, |password| Password::from_bytes(utf_16(password).to_vec()), effective_input)
}

/// The UTF-16 of a password, in little-endian bytes.
pub(super) fn utf_16(password: &Password) -> Zeroizing<Vec<u8>> {
    let text = String::from_utf8_lossy(password.expose());
    // Enough room, so that no half of it stays behind in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * text.len()));
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

/// Bytes that are no UTF-8 all look the same.
pub(super) fn effective_input(password: &Password) -> EffectiveInput {
    if password.expose_text().is_some() { EffectiveInput::Whole } else { EffectiveInput::Folded }
}
