use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::{
    super::{SecretBytes, field},
    node::Form,
};

/// What a part of an expression comes to.
pub(super) struct Value<'a> {
    bytes: Bytes<'a>,
    /// A digest is its lower-case hexadecimal wherever a text is needed.
    is_digest: bool,
}

enum Bytes<'a> {
    Borrowed(&'a [u8]),
    Owned(SecretBytes),
}

impl<'a> Value<'a> {
    pub(super) fn borrowed(bytes: &'a [u8]) -> Self {
        Self { bytes: Bytes::Borrowed(bytes), is_digest: false }
    }

    pub(super) fn text(text: impl Into<SecretBytes>) -> Self {
        Self { bytes: Bytes::Owned(text.into()), is_digest: false }
    }

    pub(super) fn digest(digest: SecretBytes) -> Self {
        Self { bytes: Bytes::Owned(digest), is_digest: true }
    }

    /// The same without a copy.
    pub(super) fn again(&self) -> Value<'_> {
        Value { bytes: Bytes::Borrowed(self.bytes()), is_digest: self.is_digest }
    }

    /// The same without anything borrowed.
    pub(super) fn into_owned<'b>(self) -> Value<'b> {
        let bytes = match self.bytes {
            Bytes::Borrowed(bytes) => bytes.into(),
            Bytes::Owned(bytes) => bytes,
        };
        Value { bytes: Bytes::Owned(bytes), is_digest: self.is_digest }
    }

    /// The bytes of a digest, or of a text.
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Borrowed(bytes) => bytes,
            Bytes::Owned(bytes) => bytes.expose(),
        }
    }

    pub(super) fn is_digest(&self) -> bool {
        self.is_digest
    }

    /// As text.
    pub(super) fn into_text(self) -> Self {
        if self.is_digest { Self::text(unwrapped(field::to_hex(self.bytes()))) } else { self }
    }

    /// In another form. `None` where there is no such form of it, so that it cannot be what was hashed.
    pub(super) fn form(self, form: Form) -> Option<Self> {
        let text = match form {
            Form::Raw => return Some(Self { is_digest: false, ..self }),
            Form::Base64 => Base64::encode_string(self.bytes()).into_bytes(),
            Form::Base64Url => Base64UrlUnpadded::encode_string(self.bytes()).into_bytes(),
            Form::Hex => unwrapped(field::to_hex(self.bytes())),
            Form::Lower => self.into_text().bytes().to_ascii_lowercase(),
            Form::Upper => self.into_text().bytes().to_ascii_uppercase(),
            Form::Trim => trimmed(self.into_text().bytes()).to_vec(),
            Form::Latin1 => {
                let text = self.into_text();
                let characters = std::str::from_utf8(text.bytes()).ok()?.chars();
                let mut latin1 = Zeroizing::new(Vec::with_capacity(text.bytes().len()));
                for character in characters {
                    latin1.push(u8::try_from(character).ok()?);
                }
                unwrapped(latin1)
            }
            Form::Utf16Le => {
                let text = self.into_text();
                let units = std::str::from_utf8(text.bytes()).ok()?.encode_utf16();
                let mut utf16 = Zeroizing::new(Vec::with_capacity(2 * text.bytes().len()));
                utf16.extend(units.flat_map(u16::to_le_bytes));
                unwrapped(utf16)
            }
            Form::Unbase64 => return text_of(self.bytes(), field::any_base64),
            Form::Unhex => return text_of(self.bytes(), field::any_hex),
        };
        Some(Self::text(text))
    }

    /// The bytes from `start` on, and no more than `length`.
    pub(super) fn cut(self, start: u64, length: u64) -> Self {
        let text = self.into_text();
        let within = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(text.bytes().len());
        Self::text(text.bytes().get(within(start)..within(start.saturating_add(length))).unwrap_or_default())
    }
}

/// Without what PHP's `trim` takes from both ends.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    let is_trimmed = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0 | 0x0B);
    let start = bytes.iter().position(|byte| !is_trimmed(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !is_trimmed(byte)).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}

fn text_of<'a>(spelled: &[u8], decode: fn(&str) -> Option<SecretBytes>) -> Option<Value<'a>> {
    decode(std::str::from_utf8(spelled).ok()?).map(Value::text)
}

fn unwrapped(mut bytes: Zeroizing<Vec<u8>>) -> Vec<u8> {
    std::mem::take(&mut bytes)
}
