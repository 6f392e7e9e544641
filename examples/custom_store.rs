//! A host's own user table behind `UserStore`.
//!
//! The host has had an `accounts` table for years and keeps it: it already holds an e-mail address and a display name
//! for each account, and everything else that waystation wants to remember goes into one more column. Here the table is
//! a `BTreeMap` behind a lock, standing for a database in which each method is one transaction.
//!
//! Run it with `cargo run --example custom_store`.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use waystation::{
    SecretKey,
    clock::Timestamp,
    identifier::{IdentifierKind, IdentifierRules, StandardRules},
    password::PasswordHash,
    secret_key::KeyedDigest,
    store::{
        Deletion, Insert, Key, KeyKind, Lookup, OnTombstone, StoreError, Tombstone, Update, UserStore, UserStoreExt,
    },
    user::{Credential, NewUser, Profile, User, UserChange, UserId, Version},
};

/// One row of the host's table.
struct Account {
    /// The address, in the form in which it is compared: the table's unique column.
    email: Option<String>,
    /// What the rest of the host's code shows. Kept in step with the profile.
    display_name: String,
    /// What waystation knows.
    user: User,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        let email = user.profile.email.as_ref().map(|email| email.normal().to_owned());
        Self { email, display_name: user.profile.name.clone().unwrap_or_default(), user }
    }
}

/// The host's table, and the marks of the deleted.
#[derive(Default)]
struct Accounts {
    rows: BTreeMap<String, Account>,
    tombstones: BTreeSet<[u8; 32]>,
}

impl Accounts {
    /// The row with this key. An e-mail address is looked up in the host's column, the rest among waystation's.
    fn named(&self, key: Key<'_>) -> Option<&Account> {
        match key {
            Key::Id(id) => self.rows.get(id.as_str()),
            Key::Identifier(identifier) if identifier.kind() == IdentifierKind::Email => {
                self.rows.values().find(|row| row.email.as_deref() == Some(identifier.normal()))
            }
            key => self.rows.values().find(|row| key.names(&row.user)),
        }
    }

    /// The first key of `user` that another row has: what the table's unique constraints would say.
    fn taken(&self, user: &User, own: Option<&UserId>) -> Option<KeyKind> {
        let other = |key: &Key<'_>| self.named(*key).is_some_and(|row| Some(&row.user.id) != own);
        Key::all_of(user).find(other).map(Key::kind)
    }
}

/// The adapter.
struct AccountStore {
    accounts: Mutex<Accounts>,
    tombstone_key: SecretKey,
}

impl AccountStore {
    fn new(tombstone_key: SecretKey) -> Self {
        Self { accounts: Mutex::default(), tombstone_key }
    }

    /// One transaction.
    fn transaction(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn digest(&self, key: Key<'_>) -> [u8; 32] {
        let digest: KeyedDigest = key.digest(&self.tombstone_key);
        *digest.as_bytes()
    }
}

impl fmt::Debug for AccountStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountStore").field("accounts", &self.transaction().rows.len()).finish_non_exhaustive()
    }
}

#[async_trait]
impl UserStore for AccountStore {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        let accounts = self.transaction();
        Ok(match accounts.named(key) {
            Some(row) => Lookup::Found(Box::new(row.user.clone())),
            None if accounts.tombstones.contains(&self.digest(key)) => Lookup::Tombstoned,
            None => Lookup::Absent,
        })
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        let mut accounts = self.transaction();
        let user = User::from_new(user);
        if let Some(kind) = accounts.taken(&user, None) {
            return Ok(Insert::Taken(kind));
        }
        let digests: Vec<_> = Key::all_of(&user).map(|key| self.digest(key)).collect();
        match tombstones {
            OnTombstone::Refuse if digests.iter().any(|digest| accounts.tombstones.contains(digest)) => {
                return Ok(Insert::Tombstoned);
            }
            OnTombstone::Refuse => {}
            OnTombstone::Lift => accounts.tombstones.retain(|digest| !digests.contains(digest)),
        }
        accounts.rows.insert(user.id.as_str().to_owned(), user.clone().into());
        Ok(Insert::Created(Box::new(user)))
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        let mut accounts = self.transaction();
        let Some(row) = accounts.rows.get(id.as_str()) else { return Ok(Update::Gone) };
        if row.user.version != expected {
            return Ok(Update::Stale);
        }
        let mut user = row.user.clone();
        user.apply(change);
        if let Some(kind) = accounts.taken(&user, Some(id)) {
            return Ok(Update::Taken(kind));
        }
        accounts.rows.insert(id.as_str().to_owned(), user.clone().into());
        Ok(Update::Updated(Box::new(user)))
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        let mut accounts = self.transaction();
        let Some(row) = accounts.rows.get_mut(id.as_str()) else { return Ok(false) };
        row.user.last_login = row.user.last_login.max(Some(at));
        row.user.login_count = row.user.login_count.saturating_add(1);
        Ok(true)
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        let mut accounts = self.transaction();
        let Some(row) = accounts.rows.remove(id.as_str()) else { return Ok(false) };
        if deletion.tombstone.is_some() {
            accounts.tombstones.extend(Key::all_of(&row.user).map(|key| self.digest(key)));
        }
        Ok(true)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let accounts = Arc::new(AccountStore::new(SecretKey::from_bytes([7; 32])));
    let store: Arc<dyn UserStore> = accounts.clone();
    let rules = StandardRules::new();
    let now = |second: i64| Timestamp::from_micros(second * 1_000_000);

    let mut profile = Profile::default();
    profile.set_identifier(rules.parse("Ada@Example.com")?);
    profile.name = Some("Ada Lovelace".to_owned());
    let ada = NewUser::new(UserId::new("1"), profile, Credential::PendingPassword, now(0));

    // Two first log-ins of one person at once: one row.
    let (first, second) =
        tokio::join!(store.insert(ada.clone(), OnTombstone::Refuse), store.insert(ada.clone(), OnTombstone::Refuse));
    let created = [first?, second?].iter().filter(|answer| matches!(answer, Insert::Created(_))).count();
    println!("two inserts at once      {created} row");

    // Any spelling finds her, and the host's own column is in step.
    let found = store.find(Key::Identifier(&rules.parse(" ADA@example.COM ")?)).await?.into_user();
    let found = found.ok_or("nobody was found")?;
    let shown = accounts.transaction().named(Key::Id(&found.id)).map(|row| row.display_name.clone());
    println!("found by another spelling, shown to the host as {:?}", shown.unwrap_or_default());

    // Two changes made for one version: one is applied, the other is told.
    let hash = |text: &str| Credential::Hash(PasswordHash::new(text));
    let change = |text: &str| UserChange::at(now(60)).new_password(hash(text));
    let winner = store.update(&found.id, found.version, change("first")).await?;
    let loser = store.update(&found.id, found.version, change("second")).await?;
    println!("two updates of version {}  {}, {}", found.version.get(), told(&winner), told(&loser));

    store.record_login(&found.id, now(90)).await?;
    let count = store.get(&found.id).await?.map_or(0, |user| user.login_count);
    println!("log-ins counted          {count}");

    // Deleted for good: a migration is refused, a sign-up is not.
    store.delete(&found.id, Deletion::leaving(Tombstone::at(now(120)))).await?;
    let migrated = store.insert(ada.clone(), OnTombstone::Refuse).await?;
    let signed_up = store.insert(ada, OnTombstone::Lift).await?;
    println!("after a delete           migrating again is {}", answered(&migrated));
    println!("                         signing up anew is {}", answered(&signed_up));
    println!("{store:?}");
    println!("\nThe whole contract: cargo test --all-features --example custom_store");
    Ok(())
}

fn told(update: &Update) -> &'static str {
    match update {
        Update::Updated(_) => "one applied",
        Update::Stale => "one stale",
        _ => "not as expected",
    }
}

fn answered(insert: &Insert) -> &'static str {
    match insert {
        Insert::Created(_) => "allowed",
        Insert::Tombstoned => "refused",
        _ => "not as expected",
    }
}

#[cfg(all(test, feature = "conformance"))]
waystation::store_conformance!(account_store, async || AccountStore::new(SecretKey::from_bytes([7; 32])));
