//! Time as text, and as the types of others: what is read and written beside plain numbers.

use core::fmt;
use core::num::TryFromIntError;
use core::str::FromStr;
use core::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use crate::base::time::{Span, Timestamp};

/// A text that is no instant, no length of time, no date or no time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not {0}")]
pub struct NotATime(pub(crate) &'static str);

/// The error of a text that is no instant.
const INSTANT: NotATime = NotATime("an instant such as 2026-12-25T09:00:00Z");

/// The error of a text that is no length of time.
const LENGTH: NotATime = NotATime("a length of time such as 20s, 1h30m or 250ms");

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::try_from(*self) {
            Ok(at) => f.write_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true)),
            Err(NotATime(_)) => write!(f, "{}ms", self.as_millis()),
        }
    }
}

/// Reads what RFC 3339 allows, in any offset, and whatever [`Timestamp`] is written as. What is
/// finer than a millisecond is cut off.
impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::from_millis(at.timestamp_millis()));
        }
        // Beyond the years that a calendar knows an instant is written as its number.
        let millis = text.strip_suffix("ms").and_then(|millis| millis.parse().ok());
        millis.map(Self::from_millis).ok_or(INSTANT)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self::from_millis(at.timestamp_millis())
    }
}

/// Fails beyond the years that `chrono` knows: 262,143 BC to 262,142 AD.
impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = NotATime;

    fn try_from(at: Timestamp) -> Result<Self, NotATime> {
        Self::from_timestamp_millis(at.as_millis()).ok_or(INSTANT)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}s", self.as_millis() / 1_000, self.as_millis() % 1_000)
    }
}

/// The units of a length of time, with their milliseconds, longest first.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads numbers with units from the longest to the shortest, each at most once: `1d`, `1h30m`,
/// `20s`, `250ms`; seconds may have up to three decimals, as in what [`Span`] is written as.
impl FromStr for Span {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (mut rest, mut units, mut sum) = (text, UNITS.as_slice(), 0_u64);
        while !rest.is_empty() || text.is_empty() {
            let (millis, behind, shorter) = part(rest, units).ok_or(LENGTH)?;
            sum = sum.checked_add(millis).ok_or(LENGTH)?;
            (rest, units) = (behind, shorter);
        }
        Ok(Self::from_millis(sum))
    }
}

/// A unit as it is written, and its milliseconds.
type Unit = (&'static str, u64);

/// The first part of a length of time in milliseconds, what is behind it, and the units that may
/// still come.
fn part<'a>(text: &'a str, units: &'a [Unit]) -> Option<(u64, &'a str, &'a [Unit])> {
    let digits = |text: &str| text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at_checked(digits(text))?;
    let (decimals, rest) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at_checked(digits(rest)).filter(|(some, _)| !some.is_empty())?,
        None => ("", rest),
    };
    let letters = rest.find(|sign: char| !sign.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (name, behind) = rest.split_at_checked(letters)?;
    let place = units.iter().position(|(unit, _)| *unit == name)?;
    let (_, millis) = units.get(place)?;
    let whole = whole.parse::<u64>().ok()?.checked_mul(*millis)?;
    let shorter = units.get(place.checked_add(1)?..)?;
    Some((whole.checked_add(thousandths(decimals, name)?)?, behind, shorter))
}

/// The decimals of seconds in milliseconds; other units have none.
fn thousandths(decimals: &str, unit: &str) -> Option<u64> {
    match (decimals.len(), unit) {
        (0, _) => Some(0),
        (1..=3, "s") => {
            let number: u64 = decimals.parse().ok()?;
            Some(number * [1, 100, 10, 1].get(decimals.len())?)
        }
        _ => None,
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Self::from_millis(span.as_millis())
    }
}

/// Fails if it is longer than [`Span`] can say: 584 million years. What is finer than a millisecond
/// is cut off.
impl TryFrom<Duration> for Span {
    type Error = TryFromIntError;

    fn try_from(duration: Duration) -> Result<Self, TryFromIntError> {
        duration.as_millis().try_into().map(Self::from_millis)
    }
}

/// Reads milliseconds, and in formats for people (JSON) also a text such as `"20s"`.
impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(SpanVisitor)
        } else {
            u64::deserialize(deserializer).map(Self::from_millis)
        }
    }
}

/// Takes a span from a number or a text.
struct SpanVisitor;

impl Visitor<'_> for SpanVisitor {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("milliseconds, or a length of time such as \"20s\"")
    }

    fn visit_u64<E: Error>(self, millis: u64) -> Result<Span, E> {
        Ok(Span::from_millis(millis))
    }

    fn visit_i64<E: Error>(self, millis: i64) -> Result<Span, E> {
        let unexpected = || E::invalid_value(Unexpected::Signed(millis), &self);
        u64::try_from(millis).map(Span::from_millis).map_err(|_| unexpected())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Span, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn lengths_of_time_are_read() {
        let read = |text: &str| text.parse::<Span>().ok().map(Span::as_millis);
        let good = [
            ("20s", 20_000),
            ("1h30m", 5_400_000),
            ("250ms", 250),
            ("1d", 86_400_000),
            ("2m0s5ms", 120_005),
            ("1.5s", 1_500),
            ("0.250s", 250),
            ("1m1.05s", 61_050),
        ];
        for (text, millis) in good {
            assert_eq!(read(text), Some(millis), "{text}");
        }
        let bad = [
            "",
            "20",
            "s",
            "-1s",
            "20 s",
            "20S",
            "1m1h",
            "1s1s",
            "1.s",
            "1.2345s",
            "1.5m",
            ".5s",
            "18446744073709551615s",
            "1h30",
            "+1s",
            "1ms1s",
        ];
        for text in bad {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for millis in [0, 1, 999, 1_000, 61_050, u64::MAX] {
            let span = Span::from_millis(millis);
            assert_eq!(span.to_string().parse(), Ok(span));
        }
        for millis in [i64::MIN, -1, 0, 1_798_189_200_123, i64::MAX] {
            let at = Timestamp::from_millis(millis);
            assert_eq!(at.to_string().parse(), Ok(at));
        }
    }

    #[test]
    fn instants_are_read_in_any_offset() {
        let nine = Timestamp::from_millis(32_400_000);
        assert_eq!("1970-01-01T10:00:00+01:00".parse(), Ok(nine));
        assert_eq!("1970-01-01T09:00:00.0009Z".parse(), Ok(nine));
        for bad in ["", "9:00", "1970-01-01", "1970-01-01T09:00:00", "ms"] {
            assert_eq!(bad.parse::<Timestamp>(), Err(INSTANT), "{bad}");
        }
    }

    #[test]
    fn durations_are_taken_and_given() {
        let span = Span::try_from(Duration::from_micros(1_999)).unwrap();
        assert_eq!(span, Span::from_millis(1));
        assert_eq!(Duration::from(span), Duration::from_millis(1));
        assert!(Span::try_from(Duration::MAX).is_err());
    }

    #[test]
    fn json_may_say_a_span_as_text_and_writes_it_as_a_number() {
        let read = |json: &str| serde_json::from_str::<Span>(json).ok();
        let twenty = Some(Span::from_secs(20));
        assert_eq!((read("20000"), read(r#""20s""#)), (twenty, twenty));
        for bad in ["-1", "1.5", r#""soon""#, "null", "[]"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(serde_json::to_string(&twenty).unwrap(), "20000");
    }
}
