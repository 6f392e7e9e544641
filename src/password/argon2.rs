//! Argon2 (RFC 9106) in the PHC string format.

mod block;
mod compression;
mod filling;
mod tag;
mod words;

use base64ct::{Base64Unpadded, Encoding};
use fearless_simd::Level;

pub(super) use self::{block::Block, tag::Inputs};

use super::{
    Argon2Strength, Argon2Variant, Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, SecretBytes,
    Strength, Workspace, field,
    format::{Format, any_text},
};

pub(super) const NAME: &str = "argon2";

/// What Argon2 itself demands; the limits may demand more.
const MIN_SALT_BYTES: usize = 8;
const MIN_OUTPUT_BYTES: usize = 4;
/// What the PHC format allows.
const MAX_DATA_BYTES: usize = 32;

/// Argon2d, Argon2i and Argon2id: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<digest>`.
///
/// Read as the [reference implementation] writes it and as its look-alikes do: an absent `v=` means version 16, and
/// the parameters stand in any order (npm's `argon2` writes `m,p,t`). `data=` is honoured. The secret that `keyid=`
/// names, or that nothing names, is the key of the hash's context. Salts of 8 to 64 bytes and outputs of 16 to 128, by
/// [`Argon2Limits`](super::Argon2Limits).
///
/// [reference implementation]: https://github.com/P-H-C/phc-winner-argon2
pub(super) static FORMATS: &[Format] = &[Format {
    name: NAME,
    prefixes: &["$argon2d$", "$argon2i$", "$argon2id$"],
    fits: any_text,
    parse: |stored| {
        let key = stored.hash.context().and_then(|context| context.key.clone());
        Ok(Box::new(Argon2Hash::parse_keyed(stored.scheme, stored.text(), stored.limits, key)?))
    },
}];

/// A parsed Argon2 hash.
#[derive(Debug)]
pub(super) struct Argon2Hash {
    scheme: &'static str,
    parameters: Parameters,
    secret: SecretBytes,
    data: SecretBytes,
    salt: SecretBytes,
    digest: SecretBytes,
}

impl Argon2Hash {
    /// Reads `$argon2…` for the scheme with this name.
    pub(super) fn parse(scheme: &'static str, text: &str, limits: &Limits) -> Result<Self, HashError> {
        Self::parse_keyed(scheme, text, limits, None)
    }

    /// The same of a hash that was made with a secret, if there is one.
    pub(super) fn parse_keyed(
        scheme: &'static str,
        text: &str,
        limits: &Limits,
        secret: Option<SecretBytes>,
    ) -> Result<Self, HashError> {
        let malformed = |what| HashError::malformed(scheme, what);
        let mut segments = text.split('$').peekable();
        if segments.next() != Some("") {
            return Err(malformed("it does not start with `$`"));
        }
        let variant = match segments.next() {
            Some("argon2d") => Argon2Variant::D,
            Some("argon2i") => Argon2Variant::I,
            Some("argon2id") => Argon2Variant::Id,
            _ => return Err(malformed("the variant is none of d, i and id")),
        };
        let version = match segments.next_if(|segment| segment.starts_with("v=")) {
            // Strings from before version 1.3 name none.
            None | Some("v=16") => 16,
            Some("v=19") => 19,
            Some(_) => return Err(malformed("the version is neither 16 nor 19")),
        };
        let (Some(parameters), Some(salt), Some(digest), None) =
            (segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(malformed("it has not four or five parts"));
        };

        let (parameters, named) = Parameters::parse(scheme, variant, version, parameters)?;
        parameters.check(scheme, limits)?;
        let data = field::base64(named.data).ok_or(malformed("the data is not unpadded base64"))?;
        if data.len() > MAX_DATA_BYTES {
            return Err(malformed("the data is longer than 32 bytes"));
        }
        if named.key && secret.is_none() {
            return Err(HashError::Incomplete { scheme, missing: "key" });
        }
        let secret = secret.unwrap_or_default();
        HashError::bound(scheme, "bytes of key", secret.len() as u64, limits.salt_bytes as u64)?;
        let salt = field::base64(salt).ok_or(malformed("the salt is not unpadded base64"))?;
        let digest = field::base64(digest).ok_or(malformed("the digest is not unpadded base64"))?;
        check_lengths(scheme, salt.len(), digest.len(), limits)?;
        Ok(Self { scheme, parameters, secret, data, salt, digest })
    }
}

impl ParsedHash for Argon2Hash {
    fn cost(&self) -> Cost {
        self.parameters.cost()
    }

    fn strength(&self) -> Strength {
        Strength::Argon2(Argon2Strength {
            variant: self.parameters.variant,
            version: self.parameters.version,
            memory_kib: self.parameters.memory_kib,
            passes: self.parameters.passes,
            lanes: self.parameters.lanes,
            salt_bytes: self.salt.len(),
            output_bytes: self.digest.len(),
        })
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let inputs = Inputs {
            password: password.expose(),
            salt: self.salt.expose(),
            secret: self.secret.expose(),
            data: self.data.expose(),
        };
        self.parameters.derive(self.scheme, inputs, self.digest.len(), workspace)
    }
}

/// Whether salt and digest are of lengths that this crate verifies.
pub(super) fn check_lengths(
    scheme: &'static str,
    salt_bytes: usize,
    output_bytes: usize,
    limits: &Limits,
) -> Result<(), HashError> {
    if salt_bytes < MIN_SALT_BYTES {
        return Err(HashError::malformed(scheme, "the salt is shorter than 8 bytes"));
    }
    if output_bytes < limits.argon2.min_output_bytes.max(MIN_OUTPUT_BYTES) {
        return Err(HashError::malformed(scheme, "the digest is too short"));
    }
    HashError::bound(scheme, "bytes of salt", salt_bytes as u64, limits.argon2.salt_bytes as u64)?;
    HashError::bound(scheme, "bytes of digest", output_bytes as u64, limits.argon2.max_output_bytes as u64)
}

/// What may stand among the parameters beside the numbers.
struct Named<'a> {
    data: &'a str,
    /// Whether there is a secret.
    key: bool,
}

/// What an Argon2 hash is computed with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Parameters {
    pub(super) variant: Argon2Variant,
    pub(super) version: u32,
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

impl Parameters {
    /// OWASP's first recommendation.
    pub(super) const RECOMMENDED: Self =
        Self { variant: Argon2Variant::Id, version: 19, memory_kib: 19_456, passes: 2, lanes: 1 };

    /// Reads `m=19456,t=2,p=1` in any order, and what else may stand there.
    fn parse<'a>(
        scheme: &'static str,
        variant: Argon2Variant,
        version: u32,
        text: &'a str,
    ) -> Result<(Self, Named<'a>), HashError> {
        let malformed = |what| HashError::malformed(scheme, what);
        let (mut memory, mut passes, mut lanes, mut data, mut key) = (None, None, None, None, None);
        for parameter in text.split(',') {
            let (name, value) = parameter.split_once('=').ok_or(malformed("a parameter has no value"))?;
            let repeated = match name {
                "m" => memory.replace(value).is_some(),
                "t" => passes.replace(value).is_some(),
                "p" => lanes.replace(value).is_some(),
                "data" => data.replace(value).is_some(),
                "keyid" => key.replace(value).is_some(),
                _ => return Err(malformed("it has an unknown parameter")),
            };
            if repeated {
                return Err(malformed("a parameter is repeated"));
            }
        }

        let number = |value: Option<&str>| {
            let value = field::decimal(value.ok_or(malformed("one of m, t and p is missing"))?);
            let value = value.ok_or(malformed("one of m, t and p is not a number"))?;
            // Far above every ceiling that can be set, so the message of the ceiling is the right one.
            Ok(u32::try_from(value).unwrap_or(u32::MAX))
        };
        let (memory_kib, passes, lanes) = (number(memory)?, number(passes)?, number(lanes)?);
        if passes == 0 || lanes == 0 || u64::from(memory_kib) < 8 * u64::from(lanes) {
            return Err(malformed("m, t or p is too small"));
        }
        let named = Named { data: data.unwrap_or_default(), key: key.is_some() };
        Ok((Self { variant, version, memory_kib, passes, lanes }, named))
    }

    /// Holds them against the ceilings.
    pub(super) fn check(self, scheme: &'static str, limits: &Limits) -> Result<(), HashError> {
        let (limits, work) = (&limits.argon2, u64::from(self.memory_kib) * u64::from(self.passes));
        HashError::bound(scheme, "KiB of memory", self.memory_kib.into(), limits.memory_kib.into())?;
        HashError::bound(scheme, "passes", self.passes.into(), limits.passes.into())?;
        HashError::bound(scheme, "lanes", self.lanes.into(), limits.lanes.into())?;
        HashError::bound(scheme, "KiB of memory times passes", work, limits.work_kib)
    }

    pub(super) fn cost(self) -> Cost {
        Cost::workspace(u64::from(self.memory_kib) * Block::BYTES as u64)
    }

    /// Blocks of memory: four to each lane, or a multiple of that. `None` if Argon2 has no such parameters.
    fn blocks(self) -> Option<usize> {
        let slices = self.lanes.checked_mul(4).filter(|slices| (4..1 << 26).contains(slices))?;
        let blocks = self.memory_kib - self.memory_kib % slices;
        usize::try_from(blocks).ok().filter(|_| blocks / slices >= 2)
    }

    /// The digest of a password.
    pub(super) fn derive(
        self,
        scheme: &'static str,
        inputs: Inputs<'_>,
        output_bytes: usize,
        workspace: &mut Workspace,
    ) -> Result<SecretBytes, HashError> {
        let refused = HashError::malformed(scheme, "Argon2 refuses its parameters");
        let blocks = self.blocks().ok_or_else(|| refused.clone())?;
        let memory = workspace.blocks(blocks).ok_or(HashError::TooCostly {
            scheme,
            bound: "KiB of memory, which the system has not",
            asked: self.memory_kib.into(),
            limit: 0,
        })?;
        let mut output = SecretBytes::zeroed(output_bytes);
        tag::compute(Level::new(), self, inputs, memory, output.as_mut()).ok_or(refused)?;
        Ok(output)
    }

    /// The text of a hash in the order of the reference implementation.
    pub(super) fn to_phc(self, salt: &[u8], digest: &[u8]) -> String {
        let variant = match self.variant {
            Argon2Variant::D => "argon2d",
            Argon2Variant::I => "argon2i",
            Argon2Variant::Id => "argon2id",
        };
        let Self { version, memory_kib, passes, lanes, .. } = self;
        let (salt, digest) = (Base64Unpadded::encode_string(salt), Base64Unpadded::encode_string(digest));
        format!("${variant}$v={version}$m={memory_kib},t={passes},p={lanes}${salt}${digest}")
    }
}
