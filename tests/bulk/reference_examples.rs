//! The examples that the reference product's own documentation prints, imported, and each opened with its password.
//!
//! Source: <https://auth0.com/docs/manage-users/user-migration/bulk-user-import-database-schema-and-examples>; the
//! passwords were recovered from the hashes.

use std::{io::Write as _, sync::Arc};

use serde_json::{Value, json};
use waystation::{
    Password, Passwords, SqliteStore, UserId, UserStore,
    bulk::{FileSpec, Importer, ReadOptions},
    password::Verification,
    store::Key,
};

/// Id, password, and what the record has for it.
fn examples() -> Vec<(&'static str, &'static str, Value)> {
    let custom = |algorithm: &str, hash: Value, salt: Value| {
        let mut object = json!({"algorithm": algorithm, "hash": hash});
        if !salt.is_null() {
            object["salt"] = salt;
        }
        json!({"custom_password_hash": object})
    };
    let salt = |value: &str| json!({"value": value, "encoding": "utf8", "position": "prefix"});
    let hex = |value: &str| json!({"value": value, "encoding": "hex"});
    let base64 = |value: &str| json!({"value": value, "encoding": "base64"});
    let text = |value: &str| json!({"value": value});
    let keyed = json!({"value": "cg7f42jH39/2EaAU4wNd4s2lKIk=", "encoding": "base64", "digest": "sha1",
        "key": {"value": "736868", "encoding": "hex"}});
    let mut scrypt = custom(
        "scrypt",
        hex("097f6197e1b41538f723e32aa7a68e8d76227d8e432ce5faa4882a913032db29"),
        json!({"value": "abc123", "encoding": "utf8"}),
    );
    for (name, value) in [("keylen", 32), ("cost", 4096), ("blockSize", 8), ("parallelization", 1)] {
        scrypt["custom_password_hash"][name] = json!(value);
    }
    let mary = "d24e794fce503c3ddb1cd1ba1dd5d9b250cf9917336a0316fefd87fecf79200f";
    let edward = "$argon2id$v=19$m=65536,t=2,p=1$J6Q/82PCyaNpYKRELJyTZg$m04qUAB8rexWDR4+/0f+SFB+4XMFxt7YAvAq2UycYos";
    let terrell = "$pbkdf2-md4$i=100000,l=64$+N375B8q0Fw$fp2R9KAM4hK/votGHC5Fu+jhqbxUD8+Nic/EMSGvNC3UP/k7wSHI0uXluHRSkZfl/BOheYqNOemayG90ZaSSQw";
    let cecil = "$pbkdf2-sha512$i=100000,l=64$KNyFsA2rWoE$I2CQGI9H0JxdDf3kERRI97kPCGxh0KWBIV3MxyaS191gDGfzVBGyS4BibhgqWQ0/ails8mHuU9ckASxHOOq58w";
    let sean = "{SSHA384}/cgEjdoZh85DhurDeOQEMO1rMlAur93SVPbYe5XSD4lF7nNuvrBju5hUeg9A6agRemgSXGl5YuE=";
    let velma = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";
    vec![
        ("antoinette", "shh", custom("md4", base64("AbuUujgF0pPPkJPSFRTpmA=="), Value::Null)),
        ("mary", "shh", custom("sha256", hex(mary), salt("abc123"))),
        ("velma", "shh", custom("bcrypt", text(velma), Value::Null)),
        ("plain", "shh", json!({"password_hash": velma})),
        ("note", "hello", json!({"password_hash": "$2b$10$nFguVi9LsCAcvTZFKQlRKeLVydo8ETv483lkNsSFI/Wl1Rz1Ypo1K"})),
        ("edward", "shh", custom("argon2", text(edward), Value::Null)),
        ("terrell", "shh", custom("pbkdf2", text(terrell), Value::Null)),
        ("cecil", "shh", custom("pbkdf2", text(cecil), Value::Null)),
        ("sean", "shh", custom("ldap", text(sean), Value::Null)),
        ("peter", "test", custom("hmac", keyed, Value::Null)),
        ("carmella", "password", scrypt),
        ("schema", "password", custom("md5", hex("67A1E09BB1F83F5007DC119C14D663AA"), salt("salt"))),
    ]
}

#[tokio::test]
async fn every_published_example_is_imported_and_opens_with_its_password() {
    let users: Vec<Value> = examples()
        .into_iter()
        .map(|(id, _, mut record)| {
            record["user_id"] = json!(id);
            record["email"] = json!(format!("{id}@example.com"));
            record
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.json");
    std::fs::File::create(&path).unwrap().write_all(Value::Array(users).to_string().as_bytes()).unwrap();
    let store = Arc::new(SqliteStore::open(folder.path().join("users.sqlite3"), "customers").await.unwrap());
    let importer = Importer::builder(Arc::clone(&store) as _).build();
    let report = importer.run(Arc::new(FileSpec::new(path).input(ReadOptions::default()))).await.unwrap();
    assert_eq!((report.inserted, report.failed), (12, 0), "{report:?}");

    let passwords = Passwords::builder().build().unwrap();
    for (id, password, _) in examples() {
        let user = store.find(Key::Id(&UserId::new(id))).await.unwrap().into_user().unwrap();
        let hash = user.password_hash().unwrap();
        let right = passwords.verify(&Password::from(password), hash).await.unwrap();
        assert!(matches!(right, Verification::Match { .. }), "{id}");
        let wrong = passwords.verify(&Password::from("another"), hash).await.unwrap();
        assert!(matches!(wrong, Verification::Mismatch), "{id}");
    }
}
