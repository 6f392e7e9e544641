//! What goes wrong while nobody watches a command that runs for long: on standard error, a line each.

use std::fmt::{self, Write as _};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::set_global_default,
};
use waystation::clock::{Clock as _, SystemClock};

use crate::time;

/// Writes warnings and errors of this crate from now on.
pub(crate) fn begin() {
    // There is one only if this was called before.
    let _ = set_global_default(Log);
}

struct Log;

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN && metadata.is_event() && metadata.target().starts_with("waystation")
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let (now, level) = (time::show(SystemClock::new().now()), event.metadata().level());
        // A line stays one, whatever a driver's message holds.
        let text = format!("{}{}", line.message, line.fields).replace(char::is_control, " ");
        tell!("{now} {level}: {text}");
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        // Spans are not written; any number but 0 is an id.
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The message, and the fields behind it by name.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a text cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, "; {name}: {value:?}"),
        };
    }
}
