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

use std::collections::BTreeMap;

use crate::{
    legacy::{DirectoryEntry, LegacyDirectory, LegacyError, LegacyUser},
    password::{HashError, PasswordScheme, Passwords},
    store::{Lookup, OwnedKey, Stats, StatsStore, StoreError, UserStore},
    user::{CredentialKind, LegacyKey, SourceName},
};

/// How far a migration is, in numbers, by legacy system. Holds nothing of any one person.
///
/// Users who come from elsewhere, or who signed up here, are not counted.
///
/// ```
/// # use waystation::{MemoryStore, legacy::*};
/// # async fn example(store: &dyn waystation::UserStore, legacy: &dyn LegacyConnection) -> Result<(), Box<dyn std::error::Error>> {
/// use waystation::report::Progress;
///
/// if let (Some(stats), Some(directory)) = (store.as_stats(), legacy.as_directory()) {
///     let progress = Progress::read(stats, directory).await?;
///     println!("{} of {} have moved, {} are left", progress.moved(), progress.legacy_users(), progress.left());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// How far each of the legacy systems is: one, or the members of a [`Chain`](crate::legacy::Chain).
    pub by_source: BTreeMap<SourceName, SourceProgress>,
}

impl Progress {
    /// Counts, by one question to each system.
    ///
    /// # Errors
    ///
    /// When either cannot be asked.
    pub async fn read(store: &dyn StatsStore, legacy: &dyn LegacyDirectory) -> Result<Self, ReportError> {
        // The legacy system first: whoever is made there meanwhile is counted later, and nobody too early.
        let legacy_users = legacy.count().await?;
        Ok(Self::of(&store.stats().await?, legacy_users))
    }

    /// What follows from counts of the store and of a [`LegacyDirectory`].
    pub fn of(stats: &Stats, legacy_users: impl IntoIterator<Item = (SourceName, u64)>) -> Self {
        let of_source = |(source, legacy_users)| {
            let here = stats.by_source.get(&source).copied().unwrap_or_default();
            (source, SourceProgress { legacy_users, moved: here.moved, flagged: here.delegated })
        };
        Self { by_source: legacy_users.into_iter().map(of_source).collect() }
    }

    /// Users of the legacy systems, those who cannot log in included.
    pub fn legacy_users(&self) -> u64 {
        self.sum(|source| source.legacy_users)
    }

    /// Those who have moved and whose password lives here.
    pub fn moved(&self) -> u64 {
        self.sum(|source| source.moved)
    }

    /// Those who are here while their password still lives at a legacy system.
    pub fn flagged(&self) -> u64 {
        self.sum(|source| source.flagged)
    }

    /// How many of the legacy systems' users have not moved: see [`SourceProgress::left`].
    pub fn left(&self) -> u64 {
        self.sum(SourceProgress::left)
    }

    fn sum(&self, of_source: impl Fn(&SourceProgress) -> u64) -> u64 {
        self.by_source.values().map(of_source).fold(0, u64::saturating_add)
    }
}

/// How far the migration from one legacy system is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SourceProgress {
    /// Users of the legacy system, those who cannot log in included.
    pub legacy_users: u64,
    /// Those who have moved and whose password lives here.
    pub moved: u64,
    /// Those who are here, under a key of the legacy system, while their password still lives there.
    pub flagged: u64,
}

impl SourceProgress {
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
    /// The name of the scheme of their hash, where the legacy system shows it and it is known.
    pub scheme: Option<&'static str>,
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
    /// The names of all reasons, as [`as_str`](Self::as_str) gives them.
    pub const NAMES: [&str; 6] = ["blocked", "flagged", "no_password", "not_seen", "unreadable", "unusable_hash"];

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
    let here = look_up(store, &entries).await?;
    for (DirectoryEntry { key, user }, here) in entries.into_iter().zip(here) {
        let flagged = match here {
            Lookup::Tombstoned => continue,
            Lookup::Found(user) if user.credential.kind() != CredentialKind::Delegated => continue,
            Lookup::Found(_) => true,
            Lookup::Absent => false,
        };
        left.push(match user {
            Ok(user) => {
                let (why, scheme) = (why(&user, flagged, passwords), scheme(&user, passwords));
                Left { key, user: Some(user), why, scheme }
            }
            Err(error) => Left { key, user: None, why: WhyLeft::Unreadable(error), scheme: None },
        });
    }
    Ok(LeftPage { left, walked, next })
}

/// Who of them is here: one question, or one each where the store has no other.
async fn look_up(store: &dyn UserStore, entries: &[DirectoryEntry]) -> Result<Vec<Lookup>, StoreError> {
    let keys: Vec<_> = entries.iter().map(|entry| OwnedKey::Legacy(entry.key.clone())).collect();
    if let Some(bulk) = store.as_bulk() {
        return bulk.look_up(&keys).await;
    }
    let mut here = Vec::with_capacity(keys.len());
    for key in &keys {
        here.push(store.find(key.as_key()).await?);
    }
    Ok(here)
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

fn scheme(user: &LegacyUser, passwords: Option<&Passwords>) -> Option<&'static str> {
    passwords?.schemes().identify(user.password_hash.as_ref()?).ok().map(PasswordScheme::name)
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
