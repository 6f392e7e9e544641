use tokio::{sync::mpsc, task::JoinSet};

use super::{ExportError, walk::Walk};
use crate::user::User;

/// The pages of a walk, read while the ones before are written: one waits, and one is being read.
pub(super) struct Pages {
    pages: mpsc::Receiver<Result<Option<Vec<User>>, ExportError>>,
    /// What reads, and ends with this.
    #[cfg_attr(not(test), expect(dead_code, reason = "it is kept to be dropped"))]
    reading: JoinSet<()>,
}

impl Pages {
    pub(super) fn of(mut walk: Walk) -> Self {
        let (sender, pages) = mpsc::channel(1);
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            loop {
                let page = walk.next().await;
                let is_last = !matches!(page, Ok(Some(_)));
                if sender.send(page).await.is_err() || is_last {
                    return;
                }
            }
        });
        Self { pages, reading }
    }

    /// The next page, which may be empty; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<User>>, ExportError> {
        // A task that was ended has not said that this was all, and an export that is cut must not pass for a whole one.
        self.pages.recv().await.unwrap_or(Err(ExportError::Stopped))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        clock::Timestamp,
        store::{Filter, MemoryStore, OnTombstone, UserStore},
        user::{Credential, NewUser, Profile, UserId},
    };

    async fn pages() -> Pages {
        let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
        for id in ["a", "b", "c", "d", "e"] {
            let user = NewUser::new(UserId::new(id), Profile::default(), Credential::None, Timestamp::from_micros(0));
            let _created = store.insert(user, OnTombstone::Refuse).await.unwrap();
        }
        Pages::of(Walk::begin(&store, &Filter::All, 1, true).await.unwrap())
    }

    #[tokio::test]
    async fn pages_whose_reading_was_ended_are_an_error_and_not_the_end() {
        let mut pages = pages().await;
        assert_eq!(pages.next().await.unwrap().unwrap().len(), 1);
        pages.reading.abort_all();
        let mut met = 1;
        let ended = loop {
            match pages.next().await {
                Ok(Some(page)) => met += page.len(),
                ended => break ended,
            }
        };
        assert!(met < 5 && matches!(ended, Err(ExportError::Stopped)));
    }

    #[tokio::test]
    async fn pages_end_after_the_last() {
        let (mut pages, mut met) = (pages().await, 0);
        while let Some(page) = pages.next().await.unwrap() {
            met += page.len();
        }
        assert_eq!(met, 5);
    }
}
