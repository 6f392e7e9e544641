use waystation::entropy::{Entropy, SeededEntropy, SystemEntropy};

/// Chance that can be repeated: everything that a test leaves to it follows from one seed.
#[derive(Debug)]
pub(crate) struct Dice(SeededEntropy);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    /// The seed of this run: `WAYSTATION_SEED` if that is set, else a new one. Printed, and so shown with a failure.
    pub(crate) fn seed() -> u64 {
        let seed = std::env::var("WAYSTATION_SEED")
            .map_or_else(|_| draw(&SystemEntropy::default()), |seed| seed.parse().unwrap());
        println!("repeat with WAYSTATION_SEED={seed}");
        seed
    }

    pub(crate) fn number(&self) -> u64 {
        draw(&self.0)
    }

    /// One of `0..limit`.
    pub(crate) fn below(&self, limit: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(limit).unwrap()).unwrap()
    }

    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

fn draw(entropy: &dyn Entropy) -> u64 {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes)
}
