use std::time::Duration;

use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use serde_json::Value;

use super::json;
use crate::{
    clock::{Clock, Timestamp},
    legacy::LegacyError,
};

/// A legacy system that says when to come back is not believed beyond this.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// A whole answer that a contract may give a meaning to: any 2xx, and a 4xx that is not about the load.
pub(super) struct Answer {
    status: StatusCode,
    is_json: bool,
    bytes: Vec<u8>,
}

impl Answer {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, bytes: Vec<u8>) -> Self {
        Self { status, is_json: is_json(headers), bytes }
    }

    pub(super) const fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body of an answer whose header says that it is JSON.
    pub(super) fn json(&self) -> Result<Value, LegacyError> {
        if self.is_json { self.unlabelled_json() } else { Err(LegacyError::malformed("not JSON", "content-type")) }
    }

    /// The body, whatever the header says: for systems that are known to label JSON as something else.
    pub(super) fn unlabelled_json(&self) -> Result<Value, LegacyError> {
        json::parse(&self.bytes)
    }

    /// The body if it is JSON: for errors, where the status says enough without.
    pub(super) fn any_json(&self) -> Option<Value> {
        self.unlabelled_json().ok()
    }

    /// What a status means to which the contract gives no meaning of its own.
    pub(super) fn unexpected(&self) -> LegacyError {
        let status = self.status.as_u16();
        match status {
            401 | 403 => LegacyError::misconfigured(format!("the legacy system refuses our credentials ({status})")),
            400..=499 => LegacyError::misconfigured(format!("the legacy system does not take our question ({status})")),
            _ => LegacyError::malformed("an unexpected status", status.to_string()),
        }
    }
}

/// What a status means whatever the contract: that nobody was asked, or that somebody else was to be.
pub(super) fn refusal(status: StatusCode, headers: &HeaderMap, clock: &dyn Clock) -> Option<LegacyError> {
    let what = match status.as_u16() {
        300..=399 => {
            let what =
                format!("the legacy system sends us elsewhere ({}), and passwords follow no redirect", status.as_u16());
            return Some(LegacyError::misconfigured(what));
        }
        407 => return Some(LegacyError::misconfigured("the proxy refuses our credentials (407)")),
        408 => "the legacy system waited for the question in vain (408)",
        425 | 429 => "too many questions (429)",
        500 => "the legacy system failed (500)",
        502..=504 => "the legacy system is not there (502 to 504)",
        501 | 505..=599 => "the legacy system failed (5xx)",
        _ => return None,
    };
    Some(match retry_after(headers, clock.now()) {
        Some(wait) => LegacyError::retry_after(what, wait),
        None => LegacyError::unavailable(what),
    })
}

/// Seconds or a date in `Retry-After`; else the second at which the limit of Okta and others starts anew.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let until = |seconds: i64| Timestamp::from_micros(seconds.saturating_mul(1_000_000)).since(now);
    let wait = match text(RETRY_AFTER.as_str()) {
        Some(retry_after) => match retry_after.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => jiff::fmt::rfc2822::parse(retry_after).ok().map(|date| until(date.timestamp().as_second())),
        },
        None => text("x-rate-limit-reset").and_then(|second| second.parse().ok()).map(until),
    };
    wait.map(|wait| wait.min(LONGEST_WAIT))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(reqwest::header::HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn the_time_to_come_back_is_read_in_all_its_spellings() {
        let now = Timestamp::from_micros(1_445_412_400_000_000);
        for (name, value, seconds) in [
            ("retry-after", "120", Some(120)),
            ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT", Some(80)),
            ("retry-after", "Wed, 21 Oct 2015 07:20:00 GMT", Some(0)),
            ("retry-after", "99999999999", Some(86_400)),
            ("retry-after", "soon", None),
            ("x-rate-limit-reset", "1445412460", Some(60)),
            ("server", "x", None),
        ] {
            assert_eq!(retry_after(&headers(name, value), now), seconds.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn every_status_has_one_meaning() {
        let clock = ManualClock::at(Timestamp::default());
        for status in 200..=599 {
            let status = StatusCode::from_u16(status).unwrap();
            let none = HeaderMap::new();
            let error =
                refusal(status, &none, &clock).unwrap_or_else(|| Answer::new(status, &none, Vec::new()).unexpected());
            let meaning = match status.as_u16() {
                408 | 425 | 429 | 500.. => "unavailable",
                300.. => "misconfigured",
                _ => "malformed",
            };
            assert_eq!(error.as_str(), meaning, "{status}");
        }
    }

    #[test]
    fn json_is_told_by_its_label() {
        for (label, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/scim+json", true),
            ("text/html", false),
            ("text/json+html", false),
            ("application/jsonx", false),
        ] {
            assert_eq!(is_json(&headers("content-type", label)), expected, "{label}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
