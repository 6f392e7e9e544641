use serde::Serialize;
use waystation::{PasswordHash, Passwords};

use super::{line, verdict::Verdict};
use crate::{
    failure::{Exit, Failure},
    output,
};

/// A wrapped hash, with the number of the line that it came from.
#[derive(Serialize)]
struct Wrapped<'a> {
    line: u64,
    #[serde(flatten)]
    hash: &'a PasswordHash,
}

/// Hashes go to standard output, where they were asked for; what could not be wrapped is told on standard error.
pub(super) async fn run(passwords: &Passwords) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for line in line::read() {
        let (number, line) = line?;
        let verdict = match line {
            Err(problem) => Verdict::unreadable(number, problem),
            Ok(line) => match passwords.wrap(&line.hash).await {
                Ok(wrapped) => {
                    output::json(&Wrapped { line: number, hash: &wrapped })?;
                    continue;
                }
                Err(error) => Verdict::failed(number, &error),
            },
        };
        tell!("{}", verdict.text());
        exit = Exit::Refused;
    }
    Ok(exit)
}
