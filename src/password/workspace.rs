use std::{
    fmt, hint,
    ops::{Deref, DerefMut},
};

use ::argon2::Block;

/// Working memory that a pool keeps between hashes, wiped after each.
///
/// Fresh memory costs more than half of a large Argon2 hash in page faults, so the blocks stay mapped.
#[derive(Default)]
pub struct Workspace {
    blocks: Vec<Block>,
}

impl Workspace {
    /// `count` blocks of 1 KiB; they are wiped when the returned guard goes, also when the hash panics.
    ///
    /// `None` if the system has not that much memory.
    pub(super) fn blocks(&mut self, count: usize) -> Option<Blocks<'_>> {
        if self.blocks.len() < count {
            // The old blocks are wiped and go first, so that both are never held at once.
            self.blocks = Vec::new();
            self.blocks.try_reserve_exact(count).ok()?;
            self.blocks.resize(count, Block::new());
        }
        self.blocks.get_mut(..count).map(Blocks)
    }

    /// How much memory is kept.
    pub(super) fn bytes(&self) -> u64 {
        (self.blocks.capacity() as u64).saturating_mul(Block::SIZE as u64)
    }
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

/// Blocks that one hash works in.
pub(super) struct Blocks<'a>(&'a mut [Block]);

impl Deref for Blocks<'_> {
    type Target = [Block];

    fn deref(&self) -> &[Block] {
        self.0
    }
}

impl DerefMut for Blocks<'_> {
    fn deref_mut(&mut self) -> &mut [Block] {
        self.0
    }
}

impl AsMut<[Block]> for Blocks<'_> {
    fn as_mut(&mut self) -> &mut [Block] {
        self.0
    }
}

impl Drop for Blocks<'_> {
    fn drop(&mut self) {
        // `Zeroize` would write word by word. A plain fill runs at the speed of the memory, and it cannot be left out:
        // the blocks outlive this guard, and the compiler must assume that `black_box` reads them.
        self.0.fill(Block::new());
        hint::black_box(&mut *self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_wiped(workspace: &Workspace) -> bool {
        workspace.blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0))
    }

    #[test]
    fn blocks_are_kept_and_wiped() {
        let mut workspace = Workspace::default();
        for count in [8, 4, 16] {
            let mut blocks = workspace.blocks(count).unwrap();
            assert_eq!(blocks.len(), count);
            blocks.iter_mut().for_each(|block| block.as_mut().fill(7));
            drop(blocks);
            assert!(is_wiped(&workspace));
        }
        assert_eq!(workspace.bytes(), 16 * 1_024);
    }

    #[test]
    fn blocks_are_wiped_when_the_hash_panics() {
        let mut workspace = Workspace::default();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut blocks = workspace.blocks(8).unwrap();
            blocks.iter_mut().for_each(|block| block.as_mut().fill(7));
            panic!("in the middle of a hash");
        }));
        assert!(panicked.is_err());
        assert!(is_wiped(&workspace));
    }

    #[test]
    fn more_than_there_is_is_refused() {
        assert!(Workspace::default().blocks(usize::MAX / 2_048).is_none());
    }
}
