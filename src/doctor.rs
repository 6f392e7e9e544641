//! Whether a migration is ready to begin: looked at before anybody logs in, and without writing anything.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use waystation::legacy::{ScriptedConnection, ScriptedPerson};
//! use waystation::{LazyMigrator, MemoryStore, doctor::Code};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In one system these are two people. Here they would be one.
//! let legacy = ScriptedConnection::new("old-shop")
//!     .person(ScriptedPerson::parse("1", "ada@example.com", "difference engine")?)
//!     .person(ScriptedPerson::parse("2", "Ada@Example.com", "analytical engine")?);
//! let migrator = LazyMigrator::builder(Arc::new(MemoryStore::new()), Arc::new(legacy)).build()?;
//!
//! let diagnosis = migrator.doctor().request_deadline(Duration::from_secs(10)).examine().await;
//! println!("{diagnosis}");
//! assert!(!diagnosis.is_fit());
//! assert_eq!(diagnosis.of(Code::LegacyIdentifierCollision).count(), 1);
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use crate::{
    migrator::LazyMigrator,
    password::{Password, PasswordHash},
    phase::Phase,
};

mod code;
mod diagnosis;
mod finding;
mod legacy;
mod passwords;
mod sample;
mod settings;
mod store;
mod stranger;

pub use code::{Code, Severity};
pub use diagnosis::Diagnosis;
pub use finding::{Finding, Site};

use stranger::Stranger;

/// Looks at everything that a [`LazyMigrator`] is made of, and says what is wrong with it.
///
/// Made by [`LazyMigrator::doctor`]. It asks the store, the legacy system through the migrator's own guard, and the
/// hashing pool; it looks at a sample of the legacy system's users. It **never writes**, neither here nor there.
///
/// | option | default |
/// |---|---|
/// | [`sample`](Self::sample), [`everybody`](Self::everybody) | the first 1,000 users of the legacy system's list |
/// | [`known`](Self::known) | none |
/// | [`request_deadline`](Self::request_deadline) | not known |
/// | [`without_trial`](Self::without_trial) | one log-in of somebody who does not exist |
///
/// What the legacy system notices of it: one look-up for each kind of identifier and five for people of the sample, one
/// failed log-in, and the reading of its list. In [`Phase::Sealed`] it is asked who is left, and nothing else.
#[derive(Clone, Debug)]
#[must_use = "nothing is looked at before `examine`"]
pub struct Doctor {
    migrator: LazyMigrator,
    sample: usize,
    known: Vec<(Password, PasswordHash)>,
    request_deadline: Option<Duration>,
    tries_log_in: bool,
}

impl LazyMigrator {
    /// What says whether this migrator is ready to go live.
    pub fn doctor(&self) -> Doctor {
        Doctor { migrator: self.clone(), sample: 1_000, known: Vec::new(), request_deadline: None, tries_log_in: true }
    }
}

impl Doctor {
    /// Looks at so many users of the legacy system's list, from its start, and at as many rows of the store.
    ///
    /// For each of them the store is asked for their keys, one after the other: a thousand take about a second.
    pub const fn sample(mut self, users: usize) -> Self {
        self.sample = users;
        self
    }

    /// Looks at all of them, in constant memory but for the digests of the first million identifiers.
    pub const fn everybody(self) -> Self {
        self.sample(usize::MAX)
    }

    /// A password whose hash is known, such as that of a test account: it must open it. Once for each scheme with a
    /// salt, key or form of its own, and once for each pepper, whose hash names it.
    pub fn known(mut self, password: impl Into<Password>, hash: PasswordHash) -> Self {
        self.known.push((password.into(), hash));
        self
    }

    /// How long the host, or the proxy before it, lets a request take.
    pub const fn request_deadline(mut self, deadline: Duration) -> Self {
        self.request_deadline = Some(deadline);
        self
    }

    /// Tries no log-in at the legacy system: for one that counts failed log-ins by address and has little patience.
    pub const fn without_trial(mut self) -> Self {
        self.tries_log_in = false;
        self
    }

    /// Looks at everything. What cannot be looked at is a finding like any other.
    pub async fn examine(&self) -> Diagnosis {
        let mut findings = Vec::new();
        let hash = passwords::examine(self, &mut findings).await;
        let mut slowest_find = Duration::ZERO;
        match Stranger::make(self.migrator.rules(), self.migrator.entropy()) {
            Ok(stranger) => {
                let store_answers = store::examine(self, &stranger, &mut findings).await;
                if !matches!(self.migrator.phase(), Phase::Sealed) {
                    let legacy = legacy::examine(self, &stranger, &mut findings).await;
                    slowest_find = legacy.slowest_find;
                    if legacy.answers {
                        sample::examine(self, stranger.digests(), store_answers, &mut findings).await;
                    }
                }
            }
            Err(error) => findings.push(Finding::new(Code::EntropyMissing, error.to_string())),
        }
        settings::examine(self, hash, slowest_find, &mut findings);
        settings::examine_phase(self, &mut findings).await;
        Diagnosis::new(findings)
    }
}
