use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    mem,
};

use crate::{secret_key::SecretKey, store::Key};

/// The most places for keys in each of the two tables: 8 MiB of them.
const MOST: usize = 1 << 21;

/// The fewest.
const FEWEST: usize = 1 << 11;

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
    places: usize,
    /// The keys that came last.
    young: Table,
    /// The keys before them, once there was no more room. Those before these are forgotten, or there are none.
    old: Option<Table>,
    forgets: bool,
    /// Whether there are keys that are not in here.
    has_forgotten: bool,
}

/// What is known of the keys of some records.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Novelty {
    /// None of them was there before.
    New,
    /// None was there lately.
    NewLately,
    /// One may have been there, or nobody watches any more.
    Unknown,
}

/// 32 bits of each digest, at the first free place after the one that other bits of it name.
struct Table {
    /// Zero is a free one.
    places: Vec<u32>,
    count: usize,
}

impl Seen {
    /// The most records of a batch of which the [forgetting](Self::forgetting) kind knows the keys, of that batch and of two
    /// before it: a table of its has room for 780,000, and hardly any record has more than five.
    pub(super) const MOST_RECORDS: usize = 50_000;

    /// With room for the keys of so much text, if it is known how much there is.
    pub(super) fn new(secret: &SecretKey, text_bytes: Option<u64>) -> Self {
        let wanted = text_bytes.and_then(|bytes| usize::try_from(bytes / TEXT_OF_A_KEY / 2).ok()).unwrap_or(MOST);
        let places = wanted.clamp(FEWEST, MOST).next_power_of_two();
        let mut keyed = DefaultHasher::new();
        keyed.write(secret.expose());
        Self { keyed, places, young: Table::new(places), old: None, forgets: false, has_forgotten: false }
    }

    /// One without a key, which forgets the oldest where there is no more room, and may have done so: to be used where
    /// somebody else knows those. So it needs half of the room.
    pub(super) fn forgetting(mut self, has_forgotten: bool) -> Self {
        (self.forgets, self.has_forgotten) = (true, has_forgotten);
        self.places = self.places.min(MOST / 2);
        self.young = Table::new(self.places);
        self
    }

    /// What it has told of every key so far, as long as it has taken each for new.
    pub(super) const fn novelty(&self) -> Novelty {
        if self.has_forgotten { Novelty::NewLately } else { Novelty::New }
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
        if self.old.as_ref().is_some_and(|old| old.has(digest)) {
            return false;
        }
        if self.young.is_full() {
            if self.old.is_some() && !self.forgets {
                return false;
            }
            self.has_forgotten |= self.old.is_some();
            self.old = Some(mem::replace(&mut self.young, Table::new(self.places)));
            if self.old.as_ref().is_some_and(|old| old.has(digest)) {
                return false;
            }
        }
        self.young.add(digest)
    }
}

impl Table {
    fn new(places: usize) -> Self {
        Self { places: vec![0; places], count: 0 }
    }

    /// With a quarter of the places free, a search ends after some eight.
    const fn is_full(&self) -> bool {
        self.count >= self.places.len() / 4 * 3
    }

    fn has(&self, digest: u64) -> bool {
        let (mark, _) = split(digest);
        self.place(digest).is_some_and(|place| self.places.get(place) == Some(&mark))
    }

    /// `false` if it is there.
    fn add(&mut self, digest: u64) -> bool {
        let (mark, _) = split(digest);
        match self.place(digest).and_then(|place| self.places.get_mut(place)) {
            Some(place) if *place == 0 => {
                *place = mark;
                self.count += 1;
                true
            }
            Some(_) | None => false,
        }
    }

    /// Where it is, or would be.
    fn place(&self, digest: u64) -> Option<usize> {
        let (mark, start) = split(digest);
        // Their number is a power of two.
        let last = self.places.len() - 1;
        let mut steps = (0..self.places.len()).map(|step| start.wrapping_add(step) & last);
        steps.find(|place| self.places.get(*place).is_some_and(|found| *found == 0 || *found == mark))
    }
}

/// What is kept of a digest, which is never zero, and where it is looked for.
fn split(digest: u64) -> (u32, usize) {
    let [mark, start] = [digest >> 32, digest & u64::from(u32::MAX)];
    (u32::try_from(mark).unwrap_or_default().max(1), usize::try_from(start).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{FEWEST, MOST, Novelty, Seen};
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
    fn where_there_is_no_more_room_no_key_is_taken_for_new() {
        let mut seen = seen(Some(0));
        let room = FEWEST / 4 * 3 * 2;
        assert_eq!((0..room * 2).filter(|number| add(&mut seen, *number)).count(), room);
        assert!((0..room).all(|number| !add(&mut seen, number)), "none is forgotten");
        assert_eq!(seen.novelty(), Novelty::New);
    }

    #[test]
    fn of_the_kind_that_forgets_the_last_keys_are_known() {
        let mut seen = seen(Some(0)).forgetting(false);
        for number in 0..FEWEST * 10 {
            assert!(add(&mut seen, number));
            let oldest = number.saturating_sub(FEWEST / 4 * 3 - 1);
            assert!(!add(&mut seen, oldest) && !add(&mut seen, number));
        }
        assert!(add(&mut seen, 0), "the first are forgotten");
        assert_eq!(seen.novelty(), Novelty::NewLately);
    }

    #[test]
    fn there_is_room_for_what_an_input_may_hold_and_no_more_than_the_most() {
        assert_eq!(seen(Some(1 << 20)).places, 1 << 15);
        assert_eq!(seen(Some(u64::MAX)).places, MOST);
        assert_eq!(seen(None).places, MOST);
        assert_eq!(seen(None).forgetting(false).places, MOST / 2);
    }
}
