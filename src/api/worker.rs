use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{
    Api, Mailer, counts, export,
    import::{self, Uploads},
    problem::chain,
    verification,
};
use crate::{
    bulk::{ImportFailure, ImportStatus, ImportWorker, Importer, JobObserver, Worked},
    clock::Timestamp,
    store::StoreError,
};

/// How often somebody without work looks for some.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often what is not kept any more is removed.
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// Does the jobs of the API: imports, exports and messages; and removes jobs, uploads and exports after their time.
///
/// Run one beside the router, in the same process or in others that share the store and the spool folder.
pub struct ApiWorker {
    api: Api,
    imports: Option<ImportWorker>,
}

impl ApiWorker {
    /// The [`Job::kind`](crate::store::Job::kind) of imports that come by the API. Those of other kinds are left to whoever
    /// can open what they read.
    pub const IMPORT_KIND: &str = import::KIND;

    /// A worker that imports as `importer` does, which must be over the API's own store and clock.
    pub fn new(api: Api, importer: Importer) -> Self {
        let at_most = api.parts().limits.imports.max(1);
        let imports = ImportWorker::new(importer, Arc::new(Uploads(api.clone()))).kind(import::KIND).at_most(at_most);
        let imports = match &api.parts().mailer {
            Some(mailer) => imports.observer(Arc::new(Finished(Arc::clone(mailer)))),
            None => imports,
        };
        Self { api, imports: Some(imports) }
    }

    /// Leaves imports to other workers: for a process that is to change no user.
    pub fn without_imports(mut self) -> Self {
        self.imports = None;
        self
    }

    /// Does everything that waits now, and removes what is not kept any more.
    ///
    /// # Errors
    ///
    /// When the store or the spool folder cannot be used. What is wrong with a job itself ends the job, and is no
    /// error.
    pub async fn run_once(&self) -> Result<(), ImportFailure> {
        loop {
            let mut is_idle = match &self.imports {
                Some(imports) => matches!(imports.run_once().await?, Worked::Nothing | Worked::Waits(..)),
                None => true,
            };
            is_idle &= !export::work(&self.api).await?;
            is_idle &= !verification::work(&self.api).await?;
            if is_idle {
                return self.sweep().await;
            }
        }
    }

    /// Works until `shutdown`, and then to the next checkpoint: imports and exports go on, or begin again, with the
    /// next worker. A store that is unavailable is waited for.
    ///
    /// # Errors
    ///
    /// When the store cannot be used for another reason than that it is unavailable.
    pub async fn run_until(&self, shutdown: impl Future<Output = ()>) -> Result<(), ImportFailure> {
        let (stop, stopped) = watch::channel(false);
        let told = |mut stopped: watch::Receiver<bool>| async move {
            // An end of the sender is an end too.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        // Nobody waits for it, the end of the worker neither.
        drop(tokio::spawn(counts::count_early(self.api.clone())));
        let work = async {
            let others = async {
                tokio::try_join!(
                    self.others(told(stopped.clone())),
                    self.messages(told(stopped.clone())),
                    self.sweeps(told(stopped.clone())),
                )
            };
            let imports = async {
                match &self.imports {
                    Some(imports) => imports.run_until(told(stopped.clone())).await,
                    None => Ok(()),
                }
            };
            let (imports, others) = tokio::join!(imports, others);
            imports.and(others.map(|_| ()))
        };
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = shutdown => {}
        }
        let _ = stop.send(true);
        work.await
    }

    async fn others(&self, stopped: impl Future<Output = ()>) -> Result<(), ImportFailure> {
        self.again_and_again(stopped, || export::work(&self.api)).await
    }

    async fn messages(&self, stopped: impl Future<Output = ()>) -> Result<(), ImportFailure> {
        self.again_and_again(stopped, || verification::work(&self.api)).await
    }

    async fn again_and_again<F: Future<Output = Result<bool, StoreError>>>(
        &self,
        stopped: impl Future<Output = ()>,
        work: impl Fn() -> F,
    ) -> Result<(), ImportFailure> {
        let parts = self.api.parts();
        let mut stopped = std::pin::pin!(stopped);
        loop {
            // What is dropped here is leased for some seconds more, and begun again then.
            let worked = tokio::select! {
                () = &mut stopped => return Ok(()),
                worked = work() => worked,
            };
            match worked {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) if error.is_unavailable() => {
                    tracing::warn!(error = %chain(&error), "the worker of the management API waits for the store");
                }
                Err(error) => return Err(error.into()),
            }
            tokio::select! {
                () = &mut stopped => return Ok(()),
                () = parts.work.notified() => {}
                () = parts.clock.sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn sweeps(&self, stopped: impl Future<Output = ()>) -> Result<(), ImportFailure> {
        let mut stopped = std::pin::pin!(stopped);
        loop {
            if let Err(error) = self.sweep().await {
                tracing::warn!(error = %chain(&error), "what the management API keeps no more cannot be removed now");
            }
            tokio::select! {
                () = &mut stopped => return Ok(()),
                () = self.api.parts().clock.sleep(SWEEP_EVERY) => {}
            }
        }
    }

    async fn sweep(&self) -> Result<(), ImportFailure> {
        let parts = self.api.parts();
        let jobs = parts.store.as_jobs().ok_or(ImportFailure::Unsupported("jobs"))?;
        let now = parts.clock.now();
        let retention = i64::try_from(parts.limits.retention.as_micros()).unwrap_or(i64::MAX);
        let before = Timestamp::from_micros(now.as_micros().saturating_sub(retention));
        for kind in [import::KIND, export::KIND, verification::KIND] {
            jobs.prune(kind, before).await?;
        }
        parts.spool.sweep(jobs, now).await.map_err(ImportFailure::from)?;
        Ok(())
    }
}

impl From<super::spool::SweepError> for ImportFailure {
    fn from(error: super::spool::SweepError) -> Self {
        match error {
            super::spool::SweepError::Io(error) => Self::Scratch(error),
            super::spool::SweepError::Stopped => Self::Stopped,
            super::spool::SweepError::Store(error) => Self::Store(error),
        }
    }
}

impl fmt::Debug for ApiWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiWorker").field("api", &self.api).finish_non_exhaustive()
    }
}

/// Has whoever should know told of the end of an import.
#[derive(Debug)]
struct Finished(Arc<dyn Mailer>);

#[async_trait]
impl JobObserver for Finished {
    async fn finished(&self, status: &ImportStatus) {
        if import::of(status).is_some_and(|uploaded| uploaded.send_completion_email)
            && let Err(error) = self.0.import_finished(status).await
        {
            tracing::warn!(error = %chain(&error), "nobody could be told of the end of an import");
        }
    }
}
