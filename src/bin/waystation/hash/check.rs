use waystation::{Passwords, password::Verification};

use super::{
    line::{self, Line},
    verdict::Verdict,
};
use crate::{
    arguments::Global,
    failure::{Exit, Failure},
    output,
};

pub(super) async fn run(passwords: &Passwords, global: &Global) -> Result<Exit, Failure> {
    let (mut lines, mut matched) = (0_u64, 0_u64);
    for line in line::read() {
        let (number, line) = line?;
        let verdict = match line {
            Ok(line) => check(passwords, number, line).await,
            Err(problem) => Verdict::unreadable(number, problem),
        };
        lines += 1;
        matched += u64::from(verdict.answer == "match");
        if global.json {
            output::json(&verdict)?;
        } else {
            output::line(verdict.text())?;
        }
    }
    tell!("{matched} of {lines} match");
    Ok(if matched == lines && lines > 0 { Exit::Done } else { Exit::Refused })
}

async fn check(passwords: &Passwords, number: u64, line: Line) -> Verdict {
    let Some(password) = line.password else {
        return Verdict::unreadable(number, "it has no `password`".into());
    };
    let scheme = passwords.schemes().identify(&line.hash).ok().map(|scheme| scheme.name().to_owned());
    match passwords.verify(&password, &line.hash).await {
        Ok(Verification::Match { upgrade, truncated, .. }) => Verdict {
            line: number,
            answer: "match",
            scheme,
            upgrade: Some(upgrade),
            truncated: Some(truncated),
            ..Verdict::default()
        },
        Ok(_) => Verdict { line: number, answer: "mismatch", scheme, ..Verdict::default() },
        Err(error) => Verdict::failed(number, &error),
    }
}
