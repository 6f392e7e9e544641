//! When a stored hash is made anew, and of what: peppers, forms, and passwords that were never proven whole.

use std::sync::Arc;

use waystation::{
    entropy::SeededEntropy,
    password::{
        HashContext, HashError, HashPolicy, Password, PasswordError, PasswordForm, PasswordHash, Passwords,
        PasswordsBuilder, Peppers, Truncation, Verification,
    },
};

const LONG: &str = "a password of seventy-three bytes: bcrypt never sees its last character.!";
const BCRYPT: &str = "$2a$04$5vbbKLQVd6C1DKosTXyYo.aoE5.eeBKyITcfauxAWfVTcNJ3VNWHi";

fn builder() -> PasswordsBuilder {
    let entropy = Arc::new(SeededEntropy::new(3));
    Passwords::builder().policy(HashPolicy::argon2id(64, 1, 1).unwrap()).threads(1).entropy(entropy)
}

fn peppers(ids: &[&str]) -> Peppers {
    let key = |id: &str| id.repeat(16).into_bytes();
    let (first, others) = ids.split_first().unwrap();
    let peppers = Peppers::new(*first, key(first)).unwrap();
    others.iter().fold(peppers, |peppers, id| peppers.and(*id, key(id)).unwrap())
}

/// Whether a password opens a hash, and whether the hash is then to be made anew.
async fn opens(passwords: &Passwords, password: &str, stored: &PasswordHash) -> Option<bool> {
    match passwords.verify(&password.into(), stored).await.unwrap() {
        Verification::Match { upgrade, .. } => Some(upgrade),
        _ => None,
    }
}

#[tokio::test]
async fn a_pepper_is_needed_and_named_and_never_stored() {
    let passwords = builder().peppers(peppers(&["2026"])).build().unwrap();
    let stored = passwords.hash(&"right".into()).await.unwrap();
    assert_eq!(stored.context(), Some(&HashContext::default().pepper("2026")));
    assert_eq!(opens(&passwords, "right", &stored).await, Some(false));
    assert_eq!(opens(&passwords, "wrong", &stored).await, None);

    let plain = builder().build().unwrap();
    let incomplete = HashError::Incomplete { scheme: "argon2", missing: "pepper" };
    assert_eq!(plain.verify(&"right".into(), &stored).await, Err(incomplete.into()));
    let forgotten = PasswordHash::declared("argon2", stored.expose());
    assert_eq!(opens(&plain, "right", &forgotten).await, None);
}

#[tokio::test]
async fn a_new_pepper_makes_hashes_anew_once() {
    let old = builder().peppers(peppers(&["2024"])).build().unwrap();
    let both = builder().peppers(peppers(&["2026", "2024"])).build().unwrap();
    let plain = builder().build().unwrap().hash(&"right".into()).await.unwrap();
    for stored in [old.hash(&"right".into()).await.unwrap(), plain] {
        assert_eq!(opens(&both, "right", &stored).await, Some(true));
        let renewed = both.rehash(&"right".into(), &stored).await.unwrap();
        assert_eq!(renewed.context().unwrap().pepper.as_deref(), Some("2026"));
        assert_eq!(opens(&both, "right", &renewed).await, Some(false));
        assert_eq!(opens(&both, "wrong", &renewed).await, None);
    }
}

#[tokio::test]
async fn a_stronger_hash_is_not_weakened_for_a_pepper() {
    let strong = builder().policy(HashPolicy::argon2id(128, 2, 1).unwrap()).build().unwrap();
    let stored = strong.hash(&"right".into()).await.unwrap();
    let passwords = builder().peppers(peppers(&["2026"])).build().unwrap();
    assert_eq!(opens(&passwords, "right", &stored).await, Some(false));
}

#[test]
fn unusable_peppers_are_refused() {
    assert_eq!(Peppers::new("", vec![1; 16]).unwrap_err().to_string(), "unusable pepper: its id is empty or taken");
    assert!(Peppers::new("a", vec![1; 15]).is_err());
    assert!(peppers(&["a"]).and("a", vec![1; 16]).is_err());
    assert_eq!(format!("{:?}", peppers(&["2026", "2024"])), r#"["2026", "2024"]"#);
}

/// MAS's and npm's Argon2 with a secret looks like any other: the key is declared.
#[tokio::test]
async fn argon2_with_a_key_of_another_system() {
    // Made by npm's argon2 0.45.1 with `secret: Buffer.from('pepper')`.
    let stored = |key: Option<&str>, text: &str| {
        let context = key.map_or(HashContext::default(), |key| HashContext::default().key(key));
        PasswordHash::declared("argon2", text).with_context(context)
    };
    let passwords = builder().build().unwrap();
    let text = "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(opens(&passwords, "right", &stored(Some("pepper"), text)).await, None);
    let keyed = text.replace("p=1", "p=1,keyid=MQ");
    let missing = PasswordError::Hash(HashError::Incomplete { scheme: "argon2", missing: "key" });
    assert_eq!(passwords.verify(&"right".into(), &stored(None, &keyed)).await, Err(missing));
    assert_eq!(opens(&passwords, "right", &stored(Some("pepper"), &keyed)).await, None);
}

#[tokio::test]
async fn new_hashes_are_of_the_form_of_the_policy() {
    let nfc = builder().form(PasswordForm::Nfc).build().unwrap();
    let stored = nfc.hash(&"e\u{301}".into()).await.unwrap();
    assert_eq!(stored.context().unwrap().form, Some(PasswordForm::Nfc));
    for typed in ["e\u{301}", "\u{e9}"] {
        assert_eq!(opens(&nfc, typed, &stored).await, Some(false));
    }
    // The hash keeps its form when the policy has another.
    let as_typed = builder().build().unwrap();
    assert_eq!(opens(&as_typed, "\u{e9}", &stored).await, Some(true));
    let renewed = as_typed.rehash(&"\u{e9}".into(), &stored).await.unwrap();
    assert_eq!(renewed.context(), None);
    assert_eq!(opens(&as_typed, "e\u{301}", &renewed).await, None);
}

#[tokio::test]
async fn one_second_form_and_no_more() {
    let stored = builder().build().unwrap().hash(&"\u{e9}".into()).await.unwrap();
    let plain = builder().build().unwrap();
    assert_eq!(opens(&plain, "e\u{301}", &stored).await, None);
    assert_eq!(plain.work().verified, 1);

    let second = builder().second_form(PasswordForm::Nfc).build().unwrap();
    assert_eq!(opens(&second, "e\u{301}", &stored).await, Some(false));
    assert_eq!(second.work().verified, 2);
    // Nothing is computed twice for ASCII, nor where both forms are one.
    assert_eq!(opens(&second, "wrong", &stored).await, None);
    assert_eq!(opens(&second, "\u{e8}", &stored).await, None);
    assert_eq!(second.work().verified, 4);
}

#[tokio::test]
async fn the_form_of_a_scheme_is_declared() {
    // bcrypt of "ﬁ" as Synapse stores it, after NFKC: "fi".
    let hash = bcrypt::hash_with_salt("fi", 4, [7; 16]).unwrap().to_string();
    let stored = PasswordHash::new(hash);
    assert_eq!(opens(&builder().build().unwrap(), "\u{fb01}", &stored).await, None);
    let synapse = builder().form_of("bcrypt", PasswordForm::Nfkc).build().unwrap();
    assert_eq!(opens(&synapse, "\u{fb01}", &stored).await, Some(true));
    assert_eq!(opens(&synapse, "fi", &stored).await, Some(true));
}

async fn truncated(passwords: &Passwords, password: &str, stored: &PasswordHash) -> (bool, bool, bool) {
    match passwords.verify(&password.into(), stored).await.unwrap() {
        Verification::Match { upgrade, truncated, must_change, .. } => (upgrade, truncated, must_change),
        _ => panic!("{password:?} is refused"),
    }
}

#[tokio::test]
async fn a_password_longer_than_was_read_keeps_its_hash() {
    let passwords = builder().build().unwrap();
    let stored = PasswordHash::new(BCRYPT);
    assert_eq!(truncated(&passwords, LONG, &stored).await, (false, true, false));
    assert_eq!(passwords.rehash(&LONG.into(), &stored).await.unwrap(), stored);
    assert_eq!((passwords.work().hashed, passwords.work().decoys), (0, 1));
    assert_eq!(truncated(&passwords, &LONG[..72], &stored).await, (true, false, false));
}

#[tokio::test]
async fn or_its_owner_must_choose_another() {
    let passwords = builder().truncation(Truncation::MustChange).build().unwrap();
    let stored = PasswordHash::new(BCRYPT);
    assert_eq!(truncated(&passwords, LONG, &stored).await, (false, true, true));
    assert_eq!(passwords.rehash(&LONG.into(), &stored).await.unwrap(), stored);
    assert_eq!(truncated(&passwords, &LONG[..72], &stored).await, (true, false, false));
}

#[tokio::test]
async fn or_what_was_proven_is_hashed_and_no_more() {
    let passwords = builder().truncation(Truncation::RehashWhatWasProven).build().unwrap();
    let stored = PasswordHash::new(BCRYPT);
    assert_eq!(truncated(&passwords, LONG, &stored).await, (true, true, false));
    let renewed = passwords.rehash(&LONG.into(), &stored).await.unwrap();
    assert_eq!((renewed.scheme(), renewed.context()), (Some("argon2"), Some(&HashContext::default().first_bytes(72))));
    // It opens for what opened before, is not made anew again, and says of each what was read.
    assert_eq!(truncated(&passwords, LONG, &renewed).await, (false, true, false));
    assert_eq!(truncated(&passwords, &LONG[..72], &renewed).await, (false, false, false));
    assert_eq!(opens(&passwords, &LONG[..71], &renewed).await, None);
    // Also where the policy has changed since: what was never proven stays so.
    let cautious = builder().truncation(Truncation::MustChange).build().unwrap();
    assert_eq!(truncated(&cautious, LONG, &renewed).await, (false, true, true));
    let raised = builder().policy(HashPolicy::argon2id(128, 1, 1).unwrap()).build().unwrap();
    assert_eq!(truncated(&raised, LONG, &renewed).await, (false, true, false));
    assert_eq!(truncated(&raised, &LONG[..72], &renewed).await, (true, false, false));
}

/// What was read of a password with a NUL depends on the password: there is no length to keep.
#[tokio::test]
async fn a_part_that_is_no_length_is_never_hashed_alone() {
    let hash = bcrypt::hash_with_salt("a", 4, [7; 16]).unwrap().to_string();
    let passwords = builder().truncation(Truncation::RehashWhatWasProven).build().unwrap();
    let stored = PasswordHash::new(hash);
    assert_eq!(truncated(&passwords, "a\0a", &stored).await, (false, true, false));
    assert_eq!(passwords.rehash(&"a\0a".into(), &stored).await.unwrap(), stored);
}

#[tokio::test]
async fn a_known_hash_is_proven_before_anybody_logs_in() {
    let passwords = builder().build().unwrap();
    let known = Password::from("correct horse battery staple");
    let stored = PasswordHash::new("$2a$04$cIT1GcCA.5r5ZU988wjuN.4/tykbDVt9BuNSSAEfmmIrpPU5kxgw.");
    assert_eq!(passwords.prove(&known, &stored).await, Ok(()));
    assert_eq!(passwords.prove(&"windmolen8".into(), &stored).await, Err(PasswordError::NotProven));
}
