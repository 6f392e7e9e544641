//! The hashing pool, the policy, the peppers, and the hashes of which the host knows the password.

use std::time::Duration;

use super::{Code, Doctor, Finding, Site};
use crate::password::{Comparison, HashPolicy, Password, PasswordError, PasswordHash, Passwords};

/// More than this, and people notice that they log in.
const SLOW: Duration = Duration::from_millis(500);
/// The first hash also pays for memory that is not there yet, and any may be disturbed.
const ROUNDS: usize = 3;

/// How long a hash of the policy takes, if one can be made.
pub(super) async fn examine(doctor: &Doctor, findings: &mut Vec<Finding>) -> Option<Duration> {
    let passwords = doctor.migrator.passwords();
    if passwords.policy().strength().compare(&HashPolicy::default().strength()) == Comparison::Weaker {
        let text = "New hashes are weaker than Argon2id of 19 MiB and two passes, the least that is recommended.";
        findings.push(Finding::new(Code::PolicyWeak, text));
    }
    examine_pool(passwords, findings);
    let took = measure(doctor, findings).await;
    if let Some(took) = took {
        let threads = passwords.pool().threads();
        let text = format!("One hash of the policy, alone; {threads} can be made at once.");
        findings.push(Finding::new(Code::PolicyHash, text).took(took));
        if took > SLOW {
            let text = "A hash of the policy, which every log-in costs here, takes more than half a second.";
            findings.push(Finding::new(Code::PolicySlow, text).took(took));
        }
    }
    prove(doctor, findings).await;
    took
}

fn examine_pool(passwords: &Passwords, findings: &mut Vec<Finding>) {
    let (pool, memory) = (passwords.pool(), passwords.policy().cost().memory_bytes);
    let threads = pool.threads() as u64;
    let at_once = pool.memory_bytes().checked_div(memory).unwrap_or(threads);
    if at_once < threads {
        let text = "So many of the pool's threads can hash by the policy at once: there is no memory for the others.";
        findings.push(Finding::new(Code::PoolNarrow, text).count(at_once, Some(threads)));
    }
}

async fn measure(doctor: &Doctor, findings: &mut Vec<Finding>) -> Option<Duration> {
    let clock = doctor.migrator.clock();
    let mut least = Duration::MAX;
    for _ in 0..ROUNDS {
        let began = clock.monotonic();
        if let Err(error) = doctor.migrator.passwords().hash(&Password::from("correct horse battery staple")).await {
            findings.push(Finding::new(Code::PoolFailed, format!("No hash could be made: {error}.")));
            return None;
        }
        least = least.min(clock.monotonic().saturating_sub(began));
    }
    Some(least)
}

async fn prove(doctor: &Doctor, findings: &mut Vec<Finding>) {
    let passwords = doctor.migrator.passwords();
    let mut proven = Vec::new();
    for (place, (password, hash)) in doctor.known.iter().enumerate() {
        let number = place + 1;
        let finding = match passwords.prove(password, hash).await {
            Ok(()) => {
                proven.extend(pepper_of(hash));
                continue;
            }
            Err(PasswordError::NotProven) => Finding::new(
                Code::KnownNotProven,
                format!(
                    "Known password {number} does not open its hash: it, or a salt, key, pepper or form is another."
                ),
            ),
            Err(error @ (PasswordError::Overloaded { .. } | PasswordError::Stopped)) => {
                Finding::new(Code::PoolFailed, format!("Known hash {number} was not verified: {error}."))
            }
            Err(error) => Finding::new(Code::KnownUnusable, format!("Known hash {number} cannot be used: {error}.")),
        };
        findings.push(finding.at(site(passwords, hash)));
    }
    for pepper in passwords.peppers().ids().filter(|id| !proven.contains(id)) {
        let text = "No known password proves that this pepper is the one that hashes were made with.";
        findings.push(Finding::new(Code::PepperUnproven, text).at(Site::default().place(pepper)));
    }
}

fn pepper_of(hash: &PasswordHash) -> Option<&str> {
    hash.context().and_then(|context| context.pepper.as_deref())
}

fn site(passwords: &Passwords, hash: &PasswordHash) -> Site {
    let mut site = Site::default();
    if let Ok(scheme) = passwords.schemes().identify(hash) {
        site = site.scheme(scheme.name());
    }
    match pepper_of(hash) {
        Some(pepper) => site.place(pepper),
        None => site,
    }
}
