//! What MySQL and MariaDB keep in `mysql.user`.

use crate::password::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace,
    algorithm::Algorithm,
    digest::DigestHash,
    field,
    format::{Format, Stored},
    prehash::Prehashed,
};

/// `OLD_PASSWORD()`, until 4.0: 16 hexadecimal digits, which halves of other digests look like.
pub(super) const OLD: Format = Format { name: "mysql-323", prefixes: &[], fits: |_| false, parse: old };

/// `mysql_native_password`, from 4.1 on: `*` and SHA-1 of the bytes of SHA-1.
pub(super) const NATIVE: Format = Format {
    name: "mysql-41",
    prefixes: &["*"],
    fits: |text| text.strip_prefix('*').is_some_and(|digest| field::is_hex(digest, 20)),
    parse: native,
};

fn native(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let digest = stored.digest(field::any_hex(stored.after("*")?), Algorithm::Sha1.output_bytes())?;
    let outer = DigestHash::plain(Algorithm::Sha1, digest);
    Ok(Prehashed::whole(outer, |password| {
        Password::from_bytes(Algorithm::Sha1.digest(&[password.expose()]).expose().to_vec())
    }))
}

/// A parsed hash of `OLD_PASSWORD()`: two numbers of 31 bits.
#[derive(Debug)]
struct OldHash(SecretBytes);

fn old(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Box::new(OldHash(stored.digest(field::any_hex(stored.text()), 8)?)))
}

impl ParsedHash for OldHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Fast
    }

    /// Spaces and tabs are passed over.
    fn effective_input(&self, password: &Password) -> EffectiveInput {
        let blank = password.expose().iter().any(|byte| matches!(byte, b' ' | b'\t'));
        if blank { EffectiveInput::Folded } else { EffectiveInput::Whole }
    }

    fn digest(&self) -> &[u8] {
        self.0.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        const START: [u32; 2] = [0x5030_5735, 0x1234_5671];
        const HIGH_BIT: u32 = 1 << 31;
        let ([mut first, mut second], mut sum) = (START, 7_u32);
        for byte in password.expose().iter().filter(|byte| !matches!(byte, b' ' | b'\t')) {
            let byte = u32::from(*byte);
            let mixed = (first & 63).wrapping_add(sum).wrapping_mul(byte);
            first ^= mixed.wrapping_add(first << 8);
            second = second.wrapping_add((second << 8) ^ first);
            sum = sum.wrapping_add(byte);
        }
        Ok([first, second].into_iter().flat_map(|half| (half & !HIGH_BIT).to_be_bytes()).collect::<Vec<u8>>().into())
    }
}
