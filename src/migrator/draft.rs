//! What a person from a legacy system becomes as a row.

use uuid::Builder;

use crate::{
    clock::Timestamp,
    entropy::{Entropy, EntropyError},
    identifier::{Identifier, IdentifierKind},
    legacy::LegacyUser,
    user::{Credential, LegacyKey, LinkedIdentity, Moved, NewUser, Profile, UserId},
};

/// Which id a person gets who moves here.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum UserIds {
    /// A new time-ordered UUID (version 7).
    Generated,
    /// The id that they have at the legacy system, as it is. Only with a single legacy system.
    Legacy,
    /// The name of the legacy system and the id there: `django|42`. Ids of two systems cannot meet.
    #[default]
    Prefixed,
}

impl UserIds {
    pub(super) fn id(self, key: &LegacyKey, at: Timestamp, entropy: &dyn Entropy) -> Result<UserId, EntropyError> {
        match self.kept(key) {
            Some(id) => Ok(id),
            None => generated_id(at, entropy),
        }
    }

    /// The id that is made of the one at the legacy system; `None` if it is a new one.
    pub(crate) fn kept(self, key: &LegacyKey) -> Option<UserId> {
        match self {
            Self::Generated => None,
            Self::Legacy => Some(UserId::new(key.id())),
            Self::Prefixed => Some(UserId::new(format!("{}|{}", key.source(), key.id()))),
        }
    }
}

/// A new id for somebody who brings none.
pub(crate) fn generated_id(at: Timestamp, entropy: &dyn Entropy) -> Result<UserId, EntropyError> {
    let mut random = [0; 10];
    entropy.fill(&mut random)?;
    let millis = u64::try_from(at.as_micros() / 1_000).unwrap_or_default();
    Ok(UserId::new(Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()))
}

/// The row of a person from a legacy system.
pub(super) fn of_legacy(person: &LegacyUser, id: UserId, credential: Credential, at: Timestamp) -> NewUser {
    let mut user = NewUser::new(id, person.profile.clone(), credential, at);
    user.legacy = Some(person.key.clone());
    user.created_at = person.created_at.unwrap_or(at);
    user.last_login = person.last_login;
    user.login_count = person.login_count;
    user.password_set_at = person.password_set_at;
    user
}

/// The same, in the act of logging in.
pub(super) fn logging_in(mut user: NewUser) -> NewUser {
    user.last_login = user.last_login.max(Some(user.at));
    user.login_count = user.login_count.saturating_add(1);
    user
}

/// The same, moved.
pub(super) fn moved(mut user: NewUser, moved: Moved) -> NewUser {
    user.moved = Some(moved);
    user
}

/// A copy brought up to date: what the legacy system is asked for at each log-in until the person moves. Metadata,
/// factors and links are the application's own, and nobody is un-barred by it.
pub(super) fn refreshed(copy: &Profile, legacy: &Profile) -> Profile {
    let mut fresh = legacy.clone();
    fresh.user_metadata.clone_from(&copy.user_metadata);
    fresh.app_metadata.clone_from(&copy.app_metadata);
    fresh.mfa_factors.clone_from(&copy.mfa_factors);
    fresh.identities.clone_from(&copy.identities);
    fresh.blocked |= copy.blocked;
    fresh
}

/// The profile with this identifier shown to be the person's.
pub(super) fn verified(mut profile: Profile, identifier: &Identifier) -> Profile {
    if profile.has(identifier) {
        match identifier.kind() {
            IdentifierKind::Email => profile.email_verified = true,
            IdentifierKind::Phone => profile.phone_verified = true,
            IdentifierKind::Username => {}
        }
    }
    profile
}

/// The profile with another identifier.
pub(super) fn renamed(mut profile: Profile, identifier: Identifier, is_verified: bool) -> Profile {
    match identifier.kind() {
        IdentifierKind::Email => profile.email_verified = is_verified,
        IdentifierKind::Phone => profile.phone_verified = is_verified,
        IdentifierKind::Username => {}
    }
    profile.set_identifier(identifier);
    profile
}

/// The profile with an account elsewhere linked to it, once.
pub(super) fn linked(mut profile: Profile, identity: Option<&LinkedIdentity>) -> Profile {
    if let Some(identity) = identity {
        let same = |other: &LinkedIdentity| other.provider == identity.provider && other.subject == identity.subject;
        if !profile.identities.iter().any(same) {
            profile.identities.push(identity.clone());
        }
    }
    profile
}
