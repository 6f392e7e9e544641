use clap::Args;
use serde::{Serialize, Serializer, ser::Error as _};
use waystation::{
    Identifier, IdentifierRules, Profile, User, UserId, UserStore,
    identifier::StandardRules,
    store::{Key, Lookup},
    user::{LegacyKey, MfaFactor},
};

use crate::{
    arguments::Global,
    failure::{Exit, Failure},
    output,
    settings::Settings,
    store::{self, Missing},
    time,
};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Id, e-mail address, user name or phone number
    #[arg(value_name = "WHO")]
    who: String,
    /// WHO is the id at this legacy system
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
}

/// A user as they are printed: all but the secrets.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    id: &'a UserId,
    version: u64,
    profile: ShownProfile<'a>,
    credential: &'static str,
    hash_scheme: Option<&'a str>,
    legacy: Option<&'a LegacyKey>,
    moved_at: Option<String>,
    moved_by: Option<&'static str>,
    created_at: String,
    updated_at: String,
    last_login: Option<String>,
    login_count: u64,
    password_set_at: Option<String>,
}

/// A profile in which second factors are only named.
struct ShownProfile<'a>(&'a Profile);

impl Serialize for ShownProfile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut profile = serde_json::to_value(self.0).map_err(S::Error::custom)?;
        if let Some(factors) = profile.get_mut("mfa_factors") {
            *factors = self.0.mfa_factors.iter().map(MfaFactor::kind).collect();
        }
        profile.serialize(serializer)
    }
}

pub(crate) async fn run(options: &Options, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::read(global)?;
    let store = store::open(&settings, Missing::Refuse).await?;
    match find(&*store, options).await? {
        Lookup::Found(user) => {
            let shown = Shown::from(&*user);
            if global.json {
                output::json(&shown)?;
            } else {
                let pretty = serde_json::to_string_pretty(&shown)
                    .map_err(|error| Failure::of("the user cannot be written as JSON", error))?;
                output::line(pretty)?;
            }
            Ok(Exit::Done)
        }
        Lookup::Tombstoned => {
            tell!("waystation: nobody: whoever this was has been deleted, and is not migrated again");
            Ok(Exit::Refused)
        }
        _ => {
            tell!("waystation: nobody has this id or identifier");
            Ok(Exit::Refused)
        }
    }
}

/// By the first of id, identifier and legacy id that names somebody; a tombstone is told only if none does.
async fn find(store: &dyn UserStore, options: &Options) -> Result<Lookup, Failure> {
    let failed = |error| Failure::of("the store cannot be asked", error);
    if let Some(source) = &options.source {
        let key = LegacyKey::new(source.as_str(), options.who.as_str());
        return store.find(Key::Legacy(&key)).await.map_err(failed);
    }
    let id = UserId::new(options.who.as_str());
    let mut answer = store.find(Key::Id(&id)).await.map_err(failed)?;
    let identifier: Option<Identifier> = StandardRules::default().parse(&options.who).ok();
    if let (false, Some(identifier)) = (matches!(answer, Lookup::Found(_)), identifier) {
        let found = store.find(Key::Identifier(&identifier)).await.map_err(failed)?;
        if !matches!(found, Lookup::Absent) {
            answer = found;
        }
    }
    Ok(answer)
}

impl<'a> From<&'a User> for Shown<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: &user.id,
            version: user.version.get(),
            profile: ShownProfile(&user.profile),
            credential: user.credential.kind().as_str(),
            hash_scheme: user.password_hash().map(|hash| hash.scheme().unwrap_or("unidentified")),
            legacy: user.legacy.as_ref(),
            moved_at: user.moved.map(|moved| time::show(moved.at)),
            moved_by: user.moved.map(|moved| moved.by.as_str()),
            created_at: time::show(user.created_at),
            updated_at: time::show(user.updated_at),
            last_login: user.last_login.map(time::show),
            login_count: user.login_count,
            password_set_at: user.password_set_at.map(time::show),
        }
    }
}
