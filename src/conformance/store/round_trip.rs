use serde_json::json;

use super::people::{Store, at, email, find, found, full, insert, keyed, object, plain, same, username, with};
use crate::{
    password::{HashContext, PasswordHash},
    store::{Deletion, Key, StoreError},
    user::{Credential, Delegation, LegacyKey, LinkedIdentity, MfaFactor, Moved, MovedBy, NewUser, User},
};

/// Text that has broken stores before.
const HOSTILE: [&str; 14] = [
    "",
    " ",
    "\0",
    "a\0b",
    "'); DROP TABLE waystation_users; --",
    "\" OR \"\"=\"",
    "100%_off\\",
    "$1 ?1 :name @p {{x}}",
    "\r\n\t\u{1b}[31m\u{7f}\u{85}",
    "\u{feff}\u{200f}\u{202e}nael\u{200b}",
    "\u{1f469}\u{200d}\u{1f680}\u{10ffff}",
    "e\u{301} \u{e9} \u{130}\u{131} \u{df}",
    "null",
    "{\"a\":1}",
];

async fn comes_back(store: &Store, user: NewUser) {
    let expected = User::from_new(user.clone());
    same(&insert(store, user).await, &expected, "the answer to the insert");
    same(&found(store, &expected.id).await, &expected, "the row");
}

/// Every field of a user comes back as it was given.
pub async fn a_full_user_comes_back(store: Store) {
    comes_back(&store, full("ada")).await;
    comes_back(&store, plain("bob")).await;
}

/// Every form of credential comes back.
pub async fn each_credential_comes_back(store: Store) {
    let context = || HashContext::default().salt(vec![0, 255, 1]).username("Ada").key("pepper").iterations(u64::MAX);
    let declared = || PasswordHash::declared("scrypt", "$scrypt$ln=15,r=8,p=1$c2FsdA$aGFzaA");
    for (number, credential) in [
        Credential::None,
        Credential::PendingPassword,
        Credential::Hash(PasswordHash::new("$2b$12$abcdefghijklmnopqrstuv")),
        Credential::Hash(declared()),
        Credential::Hash(PasswordHash::declared("", "")),
        Credential::Hash(declared().with_context(context())),
        Credential::Delegated(Delegation::to("django")),
        Credential::Delegated(Delegation::to("django").shadow(declared())),
        Credential::Delegated(Delegation::to("").shadow(PasswordHash::new("text"))),
    ]
    .into_iter()
    .enumerate()
    {
        comes_back(&store, NewUser { credential, ..keyed(&number.to_string()) }).await;
    }
}

/// Every way of moving comes back, and so does not having moved.
pub async fn every_way_of_moving_comes_back(store: Store) {
    for (number, by) in MovedBy::ALL.map(Some).into_iter().chain([None]).enumerate() {
        comes_back(&store, NewUser { moved: by.map(|by| Moved::new(at(7), by)), ..keyed(&number.to_string()) }).await;
    }
}

/// Times come back to the microsecond: before 1970, and at both ends of what can be said.
pub async fn times_at_both_ends_come_back(store: Store) {
    for (number, micros) in [i64::MIN, -62_135_596_800_000_000, -1_500_001, -1, 0, 1, 253_402_300_799_999_999, i64::MAX]
        .into_iter()
        .enumerate()
    {
        let mut user = keyed(&number.to_string());
        (user.created_at, user.at) = (at(micros), at(micros));
        (user.last_login, user.password_set_at) = (Some(at(micros)), Some(at(micros)));
        user.moved = Some(Moved::new(at(micros), MovedBy::Import));
        user.login_count = 9_007_199_254_740_993;
        comes_back(&store, user).await;
    }
}

/// Numbers are kept to the digit, as integers where they are integers.
pub async fn numbers_in_metadata_come_back(store: Store) {
    let mut user = keyed("ada");
    user.profile.user_metadata = object(json!({
        "integers": [i64::MIN, i64::MAX, u64::MAX, 0, -1, 9_007_199_254_740_993_i64],
        "others": [0.1, -0.5, 1.5e300, 5e-324, 51.248_178_375_505_404, -93.311_370_376_880_33],
        "texts": ["0", "1.0", "1e3"],
        "truths": [true, false, null],
    }));
    comes_back(&store, user).await;
}

/// Any text comes back from any field.
pub async fn hostile_text_comes_back(store: Store) {
    for (number, text) in HOSTILE.into_iter().enumerate() {
        let own = || text.to_owned();
        let mut user = keyed(&number.to_string());
        user.credential = Credential::Hash(PasswordHash::declared(text, text));
        let profile = &mut user.profile;
        (profile.name, profile.given_name, profile.family_name) = (Some(own()), Some(own()), Some(own()));
        (profile.nickname, profile.picture) = (Some(own()), Some(own()));
        profile.app_metadata.insert(own(), json!({ text: [text] }));
        profile.mfa_factors =
            vec![MfaFactor::Totp { secret: own() }, MfaFactor::Other { kind: own(), value: json!({ text: text }) }];
        profile.identities = vec![LinkedIdentity::new(text, text)];
        comes_back(&store, user).await;
    }
}

/// Any text is a key, and each names the one user who has it.
pub async fn hostile_keys_name_one_user_each(store: Store) {
    let user = |text: &str| {
        let mut user = with(text, [email(text), username(text), super::people::phone(text)]);
        user.legacy = Some(LegacyKey::new(text, text));
        user
    };
    for text in HOSTILE {
        insert(&store, user(text)).await;
    }
    for text in HOSTILE {
        let expected = User::from_new(user(text));
        for key in Key::all_of(&expected) {
            let found = find(&store, key).await.into_user();
            assert!(found.as_ref() == Some(&expected), "{text:?} by {:?}", key.kind());
        }
    }
}

/// A profile may be large.
pub async fn a_mebibyte_of_metadata_comes_back(store: Store) {
    let mut user = keyed("ada");
    user.profile.user_metadata = object(json!({"large": "\u{e9}'\\\0".repeat(1 << 18)}));
    user.profile.app_metadata = (0..1_000).map(|number| (format!("key-{number}"), json!([number]))).collect();
    comes_back(&store, user).await;
}

/// What a log shows of a store, of a user and of an answer names nobody and holds no secret.
pub async fn debug_shows_nothing_of_a_user(store: Store) {
    let ada = insert(&store, full("ada")).await;
    let answers = (
        store.find(Key::Id(&ada.id)).await,
        store.insert(full("ada"), crate::store::OnTombstone::Refuse).await,
        store.delete(&ada.id, Deletion::without_trace()).await,
    );
    let shown = format!("{store:?} {ada:?} {answers:?} {:?}", Err::<(), _>(StoreError::misconfigured("test")));
    let secrets = ["ada", "Ada", "Lovelace", "argon2id", "JBSWY3DPEHPK3PXP", "15550100", "1234567890"];
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} is shown");
    }
}
