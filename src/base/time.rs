//! Time as the host tells it: an instant and a length, both in whole milliseconds.

use core::fmt;
use core::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// An instant: milliseconds since the Unix epoch.
///
/// The crate never reads a clock to make one. Arithmetic saturates: it stops at the earliest and
/// the latest instant, and from an instant to an earlier one there is no time at all.
///
/// ```
/// use strowger::prelude::*;
///
/// let nine: Timestamp = "1970-01-01T09:00:00Z".parse().unwrap();
/// let later = nine + Span::from_secs(20);
/// assert_eq!(later - nine, Span::from_secs(20));
/// assert_eq!(nine - later, Span::ZERO);
/// assert_eq!(later - Span::from_mins(9 * 60), Timestamp::from_millis(20_000));
/// assert_eq!(nine.to_string(), "1970-01-01T09:00:00.000Z");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);
    /// The latest instant there is; nothing is due then.
    pub const MAX: Self = Self(i64::MAX);

    /// The instant so many milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; zero if it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        if self.0 <= earlier.0 { Span::ZERO } else { Span(self.0.abs_diff(earlier.0)) }
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add_unsigned(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub_unsigned(span.0))
    }
}

/// As [`Timestamp::since`]: zero if the other is not earlier.
impl Sub for Timestamp {
    type Output = Span;

    fn sub(self, earlier: Self) -> Span {
        self.since(earlier)
    }
}

/// An instant, or none, in one word: for rows of which there are many. The earliest instant there
/// is stands for none, so a millisecond later is kept for it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<Timestamp>", into = "Option<Timestamp>")]
pub(crate) struct Moment(i64);

impl Moment {
    /// None.
    pub(crate) const NONE: Self = Self(i64::MIN);

    /// The instant, if there is one.
    #[must_use]
    pub(crate) const fn get(self) -> Option<Timestamp> {
        if self.is_none() { None } else { Some(Timestamp(self.0)) }
    }

    /// True if there is no instant.
    #[must_use]
    pub(crate) const fn is_none(self) -> bool {
        self.0 == i64::MIN
    }
}

impl From<Option<Timestamp>> for Moment {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Self::NONE, |at| Self(at.0.max(i64::MIN + 1)))
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Some(at).into()
    }
}

impl From<Moment> for Option<Timestamp> {
    fn from(moment: Moment) -> Self {
        moment.get()
    }
}

impl core::hash::Hash for Moment {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.get().hash(state);
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// A length of time in whole milliseconds, never negative.
///
/// In JSON it is written as a number, and may be given as a text too: `20000` or `"20s"`.
///
/// ```
/// use core::time::Duration;
/// use strowger::prelude::*;
///
/// let window: Span = "20s".parse().unwrap();
/// assert_eq!(serde_json::from_str::<Span>(r#""20s""#).unwrap(), window);
/// assert_eq!(serde_json::to_string(&window).unwrap(), "20000");
/// assert_eq!(Duration::from(window), Duration::from_secs(20));
/// assert_eq!(Span::try_from(Duration::from_millis(250)), Ok(Span::from_millis(250)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Span(u64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// So many seconds.
    #[must_use]
    pub const fn from_secs(secs: u32) -> Self {
        Self(secs as u64 * 1_000)
    }

    /// So many minutes.
    #[must_use]
    pub const fn from_mins(mins: u32) -> Self {
        Self(mins as u64 * 60_000)
    }

    /// The length in milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Both together, at most the longest there is.
    #[must_use]
    pub const fn plus(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    /// This without another, or nothing if the other is longer.
    #[must_use]
    pub const fn minus(self, less: Self) -> Self {
        Self(self.0.saturating_sub(less.0))
    }

    /// True if the span is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}
