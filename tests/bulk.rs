//! Many users at once: readers, records, imports and exports.

#[cfg(all(test, feature = "sqlite"))]
#[path = "bulk/exporter.rs"]
mod exporter;
#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer.rs"]
mod importer;
#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer_duplicates.rs"]
mod importer_duplicates;
#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer_jobs.rs"]
mod importer_jobs;
#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer_lanes.rs"]
mod importer_lanes;
#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer_plan.rs"]
mod importer_plan;
#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer_stores.rs"]
mod importer_stores;
#[cfg(test)]
#[path = "bulk/readers_dumps.rs"]
mod readers_dumps;
#[cfg(test)]
#[path = "bulk/readers_faults.rs"]
mod readers_faults;
#[cfg(test)]
#[path = "bulk/readers_field_maps.rs"]
mod readers_field_maps;
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
#[cfg(all(feature = "bcrypt", feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
#[path = "bulk/readers_json_schema.rs"]
mod readers_json_schema;
#[cfg(test)]
#[path = "bulk/readers_ldif.rs"]
mod readers_ldif;
#[cfg(test)]
#[path = "bulk/readers_model.rs"]
mod readers_model;
#[cfg(test)]
#[path = "bulk/readers_record.rs"]
mod readers_record;
#[cfg(test)]
#[path = "bulk/readers_secrets.rs"]
mod readers_secrets;
#[cfg(test)]
#[path = "bulk/readers_tables.rs"]
mod readers_tables;
#[cfg(test)]
#[path = "bulk/readers_vendors.rs"]
mod readers_vendors;
#[cfg(test)]
#[path = "bulk/readers_vendors_faults.rs"]
mod readers_vendors_faults;

#[cfg(test)]
#[cfg(all(feature = "digest", feature = "sqlite"))]
#[path = "bulk/reference_examples.rs"]
mod reference_examples;

#[cfg(test)]
#[cfg(all(unix, feature = "bulk", feature = "mysql"))]
#[path = "servers/mysql.rs"]
mod mysql;
#[cfg(test)]
#[cfg(all(unix, feature = "bulk", feature = "postgres"))]
#[path = "servers/postgres.rs"]
mod postgres;
#[cfg(test)]
#[path = "bulk/readers_schema.rs"]
mod readers_schema;
#[cfg(test)]
#[cfg(all(unix, feature = "bulk", any(feature = "mysql", feature = "postgres")))]
#[path = "servers/server_process.rs"]
mod server_process;
