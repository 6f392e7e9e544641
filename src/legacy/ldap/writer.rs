use std::collections::HashSet;

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::{
    LdapConnection, LdapNewUsers,
    entry::Entry,
    fault::{code, result_fault},
    look_up::NO_ATTRIBUTES,
    mapping::Verified,
    new_users::{PasswordChange, flag, text_of, unicode_password},
    proof::{Proof, proof},
    session::{Reply, Request, Search},
};
use crate::{
    identifier::Identifier,
    legacy::{LegacyError, LegacyUser, LegacyWriter},
    password::Password,
    user::{LegacyKey, Profile},
};

/// Changes are made as the service account. That nobody else has an address is looked up just before, which two changes
/// at the same instant can slip through: OpenLDAP's overlay `unique` is what closes that.
#[async_trait]
impl LegacyWriter for LdapConnection {
    /// Who is there already, with all these identifiers and this very password, is who was created before.
    async fn create(&self, user: &LegacyUser, password: &Password) -> Result<LegacyKey, LegacyError> {
        let new_users = self.new_users()?;
        let text = text_of(password)?;
        if let Some(entry) = self.entry_with(&user.profile).await? {
            self.finish(&entry, text).await?;
            return self.mapping.key(&entry, &self.source);
        }
        let mut entry = new_users.entry(&user.profile, &self.mapping)?;
        if new_users.password_change() == PasswordChange::UnicodePassword {
            entry.attributes.push(("unicodePwd".to_owned(), HashSet::from([unicode_password(text)])));
        }
        let add = Request::Add { dn: entry.dn.clone(), attributes: entry.attributes };
        done(self.server.ask(&add).await?)?;
        if new_users.password_change() == PasswordChange::Operation {
            self.set_password(&entry.dn, text).await?;
        }
        let created = self.entry_with(&user.profile).await?;
        self.mapping.key(&created.ok_or(LegacyError::Gone)?, &self.source)
    }

    async fn verify_email(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        let entry = self.entry_to_change(user).await?;
        self.set_email_verified(&entry, true).await
    }

    async fn change_password(&self, user: &LegacyKey, password: &Password) -> Result<(), LegacyError> {
        let text = text_of(password)?;
        let entry = self.entry_to_change(user).await?;
        self.set_password(entry.dn(), text).await
    }

    async fn change_email(&self, user: &LegacyKey, email: &Identifier, verified: bool) -> Result<(), LegacyError> {
        let entry = self.entry_to_change(user).await?;
        let Some(attribute) = self.mapping.attribute_of(email.kind()) else {
            return Err(LegacyError::Refused { what: "an identifier that no attribute is mapped to" });
        };
        if let Some(owner) = self.entry_of(email).await?
            && self.mapping.id().of(&owner)? != user.id()
        {
            return Err(TAKEN);
        }
        self.replace(&entry, attribute, email.original().into()).await?;
        self.set_email_verified(&entry, verified).await
    }

    async fn delete(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        match self.entry_to_change(user).await {
            Ok(entry) => {
                let reply = self.server.ask(&Request::Delete { dn: entry.dn().to_owned() }).await?;
                if reply.code == code::NO_SUCH_OBJECT { Ok(()) } else { done(reply) }
            }
            Err(LegacyError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

const TAKEN: LegacyError = LegacyError::Refused { what: "somebody has this identifier" };

impl LdapConnection {
    fn new_users(&self) -> Result<&LdapNewUsers, LegacyError> {
        self.new_users.as_ref().ok_or_else(|| LegacyError::misconfigured("the connection was not made for changes"))
    }

    async fn entry_to_change(&self, user: &LegacyKey) -> Result<Entry, LegacyError> {
        if *user.source() != self.source {
            let (here, there) = (&self.source, user.source());
            return Err(LegacyError::misconfigured(format!("{here} was to change a user of {there}")));
        }
        self.entry_by_id(user.id()).await?.ok_or(LegacyError::Gone)
    }

    /// The one entry that has all of the identifiers. That another has one of them is refused.
    async fn entry_with(&self, profile: &Profile) -> Result<Option<Entry>, LegacyError> {
        let mut found: Option<Entry> = None;
        for identifier in profile.identifiers() {
            if let Some(entry) = self.entry_of(identifier).await? {
                found = Some(entry);
            }
        }
        let Some(entry) = found else { return Ok(None) };
        for identifier in profile.identifiers() {
            if !self.mapping.has(&entry, identifier, &*self.rules)? {
                return Err(TAKEN);
            }
        }
        Ok(Some(entry))
    }

    /// Goes on with a creation that was made before, if this is one: it has the password, or none yet.
    async fn finish(&self, entry: &Entry, password: &str) -> Result<(), LegacyError> {
        let (_, reply) = self.server.bind(entry.dn(), password).await?;
        match proof(&reply)? {
            Proof::Right | Proof::RightMustChange => Ok(()),
            Proof::Wrong if self.is_without_password(entry).await? => self.set_password(entry.dn(), password).await,
            Proof::Barred | Proof::NoEntry | Proof::Wrong => Err(TAKEN),
        }
    }

    async fn is_without_password(&self, entry: &Entry) -> Result<bool, LegacyError> {
        if self.new_users()?.password_change() == PasswordChange::UnicodePassword {
            // It is written together with the entry.
            return Ok(false);
        }
        let search = self.people.search("(!(userPassword=*))", &[NO_ATTRIBUTES], 1);
        let search = Search { base: entry.dn().to_owned(), of_base_only: true, ..search };
        Ok(!self.server.ask(&Request::Search(search)).await?.success()?.entries.is_empty())
    }

    async fn set_password(&self, dn: &str, password: &str) -> Result<(), LegacyError> {
        let request = match self.new_users()?.password_change() {
            PasswordChange::Operation => {
                Request::SetPassword { dn: dn.to_owned(), password: Zeroizing::new(password.to_owned()) }
            }
            PasswordChange::UnicodePassword => Request::Modify {
                dn: dn.to_owned(),
                attribute: "unicodePwd".to_owned(),
                values: HashSet::from([unicode_password(password)]),
            },
        };
        done(self.server.ask(&request).await?)
    }

    async fn set_email_verified(&self, entry: &Entry, verified: bool) -> Result<(), LegacyError> {
        match self.mapping.email_verification() {
            Verified::By(attribute) => self.replace(entry, attribute, flag(verified)).await,
            Verified::Always(always) if *always || !verified => Ok(()),
            Verified::Always(_) => Err(LegacyError::Refused { what: "no attribute says that an address is verified" }),
        }
    }

    async fn replace(&self, entry: &Entry, attribute: &str, value: Vec<u8>) -> Result<(), LegacyError> {
        let (dn, attribute) = (entry.dn().to_owned(), attribute.to_owned());
        done(self.server.ask(&Request::Modify { dn, attribute, values: HashSet::from([value]) }).await?)
    }
}

/// What became of a change.
#[expect(clippy::needless_pass_by_value, reason = "the end of what was asked")]
fn done(reply: Reply) -> Result<(), LegacyError> {
    match reply.code {
        code::SUCCESS => Ok(()),
        code::NO_SUCH_OBJECT => Err(LegacyError::Gone),
        code::ENTRY_ALREADY_EXISTS => Err(TAKEN),
        code::CONSTRAINT_VIOLATION => Err(LegacyError::Refused { what: "a value against its policy" }),
        code::ATTRIBUTE_OR_VALUE_EXISTS | code::INVALID_ATTRIBUTE_SYNTAX => {
            Err(LegacyError::Refused { what: "a value that the attribute cannot have" })
        }
        code::OBJECT_CLASS_VIOLATION | code::NAMING_VIOLATION => {
            Err(LegacyError::Refused { what: "an entry against its schema" })
        }
        code::NOT_ALLOWED_ON_RDN => Err(LegacyError::Refused { what: "to change what entries are named by" }),
        code::NOT_ALLOWED_ON_NON_LEAF => Err(LegacyError::Refused { what: "to delete what others are under" }),
        code::UNWILLING_TO_PERFORM => Err(LegacyError::Refused { what: "the change" }),
        code => Err(result_fault(code)),
    }
}
