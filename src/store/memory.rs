/// Users in memory: the reference for every other store, and the test double.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct MemoryStore {}
