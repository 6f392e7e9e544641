use std::fmt::Write as _;

use uuid::Uuid;

use super::{entry::Entry, filter};
use crate::legacy::LegacyError;

/// The attribute of a person's permanent id, and what its values are.
#[derive(Clone, Debug)]
pub(super) struct Id {
    pub(super) attribute: String,
    pub(super) form: IdForm,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum IdForm {
    /// Sixteen bytes in Microsoft's order, which become a UUID's text.
    Guid,
    Text,
    /// The text of a UUID: `entryUUID`.
    Uuid,
}

impl Id {
    /// The id of an entry. There must be one, or nobody could tell who the entry is.
    pub(super) fn of(&self, entry: &Entry) -> Result<String, LegacyError> {
        let missing = || LegacyError::malformed("missing", &*self.attribute);
        match self.form {
            IdForm::Guid => {
                let bytes = entry.only_value(&self.attribute)?.ok_or_else(missing)?;
                let bytes = bytes.try_into();
                let bytes = bytes.map_err(|_| LegacyError::malformed("not 16 bytes", &*self.attribute))?;
                Ok(Uuid::from_bytes_le(bytes).to_string())
            }
            IdForm::Text => {
                let text = entry.only_text(&self.attribute)?.filter(|text| !text.trim().is_empty());
                text.map(str::to_owned).ok_or_else(missing)
            }
            IdForm::Uuid => {
                let uuid = Uuid::try_parse(entry.only_text(&self.attribute)?.ok_or_else(missing)?);
                // The parser's own message may quote the text.
                let uuid = uuid.map_err(|_| LegacyError::malformed("not a UUID", &*self.attribute))?;
                Ok(uuid.to_string())
            }
        }
    }

    /// The filter that finds the entry with this id; `None` for what cannot be one.
    pub(super) fn filter(&self, id: &str) -> Option<String> {
        match self.form {
            IdForm::Guid => {
                let mut filter = format!("({}=", self.attribute);
                for byte in canonical(id)?.to_bytes_le() {
                    // Writing into a string does not fail.
                    _ = write!(filter, "\\{byte:02x}");
                }
                Some(filter + ")")
            }
            IdForm::Uuid => canonical(id).map(|_| filter::equals(&self.attribute, id)),
            IdForm::Text => filter::can_be_value(id).then(|| filter::equals(&self.attribute, id)),
        }
    }
}

/// A UUID in the one spelling that ids here have: databases compare text.
fn canonical(id: &str) -> Option<Uuid> {
    Uuid::try_parse(id).ok().filter(|uuid| uuid.to_string() == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_looked_up_by_its_bytes_in_the_order_that_active_directory_keeps_them_in() {
        let id = Id { attribute: "objectGUID".into(), form: IdForm::Guid };
        assert_eq!(
            id.filter("2f5e8a34-1b9d-4c62-a3d7-0123456789ab").unwrap(),
            r"(objectGUID=\34\8a\5e\2f\9d\1b\62\4c\a3\d7\01\23\45\67\89\ab)",
        );
    }

    #[test]
    fn what_cannot_be_an_id_is_not_asked_for() {
        for form in [IdForm::Guid, IdForm::Uuid] {
            let id = Id { attribute: "entryUUID".into(), form };
            for junk in ["", "0", "*", "2F5E8A34-1B9D-4C62-A3D7-0123456789AB", "{2f5e8a34-1b9d-4c62-a3d7-0123456789ab}"]
            {
                assert_eq!(id.filter(junk), None, "{junk}");
            }
        }
        let id = Id { attribute: "uid".into(), form: IdForm::Text };
        assert_eq!(id.filter(""), None);
        assert_eq!(id.filter("*)(uid=*").unwrap(), r"(uid=\2a\29\28uid=\2a)");
    }
}
