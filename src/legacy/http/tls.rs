use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use zeroize::Zeroizing;

use crate::legacy::LegacyError;

/// Whom a connection trusts, and who it says that it is. PEM.
#[derive(Default)]
pub(super) struct Tls {
    pub(super) authorities: Option<Vec<u8>>,
    pub(super) client: Option<ClientCertificate>,
}

pub(super) struct ClientCertificate {
    pub(super) chain: Vec<u8>,
    pub(super) key: Zeroizing<Vec<u8>>,
}

impl Tls {
    /// The provider is named here: no default of the host's process is used, or missed.
    pub(super) fn config(&self) -> Result<ClientConfig, LegacyError> {
        let unusable = |error: rustls::Error| LegacyError::misconfigured_because("TLS cannot be set up", error);
        let versions = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let builder = match &self.authorities {
            None => versions.with_platform_verifier().map_err(unusable)?,
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(pem, "the authorities")? {
                    roots.add(certificate).map_err(unusable)?;
                }
                versions.with_root_certificates(roots)
            }
        };
        let Some(client) = &self.client else { return Ok(builder.with_no_client_auth()) };
        let key = PrivateKeyDer::from_pem_slice(&client.key)
            .map_err(|_| LegacyError::misconfigured("the key of the client certificate is not PEM"))?;
        builder.with_client_auth_cert(certificates(&client.chain, "the client certificate")?, key).map_err(unusable)
    }
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, LegacyError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) | Err(_) => Err(LegacyError::misconfigured(format!("{what}: no certificate in PEM"))),
    }
}
