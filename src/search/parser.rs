use std::ops::Range;

use super::{
    Query,
    error::{QueryError, QueryErrorKind},
    field::{DEFAULT, Field, NoField},
    normal::normal,
    range::{self, End, RawRange},
    word::{Ends, Word, syntax},
};
use crate::{
    identifier::IdentifierRules,
    store::{Filter, Pattern, ValueTest},
    user::{CredentialKind, MovedBy},
};

type Parsed<T> = Result<T, QueryError>;

/// Reads a query by recursive descent:
///
/// ```text
/// any      := run { ("OR" | "||") run }
/// run      := all { all }
/// all      := sign { ("AND" | "&&") sign }
/// sign     := { "+" | "-" | "!" | "NOT" } one
/// one      := "(" any ")" | [ field ":" ] value
/// value    := "(" any ")" | word | range | (">" | ">=" | "<" | "<=") word
/// ```
pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    clauses: usize,
    rules: &'a dyn IdentifierRules,
}

/// What a clause is to the others of its run.
#[derive(Clone, Copy, PartialEq)]
enum Sign {
    /// One of those without a sign is enough.
    May,
    Must,
    MustNot,
}

impl<'a> Parser<'a> {
    pub(super) fn parse(text: &'a str, rules: &'a dyn IdentifierRules) -> Parsed<Filter> {
        if text.len() > Query::LENGTH {
            let end = text.floor_char_boundary(Query::LENGTH);
            return Err(QueryError::new(QueryErrorKind::TooLong, end..end, "it is longer than 16384 bytes"));
        }
        let mut parser = Self { text, at: 0, depth: 0, clauses: 0, rules };
        let filter = parser.any(None)?;
        if parser.at < text.len() {
            return Err(syntax(parser.here(), "there is no bracket that this one closes"));
        }
        if depth(&filter) > Query::DEPTH {
            return Err(too_deep(0..text.len()));
        }
        Ok(filter)
    }

    fn any(&mut self, field: Option<&Field>) -> Parsed<Filter> {
        let mut runs = vec![self.run(field)?];
        while self.operator("OR", "||") {
            runs.push(self.run(field)?);
        }
        Ok(joined(Filter::Or, runs))
    }

    /// Clauses in a row. Those that must hold are enough; if there are none, one of those that may has to.
    fn run(&mut self, field: Option<&Field>) -> Parsed<Filter> {
        let mut clauses = vec![self.all(field)?];
        while self.begins_clause() {
            clauses.push(self.all(field)?);
        }
        if let [(_, _)] = *clauses {
            let alone = clauses.into_iter().map(|(sign, filter)| signed(sign, filter));
            return Ok(joined(Filter::And, alone.collect()));
        }
        let (mut may, mut must, mut must_not) = (Vec::new(), Vec::new(), Vec::new());
        for (sign, filter) in clauses {
            match sign {
                Sign::May => may.push(filter),
                Sign::Must => must.push(filter),
                Sign::MustNot => must_not.push(filter.negated()),
            }
        }
        if must.is_empty() && !may.is_empty() {
            must.push(joined(Filter::Or, may));
        }
        must.extend(must_not);
        Ok(joined(Filter::And, must))
    }

    fn all(&mut self, field: Option<&Field>) -> Parsed<(Sign, Filter)> {
        let first = self.sign(field)?;
        let mut clauses = Vec::new();
        while self.operator("AND", "&&") {
            let (sign, filter) = self.sign(field)?;
            clauses.push(signed(sign, filter));
        }
        if clauses.is_empty() {
            return Ok(first);
        }
        clauses.insert(0, signed(first.0, first.1));
        Ok((Sign::May, Filter::And(clauses)))
    }

    fn sign(&mut self, field: Option<&Field>) -> Parsed<(Sign, Filter)> {
        self.spaces();
        let here = self.here();
        let negates = self.pass("-") || self.pass("!") || self.keyword("NOT");
        if !negates && !self.pass("+") {
            return Ok((Sign::May, self.one(field)?));
        }
        self.deeper(here)?;
        let (sign, filter) = self.sign(field)?;
        self.depth -= 1;
        Ok((if negates { Sign::MustNot } else { Sign::Must }, signed(sign, filter)))
    }

    fn one(&mut self, field: Option<&Field>) -> Parsed<Filter> {
        if self.rest().starts_with('(') {
            return self.group(field);
        }
        if let Some(named) = self.field()? {
            return self.value(Some(&named));
        }
        self.value(field)
    }

    fn group(&mut self, field: Option<&Field>) -> Parsed<Filter> {
        let open = self.here();
        self.deeper(open.clone())?;
        self.at += 1;
        let filter = self.any(field)?;
        self.spaces();
        if !self.pass(")") {
            return Err(syntax(open, "the bracket is not closed"));
        }
        self.depth -= 1;
        Ok(filter)
    }

    /// The field that is named here, with its colon.
    fn field(&mut self) -> Parsed<Option<Field>> {
        let start = self.at;
        let Some(word) = Word::read(self.text, start, Ends::Name)? else { return Ok(None) };
        let colon = word.at.end;
        if self.text.get(colon..).is_none_or(|rest| !rest.starts_with(':')) {
            return Ok(None);
        }
        self.at = colon + 1;
        self.spaces();
        let all = word.raw == "*";
        if all || word.raw == "_exists_" {
            // What is asked for is read as the value of a field, and thrown away with it.
            self.at = start;
            return Ok(None);
        }
        let names = word.names().ok_or_else(|| syntax(word.at.clone(), "expected the name of a field before `:`"))?;
        named(&names, word.at, true).map(Some)
    }

    fn value(&mut self, field: Option<&Field>) -> Parsed<Filter> {
        let start = self.at;
        if let Some(filter) = self.special()? {
            self.count(start, 1)?;
            return Ok(filter);
        }
        if self.rest().starts_with('(') {
            return self.group(field);
        }
        if let Some(range) = self.range()? {
            self.count(start, 1)?;
            let Some(field) = field else {
                return Err(syntax(start..self.at, "expected a field and `:` before a range"));
            };
            return range::filter(field, &range, start..self.at);
        }
        // After a field, a colon is a part of the value: `last_login:>2024-12-31T10:00`.
        let ends = if field.is_some() { Ends::Value } else { Ends::Name };
        let Some(word) = Word::read(self.text, start, ends)? else {
            return Err(syntax(self.here(), "expected a term, a field or a bracket"));
        };
        if !word.is_quoted && matches!(word.raw, "AND" | "OR" | "NOT" | "&&" | "||") {
            return Err(syntax(word.at, "expected a term, a field or a bracket"));
        }
        self.at = word.at.end;
        if self.rest().starts_with([':', '"']) || word.is_quoted && self.begins_word() {
            return Err(syntax(self.here(), "expected white space after a term"));
        }
        self.count(start, if field.is_some() { 1 } else { DEFAULT.len() })?;
        match field {
            Some(field) => self.term(field, &word),
            None if word.pattern.is_anything() => Ok(Filter::All),
            None => {
                let text = |field| Filter::Text(field, normal(field, &word.pattern, self.rules));
                Ok(Filter::Or(DEFAULT.map(text).into()))
            }
        }
    }

    /// `_exists_:field`, and `*:*`, which is everybody.
    fn special(&mut self) -> Parsed<Option<Filter>> {
        if let Some(rest) = self.rest().strip_prefix("*:") {
            let end = self.text.len() - rest.len();
            let word = Word::read(self.text, end, Ends::Value)?;
            let anything = word.filter(|word| word.pattern.is_anything());
            let word = anything.ok_or_else(|| syntax(end - 2..end - 1, "expected the name of a field before `:`"))?;
            self.at = word.at.end;
            return Ok(Some(Filter::All));
        }
        let Some(rest) = self.rest().strip_prefix("_exists_:") else { return Ok(None) };
        self.at = self.text.len() - rest.len();
        self.spaces();
        let word = Word::read(self.text, self.at, Ends::Value)?;
        let named_at = word.as_ref().map_or_else(|| self.here(), |word| word.at.clone());
        let names = word.as_ref().and_then(|word| match (word.is_quoted, word.pattern.as_exact()) {
            (true, Some(name)) => Some(name.split('.').map(str::to_owned).collect()),
            _ => word.names(),
        });
        let names: Vec<String> = names.ok_or_else(|| syntax(named_at.clone(), "expected the name of a field"))?;
        self.at = named_at.end;
        Ok(Some(named(&names, named_at, false)?.exists()))
    }

    /// Ends in brackets, or the one end of a comparison.
    fn range(&mut self) -> Parsed<Option<RawRange<'a>>> {
        let open = self.here();
        for (sign, is_low, is_included) in
            [(">=", true, true), (">", true, false), ("<=", false, true), ("<", false, false)]
        {
            if self.pass(sign) {
                let end = self.end(is_included)?;
                let open_end = End { word: None, is_included: true };
                return Ok(Some(if is_low { RawRange::new(end, open_end) } else { RawRange::new(open_end, end) }));
            }
        }
        let is_low_included = self.pass("[");
        if !is_low_included && !self.pass("{") {
            return Ok(None);
        }
        let low = self.end(is_low_included)?;
        self.spaces();
        if !self.keyword("TO") {
            return Err(syntax(self.here(), "expected `TO` between the ends of a range"));
        }
        let mut high = self.end(true)?;
        self.spaces();
        high.is_included = self.pass("]");
        if !high.is_included && !self.pass("}") {
            return Err(syntax(open, "the range is not closed by `]` or `}`"));
        }
        Ok(Some(RawRange::new(low, high)))
    }

    fn end(&mut self, is_included: bool) -> Parsed<End<'a>> {
        self.spaces();
        let word = Word::read(self.text, self.at, Ends::Value)?;
        let word = word.ok_or_else(|| syntax(self.here(), "expected an end of a range, or `*`"))?;
        self.at = word.at.end;
        let is_open = !word.is_quoted && word.raw == "*";
        if !is_open && word.pattern.as_exact().is_none() {
            return Err(QueryError::new(QueryErrorKind::Value, word.at, "`*` in a range stands alone, for no end"));
        }
        Ok(End { word: (!is_open).then_some(word), is_included })
    }

    fn term(&self, field: &Field, word: &Word<'a>) -> Parsed<Filter> {
        if word.pattern.is_anything() {
            return Ok(field.exists());
        }
        let invalid = |what| QueryError::new(QueryErrorKind::Value, word.at.clone(), what);
        let exact = word.pattern.as_exact();
        let whole = |filter: fn(&str) -> Option<Filter>, what| exact.and_then(filter).ok_or_else(|| invalid(what));
        match field {
            Field::Credential => {
                let named = |name: &str| CredentialKind::ALL.into_iter().find(|kind| kind.as_str() == name);
                let kind = exact.and_then(named);
                let kind = kind.ok_or_else(|| invalid("expected `delegated`, `hash`, `none` or `pending_password`"))?;
                Ok(Filter::Credential(kind))
            }
            Field::Flag(flag) => match exact {
                Some("true") => Ok(flag.filter(true)),
                Some("false") => Ok(flag.filter(false)),
                _ => Err(invalid("expected `true` or `false`")),
            },
            Field::LoginCount => {
                whole(|text| range::count(text).map(|count| Filter::LoginCount(count..=count)), range::COUNT_EXPECTED)
            }
            Field::Metadata(path) => Ok(Filter::Metadata(path.clone(), ValueTest::Like(word.pattern.clone()))),
            Field::MovedBy => {
                let named = |name: &str| MovedBy::ALL.into_iter().find(|by| by.as_str() == name);
                let expected = "expected `adoption`, `change`, `import`, `log_in`, `recovery` or `write_back`";
                exact.and_then(named).map(Filter::MovedBy).ok_or_else(|| invalid(expected))
            }
            Field::Text(field) => {
                let pattern: Pattern = normal(*field, &word.pattern, self.rules);
                Ok(Filter::Text(*field, pattern))
            }
            Field::Time(field) => {
                let stretch = exact.and_then(range::stretch).ok_or_else(|| invalid(super::date::EXPECTED))?;
                Ok(Filter::Time(*field, stretch))
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character, to be pointed at.
    fn here(&self) -> Range<usize> {
        self.at..self.at + self.rest().chars().next().map_or(0, char::len_utf8)
    }

    fn spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn pass(&mut self, text: &str) -> bool {
        let is_there = self.rest().starts_with(text);
        if is_there {
            self.at += text.len();
        }
        is_there
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        let after = self.rest().strip_prefix(keyword);
        after.is_some_and(|after| {
            after.starts_with(|next: char| next.is_whitespace() || "()[]{}\"".contains(next)) || after.is_empty()
        })
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        self.is_keyword(keyword) && self.pass(keyword)
    }

    fn operator(&mut self, keyword: &str, sign: &str) -> bool {
        self.spaces();
        self.keyword(keyword) || self.pass(sign)
    }

    /// Whether another clause of the run begins here.
    fn begins_clause(&mut self) -> bool {
        self.spaces();
        let rest = self.rest();
        let is_operator =
            self.is_keyword("OR") || self.is_keyword("AND") || rest.starts_with("||") || rest.starts_with("&&");
        !(is_operator || rest.is_empty() || rest.starts_with(')'))
    }

    fn begins_word(&self) -> bool {
        self.rest().starts_with(|next: char| !next.is_whitespace() && !"()[]{}".contains(next))
    }

    fn deeper(&mut self, at: Range<usize>) -> Parsed<()> {
        self.depth += 1;
        if self.depth > Query::DEPTH { Err(too_deep(at)) } else { Ok(()) }
    }

    fn count(&mut self, start: usize, clauses: usize) -> Parsed<()> {
        self.clauses += clauses;
        if self.clauses > Query::CLAUSES {
            let what = "it has more than 512 clauses, of which a term without a field is eight";
            return Err(QueryError::new(QueryErrorKind::TooManyClauses, start..self.at, what));
        }
        Ok(())
    }
}

/// The field with this name. Of metadata, all of it may exist, and only a member of it may have a value.
fn named(names: &[String], at: Range<usize>, has_value: bool) -> Parsed<Field> {
    let path_expected = "expected a path, such as `user_metadata.plan` or `identities.connection`";
    let what = match Field::named(names) {
        Ok(Field::Metadata(path)) if has_value && path.keys.is_empty() => path_expected,
        Ok(field) => return Ok(field),
        Err(NoField::NotKept) => "this field is not kept",
        Err(NoField::PathExpected) => path_expected,
        Err(NoField::Unknown) => "there is no such field",
    };
    Err(QueryError::new(QueryErrorKind::Field, at, what))
}

/// The filter of a clause alone.
fn signed(sign: Sign, filter: Filter) -> Filter {
    match sign {
        Sign::May | Sign::Must => filter,
        Sign::MustNot => filter.negated(),
    }
}

/// One is itself.
fn joined(join: fn(Vec<Filter>) -> Filter, mut filters: Vec<Filter>) -> Filter {
    match filters.pop() {
        Some(one) if filters.is_empty() => one,
        last => {
            filters.extend(last);
            join(filters)
        }
    }
}

fn depth(filter: &Filter) -> usize {
    match filter {
        Filter::And(filters) | Filter::Or(filters) => 1 + filters.iter().map(depth).max().unwrap_or_default(),
        Filter::Not(filter) => 1 + depth(filter),
        Filter::All
        | Filter::Blocked(_)
        | Filter::Credential(_)
        | Filter::EmailVerified(_)
        | Filter::LoginCount(_)
        | Filter::Metadata(..)
        | Filter::MovedBy(_)
        | Filter::PhoneVerified(_)
        | Filter::Text(..)
        | Filter::Time(..) => 1,
    }
}

fn too_deep(at: Range<usize>) -> QueryError {
    QueryError::new(QueryErrorKind::TooDeep, at, "it is nested more than 32 deep")
}
