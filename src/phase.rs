//! How far a migration is, and what that means for one person.

use std::{collections::HashSet, fmt, sync::Arc};

use blake2::{Blake2b512, Digest};

use crate::identifier::Identifier;

/// How far a migration is. The host sets it; nothing moves it on by itself.
///
/// Whatever the phase, a password that lives in the store is verified in the store: going back to an earlier phase
/// never locks out anybody who has moved.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Phase {
    /// The legacy system decides every log-in. Profiles are cached here; no hash is kept.
    LegacyOnly,
    /// The legacy system decides. The store is written as if people had moved, and compared; differences are reported.
    Shadow,
    /// [`Importing`](Self::Importing) for those in the cohort, [`LegacyOnly`](Self::LegacyOnly) for the others.
    Cohort(Cohort),
    /// People move at their first log-in. The normal state.
    #[default]
    Importing,
    /// As [`Importing`](Self::Importing), but sign-ups no longer ask the legacy system: it takes no new users any more.
    Draining,
    /// The legacy system is never asked: it can be switched off.
    Sealed,
}

impl Phase {
    /// The name that reports and events show.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::LegacyOnly => "legacy_only",
            Self::Shadow => "shadow",
            Self::Cohort(_) => "cohort",
            Self::Importing => "importing",
            Self::Draining => "draining",
            Self::Sealed => "sealed",
        }
    }

    /// What the phase means for the person with this identifier.
    pub fn conduct(&self, identifier: &Identifier, tenant: Option<&str>) -> Conduct {
        match self {
            Self::Cohort(cohort) if !cohort.includes(identifier, tenant) => Conduct::LEGACY_ONLY,
            phase => phase.any_conduct(),
        }
    }

    /// What the phase means for everything but log-ins, in which nobody's cohort matters.
    pub(crate) const fn any_conduct(&self) -> Conduct {
        match self {
            Self::LegacyOnly => Conduct::LEGACY_ONLY,
            Self::Shadow => Conduct::SHADOW,
            Self::Cohort(_) | Self::Importing => Conduct::IMPORTING,
            Self::Draining => Conduct::DRAINING,
            Self::Sealed => Conduct::SEALED,
        }
    }
}

/// What a phase comes down to for one attempt: the three choices that the [machine](crate::migrator::machine) makes
/// by it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Conduct {
    /// Whether the legacy system is asked about people who have not moved.
    pub asks_legacy: bool,
    /// What becomes of a person whose password the legacy system accepts.
    pub on_match: OnMatch,
    /// Whether the legacy system is asked before somebody takes a new identifier.
    pub guards_identifiers: bool,
}

impl Conduct {
    /// In [`Phase::LegacyOnly`].
    pub const LEGACY_ONLY: Self = Self { asks_legacy: true, on_match: OnMatch::Cache, guards_identifiers: true };
    /// In [`Phase::Shadow`].
    pub const SHADOW: Self = Self { asks_legacy: true, on_match: OnMatch::Shadow, guards_identifiers: true };
    /// In [`Phase::Importing`].
    pub const IMPORTING: Self = Self { asks_legacy: true, on_match: OnMatch::Move, guards_identifiers: true };
    /// In [`Phase::Draining`].
    pub const DRAINING: Self = Self { asks_legacy: true, on_match: OnMatch::Move, guards_identifiers: false };
    /// In [`Phase::Sealed`].
    pub const SEALED: Self = Self { asks_legacy: false, on_match: OnMatch::Move, guards_identifiers: false };
}

/// What becomes of a person whose password the legacy system accepts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum OnMatch {
    /// The profile is kept; the password stays where it is.
    Cache,
    /// The person moves.
    Move,
    /// As [`Cache`](Self::Cache), with a hash to compare.
    Shadow,
}

/// Whose turn it is in [`Phase::Cohort`].
#[derive(Clone)]
pub struct Cohort(Rule);

type Predicate = dyn Fn(&Identifier, Option<&str>) -> bool + Send + Sync;

#[derive(Clone)]
enum Rule {
    Listed(Arc<HashSet<Identifier>>),
    PerMyriad(u16),
    Tenants(Arc<HashSet<String>>),
    When(Arc<Predicate>),
}

impl Cohort {
    /// A share of all people in hundredths of a per cent, `0..=10_000`: `250` is 2.5 %.
    ///
    /// Who is in it follows from the identifier alone, the same on every machine, and a larger share holds everybody
    /// of a smaller one.
    pub const fn per_myriad(share: u16) -> Self {
        Self(Rule::PerMyriad(share))
    }

    /// A share of all people in per cent.
    pub const fn percent(share: u8) -> Self {
        Self::per_myriad(share as u16 * 100)
    }

    /// These people.
    pub fn listed(people: impl IntoIterator<Item = Identifier>) -> Self {
        Self(Rule::Listed(Arc::new(people.into_iter().collect())))
    }

    /// The people of these tenants, as [`LogIn::tenant`](crate::migrator::LogIn::tenant) names them.
    pub fn tenants<T: Into<String>>(tenants: impl IntoIterator<Item = T>) -> Self {
        Self(Rule::Tenants(Arc::new(tenants.into_iter().map(Into::into).collect())))
    }

    /// Those for whom `predicate` of identifier and tenant holds. It must not change its mind about a person who is
    /// in.
    pub fn when(predicate: impl Fn(&Identifier, Option<&str>) -> bool + Send + Sync + 'static) -> Self {
        Self(Rule::When(Arc::new(predicate)))
    }

    /// Whether a person is in the cohort.
    pub fn includes(&self, identifier: &Identifier, tenant: Option<&str>) -> bool {
        match &self.0 {
            Rule::Listed(people) => people.contains(identifier),
            Rule::PerMyriad(share) => position(identifier) < *share,
            Rule::Tenants(tenants) => tenant.is_some_and(|tenant| tenants.contains(tenant)),
            Rule::When(predicate) => predicate(identifier, tenant),
        }
    }
}

impl fmt::Debug for Cohort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Rule::Listed(people) => write!(f, "Cohort({} people)", people.len()),
            Rule::PerMyriad(share) => write!(f, "Cohort({share}/10000)"),
            Rule::Tenants(tenants) => write!(f, "Cohort({} tenants)", tenants.len()),
            Rule::When(_) => f.write_str("Cohort(predicate)"),
        }
    }
}

/// Where a person stands in `0..10_000`: from a public digest, so that every process and every release agrees.
fn position(identifier: &Identifier) -> u16 {
    let mut digest = Blake2b512::new();
    digest.update(b"waystation cohort\0");
    digest.update(identifier.kind().as_str());
    digest.update(b"\0");
    digest.update(identifier.normal());
    let first = digest.finalize().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    u16::try_from(first % 10_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::IdentifierKind;

    fn person(number: u32) -> Identifier {
        Identifier::from_parts(IdentifierKind::Username, format!("user{number}"), "")
    }

    #[test]
    fn a_share_is_near_its_size_and_only_grows() {
        let count = |share| (0..20_000).filter(|n| Cohort::percent(share).includes(&person(*n), None)).count();
        assert_eq!(count(0), 0);
        assert_eq!(count(100), 20_000);
        assert!((4_600..5_400).contains(&count(25)), "{}", count(25));
        for number in 0..2_000 {
            let person = person(number);
            assert!(!Cohort::percent(10).includes(&person, None) || Cohort::percent(11).includes(&person, None));
        }
    }

    #[test]
    fn who_is_in_a_share_never_changes_between_releases() {
        assert_eq!((0..5).map(|n| position(&person(n))).collect::<Vec<_>>(), STANDING);
    }

    const STANDING: [u16; 5] = [4253, 9291, 1718, 3719, 8413];

    #[test]
    fn lists_tenants_and_predicates() {
        let (ada, eve) = (person(1), person(2));
        assert!(Cohort::listed([ada.clone()]).includes(&ada, None));
        assert!(!Cohort::listed([ada.clone()]).includes(&eve, None));
        assert!(Cohort::tenants(["acme"]).includes(&eve, Some("acme")));
        assert!(!Cohort::tenants(["acme"]).includes(&eve, None));
        assert!(Cohort::when(|_, tenant| tenant.is_none()).includes(&eve, None));
        assert_eq!(format!("{:?}", Phase::Cohort(Cohort::listed([ada]))), "Cohort(Cohort(1 people))");
    }
}
