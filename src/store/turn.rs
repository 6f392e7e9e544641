use tokio::sync::watch;

use super::Checkpoint;

/// The turn of a [bulk write](super::BulkWrite) that is under way while the one before it is not done: everything in it is
/// done but its end, which waits for its turn.
///
/// So a database works on two batches at once, and they come to pass in their order all the same.
#[derive(Clone, Debug)]
pub struct Turn(watch::Receiver<Option<Given>>);

/// What gives a [`Turn`]. Dropped instead, it takes it away for good.
#[derive(Debug)]
pub struct TurnGiver(watch::Sender<Option<Given>>);

/// A turn that has come, with the progress to save in it.
type Given = Option<Checkpoint>;

impl Turn {
    /// A turn, and what gives it.
    pub fn new() -> (TurnGiver, Self) {
        let (sender, receiver) = watch::channel(None);
        (TurnGiver(sender), Self(receiver))
    }

    /// Waits until it has come, and answers with the checkpoint to save, if there is to be one. For store authors.
    ///
    /// # Errors
    ///
    /// When it will never come: nothing of the write may stay.
    pub async fn come(&self) -> Result<Option<Checkpoint>, TurnLost> {
        let mut receiver = self.0.clone();
        let given = receiver.wait_for(Option::is_some).await.map_err(|_| TurnLost)?;
        given.clone().ok_or(TurnLost)
    }
}

impl TurnGiver {
    /// Gives it, with the progress to save in the same transaction.
    pub fn give(self, checkpoint: Option<Checkpoint>) {
        // Whoever has gone needs none.
        let _ = self.0.send(Some(checkpoint));
    }
}

/// A turn that will never come.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the turn of this write will never come")]
#[non_exhaustive]
pub struct TurnLost;
