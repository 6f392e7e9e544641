use std::{collections::HashSet, mem};

use super::{
    ImportReport, keys_of,
    plan::{duplicated, tombstoned},
    reading::Entry,
};
use crate::{
    bulk::{Fault, FaultCode, Field, ImportRecord, Place},
    clock::Timestamp,
    password::{PasswordHash, Passwords, Strength},
    store::{BulkUpdate, BulkWrite, JobFault},
    user::{Credential, Moved, MovedBy, NewUser, UserId},
};

/// A record on its way.
pub(super) struct Item {
    pub(super) place: Place,
    pub(super) end: Place,
    pub(super) raw: Vec<u8>,
    pub(super) scheme: Option<&'static str>,
    pub(super) user: Option<Box<ImportRecord>>,
    pub(super) step: Step,
    /// The id of somebody who brings none.
    pub(super) id: Option<UserId>,
    pub(super) wrapped: Option<PasswordHash>,
    pub(super) wrap: Wrap,
    /// Whether the sink has it.
    pub(super) is_aside: bool,
}

/// What is to be done with a record.
pub(super) enum Step {
    Faulty(Vec<Fault>),
    Insert,
    Unchanged,
    Update(Box<BulkUpdate>),
}

/// What became of a weak hash.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Wrap {
    Not,
    Impossible,
    Wrapped,
}

impl Item {
    /// The hash that would be written.
    pub(super) fn new_hash(&self) -> Option<&PasswordHash> {
        let credential = match &self.step {
            Step::Insert => self.user.as_ref()?.credential.as_ref()?,
            Step::Update(update) => &update.change.credential.as_ref()?.credential,
            Step::Faulty(_) | Step::Unchanged => return None,
        };
        match credential {
            Credential::Hash(hash) => Some(hash),
            Credential::Delegated(_) | Credential::None | Credential::PendingPassword => None,
        }
    }
}

impl Item {
    /// The new user of a record that is to be inserted. What is large of the record is in there then, and no more in here.
    pub(super) fn lend(&mut self, without_password: &Credential, at: Timestamp) -> Option<NewUser> {
        if !self.is_new() {
            return None;
        }
        let record = self.user.as_mut()?;
        let id = record.id.clone().or_else(|| self.id.clone())?;
        let credential = match (&self.wrapped, &mut record.credential) {
            (Some(hash), _) => Credential::Hash(hash.clone()),
            (None, Some(credential)) => mem::replace(credential, Credential::None),
            (None, None) => without_password.clone(),
        };
        let moves = matches!(credential, Credential::Hash(_)) && !record.fields.contains(Field::Moved);
        let mut user = NewUser::new(id, mem::take(&mut record.profile), credential, at);
        user.legacy = record.legacy.take();
        user.moved = record.moved.or(moves.then_some(Moved::new(at, MovedBy::Import)));
        user.created_at = record.created_at.unwrap_or(at);
        user.last_login = record.last_login;
        user.login_count = record.login_count.unwrap_or_default();
        user.password_set_at = record.password_set_at;
        Some(user)
    }

    /// The change of a user, if there is to be one. What is large of it is in there then, and no more in here.
    pub(super) fn lend_change(&mut self) -> Option<BulkUpdate> {
        let Step::Update(update) = &mut self.step else { return None };
        let profile = update.change.profile.take();
        let mut lent = (**update).clone();
        lent.change.profile = profile;
        if let (Some(hash), Some(credential)) = (&self.wrapped, &mut lent.change.credential) {
            credential.credential = Credential::Hash(hash.clone());
        }
        Some(lent)
    }

    fn is_new(&self) -> bool {
        let id = self.user.as_ref().and_then(|record| record.id.as_ref()).or(self.id.as_ref());
        matches!(self.step, Step::Insert) && id.is_some()
    }
}

/// Gives back what was lent, in its order.
pub(super) fn give_back(items: &mut [Item], write: BulkWrite) {
    let updates =
        items.iter_mut().filter_map(|item| if let Step::Update(update) = &mut item.step { Some(update) } else { None });
    for (update, lent) in updates.zip(write.updates) {
        update.change.profile = lent.change.profile;
    }
    let records = items.iter_mut().filter(|item| item.is_new());
    for (item, user) in records.zip(write.users) {
        let Some(record) = &mut item.user else { continue };
        record.profile = user.profile;
        record.legacy = user.legacy;
        if let (None, Some(credential)) = (&item.wrapped, &mut record.credential) {
            *credential = user.credential;
        }
    }
}

/// Everybody is new until the store says otherwise. Where duplicates were not looked for, two of a batch with one key are not:
/// the later one is a duplicate.
pub(super) fn items(entries: Vec<Entry>, looked_for: bool) -> Vec<Item> {
    let mut seen = HashSet::new();
    let item = |entry: Entry| {
        let Entry { place, end, raw, user, scheme } = entry;
        let (user, step) = match user {
            Ok(user) if looked_for => (Some(user), Step::Insert),
            Ok(user) => {
                let keys = keys_of(&user);
                if let Some(key) = keys.iter().find(|key| seen.contains(*key)) {
                    (None, Step::Faulty(vec![duplicated(key.as_key().kind())]))
                } else {
                    seen.extend(keys);
                    (Some(user), Step::Insert)
                }
            }
            Err(faults) => (None, Step::Faulty(faults)),
        };
        Item { place, end, raw, scheme, user, step, id: None, wrapped: None, wrap: Wrap::Not, is_aside: false }
    };
    entries.into_iter().map(item).collect()
}

pub(super) fn is_weak(passwords: &Passwords, hash: &PasswordHash) -> bool {
    let parsed = passwords.schemes().parse(hash, passwords.limits());
    parsed.is_ok_and(|parsed| matches!(parsed.strength(), Strength::Fast))
}

/// As which kind of failure a record counts.
pub(super) fn counter<'r>(report: &'r mut ImportReport, faults: &[Fault]) -> &'r mut u64 {
    match faults {
        [fault, ..] if fault.code == FaultCode::DuplicatedUser => &mut report.duplicates,
        [fault, ..] if *fault == tombstoned() => &mut report.tombstoned,
        _ => &mut report.failed,
    }
}

pub(super) fn faults_of(items: &[Item]) -> Vec<JobFault> {
    let faults = items.iter().filter_map(|item| match &item.step {
        Step::Faulty(faults) => {
            // Codes, pointers and our own sentences: there is nothing that could not be written.
            let faults = serde_json::to_value(faults).unwrap_or_default();
            Some(JobFault::new(item.place.record, item.place.offset, item.place.line, faults))
        }
        Step::Insert | Step::Unchanged | Step::Update(_) => None,
    });
    faults.collect()
}
