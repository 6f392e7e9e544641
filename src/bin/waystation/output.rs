use std::io::{self, Write as _};

use serde::Serialize;

use crate::failure::Failure;

/// Writes a line to standard output.
///
/// # Errors
///
/// When nobody reads it any more, or the disk behind it is full. `println!` would panic.
pub(crate) fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    writeln!(io::stdout().lock(), "{text}").map_err(failed)
}

/// Writes a line to standard error, or does not: the work is not less done for it.
pub(crate) fn tell(text: std::fmt::Arguments<'_>) {
    let _unread = writeln!(io::stderr().lock(), "{text}");
}

/// Writes one line of JSON to standard output.
///
/// # Errors
///
/// As [`line`].
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, value).map_err(|error| failed(error.into()))?;
    stdout.write_all(b"\n").map_err(failed)
}

/// Without what a terminal would obey: texts here are other people's.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}

fn failed(error: io::Error) -> Failure {
    Failure::of("standard output cannot be written", error)
}
