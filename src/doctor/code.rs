use std::fmt;

use serde::{Serialize, Serializer};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Severity {
    /// Do not go live: it will not work for anybody, or for a whole group of people.
    Error,
    /// Look at it: some people will be hindered, or something is not as good as it could be.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    /// The stable name: `error`, `warning` or `note`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Makes the enum and its tables from one list.
macro_rules! codes {
    ($($variant:ident = $text:literal, $severity:ident, $doc:literal;)+) => {
        /// What was found. The texts are stable; what to do about each is in the
        /// [guide](crate::guide::going_live#what-the-doctor-finds).
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $doc] $variant,)+
        }

        impl Code {
            /// Every code, in the order of their texts.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable text.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// How much it matters.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }
        }
    };
}

codes! {
    DeadlineExceeded = "deadline.exceeded", Error, "The request is over before the migrator gives up.";
    DeadlineQueue = "deadline.queue", Warning, "A full hashing queue takes longer than the request may.";
    DeadlineUnknown = "deadline.unknown", Note, "The host did not say how long a request may take.";
    EntropyMissing = "entropy.missing", Error, "The system has no randomness to give.";
    KnownNotProven = "known.not_proven", Error, "A known password does not open its known hash.";
    KnownUnusable = "known.unusable", Error, "A known hash cannot be verified.";
    LegacyCircuitOpen = "legacy.circuit_open", Warning, "The circuit breaker does not let everything through.";
    LegacyEmailUnverified = "legacy.email.unverified", Note, "E-mail addresses that are not marked as verified.";
    LegacyEmpty = "legacy.empty", Warning, "The list of users is empty.";
    LegacyFailed = "legacy.failed", Error, "The legacy system's answer cannot be used.";
    LegacyFindDisagrees = "legacy.find_disagrees", Error, "A look-up of somebody from the list fails.";
    LegacyHashAbsent = "legacy.hash.absent", Note, "Users whose hash the connection does not show.";
    LegacyHashAmbiguous = "legacy.hash.ambiguous", Error, "Hashes that several schemes are spelled like.";
    LegacyHashFast = "legacy.hash.fast", Warning, "Hashes that are cheap to guess.";
    LegacyHashIncomplete = "legacy.hash.incomplete", Error, "Hashes that come without their salt, key, name or pepper.";
    LegacyHashLocked = "legacy.hash.locked", Note, "Users who have no password.";
    LegacyHashMalformed = "legacy.hash.malformed", Warning, "Hashes of a known scheme that are not well formed.";
    LegacyHashNoneUsable = "legacy.hash.none_usable", Error, "Not one hash of the sample can be verified.";
    LegacyHashPartial = "legacy.hash.partial", Note, "Hashes whose scheme looks at a part of the password.";
    LegacyHashReplaced = "legacy.hash.replaced", Note, "Hashes that are weaker than the policy.";
    LegacyHashScheme = "legacy.hash.scheme", Note, "How many hashes are of which scheme.";
    LegacyHashTooCostly = "legacy.hash.too_costly", Error, "Hashes that cost more to verify than the limits allow.";
    LegacyHashUnsupported = "legacy.hash.unsupported", Error, "Hashes of a scheme that is not there.";
    LegacyIdentifierCollision = "legacy.identifier.collision", Error, "Two spellings become one identifier.";
    LegacyIdentifierDuplicate = "legacy.identifier.duplicate", Warning, "Identifiers that several people have.";
    LegacyIdentifierOtherKind = "legacy.identifier.other_kind", Warning, "Identifiers that are taken for another kind.";
    LegacyIdentifierRefused = "legacy.identifier.refused", Warning, "Identifiers that the migrator's rules refuse.";
    LegacyMisconfigured = "legacy.misconfigured", Error, "The connection is not set up right.";
    LegacyNoDirectory = "legacy.no_directory", Note, "The connection has no list of users.";
    LegacyNoWriter = "legacy.no_writer", Note, "The connection cannot write.";
    LegacyRepeats = "legacy.repeats", Error, "The list of users shows somebody twice.";
    LegacyRowFuture = "legacy.row.future", Warning, "Users with a date in the future.";
    LegacyRowUnreadable = "legacy.row.unreadable", Warning, "Users whose row cannot be read.";
    LegacySlow = "legacy.slow", Warning, "A look-up takes more than half of the guard's deadline.";
    LegacyStrangerAdmitted = "legacy.stranger.admitted", Error, "Somebody who does not exist was let in.";
    LegacyStrangerBlocked = "legacy.stranger.blocked", Warning, "Somebody who does not exist is said to be blocked.";
    LegacyStrangerFound = "legacy.stranger.found", Error, "Somebody who does not exist was found.";
    LegacyTrialSkipped = "legacy.trial_skipped", Note, "No log-in was tried.";
    LegacyUnavailable = "legacy.unavailable", Error, "The legacy system cannot be reached.";
    LegacyUserAnonymous = "legacy.user.anonymous", Warning, "Users with nothing to log in by.";
    LegacyUserBlocked = "legacy.user.blocked", Note, "Users who are blocked there.";
    LegacyUserConflict = "legacy.user.conflict", Warning, "Users whose identifier belongs to somebody else here.";
    LegacyUserDeletedHere = "legacy.user.deleted_here", Note, "Users who were deleted here.";
    LegacyUserHere = "legacy.user.here", Note, "Users who are here already.";
    LegacyUsers = "legacy.users", Note, "How many users the legacy system has.";
    OutboxBehind = "outbox.behind", Warning, "What is written back waits for long.";
    OutboxUnattended = "outbox.unattended", Warning, "Changes wait to be written back, and nobody does it.";
    PepperUnproven = "pepper.unproven", Warning, "No known hash proves the current pepper.";
    PhaseCohort = "phase.cohort", Note, "How many of the sample are in the cohort.";
    PhaseNobodyMoves = "phase.nobody_moves", Note, "Nobody moves in this phase.";
    PhaseSealedLeft = "phase.sealed.left", Error, "The phase is `Sealed`, and people are left.";
    PhaseSealedUnknown = "phase.sealed.unknown", Warning, "The phase is `Sealed`, and who is left cannot be told.";
    PolicyHash = "policy.hash", Note, "How long a new hash takes on this machine.";
    PolicySlow = "policy.slow", Warning, "A new hash takes long.";
    PolicyWeak = "policy.weak", Warning, "New hashes are weaker than the recommendation.";
    PoolFailed = "pool.failed", Error, "The hashing pool made no hash.";
    PoolNarrow = "pool.narrow", Warning, "The pool's memory keeps threads idle.";
    RecoveryFloorLow = "recovery.floor_low", Warning, "A look-up takes longer than the floor that hides it.";
    RecoveryKeyEphemeral = "recovery.key_ephemeral", Warning, "Recovery tokens are good in one process only.";
    RecoveryTtlLong = "recovery.ttl_long", Warning, "Recovery tokens are good for more than a day.";
    RecoveryTtlShort = "recovery.ttl_short", Warning, "Recovery tokens are good for less than five minutes.";
    RulesDiffer = "rules.differ", Error, "The connection reads identifiers by other rules than the migrator.";
    RulesUnprobed = "rules.unprobed", Note, "The rules take no name that nobody has.";
    RulesUnstable = "rules.unstable", Error, "The rules make something else of what they have made.";
    SampleBounded = "sample.bounded", Note, "More identifiers than are compared with each other.";
    SampleBroken = "sample.broken", Warning, "The sample ends where a system could not be asked.";
    SampleSize = "sample.size", Note, "How many users were looked at.";
    StoreClockSkew = "store.clock_skew", Warning, "The clocks of this machine and the store's differ.";
    StoreFailed = "store.failed", Error, "The store failed.";
    StoreHashUnusable = "store.hash_unusable", Error, "Stored hashes cannot be verified.";
    StoreMisconfigured = "store.misconfigured", Error, "The store cannot be used as it is.";
    StoreNoBulk = "store.no_bulk", Note, "The store has no bulk writer.";
    StoreNoJobs = "store.no_jobs", Note, "The store keeps no jobs.";
    StoreNoSearch = "store.no_search", Note, "The store cannot search.";
    StoreNoStats = "store.no_stats", Note, "The store does not count.";
    StoreRowFuture = "store.row_future", Warning, "Stored rows with a date in the future.";
    StoreRowUnreadable = "store.row_unreadable", Error, "A stored row cannot be read.";
    StoreSlow = "store.slow", Warning, "A look-up in the store takes long.";
    StoreStrangerFound = "store.stranger_found", Error, "The store knows somebody who does not exist.";
    StoreUnavailable = "store.unavailable", Error, "The store cannot be reached.";
    StoreUsers = "store.users", Note, "How many users the store has.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the guide's table: code and severity.
    fn documented() -> Vec<(&'static str, &'static str)> {
        let rows = include_str!("../guide/going_live.md").lines().filter_map(|line| line.strip_prefix("| `"));
        let cells = rows.filter_map(|row| {
            let (code, rest) = row.split_once("` | ")?;
            let (severity, meaning) = rest.split_once(" | ")?;
            (meaning.len() > 20).then_some((code, severity))
        });
        cells.collect()
    }

    #[test]
    fn the_guide_has_every_code_with_its_severity() {
        let codes: Vec<_> = Code::ALL.iter().map(|code| (code.as_str(), code.severity().as_str())).collect();
        assert_eq!(documented(), codes);
    }

    #[test]
    fn codes_are_in_order_and_no_two_are_one() {
        assert!(Code::ALL.is_sorted_by(|one, next| one.as_str() < next.as_str() && one < next));
    }
}
