//! Somebody of an LDAP directory logs in and is moved, and needs the directory no more.
//!
//! Starts an OpenLDAP server of its own, and ends it again: `apt-get install slapd` is all that it needs.
//!
//! ```sh
//! cargo run --example ldap_to_here --features ldap
//! ```

use std::{error::Error, sync::Arc};

use waystation::{
    LazyMigrator, LogIn, LogInOutcome, MemoryStore, Migrator,
    legacy::{Guard, LdapConnection, LdapGroups, LdapMapping},
    migrator::Origin,
};

#[path = "../tests/servers/slapd.rs"]
mod slapd;

use slapd::{SERVICE, SERVICE_PASSWORD, SUFFIX, Slapd};

const PEOPLE: &str = "dn: uid=ada,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: ada
cn: Ada Lovelace
sn: Lovelace
mail: ada@example.com
userPassword: correct horse

dn: cn=staff,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: staff
member: uid=ada,ou=people,dc=example,dc=com
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if !Slapd::is_installed() {
        return Ok(());
    }
    let mut directory = Slapd::start(PEOPLE)?;

    // How the directory is reached, who looks people up in it, and which of its attributes is what.
    let mapping = LdapMapping::inet_org_person().groups(LdapGroups::under(format!("ou=groups,{SUFFIX}"), "member"));
    let legacy = LdapConnection::builder(directory.tls_url(), format!("ou=people,{SUFFIX}"), mapping)
        .service_account(SERVICE, SERVICE_PASSWORD)
        .certificate_authority(directory.authority()?)
        .build()?;
    legacy.check().await?;

    let store = Arc::new(MemoryStore::new());
    let migrator = LazyMigrator::builder(store, Arc::new(Guard::new(legacy))).build()?;

    log_in(&migrator, "a wrong password", "Correct horse").await?;
    log_in(&migrator, "the right password", "correct horse").await?;
    directory.stop()?;
    log_in(&migrator, "once more, with the directory switched off", "correct horse").await?;
    Ok(())
}

async fn log_in(migrator: &LazyMigrator, what: &str, password: &str) -> Result<(), Box<dyn Error>> {
    match migrator.log_in(LogIn::new("ada@example.com", password)).await? {
        LogInOutcome::Authenticated(session) => {
            let profile = &session.user.profile;
            let from = if session.origin == Origin::Migrated { "moved just now" } else { "from the store" };
            println!("{what}: {} is in, {from}", profile.name.as_deref().unwrap_or("somebody"));
            println!("    of {:?}", profile.app_metadata.get("groups"));
        }
        LogInOutcome::Refused(reason) => println!("{what}: refused ({})", reason.as_str()),
    }
    Ok(())
}
