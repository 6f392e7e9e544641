//! Bytes become records: every layout and packing, any chunking, exact places, and what cannot be read.

use std::io::{self, Read, Write};

use proptest::{collection::vec, prelude::*};
use waystation::bulk::{ImportFormat, Place, ReadError, ReadOptions, Record, RecordReader, RecordSource};

/// Gives as many bytes at once as it is told.
struct Chunks {
    text: Vec<u8>,
    at: usize,
    sizes: Vec<usize>,
    turn: usize,
}

impl Chunks {
    fn new(text: impl Into<Vec<u8>>, sizes: &[usize]) -> Self {
        Self { text: text.into(), at: 0, sizes: sizes.to_vec(), turn: 0 }
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(7) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let size = self.sizes.get(self.turn % self.sizes.len().max(1)).copied().unwrap_or(usize::MAX).max(1);
        let rest = self.text.get(self.at..).unwrap_or_default();
        let size = size.min(buffer.len()).min(rest.len());
        buffer[..size].copy_from_slice(&rest[..size]);
        self.at += size;
        Ok(size)
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Two members, one after the other.
fn gzip_twice(text: &[u8]) -> Vec<u8> {
    let (first, second) = text.split_at(text.len() / 2);
    [gzip(first), gzip(second)].concat()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 1).unwrap_or_default()
}

/// The power of two that is as many bytes as a reader of zstd keeps at the most.
const WIDEST: u32 = 23;

fn zstd_with_window(log: u32, text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(log).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn options() -> ReadOptions {
    ReadOptions::default()
}

type Outcome = (Vec<Record>, Option<ReadError>);

fn read_all(mut reader: impl RecordSource) -> Outcome {
    let mut records = Vec::new();
    loop {
        match reader.next() {
            Ok(Some(record)) => records.push(record),
            Ok(None) => return (records, None),
            Err(error) => return (records, Some(error)),
        }
    }
}

fn read(text: impl Into<Vec<u8>>, format: Option<ImportFormat>) -> Outcome {
    match RecordReader::new(io::Cursor::new(text.into()), format, options()) {
        Ok(reader) => read_all(reader),
        Err(error) => (Vec::new(), Some(error)),
    }
}

/// Ids of the users, `!` and the detail of the first fault of the others.
fn ids(records: &[Record]) -> Vec<String> {
    let name = |record: &Record| match &record.user {
        Ok(user) => user.id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default(),
        Err(faults) => format!("!{}", faults[0].detail),
    };
    records.iter().map(name).collect()
}

fn place(record: u64, offset: u64, line: u64) -> Place {
    let mut place = Place::START;
    (place.record, place.offset, place.line) = (record, offset, line);
    place
}

#[test]
fn a_layout_and_a_packing_are_found_by_looking() {
    let texts: &[&str] = &[
        r#"[{"user_id": "1"}, {"user_id": "2"}]"#,
        "\u{feff}  [\n\n{\"user_id\": \"1\"}\n,{\"user_id\":\n\"2\"}]\n\n",
        "{\"user_id\": \"1\"}\n{\"user_id\": \"2\"}\n",
        "{\"user_id\": \"1\"}\r\n\r\n  {\"user_id\": \"2\"}",
        "{\n  \"user_id\": \"1\"\n}\n{\n  \"user_id\": \"2\"\n}\n",
        "{\"user_id\": \"1\"}{\"user_id\": \"2\"}",
        "user_id,email\n1,a@example.com\n2,b@example.com\n",
        "\u{feff}user_id;email\r\n\"1\";a@example.com\r\n\r\n2;\"b@example.com\"",
        "name\tuser_id\nAda\t1\n\"B\t\n\"\"C\"\t2\n",
    ];
    for text in texts {
        let plain = text.as_bytes();
        let packed = [plain.to_vec(), gzip(plain), gzip_twice(plain), zstd(plain), zstd_with_window(WIDEST, plain)];
        for packed in packed {
            for sizes in [&[1][..], &[3, 1, 7], &[usize::MAX]] {
                let reader = RecordReader::new(Chunks::new(packed.clone(), sizes), None, options()).unwrap();
                let (records, error) = read_all(reader);
                assert!(error.is_none(), "{text}: {error:?}");
                assert_eq!(ids(&records), ["1", "2"], "{text}");
                for record in &records {
                    let before = &text.as_bytes()[..usize::try_from(record.place.offset).unwrap()];
                    assert_eq!(record.place.line, before.split(|byte| *byte == b'\n').count() as u64 - 1, "{text}");
                }
            }
        }
    }
    for nothing in ["", "  \n", "\u{feff}", "[]", " [ ] "] {
        let (records, error) = read(nothing, None);
        assert!(records.is_empty() && error.is_none(), "{nothing:?}: {error:?}");
    }
}

#[test]
fn a_place_is_the_record_the_byte_and_the_lines_before() {
    let (records, _) = read("\u{feff}[\n  {\"user_id\": \"1\"},\n\n  {\"user_id\":\n\"é\"}]", None);
    assert_eq!((records[0].place, records[0].end), (place(0, 7, 1), place(1, 23, 1)));
    assert_eq!((records[1].place, records[1].end), (place(1, 28, 3), place(2, 45, 4)));
    let (records, _) = read("\n{\"user_id\": \"1\"}\n\n {\"user_id\": \"2\"}\n", None);
    assert_eq!((records[0].place, records[0].end), (place(0, 1, 1), place(1, 18, 2)));
    assert_eq!((records[1].place, records[1].end), (place(1, 20, 3), place(2, 37, 4)));
    let (records, _) = read("user_id,name\n1,\"a\nb\"\n\n2,c", None);
    assert_eq!((records[0].place, records[0].end), (place(0, 13, 1), place(1, 21, 3)));
    assert_eq!((records[1].place, records[1].end), (place(1, 22, 4), place(2, 25, 4)));
}

#[test]
fn a_bad_record_costs_itself_alone() {
    let cases: &[(&str, &[&str])] = &[
        // Elements of an array whose brackets balance.
        (r#"[{"user_id": 1}, {"user_id" "2"}, {"user_id": "3"}]"#, &["!value.type", "!json.syntax", "3"]),
        (
            r#"[1, "}", null, [{"user_id": "x"}], @!, {"user_id": "6"}]"#,
            &["!record.type", "!record.type", "!record.type", "!record.type", "!json.syntax", "6"],
        ),
        (r#"[{"user_id": "1"]}, {"user_id": "2"}]"#, &["!json.syntax"]),
        // A line is a record, whatever is in it.
        (
            "{\"user_id\": \"1\"}\n{\"user_id\": \"2\nnonsense\n[]\n{\"user_id\": \"5\"} {}\n{\"user_id\": \"6\"}\n",
            &["1", "!json.syntax", "!json.syntax", "!record.type", "!json.syntax", "6"],
        ),
        ("{\"user_id\": \"1\n{\"user_id\": \"2\"}\n", &["!json.syntax", "2"]),
        // Objects one after the other.
        (
            "{\"user_id\": \"1\"}} {\"user_id\": \"2\"} 7 {\"user_id\": 3}{\"user_id\": \"4\"}",
            &["1", "!json.syntax", "2", "!record.type", "!value.type", "4"],
        ),
        // Rows.
        (
            "user_id,name\n1\n2,b,c\n3,\"d\"e\n4,f\"g\n5,h\n",
            &["!csv.ragged", "!csv.ragged", "!csv.quote", "!csv.quote", "5"],
        ),
        ("user_id,nick\n1,a\n", &["!key.unknown"]),
    ];
    for (text, expected) in cases {
        let (records, _) = read(*text, None);
        assert_eq!(ids(&records), *expected, "{text}");
        let indexes: Vec<_> = records.iter().map(|record| record.place.record).collect();
        assert_eq!(indexes, (0..records.len() as u64).collect::<Vec<_>>());
    }
    let (records, error) = read(b"user_id,name\n1,\xff\n2,b\n".to_vec(), None);
    assert_eq!((ids(&records), error.is_none()), (vec!["!csv.utf8".to_owned(), "2".to_owned()], true));
}

#[test]
fn what_cannot_be_read_on_says_where_and_why_and_gives_what_was_whole() {
    let long = r#"{"user_id": "1"}, "#.repeat(3_000);
    let cut = |packed: Vec<u8>| packed[..packed.len() - 20].to_vec();
    let noise = |packed: Vec<u8>| [packed, b"and something more".to_vec()].concat();
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let bomb = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b' '; 40 << 20]).unwrap();
        encoder.finish().unwrap()
    };
    let cases: Vec<(Vec<u8>, usize, &str, u64)> = vec![
        (br#"[{"user_id": "1"}, {"user_id": "2"}, {"user_"#.to_vec(), 2, "json.unclosed", 37),
        (br#"[{"user_id": "1"}, {"user_id": "2"}"#.to_vec(), 2, "json.unclosed", 35),
        (br#"[{"user_id": "1"},"#.to_vec(), 1, "json.unclosed", 18),
        (b"[".to_vec(), 0, "json.unclosed", 1),
        (br#"[{"user_id": "1}, {"user_id": "2"}]"#.to_vec(), 0, "json.unclosed", 1),
        (br#"{"user_id": "1"} {"user_id": "#.to_vec(), 1, "json.unclosed", 17),
        (b"{\"user_id\": \"1\"}\n{\"user_id\": ".to_vec(), 1, "json.unclosed", 17),
        (br#"[{"user_id": "1"} {"user_id": "2"}]"#.to_vec(), 1, "json.comma", 18),
        (br#"[{"user_id": "1"},]"#.to_vec(), 1, "json.comma", 18),
        (br#"[,{"user_id": "1"}]"#.to_vec(), 0, "json.comma", 1),
        (br#"{"user_id": "1"}, {"user_id": "2"}"#.to_vec(), 1, "json.comma", 16),
        (br#"[{"user_id": "1"}] [] "#.to_vec(), 1, "json.trailing", 19),
        (vec![b'['; 10_000], 0, "json.unclosed", 1),
        (b"email,name\na@example.com,\"A\n".to_vec(), 0, "csv.unclosed", 11),
        (b"email,email\n".to_vec(), 0, "csv.header", 0),
        // One would be lost in the other.
        (b"email,app_metadata,app_metadata.plan\n".to_vec(), 0, "csv.header", 0),
        (b"email,app_metadata.plan.name,app_metadata.planet,app_metadata.plan\n".to_vec(), 0, "csv.header", 0),
        ([b"email,".to_vec(), vec![b'.'; 20_000], b"\na@example.com,1\n".to_vec()].concat(), 0, "csv.header", 0),
        (format!("email,{}\n", "x.".repeat(16)).into_bytes(), 0, "csv.header", 0),
        ([b"email".to_vec(), vec![b','; 1_000], b"\n".to_vec()].concat(), 0, "csv.header", 0),
        ([b"email".to_vec(), vec![b','; 1_000_000], b"\n".to_vec()].concat(), 0, "csv.header", 0),
        (b"plain words\nof no format\n".to_vec(), 0, "format.unknown", 0),
        (utf16("\u{feff}[]"), 0, "encoding.utf16", 0),
        (utf16("[]"), 0, "encoding.utf16", 0),
        (b"\xfe\xff\0[\0]".to_vec(), 0, "encoding.utf16", 0),
        (b"\xff\xfe\0\0[\0\0\0".to_vec(), 0, "encoding.utf32", 0),
        (b"PK\x03\x04".to_vec(), 0, "format.zip", 0),
        (b"-----BEGIN PGP MESSAGE-----".to_vec(), 0, "format.pgp", 0),
        (bomb, 0, "gzip.bomb", u64::MAX),
        (zstd(&vec![b' '; 40 << 20]), 0, "zstd.bomb", u64::MAX),
        (zstd_with_window(WIDEST + 1, br#"[{"user_id": "1"}]"#), 0, "zstd.window", u64::MAX),
        (cut(gzip(format!("[{long}").as_bytes())), usize::MAX, "gzip.cut", u64::MAX),
        (cut(zstd(format!("[{long}").as_bytes())), usize::MAX, "zstd.cut", u64::MAX),
        (noise(gzip(br#"[{"user_id": "1"}]"#)), usize::MAX, "gzip.corrupt", u64::MAX),
        (noise(zstd(br#"[{"user_id": "1"}]"#)), usize::MAX, "zstd.corrupt", u64::MAX),
    ];
    for (text, whole, code, offset) in cases {
        let shown = String::from_utf8_lossy(&text[..text.len().min(60)]).into_owned();
        let (records, error) = read(text, None);
        let error = error.unwrap_or_else(|| panic!("{shown}: {:?}", ids(&records)));
        assert_eq!(error.code, code, "{shown}: {error}");
        assert!(whole == usize::MAX || records.len() == whole, "{shown}: {:?}", ids(&records));
        assert!(offset == u64::MAX || error.place.offset == offset, "{shown}: {error}");
        assert!(error.problem.len() > 20, "{error}");
    }
}

#[test]
fn an_error_stays_one() {
    let mut reader = RecordReader::new(&br#"[{"user_id": "1"} "#[..], None, options()).unwrap();
    assert!(reader.next().unwrap().is_some());
    for _ in 0..3 {
        assert_eq!(reader.next().unwrap_err().code, "json.unclosed");
    }
}

#[test]
fn the_system_s_error_is_kept_as_the_source() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("pulled out"))
        }
    }
    let text = br#"[{"user_id": "1"}, {"user_"#;
    for packed in [text.to_vec(), gzip(&text.repeat(10_000))[..40].to_vec()] {
        let mut reader = RecordReader::new(io::Cursor::new(packed).chain(Broken), None, options()).unwrap();
        let error = loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("no error"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.code, "io");
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("pulled out"));
    }
}

#[test]
fn a_record_that_is_too_long_costs_itself_in_every_layout() {
    let long = "x".repeat(5_000);
    let texts = [
        format!(r#"[{{"user_id": "1"}}, {{"user_id": "{long}"}}, "{long}", {long}, {{"user_id": "5"}}]"#),
        format!("{{\"user_id\": \"1\"}}\n{{\"user_id\": \"{long}\"}}\n\"{long}\"\n{long}\n{{\"user_id\": \"5\"}}\n"),
        format!("{{\"user_id\": \"1\"}}{{\"user_id\": \"{long}\"}}\"{long}\" {long} {{\"user_id\": \"5\"}}"),
        format!("user_id\n1\n{long}\n\"{long}\"\n\"\n{long}\"\n5\n"),
    ];
    for text in texts {
        for sizes in [&[1][..], &[100], &[usize::MAX]] {
            let options = options().record_bytes(1_000);
            let reader = RecordReader::new(Chunks::new(text.clone(), sizes), None, options).unwrap();
            let (records, error) = read_all(reader);
            assert!(error.is_none(), "{error:?}");
            let large = "!record.too_large";
            assert_eq!(ids(&records), ["1", large, large, large, "5"], "{}", &text[..20]);
            assert!(records.iter().all(|record| record.raw.is_empty() == record.user.is_err()));
        }
    }
}

#[test]
fn a_name_of_a_format_is_read_and_any_other_is_refused() {
    for format in ImportFormat::ALL {
        assert_eq!(format.as_str().parse(), Ok(*format));
    }
    assert_eq!("jsonl".parse(), Ok(ImportFormat::JsonLines));
    assert!("xml".parse::<ImportFormat>().is_err());
    let (records, error) = read("[1]\n{\"user_id\": \"2\"}\n", Some(ImportFormat::JsonLines));
    assert_eq!((ids(&records), error.is_none()), (vec!["!record.type".into(), "2".into()], true));
    let (records, error) = read("nothing {\"user_id\": \"2\"}", Some(ImportFormat::Json));
    assert_eq!((ids(&records), error.is_none()), (vec!["!json.syntax".into(), "2".into()], true));
}

#[test]
fn reading_goes_on_from_the_end_of_any_record() {
    let texts = [
        "[{\"user_id\": \"1\"},\n{\"user_id\": 2},\n\n  {\"user_id\": \"3\"} , {\"user_id\": \"4\"}]",
        "{\"user_id\": \"1\"}\n{\"user_id\": 2}\n\n  {\"user_id\": \"3\"}\n{\"user_id\": \"4\"}",
        "{\"user_id\": \"1\"} {\"user_id\": 2}\n\n  {\"user_id\":\n \"3\"}{\"user_id\": \"4\"}",
        "user_id,email\n1,a@example.com\n2,\"x\ny\"\n\n3,c@example.com\n4,d@example.com",
    ];
    for text in texts {
        let (all, _) = read(text, None);
        assert_eq!(all.len(), 4, "{text}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users");
        std::fs::write(&path, text).unwrap();
        for (index, from) in all.iter().enumerate() {
            let rest: Vec<_> =
                all[index + 1..].iter().map(|record| (record.place, record.end, record.raw.clone())).collect();
            let check = |mut reader: Box<dyn RecordSource>| {
                reader.resume(from.end).unwrap();
                let mut read = Vec::new();
                while let Some(record) = reader.next().unwrap() {
                    read.push((record.place, record.end, record.raw));
                }
                assert_eq!(read, rest, "{text}");
            };
            check(Box::new(RecordReader::new(Chunks::new(text, &[5]), None, options()).unwrap()));
            check(Box::new(RecordReader::new(io::Cursor::new(gzip(text.as_bytes())), None, options()).unwrap()));
            check(Box::new(RecordReader::new(io::Cursor::new(zstd(text.as_bytes())), None, options()).unwrap()));
            check(Box::new(waystation::bulk::ImportFile::open(&path, None, options()).unwrap()));
        }
        let mut reader = RecordReader::new(text.as_bytes(), None, options()).unwrap();
        assert_eq!(reader.resume(place(9, 1_000_000, 9)).unwrap_err().code, "resume.short");
        let mut reader = RecordReader::new(text.as_bytes(), None, options()).unwrap();
        assert_eq!(reader.resume(place(1, 20, 7)).unwrap_err().code, "resume.changed");
    }
}

/// A JSON object with everything that could deceive who looks for its end.
fn object() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[1-9][0-9]{0,3}",
        Just("null".to_owned()),
        "[\\PC\\\\\"{}\\[\\],\n]{0,12}".prop_map(|text| serde_json::Value::from(text).to_string()),
        Just("\"\\\\\\\"\\u007b\\\\\"".to_owned()),
    ];
    let white = "[ \n\r\t]{0,2}";
    let value = leaf.prop_recursive(3, 16, 4, move |inner| {
        let list = (vec(inner.clone(), 0..4), white).prop_map(|(items, white)| format!("[{}{white}]", items.join(",")));
        let object = (vec(("[a-z\"{}]{0,4}", inner), 0..4), white).prop_map(|(members, white)| {
            let member =
                |(key, value): &(String, String)| format!("{}:{white}{value}", serde_json::Value::from(key.as_str()));
            format!("{{{white}{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        });
        prop_oneof![list, object]
    });
    (vec(("[a-z\"{}]{0,4}", value), 0..4), white).prop_map(|(members, white)| {
        let member =
            |(key, value): &(String, String)| format!("{}{white}:{value}", serde_json::Value::from(key.as_str()));
        format!("{{{}{white}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
    })
}

proptest! {
    #[test]
    fn the_splitter_agrees_with_a_parser_of_the_whole(
        mut objects in vec(object(), 1..8), white in "[ \n\r\t]{0,3}", layout in 0..3, sizes in vec(1_usize..40, 1..5),
        most in 64_usize..200,
    ) {
        let array = layout == 0;
        let text = match layout {
            0 => format!("{white}[{white}{}{white}]{white}", objects.join(&format!("{white},{white}"))),
            1 => {
                // Whether each has a line of its own is told by the first one.
                objects.insert(0, "{\n}".to_owned());
                format!("{}{white}", objects.join(&white))
            }
            _ => {
                let lines: Vec<_> = objects.iter().map(|object| object.replace(['\n', '\r'], " ")).collect();
                format!("{}\n{white}", lines.join(&format!("{white}\n")))
            }
        };
        // The parser of the whole tells where each value begins and ends.
        let expected: Vec<(usize, usize)> = if array {
            let values: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(values.len(), objects.len());
            let mut at = text.find('[').unwrap() + 1 + white.len();
            objects.iter().map(|object| { let from = at; at += object.len() + 2 * white.len() + 1; (from, from + object.len()) })
                .collect()
        } else {
            let mut stream = serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>();
            let mut found = Vec::new();
            loop {
                let from = stream.byte_offset();
                let Some(value) = stream.next() else { break };
                value.unwrap();
                let skipped = text[from..].find('{').unwrap();
                found.push((from + skipped, stream.byte_offset()));
            }
            found
        };
        let (all, error) = read_all(RecordReader::new(Chunks::new(text.as_bytes(), &sizes), Some(ImportFormat::Json),
            options().record_bytes(most)).unwrap());
        prop_assert!(error.is_none(), "{:?} {}", error, text);
        prop_assert_eq!(all.len(), expected.len(), "{}", text);
        for (record, (from, to)) in all.iter().zip(expected) {
            let lines = text[..from].matches('\n').count();
            prop_assert_eq!(record.place.offset, from as u64, "{}", text);
            prop_assert_eq!(record.place.line, lines as u64);
            let large = to - from > most;
            prop_assert_eq!(record.raw.is_empty(), large);
            if !large {
                prop_assert_eq!(&record.raw[..], &text.as_bytes()[from..to], "{}", text);
            }
        }
    }

    #[test]
    fn rows_are_those_of_the_csv_crate(
        rows in vec(vec("[a-z,\"\n\r ]{0,6}", 2..=2), 1..6), sizes in vec(1_usize..40, 1..5), quote in any::<bool>(),
    ) {
        let style = if quote { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut writer = csv::WriterBuilder::new().quote_style(style).from_writer(Vec::new());
        writer.write_record(["user_id", "name"]).unwrap();
        for (index, row) in rows.iter().enumerate() {
            writer.write_record([format!("{index}"), row.concat()]).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let mut expected = Vec::new();
        let mut reader = csv::Reader::from_reader(&text[..]);
        for row in reader.records() {
            let row = row.unwrap();
            expected.push((row.position().unwrap().byte(), row[1].to_owned()));
        }
        let (all, error) = read_all(RecordReader::new(Chunks::new(text, &sizes), None, options()).unwrap());
        prop_assert!(error.is_none());
        let found: Vec<_> = all.iter().map(|record| {
            let user = record.user.as_ref().unwrap();
            (record.place.offset, user.profile.name.clone().unwrap_or_default())
        }).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_bytes_are_records_or_an_error(text in vec(prop_oneof![any::<u8>(), Just(b'"'), Just(b'{'), Just(b'}'), Just(b'['),
        Just(b'\n'), Just(b',')], 0..200), sizes in vec(1_usize..40, 1..5)) {
        for format in [None, Some(ImportFormat::Csv), Some(ImportFormat::Json), Some(ImportFormat::JsonLines)] {
            let Ok(reader) = RecordReader::new(Chunks::new(text.clone(), &sizes), format, options()) else { continue };
            let (records, _) = read_all(reader);
            let mut at = 0;
            for record in records {
                prop_assert!(record.place.offset >= at && record.end.offset > record.place.offset);
                at = record.end.offset;
            }
            prop_assert!(at <= text.len() as u64);
        }
    }
}
