use super::users::{Engine, Users, engines, flag, quoted};
use crate::{
    identifier::IdentifierKind,
    legacy::{JsonType, Mapping},
};

/// The users of an application with ASP.NET Core Identity, as Entity Framework makes its tables.
///
/// | there | here |
/// |---|---|
/// | `Id` | the permanent id |
/// | `UserName`, `Email`, `EmailConfirmed` | identifiers, and whether the address was verified |
/// | `PhoneNumber`, `PhoneNumberConfirmed` | as those; a number that is none is left out |
/// | `PasswordHash` | version 2 and version 3 |
/// | `LockoutEnabled`, `LockoutEnd` | `blocked`, if that is in the future |
/// | `TwoFactorEnabled` | `app_metadata.two_factor_enabled` |
///
/// A user name that is an e-mail address, which Identity's own pages make of it, is left out, as any that the rules
/// refuse.
#[derive(Clone, Debug)]
pub struct AspNetIdentity {
    table: String,
}

impl AspNetIdentity {
    /// The table `AspNetUsers`.
    pub fn new() -> Self {
        Self { table: "AspNetUsers".into() }
    }

    /// Sets the table.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = table.into();
        self
    }

    fn users(self, engine: Engine) -> Users {
        let [enabled, end] = ["LockoutEnabled", "LockoutEnd"].map(|name| format!("u.{}", quoted(name)));
        let is_locked = match engine {
            Engine::Postgres => format!("{enabled} AND {end} > CURRENT_TIMESTAMP"),
            Engine::MySql | Engine::Sqlite => format!("{enabled} = 1 AND {end} > CURRENT_TIMESTAMP"),
        };
        let mapping = Mapping::new(&self.table, "Id")
            .username("UserName")
            .email("Email")
            .email_verified("EmailConfirmed")
            .phone("PhoneNumber")
            .phone_verified("PhoneNumberConfirmed")
            .drop_malformed_identifiers()
            .password("PasswordHash")
            .blocked("is_locked")
            .app_metadata("two_factor_enabled", "TwoFactorEnabled", JsonType::Boolean);
        Users {
            source: "aspnet-identity",
            table: self.table,
            id: "Id".into(),
            found_by: vec![(IdentifierKind::Email, "Email".into()), (IdentifierKind::Username, "UserName".into())],
            computed: vec![(flag(&is_locked), "is_locked")],
            in_bytes: false,
            only: None,
            mapping,
        }
    }
}

engines!(AspNetIdentity: mysql, postgres, sqlite);

impl Default for AspNetIdentity {
    fn default() -> Self {
        Self::new()
    }
}
