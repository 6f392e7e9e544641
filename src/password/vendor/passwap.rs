//! The formats of passwap, ZITADEL's library, that no other software writes.

use super::template::TemplateHash;
use crate::password::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    field,
    format::{Format, Stored, any_text},
};

pub(in crate::password) static FORMATS: &[Format] = &[
    // `$md5salted-prefix$<salt>$<base64>`: the salt is its own text.
    Format {
        name: "md5salted-passwap",
        prefixes: &["$md5salted-prefix$", "$md5salted-suffix$"],
        fits: any_text,
        parse: md5_salted,
    },
    // PHC's `$scrypt$` under the identifier of crypt(3)'s, which has no `ln=`.
    #[cfg(feature = "scrypt")]
    Format { name: "scrypt-passwap", prefixes: &["$7$ln="], fits: any_text, parse: scrypt },
];

fn md5_salted(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let segments: Vec<&str> = stored.text().splitn(5, '$').collect();
    let (join, salt, digest): (super::template::Join, _, _) = match *segments.as_slice() {
        ["", "md5salted-prefix", salt, digest] => (TemplateHash::prefixed, salt, digest),
        ["", "md5salted-suffix", salt, digest] => (TemplateHash::suffixed, salt, digest),
        _ => return Err(stored.malformed("it is not salt and digest")),
    };
    join(stored, Algorithm::Md5, salt.into(), field::padded_base64(digest))
}

#[cfg(feature = "scrypt")]
fn scrypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let phc = stored.after("$7$")?;
    let hash = crate::password::PasswordHash::new(format!("$scrypt${phc}"));
    crate::password::scrypt::phc(&stored.with_hash(&hash))
}
