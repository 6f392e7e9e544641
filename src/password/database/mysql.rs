//! What MySQL and MariaDB keep in `mysql.user`.

#[cfg(feature = "crypt")]
use crate::password::crypt::sha256_crypt;
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

/// `caching_sha2_password`, from 8.0 on: `$A$005$`, 20 bytes of salt of which some cannot be printed, and 43 letters. The
/// number is of thousands of rounds, in hexadecimal. `print_identified_with_as_hex` shows all of it so.
#[cfg(feature = "crypt")]
pub(super) const CACHING: Format = Format {
    name: "mysql-caching-sha2",
    prefixes: &["$A$", "0x244124"],
    fits: crate::password::format::any_text,
    parse: caching,
};

/// A parsed hash of `caching_sha2_password`: SHA-256-crypt, but for a longer salt and no end at a NUL.
#[cfg(feature = "crypt")]
#[derive(Debug)]
struct CachingHash {
    salt: SecretBytes,
    rounds: u64,
    digest: SecretBytes,
    password_bytes: usize,
}

#[cfg(feature = "crypt")]
fn caching(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let bytes = match stored.text().strip_prefix("0x") {
        Some(hex) => field::any_hex(hex).ok_or(stored.malformed("it is not hexadecimal"))?,
        None => stored.text().into(),
    };
    let (thousands, rest) = bytes
        .expose()
        .strip_prefix(b"$A$")
        .and_then(|rest| rest.split_at_checked(3))
        .ok_or(stored.malformed("it has no rounds"))?;
    let digit = |value: u64, byte: &u8| match byte {
        b'0'..=b'9' => Some(value * 16 + u64::from(byte - b'0')),
        b'A'..=b'F' => Some(value * 16 + u64::from(byte - b'A') + 10),
        _ => None,
    };
    let thousands = thousands.iter().try_fold(0, digit).filter(|thousands| *thousands > 0);
    let rounds = 1_000 * thousands.ok_or(stored.malformed("the rounds are not a number"))?;
    stored.bound("rounds", rounds, stored.limits.digest.rounds)?;
    let salt_and_digest = rest.strip_prefix(b"$").and_then(|rest| rest.split_at_checked(20));
    let (salt, digest) = salt_and_digest.ok_or(stored.malformed("it has no digest"))?;
    let letters = digest.iter().all(|byte| field::crypt64(*byte).is_some());
    let digest = stored.digest(letters.then(|| digest.into()), 43)?;
    Ok(Box::new(CachingHash { salt: salt.into(), rounds, digest, password_bytes: stored.limits.digest.password_bytes }))
}

#[cfg(feature = "crypt")]
impl ParsedHash for CachingHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Slow
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        HashError::bound(CACHING.name, "bytes of password", password.len() as u64, self.password_bytes as u64)?;
        Ok(sha256_crypt(password.expose(), self.salt.expose(), self.rounds))
    }
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
