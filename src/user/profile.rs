use std::fmt;

use serde::{Deserialize, Serialize};

use super::MfaFactor;
use crate::identifier::{Identifier, IdentifierKind};

/// A JSON object of the host's own meaning.
pub type Metadata = serde_json::Map<String, serde_json::Value>;

/// What is known of a person apart from how they log in.
///
/// The serialised form is stable: unknown fields are ignored and absent ones take their defaults, so that rows written
/// by an older or newer release can be read. `Debug` shows which fields are set and none of their values.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Profile {
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Identifier>,
    /// Whether the address was shown to be the person's.
    pub email_verified: bool,
    /// User name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<Identifier>,
    /// Phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Identifier>,
    /// Whether the number was shown to be the person's.
    pub phone_verified: bool,
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Nickname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// What the person may edit.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub user_metadata: Metadata,
    /// What only the application may edit: roles, groups, plan.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub app_metadata: Metadata,
    /// Whether the operator barred the account.
    pub blocked: bool,
    /// Second factors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mfa_factors: Vec<MfaFactor>,
    /// Accounts elsewhere that belong to the same person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<LinkedIdentity>,
}

impl Profile {
    /// The identifier of this kind.
    pub const fn identifier(&self, kind: IdentifierKind) -> Option<&Identifier> {
        match kind {
            IdentifierKind::Email => self.email.as_ref(),
            IdentifierKind::Phone => self.phone.as_ref(),
            IdentifierKind::Username => self.username.as_ref(),
        }
    }

    /// Every identifier that is set, at most one a kind.
    pub fn identifiers(&self) -> impl Iterator<Item = &Identifier> {
        IdentifierKind::ALL.into_iter().filter_map(|kind| self.identifier(kind))
    }

    /// Puts an identifier into the field of its kind.
    pub fn set_identifier(&mut self, identifier: Identifier) {
        let field = match identifier.kind() {
            IdentifierKind::Email => &mut self.email,
            IdentifierKind::Phone => &mut self.phone,
            IdentifierKind::Username => &mut self.username,
        };
        *field = Some(identifier);
    }

    /// Whether one of the profile's identifiers is this one.
    pub fn has(&self, identifier: &Identifier) -> bool {
        self.identifier(identifier.kind()) == Some(identifier)
    }

    /// The names of the fields in which another profile differs, metadata and lists as a whole.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let fields = [
            ("email", self.email == other.email),
            ("email_verified", self.email_verified == other.email_verified),
            ("username", self.username == other.username),
            ("phone", self.phone == other.phone),
            ("phone_verified", self.phone_verified == other.phone_verified),
            ("name", self.name == other.name),
            ("given_name", self.given_name == other.given_name),
            ("family_name", self.family_name == other.family_name),
            ("nickname", self.nickname == other.nickname),
            ("picture", self.picture == other.picture),
            ("user_metadata", self.user_metadata == other.user_metadata),
            ("app_metadata", self.app_metadata == other.app_metadata),
            ("blocked", self.blocked == other.blocked),
            ("mfa_factors", self.mfa_factors == other.mfa_factors),
            ("identities", self.identities == other.identities),
        ];
        fields.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }

    /// Whether the person was shown to own this identifier. User names need no such proof.
    pub fn is_verified(&self, identifier: &Identifier) -> bool {
        self.has(identifier)
            && match identifier.kind() {
                IdentifierKind::Email => self.email_verified,
                IdentifierKind::Phone => self.phone_verified,
                IdentifierKind::Username => true,
            }
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("email", &self.email)
            .field("username", &self.username)
            .field("phone", &self.phone)
            .field("blocked", &self.blocked)
            .field("mfa_factors", &self.mfa_factors)
            .field("identities", &self.identities.len())
            .finish_non_exhaustive()
    }
}

/// An account at an identity provider that belongs to the same person. `Debug` shows the provider only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedIdentity {
    /// The provider: `google-oauth2`, `saml:acme`.
    pub provider: String,
    /// The subject there.
    pub subject: String,
    /// What the provider said of the person when the account was linked.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub profile: Metadata,
}

impl LinkedIdentity {
    /// The account of `subject` at `provider`.
    pub fn new(provider: impl Into<String>, subject: impl Into<String>) -> Self {
        Self { provider: provider.into(), subject: subject.into(), profile: Metadata::new() }
    }
}

impl fmt::Debug for LinkedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkedIdentity({}, ..)", self.provider)
    }
}
