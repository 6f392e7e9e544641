use super::users::{Engine, Users, engines};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, Mapping},
    password::Dialect,
};

/// The users of a Joomla site, from version 3.2 on.
///
/// | there | here |
/// |---|---|
/// | `id` | the permanent id |
/// | `username`, `email` | identifiers |
/// | `password` | bcrypt and Argon2, `$P$`, and the salted MD5 of Joomla 1.0 to 2.5 |
/// | `name` | `name` |
/// | `block` | `blocked` |
/// | `requireReset` | the password is right, and must be changed |
/// | `registerDate`, `lastvisitDate` | `created_at`, `last_login`; Joomla 3 writes no date as `0000-00-00 00:00:00` |
#[derive(Clone, Debug)]
pub struct Joomla {
    prefix: String,
}

impl Joomla {
    /// A site whose tables begin with this: `$dbprefix` of its `configuration.php`, which is another for every site.
    pub fn table_prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into() }
    }

    fn users(self, engine: Engine) -> Users {
        let date = |column: &str| match engine {
            Engine::MySql => format!("CASE WHEN year(u.{column}) > 0 THEN u.{column} END"),
            // Where it has no such date, Joomla 3 writes the first of 1970.
            Engine::Postgres | Engine::Sqlite => format!("nullif(u.{column}, '1970-01-01 00:00:00')"),
        };
        let table = format!("{}users", self.prefix);
        let (registered, last_visit) = (date("\"registerDate\""), date("\"lastvisitDate\""));
        let mapping = Mapping::new(&table, "id")
            .username("username")
            .email("email")
            .drop_malformed_identifiers()
            .password("password")
            .password_dialect(Dialect::JOOMLA)
            .name("name")
            .blocked("block")
            .must_change_password("requireReset")
            .created_at("registered", DateFormat::Text)
            .last_login("last_visit", DateFormat::Text);
        Users {
            source: "joomla",
            table,
            id: "id".into(),
            found_by: vec![(IdentifierKind::Email, "email".into()), (IdentifierKind::Username, "username".into())],
            computed: vec![(registered, "registered"), (last_visit, "last_visit")],
            in_bytes: false,
            only: None,
            mapping,
            commands: None,
        }
    }
}

engines!(Joomla: mysql, postgres);
