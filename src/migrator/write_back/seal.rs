//! What waits in the outbox, so that whoever reads the database reads nothing: XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha-03), a version byte, 24 bytes of nonce, then the sealed text. Bound to the user.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use crate::{
    entropy::{Entropy, EntropyError},
    secret_key::SecretKey,
    user::UserId,
};

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
/// The length of what is sealed tells no more than this of the length of a password.
const BLOCK_BYTES: usize = 64;

pub(super) fn seal(
    key: &SecretKey,
    user: &UserId,
    text: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, EntropyError> {
    let mut nonce = [0; NONCE_BYTES];
    entropy.fill(&mut nonce)?;
    // A one marks where the text ends.
    let mut padded = Zeroizing::new(Vec::with_capacity((text.len() / BLOCK_BYTES + 1) * BLOCK_BYTES));
    padded.extend_from_slice(text);
    padded.push(1);
    let whole = padded.len().next_multiple_of(BLOCK_BYTES);
    padded.resize(whole, 0);
    let payload = Payload { msg: &padded, aad: user.as_str().as_bytes() };
    // It fails beyond 256 GiB.
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).map_err(|_| EntropyError::new())?;
    Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
}

/// The text, if it was sealed under this key for this user.
pub(super) fn open(key: &SecretKey, user: &UserId, body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = body.strip_prefix(&[VERSION])?.split_first_chunk::<NONCE_BYTES>()?;
    let payload = Payload { msg: sealed, aad: user.as_str().as_bytes() };
    let mut text = Zeroizing::new(cipher(key).decrypt(&XNonce::from(*nonce), payload).ok()?);
    let end = text.iter().rposition(|byte| *byte != 0)?;
    text.truncate(end);
    Some(text)
}

fn cipher(key: &SecretKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.digest("waystation write-back", &[]).as_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn what_is_sealed_opens_for_its_key_and_user_alone() {
        let (key, ada) = (SecretKey::from_bytes([7; 32]), UserId::new("ada"));
        let entropy = SeededEntropy::new(1);
        for text in [&b""[..], b"\0", b"difference engine", b"ends in zeros\0\0\0", &[255; 1_000]] {
            let body = seal(&key, &ada, text, &entropy).unwrap();
            assert_eq!(open(&key, &ada, &body).unwrap().as_slice(), text);
            assert_eq!(body.len() % BLOCK_BYTES, (1 + NONCE_BYTES + 16) % BLOCK_BYTES);
            assert!(open(&SecretKey::from_bytes([8; 32]), &ada, &body).is_none());
            assert!(open(&key, &UserId::new("eve"), &body).is_none());
            for place in 0..body.len() {
                let mut changed = body.clone();
                changed[place] ^= 1;
                assert!(open(&key, &ada, &changed).is_none());
                assert!(open(&key, &ada, &body[..place]).is_none());
            }
        }
    }
}
