//! Oracle's `sys.user$.spare4`, one entry of it.

#[cfg(feature = "pbkdf2")]
use crate::password::{
    Cost, EffectiveInput, Password, SecretBytes, Strength, Workspace, format::any_text, pbkdf2::Pbkdf2Hash,
};
use crate::password::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    digest::DigestHash,
    field,
    format::{Format, Stored},
};

/// 11g: `S:`, SHA-1 of the password and the salt, and ten bytes of salt.
pub(super) const SHA1: Format = Format {
    name: "oracle-11",
    prefixes: &["S:"],
    fits: |text| text.strip_prefix("S:").is_some_and(|rest| field::is_hex(rest, 30)),
    parse: sha1,
};

/// 12c: `T:`, SHA-512 of a PBKDF2 key and the salt, and sixteen bytes of salt.
#[cfg(feature = "pbkdf2")]
pub(super) const SHA512: Format = Format { name: "oracle-12", prefixes: &["T:"], fits: any_text, parse: sha512 };

/// Digest and salt of the text after the letter.
fn halves(stored: &Stored<'_>, prefix: &str, digest: usize, salt: usize) -> Result<(Vec<u8>, Vec<u8>), HashError> {
    let bytes = stored.digest(field::any_hex(stored.after(prefix)?), digest + salt)?;
    let halves = bytes.expose().split_at_checked(digest).ok_or(stored.malformed("it is too short"))?;
    Ok((halves.0.to_vec(), halves.1.to_vec()))
}

fn sha1(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (digest, salt) = halves(stored, "S:", 20, 10)?;
    Ok(Box::new(DigestHash::around(Algorithm::Sha1, &[], &salt, digest.into())))
}

/// A parsed hash of 12c.
#[cfg(feature = "pbkdf2")]
#[derive(Debug)]
struct SpeedyHash {
    /// Computes the key; its own is a blank of that length.
    key: Pbkdf2Hash,
    salt: SecretBytes,
    digest: SecretBytes,
}

#[cfg(feature = "pbkdf2")]
fn sha512(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    const ITERATIONS: u64 = 4_096;
    let (digest, salt) = halves(stored, "T:", 64, 16)?;
    let long_salt = [&*salt, b"AUTH_PBKDF2_SPEEDY_KEY"].concat();
    let key = Pbkdf2Hash::new(stored, Algorithm::Sha512, ITERATIONS, long_salt.into(), SecretBytes::zeroed(64))?;
    Ok(Box::new(SpeedyHash { key, salt: salt.into(), digest: digest.into() }))
}

#[cfg(feature = "pbkdf2")]
impl ParsedHash for SpeedyHash {
    fn cost(&self) -> Cost {
        self.key.cost()
    }

    fn strength(&self) -> Strength {
        self.key.strength()
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        self.key.effective_input(password)
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let key = self.key.compute(password, workspace)?;
        Ok(Algorithm::Sha512.digest(&[key.expose(), self.salt.expose()]))
    }
}
