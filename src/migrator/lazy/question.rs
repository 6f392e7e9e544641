//! What is asked of the legacy system.

use super::{
    drive::{Drive, fault},
    task::Task,
};
use crate::{
    error::{Error, ErrorKind},
    event::EventKind,
    identifier::Identifier,
    legacy::{LegacyAttempt, LegacyConnection, LegacyError, LegacyUser, Verdict},
    migrator::{
        flight::Boarding,
        machine::{Entry, Input, LegacyPerson, LegacySays, Row},
    },
    user::{Credential, User},
};

impl Drive<'_> {
    pub(super) async fn enter(&mut self) -> Result<Entry, Error> {
        let (identifier, shown) = (self.identifier()?, self.task.shown().ok_or_else(fault)?);
        // Another tenant may be another legacy system's, with another answer.
        let name = self.parts.name(identifier, self.task.tenant());
        if self.found.is_none() && self.parts.unknown.has(&name, self.parts.clock.monotonic()) {
            return Ok(Entry::KnownUnknown);
        }
        let key = self.parts.process_key.digest("waystation flight", &[name.as_bytes(), shown.expose()]);
        Ok(match self.parts.flights.enter(key).await {
            Boarding::Followed(entry) => entry,
            Boarding::Leads(lead) => {
                self.lead = Some(lead);
                Entry::Leads
            }
        })
    }

    pub(super) async fn ask_legacy(&mut self) -> Result<Input, Error> {
        let shown = self.task.shown().ok_or_else(fault)?;
        let row = self.found.as_ref();
        let asked = match (self.task.identifier(), row) {
            (Some(identifier), _) => identifier.clone(),
            (None, Some(user)) => user.profile.identifiers().next().ok_or_else(fault)?.clone(),
            (None, None) => return Err(fault()),
        };
        let mut attempt = LegacyAttempt::new(&asked, shown);
        if let Some(tenant) = self.task.tenant() {
            attempt = attempt.of_tenant(tenant);
        }
        if let Some(User { credential: Credential::Delegated(delegation), .. }) = row {
            attempt = attempt.at(&delegation.source);
        }
        if let Some(key) = row.and_then(|user| user.legacy.as_ref()) {
            attempt = attempt.known_as(key);
        }
        let began = self.parts.clock.monotonic();
        let answer = self.parts.legacy.authenticate(&attempt).await;
        let took = self.parts.clock.monotonic().saturating_sub(began);
        let told = answer.as_ref().map_or_else(LegacyError::as_str, Verdict::as_str);
        self.parts.emit(EventKind::LegacyAsked { answer: told, took });
        let verdict = match answer {
            Ok(verdict) => verdict,
            Err(error) => {
                self.error = Some(error.into());
                return Ok(Input::Unavailable);
            }
        };
        let says = match verdict {
            Verdict::Match(person) => self.take(*person, &asked, LegacySays::Match)?,
            Verdict::MatchMustChange(person) => self.take(*person, &asked, LegacySays::MatchMustChange)?,
            Verdict::Mismatch => LegacySays::Mismatch,
            Verdict::Blocked => LegacySays::Blocked,
            Verdict::NotFound => {
                if self.found.is_none() {
                    let name = self.parts.name(&asked, self.task.tenant());
                    self.parts.unknown.add(name, self.parts.clock.monotonic());
                }
                LegacySays::NotFound
            }
        };
        Ok(Input::Said(says))
    }

    /// Keeps the person whom the legacy system named, if it is the one who was asked about.
    fn take(&mut self, person: LegacyUser, asked: &Identifier, says: LegacySays) -> Result<LegacySays, Error> {
        let known_as = self.found.as_ref().and_then(|user| user.legacy.as_ref());
        if !known_as.map_or_else(|| person.profile.has(asked), |key| *key == person.key) {
            return Err(Error::new(ErrorKind::LegacyAnswer, "the legacy system answered about another person"));
        }
        // A connection that looks at the password alone may say so of somebody who is barred.
        if person.profile.blocked {
            return Ok(LegacySays::Blocked);
        }
        self.legacy_let_in = true;
        self.person = Some(person);
        Ok(says)
    }

    pub(super) async fn look_up_legacy(&mut self) -> Result<Input, Error> {
        let asked: Vec<&Identifier> = match self.task {
            Task::SignUp { profile, .. } => profile.identifiers().collect(),
            _ => vec![self.identifier()?],
        };
        let mut met = LegacyPerson::Nobody;
        for identifier in asked {
            let began = self.parts.clock.monotonic();
            let answer = self.parts.legacy.find(identifier).await;
            let took = self.parts.clock.monotonic().saturating_sub(began);
            let told = answer
                .as_ref()
                .map_or_else(LegacyError::as_str, |person| if person.is_some() { "found" } else { "not_found" });
            self.parts.emit(EventKind::LegacyAsked { answer: told, took });
            match answer {
                Ok(None) => {}
                Ok(Some(person)) => {
                    met = self.meet(person, identifier)?;
                    // Over what they gave up, somebody who has moved has no say; the next may be another person's.
                    let has_a_say =
                        !matches!(self.task, Task::SignUp { .. }) || self.find_moved().await? == Row::Absent;
                    if has_a_say {
                        break;
                    }
                }
                Err(error) => {
                    self.error = Some(error.into());
                    return Ok(Input::Unavailable);
                }
            }
        }
        Ok(Input::Person(met))
    }

    /// Keeps the person whom the legacy system found.
    fn meet(&mut self, person: LegacyUser, asked: &Identifier) -> Result<LegacyPerson, Error> {
        let fits = match self.task {
            Task::CompleteRecovery { claims, .. } => {
                self.parts.key_fingerprint(&person, &claims.identifier) == claims.fingerprint
            }
            Task::Adopt { .. } => self.parts.adopts_unverified || person.profile.is_verified(asked),
            // Whoever it is, the identifier is not free.
            Task::ChangeIdentifier { .. } | Task::SignUp { .. } => true,
            _ => person.profile.has(asked),
        };
        if !fits && matches!(self.task, Task::BeginRecovery { .. }) {
            return Err(Error::new(ErrorKind::LegacyAnswer, "the legacy system answered about another person"));
        }
        let blocked = person.profile.blocked;
        self.person = Some(person);
        Ok(LegacyPerson::Somebody { blocked, fits })
    }
}
