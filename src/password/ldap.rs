//! The `userPassword` values of directories (RFC 2307 and its successors): `{SSHA}` and its like.
//!
//! OpenLDAP with its modules (`pw-sha2`, `pw-pbkdf2`, `argon2`), 389 Directory Server and FreeIPA, AD LDS, Apache's
//! `htpasswd -s`, and Dovecot write them. The case of a tag is free. Some dumps strip the padding of base64.
//!
//! What other systems write under the same tags is told by its shape: AIX and Dovecot have a `$` in it, Spring writes
//! its salt in braces or 80 hexadecimal digits.

#[cfg(feature = "pbkdf2")]
mod pbkdf2;

use super::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    argon2::Argon2Hash,
    digest::DigestHash,
    field,
    format::{Format, Stored},
    inner,
    tag::Tagged,
};

/// Longest salt in bytes. Whatever stands after the digest is salt.
const MOST_SALT: usize = 64;

pub(super) static FORMATS: &[Format] = &[
    digest("ldap-md5", |text| is("ldap-md5", text)),
    digest("ldap-sha1", |text| is("ldap-sha1", text)),
    digest("ldap-sha224", |text| is("ldap-sha224", text)),
    digest("ldap-sha256", |text| is("ldap-sha256", text)),
    digest("ldap-sha384", |text| is("ldap-sha384", text)),
    digest("ldap-sha512", |text| is("ldap-sha512", text)),
    digest("ldap-smd5", |text| is("ldap-smd5", text)),
    digest("ldap-ssha", |text| is("ldap-ssha", text)),
    digest("ldap-ssha224", |text| is("ldap-ssha224", text)),
    digest("ldap-ssha256", |text| is("ldap-ssha256", text)),
    digest("ldap-ssha384", |text| is("ldap-ssha384", text)),
    digest("ldap-ssha512", |text| is("ldap-ssha512", text)),
    // Of Netscape's Messaging Server; 389-DS verifies it. Salt and digest in 32 hexadecimal digits each.
    Format {
        name: "ldap-ns-mta-md5",
        prefixes: &["{"],
        fits: |text| Tagged::one_of(text, NS_MTA_MD5).is_some(),
        parse: ns_mta_md5,
    },
    // An Argon2 string, by the module of OpenLDAP 2.5.
    Format {
        name: "ldap-argon2",
        prefixes: &["{"],
        fits: |text| Tagged::one_of(text, ARGON2).is_some(),
        parse: |stored| {
            let tagged = Tagged::one_of(stored.text(), ARGON2).ok_or(stored.malformed("it has another tag"))?;
            Ok(Box::new(Argon2Hash::parse(stored.scheme, tagged.body, stored.limits)?))
        },
    },
    // Whatever the crypt(3) of the directory's host made. 389-DS has a tag of its own for one of them.
    Format {
        name: "ldap-crypt",
        prefixes: &["{"],
        fits: |text| Tagged::one_of(text, CRYPT).is_some(),
        parse: |stored| {
            let tagged = Tagged::one_of(stored.text(), CRYPT);
            let text = tagged.and_then(|tagged| tagged.text()).ok_or(stored.malformed("it has another tag"))?;
            inner::crypt(stored, &text)
        },
    },
    #[cfg(feature = "pbkdf2")]
    pbkdf2::OPENLDAP,
    #[cfg(feature = "pbkdf2")]
    pbkdf2::DIRECTORY_389,
];

const ARGON2: &[&str] = &["ARGON2"];
const CRYPT: &[&str] = &["CRYPT", "GOST_YESCRYPT"];
const NS_MTA_MD5: &[&str] = &["NS-MTA-MD5"];

/// A scheme that is one digest of the password, or of the password and a salt.
struct Digest {
    scheme: &'static str,
    tags: &'static [&'static str],
    algorithm: Algorithm,
    salted: bool,
}

impl Digest {
    const fn plain(scheme: &'static str, tags: &'static [&'static str], algorithm: Algorithm) -> Self {
        Self { scheme, tags, algorithm, salted: false }
    }

    const fn salted(scheme: &'static str, tags: &'static [&'static str], algorithm: Algorithm) -> Self {
        Self { scheme, tags, algorithm, salted: true }
    }

    fn named(scheme: &str) -> Option<&'static Self> {
        DIGESTS.iter().find(|digest| digest.scheme == scheme)
    }
}

/// `{SHA}` is base64 of the digest, and Dovecot's also hexadecimal; `{SSHA}` is base64 of the digest of password and
/// salt, followed by the salt.
static DIGESTS: &[Digest] = &[
    Digest::plain("ldap-md5", &["MD5", "LDAP-MD5", "PLAIN-MD5"], Algorithm::Md5),
    Digest::plain("ldap-sha1", &["SHA", "SHA1"], Algorithm::Sha1),
    Digest::plain("ldap-sha224", &["SHA224"], Algorithm::Sha224),
    Digest::plain("ldap-sha256", &["SHA256"], Algorithm::Sha256),
    Digest::plain("ldap-sha384", &["SHA384"], Algorithm::Sha384),
    Digest::plain("ldap-sha512", &["SHA512"], Algorithm::Sha512),
    Digest::salted("ldap-smd5", &["SMD5"], Algorithm::Md5),
    Digest::salted("ldap-ssha", &["SSHA"], Algorithm::Sha1),
    Digest::salted("ldap-ssha224", &["SSHA224"], Algorithm::Sha224),
    Digest::salted("ldap-ssha256", &["SSHA256"], Algorithm::Sha256),
    Digest::salted("ldap-ssha384", &["SSHA384"], Algorithm::Sha384),
    Digest::salted("ldap-ssha512", &["SSHA512"], Algorithm::Sha512),
];

const fn digest(name: &'static str, fits: fn(&str) -> bool) -> Format {
    Format { name, prefixes: &["{"], fits, parse: parse_digest }
}

/// Whether a text has a tag of the scheme, and not what others write under the same one.
fn is(scheme: &str, text: &str) -> bool {
    let tagged = Digest::named(scheme).and_then(|digest| Tagged::one_of(text, digest.tags));
    tagged.is_some_and(|tagged| {
        let body = tagged.body;
        !tagged.is_plain() || !(body.contains('$') || body.starts_with('{') || field::is_hex(body, 40))
    })
}

fn parse_digest(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let digest = Digest::named(stored.scheme).ok_or(HashError::unsupported(stored.scheme))?;
    let tagged = Tagged::one_of(stored.text(), digest.tags).ok_or(stored.malformed("it has another tag"))?;
    let length = digest.algorithm.output_bytes();
    if !digest.salted {
        let bytes = stored.digest(tagged.digest(length), length)?;
        return Ok(Box::new(DigestHash::plain(digest.algorithm, bytes)));
    }
    let bytes = tagged.bytes().ok_or(stored.malformed("it is not base64, or hexadecimal where the tag says so"))?;
    let parts = bytes.expose().split_at_checked(length).filter(|(_, salt)| !salt.is_empty());
    let (bytes, salt) = parts.ok_or(stored.malformed("it has not a whole digest and a salt"))?;
    stored.bound("bytes of salt", salt.len() as u64, MOST_SALT.min(stored.limits.salt_bytes) as u64)?;
    Ok(Box::new(DigestHash::around(digest.algorithm, &[], salt, bytes.into())))
}

/// The digest of salt, `Y`, password, 0xF7 and salt again.
fn ns_mta_md5(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let tagged = Tagged::one_of(stored.text(), NS_MTA_MD5).ok_or(stored.malformed("it has another tag"))?;
    let halves = tagged.body.split_at_checked(32).filter(|(_, salt)| field::is_hex(salt, 16));
    let (digest, salt) = halves.ok_or(stored.malformed("it is not 64 hexadecimal digits"))?;
    let digest = stored.digest(field::any_hex(digest), 16)?;
    let (before, after) = ([salt.as_bytes(), b"Y"].concat(), [b"\xf7", salt.as_bytes()].concat());
    Ok(Box::new(DigestHash::around(Algorithm::Md5, &before, &after, digest)))
}
