use zeroize::Zeroizing;

use crate::password::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, algorithm::Algorithm,
    format::Stored,
};

/// A digest that is hashed again and again.
#[derive(Debug)]
pub(super) struct IteratedHash {
    scheme: &'static str,
    algorithm: Algorithm,
    before: SecretBytes,
    after: SecretBytes,
    /// How often the digest is hashed after the first time.
    again: u64,
    with: With,
    /// The longest password, where every round reads it.
    password_bytes: usize,
    digest: SecretBytes,
}

/// What each further round reads behind the digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum With {
    /// Nothing.
    Nothing,
    /// The password, as phpass does; the digest is stored as so many characters of crypt(3)'s base64.
    Password { characters: usize },
    /// All that the first round read, as Symfony does.
    First,
}

impl IteratedHash {
    /// Hashes `before`, the password and `after` once, and `again` times the digest of that.
    pub(super) fn boxed(
        stored: &Stored<'_>,
        algorithm: Algorithm,
        [before, after]: [SecretBytes; 2],
        again: Option<u64>,
        with: With,
        digest: Option<SecretBytes>,
    ) -> Result<Box<dyn ParsedHash>, HashError> {
        let again = again.ok_or(stored.malformed("it has no rounds"))?;
        stored.bound("rounds", again, stored.limits.digest.rounds)?;
        let length = match with {
            With::Nothing | With::First => algorithm.output_bytes(),
            With::Password { characters } => characters,
        };
        Ok(Box::new(Self {
            scheme: stored.scheme,
            algorithm,
            before: stored.bounded_salt(before)?,
            after: stored.bounded_salt(after)?,
            again,
            with,
            password_bytes: stored.limits.digest.password_bytes,
            digest: stored.digest(digest, length)?,
        }))
    }
}

impl ParsedHash for IteratedHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Fast
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        if self.with != With::Nothing {
            let (asked, limit) = (password.len() as u64, self.password_bytes as u64);
            HashError::bound(self.scheme, "bytes of password", asked, limit)?;
        }
        let (before, password, after) = (self.before.expose(), password.expose(), self.after.expose());
        let mut digest = self.algorithm.digest(&[before, password, after]);
        for _ in 0..self.again {
            digest = match self.with {
                With::Nothing => self.algorithm.digest(&[digest.expose()]),
                With::Password { .. } => self.algorithm.digest(&[digest.expose(), password]),
                With::First => self.algorithm.digest(&[digest.expose(), before, password, after]),
            };
        }
        Ok(match self.with {
            With::Password { characters } => crypt64(digest.expose(), characters),
            With::Nothing | With::First => digest,
        })
    }
}

/// The first characters of bytes in crypt(3)'s base64: groups of three, the lowest six bits first.
fn crypt64(bytes: &[u8], characters: usize) -> SecretBytes {
    const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let group = |group: &[u8]| group.iter().rev().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
    let letter = |bits: u32, place: usize| ALPHABET.get((bits >> (6 * place)) as usize & 63).copied();
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len().div_ceil(3) * 4));
    for chunk in bytes.chunks(3) {
        text.extend((0..=chunk.len()).filter_map(|place| letter(group(chunk), place)));
    }
    text.truncate(characters);
    text.as_slice().into()
}
