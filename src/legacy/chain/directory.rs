use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{Chain, ChainMember};
use crate::{
    legacy::{DirectoryEntry, LegacyDirectory, LegacyError},
    user::{LegacyKey, SourceName},
};

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl LegacyDirectory for Chain {
    async fn count(&self) -> Result<BTreeMap<SourceName, u64>, LegacyError> {
        let mut counts = BTreeMap::new();
        for member in &self.members {
            let count = member.directory()?.count().await.map_err(|error| member.named(error))?;
            counts.extend(count);
        }
        Ok(counts)
    }

    async fn scan(&self, after: Option<&LegacyKey>, limit: usize) -> Result<Vec<DirectoryEntry>, LegacyError> {
        let begun = after.map(|key| self.member(key.source())).transpose()?;
        let is_done = |member: &&ChainMember| begun.is_some_and(|begun| begun.name() != member.name());
        let mut entries: Vec<DirectoryEntry> = Vec::new();
        for member in self.members.iter().skip_while(is_done) {
            let directory = member.directory()?;
            let mut last = after.filter(|key| key.source() == member.name()).cloned();
            // A page may be short for any reason; only an empty one says that the member has no more.
            while entries.len() < limit {
                let page = directory.scan(last.as_ref(), limit - entries.len()).await;
                let page = page.map_err(|error| member.named(error))?;
                let Some(end) = page.last() else { break };
                last = Some(end.key.clone());
                for entry in page {
                    member.check_own(&entry.key)?;
                    entries.push(entry);
                }
            }
        }
        Ok(entries)
    }
}
