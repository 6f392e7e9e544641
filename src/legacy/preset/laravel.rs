use super::users::{Engine, Users, engines, flag};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, Mapping},
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
#[derive(Clone, Debug)]
pub struct Laravel {
    table: String,
    verifies: bool,
    soft_deletes: bool,
}

impl Laravel {
    /// The table `users` of Laravel 5.7 or later.
    pub fn new() -> Self {
        Self { table: "users".into(), verifies: true, soft_deletes: false }
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

    fn users(self, _: Engine) -> Users {
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
        }
    }
}

engines!(Laravel: mysql, postgres, sqlite);

impl Default for Laravel {
    fn default() -> Self {
        Self::new()
    }
}
