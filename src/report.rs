//! Who has moved, who is left, and whether the legacy system can be switched off.
//!
//! ```
//! # use waystation::{LegacyConnection, Passwords, UserStore};
//! use waystation::report;
//!
//! /// Prints everybody who is left, and why.
//! async fn print_left(
//!     store: &dyn UserStore,
//!     legacy: &dyn LegacyConnection,
//!     passwords: &Passwords,
//! ) -> Result<(), report::ReportError> {
//!     let Some(directory) = legacy.as_directory() else { return Ok(()) };
//!     let mut after = None;
//!     loop {
//!         let page = report::left(store, directory, Some(passwords), after.as_ref(), 500).await?;
//!         for person in page.left {
//!             println!("{} {}: {}", person.key.source(), person.key.id(), person.why.as_str());
//!         }
//!         after = page.next;
//!         if after.is_none() {
//!             return Ok(());
//!         }
//!     }
//! }
//! ```

use crate::{
    legacy::{DirectoryEntry, LegacyDirectory, LegacyError, LegacyUser},
    password::{HashError, Passwords},
    store::{Filter, Key, Lookup, SearchStore, StoreError, UserStore},
    user::{CredentialKind, LegacyKey},
};

/// How far a migration is, in numbers. Holds nothing of any one person.
///
/// ```
/// # use waystation::{MemoryStore, legacy::*};
/// # async fn example(store: &dyn waystation::UserStore, legacy: &dyn LegacyConnection) -> Result<(), Box<dyn std::error::Error>> {
/// use waystation::report::Progress;
///
/// if let (Some(search), Some(directory)) = (store.as_search(), legacy.as_directory()) {
///     let progress = Progress::read(search, directory).await?;
///     println!("{} of {} have moved, {} are left", progress.moved, progress.legacy_users, progress.left());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Users of the legacy system, those who cannot log in included.
    pub legacy_users: u64,
    /// Those who have moved and whose password lives here.
    pub moved: u64,
    /// Those who are here while their password still lives at the legacy system.
    pub flagged: u64,
}

impl Progress {
    /// Counts, by one question to the legacy system and two to the store.
    ///
    /// # Errors
    ///
    /// When either cannot be asked.
    pub async fn read(store: &dyn SearchStore, legacy: &dyn LegacyDirectory) -> Result<Self, ReportError> {
        let flagged = Filter::Credential(CredentialKind::Delegated);
        let moved = Filter::And(vec![Filter::moved(), flagged.clone().negated()]);
        Ok(Self {
            legacy_users: legacy.count().await?,
            moved: store.count(&moved).await?,
            flagged: store.count(&flagged).await?,
        })
    }

    /// How many of the legacy system's users have not moved: an upper bound when people were deleted there.
    pub const fn left(&self) -> u64 {
        self.legacy_users.saturating_sub(self.moved)
    }
}

/// Somebody who is left.
#[derive(Debug)]
#[non_exhaustive]
pub struct Left {
    /// Who, at the legacy system.
    pub key: LegacyKey,
    /// What the legacy system knows of them, if the row can be read.
    pub user: Option<Box<LegacyUser>>,
    /// Why.
    pub why: WhyLeft,
}

/// Why somebody is left.
#[derive(Debug)]
#[non_exhaustive]
pub enum WhyLeft {
    /// The account is barred there: they cannot log in, so they will not move by themselves.
    Blocked,
    /// They are here, and their password still lives there.
    Flagged,
    /// There is no usable password: recovery is the only way for them to move.
    NoPassword,
    /// They have not logged in yet.
    NotSeen,
    /// Their row cannot be read.
    Unreadable(LegacyError),
    /// Their hash cannot be verified, so they cannot move by logging in: an operator must look.
    UnusableHash(HashError),
}

impl WhyLeft {
    /// The stable name that reports show.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Flagged => "flagged",
            Self::NoPassword => "no_password",
            Self::NotSeen => "not_seen",
            Self::Unreadable(_) => "unreadable",
            Self::UnusableHash(_) => "unusable_hash",
        }
    }
}

/// One page of a walk over the legacy system's users.
#[derive(Debug)]
#[non_exhaustive]
pub struct LeftPage {
    /// Those of the page who are left.
    pub left: Vec<Left>,
    /// How many users the page covered.
    pub walked: usize,
    /// Where the next page begins; `None` at the end.
    pub next: Option<LegacyKey>,
}

/// Who is left among the next `limit` users of the legacy system after `after`. Those who were deleted here are not.
///
/// With `passwords`, hashes that the legacy system shows are parsed (never verified), so that people who cannot move
/// by logging in are known beforehand.
///
/// # Errors
///
/// When either system cannot be asked.
pub async fn left(
    store: &dyn UserStore,
    legacy: &dyn LegacyDirectory,
    passwords: Option<&Passwords>,
    after: Option<&LegacyKey>,
    limit: usize,
) -> Result<LeftPage, ReportError> {
    let entries = legacy.scan(after, limit).await?;
    let walked = entries.len();
    let next = if walked < limit { None } else { entries.last().map(|entry| entry.key.clone()) };
    let mut left = Vec::new();
    for DirectoryEntry { key, user } in entries {
        let flagged = match store.find(Key::Legacy(&key)).await? {
            Lookup::Tombstoned => continue,
            Lookup::Found(user) if user.credential.kind() != CredentialKind::Delegated => continue,
            Lookup::Found(_) => true,
            Lookup::Absent => false,
        };
        left.push(match user {
            Ok(user) => Left { why: why(&user, flagged, passwords), key, user: Some(user) },
            Err(error) => Left { key, user: None, why: WhyLeft::Unreadable(error) },
        });
    }
    Ok(LeftPage { left, walked, next })
}

fn why(user: &LegacyUser, flagged: bool, passwords: Option<&Passwords>) -> WhyLeft {
    let checked = match (passwords, &user.password_hash) {
        (Some(passwords), Some(hash)) => passwords.check(hash),
        _ => Ok(()),
    };
    match checked {
        _ if user.profile.blocked => WhyLeft::Blocked,
        Err(HashError::Locked) => WhyLeft::NoPassword,
        Err(error) => WhyLeft::UnusableHash(error),
        Ok(()) if flagged => WhyLeft::Flagged,
        Ok(()) => WhyLeft::NotSeen,
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The legacy system cannot be asked.
    #[error("the legacy system cannot be asked")]
    Legacy(#[from] LegacyError),
    /// The store cannot be asked.
    #[error("the store cannot be asked")]
    Store(#[from] StoreError),
}
