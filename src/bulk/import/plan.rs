use super::{
    merge,
    policy::{CredentialMerge, ImportPolicy},
};
use crate::{
    bulk::{Fault, FaultCode, ImportRecord},
    clock::Timestamp,
    identifier::IdentifierKind,
    store::{BulkUpdate, Key, KeyKind, Lookup, OwnedKey},
    user::{Credential, CredentialChange, Moved, MovedBy, User, UserChange},
};

/// What is to become of a record.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub enum Plan {
    /// Nothing: the record and whoever is there do not go together.
    Fault(Fault),
    /// A new user.
    Insert,
    /// Nothing: one of the keys belongs to a deleted user, whoever has the others.
    Tombstoned,
    /// Nothing: there is nothing to change.
    Unchanged,
    /// A change of a user who is there.
    Update(Box<BulkUpdate>),
}

/// Decides what is to become of a record: pure, so that every case can be shown.
///
/// `found` is what the store has at each key of the record, as [`keys_of`] has them. `at` is the time of the import.
pub fn plan(found: &[(KeyKind, Lookup)], record: &ImportRecord, policy: &ImportPolicy, at: Timestamp) -> Plan {
    // First: who was deleted stays deleted, even if somebody else has one of their keys now.
    let is_buried = found.iter().any(|(_, lookup)| matches!(lookup, Lookup::Tombstoned));
    if is_buried && !policy.lift_tombstones {
        return Plan::Tombstoned;
    }
    let users = || found.iter().filter_map(|(kind, lookup)| Some((*kind, user_of(lookup)?)));
    let Some((first, _)) = users().next() else { return Plan::Insert };
    if !policy.upsert {
        return Plan::Fault(taken(first));
    }
    let Some((_, user)) = users().find(|(kind, _)| *kind == policy.match_by.kind()) else {
        return Plan::Fault(taken(first));
    };
    if let Some((kind, _)) = users().find(|(_, other)| other.id != user.id) {
        return Plan::Fault(taken(kind));
    }
    if let (Some(theirs), Some(new)) = (&user.legacy, &record.legacy)
        && theirs.source() == new.source()
        && theirs.id() != new.id()
    {
        // An address that changed hands: the row is of whoever had it before.
        return Plan::Fault(Fault::new(
            FaultCode::Conflict,
            "conflict.other_person",
            "/user_id",
            "The stored user with this key is another user of the same source",
        ));
    }
    match update(user, record, policy, at) {
        Plan::Update(_) if !policy.trust_unverified && !is_shown(user, record, policy.match_by.kind()) => {
            Plan::Fault(unverified(policy.match_by.kind()))
        }
        decided => decided,
    }
}

/// The keys of a record, in the order in which conflicts are told.
pub fn keys_of(record: &ImportRecord) -> Vec<OwnedKey> {
    keys(record).map(OwnedKey::from).collect()
}

/// The same, borrowed.
pub(super) fn keys(record: &ImportRecord) -> impl Iterator<Item = Key<'_>> {
    let identifiers = record.profile.identifiers().map(Key::Identifier);
    record.id.as_ref().map(Key::Id).into_iter().chain(identifiers).chain(record.legacy.as_ref().map(Key::Legacy))
}

fn user_of(lookup: &Lookup) -> Option<&User> {
    match lookup {
        Lookup::Found(user) => Some(user),
        Lookup::Absent | Lookup::Tombstoned => None,
    }
}

/// Whether the stored user is who the record means: by more than an address that nobody was shown to have.
fn is_shown(user: &User, record: &ImportRecord, matched_by: KeyKind) -> bool {
    let is_verified = match matched_by {
        KeyKind::Identifier(IdentifierKind::Email) => user.profile.email_verified,
        KeyKind::Identifier(IdentifierKind::Phone) => user.profile.phone_verified,
        KeyKind::Id | KeyKind::Identifier(IdentifierKind::Username) | KeyKind::Legacy => true,
    };
    let is_same_legacy = record.legacy.is_some() && user.legacy == record.legacy;
    is_verified || is_same_legacy || record.id.as_ref() == Some(&user.id)
}

fn update(user: &User, record: &ImportRecord, policy: &ImportPolicy, at: Timestamp) -> Plan {
    let mut change = UserChange::at(at);
    let profile = merge::profile(user, record, policy);
    if profile != user.profile {
        change.profile = Some(profile);
    }
    if let Some(credential) = merge::credential(user, record, policy) {
        let password_set_at = record.password_set_at;
        change.credential = Some(CredentialChange { credential: credential.clone(), password_set_at });
        if matches!(credential, Credential::Hash(_)) {
            change.moved = Some(record.moved.unwrap_or(Moved::new(at, MovedBy::Import)));
        }
    }
    if user.legacy.is_none() && policy.identifiers == super::IdentifierMerge::FillMissing {
        change.legacy.clone_from(&record.legacy);
    }
    if change.profile.is_none() && change.credential.is_none() && change.legacy.is_none() {
        return Plan::Unchanged;
    }
    let mut update = BulkUpdate::new(user.id.clone(), user.version, change);
    let has_password = matches!(user.credential, Credential::Hash(_));
    if update.change.credential.is_some() && has_password && policy.credential == CredentialMerge::UntilFirstLogIn {
        // Whoever logs in meanwhile keeps the password with which they did.
        update.unless_logged_in_since = user.moved.map(|moved| moved.at);
    }
    Plan::Update(Box::new(update))
}

/// Another user has this key.
pub(super) fn taken(kind: KeyKind) -> Fault {
    let (code, detail, message) = match kind {
        KeyKind::Identifier(IdentifierKind::Email) => {
            (FaultCode::ConflictEmail, "conflict.email", "A stored user has this e-mail address")
        }
        KeyKind::Identifier(IdentifierKind::Username) => {
            (FaultCode::ConflictUsername, "conflict.username", "A stored user has this user name")
        }
        KeyKind::Identifier(IdentifierKind::Phone) => {
            (FaultCode::Conflict, "conflict.phone", "A stored user has this phone number")
        }
        KeyKind::Id => (FaultCode::Conflict, "conflict.id", "A stored user has this id"),
        KeyKind::Legacy => (FaultCode::Conflict, "conflict.legacy", "A stored user has this id at the source"),
    };
    Fault::new(code, detail, pointer(kind), message)
}

/// The stored user was never shown to have the address that they were found by.
fn unverified(kind: KeyKind) -> Fault {
    Fault::new(
        FaultCode::Conflict,
        "conflict.unverified",
        pointer(kind),
        "The stored user was never shown to have it, and may be somebody else",
    )
}

/// An earlier record of the input has this key.
pub(super) fn duplicated(kind: KeyKind) -> Fault {
    Fault::new(FaultCode::DuplicatedUser, "duplicated", pointer(kind), "An earlier record of the input has the same")
}

/// A deleted user had one of the keys.
pub(super) fn tombstoned() -> Fault {
    Fault::new(FaultCode::Conflict, "conflict.deleted", "", "The user was deleted here, and is not brought back")
}

const fn pointer(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Identifier(IdentifierKind::Email) => "/email",
        KeyKind::Identifier(IdentifierKind::Phone) => "/phone_number",
        KeyKind::Identifier(IdentifierKind::Username) => "/username",
        KeyKind::Id | KeyKind::Legacy => "/user_id",
    }
}
