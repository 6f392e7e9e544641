//! Ready connections to the databases of well-known systems.

mod django;

pub use django::{Django, DjangoColumn};
