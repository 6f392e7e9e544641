//! The people of the Django database in `tests/data/django`, and connections to it.
#![cfg_attr(not(feature = "sqlite"), expect(dead_code, reason = "Django's people are in a SQLite database"))]

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use serde::Deserialize;
use waystation::{
    Identifier, IdentifierRules, LegacyConnection, Password,
    identifier::{IdentifierKind, StandardRules},
    legacy::{LegacyAttempt, LegacyError, Verdict},
    password::Passwords,
};

/// One entry of `people.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Person {
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) password: Option<String>,
    pub(crate) wrong_password: String,
    pub(crate) also_opens: Vec<String>,
    pub(crate) hasher: String,
    pub(crate) active: bool,
    pub(crate) groups: Vec<String>,
    pub(crate) staff: bool,
    pub(crate) superuser: bool,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) date_joined: String,
    pub(crate) last_login: Option<String>,
}

impl Person {
    pub(crate) fn by_username(&self) -> Identifier {
        username(&self.username)
    }

    pub(crate) fn by_email(&self) -> Option<Identifier> {
        StandardRules::new().parse_as(IdentifierKind::Email, &self.email).ok()
    }

    /// Whether two people have this one's address.
    pub(crate) fn shares_their_email(&self) -> bool {
        self.username.starts_with("ines")
    }
}

pub(crate) fn username(text: &str) -> Identifier {
    StandardRules::new().parse_as(IdentifierKind::Username, text).unwrap()
}

pub(crate) fn identifier(text: &str) -> Identifier {
    StandardRules::new().parse(text).unwrap()
}

pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/django")
}

pub(crate) fn database() -> PathBuf {
    directory().join("legacy.sqlite3")
}

pub(crate) fn people() -> Vec<Person> {
    serde_json::from_str(&std::fs::read_to_string(directory().join("people.json")).unwrap()).unwrap()
}

/// One pool for all tests of this binary: there are only so many cores.
pub(crate) fn passwords() -> Arc<Passwords> {
    static PASSWORDS: OnceLock<Arc<Passwords>> = OnceLock::new();
    Arc::clone(PASSWORDS.get_or_init(|| Arc::new(Passwords::builder().build().unwrap())))
}

pub(crate) async fn ask(
    connection: &dyn LegacyConnection,
    identifier: &Identifier,
    password: &str,
) -> Result<Verdict, LegacyError> {
    connection.authenticate(&LegacyAttempt::new(identifier, &Password::from(password))).await
}
