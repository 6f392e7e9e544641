use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use serde_json::Value;

use super::{
    super::{
        Api, Scope,
        connections::segment,
        gate::{Caller, require},
        payload::Payload,
        person::person,
        problem::{Problem, json as answer},
        verification,
    },
    MAX_ID, by_id,
    create::{MAX_NAME, MAX_PASSWORD, is_identifier, unwanted},
};
use crate::{
    identifier::IdentifierKind,
    migrator::{ChangeIdentifier, ChangeOutcome, ChangePassword, Refusal},
    store::Update,
    user::{Metadata, Profile, User, UserChange},
};

pub(in crate::api) const MEMBERS: [&str; 19] = [
    "app_metadata",
    "blocked",
    "client_id",
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
    "user_metadata",
    "username",
    "verify_email",
    "verify_password",
    "verify_phone_number",
];

/// What cannot be changed at once, as the reference product has it.
const APART: [(&str, &str); 5] = [
    ("password", "email"),
    ("password", "email_verified"),
    ("username", "email"),
    ("username", "email_verified"),
    ("username", "password"),
];

/// How often a row that somebody else changes meanwhile is looked at again.
const ATTEMPTS: usize = 8;

/// What is to be changed of a profile, apart from the identifiers.
#[derive(Debug, Default)]
struct Edit {
    names: Vec<(&'static str, Option<String>)>,
    user_metadata: Option<Metadata>,
    app_metadata: Option<Metadata>,
    blocked: Option<bool>,
    email_verified: Option<bool>,
    phone_verified: Option<bool>,
}

/// `PATCH /users/{id}`
pub(crate) async fn change(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::UpdateUsers])?;
    let parts = api.parts();
    let id = segment(path)?;
    let mut body = Payload::of(request, &MEMBERS, &parts.limits).await?;
    for (one, other) in APART {
        if body.has(one) && body.has(other) {
            let message = format!("Cannot update {one} and {other} simultaneously");
            return Err(Problem::bad("operation_not_supported", message).at(format!("/{other}")));
        }
    }
    if body.text("connection", MAX_ID)?.is_some_and(|name| name != parts.connection.name()) {
        return Err(Problem::bad("inexistent_connection", "The connection does not exist.").at("/connection"));
    }
    body.text("client_id", MAX_NAME)?;
    for ignored in ["verify_password", "verify_phone_number"] {
        body.flag(ignored)?;
    }
    let verify = body.flag("verify_email")?.unwrap_or(false);
    let mut edit = Edit::of(&mut body)?;
    let password = body.text("password", MAX_PASSWORD)?;
    let mut renames = Vec::new();
    for (name, kind) in [
        ("email", IdentifierKind::Email),
        ("phone_number", IdentifierKind::Phone),
        ("username", IdentifierKind::Username),
    ] {
        if let Some(text) = body.text(name, MAX_ID)? {
            is_identifier(&api, name, kind, &text)?;
            renames.push((name, kind, text));
        }
    }
    let mut user = by_id(&api, &id).await?;
    // What can be refused comes first, so that a refusal leaves everything as it was.
    if let Some(password) = password {
        user = changed(parts.migrator.change_password(ChangePassword::by_authority(user.id.clone(), password)).await?)?;
    }
    for (name, kind, text) in renames {
        let is_verified = match kind {
            IdentifierKind::Email => edit.email_verified.take(),
            IdentifierKind::Phone => edit.phone_verified.take(),
            IdentifierKind::Username => None,
        };
        let mut request = ChangeIdentifier::new(user.id.clone(), kind, text);
        request.verified = is_verified.unwrap_or(false);
        user = match parts.migrator.change_identifier(request).await? {
            ChangeOutcome::Refused(Refusal::Taken | Refusal::Conflict) => return Err(taken(name)),
            outcome => changed(outcome)?,
        };
    }
    if !edit.is_empty() {
        user = edit.make(&api, user).await?;
    }
    if verify && !user.profile.email_verified && user.profile.email.is_some() {
        verification::enqueue(&api, &user.id).await?;
    }
    Ok(answer(StatusCode::OK, &person(&user, &parts.connection)))
}

fn changed(outcome: ChangeOutcome) -> Result<User, Problem> {
    match outcome {
        ChangeOutcome::Changed(user) => Ok(*user),
        ChangeOutcome::NoSuchUser => Err(Problem::no_such_user()),
        ChangeOutcome::Refused(refusal) => Err(unwanted(&refusal)),
    }
}

fn taken(name: &'static str) -> Problem {
    let what = if name == "phone_number" { "phone number" } else { name };
    Problem::bad("auth0_idp_error", format!("The specified new {what} already exists")).at(format!("/{name}"))
}

impl Edit {
    fn of(body: &mut Payload) -> Result<Self, Problem> {
        let mut edit = Self::default();
        for name in ["name", "given_name", "family_name", "nickname", "picture"] {
            if body.nothing(name) {
                edit.names.push((name, None));
            }
            edit.names.extend(body.text(name, MAX_NAME)?.map(|text| (name, Some(text))));
        }
        edit.user_metadata = body.metadata("user_metadata")?;
        edit.app_metadata = body.metadata("app_metadata")?;
        edit.blocked = body.flag("blocked")?;
        edit.email_verified = body.flag("email_verified")?;
        edit.phone_verified = body.flag("phone_verified")?;
        Ok(edit)
    }

    const fn is_empty(&self) -> bool {
        self.names.is_empty()
            && self.user_metadata.is_none()
            && self.app_metadata.is_none()
            && self.blocked.is_none()
            && self.email_verified.is_none()
            && self.phone_verified.is_none()
    }

    /// Changes the row, whatever else happens to it.
    async fn make(&self, api: &Api, mut user: User) -> Result<User, Problem> {
        for _ in 0..ATTEMPTS {
            let change = UserChange::at(api.parts().clock.now()).profile(self.of_profile(user.profile.clone()));
            match api.parts().store.update(&user.id, user.version, change).await? {
                Update::Updated(user) => return Ok(*user),
                Update::Gone => return Err(Problem::no_such_user()),
                Update::Stale => user = by_id(api, user.id.as_str()).await?,
                Update::Taken(key) => return Err(taken(key.as_str())),
            }
        }
        Err(contended())
    }

    fn of_profile(&self, mut profile: Profile) -> Profile {
        for (name, text) in &self.names {
            let field = match *name {
                "name" => &mut profile.name,
                "given_name" => &mut profile.given_name,
                "family_name" => &mut profile.family_name,
                "nickname" => &mut profile.nickname,
                _ => &mut profile.picture,
            };
            field.clone_from(text);
        }
        for (members, given) in
            [(&mut profile.user_metadata, &self.user_metadata), (&mut profile.app_metadata, &self.app_metadata)]
        {
            if let Some(given) = given {
                merge(members, given);
            }
        }
        profile.blocked = self.blocked.unwrap_or(profile.blocked);
        profile.email_verified = self.email_verified.unwrap_or(profile.email_verified) && profile.email.is_some();
        profile.phone_verified = self.phone_verified.unwrap_or(profile.phone_verified) && profile.phone.is_some();
        profile
    }
}

/// Members of the first level are replaced, and taken away by null; nothing at all takes everything away.
fn merge(members: &mut Metadata, given: &Metadata) {
    if given.is_empty() {
        members.clear();
    }
    for (key, value) in given {
        if value.is_null() {
            members.remove(key);
        } else {
            members.insert(key.clone(), Value::clone(value));
        }
    }
}

/// The row was changed again and again.
pub(in crate::api) fn contended() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", "The user is being changed. Try again later.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_is_merged_at_the_first_level() {
        for (there, given, merged) in [
            (json!({"a": 1, "b": {"c": 1}}), json!({"b": {"d": 2}}), json!({"a": 1, "b": {"d": 2}})),
            (json!({"a": 1, "b": 2}), json!({"a": null, "c": 3}), json!({"b": 2, "c": 3})),
            (json!({"a": 1}), json!({"b": {"c": null}}), json!({"a": 1, "b": {"c": null}})),
            (json!({"a": 1}), json!({}), json!({})),
            (json!({}), json!({"a": null}), json!({})),
        ] {
            let (mut members, given) = (there.as_object().unwrap().clone(), given.as_object().unwrap());
            merge(&mut members, given);
            assert_eq!(Value::Object(members), merged);
        }
    }
}
