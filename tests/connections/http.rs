//! `HttpConnection`: every contract against a stand-in of the product, and every fault that a server can have.

#[path = "http/bad_input.rs"]
mod bad_input;
#[cfg(feature = "conformance")]
#[path = "http/conformance.rs"]
mod conformance;
#[path = "http/faults.rs"]
mod faults;
#[path = "http/keycloak.rs"]
mod keycloak;
#[path = "http/kratos.rs"]
mod kratos;
#[path = "http/oauth.rs"]
mod oauth;
#[path = "http/okta.rs"]
mod okta;
#[path = "http/own.rs"]
mod own;
#[path = "http/shop.rs"]
mod shop;
#[path = "http/stand_in.rs"]
mod stand_in;
#[path = "http/stormpath.rs"]
mod stormpath;
#[path = "http/tls.rs"]
mod tls;
#[path = "http/wordpress.rs"]
mod wordpress;
