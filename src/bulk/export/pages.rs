use tokio::{sync::mpsc, task::JoinSet};

use super::{ExportError, walk::Walk};
use crate::user::User;

/// The pages of a walk, read while the ones before are written: one waits, and one is being read.
pub(super) struct Pages {
    pages: mpsc::Receiver<Result<Vec<User>, ExportError>>,
    /// What reads, and ends with this.
    _reading: JoinSet<()>,
}

impl Pages {
    pub(super) fn of(mut walk: Walk) -> Self {
        let (sender, pages) = mpsc::channel(1);
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            while let Some(page) = walk.next().await.transpose() {
                let has_failed = page.is_err();
                if sender.send(page).await.is_err() || has_failed {
                    return;
                }
            }
        });
        Self { pages, _reading: reading }
    }

    /// The next page, which may be empty; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<User>>, ExportError> {
        self.pages.recv().await.transpose()
    }
}
