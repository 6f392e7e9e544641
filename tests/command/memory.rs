//! What an import and an export take at the most, however many users there are, and whatever their file is like.

use std::{
    fs::{self, File},
    io::Write,
    process::Stdio,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::{terminal::Terminal, users::BCRYPT};

/// What is promised, in KiB.
const MOST: u64 = 64 << 10;

/// As many as one would notice who kept something of each.
const MANY: usize = 60_000;

/// Somebody of some 400 bytes.
fn user(number: usize) -> Value {
    json!({"user_id": format!("u{number:08}"), "email": format!("user{number}@example.com"), "name": "Zoë Müller",
        "given_name": "Zoë", "family_name": "Müller", "password_hash": BCRYPT,
        "user_metadata": {"note": "x".repeat(120), "number": number}, "app_metadata": {"plan": "gold"}})
}

/// The most memory that a run of the command ever had resident, in bytes, and the code that it ended with.
///
/// The mark only rises, so what is lost is what it rises by after the last look.
fn peak(terminal: &Terminal, store: &str, arguments: &[&str]) -> (u64, i32) {
    let mut command = terminal.command(arguments);
    command.env("WAYSTATION_STORE", store).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut peak = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        // Nothing is said of a process that has ended and waits to be asked for its code.
        if let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
            peak = line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1_024;
        }
        if let Some(ended) = child.try_wait().unwrap() {
            return (peak, ended.code().unwrap());
        }
        look_again();
    }
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for, and there is no runtime here")]
fn look_again() {
    thread::sleep(Duration::from_millis(2));
}

fn write_lines(mut file: impl Write, users: impl Iterator<Item = Value>) {
    for user in users {
        writeln!(file, "{user}").unwrap();
    }
}

/// Imports the users of a file, exports everybody, and holds either against an import of one user.
fn takes_little(terminal: &Terminal, name: &str, code: i32, address: impl Fn(&str) -> String) {
    write_lines(File::create(terminal.path().join("one.ndjson")).unwrap(), [user(0)].into_iter());
    let (of_one, ended) = peak(terminal, &address("one"), &["import", "one.ndjson"]);
    assert_eq!(ended, 0);
    let many = address("many");
    for (arguments, code) in [(vec!["import", name], code), (vec!["export", "--force", "out.ndjson"], 0)] {
        let (of_many, ended) = peak(terminal, &many, &arguments);
        assert_eq!(ended, code, "{name}: {}", arguments[0]);
        let (of_one, of_many) = (of_one / 1_024, of_many / 1_024);
        println!("{name}, {}: {of_one} KiB and {of_many} KiB", arguments[0]);
        assert!(of_many < of_one + MOST, "{name}, {}: {of_one} KiB and {of_many} KiB", arguments[0]);
    }
}

fn takes_little_over_sqlite(terminal: &Terminal, name: &str, code: i32) {
    takes_little(terminal, name, code, |store| format!("sqlite:{name}.{store}.sqlite3"));
}

/// Whoever is there is read, and changed.
#[test]
fn many_users_who_are_changed_take_little_more_memory_than_one() {
    let terminal = Terminal::new();
    let file = |name: &str| File::create(terminal.path().join(name)).unwrap();
    write_lines(file("one.ndjson"), [user(0)].into_iter());
    write_lines(file("many.ndjson"), (0..MANY).map(user));
    write_lines(
        file("changed.ndjson"),
        (0..MANY).map(|number| {
            let mut user = user(number);
            user["app_metadata"]["plan"] = "silver".into();
            user
        }),
    );
    let (of_one, _) = peak(&terminal, "sqlite:one.sqlite3", &["import", "one.ndjson"]);
    for arguments in [
        &["import", "many.ndjson"][..],
        &["import", "many.ndjson", "--upsert", "--trust-unverified"],
        &["import", "changed.ndjson", "--upsert", "--policy", "reference"],
    ] {
        let (of_many, ended) = peak(&terminal, "sqlite:many.sqlite3", arguments);
        let (of_one, of_many) = (of_one / 1_024, of_many / 1_024);
        println!("{arguments:?}: {of_one} KiB and {of_many} KiB");
        assert!(ended == 0 && of_many < of_one + MOST, "{arguments:?}: {ended}, {of_one} KiB and {of_many} KiB");
    }
}

/// What packs them has the widest window that is taken, and is full of them.
#[test]
fn many_users_take_little_more_memory_than_one() {
    let terminal = Terminal::new();
    let mut zstd = zstd::Encoder::new(File::create(terminal.path().join("many.ndjson.zst")).unwrap(), 1).unwrap();
    zstd.window_log(23).unwrap();
    write_lines(&mut zstd, (0..MANY).map(user));
    zstd.finish().unwrap();
    takes_little_over_sqlite(&terminal, "many.ndjson.zst", 0);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(server) = crate::postgres::PostgresServer::shared() {
        takes_little(&terminal, "many.ndjson.zst", 0, |_| runtime.block_on(server.fresh_database()));
    }
    for (_, server) in crate::mysql::MySqlServer::both() {
        takes_little(&terminal, "many.ndjson.zst", 0, |_| runtime.block_on(server.fresh_database()));
    }
}

/// Those for whom a reader, a packer or a report has to keep the most.
#[test]
fn no_kind_of_file_takes_much_memory() {
    let terminal = Terminal::new();
    let file = |name: &str| File::create(terminal.path().join(name)).unwrap();
    // Digits of which hardly any repeat others, as far as a packer can see.
    let large = |number: u64| {
        let note =
            |note: u64| format!("{:020}", (number * 10_000 + note).wrapping_mul(0x9e37_79b9_7f4a_7c15)).repeat(4);
        json!({"user_id": format!("u{number}"), "user_metadata": {"notes": (0..10_000).map(note).collect::<Vec<_>>()}})
    };
    let mut gzip = flate2::write::GzEncoder::new(file("packed.ndjson.gz"), flate2::Compression::fast());
    write_lines(&mut gzip, (0..MANY).map(user));
    gzip.finish().unwrap();
    takes_little_over_sqlite(&terminal, "packed.ndjson.gz", 0);

    write_lines(file("large.ndjson"), (0..100).map(large));
    takes_little_over_sqlite(&terminal, "large.ndjson", 0);

    // All of them are faulty, one and all the same, or one of two.
    write_lines(file("faulty.ndjson"), (0..MANY).map(|number| json!({"email": number, "nobody": number})));
    takes_little_over_sqlite(&terminal, "faulty.ndjson", 3);
    write_lines(file("same.ndjson"), (0..MANY).map(|_| user(0)));
    takes_little_over_sqlite(&terminal, "same.ndjson", 3);
    write_lines(file("twice.ndjson"), (0..MANY).chain([0]).map(user));
    takes_little_over_sqlite(&terminal, "twice.ndjson", 3);
}
