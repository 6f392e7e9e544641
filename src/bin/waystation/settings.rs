use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use waystation::password::vendor::{FirebaseProject, ImportError};

use crate::{arguments::Global, failure::Failure, legacy::Legacy, prompt, serve};

/// Where the settings are looked for when nobody says.
const FILE: &str = "waystation.toml";
/// The address of the store, which may have a password here.
const STORE: &str = "WAYSTATION_STORE";

/// What is set once and for all commands. Flags win over the environment, and that over the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Address of the store.
    store: Option<String>,
    /// Connection name within it.
    connection: Option<String>,
    /// The legacy system.
    legacy: Option<Legacy>,
    /// The file with the hash parameters of a Firebase project: `hash_config` as its console shows it, as JSON.
    firebase: Option<PathBuf>,
    /// What `serve` takes beside its flags.
    pub(crate) serve: serve::Options,
    /// Home-made hash formats: name and expression.
    pub(crate) formats: BTreeMap<String, String>,
    /// Peppers: id, and the file that holds the key. The first one by name is that of new hashes unless `pepper` says.
    pub(crate) peppers: BTreeMap<String, PathBuf>,
    /// The id of the pepper that new hashes get.
    pub(crate) pepper: Option<String>,
}

impl Settings {
    /// Reads what there is.
    ///
    /// # Errors
    ///
    /// When a file that was named is not there, or what is there cannot be read.
    pub(crate) fn read(global: &Global) -> Result<Self, Failure> {
        let (path, named) = match &global.config {
            Some(path) => (path.as_path(), true),
            None => (Path::new(FILE), false),
        };
        let mut settings = match fs::read_to_string(path) {
            // The parser's message may quote what it met, and that may be an address with a password.
            Ok(text) => toml::from_str::<Self>(&text).map_err(|error| {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                let what = "this is not what is expected here; the guide's page on the command shows all settings";
                Failure::misused(format!("{}, line {line}: {what}", path.display()))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => Self::default(),
            Err(error) => return Err(Failure::misused(format!("{} cannot be read: {error}", path.display()))),
        };
        if let Some(address) = &global.store {
            if has_password(address) {
                return Err(Failure::misused(format!(
                    "--store has a password in it, which every process of this machine can read: set {STORE}, or `store` in {FILE}, or --ask-password"
                )));
            }
            settings.store = Some(address.clone());
        } else if let Ok(address) = env::var(STORE) {
            settings.store = Some(address);
        }
        if global.ask_password {
            settings.store = Some(prompt::with_password(settings.store()?)?);
        }
        if global.connection.is_some() {
            settings.connection.clone_from(&global.connection);
        }
        if settings.connection.as_deref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Failure::misused("the connection name is empty: leave it out, or say whose users these are"));
        }
        Ok(settings)
    }

    /// The address of the store.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn store(&self) -> Result<&str, Failure> {
        self.store.as_deref().ok_or_else(|| {
            Failure::misused(format!("which store? Give --store, set {STORE}, or write `store = \"…\"` into {FILE}"))
        })
    }

    /// Whether a store is named at all.
    pub(crate) const fn has_store(&self) -> bool {
        self.store.is_some()
    }

    /// The legacy system, if there is one.
    pub(crate) const fn any_legacy(&mut self) -> Option<Legacy> {
        self.legacy.take()
    }

    pub(crate) const fn has_legacy(&self) -> bool {
        self.legacy.is_some()
    }

    /// The legacy system.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn legacy(&mut self) -> Result<Legacy, Failure> {
        self.any_legacy().ok_or_else(|| {
            let example = "[legacy]\nsystem = \"django\"\naddress = \"postgres://…\"";
            Failure::misused(format!("which legacy system? Write it into {FILE}:\n{example}"))
        })
    }

    /// The Firebase project whose users are imported.
    ///
    /// # Errors
    ///
    /// When its parameters cannot be read.
    pub(crate) fn firebase(&self) -> Result<Option<FirebaseProject>, Failure> {
        let Some(path) = &self.firebase else { return Ok(None) };
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::of(format!("{} cannot be read", path.display()), error))?;
        let project = text.parse();
        project.map(Some).map_err(|error: ImportError| Failure::misused(format!("{}: {error}", path.display())))
    }

    /// The connection name.
    pub(crate) fn connection(&self) -> &str {
        self.connection.as_deref().unwrap_or("default")
    }
}

/// Whether there is a password in an address.
pub(crate) fn has_password(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) || rest.contains("password=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_seen() {
        for address in
            ["postgres://ada:secret@db/users", "mysql://a:b@c:3306/d?x=y", "postgres://db/users?password=secret"]
        {
            assert!(has_password(address), "{address}");
        }
        for address in
            ["postgres://ada@db:5432/users", "sqlite:users.sqlite3", "postgres:///users?host=/run/postgresql"]
        {
            assert!(!has_password(address), "{address}");
        }
    }
}
