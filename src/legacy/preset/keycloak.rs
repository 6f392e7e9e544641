use super::users::{Engine, Users, engines, literal, quoted};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, Mapping},
};

/// The users of one realm of Keycloak, from version 8 on.
///
/// | there | here |
/// |---|---|
/// | `user_entity.id` | the permanent id |
/// | `username`, `email`, `email_verified` | identifiers, and whether the address was verified |
/// | `credential` of type `password` | PBKDF2 or Argon2; the first by priority |
/// | `enabled` | `blocked`, turned round |
/// | `first_name`, `last_name` | `given_name`, `family_name` |
/// | `created_timestamp`, the credential's `created_date` | `created_at`, `password_set_at` |
///
/// Service accounts are nobody. People who came from a federated directory have no password here.
#[derive(Clone, Debug)]
pub struct Keycloak {
    realm: String,
}

impl Keycloak {
    /// The users of the realm of this name.
    pub fn realm(name: impl Into<String>) -> Self {
        Self { realm: name.into() }
    }

    fn users(self, engine: Engine) -> Users {
        // On MySQL the tables are in capitals, and there it may count; columns never do.
        let (table, credential, realm) = match engine {
            Engine::MySql => ("USER_ENTITY", "CREDENTIAL", "REALM"),
            Engine::Postgres | Engine::Sqlite => ("user_entity", "credential", "realm"),
        };
        let object = match engine {
            Engine::Postgres => "json_build_object",
            Engine::MySql | Engine::Sqlite => "json_object",
        };
        let of_credential = |what: &str| {
            format!(
                "(SELECT {what} FROM {} AS c WHERE c.user_id = u.id AND c.type = 'password' \
                 ORDER BY c.priority, c.created_date LIMIT 1)",
                quoted(credential)
            )
        };
        let hash =
            format!("{object}('type', 'password', 'secretData', c.secret_data, 'credentialData', c.credential_data)");
        let mapping = Mapping::new(table, "id")
            .username("username")
            .email("email")
            .email_verified("email_verified")
            .drop_malformed_identifiers()
            .password("password_credential")
            .active("enabled")
            .given_name("first_name")
            .family_name("last_name")
            .created_at("created_timestamp", DateFormat::UnixMillis)
            .password_set_at("password_date", DateFormat::UnixMillis);
        Users {
            source: "keycloak",
            table: table.into(),
            id: "id".into(),
            found_by: vec![(IdentifierKind::Email, "email".into()), (IdentifierKind::Username, "username".into())],
            computed: vec![
                (of_credential(&hash), "password_credential"),
                (of_credential("c.created_date"), "password_date"),
            ],
            in_bytes: false,
            only: Some(format!(
                "u.service_account_client_link IS NULL AND u.realm_id = (SELECT r.id FROM {} AS r WHERE r.name = {})",
                quoted(realm),
                literal(&self.realm)
            )),
            mapping,
            commands: None,
        }
    }
}

engines!(Keycloak: mysql, postgres);
