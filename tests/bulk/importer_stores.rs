//! Imports into every store, and what comes between.

use std::{
    any::Any,
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::json;
use waystation::{
    MemoryStore, Password, Passwords, SqliteStore, User, UserId, UserStore,
    bulk::{
        CredentialMerge, Exporter, Fault, FaultCode, FaultSink, Field, FileSpec, IdentifierMerge, ImportFailure,
        ImportFormat, ImportJobs, ImportPolicy, ImportRecord, ImportSpec, ImportStage, ImportWorker, Importer, Input,
        MatchBy, Merge, OpenInput, OpenedBy, Place, ReadError, ReadOptions, Record, RecordReader, RecordSource, Sample,
        SampleAnswer, Worked,
    },
    clock::{Clock, ManualClock, SystemClock, Timestamp},
    entropy::SeededEntropy,
    identifier::{IdentifierKind, IdentifierRules, StandardRules},
    migrator::UserIds,
    password::{HashPolicy, Verification},
    store::{
        BulkStore, BulkWrite, BulkWritten, Checkpoint, Deletion, Insert, Job, JobFault, JobId, JobStatus, Lookup,
        OnTombstone, OwnedKey, StoreError, Tombstone, Update,
    },
    user::{Credential, Delegation, LegacyKey, Moved, MovedBy, NewUser, UserChange, Version},
};

use crate::exporter::crowd;
use crate::importer::{Given, Listed, email, everybody, faulty, hash, named, person, username, writes_by_itself};

/// A store with its name and what has to live as long.
pub(crate) type Stored = (&'static str, Arc<dyn UserStore>, Box<dyn Any>);

/// Every kind of store there is.
pub(crate) async fn stores() -> Vec<Stored> {
    let directory = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(directory.path().join("users.sqlite"), "customers").await.unwrap();
    let mut stores: Vec<Stored> =
        vec![("memory", Arc::new(MemoryStore::new()), Box::new(())), ("sqlite", Arc::new(sqlite), Box::new(directory))];
    #[cfg(all(unix, feature = "postgres"))]
    if let Some(server) = crate::postgres::PostgresServer::shared() {
        let store = waystation::store::PostgresStore::open(&server.fresh_database().await, "customers").await.unwrap();
        stores.push(("postgres", Arc::new(store), Box::new(())));
    }
    #[cfg(all(unix, feature = "mysql"))]
    for (name, server) in crate::mysql::MySqlServer::both() {
        let store = waystation::store::MySqlStore::open(&server.fresh_database().await, "customers").await.unwrap();
        stores.push((name, Arc::new(store), Box::new(())));
    }
    stores
}

pub(crate) fn importer(store: &Arc<dyn UserStore>) -> Importer {
    Importer::builder(Arc::clone(store)).batch_records(7).build()
}

/// Their addresses are not verified here.
pub(crate) fn upsert() -> ImportPolicy {
    let mut policy = ImportPolicy::default();
    (policy.upsert, policy.trust_unverified) = (true, true);
    policy
}

pub(crate) async fn delete(store: &dyn UserStore, user: &User) {
    let buried = Deletion::leaving(Tombstone::at(Timestamp::from_micros(1)));
    assert!(store.delete(&user.id, buried).await.unwrap());
}

/// Puts faulty records aside where a test sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aside(pub(crate) Arc<Mutex<Vec<Record>>>);

impl Aside {
    /// Where the records stand that it has, and what was wrong with them. It has none of them afterwards.
    fn taken(&self) -> Vec<(Place, Vec<Fault>)> {
        let records = std::mem::take(&mut *self.0.lock().unwrap());
        records.into_iter().map(|record| (record.place, record.user.unwrap_err())).collect()
    }
}

impl FaultSink for Aside {
    fn take(&mut self, record: Record) -> io::Result<()> {
        self.0.lock().unwrap().push(record);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_has_its_verdict_in_every_store_and_a_dry_run_has_the_same() {
    for (name, store, _guard) in stores().await {
        let before = importer(&store).run(Listed::new(["gone", "there", "same"].map(person))).await.unwrap();
        assert_eq!((before.inserted, before.read), (3, 3), "{name}");
        delete(&*store, &named(&everybody(&*store).await, "gone")).await;

        let mut given: Vec<Given> = (0..40).map(|number| Ok(person(&format!("new{number}")))).collect();
        let mut there = person("there");
        there.profile.user_metadata.insert("more".to_owned(), json!(1));
        given.insert(3, Ok(there));
        given.insert(9, faulty(FaultCode::Format));
        given.insert(17, Ok(person("gone")));
        given.insert(20, Ok(person("same")));
        given.push(Ok(person("new5")));
        let input = Listed::given(given);

        let aside = Aside::default();
        let builder = Importer::builder(Arc::clone(&store)).policy(upsert()).batch_records(7);
        let import = builder.faulty_records_to(aside.clone()).build();
        let users = everybody(&*store).await;
        let dry = import.clone().dry_run().run(input.clone()).await.unwrap();
        assert!(everybody(&*store).await == users, "{name}: a dry run writes nothing");
        let dry_aside = aside.taken();
        let report = import.run(input.clone()).await.unwrap();
        assert_eq!(dry.without_duration(), report.clone().without_duration(), "{name}");
        assert_eq!(report.read, 45, "{name}");
        assert_eq!((report.inserted, report.updated, report.unchanged), (40, 1, 1), "{name}");
        assert_eq!((report.failed, report.duplicates, report.tombstoned), (1, 1, 1), "{name}");
        let codes = [(FaultCode::Conflict, 1), (FaultCode::DuplicatedUser, 1), (FaultCode::Format, 1)];
        assert_eq!(report.faults, BTreeMap::from(codes), "{name}");
        assert_eq!(report.schemes, BTreeMap::from([("md5".to_owned(), 44)]), "{name}");
        let aside = aside.taken();
        assert_eq!(dry_aside, aside, "{name}: the same records, for the same reasons");
        let places: Vec<_> = aside.iter().map(|(place, _)| place.record).collect();
        assert_eq!(places, [9, 17, 44], "{name}");

        let users = everybody(&*store).await;
        assert_eq!(users.len(), 42, "{name}");
        let there = named(&users, "there");
        assert_eq!((there.version, there.profile.user_metadata.len()), (Version::new(2), 2), "{name}");
        let new = named(&users, "new5");
        assert_eq!(new.moved.map(|moved| moved.by), Some(MovedBy::Import), "{name}");
        assert_eq!(new.credential, Credential::Hash(hash("new5")), "{name}");

        let again = import.run(input).await.unwrap();
        assert_eq!((again.inserted, again.updated, again.unchanged), (0, 0, 42), "{name}: once is enough");
        let only_adds = importer(&store).run(Listed::new([person("there"), person("late")])).await.unwrap();
        assert_eq!((only_adds.inserted, only_adds.failed), (1, 1), "{name}");
        assert_eq!(only_adds.faults, BTreeMap::from([(FaultCode::ConflictEmail, 1)]), "{name}");
    }
}

/// Two batches are under way at once where the store can do it, and each has somebody in its way.
#[tokio::test(flavor = "multi_thread")]
async fn where_somebody_is_in_the_way_of_every_batch_a_dry_run_blames_the_same_records() {
    for (name, store, _guard) in stores().await {
        let there: Vec<_> = (0..100).step_by(5).map(|number| person(&format!("p{number:02}"))).collect();
        importer(&store).run(Listed::new(there)).await.unwrap();
        delete(&*store, &named(&everybody(&*store).await, "p50")).await;
        let mut given: Vec<Given> = (0..100).map(|number| Ok(person(&format!("p{number:02}")))).collect();
        given[33] = faulty(FaultCode::Format);
        given[77] = Ok(person("p11"));
        let aside = Aside::default();
        let import = Importer::builder(Arc::clone(&store)).batch_records(7).faulty_records_to(aside.clone()).build();
        let dry = import.clone().dry_run().run(Listed::given(given.clone())).await.unwrap();
        let dry_aside = aside.taken();
        let report = import.run(Listed::given(given)).await.unwrap();
        assert_eq!(dry.without_duration(), report.clone().without_duration(), "{name}");
        assert_eq!(dry_aside, aside.taken(), "{name}");
        assert_eq!((report.inserted, report.failed, report.duplicates, report.tombstoned), (78, 20, 1, 1), "{name}");
        assert_eq!(dry_aside.len(), 22, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_a_source_become_what_a_log_in_would_make_of_them() {
    for (ids, expected) in [(UserIds::Prefixed, "shop|7"), (UserIds::Legacy, "7")] {
        let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
        let mut record = person("ada");
        record.id = Some(UserId::new("7"));
        let import = Importer::builder(Arc::clone(&store)).source("shop").ids(ids).build();
        assert_eq!(import.run(Listed::new([record])).await.unwrap().inserted, 1);
        let user = named(&everybody(&*store).await, "ada");
        assert_eq!((user.id.as_str(), &user.legacy), (expected, &Some(LegacyKey::new("shop", "7"))));
    }
}

/// MariaDB keeps 1,024 bytes of an id and 255 of a source, and refuses the whole batch for one more.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_grow_too_long_for_a_store_are_faults_of_their_record_alone() {
    let record = |name: &str, id: usize| {
        let mut record = person(name);
        record.id = Some(UserId::new("7".repeat(id)));
        record
    };
    let mut named = person("dan");
    named.legacy = Some(LegacyKey::new("x".repeat(256), "1"));
    for (name, store, _guard) in stores().await {
        let aside = Aside::default();
        let import = Importer::builder(Arc::clone(&store)).source("shop").faulty_records_to(aside.clone()).build();
        let input = Listed::new([record("ada", 1_020), record("bob", 1_019), named.clone(), person("eve")]);
        let report = import.run(input).await.unwrap();
        assert_eq!((report.inserted, report.failed), (2, 2), "{name}");
        let aside = aside.0.lock().unwrap();
        let details = aside.iter().map(|record| record.user.as_ref().unwrap_err()[0].detail.to_string());
        assert_eq!(details.collect::<Vec<_>>(), ["user_id.too_long", "legacy.too_long"], "{name}");
    }
}

/// 24 MB of them: more than a statement may have.
#[tokio::test(flavor = "multi_thread")]
async fn faults_of_one_checkpoint_may_be_larger_than_a_statement() {
    for (name, store, _guard) in stores().await {
        let jobs = store.as_jobs().unwrap();
        let (now, later) = (Timestamp::from_micros(1), Timestamp::from_micros(1_000));
        assert!(jobs.create(Job::new(JobId::new("1"), "import", json!({}), now)).await.unwrap());
        let lease = jobs.lease("import", now, later).await.unwrap().unwrap();
        let text = "x".repeat(40_000);
        let faults: Vec<_> = (0..600).map(|record| JobFault::new(record, record, record, json!(text))).collect();
        let checkpoint = Checkpoint::running(&lease, json!({}), later).faults(faults.clone());
        assert!(jobs.save(&checkpoint).await.unwrap(), "{name}");
        assert!(jobs.faults(&lease.job.id, None, 1_000).await.unwrap() == faults, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_share_a_key_the_first_is_imported_whatever_lies_between_them() {
    let mut records: Vec<_> = (0..3_000).map(|number| person(&format!("p{number}"))).collect();
    let mut expected = Vec::new();
    for (first, later) in [(0, 2_999), (5, 6), (1_000, 2_000), (1_000, 2_001)] {
        let name = format!("shared{first}");
        username(&mut records[first], &name);
        username(&mut records[later], &name);
        expected.push(later as u64);
    }
    expected.sort_unstable();
    let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
    let aside = Aside::default();
    let builder = Importer::builder(store).batch_records(100).policy(upsert());
    let input = Listed::new(records);
    let report = builder.faulty_records_to(aside.clone()).build().run(input.clone()).await.unwrap();
    assert_eq!((report.inserted, report.updated, report.duplicates), (2_996, 0, 4));
    let aside: Vec<_> = aside.0.lock().unwrap().iter().map(|record| record.place.record).collect();
    assert_eq!(aside, expected);
    assert_eq!(input.readings.load(std::sync::atomic::Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_breaks_off_leaves_what_was_read_and_says_where_to_go_on() {
    let whole = Listed::new((0..50).map(|number| person(&format!("p{number}"))));
    for (name, store, _kept) in stores().await {
        // A dry run finds it before anything is written.
        let dry = importer(&store).dry_run().run(whole.clone().broken_at(30)).await.unwrap_err();
        assert_eq!((dry.report.inserted, everybody(&*store).await.len()), (30, 0), "{name}");
        let import = importer(&store);
        let error = import.run(whole.clone().broken_at(30)).await.unwrap_err();
        assert!(matches!(error.failure, ImportFailure::Input(_)), "{name}");
        assert_eq!((error.place.record, error.report.inserted), (30, 30), "{name}");
        assert_eq!(everybody(&*store).await.len(), 30, "{name}");
        let report = import.resume(whole.clone(), error.place, *error.report).await.unwrap();
        assert_eq!((report.read, report.inserted, report.failed), (50, 50, 0), "{name}");
        assert_eq!(everybody(&*store).await.len(), 50, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn weak_hashes_are_wrapped_and_open_with_their_passwords() {
    let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
    let passwords = Arc::new(Passwords::builder().policy(policy).threads(2).build().unwrap());
    let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
    let mut records: Vec<_> = (0..20).map(|number| person(&format!("p{number}"))).collect();
    records[0].credential = Some(Credential::Hash(passwords.hash(&Password::from("p0")).await.unwrap()));
    records[1].credential = None;
    let import = Importer::builder(Arc::clone(&store)).wrap_weak_hashes(Arc::clone(&passwords)).build();
    let dry = import.clone().dry_run().run(Listed::new(records.clone())).await.unwrap();
    let report = import.run(Listed::new(records)).await.unwrap();
    assert_eq!(dry.without_duration(), report.clone().without_duration());
    assert_eq!((report.wrapped, report.not_wrapped, report.inserted), (18, 0, 20));
    let users = everybody(&*store).await;
    assert_eq!(named(&users, "p1").credential, Credential::PendingPassword);
    for number in (2..20).chain([0]) {
        let name = format!("p{number}");
        let user = named(&users, &name);
        let hash = user.password_hash().unwrap();
        assert_eq!(hash.scheme(), Some(if number == 0 { "argon2" } else { "wrapped" }));
        let verified = passwords.verify(&Password::from(name.as_str()), hash).await.unwrap();
        assert!(matches!(verified, Verification::Match { .. }), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weak_hash_is_wrapped_for_whoever_is_there_already_and_for_nobody_else() {
    let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
    let passwords = Arc::new(Passwords::builder().policy(policy).threads(2).build().unwrap());
    let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
    let mut records = [person("ada"), person("bob")];
    records[0].credential = None;
    importer(&store).run(Listed::new(records)).await.unwrap();
    let mut policy = ImportPolicy::default();
    (policy.upsert, policy.trust_unverified) = (true, true);
    let builder = Importer::builder(Arc::clone(&store)).policy(policy).wrap_weak_hashes(Arc::clone(&passwords));
    let import = builder.build();
    let input = Listed::new(["ada", "bob"].map(person));
    let dry = import.clone().dry_run().run(input.clone()).await.unwrap();
    let report = import.run(input).await.unwrap();
    assert_eq!(dry.without_duration(), report.clone().without_duration());
    assert_eq!((report.updated, report.unchanged, report.wrapped, report.not_wrapped), (1, 1, 1, 0));
    let users = everybody(&*store).await;
    assert_eq!(named(&users, "bob").password_hash().unwrap().scheme(), Some("md5"), "his stays as it is");
    let ada = named(&users, "ada");
    let hash = ada.password_hash().unwrap();
    assert_eq!(hash.scheme(), Some("wrapped"));
    let verified = passwords.verify(&Password::from("ada"), hash).await.unwrap();
    assert!(matches!(verified, Verification::Match { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_shows_whether_hashes_open_before_anything_is_imported() {
    let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
    let passwords = Arc::new(Passwords::builder().policy(policy).threads(1).build().unwrap());
    let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
    let mut records: Vec<_> = ["right", "wrong", "none", "odd", "late"].map(person).into();
    records[2].credential = None;
    records[3].credential = Some(Credential::Hash(waystation::PasswordHash::declared("md5", "no hash at all")));
    let known = ["right", "wrong", "none", "odd", "nobody"].map(|name| {
        let identifier = StandardRules::default().parse(&format!("{name}@example.com")).unwrap();
        Sample::new(identifier, if name == "wrong" { "another" } else { name })
    });
    // With what is put over weak hashes on the way in, too.
    let wrapping = Importer::builder(Arc::clone(&store)).wrap_weak_hashes(Arc::clone(&passwords)).build();
    let (input, few) = (Listed::new(records.clone()), known[..2].to_vec());
    let wrapped = wrapping.verify_sample(input, few, &passwords).await.unwrap();
    assert!(matches!(wrapped[..], [SampleAnswer::Proven { scheme: "wrapped" }, SampleAnswer::Mismatch]), "{wrapped:?}");
    let answers = importer(&store).verify_sample(Listed::new(records), known.into(), &passwords).await.unwrap();
    let [right, wrong, none, odd, nobody] = &answers[..] else { panic!("{answers:?}") };
    assert!(matches!(right, SampleAnswer::Proven { scheme: "md5" }), "{right:?}");
    assert!(matches!(wrong, SampleAnswer::Mismatch), "{wrong:?}");
    assert!(matches!(none, SampleAnswer::NoPassword), "{none:?}");
    assert!(matches!(odd, SampleAnswer::Unverifiable(_)), "{odd:?}");
    assert!(matches!(nobody, SampleAnswer::NotFound), "{nobody:?}");
    assert!(everybody(&*store).await.is_empty());
}

/// A store around which things happen.
#[derive(Debug)]
struct Eventful {
    inner: MemoryStore,
    /// What happens before the next writes, the last first.
    before: Mutex<Vec<Event>>,
    /// What comes to pass before the next write.
    late: Mutex<Option<BulkWrite>>,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// The next call fails, having done nothing.
    Down,
    /// The next write is done, and its answer is lost.
    AnswerLost,
    /// The connection breaks before the end, which comes all the same when the next write is under way.
    CommitsLate,
    /// The same, and Ada moves by a log-in before anybody looks.
    AnswerLostAndAdaMoves,
    /// Ada's log-in is counted.
    AdaLogsIn,
    /// Ada logs in, and moves by it.
    AdaMoves,
    /// Somebody signs up as Ada.
    AdaSignsUp,
    /// Ada is deleted.
    AdaGoes,
    Nothing,
}

impl Eventful {
    fn new(mut events: Vec<Event>) -> Arc<Self> {
        events.reverse();
        Arc::new(Self { inner: MemoryStore::new(), before: Mutex::new(events), late: Mutex::default() })
    }

    async fn ada(&self) -> User {
        named(&everybody(&self.inner).await, "ada")
    }

    async fn move_ada(&self) -> Result<(), StoreError> {
        let (ada, at) = (self.ada().await, Timestamp::from_micros(50));
        let change = UserChange::at(at).new_password(Credential::Hash(hash("her own")));
        let change = change.moved(Moved::new(at, MovedBy::LogIn));
        assert!(matches!(self.inner.update(&ada.id, ada.version, change).await?, Update::Updated(_)), "moved");
        Ok(())
    }
}

writes_by_itself!(Eventful);

#[async_trait]
impl BulkStore for Eventful {
    async fn look_up(&self, keys: &[OwnedKey]) -> Result<Vec<Lookup>, StoreError> {
        self.inner.look_up(keys).await
    }

    async fn write(&self, batch: &BulkWrite) -> Result<BulkWritten, StoreError> {
        let event = self.before.lock().unwrap().pop();
        let late = self.late.lock().unwrap().take();
        if let Some(late) = late {
            assert!(matches!(self.inner.write(&late).await?, BulkWritten::Written(_)));
        }
        let at = Timestamp::from_micros(50);
        match event.unwrap_or(Event::Nothing) {
            Event::Nothing => {}
            Event::Down => return Err(StoreError::unavailable("write", "down")),
            Event::AnswerLost => {
                let _lost = self.inner.write(batch).await?;
                return Err(StoreError::unavailable("write", "the connection broke"));
            }
            Event::CommitsLate => {
                *self.late.lock().unwrap() = Some(batch.clone());
                return Err(StoreError::unavailable("write", "the connection broke"));
            }
            Event::AnswerLostAndAdaMoves => {
                let _lost = self.inner.write(batch).await?;
                self.move_ada().await?;
                return Err(StoreError::unavailable("write", "the connection broke"));
            }
            Event::AdaLogsIn => {
                let ada = self.ada().await;
                assert!(self.inner.record_login(&ada.id, SystemClock::new().now()).await?);
            }
            Event::AdaMoves => self.move_ada().await?,
            Event::AdaSignsUp => {
                let user =
                    NewUser::new(UserId::new("own"), person("ada").profile, Credential::Hash(hash("her own")), at);
                let Insert::Created(_) = self.inner.insert(user, OnTombstone::Lift).await? else { panic!("created") };
            }
            Event::AdaGoes => delete(&self.inner, &self.ada().await).await,
        }
        self.inner.write(batch).await
    }

    fn writes_at_once(&self) -> bool {
        self.inner.writes_at_once()
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        self.inner.scan(after, limit).await
    }
}

async fn flagged(store: &Eventful) {
    let mut profile = person("ada").profile;
    profile.user_metadata.clear();
    let user = NewUser::new(UserId::new("ada"), profile, Credential::PendingPassword, Timestamp::from_micros(1));
    let Insert::Created(_) = store.inner.insert(user, OnTombstone::Refuse).await.unwrap() else { panic!("created") };
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_logs_in_between_the_look_and_the_write_keeps_their_password() {
    // The first write says that Ada is there, the second one comes after her log-in.
    let store = Eventful::new(vec![Event::Nothing, Event::AdaMoves]);
    flagged(&store).await;
    let import = Importer::builder(store.clone()).policy(upsert()).build();
    let report = import.run(Listed::new([person("ada"), person("bob")])).await.unwrap();
    assert_eq!((report.inserted, report.updated), (1, 1));
    let ada = store.ada().await;
    assert_eq!(ada.credential, Credential::Hash(hash("her own")));
    assert_eq!(ada.moved.map(|moved| moved.by), Some(MovedBy::LogIn));
    assert_eq!(ada.profile.user_metadata.len(), 1, "what was missing is filled in");
    assert!(store.before.lock().unwrap().is_empty(), "she logged in");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_up_or_goes_meanwhile_is_seen() {
    let store = Eventful::new(vec![Event::AdaSignsUp]);
    let import = Importer::builder(store.clone()).policy(upsert()).build();
    let report = import.run(Listed::new([person("ada"), person("bob")])).await.unwrap();
    assert_eq!((report.inserted, report.unchanged), (1, 1), "she is there, and lacks nothing");
    assert_eq!(store.ada().await.credential, Credential::Hash(hash("her own")));

    let store = Eventful::new(vec![Event::Nothing, Event::AdaGoes]);
    flagged(&store).await;
    let import = Importer::builder(store.clone()).policy(upsert()).build();
    let report = import.run(Listed::new([person("ada"), person("bob")])).await.unwrap();
    assert_eq!((report.inserted, report.tombstoned), (1, 1), "she is not brought back");
}

/// Advances a clock whenever somebody sleeps on it.
async fn passing<T>(clock: &ManualClock, work: impl Future<Output = T>) -> T {
    let time = async {
        loop {
            if clock.sleepers() > 0 {
                clock.advance(Duration::from_millis(125));
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        done = work => done,
        () = time => panic!("time does not end"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_comes_back_costs_time_and_nothing_else() {
    let clock = ManualClock::at(SystemClock::new().now());
    let store = Eventful::new(vec![Event::Down, Event::Down, Event::AnswerLost, Event::Nothing, Event::AnswerLost]);
    let import = Importer::builder(store.clone()).clock(Arc::new(clock.clone())).batch_records(10).build();
    let input = Listed::new((0..30).map(|number| person(&format!("p{number}"))));
    let report = passing(&clock, import.run(input)).await.unwrap();
    assert_eq!((report.inserted, report.failed, store.inner.len()), (30, 0, 30), "nobody twice, nobody in conflict");

    let store = Eventful::new(vec![Event::Nothing; 1].into_iter().chain(vec![Event::Down; 20]).collect());
    let import = Importer::builder(store.clone()).clock(Arc::new(clock.clone())).batch_records(10).build();
    let input = Listed::new((0..30).map(|number| person(&format!("p{number}"))));
    let error = passing(&clock, import.run(input)).await.unwrap_err();
    let ImportFailure::Store(cause) = &error.failure else { panic!("{error:?}") };
    assert!(cause.is_unavailable());
    assert_eq!((error.place.record, error.report.inserted, store.inner.len()), (10, 10, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_not_written_is_written_although_an_earlier_one_has_somebody_of_it() {
    let clock = ManualClock::at(SystemClock::new().now());
    let store = Eventful::new(vec![Event::Nothing, Event::Down]);
    let import = Importer::builder(store.clone()).clock(Arc::new(clock.clone())).batch_records(2).build();
    let with_id = |name: &str| {
        let mut record = person(name);
        record.id = Some(UserId::new("same"));
        record
    };
    let input = Listed::new([with_id("ada"), person("bob"), with_id("cyd"), person("dan")]);
    let report = passing(&clock, import.assume_distinct().run(input)).await.unwrap();
    assert_eq!((report.inserted, report.failed, store.inner.len()), (3, 1, 3));
}

/// As an export without secrets brings them, and an operator who takes a password away leaves them.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_a_password_gets_one_although_they_have_logged_in_since_they_moved() {
    let mut policy = ImportPolicy::reference();
    (policy.upsert, policy.trust_unverified) = (true, true);
    for credential in [Credential::PendingPassword, Credential::Delegated(Delegation::to("shop"))] {
        for (name, store, _guard) in stores().await {
            let at = Timestamp::from_micros(1);
            let mut user = NewUser::new(UserId::new("ada"), person("ada").profile, credential.clone(), at);
            (user.moved, user.last_login) = (Some(Moved::new(at, MovedBy::Import)), Some(Timestamp::from_micros(2)));
            let Insert::Created(_) = store.insert(user, OnTombstone::Refuse).await.unwrap() else { panic!("created") };
            let import = Importer::builder(Arc::clone(&store)).policy(policy).build();
            let report = import.run(Listed::new([person("ada")])).await.unwrap();
            assert_eq!(report.updated, 1, "{name}");
            assert_eq!(everybody(&*store).await[0].credential, Credential::Hash(hash("ada")), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_after_a_commit_whose_answer_was_lost_is_no_conflict() {
    let clock = ManualClock::at(SystemClock::new().now());
    let events = [
        vec![Event::AnswerLostAndAdaMoves],
        vec![Event::CommitsLate],
        vec![Event::Down, Event::CommitsLate, Event::Nothing, Event::CommitsLate],
        [vec![Event::Down; 8], vec![Event::AnswerLost]].concat(),
    ];
    for events in events {
        let people = || Listed::new(["ada", "bob", "cyd"].map(person));
        let store = Eventful::new(events.clone());
        let import = Importer::builder(store.clone()).clock(Arc::new(clock.clone())).batch_records(2).build();
        let report = passing(&clock, import.run(people())).await.unwrap();
        assert_eq!((report.inserted, report.failed, store.inner.len()), (3, 0, 3), "{events:?}");

        let (store, inputs) = (Eventful::new(events.clone()), Arc::new(Only(people())));
        let jobs = ImportJobs::new(store.clone()).clock(Arc::new(clock.clone()));
        let id = jobs.submit(ImportSpec::new(json!(null)), None, &*inputs).await.unwrap().id;
        let importer = Importer::builder(store.clone()).clock(Arc::new(clock.clone())).batch_records(2).build();
        let worker = ImportWorker::new(importer, inputs).lease_time(Duration::from_hours(1));
        let end = passing(&clock, worker.run_once()).await.unwrap();
        assert!(matches!(end, Worked::Ended(_, JobStatus::Completed)), "{end:?}");
        let report = jobs.status(&id).await.unwrap().unwrap().report;
        assert_eq!((report.inserted, report.failed, store.inner.len()), (3, 0, 3), "{events:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_logs_in_with_an_imported_password_meanwhile_keeps_it() {
    let store = Eventful::new(vec![Event::Nothing, Event::Nothing, Event::AdaLogsIn]);
    let mut policy = upsert();
    policy.credential = CredentialMerge::UntilFirstLogIn;
    let import = Importer::builder(store.clone()).policy(policy).build();
    assert_eq!(import.run(Listed::new([person("ada")])).await.unwrap().inserted, 1);
    let mut again = person("ada");
    again.credential = Some(Credential::Hash(hash("another")));
    let report = import.run(Listed::new([again])).await.unwrap();
    assert!(store.before.lock().unwrap().is_empty(), "she logged in");
    assert_eq!((report.updated, report.unchanged), (0, 1));
    assert_eq!(store.ada().await.credential, Credential::Hash(hash("ada")));
}

/// A quarantine on a disk that may be full.
#[derive(Debug)]
struct OnDisk(Aside, Arc<AtomicBool>);

impl FaultSink for OnDisk {
    fn take(&mut self, record: Record) -> io::Result<()> {
        if self.1.load(Ordering::Relaxed) { Err(io::ErrorKind::StorageFull.into()) } else { self.0.take(record) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_refused_record_is_lost_when_it_cannot_be_put_aside() {
    let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
    let (aside, is_full) = (Aside::default(), Arc::new(AtomicBool::new(true)));
    let builder = Importer::builder(Arc::clone(&store)).batch_records(2);
    let import = builder.faulty_records_to(OnDisk(aside.clone(), Arc::clone(&is_full))).build();
    let given = vec![Ok(person("ada")), Ok(person("bob")), Ok(person("cyd")), faulty(FaultCode::Format)];
    let input = Listed::given(given);
    let error = import.run(input.clone()).await.unwrap_err();
    assert!(matches!(error.failure, ImportFailure::Sink(_)), "{error:?}");
    assert_eq!((error.place.record, everybody(&*store).await.len()), (2, 2), "its batch is not done");
    is_full.store(false, Ordering::Relaxed);
    let report = import.resume(input, error.place, *error.report).await.unwrap();
    assert_eq!((report.inserted, report.failed), (3, 1));
    let aside: Vec<_> = aside.0.lock().unwrap().iter().map(|it| (it.place.record, it.raw.is_empty())).collect();
    assert_eq!(aside, [(3, false)]);
}

/// There is one input.
#[derive(Debug)]
struct Only(Arc<Listed>);

impl OpenInput for Only {
    fn open(&self, _: &serde_json::Value) -> Result<Arc<dyn Input>, ReadError> {
        let listed: Arc<Listed> = Arc::clone(&self.0);
        Ok(listed)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_waits_for_a_store_that_stays_away_and_loses_nothing() {
    let clock = ManualClock::at(SystemClock::new().now());
    let store = Eventful::new([Event::Nothing].into_iter().chain([Event::Down; 9]).collect());
    let inputs = Arc::new(Only(Listed::new((0..30).map(|number| person(&format!("p{number}"))))));
    let jobs = ImportJobs::new(store.clone()).clock(Arc::new(clock.clone()));
    let id = jobs.submit(ImportSpec::new(json!(null)), None, &*inputs).await.unwrap().id;
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&pauses);
    let importer = Importer::builder(store.clone()).clock(Arc::new(clock.clone())).batch_records(10);
    let importer = importer.on_progress(move |progress| {
        if progress.stage == ImportStage::Waiting {
            told.lock().unwrap().push(progress.records);
        }
    });
    let worker = ImportWorker::new(importer.build(), inputs);
    let end = passing(&clock, worker.run_once()).await.unwrap();
    assert_eq!(*pauses.lock().unwrap(), [10; 8], "whoever watches knows of each pause");
    assert!(matches!(end, Worked::Waits(_, ImportFailure::Store(_))), "{end:?}");
    assert_eq!(jobs.status(&id).await.unwrap().unwrap().status, JobStatus::Running);
    clock.advance(Duration::from_mins(2));
    let end = worker.run_once().await.unwrap();
    assert!(matches!(end, Worked::Ended(_, JobStatus::Completed)), "{end:?}");
    let report = jobs.status(&id).await.unwrap().unwrap().report;
    assert_eq!((report.read, report.inserted, store.inner.len()), (30, 30, 30));
}

fn merge() -> impl Strategy<Value = Merge> {
    prop_oneof![
        Just(Merge::Keep),
        Just(Merge::Replace),
        Just(Merge::DeepMerge),
        Just(Merge::FillMissing),
        Just(Merge::KeepNewer)
    ]
}

prop_compose! {
    fn policy()(
        upsert in any::<bool>(),
        match_by in prop_oneof![
            Just(MatchBy::Email),
            Just(MatchBy::Id),
            Just(MatchBy::Legacy),
            Just(MatchBy::Phone),
            Just(MatchBy::Username)
        ],
        (names, metadata, blocked, verified) in (merge(), merge(), merge(), merge()),
        keep in any::<bool>(),
        credential in prop_oneof![
            Just(CredentialMerge::Keep),
            Just(CredentialMerge::FillMissing),
            Just(CredentialMerge::UntilFirstLogIn),
            Just(CredentialMerge::Replace)
        ],
        (spare_moved, lift_tombstones, trust_unverified) in any::<(bool, bool, bool)>(),
    ) -> ImportPolicy {
        let mut policy = ImportPolicy::default();
        (policy.upsert, policy.match_by, policy.names, policy.user_metadata) = (upsert, match_by, names, metadata);
        (policy.blocked, policy.verified, policy.credential) = (blocked, verified, credential);
        policy.identifiers = if keep { IdentifierMerge::Keep } else { IdentifierMerge::FillMissing };
        (policy.spare_moved, policy.lift_tombstones) = (spare_moved, lift_tombstones);
        policy.trust_unverified = trust_unverified;
        policy
    }
}

/// Few names, so that records meet each other and whoever is there.
fn records() -> impl Strategy<Value = Vec<Given>> {
    let one = (0..12_u8, 0..12_u8, 0..12_u8, 0..8_u8, 0..3_u8).prop_map(|(mail, user, id, what, time)| {
        if what == 7 {
            return faulty(FaultCode::Format);
        }
        let mut record = person(&format!("p{mail}"));
        record.fields = record.fields.with(Field::Blocked).with(Field::EmailVerified);
        record.profile.blocked = what % 2 == 0;
        record.profile.email_verified = what % 3 == 0;
        record.profile.user_metadata.insert(format!("m{what}"), json!(what));
        record.updated_at = (time > 0).then(|| Timestamp::from_micros(i64::from(time) * i64::from(u32::MAX)));
        if user < 6 {
            username(&mut record, &format!("name{user}"));
        }
        if id < 4 {
            record.id = Some(UserId::new(format!("id{id}")));
        }
        if user >= 8 {
            record.legacy = Some(LegacyKey::new("shop", user.to_string()));
        }
        if id >= 8 {
            let phone = StandardRules::default().parse_as(IdentifierKind::Phone, &format!("+1555010{id:02}"));
            record.profile.phone = Some(phone.unwrap());
        }
        if mail >= 10 {
            (record.profile.email, record.credential) = (None, None);
            record.id = Some(UserId::new(format!("id{id}")));
        }
        Ok(record)
    });
    proptest::collection::vec(one, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_dry_run_tells_exactly_what_the_real_one_does(
        policy in policy(), first in records(), second in records(), batches in (1_usize..12, 1_usize..12),
        deleted in 0_usize..4
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let memory = MemoryStore::new();
            let store: Arc<dyn UserStore> = Arc::new(memory.clone());
            // Nor does it matter how the input is cut into batches.
            let import = |batch| {
                let builder = Importer::builder(Arc::clone(&store)).policy(policy).batch_records(batch);
                builder.entropy(Arc::new(SeededEntropy::new(1))).build()
            };
            let other = Importer::builder(Arc::clone(&store)).entropy(Arc::new(SeededEntropy::new(2))).build();
            other.run(Listed::given(first)).await.unwrap();
            for user in everybody(&*store).await.into_iter().take(deleted) {
                delete(&*store, &user).await;
            }
            let before = everybody(&*store).await;
            let input = Listed::given(second);
            let dry = import(batches.0).dry_run().run(input.clone()).await.unwrap();
            assert!(everybody(&*store).await == before, "a dry run writes nothing");
            let report = import(batches.1).run(input).await.unwrap();
            assert_eq!(dry.without_duration(), report.clone().without_duration());
            let sum = report.inserted + report.updated + report.unchanged;
            assert_eq!(report.read, sum + report.failed + report.duplicates + report.tombstoned);
            assert_eq!(memory.len() as u64, before.len() as u64 + report.inserted);
            let changed = everybody(&*store).await.into_iter().filter(|user| before.iter().any(|old| old.id == user.id && old != user));
            assert_eq!(changed.count() as u64, report.updated);
        });
    }
}

#[tokio::test]
async fn debug_shows_nothing_of_users() {
    let mut record = ImportRecord::new();
    email(&mut record, "secret@example.com");
    let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
    let import = importer(&store);
    import.run(Listed::new([record])).await.unwrap();
    assert!(!format!("{import:?}").contains("secret"));
}

#[tokio::test]
async fn a_record_counts_as_what_it_takes_in_memory_and_not_as_its_text() {
    let told = Arc::new(AtomicUsize::new(0));
    let batches = Arc::clone(&told);
    let importer = Importer::builder(Arc::new(MemoryStore::new())).batch_bytes(4 << 20).on_progress(move |progress| {
        assert_eq!(progress.stage, ImportStage::Writing);
        batches.fetch_add(1, Ordering::Relaxed);
    });
    let values = vec![r#"{"":0}"#; 8_000].join(",");
    let users = (0..20)
        .map(|number| format!(r#"{{"email": "p{number}@example.com", "user_metadata": {{"values": [{values}]}}}}"#));
    let text = users.collect::<Vec<_>>().join("\n");
    assert!(text.len() < 4 << 20, "by its text it would be one batch");
    let open = move || -> Result<Box<dyn RecordSource>, ReadError> {
        let text = std::io::Cursor::new(text.clone());
        Ok(Box::new(RecordReader::new(text, Some(ImportFormat::JsonLines), ReadOptions::default())?))
    };
    let report = importer.build().run(Arc::new(OpenedBy::new(open))).await.unwrap();
    assert_eq!((report.inserted, told.load(Ordering::Relaxed)), (20, 21), "one at a time, and the end");
}

#[tokio::test]
async fn a_first_reading_tells_how_far_it_is() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let importer = Importer::builder(Arc::new(MemoryStore::new()))
        .batch_records(15_000)
        .batch_bytes(64 << 20)
        .on_progress(move |progress| tell.lock().unwrap().push((progress.stage, progress.records)));
    let mut people: Vec<_> = (0..25_000).map(|number| person(&format!("p{number:05}"))).collect();
    people[1] = people[0].clone();
    let report = importer.build().run(Listed::new(people)).await.unwrap();
    assert_eq!((report.inserted, report.duplicates), (24_999, 1));
    let (compares, writes) = (ImportStage::Comparing, ImportStage::Writing);
    assert_eq!(*told.lock().unwrap(), [(compares, 10_000), (compares, 20_000), (writes, 15_000), (writes, 25_000)]);
}

#[tokio::test]
async fn an_input_without_duplicates_is_read_once() {
    let people = Listed::new((0..1_000).map(|number| person(&format!("p{number}"))));
    let importer = Importer::builder(Arc::new(MemoryStore::new())).batch_records(100).build();
    let report = importer.run(people.clone()).await.unwrap();
    assert_eq!((report.inserted, people.readings.load(Ordering::Relaxed)), (1_000, 1));
}

/// Leaving is as easy as coming, from every store and into every store of its kind.
#[tokio::test]
async fn an_export_is_imported_into_an_empty_store_with_every_field_and_every_password() {
    let passwords = Passwords::builder().build().unwrap();
    let (old, new) = (stores().await, stores().await);
    for ((name, old, _old), (_, new, _new)) in old.into_iter().zip(new) {
        let mut people = crowd(25);
        for (number, user) in people.iter_mut().enumerate() {
            let id = user.id.as_str().to_owned();
            let fresh = passwords.hash(&Password::from(&*id)).await.unwrap();
            let of_id = if number.is_multiple_of(8) { fresh } else { hash(&id) };
            match &mut user.credential {
                Credential::Hash(hash) | Credential::Delegated(Delegation { shadow: Some(hash), .. }) => *hash = of_id,
                _ => {}
            }
        }
        let _written = old.as_bulk().unwrap().write(&BulkWrite::new(people)).await.unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let exported = Exporter::new(Arc::clone(&old)).secrets().page(7).to_file(file.path()).await.unwrap();
        assert_eq!(exported.users, 26, "{name}");
        let input = Arc::new(FileSpec::new(file.path()).input(ReadOptions::default()));
        let report = importer(&new).run(input).await.unwrap();
        assert_eq!((report.inserted, report.failed), (26, 0), "{name}");
        let (people, all) = (everybody(&*old).await, everybody(&*new).await);
        assert_eq!((people.len(), all.len()), (26, 26), "{name}");
        let mut opened = 0;
        for (user, mut came) in people.into_iter().zip(all) {
            if let Credential::Hash(hash) | Credential::Delegated(Delegation { shadow: Some(hash), .. }) =
                &came.credential
            {
                let verified = passwords.verify(&Password::from(user.id.as_str()), hash).await.unwrap();
                assert!(matches!(verified, Verification::Match { .. }), "{name}: {:?}", user.id.as_str());
                opened += 1;
            }
            // All that an import does not take is when the row was last changed.
            came.updated_at = user.updated_at;
            assert!(came == user, "{name}: {:?}", user.id.as_str());
        }
        assert_eq!(opened, 13, "{name}");
    }
}
