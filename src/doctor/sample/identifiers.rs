use std::collections::{HashMap, hash_map::Entry};

use super::MOST_REMEMBERED;
use crate::{
    doctor::{Code, Site, finding::Tally},
    identifier::{Identifier, IdentifierError, IdentifierRules},
    legacy::LegacyUser,
    secret_key::{KeyedDigest, SecretKey},
    store::KeyKind,
};

/// What the migrator's rules make of the identifiers, and which of them meet.
pub(super) struct Identifiers<'a> {
    rules: &'a dyn IdentifierRules,
    digests: &'a SecretKey,
    /// The digest of each normal form, and that of the first spelling of it.
    met: HashMap<KeyedDigest, KeyedDigest>,
}

impl<'a> Identifiers<'a> {
    pub(super) fn new(rules: &'a dyn IdentifierRules, digests: &'a SecretKey) -> Self {
        Self { rules, digests, met: HashMap::new() }
    }

    pub(super) fn is_full(&self) -> bool {
        self.met.len() >= MOST_REMEMBERED
    }

    pub(super) fn examine(&mut self, user: &LegacyUser, tally: &mut Tally) {
        let source = Site::source(user.key.source());
        if user.profile.identifiers().next().is_none() {
            tally.add(Code::LegacyUserAnonymous, source, "People have no identifier: there is nothing to log in by.");
            return;
        }
        for identifier in user.profile.identifiers() {
            let site = source.clone().key(KeyKind::Identifier(identifier.kind()));
            self.hold_against_rules(user, identifier, &site, tally);
            self.compare(identifier, site, tally);
        }
    }

    fn hold_against_rules(&self, user: &LegacyUser, identifier: &Identifier, site: &Site, tally: &mut Tally) {
        let (kind, original) = (identifier.kind(), identifier.original());
        match self.rules.parse_as(kind, original) {
            Err(error) => {
                let text = format!("The migrator's rules refuse identifiers, and nobody can type them: {error}.");
                tally.add_weighted(Code::LegacyIdentifierRefused, class(&error), site.clone(), 0, text);
                return;
            }
            Ok(ours) if ours != *identifier => {
                let text = "The connection makes another normal form of an identifier than the migrator's rules: they \
                            must be the same.";
                tally.add(Code::RulesDiffer, site.clone(), text);
                return;
            }
            Ok(ours) if self.rules.parse_as(kind, ours.normal()).as_ref() != Ok(&ours) => {
                let text =
                    "The normal form of a normal form is not itself: such an identifier is lost sooner or later.";
                tally.add(Code::RulesUnstable, site.clone(), text);
                return;
            }
            Ok(_) => {}
        }
        // In a log-in form nobody says of which kind a name is.
        if !self.rules.parse(original).is_ok_and(|typed| user.profile.has(&typed)) {
            let text = "Who types this identifier is taken to mean another kind, or none: a user name with an `@`, a \
                        phone number without its `+`.";
            tally.add(Code::LegacyIdentifierOtherKind, site.clone(), text);
        }
    }

    fn compare(&mut self, identifier: &Identifier, site: Site, tally: &mut Tally) {
        const DOMAIN: &str = "waystation doctor identifier";
        let kind = identifier.kind().as_str().as_bytes();
        let digest = |text: &str| self.digests.digest(DOMAIN, &[kind, text.as_bytes()]);
        let (normal, spelling) = (digest(identifier.normal()), digest(identifier.original()));
        let full = self.is_full();
        match self.met.entry(normal) {
            Entry::Occupied(first) if *first.get() == spelling => {
                let text = "More people than one have the same identifier: none of them can log in by it.";
                tally.add(Code::LegacyIdentifierDuplicate, site, text);
            }
            Entry::Occupied(_) => {
                let text =
                    "Identifiers of two people differ in their spelling and are one here: neither can log in by it.";
                tally.add(Code::LegacyIdentifierCollision, site, text);
            }
            Entry::Vacant(entry) if !full => {
                entry.insert(spelling);
            }
            Entry::Vacant(_) => {}
        }
    }
}

/// The class of an error, so that those of each are counted together.
const fn class(error: &IdentifierError) -> &'static str {
    match error {
        IdentifierError::Empty => "empty",
        IdentifierError::KindNotAccepted { .. } => "kind",
        IdentifierError::Malformed { .. } => "malformed",
        IdentifierError::TooLong { .. } => "long",
        IdentifierError::TooShort { .. } => "short",
    }
}
