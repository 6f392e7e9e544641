//! What a recovery token is made of.

use super::{Parts, drive::Drive, task::Task};
use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    legacy::LegacyUser,
    migrator::{RecoveryToken, machine::Ending, recovery::Claims},
    secret_key::KeyedDigest,
    user::{Credential, Profile, User},
};

impl Drive<'_> {
    /// The token that is due at this ending, and the address to send it to.
    pub(super) fn token(&self, ending: Ending) -> Option<(Identifier, RecoveryToken, Timestamp)> {
        let Task::BeginRecovery { identifier, .. } = self.task else { return None };
        let (profile, fingerprint) = match (ending, &self.found, &self.person) {
            (Ending::RecoverStored, Some(user), _) => (&user.profile, self.parts.fingerprint(user, identifier)),
            (Ending::RecoverLegacy, _, Some(person)) => {
                (&person.profile, self.parts.key_fingerprint(person, identifier))
            }
            _ => return None,
        };
        let to = address(profile, identifier)?.clone();
        let expires_at = self.parts.clock.now().saturating_add(self.parts.recovery_ttl);
        let unmoved = ending == Ending::RecoverLegacy;
        let claims = Claims { unmoved, identifier: identifier.clone(), expires_at, fingerprint };
        Some((to, claims.seal(&self.parts.recovery_key), expires_at))
    }
}

impl Parts {
    /// Who a user was, what their credential was like, and where somebody who asks by `asked` was written to: another
    /// after any change of the password or of that address.
    pub(super) fn fingerprint(&self, user: &User, asked: &Identifier) -> KeyedDigest {
        let [kind, secret]: [&[u8]; 2] = match &user.credential {
            Credential::Hash(hash) => [b"hash", hash.expose().as_bytes()],
            Credential::Delegated(delegation) => [b"delegated", delegation.source.as_str().as_bytes()],
            Credential::None => [b"none", b""],
            Credential::PendingPassword => [b"pending", b""],
        };
        let parts = [kind, secret, user.id.as_str().as_bytes(), address_bytes(&user.profile, asked)];
        self.recovery_key.digest("waystation credential", &parts)
    }

    /// Who a person is at the legacy system, and where somebody who asks by `asked` is written to.
    pub(super) fn key_fingerprint(&self, person: &LegacyUser, asked: &Identifier) -> KeyedDigest {
        let (source, id) = (person.key.source().as_str().as_bytes(), person.key.id().as_bytes());
        let parts = [source, id, address_bytes(&person.profile, asked)];
        self.recovery_key.digest("waystation legacy key", &parts)
    }

    /// A name that the memory of unknown ones can keep.
    pub(super) fn name(&self, identifier: &Identifier, tenant: Option<&str>) -> KeyedDigest {
        let (kind, normal) = (identifier.kind().as_str().as_bytes(), identifier.normal().as_bytes());
        match tenant {
            Some(tenant) => self.process_key.digest("waystation name", &[kind, normal, tenant.as_bytes()]),
            None => self.process_key.digest("waystation name", &[kind, normal]),
        }
    }
}

fn address_bytes<'a>(profile: &'a Profile, asked: &Identifier) -> &'a [u8] {
    address(profile, asked).map_or(b"", |address| address.normal().as_bytes())
}

/// Where a person can be written to: what they asked with, if one can write to it.
///
/// Never an address that nobody verified when another one is: whoever signed up with somebody else's mail address and
/// a phone number of their own would otherwise recover the account after its owner has.
fn address<'a>(profile: &'a Profile, asked: &Identifier) -> Option<&'a Identifier> {
    let to = match asked.kind() {
        IdentifierKind::Username => profile.email.as_ref().or(profile.phone.as_ref()),
        kind => profile.identifier(kind),
    }?;
    let another_is_verified = profile.email_verified || profile.phone_verified;
    (profile.is_verified(to) || !another_is_verified).then_some(to)
}
