use std::sync::Arc;

use super::PasswordScheme;

/// Where schemes are in their list: by name, and by the prefixes of their hashes, so that none is compared with all.
#[derive(Clone, Debug)]
pub(super) struct SchemeIndex {
    /// In their order.
    names: Vec<(&'static str, usize)>,
    /// Each with the place of its scheme: by its [start], and then the longest first.
    prefixes: Vec<(&'static str, usize)>,
}

impl SchemeIndex {
    pub(super) const fn empty() -> Self {
        Self { names: Vec::new(), prefixes: Vec::new() }
    }

    pub(super) fn of(schemes: &[Arc<dyn PasswordScheme>]) -> Self {
        let all = schemes.iter().enumerate();
        let mut prefixes: Vec<_> =
            all.flat_map(|(place, scheme)| scheme.prefixes().iter().map(move |prefix| (*prefix, place))).collect();
        prefixes.sort_by_key(|(prefix, place)| (start(prefix), usize::MAX - prefix.len(), *place));
        let mut names: Vec<_> = schemes.iter().enumerate().map(|(place, scheme)| (scheme.name(), place)).collect();
        names.sort_unstable();
        Self { names, prefixes }
    }

    /// The place of the scheme of this name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        let at = self.names.binary_search_by_key(&name, |(name, _)| name).ok()?;
        self.names.get(at).map(|(_, place)| *place)
    }

    /// How long each prefix of the text is and which scheme it is of, the longest first.
    pub(super) fn beginning(&self, text: &str) -> impl Iterator<Item = (usize, usize)> {
        let with_start = |length| {
            let wanted = text.as_bytes().get(..length)?;
            let from = self.prefixes.partition_point(|(prefix, _)| start(prefix) < wanted);
            let until = self.prefixes.partition_point(|(prefix, _)| start(prefix) <= wanted);
            self.prefixes.get(from..until)
        };
        // A start that is shorter is a whole prefix.
        let likely = (0..=START).rev().filter_map(with_start).flatten();
        let fitting = likely.filter(move |(prefix, _)| text.starts_with(prefix));
        fitting.map(|(prefix, scheme)| (prefix.len(), *scheme))
    }
}

/// How many bytes of a prefix are its start. Most prefixes begin with a dollar sign, and few with the same two bytes.
const START: usize = 2;

fn start(prefix: &'static str) -> &'static [u8] {
    let bytes = prefix.as_bytes();
    bytes.get(..START).unwrap_or(bytes)
}
