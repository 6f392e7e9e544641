//! Readers: bytes become records, one after the other.

mod csv;
mod field_map;
mod file;
mod format;
mod layout;
mod lines;
mod options;
mod reader;
mod row;
mod unpacked;
mod value;
mod values;
mod window;

pub use field_map::FieldMap;
pub use file::ImportFile;
pub use format::{ImportFormat, UnknownFormat};
pub use options::ReadOptions;
pub use reader::RecordReader;

use super::Place;

/// A record before it is understood.
pub(super) struct Piece<'w> {
    place: Place,
    end: Place,
    /// `None` where it was longer than records may be.
    text: Option<&'w [u8]>,
}
