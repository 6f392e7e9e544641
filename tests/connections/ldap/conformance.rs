//! The suite for connection authors, over a real directory.

use std::error::Error;

use waystation::{
    IdentifierRules,
    conformance::connection::{Sample, Subject},
    connection_conformance,
    identifier::StandardRules,
    legacy::{Guard, LdapConnection, ScriptedConnection, ScriptedPerson},
};

#[cfg(feature = "digest")]
use super::hashed;
use super::{directory, searching, templated, verdicts::encrypted};
use crate::slapd::Slapd;

type Made = Result<Subject, Box<dyn Error>>;
/// Not generic, since it is compiled for every promise.
type Connect = fn(&Slapd) -> Result<LdapConnection, Box<dyn Error>>;

fn sample(identifier: &str) -> Result<Sample, Box<dyn Error>> {
    let mallory = StandardRules::new().parse("mallory")?;
    Ok(Sample::parse(identifier, "correct horse")?.blocked(mallory, "let me in"))
}

/// A connection to a directory of its own. Where there is no server, which has been said, the suite runs over a script.
fn subject(identifier: &str, connect: Connect) -> Made {
    if let Some(directory) = directory()? {
        return Ok(Subject::new(connect(&directory)?, sample(identifier)?).keeping(directory));
    }
    let person = ScriptedPerson::parse("1", identifier, "correct horse")?;
    let sample = Sample::parse(identifier, "correct horse")?;
    Ok(Subject::new(ScriptedConnection::new("no directory").person(person), sample))
}

#[cfg(feature = "digest")]
fn passwords() -> Result<std::sync::Arc<waystation::Passwords>, Box<dyn Error>> {
    use waystation::password::{Plaintext, Schemes};

    let schemes = Schemes::standard().with(Plaintext::BARE)?;
    Ok(waystation::Passwords::builder().schemes(schemes).build()?.into())
}

connection_conformance!(of_a_search_and_a_bind, subject("Ada.Lovelace@example.com", |at| Ok(searching(at).build()?))?);
connection_conformance!(of_a_user_name, subject("Ada", |at| Ok(searching(at).build()?))?);
connection_conformance!(of_a_template, subject("Ada", |at| Ok(templated(at).build()?))?);
#[cfg(feature = "digest")]
connection_conformance!(of_hashes, subject("Ada", |at| Ok(hashed(at, passwords()?).build()?))?);
connection_conformance!(over_start_tls, subject("Ada", |at| encrypted(at, at.url()))?);
connection_conformance!(of_a_guard, {
    match directory()? {
        Some(at) => Subject::new(Guard::new(searching(&at).build()?), sample("Ada.Lovelace@example.com")?).keeping(at),
        None => subject("Ada", |at| Ok(searching(at).build()?))?,
    }
});
