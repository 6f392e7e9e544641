//! A host brings a password format of its own.
//!
//! The shop of this example stored `shop:<rounds>:<salt>:<digest>`, where the digest is hexadecimal BLAKE2b-512 over
//! salt and password, then over the digest and the salt again, `rounds` times in all.
//!
//! ```sh
//! cargo run --example custom_scheme
//! ```

use std::error::Error;

use blake2::{Blake2b512, Digest};
use waystation::password::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, Passwords, Schemes,
    SecretBytes, Strength, Verification, Workspace,
};

const NAME: &str = "shop-blake2b";
const MOST_ROUNDS: u64 = 1_000_000;
const DIGEST_BYTES: usize = 64;

#[derive(Debug)]
struct Shop;

impl PasswordScheme for Shop {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["shop:"]
    }

    fn fits(&self, _text: &str) -> bool {
        true
    }

    /// Reads the text strictly, and holds every number against a bound before anything is computed.
    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let malformed = |what| HashError::malformed(NAME, what);
        let mut fields = hash.expose().split(':');
        let (Some("shop"), Some(rounds), Some(salt), Some(digest), None) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(malformed("it has not four fields"));
        };

        if rounds.starts_with(['0', '+']) {
            return Err(malformed("the rounds start with zero or a sign"));
        }
        let rounds = rounds.parse().map_err(|_| malformed("the rounds are not a number"))?;
        HashError::bound(NAME, "rounds", rounds, MOST_ROUNDS)?;
        HashError::bound(NAME, "bytes of salt", salt.len() as u64, limits.salt_bytes as u64)?;
        // An empty or shortened digest must never match, so its length is checked and not taken from the text.
        if digest.len() != 2 * DIGEST_BYTES || digest.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(malformed("the digest is not 128 digits of lower-case hexadecimal"));
        }
        Ok(Box::new(ShopHash { rounds, salt: salt.to_owned(), digest: digest.to_owned() }))
    }
}

struct ShopHash {
    rounds: u64,
    salt: String,
    digest: String,
}

impl ShopHash {
    fn output(&self, password: &Password) -> String {
        let mut digest = Blake2b512::new().chain_update(&self.salt).chain_update(password.expose()).finalize();
        for _ in 1..self.rounds {
            digest = Blake2b512::new().chain_update(digest).chain_update(&self.salt).finalize();
        }
        hexadecimal(&digest)
    }
}

/// Lower-case hexadecimal, as the shop wrote it.
fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect()
}

/// Nothing of the hash may be shown, so this is not derived.
impl std::fmt::Debug for ShopHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShopHash").field("rounds", &self.rounds).finish_non_exhaustive()
    }
}

impl ParsedHash for ShopHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Fast
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    /// The text of the digest, as it stands in the hash.
    fn digest(&self) -> &[u8] {
        self.digest.as_bytes()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        Ok(self.output(password).as_str().into())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let passwords = Passwords::builder().schemes(Schemes::standard().with(Shop)?).build()?;

    // What the shop's table holds for somebody whose password is "open sesame".
    let row = ShopHash { rounds: 5_000, salt: "a salt".to_owned(), digest: String::new() };
    let stored = PasswordHash::new(format!("shop:5000:a salt:{}", row.output(&"open sesame".into())));

    for typed in ["open sesame", "open barley"] {
        let password = Password::from(typed);
        match passwords.verify(&password, &stored).await? {
            Verification::Match { upgrade: true, .. } => {
                let new = passwords.hash(&password).await?;
                println!("{typed:?} is right; from now on it is stored as {new:?}");
            }
            Verification::Match { .. } => println!("{typed:?} is right"),
            _ => println!("{typed:?} is wrong"),
        }
    }

    let hostile = PasswordHash::new("shop:99999999999:a salt:00");
    match passwords.check(&hostile) {
        Ok(()) => println!("a hostile hash is accepted"),
        Err(error) => println!("a hostile hash is refused: {error}"),
    }
    Ok(())
}

#[cfg(all(test, feature = "conformance"))]
waystation::scheme_conformance!(
    conformance,
    Shop,
    [(
        "open sesame",
        "shop:3:a salt:d9c835ef53a574a82f7a8fa5f8c4a2e6f33ffc3710c14dd10c1303efd339c6090a5bfeda1e3832fddc645f0f5f70919345911da5de06c1c8de18021b356d4366",
    )]
);
