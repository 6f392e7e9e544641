//! Answers of this crate's contract that cannot be used: what the code takes is what the schema says, and every error
//! names the place and no value.

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use waystation::{
    LegacyConnection,
    legacy::{HttpConnection, LegacyError},
};

use super::stand_in::{Reply, StandIn, ask, name, told};

/// A server that answers everything with the same.
struct Parrot {
    _server: StandIn,
    words: Arc<Mutex<Value>>,
    legacy: HttpConnection,
}

impl Parrot {
    async fn new() -> Self {
        let words = Arc::<Mutex<Value>>::default();
        let said = Arc::clone(&words);
        let server = StandIn::start(move |_| Reply::json(200, said.lock().unwrap().clone())).await;
        let legacy = HttpConnection::waystation(&server.url).with_directory().with_writer().build().unwrap();
        Self { _server: server, words, legacy }
    }

    fn says(&self, words: Value) -> &HttpConnection {
        *self.words.lock().unwrap() = words;
        &self.legacy
    }

    /// What a look-up says of a user with these members beside those that it needs.
    async fn finds(&self, members: Value) -> Result<(), (&'static str, String)> {
        let mut user = json!({"id": "17", "email": "ada@example.com"});
        if let (Some(user), Value::Object(members)) = (user.as_object_mut(), members) {
            user.extend(members);
        }
        match self.says(json!({"result": "found", "user": user})).find(&name("ada@example.com")).await {
            Ok(found) => {
                assert!(found.is_some());
                Ok(())
            }
            Err(LegacyError::Malformed { what, place, .. }) => Err((what, place)),
            Err(error) => panic!("{error}"),
        }
    }
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../src/legacy/http/contract.schema.json")).unwrap()
}

/// What a part of the schema stands for.
fn resolve<'s>(schema: &'s Value, part: &'s Value) -> &'s Value {
    match part["$ref"].as_str() {
        Some(pointer) => schema.pointer(pointer.trim_start_matches('#')).unwrap(),
        None => part,
    }
}

/// A value that a part of the schema allows, and one that it does not.
fn samples(schema: &Value, key: &str, part: &Value) -> (Value, Value) {
    let part = resolve(schema, part);
    let types = match &part["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    match types[0].as_str() {
        Some("string") if part["format"] == "date-time" => ("2019-04-02T08:15:30Z".into(), 1_554_192_930.into()),
        Some("string") if types.len() > 1 => (17.into(), true.into()),
        Some("string") => {
            let text = match key {
                "email" => "ada@example.com",
                "phone" => "+15550100",
                _ => "text",
            };
            (text.into(), 5.into())
        }
        Some("boolean") => (true.into(), "true".into()),
        Some("integer") => (3.into(), "3".into()),
        Some("object") => (Value::Object(required(schema, part)), json!([])),
        Some("array") => (json!([required(schema, &part["items"])]), json!({})),
        // Anything is allowed here; to leave it out is not.
        _ => (json!("anything"), Value::Null),
    }
}

fn required(schema: &Value, part: &Value) -> Map<String, Value> {
    let names = part["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    names.map(|name| (name.to_owned(), samples(schema, name, &part["properties"][name]).0)).collect()
}

#[tokio::test]
async fn every_member_of_the_schema_is_taken_and_held_to_its_type() {
    let (parrot, schema) = (Parrot::new().await, schema());
    let members = schema["$defs"]["user"]["properties"].as_object().unwrap();
    assert_eq!(members.len(), 21);
    for (key, part) in members {
        let (right, wrong) = samples(&schema, key, part);
        assert_eq!(parrot.finds(json!({ key: right })).await, Ok(()), "{key}");
        assert_eq!(parrot.finds(json!({ key: null })).await.is_ok(), key != "id" && key != "email", "{key}");
        let (_, place) = parrot.finds(json!({ key: wrong })).await.expect_err(key);
        assert_eq!(place, format!("/user/{key}"));
    }
    let unknown = parrot.finds(json!({"emailVerified": true})).await;
    assert_eq!(unknown, Err(("a member that the contract does not know", "/user".into())));
}

#[tokio::test]
async fn every_item_of_the_schemas_lists_is_held_to_its_members() {
    let (parrot, schema) = (Parrot::new().await, schema());
    for list in ["mfa_factors", "identities"] {
        let items = &schema["$defs"]["user"]["properties"][list]["items"];
        for (key, part) in items["properties"].as_object().unwrap() {
            let mut item = required(&schema, items);
            let (right, wrong) = samples(&schema, key, part);
            item.insert(key.clone(), right);
            assert_eq!(parrot.finds(json!({ list: [item] })).await, Ok(()), "{list} {key}");
            item.insert(key.clone(), wrong);
            let (_, place) = parrot.finds(json!({ list: [item] })).await.expect_err(key);
            assert_eq!(place, format!("/user/{list}/0/{key}"));
        }
        let mut item = required(&schema, items);
        item.insert("other".into(), 1.into());
        assert_eq!(parrot.finds(json!({ list: [item] })).await.expect_err(list).1, format!("/user/{list}/0"));
    }
}

#[tokio::test]
async fn every_result_of_the_schema_is_known() {
    let (parrot, schema) = (Parrot::new().await, schema());
    let user = json!({"id": "17", "email": "ada@example.com"});
    let unknown = "malformed: not a result of the contract (/result)";
    let results = |of: &str| schema["$defs"][of]["properties"]["result"]["enum"].as_array().unwrap().clone();
    for result in results("authenticate") {
        let legacy = parrot.says(json!({"result": result, "user": user}));
        assert_ne!(told(&ask(legacy, "ada@example.com", "right").await), unknown, "{result}");
    }
    assert_eq!(told(&ask(parrot.says(json!({"result": "found"})), "ada@example.com", "right").await), unknown);
    for result in results("find") {
        let found = parrot.says(json!({"result": result, "user": user})).find(&name("ada@example.com")).await;
        assert!(!matches!(found, Err(LegacyError::Malformed { .. })), "{result}");
    }
    let key = waystation::user::LegacyKey::new("http", "17");
    for result in results("change") {
        let changed = parrot.says(json!({ "result": result })).as_writer().unwrap().verify_email(&key).await;
        let expected = match changed {
            Ok(()) => "done",
            Err(LegacyError::Gone) => "gone",
            Err(LegacyError::Refused { .. }) => "refused",
            Err(error) => panic!("{error}"),
        };
        assert_eq!(result, expected);
    }
    let changed = parrot.says(json!({"result": "ok"})).as_writer().unwrap().verify_email(&key).await;
    assert!(matches!(changed, Err(LegacyError::Malformed { ref place, .. }) if place == "/result"));
}

#[tokio::test]
async fn what_is_wrong_is_named_by_place_and_never_by_value() {
    let parrot = Parrot::new().await;
    for (members, what, place) in [
        (json!({"email": "secret@"}), "not a usable identifier", "/user/email"),
        (json!({"email": "secret@example.org"}), "another user than the one asked for", "/user/email"),
        (json!({"phone": "secret"}), "not a usable identifier", "/user/phone"),
        (json!({"username": "secret\u{0}"}), "not a usable identifier", "/user/username"),
        (json!({"created_at": "1969-12-31T23:59:59Z"}), "a date before 1970", "/user/created_at"),
        (json!({"last_login": "0001-01-01T00:00:00"}), "a date before 1970", "/user/last_login"),
        (json!({"password_set_at": "10000-01-01T00:00:00Z"}), "a date after 9999", "/user/password_set_at"),
        (json!({"created_at": "secret"}), "not a date", "/user/created_at"),
        (json!({"login_count": -1}), "not a count", "/user/login_count"),
        (json!({"login_count": 1.5}), "not a count", "/user/login_count"),
        (json!({"name": "x".repeat(65_537)}), "longer than 64 KiB", "/user/name"),
        (json!({"id": ""}), "missing or empty", "/user/id"),
        (json!({"id": 1.5}), "not text", "/user/id"),
        (json!({"password_hash": {"scheme": "bcrypt"}}), "missing or empty", "/user/password_hash/text"),
        (json!({"mfa_factors": [{"kind": "totp", "value": 1}]}), "not text", "/user/mfa_factors/0/value"),
        (json!({"mfa_factors": ["totp"]}), "not an object", "/user/mfa_factors/0"),
    ] {
        assert_eq!(parrot.finds(members).await, Err((what, place.into())));
    }
    let secret = json!({"result": "found", "user": {"id": "17", "email": "secret@"}});
    let error = parrot.says(secret).find(&name("ada@example.com")).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_costs_nobody_else() {
    let parrot = Parrot::new().await;
    let users = json!([{"id": "1", "email": "ada@example.com"}, {"id": "2", "email": "?"}, {"id": 3}]);
    let directory = parrot.says(json!({ "users": users })).as_directory().unwrap();
    let page = directory.scan(None, 3).await.unwrap();
    assert_eq!(page.iter().map(|entry| entry.key.id()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!(page.iter().map(|entry| entry.user.is_ok()).collect::<Vec<_>>(), [true, false, true]);
    assert!(matches!(page[1].user, Err(LegacyError::Malformed { ref place, .. }) if place == "/users/1/email"));
    let too_many = directory.scan(None, 2).await.unwrap_err();
    assert!(matches!(too_many, LegacyError::Malformed { ref place, .. } if place == "/users"));

    for (words, expected) in [
        (json!({"users": [{"email": "ada@example.com"}]}), "/users/0/id"),
        (json!({"users": {}}), "/users"),
        (json!({}), "/users"),
        (json!({"users": [], "next": "2"}), "/"),
    ] {
        let error = parrot.says(words).as_directory().unwrap().scan(None, 3).await.unwrap_err();
        assert!(matches!(error, LegacyError::Malformed { ref place, .. } if place == expected), "{expected}: {error}");
    }
    for words in [json!({"count": -1}), json!({"count": "3"}), json!({})] {
        let error = parrot.says(words).as_directory().unwrap().count().await.unwrap_err();
        assert!(matches!(error, LegacyError::Malformed { ref place, .. } if place == "/count"));
    }
}
