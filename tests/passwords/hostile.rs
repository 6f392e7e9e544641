//! Stored hashes that were made to do harm, and how they are refused: by type, at once, and in little memory.

use std::time::Duration;

use base64ct::{Base64, Encoding};
use waystation::{
    clock::{Clock, SystemClock},
    password::{HashError, Limits, PasswordHash, Schemes},
};

use Answer::{Ambiguous, Costly, Incomplete, Locked, Malformed, Unknown, Unsupported};

/// What a hostile text must be answered with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// `Ambiguous`.
    Ambiguous,
    /// `TooCostly` by this bound.
    Costly(&'static str),
    /// `Incomplete`, with this missing.
    Incomplete(&'static str),
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
            (Incomplete(expected), HashError::Incomplete { missing, .. }) => expected == *missing,
            (Ambiguous, HashError::Ambiguous { .. })
            | (Locked, HashError::Locked)
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
        ("m=64,t=1,p=1,keyid=AAAA", Incomplete("key")),
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
        (format!("$2$31${BCRYPT}"), Costly("as cost")),
        (format!("$2x$31${BCRYPT}"), Costly("as cost")),
        (format!("$2x$04${BCRYPT}="), Malformed),
        (format!("$wp$2y$31${BCRYPT}"), Costly("as cost")),
        (format!("$wp$2y$04${BCRYPT}$"), Malformed),
        (format!("$wp$2b$04${BCRYPT}"), Unknown),
        (format!("$bcrypt-sha256$v=2,t=2b,r=31${}${}", &BCRYPT[..22], &BCRYPT[22..]), Costly("as cost")),
        (format!("$bcrypt-sha256$v=2,t=2b,r=4294967300${}${}", &BCRYPT[..22], &BCRYPT[22..]), Malformed),
        (format!("$bcrypt-sha256$v=2,t=2b,r=04${}${}", &BCRYPT[..22], &BCRYPT[22..]), Malformed),
        (format!("$bcrypt-sha256$v=3,t=2b,r=4${}${}", &BCRYPT[..22], &BCRYPT[22..]), Malformed),
        (format!("$bcrypt-sha256$2b,31${}${}", &BCRYPT[..22], &BCRYPT[22..]), Costly("as cost")),
        (format!("$bcrypt-sha256$2b,4${}$", &BCRYPT[..22]), Malformed),
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
        (scrypt("ln=16384,r=8,p=1"), Malformed),
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
        (pbkdf2("029000"), Malformed),
        (pbkdf2("10000001"), Costly("iterations times blocks")),
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

/// 22, 28, 43 and 86 letters of crypt's alphabet.
const LETTERS: &str = "......................................................................................";

#[rustfmt::skip]
fn crypt_texts() -> Vec<(String, Answer)> {
    let (d22, d28, d43) = (&LETTERS[..22], &LETTERS[..28], &LETTERS[..43]);
    let mut texts = vec![
        (format!("$1$salt${d22}."), Malformed), (format!("$1$ninebytes${d22}"), Malformed),
        (format!("$1$salt${}", &d22[1..]), Malformed), (format!("$1$sa:t${d22}"), Malformed),
        (format!("$1$sal\n${d22}"), Malformed), (format!("$1$salt$${d22}"), Malformed),
        (format!("$1${d22}"), Malformed), ("$1$".into(), Malformed), ("$1$$".into(), Malformed),
        (format!("$1$salt${}é", &d22[2..]), Malformed), (format!("$apr1$ninebytes${d22}"), Malformed),
        ("$apr1$salt$".into(), Malformed), (format!("$apr1$salt${d22}="), Malformed),
        (format!("$5$rounds=999999999$salt${d43}"), Costly("rounds")),
        (format!("$6$rounds=5000001$salt${LETTERS}"), Costly("rounds")),
        (format!("$6$rounds=1000000000$salt${LETTERS}"), Malformed),
        (format!("$6$rounds=18446744073709551616$salt${LETTERS}"), Malformed),
        (format!("$6$rounds=999$salt${LETTERS}"), Malformed), (format!("$6$rounds=0$salt${LETTERS}"), Malformed),
        (format!("$6$rounds=05000$salt${LETTERS}"), Malformed), (format!("$6$rounds=+5000$salt${LETTERS}"), Malformed),
        (format!("$6$rounds=-5000$salt${LETTERS}"), Malformed), (format!("$6$rounds=$salt${LETTERS}"), Malformed),
        (format!("$6$rounds=5000{LETTERS}"), Malformed), (format!("$6$seventeenbytes17!${LETTERS}"), Malformed),
        (format!("$6$salt${}", &LETTERS[1..]), Malformed), (format!("$5$salt${d43}."), Malformed),
        ("$5$salt$".into(), Malformed), ("$6$".into(), Malformed), ("$6$$".into(), Malformed),
        (format!("$y$jFT$salt${d43}"), Costly("bytes of memory")), (format!("$gy$jFT$salt${d43}"), Costly("bytes of memory")),
        (format!("$y$jj5$salt${d43}"), Costly("bytes of memory")), (format!("$y$j7zzzzzz$salt${d43}"), Costly("bytes of memory")),
        (format!("$y$j7502zzzzzz$salt${d43}"), Costly("N·r·p·(t+1)")), (format!("$y$j75/zzzzzz$salt${d43}"), Costly("N·r·p·(t+1)")),
        (format!("$y$j75.zzzzzz$salt${d43}"), Costly("bytes of memory")), (format!("$y$jz5$salt${d43}"), Malformed),
        (format!("$y$j75$a${d43}"), Malformed), (format!("$y$j75$zz${d43}"), Malformed),
        (format!("$y$j75${LETTERS}.${d43}"), Malformed), (format!("$y$j75$salt${d43}."), Malformed),
        (format!("$y$k75$salt${d43}"), Malformed), (format!("$y$j$salt${d43}"), Malformed),
        (format!("$y$$salt${d43}"), Malformed), (format!("$y$é75$salt${d43}"), Malformed),
        ("$y$j75$salt$".into(), Malformed), ("$y$".into(), Malformed), ("$gy$".into(), Malformed),
        (format!("$7$zzzzzzzzzzzsalt${d43}"), Costly("bytes of memory")), (format!("$7$GU..../....salt${d43}"), Costly("bytes of memory")),
        (format!("$7$A/..../zzzzsalt${d43}"), Costly("bytes of memory")), (format!("$7$./..../....salt${d43}"), Malformed),
        (format!("$7$4...../....salt${d43}"), Malformed), (format!("$7$4/.........salt${d43}"), Malformed),
        (format!("$7$46..../....salt${d43}."), Malformed), (format!("$7$46..../....sa%t${d43}"), Malformed),
        ("$7$46..../....salt$".into(), Malformed), (format!("$7$46..../....{d43}"), Malformed),
        (format!("$7$ln=4,r=8,p=1$salt${d43}"), Malformed), ("$7$".into(), Unknown),
        (format!("$sha1$5000001$salt${d28}"), Costly("rounds")), (format!("$sha1$4294967296$salt${d28}"), Costly("rounds")),
        (format!("$sha1$18446744073709551616$salt${d28}"), Malformed), (format!("$sha1$0$salt${d28}"), Malformed),
        (format!("$sha1$010$salt${d28}"), Malformed), (format!("$sha1$10$${d28}"), Malformed),
        (format!("$sha1$10$salt${d28}."), Malformed), (format!("$sha1$10$sa%t${d28}"), Malformed),
        (format!("$sha1$10${}${d28}", &LETTERS[..65]), Malformed), ("$sha1$10$salt$".into(), Malformed),
        (format!("$md5,rounds=1000001$salt$${d22}"), Costly("rounds")), (format!("$md5,rounds=4294967295$salt$${d22}"), Costly("rounds")),
        (format!("$md5,rounds=0$salt$${d22}"), Malformed), (format!("$md5,rounds=010$salt$${d22}"), Malformed),
        (format!("$md5,rounds=$salt$${d22}"), Malformed), (format!("$md5$sa%t$${d22}"), Malformed),
        (format!("$md5$salt$$${d22}"), Malformed), (format!("$md5,${}${d22}", "s".repeat(1_025)), Costly("bytes of salt")),
        (format!("_....salt{}", &LETTERS[..11]), Malformed), (format!("_zzzzsalt{}", &LETTERS[..11]), Costly("rounds")),
        (format!("_J9..sal%{}", &LETTERS[..11]), Unknown), (format!("_J9..salt{}", &LETTERS[..10]), Unknown),
        ("$3$".into(), Malformed), ("$3$$".into(), Malformed), ("$3$$31d6cfe0d16ae931b73c59d7e0c089c".into(), Malformed),
        ("$3$$31D6CFE0D16AE931B73C59D7E0C089C0".into(), Malformed), ("$3$31d6cfe0d16ae931b73c59d7e0c089c0".into(), Malformed),
        (format!("{{smd5}}salt${d22}."), Malformed), (format!("{{smd5}}ninebytes${d22}"), Malformed),
        (format!("{{ssha1}}31$salt${}", &LETTERS[..27]), Costly("iterations times blocks")),
        (format!("{{ssha256}}24$salt${d43}"), Costly("iterations times blocks")),
        (format!("{{ssha512}}99$salt${LETTERS}"), Malformed), (format!("{{ssha512}}6$salt${LETTERS}"), Malformed),
        (format!("{{ssha512}}006$salt${LETTERS}"), Malformed), (format!("{{ssha512}}+6$salt${LETTERS}"), Malformed),
        (format!("{{ssha512}}06$salt${}", &LETTERS[1..]), Malformed), ("{ssha512}06$salt$".into(), Malformed),
        (format!("{{ssha1}}06${}${}", "s".repeat(1_025), &LETTERS[..27]), Costly("bytes of salt")),
    ];
    texts.push((format!("$6${}", "$".repeat(1 << 20)), Costly("bytes of text")));
    texts.push((format!("$sha1$10${}", "9".repeat(1 << 20)), Costly("bytes of text")));
    texts
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
        ("d41d8cd98f00b204e9800998ecf8427e", Ambiguous),
        ("$P$Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Malformed), ("{SSHA}AAAA", Malformed),
        ("crypt$", Malformed), ("crypt$$", Malformed), ("crypt$$ab", Malformed), ("crypt$ab$", Malformed),
        ("crypt$$abJnggxhB/yW", Malformed), ("crypt$$abJnggxhB/yWII", Malformed), ("crypt$$abJnggxhB/yWJ", Malformed),
        ("crypt$$a:JnggxhB/yWI", Malformed), ("crypt$$abJnggxhB/yW=", Malformed), ("crypt$$abJnggxhB/éI", Malformed),
        ("crypt$ba$abJnggxhB/yWI", Malformed), ("crypt$a$abJnggxhB/yWI", Malformed), ("crypt$abJnggxhB/yWI", Malformed),
        ("crypt$$$1$salt$digest", Malformed), ("pbkdf2:sha256:1$s$d", Malformed),
        ("$", Unknown), ("$$$$", Unknown), ("\0", Unknown), (" ", Unknown), ("hunter2", Unknown), ("🔑", Unknown),
        ("$2b", Unknown), ("\u{202e}$2b$", Unknown),
    ];
    let mut texts: Vec<_> = texts.iter().map(|(text, answer)| ((*text).to_owned(), *answer)).collect();
    texts.push(("$".repeat(1 << 20), Unknown));
    texts.push((format!("sha1${}", "$".repeat(1 << 20)), Costly("bytes of text")));
    let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    texts.push((format!("sha256${}${sha256}", "s".repeat(1_025)), Costly("bytes of salt")));
    texts
}

#[rustfmt::skip]
fn python_texts() -> Vec<(String, Answer)> {
    let (hex32, hex64) = ("ab".repeat(32), "ab".repeat(64));
    let pbkdf2 = |method: &str| format!("pbkdf2:{method}$salt${hex32}");
    let scrypt = |method: &str| format!("scrypt:{method}$salt${hex64}");
    let passlib = |rounds: &str| format!("$pbkdf2-sha256${rounds}${SALT}${DIGEST}");
    vec![
        (pbkdf2("sha256:10000001"), Costly("iterations times blocks")),
        (pbkdf2("sha256:18446744073709551615"), Costly("iterations times blocks")),
        (pbkdf2("sha256:18446744073709551616"), Malformed),
        (pbkdf2("sha256:0"), Malformed),
        (pbkdf2("sha256:-1"), Malformed),
        (pbkdf2("sha256:"), Malformed),
        (pbkdf2("sha256"), Malformed),
        (pbkdf2("sha512:10"), Malformed),
        (pbkdf2("crc32:10"), Malformed),
        (pbkdf2("sha256:10:10"), Malformed),
        (format!("pbkdf2:sha256:10$${hex32}"), Malformed),
        ("pbkdf2:sha256:10$salt$".to_owned(), Malformed),
        (format!("pbkdf2:sha256:10$salt${}", &hex32[2..]), Malformed),
        (format!("pbkdf2:sha256:10$salt${}", hex32.to_uppercase()), Malformed),
        (format!("pbkdf2:sha256:10$sa$lt${hex32}"), Malformed),
        (format!("pbkdf2:sha256:10${}${hex32}", "s".repeat(1_025)), Costly("bytes of salt")),
        (scrypt("1099511627776:8:1"), Costly("bytes of memory")),
        (scrypt("2:65536:65536"), Costly("bytes of memory")),
        (scrypt("131072:8:128"), Costly("N·r·p")),
        (scrypt("32767:8:1"), Malformed),
        (scrypt("16:8"), Malformed),
        (scrypt("16:8:1:1"), Malformed),
        (scrypt("16:0:1"), Malformed),
        (format!("scrypt:16:8:1$salt${hex32}"), Malformed),
        ("scrypt:16:8:1$salt$".to_owned(), Malformed),
        (format!("sha256$salt${}", &hex32[2..]), Unknown),
        ("sha256$salt$".to_owned(), Unknown),
        (passlib("10000001"), Costly("iterations times blocks")),
        (passlib("0"), Malformed),
        (passlib("+1"), Malformed),
        (format!("$pbkdf2-sha256$10${SALT}$"), Malformed),
        (format!("$pbkdf2-sha256$10${SALT}$AA"), Malformed),
        (format!("$pbkdf2-sha512$10${SALT}${DIGEST}"), Malformed),
        (format!("$pbkdf2$10${SALT}${DIGEST}"), Malformed),
        ("plain$$password".to_owned(), Unsupported("werkzeug-plain")),
    ]
}

#[rustfmt::skip]
fn dotnet_texts() -> Vec<(String, Answer)> {
    let identity = |header: [i32; 3], body: usize| {
        let numbers = header.into_iter().flat_map(i32::to_be_bytes).collect::<Vec<u8>>();
        Base64::encode_string(&[&[1][..], &numbers, &vec![7; body]].concat())
    };
    vec![
        (identity([1, i32::MAX, 16], 48), Costly("iterations times blocks")),
        (identity([2, 10_000_001, 16], 48), Costly("iterations times blocks")),
        (identity([1, 1, 1_025], 1_057), Costly("bytes of salt")),
        // Negative, inconsistent, short and empty: not told from any other base64.
        (identity([1, -1, 16], 48), Unknown),
        (identity([1, 0, 16], 48), Unknown),
        (identity([1, 1, -1], 48), Unknown),
        (identity([1, 1, 15], 48), Unknown),
        (identity([1, 1, 48], 48), Unknown),
        (identity([1, 1, i32::MAX], 48), Unknown),
        (identity([1, 1, 16], 16), Unknown),
        (identity([3, 1, 16], 48), Unknown),
        (identity([1, 1, 16], 16 + 16), Malformed),
        (identity([1, 1, 16], 16 + 31), Malformed),
        (Base64::encode_string(&[0; 50]), Unknown),
    ]
}

#[rustfmt::skip]
fn java_texts() -> Vec<(String, Answer)> {
    let (salt, key) = (format!("{SALT}=="), format!("{DIGEST}="));
    let scrypt = |parameters: &str| format!("$s0${parameters}${salt}${key}");
    let shiro = |algorithm: &str, rounds: &str| format!("$shiro1${algorithm}${rounds}${salt}${key}");
    let keycloak = |data: &str, value: &str| {
        let secret = format!(r#"{{\"value\":\"{value}\",\"salt\":\"{salt}\"}}"#);
        format!(r#"{{"secretData":"{secret}","credentialData":"{}"}}"#, data.replace('"', "\\\""))
    };
    let pbkdf2 = |iterations: &str| format!(r#"{{"hashIterations":{iterations},"algorithm":"pbkdf2-sha256"}}"#);
    let with_argon2 = |memory: &str, passes: &str| {
        let rest = r#""type":["id"],"version":["1.3"],"hashLength":["32"],"parallelism":["1"]"#;
        format!(r#"{{"hashIterations":{passes},"algorithm":"argon2","additionalParameters":{{"memory":{memory},{rest}}}}}"#)
    };
    vec![
        (scrypt("280801"), Costly("bytes of memory")),
        (scrypt("3fffff"), Costly("bytes of memory")),
        (scrypt("110880"), Costly("N·r·p")),
        (scrypt("400801"), Malformed),
        (scrypt("ffff0801"), Malformed),
        (scrypt("1000e0801"), Malformed),
        (scrypt("801"), Malformed),
        (scrypt("40001"), Malformed),
        (scrypt("40800"), Malformed),
        (scrypt("040801"), Malformed),
        (scrypt("4080A"), Malformed),
        (scrypt("+40801"), Malformed),
        (scrypt(""), Malformed),
        (format!("$s0$40801${salt}$"), Malformed),
        (format!("$s0$40801${salt}$AAAA"), Malformed),
        (format!("{{scrypt}}$280801${salt}${key}"), Costly("bytes of memory")),
        (format!("{{scrypt}}$40801${salt}$"), Malformed),
        (format!("{{argon2}}{}", argon2("m=4294967295,t=1,p=1")), Costly("KiB of memory")),
        (format!("{{bcrypt}}$2b$31${BCRYPT}"), Costly("as cost")),
        ("{bcrypt}".to_owned(), Malformed),
        ("{pbkdf2}".to_owned(), Malformed),
        (format!("{{pbkdf2}}{}", "ab".repeat(8)), Malformed),
        (format!("{{pbkdf2}}{}", "ab".repeat(39)), Malformed),
        (format!("{{pbkdf2@SpringSecurity_v5_8}}{}", "ab".repeat(40)), Malformed),
        ("{MD5}{salt}".to_owned(), Malformed),
        ("{MD5}{salt".to_owned(), Malformed),
        (format!("{{SHA-1}}{}", "ab".repeat(16)), Malformed),
        (format!("{{MD5}}{{{}}}{}", "s".repeat(1_025), "ab".repeat(16)), Costly("bytes of salt")),
        ("{ldap}{SSHA}".to_owned(), Malformed),
        ("{ldap}password".to_owned(), Malformed),
        ("{ldap}{SSHA}qvTGHdzF6KLavt4PO0gs2a6pQ00=".to_owned(), Malformed),
        ("{noop}password".to_owned(), Unsupported("spring-noop")),
        (shiro("SHA-256", "5000001"), Costly("rounds")),
        (shiro("SHA-256", "18446744073709551615"), Costly("rounds")),
        (shiro("SHA-256", "0"), Malformed),
        (shiro("SHA-256", "-1"), Malformed),
        (shiro("SHA-512", "1"), Malformed),
        (shiro("CRC32", "1"), Malformed),
        (format!("$shiro1$SHA-256$1${salt}$"), Malformed),
        (format!("$shiro2$2y$31${BCRYPT}"), Costly("as cost")),
        (format!("$shiro2$2y$04${BCRYPT}"), Malformed),
        (format!("$shiro2$2y$111${BCRYPT}"), Malformed),
        (format!("$shiro2{}", argon2("t=1,m=4294967295,p=1")), Costly("KiB of memory")),
        ("$shiro2$".to_owned(), Malformed),
        (format!("{{PKCS5S2}}{salt}"), Malformed),
        ("{PKCS5S2}".to_owned(), Malformed),
        (keycloak(&pbkdf2("10000001"), &key), Costly("iterations times blocks")),
        (keycloak(&pbkdf2("-1"), &key), Malformed),
        (keycloak(&pbkdf2("1e9"), &key), Malformed),
        (keycloak(&pbkdf2("18446744073709551616"), &key), Malformed),
        (keycloak(&pbkdf2("0"), &key), Malformed),
        (keycloak(&pbkdf2("1"), ""), Malformed),
        (keycloak(&pbkdf2("1"), "AAAA"), Malformed),
        (keycloak(&pbkdf2("1").replace("sha256", "md5"), &key), Malformed),
        (keycloak(&with_argon2(r#"["4294967295"]"#, "1"), &key), Costly("KiB of memory")),
        (keycloak(&with_argon2(r#"["64"]"#, "21"), &key), Costly("passes")),
        (keycloak(&with_argon2("[]", "1"), &key), Malformed),
        (keycloak(&with_argon2(r#"["64","64"]"#, "1"), &key), Malformed),
        (keycloak(&with_argon2("[64]", "1"), &key), Malformed),
        (keycloak(&with_argon2(r#"["64"]"#, "1"), "AAAA"), Malformed),
        (keycloak(&"[".repeat(1_000), &key), Malformed),
        (r#"{"secretData":1,"credentialData":2}"#.to_owned(), Malformed),
        (r#"{"secretData","credentialData"}"#.to_owned(), Malformed),
    ]
}

/// Every hostile text, and what it must be answered with.
pub(super) fn texts() -> Vec<(String, Answer)> {
    let families = [crypt_texts(), python_texts(), dotnet_texts(), java_texts()].concat();
    [argon2_texts(), bcrypt_texts(), derived_key_texts(), other_texts(), families].concat()
}

#[test]
fn hostile_hashes_are_refused_by_type_and_at_once() {
    let (schemes, limits, clock) = (Schemes::standard(), Limits::default(), SystemClock::new());
    let texts = texts();
    assert!(texts.len() >= 300, "{} texts", texts.len());
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
    assert_eq!(refused("keccak", "$2b$04$"), unsupported(Some("keccak")));
    // Arguments in the wrong order: a hash must not come out in an error.
    assert_eq!(refused("d41d8cd98f00b204e9800998ecf8427e", "django-unsalted-md5"), unsupported(None));
    assert_eq!(refused(&format!("$2b$04${BCRYPT}"), "bcrypt"), unsupported(None));
    assert_eq!(refused("", "hash"), unsupported(None));
    assert!(matches!(refused("argon2", &format!("$2b$04${BCRYPT}")), Some(HashError::Malformed { .. })));
    assert_eq!(refused("argon2", "!"), Some(HashError::Locked));
}
