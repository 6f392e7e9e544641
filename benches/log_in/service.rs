//! What both contenders are.

use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use base64ct::{Base64Unpadded, Encoding};
use waystation::password::{Limits, ParsedHash, Password, PasswordHash, Schemes, Workspace};

use super::Failure;

/// Everybody's, so that everybody's hash can be the same and is made once.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

const SALT: [u8; 16] = *b"sixteen of bytes";

/// A service that people log in to.
#[async_trait]
pub(crate) trait Service: Send + Sync + 'static {
    /// Lets this many people in as if they had moved long ago: those whom [`email`] names from 0 on.
    async fn settle(&self, people: u32) -> Result<(), Failure>;

    /// Whether the person comes in. Who is not there yet is looked up in the legacy system, and moves.
    async fn log_in(&self, email: &str) -> Result<bool, Failure>;

    /// Returns when the work is done that no log-in waits for.
    async fn rest(&self);
}

pub(crate) fn email(person: u32) -> String {
    format!("person{person}@example.com")
}

/// The parameters of an Argon2id hash with one lane.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
}

impl Cost {
    /// The crate's default policy.
    pub(crate) const USUAL: Self = Self { memory_kib: 19_456, passes: 2 };
    /// As little as Argon2 allows: next to nothing, so that what is around it can be seen.
    pub(crate) const LEAST: Self = Self { memory_kib: 8, passes: 1 };

    pub(crate) fn argon2(self) -> Result<Argon2<'static>, Failure> {
        let params = Params::new(self.memory_kib, self.passes, 1, None)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    /// Salt and key of [`PASSWORD`].
    pub(crate) fn stored(self) -> Result<([u8; 16], [u8; 32]), Failure> {
        let mut key = [0; 32];
        self.argon2()?.hash_password_into(PASSWORD.as_bytes(), &SALT, &mut key)?;
        Ok((SALT, key))
    }

    /// The same as a store has it.
    pub(crate) fn stored_text(self) -> Result<PasswordHash, Failure> {
        let Self { memory_kib, passes } = self;
        let (salt, key) = self.stored()?;
        let (salt, key) = (Base64Unpadded::encode_string(&salt), Base64Unpadded::encode_string(&key));
        let text = format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${key}");
        Ok(PasswordHash::declared("argon2", text))
    }
}

/// The bare hash, in memory that is kept between one and the next: as fast as the primitive goes.
pub(crate) struct BareHash {
    parsed: Box<dyn ParsedHash>,
    password: Password,
    workspace: Workspace,
}

impl BareHash {
    pub(crate) fn new(cost: Cost) -> Result<Self, Failure> {
        let parsed = Schemes::standard().parse(&cost.stored_text()?, &Limits::default())?;
        Ok(Self { parsed, password: Password::from(PASSWORD), workspace: Workspace::default() })
    }

    pub(crate) fn compute(&mut self) -> Result<bool, Failure> {
        Ok(self.parsed.verify(&self.password, &mut self.workspace)?)
    }
}
