//! The command as a server: a real process, asked over loopback, and ended by signals.

use std::{io::Write as _, net::TcpListener};

use serde_json::{Value, json};

use super::{
    server::{Server, TOKEN, pause, read},
    slow_store::SlowStore,
    terminal::{Terminal, Typed},
};

const JSON: &str = "application/json";
const DJANGO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/django/legacy.sqlite3");

/// A terminal where a store is set.
fn terminal() -> Terminal {
    let terminal = Terminal::new();
    terminal.write("waystation.toml", "store = 'sqlite:users.sqlite3'\n");
    terminal
}

fn users(count: usize) -> String {
    let padding = "x".repeat(200);
    let user =
        |number| json!({"email": format!("user{number}@example.com"), "user_metadata": {"text": padding}}).to_string();
    let users: Vec<String> = (0..count).map(user).collect();
    format!("[{}]", users.join(","))
}

#[test]
fn nobody_is_let_in_without_the_token_of_the_file_and_with_it_a_file_is_imported() {
    let terminal = terminal();
    let server = Server::start_with(&terminal, &["--token-file", "token"], &[]);
    let file = terminal.path().join("token");
    let token = std::fs::read_to_string(&file).unwrap();
    let token = token.trim();
    assert_eq!(token.len(), 64);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for wrong in ["", "nobody", &token[1..], TOKEN] {
        assert_eq!(server.ask(wrong, "GET", "/users", "", b"").status, 401);
    }
    let connections = server.ask(token, "GET", "/connections", "", b"").json();
    assert_eq!(connections[0]["name"], "default");
    assert_eq!(server.stop().code, 0);

    // The file is read now, and not written again.
    let server = Server::start_with(&terminal, &["--token-file", "token"], &[]);
    assert_eq!(server.ask(token, "GET", "/users", "", b"").json(), json!([]));
    let ended = server.stop();
    assert_eq!((ended.code, ended.stderr.contains(token)), (0, false), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), token);

    let server = Server::start(&terminal, &[]);
    assert_eq!(server.end_of(&server.import(&users(3)))["summary"]["inserted"], 3);
    let found = server.get("/users?q=email:user2*").json();
    assert_eq!(found[0]["email"], "user2@example.com");
    assert!(server.url.ends_with("/api/v2"), "{}", server.url);
    assert_eq!(server.get("/openapi.json").json()["servers"][0]["url"], server.url.as_str());
    assert_eq!(server.stop().code, 0);
    assert_eq!(terminal.run(&["search", "--count"]).stdout, "3\n");
    let listed = terminal.run(&["jobs", "list"]);
    assert!(listed.stdout.starts_with("job_") && listed.stdout.contains("completed"), "{}", listed.stdout);
}

#[test]
fn a_new_token_is_shown_on_a_terminal_and_never_in_a_log() {
    let terminal = terminal();
    let ended = terminal.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{}", ended.stderr);
    assert!(ended.stderr.contains("--token-file") && ended.stderr.contains("WAYSTATION_TOKEN"), "{}", ended.stderr);

    let ended = terminal.run_typing(&["serve", "--listen", "127.0.0.1:0"], Typed::CtrlCAfter("/api/v2"));
    let said = ended.stdout;
    assert_eq!(ended.code, 0, "{said}{}", ended.stderr);
    let token = said.split_once("token, until this ends: ").unwrap().1.lines().next().unwrap();
    assert_eq!(token.trim().len(), 64, "{said}");
}

#[test]
fn tokens_that_are_weak_or_misspelt_are_refused_by_line_and_not_repeated() {
    let terminal = terminal();
    let weak = terminal.run_with(&["serve"], &[("WAYSTATION_TOKEN", "hunter2")], "");
    assert_eq!((weak.code, weak.stderr.contains("hunter2")), (2, false), "{}", weak.stderr);
    for (text, place) in [
        ("\n# nothing\n", "token: there is no token in it"),
        ("# one\nhunter2\n", "token, line 2:"),
        (&format!("{TOKEN}\n{TOKEN} read:users hunter2\n"), "token, line 2:"),
        (&format!("{}\n", TOKEN.replace('-', "\u{e9}")), "token, line 1:"),
    ] {
        terminal.write("token", text);
        let ended = terminal.run(&["serve", "--listen", "127.0.0.1:0", "--token-file", "token"]);
        assert_eq!((ended.code, ended.stderr.contains(place)), (2, true), "{}", ended.stderr);
        assert!(!ended.stderr.contains("hunter2") && !ended.stderr.contains(TOKEN), "{}", ended.stderr);
    }
}

#[test]
fn what_may_only_be_read_is_not_changed_and_a_token_has_its_own_scopes() {
    let terminal = terminal();
    let (reader, admin) = ("reader-".repeat(6), "admin-".repeat(6));
    terminal.write("token", &format!("{reader} read:users\n{admin}\n"));
    let user = br#"{"connection": "default", "email": "ada@example.com", "password": "difference engine"}"#;
    let server = Server::start_with(&terminal, &["--token-file", "token"], &[]);
    let create = |server: &Server, token: &str| server.ask(token, "POST", "/users", JSON, user).status;
    assert_eq!((create(&server, &reader), create(&server, &admin)), (403, 201));
    assert_eq!(server.ask(&reader, "GET", "/connections", "", b"").status, 403);
    assert_eq!(server.stop().code, 0);

    let server = Server::start_with(&terminal, &["--token-file", "token", "--read-only"], &[]);
    assert_eq!((create(&server, &reader), create(&server, &admin)), (403, 403));
    let found = server.ask(&admin, "GET", "/users", "", b"").json();
    assert_eq!(found[0]["email"], "ada@example.com");
    assert_eq!(server.ask(&admin, "DELETE", "/users/auth0%7C1", "", b"").status, 403);
    assert_eq!(server.stop().code, 0);
    // Nothing is made where nothing is to be written.
    let elsewhere = ["serve", "--listen", "127.0.0.1:0", "--read-only", "--store", "sqlite:other.sqlite3"];
    let ended = terminal.run_with(&elsewhere, &[("WAYSTATION_TOKEN", TOKEN)], "");
    assert_eq!((ended.code, terminal.path().join("other.sqlite3").exists()), (1, false), "{}", ended.stderr);
}

#[test]
fn an_import_that_a_signal_stops_goes_on_with_the_next_start() {
    const COUNT: usize = 60_000;
    let terminal = terminal();
    let mut server = Server::start(&terminal, &[]);
    let store = SlowStore::of(&terminal);
    let job = server.import(&users(COUNT));
    store.wait_for_users(|| server.is_running());
    // Whoever follows the job is told, and holds up no end.
    let mut follower = server.connect();
    let path = format!("/jobs/{}/events", job["id"].as_str().unwrap());
    follower.write_all(server.head(TOKEN, "GET", &path, "", 0).as_bytes()).unwrap();
    let mut first = [0; 15];
    std::io::Read::read_exact(&mut follower, &mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let ended = server.stop();
    assert_eq!((ended.code, ended.stderr.contains("cut off")), (0, false), "{}", ended.stderr);
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut follower, &mut rest).unwrap();
    assert!(rest.contains("event: progress") && !rest.contains("event: done"), "{rest}");
    let shown = terminal.run(&["jobs", "show", job["id"].as_str().unwrap(), "--json"]);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["status"], "pending", "it was given back at a checkpoint: {shown}");
    store.end();

    let server = Server::start(&terminal, &[]);
    let done = server.end_of(&job);
    assert_eq!((&done["status"], &done["summary"]["inserted"]), (&json!("completed"), &json!(COUNT)), "{done}");
    assert_eq!(server.stop().code, 0);
    assert_eq!(terminal.run(&["search", "--count"]).stdout, format!("{COUNT}\n"));
}

#[test]
fn imports_from_a_terminal_and_over_the_api_leave_each_other_alone() {
    let terminal = terminal();
    let server = Server::start(&terminal, &[]);
    for round in 0..4 {
        let name = format!("round{round}.json");
        terminal.write(&name, &format!(r#"[{{"email": "terminal{round}@example.com"}}]"#));
        let job = server.import(&format!(r#"[{{"email": "api{round}@example.com"}}]"#));
        let imported = terminal.run(&["import", &name]);
        assert_eq!(imported.code, 0, "{}{}", imported.stdout, imported.stderr);
        let done = server.end_of(&job);
        assert_eq!((&done["status"], &done["summary"]["inserted"]), (&json!("completed"), &json!(1)), "{done}");
    }
    assert_eq!(server.stop().code, 0);
    assert_eq!(terminal.run(&["search", "--count"]).stdout, "8\n");
}

#[test]
fn settings_and_flags_that_are_wrong_are_told_before_anything_is_made() {
    let terminal = terminal();
    let refused = |arguments: &[&str], what: &str| {
        let arguments: Vec<&str> = ["serve"].iter().chain(arguments).copied().collect();
        let ended = terminal.run_with(&arguments, &[("WAYSTATION_TOKEN", TOKEN)], "");
        assert_eq!((ended.code, ended.stderr.contains(what)), (2, true), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "");
    };
    refused(&["--listen", "0.0.0.0:0"], "--behind-proxy");
    refused(&["--listen", "[::]:0"], "--behind-proxy");
    refused(&["--listen", "0.0.0.0:0", "--behind-proxy"], "--url");
    refused(&["--listen", "localhost"], "--listen");
    refused(&["--upload-bytes", "0"], "--upload-bytes");
    refused(&["--client-seconds", "0"], "--client-seconds");
    refused(&["--burst", "0"], "--burst");
    refused(&["--per-second", "many"], "--per-second");
    assert!(!terminal.path().join("users.sqlite3").exists() && !terminal.path().join("waystation-spool").exists());
    refused(&["--listen", "127.0.0.1:0", "--url", "shop.example/api/v2"], "--url");
    for (line, settings) in
        [(3, "[serve]\nlisten = 8080\n"), (3, "[serve]\ntoken = 'x'\n"), (3, "[serve]\nspool = 1\n")]
    {
        terminal.write("waystation.toml", &format!("store = 'sqlite:users.sqlite3'\n{settings}"));
        refused(&[], &format!("waystation.toml, line {line}"));
    }
}

#[test]
fn who_asks_too_often_is_told_to_wait() {
    let terminal = terminal();
    terminal.write("waystation.toml", "store = 'sqlite:users.sqlite3'\nserve.burst = 2\nserve.per_second = 40\n");
    let server = Server::start(&terminal, &["--per-second", "1"]);
    assert_eq!(server.get("/users").status, 200);
    assert!((0..50).any(|_| server.get("/users").status == 429));
    assert_eq!(server.stop().code, 0);
}

#[test]
fn the_settings_say_what_the_flags_do_not() {
    let terminal = terminal();
    terminal.write(
        "waystation.toml",
        "store = 'sqlite:users.sqlite3'\nconnection = 'customers'\n[serve]\nlisten = '127.0.0.1:1'\nspool = 'uploads'\n\
         url = 'https://shop.example/api/v2'\nsource = 'old-shop'\nread_only = true\nupload_bytes = 1000\n",
    );
    terminal.write("users.json", r#"[{"email": "grace@example.com"}]"#);
    assert_eq!(terminal.run(&["import", "users.json"]).code, 0);
    let server = Server::start(&terminal, &[]);
    assert_eq!(server.url, "https://shop.example/api/v2");
    assert_eq!(server.get("/users").json()[0]["email"], "grace@example.com");
    assert_eq!(server.get("/connections").json()[0]["name"], "customers");
    let user = br#"{"connection": "customers", "email": "ada@example.com", "password": "difference engine"}"#;
    assert_eq!(server.ask(TOKEN, "POST", "/users", JSON, user).status, 403);
    assert!(terminal.path().join("uploads").is_dir());
    assert_eq!(server.stop().code, 0);
}

#[test]
fn who_waits_at_the_legacy_system_of_the_settings_is_not_made_a_second_time() {
    let terminal = Terminal::new();
    let settings =
        format!("store = 'sqlite:users.sqlite3'\n[legacy]\nsystem = 'django'\naddress = 'sqlite:{DJANGO}'\n");
    terminal.write("waystation.toml", &settings);
    let server = Server::start(&terminal, &[]);
    let create = |email: &str| {
        let user = json!({"connection": "default", "email": email, "password": "difference engine"});
        server.ask(TOKEN, "POST", "/users", JSON, user.to_string().as_bytes())
    };
    assert_eq!(create("george@example.com").status, 409);
    let created = create("newcomer@example.com");
    assert_eq!(created.status, 201);
    // Ids are as a log-in would have them.
    assert!(created.json()["user_id"].as_str().unwrap().starts_with("django|"), "{}", created.body);
    assert_eq!(server.stop().code, 0);
}

#[test]
fn a_port_that_is_taken_is_told_and_nothing_is_made() {
    let terminal = terminal();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = terminal.run(&["serve", "--listen", &address, "--token-file", "token"]);
    assert_eq!((ended.code, ended.stderr.contains(&address)), (1, true), "{}", ended.stderr);
    for name in ["token", "users.sqlite3", "waystation-spool"] {
        assert!(!terminal.path().join(name).exists(), "{name}");
    }
}

#[test]
fn clients_that_are_slow_hold_up_nobody_and_are_let_go() {
    let terminal = terminal();
    let server = Server::start(&terminal, &["--client-seconds", "2"]);
    let whole = server.head(TOKEN, "POST", "/users", JSON, 100);
    let begin = |text: &str| {
        let mut stream = server.connect();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    };
    let mut slow: Vec<_> = (0..50).map(|_| begin("GET /api/v2/users HTTP/1.1\r\nHost: x\r\nX-A: ")).collect();
    slow.extend((0..50).map(|_| begin("")));
    let half: Vec<_> = (0..20).map(|_| begin(&format!("{whole}{{\"email\":"))).collect();
    // While they wait, somebody else is served.
    assert_eq!(server.get("/users").status, 200);
    for stream in slow {
        assert!(read(stream).is_none_or(|answer| answer.status == 408), "the head never came");
    }
    for stream in half {
        assert_eq!(read(stream).unwrap().status, 400);
    }

    // A letter now and then is not enough: the whole body has its time too.
    let mut drips = begin(&whole);
    for _ in 0..60 {
        if drips.write_all(b" ").is_err() {
            break;
        }
        pause();
    }
    assert_eq!(read(drips).map(|answer| answer.status), Some(400));
    // And a head has its length.
    let long = format!("GET /api/v2/users HTTP/1.1\r\nHost: x\r\nX-A: {}\r\n\r\n", "a".repeat(100_000));
    assert_eq!(read(begin(&long)).map(|answer| answer.status), Some(431));
    assert_eq!(server.stop().code, 0);
}

#[test]
fn a_piece_of_an_upload_may_take_as_long_as_an_upload() {
    let terminal = terminal();
    let server = Server::start(&terminal, &["--client-seconds", "1"]);
    let begin = "text/plain\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 20";
    assert_eq!(server.ask(TOKEN, "POST", "/uploads", begin, b"").status, 201);
    let file = std::fs::read_dir(terminal.path().join("waystation-spool")).unwrap().next().unwrap().unwrap();
    let path = format!("/uploads/{}", file.file_name().to_str().unwrap().trim_end_matches(".part"));
    let piece = "application/offset+octet-stream\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0";
    let mut drips = server.connect();
    drips.write_all(server.head(TOKEN, "PATCH", &path, piece, 20).as_bytes()).unwrap();
    for _ in 0..20 {
        drips.write_all(b" ").unwrap();
        pause();
    }
    assert_eq!(read(drips).map(|answer| answer.status), Some(204));
    assert_eq!(server.stop().code, 0);
}

#[test]
fn who_takes_no_answer_is_let_go() {
    let terminal = terminal();
    let server = Server::start(&terminal, &["--client-seconds", "1"]);
    assert_eq!(server.end_of(&server.import(&users(500)))["summary"]["inserted"], 500);
    // Many answers are asked for on one connection, and none is read, until no more can be written.
    let mut stream = server.connect();
    stream.set_write_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let request = format!("GET /api/v2/openapi.json HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    let closed = (0..200_000).find_map(|_| stream.write_all(request.as_bytes()).err());
    let closed = closed.expect("the server goes on for a client that takes nothing");
    assert!(
        matches!(closed.kind(), std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe),
        "it waits for ever: {closed}"
    );
    assert_eq!(server.get("/users?per_page=1").status, 200);
    assert_eq!(server.stop().code, 0);
}

#[test]
fn what_is_under_way_at_the_end_is_finished_if_it_ends_in_time() {
    let terminal = terminal();
    let server = Server::start(&terminal, &[]);
    let (kind, body) = server.form(&users(10));
    let head = server.head(TOKEN, "POST", "/jobs/users-imports", kind, body.len());
    let (first, last) = body.split_at(body.len() / 2);
    let mut upload = server.connect();
    upload.write_all(head.as_bytes()).unwrap();
    upload.write_all(first).unwrap();
    let spool = terminal.path().join("waystation-spool");
    while std::fs::read_dir(&spool).unwrap().count() == 0 {}
    let idle = server.connect();
    let mut endless = server.connect();
    endless.write_all(server.head(TOKEN, "POST", "/jobs/users-imports", kind, body.len()).as_bytes()).unwrap();
    endless.write_all(first).unwrap();
    while std::fs::read_dir(&spool).unwrap().count() < 2 {}
    server.tell("-TERM");
    // Nobody is let in any more.
    while std::net::TcpStream::connect(&server.address).is_ok() {
        pause();
    }
    upload.write_all(last).unwrap();
    let answer = read(upload).unwrap();
    assert_eq!(answer.status, 202, "{}", answer.body);
    let ended = server.end();
    assert_eq!((ended.code, ended.stderr.contains("cut off: 1\n")), (0, true), "{}", ended.stderr);
    drop((idle, endless));
    // What was answered is there, and what was not has left nothing.
    let files: Vec<_> = std::fs::read_dir(&spool).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files.len(), 1, "{files:?}");

    let server = Server::start(&terminal, &[]);
    assert_eq!(server.end_of(&answer.json())["summary"]["inserted"], 10);
    assert_eq!(server.stop().code, 0);
}
