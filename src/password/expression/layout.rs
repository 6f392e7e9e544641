use std::ops::Range;

use super::{
    super::{SecretBytes, field},
    node::{Node, Shape, Variable},
    parser::Piece,
    value::Value,
};

/// The fewest bytes that a stored digest may have.
const SHORTEST: u64 = 8;

/// How a stored text is laid out: the digest, and before and after it fixed texts, the salt and the iterations.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Layout {
    fields: Vec<Field>,
    /// What is computed of a password: pieces that stand side by side.
    pub(super) computed: Vec<Node>,
    pub(super) encoding: Encoding,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Field {
    Digest,
    Iterations,
    Literal(Vec<u8>),
    Salt,
}

/// How the stored digest is spelled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Encoding {
    Base64 {
        bytes: u64,
    },
    Base64Url {
        bytes: u64,
    },
    /// In either case.
    Hex {
        bytes: u64,
    },
}

/// What a stored text holds.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) digest: SecretBytes,
    pub(super) iterations: Option<u64>,
    pub(super) salt: Option<&'a str>,
}

impl Layout {
    /// The layout that the pieces of a whole expression describe.
    pub(super) fn of(pieces: &[Piece]) -> Result<Self, (Range<usize>, &'static str)> {
        let mut layout = Self { fields: Vec::new(), computed: Vec::new(), encoding: Encoding::Hex { bytes: 0 } };
        for Piece { node, at } in pieces {
            layout.push(node).map_err(|what| (at.clone(), what))?;
        }
        let whole = pieces.first().map_or(0, |first| first.at.start)..pieces.last().map_or(0, |last| last.at.end);
        if layout.computed.is_empty() {
            return Err((whole, "no digest of `$pass` is in it"));
        }
        if layout.encoding.bytes() < SHORTEST {
            return Err((whole, "the stored digest is shorter than 8 bytes"));
        }
        Ok(layout)
    }

    fn push(&mut self, node: &Node) -> Result<(), &'static str> {
        let field = match node {
            Node::Literal(bytes) => Field::Literal(bytes.clone()),
            Node::Variable(Variable::Salt) => Field::Salt,
            Node::Variable(Variable::Iterations) => Field::Iterations,
            computed if computed.mentions(Variable::Pass) => return self.push_computed(computed),
            _ => return Err("beside the digest only quoted texts, `$salt` and `$iterations` are stored"),
        };
        let varies = |field: &Field| matches!(field, Field::Iterations | Field::Salt);
        if varies(&field) && self.fields.contains(&field) {
            return Err("it is stored twice");
        }
        let digit = |text: Option<&u8>| text.is_some_and(u8::is_ascii_digit);
        match (self.fields.last(), &field) {
            (Some(last), this) if varies(last) && varies(this) => return Err("nothing tells where it begins"),
            (Some(Field::Iterations), Field::Literal(text)) if digit(text.first()) => {
                return Err("nothing tells it from the iterations before it");
            }
            (Some(Field::Literal(text)), Field::Iterations) if digit(text.last()) => {
                return Err("nothing tells it from the digits before it");
            }
            (Some(Field::Digest), Field::Iterations) => return Err("nothing tells it from the digest before it"),
            _ => {}
        }
        self.fields.push(field);
        Ok(())
    }

    fn push_computed(&mut self, node: &Node) -> Result<(), &'static str> {
        let encoding = match node.shape() {
            _ if node.shows_password() => return Err("the password itself would be stored"),
            Shape::Digest { bytes } | Shape::Hex { bytes } => Encoding::Hex { bytes },
            Shape::Base64 { bytes } => Encoding::Base64 { bytes },
            Shape::Base64Url { bytes } => Encoding::Base64Url { bytes },
            Shape::Bytes(_) => return Err("a digest is stored in hexadecimal or in base64"),
        };
        match (self.fields.last(), self.encoding, encoding) {
            (Some(Field::Digest), Encoding::Hex { bytes }, Encoding::Hex { bytes: more }) => {
                self.encoding = Encoding::Hex { bytes: bytes.saturating_add(more) };
            }
            (Some(Field::Iterations), ..) => return Err("nothing tells it from the iterations before it"),
            _ if self.computed.is_empty() => {
                self.encoding = encoding;
                self.fields.push(Field::Digest);
            }
            _ => return Err("of several digests all are in hexadecimal, and nothing stands between them"),
        }
        self.computed.push(node.clone());
        Ok(())
    }

    /// Reads a stored text: fields of known length from both ends, until only the salt is left.
    pub(super) fn read<'a>(&self, text: &'a str) -> Option<Fields<'a>> {
        let (mut rest, mut fields) = (text, self.fields.as_slice());
        let (mut digest, mut iterations, mut salt) = (None, None, None);
        while let [field, others @ ..] = fields {
            match field {
                Field::Literal(literal) => rest = rest.get(shared_start(rest, literal)?..)?,
                Field::Digest => (digest, rest) = self.encoding.split_start(rest)?,
                Field::Iterations => {
                    let digits = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
                    iterations = Some(field::decimal(rest.get(..digits).filter(|digits| !digits.is_empty())?)?);
                    rest = rest.get(digits..)?;
                }
                Field::Salt => break,
            }
            fields = others;
        }
        while let [others @ .., field] = fields {
            match field {
                Field::Literal(literal) => rest = rest.get(..shared_end(rest, literal)?)?,
                Field::Digest => (rest, digest) = self.encoding.split_end(rest)?,
                Field::Iterations => {
                    let before = rest.trim_end_matches(|digit: char| digit.is_ascii_digit()).len();
                    iterations = Some(field::decimal(rest.get(before..).filter(|digits| !digits.is_empty())?)?);
                    rest = rest.get(..before)?;
                }
                Field::Salt => salt = Some(std::mem::take(&mut rest)),
            }
            fields = others;
        }
        if rest.is_empty() { Some(Fields { digest: digest?, iterations, salt }) } else { None }
    }
}

/// Where the text goes on after the literal.
fn shared_start(text: &str, literal: &[u8]) -> Option<usize> {
    text.as_bytes().starts_with(literal).then_some(literal.len())
}

/// Where the text ends before the literal.
fn shared_end(text: &str, literal: &[u8]) -> Option<usize> {
    if text.as_bytes().ends_with(literal) { text.len().checked_sub(literal.len()) } else { None }
}

impl Encoding {
    pub(super) const fn bytes(self) -> u64 {
        match self {
            Self::Base64 { bytes } | Self::Base64Url { bytes } | Self::Hex { bytes } => bytes,
        }
    }

    /// The bytes of a computed digest, or of the text that spells it.
    pub(super) fn bytes_of(self, value: &Value<'_>) -> Option<SecretBytes> {
        if value.is_digest() {
            Some(value.bytes().into())
        } else {
            self.decode(std::str::from_utf8(value.bytes()).ok()?)
        }
    }

    fn decode(self, text: &str) -> Option<SecretBytes> {
        match self {
            Self::Base64 { .. } => field::base64(text.trim_end_matches('=')),
            Self::Base64Url { .. } if text.bytes().all(|byte| !matches!(byte, b'+' | b'.' | b'/' | b'=')) => {
                field::any_base64(text)
            }
            Self::Base64Url { .. } => None,
            Self::Hex { .. } => field::any_hex(text),
        }
    }

    /// The length of the text without padding, and the padding that it may have.
    fn spelling(self) -> Option<(usize, &'static str)> {
        let characters = match self {
            Self::Base64 { bytes } | Self::Base64Url { bytes } => bytes.saturating_mul(4).div_ceil(3),
            Self::Hex { bytes } => bytes.saturating_mul(2),
        };
        let padding = match (self, characters % 4) {
            (Self::Base64 { .. }, 2) => "==",
            (Self::Base64 { .. }, 3) => "=",
            _ => "",
        };
        Some((usize::try_from(characters).ok()?, padding))
    }

    /// The digest at the start of a text, and what follows it.
    fn split_start(self, text: &str) -> Option<(Option<SecretBytes>, &str)> {
        let (length, padding) = self.spelling()?;
        let (spelled, after) = text.split_at_checked(length)?;
        Some((Some(self.decode(spelled)?), after.strip_prefix(padding).unwrap_or(after)))
    }

    /// The digest at the end of a text, and what stands before it.
    fn split_end(self, text: &str) -> Option<(&str, Option<SecretBytes>)> {
        let (length, padding) = self.spelling()?;
        let text = text.strip_suffix(padding).unwrap_or(text);
        let (before, spelled) = text.split_at_checked(text.len().checked_sub(length)?)?;
        Some((before, Some(self.decode(spelled)?)))
    }
}
