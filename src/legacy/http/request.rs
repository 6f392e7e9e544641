use std::{fmt, io};

use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::legacy::LegacyError;

/// One question to a legacy system.
pub(super) struct Request {
    pub(super) method: Method,
    /// Relative to the base URL, and percent-encoded.
    pub(super) path: String,
    pub(super) body: Option<Body>,
    pub(super) credentials: Credentials,
}

/// What shows a legacy system that it is this service which asks.
#[derive(Clone)]
pub(super) enum Credentials {
    /// What the connection was built with.
    Configured,
    None,
    Header(HeaderName, HeaderValue),
}

/// What is sent. Wiped when it is dropped, since most of them hold a password.
pub(super) struct Body {
    pub(super) content_type: &'static str,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

impl Request {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, credentials: Credentials::Configured }
    }

    /// A question in JSON.
    pub(super) fn json(path: impl Into<String>, question: &impl Serialize) -> Result<Self, LegacyError> {
        Ok(Self::get(path).with(Body::json(question)?))
    }

    /// A question as a form that was filled in.
    pub(super) fn form(path: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        Self::get(path).with(Body::form(fields))
    }

    fn with(mut self, body: Body) -> Self {
        self.method = Method::POST;
        self.body = Some(body);
        self
    }

    pub(super) fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

impl Body {
    fn json(question: &impl Serialize) -> Result<Self, LegacyError> {
        let unwritable = |error| LegacyError::misconfigured_because("the question cannot be written as JSON", error);
        // Counted first: a buffer that grows leaves copies of a password behind.
        let mut length = Length(0);
        serde_json::to_writer(&mut length, question).map_err(unwritable)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
        serde_json::to_writer(&mut *bytes, question).map_err(unwritable)?;
        Ok(Self { content_type: "application/json", bytes })
    }

    fn form(fields: &[(&str, &str)]) -> Self {
        let encoded = |text: &str| text.bytes().map(|byte| if is_unreserved(byte) { 1 } else { 3 }).sum::<usize>();
        let length = fields.iter().map(|(name, value)| encoded(name) + encoded(value) + 2).sum();
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        for (name, value) in fields {
            if !bytes.is_empty() {
                bytes.push(b'&');
            }
            percent_encode(name, &mut bytes);
            bytes.push(b'=');
            percent_encode(value, &mut bytes);
        }
        Self { content_type: "application/x-www-form-urlencoded", bytes }
    }
}

/// Counts what is written to it.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A name as one segment of a path. `None` where no URL can hold it: nothing, `.` and `..` are not names there, however
/// they are encoded.
pub(super) fn segment(name: &str) -> Option<String> {
    match name {
        "" | "." | ".." => None,
        name => Some(component(name)),
    }
}

/// Text as a component of a URL: of its path or its query.
pub(super) fn component(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    percent_encode(text, &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Everything but the unreserved characters of RFC 3986, so that no part of a URL or of a form takes it for its own.
fn percent_encode(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        if is_unreserved(byte) {
            out.push(byte);
        } else {
            let digit = |value: u8| if value < 10 { b'0' + value } else { b'A' + value - 10 };
            out.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_encoded_whole() {
        assert_eq!(
            segment("Zoë/../x?y#z&a=%41+\n@example.com").unwrap(),
            "Zo%C3%AB%2F..%2Fx%3Fy%23z%26a%3D%2541%2B%0A%40example.com"
        );
        for name in ["", ".", ".."] {
            assert_eq!(segment(name), None);
        }
    }

    #[test]
    fn bodies_are_written_into_a_buffer_that_never_grows() {
        let form = Body::form(&[("user name", "ada"), ("password", "a&b=c ü")]);
        assert_eq!(*form.bytes, b"user%20name=ada&password=a%26b%3Dc%20%C3%BC");
        assert!(form.bytes.capacity() >= form.bytes.len());
        let json = Body::json(&json!({"password": "\"\u{0}"})).unwrap();
        assert_eq!(*json.bytes, br#"{"password":"\"\u0000"}"#);
        assert_eq!(json.bytes.capacity(), json.bytes.len());
    }
}
