//! People of a real Django site log in and are moved.
//!
//! `cargo run --example quickstart` reads `tests/data/django/legacy.sqlite3`, a database made by four releases of
//! Django with all of their hashers, and keeps its own store under `target/quickstart/`. Run it twice.

use std::{
    collections::HashSet,
    error::Error,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use waystation::{
    LazyMigrator, LegacyConnection, LogIn, LogInOutcome, Migrator, Passwords, SqliteStore, UserStore,
    event::{Event, EventKind, Observer},
    legacy::preset::Django,
    migrator::Origin,
    report::{self, Progress},
};

const LEGACY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/django/legacy.sqlite3");
const PEOPLE: &str = include_str!("../tests/data/django/people.json");
/// Who comes only in a crowd.
const CROWD: &str = "wanda";
const STORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/quickstart/users.sqlite3");

/// Counts the questions to the legacy system.
#[derive(Debug, Default)]
struct Questions(AtomicU64);

impl Observer for Questions {
    fn observe(&self, event: &Event) {
        if let EventKind::LegacyAsked { .. } = event.kind {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

struct Demo {
    migrator: LazyMigrator,
    questions: Arc<Questions>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(folder) = Path::new(STORE).parent() {
        std::fs::create_dir_all(folder)?;
    }

    // The whole set-up: a store, a legacy system, and a migrator between them.
    let passwords = Arc::new(Passwords::builder().build()?);
    let legacy = Arc::new(Django::new().sqlite(LEGACY, Arc::clone(&passwords)).build());
    let store = Arc::new(SqliteStore::open(STORE, "customers").await?);
    let questions = Arc::new(Questions::default());
    let migrator = LazyMigrator::builder(store.clone(), legacy.clone())
        .passwords(Arc::clone(&passwords))
        .observer(questions.clone())
        .build()?;

    let people: Vec<serde_json::Value> = serde_json::from_str(PEOPLE)?;
    let demo = Demo { migrator, questions };
    let before = progress(&*store, &*legacy).await?;
    if before.moved() > 0 {
        println!("{} of {} people are here from an earlier run.\n", before.moved(), before.legacy_users());
    }

    println!("{:<28}{:<15}{:<41}legacy asked", "who", "Django's hash", "log-in");
    let mut seen = HashSet::new();
    for person in people.iter().filter(|person| person["username"] != CROWD) {
        demo.show(person, seen.insert(person["hasher"].as_str())).await?;
    }
    demo.show_a_crowd(&people).await?;
    demo.migrator.settled().await;

    let after = progress(&*store, &*legacy).await?;
    if before.moved() > 0 && after == before {
        println!("\nEveryone is here already: nobody was moved, and no moved person's log-in asked the legacy system.");
    }
    println!("\n{} of {} people have moved. Left:", after.moved(), after.legacy_users());
    let mut next = None;
    loop {
        let directory = legacy.as_directory().ok_or("the legacy system has no list of users")?;
        let page = report::left(&*store, directory, Some(&passwords), next.as_ref(), 100).await?;
        for person in page.left {
            let name = person.user.and_then(|user| user.profile.username).map(|name| name.original().to_owned());
            println!("  {:<24} {}", name.unwrap_or_default(), person.why.as_str());
        }
        match page.next {
            Some(key) => next = Some(key),
            None => break,
        }
    }
    store.close().await?;
    Ok(())
}

async fn progress(store: &dyn UserStore, legacy: &dyn LegacyConnection) -> Result<Progress, Box<dyn Error>> {
    let stats = store.as_stats().ok_or("the store cannot count")?;
    let directory = legacy.as_directory().ok_or("the legacy system has no list of users")?;
    Ok(Progress::read(stats, directory).await?)
}

impl Demo {
    /// Logs one person in: the first of each hasher with a wrong password, then with the right one, and once more.
    async fn show(&self, person: &serde_json::Value, is_first: bool) -> Result<(), Box<dyn Error>> {
        let text = |key: &str| person.get(key).and_then(serde_json::Value::as_str);
        let (Some(name), Some(hasher), Some(wrong)) = (text("username"), text("hasher"), text("wrong_password")) else {
            return Err("an entry of people.json lacks its name".into());
        };
        // Mixed case on purpose: identifiers are folded, their spelling is kept.
        let address = text("email").filter(|email| !email.is_empty() && !name.starts_with("ines")).unwrap_or(name);
        if is_first {
            self.log_in(address, hasher, "wrong password", wrong).await;
        }
        if let Some(right) = text("password") {
            self.log_in(address, hasher, "right password", right).await;
            self.log_in(address, hasher, "once more", right).await;
        }
        Ok(())
    }

    async fn log_in(&self, name: &str, hasher: &str, what: &str, password: &str) {
        let before = self.questions.0.load(Ordering::Relaxed);
        let told = match self.migrator.log_in(LogIn::new(name, password)).await {
            Ok(LogInOutcome::Authenticated(session)) if session.origin == Origin::Migrated => "in, and moved".into(),
            Ok(LogInOutcome::Authenticated(_)) => "in, from the store".into(),
            Ok(LogInOutcome::Refused(reason)) => format!("refused ({})", reason.as_str()),
            Err(error) => format!("not decided: {error}"),
        };
        let asked = if self.questions.0.load(Ordering::Relaxed) > before { "yes" } else { "no" };
        println!("{name:<28}{hasher:<15}{:<41}{asked}", format!("{what}: {told}"));
    }

    /// Sixteen log-ins of one person at once, three quarters of them with the right password.
    async fn show_a_crowd(&self, people: &[serde_json::Value]) -> Result<(), Box<dyn Error>> {
        let text = |key: &str| {
            let wanda = people.iter().find(|person| person["username"] == CROWD);
            wanda.and_then(|person| person[key].as_str()).ok_or("nobody to come in a crowd").map(str::to_owned)
        };
        let (right, wrong) = (text("password")?, text("wrong_password")?);
        let before = self.questions.0.load(Ordering::Relaxed);
        let mut attempts = tokio::task::JoinSet::new();
        for number in 0..16 {
            let (migrator, password) = (self.migrator.clone(), if number % 4 == 3 { &wrong } else { &right });
            let attempt = LogIn::new(CROWD, password.as_str());
            attempts.spawn(async move { migrator.log_in(attempt).await });
        }
        let (mut let_in, mut refused) = (0, 0);
        while let Some(outcome) = attempts.join_next().await {
            match outcome?? {
                LogInOutcome::Authenticated(_) => let_in += 1,
                LogInOutcome::Refused(_) => refused += 1,
            }
        }
        let asked = self.questions.0.load(Ordering::Relaxed) - before;
        println!("\n{CROWD}, 16 log-ins at once: {let_in} in, {refused} refused, legacy asked {asked} times");
        Ok(())
    }
}
