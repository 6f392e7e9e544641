//! Two batches under way at once, into a store that says that it can.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::Semaphore;
use waystation::{
    User, UserId,
    bulk::{Importer, Input, InputState, Place, ReadError, Record, RecordSource},
    clock::{Clock, SystemClock},
    store::{BulkStore, BulkWrite, BulkWritten, Lookup, MemoryStore, OwnedKey, StoreError},
};

use crate::importer::{Listed, everybody, person, writes_by_itself};

/// How many records a batch has.
const BATCH: usize = 7;
/// Longer than anything here takes that does not wait in vain.
const PATIENCE: Duration = Duration::from_secs(20);

/// A store whose first write is not done before the second has begun. Its writes wait for their turns.
#[derive(Debug)]
struct Patient {
    inner: MemoryStore,
    begun: AtomicUsize,
    second: Semaphore,
    waited_in_vain: AtomicBool,
    /// What is told that the first write has begun.
    first: mpsc::Sender<()>,
}

writes_by_itself!(Patient);

#[async_trait]
impl BulkStore for Patient {
    async fn look_up(&self, keys: &[OwnedKey]) -> Result<Vec<Lookup>, StoreError> {
        self.inner.look_up(keys).await
    }

    async fn write(&self, batch: &BulkWrite) -> Result<BulkWritten, StoreError> {
        match self.begun.fetch_add(1, Ordering::SeqCst) {
            0 => {
                self.first.send(()).unwrap();
                let clock = SystemClock::new();
                tokio::select! {
                    begun = self.second.acquire() => begun.unwrap().forget(),
                    () = clock.sleep(PATIENCE) => self.waited_in_vain.store(true, Ordering::SeqCst),
                }
            }
            1 => self.second.add_permits(1),
            _ => {}
        }
        if let Some(turn) = &batch.turn {
            turn.come().await.unwrap();
        }
        self.inner.write(batch).await
    }

    fn writes_at_once(&self) -> bool {
        true
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        self.inner.scan(after, limit).await
    }
}

/// An input whose second batch is not there before the first is being written.
#[derive(Debug)]
struct Late {
    listed: Arc<Listed>,
    first: Arc<std::sync::Mutex<mpsc::Receiver<()>>>,
}

impl Input for Late {
    fn open(&self) -> Result<Box<dyn RecordSource>, ReadError> {
        Ok(Box::new(LateReading { inner: self.listed.open()?, first: Arc::clone(&self.first), given: 0 }))
    }

    fn state(&self) -> Result<InputState, ReadError> {
        self.listed.state()
    }
}

#[derive(Debug)]
struct LateReading {
    inner: Box<dyn RecordSource>,
    first: Arc<std::sync::Mutex<mpsc::Receiver<()>>>,
    given: usize,
}

impl RecordSource for LateReading {
    fn next(&mut self) -> Result<Option<Record>, ReadError> {
        if self.given == BATCH {
            self.first.lock().unwrap().recv_timeout(PATIENCE).unwrap();
        }
        self.given += 1;
        self.inner.next()
    }

    fn resume(&mut self, place: Place) -> Result<(), ReadError> {
        self.inner.resume(place)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_read_late_is_begun_while_the_one_before_it_is_written() {
    let (first, is_begun) = mpsc::channel();
    let store = Arc::new(Patient {
        inner: MemoryStore::new(),
        begun: AtomicUsize::new(0),
        second: Semaphore::new(0),
        waited_in_vain: AtomicBool::new(false),
        first,
    });
    let people = (0..3 * BATCH).map(|number| person(&format!("person.{number}")));
    let input = Late { listed: Listed::new(people), first: Arc::new(is_begun.into()) };
    let importer = Importer::builder(store.clone()).batch_records(BATCH).build();
    let report = importer.run(Arc::new(input)).await.unwrap();
    assert!(!store.waited_in_vain.load(Ordering::SeqCst), "the second batch was begun after the first was done");
    assert_eq!(report.inserted, 3 * BATCH as u64);
    assert_eq!(everybody(&store.inner).await.len(), 3 * BATCH);
}
