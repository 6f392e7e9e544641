//! Readers: bytes become records, one after the other.

mod columns;
mod csv;
mod dump;
mod entries;
mod field_map;
mod file;
mod format;
mod layout;
mod lines;
mod options;
mod quarantined;
mod reader;
mod row;
mod splitter;
mod sql;
mod statements;
mod unpacked;
mod value;
mod values;
mod window;

pub use field_map::FieldMap;
pub(super) use field_map::cell;
pub use file::ImportFile;
pub use format::{ImportFormat, UnknownFormat};
pub use options::ReadOptions;
pub use reader::RecordReader;
pub use splitter::{RawRecord, RecordSplitter};
pub(super) use unpacked::is_packed;
