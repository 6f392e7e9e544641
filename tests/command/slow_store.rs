use rusqlite::Connection;

use super::{server::pause, terminal::Terminal};

/// A store that is so slow that an import is met while it runs.
pub(super) struct SlowStore(Connection);

impl SlowStore {
    /// That of the terminal, which is there already.
    pub(super) fn of(terminal: &Terminal) -> Self {
        let store = Connection::open(terminal.path().join("users.sqlite3")).unwrap();
        // Some 100 microseconds of work for each user.
        let trigger =
            "CREATE TRIGGER slow AFTER INSERT ON waystation_users BEGIN SELECT length(hex(zeroblob(100000))); END";
        store.execute_batch(trigger).unwrap();
        Self(store)
    }

    /// Waits until users of an import are there, which somebody works on.
    pub(super) fn wait_for_users(&self, mut is_running: impl FnMut() -> bool) {
        let begun = "SELECT EXISTS (SELECT 1 FROM waystation_users)";
        while !self.0.query_row(begun, [], |row| row.get::<_, bool>(0)).unwrap() {
            assert!(is_running(), "it ended without any users");
            pause();
        }
    }

    /// Waits until so many parts of imports are worked on at once.
    pub(super) fn wait_for_leases(&self, count: u32) {
        let leased = "SELECT count(*) FROM waystation_jobs WHERE leased_until > unixepoch() * 1000000";
        while self.0.query_row(leased, [], |row| row.get::<_, u32>(0)).unwrap() < count {
            pause();
        }
    }

    /// It is as fast as ever.
    pub(super) fn end(self) {
        self.0.execute_batch("DROP TRIGGER slow").unwrap();
    }
}
