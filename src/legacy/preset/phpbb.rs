use super::users::{Engine, Users, engines, flag};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, Mapping},
};

/// The users of a phpBB board, from version 3.0 on.
///
/// | there | here |
/// |---|---|
/// | `user_id` | the permanent id |
/// | `username`, `user_email` | identifiers |
/// | `user_password` | `$H$`, bcrypt and Argon2 |
/// | `user_type` | `blocked`, if the account is inactive; bots and the visitor are nobody |
/// | `user_regdate`, `user_lastvisit` | `created_at`, `last_login` |
///
/// phpBB hashes passwords after it has written `&`, `<`, `>` and `"` as HTML does. Somebody whose password has one of
/// them has to choose a new one here. Bans, which may be of an address or a host, are not looked at.
#[derive(Clone, Debug)]
pub struct PhpBb {
    prefix: String,
}

impl PhpBb {
    /// A board whose tables begin with `phpbb_`.
    pub fn new() -> Self {
        Self { prefix: "phpbb_".into() }
    }

    /// Sets what the board's tables begin with: `$table_prefix` of its `config.php`.
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn users(self, _: Engine) -> Users {
        let table = format!("{}users", self.prefix);
        let mapping = Mapping::new(&table, "user_id")
            .username("username")
            .email("user_email")
            .drop_malformed_identifiers()
            .password("user_password")
            .blocked("is_inactive")
            .created_at("user_regdate", DateFormat::UnixSeconds)
            .last_login("last_visit", DateFormat::UnixSeconds);
        Users {
            source: "phpbb",
            table,
            id: "user_id".into(),
            found_by: vec![(IdentifierKind::Email, "user_email".into()), (IdentifierKind::Username, "username".into())],
            computed: vec![
                (flag("u.user_type = 1"), "is_inactive"),
                ("nullif(u.user_lastvisit, 0)".into(), "last_visit"),
            ],
            in_bytes: false,
            only: Some("u.user_type <> 2".into()),
            mapping,
            commands: None,
        }
    }
}

engines!(PhpBb: mysql, postgres, sqlite);

impl Default for PhpBb {
    fn default() -> Self {
        Self::new()
    }
}
