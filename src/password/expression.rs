//! Formats that a host declares itself, as an expression of how the stored text is made of a password.

mod declared;
mod error;
mod known;
mod layout;
mod node;
mod parser;
mod reading;
mod scope;
mod value;
mod work;

use std::{fmt, str::FromStr, sync::Arc};

pub use self::{declared::Declared, error::ExpressionError};
pub(super) use known::FORMATS;

use layout::Layout;
use node::Node;
use parser::{LONGEST, Parser};

/// How a system makes the text that it stores, read from a line such as `md5(md5($pass) . $salt)`.
///
/// The language is a small part of PHP's. [The guide](crate::guide::home_made_hashes) has all of it, and what forums
/// and shops wrote. An expression is read once, is at most 1,024 bytes long and 16 calls deep, and is shown as it was
/// understood:
///
/// ```
/// use waystation::password::Expression;
///
/// let expression: Expression = r#"sha1(upper( $user ).":".$pass) . (':' . $salt)"#.parse()?;
/// assert_eq!(expression.to_string(), "sha1(upper($user) . ':' . $pass) . ':' . $salt");
/// assert_eq!(expression.to_string().parse::<Expression>()?, expression);
/// # Ok::<(), waystation::password::ExpressionError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Expression {
    /// As it is shown.
    root: Node,
    layout: Arc<Layout>,
}

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        let pieces = Parser::parse(text)?;
        let error = |at, what| ExpressionError { expression: text.to_owned(), at, what };
        let layout = Layout::of(&pieces).map_err(|(at, what)| error(at, what))?;
        let root = Node::join(pieces.into_iter().map(|piece| piece.node).collect());
        // What is shown must be read again.
        if root.to_string().len() > LONGEST {
            return Err(error(0..text.len(), "written out it is longer than 1024 bytes"));
        }
        Ok(Self { root, layout: Arc::new(layout) })
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}
