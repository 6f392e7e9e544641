//! A cluster of three servers, each of which takes writes: log-ins on all of them, while one is killed and comes back.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tempfile::TempDir;
use tokio::{runtime::Runtime, task::JoinSet};
use waystation::{
    LazyMigrator, Passwords, UserStore,
    clock::{Clock, SystemClock, Timestamp},
    store::{Deletion, Insert, Key, Lookup, MySqlStore, OnTombstone},
    user::{Credential, NewUser, Profile, UserId},
};

use crate::{
    galera::{GaleraCluster, NODES, SUSPECTED},
    site::{Person, Site, Store, everybody, passwords, report},
};

/// Who log in for the first time around the time at which a node is killed.
const EARLY: usize = 60;
/// Everybody: the others come when the node is back.
const PEOPLE: usize = 100;
/// Log-ins that run at once on each node.
const CROWD: usize = 6;
/// How long a log-in waits for a connection to a node: longer than the cluster takes to give up another one.
const ACQUIRE: Duration = Duration::from_secs(5);
/// The node that is killed: not the one that the cluster was made by.
const KILLED: usize = 2;

#[test]
fn a_galera_cluster_that_loses_a_node_under_load_loses_nobody_and_moves_nobody_twice() {
    let Some(mut cluster) = GaleraCluster::start() else { return };
    cluster.create_database("users");
    let folder = TempDir::new().unwrap();
    let runtime = Runtime::new().unwrap();
    let (site, passwords) = (runtime.block_on(Site::make(folder.path(), PEOPLE)), passwords());
    let stores = runtime.block_on(open_at_once(&cluster));
    let migrators: Vec<_> = stores.iter().map(|store| site.migrator(store, &passwords)).collect();

    runtime.block_on(read_what_another_node_wrote(&stores));

    // The early ones, over and over on every node, through the death of one of them.
    let load = Load::default();
    let running: Vec<_> =
        (0..NODES).map(|node| runtime.spawn(load.clone().log_in_until_over(node, migrators[node].clone()))).collect();
    load.wait_for(&runtime, |load| load.ended() > EARLY);
    for down in &load.down {
        down.store(true, Ordering::Relaxed);
    }
    cluster.kill(KILLED);
    let clock = SystemClock::new();
    let let_in: Vec<_> = load.let_in.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    load.wait_for(&runtime, |load| {
        // More than were under way on a node when the other one died.
        (0..NODES)
            .filter(|&node| node != KILLED)
            .all(|node| load.let_in[node].load(Ordering::Relaxed) > let_in[node] + 3 * CROWD)
    });
    let fail_over = clock.monotonic();
    println!("after {fail_over:?}, the other nodes let people in");
    assert!(fail_over < 10 * SUSPECTED, "the other nodes let nobody in for {fail_over:?}");
    for (_, down) in load.down.iter().enumerate().filter(|(node, _)| *node != KILLED) {
        down.store(false, Ordering::Relaxed);
    }
    cluster.restart(KILLED);
    println!("after {:?}, the node is back", clock.monotonic());
    // What began before that may still end as an outage.
    load.pass(&runtime);
    load.down[KILLED].store(false, Ordering::Relaxed);
    load.pass(&runtime);
    load.over.store(true, Ordering::Relaxed);
    let mut moved = 0;
    for (node, running) in running.into_iter().enumerate() {
        let roads = runtime.block_on(running).unwrap();
        println!("node {node}: {roads:?}");
        assert_only_outages(&roads);
        moved += roads.get("right: in migrated").copied().unwrap_or_default();
    }
    // Fewer if the answer of the node that was killed was lost, when the row was not.
    assert!((EARLY - CROWD..=EARLY).contains(&moved), "{moved} of {EARLY} were moved");

    // The others, on all nodes at once. All is well, so nothing may fail: each conflict has to be retried.
    let before = conflicts(&cluster);
    let roads = runtime.block_on(log_in_everywhere_at_once(&migrators));
    println!("all nodes: {roads:?}, conflicts {before:?} and then {:?}", conflicts(&cluster));
    let newcomers = PEOPLE - EARLY;
    let expected = [
        ("right: in migrated", newcomers),
        ("right: in store", (NODES - 1) * newcomers),
        ("wrong: refused wrong_password", NODES * newcomers),
    ];
    assert_eq!(roads, expected.map(|(road, count)| (road.to_owned(), count)).into());
    let count = |conflicts: [u64; NODES]| conflicts.into_iter().sum::<u64>();
    assert!(count(conflicts(&cluster)) > count(before), "no two nodes were in each other's way: nothing was shown");

    runtime.block_on(everybody_is_the_same_on_every_node(stores, migrators, &passwords));
}

/// What many log-ins share.
#[derive(Clone, Debug, Default)]
struct Load {
    over: Arc<AtomicBool>,
    /// Whether log-ins may fail on a node.
    down: [Arc<AtomicBool>; NODES],
    ended: [Arc<AtomicUsize>; NODES],
    let_in: [Arc<AtomicUsize>; NODES],
}

impl Load {
    /// Log-ins that have come to their ends.
    fn ended(&self) -> usize {
        self.ended.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// Waits until something can be said of the load.
    fn wait_for(&self, runtime: &Runtime, is_so: impl Fn(&Self) -> bool) {
        let clock = SystemClock::new();
        while !is_so(self) {
            assert!(clock.monotonic() < Duration::from_mins(1), "it does not come to that: {self:?}");
            runtime.block_on(clock.sleep(Duration::from_millis(1)));
        }
    }

    /// Until every node has ended what it is at, and more.
    fn pass(&self, runtime: &Runtime) {
        let ended = self.ended.clone().map(|count| count.load(Ordering::Relaxed));
        self.wait_for(runtime, |load| {
            (0..NODES).all(|node| load.ended[node].load(Ordering::Relaxed) > ended[node] + 2 * EARLY)
        });
    }

    /// How often each came to pass on this node. All nodes begin with the same people.
    async fn log_in_until_over(self, node: usize, migrator: LazyMigrator) -> BTreeMap<String, usize> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut crowd = JoinSet::new();
        for _ in 0..CROWD {
            let (load, next, migrator) = (self.clone(), Arc::clone(&next), migrator.clone());
            crowd.spawn(async move {
                let mut roads = BTreeMap::new();
                while !load.over.load(Ordering::Relaxed) {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let person = Person(1 + turn % EARLY);
                    let is_wrong = turn % 7 == 3;
                    let (what, attempt) = if is_wrong { ("wrong", person.wrong()) } else { ("right", person.right()) };
                    let may_fail = load.down[node].load(Ordering::Relaxed);
                    let mut road = format!("{what}: {}", report(&migrator, attempt).await);
                    if road.contains("error") {
                        if !may_fail && !load.down[node].load(Ordering::Relaxed) {
                            road.push_str(" while all was well");
                        }
                        // As a person would: not again at once.
                        SystemClock::new().sleep(Duration::from_millis(20)).await;
                    } else if !is_wrong {
                        load.let_in[node].fetch_add(1, Ordering::Relaxed);
                    }
                    *roads.entry(road).or_insert(0) += 1;
                    load.ended[node].fetch_add(1, Ordering::Relaxed);
                }
                roads
            });
        }
        let mut roads = BTreeMap::new();
        while let Some(some) = crowd.join_next().await {
            for (road, count) in some.unwrap() {
                *roads.entry(road).or_insert(0) += count;
            }
        }
        roads
    }
}

/// A store on each node. None of them has tables yet: making them is part of the race.
async fn open_at_once(cluster: &GaleraCluster) -> Vec<Store> {
    let mut opening = JoinSet::new();
    for node in 0..NODES {
        let builder = MySqlStore::builder(&cluster.url(node, "users")).unwrap();
        let builder = builder.connection_name("customers").connections(8).acquire_timeout(ACQUIRE);
        opening.spawn(async move { (node, builder.open().await.unwrap()) });
    }
    let mut stores = opening.join_all().await;
    stores.sort_by_key(|(node, _)| *node);
    stores.into_iter().map(|(_, store)| Store::MySql(store)).collect()
}

/// Whoever has signed up through one node is known on the next one at once, and whoever was deleted is gone.
async fn read_what_another_node_wrote(stores: &[Store]) {
    let stores: Vec<Arc<dyn UserStore>> = stores.iter().map(Store::users).collect();
    let (mut unknown, mut kept, mut ghosts) = (0, 0, 0);
    for turn in 0..100 {
        let [first, second, third] = std::array::from_fn(|place| &stores[(turn + place) % NODES]);
        let id = UserId::new(format!("newcomer-{turn}"));
        let newcomer = NewUser::new(id.clone(), Profile::default(), Credential::None, Timestamp::from_micros(1));
        let inserted = first.insert(newcomer, OnTombstone::Refuse).await.unwrap();
        assert!(matches!(inserted, Insert::Created(_)), "{inserted:?}");
        unknown += usize::from(!matches!(second.find(Key::Id(&id)).await.unwrap(), Lookup::Found(_)));
        kept += usize::from(!third.delete(&id, Deletion::without_trace()).await.unwrap());
        ghosts += usize::from(!matches!(second.find(Key::Id(&id)).await.unwrap(), Lookup::Absent));
    }
    assert_eq!((unknown, kept, ghosts), (0, 0, 0), "unknown, kept and still seen, of 100");
}

async fn log_in_everywhere_at_once(migrators: &[LazyMigrator]) -> BTreeMap<String, usize> {
    let mut roads = BTreeMap::new();
    let mut running = JoinSet::new();
    for person in (EARLY + 1..=PEOPLE).map(Person) {
        for migrator in migrators {
            for (what, attempt) in [("right", person.right()), ("wrong", person.wrong())] {
                let migrator = migrator.clone();
                running.spawn(async move { format!("{what}: {}", report(&migrator, attempt).await) });
            }
        }
    }
    while let Some(road) = running.join_next().await {
        *roads.entry(road.unwrap()).or_insert(0) += 1;
    }
    roads
}

/// A right password was never refused, nor a wrong one let in; and log-ins failed only as an outage: on the node that was
/// killed until it was back, on the others until it was given up.
fn assert_only_outages(roads: &BTreeMap<String, usize>) {
    for road in roads.keys() {
        let outage = road.contains("error") && road.contains("Unavailable") && !road.contains("while all was well");
        let known = ["right: in migrated", "right: in store", "wrong: refused wrong_password"].contains(&road.as_str());
        assert!(outage || known, "{road}");
    }
}

/// How often each node gave up a transaction for one of another node, before or after it was asked to commit.
fn conflicts(cluster: &GaleraCluster) -> [u64; NODES] {
    std::array::from_fn(|node| {
        let count = |name| cluster.status(node, name).unwrap().parse::<u64>().unwrap();
        count("wsrep_local_cert_failures") + count("wsrep_local_bf_aborts")
    })
}

async fn everybody_is_the_same_on_every_node(stores: Vec<Store>, migrators: Vec<LazyMigrator>, passwords: &Passwords) {
    for migrator in migrators {
        for person in (1..=PEOPLE).map(Person) {
            assert_eq!(report(&migrator, person.right()).await, "in store", "{person:?}");
            assert_eq!(report(&migrator, person.wrong()).await, "refused wrong_password", "{person:?}");
        }
        migrator.settled().await;
    }
    let mut nodes = Vec::new();
    for store in &stores {
        nodes.push(everybody(store).await);
    }
    assert_eq!(nodes[0].len(), PEOPLE);
    for (person, user) in &nodes[0] {
        person.assert_is(user, passwords).await;
    }
    assert!(nodes.iter().all(|node| *node == nodes[0]), "the nodes differ");
    for store in stores {
        store.close().await;
    }
}
