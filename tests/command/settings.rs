use super::terminal::Terminal;
#[cfg(unix)]
use super::terminal::Typed;

#[test]
fn help_and_completions_are_there() {
    let help = Terminal::new().run(&["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("Exit codes:"), "{}", help.stdout);
    for shell in ["bash", "zsh", "fish"] {
        let script = Terminal::new().run(&["completions", shell]);
        assert_eq!(script.code, 0);
        assert!(script.stdout.contains("calibrate"), "{shell}");
    }
    assert_eq!(Terminal::new().run(&["migrate-everything"]).code, 2);
}

#[test]
fn a_store_is_asked_for_and_a_wrong_one_is_not_made() {
    let terminal = Terminal::new();
    let ended = terminal.run(&["stats"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("WAYSTATION_STORE"), "{}", ended.stderr);
    assert_eq!(terminal.run(&["stats", "--store", "sqlite:users.sqlite3"]).code, 1);
    assert!(!terminal.path().join("users.sqlite3").exists());
    assert_eq!(terminal.run(&["stats", "--store", "oracle:x"]).code, 2);
}

#[test]
fn a_password_on_the_command_line_is_refused_and_not_repeated() {
    let ended = Terminal::new().run(&["stats", "--store", "postgres://ada:engine@localhost/users"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("WAYSTATION_STORE") && !ended.stderr.contains("engine"), "{}", ended.stderr);
}

#[test]
fn settings_are_read_strictly_and_never_quoted() {
    let terminal = Terminal::new();
    terminal.write("waystation.toml", "connection = 'customers'\nstorre = 'postgres://ada:engine@localhost/users'\n");
    let ended = terminal.run(&["stats"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("waystation.toml, line 2"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("engine"), "{}", ended.stderr);
    assert_eq!(terminal.run(&["stats", "--config", "elsewhere.toml"]).code, 2);
}

#[test]
fn a_pipe_that_nobody_reads_is_no_failure() {
    let terminal = Terminal::new();
    let command = format!("{} --help | head -1", env!("CARGO_BIN_EXE_waystation"));
    let ended = std::process::Command::new("sh").args(["-c", &command]).current_dir(terminal.path()).output().unwrap();
    assert!(ended.status.success());
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn a_setting_of_another_type_is_not_quoted_either() {
    let terminal = Terminal::new();
    terminal.write("waystation.toml", "\n\nlegacy = 'postgres://ada:engine@localhost/users'\n");
    let ended = terminal.run(&["stats"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("line 3") && !ended.stderr.contains("engine"), "{}", ended.stderr);
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let terminal = Terminal::new();
    for (name, users) in [("file", 1), ("environment", 2), ("flag", 3)] {
        let users: Vec<_> = (0..users).map(|number| format!("{{\"email\": \"ada{number}@example.com\"}}\n")).collect();
        terminal.write(&format!("{name}.ndjson"), &users.concat());
        let store = format!("sqlite:{name}.sqlite3");
        let imported = terminal.run(&["import", &format!("{name}.ndjson"), "--store", &store, "--connection", name]);
        assert_eq!(imported.code, 0, "{}", imported.stderr);
    }
    terminal.write("settings.toml", "store = 'sqlite:file.sqlite3'\nconnection = 'file'\n");
    let all = [
        ("WAYSTATION_CONFIG", "settings.toml"),
        ("WAYSTATION_STORE", "sqlite:environment.sqlite3"),
        ("WAYSTATION_CONNECTION", "environment"),
    ];
    let count = |arguments: &[&str], environment: &[(&str, &str)]| {
        let ended = terminal.run_with(&[&["search", "--count"], arguments].concat(), environment, "");
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ended.stdout
    };
    assert_eq!(count(&[], &all[..1]), "1\n");
    assert_eq!(count(&[], &all), "2\n");
    assert_eq!(count(&["--store", "sqlite:flag.sqlite3", "--connection", "flag"], &all), "3\n");
    assert_eq!(count(&["--connection", "flag"], &all), "0\n", "of another connection");
}

#[cfg(unix)]
#[tokio::test]
async fn a_password_is_asked_for_at_a_terminal_and_not_shown() {
    let Some(server) = crate::postgres::PostgresServer::shared() else { return };
    let address = server.fresh_database().await;
    let (user, rest) = address.strip_prefix("postgres://").unwrap().split_once(':').unwrap();
    let (password, host) = rest.split_once('@').unwrap();
    let bare = format!("postgres://{user}@{host}");
    let terminal = Terminal::new();
    terminal.write("users.ndjson", "{\"email\": \"ada@example.com\"}\n");
    let password = password.replace("%2F", "/").replace("%40", "@");
    let asked = "Password of the store: ";
    let ask = |typed: &str| {
        let arguments = ["import", "users.ndjson", "--store", &bare, "--ask-password"];
        terminal.run_typing(&arguments, Typed::HiddenAfter(asked, typed))
    };
    let ended = ask(&password);
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert!(ended.stdout.contains(asked) && !ended.stdout.contains(&password), "{}", ended.stdout);
    let ended = ask("another");
    assert_eq!(ended.code, 1, "{}", ended.stdout);
    assert!(ended.stdout.contains("refuses this user or password"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("another"), "{}", ended.stdout);
}
