use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Api, MailError, Scope, VerificationEmail,
    export::added,
    gate::{Caller, require},
    import,
    payload::Payload,
    person::date,
    problem::{Problem, chain, json as answer},
    ticket::{Purpose, TicketError},
    users::by_id,
};
use crate::{
    clock::within,
    error::{Error, ErrorKind},
    store::{Checkpoint, Job, JobStatus, StoreError, Update, UserStoreExt as _},
    user::{UserChange, UserId},
};

/// The kind of these jobs.
pub(super) const KIND: &str = "api-verification-email";

/// How long a mailer may take, and the pause after it failed for the first time.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) const MEMBERS: [&str; 4] = ["client_id", "identity", "organization_id", "user_id"];

const ATTEMPTS: u32 = 5;

#[derive(Debug, Serialize, Deserialize)]
struct MailState {
    user: String,
    attempts: u32,
    stopped: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    user: String,
    /// The address in its normal form: another one is not verified by this.
    email: String,
}

/// What came of a verification.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum Verified {
    /// The address is this user's, and is known to be.
    Done(UserId),
    /// The user is gone, or has another address by now.
    Gone,
    /// The ticket is not taken.
    Refused(TicketError),
}

/// `POST /jobs/verification-email`
pub(super) async fn submit(State(api): State<Api>, caller: Caller, request: Request) -> Result<Response, Problem> {
    require(&caller, &[Scope::UpdateUsers])?;
    let mut body = Payload::of(request, &MEMBERS, &api.parts().limits).await?;
    for ignored in ["client_id", "organization_id"] {
        body.text(ignored, 2_048)?;
    }
    if !matches!(body.take("identity"), None | Some(Value::Object(_))) {
        return Err(Problem::body("Expected type object", "/identity"));
    }
    let user = by_id(&api, &body.required("user_id", 1_024)?).await?;
    if api.parts().mailer.is_none() {
        return Err(Problem::bad("operation_not_supported", "This service sends no e-mail."));
    }
    if user.profile.email.is_none() {
        return Err(Problem::bad("operation_not_supported", "The user has no e-mail address.").at("/user_id"));
    }
    let job = enqueue(&api, &user.id).await?;
    Ok(answer(StatusCode::CREATED, &shown(&job)))
}

/// Has the user asked to verify their address.
pub(super) async fn enqueue(api: &Api, user: &UserId) -> Result<Job, Problem> {
    if api.parts().mailer.is_none() {
        return Err(Problem::bad("operation_not_supported", "This service sends no e-mail."));
    }
    added(api, KIND, &MailState { user: user.as_str().to_owned(), attempts: 0, stopped: None }).await
}

/// The job as clients see it.
pub(super) fn shown(job: &Job) -> Value {
    let mut shown = json!({
        "id": job.id.as_str(),
        "type": "verification_email",
        "status": import::status(job.status),
        "created_at": date(job.created_at),
    });
    if let (Some(shown), Ok(MailState { stopped: Some(stopped), .. })) =
        (shown.as_object_mut(), MailState::deserialize(&job.state))
    {
        shown.insert("status_details".to_owned(), stopped.into());
    }
    shown
}

/// Sends the message that has waited longest. `false` if there is none.
pub(super) async fn work(api: &Api) -> Result<bool, StoreError> {
    let parts = api.parts();
    let (Some(jobs), Some(mailer)) = (parts.store.as_jobs(), &parts.mailer) else { return Ok(false) };
    let now = parts.clock.now();
    let Some(lease) = jobs.lease(KIND, now, now.saturating_add(PATIENCE)).await? else { return Ok(false) };
    let Ok(mut state) = MailState::deserialize(&lease.job.state) else {
        let end = Checkpoint::finished(&lease, lease.job.state.clone(), JobStatus::Failed, now);
        return jobs.save(&end).await.map(|_| true);
    };
    state.attempts = state.attempts.saturating_add(1);
    let user = parts.store.get(&UserId::new(state.user.as_str())).await?;
    let sent = match user.and_then(|user| Some((user.profile.email.clone()?, user))) {
        None => Err("The user is gone, or has no e-mail address.".to_owned()),
        Some((email, user)) => {
            let claims = Claims { user: state.user.clone(), email: email.normal().to_owned() };
            let until = now.saturating_add(parts.limits.verification);
            let ticket =
                Purpose::Verification.seal(&parts.key, until, &serde_json::to_vec(&claims).unwrap_or_default());
            let sending = mailer.verification_email(VerificationEmail::new(email, user.id, ticket));
            // Nobody else is to begin while this one may still come to an end.
            let sent = within(&*parts.clock, PATIENCE / 2, sending).await;
            match sent.unwrap_or_else(|| Err(MailError::new("the mailer took too long"))) {
                Ok(()) => Ok(()),
                Err(error) if state.attempts < ATTEMPTS => {
                    tracing::warn!(error = %chain(&error), "a verification e-mail is sent later");
                    let until = parts.clock.now().saturating_add(PATIENCE.saturating_mul(state.attempts));
                    jobs.save(&Checkpoint::running(&lease, json(&state), until)).await?;
                    return Ok(true);
                }
                Err(error) => Err(chain(&error)),
            }
        }
    };
    let status = if sent.is_ok() { JobStatus::Completed } else { JobStatus::Failed };
    state.stopped = sent.err();
    jobs.save(&Checkpoint::finished(&lease, json(&state), status, parts.clock.now())).await?;
    Ok(true)
}

fn json(state: &MailState) -> Value {
    // Texts and numbers have a form in JSON.
    serde_json::to_value(state).unwrap_or_default()
}

impl Api {
    /// Marks an address as verified, whose owner has brought the ticket from their mail. The same ticket again changes
    /// nothing more.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    pub async fn verify_email(&self, ticket: &str) -> Result<Verified, Error> {
        let parts = self.parts();
        let says = match Purpose::Verification.open(&parts.key, ticket, parts.clock.now()) {
            Ok(says) => says,
            Err(error) => return Ok(Verified::Refused(error)),
        };
        let Ok(claims) = serde_json::from_slice::<Claims>(&says) else {
            return Ok(Verified::Refused(TicketError::Invalid));
        };
        let id = UserId::new(claims.user);
        for _ in 0..8 {
            let Some(user) = parts.store.get(&id).await? else { return Ok(Verified::Gone) };
            if user.profile.email.as_ref().is_none_or(|email| email.normal() != claims.email) {
                return Ok(Verified::Gone);
            }
            if user.profile.email_verified {
                return Ok(Verified::Done(id));
            }
            let mut profile = user.profile;
            profile.email_verified = true;
            let change = UserChange::at(parts.clock.now()).profile(profile);
            match parts.store.update(&id, user.version, change).await? {
                Update::Updated(_) => return Ok(Verified::Done(id)),
                Update::Gone | Update::Taken(_) => return Ok(Verified::Gone),
                Update::Stale => {}
            }
        }
        Err(Error::new(ErrorKind::Contended, "the row changed again and again"))
    }
}
