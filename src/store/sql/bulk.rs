//! Writing and reading many users, by statements that all databases read.

use std::{collections::HashSet, iter};

use super::{
    engine::{Engine, StoredRow},
    row::columns,
    rows::{ListStatement, Rows},
    statement::{Statement, Value},
    transaction,
    users::{
        Users,
        insert::{COLUMNS, INSERT, LIFT},
    },
};
use crate::{
    identifier::IdentifierKind,
    store::{BulkOutcome, BulkUpdate, BulkWrite, BulkWritten, Key, KeyKind, OnTombstone, StoreError},
    user::{NewUser, User, UserId},
};

const SCAN: &str = concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ? ORDER BY id LIMIT ?");

const SCAN_AFTER: &str =
    concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ? AND id > ? ORDER BY id LIMIT ?");

/// Whose keys of one kind are there. The keys follow.
macro_rules! taken {
    ($columns:literal) => {
        concat!("SELECT ", $columns, " FROM waystation_users WHERE connection = ? AND (", $columns, ") IN (")
    };
}

const BURIED: &str = "SELECT digest FROM waystation_tombstones WHERE connection = ? AND digest IN (";

const TAKEN: [(KeyKind, &str); 5] = [
    (KeyKind::Id, taken!("id")),
    (KeyKind::Identifier(IdentifierKind::Email), taken!("email")),
    (KeyKind::Identifier(IdentifierKind::Phone), taken!("phone")),
    (KeyKind::Identifier(IdentifierKind::Username), taken!("username")),
    (KeyKind::Legacy, taken!("legacy_source, legacy_id")),
];

/// Most imports find no tombstone at all, and need no digests then.
const ANY_BURIED: &str = "SELECT digest FROM waystation_tombstones WHERE connection = ? LIMIT 1";

/// What the values of one statement may come to, in bytes, where a row more is too much. MariaDB takes 16 MiB.
pub(in crate::store) const SIZE: usize = 4 << 20;

/// How often somebody may take a key between the look and the insert, before all are inserted one by one.
const LOOKS: usize = 3;

impl Users {
    pub(crate) async fn scan<E: Engine>(
        &self,
        connection: &mut E::Connection,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError> {
        let statement = match after {
            None => Statement::new(SCAN).bind(&*self.name),
            Some(after) => Statement::new(SCAN_AFTER).bind(&*self.name).bind(after.as_str()),
        };
        let statement = statement.bind(i64::try_from(limit).unwrap_or(i64::MAX));
        E::fetch_users(connection, &statement, "scan").await
    }

    /// Writes a batch in one transaction, a list of users at a time.
    pub(crate) async fn write<E: Engine>(
        &self,
        connection: &mut E::Connection,
        batch: &BulkWrite,
    ) -> Result<BulkWritten, StoreError> {
        let users = &*batch.users;
        let failed = |error| E::classify("write", error);
        transaction::begin::<E>(connection).await.map_err(failed)?;
        // Told early, so that nobody who has lost the lease finds the users of whoever has it in the way.
        if let Some(checkpoint) = &batch.checkpoint
            && !self.holds::<E>(connection, checkpoint).await?
        {
            transaction::rollback::<E>(connection).await.map_err(failed)?;
            return Ok(BulkWritten::LeaseLost);
        }
        let mut outcomes = vec![BulkOutcome::Created; users.len()];
        if !self.insert_unseen::<E>(connection, users).await? {
            let look = self.look::<E>(connection, users, batch.tombstones).await?;
            if batch.unless_conflict && look.outcomes.iter().any(|outcome| !outcome.is_done()) {
                let updates = batch.updates.iter().map(|_| BulkOutcome::Updated);
                let outcomes = look.outcomes.into_iter().chain(updates).collect();
                return self.conflict::<E>(connection, batch, outcomes).await;
            }
            outcomes.clear();
            // Good for the first try, and for those after it while nobody else came between.
            let (mut looked, mut is_good) = (look.outcomes.chunks(E::LIST), true);
            for users in users.chunks(E::LIST) {
                let given = looked.next().filter(|_| is_good).map(|outcomes| Look::new(outcomes.to_vec(), look.buried));
                let (inserted, at_once) = self.insert_list::<E>(connection, users, batch.tombstones, given).await?;
                is_good &= at_once;
                outcomes.extend(inserted);
            }
        }
        outcomes.extend(self.update_all::<E>(connection, &batch.updates).await?);
        let conflict = batch.unless_conflict && outcomes.iter().any(|outcome| !outcome.is_done());
        // Last, so that the row of the job is locked for a moment only: those who look for work lock it too.
        let given = match &batch.turn {
            Some(turn) if !conflict => {
                let Ok(checkpoint) = turn.come().await else {
                    transaction::rollback::<E>(connection).await.map_err(failed)?;
                    return Ok(BulkWritten::TurnLost);
                };
                checkpoint
            }
            _ => None,
        };
        let saved = if batch.turn.is_some() { given.as_ref() } else { batch.checkpoint.as_ref() };
        if let Some(checkpoint) = saved
            && !conflict
            && !self.save_within::<E>(connection, checkpoint).await?
        {
            transaction::rollback::<E>(connection).await.map_err(failed)?;
            return Ok(BulkWritten::LeaseLost);
        }
        if conflict {
            return self.conflict::<E>(connection, batch, outcomes).await;
        }
        if batch.rolled_back {
            transaction::rollback::<E>(connection).await.map_err(failed)?;
        } else {
            transaction::commit::<E>(connection).await.map_err(failed)?;
        }
        Ok(BulkWritten::Written(outcomes))
    }

    /// Undoes a write for what is in its way: unless that is there because somebody else has the lease now.
    async fn conflict<E: Engine>(
        &self,
        connection: &mut E::Connection,
        batch: &BulkWrite,
        outcomes: Vec<BulkOutcome>,
    ) -> Result<BulkWritten, StoreError> {
        transaction::rollback::<E>(connection).await.map_err(|error| E::classify("write", error))?;
        Ok(match &batch.checkpoint {
            Some(checkpoint) if !self.holds::<E>(connection, checkpoint).await? => BulkWritten::LeaseLost,
            Some(_) | None => BulkWritten::Conflict(outcomes),
        })
    }

    /// Inserts all of them without having looked for anybody, unless something stands in the way of one. Nearly everybody
    /// whom a batch brings is new, and then this is all that it takes.
    async fn insert_unseen<E: Engine>(
        &self,
        connection: &mut E::Connection,
        users: &[NewUser],
    ) -> Result<bool, StoreError> {
        let failed = |error| E::classify("write", error);
        transaction::set_savepoint::<E>(connection).await.map_err(failed)?;
        let all: Vec<&NewUser> = users.iter().collect();
        let is_free = self.insert_all::<E>(connection, &all).await?;
        // Tombstones last: a deletion that ends in between is seen by what it leaves.
        let keys = users.iter().flat_map(Key::all_of_new);
        if is_free && self.buried_digests::<E>(connection, keys).await?.is_empty() {
            transaction::release::<E>(connection).await.map_err(failed)?;
            return Ok(true);
        }
        transaction::roll_back_to_savepoint::<E>(connection).await.map_err(failed)?;
        Ok(false)
    }

    /// Looks for what stands in the way of all of them, a list at a time.
    async fn look<E: Engine>(
        &self,
        connection: &mut E::Connection,
        users: &[NewUser],
        tombstones: OnTombstone,
    ) -> Result<Look, StoreError> {
        let mut look = Look::new(Vec::with_capacity(users.len()), false);
        let mut claimed = HashSet::new();
        for users in users.chunks(E::LIST) {
            // Tombstones last: a deletion that ends in between is seen by what it leaves.
            let taken = self.taken_keys::<E>(connection, users).await?;
            let keys = users.iter().flat_map(Key::all_of_new);
            let buried = self.buried_digests::<E>(connection, keys).await?;
            look.buried |= !buried.is_empty();
            look.outcomes.extend(self.outcomes(users, &taken, &buried, tombstones, &mut claimed));
        }
        Ok(look)
    }

    /// Inserts whoever is free at once. Whether what was looked up before held good is told too.
    async fn insert_list<E: Engine>(
        &self,
        connection: &mut E::Connection,
        users: &[NewUser],
        tombstones: OnTombstone,
        mut given: Option<Look>,
    ) -> Result<(Vec<BulkOutcome>, bool), StoreError> {
        let failed = |error| E::classify("write", error);
        let mut at_once = given.is_some();
        for _ in 0..LOOKS {
            let look = match given.take() {
                Some(look) => look,
                None => self.look::<E>(connection, users, tombstones).await?,
            };
            let created = |(user, outcome): (_, &BulkOutcome)| (*outcome == BulkOutcome::Created).then_some(user);
            let free: Vec<&NewUser> = users.iter().zip(&look.outcomes).filter_map(created).collect();
            if free.is_empty() {
                return Ok((look.outcomes, at_once));
            }
            transaction::set_savepoint::<E>(connection).await.map_err(failed)?;
            if look.buried && tombstones == OnTombstone::Lift {
                self.lift_all::<E>(connection, &free).await?;
            }
            if self.insert_all::<E>(connection, &free).await? {
                transaction::release::<E>(connection).await.map_err(failed)?;
                return Ok((look.outcomes, at_once));
            }
            // Somebody took a key since, and is seen by the next look.
            at_once = false;
            transaction::roll_back_to_savepoint::<E>(connection).await.map_err(failed)?;
        }
        let mut outcomes = Vec::with_capacity(users.len());
        for user in users {
            let inserted = self.insert_within::<E>(connection, user.clone(), tombstones).await?;
            outcomes.push(BulkOutcome::from(inserted));
        }
        Ok((outcomes, false))
    }

    /// Makes the changes, one after the other.
    async fn update_all<E: Engine>(
        &self,
        connection: &mut E::Connection,
        updates: &[BulkUpdate],
    ) -> Result<Vec<BulkOutcome>, StoreError> {
        let failed = |error| E::classify("write", error);
        if updates.is_empty() {
            return Ok(Vec::new());
        }
        // Where a key is taken, a database may let no other statement follow: then each gets a savepoint of its own.
        transaction::set_savepoint::<E>(connection).await.map_err(failed)?;
        let mut outcomes = Vec::with_capacity(updates.len());
        let mut rest = updates;
        while !rest.is_empty() {
            let (updates, more) = rest.split_at(distinct(rest, E::LIST));
            rest = more;
            let statements = updates.iter().map(|update| self.change(update)).collect::<Result<_, _>>()?;
            let written = match E::execute_each(connection, statements).await {
                Ok(written) => written,
                Err(error) if E::is_taken(&error) => break,
                Err(error) => return Err(failed(error)),
            };
            for (update, written) in updates.iter().zip(written) {
                outcomes.push(self.outcome::<E>(connection, update, written).await?);
            }
        }
        if outcomes.len() == updates.len() {
            transaction::release::<E>(connection).await.map_err(failed)?;
            return Ok(outcomes);
        }
        transaction::roll_back_to_savepoint::<E>(connection).await.map_err(failed)?;
        outcomes.clear();
        for update in updates {
            transaction::set_savepoint::<E>(connection).await.map_err(failed)?;
            let outcome = self.update_within::<E>(connection, update).await?;
            if let Some(outcome) = outcome {
                transaction::release::<E>(connection).await.map_err(failed)?;
                outcomes.push(outcome);
            } else {
                transaction::roll_back_to_savepoint::<E>(connection).await.map_err(failed)?;
                // Whoever had the key may have gone since: the caller looks anew in either case.
                outcomes.push(self.why_not_updated::<E>(connection, update).await?.unwrap_or(BulkOutcome::Stale));
            }
        }
        Ok(outcomes)
    }

    /// What becomes of each user, if nobody else writes.
    fn outcomes<'a>(
        &self,
        users: &'a [NewUser],
        taken: &[OwnedParts],
        buried: &HashSet<Vec<u8>>,
        tombstones: OnTombstone,
        claimed: &mut HashSet<Parts<'a>>,
    ) -> Vec<BulkOutcome> {
        let is_buried = |key: Key<'_>| buried.contains(key.digest(&self.tombstone_key).as_bytes().as_slice());
        let taken = taken.iter().map(|(kind, first, second)| (*kind, first.as_str(), second.as_str()));
        let taken: HashSet<Parts<'_>> = taken.collect();
        let is_taken = |key: &Key<'_>, claimed: &HashSet<Parts<'a>>| {
            let key = parts(*key);
            taken.contains(&key) || claimed.contains(&key)
        };
        let mut outcomes = Vec::with_capacity(users.len());
        for user in users {
            outcomes.push(if let Some(key) = Key::all_of_new(user).find(|key| is_taken(key, claimed)) {
                BulkOutcome::Taken(key.kind())
            } else if tombstones == OnTombstone::Refuse && !buried.is_empty() && Key::all_of_new(user).any(is_buried) {
                BulkOutcome::Tombstoned
            } else {
                claimed.extend(Key::all_of_new(user).map(parts));
                BulkOutcome::Created
            });
        }
        outcomes
    }

    /// Whether all of them were inserted.
    async fn insert_all<E: Engine>(
        &self,
        connection: &mut E::Connection,
        users: &[&NewUser],
    ) -> Result<bool, StoreError> {
        let (mut waiting, mut unwritten) = (users, None);
        let mut lists = iter::from_fn(|| {
            let list = self.list::<E>(waiting).unwrap_or_else(|error| {
                unwritten = Some(error);
                None
            })?;
            waiting = waiting.get(list.rows.len()..).unwrap_or_default();
            Some(list)
        });
        let inserted = E::insert_lists(connection, &mut lists).await;
        match (unwritten, inserted) {
            (Some(error), _) => Err(error),
            (None, Ok(inserted)) => Ok(usize::try_from(inserted) == Ok(users.len())),
            (None, Err(error)) if E::is_taken(&error) => Ok(false),
            (None, Err(error)) => Err(E::classify("write", error)),
        }
    }

    /// An INSERT of the first of them, as many as a statement takes.
    fn list<'u, E: Engine>(&'u self, users: &[&'u NewUser]) -> Result<Option<ListStatement<'u>>, StoreError> {
        let mut rows = Rows::with_capacity(COLUMNS, users.len().min(E::INSERT_LIST));
        for user in users.iter().take(E::INSERT_LIST) {
            if rows.size() >= SIZE {
                break;
            }
            rows.push(self.columns_of(user)?);
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let mut before = Statement::new(INSERT);
        before.push(E::INSERTED_ROWS);
        Ok(Some(ListStatement { before, rows, after: E::UNLESS_TAKEN }))
    }

    /// Those of the users' keys that somebody has.
    async fn taken_keys<E: Engine>(
        &self,
        connection: &mut E::Connection,
        users: &[NewUser],
    ) -> Result<Vec<OwnedParts>, StoreError> {
        let failed = |error| E::classify("write", error);
        let mut taken = Vec::new();
        for (kind, text) in TAKEN {
            let mut rows = Rows::new(if kind == KeyKind::Legacy { 2 } else { 1 });
            for key in users.iter().flat_map(Key::all_of_new).filter(|key| key.kind() == kind) {
                let (_, first, second) = parts(key);
                let second = (kind == KeyKind::Legacy).then_some(second);
                rows.push([first].into_iter().chain(second).map(Value::from));
            }
            if rows.is_empty() {
                continue;
            }
            let statement = ListStatement { before: Statement::new(text).bind(&*self.name), rows, after: ")" };
            for row in E::fetch_list(&mut *connection, statement).await.map_err(failed)? {
                let first = row.text(0).map_err(failed)?.unwrap_or_default();
                let second = if kind == KeyKind::Legacy { row.text(1).map_err(failed)? } else { None };
                taken.push((kind, first.to_owned(), second.unwrap_or_default().to_owned()));
            }
        }
        Ok(taken)
    }

    /// The digests of those of the keys that are buried.
    pub(super) async fn buried_digests<'k, E: Engine>(
        &self,
        connection: &mut E::Connection,
        keys: impl Iterator<Item = Key<'k>>,
    ) -> Result<HashSet<Vec<u8>>, StoreError> {
        let failed = |error| E::classify("write", error);
        let mut buried = HashSet::new();
        let statement = Statement::new(ANY_BURIED).bind(&*self.name);
        if E::fetch(&mut *connection, &statement).await.map_err(failed)?.is_empty() {
            return Ok(buried);
        }
        for statement in self.with_digests(BURIED, keys, E::LIST) {
            for row in E::fetch_list(&mut *connection, statement).await.map_err(failed)? {
                buried.extend(row.bytes(0).map_err(failed)?.map(<[u8]>::to_vec));
            }
        }
        Ok(buried)
    }

    /// Removes the tombstones of the users' keys.
    async fn lift_all<E: Engine>(&self, connection: &mut E::Connection, users: &[&NewUser]) -> Result<(), StoreError> {
        for statement in self.with_digests(LIFT, users.iter().copied().flat_map(Key::all_of_new), E::LIST) {
            E::execute_list(&mut *connection, statement).await.map_err(|error| E::classify("write", error))?;
        }
        Ok(())
    }

    /// A statement for every so many digests of the keys.
    fn with_digests<'k>(
        &self,
        text: &'static str,
        keys: impl Iterator<Item = Key<'k>>,
        most: usize,
    ) -> Vec<ListStatement<'_>> {
        let mut keys = keys.peekable();
        let mut statements = Vec::new();
        while keys.peek().is_some() {
            let mut rows = Rows::new(1);
            for key in keys.by_ref().take(most) {
                rows.push([Value::from(key.digest(&self.tombstone_key).as_bytes().to_vec())]);
            }
            statements.push(ListStatement { before: Statement::new(text).bind(&*self.name), rows, after: ")" });
        }
        statements
    }
}

/// How many updates there are, up to `most`, before one of somebody who is changed by an earlier one.
fn distinct(updates: &[BulkUpdate], most: usize) -> usize {
    let mut seen = HashSet::new();
    updates.iter().take(most).take_while(|update| seen.insert(&update.id)).count()
}

/// What becomes of users, if nobody else writes.
struct Look {
    outcomes: Vec<BulkOutcome>,
    /// Whether there are tombstones of any of their keys.
    buried: bool,
}

impl Look {
    const fn new(outcomes: Vec<BulkOutcome>, buried: bool) -> Self {
        Self { outcomes, buried }
    }
}

/// A key as the columns have it, of which all but a legacy key's are one.
pub(super) type Parts<'a> = (KeyKind, &'a str, &'a str);
type OwnedParts = (KeyKind, String, String);

pub(super) fn parts(key: Key<'_>) -> Parts<'_> {
    let (first, second) = match key {
        Key::Id(id) => (id.as_str(), ""),
        Key::Identifier(identifier) => (identifier.normal(), ""),
        Key::Legacy(legacy) => (legacy.source().as_str(), legacy.id()),
    };
    (key.kind(), first, second)
}
