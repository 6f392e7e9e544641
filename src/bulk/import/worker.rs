use std::{
    error::Error as StdError,
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use super::{
    ImportError, ImportFailure, ImportJobs, ImportReport, Importer, JobObserver, OpenInput,
    job::{JobState, Keeper},
    jobs::joint,
    reading::{Stretch, state_of},
};
use crate::{
    bulk::ReadError,
    store::{Checkpoint, JobId, JobStatus, Lease},
};

/// How often a whole is looked at whose parts others still work on, and how often somebody without work looks for some.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Does the import jobs of a store, one at a time. Any number of workers, in any number of processes, share them.
///
/// A job is leased, and the lease is prolonged while it is worked on; what is written and how far the job is go into the
/// store in one transaction. So a process may die at any moment: when its lease has run out, another one goes on from the
/// last batch, and nothing is lost or done twice.
#[derive(Clone, Debug)]
pub struct ImportWorker {
    importer: Importer,
    inputs: Arc<dyn OpenInput>,
    kind: &'static str,
    observer: Option<Arc<dyn JobObserver>>,
    lease_time: Duration,
    at_most: usize,
    only: Option<JobId>,
    gives_up: bool,
}

/// What a worker did.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub enum Worked {
    /// The job is over.
    Ended(JobId, JobStatus),
    /// Another worker has taken the job.
    LeaseLost(JobId),
    /// There is nothing to do, or as many jobs are worked on as may be.
    Nothing,
    /// The worker was told to stop, and has given the job back.
    Stopped(JobId),
    /// The store was unavailable for too long. The job waits until the lease has run out.
    Waits(JobId, ImportFailure),
}

impl ImportWorker {
    /// A worker that imports as `importer` does, but by the policy of each job.
    pub fn new(importer: Importer, inputs: Arc<dyn OpenInput>) -> Self {
        let (kind, lease_time) = (ImportJobs::KIND, Duration::from_secs(30));
        Self { importer, inputs, kind, observer: None, lease_time, at_most: 2, only: None, gives_up: false }
    }

    /// Which jobs are taken: those that were submitted with [`ImportJobs::kind`], whose inputs are for this worker to open.
    /// [`ImportJobs::KIND`] unless given.
    pub const fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// How long after the death of a worker another one takes its job over. 30 seconds unless given.
    pub const fn lease_time(mut self, time: Duration) -> Self {
        self.lease_time = time;
        self
    }

    /// How many jobs, or parts of them, all workers of the store together work on at once. 2 unless given.
    pub const fn at_most(mut self, jobs: usize) -> Self {
        self.at_most = jobs;
        self
    }

    /// Takes this job and its parts, and no other: for somebody who waits for this one. All jobs of the store unless given.
    pub fn only(mut self, id: JobId) -> Self {
        self.only = Some(id);
        self
    }

    /// Whether [`run_until`](Self::run_until) ends with the failure when the store is unavailable for longer than a batch is
    /// tried again for, a full disk among the reasons: for somebody who waits at a terminal. A service waits instead, as it
    /// does unless told.
    pub const fn gives_up(mut self, gives_up: bool) -> Self {
        self.gives_up = gives_up;
        self
    }

    /// Who is told when a job is over.
    pub fn observer(mut self, observer: Arc<dyn JobObserver>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Takes the job that has waited longest, and works on it to its end.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked for a job. What is wrong with a job itself ends the job, and is no error.
    pub async fn run_once(&self) -> Result<Worked, ImportFailure> {
        self.work(&Arc::default()).await
    }

    /// Works until `shutdown`, and then to the next checkpoint. What it was working on is given back.
    ///
    /// # Errors
    ///
    /// When the store cannot be used for another reason than that it is unavailable, or the worker
    /// [gives up](Self::gives_up).
    pub async fn run_until(&self, shutdown: impl Future<Output = ()>) -> Result<(), ImportFailure> {
        let (stop, mut shutdown) = (Arc::new(AtomicBool::new(false)), pin!(shutdown));
        loop {
            let turn = async {
                match self.work(&stop).await {
                    Err(ImportFailure::Store(error)) if error.is_unavailable() && !self.gives_up => Ok(Worked::Nothing),
                    worked => worked,
                }
            };
            let mut turn = pin!(turn);
            let mut waiting = pin!(self.importer.clock.sleep(LOOK_EVERY));
            let mut worked = None;
            poll_fn(|context| {
                if !stop.load(Ordering::Relaxed) && shutdown.as_mut().poll(context).is_ready() {
                    stop.store(true, Ordering::Relaxed);
                }
                if worked.is_none()
                    && let Poll::Ready(done) = turn.as_mut().poll(context)
                {
                    worked = Some(done);
                }
                match &worked {
                    None => Poll::Pending,
                    Some(Ok(Worked::Nothing)) if !stop.load(Ordering::Relaxed) => waiting.as_mut().poll(context),
                    Some(_) => Poll::Ready(()),
                }
            })
            .await;
            if let Some(Worked::Waits(_, failure)) = worked.transpose()?
                && self.gives_up
            {
                return Err(failure);
            }
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
        }
    }

    async fn work(&self, stop: &Arc<AtomicBool>) -> Result<Worked, ImportFailure> {
        let jobs = self.importer.jobs()?;
        let now = self.importer.now();
        let until = now.saturating_add(self.lease_time);
        let among = self.among().await?;
        let among = among.as_deref();
        if let Some(lease) = jobs.lease_within(self.kind, among, self.at_most, now, until).await? {
            // It is large, and few who wait for work have any.
            return Box::pin(self.work_on(lease, stop)).await;
        }
        // Nobody works on a whole: it is looked at now and then.
        let until = now.saturating_add(LOOK_EVERY);
        while let Some(whole) = jobs.lease_within(ImportJobs::KIND_OF_WHOLE, among, usize::MAX, now, until).await? {
            match self.look_at(&whole).await? {
                // The next one is not kept waiting by one whose parts take long.
                Worked::Nothing => {}
                worked => return Ok(worked),
            }
        }
        Ok(Worked::Nothing)
    }

    /// The jobs of which one is taken; `None` for any.
    async fn among(&self) -> Result<Option<Vec<JobId>>, ImportFailure> {
        let Some(id) = &self.only else { return Ok(None) };
        let mut among = vec![id.clone()];
        // One that another release wrote has no parts that this one could work on.
        if let Some(job) = self.importer.jobs()?.job(id).await?
            && let Ok(state) = JobState::of(&job)
        {
            among.extend(state.parts.into_iter().map(JobId::new));
        }
        Ok(Some(among))
    }

    /// Ends a whole if all of its parts have ended.
    async fn look_at(&self, whole: &Lease) -> Result<Worked, ImportFailure> {
        let (jobs, id) = (self.importer.jobs()?, whole.job.id.clone());
        let Ok(mut state) = JobState::of(&whole.job) else { return self.give_up(whole).await };
        let parts = ImportJobs::new(Arc::clone(&self.importer.store)).parts(&state).await?;
        let statuses: Vec<_> = parts.iter().map(|part| part.status).collect();
        let status = joint(&statuses);
        if !status.is_final() {
            return Ok(Worked::Nothing);
        }
        // The parts keep their own reports, which are added up by whoever asks.
        state.stopped = None;
        let end = Checkpoint::finished(whole, state.to_json()?, status, self.importer.now());
        if !jobs.save(&end).await? {
            return Ok(Worked::LeaseLost(id));
        }
        self.tell(&id).await?;
        Ok(Worked::Ended(id, status))
    }

    async fn work_on(&self, lease: Lease, stop: &Arc<AtomicBool>) -> Result<Worked, ImportFailure> {
        let id = lease.job.id.clone();
        let Ok(state) = JobState::of(&lease.job) else { return self.give_up(&lease).await };
        let keeper = Keeper { lease, lease_time: self.lease_time, state, stop: Arc::clone(stop) };
        match self.import(&keeper).await {
            Ok(_) => self.ended(id, JobStatus::Completed).await,
            Err(error) => self.stopped(&keeper, error).await,
        }
    }

    /// Ends a job whose state another release wrote.
    async fn give_up(&self, lease: &Lease) -> Result<Worked, ImportFailure> {
        let id = lease.job.id.clone();
        let end = Checkpoint::finished(lease, lease.job.state.clone(), JobStatus::Failed, self.importer.now());
        Ok(if self.importer.jobs()?.save(&end).await? {
            Worked::Ended(id, JobStatus::Failed)
        } else {
            Worked::LeaseLost(id)
        })
    }

    /// Imports while the lease holds.
    async fn import(&self, keeper: &Keeper) -> Result<ImportReport, ImportError> {
        let state = &keeper.state;
        let mut importer = self.importer.clone().with_policy(state.spec.policy);
        (importer.dry_run, importer.distinct) = (state.spec.dry_run, state.spec.assume_distinct);
        importer.wraps |= state.spec.wrap;
        if let Some(source) = &state.spec.source {
            importer.names.source = Some(source.clone());
        }
        let stretch = Stretch { place: state.place, until: state.until, report: state.report.clone() };
        let work = async {
            let failed = |failure| ImportError { place: state.place, report: Box::new(state.report.clone()), failure };
            if state.spec.wrap && importer.passwords.is_none() {
                return Err(failed(ImportFailure::NoPasswords));
            }
            let input = self.inputs.open(&state.spec.input).map_err(|error| failed(ImportFailure::Input(error)))?;
            if state_of(&input).await.map_err(failed)? != state.input {
                let changed = ReadError::new(
                    state.place,
                    "changed",
                    "it is not as it was when the job was submitted: import what it is now as a new job, to which those who are there \
                     already are conflicts unless they may be changed",
                );
                return Err(failed(ImportFailure::Input(changed)));
            }
            importer.work(input, stretch, Some(keeper)).await
        };
        let lost = || ImportError {
            place: state.place,
            report: Box::new(state.report.clone()),
            failure: ImportFailure::LeaseLost,
        };
        let (mut work, mut beat) = (pin!(work), pin!(self.hold(&keeper.lease)));
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            beat.as_mut().poll(context).map(|()| Err(lost()))
        })
        .await
    }

    /// Prolongs the lease until it is lost.
    async fn hold(&self, lease: &Lease) {
        let clock = &self.importer.clock;
        loop {
            clock.sleep(self.lease_time / 3).await;
            let Ok(jobs) = self.importer.jobs() else { return };
            let until = clock.now().saturating_add(self.lease_time);
            // An error is the importer's to deal with: the lease may last until the store is there again.
            if let Ok(false) = jobs.prolong(lease, until).await {
                return;
            }
        }
    }

    async fn stopped(&self, keeper: &Keeper, error: ImportError) -> Result<Worked, ImportFailure> {
        let (jobs, id) = (self.importer.jobs()?, keeper.id().clone());
        let mut state = JobState { place: error.place, report: (*error.report).clone(), ..keeper.state.clone() };
        match error.failure {
            ImportFailure::LeaseLost => match jobs.job(&id).await?.map(|job| job.status) {
                // By an operator; or by our own last batch, before the heartbeat saw it.
                Some(status) if status.is_final() => self.ended(id, status).await,
                _ => Ok(Worked::LeaseLost(id)),
            },
            ImportFailure::ToldToStop => {
                let back =
                    Checkpoint::finished(&keeper.lease, state.to_json()?, JobStatus::Pending, self.importer.now());
                Ok(if jobs.save(&back).await? { Worked::Stopped(id) } else { Worked::LeaseLost(id) })
            }
            ImportFailure::Store(error) if error.is_unavailable() => Ok(Worked::Waits(id, ImportFailure::Store(error))),
            failure => {
                state.stopped = Some(told(&failure));
                let now = self.importer.now();
                let end = Checkpoint::finished(&keeper.lease, state.to_json()?, JobStatus::Failed, now);
                if !jobs.save(&end).await? {
                    return Ok(Worked::LeaseLost(id));
                }
                self.ended(id, JobStatus::Failed).await
            }
        }
    }

    async fn ended(&self, id: JobId, status: JobStatus) -> Result<Worked, ImportFailure> {
        self.tell(&id).await?;
        Ok(Worked::Ended(id, status))
    }

    async fn tell(&self, id: &JobId) -> Result<(), ImportFailure> {
        let Some(observer) = &self.observer else { return Ok(()) };
        match ImportJobs::new(Arc::clone(&self.importer.store)).status(id).await {
            Ok(Some(status)) => observer.finished(&status).await,
            // Gone, or with a part that another release wrote: there is nothing to be told of.
            Ok(None) | Err(ImportFailure::State) => {}
            Err(failure) => return Err(failure),
        }
        Ok(())
    }
}

/// A failure in words, with what caused it. None of our errors holds a value.
fn told(failure: &ImportFailure) -> String {
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
