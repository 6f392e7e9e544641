use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ldap3::{LdapConnAsync, LdapConnSettings};
use rustls::ClientConfig;

use super::{
    fault::code,
    session::{Reply, Request, Session, opened},
};
use crate::{
    clock::{Clock, within},
    legacy::LegacyError,
    password::Password,
};

/// A directory server: connections to it, each with limits, and one that is kept for the service's own questions.
pub(super) struct Server {
    settings: Settings,
    kept: Mutex<Option<Kept>>,
    /// Held by whoever opens the connection that all others wait for. Counts them.
    opening: tokio::sync::Mutex<u64>,
}

pub(super) struct Settings {
    /// Scheme, host and port.
    pub(super) url: String,
    /// Nothing where passwords go over the network as they are.
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) connect_limit: Duration,
    pub(super) operation_limit: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) service: Option<ServiceAccount>,
}

/// Who looks people up.
pub(super) enum ServiceAccount {
    Anonymous,
    Named { name: String, password: Password },
}

#[derive(Clone)]
struct Kept {
    session: Session,
    number: u64,
}

impl Server {
    pub(super) const fn new(settings: Settings) -> Self {
        Self { settings, kept: Mutex::new(None), opening: tokio::sync::Mutex::const_new(0) }
    }

    pub(super) const fn has_service(&self) -> bool {
        self.settings.service.is_some()
    }

    /// Opens a connection and closes it again.
    pub(super) async fn reach(&self) -> Result<(), LegacyError> {
        self.connect().await.map(drop)
    }

    /// Asks whether a password is somebody's, over a connection of its own, which is theirs after success: another
    /// person's bind must never change who the service is.
    pub(super) async fn bind(&self, name: &str, password: &str) -> Result<(Session, Reply), LegacyError> {
        let mut session = self.connect().await?;
        let reply = self.in_time(session.bind(name, password)).await?;
        Ok((session, reply))
    }

    /// Asks over somebody's own connection.
    pub(super) async fn ask_over(&self, session: &mut Session, request: &Request) -> Result<Reply, LegacyError> {
        self.in_time(session.ask(request)).await
    }

    /// Asks over the kept connection, and once more over a new one where that has been lost meanwhile: servers close
    /// what has been idle.
    pub(super) async fn ask(&self, request: &Request) -> Result<Reply, LegacyError> {
        for _ in 0..2 {
            let (kept, is_new) = self.kept().await?;
            let mut session = kept.session.clone();
            // Dropped with the question, if its answer never comes: a server that hangs is not asked over it again.
            let forget = ForgetOnDrop { server: self, number: kept.number };
            let reply = self.ask_over(&mut session, request).await;
            if reply.is_ok() {
                forget.disarm();
                return reply;
            }
            if is_new || !session.is_closed() {
                return reply;
            }
        }
        Err(LegacyError::unavailable("the connection to the directory was lost"))
    }

    /// A new connection of the service's own, for what takes several questions that belong together.
    pub(super) async fn service_session(&self) -> Result<Session, LegacyError> {
        let mut session = self.connect().await?;
        match &self.settings.service {
            None => Err(LegacyError::misconfigured("there is no service account that could look people up")),
            Some(ServiceAccount::Anonymous) => Ok(session),
            Some(ServiceAccount::Named { name, password }) => {
                let Some(password) = password.expose_text() else {
                    return Err(LegacyError::misconfigured("the password of the service account is not UTF-8"));
                };
                let reply = self.in_time(session.bind(name, password)).await?;
                if reply.code == code::NO_SUCH_OBJECT {
                    return Err(LegacyError::misconfigured("the directory does not know the service account"));
                }
                reply.success().map(|_| session)
            }
        }
    }

    /// The kept connection, and whether it has only just been opened.
    async fn kept(&self) -> Result<(Kept, bool), LegacyError> {
        if let Some(kept) = self.usable() {
            return Ok((kept, false));
        }
        let open = async {
            let mut opened = self.opening.lock().await;
            // Somebody else may have opened it while this one waited.
            if let Some(kept) = self.usable() {
                return Ok((kept, false));
            }
            let session = self.service_session().await?;
            *opened += 1;
            let kept = Kept { session, number: *opened };
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept.clone());
            Ok((kept, true))
        };
        let limit = self.settings.connect_limit.saturating_add(self.settings.operation_limit);
        let opened = within(&*self.settings.clock, limit, open).await;
        opened.unwrap_or_else(|| Err(LegacyError::unavailable("no connection to the directory was there in time")))
    }

    fn usable(&self) -> Option<Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        (!kept.session.is_closed()).then_some(kept)
    }

    async fn connect(&self) -> Result<Session, LegacyError> {
        let mut settings = LdapConnSettings::new();
        if let Some(tls) = &self.settings.tls {
            settings = settings.set_config(Arc::clone(tls)).set_starttls(self.settings.url.starts_with("ldap:"));
        }
        // Boxed, since a handshake takes more room than every question after it.
        let connect = Box::pin(opened(LdapConnAsync::with_settings(settings, &self.settings.url)));
        let connected = within(&*self.settings.clock, self.settings.connect_limit, connect).await;
        connected.unwrap_or_else(|| Err(LegacyError::unavailable("the directory did not take the connection in time")))
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, LegacyError>>) -> Result<T, LegacyError> {
        let done = within(&*self.settings.clock, self.settings.operation_limit, work).await;
        done.unwrap_or_else(|| Err(LegacyError::unavailable("the directory did not answer in time")))
    }
}

/// Has nobody ask over a kept connection again, unless it is disarmed.
struct ForgetOnDrop<'s> {
    server: &'s Server,
    number: u64,
}

impl ForgetOnDrop<'_> {
    fn disarm(self) {
        std::mem::forget(self);
    }
}

impl Drop for ForgetOnDrop<'_> {
    fn drop(&mut self) {
        let mut kept = self.server.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take_if(|kept| kept.number == self.number);
    }
}

/// Where it is, and nothing of who asks there.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("url", &self.settings.url)
            .field("is_encrypted", &self.settings.tls.is_some())
            .finish_non_exhaustive()
    }
}
