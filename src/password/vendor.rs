//! Hashes as identity providers keep, export and import them.
//!
//! What a provider's object or row holds becomes a [`PasswordHash`](super::PasswordHash) by the type that is named after it. The texts that
//! providers write are schemes like any other, and [`Schemes`](super::Schemes) knows them.

mod clerk;
mod custom;
#[cfg(feature = "scrypt")]
mod firebase;
mod fusionauth;
mod import_error;
mod iterated;
mod javascript;
mod json;
mod kratos;
mod okta;
mod passwap;
mod stytch;
mod supertokens;
mod template;
mod transcoded;

#[cfg(feature = "scrypt")]
pub(super) use self::firebase::FORMATS as FIREBASE;
#[cfg(feature = "scrypt")]
pub use self::firebase::FirebaseProject;
pub use self::{
    clerk::ClerkHash,
    custom::CustomPasswordHash,
    fusionauth::FusionAuthHash,
    import_error::{ImportError, ImportProblem},
    kratos::KratosHash,
    okta::OktaHash,
    stytch::StytchHash,
    supertokens::SuperTokensHash,
};
pub(super) use self::{
    clerk::FORMATS as CLERK, custom::FORMATS as CUSTOM_PASSWORD_HASH, fusionauth::FORMATS as FUSIONAUTH,
    javascript::FORMATS as JAVASCRIPT, kratos::FORMATS as KRATOS, passwap::FORMATS as PASSWAP,
};

/// For formats that only a declaration tells.
fn nothing(_text: &str) -> bool {
    false
}

/// What every imported shape can do: be read from its JSON, and become a hash.
macro_rules! import_shape {
    ($shape:ident) => {
        impl std::str::FromStr for $shape {
            type Err = $crate::password::vendor::ImportError;

            /// Reads its JSON.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::password::vendor::json::Json::read(text)?.try_into()
            }
        }

        impl From<$shape> for $crate::password::PasswordHash {
            fn from(shape: $shape) -> Self {
                shape.0
            }
        }
    };
}
use import_shape;
