//! The job that the arguments ask for.

use std::path::{Path, PathBuf};

use serde_json::Value;
use waystation::{
    bulk::{FieldMap, FileInputs, FileSpec, ImportJobs, ImportPolicy, ImportSpec},
    store::JobId,
};

use super::{Options, asked, no_such_job, spool};
use crate::failure::Failure;

/// The file, and how it is to be read.
///
/// # Errors
///
/// When there is no such file, or a field is not of the form that is needed.
pub(super) fn spec(options: &Options, spooled: Option<&Path>) -> Result<FileSpec, Failure> {
    let file = spooled.or(options.file.as_deref()).unwrap_or(Path::new("-"));
    let mut file = FileSpec::new(absolute(file)?);
    file.format = options.format;
    file.hash_format.clone_from(&options.hash_format);
    file.id_prefix.clone_from(&options.id_prefix);
    file.strict = options.strict;
    file.record_bytes = options.record_bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    file.ratio = options.ratio;
    file.fields = fields(options)?;
    file.hashes = options.hashes.as_deref().map(absolute).transpose()?;
    Ok(file)
}

/// # Errors
///
/// When a field is not of the form that is needed.
fn fields(options: &Options) -> Result<FieldMap, Failure> {
    let halves = |flag, text: &str, form| {
        let halves = text.split_once('=').map(|(left, right)| (left.to_owned(), right.to_owned()));
        halves.ok_or_else(|| Failure::misused(format!("{flag} {text}: it is not of the form {form}")))
    };
    let mut map = FieldMap::default();
    for field in &options.fields {
        let (source, target) = halves("--field", field, "SOURCE=FIELD")?;
        map = match target.strip_prefix('!') {
            Some(contrary) => map.negated(source, contrary),
            None if target.is_empty() => map.without(source),
            None => map.field(source, target),
        };
    }
    for constant in &options.constants {
        let (target, text) = halves("--constant", constant, "FIELD=VALUE")?;
        let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        map = map.constant(target, value);
    }
    Ok(map)
}

/// # Errors
///
/// When the import cannot begin, or its id is that of another one.
pub(super) async fn submit(
    options: &Options,
    policy: ImportPolicy,
    spooled: Option<&Path>,
    jobs: &ImportJobs,
    inputs: &FileInputs,
) -> Result<JobId, Failure> {
    let mut file = self::spec(options, spooled)?;
    let mut spec = ImportSpec::new(file.to_value());
    spec.source = options.source.as_deref().map(Into::into);
    spec.policy = policy;
    spec.wrap = options.wrap;
    spec.dry_run = options.dry_run;
    spec.assume_distinct = options.assume_distinct;
    spec.shards = options.shards.into();
    let submitted = jobs
        .submit(spec.clone(), options.id.as_deref(), inputs)
        .await
        .map_err(|error| Failure::of("the import cannot begin", error))?;
    if submitted.was_there {
        let there = jobs.status(&submitted.id).await.map_err(asked)?.ok_or_else(|| no_such_job(&submitted.id))?;
        // Of standard input, nobody knows whether it was the same.
        if let (Some(_), Some(earlier)) = (spooled, spool::of_input(&there.spec.input)) {
            file.path = earlier;
            spec.input = file.to_value();
        }
        if there.spec != spec {
            let id = submitted.id.as_str();
            let what = format!("--id {id}: that import is of another file, or has other options; take another id");
            return Err(Failure::misused(what));
        }
        let over = there.status.is_final();
        tell!("{}", if over { "this import is over already" } else { "this import has begun; going on with it" });
    }
    Ok(submitted.id)
}

/// As every worker can open it.
///
/// # Errors
///
/// When there is no such file.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let whole =
        path.canonicalize().map_err(|error| Failure::of(format!("{} cannot be opened", path.display()), error))?;
    if whole.to_str().is_none() {
        return Err(Failure::misused("the path of the file is not UTF-8, so that no job can name it"));
    }
    Ok(whole)
}
