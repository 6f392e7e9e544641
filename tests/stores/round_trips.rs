//! How often a call goes to the server and back, counted between the two.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use waystation::{
    Identifier, IdentifierRules, UserStore,
    clock::Timestamp,
    identifier::StandardRules,
    password::PasswordHash,
    store::{BulkWrite, Key, OnTombstone},
    user::{Credential, NewUser, Profile, UserChange, UserId, Version},
};

/// What sqlx's pool sends on a connection that is given back, to PostgreSQL and to MySQL. No call waits for it.
const PINGS: [&[u8]; 2] = [b"S\0\0\0\x04", b"\x01\0\0\0\x0e"];

/// Passes on what a client and a server say to each other.
#[derive(Default)]
struct Proxy {
    round_trips: AtomicUsize,
    /// Whether the server was the last to speak.
    answered: AtomicBool,
}

impl Proxy {
    /// The address of a proxy for the server at this port, which serves for as long as the runtime.
    async fn start(port: u16) -> (Arc<Self>, u16) {
        let proxy = Arc::new(Self { answered: AtomicBool::new(true), ..Self::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = Arc::clone(&proxy);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap();
                server.set_nodelay(true).unwrap();
                client.set_nodelay(true).unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(Arc::clone(&accepting).pass(from_client, to_server, false));
                tokio::spawn(Arc::clone(&accepting).pass(from_server, to_client, true));
            }
        });
        (proxy, address.port())
    }

    /// A round trip begins with what a client says after the server has spoken, however many packets each takes.
    async fn pass(self: Arc<Self>, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, answers: bool) {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let said = &buffer[..length];
            if !PINGS.contains(&said) && self.answered.swap(answers, Ordering::SeqCst) && !answers {
                self.round_trips.fetch_add(1, Ordering::SeqCst);
            }
            if to.write_all(said).await.is_err() {
                break;
            }
        }
    }

    /// How many round trips a call takes.
    async fn count<T>(&self, call: impl Future<Output = T>) -> usize {
        let before = self.round_trips.load(Ordering::SeqCst);
        let _answer = call.await;
        self.round_trips.load(Ordering::SeqCst) - before
    }
}

fn email(name: &str) -> Identifier {
    StandardRules::new().parse(&format!("{name}@example.com")).unwrap()
}

fn person(name: &str) -> NewUser {
    let mut profile = Profile::default();
    profile.set_identifier(email(name));
    let hash = Credential::Hash(PasswordHash::new("$2b$10$abcdefghijklmnopqrstuuJ1r0mOQ9WQkLw7PpYzG0kV0m5v0mXGi"));
    NewUser::new(UserId::new(name), profile, hash, Timestamp::from_micros(1))
}

/// What the guide's page on the stores says, over one connection that has every statement prepared.
async fn calls_take_few_round_trips(store: &dyn UserStore, proxy: &Proxy, update: usize, bulk_write: usize) {
    let (id, at) = (UserId::new("ada"), Timestamp::from_micros(2));
    let change = || UserChange::at(at).same_password(Credential::PendingPassword);
    let people = |round: usize| (0..500).map(move |number| person(&format!("{round}-{number}"))).collect();
    let _created = store.insert(person("ada"), OnTombstone::Refuse).await.unwrap();
    for round in 0..2 {
        let (email, bob) = (email("ada"), person(&format!("bob-{round}")));
        let version = Version::new(1 + u64::try_from(round).unwrap());
        let counts = [
            ("look-up", 1, proxy.count(store.find(Key::Identifier(&email))).await),
            ("insert", 1, proxy.count(store.insert(bob, OnTombstone::Refuse)).await),
            ("update", update, proxy.count(store.update(&id, version, change())).await),
            ("log-in", 1, proxy.count(store.record_login(&id, at)).await),
            (
                "bulk write",
                bulk_write,
                proxy.count(store.as_bulk().unwrap().write(&BulkWrite::new(people(round)))).await,
            ),
        ];
        for (call, expected, counted) in counts.into_iter().filter(|_| round > 0) {
            assert_eq!(counted, expected, "{call}");
        }
    }
    let found = store.find(Key::Id(&id)).await.unwrap().into_user().unwrap();
    assert_eq!((found.version, found.login_count), (Version::new(3), 2), "the calls did what they are for");
    assert_eq!(store.as_bulk().unwrap().scan(None, 2_000).await.unwrap().len(), 1_003);
}

/// Begin, a savepoint, a plan for the list and its insert, a look for any tombstone, the release, and the commit.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn calls_of_the_postgres_store_take_few_round_trips() {
    let Some(server) = crate::postgres::PostgresServer::shared() else { return };
    let (proxy, port) = Proxy::start(server.port()).await;
    let url = server.fresh_database().await.replace(&format!(":{}/", server.port()), &format!(":{port}/"));
    let store = waystation::store::PostgresStore::builder(&url).unwrap().connections(1).open().await.unwrap();
    calls_take_few_round_trips(&store, &proxy, 1, 7).await;
}

/// Begin, a savepoint, the insert, a look for any tombstone, the release, and the commit. An UPDATE does not return the
/// row.
#[cfg(feature = "mysql")]
#[tokio::test]
async fn calls_of_the_mysql_store_take_few_round_trips() {
    // MySQL speaks TLS, and round trips are counted in the clear.
    let Some(server) = crate::mysql::MySqlServer::mariadb() else { return };
    let (proxy, port) = Proxy::start(server.port()).await;
    let url = server.fresh_database().await.replace(&format!(":{}/", server.port()), &format!(":{port}/"));
    let store = waystation::store::MySqlStore::builder(&url).unwrap().connections(1).open().await.unwrap();
    calls_take_few_round_trips(&store, &proxy, 2, 6).await;
}
