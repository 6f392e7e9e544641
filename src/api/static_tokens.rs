use std::{collections::HashMap, fmt};

use async_trait::async_trait;

use super::{Authoriser, Denied, Scope, Scopes};
use crate::{
    entropy::{EntropyError, SystemEntropy},
    secret_key::{KeyedDigest, SecretKey},
};

const DOMAIN: &str = "waystation api token";

/// Tokens that the host has in its settings, each with what it allows.
///
/// They are kept as digests under a key of this process, so that neither a look at the memory nor the time of an answer
/// tells one. A token must be long and random: 32 bytes in hex, say.
pub struct StaticTokens {
    key: SecretKey,
    tokens: HashMap<KeyedDigest, Scopes>,
}

impl StaticTokens {
    /// None yet.
    ///
    /// # Errors
    ///
    /// When there is no randomness for the key.
    pub fn new() -> Result<Self, EntropyError> {
        Ok(Self { key: SecretKey::generate(&SystemEntropy)?, tokens: HashMap::new() })
    }

    /// Whoever has this token may do this.
    pub fn token(mut self, token: &str, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.tokens.insert(self.key.digest(DOMAIN, &[token.as_bytes()]), Scopes::new(scopes));
        self
    }
}

#[async_trait]
impl Authoriser for StaticTokens {
    async fn authorise(&self, token: &str) -> Result<Scopes, Denied> {
        self.tokens.get(&self.key.digest(DOMAIN, &[token.as_bytes()])).cloned().ok_or(Denied::Invalid)
    }
}

impl fmt::Debug for StaticTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticTokens").field("tokens", &self.tokens.len()).finish_non_exhaustive()
    }
}
