use std::{fmt, sync::Arc};

use super::{
    super::{
        Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, SecretBytes,
        Strength, Workspace, format::Stored,
    },
    Expression, ExpressionError,
    layout::Layout,
    node::{Node, Times, Variable},
    reading,
    scope::{Scope, Values},
    work::Work,
};

/// A scheme of a host's own, declared by an [`Expression`].
///
/// Its hashes are those that are declared to be of it: `PasswordHash::declared("acme-forum", text)`, with salt, user
/// name, key and iterations in the [`HashContext`](super::super::HashContext) where the expression asks for them and
/// the text does not hold them.
///
/// ```
/// use waystation::password::*;
///
/// let schemes = Schemes::standard().with(Declared::new("acme-forum", "md5(md5($pass) . $salt)")?)?;
///
/// let row = ("a8b7f1b1bd1a1a3bb2a2f9f1a7c5a0d5", "x7Qa"); // columns `password` and `salt`
/// let stored = PasswordHash::declared("acme-forum", row.0).with_context(HashContext::default().salt(row.1));
/// let parsed = schemes.parse(&stored, &Limits::default())?;
/// assert!(!parsed.verify(&"guess".into(), &mut Workspace::default())?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Declared {
    name: &'static str,
    expression: Expression,
}

impl Declared {
    /// A scheme of this name: lower case, words joined by `-`, at most 31 bytes. Stores keep it with every hash.
    ///
    /// # Errors
    ///
    /// When the expression is none, with the place.
    pub fn new(name: &'static str, expression: &str) -> Result<Self, ExpressionError> {
        Ok(Self { name, expression: expression.parse()? })
    }

    /// How its hashes are made.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }
}

impl PasswordScheme for Declared {
    fn name(&self) -> &'static str {
        self.name
    }

    /// None: its hashes are declared.
    fn prefixes(&self) -> &'static [&'static str] {
        &[]
    }

    fn fits(&self, text: &str) -> bool {
        self.expression.layout.read(text).is_some()
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        parse(&self.expression, &Stored { scheme: self.name, hash, limits })
    }
}

impl fmt::Debug for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Declared({}, {})", self.name, self.expression)
    }
}

/// The longest text on the way, in bytes.
const LONGEST_TEXT: u64 = 1 << 20;

/// Reads a stored hash, and holds its work against the limits before any of it is done.
pub(super) fn parse(expression: &Expression, stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let layout = &expression.layout;
    let fields = layout.read(stored.text()).ok_or(stored.malformed("it is not laid out as declared"))?;
    let mentions = |variable| layout.computed.iter().any(|node| node.mentions(variable));
    let mut values = Values::default();
    if mentions(Variable::Salt) {
        values.salt = match fields.salt {
            Some(salt) => stored.bounded_salt(salt.into())?,
            None => stored.salt()?,
        };
    }
    if mentions(Variable::User) {
        values.user = stored.username()?.into();
    }
    if mentions(Variable::Key) {
        values.key = stored.key()?;
    }
    if mentions(Variable::Iterations) {
        values.iterations = fields.iterations.map_or_else(|| stored.iterations(), Ok)?;
        let fewest = layout.computed.iter().map(fewest_iterations).max().unwrap_or_default();
        if values.iterations < fewest {
            return Err(stored.malformed("it has too few iterations"));
        }
    }
    let declared = DeclaredHash {
        scheme: stored.scheme,
        layout: layout.clone(),
        values,
        digest: fields.digest,
        most_bytes: stored.limits.digest.bytes(),
    };
    let work = declared.work(0);
    stored.bound("digests", work.calls, stored.limits.digest.rounds)?;
    declared.bound(work)?;
    if !declared.is_well_formed() {
        return Err(stored.malformed("what comes with it is not encoded as declared"));
    }
    Ok(Box::new(declared))
}

/// The fewest iterations with which every `repeat` is what it was declared to be.
fn fewest_iterations(node: &Node) -> u64 {
    let here = match node {
        Node::Repeat { times: Times::IterationsLess(less), .. } => *less,
        _ => 0,
    };
    node.children().into_iter().map(fewest_iterations).max().unwrap_or_default().max(here).max(1)
}

struct DeclaredHash {
    scheme: &'static str,
    layout: Arc<Layout>,
    values: Values,
    digest: SecretBytes,
    most_bytes: u64,
}

impl DeclaredHash {
    /// How many digests a password of so many bytes takes, how much they read, and the longest text on the way.
    fn work(&self, password: u64) -> Work {
        let work = |node| Work::of(node, &self.values, password);
        self.layout.computed.iter().map(work).fold(Work::default(), Work::and)
    }

    fn bound(&self, work: Work) -> Result<(), HashError> {
        HashError::bound(self.scheme, "bytes for its digests", work.bytes, self.most_bytes)?;
        HashError::bound(self.scheme, "bytes in one text", work.longest, LONGEST_TEXT)
    }

    /// Whether salt, user and key have the forms that the expression takes them in.
    fn is_well_formed(&self) -> bool {
        let nothing = Password::from("");
        let scope = Scope::new(&self.values, &nothing);
        let varies = |node: &Node| matches!(node, Node::Variable(Variable::It | Variable::Pass) | Node::Digest(..));
        let refused =
            |node: &Node| matches!(node, Node::Form(..)) && !node.any(&varies) && scope.compute(node).is_none();
        !self.layout.computed.iter().any(|node| node.any(&refused))
    }
}

impl ParsedHash for DeclaredHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        if self.work(0).calls < 1_000 { Strength::Fast } else { Strength::Slow }
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        let scope = Scope::new(&self.values, password);
        reading::read_by_any(&self.layout.computed, &scope, password)
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        self.bound(self.work(password.len() as u64))?;
        let scope = Scope::new(&self.values, password);
        let mut computed = Vec::new();
        for node in &self.layout.computed {
            // A password without the form that was hashed is not the one: no digest matches none.
            let Some(digest) = scope.compute(node).and_then(|value| self.layout.encoding.bytes_of(&value)) else {
                return Ok(SecretBytes::default());
            };
            computed.extend_from_slice(digest.expose());
        }
        Ok(computed.into())
    }
}

/// A derived one would show the salt.
impl fmt::Debug for DeclaredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeclaredHash").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}
