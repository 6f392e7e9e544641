//! A process that is killed in the middle of an import: the next one goes on, and in the end everybody is there once.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use waystation::{
    SqliteStore, UserStore,
    bulk::{
        Fault, FaultCode, ImportJobs, ImportRecord, ImportSpec, ImportStage, ImportWorker, Importer, Input, InputState,
        OpenInput, Place, ReadError, Record, RecordSource, Worked,
    },
    clock::{Clock, SystemClock},
    identifier::{IdentifierRules, StandardRules},
    store::{JobId, JobStatus},
};

use crate::{
    child::{self, Child},
    dice::Dice,
};

const KILLED: &str = "imported::thirty_kills_in_the_middle_of_an_import_leave_exactly_the_users_of_the_file";
#[cfg(feature = "postgres")]
const IN_LANES: &str = "imported::kills_in_the_middle_of_two_batches_leave_exactly_the_users_of_the_file";
const SHARED: &str = "imported::a_killed_worker_leaves_its_part_to_the_other_and_the_parts_add_up";

const KILLS: usize = 30;
#[cfg(feature = "postgres")]
const KILLS_IN_LANES: usize = 12;
/// The file with the address of the store, where it is a server's.
#[cfg(feature = "postgres")]
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
    if let Some(folder) = child::folder() {
        return runtime.block_on(import_until_killed(Path::new(&folder)));
    }
    kill_often(&runtime, &TempDir::new().unwrap(), KILLED, KILLS);
}

/// Where two batches are written at once, and come to pass one after the other.
#[cfg(feature = "postgres")]
#[test]
fn kills_in_the_middle_of_two_batches_leave_exactly_the_users_of_the_file() {
    let runtime = Runtime::new().unwrap();
    if let Some(folder) = child::folder() {
        return runtime.block_on(import_until_killed(Path::new(&folder)));
    }
    let Some(server) = crate::postgres::PostgresServer::shared() else { return };
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join(SERVER), runtime.block_on(server.fresh_database())).unwrap();
    kill_often(&runtime, &directory, IN_LANES, KILLS_IN_LANES);
}

/// Has a child import, kills it so often, lets the last one come to the end, and looks at what is there.
fn kill_often(runtime: &Runtime, directory: &TempDir, test: &str, kills: usize) {
    let dice = Dice::new(Dice::seed());
    let id = runtime.block_on(submit(directory.path(), 1));
    let (mut early, mut middle) = (0, 0);
    for _ in 0..kills {
        let child = Child::start(test, directory.path().to_str().unwrap());
        // After a few batches, or before there is any: while it starts, waits for the lease, reads through the file. So soon
        // that a fast machine is not done before the last one.
        let batches = if dice.below(6) == 0 { 0 } else { dice.below(5) };
        let mut said: Vec<_> = (0..batches).map_while(|_| child.line()).collect();
        let delay = if batches == 0 { 600_000 } else { 20_000 };
        said.extend(child.lines_within(Duration::from_micros(dice.below(delay) as u64)));
        said.extend(child.kill().1);
        assert!(!said.iter().any(|line| line == "done"), "the import was over before the kills were");
        if said.is_empty() { early += 1 } else { middle += 1 }
    }
    println!(
        "{kills} kills: {middle} between batches of an import of {RECORDS} records, {early} before the first batch"
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
    if let Some(folder) = child::folder() {
        return runtime.block_on(import_until_killed(Path::new(&folder)));
    }
    let dice = Dice::new(Dice::seed());
    let directory = TempDir::new().unwrap();
    let id = runtime.block_on(submit(directory.path(), 6));
    let folder = directory.path().to_str().unwrap();
    let (stays, goes) = (Child::start(SHARED, folder), Child::start(SHARED, folder));
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

fn is_faulty(number: u64) -> bool {
    number % FAULTY_EVERY == FAULTY_EVERY - 1
}

fn is_same(number: u64) -> bool {
    number % SAME_EVERY == SAME_EVERY - 1
}

/// Writes the file and adds the job.
async fn submit(folder: &Path, shards: usize) -> JobId {
    let mut file = BufWriter::new(File::create(folder.join("users.jsonl")).unwrap());
    for number in 0..RECORDS {
        let named = if is_same(number) { number - 7_000 } else { number };
        let line = if is_faulty(number) { json!({"faulty": number}) } else { json!({"person": named}) };
        writeln!(file, "{line}").unwrap();
    }
    file.flush().unwrap();
    let mut spec = ImportSpec::new(json!("users.jsonl"));
    spec.shards = shards;
    let jobs = ImportJobs::new(store(folder).await);
    jobs.submit(spec, Some("users"), &Folder(folder.to_owned())).await.unwrap().id
}

async fn store(folder: &Path) -> Arc<dyn UserStore> {
    #[cfg(feature = "postgres")]
    if let Ok(address) = std::fs::read_to_string(folder.join(SERVER)) {
        return Arc::new(waystation::store::PostgresStore::open(&address, "customers").await.unwrap());
    }
    let builder = SqliteStore::builder(folder.join("users.sqlite")).connection_name("customers");
    Arc::new(builder.busy_timeout(Duration::from_mins(1)).open().await.unwrap())
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
    let worker = ImportWorker::new(importer, Arc::new(Folder(folder.to_owned()))).lease_time(LEASE).at_most(4);
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

#[derive(Debug)]
struct Folder(PathBuf);

impl OpenInput for Folder {
    fn open(&self, spec: &Value) -> Result<Arc<dyn Input>, ReadError> {
        Ok(Arc::new(Lines(self.0.join(spec.as_str().unwrap()))))
    }
}

#[derive(Debug)]
struct Lines(PathBuf);

impl Input for Lines {
    fn open(&self) -> Result<Box<dyn RecordSource>, ReadError> {
        let file = File::open(&self.0).map_err(|error| ReadError::io(Place::START, error))?;
        Ok(Box::new(Reading { file: BufReader::with_capacity(1 << 16, file), place: Place::START }))
    }

    fn state(&self) -> Result<InputState, ReadError> {
        let metadata = std::fs::metadata(&self.0).map_err(|error| ReadError::io(Place::START, error))?;
        InputState::of_file(&metadata).map_err(|error| ReadError::io(Place::START, error))
    }
}

#[derive(Debug)]
struct Reading {
    file: BufReader<File>,
    place: Place,
}

impl RecordSource for Reading {
    fn next(&mut self) -> Result<Option<Record>, ReadError> {
        let (mut line, begin) = (Vec::new(), self.place);
        if self.file.read_until(b'\n', &mut line).map_err(|error| ReadError::io(begin, error))? == 0 {
            return Ok(None);
        }
        self.place.record += 1;
        self.place.line += 1;
        self.place.offset += line.len() as u64;
        let said: Value = serde_json::from_slice(&line).unwrap();
        let user = said.get("person").map(|number| {
            let mut record = ImportRecord::new();
            record.profile.name = Some(number.to_string());
            record.profile.email = StandardRules::default().parse(&format!("person.{number}@example.com")).ok();
            Box::new(record)
        });
        let user = user.ok_or_else(|| vec![Fault::new(FaultCode::Format, "test", "", "It is made up")]);
        Ok(Some(Record::new(begin, self.place, line, user)))
    }

    fn resume(&mut self, place: Place) -> Result<(), ReadError> {
        self.place = place;
        self.file.seek(SeekFrom::Start(place.offset)).map_err(|error| ReadError::io(place, error))?;
        Ok(())
    }
}
