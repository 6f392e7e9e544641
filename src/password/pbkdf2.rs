//! PBKDF2 (RFC 8018) in the PHC string format.

use ::pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, Strength, Workspace,
    field::{self, Bytes},
};

const NAME: &str = "pbkdf2";

/// The shortest key that is verified, in bytes.
const SHORTEST_KEY: usize = 16;

/// PBKDF2 in PHC form: `$pbkdf2-sha256$i=600000,l=32$<salt>$<key>`, over SHA-1 and SHA-2.
///
/// The key has the `l` bytes that are stated, or those of one digest: a shorter key is the beginning of a longer one,
/// so that otherwise a hash that was cut off would go on matching. passlib's `$pbkdf2-sha256$29000$…` begins like it
/// and is another scheme. Kratos writes `sha224` and `sha384` for SHA-3: such hashes do not verify here.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Pbkdf2;

impl PasswordScheme for Pbkdf2 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["$pbkdf2-sha1$", "$pbkdf2-sha224$", "$pbkdf2-sha256$", "$pbkdf2-sha384$", "$pbkdf2-sha512$"]
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let malformed = |what| HashError::malformed(NAME, what);
        let mut segments = hash.expose().split('$');
        let (Some(""), Some(digest), Some(parameters), Some(salt), Some(key), None) =
            (segments.next(), segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(malformed("it has not four parts"));
        };

        let prf = match digest {
            "pbkdf2-sha1" => Prf::Sha1,
            "pbkdf2-sha224" => Prf::Sha224,
            "pbkdf2-sha256" => Prf::Sha256,
            "pbkdf2-sha384" => Prf::Sha384,
            "pbkdf2-sha512" => Prf::Sha512,
            _ => return Err(malformed("the digest is not SHA-1 or SHA-2")),
        };
        if !parameters.contains('=') {
            return Err(HashError::unsupported("pbkdf2-passlib"));
        }
        let (iterations, length) = match parameters.split_once(',') {
            None => (parameters, None),
            Some((iterations, length)) => (iterations, Some(length)),
        };
        let number = |text: &str, name| text.strip_prefix(name).and_then(field::decimal);
        let iterations = number(iterations, "i=").ok_or(malformed("the iterations are not `i=` and a number"))?;
        let key = field::base64(key).ok_or(malformed("the key is not unpadded base64"))?;
        let stated = length.map_or(Some(prf.output_bytes() as u64), |length| number(length, "l="));
        if stated != Some(key.len() as u64) {
            return Err(malformed("the key has not the length that `l=` says, or that of a digest"));
        }
        let salt = field::base64(salt).ok_or(malformed("the salt is not unpadded base64"))?;
        Ok(Box::new(Pbkdf2Hash::new(NAME, prf, iterations, salt, key, limits)?))
    }
}

/// A parsed PBKDF2 hash.
#[derive(Debug)]
pub(super) struct Pbkdf2Hash {
    prf: Prf,
    iterations: u32,
    salt: Bytes,
    key: Bytes,
}

impl Pbkdf2Hash {
    /// Holds the parameters against their bounds.
    pub(super) fn new(
        scheme: &'static str,
        prf: Prf,
        iterations: u64,
        salt: Bytes,
        key: Bytes,
        limits: &Limits,
    ) -> Result<Self, HashError> {
        if key.len() < SHORTEST_KEY {
            return Err(HashError::malformed(scheme, "the key is shorter than 16 bytes"));
        }
        HashError::bound(scheme, "bytes of key", key.len() as u64, limits.pbkdf2.key_bytes as u64)?;
        HashError::bound(scheme, "bytes of salt", salt.len() as u64, limits.salt_bytes as u64)?;
        let blocks = key.len().div_ceil(prf.output_bytes()) as u64;
        HashError::bound(scheme, "iterations times blocks", iterations.saturating_mul(blocks), limits.pbkdf2.work)?;
        match u32::try_from(iterations) {
            Ok(0) => Err(HashError::malformed(scheme, "it has no iterations")),
            Ok(iterations) => Ok(Self { prf, iterations, salt, key }),
            Err(_) => Err(HashError::malformed(scheme, "it has more iterations than PBKDF2 can count")),
        }
    }
}

impl ParsedHash for Pbkdf2Hash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Slow
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        EffectiveInput::of_hmac_key(password, self.prf.block_bytes())
    }

    fn verify(&self, password: &Password, _workspace: &mut Workspace) -> Result<bool, HashError> {
        let derive = match self.prf {
            Prf::Sha1 => pbkdf2_hmac::<Sha1>,
            Prf::Sha224 => pbkdf2_hmac::<Sha224>,
            Prf::Sha256 => pbkdf2_hmac::<Sha256>,
            Prf::Sha384 => pbkdf2_hmac::<Sha384>,
            Prf::Sha512 => pbkdf2_hmac::<Sha512>,
        };
        let mut computed = Zeroizing::new(vec![0; self.key.len()]);
        derive(password.expose(), self.salt.as_slice(), self.iterations, &mut computed);
        Ok(self.key.matches(&computed))
    }
}

/// The digests that PBKDF2 runs over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Prf {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Prf {
    pub(super) const fn output_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    const fn block_bytes(self) -> usize {
        match self {
            Self::Sha1 | Self::Sha224 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 => 128,
        }
    }
}
