//! Stored hashes that were made to do harm, and how they are refused: by type, at once, and in little memory.

use std::time::Duration;

use waystation::{
    clock::{Clock, SystemClock},
    password::{HashError, Limits, PasswordHash, Schemes},
};

use Answer::{Costly, Locked, Malformed, Unknown, Unsupported};

/// What a hostile text must be answered with.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// `TooCostly` by this bound.
    Costly(&'static str),
    Locked,
    Malformed,
    /// `UnsupportedScheme` without a name.
    Unknown,
    /// `UnsupportedScheme` of this name.
    Unsupported(&'static str),
}

impl Answer {
    fn is(self, given: &HashError) -> bool {
        match (self, given) {
            (Costly(expected), HashError::TooCostly { bound, asked, limit, .. }) => expected == *bound && asked > limit,
            (Locked, HashError::Locked)
            | (Malformed, HashError::Malformed { .. })
            | (Unknown, HashError::UnsupportedScheme { name: None }) => true,
            (Unsupported(expected), HashError::UnsupportedScheme { name: Some(name) }) => expected == name,
            _ => false,
        }
    }
}

const SALT: &str = "c29tZXNhbHRzb21lc2FsdA";
const DIGEST: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const BCRYPT: &str = "abcdefghijklmnopqrstuuK3t0HYv1bPVXjW4jH1kMKLmQXpDSeWG";

fn argon2(parameters: &str) -> String {
    format!("$argon2id$v=19${parameters}${SALT}${DIGEST}")
}

#[rustfmt::skip]
fn argon2_texts() -> Vec<(String, Answer)> {
    let with = |texts: &[(&str, Answer)]| texts.iter().map(|(text, answer)| (argon2(text), *answer)).collect::<Vec<_>>();
    let mut texts = with(&[
        ("m=4294967295,t=1,p=1", Costly("KiB of memory")),
        ("m=4194304,t=1,p=1", Costly("KiB of memory")),
        ("m=262145,t=1,p=1", Costly("KiB of memory")),
        ("m=18446744073709551615,t=1,p=1", Costly("KiB of memory")),
        ("m=18446744073709551616,t=1,p=1", Malformed),
        ("m=99999999999999999999999999,t=1,p=1", Malformed),
        ("m=64,t=4294967295,p=1", Costly("passes")),
        ("m=64,t=21,p=1", Costly("passes")),
        ("m=262144,t=20,p=1", Costly("KiB of memory times passes")),
        ("m=4096,t=1,p=65", Costly("lanes")),
        ("m=134217720,t=1,p=16777215", Costly("KiB of memory")),
        ("m=1024,t=1,p=4294967295", Malformed),
        ("m=7,t=1,p=1", Malformed),
        ("m=64,t=1,p=9", Malformed),
        ("m=0,t=1,p=1", Malformed),
        ("m=64,t=0,p=1", Malformed),
        ("m=64,t=1,p=0", Malformed),
        ("m=+64,t=1,p=1", Malformed),
        ("m=-64,t=1,p=1", Malformed),
        ("m=064,t=1,p=1", Malformed),
        ("m=64 ,t=1,p=1", Malformed),
        ("m=64,t=1", Malformed),
        ("m=64,t=1,p=1,", Malformed),
        ("m=64,t=1,p=1,p=1", Malformed),
        ("t=1,t=1,m=64,p=1", Malformed),
        ("m=64,t=1,p=1,x=1", Malformed),
        ("m=64;t=1;p=1", Malformed),
        ("m=,t=,p=", Malformed),
        ("", Malformed),
        ("m=64,t=1,p=1,data=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Malformed),
        ("m=64,t=1,p=1,data=*", Malformed),
        ("m=64,t=1,p=1,keyid=AAAA", Unsupported("argon2-secret")),
    ]);
    texts.extend([
        (format!("$argon2id$v=19$m=64,t=1,p=1${SALT}$"), Malformed),
        (format!("$argon2id$v=19$m=64,t=1,p=1${SALT}"), Malformed),
        (format!("$argon2id$v=19$m=64,t=1,p=1${SALT}$AA"), Malformed),
        (format!("$argon2id$v=19$m=64,t=1,p=1${SALT}$AAAAAAAAAAAAAAAAAAAA"), Malformed),
        (format!("$argon2id$v=19$m=64,t=1,p=1${SALT}${DIGEST}="), Malformed),
        (format!("$argon2id$v=19$m=64,t=1,p=1${SALT}${DIGEST}$"), Malformed),
        (format!("$argon2id$v=19$m=64,t=1,p=1$c29tZQ${DIGEST}"), Malformed),
        (format!("$argon2id$v=19$m=64,t=1,p=1$${DIGEST}"), Malformed),
        (format!("$argon2id$v=18$m=64,t=1,p=1${SALT}${DIGEST}"), Malformed),
        (format!("$argon2id$v=019$m=64,t=1,p=1${SALT}${DIGEST}"), Malformed),
        (format!("$argon2id$v=19$v=19$m=64,t=1,p=1${SALT}${DIGEST}"), Malformed),
        (format!("$argon2id$v=19$m=64,t=1,p=1${SALT}${}", "A".repeat(200)), Costly("bytes of digest")),
        (format!("$argon2id$v=19$m=64,t=1,p=1${}${DIGEST}", "A".repeat(100)), Costly("bytes of salt")),
        (format!("$argon2id$v=19$m=64,t=1,p=1${}${DIGEST}", "A".repeat(4_096)), Costly("bytes of text")),
        (format!("$argon2x$v=19$m=64,t=1,p=1${SALT}${DIGEST}"), Unsupported("argon2")),
        (format!("argon2$argon2id$v=19$m=4294967295,t=1,p=1${SALT}${DIGEST}"), Costly("KiB of memory")),
        (format!("argon2${SALT}${DIGEST}"), Malformed),
        ("argon2$".to_owned(), Malformed),
        ("$argon2id$".to_owned(), Malformed),
    ]);
    texts
}

#[rustfmt::skip]
fn bcrypt_texts() -> Vec<(String, Answer)> {
    vec![
        (format!("$2b$31${BCRYPT}"), Costly("as cost")),
        (format!("$2b$16${BCRYPT}"), Costly("as cost")),
        (format!("$2b$03${BCRYPT}"), Malformed),
        (format!("$2b$00${BCRYPT}"), Malformed),
        (format!("$2b$32${BCRYPT}"), Malformed),
        (format!("$2b$99${BCRYPT}"), Malformed),
        (format!("$2b$+4${BCRYPT}"), Malformed),
        (format!("$2b$4${BCRYPT}"), Malformed),
        (format!("$2b$004${BCRYPT}"), Malformed),
        (format!("$2b$0x${BCRYPT}"), Malformed),
        (format!("$2b$04${}", &BCRYPT[..52]), Malformed),
        (format!("$2b$04${}", &BCRYPT[..22]), Malformed),
        (format!("$2b$04${BCRYPT}a"), Malformed),
        (format!("$2b$04${BCRYPT}\n"), Malformed),
        (format!("$2b$04${}é", &BCRYPT[..51]), Malformed),
        (format!("$2b$04${}é{}", &BCRYPT[..21], &BCRYPT[23..]), Malformed),
        (format!("$2b$04${}={}", &BCRYPT[..10], &BCRYPT[11..]), Malformed),
        ("$2b$".to_owned(), Malformed),
        ("$2b$04$".to_owned(), Malformed),
        ("$2".to_owned(), Unknown),
        (format!("$2$04${BCRYPT}"), Unsupported("bcrypt-2")),
        (format!("$2x$04${BCRYPT}"), Unsupported("bcrypt-2x")),
        (format!("$2z$04${BCRYPT}"), Unknown),
        (format!("bcrypt$$2b$31${BCRYPT}"), Costly("as cost")),
        (format!("bcrypt$$2x$04${BCRYPT}"), Malformed),
        (format!("bcrypt_sha256$$2b$31${BCRYPT}"), Costly("as cost")),
        (format!("bcrypt_sha256$2b$04${BCRYPT}"), Malformed),
    ]
}

#[rustfmt::skip]
fn derived_key_texts() -> Vec<(String, Answer)> {
    let scrypt = |parameters: &str| format!("$scrypt${parameters}${SALT}${DIGEST}");
    let pbkdf2 = |parameters: &str| format!("$pbkdf2-sha256${parameters}${SALT}${DIGEST}");
    let django_key = format!("{}==", "A".repeat(86));
    let django = |n: &str, r: &str, p: &str| format!("scrypt${n}$salt${r}${p}${django_key}");
    vec![
        // These two aborted the process in the primitive.
        (scrypt("ln=40,r=8,p=1"), Costly("bytes of memory")),
        (scrypt("ln=1,r=65536,p=65536"), Costly("bytes of memory")),
        (scrypt("ln=63,r=4294967295,p=4294967295"), Costly("bytes of memory")),
        (scrypt("ln=63,r=18446744073709551615,p=18446744073709551615"), Costly("bytes of memory")),
        (scrypt("ln=1,r=1,p=4294967295"), Costly("bytes of memory")),
        (scrypt("ln=17,r=8,p=128"), Costly("N·r·p")),
        (scrypt("ln=19,r=8,p=1"), Costly("bytes of memory")),
        (scrypt("ln=0,r=8,p=1"), Malformed),
        (scrypt("ln=4,r=0,p=1"), Malformed),
        (scrypt("ln=4,r=8,p=0"), Malformed),
        (scrypt("ln=16384,r=8,p=1"), Unsupported("scrypt-kratos")),
        (scrypt("ln=04,r=8,p=1"), Malformed),
        (scrypt("ln=+4,r=8,p=1"), Malformed),
        (scrypt("r=8,ln=4,p=1"), Malformed),
        (scrypt("ln=4,r=8"), Malformed),
        (scrypt("ln=4,r=8,p=1,p=1"), Malformed),
        (format!("$scrypt$ln=4,r=8,p=1${SALT}$"), Malformed),
        (format!("$scrypt$ln=4,r=8,p=1${SALT}$AAAAAAAAAAAAAAAAAAAAAA"), Malformed),
        (format!("$scrypt$ln=4,r=8,p=1$=$={DIGEST}"), Malformed),
        (format!("$scrypt$ln=4,r=8,p=1${}${DIGEST}", "A".repeat(1_400)), Costly("bytes of salt")),
        (django("1099511627776", "8", "1"), Costly("bytes of memory")),
        (django("18446744073709551615", "8", "1"), Malformed),
        (django("9223372036854775808", "4294967295", "4294967295"), Costly("bytes of memory")),
        (django("16383", "8", "1"), Malformed),
        (django("0", "8", "1"), Malformed),
        (django("1", "8", "1"), Malformed),
        (django("16384", "8", "-1"), Malformed),
        ("scrypt$16384$salt$8$1$".to_owned(), Malformed),
        (format!("scrypt$16384$$8$1${django_key}"), Malformed),
        (format!("scrypt$16384$salt$8$1${DIGEST}="), Malformed),
        (pbkdf2("i=4294967295"), Costly("iterations times blocks")),
        (pbkdf2("i=10000001"), Costly("iterations times blocks")),
        (pbkdf2("i=18446744073709551615"), Costly("iterations times blocks")),
        (pbkdf2("i=18446744073709551616"), Malformed),
        (pbkdf2("i=0"), Malformed),
        (pbkdf2("i=-1"), Malformed),
        (pbkdf2("i=1000,l=0"), Malformed),
        (pbkdf2("i=1000,l=31"), Malformed),
        (pbkdf2("i=1000,l=4294967296"), Malformed),
        (pbkdf2("l=32,i=1000"), Malformed),
        (pbkdf2("i=1000,l=32,l=32"), Malformed),
        (pbkdf2("29000"), Unsupported("pbkdf2-passlib")),
        // Short digests that a verifier matched by as many bytes as there are.
        (format!("$pbkdf2-sha256$i=1000${SALT}$AA"), Malformed),
        (format!("$pbkdf2-sha256$i=1000,l=1${SALT}$AA"), Malformed),
        (format!("$pbkdf2-sha256$i=1000,l=0${SALT}$"), Malformed),
        (format!("$pbkdf2-sha256$i=5000000,l=96${SALT}${}", "A".repeat(128)), Costly("iterations times blocks")),
        (format!("$pbkdf2-sha256$i=1,l=1024${SALT}${}", "A".repeat(1_366)), Costly("bytes of key")),
        (format!("$pbkdf2-md5$i=1000${SALT}${DIGEST}"), Unsupported("pbkdf2")),
        (format!("pbkdf2_sha256$10000001$salt${DIGEST}="), Costly("iterations times blocks")),
        (format!("pbkdf2_sha256$99999999999999999999$salt${DIGEST}="), Malformed),
        (format!("pbkdf2_sha256$01$salt${DIGEST}="), Malformed),
        (format!("pbkdf2_sha256$0$salt${DIGEST}="), Malformed),
        (format!("pbkdf2_sha256$1$salt${DIGEST}"), Malformed),
        (format!("pbkdf2_sha256$1$${DIGEST}="), Malformed),
        ("pbkdf2_sha256$1$salt$".to_owned(), Malformed),
        ("pbkdf2_sha256$1$salt$AA==".to_owned(), Malformed),
        (format!("pbkdf2_sha1$1$salt${DIGEST}="), Malformed),
    ]
}

#[rustfmt::skip]
fn other_texts() -> Vec<(String, Answer)> {
    let texts: &[(&str, Answer)] = &[
        ("", Locked), ("!", Locked), ("!!", Locked), ("*", Locked), ("*0", Locked), ("*1", Locked), ("x", Locked),
        ("!dDpFDaoyZgVH2UPsl43ai5i5xS9kdIxxxxxxxxxx", Locked),
        ("!$6$salt$digest", Locked),
        ("md5$", Malformed), ("md5$$", Malformed), ("md5$salt$", Malformed), ("md5$salt", Malformed),
        ("md5$salt$d41d8cd98f00b204e9800998ecf8427", Malformed),
        ("md5$salt$d41d8cd98f00b204e9800998ecf8427e0", Malformed),
        ("md5$salt$D41D8CD98F00B204E9800998ECF8427E", Malformed),
        ("md5$salt$d41d8cd98f00b204e9800998ecf8427é", Malformed),
        ("md5$a$b$d41d8cd98f00b204e9800998ecf8427e", Malformed),
        ("sha1$salt$da39a3ee", Malformed),
        ("sha1$$", Malformed),
        ("d41d8cd98f00b204e9800998ecf8427e", Unknown),
        ("$1$salt$digest", Unsupported("md5-crypt")), ("$5$rounds=999999999$s$d", Unsupported("sha256-crypt")),
        ("$6$rounds=999999999$s$d", Unsupported("sha512-crypt")), ("$y$jFT$salt$digest", Unsupported("yescrypt")),
        ("$P$Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Unsupported("phpass")), ("{SSHA}AAAA", Unsupported("ldap-ssha")),
        ("crypt$", Malformed), ("crypt$$", Malformed), ("crypt$$ab", Malformed), ("crypt$ab$", Malformed),
        ("crypt$$abJnggxhB/yW", Malformed), ("crypt$$abJnggxhB/yWII", Malformed), ("crypt$$abJnggxhB/yWJ", Malformed),
        ("crypt$$a:JnggxhB/yWI", Malformed), ("crypt$$abJnggxhB/yW=", Malformed), ("crypt$$abJnggxhB/éI", Malformed),
        ("crypt$ba$abJnggxhB/yWI", Malformed), ("crypt$a$abJnggxhB/yWI", Malformed), ("crypt$abJnggxhB/yWI", Malformed),
        ("crypt$$$1$salt$digest", Malformed), ("abJnggxhB/yWI", Unknown), ("pbkdf2:sha256:1$s$d", Unsupported("werkzeug-pbkdf2")),
        ("$", Unknown), ("$$$$", Unknown), ("\0", Unknown), (" ", Unknown), ("hunter2", Unknown), ("🔑", Unknown),
        ("$2b", Unknown), ("\u{202e}$2b$", Unknown),
    ];
    let mut texts: Vec<_> = texts.iter().map(|(text, answer)| ((*text).to_owned(), *answer)).collect();
    texts.push(("$".repeat(1 << 20), Unknown));
    texts.push((format!("sha1${}", "$".repeat(1 << 20)), Costly("bytes of text")));
    texts.push((format!("md5${}$d41d8cd98f00b204e9800998ecf8427e", "s".repeat(1_025)), Costly("bytes of salt")));
    texts
}

#[test]
fn hostile_hashes_are_refused_by_type_and_at_once() {
    let (schemes, limits, clock) = (Schemes::standard(), Limits::default(), SystemClock::new());
    let texts = [argon2_texts(), bcrypt_texts(), derived_key_texts(), other_texts()].concat();
    assert!(texts.len() > 150, "{} texts", texts.len());
    for (text, expected) in texts {
        let started = clock.monotonic();
        let shown = text.chars().take(120).collect::<String>();
        match schemes.parse(&PasswordHash::new(&text), &limits) {
            Ok(_) => panic!("accepted: {shown}"),
            Err(given) => assert!(expected.is(&given), "{given} for {shown}, expected {expected:?}"),
        }
        let took = clock.monotonic().saturating_sub(started);
        assert!(took < Duration::from_millis(250), "{took:?} for {shown}");
    }
}

#[test]
fn a_declaration_is_believed_and_not_repeated_blindly() {
    let schemes = Schemes::standard();
    let refused =
        |scheme: &str, text: &str| schemes.parse(&PasswordHash::declared(scheme, text), &Limits::default()).err();
    let unsupported = |name: Option<&str>| Some(HashError::UnsupportedScheme { name: name.map(str::to_owned) });
    assert_eq!(refused("whirlpool", "$2b$04$"), unsupported(Some("whirlpool")));
    // Arguments in the wrong order: a hash must not come out in an error.
    assert_eq!(refused("d41d8cd98f00b204e9800998ecf8427e", "django-unsalted-md5"), unsupported(None));
    assert_eq!(refused(&format!("$2b$04${BCRYPT}"), "bcrypt"), unsupported(None));
    assert_eq!(refused("", "hash"), unsupported(None));
    assert!(matches!(refused("argon2", &format!("$2b$04${BCRYPT}")), Some(HashError::Malformed { .. })));
    assert_eq!(refused("argon2", "!"), Some(HashError::Locked));
}
