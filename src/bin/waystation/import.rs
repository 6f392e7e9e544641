mod policy;
mod prove;
pub(crate) mod spool;
mod submission;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use serde_json::Value;
use tokio::sync::Notify;
use waystation::{
    Passwords, UserStore,
    bulk::{
        FaultCode, FileInputs, IMPORT_SCHEMA, ImportFormat, ImportJobs, ImportSpec, ImportStage, ImportStatus,
        ImportWorker, Importer, JobObserver, OpenInput as _, QuarantineFile, ReadOptions, RecordOptions,
        STRICT_IMPORT_SCHEMA,
    },
    clock::{Clock as _, SystemClock},
    password::Dialect,
    store::{JobId, JobStatus},
    user::SourceName,
};

use crate::{
    arguments::{Global, quoted},
    engine,
    failure::{Exit, Failure},
    interrupt::{CHECKPOINT, interrupted},
    jobs,
    progress::{Progress, Step},
    settings::Settings,
    store::{self, Missing},
};

const AFTER_HELP: &str = "\
An import only adds: a user who is there already is a CONFLICT, unless --upsert says that they may be changed. No import
overwrites the password of somebody who has moved, or brings back the deleted.

It is a job of the store. Ctrl-C stops it at a checkpoint, and so does whatever ends the process: --resume goes on from there.
After a kill it does so when the lease has run out, half a minute later. What comes from standard input or a pipe is read twice,
and so kept in a file of this directory until the import is done.
Records that cannot be imported do not stop it; with --quarantine they are written to a file to be corrected.";

/// What an import is begun with, and is not asked for again when it goes on.
const BEGUN_WITH: [&str; 23] = [
    "assume_distinct",
    "change_moved",
    "constants",
    "dry_run",
    "fields",
    "format",
    "hash_format",
    "hashes",
    "id",
    "id_prefix",
    "lift_tombstones",
    "match_by",
    "merge",
    "policy",
    "ratio",
    "record_bytes",
    "shards",
    "source",
    "spare_moved",
    "strict",
    "trust_unverified",
    "upsert",
    "wrap",
];

/// What is an import's own as often as it is begun or goes on.
const TOLD_ELSEWHERE: [&str; 4] = ["file", "prove", "quarantine", "resume"];

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Options {
    /// The file, packed or not; `-` is standard input
    #[arg(required_unless_present_any = ["resume", "schema"], conflicts_with = "resume")]
    file: Option<PathBuf>,
    /// Go on with this job, as it was begun
    #[arg(long, value_name = "JOB", conflicts_with_all = BEGUN_WITH)]
    resume: Option<String>,
    /// What the file is, instead of looking
    #[arg(long, value_parser = format())]
    format: Option<ImportFormat>,
    /// Scheme of all hashes, or the system that spelt them, where their texts do not tell it
    #[arg(long, value_name = "SCHEME")]
    hash_format: Option<String>,
    /// Take this off the beginning of ids, such as `auth0|`
    #[arg(long, value_name = "PREFIX")]
    id_prefix: Option<String>,
    /// The legacy system whose ids these are. Without one, ids of the file are ids here, as in an export of your own
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// A column (or, in JSON, a pointer) that is another field of the schema; again for each. Without a FIELD it is left
    /// out, and with a `!` before it the contrary. `UID=user_id`, `/profile/mail=email`, `joined=`, `/isActive=!blocked`
    #[arg(long = "field", value_name = "SOURCE=FIELD")]
    fields: Vec<String>,
    /// What a field is for everybody, as JSON or as a text; again for each. `custom_password_hash.algorithm=md5`
    #[arg(long = "constant", value_name = "FIELD=VALUE")]
    constants: Vec<String>,
    /// The hash export that belongs to a users export
    #[arg(long, value_name = "FILE")]
    hashes: Option<PathBuf>,
    /// Take the reference product's schema alone
    #[arg(long)]
    strict: bool,
    /// Import nothing, and print the schema of a record as JSON Schema: with --strict, the reference product's
    #[arg(long, conflicts_with_all = not_beside_the_schema())]
    schema: bool,
    #[command(flatten)]
    policy: policy::Options,
    /// Do all of it and write no user: the same verdicts, the same report, which is kept in the store
    #[arg(long)]
    dry_run: bool,
    /// Import nothing, and say whether the hashes open with the passwords of this file: one object a line,
    /// {"identifier": …, "password": …}
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "resume", "quarantine"])]
    prove: Option<PathBuf>,
    /// Longest record in bytes: a longer one is refused [default: 1048576]
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(64..=1 << 30))]
    record_bytes: Option<u64>,
    /// Most bytes that a packed file may have for each of its own [default: 200]
    #[arg(long, value_name = "TIMES", value_parser = clap::value_parser!(u64).range(1..))]
    ratio: Option<u64>,
    /// Put Argon2id over weak hashes on their way in; takes a hash each
    #[arg(long)]
    wrap: bool,
    /// Write what could not be imported to this file, and why to another beside it
    #[arg(long, value_name = "FILE")]
    quarantine: Option<PathBuf>,
    /// No two records share a key: do not look for those that do
    #[arg(long)]
    assume_distinct: bool,
    /// Into how many parts to divide the file, for as many processes (`jobs work`)
    #[arg(long, default_value_t = 1, value_name = "PARTS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    shards: u16,
    /// Id of the job: the same import again with the same id changes nothing
    #[arg(long, value_name = "ID")]
    id: Option<String>,
}

/// All that says what is imported and how.
fn not_beside_the_schema() -> impl Iterator<Item = &'static str> {
    BEGUN_WITH.into_iter().filter(|name| *name != "strict").chain(TOLD_ELSEWHERE)
}

pub(crate) async fn run(options: &Options, global: &Global) -> Result<Exit, Failure> {
    if options.schema {
        return print_schema(options.strict);
    }
    let settings = Settings::read(global)?;
    let passwords = Arc::new(engine::passwords(&settings)?);
    // What is wrong with the command line is told before anything is read or written.
    options.check(&passwords)?;
    let policy = options.policy.read()?;
    let inputs = Arc::new(inputs(&settings, &passwords)?);
    // One for all of it: once there is a handler, no signal ends the process by itself any more.
    let mut stopped = None;
    let spooled = match &options.file {
        Some(file) if spool::is_read_once(file) => {
            let stopped = stopped.insert(Box::pin(interrupted(CHECKPOINT)));
            match spool::Spool::of(file, stopped.as_mut()).await? {
                Some(spooled) => Some(spooled),
                None => return Ok(Exit::Interrupted),
            }
        }
        _ => None,
    };
    if let Some(known) = &options.prove {
        let spec = submission::spec(options, spooled.as_ref().map(spool::Spool::path))?;
        let input = inputs.open(&spec.to_value()).map_err(|error| Failure::of("the file cannot be read", error))?;
        let stopped = async {
            match stopped {
                Some(stopped) => stopped.await,
                // There is no handler yet.
                None => std::future::pending().await,
            }
        };
        return tokio::select! {
            proven = prove::run(known, input, &passwords, options.wrap, global) => proven,
            () = stopped => Ok(Exit::Interrupted),
        };
    }
    if options.resume.is_none() && options.source.is_none() && settings.has_legacy() {
        tell!("ids of the file are taken for ids here: if they are those of the legacy system, name it (--source)");
    }
    let (importer, store, progress) = importer(&settings, &passwords, Missing::Create).await?;
    let jobs = ImportJobs::new(Arc::clone(&store));
    let id = match &options.resume {
        Some(id) => resume(&jobs, &*store, id).await?,
        None => submission::submit(options, policy, spooled.as_ref().map(spool::Spool::path), &jobs, &inputs).await?,
    };
    let of_job = spool::of_job(&jobs, &id).await?;
    let spooled = match spooled {
        // Unless the job has an earlier one, of the same import.
        Some(spooled) if of_job.as_deref().is_some_and(|file| spooled.is(file)) => Some(spooled.keep()?),
        Some(_) => of_job,
        // Of a file that was named on the command line nothing is known but that it is somebody's.
        None if options.resume.is_some() => of_job,
        None => None,
    };
    let finished = Arc::new(Finished { id: id.clone(), notify: Notify::new() });
    let worker = ImportWorker::new(importer, Arc::clone(&inputs) as _).only(id.clone()).gives_up(true);
    let worker = worker.observer(Arc::clone(&finished) as _);
    let is_over = jobs.status(&id).await.map_err(asked)?.is_some_and(|status| status.status.is_final());
    if !is_over {
        let stopped = stopped.unwrap_or_else(|| Box::pin(interrupted(CHECKPOINT)));
        let stop = async {
            tokio::select! {
                () = stopped => {}
                () = finished.notify.notified() => {}
                // Another process may have taken it.
                () = over(&jobs, &id) => {}
            }
        };
        let failed =
            |error| Failure::of(format!("the import stopped (go on with: {})", options.resumed(&id, global)), error);
        worker.run_until(stop).await.map_err(failed).inspect_err(|_| progress.clear())?;
    }
    progress.clear();
    let exit = end(options, global, &jobs, &id, &inputs).await;
    if let Some(spooled) = spooled {
        if matches!(exit, Ok(Exit::Done | Exit::Refused)) {
            // Only now: a quarantine file is made of it.
            spool::remove(&spooled)?;
        } else {
            tell!("what came from standard input is kept in {}, to go on with", spooled.display());
        }
    }
    exit
}

/// # Errors
///
/// When standard output cannot be written.
fn print_schema(is_strict: bool) -> Result<Exit, Failure> {
    let schema = if is_strict { STRICT_IMPORT_SCHEMA } else { IMPORT_SCHEMA };
    io::Write::write_all(&mut io::stdout().lock(), schema.as_bytes())
        .map_err(|error| Failure::of("standard output cannot be written", error))?;
    Ok(Exit::Done)
}

/// An importer with the store that it writes to, and the bar that it moves.
///
/// # Errors
///
/// When the store cannot be opened.
pub(crate) async fn importer(
    settings: &Settings,
    passwords: &Arc<Passwords>,
    missing: Missing,
) -> Result<(Importer, Arc<dyn UserStore>, Arc<Progress>), Failure> {
    let store = store::open(settings, missing).await?;
    let progress = Arc::new(Progress::begin());
    let (shown, waits) = (Arc::clone(&progress), AtomicBool::new(false));
    let builder = Importer::builder(Arc::clone(&store)).passwords(Arc::clone(passwords)).on_progress(move |step| {
        if step.stage == ImportStage::Waiting {
            // Once, and not at each try.
            if !waits.swap(true, Ordering::Relaxed) {
                shown.say("the store takes nothing now: it is tried again, for about a minute");
            }
            return;
        }
        waits.store(false, Ordering::Relaxed);
        shown.show(&Step {
            what: if step.stage == ImportStage::Comparing { "records compared" } else { "users" },
            users: step.records,
            total_users: None,
            before: step.resumed_records,
            bytes: if step.total_bytes.is_none() { step.packed_bytes.unwrap_or(step.bytes) } else { step.bytes },
            total_bytes: step.total_bytes.or(step.total_packed_bytes),
            elapsed: step.elapsed,
            left: step.time_left(),
        });
    });
    Ok((builder.build(), store, progress))
}

/// The files that jobs name, read as the settings say.
///
/// # Errors
///
/// When the settings name parameters that cannot be read.
pub(crate) fn inputs(settings: &Settings, passwords: &Passwords) -> Result<FileInputs, Failure> {
    Ok(FileInputs::new(read_options(settings, passwords)?))
}

/// How files are read, as the settings say.
///
/// # Errors
///
/// As [`inputs`].
pub(crate) fn read_options(settings: &Settings, passwords: &Passwords) -> Result<ReadOptions, Failure> {
    let record = RecordOptions::default().schemes(passwords.schemes().clone(), passwords.limits().clone());
    let options = ReadOptions::default().record(record);
    Ok(match settings.firebase()? {
        Some(project) => options.firebase(project),
        None => options,
    })
}

/// The names of all formats, so that help and completions have them.
fn format() -> impl TypedValueParser<Value = ImportFormat> {
    let names = ImportFormat::ALL.iter().map(|format| {
        let name = PossibleValue::new(format.as_str());
        if *format == ImportFormat::JsonLines { name.alias("jsonl") } else { name }
    });
    PossibleValuesParser::new(names).try_map(|name| name.parse::<ImportFormat>())
}

impl Options {
    /// The command that goes on with a job.
    fn resumed(&self, id: &JobId, global: &Global) -> String {
        let mut command = format!("import --resume {}", quoted(id.as_str()));
        if let Some(path) = &self.quarantine {
            command.extend([" --quarantine ", &quoted(&path.display().to_string())]);
        }
        global.command(&command)
    }

    /// # Errors
    ///
    /// When it asks for what cannot be, or would write over something.
    fn check(&self, passwords: &Passwords) -> Result<(), Failure> {
        if let Some(path) = &self.quarantine {
            let report = QuarantineFile::report(path);
            if let Some(there) = [path, &report].into_iter().find(|it| it.exists()) {
                let what = format!("{} is there already: import it, or move it away", there.display());
                return Err(Failure::misused(what));
            }
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) {
                return Err(Failure::misused(format!("there is no folder for {}", path.display())));
            }
        }
        if self.id.as_deref().is_some_and(|id| id.is_empty() || id.contains('/') || id.len() > 200) {
            let what = "--id: an id has 1 to 200 bytes, and no `/`, which the parts of a divided import have in theirs";
            return Err(Failure::misused(what));
        }
        let is_name =
            |name: &str| !name.is_empty() && !name.contains(|letter: char| letter == '|' || letter.is_control());
        if self.source.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(Failure::misused(
                "--source: a name has at least one letter, no `|`, and no control characters",
            ));
        }
        if self.hashes.is_some() && self.format != Some(ImportFormat::UsersExport) {
            return Err(Failure::misused("--hashes belongs to a users export: give --format users-export too"));
        }
        match &self.hash_format {
            Some(name) if Dialect::named(name).is_none() && passwords.schemes().get(name).is_none() => {
                Err(Failure::misused(format!("--hash-format: there is no scheme or system called {name}")))
            }
            _ => Ok(()),
        }
    }
}

/// # Errors
///
/// When there is no such job, or the store cannot be asked.
async fn resume(jobs: &ImportJobs, store: &dyn UserStore, id: &str) -> Result<JobId, Failure> {
    let id = JobId::new(id);
    jobs.status(&id).await.map_err(asked)?.ok_or_else(|| no_such_job(&id))?;
    if let Some(all) = store.as_jobs()
        && let Some(job) = all.job(&id).await.map_err(|error| Failure::of("the job cannot be asked for", error))?
        && !jobs::OWN.contains(&&*job.kind)
    {
        return Err(Failure::impossible("it is an import of the management API: its server goes on with it"));
    }
    let resumed = jobs.resume(&id).await.map_err(asked)?.id;
    if jobs.status(&resumed).await.map_err(asked)?.is_some_and(|status| status.status.is_final()) {
        tell!("this import is over already");
    } else {
        tell!("going on as {}; what another process worked on waits until its lease has run out", resumed.as_str());
    }
    Ok(resumed)
}

pub(crate) fn asked(error: waystation::bulk::ImportFailure) -> Failure {
    Failure::of("the job cannot be asked for", error)
}

pub(crate) fn no_such_job(id: &JobId) -> Failure {
    Failure::not_found(format!("there is no import with the id {}", id.as_str()))
}

/// Says how many users have a hash of the export beside their file, if there is one. `false` if it has nobody's.
fn are_hashes_of_its_users(status: &ImportStatus) -> bool {
    if !status.spec.input.get("hashes").is_some_and(Value::is_string) {
        return true;
    }
    let (users, hashes): (u64, u64) = (status.report.read, status.report.schemes.values().sum());
    tell!("{hashes} of {users} users have a hash");
    if hashes == 0 && users > 0 {
        tell!("the hash export is of other users: their ids are not those of the file");
    }
    hashes > 0 || users == 0
}

/// Says how it ended.
async fn end(
    options: &Options,
    global: &Global,
    jobs: &ImportJobs,
    id: &JobId,
    inputs: &FileInputs,
) -> Result<Exit, Failure> {
    let status = jobs.status(id).await.map_err(asked)?.ok_or_else(|| no_such_job(id))?;
    // Whoever reads the report may have had enough: what is to be kept is kept all the same.
    let printed = jobs::print(&status, global);
    let exit = explained(options, global, jobs, &status, inputs).await?;
    printed.map(|()| exit)
}

/// Makes the quarantine file, and says what there is to do.
async fn explained(
    options: &Options,
    global: &Global,
    jobs: &ImportJobs,
    status: &ImportStatus,
    inputs: &FileInputs,
) -> Result<Exit, Failure> {
    let id = &status.id;
    if status.status.is_final() && jobs::not_imported(&status.report) > 0 {
        let errors = global.command(&format!("jobs errors {}", id.as_str()));
        if let Some(path) = &options.quarantine {
            let records = jobs::quarantine(jobs, id, path, inputs, global).await?;
            tell_quarantine(status, path, records, global);
        } else {
            tell!("what was wrong with which record: {errors}");
        }
        let is_told = |code| status.report.faults.contains_key(code);
        if !status.spec.policy.upsert
            && [FaultCode::Conflict, FaultCode::ConflictEmail, FaultCode::ConflictUsername].iter().any(is_told)
        {
            tell!("users who are there already may be changed with --upsert");
        }
    }
    if status.status == JobStatus::Completed && !are_hashes_of_its_users(status) {
        return Ok(Exit::Refused);
    }
    if status.status == JobStatus::Completed && status.report.read == 0 {
        tell!("there is nobody in the file");
        return Ok(Exit::Refused);
    }
    Ok(match status.status {
        JobStatus::Completed if jobs::not_imported(&status.report) == 0 => Exit::Done,
        JobStatus::Completed => Exit::Refused,
        JobStatus::Failed | JobStatus::Cancelled => {
            let why = status.stopped.as_deref().unwrap_or("it was cancelled");
            tell!("waystation: the import came to an end before the file did: {why}");
            Exit::Failed
        }
        _ => {
            tell!("stopped; go on with: {}", options.resumed(id, global));
            Exit::Interrupted
        }
    })
}

/// Says what is in a quarantine file, what is not, and how it is imported.
pub(crate) fn tell_quarantine(status: &ImportStatus, path: &Path, records: u64, global: &Global) {
    let again = again(path, &status.spec, global);
    tell!("{records} records are in {}: correct them, and import that file: {again}", path.display());
    let missing = jobs::not_imported(&status.report).saturating_sub(records);
    if missing > 0 {
        let errors = global.command(&format!("jobs errors {}", status.id.as_str()));
        tell!("{missing} more are not: they are too long to be kept; see {errors}");
    }
}

/// Comes back when a job is over, whoever worked on it. Says once that nobody does.
async fn over(jobs: &ImportJobs, id: &JobId) {
    /// In seconds: others begin at once.
    const UNTIL_SAID: usize = 3;
    let clock = SystemClock::new();
    for second in 1.. {
        clock.sleep(Duration::from_secs(1)).await;
        // What cannot be asked now is asked again: the worker says what is wrong with the store.
        let Ok(Some(status)) = jobs.status(id).await else { continue };
        if status.status.is_final() {
            return;
        }
        if second == UNTIL_SAID && status.status == JobStatus::Pending {
            tell!("waiting for another import of this store: two are worked on at once");
        }
    }
}

/// How what could not be imported of a file is imported once it is corrected. It is in the import schema, or says of what it is;
/// what the options say of its ids and hashes holds for it too.
fn again(path: &Path, spec: &ImportSpec, global: &Global) -> String {
    let mut command = format!("import {}", quoted(&path.display().to_string()));
    let of_file = |name: &str| spec.input.get(name).and_then(Value::as_str);
    let record_bytes = spec.input.get("record_bytes").and_then(Value::as_u64).map(|bytes| bytes.to_string());
    for (flag, value) in [
        ("--source", spec.source.as_ref().map(SourceName::as_str)),
        ("--hash-format", of_file("hash_format")),
        ("--id-prefix", of_file("id_prefix")),
        ("--record-bytes", record_bytes.as_deref()),
    ] {
        if let Some(value) = value {
            command.extend([" ", flag, " ", &quoted(value)]);
        }
    }
    let is_strict = spec.input.get("strict").and_then(Value::as_bool).unwrap_or(false);
    for (flag, is_set) in [("--strict", is_strict), ("--wrap", spec.wrap), ("--dry-run", spec.dry_run)] {
        if is_set {
            command.extend([" ", flag]);
        }
    }
    for argument in policy::arguments(&spec.policy) {
        command.extend([" ", &argument]);
    }
    global.command(&command)
}

/// Tells when one job is over.
#[derive(Debug)]
struct Finished {
    id: JobId,
    notify: Notify,
}

#[async_trait]
impl JobObserver for Finished {
    async fn finished(&self, status: &ImportStatus) {
        if status.id == self.id {
            // Kept for whoever waits only later.
            self.notify.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is passed over when an import goes on would be taken for done.
    #[test]
    fn whatever_an_import_is_begun_with_is_refused_when_it_goes_on() {
        let command = Options::augment_args(clap::Command::new("import"));
        let mut begun_with: Vec<_> = command.get_arguments().map(|argument| argument.get_id().as_str()).collect();
        begun_with.retain(|id| !TOLD_ELSEWHERE.contains(id) && *id != "schema");
        begun_with.sort_unstable();
        assert_eq!(begun_with, BEGUN_WITH);
    }
}
