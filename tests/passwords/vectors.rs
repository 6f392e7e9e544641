//! `tests/data/hashes/*.json`: made by real software; the scripts beside them say which and how.

use std::{fs, path::Path};

use serde::Deserialize;
use waystation::password::{HashContext, PasswordHash};

#[derive(Debug, Deserialize)]
struct File {
    rows: Vec<Row>,
}

/// One hash of one password.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    /// The scheme that must be identified.
    pub(crate) scheme: String,
    pub(crate) password: String,
    /// A password that must not open it.
    pub(crate) wrong: String,
    pub(crate) hash: String,
    /// Whether the text does not tell its scheme.
    #[serde(default)]
    pub(crate) declared: bool,
    /// What its system keeps in other columns.
    #[serde(default)]
    pub(crate) context: HashContext,
    /// What is special about it.
    #[serde(default)]
    pub(crate) note: String,
}

impl Row {
    /// The hash as a store would keep it.
    pub(crate) fn declared_hash(&self) -> PasswordHash {
        PasswordHash::declared(&self.scheme, &self.hash).with_context(self.context.clone())
    }

    /// Whether it was not made at what its software calls a good cost.
    pub(crate) fn is_cheap(&self) -> bool {
        !self.note.contains("default")
    }
}

/// The names of all files of hashes: not of the passwords, nor of objects that are yet to become hashes.
pub(crate) fn files() -> Vec<String> {
    let paths = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let json = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let names = json.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    let mut names: Vec<_> =
        names.filter(|name| !["import_shapes.json", "passwords.json"].contains(&name.as_str())).collect();
    names.sort();
    names
}

/// The rows of these files.
pub(crate) fn rows(files: &[impl AsRef<str>]) -> Vec<Row> {
    let read = |file: &str| {
        let text = fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        serde_json::from_str::<File>(&text).unwrap_or_else(|error| panic!("{file}: {error}")).rows
    };
    files.iter().flat_map(|file| read(file.as_ref())).collect()
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hashes")
}
