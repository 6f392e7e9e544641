//! The password of a record, in the two forms of the reference schema.

use super::{Faults, Json, Pointer, RecordOptions, strict};
use crate::{
    bulk::FaultCode,
    password::{
        HashError, PasswordHash,
        vendor::{CustomPasswordHash, ImportError, ImportProblem},
    },
};

/// A `password_hash`: of any scheme that is known, unless only the reference schema is taken.
///
/// The scheme that is found is kept with it, so that no later release reads it in another way.
pub(super) fn password_hash(
    text: &str,
    place: &Pointer<'_>,
    options: &RecordOptions,
    faults: &mut Faults,
) -> Option<PasswordHash> {
    if options.strict
        && let Err(refusal) = strict::password_hash(text)
    {
        faults.refuse(refusal, place);
        return None;
    }
    let hash = options.declared(text);
    let identified = options.schemes.identify(&hash).map(|scheme| PasswordHash::declared(scheme.name(), text));
    checked(identified, place, options, faults)
}

/// A `custom_password_hash`.
pub(super) fn custom_password_hash(
    value: Json<'_>,
    place: &Pointer<'_>,
    options: &RecordOptions,
    faults: &mut Faults,
) -> Option<PasswordHash> {
    let Json::Object(_) = value else {
        faults.wrong_type(place, "an object");
        return None;
    };
    match CustomPasswordHash::from_parsed(&value) {
        Ok(object) => {
            let hash = PasswordHash::from(&object);
            let parsed = options.schemes.parse_object(&hash, &object, &options.limits);
            parsed.map(|_| hash).map_err(|error| refuse_hash(&error, place, faults)).ok()
        }
        Err(error) => {
            // Finds what stands twice.
            value.into_value(place, faults);
            refuse_object(&error, place, faults);
            None
        }
    }
}

/// A hash as another system has it, if it can be verified here. The scheme that is found is kept with it.
///
/// # Errors
///
/// Why no password will ever open it.
pub(in crate::bulk) fn verifiable(hash: PasswordHash, options: &RecordOptions) -> Result<PasswordHash, HashError> {
    let hash = match hash.scheme() {
        Some(_) => hash,
        None => PasswordHash::declared(options.schemes.identify(&hash)?.name(), hash.expose()),
    };
    options.schemes.parse(&hash, &options.limits)?;
    Ok(hash)
}

fn checked(
    hash: Result<PasswordHash, HashError>,
    place: &Pointer<'_>,
    options: &RecordOptions,
    faults: &mut Faults,
) -> Option<PasswordHash> {
    let parsed = hash.and_then(|hash| options.schemes.parse(&hash, &options.limits).map(|_| hash));
    parsed.map_err(|error| refuse_hash(&error, place, faults)).ok()
}

fn refuse_hash(error: &HashError, place: &Pointer<'_>, faults: &mut Faults) {
    let (code, detail) = codes(error);
    faults.add(code, detail, place, error.to_string());
}

/// The codes of a hash that no password will open.
pub(in crate::bulk) const fn codes(error: &HashError) -> (FaultCode, &'static str) {
    match error {
        HashError::Ambiguous { .. } => (FaultCode::Format, "hash.ambiguous"),
        HashError::Incomplete { .. } => (FaultCode::AnyOfMissing, "hash.incomplete"),
        HashError::Locked => (FaultCode::Format, "hash.locked"),
        HashError::Malformed { .. } => (FaultCode::Format, "hash.malformed"),
        HashError::TooCostly { .. } => (FaultCode::Maximum, "hash.too_costly"),
        HashError::UnsupportedScheme { .. } => (FaultCode::EnumMismatch, "hash.unsupported"),
    }
}

fn refuse_object(error: &ImportError, place: &Pointer<'_>, faults: &mut Faults) {
    let (code, detail) = match error.problem {
        ImportProblem::Encoding { .. } => (FaultCode::Format, "hash.encoding"),
        ImportProblem::Length { .. } => (FaultCode::Format, "hash.length"),
        ImportProblem::Malformed { .. } => (FaultCode::Format, "hash.malformed"),
        ImportProblem::Missing => (FaultCode::AnyOfMissing, "hash.missing"),
        ImportProblem::NotAllowed => (FaultCode::NotPassed, "hash.not_allowed"),
        ImportProblem::NotJson => (FaultCode::Format, "json.syntax"),
        // Found already, with its pointer.
        ImportProblem::Repeated => return,
        ImportProblem::OutOfRange => (FaultCode::Minimum, "hash.range"),
        ImportProblem::UnknownMember => (FaultCode::NotPassed, "key.unknown"),
        ImportProblem::UnknownValue => (FaultCode::EnumMismatch, "hash.unknown"),
        ImportProblem::Unsupported { .. } => (FaultCode::EnumMismatch, "hash.unsupported"),
        ImportProblem::WrongType { .. } => (FaultCode::InvalidType, "value.type"),
    };
    let at = error.place.split('/').filter(|part| !part.is_empty());
    let pointer = at.fold(place.to_string(), |pointer, part| pointer + "/" + part);
    faults.push(crate::bulk::Fault::new(code, detail, pointer, error.problem.to_string()));
}
