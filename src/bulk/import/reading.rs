use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{runtime::Handle, sync::mpsc};

use super::{
    ImportFailure, ImportReport, Importer, Input,
    names::Names,
    plan::keys,
    room::{Room, Rooms},
    seen::{Novelty, Seen},
};
use crate::{
    bulk::{Fault, ImportRecord, Place, ReadError, Record, RecordSource},
    password::Schemes,
    user::Credential,
};

/// Batches in memory: one that is written, and one that is read meanwhile. One more where two are written at once.
const BATCHES: usize = 2;

/// Where to begin, where to stop, and what was done before.
#[derive(Clone, Debug, Default)]
pub(super) struct Stretch {
    pub(super) place: Place,
    /// The number of the first record that is not a part of it.
    pub(super) until: Option<u64>,
    pub(super) report: ImportReport,
}

/// Records that are written together.
pub(super) struct Batch {
    pub(super) entries: Vec<Entry>,
    /// Where the next one begins.
    pub(super) end: Place,
    pub(super) is_last: bool,
    pub(super) novelty: Novelty,
    /// How many bytes of a packed input it took, with all before it.
    pub(super) packed_bytes: Option<u64>,
    /// Where it is in memory.
    pub(super) room: Room,
}

/// A record as an import sees it.
pub(super) struct Entry {
    pub(super) place: Place,
    pub(super) end: Place,
    pub(super) raw: Vec<u8>,
    pub(super) user: Result<Box<ImportRecord>, Vec<Fault>>,
    /// The scheme of its hash, if it brings one.
    pub(super) scheme: Option<&'static str>,
}

/// A thread that reads: the next batch, while the one before is written.
pub(super) struct Reading(mpsc::Receiver<Result<Batch, ImportFailure>>);

impl Reading {
    pub(super) fn begin(
        importer: &Importer,
        input: Arc<dyn Input>,
        (start, until): (Place, Option<u64>),
        seen: Option<Seen>,
        has_lanes: bool,
    ) -> Self {
        let batches = BATCHES + usize::from(has_lanes);
        let (sender, receiver) = mpsc::channel(batches);
        let mut reader = Reader {
            names: importer.names.clone(),
            schemes: importer
                .passwords
                .as_ref()
                .map_or_else(Schemes::standard, |passwords| passwords.schemes().clone()),
            seen,
            records: importer.batch_records,
            bytes: importer.batch_bytes,
            batches,
            until,
        };
        // It ends when nobody listens any more.
        let _detached = tokio::task::spawn_blocking(move || {
            if let Err(failure) = reader.read(&*input, start, &sender) {
                let _nobody_listens = sender.blocking_send(Err(failure));
            }
        });
        Self(receiver)
    }

    /// The next batch. May be dropped meanwhile.
    pub(super) async fn next(&mut self) -> Result<Batch, ImportFailure> {
        self.0.recv().await.unwrap_or(Err(ImportFailure::Stopped))
    }
}

struct Reader {
    names: Names,
    schemes: Schemes,
    /// The keys so far, as long as each was new.
    seen: Option<Seen>,
    records: usize,
    bytes: usize,
    batches: usize,
    until: Option<u64>,
}

impl Reader {
    fn read(
        &mut self,
        input: &dyn Input,
        start: Place,
        sender: &mpsc::Sender<Result<Batch, ImportFailure>>,
    ) -> Result<(), ImportFailure> {
        let runtime = Handle::current();
        let mut source = opened(input, start)?;
        let mut end = start;
        let mut rooms = Rooms::new(self.batches);
        // A batch is as long as the one before, but for the first: what grows is moved again and again.
        let mut usual = 0;
        while let Some(room) = runtime.block_on(async {
            tokio::select! {
                room = rooms.next() => room,
                () = sender.closed() => None,
            }
        }) {
            let (mut entries, mut size) = (Vec::with_capacity(usual), 0);
            let (mut is_last, mut broken) = (false, None);
            while entries.len() < self.records && size < self.bytes {
                if self.until.is_some_and(|until| end.record >= until) {
                    is_last = true;
                    break;
                }
                let record = match source.next() {
                    Ok(Some(record)) => record,
                    Ok(None) => {
                        is_last = true;
                        break;
                    }
                    // What stands before it is imported all the same.
                    Err(error) => {
                        broken = Some(error);
                        break;
                    }
                };
                size += record.size();
                end = record.end;
                entries.push(self.entry(record));
            }
            usual = entries.len();
            let packed_bytes = source.packed_bytes();
            let novelty = self.seen.as_ref().map_or(Novelty::Unknown, Seen::novelty);
            if broken.is_none() || !entries.is_empty() {
                // If nobody listens any more, that is seen with the next one.
                let _nobody_listens =
                    sender.blocking_send(Ok(Batch { entries, end, is_last, novelty, packed_bytes, room }));
            }
            if let Some(error) = broken {
                return Err(ImportFailure::Input(error));
            }
            if is_last {
                break;
            }
        }
        Ok(())
    }

    fn entry(&mut self, record: Record) -> Entry {
        let Record { place, end, raw, mut user } = record;
        let mut scheme = None;
        let settled = user.as_mut().map_or(Ok(()), |user| self.names.settle(user));
        if let Err(fault) = settled {
            user = Err(vec![fault]);
        }
        if let Ok(user) = &user
            && let Some(Credential::Hash(hash)) = &user.credential
        {
            scheme = Some(self.schemes.identify(hash).map_or("unknown", |scheme| scheme.name()));
        }
        if let (Some(seen), Ok(user)) = (&mut self.seen, &user)
            && !seen.add(keys(user))
        {
            self.seen = None;
        }
        Entry { place, end, raw, user, scheme }
    }
}

fn opened(input: &dyn Input, start: Place) -> Result<Box<dyn RecordSource>, ImportFailure> {
    let mut source = input.open().map_err(ImportFailure::Input)?;
    if start != Place::START {
        source.resume(start).map_err(ImportFailure::Input)?;
    }
    Ok(source)
}

/// The next record of a reading after which there is another. Where the input cannot be read on, it is as if it ended there:
/// what stands before is imported all the same, and the reading that imports says why.
pub(super) fn next(source: &mut dyn RecordSource) -> Result<Option<Record>, ImportFailure> {
    match source.next() {
        Ok(record) => Ok(record),
        // The system may be able to read the next time.
        Err(error) if error.is_io() => Err(ImportFailure::Input(error)),
        Err(_) => Ok(None),
    }
}

/// Where to divide an input into `parts` of about as many records each: the beginnings of all but the first.
pub(super) async fn divide(input: Arc<dyn Input>, parts: usize) -> Result<Vec<Place>, ImportFailure> {
    /// As many places as are kept; every other one is forgotten when there are more.
    const KEPT: usize = 4_096;

    read_through(input, move |source, _| {
        let (mut places, mut every, mut records) = (vec![Place::START], 1, 0_u64);
        while let Some(record) = next(source)? {
            records += 1;
            if records.is_multiple_of(every) {
                places.push(record.end);
            }
            if places.len() > KEPT {
                let mut keep = false;
                places.retain(|_| {
                    keep = !keep;
                    keep
                });
                every *= 2;
            }
        }
        let wanted = |part: usize| (places.len().saturating_sub(1) * part).checked_div(parts);
        let mut starts: Vec<Place> = (1..parts).filter_map(|part| places.get(wanted(part)?)).copied().collect();
        starts.retain(|place| place.record > 0 && place.record < records);
        starts.dedup();
        Ok(starts)
    })
    .await
}

/// Reads on a thread of its own, which ends early when nobody waits for it any more.
pub(super) async fn read_through<T: Send + 'static>(
    input: Arc<dyn Input>,
    read: impl FnOnce(&mut dyn RecordSource, &AtomicBool) -> Result<T, ImportFailure> + Send + 'static,
) -> Result<T, ImportFailure> {
    struct Stop(Arc<AtomicBool>);

    impl Drop for Stop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    let stop = Stop(Arc::new(AtomicBool::new(false)));
    let stopped = Arc::clone(&stop.0);
    let reading = tokio::task::spawn_blocking(move || {
        let mut source = opened(&*input, Place::START)?;
        read(&mut *source, &stopped)
    });
    reading.await.map_err(|_| ImportFailure::Stopped)?
}

/// The state of an input, asked on a thread of its own.
pub(super) async fn state_of(input: &Arc<dyn Input>) -> Result<super::InputState, ImportFailure> {
    let input = Arc::clone(input);
    let state = tokio::task::spawn_blocking(move || input.state()).await.map_err(|_| ImportFailure::Stopped)?;
    state.map_err(|error: ReadError| ImportFailure::Input(error))
}
