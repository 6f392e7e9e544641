//! A sample of the legacy system's users: what will become of each of them when they log in.

use std::{collections::HashSet, time::Duration};

use super::{Code, Doctor, Finding, Site, finding::Tally, legacy, store};
use crate::{
    clock::Timestamp,
    legacy::{DirectoryEntry, LegacyConnection, LegacyDirectory, LegacyError, LegacyUser},
    phase::{OnMatch, Phase},
    secret_key::{KeyedDigest, SecretKey},
    store::{Key, Lookup, StoreError},
    user::{Credential, LegacyKey},
};

mod hashes;
mod identifiers;

use hashes::Hashes;
use identifiers::Identifiers;

/// Rows that are read at once.
pub(super) const PAGE: usize = 200;
/// No two machines agree better without effort.
const SKEW: Duration = Duration::from_mins(5);
/// So many digests are remembered: some 100 MB.
const MOST_REMEMBERED: usize = 1_000_000;
/// So many people of the sample are looked up.
const LOOKED_UP: usize = 5;

pub(super) async fn examine(doctor: &Doctor, digests: &SecretKey, store_answers: bool, findings: &mut Vec<Finding>) {
    let Some(directory) = doctor.migrator.legacy().as_directory() else { return };
    let mut sample = Sample {
        doctor,
        digests,
        asks_store: store_answers,
        met: HashSet::new(),
        looked_up: 0,
        people: 0,
        tally: Tally::default(),
        hashes: Hashes::new(doctor.migrator.passwords()),
        identifiers: Identifiers::new(doctor.migrator.rules(), digests),
    };
    let broken = sample.walk(directory, findings).await;
    sample.conclude(broken, findings);
}

struct Sample<'a> {
    doctor: &'a Doctor,
    digests: &'a SecretKey,
    asks_store: bool,
    /// Digests of the legacy keys that were met.
    met: HashSet<KeyedDigest>,
    looked_up: usize,
    people: u64,
    tally: Tally,
    hashes: Hashes<'a>,
    identifiers: Identifiers<'a>,
}

impl Sample<'_> {
    /// Walks from the start to the end of the sample; whether the walk was broken off before.
    async fn walk(&mut self, directory: &dyn LegacyDirectory, findings: &mut Vec<Finding>) -> bool {
        let (mut left, mut after) = (self.doctor.sample, None);
        while left > 0 {
            let limit = PAGE.min(left);
            let page = match directory.scan(after.as_ref(), limit).await {
                Ok(page) => page,
                Err(error) => {
                    findings.push(legacy::failure(error));
                    return true;
                }
            };
            let (rows, before) = (page.len(), self.people);
            after = page.last().map(|entry| entry.key.clone());
            for entry in page {
                self.meet(entry, findings).await;
            }
            // A list that shows only whom it has shown already never ends.
            if rows < limit || self.people == before {
                return false;
            }
            left = left.saturating_sub(rows);
        }
        false
    }

    async fn meet(&mut self, entry: DirectoryEntry, findings: &mut Vec<Finding>) {
        let DirectoryEntry { key, user } = entry;
        let digest = Key::Legacy(&key).digest(self.digests);
        if self.met.contains(&digest) {
            let text = "The list shows somebody twice: its order is not stable, or the id is not unique.";
            self.tally.add(Code::LegacyRepeats, Site::source(key.source()), text);
            return;
        }
        if self.met.len() < MOST_REMEMBERED {
            self.met.insert(digest);
        }
        self.people += 1;
        match user {
            Ok(user) => {
                self.examine(&user);
                self.compare(&user, findings).await;
                self.look_up(&user).await;
            }
            Err(error) => self.unreadable(&key, &error),
        }
    }

    fn unreadable(&mut self, key: &LegacyKey, error: &LegacyError) {
        let site = Site::source(key.source());
        let site = match error {
            LegacyError::UnusableHash { place, source } => {
                self.hashes.refuse(source, site.place(place), &mut self.tally);
                return;
            }
            LegacyError::Ambiguous { place } | LegacyError::Malformed { place, .. } => site.place(place),
            _ => site,
        };
        let text = format!("Rows cannot be read, and these people cannot log in: {error}.");
        self.tally.add_weighted(Code::LegacyRowUnreadable, error.as_str(), site, 0, text);
    }

    /// What can be told from the row alone.
    fn examine(&mut self, user: &LegacyUser) {
        let site = || Site::source(user.key.source());
        if user.profile.blocked {
            self.tally.add(
                Code::LegacyUserBlocked,
                site(),
                "People are blocked there: they do not move by themselves.",
            );
        }
        if user.profile.email.is_some() && !user.profile.email_verified {
            let text = "Addresses are not marked as verified: unless you allow it, nobody is adopted by them.";
            self.tally.add(Code::LegacyEmailUnverified, site(), text);
        }
        let dates = [user.created_at, user.last_login, user.password_set_at];
        if dates.into_iter().flatten().any(|date| is_future(self.doctor, date)) {
            let text = "Dates lie in the future: a column is read in another unit or time zone than written, or the \
                        clocks differ.";
            self.tally.add(Code::LegacyRowFuture, site(), text);
        }
        if let Phase::Cohort(_) = self.doctor.migrator.phase()
            && let Some(first) = user.profile.identifiers().next()
            && self.doctor.migrator.phase().conduct(first, None).on_match == OnMatch::Move
        {
            let text = "People are in the cohort, by their first identifier and without a tenant.";
            self.tally.add(Code::PhaseCohort, site(), text);
        }
        self.identifiers.examine(user, &mut self.tally);
        self.hashes.examine(user, &mut self.tally);
    }

    /// Whether somebody here is in the person's way. Only looks.
    async fn compare(&mut self, user: &LegacyUser, findings: &mut Vec<Finding>) {
        if !self.asks_store {
            return;
        }
        match self.ask_store(user).await {
            Ok(()) => {}
            Err(StoreError::Corrupt { what, .. }) => {
                let text = format!("A row of the store cannot be read, and its owner cannot log in: {what}.");
                self.tally.add_weighted(Code::StoreRowUnreadable, what, Site::default(), 0, text);
            }
            Err(error) => {
                self.asks_store = false;
                findings.push(store::failure(error));
            }
        }
    }

    async fn ask_store(&mut self, user: &LegacyUser) -> Result<(), StoreError> {
        let (store, clock) = (self.doctor.migrator.store(), self.doctor.migrator.clock());
        let here = Site::source(user.key.source());
        let deleted = "People were deleted here: they are not moved again.";
        match store::find(store, clock, Key::Legacy(&user.key)).await? {
            Lookup::Absent => {}
            Lookup::Found(row) => {
                let text = match row.credential {
                    Credential::Delegated(_) => "People are here, and their password still lives there.",
                    _ => "People are here already.",
                };
                self.tally.add_weighted(Code::LegacyUserHere, text, here, 0, text.to_owned());
                return Ok(());
            }
            Lookup::Tombstoned => {
                self.tally.add(Code::LegacyUserDeletedHere, here, deleted);
                return Ok(());
            }
        }
        for identifier in user.profile.identifiers() {
            let key = Key::Identifier(identifier);
            match store::find(store, clock, key).await? {
                Lookup::Absent => {}
                Lookup::Found(_) => {
                    let text = "Somebody else here has the identifier, so they cannot move: a sign-up of their own, or \
                                another legacy account.";
                    self.tally.add(Code::LegacyUserConflict, here.key(key.kind()), text);
                    return Ok(());
                }
                Lookup::Tombstoned => {
                    self.tally.add(Code::LegacyUserDeletedHere, here, deleted);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Whether the look-up by which people log in finds them.
    async fn look_up(&mut self, user: &LegacyUser) {
        let Some(identifier) = user.profile.identifiers().next().filter(|_| self.looked_up < LOOKED_UP) else { return };
        self.looked_up += 1;
        let text = match self.doctor.migrator.legacy().find(identifier).await {
            Ok(Some(found)) if found.key == user.key => return,
            // Told with the identifiers.
            Err(LegacyError::Ambiguous { .. }) => return,
            Ok(Some(_)) => "A look-up by the identifier that the list shows finds another person.".to_owned(),
            Ok(None) => "A look-up by the identifier that the list shows finds nobody.".to_owned(),
            Err(error) => format!("A look-up by the identifier that the list shows fails: {error}."),
        };
        let site = Site::source(user.key.source()).key(Key::Identifier(identifier).kind());
        self.tally.add(Code::LegacyFindDisagrees, site, text);
    }

    fn conclude(self, broken: bool, findings: &mut Vec<Finding>) {
        let Self { people, mut tally, hashes, identifiers, doctor, asks_store, .. } = self;
        hashes.conclude(&mut tally);
        if let Phase::Cohort(_) = doctor.migrator.phase()
            && tally.found(Code::PhaseCohort) == 0
        {
            let text =
                "Nobody of the sample is in the cohort by identifier alone: the rule goes by tenant, or nobody moves.";
            findings.push(Finding::new(Code::PhaseCohort, text).count(0, Some(people)));
        }
        if identifiers.is_full() {
            let text =
                "So many identifiers were compared with each other, and no more of them: the others may collide.";
            findings.push(Finding::new(Code::SampleBounded, text).count(MOST_REMEMBERED as u64, None));
        }
        if broken {
            let text = "The list of users broke off: nothing is known of the others.";
            findings.push(Finding::new(Code::SampleBroken, text).count(people, None));
        }
        let text = if asks_store {
            "Users of the legacy system were looked at."
        } else {
            "Users of the legacy system were looked at, and not compared with the store."
        };
        findings.push(Finding::new(Code::SampleSize, text).count(people, None));
        findings.extend(tally.into_findings(people));
    }
}

/// Whether a time is later than the clocks of two machines may differ.
pub(super) fn is_future(doctor: &Doctor, time: Timestamp) -> bool {
    time > doctor.migrator.clock().now().saturating_add(SKEW)
}
