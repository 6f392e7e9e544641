use std::{collections::BTreeMap, fmt::Display};

use serde::Serialize;
use waystation::store::Stats;

use crate::{
    arguments::Global,
    failure::{Exit, Failure},
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
}

pub(crate) async fn run(global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::read(global)?;
    let store = store::open(&settings, Missing::Refuse).await?;
    let counter = store.as_stats().ok_or_else(|| store::lacks("count"))?;
    let stats = counter.stats().await.map_err(|error| Failure::of("the store cannot be asked", error))?;
    if stats.users == 0 {
        store::tell_that_nobody_is_there(&settings);
    }
    let counts = Counts::from(&stats);
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
        if let Some(at) = &counts.last_moved_at {
            output::line(format_args!("\nthe last one moved at {at}"))?;
        }
    }
    Ok(Exit::Done)
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
        }
    }
}

fn named<K: Display>(counts: &BTreeMap<K, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(name, count)| (name.to_string(), *count)).collect()
}
