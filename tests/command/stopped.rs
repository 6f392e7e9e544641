//! Imports and exports that do not come to their end, and how they go on.
use std::{
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rusqlite::Connection;
use serde_json::json;

use super::{
    server_process::missing,
    slow_store::SlowStore,
    terminal::{Terminal, Typed},
    users::{json_of, lines_of, user, with_users},
};

const COUNT: usize = 60_000;

fn slow_store(terminal: &Terminal) -> SlowStore {
    terminal.write("one.ndjson", &lines_of(&[user(COUNT)]));
    assert_eq!(terminal.run(&["import", "one.ndjson", "--dry-run"]).code, 0);
    SlowStore::of(terminal)
}

fn press_ctrl_c(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// Imports the users from `file` until Ctrl-C, and then the rest.
fn interrupted_and_resumed(terminal: &Terminal, file: &str) {
    let store = slow_store(terminal);
    let input = File::open(terminal.path().join("users.ndjson")).unwrap();
    let mut command = terminal.command(&["import", file, "--id", "big", "--json"]);
    let mut child = command.stdin(input).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    store.wait_for_users(|| child.try_wait().unwrap().is_none());
    press_ctrl_c(&child);
    let said: Vec<String> = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap).collect();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130), "{said:?}");
    assert!(said.iter().any(|line| line.ends_with("waystation import --resume big")), "{said:?}");

    store.end();
    let resumed = terminal.run(&["import", "--resume", "big", "--json"]);
    assert_eq!((resumed.code, &json_of(&resumed)["report"]["inserted"]), (0, &json!(COUNT)), "{}", resumed.stderr);
    assert_eq!(terminal.run(&["search", "--count"]).stdout, format!("{COUNT}\n"));
}

/// SQLite gives up after five seconds.
#[test]
fn an_import_says_that_the_store_does_not_answer_and_goes_on_when_it_does() {
    let terminal = with_users(COUNT);
    let store = slow_store(&terminal);
    let mut command = terminal.command(&["import", "users.ndjson"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    store.wait_for_users(|| child.try_wait().unwrap().is_none());
    let other = Connection::open(terminal.path().join("users.sqlite3")).unwrap();
    // Between two batches there is little time for it.
    other.busy_timeout(Duration::ZERO).unwrap();
    while other.execute_batch("BEGIN IMMEDIATE").is_err() {
        assert!(child.try_wait().unwrap().is_none());
    }
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.starts_with("the store takes nothing now")));
    other.execute_batch("DROP TRIGGER slow; COMMIT").unwrap();
    let rest: Vec<String> = said.collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
    assert_eq!(terminal.run(&["search", "--count"]).stdout, format!("{COUNT}\n"));
}

#[test]
fn ctrl_c_stops_at_a_checkpoint_and_the_import_goes_on_from_there() {
    let terminal = with_users(COUNT);
    interrupted_and_resumed(&terminal, "users.ndjson");
    assert!(terminal.path().join("users.ndjson").exists());
}

/// A lease of the command runs out after half a minute.
#[test]
fn two_processes_share_an_import_and_when_one_is_killed_the_other_does_its_part() {
    let terminal = with_users(COUNT);
    let store = slow_store(&terminal);
    let mut goes = terminal.spawn(&["jobs", "work"]);
    let mut stays = terminal.spawn(&["import", "users.ndjson", "--shards", "6", "--id", "big"]);
    store.wait_for_users(|| stays.try_wait().unwrap().is_none());
    store.wait_for_leases(2);
    goes.kill().unwrap();
    assert_eq!(goes.wait().unwrap().code(), None);
    store.end();
    assert_eq!(stays.wait().unwrap().code(), Some(0));
    let shown = json_of(&terminal.run(&["jobs", "show", "big", "--json"]));
    assert_eq!((&shown["status"], &shown["report"]["inserted"]), (&json!("completed"), &json!(COUNT)));
    assert_eq!(terminal.run(&["search", "--count"]).stdout, format!("{COUNT}\n"));
}

#[test]
fn an_import_that_was_stopped_can_be_cancelled_and_what_it_did_stays() {
    let terminal = with_users(COUNT);
    let store = slow_store(&terminal);
    let mut child = terminal.spawn(&["import", "users.ndjson", "--id", "big"]);
    store.wait_for_users(|| child.try_wait().unwrap().is_none());
    press_ctrl_c(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    store.end();
    let shown = terminal.run(&["jobs", "show", "big"]).stdout;
    assert!(shown.starts_with("import big: pending\n") && shown.contains(" left\n"), "{shown}");
    assert_eq!(terminal.run(&["jobs", "cancel", "big"]).code, 0);
    let shown = json_of(&terminal.run(&["jobs", "show", "big", "--json"]));
    assert_eq!(shown["status"], "cancelled");
    assert_eq!(terminal.run(&["search", "--count"]).stdout, format!("{}\n", shown["report"]["inserted"]));
    assert_eq!(shown["time_left_seconds"], json!(null));
    let again = terminal.run(&["jobs", "cancel", "big"]);
    assert!(again.code == 3 && again.stderr.contains("it is over"), "{}", again.stderr);
}

#[test]
fn standard_input_is_kept_until_the_import_of_it_is_over() {
    let terminal = with_users(COUNT);
    let files = || {
        let paths = std::fs::read_dir(terminal.path()).unwrap().map(|entry| entry.unwrap().path());
        let inputs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "input"));
        inputs.map(|path| path.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    interrupted_and_resumed(&terminal, "-");
    assert_eq!(files(), [""; 0]);
    // What somebody else calls so is not removed.
    terminal.write("users.input", &lines_of(&[user(COUNT + 1)]));
    assert_eq!(terminal.run(&["import", "users.input"]).code, 0);
    assert_eq!(files(), ["users.input"]);
}

#[test]
fn a_file_that_changes_while_it_is_imported_fails_and_what_was_read_of_it_stays() {
    let terminal = with_users(COUNT);
    let store = slow_store(&terminal);
    let mut command = terminal.command(&["import", "users.ndjson", "--id", "big"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    store.wait_for_users(|| child.try_wait().unwrap().is_none());
    let mut file = OpenOptions::new().append(true).open(terminal.path().join("users.ndjson")).unwrap();
    file.write_all(lines_of(&[user(COUNT)]).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("changed while it was read") && said.contains("import it again"), "{said}");

    store.end();
    let resumed = terminal.run(&["import", "--resume", "big"]);
    assert_eq!(resumed.code, 1, "it is another file now: {}", resumed.stderr);
    // Those who are there are not taken twice.
    assert_eq!(terminal.run(&["import", "users.ndjson", "--upsert"]).code, 0);
    assert_eq!(terminal.run(&["search", "--count"]).stdout, format!("{}\n", COUNT + 1));
}

#[test]
fn on_a_terminal_a_bar_says_how_far_how_fast_and_how_long() {
    let terminal = with_users(COUNT);
    let store = slow_store(&terminal);
    let ended = terminal.run_typing(&["import", "users.ndjson", "--id", "big"], Typed::CtrlCAfter(" left"));
    assert_eq!(ended.code, 130, "{}", ended.stdout);
    store.end();
    let shown = ended.stdout.split(['\r', '\n']).find(|it| it.contains(" left")).unwrap();
    for part in [" users, ", "/s, ", "iB of 9.35 MiB, ", " left"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn an_export_that_is_stopped_says_so_and_leaves_no_file_that_looks_whole() {
    let terminal = with_users(20_000);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    // It waits for whoever reads it, and so is met while it runs.
    let mut command = terminal.command(&["export"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut written, said) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    written.read_exact(&mut [0]).unwrap();
    press_ctrl_c(&child);
    let mut said = BufReader::new(said).lines().map(Result::unwrap);
    assert_eq!(said.next().unwrap(), "stopping; Ctrl-C once more stops at once");
    let mut rest = Vec::new();
    written.read_to_end(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let last = said.next().unwrap();
    assert!(last.starts_with("stopped after ") && last.ends_with("an export begins anew"), "{last}");
}

/// A file system with little room, and one that may not be written, are made where nobody else sees them.
#[cfg(target_os = "linux")]
#[test]
fn a_store_without_room_and_one_that_may_not_be_written_are_told_and_the_import_goes_on() {
    let terminal = with_users(20_000);
    std::fs::create_dir(terminal.path().join("disk")).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=4m tmpfs disk && echo mounted || exit 99
        run() {{ {0} import \"$@\" --store sqlite:disk/users.sqlite3; }}
        run users.ndjson --id big
        [ $? = 1 ] || exit 2
        cp disk/users.sqlite3* .
        {0} export disk/out.ndjson --store sqlite:users.sqlite3 2> said
        [ $? = 1 ] || exit 3
        ls disk > left
        mount -o remount,ro disk
        run --resume big",
        env!("CARGO_BIN_EXE_waystation"),
    );
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &script]).current_dir(terminal.path());
    let output = command.output().ok().filter(|output| output.stdout.starts_with(b"mounted"));
    let Some(output) = output else { return missing("unshare").unwrap_or_default() };
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let [waits, full, read_only] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
    assert!(waits.contains("tried again"), "{waits}");
    assert!(full.contains("import --resume big") && full.contains("no room left"), "{full}");
    assert!(full.contains("make some"), "{full}");
    assert!(read_only.contains("the database may not be written: it is read-only"), "{read_only}");

    // Of an export there is nothing that could pass for one.
    let read = |name: &str| std::fs::read_to_string(terminal.path().join(name)).unwrap();
    assert!(read("said").contains("no room left"), "{}", read("said"));
    assert!(!read("left").contains("out.ndjson"), "{}", read("left"));

    // On a disk with room; the lease of what failed would run out in half a minute.
    let store = Connection::open(terminal.path().join("users.sqlite3")).unwrap();
    let users: i64 = store.query_row("SELECT count(*) FROM waystation_users", [], |row| row.get(0)).unwrap();
    assert!((1..20_000).contains(&users), "{users}");
    assert_eq!(store.execute("UPDATE waystation_jobs SET leased_until = 0", []).unwrap(), 1);
    let resumed = terminal.run(&["import", "--resume", "big", "--json"]);
    assert_eq!((resumed.code, &json_of(&resumed)["report"]["inserted"]), (0, &json!(20_000)), "{}", resumed.stderr);
    assert_eq!(terminal.run(&["search", "--count"]).stdout, "20000\n");
}

#[cfg(target_os = "linux")]
#[test]
fn an_export_without_room_fails_and_says_so() {
    let terminal = with_users(30);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = terminal.command(&["export"]).stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no room left") && said.contains("make some"), "{said}");
}
