//! Reading entries by a mapping.

use super::{Dated, Entered, LdapMapping, LdapValue, Verified};
use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierError, IdentifierKind, IdentifierRules},
    legacy::{LegacyError, LegacyUser, ldap::entry::Entry},
    password::PasswordHash,
    user::{LegacyKey, Metadata, Profile, SourceName},
};

/// The scheme of a stored password that has no `{tag}`: the password itself. Verified only where that was asked for.
const WITHOUT_TAG: &str = "plaintext";

impl LdapMapping {
    pub(in crate::legacy::ldap) fn key(&self, entry: &Entry, source: &SourceName) -> Result<LegacyKey, LegacyError> {
        Ok(LegacyKey::new(source.clone(), self.id.of(entry)?))
    }

    /// Whether an entry that a search returned for an identifier really has it.
    pub(in crate::legacy::ldap) fn has(
        &self,
        entry: &Entry,
        wanted: &Identifier,
        rules: &dyn IdentifierRules,
    ) -> Result<bool, LegacyError> {
        let Some(attribute) = self.attribute_of(wanted.kind()) else { return Ok(false) };
        let texts = entry.texts(attribute)?;
        Ok(texts.iter().any(|text| rules.parse_as(wanted.kind(), text).as_ref() == Ok(wanted)))
    }

    pub(in crate::legacy::ldap) fn must_change(&self, entry: &Entry) -> Result<bool, LegacyError> {
        let flagged = self.must_change.as_ref().map_or(Ok(None), |attribute| entry.flag(attribute))?;
        Ok(flagged.unwrap_or(false) || self.accounts.must_change(entry)?)
    }

    /// The stored hashes: a directory may have several passwords for one person.
    pub(in crate::legacy::ldap) fn password_hashes(&self, entry: &Entry) -> Result<Vec<PasswordHash>, LegacyError> {
        let Some(attribute) = &self.password else { return Ok(Vec::new()) };
        let hash = |text: &str| {
            if text.starts_with('{') { PasswordHash::new(text) } else { PasswordHash::declared(WITHOUT_TAG, text) }
        };
        Ok(entry.texts(attribute)?.into_iter().map(hash).collect())
    }

    /// The person of an entry, without the groups. `asked` is the identifier that they were looked up by.
    pub(in crate::legacy::ldap) fn user(
        &self,
        entry: &Entry,
        asked: Option<&Identifier>,
        source: &SourceName,
        rules: &dyn IdentifierRules,
        now: Timestamp,
    ) -> Result<LegacyUser, LegacyError> {
        let mut user = LegacyUser::new(self.key(entry, source)?, self.profile(entry, asked, rules, now)?);
        user.password_hash = self.password_hashes(entry)?.into_iter().next();
        user.created_at = date(entry, self.created_at.as_ref())?;
        user.last_login = date(entry, self.last_login.as_ref())?;
        user.password_set_at = date(entry, self.password_set_at.as_ref())?;
        Ok(user)
    }

    fn profile(
        &self,
        entry: &Entry,
        asked: Option<&Identifier>,
        rules: &dyn IdentifierRules,
        now: Timestamp,
    ) -> Result<Profile, LegacyError> {
        let mut profile = Profile::default();
        for kind in IdentifierKind::ALL {
            let asked = asked.filter(|asked| asked.kind() == kind);
            if let Some(identifier) = self.identifier(entry, kind, asked, rules)? {
                profile.set_identifier(identifier);
            }
        }
        profile.email_verified = profile.email.is_some() && self.is_email_verified(entry)?;
        profile.name = text(entry, self.name.as_deref())?;
        profile.given_name = text(entry, self.given_name.as_deref())?;
        profile.family_name = text(entry, self.family_name.as_deref())?;
        profile.nickname = text(entry, self.nickname.as_deref())?;
        profile.blocked = self.is_blocked(entry, now)?;
        profile.app_metadata = metadata(entry, &self.app_metadata)?;
        profile.user_metadata = metadata(entry, &self.user_metadata)?;
        Ok(profile)
    }

    fn identifier(
        &self,
        entry: &Entry,
        kind: IdentifierKind,
        asked: Option<&Identifier>,
        rules: &dyn IdentifierRules,
    ) -> Result<Option<Identifier>, LegacyError> {
        let Some(attribute) = self.attribute_of(kind) else { return Ok(None) };
        let texts = entry.texts(attribute)?;
        let spelt_as_asked = texts.iter().filter_map(|text| rules.parse_as(kind, text).ok());
        if let Some(identifier) = spelt_as_asked.into_iter().find(|identifier| Some(identifier) == asked) {
            return Ok(Some(identifier));
        }
        let Some(text) = texts.into_iter().find(|text| !text.trim().is_empty()) else { return Ok(None) };
        match rules.parse_as(kind, text) {
            Ok(identifier) => Ok(Some(identifier)),
            Err(IdentifierError::KindNotAccepted { .. }) => Ok(None),
            Err(_) if self.drops_malformed_identifiers => Ok(None),
            Err(error) => Err(LegacyError::malformed_because("not a usable identifier", attribute, error)),
        }
    }

    fn is_email_verified(&self, entry: &Entry) -> Result<bool, LegacyError> {
        match &self.email_verified {
            Verified::Always(verified) => Ok(*verified),
            Verified::By(attribute) => Ok(entry.flag(attribute)?.unwrap_or(false)),
        }
    }

    fn is_blocked(&self, entry: &Entry, now: Timestamp) -> Result<bool, LegacyError> {
        let flagged = self.blocked.as_ref().map_or(Ok(None), |attribute| entry.flag(attribute))?;
        Ok(flagged.unwrap_or(false) || self.accounts.is_blocked(entry, now)?)
    }
}

fn text(entry: &Entry, attribute: Option<&str>) -> Result<Option<String>, LegacyError> {
    attribute.map_or(Ok(None), |attribute| Ok(entry.first_text(attribute)?.map(str::to_owned)))
}

fn date(entry: &Entry, dated: Option<&Dated>) -> Result<Option<Timestamp>, LegacyError> {
    dated.map_or(Ok(None), |(attribute, format)| entry.date(attribute, *format))
}

fn metadata(entry: &Entry, entered: &[Entered]) -> Result<Metadata, LegacyError> {
    let mut metadata = Metadata::new();
    for Entered { key, attribute, kind } in entered {
        let value = match kind {
            LdapValue::Boolean => entry.flag(attribute)?.map(Into::into),
            LdapValue::List => Some(entry.texts(attribute)?).filter(|texts| !texts.is_empty()).map(Into::into),
            LdapValue::Number => entry.number(attribute)?.map(Into::into),
            LdapValue::Text => entry.first_text(attribute)?.map(Into::into),
        };
        if let Some(value) = value {
            metadata.insert(key.clone(), value);
        }
    }
    Ok(metadata)
}
