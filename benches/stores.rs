//! The SQL stores beside the bare driver: what a service would write by hand for the same rows, on the same server, in
//! one run. Each operation by one task, by 16 and by 64 at once; the time is that of one operation.
//!
//! The servers are the benchmark's own and end with it. One that is not installed is passed over, which is printed.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use tokio::{runtime::Runtime, task::JoinSet};
use waystation::{
    Identifier, IdentifierRules, UserStore,
    clock::{Clock, SystemClock, Timestamp},
    identifier::StandardRules,
    password::PasswordHash,
    store::{BulkWrite, Key, MySqlStore, OnTombstone, PostgresStore, SqliteStore, Update},
    user::{Credential, NewUser, Profile, UserChange, UserId, Version},
};

use self::{
    bare::{Bare, BareMySql, BarePostgres},
    bare_sqlite::BareSqlite,
};

#[path = "stores/bare.rs"]
mod bare;
#[path = "stores/bare_sqlite.rs"]
mod bare_sqlite;
#[path = "../tests/servers/mysql.rs"]
mod mysql;
#[path = "../tests/servers/postgres.rs"]
mod postgres;
#[path = "../tests/servers/server_process.rs"]
mod server_process;

/// People who are there before anything is measured.
const PEOPLE: usize = 2_001;
/// The bare driver with the statements that the store sends.
const ALIKE: &str = "bare driver, the same statements";
/// Users of bulk writes.
const BATCHES: [usize; 2] = [500, 5_000];
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBvZiBieXRlcw$2lyD3nQ3iLbk3eHcgnsq1oyyYA6Y8tiHUGj0sE3dWwo";

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let runtime = Runtime::new()?;

    let folder = tempfile::tempdir()?;
    let file = folder.path().join("users.sqlite3");
    let (store, bare) = runtime.block_on(async {
        Ok::<_, Box<dyn Error>>((SqliteStore::open(&file, "customers").await?, BareSqlite::open(&file)?))
    })?;
    let (store, bare): (Arc<dyn UserStore>, Arc<dyn Bare>) = (Arc::new(store), Arc::new(bare));
    compare(&mut criterion, &runtime, "sqlite", &store, &bare);

    if let Some(server) = postgres::PostgresServer::shared() {
        let (store, bare) = runtime.block_on(async {
            let url = server.fresh_database().await;
            let store = PostgresStore::open(&url, "customers").await?;
            Ok::<_, Box<dyn Error>>((store, BarePostgres::open(&url).await?))
        })?;
        let (store, bare): (Arc<dyn UserStore>, Arc<dyn Bare>) = (Arc::new(store), Arc::new(bare));
        compare(&mut criterion, &runtime, "postgres", &store, &bare);
    }
    if let Some(server) = mysql::MySqlServer::mariadb() {
        let (store, bare) = runtime.block_on(async {
            let url = server.fresh_database().await;
            let store = MySqlStore::open(&url, "customers").await?;
            Ok::<_, Box<dyn Error>>((store, BareMySql::open(&url).await?))
        })?;
        let (store, bare): (Arc<dyn UserStore>, Arc<dyn Bare>) = (Arc::new(store), Arc::new(bare));
        compare(&mut criterion, &runtime, "mariadb", &store, &bare);
    }
    criterion.final_summary();
    Ok(())
}

/// Numbers of people who are not there yet.
static NEXT: AtomicUsize = AtomicUsize::new(PEOPLE);

fn next() -> usize {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Addresses in no order, as people come: what a contender writes costs the same whatever was written before it.
fn email(number: usize) -> Identifier {
    let scattered = u32::try_from(number).expect("a small number").wrapping_mul(0x9e37_79b1);
    StandardRules::new().parse(&format!("person.{scattered:08x}@example.com")).expect("an address")
}

fn id(number: usize) -> String {
    format!("{number:012}")
}

fn person(number: usize) -> NewUser {
    let mut profile = Profile::default();
    profile.set_identifier(email(number));
    profile.name = Some(format!("Person {number}"));
    let hash = Credential::Hash(PasswordHash::new(HASH));
    NewUser::new(UserId::new(id(number)), profile, hash, Timestamp::from_micros(1_700_000_000_000_000))
}

fn compare(
    criterion: &mut Criterion,
    runtime: &Runtime,
    engine: &str,
    store: &Arc<dyn UserStore>,
    bare: &Arc<dyn Bare>,
) {
    runtime.block_on(async {
        for number in 0..PEOPLE {
            let _inserted = store.insert(person(number), OnTombstone::Refuse).await.expect("an insert");
        }
        bare.analyze().await;
    });
    let mut group = criterion.benchmark_group(format!("{engine}, a look-up"));
    for tasks in [1, 16, 64] {
        measure(&mut group, runtime, "waystation", tasks, store, |store| async move {
            let found = store.find(Key::Identifier(&email(next() % PEOPLE))).await.expect("an answer");
            assert!(found.into_user().is_some());
        });
        measure(&mut group, runtime, "bare driver", tasks, bare, |bare| async move {
            bare.look_up(email(next() % PEOPLE).normal()).await;
        });
        measure(&mut group, runtime, ALIKE, tasks, bare, |bare| async move {
            bare.look_up_alike(email(next() % PEOPLE).normal()).await;
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group(format!("{engine}, a first log-in's insert"));
    for tasks in [1, 16, 64] {
        measure(&mut group, runtime, "waystation", tasks, store, |store| async move {
            let _inserted = store.insert(person(next()), OnTombstone::Refuse).await.expect("an insert");
        });
        measure(&mut group, runtime, "bare driver", tasks, bare, |bare| async move {
            bare.insert(&person(next())).await;
        });
        measure(&mut group, runtime, ALIKE, tasks, bare, |bare| async move {
            bare.insert_alike(&person(next())).await;
        });
    }
    group.finish();

    // Everybody's version. The contenders change people of their own.
    let versions: Arc<Vec<_>> = Arc::new((0..PEOPLE).map(|_| AtomicU64::new(Version::FIRST.get())).collect());
    let mut group = criterion.benchmark_group(format!("{engine}, a compare-and-set"));
    for tasks in [1, 16, 64] {
        let contender = Arc::new((Arc::clone(store), Arc::clone(&versions)));
        measure(&mut group, runtime, "waystation", tasks, &contender, |contender| async move {
            let (store, versions) = &*contender;
            let number = next() * 3 % PEOPLE;
            let expected = Version::new(versions[number].load(Ordering::Relaxed));
            let change = UserChange::at(Timestamp::from_micros(1_800_000_000_000_000));
            let change = change.same_password(Credential::Hash(PasswordHash::new(HASH)));
            let updated = store.update(&UserId::new(id(number)), expected, change).await.expect("an answer");
            if let Update::Updated(user) = updated {
                versions[number].store(user.version.get(), Ordering::Relaxed);
            }
        });
        let contender = Arc::new((Arc::clone(bare), Arc::clone(&versions)));
        measure(&mut group, runtime, "bare driver", tasks, &contender, |contender| async move {
            let (bare, versions) = &*contender;
            let number = (next() * 3 + 1) % PEOPLE;
            let expected = versions[number].load(Ordering::Relaxed);
            if bare.update(&id(number), expected.cast_signed()).await {
                versions[number].store(expected + 1, Ordering::Relaxed);
            }
        });
        measure(&mut group, runtime, ALIKE, tasks, &contender, |contender| async move {
            let (bare, versions) = &*contender;
            let number = (next() * 3 + 2) % PEOPLE;
            let expected = versions[number].load(Ordering::Relaxed);
            if bare.update_alike(&id(number), expected.cast_signed()).await {
                versions[number].store(expected + 1, Ordering::Relaxed);
            }
        });
    }
    group.finish();

    for batch in BATCHES {
        let mut group = criterion.benchmark_group(format!("{engine}, a bulk write of {batch}"));
        group.throughput(Throughput::Elements(batch as u64));
        measure(&mut group, runtime, "waystation", 1, store, move |store| async move {
            let batch = BulkWrite::new((0..batch).map(|_| person(next())).collect());
            let _written = store.as_bulk().expect("a bulk writer").write(&batch).await.expect("a write");
        });
        measure(&mut group, runtime, "bare driver", 1, bare, move |bare| async move {
            let users: Vec<_> = (0..batch).map(|_| person(next())).collect();
            bare.insert_all(&users).await;
        });
        group.finish();
    }
}

/// The time of one operation while so many tasks do it all the time.
fn measure<C: ?Sized + Send + Sync + 'static, F: Future<Output = ()> + Send + 'static>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    runtime: &Runtime,
    name: &str,
    tasks: usize,
    contender: &Arc<C>,
    operation: impl Fn(Arc<C>) -> F + Copy + Send + 'static,
) {
    group.bench_function(BenchmarkId::new(name, format!("{tasks} at once")), |bencher| {
        bencher.to_async(runtime).iter_custom(|count| {
            let contender = Arc::clone(contender);
            async move {
                let clock = SystemClock::new();
                let left = Arc::new(AtomicUsize::new(usize::try_from(count).unwrap_or(usize::MAX)));
                let started = clock.monotonic();
                let mut running = JoinSet::new();
                for _ in 0..tasks {
                    let (contender, left) = (Arc::clone(&contender), Arc::clone(&left));
                    running.spawn(async move {
                        let take = |left: usize| left.checked_sub(1);
                        while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                            operation(Arc::clone(&contender)).await;
                        }
                    });
                }
                running.join_all().await;
                clock.monotonic().saturating_sub(started)
            }
        });
    });
}
