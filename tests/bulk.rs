//! Many users at once: readers, records, imports and exports.

#[cfg(all(test, feature = "sqlite"))]
#[path = "bulk/exporter.rs"]
mod exporter;
#[cfg(test)]
#[path = "bulk/readers_framing.rs"]
mod readers_framing;
#[cfg(test)]
#[path = "bulk/readers_record.rs"]
mod readers_record;
