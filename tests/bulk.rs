//! Many users at once: readers, records, imports and exports.

#[cfg(test)]
#[path = "bulk/readers_faults.rs"]
mod readers_faults;
#[cfg(test)]
#[path = "bulk/readers_files.rs"]
mod readers_files;
#[cfg(test)]
#[path = "bulk/readers_formats.rs"]
mod readers_formats;
#[cfg(test)]
#[path = "bulk/readers_framing.rs"]
mod readers_framing;
#[cfg(test)]
#[path = "bulk/readers_record.rs"]
mod readers_record;
#[cfg(test)]
#[path = "bulk/readers_schema.rs"]
mod readers_schema;
