//! The compression function (RFC 9106, sections 3.5 and 3.6).
#![expect(clippy::inline_always, reason = "what is not inlined does not get the instructions that were chosen")]
#![expect(clippy::indexing_slicing, reason = "arrays of fixed length; iterators over them are not kept in registers")]

use fearless_simd::Simd;

use super::{block::Block, words::Words};

/// A block as vectors, of which each of its eight rows of 16 words fills `ROW`.
type Vectors<V, const ROW: usize> = [[V; 8]; ROW];

/// `permutation(x ^ y) ^ x ^ y`, before it is written.
#[derive(Clone, Copy)]
pub(super) struct Compressed<V, const ROW: usize> {
    input: Vectors<V, ROW>,
    permuted: Vectors<V, ROW>,
}

impl<V, const ROW: usize> Compressed<V, ROW> {
    /// Words in a vector.
    const WIDTH: usize = 16 / ROW;

    #[inline(always)]
    pub(super) fn of<S: Simd>(simd: S, x: &Block, y: &Block) -> Self
    where
        V: Words<S>,
    {
        let low = V::splat(simd, 0xFFFF_FFFF);
        let mut input = [[low; 8]; ROW];
        let (mut x, mut y) = (x.words().chunks_exact(Self::WIDTH), y.words().chunks_exact(Self::WIDTH));
        for group in &mut input {
            for vector in group {
                if let (Some(x), Some(y)) = (x.next(), y.next()) {
                    *vector = V::load(simd, x) ^ V::load(simd, y);
                }
            }
        }
        let mut permuted = input;
        permute(low, &mut permuted);
        Self { input, permuted }
    }

    /// Writes it over `block`, or, where the version keeps what a pass before left, into it.
    #[inline(always)]
    pub(super) fn write<S: Simd>(&self, simd: S, block: &mut Block, keep: bool)
    where
        V: Words<S>,
    {
        let mut chunks = block.words_mut().chunks_exact_mut(Self::WIDTH);
        for (input, permuted) in self.input.iter().zip(&self.permuted) {
            for (input, permuted) in input.iter().zip(permuted) {
                if let Some(words) = chunks.next() {
                    let mut vector = *input ^ *permuted;
                    if keep {
                        vector = vector ^ V::load(simd, words);
                    }
                    vector.store(words);
                }
            }
        }
    }
}

/// Rounds over the rows of the block, then over its columns of two words.
#[inline(always)]
fn permute<S: Simd, V: Words<S>, const ROW: usize>(low: V, block: &mut Vectors<V, ROW>) {
    // The 32 registers of AVX-512 have room for the whole block, and twice the independent work hides twice the
    // latency. The 16 registers of the others are full with one group.
    if ROW == 2 {
        rows(low, block);
        let mut columns = *block;
        for (index, group) in columns.iter_mut().enumerate() {
            *group = column(block, index);
        }
        rounds(low, &mut columns);
        for (index, group) in columns.iter().enumerate() {
            set_column(block, index, *group);
        }
        return;
    }
    for group in block.iter_mut() {
        let mut one = [*group];
        rows(low, &mut one);
        [*group] = one;
    }
    for index in 0..ROW {
        let mut one = [column(block, index)];
        rounds(low, &mut one);
        let [group] = one;
        set_column(block, index, group);
    }
}

#[inline(always)]
fn rows<S: Simd, V: Words<S>, const N: usize>(low: V, groups: &mut [[V; 8]; N]) {
    for group in groups.iter_mut() {
        *group = V::gather(*group);
    }
    rounds(low, groups);
    for group in groups.iter_mut() {
        *group = V::scatter(*group);
    }
}

#[inline(always)]
fn column<V: Copy, const ROW: usize>(block: &Vectors<V, ROW>, index: usize) -> [V; 8] {
    let at = |row: usize| block[(row * ROW + index) / 8][(row * ROW + index) % 8];
    [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)]
}

#[inline(always)]
fn set_column<V: Copy, const ROW: usize>(block: &mut Vectors<V, ROW>, index: usize, group: [V; 8]) {
    for (row, vector) in group.into_iter().enumerate() {
        block[(row * ROW + index) / 8][(row * ROW + index) % 8] = vector;
    }
}

/// The round of `BLAKE2b` with `BlaMka` in place of additions, on each group of matrices.
#[inline(always)]
fn rounds<S: Simd, V: Words<S>, const N: usize>(low: V, groups: &mut [[V; 8]; N]) {
    quarters(low, groups);
    for group in groups.iter_mut() {
        let [a0, a1, b0, b1, c0, c1, d0, d1] = *group;
        *group = [a0, a1, b0.slide(b1), b1.slide(b0), c1, c0, d1.slide(d0), d0.slide(d1)];
    }
    quarters(low, groups);
    for group in groups.iter_mut() {
        let [a0, a1, b0, b1, c0, c1, d0, d1] = *group;
        *group = [a0, a1, b1.slide(b0), b0.slide(b1), c1, c0, d0.slide(d1), d1.slide(d0)];
    }
}

/// The eight steps of a quarter round, each for all groups before the next, so that none waits for the one before.
#[inline(always)]
fn quarters<S: Simd, V: Words<S>, const N: usize>(low: V, groups: &mut [[V; 8]; N]) {
    const A: usize = 0;
    const B: usize = 2;
    const C: usize = 4;
    const D: usize = 6;
    add(low, groups, A, B);
    rotate::<S, V, N, 32>(groups, D, A);
    add(low, groups, C, D);
    rotate::<S, V, N, 24>(groups, B, C);
    add(low, groups, A, B);
    rotate::<S, V, N, 16>(groups, D, A);
    add(low, groups, C, D);
    rotate::<S, V, N, 63>(groups, B, C);
}

/// `x + y + 2 * low(x) * low(y)`.
#[inline(always)]
fn add<S: Simd, V: Words<S>, const N: usize>(low: V, groups: &mut [[V; 8]; N], x: usize, y: usize) {
    for group in groups.iter_mut() {
        for half in 0..2 {
            let product = (group[x + half] & low) * (group[y + half] & low);
            group[x + half] = group[x + half] + group[y + half] + product + product;
        }
    }
}

#[inline(always)]
fn rotate<S: Simd, V: Words<S>, const N: usize, const BITS: u32>(groups: &mut [[V; 8]; N], x: usize, y: usize) {
    for group in groups.iter_mut() {
        for half in 0..2 {
            group[x + half] = (group[x + half] ^ group[y + half]).rotate_right::<BITS>();
        }
    }
}
