use std::fmt;

use crate::{identifier::Identifier, migrator::Throttle};

/// Knows which identifiers are refused for a while since somebody guessed passwords. That is not
/// [`blocked`](crate::user::Profile::blocked), which an operator sets.
pub trait BlockList: fmt::Debug + Send + Sync + 'static {
    /// Whether log-ins with this identifier are refused now.
    fn is_blocked(&self, identifier: &Identifier) -> bool;

    /// Lets log-ins with this identifier be tried again.
    fn unblock(&self, identifier: &Identifier);
}

impl BlockList for Throttle {
    fn is_blocked(&self, identifier: &Identifier) -> bool {
        self.is_throttled(identifier)
    }

    fn unblock(&self, identifier: &Identifier) {
        self.forgive(identifier);
    }
}
