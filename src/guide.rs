//! The manual.

#[doc = include_str!("guide/getting_started.md")]
pub mod getting_started {}

#[doc = include_str!("guide/going_live.md")]
pub mod going_live {}

#[doc = include_str!("guide/operations.md")]
pub mod operations {}

#[cfg(feature = "bulk")]
#[doc = include_str!("guide/importing.md")]
pub mod importing {}

#[cfg(feature = "api")]
#[doc = include_str!("guide/management_api.md")]
pub mod management_api {}

#[cfg(feature = "admin")]
#[doc = include_str!("guide/admin_page.md")]
pub mod admin_page {}

#[doc = include_str!("guide/stores.md")]
pub mod stores {}

#[doc = include_str!("guide/search.md")]
pub mod search {}

#[cfg(any(feature = "mysql", feature = "postgres"))]
#[doc = include_str!("guide/distributed.md")]
pub mod distributed {}

#[doc = include_str!("guide/password_hashes.md")]
pub mod password_hashes {}

#[cfg(feature = "ldap")]
#[doc = include_str!("guide/ldap.md")]
pub mod ldap {}

#[doc = include_str!("guide/security.md")]
pub mod security {}

#[doc = include_str!("guide/writing_a_store.md")]
pub mod writing_a_store {}

#[doc = include_str!("guide/writing_a_connection.md")]
pub mod writing_a_connection {}

#[cfg(feature = "http")]
#[doc = include_str!("guide/http_contract.md")]
///
/// ```json
#[doc = include_str!("legacy/http/contract.schema.json")]
/// ```
pub mod http_contract {}

#[cfg(feature = "bulk")]
#[doc = include_str!("guide/import_schema.md")]
///
/// ```json
#[doc = include_str!("bulk/import.schema.json")]
/// ```
///
/// Strictly:
///
/// ```json
#[doc = include_str!("bulk/import.strict.schema.json")]
/// ```
pub mod import_schema {}

#[doc = include_str!("guide/writing_a_scheme.md")]
pub mod writing_a_scheme {}

#[cfg(feature = "digest")]
#[doc = include_str!("guide/home_made_hashes.md")]
pub mod home_made_hashes {}

#[cfg(feature = "cli")]
#[doc = include_str!("guide/command.md")]
pub mod command {}

#[doc = include_str!("guide/design.md")]
pub mod design {}
