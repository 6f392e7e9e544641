//! Many users at once: what a file says of them, checked and named by place.
//!
//! A [`RecordSource`] gives one [`Record`] after the other, in constant memory. Each is a user that can be stored, an
//! [`ImportRecord`], or every [`Fault`] of the one that cannot; a bad record never costs another one.
//!
//! An [`Exporter`] writes the users of a store so that they can be imported again, or as a table.

mod export;
mod fault;
mod place;
mod quarantine;
mod read;
mod record;
mod source;

pub use export::{CsvTexts, ExportError, ExportField, ExportFieldError, ExportFormat, Exported, Exporter, Packing};
pub use fault::{Fault, FaultCode};
pub use place::Place;
pub use quarantine::{QuarantineError, QuarantineFile};
pub use read::{FieldMap, ImportFile, ImportFormat, ReadOptions, RecordReader, UnknownFormat};
pub use record::{Field, FieldSet, ImportRecord, RecordOptions};
pub use source::{ReadError, Record, RecordSource};
