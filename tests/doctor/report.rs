//! How a diagnosis is read, by people and by machines.

use std::{sync::Arc, time::Duration};

use waystation::{
    PasswordHash, Passwords,
    doctor::{Code, Diagnosis, Severity},
    legacy::LegacyError,
};

use crate::{
    archive::{Archive, person, strong},
    stage::{doctor, examined, over, troubles},
};

async fn colliding() -> Diagnosis {
    let people = [person("1", &["ada@example.com"], strong()), person("2", &["Ada@Example.com"], strong())];
    examined(over(Archive::of(people))).await
}

#[tokio::test]
async fn a_sound_migration_is_fit_and_has_nothing_to_worry_about() {
    let passwords = Arc::new(Passwords::builder().threads(1).queue(8).build().unwrap());
    let diagnosis = examined(over(Archive::sound()).passwords(passwords)).await;
    assert!(diagnosis.is_fit());
    assert_eq!((diagnosis.count(Severity::Error), diagnosis.count(Severity::Warning)), (0, 0));
}

#[tokio::test]
async fn an_error_is_unfit_unless_the_host_accepts_it() {
    let diagnosis = colliding().await;
    assert!(!diagnosis.is_fit());
    assert!(diagnosis.is_fit_but_for(&[Code::LegacyIdentifierCollision]));
    assert!(!diagnosis.is_fit_but_for(&[Code::LegacyIdentifierDuplicate]));
}

#[tokio::test]
async fn the_report_has_the_errors_first_and_the_verdict_last() {
    let text = colliding().await.to_string();
    let expected = "error    legacy.identifier.collision  1 of 2  (old-shop, email)\
                    \n         Identifiers of two people differ in their spelling and are one here";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("\nnote     legacy.hash.scheme  2 of 2  (old-shop, argon2)\n"), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("Not fit to go live: 1 error, 1 warning, ") && last.ends_with(" notes."), "{last}");
}

#[tokio::test]
async fn what_is_true_in_several_places_is_said_once() {
    let bcrypt = PasswordHash::new("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW");
    let people = [person("1", &["ada@example.com"], strong()), person("2", &["grace@example.com"], bcrypt)];
    let text = examined(over(Archive::of(people))).await.to_string();
    let expected = "\nnote     legacy.hash.scheme  1 of 2  (old-shop, argon2)\
                    \nnote     legacy.hash.scheme  1 of 2  (old-shop, bcrypt)\
                    \n         Hashes of this scheme can be verified.\n";
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn machines_read_codes_counts_and_sites() {
    let json = serde_json::to_value(colliding().await).unwrap();
    assert_eq!((&json["fit"], &json["errors"], &json["warnings"]), (&false.into(), &1.into(), &1.into()));
    let mut finding = json["findings"][0].clone();
    assert!(finding.as_object_mut().unwrap().remove("text").is_some_and(|text| text.is_string()));
    let expected = serde_json::json!({
        "code": "legacy.identifier.collision", "severity": "error", "source": "old-shop", "key": "email",
        "found": 1, "of": 2,
    });
    assert_eq!(finding, expected);
    let findings = json["findings"].as_array().unwrap();
    let hash = findings.iter().find(|finding| finding["code"] == "policy.hash").unwrap();
    assert_eq!(hash["millis"], 0);
}

#[tokio::test]
async fn nothing_of_a_person_is_shown() {
    const SECRETS: [&str; 6] = ["ada", "grace", "example.com", "AAAA", "correct", "007"];
    let mut grace = person("007", &["Grace@Example.com"], strong());
    grace.profile.blocked = true;
    let archive =
        Archive::of([person("1", &["ada@example.com"], strong()), person("2", &["ADA@example.com"], strong()), grace]);
    let diagnosis = doctor(over(archive)).known("correct horse", strong()).examine().await;
    assert!(troubles(&diagnosis).contains(&"known.not_proven"));
    let shown = format!("{diagnosis} {diagnosis:?} {}", serde_json::to_string(&diagnosis).unwrap()).to_lowercase();
    for secret in SECRETS {
        assert!(!shown.contains(&secret.to_lowercase()), "{secret} in {shown}");
    }
    let doctor = doctor(over(Archive::sound())).known("correct horse", strong());
    assert!(!format!("{doctor:?}").contains("correct"));
}

#[tokio::test]
async fn a_system_with_a_thousand_faults_does_not_flood_the_report() {
    let place = |n: usize| -> LegacyError { LegacyError::malformed("not text", format!("column {n}")) };
    let archive =
        Archive::of((0..1_000).map(|n| person(&format!("{n:05}"), &[&format!("user{n}@example.com")], strong())))
            .with_errors(place);
    let diagnosis = doctor(over(archive)).request_deadline(Duration::from_secs(5)).examine().await;
    assert!(diagnosis.findings.len() < 520, "{}", diagnosis.findings.len());
    let found: u64 = diagnosis.of(Code::LegacyRowUnreadable).filter_map(|it| it.found).sum();
    assert_eq!(found, 1_000);
}
