use waystation::{Passwords, password::Strength};

use super::{line, verdict::Verdict};
use crate::{
    arguments::Global,
    failure::{Exit, Failure},
    output,
};

pub(super) fn run(passwords: &Passwords, global: &Global) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for line in line::read() {
        let (number, line) = line?;
        let verdict = match line {
            Err(problem) => Verdict::unreadable(number, problem),
            Ok(line) => match passwords.schemes().parse(&line.hash, passwords.limits()) {
                Err(error) => Verdict::unusable(number, &error),
                Ok(parsed) => Verdict {
                    line: number,
                    answer: "known",
                    scheme: passwords.schemes().identify(&line.hash).ok().map(|scheme| scheme.name().to_owned()),
                    strength: Some(match parsed.strength() {
                        Strength::Argon2(_) => "argon2",
                        Strength::Slow => "slow",
                        Strength::Fast => "fast",
                        _ => "other",
                    }),
                    ..Verdict::default()
                },
            },
        };
        if verdict.answer != "known" {
            exit = Exit::Refused;
        }
        if global.json {
            output::json(&verdict)?;
        } else {
            output::line(verdict.text())?;
        }
    }
    Ok(exit)
}
