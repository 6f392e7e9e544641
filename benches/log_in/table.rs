//! The table that the bench ends with: Markdown, as the README shows it.

use std::fmt;

#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    pub(crate) fn add(&mut self, row: Row) {
        self.0.push(row);
    }
}

/// One thing that was measured of both.
pub(crate) struct Row {
    what: String,
    unit: &'static str,
    ours: Option<f64>,
    theirs: Option<f64>,
    ratio: Option<f64>,
    target: Option<Target>,
}

/// What a row should come to.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// As a multiple of the hand-written service's.
    TimesTheirs(f64),
}

impl Row {
    /// A row of numbers that are followed by `unit`.
    pub(crate) fn new(what: impl Into<String>, unit: &'static str) -> Self {
        Self { what: what.into(), unit, ours: None, theirs: None, ratio: None, target: None }
    }

    pub(crate) fn ours(mut self, number: impl Into<Option<f64>>) -> Self {
        self.ours = number.into();
        self
    }

    pub(crate) fn theirs(mut self, number: impl Into<Option<f64>>) -> Self {
        self.theirs = number.into();
        self
    }

    /// Ours to theirs, where that is known better than from the two numbers.
    pub(crate) fn ratio(mut self, ratio: impl Into<Option<f64>>) -> Self {
        self.ratio = ratio.into();
        self
    }

    pub(crate) fn target(mut self, target: impl Into<Option<Target>>) -> Self {
        self.target = target.into();
        self
    }

    fn ours_to_theirs(&self) -> Option<f64> {
        self.ratio.or_else(|| Some(self.ours? / self.theirs?))
    }

    fn number(&self, number: Option<f64>) -> String {
        let unit = self.unit;
        match number {
            None => "not measured".to_owned(),
            Some(number) if number.abs() < 100.0 => format!("{number:.2}{unit}"),
            Some(number) => format!("{number:.0}{unit}"),
        }
    }

    /// What it should come to, and whether it does.
    fn verdict(&self) -> String {
        let Some(target) = self.target else { return String::new() };
        let unit = self.unit;
        let (wanted, met) = match target {
            Target::AtLeast(bound) => (format!("at least {bound}{unit}"), self.ours.map(|ours| ours >= bound)),
            Target::AtMost(bound) => (format!("at most {bound}{unit}"), self.ours.map(|ours| ours <= bound)),
            Target::TimesTheirs(bound) => {
                (format!("ratio at least {bound}"), self.ours_to_theirs().map(|ratio| ratio >= bound))
            }
        };
        match met {
            Some(true) => format!("{wanted}: met"),
            Some(false) => format!("{wanted}: **missed**"),
            None => wanted,
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | waystation | hand-written | ratio | target |")?;
        writeln!(f, "|---|---|---|---|---|")?;
        for row in &self.0 {
            let (what, ours, theirs) = (&row.what, row.number(row.ours), row.number(row.theirs));
            let ratio = row.ours_to_theirs().map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
            writeln!(f, "| {what} | {ours} | {theirs} | {ratio} | {} |", row.verdict())?;
        }
        Ok(())
    }
}
