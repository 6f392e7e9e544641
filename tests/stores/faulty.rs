//! A store with one fault: each promise must notice the store that breaks it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::Value;
use waystation::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    store::{
        BulkStore, Deletion, Insert, JobStore, Key, KeyKind, Lease, Lookup, MemoryStore, OnTombstone, OutboxMessage,
        OutboxStore, OwnedKey, SearchStore, SnapshotStore, Stats, StatsStore, StoreError, Tombstone, Update, UserStore,
        UserStoreExt,
    },
    user::{Credential, Metadata, Moved, MovedBy, NewUser, Profile, User, UserChange, UserId, Version},
};

use self::fault::Fault;

mod bulk;
pub(crate) mod fault;
mod jobs;
mod outbox;
mod search;
mod snapshot;

/// A [`MemoryStore`] behind one fault.
pub(crate) struct Faulty {
    inner: MemoryStore,
    fault: Fault,
    notes: Mutex<Notes>,
}

/// What a fault has to remember.
#[derive(Default)]
struct Notes {
    old_keys: HashMap<OwnedKey, UserId>,
    deleted: HashMap<UserId, User>,
    buried: Vec<OwnedKey>,
    lifted: bool,
    last_lease: Option<Lease>,
    leased_until: Option<Timestamp>,
    messages: Vec<OutboxMessage>,
    offset: usize,
    stats: Option<Stats>,
    shown: Vec<String>,
}

impl Faulty {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { inner: MemoryStore::new(), fault, notes: Mutex::default() }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap()
    }

    /// Time in which another call may come between.
    async fn pause(&self) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }

    /// Whether somebody other than `own` has one of the user's identifiers.
    async fn somebody_has(&self, profile: &Profile, own: Option<&UserId>) -> Option<KeyKind> {
        for identifier in profile.identifiers() {
            let owner = self.inner.find(Key::Identifier(identifier)).await.unwrap().into_user();
            if owner.is_some_and(|owner| Some(&owner.id) != own) {
                return Some(KeyKind::Identifier(identifier.kind()));
            }
        }
        None
    }

    async fn rewrite(&self, user: User, at: Timestamp, login_count: u64) {
        self.inner.delete(&user.id, Deletion::without_trace()).await.unwrap();
        let mut new = as_new(user);
        (new.last_login, new.login_count) = (Some(at), login_count);
        let _rewritten = self.inner.insert(new, OnTombstone::Lift).await.unwrap();
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faulty({:?})", self.notes().shown)
    }
}

fn as_new(user: User) -> NewUser {
    let mut new = NewUser::new(user.id, user.profile, user.credential, user.updated_at);
    (new.legacy, new.moved, new.created_at) = (user.legacy, user.moved, user.created_at);
    (new.last_login, new.login_count, new.password_set_at) = (user.last_login, user.login_count, user.password_set_at);
    new
}

fn without(mut user: NewUser, kind: KeyKind) -> NewUser {
    match kind {
        KeyKind::Identifier(kind) => clear(&mut user.profile, kind),
        KeyKind::Legacy => user.legacy = None,
        _ => {}
    }
    user
}

fn clear(profile: &mut Profile, kind: IdentifierKind) {
    match kind {
        IdentifierKind::Email => profile.email = None,
        IdentifierKind::Phone => profile.phone = None,
        _ => profile.username = None,
    }
}

fn renormalised(identifier: &Identifier, change: impl Fn(&str) -> String) -> Identifier {
    Identifier::from_parts(identifier.kind(), change(identifier.normal()), identifier.original())
}

fn cut_at_nul(text: &str) -> String {
    text.split('\0').next().unwrap_or_default().to_owned()
}

fn as_floats(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(as_floats),
        Value::Number(number) => *value = number.as_f64().into(),
        _ => {}
    }
}

/// Faults in how a new user is written.
fn damaged(fault: Fault, mut user: NewUser) -> NewUser {
    let profile = &mut user.profile;
    match fault {
        Fault::ForgetsSpelling => {
            if let Some(email) = profile.email.take() {
                profile.email = Some(Identifier::from_parts(email.kind(), email.normal(), email.normal()));
            }
        }
        Fault::CreatedNow => user.created_at = user.at,
        Fault::ForgetsFactors => profile.mfa_factors.clear(),
        Fault::ForgetsShadow => {
            if let Credential::Delegated(delegation) = &mut user.credential {
                delegation.shadow = None;
            }
        }
        Fault::EverybodyLoggedIn => user.moved = user.moved.map(|moved| Moved::new(moved.at, MovedBy::LogIn)),
        Fault::KeepsMilliseconds => {
            user.created_at = Timestamp::from_micros(user.created_at.as_micros() / 1_000 * 1_000);
        }
        Fault::KeepsFloats => profile.user_metadata.values_mut().for_each(as_floats),
        Fault::CutsTextAtNul => profile.name = profile.name.as_deref().map(cut_at_nul),
        Fault::RefusesLarge if serde_json::to_string(&profile.user_metadata).unwrap().len() > 65_535 => {
            profile.user_metadata = Metadata::new();
        }
        _ => {}
    }
    user
}

#[async_trait]
impl UserStore for Faulty {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        let found = self.inner.find(key).await?;
        let wanted = OwnedKey::from(key);
        match (self.fault, key) {
            (Fault::FindsAnybody, Key::Id(id)) if matches!(found, Lookup::Absent) => {
                let somebody = NewUser::new(id.clone(), Profile::default(), Credential::None, Timestamp::default());
                return Ok(Lookup::Found(Box::new(User::from_new(somebody))));
            }
            (Fault::LegacyKeyNotIndexed, Key::Legacy(_)) => return Ok(Lookup::Absent),
            (Fault::KindIgnored, Key::Identifier(identifier)) if matches!(found, Lookup::Absent) => {
                for kind in IdentifierKind::ALL {
                    let other = Identifier::from_parts(kind, identifier.normal(), "");
                    if let Some(user) = self.inner.find(Key::Identifier(&other)).await?.into_user() {
                        return Ok(Lookup::Found(Box::new(user)));
                    }
                }
            }
            (Fault::CutsKeysAtNul, Key::Identifier(identifier)) => {
                return self.inner.find(Key::Identifier(&renormalised(identifier, cut_at_nul))).await;
            }
            (Fault::OldKeysLinger, _) if matches!(found, Lookup::Absent) => {
                let owner = self.notes().old_keys.get(&wanted).cloned();
                if let Some(owner) = owner {
                    return self.inner.find(Key::Id(&owner)).await;
                }
            }
            (Fault::DeletedStayIndexed, Key::Identifier(_)) => {
                let deleted = self.notes().deleted.values().find(|user| key.names(user)).cloned();
                return Ok(deleted.map_or(found, |user| Lookup::Found(Box::new(user))));
            }
            (Fault::BuriedLegacyForgotten, Key::Legacy(_)) if matches!(found, Lookup::Tombstoned) => {
                return Ok(Lookup::Absent);
            }
            (Fault::LiftsAll, _) if matches!(found, Lookup::Tombstoned) && self.notes().lifted => {
                return Ok(Lookup::Absent);
            }
            (Fault::TombstoneHidesTheLiving, _) if self.notes().buried.contains(&wanted) => {
                return Ok(Lookup::Tombstoned);
            }
            _ => {}
        }
        Ok(found)
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        let given = User::from_new(user.clone());
        let user = damaged(self.fault, user);
        if self.has(Fault::DebugShowsIds) {
            self.notes().shown.push(user.id.as_str().to_owned());
        }
        if tombstones == OnTombstone::Lift {
            self.notes().lifted = true;
        }
        match self.fault {
            Fault::FoldsCase => {
                for identifier in given.profile.identifiers() {
                    let folded = renormalised(identifier, str::to_lowercase);
                    if self.inner.find(Key::Identifier(&folded)).await?.into_user().is_some() {
                        return Ok(Insert::Taken(KeyKind::Identifier(identifier.kind())));
                    }
                }
            }
            Fault::MissingKeysConflict if given.profile.email.is_none() && !self.inner.is_empty() => {
                return Ok(Insert::Taken(KeyKind::Identifier(IdentifierKind::Email)));
            }
            Fault::TombstoneWins => {
                for key in Key::all_of(&given) {
                    if matches!(self.inner.find(key).await?, Lookup::Tombstoned) {
                        return Ok(Insert::Tombstoned);
                    }
                }
            }
            Fault::LooksThenInserts => {
                for key in Key::all_of(&given) {
                    if self.inner.find(key).await?.into_user().is_some() {
                        return Ok(Insert::Taken(key.kind()));
                    }
                }
                self.pause().await;
            }
            Fault::InsertsInTwoSteps => {
                let first = without(user.clone(), KeyKind::Legacy);
                let inserted = self.inner.insert(first, tombstones).await?;
                tokio::task::yield_now().await;
                if let (Insert::Created(_), Some(legacy)) = (&inserted, user.legacy) {
                    let change = UserChange::at(user.at).legacy(legacy);
                    let _second = self.inner.update(&user.id, Version::FIRST, change).await?;
                }
                return Ok(inserted);
            }
            _ => {}
        }
        let tombstones = if self.has(Fault::MigratesTheBuried) { OnTombstone::Lift } else { tombstones };
        let inserted = self.inner.insert(user.clone(), tombstones).await?;
        match (self.fault, &inserted) {
            (Fault::NoUnique(kind), Insert::Taken(taken)) if kind == *taken => {
                let _hidden = self.inner.insert(without(user, kind), tombstones).await?;
                Ok(Insert::Created(Box::new(given)))
            }
            (Fault::LooksThenInserts, Insert::Taken(_)) => Ok(Insert::Created(Box::new(given))),
            (Fault::Upserts, Insert::Taken(kind)) => {
                for key in Key::all_of(&given) {
                    if let Some(owner) = self.inner.find(key).await?.into_user() {
                        let change = UserChange::at(given.updated_at).same_password(Credential::PendingPassword);
                        let _over = self.inner.update(&owner.id, owner.version, change).await?;
                    }
                }
                Ok(Insert::Taken(*kind))
            }
            (Fault::QueuesTheRefused, Insert::Taken(_) | Insert::Tombstoned) => {
                self.queue_anyway(user.outgoing).await;
                Ok(inserted)
            }
            (Fault::RefusalsLeaveRows, Insert::Taken(kind)) => {
                let _left = self.inner.insert(without(user, *kind), tombstones).await?;
                Ok(inserted)
            }
            _ => Ok(inserted),
        }
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        let (mut expected, mut change) = (expected, change);
        let current = self.inner.get(id).await?;
        match self.fault {
            Fault::UpdateForgetsMoved => change.moved = None,
            Fault::UpdateBlanksProfile if change.profile.is_none() => change.profile = Some(Profile::default()),
            Fault::HashIsPassword => {
                if let Some(credential) = change.credential.take() {
                    change = change.new_password(credential.credential);
                }
            }
            Fault::IgnoresVersion => expected = current.as_ref().map_or(expected, |user| user.version),
            Fault::ReadsThenWrites => match &current {
                Some(user) if user.version == expected => {
                    self.pause().await;
                    expected = self.inner.get(id).await?.map_or(expected, |user| user.version);
                }
                _ => {}
            },
            Fault::ChecksKeysFirst => {
                if let Some(profile) = &change.profile
                    && let Some(kind) = self.somebody_has(profile, Some(id)).await
                {
                    return Ok(Update::Taken(kind));
                }
            }
            Fault::ConflictsWithItself => {
                if let Some(profile) = &change.profile
                    && let Some(kind) = self.somebody_has(profile, None).await
                {
                    return Ok(Update::Taken(kind));
                }
            }
            Fault::UpdatesInTwoSteps => {
                let mut second = change.clone();
                second.profile = None;
                change.credential = None;
                change.outgoing.clear();
                let first = self.inner.update(id, expected, change).await?;
                tokio::task::yield_now().await;
                let Update::Updated(user) = first else { return Ok(first) };
                return self.inner.update(id, user.version, second).await;
            }
            _ => {}
        }
        let answer = self.inner.update(id, expected, change.clone()).await?;
        match (self.fault, answer) {
            (Fault::QueuesTheRefused, refused @ (Update::Gone | Update::Stale | Update::Taken(_))) => {
                self.queue_anyway(change.outgoing).await;
                Ok(refused)
            }
            (Fault::GoneIsStale, Update::Gone) => Ok(Update::Stale),
            (Fault::UpdateRevives, Update::Gone) => {
                let deleted = self.notes().deleted.get(id).cloned();
                if let Some(user) = deleted {
                    let _revived = self.inner.insert(as_new(user), OnTombstone::Lift).await?;
                }
                Ok(Update::Gone)
            }
            (Fault::AnswersNextVersion, Update::Updated(mut user)) => {
                user.version = user.version.next();
                Ok(Update::Updated(user))
            }
            (Fault::UpdatesTheRest, Update::Taken(_)) => {
                (change.profile, change.legacy) = (None, None);
                self.inner.update(id, expected, change).await
            }
            (Fault::OldKeysLinger, Update::Updated(user)) => {
                if let Some(before) = current {
                    let old = Key::all_of(&before).filter(|key| !key.names(&user));
                    self.notes().old_keys.extend(old.map(|key| (OwnedKey::from(key), before.id.clone())));
                }
                Ok(Update::Updated(user))
            }
            (_, answer) => Ok(answer),
        }
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        let current = self.inner.get(id).await?;
        match (self.fault, current) {
            (Fault::LoginNotCounted, Some(_)) | (Fault::AnybodyLogsIn, None) => return Ok(true),
            (Fault::LoginIsAChange, Some(user)) => {
                let _counted = self.inner.update(id, user.version, UserChange::at(at)).await?;
            }
            (Fault::LastLoginWritesOver, Some(user)) => {
                let count = user.login_count + 1;
                self.rewrite(user, at, count).await;
                return Ok(true);
            }
            (Fault::LoginsReadThenWrite, Some(user)) => {
                self.pause().await;
                let count = user.login_count + 1;
                self.rewrite(user, at, count).await;
                return Ok(true);
            }
            _ => {}
        }
        self.inner.record_login(id, at).await
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        let Some(user) = self.inner.get(id).await? else { return Ok(self.has(Fault::DeletesNobody)) };
        {
            let mut notes = self.notes();
            notes.deleted.insert(id.clone(), user.clone());
            if deletion.tombstone.is_some() {
                notes.buried.extend(Key::all_of(&user).map(OwnedKey::from));
            }
        }
        match (self.fault, deletion.tombstone) {
            (Fault::AlwaysBuries, None) => {
                self.inner.delete(id, Deletion::leaving(Tombstone::at(Timestamp::default()))).await
            }
            (Fault::DeletesThenBuries, Some(_)) => {
                let deleted = self.inner.delete(id, Deletion::without_trace()).await?;
                self.pause().await;
                let _again = self.inner.insert(as_new(user), OnTombstone::Lift).await?;
                let _buried = self.inner.delete(id, deletion).await?;
                Ok(deleted)
            }
            _ => self.inner.delete(id, deletion).await,
        }
    }

    fn as_bulk(&self) -> Option<&dyn BulkStore> {
        Some(self)
    }

    fn as_jobs(&self) -> Option<&dyn JobStore> {
        Some(self)
    }

    fn as_outbox(&self) -> Option<&dyn OutboxStore> {
        Some(self)
    }

    fn as_search(&self) -> Option<&dyn SearchStore> {
        Some(self)
    }

    fn as_snapshots(&self) -> Option<&dyn SnapshotStore> {
        Some(self)
    }

    fn as_stats(&self) -> Option<&dyn StatsStore> {
        Some(self)
    }
}
