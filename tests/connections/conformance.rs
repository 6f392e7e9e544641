//! The suite for connection authors, run for every connection and wrapper of this crate.

use std::sync::Arc;

use waystation::{
    IdentifierRules, LegacyConnection,
    conformance::connection::{Sample, Subject},
    connection_conformance,
    identifier::{IdentifierError, StandardRules},
    legacy::{Chain, ChainMember, FunctionConnection, Guard, ScriptedConnection, ScriptedPerson},
};

pub(crate) fn scripted() -> Result<ScriptedConnection, IdentifierError> {
    Ok(ScriptedConnection::new("old")
        .person(ScriptedPerson::parse("1", "Zoë.Brontë@Example.com", "correct horse")?)
        .person(ScriptedPerson::parse("2", "grace@example.com", "battery staple")?.must_change())
        .person(ScriptedPerson::parse("3", "mallory@example.com", "let me in")?.blocked())
        .person(ScriptedPerson::parse("4", "ada", "notes")?))
}

pub(crate) fn sample() -> Result<Sample, IdentifierError> {
    let mallory = StandardRules::new().parse("mallory@example.com")?;
    Ok(Sample::parse("Zoë.Brontë@Example.com", "correct horse")?.blocked(mallory, "let me in"))
}

connection_conformance!(of_a_scripted_connection, Subject::new(scripted()?, sample()?));

connection_conformance!(of_a_user_name, Subject::new(scripted()?, Sample::parse("ada", "notes")?));

connection_conformance!(
    of_somebody_who_must_change_their_password,
    Subject::new(scripted()?, Sample::parse("grace@example.com", "battery staple")?)
);

connection_conformance!(of_functions, {
    let (asked, looked_up) = (scripted()?, scripted()?);
    let connection = FunctionConnection::new(
        move |attempt| {
            let legacy = asked.clone();
            async move { legacy.authenticate(&attempt.borrow()).await }
        },
        move |identifier| {
            let legacy = looked_up.clone();
            async move { legacy.find(&identifier).await }
        },
    );
    Subject::new(connection.source("old"), sample()?)
});

connection_conformance!(of_a_guard, Subject::new(Guard::new(scripted()?), sample()?));

/// A chain of two systems, with everybody in one of them.
fn chained(people_in_the_second: bool) -> Result<Chain, Box<dyn std::error::Error>> {
    let (first, second) = (ScriptedConnection::new("empty"), scripted()?);
    let mut members = vec![ChainMember::new("empty", Guard::new(first)), ChainMember::new("old", second)];
    if !people_in_the_second {
        members.reverse();
    }
    Ok(Chain::new(members)?)
}

connection_conformance!(of_the_first_of_a_chain, Subject::new(chained(false)?, sample()?));

connection_conformance!(of_the_last_of_a_chain, Subject::new(chained(true)?, sample()?));

connection_conformance!(of_a_routed_chain, {
    let by_mail = ChainMember::new("old", scripted()?).domains(["example.com"]);
    Subject::new(Chain::new([by_mail, ChainMember::new("empty", ScriptedConnection::new("empty"))])?, sample()?)
});

connection_conformance!(of_a_guarded_chain, Subject::new(Guard::new(chained(true)?), sample()?));

connection_conformance!(of_a_trait_object, {
    let shared: Arc<dyn LegacyConnection> = Arc::new(scripted()?);
    Subject::new(shared, sample()?)
});

connection_conformance!(of_a_guarded_trait_object, {
    let shared: Arc<dyn LegacyConnection> = Arc::new(scripted()?);
    let guarded: Arc<dyn LegacyConnection> = Arc::new(Guard::new(shared));
    Subject::new(Guard::new(guarded), sample()?)
});

#[cfg(feature = "sqlite")]
mod django {
    use waystation::{
        conformance::connection::{Sample, Subject},
        connection_conformance,
        identifier::IdentifierError,
        legacy::{Guard, SqlConnection, preset::Django},
    };

    use crate::people::{database, identifier, passwords};

    fn legacy() -> SqlConnection {
        Django::new().sqlite(database(), passwords()).build()
    }

    fn bram() -> Result<Sample, IdentifierError> {
        Ok(Sample::parse("bram@example.com", "windmolen7")?.blocked(identifier("priya"), "monsoon.and.mangoes"))
    }

    connection_conformance!(of_django, Subject::new(legacy(), bram()?));
    connection_conformance!(
        of_a_django_user_name,
        Subject::new(legacy(), Sample::parse("Hedda", "Gingerbread&Glögg")?)
    );
    connection_conformance!(of_a_guarded_django, Subject::new(Guard::new(legacy()), bram()?));
}

#[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
mod servers {
    use waystation::{
        conformance::connection::{Sample, Subject},
        connection_conformance,
        identifier::IdentifierError,
        legacy::preset::Drupal,
    };

    use crate::{
        people::identifier,
        presets::{self, PASSWORD},
    };

    fn ada() -> Result<Sample, IdentifierError> {
        Ok(Sample::parse("ada@example.com", PASSWORD)?.blocked(identifier("mallory"), PASSWORD))
    }

    #[cfg(feature = "mysql")]
    async fn mysql(server: Option<&crate::mysql::MySqlServer>) -> Result<Subject, Box<dyn std::error::Error>> {
        let preset = |url: &str, passwords| Drupal::eight_or_later().mysql(url, passwords);
        Ok(match presets::mysql(server, "drupal10.mysql", preset).await {
            Some(legacy) => Subject::new(legacy, ada()?),
            None => Subject::new(crate::conformance::scripted()?, crate::conformance::sample()?),
        })
    }

    #[cfg(feature = "mysql")]
    connection_conformance!(of_mariadb, mysql(crate::mysql::MySqlServer::mariadb()).await?);
    #[cfg(feature = "mysql")]
    connection_conformance!(of_mysql, mysql(crate::mysql::MySqlServer::mysql()).await?);

    #[cfg(feature = "postgres")]
    connection_conformance!(of_postgres, {
        let legacy =
            presets::postgres("drupal10.postgres", |url, passwords| Drupal::eight_or_later().postgres(url, passwords));
        match legacy.await {
            Some(legacy) => Subject::new(legacy, ada()?),
            None => Subject::new(crate::conformance::scripted()?, crate::conformance::sample()?),
        }
    });
}
