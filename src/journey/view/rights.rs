//! What of a journey an agent may see: nine permissions, and what stands where one is missing.

use core::fmt;

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::model::ids::AgentId;

/// A permission to see a part of journeys (Genesys: the permissions of Journey Management).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JourneyRight {
    /// `Journey > Customer > View` (Genesys: `externalContacts:session:view`). Without it: no block
    /// of the customer, and no cards but that of the session from which the interaction came.
    Customer,
    /// `Journey > Event > View` (Genesys: `journey:event:view`). Without it: no journey map and no
    /// counts.
    Event,
    /// `Journey > Event Type > View` (Genesys: `journey:eventtype:view`). Without it: no names and
    /// details of the host's own events.
    EventType,
    /// `Journey > Outcome > View` (Genesys: `journey:outcome:view`). Without it: no outcomes, also
    /// not in the journey map.
    Outcome,
    /// `Journey > OutcomeScores > View` (Genesys: `journey:outcomescores:view`). Without it: no
    /// probabilities; what was achieved shows.
    OutcomeScores,
    /// `Journey > Segment > View` (Genesys: `journey:segment:view`). Without it: no segments, also
    /// not in the journey map.
    Segment,
    /// `Journey > Session > View` (Genesys: `journey:session:view`). Without it: no cards.
    Session,
    /// `Journey > Session Type > View` (Genesys: `journey:sessiontype:view`). Without it: no types
    /// and no icons.
    SessionType,
    /// `Journey > Visit > View` (Genesys: `journey:visit:view`). Without it: neither colour,
    /// present page, last activity, end nor duration; and no list of who is live.
    Visit,
}

impl JourneyRight {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Customer,
        Self::Event,
        Self::EventType,
        Self::Outcome,
        Self::OutcomeScores,
        Self::Segment,
        Self::Session,
        Self::SessionType,
        Self::Visit,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of permissions. In JSON a list: `["customer", "session"]`.
///
/// ```
/// use strowger::journey::{JourneyRight, JourneyRights};
///
/// let rights: JourneyRights = serde_json::from_str(r#"["session", "visit"]"#).unwrap();
/// assert!(rights.has(JourneyRight::Visit) && !rights.has(JourneyRight::Customer));
/// let all = JourneyRights::ALL;
/// assert_eq!(all.without(JourneyRight::Event).iter().count(), 8);
/// assert_eq!(serde_json::to_string(&rights).unwrap(), r#"["session","visit"]"#);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "Vec<JourneyRight>", into = "Vec<JourneyRight>")]
pub struct JourneyRights(u16);

impl JourneyRights {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self((1 << JourneyRight::ALL.len()) - 1);

    /// True if this right is among them.
    #[must_use]
    pub const fn has(self, right: JourneyRight) -> bool {
        self.0 & right.bit() != 0
    }

    /// The same with one more.
    #[must_use]
    pub const fn with(self, right: JourneyRight) -> Self {
        Self(self.0 | right.bit())
    }

    /// The same without one.
    #[must_use]
    pub const fn without(self, right: JourneyRight) -> Self {
        Self(self.0 & !right.bit())
    }

    /// The rights, in their order.
    pub fn iter(self) -> impl Iterator<Item = JourneyRight> {
        JourneyRight::ALL.into_iter().filter(move |right| self.has(*right))
    }
}

impl FromIterator<JourneyRight> for JourneyRights {
    fn from_iter<I: IntoIterator<Item = JourneyRight>>(rights: I) -> Self {
        rights.into_iter().fold(Self::NONE, Self::with)
    }
}

impl From<Vec<JourneyRight>> for JourneyRights {
    fn from(rights: Vec<JourneyRight>) -> Self {
        rights.into_iter().collect()
    }
}

impl From<JourneyRights> for Vec<JourneyRight> {
    fn from(rights: JourneyRights) -> Self {
        rights.iter().collect()
    }
}

impl fmt::Display for JourneyRight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Customer => "customer",
            Self::Event => "event",
            Self::EventType => "event_type",
            Self::Outcome => "outcome",
            Self::OutcomeScores => "outcome_scores",
            Self::Segment => "segment",
            Self::Session => "session",
            Self::SessionType => "session_type",
            Self::Visit => "visit",
        })
    }
}

/// An agent who looks at journeys, with that agent's permissions, as the host knows them.
///
/// ```
/// use strowger::model::AgentId;
/// use strowger::journey::{JourneyRight, JourneyRights, JourneyViewer};
///
/// let rights = JourneyRights::ALL.without(JourneyRight::OutcomeScores);
/// let viewer = JourneyViewer::new(AgentId::from_raw(7), rights);
/// assert!(viewer.rights.has(JourneyRight::Outcome));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct JourneyViewer {
    /// The agent.
    pub agent: AgentId,
    /// The agent's permissions.
    pub rights: JourneyRights,
}

impl JourneyViewer {
    /// This agent, with these permissions.
    #[must_use]
    pub const fn new(agent: AgentId, rights: JourneyRights) -> Self {
        Self { agent, rights }
    }
}

/// A part of what an agent is given, or why it is not: what is hidden is said to be hidden, and
/// never looks as if there were nothing.
///
/// ```
/// use strowger::journey::{Gated, JourneyRight};
///
/// let shown = Gated::Shown(vec!["Foxes"]);
/// assert_eq!(serde_json::to_string(&shown).unwrap(), r#"{"shown":["Foxes"]}"#);
/// let hidden = Gated::<Vec<&str>>::Hidden { missing: JourneyRight::Segment };
/// assert_eq!(serde_json::to_string(&hidden).unwrap(), r#"{"hidden":{"missing":"segment"}}"#);
/// assert_eq!(hidden.shown(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gated<T> {
    /// They may see it.
    Shown(T),
    /// They may not see it.
    Hidden {
        /// The permission that is missing.
        missing: JourneyRight,
    },
    /// The organisation does not have the feature.
    NotLicensed,
}

impl<T> Gated<T> {
    /// What they may see, if they may.
    #[must_use]
    pub const fn shown(&self) -> Option<&T> {
        match self {
            Self::Shown(shown) => Some(shown),
            _ => None,
        }
    }

    /// The same, to change.
    pub(crate) const fn shown_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Shown(shown) => Some(shown),
            _ => None,
        }
    }
}

impl JourneyRights {
    /// Shows something to whoever has a right.
    pub(crate) fn gate<T>(self, right: JourneyRight, shown: impl FnOnce() -> T) -> Gated<T> {
        match self.has(right) {
            true => Gated::Shown(shown()),
            false => Gated::Hidden { missing: right },
        }
    }
}
