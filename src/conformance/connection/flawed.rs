//! Connections that break exactly one promise each: every case of the suite can fail.

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::*;
use crate::legacy::{DirectoryEntry, LegacyDirectory, LegacyWriter, ScriptedConnection, ScriptedPerson};
use crate::user::{Profile, SourceName};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Flaw {
    None,
    AnswersTheLatestQuestion,
    BlocksBeforeItVerifies,
    ComparesSpellings,
    ComparesUpToNul,
    CreatesAnew,
    DeletesNobody,
    EmptiesMatch,
    FallsBackToTheIdentifier,
    ForgetsProfilesInTheDirectory,
    GivesAddressesTwice,
    IgnoresIds,
    IgnoresSources,
    KeepsAddresses,
    KeepsPasswords,
    LeaksPlaces,
    MatchesWithAnotherProfile,
    NeverEnds,
    SaysDoneToEverything,
    SaysMismatchOfNobody,
    SaysNotFoundOfMismatches,
    ShowsItsPeople,
    SkipsOneBetweenPages,
    TakesWildcards,
    VerifiesNothing,
}

/// A promise, and a flaw that must not pass it.
const FLAWS: [(&str, Flaw); 24] = [
    ("a_blocked_person_is_told_so_for_the_right_password_only", Flaw::BlocksBeforeItVerifies),
    ("a_deleted_user_is_gone_and_stays_gone", Flaw::DeletesNobody),
    ("a_known_id_is_looked_up_instead_of_the_identifier", Flaw::IgnoresIds),
    ("a_match_is_whom_find_finds", Flaw::MatchesWithAnotherProfile),
    ("a_new_address_finds_the_user_and_the_old_one_does_not", Flaw::KeepsAddresses),
    ("a_new_password_counts_and_the_old_one_does_not", Flaw::KeepsPasswords),
    ("a_taken_address_is_not_given_twice", Flaw::GivesAddressesTwice),
    ("a_user_created_twice_is_there_once", Flaw::CreatesAnew),
    ("a_user_who_is_not_there_cannot_be_changed", Flaw::SaysDoneToEverything),
    ("a_verified_address_is_verified", Flaw::VerifiesNothing),
    ("a_wrong_password_is_a_mismatch", Flaw::SaysNotFoundOfMismatches),
    ("an_empty_password_never_matches", Flaw::EmptiesMatch),
    ("an_unknown_id_is_nobody", Flaw::FallsBackToTheIdentifier),
    ("an_unknown_person_is_not_found", Flaw::SaysMismatchOfNobody),
    ("dropped_questions_do_no_harm", Flaw::LeaksPlaces),
    ("every_spelling_finds_the_same_person", Flaw::ComparesSpellings),
    ("many_questions_at_once_get_their_own_answers", Flaw::AnswersTheLatestQuestion),
    ("nothing_secret_is_shown", Flaw::ShowsItsPeople),
    ("odd_identifiers_are_nobody", Flaw::TakesWildcards),
    ("odd_passwords_never_match", Flaw::ComparesUpToNul),
    ("the_directory_agrees_with_find", Flaw::ForgetsProfilesInTheDirectory),
    ("the_directory_ends", Flaw::NeverEnds),
    ("the_directory_meets_everybody_once", Flaw::SkipsOneBetweenPages),
    ("users_of_another_system_never_match", Flaw::IgnoresSources),
];

type Promise = for<'s> fn(&'s Subject) -> Pin<Box<dyn Future<Output = Kept> + 's>>;

#[test]
fn every_promise_can_be_broken_and_is_kept_without_a_flaw() {
    let promises: [(&str, Promise); 24] = crate::connection_conformance!(@each table {});
    for ((name, promise), (flawed, flaw)) in promises.into_iter().zip(FLAWS) {
        assert_eq!(name, flawed, "every promise has its flaw, in the same order");
        let kept = run(async { promise(&subject(Flaw::None)).await });
        assert_eq!(kept, Ok(()), "{name}");
        let broken = run(async { promise(&subject(flaw)).await });
        assert!(broken.is_err(), "{flaw:?} passes {name}");
    }
}

fn subject(flaw: Flaw) -> Subject {
    let people = [
        ScriptedPerson::parse("1", "Ada@Example.com", "correct horse").unwrap(),
        ScriptedPerson::parse("2", "blocked@example.com", "let me in").unwrap().blocked(),
        ScriptedPerson::parse("3", "grace@example.com", "battery staple").unwrap(),
    ];
    let blocked = StandardRules::new().parse("blocked@example.com").unwrap();
    let sample = Sample::parse("Ada@Example.com", "correct horse").unwrap().blocked(blocked, "let me in");
    let inner = people.into_iter().fold(ScriptedConnection::new("flawed"), ScriptedConnection::person);
    let flawed =
        Flawed { flaw, inner, places: Semaphore::new(1), latest: Mutex::default(), created: AtomicU64::new(0) };
    Subject::new(flawed, sample)
}

struct Flawed {
    flaw: Flaw,
    inner: ScriptedConnection,
    places: Semaphore,
    latest: Mutex<Option<(Identifier, Password)>>,
    created: AtomicU64,
}

impl Flawed {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    async fn ada(&self) -> Result<Option<LegacyUser>, LegacyError> {
        self.inner.find(&StandardRules::new().parse("ada@example.com").unwrap()).await
    }

    /// The attempt as the flaw makes it look.
    async fn distorted(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let (mut identifier, mut password) = (attempt.identifier().clone(), attempt.password().clone());
        let mut key = attempt.legacy_key().cloned();
        if self.has(Flaw::ComparesUpToNul) {
            let text = password.expose().split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
            password = Password::from_bytes(text);
        }
        if self.has(Flaw::IgnoresIds) || (self.has(Flaw::IgnoresSources) && key.is_some()) {
            key = None;
        }
        if self.has(Flaw::AnswersTheLatestQuestion) {
            *self.latest.lock().unwrap() = Some((identifier, password));
            tokio::task::yield_now().await;
            (identifier, password) = self.latest.lock().unwrap().clone().unwrap();
        }
        let mut attempt = LegacyAttempt::new(&identifier, &password);
        if let Some(key) = &key {
            attempt = attempt.known_as(key);
        }
        self.inner.authenticate(&attempt).await
    }
}

impl fmt::Debug for Flawed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.has(Flaw::ShowsItsPeople) { "Flawed(ada@example.com)" } else { "Flawed" })
    }
}

#[async_trait]
impl LegacyConnection for Flawed {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        if self.has(Flaw::LeaksPlaces) {
            self.places.try_acquire().map_err(|_| LegacyError::unavailable("no place left"))?.forget();
            tokio::task::yield_now().await;
            self.places.add_permits(1);
        }
        if self.has(Flaw::EmptiesMatch) && attempt.password().is_empty() {
            return Ok(self
                .find(attempt.identifier())
                .await?
                .map_or(Verdict::NotFound, |user| Verdict::Match(user.into())));
        }
        if self.has(Flaw::TakesWildcards) && attempt.identifier().normal() == "%" {
            return Ok(self.ada().await?.map_or(Verdict::NotFound, |user| Verdict::Match(user.into())));
        }
        if self.has(Flaw::ComparesSpellings) && self.find(attempt.identifier()).await?.is_none() {
            return Ok(Verdict::NotFound);
        }
        let verdict = self.distorted(attempt).await?;
        Ok(match verdict {
            Verdict::Mismatch if self.has(Flaw::SaysNotFoundOfMismatches) => Verdict::NotFound,
            Verdict::NotFound if self.has(Flaw::SaysMismatchOfNobody) => Verdict::Mismatch,
            Verdict::NotFound if self.has(Flaw::FallsBackToTheIdentifier) => {
                self.inner.authenticate(&LegacyAttempt::new(attempt.identifier(), attempt.password())).await?
            }
            Verdict::Mismatch if self.has(Flaw::BlocksBeforeItVerifies) => match self.find(attempt.identifier()).await?
            {
                Some(user) if user.profile.blocked => Verdict::Blocked,
                _ => Verdict::Mismatch,
            },
            Verdict::Match(mut user) if self.has(Flaw::MatchesWithAnotherProfile) => {
                user.profile.name = Some("Somebody Else".into());
                Verdict::Match(user)
            }
            verdict => verdict,
        })
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        if self.has(Flaw::TakesWildcards) && identifier.normal() == "%" {
            return self.ada().await;
        }
        let found = self.inner.find(identifier).await?;
        let is_spelt_so = |user: &LegacyUser| {
            user.profile.email.as_ref().is_some_and(|email| email.original() == identifier.original())
        };
        Ok(found.filter(|user| !self.has(Flaw::ComparesSpellings) || is_spelt_so(user)))
    }

    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        Some(self)
    }

    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        Some(self)
    }
}

#[async_trait]
impl LegacyDirectory for Flawed {
    async fn count(&self) -> Result<BTreeMap<SourceName, u64>, LegacyError> {
        self.inner.as_directory().unwrap().count().await
    }

    async fn scan(&self, after: Option<&LegacyKey>, limit: usize) -> Result<Vec<DirectoryEntry>, LegacyError> {
        let directory = self.inner.as_directory().unwrap();
        let mut page = directory.scan(after, limit).await?;
        if self.has(Flaw::NeverEnds) && page.is_empty() && limit == 0 {
            page = directory.scan(None, 1).await?;
        }
        if self.has(Flaw::SkipsOneBetweenPages) && after.is_some() && !page.is_empty() {
            page = directory.scan(after, limit + 1).await?.split_off(1);
        }
        if self.has(Flaw::ForgetsProfilesInTheDirectory) {
            for user in page.iter_mut().filter_map(|entry| entry.user.as_mut().ok()) {
                user.profile = Profile::default();
            }
        }
        Ok(page)
    }
}

#[async_trait]
impl LegacyWriter for Flawed {
    async fn create(&self, user: &LegacyUser, password: &Password) -> Result<LegacyKey, LegacyError> {
        let key = self.inner.as_writer().unwrap().create(user, password).await?;
        let count = self.created.fetch_add(1, Ordering::Relaxed);
        Ok(if self.has(Flaw::CreatesAnew) { LegacyKey::new("flawed", count.to_string()) } else { key })
    }

    async fn verify_email(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        if self.has(Flaw::VerifiesNothing) || self.has(Flaw::SaysDoneToEverything) {
            return Ok(());
        }
        self.inner.as_writer().unwrap().verify_email(user).await
    }

    async fn change_password(&self, user: &LegacyKey, password: &Password) -> Result<(), LegacyError> {
        if self.has(Flaw::KeepsPasswords) || self.has(Flaw::SaysDoneToEverything) {
            return Ok(());
        }
        self.inner.as_writer().unwrap().change_password(user, password).await
    }

    async fn change_email(&self, user: &LegacyKey, email: &Identifier, verified: bool) -> Result<(), LegacyError> {
        if self.has(Flaw::KeepsAddresses) {
            return Ok(());
        }
        match self.inner.as_writer().unwrap().change_email(user, email, verified).await {
            Err(LegacyError::Conflict { .. } | LegacyError::Refused { .. }) if self.has(Flaw::GivesAddressesTwice) => {
                Ok(())
            }
            result => result,
        }
    }

    async fn delete(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        if self.has(Flaw::DeletesNobody) { Ok(()) } else { self.inner.as_writer().unwrap().delete(user).await }
    }
}
