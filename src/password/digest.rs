//! Plain digests: what home-made tables hold, in hexadecimal or base64, with no marker.
//!
//! None of them is slow, so each is replaced at the first log-in. A digest's length is shared by several algorithms
//! (32 digits are MD5, MD4, or Windows' NT hash), so that the scheme must be declared where more than one fits; the
//! rarer algorithms, and all with a salt from another column, are only ever declared. What is put together otherwise
//! is an [`Expression`](super::Expression).

use super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace,
    algorithm::Algorithm,
    field,
    format::{Format, Stored},
};

pub(super) static FORMATS: &[Format] = &[
    bare::<16>("md4"),
    bare::<16>("md5"),
    bare::<20>("sha1"),
    bare::<28>("sha224"),
    bare::<32>("sha256"),
    bare::<48>("sha384"),
    bare::<64>("sha512"),
    // They look like commoner ones.
    declared::<20>("ripemd160", unsalted),
    declared::<32>("sha3-256", unsalted),
    declared::<64>("sha3-512", unsalted),
    declared::<64>("whirlpool", unsalted),
    // The digest of the salt's text and the password, and of the password and the salt's text.
    declared::<16>("md5-salt-prefix", salted),
    declared::<16>("md5-salt-suffix", salted),
    declared::<20>("sha1-salt-prefix", salted),
    declared::<20>("sha1-salt-suffix", salted),
    declared::<28>("sha224-salt-prefix", salted),
    declared::<28>("sha224-salt-suffix", salted),
    declared::<32>("sha256-salt-prefix", salted),
    declared::<32>("sha256-salt-suffix", salted),
    declared::<48>("sha384-salt-prefix", salted),
    declared::<48>("sha384-salt-suffix", salted),
    declared::<64>("sha512-salt-prefix", salted),
    declared::<64>("sha512-salt-suffix", salted),
    // MD4 of UTF-16, as Windows, Samba (`sambaNTPassword`) and FreeIPA (`ipaNTHash: ` and base64) keep it.
    Format { name: "nt-hash", prefixes: &["", IPA], fits: |text| nt_digest(text).is_some(), parse: nt_hash },
];

const fn bare<const BYTES: usize>(name: &'static str) -> Format {
    Format { name, prefixes: &[""], fits: |text| spelled(text, BYTES).is_some(), parse: unsalted }
}

const fn declared<const BYTES: usize>(
    name: &'static str,
    parse: fn(&Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError>,
) -> Format {
    Format { prefixes: &[], parse, ..bare::<BYTES>(name) }
}

/// A digest of so many bytes, in hexadecimal of either case or in padded base64. What can be hexadecimal is not base64.
pub(super) fn spelled(text: &str, bytes: usize) -> Option<SecretBytes> {
    let is_base64 = text.len() == bytes.div_ceil(3) * 4 && text.bytes().any(|byte| !byte.is_ascii_hexdigit());
    let digest = match text.len() {
        len if len == 2 * bytes => field::any_hex(text),
        _ if is_base64 => field::padded_base64(text),
        _ => None,
    };
    digest.filter(|digest| digest.len() == bytes)
}

/// The algorithm that a scheme is named after.
fn algorithm(stored: &Stored<'_>, name: &str) -> Result<Algorithm, HashError> {
    Algorithm::named(&name.replace('-', "_")).ok_or(stored.malformed("its digest is not known"))
}

fn unsalted(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let algorithm = algorithm(stored, stored.scheme)?;
    let bytes = algorithm.output_bytes();
    Ok(Box::new(DigestHash::plain(algorithm, stored.digest(spelled(stored.text(), bytes), bytes)?)))
}

fn salted(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (name, side) = stored.scheme.split_once("-salt-").unwrap_or((stored.scheme, ""));
    let algorithm = algorithm(stored, name)?;
    let bytes = algorithm.output_bytes();
    let (salt, digest) = (stored.salt()?, stored.digest(spelled(stored.text(), bytes), bytes)?);
    let (before, after) =
        if side == "prefix" { (salt, SecretBytes::default()) } else { (SecretBytes::default(), salt) };
    Ok(Box::new(DigestHash { algorithm, before, after, digest }))
}

/// A parsed digest of a password between two texts.
#[derive(Debug)]
pub(super) struct DigestHash {
    algorithm: Algorithm,
    before: SecretBytes,
    after: SecretBytes,
    digest: SecretBytes,
}

impl DigestHash {
    /// Of the password alone.
    pub(super) fn plain(algorithm: Algorithm, digest: SecretBytes) -> Self {
        Self { algorithm, before: SecretBytes::default(), after: SecretBytes::default(), digest }
    }

    /// Of the password between two texts.
    pub(super) fn around(algorithm: Algorithm, before: &[u8], after: &[u8], digest: SecretBytes) -> Self {
        Self { algorithm, before: before.into(), after: after.into(), digest }
    }

    /// Of the salt and the password.
    pub(super) fn salted(algorithm: Algorithm, salt: SecretBytes, digest: SecretBytes) -> Self {
        Self { before: salt, ..Self::plain(algorithm, digest) }
    }

    /// Of the password and the salt.
    pub(super) fn salted_after(algorithm: Algorithm, salt: SecretBytes, digest: SecretBytes) -> Self {
        Self { after: salt, ..Self::plain(algorithm, digest) }
    }
}

impl ParsedHash for DigestHash {
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
        Ok(self.algorithm.digest(&[self.before.expose(), password.expose(), self.after.expose()]))
    }
}

/// What FreeIPA writes before it.
const IPA: &str = "ipaNTHash: ";

fn nt_digest(text: &str) -> Option<SecretBytes> {
    match text.strip_prefix(IPA) {
        Some(base64) if base64.len() == 24 => field::padded_base64(base64),
        None if text.len() == 32 => field::any_hex(text),
        _ => None,
    }
    .filter(|digest| digest.len() == 16)
}

fn nt_hash(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Box::new(NtHash { digest: stored.digest(nt_digest(stored.text()), 16)? }))
}

/// A parsed NT hash.
#[derive(Debug)]
struct NtHash {
    digest: SecretBytes,
}

impl ParsedHash for NtHash {
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
        // What is no text has no UTF-16, and no digest matches none.
        let Some(text) = password.expose_text() else { return Ok(SecretBytes::default()) };
        let utf16: SecretBytes = text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>().into();
        Ok(Algorithm::Md4.digest(&[utf16.expose()]))
    }
}
