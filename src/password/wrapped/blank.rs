//! Finds a digest in the text of its hash, and puts zeros in its place.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};

/// How a digest is written into the text of a hash.
const ENCODINGS: [fn(&[u8]) -> String; 6] = [
    |bytes| hexadecimal(bytes, char::to_ascii_lowercase),
    |bytes| hexadecimal(bytes, char::to_ascii_uppercase),
    Base64::encode_string,
    Base64Unpadded::encode_string,
    Base64Url::encode_string,
    Base64UrlUnpadded::encode_string,
];

/// The text with zeros instead of the digest, of the same length. `None` if it is not found, or in several places.
pub(super) fn without_digest(text: &str, digest: &[u8]) -> Option<String> {
    let zeros = vec![0; digest.len()];
    let as_it_is = std::str::from_utf8(digest).ok().and_then(|digest| {
        let blank: String = digest.chars().map(|_| '.').collect();
        // Text of a digest is ASCII, so that both are of one length.
        replaced_once(text, digest, &blank).filter(|_| digest.is_ascii())
    });
    let encoded = ENCODINGS.iter().find_map(|encode| replaced_once(text, &encode(digest), &encode(&zeros)));
    as_it_is.or(encoded).or_else(|| within_base64(text, digest, &zeros))
}

/// The text with a digest blanked that stands in a field of base64 beside a salt.
fn within_base64(text: &str, digest: &[u8], zeros: &[u8]) -> Option<String> {
    type Decode = fn(&str) -> Option<Vec<u8>>;
    type Encode = fn(&[u8]) -> String;
    let codecs: [(Decode, Encode); 2] = [
        (|text| Base64::decode_vec(text).ok(), Base64::encode_string),
        (|text| Base64Unpadded::decode_vec(text).ok(), Base64Unpadded::encode_string),
    ];
    let start = text.rfind(['}', '$', ':']).map_or(0, |separator| separator + 1);
    let (head, field) = text.split_at_checked(start)?;
    codecs.iter().find_map(|(decode, encode)| {
        let mut bytes = decode(field)?;
        let at = bytes.windows(digest.len()).position(|window| window == digest)?;
        bytes.get_mut(at..at + zeros.len())?.copy_from_slice(zeros);
        Some(format!("{head}{}", encode(&bytes)))
    })
}

fn replaced_once(text: &str, found: &str, by: &str) -> Option<String> {
    let mut matches = text.match_indices(found);
    match (matches.next(), matches.next()) {
        (Some(_), None) if !found.is_empty() => Some(text.replacen(found, by, 1)),
        _ => None,
    }
}

fn hexadecimal(bytes: &[u8], case: fn(&char) -> char) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).map(|digit| case(&digit));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_found_however_it_is_written() {
        let digest: Vec<u8> = (0xA0..0xB4).collect();
        let blank = |text: &str| without_digest(text, &digest);
        let hexadecimal = hexadecimal(&digest, char::to_ascii_lowercase);
        assert_eq!(blank(&format!("sha1$salt${hexadecimal}")).unwrap(), format!("sha1$salt${}", "0".repeat(40)));
        assert_eq!(blank(&hexadecimal.to_uppercase()).unwrap(), "0".repeat(40));
        let base64 = Base64::encode_string(&digest);
        assert_eq!(blank(&format!("{{SHA}}{base64}")).unwrap(), format!("{{SHA}}{}=", "A".repeat(27)));
        let salted = Base64::encode_string(&[digest.as_slice(), b"salt"].concat());
        let expected = Base64::encode_string(&[[0; 20].as_slice(), b"salt"].concat());
        assert_eq!(blank(&format!("{{SSHA}}{salted}")).unwrap(), format!("{{SSHA}}{expected}"));
    }

    #[test]
    fn a_digest_that_is_text_becomes_dots() {
        let text = "$1$salt$qJH7.N4xYta3aEG/dfqo/0";
        assert_eq!(without_digest(text, b"qJH7.N4xYta3aEG/dfqo/0").unwrap(), "$1$salt$......................");
    }

    #[test]
    fn what_is_not_found_or_found_twice_is_not_blanked() {
        assert_eq!(without_digest("md5$salt$00", b"\xFF\xFE\xFD"), None);
        assert_eq!(without_digest("fffefd$fffefd", b"\xFF\xFE\xFD"), None);
    }
}
