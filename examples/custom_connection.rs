//! A connection to a legacy system that this crate does not know: here, an `.htpasswd`-like file that an old intranet
//! has kept for years.
//!
//! ```text
//! # id:name:e-mail:hash:state
//! 17:grace:grace@example.com:$argon2id$…:active
//! ```
//!
//! ```sh
//! cargo run --example custom_connection
//! cargo test --example custom_connection --features conformance
//! ```

use std::{error::Error, fmt::Write as _, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use waystation::{
    Identifier, IdentifierRules, LegacyConnection, Password, PasswordHash, Passwords, Profile,
    identifier::{IdentifierKind, StandardRules},
    legacy::{Guard, LegacyAttempt, LegacyError, LegacyUser, Verdict},
    password::{HashError, PasswordError, Verification},
    user::{LegacyKey, SourceName},
};

/// The users of the old intranet, read from its file at every question: the file is small, and always right.
#[derive(Debug)]
struct Intranet {
    source: SourceName,
    file: PathBuf,
    rules: StandardRules,
    passwords: Arc<Passwords>,
}

/// One line of the file.
struct Entry {
    user: LegacyUser,
    hash: PasswordHash,
}

impl Intranet {
    fn new(file: impl Into<PathBuf>, passwords: Arc<Passwords>) -> Self {
        Self { source: "intranet".into(), file: file.into(), rules: StandardRules::new(), passwords }
    }

    /// The one line that fits. Two are a collision that somebody has to look at: taking the first would be a guess.
    async fn entry(&self, fits: impl Fn(&LegacyUser) -> bool) -> Result<Option<Entry>, LegacyError> {
        let mut found = None;
        for (at, line) in self.read().await?.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = self.parse(line).map_err(|what| LegacyError::malformed(what, format!("line {}", at + 1)))?;
            if fits(&entry.user) && found.replace(entry).is_some() {
                return Err(LegacyError::Ambiguous { place: format!("line {}", at + 1) });
            }
        }
        Ok(found)
    }

    /// A file that cannot be read now may be readable later, so that is an outage, and never "no such user".
    async fn read(&self) -> Result<String, LegacyError> {
        let file = self.file.clone();
        let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(file)).await;
        read.map_err(|error| LegacyError::unavailable_because("the runtime is shutting down", error))?
            .map_err(|error| LegacyError::unavailable_because("the user file cannot be read", error))
    }

    /// Errors say what is wrong, and nothing of what is there.
    fn parse(&self, line: &str) -> Result<Entry, &'static str> {
        let [id, name, email, hash, state] =
            line.split(':').collect::<Vec<_>>().try_into().map_err(|_| "not 5 fields")?;
        let mut profile = Profile::default();
        profile.set_identifier(self.rules.parse_as(IdentifierKind::Username, name).map_err(|_| "bad name")?);
        if !email.is_empty() {
            profile.set_identifier(self.rules.parse_as(IdentifierKind::Email, email).map_err(|_| "bad e-mail")?);
        }
        profile.blocked = match state {
            "active" => false,
            "locked" => true,
            _ => return Err("unknown state"),
        };
        let user = LegacyUser::new(LegacyKey::new(self.source.clone(), id), profile);
        Ok(Entry { user, hash: PasswordHash::new(hash) })
    }
}

#[async_trait]
impl LegacyConnection for Intranet {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let entry = match attempt.id_at(&self.source)? {
            Some(id) => self.entry(|user| user.key.id() == id).await?,
            None => self.entry(|user| user.profile.has(attempt.identifier())).await?,
        };
        // The file has been read; the rest is our own work, and no guard's business.
        attempt.answered();
        let Some(Entry { user, hash }) = entry else { return Ok(Verdict::NotFound) };
        match self.passwords.verify(attempt.password(), &hash).await {
            Ok(Verification::Match { .. }) if user.profile.blocked => Ok(Verdict::Blocked),
            Ok(Verification::Match { .. }) => Ok(Verdict::Match(Box::new(user))),
            Ok(_) | Err(PasswordError::Hash(HashError::Locked)) => Ok(Verdict::Mismatch),
            Err(PasswordError::Hash(source)) => Err(LegacyError::UnusableHash { place: "field 4".into(), source }),
            Err(error) => Err(LegacyError::Password(error)),
        }
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        Ok(self.entry(|user| user.profile.has(identifier)).await?.map(|entry| entry.user))
    }
}

/// The file of the example: two people whose passwords are `battery staple` and `let me in`.
async fn write_users(file: &std::path::Path, passwords: &Passwords) -> Result<(), Box<dyn Error>> {
    let mut lines = String::from("# id:name:e-mail:hash:state\n");
    for (id, name, password, state) in
        [(17, "grace", "battery staple", "active"), (18, "mallory", "let me in", "locked")]
    {
        let hash = passwords.hash(&Password::from(password)).await?;
        writeln!(lines, "{id}:{name}:{name}@example.com:{}:{state}", hash.expose())?;
    }
    Ok(std::fs::write(file, lines)?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("users");
    let passwords = Arc::new(Passwords::builder().build()?);
    write_users(&file, &passwords).await?;

    let legacy = Guard::new(Intranet::new(&file, passwords));
    let ask = async |who: &str, password: &str| -> Result<&'static str, Box<dyn Error>> {
        let (identifier, password) = (StandardRules::new().parse(who)?, Password::from(password));
        match legacy.authenticate(&LegacyAttempt::new(&identifier, &password)).await {
            Ok(verdict) => Ok(verdict.as_str()),
            Err(error) => Ok(error.as_str()),
        }
    };
    for (who, password) in [
        ("Grace@Example.com", "battery staple"),
        ("grace", "password1"),
        ("mallory", "let me in"),
        ("nobody@example.com", "whatever"),
    ] {
        println!("{who:20} {password:16} {}", ask(who, password).await?);
    }
    std::fs::remove_file(&file)?;
    println!("{:20} {:16} {}", "(the file is gone)", "", ask("grace", "battery staple").await?);
    println!("{:?}", legacy.state().circuit);
    Ok(())
}

#[cfg(test)]
#[cfg(feature = "conformance")]
mod tests {
    use waystation::conformance::connection::{Sample, Subject};

    use super::*;

    waystation::connection_conformance!(intranet, {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("users");
        let passwords = Arc::new(Passwords::builder().build()?);
        write_users(&file, &passwords).await?;
        let mallory = StandardRules::new().parse("mallory")?;
        let sample = Sample::parse("Grace@example.com", "battery staple")?.blocked(mallory, "let me in");
        Subject::new(Intranet::new(file, passwords), sample).keeping(folder)
    });
}
