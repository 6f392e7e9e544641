//! Digests as crypt(3) writes them: six bits a letter, the lowest first.

use crate::password::{HashError, SecretBytes, field::crypt64, format::Stored};

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The text of a stored digest, if it is of exactly so many letters.
pub(super) fn digest(stored: &Stored<'_>, text: &str, letters: usize) -> Result<SecretBytes, HashError> {
    stored.digest(are_letters(text).then(|| text.into()), letters)
}

/// Whether a text has no other characters than those of the alphabet.
pub(super) fn are_letters(text: &str) -> bool {
    text.bytes().all(|byte| crypt64(byte).is_some())
}

/// The number that letters stand for, the lowest six bits first. Five letters at most.
pub(super) fn number(text: &str) -> Option<u32> {
    text.bytes().rev().try_fold(0_u32, |value, byte| value.checked_mul(64)?.checked_add(crypt64(byte)?.into()))
}

/// The letters of a digest whose bytes are written in this order: of three, the first has the highest bits.
pub(super) fn ordered(digest: &[u8], order: &[u8]) -> SecretBytes {
    let byte = |index: &u8| digest.get(usize::from(*index)).copied().unwrap_or_default();
    write(order.chunks(3).map(|group| (high_first(group.iter().map(byte)), group.len())))
}

/// The letters of bytes of which the first has the lowest bits.
pub(super) fn low_first(bytes: &[u8]) -> SecretBytes {
    write(bytes.chunks(3).map(|group| (high_first(group.iter().rev().copied()), group.len())))
}

/// The bytes that [`low_first`] writes as this text.
pub(super) fn read_low_first(text: &str) -> Option<SecretBytes> {
    let mut bytes = Vec::with_capacity(text.len());
    for group in text.as_bytes().chunks(4) {
        let count = group.len().checked_sub(1).filter(|count| *count > 0)?;
        let value = number(std::str::from_utf8(group).ok()?)?;
        // Four bits or two are left over, and none is set.
        if value >> (8 * count) != 0 {
            return None;
        }
        bytes.extend(value.to_le_bytes().into_iter().take(count));
    }
    Some(bytes.into())
}

/// The letters of bytes of which the first has the highest bits. The last group is filled up with zeros, whose letters
/// are written and those of the highest bits are not: so AIX cuts.
pub(super) fn high_first_cut(bytes: &[u8]) -> SecretBytes {
    write(bytes.chunks(3).map(|group| (high_first(group.iter().copied().chain([0, 0]).take(3)), group.len())))
}

/// The eleven letters of a block of DES, the first with its highest bits.
pub(super) fn of_block(block: [u8; 8]) -> SecretBytes {
    let bits = u128::from(u64::from_be_bytes(block)) << 2;
    let letter = |place: u32| ALPHABET.get((bits >> (6 * place)) as usize & 63).copied();
    (0..11).rev().filter_map(letter).collect::<Vec<u8>>().into()
}

fn high_first(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(0, |value, byte| (value << 8) | u32::from(byte))
}

/// The letters of numbers, as many for each as its count of bytes needs.
fn write(groups: impl Iterator<Item = (u32, usize)>) -> SecretBytes {
    let letter = |value: u32, place: usize| ALPHABET.get((value >> (6 * place)) as usize & 63).copied();
    let letters = |(value, bytes): (u32, usize)| {
        let count = (bytes * 8).div_ceil(6);
        (0..count).filter_map(move |place| letter(value, place))
    };
    // The longest has 86.
    let mut text = Vec::with_capacity(88);
    text.extend(groups.flat_map(letters));
    text.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let text = low_first(&bytes);
            let read = read_low_first(std::str::from_utf8(text.expose()).unwrap()).unwrap();
            prop_assert_eq!(read.expose(), bytes.as_slice());
        }

        #[test]
        fn nothing_panics(text in any::<String>()) {
            let _ = (number(&text), read_low_first(&text), are_letters(&text));
        }
    }

    #[test]
    fn texts_that_nobody_writes_are_not_read() {
        // A letter alone is no byte, and the bits beyond the last byte are zero.
        for refused in ["a", "aaaaa", "zz", "..z", ".=", "é"] {
            assert!(read_low_first(refused).is_none(), "{refused}");
        }
        assert_eq!(number("zzzzz"), Some((1 << 30) - 1));
        assert_eq!(number("zzzzzz"), None);
    }
}
