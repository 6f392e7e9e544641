//! Stormpath's REST API, with the bodies of its documentation.

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use waystation::{
    LegacyConnection,
    clock::Timestamp,
    legacy::{HttpConnection, LegacyError},
    user::LegacyKey,
};

use super::stand_in::{Asked, Reply, StandIn, ask, ask_about, decode, name, told, user};

const RIGHT: &str = "Changeme1!";
const APPLICATION: &str = "1gk4Dxzi6o4PbdlEXampLE";

fn account(id: &str, username: &str, email: &str, status: &str) -> Value {
    let href = format!("https://api.stormpath.com/v1/accounts/{id}");
    json!({
        "href": href, "username": username, "email": email, "givenName": "Han", "middleName": null, "surname": "Solo",
        "fullName": "Han Solo", "status": status, "createdAt": "2016-05-02T18:43:34.338Z", "modifiedAt": "2016-05-02T18:43:34.338Z",
        "emailVerificationToken": null, "emailVerificationStatus": "VERIFIED",
        "customData": {"href": format!("{href}/customData"), "createdAt": "2016-05-02T18:43:34.338Z", "modifiedAt": "2016-05-02T18:43:34.338Z", "ship": "Falcon"},
        "directory": {"href": "https://api.stormpath.com/v1/directories/5nbYei0Xka2UW5uOCP75m5"},
    })
}

fn people() -> [Value; 6] {
    [
        account("623oyolNjkVAebVMlAjehl", "hansolo", "han@millenniumfalcon.com", "ENABLED"),
        account("disabled", "greedo", "greedo@cantina.example", "DISABLED"),
        account("unverified", "lando", "lando@bespin.example", "UNVERIFIED"),
        account("address", "leia@alderaan.example", "leia@alderaan.example", "ENABLED"),
        account("twin-1", "luke", "twins@polis.example", "ENABLED"),
        account("twin-2", "leia", "twins@polis.example", "ENABLED"),
    ]
}

fn error(code: u32) -> Reply {
    Reply::json(400, json!({"status": 400, "code": code, "message": "…", "developerMessage": "…", "moreInfo": "…"}))
}

fn answer(asked: &Asked) -> Reply {
    let key = format!("Basic {}", Base64::encode_string(b"key-id:key-secret"));
    if asked.header("authorization") != Some(&key) {
        return Reply::json(401, json!({"status": 401, "code": 401, "message": "Authentication required."}));
    }
    if asked.line == format!("POST /v1/applications/{APPLICATION}/loginAttempts") {
        return login_attempt(&asked.json());
    }
    if let Some(search) = asked.line.strip_prefix(&format!("GET /v1/applications/{APPLICATION}/accounts?")) {
        let (attribute, value) = search.split('&').next().unwrap_or_default().split_once('=').unwrap_or_default();
        let value = decode(value);
        // `*` stands for anything, as in the real search.
        let has = |account: &Value| account[attribute] == value.as_str() || value == "*";
        let items: Vec<_> = people().into_iter().filter(has).collect();
        return Reply::json(200, json!({"href": "…", "offset": 0, "limit": 16, "size": items.len(), "items": items}));
    }
    let id = asked.line.strip_prefix("GET /v1/accounts/").and_then(|rest| rest.strip_suffix("?expand=customData"));
    let suffix = format!("/{}", id.unwrap_or_default());
    let found =
        people().into_iter().find(|account| account["href"].as_str().is_some_and(|href| href.ends_with(&suffix)));
    found.map_or_else(|| Reply::json(404, json!({"status": 404, "code": 404})), |account| Reply::json(200, account))
}

fn login_attempt(question: &Value) -> Reply {
    let value = question["value"].as_str().and_then(|value| Base64::decode_vec(value).ok()).unwrap_or_default();
    let pair = String::from_utf8(value).unwrap_or_default();
    let (login, password) = pair.split_once(':').unwrap_or_default();
    let found = people().into_iter().find(|account| account["username"] == login || account["email"] == login);
    let Some(account) = found.filter(|_| question["type"] == "basic") else { return error(7104) };
    match account["status"].as_str() {
        Some("DISABLED") => error(7101),
        Some("UNVERIFIED") => error(7102),
        _ if login == "luke" => error(7103),
        _ if password == RIGHT => Reply::json(200, json!({"account": {"href": account["href"]}})),
        _ => error(7100),
    }
}

async fn stormpath() -> (StandIn, HttpConnection) {
    let server = StandIn::start(answer).await;
    let base = format!("{}/v1", server.url);
    let legacy = HttpConnection::stormpath(base, APPLICATION, "key-id", "key-secret").build().unwrap();
    (server, legacy)
}

#[tokio::test]
async fn every_code_has_its_verdict() {
    let (server, legacy) = stormpath().await;
    for (who, password, expected, calls) in [
        ("Han@MillenniumFalcon.com", RIGHT, "match", 2),
        ("hansolo", RIGHT, "match", 2),
        ("hansolo", "wrong", "mismatch", 1),
        ("jabba", RIGHT, "not_found", 1),
        ("greedo", RIGHT, "blocked", 1),
        ("lando", RIGHT, "blocked", 1),
        ("luke", RIGHT, "blocked", 1),
    ] {
        assert_eq!(told(&ask(&legacy, who, password).await), expected, "{who}");
        assert_eq!(server.asked().len(), calls, "{who}");
    }
}

#[tokio::test]
async fn the_account_of_the_documentation_moves_whole() {
    let (server, legacy) = stormpath().await;
    let han = user(ask(&legacy, "hansolo", RIGHT).await);
    assert_eq!(
        server.lines(),
        [
            format!("POST /v1/applications/{APPLICATION}/loginAttempts"),
            "GET /v1/accounts/623oyolNjkVAebVMlAjehl?expand=customData".into(),
        ]
    );
    assert_eq!(han.key, LegacyKey::new("stormpath", "623oyolNjkVAebVMlAjehl"));
    assert_eq!(han.profile.email, Some(name("han@millenniumfalcon.com")));
    assert!(han.profile.email_verified && !han.profile.blocked);
    assert_eq!(han.profile.name.as_deref(), Some("Han Solo"));
    assert_eq!(serde_json::Value::from(han.profile.app_metadata.clone()), json!({"ship": "Falcon"}));
    assert_eq!(han.created_at.map(Timestamp::as_seconds), Some(1_462_214_614));

    let found = legacy.find(&name("han@millenniumfalcon.com")).await.unwrap().unwrap();
    assert_eq!((found.key, found.profile), (han.key, han.profile));
    let search = format!(
        "GET /v1/applications/{APPLICATION}/accounts?email=han%40millenniumfalcon.com&expand=customData&limit=16"
    );
    assert_eq!(server.lines(), [search]);
}

#[tokio::test]
async fn a_search_finds_one_person_nobody_or_too_many() {
    let (_server, legacy) = stormpath().await;
    assert!(legacy.find(&name("greedo")).await.unwrap().unwrap().profile.blocked);
    assert!(legacy.find(&name("jabba")).await.unwrap().is_none());
    assert!(legacy.find(&name("*")).await.unwrap().is_none(), "a pattern is nobody's name");
    assert!(legacy.find(&name("+15550100")).await.unwrap().is_none());
    let twins = legacy.find(&name("twins@polis.example")).await.unwrap_err();
    assert!(matches!(twins, LegacyError::Ambiguous { ref place } if place == "/items/1/email"));
    let leia = legacy.find(&name("leia@alderaan.example")).await.unwrap().unwrap();
    assert_eq!(leia.profile.username, None, "an address that stands for a user name is none");
}

#[tokio::test]
async fn a_known_id_is_looked_up_first() {
    let (server, legacy) = stormpath().await;
    let id = "623oyolNjkVAebVMlAjehl";
    assert_eq!(told(&ask_about(&legacy, "stormpath", id, "moved@example.com", RIGHT).await), "match");
    assert_eq!(server.asked().len(), 3);
    assert_eq!(told(&ask_about(&legacy, "stormpath", "gone", "hansolo", RIGHT).await), "not_found");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn our_key_is_no_wrong_password() {
    let server = StandIn::start(answer).await;
    let legacy = HttpConnection::stormpath(format!("{}/v1", server.url), APPLICATION, "key-id", "old").build().unwrap();
    assert!(matches!(ask(&legacy, "hansolo", RIGHT).await, Err(LegacyError::Misconfigured { .. })));
    assert!(matches!(legacy.check().await, Err(LegacyError::Misconfigured { .. })));
    let unknown = StandIn::start(|_| error(2006)).await;
    let legacy = HttpConnection::stormpath(&unknown.url, APPLICATION, "key-id", "key-secret").build().unwrap();
    assert!(matches!(ask(&legacy, "hansolo", RIGHT).await, Err(LegacyError::Misconfigured { .. })));
}
