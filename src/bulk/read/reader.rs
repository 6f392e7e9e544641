use std::io::Read;

use super::{
    ImportFormat, ReadOptions,
    csv::Rows,
    layout::{self, Layout},
    lines::Lines,
    unpacked::Unpacked,
    values::Values,
    window::Window,
};
use crate::bulk::{Fault, FaultCode, ImportRecord, Place, ReadError, Record, RecordSource};

/// Records of the import schema from any input: plain, gzip or zstd.
///
/// Memory is a window of 256 KiB, which grows to the longest record and not above
/// [`record_bytes`](ReadOptions::record_bytes) by more than that; and what unpacking takes, 32 MiB at the most.
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
    window: Window,
    format: Option<ImportFormat>,
    options: ReadOptions,
    rows: Option<Split>,
    /// Where it goes on, if not at the beginning.
    from: Place,
    failed: Option<(Place, &'static str, &'static str)>,
}

/// What finds the records.
#[derive(Debug)]
enum Split {
    Empty,
    Lines(Lines),
    Rows(Rows),
    Values(Values),
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
        let window = Window::new(input);
        Self { window, format, options, rows: None, from: Place::START, failed: None }
    }

    /// Where it stands.
    pub(super) const fn place(&self) -> Place {
        self.window.place()
    }

    /// Looks at the beginning, and goes to where the reading begins.
    fn open(&mut self) -> Result<Split, ReadError> {
        let (window, most) = (&mut self.window, self.options.record_bytes);
        layout::begin(window)?;
        let found = match self.format {
            None => Layout::find(window, most)?,
            Some(ImportFormat::Csv) => match window.skip_white()? {
                None => None,
                Some(_) => Some(Layout::csv(window, most)?),
            },
            Some(ImportFormat::Json) => match Layout::find(window, most)? {
                Some(Layout::Csv { .. }) => Some(Layout::Concatenated),
                found => found,
            },
            Some(ImportFormat::JsonLines) => Some(Layout::Lines),
        };
        let resumed = self.from != Place::START;
        let split = match found {
            None => Split::Empty,
            Some(Layout::Array) if resumed => Split::Values(Values::of_array(most).behind_value()),
            Some(Layout::Array) => Split::Values(Values::of_array(most)),
            Some(Layout::Concatenated) => Split::Values(Values::concatenated(most)),
            Some(Layout::Csv { delimiter }) => Split::Rows(Rows::open(window, delimiter, &self.options.fields, most)?),
            Some(Layout::Lines) => Split::Lines(Lines::new(most)),
        };
        if resumed {
            window.go_to(self.from)?;
        }
        Ok(split)
    }

    fn read(&mut self) -> Result<Option<Record>, ReadError> {
        let split = match &mut self.rows {
            Some(split) => split,
            None => {
                let split = self.open()?;
                self.rows.insert(split)
            }
        };
        let piece = match split {
            Split::Empty => None,
            Split::Lines(lines) => lines.next(&mut self.window)?,
            Split::Rows(rows) => rows.next(&mut self.window)?,
            Split::Values(values) => values.next(&mut self.window)?,
        };
        let Some(piece) = piece else { return Ok(None) };
        let Some(text) = piece.text else {
            let message = format!("it is longer than {} bytes", self.options.record_bytes);
            let fault = Fault::new(FaultCode::MaxLength, "record.too_large", "", message);
            return Ok(Some(Record::new(piece.place, piece.end, Vec::new(), Err(vec![fault]))));
        };
        let (raw, fault) = match split {
            Split::Rows(rows) => rows.record(text),
            Split::Empty | Split::Lines(_) | Split::Values(_) if self.options.fields.is_empty() => {
                (text.to_vec(), None)
            }
            Split::Empty | Split::Lines(_) | Split::Values(_) => (self.options.fields.renamed(text), None),
        };
        let user = match fault {
            Some(fault) => Err(vec![fault]),
            None => ImportRecord::from_json(&raw, &self.options.record).map(Box::new),
        };
        Ok(Some(Record::new(piece.place, piece.end, raw, user)))
    }
}

impl RecordSource for RecordReader {
    fn next(&mut self) -> Result<Option<Record>, ReadError> {
        if let Some((place, code, problem)) = self.failed {
            return Err(ReadError::new(place, code, problem));
        }
        let read = self.read();
        if let Err(error) = &read {
            self.failed = Some((error.place, error.code, error.problem));
        }
        read
    }

    fn resume(&mut self, place: Place) -> Result<(), ReadError> {
        self.from = place;
        match self.open() {
            Ok(split) => self.rows = Some(split),
            Err(error) => {
                self.failed = Some((error.place, error.code, error.problem));
                return Err(error);
            }
        }
        Ok(())
    }
}
