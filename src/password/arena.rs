use memmap2::MmapMut;

use super::argon2::Block;

/// What a huge page holds, on the processors that have them.
const HUGE_PAGE: usize = 2 << 20;

/// Blocks of memory that the system was asked for directly, and that it gets back: zeros at first.
///
/// In huge pages as far as whole ones fit, where the system gives some. Argon2 and scrypt read all over their memory, and
/// most of the reads would have to look their page up first otherwise.
pub(super) struct Arena {
    memory: MmapMut,
    /// Where the first block is: at the beginning of a page of any size.
    start: usize,
    /// Bytes of all blocks.
    length: usize,
}

impl Arena {
    /// `count` blocks. `None` if the system has not that much memory.
    pub(super) fn map(count: usize) -> Option<Self> {
        let length = count.checked_mul(Block::BYTES)?;
        if length < HUGE_PAGE {
            return Some(Self { memory: MmapMut::map_anon(length.max(1)).ok()?, start: 0, length });
        }
        // What is mapped beside the blocks is never touched, and takes no memory.
        let memory = MmapMut::map_anon(length.checked_add(HUGE_PAGE)?).ok()?;
        let start = memory.as_ptr().align_offset(HUGE_PAGE);
        let arena = Self { memory, start: if start < HUGE_PAGE { start } else { 0 }, length };
        #[cfg(target_os = "linux")]
        {
            // No more than is used: a page that is touched takes all its memory. Best effort.
            let whole = length - length % HUGE_PAGE;
            let _granted = arena.memory.advise_range(memmap2::Advice::HugePage, arena.start, whole);
        }
        Some(arena)
    }

    pub(super) fn blocks_mut(&mut self) -> &mut [Block] {
        let end = self.start.saturating_add(self.length);
        let bytes = self.memory.get_mut(self.start..end).unwrap_or_default();
        bytemuck::try_cast_slice_mut(bytes).unwrap_or_default()
    }

    /// Bytes of all blocks.
    pub(super) const fn bytes(&self) -> usize {
        self.length
    }
}
