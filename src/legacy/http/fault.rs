use std::error::Error as StdError;

use rustls::AlertDescription;

use crate::legacy::LegacyError;

/// What it means that no answer came, or only a part of one.
pub(super) fn classify(error: reqwest::Error) -> LegacyError {
    // The URL may hold the name of a person.
    let error = error.without_url();
    match tls_error(&error) {
        Some(rustls::Error::InvalidCertificate(_)) => {
            return LegacyError::misconfigured_because("the legacy system's certificate is not trusted", error);
        }
        Some(rustls::Error::AlertReceived(alert)) if is_about_our_certificate(*alert) => {
            return LegacyError::misconfigured_because("the legacy system does not trust our certificate", error);
        }
        Some(_) => return LegacyError::unavailable_because("no TLS connection", error),
        None => {}
    }
    if error.is_builder() {
        return LegacyError::misconfigured_because("the question cannot be sent", error);
    }
    let what = if error.is_timeout() {
        "no connection in time"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "the connection broke off"
    };
    LegacyError::unavailable_because(what, error)
}

fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        // An I/O error shows the source of what it holds, not what it holds.
        if let Some(held) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            let held: &'e (dyn StdError + 'static) = held;
            if let Some(tls) = tls_error(held) {
                return Some(tls);
            }
        }
        next = error.source();
    }
    None
}

const fn is_about_our_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::AccessDenied
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate
    )
}
