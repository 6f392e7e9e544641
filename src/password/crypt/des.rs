//! The traditional crypt(3): the Data Encryption Standard with a salted expansion, 25 times over a block of zeros; and
//! BSDi's extension of it, with passwords of any length, twice the salt, and a number of times that the hash tells.
//!
//! The tables are those of FIPS 46-3, with its numbering: bit 1 is the leftmost. Lookups depend on the password, as in
//! every C library: who shares the processor's cache may learn of it, which a hash of 56 bits does not deserve a
//! slower implementation for.

use zeroize::Zeroizing;

/// What is read of a password, in bytes.
pub(super) const MOST_BYTES: usize = 8;

/// How often the block is encrypted: crypt(3) since Unix Version 7.
const ENCRYPTIONS: u32 = 25;

/// How far the halves of the key are rotated before each round.
const ROTATIONS: [u32; 16] = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

/// Permuted choice 1: 56 of the key's 64 bits.
#[rustfmt::skip]
const CHOICE_1: [u8; 56] = [
    57, 49, 41, 33, 25, 17,  9,  1, 58, 50, 42, 34, 26, 18,
    10,  2, 59, 51, 43, 35, 27, 19, 11,  3, 60, 52, 44, 36,
    63, 55, 47, 39, 31, 23, 15,  7, 62, 54, 46, 38, 30, 22,
    14,  6, 61, 53, 45, 37, 29, 21, 13,  5, 28, 20, 12,  4,
];

/// Permuted choice 2: a round's 48 bits of the 56.
#[rustfmt::skip]
const CHOICE_2: [u8; 48] = [
    14, 17, 11, 24,  1,  5,  3, 28, 15,  6, 21, 10,
    23, 19, 12,  4, 26,  8, 16,  7, 27, 20, 13,  2,
    41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48,
    44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

/// The initial permutation. It leaves a block of zeros as it is, and between two encryptions it cancels out with its
/// inverse.
#[rustfmt::skip]
const INITIAL: [u8; 64] = [
    58, 50, 42, 34, 26, 18, 10,  2, 60, 52, 44, 36, 28, 20, 12,  4,
    62, 54, 46, 38, 30, 22, 14,  6, 64, 56, 48, 40, 32, 24, 16,  8,
    57, 49, 41, 33, 25, 17,  9,  1, 59, 51, 43, 35, 27, 19, 11,  3,
    61, 53, 45, 37, 29, 21, 13,  5, 63, 55, 47, 39, 31, 23, 15,  7,
];

/// Its inverse, which ends the encryption.
#[rustfmt::skip]
const FINAL: [u8; 64] = [
    40,  8, 48, 16, 56, 24, 64, 32, 39,  7, 47, 15, 55, 23, 63, 31,
    38,  6, 46, 14, 54, 22, 62, 30, 37,  5, 45, 13, 53, 21, 61, 29,
    36,  4, 44, 12, 52, 20, 60, 28, 35,  3, 43, 11, 51, 19, 59, 27,
    34,  2, 42, 10, 50, 18, 58, 26, 33,  1, 41,  9, 49, 17, 57, 25,
];

/// The permutation that follows the substitution.
#[rustfmt::skip]
const AFTER_BOXES: [u8; 32] = [
    16,  7, 20, 21, 29, 12, 28, 17,  1, 15, 23, 26,  5, 18, 31, 10,
     2,  8, 24, 14, 32, 27,  3,  9, 19, 13, 30,  6, 22, 11,  4, 25,
];

/// The eight substitution boxes: four rows of sixteen each.
#[rustfmt::skip]
const BOXES: [[u8; 64]; 8] = [
    [
        14,  4, 13,  1,  2, 15, 11,  8,  3, 10,  6, 12,  5,  9,  0,  7,
         0, 15,  7,  4, 14,  2, 13,  1, 10,  6, 12, 11,  9,  5,  3,  8,
         4,  1, 14,  8, 13,  6,  2, 11, 15, 12,  9,  7,  3, 10,  5,  0,
        15, 12,  8,  2,  4,  9,  1,  7,  5, 11,  3, 14, 10,  0,  6, 13,
    ],
    [
        15,  1,  8, 14,  6, 11,  3,  4,  9,  7,  2, 13, 12,  0,  5, 10,
         3, 13,  4,  7, 15,  2,  8, 14, 12,  0,  1, 10,  6,  9, 11,  5,
         0, 14,  7, 11, 10,  4, 13,  1,  5,  8, 12,  6,  9,  3,  2, 15,
        13,  8, 10,  1,  3, 15,  4,  2, 11,  6,  7, 12,  0,  5, 14,  9,
    ],
    [
        10,  0,  9, 14,  6,  3, 15,  5,  1, 13, 12,  7, 11,  4,  2,  8,
        13,  7,  0,  9,  3,  4,  6, 10,  2,  8,  5, 14, 12, 11, 15,  1,
        13,  6,  4,  9,  8, 15,  3,  0, 11,  1,  2, 12,  5, 10, 14,  7,
         1, 10, 13,  0,  6,  9,  8,  7,  4, 15, 14,  3, 11,  5,  2, 12,
    ],
    [
         7, 13, 14,  3,  0,  6,  9, 10,  1,  2,  8,  5, 11, 12,  4, 15,
        13,  8, 11,  5,  6, 15,  0,  3,  4,  7,  2, 12,  1, 10, 14,  9,
        10,  6,  9,  0, 12, 11,  7, 13, 15,  1,  3, 14,  5,  2,  8,  4,
         3, 15,  0,  6, 10,  1, 13,  8,  9,  4,  5, 11, 12,  7,  2, 14,
    ],
    [
         2, 12,  4,  1,  7, 10, 11,  6,  8,  5,  3, 15, 13,  0, 14,  9,
        14, 11,  2, 12,  4,  7, 13,  1,  5,  0, 15, 10,  3,  9,  8,  6,
         4,  2,  1, 11, 10, 13,  7,  8, 15,  9, 12,  5,  6,  3,  0, 14,
        11,  8, 12,  7,  1, 14,  2, 13,  6, 15,  0,  9, 10,  4,  5,  3,
    ],
    [
        12,  1, 10, 15,  9,  2,  6,  8,  0, 13,  3,  4, 14,  7,  5, 11,
        10, 15,  4,  2,  7, 12,  9,  5,  6,  1, 13, 14,  0, 11,  3,  8,
         9, 14, 15,  5,  2,  8, 12,  3,  7,  0,  4, 10,  1, 13, 11,  6,
         4,  3,  2, 12,  9,  5, 15, 10, 11, 14,  1,  7,  6,  0,  8, 13,
    ],
    [
         4, 11,  2, 14, 15,  0,  8, 13,  3, 12,  9,  7,  5, 10,  6,  1,
        13,  0, 11,  7,  4,  9,  1, 10, 14,  3,  5, 12,  2, 15,  8,  6,
         1,  4, 11, 13, 12,  3,  7, 14, 10, 15,  6,  8,  0,  5,  9,  2,
         6, 11, 13,  8,  1,  4, 10,  7,  9,  5,  0, 15, 14,  2,  3, 12,
    ],
    [
        13,  2,  8,  4,  6, 15, 11,  1, 10,  9,  3, 14,  5,  0, 12,  7,
         1, 15, 13,  8, 10,  3,  7,  4, 12,  5,  6, 11,  0, 14,  9,  2,
         7, 11,  4,  1,  9, 12, 14,  2,  0,  6, 10, 13, 15,  3,  5,  8,
         2,  1, 14,  7,  4, 10,  8, 13, 15, 12,  9,  0,  3,  5,  6, 11,
    ],
];

/// Each box followed by the permutation, for each value of the six bits that go in.
const PERMUTED_BOXES: [[u32; 64]; 8] = permuted_boxes();

/// What crypt(3) makes of a password with these twelve bits of salt.
pub(super) fn crypt(password: &[u8], salt: u16) -> Zeroizing<[u8; 8]> {
    Zeroizing::new(encrypt(0, *key(password), salt.into(), ENCRYPTIONS).to_be_bytes())
}

/// What BSDi's crypt(3) makes of a password without a NUL, with these 24 bits of salt.
pub(super) fn crypt_extended(password: &[u8], salt: u32, encryptions: u32) -> Zeroizing<[u8; 8]> {
    // Eight characters more: the key so far is encrypted with itself.
    let mut pieces = password.chunks(MOST_BYTES);
    let mut folded = key(pieces.next().unwrap_or_default());
    for piece in pieces {
        *folded = encrypt(*folded, *folded, 0, 1) ^ *key(piece);
    }
    Zeroizing::new(encrypt(0, *folded, salt, encryptions).to_be_bytes())
}

/// Encrypts a block with a key, so many times.
fn encrypt(block: u64, key: u64, salt: u32, times: u32) -> u64 {
    const LOW: u64 = 0xFFFF_FFFF;
    let (keys, salt, block) = (schedule(key), swaps(salt), permute(block, 64, &INITIAL));
    let (mut left, mut right) = ((block >> 32) as u32, (block & LOW) as u32);
    for _ in 0..times {
        for key in keys.iter() {
            (left, right) = (right, left ^ round(right, *key, salt));
        }
        // The last round of DES does not swap.
        (left, right) = (right, left);
    }
    permute((u64::from(left) << 32) | u64::from(right), 64, &FINAL)
}

/// How many bytes of a password make a difference: what C sees before a NUL, eight at most, and of those at the end
/// not the ones whose seven bits are what is there without them.
pub(super) fn bytes_read(password: &[u8]) -> usize {
    let seen = password.iter().take(MOST_BYTES).take_while(|byte| **byte != 0).count();
    password.iter().take(seen).rposition(|byte| byte & 0x7F != 0).map_or(0, |last| last + 1)
}

/// The low seven bits of each byte, where DES has its parity bits at the right.
fn key(password: &[u8]) -> Zeroizing<u64> {
    let mut key = Zeroizing::new([0; MOST_BYTES]);
    for (key, byte) in key.iter_mut().zip(password.iter().take_while(|byte| **byte != 0)) {
        *key = byte << 1;
    }
    Zeroizing::new(u64::from_be_bytes(*key))
}

/// The sixteen keys of the rounds.
fn schedule(key: u64) -> Zeroizing<[u64; 16]> {
    const HALF: u64 = (1 << 28) - 1;
    let chosen = Zeroizing::new(permute(key, 64, &CHOICE_1));
    let (mut left, mut right) = (Zeroizing::new(*chosen >> 28), Zeroizing::new(*chosen & HALF));
    let mut keys = Zeroizing::new([0; 16]);
    for (key, rotation) in keys.iter_mut().zip(ROTATIONS) {
        for half in [&mut left, &mut right] {
            **half = ((**half << rotation) | (**half >> (28 - rotation))) & HALF;
        }
        *key = permute((*left << 28) | *right, 56, &CHOICE_2);
    }
    keys
}

/// The salt as a mask over half of the expanded bits. Its lowest bit is for the leftmost of them.
fn swaps(salt: u32) -> u32 {
    salt.reverse_bits() >> 8
}

/// One round over half of the block. A bit of salt swaps two of the 48 expanded bits that are 24 apart.
fn round(half: u32, key: u64, salt: u32) -> u32 {
    // Six bits for each box: its own four and a neighbour at either side.
    let expanded = (0..8).fold(0, |bits, group| (bits << 6) | u64::from(half.rotate_left((4 * group + 31) % 32) >> 26));
    let swapped = ((expanded >> 24) ^ expanded) & u64::from(salt);
    let mixed = expanded ^ swapped ^ (swapped << 24) ^ key;
    PERMUTED_BOXES
        .iter()
        .rev()
        .zip(0..)
        .fold(0, |bits, (permuted, group)| bits | six_bits(permuted, mixed >> (6 * group)))
}

#[expect(clippy::indexing_slicing, reason = "six bits are an index of 64 entries")]
fn six_bits(permuted: &[u32; 64], bits: u64) -> u32 {
    permuted[(bits & 0x3F) as usize]
}

/// Takes the bits that a table lists from a value of this width.
fn permute(value: u64, width: u32, table: &[u8]) -> u64 {
    table.iter().fold(0, |bits, from| (bits << 1) | ((value >> (width - u32::from(*from))) & 1))
}

#[expect(clippy::indexing_slicing, reason = "computed by the compiler, which would not pass an index out of range")]
const fn permuted_boxes() -> [[u32; 64]; 8] {
    let mut permuted = [[0; 64]; 8];
    let mut number = 0;
    while number < 8 {
        let mut input = 0;
        while input < 64 {
            // The outer two bits are the row, the inner four the column.
            let (row, column) = (((input >> 4) & 2) | (input & 1), (input >> 1) & 15);
            let output = (BOXES[number][16 * row + column] as u32) << (28 - 4 * number);
            let mut to = 0;
            while to < 32 {
                permuted[number][input] |= ((output >> (32 - AFTER_BOXES[to])) & 1) << (31 - to);
                to += 1;
            }
            input += 1;
        }
        number += 1;
    }
    permuted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_block() {
        // `abJnggxhB/yWI`, the salt and the digest read as numbers.
        let salt = 0x26 | (0x27 << 6);
        assert_eq!(u64::from_be_bytes(*crypt(b"password", salt)), 0x573b_2cf6_d341_fa25);
        assert_eq!(u64::from_be_bytes(*crypt(b"password and more", salt)), 0x573b_2cf6_d341_fa25);
        assert_ne!(crypt(b"password", salt), crypt(b"password", salt ^ 1));
    }

    #[test]
    fn what_c_does_not_see_makes_no_difference() {
        for (password, read) in [
            (&b""[..], 0),
            (b"\0", 0),
            (b"\x80", 0),
            (b"\x80a", 2),
            (b"a", 1),
            (b"a\0b", 1),
            (b"a\x80", 1),
            (b"12345678", 8),
            (b"123456789", 8),
            (b"1234567\0", 7),
            (b"1234567\x809", 7),
        ] {
            assert_eq!(bytes_read(password), read, "{password:?}");
            assert_eq!(crypt(password, 0), crypt(&password[..read], 0), "{password:?}");
        }
        assert_eq!(crypt(b"\xE9", 0), crypt(b"\x69", 0));
    }
}
