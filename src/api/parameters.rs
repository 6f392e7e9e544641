use std::collections::BTreeMap;

use axum::http::{StatusCode, Uri};

use super::{ApiLimits, problem::Problem};

/// The parameters of a query, each at most once and each known.
#[derive(Debug)]
pub(super) struct Parameters(BTreeMap<&'static str, String>);

impl Parameters {
    /// Reads the query of an address. `known` are the names that there may be.
    pub(super) fn of(uri: &Uri, known: &[&'static str], limits: &ApiLimits) -> Result<Self, Problem> {
        let query = uri.query().unwrap_or_default();
        if query.len() > limits.query_bytes {
            return Err(Problem::new(StatusCode::URI_TOO_LONG, "uri_too_long", "The query string is too long."));
        }
        Self::read(query, known, |problem| problem)
    }

    /// Reads `application/x-www-form-urlencoded`, as the WHATWG's URL standard has it.
    pub(super) fn read(
        text: &str,
        known: &[&'static str],
        shaped: impl Fn(Problem) -> Problem,
    ) -> Result<Self, Problem> {
        let mut read = BTreeMap::new();
        let bad = |message: String| {
            shaped(Problem::bad("invalid_query_string", format!("Query validation error: '{message}'.")))
        };
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name).ok_or_else(|| bad("A name is not percent-encoded UTF-8".to_owned()))?;
            let Some(name) = known.iter().copied().find(|known| *known == name) else {
                return Err(bad(format!("Additional properties not allowed{}", told(&name))));
            };
            let value =
                decoded(value).ok_or_else(|| shaped(Problem::query("The value is not percent-encoded UTF-8", name)))?;
            if read.insert(name, value).is_some() {
                return Err(shaped(Problem::query("The parameter is given more than once", name)));
            }
        }
        Ok(Self(read))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A text that has to be there.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, Problem> {
        let missing = || Problem::query(format!("Missing required property: {name}"), name);
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(missing)
    }

    pub(super) fn flag(&self, name: &'static str) -> Result<Option<bool>, Problem> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Problem::query("Expected type boolean but found type string", name)),
        }
    }

    pub(super) fn number(&self, name: &'static str, most: usize) -> Result<Option<usize>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = || Problem::query("Expected type integer but found type string", name);
        let (digits, is_negative) = text.strip_prefix('-').map_or((text, false), |digits| (digits, true));
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        if is_negative {
            return Err(Problem::query("Value is less than minimum 0", name));
        }
        match digits.parse() {
            Ok(number) if number <= most => Ok(Some(number)),
            Ok(_) | Err(_) => Err(Problem::query(format!("Value is greater than maximum {most}"), name)),
        }
    }
}

/// The name of what is not known, if it can hardly be anything but a name.
pub(super) fn told(name: &str) -> String {
    let is_tame = (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if is_tame { format!(": {name}") } else { String::new() }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Parameters, Problem> {
        Parameters::read(text, &["q", "page"], |problem| problem)
    }

    #[test]
    fn a_query_is_decoded_once() {
        let parameters = read("q=email%3A%22a%2Bb%40x.io%22+OR+%2525&page=7&").unwrap();
        assert_eq!(parameters.text("q"), Some("email:\"a+b@x.io\" OR %25"));
        assert_eq!(parameters.number("page", 10).unwrap(), Some(7));
        assert_eq!(read("q").unwrap().text("q"), Some(""));
    }

    #[test]
    fn what_is_wrong_with_a_query_is_said() {
        for bad in ["q=1&q=2", "x=1", "q=%", "q=%f", "q=%zz", "q=%ff", "%ff=1", "Q=1"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        for bad in ["", "-1", "+1", "1.0", "11", "99999999999999999999999", "٣"] {
            assert!(read(&format!("page={bad}")).unwrap().number("page", 10).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_query_takes_it_down(text in "\\PC{0,64}") {
            let _ = read(&text);
        }

        #[test]
        fn what_was_encoded_is_read(text in "\\PC{0,24}") {
            let encoded = text.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
            let parameters = read(&format!("q={encoded}")).unwrap();
            prop_assert_eq!(parameters.text("q"), Some(text.as_str()));
        }
    }
}
