use super::{ApiLimits, parameters::Parameters, problem::Problem};

/// Which page of a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Page {
    pub(super) number: usize,
    pub(super) size: usize,
    /// Whether the answer is an object with the number of all.
    pub(super) totals: bool,
}

impl Page {
    pub(super) const PARAMETERS: [&'static str; 3] = ["page", "per_page", "include_totals"];

    pub(super) const MOST: usize = 100;

    pub(super) fn of(parameters: &Parameters) -> Result<Self, Problem> {
        Ok(Self {
            number: parameters.number("page", usize::MAX / Self::MOST)?.unwrap_or(0),
            size: parameters.number("per_page", Self::MOST)?.unwrap_or(50),
            totals: parameters.flag("include_totals")?.unwrap_or(false),
        })
    }

    /// How many come before it.
    pub(super) const fn start(self) -> usize {
        self.number.saturating_mul(self.size)
    }

    /// Whether pages reach so far.
    pub(super) const fn is_within(self, limits: &ApiLimits) -> bool {
        self.start().saturating_add(self.size) <= limits.window
    }

    pub(super) fn too_far(limits: &ApiLimits) -> Problem {
        let message = format!(
            "You can only page through the first {} records. See \
             https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation",
            limits.window
        );
        Problem::bad("invalid_paging", message)
    }
}
