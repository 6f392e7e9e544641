use std::{cmp::Reverse, sync::Arc};

use super::PasswordScheme;

/// Where schemes are in their list: by name, and by the prefixes of their hashes, so that none is compared with all.
#[derive(Clone, Debug)]
pub(super) struct SchemeIndex {
    /// In their order.
    names: Vec<(&'static str, usize)>,
    /// Each with the place of its scheme: by its start, and then the longest first.
    prefixes: Vec<([u8; START], &'static str, usize)>,
    /// Those that are shorter than a start, the longest first.
    short: Vec<(&'static str, usize)>,
}

/// How many bytes of a prefix are its start. Most prefixes begin with a dollar sign, and few with the same two bytes.
const START: usize = 2;

impl SchemeIndex {
    pub(super) const fn empty() -> Self {
        Self { names: Vec::new(), prefixes: Vec::new(), short: Vec::new() }
    }

    pub(super) fn of(schemes: &[Arc<dyn PasswordScheme>]) -> Self {
        let mut index = Self::empty();
        for (place, scheme) in schemes.iter().enumerate() {
            index.names.push((scheme.name(), place));
            for prefix in scheme.prefixes() {
                match prefix.as_bytes().first_chunk() {
                    Some(start) => index.prefixes.push((*start, prefix, place)),
                    None => index.short.push((prefix, place)),
                }
            }
        }
        index.names.sort_unstable();
        index.prefixes.sort_by_key(|(start, prefix, place)| (*start, Reverse(prefix.len()), *place));
        index.short.sort_by_key(|(prefix, place)| (Reverse(prefix.len()), *place));
        index
    }

    /// The place of the scheme of this name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        let at = self.names.binary_search_by_key(&name, |(name, _)| name).ok()?;
        self.names.get(at).map(|(_, place)| *place)
    }

    /// How long each prefix of the text is and which scheme it is of, the longest first.
    pub(super) fn beginning(&self, text: &str) -> impl Iterator<Item = (usize, usize)> {
        let with_start = text.as_bytes().first_chunk().and_then(|wanted| {
            let from = self.prefixes.partition_point(|(start, ..)| start < wanted);
            let until = self.prefixes.partition_point(|(start, ..)| start <= wanted);
            self.prefixes.get(from..until)
        });
        let with_start = with_start.into_iter().flatten().map(|(_, prefix, scheme)| (*prefix, *scheme));
        let likely = with_start.chain(self.short.iter().copied());
        likely.filter(move |(prefix, _)| text.starts_with(prefix)).map(|(prefix, scheme)| (prefix.len(), scheme))
    }
}
