use crate::store::StoreError;

/// What a server answered instead of doing what it was told, by its code alone: the messages quote values.
#[derive(Debug, thiserror::Error)]
#[error("the server answered with {code}{}", self.meaning.advice())]
pub(super) struct Fault {
    code: String,
    meaning: Meaning,
}

/// What a code means to the caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meaning {
    /// The call was undone as a whole for what others did at the same time. It may well succeed if it is done again.
    Conflict,
    /// Nothing that waiting or another set-up would change.
    Other,
    /// It works when there is room on the server's disk again.
    NoRoom,
    /// It may work later.
    Passing,
    /// The set-up is wrong in this.
    SetUp(&'static str),
}

impl Meaning {
    /// What to do, where the code does not say it to everybody.
    const fn advice(self) -> &'static str {
        match self {
            Self::NoRoom => ": there is no room left on its disk: make some",
            Self::Conflict | Self::Other | Self::Passing | Self::SetUp(_) => "",
        }
    }
}

impl Fault {
    /// The error that a caller of `operation` gets.
    pub(super) fn classify(operation: &'static str, code: String, meaning: Meaning) -> StoreError {
        let fault = Self { code, meaning };
        match meaning {
            Meaning::Conflict | Meaning::NoRoom | Meaning::Passing => StoreError::unavailable(operation, fault),
            Meaning::Other => StoreError::other(operation, fault),
            Meaning::SetUp(what) => StoreError::misconfigured_because(what, fault),
        }
    }

    pub(super) fn is_conflict(&self) -> bool {
        self.meaning == Meaning::Conflict
    }
}

/// What it means that the server gave no answer. sqlx's own errors quote nothing.
pub(super) fn unanswered(operation: &'static str, error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => StoreError::unavailable(operation, error),
        sqlx::Error::Tls(_) | sqlx::Error::Configuration(_) => {
            StoreError::misconfigured_because("the database's address or TLS certificate is not right", error)
        }
        _ if is_lost(&error) => StoreError::unavailable(operation, error),
        _ => StoreError::other(operation, error),
    }
}

/// Whether the connection is gone, and with it whatever was not acknowledged.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed)
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_full_disk_is_passing_and_says_what_to_do() {
        let error = Fault::classify("write", "53100".to_owned(), Meaning::NoRoom);
        assert!(error.is_unavailable());
        let told = error.source().unwrap().to_string();
        assert!(told.contains("53100") && told.contains("make some"), "{told}");
    }
}
