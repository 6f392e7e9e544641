use serde_json::Value;

/// What is done about texts that a spreadsheet would compute when it opens the file, which is how a name becomes a
/// program ([OWASP](https://owasp.org/www-community/attacks/CSV_Injection)).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum CsvTexts {
    /// Nothing: for programs. A file that people open must not be written so.
    AsTheyAre,
    /// A `'` before every text, as the reference product does. Dates are written as they are.
    Marked,
    /// A `'` before texts that begin, white space aside, with `=`, `+`, `-`, `@` or one of their wide forms, or with a tab
    /// or an end of a line; and before those that begin with `'`, so that it can be taken off again.
    #[default]
    MarkedIfComputed,
}

/// A value as a field of CSV (RFC 4180). Nothing is an empty field; what has parts is written as JSON.
pub(super) fn cell(value: &Value, texts: CsvTexts) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text, texts),
        Value::Array(_) | Value::Object(_) => quoted(&value.to_string(), texts),
    }
}

/// The name of a column, in quotes where it needs them.
pub(super) fn name(name: &str) -> String {
    let marked = mark(name, CsvTexts::MarkedIfComputed);
    if marked.is_empty() && !name.contains(['"', ',', '\n', '\r']) {
        name.to_owned()
    } else {
        quoted(name, CsvTexts::MarkedIfComputed)
    }
}

fn quoted(text: &str, texts: CsvTexts) -> String {
    format!("\"{}{}\"", mark(text, texts), text.replace('"', "\"\""))
}

fn mark(text: &str, texts: CsvTexts) -> &'static str {
    let is_marked = match texts {
        CsvTexts::AsTheyAre => false,
        CsvTexts::Marked => crate::search::named_time(text).is_none(),
        CsvTexts::MarkedIfComputed => {
            let computed = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
            text.starts_with(['\t', '\r', '\n', '\'']) || text.trim_start().starts_with(computed)
        }
    };
    if is_marked { "'" } else { "" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_that_is_written_is_computed() {
        for (text, written) in [
            ("=1+1", r#""'=1+1""#),
            ("=cmd|' /C calc'!A0", r#""'=cmd|' /C calc'!A0""#),
            ("+1555", r#""'+1555""#),
            ("-2", r#""'-2""#),
            ("@SUM(A1)", r#""'@SUM(A1)""#),
            ("  =1", r#""'  =1""#),
            ("\t=1", "\"'\t=1\""),
            ("\r\n=1", "\"'\r\n=1\""),
            ("\u{feff}=1", "\"\u{feff}=1\""),
            ("＝1", "\"'＝1\""),
            ("'a", r#""''a""#),
            (r#"a","=1"#, r#""a"",""=1""#),
            ("\"=1", r#""""=1""#),
            ("ada", r#""ada""#),
            ("", r#""""#),
            ("2024-12-31T00:00:00Z", r#""2024-12-31T00:00:00Z""#),
        ] {
            assert_eq!(cell(&json!(text), CsvTexts::default()), written, "{text}");
        }
    }

    #[test]
    fn every_text_but_a_date_is_marked_where_that_is_asked_for() {
        assert_eq!(cell(&json!("ada \"x\""), CsvTexts::Marked), r#""'ada ""x""""#);
        assert_eq!(cell(&json!("2024-12-31T00:00:00Z"), CsvTexts::Marked), r#""2024-12-31T00:00:00Z""#);
        assert_eq!(cell(&json!("=1"), CsvTexts::AsTheyAre), r#""=1""#);
        assert_eq!(cell(&json!(-1.5), CsvTexts::Marked), "-1.5");
        assert_eq!(cell(&json!(true), CsvTexts::Marked), "true");
        assert_eq!(cell(&json!(null), CsvTexts::Marked), "");
        assert_eq!(cell(&json!({"a": ["=1"]}), CsvTexts::default()), r#""{""a"":[""=1""]}""#);
        assert_eq!(name("identities[0].connection"), "identities[0].connection");
        assert_eq!(name("=a,b"), r#""'=a,b""#);
    }
}
