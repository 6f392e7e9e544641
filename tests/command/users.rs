//! Users of a file, as most tests of the command import them.

use serde_json::{Value, json};

use super::terminal::{Ended, Terminal};

/// That of `shh`.
pub(super) const BCRYPT: &str = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";

pub(super) fn user(number: usize) -> Value {
    json!({"user_id": number.to_string(), "email": format!("user{number}@example.com"), "password_hash": BCRYPT,
        "user_metadata": {"number": number}})
}

pub(super) fn lines_of(users: &[Value]) -> String {
    users.iter().flat_map(|user| [user.to_string(), "\n".into()]).collect()
}

pub(super) fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap()
}

/// A terminal where a store is set, and a file `users.ndjson` with so many users.
pub(super) fn with_users(count: usize) -> Terminal {
    let terminal = Terminal::new();
    terminal.write("waystation.toml", "store = 'sqlite:users.sqlite3'\n");
    terminal.write("users.ndjson", &lines_of(&(0..count).map(user).collect::<Vec<_>>()));
    terminal
}
