//! What becomes of a record, as a pure decision.

use proptest::prelude::*;
use serde_json::{Value, json};
use waystation::{
    User, UserId,
    bulk::{
        CredentialMerge, FaultCode, Field, IdentifierMerge, ImportPolicy, ImportRecord, MatchBy, Merge, Plan, keys_of,
        plan,
    },
    clock::Timestamp,
    identifier::{IdentifierRules, StandardRules},
    store::{KeyKind, Lookup},
    user::{Credential, Delegation, LegacyKey, LinkedIdentity, Metadata, MfaFactor, Moved, MovedBy, NewUser, Profile},
};

use crate::importer::{email, hash, person, username};

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// The time of the import.
const NOW: i64 = 1_000;

/// Their addresses are not verified here.
fn upsert() -> ImportPolicy {
    let mut policy = ImportPolicy::default();
    (policy.upsert, policy.trust_unverified) = (true, true);
    policy
}

/// The user whom an import of the record made at 100.
fn imported(record: &ImportRecord) -> User {
    let credential = record.credential.clone().unwrap_or(Credential::PendingPassword);
    let mut user = NewUser::new(UserId::new("1"), record.profile.clone(), credential, at(100));
    user.moved = Some(Moved::new(at(100), MovedBy::Import));
    User::from_new(user)
}

/// What the store says when it has these users and nobody else.
fn found(record: &ImportRecord, users: &[&User]) -> Vec<(KeyKind, Lookup)> {
    let look = |key: waystation::store::OwnedKey| {
        let user = users.iter().find(|user| key.as_key().names(user));
        let lookup = user.map_or(Lookup::Absent, |user| Lookup::Found(Box::new((*user).clone())));
        (key.as_key().kind(), lookup)
    };
    keys_of(record).into_iter().map(look).collect()
}

fn decided(record: &ImportRecord, users: &[&User], policy: &ImportPolicy) -> Plan {
    plan(&found(record, users), record, policy, at(NOW))
}

/// The user after the record.
#[track_caller]
fn after(record: &ImportRecord, user: &User, policy: &ImportPolicy) -> User {
    match decided(record, &[user], policy) {
        Plan::Update(update) => {
            assert_eq!((&update.id, update.expected), (&user.id, user.version));
            let mut user = user.clone();
            user.apply(update.change);
            user
        }
        Plan::Unchanged => user.clone(),
        other => panic!("an update, not {other:?}"),
    }
}

#[track_caller]
fn refused(decided: Plan) -> (FaultCode, String, String) {
    match decided {
        Plan::Fault(fault) => (fault.code, fault.detail.into_owned(), fault.pointer),
        other => panic!("a fault, not {other:?}"),
    }
}

#[test]
fn whoever_is_not_there_is_inserted() {
    let record = person("ada");
    assert!(matches!(decided(&record, &[], &ImportPolicy::default()), Plan::Insert));
    assert!(matches!(decided(&record, &[], &ImportPolicy::reference()), Plan::Insert));
}

#[test]
fn whoever_is_there_is_a_conflict_named_by_its_key_unless_users_are_upserted() {
    let mut record = person("ada");
    username(&mut record, "ada1");
    record.legacy = Some(LegacyKey::new("shop", "7"));
    let of = |change: fn(&mut User)| {
        let mut user = imported(&ImportRecord::new());
        change(&mut user);
        user
    };
    let mut by_email = of(|_| {});
    by_email.profile.email.clone_from(&record.profile.email);
    let mut by_username = of(|_| {});
    by_username.profile.username.clone_from(&record.profile.username);
    let by_legacy = of(|user| user.legacy = Some(LegacyKey::new("shop", "7")));
    for (user, code, pointer) in [
        (&by_email, FaultCode::ConflictEmail, "/email"),
        (&by_username, FaultCode::ConflictUsername, "/username"),
        (&by_legacy, FaultCode::Conflict, "/user_id"),
    ] {
        let (told, _, at) = refused(decided(&record, &[user], &ImportPolicy::default()));
        assert_eq!((told, at.as_str()), (code, pointer));
    }
}

#[test]
fn a_record_that_names_two_users_changes_neither() {
    let mut record = person("ada");
    username(&mut record, "ada1");
    let ada = imported(&person("ada"));
    let mut other = imported(&ImportRecord::new());
    other.id = UserId::new("2");
    other.profile.username.clone_from(&record.profile.username);
    assert_eq!(refused(decided(&record, &[&ada, &other], &upsert())).0, FaultCode::ConflictUsername);
    // Nor does one whose user has another of its keys than the one that users are matched by.
    assert_eq!(refused(decided(&record, &[&other], &upsert())).0, FaultCode::ConflictUsername);
    let mut policy = upsert();
    policy.match_by = MatchBy::Username;
    assert!(matches!(decided(&record, &[&other], &policy), Plan::Update(_)));
}

#[test]
fn users_are_matched_by_the_key_that_was_chosen_and_by_no_other() {
    let mut record = person("ada");
    username(&mut record, "ada1");
    record.fields.insert(Field::Phone);
    record.profile.phone = Some(StandardRules::default().parse("+15550100").unwrap());
    record.id = Some(UserId::new("7"));
    record.legacy = Some(LegacyKey::new("shop", "7"));
    let nobody = imported(&ImportRecord::new());
    let mut by_id = nobody.clone();
    by_id.id = UserId::new("7");
    let mut by_legacy = nobody.clone();
    by_legacy.legacy.clone_from(&record.legacy);
    let (mut by_email, mut by_phone, mut by_username) = (nobody.clone(), nobody.clone(), nobody);
    by_email.profile.email.clone_from(&record.profile.email);
    by_phone.profile.phone.clone_from(&record.profile.phone);
    by_username.profile.username.clone_from(&record.profile.username);
    let users = [
        (MatchBy::Email, by_email),
        (MatchBy::Id, by_id),
        (MatchBy::Legacy, by_legacy),
        (MatchBy::Phone, by_phone),
        (MatchBy::Username, by_username),
    ];
    for (chosen, _) in &users {
        let mut policy = upsert();
        policy.match_by = *chosen;
        for (key, user) in &users {
            let decided = decided(&record, &[user], &policy);
            assert_eq!(matches!(decided, Plan::Update(_)), key == chosen, "by {chosen:?}, has {key:?}: {decided:?}");
            assert_eq!(matches!(decided, Plan::Fault(_)), key != chosen, "by {chosen:?}, has {key:?}: {decided:?}");
        }
    }
}

#[test]
fn factors_and_identities_each_follow_their_rule() {
    let factor = |secret: &str| MfaFactor::Totp { secret: secret.to_owned() };
    let identity = |subject: &str| LinkedIdentity::new("google-oauth2", subject);
    let mut record = person("ada");
    record.fields = record.fields.with(Field::MfaFactors).with(Field::Identities);
    record.profile.mfa_factors = vec![factor("A"), factor("B")];
    record.profile.identities = vec![identity("a"), identity("b")];
    let mut user = imported(&record);
    user.profile.mfa_factors = vec![factor("A"), factor("C")];
    user.profile.identities = vec![identity("a"), identity("c")];
    for (rule, factors, identities) in [
        (Merge::Keep, &["A", "C"][..], &["a", "c"][..]),
        (Merge::FillMissing, &["A", "C"], &["a", "c", "b"]),
        (Merge::DeepMerge, &["A", "C", "B"], &["a", "c", "b"]),
        (Merge::Replace, &["A", "B"], &["a", "b"]),
        // The record does not say when it was changed.
        (Merge::KeepNewer, &["A", "C"], &["a", "c", "b"]),
    ] {
        let mut policy = upsert();
        (policy.mfa, policy.identities) = (rule, Merge::Keep);
        let merged = after(&record, &user, &policy).profile;
        let expected: Vec<_> = factors.iter().map(|secret| factor(secret)).collect();
        assert!((&merged.mfa_factors, &merged.identities) == (&expected, &user.profile.identities), "{rule:?}");
        (policy.mfa, policy.identities) = (Merge::Keep, rule);
        let merged = after(&record, &user, &policy).profile;
        let expected: Vec<_> = identities.iter().map(|subject| identity(subject)).collect();
        assert!((&merged.identities, &merged.mfa_factors) == (&expected, &user.profile.mfa_factors), "{rule:?}");
    }
    let mut policy = upsert();
    (policy.mfa, policy.identities) = (Merge::FillMissing, Merge::FillMissing);
    (user.profile.mfa_factors, user.profile.identities) = (Vec::new(), Vec::new());
    let merged = after(&record, &user, &policy).profile;
    assert!(merged.mfa_factors == record.profile.mfa_factors && merged.identities == record.profile.identities);
}

#[test]
fn an_address_that_changed_hands_is_not_merged_into_whoever_had_it() {
    let mut record = person("ada");
    record.legacy = Some(LegacyKey::new("shop", "8"));
    let mut user = imported(&person("ada"));
    user.legacy = Some(LegacyKey::new("shop", "7"));
    let (code, detail, _) = refused(decided(&record, &[&user], &upsert()));
    assert_eq!((code, detail.as_str()), (FaultCode::Conflict, "conflict.other_person"));
    user.legacy = Some(LegacyKey::new("another shop", "7"));
    assert!(matches!(decided(&record, &[&user], &upsert()), Plan::Unchanged), "of another source");
}

#[test]
fn the_deleted_stay_deleted_unless_the_operator_says_so() {
    let record = person("ada");
    let kind = keys_of(&record).first().unwrap().as_key().kind();
    let buried = [(kind, Lookup::Tombstoned)];
    assert!(matches!(plan(&buried, &record, &upsert(), at(NOW)), Plan::Tombstoned));
    let mut policy = upsert();
    policy.lift_tombstones = true;
    assert!(matches!(plan(&buried, &record, &policy, at(NOW)), Plan::Insert));
}

#[test]
fn nobody_is_given_what_is_a_deleted_persons_by_having_their_address() {
    let mut record = person("ada");
    record.legacy = Some(LegacyKey::new("shop", "7"));
    let newcomer = imported(&person("ada"));
    let mut found = found(&record, &[&newcomer]);
    for (kind, lookup) in &mut found {
        if *kind == KeyKind::Legacy {
            *lookup = Lookup::Tombstoned;
        }
    }
    for mut policy in [ImportPolicy::default(), upsert(), ImportPolicy::reference()] {
        assert!(matches!(plan(&found, &record, &policy, at(NOW)), Plan::Tombstoned), "{policy:?}");
        (policy.upsert, policy.lift_tombstones) = (true, true);
        assert!(!matches!(plan(&found, &record, &policy, at(NOW)), Plan::Tombstoned), "{policy:?}");
    }
}

#[test]
fn an_address_that_was_not_shown_to_be_theirs_makes_nobody_the_person_of_a_record() {
    let mut policy = upsert();
    policy.trust_unverified = false;
    let mut record = person("ada");
    record.legacy = Some(LegacyKey::new("shop", "7"));
    record.fields.insert(Field::AppMetadata);
    record.profile.app_metadata.insert("plan".to_owned(), json!("gold"));
    let mut stored = imported(&person("ada"));
    let (code, detail, pointer) = refused(decided(&record, &[&stored], &policy));
    assert_eq!((code, detail.as_str(), pointer.as_str()), (FaultCode::Conflict, "conflict.unverified", "/email"));
    stored.legacy = Some(LegacyKey::new("another shop", "7"));
    assert_eq!(refused(decided(&record, &[&stored], &policy)).1, "conflict.unverified", "of another source");

    let has_it = |user: &User, record: &ImportRecord, policy: &ImportPolicy| {
        assert_eq!(after(record, user, policy).profile.app_metadata, record.profile.app_metadata);
    };
    stored.legacy = None;
    stored.profile.email_verified = true;
    has_it(&stored, &record, &policy);
    stored.profile.email_verified = false;
    stored.legacy.clone_from(&record.legacy);
    has_it(&stored, &record, &policy);
    (stored.legacy, record.legacy) = (None, None);
    assert_eq!(refused(decided(&record, &[&stored], &policy)).1, "conflict.unverified", "no key is no proof");
    record.id = Some(stored.id.clone());
    has_it(&stored, &record, &policy);
    record.id = None;
    has_it(&stored, &record, &ImportPolicy::reference());
    // Who is given nothing needs no proof.
    assert!(matches!(decided(&person("ada"), &[&stored], &policy), Plan::Unchanged));

    policy.match_by = MatchBy::Username;
    username(&mut record, "ada1");
    stored.profile.username.clone_from(&record.profile.username);
    has_it(&stored, &record, &policy);
}

#[test]
fn the_same_record_again_changes_nothing_under_any_policy() {
    let record = person("ada");
    let user = imported(&record);
    let mut cautious = upsert();
    cautious.trust_unverified = false;
    for policy in [cautious, upsert(), ImportPolicy::reference()] {
        assert!(matches!(decided(&record, &[&user], &policy), Plan::Unchanged));
    }
}

#[test]
fn a_password_is_overwritten_only_where_the_policy_says_so() {
    use CredentialMerge::{FillMissing, Keep, Replace, UntilFirstLogIn};

    let stored = imported(&person("ada"));
    let mut used = stored.clone();
    used.last_login = Some(at(200));
    let mut chosen = stored.clone();
    chosen.password_set_at = Some(at(200));
    let mut moved = stored.clone();
    moved.moved = Some(Moved::new(at(50), MovedBy::LogIn));
    let mut flagged = stored.clone();
    (flagged.moved, flagged.credential) = (None, Credential::Delegated(Delegation::to("shop")));
    let mut pending = stored.clone();
    pending.credential = Credential::PendingPassword;
    let mut social = stored.clone();
    social.credential = Credential::None;
    let mut record = person("ada");
    record.credential = Some(Credential::Hash(hash("another")));
    for (name, user, replaced_by) in [
        ("imported", &stored, &[Replace, UntilFirstLogIn][..]),
        ("imported and used", &used, &[Replace]),
        ("imported and changed", &chosen, &[Replace]),
        ("moved by a log-in", &moved, &[]),
        ("flagged", &flagged, &[FillMissing, Replace, UntilFirstLogIn]),
        ("to be set", &pending, &[FillMissing, Replace, UntilFirstLogIn]),
        ("none wanted", &social, &[Replace]),
    ] {
        for merge in [Keep, FillMissing, UntilFirstLogIn, Replace] {
            let mut policy = upsert();
            policy.credential = merge;
            let after = after(&record, user, &policy);
            let expected =
                if replaced_by.contains(&merge) { &record.credential } else { &Some(user.credential.clone()) };
            assert_eq!(Some(&after.credential), expected.as_ref(), "{name}, {merge:?}");
            if replaced_by.contains(&merge) {
                assert_eq!(after.moved, Some(Moved::new(at(NOW), MovedBy::Import)), "{name}, {merge:?}");
            }
        }
    }
}

#[test]
fn whoever_moved_by_a_log_in_keeps_everything_and_gains_what_is_missing() {
    let mut user = imported(&person("ada"));
    user.moved = Some(Moved::new(at(500), MovedBy::LogIn));
    let mut record = person("ada");
    record.fields = record.fields.with(Field::Nickname).with(Field::Blocked).with(Field::EmailVerified);
    record.profile.name = Some("Countess".to_owned());
    record.profile.nickname = Some("Ada".to_owned());
    record.profile.blocked = true;
    record.profile.email_verified = true;
    record.profile.user_metadata = Metadata::from_iter([("of".to_owned(), json!("x")), ("new".to_owned(), json!(1))]);
    record.updated_at = Some(at(900));
    username(&mut record, "ada1");
    for merge in [Merge::Replace, Merge::DeepMerge, Merge::KeepNewer, Merge::FillMissing] {
        let mut policy = upsert();
        policy.credential = CredentialMerge::Replace;
        for group in [&mut policy.names, &mut policy.user_metadata, &mut policy.verified, &mut policy.blocked] {
            *group = merge;
        }
        let after = after(&record, &user, &policy);
        let mut expected = user.profile.clone();
        expected.nickname = Some("Ada".to_owned());
        expected.username.clone_from(&record.profile.username);
        expected.user_metadata.insert("new".to_owned(), json!(1));
        assert!(after.profile == expected, "{merge:?}: {:?}", after.profile.differences(&expected));
        assert_eq!((&after.credential, after.moved), (&user.credential, user.moved));
        policy.spare_moved = false;
        let wins = merge != Merge::FillMissing;
        assert_eq!(self::after(&record, &user, &policy).profile.blocked, wins, "{merge:?}");
    }
}

#[test]
fn the_reference_replaces_metadata_and_leaves_identifiers_and_bans() {
    let user = imported(&person("ada"));
    let mut record = person("ada");
    record.fields = record.fields.with(Field::AppMetadata).with(Field::Blocked).with(Field::EmailVerified);
    username(&mut record, "ada1");
    record.profile.user_metadata = Metadata::from_iter([("only".to_owned(), json!(1))]);
    (record.profile.blocked, record.profile.email_verified) = (true, true);
    let after = after(&record, &user, &ImportPolicy::reference());
    assert_eq!(after.profile.user_metadata, record.profile.user_metadata, "replaced, not merged");
    assert!(after.profile.email_verified);
    assert_eq!((&after.profile.username, after.profile.blocked), (&None, false));
}

#[test]
fn what_a_record_does_not_name_stays() {
    let user = imported(&person("ada"));
    let mut record = ImportRecord::new();
    email(&mut record, "ada@example.com");
    assert!(matches!(decided(&record, &[&user], &ImportPolicy::reference()), Plan::Unchanged));
}

#[test]
fn an_account_that_somebody_opened_with_anothers_address_is_not_verified_by_filling_in() {
    let user = imported(&person("ada"));
    let mut record = person("ada");
    record.fields.insert(Field::EmailVerified);
    record.profile.email_verified = true;
    assert!(!after(&record, &user, &upsert()).profile.email_verified);
}

#[test]
fn an_address_that_an_import_adds_is_as_verified_as_the_record_says() {
    let mut user = imported(&person("ada"));
    user.profile.phone_verified = true;
    let mut record = person("ada");
    username(&mut record, "ada1");
    user.profile.username.clone_from(&record.profile.username);
    (user.profile.email, user.profile.email_verified) = (None, true);
    let mut policy = upsert();
    (policy.match_by, policy.identifiers) = (MatchBy::Username, IdentifierMerge::FillMissing);
    let after = after(&record, &user, &policy);
    assert_eq!(after.profile.email, record.profile.email);
    assert!(!after.profile.email_verified, "what was shown of an old address says nothing of a new one");
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), (0..3).prop_map(|number| json!(number)), Just(json!([1, 2]))];
    leaf.prop_recursive(3, 12, 3, |inner| {
        proptest::collection::btree_map("[ab]", inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect()))
    })
}

fn metadata() -> impl Strategy<Value = Metadata> {
    proptest::collection::btree_map("[abc]", value(), 0..4).prop_map(|map| map.into_iter().collect())
}

/// Every path of a value that leads to something other than an object, with what is there; empty objects too.
fn leaves(value: &Value, path: &str, into: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(name, value)| leaves(value, &format!("{path}/{name}"), into));
        }
        value => into.push((path.to_owned(), value.clone())),
    }
}

fn merged(stored: &Metadata, new: &Metadata, merge: Merge, updated_at: Option<i64>) -> Value {
    let mut user = imported(&person("ada"));
    user.profile.app_metadata.clone_from(stored);
    let mut record = person("ada");
    record.fields.insert(Field::AppMetadata);
    record.profile.app_metadata.clone_from(new);
    record.updated_at = updated_at.map(at);
    let mut policy = upsert();
    policy.app_metadata = merge;
    Value::Object(after(&record, &user, &policy).profile.app_metadata)
}

proptest! {
    #[test]
    fn filling_in_loses_nothing_and_adds_all_that_has_room(stored in metadata(), new in metadata()) {
        let merged = merged(&stored, &new, Merge::FillMissing, Some(900));
        let (mut before, mut after) = (Vec::new(), Vec::new());
        leaves(&Value::Object(stored.clone()), "", &mut before);
        leaves(&Value::Object(new), "", &mut after);
        for (path, value) in before.into_iter().filter(|(_, value)| *value != json!({})) {
            prop_assert_eq!(merged.pointer(&path), Some(&value), "{} was there", path);
        }
        for (path, value) in after {
            // There is room unless the stored value has something other than an object on the way.
            let stored = Value::Object(stored.clone());
            let ends = path.match_indices('/').map(|(place, _)| place).chain([path.len()]);
            let blocked = ends.skip(1).any(|end| stored.pointer(&path[..end]).is_some_and(|value| !value.is_object()));
            if !blocked && !path.is_empty() && stored.pointer(&path).is_none() {
                prop_assert_eq!(merged.pointer(&path), Some(&value), "{} had room", path);
            }
        }
    }

    #[test]
    fn an_older_record_fills_in_and_a_newer_one_wins_member_by_member(stored in metadata(), new in metadata()) {
        for older in [None, Some(-5), Some(100)] {
            let kept = merged(&stored, &new, Merge::KeepNewer, older);
            prop_assert_eq!(kept, merged(&stored, &new, Merge::FillMissing, older));
        }
        let newer = merged(&stored, &new, Merge::KeepNewer, Some(101));
        prop_assert_eq!(&newer, &merged(&stored, &new, Merge::DeepMerge, None));
        let (mut wanted, mut before) = (Vec::new(), Vec::new());
        leaves(&Value::Object(new.clone()), "", &mut wanted);
        leaves(&Value::Object(stored), "", &mut before);
        for (path, value) in wanted.into_iter().filter(|(_, value)| *value != json!({})) {
            prop_assert_eq!(newer.pointer(&path), Some(&value), "{} is newer", path);
        }
        for (path, value) in before {
            let new = Value::Object(new.clone());
            let mut ends = path.match_indices('/').map(|(place, _)| place).chain([path.len()]).skip(1);
            let named = ends.any(|end| new.pointer(&path[..end]).is_some_and(|value| !value.is_object()));
            if !named && new.pointer(&path).is_none() && !path.is_empty() {
                prop_assert_eq!(newer.pointer(&path), Some(&value), "{} was not named", path);
            }
        }
    }

    #[test]
    fn keeping_and_replacing_mean_the_whole(stored in metadata(), new in metadata()) {
        prop_assert_eq!(merged(&stored, &new, Merge::Keep, Some(900)), Value::Object(stored.clone()));
        prop_assert_eq!(merged(&stored, &new, Merge::Replace, None), Value::Object(new));
    }
}

#[test]
fn a_profile_without_keys_names_nobody() {
    let mut record = ImportRecord::new();
    record.profile = Profile::default();
    assert!(keys_of(&record).is_empty());
    assert!(matches!(plan(&[], &record, &upsert(), at(NOW)), Plan::Insert));
}
