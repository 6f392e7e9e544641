use super::query::Sql;
use crate::{legacy::LegacyError, password::HashFormat};

/// The changes that an [`SqlConnection`](super::SqlConnection) may make, each as the statements that make it.
///
/// All statements of a change are one transaction. Their parameters are named, `:email`, and written so for every
/// engine; a colon in quotes, in a comment, or before another (`::text`) is left alone.
///
/// | parameter | in | is |
/// |---|---|---|
/// | `:id` | all but `create` | the permanent id |
/// | `:hash` | `create`, `change_password` | the hash of the password, in the [`HashFormat`] |
/// | `:email`, `:email_normal`, `:email_verified` | `create`, `change_email` | the address as typed, its normal form, and a flag |
/// | `:username`, `:username_normal`, `:phone`, `:phone_verified` | `create` | the other identifiers; NULL where there is none |
/// | `:name`, `:given_name`, `:family_name`, `:nickname`, `:picture` | `create` | the profile; NULL where it says nothing |
/// | `:active`, `:blocked` | `create` | whether the account may log in, and the contrary |
/// | `:app_metadata`, `:user_metadata` | `create` | JSON objects |
/// | `:created_at` | `create` | when the account was made, or now |
/// | `:now` | all | the time |
/// | `:new_id`, `:random` | all | a new UUID; 22 random characters, for what must not be guessed |
///
/// Times are dates, of UTC; as numbers they are `:now_seconds`, `:now_millis`, `:created_at_seconds` and
/// `:created_at_millis`, since 1970. In PostgreSQL a value is sent in the type of its place, in the other engines as
/// text, flags as 0 and 1.
///
/// A statement after the first of `create` finds the new id by its own means: `last_insert_rowid()`, `last_insert_id()`,
/// `lastval()`, or a look-up of what was inserted.
///
/// ```
/// use waystation::legacy::Commands;
/// use waystation::password::{HashFormat, HashPolicy};
///
/// let commands = Commands::new(HashFormat::argon2id(HashPolicy::default()))
///     .create([
///         "INSERT INTO members (mail, mail_ok, pw_hash, full_name, joined)
///          VALUES (:email, :email_verified, :hash, coalesce(:name, ''), :created_at_seconds)",
///         "INSERT INTO member_settings (member_id, language) VALUES (last_insert_rowid(), 'en')",
///     ])
///     .verify_email(["UPDATE members SET mail_ok = 1 WHERE id = :id"])
///     .change_password(["UPDATE members SET pw_hash = :hash WHERE id = :id"])
///     .change_email(["UPDATE members SET mail = :email, mail_ok = :email_verified WHERE id = :id"])
///     .delete(["DELETE FROM member_settings WHERE member_id = :id", "DELETE FROM members WHERE id = :id"]);
/// # let _ = commands;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Commands {
    pub(super) format: HashFormat,
    create: Option<Vec<Sql>>,
    verify_email: Option<Vec<Sql>>,
    change_password: Option<Vec<Sql>>,
    change_email: Option<Vec<Sql>>,
    delete: Option<Vec<Sql>>,
}

/// A method of [`LegacyWriter`](crate::legacy::LegacyWriter).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Command {
    ChangeEmail,
    ChangePassword,
    Create,
    Delete,
    VerifyEmail,
}

impl Command {
    pub(super) const ALL: [Self; 5] =
        [Self::ChangeEmail, Self::ChangePassword, Self::Create, Self::Delete, Self::VerifyEmail];
}

impl Commands {
    /// No changes yet; passwords are hashed in this format. A change that is given no statements is refused.
    pub const fn new(format: HashFormat) -> Self {
        Self { format, create: None, verify_email: None, change_password: None, change_email: None, delete: None }
    }

    /// Creates a user. Whether somebody has an identifier already is looked up just before, by the connection's
    /// queries; that no two people get one at the same instant takes a unique key in the table.
    pub fn create<S: Into<Sql>>(mut self, statements: impl IntoIterator<Item = S>) -> Self {
        self.create = Some(listed(statements));
        self
    }

    /// Marks the address of the user `:id` as verified.
    pub fn verify_email<S: Into<Sql>>(mut self, statements: impl IntoIterator<Item = S>) -> Self {
        self.verify_email = Some(listed(statements));
        self
    }

    /// Says that the system keeps no mark of verified addresses: there is nothing to be done about one.
    pub fn without_email_verification(mut self) -> Self {
        self.verify_email = Some(Vec::new());
        self
    }

    /// Gives the user `:id` the hash `:hash`.
    pub fn change_password<S: Into<Sql>>(mut self, statements: impl IntoIterator<Item = S>) -> Self {
        self.change_password = Some(listed(statements));
        self
    }

    /// Gives the user `:id` the address `:email`. As with [`create`](Self::create), a unique key settles a race.
    pub fn change_email<S: Into<Sql>>(mut self, statements: impl IntoIterator<Item = S>) -> Self {
        self.change_email = Some(listed(statements));
        self
    }

    /// Deletes the user `:id`, with what refers to them.
    pub fn delete<S: Into<Sql>>(mut self, statements: impl IntoIterator<Item = S>) -> Self {
        self.delete = Some(listed(statements));
        self
    }

    /// The statements of a command, if it was given any.
    pub(super) const fn given(&self, command: Command) -> Option<&Vec<Sql>> {
        match command {
            Command::ChangeEmail => self.change_email.as_ref(),
            Command::ChangePassword => self.change_password.as_ref(),
            Command::Create => self.create.as_ref(),
            Command::Delete => self.delete.as_ref(),
            Command::VerifyEmail => self.verify_email.as_ref(),
        }
    }

    pub(super) fn statements(&self, command: Command) -> Result<&[Sql], LegacyError> {
        let given = self.given(command).map(Vec::as_slice);
        given.ok_or(LegacyError::Refused { what: "a change that the connection has no statements for" })
    }
}

fn listed<S: Into<Sql>>(statements: impl IntoIterator<Item = S>) -> Vec<Sql> {
    statements.into_iter().map(Into::into).collect()
}
