//! Looking people up, and reading who they are.

use super::{
    LdapConnection, LdapMapping,
    entry::Entry,
    fault::code,
    filter,
    groups::{Member, Memberships},
    session::{Reply, Request, Search},
};
use crate::{
    identifier::Identifier,
    legacy::{LegacyError, LegacyUser},
};

/// Most entries that a look-up may return. What is not the person asked for among them is passed over.
const MAX_CANDIDATES: u16 = 16;

/// Most groups of one person.
const MAX_GROUPS: u16 = 1_000;

/// Asks for no attribute at all (RFC 4511, section 4.5.1.8).
pub(super) const NO_ATTRIBUTES: &str = "1.1";

/// The part of a directory that people are in.
#[derive(Clone, Debug)]
pub(super) struct People {
    pub(super) base: String,
    /// What entries of people have, and others have not.
    pub(super) filter: String,
}

impl People {
    pub(super) fn search(&self, filter: &str, attributes: &[&str], limit: u16) -> Search {
        Search {
            base: self.base.clone(),
            of_base_only: false,
            filter: filter::all([&*self.filter, filter]),
            attributes: attributes.iter().copied().map(str::to_owned).collect(),
            limit,
            page: None,
        }
    }

    /// The entry of somebody who has just proven that it is theirs: the one that they bound as, or else the one with
    /// their identifier.
    pub(super) fn own_entry(&self, dn: Option<String>, identifier: &Identifier, mapping: &LdapMapping) -> Request {
        let Some(dn) = dn else {
            let filter = identifier_filter(identifier, mapping).unwrap_or_else(|| "(!(objectClass=*))".to_owned());
            return Request::Search(self.search(&filter, &mapping.attributes(), MAX_CANDIDATES));
        };
        let search = self.search("(objectClass=*)", &mapping.attributes(), 1);
        Request::Search(Search { base: dn, of_base_only: true, ..search })
    }
}

/// The filter that finds an identifier, in its normal form and as it was typed; `None` for what nobody can have.
fn identifier_filter(identifier: &Identifier, mapping: &LdapMapping) -> Option<String> {
    let attribute = mapping.attribute_of(identifier.kind())?;
    let spellings = [identifier.normal(), identifier.original()];
    if !spellings.into_iter().all(filter::can_be_value) {
        return None;
    }
    let mut filters = spellings.map(|spelling| filter::equals(attribute, spelling)).to_vec();
    filters.dedup();
    Some(filter::any(filters))
}

impl LdapConnection {
    pub(super) async fn entry_by_id(&self, id: &str) -> Result<Option<Entry>, LegacyError> {
        let Some(filter) = self.mapping.id().filter(id) else { return Ok(None) };
        let entries = self.candidates(&filter, &self.mapping.id().attribute).await?;
        // Directories compare more loosely: `ADA` is `ada` to them, and is not to us.
        only(entries, &self.mapping.id().attribute, |entry| Ok(self.mapping.id().of(entry)? == id))
    }

    pub(super) async fn entry_of(&self, identifier: &Identifier) -> Result<Option<Entry>, LegacyError> {
        let Some(attribute) = self.mapping.attribute_of(identifier.kind()) else { return Ok(None) };
        let Some(filter) = identifier_filter(identifier, &self.mapping) else { return Ok(None) };
        let entries = self.candidates(&filter, attribute).await?;
        only(entries, attribute, |entry| self.mapping.has(entry, identifier, &*self.rules))
    }

    /// The one entry of an answer that has an identifier.
    pub(super) fn only_one(&self, reply: Reply, identifier: &Identifier) -> Result<Option<Entry>, LegacyError> {
        let attribute = self.mapping.attribute_of(identifier.kind()).unwrap_or("?");
        only(reply.entries, attribute, |entry| self.mapping.has(entry, identifier, &*self.rules))
    }

    async fn candidates(&self, filter: &str, place: &str) -> Result<Vec<Entry>, LegacyError> {
        let search = self.people.search(filter, &self.mapping.attributes(), MAX_CANDIDATES);
        let reply = self.server.ask(&Request::Search(search)).await?;
        if reply.code == code::SIZE_LIMIT_EXCEEDED {
            // Two who have the identifier are a collision, and more than that are one too.
            return Err(LegacyError::ambiguous(place));
        }
        Ok(reply.success()?.entries)
    }

    /// Whether the service account sees an attribute of anybody.
    pub(super) async fn anybody_has(&self, attribute: &str) -> Result<bool, LegacyError> {
        let search = self.people.search(&format!("({attribute}=*)"), &[NO_ATTRIBUTES], 1);
        let reply = self.server.ask(&Request::Search(search)).await?;
        if reply.code == code::SIZE_LIMIT_EXCEEDED {
            return Ok(true);
        }
        Ok(!reply.success()?.entries.is_empty())
    }

    /// The person of an entry, with their groups. `asked` is the identifier that they were looked up by.
    pub(super) async fn user(&self, entry: &Entry, asked: Option<&Identifier>) -> Result<LegacyUser, LegacyError> {
        let mut user = self.mapping.user(entry, asked, &self.source, &*self.rules, self.clock.now())?;
        if let Some(groups) = self.groups(entry).await? {
            user.profile.app_metadata.insert("groups".to_owned(), groups.into());
        }
        Ok(user)
    }

    /// The names of a person's groups in a fixed order; `None` where nobody has any.
    async fn groups(&self, entry: &Entry) -> Result<Option<Vec<String>>, LegacyError> {
        let Some(groups) = self.mapping.group_memberships() else { return Ok(None) };
        let mut names = match &groups.0 {
            Memberships::Listed { attribute } => entry.texts(attribute)?.into_iter().map(str::to_owned).collect(),
            Memberships::Searched { base, attribute, of } => {
                let member = match of {
                    Member::Attribute(attribute) => entry.first_text(attribute)?,
                    Member::Dn => Some(entry.dn()),
                };
                match member {
                    Some(member) => self.groups_with(base, attribute, member).await?,
                    None => Vec::new(),
                }
            }
        };
        names.sort_unstable();
        Ok(Some(names))
    }

    async fn groups_with(&self, base: &str, attribute: &str, member: &str) -> Result<Vec<String>, LegacyError> {
        let search = Search {
            base: base.to_owned(),
            of_base_only: false,
            filter: filter::equals(attribute, member),
            attributes: vec![NO_ATTRIBUTES.to_owned()],
            limit: MAX_GROUPS,
            page: None,
        };
        let reply = self.server.ask(&Request::Search(search)).await?;
        if reply.code == code::SIZE_LIMIT_EXCEEDED {
            return Err(LegacyError::malformed("more than 1000 groups of one person", attribute));
        }
        Ok(reply.success()?.entries.iter().map(|group| group.dn().to_owned()).collect())
    }
}

/// The one entry among the candidates that is wanted.
fn only(
    candidates: Vec<Entry>,
    place: &str,
    is_wanted: impl Fn(&Entry) -> Result<bool, LegacyError>,
) -> Result<Option<Entry>, LegacyError> {
    let mut found = None;
    for entry in candidates {
        if is_wanted(&entry)? && found.replace(entry).is_some() {
            return Err(LegacyError::ambiguous(place));
        }
    }
    Ok(found)
}
