use std::io::{self, Write};

use flate2::{Compression, write::GzEncoder};

/// How an output is packed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Packing {
    /// gzip.
    Gzip,
    /// Not at all.
    #[default]
    None,
    /// Zstandard, with a checksum.
    Zstd,
}

/// Packs what is written to it, and counts what comes out. Dropped before it is [finished](Self::finish), it leaves a packing
/// without its end, so that nobody takes a part for the whole.
pub(super) enum Packed<W: Write> {
    Gzip(GzEncoder<Counted<W>>),
    None(Counted<W>),
    Zstd(zstd::Encoder<'static, Counted<W>>),
}

pub(super) struct Counted<W> {
    output: W,
    bytes: u64,
    is_closed: bool,
}

impl<W: Write> Packed<W> {
    pub(super) fn new(output: W, packing: Packing) -> io::Result<Self> {
        let output = Counted { output, bytes: 0, is_closed: false };
        Ok(match packing {
            Packing::Gzip => Self::Gzip(GzEncoder::new(output, Compression::default())),
            Packing::None => Self::None(output),
            Packing::Zstd => {
                let mut encoder = zstd::Encoder::new(output, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                encoder.include_checksum(true)?;
                Self::Zstd(encoder)
            }
        })
    }

    /// How many bytes have come out.
    pub(super) fn written(&self) -> u64 {
        match self {
            Self::Gzip(encoder) => encoder.get_ref().bytes,
            Self::None(output) => output.bytes,
            Self::Zstd(encoder) => encoder.get_ref().bytes,
        }
    }

    /// Writes what was held back, and says how many bytes have come out.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        match &mut self {
            Self::Gzip(encoder) => encoder.try_finish()?,
            Self::None(_) => {}
            Self::Zstd(encoder) => encoder.do_finish()?,
        }
        self.output().flush()?;
        Ok(self.written())
    }

    fn output(&mut self) -> &mut Counted<W> {
        match self {
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::None(output) => output,
            Self::Zstd(encoder) => encoder.get_mut(),
        }
    }
}

/// The encoder of gzip writes the end when it is dropped.
impl<W: Write> Drop for Packed<W> {
    fn drop(&mut self) {
        self.output().is_closed = true;
    }
}

impl<W: Write> Write for Packed<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(encoder) => encoder.write(text),
            Self::None(output) => output.write(text),
            Self::Zstd(encoder) => encoder.write(text),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(encoder) => encoder.flush(),
            Self::None(output) => output.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let written = self.output.write(text)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
