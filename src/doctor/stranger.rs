use std::fmt::Write;

use crate::{
    entropy::{Entropy, EntropyError},
    identifier::{Identifier, IdentifierKind, IdentifierRules},
    password::Password,
    secret_key::SecretKey,
};

/// Somebody who exists nowhere.
#[derive(Debug)]
pub(super) struct Stranger {
    /// An id, and a legacy id.
    pub(super) id: String,
    /// One of each kind that the rules take.
    pub(super) identifiers: Vec<Identifier>,
    pub(super) password: Password,
    digests: SecretKey,
}

impl Stranger {
    pub(super) fn make(rules: &dyn IdentifierRules, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes)?;
        let mut word = String::new();
        for byte in bytes {
            // Writing to a string cannot fail.
            let _ = write!(word, "{byte:02x}");
        }
        // No country has the code 999.
        let digits: String = bytes.iter().take(11).map(|byte| char::from(b'0' + byte % 10)).collect();
        let names = [
            (IdentifierKind::Email, format!("doctor-{word}@waystation.invalid")),
            (IdentifierKind::Phone, format!("+999{digits}")),
            (IdentifierKind::Username, format!("doctor-{word}")),
        ];
        let identifiers = names.iter().filter_map(|(kind, text)| rules.parse_as(*kind, text).ok()).collect();
        let digests = SecretKey::generate(entropy)?;
        let password = digests.digest("waystation doctor", &[b"password"]);
        Ok(Self {
            id: format!("doctor-{word}"),
            identifiers,
            // Letters and digits: no system is to stumble over it.
            password: Password::from(password.as_bytes().iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })),
            digests,
        })
    }

    /// The key of the digests by which people of the sample are compared with each other.
    pub(super) const fn digests(&self) -> &SecretKey {
        &self.digests
    }
}
