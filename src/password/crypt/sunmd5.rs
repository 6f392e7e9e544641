//! Alec Muffett's hash of Solaris: `$md5,rounds=904$<salt>$$<22 letters>`.
//!
//! The text before the digest is hashed with the password, all of it. Whether a `$` stands between the salt and the `$`
//! before the digest makes two formats that differ in nothing else. Kratos writes `$md5$` for something else.

use super::{crypt_hash::CryptHash, letters};
use crate::password::{HashError, ParsedHash, SecretBytes, algorithm::Algorithm, field, format::Stored};

/// What every hash costs, before the rounds that it asks for.
const ROUNDS: u64 = 4_096;

/// The order in which the bytes of the digest are written.
const ORDER: [u8; 16] = [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5, 11];

/// Half of the rounds read Hamlet (III, 1) along, with the NUL that ended it in the first implementation.
const HAMLET: &[u8] = b"To be, or not to be,--that is the question:--\n\
    Whether 'tis nobler in the mind to suffer\n\
    The slings and arrows of outrageous fortune\n\
    Or to take arms against a sea of troubles,\n\
    And by opposing end them?--To die,--to sleep,--\n\
    No more; and by a sleep to say we end\n\
    The heartache, and the thousand natural shocks\n\
    That flesh is heir to,--'tis a consummation\n\
    Devoutly to be wish'd. To die,--to sleep;--\n\
    To sleep! perchance to dream:--ay, there's the rub;\n\
    For in that sleep of death what dreams may come,\n\
    When we have shuffled off this mortal coil,\n\
    Must give us pause: there's the respect\n\
    That makes calamity of so long life;\n\
    For who would bear the whips and scorns of time,\n\
    The oppressor's wrong, the proud man's contumely,\n\
    The pangs of despis'd love, the law's delay,\n\
    The insolence of office, and the spurns\n\
    That patient merit of the unworthy takes,\n\
    When he himself might his quietus make\n\
    With a bare bodkin? who would these fardels bear,\n\
    To grunt and sweat under a weary life,\n\
    But that the dread of something after death,--\n\
    The undiscover'd country, from whose bourn\n\
    No traveller returns,--puzzles the will,\n\
    And makes us rather bear those ills we have\n\
    Than fly to others that we know not of?\n\
    Thus conscience does make cowards of us all;\n\
    And thus the native hue of resolution\n\
    Is sicklied o'er with the pale cast of thought;\n\
    And enterprises of great pith and moment,\n\
    With this regard, their currents turn awry,\n\
    And lose the name of action.--Soft you now!\n\
    The fair Ophelia!--Nymph, in thy orisons\n\
    Be all my sins remember'd.\n\0";

/// A digest in crypt's alphabet at the end, and no parameter of Kratos's at the beginning.
pub(super) fn fits(text: &str) -> bool {
    let digest = text.rsplit('$').next().unwrap_or_default();
    digest.len() == 22 && letters::are_letters(digest) && !text.starts_with("$md5$pf=")
}

pub(super) fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (setting, digest) = stored.text().rsplit_once('$').ok_or(stored.malformed("it has no digest"))?;
    let rest = setting.strip_prefix("$md5,").or_else(|| setting.strip_prefix("$md5$"));
    let mut rest = rest.ok_or(stored.malformed("it does not begin with `$md5,` or `$md5$`"))?;
    let mut rounds = 0;
    // Solaris takes either character before the rounds.
    if let Some(said) = rest.strip_prefix("rounds=") {
        let (number, after) = said.split_once('$').unwrap_or((said, ""));
        rounds = field::decimal(number).filter(|rounds| *rounds > 0).ok_or(stored.malformed("it has no rounds"))?;
        rest = after;
    }
    // Half of the rounds read twenty-five blocks.
    stored.bound("rounds", rounds, stored.limits.digest.rounds / 5)?;
    let salt = rest.strip_suffix('$').unwrap_or(rest);
    stored.bound("bytes of salt", salt.len() as u64, stored.limits.salt_bytes as u64)?;
    if !letters::are_letters(salt) {
        return Err(stored.malformed("the salt is not of crypt's alphabet"));
    }
    let (setting, digest) = (SecretBytes::from(setting), letters::digest(stored, digest, 22)?);
    let compute = move |password: &[u8]| Some(compute(password, setting.expose(), ROUNDS + rounds));
    Ok(CryptHash::new(stored, digest, compute).parsed())
}

fn compute(password: &[u8], setting: &[u8], rounds: u64) -> SecretBytes {
    let mut digest = Algorithm::Md5.digest(&[password, setting]);
    for round in 0..rounds {
        let hamlet = if coin(digest.expose(), round) { HAMLET } else { &[] };
        digest = Algorithm::Md5.digest(&[digest.expose(), hamlet, round.to_string().as_bytes()]);
    }
    letters::ordered(digest.expose(), &ORDER)
}

/// Tosses a coin that the last digest and the round have minted.
fn coin(digest: &[u8], round: u64) -> bool {
    let byte = |index: usize| digest.get(index % 16).copied().unwrap_or_default();
    let bit = |number: u64| byte((number % 128 / 8) as usize) >> (number % 8) & 1 == 1;
    let bits_from = |start: usize| {
        (0..8).fold(0_u64, |bits, index| {
            let (one, other) = (byte(start + index), byte(start + index + 3));
            let chosen = byte(usize::from(one >> (other % 5)));
            let number = if other >> (one % 8) & 1 == 1 { chosen / 2 } else { chosen };
            bits | u64::from(bit(number.into())) << index
        })
    };
    let (left, right) = (bits_from(0) >> u32::from(bit(round)), bits_from(8) >> u32::from(bit(round + 64)));
    bit(left) != bit(right)
}
