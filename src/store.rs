//! The new system of record: what a store author writes.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    secret_key::{KeyedDigest, SecretKey},
    user::{LegacyKey, NewUser, Profile, User, UserChange, UserId, Version},
};

mod bulk;
mod error;
mod job;
mod memory;
mod outbox;
mod search;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod server;
mod snapshot;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stats;
mod turn;

pub use bulk::{BulkOutcome, BulkStore, BulkUpdate, BulkWrite, BulkWritten};
pub use error::StoreError;
pub use job::{Checkpoint, Job, JobFault, JobId, JobStatus, JobStore, Lease};
pub use memory::MemoryStore;
pub use outbox::{Backlog, Deletion, OutboxMessage, OutboxStore, Outgoing};
pub use search::{
    CursorError, Filter, MetadataOf, MetadataPath, Order, OrderBy, OrderError, OrderValue, PageTooFar, Pattern, Search,
    SearchCursor, SearchPage, SearchStore, TextField, TimeField, TimeRange, ValueRange, ValueTest,
};
pub(crate) use search::{folded, number};
#[cfg(feature = "mysql")]
#[cfg_attr(docsrs, doc(cfg(feature = "mysql")))]
pub use server::{MySql, MySqlStore};
#[cfg(feature = "postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
pub use server::{Postgres, PostgresStore};
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub use server::{ServerStore, ServerStoreBuilder};
pub use snapshot::{Snapshot, SnapshotStore, StoredPage, StoredUsers};
#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
pub use sqlite::{SqliteStore, SqliteStoreBuilder, Synchronous};
pub use stats::{SourceStats, Stats, StatsStore};
pub use turn::{Turn, TurnGiver, TurnLost};

/// Where users live after they have moved.
///
/// A store is opened for one *connection name*: users of another name in the same database are invisible to it.
/// It compares [`Identifier::normal`] and ids byte by byte, and never folds, trims or collates anything.
///
/// Five methods, each one atomic step: whatever runs at once, in this process or another, every call happens wholly
/// before or wholly after every other one. Futures may be dropped at any await point; a dropped call happened or did
/// not happen, never in part.
///
/// Within a connection name these are unique: the id, each kind of identifier, and the [`LegacyKey`].
///
/// What the crate promises to its users rests on this contract, so check yours with
/// [`store_conformance!`](crate::store_conformance).
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// use async_trait::async_trait;
/// use waystation::clock::Timestamp;
/// use waystation::store::*;
/// use waystation::user::*;
///
/// /// The smallest store that keeps every promise: a lock around two vectors.
/// #[derive(Debug, Default)]
/// struct VecStore(Mutex<(Vec<User>, Vec<OwnedKey>)>);
///
/// #[async_trait]
/// impl UserStore for VecStore {
///     async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
///         let rows = self.0.lock().unwrap();
///         Ok(match rows.0.iter().find(|user| key.names(user)) {
///             Some(user) => Lookup::Found(Box::new(user.clone())),
///             None if rows.1.iter().any(|buried| buried.as_key() == key) => Lookup::Tombstoned,
///             None => Lookup::Absent,
///         })
///     }
///
///     async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
///         let mut rows = self.0.lock().unwrap();
///         let user = User::from_new(user);
///         for key in Key::all_of(&user) {
///             if rows.0.iter().any(|other| key.names(other)) {
///                 return Ok(Insert::Taken(key.kind()));
///             }
///         }
///         let buried = |key: &OwnedKey| Key::all_of(&user).any(|own| own == key.as_key());
///         match tombstones {
///             OnTombstone::Refuse if rows.1.iter().any(buried) => return Ok(Insert::Tombstoned),
///             OnTombstone::Refuse => {}
///             OnTombstone::Lift => rows.1.retain(|key| !buried(key)),
///         }
///         rows.0.push(user.clone());
///         Ok(Insert::Created(Box::new(user)))
///     }
///
///     async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
///         let mut rows = self.0.lock().unwrap();
///         let Some(place) = rows.0.iter().position(|user| user.id == *id) else { return Ok(Update::Gone) };
///         if rows.0[place].version != expected {
///             return Ok(Update::Stale);
///         }
///         let mut changed = rows.0[place].clone();
///         changed.apply(change);
///         for key in Key::all_of(&changed) {
///             if rows.0.iter().any(|other| other.id != *id && key.names(other)) {
///                 return Ok(Update::Taken(key.kind()));
///             }
///         }
///         rows.0[place] = changed.clone();
///         Ok(Update::Updated(Box::new(changed)))
///     }
///
///     async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
///         let mut rows = self.0.lock().unwrap();
///         let Some(user) = rows.0.iter_mut().find(|user| user.id == *id) else { return Ok(false) };
///         user.last_login = user.last_login.max(Some(at));
///         user.login_count += 1;
///         Ok(true)
///     }
///
///     async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
///         let mut rows = self.0.lock().unwrap();
///         let Some(place) = rows.0.iter().position(|user| user.id == *id) else { return Ok(false) };
///         let user = rows.0.remove(place);
///         if deletion.tombstone.is_some() {
///             rows.1.extend(Key::all_of(&user).map(OwnedKey::from));
///         }
///         Ok(true)
///     }
/// }
/// ```
///
/// (A real store keeps digests of buried keys, not the keys: [`Key::digest`].)
#[async_trait]
pub trait UserStore: fmt::Debug + Send + Sync + 'static {
    /// The user with this key, or whether it belonged to a user who was deleted.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked, or the row cannot be read.
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError>;

    /// Inserts a user, if none of their keys is taken.
    ///
    /// A taken key wins over a tombstone: the answer is then [`Insert::Taken`].
    ///
    /// # Errors
    ///
    /// When the store cannot be asked. Nothing was written then, or, when the connection broke at the end, all of it.
    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError>;

    /// Changes a user if their row still has the version `expected`.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError>;

    /// Counts a log-in at `at`: one more, and the last one if it is later than what the row has.
    ///
    /// The version stays: two log-ins at once are both counted, and neither makes the other's work stale.
    /// `false` if there is no such user.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError>;

    /// Removes a user and, in the same step, leaves what the [`Deletion`] says: a tombstone for every key they had.
    ///
    /// `false` if there is no such user; nothing is written then.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError>;

    /// The store's bulk writer and scanner, if it has one.
    fn as_bulk(&self) -> Option<&dyn BulkStore> {
        None
    }

    /// The store's job table, if it has one.
    fn as_jobs(&self) -> Option<&dyn JobStore> {
        None
    }

    /// The store's queue of what a legacy system is to be told, if it has one.
    fn as_outbox(&self) -> Option<&dyn OutboxStore> {
        None
    }

    /// The store's search, if it has one.
    fn as_search(&self) -> Option<&dyn SearchStore> {
        None
    }

    /// The store's snapshots, if it has them.
    fn as_snapshots(&self) -> Option<&dyn SnapshotStore> {
        None
    }

    /// The store's counts, if it has them.
    fn as_stats(&self) -> Option<&dyn StatsStore> {
        None
    }

    /// What time it is by the clock of the machine that keeps the users, if that may be another one than this.
    ///
    /// Nothing goes by it: times are this machine's, and are handed in. The [doctor](crate::doctor::Doctor) compares the two.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn now(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: UserStore + ?Sized> UserStore for Arc<S> {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        (**self).find(key).await
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        (**self).insert(user, tombstones).await
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        (**self).update(id, expected, change).await
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        (**self).record_login(id, at).await
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        (**self).delete(id, deletion).await
    }

    fn as_bulk(&self) -> Option<&dyn BulkStore> {
        (**self).as_bulk()
    }

    fn as_jobs(&self) -> Option<&dyn JobStore> {
        (**self).as_jobs()
    }

    fn as_outbox(&self) -> Option<&dyn OutboxStore> {
        (**self).as_outbox()
    }

    fn as_search(&self) -> Option<&dyn SearchStore> {
        (**self).as_search()
    }

    fn as_snapshots(&self) -> Option<&dyn SnapshotStore> {
        (**self).as_snapshots()
    }

    fn as_stats(&self) -> Option<&dyn StatsStore> {
        (**self).as_stats()
    }

    async fn now(&self) -> Result<Option<Timestamp>, StoreError> {
        (**self).now().await
    }
}

/// Conveniences over every [`UserStore`]. Not to be implemented.
#[async_trait]
pub trait UserStoreExt: UserStore {
    /// The user with this id.
    ///
    /// # Errors
    ///
    /// As [`UserStore::find`].
    async fn get(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        Ok(self.find(Key::Id(id)).await?.into_user())
    }
}

impl<S: UserStore + ?Sized> UserStoreExt for S {}

/// One of the things that name a user uniquely within a connection name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Key<'a> {
    /// The permanent id.
    Id(&'a UserId),
    /// An e-mail address, phone number or user name.
    Identifier(&'a Identifier),
    /// The legacy system and the id there.
    Legacy(&'a LegacyKey),
}

impl<'a> Key<'a> {
    /// What kind of key it is.
    pub const fn kind(self) -> KeyKind {
        match self {
            Self::Id(_) => KeyKind::Id,
            Self::Identifier(identifier) => KeyKind::Identifier(identifier.kind()),
            Self::Legacy(_) => KeyKind::Legacy,
        }
    }

    /// Whether this key names `user`.
    pub fn names(self, user: &User) -> bool {
        match self {
            Self::Id(id) => user.id == *id,
            Self::Identifier(identifier) => user.profile.has(identifier),
            Self::Legacy(legacy) => user.legacy.as_ref() == Some(legacy),
        }
    }

    /// What a tombstone keeps of this key: its digest under the store's own secret.
    pub fn digest(self, secret: &SecretKey) -> KeyedDigest {
        const DOMAIN: &str = "waystation tombstone";
        let kind = self.kind().as_str().as_bytes();
        match self {
            Self::Id(id) => secret.digest(DOMAIN, &[kind, id.as_str().as_bytes()]),
            Self::Identifier(identifier) => secret.digest(DOMAIN, &[kind, identifier.normal().as_bytes()]),
            Self::Legacy(legacy) => {
                secret.digest(DOMAIN, &[kind, legacy.source().as_str().as_bytes(), legacy.id().as_bytes()])
            }
        }
    }

    /// Every key of `user`, the id first.
    pub fn all_of(user: &'a User) -> impl Iterator<Item = Self> {
        Self::of(&user.id, &user.profile, user.legacy.as_ref())
    }

    /// Every key that `user` will have, the id first.
    pub fn all_of_new(user: &'a NewUser) -> impl Iterator<Item = Self> {
        Self::of(&user.id, &user.profile, user.legacy.as_ref())
    }

    fn of(id: &'a UserId, profile: &'a Profile, legacy: Option<&'a LegacyKey>) -> impl Iterator<Item = Self> {
        let identifiers = profile.identifiers().map(Self::Identifier);
        std::iter::once(Self::Id(id)).chain(identifiers).chain(legacy.map(Self::Legacy))
    }
}

/// A [`Key`] that owns what it names.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum OwnedKey {
    /// The permanent id.
    Id(UserId),
    /// An e-mail address, phone number or user name.
    Identifier(Identifier),
    /// The legacy system and the id there.
    Legacy(LegacyKey),
}

impl OwnedKey {
    /// The key, borrowed.
    pub const fn as_key(&self) -> Key<'_> {
        match self {
            Self::Id(id) => Key::Id(id),
            Self::Identifier(identifier) => Key::Identifier(identifier),
            Self::Legacy(legacy) => Key::Legacy(legacy),
        }
    }
}

impl From<Key<'_>> for OwnedKey {
    fn from(key: Key<'_>) -> Self {
        match key {
            Key::Id(id) => Self::Id(id.clone()),
            Key::Identifier(identifier) => Self::Identifier(identifier.clone()),
            Key::Legacy(legacy) => Self::Legacy(legacy.clone()),
        }
    }
}

/// The kinds of [`Key`]: what a conflict is reported by.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum KeyKind {
    /// The permanent id.
    Id,
    /// An identifier of this kind.
    Identifier(IdentifierKind),
    /// The legacy key.
    Legacy,
}

impl KeyKind {
    /// The name as events and stores write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Identifier(kind) => kind.as_str(),
            Self::Legacy => "legacy",
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What [`UserStore::find`] found.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub enum Lookup {
    /// Nobody, and nobody was deleted.
    Absent,
    /// This user.
    Found(Box<User>),
    /// Nobody, but the key belonged to a user who was deleted. They are not to be migrated again.
    Tombstoned,
}

impl Lookup {
    /// The user, if one was found.
    pub fn into_user(self) -> Option<User> {
        match self {
            Self::Found(user) => Some(*user),
            Self::Absent | Self::Tombstoned => None,
        }
    }
}

/// What [`UserStore::insert`] does about a tombstone of one of the new user's keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a store that met a third mode could only guess")]
pub enum OnTombstone {
    /// Removes it in the same step: somebody signs up anew.
    Lift,
    /// Inserts nothing: migration and import do not bring back the deleted.
    Refuse,
}

/// What [`UserStore::insert`] did.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub enum Insert {
    /// The user is stored.
    Created(Box<User>),
    /// Nothing was written: a user with this key is there. The first in the order of [`Key::all_of`] where the store
    /// can tell, else any of them.
    Taken(KeyKind),
    /// Nothing was written: a key belongs to a deleted user.
    Tombstoned,
}

/// What [`UserStore::update`] did.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub enum Update {
    /// There is no such user.
    Gone,
    /// Nothing was written: the row has another version.
    Stale,
    /// Nothing was written: another user has this key.
    Taken(KeyKind),
    /// The row as it is now.
    Updated(Box<User>),
}

/// The mark that a deleted user leaves.
///
/// The store keeps a keyed digest of each key, never the text, so that the marks of the
/// deleted name nobody.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Tombstone {
    /// When the user was deleted.
    pub at: Timestamp,
}

impl Tombstone {
    /// A mark made at `at`.
    pub const fn at(at: Timestamp) -> Self {
        Self { at }
    }
}
