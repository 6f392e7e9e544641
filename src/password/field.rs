//! Reads the fields of stored hashes, strictly: what its system would not have written is not read.

use std::fmt;

#[cfg(any(feature = "pbkdf2", feature = "scrypt", test))]
use base64ct::Base64;
#[cfg(any(feature = "bcrypt", test))]
use base64ct::Base64Bcrypt;
use base64ct::{Base64Unpadded, Encoding};
use zeroize::Zeroizing;

use super::constant_time_eq;

/// The salt or the digest of a stored hash. `Debug` shows its length only.
#[derive(Clone)]
pub(super) struct Bytes(Zeroizing<Vec<u8>>);

impl Bytes {
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether these are the same bytes, in time that depends on the lengths only.
    pub(super) fn matches(&self, computed: &[u8]) -> bool {
        constant_time_eq(&self.0, computed)
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        text.as_bytes().to_vec().into()
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({})", self.len())
    }
}

/// A number without sign, spaces or leading zeros. `None` also above `u64::MAX`.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

/// RFC 4648 base64 without padding and without stray bits, as in PHC strings.
pub(super) fn base64(text: &str) -> Option<Bytes> {
    Base64Unpadded::decode_vec(text).ok().map(Bytes::from)
}

/// RFC 4648 base64 with its padding.
#[cfg(any(feature = "pbkdf2", feature = "scrypt", test))]
pub(super) fn padded_base64(text: &str) -> Option<Bytes> {
    Base64::decode_vec(text).ok().map(Bytes::from)
}

/// Lower-case hexadecimal.
#[cfg(any(feature = "digest", test))]
pub(super) fn hex(text: &str) -> Option<Bytes> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs
        .iter()
        .map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?))
        .collect::<Option<Vec<u8>>>()
        .map(Bytes::from)
}

/// Lower-case hexadecimal of a digest that another digest is to read.
#[cfg(any(feature = "bcrypt", test))]
pub(super) fn to_hex(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() * 2));
    text.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
    text
}

/// bcrypt's own base64. The bits that the last character has too many are cleared first: some writers left them set,
/// and they say nothing.
#[cfg(any(feature = "bcrypt", test))]
pub(super) fn bcrypt_base64(text: &str) -> Option<Bytes> {
    const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let (last, head) = text.as_bytes().split_last()?;
    let spare_bits = text.len() * 6 % 8;
    let value = ALPHABET.iter().position(|letter| letter == last)?;
    let cleared = ALPHABET.get(value >> spare_bits << spare_bits)?;
    let mut canonical = Zeroizing::new(head.to_vec());
    canonical.push(*cleared);
    Base64Bcrypt::decode_vec(std::str::from_utf8(&canonical).ok()?).ok().map(Bytes::from)
}

#[cfg(test)]
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
        let read = |text: &str| bcrypt_base64(text).map(|bytes| bytes.as_slice().to_vec());
        assert_eq!(read("abcdefghijklmnopqrstu."), read("abcdefghijklmnopqrstu/"));
        assert_ne!(read("abcdefghijklmnopqrstu."), read("abcdefghijklmnopqrstue"));
        assert_eq!(read("abcdefghijklmnopqrstu="), None);
    }

    proptest! {
        #[test]
        fn hex_reads_what_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let text = to_hex(&bytes);
            let read = hex(std::str::from_utf8(&text).unwrap()).unwrap();
            prop_assert_eq!(read.as_slice(), bytes.as_slice());
        }

        #[test]
        fn nothing_panics(text in any::<String>()) {
            let _ = (decimal(&text), base64(&text), padded_base64(&text), hex(&text), bcrypt_base64(&text));
        }
    }
}
