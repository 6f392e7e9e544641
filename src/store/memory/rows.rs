use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
};

use crate::{
    clock::Timestamp,
    secret_key::{KeyedDigest, SecretKey},
    store::{Insert, Key, KeyKind, Lookup, OnTombstone, OwnedKey, Tombstone, Update},
    user::{NewUser, User, UserChange, UserId, Version},
};

/// The users, in the order of their ids, with an index over every other key.
///
/// Each method is one step of the store and leaves users and index in agreement.
pub(super) struct Rows {
    users: BTreeMap<UserId, User>,
    /// Whose each identifier and legacy key is. Ids are not in it: `users` is their index.
    owners: HashMap<OwnedKey, UserId>,
    tombstones: HashMap<KeyedDigest, Tombstone>,
    tombstone_key: SecretKey,
}

/// How to take one step back.
pub(super) enum Undo {
    /// The user goes, and the tombstones that were lifted for them come back.
    Insert { id: UserId, lifted: Vec<(KeyedDigest, Tombstone)> },
    /// The user as they were.
    Update(Box<User>),
}

impl Rows {
    pub(super) fn new(tombstone_key: SecretKey) -> Self {
        Self { users: BTreeMap::new(), owners: HashMap::new(), tombstones: HashMap::new(), tombstone_key }
    }

    pub(super) fn len(&self) -> usize {
        self.users.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// The users whose ids come after this one, in order.
    pub(super) fn after(&self, id: Option<&UserId>) -> impl Iterator<Item = &User> {
        let start = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.users.range::<UserId, _>((start, Bound::Unbounded)).map(|(_, user)| user)
    }

    pub(super) fn find(&self, key: Key<'_>) -> Lookup {
        match self.owner(key).and_then(|id| self.users.get(id)) {
            Some(user) => Lookup::Found(Box::new(user.clone())),
            None if self.tombstones.contains_key(&key.digest(&self.tombstone_key)) => Lookup::Tombstoned,
            None => Lookup::Absent,
        }
    }

    pub(super) fn get(&self, id: &UserId) -> Option<&User> {
        self.users.get(id)
    }

    pub(super) fn insert(&mut self, user: NewUser, tombstones: OnTombstone) -> Insert {
        self.insert_undoably(user, tombstones).0
    }

    /// The same, and how to undo it.
    pub(super) fn insert_undoably(&mut self, user: NewUser, tombstones: OnTombstone) -> (Insert, Option<Undo>) {
        let user = User::from_new(user);
        if let Some(kind) = self.taken(&user, None) {
            return (Insert::Taken(kind), None);
        }
        let buried: Vec<_> = Key::all_of(&user)
            .map(|key| key.digest(&self.tombstone_key))
            .filter(|digest| self.tombstones.contains_key(digest))
            .collect();
        let lifted = match tombstones {
            OnTombstone::Refuse if !buried.is_empty() => return (Insert::Tombstoned, None),
            OnTombstone::Refuse => Vec::new(),
            OnTombstone::Lift => {
                buried.into_iter().filter_map(|digest| Some((digest, self.tombstones.remove(&digest)?))).collect()
            }
        };
        self.put(user.clone());
        let undo = Undo::Insert { id: user.id.clone(), lifted };
        (Insert::Created(Box::new(user)), Some(undo))
    }

    /// Takes back what was done, the last first.
    pub(super) fn undo(&mut self, done: Vec<Undo>) {
        for undo in done.into_iter().rev() {
            match undo {
                Undo::Insert { id, lifted } => {
                    self.take(&id);
                    self.tombstones.extend(lifted);
                }
                Undo::Update(before) => {
                    self.take(&before.id);
                    self.put(*before);
                }
            }
        }
    }

    pub(super) fn update(&mut self, id: &UserId, expected: Version, change: UserChange) -> Update {
        let Some(current) = self.users.get(id) else { return Update::Gone };
        if current.version != expected {
            return Update::Stale;
        }
        let mut changed = current.clone();
        changed.apply(change);
        if let Some(kind) = self.taken(&changed, Some(id)) {
            return Update::Taken(kind);
        }
        self.take(id);
        self.put(changed.clone());
        Update::Updated(Box::new(changed))
    }

    pub(super) fn record_login(&mut self, id: &UserId, at: Timestamp) -> bool {
        let Some(user) = self.users.get_mut(id) else { return false };
        user.last_login = user.last_login.max(Some(at));
        user.login_count = user.login_count.saturating_add(1);
        true
    }

    pub(super) fn delete(&mut self, id: &UserId, tombstone: Option<Tombstone>) -> Option<User> {
        let user = self.take(id)?;
        if let Some(tombstone) = tombstone {
            let digests = Key::all_of(&user).map(|key| key.digest(&self.tombstone_key));
            self.tombstones.extend(digests.map(|digest| (digest, tombstone)));
        }
        Some(user)
    }

    fn owner(&self, key: Key<'_>) -> Option<&UserId> {
        match key {
            Key::Id(id) => self.users.get_key_value(id).map(|(id, _)| id),
            key => self.owners.get(&OwnedKey::from(key)),
        }
    }

    /// The first of the user's keys that belongs to somebody other than `own`.
    fn taken(&self, user: &User, own: Option<&UserId>) -> Option<KeyKind> {
        let somebody_elses = |key: &Key<'_>| self.owner(*key).is_some_and(|owner| Some(owner) != own);
        Key::all_of(user).find(somebody_elses).map(Key::kind)
    }

    fn put(&mut self, user: User) {
        let owned = indexed(&user).map(|key| (OwnedKey::from(key), user.id.clone()));
        self.owners.extend(owned);
        self.users.insert(user.id.clone(), user);
    }

    fn take(&mut self, id: &UserId) -> Option<User> {
        let user = self.users.remove(id)?;
        for key in indexed(&user) {
            self.owners.remove(&OwnedKey::from(key));
        }
        Some(user)
    }
}

/// The keys of a user that the index holds.
fn indexed(user: &User) -> impl Iterator<Item = Key<'_>> {
    Key::all_of(user).filter(|key| !matches!(key, Key::Id(_)))
}
