//! Changes of many rows as one statement of PostgreSQL.

use std::fmt::Write as _;

use sqlx::{PgConnection, Row as _};

use super::postgres::{bind_columns, column_type};
use crate::store::sql::{
    bulk::SIZE,
    rows::{Column, Rows},
    statement::Statement,
};

/// UPDATEs that differ in their values only: `UPDATE … SET … WHERE …`, each of one row.
struct Alike<'s> {
    text: String,
    rows: Rows<'s>,
    /// Which of all statements each of them is.
    places: Vec<usize>,
}

/// Runs UPDATEs, those that are alike at once, and says how many rows each of them wrote: none or one. A round trip for each is
/// what changes cost otherwise.
pub(super) async fn execute(
    connection: &mut PgConnection,
    statements: Vec<Statement<'_>>,
) -> Result<Vec<u64>, sqlx::Error> {
    let mut written = vec![0; statements.len()];
    for alike in sorted(statements) {
        let columns: Vec<Column<'_>> = alike.rows.columns().collect();
        let text = joined(&alike.text, &columns);
        // As in every list, a plan is made for it.
        let query = sqlx::query(sqlx::AssertSqlSafe(text)).persistent(false);
        for row in bind_columns(query, columns).fetch_all(&mut *connection).await? {
            let number: i64 = row.try_get(0)?;
            let place = usize::try_from(number - 1).ok().and_then(|number| alike.places.get(number));
            if let Some(count) = place.and_then(|place| written.get_mut(*place)) {
                *count += 1;
            }
        }
    }
    Ok(written)
}

fn sorted(statements: Vec<Statement<'_>>) -> Vec<Alike<'_>> {
    let mut sorted: Vec<Alike<'_>> = Vec::new();
    for (place, statement) in statements.into_iter().enumerate() {
        let (text, values) = statement.into_parts();
        let has_room = |alike: &&mut Alike<'_>| alike.text == text && alike.rows.size() < SIZE;
        if let Some(alike) = sorted.iter_mut().find(has_room) {
            alike.rows.push(values);
            alike.places.push(place);
        } else {
            let mut rows = Rows::new(values.len());
            rows.push(values);
            sorted.push(Alike { text: text.into_owned(), rows, places: vec![place] });
        }
    }
    sorted
}

/// The UPDATE of all rows of a list, with the values of each in the place of the question marks.
fn joined(text: &str, columns: &[Column<'_>]) -> String {
    let mut parts = text.split('?');
    let mut update = parts.next().unwrap_or_default().to_owned();
    let (mut arrays, mut names) = (String::new(), String::new());
    for ((number, part), column) in (1..).zip(parts).zip(columns) {
        // Writing to a string does not fail.
        let _always = write!(update, "given.value{number}{part}");
        let _always = write!(arrays, "${number}::{}[], ", column_type(column));
        let _always = write!(names, "value{number}, ");
    }
    let arrays = arrays.trim_end_matches(", ");
    let from = format!(" FROM unnest({arrays}) WITH ORDINALITY AS given ({names}place) WHERE ");
    update = update.replacen(" WHERE ", &from, 1);
    update.push_str(" RETURNING given.place");
    update
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(name: &'static str, id: i64) -> Statement<'static> {
        Statement::new("UPDATE t SET name = ? WHERE id = ?").bind(name).bind(id)
    }

    #[test]
    fn updates_that_are_alike_are_one() {
        let other = Statement::new("UPDATE t SET age = ? WHERE id = ?").bind(7).bind(9);
        let all = sorted(vec![update("ada", 1), other, update("bob", 2)]);
        let places: Vec<_> = all.iter().map(|alike| alike.places.clone()).collect();
        assert_eq!(places, [vec![0, 2], vec![1]]);
        let columns: Vec<_> = all[0].rows.columns().collect();
        assert_eq!(
            joined(&all[0].text, &columns),
            "UPDATE t SET name = given.value1 FROM unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS given (value1, \
             value2, place) WHERE id = given.value2 RETURNING given.place"
        );
    }

    #[test]
    fn no_statement_has_more_values_than_there_is_room_for() {
        let long: &'static str = Box::leak("x".repeat(SIZE / 2 + 1).into_boxed_str());
        let all = sorted((0..5).map(|id| update(long, id)).collect());
        let places: Vec<_> = all.iter().map(|alike| alike.places.clone()).collect();
        assert_eq!(places, [vec![0, 1], vec![2, 3], vec![4]]);
    }
}
