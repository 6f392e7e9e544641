//! One record: what is taken, what is refused, and what comes back.

use proptest::{collection::vec, option, prelude::*};
use serde_json::json;
use waystation::{
    bulk::{Fault, FaultCode, Field, ImportRecord, RecordOptions},
    clock::Timestamp,
    identifier::{IdentifierKind, IdentifierRules, StandardRules},
    password::{HashContext, HashError, Limits, ParsedHash, PasswordHash, PasswordScheme, Schemes},
    user::{
        Credential, Delegation, LegacyKey, LinkedIdentity, Metadata, MfaFactor, Moved, MovedBy, NewUser, Profile, User,
        UserId,
    },
};

const BCRYPT: &str = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";

fn read(json: &serde_json::Value) -> Result<ImportRecord, Vec<Fault>> {
    ImportRecord::from_json(json.to_string().as_bytes(), &RecordOptions::default())
}

/// Pointer, code and detail of each fault.
fn faults(text: &str, options: &RecordOptions) -> Vec<(String, &'static str, String)> {
    let faults = ImportRecord::from_json(text.as_bytes(), options).unwrap_err();
    faults.into_iter().map(|fault| (fault.pointer, fault.code.as_str(), fault.detail.into_owned())).collect()
}

#[test]
fn a_record_with_every_field_of_the_reference_schema_is_read() {
    let record = read(&json!({
        "email": "Ada@Example.com", "email_verified": true, "phone_number": "+441234567890", "phone_verified": true,
        "user_id": "42", "username": "ada", "given_name": "Ada", "family_name": "Lovelace", "name": "Ada Lovelace",
        "nickname": "countess", "picture": "https://example.com/a.png", "blocked": true, "password_hash": BCRYPT,
        "password_set_date": "2019-12-06T18:36:12.412Z", "app_metadata": {"plan": {"created_at": 1}},
        "user_metadata": {"created_at": "now", "list": [1, {"a": null}]},
        "mfa_factors": [{"totp": {"secret": "JBSWY3DPEHPK3PXP"}}, {"phone": {"value": "+15551112233"}},
                        {"email": {"value": "ada@example.org"}}],
    }))
    .unwrap();
    assert_eq!(record.id, Some(UserId::new("42")));
    assert_eq!(record.profile.email.as_ref().unwrap().normal(), "ada@example.com");
    assert_eq!(record.profile.email.as_ref().unwrap().original(), "Ada@Example.com");
    assert_eq!(record.profile.phone.as_ref().unwrap().normal(), "+441234567890");
    assert_eq!(record.profile.username.as_ref().unwrap().normal(), "ada");
    assert!(record.profile.email_verified && record.profile.phone_verified && record.profile.blocked);
    assert_eq!(record.profile.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(record.profile.user_metadata["list"], json!([1, {"a": null}]));
    assert_eq!(record.profile.mfa_factors.len(), 3);
    assert_eq!(record.password_set_at, Some(Timestamp::from_micros(1_575_657_372_412_000)));
    assert_eq!(record.credential, Some(Credential::Hash(PasswordHash::declared("bcrypt", BCRYPT))));
    let unnamed = [Field::CreatedAt, Field::Identities, Field::LastLogin, Field::LoginCount, Field::Moved];
    for field in Field::ALL {
        assert_eq!(record.fields.contains(*field), !unnamed.contains(field), "{field:?}");
    }
}

/// Has the name of the reference product's objects, and knows none of them.
#[derive(Debug)]
struct Strict;

impl PasswordScheme for Strict {
    fn name(&self) -> &'static str {
        "custom-password-hash"
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["{"]
    }

    fn fits(&self, _text: &str) -> bool {
        true
    }

    fn parse(&self, _hash: &PasswordHash, _limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        Err(HashError::Locked)
    }
}

#[test]
fn a_host_that_has_another_scheme_for_custom_password_hashes_or_none_is_asked() {
    let record = json!({
        "user_id": "1",
        "custom_password_hash": {"algorithm": "bcrypt", "hash": {"value": BCRYPT}},
    });
    let (record, limits) = (record.to_string(), Limits::default());
    let place = "/custom_password_hash".to_owned();
    let without = Schemes::standard().without("custom-password-hash");
    let options = RecordOptions::default().schemes(without.clone(), limits.clone());
    assert_eq!(faults(&record, &options), [(place.clone(), "ENUM_MISMATCH", "hash.unsupported".to_owned())]);
    let options = RecordOptions::default().schemes(without.with(Strict).unwrap(), limits.clone());
    assert_eq!(faults(&record, &options), [(place.clone(), "FORMAT", "hash.locked".to_owned())]);
    let options = RecordOptions::default().schemes(Schemes::standard(), limits.hash_bytes(80));
    assert_eq!(faults(&record, &options), [(place, "MAXIMUM", "hash.too_costly".to_owned())]);
}

#[test]
fn what_stands_twice_in_a_custom_password_hash_is_found_where_it_stands() {
    let text = format!(
        r#"{{"user_id": "1", "custom_password_hash": {{"algorithm": "bcrypt", "hash": {{"value": "{BCRYPT}", "value": "{BCRYPT}"}}}}}}"#
    );
    let found = faults(&text, &RecordOptions::default());
    assert_eq!(found, [("/custom_password_hash/hash/value".to_owned(), "NOT_PASSED", "json.duplicate".to_owned())]);
}

/// A record, how it is read, and pointer, code and detail of what is wrong with it.
type Case<'a> = (&'a str, &'a RecordOptions, &'a [(&'a str, &'a str, &'a str)]);

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_fault_is_named_by_place_and_code() {
    let strict = RecordOptions::default().strict();
    let lenient = RecordOptions::default();
    let tight = RecordOptions::default().schemes(Schemes::standard(), {
        let mut limits = Limits::default();
        limits.bcrypt.cost = 9;
        limits
    });
    let emails_only = {
        let rules = StandardRules::new().kinds(&[IdentifierKind::Email]);
        RecordOptions::default().rules(std::sync::Arc::new(rules))
    };
    let long_id = format!(r#"{{"user_id": "{}"}}"#, "x".repeat(1_025));
    let long_name = format!(r#"{{"username": "{}"}}"#, "x".repeat(129));
    let eleven = format!(r#"{{"user_id": "1", "mfa_factors": [{}]}}"#, [r#"{"totp":{"secret":"AA"}}"#; 11].join(","));
    let nested = format!(r#"{{"user_metadata": {}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let costly = format!(r#"{{"user_id": "1", "password_hash": "{BCRYPT}"}}"#);
    let twice = format!(
        r#"{{"user_id": "1", "password_hash": "{BCRYPT}", "custom_password_hash":
            {{"algorithm": "bcrypt", "hash": {{"value": "{BCRYPT}"}}}}}}"#
    );
    let credential = |credential: serde_json::Value| json!({"user_id": "1", "waystation": {"credential": credential}});
    let (long, fits) = ("x".repeat(256), "x".repeat(255));
    let long_source = credential(json!({"delegated": {"source": long}})).to_string();
    let long_scheme = credential(json!({"hash": {"scheme": long, "text": "1"}})).to_string();
    let long_shadow =
        credential(json!({"delegated": {"source": fits, "shadow": {"scheme": long, "text": "1"}}})).to_string();
    let fitting = credential(json!({"delegated": {"source": fits, "shadow": {"scheme": fits, "text": "1"}}}));
    assert!(read(&fitting).is_ok());
    let too_long: &[_] = &[("/waystation/credential", "MAX_LENGTH", "credential.too_long")];
    #[rustfmt::skip]
    let cases: &[Case<'_>] = &[
        (&long_source, &lenient, too_long),
        (&long_scheme, &lenient, too_long),
        (&long_shadow, &lenient, too_long),
        ("[1]", &lenient, &[("", "OBJECT_REQUIRED", "record.type")]),
        ("{\"a\": ", &lenient, &[("", "FORMAT", "json.syntax")]),
        (r#"{"email": "a@example.com"} {}"#, &lenient, &[("", "FORMAT", "json.syntax")]),
        (r#"{"name": "\ud800"}"#, &lenient, &[("", "FORMAT", "json.surrogate")]),
        (r#"{"name": "\udc00\ud800"}"#, &lenient, &[("", "FORMAT", "json.surrogate")]),
        (&nested, &lenient, &[("", "FORMAT", "json.depth")]),
        (r#"{"user_id": "1", "name": "a", "name": "b"}"#, &lenient, &[("/name", "NOT_PASSED", "json.duplicate")]),
        (r#"{"user_id": "1", "user_metadata": {"a": [{"b": 1, "b": 1}]}}"#, &lenient,
            &[("/user_metadata/a/0/b", "NOT_PASSED", "json.duplicate")]),
        ("{}", &lenient, &[("", "ANY_OF_MISSING", "record.nobody")]),
        (r#"{"user_id": "1"}"#, &strict, &[("/email", "ANY_OF_MISSING", "email.missing")]),
        (r#"{"email": "nobody"}"#, &lenient, &[("/email", "FORMAT", "email.syntax")]),
        (r#"{"email": null}"#, &lenient, &[("/email", "INVALID_TYPE", "value.type")]),
        (r#"{"email": " "}"#, &lenient, &[("/email", "MIN_LENGTH", "email.empty")]),
        (r#"{"phone_number": "+12x"}"#, &lenient, &[("/phone_number", "PATTERN", "phone.syntax")]),
        (r#"{"phone_number": "+1234567890123456"}"#, &lenient, &[("/phone_number", "MAX_LENGTH", "phone.too_long")]),
        (r#"{"username": "a\u0000b"}"#, &lenient, &[("/username", "PATTERN", "username.syntax")]),
        (&long_name, &lenient, &[("/username", "MAX_LENGTH", "username.too_long")]),
        (r#"{"username": "ada"}"#, &emails_only, &[("/username", "NOT_PASSED", "username.not_accepted")]),
        (r#"{"user_id": ""}"#, &lenient, &[("/user_id", "MIN_LENGTH", "user_id.empty")]),
        (r#"{"user_id": 7}"#, &lenient, &[("/user_id", "INVALID_TYPE", "value.type")]),
        (&long_id, &lenient, &[("/user_id", "MAX_LENGTH", "user_id.too_long")]),
        (r#"{"user_id": "1", "blocked": "yes", "email_verified": 1}"#, &lenient,
            &[("/blocked", "INVALID_TYPE", "value.type"), ("/email_verified", "INVALID_TYPE", "value.type")]),
        (r#"{"user_id": "1", "created_at": 1}"#, &lenient, &[("/created_at", "NOT_PASSED", "key.unknown")]),
        (r#"{"user_id": "1", "ada@example.com": 1}"#, &lenient, &[("", "NOT_PASSED", "key.unknown")]),
        (r#"{"email": "a@example.com", "waystation": {}}"#, &strict, &[("/waystation", "NOT_PASSED", "key.unknown")]),
        (r#"{"user_id": "1", "password_set_date": "yesterday"}"#, &lenient,
            &[("/password_set_date", "FORMAT", "date.syntax")]),
        (r#"{"user_id": "1", "app_metadata": 1, "user_metadata": null}"#, &lenient,
            &[("/app_metadata", "INVALID_TYPE", "value.type"), ("/user_metadata", "INVALID_TYPE", "value.type")]),
        (r#"{"user_id": "1", "user_metadata": {"a": {"b.c": 1}}, "app_metadata": {"$x": 1}}"#, &lenient,
            &[("/user_metadata/a", "PATTERN", "metadata.key"), ("/app_metadata", "PATTERN", "metadata.key")]),
        (r#"{"user_id": "1", "password_hash": "$2b$10$short"}"#, &lenient,
            &[("/password_hash", "FORMAT", "hash.malformed")]),
        (r#"{"user_id": "1", "password_hash": "5f4dcc3b5aa765d61d8327deb882cf99"}"#, &lenient,
            &[("/password_hash", "FORMAT", "hash.ambiguous")]),
        (r#"{"user_id": "1", "password_hash": "???"}"#, &lenient, &[("/password_hash", "ENUM_MISMATCH", "hash.unsupported")]),
        (r#"{"user_id": "1", "password_hash": "!"}"#, &lenient, &[("/password_hash", "FORMAT", "hash.locked")]),
        (&costly, &tight, &[("/password_hash", "MAXIMUM", "hash.too_costly")]),
        (r#"{"email": "a@example.com", "password_hash": "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A"}"#,
            &strict, &[("/password_hash", "PATTERN", "hash.not_bcrypt")]),
        (&twice, &lenient, &[("/custom_password_hash", "NOT_PASSED", "field.twice")]),
        (r#"{"user_id": "1", "custom_password_hash": {"algorithm": "md6", "hash": {"value": "x"}}}"#, &lenient,
            &[("/custom_password_hash/algorithm", "ENUM_MISMATCH", "hash.unknown")]),
        (r#"{"user_id": "1", "custom_password_hash": {"algorithm": "md5", "hash": {"value": "xx", "encoding": "hex"}}}"#,
            &lenient, &[("/custom_password_hash/hash/value", "FORMAT", "hash.encoding")]),
        (r#"{"user_id": "1", "custom_password_hash": {"algorithm": "md5"}}"#, &lenient,
            &[("/custom_password_hash/hash", "ANY_OF_MISSING", "hash.missing")]),
        (r#"{"user_id": "1", "custom_password_hash": "x"}"#, &lenient,
            &[("/custom_password_hash", "INVALID_TYPE", "value.type")]),
        (r#"{"user_id": "1", "mfa_factors": []}"#, &lenient, &[("/mfa_factors", "ARRAY_LENGTH_SHORT", "mfa.too_few")]),
        (&eleven, &lenient, &[("/mfa_factors", "ARRAY_LENGTH_LONG", "mfa.too_many")]),
        (r#"{"user_id": "1", "mfa_factors": [{}, {"totp": {"secret": "JTF18P5973P1KCZN"}}, {"phone": {"value": "15"}}]}"#,
            &lenient, &[("/mfa_factors/0", "ANY_OF_MISSING", "mfa.empty"),
                ("/mfa_factors/1/totp/secret", "PATTERN", "mfa.secret"),
                ("/mfa_factors/2/phone/value", "PATTERN", "mfa.phone")]),
        (r#"{"user_id": "1", "mfa_factors": [{"email": {"value": "x"}}, {"sms": {}}, {"totp": {}}, 1]}"#, &lenient,
            &[("/mfa_factors/0/email/value", "FORMAT", "mfa.email"), ("/mfa_factors/1/sms", "NOT_PASSED", "key.unknown"),
                ("/mfa_factors/2/totp/secret", "ANY_OF_MISSING", "mfa.missing"),
                ("/mfa_factors/3", "INVALID_TYPE", "value.type")]),
        (r#"{"user_id": "1", "mfa_factors": [{"totp": {"secret": "AA"}, "phone": {"value": "+1"}}]}"#, &lenient,
            &[("/mfa_factors/0", "NOT_PASSED", "mfa.several")]),
        (r#"{"user_id": "1", "waystation": {"login_count": -1, "moved": {"at": "x", "by": "magic"}, "legacy": {"id": ""},
            "credential": "open", "identities": [{}], "mfa_factors": 1, "who": 1}}"#, &lenient,
            &[("/waystation/login_count", "MINIMUM", "login_count.negative"), ("/waystation/moved/at", "FORMAT", "date.syntax"),
                ("/waystation/moved/by", "ENUM_MISMATCH", "moved.by"),
                ("/waystation/legacy/source", "ANY_OF_MISSING", "field.missing"),
                ("/waystation/credential", "ENUM_MISMATCH", "credential.syntax"),
                ("/waystation/identities/0", "FORMAT", "identity.syntax"),
                ("/waystation/mfa_factors", "INVALID_TYPE", "value.type"), ("/waystation/who", "NOT_PASSED", "key.unknown")]),
        (r#"{"user_id": "1", "waystation": {"user_metadata": {"a": [{"$serde_json::private::RawValue": "x"}]}}}"#, &lenient,
            &[("/waystation/user_metadata/a/0", "PATTERN", "json.reserved")]),
        (r#"{"user_id": "1", "waystation": {"legacy": {"source": "", "id": "1"}}}"#, &lenient,
            &[("/waystation/legacy/source", "MIN_LENGTH", "legacy.empty")]),
    ];
    for (text, options, expected) in cases {
        let expected: Vec<_> = expected
            .iter()
            .map(|(pointer, code, detail)| ((*pointer).to_owned(), *code, (*detail).to_owned()))
            .collect();
        let shown: String = text.chars().take(120).collect();
        assert_eq!(faults(text, options), expected, "{shown}");
    }
}

/// A field, the last value of it that is taken strictly, and the first that is not, with its code.
type Bound = (&'static str, serde_json::Value, serde_json::Value, &'static str, &'static str);

#[test]
fn strictly_every_field_is_taken_up_to_its_bound() {
    let address = |local: usize, rest: usize| json!(format!("{}@{}", "a".repeat(local), vec!["b"; rest].join(".")));
    let factor = |value: &str| json!([{"email": {"value": value}}]);
    let hash = |rounds: &str| json!(BCRYPT.replacen("$10$", rounds, 1));
    let text = |length: usize| json!("é".repeat(length));
    let label = |length: usize| json!(format!("a@{}.example", "b".repeat(length)));
    let letters = "@^$.!`#+'~_-azAZ09";
    #[rustfmt::skip]
    let bounds: Vec<Bound> = vec![
        ("email", address(64, 90), address(65, 90), "MAX_LENGTH", "email.too_long"),
        ("email", address(62, 96), address(63, 96), "MAX_LENGTH", "email.too_long"),
        ("email", json!("zoe@example.com"), json!("zo\u{eb}@example.com"), "FORMAT", "email.syntax"),
        ("email", json!("a@b"), json!(" a@b"), "FORMAT", "email.syntax"),
        ("email", json!("a.b@c.d"), json!("a..b@c.d"), "FORMAT", "email.syntax"),
        ("email", json!("!#$%&'*+-/=?^_`{|}~@c"), json!("(@c"), "FORMAT", "email.syntax"),
        ("email", json!("a@b-c.d"), json!("a@b-.c"), "FORMAT", "email.syntax"),
        ("email", label(63), label(64), "FORMAT", "email.syntax"),
        ("phone_number", json!("+123456789012345"), json!("+1234567890123456"), "MAX_LENGTH", "phone.too_long"),
        ("phone_number", json!("+1"), json!("+1 2"), "PATTERN", "phone.syntax"),
        ("username", json!("u".repeat(128)), json!("u".repeat(129)), "MAX_LENGTH", "username.too_long"),
        ("username", json!(letters), json!(format!("{letters}/")), "PATTERN", "username.syntax"),
        ("username", json!("a@"), json!("a@b"), "PATTERN", "username.syntax"),
        ("given_name", text(1), text(0), "MIN_LENGTH", "name.empty"),
        ("given_name", text(150), text(151), "MAX_LENGTH", "name.too_long"),
        ("family_name", text(1), text(0), "MIN_LENGTH", "name.empty"),
        ("family_name", text(150), text(151), "MAX_LENGTH", "name.too_long"),
        ("name", text(1), text(0), "MIN_LENGTH", "name.empty"),
        ("name", text(150), text(151), "MAX_LENGTH", "name.too_long"),
        ("nickname", text(1), text(0), "MIN_LENGTH", "name.empty"),
        ("nickname", text(350), text(351), "MAX_LENGTH", "name.too_long"),
        ("password_hash", hash("$10$"), hash("$09$"), "PATTERN", "hash.rounds"),
        ("password_hash", hash("$10$"), hash("$11$"), "PATTERN", "hash.rounds"),
        ("password_hash", json!(BCRYPT.replacen('b', "a", 1)), json!(BCRYPT.replacen('b', "y", 1)), "PATTERN", "hash.not_bcrypt"),
        ("password_set_date", json!("2020-01-01T00:00:00+23:59"), json!("2020-01-01 00:00:00Z"), "FORMAT", "date.syntax"),
        ("password_set_date", json!("2020-01-01T00:00:59.123456789z"), json!("2020-01-01T00:00:60Z"), "FORMAT", "date.syntax"),
        ("password_set_date", json!("2020-02-29t00:00:00-00:00"), json!(1_577_836_800_000_000_i64), "INVALID_TYPE", "value.type"),
    ];
    let strict = RecordOptions::default().strict();
    for (field, last, first, code, detail) in bounds {
        let with = |value: &serde_json::Value| {
            let mut record = json!({"email": "ada@example.com"});
            record[field] = value.clone();
            record
        };
        let taken = ImportRecord::from_json(with(&last).to_string().as_bytes(), &strict);
        assert!(taken.is_ok(), "{field}: {last} is refused: {taken:?}");
        let place = format!("/{field}");
        assert_eq!(faults(&with(&first).to_string(), &strict), [(place, code, detail.to_owned())], "{field}: {first}");
        // The service's own rules have these bounds as well.
        if !["email.too_long", "phone.too_long", "username.too_long"].contains(&detail) {
            assert!(read(&with(&first)).is_ok(), "{field}: {first} was taken before");
        }
    }
    let found = faults(&json!({"email": "a@b.c", "mfa_factors": factor("zo\u{eb}@example.com")}).to_string(), &strict);
    assert_eq!(found, [("/mfa_factors/0/email/value".to_owned(), "FORMAT", "mfa.email".to_owned())]);
}

#[test]
fn bytes_that_are_not_utf_8_are_a_fault() {
    let faults = ImportRecord::from_json(b"{\"name\": \"\xff\"}", &RecordOptions::default()).unwrap_err();
    assert_eq!((faults[0].code, faults[0].detail.as_ref()), (FaultCode::Format, "json.utf8"));
}

#[test]
fn every_key_that_the_reference_product_forbids_is_refused_by_name() {
    let forbidden = "__tenant _id blocked clientID created_at email_verified email globalClientID global_client_id identities \
        lastIP lastLogin loginsCount metadata multifactor_last_modified multifactor updated_at user_id";
    for key in forbidden.split_whitespace() {
        let text = json!({"user_id": "1", "app_metadata": {key: 1}, "user_metadata": {key: 1}}).to_string();
        let place = format!("/app_metadata/{key}");
        assert_eq!(faults(&text, &RecordOptions::default()), [(place, "NOT_PASSED", "metadata.forbidden".to_owned())]);
    }
}

#[test]
fn a_thousand_faults_are_listed_as_a_hundred_and_one() {
    let members: Vec<String> = (0..1_000).map(|index| format!("\"k{index}\": 1")).collect();
    let found = faults(&format!("{{\"user_id\": \"1\", {}}}", members.join(",")), &RecordOptions::default());
    assert_eq!((found.len(), found[100].2.as_str()), (101, "record.more"));
}

#[test]
fn faults_in_a_deep_place_are_no_larger_than_their_record_by_much() {
    let depth = 60;
    let key = "k".repeat(64);
    let wrong = (0..1_000).map(|index| format!("\"{index}.\": 1")).collect::<Vec<_>>().join(",");
    let open = format!("{{\"{key}\":").repeat(depth);
    let text = format!("{{\"user_id\": \"1\", \"user_metadata\": {open}{{{wrong}}}{}}}", "}".repeat(depth));
    let found = ImportRecord::from_json(text.as_bytes(), &RecordOptions::default()).unwrap_err();
    let size: usize = found.iter().map(|fault| fault.pointer.len() + fault.message.len() + fault.detail.len()).sum();
    assert!(size < (16 << 10) + 100, "{size} bytes of {} faults for a record of {}", found.len(), text.len());
    assert_eq!(found.last().map(|fault| &*fault.detail), Some("record.more"));
    assert!(found.len() > 2);
}

#[test]
fn a_declaration_settles_what_the_text_does_not_tell() {
    let text = r#"{"user_id": "auth0|1", "password_hash": "5f4dcc3b5aa765d61d8327deb882cf99"}"#;
    let options = RecordOptions::default().hash_format("md5").id_prefix("auth0|");
    let record = ImportRecord::from_json(text.as_bytes(), &options).unwrap();
    let Some(Credential::Hash(hash)) = record.credential else { panic!("no hash") };
    assert_eq!(hash.scheme(), Some("md5"));
    assert_eq!(record.id, Some(UserId::new("1")));
}

#[test]
fn no_value_of_a_record_is_in_its_faults() {
    let text = r#"{"email": "mallory-secret", "username": "mallory-secret\u0000", "user_id": "", "mallory-secret@x": 1,
        "phone_number": "mallory-secret", "password_hash": "mallory-secret", "name": 1, "blocked": "mallory-secret",
        "custom_password_hash": {"algorithm": "mallory-secret"}, "user_metadata": {"mallory-secret.x": 1},
        "mfa_factors": [{"totp": {"secret": "mallory-secret"}}, {"mallory-secret x": 1}],
        "waystation": {"credential": "mallory-secret", "moved": {"at": "mallory-secret", "by": "mallory-secret"},
        "identities": [{"mallory-secret": 1}], "created_at": "mallory-secret"}}"#;
    let faults = ImportRecord::from_json(text.as_bytes(), &RecordOptions::default()).unwrap_err();
    assert!(faults.len() > 12);
    for fault in faults {
        assert!(!format!("{fault:?} {fault}").contains("mallory"), "{fault:?}");
    }
}

#[test]
fn an_export_without_secrets_has_none() {
    let mut user = user(Credential::Hash(PasswordHash::declared("bcrypt", BCRYPT)));
    user.profile.mfa_factors = vec![MfaFactor::Totp { secret: "JBSWY3DPEHPK3PXP".into() }];
    let record = ImportRecord::of(&user);
    let text = String::from_utf8(record.to_json(false)).unwrap();
    assert!(!text.contains(BCRYPT) && !text.contains("JBSW"), "{text}");
    let shadow = Delegation::to("shop").shadow(PasswordHash::declared("bcrypt", BCRYPT));
    user.credential = Credential::Delegated(shadow);
    let text = String::from_utf8(ImportRecord::of(&user).to_json(false)).unwrap();
    assert!(!text.contains(BCRYPT) && text.contains("\"delegated\""), "{text}");
}

#[test]
fn what_the_reference_schema_has_a_place_for_is_written_there() {
    let user = user(Credential::Hash(PasswordHash::declared("bcrypt", BCRYPT)));
    let text = ImportRecord::of(&user).to_json(true);
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(json["password_hash"], BCRYPT);
    assert_eq!(json["waystation"]["credential"], serde_json::Value::Null);
}

fn user(credential: Credential) -> User {
    User::from_new(NewUser::new(UserId::new("1"), Profile::default(), credential, Timestamp::default()))
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Into::into),
        "\\PC{0,8}".prop_map(Into::into),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Into::into),
            vec(("[a-z.$]{1,4}", inner), 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    });
    vec((prop_oneof!["[a-zA-Z.$]{1,6}", Just("created_at".to_owned())], value), 0..4)
        .prop_map(|members| members.into_iter().collect())
}

fn hash() -> impl Strategy<Value = PasswordHash> {
    prop_oneof![
        Just(PasswordHash::declared("bcrypt", BCRYPT)),
        Just(PasswordHash::new(BCRYPT)),
        // What a store may hold and no import takes.
        Just(PasswordHash::declared("bcrypt", "$2a$10$short")),
        Just(PasswordHash::declared("bcrypt", BCRYPT.replace("$10$", "$31$"))),
        Just(PasswordHash::declared("argon2", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ")),
        Just(PasswordHash::declared("bcrypt", "!")),
        Just(PasswordHash::declared("argon2", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A")),
        Just(PasswordHash::declared("md5", "5f4dcc3b5aa765d61d8327deb882cf99")),
        Just(PasswordHash::declared(
            "custom-password-hash",
            r#"{"algorithm":"md5","hash":{"value":"67a1e09bb1f83f5007dc119c14d663aa","encoding":"hex"},"salt":{"value":"salt"}}"#
        )),
        ("[a-z]{1,8}", "\\PC{0,20}", option::of("\\PC{1,8}")).prop_map(|(scheme, text, salt)| {
            let context = salt.map(|salt| HashContext::default().salt(salt.as_str())).unwrap_or_default();
            PasswordHash::declared(scheme, text).with_context(context)
        }),
    ]
}

fn credential() -> impl Strategy<Value = Credential> {
    prop_oneof![
        Just(Credential::None),
        Just(Credential::PendingPassword),
        hash().prop_map(Credential::Hash),
        hash().prop_map(|hash| Credential::Delegated(Delegation::to("shop").shadow(hash))),
        Just(Credential::Delegated(Delegation::to("shop"))),
    ]
}

fn factor() -> impl Strategy<Value = MfaFactor> {
    prop_oneof![
        "[A-Z2-7]{1,8}".prop_map(|secret| MfaFactor::Totp { secret }),
        "\\PC{0,8}".prop_map(|secret| MfaFactor::Totp { secret }),
        "\\+[0-9]{1,15}".prop_map(|value| MfaFactor::Phone { value }),
        "\\PC{0,8}".prop_map(|value| MfaFactor::Email { value }),
        ("\\PC{0,8}", metadata()).prop_map(|(kind, value)| MfaFactor::Other { kind, value: value.into() }),
    ]
}

fn profile() -> impl Strategy<Value = Profile> {
    let text = || option::of("\\PC{0,12}");
    let names = (text(), text(), text(), text(), text());
    let identifiers = (
        option::of("[a-zA-Zé]{1,8}@[a-z]{1,8}\\.org"),
        option::of("[a-zA-Z]{1,8}"),
        option::of("\\+[0-9 ]{0,3}[0-9]{3,8}"),
    );
    let identities = vec(("\\PC{0,8}", "\\PC{0,8}", metadata()), 0..3);
    (names, identifiers, any::<[bool; 3]>(), metadata(), metadata(), vec(factor(), 0..12), identities).prop_map(
        |(names, (email, username, phone), flags, user_metadata, app_metadata, mfa_factors, identities)| {
            let rules = StandardRules::new();
            let parse = |kind, text: Option<String>| text.map(|text| rules.parse_as(kind, &text).unwrap());
            let mut profile = Profile::default();
            (profile.name, profile.given_name, profile.family_name, profile.nickname, profile.picture) = names;
            profile.email = parse(IdentifierKind::Email, email);
            profile.username = parse(IdentifierKind::Username, username);
            profile.phone = parse(IdentifierKind::Phone, phone);
            [profile.email_verified, profile.phone_verified, profile.blocked] = flags;
            (profile.user_metadata, profile.app_metadata, profile.mfa_factors) =
                (user_metadata, app_metadata, mfa_factors);
            profile.identities = identities
                .into_iter()
                .map(|(provider, subject, profile)| {
                    let mut identity = LinkedIdentity::new(provider, subject);
                    identity.profile = profile;
                    identity
                })
                .collect();
            profile
        },
    )
}

fn any_user() -> impl Strategy<Value = User> {
    let at = || (-60_000_000_000_000_000_i64..250_000_000_000_000_000).prop_map(Timestamp::from_micros);
    let wild = || prop_oneof![at(), any::<i64>().prop_map(Timestamp::from_micros)];
    let moved = option::of((wild(), 0..MovedBy::ALL.len()).prop_map(|(at, by)| Moved::new(at, MovedBy::ALL[by])));
    let legacy = option::of(("[a-z]{1,8}", "\\PC{1,8}").prop_map(|(source, id)| LegacyKey::new(source, id)));
    let times = (wild(), wild(), option::of(wild()), option::of(wild()));
    ("\\PC{1,20}", profile(), credential(), legacy, moved, times, any::<u64>()).prop_map(
        |(
            id,
            profile,
            credential,
            legacy,
            moved,
            (created_at, updated_at, last_login, password_set_at),
            login_count,
        )| {
            let mut user = User::from_new(NewUser::new(UserId::new(id), profile, credential, created_at));
            (user.legacy, user.moved, user.updated_at) = (legacy, moved, updated_at);
            (user.last_login, user.password_set_at, user.login_count) = (last_login, password_set_at, login_count);
            user
        },
    )
}

proptest! {
    #[test]
    fn an_exported_user_is_imported_with_every_field(user in any_user()) {
        let record = ImportRecord::of(&user);
        let text = record.to_json(true);
        prop_assert!(!text.contains(&b'\n'));
        let options = RecordOptions::default().nesting(100);
        let back = ImportRecord::from_json(&text, &options);
        prop_assert_eq!(back.as_ref(), Ok(&record), "{}", String::from_utf8_lossy(&text));
        let back = back.unwrap();
        for kind in IdentifierKind::ALL {
            let spellings = |record: &ImportRecord| record.profile.identifier(kind).map(|it| it.original().to_owned());
            prop_assert_eq!(spellings(&back), spellings(&record));
        }
    }

    #[test]
    fn an_export_without_secrets_is_imported_with_all_the_rest(user in any_user()) {
        let record = ImportRecord::of(&user);
        let back = ImportRecord::from_json(&record.to_json(false), &RecordOptions::default()).unwrap();
        prop_assert_eq!(back.profile.user_metadata, record.profile.user_metadata);
        prop_assert_eq!((back.id, back.legacy, back.moved), (record.id, record.legacy, record.moved));
        prop_assert!(back.profile.mfa_factors.is_empty());
    }

    #[test]
    fn any_bytes_are_a_record_or_faults(text in "\\PC{0,60}", bytes in vec(any::<u8>(), 0..60)) {
        let _ = ImportRecord::from_json(text.as_bytes(), &RecordOptions::default());
        let _ = ImportRecord::from_json(&bytes, &RecordOptions::default());
    }
}
