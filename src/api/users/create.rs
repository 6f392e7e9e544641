use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    super::{
        Api, Scope,
        gate::{Caller, require},
        payload::Payload,
        person::person,
        problem::{Problem, json as answer},
        verification,
    },
    MAX_ID,
};
use crate::{
    identifier::IdentifierKind,
    migrator::{Refusal, SignUp, SignUpOutcome, generated_id},
    user::{Profile, UserId},
};

/// The longest name and the longest address of a picture, in bytes.
pub(in crate::api) const MAX_NAME: usize = 2_048;
/// The longest password in bytes that is looked at. The policy says what is too long.
pub(super) const MAX_PASSWORD: usize = 4_096;

pub(in crate::api) const MEMBERS: [&str; 18] = [
    "app_metadata",
    "blocked",
    "connection",
    "email",
    "email_verified",
    "family_name",
    "given_name",
    "name",
    "nickname",
    "password",
    "phone_number",
    "phone_verified",
    "picture",
    "user_id",
    "user_metadata",
    "username",
    "verify_email",
    "verify_phone_number",
];

/// `POST /users`
pub(crate) async fn create(State(api): State<Api>, caller: Caller, request: Request) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers])?;
    let parts = api.parts();
    let mut body = Payload::of(request, &MEMBERS, &parts.limits).await?;
    if body.required("connection", MAX_ID)? != parts.connection.name() {
        return Err(Problem::bad("inexistent_connection", "The connection does not exist.").at("/connection"));
    }
    let verify = body.flag("verify_email")?;
    body.flag("verify_phone_number")?;
    let (id, wants_mail, request) = sign_up(&api, &mut body, verify)?;
    let id = match id {
        Some(id) => id,
        None => generated_id(parts.clock.now(), &*parts.entropy)?.as_str().to_owned(),
    };
    let id = UserId::new(format!("{}|{id}", parts.connection.as_provider()));
    let user = match parts.migrator.sign_up(request.id(id)).await? {
        SignUpOutcome::Created(user) => user,
        SignUpOutcome::Refused(refusal) => return Err(refused(&refusal)),
    };
    if wants_mail {
        // The user is there, whatever becomes of the message.
        if let Err(problem) = verification::enqueue(&api, &user.id).await {
            tracing::warn!(?problem, "no verification e-mail will be sent to a user who was created");
        }
    }
    Ok(answer(StatusCode::CREATED, &person(&user, &parts.connection)))
}

/// What is asked for, whether under an id, and whether the address is to be verified by mail.
fn sign_up(api: &Api, body: &mut Payload, verify: Option<bool>) -> Result<(Option<String>, bool, SignUp), Problem> {
    let mut profile = Profile::default();
    for (name, field) in [
        ("name", &mut profile.name),
        ("given_name", &mut profile.given_name),
        ("family_name", &mut profile.family_name),
        ("nickname", &mut profile.nickname),
        ("picture", &mut profile.picture),
    ] {
        *field = body.text(name, MAX_NAME)?;
    }
    profile.blocked = body.flag("blocked")?.unwrap_or(false);
    profile.user_metadata = body.metadata("user_metadata")?.unwrap_or_default();
    profile.app_metadata = body.metadata("app_metadata")?.unwrap_or_default();
    let verified = [
        (IdentifierKind::Email, body.flag("email_verified")?.unwrap_or(false)),
        (IdentifierKind::Phone, body.flag("phone_verified")?.unwrap_or(false)),
    ];
    let mut identifiers = Vec::new();
    for (name, kind) in [
        ("email", IdentifierKind::Email),
        ("phone_number", IdentifierKind::Phone),
        ("username", IdentifierKind::Username),
    ] {
        if let Some(text) = body.text(name, MAX_ID)? {
            is_identifier(api, name, kind, &text)?;
            identifiers.push((kind, text));
        }
    }
    let id = body.text("user_id", MAX_ID)?;
    if id.as_deref().is_some_and(str::is_empty) {
        return Err(Problem::body("String is too short, minimum 1", "/user_id"));
    }
    let password = body.required("password", MAX_PASSWORD)?;
    let Some((kind, text)) = identifiers.pop() else {
        return Err(Problem::body("Missing required property: email", "/email"));
    };
    let is_verified = |kind| verified.contains(&(kind, true));
    let has_email = kind == IdentifierKind::Email || identifiers.iter().any(|(kind, _)| *kind == IdentifierKind::Email);
    let wants_mail =
        has_email && !is_verified(IdentifierKind::Email) && verify != Some(false) && api.parts().mailer.is_some();
    let mut request = SignUp::with(kind, text, password).profile(profile);
    for (kind, text) in identifiers {
        request = request.and(kind, text);
    }
    for (kind, _) in verified.into_iter().filter(|(_, is_verified)| *is_verified) {
        request = request.verified(kind);
    }
    Ok((id, wants_mail, request))
}

/// That it can be somebody's.
pub(super) fn is_identifier(api: &Api, name: &'static str, kind: IdentifierKind, text: &str) -> Result<(), Problem> {
    let parsed = api.parts().rules.parse_as(kind, text);
    let wrong = |_| Problem::body(format!("Object didn't pass validation for format {kind}"), format!("/{name}"));
    parsed.map(|_| ()).map_err(wrong)
}

/// Why nobody was made.
fn refused(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::Taken | Refusal::Conflict => {
            Problem::new(StatusCode::CONFLICT, "auth0_idp_error", "The user already exists.")
        }
        refusal => unwanted(refusal),
    }
}

/// What is wrong with what was asked for.
pub(super) fn unwanted(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::PasswordRejected(_) => {
            Problem::bad("invalid_body", "PasswordStrengthError: Password is too weak").at("/password")
        }
        Refusal::PasswordTooLong => Problem::bad("invalid_body", "PasswordError: Password is too long").at("/password"),
        Refusal::InvalidIdentifier => Problem::body("Object didn't pass validation for an identifier", ""),
        refusal => Problem::bad("operation_not_supported", format!("The operation was refused: {}.", refusal.as_str())),
    }
}
