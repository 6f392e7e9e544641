//! What happens to an attempt, as data.
//!
//! [`start`] and [`step`] are pure: they take what is known and give the one thing to do next. They read no clock,
//! ask nobody and hold no secret; [`LazyMigrator`](crate::migrator::LazyMigrator) does what they say. Each
//! [`Effect`] on the store is one atomic call, so the tests can run any number of attempts against each other in every
//! order there is.
#![doc = include_str!("machine.md")]
#![expect(clippy::match_same_arms, reason = "each arm is a rule of its own, in the order in which they are read")]

use crate::{
    migrator::{MustChange, Origin, Refusal},
    phase::{Conduct, OnMatch},
    policy::Weakness,
    user::{CredentialKind, MovedBy},
};

/// How often an attempt starts over because somebody else changed the row under it, before it gives up.
const MAX_RELOADS: u8 = 3;

/// What somebody wants.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Flow {
    /// To come in without a password, identity proven another way.
    Adopt,
    /// To be found under another identifier.
    ChangeIdentifier,
    /// To have another password. `proof`: whether the present one must be shown.
    ChangePassword {
        /// The present password must be right. Otherwise the host vouches for the caller.
        proof: bool,
    },
    /// To set a password with a token from [`BeginRecovery`](Self::BeginRecovery).
    CompleteRecovery {
        /// Whether the token was made for a person who had not moved yet.
        unmoved: bool,
    },
    /// To be gone.
    Delete,
    /// To come in with a password.
    LogIn,
    /// To be sent a token, having lost the password.
    BeginRecovery,
    /// After a log-in: to have the same password under a stronger hash.
    Rehash,
    /// To have an account.
    SignUp,
}

/// What the store says of somebody.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Row {
    /// Nobody.
    Absent,
    /// A user.
    Present(RowFacts),
    /// A deleted user.
    Tombstoned,
}

/// What matters of a row.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct RowFacts {
    /// How the user proves themselves.
    pub credential: CredentialKind,
    /// Whether a flagged row has a hash to compare.
    pub shadow: bool,
    /// Whether the operator barred the account.
    pub blocked: bool,
    /// Whether the caller's claim fits the row: the token was made for this very credential, or the address that the
    /// caller proved is known to be the user's.
    pub fits: bool,
}

impl RowFacts {
    /// A row with this credential: no shadow, not blocked, no claim.
    pub const fn of(credential: CredentialKind) -> Self {
        Self { credential, shadow: false, blocked: false, fits: false }
    }
}

/// What the legacy system says of a password, without the person.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum LegacySays {
    /// The account may not log in.
    Blocked,
    /// Right.
    Match,
    /// Right, and to be changed.
    MatchMustChange,
    /// Wrong.
    Mismatch,
    /// No such person.
    NotFound,
}

/// What the legacy system says of a person, without a password.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum LegacyPerson {
    /// Nobody has the identifier.
    Nobody,
    /// Somebody has.
    Somebody {
        /// Whether the account may not log in.
        blocked: bool,
        /// Whether the caller's claim fits the person.
        fits: bool,
    },
}

/// How an attempt joins the others that ask the same of the legacy system in this process.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Entry {
    /// Another attempt asked while this one waited, and was refused.
    FollowedRefused(Refusal),
    /// Another attempt asked while this one waited, and the row may have changed.
    FollowedSettled,
    /// Another attempt asked while this one waited, and the legacy system could not be asked.
    FollowedUnavailable,
    /// A moment ago the legacy system did not know the person.
    KnownUnknown,
    /// This one asks.
    Leads,
}

/// What the policy says of a password.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Judged {
    /// Good.
    Accepted,
    /// Taken, to be changed.
    MustChange(Weakness),
    /// Not taken.
    Rejected(Weakness),
}

/// What an atomic write came to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Written {
    /// The row is gone.
    Gone,
    /// It happened.
    Done,
    /// The row has changed since it was read.
    Stale,
    /// Somebody has the key.
    Taken,
    /// The key belongs to a deleted user.
    Tombstoned,
}

/// What the last [`Effect`] brought.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// Of [`Effect::Decoy`] and [`Effect::Hash`].
    Done,
    /// Of [`Effect::Enter`].
    Entered(Entry),
    /// Of [`Effect::Assess`].
    Judged(Judged),
    /// Of [`Effect::AskLegacy`].
    Said(LegacySays),
    /// Of [`Effect::LookUpLegacy`].
    Person(LegacyPerson),
    /// Of the look-ups in the store.
    Row(Row),
    /// Of [`Effect::AskLegacy`] and [`Effect::LookUpLegacy`]: no answer.
    Unavailable,
    /// Of [`Effect::Verify`] and [`Effect::CompareShadow`].
    Verified {
        /// Whether the password is the one.
        matched: bool,
        /// Whether the policy is stronger than the hash.
        upgrade: bool,
    },
    /// Of the writes.
    Written(Written),
}

/// The one thing to do next.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Effect {
    /// Ask the legacy system about identifier and password.
    AskLegacy,
    /// Let the policy judge the password.
    Assess,
    /// Verify the password against the shadow hash and report a difference from what the legacy system said.
    CompareShadow,
    /// Hash the password and throw the hash away, so that no answer comes sooner than another.
    Decoy,
    /// Delete the user, leaving tombstones.
    Delete,
    /// Join the attempts with the same identifier and password that are on the way to the legacy system.
    Enter,
    /// Look the user up in the store.
    Find,
    /// Look up in the store who has the legacy key of the person that the legacy system named.
    FindByLegacyKey,
    /// Look up in the store who has the new identifier.
    FindTaker,
    /// The attempt is over.
    Finish(Ending),
    /// Hash the password under the policy.
    Hash,
    /// Insert the user whole, if every key is free.
    Insert(Insertion),
    /// Look the person up in the legacy system, without a password.
    LookUpLegacy,
    /// Change the row, if it has not changed since it was found.
    Replace(Replacement),
    /// Verify the password against the stored hash.
    Verify,
}

/// What a new row is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Insertion {
    /// The legacy profile, flagged: identity proven another way.
    Adopted,
    /// The legacy profile, flagged.
    Cached,
    /// The legacy profile and a hash: a person has moved.
    Moved(MovedBy),
    /// The legacy profile, flagged, with a hash to compare.
    Shadowed,
    /// A person who was never in the legacy system.
    SignedUp,
}

/// What of a row is replaced.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Replacement {
    /// The identifier.
    Identifier,
    /// The flag by a hash of the password just proven: a person has moved.
    Move,
    /// The credential by a hash of a new password.
    Password,
    /// The profile of a flagged row by what the legacy system says now.
    Refresh,
    /// The hash by a stronger one of the same password.
    Rehash,
    /// The profile of a flagged row, and the hash to compare.
    Shadow,
}

/// How an attempt ends.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Ending {
    /// In.
    Authenticated {
        /// By which road.
        origin: Origin,
        /// Whether a [`Flow::Rehash`] is due.
        rehash: bool,
        /// Whether the password must be changed, and why.
        must_change: Option<MustChange>,
    },
    /// Done: changed, recovered, signed up, re-hashed.
    Completed,
    /// The row changed under the attempt again and again.
    Contended,
    /// Deleted, or there was nobody to delete.
    Deleted(bool),
    /// There is no such user.
    NoSuchUser,
    /// A token is due to a person who has not moved.
    RecoverLegacy,
    /// A token is due to a user of the store.
    RecoverStored,
    /// Refused.
    Refused(Refusal),
    /// The legacy system could not be asked.
    Unavailable,
}

/// Where an attempt stands: what it waits for, and what it must remember.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct State {
    flow: Flow,
    conduct: Conduct,
    stage: Stage,
    /// The row that the next write is to change; `None` if it is to insert.
    row: Option<RowFacts>,
    /// Whether the legacy system has said that the password is right.
    proven: bool,
    must_change: Option<MustChange>,
    reloads: u8,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Stage {
    Asking,
    Assessing,
    Comparing { refused: bool },
    Deceiving(Refusal),
    Deleting,
    Entering,
    Finding,
    FindingMoved,
    FindingTaker,
    Finished,
    Hashing,
    LookingUp,
    Verifying,
    Writing,
}

/// The first thing to do.
pub const fn start(flow: Flow, conduct: Conduct) -> (State, Effect) {
    let (stage, effect) = match flow {
        Flow::Delete => (Stage::Deleting, Effect::Delete),
        Flow::Rehash => (Stage::Hashing, Effect::Hash),
        _ => (Stage::Finding, Effect::Find),
    };
    (State { flow, conduct, stage, row: None, proven: false, must_change: None, reloads: 0 }, effect)
}

/// The next thing to do, now that the last one brought `input`.
///
/// An input that does not belong to the effect before it is a fault of the driver and ends the attempt as
/// [`Ending::Contended`], which decides nothing.
pub fn step(state: State, input: Input) -> (State, Effect) {
    match (state.stage, input) {
        (Stage::Finding, Input::Row(row)) => found(state, row),
        (Stage::Verifying, Input::Verified { matched, upgrade }) => verified(state, matched, upgrade),
        (Stage::Entering, Input::Entered(entry)) => entered(state, entry),
        (Stage::Asking, Input::Said(verdict)) => said(state, verdict),
        (Stage::Asking, Input::Unavailable) => state.end(Ending::Unavailable),
        (Stage::LookingUp, Input::Person(person)) => looked_up(state, person),
        (Stage::LookingUp, Input::Unavailable) => state.end(Ending::Unavailable),
        (Stage::FindingMoved, Input::Row(row)) => found_moved(state, row),
        (Stage::FindingTaker, Input::Row(row)) => found_taker(state, row),
        (Stage::Comparing { refused }, Input::Verified { matched, .. }) => compared(state, refused, matched),
        (Stage::Assessing, Input::Judged(judged)) => assessed(state, judged),
        (Stage::Hashing, Input::Done) => state.write(),
        (Stage::Writing, Input::Written(written)) => wrote(state, written),
        (Stage::Deceiving(refusal), Input::Done) => state.end(Ending::Refused(refusal)),
        (Stage::Deleting, Input::Written(written)) => state.end(Ending::Deleted(written == Written::Done)),
        _ => state.end(Ending::Contended),
    }
}

/// The store has answered who the person is.
fn found(mut state: State, row: Row) -> (State, Effect) {
    let facts = match row {
        Row::Present(facts) => facts,
        Row::Absent | Row::Tombstoned => return missing(state, row == Row::Tombstoned),
    };
    state.row = Some(facts);
    match state.flow {
        Flow::LogIn => match facts.credential {
            CredentialKind::Hash => state.go(Stage::Verifying, Effect::Verify),
            CredentialKind::Delegated if state.proven && facts.blocked => state.refuse(Refusal::Blocked),
            // The legacy system has just said that the password is right, and it is still the one to say so.
            CredentialKind::Delegated if state.proven && state.conduct.on_match == OnMatch::Move => state.write(),
            // A copy, perhaps of what the legacy system had before: brought up to date if that is done at once.
            CredentialKind::Delegated if state.proven && state.reloads == 1 => {
                state.go(Stage::Writing, Effect::Replace(Replacement::Refresh))
            }
            CredentialKind::Delegated if state.proven => state.authenticate(Origin::Legacy, false),
            CredentialKind::Delegated => state.ask(),
            CredentialKind::None | CredentialKind::PendingPassword => state.refuse(Refusal::ResetRequired),
        },
        Flow::ChangePassword { proof: true } => match facts.credential {
            CredentialKind::Hash => state.go(Stage::Verifying, Effect::Verify),
            CredentialKind::Delegated if state.conduct.asks_legacy => state.go(Stage::Asking, Effect::AskLegacy),
            _ => state.refuse(Refusal::ResetRequired),
        },
        Flow::ChangePassword { proof: false } => state.go(Stage::Assessing, Effect::Assess),
        Flow::CompleteRecovery { unmoved: false } if facts.fits => state.go(Stage::Assessing, Effect::Assess),
        Flow::CompleteRecovery { .. } => state.end(Ending::Refused(Refusal::TokenUsed)),
        Flow::BeginRecovery if facts.blocked => state.end(Ending::NoSuchUser),
        Flow::BeginRecovery => state.end(Ending::RecoverStored),
        Flow::SignUp => state.refuse(Refusal::Taken),
        Flow::ChangeIdentifier => state.go(Stage::FindingTaker, Effect::FindTaker),
        Flow::Adopt if facts.blocked => state.end(Ending::Refused(Refusal::Blocked)),
        Flow::Adopt if !facts.fits => state.end(Ending::Refused(Refusal::Unverified)),
        Flow::Adopt => state.authenticate(Origin::Store, false),
        Flow::Delete | Flow::Rehash => state.end(Ending::Contended),
    }
}

/// The store does not have the person.
fn missing(mut state: State, tombstoned: bool) -> (State, Effect) {
    state.row = None;
    match state.flow {
        // Proven, and yet no row under this identifier: another person's row has one of the other keys.
        Flow::LogIn if state.proven && !tombstoned => state.end(Ending::Refused(Refusal::Conflict)),
        Flow::LogIn if tombstoned => state.refuse(Refusal::Unknown),
        Flow::LogIn => state.ask(),
        Flow::SignUp if tombstoned || !state.conduct.guards_identifiers => state.go(Stage::Assessing, Effect::Assess),
        Flow::SignUp => state.go(Stage::LookingUp, Effect::LookUpLegacy),
        Flow::CompleteRecovery { unmoved } if tombstoned || !unmoved || !state.conduct.asks_legacy => {
            state.end(Ending::Refused(Refusal::TokenUsed))
        }
        Flow::Adopt | Flow::BeginRecovery if tombstoned || !state.conduct.asks_legacy => state.end(Ending::NoSuchUser),
        Flow::Adopt | Flow::BeginRecovery | Flow::CompleteRecovery { .. } => {
            state.go(Stage::LookingUp, Effect::LookUpLegacy)
        }
        Flow::ChangeIdentifier | Flow::ChangePassword { .. } | Flow::Delete | Flow::Rehash => {
            state.end(Ending::NoSuchUser)
        }
    }
}

/// The stored hash was compared. The legacy system is not asked, whatever came of it.
fn verified(state: State, matched: bool, upgrade: bool) -> (State, Effect) {
    let blocked = state.row.is_some_and(|row| row.blocked);
    match state.flow {
        _ if !matched => state.end(Ending::Refused(Refusal::WrongPassword)),
        _ if blocked => state.end(Ending::Refused(Refusal::Blocked)),
        Flow::LogIn => state.authenticate(Origin::Store, upgrade),
        _ => state.go(Stage::Assessing, Effect::Assess),
    }
}

/// This process's other attempts were joined.
fn entered(mut state: State, entry: Entry) -> (State, Effect) {
    match entry {
        Entry::Leads => state.go(Stage::Asking, Effect::AskLegacy),
        Entry::KnownUnknown => state.refuse(Refusal::Unknown),
        Entry::FollowedRefused(refusal) => state.refuse(refusal),
        Entry::FollowedUnavailable => state.end(Ending::Unavailable),
        Entry::FollowedSettled => {
            // Never asked twice through the same door: if the row still needs the legacy system, this one asks alone.
            state.reloads = state.reloads.max(1);
            state.go(Stage::Finding, Effect::Find)
        }
    }
}

/// The legacy system has said whether the password is right.
fn said(mut state: State, verdict: LegacySays) -> (State, Effect) {
    let shadowed = state.row.is_some_and(|row| row.shadow) && state.conduct.on_match == OnMatch::Shadow;
    match verdict {
        LegacySays::Match => {}
        LegacySays::MatchMustChange => state.must_change = Some(MustChange::Legacy),
        LegacySays::Mismatch if shadowed && state.flow == Flow::LogIn => {
            return state.go(Stage::Comparing { refused: true }, Effect::CompareShadow);
        }
        LegacySays::Mismatch => return state.refuse(Refusal::WrongPassword),
        LegacySays::NotFound => return state.refuse(Refusal::Unknown),
        LegacySays::Blocked => return state.refuse(Refusal::Blocked),
    }
    state.proven = true;
    if state.row.is_some_and(|row| row.blocked) {
        return state.refuse(Refusal::Blocked);
    }
    match (state.flow, state.conduct.on_match) {
        (Flow::LogIn, OnMatch::Cache) => state.write(),
        (Flow::LogIn, OnMatch::Shadow) if shadowed => {
            state.go(Stage::Comparing { refused: false }, Effect::CompareShadow)
        }
        (Flow::LogIn, OnMatch::Shadow) => state.go(Stage::Hashing, Effect::Hash),
        _ => state.go(Stage::Assessing, Effect::Assess),
    }
}

/// The shadow hash was compared; the legacy system has decided.
fn compared(state: State, refused: bool, matched: bool) -> (State, Effect) {
    match (refused, matched) {
        (true, _) => state.end(Ending::Refused(Refusal::WrongPassword)),
        (false, true) => state.go(Stage::Writing, Effect::Replace(Replacement::Refresh)),
        (false, false) => state.go(Stage::Hashing, Effect::Hash),
    }
}

/// The legacy system has said whether it knows the person.
fn looked_up(state: State, person: LegacyPerson) -> (State, Effect) {
    match (person, state.flow) {
        (LegacyPerson::Nobody, Flow::SignUp) => state.go(Stage::Assessing, Effect::Assess),
        (LegacyPerson::Nobody, Flow::ChangeIdentifier) => state.write(),
        (LegacyPerson::Nobody, Flow::CompleteRecovery { .. }) => state.end(Ending::Refused(Refusal::TokenUsed)),
        (LegacyPerson::Nobody, _) => state.end(Ending::NoSuchUser),
        // Recovery must not open an account that the operator closed, nor a token another person's.
        (LegacyPerson::Somebody { blocked: true, .. }, Flow::BeginRecovery) => state.end(Ending::NoSuchUser),
        (LegacyPerson::Somebody { blocked, fits }, Flow::CompleteRecovery { .. }) if blocked || !fits => {
            state.end(Ending::Refused(Refusal::TokenUsed))
        }
        (LegacyPerson::Somebody { blocked: true, .. }, Flow::Adopt) => state.end(Ending::Refused(Refusal::Blocked)),
        (LegacyPerson::Somebody { fits: false, .. }, Flow::Adopt) => state.end(Ending::Refused(Refusal::Unverified)),
        (LegacyPerson::Somebody { .. }, _) => state.go(Stage::FindingMoved, Effect::FindByLegacyKey),
    }
}

/// The store has said whether the person whom the legacy system named is here under other identifiers.
///
/// If so, the legacy system has no say over the identifier any more.
fn found_moved(mut state: State, row: Row) -> (State, Effect) {
    let has_moved = row != Row::Absent;
    match (state.flow, has_moved) {
        // Moved a moment ago, perhaps under this very identifier.
        (Flow::Adopt | Flow::BeginRecovery, true) if row != Row::Tombstoned && state.reloads == 0 => {
            state.reloads += 1;
            state.go(Stage::Finding, Effect::Find)
        }
        (Flow::SignUp, true) => state.go(Stage::Assessing, Effect::Assess),
        (Flow::SignUp, false) => state.refuse(Refusal::Taken),
        (Flow::ChangeIdentifier, true) => state.write(),
        (Flow::ChangeIdentifier, false) => state.end(Ending::Refused(Refusal::Taken)),
        (Flow::CompleteRecovery { .. }, true) => state.end(Ending::Refused(Refusal::TokenUsed)),
        (Flow::CompleteRecovery { .. }, false) => state.go(Stage::Assessing, Effect::Assess),
        (_, true) => state.end(Ending::NoSuchUser),
        (Flow::BeginRecovery, false) => state.end(Ending::RecoverLegacy),
        (_, false) => state.write(),
    }
}

/// The store has said who has the new identifier.
fn found_taker(state: State, row: Row) -> (State, Effect) {
    match row {
        // `fits`: it is the user themselves, who changes the spelling.
        Row::Present(facts) if facts.fits => state.write(),
        Row::Present(_) => state.end(Ending::Refused(Refusal::Taken)),
        Row::Absent if state.conduct.guards_identifiers => state.go(Stage::LookingUp, Effect::LookUpLegacy),
        Row::Absent | Row::Tombstoned => state.write(),
    }
}

/// The policy has judged the password.
fn assessed(mut state: State, judged: Judged) -> (State, Effect) {
    let choice = state.flow != Flow::LogIn;
    match judged {
        Judged::Rejected(weakness) => state.end(Ending::Refused(Refusal::PasswordRejected(weakness))),
        Judged::MustChange(weakness) if choice => state.end(Ending::Refused(Refusal::PasswordRejected(weakness))),
        Judged::MustChange(weakness) => {
            state.must_change = Some(MustChange::Policy(weakness));
            state.go(Stage::Hashing, Effect::Hash)
        }
        Judged::Accepted => state.go(Stage::Hashing, Effect::Hash),
    }
}

/// The store has said what came of the write.
fn wrote(mut state: State, written: Written) -> (State, Effect) {
    let inserting = state.row.is_none();
    match (state.flow, written) {
        (Flow::LogIn, Written::Done) => state.authenticate(state.origin(), false),
        // What a row that has not moved holds is a copy; that it cannot be brought up to date keeps nobody out.
        (Flow::LogIn, Written::Taken) if !inserting && state.conduct.on_match != OnMatch::Move => {
            state.authenticate(Origin::Legacy, false)
        }
        (Flow::LogIn, Written::Taken) if !inserting => state.end(Ending::Refused(Refusal::Conflict)),
        (Flow::LogIn, Written::Tombstoned | Written::Gone) => state.refuse(Refusal::Unknown),
        (Flow::Adopt, Written::Done) => state.authenticate(Origin::Adopted, false),
        (Flow::SignUp, Written::Taken | Written::Tombstoned) => state.end(Ending::Refused(Refusal::Taken)),
        (Flow::CompleteRecovery { .. }, Written::Taken | Written::Tombstoned | Written::Gone) => {
            state.end(Ending::Refused(Refusal::TokenUsed))
        }
        // Somebody chose another password meanwhile; theirs stays.
        (Flow::Rehash, _) | (_, Written::Done) => state.end(Ending::Completed),
        (Flow::Adopt, Written::Tombstoned) | (_, Written::Gone) => state.end(Ending::NoSuchUser),
        (Flow::ChangeIdentifier, Written::Taken) => state.end(Ending::Refused(Refusal::Taken)),
        (_, Written::Stale | Written::Taken | Written::Tombstoned) if state.reloads < MAX_RELOADS => {
            state.reloads += 1;
            state.go(Stage::Finding, Effect::Find)
        }
        (_, Written::Stale | Written::Taken | Written::Tombstoned) => state.end(Ending::Contended),
    }
}

impl State {
    const fn go(mut self, stage: Stage, effect: Effect) -> (Self, Effect) {
        self.stage = stage;
        (self, effect)
    }

    const fn end(self, ending: Ending) -> (Self, Effect) {
        self.go(Stage::Finished, Effect::Finish(ending))
    }

    /// Refused, but not sooner than anybody else.
    const fn refuse(self, refusal: Refusal) -> (Self, Effect) {
        self.go(Stage::Deceiving(refusal), Effect::Decoy)
    }

    const fn authenticate(self, origin: Origin, rehash: bool) -> (Self, Effect) {
        self.end(Ending::Authenticated { origin, rehash, must_change: self.must_change })
    }

    /// To the legacy system, if this phase asks it.
    fn ask(self) -> (Self, Effect) {
        match self.row {
            _ if self.conduct.asks_legacy && self.reloads == 0 => self.go(Stage::Entering, Effect::Enter),
            _ if self.conduct.asks_legacy => self.go(Stage::Asking, Effect::AskLegacy),
            Some(_) => self.refuse(Refusal::ResetRequired),
            None => self.refuse(Refusal::Unknown),
        }
    }

    /// By which road a log-in came in that ended with a write.
    const fn origin(&self) -> Origin {
        match self.conduct.on_match {
            OnMatch::Move => Origin::Migrated,
            OnMatch::Cache | OnMatch::Shadow => Origin::Legacy,
        }
    }

    /// The write that the attempt was for.
    fn write(self) -> (Self, Effect) {
        let effect = match (self.flow, self.conduct.on_match, self.row) {
            (Flow::LogIn, OnMatch::Move, Some(_)) => Effect::Replace(Replacement::Move),
            (Flow::LogIn, OnMatch::Cache, Some(_)) => Effect::Replace(Replacement::Refresh),
            (Flow::LogIn, OnMatch::Shadow, Some(_)) => Effect::Replace(Replacement::Shadow),
            (Flow::LogIn, OnMatch::Move, None) => Effect::Insert(Insertion::Moved(MovedBy::LogIn)),
            (Flow::LogIn, OnMatch::Cache, None) => Effect::Insert(Insertion::Cached),
            (Flow::LogIn, OnMatch::Shadow, None) => Effect::Insert(Insertion::Shadowed),
            (Flow::CompleteRecovery { .. }, _, None) => Effect::Insert(Insertion::Moved(MovedBy::Recovery)),
            (Flow::SignUp, ..) => Effect::Insert(Insertion::SignedUp),
            (Flow::Adopt, ..) => Effect::Insert(Insertion::Adopted),
            (Flow::ChangeIdentifier, ..) => Effect::Replace(Replacement::Identifier),
            (Flow::Rehash, ..) => Effect::Replace(Replacement::Rehash),
            (Flow::BeginRecovery | Flow::ChangePassword { .. } | Flow::CompleteRecovery { .. } | Flow::Delete, ..) => {
                Effect::Replace(Replacement::Password)
            }
        };
        self.go(Stage::Writing, effect)
    }
}

#[cfg(test)]
mod explorer;
#[cfg(test)]
mod table;
