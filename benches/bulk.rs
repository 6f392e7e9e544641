//! What it costs to read an import file, to bring its users into each database and to take them out again, beside what there
//! is without this crate: serde alone, and each database's own program (`psql \copy`, the `sqlite3` shell, `LOAD DATA`),
//! which is given the very rows that the import has made, as CSV.
//!
//! `WAYSTATION_BENCH_USERS` is how many there are; without it, 20,000. The servers are the benchmark's own and end with it.
//! A server or a program that is not installed is passed over, which is printed.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use criterion::{BenchmarkId, Criterion};
use tokio::runtime::Runtime;
use waystation::{
    UserStore,
    bulk::{Exporter, FileSpec, Importer, ReadOptions},
    clock::{Clock, SystemClock},
    search::Query,
    store::{Filter, Order, OrderBy, Search},
};

use self::engine::Engine;

#[path = "bulk/engine.rs"]
mod engine;
#[path = "../tests/servers/mysql.rs"]
mod mysql;
#[path = "../tests/servers/postgres.rs"]
mod postgres;
#[path = "bulk/reading.rs"]
mod reading;
#[path = "../tests/servers/server_process.rs"]
mod server_process;
#[path = "bulk/users.rs"]
mod users;

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::var("WAYSTATION_BENCH_USERS").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000);
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let text = users::users(count)?;
    reading::bench(&mut criterion, &text, count)?;
    let folder = tempfile::tempdir()?;
    let input = folder.path().join("users.json");
    fs::write(&input, &text)?;
    drop(text);
    let runtime = Runtime::new()?;
    for engine in engine::all(folder.path()) {
        let name = engine.name();
        let mut contest = Contest { engine, runtime: &runtime, input: &input, count, filled: None };
        let mut group = criterion.benchmark_group(format!("{name}, import"));
        group.bench_function("waystation", |bencher| {
            bencher.iter_custom(|rounds| (0..rounds).map(|_| contest.import()).sum());
        });
        group.bench_function(contest.engine.program(), |bencher| {
            let csv = contest.csv(folder.path());
            bencher.iter_custom(|rounds| (0..rounds).map(|_| contest.load(&csv)).sum());
        });
        group.finish();

        // A server counts its rows by itself, some time after they came.
        contest.filled();
        contest.engine.analyze();
        let mut group = criterion.benchmark_group(format!("{name}, export"));
        let output = folder.path().join("output");
        group.bench_function("waystation", |bencher| {
            let store = contest.filled();
            bencher.iter(|| {
                let exported = runtime.block_on(Exporter::new(Arc::clone(&store)).secrets().to_file(&output));
                assert_eq!(exported.expect("an export").users, count as u64);
            });
        });
        group.bench_function(contest.engine.program(), |bencher| {
            contest.filled();
            bencher.iter(|| contest.engine.dump(&output));
        });
        group.finish();

        let mut group = criterion.benchmark_group(format!("{name}, the first page of a search"));
        let (columns, whose) = (contest.engine.columns(), "FROM waystation_users WHERE connection = 'customers'");
        let one = |query: &str| Query::parse(query).map(|query| Search::new(query.into_filter()));
        for (question, search, end) in [
            ("the newest", Search::new(Filter::All).order(Order::NEWEST_FIRST), "ORDER BY created_at DESC, id DESC"),
            (
                "the last to log in",
                Search::new(Filter::All).order(Order::LATEST_LOGIN_FIRST),
                "AND last_login IS NOT NULL ORDER BY last_login DESC, id DESC",
            ),
            ("an address", one("email:\"user77@example.com\"")?, "AND email = 'user77@example.com'"),
            ("a user name", one("username:\"name77\"")?, "AND username = 'name77'"),
            ("a phone number", one("phone_number:\"+493010000077\"")?, "AND phone = '+493010000077'"),
            ("a legacy id", one("legacy_id:\"77\"")?, "AND legacy_id = '77'"),
            (
                "addresses by their beginning",
                one("email:user77*")?.order(Order::ascending(OrderBy::Email)),
                "AND email >= 'user77' AND email < 'user78' ORDER BY email",
            ),
        ] {
            let query = format!("SELECT {columns} {whose} {end} LIMIT 50");
            group.bench_function(BenchmarkId::new("waystation", question), |bencher| {
                let store = contest.filled();
                bencher.iter_custom(|rounds| {
                    let (store, search) = (Arc::clone(&store), search.clone());
                    runtime.block_on(timed(async move {
                        for _ in 0..rounds {
                            let page = store.as_search().expect("a search").search(&search).await;
                            assert!(!page.expect("a page").users.is_empty());
                        }
                    }))
                });
            });
            group.bench_function(BenchmarkId::new("bare driver", question), |bencher| {
                contest.filled();
                bencher.iter_custom(|rounds| {
                    let (mut bare, query) = (runtime.block_on(contest.engine.bare()), query.clone());
                    runtime.block_on(async move {
                        assert!(bare.ask(&query).await > 0);
                        let asking = async move {
                            for _ in 0..rounds {
                                bare.ask(&query).await;
                            }
                        };
                        timed(asking).await
                    })
                });
            });
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}

/// How long something takes on a thread of the runtime, as in a service.
async fn timed(work: impl Future<Output = ()> + Send + 'static) -> Duration {
    let timed = tokio::spawn(async {
        let clock = SystemClock::new();
        let began = clock.monotonic();
        work.await;
        clock.monotonic().saturating_sub(began)
    });
    timed.await.expect("a time")
}

/// A database, and the file that everybody comes from.
struct Contest<'a> {
    engine: Box<dyn Engine>,
    runtime: &'a Runtime,
    input: &'a Path,
    count: usize,
    filled: Option<Arc<dyn UserStore>>,
}

impl Contest<'_> {
    /// How long an import into a new database takes.
    fn import(&mut self) -> Duration {
        let (clock, store) = (SystemClock::new(), self.runtime.block_on(self.engine.fresh()));
        let input = Arc::new(FileSpec::new(self.input).input(ReadOptions::default()));
        let started = clock.monotonic();
        let report = self.runtime.block_on(Importer::builder(Arc::clone(&store)).build().run(input));
        let spent = clock.monotonic().saturating_sub(started);
        assert_eq!(report.expect("an import").inserted, self.count as u64);
        self.filled = Some(store);
        spent
    }

    /// A store with everybody in it.
    fn filled(&mut self) -> Arc<dyn UserStore> {
        if self.filled.is_none() {
            self.import();
        }
        Arc::clone(self.filled.as_ref().expect("a store that was just filled"))
    }

    /// Its rows.
    fn csv(&mut self, folder: &Path) -> PathBuf {
        let csv = folder.join(format!("{}.csv", self.engine.name()));
        self.filled();
        self.engine.write_csv(&csv);
        csv
    }

    /// How long the database's own program takes for the same rows.
    fn load(&self, csv: &Path) -> Duration {
        self.engine.empty_bare();
        let clock = SystemClock::new();
        let started = clock.monotonic();
        self.engine.load(csv);
        clock.monotonic().saturating_sub(started)
    }
}
