use std::sync::Arc;

use serde_json::json;

use super::people::{Store, at, at_once};
use crate::store::{Checkpoint, Job, JobId, JobStatus, JobStore, Lease};

fn jobs(store: &Store) -> &dyn JobStore {
    store.as_jobs().expect("the store keeps jobs")
}

fn import(id: &str, created_at: i64) -> Job {
    Job::new(JobId::new(id), "import", json!({"file": "users.json", "line": 0}), at(created_at))
}

async fn create(store: &Store, job: Job) -> bool {
    jobs(store).create(job).await.expect("create")
}

async fn lease(store: &Store, now: i64, until: i64) -> Option<Lease> {
    jobs(store).lease("import", at(now), at(until)).await.expect("lease")
}

async fn save(store: &Store, checkpoint: &Checkpoint) -> bool {
    jobs(store).save(checkpoint).await.expect("save")
}

async fn job(store: &Store, id: &str) -> Job {
    jobs(store).job(&JobId::new(id)).await.expect("job").expect("the job is there")
}

/// A job is kept as it was given, and others are not there.
pub async fn a_job_comes_back(store: Store) {
    let mut given = import("'; --\0\u{1f469}", -5);
    given.state = json!({"": [null, i64::MIN, 0.5, "\0'"]});
    assert!(create(&store, given.clone()).await);
    assert_eq!(job(&store, given.id.as_str()).await, given);
    assert_eq!(jobs(&store).job(&JobId::new("other")).await.expect("job"), None);
}

/// A second job of one id changes nothing.
pub async fn a_job_id_is_given_once(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    assert!(!create(&store, Job::new(JobId::new("1"), "export", json!("other"), at(9))).await);
    assert_eq!(job(&store, "1").await, import("1", 0));
}

/// The job that has waited longest is taken first, and one of another kind never; at one time, by the id.
pub async fn the_oldest_job_of_the_kind_is_leased(store: Store) {
    assert!(create(&store, Job::new(JobId::new("0"), "export", json!(null), at(-9))).await);
    for (id, created_at) in [("young", 5), ("b", 1), ("a", 1), ("old", -3)] {
        assert!(create(&store, import(id, created_at)).await);
    }
    for id in ["old", "a", "b", "young"] {
        let lease = lease(&store, 10, 20).await.expect("a job waits");
        assert_eq!((lease.job.id.as_str(), lease.job.status), (id, JobStatus::Running));
        assert_eq!(job(&store, id).await.status, JobStatus::Running);
    }
    assert_eq!(lease(&store, 10, 20).await, None, "no import waits");
    assert_eq!(job(&store, "0").await.status, JobStatus::Pending);
}

/// Of many workers, one gets the job.
pub async fn one_of_32_leases_wins(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let answers = at_once(32, |_| {
        let store = Arc::clone(&store);
        async move { lease(&store, 0, 10).await }
    });
    assert_eq!(answers.await.into_iter().flatten().count(), 1, "one worker gets it");
    // And again when the lease has run out.
    let answers = at_once(32, |_| {
        let store = Arc::clone(&store);
        async move { lease(&store, 10, 20).await }
    });
    assert_eq!(answers.await.into_iter().flatten().count(), 1, "one worker takes it over");
}

/// A lease keeps others away until its end, and from then on no more; every lease has a greater number.
pub async fn a_lease_lasts_until_its_end(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let first = lease(&store, 0, 10).await.expect("a job waits");
    assert_eq!(lease(&store, 9, 20).await, None, "held");
    let second = lease(&store, 10, 20).await.expect("the lease has run out");
    assert!(second.fence > first.fence, "the number grows");
    assert_eq!(lease(&store, 19, 30).await, None, "held by the second");
    let third = lease(&store, 1_000, 2_000).await.expect("the second has run out");
    assert!(third.fence > second.fence, "the number grows");
}

/// Who makes progress keeps the job.
pub async fn a_checkpoint_prolongs_the_lease(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let held = lease(&store, 0, 10).await.expect("a job waits");
    assert!(save(&store, &Checkpoint::running(&held, json!(1), at(50))).await);
    assert_eq!(lease(&store, 49, 60).await, None, "prolonged");
    assert!(lease(&store, 50, 60).await.is_some(), "and no longer");
}

/// The next worker goes on from the last checkpoint.
pub async fn a_checkpoint_is_what_the_next_worker_sees(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let first = lease(&store, 0, 10).await.expect("a job waits");
    for line in 1..=3 {
        assert!(save(&store, &Checkpoint::running(&first, json!({"line": line}), at(10))).await);
    }
    let second = lease(&store, 10, 20).await.expect("the lease has run out");
    assert_eq!(second.job.state, json!({"line": 3}));
    assert_eq!((second.job.kind.as_str(), second.job.created_at), ("import", at(0)));
}

/// A worker that was presumed dead can save no more, neither progress nor an end.
pub async fn a_stale_worker_saves_nothing(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let stale = lease(&store, 0, 10).await.expect("a job waits");
    let held = lease(&store, 10, 20).await.expect("the lease has run out");
    assert!(!save(&store, &Checkpoint::running(&stale, json!("stale"), at(99))).await);
    assert!(!save(&store, &Checkpoint::finished(&stale, json!("stale"), JobStatus::Failed, at(99))).await);
    assert_eq!(job(&store, "1").await, held.job, "nothing was written");
    assert!(save(&store, &Checkpoint::running(&held, json!("held"), at(30))).await, "the holder may save");
}

/// Being late is no harm while nobody has taken over.
pub async fn a_late_worker_may_save_while_nobody_took_over(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let late = lease(&store, 0, 10).await.expect("a job waits");
    assert!(save(&store, &Checkpoint::running(&late, json!("late"), at(5))).await);
    assert!(save(&store, &Checkpoint::running(&late, json!("later"), at(30))).await);
    assert_eq!(lease(&store, 29, 40).await, None, "held again");
}

/// What is over is leased to nobody, and cannot be saved any more.
pub async fn a_finished_job_is_over(store: Store) {
    for (number, status) in [JobStatus::Completed, JobStatus::Failed, JobStatus::Cancelled].into_iter().enumerate() {
        let id = number.to_string();
        assert!(create(&store, import(&id, 0)).await);
        let held = lease(&store, 0, 10).await.expect("a job waits");
        assert!(save(&store, &Checkpoint::finished(&held, json!("end"), status, at(5))).await);
        assert_eq!((job(&store, &id).await.status, job(&store, &id).await.state), (status, json!("end")));
        assert!(!save(&store, &Checkpoint::running(&held, json!("more"), at(99))).await, "{status:?} is the end");
        assert_eq!(lease(&store, 1_000, 2_000).await, None, "{status:?} waits for nobody");
    }
}

/// A worker that stops early gives the job back at once, and its own number is spent.
pub async fn a_job_given_back_waits_again(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let first = lease(&store, 0, 10).await.expect("a job waits");
    let back = Checkpoint::finished(&first, json!("half"), JobStatus::Pending, at(5));
    assert!(save(&store, &back).await);
    assert!(!save(&store, &back).await, "given back already");
    let second = lease(&store, 5, 15).await.expect("the job waits again");
    assert_eq!(second.job.state, json!("half"));
    assert!(second.fence > first.fence, "the number grows");
}

/// There is no progress without a lease.
pub async fn a_job_that_nobody_leased_cannot_be_saved(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let invented = Lease::new(import("1", 0), 0);
    assert!(!save(&store, &Checkpoint::running(&invented, json!("x"), at(9))).await, "waiting");
    let invented = Lease::new(import("2", 0), 1);
    assert!(!save(&store, &Checkpoint::running(&invented, json!("x"), at(9))).await, "not there");
    assert_eq!(job(&store, "1").await, import("1", 0), "nothing was written");
}
