//! Many processes, one store, the same people.

use std::collections::BTreeMap;

use tempfile::TempDir;
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    child::{self, Child},
    dice::Dice,
    site::{Person, Site, everybody, passwords, report},
};

const PROCESSES: usize = 8;
const PEOPLE: usize = 50;

#[test]
fn eight_processes_that_log_in_the_same_fifty_people_at_once_move_each_of_them_once() {
    const NAME: &str = "at_once::eight_processes_that_log_in_the_same_fifty_people_at_once_move_each_of_them_once";
    log_in_from_eight_processes(NAME, None);
}

#[cfg(all(unix, feature = "postgres"))]
#[test]
fn eight_processes_on_one_postgresql_move_each_of_them_once() {
    const NAME: &str = "at_once::eight_processes_on_one_postgresql_move_each_of_them_once";
    let server = if child::folder().is_some() { None } else { crate::postgres::PostgresServer::shared() };
    let url = server.map(|server| Runtime::new().unwrap().block_on(server.fresh_database()));
    if url.is_some() || child::folder().is_some() {
        log_in_from_eight_processes(NAME, url.as_deref());
    }
}

#[cfg(all(unix, feature = "mysql"))]
#[test]
fn eight_processes_on_one_mariadb_move_each_of_them_once() {
    const NAME: &str = "at_once::eight_processes_on_one_mariadb_move_each_of_them_once";
    let server = if child::folder().is_some() { None } else { crate::mysql::MySqlServer::mariadb() };
    let url = server.map(|server| Runtime::new().unwrap().block_on(server.fresh_database()));
    if url.is_some() || child::folder().is_some() {
        log_in_from_eight_processes(NAME, url.as_deref());
    }
}

/// The store is the database at `url`, or a file.
fn log_in_from_eight_processes(name: &str, url: Option<&str>) {
    if let Some(folder) = child::folder() {
        return Runtime::new().unwrap().block_on(log_everybody_in(&Site::at(folder)));
    }
    let dice = Dice::new(Dice::seed());
    let folder = TempDir::new().unwrap();
    let runtime = Runtime::new().unwrap();
    let site = runtime.block_on(Site::make(folder.path(), PEOPLE));

    #[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
    if let Some(url) = url {
        site.store_at(url);
    }

    // The store's file or tables are not there yet: making them is part of the race.
    let mut children: Vec<_> = (0..PROCESSES).map(|_| Child::start(name, site.folder())).collect();
    for child in &mut children {
        let first = child.line();
        assert_eq!(first.as_deref(), Some("ready"), "a process did not start: {}", child.complaints());
    }
    for child in &mut children {
        child.order(&dice.number().to_string());
    }

    let mut roads = BTreeMap::new();
    for child in children {
        let (status, lines, complaints) = child.end();
        assert!(status.success(), "a process failed: {complaints}");
        for (road, count) in tally(&lines) {
            *roads.entry(road).or_insert(0) += count;
        }
    }
    println!("{roads:?}");
    // Exactly one process moved each of them; all the others let them in by the row that it left.
    let expected = [
        ("right: in migrated", PEOPLE),
        ("right: in store", (PROCESSES - 1) * PEOPLE),
        ("wrong: refused wrong_password", PROCESSES * PEOPLE),
    ];
    assert_eq!(roads, expected.map(|(road, count)| (road.to_owned(), count)).into());

    runtime.block_on(async {
        let (store, passwords) = (site.store().await, passwords());
        let people = everybody(&store).await;
        assert_eq!(people.keys().copied().collect::<Vec<_>>(), (1..=PEOPLE).map(Person).collect::<Vec<_>>());
        for (person, user) in people {
            person.assert_is(&user, &passwords).await;
            assert_eq!(user.login_count, PROCESSES as u64, "a log-in was not counted, or twice");
        }
        store.close().await;
        if url.is_none() {
            assert_eq!(site.integrity(), "ok");
        }
    });
}

/// What a child does: everybody with the right password and with a wrong one, all at once, in an order of its own.
async fn log_everybody_in(site: &Site) {
    let store = site.store().await;
    let migrator = site.migrator(&store, &passwords());
    child::say("ready");
    let dice = Dice::new(child::hear().parse().unwrap());

    let mut attempts: Vec<_> =
        (1..=PEOPLE).flat_map(|number| [(Person(number), true), (Person(number), false)]).collect();
    dice.shuffle(&mut attempts);
    let mut running = JoinSet::new();
    for (person, is_right) in attempts {
        let migrator = migrator.clone();
        running.spawn(async move {
            let (what, attempt) = if is_right { ("right", person.right()) } else { ("wrong", person.wrong()) };
            child::say(format!("{} {what}: {}", person.0, report(&migrator, attempt).await));
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
    migrator.settled().await;
    store.close().await;
}

/// How often each came to pass, when nobody is left out or comes twice.
fn tally(lines: &[String]) -> BTreeMap<String, usize> {
    let mut roads = BTreeMap::new();
    let mut seen = BTreeMap::new();
    for line in lines {
        let (person, road) = line.split_once(' ').unwrap();
        assert!(!road.contains("error"), "{line}");
        *roads.entry(road.to_owned()).or_insert(0) += 1;
        *seen.entry(person.to_owned()).or_insert(0) += 1;
    }
    assert!(seen.len() == PEOPLE && seen.values().all(|count| *count == 2), "{seen:?}");
    roads
}
