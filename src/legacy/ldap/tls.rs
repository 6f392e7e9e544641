use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::legacy::LegacyError;

/// Whose certificates a directory may show.
#[derive(Clone, Debug)]
pub(super) enum Trust {
    /// These authorities', in PEM, and nobody else's.
    Authorities(Vec<u8>),
    /// The system's.
    System,
}

/// What TLS to the directory is made with. The provider of cryptography is named, since a process may have none, or
/// two, of which nobody has chosen one.
pub(super) fn config(trust: &Trust) -> Result<Arc<ClientConfig>, LegacyError> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| LegacyError::misconfigured_because("there is no protocol version for TLS", error))?;
    Ok(Arc::new(builder.with_root_certificates(roots(trust)?).with_no_client_auth()))
}

fn roots(trust: &Trust) -> Result<RootCertStore, LegacyError> {
    let mut roots = RootCertStore::empty();
    match trust {
        Trust::Authorities(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate
                    .map_err(|error| LegacyError::misconfigured_because("the authorities are not in PEM", error))?;
                roots.add(certificate).map_err(|error| {
                    LegacyError::misconfigured_because("not the certificate of an authority", error)
                })?;
            }
            if roots.is_empty() {
                return Err(LegacyError::misconfigured("there is no certificate among the authorities"));
            }
        }
        Trust::System => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                return Err(LegacyError::misconfigured("the system has no certificates of authorities"));
            }
        }
    }
    Ok(roots)
}
