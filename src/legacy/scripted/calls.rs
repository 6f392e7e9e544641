use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

/// A method of a legacy connection or of one of its capabilities.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum LegacyCall {
    /// `LegacyConnection::authenticate`.
    Authenticate,
    /// `LegacyWriter::change_email`.
    ChangeEmail,
    /// `LegacyWriter::change_password`.
    ChangePassword,
    /// `LegacyDirectory::count`.
    Count,
    /// `LegacyWriter::create`.
    Create,
    /// `LegacyWriter::delete`.
    Delete,
    /// `LegacyConnection::find`.
    Find,
    /// `LegacyDirectory::scan`.
    Scan,
    /// `LegacyWriter::verify_email`.
    VerifyEmail,
}

impl LegacyCall {
    /// The method's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::ChangeEmail => "change_email",
            Self::ChangePassword => "change_password",
            Self::Count => "count",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Find => "find",
            Self::Scan => "scan",
            Self::VerifyEmail => "verify_email",
        }
    }
}

/// How often a [`ScriptedConnection`](super::ScriptedConnection) was asked what, and how each call ended.
///
/// A call ends with a verdict's or an error's name (`match`, `unavailable`: their `as_str`), with `found` or `absent`
/// (`find`), with `done` (the others), or with `cancelled` when its future was dropped.
///
/// `Display` is a line for a test to compare: `authenticate match 1, find absent 2`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Calls {
    begun: BTreeMap<LegacyCall, u64>,
    ended: BTreeMap<(LegacyCall, &'static str), u64>,
    most_at_once: u64,
}

impl Calls {
    /// All calls.
    pub fn total(&self) -> u64 {
        self.begun.values().sum()
    }

    /// Calls of one method, those still running included.
    pub fn of(&self, call: LegacyCall) -> u64 {
        self.begun.get(&call).copied().unwrap_or(0)
    }

    /// Calls of one method that ended this way.
    pub fn ended(&self, call: LegacyCall, how: &str) -> u64 {
        self.ended.iter().filter(|((of, ended), _)| *of == call && *ended == how).map(|(_, count)| count).sum()
    }

    /// Calls that have not ended yet.
    pub fn running(&self) -> u64 {
        self.total() - self.ended.values().sum::<u64>()
    }

    /// The most calls that ran at the same time.
    pub const fn most_at_once(&self) -> u64 {
        self.most_at_once
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for ((call, how), count) in &self.ended {
            write!(f, "{separator}{} {how} {count}", call.as_str())?;
            separator = ", ";
        }
        if self.running() > 0 {
            write!(f, "{separator}running {}", self.running())?;
        }
        Ok(())
    }
}

/// The counts while they are being made.
#[derive(Debug, Default)]
pub(super) struct CallLog(Mutex<Calls>);

impl CallLog {
    pub(super) fn snapshot(&self) -> Calls {
        self.with(|calls| calls.clone())
    }

    /// Forgets what has ended. Running calls stay counted, since they are still to end.
    pub(super) fn clear(&self) {
        self.with(|calls| {
            for ((call, _), ended) in std::mem::take(&mut calls.ended) {
                if let Some(begun) = calls.begun.get_mut(&call) {
                    *begun -= ended;
                }
            }
            calls.begun.retain(|_, count| *count > 0);
            calls.most_at_once = calls.running();
        });
    }

    pub(super) fn begin(&self, call: LegacyCall) -> OpenCall<'_> {
        self.with(|calls| {
            *calls.begun.entry(call).or_default() += 1;
            calls.most_at_once = calls.most_at_once.max(calls.running());
        });
        OpenCall { log: self, call, how: "cancelled" }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Calls) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A call that has begun; dropping it unended counts it as cancelled.
#[derive(Debug)]
pub(super) struct OpenCall<'a> {
    log: &'a CallLog,
    call: LegacyCall,
    how: &'static str,
}

impl OpenCall<'_> {
    pub(super) fn end(mut self, how: &'static str) {
        self.how = how;
    }
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        self.log.with(|calls| *calls.ended.entry((self.call, self.how)).or_default() += 1);
    }
}
