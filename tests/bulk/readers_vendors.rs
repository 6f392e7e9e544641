//! Files as other systems write them, from `tests/data/exports`: imported into a store, and opened with their passwords.

use std::{io::Cursor, path::Path, sync::Arc};

use serde_json::{Value, json};
use waystation::{
    MemoryStore, Password, Passwords, User, UserStore,
    bulk::{FileSpec, ImportFormat, ImportRecord, ImportReport, Importer, ReadOptions, RecordReader, RecordSource},
    clock::Timestamp,
    identifier::{IdentifierRules, StandardRules},
    password::Verification,
    store::Key,
    user::{Credential, MfaFactor},
};

const PASSWORD: &str = "correct horse battery staple";

pub(crate) fn spec(name: &str, format: ImportFormat) -> FileSpec {
    let mut spec = FileSpec::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/exports").join(name));
    spec.format = Some(format);
    spec
}

/// A store with the users of a file, and what became of its records.
pub(crate) async fn imported(spec: FileSpec, options: ReadOptions) -> (Arc<MemoryStore>, ImportReport) {
    let store = Arc::new(MemoryStore::new());
    let importer = Importer::builder(Arc::clone(&store) as _).build();
    let report = importer.run(Arc::new(spec.input(options))).await;
    (store, report.unwrap_or_default())
}

pub(crate) async fn user(store: &MemoryStore, login: &str) -> Option<User> {
    let identifier = StandardRules::new().parse(login).ok()?;
    store.find(Key::Identifier(&identifier)).await.ok()?.into_user()
}

/// Whether the password, and no other, opens the user.
pub(crate) async fn opens(user: &User, password: &str) -> bool {
    let (Ok(passwords), Some(hash)) = (Passwords::builder().build(), user.password_hash()) else { return false };
    let right = passwords.verify(&Password::from(password), hash).await;
    let wrong = passwords.verify(&Password::from("another"), hash).await;
    matches!(right, Ok(Verification::Match { .. })) && matches!(wrong, Ok(Verification::Mismatch))
}

/// The users of a text, or what is wrong with them.
pub(crate) fn read(
    text: impl Into<Vec<u8>>,
    format: ImportFormat,
    options: ReadOptions,
) -> Vec<Result<ImportRecord, String>> {
    let mut users = Vec::new();
    let reader = RecordReader::new(Cursor::new(text.into()), Some(format), options);
    let mut next = reader.and_then(|mut reader| Ok((reader.next()?, reader)));
    loop {
        match next {
            Ok((None, _)) => return users,
            Ok((Some(record), mut reader)) => {
                users.push(record.user.map(|user| *user).map_err(|faults| {
                    faults
                        .iter()
                        .map(|fault| format!("{} {}", fault.pointer, fault.detail))
                        .collect::<Vec<_>>()
                        .join(", ")
                }));
                next = reader.next().map(|record| (record, reader));
            }
            Err(error) => {
                users.push(Err(error.code.to_owned()));
                return users;
            }
        }
    }
}

pub(crate) fn wrapped(member: &str, users: &[Value]) -> String {
    json!({"before": {"users": 1}, member: users, "after": []}).to_string()
}

#[tokio::test]
async fn a_realm_of_keycloak_brings_its_people_with_their_passwords() {
    let spec = spec("keycloak_realm.json", ImportFormat::Keycloak);
    let (store, report) = imported(spec, ReadOptions::default()).await;
    // One of seven is a service, and one has a hash that nothing here can verify.
    assert_eq!((report.inserted, report.failed), (5, 1), "{report:?}");
    let ada = user(&store, "ada").await.unwrap();
    assert_eq!(ada.id.as_str(), "f1a0c4d2-0000-4000-8000-000000000001");
    assert!(opens(&ada, PASSWORD).await);
    assert!(ada.profile.email_verified && !ada.profile.blocked);
    assert_eq!(ada.created_at, Timestamp::from_micros(1_731_579_000_123_000));
    assert_eq!(ada.password_set_at, Some(Timestamp::from_micros(1_731_580_000_000_000)));
    assert_eq!(ada.profile.user_metadata["department"], json!(["engines"]));
    assert_eq!(
        (&ada.profile.app_metadata["groups"], &ada.profile.app_metadata["realmRoles"]),
        (&json!(["/staff"]), &json!(["default-roles-shop"]))
    );
    assert_eq!(
        (ada.profile.identities[0].provider.as_str(), ada.profile.identities[0].subject.as_str()),
        ("google", "107")
    );
    // Python: base64.b32encode(b"GaVaB2c1TXVVvxlmDzQZ")
    let secret = "I5QVMYKCGJRTCVCYKZLHM6DMNVCHUUK2".to_owned();
    assert_eq!(ada.profile.mfa_factors, [MfaFactor::Totp { secret }]);

    let grace = user(&store, "grace").await.unwrap();
    assert!(grace.profile.blocked && opens(&grace, PASSWORD).await);
    assert_eq!(grace.profile.mfa_factors[0].kind(), "keycloak-otp");
    let edsger = user(&store, "edsger").await.unwrap();
    assert_eq!((edsger.credential, edsger.profile.email_verified), (Credential::PendingPassword, false));
    assert_eq!(edsger.profile.app_metadata["requiredActions"], json!(["VERIFY_EMAIL"]));
    assert!(opens(&user(&store, "barbara").await.unwrap(), PASSWORD).await);
    assert_eq!(user(&store, "katherine").await.unwrap().credential, Credential::PendingPassword);
    assert!(user(&store, "alan").await.is_none() && user(&store, "service-account-shop-api").await.is_none());
}

#[test]
fn what_is_wrong_with_a_user_of_keycloak_is_named_where_it_stands() {
    let credential = |value: Value| json!({"username": "ada", "credentials": [value]});
    let empty = json!({"type": "password", "secretData": "{}", "credentialData": "{}"});
    let users = [
        (json!({"username": "ada", "enabled": "yes"}), "/enabled value.type"),
        (json!({"username": "ada", "createdTimestamp": "yesterday"}), "/createdTimestamp date.syntax"),
        (json!({"username": "ada", "credentials": {}}), "/credentials value.type"),
        (credential(json!(1)), "/credentials/0 value.type"),
        (credential(json!({"secretData": "{}"})), "/credentials/0/type value.type"),
        (credential(empty), "/credentials/0 hash.malformed"),
        (credential(json!({"type": "password", "value": "secret"})), "/credentials/0/value hash.plaintext"),
        (credential(json!({"type": "password", "createdDate": []})), "/credentials/0/createdDate date.syntax"),
        (
            json!({"username": "ada", "federatedIdentities": [{"userId": "1"}]}),
            "/federatedIdentities/0/identityProvider field.missing",
        ),
        (json!({"username": "ada", "shoeSize": 38}), "/shoeSize key.unknown"),
        (json!({"realm": "shop", "users": []}), " keycloak.realm"),
        (json!("ada"), " record.type"),
    ];
    let (given, faults): (Vec<_>, Vec<_>) = users.into_iter().map(|(user, fault)| (user, fault.to_owned())).unzip();
    let found = read(wrapped("users", &given), ImportFormat::Keycloak, ReadOptions::default());
    assert_eq!(found.into_iter().map(Result::unwrap_err).collect::<Vec<_>>(), faults);
    // A list of users is read as well, and a file that is cut off is one.
    assert!(read(json!([{"username": "ada"}]).to_string(), ImportFormat::Keycloak, ReadOptions::default())[0].is_ok());
    let cut = r#"{"realm": "shop", "users": [{"username": "ada"}, {"username": "gr"#;
    let found = read(cut, ImportFormat::Keycloak, ReadOptions::default());
    assert_eq!((found[0].is_ok(), found[1].clone()), (true, Err("json.unclosed".to_owned())));
}
