use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    Client, Response, Url,
    header::{ACCEPT, CONTENT_TYPE},
    redirect, retry,
};

use super::{
    answer::{Answer, refusal},
    fault,
    request::{Credentials, Request},
    tls::Tls,
};
use crate::{
    clock::{Clock, within},
    legacy::LegacyError,
};

/// Carries questions to one base URL and brings whole answers back, within limits of time and length.
pub(super) struct Transport {
    client: Client,
    base: Url,
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    limit: Duration,
    max_answer_bytes: usize,
}

/// What a [`Transport`] is made of.
pub(super) struct Settings {
    pub(super) base: String,
    pub(super) credentials: Credentials,
    pub(super) tls: Tls,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
    pub(super) max_answer_bytes: usize,
    pub(super) plain_http: bool,
    pub(super) proxy: Option<String>,
}

impl Transport {
    pub(super) fn new(settings: Settings) -> Result<Self, LegacyError> {
        let unusable = |error: reqwest::Error| {
            LegacyError::misconfigured_because("the HTTP client cannot be set up", error.without_url())
        };
        let mut client = Client::builder()
            .tls_backend_preconfigured(settings.tls.config()?)
            .connect_timeout(settings.connect_timeout)
            .redirect(redirect::Policy::none())
            // The guard retries, once, and counts.
            .retry(retry::never())
            .referer(false)
            .no_proxy();
        if let Some(proxy) = &settings.proxy {
            client = client.proxy(reqwest::Proxy::all(proxy).map_err(unusable)?);
        }
        Ok(Self {
            client: client.build().map_err(unusable)?,
            base: base_url(&settings.base, settings.plain_http)?,
            credentials: settings.credentials,
            clock: settings.clock,
            limit: settings.timeout,
            max_answer_bytes: settings.max_answer_bytes,
        })
    }

    /// The answer to a question; redirects, overload and failures of the other side are errors here already.
    pub(super) async fn send(&self, request: Request) -> Result<Answer, LegacyError> {
        match within(&*self.clock, self.limit, self.exchange(request)).await {
            Some(answer) => answer,
            None => Err(LegacyError::unavailable("no answer in time")),
        }
    }

    async fn exchange(&self, request: Request) -> Result<Answer, LegacyError> {
        let mut url = self.base.clone();
        let (path, query) =
            request.path.split_once('?').map_or((&*request.path, None), |(path, query)| (path, Some(query)));
        // An empty one is the base URL itself.
        if !path.is_empty() {
            url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        }
        if query.is_some() {
            url.set_query(query);
        }
        let mut builder = self.client.request(request.method, url).header(ACCEPT, "application/json");
        let credentials = match request.credentials {
            Credentials::Configured => self.credentials.clone(),
            others => others,
        };
        if let Credentials::Header(name, value) = credentials {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.header(CONTENT_TYPE, body.content_type).body(Bytes::from_owner(body.bytes));
        }
        let response = builder.send().await.map_err(fault::classify)?;
        if let Some(refusal) = refusal(response.status(), response.headers(), &*self.clock) {
            return Err(refusal);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer::new(status, &headers, self.read(response).await?))
    }

    /// The body, as long as it stays within the limit.
    async fn read(&self, mut response: Response) -> Result<Vec<u8>, LegacyError> {
        let too_long = || LegacyError::malformed("longer than the limit", "body");
        if response.content_length().is_some_and(|length| length > self.max_answer_bytes as u64) {
            return Err(too_long());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(fault::classify)? {
            if bytes.len() + chunk.len() > self.max_answer_bytes {
                return Err(too_long());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("host", &self.base.host_str())
            .field("limit", &self.limit)
            .field("max_answer_bytes", &self.max_answer_bytes)
            .finish_non_exhaustive()
    }
}

/// A base URL that passwords may be sent to.
fn base_url(text: &str, plain_http: bool) -> Result<Url, LegacyError> {
    let url =
        Url::parse(text).map_err(|error| LegacyError::misconfigured_because("the base URL is not a URL", error))?;
    let what = match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => "credentials do not belong into the base URL",
        _ if url.query().is_some() || url.fragment().is_some() => "the base URL has a query or a fragment",
        "https" => return Ok(url),
        "http" if plain_http || is_loopback(&url) => return Ok(url),
        "http" => {
            "passwords would leave this machine unencrypted; use https://, or allow_plain_http() if that is meant"
        }
        _ => "the base URL is neither https:// nor http://",
    };
    Err(LegacyError::misconfigured(what))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_leave_this_machine_encrypted_or_on_request_only() {
        for (url, plain_http, is_taken) in [
            ("https://legacy.example/api", false, true),
            ("http://legacy.example/api", false, false),
            ("http://legacy.example/api", true, true),
            ("http://127.0.0.1:8080", false, true),
            ("http://127.1.2.3", false, true),
            ("http://[::1]:8080/x", false, true),
            ("http://localhost:8080", false, true),
            ("http://localhost.example", false, false),
            ("http://127.0.0.1.example", false, false),
            ("http://10.0.0.1", false, false),
            ("https://user:secret@legacy.example", false, false),
            ("https://legacy.example/?key=1", false, false),
            ("ftp://legacy.example", true, false),
            ("legacy.example", true, false),
        ] {
            assert_eq!(base_url(url, plain_http).is_ok(), is_taken, "{url}");
        }
    }
}
