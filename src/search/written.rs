use std::{fmt, ops::Bound};

use super::{
    field::{Flag, text_name, time_name},
    word::escaped,
};
use crate::{
    clock::Timestamp,
    store::{Filter, MetadataPath, Pattern, TimeRange, ValueRange, ValueTest},
};

/// A filter that was read from a query, as a query that is read as this filter.
pub(super) struct Written<'a>(pub(super) &'a Filter);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Filter::All => f.write_str("*"),
            Filter::And(filters) => {
                joined(f, filters, " AND ", |filter| !matches!(filter, Filter::And(_) | Filter::Or(_)))
            }
            Filter::Blocked(is_set) => write!(f, "{}:{is_set}", Flag::Blocked.name()),
            Filter::Credential(kind) => write!(f, "credential:{kind}"),
            Filter::EmailVerified(is_set) => write!(f, "{}:{is_set}", Flag::EmailVerified.name()),
            Filter::LoginCount(range) => {
                write!(f, "logins_count:[{} TO ", range.start())?;
                match *range.end() {
                    u64::MAX => f.write_str("*]"),
                    end => write!(f, "{end}]"),
                }
            }
            Filter::Metadata(path, ValueTest::Exists) => write!(f, "_exists_:{}", Path(path)),
            Filter::Metadata(path, ValueTest::Like(pattern)) => write!(f, "{}:{}", Path(path), Term(pattern)),
            Filter::Metadata(path, ValueTest::Within(range)) => write!(f, "{}:{}", Path(path), Values(range)),
            Filter::MovedBy(by) => write!(f, "moved_by:{}", by.as_str()),
            Filter::Not(filter) => {
                f.write_str("NOT ")?;
                operand(f, filter, !matches!(**filter, Filter::And(_) | Filter::Or(_)))
            }
            Filter::Or(filters) => joined(f, filters, " OR ", |filter| !matches!(filter, Filter::Or(_))),
            Filter::PhoneVerified(is_set) => write!(f, "{}:{is_set}", Flag::PhoneVerified.name()),
            Filter::Text(field, pattern) if pattern.is_anything() => write!(f, "_exists_:{}", text_name(*field)),
            Filter::Text(field, pattern) => write!(f, "{}:{}", text_name(*field), Term(pattern)),
            Filter::Time(field, TimeRange { from: None, until: None }) => write!(f, "_exists_:{}", time_name(*field)),
            Filter::Time(field, range) => write!(f, "{}:{}", time_name(*field), Times(*range)),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, filters: &[Filter], operator: &str, is_bare: fn(&Filter) -> bool) -> fmt::Result {
    for (place, filter) in filters.iter().enumerate() {
        if place > 0 {
            f.write_str(operator)?;
        }
        operand(f, filter, is_bare(filter))?;
    }
    Ok(())
}

fn operand(f: &mut fmt::Formatter<'_>, filter: &Filter, is_bare: bool) -> fmt::Result {
    if is_bare { write!(f, "{}", Written(filter)) } else { write!(f, "({})", Written(filter)) }
}

struct Path<'a>(&'a MetadataPath);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.of.as_str())?;
        self.0.keys.iter().try_for_each(|key| write!(f, ".{}", escaped(key)))
    }
}

/// A text in quotes, or one with places where anything may stand.
struct Term<'a>(&'a Pattern);

impl fmt::Display for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.0.as_exact() {
            return Quoted(text).fmt(f);
        }
        let pieces: Vec<_> = self.0.pieces().iter().map(|piece| escaped(piece)).collect();
        f.write_str(&pieces.join("*"))
    }
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Ends that are included, where a date can name the moment; the moments before the first year and after the last are
/// named by those next to them.
struct Times(TimeRange);

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beside = |at: Timestamp, by: i64| Timestamp::from_micros(at.as_micros().saturating_add(by)).to_rfc3339();
        match self.0.from.map(|from| (from.to_rfc3339(), from)) {
            None => f.write_str("[*")?,
            Some((Some(date), _)) => write!(f, "[{date}")?,
            Some((None, from)) => write!(f, "{{{}", beside(from, -1).unwrap_or_default())?,
        }
        f.write_str(" TO ")?;
        match self.0.until.map(|until| (beside(until, -1), until)) {
            None => f.write_str("*]"),
            Some((Some(date), _)) => write!(f, "{date}]"),
            Some((None, until)) => write!(f, "{}}}", beside(until, 0).unwrap_or_default()),
        }
    }
}

struct Values<'a>(&'a ValueRange);

impl fmt::Display for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ValueRange::Numbers(low, high) => ends(f, low.as_ref(), high.as_ref()),
            ValueRange::Texts(low, high) => {
                ends(f, low.as_ref().map(|text| Quoted(text)), high.as_ref().map(|text| Quoted(text)))
            }
        }
    }
}

fn ends<T: fmt::Display>(f: &mut fmt::Formatter<'_>, low: Bound<T>, high: Bound<T>) -> fmt::Result {
    match low {
        Bound::Unbounded => f.write_str("[*")?,
        Bound::Included(low) => write!(f, "[{low}")?,
        Bound::Excluded(low) => write!(f, "{{{low}")?,
    }
    f.write_str(" TO ")?;
    match high {
        Bound::Unbounded => f.write_str("*]"),
        Bound::Included(high) => write!(f, "{high}]"),
        Bound::Excluded(high) => write!(f, "{high}}}"),
    }
}
