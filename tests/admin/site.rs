//! A page with people behind it: some who have moved, over some weeks and in several ways, and some who are left.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use waystation::{
    IdentifierRules as _, LegacyConnection, Passwords,
    clock::{Clock as _, SystemClock, Timestamp},
    identifier::{IdentifierKind, StandardRules},
    legacy::{Chain, ChainMember, ScriptedConnection, ScriptedPerson},
    password::PasswordHash,
    store::{Insert, OnTombstone},
    user::{Credential, Delegation, LegacyKey, Moved, MovedBy, NewUser, Profile, UserId},
};

use crate::{
    browser::Browser,
    server::{NOW, Server, TOKEN},
};

pub(crate) const HASH: &str = "$2b$04$p9o0XcE6hBzWzRfpq2IqEuIY2RlcKUvO5eBvlqn1ZwnmbxG1lWx8O";

const DAY: i64 = 86_400_000_000;

pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) legacy: ScriptedConnection,
    /// Where some come from too. Asked for who is left only where there are [two systems](visit_over_two_systems).
    pub(crate) shop: ScriptedConnection,
}

impl Site {
    pub(crate) async fn start(asks_shop: bool) -> Self {
        let (legacy, shop) = (ScriptedConnection::new("auth0"), ScriptedConnection::new("old-shop"));
        let listed: Arc<dyn LegacyConnection> = if asks_shop {
            let both = [ChainMember::new("auth0", legacy.clone()), ChainMember::new("old-shop", shop.clone())];
            Arc::new(Chain::new(both).unwrap())
        } else {
            Arc::new(legacy.clone())
        };
        let passwords = Arc::new(Passwords::builder().threads(1).build().unwrap());
        let server = Server::with(|api| api.legacy(listed).passwords(passwords)).await;
        Self { server, legacy, shop }
    }

    pub(crate) fn url(&self, view: &str) -> String {
        format!("http://{}/api/v2/admin/{view}", self.server.address())
    }

    /// Somebody who comes from `source`; where there is a way, they have moved by it so many days ago.
    pub(crate) async fn person(&self, source: &str, id: &str, email: &str, moved: Option<(MovedBy, i64)>) {
        let at = Timestamp::from_micros(NOW.as_micros() - moved.map_or(0, |(_, days)| days * DAY));
        let mut profile = Profile::default();
        profile.set_identifier(StandardRules::new().parse_as(IdentifierKind::Email, email).unwrap());
        profile.email_verified = true;
        profile.name = Some(format!("Person {id}"));
        profile.user_metadata.insert("plan".to_owned(), json!("basic"));
        let credential = match moved {
            Some((MovedBy::Adoption, _)) | None => Credential::Delegated(Delegation::to(source)),
            Some((MovedBy::Import, _)) => Credential::Hash(PasswordHash::declared("bcrypt", HASH)),
            Some(_) => Credential::Hash(PasswordHash::declared("argon2", HASH)),
        };
        let mut user = NewUser::new(UserId::new(format!("{source}|{id}")), profile, credential, at);
        user.legacy = Some(LegacyKey::new(source, id));
        user.moved = moved.map(|(by, _)| Moved::new(at, by));
        user.last_login = moved.map(|_| at);
        user.login_count = 3;
        assert!(matches!(self.server.store.insert(user, OnTombstone::Refuse).await.unwrap(), Insert::Created(_)));
    }

    /// Somebody at the legacy system.
    pub(crate) fn waits(&self, id: &str, email: &str) {
        self.legacy.add(ScriptedPerson::parse(id, email, "an old password").unwrap());
    }

    /// A town: three in four have moved.
    pub(crate) async fn fill(&self) {
        const WAYS: [MovedBy; 5] =
            [MovedBy::LogIn, MovedBy::Import, MovedBy::LogIn, MovedBy::Recovery, MovedBy::Adoption];
        for number in 0..240_usize {
            let (id, email) = (format!("{number:04}"), format!("person{number}@example.com"));
            self.waits(&id, &email);
            if number % 4 != 3 {
                let day = i64::try_from((number * number / 7 + number * 3) % 45).unwrap();
                self.person("auth0", &id, &email, Some((WAYS[number % 5], day))).await;
            }
        }
        for number in 0..30_i64 {
            let (id, email) = (format!("s{number}"), format!("shop{number}@example.org"));
            self.person("old-shop", &id, &email, Some((MovedBy::Import, 40 - number % 3))).await;
        }
        self.legacy.set_blocked("0003", true);
        self.count().await;
    }

    /// Counts everybody who is there now: the worker has counted when it started.
    pub(crate) async fn count(&self) {
        assert_eq!(self.server.get("/migration?again=true").await.status, 200);
    }
}

/// Lets a browser visit a page whose jobs are done and whose time passes, ten times as fast as elsewhere. Where there is no
/// browser, that was said.
pub(crate) async fn visit(test: impl AsyncFnOnce(&Site, &Browser)) {
    // What a long visit keeps is not for the stack.
    visit_with(true, false, async |site, browser| Box::pin(test(site, browser)).await).await;
}

/// The same where nobody does the jobs.
pub(crate) async fn visit_without_worker(test: impl AsyncFnOnce(&Site, &Browser)) {
    visit_with(false, false, async |site, browser| Box::pin(test(site, browser)).await).await;
}

/// The same where people come from two systems.
pub(crate) async fn visit_over_two_systems(test: impl AsyncFnOnce(&Site, &Browser)) {
    visit_with(true, true, async |site, browser| Box::pin(test(site, browser)).await).await;
}

async fn visit_with(has_worker: bool, asks_shop: bool, test: impl AsyncFnOnce(&Site, &Browser)) {
    let Some(browser) = Browser::start().await else { return };
    let site = Site::start(asks_shop).await;
    let clock = site.server.clock.clone();
    let ticking = async {
        loop {
            SystemClock::new().sleep(Duration::from_millis(10)).await;
            clock.advance(Duration::from_millis(100));
        }
    };
    tokio::select! {
        () = ticking => {}
        ended = site.server.worker.run_until(std::future::pending()), if has_worker => panic!("the worker ended: {ended:?}"),
        () = test(&site, &browser) => {}
    }
}

/// Opens a view and logs in.
pub(crate) async fn enter(site: &Site, browser: &Browser, view: &str) {
    browser.open(&site.url(view)).await;
    browser.fill("Bearer token", TOKEN).await;
    browser.click("Log in").await;
    browser.sees("Log out").await;
}
