//! Bringing in the users of an input.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::{
    bulk::Place,
    clock::{Clock, Timestamp},
    entropy::Entropy,
    password::Passwords,
    store::{BulkStore, UserStore},
    user::Credential,
};

mod batch;
mod builder;
mod distinct;
mod duplicates;
mod error;
mod input;
mod item;
mod job;
mod jobs;
mod lane;
mod merge;
mod names;
mod patience;
mod plan;
mod policy;
mod progress;
mod reading;
mod report;
mod room;
mod sample;
mod seen;
mod worker;

pub use builder::ImporterBuilder;
pub use error::{ImportError, ImportFailure};
pub use input::{FaultSink, Input, InputState, OpenedBy};
pub use job::{ImportSpec, JobObserver, OpenInput};
pub use jobs::{ImportJobs, ImportStatus, Submitted};
pub use plan::{Plan, keys_of, plan};
pub use policy::{CredentialMerge, IdentifierMerge, ImportPolicy, MatchBy, Merge};
pub use report::{ImportProgress, ImportReport, ImportStage};
pub use sample::{Sample, SampleAnswer};
pub use worker::{ImportWorker, Worked};

use batch::Run;
use distinct::Distinct;
use job::Keeper;
use names::Names;
use reading::{Reading, Stretch};

/// Imports users into a store: each batch in one transaction, in memory that does not grow with the input.
///
/// Reading and parsing are on a thread of their own. There are two batches at most in memory, each of
/// [`batch_records`](ImporterBuilder::batch_records) and [`batch_bytes`](ImporterBuilder::batch_bytes) at most: one that is
/// being read, or waits, and one that is being written; three for a store that writes two at once. New users cost the store
/// nothing but their insertion; who is there is looked up only when something stands in the way.
///
/// Records that share a key with an earlier one are faults: never insert-then-update. The latest keys of an input are kept in
/// 8 MiB of memory (16 in a dry run), and the store knows the earlier ones. When a key may have been there, or some of the users were in
/// the store before and there are more keys than memory holds (780,000 or more), the input is read through once more, and
/// 24 bytes a key are put aside in temporary files.
///
/// A clone shares everything with the importer that it was cloned from.
///
/// ```
/// use std::sync::Arc;
///
/// use waystation::bulk::{ImportRecord, Importer, OpenedBy, Place, ReadError, Record, RecordSource};
/// use waystation::identifier::{IdentifierRules, StandardRules};
/// use waystation::store::MemoryStore;
///
/// /// One user, and nobody else.
/// #[derive(Debug, Default)]
/// struct Ada(bool);
///
/// impl RecordSource for Ada {
///     fn next(&mut self) -> Result<Option<Record>, ReadError> {
///         if std::mem::replace(&mut self.0, true) {
///             return Ok(None);
///         }
///         let mut user = ImportRecord::new();
///         user.profile.email = StandardRules::default().parse("ada@example.com").ok();
///         Ok(Some(Record::new(Place::START, Place::START, Vec::new(), Ok(Box::new(user)))))
///     }
///
///     fn resume(&mut self, _: Place) -> Result<(), ReadError> {
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let importer = Importer::builder(Arc::new(store.clone())).build();
/// let input = Arc::new(OpenedBy::new(|| Ok(Box::new(Ada::default()) as Box<dyn RecordSource>)));
/// let dry = importer.clone().dry_run().run(input.clone()).await?;
/// let report = importer.run(input).await?;
/// assert_eq!((report.inserted, store.len()), (1, 1));
/// assert_eq!(dry.without_duration(), report.without_duration());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Importer {
    store: Arc<dyn UserStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    names: Names,
    policy: ImportPolicy,
    without_password: Credential,
    passwords: Option<Arc<Passwords>>,
    wraps: bool,
    sink: Option<Arc<Mutex<dyn FaultSink>>>,
    progress: Option<Watcher>,
    batch_records: usize,
    batch_bytes: usize,
    dry_run: bool,
    distinct: bool,
}

/// Who is told of the progress.
type Watcher = Arc<dyn Fn(&ImportProgress) + Send + Sync>;

impl Importer {
    /// An importer into `store` with everything at its default.
    pub fn builder(store: Arc<dyn UserStore>) -> ImporterBuilder {
        ImporterBuilder::new(store)
    }

    /// The same, which does everything and undoes it: the same verdicts and the same report, and nothing is written. No
    /// hash is wrapped; whether each could be is checked.
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// The same, without the first reading: the host knows that no two records share a key. Where that is not so, a later
    /// record may change the user whom an earlier one inserted.
    pub fn assume_distinct(mut self) -> Self {
        self.distinct = true;
        self
    }

    /// The same under another policy.
    pub fn with_policy(mut self, policy: ImportPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Imports all of `input`.
    ///
    /// When the store is unavailable, a batch is tried again after pauses, for about a minute in all.
    ///
    /// # Errors
    ///
    /// When the input cannot be read on, or the store or a temporary file fails. What had been done is in the error, and
    /// [`resume`](Self::resume) goes on from there.
    pub async fn run(&self, input: Arc<dyn Input>) -> Result<ImportReport, ImportError> {
        self.work(input, Stretch::default(), None).await
    }

    /// Goes on where an earlier run stopped: from its [`place`](ImportError::place), with its
    /// [`report`](ImportError::report).
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and when the input is not the same any more.
    pub async fn resume(
        &self,
        input: Arc<dyn Input>,
        place: Place,
        report: ImportReport,
    ) -> Result<ImportReport, ImportError> {
        self.work(input, Stretch { place, until: None, report }, None).await
    }

    /// Imports a stretch of `input`, for a job if there is one.
    async fn work(
        &self,
        input: Arc<dyn Input>,
        stretch: Stretch,
        keeper: Option<&Keeper>,
    ) -> Result<ImportReport, ImportError> {
        let mut run = Run::new(self, &stretch, keeper);
        match self.go(&mut run, input, stretch.until).await {
            Ok(()) => Ok(run.report),
            Err(failure) => Err(ImportError { place: run.place, report: Box::new(run.report), failure }),
        }
    }

    async fn go(&self, run: &mut Run<'_>, input: Arc<dyn Input>, until: Option<u64>) -> Result<(), ImportFailure> {
        let (distinct, seen) = Distinct::of(run, &input, until).await?;
        run.distinct = distinct;
        run.begin_to_write();
        let mut reading = Reading::begin(self, input, (run.place, until), seen, run.has_lanes());
        if run.has_lanes() {
            return run.import_in_lanes(reading).await;
        }
        loop {
            let batch = reading.next().await?;
            let is_last = batch.is_last;
            run.import(batch).await?;
            if is_last {
                return Ok(());
            }
            // Whoever wants to stop it is heard, however fast the store is.
            tokio::task::yield_now().await;
            if run.is_to_stop() {
                return Err(ImportFailure::ToldToStop);
            }
        }
    }

    fn bulk(&self) -> Result<&dyn BulkStore, ImportFailure> {
        self.store.as_bulk().ok_or(ImportFailure::Unsupported("bulk writes"))
    }

    /// What weak hashes are wrapped with, if they are.
    fn wrapping(&self) -> Option<&Arc<Passwords>> {
        self.passwords.as_ref().filter(|_| self.wraps)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn since(&self, start: Duration) -> Duration {
        self.clock.monotonic().saturating_sub(start)
    }
}

impl fmt::Debug for Importer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Importer")
            .field("store", &self.store)
            .field("policy", &self.policy)
            .field("dry_run", &self.dry_run)
            .field("distinct", &self.distinct)
            .finish_non_exhaustive()
    }
}
