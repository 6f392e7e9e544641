use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use waystation::{
    MemoryStore, SqliteStore, UserStore,
    store::{MySqlStore, PostgresStore, StoreError},
};

use crate::{failure::Failure, settings::Settings};

/// The stores of SQLite that this process has opened.
static OPENED: Mutex<Vec<SqliteStore>> = Mutex::new(Vec::new());

/// Folds the logs of stores of SQLite into their files, so that a copy of the file is one of the store.
pub(crate) async fn close() {
    let opened = std::mem::take(&mut *OPENED.lock().unwrap_or_else(PoisonError::into_inner));
    for store in opened {
        if let Err(error) = store.close().await {
            tell!("waystation: the log of the store stays beside its file: {error}");
        }
    }
}

/// What becomes of an address where there is no store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Missing {
    /// It is made: something is to be written.
    Create,
    /// It is an error: what was just made is not what somebody wants to look into.
    Refuse,
}

/// Opens the store of the settings.
///
/// # Errors
///
/// When there is none, or it cannot be opened.
pub(crate) async fn open(settings: &Settings, missing: Missing) -> Result<Arc<dyn UserStore>, Failure> {
    opened(settings, missing).await?.map_err(|error| Failure::of("the store cannot be opened", error))
}

/// What comes of opening the store at the address of the settings.
async fn opened(settings: &Settings, missing: Missing) -> Result<Result<Arc<dyn UserStore>, StoreError>, Failure> {
    let (address, name) = (settings.store()?, settings.connection());
    let (kind, rest) = address.split_once(':').unwrap_or((address, ""));
    let create = missing == Missing::Create;
    Ok(match kind {
        "sqlite" => {
            let builder = SqliteStore::builder(file(rest)).connection_name(name).create_if_missing(create);
            builder.open().await.map(|store| {
                OPENED.lock().unwrap_or_else(PoisonError::into_inner).push(store.clone());
                Arc::new(store) as _
            })
        }
        "postgres" | "postgresql" => {
            let open =
                async || PostgresStore::builder(address)?.connection_name(name).create_if_missing(create).open().await;
            open().await.map(|store| Arc::new(store) as _)
        }
        "mysql" | "mariadb" => {
            let open =
                async || MySqlStore::builder(address)?.connection_name(name).create_if_missing(create).open().await;
            open().await.map(|store| Arc::new(store) as _)
        }
        _ => {
            return Err(Failure::misused(
                "the address of the store begins with none of `sqlite:`, `postgres://` and `mysql://`",
            ));
        }
    })
}

/// The store of the settings, or, before there is one, an empty one of this process.
///
/// # Errors
///
/// When there is one and it cannot be opened.
pub(crate) async fn open_or_empty(settings: &Settings) -> Result<Arc<dyn UserStore>, Failure> {
    let is_there = settings.has_store()
        && settings.store()?.strip_prefix("sqlite:").is_none_or(|rest| Path::new(file(rest)).exists());
    if is_there {
        match opened(settings, Missing::Refuse).await? {
            Err(StoreError::Missing { .. }) => {}
            opened => return opened.map_err(|error| Failure::of("the store cannot be opened", error)),
        }
    }
    tell!("there is no store yet: it is taken for one that nobody is in");
    Ok(Arc::new(MemoryStore::new()))
}

/// The file of an address of SQLite, without its scheme.
fn file(rest: &str) -> &str {
    rest.strip_prefix("//").unwrap_or(rest)
}

/// Says that the connection has nobody, which is what a name that was not spelt right looks like.
pub(crate) fn tell_that_nobody_is_there(settings: &Settings) {
    tell!("there is nobody in the connection `{}` of the store", settings.connection());
}

/// The failure of a store that lacks a capability; of ours none does.
pub(crate) fn lacks(what: &'static str) -> Failure {
    Failure::misused(format!("this store cannot {what}"))
}
