use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc};

use crate::{
    identifier::IdentifierKind,
    legacy::{DateFormat, JsonType, Mapping, Queries, Sql, SqlConnection, SqlConnectionBuilder},
    password::{Dialect, Passwords},
};

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
/// ```no_run
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

    /// The connection over the site's SQLite database; its source is called `django` unless that is changed.
    pub fn sqlite(self, path: impl Into<PathBuf>, passwords: Arc<Passwords>) -> SqlConnectionBuilder {
        let queries = self.queries();
        SqlConnection::sqlite(path, queries, self.into_mapping(), passwords).source("django")
    }

    /// What the site calls a column, if it has it.
    fn name_of(&self, column: DjangoColumn) -> Option<&str> {
        self.columns.get(&column).map_or(Some(column.as_str()), Option::as_deref)
    }

    fn queries(&self) -> Queries {
        let users = quoted(&self.user_table);
        let id = format!("u.{}", quoted(self.name_of(DjangoColumn::Id).unwrap_or("id")));
        // Before `u.*`, so that a column of the site's own with the same name does not hide them.
        let select = format!("SELECT {} {} u.* FROM {users} AS u", self.full_name_column(), self.groups_column(&id));
        let statement = |rest: &str| Sql::assert_safe(format!("{select} {rest}"));

        let mut queries = Queries::new().by_id(statement(&format!("WHERE {id} = ?1"))).directory(
            statement(&format!("ORDER BY {id} LIMIT ?2")),
            statement(&format!("WHERE {id} > ?1 ORDER BY {id} LIMIT ?2")),
            Sql::assert_safe(format!("SELECT count(*) FROM {users}")),
        );
        let by = |column| {
            let name = self.name_of(column)?;
            let collation = column.as_str();
            Some(statement(&format!("WHERE u.{} = ?1 COLLATE waystation_{collation}", quoted(name))))
        };
        if let Some(sql) = by(DjangoColumn::Email).filter(|_| self.kinds.contains(&IdentifierKind::Email)) {
            queries = queries.by_email(sql);
        }
        if let Some(sql) = by(DjangoColumn::Username).filter(|_| self.kinds.contains(&IdentifierKind::Username)) {
            queries = queries.by_username(sql);
        }
        queries
    }

    /// As Django's `get_full_name`.
    fn full_name_column(&self) -> String {
        match (self.name_of(DjangoColumn::FirstName), self.name_of(DjangoColumn::LastName)) {
            (Some(first), Some(last)) => {
                format!("trim(u.{} || ' ' || u.{}) AS {FULL_NAME},", quoted(first), quoted(last))
            }
            _ => String::new(),
        }
    }

    fn groups_column(&self, id: &str) -> String {
        let Some(Membership { table, user_column }) = &self.groups else { return String::new() };
        let (table, user_column) = (quoted(table), quoted(user_column));
        format!(
            "(SELECT json_group_array(name) FROM (SELECT g.name AS name FROM {table} AS m \
             JOIN auth_group AS g ON g.id = m.group_id WHERE m.{user_column} = {id} ORDER BY g.name)) AS {GROUPS},"
        )
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
        if !self.full_name_column().is_empty() {
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

/// A name as SQL writes it, whatever is in it. Always used with a table before it: alone, SQLite would read the name
/// of a column that does not exist as a text.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
