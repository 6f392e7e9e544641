use crate::password::{HashError, ParsedHash, field, format::Stored, scrypt::ScryptHash};

/// Reads `$e0801$<salt>$<key>`: a hexadecimal number that holds the logarithm of N, r and p; padded base64; 32 bytes
/// of key, or 64 where Spring was told so.
pub(super) fn parse(stored: &Stored<'_>, text: &str) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = text.split('$');
    let (Some(""), Some(parameters), Some(salt), Some(key), None) =
        (segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it has not three parts"));
    };
    let canonical = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let parameters = Some(parameters)
        .filter(|text| text.bytes().all(canonical) && !text.starts_with('0'))
        .and_then(|text| u32::from_str_radix(text, 16).ok())
        .ok_or(stored.malformed("its parameters are not a hexadecimal number of 32 bits"))?;
    let [_, log_n, r, p] = parameters.to_be_bytes();
    if parameters >> 16 > 63 {
        return Err(stored.malformed("the logarithm of N is above 63"));
    }
    let salt = field::padded_base64(salt).ok_or(stored.malformed("the salt is not padded base64"))?;
    let key = field::padded_base64(key).filter(|key| matches!(key.len(), 32 | 64));
    let key = key.ok_or(stored.malformed("the key is not 32 or 64 bytes in padded base64"))?;
    Ok(Box::new(ScryptHash::new(stored, 1 << log_n, r.into(), p.into(), salt, key)?))
}
