use super::users::{Engine, Users, delete, engines, flag, insert, update};
use crate::{
    identifier::IdentifierKind,
    legacy::{Commands, DateFormat, Mapping},
    password::HashFormat,
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
///
/// If it is [`writable`](Self::writable): addresses are written in small letters, by which Devise looks them up, and users
/// are deleted with their row alone. Without `confirmable` there is nothing to be done about a verified address.
#[derive(Clone, Debug)]
pub struct Devise {
    table: String,
    confirmable: bool,
    lockable: bool,
    trackable: bool,
    format: Option<HashFormat>,
}

impl Devise {
    /// The table `users`, with the module `database_authenticatable` only.
    pub fn new() -> Self {
        Self { table: "users".into(), confirmable: false, lockable: false, trackable: false, format: None }
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

    /// Lets the connection change the table. Passwords are hashed in this format: [`HashFormat::bcrypt_2a`] with the
    /// `config.stretches` of the application, 12 by default. Not for one with a pepper.
    pub fn writable(mut self, format: HashFormat) -> Self {
        self.format = Some(format);
        self
    }

    fn commands(&self, engine: Engine, format: HashFormat) -> Commands {
        let table = self.table.as_str();
        let confirmed_at = format!("CASE WHEN :email_verified THEN {} END", engine.instant("now"));
        let confirmed = self.confirmable.then_some(("confirmed_at", confirmed_at.as_str()));
        let mut new = vec![("email", "lower(:email)"), ("encrypted_password", ":hash"), ("created_at", ":created_at")];
        new.push(("updated_at", ":now"));
        new.extend(confirmed);
        let mut email = vec![("email", "lower(:email)"), ("updated_at", ":now")];
        email.extend(confirmed);
        let commands = Commands::new(format)
            .create([insert(table, &new)])
            .change_password([update(table, "id", &[("encrypted_password", ":hash"), ("updated_at", ":now")])])
            .change_email([update(table, "id", &email)])
            .delete([delete(table, "id")]);
        if self.confirmable {
            let confirmed = [("confirmed_at", "coalesce(confirmed_at, :now)")];
            commands.verify_email([update(table, "id", &confirmed)])
        } else {
            commands.without_email_verification()
        }
    }

    fn users(self, engine: Engine) -> Users {
        let commands = self.format.clone().map(|format| self.commands(engine, format));
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
            commands,
        }
    }
}

engines!(Devise: mysql, postgres, sqlite);

impl Default for Devise {
    fn default() -> Self {
        Self::new()
    }
}
