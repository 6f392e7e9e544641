mod reading;

use super::{
    LdapAccounts, LdapDate, LdapGroups,
    filter::check_attribute,
    id::{Id, IdForm},
};
use crate::{identifier::IdentifierKind, legacy::LegacyError};

type Attribute = String;

/// Which attribute of an entry is what of a person.
///
/// An attribute that is not there, or that the service account may not read, is the same as nothing known. One that
/// cannot be read as what it is mapped to makes the entry [`LegacyError::Malformed`], naming the attribute. Of an
/// identifier or a name with many values it is the first; of an identifier that somebody was looked up by, the one that
/// was asked for.
///
/// ```
/// use waystation::legacy::{LdapDate, LdapGroups, LdapMapping, LdapValue};
///
/// let mapping = LdapMapping::inet_org_person()
///     .groups(LdapGroups::listed_in("memberOf"))
///     .blocked("nsAccountLock")
///     .password_set_at("pwdChangedTime", LdapDate::GeneralizedTime)
///     .app_metadata("department", "ou", LdapValue::Text);
/// # let _ = mapping;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LdapMapping {
    id: Id,
    email: Option<Attribute>,
    phone: Option<Attribute>,
    username: Option<Attribute>,
    drops_malformed_identifiers: bool,
    email_verified: Verified,
    name: Option<Attribute>,
    given_name: Option<Attribute>,
    family_name: Option<Attribute>,
    nickname: Option<Attribute>,
    accounts: LdapAccounts,
    blocked: Option<Attribute>,
    must_change: Option<Attribute>,
    created_at: Option<Dated>,
    last_login: Option<Dated>,
    password_set_at: Option<Dated>,
    password: Option<Attribute>,
    groups: Option<LdapGroups>,
    app_metadata: Vec<Entered>,
    user_metadata: Vec<Entered>,
}

type Dated = (Attribute, LdapDate);

/// Whether an address was shown to be the person's.
#[derive(Clone, Debug)]
pub(super) enum Verified {
    Always(bool),
    By(Attribute),
}

/// An attribute that goes into metadata.
#[derive(Clone, Debug)]
struct Entered {
    key: String,
    attribute: Attribute,
    kind: LdapValue,
}

/// What an attribute that goes into metadata holds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum LdapValue {
    /// `TRUE` or `FALSE`, or another word for them.
    Boolean,
    /// A list of texts: all values.
    List,
    /// A whole number.
    Number,
    /// Text: the first value.
    Text,
}

impl LdapMapping {
    /// Entries whose permanent id is the one value of `id`. The entry's name is none: it changes when somebody marries
    /// or moves.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: Id { attribute: id.into(), form: IdForm::Text },
            email: None,
            phone: None,
            username: None,
            drops_malformed_identifiers: false,
            email_verified: Verified::Always(false),
            name: None,
            given_name: None,
            family_name: None,
            nickname: None,
            accounts: LdapAccounts::Plain,
            blocked: None,
            must_change: None,
            created_at: None,
            last_login: None,
            password_set_at: None,
            password: None,
            groups: None,
            app_metadata: Vec::new(),
            user_metadata: Vec::new(),
        }
    }

    /// `inetOrgPerson` (RFC 2798) as OpenLDAP and its kin have it: id `entryUUID`, `mail`, `uid`, `cn`, `givenName`,
    /// `sn`, `createTimestamp`, and the attributes of its overlay `ppolicy`.
    pub fn inet_org_person() -> Self {
        Self::new("")
            .uuid("entryUUID")
            .email("mail")
            .username("uid")
            .name("cn")
            .given_name("givenName")
            .family_name("sn")
            .accounts(LdapAccounts::PasswordPolicy)
            .created_at("createTimestamp", LdapDate::GeneralizedTime)
            .last_login("pwdLastSuccess", LdapDate::GeneralizedTime)
            .password_set_at("pwdChangedTime", LdapDate::GeneralizedTime)
    }

    /// The users of Active Directory: id `objectGUID`, `mail`, `sAMAccountName`, `displayName`, `givenName`, `sn`,
    /// `memberOf`, `whenCreated`, `lastLogonTimestamp`, `pwdLastSet`, and the account flags.
    ///
    /// Where people log in with their `userPrincipalName`, map that one as [`email`](Self::email).
    pub fn active_directory() -> Self {
        let mut mapping = Self::new("")
            .email("mail")
            .username("sAMAccountName")
            .name("displayName")
            .given_name("givenName")
            .family_name("sn")
            .groups(LdapGroups::listed_in("memberOf"))
            .accounts(LdapAccounts::ActiveDirectory)
            .created_at("whenCreated", LdapDate::GeneralizedTime)
            .last_login("lastLogonTimestamp", LdapDate::FileTime)
            .password_set_at("pwdLastSet", LdapDate::FileTime);
        mapping.id = Id { attribute: "objectGUID".into(), form: IdForm::Guid };
        mapping
    }

    /// The attribute of the permanent id, where that is a UUID in text, such as `entryUUID` or `nsUniqueId`'s kin.
    pub fn uuid(mut self, attribute: impl Into<String>) -> Self {
        self.id = Id { attribute: attribute.into(), form: IdForm::Uuid };
        self
    }

    /// The attribute of the e-mail address.
    pub fn email(mut self, attribute: impl Into<String>) -> Self {
        self.email = Some(attribute.into());
        self
    }

    /// The attribute of the user name.
    pub fn username(mut self, attribute: impl Into<String>) -> Self {
        self.username = Some(attribute.into());
        self
    }

    /// The attribute of the phone number, where people log in with it.
    pub fn phone(mut self, attribute: impl Into<String>) -> Self {
        self.phone = Some(attribute.into());
        self
    }

    /// Leaves an identifier out that the rules find malformed, too long or too short, instead of refusing the entry.
    /// Kinds that the rules do not take are always left out.
    pub const fn drop_malformed_identifiers(mut self) -> Self {
        self.drops_malformed_identifiers = true;
        self
    }

    /// The flag of people whose e-mail address was verified.
    pub fn email_verified(mut self, attribute: impl Into<String>) -> Self {
        self.email_verified = Verified::By(attribute.into());
        self
    }

    /// Whether all e-mail addresses count as verified. Default: none does.
    pub fn emails_verified(mut self, verified: bool) -> Self {
        self.email_verified = Verified::Always(verified);
        self
    }

    /// The attribute of the full name.
    pub fn name(mut self, attribute: impl Into<String>) -> Self {
        self.name = Some(attribute.into());
        self
    }

    /// The attribute of the given name.
    pub fn given_name(mut self, attribute: impl Into<String>) -> Self {
        self.given_name = Some(attribute.into());
        self
    }

    /// The attribute of the family name.
    pub fn family_name(mut self, attribute: impl Into<String>) -> Self {
        self.family_name = Some(attribute.into());
        self
    }

    /// The attribute of the nickname.
    pub fn nickname(mut self, attribute: impl Into<String>) -> Self {
        self.nickname = Some(attribute.into());
        self
    }

    /// Which operational attributes say that an account is barred.
    pub const fn accounts(mut self, accounts: LdapAccounts) -> Self {
        self.accounts = accounts;
        self
    }

    /// One flag more of accounts that may not log in, such as `nsAccountLock`. Where it is missing, they may.
    pub fn blocked(mut self, attribute: impl Into<String>) -> Self {
        self.blocked = Some(attribute.into());
        self
    }

    /// One flag more of accounts that must change their password after the next log-in.
    pub fn must_change_password(mut self, attribute: impl Into<String>) -> Self {
        self.must_change = Some(attribute.into());
        self
    }

    /// The date on which the account was made.
    pub fn created_at(mut self, attribute: impl Into<String>, format: LdapDate) -> Self {
        self.created_at = Some((attribute.into(), format));
        self
    }

    /// The date of the last log-in.
    pub fn last_login(mut self, attribute: impl Into<String>, format: LdapDate) -> Self {
        self.last_login = Some((attribute.into(), format));
        self
    }

    /// The date on which the password was last chosen.
    pub fn password_set_at(mut self, attribute: impl Into<String>, format: LdapDate) -> Self {
        self.password_set_at = Some((attribute.into(), format));
        self
    }

    /// The attribute of the password hashes, `userPassword`, where the service account may read it: for bulk import,
    /// and for [`verify_hashes`](super::LdapConnectionBuilder::verify_hashes). A log-in by bind does not need it.
    pub fn password(mut self, attribute: impl Into<String>) -> Self {
        self.password = Some(attribute.into());
        self
    }

    /// Where a person's groups are.
    pub fn groups(mut self, groups: LdapGroups) -> Self {
        self.groups = Some(groups);
        self
    }

    /// An attribute that goes into `app_metadata` under `key`. A missing one leaves the key out.
    pub fn app_metadata(mut self, key: impl Into<String>, attribute: impl Into<String>, kind: LdapValue) -> Self {
        self.app_metadata.push(Entered { key: key.into(), attribute: attribute.into(), kind });
        self
    }

    /// An attribute that goes into `user_metadata` under `key`. A missing one leaves the key out.
    pub fn user_metadata(mut self, key: impl Into<String>, attribute: impl Into<String>, kind: LdapValue) -> Self {
        self.user_metadata.push(Entered { key: key.into(), attribute: attribute.into(), kind });
        self
    }

    pub(super) const fn id(&self) -> &Id {
        &self.id
    }

    pub(super) const fn group_memberships(&self) -> Option<&LdapGroups> {
        self.groups.as_ref()
    }

    pub(super) fn password_attribute(&self) -> Option<&str> {
        self.password.as_deref()
    }

    pub(super) const fn email_verification(&self) -> &Verified {
        &self.email_verified
    }

    /// The attributes of the names that a new entry is written with.
    pub(super) fn names(&self) -> [Option<&str>; 4] {
        [&self.name, &self.given_name, &self.family_name, &self.nickname].map(Option::as_deref)
    }

    /// The attribute of the identifiers of this kind.
    pub(super) fn attribute_of(&self, kind: IdentifierKind) -> Option<&str> {
        match kind {
            IdentifierKind::Email => self.email.as_deref(),
            IdentifierKind::Phone => self.phone.as_deref(),
            IdentifierKind::Username => self.username.as_deref(),
        }
    }

    /// Every attribute that is read, once.
    pub(super) fn attributes(&self) -> Vec<&str> {
        let dated = [&self.created_at, &self.last_login, &self.password_set_at].into_iter().flatten();
        let verified = match &self.email_verified {
            Verified::Always(_) => None,
            Verified::By(attribute) => Some(attribute.as_str()),
        };
        let metadata = self.app_metadata.iter().chain(&self.user_metadata);
        let mut attributes: Vec<_> = std::iter::once(self.id.attribute.as_str())
            .chain(IdentifierKind::ALL.into_iter().filter_map(|kind| self.attribute_of(kind)))
            .chain(verified)
            .chain(self.names().into_iter().flatten())
            .chain(self.accounts.attributes().iter().copied())
            .chain([&self.blocked, &self.must_change, &self.password].into_iter().filter_map(Option::as_deref))
            .chain(dated.map(|(attribute, _)| attribute.as_str()))
            .chain(self.groups.iter().filter_map(LdapGroups::attribute))
            .chain(metadata.map(|entered| entered.attribute.as_str()))
            .collect();
        attributes.sort_unstable();
        attributes.dedup();
        attributes
    }

    /// Checks what an operator wrote.
    pub(super) fn check(&self) -> Result<(), LegacyError> {
        let of_groups = self.groups.iter().flat_map(LdapGroups::names);
        self.attributes().into_iter().chain(of_groups).try_for_each(check_attribute)
    }
}
