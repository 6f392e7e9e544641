//! The names of hashes that are recognised and not verified, so that an operator reads what is missing.

/// Literal beginnings and the schemes that they tell. Where several fit, the longest counts.
const KNOWN: &[(&str, &str)] = &[
    ("$8$", "pbkdf2-cisco"),
    ("$9$", "scrypt-cisco"),
    ("$A$", "mysql-caching-sha2"),
    ("0x244124", "mysql-caching-sha2"),
    ("$argon2", "argon2"),
    ("awscognito#", "clerk-awscognito"),
    ("$p5k2$", "pbkdf2-dlitz"),
    ("$pbkdf2-", "pbkdf2"),
    ("$sm3$", "sm3-crypt"),
    ("$sm3y$", "sm3-yescrypt"),
    ("$scram$", "scram-passlib"),
    ("CRDB-BCRYPT$", "cockroachdb-bcrypt"),
    ("H:", "oracle-http-digest"),
    ("grub.pbkdf2.", "pbkdf2-grub"),
    ("plain$$", "werkzeug-plain"),
    ("{AES-", "389ds-aes"),
    ("{APR1}", "ldap-apr1"),
    ("{BSDMD5}", "ldap-apr1"),
    ("{CLEARTEXT}", "plaintext"),
    ("{CLEAR}", "plaintext"),
    ("{DES}", "389ds-des"),
    ("{FSHP", "fshp"),
    ("{KERBEROS}", "ldap-kerberos"),
    ("{LANMAN}", "dovecot-lanman"),
    ("{NTLM}", "dovecot-ntlm"),
    ("{OTP}", "dovecot-otp"),
    ("{PBKDF2", "ldap-pbkdf2"),
    ("{PLAIN-TRUNC}", "plaintext"),
    ("{PLAIN}", "plaintext"),
    ("{RADIUS}", "ldap-radius"),
    ("{RPA}", "dovecot-rpa"),
    ("{SASL}", "ldap-sasl"),
    ("{SHA3-", "ldap-sha3"),
    ("{SKEY}", "dovecot-skey"),
    ("{TOTP", "ldap-totp"),
    ("{noop}", "spring-noop"),
];

/// The name of the scheme that a text seems to be of.
pub(super) fn name_of(text: &str) -> Option<&'static str> {
    let fits = KNOWN.iter().filter(|(prefix, _)| text.starts_with(prefix));
    fits.max_by_key(|(prefix, _)| prefix.len()).map(|(_, name)| *name)
}
