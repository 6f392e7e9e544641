//! What is wrong with the identifiers of a sample.

use std::sync::Arc;

use waystation::{
    Identifier, Profile,
    doctor::{Code, Diagnosis},
    identifier::{IdentifierError, IdentifierKind, IdentifierRules, StandardRules},
    legacy::LegacyUser,
    store::KeyKind,
    user::LegacyKey,
};

use crate::{
    archive::{Archive, person, strong},
    stage::{examined, found, over, troubles},
};

async fn of(people: impl IntoIterator<Item = LegacyUser>) -> Diagnosis {
    examined(over(Archive::of(people))).await
}

fn with(id: &str, identifier: Identifier) -> LegacyUser {
    let mut profile = Profile::default();
    profile.set_identifier(identifier);
    let mut user = LegacyUser::new(LegacyKey::new("old-shop", id), profile);
    user.password_hash = Some(strong());
    user
}

#[tokio::test]
async fn two_spellings_of_one_identifier_collide() {
    let diagnosis = of([
        person("1", &["ada@example.com", "ada"], strong()),
        person("2", &["Ada@Example.com", "grace"], strong()),
        person("3", &["mary@example.com", "ADA"], strong()),
    ])
    .await;
    assert_eq!(troubles(&diagnosis), ["legacy.identifier.collision"; 2]);
    let kinds: Vec<_> = diagnosis.of(Code::LegacyIdentifierCollision).map(|it| it.site.key).collect();
    let kind = |kind| Some(KeyKind::Identifier(kind));
    assert_eq!(kinds, [kind(IdentifierKind::Email), kind(IdentifierKind::Username)]);
}

#[tokio::test]
async fn the_same_spelling_twice_is_a_duplicate_and_may_be_of_another_kind() {
    let twice = of([person("1", &["ada@example.com"], strong()), person("2", &["ada@example.com"], strong())]).await;
    assert_eq!(troubles(&twice), ["legacy.identifier.duplicate"]);
    assert_eq!(found(&twice, Code::LegacyIdentifierDuplicate), Some(1));
    // A phone number and a user name of the same digits are two things.
    let phone = Identifier::from_parts(IdentifierKind::Username, "+15550100000", "+15550100000");
    let kinds = of([person("1", &["+15550100000"], strong()), with("2", phone)]).await;
    assert_eq!(troubles(&kinds), ["legacy.identifier.other_kind"]);
}

#[tokio::test]
async fn a_user_name_with_the_form_of_an_address_is_taken_for_one() {
    let name = StandardRules::new().parse_as(IdentifierKind::Username, "ada@home").unwrap();
    let diagnosis = of([with("1", name.clone())]).await;
    assert_eq!(troubles(&diagnosis), ["legacy.identifier.other_kind"]);
    // Unless it is the person's address too.
    let mut both = with("1", name);
    both.profile.set_identifier(StandardRules::new().parse("ada@home").unwrap());
    assert_eq!(troubles(&of([both]).await), [""; 0]);
}

#[tokio::test]
async fn nobody_to_log_in_by_is_told() {
    let mut nobody = person("1", &["ada@example.com"], strong());
    nobody.profile.email = None;
    let diagnosis = of([nobody]).await;
    assert_eq!(troubles(&diagnosis), ["legacy.user.anonymous"]);
}

#[tokio::test]
async fn identifiers_that_the_rules_refuse_are_counted_by_why() {
    let archive = Archive::of([
        person("1", &["ada"], strong()),
        person("2", &["grace"], strong()),
        person("3", &["mary@example.com"], strong()),
    ]);
    let rules = StandardRules::new().kinds(&[IdentifierKind::Email]);
    let diagnosis = examined(over(archive).rules(Arc::new(rules))).await;
    assert_eq!(troubles(&diagnosis), ["legacy.identifier.refused"]);
    assert_eq!(found(&diagnosis, Code::LegacyIdentifierRefused), Some(2));
}

#[tokio::test]
async fn a_connection_with_other_rules_is_found_out() {
    let case_kept = Identifier::from_parts(IdentifierKind::Username, "Ada", "Ada");
    let diagnosis = of([with("1", case_kept)]).await;
    assert_eq!(troubles(&diagnosis), ["rules.differ"]);
}

/// Takes one letter more away each time.
#[derive(Debug)]
struct Shortening;

impl IdentifierRules for Shortening {
    fn parse(&self, text: &str) -> Result<Identifier, IdentifierError> {
        self.parse_as(IdentifierKind::Username, text)
    }

    fn parse_as(&self, kind: IdentifierKind, text: &str) -> Result<Identifier, IdentifierError> {
        Ok(Identifier::from_parts(kind, text.strip_suffix('x').unwrap_or(text), text))
    }
}

#[tokio::test]
async fn rules_that_never_come_to_rest_are_found_out() {
    let name = Shortening.parse("adaxx").unwrap();
    let diagnosis = examined(over(Archive::of([with("1", name)])).rules(Arc::new(Shortening))).await;
    assert_eq!(troubles(&diagnosis), ["rules.unstable"]);
}
