//! Vectors of words, in the three widths that processors have.
#![expect(clippy::inline_always, reason = "what is not inlined does not get the instructions that were chosen")]

use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Shl, Shr};

use fearless_simd::{Simd, prelude::*, u8x32, u64x2, u64x4, u64x8};

/// 2, 4 or 8 words, seen as one, two or four pairs.
///
/// `BlaMka` works on matrices of 4 by 4 words, of which a pair is half a row. Each vector holds the same pair of as many
/// matrices as it has room for.
pub(super) trait Words<S: Simd>:
    Copy
    + Add<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Mul<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
{
    fn splat(simd: S, word: u64) -> Self;

    fn load(simd: S, words: &[u64]) -> Self;

    fn store(self, words: &mut [u64]);

    /// Of each pair the second word, and the first of the same pair of `next`.
    fn slide(self, next: Self) -> Self;

    /// From the rows of a block, one after the other, to vectors of the same pair of each row.
    fn gather(rows: [Self; 8]) -> [Self; 8];

    /// Back.
    fn scatter(pairs: [Self; 8]) -> [Self; 8];

    #[inline(always)]
    fn rotate_right<const BITS: u32>(self) -> Self {
        (self >> BITS) | (self << (64 - BITS))
    }
}

impl<S: Simd> Words<S> for u64x2<S> {
    #[inline(always)]
    fn splat(simd: S, word: u64) -> Self {
        simd.splat_u64x2(word)
    }

    #[inline(always)]
    fn load(simd: S, words: &[u64]) -> Self {
        Self::from_slice(simd, words)
    }

    #[inline(always)]
    fn store(self, words: &mut [u64]) {
        self.store_slice(words);
    }

    #[inline(always)]
    fn slide(self, next: Self) -> Self {
        self.token().slide_within_blocks_u64x2::<1>(self, next)
    }

    #[inline(always)]
    fn gather(rows: [Self; 8]) -> [Self; 8] {
        rows
    }

    #[inline(always)]
    fn scatter(pairs: [Self; 8]) -> [Self; 8] {
        pairs
    }
}

impl<S: Simd> Words<S> for u64x4<S> {
    #[inline(always)]
    fn splat(simd: S, word: u64) -> Self {
        simd.splat_u64x4(word)
    }

    #[inline(always)]
    fn load(simd: S, words: &[u64]) -> Self {
        Self::from_slice(simd, words)
    }

    #[inline(always)]
    fn store(self, words: &mut [u64]) {
        self.store_slice(words);
    }

    #[inline(always)]
    fn slide(self, next: Self) -> Self {
        self.token().slide_within_blocks_u64x4::<1>(self, next)
    }

    #[inline(always)]
    fn gather([a0, a1, a2, a3, b0, b1, b2, b3]: [Self; 8]) -> [Self; 8] {
        let ((p0, p1), (p2, p3)) = (swap(a0, b0), swap(a1, b1));
        let ((p4, p5), (p6, p7)) = (swap(a2, b2), swap(a3, b3));
        [p0, p1, p2, p3, p4, p5, p6, p7]
    }

    #[inline(always)]
    fn scatter([p0, p1, p2, p3, p4, p5, p6, p7]: [Self; 8]) -> [Self; 8] {
        let ((a0, b0), (a1, b1)) = (swap(p0, p1), swap(p2, p3));
        let ((a2, b2), (a3, b3)) = (swap(p4, p5), swap(p6, p7));
        [a0, a1, a2, a3, b0, b1, b2, b3]
    }

    /// AVX2 has no rotation, but shuffles bytes at once.
    #[inline(always)]
    fn rotate_right<const BITS: u32>(self) -> Self {
        let token = self.token();
        match BITS {
            16 => token.swizzle_dyn_within_blocks_u64x4(self, u8x32::from_slice(token, &TWO_BYTES)),
            24 => token.swizzle_dyn_within_blocks_u64x4(self, u8x32::from_slice(token, &THREE_BYTES)),
            _ => (self >> BITS) | (self << (64 - BITS)),
        }
    }
}

impl<S: Simd> Words<S> for u64x8<S> {
    #[inline(always)]
    fn splat(simd: S, word: u64) -> Self {
        simd.splat_u64x8(word)
    }

    #[inline(always)]
    fn load(simd: S, words: &[u64]) -> Self {
        Self::from_slice(simd, words)
    }

    #[inline(always)]
    fn store(self, words: &mut [u64]) {
        self.store_slice(words);
    }

    #[inline(always)]
    fn slide(self, next: Self) -> Self {
        self.token().slide_within_blocks_u64x8::<1>(self, next)
    }

    #[inline(always)]
    fn gather([a0, a1, b0, b1, c0, c1, d0, d1]: [Self; 8]) -> [Self; 8] {
        let ([p0, p1, p2, p3], [p4, p5, p6, p7]) = (turn([a0, b0, c0, d0]), turn([a1, b1, c1, d1]));
        [p0, p1, p2, p3, p4, p5, p6, p7]
    }

    #[inline(always)]
    fn scatter([p0, p1, p2, p3, p4, p5, p6, p7]: [Self; 8]) -> [Self; 8] {
        let ([a0, b0, c0, d0], [a1, b1, c1, d1]) = (turn([p0, p1, p2, p3]), turn([p4, p5, p6, p7]));
        [a0, a1, b0, b1, c0, c1, d0, d1]
    }
}

/// The first pairs of both, and the second pairs of both.
#[inline(always)]
fn swap<S: Simd>(a: u64x4<S>, b: u64x4<S>) -> (u64x4<S>, u64x4<S>) {
    let token = a.token();
    let ((a0, a1), (b0, b1)) = (token.split_u64x4(a), token.split_u64x4(b));
    (token.combine_u64x2(a0, b0), token.combine_u64x2(a1, b1))
}

/// Four vectors of four pairs: turns rows into columns.
#[inline(always)]
fn turn<S: Simd>([a, b, c, d]: [u64x8<S>; 4]) -> [u64x8<S>; 4] {
    let token = a.token();
    let ((a01, a23), (b01, b23)) = (token.split_u64x8(a), token.split_u64x8(b));
    let ((c01, c23), (d01, d23)) = (token.split_u64x8(c), token.split_u64x8(d));
    let ((ab0, ab1), (cd0, cd1)) = (swap(a01, b01), swap(c01, d01));
    let ((ab2, ab3), (cd2, cd3)) = (swap(a23, b23), swap(c23, d23));
    [
        token.combine_u64x4(ab0, cd0),
        token.combine_u64x4(ab1, cd1),
        token.combine_u64x4(ab2, cd2),
        token.combine_u64x4(ab3, cd3),
    ]
}

/// Which byte of a pair comes where when its words are rotated by two bytes, and by three.
const TWO_BYTES: [u8; 32] =
    [2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9];
const THREE_BYTES: [u8; 32] =
    [3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10];
