use bytemuck::{Pod, Zeroable};

/// 1 KiB of working memory.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
pub(in crate::password) struct Block([u64; Block::WORDS]);

impl Block {
    pub(in crate::password) const BYTES: usize = 1_024;
    pub(super) const WORDS: usize = Self::BYTES / 8;
    pub(in crate::password) const ZERO: Self = Self([0; Self::WORDS]);

    pub(in crate::password) fn words(&self) -> &[u64; Self::WORDS] {
        &self.0
    }

    pub(in crate::password) fn words_mut(&mut self) -> &mut [u64; Self::WORDS] {
        &mut self.0
    }
}
