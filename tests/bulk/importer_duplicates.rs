//! Records that share a key with one so far before them that the importer has forgotten it: the store tells.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};

use waystation::{
    User, UserStore,
    bulk::{FaultCode, ImportFailure, ImportPolicy, ImportReport, Importer, Record},
    store::MemoryStore,
};

use crate::importer::{Given, Listed, email, everybody, faulty, person, username};
use crate::importer_stores::{Aside, delete, importer, stores, upsert};

/// More records than the keys of so little text have room for.
const MANY: usize = 8_000;

/// The same records, said to be of so many bytes of text.
fn of_bytes(records: &[Given], text_bytes: u64) -> Arc<Listed> {
    let mut listed = (*Listed::given(records.to_vec())).clone();
    listed.state.text_bytes = Some(text_bytes);
    Arc::new(listed)
}

fn crowd() -> Vec<Given> {
    (0..MANY).map(|number| Ok(person(&format!("p{number}")))).collect()
}

/// Gives `later` the user name of `first`.
fn share_username(records: &mut [Given], first: usize, later: usize) {
    for place in [first, later] {
        username(records[place].as_mut().unwrap(), &format!("shared{first}"));
    }
}

/// What became of whom: the report, the faults of each record that was put aside, and how often the input was read.
async fn imported(
    store: &Arc<dyn UserStore>,
    policy: ImportPolicy,
    input: &Arc<Listed>,
) -> (ImportReport, Vec<(u64, String)>, usize) {
    let aside = Aside::default();
    let importer = Importer::builder(Arc::clone(store)).batch_records(200).policy(policy);
    let report = importer.faulty_records_to(aside.clone()).build().run(input.clone()).await.unwrap();
    let fault_of = |record: &Record| (record.place.record, record.user.as_ref().unwrap_err()[0].detail.to_string());
    let aside = aside.0.lock().unwrap().iter().map(fault_of).collect();
    (report.without_duration(), aside, input.readings.load(Ordering::Relaxed))
}

/// Whoever is there before: somebody who was deleted, and two who have what records have.
async fn furnish(store: &Arc<dyn UserStore>, records: &[Given]) {
    let some: Vec<Given> = [4_000, 4_300].map(|place| Ok(records[place].clone().unwrap())).into();
    let mut gone = person("gone");
    username(&mut gone, "buried");
    importer(store).run(Listed::given([some, vec![Ok(gone)]].concat())).await.unwrap();
    let gone = crate::importer::named(&everybody(&**store).await, "gone");
    delete(&**store, &gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_again_is_found_however_far_apart_and_whatever_became_of_the_first() {
    let mut records = crowd();
    // Among those who are inserted without anything in their way.
    share_username(&mut records, 10, 3_990);
    email(records[3_995].as_mut().unwrap(), "p11@example.com");
    // The first one is there already, or was deleted, or is no user at all.
    share_username(&mut records, 4_000, 7_900);
    username(records[4_100].as_mut().unwrap(), "buried");
    email(records[7_950].as_mut().unwrap(), "p4100@example.com");
    records[4_200] = faulty(FaultCode::Format);
    email(records[7_960].as_mut().unwrap(), "p4200@example.com");
    // Of a batch that is under way.
    share_username(&mut records, 4_301, 4_302);
    share_username(&mut records, 4_350, 4_550);
    for policy in [ImportPolicy::default(), upsert()] {
        for ((name, watched, _kept), (_, forgetful, _also)) in stores().await.into_iter().zip(stores().await) {
            furnish(&watched, &records).await;
            furnish(&forgetful, &records).await;
            let (report, aside, _) = imported(&watched, policy, &of_bytes(&records, 1 << 30)).await;
            let (same_report, same_aside, readings) = imported(&forgetful, policy, &of_bytes(&records, 1)).await;
            assert_eq!((&report, &aside), (&same_report, &same_aside), "{name}");
            assert_eq!((report.duplicates, readings), (6, 2), "{name}");
            for record in [3_990, 3_995, 4_302, 4_550, 7_900, 7_950] {
                assert!(aside.contains(&(record, "duplicated".to_owned())), "{name}: {record}");
            }
            let (all, same) = (everybody(&*watched).await, everybody(&*forgetful).await);
            let names = |users: &[User]| users.iter().map(|user| user.profile.name.clone()).collect::<BTreeSet<_>>();
            assert_eq!((all.len(), names(&all)), (same.len(), names(&same)), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_come_once_are_read_once_and_so_is_the_rest_of_them() {
    let records = crowd();
    let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
    let whole = of_bytes(&records, 1);
    let import = Importer::builder(Arc::clone(&store)).batch_records(200).build();
    let error = import.run(whole.clone().broken_at(5_000)).await.unwrap_err();
    let report = import.resume(whole.clone(), error.place, *error.report).await.unwrap();
    assert_eq!((report.inserted, everybody(&*store).await.len()), (MANY as u64, MANY));
    assert_eq!(whole.readings.load(Ordering::Relaxed), 2, "up to where it broke off, and from there");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_there_already_costs_no_reading_while_all_keys_are_known() {
    let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
    let whole = Listed::given(crowd());
    for times in 1..3 {
        let (report, ..) = imported(&store, upsert(), &whole).await;
        assert_eq!((report.inserted + report.unchanged, report.duplicates), (MANY as u64, 0));
        assert_eq!(whole.readings.load(Ordering::Relaxed), times);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_store_cannot_tell_the_input_is_read_through() {
    let mut records = crowd();
    share_username(&mut records, 10, 7_000);
    for (name, store, _kept) in stores().await {
        // Nothing of a dry run stays there.
        let whole = of_bytes(&records, 1);
        let dry = Importer::builder(Arc::clone(&store)).batch_records(200).build().dry_run();
        let dry = dry.run(whole.clone()).await.unwrap().without_duration();
        assert_eq!((dry.duplicates, whole.readings.load(Ordering::Relaxed)), (1, 2), "{name}");

        // The first of the two was in conflict with somebody before the import was gone on with.
        importer(&store).run(Listed::given(vec![records[10].clone()])).await.unwrap();
        let import = Importer::builder(Arc::clone(&store)).batch_records(200).build();
        let error = import.run(whole.clone().broken_at(5_000)).await.unwrap_err();
        let report = import.resume(whole.clone(), error.place, *error.report).await.unwrap();
        assert_eq!((report.failed, report.duplicates, report.inserted), (1, 1, MANY as u64 - 2), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_before_a_cut_is_imported_whatever_has_to_be_read_through() {
    let mut records = crowd();
    share_username(&mut records, 10, 2_000);
    let store = || Arc::new(MemoryStore::new()) as Arc<dyn UserStore>;
    let import = |store: &Arc<dyn UserStore>| Importer::builder(Arc::clone(store)).batch_records(200).build();
    // Two that share a key; and a dry run of more text than is watched.
    for (text_bytes, is_dry) in [(1 << 20, false), (1, false), (1 << 31, true)] {
        let store = store();
        let importer = if is_dry { import(&store).dry_run() } else { import(&store) };
        let cut = of_bytes(&records, text_bytes).broken_at(7_000);
        let error = importer.run(cut).await.unwrap_err();
        assert!(matches!(error.failure, ImportFailure::Input(_)));
        assert_eq!((error.place.record, error.report.inserted, error.report.duplicates), (7_000, 6_999, 1));
    }
    // Gone on with after a conflict, so that the rest has to be compared with what was before.
    let store = store();
    importer(&store).run(Listed::given(vec![records[20].clone()])).await.unwrap();
    let first = import(&store).run(of_bytes(&records, 1).broken_at(5_000)).await.unwrap_err();
    let cut = of_bytes(&records, 1).broken_at(7_000);
    let error = import(&store).resume(cut, first.place, *first.report).await.unwrap_err();
    assert_eq!((error.place.record, error.report.read, error.report.failed), (7_000, 7_000, 1));
}
