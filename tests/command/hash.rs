use serde_json::{Value, json};

use super::{terminal::Terminal, users::BCRYPT};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_line_gets_its_own_verdict() {
    let md5 = json!({"algorithm": "md5", "hash": {"value": "67A1E09BB1F83F5007DC119C14D663AA", "encoding": "hex"},
        "salt": {"value": "salt", "position": "prefix"}});
    let plain = "5f4dcc3b5aa765d61d8327deb882cf99";
    let input = [
        json!({"hash": BCRYPT, "password": "shh"}),
        json!({"hash": BCRYPT, "password_b64": "c2ho"}),
        json!({"hash": BCRYPT, "password": "shhh"}),
        json!({"custom_password_hash": md5, "password": "password"}),
        json!({"hash": plain, "password": "password"}),
        json!({"hash": plain, "password": "password", "format": "django"}),
        json!({"hash": "e7b2d6e2cd1d4b5ab2ba60c2a2d6a7d1", "password": "x", "format": "vbulletin"}),
        json!({"hash": "!", "password": "x"}),
        json!({"hash": "$argon2id$v=19$m=4194304,t=3,p=1$c29tZXNhbHQ$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "password": "x"}),
        json!({"hash": "$2b$10$short", "password": "x"}),
        json!({"hash": "what", "password": "x", "format": "rot13"}),
        json!({"hash": BCRYPT}),
        json!({"hash": BCRYPT, "password": "a", "password_b64": "YQ=="}),
        json!({"hash": BCRYPT, "pasword": "a"}),
    ];
    let mut input: Vec<String> = input.iter().map(Value::to_string).collect();
    input.insert(1, String::new());
    input.push("{not json".into());
    let ended = Terminal::new().run_with(&["hash", "check", "--json"], &[], input.join("\n"));

    let verdicts: Vec<(u64, String)> = lines(&ended.stdout)
        .iter()
        .map(|it| (it["line"].as_u64().unwrap(), it["verdict"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        (1, "match"),
        (3, "match"),
        (4, "mismatch"),
        (5, "match"),
        (6, "ambiguous"),
        (7, "match"),
        (8, "incomplete"),
        (9, "locked"),
        (10, "too_costly"),
        (11, "malformed"),
        (12, "unsupported"),
        (13, "unreadable"),
        (14, "unreadable"),
        (15, "unreadable"),
        (16, "unreadable"),
    ];
    assert_eq!(verdicts, expected.map(|(line, verdict)| (line, verdict.to_owned())));
    assert_eq!((ended.code, ended.stderr.as_str()), (3, "4 of 15 match\n"));
    for secret in [BCRYPT, plain, "$short", "shh", "not json", "pasword", "what"] {
        assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret), "{secret}");
    }
}

#[test]
fn all_that_match_end_with_zero_and_none_at_all_does_not() {
    let line = json!({"hash": BCRYPT, "password": "shh"}).to_string();
    let ended = Terminal::new().run_with(&["hash", "check"], &[], &line);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "     1  match, bcrypt\n"));
    assert_eq!(Terminal::new().run(&["hash", "check"]).code, 3);
}

#[test]
fn context_of_other_columns_opens_a_hash() {
    // md5(md5('password') . 'x7Qa'), by Python's hashlib.
    let hash = "2193a6323a77dc2306508152ae793a3b";
    let terminal = Terminal::new();
    terminal.write("waystation.toml", "[formats]\nforum = 'md5(md5($pass) . $salt)'\n");
    for (context, password, verdict) in [
        (json!({"salt": "x7Qa"}), "password", "match"),
        (json!({"salt_b64": "eDdRYQ=="}), "password", "match"),
        (json!({"salt": "x7Qb"}), "password", "mismatch"),
        (json!({}), "password", "incomplete"),
    ] {
        let line = json!({"hash": hash, "format": "forum", "context": context, "password": password});
        let ended = terminal.run_with(&["hash", "check", "--json"], &[], line.to_string());
        let told = &lines(&ended.stdout)[0];
        assert_eq!((&told["verdict"], &told["scheme"]), (&json!(verdict), &json!("forum")), "{context}");
    }
}

#[test]
fn a_home_made_format_that_is_wrong_is_shown_at_its_place() {
    let terminal = Terminal::new();
    terminal.write("waystation.toml", "[formats]\nforum = 'md5(sha7($pass))'\n");
    let ended = terminal.run_with(&["hash", "check"], &[], "");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("`forum`") && ended.stderr.contains("^^^^"), "{}", ended.stderr);
}

#[test]
fn hashes_are_identified_line_by_line() {
    let input = format!("{BCRYPT}\n{{SSHA}}AAAA\n5f4dcc3b5aa765d61d8327deb882cf99\n{{bad\n");
    let ended = Terminal::new().run_with(&["hash", "identify", "--json"], &[], &input);
    let told: Vec<Value> = lines(&ended.stdout);
    assert_eq!(told[0], json!({"line": 1, "verdict": "known", "scheme": "bcrypt", "strength": "slow"}));
    assert_eq!((&told[1]["verdict"], &told[1]["scheme"]), (&json!("malformed"), &json!("ldap-ssha")));
    assert_eq!(told[2]["candidates"], json!(["md4", "md5", "nt-hash"]));
    assert_eq!(told[3]["verdict"], "unreadable");
    assert_eq!(ended.code, 3);
}

#[test]
fn a_wrapped_hash_opens_with_the_same_password() {
    let terminal = Terminal::new();
    let line = json!({"hash": "5f4dcc3b5aa765d61d8327deb882cf99", "format": "md5"}).to_string();
    let wrapped = terminal.run_with(&["hash", "wrap"], &[], &line);
    assert_eq!(wrapped.code, 0);
    let stored = &lines(&wrapped.stdout)[0];
    assert_eq!(stored["line"], 1);
    let line = json!({"hash": stored["text"], "format": stored["scheme"], "password": "password"}).to_string();
    assert_eq!(terminal.run_with(&["hash", "check"], &[], &line).code, 0);
    // What is Argon2 already is told, and not wrapped again.
    let again = terminal.run_with(&["hash", "wrap"], &[], json!({"hash": stored["text"]}).to_string());
    assert_eq!((again.code, again.stdout.as_str()), (3, ""));
}

#[test]
fn a_pepper_of_the_settings_is_used() {
    let terminal = Terminal::new();
    terminal.write("pepper", "sixteen bytes or more");
    terminal.write("waystation.toml", "[peppers]\n2026 = 'pepper'\n");
    let line = json!({"hash": "5f4dcc3b5aa765d61d8327deb882cf99", "format": "md5"}).to_string();
    let wrapped = terminal.run_with(&["hash", "wrap"], &[], &line);
    let stored = &lines(&wrapped.stdout)[0];
    assert_eq!(stored["context"]["pepper"], "2026");
    let line =
        json!({"hash": stored["text"], "format": "wrapped", "context": {"pepper": "2026"}, "password": "password"});
    assert_eq!(terminal.run_with(&["hash", "check"], &[], line.to_string()).code, 0);
    terminal.write("pepper", "other bytes, and as many");
    assert_eq!(terminal.run_with(&["hash", "check"], &[], line.to_string()).code, 3);
}

#[test]
fn parameters_are_proposed_for_this_machine() {
    let ended = Terminal::new().run(&["hash", "calibrate", "--target", "1", "--json"]);
    assert_eq!(ended.code, 0);
    // A millisecond is less than the recommendation takes, and less than that is never proposed.
    assert_eq!(lines(&ended.stdout)[0], json!({"memory_kib": 19 << 10, "passes": 2, "lanes": 1}));
    assert_eq!(Terminal::new().run(&["hash", "calibrate", "--memory", "8"]).code, 1);
}
