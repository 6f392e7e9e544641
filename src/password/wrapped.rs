//! Argon2id over a legacy digest: what a fast hash becomes before its owner has logged in.
//!
//! An imported MD5 is worth little to its owner and much to a thief. It cannot be made anew without the password, but
//! it can be hashed again: `Argon2id(legacy digest)`. At a log-in the legacy digest of the typed password is computed
//! first and then the outer hash of it; when both are right, a plain Argon2id of the password takes the place of all.
//!
//! ```text
//! $wrapped$v=1$<inner>$argon2id$v=19$m=19456,t=2,p=1$<salt>$<digest>
//! ```
//!
//! `<inner>` is unpadded URL-safe base64 of the legacy hash as JSON (scheme, text, context), with zeros where its digest
//! was: salt and parameters are needed to compute it again. The outer hash is of the bytes of the digest.

mod blank;

use base64ct::{Base64UrlUnpadded, Encoding};

use super::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, Schemes, SecretBytes, Strength,
    Workspace,
    argon2::Argon2Hash,
    format::{Format, Stored, any_text},
};

pub(super) const NAME: &str = "wrapped";

const PREFIX: &str = "$wrapped$v=1$";

/// Of the standard schemes; [`Schemes::parse`] knows those of a host as well.
pub(super) static FORMATS: &[Format] = &[Format {
    name: NAME,
    prefixes: &["$wrapped$"],
    fits: any_text,
    parse: |stored| parse(&Schemes::standard(), stored),
}];

/// Reads a wrapped hash, whose inner one is of any of these schemes.
pub(super) fn parse(schemes: &Schemes, stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let inner = inner(stored.hash).ok_or(stored.malformed("the inner hash cannot be read"))?;
    if inner.scheme() == Some(NAME) || inner.expose().starts_with("$wrapped$") {
        return Err(stored.malformed("it wraps a wrapped hash"));
    }
    let outer = stored.after(PREFIX)?.find('$').and_then(|end| stored.after(PREFIX).ok()?.get(end..));
    let outer = outer.ok_or(stored.malformed("there is no outer hash"))?;
    let key = stored.hash.context().and_then(|context| context.key.clone());
    let outer = Argon2Hash::parse_keyed(stored.scheme, outer, stored.limits, key)?;
    Ok(Box::new(WrappedHash { outer, inner: schemes.parse(&inner, stored.limits)? }))
}

/// The legacy hash without its digest.
pub(super) fn inner(hash: &PasswordHash) -> Option<PasswordHash> {
    let (inner, _) = hash.expose().strip_prefix(PREFIX)?.split_once('$')?;
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(inner).ok()?).ok()
}

/// A legacy hash on its way into a wrapped one.
pub(super) struct Wrapping {
    /// Its digest: what the outer hash is of.
    pub(super) digest: SecretBytes,
    /// The text that the outer hash is written after.
    pub(super) prefix: String,
    pub(super) inner: Box<dyn ParsedHash>,
}

impl Wrapping {
    /// Takes a legacy hash apart. `None` for one whose digest is not found in its text.
    pub(super) fn of(schemes: &Schemes, stored: &PasswordHash, limits: &Limits) -> Result<Option<Self>, HashError> {
        let scheme = schemes.identify(stored)?.name();
        let inner = schemes.parse(stored, limits)?;
        let Some(text) = blank::without_digest(stored.expose(), inner.digest()) else { return Ok(None) };
        let mut blanked = PasswordHash::declared(scheme, text);
        if let Some(context) = stored.context() {
            blanked = blanked.with_context(context.clone());
        }
        // What is kept must be read as before, and hold nothing of the digest.
        let kept = schemes.parse(&blanked, limits)?;
        if kept.digest().len() != inner.digest().len() || kept.digest() == inner.digest() {
            return Ok(None);
        }
        let Ok(json) = serde_json::to_vec(&blanked) else { return Ok(None) };
        let prefix = format!("{PREFIX}{}", Base64UrlUnpadded::encode_string(&json));
        Ok(Some(Self { digest: inner.digest().into(), prefix, inner }))
    }
}

#[derive(Debug)]
struct WrappedHash {
    outer: Argon2Hash,
    inner: Box<dyn ParsedHash>,
}

impl ParsedHash for WrappedHash {
    fn cost(&self) -> Cost {
        self.inner.cost().then(self.outer.cost())
    }

    /// However strong the outer hash is, the plain one is better: it is of the password itself.
    fn strength(&self) -> Strength {
        Strength::Slow
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        self.inner.effective_input(password)
    }

    fn digest(&self) -> &[u8] {
        self.outer.digest()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let inner = self.inner.compute(password, workspace)?;
        self.outer.compute(&Password::from_bytes(inner.expose().to_vec()), workspace)
    }
}
