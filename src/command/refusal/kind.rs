//! What kind of refusal it is: what whoever asked can do about it.

use serde::{Deserialize, Serialize};

/// The kind of a refusal: a closed set, so that a host can answer each kind in its own way. Every
/// refusal has one, and a code of its own beside it.
///
/// | kind | what whoever asked can do | HTTP status |
/// |---|---|---|
/// | [`Unknown`](Self::Unknown) | name something that exists | 404 Not Found |
/// | [`Invalid`](Self::Invalid) | correct what was handed in | 422 Unprocessable Content |
/// | [`Conflict`](Self::Conflict) | look at how things stand, and decide anew | 409 Conflict |
/// | [`TooLate`](Self::TooLate) | nothing: it is over | 410 Gone |
/// | [`NotAllowed`](Self::NotAllowed) | nothing: it is not for them | 403 Forbidden |
/// | [`Limit`](Self::Limit) | try again when there is less | 429 Too Many Requests |
/// | [`Clock`](Self::Clock) | set the clock of the host, or confirm it | 425 Too Early |
/// | [`Behind`](Self::Behind) | let time pass, and try again | 503 Service Unavailable |
/// | [`Fault`](Self::Fault) | the host recovers from its journal | 500 Internal Server Error |
///
/// ```
/// use strowger::command::{Refusal, RefusalKind};
///
/// let refused = Refusal::code_required();
/// assert_eq!((refused.kind(), refused.code()), (RefusalKind::Invalid, "code_required"));
/// assert_eq!(refused.kind().http_status(), 422);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// Something that was named does not exist.
    Unknown,
    /// The input is wrong by itself.
    Invalid,
    /// How things stand does not allow it.
    Conflict,
    /// The thing named is over or retired: a race that was lost, and nothing unusual.
    TooLate,
    /// It is not for this agent, or for nobody.
    NotAllowed,
    /// A bound is reached.
    Limit,
    /// The time of the call cannot be.
    Clock,
    /// What was due before it is not all done.
    Behind,
    /// Something is wrong inside.
    Fault,
}

impl RefusalKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Invalid,
        Self::Conflict,
        Self::TooLate,
        Self::NotAllowed,
        Self::Limit,
        Self::Clock,
        Self::Behind,
        Self::Fault,
    ];

    /// The status of HTTP that corresponds to it.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Unknown => 404,
            Self::Invalid => 422,
            Self::Conflict => 409,
            Self::TooLate => 410,
            Self::NotAllowed => 403,
            Self::Limit => 429,
            Self::Clock => 425,
            Self::Behind => 503,
            Self::Fault => 500,
        }
    }
}
