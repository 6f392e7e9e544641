//! Magento 2 (`Magento\Framework\Encryption\Encryptor`): `<hash>:<salt>:<versions>`.
//!
//! A version says what was done: 0 is MD5 and 1 is SHA-256 of salt and password; 2 is libsodium's Argon2id, and
//! `3_32_2_67108864` is the same with its output, passes and bytes of memory spelled out. An upgrade hashed the
//! hexadecimal text that was there again, under the same salt, and added its version: `0:1:3_32_2_67108864`.

use super::super::{
    Argon2Variant, Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace,
    algorithm::Algorithm,
    argon2::{self, Inputs, Parameters},
    field,
    format::Stored,
};

/// How many versions there may be: as many as Magento has.
const MOST_VERSIONS: usize = 4;

/// What libsodium reads of a salt, in bytes. A shorter one is repeated.
const SALT_BYTES: usize = 16;

/// Version 2, as `SODIUM_CRYPTO_PWHASH_*_INTERACTIVE` and `SODIUM_CRYPTO_SIGN_SEEDBYTES` are.
const UNSPELLED: (u64, u64, u64) = (32, 2, 64 << 20);

/// Whether there are a digest, a salt, and versions.
pub(super) fn fits(text: &str) -> bool {
    let mut fields = text.split(':');
    let digest = fields.next().is_some_and(|digest| (32..=256).contains(&digest.len()) && field::hex(digest).is_some());
    let salt = fields.next().is_some();
    let is_version = |version: &str| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let mut versions = fields.peekable();
    digest && salt && versions.peek().is_some() && versions.all(|version| !version.is_empty() && is_version(version))
}

pub(super) fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut fields = stored.text().split(':');
    let (Some(digest), Some(salt), Some(versions)) = (fields.next(), fields.next(), Some(fields)) else {
        return Err(stored.malformed("it has not three fields"));
    };
    let salt = stored.bounded_salt(salt.into())?;
    let steps = versions.map(|version| Step::read(stored, version, &salt)).collect::<Result<Vec<_>, _>>()?;
    if steps.len() > MOST_VERSIONS {
        return Err(stored.malformed("it has more than four versions"));
    }
    let last = steps.last().ok_or(stored.malformed("it has no version"))?;
    // Each is within the limits; together they must be, too.
    let work = steps.iter().map(Step::work_kib).fold(0, u64::saturating_add);
    stored.bound("KiB of memory times passes", work, stored.limits.argon2.work_kib)?;
    let digest = stored.digest(field::hex(digest), last.output_bytes())?;
    Ok(Box::new(MagentoHash { scheme: stored.scheme, salt, steps, digest }))
}

/// One version.
#[derive(Clone, Copy, Debug)]
enum Step {
    Argon2 { parameters: Parameters, output_bytes: usize },
    Digest(Algorithm),
}

impl Step {
    fn read(stored: &Stored<'_>, version: &str, salt: &SecretBytes) -> Result<Self, HashError> {
        let mut parameters = version.split('_').map(field::decimal);
        let (output, passes, memory) = match (parameters.next(), parameters.next(), parameters.next()) {
            (Some(Some(0)), None, _) => return Ok(Self::Digest(Algorithm::Md5)),
            (Some(Some(1)), None, _) => return Ok(Self::Digest(Algorithm::Sha256)),
            (Some(Some(2)), None, _) => UNSPELLED,
            (Some(Some(3)), Some(Some(output)), Some(Some(passes))) => match (parameters.next(), parameters.next()) {
                (Some(Some(memory)), None) => (output, passes, memory),
                _ => return Err(stored.malformed("a version is not known")),
            },
            _ => return Err(stored.malformed("a version is not known")),
        };
        if salt.is_empty() {
            return Err(stored.malformed("Argon2 needs a salt"));
        }
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let parameters = Parameters {
            variant: Argon2Variant::Id,
            version: 19,
            memory_kib: number(memory / 1_024),
            passes: number(passes),
            lanes: 1,
        };
        parameters.check(stored.scheme, stored.limits)?;
        let output_bytes = usize::try_from(output).unwrap_or(usize::MAX);
        argon2::check_lengths(stored.scheme, SALT_BYTES, output_bytes, stored.limits)?;
        Ok(Self::Argon2 { parameters, output_bytes })
    }

    fn output_bytes(&self) -> usize {
        match self {
            Self::Argon2 { output_bytes, .. } => *output_bytes,
            Self::Digest(algorithm) => algorithm.output_bytes(),
        }
    }

    fn work_kib(&self) -> u64 {
        match self {
            Self::Argon2 { parameters, .. } => u64::from(parameters.memory_kib) * u64::from(parameters.passes),
            Self::Digest(_) => 0,
        }
    }
}

/// A parsed chain of hashes.
#[derive(Debug)]
struct MagentoHash {
    scheme: &'static str,
    salt: SecretBytes,
    steps: Vec<Step>,
    digest: SecretBytes,
}

impl ParsedHash for MagentoHash {
    fn cost(&self) -> Cost {
        let costs = self.steps.iter().map(|step| match step {
            Step::Argon2 { parameters, .. } => parameters.cost(),
            Step::Digest(_) => Cost::NEGLIGIBLE,
        });
        costs.fold(Cost::NEGLIGIBLE, Cost::then)
    }

    fn strength(&self) -> Strength {
        if self.steps.iter().any(|step| matches!(step, Step::Argon2 { .. })) { Strength::Slow } else { Strength::Fast }
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let mut digest: Option<SecretBytes> = None;
        for step in &self.steps {
            let hex = digest.as_ref().map(|digest| field::to_hex(digest.expose()));
            let text = hex.as_ref().map_or(password.expose(), |hex| hex.as_slice());
            digest = Some(match step {
                Step::Digest(algorithm) => algorithm.digest(&[self.salt.expose(), text]),
                Step::Argon2 { parameters, output_bytes } => {
                    let salt: Vec<u8> = self.salt.expose().iter().copied().cycle().take(SALT_BYTES).collect();
                    let inputs = Inputs { password: text, salt: &salt, secret: &[], data: &[] };
                    parameters.derive(self.scheme, inputs, *output_bytes, workspace)?
                }
            });
        }
        Ok(digest.unwrap_or_default())
    }
}
