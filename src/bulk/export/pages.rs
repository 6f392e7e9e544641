use std::sync::Arc;

use tokio::{
    sync::mpsc,
    task::{JoinHandle, JoinSet, spawn_blocking},
};

use super::{ExportError, layout::Layout, walk::Walk};
use crate::{store::StoreError, user::User};

/// How many pages wait, made or being made, while one is written. With fewer, who reads waits for who makes them now and then.
const AHEAD: usize = 4;

/// The pages of a walk as text, in its order. While one is written to the output others are made, each on a thread that may
/// block, and the next is read.
pub(super) struct Pages {
    pages: mpsc::Receiver<Result<Option<Making>, ExportError>>,
    /// What reads, and ends with this.
    #[cfg_attr(not(test), expect(dead_code, reason = "it is kept to be dropped"))]
    reading: JoinSet<()>,
}

type Making = JoinHandle<Result<Page, ExportError>>;

/// A page as text.
pub(super) struct Page {
    pub(super) text: Vec<u8>,
    pub(super) users: u64,
}

impl Pages {
    /// The first `limit` users of a walk.
    pub(super) fn of(mut walk: Walk, layout: Arc<Layout>, limit: u64) -> Self {
        let (sender, pages) = mpsc::channel(AHEAD);
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            let mut left = limit;
            loop {
                let page = if left == 0 { Ok(None) } else { walk.next().await };
                let page = page.map(|users| {
                    let (users, layout) = (users?, Arc::clone(&layout));
                    let most = usize::try_from(left).unwrap_or(usize::MAX);
                    left = left.saturating_sub(users.len() as u64);
                    Some(spawn_blocking(move || Page::of(&layout, users.take(most))))
                });
                let is_last = !matches!(page, Ok(Some(_)));
                if sender.send(page).await.is_err() || is_last {
                    return;
                }
            }
        });
        Self { pages, reading }
    }

    /// The next page, which may be empty; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, ExportError> {
        // A task that was ended has not said that this was all, and an export that is cut must not pass for a whole one.
        match self.pages.recv().await.unwrap_or(Err(ExportError::Stopped))? {
            Some(making) => making.await.unwrap_or(Err(ExportError::Stopped)).map(Some),
            None => Ok(None),
        }
    }
}

impl Page {
    fn of(
        layout: &Layout,
        users: impl ExactSizeIterator<Item = Result<User, StoreError>>,
    ) -> Result<Self, ExportError> {
        // Room for most, so that it need not be moved while it grows.
        let mut page = Self { text: Vec::with_capacity((users.len() * 768).min(2 << 20)), users: 0 };
        for user in users {
            layout.push(&mut page.text, user?);
            page.users += 1;
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Timestamp,
        store::{Filter, MemoryStore, OnTombstone, UserStore},
        user::{Credential, NewUser, Profile, UserId},
    };

    async fn pages(limit: u64) -> Pages {
        let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
        for id in 'a'..='y' {
            let user = NewUser::new(
                UserId::new(id.to_string()),
                Profile::default(),
                Credential::None,
                Timestamp::from_micros(0),
            );
            let _created = store.insert(user, OnTombstone::Refuse).await.unwrap();
        }
        Pages::of(Walk::begin(&store, &Filter::All, 2, true).await.unwrap(), Arc::new(Layout::default()), limit)
    }

    #[tokio::test]
    async fn pages_whose_reading_was_ended_are_an_error_and_not_the_end() {
        let mut pages = pages(u64::MAX).await;
        assert_eq!(pages.next().await.unwrap().unwrap().users, 2);
        pages.reading.abort_all();
        let mut met = 2;
        let ended = loop {
            match pages.next().await {
                Ok(Some(page)) => met += page.users,
                ended => break ended,
            }
        };
        assert!(met < 25 && matches!(ended, Err(ExportError::Stopped)));
    }

    #[tokio::test]
    async fn pages_end_after_the_last() {
        for (limit, there) in [(u64::MAX, 25), (25, 25), (3, 3), (2, 2), (0, 0)] {
            let (mut pages, mut met) = (pages(limit).await, 0);
            while let Some(page) = pages.next().await.unwrap() {
                assert_eq!(page.text.split_inclusive(|byte| *byte == b'\n').count() as u64, page.users);
                met += page.users;
            }
            assert_eq!(met, there);
        }
    }
}
