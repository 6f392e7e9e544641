use super::terminal::Terminal;

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
