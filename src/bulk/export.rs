use std::{
    fmt,
    io::{self, Write},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};

use tempfile::NamedTempFile;

use crate::store::{Filter, UserStore};

mod cell;
mod error;
mod field;
mod layout;
mod packed;
mod pages;
mod walk;

pub use self::{
    cell::CsvTexts,
    error::ExportError,
    field::{ExportField, ExportFieldError},
    packed::Packing,
};

pub(in crate::bulk) use field::USUAL;

use layout::Layout;
use packed::Packed;
use pages::Pages;
use walk::Walk;

/// How users are written, one after the other.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// A row of commas a user, under a header. Ends of lines are line feeds.
    Csv,
    /// A JSON array.
    Json,
    /// A JSON object a line (NDJSON).
    #[default]
    JsonLines,
}

/// Writes the users of a store to a file, in the order of their ids and in constant memory.
///
/// As JSON and without [`fields`](Self::fields), a user is written as an import takes it: leaving is as easy as coming.
/// Passwords' hashes and second factors are written when [asked for](Self::secrets).
///
/// It is of the moment at which it began, where the store takes [snapshots](crate::store::SnapshotStore), as all of ours do:
/// what is written meanwhile, by anybody, is not in it.
///
/// ```
/// use std::sync::Arc;
///
/// use waystation::{
///     bulk::{ExportField, ExportFormat, Exporter},
///     store::MemoryStore,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = Arc::new(MemoryStore::new());
/// let fields = ["user_id", "email", "identities[0].connection"];
/// let fields = fields.into_iter().map(ExportField::new).collect::<Result<Vec<_>, _>>()?;
/// let mut csv = Vec::new();
/// let exported = Exporter::new(store).format(ExportFormat::Csv).fields(fields).write_to(&mut csv).await?;
/// assert_eq!((exported.users, csv), (0, b"user_id,email,identities[0].connection\n".to_vec()));
/// # Ok(())
/// # }
/// ```
pub struct Exporter {
    store: Arc<dyn UserStore>,
    layout: Layout,
    packing: Packing,
    most_columns: usize,
    filter: Filter,
    snapshot: bool,
    page: usize,
    limit: u64,
    watch: Box<Watch>,
}

/// Is told what has been written, and says whether to go on.
type Watch = dyn Fn(&Exported) -> ControlFlow<()> + Send + Sync;

/// What has been written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Exported {
    /// How many users.
    pub users: u64,
    /// How many bytes of output, packed. What the packing still holds back is not counted before the end.
    pub bytes: u64,
    /// Whether everybody was written; if not, it was [stopped](Exporter::watch).
    pub is_complete: bool,
}

impl Exporter {
    /// Writes everybody in this store, as NDJSON, not packed, without secrets.
    pub fn new(store: Arc<dyn UserStore>) -> Self {
        Self {
            store,
            layout: Layout::default(),
            packing: Packing::None,
            most_columns: 30,
            filter: Filter::All,
            snapshot: true,
            page: 2_000,
            limit: u64::MAX,
            watch: Box::new(|_| ControlFlow::Continue(())),
        }
    }

    /// In this format.
    pub const fn format(mut self, format: ExportFormat) -> Self {
        self.layout.format = format;
        self
    }

    /// Packed like this.
    pub const fn packing(mut self, packing: Packing) -> Self {
        self.packing = packing;
        self
    }

    /// These fields, in this order; without any, the whole user, which for CSV is
    /// [`ExportField::usual`].
    pub fn fields(mut self, fields: impl Into<Vec<ExportField>>) -> Self {
        self.layout.fields = fields.into();
        self
    }

    /// The most columns of CSV. 30 unless given, as the reference product has it.
    pub const fn most_columns(mut self, most: usize) -> Self {
        self.most_columns = most;
        self
    }

    /// What is done about texts in CSV that a spreadsheet would compute.
    pub const fn csv_texts(mut self, texts: CsvTexts) -> Self {
        self.layout.texts = texts;
        self
    }

    /// Only those who match: [`Query::into_filter`](crate::search::Query::into_filter).
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// With the hashes of passwords and second factors, where whole users are written. Whoever has the file can try
    /// passwords: keep it as you keep the database.
    pub const fn secrets(mut self) -> Self {
        self.layout.secrets = true;
        self
    }

    /// Looks at the users page by page, each as they are then, and not as they were at one moment: for exports that take so
    /// long that the database should not keep everything for them which is written over meanwhile.
    ///
    /// Whoever is there for the whole export, and matches, is written exactly once. Who comes, goes or changes meanwhile may
    /// be written or not, as they were or are.
    pub const fn without_snapshot(mut self) -> Self {
        self.snapshot = false;
        self
    }

    /// How many users are read at once at most, and about a MiB of them where the store knows how large they are; at most seven
    /// times as many are in memory. 2,000 unless given, at least one.
    pub const fn page(mut self, users: usize) -> Self {
        self.page = if users == 0 { 1 } else { users };
        self
    }

    /// The first so many users in the order of their ids. Everybody unless given.
    pub const fn limit(mut self, users: u64) -> Self {
        self.limit = users;
        self
    }

    /// What the store is called where everybody's first identity is an account in it: its connection, and the provider before
    /// the `|` of ids that have none. Without, only linked accounts are identities.
    pub fn primary(mut self, connection: impl Into<String>, provider: impl Into<String>) -> Self {
        self.layout.primary = Some((connection.into(), provider.into()));
        self
    }

    /// Is told after each page what has been written, and may stop there.
    pub fn watch(mut self, watch: impl Fn(&Exported) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        self.watch = Box::new(watch);
        self
    }

    /// Writes to a file that is there, whole, only if this succeeds and was not stopped; what was there before stays until
    /// then.
    ///
    /// It is written beside its place, under a name with `.part` in it that only this user may read. An error, a stop or a
    /// dropped call removes it; a kill leaves it.
    ///
    /// # Errors
    ///
    /// As [`write_to`](Self::write_to).
    pub async fn to_file(&self, path: impl AsRef<Path> + Send) -> Result<Exported, ExportError> {
        let path = path.as_ref();
        let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().unwrap_or_default();
        let part = tempfile::Builder::new().prefix(name).suffix(".part").tempfile_in(beside);
        let part = part.map_err(ExportError::write)?;
        let exported = self.write_to(part.as_file()).await?;
        if exported.is_complete {
            settle(part, path).map_err(ExportError::write)?;
        }
        Ok(exported)
    }

    /// Writes to anything. Writing blocks: on a busy runtime, give it a thread of its own. Pages are made on up to six of the
    /// runtime's threads for what blocks, which must not all be taken for long.
    ///
    /// An output that was stopped or has failed is cut: without the end of its array, or of its packing.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked or cannot list its users, when there are too many columns, and when the output takes
    /// no more; [`ExportError::Full`] when there is no room for it.
    pub async fn write_to<W: Write + Send>(&self, output: W) -> Result<Exported, ExportError> {
        let mut layout = self.layout.clone();
        if layout.format == ExportFormat::Csv {
            if layout.fields.is_empty() {
                layout.fields = ExportField::usual();
            }
            if layout.fields.len() > self.most_columns {
                return Err(ExportError::Columns { given: layout.fields.len(), most: self.most_columns });
            }
        }
        if layout.repeats_a_name() {
            return Err(ExportError::Names);
        }
        let layout = Arc::new(layout);
        let mut output = Packed::new(output, self.packing).map_err(ExportError::write)?;
        let mut exported = Exported::default();
        let walk = Walk::begin(&self.store, &self.filter, self.page, self.snapshot).await?;
        let mut pages = Pages::of(walk, Arc::clone(&layout), self.limit);
        let mut next = pages.next().await?;
        output.write_all(&layout.begin()).map_err(ExportError::write)?;
        while let Some(page) = next {
            output.write_all(layout.page(&page.text, exported.users == 0)).map_err(ExportError::write)?;
            exported.users += page.users;
            exported.bytes = output.written();
            if (self.watch)(&exported).is_break() {
                return Ok(exported);
            }
            next = pages.next().await?;
        }
        output.write_all(layout.end(exported.users == 0)).map_err(ExportError::write)?;
        exported.bytes = output.finish().map_err(ExportError::write)?;
        exported.is_complete = true;
        Ok(exported)
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter")
            .field("format", &self.layout.format)
            .field("packing", &self.packing)
            .field("secrets", &self.layout.secrets)
            .finish_non_exhaustive()
    }
}

fn settle(part: NamedTempFile, path: &Path) -> io::Result<()> {
    part.as_file().sync_all()?;
    part.persist(path).map(|_| ()).map_err(|error| error.error)
}
