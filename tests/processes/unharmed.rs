//! Legacy databases and rows that cannot be used: what the person is told, that nothing is written, and that nobody
//! else notices.

use std::{collections::BTreeSet, error::Error as StdError, path::PathBuf};

use tempfile::TempDir;
use tokio::sync::mpsc;
use waystation::{
    Error, LazyMigrator, LogIn, Migrator, Password,
    error::ErrorKind::{self, LegacyAnswer, LegacyUnavailable, Misconfigured, UnusableHash},
};

use crate::site::{Person, Site, Store, everybody, passwords, report};

const VICTIM: Person = Person(1);
const MOVED: Person = Person(2);
const NEXT: Person = Person(3);
const LAST: Person = Person(4);

/// What may be wrong with one row, and what everybody in it must not show: `Canary`.
const ROWS: [(&str, &str, ErrorKind); 13] = [
    ("unknown format", "password = 'Canary$100$salt$digest'", UnusableHash),
    ("no format at all", "password = 'Canary'", UnusableHash),
    (
        "absurd memory",
        "password = 'argon2$argon2id$v=19$m=4294967295,t=1,p=1$Q2FuYXJ5Q2FuYXJ5$Q2FuYXJ5Q2FuYXJ5'",
        UnusableHash,
    ),
    (
        "absurd passes",
        "password = 'argon2$argon2id$v=19$m=64,t=4294967295,p=1$Q2FuYXJ5Q2FuYXJ5$Q2FuYXJ5Q2FuYXJ5'",
        UnusableHash,
    ),
    ("absurd rounds", "password = replace(password, '$100$', '$4294967295$')", UnusableHash),
    (
        "more rounds than a number holds",
        "password = replace(password, '$100$', '$99999999999999999999$')",
        UnusableHash,
    ),
    ("digest cut short", "password = substr(password, 1, length(password) - 8)", UnusableHash),
    ("digest of one character", "password = 'pbkdf2_sha256$100$Canary$Q'", UnusableHash),
    ("empty digest", "password = 'pbkdf2_sha256$100$Canary$'", UnusableHash),
    ("hash that is not UTF-8", "password = CAST(x'43616e617279ff' AS TEXT)", LegacyAnswer),
    ("name that is not UTF-8", "first_name = CAST(x'43616e617279ff' AS TEXT)", LegacyAnswer),
    ("flag that is none", "is_active = 'Canary'", LegacyAnswer),
    ("address of somebody else", "email = 'PERSON.4@example.com'", LegacyAnswer),
];

#[tokio::test]
async fn a_row_that_cannot_be_used_is_an_error_for_that_person_alone() {
    let people = 4;
    for (what, change, kind) in ROWS {
        let folder = TempDir::new().unwrap();
        let stage = Stage::over(Site::make(folder.path(), people).await).await;
        stage.site.alter("CREATE TABLE kept AS SELECT * FROM auth_user");
        let victim = if what == "address of somebody else" { LAST } else { VICTIM };
        stage.site.alter(&format!("UPDATE auth_user SET {change} WHERE id = 1"));

        // Twice: the first must not have left anything behind that lets the second in.
        for _ in 0..2 {
            stage.assert_undecided(victim.right(), kind, what).await;
        }
        assert_eq!(stage.log_in(MOVED.right()).await, "in migrated", "{what}");
        assert_eq!(stage.log_in(MOVED.right()).await, "in store", "{what}");
        stage.assert_only_here(&[MOVED], what).await;

        stage.site.alter("REPLACE INTO auth_user SELECT * FROM kept");
        assert_eq!(stage.log_in(victim.wrong()).await, "refused wrong_password", "{what}");
        assert_eq!(stage.log_in(victim.right()).await, "in migrated", "{what}");
        stage.assert_only_here(&[MOVED, victim], what).await;
    }
}

/// What may be wrong with a whole database.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Away,
    Locked,
    Overwritten(&'static [u8]),
    Altered { damage: &'static str, repair: &'static str },
    Directory,
}

const DATABASES: [(Damage, ErrorKind); 9] = [
    (Damage::Away, LegacyUnavailable),
    (Damage::Locked, LegacyUnavailable),
    (Damage::Directory, Misconfigured),
    (Damage::Overwritten(b""), Misconfigured),
    (Damage::Overwritten(&[b'#'; 8_192]), Misconfigured),
    (
        Damage::Altered {
            damage: "ALTER TABLE auth_user RENAME TO members",
            repair: "ALTER TABLE members RENAME TO auth_user",
        },
        Misconfigured,
    ),
    (
        Damage::Altered {
            damage: "ALTER TABLE auth_user RENAME COLUMN password TO hash",
            repair: "ALTER TABLE auth_user RENAME COLUMN hash TO password",
        },
        Misconfigured,
    ),
    (
        Damage::Altered {
            damage: "ALTER TABLE auth_user DROP COLUMN is_staff",
            repair: "ALTER TABLE auth_user ADD COLUMN is_staff bool NOT NULL DEFAULT 0",
        },
        Misconfigured,
    ),
    (
        Damage::Altered {
            damage: "ALTER TABLE auth_user RENAME COLUMN email TO mail",
            repair: "ALTER TABLE auth_user RENAME COLUMN mail TO email",
        },
        Misconfigured,
    ),
];

#[tokio::test]
async fn a_database_that_cannot_be_used_stops_first_log_ins_only_and_only_for_as_long() {
    for (damage, kind) in DATABASES {
        let folder = TempDir::new().unwrap();
        let stage = Stage::over(Site::make(folder.path(), 3).await).await;
        assert_eq!(stage.log_in(MOVED.right()).await, "in migrated");

        let harm = Harm::do_to(&stage.site, damage);
        let what = format!("{damage:?}");
        stage.assert_undecided(VICTIM.right(), kind, &what).await;
        stage.assert_undecided(NEXT.right(), kind, &what).await;
        if kind == LegacyUnavailable {
            // An outage is never "wrong password", nor "no such user".
            stage.assert_undecided(VICTIM.wrong(), kind, &what).await;
            stage.assert_undecided(LogIn::new("nobody@example.com", "no password"), kind, &what).await;
        }
        assert_eq!(stage.log_in(MOVED.right()).await, "in store", "{what}");
        assert_eq!(stage.log_in(MOVED.wrong()).await, "refused wrong_password", "{what}");
        stage.assert_only_here(&[MOVED], &what).await;

        harm.mend(&stage.site);
        assert_eq!(stage.log_in(VICTIM.wrong()).await, "refused wrong_password", "{what}");
        assert_eq!(stage.log_in(VICTIM.right()).await, "in migrated", "{what}");
        assert_eq!(stage.log_in(NEXT.right()).await, "in migrated", "{what}");
        stage.assert_only_here(&[VICTIM, MOVED, NEXT], &what).await;
    }
}

#[tokio::test]
async fn a_database_that_vanishes_in_mid_run_leaves_everybody_moved_or_not_moved() {
    const PEOPLE: usize = 60;
    let folder = TempDir::new().unwrap();
    let stage = Stage::over(Site::make(folder.path(), PEOPLE).await).await;
    let (done, mut outcomes) = mpsc::channel(1);
    for some in (1..=PEOPLE).map(Person).collect::<Vec<_>>().chunks(10) {
        let (some, migrator, done) = (some.to_vec(), stage.migrator.clone(), done.clone());
        tokio::spawn(async move {
            for person in some {
                done.send((person, migrator.log_in(person.right()).await)).await.unwrap();
            }
        });
    }
    drop(done);
    let (mut let_in, mut harm) = (Vec::new(), None);
    while let Some((person, outcome)) = outcomes.recv().await {
        match outcome {
            Ok(_) => let_in.push(person),
            Err(error) => assert_eq!(error.kind(), LegacyUnavailable, "{person:?}: {error:?}"),
        }
        if let_in.len() == PEOPLE / 4 && harm.is_none() {
            harm = Some(Harm::do_to(&stage.site, Damage::Away));
        }
    }
    println!("{} of {PEOPLE} were let in before the database was gone", let_in.len());
    assert!(let_in.len() < PEOPLE, "the database was gone too late");
    stage.assert_only_here(&let_in, "vanished").await;

    harm.unwrap().mend(&stage.site);
    for person in (1..=PEOPLE).map(Person) {
        let came = if let_in.contains(&person) { "in store" } else { "in migrated" };
        assert_eq!(stage.log_in(person.right()).await, came);
    }
    stage.assert_only_here(&(1..=PEOPLE).map(Person).collect::<Vec<_>>(), "vanished").await;
}

#[tokio::test]
async fn absurd_names_and_passwords_are_refused_and_write_nothing() {
    let folder = TempDir::new().unwrap();
    let stage = Stage::over(Site::make(folder.path(), 4).await).await;
    let (email, password, mebibyte) = (MOVED.email(), MOVED.password(), "x".repeat(1 << 20));
    let not_text = LogIn::new(email.clone(), Password::from_bytes(vec![b't', 0xff, 0x00]));
    for (attempt, came) in [
        (LogIn::new(mebibyte.clone(), password.as_str()), "refused invalid_identifier"),
        (LogIn::new(format!("{email}\0"), password.as_str()), "refused invalid_identifier"),
        (LogIn::new(String::new(), password.as_str()), "refused invalid_identifier"),
        (LogIn::new(format!("{email}' OR '1'='1"), password.as_str()), "refused invalid_identifier"),
        (LogIn::new(email.clone(), mebibyte), "refused password_too_long"),
        (LogIn::new(email.clone(), format!("{password}\0")), "refused wrong_password"),
        (LogIn::new(email.clone(), format!("\0{password}")), "refused wrong_password"),
        (LogIn::new(email, ""), "refused wrong_password"),
        (not_text, "refused wrong_password"),
    ] {
        assert_eq!(stage.log_in(attempt).await, came);
    }
    stage.assert_only_here(&[], "absurd").await;
    assert_eq!(stage.log_in(MOVED.right()).await, "in migrated");
    stage.assert_only_here(&[MOVED], "absurd").await;
}

/// A site with an empty store beside it, and the service between them.
struct Stage {
    site: Site,
    store: Store,
    migrator: LazyMigrator,
}

impl Stage {
    async fn over(site: Site) -> Self {
        let store = site.store().await;
        let migrator = site.migrator(&store, &passwords());
        Self { site, store, migrator }
    }

    async fn log_in(&self, attempt: LogIn) -> String {
        report(&self.migrator, attempt).await
    }

    /// The attempt cannot be decided, for this kind of reason, which is told without a name or a value.
    async fn assert_undecided(&self, attempt: LogIn, kind: ErrorKind, what: &str) {
        let error = match self.migrator.log_in(attempt).await {
            Err(error) => error,
            Ok(decided) => panic!("{what}: {decided:?}"),
        };
        assert_eq!(error.kind(), kind, "{what}: {error:?}");
        let told = chain(&error);
        for secret in ["Canary", "Q2FuYXJ5", "erson", "the password"] {
            assert!(!told.contains(secret), "{what}: {told}");
        }
    }

    /// Exactly these people have moved, each of them wholly.
    async fn assert_only_here(&self, people: &[Person], what: &str) {
        self.migrator.settled().await;
        let here = everybody(&self.store).await;
        assert_eq!(here.keys().collect::<BTreeSet<_>>(), people.iter().collect(), "{what}");
        for (person, user) in &here {
            person.assert_is(user, self.migrator.passwords()).await;
        }
        assert_eq!(self.site.integrity(), "ok", "{what}");
    }
}

/// What an error says, causes included.
fn chain(error: &Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(format!("{error} {error:?}"), |told, cause| format!("{told} / {cause}"))
}

/// Damage that was done, and can be undone.
enum Harm {
    Moved { from: PathBuf, to: PathBuf },
    Held(rusqlite::Connection),
    Altered { repair: &'static str },
}

impl Harm {
    fn do_to(site: &Site, damage: Damage) -> Self {
        let (from, to) = (site.legacy(), site.legacy().with_extension("kept"));
        match damage {
            Damage::Locked => {
                let owner = site.database();
                owner.execute_batch("BEGIN EXCLUSIVE").unwrap();
                return Self::Held(owner);
            }
            Damage::Altered { damage, repair } => {
                site.alter(damage);
                return Self::Altered { repair };
            }
            Damage::Away | Damage::Directory | Damage::Overwritten(_) => std::fs::rename(&from, &to).unwrap(),
        }
        match damage {
            Damage::Overwritten(content) => std::fs::write(&from, content).unwrap(),
            Damage::Directory => std::fs::create_dir(&from).unwrap(),
            Damage::Altered { .. } | Damage::Away | Damage::Locked => {}
        }
        Self::Moved { from, to }
    }

    fn mend(self, site: &Site) {
        match self {
            Self::Moved { from, to } => {
                if from.is_dir() {
                    std::fs::remove_dir(&from).unwrap();
                }
                std::fs::rename(to, from).unwrap();
            }
            Self::Held(owner) => owner.execute_batch("COMMIT").unwrap(),
            Self::Altered { repair } => site.alter(repair),
        }
    }
}
