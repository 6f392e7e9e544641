use super::{
    super::{Password, SecretBytes},
    node::{Node, Times, Variable},
    value::Value,
};

/// What comes with a hash. Empty where the expression does not ask for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub(super) iterations: u64,
    pub(super) key: SecretBytes,
    pub(super) salt: SecretBytes,
    pub(super) user: SecretBytes,
}

impl Values {
    /// How often a step is applied.
    pub(super) fn times(&self, times: Times) -> u64 {
        match times {
            Times::Fixed(times) => times,
            Times::Iterations => self.iterations,
            Times::IterationsLess(less) => self.iterations.saturating_sub(less),
        }
    }
}

/// What variables stand for while an expression is computed.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    values: &'a Values,
    password: &'a [u8],
    it: Option<&'a Value<'a>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(values: &'a Values, password: &'a Password) -> Self {
        Self { values, password: password.expose(), it: None }
    }

    /// What a node comes to. `None` where the password, or the salt, has not the form that is asked for.
    pub(super) fn compute(&self, node: &'a Node) -> Option<Value<'a>> {
        Some(match node {
            Node::Literal(bytes) => Value::borrowed(bytes),
            Node::Variable(variable) => self.variable(*variable)?,
            Node::Join(parts) => {
                let parts = self.texts(parts)?;
                Value::text(parts.iter().map(Value::bytes).collect::<Vec<_>>().concat())
            }
            Node::Digest(algorithm, of) => Value::digest(self.over(of, |parts| algorithm.digest(parts))?),
            Node::Hmac { algorithm, key, message } => {
                let key = self.compute(key)?.into_text();
                Value::digest(self.over(message, |parts| algorithm.hmac(key.bytes(), parts))?)
            }
            Node::Form(form, of) => self.compute(of)?.form(*form)?,
            Node::Substr { of, start, length } => self.compute(of)?.cut(*start, *length),
            Node::Repeat { times, first, step } => {
                let mut it = self.compute(first)?.into_owned();
                for _ in 0..self.values.times(*times) {
                    it = Scope { it: Some(&it), ..*self }.compute(step)?.into_owned();
                }
                it
            }
        })
    }

    fn variable(&self, variable: Variable) -> Option<Value<'a>> {
        Some(match variable {
            Variable::It => return self.it.map(Value::again),
            Variable::Iterations => Value::text(self.values.iterations.to_string().into_bytes()),
            Variable::Key => Value::borrowed(self.values.key.expose()),
            Variable::Pass => Value::borrowed(self.password),
            Variable::Salt => Value::borrowed(self.values.salt.expose()),
            Variable::User => Value::borrowed(self.values.user.expose()),
        })
    }

    /// Runs a digest over the parts of a text, which need not be joined for it.
    fn over(&self, of: &'a Node, run: impl FnOnce(&[&[u8]]) -> SecretBytes) -> Option<SecretBytes> {
        let Node::Join(parts) = of else {
            return Some(run(&[self.compute(of)?.into_text().bytes()]));
        };
        let parts = self.texts(parts)?;
        Some(run(&parts.iter().map(Value::bytes).collect::<Vec<_>>()))
    }

    fn texts(&self, parts: &'a [Node]) -> Option<Vec<Value<'a>>> {
        parts.iter().map(|part| self.compute(part).map(Value::into_text)).collect()
    }
}
