//! The published JSON Schemas take what the code takes, by the word of a validator that is not ours.

use jsonschema::Validator;
use proptest::{collection::vec, option, prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Map, Value, json};
use waystation::bulk::{IMPORT_SCHEMA, ImportRecord, RecordOptions, STRICT_IMPORT_SCHEMA};

const BCRYPT: &str = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";

/// What `app_metadata` may not have, some of it.
const FORBIDDEN: [&str; 4] = ["__tenant", "blocked", "loginsCount", "user_id"];

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// What is wrong with a record.
fn faults(record: &Value, options: &RecordOptions) -> Vec<String> {
    let read = ImportRecord::from_json(record.to_string().as_bytes(), options);
    read.err().into_iter().flatten().map(|fault| fault.to_string()).collect()
}

/// Whatever JSON is, but none of `32.0`, which is a whole number in JSON Schema only.
fn any_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        any::<i32>().prop_map(|number| json!(f64::from(number) + 0.5)),
        "[ -~é]{0,6}".prop_map(Into::into),
    ];
    let value = leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![vec(inner.clone(), 0..3).prop_map(Into::into), object("[a-z.$]{0,3}", inner)]
    });
    value.boxed()
}

fn object(keys: &'static str, values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    vec((keys, values), 0..4).prop_map(|members| Value::Object(members.into_iter().collect()))
}

fn texts(texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
    select(texts).prop_map(Into::into)
}

fn pattern(pattern: &'static str) -> impl Strategy<Value = Value> {
    pattern.prop_map(Into::into)
}

/// Texts of so many characters, which are more bytes or as many.
fn lengths(lengths: &'static [usize]) -> impl Strategy<Value = Value> {
    (select(lengths), select(&["a", "é", "𝕏"][..])).prop_map(|(length, letter)| letter.repeat(length).into())
}

fn email() -> BoxedStrategy<Value> {
    let long = |local: usize, domain: usize| {
        let labels = vec!["b".repeat(60); domain / 61].join(".");
        let rest = "c".repeat(domain - labels.len() - 1);
        json!(format!("{}@{labels}.{rest}", "a".repeat(local)))
    };
    prop_oneof![
        4 => pattern("[a-zA-Z0-9]{1,8}([.+_-][a-z0-9]{1,8}){0,2}@[a-z0-9]{1,8}(\\.[a-z]{2,8}){1,2}"),
        1 => select(vec![long(64, 100), long(65, 100), long(64, 189), long(64, 190), long(1, 252), long(1, 253)]),
        1 => pattern("[aA1.@-]{0,10}"),
        1 => pattern("[a-z!\"(),:;<>@\\[\\]\\\\ é.-]{0,8}@[a-z.-]{0,8}"),
        1 => (62_usize..66).prop_map(|length| json!(format!("a@{}.example", "b".repeat(length)))),
        2 => texts(&[
            "", "@", "a@", "@b", "a@b", "a@b.", "a@.b", "a@-b.c", "a@b-.c", ".a@b.c", "a.@b.c", "a..b@c.d", "a@b@c.d",
            " a@b.c", "a@b.c ", "a b@c.d", "\"a b\"@c.d", "\"a\"@c.d", "a@[127.0.0.1]", "a@127.0.0.1", "A@Example.COM",
            "zoë@example.com", "a@bücher.example", "a@xn--bcher-kva.example", "a@b_c.d", "!#$%&'*+-/=?^_`{|}~@example.com",
            "a\u{0}@b.c", "a@b.c\n", "a@ab--c.d",
        ]),
    ]
    .boxed()
}

fn phone() -> BoxedStrategy<Value> {
    let odd = texts(&["", "+", "15", "+1 555", "+1x", "+١", "++1", "+1234567890123456", "+1\n"]);
    prop_oneof![3 => pattern("\\+[0-9]{1,15}"), 1 => odd].boxed()
}

fn username() -> BoxedStrategy<Value> {
    let odd =
        texts(&["", "a@b", "@a", "a@", "@", "a@b@c", "@a@b", "a b", " a", "ada/", "ada\"", "zoë", "ａ", "a\u{0}"]);
    prop_oneof![
        3 => pattern("[a-zA-Z0-9^$!#.+'~_`-]{1,20}"),
        1 => (126_usize..131).prop_map(|length| json!("u".repeat(length))),
        1 => pattern("[ -~]{1,4}"),
        1 => odd,
    ]
    .boxed()
}

fn password_hash() -> BoxedStrategy<Value> {
    let with = |from: &str, to: &str| json!(BCRYPT.replacen(from, to, 1));
    let odd = vec![
        json!(""),
        json!(BCRYPT[..59]),
        json!(format!("{BCRYPT}G")),
        with("$2b$", "$2a$"),
        with("$2b$", "$2y$"),
        with("$2b$", "$2x$"),
        with("$10$", "$09$"),
        with("$10$", "$11$"),
        with("$10$", "$1$"),
        with("Yx", "Y!"),
        json!("{SSHA}x"),
    ];
    prop_oneof![1 => Just(json!(BCRYPT)), 2 => select(odd)].boxed()
}

fn date() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => pattern("[0-9]{4}-0[1-9]-[012][1-8][Tt][01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?([Zz]|[+-]1[0-9]:[0-5][0-9])"),
        2 => texts(&[
            "", "yesterday", "2020-02-29T00:00:00Z", "2021-02-29T00:00:00Z", "2020-13-01T00:00:00Z", "2020-00-01T00:00:00Z",
            "2020-01-00T00:00:00Z", "2020-04-31T00:00:00Z", "2020-01-01T24:00:00Z", "2020-01-01T00:60:00Z",
            "2020-01-01T00:00:61Z", "2016-12-31T23:59:60Z", "2020-01-01T00:00:00+23:59", "2020-01-01T00:00:00+24:00",
            "2020-01-01T00:00:00+00:60", "2020-01-01T00:00:00-00:00", "2020-01-01T00:00:00+0000", "2020-01-01T00:00:00",
            "2020-01-01", "2020-01-01 00:00:00Z", "2020-01-01T00:00Z", "2020-01-01T00:00:00.Z", "2020-01-01T00:00:00.1234567890Z",
            "2020-01-01T00:00:00,5Z", "+002020-01-01T00:00:00Z", "2020-01-01T00:00:00Z[UTC]", "0000-01-01T00:00:00Z",
            "2020-01-01T00:00:00Zé", "2020-1-01T00:00:00Z",
        ]),
    ]
    .boxed()
}

fn metadata() -> BoxedStrategy<Value> {
    let keys =
        prop_oneof![4 => "[a-zé]{0,3}", 1 => "[a-z.$]{1,3}", 2 => select(&FORBIDDEN[..]).prop_map(str::to_owned)];
    let members = vec((keys, prop_oneof![3 => "[a-z.$]{0,3}".prop_map(Value::from), 1 => any_value()]), 0..3);
    members.prop_map(|members| Value::Object(members.into_iter().collect())).boxed()
}

fn mfa_factors() -> BoxedStrategy<Value> {
    let good = prop_oneof![
        Just(json!({"totp": {"secret": "JBSWY3DPEHPK3PXP"}})),
        Just(json!({"phone": {"value": "+15551112233"}})),
        Just(json!({"email": {"value": "ada@example.org"}})),
    ];
    let held = prop_oneof![
        email().prop_map(|value| json!({"email": {"value": value}})),
        phone().prop_map(|value| json!({"phone": {"value": value}})),
        pattern("[A-Z0-9]{0,4}=?").prop_map(|secret| json!({"totp": {"secret": secret}})),
    ];
    let odd = select(vec![
        json!({}),
        json!({"totp": {}}),
        json!({"totp": "A"}),
        json!({"totp": {"secret": 1}}),
        json!({"totp": {"secret": "A", "zzz": 1}}),
        json!({"phone": {"secret": "+1"}}),
        json!({"totp": {"secret": "A"}, "phone": {"value": "+1"}}),
        json!({"recovery": {"value": "A"}}),
    ]);
    let count = prop_oneof![4 => 1_usize..4, 1 => 9_usize..13, 1 => Just(0)];
    let all_good = count.prop_flat_map(move |count| vec(good.clone(), count));
    let odd = prop_oneof![3 => held, 3 => odd, 1 => any_value()];
    (all_good, option::weighted(0.5, odd))
        .prop_map(|(mut factors, odd)| {
            factors.extend(odd);
            factors.into()
        })
        .boxed()
}

/// An object of each algorithm: those that the reference product's documentation prints, and hashes that begin as none does.
fn hashes() -> Vec<Value> {
    let text = |algorithm: &str, value: &str| json!({"algorithm": algorithm, "hash": {"value": value}});
    let digest =
        |algorithm: &str, value: &str| json!({"algorithm": algorithm, "hash": {"value": value, "encoding": "hex"}});
    let mut hmac = digest("hmac", &"ab".repeat(20));
    hmac["hash"]["digest"] = json!("sha1");
    hmac["hash"]["key"] = json!({"value": "7368", "encoding": "hex"});
    let mut scrypt = digest("scrypt", &"ab".repeat(32));
    scrypt["salt"] = json!({"value": "abc123"});
    scrypt["keylen"] = json!(32);
    vec![
        text(
            "argon2",
            "$argon2id$v=19$m=65536,t=2,p=1$J6Q/82PCyaNpYKRELJyTZg$m04qUAB8rexWDR4+/0f+SFB+4XMFxt7YAvAq2UycYos",
        ),
        text("bcrypt", BCRYPT),
        text("ldap", "{SSHA384}/cgEjdoZh85DhurDeOQEMO1rMlAur93SVPbYe5XSD4lF7nNuvrBju5hUeg9A6agRemgSXGl5YuE="),
        text(
            "pbkdf2",
            "$pbkdf2-sha512$i=100000,l=64$KNyFsA2rWoE$I2CQGI9H0JxdDf3kERRI97kPCGxh0KWBIV3MxyaS191gDGfzVBGyS4BibhgqWQ0/ails8mHuU9ckASxHOOq58w",
        ),
        digest("md4", &"ab".repeat(16)),
        digest("md5", &"AB".repeat(16)),
        digest("sha1", &"ab".repeat(20)),
        digest("sha256", &"ab".repeat(32)),
        digest("sha512", &"ab".repeat(64)),
        hmac,
        scrypt,
        text("argon2", "$argon2d$v=19$m=8,t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A"),
        text("bcrypt", "$2x$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG"),
        text("ldap", "SSHA"),
        text("pbkdf2", "pbkdf2-sha512"),
    ]
}

/// What is set in such an object, or taken out of it: nothing that leaves a text which has to be decoded to be told from another.
fn changes() -> Vec<(&'static str, Value)> {
    let removed = Value::Null;
    let mut changes = vec![
        ("/algorithm", json!("md6")),
        ("/algorithm", json!(1)),
        ("/algorithm", removed.clone()),
        ("/hash", json!("x")),
        ("/hash", json!({})),
        ("/hash", removed.clone()),
        ("/hash/value", json!(1)),
        ("/hash/value", removed.clone()),
        ("/hash/encoding", json!("utf8")),
        ("/hash/encoding", json!("utf16")),
        ("/hash/encoding", json!(["hex"])),
        ("/hash/encoding", removed.clone()),
        ("/hash/digest", json!("sha1")),
        ("/hash/digest", json!("sha3")),
        ("/hash/digest", removed.clone()),
        ("/hash/key", json!({"value": "7368"})),
        ("/hash/key", json!({"value": "7368", "encoding": "base64"})),
        ("/hash/key", json!({"value": "7368", "encoding": "rot13"})),
        ("/hash/key", json!({"value": "7368", "zzz": 1})),
        ("/hash/key", json!({})),
        ("/hash/key", removed.clone()),
        ("/hash/zzz", json!(1)),
        ("/salt", json!({"value": "abc123"})),
        ("/salt", json!({"value": "abc123", "encoding": "hex", "position": "prefix"})),
        ("/salt", json!({"value": "abc123", "position": "suffix"})),
        ("/salt", json!({"value": "abc123", "position": "middle"})),
        ("/salt", json!({"value": "abc123", "zzz": 1})),
        ("/salt", json!({"encoding": "hex"})),
        ("/salt", json!("abc123")),
        ("/salt", removed.clone()),
        ("/password", json!({})),
        ("/password", json!({"encoding": "utf32"})),
        ("/password", json!({"zzz": 1})),
        ("/password", json!("utf8")),
        ("/keylen", json!(32)),
        ("/keylen", json!(0)),
        ("/keylen", json!(-1)),
        ("/keylen", json!("32")),
        ("/keylen", removed),
        ("/cost", json!(4_096)),
        ("/cost", json!(1)),
        ("/cost", json!(0)),
        ("/cost", json!(2.5)),
        ("/blockSize", json!(8)),
        ("/blockSize", json!(0)),
        ("/parallelization", json!(1)),
        ("/parallelization", json!(0)),
        ("/parallelization", json!(-1)),
        ("/zzz", json!(1)),
    ];
    let encodings = ["ascii", "binary", "latin1", "ucs2", "utf16le", "utf8"];
    changes.extend(encodings.map(|encoding| ("/password", json!({"encoding": encoding}))));
    changes
}

fn custom_password_hash() -> BoxedStrategy<Value> {
    let object = (select(hashes()), vec(select(changes()), 0..3)).prop_map(|(mut hash, changes)| {
        for (place, value) in changes {
            let (around, name) = place.rsplit_once('/').unwrap();
            let Some(Value::Object(members)) = hash.pointer_mut(around) else { continue };
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.to_owned(), value);
            }
        }
        hash
    });
    object.boxed()
}

/// Values of a field, good ones and others.
fn values(field: &str) -> BoxedStrategy<Value> {
    let of_field = match field {
        "email" => email(),
        "phone_number" => phone(),
        "username" => username(),
        "user_id" => lengths(&[0, 1, 1_024, 1_025]).prop_filter("more bytes than characters", is_ascii).boxed(),
        "given_name" | "family_name" | "name" => lengths(&[0, 1, 75, 149, 150, 151]).boxed(),
        "nickname" => lengths(&[0, 1, 150, 151, 349, 350, 351]).boxed(),
        "picture" => pattern("(https://[a-z]{1,8}/)?[ -~]{0,8}").boxed(),
        "password_hash" => password_hash(),
        "custom_password_hash" => custom_password_hash(),
        "password_set_date" => date(),
        "app_metadata" | "user_metadata" => metadata(),
        "mfa_factors" => mfa_factors(),
        "waystation" => waystation(),
        _ => any::<bool>().prop_map(Value::from).boxed(),
    };
    prop_oneof![9 => of_field, 1 => any_value()].boxed()
}

fn is_ascii(value: &Value) -> bool {
    value.as_str().is_some_and(str::is_ascii)
}

/// What stands beside the reference schema.
fn waystation() -> BoxedStrategy<Value> {
    let hash = json!({"scheme": "md5", "text": "5f4dcc3b5aa765d61d8327deb882cf99"});
    let members: Vec<(&str, Value)> = vec![
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("updated_at", json!(1_577_836_800_000_000_i64)),
        ("last_login", json!("then")),
        ("password_set_at", json!(-1)),
        ("login_count", json!(7)),
        ("login_count", json!(-7)),
        ("legacy", json!({"source": "shop", "id": "7"})),
        ("legacy", json!({"source": "shop", "id": ""})),
        ("legacy", json!({"source": "shop"})),
        ("moved", json!({"at": 0, "by": "import"})),
        ("moved", json!({"at": 0, "by": "magic"})),
        ("moved", json!(null)),
        ("credential", json!("none")),
        ("credential", json!("pending_password")),
        ("credential", json!({"hash": hash})),
        ("credential", json!({"delegated": {"source": "shop", "shadow": hash}})),
        ("credential", json!({"delegated": {}})),
        ("identities", json!([{"provider": "github", "subject": "7", "profile": {"login": "ada"}}])),
        ("identities", json!([{"provider": "github"}])),
        ("mfa_factors", json!([])),
        ("mfa_factors", json!([1])),
        ("app_metadata", json!({"created_at": {"$a.b": 1}})),
        ("user_metadata", json!({"a.b": 1})),
        ("zzz", json!(1)),
    ];
    vec(select(members), 0..3)
        .prop_map(|members| Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
        .boxed()
}

const FIELDS: [&str; 18] = [
    "app_metadata",
    "blocked",
    "custom_password_hash",
    "email",
    "email_verified",
    "family_name",
    "given_name",
    "mfa_factors",
    "name",
    "nickname",
    "password_hash",
    "password_set_date",
    "phone_number",
    "phone_verified",
    "picture",
    "user_id",
    "user_metadata",
    "username",
];

/// Records of a few fields, at times without an address or with a key that is none.
fn record() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        12 => select(&FIELDS[..]).prop_map(str::to_owned),
        1 => Just("waystation".to_owned()),
        1 => select(&["", "zzz", "created_at", "Email", "e-mail address"][..]).prop_map(str::to_owned),
    ];
    let member = key.prop_flat_map(|key| (Just(key.clone()), values(&key)));
    (any::<[bool; 3]>(), vec(member, 0..4)).prop_map(|(nobody, members)| {
        let mut record = Map::new();
        if nobody != [true; 3] {
            record.insert("email".to_owned(), json!("ada@example.com"));
        }
        record.extend(members);
        Value::Object(record)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_schemas_and_the_code_give_the_same_verdict(record in record()) {
        thread_local! {
            static SCHEMAS: [Validator; 2] = [validator(STRICT_IMPORT_SCHEMA), validator(IMPORT_SCHEMA)];
        }
        let (strictly, by_default) = SCHEMAS.with(|[strict, lenient]| (strict.is_valid(&record), lenient.is_valid(&record)));
        let strict_faults = faults(&record, &RecordOptions::default().strict());
        prop_assert_eq!(strictly, strict_faults.is_empty(), "{:?}", strict_faults);
        if faults(&record, &RecordOptions::default()).is_empty() {
            prop_assert!(by_default, "the code takes it, and the schema does not");
        } else {
            prop_assert!(!strictly, "it is taken strictly, and not by default");
        }
    }
}

/// Two judges who refuse everything agree, too.
#[test]
fn records_of_every_field_are_taken_and_refused() {
    let mut runner = TestRunner::deterministic();
    let strict = RecordOptions::default().strict();
    for field in FIELDS {
        let values = values(field);
        let mut verdicts = [0, 0];
        for _ in 0..200 {
            let mut record = json!({"email": "ada@example.com"});
            record[field] = values.new_tree(&mut runner).unwrap().current();
            verdicts[usize::from(faults(&record, &strict).is_empty())] += 1;
        }
        assert!(verdicts.iter().all(|&records| records >= 10), "{field}: {verdicts:?} refused and taken");
    }
}

/// What JSON Schema cannot say, so that it does not have to be looked for in the records above.
#[test]
fn the_exceptions_are_those_that_are_documented() {
    let strict = validator(STRICT_IMPORT_SCHEMA);
    let with = |key: &str, value: Value| {
        let mut record = json!({"email": "ada@example.com"});
        record[key] = value;
        record
    };
    let md5 = |value: &str| json!({"algorithm": "md5", "hash": {"value": value, "encoding": "hex"}});
    let mut scrypt = hashes().remove(10);
    let mut odd_cost = scrypt.clone();
    odd_cost["cost"] = json!(3);
    scrypt["keylen"] = json!(32.0);
    let nested = (0..80).fold(json!(1), |inner, _| json!([inner]));
    for (record, detail) in [
        (with("custom_password_hash", md5("ab")), "hash.length"),
        (with("custom_password_hash", md5("xy")), "hash.encoding"),
        (
            with("custom_password_hash", json!({"algorithm": "bcrypt", "hash": {"value": "$2b$10$short"}})),
            "hash.malformed",
        ),
        (with("custom_password_hash", odd_cost), "hash.range"),
        (with("custom_password_hash", scrypt), "value.type"),
        (with("user_id", "é".repeat(600).into()), "user_id.too_long"),
        (with("email", json!("a@xn--0.example")), "email.syntax"),
        (with("password_set_date", json!("9999-12-31T23:59:59Z")), "date.syntax"),
        (with("user_metadata", json!({"a": nested})), "json.depth"),
    ] {
        let faults = faults(&record, &RecordOptions::default().strict());
        assert!(faults.len() == 1 && faults[0].ends_with(&format!("({detail})")), "{faults:?} and not {detail}");
        assert!(strict.is_valid(&record), "the schema says {detail}, too");
    }
}
