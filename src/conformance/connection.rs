//! What every [`LegacyConnection`] promises, one named test a promise.

use std::{any::Any, fmt, future::Future, sync::Arc, time::Duration};

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::{
    clock::{SystemClock, within},
    identifier::{Identifier, IdentifierError, IdentifierRules, StandardRules},
    legacy::{LegacyAttempt, LegacyConnection, LegacyError, LegacyUser, Verdict},
    password::Password,
    user::LegacyKey,
};

mod answers;
mod directory;
#[cfg(test)]
mod flawed;
mod look_ups;
mod strain;
mod writer;

pub use self::{answers::*, directory::*, look_ups::*, strain::*, writer::*};

/// Expands to a module of tests, one for each promise of [`LegacyConnection`] and of the capabilities it has.
///
/// Takes a module's name and an expression that makes a [`Subject`]: a fresh one for each test, since some change the
/// legacy system. The expression may `.await` and `?` any error.
///
/// ```
/// use waystation::conformance::connection::{Sample, Subject};
/// use waystation::legacy::{ScriptedConnection, ScriptedPerson};
///
/// waystation::connection_conformance!(scripted, {
///     let ada = ScriptedPerson::parse("1", "ada@example.com", "correct horse")?;
///     let legacy = ScriptedConnection::new("old").person(ada);
///     Subject::new(legacy, Sample::parse("ada@example.com", "correct horse")?)
/// });
/// ```
#[macro_export]
macro_rules! connection_conformance {
    ($module:ident, $subject:expr $(,)?) => {
        #[cfg(test)]
        mod $module {
            #[allow(unused_imports, clippy::allow_attributes, reason = "the subject may be named by its whole path")]
            use super::*;

            $crate::connection_conformance! { @each tests { $subject } }
        }
    };
    (@each $then:ident $with:tt) => {
        $crate::connection_conformance! { @$then $with
            a_blocked_person_is_told_so_for_the_right_password_only,
            a_deleted_user_is_gone_and_stays_gone,
            a_known_id_is_looked_up_instead_of_the_identifier,
            a_match_is_whom_find_finds,
            a_new_address_finds_the_user_and_the_old_one_does_not,
            a_new_password_counts_and_the_old_one_does_not,
            a_taken_address_is_not_given_twice,
            a_user_created_twice_is_there_once,
            a_user_who_is_not_there_cannot_be_changed,
            a_verified_address_is_verified,
            a_wrong_password_is_a_mismatch,
            an_empty_password_never_matches,
            an_unknown_id_is_nobody,
            an_unknown_person_is_not_found,
            dropped_questions_do_no_harm,
            every_spelling_finds_the_same_person,
            many_questions_at_once_get_their_own_answers,
            nothing_secret_is_shown,
            odd_identifiers_are_nobody,
            odd_passwords_never_match,
            the_directory_agrees_with_find,
            the_directory_ends,
            the_directory_meets_everybody_once,
            users_of_another_system_never_match,
        }
    };
    (@tests { $subject:expr } $($promise:ident),* $(,)?) => {
        $(
            #[test]
            fn $promise() -> $crate::conformance::connection::Kept {
                $crate::conformance::connection::run(async {
                    let made: ::std::result::Result<_, ::std::boxed::Box<dyn ::std::error::Error>> =
                        async { Ok($subject) }.await;
                    let subject = made.map_err($crate::conformance::connection::Broken::no_subject)?;
                    $crate::conformance::connection::$promise(&subject).await
                })
            }
        )*
    };
    // For this crate's own test that every promise can be broken.
    (@table {} $($promise:ident),* $(,)?) => {
        [$((stringify!($promise), |subject| Box::pin($crate::conformance::connection::$promise(subject)))),*]
    };
}

/// Whether a promise is kept.
pub type Kept = Result<(), Broken>;

/// A promise that is not kept.
#[derive(Clone, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

impl Broken {
    fn because(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// There was nothing to test.
    #[expect(clippy::needless_pass_by_value, reason = "called by `map_err`")]
    pub fn no_subject(error: Box<dyn std::error::Error>) -> Self {
        Self(format!("the subject could not be made: {error}"))
    }
}

/// A failed test prints this.
impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<LegacyError> for Broken {
    fn from(error: LegacyError) -> Self {
        Self(format!("an error where there must be an answer: {error} ({error:?})"))
    }
}

fn keep(kept: bool, promise: impl Into<String>) -> Kept {
    if kept { Ok(()) } else { Err(Broken::because(promise)) }
}

/// Runs one promise on a runtime of its own.
///
/// # Errors
///
/// When it is not kept, or takes longer than a minute.
pub fn run(promise: impl Future<Output = Kept>) -> Kept {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Broken::because(format!("no runtime: {error}")))?;
    let clock = SystemClock::new();
    let result = runtime.block_on(within(&clock, Duration::from_mins(1), promise));
    // Whatever still runs on a blocking thread is not waited for.
    runtime.shutdown_background();
    result.unwrap_or_else(|| Err(Broken::because("there was no answer within a minute")))
}

/// A connection under test, with somebody it knows.
pub struct Subject {
    connection: Arc<dyn LegacyConnection>,
    sample: Sample,
    kept: Box<dyn Any + Send + Sync>,
}

/// Somebody a connection knows, and somebody it does not.
#[derive(Clone, Debug)]
pub struct Sample {
    known: Identifier,
    password: String,
    wrong: String,
    unknown: Identifier,
    blocked: Option<(Identifier, String)>,
    rules: Arc<dyn IdentifierRules>,
}

impl Subject {
    /// A connection to a legacy system where the sample is true.
    pub fn new(connection: impl LegacyConnection, sample: Sample) -> Self {
        Self { connection: Arc::new(connection), sample, kept: Box::new(()) }
    }

    /// Keeps something for as long as the connection is tested: a directory, a server.
    pub fn keeping(mut self, kept: impl Any + Send + Sync) -> Self {
        self.kept = Box::new(kept);
        self
    }

    async fn ask(&self, identifier: &Identifier, password: impl Into<Password>) -> Result<Verdict, LegacyError> {
        let password = password.into();
        self.connection.authenticate(&LegacyAttempt::new(identifier, &password)).await
    }

    /// Asks about the user who is `key` there, whatever the identifier.
    async fn ask_about(
        &self,
        key: &LegacyKey,
        identifier: &Identifier,
        password: &str,
    ) -> Result<Verdict, LegacyError> {
        let password = Password::from(password);
        self.connection.authenticate(&LegacyAttempt::new(identifier, &password).known_as(key)).await
    }

    /// The person of the sample, as the connection finds them.
    async fn known(&self) -> Result<LegacyUser, Broken> {
        let found = self.connection.find(&self.sample.known).await?;
        found.ok_or_else(|| Broken::because("the person of the sample is not found"))
    }

    /// Fails unless the right password of the sample is right.
    async fn still_works(&self) -> Kept {
        let verdict = self.ask(&self.sample.known, &*self.sample.password).await?;
        keep(is_match(&verdict), format!("the right password is answered with {}", verdict.as_str()))
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl Sample {
    /// The connection knows a person with this identifier and password, who is not blocked. The password's scheme must
    /// read all of it.
    ///
    /// # Errors
    ///
    /// When the [`StandardRules`] refuse the identifier.
    pub fn parse(identifier: &str, password: impl Into<String>) -> Result<Self, IdentifierError> {
        Self::parse_by(Arc::new(StandardRules::new()), identifier, password)
    }

    /// The same, by the rules that the connection goes by.
    ///
    /// # Errors
    ///
    /// When the rules refuse the identifier.
    pub fn parse_by(
        rules: Arc<dyn IdentifierRules>,
        identifier: &str,
        password: impl Into<String>,
    ) -> Result<Self, IdentifierError> {
        let (known, password) = (rules.parse(identifier)?, password.into());
        let unknown = format!("nobody-{}", known.normal());
        Ok(Self {
            unknown: Identifier::from_parts(known.kind(), &*unknown, &*unknown),
            wrong: format!("{password}?"),
            known,
            password,
            blocked: None,
            rules,
        })
    }

    /// Sets a password that is wrong. Default: the right one and a question mark.
    pub fn wrong(mut self, password: impl Into<String>) -> Self {
        self.wrong = password.into();
        self
    }

    /// Sets an identifier that nobody has. Default: the known one after `nobody-`.
    pub fn unknown(mut self, identifier: Identifier) -> Self {
        self.unknown = identifier;
        self
    }

    /// Adds somebody who is blocked, with their right password.
    pub fn blocked(mut self, identifier: Identifier, password: impl Into<String>) -> Self {
        self.blocked = Some((identifier, password.into()));
        self
    }

    /// Other spellings of the known identifier that mean the same person.
    fn spellings(&self) -> Vec<Identifier> {
        let text = self.known.original();
        let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned();
        [text.to_uppercase(), text.to_lowercase(), format!("  {text} "), decomposed, self.known.normal().to_owned()]
            .iter()
            .filter_map(|spelling| self.rules.parse(spelling).ok())
            .filter(|identifier| *identifier == self.known)
            .collect()
    }
}

fn is_match(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Match(_) | Verdict::MatchMustChange(_))
}

/// Whether two answers are about the same person and say the same of them.
fn is_same(left: &LegacyUser, right: &LegacyUser) -> bool {
    left.key == right.key
        && left.profile == right.profile
        && left.created_at == right.created_at
        && left.login_count == right.login_count
        && left.password_set_at == right.password_set_at
}
