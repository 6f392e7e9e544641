//! A process that is killed in the middle of an import: the next one goes on, and in the end everybody is there once.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

#[cfg(feature = "postgres")]
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use waystation::{
    SqliteStore, UserStore,
    bulk::{FileInputs, FileSpec, ImportJobs, ImportSpec, ImportStage, ImportWorker, Importer, ReadOptions, Worked},
    clock::{Clock, SystemClock},
    store::{JobId, JobStatus},
};

use crate::{
    child::{self, Child},
    dice::Dice,
};

const KILLED: &str = "imported::thirty_kills_in_the_middle_of_an_import_leave_exactly_the_users_of_the_file";
const SHARED: &str = "imported::a_killed_worker_leaves_its_part_to_the_other_and_the_parts_add_up";

const KILLS: usize = 30;
/// In a server, where more is on its way at once, each start takes longer.
#[cfg(any(feature = "mysql", feature = "postgres"))]
const KILLS_IN_SERVERS: usize = 12;
/// The file with the address of the store, where it is a server's.
const SERVER: &str = "server";
const RECORDS: u64 = 200_000;
const BATCH: usize = 1_000;
/// Every so many records, one is faulty, and one is the same as an earlier one.
const FAULTY_EVERY: u64 = 20_011;
const SAME_EVERY: u64 = 30_011;
/// Soon over, so that the next process need not wait long.
const LEASE: Duration = Duration::from_millis(400);

#[test]
fn thirty_kills_in_the_middle_of_an_import_leave_exactly_the_users_of_the_file() {
    let runtime = Runtime::new().unwrap();
    if has_been_child(&runtime) {
        return;
    }
    kill_often(&runtime, &TempDir::new().unwrap(), KILLED, KILLS, Packing::None);
}

/// Where two batches are written at once, and come to pass one after the other; and a packed file is read anew.
#[cfg(feature = "postgres")]
#[test]
fn kills_in_the_middle_of_two_batches_leave_exactly_the_users_of_the_file() {
    let runtime = Runtime::new().unwrap();
    if has_been_child(&runtime) {
        return;
    }
    let Some(server) = crate::postgres::PostgresServer::shared() else { return };
    let directory = over_server(&runtime.block_on(server.fresh_database()));
    let test = "imported::kills_in_the_middle_of_two_batches_leave_exactly_the_users_of_the_file";
    kill_often(&runtime, &directory, test, KILLS_IN_SERVERS, Packing::Gzip);
}

#[cfg(feature = "mysql")]
#[test]
fn kills_of_an_import_into_mariadb_leave_exactly_the_users_of_the_file() {
    let runtime = Runtime::new().unwrap();
    if has_been_child(&runtime) {
        return;
    }
    let Some(server) = crate::mysql::MySqlServer::mariadb() else { return };
    let directory = over_server(&runtime.block_on(server.fresh_database()));
    let test = "imported::kills_of_an_import_into_mariadb_leave_exactly_the_users_of_the_file";
    kill_often(&runtime, &directory, test, KILLS_IN_SERVERS, Packing::None);
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
fn over_server(address: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join(SERVER), address).unwrap();
    directory
}

/// Has a child import, kills it so often, lets the last one come to the end, and looks at what is there.
fn kill_often(runtime: &Runtime, directory: &TempDir, test: &str, kills: usize, packing: Packing) {
    let dice = Dice::new(Dice::seed());
    let id = runtime.block_on(submit(directory.path(), 1, packing));
    let (mut early, mut middle, mut come_to) = (0, 0, 0);
    for kill in 1..=kills {
        let child = Child::start(test, directory.path().to_str().unwrap());
        // All over the file, the last one at its end; and some before there is any batch: while it starts, waits for the lease,
        // reads through the file.
        let left = usize::try_from(RECORDS - come_to).unwrap() / BATCH;
        let batches = match dice.below(6) {
            _ if kill == kills => left.saturating_sub(1),
            0 => 0,
            _ => dice.below(2 * left.saturating_sub(10) / (kills - kill + 1) + 1),
        };
        let mut said: Vec<_> = (0..batches).map_while(|_| child.line()).collect();
        let delay = if batches == 0 { 600_000 } else { 20_000 };
        said.extend(child.lines_within(Duration::from_micros(dice.below(delay) as u64)));
        said.extend(child.kill().1);
        assert!(kill == kills || !said.iter().any(|line| line == "done"), "the import was over before the kills were");
        come_to = said.iter().filter_map(|line| line.parse().ok()).chain([come_to]).max().unwrap_or_default();
        if said.is_empty() { early += 1 } else { middle += 1 }
    }
    println!(
        "{kills} kills: {middle} between batches of an import of {RECORDS} records, {early} before the first batch, \
         the last one after {come_to} records"
    );
    assert!(middle > kills / 4, "too few of the kills were in the middle of something");
    let last = Child::start(test, directory.path().to_str().unwrap());
    while let Some(line) = last.line() {
        if line == "done" {
            break;
        }
    }
    drop(last);
    runtime.block_on(compare(directory.path(), &id));
}

#[test]
fn a_killed_worker_leaves_its_part_to_the_other_and_the_parts_add_up() {
    let runtime = Runtime::new().unwrap();
    if has_been_child(&runtime) {
        return;
    }
    kill_one_of_two(&runtime, &TempDir::new().unwrap(), SHARED);
}

#[cfg(feature = "postgres")]
#[test]
fn a_killed_worker_leaves_its_part_of_an_import_into_a_server_too() {
    let runtime = Runtime::new().unwrap();
    if has_been_child(&runtime) {
        return;
    }
    let Some(server) = crate::postgres::PostgresServer::shared() else { return };
    let directory = over_server(&runtime.block_on(server.fresh_database()));
    kill_one_of_two(&runtime, &directory, "imported::a_killed_worker_leaves_its_part_of_an_import_into_a_server_too");
}

/// Has two children share an import, kills one, and looks at what is there when the other is done.
fn kill_one_of_two(runtime: &Runtime, directory: &TempDir, test: &str) {
    let dice = Dice::new(Dice::seed());
    let id = runtime.block_on(submit(directory.path(), 6, Packing::None));
    let folder = directory.path().to_str().unwrap();
    let (stays, goes) = (Child::start(test, folder), Child::start(test, folder));
    let said: Vec<_> = (0..3 + dice.below(20)).map_while(|_| goes.line()).collect();
    runtime.block_on(SystemClock::new().sleep(Duration::from_micros(dice.below(20_000) as u64)));
    let (_, more) = goes.kill();
    let by_the_other = said.len() + more.len();
    let mut by_the_one = 0;
    while let Some(line) = stays.line() {
        if line == "done" {
            break;
        }
        by_the_one += 1;
    }
    println!("the one wrote {by_the_one} batches to the end, the other {by_the_other} until it was killed");
    assert!(by_the_other > 0 && by_the_one > 0, "both have worked");
    runtime.block_on(compare(directory.path(), &id));
}

#[derive(Clone, Copy, Debug)]
enum Packing {
    #[cfg(feature = "postgres")]
    Gzip,
    None,
}

fn is_faulty(number: u64) -> bool {
    number % FAULTY_EVERY == FAULTY_EVERY - 1
}

fn is_same(number: u64) -> bool {
    number % SAME_EVERY == SAME_EVERY - 1
}

/// Writes the file and adds the job.
async fn submit(folder: &Path, shards: usize, packing: Packing) -> JobId {
    let path = folder.join("users.jsonl");
    let mut file: Box<dyn Write> = Box::new(BufWriter::new(File::create(&path).unwrap()));
    match packing {
        #[cfg(feature = "postgres")]
        Packing::Gzip => file = Box::new(GzEncoder::new(file, Compression::fast())),
        Packing::None => {}
    }
    for number in 0..RECORDS {
        let named = if is_same(number) { number - 7_000 } else { number };
        let user = json!({"email": format!("person.{named}@example.com"), "name": named.to_string()});
        let line = if is_faulty(number) { json!({"faulty": number}) } else { user };
        writeln!(file, "{line}").unwrap();
    }
    drop(file);
    let mut spec = ImportSpec::new(FileSpec::new(path).to_value());
    spec.shards = shards;
    let jobs = ImportJobs::new(store(folder).await);
    jobs.submit(spec, Some("users"), &FileInputs::new(ReadOptions::default())).await.unwrap().id
}

async fn store(folder: &Path) -> Arc<dyn UserStore> {
    if let Ok(address) = fs::read_to_string(folder.join(SERVER)) {
        #[cfg(feature = "postgres")]
        if address.starts_with("postgres") {
            return Arc::new(waystation::store::PostgresStore::open(&address, "customers").await.unwrap());
        }
        #[cfg(feature = "mysql")]
        return Arc::new(waystation::store::MySqlStore::open(&address, "customers").await.unwrap());
    }
    let builder = SqliteStore::builder(folder.join("users.sqlite")).connection_name("customers");
    Arc::new(builder.busy_timeout(Duration::from_mins(1)).open().await.unwrap())
}

/// Whether this process is a child, which has then done its work.
fn has_been_child(runtime: &Runtime) -> bool {
    let folder = child::folder();
    if let Some(folder) = &folder {
        runtime.block_on(import_until_killed(Path::new(folder)));
    }
    folder.is_some()
}

/// The child: works until there is nothing left to do, and tells of every batch.
async fn import_until_killed(folder: &Path) {
    let store = store(folder).await;
    let importer = Importer::builder(Arc::clone(&store)).batch_records(BATCH);
    let importer = importer.on_progress(|progress| {
        if progress.stage == ImportStage::Writing {
            child::say(progress.records);
        }
    });
    let importer = importer.build();
    let worker =
        ImportWorker::new(importer, Arc::new(FileInputs::new(ReadOptions::default()))).lease_time(LEASE).at_most(4);
    let jobs = ImportJobs::new(store);
    loop {
        match worker.run_once().await.unwrap() {
            Worked::Nothing => SystemClock::new().sleep(Duration::from_millis(20)).await,
            Worked::Ended(..) | Worked::LeaseLost(_) => {}
            other => panic!("{other:?}"),
        }
        if jobs.status(&JobId::new("users")).await.unwrap().unwrap().status.is_final() {
            child::say("done");
            child::hear();
            return;
        }
    }
}

/// Holds the store and the report against the file.
async fn compare(folder: &Path, id: &JobId) {
    let store = store(folder).await;
    let jobs = ImportJobs::new(Arc::clone(&store));
    let status = jobs.status(id).await.unwrap().unwrap();
    assert_eq!(status.status, JobStatus::Completed);
    let faulty: Vec<u64> = (0..RECORDS).filter(|number| is_faulty(*number) || is_same(*number)).collect();
    let same = faulty.iter().filter(|number| !is_faulty(**number)).count() as u64;
    let expected: Vec<u64> = (0..RECORDS).filter(|number| !faulty.contains(number)).collect();
    let report = status.report;
    assert_eq!((report.read, report.inserted), (RECORDS, expected.len() as u64));
    assert_eq!((report.failed, report.duplicates), (faulty.len() as u64 - same, same));
    assert_eq!((report.updated, report.unchanged, report.tombstoned), (0, 0, 0));
    let told = jobs.faults(id, None, usize::MAX).await.unwrap();
    assert_eq!(told.iter().map(|fault| fault.record).collect::<Vec<_>>(), faulty);
    let users = store.as_bulk().unwrap().scan(None, usize::MAX).await.unwrap();
    let number = |user: &waystation::User| user.profile.name.as_deref().unwrap().parse::<u64>().unwrap();
    let mut numbers: Vec<u64> = users.iter().map(number).collect();
    numbers.sort_unstable();
    assert!(numbers == expected, "exactly the users of the file");
}
