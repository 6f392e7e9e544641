use std::{fmt, hint};

use super::{arena::Arena, argon2::Block};

/// Working memory that a pool keeps between hashes. What a hash left in it is overwritten by the next one or wiped,
/// whichever comes first, and never given back to the system.
///
/// Fresh memory costs more than half of a large Argon2 hash in page faults, so the blocks stay mapped.
#[derive(Default)]
pub struct Workspace {
    arena: Option<Arena>,
    /// Blocks, from the first on, that may hold what a hash left.
    dirty: usize,
    used: bool,
}

impl Workspace {
    /// `count` blocks of 1 KiB, for a hash that overwrites all of them. What it would not overwrite is wiped.
    ///
    /// `None` if the system has not that much memory.
    pub(super) fn blocks(&mut self, count: usize) -> Option<&mut [Block]> {
        if self.all_blocks().len() < count {
            // The old blocks go first, so that both are never held at once.
            self.wipe();
            self.arena = None;
            self.arena = Some(Arena::map(count)?);
        }
        self.wipe_from(count);
        (self.dirty, self.used) = (count, true);
        self.all_blocks().get_mut(..count)
    }

    /// Whether a hash has worked in it since this was last asked.
    pub(super) fn take_used(&mut self) -> bool {
        std::mem::take(&mut self.used)
    }

    /// Wipes what hashes left.
    pub(super) fn wipe(&mut self) {
        self.wipe_from(0);
    }

    fn wipe_from(&mut self, first: usize) {
        // `Zeroize` would write word by word. A plain fill runs at the speed of the memory, and it cannot be left out:
        // the compiler must assume that `black_box` reads it.
        let dirty = self.dirty;
        if let Some(left) = self.all_blocks().get_mut(first..dirty) {
            left.fill(Block::ZERO);
            hint::black_box(left);
        }
        self.dirty = self.dirty.min(first);
    }

    /// How much memory is kept.
    pub(super) fn bytes(&self) -> u64 {
        self.arena.as_ref().map_or(0, |arena| arena.bytes() as u64)
    }

    fn all_blocks(&mut self) -> &mut [Block] {
        self.arena.as_mut().map(Arena::blocks_mut).unwrap_or_default()
    }
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(blocks: &[Block]) -> impl Iterator<Item = u64> {
        blocks.iter().flat_map(|block| block.words().iter().copied())
    }

    /// As a hash does: writes all of what it asked for.
    fn hash(workspace: &mut Workspace, count: usize) {
        let blocks = workspace.blocks(count).unwrap();
        assert_eq!(blocks.len(), count);
        for block in blocks {
            block.words_mut().fill(7);
        }
    }

    #[test]
    fn blocks_are_kept_and_wiped() {
        let mut workspace = Workspace::default();
        for count in [8, 4, 16] {
            hash(&mut workspace, count);
            workspace.wipe();
            assert!(words(workspace.all_blocks()).all(|word| word == 0));
        }
        assert_eq!(workspace.bytes(), 16 * 1_024);
    }

    #[test]
    fn what_the_next_hash_does_not_overwrite_is_wiped_before_it() {
        let mut workspace = Workspace::default();
        hash(&mut workspace, 8);
        workspace.blocks(3).unwrap();
        assert!(words(&workspace.all_blocks()[3..]).all(|word| word == 0));
        assert_eq!(workspace.dirty, 3);
    }

    #[test]
    fn only_a_hash_uses_it() {
        let mut workspace = Workspace::default();
        assert!(!workspace.take_used());
        hash(&mut workspace, 8);
        assert!(workspace.take_used());
        workspace.wipe();
        assert!(!workspace.take_used());
    }

    #[test]
    fn more_than_there_is_is_refused() {
        assert!(Workspace::default().blocks(usize::MAX / 2_048).is_none());
    }
}
