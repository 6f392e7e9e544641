//! How the versions of bcrypt make a key of 72 bytes of a password: it is repeated until they are full.

use zeroize::Zeroizing;

use crate::password::{EffectiveInput, Password};

/// What bcrypt reads of a password.
pub(super) const MOST_BYTES: usize = 72;

/// How a version makes its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum KeyRule {
    /// `$2a$` and later: the password and a NUL.
    EndedByNul,
    /// `$2$`: the password alone.
    Bare,
    /// `$2x$`: the password up to a NUL, and that; every byte above 127 overwrites those before it in its word.
    SignExtended,
}

/// The key of a password.
pub(super) fn of(password: &[u8], rule: KeyRule) -> Zeroizing<Vec<u8>> {
    let period = rule.period(password);
    let mut key = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
    key.extend(period.iter().cycle().take(MOST_BYTES));
    if rule == KeyRule::SignExtended {
        for word in key.as_chunks_mut().0 {
            // crypt_blowfish took each byte for a signed one, and its sign went into the bits on the left.
            let extended = |word: u32, byte: &u8| (word << 8) | i32::from(byte.cast_signed()).cast_unsigned();
            *word = word.iter().fold(0, extended).to_be_bytes();
        }
    }
    key
}

impl KeyRule {
    /// What is repeated. Never empty: the first version read the NUL that C has behind an empty password.
    fn period(self, password: &[u8]) -> Zeroizing<Vec<u8>> {
        let seen = match self {
            Self::SignExtended => until_nul(password),
            Self::Bare | Self::EndedByNul => password,
        };
        let mut period = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
        let end = (self != Self::Bare || seen.is_empty()).then_some(0);
        period.extend(seen.iter().copied().chain(end).take(MOST_BYTES));
        period
    }

    /// The shortest beginning of a password that fills the key in the same way, if it is shorter than what is read:
    /// to `$2a$`, "a" and "a\0a" are one password, and to `$2$` "a" and "aa" are.
    pub(super) fn shortest(self, password: &[u8]) -> Option<usize> {
        let filled = of(password, self);
        // Nothing is repeated in the same way but at an end of what is repeated.
        let may_end = |length: &usize| match self {
            Self::EndedByNul => password.get(*length) == Some(&0),
            Self::Bare => true,
            Self::SignExtended => false,
        };
        let shorter = (0..password.len().min(MOST_BYTES)).filter(may_end);
        shorter.into_iter().find(|length| of(password.get(..*length).unwrap_or_default(), self) == filled)
    }
}

/// What is read of a password that C reads: to its first NUL, and 72 bytes.
pub(super) fn of_c_string(password: &Password, confuses: bool) -> EffectiveInput {
    let seen = until_nul(password.expose());
    let read = seen.get(..MOST_BYTES).unwrap_or(seen);
    if confuses && !read.is_ascii() {
        EffectiveInput::Folded
    } else if seen.len() > MOST_BYTES {
        EffectiveInput::First(MOST_BYTES)
    } else {
        EffectiveInput::until_nul(password)
    }
}

pub(super) fn until_nul(password: &[u8]) -> &[u8] {
    password.split(|byte| *byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_fill_the_key_alike_are_one() {
        for (rule, password, shortest) in [
            (KeyRule::EndedByNul, &b""[..], None),
            (KeyRule::EndedByNul, b"aa", None),
            (KeyRule::EndedByNul, b"a\0a", Some(1)),
            (KeyRule::EndedByNul, b"\0", Some(0)),
            (KeyRule::EndedByNul, b"a\0", None),
            (KeyRule::Bare, b"", None),
            (KeyRule::Bare, b"aa", Some(1)),
            (KeyRule::Bare, b"abcabc", Some(3)),
            (KeyRule::Bare, b"abcab", None),
            (KeyRule::Bare, b"\0\0", Some(0)),
        ] {
            assert_eq!(rule.shortest(password), shortest, "{rule:?} {password:?}");
        }
        assert_eq!(KeyRule::Bare.shortest(&[b'a'; 100]), Some(1));
    }

    #[test]
    fn a_byte_above_127_overwrites_those_before_it() {
        let key = of(b"ab\xC3\xA9", KeyRule::SignExtended);
        assert_eq!(key[..8], [0xFF, 0xFF, 0xFF, 0xA9, 0xFF, 0xFF, 0xFF, 0xC3]);
    }
}
