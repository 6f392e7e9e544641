use waystation::Passwords;

use super::{line, verdict::Verdict};
use crate::{
    failure::{Exit, Failure},
    output,
};

/// Hashes go to standard output, where they were asked for; what could not be wrapped is told on standard error.
pub(super) async fn run(passwords: &Passwords) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for line in line::read() {
        let (number, line) = line?;
        let verdict = match line {
            Err(problem) => Verdict::unreadable(number, problem),
            Ok(line) => match passwords.wrap(&line.hash).await {
                Ok(wrapped) => {
                    output::json(&wrapped)?;
                    continue;
                }
                Err(error) => Verdict::failed(number, &error),
            },
        };
        eprintln!("{}", verdict.text());
        exit = Exit::Refused;
    }
    Ok(exit)
}
