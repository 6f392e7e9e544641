//! The query syntax: what the reference product documents of it, and what any text must not do.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use proptest::prelude::*;
use serde_json::json;
use waystation::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierError, IdentifierKind, IdentifierRules, StandardRules},
    search::{Query, QueryErrorKind},
    store::{Filter, Pattern, TextField},
    user::{Credential, LegacyKey, LinkedIdentity, MfaFactor, Moved, MovedBy, NewUser, Profile, User, UserId},
};

const DAY: i64 = 86_400_000_000;

/// Days from 1970 to 2024-12-31.
const LAST_OF_2024: i64 = 20_088;

/// Somebody of whom everything is known.
fn jane() -> User {
    let rules = StandardRules::new();
    let mut profile = Profile::default();
    for text in ["Jane.Smith@ExampleCo.com", "+1 (555) 0100", "JaneS"] {
        profile.set_identifier(rules.parse(text).unwrap());
    }
    profile.name = Some("Jane Smith".to_owned());
    profile.given_name = Some("Jane".to_owned());
    profile.family_name = Some("Smith".to_owned());
    profile.nickname = Some("Zoë \"J\" \\o/".to_owned());
    profile.picture = Some("https://example.com/Jane.png".to_owned());
    profile.email_verified = true;
    let user_metadata = json!({
        "full_name": "Jane Smith", "addresses": [{"city": "Paris"}, {"city": "Rome", "zip": 184}], "a.b": "dotted",
        "empty": [], "none": null, "deep": {"er": {"est": "x"}}, "active": true, "consent": "true", "zero": 0.0,
    });
    let app_metadata = json!({"plan": "gold", "seats": 12, "since": "2024-05-01", "subscription": {"plan": "Gold"}});
    user_metadata.as_object().unwrap().clone_into(&mut profile.user_metadata);
    app_metadata.as_object().unwrap().clone_into(&mut profile.app_metadata);
    profile.identities = vec![LinkedIdentity::new("google-oauth2", "103547991597142817347")];
    profile.mfa_factors = vec![MfaFactor::Totp { secret: "JBSWY3DPEHPK3PXP".to_owned() }];
    let at = |day: i64| Timestamp::from_micros(day * DAY);
    let mut user = NewUser::new(UserId::new("auth0|5457edea1b8f22891a000004"), profile, Credential::None, at(19_000));
    user.last_login = Some(Timestamp::from_micros((LAST_OF_2024 + 1) * DAY - 1));
    user.login_count = 150;
    user.legacy = Some(LegacyKey::new("django", "42"));
    user.moved = Some(Moved::new(at(19_500), MovedBy::Import));
    User::from_new(user)
}

/// Somebody of whom nothing is known.
fn nobody() -> User {
    User::from_new(NewUser::new(UserId::new("x"), Profile::default(), Credential::None, Timestamp::from_micros(0)))
}

#[track_caller]
fn matches(query: &str, user: &User) -> bool {
    match Query::parse(query) {
        Ok(query) => query.filter().matches(user),
        Err(error) => panic!("{}", error.pointing_into(query)),
    }
}

/// The examples of the reference product's documentation, and the answer for Jane and for nobody.
#[test]
fn the_documented_examples_mean_what_is_documented() {
    for (query, jane_matches, nobody_matches) in [
        (r#"name:"jane smith""#, true, false),
        (r#"name:"jane""#, false, false),
        ("name:jane*", true, false),
        ("name:j*", true, false),
        ("name:*mith", true, false),
        ("name:*ane*", true, false),
        ("name:jane*smith", true, false),
        ("name:john*", false, false),
        (r#"email:"jane.smith@exampleco.com""#, true, false),
        (r#"email:("jane.smith@exampleco.com" OR "mary@exampleco.com")"#, true, false),
        (r#"email.domain:"exampleco.com""#, true, false),
        ("email_verified:false OR NOT _exists_:email_verified", false, true),
        ("NOT _exists_:email_verified OR email_verified:false", false, true),
        (r#"user_metadata.full_name:"Jane Smith""#, true, false),
        (r#"user_metadata.addresses.city:"Paris""#, true, false),
        (r#"app_metadata.subscription.plan:"gold""#, false, false),
        (r#"app_metadata.subscription.plan:"Gold""#, true, false),
        (r#"identities.connection:"google-oauth2""#, true, false),
        ("(NOT _exists_:logins_count OR logins_count:0)", false, true),
        ("last_login:[* TO 2024-12-31]", true, false),
        ("last_login:[* TO 2024-12-30]", false, false),
        ("last_login:{2024-11 TO 2024-12]", true, false),
        ("last_login:{2024-12 TO 2025-01]", false, false),
        ("last_login:[2024-12-31 TO 2024-12-31]", true, false),
        ("logins_count:[100 TO *]", true, false),
        ("logins_count:{150 TO *]", false, false),
        ("logins_count:[100 TO 200}", true, false),
        ("logins_count:[10 TO 150}", false, false),
        ("logins_count:>=150 AND logins_count:<151", true, false),
        ("_exists_:logins_count", true, false),
        ("jane OR smith", true, false),
        (r#""green apple""#, false, false),
        ("*", true, true),
        ("*:*", true, true),
    ] {
        assert_eq!(matches(query, &jane()), jane_matches, "jane: {query}");
        assert_eq!(matches(query, &nobody()), nobody_matches, "nobody: {query}");
    }
}

#[test]
fn each_field_is_asked_in_its_own_way() {
    for query in [
        "JANE.SMITH@exampleco.com",
        "email:Jane.Smith@EXAMPLECO.com",
        "email:JANE*",
        "email.domain:example*",
        "username:JANES",
        "username:jan*",
        r#"phone_number:"+1-555-0100""#,
        r"phone_number:\+1555*",
        "user_id:auth0|5457edea1b8f22891a000004",
        "user_id:auth0*",
        r#"nickname:"zoe̎ \"J\" \\o/" OR nickname:"ZOË \"j\" \\O/""#,
        r#"picture:"https://example.com/Jane.png""#,
        "NOT picture:https://example.com/jane.png",
        "blocked:false AND phone_verified:false",
        "credential:none",
        "moved_by:import AND moved_at:2023",
        "source:django AND legacy_id:42",
        "multifactor:totp",
        "identities.user_id:103547991597142817347 AND identities.provider:google*",
        "NOT _exists_:last_password_reset AND _exists_:last_login AND _exists_:created_at",
        r"user_metadata.a\.b:dotted",
        "user_metadata.active:true AND user_metadata.consent:true AND NOT user_metadata.active:false",
        "user_metadata.addresses.zip:184.0 AND user_metadata.addresses.zip:[100 TO 200]",
        "user_metadata.zero:0 AND user_metadata.zero:<=0 AND NOT user_metadata.zero:{0 TO *]",
        "app_metadata.since:[2024-05 TO 2024-06}",
        r#"app_metadata.seats:>9 AND NOT app_metadata.seats:>"9""#,
        "app_metadata.plan:g*d",
        "_exists_:user_metadata AND _exists_:user_metadata.deep AND _exists_:user_metadata.deep.er.est",
        "NOT _exists_:user_metadata.empty AND NOT _exists_:user_metadata.none AND NOT _exists_:user_metadata.absent",
        "_exists_:app_metadata.plan AND app_metadata.plan:*",
    ] {
        assert!(matches(query, &jane()), "{query}");
    }
}

/// What stands for yes is `*`, and for no `NOT *`.
#[test]
fn operators_bind_as_documented() {
    for (query, plain) in [
        ("a:1 b:2", "a OR b"),
        ("a:1 b:2 AND c:3", "a OR (b AND c)"),
        ("a:1 AND b:2 OR c:3 && d:4", "(a AND b) OR (c AND d)"),
        ("a:1 || b:2 c:3", "a OR b OR c"),
        ("a:1 -b:2", "a AND NOT b"),
        ("a:1 NOT b:2 c:3", "(a OR c) AND NOT b"),
        ("a:1 OR NOT b:2", "a OR NOT b"),
        ("NOT a:1 b:2", "b AND NOT a"),
        ("-a:1", "NOT a"),
        ("-a:1 !b:2", "NOT a AND NOT b"),
        ("+a:1 b:2", "a"),
        ("+a:1 +b:2 -c:3 d:4", "a AND b AND NOT c"),
        ("(+a:1) b:2", "a OR b"),
        ("(-a:1) b:2", "NOT a OR b"),
        ("NOT (a:1 OR b:2) AND c:3", "NOT (a OR b) AND c"),
        ("a:1 AND (b:2 OR c:3)", "a AND (b OR c)"),
        ("NOT NOT a:1", "a"),
        ("a:(1 OR 2)", "a OR A"),
        ("a:(1 -2)", "a AND NOT A"),
        ("a:(1 OR b:2)", "a OR b"),
    ] {
        for case in 0..32_u32 {
            let is_set = |name: char| case >> "abcdA".find(name).unwrap() & 1 == 1;
            let value = |name: char| if is_set(name) { "*" } else { "NOT *" };
            let mut users = nobody();
            for (name, number) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
                let holds = is_set(name.chars().next().unwrap());
                let values = [holds.then_some(number), (name == "a" && is_set('A')).then_some(2)];
                let values: Vec<_> = values.into_iter().flatten().collect();
                users.profile.app_metadata.insert(name.to_owned(), json!(values));
            }
            let query = query.split(' ').map(|word| {
                let start = word.find(|c: char| "abcd".contains(c));
                match start {
                    Some(at) if word[at..].contains(':') => format!("{}app_metadata.{}", &word[..at], &word[at..]),
                    _ => word.to_owned(),
                }
            });
            let query: Vec<_> = query.collect();
            let grouped: String = plain
                .chars()
                .map(|c| if "abcdA".contains(c) { format!("({})", value(c)) } else { c.to_string() })
                .collect();
            // The letters of the operators are upper case, but one.
            let grouped = grouped.replace(&format!("({})ND", value('A')), "AND");
            assert_eq!(matches(&query.join(" "), &users), matches(&grouped, &nobody()), "{plain}: {case:05b}");
        }
    }
}

/// Every complaint, with its place.
#[test]
fn what_is_no_query_is_refused_with_its_place() {
    use QueryErrorKind::{Field, Syntax, Value};
    for (query, kind, at) in [
        ("", Syntax, 0..0),
        ("  ", Syntax, 2..2),
        ("(", Syntax, 1..1),
        ("(a", Syntax, 0..1),
        ("a)", Syntax, 1..2),
        ("()", Syntax, 1..2),
        ("a OR", Syntax, 4..4),
        ("OR a", Syntax, 0..2),
        ("a AND AND b", Syntax, 6..9),
        ("NOT", Syntax, 3..3),
        ("a && || b", Syntax, 5..7),
        ("\"a", Syntax, 0..1),
        ("name:", Syntax, 5..5),
        ("name:\"a\"b", Syntax, 8..9),
        ("a\"b\"", Syntax, 1..2),
        ("a:b:c", Field, 0..1),
        ("\"name\":a", Syntax, 0..6),
        ("na*me:a", Syntax, 0..5),
        ("a\\", Syntax, 1..2),
        ("a?", Syntax, 1..2),
        ("roam~", Syntax, 4..5),
        ("a^4", Syntax, 1..2),
        ("name:/j.*/", Syntax, 5..6),
        ("[1 TO 2]", Syntax, 0..8),
        ("logins_count:[1 2]", Syntax, 16..17),
        ("logins_count:[1 TO 2", Syntax, 13..14),
        ("logins_count:[TO 2]", Syntax, 17..18),
        ("logins_count:>", Syntax, 14..14),
        ("last_ip:10.0.0.1", Field, 0..7),
        ("nme:a", Field, 0..3),
        ("_exists_:nme", Field, 9..12),
        ("_exists_:", Syntax, 9..9),
        ("user_metadata:a", Field, 0..13),
        ("user_metadata.:a", Syntax, 0..14),
        ("identities:a", Field, 0..10),
        ("blocked:yes", Value, 8..11),
        ("blocked:[false TO true]", Value, 8..23),
        ("name:[a TO b]", Value, 5..13),
        ("name:>a", Value, 5..7),
        ("logins_count:-1", Value, 13..15),
        ("logins_count:1.5", Value, 13..16),
        ("logins_count:+1", Value, 13..15),
        ("logins_count:1*", Value, 13..15),
        ("logins_count:[1* TO 2]", Value, 14..16),
        ("last_login:2024-13", Value, 11..18),
        ("last_login:[yesterday TO *]", Value, 12..21),
        ("credential:md5", Value, 11..14),
        ("moved_by:magic", Value, 9..14),
        ("ü nme:a", Field, 3..6),
    ] {
        let error = Query::parse(query).expect_err(query);
        assert_eq!((error.kind(), error.at()), (kind, at), "{query}: {error}");
        assert!(error.pointing_into(query).to_string().ends_with('^'), "{query}");
    }
}

#[test]
fn queries_are_bounded_in_every_way() {
    let kind = |query: &str| Query::parse(query).expect_err("too much").kind();
    assert_eq!(kind(&format!("name:\"{}\"", "a".repeat(Query::LENGTH))), QueryErrorKind::TooLong);
    assert_eq!(kind(&"(".repeat(16_000)), QueryErrorKind::TooDeep);
    assert_eq!(kind(&"NOT ".repeat(4_000)), QueryErrorKind::TooDeep);
    assert_eq!(kind(&"!".repeat(16_000)), QueryErrorKind::TooDeep);
    assert_eq!(kind(&"a:(".repeat(5_000)), QueryErrorKind::Field);
    assert_eq!(kind(&"name:(".repeat(2_000)), QueryErrorKind::TooDeep);
    assert_eq!(kind(&"a ".repeat(65)), QueryErrorKind::TooManyClauses);
    assert_eq!(kind(&"name:a ".repeat(513)), QueryErrorKind::TooManyClauses);
    // What is shown would be longer than what was read.
    assert_eq!(kind(&format!("user_metadata.{}:({})", "k".repeat(100), "a ".repeat(200))), QueryErrorKind::TooLong);
    let deep = format!("{}name:a{}", "(".repeat(32), ")".repeat(32));
    assert!(Query::parse(&deep).is_ok());
    assert!(Query::parse(&"name:a ".repeat(512)).is_ok());
}

/// An error is for logs, so it has nothing in it that was typed; and neither has `Debug`.
#[test]
fn nothing_that_was_typed_is_in_an_error_or_in_debug() {
    for query in ["grace@example.com AND (", "blocked:grace@example.com", "email:grace@example.com?"] {
        let error = Query::parse(query).expect_err(query);
        assert!(!format!("{error} {error:?}").contains("grace"), "{error:?}");
    }
    let query = Query::parse("email:grace* user_metadata.plan:[\"grace\" TO *] user_metadata.x:grace").unwrap();
    assert!(!format!("{query:?}").contains("grace"), "{query:?}");
}

/// Staff numbers, with or without the letter in front.
#[derive(Debug)]
struct StaffNumbers;

impl IdentifierRules for StaffNumbers {
    fn parse(&self, text: &str) -> Result<Identifier, IdentifierError> {
        self.parse_as(IdentifierKind::Username, text)
    }

    fn parse_as(&self, kind: IdentifierKind, text: &str) -> Result<Identifier, IdentifierError> {
        let digits = text.strip_prefix(['S', 's']).unwrap_or(text);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Identifier::from_parts(kind, digits, text))
        } else {
            Err(IdentifierError::Malformed { kind })
        }
    }
}

#[test]
fn identifiers_go_through_the_rules_of_the_host() {
    let query = Query::parse_with("username:S001234", &StaffNumbers).unwrap();
    assert_eq!(*query.filter(), Filter::Text(TextField::Username, Pattern::exact("001234")));
    let query = Query::parse("email:\"Zoë@Bücher.Example\" email.domain:BÜCHER.example").unwrap();
    let written = r#"email:"zoë@xn--bcher-kva.example" OR email.domain:"xn--bcher-kva.example""#;
    assert_eq!(query.to_string(), written);
}

fn piece() -> impl Strategy<Value = String> {
    let words = [
        "name",
        "email",
        "email.domain",
        "user_metadata.a",
        "app_metadata.\\\"b",
        "last_login",
        "logins_count",
        "blocked",
        "_exists_",
        "nickname",
        "phone_number",
        "username",
        "AND",
        "OR",
        "NOT",
        "TO",
        "&&",
        "||",
        "!",
        "+",
        "-",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "\\",
        "*",
        "?",
        "~",
        "^",
        "/",
        ":",
        ":(",
        ":[",
        ":>",
        ":<=",
        "true",
        "2024-12-31",
        "9999",
        "0000",
        "1",
        "-1.5e3",
        "18446744073709551615",
        "ada",
        "Zoë",
        "a*b",
        "\"a b\"",
        " ",
        " ",
        "\0",
        "\u{212a}",
        "\u{130}",
        "\u{1e9e}",
        "ad\\*a",
        "@",
        "|",
    ];
    prop_oneof![9 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,3}"]
}

/// A query in which every kind of clause may stand.
fn sound() -> impl Strategy<Value = String> {
    let term = prop_oneof![
        // No operator: these are upper case, or signs alone.
        "[a-z\u{e9}\u{130}\u{df}@.][a-zA-Z\u{e9}\u{130}\u{df}@|.]{0,5}",
        "[a-zA-Z\u{e9}]{0,3}\\*[a-zA-Z@]{0,3}(\\*[a-z]{0,2})?",
        "\"(\\\\[\"\\\\]|[ a-zA-Z\u{e9}*?:()\\[\u{0}]){0,6}\"",
        "(\\\\[*?:\"\\\\ ()/+-]){1,3}[a-z]{0,2}",
    ];
    let text = prop::sample::select(vec![
        "name",
        "email",
        "email.domain",
        "username",
        "phone_number",
        "user_id",
        "picture",
        "multifactor",
        "source",
        "identities.connection",
        "user_metadata.a",
        "app_metadata.a\\.b.c",
    ]);
    let date = prop::sample::select(vec![
        "2024",
        "2024-12",
        "2024-12-31",
        "2024-12-31T10:00",
        "9999",
        "0000",
        "9999-12-31T23:59:59.999999Z",
        "1969-12-31T23:59:59.9+14:00",
        "*",
    ]);
    let open = prop::sample::select(vec!["[", "{"]);
    let close = prop::sample::select(vec!["]", "}"]);
    let value =
        prop::sample::select(vec!["1", "-2.5", "1e300", "\"1\"", "abc", "\"a \\\" b\"", "*", "18446744073709551615"]);
    let count = prop::sample::select(vec!["0", "1", "18446744073709551615", "*"]);
    let range = |field: &'static str, end: prop::sample::Select<&'static str>| {
        (open.clone(), end.clone(), end, close.clone())
            .prop_map(move |(open, low, high, close)| format!("{field}:{open}{low} TO {high}{close}"))
    };
    let clause = prop_oneof![
        3 => (text, term.clone()).prop_map(|(field, term)| format!("{field}:{term}")),
        1 => term,
        1 => range("last_login", date.clone()),
        1 => range("created_at", date),
        1 => range("app_metadata.a", value),
        1 => range("logins_count", count),
        1 => prop::sample::select(vec!["_exists_:name", "_exists_:moved_by", "blocked:true", "credential:hash", "*",
            "moved_by:import", "_exists_:user_metadata", "last_login:>2024-12", "logins_count:<=7"]).prop_map(str::to_owned),
    ];
    let joint = prop::sample::select(vec![" ", " AND ", " OR ", " -", " +", " NOT ", " && !", " || "]);
    clause.prop_recursive(4, 16, 3, move |inner| {
        (inner.clone(), joint.clone(), inner, any::<bool>()).prop_map(|(one, joint, other, is_group)| {
            if is_group { format!("({one}{joint}{other})") } else { format!("{one}{joint}{other}") }
        })
    })
}

/// A query is shown as it was read, whatever it is.
fn is_read_as_it_is_shown(text: &str) -> Result<(), TestCaseError> {
    match Query::parse(text) {
        Ok(query) => {
            let shown = query.to_string();
            let again = Query::parse(&shown);
            prop_assert_eq!(again.as_ref(), Ok(&query), "{} is shown as {}", text, shown);
            prop_assert_eq!(again.map(|query| query.to_string()), Ok(shown));
            let _either = query.filter().matches(&jane());
        }
        Err(error) => {
            prop_assert!(text.get(error.at()).is_some(), "{:?} is a place in {}", error.at(), text);
            prop_assert!(error.pointing_into(text).to_string().contains('^'));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_query_or_an_error(text in "\\PC{0,40}") {
        is_read_as_it_is_shown(&text)?;
    }

    #[test]
    fn any_row_of_pieces_is_a_query_or_an_error(pieces in prop::collection::vec(piece(), 0..14)) {
        is_read_as_it_is_shown(&pieces.concat())?;
    }

    #[test]
    fn a_query_is_read_as_it_is_shown(text in sound()) {
        if let Err(error) = Query::parse(&text) {
            // Nothing but the bounds stops a sound one.
            let bounds = [QueryErrorKind::TooDeep, QueryErrorKind::TooManyClauses];
            prop_assert!(bounds.contains(&error.kind()), "{}", error.pointing_into(&text));
        }
        is_read_as_it_is_shown(&text)?;
    }
}
