//! A file of 100,000 records with 1,000 faults of 25 kinds in known spots: all and only these are reported.

use std::fmt::Write;

use waystation::bulk::{FaultCode, ImportFormat, ReadOptions, RecordReader, RecordSource};

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

#[test]
fn all_and_only_the_faults_of_a_large_file_are_reported_where_they_are() {
    for array in [true, false] {
        let mut text = String::from(if array { "[\n" } else { "" });
        let mut planted = Vec::new();
        for (line, index) in (u64::from(array)..).zip(0..RECORDS) {
            let offset = text.len() as u64;
            // Spread without a rhythm that a window could have.
            let turn = index * 7_919 % RECORDS;
            if turn < 1_000 {
                let kind = &KINDS[usize::try_from(turn % 25).unwrap()];
                planted.push((index, offset, line, kind.1, kind.2, kind.3));
                text.push_str(kind.0);
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
        let mut reader = RecordReader::new(
            std::io::Cursor::new(text),
            (!array).then_some(ImportFormat::JsonLines),
            ReadOptions::default(),
        )
        .unwrap();
        let (mut found, mut good) = (Vec::new(), 0);
        while let Some(record) = reader.next().unwrap() {
            match record.user {
                Ok(user) => {
                    assert_eq!(user.id.unwrap().as_str(), format!("u{}", record.place.record));
                    good += 1;
                }
                Err(faults) => found.extend(faults.into_iter().map(|fault| {
                    let place = record.place;
                    (place.record, place.offset, place.line, fault.pointer, fault.code, fault.detail.into_owned())
                })),
            }
        }
        let planted: Vec<_> = planted
            .into_iter()
            .map(|(index, offset, line, pointer, code, detail)| {
                (index, offset, line, pointer.to_owned(), code, detail.to_owned())
            })
            .collect();
        assert_eq!(good, RECORDS - 1_000);
        assert_eq!(found.len(), 1_000);
        assert_eq!(found, planted);
    }
}
