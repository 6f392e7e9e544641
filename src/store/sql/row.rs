use std::fmt;

use super::engine::StoredRow;
use crate::{
    clock::Timestamp,
    identifier::IdentifierKind,
    password::{HashContext, PasswordHash},
    store::{KeyKind, StoreError},
    user::{Credential, CredentialKind, Delegation, LegacyKey, Moved, MovedBy, Profile, User, UserId, Version},
};

/// The columns of a user in the order in which [`decode`] reads them.
macro_rules! columns {
    () => {
        "id, version, email, phone, username, legacy_source, legacy_id, profile, credential, credential_source, \
         hash_scheme, hash, hash_context, moved_at, moved_by, created_at, updated_at, last_login, login_count, \
         password_set_at"
    };
}

pub(crate) use columns;

/// How many there are in [`columns!`].
#[cfg(feature = "postgres")]
pub(crate) const WIDTH: usize = 20;

/// The place of the id in [`columns!`].
pub(crate) const ID: usize = 0;

/// The place of the profile in [`columns!`].
pub(crate) const PROFILE: usize = 7;

/// The place of the version in [`columns!`]. No user is without one.
pub(crate) const VERSION: usize = 1;

/// A profile as the columns hold it: whole in JSON, and once more what is indexed.
pub(crate) struct ProfileColumns<'a> {
    pub(crate) email: Option<&'a str>,
    pub(crate) phone: Option<&'a str>,
    pub(crate) username: Option<&'a str>,
    pub(crate) blocked: bool,
    pub(crate) json: String,
}

impl<'a> ProfileColumns<'a> {
    /// E-mail address, phone number and user name, as they are compared.
    pub(crate) fn keys(profile: &'a Profile) -> [Option<&'a str>; 3] {
        [IdentifierKind::Email, IdentifierKind::Phone, IdentifierKind::Username]
            .map(|kind| profile.identifier(kind).map(crate::Identifier::normal))
    }

    pub(crate) fn new(profile: &'a Profile) -> Result<Self, StoreError> {
        let [email, phone, username] = Self::keys(profile);
        Ok(Self {
            email,
            phone,
            username,
            blocked: profile.blocked,
            json: json(profile).map_err(|error| StoreError::other("write", JsonProblem::from(&error)))?,
        })
    }
}

fn json(profile: &Profile) -> Result<String, serde_json::Error> {
    // Room for most, so that it need not be moved while it grows.
    let mut text = Vec::with_capacity(512);
    serde_json::to_writer(&mut text, profile)?;
    String::from_utf8(text).map_err(serde::ser::Error::custom)
}

/// A credential as the columns hold it.
pub(crate) struct CredentialColumns<'a> {
    pub(crate) kind: &'static str,
    pub(crate) source: Option<&'a str>,
    pub(crate) scheme: Option<&'a str>,
    pub(crate) hash: Option<&'a str>,
    /// In JSON.
    pub(crate) context: Option<String>,
}

impl<'a> CredentialColumns<'a> {
    pub(crate) fn new(credential: &'a Credential) -> Result<Self, StoreError> {
        let (source, hash) = match credential {
            Credential::Delegated(delegation) => (Some(delegation.source.as_str()), delegation.shadow.as_ref()),
            Credential::Hash(hash) => (None, Some(hash)),
            Credential::None | Credential::PendingPassword => (None, None),
        };
        let kind = credential.kind().as_str();
        let context = hash.and_then(PasswordHash::context).map(serde_json::to_string).transpose();
        let context = context.map_err(|error| StoreError::other("write", JsonProblem::from(&error)))?;
        let (scheme, hash) = (hash.and_then(PasswordHash::scheme), hash.map(PasswordHash::expose));
        Ok(Self { kind, source, scheme, hash, context })
    }
}

/// A count as databases keep it: 64 bits with a sign. Nobody logs in often enough to be cut.
pub(crate) fn stored_count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Reads the columns of [`columns!`], of which the first is number `first` of the row.
pub(crate) fn decode<R: StoredRow>(row: &R, first: usize) -> Result<User, StoreError> {
    let mut columns = Columns { row, next: first };
    let id = UserId::new(columns.text("id")?);
    let version = Version::new(columns.count("version")?);
    let keys = [columns.optional_text("email")?, columns.optional_text("phone")?, columns.optional_text("username")?];
    let legacy = match (columns.optional_text("legacy_source")?, columns.optional_text("legacy_id")?) {
        (Some(source), Some(id)) => Some(LegacyKey::new(source, id)),
        (None, None) => None,
        _ => return Err(StoreError::corrupt("legacy_id", Misfit("half of a legacy key"))),
    };
    let profile = profile(columns.text("profile")?, keys)?;
    let credential = columns.credential()?;
    let moved = match (columns.time("moved_at")?, columns.optional_text("moved_by")?) {
        (Some(at), Some(by)) => Some(Moved::new(at, moved_by(by)?)),
        (None, None) => None,
        _ => return Err(StoreError::corrupt("moved_by", Misfit("half of a move"))),
    };
    let created_at = Timestamp::from_micros(columns.number("created_at")?);
    let updated_at = Timestamp::from_micros(columns.number("updated_at")?);
    let last_login = columns.time("last_login")?;
    let login_count = columns.count("login_count")?;
    let password_set_at = columns.time("password_set_at")?;
    Ok(User {
        id,
        version,
        profile,
        credential,
        legacy,
        moved,
        created_at,
        updated_at,
        last_login,
        login_count,
        password_set_at,
    })
}

/// Hands out the columns of a row from left to right.
struct Columns<'a, R> {
    row: &'a R,
    next: usize,
}

impl<'a, R: StoredRow> Columns<'a, R> {
    fn take<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&'a R, usize) -> Result<Option<T>, R::Error>,
    ) -> Result<Option<T>, StoreError> {
        let value = read(self.row, self.next).map_err(|error| StoreError::corrupt(name, error))?;
        self.next += 1;
        Ok(value)
    }

    fn optional_text(&mut self, name: &'static str) -> Result<Option<&'a str>, StoreError> {
        self.take(name, R::text)
    }

    fn text(&mut self, name: &'static str) -> Result<&'a str, StoreError> {
        self.optional_text(name)?.ok_or_else(|| null(name))
    }

    fn number(&mut self, name: &'static str) -> Result<i64, StoreError> {
        self.take(name, R::number)?.ok_or_else(|| null(name))
    }

    fn time(&mut self, name: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.take(name, R::number)?.map(Timestamp::from_micros))
    }

    fn count(&mut self, name: &'static str) -> Result<u64, StoreError> {
        u64::try_from(self.number(name)?).map_err(|error| StoreError::corrupt(name, error))
    }

    fn credential(&mut self) -> Result<Credential, StoreError> {
        let kind = credential_kind(self.text("credential")?)?;
        let source = self.optional_text("credential_source")?;
        let scheme = self.optional_text("hash_scheme")?;
        let hash = self.optional_text("hash")?;
        let context = self.optional_text("hash_context")?;
        let context = context.map(serde_json::from_str::<HashContext>).transpose();
        let context = context.map_err(|error| StoreError::corrupt("hash_context", JsonProblem::from(&error)))?;
        let hash = hash.map(|text| {
            let hash = match scheme {
                Some(scheme) => PasswordHash::declared(scheme, text),
                None => PasswordHash::new(text),
            };
            hash.with_context(context.unwrap_or_default())
        });
        match (kind, source, hash) {
            (CredentialKind::Delegated, Some(source), shadow) => {
                let delegation = Delegation::to(source);
                Ok(Credential::Delegated(match shadow {
                    Some(hash) => delegation.shadow(hash),
                    None => delegation,
                }))
            }
            (CredentialKind::Hash, None, Some(hash)) => Ok(Credential::Hash(hash)),
            (CredentialKind::None, None, None) => Ok(Credential::None),
            (CredentialKind::PendingPassword, None, None) => Ok(Credential::PendingPassword),
            _ => Err(StoreError::corrupt("credential", Misfit("columns that do not make one"))),
        }
    }
}

/// The profile, if its identifiers are those under which the row is found.
fn profile(json: &str, keys: [Option<&str>; 3]) -> Result<Profile, StoreError> {
    let profile: Profile =
        serde_json::from_str(json).map_err(|error| StoreError::corrupt("profile", JsonProblem::from(&error)))?;
    for (kind, key) in IdentifierKind::ALL.into_iter().zip(keys) {
        let held = profile.identifier(kind);
        if held.map(crate::Identifier::normal) != key || held.is_some_and(|held| held.kind() != kind) {
            return Err(StoreError::corrupt("profile", Misfit("identifiers other than the row's keys")));
        }
    }
    Ok(profile)
}

pub(crate) fn credential_kind(name: &str) -> Result<CredentialKind, StoreError> {
    named(CredentialKind::ALL, CredentialKind::as_str, name).ok_or_else(|| unknown("credential"))
}

pub(crate) fn moved_by(name: &str) -> Result<MovedBy, StoreError> {
    named(MovedBy::ALL, MovedBy::as_str, name).ok_or_else(|| unknown("moved_by"))
}

/// The kind of key with this name, as the statements that look for a conflict answer it.
pub(crate) fn key_kind(name: &str) -> Result<KeyKind, StoreError> {
    let identifiers = IdentifierKind::ALL.map(KeyKind::Identifier);
    let all = [KeyKind::Id, KeyKind::Legacy].into_iter().chain(identifiers);
    named(all, KeyKind::as_str, name).ok_or_else(|| unknown("key"))
}

pub(crate) fn named<T: Copy>(
    all: impl IntoIterator<Item = T>,
    name_of: fn(T) -> &'static str,
    name: &str,
) -> Option<T> {
    all.into_iter().find(|one| name_of(*one) == name)
}

pub(crate) fn unknown(column: &'static str) -> StoreError {
    StoreError::corrupt(column, Misfit("a name that this release does not know"))
}

pub(super) fn null(column: &'static str) -> StoreError {
    StoreError::corrupt(column, Misfit("nothing"))
}

/// What is wrong with a value, without the value.
#[derive(Debug, thiserror::Error)]
#[error("it holds {0}")]
pub(crate) struct Misfit(pub(crate) &'static str);

/// Where JSON ends to make sense. serde's own message would quote what it found there.
#[derive(Debug, thiserror::Error)]
#[error("{category} at line {line}, column {column}")]
pub(crate) struct JsonProblem {
    category: Category,
    line: usize,
    column: usize,
}

impl From<&serde_json::Error> for JsonProblem {
    fn from(error: &serde_json::Error) -> Self {
        Self { category: Category(error.classify()), line: error.line(), column: error.column() }
    }
}

#[derive(Debug)]
struct Category(serde_json::error::Category);

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            serde_json::error::Category::Data => "a value of another type or form",
            serde_json::error::Category::Eof => "an early end",
            serde_json::error::Category::Io | serde_json::error::Category::Syntax => "no JSON",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_at_their_places() {
        let columns: Vec<&str> = columns!().split(", ").collect();
        let named = [ID, VERSION, PROFILE].map(|place| columns.get(place).copied());
        assert_eq!(named, [Some("id"), Some("version"), Some("profile")]);
        #[cfg(feature = "postgres")]
        assert_eq!(columns.len(), WIDTH);
    }
}
