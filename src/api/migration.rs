//! How far the migration is, who is left, and how one user moved.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
    response::Response,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value, json};

use super::{
    Api, Scope,
    connections::segment,
    counts::{Legacy, counts, new_counts},
    gate::{Caller, require},
    parameters::Parameters,
    person::date,
    problem::{Problem, chain, json as answer},
    users::by_id,
};
use crate::{
    clock::{Timestamp, within},
    identifier::Identifier,
    report::{self, Left, LeftPage, ReportError, SourceProgress, WhyLeft},
    user::{LegacyKey, SourceName},
};

/// What counts are asked by.
pub(super) const PROGRESS_PARAMETERS: [&str; 1] = ["again"];

/// What a list of those who are left is asked by.
pub(super) const LEFT_PARAMETERS: [&str; 2] = ["from", "take"];

/// The most users of the legacy system that are looked at for a page.
const MOST: usize = 100;

/// The longest place in bytes: a source and an id, encoded.
const MAX_PLACE: usize = 8 << 10;

/// How long the legacy system is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// `GET /migration`
pub(super) async fn progress(State(api): State<Api>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadUsers])?;
    let parameters = Parameters::of(&uri, &PROGRESS_PARAMETERS, &api.parts().limits)?;
    let is_again = parameters.flag("again")?.unwrap_or(false);
    let counts = if is_again { new_counts(&api).await? } else { counts(&api).await? };
    let stats = &counts.stats;
    let day = |(day, users): (&i64, &u64)| {
        let midnight = Timestamp::from_micros(day.saturating_mul(86_400_000_000)).to_rfc3339()?;
        Some(json!({"day": midnight.get(..10)?, "users": users}))
    };
    let by_source: Map<_, Value> =
        stats.by_source.iter().map(|(source, here)| (source.to_string(), here.users.into())).collect();
    let legacy = match &counts.legacy {
        Legacy::Counted(progress) => json!({
            "state": "counted",
            "users": progress.legacy_users(),
            "moved": progress.moved(),
            "flagged": progress.flagged(),
            "left": progress.left(),
            "by_source": progress.by_source.iter().map(of_source).collect::<Map<_, _>>(),
        }),
        Legacy::NotGiven => json!({"state": "not_given"}),
        Legacy::NotListed => json!({"state": "not_listed"}),
        Legacy::Unreachable => json!({"state": "unreachable"}),
    };
    Ok(answer(
        StatusCode::OK,
        &json!({
            "counted_at": date(counts.at),
            "users": stats.users,
            "moved": stats.moved(),
            "last_moved_at": stats.last_moved_at.map_or(Value::Null, date),
            "moved_by_day": stats.moved_by_day.iter().filter_map(day).collect::<Value>(),
            "by_moved": named(&stats.by_moved, |by| by.as_str()),
            "by_source": by_source,
            "by_credential": named(&stats.by_credential, |kind| kind.as_str()),
            "by_scheme": named(&stats.by_scheme, String::as_str),
            "legacy": legacy,
        }),
    ))
}

fn of_source((source, progress): (&SourceName, &SourceProgress)) -> (String, Value) {
    let counts = json!({
        "users": progress.legacy_users,
        "moved": progress.moved,
        "flagged": progress.flagged,
        "left": progress.left(),
    });
    (source.to_string(), counts)
}

fn named<K>(counts: &BTreeMap<K, u64>, name: impl Fn(&K) -> &str) -> Map<String, Value> {
    counts.iter().map(|(key, users)| (name(key).to_owned(), (*users).into())).collect()
}

/// `GET /migration/left`
pub(super) async fn left(State(api): State<Api>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadUsers])?;
    let parts = api.parts();
    let parameters = Parameters::of(&uri, &LEFT_PARAMETERS, &parts.limits)?;
    let take = parameters.number("take", MOST)?.unwrap_or(50);
    if take == 0 {
        return Err(Problem::query("Value is less than minimum 1", "take"));
    }
    let unknown = || Problem::query("The value is not one that this list has given", "from");
    let after = parameters.text("from").map(|place| key_of(place).ok_or_else(unknown)).transpose()?;
    let directory = parts.legacy.as_ref().and_then(|legacy| legacy.as_directory()).ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, "inexistent_directory", "There is no list of the legacy system's users.")
    })?;
    let passwords = parts.passwords.as_deref();
    let reading = report::left(&*parts.store, directory, passwords, after.as_ref(), take);
    let page = match within(&*parts.clock, PATIENCE, reading).await {
        Some(Ok(page)) => page,
        Some(Err(ReportError::Store(error))) => return Err(error.into()),
        Some(Err(error)) => {
            tracing::warn!(error = %chain(&error), "the users of the legacy system cannot be listed");
            return Err(unreachable());
        }
        None => return Err(unreachable()),
    };
    let LeftPage { left, walked, next } = page;
    let mut shown = json!({"left": left.iter().map(person).collect::<Value>(), "walked": walked});
    if let (Some(next), Some(shown)) = (next, shown.as_object_mut()) {
        shown.insert("next".to_owned(), place_of(&next).into());
    }
    Ok(answer(StatusCode::OK, &shown))
}

fn unreachable() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "legacy_unavailable", "The legacy system cannot be asked now.")
}

/// Somebody who is left. Of a hash that cannot be verified, why: that has nothing of the hash.
fn person(left: &Left) -> Value {
    let profile = left.user.as_ref().map(|user| &user.profile);
    let original = |identifier: Option<&Identifier>| json!(identifier.map(Identifier::original));
    json!({
        "source": left.key.source().as_str(),
        "legacy_id": left.key.id(),
        "email": original(profile.and_then(|profile| profile.email.as_ref())),
        "username": original(profile.and_then(|profile| profile.username.as_ref())),
        "phone_number": original(profile.and_then(|profile| profile.phone.as_ref())),
        "name": profile.map_or(Value::Null, |profile| json!(profile.name)),
        "why": left.why.as_str(),
        "scheme": left.scheme,
        "detail": match &left.why {
            WhyLeft::UnusableHash(error) => error.to_string().into(),
            WhyLeft::Blocked
            | WhyLeft::Flagged
            | WhyLeft::NoPassword
            | WhyLeft::NotSeen
            | WhyLeft::Unreadable(_) => Value::Null,
        },
    })
}

/// A place in the list, as text for an address. It is encoded and not encrypted.
fn place_of(key: &LegacyKey) -> String {
    Base64UrlUnpadded::encode_string(json!([key.source().as_str(), key.id()]).to_string().as_bytes())
}

fn key_of(place: &str) -> Option<LegacyKey> {
    if place.len() > MAX_PLACE {
        return None;
    }
    let (source, id): (String, String) = serde_json::from_slice(&Base64UrlUnpadded::decode_vec(place).ok()?).ok()?;
    Some(LegacyKey::new(source, id))
}

/// `GET /users/{id}/migration`: where somebody comes from, how and when they moved, and by which scheme their password is
/// hashed. Never the hash.
pub(super) async fn of_user(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadUsers])?;
    Parameters::of(&uri, &[], &api.parts().limits)?;
    let user = by_id(&api, &segment(path)?).await?;
    let legacy = user.legacy.as_ref();
    let scheme = user.password_hash().map(|hash| hash.scheme().unwrap_or("unidentified"));
    Ok(answer(
        StatusCode::OK,
        &json!({
            "user_id": user.id.as_str(),
            "source": legacy.map(|legacy| legacy.source().as_str()),
            "legacy_id": legacy.map(LegacyKey::id),
            "moved_at": user.moved.map(|moved| date(moved.at)),
            "moved_by": user.moved.map(|moved| moved.by.as_str()),
            "credential": user.credential.kind().as_str(),
            "scheme": scheme,
            "password_set_at": user.password_set_at.map(date),
        }),
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_is_read_as_it_is_written(source: String, id: String) {
            let key = LegacyKey::new(source, id);
            prop_assert_eq!(key_of(&place_of(&key)), Some(key));
        }

        #[test]
        fn any_text_is_a_place_or_none(text in "[a-zA-Z0-9_-]{0,40}", place: String) {
            let _either = key_of(&text);
            let _either = key_of(&Base64UrlUnpadded::encode_string(place.as_bytes()));
        }
    }
}
