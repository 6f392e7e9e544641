//! Okta's Authentication API and its look-up of users, with the bodies of its documentation.

use serde_json::{Value, json};
use waystation::{
    LegacyConnection,
    clock::Timestamp,
    legacy::{HttpConnection, LegacyError},
    user::LegacyKey,
};

use super::stand_in::{Asked, Reply, StandIn, ask, ask_about, decode, name, told, user};

const RIGHT: &str = "correcthorsebatterystaple";

fn error(status: u16, code: &str) -> Reply {
    Reply::json(
        status,
        json!({
            "errorCode": code, "errorSummary": "…", "errorLink": code, "errorId": "oaeYx8fn_8_QPeOpYr5q2_6vw", "errorCauses": [],
        }),
    )
}

/// One person for each status that a transaction can have, and a few that only a look-up knows.
const PEOPLE: [(&str, &str); 10] = [
    ("dade.murphy@example.com", "SUCCESS"),
    ("warn@example.com", "PASSWORD_WARN"),
    ("mfa@example.com", "MFA_REQUIRED"),
    ("enroll@example.com", "MFA_ENROLL"),
    ("expired@example.com", "PASSWORD_EXPIRED"),
    ("locked@example.com", "LOCKED_OUT"),
    ("recovery@example.com", "RECOVERY"),
    ("shortname", "SUCCESS"),
    ("suspended@example.com", "SUSPENDED"),
    ("alias@example.com", "SUCCESS"),
];

fn account(at: usize) -> Value {
    let (login, status) = PEOPLE[at];
    let email = if login == "shortname" || login == "alias@example.com" { "dade@work.example" } else { login };
    json!({
        "id": format!("00ub0oNGTSWTBKOLGLN{at}"),
        "status": if status == "SUSPENDED" { "SUSPENDED" } else { "ACTIVE" },
        "created": "2013-06-24T16:39:18.000Z", "activated": "2013-06-24T16:39:19.000Z",
        "lastLogin": "2013-06-24T17:39:19.000Z", "passwordChanged": "2013-06-24T16:39:19.000Z",
        "profile": {
            "login": login, "email": email, "firstName": "Dade", "lastName": "Murphy", "displayName": null,
            "mobilePhone": "555-415-1337", "department": "Security",
        },
        "credentials": {"password": {}, "provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": "https://example.okta.com/api/v1/users/00ub0oNGTSWTBKOLGLNR"}},
    })
}

fn answer(asked: &Asked) -> Reply {
    if asked.line == "POST /api/v1/authn" {
        let question = asked.json();
        let at = PEOPLE.iter().position(|(login, _)| question["username"] == *login);
        let Some(at) = at.filter(|_| question["password"] == RIGHT) else { return error(401, "E0000004") };
        return match PEOPLE[at].1 {
            "LOCKED_OUT" => Reply::json(200, json!({"status": "LOCKED_OUT", "_links": {"next": {"name": "unlock"}}})),
            // Okta does not say why somebody who is suspended cannot log in.
            "SUSPENDED" => error(401, "E0000004"),
            status => Reply::json(
                200,
                json!({
                    "stateToken": "007ucIX7PATyn94hsHfOLVaXAmOBkKHWnOOLG43bsb", "expiresAt": "2015-11-03T10:15:57.000Z", "status": status,
                    "_embedded": {"user": {
                        "id": account(at)["id"], "passwordChanged": "2015-09-08T20:14:45.000Z",
                        "profile": {"login": PEOPLE[at].0, "firstName": "Dade", "lastName": "Murphy", "locale": "en_US", "timeZone": "America/Los_Angeles"},
                    }},
                }),
            ),
        };
    }
    if asked.header("authorization") != Some("SSWS 00token") {
        return error(401, "E0000011");
    }
    let who = asked.line.strip_prefix("GET /api/v1/users/").map(decode).unwrap_or_default();
    let at = (0..PEOPLE.len()).find(|at| PEOPLE[*at].0 == who || account(*at)["id"] == who.as_str());
    at.map_or_else(|| error(404, "E0000007"), |at| Reply::json(200, account(at)))
}

async fn okta() -> (StandIn, HttpConnection) {
    let server = StandIn::start(answer).await;
    let legacy = HttpConnection::okta(&server.url, "00token").emails_verified(true).build().unwrap();
    (server, legacy)
}

#[tokio::test]
async fn every_status_of_a_transaction_has_its_verdict() {
    let (server, legacy) = okta().await;
    for (who, expected, calls) in [
        ("dade.murphy@example.com", "match", 2),
        ("warn@example.com", "match", 2),
        ("mfa@example.com", "match", 2),
        ("enroll@example.com", "match", 2),
        ("expired@example.com", "match_must_change", 2),
        ("locked@example.com", "blocked", 1),
        ("recovery@example.com", "malformed: not a status of a log-in (/status)", 1),
        ("suspended@example.com", "mismatch", 1),
        ("nobody@example.com", "mismatch", 1),
    ] {
        assert_eq!(told(&ask(&legacy, who, RIGHT).await), expected, "{who}");
        assert_eq!(server.asked().len(), calls, "{who}");
    }
    assert_eq!(told(&ask(&legacy, "dade.murphy@example.com", "wrong").await), "mismatch");
}

#[tokio::test]
async fn a_log_in_asks_as_a_public_application_and_then_for_the_whole_user() {
    let (server, legacy) = okta().await;
    let dade = user(ask(&legacy, "Dade.Murphy@Example.com", RIGHT).await);
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /api/v1/authn");
    assert_eq!(asked[0].header("authorization"), None);
    assert_eq!(
        asked[0].json(),
        json!({
            "username": "dade.murphy@example.com", "password": RIGHT,
            "options": {"multiOptionalFactorEnroll": false, "warnBeforePasswordExpired": false},
        })
    );
    assert_eq!(asked[1].line, "GET /api/v1/users/00ub0oNGTSWTBKOLGLN0");

    assert_eq!(dade.key, LegacyKey::new("okta", "00ub0oNGTSWTBKOLGLN0"));
    assert_eq!(dade.profile.email, Some(name("dade.murphy@example.com")));
    assert!(dade.profile.email_verified);
    assert_eq!(dade.profile.family_name.as_deref(), Some("Murphy"));
    assert_eq!(dade.profile.app_metadata["department"], "Security");
    assert_eq!(dade.created_at.map(Timestamp::as_seconds), Some(1_372_091_958));
    assert_eq!(dade.last_login.map(Timestamp::as_seconds), Some(1_372_095_559));
    assert_eq!(legacy.find(&name("dade.murphy@example.com")).await.unwrap().unwrap().profile, dade.profile);
}

#[tokio::test]
async fn a_login_is_the_name_that_people_are_known_by() {
    let (_server, legacy) = okta().await;
    let by_name = user(ask(&legacy, "shortname", RIGHT).await);
    assert_eq!(by_name.profile.username, Some(name("shortname")));
    assert_eq!(by_name.profile.email, Some(name("dade@work.example")));
    let by_address = user(ask(&legacy, "alias@example.com", RIGHT).await);
    assert_eq!(by_address.profile.email, Some(name("alias@example.com")));
    assert_eq!(by_address.profile.app_metadata["email"], "dade@work.example");
}

#[tokio::test]
async fn a_known_id_is_looked_up_and_its_login_is_asked_about() {
    let (server, legacy) = okta().await;
    let verdict = ask_about(&legacy, "okta", "00ub0oNGTSWTBKOLGLN0", "moved@example.com", RIGHT).await;
    assert_eq!(told(&verdict), "match");
    let lines = server.lines();
    assert_eq!(lines[0], "GET /api/v1/users/00ub0oNGTSWTBKOLGLN0");
    assert_eq!(lines.len(), 3);
    // An id is no login: nobody is found by their name where their id was meant.
    let by_login = ask_about(&legacy, "okta", "shortname", "shortname", RIGHT).await;
    assert_eq!(told(&by_login), "malformed: another user than the one asked for (/id)");
    assert_eq!(told(&ask_about(&legacy, "okta", "00u-gone", "shortname", RIGHT).await), "not_found");
}

#[tokio::test]
async fn look_ups_show_who_is_barred_and_who_is_nobody() {
    let (_server, legacy) = okta().await;
    assert!(legacy.find(&name("suspended@example.com")).await.unwrap().unwrap().profile.blocked);
    assert!(legacy.find(&name("nobody@example.com")).await.unwrap().is_none());
    legacy.check().await.unwrap();
}

#[tokio::test]
async fn our_token_and_the_limit_of_the_organisation_are_no_wrong_passwords() {
    let server = StandIn::start(answer).await;
    let legacy = HttpConnection::okta(&server.url, "expired").build().unwrap();
    for result in [legacy.check().await, ask(&legacy, "warn@example.com", RIGHT).await.map(drop)] {
        assert!(matches!(result, Err(LegacyError::Misconfigured { .. })));
    }
    for (status, code, expected) in [
        (401, "E0000011", "the legacy connection is misconfigured: the legacy system refuses our credentials (401)"),
        (403, "E0000006", "the legacy connection is misconfigured: the legacy system refuses our credentials (403)"),
        (429, "E0000047", "unavailable: too many questions (429)"),
        (400, "E0000001", "the legacy connection is misconfigured: the legacy system does not take our question (400)"),
        (500, "E0000009", "unavailable: the legacy system failed (500)"),
    ] {
        let server = StandIn::start(move |_| error(status, code)).await;
        let legacy = HttpConnection::okta(&server.url, "00token").build().unwrap();
        assert_eq!(told(&ask(&legacy, "warn@example.com", RIGHT).await), expected);
    }
}
