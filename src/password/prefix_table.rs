use std::sync::Arc;

use super::PasswordScheme;

/// The prefixes of all schemes by their first byte, so that a hash is not compared with all of them.
#[derive(Clone, Debug)]
pub(super) struct PrefixTable {
    /// Each with the place of its scheme: by first byte, and then the longest first.
    prefixes: Vec<(&'static str, usize)>,
}

impl PrefixTable {
    pub(super) const fn empty() -> Self {
        Self { prefixes: Vec::new() }
    }

    pub(super) fn of(schemes: &[Arc<dyn PasswordScheme>]) -> Self {
        let all = schemes.iter().enumerate();
        let mut prefixes: Vec<_> =
            all.flat_map(|(place, scheme)| scheme.prefixes().iter().map(move |prefix| (*prefix, place))).collect();
        prefixes.sort_by_key(|(prefix, place)| (first(prefix), usize::MAX - prefix.len(), *place));
        Self { prefixes }
    }

    /// How long each prefix of the text is and which scheme it is of, the longest first.
    pub(super) fn beginning(&self, text: &str) -> impl Iterator<Item = (usize, usize)> {
        let of_first = |first_byte: Option<u8>| {
            let from = self.prefixes.partition_point(|(prefix, _)| first(prefix) < first_byte);
            let until = self.prefixes.partition_point(|(prefix, _)| first(prefix) <= first_byte);
            self.prefixes.get(from..until).unwrap_or_default()
        };
        // What begins with nothing begins every text, and is shorter than the others.
        let empty = first(text).and(Some(of_first(None))).unwrap_or_default();
        let fitting = of_first(first(text)).iter().chain(empty).filter(move |(prefix, _)| text.starts_with(prefix));
        fitting.map(|(prefix, scheme)| (prefix.len(), *scheme))
    }
}

fn first(text: &str) -> Option<u8> {
    text.as_bytes().first().copied()
}
