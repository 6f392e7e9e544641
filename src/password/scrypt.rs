//! scrypt (RFC 7914) in the PHC string format.

use super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, field,
    format::{Format, Stored, any_text},
};

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
    params: ::scrypt::Params,
    memory_bytes: u64,
    salt: SecretBytes,
    key: SecretBytes,
}

impl ScryptHash {
    /// Holds the parameters against their bounds: the primitive aborts the process on what it cannot allocate, and
    /// multiplies r and p in 32 bits. Whether the key has a length that its system writes is for the format to say.
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
        let params = match (u8::try_from(n.ilog2()), u32::try_from(r), u32::try_from(p)) {
            (Ok(log_n), Ok(r), Ok(p)) if r.checked_mul(p).is_some() => ::scrypt::Params::new(log_n, r, p).ok(),
            _ => None,
        };
        Ok(Self { params: params.ok_or(stored.malformed("scrypt refuses its parameters"))?, memory_bytes, salt, key })
    }
}

impl ParsedHash for ScryptHash {
    fn cost(&self) -> Cost {
        Cost::memory(self.memory_bytes)
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

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let mut computed = SecretBytes::zeroed(self.key.len());
        ::scrypt::scrypt(password.expose(), self.salt.expose(), &self.params, computed.as_mut())
            .map_err(|_| HashError::malformed("scrypt", "scrypt refuses the length of its key"))?;
        Ok(computed)
    }
}
