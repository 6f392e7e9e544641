//! The Salsa20/8 core (RFC 7914, section 3), on vectors.
#![expect(clippy::inline_always, reason = "what is not inlined does not get the instructions that were chosen")]
#![expect(clippy::many_single_char_names, reason = "the diagonals are a, b, c and d")]

use std::ops::BitXor;

use fearless_simd::{Simd, prelude::*, u32x4, u64x2};

/// 64 bytes: 16 numbers, two in a word, in the order of [`DIAGONALS`].
pub(super) type Chunk = [u64; 8];

/// Places in the matrix of 4 by 4 numbers, one diagonal after the other: in this order the steps of a round are those
/// of whole vectors.
const DIAGONALS: [usize; 16] = [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];

/// A chunk from its bytes.
pub(super) fn read(bytes: &[u8; 64]) -> Chunk {
    let numbers = bytes.as_chunks().0;
    let mut diagonals = DIAGONALS.iter().map(|place| numbers.get(*place).map_or(0, |bytes| u32::from_le_bytes(*bytes)));
    std::array::from_fn(|_| word([(); 2].map(|()| diagonals.next().unwrap_or_default())))
}

/// Back.
pub(super) fn write(chunk: &Chunk, bytes: &mut [u8; 64]) {
    let places = bytes.as_chunks_mut().0;
    for (place, number) in DIAGONALS.iter().zip(chunk.iter().flat_map(|word| numbers(*word))) {
        if let Some(bytes) = places.get_mut(*place) {
            *bytes = number.to_le_bytes();
        }
    }
}

/// The first number of the matrix.
#[inline(always)]
pub(super) fn first([word, ..]: &Chunk) -> u32 {
    numbers(*word)[0]
}

/// Two numbers as a vector has them in its memory.
fn word(numbers: [u32; 2]) -> u64 {
    let mut bytes = [0; 8];
    for (place, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
        *place = number.to_ne_bytes();
    }
    u64::from_ne_bytes(bytes)
}

#[inline(always)]
fn numbers(word: u64) -> [u32; 2] {
    let bytes = word.to_ne_bytes();
    let [first, second] = bytes.as_chunks().0 else { return [0; 2] };
    [*first, *second].map(u32::from_ne_bytes)
}

/// A chunk in registers.
#[derive(Clone, Copy)]
pub(super) struct Diagonals<S: Simd>([u32x4<S>; 4]);

impl<S: Simd> Diagonals<S> {
    #[inline(always)]
    pub(super) fn load(simd: S, chunk: &Chunk) -> Self {
        let &[a0, a1, b0, b1, c0, c1, d0, d1] = chunk;
        Self([[a0, a1], [b0, b1], [c0, c1], [d0, d1]].map(|words| u64x2::simd_from(simd, words).bitcast()))
    }

    #[inline(always)]
    pub(super) fn store(self) -> Chunk {
        let [a, b, c, d] = self.0.map(|vector| <[u64; 2]>::from(vector.bitcast::<u64x2<S>>()));
        [a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]
    }

    /// Four double rounds, and what went in added.
    #[inline(always)]
    pub(super) fn salsa20_8(self) -> Self {
        let mut rows = self.0;
        for _ in 0..4 {
            let [a, b, c, d] = round(rows);
            // The columns become the rows, and back.
            let [a, d, c, b] = round([a, d.slide::<1>(d), c.slide::<2>(c), b.slide::<3>(b)]);
            rows = [a, b.slide::<1>(b), c.slide::<2>(c), d.slide::<3>(d)];
        }
        let [[a, b, c, d], [e, f, g, h]] = [self.0, rows];
        Self([a + e, b + f, c + g, d + h])
    }
}

impl<S: Simd> BitXor for Diagonals<S> {
    type Output = Self;

    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        let [[a, b, c, d], [e, f, g, h]] = [self.0, other.0];
        Self([a ^ e, b ^ f, c ^ g, d ^ h])
    }
}

/// Four quarter rounds.
#[inline(always)]
fn round<S: Simd>([mut a, mut b, mut c, mut d]: [u32x4<S>; 4]) -> [u32x4<S>; 4] {
    b ^= rotate_left::<S, 7>(a + d);
    c ^= rotate_left::<S, 9>(b + a);
    d ^= rotate_left::<S, 13>(c + b);
    a ^= rotate_left::<S, 18>(d + c);
    [a, b, c, d]
}

#[inline(always)]
fn rotate_left<S: Simd, const BITS: u32>(numbers: u32x4<S>) -> u32x4<S> {
    (numbers << BITS) | (numbers >> (32 - BITS))
}
