//! Ready connections to the databases of well-known systems.
//!
//! | system | preset | versions | databases |
//! |---|---|---|---|
//! | ASP.NET Core Identity | [`AspNetIdentity`] | all | MySQL, PostgreSQL, SQLite |
//! | Django | [`Django`] | all | MySQL, PostgreSQL, SQLite |
//! | Drupal | [`Drupal`] | 7; 8 to 11 | MySQL, PostgreSQL, SQLite |
//! | Joomla | [`Joomla`] | 3.2 and later | MySQL, PostgreSQL |
//! | Keycloak | [`Keycloak`] | 8 and later | MySQL, PostgreSQL |
//! | Laravel | [`Laravel`] | all | MySQL, PostgreSQL, SQLite |
//! | MediaWiki | [`MediaWiki`] | all | MySQL |
//! | Odoo | [`Odoo`] | 12 and later | PostgreSQL |
//! | phpBB | [`PhpBb`] | 3.0 and later | MySQL, PostgreSQL, SQLite |
//! | Rails with Devise | [`Devise`] | all | MySQL, PostgreSQL, SQLite |
//! | WordPress | [`WordPress`] | all | MySQL, SQLite |
//!
//! User names that the service's rules refuse, with a blank in them perhaps, are left out: those people are found by
//! their address.
//!
//! MySQL stands for MariaDB as well. Each needs the feature of its database, and no rights but `SELECT` on the tables
//! that it names. Those with a method `writable` can also change their system's users, if they are told to. Call [`check`](super::SqlConnection::check) at the start: a preset for another version says which
//! column it misses.

mod aspnet_identity;
mod devise;
mod django;
mod drupal;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod joomla;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod keycloak;
mod laravel;
#[cfg(feature = "mysql")]
mod mediawiki;
#[cfg(feature = "postgres")]
mod odoo;
mod phpbb;
mod users;
#[cfg(any(feature = "mysql", feature = "sqlite"))]
mod wordpress;

pub use aspnet_identity::AspNetIdentity;
pub use devise::Devise;
pub use django::{Django, DjangoColumn};
pub use drupal::Drupal;
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub use joomla::Joomla;
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub use keycloak::Keycloak;
pub use laravel::Laravel;
#[cfg(feature = "mysql")]
pub use mediawiki::MediaWiki;
#[cfg(feature = "postgres")]
pub use odoo::Odoo;
pub use phpbb::PhpBb;
#[cfg(any(feature = "mysql", feature = "sqlite"))]
pub use wordpress::WordPress;
