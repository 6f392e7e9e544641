//! What is written to the store.

use super::{
    drive::{Drive, fault, is_copy},
    task::Task,
};
#[cfg(feature = "write-back")]
use crate::migrator::write_back::Change;
use crate::{
    clock::Timestamp,
    error::Error,
    event::EventKind,
    migrator::{
        draft,
        machine::{Insertion, Replacement, Written},
    },
    phase::OnMatch,
    store::{Deletion, Insert, OnTombstone, Tombstone, Update, UserStore},
    user::{Credential, CredentialKind, Delegation, Moved, MovedBy, NewUser, User, UserChange},
};

impl Drive<'_> {
    pub(super) async fn insert(&mut self, insertion: Insertion) -> Result<Written, Error> {
        let at = self.parts.clock.now();
        let on_tombstone = if insertion == Insertion::SignedUp { OnTombstone::Lift } else { OnTombstone::Refuse };
        #[cfg_attr(not(feature = "write-back"), expect(unused_mut, reason = "nothing is queued"))]
        let mut user = self.draft(insertion, at)?;
        #[cfg(feature = "write-back")]
        {
            user.outgoing = self.outgoing_of_insert(insertion, &user)?;
        }
        Ok(match self.parts.store.insert(user, on_tombstone).await? {
            Insert::Created(user) => {
                if let Some(identifier) = self.task.identifier() {
                    self.parts.unknown.remove(&self.parts.name(identifier, self.task.tenant()));
                }
                self.inserted = true;
                self.arrived(*user);
                Written::Done
            }
            Insert::Taken(key) => {
                self.conflict = Some(key);
                Written::Taken
            }
            Insert::Tombstoned => Written::Tombstoned,
        })
    }

    fn draft(&mut self, insertion: Insertion, at: Timestamp) -> Result<NewUser, Error> {
        let entropy = &*self.parts.entropy;
        if insertion == Insertion::SignedUp {
            let Task::SignUp { id, profile, .. } = self.task else { return Err(fault()) };
            let id = id.clone().map_or_else(|| draft::generated_id(at, entropy), Ok)?;
            let credential = Credential::Hash(self.hash.take().ok_or_else(fault)?);
            let mut user = NewUser::new(id, (**profile).clone(), credential, at);
            user.password_set_at = Some(at);
            return Ok(user);
        }
        let person = self.person.as_ref().ok_or_else(fault)?;
        let delegation = Delegation::to(person.key.source().clone());
        let credential = match insertion {
            Insertion::Moved(_) => Credential::Hash(self.hash.clone().ok_or_else(fault)?),
            Insertion::Shadowed => Credential::Delegated(delegation.shadow(self.hash.clone().ok_or_else(fault)?)),
            _ => Credential::Delegated(delegation),
        };
        let id = self.parts.user_ids.id(&person.key, at, entropy)?;
        let mut user = draft::of_legacy(person, id, credential, at);
        match (insertion, self.task) {
            (Insertion::Moved(by), Task::CompleteRecovery { claims, .. }) => {
                user.profile = draft::verified(user.profile, &claims.identifier);
                user.password_set_at = Some(at);
                Ok(draft::moved(user, Moved::new(at, by)))
            }
            (Insertion::Adopted, Task::Adopt { proof, .. }) => {
                user.profile = draft::verified(user.profile, &proof.identifier);
                user.profile = draft::linked(user.profile, proof.identity.as_ref());
                Ok(draft::logging_in(draft::moved(user, Moved::new(at, MovedBy::Adoption))))
            }
            (Insertion::Moved(by), _) => Ok(draft::logging_in(draft::moved(user, Moved::new(at, by)))),
            _ => Ok(draft::logging_in(user)),
        }
    }

    pub(super) async fn replace(&mut self, replacement: Replacement) -> Result<Written, Error> {
        let at = self.parts.clock.now();
        let user = self.found.clone().ok_or_else(fault)?;
        #[cfg_attr(not(feature = "write-back"), expect(unused_mut, reason = "nothing is queued"))]
        let Some(mut change) = self.change(replacement, &user, at)? else { return Ok(Written::Done) };
        #[cfg(feature = "write-back")]
        {
            change.outgoing = self.outgoing_of_update(replacement, &user, &change)?;
        }
        if let (OnMatch::Shadow, Some(fresh)) = (self.task.conduct().on_match, &change.profile) {
            let fields = user.profile.differences(fresh);
            self.parts.emit(EventKind::ProfileDiffered { user: user.id.clone(), fields });
        }
        Ok(match self.parts.store.update(&user.id, user.version, change).await? {
            Update::Gone => Written::Gone,
            Update::Stale => Written::Stale,
            Update::Taken(key) => {
                self.conflict = Some(key);
                Written::Taken
            }
            Update::Updated(user) => {
                self.arrived(*user);
                Written::Done
            }
        })
    }

    /// Keeps the row as it is now, and notes whether the person has just moved.
    fn arrived(&mut self, user: User) {
        let had_moved = self.found.as_ref().is_some_and(|found| found.moved.is_some());
        self.migrated = user.moved.filter(|_| !had_moved).map(|moved| moved.by);
        self.written = Some(user);
    }

    /// The change that is to be written; `None` if nothing would be another.
    fn change(&self, replacement: Replacement, user: &User, at: Timestamp) -> Result<Option<UserChange>, Error> {
        let hash = || self.hash.clone().ok_or_else(fault);
        let change = UserChange::at(at);
        // Until a person moves, their row is a copy of what the legacy system has.
        let fresh = match &self.person {
            Some(person) if user.moved.is_none() => Some(draft::refreshed(&user.profile, &person.profile)),
            _ => None,
        };
        let brought_up_to_date = |mut change: UserChange| {
            change.profile = fresh.clone().filter(|fresh| *fresh != user.profile);
            if let (None, Some(person)) = (&user.legacy, &self.person) {
                change.legacy = Some(person.key.clone());
            }
            change
        };
        let moving = |change: UserChange, by| {
            if user.moved.is_none() && user.credential.kind() == CredentialKind::Delegated {
                change.moved(Moved::new(at, by))
            } else {
                change
            }
        };
        Ok(Some(match (replacement, self.task) {
            (Replacement::Refresh, _) => {
                let change = brought_up_to_date(change);
                return Ok((change.profile.is_some() || change.legacy.is_some()).then_some(change));
            }
            (Replacement::Shadow, _) => {
                let Credential::Delegated(delegation) = &user.credential else { return Err(fault()) };
                let shadowed = Credential::Delegated(Delegation::to(delegation.source.clone()).shadow(hash()?));
                brought_up_to_date(change.same_password(shadowed))
            }
            (Replacement::Move, _) => {
                let moved = moving(change.same_password(Credential::Hash(hash()?)), MovedBy::LogIn);
                brought_up_to_date(moved)
            }
            (Replacement::Rehash, _) => change.same_password(Credential::Hash(hash()?)),
            (Replacement::Password, Task::CompleteRecovery { claims, .. }) => {
                let profile = draft::verified(user.profile.clone(), &claims.identifier);
                moving(change.new_password(Credential::Hash(hash()?)), MovedBy::Recovery).profile(profile)
            }
            (Replacement::Password, _) => moving(change.new_password(Credential::Hash(hash()?)), MovedBy::Change),
            (Replacement::Identifier, Task::ChangeIdentifier { identifier, verified, .. }) => {
                // No copy any more, or the next log-in would bring the old one back.
                let change = if is_copy(user) { change.moved(Moved::new(at, MovedBy::Adoption)) } else { change };
                change.profile(draft::renamed(user.profile.clone(), identifier.clone(), *verified))
            }
            (Replacement::Identifier, _) => return Err(fault()),
        }))
    }

    pub(super) async fn delete(&mut self) -> Result<Written, Error> {
        let Task::Delete { user, .. } = self.task else { return Err(fault()) };
        #[cfg_attr(not(feature = "write-back"), expect(unused_mut, reason = "nothing is queued"))]
        let mut deletion = Deletion::leaving(Tombstone::at(self.parts.clock.now()));
        #[cfg(feature = "write-back")]
        {
            deletion.outgoing = self.outgoing(user, &[Change::Delete])?;
        }
        Ok(if self.parts.store.delete(user, deletion).await? { Written::Done } else { Written::Gone })
    }
}
