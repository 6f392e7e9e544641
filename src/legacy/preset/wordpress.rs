use super::users::{Engine, Users, engines, literal, quoted};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, JsonType, Mapping},
    password::Dialect,
};

/// The users of a WordPress site, of any version that there was.
///
/// | there | here |
/// |---|---|
/// | `ID` | the permanent id |
/// | `user_login`, `user_email` | identifiers; WordPress verifies no address |
/// | `user_pass` | `$P$` (up to 6.7), `$wp$2y$` (from 6.8), bare bcrypt of plug-ins, and MD5 from before 2.5 |
/// | `display_name`, the meta keys `first_name`, `last_name` | `name`, `given_name`, `family_name` |
/// | `user_registered` | `created_at`; `0000-00-00 00:00:00` is no date |
/// | the meta key `wp_capabilities` | `app_metadata.capabilities`, as WordPress writes it: PHP's serialisation |
///
/// WordPress's own forms put a backslash before each `'`, `"` and `\` of a password before they hash it. Somebody whose
/// password has one of them, and was chosen there, has to choose a new one here.
///
/// In a network of sites the capabilities are those of the main one. Whether an account is banned is the business of
/// plug-ins: add what yours writes to the connection's own [`SqlConnection`](crate::legacy::SqlConnection).
///
/// ```no_run
/// # #[cfg(feature = "mysql")]
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use waystation::legacy::{Guard, preset::WordPress};
/// use waystation::password::Passwords;
///
/// let passwords = Arc::new(Passwords::builder().build()?);
/// let site = WordPress::new().mysql("mysql://reader:secret@localhost/wordpress", passwords)?;
/// let legacy = Guard::new(site.build());
/// # let _ = legacy;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct WordPress {
    prefix: String,
}

impl WordPress {
    /// A site whose tables begin with `wp_`.
    pub fn new() -> Self {
        Self { prefix: "wp_".into() }
    }

    /// Sets what the site's tables begin with: `$table_prefix` of its `wp-config.php`.
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn users(self, engine: Engine) -> Users {
        let meta = quoted(&format!("{}usermeta", self.prefix));
        let capabilities = format!("{}capabilities", self.prefix);
        let meta_value = |key: &str| {
            let of_user = "m.user_id = u.\"ID\" AND m.meta_key";
            format!("(SELECT m.meta_value FROM {meta} AS m WHERE {of_user} = {} LIMIT 1)", literal(key))
        };
        let registered = match engine {
            Engine::MySql | Engine::Postgres => "CASE WHEN year(u.user_registered) > 0 THEN u.user_registered END",
            Engine::Sqlite => "nullif(u.user_registered, '0000-00-00 00:00:00')",
        };
        let mapping = Mapping::new(format!("{}users", self.prefix), "ID")
            .username("user_login")
            .email("user_email")
            .drop_malformed_identifiers()
            .password("user_pass")
            .password_dialect(Dialect::WORDPRESS)
            .name("display_name")
            .given_name("first_name")
            .family_name("last_name")
            .created_at("registered", DateFormat::Text)
            .app_metadata("capabilities", "capabilities", JsonType::Text);
        Users {
            source: "wordpress",
            table: format!("{}users", self.prefix),
            id: "ID".into(),
            found_by: vec![
                (IdentifierKind::Email, "user_email".into()),
                (IdentifierKind::Username, "user_login".into()),
            ],
            computed: vec![
                (meta_value("first_name"), "first_name"),
                (meta_value("last_name"), "last_name"),
                (meta_value(&capabilities), "capabilities"),
                (registered.into(), "registered"),
            ],
            in_bytes: false,
            only: None,
            mapping,
        }
    }
}

engines!(WordPress: mysql, sqlite);

impl Default for WordPress {
    fn default() -> Self {
        Self::new()
    }
}
