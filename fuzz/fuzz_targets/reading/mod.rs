//! What holds for the readers of every format.

use std::io::{Cursor, Read};

use waystation::bulk::{ImportFormat, Place, ReadOptions, RecordReader, RecordSource};

/// One byte at a time.
struct Dripping(Cursor<Vec<u8>>);

impl Read for Dripping {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

/// Where each record begins and ends, and how many faults it has; and why the reading ended before the input did.
type Found = (Vec<(Place, Place, usize)>, Option<&'static str>);

fn read(input: impl Read + Send + 'static, format: ImportFormat, from: Place) -> Found {
    let mut found = Vec::new();
    let options = ReadOptions::default().record_bytes(100);
    let reader = RecordReader::new(input, Some(format), options);
    let mut reader = match reader.and_then(|mut reader| reader.resume(from).map(|()| reader)) {
        Ok(reader) => reader,
        Err(error) => return (found, Some(error.code)),
    };
    loop {
        match reader.next() {
            Ok(Some(record)) => {
                let faults = record.user.err().unwrap_or_default();
                assert!(faults.iter().all(|fault| fault.message.len() < 300));
                found.push((record.place, record.end, faults.len()));
            }
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error.code)),
        }
    }
}

/// Reads at once, a byte at a time, and from behind the first record: the same every time.
pub fn is_the_same_however_it_is_read(bytes: &[u8], format: ImportFormat) {
    // Packed inputs are for the target `split`.
    if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5]) {
        return;
    }
    let input = || Cursor::new(bytes.to_vec());
    let whole = read(input(), format, Place::START);
    assert_eq!(whole, read(Dripping(input()), format, Place::START));
    let mut end = 0;
    for (place, next, _) in &whole.0 {
        assert!(place.offset >= end && next.offset > place.offset);
        end = next.offset;
    }
    if let Some((_, middle, _)) = whole.0.first() {
        let rest = read(input(), format, *middle);
        assert_eq!((&whole.0[1..], whole.1), (&rest.0[..], rest.1));
    }
}
