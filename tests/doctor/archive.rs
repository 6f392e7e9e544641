//! A legacy system with a list of users that a test writes row by row, and that nobody may change.

use std::collections::BTreeMap;

use async_trait::async_trait;
use waystation::{
    Identifier, LegacyConnection, Password, PasswordHash,
    identifier::{IdentifierRules, StandardRules},
    legacy::{DirectoryEntry, LegacyAttempt, LegacyDirectory, LegacyError, LegacyUser, LegacyWriter, Verdict},
    user::{LegacyKey, Profile, SourceName},
};

/// What the system does wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Flaw {
    None,
    AdmitsAnybody,
    BlocksStrangers,
    BreaksOff,
    FindsAnybody,
    FindsNobody,
    FindsTheLast,
    HasNoList,
    IsDown,
    IsMisconfigured,
    NeverAnswers,
    RepeatsItself,
}

pub(crate) struct Row {
    pub(crate) user: LegacyUser,
    error: Option<Box<dyn Fn() -> LegacyError + Send + Sync>>,
}

#[derive(Debug)]
pub(crate) struct Archive {
    rows: Vec<Row>,
    flaw: Flaw,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row")
    }
}

/// A person with these identifiers, whose hash the list shows.
pub(crate) fn person(id: &str, identifiers: &[&str], hash: PasswordHash) -> LegacyUser {
    let mut profile = Profile::default();
    for text in identifiers {
        profile.set_identifier(StandardRules::new().parse(text).unwrap());
    }
    profile.email_verified = true;
    let mut user = LegacyUser::new(LegacyKey::new("old-shop", id), profile);
    user.password_hash = Some(hash);
    user
}

/// `right`, by the policy of the tests.
pub(crate) fn strong() -> PasswordHash {
    PasswordHash::declared(
        "argon2",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    )
}

impl Archive {
    pub(crate) fn of(users: impl IntoIterator<Item = LegacyUser>) -> Self {
        let rows = users.into_iter().map(|user| Row { user, error: None }).collect();
        Self { rows, flaw: Flaw::None }
    }

    /// Ada and Grace, with whom nothing is wrong.
    pub(crate) fn sound() -> Self {
        Self::of([person("1", &["ada@example.com"], strong()), person("2", &["grace@example.com"], strong())])
    }

    /// Ada and somebody whose row cannot be read.
    pub(crate) fn with_error(error: fn() -> LegacyError) -> Self {
        let mut archive = Self::sound();
        archive.rows[1].error = Some(Box::new(error));
        archive
    }

    /// Nobody's row can be read; `error` is told whose it is.
    pub(crate) fn with_errors(mut self, error: fn(usize) -> LegacyError) -> Self {
        for (place, row) in self.rows.iter_mut().enumerate() {
            row.error = Some(Box::new(move || error(place)));
        }
        self
    }

    pub(crate) fn flawed(flaw: Flaw) -> Self {
        Self::sound().with_flaw(flaw)
    }

    pub(crate) fn with_flaw(self, flaw: Flaw) -> Self {
        Self { flaw, ..self }
    }

    async fn fail(&self) -> Result<(), LegacyError> {
        match self.flaw {
            Flaw::IsDown => Err(LegacyError::unavailable("connection refused")),
            Flaw::IsMisconfigured => Err(LegacyError::misconfigured("there is no table auth_user")),
            Flaw::NeverAnswers => std::future::pending().await,
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl LegacyConnection for Archive {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        self.fail().await?;
        assert!(!attempt.password().is_empty(), "an empty password is no question");
        Ok(match self.flaw {
            Flaw::AdmitsAnybody => Verdict::Match(Box::new(self.rows[0].user.clone())),
            Flaw::BlocksStrangers => Verdict::Blocked,
            _ => Verdict::NotFound,
        })
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        self.fail().await?;
        let mut found = self.rows.iter().map(|row| &row.user).filter(|user| user.profile.has(identifier));
        let (first, second) = (found.next(), found.next());
        let place = match (self.flaw, first) {
            (Flaw::FindsAnybody, _) => self.rows.first().map(|row| &row.user),
            (Flaw::FindsNobody, _) => None,
            (Flaw::FindsTheLast, Some(_)) => self.rows.last().map(|row| &row.user),
            _ if second.is_some() => return Err(LegacyError::ambiguous("users.email")),
            (_, first) => first,
        };
        Ok(place.cloned())
    }

    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        if self.flaw == Flaw::HasNoList { None } else { Some(self) }
    }

    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        Some(self)
    }
}

#[async_trait]
impl LegacyDirectory for Archive {
    async fn count(&self) -> Result<BTreeMap<SourceName, u64>, LegacyError> {
        self.fail().await?;
        let mut counts = BTreeMap::new();
        for row in &self.rows {
            *counts.entry(row.user.key.source().clone()).or_default() += 1;
        }
        Ok(counts)
    }

    async fn scan(&self, after: Option<&LegacyKey>, limit: usize) -> Result<Vec<DirectoryEntry>, LegacyError> {
        self.fail().await?;
        let start = match after.filter(|_| self.flaw != Flaw::RepeatsItself) {
            Some(key) => self.rows.iter().position(|row| row.user.key == *key).unwrap() + 1,
            None => 0,
        };
        if start > 0 && self.flaw == Flaw::BreaksOff {
            return Err(LegacyError::unavailable("connection reset"));
        }
        let entry = |row: &Row| {
            let user = row.error.as_ref().map_or_else(|| Ok(row.user.clone()), |error| Err(error()));
            DirectoryEntry::new(row.user.key.clone(), user)
        };
        Ok(self.rows[start..].iter().take(limit).map(entry).collect())
    }
}

#[async_trait]
impl LegacyWriter for Archive {
    async fn create(&self, _: &LegacyUser, _: &Password) -> Result<LegacyKey, LegacyError> {
        panic!("the doctor has written to the legacy system")
    }

    async fn verify_email(&self, _: &LegacyKey) -> Result<(), LegacyError> {
        panic!("the doctor has written to the legacy system")
    }

    async fn change_password(&self, _: &LegacyKey, _: &Password) -> Result<(), LegacyError> {
        panic!("the doctor has written to the legacy system")
    }

    async fn change_email(&self, _: &LegacyKey, _: &Identifier, _: bool) -> Result<(), LegacyError> {
        panic!("the doctor has written to the legacy system")
    }

    async fn delete(&self, _: &LegacyKey) -> Result<(), LegacyError> {
        panic!("the doctor has written to the legacy system")
    }
}
