use std::fmt::Write as _;

use blake2::{Blake2b512, Digest};
use serde_json::{Value, json};

/// The user database that the store is, as clients see it.
#[derive(Clone, Debug)]
pub struct Connection {
    id: String,
    name: String,
    provider: String,
}

impl Connection {
    /// The connection with this name. Its id is made of the name, so that it is the same in every process.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        let digest = Blake2b512::new().chain_update("waystation connection").chain_update(&name).finalize();
        let mut id = "con_".to_owned();
        for byte in digest.iter().take(8) {
            // Writing to a text cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        Self { id, name, provider: "auth0".to_owned() }
    }

    /// Under the id that it had at the reference product: `con_` and 16 letters and digits. Another one is left as it
    /// is.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        if is_id(&id) {
            self.id = id;
        }
        self
    }

    /// What ids of users begin with, before a `|`: the name of the legacy connection, so that whoever is imported is
    /// whom a log-in would move. `auth0` unless given, which is what the reference product puts there.
    pub fn provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = provider.into();
        self
    }

    pub(super) fn as_id(&self) -> &str {
        &self.id
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn as_provider(&self) -> &str {
        &self.provider
    }

    /// As clients see it.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "strategy": "auth0",
            "options": {"import_mode": true},
            "enabled_clients": [],
            "realms": [self.name],
            "is_domain_connection": false,
        })
    }
}

/// Whether it has the form of a connection's id.
pub(super) fn is_id(text: &str) -> bool {
    text.strip_prefix("con_")
        .is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_the_name_and_of_nothing_else() {
        let (one, other) = (Connection::new("customers"), Connection::new("staff"));
        assert!(is_id(one.as_id()) && one.as_id() != other.as_id());
        assert_eq!(one.as_id(), Connection::new("customers").provider("django").as_id());
        assert_eq!(one.clone().id("con_0000000000000001").as_id(), "con_0000000000000001");
        for bad in
            ["", "con_", "con_000000000000001", "con_00000000000000001", "con_000000000000000é", "job_0000000000000001"]
        {
            assert_eq!(one.clone().id(bad).as_id(), one.as_id(), "{bad}");
        }
    }
}
