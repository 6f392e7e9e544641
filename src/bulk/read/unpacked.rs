use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Chain, Cursor, Read, Seek, SeekFrom},
};

use flate2::bufread::MultiGzDecoder;

use crate::bulk::{Place, ReadError};

/// Output that is never held against the ratio.
const FREE: u64 = 1 << 20;

/// zstd's window, which the writer chooses and the reader must keep: 8 MiB. Levels up to 19 need no more.
const MAX_WINDOW_LOG: u32 = 23;

/// An input without its packing, which is told by its first bytes.
pub(super) struct Unpacked {
    packing: Packing,
    /// Most bytes out for each one in.
    ratio: u64,
    given: u64,
}

enum Packing {
    Plain(Input),
    File(File),
    Gzip(Box<MultiGzDecoder<Packed>>),
    Zstd(Box<zstd::stream::read::Decoder<'static, Packed>>),
}

type Input = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

impl Unpacked {
    /// Any input. Nothing is read before the first [`read`](Self::read).
    pub(super) fn stream(mut input: Box<dyn Read + Send>, ratio: u64) -> Result<Self, ReadError> {
        let head = head(&mut input)?;
        let kind = Kind::of(&head)?;
        let input = Cursor::new(head).chain(input);
        Self::new(kind, input, ratio)
    }

    /// A file, in which a plain text can be gone on with at any place.
    pub(super) fn file(mut file: File, ratio: u64) -> Result<Self, ReadError> {
        let head = head(&mut file)?;
        let kind = Kind::of(&head)?;
        if kind == Kind::Plain && file.seek(SeekFrom::Start(0)).is_ok() {
            return Ok(Self { packing: Packing::File(file), ratio, given: 0 });
        }
        let input: Box<dyn Read + Send> = Box::new(file);
        Self::new(kind, Cursor::new(head).chain(input), ratio)
    }

    fn new(kind: Kind, input: Input, ratio: u64) -> Result<Self, ReadError> {
        let packing = match kind {
            Kind::Plain => Packing::Plain(input),
            Kind::Gzip => Packing::Gzip(Box::new(MultiGzDecoder::new(Packed::new(input)))),
            Kind::Zstd => {
                let io = |error| ReadError::io(Place::START, error);
                let mut decoder = zstd::stream::read::Decoder::with_buffer(Packed::new(input)).map_err(io)?;
                decoder.window_log_max(MAX_WINDOW_LOG).map_err(io)?;
                Packing::Zstd(Box::new(decoder))
            }
        };
        Ok(Self { packing, ratio, given: 0 })
    }

    /// How many packed bytes have been taken; `None` where it is not packed.
    pub(super) fn taken(&self) -> Option<u64> {
        match &self.packing {
            Packing::Plain(_) | Packing::File(_) => None,
            Packing::Gzip(decoder) => Some(decoder.get_ref().taken),
            Packing::Zstd(decoder) => Some(decoder.get_ref().taken),
        }
    }

    /// Moves to this byte of a plain file. `false` for any other input.
    pub(super) fn seek(&mut self, place: Place) -> Result<bool, ReadError> {
        let Packing::File(file) = &mut self.packing else { return Ok(false) };
        file.seek(SeekFrom::Start(place.offset)).map_err(|error| ReadError::io(place, error))?;
        Ok(true)
    }

    /// Some of the text; nothing at its end. `place` is where the input stands, for errors.
    pub(super) fn read(&mut self, buffer: &mut [u8], place: Place) -> Result<usize, ReadError> {
        let read = loop {
            let read = match &mut self.packing {
                Packing::Plain(input) => input.read(buffer),
                Packing::File(file) => file.read(buffer),
                Packing::Gzip(decoder) => decoder.read(buffer),
                Packing::Zstd(decoder) => decoder.read(buffer),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.refusal(error, place)),
                Ok(read) => break read,
            }
        };
        self.given += read as u64;
        let (taken, bomb) = match &self.packing {
            Packing::Plain(_) | Packing::File(_) => return Ok(read),
            Packing::Gzip(decoder) => (decoder.get_ref().taken, "gzip.bomb"),
            Packing::Zstd(decoder) => (decoder.get_ref().taken, "zstd.bomb"),
        };
        if self.given > FREE.saturating_add(taken.saturating_mul(self.ratio)) {
            let problem = "it unpacks to far more than any file of users: unpack it yourself if it is what you expect";
            return Err(ReadError::new(place, bomb, problem));
        }
        Ok(read)
    }

    fn refusal(&self, error: io::Error, place: Place) -> ReadError {
        let packed = match &self.packing {
            Packing::Plain(_) | Packing::File(_) => return ReadError::io(place, error),
            Packing::Gzip(decoder) => decoder.get_ref(),
            Packing::Zstd(decoder) => decoder.get_ref(),
        };
        let gzip = matches!(self.packing, Packing::Gzip(_));
        let (code, problem) = match error.kind() {
            _ if packed.failed => return ReadError::io(place, error),
            io::ErrorKind::UnexpectedEof if gzip => ("gzip.cut", "the gzip file is cut off: fetch it again"),
            io::ErrorKind::UnexpectedEof => ("zstd.cut", "the zstd file is cut off: fetch it again"),
            _ if gzip => ("gzip.corrupt", "the gzip file is damaged, or has something else after it: fetch it again"),
            // The library has a number for this, and its wrapper gives the text only.
            _ if error.to_string().contains("too much memory") => {
                ("zstd.window", "it was packed with a window of more than 8 MiB: pack it without --long and --ultra")
            }
            _ => ("zstd.corrupt", "the zstd file is damaged, or has something else after it: fetch it again"),
        };
        ReadError::new(place, code, problem)
    }
}

impl fmt::Debug for Unpacked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packing = match self.packing {
            Packing::Plain(_) | Packing::File(_) => "plain",
            Packing::Gzip(_) => "gzip",
            Packing::Zstd(_) => "zstd",
        };
        write!(f, "Unpacked({packing})")
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Plain,
    Gzip,
    Zstd,
}

/// What begins like this, and cannot be read here.
const REFUSED: &[(&[u8], &str, &str)] = &[
    (b"PK\x03\x04", "format.zip", "it is a ZIP archive or a spreadsheet: unpack it, or save the sheet as CSV"),
    (b"BZh", "format.bzip2", "it is packed with bzip2: unpack it, or pack it with gzip or zstd"),
    (b"\xfd7zXZ\0", "format.xz", "it is packed with xz: unpack it, or pack it with gzip or zstd"),
    (b"-----BEGIN PGP", "format.pgp", "it is encrypted with PGP: decrypt it first"),
    (b"SQLite format 3", "format.sqlite", "it is an SQLite database: read it through a SQL connection"),
    (b"\xff\xfe\0\0", "encoding.utf32", "it is UTF-32: write it as UTF-8, for example with iconv -f UTF-32 -t UTF-8"),
    (b"\0\0\xfe\xff", "encoding.utf32", "it is UTF-32: write it as UTF-8, for example with iconv -f UTF-32 -t UTF-8"),
];

impl Kind {
    fn of(head: &[u8]) -> Result<Self, ReadError> {
        for (magic, code, problem) in REFUSED {
            if head.starts_with(magic) {
                return Err(ReadError::new(Place::START, code, problem));
            }
        }
        Ok(match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A frame, or one to be skipped before it.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::Plain,
        })
    }
}

/// Whether an input is packed with what is unpacked here.
pub(in crate::bulk) fn is_packed(mut input: impl Read) -> bool {
    head(&mut input).and_then(|head| Kind::of(&head)).is_ok_and(|kind| kind != Kind::Plain)
}

/// As many of the first bytes as tell what an input is.
fn head(input: &mut impl Read) -> Result<Vec<u8>, ReadError> {
    let mut head = Vec::with_capacity(16);
    input.by_ref().take(16).read_to_end(&mut head).map_err(|error| ReadError::io(Place::START, error))?;
    Ok(head)
}

/// The packed bytes, counted.
pub(super) struct Packed {
    input: BufReader<Input>,
    taken: u64,
    /// Whether it was the system that could not read.
    failed: bool,
}

impl Packed {
    fn new(input: Input) -> Self {
        Self { input: BufReader::with_capacity(1 << 16, input), taken: 0, failed: false }
    }
}

impl Read for Packed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Packed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let filled = self.input.fill_buf();
        self.failed = filled.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        filled
    }

    fn consume(&mut self, bytes: usize) {
        self.taken += bytes as u64;
        self.input.consume(bytes);
    }
}
