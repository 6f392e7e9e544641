//! How a record and a row become one: pure, field by field.
#![expect(clippy::match_same_arms, reason = "each arm is a rule of its own, in the order in which they are read")]

use serde_json::Value;

use super::policy::{CredentialMerge, IdentifierMerge, ImportPolicy, Merge};
use crate::{
    bulk::{Field, ImportRecord},
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    user::{Credential, Metadata, MovedBy, Profile, User},
};

/// A [`Merge`] for one user and record, where it is known which of them is newer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum How {
    Deep,
    Fill,
    Keep,
    Replace,
}

/// The profile as it is after the record.
pub(super) fn profile(user: &User, record: &ImportRecord, policy: &ImportPolicy) -> Profile {
    let spared = policy.spare_moved && is_their_own(user);
    let newer = record.updated_at.is_some_and(|at| at > user.updated_at);
    let how = |merge: Merge| match merge {
        Merge::Keep => How::Keep,
        Merge::FillMissing => How::Fill,
        Merge::DeepMerge | Merge::Replace | Merge::KeepNewer if spared => How::Fill,
        Merge::DeepMerge => How::Deep,
        Merge::Replace => How::Replace,
        Merge::KeepNewer if newer => How::Deep,
        Merge::KeepNewer => How::Fill,
    };
    let (mut merged, new, said) = (user.profile.clone(), &record.profile, record.fields);
    if policy.identifiers == IdentifierMerge::FillMissing {
        fill_identifiers(&mut merged, new);
    }
    let how_names = how(policy.names);
    for (slot, value, field) in [
        (&mut merged.name, &new.name, Field::Name),
        (&mut merged.given_name, &new.given_name, Field::GivenName),
        (&mut merged.family_name, &new.family_name, Field::FamilyName),
        (&mut merged.nickname, &new.nickname, Field::Nickname),
        (&mut merged.picture, &new.picture, Field::Picture),
    ] {
        let takes = match how_names {
            How::Keep => false,
            How::Fill => slot.is_none(),
            How::Deep => value.is_some(),
            How::Replace => said.contains(field),
        };
        if takes {
            slot.clone_from(value);
        }
    }
    let user_metadata = (how(policy.user_metadata), said.contains(Field::UserMetadata));
    metadata(&mut merged.user_metadata, &new.user_metadata, user_metadata);
    let app_metadata = (how(policy.app_metadata), said.contains(Field::AppMetadata));
    metadata(&mut merged.app_metadata, &new.app_metadata, app_metadata);
    let wins = |how: How| matches!(how, How::Deep | How::Replace);
    if wins(how(policy.verified)) {
        // What was shown of one address says nothing of another one.
        if said.contains(Field::EmailVerified) && is_same(user, record, IdentifierKind::Email) {
            merged.email_verified = new.email_verified;
        }
        if said.contains(Field::PhoneVerified) && is_same(user, record, IdentifierKind::Phone) {
            merged.phone_verified = new.phone_verified;
        }
    }
    if wins(how(policy.blocked)) && said.contains(Field::Blocked) {
        merged.blocked = new.blocked;
    }
    match how(policy.mfa) {
        How::Keep => {}
        How::Replace if said.contains(Field::MfaFactors) => merged.mfa_factors.clone_from(&new.mfa_factors),
        How::Replace => {}
        How::Fill if merged.mfa_factors.is_empty() => merged.mfa_factors.clone_from(&new.mfa_factors),
        How::Fill => {}
        How::Deep => add_missing(&mut merged.mfa_factors, &new.mfa_factors, |one, other| one == other),
    }
    match how(policy.identities) {
        How::Keep => {}
        How::Replace if said.contains(Field::Identities) => merged.identities.clone_from(&new.identities),
        How::Replace => {}
        How::Deep | How::Fill => add_missing(&mut merged.identities, &new.identities, |one, other| {
            one.provider == other.provider && one.subject == other.subject
        }),
    }
    merged
}

/// The credential that takes the place of the stored one, if any does.
pub(super) fn credential<'r>(user: &User, record: &'r ImportRecord, policy: &ImportPolicy) -> Option<&'r Credential> {
    let new = record.credential.as_ref()?;
    let brings_a_hash = matches!(new, Credential::Hash(_));
    let is_missing = matches!(user.credential, Credential::Delegated(_) | Credential::PendingPassword);
    let spared = policy.spare_moved && is_their_own(user);
    let takes = match policy.credential {
        CredentialMerge::Keep => false,
        CredentialMerge::Replace if !spared => true,
        CredentialMerge::UntilFirstLogIn if !spared => brings_a_hash && (is_missing || is_as_imported(user)),
        CredentialMerge::FillMissing | CredentialMerge::Replace | CredentialMerge::UntilFirstLogIn => {
            brings_a_hash && is_missing
        }
    };
    (takes && user.credential != *new).then_some(new)
}

/// Whether the row is what its owner made of it: they logged in, chose a password or signed up here.
fn is_their_own(user: &User) -> bool {
    match user.moved {
        Some(moved) => moved.by != MovedBy::Import,
        None => matches!(user.credential, Credential::Hash(_)),
    }
}

/// Whether nobody has used or changed the password since an import brought it. At the very moment of the import counts as
/// since: the safe side.
fn is_as_imported(user: &User) -> bool {
    let Some(moved) = user.moved.filter(|moved| moved.by == MovedBy::Import) else { return false };
    if !matches!(user.credential, Credential::Hash(_)) {
        return false;
    }
    let since = |at: Option<Timestamp>| at.is_some_and(|at| at >= moved.at);
    !since(user.last_login) && !since(user.password_set_at)
}

fn is_same(user: &User, record: &ImportRecord, kind: IdentifierKind) -> bool {
    let stored = user.profile.identifier(kind);
    stored.is_some() && stored == record.profile.identifier(kind)
}

/// Adds identifiers of the kinds that there are none of, each with what is known of its proof.
fn fill_identifiers(merged: &mut Profile, new: &Profile) {
    for kind in IdentifierKind::ALL {
        let (None, Some(identifier)) = (merged.identifier(kind), new.identifier(kind)) else { continue };
        let identifier: Identifier = identifier.clone();
        match kind {
            IdentifierKind::Email => merged.email_verified = new.email_verified,
            IdentifierKind::Phone => merged.phone_verified = new.phone_verified,
            IdentifierKind::Username => {}
        }
        merged.set_identifier(identifier);
    }
}

fn metadata(slot: &mut Metadata, new: &Metadata, (how, is_named): (How, bool)) {
    match how {
        How::Keep => {}
        How::Replace if is_named => slot.clone_from(new),
        How::Replace => {}
        How::Deep => deep_merge(slot, new),
        How::Fill => fill_missing(slot, new),
    }
}

/// The new wins wherever it says something.
fn deep_merge(slot: &mut Metadata, new: &Metadata) {
    for (name, value) in new {
        match (slot.get_mut(name), value) {
            (Some(Value::Object(inner)), Value::Object(value)) => deep_merge(inner, value),
            _ => {
                slot.insert(name.clone(), value.clone());
            }
        }
    }
}

/// What is there wins; `null` is there.
fn fill_missing(slot: &mut Metadata, new: &Metadata) {
    for (name, value) in new {
        match (slot.get_mut(name), value) {
            (Some(Value::Object(inner)), Value::Object(value)) => fill_missing(inner, value),
            (Some(_), _) => {}
            (None, value) => {
                slot.insert(name.clone(), value.clone());
            }
        }
    }
}

fn add_missing<T: Clone>(there: &mut Vec<T>, new: &[T], is_same: impl Fn(&T, &T) -> bool) {
    for value in new {
        if !there.iter().any(|other| is_same(other, value)) {
            there.push(value.clone());
        }
    }
}
