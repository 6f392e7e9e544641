//! What the host has set: deadlines, recovery and the phase.

use std::time::Duration;

use super::{Code, Doctor, Finding};
use crate::{clock::within, legacy::LegacyConnection, phase::Phase, report::Progress};

const LONG_TTL: Duration = Duration::from_hours(24);
const SHORT_TTL: Duration = Duration::from_mins(5);
/// How long both systems together may take to count.
const PATIENCE: Duration = Duration::from_mins(1);

/// `hash` is what a hash of the policy takes, `find` what the slowest look-up at the legacy system took.
pub(super) fn examine(doctor: &Doctor, hash: Option<Duration>, find: Duration, findings: &mut Vec<Finding>) {
    examine_recovery(doctor, find, findings);
    let Some(deadline) = doctor.request_deadline else {
        let text = "The doctor was not told how long a request may take: the guard's deadline may be too long for it.";
        findings.push(Finding::new(Code::DeadlineUnknown, text));
        return;
    };
    let hash = hash.unwrap_or_default();
    let legacy = doctor.migrator.legacy().deadline();
    let most = legacy.saturating_add(hash);
    if most >= deadline {
        let text = format!(
            "The guard gives the legacy system {} ms, and a hash takes {} ms, while a request is over after {} ms.",
            legacy.as_millis(),
            hash.as_millis(),
            deadline.as_millis()
        );
        findings.push(Finding::new(Code::DeadlineExceeded, text).took(most));
    }
    let floor = doctor.migrator.recovery_floor();
    if floor >= deadline {
        let text = "No answer to the beginning of a recovery comes sooner than the request is over.";
        findings.push(Finding::new(Code::DeadlineExceeded, text).took(floor));
    }
    examine_queue(doctor, hash, deadline, findings);
}

fn examine_queue(doctor: &Doctor, hash: Duration, deadline: Duration, findings: &mut Vec<Finding>) {
    let pool = doctor.migrator.passwords().pool();
    let rounds = |jobs: usize| u32::try_from(jobs.div_ceil(pool.threads())).unwrap_or(u32::MAX);
    let wait = hash.saturating_mul(rounds(pool.queue()).saturating_add(1));
    if wait > deadline {
        let in_time = deadline.as_nanos() / hash.as_nanos().max(1);
        let jobs = in_time.saturating_sub(1).saturating_mul(pool.threads() as u128);
        let text = format!(
            "Whoever is the last in a full queue of {} hashes waits longer than a request may take; {jobs} would do.",
            pool.queue()
        );
        findings.push(Finding::new(Code::DeadlineQueue, text).took(wait));
    }
}

fn examine_recovery(doctor: &Doctor, find: Duration, findings: &mut Vec<Finding>) {
    let migrator = &doctor.migrator;
    if !migrator.keeps_recovery_key() {
        let text = "Each process signs recovery tokens with a key of its own: a link in a mail is dead after a restart \
                    and elsewhere.";
        findings.push(Finding::new(Code::RecoveryKeyEphemeral, text));
    }
    let ttl = migrator.recovery_ttl();
    if ttl > LONG_TTL {
        let text = "Recovery tokens are good for this long: a mailbox that is read later is a way in.";
        findings.push(Finding::new(Code::RecoveryTtlLong, text).took(ttl));
    }
    if ttl < SHORT_TTL {
        let text = "Recovery tokens are good for this long: some mails take longer.";
        findings.push(Finding::new(Code::RecoveryTtlShort, text).took(ttl));
    }
    if find > migrator.recovery_floor() {
        let text = "A look-up at the legacy system takes longer than the recovery floor: the time tells who has moved.";
        findings.push(Finding::new(Code::RecoveryFloorLow, text).took(find));
    }
}

pub(super) async fn examine_phase(doctor: &Doctor, findings: &mut Vec<Finding>) {
    match doctor.migrator.phase() {
        Phase::LegacyOnly | Phase::Shadow => {
            let text = "Log-ins are decided by the legacy system, and nobody moves in this phase.";
            findings.push(Finding::new(Code::PhaseNobodyMoves, text));
        }
        // Told from the sample.
        Phase::Cohort(_) | Phase::Importing | Phase::Draining => {}
        Phase::Sealed => findings.extend(examine_end(doctor).await),
    }
}

/// Whether anybody is left when the legacy system is not asked any more.
async fn examine_end(doctor: &Doctor) -> Option<Finding> {
    let (Some(stats), Some(directory)) = (doctor.migrator.store().as_stats(), doctor.migrator.legacy().as_directory())
    else {
        let text = "Who is left cannot be told without a list of the legacy system's users and a store that counts.";
        return Some(Finding::new(Code::PhaseSealedUnknown, text));
    };
    let read = within(doctor.migrator.clock(), PATIENCE, Progress::read(stats, directory));
    match read.await.ok_or("no answer within a minute".to_owned()).and_then(|it| it.map_err(|it| it.to_string())) {
        Ok(progress) if progress.left() == 0 => None,
        Ok(progress) => {
            let text = "These people have not moved, and can neither log in nor recover their password.";
            Some(Finding::new(Code::PhaseSealedLeft, text).count(progress.left(), Some(progress.legacy_users())))
        }
        Err(error) => {
            let text = format!("Who is left cannot be told: {error}.");
            Some(Finding::new(Code::PhaseSealedUnknown, text))
        }
    }
}
