//! The identifier of a connection.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use strowger::model::WorkId;

/// The identifier of a call at the switch: 64 bits, written as 16 hexadecimal digits. A call has it
/// as the key of its work ([`WorkRequest::key`](strowger::model::WorkRequest::key)).
///
/// ```
/// use strowger_engage::ConnId;
///
/// let call: ConnId = "006c0198a0b5d001".parse().unwrap();
/// assert_eq!(call.to_string(), "006c0198a0b5d001");
/// assert!("6c01".parse::<ConnId>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnId(u64);

/// It is not 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("a connection is named by 16 hexadecimal digits")]
pub struct NotAConnId;

impl ConnId {
    /// What stands in its place for a request in writing, which is no call: the id of its work,
    /// with the highest bit set.
    #[must_use]
    pub const fn of_message(work: WorkId) -> Self {
        Self(work.raw() | 1 << 63)
    }
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ConnId {
    type Err = NotAConnId;

    fn from_str(text: &str) -> Result<Self, NotAConnId> {
        if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAConnId);
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| NotAConnId)
    }
}

impl TryFrom<String> for ConnId {
    type Error = NotAConnId;

    fn try_from(text: String) -> Result<Self, NotAConnId> {
        text.parse()
    }
}

impl From<ConnId> for String {
    fn from(conn: ConnId) -> Self {
        format!("{conn}")
    }
}
