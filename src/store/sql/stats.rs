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
    user::SourceName,
};

const DAY: i64 = 86_400_000_000;

/// Everything that is counted, as rows of (what, name, number, how many): one statement, so all of one moment.
///
/// The number of a day is a boundary: its first microsecond, or that of the day after it. Remainders have the sign of what
/// was divided, and to take a day off here could be more than the numbers hold.
const COUNTS: &str = "\
    SELECT 'credential', credential, 0, count(*) FROM waystation_users WHERE connection = ? GROUP BY credential \
    UNION ALL \
    SELECT 'moved', moved_by, 0, count(*) FROM waystation_users \
        WHERE connection = ? AND moved_by IS NOT NULL GROUP BY moved_by \
    UNION ALL \
    SELECT 'source', legacy_source, 0, count(*) FROM waystation_users \
        WHERE connection = ? AND legacy_source IS NOT NULL GROUP BY legacy_source \
    UNION ALL \
    SELECT 'scheme', coalesce(hash_scheme, 'unidentified'), 0, count(*) FROM waystation_users \
        WHERE connection = ? AND credential = 'hash' GROUP BY hash_scheme \
    UNION ALL \
    SELECT 'day', '', moved_at - moved_at % 86400000000, count(*) FROM waystation_users \
        WHERE connection = ? AND moved_at % 86400000000 >= 0 GROUP BY moved_at - moved_at % 86400000000 \
    UNION ALL \
    SELECT 'day before', '', moved_at - moved_at % 86400000000, count(*) FROM waystation_users \
        WHERE connection = ? AND moved_at % 86400000000 < 0 GROUP BY moved_at - moved_at % 86400000000 \
    UNION ALL \
    SELECT 'last', '', max(moved_at), 0 FROM waystation_users WHERE connection = ? AND moved_at IS NOT NULL";

impl Users {
    pub(crate) async fn stats<E: Engine>(&self, connection: &mut E::Connection) -> Result<Stats, StoreError> {
        let statement = (0..7).fold(Statement::new(COUNTS), |statement, _| statement.bind(&*self.name));
        let rows = E::fetch(connection, &statement).await.map_err(|error| E::classify("stats", error))?;
        let mut stats = Stats::default();
        for row in &rows {
            add(&mut stats, row).map_err(|error| E::classify("stats", error))??;
        }
        Ok(stats)
    }
}

/// A column that cannot be read, or a name in it that is not known.
fn add(stats: &mut Stats, row: &impl StoredRow) -> Result<Result<(), StoreError>, sqlx::Error> {
    let (what, name, number) = (row.text(0)?, row.text(1)?.unwrap_or_default(), row.number(2)?);
    let count = row.number(3)?.unwrap_or_default().unsigned_abs();
    match what.as_deref() {
        Some("credential") => match credential_kind(&name) {
            Ok(kind) => {
                stats.users += count;
                stats.by_credential.insert(kind, count);
            }
            Err(error) => return Ok(Err(error)),
        },
        Some("moved") => match moved_by(&name) {
            Ok(by) => {
                stats.by_moved.insert(by, count);
            }
            Err(error) => return Ok(Err(error)),
        },
        Some("source") => {
            stats.by_source.insert(SourceName::new(name), count);
        }
        Some("scheme") => {
            stats.by_scheme.insert(name, count);
        }
        Some(what @ ("day" | "day before")) => {
            let day = number.unwrap_or_default() / DAY - i64::from(what == "day before");
            *stats.moved_by_day.entry(day).or_default() += count;
        }
        _ => stats.last_moved_at = number.map(Timestamp::from_micros),
    }
    Ok(Ok(()))
}
