use std::{
    collections::HashSet,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

use ldap3::{
    DerefAliases, Ldap, LdapError, LdapResult, Mod, Scope, SearchOptions,
    controls::{PagedResults, RawControl},
    exop::PasswordModify,
};

use super::{
    entry::Entry,
    fault::{client_fault, code, result_fault},
};
use crate::legacy::LegacyError;

/// Asks for what the password policy has to say of a bind.
const PASSWORD_POLICY: &str = "1.3.6.1.4.1.42.2.27.8.5.1";
const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";

/// What can be asked of a directory.
#[derive(Clone)]
pub(super) enum Request {
    Add { dn: String, attributes: Vec<(String, HashSet<Vec<u8>>)> },
    Delete { dn: String },
    Modify { dn: String, attribute: String, values: HashSet<Vec<u8>> },
    Search(Search),
    SetPassword { dn: String, password: zeroize::Zeroizing<String> },
}

/// A search of a base and everything under it, or of the base alone.
#[derive(Clone)]
pub(super) struct Search {
    pub(super) base: String,
    pub(super) of_base_only: bool,
    pub(super) filter: String,
    pub(super) attributes: Vec<String>,
    /// Most entries that may come back.
    pub(super) limit: u16,
    /// Where a listing in pages has come to.
    pub(super) page: Option<Vec<u8>>,
}

/// What a directory answers.
pub(super) struct Reply {
    pub(super) code: u32,
    /// For people to read. May say who somebody is, and is never shown.
    pub(super) text: String,
    pub(super) entries: Vec<Entry>,
    controls: Vec<RawControl>,
}

impl Reply {
    /// Success, or why not.
    pub(super) fn success(self) -> Result<Self, LegacyError> {
        if self.code == code::SUCCESS { Ok(self) } else { Err(result_fault(self.code)) }
    }

    /// The value of the password policy's control.
    pub(super) fn password_policy(&self) -> Option<&[u8]> {
        self.control(PASSWORD_POLICY)
    }

    /// The value of the control that says where the next page begins.
    pub(super) fn next_page(&self) -> Option<&[u8]> {
        self.control(PAGED_RESULTS)
    }

    fn control(&self, oid: &str) -> Option<&[u8]> {
        self.controls.iter().find(|control| control.ctype == oid)?.val.as_deref()
    }

    fn new(result: LdapResult, entries: Vec<Entry>) -> Self {
        let controls = result.ctrls.into_iter().map(|control| control.1).collect();
        Self { code: result.rc, text: result.text, entries, controls }
    }

    /// A bind's answer, for the tests of whoever reads one.
    #[cfg(test)]
    pub(super) fn of_bind(code: u32, text: &str, password_policy: Option<&[u8]>) -> Self {
        let control = |value: &[u8]| RawControl { ctype: PASSWORD_POLICY.into(), crit: false, val: Some(value.into()) };
        let controls = password_policy.map(control).into_iter().collect();
        Self { code, text: text.into(), entries: Vec::new(), controls }
    }
}

/// One open connection. Clones speak over the same one, several at once.
#[derive(Clone)]
pub(super) struct Session {
    ldap: Ldap,
}

impl Session {
    pub(super) const fn new(ldap: Ldap) -> Self {
        Self { ldap }
    }

    pub(super) fn is_closed(&mut self) -> bool {
        self.ldap.is_closed()
    }

    /// Proves who asks. The caller has made sure that neither is empty: a bind without a password succeeds for nobody.
    pub(super) async fn bind(&mut self, name: &str, password: &str) -> Result<Reply, LegacyError> {
        let policy = RawControl { ctype: PASSWORD_POLICY.into(), crit: false, val: None };
        let bind = async {
            let result = self.ldap.with_controls(policy).simple_bind(name, password).await;
            result.map(|result| Reply::new(result, Vec::new())).map_err(client_fault)
        };
        contained(bind).await
    }

    pub(super) async fn ask(&mut self, request: &Request) -> Result<Reply, LegacyError> {
        contained(self.perform(request)).await
    }

    async fn perform(&mut self, request: &Request) -> Result<Reply, LegacyError> {
        let ldap = &mut self.ldap;
        let result = match request {
            Request::Add { dn, attributes } => {
                let attributes = attributes.iter().map(|(name, values)| (name.clone().into_bytes(), values.clone()));
                ldap.add(dn, attributes.collect()).await
            }
            Request::Delete { dn } => ldap.delete(dn).await,
            Request::Modify { dn, attribute, values } => {
                ldap.modify(dn, vec![Mod::Replace(attribute.clone().into_bytes(), values.clone())]).await
            }
            Request::Search(search) => return self.search(search).await,
            Request::SetPassword { dn, password } => {
                let change = PasswordModify { user_id: Some(dn), old_pass: None, new_pass: Some(password) };
                ldap.extended(change).await.map(|answer| answer.1)
            }
        };
        result.map(|result| Reply::new(result, Vec::new())).map_err(client_fault)
    }

    async fn search(&mut self, search: &Search) -> Result<Reply, LegacyError> {
        // Pages have a length of their own, and a limit would be one for all of them.
        let limit = if search.page.is_some() { 0 } else { i32::from(search.limit) };
        let options = SearchOptions::new().deref(DerefAliases::Never).sizelimit(limit);
        let ldap = self.ldap.with_search_options(options);
        if let Some(cookie) = &search.page {
            let page = PagedResults { size: i32::from(search.limit), cookie: cookie.clone() };
            ldap.with_controls(RawControl { crit: true, ..page.into() });
        }
        let scope = if search.of_base_only { Scope::Base } else { Scope::Subtree };
        let attributes = search.attributes.clone();
        let stream = ldap.streaming_search(&search.base, scope, &search.filter, attributes).await;
        let mut stream = stream.map_err(client_fault)?;
        let mut entries = Vec::new();
        while let Some(message) = stream.next().await.map_err(client_fault)? {
            entries.extend(Entry::parse(message.0)?);
            if entries.len() > usize::from(search.limit) {
                // Whatever the limits that it was told.
                return Err(LegacyError::malformed("more entries than were asked for", "the answer to a search"));
            }
        }
        Ok(Reply::new(stream.finish().await, entries))
    }
}

/// The client panics on answers that are not LDAP. Whatever a server says, that must not be the end of a host's task.
pub(super) async fn contained<T>(work: impl Future<Output = Result<T, LegacyError>>) -> Result<T, LegacyError> {
    let mut work = pin!(work);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(poll) => poll,
        Err(_) => Poll::Ready(Err(LegacyError::unavailable("the directory's answer is not LDAP"))),
    })
    .await
}

/// Opens connections with the client's own errors in the words of a legacy connection.
pub(super) async fn opened(
    opening: impl Future<Output = Result<(ldap3::LdapConnAsync, Ldap), LdapError>>,
) -> Result<Session, LegacyError> {
    let (connection, ldap) = contained(async { opening.await.map_err(client_fault) }).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.drive().await {
            tracing::debug!(%error, "a connection to a directory ended");
        }
    });
    Ok(Session::new(ldap))
}
