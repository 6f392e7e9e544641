use crate::{
    clock::Timestamp,
    user::{Credential, LegacyKey, Moved, Profile, UserId},
};

pub(super) mod date;
mod extension;
mod factor;
mod faults;
pub(super) mod hash;
mod json;
mod metadata;
mod options;
mod pointer;
mod reading;
mod strict;
mod writing;

pub use options::RecordOptions;

use super::Fault;
pub(in crate::bulk) use faults::Faults;
use json::Json;
use pointer::Pointer;

/// Longest id in bytes: what stores keep.
pub(super) const MAX_ID_BYTES: usize = 1_024;

/// Longest name of a source or a scheme in bytes: what stores keep.
pub(super) const MAX_NAME_BYTES: usize = 255;

/// One user as an input has them, checked: everything in it can be stored.
///
/// What the input did not name is empty here and not in [`fields`](Self::fields), so that an import into a store which
/// knows the user changes only what the input names.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImportRecord {
    /// Which fields the input named.
    pub fields: FieldSet,
    /// The permanent id, if the input gives one.
    pub id: Option<UserId>,
    /// Identifiers, names, metadata, factors.
    pub profile: Profile,
    /// How the user proves themselves; `None` where the input does not say.
    pub credential: Option<Credential>,
    /// Who they are at the system that the input comes from.
    pub legacy: Option<LegacyKey>,
    /// When and how they moved: in an export of a store. Where it is [named](Field::Moved) and `None`, they never did; where it
    /// is not, who brings a hash moves by the import.
    pub moved: Option<Moved>,
    /// When the account was made.
    pub created_at: Option<Timestamp>,
    /// When the user was last changed there.
    pub updated_at: Option<Timestamp>,
    /// The last log-in.
    pub last_login: Option<Timestamp>,
    /// Number of log-ins.
    pub login_count: Option<u64>,
    /// When the password was last chosen by its owner.
    pub password_set_at: Option<Timestamp>,
}

impl ImportRecord {
    /// A user of whom nothing is named yet.
    pub fn new() -> Self {
        Self {
            fields: FieldSet::EMPTY,
            id: None,
            profile: Profile::default(),
            credential: None,
            legacy: None,
            moved: None,
            created_at: None,
            updated_at: None,
            last_login: None,
            login_count: None,
            password_set_at: None,
        }
    }
}

/// The keys of the import schema.
pub(super) const KEYS: [&str; 19] = [
    "app_metadata",
    "blocked",
    "custom_password_hash",
    "email",
    "email_verified",
    "family_name",
    "given_name",
    "mfa_factors",
    "name",
    "nickname",
    "password_hash",
    "password_set_date",
    "phone_number",
    "phone_verified",
    "picture",
    "user_id",
    "user_metadata",
    "username",
    "waystation",
];

/// The members of an object of another schema; `None` where it is something else.
///
/// # Errors
///
/// When it is not JSON, or keys stand twice.
pub(crate) fn members(text: &[u8]) -> Result<Option<crate::user::Metadata>, Vec<Fault>> {
    let Json::Object(members) = Json::read(text, 64).map_err(|fault| vec![fault])? else { return Ok(None) };
    let mut faults = Faults::default();
    let members = json::into_map(members, &Pointer::Root, &mut faults);
    if faults.is_empty() { Ok(Some(members)) } else { Err(faults.into_vec()) }
}

impl Default for ImportRecord {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])+ $name:ident = $text:literal,)+) => {
        /// What an input can name of a user.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Field {
            $($(#[$doc])+ $name,)+
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The key in the import schema.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

fields! {
    /// What only the application may edit.
    AppMetadata = "app_metadata",
    /// Whether the operator barred the account.
    Blocked = "blocked",
    /// When the account was made.
    CreatedAt = "created_at",
    /// E-mail address.
    Email = "email",
    /// Whether the address was shown to be the person's.
    EmailVerified = "email_verified",
    /// Family name.
    FamilyName = "family_name",
    /// Given name.
    GivenName = "given_name",
    /// Accounts elsewhere.
    Identities = "identities",
    /// The last log-in.
    LastLogin = "last_login",
    /// Number of log-ins.
    LoginCount = "logins_count",
    /// Second factors.
    MfaFactors = "mfa_factors",
    /// When and how they moved.
    Moved = "moved",
    /// Full name.
    Name = "name",
    /// Nickname.
    Nickname = "nickname",
    /// The password, in whatever form.
    Password = "password",
    /// When the password was chosen.
    PasswordSetAt = "password_set_date",
    /// Phone number.
    Phone = "phone_number",
    /// Whether the number was shown to be the person's.
    PhoneVerified = "phone_verified",
    /// Address of a picture.
    Picture = "picture",
    /// The permanent id.
    UserId = "user_id",
    /// What the person may edit.
    UserMetadata = "user_metadata",
    /// User name.
    Username = "username",
}

/// A set of [`Field`]s.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FieldSet(u32);

impl FieldSet {
    /// No field.
    pub const EMPTY: Self = Self(0);

    /// With this field.
    #[must_use]
    pub const fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << field as u32)
    }

    /// Adds this field.
    pub const fn insert(&mut self, field: Field) {
        *self = self.with(field);
    }

    /// Whether it has this field.
    pub const fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u32 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_and_published() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("import.schema.json")).unwrap();
        let text = schema.to_string();
        for key in KEYS {
            let faults = ImportRecord::from_json(format!("{{\"{key}\": []}}").as_bytes(), &RecordOptions::default());
            let faults = faults.unwrap_err();
            assert!(faults.iter().all(|fault| fault.detail != "key.unknown"), "{key}");
            assert!(text.contains(&format!("\"{key}\"")), "{key}");
        }
    }
}
