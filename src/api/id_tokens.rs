use std::fmt;

use async_trait::async_trait;

use super::Denied;
use crate::user::UserId;

/// Knows whose an ID token is: for `link_with`, by which the owner of an account shows that it is theirs.
///
/// The host's to write, with the library that verifies its tokens already (OpenID Connect Core 1.0, section 3.1.3.7): one
/// algorithm, named by you and not by the token; issuer and expiry checked; and the audience, which is that of the application
/// that the person logged in to, so that a token for this API's callers is none. `examples/management_api_jwt.rs` has one.
#[async_trait]
pub trait IdTokens: fmt::Debug + Send + Sync + 'static {
    /// The claim `sub`: the user's id as this API has it, `auth0|5f7c8ec7`. `token` is what the client sent, 8 KiB at most,
    /// and nothing else is known of it.
    ///
    /// # Errors
    ///
    /// When it is no ID token of anybody's, or that could not be found out.
    async fn subject(&self, token: &str) -> Result<UserId, Denied>;
}
