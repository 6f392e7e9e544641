use std::{collections::BTreeMap, fmt::Display, sync::Arc};

use serde::Serialize;
use waystation::{LegacyConnection as _, report, store::Stats};

use crate::{
    arguments::Global,
    engine,
    failure::{Exit, Failure},
    legacy::Legacy,
    output,
    settings::Settings,
    store::{self, Missing},
    time,
};

/// The counts as they are printed.
#[derive(Serialize)]
struct Counts {
    users: u64,
    moved: u64,
    by_credential: BTreeMap<String, u64>,
    by_moved: BTreeMap<String, u64>,
    by_source: BTreeMap<String, u64>,
    by_scheme: BTreeMap<String, u64>,
    moved_by_day: BTreeMap<String, u64>,
    last_moved_at: Option<String>,
    /// By legacy system, where the settings name one that can be asked.
    legacy: Option<BTreeMap<String, Progress>>,
}

/// How far the migration from a legacy system is.
#[derive(Serialize)]
struct Progress {
    users: u64,
    moved: u64,
    flagged: u64,
    left: u64,
}

pub(crate) async fn run(global: &Global) -> Result<Exit, Failure> {
    let mut settings = Settings::read(global)?;
    let store = store::open(&settings, Missing::Refuse).await?;
    let counter = store.as_stats().ok_or_else(|| store::lacks("count"))?;
    let stats = counter.stats().await.map_err(|error| Failure::of("the store cannot be asked", error))?;
    if stats.users == 0 {
        store::tell_that_nobody_is_there(&settings);
    }
    let mut counts = Counts::from(&stats);
    let legacy = match settings.any_legacy() {
        Some(legacy) => Some(progress(legacy, &settings, &stats).await),
        None => None,
    };
    let exit = match legacy {
        Some(Err(error)) => {
            tell!("waystation: who is left cannot be told: {error}");
            Exit::Refused
        }
        Some(Ok(progress)) => {
            counts.legacy = Some(progress);
            Exit::Done
        }
        None => Exit::Done,
    };
    if global.json {
        output::json(&counts)?;
    } else {
        output::line(format_args!("users              {:>12}", counts.users))?;
        output::line(format_args!("moved              {:>12}", counts.moved))?;
        for (title, numbers) in [
            ("by credential", &counts.by_credential),
            ("by way of moving", &counts.by_moved),
            ("by legacy system", &counts.by_source),
            ("by hash scheme", &counts.by_scheme),
            ("moved by day", &counts.moved_by_day),
        ] {
            if !numbers.is_empty() {
                output::line(format_args!("\n{title}"))?;
            }
            for (name, number) in numbers {
                output::line(format_args!("  {name:<28} {number:>12}"))?;
            }
        }
        for (source, Progress { users, moved, flagged, left }) in counts.legacy.iter().flatten() {
            output::line(format_args!("\nof {users} users of {source}"))?;
            for (name, number) in [("moved", moved), ("left", left), ("whose password is still there", flagged)] {
                output::line(format_args!("  {name:<28} {number:>12}"))?;
            }
        }
        if let Some(at) = &counts.last_moved_at {
            output::line(format_args!("\nthe last one moved at {at}"))?;
        }
    }
    Ok(exit)
}

/// How far the migration from each of the legacy systems is.
async fn progress(legacy: Legacy, settings: &Settings, stats: &Stats) -> Result<BTreeMap<String, Progress>, Failure> {
    let connection = legacy.connection(&Arc::new(engine::passwords(settings)?))?;
    let directory = connection.as_directory();
    let directory = directory.ok_or_else(|| Failure::impossible("the legacy system has no list of its users"))?;
    let counted = directory.count().await;
    let counted = counted.map_err(|error| Failure::of("the legacy system cannot be asked", error))?;
    let progress = report::Progress::of(stats, counted);
    let shown = progress.by_source.iter().map(|(source, it)| {
        let progress = Progress { users: it.legacy_users, moved: it.moved, flagged: it.flagged, left: it.left() };
        (source.to_string(), progress)
    });
    Ok(shown.collect())
}

impl From<&Stats> for Counts {
    fn from(stats: &Stats) -> Self {
        Self {
            users: stats.users,
            moved: stats.moved(),
            by_credential: named(&stats.by_credential),
            by_moved: stats.by_moved.iter().map(|(by, count)| (by.as_str().to_owned(), *count)).collect(),
            by_source: stats.by_source.iter().map(|(source, there)| (source.to_string(), there.users)).collect(),
            by_scheme: stats.by_scheme.clone(),
            moved_by_day: stats.moved_by_day.iter().map(|(day, count)| (time::date(*day), *count)).collect(),
            last_moved_at: stats.last_moved_at.map(time::show),
            legacy: None,
        }
    }
}

fn named<K: Display>(counts: &BTreeMap<K, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(name, count)| (name.to_string(), *count)).collect()
}
