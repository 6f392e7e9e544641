use serde_json::Value;

use super::terminal::Terminal;

const DJANGO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/django/legacy.sqlite3");

#[test]
fn the_doctor_looks_at_the_legacy_system_of_the_settings() {
    let terminal = Terminal::new();
    terminal.write("users.ndjson", "{\"email\": \"ada@example.com\"}\n");
    let settings =
        format!("store = 'sqlite:users.sqlite3'\n[legacy]\nsystem = 'django'\naddress = 'sqlite:{DJANGO}'\n");
    terminal.write("waystation.toml", &settings);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);

    let ended = terminal.run(&["doctor", "--everybody", "--request-deadline", "10", "--json"]);
    let diagnosis: Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = diagnosis["findings"].as_array().unwrap();
    let errors: Vec<&str> =
        findings.iter().filter(|it| it["severity"] == "error").map(|it| it["code"].as_str().unwrap()).collect();
    // Two people have the same address but for its case.
    assert_eq!((ended.code, errors.as_slice()), (3, ["legacy.identifier.collision"].as_slice()), "{}", ended.stderr);
    let accepted = terminal.run(&["doctor", "--everybody", "--accept", "legacy.identifier.collision"]);
    assert_eq!(accepted.code, 0, "{}", accepted.stdout);
    assert_eq!(terminal.run(&["doctor", "--accept", "no.such.code"]).code, 2);
}

#[test]
fn the_doctor_needs_no_store_and_makes_none() {
    let terminal = Terminal::new();
    for store in ["", "store = 'sqlite:users.sqlite3'\n"] {
        terminal
            .write("waystation.toml", &format!("{store}[legacy]\nsystem = 'django'\naddress = 'sqlite:{DJANGO}'\n"));
        let ended = terminal.run(&["doctor", "--everybody", "--request-deadline", "10", "--json"]);
        let diagnosis: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(diagnosis["findings"].as_array().is_some_and(|findings| !findings.is_empty()));
        assert!(ended.stderr.contains("there is no store yet"), "{}", ended.stderr);
        assert!(!terminal.path().join("users.sqlite3").exists());
    }
}

#[test]
fn settings_that_do_not_belong_to_the_system_are_refused() {
    let terminal = Terminal::new();
    let doctor = |legacy: &str| {
        terminal.write("waystation.toml", &format!("store = 'sqlite:users.sqlite3'\n[legacy]\n{legacy}\n"));
        terminal.run(&["doctor"])
    };
    for legacy in [
        "system = 'django'\naddress = 'sqlite:x'\nrealm = 'master'",
        "system = 'keycloak'\naddress = 'postgres://db/keycloak'",
        "system = 'odoo'\naddress = 'sqlite:x'",
        "system = 'django'\naddress = 'oracle:x'",
        "system = 'lotus-notes'\naddress = 'sqlite:x'",
    ] {
        assert_eq!(doctor(legacy).code, 2, "{legacy}");
    }
}
