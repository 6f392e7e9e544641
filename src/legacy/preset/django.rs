use std::{collections::BTreeMap, fmt, sync::Arc};

use super::users::{Engine, Users, engines, quoted};
use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, JsonType, Mapping},
    password::{Dialect, HashFormat},
};

mod changes;

/// The users of a Django site: the tables of `django.contrib.auth`, or of a model derived from them.
///
/// | there | here |
/// |---|---|
/// | `id` | the permanent id |
/// | `username`, `email` | identifiers; an empty `email` is none |
/// | `password` | all of Django's hashers that this build has schemes for; an unusable password matches nothing |
/// | `is_active` | `blocked`, turned round |
/// | `first_name`, `last_name` | `given_name`, `family_name`, and both as `name` |
/// | `is_staff`, `is_superuser`, groups | `app_metadata`: `{"is_staff": true, "is_superuser": false, "groups": ["editors"]}` |
/// | `date_joined`, `last_login` | `created_at`, `last_login`, as UTC |
///
/// Django's e-mail addresses are not unique: an address that two people share is
/// [`Ambiguous`](crate::legacy::LegacyError::Ambiguous), and both can still log in by their user names. User names are
/// unique there by exact spelling only, so two that differ in case share one here, and are ambiguous too.
///
/// If it is [`writable`](Self::writable): somebody without a user name gets their address as one; Django has nothing to be
/// told of a verified address. A deleted user's groups and permissions go with them. Whatever else of the site refers to
/// them, such as the log of its administration, refuses the deletion until the site has deleted it.
///
/// ```no_run
/// # #[cfg(feature = "sqlite")]
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use waystation::legacy::{Guard, preset::Django};
/// use waystation::password::Passwords;
///
/// let passwords = Arc::new(Passwords::builder().build()?);
/// let legacy = Guard::new(Django::new().sqlite("/srv/site/db.sqlite3", passwords).build());
/// # let _ = legacy;
/// # Ok(())
/// # }
/// ```
///
/// A site with its own user model says what differs:
///
/// ```
/// use waystation::legacy::preset::{Django, DjangoColumn};
///
/// let django = Django::new()
///     .user_table("accounts_member")
///     .column(DjangoColumn::Email, "email_address")
///     .without(DjangoColumn::IsStaff)
///     .groups_table("accounts_member_groups", "member_id")
///     .mapping(|mapping| mapping.phone("mobile").emails_verified(true));
/// # let _ = django;
/// ```
#[derive(Clone)]
pub struct Django {
    user_table: String,
    /// What the site calls its columns, where that is not Django's own name; `None` where it has no such column.
    columns: BTreeMap<DjangoColumn, Option<String>>,
    groups: Option<Membership>,
    kinds: Vec<IdentifierKind>,
    emails_verified: bool,
    extend: Option<Arc<dyn Fn(Mapping) -> Mapping + Send + Sync>>,
    format: Option<HashFormat>,
}

/// The table that says who is in which group, and its column for who.
#[derive(Clone, Debug)]
struct Membership {
    table: String,
    user_column: String,
}

/// A column of Django's user table.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum DjangoColumn {
    /// `date_joined`
    DateJoined,
    /// `email`
    Email,
    /// `first_name`
    FirstName,
    /// `id`
    Id,
    /// `is_active`
    IsActive,
    /// `is_staff`
    IsStaff,
    /// `is_superuser`
    IsSuperuser,
    /// `last_login`
    LastLogin,
    /// `last_name`
    LastName,
    /// `password`
    Password,
    /// `username`
    Username,
}

impl DjangoColumn {
    /// Django's own name of the column.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DateJoined => "date_joined",
            Self::Email => "email",
            Self::FirstName => "first_name",
            Self::Id => "id",
            Self::IsActive => "is_active",
            Self::IsStaff => "is_staff",
            Self::IsSuperuser => "is_superuser",
            Self::LastLogin => "last_login",
            Self::LastName => "last_name",
            Self::Password => "password",
            Self::Username => "username",
        }
    }
}

impl Django {
    /// Django's own user model, log-in by user name or e-mail address, no address verified.
    pub fn new() -> Self {
        Self {
            user_table: "auth_user".into(),
            columns: BTreeMap::new(),
            groups: Some(Membership { table: "auth_user_groups".into(), user_column: "user_id".into() }),
            kinds: vec![IdentifierKind::Email, IdentifierKind::Username],
            emails_verified: false,
            extend: None,
            format: None,
        }
    }

    /// Sets the table of a custom user model. Its groups are then expected where Django puts those of a model called
    /// `User`: in `<table>_groups`, under `user_id`.
    pub fn user_table(mut self, table: impl Into<String>) -> Self {
        self.user_table = table.into();
        if let Some(groups) = &mut self.groups {
            groups.table = format!("{}_groups", self.user_table);
        }
        self
    }

    /// Sets what the site calls a column.
    pub fn column(mut self, column: DjangoColumn, name: impl Into<String>) -> Self {
        self.columns.insert(column, Some(name.into()));
        self
    }

    /// Says that the site's user model has no such column. There is always an id.
    pub fn without(mut self, column: DjangoColumn) -> Self {
        if column != DjangoColumn::Id {
            self.columns.insert(column, None);
        }
        self
    }

    /// Sets the table that says who is in which group, and its column that refers to the user.
    pub fn groups_table(mut self, table: impl Into<String>, user_column: impl Into<String>) -> Self {
        self.groups = Some(Membership { table: table.into(), user_column: user_column.into() });
        self
    }

    /// Leaves groups out.
    pub fn without_groups(mut self) -> Self {
        self.groups = None;
        self
    }

    /// Sets by what people are found. Default: e-mail address and user name. Sites that log in by user name alone may
    /// leave addresses out, and with them the trouble of those that are shared.
    pub fn found_by(mut self, kinds: &[IdentifierKind]) -> Self {
        self.kinds = kinds.to_vec();
        self
    }

    /// Whether addresses count as verified. Django keeps no such flag. Default: they do not.
    pub const fn emails_verified(mut self, verified: bool) -> Self {
        self.emails_verified = verified;
        self
    }

    /// Changes the mapping that comes out of all this. Every column of the user table can be mapped.
    pub fn mapping(mut self, extend: impl Fn(Mapping) -> Mapping + Send + Sync + 'static) -> Self {
        self.extend = Some(Arc::new(extend));
        self
    }

    /// Lets the connection change the tables. Passwords are hashed in this format, which has to be of one of the site's
    /// `PASSWORD_HASHERS`: [`HashFormat::django_pbkdf2_sha256`] by default.
    pub fn writable(mut self, format: HashFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// What the site calls a column, if it has it.
    fn name_of(&self, column: DjangoColumn) -> Option<&str> {
        self.columns.get(&column).map_or(Some(column.as_str()), Option::as_deref)
    }

    fn users(self, engine: Engine) -> Users {
        let id = self.name_of(DjangoColumn::Id).unwrap_or("id").to_owned();
        let mut computed = Vec::new();
        computed.extend(self.full_name().map(|sql| (sql, FULL_NAME)));
        computed.extend(self.group_names(engine, &format!("u.{}", quoted(&id))).map(|sql| (sql, GROUPS)));
        let by = [(IdentifierKind::Email, DjangoColumn::Email), (IdentifierKind::Username, DjangoColumn::Username)];
        let found_by = by
            .into_iter()
            .filter(|(kind, _)| self.kinds.contains(kind))
            .filter_map(|(kind, column)| Some((kind, self.name_of(column)?.to_owned())))
            .collect();
        Users {
            source: "django",
            table: self.user_table.clone(),
            id,
            found_by,
            computed,
            in_bytes: false,
            only: None,
            commands: self.format.clone().map(|format| self.commands(format)),
            mapping: self.into_mapping(),
        }
    }

    /// As Django's `get_full_name`.
    fn full_name(&self) -> Option<String> {
        let (first, last) = (self.name_of(DjangoColumn::FirstName)?, self.name_of(DjangoColumn::LastName)?);
        Some(format!("trim(u.{} || ' ' || u.{})", quoted(first), quoted(last)))
    }

    /// The names as a JSON array, in alphabetical order where the engine can.
    fn group_names(&self, engine: Engine, id: &str) -> Option<String> {
        let Membership { table, user_column } = self.groups.as_ref()?;
        let (table, user_column) = (quoted(table), quoted(user_column));
        let members =
            format!("FROM {table} AS m JOIN auth_group AS g ON g.id = m.group_id WHERE m.{user_column} = {id}");
        Some(match engine {
            Engine::MySql => format!("coalesce((SELECT json_arrayagg(g.name) {members}), '[]')"),
            Engine::Postgres => format!("coalesce((SELECT json_agg(g.name ORDER BY g.name) {members}), '[]')"),
            Engine::Sqlite => {
                format!("(SELECT json_group_array(name) FROM (SELECT g.name AS name {members} ORDER BY g.name))")
            }
        })
    }

    fn into_mapping(self) -> Mapping {
        use DjangoColumn as Column;
        type Set = fn(Mapping, &str) -> Mapping;

        let fields: [(Column, Set); 10] = [
            (Column::Email, |mapping, column| mapping.email(column)),
            (Column::Username, |mapping, column| mapping.username(column)),
            (Column::FirstName, |mapping, column| mapping.given_name(column)),
            (Column::LastName, |mapping, column| mapping.family_name(column)),
            (Column::Password, |mapping, column| mapping.password(column)),
            (Column::IsActive, |mapping, column| mapping.active(column)),
            (Column::IsStaff, |mapping, column| mapping.app_metadata("is_staff", column, JsonType::Boolean)),
            (Column::IsSuperuser, |mapping, column| mapping.app_metadata("is_superuser", column, JsonType::Boolean)),
            (Column::DateJoined, |mapping, column| mapping.created_at(column, DateFormat::Text)),
            (Column::LastLogin, |mapping, column| mapping.last_login(column, DateFormat::Text)),
        ];
        let id = self.name_of(Column::Id).unwrap_or("id");
        let mut mapping =
            Mapping::new(&self.user_table, id).emails_verified(self.emails_verified).password_dialect(Dialect::DJANGO);
        for (column, set) in fields {
            if let Some(name) = self.name_of(column) {
                mapping = set(mapping, name);
            }
        }
        if self.full_name().is_some() {
            mapping = mapping.name(FULL_NAME);
        }
        if self.groups.is_some() {
            mapping = mapping.app_metadata("groups", GROUPS, JsonType::Json);
        }
        match &self.extend {
            Some(extend) => extend(mapping),
            None => mapping,
        }
    }
}

const FULL_NAME: &str = "full_name";
const GROUPS: &str = "group_names";

engines!(Django: mysql, postgres, sqlite);

impl Default for Django {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Django {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Django")
            .field("user_table", &self.user_table)
            .field("columns", &self.columns)
            .field("groups", &self.groups)
            .field("kinds", &self.kinds)
            .finish_non_exhaustive()
    }
}
