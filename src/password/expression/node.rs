use std::fmt;

use super::super::algorithm::Algorithm;

/// A part of an expression.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Node {
    /// A quoted text, or bytes.
    Literal(Vec<u8>),
    Variable(Variable),
    /// One after the other. Never of one, never of others of its kind, never of two literals side by side.
    Join(Vec<Node>),
    Digest(Algorithm, Box<Node>),
    Hmac {
        algorithm: Algorithm,
        key: Box<Node>,
        message: Box<Node>,
    },
    Form(Form, Box<Node>),
    Substr {
        of: Box<Node>,
        start: u64,
        length: u64,
    },
    /// `step` applied so many times, first to `first`, with the result before as `$it`.
    Repeat {
        times: Times,
        first: Box<Node>,
        step: Box<Node>,
    },
}

/// What differs from hash to hash.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Variable {
    It,
    Iterations,
    Key,
    Pass,
    Salt,
    User,
}

/// Another form of a text or of a digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Base64,
    Base64Url,
    Hex,
    Latin1,
    Lower,
    Raw,
    Trim,
    Unbase64,
    Unhex,
    Upper,
    Utf16Le,
}

/// How often a step is applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Times {
    Fixed(u64),
    Iterations,
    /// So many less than `$iterations`.
    IterationsLess(u64),
}

/// What is known of a value before there is one. A digest stands for its lower-case hexadecimal wherever a text is
/// needed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    Base64 { bytes: u64 },
    Base64Url { bytes: u64 },
    Bytes(Option<u64>),
    Digest { bytes: u64 },
    Hex { bytes: u64 },
}

impl Shape {
    /// The length as text.
    pub(super) fn text_len(self) -> Option<u64> {
        match self {
            Self::Base64 { bytes } => Some(bytes.div_ceil(3).saturating_mul(4)),
            Self::Base64Url { bytes } => Some(bytes.saturating_mul(4).div_ceil(3)),
            Self::Bytes(len) => len,
            Self::Digest { bytes } | Self::Hex { bytes } => Some(bytes.saturating_mul(2)),
        }
    }

    /// The length of what a decoder or `raw` makes of it.
    fn byte_len(self) -> Option<u64> {
        match self {
            Self::Digest { bytes } => Some(bytes),
            other => other.text_len(),
        }
    }
}

impl Node {
    /// The pieces one after the other, each normal and none of them a `Join`.
    pub(super) fn join(mut pieces: Vec<Self>) -> Self {
        match (pieces.pop(), pieces.is_empty()) {
            (None, _) => Self::Literal(Vec::new()),
            (Some(only), true) => only,
            (Some(last), false) => {
                pieces.push(last);
                Self::Join(pieces)
            }
        }
    }

    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Literal(bytes) => Shape::Bytes(Some(bytes.len() as u64)),
            Self::Variable(_) => Shape::Bytes(None),
            Self::Join(parts) => {
                let lengths = parts.iter().map(|part| part.shape().text_len());
                Shape::Bytes(lengths.sum())
            }
            Self::Digest(algorithm, _) | Self::Hmac { algorithm, .. } => {
                Shape::Digest { bytes: algorithm.output_bytes() as u64 }
            }
            Self::Form(form, of) => form.shape(of.shape()),
            Self::Substr { of, start, length } => match of.shape() {
                Shape::Digest { .. } | Shape::Hex { .. } if length % 2 == 0 => Shape::Hex { bytes: length / 2 },
                shape => Shape::Bytes(
                    shape.text_len().filter(|len| start.saturating_add(*length) <= *len).and(Some(*length)),
                ),
            },
            Self::Repeat { step, .. } => step.shape(),
        }
    }

    /// What it is made of.
    pub(super) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_) | Self::Variable(_) => Vec::new(),
            Self::Join(parts) => parts.iter().collect(),
            Self::Digest(_, of) | Self::Form(_, of) | Self::Substr { of, .. } => vec![of],
            Self::Hmac { key: one, message: other, .. } | Self::Repeat { first: one, step: other, .. } => {
                vec![one, other]
            }
        }
    }

    /// Whether `test` holds for this or for anything in it.
    pub(super) fn any(&self, test: &impl Fn(&Self) -> bool) -> bool {
        test(self) || self.children().into_iter().any(|child| child.any(test))
    }

    pub(super) fn mentions(&self, variable: Variable) -> bool {
        self.any(&|node| match node {
            Self::Variable(other) => *other == variable,
            Self::Repeat { times: Times::Iterations | Times::IterationsLess(_), .. } => {
                variable == Variable::Iterations
            }
            _ => false,
        })
    }

    /// Whether `$it` stands in it, and is not that of a `repeat` within.
    pub(super) fn starts_from_it(&self) -> bool {
        match self {
            Self::Variable(variable) => *variable == Variable::It,
            Self::Repeat { first, .. } => first.starts_from_it(),
            _ => self.children().into_iter().any(Self::starts_from_it),
        }
    }

    /// Whether the password stands in the value itself, and not only in a digest of it.
    pub(super) fn shows_password(&self) -> bool {
        match self {
            // What a step comes to is a digest.
            Self::Digest(..) | Self::Hmac { .. } | Self::Repeat { .. } => false,
            Self::Variable(variable) => *variable == Variable::Pass,
            _ => self.children().into_iter().any(Self::shows_password),
        }
    }
}

impl Form {
    const ALL: [Self; 11] = [
        Self::Base64,
        Self::Base64Url,
        Self::Hex,
        Self::Latin1,
        Self::Lower,
        Self::Raw,
        Self::Trim,
        Self::Unbase64,
        Self::Unhex,
        Self::Upper,
        Self::Utf16Le,
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Hex => "hex",
            Self::Latin1 => "latin1",
            Self::Lower => "lower",
            Self::Raw => "raw",
            Self::Trim => "trim",
            Self::Unbase64 => "unbase64",
            Self::Unhex => "unhex",
            Self::Upper => "upper",
            Self::Utf16Le => "utf16le",
        }
    }

    /// What becomes of a value of this shape.
    fn shape(self, of: Shape) -> Shape {
        match (self, of) {
            (Self::Base64 | Self::Base64Url | Self::Hex, of) => match (self, of.byte_len()) {
                (Self::Base64, Some(bytes)) => Shape::Base64 { bytes },
                (Self::Base64Url, Some(bytes)) => Shape::Base64Url { bytes },
                (_, Some(bytes)) => Shape::Hex { bytes },
                (_, None) => Shape::Bytes(None),
            },
            (Self::Lower | Self::Upper, Shape::Digest { bytes } | Shape::Hex { bytes }) => Shape::Hex { bytes },
            (Self::Lower | Self::Upper, of) => Shape::Bytes(of.text_len()),
            (Self::Raw, of) => Shape::Bytes(of.byte_len()),
            (Self::Latin1 | Self::Trim | Self::Unbase64 | Self::Unhex | Self::Utf16Le, _) => Shape::Bytes(None),
        }
    }
}

impl Variable {
    const ALL: [Self; 6] = [Self::It, Self::Iterations, Self::Key, Self::Pass, Self::Salt, Self::User];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variable| variable.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::It => "it",
            Self::Iterations => "iterations",
            Self::Key => "key",
            Self::Pass => "pass",
            Self::Salt => "salt",
            Self::User => "user",
        }
    }
}

/// As it is written, in one way only: what is read from it is the same.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(bytes) => quoted(bytes, f),
            Self::Variable(variable) => write!(f, "${}", variable.name()),
            Self::Join(parts) => parts.iter().enumerate().try_for_each(|(index, part)| {
                f.write_str(if index == 0 { "" } else { " . " })?;
                part.fmt(f)
            }),
            Self::Digest(algorithm, of) => write!(f, "{}({of})", algorithm.name()),
            Self::Hmac { algorithm, key, message } => write!(f, "hmac_{}({key}, {message})", algorithm.name()),
            Self::Form(form, of) => write!(f, "{}({of})", form.name()),
            Self::Substr { of, start, length } => write!(f, "substr({of}, {start}, {length})"),
            Self::Repeat { times, first, step } => write!(f, "repeat({times}, {first}, {step})"),
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(times) => times.fmt(f),
            Self::Iterations => f.write_str("$iterations"),
            Self::IterationsLess(less) => write!(f, "$iterations - {less}"),
        }
    }
}

fn quoted(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("'")?;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\'' | '\\' => write!(f, "\\{character}")?,
                control if control.is_control() => escaped(control.encode_utf8(&mut [0; 4]).as_bytes(), f)?,
                other => write!(f, "{other}")?,
            }
        }
        escaped(chunk.invalid(), f)?;
    }
    f.write_str("'")
}

fn escaped(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
}
