//! Promises about all standard schemes at once: none is without known answers, none without its conformance suite, and
//! every hash of every file survives a store and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use waystation::password::{HashError, Limits, Password, PasswordHash, Schemes, Workspace};

use crate::vectors::{Row, files, rows};

/// Their hashes are made here.
const MADE_HERE: &[&str] = &["wrapped"];

/// Their one cost is more than the samples of the suite may have.
const DEAR: &[&str] = &["better-auth-scrypt"];

fn by_scheme() -> BTreeMap<String, Vec<Row>> {
    let mut schemes = BTreeMap::<String, Vec<Row>>::new();
    for row in rows(&files()) {
        schemes.entry(row.scheme.clone()).or_default().push(row);
    }
    schemes
}

#[test]
fn every_standard_scheme_has_fifteen_known_answers() {
    let (known, schemes) = (by_scheme(), Schemes::standard());
    let poor = schemes.names().filter(|name| !MADE_HERE.contains(name)).filter_map(|name| {
        let count = known.get(name).map_or(0, Vec::len);
        (count < 15).then(|| format!("{name}: {count}"))
    });
    assert_eq!(poor.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_standard_scheme_runs_its_conformance_suite() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passwords");
    let mut text = fs::read_to_string(folder.join("conformance.rs")).unwrap();
    for file in fs::read_dir(folder.join("conformance")).unwrap() {
        text += &fs::read_to_string(file.unwrap().path()).unwrap();
    }
    let schemes = Schemes::standard();
    let missing = schemes
        .names()
        .filter(|name| !MADE_HERE.contains(name) && !DEAR.contains(name))
        .filter(|name| !text.contains(&format!("standard(\"{name}\")")))
        .collect::<Vec<_>>();
    assert_eq!(missing, [""; 0]);
}

/// What a hash says of itself is its scheme, or that it must be declared: it is never taken for another.
#[test]
fn no_known_answer_is_taken_for_another_scheme() {
    let schemes = Schemes::standard();
    let mut shared = BTreeSet::new();
    for row in rows(&files()) {
        let Some(scheme) = schemes.get(&row.scheme) else { continue };
        match schemes.identify(&PasswordHash::new(&row.hash)) {
            Ok(found) if found.name() == row.scheme => assert!(!row.declared, "{row:?}"),
            // It looks exactly like a commoner scheme, and says so: it has no prefix of its own, or does not fit.
            Ok(found) => {
                let admitted = scheme.prefixes().is_empty() || !scheme.fits(&row.hash);
                assert!(admitted && row.declared, "{row:?} is taken for {}", found.name());
                shared.insert((row.scheme, found.name()));
            }
            Err(HashError::Ambiguous { candidates }) => {
                assert!(row.declared, "{row:?}");
                assert!(
                    scheme.prefixes().is_empty() || candidates.contains(&row.scheme.as_str()),
                    "{row:?} may be {candidates:?}"
                );
            }
            Err(HashError::UnsupportedScheme { .. } | HashError::Locked) => assert!(row.declared, "{row:?}"),
            Err(error) => panic!("{error}: {row:?}"),
        }
    }
    assert!(!shared.is_empty());
}

/// A hash that lost its end anywhere is never opened by its password, and nothing panics.
#[test]
fn no_shortened_known_answer_opens() {
    let (schemes, limits) = (Schemes::standard(), Limits::default());
    let mut workspace = Workspace::default();
    for rows in by_scheme().values() {
        for row in rows.iter().filter(|row| !row.password.is_empty() && row.is_cheap()).take(4) {
            for end in (0..row.hash.len()).filter(|end| row.hash.is_char_boundary(*end)) {
                if is_whole(row, end) {
                    continue;
                }
                let cut = PasswordHash::declared(&row.scheme, &row.hash[..end]).with_context(row.context.clone());
                let Ok(parsed) = schemes.parse(&cut, &limits) else { continue };
                let opened = parsed.verify(&Password::from(row.password.as_str()), &mut workspace);
                assert_ne!(opened, Ok(true), "the first {end} bytes open: {row:?}");
            }
        }
    }
}

/// Whether so much of a hash is one that its system writes as well.
fn is_whole(row: &Row, end: usize) -> bool {
    // Base64's padding is left out by some, and Joomla's colon where no salt comes after it.
    let trailing = row.hash[end..].trim_matches(['=', ':']).is_empty();
    // SQL Server 2000 writes the digest of the upper-case password behind what 2005 writes; of macOS's key crackers
    // keep the first block.
    let second_half = matches!((row.scheme.as_str(), row.hash.len() - end), ("mssql", 40) | ("pbkdf2-macos", 128));
    trailing || second_half
}

/// Whatever character is changed, a wrong password does not open the hash.
#[test]
fn no_mutated_known_answer_opens_for_a_wrong_password() {
    let (schemes, limits) = (Schemes::standard(), Limits::default());
    let mut workspace = Workspace::default();
    for rows in by_scheme().values() {
        for row in rows.iter().filter(|row| row.is_cheap()).take(2) {
            for (at, character) in row.hash.char_indices() {
                let other = if character == 'A' { 'B' } else { 'A' };
                let mutated = [&row.hash[..at], &other.to_string(), &row.hash[at + character.len_utf8()..]].concat();
                let mutated = PasswordHash::declared(&row.scheme, mutated).with_context(row.context.clone());
                let Ok(parsed) = schemes.parse(&mutated, &limits) else { continue };
                let opened = parsed.verify(&Password::from(row.wrong.as_str()), &mut workspace);
                assert_ne!(opened, Ok(true), "changed at {at}: {row:?}");
            }
        }
    }
}

/// kanidm reloads one scheme as another: what a database gave back is what was put in.
#[tokio::test]
#[cfg(feature = "sqlite")]
async fn every_known_answer_survives_a_database() {
    use waystation::{
        IdentifierRules, Profile, SqliteStore, UserId, UserStore,
        clock::Timestamp,
        identifier::StandardRules,
        store::{Key, OnTombstone},
        user::{Credential, NewUser},
    };

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.sqlite3");
    let store = SqliteStore::open(&path, "people").await.unwrap();
    let (rules, rows) = (StandardRules::default(), rows(&files()));
    let identifier = |index: usize| rules.parse(&format!("user{index}@example.com")).unwrap();
    for (index, row) in rows.iter().enumerate().step_by(5) {
        let mut profile = Profile::default();
        profile.set_identifier(identifier(index));
        let hash = Credential::Hash(row.declared_hash());
        let user = NewUser::new(UserId::new(index.to_string()), profile, hash, Timestamp::from_micros(1));
        assert!(matches!(store.insert(user, OnTombstone::Refuse).await, Ok(waystation::store::Insert::Created(_))));
    }
    drop(store);

    let store = SqliteStore::open(&path, "people").await.unwrap();
    for (index, row) in rows.iter().enumerate().step_by(5) {
        let user = store.find(Key::Identifier(&identifier(index))).await.unwrap().into_user().unwrap();
        assert_eq!(user.password_hash(), Some(&row.declared_hash()));
    }
}
