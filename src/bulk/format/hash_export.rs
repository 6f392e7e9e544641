use std::{
    fmt,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
};

use blake2::{Blake2b, Digest, digest::consts::U16};
use serde_json::{Map, Value};

use crate::bulk::{ImportFormat, Place, ReadError, ReadOptions, RecordSplitter, record};

/// What stands before an id in the export of users.
const DECORATION: &str = "auth0|";

/// A slot of the table: the digest of an id, and one more than where its password stands. No password is at zero.
type Slot = [u8; 24];

const SLOT_BYTES: u64 = 24;

/// The password hashes that the reference product's support hands out, in files that hold what does not fit memory: NDJSON
/// in Mongo's extended form, to be read beside the export of users.
///
/// The files have no name, go away by themselves, and take some 50 bytes a user and the hashes themselves.
///
/// ```
/// use waystation::bulk::{HashExport, ImportFormat, ReadOptions, RecordOptions, RecordReader, RecordSource};
///
/// let hashes = br#"{"_id": {"$oid": "5dea9f9c82dd7c0e76e4ec93"}, "email": "ada@example.com",
///     "passwordHash": "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG"}"#;
/// let users = br#"{"user_id": "auth0|5dea9f9c82dd7c0e76e4ec93", "email": "ada@example.com", "logins_count": 3}"#;
///
/// let hashes = HashExport::read(&hashes[..])?;
/// let options = ReadOptions::default().record(RecordOptions::default().id_prefix("auth0|"));
/// let mut reader = RecordReader::new(&users[..], Some(ImportFormat::UsersExport), options)?.with_hashes(hashes);
/// let user = reader.next()?.unwrap().user.unwrap();
/// assert!(user.credential.is_some());
/// # Ok::<(), waystation::bulk::ReadError>(())
/// ```
pub struct HashExport {
    passwords: File,
    table: File,
    /// How many slots the table has: a power of two, at least twice as many as there are hashes.
    slots: u64,
    len: u64,
}

impl HashExport {
    /// Reads all of it.
    ///
    /// # Errors
    ///
    /// When it cannot be read, when a line of it is no such record or an id has two, and when there is no room for the
    /// files.
    pub fn read(input: impl Read + Send + 'static) -> Result<Self, ReadError> {
        let mut splitter = RecordSplitter::new(input, Some(ImportFormat::Json), ReadOptions::default())?;
        let io = |error| ReadError::io(Place::START, error);
        let (mut passwords, mut entries) =
            (BufWriter::new(tempfile::tempfile().map_err(io)?), BufWriter::new(tempfile::tempfile().map_err(io)?));
        let (mut offset, mut len) = (0_u64, 0_u64);
        while let Some(found) = splitter.next()? {
            let refused = |problem| ReadError::new(found.place, "hashes.record", problem);
            let text = found.text.ok_or(refused("a record of the hash export is too long to be one"))?;
            let (id, password) = entry(text).map_err(refused)?;
            let Some(password) = password else { continue };
            let text = Value::Object(password).to_string();
            let length = u32::try_from(text.len()).map_err(|_| refused("a hash is too long"))?;
            let written = passwords
                .write_all(&length.to_le_bytes())
                .and_then(|()| passwords.write_all(text.as_bytes()))
                .and_then(|()| entries.write_all(&slot(&id, offset + 1)));
            written.map_err(|error| ReadError::io(found.place, error))?;
            offset += 4 + u64::from(length);
            len += 1;
        }
        let slots = (2 * len).next_power_of_two().max(16);
        let table = tempfile::tempfile().map_err(io)?;
        table.set_len(slots * SLOT_BYTES).map_err(io)?;
        let passwords = passwords.into_inner().map_err(|error| io(error.into_error()))?;
        let mut export = Self { passwords, table, slots, len };
        let mut entries = entries.into_inner().map_err(|error| io(error.into_error()))?;
        entries.seek(SeekFrom::Start(0)).map_err(io)?;
        let mut entries = BufReader::new(entries);
        for _ in 0..len {
            let mut entry = Slot::default();
            entries.read_exact(&mut entry).map_err(io)?;
            if !export.insert(entry).map_err(io)? {
                let problem = "the hash export has two records of one user: take the older one out";
                return Err(ReadError::new(Place::START, "hashes.twice", problem));
            }
        }
        Ok(export)
    }

    /// How many hashes it has.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds what it knows of a user to their record.
    pub(in crate::bulk) fn complete(&mut self, record: &mut Map<String, Value>) -> io::Result<()> {
        let Some(id) = record.get("user_id").and_then(Value::as_str) else { return Ok(()) };
        let id = id.strip_prefix(DECORATION).unwrap_or(id).to_owned();
        let Some(mut password) = self.find(&id)? else { return Ok(()) };
        super::carry(&mut password, "passwordHash", record, "password_hash");
        if let Some(date) = password.remove("password_set_date") {
            let rest = record.entry("waystation").or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(rest) = rest {
                rest.insert("password_set_at".to_owned(), date);
            }
        }
        Ok(())
    }

    fn find(&mut self, id: &str) -> io::Result<Option<Map<String, Value>>> {
        let sought = slot(id, 0);
        let mut at = self.first(&sought);
        loop {
            let (digest, place) = parts(self.slot_at(at)?);
            let Some(offset) = place.checked_sub(1) else { return Ok(None) };
            if digest == parts(sought).0 {
                return self.password_at(offset).map(Some);
            }
            at = (at + 1) % self.slots;
        }
    }

    fn password_at(&mut self, offset: u64) -> io::Result<Map<String, Value>> {
        self.passwords.seek(SeekFrom::Start(offset))?;
        let mut length = [0; 4];
        self.passwords.read_exact(&mut length)?;
        let mut text = vec![0; usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX)];
        self.passwords.read_exact(&mut text)?;
        serde_json::from_slice(&text).map_err(io::Error::from)
    }

    /// `false` if the id is there already.
    fn insert(&mut self, entry: Slot) -> io::Result<bool> {
        let mut at = self.first(&entry);
        loop {
            let (digest, place) = parts(self.slot_at(at)?);
            if place == 0 {
                self.table.seek(SeekFrom::Start(at * SLOT_BYTES))?;
                self.table.write_all(&entry)?;
                return Ok(true);
            }
            if digest == parts(entry).0 {
                return Ok(false);
            }
            at = (at + 1) % self.slots;
        }
    }

    fn slot_at(&mut self, at: u64) -> io::Result<Slot> {
        let mut slot = Slot::default();
        self.table.seek(SeekFrom::Start(at * SLOT_BYTES))?;
        self.table.read_exact(&mut slot)?;
        Ok(slot)
    }

    /// The slot where a digest is looked for first.
    fn first(&self, slot: &Slot) -> u64 {
        let (digest, _) = parts(*slot);
        u64::try_from(digest & u128::from(u64::MAX)).unwrap_or_default() % self.slots
    }
}

impl fmt::Debug for HashExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HashExport({} hashes)", self.len)
    }
}

fn slot(id: &str, place: u64) -> Slot {
    let digest: [u8; 16] = Blake2b::<U16>::digest(id.as_bytes()).into();
    let mut slot = Slot::default();
    for (to, from) in slot.iter_mut().zip(digest.into_iter().chain(place.to_le_bytes())) {
        *to = from;
    }
    slot
}

/// Digest and place of a slot.
fn parts(slot: Slot) -> (u128, u64) {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let (digest, place) = slot.split_at(16);
    (number(digest), u64::try_from(number(place)).unwrap_or_default())
}

/// The id of a record without its decoration, and the members that are wanted of it; `None` where it has no hash.
type Entry = (String, Option<Map<String, Value>>);

fn entry(text: &[u8]) -> Result<Entry, &'static str> {
    let mut members = record::members(text)
        .map_err(|_| "a record of the hash export is not JSON")?
        .ok_or("a record of the hash export is not an object")?;
    let oid = members.get("_id").and_then(|id| id.get("$oid")).and_then(Value::as_str);
    let alt_id = members.get("alt_id").and_then(Value::as_str);
    let id = alt_id.or(oid).ok_or("a record of the hash export has neither _id nor alt_id")?.to_owned();
    let mut password = Map::new();
    super::carry(&mut members, "passwordHash", &mut password, "passwordHash");
    if password.is_empty() {
        return Ok((id, None));
    }
    let date = members.remove("password_set_date");
    let date = date.and_then(|mut date| date.as_object_mut().and_then(|date| date.remove("$date")));
    match date {
        Some(Value::String(text)) => {
            password.insert("password_set_date".to_owned(), text.into());
        }
        // MongoDB's canonical form: milliseconds as text in a number's clothes.
        Some(Value::Object(date)) => {
            let millis = date.get("$numberLong").and_then(Value::as_str).and_then(|millis| millis.parse::<i64>().ok());
            let millis = millis.ok_or("a date of the hash export is none")?;
            password.insert("password_set_date".to_owned(), millis.saturating_mul(1_000).into());
        }
        _ => {}
    }
    Ok((id, Some(password)))
}
