use std::sync::Arc;

use super::{ImportError, ImportFailure, ImportReport, Importer, Input, item::is_weak};
use crate::{
    bulk::{Fault, Place},
    identifier::{Identifier, IdentifierRules as _, StandardRules},
    password::{HashError, Password, PasswordError, Passwords, Verification},
    store::{Key, MemoryStore, OnTombstone, UserStore},
    user::{Credential, NewUser, UserId},
};

/// Somebody whose password is known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sample {
    /// Who they are.
    pub identifier: Identifier,
    /// Their password.
    pub password: Password,
}

impl Sample {
    /// This person, with this password.
    pub fn new(identifier: Identifier, password: impl Into<Password>) -> Self {
        Self { identifier, password: password.into() }
    }
}

/// What an input's hash says of a known password.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub enum SampleAnswer {
    /// The hash is read, and the password is not the one that it was made of: a wrong password, or a wrong format, salt or
    /// encoding.
    Mismatch,
    /// The input has nobody of this name.
    NotFound,
    /// The record brings no hash.
    NoPassword,
    /// The password opens the hash, after it was stored and read again.
    Proven {
        /// The scheme of the hash.
        scheme: &'static str,
    },
    /// The record cannot be imported.
    Refused {
        /// Where it begins.
        place: Place,
        /// Everything that is wrong with it.
        faults: Vec<Fault>,
    },
    /// The hash cannot be verified.
    Unverifiable(HashError),
}

impl Importer {
    /// Shows, before an import, that its hashes open with passwords that are known: reads the input until everybody of
    /// `known` was met, stores each in a store of its own (wrapped, if the import wraps), reads them again and verifies. One
    /// answer for each, in order.
    ///
    /// Nothing is written to the importer's own store.
    ///
    /// # Errors
    ///
    /// When the input cannot be read, or the pool of `passwords` is overloaded.
    pub async fn verify_sample(
        &self,
        input: Arc<dyn Input>,
        known: Vec<Sample>,
        passwords: &Passwords,
    ) -> Result<Vec<SampleAnswer>, ImportError> {
        let failed = |failure| ImportError { place: Place::START, report: Box::new(ImportReport::default()), failure };
        let wanted: Vec<Identifier> = known.iter().map(|sample| sample.identifier.clone()).collect();
        let found = tokio::task::spawn_blocking(move || find(&*input, &wanted)).await;
        let found = found.map_err(|_| failed(ImportFailure::Stopped))?.map_err(failed)?;
        let mut answers = Vec::with_capacity(known.len());
        for (sample, found) in known.iter().zip(found) {
            answers.push(match found {
                Found::Nobody => SampleAnswer::NotFound,
                Found::Refused(place, faults) => SampleAnswer::Refused { place, faults },
                Found::User(Some(credential @ Credential::Hash(_))) => {
                    self.verify(sample, credential, passwords).await.map_err(failed)?
                }
                Found::User(_) => SampleAnswer::NoPassword,
            });
        }
        Ok(answers)
    }

    async fn verify(
        &self,
        sample: &Sample,
        credential: Credential,
        passwords: &Passwords,
    ) -> Result<SampleAnswer, ImportFailure> {
        let credential = self.on_its_way_in(credential).await?;
        // Through text and back, as a database keeps it, and through a store.
        let text = serde_json::to_vec(&credential).map_err(|_| ImportFailure::State)?;
        let credential: Credential = serde_json::from_slice(&text).map_err(|_| ImportFailure::State)?;
        let store = MemoryStore::new();
        let id = UserId::new("sample");
        let user = NewUser::new(id.clone(), crate::user::Profile::default(), credential, self.now());
        let _created = store.insert(user, OnTombstone::Refuse).await?;
        let Some(user) = store.find(Key::Id(&id)).await?.into_user() else { return Ok(SampleAnswer::NotFound) };
        let Some(hash) = user.password_hash() else { return Ok(SampleAnswer::NoPassword) };
        let scheme = match passwords.schemes().identify(hash) {
            Ok(scheme) => scheme.name(),
            Err(error) => return Ok(SampleAnswer::Unverifiable(error)),
        };
        match passwords.verify(&sample.password, hash).await {
            Ok(Verification::Match { .. }) => Ok(SampleAnswer::Proven { scheme }),
            Ok(Verification::Mismatch) => Ok(SampleAnswer::Mismatch),
            Err(PasswordError::Hash(error)) => Ok(SampleAnswer::Unverifiable(error)),
            Err(error) => Err(ImportFailure::Password(error)),
        }
    }
}

impl Importer {
    /// As the import stores it: wrapped, if it would be.
    async fn on_its_way_in(&self, credential: Credential) -> Result<Credential, ImportFailure> {
        match (self.wrapping(), &credential) {
            (Some(with), Credential::Hash(hash)) if is_weak(with, hash) && with.is_wrappable(hash).unwrap_or(false) => {
                Ok(Credential::Hash(with.wrap(hash).await.map_err(ImportFailure::Password)?))
            }
            _ => Ok(credential),
        }
    }
}

/// What the input has of somebody.
#[derive(Clone)]
enum Found {
    Nobody,
    /// A record that is theirs by what its text says, and that cannot be imported.
    Refused(Place, Vec<Fault>),
    User(Option<Credential>),
}

/// Those who are wanted, as far as the input has them.
fn find(input: &dyn Input, wanted: &[Identifier]) -> Result<Vec<Found>, ImportFailure> {
    let mut found = vec![Found::Nobody; wanted.len()];
    let mut source = input.open().map_err(ImportFailure::Input)?;
    while found.iter().any(|found| !matches!(found, Found::User(_))) {
        let Some(record) = source.next().map_err(ImportFailure::Input)? else { break };
        match &record.user {
            Ok(user) => {
                for (slot, wanted) in found.iter_mut().zip(wanted) {
                    if !matches!(slot, Found::User(_)) && user.profile.has(wanted) {
                        *slot = Found::User(user.credential.clone());
                    }
                }
            }
            Err(faults) => {
                let named = named_in(&record.raw);
                for (slot, wanted) in found.iter_mut().zip(wanted) {
                    if matches!(slot, Found::Nobody) && named.contains(wanted) {
                        *slot = Found::Refused(record.place, faults.clone());
                    }
                }
            }
        }
    }
    Ok(found)
}

/// The identifiers that a record names, whatever else is wrong with it.
fn named_in(raw: &[u8]) -> Vec<Identifier> {
    let members: serde_json::Value = serde_json::from_slice(raw).unwrap_or_default();
    let texts = ["email", "username", "phone_number"].into_iter().filter_map(|key| members.get(key)?.as_str());
    texts.filter_map(|text| StandardRules::new().parse(text).ok()).collect()
}
