use waystation::{clock::Timestamp, identifier::*, store::*, user::*};
#[tokio::test]
async fn smoke() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("a.sqlite"), "x").await.unwrap();
    let mut p = Profile::default();
    p.set_identifier(StandardRules::new().parse("Ada@example.com").unwrap());
    let mut u = NewUser::new(UserId::new("1"), p.clone(), Credential::None, Timestamp::from_micros(-5));
    u.legacy = Some(LegacyKey::new("django", "7"));
    let Insert::Created(c) = store.insert(u.clone(), OnTombstone::Refuse).await.unwrap() else { panic!() };
    let l = store.find(Key::Identifier(p.email.as_ref().unwrap())).await.unwrap().into_user().unwrap();
    assert!(*c == l);
    assert!(matches!(store.insert(u.clone(), OnTombstone::Refuse).await.unwrap(), Insert::Taken(KeyKind::Id)));
    let Update::Updated(n) = store
        .update(&u.id, Version::FIRST, UserChange::at(Timestamp::from_micros(9)).profile(Profile::default()))
        .await
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(n.version.get(), 2);
    assert!(matches!(
        store.update(&u.id, Version::FIRST, UserChange::at(Timestamp::from_micros(9))).await.unwrap(),
        Update::Stale
    ));
    assert!(store.record_login(&u.id, Timestamp::from_micros(99)).await.unwrap());
    assert!(store.delete(&u.id, Some(Tombstone::at(Timestamp::from_micros(100)))).await.unwrap());
    assert!(matches!(store.find(Key::Id(&u.id)).await.unwrap(), Lookup::Tombstoned));
    let mut v = u.clone();
    v.id = UserId::new("2");
    assert!(matches!(store.insert(v.clone(), OnTombstone::Refuse).await.unwrap(), Insert::Tombstoned));
    assert!(matches!(store.insert(v.clone(), OnTombstone::Lift).await.unwrap(), Insert::Created(_)));
    println!("{:?}", store.stats().await.unwrap());
    println!("{:?}", store.search(&Search::new(Filter::All)).await.unwrap());
    store.close().await.unwrap();
}
