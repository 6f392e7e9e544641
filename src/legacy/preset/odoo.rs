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
#[derive(Clone, Debug)]
pub struct Odoo {
    portal: bool,
}

impl Odoo {
    /// Everybody, those included who only use the portal.
    pub const fn new() -> Self {
        Self { portal: true }
    }

    /// Leaves those out who only use the portal: customers and suppliers, whom Odoo calls `share`.
    pub const fn without_portal_users(mut self) -> Self {
        self.portal = false;
        self
    }

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
            only: (!self.portal).then(|| "u.share IS NOT TRUE".into()),
            mapping,
            commands: None,
        }
    }
}

engines!(Odoo: postgres);

impl Default for Odoo {
    fn default() -> Self {
        Self::new()
    }
}
