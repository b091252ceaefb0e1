//! What is wrong with data that was handed in.

use alloc::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A field whose content cannot be accepted, and why. Codecs say it of their own bodies too.
///
/// ```
/// use strowger::model::{Invalid, Problem};
///
/// assert_eq!(Invalid::length("name", 3, 20), Ok(()));
/// let invalid = Invalid::range("priority", 300, -255, 255).unwrap_err();
/// assert_eq!(invalid, Invalid::new("priority", Problem::OutOfRange { min: -255, max: 255 }));
/// assert_eq!(invalid.to_string(), "priority is outside -255..=255");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{field} {problem}")]
#[non_exhaustive]
pub struct Invalid {
    /// The field, as it is spelled in the JSON form; nested fields are joined by dots.
    pub field: Cow<'static, str>,
    /// The problem with the field.
    pub problem: Problem,
}

/// A problem that a field can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// Nothing where something is needed.
    #[error("is empty")]
    Empty,
    /// More than is allowed, in bytes or in parts.
    #[error("is longer than {max}")]
    TooLong {
        /// The most there may be.
        max: u32,
    },
    /// A number outside its range.
    #[error("is outside {min}..={max}")]
    OutOfRange {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// Trees nested too deep.
    #[error("is nested deeper than {max}")]
    TooDeep {
        /// The deepest allowed.
        max: u32,
    },
    /// The same thing twice.
    #[error("names the same thing twice")]
    Duplicate,
    /// An instant that has not come yet, where only the past is allowed.
    #[error("lies in the future")]
    Future,
    /// A value that is not among those it has to be taken from.
    #[error("is not among the values it must be taken from")]
    NotListed,
    /// Something that cannot be changed any more.
    #[error("cannot be changed")]
    Fixed,
    /// An instant that is over, where only the future is allowed.
    #[error("lies in the past")]
    Past,
    /// A list that must rise, and does not.
    #[error("is not in rising order")]
    Disordered,
    /// Work must have at least one thing to do.
    #[error("changes nothing")]
    NoChange,
    /// Parts that do not follow each other as they must.
    #[error("is not in order")]
    OutOfOrder,
    /// Something that has no meaning beside what else is said.
    #[error("cannot be said here")]
    OutOfPlace,
}

impl Invalid {
    /// This problem with that field.
    #[must_use]
    pub const fn new(field: &'static str, problem: Problem) -> Self {
        Self { field: Cow::Borrowed(field), problem }
    }

    /// Refuses a number outside `min..=max`.
    ///
    /// # Errors
    /// [`Problem::OutOfRange`] of this field.
    pub fn range(
        field: &'static str,
        value: impl Into<i64>,
        min: i64,
        max: i64,
    ) -> Result<(), Self> {
        if (min..=max).contains(&value.into()) {
            Ok(())
        } else {
            Err(Self::new(field, Problem::OutOfRange { min, max }))
        }
    }

    /// Refuses more than `max` characters, bytes or parts, whichever `len` counts.
    ///
    /// # Errors
    /// [`Problem::TooLong`] of this field.
    pub fn length(field: &'static str, len: usize, max: u32) -> Result<(), Self> {
        if u32::try_from(len).is_ok_and(|len| len <= max) {
            Ok(())
        } else {
            Err(Self::new(field, Problem::TooLong { max }))
        }
    }

    /// Refuses a length of time of nothing.
    pub(crate) const fn some_time(
        field: &'static str,
        span: crate::base::time::Span,
    ) -> Result<(), Self> {
        if span.is_zero() { Err(Self::new(field, Problem::Empty)) } else { Ok(()) }
    }
}
