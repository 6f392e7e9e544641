//! Whom a connection finds.

use super::{Kept, Subject, is_match, is_same, keep};
use crate::{identifier::Identifier, legacy::Verdict, user::LegacyKey};

/// Somebody who is not there is not found, whatever the password.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn an_unknown_person_is_not_found(subject: &Subject) -> Kept {
    let unknown = &subject.sample.unknown;
    keep(subject.connection.find(unknown).await?.is_none(), "somebody is found who is not there")?;
    for password in [&subject.sample.password, &subject.sample.wrong] {
        let verdict = subject.ask(unknown, &**password).await?;
        keep(
            matches!(verdict, Verdict::NotFound),
            format!("somebody who is not there is answered with {}", verdict.as_str()),
        )?;
    }
    Ok(())
}

/// However an identifier is spelt, the person is the same.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn every_spelling_finds_the_same_person(subject: &Subject) -> Kept {
    let known = subject.known().await?;
    for spelling in subject.sample.spellings() {
        let found = subject.connection.find(&spelling).await?;
        keep(
            found.is_some_and(|user| is_same(&user, &known)),
            "another spelling of the identifier does not find the same person",
        )?;
        let verdict = subject.ask(&spelling, &*subject.sample.password).await?;
        keep(is_match(&verdict), "the right password does not match under another spelling of the identifier")?;
    }
    Ok(())
}

/// Where it is known who somebody is there, that is looked up: they may have another identifier here by now.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_known_id_is_looked_up_instead_of_the_identifier(subject: &Subject) -> Kept {
    let (known, sample) = (subject.known().await?, &subject.sample);
    for identifier in [&sample.unknown, &sample.known] {
        let verdict = subject.ask_about(&known.key, identifier, &sample.password).await?;
        keep(
            matches!(&verdict, Verdict::Match(user) | Verdict::MatchMustChange(user) if user.key == known.key),
            format!("the right password of a known id is answered with {}", verdict.as_str()),
        )?;
        let verdict = subject.ask_about(&known.key, identifier, &sample.wrong).await?;
        keep(
            matches!(verdict, Verdict::Mismatch),
            format!("a wrong password of a known id is answered with {}", verdict.as_str()),
        )?;
    }
    Ok(())
}

/// An id that nobody has is nobody: the identifier is not tried instead, since it may be somebody else's by now.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn an_unknown_id_is_nobody(subject: &Subject) -> Kept {
    let known = subject.known().await?;
    for id in ["no-such-id", "", " ", "0", "-1", "*", "'", "\0"] {
        if id == known.key.id() {
            continue;
        }
        let key = LegacyKey::new(known.key.source().clone(), id);
        let verdict = subject.ask_about(&key, &subject.sample.known, &subject.sample.password).await?;
        keep(
            matches!(verdict, Verdict::NotFound),
            format!("an id that nobody has is answered with {}", verdict.as_str()),
        )?;
    }
    Ok(())
}

/// A user of another legacy system never matches here, even under the same id.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn users_of_another_system_never_match(subject: &Subject) -> Kept {
    let known = subject.known().await?;
    let elsewhere = LegacyKey::new("conformance-elsewhere", known.key.id());
    match subject.ask_about(&elsewhere, &subject.sample.known, &subject.sample.password).await {
        Ok(verdict) => keep(!is_match(&verdict), "a user of another system matches"),
        Err(_) => Ok(()),
    }
}

/// Identifiers full of what databases, directories and shells understand are nobody's, and do no harm.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn odd_identifiers_are_nobody(subject: &Subject) -> Kept {
    let known = subject.sample.known.normal();
    let odd = [
        format!("{known}\0"),
        format!("{known}' OR '1'='1"),
        format!("{known}\"; --"),
        format!("{known})(|(uid=*"),
        "%".into(),
        "_".into(),
        "*".into(),
        "\0".into(),
        "\\".into(),
        "${jndi:x}".into(),
        "../../x".into(),
        "\u{202e}\u{feff}\u{10ffff}".into(),
        "x".repeat(1 << 20),
    ];
    for text in odd {
        let identifier = Identifier::from_parts(subject.sample.known.kind(), &*text, &*text);
        if let Ok(found) = subject.connection.find(&identifier).await {
            keep(found.is_none(), "an identifier that nobody can have finds somebody")?;
        }
        if let Ok(verdict) = subject.ask(&identifier, &*subject.sample.password).await {
            keep(!is_match(&verdict), "an identifier that nobody can have matches")?;
        }
    }
    subject.still_works().await
}
