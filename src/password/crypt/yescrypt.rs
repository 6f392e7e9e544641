//! yescrypt (Alexander Peslyak) and what shares its spelling: `$y$j9T$<salt>$<43 letters>` of today's shadow files of
//! Debian, Ubuntu and Fedora; `$gy$`, the same inside of two HMACs with Streebog, of ALT Linux; `$7$`, plain scrypt.
//!
//! The primitive aborts the process where it gets no memory, so that the bounds of scrypt are held here. It is the only
//! one in Rust, and takes twice the time of libxcrypt's, which is written for vectors: 40 milliseconds at Debian's cost.

use ::yescrypt::{Mode, Params};
use hmac::{KeyInit, Mac, SimpleHmac};
use streebog::{Digest, Streebog256};
use zeroize::Zeroizing;

use super::{crypt_hash::CryptHash, letters};
use crate::password::{HashError, ParsedHash, SecretBytes, field::crypt64, format::Stored};

/// Letters of a digest of 32 bytes.
const DIGEST_LETTERS: usize = 43;

/// Most bytes of a decoded salt.
const LONGEST_SALT: usize = 64;

/// The tables that the native mode fills for each lane.
const LANE_BYTES: u64 = 12 * 1_024;

/// The parameters of a hash.
struct Parameters {
    mode: Mode,
    log_n: u64,
    r: u64,
    p: u64,
    t: u64,
}

pub(super) fn yescrypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    native(stored, "$y$", |_, _, key| Some(letters::low_first(key)))
}

/// HMAC(HMAC(Streebog(password), setting), yescrypt(password)).
pub(super) fn gost_yescrypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let hmac = |key: &[u8], message: &[u8]| {
        let mac = SimpleHmac::<Streebog256>::new_from_slice(key).ok()?;
        Some(Zeroizing::new(<[u8; 32]>::from(mac.chain_update(message).finalize().into_bytes())))
    };
    native(stored, "$gy$", move |password, setting, key| {
        let hashed = Zeroizing::new(<[u8; 32]>::from(Streebog256::digest(password)));
        let inner = hmac(hashed.as_slice(), setting)?;
        Some(letters::low_first(hmac(inner.as_slice(), key)?.as_slice()))
    })
}

/// `$7$`, a letter for the logarithm of N, five each for r and p, and the salt, which is used as text.
pub(super) fn scrypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let rest = stored.after("$7$")?;
    let (setting, digest) = rest.rsplit_once('$').ok_or(stored.malformed("it has no digest"))?;
    let parts = (setting.get(..1), setting.get(1..6), setting.get(6..11), setting.get(11..));
    let (Some(log_n), Some(r), Some(p), Some(salt)) = parts else {
        return Err(stored.malformed("it is shorter than its parameters"));
    };
    let (Some(log_n), Some(r), Some(p)) = (letters::number(log_n), letters::number(r), letters::number(p)) else {
        return Err(stored.malformed("its parameters are not of crypt's alphabet"));
    };
    let parameters = Parameters { mode: Mode::Classic, log_n: log_n.into(), r: r.into(), p: p.into(), t: 0 };
    let (params, memory_bytes) = parameters.bounded(stored)?;
    if !salt.split('$').all(letters::are_letters) {
        return Err(stored.malformed("the salt is not of crypt's alphabet"));
    }
    let salt = stored.bounded_salt(salt.into())?;
    let digest = letters::digest(stored, digest, DIGEST_LETTERS)?;
    let compute = move |password: &[u8]| Some(letters::low_first(derive(password, salt.expose(), &params)?.as_slice()));
    Ok(CryptHash::new(stored, digest, compute).taking(memory_bytes).parsed())
}

/// passwap writes `$7$ln=…` for a PHC string.
pub(super) fn fits_scrypt(text: &str) -> bool {
    text.get(3..14).is_some_and(letters::are_letters)
}

/// Parameters, salt and digest, and what `finish` makes of password, setting and key.
fn native(
    stored: &Stored<'_>,
    prefix: &str,
    finish: impl Fn(&[u8], &[u8], &[u8]) -> Option<SecretBytes> + Send + 'static,
) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = stored.after(prefix)?.split('$');
    let (Some(parameters), Some(salt), Some(digest), None) =
        (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it is not parameters, salt and digest"));
    };
    let parameters = Parameters::read(parameters).ok_or(stored.malformed("its parameters are not yescrypt's"))?;
    let (params, memory_bytes) = parameters.bounded(stored)?;
    let setting = stored.text().strip_suffix(digest).and_then(|text| text.strip_suffix('$'));
    let setting = SecretBytes::from(setting.unwrap_or_default());
    let salt = letters::read_low_first(salt).filter(|salt| salt.len() <= LONGEST_SALT);
    let salt = salt.ok_or(stored.malformed("the salt is not up to 64 bytes in crypt's alphabet"))?;
    let digest = letters::digest(stored, digest, DIGEST_LETTERS)?;
    let compute =
        move |password: &[u8]| finish(password, setting.expose(), derive(password, salt.expose(), &params)?.as_slice());
    Ok(CryptHash::new(stored, digest, compute).taking(memory_bytes).parsed())
}

fn derive(password: &[u8], salt: &[u8], params: &Params) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    ::yescrypt::yescrypt(password, salt, params, key.as_mut_slice()).ok()?;
    Some(key)
}

impl Parameters {
    /// Reads mode, N and r, and those of p and t that a set of bits says to follow.
    fn read(text: &str) -> Option<Self> {
        let mut letters = text.bytes();
        let mode = match number(&mut letters, 0)? {
            0 => Mode::Classic,
            1 => Mode::Worm,
            // The only flavour of the native mode that any release had.
            47 => Mode::Rw,
            _ => return None,
        };
        let (log_n, r) = (number(&mut letters, 1)?, number(&mut letters, 1)?);
        let (mut p, mut t) = (1, 0);
        if letters.len() > 0 {
            let follow = number(&mut letters, 1)?;
            // Upgrades and a ROM are for nobody yet.
            if follow > 3 {
                return None;
            }
            if follow & 1 != 0 {
                p = number(&mut letters, 2)?;
            }
            if follow & 2 != 0 {
                t = number(&mut letters, 1)?;
            }
        }
        (letters.len() == 0 && !(mode == Mode::Classic && t > 0)).then_some(Self { mode, log_n, r, p, t })
    }

    /// The parameters for the primitive and the memory that it takes, if they are within bounds.
    fn bounded(&self, stored: &Stored<'_>) -> Result<(Params, u64), HashError> {
        let Self { mode, log_n, r, p, t } = *self;
        if !(1..64).contains(&log_n) || r == 0 || p == 0 {
            return Err(stored.malformed("N, r or p is out of range"));
        }
        let n = 1_u64 << log_n;
        let lanes = if mode == Mode::Rw { p.saturating_mul(LANE_BYTES) } else { 0 };
        let memory_bytes = r.saturating_mul(128).saturating_mul(n.saturating_add(p).saturating_add(2));
        let memory_bytes = memory_bytes.saturating_add(lanes);
        stored.bound("bytes of memory", memory_bytes, stored.limits.scrypt.memory_bytes)?;
        let work = n.saturating_mul(r).saturating_mul(p).saturating_mul(t.saturating_add(1));
        stored.bound("N·r·p·(t+1)", work, stored.limits.scrypt.work)?;
        let params = match (u32::try_from(r), u32::try_from(p), u32::try_from(t)) {
            (Ok(r), Ok(p), Ok(t)) => Params::new_with_all_params(mode, n, r, p, t, 0).ok(),
            _ => None,
        };
        Ok((params.ok_or(stored.malformed("yescrypt refuses its parameters"))?, memory_bytes))
    }
}

/// A number of at least `least` in as many letters as it needs: the first tells how many there are.
fn number(letters: &mut impl Iterator<Item = u8>, least: u64) -> Option<u64> {
    let first = u64::from(crypt64(letters.next()?)?);
    let (mut value, mut start, mut end, mut more) = (least, 0, 47, 0_u32);
    while first > end {
        value += (end + 1 - start) << (6 * more);
        start = end + 1;
        end = start + (62 - end) / 2;
        more += 1;
    }
    value += (first - start) << (6 * more);
    for place in (0..more).rev() {
        value += u64::from(crypt64(letters.next()?)?) << (6 * place);
    }
    Some(value)
}
