//! The traps of directories, mail servers and databases: one spelling and several systems, and what none of them wrote.

use waystation::password::{
    Dialect, HashContext, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, Schemes, Workspace,
};

const HEX_32: &str = "5f4dcc3b5aa765d61d8327deb882cf99";

fn name_of(text: &str) -> Option<&'static str> {
    Schemes::standard().identify(&PasswordHash::new(text)).ok().map(PasswordScheme::name)
}

fn parse(hash: &PasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    Schemes::standard().parse(hash, &Limits::default())
}

fn error_of(text: &str) -> HashError {
    parse(&PasswordHash::new(text)).unwrap_err()
}

fn opens(text: &str, password: &str) -> bool {
    let parsed = parse(&PasswordHash::new(text));
    parsed.is_ok_and(|parsed| parsed.verify(&Password::from(password), &mut Workspace::default()).unwrap())
}

#[test]
fn the_case_of_a_tag_is_free() {
    for tag in ["{SSHA}", "{ssha}", "{Ssha}"] {
        assert!(opens(&format!("{tag}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0"), "secret"), "{tag}");
    }
    assert_eq!(name_of("{crypt}abJnggxhB/yWI"), Some("ldap-crypt"));
}

#[test]
fn one_tag_of_several_systems_is_told_by_the_shape() {
    let not_of_a_directory = [
        // Spring: salt in braces, or hexadecimal of 40 bytes.
        &*format!("{{MD5}}{{salt}}{HEX_32}"),
        &format!("{{sha256}}{HEX_32}{HEX_32}0123456789abcdef"),
        // AIX.
        "{ssha256}06$aJckFGJAB30LTe10$ohUsB7LBPlgclE3hJg9x042DLJvQyxVCX.nZZLEz.g2",
        "{smd5}a5/yTL/u$VfvgyHx1xUlXZYBocQpQY0",
    ];
    for text in not_of_a_directory {
        assert!(!name_of(text).is_some_and(|name| name.starts_with("ldap-")), "{text}");
    }
    assert_eq!(name_of("{MD5}X03MO1qnZdYdgyfeuILPmQ=="), Some("ldap-md5"));
    assert_eq!(name_of(&format!("{{MD5}}{HEX_32}")), Some("ldap-md5"));
    assert_eq!(name_of("{MD5}$1$Huj2ep3v$Dw.bEXcFpoSdNv87YJZHr0"), Some("dovecot-crypt"));
    assert_eq!(name_of("{PBKDF2}$1$salt$10$da39a3ee5e6b4b0d3255bfef95601890afd80709"), Some("dovecot-pbkdf2"));
    assert_eq!(name_of("{PBKDF2}10$c2FsdA$2jmj7l5rSw0yVb/vlWAYkK/YBwk"), Some("ldap-pbkdf2"));
}

#[test]
fn a_salted_digest_has_a_salt_and_not_more_than_64_bytes_of_it() {
    assert!(matches!(error_of("{SSHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk="), HashError::Malformed { .. }));
    let zeros = |bytes: usize| format!("{{SSHA.HEX}}{}", "00".repeat(20 + bytes));
    assert!(parse(&PasswordHash::new(zeros(64))).is_ok());
    let too_long = HashError::TooCostly { scheme: "ldap-ssha", bound: "bytes of salt", asked: 65, limit: 64 };
    assert_eq!(error_of(&zeros(65)), too_long);
}

#[test]
fn padding_may_be_stripped_and_not_be_wrong() {
    for text in ["{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g"] {
        assert!(opens(text, "password"), "{text}");
    }
    for text in ["{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g==", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9h=", "{SHA}=", "{SHA}"] {
        assert!(!opens(text, "password"), "{text}");
    }
}

/// A sample of kanidm's has a key of 19 bytes, which verifies only where as many bytes are compared as are there.
#[test]
fn a_shortened_key_is_refused() {
    for key in ["2jmj7l5rSw0yVb/vlWAYkK/YBw", "2g", ""] {
        assert!(matches!(error_of(&format!("{{PBKDF2}}10$c2FsdA${key}")), HashError::Malformed { .. }), "{key}");
    }
}

#[test]
fn a_hash_within_a_tag_may_be_locked() {
    for locked in ["", "!", "*", "!!", "x", "*LK*", "NP", "!$6$salt$", "*0"] {
        assert_eq!(error_of(&format!("{{CRYPT}}{locked}")), HashError::Locked, "{locked}");
    }
}

#[test]
fn tags_do_not_nest() {
    for text in ["{CRYPT}{CRYPT}abJnggxhB/yWI", "{CRYPT}{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0", "{CRYPT}{ssha1}06$a$b"]
    {
        assert!(matches!(error_of(text), HashError::Malformed { .. }), "{text}");
    }
}

#[test]
fn what_crypt_does_not_know_is_unsupported_by_its_name() {
    let cisco = error_of("{CRYPT}$8$dsYGNam3K1SIJO$7nv/35M/qr6t.dVc7UY9zrJDWRVqncHub1PE9UlMQFs");
    assert_eq!(cisco, HashError::UnsupportedScheme { name: Some("pbkdf2-cisco".to_owned()) });
    // Only texts of crypt(3): a directory's host does not verify Django's.
    let foreign = error_of("{CRYPT}md5$salt$5f4dcc3b5aa765d61d8327deb882cf99");
    assert_eq!(foreign, HashError::UnsupportedScheme { name: None });
}

#[test]
fn what_cannot_be_verified_offline_is_told_by_name() {
    for (text, name) in
        [("{OTP}sha1 1024 f996e3c0871ce7df 1182d53fbbff6e92", "dovecot-otp"), ("{SASL}ada@x", "ldap-sasl")]
    {
        assert_eq!(error_of(text), HashError::UnsupportedScheme { name: Some(name.to_owned()) });
    }
    for text in ["{PLAIN}secret", "{CLEARTEXT}secret", "{PLAIN-TRUNC}secret"] {
        assert_eq!(error_of(text), HashError::UnsupportedScheme { name: Some("plaintext".to_owned()) }, "{text}");
    }
}

#[test]
fn numbers_in_bytes_are_bounded_as_those_in_text() {
    let of_iterations = |iterations: &str| format!("{{PBKDF2_SHA256.HEX}}{iterations}{}", "00".repeat(320));
    assert!(parse(&PasswordHash::new(of_iterations("00000001"))).is_ok());
    assert!(matches!(error_of(&of_iterations("00000000")), HashError::Malformed { .. }));
    let too_many = HashError::TooCostly {
        scheme: "389ds-pbkdf2",
        bound: "iterations times blocks",
        asked: 0xffff_ffff * 8,
        limit: 10_000_000,
    };
    assert_eq!(error_of(&of_iterations("ffffffff")), too_many);
}

/// `doveadm pw -s ARGON2ID -r 5` of Dovecot 2.3 writes 1 GiB.
#[test]
fn the_dearest_hashes_of_dovecot_are_too_costly_until_they_are_allowed() {
    let hash =
        "{ARGON2ID}$argon2id$v=19$m=1048576,t=5,p=1$Kz+sDsq0gFOgkTyb4M0Mtg$1adqSAY2c+/KmL7wU8TQSVNbZuaiBVlhuPsXH5rvMsw";
    assert!(matches!(error_of(hash), HashError::TooCostly { scheme: "dovecot-argon2", asked: 1_048_576, .. }));
}

#[test]
fn both_keys_of_scram_count() {
    let keys = ["Bear4OpYTTNT8RMlNqKsFIuZlRyS4OAr/LH/ghMtjVE=", "bOa0dDpko1xFCXiTDVPfznD2aIVLpuqjh3nKsE4bNnc="];
    let hash = |stored: &str, server: &str| format!("SCRAM-SHA-256$10:cGVwcGVyYW5kc2FsdC4uLg==${stored}:{server}");
    let [stored, server] = keys;
    assert!(opens(&hash(stored, server), "secret"));
    for (stored, server) in [(stored, stored), (server, server), (server, stored)] {
        assert!(!opens(&hash(stored, server), "secret"));
    }
    let unpadded = server.trim_end_matches('=');
    for (stored, server) in [(stored, ""), ("", server), (stored, unpadded), (unpadded, server)] {
        assert!(matches!(error_of(&hash(stored, server)), HashError::Malformed { .. }), "{stored} {server}");
    }
}

#[test]
fn a_salt_from_another_column_is_asked_for() {
    let hash = PasswordHash::new(format!("md5{HEX_32}"));
    let missing = HashError::Incomplete { scheme: "postgresql-md5", missing: "user name" };
    assert_eq!(parse(&hash).unwrap_err(), missing);
    assert!(parse(&hash.with_context(HashContext::default().username("ada"))).is_ok());
}

/// 16 digits may be half of an MD5, Oracle's of 10g, or MySQL's of old.
#[test]
fn digits_of_mysql_must_be_declared() {
    let digits = "7cd2b5942be28759";
    assert_eq!(error_of(digits), HashError::UnsupportedScheme { name: None });
    let parsed = parse(&Dialect::MYSQL.hash(digits)).unwrap();
    assert!(parsed.verify(&Password::from("abc"), &mut Workspace::default()).unwrap());
}

/// SQL Server 2000 let in whoever typed the letters in any case, where the server told none.
#[test]
fn the_twin_in_capitals_opens_nothing() {
    // SHA-1 of `Secret` and of `SECRET`, each in UTF-16LE and with the salt `abcd`.
    let hash = "0x0100616263647599B46D20BDB2CB0680EF7404E9784E6A61C1193B4DA221852F6EA587F1EF50FCF7FED9F201FD80";
    assert_eq!([opens(hash, "Secret"), opens(hash, "SECRET"), opens(hash, "secret")], [true, false, false]);
}

/// What each of them is refused for: `m`alformed, too `c`ostly, `l`ocked, or `u`nsupported.
#[test]
fn hostile_values_are_refused_by_type() {
    let digits = |bytes: usize| "0".repeat(2 * bytes);
    let letters = |bytes: usize| "A".repeat(bytes.div_ceil(3) * 4);
    let texts = [
        ("u", "{".to_owned()),
        ("u", "{}".to_owned()),
        ("u", "{SSHA".to_owned()),
        ("u", "{SSHA.ROT13}AAAA".to_owned()),
        ("u", "{SSHA.HEX.HEX}AAAA".to_owned()),
        ("u", "{ SSHA}AAAA".to_owned()),
        ("u", " {SSHA}AAAA".to_owned()),
        ("u", "{\u{17f}SHA}AAAA".to_owned()),
        ("u", "{{SSHA}}AAAA".to_owned()),
        ("u", "{SSHA}$AAAA".to_owned()),
        ("m", "{SSHA}".to_owned()),
        ("m", "{SSHA}====".to_owned()),
        ("m", "{SSHA}AAAA AAAA".to_owned()),
        ("m", format!("{{SSHA}}{}", digits(24).replace('0', "é"))),
        ("m", format!("{{SSHA512}}{}", letters(63))),
        ("c", format!("{{SSHA}}{}", letters(600))),
        ("c", format!("{{SSHA}}{}", letters(6_000))),
        ("m", format!("{{SHA}}{}", letters(24))),
        ("m", format!("{{SHA}}{}", digits(21))),
        ("m", format!("{{MD5}}{}", digits(15))),
        ("m", "{NS-MTA-MD5}".to_owned()),
        ("m", format!("{{NS-MTA-MD5}}{}", digits(31))),
        ("m", format!("{{NS-MTA-MD5}}{}é{}", digits(16).get(1..).unwrap(), digits(16))),
        ("m", "{ARGON2}".to_owned()),
        ("m", "{ARGON2}$argon2id$v=19$m=64,t=2,p=1$AAAA".to_owned()),
        (
            "c",
            "{ARGON2}$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                .to_owned(),
        ),
        ("l", "{CRYPT}".to_owned()),
        ("u", "{CRYPT}$".to_owned()),
        ("u", "{CRYPT}$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        ("m", "{CRYPT.HEX}zz".to_owned()),
        ("m", "{CRYPT.HEX}ff".to_owned()),
        ("l", "{SHA512-CRYPT.B64}Kg==".to_owned()),
        ("c", "{PBKDF2}4294967296$c2FsdA$2jmj7l5rSw0yVb/vlWAYkK/YBwk".to_owned()),
        ("m", "{PBKDF2}99999999999999999999$c2FsdA$2jmj7l5rSw0yVb/vlWAYkK/YBwk".to_owned()),
        ("m", "{PBKDF2}0$c2FsdA$2jmj7l5rSw0yVb/vlWAYkK/YBwk".to_owned()),
        ("m", "{PBKDF2}10$$2jmj7l5rSw0yVb/vlWAYkK/YBwk".to_owned()),
        ("m", "{PBKDF2}10$c2FsdA".to_owned()),
        ("m", "{PBKDF2_SHA256}".to_owned()),
        ("m", format!("{{PBKDF2_SHA256}}{}", letters(321))),
        ("c", format!("{{PBKDF2_SHA256}}//////{}", letters(324).get(6..).unwrap())),
        ("m", "{PBKDF2}$2$salt$10$da39a3ee5e6b4b0d3255bfef95601890afd80709".to_owned()),
        ("m", "{PBKDF2}$1$salt$10$da39a3ee5e6b4b0d3255bfef95601890afd8".to_owned()),
        ("c", "{PBKDF2}$1$salt$4294967295$da39a3ee5e6b4b0d3255bfef95601890afd80709".to_owned()),
        ("m", "{CRAM-MD5}".to_owned()),
        ("m", format!("{{CRAM-MD5}}{}", digits(31))),
        ("m", "{SCRAM-SHA-256}".to_owned()),
        ("m", "{SCRAM-SHA-256}4096,AAAA,AAAA,AAAA".to_owned()),
        ("c", format!("{{SCRAM-SHA-1}}4294967295,AAAA,{key},{key}", key = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
        ("m", "SCRAM-SHA-256$".to_owned()),
        ("m", "SCRAM-SHA-256$4096:$:".to_owned()),
        ("m", "grub.pbkdf2.sha512.10.00".to_owned()),
        ("m", "grub.pbkdf2.sha512.10..".to_owned()),
        ("u", "grub.pbkdf2.md5.10.00.00".to_owned()),
        ("m", format!("grub.pbkdf2.sha512.10.00.{}", digits(63))),
        ("c", format!("grub.pbkdf2.sha512.99999999999.00.{}", digits(64))),
        ("c", format!("grub.pbkdf2.sha512.10.{}.{}", digits(1_025), digits(64))),
        ("m", format!("$ml$10$00${}", digits(65))),
        ("m", format!("$ml$10$${}", digits(64))),
        ("m", "$ml$".to_owned()),
        ("u", "0x0100".to_owned()),
        ("u", format!("0x0100{}", digits(25))),
        ("u", format!("0x0300{}", digits(68))),
        ("u", format!("*{}", digits(19))),
        ("u", "S:".to_owned()),
        ("m", "T:".to_owned()),
        ("m", format!("T:{}", digits(79))),
        ("m", "{x-issha, 1024}".to_owned()),
        ("m", "{x-issha, 0}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        ("m", "{x-issha, -1}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        ("c", "{x-issha, 9999999999}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        ("c", format!("{{x-issha, 10}}{}", letters(99))),
    ];
    for (expected, text) in texts {
        let given = match error_of(&text) {
            HashError::Malformed { .. } => "m",
            HashError::TooCostly { .. } => "c",
            HashError::Locked => "l",
            HashError::UnsupportedScheme { .. } => "u",
            other => panic!("{other}: {text}"),
        };
        assert_eq!(given, expected, "{text}");
    }
}
