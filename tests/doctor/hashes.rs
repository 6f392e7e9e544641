//! What is wrong with the hashes of a sample.

use waystation::{
    PasswordHash,
    doctor::{Code, Diagnosis},
    legacy::LegacyError,
    password::{HashContext, HashError},
};

use crate::{
    archive::{Archive, person, strong},
    stage::{examined, found, over, troubles},
};

const BCRYPT: &str = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
const MD5: &str = "b0baee9d279d34fa1dfd71aadb908c3f";

/// Ada, whose hash is sound, and somebody with this one.
async fn beside(hash: PasswordHash) -> Diagnosis {
    let people = [person("1", &["ada@example.com"], strong()), person("2", &["grace@example.com"], hash)];
    examined(over(Archive::of(people))).await
}

fn sites(diagnosis: &Diagnosis, code: Code) -> Vec<String> {
    diagnosis.of(code).map(|finding| finding.site.to_string()).collect()
}

#[tokio::test]
async fn a_hash_that_cannot_be_verified_is_told_by_why() {
    let too_costly = BCRYPT.replace("$12$", "$31$");
    for (hash, code, site) in [
        (PasswordHash::new(MD5), Code::LegacyHashAmbiguous, None),
        (PasswordHash::declared("mybb", MD5), Code::LegacyHashIncomplete, Some("old-shop, mybb")),
        (PasswordHash::declared("bcrypt", "$2b$12$short"), Code::LegacyHashMalformed, Some("old-shop, bcrypt")),
        (PasswordHash::new(too_costly), Code::LegacyHashTooCostly, Some("old-shop, bcrypt")),
        (PasswordHash::new("$sm3$salt$digest"), Code::LegacyHashUnsupported, Some("old-shop, sm3-crypt")),
        (PasswordHash::new("what is this?"), Code::LegacyHashUnsupported, Some("old-shop")),
        (
            strong().with_context(HashContext::default().pepper("lost")),
            Code::LegacyHashIncomplete,
            Some("old-shop, argon2"),
        ),
    ] {
        let diagnosis = beside(hash).await;
        assert_eq!(troubles(&diagnosis), [code.as_str()]);
        assert_eq!(found(&diagnosis, code), Some(1));
        assert_eq!(diagnosis.of(code).next().unwrap().of, Some(2));
        if let Some(site) = site {
            assert_eq!(sites(&diagnosis, code), [site]);
        }
    }
}

#[tokio::test]
async fn no_password_and_no_hash_are_notes() {
    let locked = beside(PasswordHash::new("!")).await;
    assert_eq!((troubles(&locked), found(&locked, Code::LegacyHashLocked)), (vec![], Some(1)));
    let mut hidden = person("1", &["ada@example.com"], strong());
    hidden.password_hash = None;
    let diagnosis = examined(over(Archive::of([hidden]))).await;
    assert_eq!((troubles(&diagnosis), found(&diagnosis, Code::LegacyHashAbsent)), (vec![], Some(1)));
}

#[tokio::test]
async fn a_sample_without_one_usable_hash_is_the_wrong_column() {
    let people = [
        person("1", &["ada@example.com"], PasswordHash::new("what")),
        person("2", &["grace@example.com"], PasswordHash::new("is this?")),
        person("3", &["mary@example.com"], PasswordHash::new("!")),
    ];
    let diagnosis = examined(over(Archive::of(people))).await;
    assert_eq!(troubles(&diagnosis), ["legacy.hash.none_usable", "legacy.hash.unsupported"]);
    assert_eq!(found(&diagnosis, Code::LegacyHashUnsupported), Some(2));
}

#[tokio::test]
async fn usable_hashes_are_counted_by_scheme_and_by_what_becomes_of_them() {
    let bcrypt = beside(PasswordHash::new(BCRYPT)).await;
    assert_eq!(troubles(&bcrypt), [""; 0]);
    assert_eq!(sites(&bcrypt, Code::LegacyHashScheme), ["old-shop, argon2", "old-shop, bcrypt"]);
    assert_eq!(sites(&bcrypt, Code::LegacyHashReplaced), ["old-shop"]);
    assert_eq!(sites(&bcrypt, Code::LegacyHashPartial), ["old-shop, bcrypt"]);
    assert!(bcrypt.of(Code::LegacyHashPartial).all(|it| it.text.contains("the first 72 bytes")));

    let salted = HashContext::default().salt("x7Qa");
    let fast = beside(PasswordHash::declared("mybb", MD5).with_context(salted)).await;
    assert_eq!(troubles(&fast), ["legacy.hash.fast"]);
    assert_eq!(sites(&fast, Code::LegacyHashFast), ["old-shop, mybb"]);
}

#[tokio::test]
async fn a_row_whose_error_is_its_hash_counts_as_one() {
    let archive = Archive::with_error(|| LegacyError::UnusableHash {
        place: "users.password".to_owned(),
        source: HashError::malformed("bcrypt", "the salt is not base64"),
    });
    let diagnosis = examined(over(archive)).await;
    assert_eq!(troubles(&diagnosis), ["legacy.hash.malformed"]);
    assert_eq!(sites(&diagnosis, Code::LegacyHashMalformed), ["old-shop, bcrypt, users.password"]);
}

#[tokio::test]
async fn the_costliest_hash_says_what_the_limit_would_have_to_be() {
    let people = ["$17$", "$31$", "$20$"].iter().zip(["1", "2", "3"]).map(|(cost, id)| {
        person(id, &[&format!("user{id}@example.com")], PasswordHash::new(BCRYPT.replace("$12$", cost)))
    });
    let diagnosis = examined(over(Archive::of(people))).await;
    let costly = diagnosis.of(Code::LegacyHashTooCostly).next().unwrap();
    assert_eq!(costly.found, Some(3));
    assert!(costly.text.contains("asks for 31"), "{}", costly.text);
}
