//! Several legacy systems as one: every line of the tables in the documentation of `Chain`.

use std::{error::Error as _, sync::Arc, time::Duration};

use tokio::sync::watch;
use waystation::{
    Identifier, IdentifierRules, LegacyConnection, Password, Profile,
    clock::{ManualClock, Timestamp},
    identifier::{IdentifierKind, StandardRules},
    legacy::{
        Chain, ChainMember, Circuit, DirectoryEntry, FunctionConnection, Guard, LegacyAttempt, LegacyCall, LegacyError,
        LegacyUser, ScriptedConnection, ScriptedPerson, Verdict,
    },
    user::{LegacyKey, SourceName},
};

const RIGHT: &str = "difference engine";
const OTHER: &str = "analytical engine";
const ADA: &str = "ada@example.com";

fn identifier(text: &str) -> Identifier {
    StandardRules::new().parse(text).unwrap()
}

fn person(id: &str, identifier: &str, password: &str) -> ScriptedPerson {
    ScriptedPerson::parse(id, identifier, password).unwrap()
}

fn system(name: &str) -> ScriptedConnection {
    ScriptedConnection::new(name)
}

/// The member that leads to a scripted system, under its own name.
fn member(name: &str, legacy: &ScriptedConnection) -> ChainMember {
    ChainMember::new(name, legacy.clone())
}

async fn ask(chain: &Chain, who: &str, password: &str) -> String {
    said(chain.authenticate(&LegacyAttempt::new(&identifier(who), &Password::from(password))).await)
}

/// A verdict and whose it is, or the class of the error.
fn said(answer: Result<Verdict, LegacyError>) -> String {
    match answer {
        Ok(Verdict::Match(user)) => format!("match {}", user.key.source()),
        Ok(Verdict::MatchMustChange(user)) => format!("must change {}", user.key.source()),
        Ok(verdict) => verdict.as_str().into(),
        Err(error) => error.as_str().into(),
    }
}

async fn look_up(chain: &Chain, who: &str) -> String {
    match chain.find(&identifier(who)).await {
        Ok(Some(user)) => user.key.source().to_string(),
        Ok(None) => "nobody".into(),
        Err(error) => error.as_str().into(),
    }
}

fn asked(legacy: &ScriptedConnection) -> u64 {
    legacy.calls().of(LegacyCall::Authenticate)
}

/// Two systems, and what the first and the second know of Ada.
fn two(first: Option<ScriptedPerson>, second: Option<ScriptedPerson>) -> [ScriptedConnection; 2] {
    let systems = [system("first"), system("second")];
    for (system, person) in systems.iter().zip([first, second]) {
        if let Some(person) = person {
            system.add(person);
        }
    }
    systems
}

fn plain([first, second]: &[ScriptedConnection; 2]) -> Chain {
    Chain::new([member("first", first), member("second", second)]).unwrap()
}

fn passing([first, second]: &[ScriptedConnection; 2]) -> Chain {
    Chain::new([member("first", first).pass_over_when_down(), member("second", second)]).unwrap()
}

fn ada(password: &str) -> ScriptedPerson {
    person("1", ADA, password)
}

#[tokio::test]
async fn the_first_member_that_knows_somebody_decides() {
    let known = [
        (ada(RIGHT), "match first"),
        (ada(RIGHT).must_change(), "must change first"),
        (ada(RIGHT).blocked(), "blocked"),
        (ada(OTHER), "mismatch"),
    ];
    for (first, verdict) in known {
        let systems = two(Some(first), Some(ada(RIGHT)));
        let chain = plain(&systems);
        assert_eq!(ask(&chain, ADA, RIGHT).await, verdict);
        assert_eq!(look_up(&chain, ADA).await, "first");
        assert_eq!(systems[1].calls().total(), 0, "{verdict}: the second is not asked");
    }
}

#[tokio::test]
async fn who_is_not_at_one_is_looked_for_at_the_next() {
    let systems = two(None, Some(ada(RIGHT)));
    let chain = plain(&systems);
    assert_eq!(ask(&chain, ADA, RIGHT).await, "match second");
    assert_eq!(ask(&chain, ADA, OTHER).await, "mismatch");
    assert_eq!(look_up(&chain, ADA).await, "second");
    assert_eq!(ask(&chain, "grace@example.com", RIGHT).await, "not_found");
    assert_eq!(look_up(&chain, "grace@example.com").await, "nobody");
    assert_eq!((asked(&systems[0]), asked(&systems[1])), (3, 3));
}

#[tokio::test]
async fn an_outage_is_the_answer_unless_an_earlier_member_has_one() {
    for second in [None, Some(ada(RIGHT)), Some(ada(OTHER)), Some(ada(RIGHT).blocked())] {
        let systems = two(None, second);
        systems[0].set_down(true);
        let chain = plain(&systems);
        assert_eq!(ask(&chain, ADA, RIGHT).await, "unavailable");
        assert_eq!(look_up(&chain, ADA).await, "unavailable");
        assert_eq!(systems[1].calls().total(), 0);
    }
    let systems = two(Some(ada(RIGHT)), None);
    systems[1].set_down(true);
    let chain = plain(&systems);
    assert_eq!(ask(&chain, ADA, RIGHT).await, "match first");
    assert_eq!(ask(&chain, ADA, OTHER).await, "mismatch");
    assert_eq!(look_up(&chain, ADA).await, "first");
    assert_eq!(ask(&chain, "grace@example.com", RIGHT).await, "unavailable");
    assert_eq!(look_up(&chain, "grace@example.com").await, "unavailable");
}

#[tokio::test]
async fn over_a_member_that_may_be_passed_over_only_a_right_password_leads() {
    let later = [
        (Some(ada(RIGHT)), "match second", "second"),
        (Some(ada(RIGHT).must_change()), "must change second", "second"),
        (Some(ada(RIGHT).blocked()), "blocked", "second"),
        (Some(ada(OTHER)), "unavailable", "second"),
        (None, "unavailable", "unavailable"),
    ];
    for (second, verdict, found) in later {
        let systems = two(Some(ada(OTHER)), second);
        systems[0].set_down(true);
        let chain = passing(&systems);
        assert_eq!(ask(&chain, ADA, RIGHT).await, verdict);
        assert_eq!(look_up(&chain, ADA).await, found);
        systems[0].set_down(false);
        assert_eq!(ask(&chain, ADA, RIGHT).await, "mismatch", "the first is back, and decides");
    }
}

#[tokio::test]
async fn the_first_outage_is_told_when_nobody_could_be_found() {
    let systems = [system("first"), system("second")];
    systems[0].fail_next(1, || LegacyError::retry_after("maintenance", Duration::from_mins(1)));
    systems[1].set_down(true);
    let chain = Chain::new(
        ["first", "second"].into_iter().zip(&systems).map(|(name, system)| member(name, system).pass_over_when_down()),
    );
    let error = chain.unwrap().find(&identifier(ADA)).await.unwrap_err();
    assert!(matches!(error, LegacyError::Unavailable { retry_after: Some(_), .. }));
}

#[tokio::test]
async fn any_other_error_is_the_answer_even_where_an_outage_would_be_passed_over() {
    type Make = fn() -> LegacyError;
    let errors: [Make; 7] = [
        || LegacyError::ambiguous("t.c"),
        || LegacyError::Gone,
        || LegacyError::malformed("NULL", "t.c"),
        || LegacyError::misconfigured("no such table"),
        || LegacyError::Password(waystation::password::PasswordError::Overloaded { retry_after: Duration::ZERO }),
        || LegacyError::Refused { what: "no" },
        || LegacyError::UnusableHash { place: "t.c".into(), source: waystation::password::HashError::Locked },
    ];
    for error in errors {
        let systems = two(None, Some(ada(RIGHT)));
        systems[0].fail_next(2, error);
        let chain = passing(&systems);
        assert_eq!(ask(&chain, ADA, RIGHT).await, error().as_str());
        assert_eq!(look_up(&chain, ADA).await, error().as_str());
        assert_eq!(systems[1].calls().total(), 0, "{}", error().as_str());
    }
}

#[tokio::test]
async fn a_stored_row_is_asked_about_at_its_own_member_only() {
    let systems = two(Some(ada(OTHER)), Some(ada(RIGHT)));
    let chain = Chain::new([
        member("first", &systems[0]),
        member("second", &systems[1]).domains(["elsewhere.example"]).tenants(["no such"]).pass_over_when_down(),
    ]);
    let chain = chain.unwrap();
    let (who, right) = (identifier(ADA), Password::from(RIGHT));
    let second = SourceName::new("second");
    let at_source = LegacyAttempt::new(&who, &right).at(&second);
    assert_eq!(said(chain.authenticate(&at_source).await), "match second", "whatever its route");

    let (ones_key, nobodys_key) = (LegacyKey::new("second", "1"), LegacyKey::new("second", "9"));
    let moved = identifier("countess@example.com");
    let by_key = LegacyAttempt::new(&moved, &right).known_as(&ones_key);
    assert_eq!(said(chain.authenticate(&by_key).await), "match second", "whatever the identifier");
    assert_eq!(said(chain.authenticate(&by_key.clone().at(&second)).await), "match second");
    let unknown = LegacyAttempt::new(&who, &right).known_as(&nobodys_key);
    assert_eq!(said(chain.authenticate(&unknown).await), "not_found", "and nobody else is asked");

    systems[1].set_down(true);
    assert_eq!(said(chain.authenticate(&at_source).await), "unavailable", "and not passed over");
    assert_eq!(asked(&systems[0]), 0);
}

#[tokio::test]
async fn a_row_of_no_member_or_of_two_is_a_wrong_turn_and_no_verdict() {
    let systems = two(Some(ada(RIGHT)), Some(ada(RIGHT)));
    let chain = plain(&systems);
    let (who, right) = (identifier(ADA), Password::from(RIGHT));
    let (first, third) = (SourceName::new("first"), SourceName::new("third"));
    let (of_second, of_third) = (LegacyKey::new("second", "1"), LegacyKey::new("third", "1"));
    let attempt = LegacyAttempt::new(&who, &right);
    for attempt in [
        attempt.clone().at(&third),
        attempt.clone().known_as(&of_third),
        attempt.clone().at(&first).known_as(&of_third),
        attempt.clone().at(&first).known_as(&of_second),
    ] {
        assert_eq!(said(chain.authenticate(&attempt).await), "misconfigured");
    }
    assert_eq!(systems[0].calls().total() + systems[1].calls().total(), 0);
}

/// Which of the members a log-in and a look-up come to, none of which knows anybody.
async fn reached(route: impl Fn(ChainMember) -> ChainMember, who: &str, tenant: Option<&str>) -> (bool, bool) {
    let legacy = system("one");
    let chain = Chain::new([route(member("one", &legacy))]).unwrap();
    let (who, password) = (identifier(who), Password::from(RIGHT));
    let mut attempt = LegacyAttempt::new(&who, &password);
    if let Some(tenant) = tenant {
        attempt = attempt.of_tenant(tenant);
    }
    assert!(matches!(chain.authenticate(&attempt).await, Ok(Verdict::NotFound)));
    assert!(chain.find(&who).await.unwrap().is_none());
    (asked(&legacy) == 1, legacy.calls().of(LegacyCall::Find) == 1)
}

const BOTH: (bool, bool) = (true, true);
const NEITHER: (bool, bool) = (false, false);
const LOOK_UPS_ONLY: (bool, bool) = (false, true);

#[tokio::test]
async fn domains_are_compared_whole_and_in_any_spelling() {
    let exact = |member: ChainMember| member.domains(["Example.COM", "BÜCHER.example"]);
    let deep = |member: ChainMember| member.domains(["example.com"]).including_subdomains();
    for (who, at_exact, at_deep) in [
        ("ada@example.com", BOTH, BOTH),
        ("Ada@EXAMPLE.com", BOTH, BOTH),
        ("ada@xn--bcher-kva.example", BOTH, NEITHER),
        ("ada@bücher.example", BOTH, NEITHER),
        ("ada@mail.example.com", NEITHER, BOTH),
        ("ada@a.b.example.com", NEITHER, BOTH),
        ("ada@notexample.com", NEITHER, NEITHER),
        ("ada@example.com.evil.example", NEITHER, NEITHER),
        ("ada@com", NEITHER, NEITHER),
        ("\"example.com\"@other.example", NEITHER, NEITHER),
        ("example.com", NEITHER, NEITHER),
        ("+442079460000", NEITHER, NEITHER),
    ] {
        assert_eq!(reached(exact, who, None).await, at_exact, "{who}");
        assert_eq!(reached(deep, who, Some("any")).await, at_deep, "{who}, sub-domains included");
    }
}

#[tokio::test]
async fn tenants_are_of_log_ins_and_look_ups_have_none() {
    let route = |member: ChainMember| member.tenants(["emea", "apac"]);
    assert_eq!(reached(route, ADA, Some("emea")).await, BOTH);
    assert_eq!(reached(route, ADA, Some("apac")).await, BOTH);
    for other in [Some("EMEA"), Some(""), Some("us"), None] {
        assert_eq!(reached(route, ADA, other).await, LOOK_UPS_ONLY, "{other:?}");
    }
}

#[tokio::test]
async fn every_condition_of_a_route_must_hold() {
    let names = |member: ChainMember| member.when(|identifier| identifier.kind() == IdentifierKind::Username);
    assert_eq!(reached(names, "ada", None).await, BOTH);
    assert_eq!(reached(names, ADA, None).await, NEITHER);
    let all = |member: ChainMember| {
        member.domains(["example.com"]).tenants(["emea"]).when(|identifier| identifier.normal().starts_with('a'))
    };
    assert_eq!(reached(all, ADA, Some("emea")).await, BOTH);
    assert_eq!(reached(all, ADA, Some("us")).await, LOOK_UPS_ONLY);
    assert_eq!(reached(all, "eve@example.com", Some("emea")).await, NEITHER);
    assert_eq!(reached(all, "ada@other.example", Some("emea")).await, NEITHER);
    assert_eq!(reached(|member| member, "ada", None).await, BOTH);
}

#[tokio::test]
async fn a_look_up_does_not_choose_between_tenants() {
    let systems = [system("first"), system("second"), system("third")];
    for system in &systems {
        system.add(ada(RIGHT));
    }
    let chain = |first: &[&str], second: &[&str]| {
        let route = |member: ChainMember, tenants: &[&str]| {
            if tenants.is_empty() { member } else { member.tenants(tenants.iter().copied()) }
        };
        Chain::new([
            route(member("first", &systems[0]), first),
            route(member("second", &systems[1]), second).pass_over_when_down(),
        ])
        .unwrap()
    };
    assert_eq!(look_up(&chain(&["a"], &["b"]), ADA).await, "ambiguous");
    assert_eq!(look_up(&chain(&["a"], &["a", "b"]), ADA).await, "ambiguous");
    assert_eq!(look_up(&chain(&["a"], &[]), ADA).await, "ambiguous", "a log-in without a tenant is of the second");
    assert_eq!(look_up(&chain(&["a", "b"], &["b"]), ADA).await, "first", "no log-in comes to the second");
    assert_eq!(look_up(&chain(&[], &["b"]), ADA).await, "first");

    systems[1].set_down(true);
    assert_eq!(look_up(&chain(&["a"], &["b"]), ADA).await, "unavailable", "it may be ambiguous");
    assert_eq!(look_up(&chain(&["a", "b"], &["b"]), ADA).await, "first", "it cannot be");
    systems[1].set_down(false);
    systems[1].remove("1");
    assert_eq!(look_up(&chain(&["a"], &["b"]), ADA).await, "first");
    let error = Chain::new([member("first", &systems[0]).tenants(["a"]), member("third", &systems[2])]).unwrap();
    let error = error.find(&identifier(ADA)).await.unwrap_err();
    assert!(error.to_string().contains("first and third"), "{error}");
}

#[tokio::test]
async fn a_user_under_another_name_than_the_members_is_a_wrong_set_up() {
    let legacy = system("old").person(ada(RIGHT));
    let chain = Chain::new([member("renamed", &legacy), member("next", &system("next"))]).unwrap();
    assert_eq!(ask(&chain, ADA, RIGHT).await, "misconfigured");
    assert_eq!(ask(&chain, ADA, OTHER).await, "mismatch");
    assert_eq!(look_up(&chain, ADA).await, "misconfigured");
    let directory = chain.as_directory().unwrap();
    assert_eq!(directory.scan(None, 10).await.unwrap_err().as_str(), "misconfigured");
    let error = chain.find(&identifier(ADA)).await.unwrap_err().to_string();
    assert!(error.contains("renamed") && error.contains("old"), "{error}");
}

#[tokio::test]
async fn a_member_that_cannot_tell_unknown_from_wrong_is_looked_into_before_the_next_is_asked() {
    let known = system("okta").person(ada(OTHER));
    let okta = |asked: &ScriptedConnection| {
        let legacy = asked.clone();
        let looked_up = asked.clone();
        FunctionConnection::new(
            move |attempt| {
                let legacy = legacy.clone();
                async move {
                    Ok(match legacy.authenticate(&attempt.borrow()).await? {
                        Verdict::NotFound => Verdict::Mismatch,
                        verdict => verdict,
                    })
                }
            },
            move |identifier| {
                let legacy = looked_up.clone();
                async move { legacy.find(&identifier).await }
            },
        )
        .source("okta")
    };
    let shop = system("shop").person(ada(RIGHT)).person(person("2", "grace@example.com", RIGHT));
    let chain = |set: fn(ChainMember) -> ChainMember| {
        Chain::new([set(ChainMember::new("okta", okta(&known))), member("shop", &shop)]).unwrap()
    };
    let (blind, seeing) = (chain(|member| member), chain(ChainMember::look_up_on_mismatch));
    assert_eq!(ask(&blind, "grace@example.com", RIGHT).await, "mismatch");
    assert_eq!(ask(&seeing, "grace@example.com", RIGHT).await, "match shop");
    assert_eq!(ask(&seeing, ADA, RIGHT).await, "mismatch", "Ada is at the first, with another password");
    assert_eq!(ask(&seeing, "eve@example.com", RIGHT).await, "not_found");

    known.fail_next_of(LegacyCall::Find, 1, || LegacyError::unavailable("down"));
    assert_eq!(ask(&seeing, "grace@example.com", RIGHT).await, "unavailable");
    let (key, who, right) = (LegacyKey::new("okta", "9"), identifier(ADA), Password::from(RIGHT));
    known.forget_calls();
    let of_row = seeing.authenticate(&LegacyAttempt::new(&who, &right).known_as(&key)).await;
    assert_eq!(said(of_row), "mismatch");
    assert_eq!(known.calls().of(LegacyCall::Find), 0, "whose row it is, is known");
}

#[test]
fn a_chain_that_cannot_be_meant_is_refused() {
    let named = |name: &str| member(name, &system(name));
    for (members, fault) in [
        (vec![], "no members"),
        (vec![named("a"), named("b"), named("a")], "called a"),
        (vec![named("a").domains(["exa mple.com"])], "domain that is none"),
        (vec![named("a").domains(["example.com", "ada@example.com"])], "domain that is none"),
        (vec![named("a").domains([""])], "domain that is none"),
        (vec![named("a").domains(["*.example.com"])], "domain that is none"),
        (vec![named("a").domains([""; 0])], "no domain"),
        (vec![named("a").tenants([""; 0])], "no tenant"),
        (vec![named("a").including_subdomains()], "no domain"),
    ] {
        let error = Chain::new(members).unwrap_err();
        assert!(matches!(&error, LegacyError::Misconfigured { what, .. } if what.contains(fault)), "{fault}: {error}");
    }
}

#[tokio::test]
async fn errors_and_debug_name_members_and_nobody_else() {
    let systems = two(Some(ada(RIGHT)), None);
    let chain = Chain::new([
        member("first", &systems[0]).domains(["example.com"]).tenants(["secret-tenant"]),
        member("second", &systems[1]),
    ])
    .unwrap();
    assert_eq!(format!("{chain:?}"), r#"Chain["first", "second"]"#);
    assert_eq!(format!("{:?}", member("first", &systems[0])), r#"ChainMember { name: "first", .. }"#);
    assert_eq!(chain.sources().map(SourceName::as_str).collect::<Vec<_>>(), ["first", "second"]);

    let chain = plain(&systems);
    systems[0].fail_next(1, || LegacyError::malformed("NULL", "auth_user.email"));
    assert!(chain.find(&identifier(ADA)).await.unwrap_err().to_string().contains("first: auth_user.email"));
    systems[0].fail_next(1, || LegacyError::unavailable_because("no answer", "timed out"));
    let error = chain.find(&identifier(ADA)).await.unwrap_err();
    let place = error.source().unwrap();
    assert_eq!((place.to_string(), place.source().unwrap().to_string()), ("at first".into(), "timed out".into()));

    let (who, right) = (identifier(ADA), Password::from(RIGHT));
    let shown = format!("{:?}", LegacyAttempt::new(&who, &right).of_tenant("secret-tenant"));
    assert!(!shown.contains("secret-tenant") && !shown.contains("ada") && !shown.contains(RIGHT), "{shown}");
}

/// The sources and ids of a list, walked in pages of this size.
async fn walk(chain: &Chain, page: usize) -> Vec<String> {
    let directory = chain.as_directory().unwrap();
    let (mut met, mut last) = (Vec::new(), None);
    loop {
        let entries: Vec<DirectoryEntry> = directory.scan(last.as_ref(), page).await.unwrap();
        assert!(entries.len() <= page);
        let Some(end) = entries.last() else { return met };
        last = Some(end.key.clone());
        met.extend(entries.iter().map(|entry| format!("{} {}", entry.key.source(), entry.key.id())));
    }
}

#[tokio::test]
async fn the_list_is_that_of_one_member_after_the_other() {
    let systems = [system("b"), system("empty"), system("a")];
    for id in ["1", "2", "3"] {
        systems[0].add(person(id, &format!("b{id}@example.com"), RIGHT));
        systems[2].add(person(id, &format!("a{id}@example.com"), RIGHT));
    }
    let chain = Chain::new(["b", "empty", "a"].into_iter().zip(&systems).map(|(name, system)| member(name, system)));
    let chain = chain.unwrap();
    let directory = chain.as_directory().unwrap();
    let counts = directory.count().await.unwrap();
    assert_eq!(counts, [("b", 3), ("empty", 0), ("a", 3)].map(|(name, users)| (name.into(), users)).into());
    for page in 1..8 {
        assert_eq!(walk(&chain, page).await, ["b 1", "b 2", "b 3", "a 1", "a 2", "a 3"], "pages of {page}");
    }
    assert!(directory.scan(None, 0).await.unwrap().is_empty());
    let stranger = LegacyKey::new("c", "1");
    assert_eq!(directory.scan(Some(&stranger), 1).await.unwrap_err().as_str(), "misconfigured");

    systems[2].set_down(true);
    assert_eq!(directory.scan(None, 3).await.unwrap().len(), 3, "what can be read is");
    assert_eq!(directory.scan(None, 4).await.unwrap_err().as_str(), "unavailable");
    assert_eq!(directory.count().await.unwrap_err().as_str(), "unavailable");
}

/// A system that neither lists nor changes anybody.
fn bare(name: &str) -> ChainMember {
    let nobody = FunctionConnection::new(|_| async { Ok(Verdict::NotFound) }, |_| async { Ok(None) });
    ChainMember::new(name, nobody)
}

#[test]
fn a_list_takes_all_members_and_a_change_takes_one() {
    let one = system("one");
    let chain = Chain::new([bare("bare"), member("one", &one)]).unwrap();
    assert!(chain.as_directory().is_none() && chain.as_writer().is_some());
    let chain = Chain::new([bare("bare")]).unwrap();
    assert!(chain.as_directory().is_none() && chain.as_writer().is_none());
    let chain = Chain::new([member("one", &one)]).unwrap();
    assert!(chain.as_directory().is_some() && chain.as_writer().is_some());
}

fn newcomer(source: &str, identifier: &str) -> LegacyUser {
    let mut profile = Profile::default();
    profile.set_identifier(self::identifier(identifier));
    LegacyUser::new(LegacyKey::new(source, "new"), profile)
}

#[tokio::test]
async fn a_new_user_lives_where_they_would_be_looked_for() {
    let [acme, trade, rest] = [system("acme"), system("trade"), system("rest")];
    let chain = Chain::new([
        bare("bare"),
        member("acme", &acme).domains(["acme.example"]),
        member("trade", &trade).tenants(["trade"]),
        member("rest", &rest),
    ])
    .unwrap();
    let (writer, right) = (chain.as_writer().unwrap(), Password::from(RIGHT));
    for (source, who, home) in [
        ("", "a@acme.example", Some("acme")),
        ("", "a@example.com", Some("rest")),
        ("trade", "t@example.com", Some("trade")),
        ("rest", "b@acme.example", Some("rest")),
        ("acme", "b@example.com", None),
        ("bare", "c@example.com", None),
    ] {
        let made = writer.create(&newcomer(source, who), &right).await;
        match home {
            Some(home) => assert_eq!(made.unwrap().source().as_str(), home, "{who}"),
            None => assert_eq!(made.unwrap_err().as_str(), "refused", "{source} {who}"),
        }
        for system in [&acme, &trade, &rest] {
            system.remove("new");
        }
    }
    let closed = Chain::new([member("acme", &acme).domains(["acme.example"])]).unwrap();
    let refusal = closed.as_writer().unwrap().create(&newcomer("", "a@example.com"), &right).await;
    assert_eq!(refusal.unwrap_err().as_str(), "refused");
}

#[tokio::test]
async fn nobody_gets_an_identifier_that_is_taken_at_another_member() {
    let systems = two(Some(ada(RIGHT)), Some(person("2", "grace@example.com", RIGHT)));
    let chain = plain(&systems);
    let (writer, right) = (chain.as_writer().unwrap(), Password::from(RIGHT));
    for source in ["first", "second"] {
        let taken = if source == "first" { "grace@example.com" } else { ADA };
        assert_eq!(writer.create(&newcomer(source, taken), &right).await.unwrap_err().as_str(), "refused");
    }
    let grace = LegacyKey::new("second", "2");
    assert_eq!(writer.change_email(&grace, &identifier(ADA), true).await.unwrap_err().as_str(), "refused");
    systems[0].set_down(true);
    let free = identifier("hopper@example.com");
    assert_eq!(writer.change_email(&grace, &free, true).await.unwrap_err().as_str(), "unavailable");
    assert!(systems[1].find(&free).await.unwrap().is_none());
}

#[tokio::test]
async fn changes_go_to_the_member_of_the_key() {
    let systems = two(Some(ada(RIGHT)), Some(person("1", "grace@example.com", RIGHT)));
    let chain = Chain::new([member("first", &systems[0]), bare("bare"), member("second", &systems[1])]).unwrap();
    let writer = chain.as_writer().unwrap();
    let (key, new) = (LegacyKey::new("second", "1"), Password::from("new"));
    let address = identifier("hopper@example.com");
    writer.change_password(&key, &new).await.unwrap();
    writer.change_email(&key, &address, false).await.unwrap();
    writer.verify_email(&key).await.unwrap();
    assert!(systems[1].has_password("1", &new) && systems[0].has_password("1", &Password::from(RIGHT)));
    assert!(chain.find(&address).await.unwrap().unwrap().profile.email_verified);
    writer.delete(&key).await.unwrap();
    assert_eq!(look_up(&chain, "hopper@example.com").await, "nobody");
    assert_eq!(look_up(&chain, ADA).await, "first");
    assert!(matches!(writer.verify_email(&key).await, Err(LegacyError::Gone)));
    for (source, class) in [("bare", "refused"), ("third", "misconfigured")] {
        let key = LegacyKey::new(source, "1");
        assert_eq!(writer.verify_email(&key).await.unwrap_err().as_str(), class);
        assert_eq!(writer.change_password(&key, &new).await.unwrap_err().as_str(), class);
        assert_eq!(writer.change_email(&key, &address, true).await.unwrap_err().as_str(), class);
        assert_eq!(writer.delete(&key).await.unwrap_err().as_str(), class);
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// Lets every task run until all of them wait.
async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_members_outage_opens_its_own_circuit_only() {
    let clock: Arc<ManualClock> = Arc::new(ManualClock::at(Timestamp::default()));
    let systems = two(None, Some(ada(RIGHT)));
    let guarded = |legacy: &ScriptedConnection| {
        let guard = Guard::new(legacy.clone()).with_clock(Arc::clone(&clock) as _).without_retry();
        Arc::new(guard.with_breaker(2, SECOND))
    };
    let (first, second) = (guarded(&systems[0]), guarded(&systems[1]));
    let chain = Chain::new([
        ChainMember::new("first", Arc::clone(&first)).domains(["first.example"]),
        ChainMember::new("second", Arc::clone(&second)),
    ]);
    let outer = Guard::new(chain.unwrap()).with_clock(Arc::clone(&clock) as _).without_retry();
    let outer = outer.with_breaker(0, Duration::ZERO).with_deadline(3 * SECOND);
    let log_in =
        async |who: &str| said(outer.authenticate(&LegacyAttempt::new(&identifier(who), &Password::from(RIGHT))).await);

    systems[0].set_down(true);
    for _ in 0..4 {
        assert_eq!(log_in("ada@first.example").await, "unavailable");
        assert_eq!(log_in(ADA).await, "match second");
    }
    assert_eq!(asked(&systems[0]), 2, "its circuit is open then");
    assert!(matches!(first.state().circuit, Circuit::Open { .. }));
    assert_eq!(second.state().circuit, Circuit::Closed { failures: 0 });

    systems[0].set_down(false);
    clock.advance(SECOND);
    assert_eq!(log_in("ada@first.example").await, "not_found");
    assert_eq!(first.state().circuit, Circuit::Closed { failures: 0 });
}

#[tokio::test]
async fn a_member_that_hangs_is_given_up_by_its_own_guard_and_passed_over() {
    let clock = Arc::new(ManualClock::at(Timestamp::default()));
    let systems = two(None, Some(ada(RIGHT)));
    systems[0].hang();
    let first = Guard::new(systems[0].clone()).with_clock(Arc::clone(&clock) as _).with_deadline(SECOND);
    let chain = Chain::new([ChainMember::new("first", first).pass_over_when_down(), member("second", &systems[1])]);
    let outer = Guard::new(chain.unwrap()).with_clock(Arc::clone(&clock) as _).with_deadline(3 * SECOND);
    let call = tokio::spawn(async move {
        said(outer.authenticate(&LegacyAttempt::new(&identifier(ADA), &Password::from(RIGHT))).await)
    });
    settle().await;
    clock.advance(SECOND);
    assert_eq!(call.await.unwrap(), "match second");
}

/// A connection that has read its row at once and then queues for a hash.
#[derive(Debug)]
struct Hashing(watch::Receiver<bool>);

#[async_trait::async_trait]
impl LegacyConnection for Hashing {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        attempt.answered();
        self.0.clone().wait_for(|hashed| *hashed).await.map_err(|_| LegacyError::Gone)?;
        Ok(Verdict::Mismatch)
    }

    async fn find(&self, _: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        Ok(None)
    }
}

#[tokio::test]
async fn an_answer_stops_the_clocks_of_the_members_guard_and_of_the_one_around_the_chain() {
    let clock = Arc::new(ManualClock::at(Timestamp::default()));
    let (hashed, wait) = watch::channel(false);
    let guard = |deadline| (Arc::clone(&clock), deadline);
    let (inner_clock, inner_deadline) = guard(SECOND);
    let inner = Arc::new(Guard::new(Hashing(wait)).with_clock(inner_clock).with_deadline(inner_deadline));
    let before = system("before");
    let chain = Chain::new([member("before", &before), ChainMember::new("hashing", Arc::clone(&inner))]).unwrap();
    let (outer_clock, outer_deadline) = guard(2 * SECOND);
    let outer = Arc::new(Guard::new(chain).with_clock(outer_clock).with_deadline(outer_deadline));
    let call = tokio::spawn({
        let outer = Arc::clone(&outer);
        async move { said(outer.authenticate(&LegacyAttempt::new(&identifier(ADA), &Password::from(RIGHT))).await) }
    });
    settle().await;
    assert_eq!((outer.state().in_flight, inner.state().in_flight), (0, 0), "both places are free again");
    clock.advance(SECOND * 60);
    settle().await;
    hashed.send_replace(true);
    assert_eq!(call.await.unwrap(), "mismatch");
    assert_eq!(outer.state().circuit, Circuit::Closed { failures: 0 });
}
