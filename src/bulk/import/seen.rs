use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::{secret_key::SecretKey, store::Key};

/// The most places for keys: 16 MiB of them.
const MOST: usize = 1 << 22;

/// The fewest.
const FEWEST: usize = 1 << 12;

/// Hardly any record takes less text than this for each of its keys, in bytes.
const TEXT_OF_A_KEY: u64 = 16;

/// The keys of the records that were read, while nothing is known of those that will be: a part of a keyed digest of each,
/// which says for certain that a key is new, and nearly so that it is not (of three million new keys, one is taken for an
/// old one in one input of two hundred).
///
/// Nearly every input is without duplicates, and need not be read twice then.
pub(super) struct Seen {
    /// Has taken the secret in. Who could choose keys of one digest would gain a second reading of the file.
    keyed: DefaultHasher,
    /// 32 bits of each digest, at the first free place after the one that other bits of it name. Zero is a free one.
    places: Vec<u32>,
    count: usize,
}

impl Seen {
    /// With room for the keys of so much text, if it is known how much there is.
    pub(super) fn new(secret: &SecretKey, text_bytes: Option<u64>) -> Self {
        let wanted = text_bytes.and_then(|bytes| usize::try_from(bytes / TEXT_OF_A_KEY).ok()).unwrap_or(MOST);
        let places = wanted.clamp(FEWEST, MOST).next_power_of_two();
        let mut keyed = DefaultHasher::new();
        keyed.write(secret.expose());
        Self { keyed, places: vec![0; places], count: 0 }
    }

    /// Adds the keys of one record. `false` if one of them may have been there, or there is no room.
    pub(super) fn add<'k>(&mut self, keys: impl Iterator<Item = Key<'k>>) -> bool {
        let mut digests = Vec::with_capacity(4);
        for key in keys {
            let digest = self.digest(key);
            // A record may have one key under two names.
            if !digests.contains(&digest) {
                digests.push(digest);
            }
        }
        digests.into_iter().all(|digest| self.add_digest(digest))
    }

    fn digest(&self, key: Key<'_>) -> u64 {
        let mut hasher = self.keyed.clone();
        key.kind().hash(&mut hasher);
        match key {
            Key::Id(id) => id.as_str().hash(&mut hasher),
            Key::Identifier(identifier) => identifier.normal().hash(&mut hasher),
            Key::Legacy(legacy) => (legacy.source().as_str(), legacy.id()).hash(&mut hasher),
        }
        hasher.finish()
    }

    fn add_digest(&mut self, digest: u64) -> bool {
        // With a quarter of the places free, a search ends after some eight.
        if self.count >= self.places.len() / 4 * 3 {
            return false;
        }
        let (mark, start) = split(digest);
        // Their number is a power of two.
        let last = self.places.len() - 1;
        for step in 0..self.places.len() {
            match self.places.get_mut(start.wrapping_add(step) & last) {
                Some(place) if *place == 0 => {
                    *place = mark;
                    self.count += 1;
                    return true;
                }
                Some(place) if *place == mark => return false,
                Some(_) | None => {}
            }
        }
        false
    }
}

/// What is kept of a digest, which is never zero, and where it is looked for.
fn split(digest: u64) -> (u32, usize) {
    let [mark, start] = [digest >> 32, digest & u64::from(u32::MAX)];
    (u32::try_from(mark).unwrap_or_default().max(1), usize::try_from(start).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{FEWEST, MOST, Seen};
    use crate::{secret_key::SecretKey, store::Key, user::UserId};

    fn seen(text_bytes: Option<u64>) -> Seen {
        Seen::new(&SecretKey::from_bytes([7; 32]), text_bytes)
    }

    fn add(seen: &mut Seen, number: usize) -> bool {
        let id = UserId::new(format!("user-{number}"));
        seen.add([Key::Id(&id)].into_iter())
    }

    #[test]
    fn a_key_is_new_once() {
        let mut seen = seen(Some(0));
        for number in 0..FEWEST / 2 {
            assert!(add(&mut seen, number));
        }
        for number in 0..FEWEST / 2 {
            assert!(!add(&mut seen, number));
        }
    }

    #[test]
    fn a_full_table_takes_no_key_for_new() {
        let mut seen = seen(Some(0));
        assert_eq!((0..FEWEST).filter(|number| add(&mut seen, *number)).count(), FEWEST / 4 * 3);
    }

    #[test]
    fn there_is_room_for_what_an_input_may_hold_and_no_more_than_the_most() {
        assert_eq!(seen(Some(1 << 20)).places.len(), 1 << 16);
        assert_eq!(seen(Some(u64::MAX)).places.len(), MOST);
        assert_eq!(seen(None).places.len(), MOST);
    }
}
