//! A scheme with one flaw at a time, to show that each promise can be broken.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

use blake2::{Blake2b512, Digest, digest::Output};

use super::{Subject, Verdict, promises};
use crate::password::{
    Argon2Strength, Argon2Variant, Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash,
    PasswordScheme, SecretBytes, Strength, Workspace,
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Flaw {
    None,
    AcceptsEmptyDigest,
    AcceptsShortDigest,
    AnswersOnceOnly,
    ComparesLowerCase,
    CutsSilently,
    DeclaresTooShortPrefix,
    HasNoBound,
    IgnoresSalt,
    NameOfTwoCases,
    OpensAlways,
    OpensForMutatedSalt,
    OverstatesStrength,
    PanicsOnUnicode,
    PanicsOnNonTextPassword,
    ReadsForeign,
    ShowsDigest,
    SpawnsWrongAnswer,
    TrimsText,
    TwicePrefix,
    CannotBeReloaded,
}

/// `toy$<rounds>$<salt>$<hex>`: BLAKE2b over salt and password, again and again.
struct Toy(Flaw);

impl fmt::Debug for Toy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Toy")
    }
}

struct ToyHash {
    flaw: Flaw,
    rounds: u32,
    salt: String,
    digest: Vec<u8>,
    answered: AtomicBool,
}

impl fmt::Debug for ToyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.flaw {
            Flaw::ShowsDigest => write!(f, "{:?}", self.digest),
            _ => f.write_str("ToyHash"),
        }
    }
}

impl PasswordScheme for Toy {
    fn name(&self) -> &'static str {
        if self.0 == Flaw::NameOfTwoCases { "Toy" } else { "toy" }
    }

    fn prefixes(&self) -> &'static [&'static str] {
        if self.0 == Flaw::TwicePrefix { &["toy$", "toy$"] } else { &["toy$"] }
    }

    fn fits(&self, _text: &str) -> bool {
        true
    }

    fn parse(&self, hash: &PasswordHash, _limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let flaw = self.0;
        let malformed = || HashError::malformed("toy", "it is not a toy");
        let text = if flaw == Flaw::TrimsText { hash.expose().trim() } else { hash.expose() };
        if flaw == Flaw::PanicsOnUnicode && text.len() > 4 {
            assert!(!text[..4].is_empty());
        }
        if flaw == Flaw::CannotBeReloaded && hash.scheme().is_some() {
            return Err(malformed());
        }
        let fields: Vec<_> = text.split('$').collect();
        let (rounds, salt, digest) = match fields.as_slice() {
            &["toy", rounds, salt, digest] if !salt.is_empty() => (rounds, salt, digest),
            _ if flaw == Flaw::ReadsForeign => ("1", "salt", "00"),
            _ => return Err(malformed()),
        };
        let rounds = rounds.parse().map_err(|_| malformed())?;
        if rounds == 0 || (rounds > 1_000 && flaw != Flaw::HasNoBound) {
            return Err(malformed());
        }
        let digest: Result<Vec<_>, _> = (0..digest.len())
            .step_by(2)
            .map(|start| u8::from_str_radix(digest.get(start..start + 2).unwrap_or("?"), 16))
            .collect();
        let digest = digest.map_err(|_| malformed())?;
        let enough = match flaw {
            Flaw::AcceptsEmptyDigest | Flaw::ReadsForeign => true,
            Flaw::AcceptsShortDigest => !digest.is_empty(),
            _ => digest.len() == 64,
        };
        if !enough {
            return Err(malformed());
        }
        let (salt, answered) = (salt.to_owned(), AtomicBool::new(false));
        Ok(Box::new(ToyHash { flaw, rounds, salt, digest, answered }))
    }
}

impl ToyHash {
    fn output(&self, password: &[u8]) -> Output<Blake2b512> {
        let salt = if self.flaw == Flaw::IgnoresSalt { "" } else { &self.salt };
        let mut digest = Blake2b512::new().chain_update(salt).chain_update(password).finalize();
        for _ in 1..self.rounds {
            digest = Blake2b512::digest(digest);
        }
        digest
    }
}

impl ParsedHash for ToyHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        if self.flaw == Flaw::OverstatesStrength {
            return Strength::Argon2(Argon2Strength {
                variant: Argon2Variant::Id,
                version: 19,
                memory_kib: 64,
                passes: 1,
                lanes: 1,
                salt_bytes: 16,
                output_bytes: 32,
            });
        }
        Strength::Fast
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        if self.flaw == Flaw::DeclaresTooShortPrefix { EffectiveInput::First(2) } else { EffectiveInput::Whole }
    }

    fn digest(&self) -> &[u8] {
        &self.digest
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        if self.flaw == Flaw::HasNoBound && self.rounds > 1_000 {
            // As good as computing, and it leaves the processor to the other tests.
            std::thread::park_timeout(std::time::Duration::from_mins(1));
        }
        let again = self.answered.swap(true, Ordering::SeqCst);
        let text = password.expose_text();
        let lower = text.map(str::to_lowercase);
        let password = match self.flaw {
            Flaw::CutsSilently => &password.expose()[..password.len().min(12)],
            Flaw::ComparesLowerCase => lower.as_ref().map_or(password.expose(), String::as_bytes),
            Flaw::PanicsOnNonTextPassword => text.expect("a password is text").as_bytes(),
            _ => password.expose(),
        };
        let mut computed = self.output(password).to_vec();
        match self.flaw {
            Flaw::AnswersOnceOnly if again => computed.clear(),
            Flaw::SpawnsWrongAnswer => computed.clear(),
            Flaw::OpensAlways => computed.clone_from(&self.digest),
            Flaw::OpensForMutatedSalt if self.salt != SALT => computed.clone_from(&self.digest),
            Flaw::AcceptsShortDigest | Flaw::AcceptsEmptyDigest => computed.truncate(self.digest.len()),
            _ => {}
        }
        Ok(computed.into())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect()
}

const SALT: &str = "pepper-and-salt-and";

fn subject(flaw: Flaw) -> Subject {
    let password = "correct horse";
    let salt = if flaw == Flaw::IgnoresSalt { String::new() } else { SALT.to_owned() };
    let whole = ToyHash { flaw: Flaw::None, rounds: 3, salt, digest: Vec::new(), answered: AtomicBool::new(false) };
    let read = if flaw == Flaw::CutsSilently { &password[..12] } else { password };
    let digest = whole.output(read.as_bytes());
    Subject::new(Toy(flaw), &[(password, &format!("toy$3${SALT}${}", hexadecimal(&digest)))])
}

type Promise = fn(&Subject) -> Verdict;

const PROMISES: [(&str, Promise); 19] = [
    ("a_declared_part_opens_alone", promises::a_declared_part_opens_alone),
    ("a_foreign_hash_is_refused", promises::a_foreign_hash_is_refused),
    ("a_hash_survives_being_stored", promises::a_hash_survives_being_stored),
    ("a_hash_with_something_after_it_never_opens", promises::a_hash_with_something_after_it_never_opens),
    ("a_mutated_hash_opens_for_no_wrong_password", promises::a_mutated_hash_opens_for_no_wrong_password),
    ("a_shortened_hash_never_opens", promises::a_shortened_hash_never_opens),
    ("a_wrong_password_does_not_open", promises::a_wrong_password_does_not_open),
    ("an_empty_digest_never_opens", promises::an_empty_digest_never_opens),
    ("any_thread_gives_the_same_answer", promises::any_thread_gives_the_same_answer),
    ("cost_is_bounded_before_work", promises::cost_is_bounded_before_work),
    ("cost_is_honest", promises::cost_is_honest),
    ("every_character_of_a_hash_counts", promises::every_character_of_a_hash_counts),
    ("nothing_makes_the_parser_panic", promises::nothing_makes_the_parser_panic),
    ("nothing_secret_is_shown", promises::nothing_secret_is_shown),
    ("passwords_of_any_bytes_are_answered", promises::passwords_of_any_bytes_are_answered),
    ("prefixes_tell_the_scheme", promises::prefixes_tell_the_scheme),
    ("the_name_is_a_stable_word", promises::the_name_is_a_stable_word),
    ("the_right_password_opens", promises::the_right_password_opens),
    ("what_is_not_read_is_declared", promises::what_is_not_read_is_declared),
];

/// For each promise, a flaw that breaks it.
const FLAWS: [(&str, Flaw); 21] = [
    ("a_declared_part_opens_alone", Flaw::DeclaresTooShortPrefix),
    ("a_foreign_hash_is_refused", Flaw::ReadsForeign),
    ("a_hash_survives_being_stored", Flaw::CannotBeReloaded),
    ("a_hash_with_something_after_it_never_opens", Flaw::TrimsText),
    ("a_mutated_hash_opens_for_no_wrong_password", Flaw::OpensForMutatedSalt),
    ("a_shortened_hash_never_opens", Flaw::AcceptsShortDigest),
    ("a_wrong_password_does_not_open", Flaw::OpensAlways),
    ("a_wrong_password_does_not_open", Flaw::ComparesLowerCase),
    ("an_empty_digest_never_opens", Flaw::AcceptsEmptyDigest),
    ("any_thread_gives_the_same_answer", Flaw::SpawnsWrongAnswer),
    ("cost_is_bounded_before_work", Flaw::HasNoBound),
    ("cost_is_honest", Flaw::OverstatesStrength),
    ("every_character_of_a_hash_counts", Flaw::IgnoresSalt),
    ("nothing_makes_the_parser_panic", Flaw::PanicsOnUnicode),
    ("nothing_secret_is_shown", Flaw::ShowsDigest),
    ("passwords_of_any_bytes_are_answered", Flaw::PanicsOnNonTextPassword),
    ("prefixes_tell_the_scheme", Flaw::TwicePrefix),
    ("the_name_is_a_stable_word", Flaw::NameOfTwoCases),
    ("the_right_password_opens", Flaw::AnswersOnceOnly),
    ("the_right_password_opens", Flaw::SpawnsWrongAnswer),
    ("what_is_not_read_is_declared", Flaw::CutsSilently),
];

#[test]
fn a_sound_scheme_keeps_every_promise() {
    for (name, promise) in PROMISES {
        assert_eq!(promise(&subject(Flaw::None)), Ok(()), "{name}");
    }
}

#[test]
fn every_promise_can_be_broken() {
    for (name, promise) in PROMISES {
        let flaws: Vec<_> = FLAWS.iter().filter(|(broken, _)| *broken == name).collect();
        assert!(!flaws.is_empty(), "nothing breaks {name}");
        for (_, flaw) in flaws {
            assert!(promise(&subject(*flaw)).is_err(), "{flaw:?} does not break {name}");
        }
    }
}
