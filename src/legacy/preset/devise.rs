use super::users::{Engine, Users, engines, flag};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, Mapping},
};

/// The users of a Rails application with Devise.
///
/// | there | here |
/// |---|---|
/// | `id` | the permanent id |
/// | `email` | identifier |
/// | `encrypted_password` | bcrypt, without a pepper |
/// | `created_at` | `created_at` |
/// | `confirmed_at`, with [`confirmable`](Self::confirmable) | whether the address was verified |
/// | `locked_at`, with [`lockable`](Self::lockable) | `blocked`: until it is unlocked there, however |
/// | `sign_in_count`, `current_sign_in_at`, with [`trackable`](Self::trackable) | `login_count`, `last_login` |
///
/// An application with `config.pepper` hashes the pepper with the password, and its hashes do not say so. See
/// [`Peppers`](crate::password::Peppers).
#[derive(Clone, Debug)]
pub struct Devise {
    table: String,
    confirmable: bool,
    lockable: bool,
    trackable: bool,
}

impl Devise {
    /// The table `users`, with the module `database_authenticatable` only.
    pub fn new() -> Self {
        Self { table: "users".into(), confirmable: false, lockable: false, trackable: false }
    }

    /// Sets the table of the model.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = table.into();
        self
    }

    /// Says that the model is `:confirmable`.
    pub const fn confirmable(mut self) -> Self {
        self.confirmable = true;
        self
    }

    /// Says that the model is `:lockable`.
    pub const fn lockable(mut self) -> Self {
        self.lockable = true;
        self
    }

    /// Says that the model is `:trackable`.
    pub const fn trackable(mut self) -> Self {
        self.trackable = true;
        self
    }

    fn users(self, _: Engine) -> Users {
        let mut mapping = Mapping::new(&self.table, "id")
            .email("email")
            .password("encrypted_password")
            .created_at("created_at", DateFormat::Text);
        let mut computed = Vec::new();
        if self.confirmable {
            mapping = mapping.email_verified("is_confirmed");
            computed.push((flag("u.confirmed_at IS NOT NULL"), "is_confirmed"));
        }
        if self.lockable {
            mapping = mapping.blocked("is_locked");
            computed.push((flag("u.locked_at IS NOT NULL"), "is_locked"));
        }
        if self.trackable {
            mapping = mapping.login_count("sign_in_count").last_login("current_sign_in_at", DateFormat::Text);
        }
        Users {
            source: "devise",
            table: self.table,
            id: "id".into(),
            found_by: vec![(IdentifierKind::Email, "email".into())],
            computed,
            in_bytes: false,
            only: None,
            mapping,
        }
    }
}

engines!(Devise: mysql, postgres, sqlite);

impl Default for Devise {
    fn default() -> Self {
        Self::new()
    }
}
