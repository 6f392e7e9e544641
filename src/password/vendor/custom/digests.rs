//! The two algorithms whose value is a text with fields of its own.

use crate::password::{SecretBytes, algorithm::Algorithm as Digest, field};

/// `$pbkdf2-<digest>$i=…,l=…$<salt>$<key>`.
pub(super) struct Pbkdf2 {
    pub(super) digest: Digest,
    pub(super) iterations: u64,
    pub(super) salt: SecretBytes,
    pub(super) key: SecretBytes,
}

/// The names that OpenSSL 1.1, and so Node, has for digests, in whatever case.
const OPENSSL_NAMES: [(&str, Digest); 33] = [
    ("md4", Digest::Md4),
    ("md4WithRSAEncryption", Digest::Md4),
    ("md5", Digest::Md5),
    ("md5WithRSAEncryption", Digest::Md5),
    ("mdc2", Digest::Mdc2),
    ("mdc2WithRSA", Digest::Mdc2),
    ("ripemd", Digest::Ripemd160),
    ("ripemd160", Digest::Ripemd160),
    ("ripemd160WithRSA", Digest::Ripemd160),
    ("rmd160", Digest::Ripemd160),
    ("RSA-MD4", Digest::Md4),
    ("RSA-MD5", Digest::Md5),
    ("RSA-MDC2", Digest::Mdc2),
    ("RSA-RIPEMD160", Digest::Ripemd160),
    ("RSA-SHA1", Digest::Sha1),
    ("RSA-SHA1-2", Digest::Sha1),
    ("RSA-SHA224", Digest::Sha224),
    ("RSA-SHA256", Digest::Sha256),
    ("RSA-SHA384", Digest::Sha384),
    ("RSA-SHA512", Digest::Sha512),
    ("sha1", Digest::Sha1),
    ("sha1WithRSAEncryption", Digest::Sha1),
    ("sha224", Digest::Sha224),
    ("sha224WithRSAEncryption", Digest::Sha224),
    ("sha256", Digest::Sha256),
    ("sha256WithRSAEncryption", Digest::Sha256),
    ("sha384", Digest::Sha384),
    ("sha384WithRSAEncryption", Digest::Sha384),
    ("sha512", Digest::Sha512),
    ("sha512WithRSAEncryption", Digest::Sha512),
    ("ssl3-md5", Digest::Md5),
    ("ssl3-sha1", Digest::Sha1),
    ("whirlpool", Digest::Whirlpool),
];

impl Pbkdf2 {
    /// `i` is 100,000 and `l` is 64 where they are left out.
    pub(super) fn read(text: &str) -> Option<Self> {
        let segments: Vec<&str> = text.splitn(6, '$').collect();
        let (name, parameters, salt, key) = match *segments.as_slice() {
            ["", name, salt, key] => (name, "", salt, key),
            ["", name, parameters, salt, key] if !parameters.is_empty() => (name, parameters, salt, key),
            _ => return None,
        };
        let name = name.strip_prefix("pbkdf2-")?;
        let (_, digest) = OPENSSL_NAMES.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        let none_at_all = usize::from(parameters.is_empty());
        let mut parameters = parameters.split(',').skip(none_at_all).peekable();
        let iterations = parameters.next_if(|parameter| parameter.starts_with("i="));
        let length = parameters.next_if(|parameter| parameter.starts_with("l="));
        if parameters.next().is_some() {
            return None;
        }
        let number = |parameter: Option<&str>, default| match parameter {
            None => Some(default),
            Some(parameter) => parameter.get(2..).and_then(field::decimal),
        };
        let iterations = number(iterations, 100_000)?;
        let (salt, key) = (field::base64(salt)?, field::base64(key)?);
        (number(length, 64)? == key.len() as u64).then_some(Self { digest, iterations, salt, key })
    }
}

/// `{SCHEME}` of RFC 2307 and base64 of the digest, with the salt behind it.
pub(super) struct Ldap {
    pub(super) algorithm: Digest,
    pub(super) digest: SecretBytes,
    pub(super) salt: SecretBytes,
}

/// The schemes, in whatever case, and whether they have a salt.
const LDAP_SCHEMES: [(&str, Digest, bool); 14] = [
    ("md5", Digest::Md5, false),
    ("smd5", Digest::Md5, true),
    ("sha", Digest::Sha1, false),
    ("sha1", Digest::Sha1, false),
    ("sha224", Digest::Sha224, false),
    ("sha256", Digest::Sha256, false),
    ("sha384", Digest::Sha384, false),
    ("sha512", Digest::Sha512, false),
    ("ssha", Digest::Sha1, true),
    ("ssha1", Digest::Sha1, true),
    ("ssha224", Digest::Sha224, true),
    ("ssha256", Digest::Sha256, true),
    ("ssha384", Digest::Sha384, true),
    ("ssha512", Digest::Sha512, true),
];

impl Ldap {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (scheme, body) = text.strip_prefix('{')?.split_once('}')?;
        let (_, algorithm, salted) = LDAP_SCHEMES.into_iter().find(|(name, ..)| name.eq_ignore_ascii_case(scheme))?;
        let body = field::padded_base64(body)?;
        let (digest, salt) = body.expose().split_at_checked(algorithm.output_bytes())?;
        (salt.is_empty() != salted).then(|| Self { algorithm, digest: digest.into(), salt: salt.into() })
    }
}
