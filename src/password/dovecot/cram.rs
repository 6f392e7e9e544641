//! The states that CRAM-MD5 (RFC 2195) starts from.

use md5::block_api::compress;
use zeroize::Zeroizing;

use crate::password::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace,
    algorithm::Algorithm,
    format::{Format, Stored},
    tag::Tagged,
};

/// `{CRAM-MD5}` and 64 hexadecimal digits: what is left of HMAC-MD5 after the password was read, the outer state first.
pub(super) const FORMAT: Format =
    Format { name: "dovecot-cram-md5", prefixes: &["{"], fits: |text| Tagged::one_of(text, TAGS).is_some(), parse };

const TAGS: &[&str] = &["CRAM-MD5", "HMAC-MD5"];

/// The bytes that MD5 reads at once.
const BLOCK: usize = 64;

/// What MD5 starts from (RFC 1321, section 3.3).
const START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// A parsed pair of states.
#[derive(Debug)]
struct CramHash(SecretBytes);

fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let tagged = Tagged::one_of(stored.text(), TAGS).ok_or(stored.malformed("it has another tag"))?;
    Ok(Box::new(CramHash(stored.digest(tagged.digest(32), 32)?)))
}

/// The state after one block of the padded key.
fn state(key: &[u8; BLOCK], pad: u8) -> impl Iterator<Item = u8> {
    let block = Zeroizing::new(key.map(|byte| byte ^ pad));
    let mut state = START;
    compress(&mut state, &[*block]);
    state.into_iter().flat_map(u32::to_le_bytes)
}

impl ParsedHash for CramHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Fast
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        EffectiveInput::of_hmac_key(password, BLOCK)
    }

    fn digest(&self) -> &[u8] {
        self.0.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let hashed = (password.len() > BLOCK).then(|| Algorithm::Md5.digest(&[password.expose()]));
        let read = hashed.as_ref().map_or(password.expose(), SecretBytes::expose);
        let mut key = Zeroizing::new([0; BLOCK]);
        key.iter_mut().zip(read).for_each(|(to, from)| *to = *from);
        Ok(state(&key, 0x5c).chain(state(&key, 0x36)).collect::<Vec<u8>>().into())
    }
}
