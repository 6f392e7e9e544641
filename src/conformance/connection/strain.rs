//! How a connection bears many callers, callers who leave, and onlookers.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use super::{Broken, Kept, Subject, is_match, keep};
use crate::{
    identifier::Identifier,
    legacy::{LegacyAttempt, Verdict},
    password::Password,
    user::LegacyKey,
};

/// 64 questions at once are answered as each would be alone.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn many_questions_at_once_get_their_own_answers(subject: &Subject) -> Kept {
    let sample = &subject.sample;
    let questions = [
        (&sample.known, &sample.password, "the right password"),
        (&sample.known, &sample.wrong, "a wrong password"),
        (&sample.unknown, &sample.password, "somebody unknown"),
    ];
    let mut asked = Vec::new();
    for (identifier, password, what) in questions.into_iter().cycle().take(64) {
        let (connection, identifier) = (Arc::clone(&subject.connection), Identifier::clone(identifier));
        let password = Password::from(&**password);
        let task =
            tokio::spawn(async move { connection.authenticate(&LegacyAttempt::new(&identifier, &password)).await });
        asked.push((task, what));
    }
    for (task, what) in asked {
        let verdict = task.await.map_err(|error| Broken::because(format!("a question ended in {error}")))??;
        let is_right = match what {
            "the right password" => is_match(&verdict),
            "a wrong password" => matches!(verdict, Verdict::Mismatch),
            _ => matches!(verdict, Verdict::NotFound),
        };
        keep(is_right, format!("among 64 questions, {what} is answered with {}", verdict.as_str()))?;
    }
    Ok(())
}

/// A question that is dropped before its answer leaves the connection as it was, wherever it had come to.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn dropped_questions_do_no_harm(subject: &Subject) -> Kept {
    let sample = &subject.sample;
    let password = Password::from(&*sample.password);
    for polls in 1..40 {
        let attempt = LegacyAttempt::new(&sample.known, &password);
        poll_and_drop(subject.connection.authenticate(&attempt), polls).await;
        poll_and_drop(subject.connection.find(&sample.known), polls).await;
    }
    subject.still_works().await?;
    subject.known().await.map(drop)
}

/// Polls a future so many times at most, then drops it.
async fn poll_and_drop(future: impl Future, polls: usize) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let is_done = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if is_done {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// What a connection and its answers print holds no password, identifier or id.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn nothing_secret_is_shown(subject: &Subject) -> Kept {
    let sample = &subject.sample;
    let known = subject.known().await?;
    let elsewhere = LegacyKey::new("conformance-elsewhere", "conformance-secret-id");
    let odd = Identifier::from_parts(sample.known.kind(), "conformance\0secret", "conformance\0secret");
    let long = "conformance-secret".repeat(100_000);

    let mut shown = vec![
        ("`Debug` of the connection", format!("{:?}", subject.connection)),
        ("`Debug` of the user whom `find` finds", format!("{known:?}")),
    ];
    for (place, answer) in [
        ("the answer to the right password", subject.ask(&sample.known, &*sample.password).await),
        ("the answer to a wrong password", subject.ask(&sample.known, &*sample.wrong).await),
        ("the answer to a very long password", subject.ask(&sample.known, &*long).await),
        ("the answer to an unknown person", subject.ask(&sample.unknown, "conformance-secret").await),
        ("the answer to an odd identifier", subject.ask(&odd, "conformance-secret").await),
        ("the answer to an id of another system", subject.ask_about(&elsewhere, &sample.known, &sample.password).await),
    ] {
        let answer = answer.map_or_else(|error| with_causes(&error), |verdict| format!("{verdict:?}"));
        shown.push((place, answer));
    }
    let mut secrets = vec![
        ("the password", "conformance-secret"),
        ("the identifier", "conformance\0secret"),
        ("the identifier", sample.known.normal()),
        ("the identifier", sample.known.original()),
        ("the password", &*sample.password),
        ("the password", &*sample.wrong),
        ("the identifier", sample.unknown.normal()),
    ];
    if known.key.id().len() > 8 {
        // Shorter ones are found by chance.
        secrets.push(("the id", known.key.id()));
    }
    for (place, text) in shown {
        for (what, secret) in &secrets {
            keep(!text.contains(secret), format!("{place} shows {what}"))?;
        }
    }
    Ok(())
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error:?}");
    let mut next = Some(error);
    while let Some(error) = next {
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}
