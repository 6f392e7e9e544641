use super::{
    node::{Form, Node, Shape, Variable},
    scope::Values,
};

/// What computing an expression takes, in numbers that do not overflow.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Work {
    /// Digests.
    pub(super) calls: u64,
    /// Bytes that digests read.
    pub(super) bytes: u64,
    /// Bytes of the longest text on the way.
    pub(super) longest: u64,
    /// Bytes of the result.
    length: u64,
}

impl Work {
    /// The work for a password of so many bytes.
    pub(super) fn of(node: &Node, values: &Values, password: u64) -> Self {
        Lengths { values, password, it: 0 }.work(node)
    }

    /// Both, side by side.
    pub(super) fn and(self, other: Self) -> Self {
        self.then(other, self.length.saturating_add(other.length))
    }

    /// This and `more`, one after the other; the result has so many bytes.
    fn then(self, more: Self, length: u64) -> Self {
        Self {
            calls: self.calls.saturating_add(more.calls),
            bytes: self.bytes.saturating_add(more.bytes),
            longest: self.longest.max(more.longest).max(length),
            length,
        }
    }

    fn times(self, times: u64) -> Self {
        Self { calls: self.calls.saturating_mul(times), bytes: self.bytes.saturating_mul(times), ..self }
    }

    fn resulting_in(self, length: u64) -> Self {
        self.then(Self::default(), length)
    }
}

/// How long the variables are.
#[derive(Clone, Copy, Debug)]
struct Lengths<'a> {
    values: &'a Values,
    password: u64,
    it: u64,
}

impl Lengths<'_> {
    fn work(self, node: &Node) -> Work {
        match node {
            Node::Literal(bytes) => Work::default().resulting_in(bytes.len() as u64),
            Node::Variable(variable) => Work::default().resulting_in(self.variable(*variable)),
            Node::Join(parts) => parts.iter().map(|part| self.work(part)).fold(Work::default(), Work::and),
            Node::Digest(_, of) => Self::digested(node, self.work(of)),
            Node::Hmac { algorithm, key, message } => {
                let (key, message) = (self.work(key), self.work(message));
                let inner = Self::digested(node, key.and(message));
                // The key is padded to a block, twice, and the outer digest reads the inner.
                let outer = Work { calls: 1, bytes: 3 * algorithm.block_bytes() as u64, ..Work::default() };
                inner.then(outer, inner.length)
            }
            Node::Form(form, of) => {
                let of = self.work(of);
                of.resulting_in(match form {
                    Form::Hex | Form::Base64 | Form::Base64Url | Form::Utf16Le => {
                        of.length.saturating_mul(2).saturating_add(4)
                    }
                    _ => of.length,
                })
            }
            Node::Substr { of, length, .. } => {
                let of = self.work(of);
                of.resulting_in(of.length.min(*length))
            }
            Node::Repeat { times, first, step } => {
                let first = self.work(first);
                let it = step.shape().text_len().unwrap_or_default().max(first.length);
                let step = Self { it, ..self }.work(step);
                first.then(step.times(self.values.times(*times)), it)
            }
        }
    }

    /// A digest of what `of` comes to.
    fn digested(node: &Node, of: Work) -> Work {
        let Shape::Digest { bytes } = node.shape() else { return of };
        let call = Work { calls: 1, bytes: of.length, ..Work::default() };
        of.then(call, bytes.saturating_mul(2))
    }

    fn variable(self, variable: Variable) -> u64 {
        match variable {
            Variable::It => self.it,
            // As many digits as a number can have.
            Variable::Iterations => 20,
            Variable::Key => self.values.key.len() as u64,
            Variable::Pass => self.password,
            Variable::Salt => self.values.salt.len() as u64,
            Variable::User => self.values.user.len() as u64,
        }
    }
}
