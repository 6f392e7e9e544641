//! scrypt (RFC 7914) in the PHC string format.

use zeroize::Zeroizing;

use super::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, Strength, Workspace,
    field::{self, Bytes},
};

const NAME: &str = "scrypt";

/// scrypt in PHC form: `$scrypt$ln=14,r=8,p=1$<salt>$<key>`, as passlib, Go and npm's `@phc/scrypt` write it.
///
/// `ln` is the logarithm of N. Kratos writes N itself there: that is another scheme, told by a value above 63.
///
/// Keys are 32 or 64 bytes, which is what is written: a shorter scrypt key is the beginning of a longer one, so with
/// any other length allowed a hash that was cut off would go on matching.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Scrypt;

impl PasswordScheme for Scrypt {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["$scrypt$"]
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let malformed = |what| HashError::malformed(NAME, what);
        let mut segments = hash.expose().split('$');
        let (Some(""), Some("scrypt"), Some(parameters), Some(salt), Some(key), None) =
            (segments.next(), segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(malformed("it has not four parts"));
        };

        let mut parameters = parameters.split(',');
        let mut number = |name| parameters.next()?.strip_prefix(name).and_then(field::decimal);
        let (Some(log_n), Some(r), Some(p)) = (number("ln="), number("r="), number("p=")) else {
            return Err(malformed("its parameters are not ln, r and p"));
        };
        if parameters.next().is_some() {
            return Err(malformed("it has an unknown parameter"));
        }
        if log_n > 63 {
            return Err(HashError::unsupported("scrypt-kratos"));
        }
        let salt = field::base64(salt).ok_or(malformed("the salt is not unpadded base64"))?;
        let key = field::base64(key).ok_or(malformed("the key is not unpadded base64"))?;
        Ok(Box::new(ScryptHash::new(NAME, 1 << log_n, r, p, salt, key, limits)?))
    }
}

/// A parsed scrypt hash.
#[derive(Debug)]
pub(super) struct ScryptHash {
    params: ::scrypt::Params,
    memory_bytes: u64,
    salt: Bytes,
    key: Bytes,
}

impl ScryptHash {
    /// Holds the parameters against their bounds: the primitive aborts the process on what it cannot allocate, and
    /// multiplies r and p in 32 bits.
    pub(super) fn new(
        scheme: &'static str,
        n: u64,
        r: u64,
        p: u64,
        salt: Bytes,
        key: Bytes,
        limits: &Limits,
    ) -> Result<Self, HashError> {
        let malformed = |what| HashError::malformed(scheme, what);
        if n < 2 || !n.is_power_of_two() {
            return Err(malformed("N is not a power of two above 1"));
        }
        if r == 0 || p == 0 {
            return Err(malformed("r or p is zero"));
        }
        if !matches!(key.len(), 32 | 64) {
            return Err(malformed("the key is neither 32 nor 64 bytes"));
        }
        HashError::bound(scheme, "bytes of salt", salt.len() as u64, limits.salt_bytes as u64)?;
        let memory_bytes = r.saturating_mul(128).saturating_mul(n.saturating_add(p));
        HashError::bound(scheme, "bytes of memory", memory_bytes, limits.scrypt.memory_bytes)?;
        HashError::bound(scheme, "N·r·p", n.saturating_mul(r).saturating_mul(p), limits.scrypt.work)?;
        let params = match (u8::try_from(n.ilog2()), u32::try_from(r), u32::try_from(p)) {
            (Ok(log_n), Ok(r), Ok(p)) if r.checked_mul(p).is_some() => ::scrypt::Params::new(log_n, r, p).ok(),
            _ => None,
        };
        Ok(Self { params: params.ok_or(malformed("scrypt refuses its parameters"))?, memory_bytes, salt, key })
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

    fn verify(&self, password: &Password, _workspace: &mut Workspace) -> Result<bool, HashError> {
        let mut computed = Zeroizing::new(vec![0; self.key.len()]);
        ::scrypt::scrypt(password.expose(), self.salt.as_slice(), &self.params, &mut computed)
            .map_err(|_| HashError::malformed(NAME, "scrypt refuses the length of its key"))?;
        Ok(self.key.matches(&computed))
    }
}
