//! What could not be taken over from one side to the other.

use alloc::string::String;

/// Something one side says and the other has no word for, or another place for.
///
/// ```
/// use strowger_genesys::{Left, WhyLeft};
///
/// let left = Left::new("lastAgentRoutingMode", WhyLeft::NoCounterpart);
/// assert_eq!(left.to_string(), "lastAgentRoutingMode: the other side has no such thing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Left {
    /// The field, as it is spelled where it comes from; nested fields are joined by dots.
    pub field: String,
    /// Why it was left.
    pub why: WhyLeft,
}

/// Why something was not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WhyLeft {
    /// The other side has no such thing.
    #[error("the other side has no such thing")]
    NoCounterpart,
    /// There it is said of each medium, here once for all of them, and it differs.
    #[error("it differs between media")]
    Differs,
    /// What it names is not defined on the other side.
    #[error("what it names is not defined")]
    NotDefined,
    /// It is said of each agent or each membership on the other side.
    #[error("it is said of each agent")]
    OfAgents,
    /// Its value is not one that is known.
    #[error("its value is not known")]
    UnknownValue,
    /// There any of several will do, here all must hold.
    #[error("any of several would do there")]
    AnyOf,
    /// It is too long, too much or too high for the other side, or not whole.
    #[error("it is out of range on the other side")]
    OutOfRange,
    /// Another field says the same: an address says the id again, the parts of a URL the URL.
    #[error("another field says it")]
    SaidElsewhere,
}

impl Left {
    /// This field, for this reason.
    #[must_use]
    pub fn new(field: impl Into<String>, why: WhyLeft) -> Self {
        Self { field: field.into(), why }
    }
}
