//! Parameters of statements, in the words of the engines.

/// The statement with `write`'s placeholder for each `?1` and `?2`, and which parameter each of them is, from 1.
///
/// What stands in quotes or in a comment is left alone. Quotes are standard SQL's: doubled inside of themselves.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) fn translated(sql: &str, write: impl Fn(usize) -> String) -> (String, Vec<usize>) {
    replaced(sql, '?', write, |rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        Some((digits, rest.get(..digits)?.parse().ok()?))
    })
}

/// The same for each `:name`, of small letters and `_`, and the names. PostgreSQL's `::` is left alone as well.
pub(super) fn named(sql: &str, write: impl Fn(usize) -> String) -> (String, Vec<&str>) {
    replaced(sql, ':', write, |rest| {
        let letters = rest.bytes().take_while(|byte| byte.is_ascii_lowercase() || *byte == b'_').count();
        let name = rest.get(..letters)?;
        (!name.is_empty()).then_some((letters, name))
    })
}

/// Puts a placeholder for each `mark` that `read` finds a parameter after, so many bytes long.
fn replaced<'s, P>(
    sql: &'s str,
    mark: char,
    write: impl Fn(usize) -> String,
    read: impl Fn(&'s str) -> Option<(usize, P)>,
) -> (String, Vec<P>) {
    let (mut text, mut order) = (String::with_capacity(sql.len()), Vec::new());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' | '`' => after(rest, 1, &first.to_string()),
            '-' if rest.starts_with("--") => after(rest, 2, "\n"),
            '/' if rest.starts_with("/*") => after(rest, 2, "*/"),
            ':' if rest.starts_with("::") => 2,
            _ if first == mark => {
                if let Some((length, parameter)) = rest.get(1..).and_then(&read) {
                    order.push(parameter);
                    text.push_str(&write(order.len()));
                    rest = rest.get(1 + length..).unwrap_or_default();
                    continue;
                }
                1
            }
            other => other.len_utf8(),
        };
        let (done, left) = rest.split_at_checked(length).unwrap_or((rest, ""));
        text.push_str(done);
        rest = left;
    }
    (text, order)
}

/// How long the text is until after the next `end`, looked for from `from` on. A doubled quote ends one quoted part and
/// begins another.
fn after(text: &str, from: usize, end: &str) -> usize {
    let found = text.get(from..).and_then(|rest| rest.find(end));
    found.map_or(text.len(), |at| from + at + end.len())
}

#[cfg(all(test, any(feature = "mysql", feature = "postgres")))]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_in_the_order_in_which_they_stand() {
        let dollars = |sql| translated(sql, |at| format!("${at}"));
        assert_eq!(
            dollars("SELECT * FROM u WHERE id > ?1 ORDER BY id LIMIT ?2"),
            ("SELECT * FROM u WHERE id > $1 ORDER BY id LIMIT $2".into(), vec![1, 2])
        );
        assert_eq!(dollars("a = ?2 OR b IN (?1,?2)"), ("a = $1 OR b IN ($2,$3)".into(), vec![2, 1, 2]));
        assert_eq!(translated("LIMIT ?2", |_| "?".into()), ("LIMIT ?".into(), vec![2]));
        assert_eq!(dollars("?12?"), ("$1?".into(), vec![12]));
    }

    #[test]
    fn what_is_quoted_or_a_comment_is_left_alone() {
        for sql in [
            "'?1' \"?1\" `?1` 'it''s ?1'",
            "-- ?1\n/* ?1 * ?2 */",
            "data ? 'key' AND data ?| array['?1']",
            "'never closed ?1",
            "/* never closed ?1",
            "é ?",
            "",
        ] {
            assert_eq!(translated(sql, |_| "!".into()), (sql.into(), vec![]), "{sql}");
        }
        assert_eq!(translated("'é'?1-- ?2", |_| "?".into()), ("'é'?-- ?2".into(), vec![1]));
    }
    #[test]
    fn names_are_found_and_casts_are_not() {
        let dollars = |sql| named(sql, |at| format!("${at}"));
        assert_eq!(
            dollars("UPDATE u SET mail = :email, at = :now::text WHERE id = :id AND x = ':id' -- :id"),
            (
                "UPDATE u SET mail = $1, at = $2::text WHERE id = $3 AND x = ':id' -- :id".into(),
                vec!["email", "now", "id"]
            )
        );
        assert_eq!(dollars("a[1:2] : :9 ?1 :"), ("a[1:2] : :9 ?1 :".into(), vec![]));
    }
}
