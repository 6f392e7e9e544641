//! Objects as identity providers export and import them become hashes that open.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use waystation::password::{
    Limits, Password, PasswordHash, Schemes, Workspace,
    vendor::{
        ClerkHash, FirebaseProject, FusionAuthHash, ImportError, KratosHash, OktaHash, StytchHash, SuperTokensHash,
    },
};

/// An object, and what it becomes.
#[derive(Debug, Deserialize)]
struct Row {
    shape: String,
    scheme: String,
    password: String,
    wrong: String,
    json: Value,
    /// Firebase's parameters of a project.
    #[serde(default)]
    project: Value,
    /// Firebase's signer key, which SuperTokens keeps elsewhere.
    key: Option<String>,
}

impl Row {
    fn hash(&self, json: &Value) -> Result<PasswordHash, ImportError> {
        let text = json.to_string();
        match self.shape.as_str() {
            "clerk" => text.parse::<ClerkHash>().map(Into::into),
            "firebase" => self.project.to_string().parse::<FirebaseProject>()?.user(&text),
            "fusionauth" => text.parse::<FusionAuthHash>().map(Into::into),
            "kratos" => text.parse::<KratosHash>().map(Into::into),
            "okta" => text.parse::<OktaHash>().map(Into::into),
            "stytch" => text.parse::<StytchHash>().map(Into::into),
            "supertokens" => {
                let hash = text.parse::<SuperTokensHash>()?;
                Ok(match &self.key {
                    Some(key) => hash.with_signer_key(decoded(key)).into(),
                    None => hash.into(),
                })
            }
            other => panic!("there is no shape {other}"),
        }
    }
}

fn decoded(base64: &str) -> Vec<u8> {
    <base64ct::Base64 as base64ct::Encoding>::decode_vec(base64).unwrap()
}

fn rows() -> Vec<Row> {
    #[derive(Deserialize)]
    struct File {
        rows: Vec<Row>,
    }

    serde_json::from_str::<File>(include_str!("../data/hashes/import_shapes.json")).unwrap().rows
}

fn opens(hash: &PasswordHash, password: &str) -> bool {
    let parsed = Schemes::standard().parse(hash, &Limits::default()).unwrap();
    parsed.verify(&Password::from(password), &mut Workspace::default()).unwrap()
}

#[test]
fn objects_of_seven_providers_become_hashes_that_open() {
    let mut shapes = BTreeMap::<String, usize>::new();
    for row in rows() {
        let hash = row.hash(&row.json).unwrap_or_else(|error| panic!("{error}: {row:?}"));
        let hash = match hash.scheme() {
            Some(_) => hash,
            None => PasswordHash::declared(Schemes::standard().identify(&hash).unwrap().name(), hash.expose()),
        };
        assert_eq!(hash.scheme(), Some(row.scheme.as_str()), "{row:?}");
        assert!(opens(&hash, &row.password), "{row:?}");
        assert!(!opens(&hash, &row.wrong), "{row:?}");
        *shapes.entry(row.shape).or_default() += 1;
    }
    assert_eq!(shapes.len(), 7, "{shapes:?}");
}

/// What an object lacks, or has of another type, is an error that names the place; nothing else opens what it opened.
#[test]
fn a_broken_object_is_an_error_that_shows_no_value() {
    for row in rows() {
        for place in places(&row.json) {
            for broken in [None, Some(Value::Bool(true)), Some(Value::from("")), Some(Value::from(-1))] {
                let mut json = row.json.clone();
                set(&mut json, &place, broken);
                match row.hash(&json) {
                    Ok(hash) => {
                        let Ok(parsed) = Schemes::standard().parse(&hash, &Limits::default()) else { continue };
                        let opened = parsed.verify(&Password::from(row.wrong.as_str()), &mut Workspace::default());
                        assert_ne!(opened, Ok(true), "{place} of {row:?}");
                    }
                    Err(error) => {
                        let shown = format!("{error} {error:?}");
                        let value = row.json.pointer(&place).and_then(Value::as_str).unwrap_or_default();
                        assert!(value.len() < 16 || !shown.contains(value), "{place} of {row:?}");
                    }
                }
            }
        }
    }
}

/// The JSON pointers of all members.
fn places(json: &Value) -> Vec<String> {
    let Value::Object(members) = json else { return Vec::new() };
    let nested = |(name, value): (&String, &Value)| {
        let below = places(value).into_iter().map(|place| format!("/{name}{place}")).collect::<Vec<_>>();
        [vec![format!("/{name}")], below].concat()
    };
    members.iter().flat_map(nested).collect()
}

/// Puts something else at a place, or nothing.
fn set(json: &mut Value, place: &str, value: Option<Value>) {
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = json.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
    match value {
        Some(value) => _ = parent.insert(name.to_owned(), value),
        None => _ = parent.remove(name),
    }
}
