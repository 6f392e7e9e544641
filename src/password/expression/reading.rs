use std::ops::Range;

use super::{
    super::{EffectiveInput, Password},
    node::{Form, Node, Variable},
    scope::Scope,
    value::trimmed,
};

/// How much of a password several nodes read together.
pub(super) fn read_by_any(nodes: &[Node], scope: &Scope<'_>, password: &Password) -> EffectiveInput {
    let read = nodes.iter().filter_map(|node| read(node, scope, password));
    read.max_by_key(|read| rank(read, password)).unwrap_or(EffectiveInput::First(0))
}

/// How much of a password an expression reads. `None`: nothing of it.
///
/// Where the password is read in several places, the one that reads most of it counts.
fn read(node: &Node, scope: &Scope<'_>, password: &Password) -> Option<EffectiveInput> {
    let read = |node: &Node| read(node, scope, password);
    match node {
        Node::Literal(_) => None,
        Node::Variable(variable) => (*variable == Variable::Pass).then_some(EffectiveInput::Whole),
        Node::Join(parts) => parts.iter().filter_map(read).max_by_key(|read| rank(read, password)),
        Node::Hmac { algorithm, key, message } => {
            let of_key = match last(key) {
                Node::Variable(Variable::Pass) => Some(as_key(key, scope, password, algorithm.block_bytes())),
                _ => read(key),
            };
            of_key.into_iter().chain(read(message)).max_by_key(|read| rank(read, password))
        }
        Node::Form(Form::Lower | Form::Upper, of) if of.shows_password() => Some(EffectiveInput::Folded),
        Node::Form(Form::Trim, of) if of.shows_password() => read(of).map(|read| trim(read, password)),
        Node::Substr { of, start, length } if of.shows_password() => Some(cut(*start, *length, password)),
        Node::Digest(_, of) | Node::Form(_, of) | Node::Substr { of, .. } => read(of),
        Node::Repeat { first, step, .. } => {
            [first, step].into_iter().filter_map(|node| read(node)).max_by_key(|read| rank(read, password))
        }
    }
}

/// Higher where more is read.
fn rank(read: &EffectiveInput, password: &Password) -> (u8, usize) {
    match read {
        EffectiveInput::First(bytes) => (0, (*bytes).min(password.len())),
        EffectiveInput::Part(range) => (0, range.len()),
        EffectiveInput::Folded => (1, 0),
        EffectiveInput::Whole => (2, 0),
    }
}

/// The bytes that are read of this very password.
fn range(read: &EffectiveInput, password: &Password) -> Range<usize> {
    match read {
        EffectiveInput::First(bytes) => 0..(*bytes).min(password.len()),
        EffectiveInput::Part(range) => range.clone(),
        EffectiveInput::Folded | EffectiveInput::Whole => 0..password.len(),
    }
}

fn trim(read: EffectiveInput, password: &Password) -> EffectiveInput {
    let within = range(&read, password);
    let bytes = password.expose().get(within.clone()).unwrap_or_default();
    let kept = trimmed(bytes);
    if kept.len() == bytes.len() || read == EffectiveInput::Folded {
        return read;
    }
    let spaces = bytes.iter().position(|byte| kept.first() == Some(byte)).unwrap_or_default();
    EffectiveInput::Part(within.start + spaces..within.start + spaces + kept.len())
}

fn cut(start: u64, length: u64, password: &Password) -> EffectiveInput {
    let place = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
    let end = place(start.saturating_add(length));
    if start == 0 {
        return EffectiveInput::First(end);
    }
    EffectiveInput::Part(place(start).min(password.len())..end.min(password.len()))
}

/// What is read of a password that a key ends with: HMAC fills a short key up with NULs.
fn as_key(key: &Node, scope: &Scope<'_>, password: &Password, block_bytes: usize) -> EffectiveInput {
    let length = scope.compute(key).map_or(0, |key| key.bytes().len());
    EffectiveInput::of_hmac_key(password, block_bytes.saturating_sub(length.saturating_sub(password.len())))
}

/// What a text ends with.
fn last(node: &Node) -> &Node {
    match node {
        Node::Join(parts) => parts.last().map_or(node, last),
        _ => node,
    }
}
