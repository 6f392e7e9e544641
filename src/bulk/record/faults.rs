use super::Pointer;
use crate::bulk::{Fault, FaultCode};

/// More faults of one record are not listed: its size bounds what they would cost, and nobody reads them.
const MOST: usize = 100;

/// The faults of a record, as they are found.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn push(&mut self, fault: Fault) {
        match self.0.len() {
            0..MOST => self.0.push(fault),
            MOST => self.0.push(Fault::new(
                FaultCode::NotPassed,
                "record.more",
                "",
                "there are more faults than are listed here",
            )),
            _ => {}
        }
    }

    pub(super) fn add(
        &mut self,
        code: FaultCode,
        detail: &'static str,
        place: &Pointer<'_>,
        message: impl Into<std::borrow::Cow<'static, str>>,
    ) {
        self.push(Fault::new(code, detail, place.to_string(), message));
    }

    /// A value of another type than `expected`, such as `a string`.
    pub(super) fn wrong_type(&mut self, place: &Pointer<'_>, expected: &'static str) {
        self.add(FaultCode::InvalidType, "value.type", place, format!("it is not {expected}"));
    }

    /// A key that is not in the schema.
    pub(super) fn unknown_key(&mut self, place: &Pointer<'_>) {
        let message = match place.is_shown() {
            true => "there is no such field",
            false => "it has a key that is no field; the key is not shown, since it may be a person's data",
        };
        self.add(FaultCode::NotPassed, "key.unknown", place, message);
    }

    /// Whether this fault was found at this place.
    pub(super) fn has(&self, place: &Pointer<'_>, detail: &str) -> bool {
        let pointer = place.to_string();
        self.0.iter().any(|fault| fault.detail == detail && fault.pointer == pointer)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}
