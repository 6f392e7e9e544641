use async_trait::async_trait;
use sqlx::{Row, sqlite::SqliteRow};

use super::{
    SqliteStore,
    error::classify,
    row::{credential_kind, moved_by},
};
use crate::{
    clock::Timestamp,
    store::{Stats, StatsStore, StoreError},
    user::SourceName,
};

/// Everything that is counted, as rows of (what, name, number, how many): one statement, so all of one moment.
///
/// Dividing rounds towards zero here, so days before 1970 need one less.
const COUNTS: &str = "\
    SELECT 'credential', credential, NULL, count(*) FROM waystation_users WHERE connection = ?1 GROUP BY credential \
    UNION ALL \
    SELECT 'moved', moved_by, NULL, count(*) FROM waystation_users \
        WHERE connection = ?1 AND moved_by IS NOT NULL GROUP BY moved_by \
    UNION ALL \
    SELECT 'source', legacy_source, NULL, count(*) FROM waystation_users \
        WHERE connection = ?1 AND legacy_source IS NOT NULL GROUP BY legacy_source \
    UNION ALL \
    SELECT 'scheme', coalesce(hash_scheme, 'unidentified'), NULL, count(*) FROM waystation_users \
        WHERE connection = ?1 AND credential = 'hash' GROUP BY 2 \
    UNION ALL \
    SELECT 'day', NULL, moved_at / 86400000000 - (moved_at % 86400000000 < 0), count(*) FROM waystation_users \
        WHERE connection = ?1 AND moved_at IS NOT NULL GROUP BY 3 \
    UNION ALL \
    SELECT 'last', NULL, max(moved_at), 0 FROM waystation_users WHERE connection = ?1 AND moved_at IS NOT NULL";

#[async_trait]
impl StatsStore for SqliteStore {
    async fn stats(&self) -> Result<Stats, StoreError> {
        let query = sqlx::query(COUNTS).bind(&self.shared.name);
        let rows = query.fetch_all(&self.shared.readers).await.map_err(|error| classify("stats", error))?;
        let mut stats = Stats::default();
        for row in &rows {
            add(&mut stats, row)?;
        }
        Ok(stats)
    }
}

fn add(stats: &mut Stats, row: &SqliteRow) -> Result<(), StoreError> {
    let failed = |error| classify("stats", error);
    let what: &str = row.try_get(0).map_err(failed)?;
    let name: Option<&str> = row.try_get(1).map_err(failed)?;
    let number: Option<i64> = row.try_get(2).map_err(failed)?;
    let count: i64 = row.try_get(3).map_err(failed)?;
    let count = count.unsigned_abs();
    match (what, name, number) {
        ("credential", Some(name), _) => {
            stats.users += count;
            stats.by_credential.insert(credential_kind(name)?, count);
        }
        ("moved", Some(name), _) => {
            stats.by_moved.insert(moved_by(name)?, count);
        }
        ("source", Some(name), _) => {
            stats.by_source.insert(SourceName::new(name), count);
        }
        ("scheme", Some(name), _) => {
            stats.by_scheme.insert(name.to_owned(), count);
        }
        ("day", _, Some(day)) => {
            stats.moved_by_day.insert(day, count);
        }
        ("last", _, at) => stats.last_moved_at = at.map(Timestamp::from_micros),
        _ => {}
    }
    Ok(())
}
