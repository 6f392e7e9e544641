use super::users::{Engine, Users, engines, flag};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, Mapping},
};

/// The users of a MediaWiki over MySQL or MariaDB.
///
/// | there | here |
/// |---|---|
/// | `user_id` | the permanent id |
/// | `user_name`, `user_email` | identifiers; the first letter of a name is a capital there |
/// | `user_email_authenticated` | whether the address was verified |
/// | `user_password` | `:B:`, `:pbkdf2:` and the others; MediaWiki's own system accounts have none |
/// | `user_real_name` | `name` |
/// | `user_registration` | `created_at` |
///
/// Names and addresses are bytes there, which the server compares by their case: every row is looked at. Blocks are of
/// editing, not of logging in, and not looked at.
#[derive(Clone, Debug)]
pub struct MediaWiki {
    prefix: String,
}

impl MediaWiki {
    /// A wiki whose tables begin with nothing.
    pub const fn new() -> Self {
        Self { prefix: String::new() }
    }

    /// Sets what the wiki's tables begin with: `$wgDBprefix` of its `LocalSettings.php`.
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn users(self, _: Engine) -> Users {
        let table = format!("{}user", self.prefix);
        let mapping = Mapping::new(&table, "user_id")
            .username("user_name")
            .email("user_email")
            .email_verified("is_verified")
            .drop_malformed_identifiers()
            .password("user_password")
            .name("user_real_name")
            .created_at("registered", DateFormat::Text);
        Users {
            source: "mediawiki",
            table,
            id: "user_id".into(),
            found_by: vec![
                (IdentifierKind::Email, "user_email".into()),
                (IdentifierKind::Username, "user_name".into()),
            ],
            computed: vec![
                (flag("u.user_email_authenticated IS NOT NULL"), "is_verified"),
                ("cast(convert(u.user_registration USING ascii) AS datetime)".into(), "registered"),
            ],
            in_bytes: true,
            only: None,
            mapping,
            commands: None,
        }
    }
}

engines!(MediaWiki: mysql);

impl Default for MediaWiki {
    fn default() -> Self {
        Self::new()
    }
}
