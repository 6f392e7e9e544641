//! Files as other systems write them, from `tests/data/exports`: imported into a store, and opened with their passwords.

use std::{io::Cursor, path::Path, sync::Arc};

use serde_json::{Value, json};
use waystation::{
    MemoryStore, Password, Passwords, User, UserStore,
    bulk::{
        FieldMap, FileSpec, ImportFormat, ImportRecord, ImportReport, Importer, ReadError, ReadOptions, RecordReader,
        RecordSource,
    },
    clock::Timestamp,
    identifier::{IdentifierRules, StandardRules},
    password::Verification,
    store::Key,
    user::{Credential, MfaFactor},
};

const PASSWORD: &str = "correct horse battery staple";

/// Of the password `shh`.
const BCRYPT: &str = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";

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

/// Everything that can be seen of what is wrong with a text.
pub(crate) fn complaints(text: impl Into<Vec<u8>>, format: ImportFormat, options: ReadOptions) -> Vec<String> {
    let mut complaints = Vec::new();
    let seen = |error: &ReadError| format!("{error} {error:?}");
    let mut reader = match RecordReader::new(Cursor::new(text.into()), Some(format), options) {
        Ok(reader) => reader,
        Err(error) => return vec![seen(&error)],
    };
    loop {
        match reader.next() {
            Ok(Some(record)) => {
                let faults = record.user.as_ref().err().into_iter().flatten();
                complaints.extend(faults.map(|fault| format!("{fault} {fault:?} {}", json!(fault))));
            }
            Ok(None) => return complaints,
            Err(error) => {
                complaints.push(seen(&error));
                return complaints;
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

/// Identities as the admin API of Ory Kratos 1.3 lists them with `include_credential=password`, `oidc` and `totp`.
fn identities() -> Vec<Value> {
    let identity = |id: u32, traits: Value| {
        json!({
            "id": format!("9f425a8d-7efc-4768-8f23-{id:012}"), "schema_id": "default", "schema_url": "https://x/schemas/ZGVmYXVsdA",
            "state": "active", "state_changed_at": "2024-11-14T10:26:40Z", "traits": traits, "organization_id": null,
            "verifiable_addresses": [{"id": "1", "value": "ada@example.com", "verified": true, "via": "email", "status": "completed"}],
            "recovery_addresses": [{"id": "2", "value": "ada@example.com", "via": "email"}],
            "metadata_public": {"plan": "gold"}, "metadata_admin": null,
            "created_at": "2024-11-14T10:26:40.123456Z", "updated_at": "2024-11-14T10:26:40.123456Z"
        })
    };
    let password = |hash: &str| json!({"type": "password", "identifiers": ["ada@example.com"], "config": {"hashed_password": hash}, "version": 0});
    let mut ada = identity(
        1,
        json!({"email": "ada@example.com", "name": {"first": "Ada", "last": "Lovelace"}, "newsletter": true}),
    );
    let totp =
        "otpauth://totp/shop:ada@example.com?algorithm=SHA1&digits=6&issuer=shop&period=30&secret=JBSWY3DPEHPK3PXP";
    ada["credentials"] = json!({
        "password": password(BCRYPT),
        "oidc": {"type": "oidc", "identifiers": ["google:107"], "config": {"providers": [{"provider": "google", "subject": "107"}]}},
        "totp": {"type": "totp", "identifiers": ["9f"], "config": {"totp_url": totp}},
        "code": {"type": "code", "identifiers": ["ada@example.com"], "config": {"addresses": []}},
        "lookup_secret": {"type": "lookup_secret", "config": {"recovery_codes": [{"code": "abcdefgh"}]}},
    });
    let mut grace = identity(2, json!({"username": "grace"}));
    grace["state"] = "inactive".into();
    let mut edsger = identity(3, json!({"subject": "e"}));
    edsger["credentials"] =
        json!({"password": {"identifiers": ["edsger@example.com"], "config": {"use_password_migration_hook": true}}});
    let mut alan = identity(4, json!({"email": "alan@example.com"}));
    alan["credentials"] = json!({"password": password("$ENIGMA$abc")});
    let mut barbara = identity(5, json!({"email": "barbara@example.com"}));
    barbara["credentials"] = json!({"password": {"config": {"password": "secret"}}});
    let mut kurt = identity(6, json!({"email": "kurt@example.com"}));
    kurt["state"] = "unsure".into();
    let mut emmy = identity(7, json!({"email": "emmy@example.com"}));
    emmy["credentials"] = json!({"passkey": {"config": "x"}});
    vec![ada, grace, edsger, alan, barbara, kurt, emmy]
}

#[tokio::test]
async fn identities_of_kratos_bring_people_with_their_passwords() {
    let list = identities();
    let lines: String = list.iter().flat_map(|identity| [identity.to_string(), "\n".to_owned()]).collect();
    let command = format!("{{\n  \"identities\": {},\n  \"next_page_token\": \"\"\n}}\n", json!(list));
    for text in [json!(list).to_string(), lines, command] {
        let found = read(text, ImportFormat::Kratos, ReadOptions::default());
        assert_eq!(found.len(), 7, "{found:?}");
        let ada = found[0].as_ref().unwrap();
        let Some(Credential::Hash(hash)) = &ada.credential else { panic!("no hash") };
        let verified = Passwords::builder().build().unwrap().verify(&Password::from("shh"), hash).await.unwrap();
        assert!(matches!(verified, Verification::Match { .. }));
        assert_eq!((ada.profile.email_verified, ada.profile.blocked), (true, false));
        assert_eq!(
            (ada.profile.given_name.as_deref(), ada.profile.family_name.as_deref()),
            (Some("Ada"), Some("Lovelace"))
        );
        assert_eq!(ada.profile.user_metadata, *json!({"newsletter": true}).as_object().unwrap());
        assert_eq!(ada.profile.app_metadata["metadata_public"], json!({"plan": "gold"}));
        assert_eq!(
            (ada.profile.identities[0].provider.as_str(), ada.profile.identities[0].subject.as_str()),
            ("google", "107")
        );
        let factors: Vec<_> = ada.profile.mfa_factors.iter().map(MfaFactor::kind).collect();
        assert_eq!(factors, ["kratos-lookup_secret", "totp"]);
        assert_eq!(ada.created_at, Some(Timestamp::from_micros(1_731_580_000_123_456)));
        let grace = found[1].as_ref().unwrap();
        assert!(grace.profile.blocked && grace.credential.is_none());
        let edsger = found[2].as_ref().unwrap();
        assert_eq!(
            (edsger.profile.email.as_ref().unwrap().original(), &edsger.credential),
            ("edsger@example.com", &None)
        );
        let faults: Vec<_> = found[3..].iter().map(|user| user.clone().unwrap_err()).collect();
        assert_eq!(
            faults,
            [
                "/credentials/password/config/hashed_password hash.unknown",
                "/credentials/password/config/password hash.plaintext",
                "/state kratos.state",
                "/credentials value.type",
            ]
        );
    }
}

#[test]
fn accounts_of_gigya_are_read_through_a_field_map() {
    // What accounts.search of SAP Customer Data Cloud returns of an account, as IdentitySync exports it in JSON.
    let accounts = json!([{
        "UID": "_guid_7d3c", "isActive": true, "isVerified": true, "created": "2017-03-01T10:00:00.000Z",
        "lastLogin": "2017-09-24T08:30:00.000Z", "socialProviders": "site", "loginIDs": {"emails": ["ada@example.com"]},
        "profile": {"email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace", "nickname": "ada", "photoURL": "https://x/1.png", "country": "GB"},
        "data": {"loyalty": {"tier": 3}}, "password": {"hash": BCRYPT, "hashSettings": {"algorithm": "bcrypt"}}
    }, {"UID": "2", "isVerified": "yes"}]);
    let map = FieldMap::default()
        .field("/UID", "user_id")
        .field("/profile/email", "email")
        .field("/isVerified", "email_verified")
        .field("/profile/firstName", "given_name")
        .field("/profile/lastName", "family_name")
        .field("/profile/nickname", "nickname")
        .field("/profile/photoURL", "picture")
        .field("/profile/country", "user_metadata.country")
        .field("/data", "app_metadata")
        .field("/password/hash", "password_hash")
        .field("/created", "waystation.created_at")
        .field("/lastLogin", "waystation.last_login");
    let found = read(accounts.to_string(), ImportFormat::Json, ReadOptions::default().fields(map));
    let ada = found[0].as_ref().unwrap();
    assert_eq!((ada.id.as_ref().unwrap().as_str(), ada.profile.email_verified), ("_guid_7d3c", true));
    assert_eq!(
        (&ada.profile.app_metadata["loyalty"]["tier"], &ada.profile.user_metadata["country"]),
        (&json!(3), &json!("GB"))
    );
    assert!(ada.created_at.is_some() && ada.last_login.is_some());
    assert!(matches!(&ada.credential, Some(Credential::Hash(hash)) if hash.scheme() == Some("bcrypt")));
    assert_eq!(found[1], Err("/email_verified value.type".to_owned()));
}
