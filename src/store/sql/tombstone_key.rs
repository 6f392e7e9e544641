//! The key of the tombstones' digests, kept in the database or recognised there.

use super::{
    engine::{Engine, StoredRow},
    statement::Statement,
};
use crate::{entropy::SystemEntropy, secret_key::SecretKey, store::StoreError};

const SELECT_META: &str = "SELECT value FROM waystation_meta WHERE name = ?";
const INSERT_META: &str = "INSERT INTO waystation_meta (name, value) VALUES (?, ?)";

const KEY: &str = "tombstone key";
const KEY_MARK: &str = "tombstone key mark";

/// The first to write a key or a mark decides; the others read it.
pub(crate) async fn settle<E: Engine>(
    connection: &mut E::Connection,
    given: Option<SecretKey>,
) -> Result<SecretKey, StoreError> {
    loop {
        let kept = read::<E>(&mut *connection, KEY).await?;
        let mark = read::<E>(&mut *connection, KEY_MARK).await?;
        match (&given, kept, mark) {
            (Some(given), None, Some(mark)) if mark == recognise(given) => return Ok(given.clone()),
            (None, Some(kept), None) => return Ok(SecretKey::from_bytes(kept)),
            (Some(given), None, None) => write::<E>(&mut *connection, KEY_MARK, &recognise(given)).await?,
            (None, None, None) => {
                let key =
                    SecretKey::generate(&SystemEntropy).map_err(|error| StoreError::unavailable("open", error))?;
                write::<E>(&mut *connection, KEY, key.expose()).await?;
            }
            _ => return Err(StoreError::misconfigured("the database's tombstones were made under another key")),
        }
    }
}

/// What tells the host's key from another without giving it away.
fn recognise(key: &SecretKey) -> [u8; 32] {
    *key.digest("waystation tombstone key mark", &[]).as_bytes()
}

async fn read<E: Engine>(connection: &mut E::Connection, name: &'static str) -> Result<Option<[u8; 32]>, StoreError> {
    let failed = |error| E::classify("open", error);
    let rows = E::fetch(connection, &Statement::new(SELECT_META).bind(name)).await.map_err(failed)?;
    let value = rows.first().map(|row| row.bytes(0)).transpose().map_err(failed)?.flatten();
    value.map(TryInto::try_into).transpose().map_err(|error| StoreError::corrupt(name, error))
}

/// Unless somebody else has just written it, or is about to: what there is then is read again.
async fn write<E: Engine>(connection: &mut E::Connection, name: &'static str, value: &[u8]) -> Result<(), StoreError> {
    let statement = Statement::new(INSERT_META).bind(name).bind(value.to_vec());
    match E::execute(connection, &statement).await {
        // On a cluster, a row that another node is writing is a conflict and not yet a key that is taken.
        Err(error) if !E::is_taken(&error) && !E::is_made_by_another(&error) => Err(E::classify("open", error)),
        _ => Ok(()),
    }
}
