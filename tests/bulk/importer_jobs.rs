//! Imports as jobs: leased, resumed, cancelled, shared.

use std::{
    io::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use waystation::{
    MemoryStore, Passwords, SqliteStore, UserStore,
    bulk::{
        FaultCode, FileInputs, FileSpec, ImportFailure, ImportJobs, ImportSpec, ImportStatus, ImportWorker, Importer,
        Input, InputState, JobObserver, OpenInput, Place, ReadError, ReadOptions, Worked,
    },
    clock::{ManualClock, Timestamp},
    password::HashPolicy,
    store::{Job, JobId, JobStatus},
};

use crate::importer::{Given, Listed, everybody, faulty, person};

const LEASE: Duration = Duration::from_secs(30);

/// One input, whatever is asked for.
#[derive(Debug)]
struct Shelf(Mutex<Arc<Listed>>);

impl OpenInput for Shelf {
    fn open(&self, spec: &Value) -> Result<Arc<dyn Input>, ReadError> {
        if spec == "gone" {
            return Err(ReadError::new(Place::START, "missing", "there is no such file"));
        }
        let listed: Arc<Listed> = Arc::clone(&self.0.lock().unwrap());
        Ok(listed)
    }
}

/// A store, a clock, an input, and whoever was told of an end.
struct Stage {
    store: Arc<dyn UserStore>,
    clock: ManualClock,
    shelf: Arc<Shelf>,
    jobs: ImportJobs,
    told: Arc<Told>,
}

#[derive(Debug, Default)]
struct Told(Mutex<Vec<(String, JobStatus)>>);

#[async_trait]
impl JobObserver for Told {
    async fn finished(&self, status: &ImportStatus) {
        self.0.lock().unwrap().push((status.id.as_str().to_owned(), status.status));
    }
}

impl Stage {
    fn new(store: Arc<dyn UserStore>, given: Vec<Given>) -> Self {
        let clock = ManualClock::at(Timestamp::from_micros(1_000_000));
        let jobs = ImportJobs::new(Arc::clone(&store)).clock(Arc::new(clock.clone()));
        let shelf = Arc::new(Shelf(Mutex::new(Listed::given(given))));
        Self { store, clock, shelf, jobs, told: Arc::default() }
    }

    fn in_memory(given: Vec<Given>) -> Self {
        Self::new(Arc::new(MemoryStore::new()), given)
    }

    fn worker(&self) -> ImportWorker {
        self.worker_that(|_| {})
    }

    /// A worker that does this after every batch.
    fn worker_that(&self, then: impl Fn(u64) + Send + Sync + 'static) -> ImportWorker {
        let builder = Importer::builder(Arc::clone(&self.store)).clock(Arc::new(self.clock.clone())).batch_records(10);
        let importer = builder.on_progress(move |progress| then(progress.records)).build();
        let told: Arc<dyn JobObserver> = self.told.clone();
        ImportWorker::new(importer, self.shelf.clone()).lease_time(LEASE).observer(told)
    }

    async fn submit(&self, spec: ImportSpec) -> JobId {
        let submitted = self.jobs.submit(spec, Some("users"), &*self.shelf).await.unwrap();
        assert!(!submitted.was_there);
        submitted.id
    }

    async fn status(&self, id: &JobId) -> ImportStatus {
        self.jobs.status(id).await.unwrap().unwrap()
    }
}

fn people(count: usize) -> Vec<Given> {
    (0..count).map(|number| Ok(person(&format!("p{number:04}")))).collect()
}

fn spec() -> ImportSpec {
    ImportSpec::new(json!({"file": "users.json"}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_done_once_with_its_faults_and_its_end_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(directory.path().join("users.sqlite"), "customers").await.unwrap();
    let stores: [Arc<dyn UserStore>; 2] = [Arc::new(MemoryStore::new()), Arc::new(sqlite)];
    for store in stores {
        let mut given = people(40);
        given.insert(5, faulty(FaultCode::Format));
        given.insert(25, faulty(FaultCode::Pattern));
        given.push(Ok(person("p0003")));
        let stage = Stage::new(store, given);
        let id = stage.submit(spec()).await;
        assert!(stage.jobs.submit(spec(), Some("users"), &*stage.shelf).await.unwrap().was_there, "once");
        assert_eq!(stage.status(&id).await.status, JobStatus::Pending);
        let worked = stage.worker().run_once().await.unwrap();
        assert!(matches!(&worked, Worked::Ended(ended, JobStatus::Completed) if *ended == id), "{worked:?}");
        let status = stage.status(&id).await;
        assert_eq!((status.status, status.bytes), (JobStatus::Completed, 4_300));
        let report = status.report;
        assert_eq!((report.read, report.inserted, report.failed, report.duplicates), (43, 40, 2, 1));
        let faults = stage.jobs.faults(&id, None, 2).await.unwrap();
        assert_eq!(faults.iter().map(|fault| fault.record).collect::<Vec<_>>(), [5, 25]);
        assert_eq!((faults[0].offset, faults[0].line, &faults[0].faults[0]["code"]), (500, 5, &json!("FORMAT")));
        let more = stage.jobs.faults(&id, Some(25), 2).await.unwrap();
        assert_eq!((more.len(), more[0].record, &more[0].faults[0]["code"]), (1, 42, &json!("DUPLICATED_USER")));
        assert_eq!(*stage.told.0.lock().unwrap(), [("users".to_owned(), JobStatus::Completed)]);
        assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Nothing));
        assert_eq!(everybody(&*stage.store).await.len(), 40);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_as_a_job_reports_and_writes_no_user() {
    let stage = Stage::in_memory(people(25));
    let mut spec = spec();
    spec.dry_run = true;
    let id = stage.submit(spec).await;
    let _ended = stage.worker().run_once().await.unwrap();
    let status = stage.status(&id).await;
    assert_eq!((status.status, status.report.inserted), (JobStatus::Completed, 25));
    assert!(everybody(&*stage.store).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_worker_is_gone_is_taken_over_when_its_lease_has_run_out() {
    let stage = Stage::in_memory(people(100));
    let id = stage.submit(spec()).await;
    let worker = stage.worker_that(|records| assert!(records < 50, "the worker dies here"));
    assert!(tokio::spawn(async move { worker.run_once().await }).await.unwrap_err().is_panic());
    assert_eq!(stage.status(&id).await.report.inserted, 50);
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Nothing), "it is leased");
    stage.clock.advance(LEASE);
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Ended(_, JobStatus::Completed)));
    let report = stage.status(&id).await.report;
    assert_eq!((report.read, report.inserted, report.failed, report.duplicates), (100, 100, 0, 0));
    assert_eq!(everybody(&*stage.store).await.len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_says_how_long_the_rest_takes() {
    let stage = Stage::in_memory(people(100));
    let mut listed = (**stage.shelf.0.lock().unwrap()).clone();
    listed.state.text_bytes = Some(10_000);
    *stage.shelf.0.lock().unwrap() = Arc::new(listed);
    let id = stage.submit(spec()).await;
    assert_eq!(stage.status(&id).await.time_left(), None, "nobody knows yet");
    let clock = stage.clock.clone();
    let worker = stage.worker_that(move |records| {
        clock.advance(Duration::from_secs(1));
        assert!(records < 50, "the worker dies here");
    });
    assert!(tokio::spawn(async move { worker.run_once().await }).await.unwrap_err().is_panic());
    // Half of it took four seconds: the fifth is after its batch.
    assert_eq!(stage.status(&id).await.time_left(), Some(Duration::from_secs(4)));
    stage.clock.advance(LEASE);
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Ended(_, JobStatus::Completed)));
    assert_eq!(stage.status(&id).await.time_left(), None);
}

/// Nobody knows how long its text is; it is told by what was taken of the file.
#[tokio::test(flavor = "multi_thread")]
async fn progress_of_a_packed_file_says_how_long_the_rest_takes() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["users.ndjson.gz", "users.ndjson.zst"] {
        let path = directory.path().join(name);
        // Of digits that no packer can do much about.
        let user = |number: u64| {
            let digits = |part: u64| (number * 31 + part).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string();
            json!({"user_id": format!("u{number}"), "name": (0..30).map(digits).collect::<String>()}).to_string()
        };
        let text = (0..2_000).map(user).collect::<Vec<_>>().join("\n");
        let packed = if name.ends_with("gz") {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(text.as_bytes()).unwrap();
            packer.finish().unwrap()
        } else {
            zstd::encode_all(text.as_bytes(), 1).unwrap()
        };
        std::fs::write(&path, &packed).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let (tell, clock) = (Arc::clone(&told), ManualClock::at(Timestamp::from_micros(0)));
        let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
        let ticking = clock.clone();
        let importer =
            Importer::builder(Arc::clone(&store)).batch_records(200).clock(Arc::new(clock)).on_progress(move |step| {
                ticking.advance(Duration::from_secs(1));
                tell.lock().unwrap().push((step.packed_bytes.unwrap(), step.total_packed_bytes, step.time_left()));
            });
        let spec = ImportSpec::new(FileSpec::new(&path).to_value());
        let inputs = Arc::new(FileInputs::new(ReadOptions::default()));
        ImportJobs::new(Arc::clone(&store)).submit(spec, Some(name), &*inputs).await.unwrap();
        let worked = ImportWorker::new(importer.build(), inputs).run_once().await.unwrap();
        assert!(matches!(worked, Worked::Ended(_, JobStatus::Completed)), "{worked:?}");
        let told = told.lock().unwrap();
        let size = packed.len() as u64;
        assert!(told.iter().all(|(done, total, _)| *done <= size && *total == Some(size)), "{told:?}");
        assert!(told.is_sorted_by_key(|(done, ..)| *done), "{told:?}");
        assert!(told.iter().any(|(.., left)| left.is_some_and(|left| left > Duration::ZERO)), "{told:?}");
        assert_eq!(told.last().unwrap().2, Some(Duration::ZERO), "{told:?}");
    }
}

/// Two work at once, so that the rest takes half as long as one would take.
#[tokio::test(flavor = "multi_thread")]
async fn a_divided_job_says_how_long_the_rest_takes_its_workers() {
    let stage = Stage::in_memory(people(100));
    let mut listed = (**stage.shelf.0.lock().unwrap()).clone();
    listed.state.text_bytes = Some(10_000);
    *stage.shelf.0.lock().unwrap() = Arc::new(listed);
    let mut spec = spec();
    spec.shards = 2;
    let id = stage.submit(spec).await;
    for _ in 0..2 {
        let clock = stage.clock.clone();
        let at_most = Arc::new(AtomicUsize::new(0));
        let worker = stage.worker_that(move |_| {
            clock.advance(Duration::from_secs(1));
            assert!(at_most.fetch_add(1, Ordering::Relaxed) < 2, "the worker dies here");
        });
        assert!(tokio::spawn(async move { worker.run_once().await }).await.unwrap_err().is_panic());
    }
    let status = stage.status(&id).await;
    let left = u32::try_from(10_000 - status.bytes).unwrap();
    let alone = status.report.duration * left / u32::try_from(status.bytes).unwrap();
    let left = status.time_left().unwrap();
    assert!(left.abs_diff(alone / 2) < Duration::from_millis(2), "{left:?} of {alone:?}");
    let part = stage.status(&JobId::new(format!("{}/1", id.as_str()))).await;
    assert_eq!((part.total_bytes, part.time_left().is_some()), (Some(5_000), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_takes_longer_than_a_lease_keeps_its_job() {
    let stage = Stage::in_memory(people(30));
    let id = stage.submit(spec()).await;
    let records = Arc::clone(&stage.shelf.0.lock().unwrap().records);
    let (holds, is_held) = mpsc::channel();
    let (release, is_released) = mpsc::channel::<()>();
    let holder = std::thread::spawn(move || {
        // Whoever reads waits for them.
        let _records = records.lock().unwrap();
        holds.send(()).unwrap();
        let _released = is_released.recv();
    });
    is_held.recv().unwrap();
    let worker = stage.worker();
    let working = tokio::spawn(async move { worker.run_once().await });
    for beat in 0..12 {
        while stage.clock.sleepers() == 0 {
            assert!(!working.is_finished());
            tokio::task::yield_now().await;
        }
        // Others need not wait for it.
        *stage.shelf.0.lock().unwrap() = Listed::given(people(30));
        let other = stage.worker().run_once().await.unwrap();
        assert!(matches!(other, Worked::Nothing), "beat {beat}: {other:?}");
        stage.clock.advance(LEASE / 3);
    }
    drop(release);
    holder.join().unwrap();
    assert!(matches!(working.await.unwrap().unwrap(), Worked::Ended(_, JobStatus::Completed)));
    assert_eq!(stage.status(&id).await.report.inserted, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_job_stops_at_its_next_checkpoint() {
    let stage = Stage::in_memory(people(100));
    let id = stage.submit(spec()).await;
    let (jobs, cancelled) = (stage.jobs.clone(), id.clone());
    let worker = stage.worker_that(move |records| {
        if records == 30 {
            let cancel = jobs.cancel(&cancelled);
            assert!(tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(cancel)).unwrap());
        }
    });
    let end = worker.run_once().await.unwrap();
    assert!(matches!(end, Worked::Ended(_, JobStatus::Cancelled)), "{end:?}");
    let status = stage.status(&id).await;
    assert_eq!((status.status, status.report.inserted), (JobStatus::Cancelled, 30));
    assert_eq!(everybody(&*stage.store).await.len(), 30);
    assert!(!stage.jobs.cancel(&id).await.unwrap());
    // What is left can still be done, as a new job.
    let again = stage.jobs.submit_again(&id, "users 2").await.unwrap().id;
    let _ended = stage.worker().run_once().await.unwrap();
    assert_eq!(stage.status(&again).await.report.inserted, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_job_was_taken_writes_no_more() {
    let stage = Stage::in_memory(people(100));
    let id = stage.submit(spec()).await;
    let (store, clock) = (Arc::clone(&stage.store), stage.clock.clone());
    let taken = AtomicUsize::new(0);
    let worker = stage.worker_that(move |records| {
        if records == 30 && taken.fetch_add(1, Ordering::Relaxed) == 0 {
            // Asleep for longer than the lease lasts.
            let now = waystation::clock::Clock::now(&clock).saturating_add(LEASE);
            let lease = store.as_jobs().unwrap().lease(ImportJobs::KIND, now, now.saturating_add(LEASE));
            let lease = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(lease));
            assert!(lease.unwrap().is_some());
        }
    });
    assert!(matches!(worker.run_once().await.unwrap(), Worked::LeaseLost(_)));
    assert_eq!((everybody(&*stage.store).await.len(), stage.status(&id).await.report.inserted), (30, 30));
    stage.clock.advance(LEASE * 2);
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Ended(_, JobStatus::Completed)));
    assert_eq!((everybody(&*stage.store).await.len(), stage.status(&id).await.report.inserted), (100, 100));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_divided_is_done_by_several_workers_and_adds_up() {
    let mut given = people(205);
    given.insert(50, faulty(FaultCode::Format));
    given.insert(190, faulty(FaultCode::Format));
    // A duplicate in another part than the first of them.
    given.push(Ok(person("p0001")));
    let stage = Stage::in_memory(given);
    let mut spec = spec();
    spec.shards = 4;
    let id = stage.submit(spec).await;
    let workers: Vec<_> = (0..2).map(|_| stage.worker()).collect();
    let mut ended = Vec::new();
    for round in 0..20 {
        let (one, other) = tokio::join!(workers[0].run_once(), workers[1].run_once());
        ended.extend([one.unwrap(), other.unwrap()]);
        if ended.iter().any(|worked| matches!(worked, Worked::Ended(ended, _) if *ended == id)) {
            assert!(round > 0, "no worker does it all");
            break;
        }
        stage.clock.advance(Duration::from_secs(1));
    }
    let status = stage.status(&id).await;
    assert_eq!(status.status, JobStatus::Completed, "{ended:?}");
    let report = status.report;
    assert_eq!((report.read, report.inserted, report.failed, report.duplicates), (208, 205, 2, 1));
    let faults = stage.jobs.faults(&id, None, 10).await.unwrap();
    assert_eq!(faults.iter().map(|fault| fault.record).collect::<Vec<_>>(), [50, 190, 207]);
    assert_eq!(everybody(&*stage.store).await.len(), 205);
    let told = stage.told.0.lock().unwrap().clone();
    assert_eq!(told.len(), 5, "four parts and the whole: {told:?}");
    assert_eq!(told.last(), Some(&("users".to_owned(), JobStatus::Completed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_leaves_jobs_of_another_kind_to_others() {
    let stage = Stage::in_memory(people(5));
    // Its input is not for the usual worker to open, which would fail it.
    let elsewhere = stage.jobs.clone().kind("elsewhere");
    let id = elsewhere.submit(spec(), Some("uploaded"), &*stage.shelf).await.unwrap().id;
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Nothing));
    assert_eq!(stage.status(&id).await.status, JobStatus::Pending);
    assert!(
        matches!(stage.worker().kind("elsewhere").run_once().await.unwrap(), Worked::Ended(ended, _) if ended == id)
    );

    // What goes on with one is of its kind, and cancelled it is not anybody else's either.
    let id = elsewhere.submit(spec(), Some("cancelled"), &*stage.shelf).await.unwrap().id;
    assert!(stage.jobs.cancel(&id).await.unwrap());
    let again = stage.jobs.resume(&id).await.unwrap().id;
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Nothing));
    assert!(
        matches!(stage.worker().kind("elsewhere").run_once().await.unwrap(), Worked::Ended(ended, _) if ended == again)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_jobs_are_worked_on_at_once_than_there_may_be() {
    let stage = Stage::in_memory(people(5));
    for number in 0..3 {
        stage.jobs.submit(spec(), Some(&number.to_string()), &*stage.shelf).await.unwrap();
    }
    let jobs = stage.store.as_jobs().unwrap();
    let now = waystation::clock::Clock::now(&stage.clock);
    let held = jobs.lease(ImportJobs::KIND, now, now.saturating_add(LEASE)).await.unwrap();
    assert!(held.is_some());
    assert!(matches!(stage.worker().at_most(1).run_once().await.unwrap(), Worked::Nothing));
    assert!(matches!(stage.worker().at_most(2).run_once().await.unwrap(), Worked::Ended(..)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_cannot_be_read_on_fails_the_job_and_says_where() {
    let stage = Stage::in_memory(people(50));
    let whole = Arc::clone(&stage.shelf.0.lock().unwrap());
    *stage.shelf.0.lock().unwrap() = whole.clone().broken_at(35);
    let mut spec = spec();
    spec.assume_distinct = true;
    let id = stage.submit(spec).await;
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Ended(_, JobStatus::Failed)));
    let status = stage.status(&id).await;
    assert_eq!((status.status, status.report.inserted), (JobStatus::Failed, 35));
    let stopped = status.stopped.unwrap();
    assert!(stopped.contains("record 35") && stopped.contains("get it again"), "{stopped}");
    *stage.shelf.0.lock().unwrap() = whole;
    let again = stage.jobs.submit_again(&id, "users 2").await.unwrap().id;
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Ended(_, JobStatus::Completed)));
    let status = stage.status(&again).await;
    assert_eq!((status.report.read, status.report.inserted, status.stopped), (50, 50, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_changed_since_is_refused() {
    let stage = Stage::in_memory(people(50));
    let id = stage.submit(spec()).await;
    let mut changed = (**stage.shelf.0.lock().unwrap()).clone();
    changed.state = InputState::UNKNOWN;
    changed.state.bytes = Some(7);
    *stage.shelf.0.lock().unwrap() = Arc::new(changed);
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Ended(_, JobStatus::Failed)));
    let stopped = stage.status(&id).await.stopped.unwrap();
    assert!(stopped.contains("not as it was"), "{stopped}");
    assert!(everybody(&*stage.store).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_to_stop_gives_its_job_back_at_a_checkpoint() {
    let stage = Stage::in_memory(people(100));
    let id = stage.submit(spec()).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let worker = stage.worker_that(move |records| {
        if records == 20 {
            stop.send_replace(true);
        }
    });
    let mut stopped = stopped;
    let shutdown = async move {
        let _there_or_gone = stopped.wait_for(|stop| *stop).await;
    };
    worker.run_until(shutdown).await.unwrap();
    let status = stage.status(&id).await;
    assert_eq!(status.status, JobStatus::Pending);
    assert!((20..100).contains(&status.report.inserted), "{}", status.report.inserted);
    assert_eq!(everybody(&*stage.store).await.len() as u64, status.report.inserted);
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Ended(_, JobStatus::Completed)), "at once");
    assert_eq!(stage.status(&id).await.report.inserted, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_divided_import_ends_although_nobody_works_on_an_older_one() {
    let stage = Stage::in_memory(people(40));
    let mut spec = spec();
    spec.shards = 2;
    let elsewhere = stage.jobs.clone().kind("elsewhere");
    let older = elsewhere.submit(spec.clone(), Some("older"), &*stage.shelf).await.unwrap().id;
    stage.clock.advance(Duration::from_secs(1));
    let id = stage.submit(spec).await;
    for _ in 0..3 {
        let _worked = stage.worker().run_once().await.unwrap();
        stage.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(stage.status(&id).await.status, JobStatus::Completed);
    assert_eq!(stage.status(&older).await.status, JobStatus::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_for_one_job_does_that_one_and_its_parts() {
    for shards in [1, 3] {
        let stage = Stage::in_memory(people(40));
        let older = stage.jobs.submit(spec(), Some("older"), &*stage.shelf).await.unwrap().id;
        stage.clock.advance(Duration::from_secs(1));
        let mut spec = spec();
        (spec.shards, spec.dry_run) = (shards, true);
        let id = stage.submit(spec).await;
        let worker = stage.worker().only(id.clone());
        for _ in 0..shards + 2 {
            let _worked = worker.run_once().await.unwrap();
            stage.clock.advance(Duration::from_secs(1));
        }
        assert_eq!(stage.status(&id).await.status, JobStatus::Completed, "{shards}");
        assert_eq!(stage.status(&older).await.status, JobStatus::Pending, "{shards}");
        assert!(everybody(&*stage.store).await.is_empty(), "{shards}");
    }
}

#[cfg(all(unix, feature = "postgres"))]
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_needs_no_more_than_one_connection() {
    let Some(server) = crate::postgres::PostgresServer::shared() else { return };
    let builder = waystation::store::PostgresStore::builder(&server.fresh_database().await).unwrap();
    let store = builder.connection_name("customers").connections(1).open().await.unwrap();
    let stage = Stage::new(Arc::new(store), people(40));
    let mut spec = spec();
    spec.dry_run = true;
    let id = stage.submit(spec).await;
    let worked = stage.worker().run_once().await.unwrap();
    assert!(matches!(&worked, Worked::Ended(ended, JobStatus::Completed) if *ended == id), "{worked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_is_resumed_once_however_often_it_is_asked_for_and_keeps_its_faults() {
    for shards in [1, 2] {
        let mut given = people(50);
        given.insert(5, faulty(FaultCode::Format));
        given.insert(40, faulty(FaultCode::Pattern));
        let stage = Stage::in_memory(given);
        let whole = Arc::clone(&stage.shelf.0.lock().unwrap());
        let mut spec = spec();
        (spec.assume_distinct, spec.shards) = (true, shards);
        let id = stage.submit(spec).await;
        *stage.shelf.0.lock().unwrap() = whole.clone().broken_at(15);
        let work = async || {
            for _ in 0..4 {
                let _worked = stage.worker().run_once().await.unwrap();
                stage.clock.advance(Duration::from_secs(1));
            }
        };
        work().await;
        assert_eq!(stage.status(&id).await.status, JobStatus::Failed);
        let second = stage.jobs.resume(&id).await.unwrap();
        assert_eq!((second.id.as_str(), second.was_there), ("users-2", false));
        for id in [&id, &second.id] {
            let again = stage.jobs.resume(id).await.unwrap();
            assert_eq!((again.id.as_str(), again.was_there), ("users-2", true), "{id:?}");
        }
        *stage.shelf.0.lock().unwrap() = whole.clone().broken_at(22);
        work().await;
        assert_eq!(stage.status(&second.id).await.status, JobStatus::Failed);
        let third = stage.jobs.resume(&id).await.unwrap();
        assert_eq!((third.id.as_str(), third.was_there), ("users-3", false));
        *stage.shelf.0.lock().unwrap() = whole;
        work().await;
        assert_eq!(stage.jobs.resume(&id).await.unwrap().id, third.id, "it is completed");
        let status = stage.status(&third.id).await;
        assert_eq!((status.status, status.stopped), (JobStatus::Completed, None), "{shards}");
        assert_eq!((status.report.read, status.report.inserted, status.report.failed), (52, 50, 2), "{shards}");
        let faults = stage.jobs.faults(&third.id, None, 10).await.unwrap();
        assert_eq!(faults.iter().map(|fault| fault.record).collect::<Vec<_>>(), [5, 40], "{shards}");
        assert_eq!(everybody(&*stage.store).await.len(), 50);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_wants_weak_hashes_wrapped_has_them_wrapped_or_fails() {
    let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
    let passwords = Arc::new(Passwords::builder().policy(policy).threads(1).build().unwrap());
    let stage = Stage::in_memory(people(5));
    let mut spec = spec();
    spec.wrap = true;
    let id = stage.submit(spec).await;
    assert!(matches!(stage.worker().run_once().await.unwrap(), Worked::Ended(_, JobStatus::Failed)));
    let stopped = stage.status(&id).await.stopped.unwrap();
    assert!(stopped.contains("wrapped"), "{stopped}");
    assert!(everybody(&*stage.store).await.is_empty());
    let builder = Importer::builder(Arc::clone(&stage.store)).clock(Arc::new(stage.clock.clone()));
    let worker = ImportWorker::new(builder.passwords(passwords).build(), stage.shelf.clone());
    let again = stage.jobs.resume(&id).await.unwrap().id;
    assert!(matches!(worker.run_once().await.unwrap(), Worked::Ended(_, JobStatus::Completed)));
    assert_eq!(stage.status(&again).await.report.wrapped, 5);
    // Having passwords is no reason to wrap.
    let plain = stage.jobs.submit(self::spec(), Some("plain"), &*stage.shelf).await.unwrap().id;
    *stage.shelf.0.lock().unwrap() = Listed::given(vec![Ok(person("ada"))]);
    assert!(matches!(worker.run_once().await.unwrap(), Worked::Ended(_, JobStatus::Completed)));
    let report = stage.status(&plain).await.report;
    assert_eq!((report.inserted, report.wrapped), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_another_release_wrote_fails_and_stops_no_worker() {
    let stage = Stage::in_memory(people(5));
    let jobs = stage.store.as_jobs().unwrap();
    for kind in [ImportJobs::KIND, ImportJobs::KIND_OF_WHOLE] {
        let job = Job::new(JobId::new(kind), kind, json!({"release": 99}), Timestamp::from_micros(1));
        assert!(jobs.create(job).await.unwrap());
        let worked = stage.worker().run_once().await.unwrap();
        assert!(matches!(worked, Worked::Ended(_, JobStatus::Failed)), "{kind}: {worked:?}");
        assert_eq!(jobs.job(&JobId::new(kind)).await.unwrap().unwrap().state, json!({"release": 99}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_that_broke_off_is_finished_as_it_was_begun_or_not_at_all() {
    let stage = Stage::in_memory(people(40));
    let divided = |shards| {
        let mut spec = spec();
        spec.shards = shards;
        spec
    };
    let id = stage.submit(divided(4)).await;
    // As if the process had died before the whole was added.
    let jobs = stage.store.as_jobs().unwrap();
    assert!(jobs.cancel(&id, Timestamp::from_micros(1)).await.unwrap());
    assert_eq!(jobs.prune(ImportJobs::KIND_OF_WHOLE, Timestamp::from_micros(2)).await.unwrap(), 1);
    for shards in [1, 2, 5] {
        let submitted = stage.jobs.submit(divided(shards), Some("users"), &*stage.shelf).await;
        assert!(matches!(submitted, Err(ImportFailure::State)), "{shards}: {submitted:?}");
    }
    assert!(!stage.jobs.submit(divided(4), Some("users"), &*stage.shelf).await.unwrap().was_there);
    while !matches!(stage.worker().run_once().await.unwrap(), Worked::Nothing) {
        stage.clock.advance(Duration::from_secs(1));
    }
    assert_eq!((stage.status(&id).await.status, everybody(&*stage.store).await.len()), (JobStatus::Completed, 40));
}
