//! What an import tells of itself while it runs.

use super::{ImportProgress, ImportStage, batch::Run, patience::Patience};

impl<'a> Run<'a> {
    /// From now on, what takes time is reading and writing.
    pub(super) fn begin_to_write(&mut self) {
        self.writing_since = self.importer.clock.monotonic();
    }

    pub(super) fn take_note_of(&mut self, packed_bytes: Option<u64>) {
        let before = self.packed_bytes.map(|(_, before)| before).or(packed_bytes);
        self.packed_bytes = packed_bytes.zip(before);
    }

    pub(super) fn tell_progress(&self) {
        if let Some(tell) = &self.importer.progress {
            tell(&self.progress(ImportStage::Writing));
        }
    }

    /// Patience with the store. Whoever watches is told that it is needed.
    pub(super) fn patience(&self) -> Patience<'a> {
        let watcher = self.importer.progress.clone();
        Patience::new(&*self.importer.clock).telling(watcher, self.progress(ImportStage::Waiting))
    }

    fn progress(&self, stage: ImportStage) -> ImportProgress {
        ImportProgress {
            stage,
            records: self.place.record,
            bytes: self.place.offset,
            total_bytes: self.total_bytes(),
            packed_bytes: self.packed_bytes.map(|(now, _)| now),
            total_packed_bytes: self.total_packed_bytes(),
            resumed_packed_bytes: self.packed_bytes.map_or(0, |(_, before)| before),
            resumed_records: self.resumed_at.record,
            resumed_bytes: self.resumed_at.offset,
            elapsed: self.importer.since(self.writing_since),
        }
    }
}
