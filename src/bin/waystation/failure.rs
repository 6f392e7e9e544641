use std::{error::Error as StdError, fmt, io, process::ExitCode};

/// How the command ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// All was well.
    Done = 0,
    /// It could not be done.
    Failed = 1,
    /// Arguments or settings are wrong.
    Misused = 2,
    /// Done, and not everything was well; or what was asked for is not there.
    Refused = 3,
    /// Stopped by the operator, at a place from which it can be resumed: what a shell says of SIGINT.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not be done, in words for its operator.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    what: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// The arguments or settings are wrong.
    pub(crate) fn misused(what: impl Into<String>) -> Self {
        Self { exit: Exit::Misused, what: what.into(), source: None }
    }

    /// What was asked for is not there.
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, what: what.into(), source: None }
    }

    /// It cannot be done as things are.
    pub(crate) fn impossible(what: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, what: what.into(), source: None }
    }

    /// It did not work. `what` is read before a colon and the cause.
    pub(crate) fn of(what: impl Into<String>, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { exit: Exit::Failed, what: what.into(), source: Some(source.into()) }
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether whoever read the output has had enough of it: `waystation … | head`.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        let cause = self.source.as_deref().and_then(|source| source.downcast_ref::<io::Error>());
        cause.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        let mut source = self.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
