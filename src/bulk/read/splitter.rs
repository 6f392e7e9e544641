use std::{fmt, io::Read};

use serde_json::{Map, Value};

use super::{
    ImportFormat, ReadOptions,
    csv::Rows,
    dump::{self, Dump},
    entries::Entries,
    layout::{self, Layout},
    lines::Lines,
    unpacked::Unpacked,
    values::Values,
    window::Window,
};
use crate::bulk::{Fault, Place, ReadError, format};

/// Finds the records of an input without understanding them: where each begins and ends, and its bytes.
///
/// [`RecordReader`](super::RecordReader) is this and the import schema. It is for whoever has another schema.
///
/// ```
/// use waystation::bulk::{ReadOptions, RecordSplitter};
///
/// let mut splitter = RecordSplitter::new(&b"{\"a\": 1}\n{\"a\": 2}\n"[..], None, ReadOptions::default())?;
/// while let Some(record) = splitter.next()? {
///     assert_eq!(record.text.unwrap().len(), 8);
/// }
/// # Ok::<(), waystation::bulk::ReadError>(())
/// ```
#[derive(Debug)]
pub struct RecordSplitter {
    window: Window,
    format: Option<ImportFormat>,
    options: ReadOptions,
    split: Option<Split>,
    failed: Option<(Place, &'static str, &'static str)>,
}

/// A record before it is understood: a JSON value, a row of CSV or of a dump, or an entry of LDIF with all its lines.
///
/// `Debug` shows its places only.
#[non_exhaustive]
pub struct RawRecord<'a> {
    /// Where it begins.
    pub place: Place,
    /// Where the next one is read from.
    pub end: Place,
    /// Its bytes; `None` where there are more than [`record_bytes`](ReadOptions::record_bytes).
    pub text: Option<&'a [u8]>,
}

impl fmt::Debug for RawRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRecord").field("place", &self.place).field("end", &self.end).finish_non_exhaustive()
    }
}

/// What finds the records.
#[derive(Debug)]
enum Split {
    Empty,
    Dump(Box<Dump>),
    Entries(Entries),
    Lines(Lines),
    Rows(Rows),
    Values(Values),
}

impl RecordSplitter {
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
        Self { window: Window::new(input), format, options, split: None, failed: None }
    }

    /// Where it stands.
    pub(super) const fn place(&self) -> Place {
        self.window.place()
    }

    pub(super) fn packed_bytes(&self) -> Option<u64> {
        self.window.packed_bytes()
    }

    pub(super) const fn options(&self) -> &ReadOptions {
        &self.options
    }

    /// The next record, or `None` at the end.
    ///
    /// # Errors
    ///
    /// When the rest cannot be read: the same error from then on.
    #[expect(clippy::should_implement_trait, reason = "what it gives is borrowed from it")]
    pub fn next(&mut self) -> Result<Option<RawRecord<'_>>, ReadError> {
        if let Some((place, code, problem)) = self.failed {
            return Err(ReadError::new(place, code, problem));
        }
        if self.split.is_none() {
            self.open(Place::START)?;
        }
        let found = match &mut self.split {
            None | Some(Split::Empty) => Ok(None),
            Some(Split::Dump(dump)) => dump.next(&mut self.window),
            Some(Split::Entries(entries)) => entries.next(&mut self.window),
            Some(Split::Lines(lines)) => lines.next(&mut self.window),
            Some(Split::Rows(rows)) => rows.next(&mut self.window),
            Some(Split::Values(values)) => values.next(&mut self.window),
        };
        if let Err(error) = &found {
            self.failed = Some((error.place, error.code, error.problem));
        }
        found
    }

    /// Goes on from `place`, which an earlier reading of the same input gave as [`RawRecord::end`]. Called before the first
    /// [`next`](Self::next), or not at all.
    ///
    /// # Errors
    ///
    /// When the input ends before that place, or is another one than it was.
    pub fn resume(&mut self, place: Place) -> Result<(), ReadError> {
        self.open(place)
    }

    fn open(&mut self, from: Place) -> Result<(), ReadError> {
        let opened = self.look(from);
        self.failed = opened.as_ref().err().map(|error| (error.place, error.code, error.problem));
        let split = opened?;
        self.options.record.has_titles = matches!(&split, Split::Rows(rows) if rows.has_titles());
        self.split = Some(split);
        Ok(())
    }

    /// Looks at the beginning, and goes to where the reading begins.
    fn look(&mut self, from: Place) -> Result<Split, ReadError> {
        let (window, most) = (&mut self.window, self.options.record_bytes);
        if let Some(problem) = self.options.fields.problem() {
            return Err(ReadError::new(Place::START, "fields.map", problem));
        }
        layout::begin(window)?;
        let found = match self.format {
            Some(ImportFormat::Supabase) if dump::begins(window)? => Some(Layout::Dump),
            None | Some(ImportFormat::Supabase | ImportFormat::UsersExport) => {
                Layout::find(window, most, &self.options.fields)?
            }
            Some(ImportFormat::Csv | ImportFormat::Clerk | ImportFormat::Cognito | ImportFormat::Okta) => {
                match window.skip_white()? {
                    None => None,
                    Some(_) => Some(Layout::csv(window, most, &self.options.fields, true)?),
                }
            }
            Some(ImportFormat::Firebase) => match window.skip_white()? {
                Some(b'[' | b'{') | None => Layout::find(window, most, &self.options.fields)?,
                Some(_) => Some(Layout::Headless),
            },
            Some(ImportFormat::Json | ImportFormat::Django | ImportFormat::Keycloak | ImportFormat::Kratos) => {
                match window.skip_white()? {
                    Some(b'[' | b'{') | None => Layout::find(window, most, &self.options.fields)?,
                    Some(_) => Some(Layout::Concatenated),
                }
            }
            Some(ImportFormat::JsonLines) => Some(Layout::Lines),
            Some(ImportFormat::Ldif) => Some(Layout::Entries),
        };
        let is_json = !matches!(found, None | Some(Layout::Csv { .. } | Layout::Dump | Layout::Headless));
        if is_json && self.options.fields.has_columns() {
            let problem = "a field map for JSON or LDIF names members by pointers, such as `/mail`: one of its sources has no `/`";
            return Err(ReadError::new(Place::START, "fields.map", problem));
        }
        let resumed = from != Place::START;
        let member = match self.format {
            Some(ImportFormat::Firebase | ImportFormat::Keycloak) => Some("users"),
            // The command puts the list into an object, the API and a line for each do not.
            Some(ImportFormat::Kratos) if layout::has_first_key(window, b"\"identities\"")? => Some("identities"),
            Some(_) | None => None,
        };
        let behind = |values: Values| Split::Values(if resumed { values.behind_value() } else { values });
        let split = match (found, member) {
            (None, _) => Split::Empty,
            (Some(Layout::Csv { delimiter }), _) => {
                let rows = Rows::open(window, delimiter, &self.options.fields, most)?;
                Split::Rows(rows.marked(self.format == Some(ImportFormat::UsersExport)))
            }
            (Some(Layout::Dump), _) => {
                Split::Dump(Box::new(Dump::open(window, format::SUPABASE_TABLE, &self.options.fields, most)?))
            }
            (Some(Layout::Headless), _) => Split::Rows(Rows::fixed(
                &format::FIREBASE_COLUMNS,
                format::FEWEST_FIREBASE_COLUMNS,
                &self.options.fields,
                most,
            )),
            (Some(Layout::Entries), _) => Split::Entries(Entries::new(most)),
            (Some(Layout::Array), _) => behind(Values::of_array(most)),
            (Some(_), Some(name)) => behind(Values::of_member(name, most)),
            (Some(Layout::Concatenated), None) => behind(Values::concatenated(most)),
            (Some(Layout::Lines), None) => Split::Lines(Lines::new(most)),
        };
        if resumed {
            window.go_to(from)?;
        }
        Ok(split)
    }

    /// Whether records are entries of LDIF.
    pub(super) const fn is_entries(&self) -> bool {
        matches!(self.split, Some(Split::Entries(_)))
    }

    /// A row as a record of the import schema, and what keeps it from being one; `None` where records are JSON.
    pub(super) fn row(&self, text: &[u8]) -> Option<(Map<String, Value>, Option<Fault>)> {
        match &self.split {
            Some(Split::Dump(dump)) => Some(dump.record(text)),
            Some(Split::Rows(rows)) => Some(rows.record(text)),
            Some(Split::Empty | Split::Entries(_) | Split::Lines(_) | Split::Values(_)) | None => None,
        }
    }
}
