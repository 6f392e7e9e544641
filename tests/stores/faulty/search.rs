use async_trait::async_trait;
use waystation::{
    clock::Timestamp,
    store::{
        Filter, MetadataPath, Pattern, Search, SearchPage, SearchStore, Stats, StatsStore, StoreError, TextField,
        ValueTest,
    },
};

use super::{Fault, Faulty};

/// Faults in what a filter means.
fn misread(fault: Fault, filter: &Filter) -> Filter {
    let all = |filters: &[Filter]| filters.iter().map(|filter| misread(fault, filter)).collect();
    match (fault, filter) {
        (Fault::BlockedNotFiltered, Filter::Blocked(_)) => Filter::All,
        (Fault::MissingIsNeither, Filter::Not(inner)) => {
            let mut both = vec![filter.clone()];
            if let Filter::Text(field, _) = &**inner {
                both.push(Filter::Text(*field, Pattern::prefix("")));
            }
            Filter::And(both)
        }
        (Fault::NamesKeepCase, Filter::Text(TextField::Name, pattern)) => {
            let lower = pattern.as_exact().is_none_or(|text| text == text.to_lowercase());
            if lower { filter.clone() } else { Filter::Or(Vec::new()) }
        }
        (Fault::NoneOfNoneIsAll, Filter::Or(filters)) if filters.is_empty() => Filter::All,
        (Fault::PrefixFoldsCase, Filter::Text(TextField::Email, pattern)) if pattern.as_exact().is_none() => {
            let lower: Vec<_> = pattern.pieces().iter().map(|piece| piece.to_lowercase()).collect();
            Filter::Or(vec![filter.clone(), Filter::Text(TextField::Email, Pattern::of_pieces(lower))])
        }
        (Fault::SearchesText, Filter::Metadata(path, ValueTest::Like(pattern))) if path.keys.len() == 1 => {
            let anywhere = MetadataPath::new(path.of, [] as [&str; 0]);
            Filter::Or(vec![filter.clone(), Filter::Metadata(anywhere, ValueTest::Like(pattern.clone()))])
        }
        (_, Filter::And(filters)) => Filter::And(all(filters)),
        (_, Filter::Or(filters)) => Filter::Or(all(filters)),
        (_, Filter::Not(inner)) => misread(fault, inner).negated(),
        _ => filter.clone(),
    }
}

#[async_trait]
impl SearchStore for Faulty {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        let mut search = search.clone();
        if let Filter::Or(filters) | Filter::And(filters) = &search.filter
            && self.has(Fault::LongFiltersFail)
            && filters.len() > 1_000
        {
            return Err(StoreError::misconfigured("too long"));
        }
        search.filter = misread(self.fault, &search.filter);
        if self.has(Fault::PlacesAreShared)
            && let Some(after) = &mut search.after
        {
            after.order = search.order;
        }
        if self.has(Fault::PassesOverNobody) {
            search.skip = 0;
        }
        if self.has(Fault::PageIsOneTooLong) {
            search.limit = search.limit.saturating_add(1);
        }
        if self.has(Fault::PagesByOffset) {
            let from = search.after.take().map_or(0, |_| self.notes().offset);
            let whole = self.inner.search(&search.clone().limit(usize::MAX)).await?.users;
            let until = (from + search.limit).min(whole.len());
            self.notes().offset = until;
            let next =
                (until < whole.len()).then(|| waystation::store::SearchCursor::after(&whole[until - 1], search.order));
            return Ok(SearchPage::new(whole[from.min(until)..until].to_vec(), next));
        }
        let mut page = self.inner.search(&search).await?;
        if self.has(Fault::PagesSkipOne) && search.after.is_some() && !page.users.is_empty() {
            page.users.remove(0);
        }
        if self.has(Fault::CutIsTheEnd) && page.is_cut {
            page.next = None;
        }
        if self.has(Fault::OrderReversed) {
            page.users.reverse();
        }
        Ok(page)
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        self.inner.count(&misread(self.fault, filter)).await
    }
}

#[async_trait]
impl StatsStore for Faulty {
    async fn stats(&self) -> Result<Stats, StoreError> {
        let mut stats = self.inner.stats().await?;
        match self.fault {
            Fault::CountsOneTooMany => stats.users += 1,
            Fault::DaysRoundTowardsZero => {
                if let Some(count) = stats.moved_by_day.remove(&-1) {
                    *stats.moved_by_day.entry(0).or_default() += count;
                }
                stats.last_moved_at = stats.last_moved_at.max(Some(Timestamp::default()));
            }
            Fault::CountsOnce => stats = self.notes().stats.get_or_insert(stats).clone(),
            _ => {}
        }
        Ok(stats)
    }
}
