use std::ops::Range;

use super::{
    super::{algorithm::Algorithm, field},
    ExpressionError,
    node::{Form, Node, Times, Variable},
};

/// The longest expression, in bytes.
pub(super) const LONGEST: usize = 1_024;

/// How deep calls and brackets may stand in each other.
const DEEPEST: u32 = 16;

/// A node and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) node: Node,
    pub(super) at: Range<usize>,
}

/// Reads an expression by recursive descent: `join := primary { '.' primary }`.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    depth: u32,
    /// How many steps of `repeat` are open.
    steps: u32,
}

type Parsed<T> = Result<T, (Range<usize>, &'static str)>;

impl<'a> Parser<'a> {
    /// The pieces that an expression joins.
    pub(super) fn parse(text: &'a str) -> Result<Vec<Piece>, ExpressionError> {
        let mut parser = Self { text, rest: text, depth: 0, steps: 0 };
        let too_long = text.len() > LONGEST;
        let shown = if too_long { text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default() } else { text };
        let parsed =
            if too_long { Err((shown.len()..shown.len(), "it is longer than 1024 bytes")) } else { parser.whole() };
        parsed.map_err(|(at, what)| ExpressionError { expression: shown.to_owned(), at, what })
    }

    fn whole(&mut self) -> Parsed<Vec<Piece>> {
        let pieces = self.join()?;
        if self.rest.is_empty() { Ok(pieces) } else { Err((self.next_character(), "expected `.` or the end")) }
    }

    fn join(&mut self) -> Parsed<Vec<Piece>> {
        self.depth += 1;
        let mut pieces = Vec::new();
        loop {
            for piece in self.primary()? {
                push(&mut pieces, piece);
            }
            if !self.skip(".") {
                break;
            }
        }
        // Nothing joined with something is something.
        if pieces.len() > 1 {
            pieces.retain(|piece| piece.node != Node::Literal(Vec::new()));
        }
        self.depth -= 1;
        Ok(pieces)
    }

    fn primary(&mut self) -> Parsed<Vec<Piece>> {
        self.spaces();
        let start = self.at();
        if self.depth > DEEPEST + 1 {
            return Err((self.next_character(), "it is nested more than 16 deep"));
        }
        let node = match self.rest.chars().next() {
            Some('(') => {
                self.skip("(");
                let pieces = self.join()?;
                self.expect(")", "expected `.` or `)`")?;
                return Ok(pieces);
            }
            Some(quote @ ('\'' | '"')) => Node::Literal(self.literal(quote)?),
            Some('$') => Node::Variable(self.variable()?),
            Some(letter) if letter.is_ascii_alphanumeric() || letter == '_' => self.call()?,
            _ => return Err((self.next_character(), "expected a variable, a function or a quoted text")),
        };
        let piece = Piece { node, at: start..self.at() };
        self.spaces();
        Ok(vec![piece])
    }

    fn literal(&mut self, quote: char) -> Parsed<Vec<u8>> {
        let start = self.at();
        let mut bytes = Vec::new();
        let mut characters = self.rest.char_indices();
        characters.next();
        while let Some((index, character)) = characters.next() {
            let escape = start + index..start + index + character.len_utf8();
            match character {
                _ if character == quote => {
                    self.rest = characters.as_str();
                    return Ok(bytes);
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('\'' | '"' | '\\'))) => bytes.extend(escaped.to_string().bytes()),
                    Some((_, 'x')) => {
                        let digits: String = characters.by_ref().take(2).map(|(_, digit)| digit).collect();
                        let byte = field::any_hex(&digits).filter(|byte| byte.len() == 1);
                        bytes.extend(byte.ok_or((escape, "`\\x` takes two hexadecimal digits"))?.expose());
                    }
                    _ => return Err((escape, "`\\` stands before a quote, another `\\`, or `x` only")),
                },
                other => bytes.extend(other.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        Err((start..start + 1, "the quotation does not end"))
    }

    fn variable(&mut self) -> Parsed<Variable> {
        let start = self.at();
        self.skip("$");
        let name = self.word();
        let at = start..self.at();
        match Variable::named(name) {
            None => Err((at, "there is no such variable")),
            Some(Variable::It) if self.steps == 0 => Err((at, "`$it` is the value before a step of `repeat`")),
            Some(variable) => Ok(variable),
        }
    }

    fn call(&mut self) -> Parsed<Node> {
        let start = self.at();
        let name = self.word();
        let at = start..self.at();
        let function = Function::named(name).ok_or((at, "there is no such function"))?;
        self.expect("(", "expected `(`")?;
        let node = match function {
            Function::Digest(algorithm) => Node::Digest(algorithm, Box::new(self.argument()?.node)),
            Function::Hmac(algorithm) => {
                let key = Box::new(self.argument()?.node);
                self.comma()?;
                Node::Hmac { algorithm, key, message: Box::new(self.argument()?.node) }
            }
            Function::Form(form) => self.form(form)?,
            Function::Repeat => self.repeat()?,
            Function::Substr => self.substr()?,
        };
        self.expect(")", "expected `)`")?;
        Ok(node)
    }

    fn form(&mut self, form: Form) -> Parsed<Node> {
        let of = self.argument()?;
        let outside = |node: &Node| {
            let varies = matches!(node, Node::Variable(Variable::It | Variable::Iterations | Variable::Pass));
            varies || matches!(node, Node::Digest(..) | Node::Hmac { .. })
        };
        if matches!(form, Form::Unbase64 | Form::Unhex) && of.node.any(&outside) {
            return Err((of.at, "only what comes with the hash is decoded: salt, user and key"));
        }
        Ok(Node::Form(form, Box::new(of.node)))
    }

    fn substr(&mut self) -> Parsed<Node> {
        let of = self.argument()?;
        if of.node.shows_password() && of.node != Node::Variable(Variable::Pass) {
            return Err((of.at, "of what the password stands in, only `$pass` itself can be cut"));
        }
        self.comma()?;
        let start = self.number()?;
        self.comma()?;
        let at = self.at();
        let length = self.number()?;
        let beyond = of.node.shape().text_len().is_some_and(|len| start.saturating_add(length) > len);
        if length == 0 || beyond {
            return Err((at..self.at(), if beyond { "it ends beyond the text" } else { "nothing is left" }));
        }
        Ok(Node::Substr { of: Box::new(of.node), start, length })
    }

    fn repeat(&mut self) -> Parsed<Node> {
        let times = self.times()?;
        self.comma()?;
        let first = self.argument()?.node;
        self.comma()?;
        self.steps += 1;
        let step = self.argument()?;
        self.steps -= 1;
        if !step.node.starts_from_it() {
            return Err((step.at, "a step starts from `$it`"));
        }
        if step.node.shape().text_len().is_none() || step.node.shows_password() {
            return Err((step.at, "a step ends with a digest"));
        }
        if matches!(times, Times::IterationsLess(_)) && first.shape() != step.node.shape() {
            return Err((step.at, "there may be no step, so that it must be of the form that it starts from"));
        }
        Ok(Node::Repeat { times, first: Box::new(first), step: Box::new(step.node) })
    }

    fn times(&mut self) -> Parsed<Times> {
        self.spaces();
        let start = self.at();
        if !self.rest.starts_with('$') {
            let times = self.number()?;
            return if times == 0 {
                Err((start..self.at(), "it is done at least once"))
            } else {
                Ok(Times::Fixed(times))
            };
        }
        if self.variable()? != Variable::Iterations {
            return Err((start..self.at(), "expected a number or `$iterations`"));
        }
        Ok(if self.skip("-") { Times::IterationsLess(self.number()?) } else { Times::Iterations })
    }

    /// What stands between brackets or commas, as one node.
    fn argument(&mut self) -> Parsed<Piece> {
        self.spaces();
        let start = self.at();
        let pieces = self.join()?;
        let end = start + self.text.get(start..self.at()).unwrap_or_default().trim_end().len();
        Ok(Piece { node: Node::join(pieces.into_iter().map(|piece| piece.node).collect()), at: start..end })
    }

    fn number(&mut self) -> Parsed<u64> {
        self.spaces();
        let start = self.at();
        let word = self.word();
        let number = field::decimal(word).filter(|_| !word.is_empty());
        number.ok_or((if word.is_empty() { self.next_character() } else { start..self.at() }, "expected a number"))
    }

    fn comma(&mut self) -> Parsed<()> {
        self.expect(",", "expected `,`")
    }

    fn expect(&mut self, token: &str, what: &'static str) -> Parsed<()> {
        if self.skip(token) { Ok(()) } else { Err((self.next_character(), what)) }
    }

    /// Takes the token, with spaces around it, if it comes next.
    fn skip(&mut self, token: &str) -> bool {
        self.spaces();
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        self.rest = rest;
        // A variable's name follows its `$` at once.
        if token != "$" {
            self.spaces();
        }
        true
    }

    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let (word, rest) = self.rest.split_at_checked(end.unwrap_or(self.rest.len())).unwrap_or_default();
        self.rest = rest;
        word
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    fn next_character(&self) -> Range<usize> {
        self.at()..self.at() + self.rest.chars().next().map_or(0, char::len_utf8)
    }
}

/// Two literals side by side are one.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    if let (Some(Piece { node: Node::Literal(before), at }), Node::Literal(more)) = (pieces.last_mut(), &piece.node) {
        before.extend(more);
        at.end = piece.at.end;
    } else {
        pieces.push(piece);
    }
}

#[derive(Clone, Copy, Debug)]
enum Function {
    Digest(Algorithm),
    Form(Form),
    Hmac(Algorithm),
    Repeat,
    Substr,
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        match name {
            "repeat" => Some(Self::Repeat),
            "substr" => Some(Self::Substr),
            _ => match name.strip_prefix("hmac_") {
                Some(algorithm) => Algorithm::named(algorithm).map(Self::Hmac),
                None => Algorithm::named(name).map(Self::Digest).or_else(|| Form::named(name).map(Self::Form)),
            },
        }
    }
}
