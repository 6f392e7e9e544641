use super::{Cost, Workspace};

/// The memory of a pool: what running hashes are charged for, and the workspaces that wait for the next one.
///
/// Both together never exceed the budget.
#[derive(Debug)]
pub(super) struct Shelf {
    /// Bytes in all.
    budget: u64,
    /// The largest workspace that is worth keeping, in bytes.
    keep: u64,
    /// What running hashes are charged for.
    charged: u64,
    idle: Vec<Workspace>,
}

impl Shelf {
    pub(super) fn new(budget: u64, keep: u64) -> Self {
        Self { budget, keep, charged: 0, idle: Vec::new() }
    }

    pub(super) fn budget(&self) -> u64 {
        self.budget
    }

    /// What a hash of this cost needs, if that much is free. Idle workspaces give way to it.
    pub(super) fn take(&mut self, cost: Cost) -> Option<Loan> {
        let (own, wanted) = (cost.own_bytes(), cost.workspace_bytes());
        // What a workspace may have, beside what the hash allocates itself.
        let free = self.budget.checked_sub(self.charged)?.checked_sub(own)?;
        if wanted > free {
            return None;
        }
        // The smallest that is large enough; else the largest, which grows. A hash that works in none takes none.
        let bytes = |index: &usize| self.idle.get(*index).map_or(0, Workspace::bytes);
        let usable = (0..self.idle.len()).filter(|index| wanted > 0 && bytes(index) <= free);
        let best = usable
            .min_by_key(|index| if bytes(index) >= wanted { (0, bytes(index)) } else { (1, u64::MAX - bytes(index)) });
        let workspace = best.map(|index| self.idle.swap_remove(index)).unwrap_or_default();

        let charge = own + wanted.max(workspace.bytes());
        self.charged += charge;
        let mut evicted = Vec::new();
        while self.charged + self.idle_bytes() > self.budget {
            evicted.extend(self.idle.pop());
        }
        Some(Loan { workspace, charge, evicted })
    }

    /// Takes back what was lent. What is not worth keeping comes back to be dropped outside of the lock.
    #[must_use = "dropping a large workspace takes time that the lock need not be held for"]
    pub(super) fn put_back(&mut self, charge: u64, workspace: Workspace) -> Option<Workspace> {
        self.charged = self.charged.saturating_sub(charge);
        let fits = self.charged + self.idle_bytes() + workspace.bytes() <= self.budget;
        if workspace.bytes() == 0 || workspace.bytes() > self.keep || !fits {
            return Some(workspace);
        }
        self.idle.push(workspace);
        None
    }

    fn idle_bytes(&self) -> u64 {
        self.idle.iter().map(Workspace::bytes).sum()
    }
}

/// Working memory for one hash.
#[derive(Debug)]
pub(super) struct Loan {
    pub(super) workspace: Workspace,
    /// What the shelf counts for it until it is put back.
    pub(super) charge: u64,
    /// Workspaces that gave way: to be dropped before the hash starts.
    pub(super) evicted: Vec<Workspace>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: u64 = 1_024;

    /// Takes, uses and puts back `memory` bytes.
    fn hash(shelf: &mut Shelf, memory: u64) {
        let mut loan = shelf.take(Cost::workspace(memory)).unwrap();
        loan.workspace.blocks(usize::try_from(memory / KIB).unwrap()).unwrap();
        drop(shelf.put_back(loan.charge, loan.workspace));
    }

    #[test]
    fn memory_is_kept_and_lent_again() {
        let mut shelf = Shelf::new(100 * KIB, 50 * KIB);
        hash(&mut shelf, 20 * KIB);
        assert_eq!(shelf.idle_bytes(), 20 * KIB);
        let loan = shelf.take(Cost::workspace(10 * KIB)).unwrap();
        assert_eq!((loan.workspace.bytes(), loan.charge), (20 * KIB, 20 * KIB));
        assert_eq!(shelf.idle_bytes(), 0);
    }

    #[test]
    fn a_rare_large_hash_is_not_kept() {
        let mut shelf = Shelf::new(100 * KIB, 50 * KIB);
        hash(&mut shelf, 60 * KIB);
        assert_eq!(shelf.idle_bytes(), 0);
    }

    #[test]
    fn idle_memory_gives_way_and_the_budget_holds() {
        let mut shelf = Shelf::new(100 * KIB, 50 * KIB);
        let loans = [30, 30].map(|kib| {
            let mut loan = shelf.take(Cost::workspace(kib * KIB)).unwrap();
            loan.workspace.blocks(30).unwrap();
            loan
        });
        for loan in loans {
            assert!(shelf.put_back(loan.charge, loan.workspace).is_none());
        }
        assert_eq!(shelf.idle_bytes(), 60 * KIB);
        let large = shelf.take(Cost::workspace(90 * KIB)).unwrap();
        assert_eq!(large.evicted.len(), 1);
        assert!(shelf.take(Cost::workspace(11 * KIB)).is_none());
        assert!(shelf.take(Cost::workspace(10 * KIB)).is_some());
        assert_eq!(shelf.charged, 100 * KIB);
    }

    #[test]
    fn a_hash_that_works_in_none_takes_no_workspace() {
        let mut shelf = Shelf::new(100 * KIB, 50 * KIB);
        hash(&mut shelf, 20 * KIB);
        let loan = shelf.take(Cost::memory(60 * KIB)).unwrap();
        assert_eq!((loan.workspace.bytes(), loan.charge), (0, 60 * KIB));
        assert_eq!(shelf.take(Cost::NEGLIGIBLE).unwrap().charge, 0);
        assert_eq!(shelf.idle_bytes(), 20 * KIB);
    }

    #[test]
    fn what_a_hash_allocates_itself_and_its_workspace_both_count() {
        let mut shelf = Shelf::new(100 * KIB, 50 * KIB);
        hash(&mut shelf, 40 * KIB);
        let loan = shelf.take(Cost::memory(30 * KIB).then(Cost::workspace(20 * KIB))).unwrap();
        // The idle one is larger than was asked for, and fits.
        assert_eq!((loan.workspace.bytes(), loan.charge), (40 * KIB, 70 * KIB));
        drop(shelf.put_back(loan.charge, loan.workspace));
        // It is too large to be beside this one, and gives way.
        let loan = shelf.take(Cost::memory(70 * KIB).then(Cost::workspace(20 * KIB))).unwrap();
        assert_eq!((loan.workspace.bytes(), loan.charge, loan.evicted.len()), (0, 90 * KIB, 1));
    }
}
