//! scrypt (RFC 7914) in the PHC string format.

mod mix;
mod salsa;

use super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace,
    argon2::Block,
    field,
    format::{Format, Stored, any_text},
};
use fearless_simd::Level;
use mix::Parameters;

/// The shortest key that is verified, in bytes.
const SHORTEST_KEY: usize = 16;

/// scrypt in PHC form: `$scrypt$ln=14,r=8,p=1$<salt>$<key>`, as passlib, Go and npm's `@phc/scrypt` write it.
///
/// `ln` is the logarithm of N. Kratos writes N itself there, and pads the base64: that is another scheme.
///
/// Keys are 32 or 64 bytes, which is what is written: a shorter scrypt key is the beginning of a longer one, so with
/// any other length allowed a hash that was cut off would go on matching.
pub(super) static FORMATS: &[Format] =
    &[Format { name: "scrypt", prefixes: &["$scrypt$"], fits: any_text, parse: phc }];

pub(super) fn phc(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = stored.text().split('$');
    let (Some(""), Some("scrypt"), Some(parameters), Some(salt), Some(key), None) =
        (segments.next(), segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it has not four parts"));
    };

    let mut parameters = parameters.split(',');
    let mut number = |name| parameters.next()?.strip_prefix(name).and_then(field::decimal);
    let (Some(log_n), Some(r), Some(p)) = (number("ln="), number("r="), number("p=")) else {
        return Err(stored.malformed("its parameters are not ln, r and p"));
    };
    if parameters.next().is_some() {
        return Err(stored.malformed("it has an unknown parameter"));
    }
    if log_n > 63 {
        return Err(stored.malformed("ln is no logarithm: Kratos writes N itself"));
    }
    let salt = field::base64(salt).ok_or(stored.malformed("the salt is not unpadded base64"))?;
    let key = field::base64(key).ok_or(stored.malformed("the key is not unpadded base64"))?;
    if !matches!(key.len(), 32 | 64) {
        return Err(stored.malformed("the key is neither 32 nor 64 bytes"));
    }
    Ok(Box::new(ScryptHash::new(stored, 1 << log_n, r, p, salt, key)?))
}

/// A parsed scrypt hash.
#[derive(Debug)]
pub(super) struct ScryptHash {
    parameters: Parameters,
    salt: SecretBytes,
    key: SecretBytes,
}

impl ScryptHash {
    /// Holds the parameters against their bounds. Whether the key has a length that its system writes is for the format
    /// to say.
    pub(super) fn new(
        stored: &Stored<'_>,
        n: u64,
        r: u64,
        p: u64,
        salt: SecretBytes,
        key: SecretBytes,
    ) -> Result<Self, HashError> {
        if n < 2 || !n.is_power_of_two() {
            return Err(stored.malformed("N is not a power of two above 1"));
        }
        if r == 0 || p == 0 {
            return Err(stored.malformed("r or p is zero"));
        }
        if key.len() < SHORTEST_KEY {
            return Err(stored.malformed("the key is shorter than 16 bytes"));
        }
        let salt = stored.bounded_salt(salt)?;
        let memory_bytes = r.saturating_mul(128).saturating_mul(n.saturating_add(p));
        stored.bound("bytes of memory", memory_bytes, stored.limits.scrypt.memory_bytes)?;
        stored.bound("N·r·p", n.saturating_mul(r).saturating_mul(p), stored.limits.scrypt.work)?;
        // Section 6 of the RFC, and N within the 32 bits of which rows are picked.
        let fits = u64::from(n.ilog2()) < r.saturating_mul(16).min(33) && r.saturating_mul(p) < 1 << 30;
        let parameters = match (usize::try_from(n), usize::try_from(r), usize::try_from(p)) {
            (Ok(n), Ok(r), Ok(p)) if fits => Parameters { n, r, p },
            _ => return Err(stored.malformed("scrypt has no such parameters")),
        };
        Ok(Self { parameters, salt, key })
    }
}

impl ParsedHash for ScryptHash {
    fn cost(&self) -> Cost {
        let table = Cost::workspace(self.parameters.blocks() as u64 * Block::BYTES as u64);
        Cost::memory(self.parameters.own_bytes() as u64).then(table)
    }

    fn strength(&self) -> Strength {
        Strength::Slow
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        EffectiveInput::of_hmac_key(password, 64)
    }

    fn digest(&self) -> &[u8] {
        self.key.expose()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let mut computed = SecretBytes::zeroed(self.key.len());
        let derived =
            self.parameters.derive(Level::new(), password.expose(), self.salt.expose(), computed.as_mut(), workspace);
        derived.ok_or(HashError::TooCostly {
            scheme: "scrypt",
            bound: "KiB of memory, which the system has not",
            asked: self.parameters.blocks() as u64,
            limit: 0,
        })?;
        Ok(computed)
    }
}
