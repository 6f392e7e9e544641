use crate::store::{Filter, MetadataOf, MetadataPath, Pattern, TextField, TimeField, TimeRange, ValueTest};

/// What a query can ask for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Field {
    Credential,
    Flag(Flag),
    LoginCount,
    Metadata(MetadataPath),
    MovedBy,
    Text(TextField),
    Time(TimeField),
}

/// What is true or false of a user.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flag {
    Blocked,
    EmailVerified,
    PhoneVerified,
}

/// Why a name is not that of a field.
pub(super) enum NoField {
    NotKept,
    PathExpected,
    Unknown,
}

/// Where a term without a field is looked for.
pub(super) const DEFAULT: [TextField; 8] = [
    TextField::Email,
    TextField::Name,
    TextField::GivenName,
    TextField::FamilyName,
    TextField::Nickname,
    TextField::Username,
    TextField::Phone,
    TextField::UserId,
];

/// Fields of the reference product's that are not kept here.
const NOT_KEPT: [&str; 6] = [
    "last_ip",
    "multifactor_last_modified",
    "organization_id",
    "identities.isSocial",
    "identities.profileData",
    "locale",
];

impl Field {
    /// The field whose name is these words with points between them.
    pub(super) fn named(words: &[String]) -> Result<Self, NoField> {
        let of = [MetadataOf::App, MetadataOf::User]
            .into_iter()
            .find(|of| words.first().is_some_and(|first| first == of.as_str()));
        if let (Some(of), Some(keys)) = (of, words.get(1..)) {
            return Ok(Self::Metadata(MetadataPath::new(of, keys)));
        }
        let name = words.join(".");
        let flag = |flag: Flag| (flag.name() == name).then_some(Self::Flag(flag));
        let flags = [Flag::Blocked, Flag::EmailVerified, Flag::PhoneVerified].into_iter().find_map(flag);
        let text = TextField::ALL.into_iter().find(|field| text_name(*field) == name).map(Self::Text);
        let time = TimeField::ALL.into_iter().find(|field| time_name(*field) == name).map(Self::Time);
        if let Some(field) = flags.or(text).or(time) {
            return Ok(field);
        }
        match name.as_str() {
            "credential" => Ok(Self::Credential),
            "identities.provider" => Ok(Self::Text(TextField::IdentityProvider)),
            "logins_count" => Ok(Self::LoginCount),
            "moved_by" => Ok(Self::MovedBy),
            name if NOT_KEPT.contains(&name) => Err(NoField::NotKept),
            "identities" => Err(NoField::PathExpected),
            _ => Err(NoField::Unknown),
        }
    }

    /// Those of whom there is such a thing.
    pub(super) fn exists(&self) -> Filter {
        match self {
            Self::Credential | Self::Flag(_) | Self::Text(TextField::UserId) => Filter::All,
            // The reference product has no count before the first log-in.
            Self::LoginCount => Filter::LoginCount(1..=u64::MAX),
            Self::Metadata(path) => Filter::Metadata(path.clone(), ValueTest::Exists),
            Self::MovedBy => Filter::moved(),
            Self::Text(field) => Filter::Text(*field, Pattern::prefix("")),
            Self::Time(field) if field.is_always_there() => Filter::All,
            Self::Time(field) => Filter::Time(*field, TimeRange::ALL),
        }
    }
}

impl Flag {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::EmailVerified => "email_verified",
            Self::PhoneVerified => "phone_verified",
        }
    }

    pub(super) const fn filter(self, is_set: bool) -> Filter {
        match self {
            Self::Blocked => Filter::Blocked(is_set),
            Self::EmailVerified => Filter::EmailVerified(is_set),
            Self::PhoneVerified => Filter::PhoneVerified(is_set),
        }
    }
}

pub(super) const fn text_name(field: TextField) -> &'static str {
    match field {
        TextField::Email => "email",
        TextField::EmailDomain => "email.domain",
        TextField::Factor => "multifactor",
        TextField::FamilyName => "family_name",
        TextField::GivenName => "given_name",
        TextField::IdentityProvider => "identities.connection",
        TextField::IdentitySubject => "identities.user_id",
        TextField::LegacyId => "legacy_id",
        TextField::Name => "name",
        TextField::Nickname => "nickname",
        TextField::Phone => "phone_number",
        TextField::Picture => "picture",
        TextField::Source => "source",
        TextField::UserId => "user_id",
        TextField::Username => "username",
    }
}

pub(super) const fn time_name(field: TimeField) -> &'static str {
    match field {
        TimeField::CreatedAt => "created_at",
        TimeField::LastLogin => "last_login",
        TimeField::MovedAt => "moved_at",
        TimeField::PasswordSetAt => "last_password_reset",
        TimeField::UpdatedAt => "updated_at",
    }
}
