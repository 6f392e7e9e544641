//! What is wrong with a connection.

use std::{sync::Arc, time::Duration};

use waystation::{
    LegacyConnection,
    doctor::Code,
    identifier::{IdentifierKind, IdentifierRules, StandardRules},
    legacy::{FunctionConnection, LegacyCall, LegacyError, ScriptedConnection, ScriptedPerson, Verdict},
};

use crate::{
    archive::{Archive, Flaw},
    stage::{self, Leaping, builder, doctor, examined, found, over, troubles, watched},
    watched::Fault,
};

async fn with_flaw(flaw: Flaw) -> Vec<&'static str> {
    troubles(&examined(over(Archive::flawed(flaw))).await)
}

#[tokio::test]
async fn a_system_that_cannot_be_asked_says_why_and_no_sample_is_tried() {
    assert_eq!(with_flaw(Flaw::None).await, [""; 0]);
    assert_eq!(with_flaw(Flaw::IsDown).await, ["legacy.unavailable"]);
    assert_eq!(with_flaw(Flaw::IsMisconfigured).await, ["legacy.misconfigured"]);
    assert_eq!(with_flaw(Flaw::NeverAnswers).await, ["legacy.unavailable"]);
    let diagnosis = examined(over(Archive::flawed(Flaw::IsMisconfigured))).await;
    assert!(diagnosis.of(Code::LegacyMisconfigured).all(|it| it.text.ends_with("there is no table auth_user.")));
    assert_eq!(found(&diagnosis, Code::SampleSize), None);
}

#[tokio::test]
async fn strangers_are_neither_found_nor_let_in() {
    assert_eq!(with_flaw(Flaw::AdmitsAnybody).await, ["legacy.stranger.admitted"]);
    assert_eq!(with_flaw(Flaw::BlocksStrangers).await, ["legacy.stranger.blocked"]);
    let found = with_flaw(Flaw::FindsAnybody).await;
    assert_eq!(found, [&["legacy.find_disagrees"][..], &["legacy.stranger.found"; 3]].concat());
}

#[tokio::test]
async fn the_list_and_the_look_up_must_agree() {
    assert_eq!(with_flaw(Flaw::FindsNobody).await, ["legacy.find_disagrees"]);
    let diagnosis = examined(over(Archive::flawed(Flaw::FindsTheLast))).await;
    // Ada is taken for Grace, who is herself.
    assert_eq!(found(&diagnosis, Code::LegacyFindDisagrees), Some(1));
}

#[tokio::test]
async fn what_a_connection_cannot_do_is_a_note() {
    let connection = FunctionConnection::new(|_| async { Ok(Verdict::NotFound) }, |_| async { Ok(None) });
    let diagnosis = examined(builder(watched(Fault::None), Arc::new(connection))).await;
    assert_eq!(troubles(&diagnosis), [""; 0]);
    assert_eq!(diagnosis.of(Code::LegacyNoDirectory).count() + diagnosis.of(Code::LegacyNoWriter).count(), 2);
    assert_eq!(with_flaw(Flaw::HasNoList).await, [""; 0]);
}

#[tokio::test]
async fn an_empty_list_is_suspicious() {
    assert_eq!(troubles(&examined(over(Archive::of([]))).await), ["legacy.empty"]);
}

#[tokio::test]
async fn a_slow_look_up_is_held_against_deadline_and_floor() {
    let clock = Arc::new(Leaping::default());
    let legacy = ScriptedConnection::new("old-shop").clock(clock.clone());
    legacy.set_latency_of(LegacyCall::Find, Duration::from_millis(1_200));
    let diagnosis = examined(builder(watched(Fault::None), Arc::new(legacy)).clock(clock)).await;
    assert_eq!(troubles(&diagnosis), ["legacy.empty", "legacy.slow", "recovery.floor_low"]);
    assert_eq!(diagnosis.of(Code::LegacySlow).next().unwrap().took, Some(Duration::from_millis(1_200)));
}

#[tokio::test]
async fn a_list_that_is_too_long_to_be_counted_is_walked_all_the_same() {
    let legacy = ScriptedConnection::new("old-shop");
    legacy.add(ScriptedPerson::parse("1", "ada@example.com", "right").unwrap());
    legacy.fail_next_of(LegacyCall::Count, 2, || LegacyError::unavailable("statement timed out"));
    let diagnosis = examined(builder(watched(Fault::None), Arc::new(legacy))).await;
    assert_eq!((troubles(&diagnosis), found(&diagnosis, Code::SampleSize)), (vec!["legacy.slow"], Some(1)));
}

#[tokio::test]
async fn one_log_in_is_tried_and_none_on_request() {
    let calls = |legacy: &ScriptedConnection| {
        let calls = legacy.calls();
        (calls.to_string().contains("authenticate"), calls.to_string())
    };
    let legacy = ScriptedConnection::new("old-shop");
    let sound = || builder(watched(Fault::None), Arc::new(legacy.clone()));
    let _diagnosis = examined(sound()).await;
    assert!(calls(&legacy).1.contains("authenticate not_found 1"), "{}", calls(&legacy).1);
    legacy.forget_calls();
    let diagnosis = doctor(sound()).without_trial().examine().await;
    assert!(!calls(&legacy).0, "{}", calls(&legacy).1);
    assert_eq!(diagnosis.of(Code::LegacyTrialSkipped).count(), 1);
}

#[tokio::test]
async fn a_circuit_that_is_open_is_told() {
    let legacy = ScriptedConnection::new("old-shop");
    legacy.set_down(true);
    let migrator = builder(watched(Fault::None), Arc::new(legacy.clone()))
        .guard(|guard| guard.without_retry().with_breaker(1, Duration::from_secs(10)))
        .build()
        .unwrap();
    let doctor = migrator.doctor().request_deadline(Duration::from_secs(5));
    assert_eq!(troubles(&doctor.examine().await), ["legacy.unavailable"]);
    assert_eq!(troubles(&doctor.examine().await), ["legacy.unavailable", "legacy.circuit_open"]);
}

/// Numbers of six digits.
#[derive(Debug)]
struct Numbers;

impl IdentifierRules for Numbers {
    fn parse(&self, text: &str) -> Result<waystation::Identifier, waystation::identifier::IdentifierError> {
        self.parse_as(IdentifierKind::Username, text)
    }

    fn parse_as(
        &self,
        kind: IdentifierKind,
        text: &str,
    ) -> Result<waystation::Identifier, waystation::identifier::IdentifierError> {
        if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(waystation::Identifier::from_parts(kind, text, text));
        }
        Err(waystation::identifier::IdentifierError::Malformed { kind })
    }
}

#[tokio::test]
async fn rules_that_take_no_made_up_name_leave_strangers_out() {
    let legacy = ScriptedConnection::new("old-shop");
    let diagnosis = examined(builder(watched(Fault::None), Arc::new(legacy.clone())).rules(Arc::new(Numbers))).await;
    assert_eq!(diagnosis.of(Code::RulesUnprobed).count(), 1);
    assert_eq!(legacy.calls().to_string(), "count done 1, scan done 1");
}

#[tokio::test]
async fn the_stranger_is_one_whom_the_standard_rules_take_in_every_kind() {
    // A connection that remembers who was looked up.
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let connection = FunctionConnection::new(
        |_| async { Ok(Verdict::NotFound) },
        move |identifier| {
            seen.lock().unwrap().push(identifier);
            async { Ok(None) }
        },
    );
    let connection: Arc<dyn LegacyConnection> = Arc::new(connection);
    let _diagnosis = stage::examined(builder(watched(Fault::None), connection)).await;
    let asked = asked.lock().unwrap().clone();
    let kinds: Vec<_> = asked.iter().map(waystation::Identifier::kind).collect();
    assert_eq!(kinds, IdentifierKind::ALL);
    assert!(asked.iter().all(|it| StandardRules::new().parse(it.original()).as_ref() == Ok(it)));
}
