use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use waystation::{
    clock::Timestamp,
    password::PasswordHash,
    store::{BulkStore, Insert, Key, OnTombstone, SqliteStore, Update, UserStore, UserStoreExt},
    user::{Credential, LegacyKey, UserChange, UserId, Version},
};

use super::{open, place, raw, user};

const ROUNDS: u64 = 40;

/// A process that writes without pause is killed at a random moment, again and again. Every write that it said was
/// done is there, every row is whole, and the database is sound.
#[test]
fn nothing_acknowledged_is_lost_to_a_kill() {
    let (_directory, path) = place();
    let mut acknowledged = BTreeMap::new();
    for round in 0..ROUNDS {
        // Spread over the first moments, in which the process opens the database, and the later ones, in which it writes.
        let moment = Duration::from_micros(5_000 + (round * 7_919) % 60 * 1_000);
        run_and_kill(&path, round, moment, &mut acknowledged);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(&path, &acknowledged));
    }
    println!("{} users acknowledged in {ROUNDS} rounds, each of them there", acknowledged.len());
    assert!(acknowledged.len() > 50, "the processes lived long enough to write: {}", acknowledged.len());
}

fn run_and_kill(path: &Path, round: u64, moment: Duration, acknowledged: &mut BTreeMap<String, u64>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stores::sqlite::kill::child_writes_until_killed", "--ignored", "--nocapture"])
        .env("WAYSTATION_TEST_PATH", path)
        .env("WAYSTATION_TEST_ROUND", round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let lines = output.split(b'\n').map_while(Result::ok);
        lines.filter_map(|line| acknowledgement(&String::from_utf8_lossy(&line))).collect::<Vec<_>>()
    });
    std::thread::sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged.extend(reader.join().unwrap());
}

/// `done NAME VERSION.`: the full stop tells a whole line from one that was cut.
fn acknowledgement(line: &str) -> Option<(String, u64)> {
    let (name, version) = line.strip_prefix("done ")?.strip_suffix('.')?.split_once(' ')?;
    Some((name.to_owned(), version.parse().ok()?))
}

async fn check(path: &Path, acknowledged: &BTreeMap<String, u64>) {
    let store = open(path).await;
    for (name, version) in acknowledged {
        let user = store.get(&UserId::new(name)).await.unwrap();
        assert!(user.is_some_and(|user| user.version >= Version::new(*version)), "{name} at version {version}");
    }
    for row in store.scan(None, usize::MAX).await.unwrap() {
        // What the child writes in one step is all there or not at all.
        let written = row.version > Version::FIRST;
        assert_eq!(row.legacy.is_some(), written);
        assert_eq!(matches!(row.credential, Credential::Hash(_)), written);
        assert_eq!(row.password_set_at.is_some(), written);
        for key in Key::all_of(&row) {
            assert!(store.find(key).await.unwrap().into_user().is_some_and(|found| found == row), "indexed");
        }
    }
    store.close().await.unwrap();
    let sound: String = raw(path).query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}

#[tokio::test]
#[ignore = "run and killed by nothing_acknowledged_is_lost_to_a_kill"]
async fn child_writes_until_killed() {
    let Ok(path) = std::env::var("WAYSTATION_TEST_PATH") else { return };
    let round = std::env::var("WAYSTATION_TEST_ROUND").unwrap();
    let store = SqliteStore::open(path, "customers").await.unwrap();
    let done = |name: &str, version: u64| {
        let mut output = std::io::stdout().lock();
        writeln!(output, "done {name} {version}.").unwrap();
        output.flush().unwrap();
    };
    for number in 0..100_000 {
        let name = format!("{round}-{number}");
        let inserted = store.insert(user(&name), OnTombstone::Refuse).await.unwrap();
        assert!(matches!(inserted, Insert::Created(_)));
        done(&name, 1);
        let at = Timestamp::from_micros(2);
        let change = UserChange::at(at)
            .new_password(Credential::Hash(PasswordHash::new("text")))
            .legacy(LegacyKey::new("django", name.as_str()));
        let updated = store.update(&UserId::new(&name), Version::FIRST, change).await.unwrap();
        assert!(matches!(updated, Update::Updated(_)));
        done(&name, 2);
        store.record_login(&UserId::new(&name), at).await.unwrap();
    }
}
