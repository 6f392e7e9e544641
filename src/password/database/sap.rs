//! SAP's `USR02-PWDSALTEDHASH` (code version H).

use crate::password::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace,
    algorithm::Algorithm,
    field,
    format::{Format, Stored, any_text},
};

/// `{x-issha, 1024}` and base64 of digest and salt. The digest of the password and the salt, and then again and again
/// of the password and the digest before.
pub(super) const SHA1: Format = format("sap-issha1", &["{x-issha, "]);
pub(super) const SHA256: Format = format("sap-issha256", &["{x-isSHA256, "]);
pub(super) const SHA384: Format = format("sap-issha384", &["{x-isSHA384, "]);
pub(super) const SHA512: Format = format("sap-issha512", &["{x-isSHA512, "]);

static ALGORITHMS: &[(&str, Algorithm)] = &[
    ("x-issha", Algorithm::Sha1),
    ("x-isSHA256", Algorithm::Sha256),
    ("x-isSHA384", Algorithm::Sha384),
    ("x-isSHA512", Algorithm::Sha512),
];

/// Longest salt in bytes.
const MOST_SALT: usize = 64;

const fn format(name: &'static str, prefixes: &'static [&'static str]) -> Format {
    Format { name, prefixes, fits: any_text, parse }
}

/// A parsed hash of SAP.
#[derive(Debug)]
struct SapHash {
    scheme: &'static str,
    algorithm: Algorithm,
    rounds: u64,
    salt: SecretBytes,
    digest: SecretBytes,
    /// Every round reads the whole password.
    most_password: usize,
}

fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let parts = stored.text().strip_prefix('{').and_then(|text| text.split_once('}'));
    let (parameters, body) = parts.ok_or(stored.malformed("it has no tag"))?;
    let (tag, rounds) = parameters.split_once(", ").ok_or(stored.malformed("the tag has no rounds"))?;
    let algorithm = ALGORITHMS.iter().find(|(name, _)| *name == tag).map(|(_, algorithm)| *algorithm);
    // The names say which of the four it is.
    let algorithm = algorithm.filter(|algorithm| stored.scheme.strip_prefix("sap-is") == Some(algorithm.name()));
    let algorithm = algorithm.ok_or(stored.malformed("it has another tag"))?;
    let rounds = field::decimal(rounds).filter(|rounds| *rounds > 0);
    let rounds = rounds.ok_or(stored.malformed("the rounds are not a number, or none"))?;
    stored.bound("rounds", rounds, stored.limits.digest.rounds)?;

    let bytes = field::padded_base64(body).ok_or(stored.malformed("it is not padded base64"))?;
    let halves = bytes.expose().split_at_checked(algorithm.output_bytes()).filter(|(_, salt)| !salt.is_empty());
    let (digest, salt) = halves.ok_or(stored.malformed("it has not a whole digest and a salt"))?;
    stored.bound("bytes of salt", salt.len() as u64, MOST_SALT.min(stored.limits.salt_bytes) as u64)?;
    Ok(Box::new(SapHash {
        scheme: stored.scheme,
        algorithm,
        rounds,
        salt: salt.into(),
        digest: digest.into(),
        most_password: stored.limits.digest.password_bytes,
    }))
}

impl ParsedHash for SapHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Fast
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        HashError::bound(self.scheme, "bytes of password", password.len() as u64, self.most_password as u64)?;
        let mut digest = self.algorithm.digest(&[password.expose(), self.salt.expose()]);
        for _ in 1..self.rounds {
            digest = self.algorithm.digest(&[password.expose(), digest.expose()]);
        }
        Ok(digest)
    }
}
