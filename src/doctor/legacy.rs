//! The connection: whether it answers, and what it says of somebody who does not exist.

use std::time::Duration;

use super::{Code, Doctor, Finding, Site, Stranger};
use crate::{
    Error,
    legacy::{Circuit, LegacyAttempt, LegacyConnection, LegacyDirectory, LegacyError, Verdict},
    store::KeyKind,
};

pub(super) struct Examined {
    /// Whether there is an answer at all: without one, asking for a thousand people is of no use.
    pub(super) answers: bool,
    /// How long the slowest look-up took.
    pub(super) slowest_find: Duration,
}

pub(super) async fn examine(doctor: &Doctor, stranger: &Stranger, findings: &mut Vec<Finding>) -> Examined {
    let legacy = doctor.migrator.legacy();
    if !matches!(doctor.migrator.guard_state().circuit, Circuit::Closed { .. }) {
        let text = "The guard has met too many failures in a row, and asks nobody, or one question at a time.";
        findings.push(Finding::new(Code::LegacyCircuitOpen, text));
    }
    if legacy.as_writer().is_none() {
        let text = "The connection cannot write: what changes here stays unknown to the legacy system.";
        findings.push(Finding::new(Code::LegacyNoWriter, text));
    }
    let mut examined = Examined { answers: true, slowest_find: Duration::ZERO };
    if let Err(error) = look_stranger_up(doctor, stranger, &mut examined, findings).await {
        findings.push(failure(error));
        examined.answers = false;
        return examined;
    }
    if examined.slowest_find > legacy.deadline() / 2 {
        let text = "The slowest look-up of somebody who does not exist: more than half of what the guard allows.";
        findings.push(Finding::new(Code::LegacySlow, text).took(examined.slowest_find));
    }
    try_log_in(doctor, stranger, findings).await;
    if let Some(directory) = legacy.as_directory() {
        count(directory, findings).await;
    } else {
        let text = "The connection has no list of users: no sample can be looked at, nothing be imported, and nobody \
                    says who is left.";
        findings.push(Finding::new(Code::LegacyNoDirectory, text));
    }
    examined
}

async fn look_stranger_up(
    doctor: &Doctor,
    stranger: &Stranger,
    examined: &mut Examined,
    findings: &mut Vec<Finding>,
) -> Result<(), LegacyError> {
    let (legacy, clock) = (doctor.migrator.legacy(), doctor.migrator.clock());
    if stranger.identifiers.is_empty() {
        let text = "The rules take neither an e-mail address, nor a phone number, nor a user name that nobody has: no \
                    look-up was tried.";
        findings.push(Finding::new(Code::RulesUnprobed, text));
    }
    for identifier in &stranger.identifiers {
        let began = clock.monotonic();
        let found = legacy.find(identifier).await?;
        examined.slowest_find = examined.slowest_find.max(clock.monotonic().saturating_sub(began));
        if let Some(user) = found {
            let text = "The connection found a user for an identifier that was made up at random.";
            let site = Site::source(user.key.source()).key(KeyKind::Identifier(identifier.kind()));
            findings.push(Finding::new(Code::LegacyStrangerFound, text).at(site));
        }
    }
    Ok(())
}

async fn try_log_in(doctor: &Doctor, stranger: &Stranger, findings: &mut Vec<Finding>) {
    if !doctor.tries_log_in {
        let text = "No log-in was tried at the legacy system, as the host wished.";
        findings.push(Finding::new(Code::LegacyTrialSkipped, text));
        return;
    }
    let Some(identifier) = stranger.identifiers.first() else { return };
    let attempt = LegacyAttempt::new(identifier, &stranger.password);
    match doctor.migrator.legacy().authenticate(&attempt).await {
        Ok(Verdict::Mismatch | Verdict::NotFound) => {}
        Ok(Verdict::Match(user) | Verdict::MatchMustChange(user)) => {
            let text = "The connection lets in a name and a password that were made up at random.";
            findings.push(Finding::new(Code::LegacyStrangerAdmitted, text).at(Site::source(user.key.source())));
        }
        Ok(Verdict::Blocked) => {
            let text = "The connection says that somebody is blocked whose name was made up at random.";
            findings.push(Finding::new(Code::LegacyStrangerBlocked, text));
        }
        Err(error) => findings.push(failure(error)),
    }
}

async fn count(directory: &dyn LegacyDirectory, findings: &mut Vec<Finding>) {
    match directory.count().await {
        Ok(counts) if counts.values().all(|users| *users == 0) => {
            let text = "The list of users is empty: is it the right database, table, or base of the search?";
            findings.push(Finding::new(Code::LegacyEmpty, text));
        }
        Ok(counts) => {
            let users = counts.values().sum();
            let text = "Users of the legacy system, those who cannot log in included.";
            findings.push(Finding::new(Code::LegacyUsers, text).count(users, None));
        }
        // It answers look-ups, as has just been seen: counting a large table takes longer.
        Err(error) if error.is_unavailable() => {
            let text = format!("The users were not counted: {error}.");
            findings.push(Finding::new(Code::LegacySlow, text));
        }
        Err(error) => findings.push(failure(error)),
    }
}

/// What an error of the connection means.
pub(super) fn failure(error: LegacyError) -> Finding {
    let code = match &error {
        error if error.is_unavailable() => Code::LegacyUnavailable,
        LegacyError::Misconfigured { .. } => Code::LegacyMisconfigured,
        _ => Code::LegacyFailed,
    };
    Finding::new(code, format!("{:#}.", Error::from(error)))
}
