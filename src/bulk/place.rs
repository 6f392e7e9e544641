use serde::{Deserialize, Serialize};

/// Where in its input a record begins.
///
/// Places are of the text after decompression, so that they are the same whichever way a file is packed.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Place {
    /// How many records came before.
    pub record: u64,
    /// How many bytes came before.
    pub offset: u64,
    /// How many line feeds came before.
    pub line: u64,
}

impl Place {
    /// The beginning of the input.
    pub const START: Self = Self { record: 0, offset: 0, line: 0 };
}
