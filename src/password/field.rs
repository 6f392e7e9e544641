//! Reads the fields of stored hashes, strictly: what its system would not have written is not read.

#[cfg(feature = "digest")]
use base64ct::{Base64, Base64Unpadded, Encoding as _};
#[cfg(feature = "digest")]
use zeroize::Zeroizing;

use super::{SecretBytes, base64};

/// A number without sign, spaces or leading zeros. `None` also above `u64::MAX`.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

/// RFC 4648 base64 without padding and without stray bits, as in PHC strings.
pub(super) fn base64(text: &str) -> Option<SecretBytes> {
    base64::STANDARD.strict(text)
}

/// RFC 4648 base64 with its padding.
#[cfg(feature = "digest")]
pub(super) fn padded_base64(text: &str) -> Option<SecretBytes> {
    Base64::decode_vec(text).ok().map(SecretBytes::from)
}

/// Base64 with padding or without, and `.` or `-_` for `+/` as well: how the salts and digests of several writers of
/// one format come. Stray bits in the last character are still refused.
#[cfg(feature = "digest")]
pub(super) fn any_base64(text: &str) -> Option<SecretBytes> {
    let unpadded = text.trim_end_matches('=');
    let padding = text.len() - unpadded.len();
    if padding > 0 && (padding > 2 || !text.len().is_multiple_of(4)) {
        return None;
    }
    let standard = |byte| match byte {
        b'.' | b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(unpadded.bytes().map(standard).collect());
    Base64Unpadded::decode_vec(std::str::from_utf8(&bytes).ok()?).ok().map(SecretBytes::from)
}

/// Lower-case hexadecimal.
#[cfg(feature = "digest")]
pub(super) fn hex(text: &str) -> Option<SecretBytes> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { None } else { any_hex(text) }
}

/// Hexadecimal in either case.
#[cfg(feature = "digest")]
pub(super) fn any_hex(text: &str) -> Option<SecretBytes> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|nibble| u8::try_from(nibble).ok());
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs
        .iter()
        .map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?))
        .collect::<Option<Vec<u8>>>()
        .map(SecretBytes::from)
}

/// Whether a text is so many bytes in hexadecimal of either case.
#[cfg(feature = "digest")]
pub(super) fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The six bits of a character of crypt(3)'s alphabet: `.`, `/`, the digits, and the letters, capitals first.
#[cfg(feature = "digest")]
pub(super) const fn crypt64(byte: u8) -> Option<u8> {
    match byte {
        b'.' | b'/' | b'0'..=b'9' => Some(byte - b'.'),
        b'A'..=b'Z' => Some(byte - b'A' + 12),
        b'a'..=b'z' => Some(byte - b'a' + 38),
        _ => None,
    }
}

/// Lower-case hexadecimal of a digest that another digest is to read.
#[cfg(feature = "digest")]
pub(super) fn to_hex(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() * 2));
    text.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
    text
}

/// bcrypt's own base64. The bits that the last character has too many are ignored: some writers left them set, and they
/// say nothing.
#[cfg(any(feature = "bcrypt", all(feature = "digest", test)))]
pub(super) fn bcrypt_base64(text: &str) -> Option<SecretBytes> {
    base64::BCRYPT.lenient(text)
}

#[cfg(all(test, feature = "digest"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_in_one_spelling_only() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for refused in ["", "+4", "-4", "04", "00", " 4", "4 ", "4e2", "0x4", "1_000", "٤", "18446744073709551616"] {
            assert_eq!(decimal(refused), None, "{refused}");
        }
    }

    #[test]
    fn spare_bits_of_bcrypt_are_ignored() {
        // 22 characters hold 132 bits of which 128 count: `.` and `/` differ in a bit that does not.
        let read = |text: &str| bcrypt_base64(text).map(|bytes| bytes.expose().to_vec());
        assert_eq!(read("abcdefghijklmnopqrstu."), read("abcdefghijklmnopqrstu/"));
        assert_ne!(read("abcdefghijklmnopqrstu."), read("abcdefghijklmnopqrstue"));
        assert_eq!(read("abcdefghijklmnopqrstu="), None);
    }

    proptest! {
        #[test]
        fn hex_reads_what_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let text = to_hex(&bytes);
            let read = hex(std::str::from_utf8(&text).unwrap()).unwrap();
            prop_assert_eq!(read.expose(), bytes.as_slice());
        }

        #[test]
        fn nothing_panics(text in any::<String>()) {
            let _ = (decimal(&text), base64(&text), padded_base64(&text), any_base64(&text), hex(&text), bcrypt_base64(&text));
        }
    }
}
