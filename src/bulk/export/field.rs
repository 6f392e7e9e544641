use serde_json::{Map, Value, json};

use crate::{
    bulk::record::date::written,
    clock::Timestamp,
    identifier::Identifier,
    user::{LegacyKey, MfaFactor, User},
};

/// The fields that a path can begin with.
const ROOTS: [&str; 24] = [
    "app_metadata",
    "blocked",
    "created_at",
    "credential",
    "email",
    "email_verified",
    "family_name",
    "given_name",
    "identities",
    "last_login",
    "last_password_reset",
    "legacy_id",
    "logins_count",
    "moved_at",
    "moved_by",
    "multifactor",
    "name",
    "nickname",
    "phone_number",
    "phone_verified",
    "picture",
    "source",
    "updated_at",
    "user_metadata",
];

/// The longest path and the longest name, in bytes, as the reference product has it.
const LONGEST: usize = 100;

/// What is written of each user: a path, and the name that it is written under.
///
/// A path begins with a field of [the query syntax](crate::guide::search), or `username` or `user_id`, and goes on to members
/// after a point and to items of lists in square brackets: `user_metadata.consent.given`, `identities[0].connection`. A
/// backslash takes what follows literally. Hashes and the secrets of second factors are no fields.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExportField {
    steps: Vec<Step>,
    name: String,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Step {
    Item(usize),
    Member(String),
}

/// What the reference product's own export tool writes unless it is told, and under which names.
/// <https://auth0.com/docs/customize/extensions/user-import-export-extension>
pub(in crate::bulk) const USUAL: [(&str, &str); 11] = [
    ("user_id", "Id"),
    ("given_name", "Given Name"),
    ("family_name", "Family Name"),
    ("nickname", "Nickname"),
    ("name", "Name"),
    ("email", "Email"),
    ("email_verified", "Email Verified"),
    ("picture", "Picture"),
    ("identities[0].connection", "Connection"),
    ("created_at", "Created At"),
    ("updated_at", "Updated At"),
];

impl ExportField {
    /// The field at this path, under the path as its name.
    ///
    /// # Errors
    ///
    /// When it is no path, too long, or does not begin with a field.
    pub fn new(path: &str) -> Result<Self, ExportFieldError> {
        if path.len() > LONGEST {
            return Err(ExportFieldError::TooLong);
        }
        let steps = steps(path).ok_or(ExportFieldError::Path)?;
        match steps.first() {
            Some(Step::Member(root)) if ROOTS.contains(&root.as_str()) || root == "username" || root == "user_id" => {
                Ok(Self { steps, name: path.to_owned() })
            }
            _ => Err(ExportFieldError::Unknown),
        }
    }

    /// Under this name.
    ///
    /// # Errors
    ///
    /// When the name is longer than 100 bytes.
    pub fn export_as(mut self, name: impl Into<String>) -> Result<Self, ExportFieldError> {
        self.name = name.into();
        if self.name.len() > LONGEST { Err(ExportFieldError::TooLong) } else { Ok(self) }
    }

    /// The name that it is written under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a table of users has unless somebody says what: the columns that the reference product's own export tool
    /// writes.
    pub fn usual() -> Vec<Self> {
        let named = |(path, name): (&str, &str)| Self::new(path).and_then(|field| field.export_as(name)).ok();
        USUAL.into_iter().filter_map(named).collect()
    }

    /// What stands there; null where there is nothing.
    pub(super) fn value(&self, whole: &Value) -> Value {
        let found = self.steps.iter().try_fold(whole, |value, step| match step {
            Step::Item(number) => value.get(*number),
            Step::Member(name) => value.get(name.as_str()),
        });
        found.cloned().unwrap_or_default()
    }
}

/// Why a text is no path of an [`ExportField`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportFieldError {
    /// Not names and numbers.
    #[error("a path is names with points between them and numbers in square brackets: identities[0].connection")]
    Path,
    /// Longer than 100 bytes.
    #[error("a path and a name are at most 100 bytes long")]
    TooLong,
    /// It does not begin with a field.
    #[error("the path does not begin with a field that is exported")]
    Unknown,
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut name = String::new();
    let mut characters = path.chars();
    // After an item comes a point, another item or the end.
    let mut is_after_item = false;
    while let Some(character) = characters.next() {
        match character {
            '.' if is_after_item && name.is_empty() => is_after_item = false,
            '.' if name.is_empty() => return None,
            '.' => steps.push(Step::Member(std::mem::take(&mut name))),
            '[' => {
                if !name.is_empty() {
                    steps.push(Step::Member(std::mem::take(&mut name)));
                } else if !is_after_item {
                    return None;
                }
                let (number, rest) = characters.as_str().split_once(']')?;
                let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
                steps.push(Step::Item(number.parse().ok().filter(|_| is_number)?));
                characters = rest.chars();
                is_after_item = true;
            }
            _ if is_after_item => return None,
            '\\' => name.push(characters.next()?),
            other => name.push(other),
        }
    }
    match (name.is_empty(), is_after_item) {
        (false, _) => steps.push(Step::Member(name)),
        (true, true) => {}
        (true, false) => return None,
    }
    Some(steps)
}

/// The user as paths see them: under the names of the query syntax, without any secret.
pub(super) fn shown(user: &User, primary: Option<&(String, String)>) -> Value {
    let profile = &user.profile;
    let mut whole = Map::new();
    let mut add = |name: &str, value: Value| whole.insert(name.to_owned(), value);
    let original = |identifier: &Option<Identifier>| json!(identifier.as_ref().map(Identifier::original));
    let time = |at: Option<Timestamp>| at.map_or(Value::Null, written);
    add("app_metadata", Value::Object(profile.app_metadata.clone()));
    add("blocked", profile.blocked.into());
    add("created_at", written(user.created_at));
    add("credential", user.credential.kind().as_str().into());
    add("email", original(&profile.email));
    add("email_verified", profile.email_verified.into());
    add("family_name", json!(profile.family_name));
    add("given_name", json!(profile.given_name));
    let identities = profile.identities.iter().map(|identity| {
        json!({
            "connection": identity.provider,
            "provider": identity.provider,
            "user_id": identity.subject,
            "profileData": identity.profile,
        })
    });
    let primary = primary.map(|(connection, provider)| {
        let (provider, id) = user.id.as_str().split_once('|').unwrap_or((provider, user.id.as_str()));
        json!({"connection": connection, "provider": provider, "user_id": id})
    });
    add("identities", primary.into_iter().chain(identities).collect());
    add("last_login", time(user.last_login));
    add("last_password_reset", time(user.password_set_at));
    add("legacy_id", json!(user.legacy.as_ref().map(LegacyKey::id)));
    add("logins_count", user.login_count.into());
    add("moved_at", time(user.moved.map(|moved| moved.at)));
    add("moved_by", json!(user.moved.map(|moved| moved.by.as_str())));
    add("multifactor", profile.mfa_factors.iter().map(MfaFactor::kind).collect());
    add("name", json!(profile.name));
    add("nickname", json!(profile.nickname));
    add("phone_number", original(&profile.phone));
    add("phone_verified", profile.phone_verified.into());
    add("picture", json!(profile.picture));
    add("source", json!(user.legacy.as_ref().map(|legacy| legacy.source().as_str())));
    add("updated_at", written(user.updated_at));
    add("user_id", user.id.as_str().into());
    add("user_metadata", Value::Object(profile.user_metadata.clone()));
    add("username", original(&profile.username));
    Value::Object(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_names_and_numbers() {
        let whole = json!({
            "identities": [{"connection": "a"}, [["b"]]],
            "user_metadata": {"a.b": 1, "a": {"[": 2}, "": 3},
            "name": "n",
        });
        for (path, value) in [
            ("name", json!("n")),
            ("identities[0].connection", json!("a")),
            ("identities[1][0][0]", json!("b")),
            ("identities[2].connection", json!(null)),
            ("user_metadata.a\\.b", json!(1)),
            ("user_metadata.a.\\[", json!(2)),
            ("name.first", json!(null)),
            ("blocked", json!(null)),
        ] {
            assert_eq!(ExportField::new(path).map(|field| field.value(&whole)), Ok(value), "{path}");
        }
        for (path, error) in [
            ("", ExportFieldError::Path),
            (".", ExportFieldError::Path),
            ("name.", ExportFieldError::Path),
            (".name", ExportFieldError::Path),
            ("name..a", ExportFieldError::Path),
            ("identities[0", ExportFieldError::Path),
            ("identities[]", ExportFieldError::Path),
            ("identities[-1]", ExportFieldError::Path),
            ("identities[+1]", ExportFieldError::Path),
            ("identities[99999999999999999999]", ExportFieldError::Path),
            ("identities[0]connection", ExportFieldError::Path),
            ("identities[0].", ExportFieldError::Path),
            ("[0]", ExportFieldError::Path),
            ("name\\", ExportFieldError::Path),
            ("password_hash", ExportFieldError::Unknown),
            ("mfa_factors", ExportFieldError::Unknown),
        ] {
            assert_eq!(ExportField::new(path), Err(error), "{path}");
        }
        assert_eq!(ExportField::new(&"a".repeat(101)), Err(ExportFieldError::TooLong));
        assert_eq!(ExportField::usual().len(), 11);
    }
}
