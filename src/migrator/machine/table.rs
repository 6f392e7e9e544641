//! The tables of the module's documentation, made from the code: `WAYSTATION_WRITE=1 cargo test --lib table` writes
//! them anew.

use std::{collections::BTreeSet, fmt::Write as _};

use super::*;

const PHASES: [(&str, Conduct); 5] = [
    ("`LegacyOnly`", Conduct::LEGACY_ONLY),
    ("`Shadow`", Conduct::SHADOW),
    ("`Importing`", Conduct::IMPORTING),
    ("`Draining`", Conduct::DRAINING),
    ("`Sealed`", Conduct::SEALED),
];

/// What the two systems answer all through an attempt.
#[derive(Clone, Copy)]
struct Answers {
    row: Row,
    legacy: Legacy,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Legacy {
    Down,
    Knows { right: bool },
    KnowsNobody,
    Blocks,
}

/// Runs an attempt alone to its end; what it wrote, and how it ended.
fn run(flow: Flow, conduct: Conduct, answers: Answers) -> String {
    let (mut state, mut effect) = start(flow, conduct);
    let mut told = String::new();
    loop {
        let input = match effect {
            Effect::Finish(ending) => return told + &ending_in_words(ending),
            Effect::Find => Input::Row(answers.row),
            Effect::FindTaker | Effect::FindByLegacyKey => Input::Row(Row::Absent),
            Effect::Enter => Input::Entered(Entry::Leads),
            Effect::AskLegacy => match answers.legacy {
                Legacy::Down => Input::Unavailable,
                Legacy::Knows { right: true } => Input::Said(LegacySays::Match),
                Legacy::Knows { right: false } => Input::Said(LegacySays::Mismatch),
                Legacy::KnowsNobody => Input::Said(LegacySays::NotFound),
                Legacy::Blocks => Input::Said(LegacySays::Blocked),
            },
            Effect::LookUpLegacy => match answers.legacy {
                Legacy::Down => Input::Unavailable,
                Legacy::KnowsNobody => Input::Person(LegacyPerson::Nobody),
                legacy => Input::Person(LegacyPerson::Somebody { blocked: legacy == Legacy::Blocks, fits: true }),
            },
            Effect::Verify | Effect::CompareShadow => {
                Input::Verified { matched: answers.legacy == Legacy::Knows { right: true }, upgrade: false }
            }
            Effect::Assess => Input::Judged(Judged::Accepted),
            Effect::Decoy | Effect::Hash => Input::Done,
            Effect::Delete | Effect::Insert(_) | Effect::Replace(_) => {
                let _ = write!(told, "{}; ", write_in_words(effect));
                Input::Written(Written::Done)
            }
        };
        (state, effect) = step(state, input);
    }
}

fn write_in_words(effect: Effect) -> &'static str {
    match effect {
        Effect::Insert(Insertion::Adopted | Insertion::Cached) => "insert, flagged",
        Effect::Insert(Insertion::Moved(_)) => "insert with hash",
        Effect::Insert(Insertion::Shadowed) => "insert, flagged, with shadow",
        Effect::Insert(Insertion::SignedUp) => "insert new user",
        Effect::Replace(Replacement::Identifier) => "replace identifier",
        Effect::Replace(Replacement::Move) => "replace flag by hash",
        Effect::Replace(Replacement::Password | Replacement::Rehash) => "replace hash",
        Effect::Replace(Replacement::Refresh) => "refresh copy",
        Effect::Replace(Replacement::Shadow) => "refresh copy and shadow",
        _ => "delete, leaving tombstones",
    }
}

fn ending_in_words(ending: Ending) -> String {
    match ending {
        Ending::Authenticated { origin, .. } => format!("**in** ({})", origin.as_str()),
        Ending::Completed => "**done**".into(),
        Ending::Contended => "contended".into(),
        Ending::Deleted(_) => "**deleted**".into(),
        Ending::NoSuchUser => "nobody".into(),
        Ending::RecoverLegacy | Ending::RecoverStored => "**send token**".into(),
        Ending::Refused(refusal) => format!("refused ({})", refusal.as_str()),
        Ending::Unavailable => "*unavailable*".into(),
    }
}

fn present(credential: CredentialKind) -> Row {
    Row::Present(RowFacts { fits: true, ..RowFacts::of(credential) })
}

fn rows() -> [(&'static str, Row); 7] {
    let hash = RowFacts { fits: true, ..RowFacts::of(CredentialKind::Hash) };
    [
        ("absent", Row::Absent),
        ("tombstoned", Row::Tombstoned),
        ("hash", present(CredentialKind::Hash)),
        ("hash, blocked", Row::Present(RowFacts { blocked: true, ..hash })),
        ("flagged", present(CredentialKind::Delegated)),
        ("flagged, with shadow", Row::Present(RowFacts { shadow: true, ..RowFacts::of(CredentialKind::Delegated) })),
        ("no password yet, or none", present(CredentialKind::PendingPassword)),
    ]
}

const LEGACY: [(&str, Legacy); 5] = [
    ("right password", Legacy::Knows { right: true }),
    ("wrong password", Legacy::Knows { right: false }),
    ("blocked", Legacy::Blocks),
    ("nobody", Legacy::KnowsNobody),
    ("down", Legacy::Down),
];

const FLOWS: [(&str, Flow); 9] = [
    ("Log-in", Flow::LogIn),
    ("Sign-up", Flow::SignUp),
    ("Begin recovery", Flow::BeginRecovery),
    ("Complete recovery, token made for a user of the store", Flow::CompleteRecovery { unmoved: false }),
    ("Complete recovery, token made for a person who had not moved", Flow::CompleteRecovery { unmoved: true }),
    ("Change of password by the user", Flow::ChangePassword { proof: true }),
    ("Change of identifier (to one that the store does not have)", Flow::ChangeIdentifier),
    ("Adoption", Flow::Adopt),
    ("Deletion", Flow::Delete),
];

/// The tables. Rows that answer the same whatever the legacy system would say are one row; so are equal phases.
fn tables() -> String {
    let mut text = String::from(
        "\n# What happens\n\nIn every phase, against every state of store and legacy system. `Cohort` is `Importing` for \
         those in the cohort and\n`LegacyOnly` for the others. Each cell: what is written, and how the attempt ends. \
         (Made from the code; a test compares.)\n",
    );
    for (title, flow) in FLOWS {
        let _ = write!(text, "\n## {title}\n\n| store says | legacy would say |");
        for (phase, _) in PHASES {
            let _ = write!(text, " {phase} |");
        }
        text.push_str("\n|---|---|---|---|---|---|---|\n");
        for (store, row) in rows() {
            let answer = |legacy| PHASES.map(|(_, conduct)| run(flow, conduct, Answers { row, legacy }));
            let mut told = BTreeSet::new();
            for (_, legacy) in LEGACY {
                let cells = answer(legacy);
                if !told.insert(cells.clone()) {
                    continue;
                }
                let same: Vec<_> =
                    LEGACY.iter().filter(|(_, other)| answer(*other) == cells).map(|(name, _)| *name).collect();
                let legacy = if same.len() == LEGACY.len() { "anything".into() } else { same.join(", ") };
                let _ = writeln!(text, "| {store} | {legacy} | {} |", cells.join(" | "));
            }
        }
    }
    text
}

#[test]
fn the_documented_table_is_what_the_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/migrator/machine.md");
    let tables = tables();
    if std::env::var_os("WAYSTATION_WRITE").is_some() {
        std::fs::write(path, &tables).unwrap();
    }
    assert_eq!(include_str!("../machine.md"), tables, "run again after WAYSTATION_WRITE=1 cargo test --lib table");
}

/// Every state of every flow, and every input to it: the machine always answers, and always ends.
#[test]
fn every_input_in_every_state_leads_to_an_end() {
    for (_, flow) in FLOWS {
        for (_, conduct) in PHASES {
            for (_, row) in rows() {
                for (_, legacy) in LEGACY {
                    assert!(!run(flow, conduct, Answers { row, legacy }).is_empty());
                }
            }
        }
    }
}

/// Phases only narrow what is asked: a password that lives here opens in all of them.
#[test]
fn no_phase_makes_a_moved_password_unreachable() {
    for (_, conduct) in PHASES {
        for (_, legacy) in LEGACY {
            let told = run(Flow::LogIn, conduct, Answers { row: present(CredentialKind::Hash), legacy });
            let expected =
                if legacy == (Legacy::Knows { right: true }) { "**in** (store)" } else { "refused (wrong_password)" };
            assert_eq!(told, expected);
        }
    }
}
