//! Imports beside each other and after each other: what one does not do to another.
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::json;

use super::{
    server::pause,
    slow_store::SlowStore,
    terminal::Terminal,
    users::{json_of, lines_of, user, with_users},
};

const COUNT: usize = 20_000;

/// A terminal whose import `big` was stopped in the middle, and how many users that had imported.
fn stopped() -> (Terminal, u64) {
    let terminal = with_users(COUNT);
    terminal.write("one.ndjson", &lines_of(&[user(COUNT)]));
    assert_eq!(terminal.run(&["import", "one.ndjson", "--dry-run"]).code, 0);
    let store = SlowStore::of(&terminal);
    let mut child = terminal.spawn(&["import", "users.ndjson", "--id", "big"]);
    store.wait_for_users(|| child.try_wait().unwrap().is_none());
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    store.end();
    let there = terminal.run(&["search", "--count"]).stdout.trim().parse().unwrap();
    (terminal, there)
}

#[test]
fn an_import_leaves_another_one_that_was_stopped_alone() {
    let (terminal, there) = stopped();
    let count = || terminal.run(&["search", "--count"]).stdout.trim().parse::<u64>().unwrap();
    assert_eq!(terminal.run(&["import", "one.ndjson", "--dry-run"]).code, 0);
    assert_eq!(count(), there, "nothing was written");
    assert_eq!(terminal.run(&["import", "one.ndjson"]).code, 0);
    assert_eq!(count(), there + 1);
    assert_eq!(json_of(&terminal.run(&["jobs", "show", "big", "--json"]))["status"], json!("pending"));
    let resumed = terminal.run(&["import", "--resume", "big"]);
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    assert_eq!(count(), COUNT as u64 + 1);
    let over = terminal.run(&["import", "--resume", "big"]);
    assert!(over.code == 0 && over.stderr.contains("over already"), "{}", over.stderr);
}

#[test]
fn what_an_import_was_begun_with_is_not_said_again_when_it_goes_on() {
    let (terminal, there) = stopped();
    for more in [
        &["--dry-run"][..],
        &["--upsert"],
        &["--wrap"],
        &["--strict"],
        &["--assume-distinct"],
        &["--lift-tombstones"],
        &["--trust-unverified"],
        &["--change-moved"],
        &["--spare-moved"],
        &["--source", "x"],
        &["--id", "x"],
        &["--id-prefix", "x"],
        &["--format", "csv"],
        &["--hash-format", "md5"],
        &["--hashes", "x"],
        &["--field", "a=b"],
        &["--constant", "a=b"],
        &["--record-bytes", "64"],
        &["--ratio", "1"],
        &["--match-by", "id"],
        &["--merge", "names=keep"],
        &["--policy", "add"],
        &["--shards", "2"],
        &["--prove", "x"],
    ] {
        let ended = terminal.run(&[&["import", "--resume", "big"], more].concat());
        assert!(ended.code == 2 && ended.stderr.contains("--resume"), "{more:?}: {}", ended.stderr);
    }
    assert_eq!(terminal.run(&["search", "--count"]).stdout, format!("{there}\n"));
    // What it goes on with can be put aside.
    assert_eq!(terminal.run(&["import", "--resume", "big", "--quarantine", "failed.ndjson"]).code, 0);
}

#[test]
fn the_same_standard_input_again_with_the_same_id_changes_nothing() {
    let terminal = with_users(0);
    let input = lines_of(&[user(1)]);
    for said in ["", "this import is over already\n"] {
        let ended = terminal.run_with(&["import", "-", "--id", "monday"], &[], &input);
        assert_eq!((ended.code, ended.stderr.contains(said)), (0, true), "{}", ended.stderr);
    }
    let other = terminal.run_with(&["import", "-", "--id", "monday", "--upsert"], &[], &input);
    assert!(other.code == 2 && other.stderr.contains("take another id"), "{}", other.stderr);
    assert_eq!(kept(&terminal), 0);
    assert_eq!(terminal.run(&["search", "--count"]).stdout, "1\n");
}

/// How many copies of standard input are there.
fn kept(terminal: &Terminal) -> usize {
    let files = std::fs::read_dir(terminal.path()).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "input")).count()
}

#[test]
fn nothing_is_left_of_standard_input_that_was_stopped_while_it_was_read() {
    let terminal = with_users(0);
    let mut command = terminal.command(&["import", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines_of(&[user(1)]).as_bytes()).unwrap();
    while kept(&terminal) == 0 {
        assert!(child.try_wait().unwrap().is_none());
        pause();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(kept(&terminal), 0);
    drop(input);
}

#[test]
fn when_a_quarantine_file_cannot_be_made_its_records_are_not_lost() {
    let terminal = with_users(0);
    // The name of the report beside it is longer than a name may be.
    let name = format!("{}.ndjson", "x".repeat(245));
    let ended =
        terminal.run_with(&["import", "-", "--id", "monday", "--quarantine", &name], &[], "{\"email\": \"x\"}\n");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("jobs errors monday --quarantine "), "{}", ended.stderr);
    assert!(ended.stderr.contains("what came from standard input is kept in "), "{}", ended.stderr);
    let again = terminal.run(&["jobs", "errors", "monday", "--quarantine", "failed.ndjson"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(terminal.path().join("failed.ndjson")).unwrap(), "{\"email\": \"x\"}\n");
}

#[test]
fn a_quarantine_file_is_imported_by_the_command_that_is_told() {
    let terminal = with_users(0);
    let user =
        |id, email| json!({"model": "auth.user", "pk": id, "fields": {"username": format!("u{id}"), "email": email}});
    let users = json!([user(json!(1), "a@example.com"), user(json!(2), "wrong"), user(json!([3]), "c@example.com")]);
    terminal.write("dump.json", &users.to_string());
    let arguments = ["import", "dump.json", "--format", "django", "--source", "old", "--quarantine", "failed.ndjson"];
    let ended = terminal.run(&arguments);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    let told = ended.stderr.lines().find_map(|line| line.split_once("import that file: waystation ")).unwrap().1;
    assert_eq!(told, "import failed.ndjson --source old");
    let aside = std::fs::read_to_string(terminal.path().join("failed.ndjson")).unwrap();
    terminal.write("failed.ndjson", &aside.replace("wrong", "b@example.com").replace("[3]", "3"));
    let again = terminal.run(&told.split(' ').collect::<Vec<_>>());
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    for (email, id) in [("a@example.com", "old|1"), ("b@example.com", "old|2"), ("c@example.com", "old|3")] {
        assert_eq!(json_of(&terminal.run(&["show", email, "--json"]))["id"], id);
    }
}

#[test]
fn whoever_has_read_enough_of_an_export_is_told_nothing() {
    let terminal = with_users(3_000);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    let mut child = terminal.command(&["export"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let said = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    assert_eq!(said, "");
}
