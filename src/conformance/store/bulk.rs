use std::sync::Arc;

use serde_json::json;

use super::people::{Store, at, at_once, find, found, full, id, insert, keyed, plain, same, with};
use crate::{
    identifier::IdentifierKind,
    password::PasswordHash,
    store::{
        BulkOutcome, BulkStore, BulkUpdate, BulkWrite, BulkWritten, Checkpoint, Deletion, Job, JobFault, JobId, Key,
        KeyKind, Lookup, OnTombstone, OwnedKey, Tombstone, Turn, UserStoreExt,
    },
    user::{Credential, LegacyKey, Moved, MovedBy, User, UserChange, UserId, Version},
};

fn bulk(store: &Store) -> &dyn BulkStore {
    store.as_bulk().expect("the store writes in bulk")
}

#[track_caller]
fn outcomes(written: BulkWritten) -> Vec<BulkOutcome> {
    match written {
        BulkWritten::Written(outcomes) => outcomes,
        BulkWritten::LeaseLost => panic!("there is no lease to lose"),
        BulkWritten::TurnLost => panic!("there is no turn to lose"),
        BulkWritten::Conflict(_) => panic!("nobody asked for all or nothing"),
    }
}

async fn write(store: &Store, batch: BulkWrite) -> Vec<BulkOutcome> {
    outcomes(bulk(store).write(&batch).await.expect("write"))
}

async fn scan(store: &Store, after: Option<&UserId>, limit: usize) -> Vec<User> {
    bulk(store).scan(after, limit).await.expect("scan")
}

/// Every user of a batch is stored whole, and the outcomes are in the order of the users.
pub async fn a_batch_is_stored_in_its_order(store: Store) {
    insert(&store, keyed("there")).await;
    let users = vec![full("a"), keyed("b"), keyed("there"), plain("c")];
    let written = write(&store, BulkWrite::new(users.clone())).await;
    let taken = BulkOutcome::Taken(KeyKind::Id);
    assert_eq!(written, [BulkOutcome::Created, BulkOutcome::Created, taken, BulkOutcome::Created]);
    for user in [&users[0], &users[1], &users[3]] {
        let expected = User::from_new(user.clone());
        for key in Key::all_of(&expected) {
            assert!(find(&store, key).await.into_user().as_ref() == Some(&expected), "found by {:?}", key.kind());
        }
    }
}

/// A batch of nobody is no error.
pub async fn an_empty_batch_is_nothing(store: Store) {
    assert_eq!(write(&store, BulkWrite::new(Vec::new())).await, []);
    assert!(scan(&store, None, 10).await.is_empty());
}

/// A batch never writes over a user, whichever of the keys is taken.
pub async fn users_who_are_there_are_left_as_they_are(store: Store) {
    let ada = insert(&store, full("ada")).await;
    let mut same_email = plain("1");
    same_email.profile.email.clone_from(&ada.profile.email);
    let mut same_legacy = plain("2");
    same_legacy.legacy.clone_from(&ada.legacy);
    let written = write(&store, BulkWrite::new(vec![same_email, same_legacy, plain("ada"), plain("new")])).await;
    assert_eq!(
        written,
        [
            BulkOutcome::Taken(KeyKind::Identifier(IdentifierKind::Email)),
            BulkOutcome::Taken(KeyKind::Legacy),
            BulkOutcome::Taken(KeyKind::Id),
            BulkOutcome::Created,
        ]
    );
    assert!(found(&store, &ada.id).await == ada, "as before");
}

/// The first of a batch with a key has it.
pub async fn of_duplicates_in_a_batch_the_first_is_stored(store: Store) {
    let email = keyed("ada").profile.email;
    let users = vec![with("1", email.clone()), with("2", email), plain("1"), keyed("bob"), keyed("bob")];
    let written = write(&store, BulkWrite::new(users)).await;
    assert_eq!(
        written,
        [
            BulkOutcome::Created,
            BulkOutcome::Taken(KeyKind::Identifier(IdentifierKind::Email)),
            BulkOutcome::Taken(KeyKind::Id),
            BulkOutcome::Created,
            BulkOutcome::Taken(KeyKind::Id),
        ]
    );
    assert_eq!(scan(&store, None, 10).await.len(), 2);
}

/// An import does not bring back the deleted.
pub async fn a_batch_refuses_the_buried(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    store.delete(&ada.id, Deletion::leaving(Tombstone::at(at(1)))).await.expect("delete");
    let mut same_email = plain("1");
    same_email.profile.email.clone_from(&ada.profile.email);
    let written = write(&store, BulkWrite::new(vec![same_email, keyed("bob")])).await;
    assert_eq!(written, [BulkOutcome::Tombstoned, BulkOutcome::Created]);
    assert!(matches!(find(&store, Key::Id(&id("1"))).await, Lookup::Absent), "nothing was written");
}

/// Unless the operator says so.
pub async fn a_batch_lifts_tombstones_when_told(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    store.delete(&ada.id, Deletion::leaving(Tombstone::at(at(1)))).await.expect("delete");
    let batch = BulkWrite { tombstones: OnTombstone::Lift, ..BulkWrite::new(vec![keyed("ada")]) };
    assert_eq!(write(&store, batch).await, [BulkOutcome::Created]);
    assert!(store.get(&ada.id).await.expect("get").is_some());
}

/// Who is not created lifts no tombstone.
pub async fn a_batch_lifts_for_nobody_but_those_it_creates(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    store.delete(&ada.id, Deletion::leaving(Tombstone::at(at(1)))).await.expect("delete");
    let bob = insert(&store, keyed("bob")).await;
    let mut both = plain("ada");
    both.profile.email.clone_from(&bob.profile.email);
    let batch = BulkWrite { tombstones: OnTombstone::Lift, ..BulkWrite::new(vec![both, keyed("new")]) };
    let taken = BulkOutcome::Taken(KeyKind::Identifier(IdentifierKind::Email));
    assert_eq!(write(&store, batch).await, [taken, BulkOutcome::Created]);
    assert!(matches!(find(&store, Key::Id(&ada.id)).await, Lookup::Tombstoned), "still deleted");
}

/// A batch that is too large for a statement keeps every promise of a small one.
pub async fn a_batch_of_thousands_is_stored_whole_and_in_its_order(store: Store) {
    let gone = insert(&store, keyed("gone")).await;
    store.delete(&gone.id, Deletion::leaving(Tombstone::at(at(1)))).await.expect("delete");
    insert(&store, keyed("there")).await;
    let mut users: Vec<_> = (0..5_600)
        .map(|number| match number % 100 {
            0 => full(&format!("{number:04}")),
            1 => plain(&format!("{number:04}")),
            _ => keyed(&format!("{number:04}")),
        })
        .collect();
    let mut expected = vec![BulkOutcome::Created; users.len()];
    let email = users[2].profile.email.clone();
    for (place, user, outcome) in [
        (3, keyed("there"), BulkOutcome::Taken(KeyKind::Id)),
        (2_500, keyed("gone"), BulkOutcome::Tombstoned),
        (5_500, with("second", email), BulkOutcome::Taken(KeyKind::Identifier(IdentifierKind::Email))),
        (5_501, users[0].clone(), BulkOutcome::Taken(KeyKind::Id)),
    ] {
        users[place] = user;
        expected[place] = outcome;
    }
    let stored: Vec<_> = users.iter().zip(&expected).filter(|(_, outcome)| **outcome == BulkOutcome::Created).collect();
    let mut stored: Vec<_> = stored.into_iter().map(|(user, _)| User::from_new(user.clone())).collect();
    assert!(write(&store, BulkWrite::new(users.clone())).await == expected, "an outcome for each, in order");
    stored.push(found(&store, &id("there")).await);
    stored.sort_by(|one, other| one.id.cmp(&other.id));
    assert!(scan(&store, None, 10_000).await == stored, "everybody as they were given");
}

/// Users of whom a statement takes few, since they are large, are stored as whole as others.
pub async fn a_batch_of_large_users_is_stored_whole(store: Store) {
    let large = |number| {
        let mut user = keyed(&format!("{number:04}"));
        user.profile.name = Some("large".repeat(6_000));
        user
    };
    let users: Vec<_> =
        (0..1_100).map(|number| if number < 300 { large(number) } else { keyed(&format!("{number:04}")) }).collect();
    let created = write(&store, BulkWrite::new(users.clone())).await;
    assert!(created.len() == users.len() && created.iter().all(|outcome| *outcome == BulkOutcome::Created));
    let stored: Vec<_> = users.into_iter().map(User::from_new).collect();
    assert!(scan(&store, None, 2_000).await == stored, "everybody as they were given");
}

/// The progress that is saved with a batch is there when the batch is.
pub async fn a_checkpoint_is_saved_with_its_batch(store: Store) {
    let Some(jobs) = store.as_jobs() else { return };
    let job = JobId::new("import-1");
    assert!(jobs.create(Job::new(job.clone(), "import", json!(0), at(0))).await.expect("create"));
    let lease = jobs.lease("import", at(0), at(10)).await.expect("lease").expect("a job waits");
    let checkpoint = Checkpoint::running(&lease, json!({"line": 2}), at(20));
    let batch = BulkWrite::new(vec![keyed("ada"), keyed("bob")]).checkpoint(checkpoint);
    assert_eq!(write(&store, batch).await, [BulkOutcome::Created, BulkOutcome::Created]);
    assert_eq!(jobs.job(&job).await.expect("job").expect("there").state, json!({"line": 2}));
    assert!(jobs.lease("import", at(19), at(30)).await.expect("lease").is_none(), "the lease is prolonged");
}

/// Where writes can be under way at once: one that waits for its turn is seen by nobody until then, keeps nobody else from
/// writing, and saves the progress that comes with the turn.
pub async fn a_write_comes_to_pass_when_its_turn_has_come(store: Store) {
    if !bulk(&store).writes_at_once() {
        return;
    }
    let Some(jobs) = store.as_jobs() else { return };
    let job = JobId::new("import-1");
    assert!(jobs.create(Job::new(job.clone(), "import", json!(0), at(0))).await.expect("create"));
    let lease = jobs.lease("import", at(0), at(10)).await.expect("lease").expect("a job waits");
    let (giver, turn) = Turn::new();
    let mut second = BulkWrite::new(vec![keyed("bob")]);
    second.turn = Some(turn);
    let waiting = tokio::spawn({
        let store = Arc::clone(&store);
        async move { write(&store, second).await }
    });
    assert_eq!(write(&store, BulkWrite::new(vec![keyed("ada")])).await, [BulkOutcome::Created]);
    assert_eq!(scan(&store, None, 10).await.len(), 1, "the second one has no turn yet");
    giver.give(Some(Checkpoint::running(&lease, json!("both"), at(20))));
    assert_eq!(waiting.await.expect("a write"), [BulkOutcome::Created]);
    assert_eq!(scan(&store, None, 10).await.len(), 2);
    assert_eq!(jobs.job(&job).await.expect("job").expect("there").state, json!("both"));
}

/// Where writes can be under way at once: one that never gets its turn leaves nothing.
pub async fn a_write_whose_turn_is_lost_leaves_nothing(store: Store) {
    if !bulk(&store).writes_at_once() {
        return;
    }
    let (giver, turn) = Turn::new();
    let mut batch = BulkWrite::new(vec![keyed("ada")]);
    batch.turn = Some(turn);
    drop(giver);
    assert_eq!(bulk(&store).write(&batch).await.expect("write"), BulkWritten::TurnLost);
    assert!(scan(&store, None, 10).await.is_empty());
    assert_eq!(write(&store, BulkWrite::new(vec![keyed("ada")])).await, [BulkOutcome::Created], "nothing is held");
}

/// A worker that was presumed dead writes neither users nor progress.
pub async fn a_batch_under_a_lost_lease_writes_nothing(store: Store) {
    let Some(jobs) = store.as_jobs() else { return };
    let job = JobId::new("import-1");
    assert!(jobs.create(Job::new(job.clone(), "import", json!("start"), at(0))).await.expect("create"));
    let stale = jobs.lease("import", at(0), at(10)).await.expect("lease").expect("a job waits");
    jobs.lease("import", at(10), at(20)).await.expect("lease").expect("the lease has run out");
    let checkpoint = Checkpoint::running(&stale, json!("stale"), at(99));
    let batch = BulkWrite::new(vec![keyed("ada")]).checkpoint(checkpoint);
    assert_eq!(bulk(&store).write(&batch).await.expect("write"), BulkWritten::LeaseLost);
    assert!(scan(&store, None, 10).await.is_empty(), "no user is written");
    assert_eq!(jobs.job(&job).await.expect("job").expect("there").state, json!("start"));
}

/// Batches at once store each user once.
pub async fn of_64_batches_of_one_user_one_stores(store: Store) {
    let answers = at_once(64, |number| {
        let store = Arc::clone(&store);
        async move { write(&store, BulkWrite::new(vec![keyed("ada"), keyed(&format!("own-{number}"))])).await }
    });
    let answers = answers.await;
    assert_eq!(answers.iter().filter(|written| written[0] == BulkOutcome::Created).count(), 1, "one stores the user");
    assert!(answers.iter().all(|written| written[1] == BulkOutcome::Created), "and all store their own");
    assert_eq!(scan(&store, None, 100).await.len(), 65);
}

fn renamed(user: &User, name: &str) -> BulkUpdate {
    let mut profile = user.profile.clone();
    profile.name = Some(name.to_owned());
    BulkUpdate::new(user.id.clone(), user.version, UserChange::at(at(9)).profile(profile))
}

/// Many keys are looked up at once, and each answer is what a single look would find.
pub async fn a_look_up_answers_each_key_in_order(store: Store) {
    let (ada, bob) = (insert(&store, full("ada")).await, insert(&store, keyed("bob")).await);
    let gone = insert(&store, full("gone")).await;
    store.delete(&gone.id, Deletion::leaving(Tombstone::at(at(1)))).await.expect("delete");
    let nobody = User::from_new(full("nobody"));
    let users = [&gone, &ada, &nobody, &bob, &ada];
    let mut keys: Vec<_> = users.into_iter().flat_map(Key::all_of).map(OwnedKey::from).collect();
    keys.extend((0..3_000).map(|number| OwnedKey::Id(id(&format!("absent {number}")))));
    let answers = bulk(&store).look_up(&keys).await.expect("look up");
    assert_eq!(answers.len(), keys.len());
    for (key, answer) in keys.iter().zip(answers) {
        let single = find(&store, key.as_key()).await;
        let same = match (&answer, &single) {
            (Lookup::Found(many), Lookup::Found(one)) => many == one,
            (Lookup::Absent, Lookup::Absent) | (Lookup::Tombstoned, Lookup::Tombstoned) => true,
            (Lookup::Found(_) | Lookup::Absent | Lookup::Tombstoned, _) => false,
        };
        assert!(same, "{:?}: {answer:?}, and alone {single:?}", key.as_key().kind());
    }
    assert_eq!(bulk(&store).look_up(&[]).await.expect("look up").len(), 0);
}

/// Users are changed in the transaction that inserts others, each only if their row is as it was expected to be.
pub async fn a_batch_changes_those_who_are_as_expected(store: Store) {
    let (ada, bob, cyd) =
        (insert(&store, full("ada")).await, insert(&store, keyed("bob")).await, insert(&store, keyed("cyd")).await);
    let mut taken = renamed(&ada, "nobody");
    taken.change.profile.as_mut().expect("a profile").email.clone_from(&cyd.profile.email);
    let dan = insert(&store, keyed("dan")).await;
    let stale = BulkUpdate { expected: Version::new(7), ..renamed(&dan, "nobody") };
    let gone = BulkUpdate { id: id("gone"), ..renamed(&bob, "nobody") };
    let eve = insert(&store, keyed("eve")).await;
    assert!(store.record_login(&eve.id, at(5)).await.expect("log-in"));
    let password = UserChange::at(at(9)).same_password(Credential::PendingPassword);
    let updates = vec![
        taken,
        renamed(&bob, "Robert"),
        stale,
        gone,
        BulkUpdate::new(cyd.id.clone(), cyd.version, password.clone()).unless_logged_in_since(at(0)),
        renamed(&eve, "nobody").unless_logged_in_since(at(5)),
    ];
    let written = write(&store, BulkWrite::new(vec![keyed("new")]).updates(updates)).await;
    let email = KeyKind::Identifier(IdentifierKind::Email);
    assert_eq!(
        written,
        [
            BulkOutcome::Created,
            BulkOutcome::Taken(email),
            BulkOutcome::Updated,
            BulkOutcome::Stale,
            BulkOutcome::Gone,
            BulkOutcome::Updated,
            BulkOutcome::Stale,
        ]
    );
    assert!(found(&store, &ada.id).await == ada, "as before");
    assert!(found(&store, &dan.id).await == dan, "as before");
    let eve = found(&store, &eve.id).await;
    assert!(eve.profile.name.as_deref() != Some("nobody"), "she has logged in");
    let late = renamed(&eve, "Eve").unless_logged_in_since(at(6));
    assert_eq!(write(&store, BulkWrite::new(Vec::new()).updates(vec![late])).await, [BulkOutcome::Updated]);
    let mut expected = cyd.clone();
    expected.apply(password);
    assert!(found(&store, &cyd.id).await == expected, "whole");
    assert_eq!(found(&store, &bob.id).await.profile.name.as_deref(), Some("Robert"));
}

/// Of many changes each is made to its own user, whatever the others are, and told in its place.
pub async fn a_batch_makes_each_change_to_its_own_user(store: Store) {
    let users: Vec<_> = (0..300).map(|number| keyed(&format!("u{number}"))).collect();
    assert!(write(&store, BulkWrite::new(users.clone())).await.iter().all(|outcome| outcome.is_done()));
    let (mut updates, mut expected) = (Vec::new(), Vec::new());
    for (number, user) in users.into_iter().map(User::from_new).enumerate() {
        let (name, mut profile) = (format!("Number {number}"), user.profile.clone());
        profile.name = Some(name.clone());
        if number % 10 == 0 {
            profile.phone = None;
        }
        let credential = if number % 4 == 1 {
            Credential::PendingPassword
        } else {
            Credential::Hash(PasswordHash::new(name.as_str()))
        };
        let change = UserChange::at(at(9));
        let change = match number % 6 {
            0 | 1 => change.profile(profile),
            2 => change.same_password(credential),
            3 => change.profile(profile).new_password(credential),
            4 => change.legacy(LegacyKey::new("ldap", name)),
            _ => change.profile(profile).moved(Moved::new(at(8), MovedBy::Import)),
        };
        let mut update = BulkUpdate::new(user.id.clone(), user.version, change.clone());
        let mut user = user;
        if number % 7 == 3 {
            update.expected = Version::new(9);
        } else {
            user.apply(change);
        }
        expected.push((user, if number % 7 == 3 { BulkOutcome::Stale } else { BulkOutcome::Updated }));
        updates.push(update);
    }
    // Nobody is changed twice from one version.
    updates.push(updates[0].clone());
    let mut written = write(&store, BulkWrite::new(Vec::new()).updates(updates)).await;
    assert_eq!(written.pop(), Some(BulkOutcome::Stale));
    for ((user, outcome), written) in expected.iter().zip(written) {
        assert_eq!(written, *outcome);
        same(&found(&store, &user.id).await, user, "a change among others");
    }
}

/// All or nothing means nothing if there is one in the way, whoever comes before and after; and all if there is none.
pub async fn a_batch_that_wants_all_writes_all_or_nothing(store: Store) {
    let (ada, bob) = (insert(&store, full("ada")).await, insert(&store, keyed("bob")).await);
    let gone = insert(&store, keyed("gone")).await;
    store.delete(&gone.id, Deletion::leaving(Tombstone::at(at(1)))).await.expect("delete");
    let before = scan(&store, None, 100).await;
    let stale = BulkUpdate { expected: Version::new(7), ..renamed(&bob, "nobody") };
    let mut users: Vec<_> = (0..1_200).map(|number| plain(&format!("new {number}"))).collect();
    for (user, updates, expected) in [
        (Some(keyed("ada")), Vec::new(), BulkOutcome::Taken(KeyKind::Id)),
        (Some(keyed("gone")), Vec::new(), BulkOutcome::Tombstoned),
        (Some(plain("new 7")), vec![renamed(&ada, "nobody")], BulkOutcome::Taken(KeyKind::Id)),
        (None, vec![renamed(&ada, "nobody"), stale], BulkOutcome::Stale),
    ] {
        let mut batch = BulkWrite::new(users.iter().cloned().chain(user).collect()).updates(updates).unless_conflict();
        batch.tombstones = OnTombstone::Refuse;
        let BulkWritten::Conflict(outcomes) = bulk(&store).write(&batch).await.expect("write") else {
            panic!("{expected:?} stands in the way")
        };
        assert!(outcomes.contains(&expected), "{expected:?} is told");
        assert!(scan(&store, None, 2_000).await == before, "{expected:?}: nothing is written");
    }
    users.truncate(2);
    let batch = BulkWrite::new(users).updates(vec![renamed(&ada, "Ada")]).unless_conflict();
    let all = [BulkOutcome::Created, BulkOutcome::Created, BulkOutcome::Updated];
    assert_eq!(write(&store, batch).await, all);
    assert_eq!(found(&store, &ada.id).await.profile.name.as_deref(), Some("Ada"));
}

/// What is rolled back has the outcomes of the real thing, and leaves no trace.
pub async fn a_batch_rolled_back_tells_and_writes_nothing(store: Store) {
    let (ada, bob) = (insert(&store, full("ada")).await, insert(&store, keyed("bob")).await);
    let gone = insert(&store, keyed("gone")).await;
    store.delete(&gone.id, Deletion::leaving(Tombstone::at(at(1)))).await.expect("delete");
    let before = scan(&store, None, 100).await;
    let stale = BulkUpdate { expected: Version::new(7), ..renamed(&bob, "nobody") };
    let users = vec![keyed("new"), keyed("ada"), keyed("gone"), keyed("new")];
    let mut batch = BulkWrite::new(users).updates(vec![renamed(&ada, "Ada"), stale]);
    batch.tombstones = OnTombstone::Lift;
    let told = write(&store, batch.clone().rolled_back()).await;
    assert!(scan(&store, None, 100).await == before, "nobody is written or changed");
    assert!(matches!(find(&store, Key::Id(&gone.id)).await, Lookup::Tombstoned), "and no tombstone is lifted");
    assert_eq!(write(&store, batch).await, told, "the real thing");
    assert_eq!(told.iter().filter(|outcome| outcome.is_done()).count(), 3);
}

/// What was wrong with records is saved with the users and the progress, or not at all.
pub async fn faults_are_saved_with_their_batch(store: Store) {
    let Some(jobs) = store.as_jobs() else { return };
    let job = JobId::new("import-1");
    assert!(jobs.create(Job::new(job.clone(), "import", json!(0), at(0))).await.expect("create"));
    let lease = jobs.lease("import", at(0), at(10)).await.expect("lease").expect("a job waits");
    let fault = JobFault::new(4, 400, 3, json!([{"code": "FORMAT"}]));
    let checkpoint = Checkpoint::running(&lease, json!(1), at(20)).faults(vec![fault.clone()]);
    let batch = BulkWrite::new(vec![keyed("ada")]).checkpoint(checkpoint);
    assert!(!write(&store, batch.clone().rolled_back()).await.is_empty());
    assert_eq!(jobs.faults(&job, None, 10).await.expect("faults"), [], "rolled back");
    assert_eq!(jobs.job(&job).await.expect("job").expect("there").state, json!(0), "rolled back");
    assert_eq!(write(&store, batch.clone()).await, [BulkOutcome::Created]);
    assert_eq!(jobs.faults(&job, None, 10).await.expect("faults"), std::slice::from_ref(&fault));
    let conflict = bulk(&store).write(&batch.unless_conflict()).await.expect("write");
    assert_eq!(conflict, BulkWritten::Conflict(vec![BulkOutcome::Taken(KeyKind::Id)]));
    assert_eq!(jobs.faults(&job, None, 10).await.expect("faults"), [fault]);
}

/// A scan goes by the bytes of the ids, in pages of any size.
pub async fn a_scan_is_in_the_order_of_bytes(store: Store) {
    let mut ids = ["", "10", "9", "A", "a", "a\0", "aa", "\u{e9}", "z", "\u{10ffff}", "\u{ff5e}", "Z", " "];
    for text in ids {
        insert(&store, plain(text)).await;
    }
    ids.sort_unstable();
    for limit in [1, 2, 5, 100] {
        let (mut after, mut met) = (None, Vec::new());
        loop {
            let page = scan(&store, after.as_ref(), limit).await;
            assert!(page.len() <= limit, "a page holds its limit at most");
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            met.extend(page.into_iter().map(|user| user.id.as_str().to_owned()));
        }
        assert_eq!(met, ids, "in pages of {limit}");
    }
}

/// Whoever is there for the whole walk is met once, though others come and go before and behind.
pub async fn a_scan_meets_everybody_once_whatever_comes_and_goes(store: Store) {
    for number in 0..40 {
        insert(&store, plain(&format!("{number:02}-stays"))).await;
        insert(&store, plain(&format!("{number:02}-goes"))).await;
    }
    let (mut after, mut met) = (None, Vec::new());
    for step in 0..100 {
        let page = scan(&store, after.as_ref(), 3).await;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        met.extend(page.into_iter().filter(|user| user.id.as_str().ends_with("-stays")).map(|user| user.id));
        for number in [step, 39 - step.min(39)] {
            let _there =
                store.delete(&id(&format!("{number:02}-goes")), Deletion::without_trace()).await.expect("delete");
        }
        insert(&store, plain(&format!("00-comes-{step:03}"))).await;
        insert(&store, plain(&format!("39-comes-{step:03}"))).await;
    }
    let stayed: Vec<_> = (0..40).map(|number| id(&format!("{number:02}-stays"))).collect();
    assert!(met == stayed, "everybody once and in order");
}

/// A walk over nobody ends where it begins, and so does one from behind the last.
pub async fn a_scan_of_nobody_is_empty(store: Store) {
    assert!(scan(&store, None, 10).await.is_empty());
    insert(&store, plain("1")).await;
    assert!(scan(&store, Some(&id("1")), 10).await.is_empty());
    assert!(scan(&store, None, 0).await.is_empty());
}
