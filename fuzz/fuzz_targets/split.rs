//! Any bytes, in any format and however they arrive, are split in the same way, or refused with the same error.
//!
//!     cargo +nightly fuzz run split fuzz/corpus/split fuzz/seeds/split

#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use waystation::bulk::{ImportFormat, Place, ReadOptions, RecordSplitter};

/// One byte at a time.
struct Dripping(std::io::Cursor<Vec<u8>>);

impl Read for Dripping {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

type Found = (Vec<(Place, Place, Option<Vec<u8>>)>, Option<&'static str>);

fn split(input: impl Read + Send + 'static, format: Option<ImportFormat>) -> Found {
    let mut found = Vec::new();
    let mut splitter = match RecordSplitter::new(input, format, ReadOptions::default().record_bytes(100)) {
        Ok(splitter) => splitter,
        Err(error) => return (found, Some(error.code)),
    };
    loop {
        match splitter.next() {
            Ok(Some(record)) => found.push((record.place, record.end, record.text.map(<[u8]>::to_vec))),
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error.code)),
        }
    }
}

fn damaged((_, error): &Found) -> bool {
    error.is_some_and(|code| code.starts_with("gzip.") || code.starts_with("zstd."))
}

fuzz_target!(|bytes: &[u8]| {
    for format in [None, Some(ImportFormat::Csv), Some(ImportFormat::Json), Some(ImportFormat::JsonLines)] {
        let at_once = split(std::io::Cursor::new(bytes.to_vec()), format);
        let dripping = split(Dripping(std::io::Cursor::new(bytes.to_vec())), format);
        if damaged(&at_once) || damaged(&dripping) {
            // What a decoder had in hand when it met the damage is lost with it: how much that was hangs on how it arrived.
            let most = at_once.0.len().min(dripping.0.len());
            assert_eq!(at_once.0[..most], dripping.0[..most]);
            assert!(at_once.1.is_some() && dripping.1.is_some());
        } else {
            assert_eq!(at_once, dripping);
        }
        let mut end = 0;
        for (place, next, _) in &at_once.0 {
            assert!(place.offset >= end && next.offset > place.offset);
            end = next.offset;
        }
    }
});
