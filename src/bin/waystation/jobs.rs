use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::Subcommand;
use indicatif::HumanDuration;
use serde::Serialize;
use serde_json::{Value, json};
use waystation::{
    UserStore,
    api::ApiWorker,
    bulk::{Fault, FileInputs, ImportJobs, ImportReport, ImportStatus, ImportWorker, OpenInput as _, QuarantineFile},
    clock::{Clock as _, SystemClock, Timestamp},
    store::{Job, JobFault, JobId},
};

use crate::{
    arguments::Global,
    engine,
    failure::{Exit, Failure},
    import::{self, asked, no_such_job, spool},
    interrupt::{CHECKPOINT, interrupted},
    output,
    settings::Settings,
    store::{self, Missing},
    time,
};

/// What the store calls the command's imports.
pub(crate) const OWN: [&str; 2] = [ImportJobs::KIND, ImportJobs::KIND_OF_WHOLE];

/// So many faults are asked for at once.
const PAGE: usize = 1_000;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Stop an import for good; what it has done stays done
    Cancel { id: String },
    /// Print what was wrong with records, one JSON object a line
    Errors {
        id: String,
        /// Write the records to this file too, to be corrected and imported again
        #[arg(long, value_name = "FILE")]
        quarantine: Option<PathBuf>,
    },
    /// List the imports, the newest first
    List {
        /// How many
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Forget imports of this command that have been over for some time, and what was wrong with their records. A server
    /// forgets its own
    Prune {
        /// For so many days
        #[arg(long, default_value_t = 30)]
        days: u64,
    },
    /// Show how far an import is
    Show { id: String },
    /// Work on imports until Ctrl-C: as many processes as you like share them
    Work {
        /// How many jobs all processes together work on at once
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
        at_most: u16,
    },
}

pub(crate) async fn run(command: Command, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::read(global)?;
    if let Command::Work { at_most } = command {
        let passwords = Arc::new(engine::passwords(&settings)?);
        let inputs = import::inputs(&settings, &passwords)?;
        let (importer, _store, _progress) = import::importer(&settings, &passwords, Missing::Refuse).await?;
        let worker = ImportWorker::new(importer, Arc::new(inputs)).at_most(at_most.into());
        worker
            .run_until(interrupted(CHECKPOINT))
            .await
            .map_err(|error| Failure::of("the imports cannot go on", error))?;
        tell!("stopped; what was worked on goes on with the next: {}", global.command("jobs work"));
        return Ok(Exit::Done);
    }
    let store = store::open(&settings, Missing::Refuse).await?;
    let jobs = ImportJobs::new(Arc::clone(&store));
    match command {
        Command::Cancel { id } => cancel(&jobs, &JobId::new(id), global).await,
        Command::Errors { id, quarantine } => {
            let inputs = import::inputs(&settings, &engine::passwords(&settings)?)?;
            errors(&jobs, &JobId::new(id), quarantine.as_deref(), &inputs, global).await
        }
        Command::List { limit } => list(&*store, &jobs, limit, global).await,
        Command::Prune { days } => prune(&*store, days, global).await,
        Command::Show { id } => {
            let id = JobId::new(id);
            let status = jobs.status(&id).await.map_err(asked)?.ok_or_else(|| no_such_job(&id))?;
            print(&status, global)?;
            Ok(Exit::Done)
        }
        Command::Work { .. } => Ok(Exit::Done),
    }
}

/// An import as it is printed.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    status: &'static str,
    created_at: String,
    dry_run: bool,
    file: Option<&'a str>,
    bytes: u64,
    total_bytes: Option<u64>,
    time_left_seconds: Option<u64>,
    report: &'a ImportReport,
    stopped: Option<&'a str>,
}

pub(crate) fn print(status: &ImportStatus, global: &Global) -> Result<(), Failure> {
    let ImportStatus { id, report, .. } = status;
    let shown = Shown {
        id: id.as_str(),
        status: status.status.as_str(),
        created_at: time::show(status.created_at),
        dry_run: status.spec.dry_run,
        file: file(status),
        bytes: status.bytes,
        total_bytes: status.total_bytes,
        time_left_seconds: status.time_left().map(|left| left.as_secs()),
        report,
        stopped: status.stopped.as_deref(),
    };
    if global.json {
        return output::json(&shown);
    }
    let dry = if shown.dry_run { ", a dry run: nothing was written" } else { "" };
    output::line(format_args!("import {}: {}{dry}", shown.id, shown.status))?;
    if let Some(file) = shown.file {
        output::line(format_args!("  of {file}"))?;
    }
    if let Some(left) = status.time_left() {
        output::line(format_args!("  {:#} left", HumanDuration(left)))?;
    }
    if let Some(stopped) = shown.stopped {
        output::line(format_args!("  {stopped}"))?;
    }
    let numbers = [
        ("read", report.read),
        ("inserted", report.inserted),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("failed", report.failed),
        ("duplicates", report.duplicates),
        ("deleted here", report.tombstoned),
        ("hashes wrapped", report.wrapped),
        ("hashes not to be wrapped", report.not_wrapped),
    ];
    for (name, number) in numbers.into_iter().filter(|(name, number)| *number > 0 || *name == "read") {
        output::line(format_args!("  {name:<28} {number:>12}"))?;
    }
    for (code, count) in &report.faults {
        output::line(format_args!("  {:<28} {count:>12}", code.as_str()))?;
    }
    for (scheme, count) in &report.schemes {
        output::line(format_args!("  {:<28} {count:>12}", format!("hashes of {scheme}")))?;
    }
    Ok(())
}

/// The file that is imported, if that is what the job names.
fn file(status: &ImportStatus) -> Option<&str> {
    status.spec.input.get("path")?.as_str()
}

/// Records that nothing was made of.
pub(crate) const fn not_imported(report: &ImportReport) -> u64 {
    report.failed.saturating_add(report.duplicates).saturating_add(report.tombstoned)
}

async fn cancel(jobs: &ImportJobs, id: &JobId, global: &Global) -> Result<Exit, Failure> {
    let is_cancelled = jobs.cancel(id).await.map_err(asked)?;
    if global.json {
        output::json(&json!({"id": id.as_str(), "cancelled": is_cancelled}))?;
    }
    if is_cancelled {
        if let Some(kept) = spool::of_job(jobs, id).await? {
            tell!("what came from standard input is in {} until `jobs prune`", kept.display());
        }
        return Ok(Exit::Done);
    }
    tell!("waystation: there is no such import, or it is over");
    Ok(Exit::Refused)
}

async fn list(store: &dyn UserStore, jobs: &ImportJobs, limit: usize, global: &Global) -> Result<Exit, Failure> {
    let table = store.as_jobs().ok_or_else(|| store::lacks("keep jobs"))?;
    let mut newest: Vec<Job> = Vec::new();
    for kind in OWN.into_iter().chain([ApiWorker::IMPORT_KIND]) {
        let page = table.jobs(kind, None, limit).await;
        newest.extend(page.map_err(|error| Failure::of("the store cannot be asked", error))?);
    }
    newest.sort_by(|one, next| next.created_at.cmp(&one.created_at).then_with(|| one.id.cmp(&next.id)));
    newest.truncate(limit);
    for job in newest {
        let Some(status) = jobs.status(&job.id).await.map_err(asked)? else { continue };
        if global.json {
            print(&status, global)?;
        } else {
            let (read, failed) = (status.report.read, not_imported(&status.report));
            let (id, name, at) = (job.id.as_str(), status.status.as_str(), time::show(status.created_at));
            let dry = if status.spec.dry_run { "  dry run" } else { "" };
            let of = file(&status).unwrap_or_default();
            output::line(format_args!("{id:<40}  {name:<10}  {at}  {read:>10} read  {failed:>8} failed  {of}{dry}"))?;
        }
    }
    Ok(Exit::Done)
}

async fn prune(store: &dyn UserStore, days: u64, global: &Global) -> Result<Exit, Failure> {
    let table = store.as_jobs().ok_or_else(|| store::lacks("keep jobs"))?;
    let age = Duration::from_secs(days.saturating_mul(86_400));
    let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
    let before = Timestamp::from_micros(SystemClock::new().now().as_micros().saturating_sub(age));
    let mut pruned = 0_u64;
    let copies = spool::of_ended(table).await?;
    for kind in OWN {
        let gone = table.prune(kind, before).await.map_err(|error| Failure::of("the store cannot be asked", error))?;
        pruned = pruned.saturating_add(gone);
    }
    spool::remove_forgotten(table, copies).await?;
    if global.json {
        output::json(&json!({"forgotten": pruned}))?;
    } else {
        output::line(format_args!("{pruned} forgotten"))?;
    }
    Ok(Exit::Done)
}

async fn errors(
    jobs: &ImportJobs,
    id: &JobId,
    quarantine_to: Option<&Path>,
    inputs: &FileInputs,
    global: &Global,
) -> Result<Exit, Failure> {
    let status = jobs.status(id).await.map_err(asked)?.ok_or_else(|| no_such_job(id))?;
    if let Some(path) = quarantine_to {
        let records = quarantine(jobs, id, path, inputs, global).await?;
        import::tell_quarantine(&status, path, records, global);
    }
    let mut after = None;
    loop {
        let page = jobs.faults(id, after, PAGE).await.map_err(asked)?;
        let Some(last) = page.last() else { return Ok(Exit::Done) };
        after = Some(last.record);
        for JobFault { record, offset, line, faults, .. } in page {
            let faults = if let Value::Array(faults) = faults { faults } else { vec![faults] };
            for fault in faults {
                // A line a fault, as in the report of a quarantine file. People count lines from 1.
                let mut told = json!({"index": record, "offset": offset, "line": line + 1});
                if let (Value::Object(told), Value::Object(fault)) = (&mut told, fault) {
                    told.extend(fault);
                }
                output::json(&told)?;
            }
        }
    }
}

/// Reads the input of an import once more, and writes the records that it could not import to a file.
pub(crate) async fn quarantine(
    jobs: &ImportJobs,
    id: &JobId,
    path: &Path,
    inputs: &FileInputs,
    global: &Global,
) -> Result<u64, Failure> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        let another = format!("jobs errors {} --quarantine ANOTHER-FILE", id.as_str());
        Failure::of(format!("the quarantine file cannot be made (make it with: {})", global.command(&another)), error)
    };
    let status = jobs.status(id).await.map_err(asked)?.ok_or_else(|| no_such_job(id))?;
    let input = inputs.open(&status.spec.input).map_err(|error| failed(error.into()))?;
    if input.state().map_err(|error| failed(error.into()))? != status.input {
        return Err(Failure::impossible("the file is not as it was when it was imported: its records are others"));
    }
    let mut source = input.open().map_err(|error| failed(error.into()))?;
    let mut file = QuarantineFile::create(path).map_err(|error| failed(error.into()))?;
    let mut after = None;
    loop {
        let page = jobs.faults(id, after, PAGE).await.map_err(asked)?;
        let Some(last) = page.last() else { break };
        after = Some(last.record);
        // The reading blocks, and there is nobody else on this runtime who waits.
        for JobFault { record: number, faults, .. } in page {
            let faults: Vec<Fault> = serde_json::from_value(faults).map_err(|error| failed(error.into()))?;
            while let Some(record) = source.next().map_err(|error| failed(error.into()))? {
                if record.place.record == number {
                    file.add(&record, &faults).map_err(|error| failed(error.into()))?;
                    break;
                }
            }
        }
    }
    file.flush().map_err(|error| failed(error.into()))?;
    Ok(file.records())
}
