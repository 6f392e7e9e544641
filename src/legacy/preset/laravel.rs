use super::users::{Engine, Users, delete, engines, flag, insert, update};
use crate::{
    identifier::IdentifierKind,
    legacy::{Commands, DateFormat, Mapping},
    password::HashFormat,
};

/// The users of a Laravel application: the table `users` as the framework's own migration makes it.
///
/// | there | here |
/// |---|---|
/// | `id` | the permanent id |
/// | `email`, `email_verified_at` | identifier, and whether it was verified |
/// | `password` | bcrypt or Argon2, as configured |
/// | `name` | `name` |
/// | `created_at` | `created_at`; taken as UTC, which is Laravel's default |
///
/// If it is [`writable`](Self::writable): a new password ends remembered log-ins, by `remember_token`, and users are
/// deleted as the model does it. What else the application has of them is its own to delete.
#[derive(Clone, Debug)]
pub struct Laravel {
    table: String,
    verifies: bool,
    soft_deletes: bool,
    format: Option<HashFormat>,
}

impl Laravel {
    /// The table `users` of Laravel 5.7 or later.
    pub fn new() -> Self {
        Self { table: "users".into(), verifies: true, soft_deletes: false, format: None }
    }

    /// Sets the table.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = table.into();
        self
    }

    /// Leaves `email_verified_at` out, which tables from before 5.7 do not have. No address counts as verified then.
    pub const fn without_email_verification(mut self) -> Self {
        self.verifies = false;
        self
    }

    /// Says that users are deleted by a date in `deleted_at`: those are nobody.
    pub const fn soft_deletes(mut self) -> Self {
        self.soft_deletes = true;
        self
    }

    /// Lets the connection change the table. Passwords are hashed in the format that the application is configured for:
    /// by default [`HashFormat::bcrypt_2y`] with a cost of 12, or 10 before Laravel 11.
    pub fn writable(mut self, format: HashFormat) -> Self {
        self.format = Some(format);
        self
    }

    fn commands(&self, engine: Engine, format: HashFormat) -> Commands {
        let (table, now) = (self.table.as_str(), engine.in_seconds("now"));
        let joined = engine.in_seconds("created_at");
        let verified_at = format!("CASE WHEN :email_verified THEN {now} END");
        let verified = self.verifies.then_some(("email_verified_at", verified_at.as_str()));
        let named = "coalesce(:name, :nickname, :username, :email)";
        let mut new = vec![("name", named), ("email", ":email"), ("password", ":hash"), ("created_at", &joined)];
        new.push(("updated_at", &now));
        new.extend(verified);
        let mut email = vec![("email", ":email"), ("updated_at", &now)];
        email.extend(verified);
        let password = [("password", ":hash"), ("remember_token", "NULL"), ("updated_at", &now)];
        let commands = Commands::new(format)
            .create([insert(table, &new)])
            .change_password([update(table, "id", &password)])
            .change_email([update(table, "id", &email)])
            .delete([if self.soft_deletes {
                update(table, "id", &[("deleted_at", &now)])
            } else {
                delete(table, "id")
            }]);
        if self.verifies {
            let still = format!("coalesce(email_verified_at, {now})");
            commands.verify_email([update(table, "id", &[("email_verified_at", &still)])])
        } else {
            commands.without_email_verification()
        }
    }

    fn users(self, engine: Engine) -> Users {
        let commands = self.format.clone().map(|format| self.commands(engine, format));
        let mut mapping = Mapping::new(&self.table, "id")
            .email("email")
            .password("password")
            .name("name")
            .created_at("created_at", DateFormat::Text);
        let mut computed = Vec::new();
        if self.verifies {
            mapping = mapping.email_verified("is_verified");
            computed.push((flag("u.email_verified_at IS NOT NULL"), "is_verified"));
        }
        Users {
            source: "laravel",
            table: self.table,
            id: "id".into(),
            found_by: vec![(IdentifierKind::Email, "email".into())],
            computed,
            in_bytes: false,
            only: self.soft_deletes.then(|| "u.deleted_at IS NULL".into()),
            mapping,
            commands,
        }
    }
}

engines!(Laravel: mysql, postgres, sqlite);

impl Default for Laravel {
    fn default() -> Self {
        Self::new()
    }
}
