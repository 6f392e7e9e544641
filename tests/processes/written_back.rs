//! A process that is killed while it changes passwords: what the store says, the legacy system is told.

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use waystation::{
    LogInOutcome, MemoryStore, Migrator, Password, SecretKey, SqliteStore, UserId, UserStore,
    clock::{Clock, ManualClock, SystemClock},
    legacy::ScriptedConnection,
    migrator::{ChangeOutcome, ChangePassword, LazyMigrator, LogIn, SignUp, SignUpOutcome, WriteBack},
    password::{HashPolicy, Passwords},
    phase::Phase,
};

use crate::{
    child::{self, Child},
    dice::Dice,
};

const NAME: &str = "written_back::thirty_kills_in_the_middle_of_changes_leave_both_systems_with_one_password";

const KILLS: usize = 30;
const PEOPLE: usize = 4;

#[test]
fn thirty_kills_in_the_middle_of_changes_leave_both_systems_with_one_password() {
    let runtime = Runtime::new().unwrap();
    if let Some(folder) = child::folder() {
        return runtime.block_on(change_until_killed(&folder));
    }
    let dice = Dice::new(Dice::seed());
    let directory = TempDir::new().unwrap();
    let folder = directory.path().to_str().unwrap();
    let ids = runtime.block_on(sign_everybody_up(folder));

    // Everybody's passwords that may be the current one, by number: the last acknowledged one, and later ones that the
    // process could not tell of any more.
    let mut candidates: [Vec<usize>; PEOPLE] = std::array::from_fn(|person| vec![person]);
    let mut last = PEOPLE - 1;
    let (mut acknowledged, mut interrupted) = (0, 0);
    for _ in 0..KILLS {
        let mut child = Child::start(NAME, folder);
        child.order(&format!("{} {}", last + 1, ids.join(" ")));
        let mut said: Vec<_> = (0..dice.below(12)).map_while(|_| child.line()).collect();
        said.extend(child.lines_within(Duration::from_micros(dice.below(3_000) as u64)));
        said.extend(child.kill().1);
        interrupted += usize::from(!said.is_empty());
        acknowledged += said.len();
        for number in said {
            last = number.parse().unwrap();
            candidates[last % PEOPLE] = vec![last];
        }
        last += 1;
        candidates[last % PEOPLE].push(last);
    }
    println!("{KILLS} kills, {interrupted} in the middle of changes; {acknowledged} changes acknowledged");
    assert!(interrupted > KILLS / 4, "too few of the kills were in the middle of something");
    runtime.block_on(compare(folder, &candidates));
}

/// Delivers what was left, and holds the two systems against each other.
async fn compare(folder: &str, candidates: &[Vec<usize>]) {
    // What the killed processes had taken or postponed is due by then.
    let clock = ManualClock::at(SystemClock::new().now().saturating_add(Duration::from_hours(1)));
    let legacy = ScriptedConnection::new("old-shop");
    let migrator = migrator(folder, &legacy, Arc::new(clock)).await;
    let waiting = migrator.write_back_backlog().await.unwrap().waiting;
    let report = migrator.write_back_now().await.unwrap();
    assert_eq!((report.delivered, report.dropped, report.postponed), (waiting, 0, 0));
    assert_eq!(migrator.write_back_backlog().await.unwrap().waiting, 0);

    migrator.set_phase(Phase::Sealed);
    let there = LazyMigrator::builder(Arc::new(MemoryStore::new()), Arc::new(legacy))
        .passwords(cheap_passwords())
        .phase(Phase::LegacyOnly)
        .build()
        .unwrap();
    for (person, numbers) in candidates.iter().enumerate() {
        let mut current = 0;
        for number in numbers {
            let here = opens(&migrator, person, *number).await;
            assert_eq!(here, opens(&there, person, *number).await, "password {number} of person {person}");
            current += usize::from(here);
        }
        assert_eq!(current, 1, "one password of person {person}");
    }
}

async fn opens(migrator: &LazyMigrator, person: usize, number: usize) -> bool {
    let outcome = migrator.log_in(LogIn::new(address(person), password(number))).await.unwrap();
    matches!(outcome, LogInOutcome::Authenticated(_))
}

async fn sign_everybody_up(folder: &str) -> Vec<String> {
    let migrator = migrator(folder, &ScriptedConnection::new("old-shop"), Arc::new(SystemClock::new())).await;
    migrator.set_phase(Phase::Sealed);
    let mut ids = Vec::new();
    for person in 0..PEOPLE {
        let request = SignUp::email(address(person), password(person));
        let SignUpOutcome::Created(user) = migrator.sign_up(request).await.unwrap() else { panic!("refused") };
        ids.push(user.id.as_str().to_owned());
    }
    migrator.settled().await;
    ids
}

/// The child: one change after the other, while the legacy system is down.
async fn change_until_killed(folder: &str) {
    let orders = child::hear();
    let mut orders = orders.split(' ');
    let Some(first) = orders.next().and_then(|first| first.parse::<usize>().ok()) else { return };
    let ids: Vec<_> = orders.map(UserId::new).collect();
    let legacy = ScriptedConnection::new("old-shop");
    legacy.set_down(true);
    let migrator = migrator(folder, &legacy, Arc::new(SystemClock::new())).await;
    for (number, id) in (first..).zip(ids.iter().cycle().skip(first % PEOPLE)) {
        let request = ChangePassword::by_authority(id.clone(), password(number));
        let changed = migrator.change_password(request).await.unwrap();
        assert!(matches!(changed, ChangeOutcome::Changed(_)));
        child::say(number);
    }
}

async fn migrator(folder: &str, legacy: &ScriptedConnection, clock: Arc<dyn Clock>) -> LazyMigrator {
    let store = SqliteStore::open(format!("{folder}/users.sqlite"), "customers").await.unwrap();
    let end = SystemClock::new().now().saturating_add(Duration::from_hours(24));
    let store: Arc<dyn UserStore> = Arc::new(store);
    LazyMigrator::builder(store, Arc::new(legacy.clone()))
        .clock(clock)
        .passwords(cheap_passwords())
        .write_back(WriteBack::until(end, SecretKey::from_bytes([7; 32])))
        .build()
        .unwrap()
}

fn cheap_passwords() -> Arc<Passwords> {
    Arc::new(Passwords::builder().policy(HashPolicy::argon2id(64, 1, 1).unwrap()).threads(1).build().unwrap())
}

fn address(person: usize) -> String {
    format!("person.{person}@example.com")
}

fn password(number: usize) -> Password {
    Password::from(format!("password number {number}"))
}
