use std::{fmt, str::FromStr};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use super::{Order, OrderBy, OrderValue};
use crate::user::{User, UserId};

/// A place in an ordered list of users.
///
/// Its text is for URLs and does not change between releases of one major version. It is encoded and not encrypted: it
/// has the id of a user in it, and the address in a list that is ordered by it. `Debug` shows neither.
///
/// ```
/// use waystation::{UserId, store::{Order, SearchCursor}};
///
/// let place = SearchCursor::at(Order::ID, None, UserId::new("0190f0a8"));
/// assert_eq!(place.to_string().parse(), Ok(place));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SearchCursor {
    /// The order of the list.
    pub order: Order,
    /// What the last user is ordered by; `None` for users without it and for the order by id.
    pub value: Option<OrderValue>,
    /// The last user's id.
    pub id: UserId,
}

/// No cursor's text is longer: the bound on work before anything is looked at.
const LONGEST: usize = 32 * 1024;

impl SearchCursor {
    /// The place after `user` in this order. For store authors.
    pub fn after(user: &User, order: Order) -> Self {
        Self { order, value: order.value(user), id: user.id.clone() }
    }

    /// The place after the user with this value and id. For store authors.
    pub const fn at(order: Order, value: Option<OrderValue>, id: UserId) -> Self {
        Self { order, value, id }
    }

    /// Whether `user` comes after this place. For store authors.
    pub fn is_before(&self, user: &User) -> bool {
        let value = self.order.value(user);
        self.order.compare((self.value.as_ref(), &self.id), (value.as_ref(), &user.id)).is_lt()
    }
}

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = match &self.value {
            None => Value::Null,
            Some(OrderValue::Number(number)) => json!(number),
            Some(OrderValue::Text(text)) => json!(text),
        };
        let place = json!([self.order.to_string(), value, self.id]);
        f.write_str(&Base64UrlUnpadded::encode_string(place.to_string().as_bytes()))
    }
}

impl FromStr for SearchCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        if text.len() > LONGEST {
            return Err(CursorError);
        }
        let place = Base64UrlUnpadded::decode_vec(text).map_err(|_| CursorError)?;
        let (order, value, id): (String, Value, UserId) = serde_json::from_slice(&place).map_err(|_| CursorError)?;
        let order: Order = order.parse().map_err(|_| CursorError)?;
        let by = order.by();
        let value = match value {
            Value::Null if by == OrderBy::Id || by.may_be_missing() => None,
            Value::Number(number) if by != OrderBy::Id && !by.is_text() => {
                Some(OrderValue::Number(number.as_i64().ok_or(CursorError)?))
            }
            Value::String(text) if by.is_text() => Some(OrderValue::Text(text)),
            _ => return Err(CursorError),
        };
        Ok(Self { order, value, id })
    }
}

/// A text that is no [`SearchCursor`]: cut, changed, or of another list.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the cursor is not one that a search has given")]
#[non_exhaustive]
pub struct CursorError;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order() -> impl Strategy<Value = Order> {
        (prop::sample::select(OrderBy::ALL.to_vec()), any::<bool>())
            .prop_map(|(by, down)| if down { Order::descending(by) } else { Order::ascending(by) })
    }

    proptest! {
        #[test]
        fn a_cursor_is_read_as_it_is_written(order in order(), number: i64, text: String, id: String, there: bool) {
            let by = order.by();
            let value = if by.is_text() { OrderValue::Text(text) } else { OrderValue::Number(number) };
            let value = (by != OrderBy::Id && (there || !by.may_be_missing())).then_some(value);
            let cursor = SearchCursor::at(order, value, UserId::new(id));
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text in "[a-zA-Z0-9_-]{0,40}", place: String) {
            let _either = text.parse::<SearchCursor>();
            let _either = Base64UrlUnpadded::encode_string(place.as_bytes()).parse::<SearchCursor>();
        }
    }

    #[test]
    fn a_cursor_of_another_kind_of_value_is_refused() {
        for place in [
            r#"["email:1",5,"a"]"#,
            r#"["created_at:1","a","a"]"#,
            r#"["created_at:1",null,"a"]"#,
            r#"["created_at:1",1.5,"a"]"#,
            r#"["user_id:1",1,"a"]"#,
            r#"["name:1","a","a"]"#,
            r#"["email:1","a"]"#,
            r#"["email:1","a","a",1]"#,
            "",
        ] {
            let text = Base64UrlUnpadded::encode_string(place.as_bytes());
            assert_eq!(text.parse::<SearchCursor>(), Err(CursorError), "{place}");
        }
    }
}
