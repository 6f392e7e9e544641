//! What an export writes is read again as the same users, whatever it is packed in, or it leaves nothing.
#![expect(
    clippy::panic,
    clippy::similar_names,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too; what is exported and the exporter are called so"
)]

use std::{
    io::{self, Cursor, Read, Write},
    ops::ControlFlow,
    process::{Command, Stdio},
    sync::Arc,
};

use serde_json::{Value, json};
use waystation::{
    bulk::{
        CsvTexts, ExportError, ExportField, ExportFormat, Exporter, ImportFile, ImportFormat, ImportRecord, Packing,
        ReadOptions, RecordReader, RecordSource,
    },
    clock::Timestamp,
    identifier::{IdentifierRules, StandardRules},
    password::PasswordHash,
    search::Query,
    store::{
        BulkStore, BulkWrite, BulkWritten, Deletion, Filter, MemoryStore, OnTombstone, Search, SqliteStore, UserStore,
        UserStoreExt,
    },
    user::{
        Credential, Delegation, LegacyKey, LinkedIdentity, MfaFactor, Moved, MovedBy, NewUser, Profile, User, UserId,
    },
};

const HASH: &str = "$2b$04$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

/// Somebody of whom everything is known, in one of several ways.
fn user(number: usize) -> NewUser {
    let rules = StandardRules::new();
    let mut profile = Profile::default();
    for text in [format!("Ada{number}@Example.com"), format!("+1555{number:04}"), format!("Ada-{number}")] {
        profile.set_identifier(rules.parse(&text).unwrap());
    }
    profile.email_verified = number.is_multiple_of(2);
    profile.phone_verified = number.is_multiple_of(3);
    profile.name = Some(format!("=Ada \"{number}\", \u{2028}\0\n\\"));
    profile.given_name = Some("Ada".to_owned());
    profile.family_name = Some("Lovelace".to_owned());
    profile.nickname = Some("Zoë".to_owned());
    profile.picture = Some("https://example.com/a.png".to_owned());
    profile.blocked = number.is_multiple_of(5);
    let metadata = json!({"consent": {"given": number.is_multiple_of(2)}, "n": [1, 2.5, null, u64::MAX], "a.b": {},
        "city": "'s-Hertogenbosch"});
    metadata.as_object().unwrap().clone_into(&mut profile.user_metadata);
    json!({"plan": "gold", "roles": ["a"]}).as_object().unwrap().clone_into(&mut profile.app_metadata);
    profile.mfa_factors = vec![MfaFactor::Totp { secret: "JBSWY3DPEHPK3PXP".to_owned() }];
    profile.identities = vec![LinkedIdentity::new("google-oauth2", format!("{number}"))];
    let credential = match number % 4 {
        0 => Credential::Hash(PasswordHash::declared("bcrypt", HASH)),
        1 => Credential::Delegated(Delegation::to("django").shadow(PasswordHash::declared("bcrypt", HASH))),
        2 => Credential::PendingPassword,
        _ => Credential::None,
    };
    let at = |micros: i64| Timestamp::from_micros(micros);
    let mut user = NewUser::new(UserId::new(format!("{number:05}")), profile, credential, at(1_700_000_000_000_001));
    user.legacy = Some(LegacyKey::new("django", number.to_string()));
    // Every third one has signed up.
    let moved = Moved::new(at(1_600_000_000_000_000), MovedBy::LogIn);
    user.moved = (!number.is_multiple_of(3)).then_some(moved);
    user.at = at(1_710_000_000_000_000);
    // The last second that a database of four digits knows, for never.
    user.last_login = Some(at(if number == 1 { 253_402_300_799_000_000 } else { -1 }));
    user.login_count = number as u64;
    user.password_set_at = Some(at(5));
    user
}

/// Everything of one, and nothing of the others.
pub(crate) fn crowd(count: usize) -> Vec<NewUser> {
    let plain = NewUser::new(UserId::new("x"), Profile::default(), Credential::None, Timestamp::from_micros(0));
    (0..count).map(user).chain([plain]).collect()
}

async fn memory(count: usize) -> Arc<dyn UserStore> {
    let store = MemoryStore::new();
    let _all = store.write(&BulkWrite::new(crowd(count))).await.unwrap();
    Arc::new(store)
}

fn read_again(text: Vec<u8>) -> Vec<ImportRecord> {
    let mut reader = RecordReader::new(Cursor::new(text), None, ReadOptions::default()).unwrap();
    let mut records = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        records.push(*record.user.unwrap_or_else(|faults| panic!("{faults:?}")));
    }
    records
}

#[tokio::test]
async fn an_export_is_read_again_as_the_same_users_from_every_store_in_every_form() {
    let directory = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(directory.path().join("users.sqlite"), "customers").await.unwrap();
    let _all = sqlite.write(&BulkWrite::new(crowd(25))).await.unwrap();
    let expected: Vec<_> = crowd(25).into_iter().map(|user| ImportRecord::of(&User::from_new(user))).collect();
    for store in [memory(25).await, Arc::new(sqlite) as Arc<dyn UserStore>] {
        for format in [ExportFormat::Json, ExportFormat::JsonLines] {
            for packing in [Packing::None, Packing::Gzip, Packing::Zstd] {
                let mut text = Vec::new();
                let exporter = Exporter::new(Arc::clone(&store)).format(format).packing(packing).secrets().page(7);
                let exported = exporter.write_to(&mut text).await.unwrap();
                assert_eq!((exported.users, exported.is_complete), (26, true));
                assert_eq!(exported.bytes, text.len() as u64);
                let records = read_again(text);
                assert_eq!(records.len(), expected.len());
                for (record, expected) in records.iter().zip(&expected) {
                    assert!(
                        record == expected,
                        "{format:?} {packing:?}: {:?}",
                        expected.id.as_ref().map(UserId::as_str)
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_an_empty_file_of_its_format() {
    let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
    for (format, text) in [(ExportFormat::Json, "[]\n"), (ExportFormat::JsonLines, ""), (ExportFormat::Csv, "name\n")] {
        let mut written = Vec::new();
        let exporter = Exporter::new(Arc::clone(&store)).format(format).fields([ExportField::new("name").unwrap()]);
        assert!(exporter.write_to(&mut written).await.unwrap().is_complete);
        assert_eq!(String::from_utf8(written).unwrap(), text);
    }
}

#[tokio::test]
async fn no_field_of_a_user_is_lost_in_another_one_or_in_an_empty_line() {
    let store = memory(1).await;
    let field = |path: &str, name: &str| ExportField::new(path).unwrap().export_as(name).unwrap();
    let twice = || Exporter::new(Arc::clone(&store)).fields([field("email", "x"), field("name", "x")]);
    for format in [ExportFormat::Json, ExportFormat::JsonLines] {
        let refused = twice().format(format).write_to(Vec::new()).await.unwrap_err();
        assert!(matches!(refused, ExportError::Names), "{refused:?}");
    }
    assert!(twice().format(ExportFormat::Csv).write_to(Vec::new()).await.is_ok());
    let mut csv = Vec::new();
    let exporter = Exporter::new(Arc::clone(&store)).fields([field("username", "username")]).format(ExportFormat::Csv);
    assert_eq!(exporter.write_to(&mut csv).await.unwrap().users, 2);
    assert_eq!(String::from_utf8(csv.clone()).unwrap(), "username\n\"Ada-0\"\n\"\"\n");
    let mut reader = RecordReader::new(Cursor::new(csv), None, ReadOptions::default()).unwrap();
    assert!(reader.next().unwrap().unwrap().user.is_ok());
    assert!(reader.next().unwrap().unwrap().user.is_err(), "somebody of whom there is nothing");
    assert!(reader.next().unwrap().is_none());
}

#[tokio::test]
async fn secrets_are_written_only_when_asked_for() {
    let store = memory(8).await;
    for format in [ExportFormat::Json, ExportFormat::JsonLines, ExportFormat::Csv] {
        let mut text = Vec::new();
        let _all = Exporter::new(Arc::clone(&store)).format(format).write_to(&mut text).await.unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("$2b$") && !text.contains("JBSWY3DPEHPK3PXP"), "{format:?}");
    }
}

/// A page of a search ends where so many users were looked at, although others may match behind it.
#[tokio::test]
async fn few_among_more_than_a_page_looks_at_are_all_exported() {
    let most = Search::new(Filter::All).looks;
    let plain = |number: usize| {
        let mut profile = Profile::default();
        profile.email_verified = number == 0 || number == most + 4;
        NewUser::new(UserId::new(format!("{number:07}")), profile, Credential::None, Timestamp::from_micros(0))
    };
    let store = MemoryStore::new();
    let _all = store.write(&BulkWrite::new((0..most + 5).map(plain).collect())).await.unwrap();
    let store: Arc<dyn UserStore> = Arc::new(store);
    let exporter = || Exporter::new(Arc::clone(&store)).filter(Filter::EmailVerified(true));
    for exporter in [exporter(), exporter().without_snapshot()] {
        let mut text = Vec::new();
        let exported = exporter.write_to(&mut text).await.unwrap();
        assert_eq!((exported.users, exported.is_complete, read_again(text).len()), (2, true, 2));
    }
}

#[tokio::test]
async fn the_filter_and_the_fields_say_what_is_written() {
    let store = memory(10).await;
    let fields = [
        ExportField::new("user_id").unwrap().export_as("Id").unwrap(),
        ExportField::new("identities[0].connection").unwrap(),
        ExportField::new("user_metadata.consent.given").unwrap().export_as("consent").unwrap(),
        ExportField::new("name").unwrap(),
        ExportField::new("last_login").unwrap(),
        ExportField::new("app_metadata.roles").unwrap(),
    ];
    let query: Query = "logins_count:[3 TO 4] OR NOT _exists_:email".parse().unwrap();
    let exporter = Exporter::new(store).fields(fields).filter(query.into_filter()).page(1);
    let mut text = Vec::new();
    let exported = exporter.write_to(&mut text).await.unwrap();
    assert_eq!(exported.users, 3);
    let lines: Vec<Value> =
        String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines[1],
        json!({
            "Id": "00004", "identities[0].connection": "google-oauth2", "consent": true,
            "name": "=Ada \"4\", \u{2028}\0\n\\", "last_login": "1969-12-31T23:59:59.999999Z", "app_metadata.roles": ["a"],
        })
    );
    assert_eq!(lines[2]["name"], Value::Null);
    let mut text = Vec::new();
    let _all = exporter.format(ExportFormat::Csv).write_to(&mut text).await.unwrap();
    let text = String::from_utf8(text).unwrap();
    let row = "\"00003\",\"google-oauth2\",false,\"'=Ada \"\"3\"\", \u{2028}\0\n\\\",\"1969-12-31T23:59:59.999999Z\",\"[\"\"a\"\"]\"";
    let header = "Id,identities[0].connection,consent,name,last_login,app_metadata.roles";
    assert!(text.starts_with(&format!("{header}\n{row}\n")), "{text}");
    assert!(text.ends_with("\n\"x\",,,,,\n"), "{text}");
}

#[tokio::test]
async fn more_columns_than_allowed_are_refused_before_anything_is_written() {
    let fields = vec![ExportField::new("name").unwrap(); 31];
    let exporter = Exporter::new(memory(1).await).format(ExportFormat::Csv).fields(fields);
    let mut text = Vec::new();
    let refused = exporter.write_to(&mut text).await;
    assert!(matches!(refused, Err(ExportError::Columns { given: 31, most: 30 })));
    assert!(text.is_empty());
    assert!(exporter.most_columns(31).csv_texts(CsvTexts::AsTheyAre).write_to(&mut text).await.is_ok());
}

/// Takes so many bytes, as a disk does.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = text.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_full_disk_is_an_error_that_says_what_to_do() {
    let store = memory(200).await;
    for packing in [Packing::None, Packing::Gzip, Packing::Zstd] {
        for room in [0, 1, 500] {
            let exporter = Exporter::new(Arc::clone(&store)).packing(packing).page(10);
            let error = exporter.write_to(Disk(room)).await.unwrap_err();
            assert!(matches!(error, ExportError::Full(_)), "{packing:?}, {room} bytes: {error:?}");
            assert!(error.to_string().contains("export again"));
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_device_that_is_full_is_a_full_disk() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let error = Exporter::new(memory(5).await).write_to(full).await.unwrap_err();
    assert!(matches!(error, ExportError::Full(_)), "{error:?}");
}

#[tokio::test]
async fn whatever_has_only_a_part_has_no_end() {
    let store = memory(50).await;
    for (packing, code) in [(Packing::Gzip, "gzip.cut"), (Packing::Zstd, "zstd.cut")] {
        let exporter = Exporter::new(Arc::clone(&store)).packing(packing).page(10);
        let stopped = exporter
            .watch(|exported| if exported.users >= 20 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
        let mut part = Vec::new();
        assert!(!stopped.write_to(&mut part).await.unwrap().is_complete);
        let read = || -> Result<(), waystation::bulk::ReadError> {
            let mut reader = RecordReader::new(Cursor::new(part.clone()), None, ReadOptions::default())?;
            while reader.next()?.is_some() {}
            Ok(())
        };
        // Of a part that is short, nothing may have come out yet.
        assert!(part.is_empty() || read().unwrap_err().code == code, "{packing:?}: {} bytes", part.len());
    }
}

#[tokio::test]
async fn a_file_is_there_whole_or_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.ndjson.gz");
    let names = || -> Vec<_> {
        let entries = std::fs::read_dir(directory.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let store = memory(50).await;
    let exporter = || Exporter::new(Arc::clone(&store)).packing(Packing::Gzip).page(10);

    let stopped = exporter()
        .watch(|exported| if exported.users >= 20 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
    let exported = stopped.to_file(&path).await.unwrap();
    assert_eq!((exported.users, exported.is_complete), (20, false));
    assert!(names().is_empty(), "a stopped export leaves nothing");

    std::fs::write(&path, "before").unwrap();
    assert!(!stopped.to_file(&path).await.unwrap().is_complete);
    assert_eq!(std::fs::read(&path).unwrap(), b"before");

    let exported = exporter().to_file(&path).await.unwrap();
    assert_eq!((exported.users, exported.is_complete), (51, true));
    assert_eq!(exported.bytes, std::fs::metadata(&path).unwrap().len());
    assert_eq!(names(), ["users.ndjson.gz"]);
    let mut file = ImportFile::open(&path, None, ReadOptions::default()).unwrap();
    let mut count = 0;
    while file.next().unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 51);

    let nowhere = exporter().to_file(directory.path().join("absent").join("users")).await;
    assert!(matches!(nowhere, Err(ExportError::Write(_))));
}

#[tokio::test]
async fn a_table_is_read_again_as_an_export_of_users() {
    let mut people = crowd(25);
    // The reference product has no such key.
    for user in &mut people {
        user.profile.user_metadata.remove("a.b");
    }
    let store = MemoryStore::new();
    let _all = store.write(&BulkWrite::new(people)).await.unwrap();
    let store: Arc<dyn UserStore> = Arc::new(store);
    for texts in [CsvTexts::Marked, CsvTexts::MarkedIfComputed] {
        let mut csv = Vec::new();
        let names = [
            "user_id",
            "email",
            "email_verified",
            "name",
            "given_name",
            "family_name",
            "nickname",
            "picture",
            "created_at",
            "updated_at",
            "user_metadata",
            "app_metadata",
            "identities",
        ];
        let exporter = Exporter::new(Arc::clone(&store)).format(ExportFormat::Csv).csv_texts(texts);
        let exporter = exporter.fields(names.map(|name| ExportField::new(name).unwrap()));
        let users = exporter.write_to(&mut csv).await.unwrap().users;
        let format = Some(ImportFormat::UsersExport);
        let mut reader = RecordReader::new(Cursor::new(csv), format, ReadOptions::default()).unwrap();
        let mut met = 0;
        while let Some(record) = reader.next().unwrap() {
            let record = record.user.unwrap();
            let user = store.get(record.id.as_ref().unwrap()).await.unwrap().unwrap();
            let told = |profile: &Profile| {
                let names =
                    [&profile.name, &profile.given_name, &profile.family_name, &profile.nickname, &profile.picture];
                let email = profile.email.as_ref().map(|email| email.original().to_owned());
                (names.map(Clone::clone), email, profile.email_verified)
            };
            assert_eq!(told(&record.profile), told(&user.profile), "{texts:?}");
            assert!(record.profile.user_metadata == user.profile.user_metadata, "{texts:?}");
            assert!(record.profile.app_metadata == user.profile.app_metadata, "{texts:?}");
            assert!(record.profile.identities == user.profile.identities, "{texts:?}");
            assert_eq!((record.created_at, record.updated_at), (Some(user.created_at), Some(user.updated_at)));
            met += 1;
        }
        assert_eq!(met, users);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_of_one_moment_whoever_writes_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn UserStore> =
        Arc::new(SqliteStore::open(folder.path().join("users.sqlite"), "customers").await.unwrap());
    let written = store.as_bulk().unwrap().write(&BulkWrite::new((0..25).map(user).collect())).await.unwrap();
    assert!(matches!(written, BulkWritten::Written(_)), "{written:?}");
    let mut before = Vec::new();
    let _all = Exporter::new(Arc::clone(&store)).secrets().write_to(&mut before).await.unwrap();

    let (writer, runtime) = (Arc::clone(&store), tokio::runtime::Handle::current());
    let exporter = Exporter::new(Arc::clone(&store)).secrets().page(2).watch(move |exported| {
        let number = usize::try_from(exported.users).unwrap();
        tokio::task::block_in_place(|| {
            runtime.block_on(async {
                let _new = writer.insert(user(1_000 + number), OnTombstone::Refuse).await.unwrap();
                for gone in [number, 24 - number.min(24)] {
                    let id = user(gone).id;
                    let _there = writer.delete(&id, Deletion::default()).await.unwrap();
                }
            });
        });
        ControlFlow::Continue(())
    });
    let mut meanwhile = Vec::new();
    assert_eq!(exporter.write_to(&mut meanwhile).await.unwrap().users, 25);
    assert!(meanwhile == before, "users of one moment");
    let mut after = Vec::new();
    let _all = Exporter::new(store).secrets().write_to(&mut after).await.unwrap();
    assert!(after != before);
}

#[tokio::test]
async fn what_watches_is_told_after_each_page() {
    let (told, hears) = std::sync::mpsc::channel();
    let exporter = Exporter::new(memory(25).await).page(10).watch(move |exported| {
        told.send((exported.users, exported.bytes)).unwrap();
        ControlFlow::Continue(())
    });
    let mut text = Vec::new();
    let exported = exporter.write_to(&mut text).await.unwrap();
    drop(exporter);
    let heard: Vec<_> = hears.iter().collect();
    assert_eq!(heard.iter().map(|(users, _)| *users).collect::<Vec<_>>(), [10, 20, 26]);
    assert!(heard.is_sorted() && heard.last().map(|(_, bytes)| *bytes) == Some(exported.bytes));
}

/// The system's own tools, where they are installed.
#[tokio::test]
async fn other_tools_unpack_what_is_packed() {
    let store = memory(100).await;
    let mut plain = Vec::new();
    let _all = Exporter::new(Arc::clone(&store)).write_to(&mut plain).await.unwrap();
    for (packing, tool) in [(Packing::Gzip, "gzip"), (Packing::Zstd, "zstd")] {
        let mut packed = Vec::new();
        let _all = Exporter::new(Arc::clone(&store)).packing(packing).write_to(&mut packed).await.unwrap();
        assert!(packed.len() < plain.len() / 2);
        let mut unpacked = Vec::new();
        let started = Command::new(tool).arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        if let Ok(mut child) = started {
            let mut input = child.stdin.take().unwrap();
            let writing = std::thread::spawn(move || input.write_all(&packed));
            child.stdout.take().unwrap().read_to_end(&mut unpacked).unwrap();
            writing.join().unwrap().unwrap();
            assert!(child.wait().unwrap().success());
        } else {
            eprintln!("{tool} is not installed: its crate unpacks instead");
            match packing {
                Packing::Gzip => flate2::read::GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap(),
                _ => zstd::Decoder::new(&*packed).unwrap().read_to_end(&mut unpacked).unwrap(),
            };
        }
        assert!(unpacked == plain, "{tool}");
    }
}
