//! Counting users, by one statement that all databases read.

use super::{
    engine::{Engine, StoredRow},
    row::{credential_kind, moved_by},
    statement::Statement,
    users::Users,
};
use crate::{
    clock::Timestamp,
    store::{Stats, StoreError},
    user::{CredentialKind, SourceName},
};

const DAY: i64 = 86_400_000_000;

/// Everybody in groups of those who are alike in everything that is counted, by one pass over the table: one statement, so all
/// of one moment. What a group counts for is added up here, since there are few groups.
///
/// The fifth and the sixth column are the day as its first microsecond, or, before 1970, as that of the day after it and what
/// is to be taken off. Remainders have the sign of what was divided, and to take a day off in the statement could be more than
/// its numbers hold.
const COUNTS: &str = "\
    SELECT credential, moved_by, legacy_source, hash_scheme, moved_at - moved_at % 86400000000, \
        CASE WHEN moved_at % 86400000000 < 0 THEN 86400000000 ELSE 0 END, count(*), max(moved_at) \
    FROM waystation_users WHERE connection = ? GROUP BY 1, 2, 3, 4, 5, 6";

impl Users {
    pub(crate) async fn stats<E: Engine>(&self, connection: &mut E::Connection) -> Result<Stats, StoreError> {
        let statement = Statement::new(COUNTS).bind(&*self.name);
        let rows = E::fetch(connection, &statement).await.map_err(|error| E::classify("stats", error))?;
        let mut stats = Stats::default();
        for row in &rows {
            add(&mut stats, row).map_err(|error| E::classify("stats", error))??;
        }
        Ok(stats)
    }
}

/// Adds a group. A column that cannot be read, or a name in it that is not known.
fn add<R: StoredRow>(stats: &mut Stats, row: &R) -> Result<Result<(), StoreError>, R::Error> {
    let count = row.number(6)?.unwrap_or_default().unsigned_abs();
    let credential = match credential_kind(row.text(0)?.unwrap_or_default()) {
        Ok(credential) => credential,
        Err(error) => return Ok(Err(error)),
    };
    stats.users += count;
    *stats.by_credential.entry(credential).or_default() += count;
    let by = row.text(1)?;
    if let Some(by) = by {
        match moved_by(by) {
            Ok(by) => *stats.by_moved.entry(by).or_default() += count,
            Err(error) => return Ok(Err(error)),
        }
    }
    if let Some(source) = row.text(2)? {
        stats.by_source.entry(SourceName::new(source)).or_default().add(credential, by.is_some(), count);
    }
    if credential == CredentialKind::Hash {
        let scheme = row.text(3)?.unwrap_or("unidentified");
        *stats.by_scheme.entry(scheme.to_owned()).or_default() += count;
    }
    if let Some(boundary) = row.number(4)? {
        let day = boundary / DAY - row.number(5)?.unwrap_or_default() / DAY;
        *stats.moved_by_day.entry(day).or_default() += count;
    }
    stats.last_moved_at = stats.last_moved_at.max(row.number(7)?.map(Timestamp::from_micros));
    Ok(Ok(()))
}
