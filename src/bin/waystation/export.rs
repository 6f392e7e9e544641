use std::{
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clap::{Args, ValueEnum};
use serde_json::json;
use waystation::{
    UserStore,
    bulk::{CsvTexts, ExportError, ExportField, ExportFormat, Exported, Exporter, Packing},
    clock::{Clock as _, SystemClock},
    store::Filter,
};

use crate::{
    arguments::Global,
    failure::{Exit, Failure},
    interrupt::interrupted,
    output,
    progress::{Progress, Step},
    search,
    settings::Settings,
    store::{self, Missing},
};

const AFTER_HELP: &str = "\
As JSON and without --field, users are written as `import` takes them. Without --secrets they have no password then, and have
to recover one: to move them elsewhere, ask for secrets, and keep the file as you keep the database.";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// The file; standard output unless given
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Only those who match, in the syntax of `search`
    #[arg(long)]
    query: Option<String>,
    /// What to write; as the name of the file ends unless given, else ndjson
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How to pack it; as the name of the file ends unless given, else not at all
    #[arg(long, value_enum)]
    pack: Option<Pack>,
    /// A field to write, and the name to write it under; again for each. `user_metadata.plan=Plan`
    #[arg(long = "field", value_name = "PATH[=NAME]")]
    fields: Vec<String>,
    /// Most columns of CSV
    #[arg(long, default_value_t = 30, value_name = "COLUMNS")]
    most_columns: usize,
    /// What becomes of texts in CSV that a spreadsheet would compute
    #[arg(long, value_enum, default_value_t = Texts::MarkComputed)]
    texts: Texts,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// With the hashes of passwords and the secrets of second factors
    #[arg(long, conflicts_with = "fields")]
    secrets: bool,
    /// Read each user as they are then, and keep the database from nothing meanwhile; without this, all are as they were when
    /// the export began
    #[arg(long)]
    without_snapshot: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    Csv,
    Json,
    Ndjson,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Pack {
    Gzip,
    None,
    Zstd,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Texts {
    /// As they are: for programs only
    AsTheyAre,
    /// A `'` before every text, as the reference product does
    MarkAll,
    /// A `'` before those that would be computed
    MarkComputed,
}

pub(crate) async fn run(options: &Options, global: &Global) -> Result<Exit, Failure> {
    let filter = search::query(options.query.as_deref())?.into_filter();
    let fields = fields(&options.fields)?;
    options.check()?;
    let settings = Settings::read(global)?;
    let store = store::open(&settings, Missing::Refuse).await?;
    let stopped = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&stopped);
    tokio::spawn(async move {
        interrupted("stopping").await;
        stop.store(true, Ordering::Relaxed);
    });

    let (progress, clock) = (Progress::begin(), SystemClock::new());
    let began = clock.monotonic();
    let total = counted(&store, &filter);
    let watch = move |exported: &Exported| {
        let elapsed = clock.monotonic().saturating_sub(began);
        let total = total.get().copied().flatten();
        progress.show(&Step {
            what: "users",
            users: exported.users,
            total_users: total,
            before: 0,
            bytes: exported.bytes,
            total_bytes: None,
            elapsed,
            left: total.and_then(|total| left(exported.users, total, elapsed)),
        });
        if stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let (format, packing) = (options.format(), options.packing());
    let exporter = Exporter::new(store).format(format).packing(packing).fields(fields).filter(filter);
    let exporter = exporter.most_columns(options.most_columns).csv_texts(options.texts.into()).watch(watch);
    let exporter = if options.secrets { exporter.secrets() } else { exporter };
    let exporter = if options.without_snapshot { exporter.without_snapshot() } else { exporter };
    let ended = if options.file.as_os_str() == "-" {
        exporter.write_to(io::stdout()).await
    } else {
        exporter.to_file(&options.file).await
    };
    // The bar is gone before anything else is said.
    drop(exporter);
    let written = ended.map_err(|error| match error {
        // Whoever reads it may have had enough.
        ExportError::Write(error) => Failure::of("the export cannot be written", error),
        error => Failure::of("the export cannot go on", error),
    })?;
    if !written.is_complete {
        tell!("stopped after {} users; an export begins anew", written.users);
        return Ok(Exit::Interrupted);
    }
    if written.users == 0 && options.query.is_none() {
        store::tell_that_nobody_is_there(&settings);
    }
    if global.json && options.file.as_os_str() != "-" {
        output::json(&json!({"users": written.users, "bytes": written.bytes}))?;
    } else {
        tell!("{} users, {} bytes", written.users, written.bytes);
    }
    Ok(Exit::Done)
}

/// How many users there are to export, once the store has said it: nobody waits for it.
fn counted(store: &Arc<dyn UserStore>, filter: &Filter) -> Arc<OnceLock<Option<u64>>> {
    let total = Arc::new(OnceLock::new());
    let (store, filter, told) = (Arc::clone(store), filter.clone(), Arc::clone(&total));
    tokio::spawn(async move {
        let count = match store.as_search() {
            Some(search) => search.count(&filter).await.ok(),
            None => None,
        };
        // Nobody else tells.
        let _told = told.set(count);
    });
    total
}

/// How long the rest takes at the rate so far.
fn left(done: u64, total: u64, elapsed: Duration) -> Option<Duration> {
    let millis = u64::try_from(elapsed.as_millis()).ok()?;
    millis.checked_mul(total.saturating_sub(done))?.checked_div(done).map(Duration::from_millis)
}

/// # Errors
///
/// When one of them is no path.
fn fields(texts: &[String]) -> Result<Vec<ExportField>, Failure> {
    let read = |text: &String| {
        let (path, name) = text.split_once('=').map_or((text.as_str(), None), |(path, name)| (path, Some(name)));
        let field = ExportField::new(path)?;
        name.map_or(Ok(field.clone()), |name| field.export_as(name))
    };
    let read = |text| read(text).map_err(|error| Failure::misused(format!("--field {text}: {error}")));
    texts.iter().map(read).collect()
}

impl Options {
    /// # Errors
    ///
    /// When it asks for what cannot be, or would write over something.
    fn check(&self) -> Result<(), Failure> {
        if self.secrets && self.format() == ExportFormat::Csv {
            return Err(Failure::misused("a table has no secrets: export them as ndjson or json"));
        }
        // Of a link too: it would be replaced, and not what it names.
        match fs::symlink_metadata(&self.file) {
            Ok(there) if !there.is_file() => {
                let what = "it is no file: leave the name out, and send standard output there";
                Err(Failure::misused(format!("{}: {what}", self.file.display())))
            }
            Ok(_) if !self.force => {
                Err(Failure::misused(format!("{} is there already: --force writes over it", self.file.display())))
            }
            _ => Ok(()),
        }
    }

    fn format(&self) -> ExportFormat {
        let named = || {
            let unpacked = if self.named_packing() == Pack::None { None } else { self.file.file_stem() };
            match Path::new(unpacked.unwrap_or(self.file.as_os_str())).extension()?.to_str()? {
                "csv" => Some(Format::Csv),
                "json" => Some(Format::Json),
                _ => None,
            }
        };
        match self.format.or_else(named) {
            Some(Format::Csv) => ExportFormat::Csv,
            Some(Format::Json) => ExportFormat::Json,
            Some(Format::Ndjson) | None => ExportFormat::JsonLines,
        }
    }

    fn packing(&self) -> Packing {
        match self.pack.unwrap_or_else(|| self.named_packing()) {
            Pack::Gzip => Packing::Gzip,
            Pack::None => Packing::None,
            Pack::Zstd => Packing::Zstd,
        }
    }

    fn named_packing(&self) -> Pack {
        match self.file.extension().and_then(|end| end.to_str()) {
            Some("gz") => Pack::Gzip,
            Some("zst") => Pack::Zstd,
            _ => Pack::None,
        }
    }
}

impl From<Texts> for CsvTexts {
    fn from(texts: Texts) -> Self {
        match texts {
            Texts::AsTheyAre => Self::AsTheyAre,
            Texts::MarkAll => Self::Marked,
            Texts::MarkComputed => Self::MarkedIfComputed,
        }
    }
}
