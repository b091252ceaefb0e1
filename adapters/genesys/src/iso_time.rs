//! Times as Genesys Cloud writes them: ISO-8601 with milliseconds, in UTC.

use alloc::string::{String, ToString};

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use strowger::Timestamp;

/// An instant that is written as text: `2026-05-14T08:11:45.000Z`.
///
/// ```
/// use strowger::prelude::*;
/// use strowger_genesys::IsoTime;
///
/// let resume: IsoTime = serde_json::from_str(r#""1970-01-01T09:00:00.5+00:00""#)?;
/// assert_eq!(resume.0, Timestamp::from_millis(32_400_500));
/// assert_eq!(serde_json::to_string(&resume)?, r#""1970-01-01T09:00:00.500Z""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct IsoTime(pub Timestamp);

/// A text that is no instant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{0} is no instant")]
pub struct NotIso(pub String);

impl TryFrom<String> for IsoTime {
    type Error = NotIso;

    fn try_from(text: String) -> Result<Self, NotIso> {
        match DateTime::parse_from_rfc3339(&text) {
            Ok(at) => Ok(Self(Timestamp::from(at.to_utc()))),
            Err(_) => Err(NotIso(text)),
        }
    }
}

impl From<IsoTime> for String {
    fn from(instant: IsoTime) -> Self {
        instant.0.to_string()
    }
}

impl From<Timestamp> for IsoTime {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}
