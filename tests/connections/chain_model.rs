//! Random chains against a slow reading of the tables in the documentation of `Chain`.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{select, subsequence},
};
use waystation::{
    Identifier, IdentifierRules, LegacyConnection, Password,
    identifier::{IdentifierError, StandardRules},
    legacy::{Chain, ChainMember, LegacyAttempt, LegacyCall, LegacyError, ScriptedConnection, ScriptedPerson, Verdict},
    user::SourceName,
};

const RIGHT: &str = "right";
const WHO: [&str; 4] = ["ada@example.com", "ada@mail.example.com", "ada@other.example", "ada"];
const TENANTS: [&str; 2] = ["emea", "apac"];
/// Every tenant that a log-in can have, as far as a route can tell them apart.
const EVERY_TENANT: [Option<&str>; 4] = [None, Some("emea"), Some("apac"), Some("elsewhere")];

/// What a member says of the person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Says {
    Blocked,
    Broken,
    Down,
    Match,
    Mismatch,
    MustChange,
    NotFound,
}

impl Says {
    const fn is_error(self) -> bool {
        matches!(self, Self::Broken | Self::Down)
    }

    const fn knows(self) -> bool {
        !self.is_error() && !matches!(self, Self::NotFound)
    }
}

#[derive(Clone, Debug)]
struct Member {
    domain: Option<(&'static str, bool)>,
    tenants: Option<Vec<&'static str>>,
    names_only: bool,
    passes: bool,
    looks_up: bool,
    says: Says,
}

impl Member {
    fn may_take(&self, who: &str) -> bool {
        let domain = who.split('@').nth(1);
        let domain_fits = match (self.domain, domain) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((ours, deep)), Some(theirs)) => theirs == ours || (deep && theirs.ends_with(&format!(".{ours}"))),
        };
        domain_fits && (!self.names_only || domain.is_none())
    }

    fn takes(&self, who: &str, tenant: Option<&str>) -> bool {
        let tenant_fits = self.tenants.as_ref().is_none_or(|ours| tenant.is_some_and(|tenant| ours.contains(&tenant)));
        tenant_fits && self.may_take(who)
    }
}

#[derive(Clone, Debug)]
struct Question {
    members: Vec<Member>,
    who: &'static str,
    tenant: Option<&'static str>,
    /// The member that a stored row names.
    row: Option<usize>,
}

fn members() -> impl Strategy<Value = Vec<Member>> {
    use Says::{Blocked, Broken, Down, Match, Mismatch, MustChange, NotFound};
    let domain = select(vec![
        None,
        None,
        Some(("example.com", false)),
        Some(("example.com", true)),
        Some(("other.example", true)),
    ]);
    let tenants = prop_oneof![2 => Just(None), 3 => subsequence(TENANTS.to_vec(), 1..=2).prop_map(Some)];
    let says =
        select(vec![Blocked, Broken, Down, Down, Match, Match, Mismatch, MustChange, NotFound, NotFound, NotFound]);
    let member = (domain, tenants, prop::bool::weighted(0.1), any::<bool>(), any::<bool>(), says).prop_map(
        |(domain, tenants, names_only, passes, looks_up, says)| Member {
            domain,
            tenants,
            names_only,
            passes,
            looks_up,
            says,
        },
    );
    vec(member, 1..=4)
}

fn questions() -> impl Strategy<Value = Question> {
    let row = prop_oneof![4 => Just(None), 1 => (0_usize..4).prop_map(Some)];
    (members(), select(WHO.to_vec()), select(EVERY_TENANT.to_vec()), row).prop_map(|(members, who, tenant, row)| {
        let row = row.filter(|row| *row < members.len());
        Question { members, who, tenant, row }
    })
}

/// What a log-in is to be answered, and which members are asked for it.
fn log_in_by_the_table(question: &Question) -> (String, Vec<usize>) {
    let answer = |at: usize, says: Says| match says {
        Says::Blocked => "blocked".to_owned(),
        Says::Broken => "malformed".to_owned(),
        Says::Down => "unavailable".to_owned(),
        Says::Match => format!("match {at}"),
        Says::Mismatch => "mismatch".to_owned(),
        Says::MustChange => format!("must change {at}"),
        Says::NotFound => "not_found".to_owned(),
    };
    let says = |at: usize| question.members.get(at).map(|member| (member.says, member.passes));
    let mut asked: Vec<usize> = match question.row {
        Some(row) => return (says(row).map(|(says, _)| answer(row, says)).unwrap_or_default(), vec![row]),
        None => (0..)
            .zip(&question.members)
            .filter(|(_, it)| it.takes(question.who, question.tenant))
            .map(|(at, _)| at)
            .collect(),
    };
    let is_final = |at: &usize| !matches!(says(*at), None | Some((Says::NotFound, _) | (Says::Down, true)));
    let decider = asked.iter().position(is_final);
    if let Some(decider) = decider {
        asked.truncate(decider + 1);
    }
    let passed_over = asked.iter().any(|at| says(*at) == Some((Says::Down, true)));
    let by_members = match decider.and(asked.last()) {
        Some(at) => answer(*at, says(*at).map_or(Says::NotFound, |(says, _)| says)),
        None => answer(0, Says::NotFound),
    };
    let withheld = passed_over && matches!(&*by_members, "mismatch" | "not_found");
    (if withheld { "unavailable".into() } else { by_members }, asked)
}

/// Whom log-ins of every tenant come to, where no member fails.
fn look_up_by_log_ins(members: &[Member], who: &str) -> String {
    let first = |tenant| members.iter().position(|member| member.takes(who, tenant) && member.says.knows());
    let mut met: Vec<usize> = EVERY_TENANT.into_iter().filter_map(first).collect();
    met.sort_unstable();
    met.dedup();
    match met.as_slice() {
        [] => "nobody".into(),
        [one] => format!("member {one}"),
        _ => "ambiguous".into(),
    }
}

/// The members with each of what those that fail might have said.
fn without_failures(members: &[Member]) -> Vec<Vec<Member>> {
    let Some(at) = members.iter().position(|member| member.says.is_error()) else { return vec![members.to_vec()] };
    let with = |says| {
        let mut members = members.to_vec();
        if let Some(member) = members.get_mut(at) {
            member.says = says;
        }
        without_failures(&members)
    };
    [with(Says::NotFound), with(Says::Match)].concat()
}

struct Bench {
    chain: Chain,
    systems: Vec<ScriptedConnection>,
    who: Identifier,
}

impl Bench {
    fn new(members: &[Member], who: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let systems: Vec<_> = members
            .iter()
            .enumerate()
            .map(|(at, member)| scripted(&at.to_string(), member.says, who))
            .collect::<Result<_, _>>()?;
        let routed = members.iter().zip(&systems).enumerate().map(|(at, (member, system))| {
            let mut routed = ChainMember::new(at.to_string(), system.clone());
            if let Some((domain, deep)) = member.domain {
                routed = routed.domains([domain]);
                routed = if deep { routed.including_subdomains() } else { routed };
            }
            if let Some(tenants) = &member.tenants {
                routed = routed.tenants(tenants.iter().copied());
            }
            routed = if member.names_only { routed.when(|it| !it.normal().contains('@')) } else { routed };
            routed = if member.passes { routed.pass_over_when_down() } else { routed };
            if member.looks_up { routed.look_up_on_mismatch() } else { routed }
        });
        Ok(Self { chain: Chain::new(routed)?, who: StandardRules::new().parse(who)?, systems })
    }

    fn log_in(&self, tenant: Option<&str>, row: Option<usize>) -> (String, Vec<usize>) {
        let (password, source) = (Password::from(RIGHT), row.map(|row| SourceName::from(row.to_string())));
        let mut attempt = LegacyAttempt::new(&self.who, &password);
        if let Some(tenant) = tenant {
            attempt = attempt.of_tenant(tenant);
        }
        if let Some(source) = &source {
            attempt = attempt.at(source);
        }
        let said = match wait(self.chain.authenticate(&attempt)) {
            Ok(Verdict::Match(user)) => format!("match {}", user.key.source()),
            Ok(Verdict::MatchMustChange(user)) => format!("must change {}", user.key.source()),
            Ok(verdict) => verdict.as_str().into(),
            Err(error) => error.as_str().into(),
        };
        let asked = |(_, system): &(usize, &ScriptedConnection)| system.calls().of(LegacyCall::Authenticate) > 0;
        (said, (0..).zip(&self.systems).filter(asked).map(|(at, _)| at).collect())
    }

    fn look_up(&self) -> String {
        match wait(self.chain.find(&self.who)) {
            Ok(Some(user)) => format!("member {}", user.key.source()),
            Ok(None) => "nobody".into(),
            Err(error) => error.as_str().into(),
        }
    }
}

fn scripted(name: &str, says: Says, who: &str) -> Result<ScriptedConnection, IdentifierError> {
    let system = ScriptedConnection::new(name);
    let person = |password: &str| ScriptedPerson::parse("1", who, password);
    match says {
        Says::Blocked => system.add(person(RIGHT)?.blocked()),
        Says::Broken => system.fail_next(100, || LegacyError::malformed("NULL", "t.c")),
        Says::Down => system.set_down(true),
        Says::Match => system.add(person(RIGHT)?),
        Says::Mismatch => system.add(person("another")?),
        Says::MustChange => system.add(person(RIGHT)?.must_change()),
        Says::NotFound => {}
    }
    Ok(system)
}

fn wait<T>(answer: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(answer)
}

fn bench(members: &[Member], who: &str) -> Result<Bench, TestCaseError> {
    Bench::new(members, who).map_err(|error| TestCaseError::fail(error.to_string()))
}

proptest! {
    // What fails is to be written down as a test of its own.
    #![proptest_config(ProptestConfig { cases: 4_096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_in_is_answered_as_the_table_says(question in questions()) {
        let bench = bench(&question.members, question.who)?;
        prop_assert_eq!(bench.log_in(question.tenant, question.row), log_in_by_the_table(&question));
    }

    #[test]
    fn a_look_up_finds_whom_log_ins_of_all_tenants_come_to(mut members in members(), who in select(WHO.to_vec())) {
        for member in members.iter_mut().filter(|member| member.says.is_error()) {
            member.says = Says::NotFound;
        }
        prop_assert_eq!(bench(&members, who)?.look_up(), look_up_by_log_ins(&members, who));
    }

    #[test]
    fn an_outage_withholds_an_answer_and_never_changes_it(mut members in members(), who in select(WHO.to_vec())) {
        for member in &mut members {
            member.passes = false;
        }
        let found = bench(&members, who)?.look_up();
        if !matches!(&*found, "ambiguous" | "malformed" | "unavailable") {
            for possible in without_failures(&members) {
                prop_assert_eq!(&found, &look_up_by_log_ins(&possible, who));
            }
        }
    }

    #[test]
    fn who_is_found_past_an_outage_is_whom_the_others_have(members in members(), who in select(WHO.to_vec())) {
        let found = bench(&members, who)?.look_up();
        let failed = members.iter().any(|member| member.may_take(who) && member.says.is_error());
        prop_assert!(found != "nobody" || !failed, "nobody knows that there is nobody");
        if found.starts_with("member") {
            let mut others = members.clone();
            for member in others.iter_mut().filter(|member| member.passes && member.says == Says::Down) {
                member.says = Says::NotFound;
            }
            for possible in without_failures(&others) {
                prop_assert_eq!(&found, &look_up_by_log_ins(&possible, who));
            }
        }
    }
}
