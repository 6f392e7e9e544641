//! The memory, and the order in which it is filled (RFC 9106, sections 3.2 to 3.4).
#![expect(clippy::inline_always, reason = "what is not inlined does not get the instructions that were chosen")]

use fearless_simd::{Level, Simd, SimdBase, dispatch, u64x2, u64x4, u64x8};

use super::{Argon2Variant, Parameters, block::Block, compression::Compressed, words::Words};

/// Passes are made in four slices: within one, lanes do not read what the others write.
pub(super) const SLICES: usize = 4;

/// Fills the memory, of which the first two blocks of each lane are there, with these instructions.
///
/// Its length is a multiple of four times the lanes, and at least twice that.
pub(super) fn fill(level: Level, memory: &mut [Block], parameters: Parameters) {
    dispatch!(level, simd => fill_native(simd, memory, parameters));
}

#[inline(always)]
fn fill_native<S: Simd>(simd: S, memory: &mut [Block], parameters: Parameters) {
    match <S::u64s as SimdBase<S>>::LEN {
        8 => fill_with::<S, u64x8<S>, 2>(simd, memory, parameters),
        4 => fill_with::<S, u64x4<S>, 4>(simd, memory, parameters),
        _ => fill_with::<S, u64x2<S>, 8>(simd, memory, parameters),
    }
}

#[inline(always)]
fn fill_with<S: Simd, V: Words<S>, const ROW: usize>(simd: S, memory: &mut [Block], parameters: Parameters) {
    for pass in 0..parameters.passes {
        for slice in 0..SLICES {
            for lane in 0..parameters.lanes {
                let segment = Segment::new(parameters, memory.len(), pass, slice, lane);
                segment.fill::<S, V, ROW>(simd, memory);
            }
        }
    }
}

/// What one pass over one slice of one lane is.
#[derive(Clone, Copy)]
struct Segment {
    parameters: Parameters,
    pass: u32,
    slice: usize,
    lane: u32,
    /// Blocks in a lane.
    lane_length: usize,
    /// Blocks in a segment.
    length: usize,
}

impl Segment {
    fn new(parameters: Parameters, blocks: usize, pass: u32, slice: usize, lane: u32) -> Self {
        let lane_length = blocks / parameters.lanes as usize;
        Self { parameters, pass, slice, lane, lane_length, length: lane_length / SLICES }
    }

    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "an index outside would be a wrong hash: better none")]
    fn fill<S: Simd, V: Words<S>, const ROW: usize>(self, simd: S, memory: &mut [Block]) {
        let independent = self.is_independent();
        let keep = self.pass > 0 && self.parameters.version != 16;
        let first = if self.pass == 0 && self.slice == 0 { 2 } else { 0 };
        let lane = self.lane as usize * self.lane_length;
        let start = lane + self.slice * self.length;
        let mut previous = if self.slice == 0 && first == 0 { lane + self.lane_length - 1 } else { start + first - 1 };
        let mut addresses = Block::ZERO;
        for index in first..self.length {
            let random = if independent {
                if index == first || index % Block::WORDS == 0 {
                    addresses = self.addresses::<S, V, ROW>(simd, index / Block::WORDS, memory.len());
                }
                addresses.words()[index % Block::WORDS]
            } else {
                memory[previous].words()[0]
            };
            let reference = self.reference(index, random);
            let compressed = Compressed::<V, ROW>::of(simd, &memory[previous], &memory[reference]);
            previous = start + index;
            compressed.write(simd, &mut memory[previous], keep);
        }
    }

    /// Whether what a block refers to is independent of the password.
    fn is_independent(self) -> bool {
        match self.parameters.variant {
            Argon2Variant::D => false,
            Argon2Variant::I => true,
            Argon2Variant::Id => self.pass == 0 && self.slice < SLICES / 2,
        }
    }

    /// The random words for blocks of this segment, 128 at a time.
    #[inline(always)]
    fn addresses<S: Simd, V: Words<S>, const ROW: usize>(self, simd: S, chunk: usize, blocks: usize) -> Block {
        let variant = match self.parameters.variant {
            Argon2Variant::D => 0,
            Argon2Variant::I => 1,
            Argon2Variant::Id => 2,
        };
        let (pass, lane, passes) = (self.pass.into(), self.lane.into(), self.parameters.passes.into());
        let fields = [pass, lane, self.slice as u64, blocks as u64, passes, variant, chunk as u64 + 1];
        let mut block = Block::ZERO;
        for (word, field) in block.words_mut().iter_mut().zip(fields) {
            *word = field;
        }
        for _ in 0..2 {
            Compressed::<V, ROW>::of(simd, &Block::ZERO, &block).write(simd, &mut block, false);
        }
        block
    }

    /// Where the block is that this random word refers to.
    #[inline(always)]
    fn reference(self, index: usize, random: u64) -> usize {
        let (low, high) = (random & 0xFFFF_FFFF, random >> 32);
        let lanes = self.parameters.lanes;
        let lane = match self.pass {
            0 if self.slice == 0 => self.lane,
            _ if lanes == 1 => 0,
            #[expect(clippy::cast_possible_truncation, reason = "32 bits were left")]
            _ => high as u32 % lanes,
        };
        // Blocks that are finished and not of this segment, in the order in which they were written.
        let (finished, oldest) = match self.pass {
            0 => (self.slice * self.length, 0),
            _ if self.slice == SLICES - 1 => (self.lane_length - self.length, 0),
            _ => (self.lane_length - self.length, (self.slice + 1) * self.length),
        };
        let area = if lane == self.lane { finished + index - 1 } else { finished - usize::from(index == 0) };
        let back = ((area as u64 * ((low * low) >> 32)) >> 32) as usize;
        let position = oldest + area - 1 - back;
        let position = if position >= self.lane_length { position - self.lane_length } else { position };
        lane as usize * self.lane_length + position
    }
}
