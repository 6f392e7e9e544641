use std::io;

use crate::store::StoreError;

/// Why an export has failed. What it had written is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// More columns of CSV than there may be.
    #[error("{given} columns are more than {most}: name fewer fields, or allow more columns")]
    Columns {
        /// How many fields were named.
        given: usize,
        /// How many there may be.
        most: usize,
    },
    /// Two fields of a JSON export have one name.
    #[error("two fields have the same name, and an object has room for one: give one of them another name")]
    Names,
    /// There is no room for the output.
    #[error("there is no room left for the export: make some, or write it elsewhere, and export again from the start")]
    Full(#[source] io::Error),
    /// The runtime ended a task of the export, or it has panicked.
    #[error("a task of the export was ended")]
    Stopped,
    /// The store cannot be asked.
    #[error("the users to export cannot be read")]
    Store(#[from] StoreError),
    /// The output takes no more.
    #[error("the export cannot be written")]
    Write(#[source] io::Error),
}

impl ExportError {
    pub(super) fn write(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded | io::ErrorKind::StorageFull => {
                Self::Full(error)
            }
            _ => Self::Write(error),
        }
    }
}
