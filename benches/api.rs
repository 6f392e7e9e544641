//! What the management API takes beside what is behind it: pages of lists and searches, an import over HTTP beside the same
//! one through the library, what is counted for the progress of a migration beside a bare `SELECT count(*)`, and what a
//! long upload takes of memory.
//!
//! `WAYSTATION_BENCH_USERS` is how many there are; without it, 2,000. `WAYSTATION_BENCH_UPLOAD` is how long the upload is, in
//! bytes; without it, 16 MiB. The servers are the benchmark's own and end with it. One that is not installed is passed over,
//! which is printed.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]

use std::{error::Error, fs, path::Path, sync::Arc, time::Duration};

use criterion::Criterion;
use tokio::runtime::Runtime;
use waystation::{
    UserStore,
    bulk::{FileSpec, Importer, ReadOptions},
    clock::{Clock, SystemClock},
    search::Query,
    store::{Filter, Order, OrderBy, Search},
};

use self::{database::Database, service::Service};

#[path = "api/database.rs"]
mod database;
#[path = "../tests/servers/mysql.rs"]
mod mysql;
#[path = "../tests/servers/postgres.rs"]
mod postgres;
#[path = "../tests/servers/server_process.rs"]
mod server_process;
#[path = "api/service.rs"]
mod service;
#[path = "api/upload.rs"]
mod upload;
#[path = "bulk/users.rs"]
mod users;

/// How often a page is asked for where the slowest of a hundred is to be known, and where it is only tried.
const ASKED: [usize; 2] = [300, 10];

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    if upload::is_child() {
        return runtime.block_on(upload::run());
    }
    upload::measure()?;
    let count = std::env::var("WAYSTATION_BENCH_USERS").ok().and_then(|count| count.parse().ok()).unwrap_or(2_000);
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let folder = tempfile::tempdir()?;
    let input = folder.path().join("users.json");
    fs::write(&input, users::users(count)?)?;
    for mut database in Database::all(folder.path()) {
        let name = database.name();
        let mut group = criterion.benchmark_group(format!("{name}, import"));
        for over_http in [false, true] {
            let what = if over_http { "over HTTP" } else { "through the library" };
            group.bench_function(what, |bencher| {
                bencher.iter_custom(|rounds| {
                    let once = |_| runtime.block_on(import(&mut database, &input, count, over_http)).0;
                    (0..rounds).map(once).sum()
                });
            });
        }
        group.finish();

        let (_, store) = runtime.block_on(import(&mut database, &input, count, false));
        runtime.block_on(pages(name, &store, count));
        let mut group = criterion.benchmark_group(format!("{name}, progress"));
        group.bench_function("all counts", |bencher| {
            let stats = store.as_stats().expect("a store that counts");
            bencher.iter(|| assert_eq!(runtime.block_on(stats.stats()).expect("counts").users, count as u64));
        });
        group.bench_function("bare SELECT count(*)", |bencher| {
            let mut bare = runtime.block_on(database.bare());
            bencher.iter(|| assert_eq!(runtime.block_on(bare.count()), count as u64));
        });
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}

/// How long it takes until everybody of the file is in a new database, and the store with them.
async fn import(
    database: &mut Database,
    input: &Path,
    count: usize,
    over_http: bool,
) -> (Duration, Arc<dyn UserStore>) {
    let (clock, store) = (SystemClock::new(), database.fresh().await);
    if !over_http {
        let file = Arc::new(FileSpec::new(input).input(ReadOptions::default()));
        let started = clock.monotonic();
        let report = Importer::builder(Arc::clone(&store)).build().run(file).await;
        let spent = clock.monotonic().saturating_sub(started);
        assert_eq!(report.expect("an import").inserted, count as u64);
        return (spent, store);
    }
    let service = Service::start(Arc::clone(&store)).await;
    let mut client = service.client().await;
    let started = clock.monotonic();
    let job = client.upload(fs::File::open(input).expect("the file")).await;
    service.worker.run_once().await.expect("an import");
    let done = client.get(&format!("/jobs/{}", job["id"].as_str().expect("an id"))).await;
    let spent = clock.monotonic().saturating_sub(started);
    assert_eq!(done["summary"]["inserted"], count);
    (spent, store)
}

/// Prints how long pages take: half of the time at most, and all but once in a hundred.
async fn pages(name: &str, store: &Arc<dyn UserStore>, count: usize) {
    let service = Service::start(Arc::clone(store)).await;
    let mut client = service.client().await;
    let asked = ASKED[usize::from(std::env::args().any(|argument| argument == "--test"))];
    let last = (count.min(1_000) / 50).saturating_sub(1);
    let of_number = format!("/users?q=email:%22user{}%40example.com%22", count / 2);
    for (what, path) in [
        ("the progress of the migration", "/migration".to_owned()),
        ("the first page", "/users?per_page=50".to_owned()),
        ("the first page, and how many there are", "/users?per_page=50&include_totals=true".to_owned()),
        ("the last page of a thousand", format!("/users?per_page=50&page={last}")),
        ("an address", of_number),
        ("an address by its beginning", "/users?q=email:user12*&per_page=50".to_owned()),
    ] {
        let mut took = Vec::with_capacity(asked);
        let clock = SystemClock::new();
        // To count everybody takes as long as it takes, every time.
        let times = if path.contains("include_totals") { asked.min(20) } else { asked };
        for _ in 0..times {
            let began = clock.monotonic();
            assert!(!client.get(&path).await.as_array().is_some_and(Vec::is_empty), "{path}");
            took.push(clock.monotonic().saturating_sub(began));
        }
        tell(name, &format!("{what}, over HTTP"), took);
    }
    let search = store.as_search().expect("a store that searches");
    let gold = Query::parse("app_metadata.plan:gold").expect("a query").into_filter();
    for (what, filter) in [("a page behind a key", Filter::All), ("a page of a search behind a key", gold)] {
        let (clock, mut took, mut after) = (SystemClock::new(), Vec::with_capacity(asked), None);
        for _ in 0..asked {
            let mut page = Search::new(filter.clone()).order(Order::ascending(OrderBy::Email)).limit(50);
            if let Some(cursor) = after.take() {
                page = page.after(cursor);
            }
            let began = clock.monotonic();
            let page = search.search(&page).await.expect("a page");
            took.push(clock.monotonic().saturating_sub(began));
            after = page.next;
        }
        tell(name, &format!("{what}, through the library"), took);
    }
}

fn tell(name: &str, what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)];
    println!("{name}, {what}: p50 {:?}, p99 {:?}", at(50), at(99));
}
