//! Changes, where a connection can make them. Everything is said twice: a writer must bear that.

use super::{Broken, Kept, Subject, is_match, keep};
use crate::{
    identifier::{Identifier, IdentifierKind},
    legacy::{LegacyError, LegacyUser, Verdict},
    password::Password,
    user::{LegacyKey, Profile},
};

const NEW_PASSWORD: &str = "Conformance: a new password, 2";

/// A user is created with their password, and only once however often that is said.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_user_created_twice_is_there_once(subject: &Subject) -> Kept {
    let Some(writer) = subject.connection.as_writer() else { return Ok(()) };
    let newcomer = newcomer(subject, &subject.known().await?.key);
    let password = Password::from(NEW_PASSWORD);
    let before = count(subject).await?;
    let first = writer.create(&newcomer, &password).await?;
    let second = writer.create(&newcomer, &password).await?;
    keep(first == second, "creating a user twice makes two")?;
    keep(count(subject).await? == before.map(|count| count + 1), "creating a user twice does not make one more")?;

    let verdict = subject.ask(&subject.sample.unknown, NEW_PASSWORD).await?;
    keep(
        matches!(&verdict, Verdict::Match(user) if user.key == first),
        format!("the password of a new user is answered with {}", verdict.as_str()),
    )
}

/// After a change of password, the new one is right and the old one wrong.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_new_password_counts_and_the_old_one_does_not(subject: &Subject) -> Kept {
    let Some(writer) = subject.connection.as_writer() else { return Ok(()) };
    let key = subject.known().await?.key;
    for _ in 0..2 {
        writer.change_password(&key, &Password::from(NEW_PASSWORD)).await?;
        let verdict = subject.ask(&subject.sample.known, NEW_PASSWORD).await?;
        keep(is_match(&verdict), format!("a new password is answered with {}", verdict.as_str()))?;
        let verdict = subject.ask(&subject.sample.known, &*subject.sample.password).await?;
        keep(matches!(verdict, Verdict::Mismatch), format!("an old password is answered with {}", verdict.as_str()))?;
    }
    Ok(())
}

/// After a change of address, the user is found by the new one, under the same id, and not by the old one.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_new_address_finds_the_user_and_the_old_one_does_not(subject: &Subject) -> Kept {
    let Some(writer) = subject.connection.as_writer() else { return Ok(()) };
    let known = subject.known().await?;
    let address = address("new-address");
    for verified in [false, true, true] {
        writer.change_email(&known.key, &address, verified).await?;
        let found = subject.connection.find(&address).await?;
        keep(
            found.is_some_and(|user| user.key == known.key && user.profile.email_verified == verified),
            "a new address does not find the user, or not with its flag",
        )?;
        if let Some(old) = &known.profile.email {
            keep(subject.connection.find(old).await?.is_none(), "the old address still finds somebody")?;
        }
    }
    Ok(())
}

/// An address that somebody has is refused to others, and stays theirs.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_taken_address_is_not_given_twice(subject: &Subject) -> Kept {
    let Some(writer) = subject.connection.as_writer() else { return Ok(()) };
    let known = subject.known().await?;
    let taken = address("taken");
    writer.change_email(&known.key, &taken, true).await?;
    let other = writer.create(&newcomer(subject, &known.key), &Password::from(NEW_PASSWORD)).await?;
    let refusal = writer.change_email(&other, &taken, true).await;
    let is_refused = matches!(refusal, Err(LegacyError::Conflict { .. } | LegacyError::Refused { .. }));
    keep(is_refused, "an address is given to a second user")?;
    let found = subject.connection.find(&taken).await?;
    keep(found.is_some_and(|user| user.key == known.key), "an address was taken away from its user")
}

/// An address that was verified is.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_verified_address_is_verified(subject: &Subject) -> Kept {
    let Some(writer) = subject.connection.as_writer() else { return Ok(()) };
    let key = subject.known().await?.key;
    let address = address("verified");
    writer.change_email(&key, &address, false).await?;
    for _ in 0..2 {
        writer.verify_email(&key).await?;
        let found = subject.connection.find(&address).await?;
        keep(found.is_some_and(|user| user.profile.email_verified), "a verified address is not verified")?;
    }
    Ok(())
}

/// A user who was deleted is nobody, and can be deleted again.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_deleted_user_is_gone_and_stays_gone(subject: &Subject) -> Kept {
    let Some(writer) = subject.connection.as_writer() else { return Ok(()) };
    let key = subject.known().await?.key;
    for _ in 0..2 {
        writer.delete(&key).await?;
        keep(subject.connection.find(&subject.sample.known).await?.is_none(), "a deleted user is found")?;
        let verdict = subject.ask(&subject.sample.known, &*subject.sample.password).await?;
        keep(matches!(verdict, Verdict::NotFound), format!("a deleted user is answered with {}", verdict.as_str()))?;
    }
    Ok(())
}

/// To change a user who is not there says so, and makes none.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_user_who_is_not_there_cannot_be_changed(subject: &Subject) -> Kept {
    let Some(writer) = subject.connection.as_writer() else { return Ok(()) };
    let key = LegacyKey::new(subject.known().await?.key.source().clone(), "no-such-id");
    let before = count(subject).await?;
    for result in [
        writer.verify_email(&key).await,
        writer.change_password(&key, &Password::from(NEW_PASSWORD)).await,
        writer.change_email(&key, &address("nobody"), true).await,
    ] {
        keep(matches!(result, Err(LegacyError::Gone)), "changing a user who is not there does not say that")?;
    }
    keep(count(subject).await? == before, "changing a user who is not there makes one")
}

/// Somebody who is not there yet, under the identifier of the sample that nobody has.
fn newcomer(subject: &Subject, neighbour: &LegacyKey) -> LegacyUser {
    let mut profile = Profile::default();
    profile.set_identifier(subject.sample.unknown.clone());
    LegacyUser::new(LegacyKey::new(neighbour.source().clone(), "conformance-newcomer"), profile)
}

fn address(local_part: &str) -> Identifier {
    let address = format!("conformance-{local_part}@example.com");
    Identifier::from_parts(IdentifierKind::Email, &*address, &*address)
}

async fn count(subject: &Subject) -> Result<Option<u64>, Broken> {
    match subject.connection.as_directory() {
        Some(directory) => Ok(Some(directory.count().await?.values().sum())),
        None => Ok(None),
    }
}
