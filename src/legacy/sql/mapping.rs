mod hash;

use hash::{HashColumns, Scheme};

use super::row::{JsonType, Reader};
use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierError, IdentifierKind, IdentifierRules},
    legacy::{DateFormat, LegacyError, LegacyUser},
    password::{Dialect, PasswordHash},
    user::{LegacyKey, Metadata, Profile, SourceName},
};

type Column = String;

/// Which column of a legacy row is what of a person.
///
/// Empty text is the same as NULL. A column that cannot be read as what it is mapped to makes the row
/// [`LegacyError::Malformed`], naming table and column.
///
/// ```
/// use waystation::legacy::{DateFormat, JsonType, Mapping};
///
/// let mapping = Mapping::new("members", "member_no")
///     .email("mail")
///     .email_verified("mail_ok")
///     .name("full_name")
///     .password("pw_hash")
///     .blocked("is_banned")
///     .created_at("joined", DateFormat::UnixSeconds)
///     .app_metadata("plan", "plan_code", JsonType::Text);
/// # let _ = mapping;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Mapping {
    table: String,
    id: Column,
    email: Option<Column>,
    phone: Option<Column>,
    username: Option<Column>,
    drops_malformed_identifiers: bool,
    email_verified: Verified,
    phone_verified: Verified,
    name: Option<Column>,
    given_name: Option<Column>,
    family_name: Option<Column>,
    nickname: Option<Column>,
    picture: Option<Column>,
    blocked: Option<Column>,
    active: Option<Column>,
    must_change: Option<Column>,
    created_at: Option<Dated>,
    last_login: Option<Dated>,
    password_set_at: Option<Dated>,
    login_count: Option<Column>,
    hash: HashColumns,
    app_metadata: Vec<Entry>,
    user_metadata: Vec<Entry>,
}

type Dated = (Column, DateFormat);

/// Whether an identifier was shown to be the person's.
#[derive(Clone, Debug)]
enum Verified {
    Always(bool),
    By(Column),
}

/// A column that goes into metadata.
#[derive(Clone, Debug)]
struct Entry {
    key: String,
    column: Column,
    kind: JsonType,
}

impl Mapping {
    /// Rows of `table`, which is only the name that errors show, with their permanent id in the column `id`.
    pub fn new(table: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            table: table.into(),
            id: id.into(),
            email: None,
            phone: None,
            username: None,
            drops_malformed_identifiers: false,
            email_verified: Verified::Always(false),
            phone_verified: Verified::Always(false),
            name: None,
            given_name: None,
            family_name: None,
            nickname: None,
            picture: None,
            blocked: None,
            active: None,
            must_change: None,
            created_at: None,
            last_login: None,
            password_set_at: None,
            login_count: None,
            hash: HashColumns::default(),
            app_metadata: Vec::new(),
            user_metadata: Vec::new(),
        }
    }

    /// The column of the e-mail address.
    pub fn email(mut self, column: impl Into<String>) -> Self {
        self.email = Some(column.into());
        self
    }

    /// The column of the user name.
    pub fn username(mut self, column: impl Into<String>) -> Self {
        self.username = Some(column.into());
        self
    }

    /// The column of the phone number.
    pub fn phone(mut self, column: impl Into<String>) -> Self {
        self.phone = Some(column.into());
        self
    }

    /// Leaves an identifier out that the rules find malformed, too long or too short, instead of refusing the row:
    /// for tables where people without an address have `n/a`. Kinds that the rules do not take are always left out.
    pub const fn drop_malformed_identifiers(mut self) -> Self {
        self.drops_malformed_identifiers = true;
        self
    }

    /// The column that says whether the e-mail address was verified.
    pub fn email_verified(mut self, column: impl Into<String>) -> Self {
        self.email_verified = Verified::By(column.into());
        self
    }

    /// Whether all e-mail addresses count as verified. Default: none does.
    pub fn emails_verified(mut self, verified: bool) -> Self {
        self.email_verified = Verified::Always(verified);
        self
    }

    /// The column that says whether the phone number was verified.
    pub fn phone_verified(mut self, column: impl Into<String>) -> Self {
        self.phone_verified = Verified::By(column.into());
        self
    }

    /// Whether all phone numbers count as verified. Default: none does.
    pub fn phones_verified(mut self, verified: bool) -> Self {
        self.phone_verified = Verified::Always(verified);
        self
    }

    /// The column of the full name.
    pub fn name(mut self, column: impl Into<String>) -> Self {
        self.name = Some(column.into());
        self
    }

    /// The column of the given name.
    pub fn given_name(mut self, column: impl Into<String>) -> Self {
        self.given_name = Some(column.into());
        self
    }

    /// The column of the family name.
    pub fn family_name(mut self, column: impl Into<String>) -> Self {
        self.family_name = Some(column.into());
        self
    }

    /// The column of the nickname.
    pub fn nickname(mut self, column: impl Into<String>) -> Self {
        self.nickname = Some(column.into());
        self
    }

    /// The column of the picture's address.
    pub fn picture(mut self, column: impl Into<String>) -> Self {
        self.picture = Some(column.into());
        self
    }

    /// The flag of accounts that may not log in.
    pub fn blocked(mut self, column: impl Into<String>) -> Self {
        self.blocked = Some(column.into());
        self
    }

    /// The flag of accounts that may log in; the others are blocked.
    pub fn active(mut self, column: impl Into<String>) -> Self {
        self.active = Some(column.into());
        self
    }

    /// The flag of accounts that must change their password after the next log-in.
    pub fn must_change_password(mut self, column: impl Into<String>) -> Self {
        self.must_change = Some(column.into());
        self
    }

    /// The date on which the account was made.
    pub fn created_at(mut self, column: impl Into<String>, format: DateFormat) -> Self {
        self.created_at = Some((column.into(), format));
        self
    }

    /// The date of the last log-in.
    pub fn last_login(mut self, column: impl Into<String>, format: DateFormat) -> Self {
        self.last_login = Some((column.into(), format));
        self
    }

    /// The date on which the password was last chosen.
    pub fn password_set_at(mut self, column: impl Into<String>, format: DateFormat) -> Self {
        self.password_set_at = Some((column.into(), format));
        self
    }

    /// The number of log-ins.
    pub fn login_count(mut self, column: impl Into<String>) -> Self {
        self.login_count = Some(column.into());
        self
    }

    /// The column of the password hash. Without it, no password is right.
    pub fn password(mut self, column: impl Into<String>) -> Self {
        self.hash.hash = Some(column.into());
        self
    }

    /// The name of the scheme of every hash in the table, where the hashes do not say it themselves.
    pub fn password_scheme(mut self, scheme: impl Into<String>) -> Self {
        self.hash.scheme = Scheme::Same(scheme.into());
        self
    }

    /// Whose spelling the hashes have, where several systems share one: see [`Dialect`].
    pub fn password_dialect(mut self, dialect: Dialect) -> Self {
        self.hash.scheme = Scheme::Dialect(dialect);
        self
    }

    /// The column of the salt, as text or as bytes, where it does not stand in the hash.
    pub fn password_salt(mut self, column: impl Into<String>) -> Self {
        self.hash.salt = Some(column.into());
        self
    }

    /// The column of the name that goes into the hash, for the systems that hash it with the password.
    pub fn password_username(mut self, column: impl Into<String>) -> Self {
        self.hash.username = Some(column.into());
        self
    }

    /// The column of the number of iterations, where it does not stand in the hash.
    pub fn password_iterations(mut self, column: impl Into<String>) -> Self {
        self.hash.iterations = Some(column.into());
        self
    }

    /// A column that goes into `app_metadata` under `key`. NULL leaves the key out.
    pub fn app_metadata(mut self, key: impl Into<String>, column: impl Into<String>, kind: JsonType) -> Self {
        self.app_metadata.push(Entry { key: key.into(), column: column.into(), kind });
        self
    }

    /// A column that goes into `user_metadata` under `key`. NULL leaves the key out.
    pub fn user_metadata(mut self, key: impl Into<String>, column: impl Into<String>, kind: JsonType) -> Self {
        self.user_metadata.push(Entry { key: key.into(), column: column.into(), kind });
        self
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// Where the ids are, as errors show it.
    pub(super) fn place_of_id(&self) -> String {
        format!("{}.{}", self.table, self.id)
    }

    /// Where the identifiers of this kind are, as errors show it.
    pub(super) fn place_of(&self, kind: IdentifierKind) -> String {
        format!("{}.{}", self.table, self.column_of(kind).unwrap_or("?"))
    }

    /// Where the hashes are, as errors show it.
    pub(super) fn place_of_password(&self) -> String {
        format!("{}.{}", self.table, self.hash.hash.as_deref().unwrap_or("?"))
    }

    const fn column_of(&self, kind: IdentifierKind) -> Option<&str> {
        let column = match kind {
            IdentifierKind::Email => &self.email,
            IdentifierKind::Phone => &self.phone,
            IdentifierKind::Username => &self.username,
        };
        match column {
            Some(column) => Some(column.as_str()),
            None => None,
        }
    }
}

/// Reading rows.
impl Mapping {
    pub(super) fn key(&self, row: Reader<'_>, source: &SourceName) -> Result<LegacyKey, LegacyError> {
        Ok(LegacyKey::new(source.clone(), row.required_name(&self.id)?))
    }

    /// Whether a row that a query returned for an identifier really has it.
    pub(super) fn has(
        &self,
        row: Reader<'_>,
        wanted: &Identifier,
        rules: &dyn IdentifierRules,
    ) -> Result<bool, LegacyError> {
        let Some(column) = self.column_of(wanted.kind()) else {
            return Err(LegacyError::misconfigured(format!("no column of {} holds a {}", self.table, wanted.kind())));
        };
        let text = row.name(column)?;
        Ok(text.is_some_and(|text| rules.parse_as(wanted.kind(), &text).as_ref() == Ok(wanted)))
    }

    pub(super) fn password_hash(&self, row: Reader<'_>) -> Result<PasswordHash, LegacyError> {
        self.hash.read(row)
    }

    pub(super) fn must_change(&self, row: Reader<'_>) -> Result<bool, LegacyError> {
        self.must_change.as_ref().map_or(Ok(false), |column| row.flag(column))
    }

    pub(super) fn user(
        &self,
        row: Reader<'_>,
        source: &SourceName,
        rules: &dyn IdentifierRules,
    ) -> Result<LegacyUser, LegacyError> {
        let mut user = LegacyUser::new(self.key(row, source)?, self.profile(row, rules)?);
        user.password_hash = match self.hash.hash {
            Some(_) => Some(self.password_hash(row)?),
            None => None,
        };
        user.created_at = date(row, self.created_at.as_ref())?;
        user.last_login = date(row, self.last_login.as_ref())?;
        user.password_set_at = date(row, self.password_set_at.as_ref())?;
        if let Some(column) = &self.login_count {
            user.login_count = row.count(column)?.unwrap_or(0);
        }
        Ok(user)
    }

    fn profile(&self, row: Reader<'_>, rules: &dyn IdentifierRules) -> Result<Profile, LegacyError> {
        let mut profile = Profile::default();
        for kind in IdentifierKind::ALL {
            if let Some(identifier) = self.identifier(row, kind, rules)? {
                profile.set_identifier(identifier);
            }
        }
        profile.email_verified = profile.email.is_some() && self.email_verified.read(row)?;
        profile.phone_verified = profile.phone.is_some() && self.phone_verified.read(row)?;
        profile.name = text(row, self.name.as_ref())?;
        profile.given_name = text(row, self.given_name.as_ref())?;
        profile.family_name = text(row, self.family_name.as_ref())?;
        profile.nickname = text(row, self.nickname.as_ref())?;
        profile.picture = text(row, self.picture.as_ref())?;
        profile.blocked = self.is_blocked(row)?;
        profile.app_metadata = metadata(row, &self.app_metadata)?;
        profile.user_metadata = metadata(row, &self.user_metadata)?;
        Ok(profile)
    }

    fn identifier(
        &self,
        row: Reader<'_>,
        kind: IdentifierKind,
        rules: &dyn IdentifierRules,
    ) -> Result<Option<Identifier>, LegacyError> {
        let Some(column) = self.column_of(kind) else { return Ok(None) };
        let Some(text) = row.name(column)? else { return Ok(None) };
        match rules.parse_as(kind, &text) {
            Ok(identifier) => Ok(Some(identifier)),
            Err(IdentifierError::KindNotAccepted { .. }) => Ok(None),
            Err(_) if self.drops_malformed_identifiers => Ok(None),
            Err(error) => Err(LegacyError::malformed_because("not a usable identifier", row.place(column), error)),
        }
    }

    fn is_blocked(&self, row: Reader<'_>) -> Result<bool, LegacyError> {
        let blocked = self.blocked.as_ref().map_or(Ok(false), |column| row.flag(column))?;
        let active = self.active.as_ref().map_or(Ok(true), |column| row.flag(column))?;
        Ok(blocked || !active)
    }
}

impl Verified {
    fn read(&self, row: Reader<'_>) -> Result<bool, LegacyError> {
        match self {
            Self::Always(verified) => Ok(*verified),
            Self::By(column) => row.flag(column),
        }
    }
}

fn text(row: Reader<'_>, column: Option<&Column>) -> Result<Option<String>, LegacyError> {
    column.map_or(Ok(None), |column| Ok(row.text(column)?.map(str::to_owned)))
}

fn date(row: Reader<'_>, dated: Option<&Dated>) -> Result<Option<Timestamp>, LegacyError> {
    dated.map_or(Ok(None), |(column, format)| row.date(column, *format))
}

fn metadata(row: Reader<'_>, entries: &[Entry]) -> Result<Metadata, LegacyError> {
    let mut metadata = Metadata::new();
    for Entry { key, column, kind } in entries {
        if let Some(value) = row.json(column, *kind)? {
            metadata.insert(key.clone(), value);
        }
    }
    Ok(metadata)
}
