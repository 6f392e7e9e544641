use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{
    DirectoryEntry, LegacyAttempt, LegacyConnection, LegacyDirectory, LegacyError, LegacyUser, LegacyWriter, Verdict,
};
use crate::{
    identifier::{Identifier, IdentifierKind},
    password::{Password, PasswordError},
    user::{LegacyKey, SourceName},
};

mod answer;
mod builder;
mod contract;
mod fault;
mod json;
mod keycloak;
mod kratos;
mod oauth;
mod okta;
mod own;
mod request;
mod sealed;
mod stormpath;
mod tls;
mod transport;
mod wordpress;

pub use builder::HttpConnectionBuilder;
pub use oauth::PasswordGrant;

use builder::Serves;
use contract::{Contract, Site, Who, identify};
use own::Own;

/// A longer password is not sent. As long as the password engine takes them.
const MAX_PASSWORD_BYTES: usize = 4_096;

/// Who answers to nothing anywhere.
const NOBODY: &str = "waystation-check";

/// A legacy system that is asked over HTTP.
///
/// Where the legacy system can still be changed, give it the [contract](crate::guide::http_contract) of this crate,
/// which is one small endpoint a question; where it cannot, use one that it speaks already.
///
/// ```no_run
/// # async fn example() -> Result<(), waystation::legacy::LegacyError> {
/// use waystation::legacy::HttpConnection;
///
/// let legacy = HttpConnection::waystation("https://shop.example/internal/users")
///     .source("shop")
///     .bearer("the token that the shop expects")
///     .with_directory()
///     .build()?;
/// legacy.check().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Contracts
///
/// | contract | asks | looks people up | knows people by id | tells "unknown" from "wrong" |
/// |---|---|---|---|---|
/// | [`waystation`](Self::waystation): the one of this crate | `POST …/authenticate` | yes, and lists and writes | yes | yes |
/// | [`keycloak`](Self::keycloak): the endpoints of keycloak-user-migration | `GET`, then `POST …/{name}` | yes | no | yes |
/// | [`kratos`](Self::kratos): Ory Kratos's password migration hook | `POST …` | no | by the identifier | no |
/// | [`okta`](Self::okta): Okta's Authentication and Users API | `POST …/authn`, then `GET …/users/{id}` | yes | yes | no |
/// | [`stormpath`](Self::stormpath): Stormpath's REST API | `POST …/loginAttempts`, then `GET …/accounts/{id}` | yes | yes | yes |
/// | [`wordpress`](Self::wordpress): the WordPress plugin of the reference product | `POST …/migration-ws-login` | yes | no | no |
/// | [`oauth`](Self::oauth): an OAuth 2 password grant and OpenID Connect's userinfo | `POST …/token`, then `GET …/userinfo` | no | no | no |
///
/// A contract that looks nobody up answers [`find`](LegacyConnection::find) with [`LegacyError::Misconfigured`], so
/// sign-up, which has to ask, stays closed as long as the phase asks legacy. One that tells "unknown" not from "wrong"
/// answers both with `Mismatch`.
///
/// # What an answer means
///
/// | the answer | the result |
/// |---|---|
/// | 200 and what the contract knows | its verdict |
/// | 200 about another user than the one asked for, or with something that cannot be read | [`LegacyError::Malformed`] with the JSON pointer |
/// | another 2xx; no JSON, or not labelled as JSON; longer than the limit | [`LegacyError::Malformed`] |
/// | 3xx: redirects are not followed | [`LegacyError::Misconfigured`] |
/// | 401, 403 to which the contract gives no other meaning: our own credentials are refused | [`LegacyError::Misconfigured`] |
/// | another 4xx | [`LegacyError::Misconfigured`] |
/// | 408, 425, 429, 5xx | [`LegacyError::Unavailable`], with when to come back if `Retry-After` or `X-Rate-Limit-Reset` says it |
/// | none in time, none at all, a part of one | [`LegacyError::Unavailable`] |
/// | a certificate that is not trusted, on either side | [`LegacyError::Misconfigured`] |
///
/// Where a 401 is about the person and where it is about us is each contract's to say; its constructor documents it.
///
/// # Limits
///
/// | what | default |
/// |---|---|
/// | to connect, TLS included | 1 s |
/// | one request and its answer, all told | 5 s |
/// | an answer | 1 MiB, never compressed, 32 levels of nesting, 64 KiB a text |
/// | a password | 4 KiB of UTF-8; longer ones are not asked about, and what is no text is nobody's password |
///
/// Passwords travel in bodies only. They leave this machine over TLS, unless
/// [`allow_plain_http`](HttpConnectionBuilder::allow_plain_http) says otherwise. What this crate holds of them is wiped;
/// the buffers of TLS and of the kernel are not its own. A person's name gets into a URL only where a foreign contract
/// has it there, percent-encoded. Proxies of the environment are not used.
#[derive(Debug)]
pub struct HttpConnection {
    site: Site,
    contract: Box<dyn Contract>,
    serves: Serves,
}

impl HttpConnection {
    /// Whether the legacy system is there, takes our credentials and speaks the contract: asks it about nobody. For a
    /// service's start, so that a wrong set-up shows before the first person logs in.
    ///
    /// # Errors
    ///
    /// The first that a log-in would meet.
    pub async fn check(&self) -> Result<(), LegacyError> {
        let nobody = Identifier::from_parts(IdentifierKind::Username, NOBODY, NOBODY);
        self.contract.check(&self.site, Who { id: None, identifier: &nobody }).await?;
        if self.serves.directory { self.count().await.map(drop) } else { Ok(()) }
    }

    fn own(&self) -> Result<&Own, LegacyError> {
        self.contract.as_own().ok_or_else(|| LegacyError::misconfigured("this contract neither lists nor writes"))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl LegacyConnection for HttpConnection {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let who = Who { id: attempt.id_at(&self.site.source)?, identifier: attempt.identifier() };
        // Some systems take nothing for an anonymous log-in. What is no text cannot have been typed there.
        let password = match attempt.password().expose_text() {
            Some("") | None => return Ok(Verdict::Mismatch),
            Some(text) => text,
        };
        if password.len() > MAX_PASSWORD_BYTES {
            return Err(LegacyError::Password(PasswordError::TooLong { max: MAX_PASSWORD_BYTES }));
        }
        let (verdict, user): (fn(Box<LegacyUser>) -> Verdict, _) =
            match self.contract.authenticate(&self.site, who, password).await? {
                Verdict::Match(user) => (Verdict::Match, user),
                Verdict::MatchMustChange(user) => (Verdict::MatchMustChange, user),
                verdict @ (Verdict::Blocked | Verdict::Mismatch | Verdict::NotFound) => return Ok(verdict),
            };
        Ok(match identify(&*self.contract, who, *user)? {
            None => Verdict::NotFound,
            Some(user) if user.profile.blocked => Verdict::Blocked,
            Some(user) => verdict(Box::new(user)),
        })
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        let who = Who { id: None, identifier };
        match self.contract.find(&self.site, who).await? {
            Some(user) => identify(&*self.contract, who, user),
            None => Ok(None),
        }
    }

    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        self.serves.directory.then_some(self)
    }

    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        self.serves.writer.then_some(self)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl LegacyDirectory for HttpConnection {
    async fn count(&self) -> Result<BTreeMap<SourceName, u64>, LegacyError> {
        Ok(BTreeMap::from([(self.site.source.clone(), self.own()?.count(&self.site).await?)]))
    }

    async fn scan(&self, after: Option<&LegacyKey>, limit: usize) -> Result<Vec<DirectoryEntry>, LegacyError> {
        self.own()?.scan(&self.site, after.map(LegacyKey::id), limit).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl LegacyWriter for HttpConnection {
    async fn create(&self, user: &LegacyUser, password: &Password) -> Result<LegacyKey, LegacyError> {
        self.own()?.create(&self.site, user, password).await
    }

    async fn verify_email(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        self.own()?.verify_email(&self.site, user).await
    }

    async fn change_password(&self, user: &LegacyKey, password: &Password) -> Result<(), LegacyError> {
        self.own()?.change_password(&self.site, user, password).await
    }

    async fn change_email(&self, user: &LegacyKey, email: &Identifier, verified: bool) -> Result<(), LegacyError> {
        self.own()?.change_email(&self.site, user, email, verified).await
    }

    async fn delete(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        self.own()?.delete(&self.site, user).await
    }
}
