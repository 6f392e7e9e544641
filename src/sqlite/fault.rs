/// Why SQLite did not do something.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the database was closed")]
    Closed,
    /// SQLite's messages name tables, columns and constraints, and never a value.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("the connection's thread could not be started, or has panicked")]
    Stopped,
    #[error("no connection was free in time")]
    Waited,
}

impl Fault {
    /// SQLite's result code, with the extension in its upper bytes.
    pub(crate) const fn extended_code(&self) -> Option<i32> {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _) | rusqlite::Error::SqlInputError { error, .. }) => {
                Some(error.extended_code)
            }
            _ => None,
        }
    }

    /// The same without the extension.
    pub(crate) fn code(&self) -> Option<i32> {
        self.extended_code().map(|code| code & 0xff)
    }

    /// What SQLite has to say.
    pub(crate) fn message(&self) -> Option<&str> {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(_, message)) => message.as_deref(),
            Self::Sqlite(rusqlite::Error::SqlInputError { msg, .. }) => Some(msg),
            _ => None,
        }
    }

    /// Whether a UNIQUE column or a primary key has the value already.
    pub(crate) fn is_taken(&self) -> bool {
        matches!(self.extended_code(), Some(code::CONSTRAINT_PRIMARYKEY | code::CONSTRAINT_UNIQUE))
    }
}

/// <https://sqlite.org/rescode.html>
pub(crate) mod code {
    pub(crate) const ERROR: i32 = 1;
    pub(crate) const PERM: i32 = 3;
    pub(crate) const BUSY: i32 = 5;
    pub(crate) const LOCKED: i32 = 6;
    pub(crate) const NOMEM: i32 = 7;
    pub(crate) const READONLY: i32 = 8;
    pub(crate) const INTERRUPT: i32 = 9;
    pub(crate) const IOERR: i32 = 10;
    pub(crate) const CORRUPT: i32 = 11;
    pub(crate) const FULL: i32 = 13;
    pub(crate) const CANTOPEN: i32 = 14;
    pub(crate) const PROTOCOL: i32 = 15;
    pub(crate) const CONSTRAINT: i32 = 19;
    pub(crate) const AUTH: i32 = 23;
    pub(crate) const NOTADB: i32 = 26;
    pub(crate) const CONSTRAINT_PRIMARYKEY: i32 = 1555;
    pub(crate) const CONSTRAINT_UNIQUE: i32 = 2067;
}
