//! Which records share a key with an earlier one, in constant memory.
//!
//! A first reading writes a keyed digest of every key, with the number of its record, into files by the digest's first
//! bits; each file is then small enough to be sorted in memory, or is divided once more. What is found is marked in one
//! more file, of a byte a record, which is empty where there is nothing to mark. The importer walks along it.
//!
//! It takes 24 bytes of disk a key (about 70 MB for a million users with three keys) and some 4 MiB of memory, or 32 MiB
//! while a file is sorted. The files have no names and go with the process.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
};

use crate::{
    identifier::IdentifierKind,
    secret_key::SecretKey,
    store::{Key, KeyKind},
};

/// Digest and number of a record.
const ENTRY: usize = 24;
/// Files beside one another: few enough for the systems' limits.
const PARTS: usize = 64;
/// The most that is sorted at once, in bytes of the file.
const SORTED: u64 = 16 << 20;
/// How often a file is divided once more. Each time its parts are a 64th: this is for 10^14 different keys. What is larger
/// then is many records with one key, and is read without being kept.
const DEPTH: u32 = 4;
/// How many bytes each file keeps in memory.
const BUFFER: usize = 32 << 10;

/// The kinds of keys, by the bits of their marks.
const KINDS: [KeyKind; 5] = [
    KeyKind::Id,
    KeyKind::Identifier(IdentifierKind::Email),
    KeyKind::Identifier(IdentifierKind::Phone),
    KeyKind::Identifier(IdentifierKind::Username),
    KeyKind::Legacy,
];

/// What the first reading writes.
pub(super) struct KeyLog {
    secret: SecretKey,
    parts: Parts,
}

impl KeyLog {
    pub(super) fn new(secret: SecretKey) -> io::Result<Self> {
        Ok(Self { secret, parts: Parts::new(0)? })
    }

    pub(super) fn add(&mut self, record: u64, key: Key<'_>) -> io::Result<()> {
        let digest = key.digest(&self.secret);
        let mut entry = Entry { digest: [0; 16], mark: record << 3 | bit(key.kind()) };
        entry.digest.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
        self.parts.add(&entry)
    }

    /// What was found. `None` if there is no duplicate at all.
    pub(super) fn finish(self) -> io::Result<Option<Duplicates>> {
        let mut marks = Marks { file: tempfile::tempfile()?, any: false };
        self.parts.search(&mut marks)?;
        if !marks.any {
            return Ok(None);
        }
        marks.file.rewind()?;
        Ok(Some(Duplicates { marks: BufReader::with_capacity(BUFFER, marks.file), next: 0 }))
    }
}

/// The marks, to be walked along.
pub(super) struct Duplicates {
    marks: BufReader<File>,
    next: u64,
}

impl Duplicates {
    /// The first of the keys that the record shares with an earlier one. Records in ascending order cost least.
    pub(super) fn of(&mut self, record: u64) -> io::Result<Option<KeyKind>> {
        match record.checked_signed_diff(self.next) {
            Some(0) => {}
            Some(distance) => self.marks.seek_relative(distance)?,
            None => drop(self.marks.seek(SeekFrom::Start(record))?),
        }
        self.next = record;
        let mut mark = [0];
        match self.marks.read_exact(&mut mark) {
            Ok(()) => {
                self.next += 1;
                Ok(KINDS.into_iter().find(|kind| mark[0] & 1 << bit(*kind) != 0))
            }
            // Behind the last mark.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn bit(kind: KeyKind) -> u64 {
    KINDS.iter().position(|other| *other == kind).unwrap_or_default() as u64
}

#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Entry {
    digest: [u8; 16],
    /// The number of the record, and in the last three bits the kind of the key.
    mark: u64,
}

impl Entry {
    /// Which of the files, by six bits of the digest.
    fn part(&self, depth: u32) -> usize {
        let bits = u128::from_be_bytes(self.digest) >> (122 - 6 * depth);
        usize::try_from(bits & 63).unwrap_or_default()
    }

    fn read(mut from: impl Read) -> io::Result<Self> {
        let (mut digest, mut mark) = ([0; 16], [0; 8]);
        from.read_exact(&mut digest)?;
        from.read_exact(&mut mark)?;
        Ok(Self { digest, mark: u64::from_be_bytes(mark) })
    }
}

/// Files by the next bits of the digest.
struct Parts {
    depth: u32,
    files: Vec<BufWriter<File>>,
}

impl Parts {
    fn new(depth: u32) -> io::Result<Self> {
        let file = || Ok(BufWriter::with_capacity(BUFFER, tempfile::tempfile()?));
        Ok(Self { depth, files: (0..PARTS).map(|_| file()).collect::<io::Result<_>>()? })
    }

    fn add(&mut self, entry: &Entry) -> io::Result<()> {
        let Some(file) = self.files.get_mut(entry.part(self.depth)) else { return Ok(()) };
        file.write_all(&entry.digest)?;
        file.write_all(&entry.mark.to_be_bytes())
    }

    fn search(self, marks: &mut Marks) -> io::Result<()> {
        for file in self.files {
            let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            let length = file.stream_position()?;
            file.rewind()?;
            let mut entries = BufReader::with_capacity(BUFFER, file);
            let count = length / ENTRY as u64;
            let read = (0..count).map(|_| Entry::read(&mut entries));
            if length <= SORTED {
                mark_repeated(read.collect::<io::Result<Vec<_>>>()?, marks)?;
            } else if self.depth == DEPTH {
                mark_in_order(read, marks)?;
            } else {
                let mut parts = Self::new(self.depth + 1)?;
                for entry in read {
                    parts.add(&entry?)?;
                }
                drop(entries);
                parts.search(marks)?;
            }
        }
        Ok(())
    }
}

/// A file that is as large as this after so many divisions has few keys, each of very many records. Its entries are in the
/// order of the records, so that the first of a key comes first.
fn mark_in_order(entries: impl Iterator<Item = io::Result<Entry>>, marks: &mut Marks) -> io::Result<()> {
    let mut firsts = HashMap::new();
    for entry in entries {
        let entry = entry?;
        match firsts.entry(entry.digest) {
            Slot::Vacant(slot) => {
                slot.insert(entry.mark >> 3);
            }
            Slot::Occupied(first) if *first.get() == entry.mark >> 3 => {}
            Slot::Occupied(_) => marks.set(entry.mark >> 3, entry.mark & 7)?,
        }
    }
    Ok(())
}

fn mark_repeated(mut entries: Vec<Entry>, marks: &mut Marks) -> io::Result<()> {
    entries.sort_unstable();
    let mut first = None;
    for entry in entries {
        match first {
            Some((digest, record)) if digest == entry.digest => {
                // A record may have one key under two names.
                if entry.mark >> 3 != record {
                    marks.set(entry.mark >> 3, entry.mark & 7)?;
                }
            }
            _ => first = Some((entry.digest, entry.mark >> 3)),
        }
    }
    Ok(())
}

/// A byte a record; the system keeps no room for what is empty.
struct Marks {
    file: File,
    any: bool,
}

impl Marks {
    fn set(&mut self, record: u64, bit: u64) -> io::Result<()> {
        self.any = true;
        let mut mark = [0];
        self.file.seek(SeekFrom::Start(record))?;
        if self.file.read(&mut mark)? == 0 {
            mark = [0];
        }
        self.file.seek(SeekFrom::Start(record))?;
        self.file.write_all(&[mark[0] | 1 << bit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(mark: impl Fn(Vec<Entry>, &mut Marks) -> io::Result<()>, entries: Vec<Entry>) -> Vec<u8> {
        let mut marks = Marks { file: tempfile::tempfile().unwrap(), any: false };
        mark(entries, &mut marks).unwrap();
        let mut bytes = Vec::new();
        marks.file.rewind().unwrap();
        marks.file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_in_order_is_marked_as_what_is_sorted(
            records in proptest::collection::vec(proptest::collection::vec((0..4_u8, 0..5_u64), 0..4), 0..30)
        ) {
            let keys = records.iter().zip(0_u64..).flat_map(|(keys, record)| {
                keys.iter().map(move |(key, bit)| Entry { digest: [*key; 16], mark: record << 3 | bit })
            });
            let entries: Vec<Entry> = keys.collect();
            let streamed = marked(|entries, marks| mark_in_order(entries.into_iter().map(Ok), marks), entries.clone());
            proptest::prop_assert_eq!(streamed, marked(mark_repeated, entries));
        }
    }

    #[test]
    fn a_key_of_more_records_than_are_sorted_at_once_is_found_in_all_but_the_first() {
        let records = SORTED / ENTRY as u64 + 2;
        let mut parts = Parts::new(0).unwrap();
        for record in 0..records {
            parts.add(&Entry { digest: [7; 16], mark: record << 3 | 1 }).unwrap();
        }
        let mut marks = Marks { file: tempfile::tempfile().unwrap(), any: false };
        parts.search(&mut marks).unwrap();
        let mut bytes = Vec::new();
        marks.file.rewind().unwrap();
        marks.file.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, records);
        assert!(bytes[0] == 0 && bytes[1..].iter().all(|mark| *mark == 2));
    }
}
