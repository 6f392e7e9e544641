//! What went wrong with a directory, in the words of a legacy connection.
//!
//! The client's own errors are not kept as sources: they quote what the server said, and that may be a person's name.

use std::io;

use ldap3::LdapError;

use crate::legacy::LegacyError;

/// Result codes of RFC 4511.
pub(super) mod code {
    pub(in super::super) const SUCCESS: u32 = 0;
    pub(in super::super) const OPERATIONS_ERROR: u32 = 1;
    pub(in super::super) const PROTOCOL_ERROR: u32 = 2;
    pub(in super::super) const TIME_LIMIT_EXCEEDED: u32 = 3;
    pub(in super::super) const SIZE_LIMIT_EXCEEDED: u32 = 4;
    pub(in super::super) const STRONGER_AUTH_REQUIRED: u32 = 8;
    pub(in super::super) const REFERRAL: u32 = 10;
    pub(in super::super) const ADMIN_LIMIT_EXCEEDED: u32 = 11;
    pub(in super::super) const UNAVAILABLE_CRITICAL_EXTENSION: u32 = 12;
    pub(in super::super) const CONFIDENTIALITY_REQUIRED: u32 = 13;
    pub(in super::super) const CONSTRAINT_VIOLATION: u32 = 19;
    pub(in super::super) const ATTRIBUTE_OR_VALUE_EXISTS: u32 = 20;
    pub(in super::super) const INVALID_ATTRIBUTE_SYNTAX: u32 = 21;
    pub(in super::super) const NO_SUCH_OBJECT: u32 = 32;
    pub(in super::super) const INVALID_DN_SYNTAX: u32 = 34;
    pub(in super::super) const INAPPROPRIATE_AUTHENTICATION: u32 = 48;
    pub(in super::super) const INVALID_CREDENTIALS: u32 = 49;
    pub(in super::super) const INSUFFICIENT_ACCESS_RIGHTS: u32 = 50;
    pub(in super::super) const UNWILLING_TO_PERFORM: u32 = 53;
    pub(in super::super) const NAMING_VIOLATION: u32 = 64;
    pub(in super::super) const OBJECT_CLASS_VIOLATION: u32 = 65;
    pub(in super::super) const NOT_ALLOWED_ON_NON_LEAF: u32 = 66;
    pub(in super::super) const NOT_ALLOWED_ON_RDN: u32 = 67;
    pub(in super::super) const ENTRY_ALREADY_EXISTS: u32 = 68;
}

/// Sorts what a directory answers, where that is no answer, into outages, which pass, and faults of the set-up, which do
/// not.
pub(super) fn result_fault(code: u32) -> LegacyError {
    let misconfigured = |what: &str| LegacyError::misconfigured(format!("{what} (LDAP result {code})"));
    match code {
        code::OPERATIONS_ERROR => misconfigured("the directory wants a service account"),
        code::PROTOCOL_ERROR => misconfigured("the directory does not know the operation"),
        code::TIME_LIMIT_EXCEEDED => LegacyError::unavailable("the search took the directory too long"),
        code::SIZE_LIMIT_EXCEEDED | code::ADMIN_LIMIT_EXCEEDED => {
            misconfigured("the directory's limits for the service account are too low")
        }
        code::STRONGER_AUTH_REQUIRED | code::CONFIDENTIALITY_REQUIRED => misconfigured("the directory wants TLS"),
        code::REFERRAL => misconfigured("the directory refers to another server, which is not followed"),
        code::UNAVAILABLE_CRITICAL_EXTENSION => misconfigured("the directory cannot list in pages"),
        code::NO_SUCH_OBJECT => misconfigured("the search base is not there, or not readable"),
        code::INVALID_DN_SYNTAX => misconfigured("a name in the set-up is not well formed"),
        code::INVALID_CREDENTIALS | code::INAPPROPRIATE_AUTHENTICATION => {
            misconfigured("the directory refuses the service account")
        }
        code::INSUFFICIENT_ACCESS_RIGHTS => misconfigured("the service account may not do that"),
        // `busy`, `unavailable`, `other`, and whatever a server has made up.
        _ => LegacyError::unavailable("the directory reports an error"),
    }
}

/// Sorts what happens on the way to a directory.
pub(super) fn client_fault(error: LdapError) -> LegacyError {
    match error {
        LdapError::Io { source } => io_fault(source),
        LdapError::Rustls { source } => tls_fault(source),
        LdapError::LdapResult { .. } => LegacyError::misconfigured("the directory refuses StartTLS"),
        LdapError::DNSName { source } => {
            LegacyError::misconfigured_because("no certificate can be for the directory's host name", source)
        }
        LdapError::UrlParsing { source } => {
            LegacyError::misconfigured_because("the directory's address is not well formed", source)
        }
        LdapError::UnknownScheme(_) => LegacyError::misconfigured("the directory's address is neither ldap nor ldaps"),
        LdapError::FilterParsing => LegacyError::misconfigured("a search filter is not well formed"),
        _ => LegacyError::unavailable("the connection to the directory was lost"),
    }
}

fn io_fault(error: io::Error) -> LegacyError {
    match error.downcast::<rustls::Error>() {
        Ok(error) => tls_fault(error),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            LegacyError::unavailable_because("the directory refuses the connection", error)
        }
        Err(error) => LegacyError::unavailable_because("the directory cannot be reached", error),
    }
}

fn tls_fault(error: rustls::Error) -> LegacyError {
    let what = match &error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            "the directory's certificate is not trusted"
        }
        rustls::Error::InvalidMessage(_) | rustls::Error::InappropriateMessage { .. } => {
            "the directory speaks no TLS there"
        }
        rustls::Error::PeerIncompatible(_) => "the directory speaks no TLS that is safe",
        _ => return LegacyError::unavailable_because("TLS to the directory failed", error),
    };
    LegacyError::misconfigured_because(what, error)
}
