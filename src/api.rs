//! The management API of the reference product, as a router that a host mounts in its own service.
//!
//! [The guide](crate::guide::management_api) says what is there, what is not, and where it differs.
//!
//! ```
//! use std::sync::Arc;
//!
//! use waystation::{
//!     MemoryStore,
//!     api::{Api, Scope, StaticTokens},
//!     legacy::ScriptedConnection,
//!     migrator::LazyMigrator,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Arc::new(MemoryStore::new());
//! let migrator = LazyMigrator::builder(store.clone(), Arc::new(ScriptedConnection::new("old-shop"))).build()?;
//! # let spool = tempfile::tempdir()?;
//! # let spool = spool.path();
//! let tokens = StaticTokens::new()?.token("a long random text", [Scope::ReadUsers]);
//! let api = Api::builder(store, Arc::new(migrator), spool, "https://shop.example/api/v2")
//!     .authoriser(Arc::new(tokens))
//!     .build()?;
//! // The host's own service goes on from here.
//! let service: axum::Router = axum::Router::new().nest("/api/v2", waystation::api::router(api));
//! # Ok(())
//! # }
//! ```

use axum::{
    Router,
    middleware::{from_fn_with_state, map_response},
    routing::{delete, get, patch, post},
};

mod authoriser;
mod block_list;
mod blocks;
mod builder;
mod caller;
mod connection;
mod connections;
mod counts;
mod download;
mod errors;
mod events;
mod export;
mod export_spec;
mod gate;
mod id_tokens;
mod identities;
mod import;
mod job_id;
mod jobs;
mod limits;
mod mailer;
mod migration;
mod openapi;
mod page;
mod parameters;
mod payload;
mod person;
mod primary;
mod problem;
mod quarantine;
mod rate;
mod scope;
mod spool;
mod static_tokens;
mod ticket;
mod tickets;
mod tus;
mod upload;
mod url;
mod users;
mod verification;
mod worker;

pub use authoriser::{Authoriser, Denied, Scopes};
pub use block_list::BlockList;
pub use builder::{Api, ApiBuilder, ApiError};
pub use connection::Connection;
pub use id_tokens::IdTokens;
pub use limits::ApiLimits;
pub use mailer::{MailError, Mailer, VerificationEmail};
pub use scope::Scope;
pub use static_tokens::StaticTokens;
pub use ticket::{PasswordTicket, TicketError};
pub use verification::Verified;
pub use worker::ApiWorker;

/// The API's routes, without a prefix: nest them under the one that clients expect, which is `/api/v2`.
pub fn router(api: Api) -> Router {
    let uploads = Router::new()
        .route("/uploads", post(tus::create).options(tus::options))
        .route("/uploads/{id}", patch(tus::append).head(tus::offset).delete(tus::terminate))
        .layer(map_response(tus::with_version));
    let guarded = Router::new()
        .route("/caller", get(caller::show))
        .route("/connections", get(connections::list))
        .route("/connections/{id}", get(connections::one))
        .route("/connections/{id}/users", delete(connections::delete_user))
        .route("/jobs", get(jobs::list))
        .route("/jobs/users-exports", post(export::submit))
        .route("/jobs/users-imports", post(import::submit))
        .route("/jobs/verification-email", post(verification::submit))
        .route("/jobs/{id}", get(jobs::one))
        .route("/jobs/{id}/cancel", post(jobs::cancel))
        .route("/jobs/{id}/errors", get(errors::list))
        .route("/jobs/{id}/events", get(events::follow))
        .route("/jobs/{id}/quarantine", get(quarantine::file))
        .route("/migration", get(migration::progress))
        .route("/migration/left", get(migration::left))
        .route("/tickets/password-change", post(tickets::password_change))
        .route("/user-blocks", get(blocks::by_identifier).delete(blocks::clear_by_identifier))
        .route("/user-blocks/{id}", get(blocks::by_id).delete(blocks::clear_by_id))
        .route("/users", get(users::list).post(users::create))
        .route("/users-by-email", get(users::by_email))
        .route("/users/{id}", get(users::one).patch(users::change).delete(users::remove))
        .route("/users/{id}/migration", get(migration::of_user))
        .route("/users/{id}/identities", post(identities::link))
        .route("/users/{id}/identities/{provider}/{user_id}", delete(identities::unlink))
        .merge(uploads)
        .fallback(gate::unknown)
        .method_not_allowed_fallback(gate::not_allowed)
        .layer(from_fn_with_state(api.clone(), gate::pass));
    // Whoever has a link that was signed here needs no token, and the description says nothing of anybody.
    Router::new()
        .route("/openapi.json", get(openapi::serve))
        .route("/exports/{ticket}", get(download::file))
        .method_not_allowed_fallback(gate::not_allowed)
        .merge(guarded)
        .with_state(api)
}
