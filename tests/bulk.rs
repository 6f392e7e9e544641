//! Many users at once: readers, records, imports and exports.

#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer.rs"]
mod importer;
#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer_jobs.rs"]
mod importer_jobs;
#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer_plan.rs"]
mod importer_plan;
#[cfg(test)]
#[cfg(all(feature = "bulk", feature = "digest", feature = "sqlite"))]
#[path = "bulk/importer_stores.rs"]
mod importer_stores;

#[cfg(test)]
#[cfg(all(unix, feature = "bulk", feature = "mysql"))]
#[path = "servers/mariadb.rs"]
mod mariadb;
#[cfg(test)]
#[cfg(all(unix, feature = "bulk", feature = "postgres"))]
#[path = "servers/postgres.rs"]
mod postgres;
#[cfg(test)]
#[cfg(all(unix, feature = "bulk", any(feature = "mysql", feature = "postgres")))]
#[path = "servers/server_process.rs"]
mod server_process;
