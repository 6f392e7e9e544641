//! Base64 of salts and digests, by a table: an import and an export read millions of them. Passwords and keys are read by
//! `base64ct`, whose time tells nothing of what it reads.

use super::SecretBytes;

/// What 64 letters stand for.
pub(super) struct Alphabet([u8; 256]);

/// RFC 4648.
pub(super) static STANDARD: Alphabet =
    Alphabet::new(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

/// bcrypt's own.
#[cfg(any(feature = "bcrypt", all(feature = "digest", test)))]
pub(super) static BCRYPT: Alphabet = Alphabet::new(b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

/// For bytes that are no letters.
const NONE: u8 = 0xff;

/// The bits of the last letter.
const SIX: u8 = 0x3f;

impl Alphabet {
    #[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "it is made when this is compiled")]
    const fn new(letters: &[u8; 64]) -> Self {
        let mut table = [NONE; 256];
        let mut bits = 0;
        while bits < letters.len() {
            table[letters[bits] as usize] = bits as u8;
            bits += 1;
        }
        Self(table)
    }

    /// The bytes of a text without padding, whose last letter has no stray bits.
    pub(super) fn strict(&self, text: &str) -> Option<SecretBytes> {
        self.decode(text, true)
    }

    /// The same whatever the stray bits of the last letter are.
    #[cfg(any(feature = "bcrypt", all(feature = "digest", test)))]
    pub(super) fn lenient(&self, text: &str) -> Option<SecretBytes> {
        self.decode(text, false)
    }

    fn decode(&self, text: &str, is_strict: bool) -> Option<SecretBytes> {
        let (groups, rest) = text.as_bytes().as_chunks();
        let mut bytes = Vec::with_capacity(3 * groups.len() + 2);
        // One letter that is none sets the bits that no letter has.
        let mut all = 0;
        for group in groups {
            let bits = group.map(|letter| self.bits(letter));
            all |= or(bits);
            bytes.extend_from_slice(&joined(bits));
        }
        let mut bits = [0; 4];
        for (bits, letter) in bits.iter_mut().zip(rest) {
            *bits = self.bits(*letter);
        }
        all |= or(bits);
        let [one, two, three] = joined(bits);
        let stray = match rest.len() {
            0 => 0,
            2 => {
                bytes.push(one);
                two
            }
            3 => {
                bytes.extend_from_slice(&[one, two]);
                three
            }
            _ => NONE,
        };
        let bytes = SecretBytes::from(bytes);
        (all <= SIX && (stray == 0 || !is_strict && rest.len() != 1)).then_some(bytes)
    }

    fn bits(&self, letter: u8) -> u8 {
        self.0.get(usize::from(letter)).copied().unwrap_or(NONE)
    }
}

fn or(bits: [u8; 4]) -> u8 {
    bits.into_iter().fold(0, |all, bits| all | bits)
}

/// Four times six bits.
fn joined([one, two, three, four]: [u8; 4]) -> [u8; 3] {
    [one << 2 | two >> 4, two << 4 | three >> 2, three << 6 | four]
}

#[cfg(all(test, feature = "digest"))]
mod tests {
    use base64ct::{Base64Bcrypt, Base64Unpadded, Encoding};
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: Option<SecretBytes>) -> Option<Vec<u8>> {
        bytes.map(|bytes| bytes.expose().to_vec())
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..70)) {
            let (standard, bcrypt) = (Base64Unpadded::encode_string(&bytes), Base64Bcrypt::encode_string(&bytes));
            prop_assert_eq!(read(STANDARD.strict(&standard)), Some(bytes.clone()));
            prop_assert_eq!(read(BCRYPT.strict(&bcrypt)), Some(bytes.clone()));
            prop_assert_eq!(read(BCRYPT.lenient(&bcrypt)), Some(bytes));
        }

        #[test]
        fn the_same_is_read_and_refused_as_in_constant_time(text in "[A-Za-z0-9+/]{0,12}.{0,2}[A-Za-z./=]{0,3}") {
            prop_assert_eq!(read(STANDARD.strict(&text)), Base64Unpadded::decode_vec(&text).ok());
            prop_assert_eq!(read(BCRYPT.strict(&text)), Base64Bcrypt::decode_vec(&text).ok());
        }

        #[test]
        fn stray_bits_are_refused_or_ignored(bytes in proptest::collection::vec(any::<u8>(), 1..40), stray in 1..16_u8) {
            let text = Base64Bcrypt::encode_string(&bytes);
            let spare = text.len() * 6 % 8;
            let (_, last) = text.split_at(text.len() - 1);
            let bits = BCRYPT.bits(last.as_bytes()[0]) | stray & ((1 << spare) - 1);
            let letter = (0..=u8::MAX).find(|letter| BCRYPT.bits(*letter) == bits).unwrap();
            let other = format!("{}{}", &text[..text.len() - 1], char::from(letter));
            prop_assert_eq!(read(BCRYPT.lenient(&other)), Some(bytes.clone()));
            prop_assert_eq!(read(BCRYPT.strict(&other)).is_some(), other == text);
        }
    }

    #[test]
    fn one_letter_is_no_byte() {
        for text in ["A", "AAAAA", "AAAAAAAAA"] {
            assert!(STANDARD.strict(text).is_none() && BCRYPT.lenient(text).is_none());
        }
    }
}
