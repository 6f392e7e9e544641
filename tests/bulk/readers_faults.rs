//! A file of 100,000 records with 1,000 faults of 25 kinds in known spots: all and only these are reported.

use std::{fmt::Write, io::Cursor};

use waystation::bulk::{Fault, FaultCode, ImportFormat, Place, ReadOptions, RecordReader, RecordSource};

const RECORDS: u64 = 100_000;

/// A record that is wrong in one way, and the pointer, code and detail of that.
const KINDS: [(&str, &str, FaultCode, &str); 25] = [
    ("[]", "", FaultCode::ObjectRequired, "record.type"),
    (r#"{"user_id": "x" "email": 1}"#, "", FaultCode::Format, "json.syntax"),
    (r#"{"user_id": "x", "name": "\udead"}"#, "", FaultCode::Format, "json.surrogate"),
    (r#"{"user_id": "x", "user_id": "y"}"#, "/user_id", FaultCode::NotPassed, "json.duplicate"),
    (r#"{"name": "Nobody"}"#, "", FaultCode::AnyOfMissing, "record.nobody"),
    (r#"{"user_id": ""}"#, "/user_id", FaultCode::MinLength, "user_id.empty"),
    (r#"{"email": "x"}"#, "/email", FaultCode::Format, "email.syntax"),
    (r#"{"email": ""}"#, "/email", FaultCode::MinLength, "email.empty"),
    (r#"{"phone_number": "12"}"#, "/phone_number", FaultCode::Pattern, "phone.syntax"),
    (r#"{"phone_number": "+1234567890123456"}"#, "/phone_number", FaultCode::MaxLength, "phone.too_long"),
    (r#"{"user_id": "x", "blocked": "true"}"#, "/blocked", FaultCode::InvalidType, "value.type"),
    (r#"{"user_id": "x", "nick": "y"}"#, "/nick", FaultCode::NotPassed, "key.unknown"),
    (r#"{"user_id": "x", "password_set_date": "12/06/2019"}"#, "/password_set_date", FaultCode::Format, "date.syntax"),
    (r#"{"user_id": "x", "password_hash": "$2b$10$x"}"#, "/password_hash", FaultCode::Format, "hash.malformed"),
    (
        r#"{"user_id": "x", "password_hash": "5f4dcc3b5aa765d61d8327deb882cf99"}"#,
        "/password_hash",
        FaultCode::Format,
        "hash.ambiguous",
    ),
    (r#"{"user_id": "x", "password_hash": "?"}"#, "/password_hash", FaultCode::EnumMismatch, "hash.unsupported"),
    (
        r#"{"user_id": "x", "password_hash": "$2b$31$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG"}"#,
        "/password_hash",
        FaultCode::Maximum,
        "hash.too_costly",
    ),
    (
        r#"{"user_id": "x", "custom_password_hash": {"algorithm": "md5", "hash": {"value": "zz", "encoding": "hex"}}}"#,
        "/custom_password_hash/hash/value",
        FaultCode::Format,
        "hash.encoding",
    ),
    (
        r#"{"user_id": "x", "app_metadata": {"identities": []}}"#,
        "/app_metadata/identities",
        FaultCode::NotPassed,
        "metadata.forbidden",
    ),
    (r#"{"user_id": "x", "user_metadata": {"a": {"b.c": 1}}}"#, "/user_metadata/a", FaultCode::Pattern, "metadata.key"),
    (r#"{"user_id": "x", "mfa_factors": []}"#, "/mfa_factors", FaultCode::ArrayLengthShort, "mfa.too_few"),
    (r#"{"user_id": "x", "mfa_factors": [{}]}"#, "/mfa_factors/0", FaultCode::AnyOfMissing, "mfa.empty"),
    (
        r#"{"user_id": "x", "mfa_factors": [{"totp": {"secret": "1"}}]}"#,
        "/mfa_factors/0/totp/secret",
        FaultCode::Pattern,
        "mfa.secret",
    ),
    (
        r#"{"user_id": "x", "waystation": {"login_count": -1}}"#,
        "/waystation/login_count",
        FaultCode::Minimum,
        "login_count.negative",
    ),
    (
        r#"{"user_id": "x", "waystation": {"credential": "open"}}"#,
        "/waystation/credential",
        FaultCode::EnumMismatch,
        "credential.syntax",
    ),
];

/// A fault where it is: record, byte, line, pointer, code and detail.
type Placed = (u64, u64, u64, String, FaultCode, String);

fn placed(place: (u64, u64, u64), fault: Fault) -> Placed {
    (place.0, place.1, place.2, fault.pointer, fault.code, fault.detail.into_owned())
}

fn numbers(place: Place) -> (u64, u64, u64) {
    (place.record, place.offset, place.line)
}

/// The file, and what is wrong with it.
fn file(array: bool) -> (String, Vec<Placed>) {
    let mut text = String::from(if array { "[\n" } else { "" });
    let mut planted = Vec::new();
    for (line, index) in (u64::from(array)..).zip(0..RECORDS) {
        let offset = text.len() as u64;
        // Spread without a rhythm that a window could have.
        let turn = index * 7_919 % RECORDS;
        if turn < 1_000 {
            let (record, pointer, code, detail) = KINDS[usize::try_from(turn % 25).unwrap()];
            planted.push((index, offset, line, pointer.to_owned(), code, detail.to_owned()));
            text.push_str(record);
        } else {
            let name = format!(r#"Zoë \"{{[\" {index}"#);
            let email = format!("user{index}@example.com");
            write!(text, r#"{{"user_id": "u{index}", "email": "{email}", "name": "{name}", "#).unwrap();
            write!(text, r#""user_metadata": {{"n": [{index}]}}}}"#).unwrap();
        }
        let last = index + 1 == RECORDS;
        text.push_str(match (array, last) {
            (true, false) => ",\n",
            (true, true) => "\n]\n",
            (false, _) => "\n",
        });
    }
    (text, planted)
}

#[test]
fn all_and_only_the_faults_of_a_large_file_are_reported_where_they_are() {
    for array in [true, false] {
        let (text, planted) = file(array);
        let format = (!array).then_some(ImportFormat::JsonLines);
        let mut reader = RecordReader::new(Cursor::new(text), format, ReadOptions::default()).unwrap();
        let (mut found, mut good) = (Vec::new(), 0);
        while let Some(record) = reader.next().unwrap() {
            match record.user {
                Ok(user) => {
                    assert_eq!(user.id.unwrap().as_str(), format!("u{}", record.place.record));
                    good += 1;
                }
                Err(faults) => found.extend(faults.into_iter().map(|fault| placed(numbers(record.place), fault))),
            }
        }
        assert_eq!(good, RECORDS - 1_000);
        assert_eq!(found.len(), 1_000);
        assert_eq!(found, planted);
    }
}

/// As whoever asks the job sees them, page by page, and whatever the file is packed in.
#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_job_keeps_them_all_and_imports_everybody_else() {
    use std::sync::Arc;

    use waystation::{
        SqliteStore, UserStore,
        bulk::{FileInputs, FileSpec, ImportJobs, ImportSpec, ImportWorker, Importer, Worked},
        store::JobStatus,
    };

    let directory = tempfile::tempdir().unwrap();
    for (array, shards) in [(true, 1), (false, 4)] {
        let (text, planted) = file(array);
        let path = directory.path().join("users");
        // Only a plain file has places to begin at.
        let packed = if shards == 1 { zstd::encode_all(text.as_bytes(), 1).unwrap() } else { text.into_bytes() };
        std::fs::write(&path, packed).unwrap();
        let store = SqliteStore::open(directory.path().join(format!("{shards}.sqlite")), "customers").await.unwrap();
        let store: Arc<dyn UserStore> = Arc::new(store);
        let (jobs, inputs) = (ImportJobs::new(Arc::clone(&store)), Arc::new(FileInputs::new(ReadOptions::default())));
        let mut file = FileSpec::new(path);
        file.format = (!array).then_some(ImportFormat::JsonLines);
        let mut spec = ImportSpec::new(file.to_value());
        spec.shards = shards;
        let id = jobs.submit(spec, None, &*inputs).await.unwrap().id;
        let worker = ImportWorker::new(Importer::builder(store).build(), inputs);
        while !matches!(worker.run_once().await.unwrap(), Worked::Nothing) {}
        let status = jobs.status(&id).await.unwrap().unwrap();
        let report = status.report;
        assert_eq!((status.status, report.read, report.failed), (JobStatus::Completed, RECORDS, 1_000));
        assert_eq!((report.inserted, report.duplicates), (RECORDS - 1_000, 0));
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = jobs.faults(&id, after, 70).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.record);
            for fault in page {
                let (place, faults) = ((fault.record, fault.offset, fault.line), fault.faults);
                let faults: Vec<Fault> = serde_json::from_value(faults).unwrap();
                found.extend(faults.into_iter().map(|fault| placed(place, fault)));
            }
        }
        assert_eq!(found.len(), 1_000);
        assert_eq!(found, planted);
    }
}
