use std::sync::Arc;

use serde::Deserialize;
use waystation::{
    Passwords,
    legacy::{
        LegacyError, SqlConnection, SqlConnectionBuilder,
        preset::{
            AspNetIdentity, Devise, Django, Drupal, Joomla, Keycloak, Laravel, MediaWiki, Odoo, PhpBb, WordPress,
        },
    },
};

use crate::failure::Failure;

/// The legacy system, in the table `legacy` of the settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Legacy {
    /// Which system it is.
    system: System,
    /// Address of its database.
    address: String,
    /// The name that its users are known by, instead of the system's.
    source: Option<String>,
    /// What its tables begin with.
    table_prefix: Option<String>,
    /// The table of users, where the system lets one choose.
    table: Option<String>,
    /// The realm, of Keycloak.
    realm: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum System {
    AspnetIdentity,
    Devise,
    Django,
    #[serde(rename = "drupal-7")]
    Drupal7,
    Drupal,
    Joomla,
    Keycloak,
    Laravel,
    Mediawiki,
    Odoo,
    Phpbb,
    Wordpress,
}

/// The presets have the engines that their systems run on, as methods.
macro_rules! over {
    ($preset:expr, $address:expr, $passwords:expr => $($engine:ident),+) => {
        // The last `else` belongs to a system that does not run on what the address names.
        $(if Engine::of($address)? == over!(@engine $engine) { over!(@call $engine, $preset, $address, $passwords) } else)+
        { return Err(Failure::misused("`legacy.address`: the system does not run on such a database")) }
    };
    (@engine mysql) => { Engine::MySql };
    (@engine postgres) => { Engine::Postgres };
    (@engine sqlite) => { Engine::Sqlite };
    (@call sqlite, $preset:expr, $address:expr, $passwords:expr) => {
        Ok($preset.sqlite($address.trim_start_matches("sqlite:").trim_start_matches("//"), $passwords))
    };
    (@call $engine:ident, $preset:expr, $address:expr, $passwords:expr) => { $preset.$engine($address, $passwords) };
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Engine {
    MySql,
    Postgres,
    Sqlite,
}

impl Engine {
    fn of(address: &str) -> Result<Self, Failure> {
        match address.split(':').next() {
            Some("mysql" | "mariadb") => Ok(Self::MySql),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            Some("sqlite") => Ok(Self::Sqlite),
            _ => Err(Failure::misused("`legacy.address` begins with none of `mysql://`, `postgres://` and `sqlite:`")),
        }
    }
}

impl Legacy {
    /// The connection to it.
    ///
    /// # Errors
    ///
    /// When a setting is missing or does not belong to the system, or the address cannot be read.
    pub(crate) fn connection(self, passwords: &Arc<Passwords>) -> Result<SqlConnection, Failure> {
        let source = self.source.clone();
        let builder =
            self.builder(passwords)?.map_err(|error| Failure::of("`legacy.address` of the settings", error))?;
        Ok(match source {
            Some(source) => builder.source(source).build(),
            None => builder.build(),
        })
    }

    fn builder(self, passwords: &Arc<Passwords>) -> Result<Result<SqlConnectionBuilder, LegacyError>, Failure> {
        let Self { system, address, source: _, table_prefix: prefix, table, realm } = self;
        let takes = |name, given: bool, systems: &[System]| {
            if given && !systems.contains(&system) {
                return Err(Failure::misused(format!("`legacy.{name}` does not belong to this system")));
            }
            Ok(())
        };
        takes("table", table.is_some(), &[System::AspnetIdentity, System::Devise, System::Laravel])?;
        takes("realm", realm.is_some(), &[System::Keycloak])?;
        let prefixed =
            [System::Drupal7, System::Drupal, System::Joomla, System::Mediawiki, System::Phpbb, System::Wordpress];
        takes("table_prefix", prefix.is_some(), &prefixed)?;
        let needs = |name| Failure::misused(format!("this system needs `legacy.{name}`"));

        let (address, passwords) = (address.as_str(), Arc::clone(passwords));
        Ok(match system {
            System::AspnetIdentity => {
                let preset = table.into_iter().fold(AspNetIdentity::new(), AspNetIdentity::table);
                over!(preset, address, passwords => mysql, postgres, sqlite)
            }
            System::Devise => {
                let preset = table.into_iter().fold(Devise::new(), Devise::table);
                over!(preset, address, passwords => mysql, postgres, sqlite)
            }
            System::Django => over!(Django::new(), address, passwords => mysql, postgres, sqlite),
            System::Drupal7 => {
                let preset = prefix.into_iter().fold(Drupal::seven(), Drupal::table_prefix);
                over!(preset, address, passwords => mysql, postgres, sqlite)
            }
            System::Drupal => {
                let preset = prefix.into_iter().fold(Drupal::eight_or_later(), Drupal::table_prefix);
                over!(preset, address, passwords => mysql, postgres, sqlite)
            }
            System::Joomla => {
                let preset = Joomla::table_prefix(prefix.ok_or_else(|| needs("table_prefix"))?);
                over!(preset, address, passwords => mysql, postgres)
            }
            System::Keycloak => {
                let preset = Keycloak::realm(realm.ok_or_else(|| needs("realm"))?);
                over!(preset, address, passwords => mysql, postgres)
            }
            System::Laravel => {
                let preset = table.into_iter().fold(Laravel::new(), Laravel::table);
                over!(preset, address, passwords => mysql, postgres, sqlite)
            }
            System::Mediawiki => {
                let preset = prefix.into_iter().fold(MediaWiki::new(), MediaWiki::table_prefix);
                over!(preset, address, passwords => mysql)
            }
            System::Odoo => over!(Odoo::new(), address, passwords => postgres),
            System::Phpbb => {
                let preset = prefix.into_iter().fold(PhpBb::new(), PhpBb::table_prefix);
                over!(preset, address, passwords => mysql, postgres, sqlite)
            }
            System::Wordpress => {
                let preset = prefix.into_iter().fold(WordPress::new(), WordPress::table_prefix);
                over!(preset, address, passwords => mysql, sqlite)
            }
        })
    }
}
