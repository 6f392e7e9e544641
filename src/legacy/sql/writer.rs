use std::sync::Arc;

use async_trait::async_trait;

use super::{Commands, SqlConnection, commands::Command, database::Database, row::Row, values::Values};
use crate::{
    clock::Clock,
    identifier::{Identifier, IdentifierKind},
    legacy::{LegacyError, LegacyUser, LegacyWriter},
    password::{Password, PasswordError, PasswordHash, Verification},
    user::{LegacyKey, Profile},
};

/// What a connection changes its database by.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) database: Database,
    pub(super) commands: Commands,
    pub(super) clock: Arc<dyn Clock>,
}

/// Who is changed is looked up before, by id and by address, over the connection that makes the change: databases
/// convert what they compare, and `7abc` is 7 to some. That nobody else has an address is looked up too, which two
/// changes at the same instant can slip through; a unique key in the table is what closes that.
#[async_trait]
impl LegacyWriter for SqlConnection {
    /// Who is there already, with all these identifiers and this very password, is who was created before.
    async fn create(&self, user: &LegacyUser, password: &Password) -> Result<LegacyKey, LegacyError> {
        let writer = self.writer()?;
        let statements = writer.commands.statements(Command::Create)?;
        check_password(password)?;
        if let Some(row) = self.row_with(writer, &user.profile).await? {
            return self.created_before(writer, &row, password).await;
        }
        let hash = self.new_hash(writer, password).await?;
        let values = self.values(writer)?.user(user, writer.clock.now()).hash(&hash);
        let done = writer.database.write(statements, &values).await;
        let row = match done {
            Ok(_) | Err(LegacyError::Conflict { .. }) => self.row_with(writer, &user.profile).await?,
            Err(error) => return Err(error),
        };
        match (done, row) {
            (Ok(_), Some(row)) => self.mapping.key(self.reader(&row), &self.source),
            (Ok(_), None) => Err(LegacyError::misconfigured("nobody is found who was created just now")),
            // The same was said twice at once, or somebody else was faster.
            (Err(_), Some(row)) => self.created_before(writer, &row, password).await,
            (Err(conflict), None) => Err(conflict),
        }
    }

    async fn verify_email(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        let writer = self.writer()?;
        self.change(writer, Command::VerifyEmail, user, self.values(writer)?).await
    }

    async fn change_password(&self, user: &LegacyKey, password: &Password) -> Result<(), LegacyError> {
        let writer = self.writer()?;
        check_password(password)?;
        // No hash is computed for somebody who is not there.
        self.row_to_change(writer, user).await?.ok_or(LegacyError::Gone)?;
        let hash = self.new_hash(writer, password).await?;
        self.change(writer, Command::ChangePassword, user, self.values(writer)?.hash(&hash)).await
    }

    async fn change_email(&self, user: &LegacyKey, email: &Identifier, verified: bool) -> Result<(), LegacyError> {
        let writer = self.writer()?;
        if email.kind() != IdentifierKind::Email {
            return Err(LegacyError::Refused { what: "an identifier that is no e-mail address" });
        }
        let owner = match self.row_of(&writer.database, email).await {
            Ok(Some(row)) => Some(self.mapping.key(self.reader(&row), &self.source)?),
            Ok(None) => None,
            Err(LegacyError::Ambiguous { place }) => return Err(LegacyError::Conflict { place }),
            Err(error) => return Err(error),
        };
        if owner.is_some_and(|owner| owner != *user) {
            return Err(LegacyError::Conflict { place: self.mapping.place_of(IdentifierKind::Email) });
        }
        self.change(writer, Command::ChangeEmail, user, self.values(writer)?.email(Some(email), verified)).await
    }

    async fn delete(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        let writer = self.writer()?;
        match self.change(writer, Command::Delete, user, self.values(writer)?).await {
            Ok(()) | Err(LegacyError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl SqlConnection {
    /// Whether the commands could be carried out: asked of nobody, and changes nothing.
    pub(super) async fn check_writer(&self, writer: &Writer) -> Result<(), LegacyError> {
        let format = self.passwords.check_format(&writer.commands.format);
        format.map_err(|error| LegacyError::misconfigured_because("new hashes cannot be made", error))?;
        let nobody = LegacyUser::new(LegacyKey::new(self.source.clone(), "0"), Profile::default());
        for command in Command::ALL {
            let Some(statements) = writer.commands.given(command) else { continue };
            let values = self.values(writer)?;
            let (now, hash) = (writer.clock.now(), PasswordHash::new(""));
            let values = match command {
                Command::ChangeEmail => values.of(&nobody.key).email(None, false),
                Command::ChangePassword => values.of(&nobody.key).hash(&hash),
                Command::Create => values.user(&nobody, now).hash(&hash),
                Command::Delete | Command::VerifyEmail => values.of(&nobody.key),
            };
            writer.database.prepare(statements, &values).await?;
        }
        Ok(())
    }

    fn writer(&self) -> Result<&Writer, LegacyError> {
        self.writer.as_ref().ok_or_else(|| LegacyError::misconfigured("the connection was not made for changes"))
    }

    /// What every command has.
    fn values(&self, writer: &Writer) -> Result<Values, LegacyError> {
        let mut random = [0; 32];
        let filled = self.passwords.entropy().fill(&mut random);
        filled.map_err(|error| LegacyError::Password(PasswordError::Entropy(error)))?;
        Ok(Values::new(writer.clock.now(), random))
    }

    /// Changes somebody who is there.
    async fn change(
        &self,
        writer: &Writer,
        command: Command,
        user: &LegacyKey,
        values: Values,
    ) -> Result<(), LegacyError> {
        let statements = writer.commands.statements(command)?;
        self.row_to_change(writer, user).await?.ok_or(LegacyError::Gone)?;
        if statements.is_empty() {
            return Ok(());
        }
        let changed = writer.database.write(statements, &values.of(user)).await?;
        // Nothing to be changed, or nobody: they may have gone since.
        if changed == 0 && command != Command::Delete {
            self.row_to_change(writer, user).await?.ok_or(LegacyError::Gone)?;
        }
        Ok(())
    }

    async fn row_to_change(&self, writer: &Writer, user: &LegacyKey) -> Result<Option<Row>, LegacyError> {
        if *user.source() != self.source {
            let (here, there) = (&self.source, user.source());
            return Err(LegacyError::misconfigured(format!("{here} was to change a user of {there}")));
        }
        self.row_by_id(&writer.database, user.id()).await
    }

    /// The one row that has all of the identifiers that the table has. That another has one of them is a conflict.
    async fn row_with(&self, writer: &Writer, profile: &Profile) -> Result<Option<Row>, LegacyError> {
        let kept = || profile.identifiers().filter(|identifier| self.queries.by(identifier.kind()).is_some());
        if kept().next().is_none() {
            return Err(LegacyError::Refused { what: "nobody without an identifier that people are found by" });
        }
        let mut found = None;
        for identifier in kept() {
            let row = self.row_of(&writer.database, identifier).await.map_err(|error| match error {
                LegacyError::Ambiguous { place } => LegacyError::Conflict { place },
                error => error,
            })?;
            found = found.or(row);
        }
        let Some(row) = found else { return Ok(None) };
        for identifier in kept() {
            if !self.mapping.has(self.reader(&row), identifier, &*self.rules)? {
                return Err(LegacyError::Conflict { place: self.mapping.place_of(identifier.kind()) });
            }
        }
        Ok(Some(row))
    }

    /// Whose row it is, if a creation with this password left it.
    async fn created_before(&self, writer: &Writer, row: &Row, password: &Password) -> Result<LegacyKey, LegacyError> {
        let row = self.reader(row);
        let (hash, key) = (self.mapping.password_hash(row)?, self.mapping.key(row, &self.source)?);
        let password = writer.commands.format.prepared(password);
        match self.passwords.verify_for_connection(&password, &hash).await {
            Ok(Verification::Match { .. }) => Ok(key),
            Ok(Verification::Mismatch) | Err(PasswordError::Hash(_)) => {
                Err(LegacyError::Conflict { place: self.mapping.table().to_owned() })
            }
            Err(error) => Err(LegacyError::Password(error)),
        }
    }

    async fn new_hash(&self, writer: &Writer, password: &Password) -> Result<PasswordHash, LegacyError> {
        match self.passwords.hash_as(password, &writer.commands.format).await {
            Ok(hash) => Ok(hash),
            Err(PasswordError::Hash(error)) => {
                Err(LegacyError::misconfigured_because("new hashes cannot be made", error))
            }
            Err(PasswordError::Unhashable { .. } | PasswordError::TooLong { .. }) => {
                Err(LegacyError::Refused { what: "a password that its hashes cannot be made of" })
            }
            Err(error) => Err(LegacyError::Password(error)),
        }
    }
}

/// Forms take text, and much that reads hashes ends at a NUL.
fn check_password(password: &Password) -> Result<(), LegacyError> {
    let text = password.expose_text().filter(|text| !text.is_empty() && !text.contains('\0'));
    text.map(drop).ok_or(LegacyError::Refused { what: "a password that is empty or not text" })
}
