//! What `pg_dump` writes, against a writer that is as slow as it is plain; and what is no such dump, or not whole.

use std::io::{Cursor, Read};

use proptest::{collection::vec, option, prelude::*, sample::Index};
use waystation::bulk::{ImportFormat, Place, ReadError, ReadOptions, RecordReader, RecordSource, RecordSplitter};

/// One byte at a time.
struct Dripping(Cursor<Vec<u8>>);

impl Read for Dripping {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

/// Somebody of a table: the address, and a role of any text.
type Row = (String, Option<String>);

/// What stands between the rows, in a dump of many tables.
#[derive(Clone, Debug)]
enum Other {
    /// A table that nobody wants, with any text in it.
    Rows(Vec<String>),
    /// A function whose body is any text.
    Function(String),
    Comment(String),
}

/// How a dump is written.
#[derive(Clone, Copy, Debug)]
struct Form {
    copies: bool,
    quotes: bool,
    /// Rows of an `INSERT`.
    at_once: usize,
    /// Whether backslashes in any text are doubled, as servers want it whose `standard_conforming_strings` are off.
    escapes: bool,
}

impl Form {
    fn header(self, schema: &str, table: &str, columns: &[&str]) -> String {
        let name = |name: &str| if self.quotes { format!("\"{name}\"") } else { name.to_owned() };
        let columns = columns.iter().map(|column| name(column)).collect::<Vec<_>>().join(", ");
        let table = format!("{}.{} ({columns})", name(schema), name(table));
        if self.copies { format!("COPY {table} FROM stdin;\n") } else { format!("INSERT INTO {table} VALUES") }
    }

    fn text(self, text: Option<&str>) -> String {
        match text {
            None if self.copies => "\\N".to_owned(),
            None => "NULL".to_owned(),
            Some(text) if self.copies => {
                let escapes =
                    [("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\u{8}", "\\b"), ("\u{b}", "\\v")];
                escapes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
            }
            Some(text) => {
                let text = if self.escapes { text.replace('\\', "\\\\") } else { text.to_owned() };
                format!("'{}'", text.replace('\'', "''"))
            }
        }
    }

    fn rows(self, schema: &str, table: &str, columns: &[&str], rows: &[Vec<Option<&str>>]) -> String {
        let header = self.header(schema, table, columns);
        let row = |row: &Vec<Option<&str>>| row.iter().map(|text| self.text(*text)).collect::<Vec<_>>();
        if self.copies {
            let lines: String = rows.iter().map(|it| row(it).join("\t") + "\n").collect();
            return format!("{header}{lines}\\.\n\n");
        }
        let lists =
            |rows: &[Vec<Option<&str>>]| rows.iter().map(|it| format!("({})", row(it).join(", "))).collect::<Vec<_>>();
        let inserts = rows.chunks(self.at_once).map(|rows| format!("{header}\n\t{};\n", lists(rows).join(",\n\t")));
        inserts.collect::<Vec<_>>().concat()
    }

    fn dump(self, people: &[Row], others: &[Other]) -> String {
        let begin = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\nSET client_encoding = 'UTF8';\n";
        let strings = if self.escapes { "off" } else { "on" };
        let mut text = format!("{begin}SET standard_conforming_strings = {strings};\n\n");
        let users: Vec<_> = people.iter().map(|(email, role)| vec![Some(&**email), None, role.as_deref()]).collect();
        let users = self.rows("auth", "users", &["email", "phone", "role"], &users);
        let middle = others.len() / 2;
        for (place, other) in others.iter().enumerate() {
            if place == middle {
                text.push_str(&users);
            }
            match other {
                Other::Rows(texts) => {
                    let rows: Vec<_> = texts.iter().map(|text| vec![Some(&**text)]).collect();
                    text.push_str(&self.rows("public", "users", &["email"], &rows));
                }
                Other::Function(body) => {
                    let body = body.replace("$of_it$", "");
                    let created = "CREATE FUNCTION public.f() RETURNS text\n    AS";
                    text = [&*text, created, " $of_it$", &body, "$of_it$;\n\n"].concat();
                }
                Other::Comment(comment) => {
                    let literal = comment.replace('\\', "\\\\").replace('\'', "''");
                    let line = comment.replace(['\n', '\r'], " ");
                    let of_table = "COMMENT ON TABLE public.users IS E'";
                    text = [&*text, of_table, &literal, "';\n-- Name: ", &line, "\n"].concat();
                }
            }
        }
        if others.is_empty() {
            text.push_str(&users);
        }
        text + "\n--\n-- PostgreSQL database dump complete\n--\n\n"
    }
}

/// Any text, and what SQL takes for something.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("\nCOPY auth.users (email) FROM stdin;\nmallory@example.com\n\\.\n".to_owned()),
        Just("\nINSERT INTO auth.users (email) VALUES\n\t('mallory@example.com');\n".to_owned()),
        "[a-zé'\"\\\\;,()$\t\n\r*/-]{0,6}",
        Just("\\.".to_owned()),
        Just("$$".to_owned()),
        Just("--".to_owned()),
        Just("\\N".to_owned()),
    ];
    vec(word, 1..4).prop_map(|words| words.concat())
}

fn other() -> impl Strategy<Value = Other> {
    prop_oneof![
        vec(text(), 1..4).prop_map(Other::Rows),
        text().prop_map(Other::Function),
        text().prop_map(Other::Comment),
    ]
}

fn reader(input: impl Read + Send + 'static) -> RecordReader {
    RecordReader::new(input, Some(ImportFormat::Supabase), ReadOptions::default()).unwrap()
}

/// Who is read, and from where the next one is.
fn people(mut reader: RecordReader, from: Place) -> Result<Vec<(Row, Place)>, ReadError> {
    reader.resume(from)?;
    let mut people = Vec::new();
    while let Some(record) = reader.next()? {
        let user = record.user.unwrap();
        let role = user.profile.app_metadata.get("role").map(|role| role.as_str().unwrap().to_owned());
        people.push(((user.profile.email.as_ref().unwrap().original().to_owned(), role), record.end));
    }
    Ok(people)
}

fn code(text: impl Into<Vec<u8>>) -> &'static str {
    let mut reader = reader(Cursor::new(text.into()));
    loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => return "",
            Err(error) => return error.code,
        }
    }
}

proptest! {
    #[test]
    fn the_rows_of_a_dump_are_read_as_they_are_wherever_reading_begins_and_however_they_arrive(
        people_of in vec((1..1_000_000_u32, option::of(text())), 1..8),
        others in vec(other(), 0..5),
        (copies, quotes, at_once, escapes) in (any::<bool>(), any::<bool>(), 1..4_usize, any::<bool>()),
    ) {
        let rows: Vec<Row> =
            people_of.into_iter().map(|(number, role)| (format!("p{number}@example.com"), role.filter(|role| !role.is_empty()))).collect();
        let dump = Form { copies, quotes, at_once, escapes }.dump(&rows, &others);
        let found = people(reader(Cursor::new(dump.clone().into_bytes())), Place::START).unwrap();
        prop_assert_eq!(found.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>(), rows, "{}", &dump);
        let dripping = people(reader(Dripping(Cursor::new(dump.clone().into_bytes()))), Place::START).unwrap();
        prop_assert_eq!(&found, &dripping);
        for (place, (_, end)) in found.iter().enumerate() {
            let rest = people(reader(Cursor::new(dump.clone().into_bytes())), *end).unwrap();
            prop_assert_eq!(&found[place + 1..], &rest[..]);
        }
    }

    #[test]
    fn a_dump_that_is_cut_off_is_never_taken_for_a_whole_one(
        people_of in vec(text(), 1..4), others in vec(other(), 0..3), copies in any::<bool>(), cut in any::<Index>(),
    ) {
        let rows: Vec<Row> = people_of.into_iter().map(|role| ("p@example.com".to_owned(), Some(role))).collect();
        let dump = Form { copies, quotes: true, at_once: 2, escapes: false }.dump(&rows, &others);
        let whole = dump.trim_end().trim_end_matches("\n--").len();
        let mut cut = cut.index(whole);
        while !dump.is_char_boundary(cut) {
            cut -= 1;
        }
        // The very first line says that it is a dump.
        if cut > 30 {
            let found = code(&dump[..cut]);
            prop_assert!(matches!(found, "dump.cut" | "dump.table"), "{found}: {}", &dump[..cut]);
        }
    }
}

#[test]
fn what_is_no_dump_of_the_table_says_what_to_do() {
    let rows = "COPY auth.users (id, email) FROM stdin;\n1\tada@example.com\n\\.\n";
    for (text, expected) in [
        ("PGDMP\u{1}\u{f}", "dump.archive"),
        ("--\n-- PostgreSQL database dump\n--\nSET a = 1;\n-- PostgreSQL database dump complete\n", "dump.table"),
        ("COPY auth.identities (id) FROM stdin;\n1\n\\.\n", "dump.table"),
        ("INSERT INTO auth.users VALUES (1, 'ada@example.com');\n", "dump.columns"),
        (&format!("{rows}COPY auth.users (id) FROM stdin;\n2\n\\.\n"), "dump.columns"),
        (&format!("{rows}INSERT INTO auth.users (id, email) VALUES (2, 'b@example.com');\n"), "dump.columns"),
        (&format!("-- PostgreSQL database dump\n{rows}"), "dump.cut"),
        ("COPY auth.users (id, email) FROM stdin;\n1\tada@example.com\n", "dump.cut"),
        ("INSERT INTO auth.users (id, email) VALUES (1, 'ada@example.com'", "dump.cut"),
        ("INSERT INTO auth.users (id, email) VALUES (1, 'ada@example.com')", "dump.cut"),
        ("COPY auth.users (id, app_metadata, app_metadata.plan) FROM stdin;\n", "dump.table"),
        ("COPY auth.users (id, \"app_metadata\", \"app_metadata.plan\") FROM stdin;\n", "csv.header"),
        (rows, ""),
        ("COPY auth.users (id, email) FROM stdin;\n\\.\n", ""),
        (
            "INSERT INTO auth.users (id, email) OVERRIDING SYSTEM VALUE VALUES (1, 'a@example.com') ON CONFLICT DO NOTHING;\n",
            "",
        ),
    ] {
        let found =
            match RecordReader::new(Cursor::new(text.to_owned()), Some(ImportFormat::Supabase), ReadOptions::default())
            {
                Ok(_) => code(text),
                Err(error) => error.code,
            };
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_bad_row_of_a_dump_costs_that_row_alone() {
    let dump = b"COPY auth.users (id, email) FROM stdin;\n1\n2\tb@example.com\tmore\n3\t\xff\n4\td@example.com\n\\.\n"
        .to_vec();
    let details = |dump: Vec<u8>| {
        let mut reader = reader(Cursor::new(dump));
        std::iter::from_fn(|| reader.next().unwrap())
            .map(|record| record.user.err().map(|faults| faults[0].detail.to_string()))
            .collect::<Vec<_>>()
    };
    let [ragged, row] = ["dump.ragged", "dump.row"].map(|detail| Some(detail.to_owned()));
    assert_eq!(details(dump), [ragged.clone(), ragged.clone(), row.clone(), None]);
    let dump = b"INSERT INTO auth.users (id, email) VALUES\n\t(1),\n\t(2, lower('B@example.com')),\n\t(3, E'\\x41'),\n\t(4, E'\\'d\\'@example.com');\n".to_vec();
    let found = details(dump);
    assert_eq!(found[..3], [ragged, row.clone(), row]);
    assert_eq!(found.len(), 4);
}

/// Addresses, or why the reading ended.
fn addresses(text: &str) -> (Vec<String>, &'static str) {
    let mut reader = reader(Cursor::new(text.to_owned()));
    let mut addresses = Vec::new();
    loop {
        match reader.next() {
            Ok(Some(record)) => addresses.push(record.user.unwrap().profile.email.unwrap().original().to_owned()),
            Ok(None) => return (addresses, ""),
            Err(error) => return (addresses, error.code),
        }
    }
}

#[test]
fn nobody_is_passed_over_where_something_stands_between_the_rows() {
    let begin = "INSERT INTO auth.users (id, email, role) VALUES\n";
    let [a, b] = ["a", "b"].map(|name| format!("{name}@example.com"));
    let (row_a, row_b) = (format!("('1', '{a}', NULL)"), format!("('2', '{b}', DEFAULT)"));
    let both = (vec![a.clone(), b.clone()], "");
    for (text, expected) in [
        (format!("{begin}{row_a},\n-- ('3', 'c@example.com', NULL),\n{row_b};"), both.clone()),
        (format!("{begin}{row_a} /* no; (more) /* of */ her */ ,{row_b} -- ;\n;"), both.clone()),
        (format!("/* of Monday; (at ten) */\n{begin}{row_a};\n{begin}{row_b};\n"), both.clone()),
        (format!("/* of\nMonday */ {begin}{row_a};\n/* */ {begin}{row_b};\n"), both.clone()),
        (format!("{begin}('1', '{a}', E'it''s \\' ) ('),\n{row_b}\nON CONFLICT DO NOTHING;\n"), both),
        (format!("{begin}{row_a}\nRETURNING id;\n{begin}{row_b};\n"), (vec![a.clone()], "dump.between")),
        (format!("{begin}{row_a},\nlower({row_b});\n"), (vec![a.clone()], "dump.between")),
        (format!("{begin}{row_a}\nON CONF"), (vec![a.clone()], "dump.cut")),
        (format!("{begin}{row_a} /* {row_b};"), (vec![a.clone()], "dump.cut")),
    ] {
        assert_eq!(addresses(&text), expected, "{text}");
    }
    let (begin, end) = ("-- PostgreSQL database dump\n", "-- PostgreSQL database dump complete\n");
    let rows = format!("INSERT INTO auth.users (id, email, role) VALUES {row_a};\n");
    // A dump of all databases that is cut off in the second one.
    assert_eq!(addresses(&format!("{begin}{end}{begin}{rows}")), (vec![a.clone()], "dump.cut"));
    assert_eq!(addresses(&format!("{begin}{end}{begin}{rows}{end}")), (vec![a], ""));
}

/// As anybody may have in their own metadata. If they took time by their square, this would take minutes.
#[test]
fn a_row_may_be_full_of_quotes_or_backslashes() {
    for (prefix, written, meant) in [("", "''", "'"), ("E", "\\'", "'"), ("E", "\\\\\\\\", "\\")] {
        let (written, meant) = (written.repeat(200_000), meant.repeat(200_000));
        let columns = "email, raw_user_meta_data";
        let row = format!("('a@example.com', {prefix}'{{\"x\": \"{written}\"}}')");
        let mut reader = reader(Cursor::new(format!("INSERT INTO auth.users ({columns}) VALUES {row};")));
        let user = reader.next().unwrap().unwrap().user.unwrap();
        assert!(user.profile.user_metadata["x"] == meant, "{prefix} {}", &row[..100]);
    }
}

#[test]
fn a_row_of_a_dump_that_is_too_long_is_passed_over() {
    let long = "x".repeat(600_000);
    for (copies, at_once) in [(true, 1), (false, 9)] {
        let form = Form { copies, quotes: false, at_once, escapes: false };
        let rows = ["short", &long, "short"].map(|role| ("p@example.com".to_owned(), Some(role.to_owned())));
        let dump = form.dump(&rows, &[]);
        let options = ReadOptions::default().record_bytes(1_000);
        let mut splitter = RecordSplitter::new(Cursor::new(dump), Some(ImportFormat::Supabase), options).unwrap();
        let mut kept = Vec::new();
        while let Some(record) = splitter.next().unwrap() {
            kept.push(record.text.is_some());
        }
        assert_eq!(kept, [true, false, true]);
    }
}
