use std::{fmt, sync::Arc, time::Duration};

use base64ct::{Base64, Encoding};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::{
    HttpConnection,
    contract::{Contract, Site},
    keycloak::Keycloak,
    kratos::Kratos,
    oauth::{OAuth, PasswordGrant},
    okta::Okta,
    own::Own,
    request::Credentials,
    sealed::Sealer,
    stormpath::Stormpath,
    tls::{ClientCertificate, Tls},
    transport::{Settings, Transport},
    wordpress::WordPress,
};
use crate::{
    clock::{Clock, SystemClock},
    entropy::{Entropy, SystemEntropy},
    identifier::{IdentifierRules, StandardRules},
    legacy::LegacyError,
    secret_key::SecretKey,
    user::SourceName,
};

/// Builds an [`HttpConnection`].
pub struct HttpConnectionBuilder {
    source: SourceName,
    contract: Spoken,
    settings: Settings,
    rules: Arc<dyn IdentifierRules>,
    emails_verified: bool,
    as_typed: bool,
    serves: Serves,
    seal: Option<(String, SecretKey)>,
    entropy: Arc<dyn Entropy>,
    /// The first that was wrong, told by [`build`](Self::build).
    mistake: Option<LegacyError>,
}

/// Which of the parts that are not everybody's the legacy system serves.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Serves {
    pub(super) directory: bool,
    pub(super) writer: bool,
}

enum Spoken {
    Own,
    Foreign(Box<dyn Contract>),
}

impl HttpConnection {
    /// A legacy system that speaks the [contract of this crate](crate::guide::http_contract) under `base_url`.
    ///
    /// Every answer is a 200: a 401 or 403 is always about our own credentials.
    pub fn waystation(base_url: impl Into<String>) -> HttpConnectionBuilder {
        HttpConnectionBuilder::new("http", Spoken::Own, base_url.into())
    }

    /// The two endpoints that the Keycloak plugin keycloak-user-migration asks: `GET {base_url}/{name}` for the user,
    /// and `POST {base_url}/{username}` with the password. With `verifies_by_id`, the plugin's option of that purpose,
    /// the second is `POST {base_url}/{id}`.
    ///
    /// | `GET` | `POST` | the result |
    /// |---|---|---|
    /// | 404 | – | `NotFound` |
    /// | 200 | 200 | `Match`; `MatchMustChange` if `requiredActions` has `UPDATE_PASSWORD`; `Blocked` if not `enabled` |
    /// | 200 | 400, 401, 403, 404, 422 | `Mismatch`: the plugin takes anything but 200 for that, and our credentials were good for the `GET` |
    /// | 401, 403 | – | our own credentials are refused |
    ///
    /// Without an `id` in the answer, the normal form of the user name (or address) stands for it. Names are asked for
    /// in their normal form, and must be found by address too where people log in with theirs.
    pub fn keycloak(base_url: impl Into<String>, verifies_by_id: bool) -> HttpConnectionBuilder {
        HttpConnectionBuilder::foreign("keycloak", Keycloak { verifies_by_id }, base_url.into())
    }

    /// The hook that Ory Kratos calls to migrate passwords: `POST {url}` with `identifier` and `password`.
    ///
    /// | the answer | the result |
    /// |---|---|
    /// | 200 and `{"status": "password_match"}` | `Match` |
    /// | 200 and anything else, 403 | `Mismatch` |
    /// | 401 | our own credentials are refused |
    ///
    /// A hook that says only yes or no: the profile holds the identifier alone, and its normal form is the id.
    pub fn kratos(url: impl Into<String>) -> HttpConnectionBuilder {
        HttpConnectionBuilder::foreign("kratos", Kratos, url.into())
    }

    /// An Okta organisation: `POST {base_url}/api/v1/authn` without credentials, as a public application, and
    /// `GET {base_url}/api/v1/users/{id or login}` with an API token that may read users.
    ///
    /// | the transaction | the result |
    /// |---|---|
    /// | `SUCCESS`, `PASSWORD_WARN` | `Match` |
    /// | `MFA_REQUIRED`, `MFA_ENROLL`, `MFA_CHALLENGE`, `MFA_ENROLL_ACTIVATE` | `Match`: the password is right, the second factor is the host's to ask for |
    /// | `PASSWORD_EXPIRED` | `MatchMustChange` |
    /// | `LOCKED_OUT` | `Blocked`: an organisation that shows this shows it to everybody, whatever the password |
    /// | another | [`LegacyError::Malformed`] |
    /// | 401 with `E0000004` | `Mismatch`, also for somebody unknown |
    /// | any other 401, 403 | our own credentials are refused |
    ///
    /// People are `blocked` who are `SUSPENDED`, `DEPROVISIONED` or `LOCKED_OUT` there. Where the login is an e-mail
    /// address it is the address of the profile, and another `email` is kept in the application's metadata. Okta does
    /// not say whether an address was verified: see [`emails_verified`](HttpConnectionBuilder::emails_verified).
    pub fn okta(base_url: impl Into<String>, api_token: &str) -> HttpConnectionBuilder {
        let builder = HttpConnectionBuilder::foreign("okta", Okta, base_url.into());
        builder.authorization("SSWS", api_token)
    }

    /// A Stormpath application, or what serves its REST API today: `POST …/applications/{id}/loginAttempts`,
    /// `GET …/applications/{id}/accounts?email=` (or `username=`) and `GET …/accounts/{id}`, with an API key.
    /// `base_url` ends with the API's version: `https://api.stormpath.com/v1`.
    ///
    /// | the answer | the result |
    /// |---|---|
    /// | 200 | `Match` |
    /// | 400 with code 7100 | `Mismatch` |
    /// | 400 with code 7104 | `NotFound` |
    /// | 400 with code 7101, 7102 or 7103: disabled, not verified, locked | `Blocked`: Stormpath says so before it looks at the password |
    /// | 401, 403 | our own credentials are refused |
    pub fn stormpath(
        base_url: impl Into<String>,
        application: impl Into<String>,
        key_id: &str,
        key_secret: &str,
    ) -> HttpConnectionBuilder {
        let contract = Stormpath { application: application.into() };
        HttpConnectionBuilder::foreign("stormpath", contract, base_url.into()).basic(key_id, key_secret)
    }

    /// The migration endpoints of the WordPress plugin of the reference product:
    /// `POST {base_url}/migration-ws-login` and `POST {base_url}/migration-ws-get-user`, with the plugin's token as
    /// `access_token` in the form.
    ///
    /// | the answer, by its `status` member or else its status | the result |
    /// |---|---|
    /// | 200 and a user | `Match` |
    /// | 401 and `Invalid credentials` | `Mismatch`, also for somebody unknown; a look-up finds nobody |
    /// | any other 401, 403: no such token, an address that is not allowed, the feature is off | our own credentials are refused |
    ///
    /// The text is the only thing that tells them apart, so the site has to answer in English. The plugin labels its
    /// JSON as HTML in some versions, which is taken.
    pub fn wordpress(base_url: impl Into<String>, token: impl Into<String>) -> HttpConnectionBuilder {
        let contract = WordPress { token: Zeroizing::new(token.into()) };
        HttpConnectionBuilder::foreign("wordpress", contract, base_url.into())
    }

    /// An OAuth 2 password grant (RFC 6749, section 4.3) and OpenID Connect's userinfo, both under `base_url`.
    ///
    /// | the token endpoint | the result |
    /// |---|---|
    /// | 200 | `Match`, with the profile that userinfo shows |
    /// | 400, 401 or 403 with `invalid_grant` | `Mismatch`, also for somebody unknown |
    /// | `unauthorized` (the reference product's word for a user who is blocked) | `Blocked` |
    /// | `mfa_required` | [`LegacyError::Misconfigured`]: no token, so no profile; exempt this client from second factors |
    /// | `invalid_client`, `unauthorized_client`, anything else | [`LegacyError::Misconfigured`] |
    pub fn oauth(base_url: impl Into<String>, grant: PasswordGrant) -> HttpConnectionBuilder {
        HttpConnectionBuilder::foreign("oauth", OAuth::new(grant), base_url.into())
    }
}

impl HttpConnectionBuilder {
    fn new(source: &str, contract: Spoken, base: String) -> Self {
        Self {
            source: SourceName::new(source),
            contract,
            settings: Settings {
                base,
                credentials: Credentials::None,
                tls: Tls::default(),
                clock: Arc::new(SystemClock::new()),
                connect_timeout: Duration::from_secs(1),
                timeout: Duration::from_secs(5),
                max_answer_bytes: 1 << 20,
                plain_http: false,
                proxy: None,
            },
            rules: Arc::new(StandardRules::new()),
            emails_verified: false,
            as_typed: false,
            serves: Serves::default(),
            seal: None,
            entropy: Arc::new(SystemEntropy),
            mistake: None,
        }
    }

    fn foreign(source: &str, contract: impl Contract + 'static, base: String) -> Self {
        Self::new(source, Spoken::Foreign(Box::new(contract)), base)
    }

    /// Names the legacy system. Default: the contract, such as `okta`.
    pub fn source(mut self, name: impl Into<SourceName>) -> Self {
        self.source = name.into();
        self
    }

    /// Sets the rules that decide which spellings are one person: those of the service. Default: [`StandardRules`].
    pub fn rules(mut self, rules: Arc<dyn IdentifierRules>) -> Self {
        self.rules = rules;
        self
    }

    /// Asks for identifiers as they were typed instead of in their normal form: for systems that tell capitals apart
    /// and have people with them. Whoever types another spelling than theirs is not found there.
    pub const fn identifiers_as_typed(mut self) -> Self {
        self.as_typed = true;
        self
    }

    /// Whether e-mail addresses count as verified of which an answer does not say it. Default: they do not.
    pub const fn emails_verified(mut self, verified: bool) -> Self {
        self.emails_verified = verified;
        self
    }

    /// Shows this token with every question: `Authorization: Bearer …`.
    pub fn bearer(self, token: &str) -> Self {
        self.authorization("Bearer", token)
    }

    /// Shows this name and password with every question: `Authorization: Basic …`.
    pub fn basic(self, name: &str, password: &str) -> Self {
        let pair = Zeroizing::new(format!("{name}:{password}"));
        let pair = Zeroizing::new(Base64::encode_string(pair.as_bytes()));
        self.authorization("Basic", &pair)
    }

    /// Shows this header with every question: an API key.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                self.settings.credentials = Credentials::Header(name, value);
            }
            _ => self.mistake = Some(LegacyError::misconfigured("a name or value that no header can have")),
        }
        self
    }

    fn authorization(self, scheme: &str, credentials: &str) -> Self {
        let value = Zeroizing::new(format!("{scheme} {credentials}"));
        self.header(AUTHORIZATION.as_str(), &value)
    }

    /// Trusts these authorities (PEM) instead of the operating system's.
    pub fn authorities(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.settings.tls.authorities = Some(pem.into());
        self
    }

    /// Shows this certificate (PEM, the chain from the leaf on) with its key (PEM) to a server that asks for one.
    pub fn client_certificate(mut self, chain_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        let key = Zeroizing::new(key_pem.into());
        self.settings.tls.client = Some(ClientCertificate { chain: chain_pem.into(), key });
        self
    }

    /// Encrypts passwords for a legacy system that shares this key, and takes no answer that does not repeat the nonce
    /// which stands beside the password. For [`waystation`](HttpConnection::waystation) only; see the
    /// [contract](crate::guide::http_contract#sealed-passwords).
    ///
    /// TLS may end at a proxy, whose operator then does not see passwords; and an answer is known to come from somebody
    /// who could open the question. The key is a shared one (JWE `dir` with `A256GCM`) since the usual RSA-OAEP has
    /// no implementation in Rust without a timing side channel (RUSTSEC-2023-0071).
    pub fn seal_passwords(mut self, key_id: impl Into<String>, key: SecretKey) -> Self {
        self.seal = Some((key_id.into(), key));
        self
    }

    /// The legacy system serves the part of the contract that lists users. For [`waystation`](HttpConnection::waystation) only.
    pub const fn with_directory(mut self) -> Self {
        self.serves.directory = true;
        self
    }

    /// The legacy system serves the part of the contract that changes users. For [`waystation`](HttpConnection::waystation) only.
    pub const fn with_writer(mut self) -> Self {
        self.serves.writer = true;
        self
    }

    /// Sends passwords unencrypted to other machines. Without this, `http://` is taken for this machine alone.
    pub const fn allow_plain_http(mut self) -> Self {
        self.settings.plain_http = true;
        self
    }

    /// Asks through this proxy. Those of the environment are never used.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.settings.proxy = Some(url.into());
        self
    }

    /// Sets how long connecting may take. Default 1 s.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// Sets how long one request may take in all, its answer included. Default 5 s, above the deadline of a
    /// [`Guard`](crate::legacy::Guard), which covers all requests of a question.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Sets how long an answer may be. Default 1 MiB.
    pub const fn max_answer_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_answer_bytes = bytes;
        self
    }

    /// Sets the clock that [`timeout`](Self::timeout) goes by. Default: the system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Sets where nonces come from. Default: the operating system.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// The connection. Nobody is asked yet: a service may start while its legacy system is down.
    ///
    /// # Errors
    ///
    /// [`LegacyError::Misconfigured`] when a URL, header, certificate or key cannot be used, or the contract has no such
    /// part.
    pub fn build(self) -> Result<HttpConnection, LegacyError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        let contract: Box<dyn Contract> = match self.contract {
            Spoken::Foreign(_) if self.serves != Serves::default() || self.seal.is_some() => {
                return Err(LegacyError::misconfigured("this contract neither lists, nor writes, nor seals passwords"));
            }
            Spoken::Foreign(contract) => contract,
            Spoken::Own => {
                let sealer = self.seal.map(|(key_id, key)| Sealer::new(&key_id, &key)).transpose()?;
                Box::new(Own::new(sealer, self.entropy))
            }
        };
        Ok(HttpConnection {
            site: Site {
                source: self.source,
                transport: Transport::new(self.settings)?,
                rules: self.rules,
                emails_verified: self.emails_verified,
                as_typed: self.as_typed,
            },
            contract,
            serves: self.serves,
        })
    }
}

impl fmt::Debug for HttpConnectionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contract = match &self.contract {
            Spoken::Own => "waystation",
            Spoken::Foreign(contract) => contract.name(),
        };
        f.debug_struct("HttpConnectionBuilder")
            .field("source", &self.source)
            .field("contract", &contract)
            .finish_non_exhaustive()
    }
}
