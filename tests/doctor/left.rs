//! Who is left, by a list that shows hashes.

use waystation::{
    MemoryStore, PasswordHash, Passwords, UserStore as _,
    clock::Timestamp,
    legacy::LegacyError,
    report::{self, Progress, WhyLeft},
    store::OnTombstone,
    user::{Credential, Delegation, Moved, MovedBy, NewUser, Profile, UserId},
};

use crate::archive::{Archive, Flaw, person, strong};

const BCRYPT: &str = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";

#[tokio::test]
async fn everybody_who_is_left_is_told_with_the_reason_and_the_scheme() {
    let mut blocked = person("3", &["joan@example.com"], PasswordHash::declared("bcrypt", BCRYPT));
    blocked.profile.blocked = true;
    let archive = Archive::of([
        person("1", &["ada@example.com"], strong()),
        person("2", &["grace@example.com"], PasswordHash::declared("bcrypt", "$2b$10$cut off")),
        blocked,
        person("4", &["mary@example.com"], PasswordHash::new("nothing that is known")),
    ]);
    let passwords = Passwords::builder().threads(1).build().unwrap();
    let left = async |passwords| {
        let page = report::left(&MemoryStore::new(), &archive, passwords, None, 10).await.unwrap();
        assert_eq!((page.walked, &page.next), (4, &None));
        assert!(page.left.iter().all(|left| WhyLeft::NAMES.contains(&left.why.as_str())));
        page.left.iter().map(|left| (left.why.as_str(), left.scheme)).collect::<Vec<_>>()
    };
    let expected = [
        ("not_seen", Some("argon2")),
        ("unusable_hash", Some("bcrypt")),
        ("blocked", Some("bcrypt")),
        ("unusable_hash", None),
    ];
    assert_eq!(left(Some(&passwords)).await, expected);
    // Without what knows hashes, none is looked at.
    let unknown = [("not_seen", None), ("not_seen", None), ("blocked", None), ("not_seen", None)];
    assert_eq!(left(None).await, unknown);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_somebody_who_is_left() {
    let archive = Archive::with_error(|| LegacyError::malformed("no date", "users.joined"));
    let page = report::left(&MemoryStore::new(), &archive, None, None, 10).await.unwrap();
    assert_eq!(page.left.iter().map(|left| left.why.as_str()).collect::<Vec<_>>(), ["not_seen", "unreadable"]);
}

#[tokio::test]
async fn only_those_of_the_legacy_system_count_for_its_progress() {
    let store = MemoryStore::new();
    let at = Timestamp::from_micros(0);
    let hash = || Credential::Hash(strong());
    for (id, source, credential, has_moved) in [
        ("1", Some("old-shop"), hash(), true),
        ("2", Some("old-shop"), Credential::Delegated(Delegation::to("old-shop")), true),
        ("3", Some("another-shop"), hash(), true),
        ("4", None, hash(), true),
    ] {
        let mut user = NewUser::new(UserId::new(id), Profile::default(), credential, at);
        user.legacy = source.map(|source| waystation::user::LegacyKey::new(source, id));
        user.moved = has_moved.then(|| Moved::new(at, MovedBy::LogIn));
        let _created = store.insert(user, OnTombstone::Refuse).await.unwrap();
    }
    let progress = Progress::read(&store, &Archive::sound()).await.unwrap();
    let of_source =
        progress.by_source.iter().map(|(source, it)| (source.as_str(), it.legacy_users, it.moved, it.left()));
    assert_eq!(of_source.collect::<Vec<_>>(), [("old-shop", 2, 1, 1)]);
    assert_eq!((progress.legacy_users(), progress.moved(), progress.flagged(), progress.left()), (2, 1, 1, 1));
    assert!(Progress::read(&store, &Archive::flawed(Flaw::IsDown)).await.is_err());
}
