use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value, json};

use super::{
    Api, Denied, Scope, connection,
    connections::segment,
    gate::{Caller, MAX_TOKEN, require},
    payload::{Payload, mistyped},
    person::{date, identities, parted},
    problem::{Problem, json as answer},
    users::{by_id, contended, find},
};
use crate::{
    identifier::{Identifier, IdentifierKind},
    store::{Deletion, Insert, Key, KeyKind, OnTombstone, Tombstone, Update},
    user::{Credential, LinkedIdentity, Metadata, NewUser, Profile, User, UserChange, UserId},
};

/// Longest provider and id in bytes.
const MAX_PROVIDER: usize = 255;
const MAX_SUBJECT: usize = 1_024;

/// The members where an account is named.
pub(super) const NAMED: [&str; 4] = ["connection_id", "discard_password", "provider", "user_id"];
/// The members where a token shows whose it is.
pub(super) const SHOWN: [&str; 2] = ["discard_password", "link_with"];

/// How often a row that somebody else changes meanwhile is looked at again.
const ATTEMPTS: usize = 8;

/// The most identities of one user: what a row has room for.
const MOST: usize = 100;

/// `POST /users/{id}/identities`
///
/// The account that is linked is no user of its own afterwards: its profile is kept with the identity. One with a
/// password would lose it, which has to be asked for by `discard_password`.
pub(super) async fn link(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::UpdateUsers])?;
    let parts = api.parts();
    let id = segment(path)?;
    let known = [&NAMED[..], &SHOWN].concat();
    let mut body = Payload::of(request, &known, &parts.limits).await?;
    let discards = body.flag("discard_password")?.unwrap_or(false);
    let (provider, subject, named_by) = if body.has("link_with") {
        let (provider, subject) = shown(&api, body).await?;
        (provider, subject, "/link_with")
    } else {
        let (provider, subject) = named(body)?;
        (provider, subject, "/user_id")
    };
    let primary = by_id(&api, &id).await?;
    let secondary = secondary(&api, &provider, &subject).await?;
    if secondary.as_ref().is_some_and(|secondary| secondary.id == primary.id) {
        return Err(
            Problem::bad("operation_not_supported", "Main account and specified user_id are the same.").at(named_by)
        );
    }
    let mut identity = LinkedIdentity::new(provider, subject);
    if let Some(secondary) = &secondary {
        if !discards && matches!(secondary.credential, Credential::Hash(_) | Credential::Delegated(_)) {
            let message = "The account has a password of its own, which linking would take away: say discard_password.";
            return Err(Problem::bad("operation_not_supported", message).at(named_by));
        }
        if !secondary.profile.identities.is_empty() {
            let message = "The account has accounts linked to it itself: unlink them first.";
            return Err(Problem::bad("operation_not_supported", message).at(named_by));
        }
        identity.profile = profile_data(secondary);
    }
    let user = with_identity(&api, primary, &identity, secondary.is_some()).await?;
    if let Some(secondary) = secondary {
        // After the other, so that at no time nobody has it; whoever sends the request again deletes it then.
        // The legacy system is not told: what the account is there stays.
        parts.store.delete(&secondary.id, Deletion::leaving(Tombstone::at(parts.clock.now()))).await?;
    }
    Ok(answer(StatusCode::CREATED, &identities(&user, &parts.connection)))
}

/// The account that is named by its provider and the id there.
fn named(mut body: Payload) -> Result<(String, String), Problem> {
    if body.text("connection_id", MAX_PROVIDER)?.is_some_and(|id| !connection::is_id(&id)) {
        return Err(Problem::body("String does not match pattern ^con_[A-Za-z0-9]{16}$", "/connection_id"));
    }
    let provider = body.required("provider", MAX_PROVIDER)?;
    // Some clients send a number.
    let subject = match body.take("user_id") {
        Some(Value::String(text)) if text.len() <= MAX_SUBJECT && !text.is_empty() => text,
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => number.to_string(),
        None => return Err(Problem::body("Missing required property: user_id", "/user_id")),
        Some(value) => return Err(mistyped("string", &value, "user_id")),
    };
    let subject = match subject.split_once('|') {
        Some((prefix, rest)) if prefix == provider => rest.to_owned(),
        _ => subject,
    };
    Ok((provider, subject))
}

/// The account whose owner shows by a token that it is theirs.
async fn shown(api: &Api, mut body: Payload) -> Result<(String, String), Problem> {
    let token = body.required("link_with", MAX_TOKEN)?;
    if let Some(name) = ["connection_id", "provider", "user_id"].into_iter().find(|name| body.has(name)) {
        return Err(Problem::body("The account is named by link_with already", format!("/{name}")));
    }
    let Some(id_tokens) = &api.parts().id_tokens else {
        let message = "Accounts are linked by provider and user_id here, and not by a token.";
        return Err(Problem::bad("operation_not_supported", message).at("/link_with"));
    };
    let invalid = || Problem::body("Invalid token", "/link_with");
    let subject = match id_tokens.subject(&token).await {
        Ok(subject) => subject,
        Err(Denied::Invalid) => return Err(invalid()),
        Err(denied) => return Err(Problem::of_denial(&denied)),
    };
    if subject.as_str().is_empty() || subject.as_str().len() > MAX_PROVIDER + MAX_SUBJECT {
        return Err(invalid());
    }
    let (provider, subject) = parted(&subject, &api.parts().connection);
    Ok((provider.to_owned(), subject.to_owned()))
}

/// The user whom the store has under this name.
async fn secondary(api: &Api, provider: &str, subject: &str) -> Result<Option<User>, Problem> {
    let whole = UserId::new(format!("{provider}|{subject}"));
    if let Some(user) = find(api, Key::Id(&whole)).await? {
        return Ok(Some(user));
    }
    if provider != api.parts().connection.as_provider() {
        return Ok(None);
    }
    find(api, Key::Id(&UserId::new(subject))).await
}

async fn with_identity(api: &Api, mut user: User, identity: &LinkedIdentity, again: bool) -> Result<User, Problem> {
    let same = |other: &LinkedIdentity| other.provider == identity.provider && other.subject == identity.subject;
    for _ in 0..ATTEMPTS {
        let mut profile = user.profile.clone();
        if profile.identities.iter().any(same) {
            // The second half of an earlier request may still be to be done.
            let conflict =
                || Problem::new(StatusCode::CONFLICT, "identity_conflict", "Specified identity already linked.");
            return if again { Ok(user) } else { Err(conflict()) };
        }
        if profile.identities.len() >= MOST {
            return Err(Problem::bad(
                "operation_not_supported",
                format!("A user has at most {MOST} linked identities."),
            ));
        }
        profile.identities.push(identity.clone());
        match update(api, &user, profile).await? {
            Some(user) => return Ok(user),
            None => user = by_id(api, user.id.as_str()).await?,
        }
    }
    Err(contended())
}

/// `None` if the row has changed meanwhile.
async fn update(api: &Api, user: &User, profile: Profile) -> Result<Option<User>, Problem> {
    let change = UserChange::at(api.parts().clock.now()).profile(profile);
    match api.parts().store.update(&user.id, user.version, change).await? {
        Update::Updated(user) => Ok(Some(*user)),
        Update::Stale => Ok(None),
        Update::Gone | Update::Taken(_) => Err(Problem::no_such_user()),
    }
}

/// `DELETE /users/{id}/identities/{provider}/{user_id}`: the account is a user of its own again, without a password.
pub(super) async fn unlink(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<(String, String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::UpdateUsers])?;
    let parts = api.parts();
    let wrong =
        |_| Problem::bad("invalid_uri", "Path validation error: 'Object didn't pass validation' on property user_id.");
    let Path((id, provider, subject)) = path.map_err(wrong)?;
    let mut user = by_id(&api, &id).await?;
    let main = parted(&user.id, &parts.connection);
    if main == (provider.as_str(), subject.as_str()) {
        return Err(Problem::bad("operation_not_supported", "Main identity cannot be removed."));
    }
    let same = |other: &LinkedIdentity| other.provider == provider && other.subject == subject;
    let mut is_restored = false;
    for _ in 0..ATTEMPTS {
        let mut profile = user.profile.clone();
        let Some(place) = profile.identities.iter().position(same) else {
            return Err(Problem::new(StatusCode::NOT_FOUND, "inexistent_identity", "The identity does not exist."));
        };
        let identity = profile.identities.remove(place);
        if !is_restored && !identity.profile.is_empty() {
            // Before the other, so that at no time nobody has it.
            restore(&api, &identity).await?;
            is_restored = true;
        }
        match update(&api, &user, profile).await? {
            Some(user) => return Ok(answer(StatusCode::OK, &identities(&user, &parts.connection))),
            None => user = by_id(&api, user.id.as_str()).await?,
        }
    }
    Err(contended())
}

/// What is kept of an account that is linked.
fn profile_data(user: &User) -> Metadata {
    let profile = &user.profile;
    let original =
        |identifier: &Option<Identifier>| identifier.as_ref().map(|identifier| identifier.original().to_owned());
    let whole = json!({
        "email": original(&profile.email),
        "email_verified": profile.email_verified,
        "username": original(&profile.username),
        "phone_number": original(&profile.phone),
        "phone_verified": profile.phone_verified,
        "name": profile.name,
        "given_name": profile.given_name,
        "family_name": profile.family_name,
        "nickname": profile.nickname,
        "picture": profile.picture,
        "created_at": date(user.created_at),
    });
    match whole {
        Value::Object(members) => members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Metadata::new(),
    }
}

/// Makes the user anew who was linked.
async fn restore(api: &Api, identity: &LinkedIdentity) -> Result<(), Problem> {
    let parts = api.parts();
    let text = |name: &str| identity.profile.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let is_true = |name: &str| identity.profile.get(name).and_then(Value::as_bool).unwrap_or(false);
    let mut profile = Profile::default();
    for (name, kind) in [
        ("email", IdentifierKind::Email),
        ("username", IdentifierKind::Username),
        ("phone_number", IdentifierKind::Phone),
    ] {
        if let Some(identifier) = text(name).and_then(|text| parts.rules.parse_as(kind, &text).ok()) {
            profile.set_identifier(identifier);
        }
    }
    profile.email_verified = is_true("email_verified") && profile.email.is_some();
    profile.phone_verified = is_true("phone_verified") && profile.phone.is_some();
    profile.name = text("name");
    profile.given_name = text("given_name");
    profile.family_name = text("family_name");
    profile.nickname = text("nickname");
    profile.picture = text("picture");
    let id = UserId::new(format!("{}|{}", identity.provider, identity.subject));
    let user = NewUser::new(id, profile, Credential::None, parts.clock.now());
    // Their keys were buried when they were linked.
    match parts.store.insert(user, OnTombstone::Lift).await? {
        Insert::Created(_) | Insert::Taken(KeyKind::Id) => Ok(()),
        Insert::Taken(_) | Insert::Tombstoned => {
            let message = "Another user has a name, an address or a number of the account by now.";
            Err(Problem::new(StatusCode::CONFLICT, "identity_conflict", message))
        }
    }
}
