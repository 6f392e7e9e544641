//! What an import and an export take at the most, however many users there are.

use std::{fs, thread, time::Duration};

use serde_json::json;

use super::{terminal::Terminal, users::BCRYPT};

const MIB: u64 = 1 << 20;

/// A file of so many users, of some 400 bytes each.
fn users(count: usize) -> String {
    let user = |number: usize| {
        json!({"user_id": format!("u{number:08}"), "email": format!("user{number}@example.com"), "name": "Zoë Müller",
            "given_name": "Zoë", "family_name": "Müller", "password_hash": BCRYPT,
            "user_metadata": {"note": "x".repeat(120), "number": number}, "app_metadata": {"plan": "gold"}})
    };
    (0..count).flat_map(|number| [user(number).to_string(), "\n".to_owned()]).collect()
}

/// The most memory that a run of the command ever had resident, in bytes.
///
/// The mark only rises, so what is lost is what it rises by after the last look.
fn peak(terminal: &Terminal, arguments: &[&str]) -> u64 {
    let mut child = terminal.spawn(arguments);
    let mut peak = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        // Nothing is said of a process that has ended and waits to be asked for its code.
        if let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
            peak = line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1_024;
        }
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success(), "{arguments:?}");
            return peak;
        }
        look_again();
    }
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for, and there is no runtime here")]
fn look_again() {
    thread::sleep(Duration::from_millis(2));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the peak is read from /proc")]
fn many_users_take_little_more_memory_than_one() {
    let terminal = Terminal::new();
    terminal.write("one.ndjson", &users(1));
    terminal.write("many.ndjson", &users(60_000));
    let of_one = peak(&terminal, &["import", "--store", "sqlite:one.sqlite3", "one.ndjson"]);
    for arguments in [
        ["import", "--store", "sqlite:many.sqlite3", "many.ndjson"],
        ["export", "--store", "sqlite:many.sqlite3", "out.ndjson"],
    ] {
        let of_many = peak(&terminal, &arguments);
        assert!(of_many < of_one + 64 * MIB, "{arguments:?}: {} KiB and {} KiB", of_many / 1_024, of_one / 1_024);
    }
}
