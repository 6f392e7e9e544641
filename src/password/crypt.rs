//! The hashes of crypt(3): what Unix systems keep in their shadow files, and what web servers and network devices took
//! from there.
//!
//! | scheme | looks like | written by |
//! |---|---|---|
//! | `des-crypt` | `abJnggxhB/yWI` | Unix since 1979, `htpasswd -d`, LDAP |
//! | `bsdi-crypt` | `_J9..rasmBYk8r9AiWNc` | BSD/OS, FreeBSD, PHP |
//! | `md5-crypt` | `$1$` salt `$` 22 letters | FreeBSD, Linux until about 2010, Cisco |
//! | `apr1` | `$apr1$` salt `$` 22 letters | Apache's `htpasswd` |
//! | `sha256-crypt`, `sha512-crypt` | `$5$`, `$6$` | Linux until about 2021, Dovecot |
//! | `yescrypt` | `$y$` | Linux since |
//! | `gost-yescrypt` | `$gy$` | ALT Linux |
//! | `scrypt-crypt` | `$7$` | libxcrypt |
//! | `sha1-crypt` | `$sha1$` rounds `$` salt `$` 28 letters | NetBSD, Juniper |
//! | `sunmd5` | `$md5,rounds=904$` salt `$$` 22 letters | Solaris |
//! | `nt-crypt` | `$3$$` 32 digits | FreeBSD, libxcrypt |
//! | `aix-smd5`, `aix-ssha1`, `aix-ssha256`, `aix-ssha512` | `{ssha256}06$` salt `$` 43 letters | AIX |
//!
//! All read a password up to its first NUL, as C does. Digests are compared as the text that is stored, so that no other
//! spelling of the same bits opens. Read after libxcrypt, whose answers they are tested with.

mod aix;
mod bsdi;
mod crypt_hash;
mod des;
mod des_crypt;
mod letters;
mod md5_crypt;
mod nt_crypt;
mod sha1_crypt;
mod sha_crypt;
mod stretch;
mod sunmd5;
mod yescrypt;

pub(super) use self::{des_crypt::DesHash, sha_crypt::sha256_crypt};

use super::{
    algorithm::Algorithm,
    format::{Format, any_text},
};

pub(super) static FORMATS: &[Format] = &[
    Format {
        name: "des-crypt",
        prefixes: &[""],
        fits: des_crypt::fits,
        parse: |stored| Ok(Box::new(DesHash::parse(stored.scheme, stored.text())?)),
    },
    Format { name: "bsdi-crypt", prefixes: &["_"], fits: bsdi::fits, parse: bsdi::parse },
    Format {
        name: "md5-crypt",
        prefixes: &["$1$"],
        fits: any_text,
        parse: |stored| md5_crypt::parse(stored, "$1$", "$1$"),
    },
    Format {
        name: "apr1",
        prefixes: &["$apr1$"],
        fits: any_text,
        parse: |stored| md5_crypt::parse(stored, "$apr1$", "$apr1$"),
    },
    Format { name: "sha256-crypt", prefixes: &["$5$"], fits: any_text, parse: sha_crypt::sha256 },
    Format { name: "sha512-crypt", prefixes: &["$6$"], fits: any_text, parse: sha_crypt::sha512 },
    Format { name: "yescrypt", prefixes: &["$y$"], fits: any_text, parse: yescrypt::yescrypt },
    Format { name: "gost-yescrypt", prefixes: &["$gy$"], fits: any_text, parse: yescrypt::gost_yescrypt },
    Format { name: "scrypt-crypt", prefixes: &["$7$"], fits: yescrypt::fits_scrypt, parse: yescrypt::scrypt },
    Format { name: "sha1-crypt", prefixes: &["$sha1$"], fits: sha1_crypt::fits, parse: sha1_crypt::parse },
    Format { name: "sunmd5", prefixes: &["$md5$", "$md5,"], fits: sunmd5::fits, parse: sunmd5::parse },
    Format { name: "nt-crypt", prefixes: &["$3$"], fits: any_text, parse: nt_crypt::parse },
    Format {
        name: "aix-smd5",
        prefixes: &["{smd5}"],
        fits: |text| text.contains('$'),
        parse: |stored| md5_crypt::parse(stored, "{smd5}", ""),
    },
    Format {
        name: "aix-ssha1",
        prefixes: &["{ssha1}"],
        fits: aix::fits,
        parse: |stored| aix::parse(stored, "{ssha1}", Algorithm::Sha1),
    },
    Format {
        name: "aix-ssha256",
        prefixes: &["{ssha256}"],
        fits: aix::fits,
        parse: |stored| aix::parse(stored, "{ssha256}", Algorithm::Sha256),
    },
    Format {
        name: "aix-ssha512",
        prefixes: &["{ssha512}"],
        fits: aix::fits,
        parse: |stored| aix::parse(stored, "{ssha512}", Algorithm::Sha512),
    },
];
