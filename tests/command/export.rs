//! What the command writes of users, and how.

use serde_json::{Value, json};

use super::users::{json_of, lines_of, with_users};

#[test]
fn who_leaves_has_as_easy_a_way_as_who_comes() {
    let (here, there) = (with_users(25), with_users(0));
    assert_eq!(here.run(&["import", "users.ndjson", "--source", "old-shop"]).code, 0);
    for name in ["all.ndjson", "all.json.gz", "all.json.zst"] {
        let exported = here.run(&["export", name, "--secrets"]);
        assert_eq!((exported.code, exported.stderr.starts_with("25 users, ")), (0, true), "{}", exported.stderr);
        let file = here.path().join(name);
        let store = format!("sqlite:{name}.sqlite3");
        let imported = there.run(&["import", file.to_str().unwrap(), "--store", &store, "--json"]);
        assert_eq!((imported.code, &json_of(&imported)["report"]["inserted"]), (0, &json!(25)), "{}", imported.stderr);
        let again = there.run(&["export", "--store", &store, "--secrets"]);
        let first = here.run(&["export", "--secrets"]);
        // All that an import into an empty store does not take is when the row was last changed.
        let without = |text: &str| -> Vec<Value> {
            let users = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            users
                .map(|mut user| {
                    user["waystation"].as_object_mut().unwrap().remove("updated_at");
                    user
                })
                .collect()
        };
        assert_eq!(without(&again.stdout), without(&first.stdout), "{name}");
        assert!(first.stdout.contains("$2b$10$"));
    }
    assert!(!here.run(&["export"]).stdout.contains("$2b$10$"));
}

#[test]
fn a_table_has_the_fields_that_were_asked_for() {
    let terminal = with_users(12);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    let fields = ["--field", "user_id=Id", "--field", "user_metadata.number"];
    let exported = terminal.run(&[&["export", "--format", "csv", "--query", "email:user1*"], &fields[..]].concat());
    assert_eq!(
        exported.stdout.lines().collect::<Vec<_>>(),
        ["Id,user_metadata.number", "\"1\",1", "\"10\",10", "\"11\",11",]
    );
    assert_eq!(terminal.run(&["export", "--field", "password_hash"]).code, 2);
    // What is no directory takes no file, and nothing is left behind.
    assert_eq!(terminal.run(&["export", "nowhere/users.csv"]).code, 1);
    assert_eq!(terminal.run(&["export", "table.csv", "--secrets"]).code, 2);
}

#[test]
fn an_export_writes_over_nothing_unless_told() {
    let terminal = with_users(2);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    terminal.write("backup.ndjson", "precious\n");
    assert_eq!(terminal.run(&["export", "backup.ndjson"]).code, 2);
    let kept = std::fs::read_to_string(terminal.path().join("backup.ndjson")).unwrap();
    assert_eq!(kept, "precious\n");
    assert_eq!(terminal.run(&["export", "backup.ndjson", "--force"]).code, 0);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("backup.ndjson", terminal.path().join("link.ndjson")).unwrap();
        for what_is_no_file in ["/dev/null", "link.ndjson", "."] {
            assert_eq!(terminal.run(&["export", what_is_no_file, "--force"]).code, 2, "{what_is_no_file}");
        }
    }
}

#[test]
fn an_export_is_packed_and_read_as_it_is_asked_to_be() {
    let terminal = with_users(300);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    let plain = terminal.run(&["export"]).stdout;
    assert_eq!(plain.lines().count(), 300);
    for (pack, magic) in [("gzip", &[0x1f, 0x8b][..]), ("zstd", &[0x28, 0xb5, 0x2f, 0xfd]), ("none", b"{\"")] {
        let name = format!("users.{pack}");
        assert_eq!(terminal.run(&["export", &name, "--pack", pack, "--without-snapshot"]).code, 0);
        let written = std::fs::read(terminal.path().join(&name)).unwrap();
        assert!(written.starts_with(magic), "{pack}");
        let store = format!("sqlite:{pack}.sqlite3");
        let imported = terminal.run(&["import", &name, "--store", &store, "--json"]);
        assert_eq!((imported.code, &json_of(&imported)["report"]["inserted"]), (0, &json!(300)), "{}", imported.stderr);
    }
    assert_eq!(terminal.run(&["export", "--pack", "lzma"]).code, 2);
}

#[test]
fn what_a_spreadsheet_would_compute_is_marked_unless_programs_read_it() {
    let terminal = with_users(0);
    let users = [json!({"user_id": "1", "email": "ada@example.com", "name": "=1+1", "nickname": "ada"})];
    terminal.write("users.ndjson", &lines_of(&users));
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    let cells = |texts: &[&str]| {
        let fields = ["export", "--format", "csv", "--field", "name", "--field", "nickname"];
        terminal.run(&[&fields[..], texts].concat()).stdout.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(cells(&[]), "\"'=1+1\",\"ada\"");
    assert_eq!(cells(&["--texts", "mark-computed"]), cells(&[]));
    assert_eq!(cells(&["--texts", "mark-all"]), "\"'=1+1\",\"'ada\"");
    assert_eq!(cells(&["--texts", "as-they-are"]), "\"=1+1\",\"ada\"");
}

#[test]
fn a_table_has_no_more_columns_than_may_be() {
    let terminal = with_users(1);
    assert_eq!(terminal.run(&["import", "users.ndjson"]).code, 0);
    let fields: Vec<String> =
        (0..31).flat_map(|number| ["--field".into(), format!("user_metadata.n{number}")]).collect();
    let run = |more: &[&str]| {
        let arguments = ["export", "--format", "csv"].into_iter().chain(fields.iter().map(String::as_str));
        terminal.run(&arguments.chain(more.iter().copied()).collect::<Vec<_>>())
    };
    let refused = run(&[]);
    assert!(refused.code == 1 && refused.stderr.contains("31"), "{}", refused.stderr);
    let taken = run(&["--most-columns", "31"]);
    assert_eq!((taken.code, taken.stdout.lines().next().unwrap().split(',').count()), (0, 31), "{}", taken.stderr);
}
