//! What a connection says of passwords.

use super::{Broken, Kept, Subject, is_match, is_same, keep};
use crate::legacy::Verdict;

/// The user who comes with a match is the one whom `find` finds, and has the identifier that was asked about.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_match_is_whom_find_finds(subject: &Subject) -> Kept {
    let (known, password) = (&subject.sample.known, &*subject.sample.password);
    let (Verdict::Match(user) | Verdict::MatchMustChange(user)) = subject.ask(known, password).await? else {
        return Err(Broken::because("the right password does not match"));
    };
    keep(
        is_same(&user, &subject.known().await?),
        "the match is not whom `find` finds, or says something else of them",
    )?;
    keep(user.profile.has(known), "the match has not the identifier that was asked about")?;
    keep(!user.key.id().is_empty(), "the match has an empty id")
}

/// A wrong password is a mismatch: not an error, and not an unknown person.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_wrong_password_is_a_mismatch(subject: &Subject) -> Kept {
    let verdict = subject.ask(&subject.sample.known, &*subject.sample.wrong).await?;
    keep(matches!(verdict, Verdict::Mismatch), format!("a wrong password is answered with {}", verdict.as_str()))?;
    subject.still_works().await
}

/// An empty password is never right, for anybody.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn an_empty_password_never_matches(subject: &Subject) -> Kept {
    let sample = &subject.sample;
    let people = [&sample.known, &sample.unknown].into_iter().chain(sample.blocked.iter().map(|(who, _)| who));
    for identifier in people {
        if let Ok(verdict) = subject.ask(identifier, "").await {
            keep(!is_match(&verdict), "an empty password matches")?;
            keep(!matches!(verdict, Verdict::Blocked), "an empty password tells that somebody is blocked")?;
        }
    }
    Ok(())
}

/// Passwords with NULs, blanks, bytes that are no text, or a mebibyte of them match nothing, and do no harm.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn odd_passwords_never_match(subject: &Subject) -> Kept {
    let right = subject.sample.password.as_bytes();
    let odd = [
        [right, b"\0"].concat(),
        [right, b"\0?"].concat(),
        [b"\0", right].concat(),
        [right, b" "].concat(),
        [right, b"\n"].concat(),
        [right, right].concat(),
        right.split_last().map(|(_, shorter)| shorter.to_vec()).unwrap_or_default(),
        b"\0".to_vec(),
        b"*".to_vec(),
        vec![0xff, 0xfe, 0xc0, 0x80],
        vec![b'x'; 1 << 20],
    ];
    for password in odd {
        let length = password.len();
        // An error is an answer too: that the password is too long, or not text.
        if let Ok(verdict) = subject.ask(&subject.sample.known, crate::Password::from_bytes(password)).await {
            keep(!is_match(&verdict), format!("a password of {length} bytes matches that is not the right one"))?;
        }
    }
    subject.still_works().await
}

/// Somebody who is blocked is told so when the password is right, and looks like anybody else when it is wrong.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn a_blocked_person_is_told_so_for_the_right_password_only(subject: &Subject) -> Kept {
    let Some((identifier, password)) = &subject.sample.blocked else { return Ok(()) };
    let verdict = subject.ask(identifier, &**password).await?;
    keep(
        matches!(verdict, Verdict::Blocked),
        format!("the right password of somebody blocked is answered with {}", verdict.as_str()),
    )?;
    let verdict = subject.ask(identifier, format!("{password}?")).await?;
    keep(
        matches!(verdict, Verdict::Mismatch),
        format!("a wrong password of somebody blocked is answered with {}", verdict.as_str()),
    )?;
    let blocked = subject.connection.find(identifier).await?;
    keep(blocked.is_some_and(|user| user.profile.blocked), "the profile of somebody blocked does not say so")
}
