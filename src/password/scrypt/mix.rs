//! scrypt's function (RFC 7914) in memory that is kept.
//!
//! Our own, because the memory is what costs: the crate `scrypt` takes it fresh for every hash, which no pool can count
//! and which costs as much as a third of the hash. The crate is the oracle of the tests.
#![expect(clippy::inline_always, reason = "what is not inlined does not get the instructions that were chosen")]

use fearless_simd::{Level, Simd, dispatch};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::salsa::{self, Chunk, Diagonals};
use crate::password::{Workspace, argon2::Block};

const CHUNK_BYTES: usize = 64;
const CHUNKS_PER_BLOCK: usize = Block::BYTES / CHUNK_BYTES;

/// N, r and p, of which the product is known to be small enough for this machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters {
    /// A power of two above 1, at most 2^32.
    pub(super) n: usize,
    pub(super) r: usize,
    pub(super) p: usize,
}

impl Parameters {
    /// Blocks of memory for the large table.
    pub(super) fn blocks(self) -> usize {
        self.n.saturating_mul(self.row_chunks()).div_ceil(CHUNKS_PER_BLOCK)
    }

    /// Bytes beside the table.
    pub(super) fn own_bytes(self) -> usize {
        self.row_chunks().saturating_mul(CHUNK_BYTES).saturating_mul(self.p.saturating_add(2))
    }

    /// Fills `key` with what scrypt makes of a password. `None` if the system has not the memory.
    pub(super) fn derive(
        self,
        level: Level,
        password: &[u8],
        salt: &[u8],
        key: &mut [u8],
        workspace: &mut Workspace,
    ) -> Option<()> {
        let row_bytes = self.row_chunks() * CHUNK_BYTES;
        let mut lanes = Zeroizing::new(vec![0; row_bytes * self.p]);
        pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, 1, &mut lanes);
        let mut mixer = Mixer {
            n: self.n,
            row: Zeroizing::new(vec![[0; 8]; self.row_chunks()]),
            next: Zeroizing::new(vec![[0; 8]; self.row_chunks()]),
            table: workspace.blocks(self.blocks())?,
        };
        for lane in lanes.chunks_exact_mut(row_bytes) {
            for (chunk, bytes) in mixer.row.iter_mut().zip(lane.as_chunks().0) {
                *chunk = salsa::read(bytes);
            }
            dispatch!(level, simd => mixer.mix(simd));
            for (chunk, bytes) in mixer.row.iter().zip(lane.as_chunks_mut().0) {
                salsa::write(chunk, bytes);
            }
        }
        pbkdf2::pbkdf2_hmac::<Sha256>(password, &lanes, 1, key);
        Some(())
    }

    fn row_chunks(self) -> usize {
        2 * self.r
    }
}

struct Mixer<'a> {
    n: usize,
    row: Zeroizing<Vec<Chunk>>,
    next: Zeroizing<Vec<Chunk>>,
    table: &'a mut [Block],
}

impl Mixer<'_> {
    /// `scryptROMix`: fills the table row by row, then reads it in an order that what was read decides.
    #[inline(always)]
    fn mix<S: Simd>(&mut self, simd: S) {
        for index in 0..self.n {
            let start = index * self.row.len();
            let table = &mut *self.table;
            mix_row(&self.row, &mut self.next, |place, chunk| {
                if let Some(stored) = chunk_mut(table, start + place) {
                    *stored = *chunk;
                }
                Diagonals::load(simd, chunk)
            });
            std::mem::swap(&mut self.row, &mut self.next);
        }
        for _ in 0..self.n {
            let start = self.pick() * self.row.len();
            let table = &*self.table;
            mix_row(&self.row, &mut self.next, |place, chunk| {
                let stored = chunk_of(table, start + place).unwrap_or(chunk);
                Diagonals::load(simd, chunk) ^ Diagonals::load(simd, stored)
            });
            std::mem::swap(&mut self.row, &mut self.next);
        }
    }

    /// `Integerify`: the row that comes next. N is a power of two of at most 32 bits, so the first number decides.
    #[inline(always)]
    fn pick(&self) -> usize {
        self.row.last().map_or(0, |chunk| salsa::first(chunk) as usize & (self.n - 1))
    }
}

/// `scryptBlockMix`, of chunks that are changed as they are read: those at even places come first, those at odd places
/// after them.
#[inline(always)]
fn mix_row<S: Simd>(row: &[Chunk], mixed: &mut [Chunk], mut read: impl FnMut(usize, &Chunk) -> Diagonals<S>) {
    let Some(last) = row.last() else { return };
    let mut state = read(row.len() - 1, last);
    let (even, odd) = mixed.split_at_mut(row.len() / 2);
    for (index, ((pair, even), odd)) in row.as_chunks::<2>().0.iter().zip(even).zip(odd).enumerate() {
        let [first, second] = pair;
        state = (state ^ read(2 * index, first)).salsa20_8();
        *even = state.store();
        state = (state ^ read(2 * index + 1, second)).salsa20_8();
        *odd = state.store();
    }
}

#[inline(always)]
fn chunk_of(table: &[Block], place: usize) -> Option<&Chunk> {
    table.get(place / CHUNKS_PER_BLOCK)?.words().as_chunks().0.get(place % CHUNKS_PER_BLOCK)
}

#[inline(always)]
fn chunk_mut(table: &mut [Block], place: usize) -> Option<&mut Chunk> {
    table.get_mut(place / CHUNKS_PER_BLOCK)?.words_mut().as_chunks_mut().0.get_mut(place % CHUNKS_PER_BLOCK)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::password::levels::levels;

    fn key(level: Level, parameters: Parameters, password: &[u8], salt: &[u8], length: usize) -> Vec<u8> {
        let mut key = vec![0; length];
        // What another hash left must not matter.
        let mut workspace = Workspace::default();
        let other = Parameters { n: 4, r: 3, p: 1 };
        other.derive(level, b"other", b"", &mut [0; 32], &mut workspace).unwrap();
        parameters.derive(level, password, salt, &mut key, &mut workspace).unwrap();
        key
    }

    /// RFC 7914, section 12.
    #[test]
    fn keys_are_those_of_the_rfc() {
        for (password, salt, n, r, p, start) in [
            ("", "", 16, 1, 1, [0x77, 0xd6, 0x57, 0x62, 0x38, 0x65, 0x7b, 0x20]),
            ("password", "NaCl", 1_024, 8, 16, [0xfd, 0xba, 0xbe, 0x1c, 0x9d, 0x34, 0x72, 0x00]),
            ("pleaseletmein", "SodiumChloride", 16_384, 8, 1, [0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48]),
        ] {
            for level in levels() {
                let key = key(level, Parameters { n, r, p }, password.as_bytes(), salt.as_bytes(), 64);
                assert!(key.starts_with(&start), "{n} {r} {p}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn keys_are_those_of_another_implementation(
            password: Vec<u8>, salt: Vec<u8>, log_n in 1_u8..8, r in 1_u32..20, p in 1_u32..4, length in 1_usize..100,
        ) {
            let mut expected = vec![0; length];
            scrypt::scrypt(&password, &salt, &scrypt::Params::new(log_n, r, p).unwrap(), &mut expected).unwrap();
            let parameters = Parameters { n: 1 << log_n, r: r as usize, p: p as usize };
            for level in levels() {
                prop_assert_eq!(&key(level, parameters, &password, &salt, length), &expected);
            }
        }
    }
}
