//! Looking many users up, by statements that all databases read.

use std::collections::HashMap;

use super::{
    bulk::{Parts, parts},
    engine::Engine,
    row::{self, columns},
    rows::{ListStatement, Rows},
    statement::{Statement, Value},
    users::Users,
};
use crate::{
    identifier::IdentifierKind,
    store::{Key, KeyKind, Lookup, OwnedKey, StoreError},
    user::User,
};

/// The users with these keys of one kind. The keys follow.
macro_rules! users_with {
    ($columns:literal) => {
        concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ? AND (", $columns, ") IN (")
    };
}

const USERS_WITH: [(KeyKind, &str); 5] = [
    (KeyKind::Id, users_with!("id")),
    (KeyKind::Identifier(IdentifierKind::Email), users_with!("email")),
    (KeyKind::Identifier(IdentifierKind::Phone), users_with!("phone")),
    (KeyKind::Identifier(IdentifierKind::Username), users_with!("username")),
    (KeyKind::Legacy, users_with!("legacy_source, legacy_id")),
];

impl Users {
    /// What is found at each key: a statement for every kind of key and list, and one or two for tombstones.
    pub(crate) async fn look_up<E: Engine>(
        &self,
        connection: &mut E::Connection,
        keys: &[OwnedKey],
    ) -> Result<Vec<Lookup>, StoreError> {
        let mut users = Vec::new();
        for (kind, text) in USERS_WITH {
            let keys: Vec<_> = keys.iter().map(OwnedKey::as_key).filter(|key| key.kind() == kind).collect();
            for keys in keys.chunks(E::LIST) {
                let rows = list_of(kind, keys);
                let statement = ListStatement { before: Statement::new(text).bind(&*self.name), rows, after: ")" };
                let rows = E::fetch_list(&mut *connection, statement).await;
                for row in rows.map_err(|error| E::classify("look_up", error))? {
                    users.push((kind, row::decode(&row, 0)?));
                }
            }
        }
        let users: HashMap<Parts<'_>, &User> = users.iter().filter_map(|(kind, user)| key_of(*kind, user)).collect();
        // Tombstones last: a deletion that ends in between is seen by what it leaves.
        let absent = keys.iter().map(OwnedKey::as_key).filter(|key| !users.contains_key(&parts(*key)));
        let absent: Vec<Key<'_>> = absent.collect();
        let buried = self.buried_digests::<E>(connection, absent.into_iter()).await?;
        let is_buried =
            |key: Key<'_>| !buried.is_empty() && buried.contains(key.digest(&self.tombstone_key).as_bytes().as_slice());
        let look = |key: &OwnedKey| match users.get(&parts(key.as_key())) {
            Some(user) => Lookup::Found(Box::new((*user).clone())),
            None if is_buried(key.as_key()) => Lookup::Tombstoned,
            None => Lookup::Absent,
        };
        Ok(keys.iter().map(look).collect())
    }
}

/// The key of this kind under which a user was found.
fn key_of(kind: KeyKind, user: &User) -> Option<(Parts<'_>, &User)> {
    Key::all_of(user).find(|key| key.kind() == kind).map(|key| (parts(key), user))
}

/// Keys of one kind as the rows of a list.
fn list_of<'a>(kind: KeyKind, keys: &[Key<'a>]) -> Rows<'a> {
    let mut rows = Rows::new(if kind == KeyKind::Legacy { 2 } else { 1 });
    for key in keys {
        let (_, first, second) = parts(*key);
        let second = (kind == KeyKind::Legacy).then_some(second);
        rows.push([first].into_iter().chain(second).map(Value::from));
    }
    rows
}
