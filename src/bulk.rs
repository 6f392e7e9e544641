//! Many users at once: what a file says of them, checked and named by place.
//!
//! A [`RecordSource`] gives one [`Record`] after the other, in constant memory. Each is a user that can be stored, an
//! [`ImportRecord`], or every [`Fault`] of the one that cannot; a bad record never costs another one.
//!
//! | what | type |
//! |---|---|
//! | a file or standard input | [`ImportFile`] |
//! | any other input that blocks | [`RecordReader`] |
//! | a stream that does not (`AsyncRead`), to be imported | [`SpooledInput`] |
//! | another schema | [`FieldMap`], or [`RecordSplitter`] and one's own [`RecordSource`] |
//! | what was refused, to be corrected | [`QuarantineFile`] |
//!
//! What a record may hold is the [import schema](crate::guide::import_schema), which is here as JSON Schema, too:
//! [`IMPORT_SCHEMA`].
//!
//! An [`Exporter`] writes the users of a store so that they can be imported again, or as a table.

mod export;
mod fault;
mod file_input;
mod format;
mod import;
mod place;
mod quarantine;
mod read;
mod record;
mod schema;
mod source;
mod spooled_input;

pub use export::{CsvTexts, ExportError, ExportField, ExportFieldError, ExportFormat, Exported, Exporter, Packing};
pub use fault::{Fault, FaultCode};
pub use file_input::{FileInput, FileInputs, FileSpec};
pub use format::HashExport;
pub use import::{
    CredentialMerge, FaultSink, IdentifierMerge, ImportError, ImportFailure, ImportJobs, ImportPolicy, ImportProgress,
    ImportReport, ImportSpec, ImportStage, ImportStatus, ImportWorker, Importer, ImporterBuilder, Input, InputState,
    JobObserver, MatchBy, Merge, OpenInput, OpenedBy, Plan, Sample, SampleAnswer, Submitted, Worked, keys_of, plan,
};
pub use place::Place;
#[cfg(feature = "api")]
pub(crate) use quarantine::on_one_line;
pub use quarantine::{QuarantineError, QuarantineFile};
pub use read::{
    FieldMap, ImportFile, ImportFormat, RawRecord, ReadOptions, RecordReader, RecordSplitter, UnknownFormat,
};
#[cfg(feature = "api")]
pub(crate) use record::members as json_members;
pub use record::{Field, FieldSet, ImportRecord, RecordOptions};
pub use schema::{IMPORT_SCHEMA, STRICT_IMPORT_SCHEMA};
pub use source::{ReadError, Record, RecordSource};
pub use spooled_input::SpooledInput;
