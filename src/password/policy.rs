use super::{
    Argon2Strength, Argon2Variant, Cost, HashError, Limits, Strength, Workspace,
    argon2::{self, Inputs, Parameters},
};

/// What new hashes are made with: Argon2id, version 19 (RFC 9106).
///
/// The default is OWASP's first recommendation: 19,456 KiB, 2 passes, 1 lane, a salt of 16 and an output of 32 bytes.
/// [`calibrate`](Self::calibrate) finds what this machine has the time for.
///
/// ```
/// use waystation::password::HashPolicy;
///
/// let policy = HashPolicy::argon2id(47_104, 1, 1)?;
/// assert!(HashPolicy::argon2id(4, 1, 1).is_err());
/// # Ok::<(), waystation::password::InvalidPolicy>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HashPolicy {
    parameters: Parameters,
    salt_bytes: usize,
    output_bytes: usize,
}

/// Long enough for every policy: [`HashPolicy::salt_bytes`] and [`HashPolicy::output_bytes`] refuse more.
const MOST_BYTES: usize = 64;

impl HashPolicy {
    /// Argon2id with this much memory in KiB, this many passes and lanes.
    ///
    /// # Errors
    ///
    /// When passes or lanes are zero, lanes are more than 16,777,215, or memory is less than 8 KiB a lane.
    pub fn argon2id(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, InvalidPolicy> {
        if passes == 0 {
            return Err(InvalidPolicy { what: "at least one pass is needed" });
        }
        if lanes == 0 || lanes > 0x00FF_FFFF {
            return Err(InvalidPolicy { what: "lanes must be 1 to 16777215" });
        }
        if u64::from(memory_kib) < 8 * u64::from(lanes) {
            return Err(InvalidPolicy { what: "memory must be at least 8 KiB a lane" });
        }
        let parameters = Parameters { variant: Argon2Variant::Id, version: 19, memory_kib, passes, lanes };
        Ok(Self { parameters, salt_bytes: 16, output_bytes: 32 })
    }

    /// The same with a salt of this many bytes: 16 to 64.
    ///
    /// # Errors
    ///
    /// When it is outside that range.
    pub fn salt_bytes(self, bytes: usize) -> Result<Self, InvalidPolicy> {
        if !(16..=MOST_BYTES).contains(&bytes) {
            return Err(InvalidPolicy { what: "salts must be 16 to 64 bytes" });
        }
        Ok(Self { salt_bytes: bytes, ..self })
    }

    /// The same with an output of this many bytes: 16 to 64.
    ///
    /// # Errors
    ///
    /// When it is outside that range.
    pub fn output_bytes(self, bytes: usize) -> Result<Self, InvalidPolicy> {
        if !(16..=MOST_BYTES).contains(&bytes) {
            return Err(InvalidPolicy { what: "outputs must be 16 to 64 bytes" });
        }
        Ok(Self { output_bytes: bytes, ..self })
    }

    /// The strength of the hashes that it makes.
    pub fn strength(&self) -> Strength {
        Strength::Argon2(Argon2Strength {
            variant: self.parameters.variant,
            version: self.parameters.version,
            memory_kib: self.parameters.memory_kib,
            passes: self.parameters.passes,
            lanes: self.parameters.lanes,
            salt_bytes: self.salt_bytes,
            output_bytes: self.output_bytes,
        })
    }

    /// What one hash costs.
    pub fn cost(&self) -> Cost {
        self.parameters.cost()
    }

    pub(super) fn salt_len(&self) -> usize {
        self.salt_bytes
    }

    pub(super) fn output_len(&self) -> usize {
        self.output_bytes
    }

    /// The text of a hash of this salt and output.
    pub(super) fn written(&self, salt: &[u8], output: &[u8]) -> String {
        self.parameters.to_phc(salt, output)
    }

    /// Whether hashes that it makes could be verified under `limits`.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), HashError> {
        self.parameters.check(argon2::NAME, limits)?;
        argon2::check_lengths(argon2::NAME, self.salt_bytes, self.output_bytes, limits)
    }

    /// A new hash as PHC text.
    pub(super) fn hash(
        &self,
        password: &[u8],
        salt: &[u8],
        secret: &[u8],
        workspace: &mut Workspace,
    ) -> Result<String, HashError> {
        let inputs = Inputs { password, salt, secret, ..Inputs::default() };
        let output = self.parameters.derive(argon2::NAME, inputs, self.output_bytes, workspace)?;
        Ok(self.written(salt, output.expose()))
    }

    /// Costs as much as a hash, and is one of nothing that is kept.
    pub(super) fn decoy(&self, password: &[u8], workspace: &mut Workspace) -> Result<(), HashError> {
        let salt = [0; MOST_BYTES];
        let salt = salt.get(..self.salt_bytes).unwrap_or_default();
        let inputs = Inputs { password, salt, ..Inputs::default() };
        self.parameters.derive(argon2::NAME, inputs, self.output_bytes, workspace).map(drop)
    }
}

impl Default for HashPolicy {
    fn default() -> Self {
        Self { parameters: Parameters::RECOMMENDED, salt_bytes: 16, output_bytes: 32 }
    }
}

/// A [`HashPolicy`] that Argon2 does not allow.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("impossible hash policy: {what}")]
#[non_exhaustive]
pub struct InvalidPolicy {
    /// What is wrong.
    pub what: &'static str,
}
