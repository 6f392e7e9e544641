use super::{Pointer, strict::Refusal};
use crate::bulk::{Fault, FaultCode};

/// More faults of one record are not listed: its size bounds what they would cost, and nobody reads them.
const MOST: usize = 100;

/// Nor are those with which their texts would be longer than this: a pointer alone can have 4 KB, however small the record.
const MOST_BYTES: usize = 16 << 10;

/// The faults of a record, as they are found.
#[derive(Default)]
pub(in crate::bulk) struct Faults {
    list: Vec<Fault>,
    /// Bytes of their texts.
    bytes: usize,
    is_full: bool,
}

impl Faults {
    pub(in crate::bulk) fn push(&mut self, fault: Fault) {
        if self.is_full {
            return;
        }
        self.bytes += fault.size();
        self.is_full = self.list.len() == MOST || self.bytes > MOST_BYTES;
        self.list.push(if self.is_full {
            let message = "there are more faults than are listed here";
            Fault::new(FaultCode::NotPassed, "record.more", "", message)
        } else {
            fault
        });
    }

    /// What was found, or nothing and what is wrong with it.
    pub(in crate::bulk) fn ok<T>(&mut self, found: Result<T, Fault>) -> Option<T> {
        found.map_err(|fault| self.push(fault)).ok()
    }

    /// The same, with nothing of its own type.
    pub(in crate::bulk) fn or_default<T: Default>(&mut self, found: Result<T, Fault>) -> T {
        self.ok(found).unwrap_or_default()
    }

    pub(super) fn add(
        &mut self,
        code: FaultCode,
        detail: &'static str,
        place: &Pointer<'_>,
        message: impl Into<std::borrow::Cow<'static, str>>,
    ) {
        // There may be as many as the record has bytes, so what is not listed is not written either.
        if !self.is_full {
            self.push(Fault::new(code, detail, place.to_string(), message));
        }
    }

    /// What the reference schema alone does not take.
    pub(super) fn refuse(&mut self, (code, detail, message): Refusal, place: &Pointer<'_>) {
        self.add(code, detail, place, message);
    }

    /// A value of another type than `expected`, such as `a string`.
    pub(super) fn wrong_type(&mut self, place: &Pointer<'_>, expected: &'static str) {
        self.add(FaultCode::InvalidType, "value.type", place, format!("it is not {expected}"));
    }

    /// A key that is not in the schema.
    pub(super) fn unknown_key(&mut self, place: &Pointer<'_>) {
        let message = if place.is_shown() {
            "there is no such field"
        } else {
            "it has a key that is no field; the key is not shown, since it may be a person's data"
        };
        self.add(FaultCode::NotPassed, "key.unknown", place, message);
    }

    /// Whether this fault was found at this place.
    pub(super) fn has(&self, place: &Pointer<'_>, detail: &str) -> bool {
        let pointer = place.to_string();
        self.list.iter().any(|fault| fault.detail == detail && fault.pointer == pointer)
    }

    pub(in crate::bulk) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(in crate::bulk) fn into_vec(self) -> Vec<Fault> {
        self.list
    }
}
