use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::Serialize;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{entropy::Entropy, legacy::LegacyError, secret_key::SecretKey};

/// Seals passwords for a legacy system that shares a key: JWE (RFC 7516) in its compact form, `alg` `dir`, `enc`
/// `A256GCM`.
pub(super) struct Sealer {
    key: LessSafeKey,
    header: String,
}

/// A sealed password, and what the answer has to repeat.
pub(super) struct Sealed {
    pub(super) jwe: String,
    nonce: Zeroizing<String>,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    enc: &'a str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Content<'a> {
    password: &'a str,
    nonce: &'a str,
}

impl Sealer {
    pub(super) fn new(key_id: &str, key: &SecretKey) -> Result<Self, LegacyError> {
        let header = serde_json::to_vec(&Header { alg: "dir", enc: "A256GCM", kid: key_id })
            .map_err(|error| LegacyError::misconfigured_because("the key id cannot be written as JSON", error))?;
        let key = UnboundKey::new(&AES_256_GCM, key.expose()).map_err(|_| sealing_failed())?;
        Ok(Self { key: LessSafeKey::new(key), header: Base64UrlUnpadded::encode_string(&header) })
    }

    pub(super) fn seal(&self, password: &str, entropy: &dyn Entropy) -> Result<Sealed, LegacyError> {
        let (mut iv, mut nonce) = ([0; 12], [0; 16]);
        for bytes in [&mut iv[..], &mut nonce[..]] {
            entropy.fill(bytes).map_err(|error| LegacyError::Password(error.into()))?;
        }
        let nonce = Zeroizing::new(Base64UrlUnpadded::encode_string(&nonce));
        // Room for the password at its longest, every byte escaped, so that the buffer does not grow and leave a copy.
        let mut content = Zeroizing::new(Vec::with_capacity(6 * password.len() + 64));
        serde_json::to_writer(&mut *content, &Content { password, nonce: &nonce })
            .map_err(|error| LegacyError::misconfigured_because("the password cannot be written as JSON", error))?;
        Ok(Sealed { jwe: encrypt(&self.key, &self.header, iv, &mut content)?, nonce })
    }
}

/// The five parts of RFC 7516, section 7.1. With `dir` there is no encrypted key, so the second is empty.
fn encrypt(key: &LessSafeKey, header: &str, iv: [u8; 12], content: &mut [u8]) -> Result<String, LegacyError> {
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), Aad::from(header.as_bytes()), content)
        .map_err(|_| sealing_failed())?;
    let encode = Base64UrlUnpadded::encode_string;
    Ok(format!("{header}..{}.{}.{}", encode(&iv), encode(content), encode(tag.as_ref())))
}

fn sealing_failed() -> LegacyError {
    LegacyError::misconfigured("the password could not be encrypted")
}

impl Sealed {
    /// Whether an answer repeats the nonce: whoever does could open the password, and answers this very question.
    pub(super) fn is_answered_by(&self, nonce: &str) -> bool {
        bool::from(self.nonce.as_bytes().ct_eq(nonce.as_bytes()))
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    /// RFC 7516, appendix A.1: its content encryption, which is the same whatever wraps the key.
    #[test]
    fn the_known_answer_of_the_specification() {
        let key = [
            177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110, 91, 112, 46, 34,
            105, 47, 130, 203, 46, 122, 234, 64, 252,
        ];
        let iv = [227, 197, 117, 252, 2, 219, 233, 68, 180, 225, 77, 219];
        let mut content = *b"The true sign of intelligence is not knowledge but imagination.";
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
        let header = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
        assert_eq!(
            encrypt(&key, header, iv, &mut content).unwrap(),
            "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ..48V1_ALb6US04U3b.\
             5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji\
             SdiwkIr3ajwQzaBtQD_A.XFBoMYUZodetZdvTiFvSkQ"
        );
    }

    #[test]
    fn what_is_sealed_can_be_opened_with_the_key_only_and_is_never_the_same() {
        let key = SecretKey::from_bytes([7; 32]);
        let entropy = SeededEntropy::new(1);
        let sealer = Sealer::new("2026", &key).unwrap();
        let (first, second) =
            (sealer.seal("pass\"word", &entropy).unwrap(), sealer.seal("pass\"word", &entropy).unwrap());
        assert_ne!(first.jwe, second.jwe);
        assert!(
            first.is_answered_by(&first.nonce) && !first.is_answered_by(&second.nonce) && !first.is_answered_by("")
        );

        let parts: Vec<_> = first.jwe.split('.').collect();
        let decode = |part: &str| Base64UrlUnpadded::decode_vec(part).unwrap();
        assert_eq!(decode(parts[0]), br#"{"alg":"dir","enc":"A256GCM","kid":"2026"}"#);
        let open = |key: &[u8; 32]| {
            let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
            let iv = Nonce::try_assume_unique_for_key(&decode(parts[2])).unwrap();
            let mut content = [decode(parts[3]), decode(parts[4])].concat();
            key.open_in_place(iv, Aad::from(parts[0].as_bytes()), &mut content).map(|content| content.to_vec()).ok()
        };
        let content: serde_json::Value = serde_json::from_slice(&open(&[7; 32]).unwrap()).unwrap();
        assert_eq!(content, serde_json::json!({"password": "pass\"word", "nonce": *first.nonce}));
        assert_eq!(open(&[8; 32]), None);
    }
}
