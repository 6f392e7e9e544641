//! The published schema and the guide say what the code does.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use waystation::bulk::{Field, ImportRecord, RecordOptions};

const GUIDE: &str = include_str!("../../src/guide/import_schema.md");

fn schema() -> Value {
    serde_json::from_str(include_str!("../../src/bulk/import.schema.json")).unwrap()
}

/// Pointer and detail of everything that is wrong.
fn faults(record: &Value) -> BTreeSet<(String, String)> {
    let read = ImportRecord::from_json(record.to_string().as_bytes(), &RecordOptions::default());
    let faults = read.err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.pointer, fault.detail.into_owned())).collect()
}

/// A record with this value at this pointer, and nothing else that is wrong.
fn record_with(pointer: &str, value: Value) -> Value {
    let nested = pointer.rsplit('/').filter(|part| !part.is_empty()).fold(value, |inner, part| match part {
        "0" => json!([inner]),
        name => json!({ name: inner }),
    });
    let mut record = json!({"user_id": "1"});
    record.as_object_mut().unwrap().extend(nested.as_object().unwrap().clone());
    record
}

fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Holds one place of the schema against the code, and all places beneath it. Counts them.
fn walk(root: &Value, schema: &Value, pointer: &str) -> usize {
    let has = |faults: &BTreeSet<(String, String)>, place: &str, detail: &str| {
        faults.contains(&(place.to_owned(), detail.to_owned()))
    };
    // The form of a hash is read by its own type, which names the object and not the key.
    let custom = pointer.starts_with("/custom_password_hash");
    let mut places = 1;
    if !pointer.is_empty() {
        let wrong = faults(&record_with(pointer, json!([[{}]])));
        assert!(!wrong.is_empty(), "{pointer} takes anything");
        assert!(!has(&wrong, pointer, "key.unknown"), "{pointer} is in the schema and not in the code");
    }
    if let Some(properties) = schema["properties"].as_object() {
        for (name, property) in properties {
            if name != "credential" {
                places += walk(root, resolved(root, property), &format!("{pointer}/{name}"));
            }
        }
        if schema["additionalProperties"] == false && !custom {
            let unknown = format!("{pointer}/zzz");
            assert!(has(&faults(&record_with(&unknown, json!(1))), &unknown, "key.unknown"), "{unknown}");
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(!faults(&record_with(pointer, json!({}))).is_empty(), "{pointer} needs no {name}");
        }
    }
    if let Some(items) = schema.get("items") {
        places += walk(root, resolved(root, items), &format!("{pointer}/0"));
    }
    if schema["enum"].is_array() {
        let wrong = faults(&record_with(pointer, json!("zzz")));
        assert!(!wrong.is_empty(), "{pointer} takes any word");
    }
    places
}

#[test]
fn every_place_of_the_schema_is_known_to_the_code() {
    let root = schema();
    assert!(walk(&root, &root, "") > 60);
}

#[test]
fn every_field_of_the_code_is_in_the_schema() {
    let root = schema();
    let top = &root["properties"];
    let more = &root["$defs"]["waystation"]["properties"];
    for field in Field::ALL {
        let known = match field {
            Field::Password => "password_hash",
            Field::LoginCount => "login_count",
            other => other.as_str(),
        };
        assert!(top.get(known).is_some() || more.get(known).is_some(), "{field:?}");
    }
}

#[test]
fn the_words_of_an_enumeration_are_those_of_the_code() {
    let root = schema();
    let ways = root["$defs"]["waystation"]["properties"]["moved"]["properties"]["by"]["enum"].as_array().unwrap();
    for way in ways {
        let record = json!({"user_id": "1", "waystation": {"moved": {"at": 0, "by": way}}});
        assert_eq!(faults(&record), BTreeSet::new(), "{way}");
    }
    assert_eq!(ways.len(), waystation::user::MovedBy::ALL.len());
    let forbidden = root["properties"]["app_metadata"]["propertyNames"]["not"]["enum"].as_array().unwrap();
    for key in forbidden {
        let place = format!("/app_metadata/{}", key.as_str().unwrap());
        let found = faults(&record_with(&place, json!(1)));
        assert_eq!(found, BTreeSet::from([(place, "metadata.forbidden".to_owned())]));
    }
    let algorithms = root["$defs"]["custom_password_hash"]["properties"]["algorithm"]["enum"].as_array().unwrap();
    for algorithm in algorithms {
        let record = json!({"user_id": "1", "custom_password_hash": {"algorithm": algorithm, "hash": {"value": "x"}}});
        let unknown = ("/custom_password_hash/algorithm".to_owned(), "hash.unknown".to_owned());
        assert!(!faults(&record).contains(&unknown), "{algorithm}");
    }
    assert_eq!((forbidden.len(), algorithms.len()), (18, 11));
}

/// The codes that stand in the sources: a word, a dot and a word in quotes.
fn codes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for literal in code.flat_map(|line| line.split('"').skip(1).step_by(2)) {
                let word = |word: &str| {
                    !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
                };
                if literal.split_once('.').is_some_and(|(group, name)| word(group) && word(name)) {
                    found.insert(literal.to_owned());
                }
            }
        }
    }
}

#[test]
fn the_guide_has_every_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bulk");
    let mut found = BTreeSet::new();
    codes(&root.join("record"), &mut found);
    codes(&root.join("read"), &mut found);
    codes(&root.join("format"), &mut found);
    // A path into a record, and no code.
    found.remove("waystation.login_count");
    // The last of a list that is too long stands for all that are not listed.
    found.remove("record.more");
    assert!(found.len() > 70, "{found:?}");
    for code in found {
        let (group, name) = code.split_once('.').unwrap();
        let grouped = matches!(group, "email" | "phone" | "username") && GUIDE.contains(&format!("`….{name}`"));
        assert!(grouped || GUIDE.contains(&format!("`{code}`")), "the guide does not say what {code} is");
    }
}
