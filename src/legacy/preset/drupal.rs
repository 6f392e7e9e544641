use super::users::{Engine, Users, engines};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, Mapping},
};

/// The users of a Drupal site.
///
/// | there | here |
/// |---|---|
/// | `uid` | the permanent id; 0 is the visitor, and nobody |
/// | `name`, `mail` | identifiers; an address counts as not verified, since a site need not have asked |
/// | `pass` | `$S$`, bcrypt from 10.1 on, and what came from Drupal 6 |
/// | `status` | `blocked`, turned round |
/// | `created`, `login` | `created_at`, `last_login` |
///
/// Drupal 7 takes white space off both ends of a password, when it is set and when it is typed. Here a password is taken as it
/// is: whoever pastes it with a space behind it is told that it is wrong, and not moved.
#[derive(Clone, Debug)]
pub struct Drupal {
    prefix: String,
    table: &'static str,
    only: &'static str,
}

impl Drupal {
    /// A site of Drupal 7, which has everything in the table `users`.
    pub const fn seven() -> Self {
        Self { prefix: String::new(), table: "users", only: "u.uid > 0" }
    }

    /// A site of Drupal 8, 9, 10 or 11, which has a row for each language in `users_field_data`.
    pub const fn eight_or_later() -> Self {
        Self { prefix: String::new(), table: "users_field_data", only: "u.uid > 0 AND u.default_langcode = 1" }
    }

    /// Sets what the site's tables begin with. Default: nothing.
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn users(self, _: Engine) -> Users {
        let table = format!("{}{}", self.prefix, self.table);
        let mapping = Mapping::new(&table, "uid")
            .username("name")
            .email("mail")
            .drop_malformed_identifiers()
            .password("pass")
            .active("status")
            .created_at("created", DateFormat::UnixSeconds)
            .last_login("last_login", DateFormat::UnixSeconds);
        Users {
            source: "drupal",
            table,
            id: "uid".into(),
            found_by: vec![(IdentifierKind::Email, "mail".into()), (IdentifierKind::Username, "name".into())],
            // Somebody who never logged in did so at 0.
            computed: vec![("nullif(u.login, 0)".into(), "last_login")],
            in_bytes: false,
            only: Some(self.only.into()),
            mapping,
            commands: None,
        }
    }
}

engines!(Drupal: mysql, postgres, sqlite);
