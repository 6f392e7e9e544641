//! `tests/data/hashes/*.json`: made by real software; the scripts beside them say which and how.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use waystation::password::{HashError, Limits, Password, PasswordHash, Schemes, Workspace};

#[derive(Debug, Deserialize)]
struct File {
    rows: Vec<Row>,
}

/// One hash of one password.
#[derive(Debug, Deserialize)]
struct Row {
    /// The scheme that must be identified.
    scheme: String,
    password: String,
    /// A password that must not open it.
    wrong: String,
    hash: String,
    /// Whether the text does not tell its scheme.
    #[serde(default)]
    declared: bool,
}

fn rows(files: &[&str]) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hashes");
    let read = |file: &&str| {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        serde_json::from_str::<File>(&text).unwrap_or_else(|error| panic!("{file}: {error}")).rows
    };
    files.iter().flat_map(read).collect()
}

/// Every row: identified as its scheme, opened by its password, and by no other.
fn check(files: &[&str]) -> BTreeMap<String, usize> {
    let (schemes, limits) = (Schemes::standard(), Limits::default());
    let mut workspace = Workspace::default();
    let mut counts = BTreeMap::<String, usize>::new();
    for row in rows(files) {
        let undeclared = PasswordHash::new(&row.hash);
        if row.declared {
            assert!(
                matches!(schemes.identify(&undeclared), Err(HashError::UnsupportedScheme { name: None })),
                "{row:?}"
            );
        } else {
            assert_eq!(schemes.identify(&undeclared).unwrap().name(), row.scheme, "{row:?}");
        }
        let declared = PasswordHash::declared(&row.scheme, &row.hash);
        let parsed = schemes.parse(&declared, &limits).unwrap_or_else(|error| panic!("{error}: {row:?}"));
        let mut opens = |password: &str| parsed.verify(&Password::from(password), &mut workspace).unwrap();
        assert!(opens(&row.password), "the right password is refused: {row:?}");
        assert!(!opens(&row.wrong), "a wrong password is accepted: {row:?}");
        *counts.entry(row.scheme).or_default() += 1;
    }
    counts
}

fn assert_enough(counts: &BTreeMap<String, usize>, schemes: &[&str]) {
    for scheme in schemes {
        let count = counts.get(*scheme).copied().unwrap_or_default();
        assert!(count >= 15, "{scheme}: {count} known answers only");
    }
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
fn hashes_made_by_django() {
    let counts = check(&["django.json"]);
    let schemes = [
        "django-argon2",
        "django-bcrypt",
        "django-bcrypt-sha256",
        "django-md5",
        "django-pbkdf2-sha1",
        "django-pbkdf2-sha256",
        "django-scrypt",
        "django-sha1",
        "django-unsalted-md5",
        "django-unsalted-sha1",
    ];
    assert_enough(&counts, &schemes);
}

#[test]
#[cfg(feature = "crypt")]
fn hashes_made_by_libcrypt() {
    assert_enough(&check(&["crypt.json"]), &["des-crypt", "django-crypt"]);
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
fn hashes_made_by_python_packages() {
    assert_enough(&check(&["python.json"]), &["argon2", "bcrypt", "pbkdf2", "scrypt"]);
}

#[test]
#[cfg(feature = "bcrypt")]
fn hashes_made_by_php() {
    assert_enough(&check(&["php.json"]), &["argon2", "bcrypt"]);
}

#[test]
#[cfg(feature = "bcrypt")]
fn hashes_made_by_node() {
    assert_enough(&check(&["node.json"]), &["argon2", "bcrypt"]);
}
