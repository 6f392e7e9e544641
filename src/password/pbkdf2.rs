//! PBKDF2 (RFC 8018) in the PHC string format.

use ::hmac::SimpleHmac;
use ::pbkdf2::pbkdf2_hmac;
use md5::digest::{Digest, common::BlockSizeUser};

use super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace,
    algorithm::Algorithm,
    field,
    format::{Format, Stored},
    mdc2::Mdc2,
};

/// The shortest key that is verified, in bytes.
const SHORTEST_KEY: usize = 16;

/// PBKDF2 in PHC form: `$pbkdf2-sha256$i=600000,l=32$<salt>$<key>`, over SHA-1 and SHA-2.
///
/// The key has the `l` bytes that are stated, or those of one digest: a shorter key is the beginning of a longer one,
/// so that otherwise a hash that was cut off would go on matching. passlib's `$pbkdf2-sha256$29000$…` begins like it
/// and is another scheme. Kratos writes `sha224` and `sha384` for SHA-3: such hashes do not verify here.
pub(super) static FORMATS: &[Format] = &[Format {
    name: "pbkdf2",
    prefixes: &["$pbkdf2-sha1$", "$pbkdf2-sha224$", "$pbkdf2-sha256$", "$pbkdf2-sha384$", "$pbkdf2-sha512$"],
    fits: |text| text.split('$').nth(2).is_some_and(|parameters| parameters.contains('=')),
    parse: phc,
}];

fn phc(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = stored.text().split('$');
    let (Some(""), Some(digest), Some(parameters), Some(salt), Some(key), None) =
        (segments.next(), segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it has not four parts"));
    };

    let prf = digest
        .strip_prefix("pbkdf2-")
        .and_then(Algorithm::named)
        .ok_or(stored.malformed("the digest is not SHA-1 or SHA-2"))?;
    if !parameters.contains('=') {
        return Err(HashError::unsupported("pbkdf2-passlib"));
    }
    let (iterations, length) = match parameters.split_once(',') {
        None => (parameters, None),
        Some((iterations, length)) => (iterations, Some(length)),
    };
    let number = |text: &str, name| text.strip_prefix(name).and_then(field::decimal);
    let iterations = number(iterations, "i=").ok_or(stored.malformed("the iterations are not `i=` and a number"))?;
    let key = field::base64(key).ok_or(stored.malformed("the key is not unpadded base64"))?;
    let stated = length.map_or(Some(prf.output_bytes() as u64), |length| number(length, "l="));
    if stated != Some(key.len() as u64) {
        return Err(stored.malformed("the key has not the length that `l=` says, or that of a digest"));
    }
    let salt = field::base64(salt).ok_or(stored.malformed("the salt is not unpadded base64"))?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, iterations, salt, key)?))
}

/// A parsed PBKDF2 hash.
#[derive(Debug)]
pub(super) struct Pbkdf2Hash {
    prf: Algorithm,
    iterations: u32,
    salt: SecretBytes,
    key: SecretBytes,
}

impl Pbkdf2Hash {
    /// Holds the parameters against their bounds. Whether the key has a length that its system writes is for the
    /// format to say.
    pub(super) fn new(
        stored: &Stored<'_>,
        prf: Algorithm,
        iterations: u64,
        salt: SecretBytes,
        key: SecretBytes,
    ) -> Result<Self, HashError> {
        if key.len() < SHORTEST_KEY {
            return Err(stored.malformed("the key is shorter than 16 bytes"));
        }
        let limits = stored.limits.pbkdf2;
        stored.bound("bytes of key", key.len() as u64, limits.key_bytes as u64)?;
        let salt = stored.bounded_salt(salt)?;
        let blocks = key.len().div_ceil(prf.output_bytes()) as u64;
        stored.bound("iterations times blocks", iterations.saturating_mul(blocks), limits.work)?;
        match u32::try_from(iterations) {
            Ok(0) => Err(stored.malformed("it has no iterations")),
            Ok(iterations) => Ok(Self { prf, iterations, salt, key }),
            Err(_) => Err(stored.malformed("it has more iterations than PBKDF2 can count")),
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

    fn digest(&self) -> &[u8] {
        self.key.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let mut computed = SecretBytes::zeroed(self.key.len());
        let (password, salt) = (password.expose(), self.salt.expose());
        derive(self.prf)(password, salt, self.iterations, computed.as_mut());
        Ok(computed)
    }
}

/// The derivation over a digest.
pub(super) fn derive(prf: Algorithm) -> fn(&[u8], &[u8], u32, &mut [u8]) {
    match prf {
        Algorithm::Md4 => pbkdf2_hmac::<md4::Md4>,
        Algorithm::Md5 => pbkdf2_hmac::<md5::Md5>,
        Algorithm::Mdc2 => without_midstate::<Mdc2>,
        Algorithm::Ripemd160 => pbkdf2_hmac::<ripemd::Ripemd160>,
        Algorithm::Sha1 => pbkdf2_hmac::<sha1::Sha1>,
        Algorithm::Sha224 => pbkdf2_hmac::<sha2::Sha224>,
        Algorithm::Sha256 => pbkdf2_hmac::<sha2::Sha256>,
        Algorithm::Sha384 => pbkdf2_hmac::<sha2::Sha384>,
        Algorithm::Sha3_224 => without_midstate::<sha3::Sha3_224>,
        Algorithm::Sha3_256 => without_midstate::<sha3::Sha3_256>,
        Algorithm::Sha3_384 => without_midstate::<sha3::Sha3_384>,
        Algorithm::Sha3_512 => without_midstate::<sha3::Sha3_512>,
        Algorithm::Sha512 => pbkdf2_hmac::<sha2::Sha512>,
        Algorithm::Whirlpool => pbkdf2_hmac::<whirlpool::Whirlpool>,
    }
}

/// SHA-3 and MDC-2 keep no state here that HMAC could start from, so each call hashes the padded key again.
fn without_midstate<D>(password: &[u8], salt: &[u8], iterations: u32, output: &mut [u8])
where
    D: Digest + BlockSizeUser + Clone + Sync,
{
    // HMAC takes keys of every length, so that there is no error to be had.
    let _always = ::pbkdf2::pbkdf2::<SimpleHmac<D>>(password, salt, iterations, output);
}
