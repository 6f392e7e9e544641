//! Files: opened, watched, put aside.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, ReadBuf};
use waystation::{
    MemoryStore,
    bulk::{
        FileSpec, ImportFile, Importer, Input, QuarantineError, QuarantineFile, ReadOptions, RecordReader,
        RecordSource, SpooledInput,
    },
};

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.ndjson");
    fs::write(&path, "{\"user_id\": \"1\"}\n{\"user_id\": \"2\"}\n").unwrap();
    let mut file = ImportFile::open(&path, None, ReadOptions::default()).unwrap();
    assert!(file.next().unwrap().is_some());
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"\n").unwrap();
    assert!(file.next().unwrap().is_some());
    for _ in 0..2 {
        assert_eq!(file.next().unwrap_err().code, "changed");
    }
    let mut file = ImportFile::open(&path, None, ReadOptions::default()).unwrap();
    while file.next().unwrap().is_some() {}
    assert!(file.next().unwrap().is_none());
}

#[test]
fn a_file_that_is_cut_while_it_is_read_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.json");
    let text = format!("[{}{{\"user_id\": \"x\"}}]", "{\"user_id\": \"1\"},".repeat(100_000));
    fs::write(&path, &text).unwrap();
    let mut file = ImportFile::open(&path, None, ReadOptions::default()).unwrap();
    assert!(file.next().unwrap().is_some());
    OpenOptions::new().write(true).open(&path).unwrap().set_len(500_000).unwrap();
    let error = loop {
        match file.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("no error"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code, "changed");
}

#[test]
fn a_file_that_is_not_there_is_an_error_of_the_system() {
    let error = ImportFile::open("/nonexistent/users.json", None, ReadOptions::default()).unwrap_err();
    assert_eq!(error.code, "io");
    assert!(!error.to_string().contains("nonexistent"));
}

#[test]
fn what_was_put_aside_can_be_corrected_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("failed.ndjson");
    let text = "[\n{\"user_id\": \"1\"},\n{\"user_id\":\n  \"2\", \"nick\": \"ada@example.com\", \"blocked\": 1},\n\
        {\"email\": \"nobody-at-home\"},{\"user_id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}]";
    let mut reader = RecordReader::new(text.as_bytes(), None, ReadOptions::default().record_bytes(72)).unwrap();
    let mut quarantine = QuarantineFile::create(&path).unwrap();
    while let Some(record) = reader.next().unwrap() {
        if let Err(faults) = &record.user {
            quarantine.add(&record, faults).unwrap();
        }
    }
    quarantine.flush().unwrap();
    assert_eq!(quarantine.records(), 2);

    let report = fs::read_to_string(QuarantineFile::report(&path)).unwrap();
    let lines: Vec<serde_json::Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = |index: usize, field: &str| lines[index][field].clone();
    assert_eq!(lines.len(), 4, "{report}");
    assert_eq!((line(0, "index"), line(0, "offset"), line(0, "line")), (1.into(), 20.into(), 3.into()));
    assert_eq!(
        (line(0, "pointer"), line(0, "detail"), line(0, "quarantined")),
        ("/nick".into(), "key.unknown".into(), 1.into())
    );
    assert_eq!((line(1, "pointer"), line(1, "code")), ("/blocked".into(), "INVALID_TYPE".into()));
    assert_eq!((line(2, "line"), line(2, "quarantined")), (5.into(), 2.into()));
    assert_eq!((line(3, "detail"), line(3, "quarantined")), ("record.too_large".into(), serde_json::Value::Null));
    assert!(!report.contains("ada@") && !report.contains("nobody-at") && !report.contains("xxx"), "{report}");

    let corrected = fs::read_to_string(&path).unwrap().replace("\"nick\"", "\"nickname\"").replace("1}", "true}");
    fs::write(&path, corrected.replace("nobody-at-home", "grace@example.com")).unwrap();
    let mut again = ImportFile::open(&path, None, ReadOptions::default()).unwrap();
    let mut users = 0;
    while let Some(record) = again.next().unwrap() {
        assert!(record.user.is_ok(), "{record:?}");
        users += 1;
    }
    assert_eq!(users, 2);
}

#[test]
fn a_quarantine_file_is_never_overwritten_and_can_be_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("failed.ndjson");
    let add = |mut quarantine: QuarantineFile| {
        let mut reader = RecordReader::new(&b"{\"user_id\": 7}\n"[..], None, ReadOptions::default()).unwrap();
        let record = reader.next().unwrap().unwrap();
        quarantine.add(&record, record.user.as_ref().unwrap_err()).unwrap();
        quarantine.flush().unwrap();
        quarantine.records()
    };
    assert_eq!(add(QuarantineFile::create(&path).unwrap()), 1);
    assert!(matches!(QuarantineFile::create(&path).unwrap_err(), QuarantineError::Exists));
    assert_eq!(add(QuarantineFile::append(&path).unwrap()), 2);
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"user_id\": 7}\n{\"user_id\": 7}\n");
    #[cfg(unix)]
    for path in [path.clone(), QuarantineFile::report(&path)] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn an_input_with_other_hashes_is_another_input() {
    let folder = tempfile::tempdir().unwrap();
    let (users, hashes) = (folder.path().join("users.ndjson"), folder.path().join("hashes.ndjson"));
    fs::write(&users, "{}\n").unwrap();
    let mut spec = FileSpec::new(&users);
    let state = |spec: &FileSpec| spec.clone().input(ReadOptions::default()).state();
    let alone = state(&spec).unwrap();
    spec.hashes = Some(hashes.clone());
    assert_eq!(state(&spec).unwrap_err().code, "io");
    fs::write(&hashes, "{}\n").unwrap();
    let before = state(&spec).unwrap();
    assert!(before != alone);
    assert_eq!(state(&spec).unwrap(), before);
    assert_eq!((before.bytes, before.text_bytes), (Some(3), Some(3)));
    fs::write(&hashes, "{}\n{}\n").unwrap();
    let after = state(&spec).unwrap();
    assert!(after != before);
    let kept = serde_json::to_value(after).unwrap();
    assert_eq!(serde_json::from_value::<waystation::bulk::InputState>(kept).unwrap(), after);
    assert!(serde_json::from_str::<waystation::bulk::InputState>(r#"{"bytes": 3}"#).is_ok());
}

#[test]
fn a_line_that_was_torn_is_not_joined_with_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("failed.ndjson");
    fs::write(&path, "{\"user_id\": 1}\n{\"user_").unwrap();
    fs::write(QuarantineFile::report(&path), "{\"index\":0").unwrap();
    let mut quarantine = QuarantineFile::append(&path).unwrap();
    let mut reader = RecordReader::new(&b"{\"user_id\": 7}\n"[..], None, ReadOptions::default()).unwrap();
    let record = reader.next().unwrap().unwrap();
    quarantine.add(&record, record.user.as_ref().unwrap_err()).unwrap();
    quarantine.flush().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"user_id\": 1}\n{\"user_\n{\"user_id\": 7}\n");
    let report = fs::read_to_string(QuarantineFile::report(&path)).unwrap();
    let lines: Vec<_> = report.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "{\"index\":0"));
    assert!(lines[1].ends_with("\"quarantined\":3}"), "{report}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("failed.ndjson");
    // The report is on the disk that is full; the records are counted when their file is opened, which has no end there.
    std::os::unix::fs::symlink("/dev/full", QuarantineFile::report(&path)).unwrap();
    let mut quarantine = QuarantineFile::append(&path).unwrap();
    let mut reader = RecordReader::new(&b"{\"user_id\": 7}\n"[..], None, ReadOptions::default()).unwrap();
    let record = reader.next().unwrap().unwrap();
    let faults = record.user.as_ref().unwrap_err();
    let error = quarantine.add(&record, faults).and_then(|()| quarantine.flush()).unwrap_err();
    assert!(matches!(error, QuarantineError::Full), "{error:?}");
    assert!(error.to_string().contains("make room"));
}

/// So many bytes of one text, made as they are read.
struct Endless {
    left: u64,
    /// The most that was ever read at once.
    most: Arc<AtomicUsize>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.most.fetch_max(buffer.len(), Ordering::Relaxed);
        let size = self.left.min(buffer.len() as u64);
        self.left -= size;
        let size = usize::try_from(size).unwrap();
        buffer[..size].fill(b'x');
        Ok(size)
    }
}

#[test]
fn a_record_of_2_gib_costs_itself_alone() {
    let most = Arc::new(AtomicUsize::new(0));
    let long = Endless { left: 2 << 30, most: most.clone() };
    let endless =
        io::Cursor::new(b"[{\"user_id\": \"1\"}, {\"name\": \"").chain(long).chain(&b"\"}, {\"user_id\": \"3\"}]"[..]);
    let mut reader = RecordReader::new(endless, None, ReadOptions::default().record_bytes(64 << 10)).unwrap();
    assert!(reader.next().unwrap().unwrap().user.is_ok());
    let refused = reader.next().unwrap().unwrap();
    assert_eq!(refused.user.unwrap_err()[0].detail, "record.too_large");
    assert_eq!(refused.end.offset - refused.place.offset, (2 << 30) + 12);
    assert_eq!(reader.next().unwrap().unwrap().user.unwrap().id.unwrap().as_str(), "3");
    assert!(reader.next().unwrap().is_none());
    // A window that held the record would have been read into by its half.
    assert!((1..=256 << 10).contains(&most.load(Ordering::Relaxed)));
}

/// A stream that gives so many bytes of a text, a few at a time, and then fails or ends.
struct Dripping {
    text: Vec<u8>,
    given: usize,
    fails: bool,
}

impl AsyncRead for Dripping {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let left = &self.text[self.given..];
        if left.is_empty() && self.fails {
            return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
        }
        let length = left.len().min(read.remaining()).min(1_000);
        read.put_slice(&left[..length]);
        self.given += length;
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_stream_is_imported_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let people: Vec<_> = (0..500).map(|number| format!("{{\"email\": \"p{number}@example.com\"}}\n")).collect();
    let stream = |fails| Dripping { text: people.concat().into_bytes(), given: 0, fails };
    let receive = |stream| SpooledInput::receive(stream, folder.path(), FileSpec::default(), ReadOptions::default());

    let input = receive(stream(false)).await.unwrap();
    let store = Arc::new(MemoryStore::new());
    let report = Importer::builder(store).build().run(Arc::new(input)).await.unwrap();
    assert_eq!(report.inserted, 500);
    let broken = receive(stream(true)).await.unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::ConnectionReset);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}
