//! What a switch tells.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use strowger::Key;
use strowger::knowledge::UserData;

/// Which event it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[non_exhaustive]
pub enum EventName {
    /// A telephone is registered, and who is logged in there is told.
    #[serde(rename = "EventRegistered")]
    Registered,
    /// An agent logged in.
    #[serde(rename = "EventAgentLogin")]
    AgentLogin,
    /// An agent logged out.
    #[serde(rename = "EventAgentLogout")]
    AgentLogout,
    /// An agent is ready.
    #[serde(rename = "EventAgentReady")]
    AgentReady,
    /// An agent is not ready.
    #[serde(rename = "EventAgentNotReady")]
    AgentNotReady,
    /// A call is at a routing point and waits to be told where to go.
    #[serde(rename = "EventRouteRequest")]
    RouteRequest,
    /// A client distributed it: among them the one that shows previews.
    #[serde(rename = "EventUserEvent")]
    UserEvent,
    /// A request is refused.
    #[serde(rename = "EventError")]
    Error,
    /// Any other.
    #[default]
    #[serde(other)]
    Other,
}

/// When the switch made an event: seconds and microseconds since the Unix epoch.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(default)]
pub struct EventTime {
    /// The seconds.
    pub sec: i64,
    /// The microseconds of the second.
    pub usec: u32,
}

/// An event of the T-Library, with the attributes that are looked at.
///
/// ```
/// use strowger_engage::{Event, EventName};
///
/// let json = br#"{"Event": "EventAgentReady", "ThisDN": "5117", "AgentID": "kim",
///     "time": {"sec": 1772445600, "usec": 250000}}"#;
/// let event = Event::read(json)?;
/// assert_eq!((event.event, &*event.dn), (EventName::AgentReady, "5117"));
/// assert!(Event::read(b"{}").is_err());
/// # Ok::<(), strowger_engage::Unreadable>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// Which event.
    #[serde(rename = "Event")]
    pub event: EventName,
    /// The telephone or routing point it is about.
    #[serde(rename = "ThisDN", default = "nothing", skip_serializing_if = "is_nothing")]
    pub dn: Key,
    /// The agent.
    #[serde(rename = "AgentID", default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Key>,
    /// The number of the request that it answers.
    #[serde(rename = "ReferenceID", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<u32>,
    /// When.
    #[serde(default, deserialize_with = "lenient")]
    pub time: EventTime,
    /// Why an agent is not ready.
    #[serde(
        rename = "Reasons",
        default,
        deserialize_with = "pairs",
        skip_serializing_if = "UserData::is_empty"
    )]
    pub reasons: UserData,
    /// What is peculiar to a switch: the reason that was keyed in at the telephone.
    #[serde(
        rename = "Extensions",
        default,
        deserialize_with = "pairs",
        skip_serializing_if = "UserData::is_empty"
    )]
    pub extensions: UserData,
    /// The call, as it is written.
    #[serde(rename = "ConnID", default, skip_serializing_if = "Option::is_none")]
    pub conn: Option<Box<str>>,
    /// The user data of the call, or of the event.
    #[serde(
        rename = "UserData",
        default,
        deserialize_with = "pairs",
        skip_serializing_if = "UserData::is_empty"
    )]
    pub user_data: UserData,
    /// Why a request is refused, as a number.
    #[serde(rename = "ErrorCode", default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<i64>,
    /// The same in words.
    #[serde(rename = "ErrorMessage", default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<Box<str>>,
}

/// An event that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not an event: {reason}")]
#[non_exhaustive]
pub struct Unreadable {
    /// Why.
    pub reason: String,
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// [`Unreadable`] if it is no object with the name of an event, or an attribute is of another
    /// type.
    pub fn read(json: &[u8]) -> Result<Self, Unreadable> {
        serde_json::from_slice(json).map_err(|error| Unreadable { reason: error.to_string() })
    }

    /// The pair of this name, of the reasons in software or else of those keyed in.
    pub(crate) fn reason(&self, key: &str) -> Option<Key> {
        let text = self.reasons.get(key).or_else(|| self.extensions.get(key))?;
        Some(Key::from(&**text)).filter(Key::is_valid)
    }
}

fn nothing() -> Key {
    Key::from("")
}

fn is_nothing(key: &Key) -> bool {
    key.is_empty()
}

fn lenient<'de, D: Deserializer<'de>>(source: D) -> Result<EventTime, D::Error> {
    Option::deserialize(source).map(Option::unwrap_or_default)
}

/// Pairs of a name and a text or a number. Lists within are passed over.
fn pairs<'de, D: Deserializer<'de>>(source: D) -> Result<UserData, D::Error> {
    let all: Option<BTreeMap<String, Value>> = Option::deserialize(source)?;
    let text = |value: Value| match value {
        Value::String(text) => Some(text.into_boxed_str()),
        Value::Number(number) => Some(number.to_string().into_boxed_str()),
        _ => None,
    };
    let all = all.unwrap_or_default().into_iter();
    Ok(all.filter_map(|(name, value)| Some((name.into(), text(value)?))).collect())
}
