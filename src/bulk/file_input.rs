use std::{
    fs::{self, File},
    path::PathBuf,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    FieldMap, HashExport, ImportFile, ImportFormat, Input, InputState, OpenInput, Place, ReadError, ReadOptions,
    RecordSource, read::is_packed,
};
use crate::password::Dialect;

/// A file that an import job names: what is kept with the job, and opened by whichever worker takes it.
///
/// ```
/// use waystation::bulk::{FileSpec, ImportFormat, ImportSpec};
///
/// let mut file = FileSpec::new("/srv/users.csv.gz");
/// file.format = Some(ImportFormat::Csv);
/// let mut spec = ImportSpec::new(file.to_value());
/// spec.source = Some("old-shop".into());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FileSpec {
    /// Where it is, for every worker: an absolute path on a disk that they share.
    pub path: PathBuf,
    /// What it is, where looking at it is not to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ImportFormat>,
    /// The scheme of every hash, or the system that spelt them ([`Dialect::named`]), where their texts do not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash_format: Option<String>,
    /// What is taken off the beginning of ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_prefix: Option<String>,
    /// Which column or member is which field.
    #[serde(default, skip_serializing_if = "FieldMap::is_empty")]
    pub fields: FieldMap,
    /// The hashes of the same users, beside a users export: see [`HashExport`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashes: Option<PathBuf>,
    /// Whether the reference schema alone is taken.
    #[serde(default)]
    pub strict: bool,
    /// Longest record in bytes: [`ReadOptions::record_bytes`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_bytes: Option<usize>,
    /// How much of it may come out of each packed byte: [`ReadOptions::ratio`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<u64>,
}

impl FileSpec {
    /// The file at this path, with everything at its default.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// As an import job keeps it.
    pub fn to_value(&self) -> Value {
        // A path that is not UTF-8 is the one thing that has no JSON; no worker could open what stands for it.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The file, read under `options` but for what is said here.
    pub fn input(self, options: ReadOptions) -> FileInput {
        let mut options = options;
        let record = &mut options.record;
        if let Some(name) = self.hash_format {
            match Dialect::named(&name) {
                Some(dialect) => record.dialect = Some(dialect),
                None => record.hash_format = Some(name),
            }
        }
        record.id_prefix = self.id_prefix.or(record.id_prefix.take());
        record.strict |= self.strict;
        if !self.fields.is_empty() {
            options.fields = self.fields;
        }
        options.record_bytes = self.record_bytes.unwrap_or(options.record_bytes);
        options.ratio = self.ratio.unwrap_or(options.ratio);
        FileInput { path: self.path, hashes: self.hashes, format: self.format, options }
    }
}

/// A file as an [`Input`].
#[derive(Clone, Debug)]
pub struct FileInput {
    path: PathBuf,
    hashes: Option<PathBuf>,
    format: Option<ImportFormat>,
    options: ReadOptions,
}

impl FileInput {
    /// The length of the text, if the file is not packed.
    fn text_bytes(&self, bytes: u64) -> Option<u64> {
        let is_packed = File::open(&self.path).is_ok_and(is_packed);
        (!is_packed).then_some(bytes)
    }
}

impl Input for FileInput {
    fn open(&self) -> Result<Box<dyn RecordSource>, ReadError> {
        let file = ImportFile::open(&self.path, self.format, self.options.clone())?;
        let Some(hashes) = &self.hashes else { return Ok(Box::new(file)) };
        let hashes = File::open(hashes).map_err(|error| ReadError::io(Place::START, error))?;
        Ok(Box::new(file.with_hashes(HashExport::read(hashes)?)))
    }

    fn state(&self) -> Result<InputState, ReadError> {
        let state = |path| {
            let state = fs::metadata(path).and_then(|metadata| InputState::of_file(&metadata));
            state.map_err(|error| ReadError::io(Place::START, error))
        };
        let users = state(&self.path)?;
        let text_bytes = users.bytes.and_then(|bytes| self.text_bytes(bytes));
        // With other hashes it is another input, though its users are the same.
        let hashes = self.hashes.as_ref().map(state).transpose()?;
        Ok(InputState { text_bytes, beside: hashes.and_then(|hashes| hashes.bytes.zip(hashes.modified)), ..users })
    }
}

/// Opens the files that import jobs name by a [`FileSpec`].
///
/// A job can name any file that this process may read: it is for whoever adds jobs to say which.
#[derive(Clone, Debug, Default)]
pub struct FileInputs {
    options: ReadOptions,
}

impl FileInputs {
    /// Reads them under these options, but for what each job says.
    pub const fn new(options: ReadOptions) -> Self {
        Self { options }
    }
}

impl OpenInput for FileInputs {
    fn open(&self, spec: &Value) -> Result<Arc<dyn Input>, ReadError> {
        let spec = FileSpec::deserialize(spec).map_err(|_| {
            ReadError::new(Place::START, "spec", "the job names no file that this release can open: submit it anew")
        })?;
        Ok(Arc::new(spec.input(self.options.clone())))
    }
}
