use serde::{Deserialize, Serialize};

use crate::{
    identifier::IdentifierKind,
    store::{KeyKind, OnTombstone},
};

/// What an import may do to users who are in the store already.
///
/// The default only adds users: whoever is there is a fault of the record. With [`upsert`](Self::upsert) the default only
/// fills in what is missing.
///
/// No import takes an identifier away from a user, and users are matched by one kind of key. So what becomes of a record
/// never depends on another record of the same input, and a dry run tells exactly what the real one would do.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule of its own that an operator sets")]
pub struct ImportPolicy {
    /// Whether users who are there are changed. Otherwise such a record is a `CONFLICT`.
    pub upsert: bool,
    /// By which key a record finds the user whom it changes.
    pub match_by: MatchBy,
    /// E-mail address, phone number, user name, and the legacy key.
    pub identifiers: IdentifierMerge,
    /// Name, given and family name, nickname, picture.
    pub names: Merge,
    /// What the person may edit.
    pub user_metadata: Merge,
    /// What only the application may edit.
    pub app_metadata: Merge,
    /// The password.
    pub credential: CredentialMerge,
    /// Whether address and number were shown to be the person's. [`Merge::FillMissing`] leaves these as they are: an
    /// account that somebody opened here with another's address does not become verified by an import.
    pub verified: Merge,
    /// Whether the operator barred the account. [`Merge::FillMissing`] leaves this as it is.
    pub blocked: Merge,
    /// Second factors.
    pub mfa: Merge,
    /// Accounts elsewhere.
    pub identities: Merge,
    /// Whether whoever has moved by themselves (by a log-in, a change of password, a sign-up here) is spared: of theirs,
    /// only what is missing is filled in, whatever the other rules say.
    pub spare_moved: bool,
    /// Whether the deleted come back.
    pub lift_tombstones: bool,
    /// Whether a user who is found by an e-mail address or a phone number is taken for the person of the record although the
    /// row does not say that it was verified.
    ///
    /// Otherwise whatever the record would change of theirs is a `CONFLICT` (`conflict.unverified`), unless id or legacy key
    /// are the record's too: somebody may have opened an account here with another's address, and would be given what is
    /// the other's.
    pub trust_unverified: bool,
}

impl Default for ImportPolicy {
    fn default() -> Self {
        Self {
            upsert: false,
            match_by: MatchBy::Email,
            identifiers: IdentifierMerge::FillMissing,
            names: Merge::FillMissing,
            user_metadata: Merge::FillMissing,
            app_metadata: Merge::FillMissing,
            credential: CredentialMerge::FillMissing,
            verified: Merge::FillMissing,
            blocked: Merge::FillMissing,
            mfa: Merge::FillMissing,
            identities: Merge::FillMissing,
            spare_moved: true,
            lift_tombstones: false,
            trust_unverified: false,
        }
    }
}

impl ImportPolicy {
    /// What the reference product does with `upsert`: matched by e-mail address; names, metadata and factors are replaced;
    /// a password until the first log-in with it; identifiers and `blocked` stay. It believes addresses that nobody has
    /// verified ([`trust_unverified`](Self::trust_unverified)).
    ///
    /// Source: <https://auth0.com/docs/manage-users/user-migration/bulk-user-import-database-schema-and-examples>.
    pub fn reference() -> Self {
        Self {
            upsert: true,
            identifiers: IdentifierMerge::Keep,
            names: Merge::Replace,
            user_metadata: Merge::Replace,
            app_metadata: Merge::Replace,
            credential: CredentialMerge::UntilFirstLogIn,
            verified: Merge::Replace,
            blocked: Merge::Keep,
            mfa: Merge::Replace,
            identities: Merge::Keep,
            spare_moved: false,
            trust_unverified: true,
            ..Self::default()
        }
    }

    pub(super) const fn tombstones(&self) -> OnTombstone {
        if self.lift_tombstones { OnTombstone::Lift } else { OnTombstone::Refuse }
    }
}

/// By which key a record finds its user. One kind, so that no two records of an input can mean the same user by different
/// keys.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MatchBy {
    /// The e-mail address.
    #[default]
    Email,
    /// The permanent id here.
    Id,
    /// The legacy system and the id there.
    Legacy,
    /// The phone number.
    Phone,
    /// The user name.
    Username,
}

impl MatchBy {
    /// The kind of key.
    pub const fn kind(self) -> KeyKind {
        match self {
            Self::Email => KeyKind::Identifier(IdentifierKind::Email),
            Self::Id => KeyKind::Id,
            Self::Legacy => KeyKind::Legacy,
            Self::Phone => KeyKind::Identifier(IdentifierKind::Phone),
            Self::Username => KeyKind::Identifier(IdentifierKind::Username),
        }
    }
}

/// How what a record says meets what is stored.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Merge {
    /// The record wins where it says something, member by member in metadata; what it does not mention stays.
    DeepMerge,
    /// What is stored wins; the record fills in what is missing, member by member in metadata.
    #[default]
    FillMissing,
    /// What is stored stays as it is.
    Keep,
    /// As [`DeepMerge`](Self::DeepMerge) if the record was changed after the row was, else as
    /// [`FillMissing`](Self::FillMissing). A record that does not say when it was changed is the older one.
    KeepNewer,
    /// What the record names takes the place of what is stored, whole; what it does not name stays.
    Replace,
}

/// What an import does to the identifiers of a user who is there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdentifierMerge {
    /// Adds those of kinds that the user has none of.
    #[default]
    FillMissing,
    /// They stay as they are.
    Keep,
}

/// What an import does to the password of a user who is there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CredentialMerge {
    /// Only users whose password is not here yet (flagged, or to be set) get one.
    #[default]
    FillMissing,
    /// It stays as it is.
    Keep,
    /// Replaced, whoever chose it.
    Replace,
    /// As [`FillMissing`](Self::FillMissing); and what an import brought is replaced until the person has logged in or
    /// chosen another password.
    UntilFirstLogIn,
}
