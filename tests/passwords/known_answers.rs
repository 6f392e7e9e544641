//! `tests/data/hashes/*.json`: made by real software; the scripts beside them say which and how.

use std::collections::{BTreeMap, BTreeSet};

use waystation::password::{
    HashError, HashPolicy, Limits, Password, PasswordError, PasswordHash, Passwords, Schemes, Verification, Workspace,
};

use super::vectors::rows;

/// Every row: identified as its scheme, opened by its password, and by no other.
pub(super) fn check(files: &[&str]) -> BTreeMap<String, usize> {
    let (schemes, limits) = (Schemes::standard(), Limits::default());
    let mut workspace = Workspace::default();
    let mut counts = BTreeMap::<String, usize>::new();
    for row in rows(files) {
        let undeclared = PasswordHash::new(&row.hash);
        if row.declared {
            let name = schemes.identify(&undeclared).map(|scheme| scheme.name().to_owned());
            assert_ne!(name.as_ref(), Ok(&row.scheme), "{row:?}");
            if let Err(HashError::Ambiguous { candidates }) = name {
                // A scheme that is only ever declared is no candidate.
                let only_declared = schemes.get(&row.scheme).is_some_and(|scheme| scheme.prefixes().is_empty());
                assert_ne!(candidates.contains(&row.scheme.as_str()), only_declared, "{candidates:?}: {row:?}");
            }
        } else {
            assert_eq!(schemes.identify(&undeclared).unwrap().name(), row.scheme, "{row:?}");
        }
        let declared = PasswordHash::declared(&row.scheme, &row.hash).with_context(row.context.clone());
        let parsed = schemes.parse(&declared, &limits).unwrap_or_else(|error| panic!("{error}: {row:?}"));
        let mut opens = |password: &str| parsed.verify(&Password::from(password), &mut workspace).unwrap();
        assert!(opens(&row.password), "the right password is refused: {row:?}");
        assert!(!opens(&row.wrong), "a wrong password is accepted: {row:?}");
        *counts.entry(row.scheme).or_default() += 1;
    }
    counts
}

pub(super) fn assert_enough(counts: &BTreeMap<String, usize>, schemes: &[&str]) {
    for scheme in schemes {
        let count = counts.get(*scheme).copied().unwrap_or_default();
        assert!(count >= 15, "{scheme}: {count} known answers only");
    }
}

/// Wraps three hashes of each scheme, and opens them. Says of which schemes some could not be wrapped.
async fn wrapped(files: &[&str]) -> BTreeSet<String> {
    let passwords = Passwords::builder().policy(HashPolicy::argon2id(8, 1, 1).unwrap()).threads(1).build().unwrap();
    let mut counts = BTreeMap::<String, usize>::new();
    let mut not_wrapped = BTreeSet::new();
    for row in rows(files).into_iter().filter(|row| !row.password.is_empty()) {
        let count = counts.entry(row.scheme.clone()).or_default();
        *count += 1;
        if *count > 3 {
            continue;
        }
        let stored = PasswordHash::declared(&row.scheme, &row.hash).with_context(row.context.clone());
        match passwords.wrap(&stored).await {
            Ok(wrapped) => {
                let answer = passwords.verify(&row.password.as_str().into(), &wrapped).await;
                assert!(matches!(answer, Ok(Verification::Match { .. })), "{answer:?}: {row:?}");
                let answer = passwords.verify(&row.wrong.as_str().into(), &wrapped).await;
                assert_eq!(answer, Ok(Verification::Mismatch), "{row:?}");
            }
            Err(PasswordError::Unwrappable) => _ = not_wrapped.insert(row.scheme),
            Err(error) => panic!("{error}: {row:?}"),
        }
    }
    not_wrapped
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
fn hashes_made_by_django() {
    let counts = check(&["django.json"]);
    let schemes = [
        "django-argon2",
        "django-bcrypt",
        "django-bcrypt-sha256",
        "django-md5",
        "django-pbkdf2-sha1",
        "django-pbkdf2-sha256",
        "django-scrypt",
        "django-sha1",
        "django-unsalted-md5",
        "django-unsalted-sha1",
        "md5",
    ];
    assert_enough(&counts, &schemes);
}

#[test]
#[cfg(feature = "crypt")]
fn hashes_made_by_libcrypt() {
    assert_enough(&check(&["crypt.json"]), &["des-crypt", "django-crypt"]);
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "crypt"))]
fn hashes_made_by_libxcrypt_and_htpasswd() {
    let schemes = [
        "apr1",
        "bcrypt",
        "bcrypt-2x",
        "bsdi-crypt",
        "gost-yescrypt",
        "md5-crypt",
        "nt-crypt",
        "scrypt-crypt",
        "sha1-crypt",
        "sha256-crypt",
        "sha512-crypt",
        "sunmd5",
        "yescrypt",
    ];
    assert_enough(&check(&["libcrypt.json"]), &schemes);
}

#[test]
#[cfg(feature = "crypt")]
fn hashes_of_aix() {
    assert_enough(&check(&["aix.json"]), &["aix-smd5", "aix-ssha1", "aix-ssha256", "aix-ssha512"]);
}

#[test]
#[cfg(feature = "bcrypt")]
fn hashes_made_around_bcrypt() {
    let schemes = [
        "bcrypt-2",
        "bcrypt-hex-md5",
        "bcrypt-hex-sha1",
        "bcrypt-hex-sha256",
        "bcrypt-hex-sha512",
        "bcrypt-pepper-suffix",
        "bcrypt-sha256",
        "bcrypt-upper-hex-md5",
        "bcrypt-upper-hex-sha1",
        "bcrypt-upper-hex-sha256",
        "bcrypt-upper-hex-sha512",
        "meteor-bcrypt",
        "smf21-bcrypt",
        "symfony-bcrypt",
        "wbb4-bcrypt",
        "wordpress-bcrypt",
    ];
    assert_enough(&check(&["bcrypt_node.json", "bcrypt_php.json", "bcrypt_python.json"]), &schemes);
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
fn hashes_made_by_python_packages() {
    assert_enough(&check(&["python.json"]), &["argon2", "bcrypt", "pbkdf2", "scrypt"]);
}

#[test]
#[cfg(feature = "bcrypt")]
fn hashes_made_by_php() {
    assert_enough(&check(&["php.json"]), &["argon2", "bcrypt"]);
}

#[test]
#[cfg(feature = "bcrypt")]
fn hashes_made_by_node() {
    assert_enough(&check(&["node.json"]), &["argon2", "bcrypt"]);
}

#[test]
#[cfg(feature = "digest")]
fn digests_made_by_php() {
    let counts = check(&["digests.json"]);
    let schemes: Vec<&str> = counts.keys().map(String::as_str).collect();
    assert_eq!(schemes.len(), 24);
    assert_enough(&counts, &schemes);
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "digest", feature = "pbkdf2"))]
fn hashes_of_php_systems() {
    let counts = check(&["cms.json", "phpass.json"]);
    let schemes = [
        "drupal7",
        "joomla-md5",
        "joomla-sha256",
        "magento",
        "magento1-md5",
        "mediawiki",
        "phpass",
        "symfony-digest",
        "symfony-pbkdf2",
        "symfony-pbkdf2-sha1",
        "symfony-pbkdf2-sha256",
    ];
    assert_enough(&counts, &schemes);
}

#[test]
#[cfg(feature = "scrypt")]
fn hashes_made_for_firebase() {
    let counts = check(&["firebase.json"]);
    // Six spellings.
    assert!(counts.get("firebase-scrypt").is_some_and(|count| *count >= 6 * 15), "{counts:?}");
}

#[test]
#[cfg(all(feature = "pbkdf2", feature = "scrypt"))]
fn hashes_made_by_libraries_of_javascript() {
    let schemes = [
        "better-auth-scrypt",
        "passport-local-mongoose",
        "passport-local-mongoose-sha1",
        "passport-local-mongoose-sha512",
    ];
    assert_enough(&check(&["javascript.json"]), &schemes);
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
fn hashes_in_the_reference_products_own_object() {
    let counts = check(&["custom_password_hash.json"]);
    // Eleven algorithms.
    assert!(counts.get("custom-password-hash").is_some_and(|count| *count >= 11 * 15), "{counts:?}");
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "pbkdf2", feature = "scrypt"))]
fn hashes_in_the_forms_of_identity_providers() {
    let schemes = [
        "clerk-bcrypt-peppered",
        "clerk-md5-salted",
        "clerk-md5-salted-suffix",
        "clerk-pbkdf2-sha1",
        "clerk-pbkdf2-sha256",
        "clerk-pbkdf2-sha512",
        "clerk-pbkdf2-sha512-hex",
        "clerk-sha256-salted",
        "clerk-sha256-salted-suffix",
        "clerk-sha512-symfony",
        "fusionauth-hmac-sha256",
        "fusionauth-md5",
        "fusionauth-pbkdf2-sha256",
        "fusionauth-pbkdf2-sha256-512",
        "fusionauth-pbkdf2-sha512",
        "fusionauth-phpass-md5",
        "fusionauth-phpass-sha512",
        "fusionauth-sha256",
        "kratos-crypt",
        "kratos-digest",
        "kratos-hmac",
        "kratos-pbkdf2",
        "kratos-scrypt",
        "md5salted-passwap",
        "scrypt-passwap",
    ];
    assert_enough(&check(&["vendor.json"]), &schemes);
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "pbkdf2"))]
fn hashes_made_by_directories() {
    let counts = check(&["ldap.json"]);
    let schemes = [
        "389ds-pbkdf2",
        "ldap-argon2",
        "ldap-md5",
        "ldap-ns-mta-md5",
        "ldap-pbkdf2",
        "ldap-sha1",
        "ldap-sha224",
        "ldap-sha256",
        "ldap-sha384",
        "ldap-sha512",
        "ldap-smd5",
        "ldap-ssha",
        "ldap-ssha224",
        "ldap-ssha256",
        "ldap-ssha384",
        "ldap-ssha512",
    ];
    assert_enough(&counts, &schemes);
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "pbkdf2"))]
fn hashes_made_by_dovecot() {
    let schemes = [
        "dovecot-argon2",
        "dovecot-cram-md5",
        "dovecot-digest-md5",
        "dovecot-pbkdf2",
        "dovecot-plain-md4",
        "dovecot-scram",
    ];
    assert_enough(&check(&["dovecot.json"]), &schemes);
}

#[test]
#[cfg(feature = "pbkdf2")]
fn hashes_made_by_databases() {
    let schemes = [
        "mssql",
        "mysql-323",
        "mysql-41",
        "oracle-11",
        "oracle-12",
        "pbkdf2-grub",
        "pbkdf2-macos",
        "postgresql-md5",
        "postgresql-scram",
        "sap-issha1",
        "sap-issha256",
        "sap-issha384",
        "sap-issha512",
    ];
    assert_enough(&check(&["database.json"]), &schemes);
}

#[test]
#[cfg(feature = "crypt")]
fn hashes_of_mysql_8() {
    assert_enough(&check(&["mysql.json"]), &["mysql-caching-sha2"]);
}

#[tokio::test]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "pbkdf2"))]
async fn hashes_of_directories_and_databases_can_be_wrapped() {
    let not_wrapped = wrapped(&["ldap.json", "dovecot.json", "database.json"]).await;
    // Argon2 is what they would become; OpenLDAP has base64 of its own; SQL Server's have a twin.
    let expected = ["dovecot-argon2", "ldap-argon2", "ldap-pbkdf2", "mssql"];
    assert!(not_wrapped.iter().eq(expected), "{not_wrapped:?}");
}

#[test]
#[cfg(all(feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
fn hashes_made_by_werkzeug() {
    let counts = check(&["werkzeug.json", "werkzeug2.json"]);
    assert_enough(&counts, &["werkzeug-hmac", "werkzeug-pbkdf2", "werkzeug-scrypt"]);
}

#[test]
#[cfg(feature = "pbkdf2")]
fn hashes_made_by_passlib() {
    assert_enough(&check(&["passlib.json"]), &["pbkdf2-atlassian", "pbkdf2-passlib"]);
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "pbkdf2"))]
fn hashes_made_by_flask_security() {
    assert_enough(&check(&["flask_security.json"]), &["flask-security", "flask-security-raw"]);
}

#[test]
#[cfg(feature = "pbkdf2")]
fn hashes_of_dotnet() {
    let schemes =
        ["aspnet-identity", "aspnet-membership", "aspnet-membership-sha256", "aspnet-membership-sha512", "umbraco"];
    assert_enough(&check(&["dotnet.json"]), &schemes);
}

#[test]
#[cfg(feature = "bcrypt")]
fn hashes_made_by_shiro() {
    assert_enough(&check(&["shiro.json"]), &["shiro1", "shiro2"]);
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
fn hashes_of_spring_security() {
    let schemes = [
        "spring-argon2",
        "spring-bcrypt",
        "spring-digest",
        "spring-ldap",
        "spring-pbkdf2",
        "spring-pbkdf2-v58",
        "spring-scrypt",
        "spring-sha256",
    ];
    assert_enough(&check(&["spring.json"]), &schemes);
}

#[test]
#[cfg(all(feature = "pbkdf2", feature = "scrypt"))]
fn hashes_of_other_java_systems() {
    assert_enough(&check(&["keycloak.json", "lambdaworks.json"]), &["keycloak", "lambdaworks-scrypt"]);
}
