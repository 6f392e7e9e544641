//! A record of the import schema, with everything that is wrong with it.

use super::{
    Faults, Field, ImportRecord, Json, MAX_ID_BYTES, Pointer, RecordOptions, date, factor, hash,
    json::{Members, find_repeated},
    metadata,
    strict::{self, Refusal},
};
use crate::{
    bulk::{Fault, FaultCode},
    identifier::{IdentifierError, IdentifierKind},
    user::{Credential, UserId},
};

impl ImportRecord {
    /// Reads one record: the [reference import schema](crate::guide::import_schema), field by field, and what an export of
    /// this crate has beside it.
    ///
    /// ```
    /// use waystation::bulk::{ImportRecord, RecordOptions};
    ///
    /// let json = br#"{"email": "ada@example.com", "app_metadata": {"created_at": 1}, "nick": "a"}"#;
    /// let faults = ImportRecord::from_json(json, &RecordOptions::default()).unwrap_err();
    /// let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.detail.as_ref())).collect();
    /// assert_eq!(found, [("/app_metadata/created_at", "metadata.forbidden"), ("/nick", "key.unknown")]);
    /// ```
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, and not only the first: at most 100 faults with 16 KiB of text, and one
    /// more that says that there are others.
    pub fn from_json(json: &[u8], options: &RecordOptions) -> Result<Self, Vec<Fault>> {
        let members = match Json::read(json, options.nesting) {
            Ok(Json::Object(members)) => members,
            Ok(_) => {
                return Err(vec![Fault::new(FaultCode::ObjectRequired, "record.type", "", "it is not an object")]);
            }
            Err(fault) => return Err(vec![fault]),
        };
        let mut reading = Reading { options, record: Self::new(), faults: Faults::default() };
        reading.members(members);
        let Reading { record, faults, .. } = reading;
        if faults.is_empty() { Ok(record) } else { Err(faults.into_vec()) }
    }
}

/// A record that is being read.
pub(super) struct Reading<'o> {
    pub(super) options: &'o RecordOptions,
    pub(super) record: ImportRecord,
    pub(super) faults: Faults,
}

impl Reading<'_> {
    fn members(&mut self, members: Members<'_>) {
        let root = &if self.options.has_titles { Pointer::Row } else { Pointer::Root };
        find_repeated(&members, root, &mut self.faults);
        let mut extension = None;
        for (key, value) in members {
            let place = &root.member(&key);
            // All of them are in `KEYS`.
            match &*key {
                "app_metadata" => {
                    if self.name(Field::AppMetadata, place) {
                        self.record.profile.app_metadata =
                            metadata::metadata(value, metadata::FORBIDDEN, place, &mut self.faults);
                    }
                }
                "blocked" => self.record.profile.blocked = self.flag(Field::Blocked, &value, place),
                "custom_password_hash" => {
                    if self.name(Field::Password, place) {
                        let hash = hash::custom_password_hash(value, place, self.options, &mut self.faults);
                        self.record.credential = hash.map(Credential::Hash);
                    }
                }
                "email" => self.identifier(IdentifierKind::Email, Field::Email, &value, place),
                "email_verified" => self.record.profile.email_verified = self.flag(Field::EmailVerified, &value, place),
                "family_name" => self.record.profile.family_name = self.person_name(Field::FamilyName, value, place),
                "given_name" => self.record.profile.given_name = self.person_name(Field::GivenName, value, place),
                "mfa_factors" => {
                    if self.name(Field::MfaFactors, place) {
                        self.record.profile.mfa_factors = factor::factors(value, place, self.options, &mut self.faults);
                    }
                }
                "name" => self.record.profile.name = self.person_name(Field::Name, value, place),
                "nickname" => self.record.profile.nickname = self.person_name(Field::Nickname, value, place),
                "password_hash" => self.password_hash(value, place),
                "password_set_date" => self.record.password_set_at = self.date(Field::PasswordSetAt, &value, place),
                "phone_number" => self.identifier(IdentifierKind::Phone, Field::Phone, &value, place),
                "phone_verified" => self.record.profile.phone_verified = self.flag(Field::PhoneVerified, &value, place),
                "picture" => self.record.profile.picture = self.text(Field::Picture, value, place),
                "user_id" => self.id(value, place),
                "user_metadata" => {
                    if self.name(Field::UserMetadata, place) {
                        self.record.profile.user_metadata = metadata::metadata(value, &[], place, &mut self.faults);
                    }
                }
                "username" => self.identifier(IdentifierKind::Username, Field::Username, &value, place),
                "waystation" if !self.options.strict => extension = Some(value),
                _ => self.faults.unknown_key(place),
            }
        }
        if let Some(extension) = extension {
            self.extension(extension, &root.member("waystation"));
        }
        self.finish();
    }

    /// What no single member decides.
    fn finish(&mut self) {
        let named = |field: &Field| self.record.fields.contains(*field);
        if self.options.strict && !named(&Field::Email) {
            self.faults.add(FaultCode::AnyOfMissing, "email.missing", &Pointer::Root.member("email"), "it is missing");
        } else if ![Field::Email, Field::Phone, Field::UserId, Field::Username].iter().any(named) {
            let message = "it has none of email, username, phone_number and user_id";
            self.faults.add(FaultCode::AnyOfMissing, "record.nobody", &Pointer::Root, message);
        }
    }

    /// Notes that the record names a field. Says whether it had not yet: two keys can mean one field.
    pub(super) fn name(&mut self, field: Field, place: &Pointer<'_>) -> bool {
        let first = !self.record.fields.contains(field);
        self.record.fields.insert(field);
        // The same key a second time is a fault already.
        if !first && !self.faults.has(place, "json.duplicate") {
            let message = "another key of the record says the same, and only one of them may";
            self.faults.add(FaultCode::NotPassed, "field.twice", place, message);
        }
        first
    }

    fn flag(&mut self, field: Field, value: &Json<'_>, place: &Pointer<'_>) -> bool {
        self.record.fields.insert(field);
        let Json::Bool(truth) = value else {
            self.faults.wrong_type(place, "true or false");
            return false;
        };
        *truth
    }

    fn text(&mut self, field: Field, value: Json<'_>, place: &Pointer<'_>) -> Option<String> {
        self.record.fields.insert(field);
        self.string(value, place)
    }

    /// One of the names that a person has.
    fn person_name(&mut self, field: Field, value: Json<'_>, place: &Pointer<'_>) -> Option<String> {
        let text = self.text(field, value, place)?;
        self.strictly(place, || strict::name(field, &text));
        Some(text)
    }

    /// Whether it is taken, which nothing asks for unless the reference schema alone is.
    fn strictly(&mut self, place: &Pointer<'_>, check: impl FnOnce() -> Result<(), Refusal>) -> bool {
        let refusal = if self.options.strict { check().err() } else { None };
        if let Some(refusal) = refusal {
            self.faults.refuse(refusal, place);
        }
        refusal.is_none()
    }

    fn string(&mut self, value: Json<'_>, place: &Pointer<'_>) -> Option<String> {
        let Json::Text(text) = value else {
            self.faults.wrong_type(place, "a string");
            return None;
        };
        Some(text.into_owned())
    }

    pub(super) fn date(
        &mut self,
        field: Field,
        value: &Json<'_>,
        place: &Pointer<'_>,
    ) -> Option<crate::clock::Timestamp> {
        let is_read = self.name(field, place) && self.strictly(place, || strict::date(value));
        if is_read { date::read(value, place, &mut self.faults) } else { None }
    }

    fn identifier(&mut self, kind: IdentifierKind, field: Field, value: &Json<'_>, place: &Pointer<'_>) {
        self.record.fields.insert(field);
        let Json::Text(text) = value else {
            self.faults.wrong_type(place, "a string");
            return;
        };
        match self.options.rules.parse_as(kind, text) {
            Ok(identifier) => {
                self.strictly(place, || strict::identifier(kind, text));
                self.record.profile.set_identifier(identifier);
            }
            Err(error) => {
                let (code, detail) = refusal(kind, error);
                self.faults.add(code, detail, place, error.to_string());
            }
        }
    }

    fn password_hash(&mut self, value: Json<'_>, place: &Pointer<'_>) {
        if !self.name(Field::Password, place) {
            return;
        }
        let Json::Text(text) = value else {
            self.faults.wrong_type(place, "a string");
            return;
        };
        let hash = hash::password_hash(&text, place, self.options, &mut self.faults);
        self.record.credential = hash.map(Credential::Hash);
    }

    fn id(&mut self, value: Json<'_>, place: &Pointer<'_>) {
        self.record.fields.insert(Field::UserId);
        let Some(text) = self.string(value, place) else { return };
        let prefix = self.options.id_prefix.as_deref().unwrap_or_default();
        let id = text.strip_prefix(prefix).unwrap_or(&text);
        if self.bounded(id, MAX_ID_BYTES, "user_id.empty", "user_id.too_long", place) {
            self.record.id = Some(UserId::new(id));
        }
    }

    /// Whether a text has 1 to `most` bytes.
    pub(super) fn bounded(
        &mut self,
        text: &str,
        most: usize,
        empty: &'static str,
        too_long: &'static str,
        place: &Pointer<'_>,
    ) -> bool {
        if text.is_empty() {
            self.faults.add(FaultCode::MinLength, empty, place, "it is empty");
        } else if text.len() > most {
            self.faults.add(FaultCode::MaxLength, too_long, place, format!("it is longer than {most} bytes"));
        }
        (1..=most).contains(&text.len())
    }
}

/// The codes of an identifier that the rules refuse.
fn refusal(kind: IdentifierKind, error: IdentifierError) -> (FaultCode, &'static str) {
    use IdentifierKind::{Email, Phone, Username};
    match (error, kind) {
        (IdentifierError::Empty, Email) => (FaultCode::MinLength, "email.empty"),
        (IdentifierError::Empty, Phone) => (FaultCode::MinLength, "phone.empty"),
        (IdentifierError::Empty, Username) => (FaultCode::MinLength, "username.empty"),
        (IdentifierError::KindNotAccepted { .. }, Email) => (FaultCode::NotPassed, "email.not_accepted"),
        (IdentifierError::KindNotAccepted { .. }, Phone) => (FaultCode::NotPassed, "phone.not_accepted"),
        (IdentifierError::KindNotAccepted { .. }, Username) => (FaultCode::NotPassed, "username.not_accepted"),
        (IdentifierError::Malformed { .. }, Email) => (FaultCode::Format, "email.syntax"),
        (IdentifierError::Malformed { .. }, Phone) => (FaultCode::Pattern, "phone.syntax"),
        (IdentifierError::Malformed { .. }, Username) => (FaultCode::Pattern, "username.syntax"),
        (IdentifierError::TooLong { .. }, Email) => (FaultCode::MaxLength, "email.too_long"),
        (IdentifierError::TooLong { .. }, Phone) => (FaultCode::MaxLength, "phone.too_long"),
        (IdentifierError::TooLong { .. }, Username) => (FaultCode::MaxLength, "username.too_long"),
        (IdentifierError::TooShort { .. }, Email) => (FaultCode::MinLength, "email.too_short"),
        (IdentifierError::TooShort { .. }, Phone) => (FaultCode::MinLength, "phone.too_short"),
        (IdentifierError::TooShort { .. }, Username) => (FaultCode::MinLength, "username.too_short"),
    }
}
