//! Argon2 (RFC 9106) in the PHC string format.

use ::argon2::{Algorithm, AssociatedData, Block, Params, ParamsBuilder, Version};
use base64ct::{Base64Unpadded, Encoding};
use zeroize::Zeroizing;

use super::{
    Argon2Strength, Argon2Variant, Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash,
    PasswordScheme, Strength, Workspace,
    field::{self, Bytes},
};

pub(super) const NAME: &str = "argon2";

/// Argon2d, Argon2i and Argon2id: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<digest>`.
///
/// Read as the [reference implementation] writes it and as its look-alikes do: an absent `v=` means version 16, and
/// the parameters stand in any order (npm's `argon2` writes `m,p,t`). `data=` is honoured. `keyid=` names a secret
/// that is kept elsewhere, which is another scheme. Salts of 8 to 64 bytes and outputs of 16 to 128, by
/// [`Argon2Limits`](super::Argon2Limits).
///
/// [reference implementation]: https://github.com/P-H-C/phc-winner-argon2
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Argon2;

impl PasswordScheme for Argon2 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["$argon2d$", "$argon2i$", "$argon2id$"]
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        Ok(Box::new(Argon2Hash::parse(NAME, hash.expose(), limits)?))
    }
}

/// A parsed Argon2 hash.
#[derive(Debug)]
pub(super) struct Argon2Hash {
    scheme: &'static str,
    parameters: Parameters,
    data: Bytes,
    salt: Bytes,
    digest: Bytes,
}

impl Argon2Hash {
    /// Reads `$argon2…` for the scheme with this name.
    pub(super) fn parse(scheme: &'static str, text: &str, limits: &Limits) -> Result<Self, HashError> {
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

        let (parameters, data) = Parameters::parse(scheme, variant, version, parameters)?;
        parameters.check(scheme, limits)?;
        let salt = field::base64(salt).ok_or(malformed("the salt is not unpadded base64"))?;
        let digest = field::base64(digest).ok_or(malformed("the digest is not unpadded base64"))?;
        check_lengths(scheme, salt.len(), digest.len(), limits)?;
        Ok(Self { scheme, parameters, data, salt, digest })
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

    fn verify(&self, password: &Password, workspace: &mut Workspace) -> Result<bool, HashError> {
        let (salt, data) = (self.salt.as_slice(), self.data.as_slice());
        let computed =
            self.parameters.derive(self.scheme, password.expose(), salt, data, self.digest.len(), workspace)?;
        Ok(self.digest.matches(&computed))
    }
}

/// Whether salt and digest are of lengths that this crate verifies.
pub(super) fn check_lengths(
    scheme: &'static str,
    salt_bytes: usize,
    output_bytes: usize,
    limits: &Limits,
) -> Result<(), HashError> {
    if salt_bytes < ::argon2::MIN_SALT_LEN {
        return Err(HashError::malformed(scheme, "the salt is shorter than 8 bytes"));
    }
    if output_bytes < limits.argon2.min_output_bytes.max(Params::MIN_OUTPUT_LEN) {
        return Err(HashError::malformed(scheme, "the digest is too short"));
    }
    HashError::bound(scheme, "bytes of salt", salt_bytes as u64, limits.argon2.salt_bytes as u64)?;
    HashError::bound(scheme, "bytes of digest", output_bytes as u64, limits.argon2.max_output_bytes as u64)
}

/// What an Argon2 hash is computed with, beside password and salt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Parameters {
    pub(super) variant: Argon2Variant,
    pub(super) version: u32,
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

impl Parameters {
    /// Reads `m=19456,t=2,p=1` in any order, and `data=`.
    fn parse(
        scheme: &'static str,
        variant: Argon2Variant,
        version: u32,
        text: &str,
    ) -> Result<(Self, Bytes), HashError> {
        let malformed = |what| HashError::malformed(scheme, what);
        let (mut memory, mut passes, mut lanes, mut data) = (None, None, None, None);
        for parameter in text.split(',') {
            let (name, value) = parameter.split_once('=').ok_or(malformed("a parameter has no value"))?;
            let repeated = match name {
                "m" => memory.replace(value).is_some(),
                "t" => passes.replace(value).is_some(),
                "p" => lanes.replace(value).is_some(),
                "data" => data.replace(value).is_some(),
                "keyid" => return Err(HashError::unsupported("argon2-secret")),
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
        let data = field::base64(data.unwrap_or_default()).ok_or(malformed("the data is not unpadded base64"))?;
        if data.len() > AssociatedData::MAX_LEN {
            return Err(malformed("the data is longer than 32 bytes"));
        }
        if passes == 0 || lanes == 0 || u64::from(memory_kib) < 8 * u64::from(lanes) {
            return Err(malformed("m, t or p is too small"));
        }
        Ok((Self { variant, version, memory_kib, passes, lanes }, data))
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
        Cost::memory(u64::from(self.memory_kib) * Block::SIZE as u64)
    }

    /// The digest of a password.
    pub(super) fn derive(
        self,
        scheme: &'static str,
        password: &[u8],
        salt: &[u8],
        data: &[u8],
        output_bytes: usize,
        workspace: &mut Workspace,
    ) -> Result<Zeroizing<Vec<u8>>, HashError> {
        let refused = |_| HashError::malformed(scheme, "Argon2 refuses its parameters");
        let mut params = ParamsBuilder::new();
        params.m_cost(self.memory_kib).t_cost(self.passes).p_cost(self.lanes);
        params.data(AssociatedData::new(data).map_err(refused)?);
        let params = params.build().map_err(refused)?;
        let algorithm = match self.variant {
            Argon2Variant::D => Algorithm::Argon2d,
            Argon2Variant::I => Algorithm::Argon2i,
            Argon2Variant::Id => Algorithm::Argon2id,
        };
        let version = if self.version == 16 { Version::V0x10 } else { Version::V0x13 };

        let blocks = workspace.blocks(params.block_count()).ok_or(HashError::TooCostly {
            scheme,
            bound: "KiB of memory, which the system has not",
            asked: self.memory_kib.into(),
            limit: 0,
        })?;
        let mut output = Zeroizing::new(vec![0; output_bytes]);
        ::argon2::Argon2::new(algorithm, version, params)
            .hash_password_into_with_memory(password, salt, &mut output, blocks)
            .map_err(refused)?;
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
