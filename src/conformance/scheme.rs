//! What every [`PasswordScheme`] promises, one named test a promise.

use std::{
    fmt,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use crate::password::{
    Argon2Limits, BcryptLimits, DigestLimits, HashContext, HashError, Limits, ParsedHash, Password, PasswordHash,
    PasswordScheme, Pbkdf2Limits, ScryptLimits, Workspace,
};

#[cfg(test)]
mod flawed;
mod promises;

pub use promises::*;

/// Expands to a module of tests, one for each promise of [`PasswordScheme`].
///
/// Takes a module's name, the scheme, and its samples: passwords with hashes that other software made of them.
/// Samples must be *cheap* ([`Subject::limits`]), because every character of each is changed and tried. Give several,
/// and where the scheme reads only part of a password, one that is longer. A fourth argument is the
/// [`HashContext`] of all samples, for schemes that need what stands in other columns.
///
/// ```
/// # use waystation::password::*;
/// waystation::scheme_conformance!(
///     argon2,
///     Schemes::standard().get("argon2").expect("it is always there").clone(),
///     [("odd lengths", "$argon2id$v=19$m=8,t=1,p=1$SBwpJ2gPkGE$cJWc3nEVYVIJHD4b1JdI/zL0WuYNdR5vqZIVt7XJcKY")]
/// );
/// ```
#[macro_export]
macro_rules! scheme_conformance {
    ($module:ident, $scheme:expr, $samples:expr $(,)?) => {
        $crate::scheme_conformance!($module, $scheme, $samples, $crate::password::HashContext::default());
    };
    ($module:ident, $scheme:expr, $samples:expr, $context:expr $(,)?) => {
        #[cfg(test)]
        mod $module {
            #[allow(unused_imports, clippy::allow_attributes, reason = "the scheme may be named by its whole path")]
            use super::*;

            $crate::scheme_conformance!(@promises $scheme, $samples, $context;
                a_declared_part_opens_alone,
                a_foreign_hash_is_refused,
                a_hash_survives_being_stored,
                a_hash_with_something_after_it_never_opens,
                a_mutated_hash_opens_for_no_wrong_password,
                a_shortened_hash_never_opens,
                a_wrong_password_does_not_open,
                an_empty_digest_never_opens,
                any_thread_gives_the_same_answer,
                cost_is_bounded_before_work,
                cost_is_honest,
                every_character_of_a_hash_counts,
                nothing_makes_the_parser_panic,
                nothing_secret_is_shown,
                passwords_of_any_bytes_are_answered,
                prefixes_tell_the_scheme,
                the_name_is_a_stable_word,
                the_right_password_opens,
                what_is_not_read_is_declared,
            );
        }
    };
    (@promises $scheme:expr, $samples:expr, $context:expr; $($promise:ident),* $(,)?) => {
        $(
            #[test]
            fn $promise() -> $crate::conformance::scheme::Verdict {
                let subject = $crate::conformance::scheme::Subject::new($scheme, &$samples).with_context($context);
                $crate::conformance::scheme::$promise(&subject)
            }
        )*
    };
}

/// Whether a promise is kept.
pub type Verdict = Result<(), Broken>;

/// A promise that is not kept.
#[derive(Clone, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

/// A failed test prints this.
impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn keep(kept: bool, promise: impl FnOnce() -> String) -> Verdict {
    if kept { Ok(()) } else { Err(Broken(promise())) }
}

/// A scheme under test, with its samples.
#[derive(Debug)]
pub struct Subject {
    scheme: Arc<dyn PasswordScheme>,
    samples: Vec<Sample>,
    context: HashContext,
    limits: Limits,
}

/// A password and a hash of it.
#[derive(Debug)]
struct Sample {
    password: String,
    hash: String,
}

impl Subject {
    /// A scheme and pairs of a password and a hash of it.
    pub fn new(scheme: impl PasswordScheme, samples: &[(&str, &str)]) -> Self {
        let sample =
            |(password, hash): &(&str, &str)| Sample { password: (*password).to_owned(), hash: (*hash).to_owned() };
        let (samples, context) = (samples.iter().map(sample).collect(), HashContext::default());
        Self { scheme: Arc::new(scheme), samples, context, limits: Self::limits() }
    }

    /// With what stands in other columns beside each sample.
    #[must_use]
    pub fn with_context(self, context: HashContext) -> Self {
        Self { context, ..self }
    }

    /// What samples must stay under: 4 MiB of memory and some ten milliseconds.
    pub fn limits() -> Limits {
        Limits::default()
            .argon2(Argon2Limits::default().memory_kib(4_096).passes(4).work_kib(8_192))
            .bcrypt(BcryptLimits::default().cost(6))
            .digest(DigestLimits::default().rounds(20_000))
            .pbkdf2(Pbkdf2Limits::default().work(20_000))
            .scrypt(ScryptLimits::default().memory_bytes(4 << 20).work(1 << 15))
    }

    fn stored(&self, hash: &str) -> PasswordHash {
        PasswordHash::declared(self.scheme.name(), hash).with_context(self.context.clone())
    }

    fn parse(&self, hash: &str) -> Result<Box<dyn ParsedHash>, HashError> {
        self.scheme.parse(&self.stored(hash), &self.limits)
    }

    /// Whether a password opens a hash. A hash that cannot be parsed or computed does not open.
    fn opens(&self, hash: &str, password: &[u8]) -> Result<bool, Broken> {
        self.parse(hash).map_or(Ok(false), |parsed| within_reason(parsed, password))
    }
}

/// Far longer than any hash within the limits takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Verifies on a thread of its own, so that a hash without bounds fails its test and does not stop it.
fn within_reason(parsed: Box<dyn ParsedHash>, password: &[u8]) -> Result<bool, Broken> {
    let (reply, answer) = mpsc::channel();
    let password = Password::from_bytes(password.to_vec());
    thread::spawn(move || {
        let verified = parsed.verify(&password, &mut Workspace::default());
        // Nobody listens any more after the time is up.
        let _late = reply.send(verified.unwrap_or(false));
    });
    answer.recv_timeout(PATIENCE).map_err(|error| match error {
        mpsc::RecvTimeoutError::Timeout => Broken(format!("verifying takes more than {PATIENCE:?}")),
        mpsc::RecvTimeoutError::Disconnected => Broken("verifying panics".to_owned()),
    })
}
