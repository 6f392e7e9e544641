//! What crypt(3) and the applications around bcrypt do not read of a password, and spellings that they share with others.

use std::collections::BTreeSet;

use waystation::password::{
    Dialect, EffectiveInput, HashContext, HashError, HashPolicy, Limits, ParsedHash, Password, PasswordHash,
    PasswordScheme, Passwords, Schemes, Verification, Workspace,
};

use super::vectors::rows;

fn parse(hash: &PasswordHash) -> Box<dyn ParsedHash> {
    Schemes::standard().parse(hash, &Limits::default()).unwrap()
}

fn opens(password: impl Into<Password>, text: &str) -> bool {
    parse(&PasswordHash::new(text)).verify(&password.into(), &mut Workspace::default()).unwrap()
}

/// Passwords that some scheme may take for the right one.
fn mistakable(password: &[u8]) -> Vec<Vec<u8>> {
    let eighth_bit = |byte: &u8| byte ^ 0x80;
    vec![
        [password, b"x"].concat(),
        [password, b"\0x"].concat(),
        [b" ", password, b"\n"].concat(),
        [password, password].concat(),
        [password, b"\0", password].concat(),
        password.iter().map(eighth_bit).collect(),
        password.iter().take(1).map(eighth_bit).chain(password.iter().skip(1).copied()).collect(),
        password.to_ascii_uppercase(),
    ]
}

/// A scheme that opens for another password than the right one must say that it did not read all: otherwise the rest
/// would be stored as proven.
#[test]
fn what_opens_for_another_password_was_not_read_whole() {
    let files =
        ["aix.json", "bcrypt_node.json", "bcrypt_php.json", "bcrypt_python.json", "crypt.json", "libcrypt.json"];
    let (mut workspace, mut mistaken, mut tried) = (Workspace::default(), BTreeSet::new(), Vec::new());
    for row in rows(&files) {
        tried.push(row.scheme.clone());
        // Some of each, and those that fill what bcrypt reads.
        if tried.iter().filter(|scheme| **scheme == row.scheme).count() % 3 != 0 && row.password.len() < 72 {
            continue;
        }
        let parsed = parse(&PasswordHash::declared(&row.scheme, &row.hash).with_context(row.context));
        for other in mistakable(row.password.as_bytes()) {
            // Of two that differ in their eighth bits, the one without is not short of anything.
            let folded = other.is_ascii() && !row.password.is_ascii();
            let other = Password::from_bytes(other);
            if folded || other.expose() == row.password.as_bytes() || !parsed.verify(&other, &mut workspace).unwrap() {
                continue;
            }
            let read = parsed.effective_input(&other);
            let proven = match &read {
                EffectiveInput::First(bytes) => other.expose().get(..*bytes),
                EffectiveInput::Part(range) => other.expose().get(range.clone()),
                EffectiveInput::Folded => None,
                _ => Some(other.expose()),
            };
            let right = row.password.as_bytes();
            let short = proven.is_none_or(|proven| proven.len() < other.len() && right.starts_with(proven));
            assert!(short || proven == Some(right.trim_ascii()), "{read:?} of {other:?} for {}", row.hash);
            mistaken.insert(row.scheme.clone());
        }
    }
    let expected = [
        "aix-smd5",
        "aix-ssha1",
        "aix-ssha256",
        "aix-ssha512",
        "apr1",
        "bcrypt",
        "bcrypt-2",
        "bcrypt-2x",
        "bcrypt-pepper-suffix",
        "bsdi-crypt",
        "des-crypt",
        "gost-yescrypt",
        "md5-crypt",
        "nt-crypt",
        "scrypt-crypt",
        "sha1-crypt",
        "sha256-crypt",
        "sha512-crypt",
        "smf21-bcrypt",
        "sunmd5",
        "wbb4-bcrypt",
        "wordpress-bcrypt",
        "yescrypt",
    ];
    let missed: Vec<_> = expected.into_iter().filter(|scheme| !mistaken.contains(*scheme)).collect();
    assert!(missed.is_empty(), "{missed:?} opened for no other password");
}

/// A round of SHA-crypt reads the password, and its preparation the square of it.
#[test]
fn a_long_password_is_refused_before_it_is_work() {
    for text in [
        "$1$Vj$FgE059gER.9Anh6Hr/6Wl0",
        "$5$rounds=1001$zPwvC$ou6vqyJhdp8TLQpQEtzto0/uAwpoghBaMg2tTHvy4X1",
        "$6$rounds=1001$VRAV0$5WlLG5ElHIk6O5RuX7yfaAFLPc4xYlWvQ36gO/QvgEygpp92I968AJ8FD2hQ/.KlqnkT8/GafLKDRLbOZ3U7./",
    ] {
        let parsed = parse(&PasswordHash::new(text));
        let verify = |password: Vec<u8>| parsed.verify(&Password::from_bytes(password), &mut Workspace::default());
        assert_eq!(verify(vec![b'a'; 512]), Ok(false));
        let refused = verify(vec![b'a'; 513]);
        assert!(
            matches!(refused, Err(HashError::TooCostly { bound: "bytes of password", asked: 513, limit: 512, .. })),
            "{refused:?}"
        );
        // C does not see what comes after a NUL.
        assert_eq!(verify([b"a\0".as_slice(), &[b'a'; 600]].concat()), Ok(false));
    }
}

/// The default may be said.
#[test]
fn sha_crypt_of_5000_rounds_has_two_spellings() {
    let said = "$6$rounds=5000$HRVWLqGRsnHDn.6V$ZzLOsMqv1phwtIVR1VmQ85cTsIh8oNTVG/hoE2AA7G2I.pMYxK/Cq2jI4.ZmqB5hIc9N4IqT1W3xXLeM5kvBX1";
    assert!(opens("correct horse battery staple", said));
    assert!(opens("correct horse battery staple", &said.replace("rounds=5000$", "")));
    assert!(!opens("correct horse battery staple", &said.replace("5000", "5001")));
}

/// Kratos, passwap and LDAP directories write the same beginnings before something else.
#[test]
fn spellings_of_others_are_left_to_them() {
    let schemes = Schemes::standard();
    for (text, not) in [
        ("$sha1$pf=e1NBTFR9e1BBU1NXT1JEfQ==$5opsm9ZTk/rsHoLdCLVAC0Zjq5g=$X2Zp", "sha1-crypt"),
        ("$md5$CY9rzUYh03PK3k6DJie09g==", "sunmd5"),
        ("$md5$pf=MTIzNDU2Nzg$abcdefgh$abcdefghijklmnopqrstuv", "sunmd5"),
        ("$7$ln=16,r=8,p=1$abcdefgh$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq", "scrypt-crypt"),
        ("{ssha256}eSsjPbwaDY4VGFVzgRcXkqOjDhTCHiqMjHtUMDCRQKUwMDAw", "aix-ssha256"),
        ("{smd5}rL0Y20zC+Fzt72VPzMSk2A==", "aix-smd5"),
    ] {
        let name = schemes.identify(&PasswordHash::new(text)).map(PasswordScheme::name);
        assert_ne!(name, Ok(not), "{text}");
    }
}

/// A byte above 127 overwrites those before it: libxcrypt lets both of these in as well.
#[test]
fn bcrypt_2x_confuses_passwords_of_eight_bits() {
    let text = "$2x$04$.TPmxlh.Ch9ZHKfU73.iV.s8q779qjLkSRAJVMsNbm4x/zQzH9Uyu";
    let (right, other) = ("密码パスワード비밀번호", "寇码パスワード비밀번호");
    assert!(opens(right, text) && opens(other, text));
    assert_eq!(parse(&PasswordHash::new(text)).effective_input(&right.into()), EffectiveInput::Folded);
    assert_eq!(parse(&PasswordHash::new(text)).effective_input(&"password".into()), EffectiveInput::Whole);
}

/// Meteor's, Symfony's and other hashes look like plain bcrypt: undeclared they are that, and open for nobody.
#[test]
fn what_stands_around_bcrypt_must_be_declared() {
    for row in rows(&["bcrypt_node.json", "bcrypt_php.json", "bcrypt_python.json"]) {
        let identified = Schemes::standard().identify(&PasswordHash::new(&row.hash)).unwrap().name();
        let declared = row.hash.starts_with("$2a$") || row.hash.starts_with("$2b$") || row.hash.starts_with("$2y$");
        assert_eq!(identified, if declared { "bcrypt" } else { row.scheme.as_str() });
    }
}

/// A dialect declares them, and nothing that tells itself.
#[test]
fn systems_around_bcrypt_have_dialects() {
    for (dialect, name) in
        [(Dialect::METEOR, "meteor-bcrypt"), (Dialect::SYMFONY, "symfony-bcrypt"), (Dialect::WOLTLAB, "wbb4-bcrypt")]
    {
        let files = rows(&["bcrypt_node.json", "bcrypt_php.json"]);
        let mut of_system = files.iter().filter(|row| row.scheme == name).peekable();
        assert!(of_system.peek().is_some());
        for row in of_system {
            let declared = dialect.hash(&row.hash);
            assert_eq!(declared.scheme(), Some(name));
            assert!(parse(&declared).verify(&row.password.as_str().into(), &mut Workspace::default()).unwrap());
        }
        assert_eq!(dialect.hash("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A").scheme(), None);
    }
}

/// What bcrypt cuts off of a pepper can be typed instead of it.
#[test]
fn a_pepper_that_is_cut_off_makes_passwords_one() {
    let password = "a password of 70 bytes, of which two are left for the pepper behind it";
    assert_eq!(password.len(), 70);
    let hash = ::bcrypt::hash_with_salt([password, "pepper"].concat(), 4, [7; 16]).unwrap().to_string();
    let context = HashContext::default().key("pepper");
    let parsed = parse(&PasswordHash::declared("bcrypt-pepper-suffix", hash).with_context(context));
    let typed = Password::from([password, "pe"].concat());
    assert!(parsed.verify(&typed, &mut Workspace::default()).unwrap());
    assert_eq!(parsed.effective_input(&typed), EffectiveInput::Folded);
    let longer = |end: &str| parsed.effective_input(&Password::from([password, end].concat()));
    assert_eq!((longer("pep"), longer("xyz")), (EffectiveInput::Folded, EffectiveInput::First(72)));
    assert_eq!(parsed.effective_input(&"short".into()), EffectiveInput::Whole);
}

/// A digest that is not found in its text cannot be wrapped.
#[tokio::test]
async fn every_hash_can_be_wrapped() {
    let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
    let passwords = Passwords::builder().policy(policy).threads(1).build().unwrap();
    let files =
        ["aix.json", "bcrypt_node.json", "bcrypt_php.json", "bcrypt_python.json", "crypt.json", "libcrypt.json"];
    let mut wrapped = BTreeSet::new();
    for row in rows(&files).into_iter().filter(|row| row.password == "password") {
        if !wrapped.insert(row.scheme.clone()) {
            continue;
        }
        let stored = PasswordHash::declared(&row.scheme, &row.hash).with_context(row.context);
        let stored = passwords.wrap(&stored).await.unwrap_or_else(|error| panic!("{error}: {}", row.scheme));
        let right = passwords.verify(&"password".into(), &stored).await;
        assert!(matches!(right, Ok(Verification::Match { upgrade: true, .. })), "{right:?}: {}", row.scheme);
        let wrong = passwords.verify(&"qassword".into(), &stored).await;
        assert_eq!(wrong, Ok(Verification::Mismatch), "{}", row.scheme);
    }
    assert!(wrapped.len() > 30, "{wrapped:?}");
}
