//! What the importer's tests stand on: an input in memory.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use waystation::{
    PasswordHash, User, UserStore,
    bulk::{Fault, FaultCode, Field, ImportRecord, Input, InputState, Place, ReadError, Record, RecordSource},
    identifier::{IdentifierKind, IdentifierRules, StandardRules},
    user::Credential,
};

pub(crate) type Given = Result<ImportRecord, Vec<Fault>>;

/// Records in memory, which may break off, and which count their readings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    pub(crate) records: Arc<Mutex<Vec<Given>>>,
    pub(crate) breaks_at: Option<usize>,
    pub(crate) readings: Arc<AtomicUsize>,
    pub(crate) state: InputState,
}

impl Listed {
    pub(crate) fn new(records: impl IntoIterator<Item = ImportRecord>) -> Arc<Self> {
        Self::given(records.into_iter().map(Ok).collect())
    }

    pub(crate) fn given(records: Vec<Given>) -> Arc<Self> {
        Arc::new(Self { records: Arc::new(Mutex::new(records)), ..Self::default() })
    }

    pub(crate) fn broken_at(self: Arc<Self>, place: usize) -> Arc<Self> {
        Arc::new(Self { breaks_at: Some(place), ..(*self).clone() })
    }
}

impl Input for Listed {
    fn open(&self) -> Result<Box<dyn RecordSource>, ReadError> {
        self.readings.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Reading { listed: self.clone(), next: 0 }))
    }

    fn state(&self) -> Result<InputState, ReadError> {
        Ok(self.state)
    }
}

#[derive(Debug)]
struct Reading {
    listed: Listed,
    next: usize,
}

pub(crate) fn place(record: usize) -> Place {
    let mut place = Place::START;
    (place.record, place.offset, place.line) = (record as u64, record as u64 * 100, record as u64);
    place
}

impl RecordSource for Reading {
    fn next(&mut self) -> Result<Option<Record>, ReadError> {
        if self.listed.breaks_at == Some(self.next) {
            return Err(ReadError::new(place(self.next), "gzip.cut", "it is cut off: get it again"));
        }
        let Some(given) = self.listed.records.lock().unwrap().get(self.next).cloned() else { return Ok(None) };
        let at = self.next;
        self.next += 1;
        let raw = json!({"number": at}).to_string().into_bytes();
        Ok(Some(Record::new(place(at), place(at + 1), raw, given.map(Box::new))))
    }

    fn resume(&mut self, place: Place) -> Result<(), ReadError> {
        self.next = usize::try_from(place.record).unwrap();
        Ok(())
    }
}

pub(crate) fn email(record: &mut ImportRecord, text: &str) {
    record.fields.insert(Field::Email);
    record.profile.email = Some(StandardRules::default().parse_as(IdentifierKind::Email, text).unwrap());
}

pub(crate) fn username(record: &mut ImportRecord, text: &str) {
    record.fields.insert(Field::Username);
    record.profile.username = Some(StandardRules::default().parse_as(IdentifierKind::Username, text).unwrap());
}

/// Somebody with an e-mail address, a name, metadata and a hash.
pub(crate) fn person(name: &str) -> ImportRecord {
    let mut record = ImportRecord::new();
    email(&mut record, &format!("{name}@example.com"));
    record.fields = record.fields.with(Field::Name).with(Field::UserMetadata).with(Field::Password);
    record.profile.name = Some(name.to_owned());
    record.profile.user_metadata.insert("of".to_owned(), json!({"file": name}));
    record.credential = Some(Credential::Hash(hash(name)));
    record
}

/// A hash as weak as they come: `MD5(password)`.
pub(crate) fn hash(name: &str) -> PasswordHash {
    use std::fmt::Write as _;

    use md5::Digest as _;

    let mut text = String::new();
    for byte in md5::Md5::digest(name) {
        write!(text, "{byte:02x}").unwrap();
    }
    PasswordHash::declared("md5", text)
}

pub(crate) fn faulty(code: FaultCode) -> Given {
    Err(vec![Fault::new(code, "test", "/email", "It is made up")])
}

pub(crate) async fn everybody(store: &dyn UserStore) -> Vec<User> {
    store.as_bulk().unwrap().scan(None, usize::MAX).await.unwrap()
}

pub(crate) fn named(users: &[User], name: &str) -> User {
    users.iter().find(|user| user.profile.name.as_deref() == Some(name)).expect(name).clone()
}

/// A store that is the one in its field `inner` but for its bulk writes.
macro_rules! writes_by_itself {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl waystation::UserStore for $store {
            async fn find(
                &self,
                key: waystation::store::Key<'_>,
            ) -> Result<waystation::store::Lookup, waystation::store::StoreError> {
                self.inner.find(key).await
            }

            async fn insert(
                &self,
                user: waystation::user::NewUser,
                tombstones: waystation::store::OnTombstone,
            ) -> Result<waystation::store::Insert, waystation::store::StoreError> {
                self.inner.insert(user, tombstones).await
            }

            async fn update(
                &self,
                id: &waystation::user::UserId,
                expected: waystation::user::Version,
                change: waystation::user::UserChange,
            ) -> Result<waystation::store::Update, waystation::store::StoreError> {
                self.inner.update(id, expected, change).await
            }

            async fn record_login(
                &self,
                id: &waystation::user::UserId,
                at: waystation::clock::Timestamp,
            ) -> Result<bool, waystation::store::StoreError> {
                self.inner.record_login(id, at).await
            }

            async fn delete(
                &self,
                id: &waystation::user::UserId,
                deletion: waystation::store::Deletion,
            ) -> Result<bool, waystation::store::StoreError> {
                self.inner.delete(id, deletion).await
            }

            fn as_bulk(&self) -> Option<&dyn waystation::store::BulkStore> {
                Some(self)
            }

            fn as_jobs(&self) -> Option<&dyn waystation::store::JobStore> {
                Some(&self.inner)
            }
        }
    };
}
pub(crate) use writes_by_itself;
