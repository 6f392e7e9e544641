//! Defects that were found in other systems, each shown not to be one here.

use proptest::prelude::*;
use waystation::password::{
    Comparison, EffectiveInput, HashError, HashPolicy, Limits, Password, PasswordError, PasswordHash, Passwords,
    Schemes, Verification, Workspace,
};

const SALT: &str = "c29tZXNhbHRzb21lc2FsdA";
const DIGEST: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn parse(text: &str) -> Result<Box<dyn waystation::password::ParsedHash>, HashError> {
    Schemes::standard().parse(&PasswordHash::new(text), &Limits::default())
}

fn opens(password: &str, text: &str) -> bool {
    parse(text).unwrap().verify(&password.into(), &mut Workspace::default()).unwrap()
}

fn passwords() -> Passwords {
    Passwords::builder().policy(HashPolicy::argon2id(64, 1, 1).unwrap()).threads(1).build().unwrap()
}

/// `RustCrypto`'s `argon2` and kanidm read an absent version as 19; the reference implementation means 16.
#[test]
fn argon2_without_a_version_is_version_16() {
    let old = "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ";
    assert!(opens("password", old));
    assert!(!opens("password", &old.replace("$m=", "$v=19$m=")));
    assert!(opens("password", &old.replace("$m=", "$v=16$m=")));
}

/// npm's `argon2` writes m, p, t; five implementations refuse that, and PHP answers plain "no".
#[test]
fn argon2_parameters_stand_in_any_order() {
    let hash =
        "$argon2id$v=19$m=64,p=4,t=3,data=ZGF0YQ$z/tWAUW81aNNVF4hdSmjaQ$+tms8om7yxkiq4FuN3CYF1E3JDG/aroijqbHw4OjkY8";
    assert!(opens("associated", hash));
    assert!(opens("associated", &hash.replace("m=64,p=4,t=3", "t=3,m=64,p=4")));
}

/// `phc` accepts `t=1,t=1`, and takes one of them.
#[test]
fn a_repeated_argon2_parameter_is_malformed() {
    let hash = format!("$argon2id$v=19$m=64,t=1,t=1,p=1${SALT}${DIGEST}");
    assert!(matches!(parse(&hash), Err(HashError::Malformed { .. })));
}

/// `RustCrypto`'s `pbkdf2` compared as many bytes as the string held: one byte verified.
#[test]
#[cfg(feature = "pbkdf2")]
fn a_shortened_pbkdf2_key_never_matches() {
    let key = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
    assert!(parse(&format!("$pbkdf2-sha256$i=10${SALT}${key}")).is_ok());
    for end in 0..key.len() {
        assert!(parse(&format!("$pbkdf2-sha256$i=10${SALT}${}", &key[..end])).is_err(), "{end}");
    }
}

/// Kratos decodes an empty digest, derives no bytes, and finds both equal: any password opens.
#[test]
#[cfg(all(feature = "bcrypt", feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
fn an_empty_digest_is_malformed_in_every_scheme() {
    for start in [
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$",
        "$2b$04$abcdefghijklmnopqrstuu",
        "$scrypt$ln=4,r=8,p=1$c29tZXNhbHQ$",
        "$pbkdf2-sha256$i=1,l=0$c29tZXNhbHQ$",
        "argon2$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$",
        "bcrypt$$2b$04$abcdefghijklmnopqrstuu",
        "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuu",
        "pbkdf2_sha256$1$salt$",
        "pbkdf2_sha1$1$salt$",
        "scrypt$16$salt$8$1$",
        "md5$salt$",
        "sha1$salt$",
        "md5$$",
        "sha1$$",
    ] {
        assert!(matches!(parse(start), Err(HashError::Malformed { .. })), "{start}");
    }
}

/// `RustCrypto`'s `scrypt` aborts the process on 60 bytes of text.
#[test]
#[cfg(feature = "scrypt")]
fn scrypt_parameters_do_not_abort_the_process() {
    for parameters in ["ln=40,r=8,p=1", "ln=1,r=65536,p=65536", "ln=62,r=4294967295,p=4294967295"] {
        let hash = format!("$scrypt${parameters}${SALT}${DIGEST}");
        assert!(matches!(parse(&hash), Err(HashError::TooCostly { .. })), "{parameters}");
    }
}

/// Rust's `bcrypt` reads `+4` as a cost, and `$2x$` as `$2b$`; passwap indexes past the end of `$2`.
#[test]
#[cfg(feature = "bcrypt")]
fn bcrypt_is_read_strictly() {
    let body = "abcdefghijklmnopqrstuuK3t0HYv1bPVXjW4jH1kMKLmQXpDSeWG";
    assert!(parse(&format!("$2b$04${body}")).is_ok());
    assert!(matches!(parse(&format!("$2b$+4${body}")), Err(HashError::Malformed { .. })));
    let signed = "$04$1v5dO1GNrAi3bq5OCvtzE.ZP9RzDrmLBqim5PH/AN3zE5jad8QIj6";
    assert!(opens("abcé", &format!("$2x{signed}")) && !opens("abcé", &format!("$2b{signed}")));
    assert_eq!(parse("$2").err(), Some(HashError::UnsupportedScheme { name: None }));
}

/// Some writers leave the spare bits of bcrypt's last characters set; Rust's `bcrypt` refuses those hashes.
#[test]
#[cfg(feature = "bcrypt")]
fn spare_bits_of_bcrypt_do_not_lock_anybody_out() {
    let hash = "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.";
    let (start, last) = hash.split_at(hash.len() - 1);
    assert_eq!(last, ".");
    // The empty password: `verify` of the scheme itself, since `Passwords` never lets one in.
    for spare in [".", "/", "A", "B"] {
        assert!(opens("", &format!("{start}{spare}")), "{spare}");
    }
    assert!(!opens("", &format!("{start}C")));
}

/// `GoTrue` had no upper bound for parameters, and panicked on bad ones: see also `hostile.rs`.
#[tokio::test]
async fn hostile_parameters_are_answered_and_others_go_on() {
    let passwords = passwords();
    let hostile = PasswordHash::new(format!("$argon2id$v=19$m=4294967295,t=9,p=1${SALT}${DIGEST}"));
    let answer = passwords.verify(&"any".into(), &hostile).await;
    assert!(matches!(answer, Err(PasswordError::Hash(HashError::TooCostly { bound: "KiB of memory", .. }))));
    let stored = passwords.hash(&"right".into()).await.unwrap();
    assert!(matches!(passwords.verify(&"right".into(), &stored).await, Ok(Verification::Match { .. })));
}

/// kratos looks at the algorithm only, so a weak Argon2id is never raised.
#[tokio::test]
async fn weak_parameters_of_the_right_algorithm_are_upgraded() {
    let weak = HashPolicy::argon2id(32, 1, 1).unwrap();
    let stored = Passwords::builder().policy(weak).threads(1).build().unwrap().hash(&"right".into()).await.unwrap();
    let answer = passwords().verify(&"right".into(), &stored).await;
    assert!(matches!(answer, Ok(Verification::Match { upgrade: true, .. })));
}

/// Logto re-hashes Argon2id to Argon2i; passwap and password-auth take any other parameter for an obsolete one.
#[test]
fn nothing_above_the_policy_is_obsolete() {
    let policy = HashPolicy::argon2id(64, 2, 1).unwrap();
    for (parameters, expected) in [
        ("$argon2id$v=19$m=64,t=2,p=1", Comparison::Equal),
        ("$argon2id$v=19$m=128,t=2,p=1", Comparison::Stronger),
        ("$argon2id$v=19$m=64,t=3,p=1", Comparison::Stronger),
        ("$argon2id$v=19$m=128,t=1,p=1", Comparison::Incomparable),
        ("$argon2i$v=19$m=128,t=2,p=1", Comparison::Incomparable),
        ("$argon2i$v=19$m=64,t=2,p=1", Comparison::Weaker),
        ("$argon2id$v=16$m=64,t=2,p=1", Comparison::Weaker),
    ] {
        let stored = parse(&format!("{parameters}${SALT}${DIGEST}")).unwrap();
        assert_eq!(stored.strength().compare(&policy.strength()), expected, "{parameters}");
    }
}

/// password-auth reports an unsupported algorithm as a wrong password; Spring throws on one.
#[tokio::test]
async fn an_unsupported_scheme_is_named_and_costs_what_a_miss_costs() {
    let passwords = passwords();
    let answer = passwords.verify(&"any".into(), &PasswordHash::new("$8$dsYGNam3K1SIJO$7nv/35M/qr6t.dVc7UY9zr")).await;
    let unsupported = HashError::UnsupportedScheme { name: Some("pbkdf2-cisco".to_owned()) };
    assert_eq!(answer, Err(unsupported.into()));
    assert_eq!(passwords.work().decoys, 1);
}

/// `GoTrue` sets the re-hash in memory on a mismatch; MAS computes the new hash before it knows the answer.
#[tokio::test]
async fn a_mismatch_makes_no_new_hash() {
    let passwords = passwords();
    let stored = PasswordHash::new(format!("$argon2id$v=19$m=32,t=1,p=1${SALT}${DIGEST}"));
    let before = stored.clone();
    assert_eq!(passwords.verify(&"wrong".into(), &stored).await, Ok(Verification::Mismatch));
    assert_eq!(stored, before);
    assert_eq!(passwords.work().hashed, 0);
}

/// kanidm reloads `CRYPT_SHA512` as `CRYPT_SHA256`: what was stored must be what is read.
#[test]
fn a_stored_hash_is_the_same_after_it_is_reloaded() {
    for stored in [
        PasswordHash::new("$2b$04$text"),
        PasswordHash::declared("md5", "d41d8cd98f00b204")
            .with_context(waystation::password::HashContext::default().salt("x").iterations(3)),
    ] {
        let text = serde_json::to_string(&stored).unwrap();
        let reloaded: PasswordHash = serde_json::from_str(&text).unwrap();
        assert_eq!(reloaded, stored);
    }
}

/// schautrack: a password's first 72 bytes and junk opened, and the junk became part of the password.
#[cfg(feature = "bcrypt")]
mod truncation {
    use super::*;

    proptest! {
        // What fails is to be written down as a test of its own.
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_opens_and_is_upgraded_was_read_whole(
            known in proptest::collection::vec(prop_oneof![Just(0_u8), Just(b'a'), any::<u8>()], 1..80),
            more in proptest::collection::vec(prop_oneof![Just(0_u8), Just(b'a'), any::<u8>()], 1..80),
        ) {
            let bcrypt = ::bcrypt::hash_with_salt(&known, 4, [7; 16]).unwrap().to_string();
            let parsed = parse(&bcrypt).unwrap();
            let longer = Password::from_bytes([known.clone(), more].concat());
            if parsed.verify(&longer, &mut Workspace::default()).unwrap() {
                let read = match parsed.effective_input(&longer) {
                    EffectiveInput::First(bytes) => bytes,
                    EffectiveInput::Part(range) => range.end,
                    _ => return Err(TestCaseError::fail("a longer password opens, and is said to be read whole")),
                };
                prop_assert!(read <= known.len());
            }
        }
    }
}

/// Kratos writes `$pbkdf2-sha384$` and computes SHA3-384.
#[test]
#[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
fn sha384_of_kratos_is_sha3() {
    let text = "$pbkdf2-sha384$i=17,l=48$oaLTDxi/JRV3/RRfoTggNA$CGbbZQs/d/AMypwULAD3Uyp+2DJxmUoEEZhvs/w00WtM1pMHO3RF/fOKGmbwZDRJ";
    let password = Password::from(r#"{"json": "\\ quotes"}"#);
    let opens = |scheme: &str| {
        let parsed = Schemes::standard().parse(&PasswordHash::declared(scheme, text), &Limits::default()).unwrap();
        parsed.verify(&password, &mut Workspace::default()).unwrap()
    };
    assert_eq!([opens("kratos-pbkdf2"), opens("pbkdf2")], [true, false]);
}

/// libxcrypt widens bytes where Windows and FreeBSD decode text, so that beyond ASCII their hashes differ.
#[test]
#[cfg(all(feature = "crypt", feature = "digest"))]
fn nt_hashes_of_libxcrypt_are_of_bytes() {
    let digest = "e7756db5c03c0b9c4a589e2f0d177fd1";
    let opens = |scheme: &str, text: &str, password: &str| {
        let parsed = Schemes::standard().parse(&PasswordHash::declared(scheme, text), &Limits::default()).unwrap();
        parsed.verify(&Password::from(password), &mut Workspace::default()).unwrap()
    };
    assert!(opens("nt-crypt", &format!("$3$${digest}"), "пароль-naïve-🔑"));
    assert!(!opens("nt-hash", digest, "пароль-naïve-🔑"));
    // The same of ASCII.
    let digest = "1b9d5effd34ac283c8efe2eacaea8bbc";
    assert!(opens("nt-crypt", &format!("$3$${digest}"), "correct horse battery staple"));
    assert!(opens("nt-hash", digest, "correct horse battery staple"));
}
