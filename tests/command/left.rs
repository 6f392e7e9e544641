//! Who is left at the legacy system of the settings.

use serde_json::{Value, json};

use super::terminal::Terminal;

const DJANGO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/django/legacy.sqlite3");
const PEOPLE: usize = 34;

/// A terminal with a store and Django's people, of whom none has moved.
fn terminal() -> Terminal {
    let terminal = Terminal::new();
    terminal.write(
        "waystation.toml",
        &format!("store = 'sqlite:users.sqlite3'\n[legacy]\nsystem = 'django'\naddress = 'sqlite:{DJANGO}'\n"),
    );
    terminal
}

fn left(terminal: &Terminal, arguments: &[&str]) -> Vec<Value> {
    let ended = terminal.run(&[&["left", "--json"], arguments].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn everybody_is_left_before_there_is_a_store_and_whoever_has_moved_is_not() {
    let terminal = terminal();
    let before = left(&terminal, &[]);
    assert_eq!(before.len(), PEOPLE);
    let george = json!({
        "source": "django", "legacy_id": "1", "email": "george@example.com", "username": "george", "phone_number": null,
        "name": before[0]["name"], "why": "not_seen", "detail": null, "scheme": "django-pbkdf2-sha256",
    });
    assert_eq!(before[0], george);
    assert!(!terminal.path().join("users.sqlite3").exists());

    let hash = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";
    terminal.write(
        "moved.json",
        &json!([{"user_id": "1", "email": "george@example.com", "password_hash": hash}]).to_string(),
    );
    assert_eq!(terminal.run(&["import", "moved.json", "--source", "django"]).code, 0);
    let after = left(&terminal, &[]);
    assert_eq!((after.len(), &after[0]["legacy_id"]), (PEOPLE - 1, &json!("2")));
    let blocked = left(&terminal, &["--why", "blocked,no_password"]);
    assert!(!blocked.is_empty() && blocked.iter().all(|it| it["why"] == "blocked" || it["why"] == "no_password"));
    assert_eq!(terminal.run(&["left", "--why", "hunger"]).code, 2);

    let said = terminal.run(&["left"]);
    assert!(said.stderr.ends_with("33 of 34 people of the legacy system are left\n"), "{}", said.stderr);
    assert!(said.stdout.lines().count() == PEOPLE - 1 && said.stdout.starts_with("django|2 "), "{}", said.stdout);

    let counts: Value = serde_json::from_str(&terminal.run(&["stats", "--json"]).stdout).unwrap();
    assert_eq!(counts["legacy"], json!({"django": {"users": 34, "moved": 1, "flagged": 0, "left": 33}}));
    let said = terminal.run(&["stats"]).stdout;
    assert!(
        said.contains("\nof 34 users of django\n") && said.contains("left                                   33"),
        "{said}"
    );
}

#[test]
fn a_legacy_system_that_cannot_be_asked_is_told_beside_the_counts() {
    let terminal = Terminal::new();
    terminal.write("users.json", r#"[{"email": "ada@example.com"}]"#);
    terminal.write("waystation.toml", "store = 'sqlite:users.sqlite3'\n");
    assert_eq!(terminal.run(&["import", "users.json"]).code, 0);
    let ended = terminal.run(&["left"]);
    assert_eq!((ended.code, ended.stderr.contains("which legacy system?")), (2, true), "{}", ended.stderr);

    let gone = "store = 'sqlite:users.sqlite3'\n[legacy]\nsystem = 'django'\naddress = 'sqlite:gone.sqlite3'\n";
    terminal.write("waystation.toml", gone);
    let ended = terminal.run(&["stats"]);
    assert_eq!(
        (ended.code, ended.stdout.starts_with("users                         1")),
        (3, true),
        "{}",
        ended.stdout
    );
    assert!(ended.stderr.contains("who is left cannot be told"), "{}", ended.stderr);
    assert_eq!(terminal.run(&["left"]).code, 1);
}
