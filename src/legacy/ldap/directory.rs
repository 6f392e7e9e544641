use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{
    LdapConnection, ber,
    entry::Entry,
    filter,
    session::{Reply, Request, Search},
};
use crate::{
    legacy::{DirectoryEntry, LegacyDirectory, LegacyError},
    user::{LegacyKey, SourceName},
};

/// Entries in a page of a listing. Active Directory gives 1000 at most.
const PAGE: u16 = 500;

/// Entries that are read by one search.
const BATCH: u16 = 100;

/// A server that goes on sending pages with nothing in them has lost its way.
const MOST_EMPTY_PAGES: usize = 100;

/// The ids of everybody in order, as of the beginning of a walk. Directories list in no order, and cannot be asked for
/// "those after"; some forty bytes for each person are what it takes to meet everybody exactly once.
#[derive(Default)]
pub(super) struct Listing(Mutex<Option<Arc<[String]>>>);

impl Listing {
    fn known(&self) -> Option<Arc<[String]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, ids: &Arc<[String]>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(ids));
    }
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listing(..)")
    }
}

/// A walk meets everybody who is there when it begins, in the order of their ids, without those who are deleted
/// meanwhile. It begins with a listing of all ids, in pages.
#[async_trait]
impl LegacyDirectory for LdapConnection {
    async fn count(&self) -> Result<BTreeMap<SourceName, u64>, LegacyError> {
        Ok(BTreeMap::from([(self.source.clone(), self.list().await?.len() as u64)]))
    }

    async fn scan(&self, after: Option<&LegacyKey>, limit: usize) -> Result<Vec<DirectoryEntry>, LegacyError> {
        let ids = match self.listing.known().filter(|_| after.is_some()) {
            Some(ids) => ids,
            None => self.list().await?,
        };
        self.listing.keep(&ids);
        let from = after.map_or(0, |after| ids.partition_point(|id| id.as_str() <= after.id()));
        let mut left = ids.get(from..).unwrap_or_default();
        let mut entries = Vec::new();
        // Whoever was deleted meanwhile is not there, and a page without anybody would end the walk.
        while entries.len() < limit && !left.is_empty() {
            let (batch, after) = left.split_at((limit - entries.len()).min(BATCH.into()).min(left.len()));
            entries.extend(self.read(batch).await?);
            left = after;
        }
        Ok(entries)
    }
}

impl LdapConnection {
    /// The ids of everybody, in order.
    async fn list(&self) -> Result<Arc<[String]>, LegacyError> {
        let id = self.mapping.id();
        // Where one page ends, only the connection knows that it was read over.
        let mut session = self.server.service_session().await?;
        let (mut ids, mut cookie, mut empty_pages) = (Vec::new(), Vec::new(), 0);
        loop {
            let search = self.people.search("(objectClass=*)", &[&id.attribute], PAGE);
            let search = Request::Search(Search { page: Some(cookie), ..search });
            let reply = self.server.ask_over(&mut session, &search).await?.success()?;
            for entry in &reply.entries {
                ids.push(id.of(entry)?);
            }
            empty_pages = if reply.entries.is_empty() { empty_pages + 1 } else { 0 };
            cookie = cookie_of(&reply)?;
            if cookie.is_empty() {
                break;
            }
            if empty_pages > MOST_EMPTY_PAGES {
                return Err(LegacyError::malformed("pages without an end", "the answer to a search"));
            }
        }
        ids.sort_unstable();
        if ids.windows(2).any(|pair| matches!(pair, [left, right] if left == right)) {
            return Err(LegacyError::ambiguous(&*id.attribute));
        }
        Ok(ids.into())
    }

    /// The people with these ids, in this order.
    async fn read(&self, ids: &[String]) -> Result<Vec<DirectoryEntry>, LegacyError> {
        let filters = ids.iter().filter_map(|id| self.mapping.id().filter(id));
        let search = self.people.search(&filter::any(filters), &self.mapping.attributes(), BATCH);
        let reply = self.server.ask(&Request::Search(search)).await?.success()?;
        let mut found: Vec<(LegacyKey, Entry)> = Vec::with_capacity(reply.entries.len());
        for entry in reply.entries {
            found.push((self.mapping.key(&entry, &self.source)?, entry));
        }
        found.sort_unstable_by(|left, right| left.0.id().cmp(right.0.id()));
        let mut people = Vec::with_capacity(found.len());
        for (key, entry) in found {
            let user = match self.user(&entry, None).await {
                // The entry costs nobody else; an outage does.
                Err(error) if error.is_unavailable() => return Err(error),
                user => user,
            };
            people.push(DirectoryEntry::new(key, user));
        }
        Ok(people)
    }
}

/// Where the next page begins; empty after the last one.
fn cookie_of(reply: &Reply) -> Result<Vec<u8>, LegacyError> {
    let Some(value) = reply.next_page() else { return Ok(Vec::new()) };
    let read = || {
        let [size, cookie] = ber::elements::<2>(ber::only(ber::SEQUENCE, value)?)?.try_into().ok()?;
        (size.tag == ber::INTEGER && cookie.tag == ber::OCTET_STRING).then(|| cookie.content.to_vec())
    };
    read().ok_or_else(|| LegacyError::malformed("not well formed", "the control of paged results"))
}
