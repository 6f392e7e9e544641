use std::io::Read;

use serde_json::{Map, Value};

use super::{
    ImportFormat, ReadOptions, RecordSplitter,
    quarantined::{Original, Quarantined, put_aside},
    unpacked::Unpacked,
};
use crate::bulk::{
    Fault, FaultCode, HashExport, ImportRecord, Place, ReadError, Record, RecordSource,
    format::{self, Translated},
    record::Faults,
};

/// Records of the import schema from any input: plain, gzip or zstd.
///
/// Memory is a window of 256 KiB, which doubles until the longest record has room in it and so is never more than twice
/// [`record_bytes`](ReadOptions::record_bytes); and what unpacking takes, 8 MiB or little more.
///
/// ```
/// use waystation::bulk::{ReadOptions, RecordReader, RecordSource};
///
/// let text = br#"[{"email": "ada@example.com"}, {"email": "nobody"}]"#;
/// let mut reader = RecordReader::new(&text[..], None, ReadOptions::default())?;
/// assert!(reader.next()?.unwrap().user.is_ok());
/// let refused = reader.next()?.unwrap();
/// assert_eq!((refused.place.record, refused.place.offset), (1, 31));
/// assert_eq!(refused.user.unwrap_err()[0].to_string(), "/email: not a well-formed email (email.syntax)");
/// assert!(reader.next()?.is_none());
/// # Ok::<(), waystation::bulk::ReadError>(())
/// ```
///
/// # What a bad record costs
///
/// Itself. One that is too long is passed over in constant memory, and one whose brackets balance and that is no JSON is
/// left out. Where they do not balance, the next line is the next record if every record has a line of its own; in an array
/// or a concatenation nobody can say where the next one begins, and the reading ends with a [`ReadError`].
#[derive(Debug)]
pub struct RecordReader {
    splitter: RecordSplitter,
    format: Option<ImportFormat>,
    hashes: Option<HashExport>,
}

impl RecordReader {
    /// Reads `input`, in `format` or in the one that it looks like.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or begins like something that cannot be read here.
    pub fn new(
        input: impl Read + Send + 'static,
        format: Option<ImportFormat>,
        options: ReadOptions,
    ) -> Result<Self, ReadError> {
        Ok(Self::over(Unpacked::stream(Box::new(input), options.ratio)?, format, options))
    }

    pub(super) fn over(input: Unpacked, format: Option<ImportFormat>, options: ReadOptions) -> Self {
        Self { splitter: RecordSplitter::over(input, format, options), format, hashes: None }
    }

    /// Where it stands.
    pub(super) const fn place(&self) -> Place {
        self.splitter.place()
    }
}

/// What a record is in the import schema, or what keeps it from being that.
enum Prepared {
    Same,
    Skipped,
    Map(Map<String, Value>),
    /// With what is put aside, where that is not what was read.
    Refused(Option<Vec<u8>>, Vec<Fault>),
}

impl RecordReader {
    /// Reads the hashes of the same users beside it. For [`UsersExport`](ImportFormat::UsersExport).
    pub fn with_hashes(mut self, hashes: HashExport) -> Self {
        self.hashes = Some(hashes);
        self
    }

    fn prepare(&self, text: &[u8]) -> Prepared {
        let options = self.splitter.options();
        let row = self.splitter.row(text);
        let is_own = matches!(self.format, None | Some(ImportFormat::Json | ImportFormat::JsonLines));
        let translated = match row {
            None if self.splitter.is_entries() => Some(format::translate_entry(text, options)),
            Some((mut row, Some(fault))) => {
                options.fields.put_constants(&mut row);
                return Prepared::Refused(self.original(text).or_else(|| Some(written(&row))), vec![fault]);
            }
            Some((row, None)) => Some(format::translate_row(self.format, row, options)),
            None => match Quarantined::read(text).filter(|_| is_own) {
                Some(Ok(quarantined)) => Some(quarantined.translate(options)),
                Some(Err(faults)) => Some(Translated::Refused(faults, Map::new())),
                None => format::translate(self.format, text, options),
            },
        };
        match translated {
            None => Prepared::Same,
            Some(Translated::Record(record)) => Prepared::Map(record),
            Some(Translated::Skipped) => Prepared::Skipped,
            Some(Translated::Refused(faults, rest)) => Prepared::Refused(self.original(text), self.all(faults, &rest)),
        }
    }

    /// Those faults, and those that the schema finds in what else there is. That nobody is named may be due to the first ones.
    fn all(&self, told: Vec<Fault>, rest: &Map<String, Value>) -> Vec<Fault> {
        let found = ImportRecord::from_json(&written(rest), &self.splitter.options().record).err();
        let mut faults = Faults::default();
        let is_own =
            |fault: &Fault| !matches!(&*fault.detail, "record.nobody" | "email.missing") && !told.contains(fault);
        let more: Vec<Fault> = found.into_iter().flatten().filter(is_own).collect();
        for fault in told.into_iter().chain(more) {
            faults.push(fault);
        }
        faults.into_vec()
    }

    /// A record of another system, or one that a field map is for, as it is put aside; `None` for one of the import schema.
    fn original(&self, text: &[u8]) -> Option<Vec<u8>> {
        let from = match self.format {
            // Its row is by the names of the import schema.
            Some(ImportFormat::Csv) => return None,
            None | Some(ImportFormat::Json | ImportFormat::JsonLines) if self.splitter.options().fields.is_empty() => {
                return None;
            }
            from => from.unwrap_or(ImportFormat::JsonLines),
        };
        let original = match self.splitter.row(text) {
            Some((row, _)) => Original::Row(row),
            None if self.splitter.is_entries() => Original::Entry(text),
            None => Original::Record(text),
        };
        Some(put_aside(from, &self.splitter.options().fields, original))
    }
}

impl RecordSource for RecordReader {
    fn next(&mut self) -> Result<Option<Record>, ReadError> {
        loop {
            let Some(found) = self.splitter.next()? else { return Ok(None) };
            let (place, end) = (found.place, found.end);
            let Some(text) = found.text.map(<[u8]>::to_vec) else {
                let message = format!("it is longer than {} bytes", self.splitter.options().record_bytes);
                let fault = Fault::new(FaultCode::MaxLength, "record.too_large", "", message);
                return Ok(Some(Record::new(place, end, Vec::new(), Err(vec![fault]))));
            };
            let raw = match self.prepare(&text) {
                Prepared::Skipped => continue,
                Prepared::Same => text,
                Prepared::Refused(aside, faults) => {
                    return Ok(Some(Record::new(place, end, aside.unwrap_or(text), Err(faults))));
                }
                Prepared::Map(mut record) => {
                    if let Some(hashes) = &mut self.hashes {
                        hashes.complete(&mut record).map_err(|error| ReadError::io(place, error))?;
                    }
                    written(&record)
                }
            };
            let user = ImportRecord::from_json(&raw, &self.splitter.options().record).map(Box::new);
            return Ok(Some(Record::new(place, end, raw, user)));
        }
    }

    fn resume(&mut self, place: Place) -> Result<(), ReadError> {
        self.splitter.resume(place)
    }

    fn packed_bytes(&self) -> Option<u64> {
        self.splitter.packed_bytes()
    }
}

fn written(record: &Map<String, Value>) -> Vec<u8> {
    // A map of texts and JSON is always written.
    serde_json::to_vec(record).unwrap_or_default()
}
