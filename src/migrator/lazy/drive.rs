//! Does what the machine says.

use super::{Parts, task::Task};
use crate::{
    clock::Timestamp,
    error::{Error, ErrorKind},
    event::EventKind,
    identifier::Identifier,
    legacy::LegacyUser,
    migrator::{
        MustChange, RecoveryToken,
        flight::Lead,
        machine::{self, Effect, Ending, Flow, Input, Judged, Row, RowFacts},
    },
    password::{HashError, PasswordError, PasswordHash, Truncation, Verification},
    policy::{Assessment, Occasion},
    store::{Key, KeyKind, Lookup, UserStore},
    user::{Credential, Delegation, MovedBy, Profile, User},
};

/// What came of an attempt.
pub(super) struct Driven {
    pub(super) ending: Ending,
    /// The row as the attempt found or left it.
    pub(super) user: Option<User>,
    /// Whether the attempt made the row.
    pub(super) inserted: bool,
    /// Why the legacy system could not be asked.
    pub(super) error: Option<Error>,
    /// Which key of the person is another's.
    pub(super) conflict: Option<KeyKind>,
    /// How the person has just moved, if they have.
    pub(super) migrated: Option<MovedBy>,
    /// How much the legacy system is to be told.
    #[cfg(feature = "write-back")]
    pub(super) queued: usize,
    /// What is to be sent to somebody who lost their password.
    pub(super) token: Option<(Identifier, RecoveryToken, Timestamp)>,
}

/// One attempt under way: what the machine must not see is kept here.
pub(super) struct Drive<'a> {
    pub(super) parts: &'a Parts,
    pub(super) task: &'a Task,
    pub(super) found: Option<User>,
    pub(super) written: Option<User>,
    pub(super) inserted: bool,
    pub(super) person: Option<LegacyUser>,
    pub(super) hash: Option<PasswordHash>,
    pub(super) lead: Option<Lead<'a>>,
    pub(super) legacy_let_in: bool,
    /// Whether the password was proven in part only, and the host wants another one then.
    unproven: bool,
    pub(super) error: Option<Error>,
    pub(super) conflict: Option<KeyKind>,
    pub(super) migrated: Option<MovedBy>,
    #[cfg(feature = "write-back")]
    pub(super) queued: usize,
}

/// An effect was asked for that its flow has nothing for: a fault of the machine, found by its tests.
pub(super) fn fault() -> Error {
    Error::new(ErrorKind::Contended, "the attempt went astray")
}

/// Whether a row is a copy of what the legacy system has, of somebody who has not moved.
pub(super) const fn is_copy(user: &User) -> bool {
    user.moved.is_none() && matches!(user.credential, Credential::Delegated(_))
}

impl<'a> Drive<'a> {
    pub(super) fn new(parts: &'a Parts, task: &'a Task) -> Self {
        let found = if let Task::Rehash { user, .. } = task { Some((**user).clone()) } else { None };
        Self {
            parts,
            task,
            found,
            written: None,
            inserted: false,
            person: None,
            hash: None,
            lead: None,
            legacy_let_in: false,
            unproven: false,
            error: None,
            conflict: None,
            migrated: None,
            #[cfg(feature = "write-back")]
            queued: 0,
        }
    }

    pub(super) async fn run(mut self) -> Result<Driven, Error> {
        let (mut state, mut effect) = machine::start(self.task.flow(), self.task.conduct());
        let ending = loop {
            if let Effect::Finish(ending) = effect {
                break ending;
            }
            let input = self.perform(effect).await?;
            (state, effect) = machine::step(state, input);
        };
        let ending = self.annotated(ending);
        if let Some(lead) = self.lead.take() {
            lead.land(ending);
        }
        match ending {
            Ending::Unavailable if !matches!(self.task, Task::BeginRecovery { .. }) => {
                return Err(self.error.unwrap_or_else(|| Error::unavailable("the legacy system is unavailable")));
            }
            Ending::Contended => return Err(Error::new(ErrorKind::Contended, "the row changed again and again")),
            _ => {}
        }
        let token = self.token(ending);
        let user = match self.written {
            None if self.task.flow() != Flow::Rehash => self.found,
            written => written,
        };
        Ok(Driven {
            ending,
            user,
            inserted: self.inserted,
            error: self.error,
            conflict: self.conflict,
            migrated: self.migrated,
            #[cfg(feature = "write-back")]
            queued: self.queued,
            token,
        })
    }

    /// The ending, with what the passwords engine has to say of the password that was let in.
    fn annotated(&self, ending: Ending) -> Ending {
        let partly = self.person.as_ref().is_some_and(|person| person.truncated)
            && self.parts.passwords.truncation() == Truncation::MustChange;
        match ending {
            Ending::Authenticated { origin, rehash, must_change: None } if self.unproven || partly => {
                Ending::Authenticated { origin, rehash, must_change: Some(MustChange::Truncated) }
            }
            ending => ending,
        }
    }

    async fn perform(&mut self, effect: Effect) -> Result<Input, Error> {
        Ok(match effect {
            Effect::AskLegacy => self.ask_legacy().await?,
            Effect::Assess => Input::Judged(self.assess()?),
            Effect::CompareShadow => self.compare_shadow().await?,
            Effect::Decoy => {
                self.parts.passwords.decoy(self.task.shown().ok_or_else(fault)?).await?;
                Input::Done
            }
            Effect::Delete => Input::Written(self.delete().await?),
            Effect::Enter => Input::Entered(self.enter().await?),
            Effect::Find => Input::Row(self.find().await?),
            Effect::FindByLegacyKey => Input::Row(self.find_moved().await?),
            Effect::FindTaker => Input::Row(self.glance(Key::Identifier(self.identifier()?)).await?),
            Effect::Hash => {
                self.hash = Some(self.hash().await?);
                Input::Done
            }
            Effect::Insert(insertion) => Input::Written(self.insert(insertion).await?),
            Effect::LookUpLegacy => self.look_up_legacy().await?,
            Effect::Replace(replacement) => Input::Written(self.replace(replacement).await?),
            Effect::Verify => self.verify().await?,
            Effect::Finish(_) => return Err(fault()),
        })
    }

    /// The hash that the row gets: a new one of the password, unless only a part of the password was proven.
    async fn hash(&self) -> Result<PasswordHash, Error> {
        let wanted = self.task.wanted().ok_or_else(fault)?;
        let passwords = &self.parts.passwords;
        match (self.task, &self.person, &self.found) {
            (Task::LogIn { .. }, Some(LegacyUser { truncated: true, password_hash, .. }), _) => {
                let Some(proven) = password_hash.as_ref().filter(|hash| passwords.check(hash).is_ok()) else {
                    let what = "a part of the password was proven, and there is no hash";
                    return Err(Error::new(ErrorKind::LegacyAnswer, what));
                };
                let renewed = passwords.rehash(wanted, proven).await?;
                // The connection says that a part was proven. A hash of the whole must not come of it, whatever the
                // scheme says that it reads.
                let of_a_part = renewed.context().is_some_and(|context| context.first_bytes.is_some());
                Ok(if of_a_part { renewed } else { proven.clone() })
            }
            (Task::Rehash { .. }, _, Some(user)) => {
                Ok(passwords.rehash(wanted, user.password_hash().ok_or_else(fault)?).await?)
            }
            _ => Ok(passwords.hash(wanted).await?),
        }
    }

    pub(super) fn identifier(&self) -> Result<&'a Identifier, Error> {
        self.task.identifier().ok_or_else(fault)
    }

    /// Looks the user up by what the attempt is about, and keeps the row.
    async fn find(&mut self) -> Result<Row, Error> {
        let lookup = match self.task {
            Task::ChangeIdentifier { user, .. } => self.parts.store.find(Key::Id(user)).await?,
            Task::ChangePassword { request, .. } => self.parts.store.find(Key::Id(&request.user)).await?,
            Task::SignUp { profile, .. } => return self.find_any(profile).await,
            _ => self.parts.store.find(Key::Identifier(self.identifier()?)).await?,
        };
        let lookup = self.of_person(lookup).await?;
        self.found = None;
        Ok(match lookup {
            Lookup::Absent => Row::Absent,
            Lookup::Tombstoned => Row::Tombstoned,
            Lookup::Found(user) => {
                let facts = self.facts(&user);
                self.found = Some(*user);
                Row::Present(facts)
            }
        })
    }

    /// What a look-up means once the legacy system has said whose the password is.
    async fn of_person(&self, lookup: Lookup) -> Result<Lookup, Error> {
        let (Task::LogIn { .. }, Some(person)) = (self.task, &self.person) else { return Ok(lookup) };
        match lookup {
            // Nobody under this identifier. A copy is theirs under whatever identifier the legacy system had before.
            Lookup::Absent => Ok(match self.parts.store.find(Key::Legacy(&person.key)).await? {
                Lookup::Found(user) if is_copy(&user) => Lookup::Found(user),
                _ => Lookup::Absent,
            }),
            // Somebody else came to have the identifier meanwhile. That they have to be asked about anew.
            Lookup::Found(user)
                if matches!(user.credential, Credential::Delegated(_))
                    && user.legacy.as_ref().is_some_and(|key| *key != person.key) =>
            {
                Err(Error::new(ErrorKind::Contended, "the identifier has become another person's"))
            }
            lookup => Ok(lookup),
        }
    }

    /// Whether anybody has one of the identifiers of somebody who signs up.
    async fn find_any(&self, profile: &Profile) -> Result<Row, Error> {
        let mut all_tombstoned = true;
        for identifier in profile.identifiers() {
            match self.glance(Key::Identifier(identifier)).await? {
                Row::Present(facts) => return Ok(Row::Present(facts)),
                row => all_tombstoned &= row == Row::Tombstoned,
            }
        }
        Ok(if all_tombstoned { Row::Tombstoned } else { Row::Absent })
    }

    /// Looks somebody up without keeping the row.
    async fn glance(&self, key: Key<'_>) -> Result<Row, Error> {
        Ok(self.glimpse(&self.parts.store.find(key).await?))
    }

    fn glimpse(&self, lookup: &Lookup) -> Row {
        match lookup {
            Lookup::Absent => Row::Absent,
            Lookup::Tombstoned => Row::Tombstoned,
            Lookup::Found(user) => {
                let same = self.found.as_ref().is_some_and(|found| found.id == user.id);
                Row::Present(RowFacts { fits: same, ..RowFacts::of(user.credential.kind()) })
            }
        }
    }

    /// Whether the person whom the legacy system named has moved.
    ///
    /// Of somebody who has not, there may be a copy. The legacy system still says which identifiers are theirs then,
    /// and nobody else may take those.
    pub(super) async fn find_moved(&self) -> Result<Row, Error> {
        let person = self.person.as_ref().ok_or_else(fault)?;
        let lookup = self.parts.store.find(Key::Legacy(&person.key)).await?;
        let row = self.glimpse(&lookup);
        Ok(match (self.task, lookup, row) {
            (Task::ChangeIdentifier { .. } | Task::SignUp { .. }, Lookup::Found(user), Row::Present(facts))
                if is_copy(&user) && !facts.fits =>
            {
                Row::Absent
            }
            (_, _, row) => row,
        })
    }

    fn facts(&self, user: &User) -> RowFacts {
        let fits = match self.task {
            Task::CompleteRecovery { claims, .. } => {
                self.parts.fingerprint(user, &claims.identifier) == claims.fingerprint
            }
            Task::Adopt { proof, .. } => self.parts.adopts_unverified || user.profile.is_verified(&proof.identifier),
            _ => false,
        };
        RowFacts {
            shadow: matches!(&user.credential, Credential::Delegated(Delegation { shadow: Some(_), .. })),
            blocked: user.is_blocked(),
            fits,
            ..RowFacts::of(user.credential.kind())
        }
    }

    async fn verify(&mut self) -> Result<Input, Error> {
        let stored = self.found.as_ref().and_then(User::password_hash).ok_or_else(fault)?.clone();
        self.compare(&stored).await
    }

    async fn compare(&mut self, stored: &PasswordHash) -> Result<Input, Error> {
        let shown = self.task.shown().ok_or_else(fault)?;
        match self.parts.passwords.verify(shown, stored).await {
            Ok(Verification::Match { upgrade, must_change, .. }) => {
                self.unproven = must_change;
                Ok(Input::Verified { matched: true, upgrade })
            }
            Ok(_) | Err(PasswordError::Hash(HashError::Locked)) => {
                Ok(Input::Verified { matched: false, upgrade: false })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn compare_shadow(&mut self) -> Result<Input, Error> {
        let user = self.found.as_ref().ok_or_else(fault)?;
        let Credential::Delegated(Delegation { shadow: Some(shadow), .. }) = &user.credential else {
            return Err(fault());
        };
        let (shadow, user) = (shadow.clone(), user.id.clone());
        let compared = self.compare(&shadow).await?;
        // The legacy system decides; what its copy here is of is nobody's concern yet.
        self.unproven = false;
        let store_would_let_in = matches!(compared, Input::Verified { matched: true, .. });
        if store_would_let_in != self.legacy_let_in {
            let legacy_let_in = self.legacy_let_in;
            self.parts.emit(EventKind::ShadowDiffers { user, legacy_let_in, store_would_let_in });
        }
        Ok(compared)
    }

    fn assess(&self) -> Result<Judged, Error> {
        let wanted = self.task.wanted().ok_or_else(fault)?;
        let (profile, occasion) = match (self.task, &self.person, &self.found) {
            (Task::LogIn { .. }, Some(person), _) => (&person.profile, Occasion::Migration),
            (Task::SignUp { profile, .. }, ..) => (&**profile, Occasion::Choice),
            (_, _, Some(user)) => (&user.profile, Occasion::Choice),
            (_, Some(person), _) => (&person.profile, Occasion::Choice),
            (_, None, None) => return Err(fault()),
        };
        Ok(match self.parts.policy.assess(wanted, profile, occasion) {
            Assessment::Accept => Judged::Accepted,
            Assessment::AcceptButChange(weakness) => Judged::MustChange(weakness),
            Assessment::Reject(weakness) => Judged::Rejected(weakness),
        })
    }
}
