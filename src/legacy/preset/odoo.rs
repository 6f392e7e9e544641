use super::users::{Engine, Users, engines};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, Mapping},
};

/// The users of an Odoo database, from version 12 on.
///
/// | there | here |
/// |---|---|
/// | `res_users.id` | the permanent id |
/// | `login` | identifier: the e-mail address if it is one, else the user name |
/// | `password` | PBKDF2 |
/// | `active` | `blocked`, turned round |
/// | `res_partner.name` | `name` |
/// | `create_date` | `created_at` |
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Odoo;

impl Odoo {
    /// Odoo's own tables.
    pub const fn new() -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "the other presets have settings")]
    fn users(self, _: Engine) -> Users {
        let login = |is: &str| format!("CASE WHEN u.login {is} '%@%' THEN u.login END");
        let mapping = Mapping::new("res_users", "id")
            .username("login_name")
            .email("login_email")
            .drop_malformed_identifiers()
            .password("password")
            .active("active")
            .name("partner_name")
            .created_at("create_date", DateFormat::Text);
        Users {
            source: "odoo",
            table: "res_users".into(),
            id: "id".into(),
            found_by: vec![(IdentifierKind::Email, "login".into()), (IdentifierKind::Username, "login".into())],
            computed: vec![
                (login("NOT LIKE"), "login_name"),
                (login("LIKE"), "login_email"),
                ("(SELECT p.name FROM res_partner AS p WHERE p.id = u.partner_id)".into(), "partner_name"),
            ],
            in_bytes: false,
            only: None,
            mapping,
        }
    }
}

engines!(Odoo: postgres);
