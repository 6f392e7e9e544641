//! The tag in braces before a hash of a directory or a mail server.

use super::{SecretBytes, field};

/// `{SSHA}…`, or Dovecot's `{SSHA.HEX}…`: the case of the tag is free.
#[derive(Clone, Copy)]
pub(super) struct Tagged<'a> {
    tag: &'a str,
    encoding: Option<Encoding>,
    pub(super) body: &'a str,
}

/// How the body is said to be written.
#[derive(Clone, Copy)]
enum Encoding {
    Base64,
    Hex,
}

impl<'a> Tagged<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (tag, body) = text.strip_prefix('{')?.split_once('}')?;
        let Some((tag, encoding)) = tag.split_once('.') else { return Some(Self { tag, encoding: None, body }) };
        let encoding = match encoding.to_ascii_uppercase().as_str() {
            "B64" | "BASE64" => Encoding::Base64,
            "HEX" => Encoding::Hex,
            _ => return None,
        };
        Some(Self { tag, encoding: Some(encoding), body })
    }

    /// Reads a text that has one of these tags.
    pub(super) fn one_of(text: &'a str, tags: &[&str]) -> Option<Self> {
        Self::read(text).filter(|tagged| tags.iter().any(|tag| tagged.is(tag)))
    }

    pub(super) fn is(&self, tag: &str) -> bool {
        self.tag.eq_ignore_ascii_case(tag)
    }

    /// Whether the body is written as the tag's own system writes it.
    pub(super) fn is_plain(&self) -> bool {
        self.encoding.is_none()
    }

    /// The bytes of the body: in base64, with its padding or stripped of it, where nothing else is said.
    pub(super) fn bytes(&self) -> Option<SecretBytes> {
        match self.encoding {
            None | Some(Encoding::Base64) => field::any_base64(self.body),
            Some(Encoding::Hex) => field::any_hex(self.body),
        }
    }

    /// The bytes of a body that is one digest: in hexadecimal as well, which its length tells.
    pub(super) fn digest(&self, digest_bytes: usize) -> Option<SecretBytes> {
        let is_hex = self.is_plain() && field::is_hex(self.body, digest_bytes);
        if is_hex { field::any_hex(self.body) } else { self.bytes() }
    }

    /// A body that is itself the text of a hash, encoded or not.
    pub(super) fn text(&self) -> Option<String> {
        if self.is_plain() {
            return Some(self.body.to_owned());
        }
        self.bytes().and_then(|bytes| String::from_utf8(bytes.expose().to_vec()).ok())
    }
}
