use std::cmp::Ordering;

/// How strong a stored hash is. Only hashes of one family can be compared by their parameters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Strength {
    /// Memory-hard Argon2.
    Argon2(Argon2Strength),
    /// One of the other slow schemes (bcrypt, scrypt, PBKDF2): always replaced by the policy's Argon2.
    Slow,
    /// A plain digest: always replaced.
    Fast,
}

impl Strength {
    /// This strength beside `other`.
    ///
    /// A partial order. Argon2 is above everything else, and plain digests are below everything else. Two Argon2
    /// hashes are compared by variant (id above i and d), version, memory, passes, and the lengths of salt and output:
    /// `Weaker` needs one of them below and none above. Lanes only decide between two that are otherwise the same,
    /// because they divide the work and do not add to it.
    pub fn compare(&self, other: &Self) -> Comparison {
        match (self, other) {
            (Self::Argon2(one), Self::Argon2(other)) => one.compare(other),
            _ => Comparison::from(self.class().cmp(&other.class())),
        }
    }

    const fn class(&self) -> u8 {
        match self {
            Self::Fast => 0,
            Self::Slow => 1,
            Self::Argon2(_) => 2,
        }
    }
}

/// The parameters of an Argon2 hash (RFC 9106) that its strength depends on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Argon2Strength {
    /// Which of the three.
    pub variant: Argon2Variant,
    /// Version: 16 or 19.
    pub version: u32,
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// Length of the salt in bytes.
    pub salt_bytes: usize,
    /// Length of the output in bytes.
    pub output_bytes: usize,
}

impl Argon2Strength {
    fn compare(&self, other: &Self) -> Comparison {
        let all_but_lanes = [
            self.version.cmp(&other.version),
            self.memory_kib.cmp(&other.memory_kib),
            self.passes.cmp(&other.passes),
            self.salt_bytes.cmp(&other.salt_bytes),
            self.output_bytes.cmp(&other.output_bytes),
        ]
        .into_iter()
        .map(Comparison::from)
        .fold(self.variant.compare(other.variant), Comparison::and);
        match all_but_lanes {
            Comparison::Equal => self.lanes.cmp(&other.lanes).into(),
            decided => decided,
        }
    }
}

/// The variants of Argon2.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Argon2Variant {
    /// Argon2d: memory is addressed by the password alone, which side channels can see.
    D,
    /// Argon2i: memory is addressed independently of the password, which costs strength against special hardware.
    I,
    /// Argon2id: half and half, and what new hashes are.
    Id,
}

impl Argon2Variant {
    fn compare(self, other: Self) -> Comparison {
        match (self, other) {
            _ if self == other => Comparison::Equal,
            (Self::Id, _) => Comparison::Stronger,
            (_, Self::Id) => Comparison::Weaker,
            _ => Comparison::Incomparable,
        }
    }
}

/// One hash beside another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Comparison {
    /// As strong.
    Equal,
    /// Stronger in one parameter and weaker in another: left alone.
    Incomparable,
    /// Stronger: left alone.
    Stronger,
    /// Weaker: replaced.
    Weaker,
}

impl Comparison {
    /// Both at once: weaker or stronger only where neither says the opposite.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Equal, decided) | (decided, Self::Equal) => decided,
            (one, other) if one == other => one,
            _ => Self::Incomparable,
        }
    }
}

impl From<Ordering> for Comparison {
    fn from(ordering: Ordering) -> Self {
        match ordering {
            Ordering::Less => Self::Weaker,
            Ordering::Equal => Self::Equal,
            Ordering::Greater => Self::Stronger,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::password::HashPolicy;

    fn any_strength() -> impl Strategy<Value = Strength> {
        let variant = prop_oneof![Just(Argon2Variant::D), Just(Argon2Variant::I), Just(Argon2Variant::Id)];
        // Few values of each, so that two draws often agree in some.
        let argon2 = (variant, prop_oneof![Just(16), Just(19)], 0..4_u32, 1..4_u32, 1..4_u32, 0..3_usize, 0..3_usize);
        prop_oneof![
            Just(Strength::Fast),
            Just(Strength::Slow),
            argon2.prop_map(|(variant, version, memory, passes, lanes, salt, output)| {
                Strength::Argon2(Argon2Strength {
                    variant,
                    version,
                    memory_kib: 64 << memory,
                    passes,
                    lanes,
                    salt_bytes: 8 << salt,
                    output_bytes: 16 << output,
                })
            }),
        ]
    }

    fn any_policy() -> impl Strategy<Value = HashPolicy> {
        (0..4_u32, 1..4_u32, 1..4_u32, 0..2_usize, 0..2_usize).prop_map(|(memory, passes, lanes, salt, output)| {
            let policy = HashPolicy::argon2id(64 << memory, passes, lanes).unwrap();
            policy.salt_bytes(16 << salt).unwrap().output_bytes(16 << output).unwrap()
        })
    }

    proptest! {
        #[test]
        fn the_order_is_reflexive_antisymmetric_and_transitive(
            a in any_strength(), b in any_strength(), c in any_strength()
        ) {
            prop_assert_eq!(a.compare(&a), Comparison::Equal);
            let mirrored = match a.compare(&b) {
                Comparison::Weaker => Comparison::Stronger,
                Comparison::Stronger => Comparison::Weaker,
                same => same,
            };
            prop_assert_eq!(b.compare(&a), mirrored);
            if a.compare(&b) == Comparison::Weaker && b.compare(&c) == Comparison::Weaker {
                prop_assert_eq!(a.compare(&c), Comparison::Weaker);
            }
        }

        #[test]
        fn an_upgrade_never_goes_down_and_is_done_in_one_step(stored in any_strength(), policy in any_policy()) {
            let new = policy.strength();
            let replaced = stored.compare(&new) == Comparison::Weaker;
            if let (true, Strength::Argon2(old), Strength::Argon2(new)) = (replaced, stored, new) {
                prop_assert!(new.version >= old.version);
                prop_assert!(new.memory_kib >= old.memory_kib);
                prop_assert!(new.passes >= old.passes);
                prop_assert!(new.salt_bytes >= old.salt_bytes);
                prop_assert!(new.output_bytes >= old.output_bytes);
                prop_assert_eq!(new.variant, Argon2Variant::Id);
            }
            prop_assert_eq!(new.compare(&policy.strength()), Comparison::Equal);
        }
    }

    #[test]
    fn more_lanes_do_not_save_a_hash_of_little_memory() {
        let policy = HashPolicy::default();
        let Strength::Argon2(current) = policy.strength() else { unreachable!() };
        let django_2 = Argon2Strength { variant: Argon2Variant::I, memory_kib: 512, lanes: 2, ..current };
        assert_eq!(Strength::Argon2(django_2).compare(&policy.strength()), Comparison::Weaker);
        let more_passes = Argon2Strength { memory_kib: 4_096, passes: 3, ..current };
        assert_eq!(Strength::Argon2(more_passes).compare(&policy.strength()), Comparison::Incomparable);
    }
}
