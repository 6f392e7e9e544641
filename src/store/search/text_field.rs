use std::{borrow::Cow, cell::OnceCell};

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;

use super::Pattern;
use crate::{
    identifier::Identifier,
    user::{LegacyKey, User},
};

/// A text that is kept of a user.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TextField {
    /// The e-mail address, in its normal form.
    Email,
    /// What stands after the last `@` of the address's normal form.
    EmailDomain,
    /// The kinds of second factors; a user may have many.
    Factor,
    /// The family name, in any case.
    FamilyName,
    /// The given name, in any case.
    GivenName,
    /// The providers of linked identities; a user may have many.
    IdentityProvider,
    /// The subjects of linked identities; a user may have many.
    IdentitySubject,
    /// The id at the legacy system.
    LegacyId,
    /// The full name, in any case.
    Name,
    /// The nickname, in any case.
    Nickname,
    /// The phone number, in its normal form.
    Phone,
    /// The address of the picture.
    Picture,
    /// The legacy system that the user comes from.
    Source,
    /// The permanent id.
    UserId,
    /// The user name, in its normal form.
    Username,
}

impl TextField {
    /// Every one.
    pub const ALL: [Self; 15] = [
        Self::Email,
        Self::EmailDomain,
        Self::Factor,
        Self::FamilyName,
        Self::GivenName,
        Self::IdentityProvider,
        Self::IdentitySubject,
        Self::LegacyId,
        Self::Name,
        Self::Nickname,
        Self::Phone,
        Self::Picture,
        Self::Source,
        Self::UserId,
        Self::Username,
    ];

    /// Whether upper and lower case are the same: by full Unicode case folding, composed. All others are compared byte
    /// by byte.
    pub const fn is_folded(self) -> bool {
        match self {
            Self::FamilyName | Self::GivenName | Self::Name | Self::Nickname => true,
            Self::Email
            | Self::EmailDomain
            | Self::Factor
            | Self::IdentityProvider
            | Self::IdentitySubject
            | Self::LegacyId
            | Self::Phone
            | Self::Picture
            | Self::Source
            | Self::UserId
            | Self::Username => false,
        }
    }

    /// Whether one of the user's values matches.
    pub(super) fn matches(self, person: &Person<'_>, pattern: &Pattern) -> bool {
        let user = person.user;
        let profile = &user.profile;
        let one = |value: Option<&str>| value.is_some_and(|value| pattern.matches(value));
        let normal = |identifier: &Option<Identifier>| one(identifier.as_ref().map(Identifier::normal));
        let name = |name: &Option<String>, kept: &OnceCell<String>| {
            name.as_deref().is_some_and(|name| {
                pattern.is_anything() || pattern.matches_folded(kept.get_or_init(|| folded(name).into_owned()))
            })
        };
        match self {
            Self::Email => normal(&profile.email),
            Self::EmailDomain => {
                let email = profile.email.as_ref().map(Identifier::normal);
                one(email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain))
            }
            Self::Factor => profile.mfa_factors.iter().any(|factor| pattern.matches(factor.kind())),
            Self::FamilyName => name(&profile.family_name, &person.family_name),
            Self::GivenName => name(&profile.given_name, &person.given_name),
            Self::IdentityProvider => profile.identities.iter().any(|identity| pattern.matches(&identity.provider)),
            Self::IdentitySubject => profile.identities.iter().any(|identity| pattern.matches(&identity.subject)),
            Self::LegacyId => one(user.legacy.as_ref().map(LegacyKey::id)),
            Self::Name => name(&profile.name, &person.name),
            Self::Nickname => name(&profile.nickname, &person.nickname),
            Self::Phone => normal(&profile.phone),
            Self::Picture => one(profile.picture.as_deref()),
            Self::Source => one(user.legacy.as_ref().map(|legacy| legacy.source().as_str())),
            Self::UserId => pattern.matches(user.id.as_str()),
            Self::Username => normal(&profile.username),
        }
    }
}

/// A user who is looked at by many patterns, and their names, each folded once.
pub(super) struct Person<'u> {
    pub(super) user: &'u User,
    family_name: OnceCell<String>,
    given_name: OnceCell<String>,
    name: OnceCell<String>,
    nickname: OnceCell<String>,
}

impl<'u> Person<'u> {
    pub(super) const fn new(user: &'u User) -> Self {
        Self {
            user,
            family_name: OnceCell::new(),
            given_name: OnceCell::new(),
            name: OnceCell::new(),
            nickname: OnceCell::new(),
        }
    }
}

/// The text as folded fields are compared. Folding can undo composition and composing can undo folding: hence twice.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        };
    }
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let once = CaseMapper::new().fold_string(&nfc.normalize(text)).into_owned();
    let twice = CaseMapper::new().fold_string(&nfc.normalize(&once)).into_owned();
    Cow::Owned(nfc.normalize(&twice).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_composition_do_not_part_names() {
        for (one, other) in [("JÜRGEN", "ju\u{308}rgen"), ("Straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("Ada", "ADA")]
        {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("Zoe"), folded("Zoë"));
    }

    proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is(text in "\\PC{0,12}") {
            let once = folded(&text).into_owned();
            prop_assert_eq!(folded(&once), once.as_str());
        }
    }
}
