use std::sync::Arc;

use serde_json::json;

use super::people::{Store, at, at_once};
use crate::store::{Checkpoint, Job, JobFault, JobId, JobStatus, JobStore, Lease};

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

fn fault(record: u64) -> JobFault {
    JobFault::new(record, record * 100, record + 1, json!([{"code": "FORMAT", "pointer": "/e\0mail"}]))
}

async fn faults(store: &Store, id: &str, after: Option<u64>, limit: usize) -> Vec<JobFault> {
    jobs(store).faults(&JobId::new(id), after, limit).await.expect("faults")
}

/// A heartbeat keeps others away for longer, never for a shorter time, and changes nothing else.
pub async fn a_heartbeat_only_prolongs(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let held = lease(&store, 0, 10).await.expect("a job waits");
    assert!(jobs(&store).prolong(&held, at(50)).await.expect("prolong"));
    assert!(jobs(&store).prolong(&held, at(20)).await.expect("prolong"), "in vain, and no harm");
    assert_eq!(lease(&store, 49, 60).await, None, "prolonged");
    assert_eq!(job(&store, "1").await, held.job, "nothing else is changed");
    let taken = lease(&store, 50, 60).await.expect("the lease has run out");
    assert!(!jobs(&store).prolong(&held, at(99)).await.expect("prolong"), "of a stale worker");
    assert!(save(&store, &Checkpoint::finished(&taken, json!(1), JobStatus::Completed, at(55))).await);
    assert!(!jobs(&store).prolong(&taken, at(99)).await.expect("prolong"), "of what is over");
}

/// Whoever works on a job that was cancelled learns it at the next checkpoint, and nobody takes it up again.
pub async fn a_cancelled_job_is_over_for_its_worker(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    assert!(create(&store, import("2", 1)).await);
    let held = lease(&store, 0, 10).await.expect("a job waits");
    let cancel = async |id: &str| jobs(&store).cancel(&JobId::new(id), at(5)).await.expect("cancel");
    assert!(cancel("1").await, "a running one");
    assert!(cancel("2").await, "a waiting one");
    assert!(!cancel("1").await, "once");
    assert!(!cancel("3").await, "who is there");
    assert!(!save(&store, &Checkpoint::running(&held, json!("more"), at(99))).await, "over");
    assert_eq!((job(&store, "1").await.status, job(&store, "1").await.state), (JobStatus::Cancelled, held.job.state));
    assert_eq!(lease(&store, 1_000, 2_000).await, None, "for good");
}

/// Jobs of one kind are listed newest first, in pages.
pub async fn jobs_are_listed_newest_first(store: Store) {
    assert!(create(&store, Job::new(JobId::new("export"), "export", json!(null), at(2))).await);
    for (id, created_at) in [("old", -3), ("b", 1), ("young", 5), ("a", 1)] {
        assert!(create(&store, import(id, created_at)).await);
    }
    for limit in 1..5 {
        let (mut met, mut after) = (Vec::new(), None);
        loop {
            let page = jobs(&store).jobs("import", after.as_ref(), limit).await.expect("jobs");
            assert!(page.len() <= limit, "a page holds its limit at most");
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            met.extend(page);
        }
        let ids: Vec<_> = met.iter().map(|job| job.id.as_str()).collect();
        assert_eq!(ids, ["young", "b", "a", "old"], "in pages of {limit}");
        assert_eq!(met[3], import("old", -3));
    }
}

/// The faults of each job are kept in the order of its input, and read in pages.
pub async fn faults_are_kept_with_their_job_in_pages(store: Store) {
    for id in ["1", "2"] {
        assert!(create(&store, import(id, 0)).await);
    }
    let (one, two) = (lease(&store, 0, 10).await.expect("a job"), lease(&store, 0, 10).await.expect("a job"));
    let first = Checkpoint::running(&one, json!(1), at(10)).faults((0..700).map(fault).collect());
    assert!(save(&store, &first).await);
    assert!(save(&store, &Checkpoint::running(&two, json!(1), at(10)).faults(vec![fault(3)])).await);
    let more = Checkpoint::running(&one, json!(2), at(10)).faults(vec![fault(900), fault(5_000_000_000)]);
    assert!(save(&store, &more).await);
    let (mut met, mut after) = (Vec::new(), None);
    loop {
        let page = faults(&store, "1", after, 250).await;
        assert!(page.len() <= 250, "a page holds its limit at most");
        let Some(last) = page.last() else { break };
        after = Some(last.record);
        met.extend(page);
    }
    assert!(met == (0..700).chain([900, 5_000_000_000]).map(fault).collect::<Vec<_>>(), "each, in order");
    assert_eq!(faults(&store, "2", None, 10).await, [fault(3)]);
    assert_eq!(faults(&store, "3", None, 10).await, []);
}

/// A checkpoint that is saved twice leaves its faults once, and takes the place of what came later.
pub async fn a_checkpoint_saved_twice_leaves_its_faults_once(store: Store) {
    assert!(create(&store, import("1", 0)).await);
    let held = lease(&store, 0, 10).await.expect("a job waits");
    let checkpoint = |records: &[u64]| {
        Checkpoint::running(&held, json!(1), at(10)).faults(records.iter().copied().map(fault).collect())
    };
    for records in [&[1, 5][..], &[7, 9], &[7, 9], &[7]] {
        assert!(save(&store, &checkpoint(records)).await);
    }
    assert_eq!(faults(&store, "1", None, 10).await, [fault(1), fault(5), fault(7)]);
    let taken = lease(&store, 10, 20).await.expect("the lease has run out");
    assert!(!save(&store, &checkpoint(&[1])).await, "of a stale worker");
    assert_eq!(faults(&store, "1", None, 10).await.len(), 3, "nothing is lost by it");
    assert!(save(&store, &Checkpoint::running(&taken, json!(2), at(30))).await);
    assert_eq!(faults(&store, "1", None, 10).await.len(), 3, "nor by one without faults");
}

/// What has been over for long goes with its faults; what is not over stays.
pub async fn what_was_over_long_ago_is_pruned(store: Store) {
    for (id, created_at) in [("old", 0), ("late", 1), ("running", 2), ("waiting", 3)] {
        assert!(create(&store, import(id, created_at)).await);
    }
    for (id, over) in [("old", Some(50)), ("late", Some(60)), ("running", None)] {
        let held = lease(&store, 0, 10).await.expect("a job waits");
        assert_eq!(held.job.id.as_str(), id);
        assert!(save(&store, &Checkpoint::running(&held, json!(1), at(10)).faults(vec![fault(1)])).await);
        if let Some(over) = over {
            assert!(save(&store, &Checkpoint::finished(&held, json!(1), JobStatus::Completed, at(over))).await);
        }
    }
    assert_eq!(jobs(&store).prune("import", at(50)).await.expect("prune"), 0);
    assert_eq!(jobs(&store).prune("export", at(60)).await.expect("prune"), 0, "of another kind");
    assert_eq!(faults(&store, "old", None, 10).await, [fault(1)]);
    assert_eq!(jobs(&store).prune("import", at(60)).await.expect("prune"), 1);
    assert_eq!(jobs(&store).job(&JobId::new("old")).await.expect("job"), None);
    assert_eq!(faults(&store, "old", None, 10).await, []);
    for id in ["late", "running"] {
        assert_eq!(faults(&store, id, None, 10).await, [fault(1)], "{id}");
    }
    assert_eq!(job(&store, "waiting").await, import("waiting", 3));
}

/// No more jobs of a kind are leased at once than there may be, however many ask.
pub async fn no_more_than_so_many_are_leased_at_once(store: Store) {
    assert!(create(&store, Job::new(JobId::new("export"), "export", json!(null), at(-9))).await);
    assert!(jobs(&store).lease("export", at(0), at(99)).await.expect("lease").is_some(), "another kind");
    for number in 0..6 {
        assert!(create(&store, import(&number.to_string(), number)).await);
    }
    let within = |most, now, until| {
        let store = Arc::clone(&store);
        async move { jobs(&store).lease_within("import", None, most, at(now), at(until)).await.expect("lease") }
    };
    let answers = at_once(16, |_| within(2, 0, 10)).await;
    assert_eq!(answers.iter().flatten().count(), 2, "two of six");
    assert_eq!(within(2, 9, 20).await, None, "both are held");
    assert!(within(3, 9, 20).await.is_some(), "the third");
    assert!(within(2, 10, 20).await.is_some(), "two have run out");
    assert_eq!(within(0, 1_000, 2_000).await, None, "none at all");
}

/// Whoever names jobs gets one of these, the oldest first, and all that are leased count.
pub async fn of_jobs_that_are_named_one_is_leased(store: Store) {
    for number in 0..6 {
        assert!(create(&store, import(&number.to_string(), number)).await);
    }
    let named = [4, 2, 7].map(|number: u8| JobId::new(number.to_string()));
    let within = async |most, now, until| {
        let leased = jobs(&store).lease_within("import", Some(&named), most, at(now), at(until)).await;
        leased.expect("lease").map(|lease| lease.job.id.as_str().to_owned())
    };
    assert_eq!(within(9, 0, 10).await.as_deref(), Some("2"));
    assert_eq!(within(1, 0, 10).await, None, "one is leased");
    assert_eq!(within(9, 0, 10).await.as_deref(), Some("4"));
    assert_eq!(within(9, 0, 10).await, None, "nobody named the others");
    assert_eq!(within(9, 10, 20).await.as_deref(), Some("2"), "its lease has run out");
    assert_eq!(jobs(&store).lease_within("export", Some(&named), 9, at(99), at(100)).await.expect("lease"), None);
    assert_eq!(jobs(&store).lease_within("import", Some(&[]), 9, at(99), at(100)).await.expect("lease"), None);
}
