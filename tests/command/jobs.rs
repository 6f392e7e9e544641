//! What is done about imports besides running them: `jobs`, and how `import` divides and reads them.

use serde_json::{Value, json};

#[cfg(unix)]
use super::users::BCRYPT;
use super::{
    terminal::Terminal,
    users::{json_of, lines_of, user, with_users},
};

/// A terminal with a store, and an import `big` of a file that is cut off behind 12 users, so that it failed.
fn with_failed_import() -> Terminal {
    let terminal = with_users(12);
    let cut = lines_of(&(0..12).map(user).collect::<Vec<_>>()) + "{\"email\": \"cut@exa";
    terminal.write("cut.ndjson", &cut);
    let ended = terminal.run(&["import", "cut.ndjson", "--id", "big"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    terminal
}

#[test]
fn an_import_is_shown_to_people_and_to_programs() {
    let terminal = with_failed_import();
    let shown = terminal.run(&["jobs", "show", "big"]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    let lines: Vec<_> = shown.stdout.lines().collect();
    assert_eq!(lines[0], "import big: failed");
    assert!(lines[1].starts_with("  of /") && lines[1].ends_with("/cut.ndjson"), "{}", shown.stdout);
    assert!(lines.iter().any(|line| line.starts_with("  inserted ") && line.ends_with(" 12")), "{}", shown.stdout);

    let shown = json_of(&terminal.run(&["jobs", "show", "big", "--json"]));
    assert_eq!((&shown["id"], &shown["status"], &shown["dry_run"]), (&json!("big"), &json!("failed"), &json!(false)));
    assert_eq!((&shown["report"]["read"], &shown["report"]["schemes"]["bcrypt"]), (&json!(12), &json!(12)));
    assert!(shown["stopped"].as_str().unwrap().contains("line 13"), "{shown}");
    let listed = json_of(&terminal.run(&["jobs", "list", "--json"]));
    assert_eq!(listed, shown);
}

#[test]
fn records_that_failed_are_kept_for_whoever_asks_later() {
    let terminal = with_users(0);
    let mut users: Vec<Value> = (0..3).map(user).collect();
    users[1]["email"] = json!("nobody");
    terminal.write("users.ndjson", &lines_of(&users));
    assert_eq!(terminal.run(&["import", "users.ndjson", "--id", "monday"]).code, 3);
    let told = terminal.run(&["jobs", "errors", "monday", "--quarantine", "failed.ndjson"]);
    let again = "1 records are in failed.ndjson: correct them, and import that file: waystation import failed.ndjson\n";
    assert_eq!((told.code, told.stderr.as_str()), (0, again));
    assert_eq!(told.stdout.lines().count(), 1, "{}", told.stdout);
    let kept = std::fs::read_to_string(terminal.path().join("failed.ndjson")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), users[1]);
    terminal.write("failed.ndjson", &kept.replace("nobody", "somebody@example.com"));
    assert_eq!(terminal.run(&["import", "failed.ndjson"]).code, 0);
    // Of a file that is another by now, no record is the one that failed.
    terminal.write("users.ndjson", &lines_of(&users[..2]));
    let told = terminal.run(&["jobs", "errors", "monday", "--quarantine", "again.ndjson"]);
    assert!(told.code == 1 && told.stderr.contains("not as it was"), "{}", told.stderr);
    assert!(!terminal.path().join("again.ndjson").exists());
}

/// As when the disk is full to which they are written, or when whoever read them is gone.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_lost_where_nobody_takes_what_is_said() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let terminal = with_users(0);
    let mut users: Vec<Value> = (0..3).map(user).collect();
    users[1]["email"] = json!("nobody");
    terminal.write("users.ndjson", &lines_of(&users));
    let mut import = terminal.command(&["import", "users.ndjson", "--quarantine", "failed.ndjson"]);
    assert_eq!(import.stdout(full()).stderr(full()).status().unwrap().code(), Some(1));
    let kept = std::fs::read_to_string(terminal.path().join("failed.ndjson")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), users[1]);
    let mut export = terminal.command(&["export", "out.ndjson"]);
    assert_eq!(export.stderr(full()).status().unwrap().code(), Some(0));
    assert_eq!(std::fs::read_to_string(terminal.path().join("out.ndjson")).unwrap().lines().count(), 2);
}

#[test]
fn a_file_is_divided_for_several_processes_and_imported_whole() {
    let terminal = with_users(5_000);
    let imported = terminal.run(&["import", "users.ndjson", "--shards", "4", "--assume-distinct", "--json"]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    assert_eq!(json_of(&imported)["report"]["inserted"], 5_000);
    assert_eq!(terminal.run(&["jobs", "list"]).stdout.lines().count(), 5, "the whole and its parts");
    assert_eq!(terminal.run(&["search", "--count"]).stdout, "5000\n");
    assert_eq!(terminal.run(&["import", "users.ndjson", "--shards", "0"]).code, 2);
}

#[test]
fn strictly_only_the_reference_schema_is_taken() {
    let terminal = with_users(0);
    let exported = json!({"email": "ada@example.com", "waystation": {"login_count": 3}});
    terminal.write("users.ndjson", &lines_of(&[exported]));
    assert_eq!(terminal.run(&["import", "users.ndjson", "--strict", "--id", "strict"]).code, 3);
    let told = json_of(&terminal.run(&["jobs", "errors", "strict"]));
    assert_eq!((&told["detail"], &told["pointer"]), (&json!("key.unknown"), &json!("/waystation")), "{told}");
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
}

#[test]
fn a_hash_that_its_text_does_not_tell_is_what_the_operator_says() {
    let terminal = with_users(0);
    let digest = "5f4dcc3b5aa765d61d8327deb882cf99";
    terminal.write("users.ndjson", &lines_of(&[json!({"email": "ada@example.com", "password_hash": digest})]));
    terminal.write("known.ndjson", &lines_of(&[json!({"identifier": "ada@example.com", "password": "password"})]));
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 3);
    let named = ["import", "users.ndjson", "--hash-format", "md5"];
    let proven = terminal.run(&[&named[..], &["--prove", "known.ndjson"]].concat());
    assert_eq!((proven.code, proven.stdout.as_str()), (0, "     1  proven  md5\n"), "{}", proven.stderr);
    assert_eq!(terminal.run(&named).code, 0);
    let shown = json_of(&terminal.run(&["show", "ada@example.com", "--json"]));
    assert_eq!(shown["hash_scheme"], "md5");
    let unknown = terminal.run(&["import", "users.ndjson", "--hash-format", "md55"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("md55"), "{}", unknown.stderr);
}

/// User and project of <https://github.com/firebase/scrypt>, whose password is `user1password`.
#[test]
fn users_of_firebase_are_read_with_the_parameters_of_their_project() {
    let terminal = with_users(0);
    let hash = "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
    let one = json!({"localId": "u1", "email": "user1@example.com", "salt": "42xEC+ixf3L2lw==", "passwordHash": hash});
    terminal.write("export.json", &json!({"users": [one]}).to_string());
    let known = json!({"identifier": "user1@example.com", "password": "user1password"});
    terminal.write("known.ndjson", &lines_of(&[known]));
    let prove = ["import", "export.json", "--format", "firebase", "--prove", "known.ndjson"];
    assert_eq!(terminal.run(&prove).code, 3, "nobody can know the key of the project");

    let key = "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
    let project = json!({"algorithm": "SCRYPT", "base64_signer_key": key, "base64_salt_separator": "Bw==",
        "rounds": 8, "mem_cost": 14});
    terminal.write("project.json", &project.to_string());
    terminal.write("waystation.toml", "store = 'sqlite:users.sqlite3'\nfirebase = 'project.json'\n");
    let proven = terminal.run(&prove);
    assert_eq!(proven.code, 0, "{}{}", proven.stdout, proven.stderr);
    assert!(proven.stdout.contains("proven"), "{}", proven.stdout);
    terminal.write("project.json", "{\"rounds\": 8}");
    let broken = terminal.run(&prove);
    assert!(broken.code == 2 && broken.stderr.contains("project.json"), "{}", broken.stderr);
}

/// Whatever the store is, the command does the same.
#[cfg(unix)]
fn moves_everybody_over(address: &str) {
    let terminal = with_users(1_500);
    terminal.write("waystation.toml", "");
    let run = |arguments: &[&str]| terminal.run_with(arguments, &[("WAYSTATION_STORE", address)], "");
    let imported = run(&["import", "users.ndjson", "--source", "old-shop", "--json"]);
    assert_eq!((imported.code, &json_of(&imported)["report"]["inserted"]), (0, &json!(1_500)), "{}", imported.stderr);
    assert_eq!(run(&["search", "user_metadata.number:[100 TO 199]", "--count"]).stdout, "100\n");
    assert_eq!(run(&["show", "USER7@example.com", "--json"]).code, 0);
    assert_eq!(json_of(&run(&["stats", "--json"]))["by_scheme"], json!({"bcrypt": 1_500}));
    assert_eq!(run(&["jobs", "list"]).stdout.lines().count(), 1);

    let exported = run(&["export", "everybody.ndjson.gz", "--secrets"]);
    assert!(exported.code == 0 && exported.stderr.starts_with("1500 users, "), "{}", exported.stderr);
    let there = ["--store", "sqlite:there.sqlite3"];
    assert_eq!(terminal.run(&[&["import", "everybody.ndjson.gz"], &there[..]].concat()).code, 0);
    let again = terminal.run(&[&["export", "--secrets"], &there[..]].concat());
    assert_eq!(again.stdout.matches(BCRYPT).count(), 1_500);
}

#[cfg(unix)]
#[tokio::test]
async fn the_command_does_the_same_over_postgresql() {
    if let Some(server) = crate::postgres::PostgresServer::shared() {
        moves_everybody_over(&server.fresh_database().await);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_command_does_the_same_over_mariadb_and_mysql() {
    for (_, server) in crate::mysql::MySqlServer::both() {
        moves_everybody_over(&server.fresh_database().await);
    }
}
