//! A shop in the middle of its migration, and the management API and its page over it: something to look at and to try
//! clients on.
//!
//! `cargo run --features admin,digest,sqlite --example admin_server [HOST:PORT]` makes a legacy database of some thousand
//! people, lets some of them log in on every day of a month, prints the address and a token, and serves until Ctrl-C. All of
//! it is in a temporary folder, which is gone then.

use std::{env, error::Error as StdError, net::SocketAddr, sync::Arc};

use axum::{Router, routing::get};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use tokio::{net::TcpListener, signal, sync::oneshot};
use waystation::{
    Passwords, SqliteStore, UserStore, admin,
    api::{Api, ApiWorker, Connection, Scope, StaticTokens},
    bulk::Importer,
    clock::SystemClock,
    entropy::{Entropy, SystemEntropy},
    password::HashPolicy,
};

use self::shop::Shop;

#[path = "admin_server/month.rs"]
mod month;
#[path = "admin_server/shop.rs"]
mod shop;

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    // The API speaks no TLS: a token that comes from elsewhere could be read on its way.
    if !address.ip().is_loopback() {
        return Err("only this machine may ask: give an address of loopback".into());
    }
    let folder = tempfile::tempdir()?;

    // The weakest policy that there is: nobody's password is at stake, and a month is to pass in seconds.
    let passwords = Arc::new(Passwords::builder().policy(HashPolicy::argon2id(8, 1, 1)?).build()?);
    let shop = Shop::open(folder.path().join("shop.sqlite3"), Arc::clone(&passwords))?;
    let store = SqliteStore::open(folder.path().join("users.sqlite3"), "customers").await?;
    let moved = month::pass(&shop, &store).await?;
    println!("{moved} of {} people have moved in the last {} days", shop::PEOPLE, month::DAYS);

    let migrator = shop.migrator(&store, Arc::new(SystemClock::new()))?;
    let token = token()?;
    let store: Arc<dyn UserStore> = Arc::new(store);
    let api = Api::builder(
        Arc::clone(&store),
        Arc::new(migrator.clone()),
        folder.path().join("spool"),
        format!("http://{address}/api/v2"),
    )
    .authoriser(Arc::new(StaticTokens::new()?.token(&token, Scope::ALL.iter().copied())))
    .connection(Connection::new("customers").provider(shop::SOURCE))
    .legacy(shop.connection())
    .passwords(Arc::clone(&passwords))
    .build()?;
    let worker = ApiWorker::new(api.clone(), Importer::builder(store).passwords(passwords).build());

    println!("http://{address}/api/v2/admin/ is the page");
    println!("token: {token}");
    println!("curl -H 'Authorization: Bearer {token}' 'http://{address}/api/v2/users?per_page=3&include_totals=true'");

    // Requests end first, then the jobs: what was answered is done.
    let (end, ended) = oneshot::channel::<()>();
    let working = tokio::spawn(async move { worker.run_until(async { drop(ended.await) }).await });
    let served = service(api.clone(), address);
    let over = async move {
        interrupted().await;
        // Whoever follows a job would hold up the end.
        api.close_events();
    };
    axum::serve(listener, served).with_graceful_shutdown(over).await?;
    println!("stopping");
    drop(end);
    working.await??;
    migrator.settled().await;
    Ok(())
}

/// Everything that is served: the one place that knows.
fn service(api: Api, address: SocketAddr) -> Router {
    let text = format!(
        "A demonstration: the page is at http://{address}/api/v2/admin/, the API at http://{address}/api/v2.\n"
    );
    Router::new().route("/", get(async move || text)).nest("/api/v2", admin::router(api))
}

/// 32 random bytes.
fn token() -> Result<String, Box<dyn StdError>> {
    let mut random = [0; 32];
    SystemEntropy::default().fill(&mut random)?;
    Ok(Base64UrlUnpadded::encode_string(&random))
}

/// Comes back at Ctrl-C, or when whoever started this ends it.
async fn interrupted() {
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => terminate.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        _ = signal::ctrl_c() => {}
        _ = terminated => {}
    }
}
