use super::users::{Engine, Users, delete, engines, insert, literal, quoted, update};
use crate::{
    identifier::IdentifierKind,
    legacy::{Commands, DateFormat, JsonType, Mapping, Sql},
    password::{Dialect, HashFormat},
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
/// If it is [`writable`](Self::writable): a password is hashed with those backslashes, so that the site's own log-in takes
/// it. A new user is a subscriber; without a user name, the address is one; their pages are named by a random id. A
/// deleted user's posts stay, as those of nobody. A site with a persistent object cache shows a change once that lets it.
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
    format: Option<HashFormat>,
}

impl WordPress {
    /// A site whose tables begin with `wp_`.
    pub fn new() -> Self {
        Self { prefix: "wp_".into(), format: None }
    }

    /// Sets what the site's tables begin with: `$table_prefix` of its `wp-config.php`.
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Lets the connection change the tables. Passwords are hashed in this format: [`HashFormat::wordpress`] with a cost of
    /// 10 since WordPress 6.8, [`HashFormat::phpass`] with 13 before. Both are read by 6.8 and later.
    pub fn writable(mut self, format: HashFormat) -> Self {
        self.format = Some(format.with_slashes());
        self
    }

    fn commands(&self, engine: Engine, format: HashFormat) -> Commands {
        let [users, meta] = ["users", "usermeta"].map(|table| format!("{}{table}", self.prefix));
        let registered = engine.in_seconds("created_at");
        let login = "coalesce(:username, :email)";
        let shown = format!("coalesce(:name, :nickname, {login})");
        let nickname = format!("coalesce(:nickname, {login})");
        let mut new = vec![("user_login", login), ("user_pass", ":hash"), ("user_nicename", ":new_id")];
        new.extend([
            ("user_email", "coalesce(:email, '')"),
            ("user_registered", &registered),
            ("display_name", &shown),
        ]);
        let mut create = vec![insert(&users, &new)];
        let [capabilities, level] = ["capabilities", "user_level"].map(|key| format!("{}{key}", self.prefix));
        for (key, value) in [
            ("nickname", nickname.as_str()),
            ("first_name", "coalesce(:given_name, '')"),
            ("last_name", "coalesce(:family_name, '')"),
            (&capabilities, r#"'a:1:{s:10:"subscriber";b:1;}'"#),
            (&level, "'0'"),
        ] {
            let (meta, users, key) = (quoted(&meta), quoted(&users), literal(key));
            let user = format!("(SELECT u.\"ID\" FROM {users} AS u WHERE u.user_nicename = :new_id)");
            create.push(Sql::assert_safe(format!(
                "INSERT INTO {meta} (user_id, meta_key, meta_value) VALUES ({user}, {key}, {value})"
            )));
        }
        // A link for a new password that was sent before ends with the password, or the address, that it was for.
        let ends = ("user_activation_key", "''");
        Commands::new(format)
            .create(create)
            .without_email_verification()
            .change_password([update(&users, "ID", &[("user_pass", ":hash"), ends])])
            .change_email([update(&users, "ID", &[("user_email", ":email"), ends])])
            .delete([delete(&meta, "user_id"), delete(&users, "ID")])
    }

    fn users(self, engine: Engine) -> Users {
        let commands = self.format.clone().map(|format| self.commands(engine, format));
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
            commands,
        }
    }
}

engines!(WordPress: mysql, sqlite);

impl Default for WordPress {
    fn default() -> Self {
        Self::new()
    }
}
