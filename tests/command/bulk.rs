use std::io::Write as _;

use serde_json::{Value, json};
use waystation::{
    IdentifierRules as _, PasswordHash, SqliteStore, UserStore as _,
    clock::Timestamp,
    identifier::StandardRules,
    store::OnTombstone,
    user::{Credential, Moved, MovedBy, NewUser, Profile, UserId},
};

use super::{
    terminal::{Ended, Terminal},
    users::{BCRYPT, json_of, lines_of, user, with_users},
};

#[test]
fn users_of_a_file_are_imported_and_found() {
    let terminal = with_users(30);
    let imported = terminal.run(&["import", "users.ndjson", "--source", "old-shop", "--json"]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    assert_eq!(
        (&json_of(&imported)["status"], &json_of(&imported)["report"]["inserted"]),
        (&json!("completed"), &json!(30))
    );

    let found = json_of(&terminal.run(&["search", "user_metadata.number:7", "--json"]));
    assert_eq!(found["users"][0]["legacy"], json!({"source": "old-shop", "id": "7"}));
    assert_eq!(terminal.run(&["search", "email:user1*", "--count"]).stdout, "11\n");
    let shown = terminal.run(&["show", "User7@example.com"]);
    assert!(shown.stdout.contains("\"hash_scheme\": \"bcrypt\"") && !shown.stdout.contains("$2b$"), "{}", shown.stdout);
    assert_eq!(terminal.run(&["show", "nobody@example.com"]).code, 3);
    let stats = json_of(&terminal.run(&["stats", "--json"]));
    assert_eq!((&stats["users"], &stats["by_scheme"]), (&json!(30), &json!({"bcrypt": 30})));
}

#[test]
fn pages_go_on_where_the_one_before_ended() {
    let terminal = with_users(5);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    let (mut after, mut ids) = (None::<String>, Vec::new());
    loop {
        let mut arguments = vec!["search", "--json", "--limit", "2"];
        match &after {
            Some(place) => arguments.extend(["--after", place]),
            None => arguments.extend(["--sort", "email:-1"]),
        }
        let page = json_of(&terminal.run(&arguments));
        ids.extend(page["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()));
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids, ["4", "3", "2", "1", "0"]);
}

#[test]
fn a_query_that_is_wrong_is_shown_at_its_place() {
    let ended = with_users(0).run(&["search", "email:ada* AND last_ip:10"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("\n                 ^^^^^^^"), "{}", ended.stderr);
}

#[test]
fn a_dry_run_says_what_the_import_will_and_writes_nobody() {
    let terminal = with_users(10);
    let report = |ended: Ended| {
        let mut report = json_of(&ended)["report"].clone();
        report.as_object_mut().unwrap().remove("duration");
        report
    };
    let dry = report(terminal.run(&["import", "users.ndjson", "--dry-run", "--json"]));
    assert_eq!(terminal.run(&["search", "--count"]).stdout, "0\n");
    assert_eq!(dry, report(terminal.run(&["import", "users.ndjson", "--json"])));
}

#[test]
fn records_that_fail_can_be_corrected_and_imported_again() {
    let terminal = with_users(4);
    let mut users: Vec<Value> = (0..4).map(user).collect();
    users[1]["email"] = json!("nobody");
    users[3]["email"] = json!("user0@example.com");
    terminal.write("users.ndjson", &lines_of(&users));
    let imported =
        terminal.run(&["import", "users.ndjson", "--quarantine", "failed.ndjson", "--id", "monday", "--json"]);
    assert_eq!(imported.code, 3, "{}", imported.stderr);
    let faults: Vec<Value> = terminal
        .run(&["jobs", "errors", "monday"])
        .stdout
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let told: Vec<_> = faults.iter().map(|it| (it["line"].clone(), it["code"].clone())).collect();
    assert_eq!(told, [(json!(2), json!("FORMAT")), (json!(4), json!("DUPLICATED_USER"))]);
    assert!(!faults.iter().any(|it| it.to_string().contains("example.com") || it.to_string().contains("nobody")));

    let failed = std::fs::read_to_string(terminal.path().join("failed.ndjson")).unwrap();
    let corrected = failed.replace("\"nobody\"", "\"user1@example.com\"").replace("user0@", "user3@");
    terminal.write("corrected.ndjson", &corrected);
    assert_eq!(terminal.run(&["import", "corrected.ndjson"]).code, 0);
    assert_eq!(terminal.run(&["search", "--count"]).stdout, "4\n");
    // A quarantine file that nobody has looked at is not written over.
    let again = terminal.run(&["import", "users.ndjson", "--quarantine", "failed.ndjson"]);
    assert_eq!(again.code, 2);
    assert_eq!(std::fs::read_to_string(terminal.path().join("failed.ndjson")).unwrap(), failed);
    // The name was looked at before anybody was imported.
    assert_eq!(terminal.run(&["jobs", "list"]).stdout.lines().count(), 2);
}

#[test]
fn who_is_there_is_a_conflict_unless_they_may_be_changed() {
    let terminal = with_users(2);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    let again = terminal.run(&["import", "users.ndjson", "--json"]);
    assert_eq!((again.code, &json_of(&again)["report"]["faults"]), (3, &json!({"CONFLICT": 2})));
    assert!(again.stderr.contains("--upsert"), "{}", again.stderr);
    // By whichever key it is.
    terminal.write("nameless.ndjson", "{\"email\": \"user1@example.com\"}\n{\"email\": \"nobody\"}\n");
    let again = terminal.run(&["import", "nameless.ndjson", "--quarantine", "failed.ndjson"]);
    assert!(again.code == 3 && again.stderr.contains("may be changed with --upsert"), "{}", again.stderr);
    // What is put aside is to be imported under the same rules.
    let rules = ["--upsert", "--policy", "reference", "--match-by", "username", "--lift-tombstones", "--strict"];
    let told = terminal.run(&[&["import", "nameless.ndjson", "--quarantine", "more.ndjson"], &rules[..]].concat());
    let again = told.stderr.lines().find(|line| line.contains("correct them")).unwrap();
    for rule in
        ["--strict", "--upsert", "--change-moved", "--match-by username", "--merge names=replace", "--lift-tombstones"]
    {
        assert!(again.contains(rule), "{rule}: {again}");
    }

    let mut named = user(1);
    named["user_metadata"] = json!({"number": 5, "colour": "red"});
    terminal.write("named.json", &json!([named]).to_string());
    let filled = terminal.run(&["import", "named.json", "--upsert", "--json"]);
    assert_eq!((filled.code, &json_of(&filled)["report"]["updated"]), (0, &json!(1)), "{}", filled.stderr);
    let metadata =
        |terminal: &Terminal| json_of(&terminal.run(&["show", "1", "--json"]))["profile"]["user_metadata"].clone();
    assert_eq!(metadata(&terminal), json!({"number": 1, "colour": "red"}));
    let replace = ["import", "named.json", "--upsert", "--merge", "user_metadata=replace"];
    assert_eq!(terminal.run(&replace).code, 0);
    assert_eq!(metadata(&terminal), json!({"number": 5, "colour": "red"}));
    for wrong in ["shoes=replace", "names=whatever", "names"] {
        assert_eq!(terminal.run(&["import", "named.json", "--upsert", "--merge", wrong]).code, 2, "{wrong}");
    }
    // What may be changed means nothing where nobody may be.
    assert_eq!(terminal.run(&["import", "named.json", "--policy", "reference"]).code, 2);
}

#[tokio::test]
async fn people_who_have_moved_are_spared_or_changed_as_the_flags_say() {
    let terminal = with_users(0);
    let ada = StandardRules::new().parse("ada@example.com").unwrap();
    let mut profile = Profile::default();
    profile.name = Some("Ada".to_owned());
    profile.set_identifier(ada);
    let at = Timestamp::from_micros(0);
    let mut ada = NewUser::new(UserId::new("1"), profile, Credential::Hash(PasswordHash::new(BCRYPT)), at);
    ada.moved = Some(Moved::new(at, MovedBy::LogIn));
    let store = SqliteStore::open(terminal.path().join("users.sqlite3"), "default").await.unwrap();
    let _created = store.insert(ada, OnTombstone::Refuse).await.unwrap();
    store.close().await.unwrap();
    terminal.write("newer.json", r#"[{"email": "ada@example.com", "name": "Countess", "nickname": "Countess"}]"#);
    let import = ["import", "newer.json", "--upsert", "--policy", "reference", "--trust-unverified"];
    for (flags, name) in [(&["--spare-moved"][..], "Ada"), (&[], "Countess")] {
        assert_eq!(terminal.run(&[&import[..], flags].concat()).code, 0);
        let shown = json_of(&terminal.run(&["show", "1", "--json"]))["profile"].clone();
        assert_eq!((&shown["name"], &shown["nickname"]), (&json!(name), &json!("Countess")), "{flags:?}");
    }
    assert_eq!(terminal.run(&[&import[..], &["--spare-moved", "--change-moved"]].concat()).code, 2);
    assert_eq!(terminal.run(&["import", "newer.json", "--spare-moved"]).code, 2);
}

#[test]
fn whose_ids_a_file_has_is_told_where_there_is_a_legacy_system() {
    let terminal = with_users(1);
    let note = "ids of the file are taken for ids here";
    assert!(!terminal.run(&["import", "users.ndjson", "--dry-run"]).stderr.contains(note));
    let settings = "store = 'sqlite:users.sqlite3'\n[legacy]\nsystem = 'django'\naddress = 'sqlite:old.sqlite3'\n";
    terminal.write("waystation.toml", settings);
    assert!(terminal.run(&["import", "users.ndjson", "--dry-run"]).stderr.contains(note));
    assert!(!terminal.run(&["import", "users.ndjson", "--dry-run", "--source", "django"]).stderr.contains(note));
}

#[test]
fn standard_input_is_imported_and_leaves_nothing_behind() {
    let terminal = with_users(0);
    let plain = |first| lines_of(&[user(first), user(first + 1)]).into_bytes();
    let gzip = |text: Vec<u8>| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(&text).unwrap();
        packer.finish().unwrap()
    };
    for input in [plain(1), gzip(plain(3)), zstd::encode_all(&*plain(5), 3).unwrap()] {
        let ended = terminal.run_with(&["import", "-", "--json"], &[], input);
        assert_eq!((ended.code, &json_of(&ended)["report"]["inserted"]), (0, &json!(2)), "{}", ended.stderr);
    }
    let left = std::fs::read_dir(terminal.path())
        .unwrap()
        .filter(|it| it.as_ref().unwrap().file_name().to_string_lossy().contains("stdin"));
    assert_eq!(left.count(), 0);
}

#[test]
fn the_same_import_with_the_same_id_is_done_once() {
    let terminal = with_users(3);
    assert_eq!(terminal.run(&["import", "users.ndjson", "--id", "monday"]).code, 0);
    let again = terminal.run(&["import", "users.ndjson", "--id", "monday", "--json"]);
    assert_eq!((again.code, &json_of(&again)["report"]["inserted"]), (0, &json!(3)));
    // Of another file or with other options it is another import.
    assert_eq!(terminal.run(&["import", "users.ndjson", "--id", "monday", "--upsert"]).code, 2);
    assert_eq!(terminal.run(&["import", "users.ndjson", "--id", "mon/day"]).code, 2);
    let listed = terminal.run(&["jobs", "list"]);
    assert_eq!(listed.stdout.lines().count(), 1, "{}", listed.stdout);
    assert!(listed.stdout.trim_end().ends_with("/users.ndjson"), "{}", listed.stdout);
    assert_eq!(terminal.run(&["jobs", "cancel", "monday"]).code, 3);
    for command in
        [&["jobs", "show", "tuesday"][..], &["jobs", "errors", "tuesday"], &["import", "--resume", "tuesday"]]
    {
        let ended = terminal.run(command);
        assert_eq!((ended.code, ended.stderr.contains("tuesday")), (3, true), "{}", ended.stderr);
    }
    assert_eq!(terminal.run(&["jobs", "prune", "--days", "0"]).stdout, "1 forgotten\n");
}

#[cfg(unix)]
#[test]
fn an_import_that_another_process_does_ends_all_the_same() {
    use std::process::{Command, Stdio};

    let terminal = with_users(3);
    // So that there is a store to work on.
    assert_eq!(terminal.run(&["import", "users.ndjson", "--dry-run"]).code, 0);
    let mut worker = Command::new(env!("CARGO_BIN_EXE_waystation"))
        .args(["jobs", "work"])
        .current_dir(terminal.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for round in 0..5 {
        let imported = terminal.run(&["import", "users.ndjson", "--upsert", "--json"]);
        assert_eq!((imported.code, &json_of(&imported)["status"]), (0, &json!("completed")), "round {round}");
    }
    let told = Command::new("kill").args(["-INT", &worker.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(worker.wait().unwrap().code(), Some(0));
}

#[test]
fn a_file_with_nobody_in_it_is_told() {
    let terminal = with_users(0);
    let empty = terminal.run(&["import", "users.ndjson"]);
    assert_eq!(empty.code, 3);
    assert!(empty.stderr.contains("nobody"), "{}", empty.stderr);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_imported_like_standard_input() {
    let terminal = with_users(4);
    let line =
        format!("mkfifo pipe && (cat users.ndjson > pipe &) && {} import pipe", env!("CARGO_BIN_EXE_waystation"));
    let ended = std::process::Command::new("sh").args(["-c", &line]).current_dir(terminal.path()).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(terminal.run(&["search", "--count"]).stdout, "4\n");
}

#[test]
fn whoever_works_on_an_import_wraps_what_it_asks_for() {
    let terminal = with_users(0);
    let md5 = json!({"algorithm": "md5", "hash": {"value": "5f4dcc3b5aa765d61d8327deb882cf99", "encoding": "hex"}});
    terminal.write("weak.ndjson", &lines_of(&[json!({"email": "ada@example.com", "custom_password_hash": md5})]));
    let imported = terminal.run(&["import", "weak.ndjson", "--wrap", "--json"]);
    assert_eq!((imported.code, &json_of(&imported)["report"]["wrapped"]), (0, &json!(1)), "{}", imported.stderr);
    let stats = json_of(&terminal.run(&["stats", "--json"]));
    assert_eq!(stats["by_scheme"], json!({"wrapped": 1}));
}

#[test]
fn a_source_makes_the_ids_of_a_file_those_of_a_log_in() {
    let terminal = with_users(1);
    for source in ["shop", "forum"] {
        terminal.write("one.ndjson", &lines_of(&[json!({"user_id": "7", "email": format!("ada@{source}.example")})]));
        assert_eq!(terminal.run(&["import", "one.ndjson", "--source", source]).code, 0);
    }
    // The same id at two systems is two people.
    assert_eq!(json_of(&terminal.run(&["show", "7", "--source", "forum", "--json"]))["id"], "forum|7");
    assert_eq!(json_of(&terminal.run(&["show", "7", "--source", "shop", "--json"]))["id"], "shop|7");
}

#[test]
fn columns_of_another_system_are_renamed() {
    let terminal = with_users(0);
    terminal.write("users.csv", "UID;mail;plan;joined\n7;ada@example.com;gold;2019\n");
    let fields =
        ["--field", "UID=user_id", "--field", "mail=email", "--field", "plan=app_metadata.plan", "--field", "joined="];
    let imported = terminal.run(&[&["import", "users.csv"], &fields[..]].concat());
    assert_eq!(imported.code, 0, "{}{}", imported.stdout, imported.stderr);
    let shown = json_of(&terminal.run(&["show", "7", "--json"]));
    assert_eq!(shown["profile"]["app_metadata"], json!({"plan": "gold"}));
    // What is to be the contrary, and what nobody says.
    terminal.write("more.csv", "mail;active\nbob@example.com;no\n");
    let fields = ["--field", "mail=email", "--field", "active=!blocked"];
    let constants = ["--constant", "app_metadata.shop=3", "--constant", "user_metadata.from=the old shop"];
    let imported = terminal.run(&[&["import", "more.csv"], &fields[..], &constants[..]].concat());
    assert_eq!(imported.code, 0, "{}{}", imported.stdout, imported.stderr);
    let profile = &json_of(&terminal.run(&["show", "bob@example.com", "--json"]))["profile"];
    assert_eq!(
        (&profile["blocked"], &profile["app_metadata"], &profile["user_metadata"]),
        (&json!(true), &json!({"shop": 3}), &json!({"from": "the old shop"}))
    );
    // A column that nobody named is refused, and so is a map that is none.
    assert_eq!(terminal.run(&["import", "users.csv", "--field", "UID=user_id"]).code, 3);
    assert_eq!(terminal.run(&["import", "users.csv", "--field", "UID"]).code, 2);
    assert_eq!(terminal.run(&["import", "users.csv", "--constant", "blocked"]).code, 2);
}

#[test]
fn a_hash_export_is_merged_with_the_export_of_its_users() {
    let terminal = with_users(0);
    let id = "5dea9f9c82dd7c0e76e4ec93";
    let hash = json!({"_id": {"$oid": id}, "email": "ada@example.com", "passwordHash": BCRYPT});
    terminal.write("hashes.ndjson", &format!("{hash}\n"));
    let user = json!({"user_id": format!("auth0|{id}"), "email": "ada@example.com", "logins_count": 3});
    terminal.write("export.ndjson", &format!("{user}\n"));
    let arguments = ["export.ndjson", "--format", "users-export", "--hashes", "hashes.ndjson", "--id-prefix", "auth0|"];
    let imported = terminal.run(&[&["import"], &arguments[..]].concat());
    assert_eq!(imported.code, 0, "{}{}", imported.stdout, imported.stderr);
    let shown = json_of(&terminal.run(&["show", id, "--json"]));
    assert_eq!((&shown["hash_scheme"], &shown["login_count"]), (&json!("bcrypt"), &json!(3)));
    assert!(imported.stderr.contains("1 of 1 users have a hash"), "{}", imported.stderr);
}

#[test]
fn records_as_long_as_they_may_be_are_taken_where_that_is_said() {
    let terminal = with_users(0);
    let long = json!({"email": "ada@example.com", "app_metadata": {"note": "x".repeat(1 << 20)}});
    terminal.write("long.ndjson", &format!("{long}\n"));
    let refused = terminal.run(&["import", "long.ndjson", "--json"]);
    assert_eq!((refused.code, &json_of(&refused)["report"]["faults"]), (3, &json!({"MAX_LENGTH": 1})));
    let taken = terminal.run(&["import", "long.ndjson", "--record-bytes", "2000000"]);
    assert_eq!(taken.code, 0, "{}{}", taken.stdout, taken.stderr);
    assert_eq!(terminal.run(&["import", "long.ndjson", "--record-bytes", "1"]).code, 2);
    // And a file that is packed harder than any is on its own.
    terminal.write("hard.ndjson", &format!("{}\n", json!({"email": "bob@example.com"})));
    let hard = [std::fs::read(terminal.path().join("hard.ndjson")).unwrap(), vec![b'\n'; 16 << 20]].concat();
    std::fs::write(terminal.path().join("hard.ndjson.zst"), zstd::encode_all(&*hard, 19).unwrap()).unwrap();
    assert_eq!(terminal.run(&["import", "hard.ndjson.zst"]).code, 1);
    let taken = terminal.run(&["import", "hard.ndjson.zst", "--ratio", "100000"]);
    assert_eq!(taken.code, 3, "bob was imported before it was too much: {}{}", taken.stdout, taken.stderr);
}

#[test]
fn a_hash_export_of_other_users_is_told_and_fails() {
    let terminal = with_users(0);
    let hash = json!({"_id": {"$oid": "5dea9f9c82dd7c0e76e4ec93"}, "email": "ada@example.com", "passwordHash": BCRYPT});
    terminal.write("hashes.ndjson", &format!("{hash}\n"));
    terminal.write("export.ndjson", &format!("{}\n", json!({"user_id": "auth0|7", "email": "bob@example.com"})));
    let arguments = ["export.ndjson", "--format", "users-export", "--hashes", "hashes.ndjson", "--id-prefix", "auth0|"];
    let imported = terminal.run(&[&["import"], &arguments[..]].concat());
    assert_eq!(imported.code, 3, "{}{}", imported.stdout, imported.stderr);
    for told in ["0 of 1 users have a hash", "the hash export is of other users"] {
        assert!(imported.stderr.contains(told), "{}", imported.stderr);
    }
}

#[test]
fn known_passwords_prove_the_hashes_of_a_file_before_it_is_imported() {
    let terminal = with_users(3);
    let known = |identifier: &str, password: &str| json!({"identifier": identifier, "password": password});
    let right = [known("User1@example.com", "shh")];
    let wrong =
        [known("user1@example.com", "shh"), known("user2@example.com", "shhh"), known("nobody@example.com", "x")];
    terminal.write("right.ndjson", &lines_of(&right));
    terminal.write("wrong.ndjson", &lines_of(&wrong));
    let proven = terminal.run(&["import", "users.ndjson", "--prove", "right.ndjson"]);
    assert_eq!((proven.code, proven.stdout.as_str()), (0, "     1  proven  bcrypt\n"), "{}", proven.stderr);
    let not = terminal.run(&["import", "users.ndjson", "--prove", "wrong.ndjson", "--json"]);
    let verdicts: Vec<Value> =
        not.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["verdict"].clone()).collect();
    assert_eq!((not.code, verdicts), (3, vec![json!("proven"), json!("mismatch"), json!("not_found")]));
    assert!(!terminal.path().join("users.sqlite3").exists(), "nothing was to be written");
}

#[test]
fn what_stands_before_a_cut_is_imported_and_the_cut_is_told() {
    let terminal = with_users(0);
    terminal.write("cut.ndjson", "{\"email\": \"a@example.com\"}\n{\"email\": \"b@exa");
    let ended = terminal.run(&["import", "cut.ndjson", "--json"]);
    assert_eq!((ended.code, &json_of(&ended)["report"]["inserted"]), (1, &json!(1)), "{}", ended.stderr);
    assert!(ended.stderr.contains("line 2"), "{}", ended.stderr);
}

#[test]
fn a_store_of_sqlite_is_whole_in_its_file_when_the_command_has_ended() {
    let terminal = with_users(30);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    std::fs::copy(terminal.path().join("users.sqlite3"), terminal.path().join("copy.sqlite3")).unwrap();
    assert_eq!(terminal.run(&["search", "--count", "--store", "sqlite:copy.sqlite3"]).stdout, "30\n");
}

#[test]
fn nobody_is_shown_a_second_factor_or_what_a_terminal_obeys() {
    let terminal = with_users(0);
    let ada = json!({"user_id": "\u{1b}[31mred\n2", "email": "ada@example.com",
        "mfa_factors": [{"totp": {"secret": "JBSWY3DPEHPK3PXP"}}]});
    terminal.write("ada.ndjson", &ada.to_string());
    assert_eq!(terminal.run(&["import", "ada.ndjson"]).code, 0);
    for arguments in [&["show", "ada@example.com"][..], &["search", "--json"], &["search", "-name:nobody"]] {
        let ended = terminal.run(arguments);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(ended.stdout.contains("ada@example.com"), "{arguments:?}");
        assert!(!ended.stdout.contains("JBSW") && !ended.stdout.contains('\u{1b}'), "{}", ended.stdout);
    }
    assert!(terminal.run(&["show", "ada@example.com"]).stdout.contains("\"totp\""));
}

#[test]
fn names_that_are_nothing_are_refused() {
    let terminal = with_users(1);
    for arguments in [
        &["import", "users.ndjson", "--source", ""][..],
        &["import", "users.ndjson", "--source", "a|b"],
        &["import", "users.ndjson", "--connection", " "],
        &["import", "users.ndjson", "--hashes", "users.ndjson"],
        &["stats", "--config", "nofile.toml"],
    ] {
        let ended = terminal.run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?} {}", ended.stderr);
    }
    assert!(!terminal.path().join("users.sqlite3").exists());
}

#[test]
fn a_record_that_cannot_be_imported_is_not_said_to_be_missing() {
    let terminal = with_users(0);
    terminal.write(
        "users.ndjson",
        "{\"email\": \"a@example.com\", \"password_hash\": \"5f4dcc3b5aa765d61d8327deb882cf99\"}\n",
    );
    terminal.write("known.ndjson", "{\"identifier\": \"a@example.com\", \"password\": \"password\"}\n");
    let ended = terminal.run(&["import", "users.ndjson", "--prove", "known.ndjson"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, "     1  refused  line 1: hash.ambiguous\n"));
}

#[test]
fn a_file_that_was_named_stays_whatever_it_is_called() {
    let terminal = with_users(3);
    let name = "waystation-stdin-a.input";
    std::fs::rename(terminal.path().join("users.ndjson"), terminal.path().join(name)).unwrap();
    assert_eq!(terminal.run(&["import", name]).code, 0);
    assert!(terminal.path().join(name).exists());
}

#[test]
fn the_schema_is_printed_without_a_file_and_without_a_store() {
    let terminal = with_users(3);
    for (arguments, schema) in [
        (&["import", "--schema"][..], waystation::bulk::IMPORT_SCHEMA),
        (&["import", "--schema", "--strict"], waystation::bulk::STRICT_IMPORT_SCHEMA),
        // Nobody asks whether there is such a store.
        (&["import", "--schema", "--store", "mysql://nowhere.invalid/users"], waystation::bulk::IMPORT_SCHEMA),
    ] {
        let printed = terminal.run(arguments);
        assert_eq!((printed.code, printed.stdout.as_str()), (0, schema), "{}", printed.stderr);
    }
    let left: Vec<_> = std::fs::read_dir(terminal.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("sqlite")), "{left:?}");
    for beside in [&["users.ndjson"][..], &["--resume", "1"], &["--upsert"], &["--quarantine", "failed.ndjson"]] {
        let refused = terminal.run(&[&["import", "--schema"], beside].concat());
        assert!(refused.code == 2 && refused.stdout.is_empty(), "{beside:?}: {}", refused.stderr);
    }
}

/// Nothing of them can be imported, and what is wrong is said with what to do.
#[test]
fn what_is_no_import_file_fails_and_says_so() {
    let terminal = with_users(3);
    let gzip = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let users = std::fs::read(terminal.path().join("users.ndjson")).unwrap();
    let packed = gzip(&users);
    let utf16: Vec<u8> = [0xfeff].into_iter().chain("[{}]".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bomb = gzip(&vec![b' '; 64 << 20]);
    for (name, bytes, words) in [
        ("text", b"hello".to_vec(), "say which format it is"),
        ("half an array", b"[{\"email\": ".to_vec(), "repair it, or fetch it again"),
        ("utf-16", utf16, "write it as UTF-8"),
        ("zip", b"PK\x03\x04somewhat".to_vec(), "unpack it, or save the sheet as CSV"),
        ("cut gzip", packed[..packed.len() / 2].to_vec(), "fetch it again"),
        ("bomb", bomb, "unpack it yourself"),
    ] {
        std::fs::write(terminal.path().join("input"), bytes).unwrap();
        let ended = terminal.run(&["import", "input"]);
        assert_eq!(ended.code, 1, "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{name}: {}", ended.stderr);
    }
    let nested = ["[".repeat(10_000), "]".repeat(10_000)].concat();
    terminal.write("input", &nested);
    let ended = terminal.run(&["import", "input"]);
    assert!(ended.code == 3 && ended.stderr.contains("jobs errors"), "{}", ended.stderr);
    assert_eq!(terminal.run(&["search", "--count"]).stdout, "0\n");
}
