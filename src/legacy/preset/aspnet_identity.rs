use super::users::{Engine, Users, delete, engines, flag, insert, quoted, update};
use crate::{
    identifier::IdentifierKind,
    legacy::{Commands, JsonType, Mapping},
    password::HashFormat,
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
///
/// If it is [`writable`](Self::writable): somebody without a user name gets their address as one, as from Identity's own
/// pages. Each change of password or address gives a new `SecurityStamp`, which ends the sessions there. Roles, claims and
/// log-ins of a deleted user go by the foreign keys that Entity Framework makes.
#[derive(Clone, Debug)]
pub struct AspNetIdentity {
    table: String,
    format: Option<HashFormat>,
}

impl AspNetIdentity {
    /// The table `AspNetUsers`.
    pub fn new() -> Self {
        Self { table: "AspNetUsers".into(), format: None }
    }

    /// Sets the table.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = table.into();
        self
    }

    /// Lets the connection change the table. Passwords are hashed in this format: [`HashFormat::aspnet_identity_v3`] with
    /// 100,000 iterations is what .NET 7 and later write. New ids are UUIDs.
    pub fn writable(mut self, format: HashFormat) -> Self {
        self.format = Some(format);
        self
    }

    fn commands(&self, format: HashFormat) -> Commands {
        const NAME: &str = "coalesce(:username, :email)";
        const STAMP: [(&str, &str); 2] = [("SecurityStamp", "upper(:random)"), ("ConcurrencyStamp", ":new_id")];
        let table = self.table.as_str();
        let normal = format!("upper({NAME})");
        let mut new = vec![("Id", ":new_id"), ("UserName", NAME), ("NormalizedUserName", &normal)];
        new.extend([("Email", ":email"), ("NormalizedEmail", "upper(:email)"), ("EmailConfirmed", ":email_verified")]);
        new.extend([("PasswordHash", ":hash"), ("PhoneNumber", ":phone"), ("PhoneNumberConfirmed", ":phone_verified")]);
        new.extend([("TwoFactorEnabled", "FALSE"), ("LockoutEnabled", "TRUE"), ("AccessFailedCount", "0")]);
        new.extend(STAMP);
        // As Identity's own pages: whose name is their address gets the new one as their name. MySQL reads what stands to
        // the left as it is afterwards, so this comes before the address.
        let named = "CASE WHEN \"UserName\" = \"Email\" THEN :email ELSE \"UserName\" END";
        let normal_of_name = "CASE WHEN \"NormalizedUserName\" = \"NormalizedEmail\" THEN upper(:email) \
                              ELSE \"NormalizedUserName\" END";
        let mut email = vec![("UserName", named), ("NormalizedUserName", normal_of_name)];
        email.extend([("Email", ":email"), ("NormalizedEmail", "upper(:email)")]);
        email.push(("EmailConfirmed", ":email_verified"));
        email.extend(STAMP);
        let mut password = vec![("PasswordHash", ":hash")];
        password.extend(STAMP);
        Commands::new(format)
            .create([insert(table, &new)])
            .verify_email([update(table, "Id", &[("EmailConfirmed", "TRUE"), ("ConcurrencyStamp", ":new_id")])])
            .change_password([update(table, "Id", &password)])
            .change_email([update(table, "Id", &email)])
            .delete([delete(table, "Id")])
    }

    fn users(self, engine: Engine) -> Users {
        let commands = self.format.clone().map(|format| self.commands(format));
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
            commands,
        }
    }
}

engines!(AspNetIdentity: mysql, postgres, sqlite);

impl Default for AspNetIdentity {
    fn default() -> Self {
        Self::new()
    }
}
