use std::{path::PathBuf, time::Duration};

use rusqlite::{OpenFlags, config::DbConfig};

use super::builder::Synchronous;
use crate::sqlite::{self, pool::Opener};

/// How many statements a connection keeps prepared. There are some sixty that are asked for again and again.
const STATEMENTS: usize = 100;

/// Opens connections that read.
pub(super) fn reader(path: PathBuf, busy_timeout: Duration) -> Opener {
    opener(path, busy_timeout, "PRAGMA query_only = ON")
}

/// Opens the connection that writes. What is deleted or written over is not left behind in the file's free space. And 16 MiB of
/// pages: a bulk write's larger part would otherwise be written out and read again before its end.
pub(super) fn writer(path: PathBuf, busy_timeout: Duration, synchronous: Synchronous) -> Opener {
    macro_rules! pragmas {
        ($synchronous:literal) => {
            concat!("PRAGMA secure_delete = ON; PRAGMA cache_size = -16384; PRAGMA synchronous = ", $synchronous)
        };
    }
    let pragmas = match synchronous {
        Synchronous::Full => pragmas!("FULL"),
        Synchronous::Normal => pragmas!("NORMAL"),
    };
    opener(path, busy_timeout, pragmas)
}

fn opener(path: PathBuf, busy_timeout: Duration, pragmas: &'static str) -> Opener {
    Box::new(move || {
        let sqlite = sqlite::open(&path, OpenFlags::SQLITE_OPEN_READ_WRITE, busy_timeout)?;
        sqlite.set_prepared_statement_cache_capacity(STATEMENTS);
        // SQLite would plan a statement anew for every other limit of a page.
        sqlite.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        sqlite.execute_batch(pragmas)?;
        Ok(sqlite)
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_planned_once_whatever_its_values_are() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let sqlite = writer(file.path().to_owned(), Duration::from_secs(1), Synchronous::Normal)().unwrap();
        sqlite.execute_batch("CREATE TABLE users (id INTEGER PRIMARY KEY); INSERT INTO users VALUES (1), (2)").unwrap();
        let mut page = sqlite.prepare("SELECT id FROM users WHERE id > ? ORDER BY id LIMIT ?").unwrap();
        for (after, limit, users) in [(0, 1, 1), (0, 9, 2), (1, 9, 1)] {
            assert_eq!(page.query_map([after, limit], |_| Ok(())).unwrap().count(), users);
        }
        assert_eq!(page.get_status(StatementStatus::RePrepare), 0);
    }
}
