//! What a unified-communications presence (of an office messenger) makes of a person who also
//! takes calls.

use alloc::collections::BTreeMap;

use crate::base::key::Key;
use crate::model::ids::PresenceId;
use crate::model::presence::SystemPresence;

/// The state of an agent as switches know it (Genesys Engage).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AgentState {
    /// The agent gets work.
    Ready,
    /// The agent is there and gets no work.
    NotReady {
        /// Why.
        reason: Key,
    },
    /// The agent is not there.
    LoggedOut,
}

/// Which agent state a presence of an office messenger is: online is ready, offline is logged out,
/// anything else is not ready with the presence as its reason, unless a row says otherwise.
/// (Genesys UC Connector.)
///
/// ```
/// use strowger::prelude::*;
/// use strowger::presence::{AgentState, UnifiedMap};
///
/// let map = UnifiedMap::default().with("Be right back", AgentState::Ready);
/// assert_eq!(map.state("Online"), AgentState::Ready);
/// assert_eq!(map.state("Be right back"), AgentState::Ready);
/// let silent = AgentState::NotReady { reason: "Do not disturb".into() };
/// assert_eq!(map.state("Do not disturb"), silent);
/// assert_eq!(map.presence("Offline"), SystemPresence::Offline.id());
/// assert_eq!(map.presence("Meeting"), SystemPresence::Meeting.id());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnifiedMap {
    states: BTreeMap<Key, AgentState>,
    reasons: BTreeMap<Key, PresenceId>,
}

impl UnifiedMap {
    /// The same with a presence that is another state than usual.
    #[must_use]
    pub fn with(mut self, presence: impl Into<Key>, state: AgentState) -> Self {
        self.states.insert(presence.into(), state);
        self
    }

    /// The same with a presence here for a reason of not being ready.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<Key>, presence: PresenceId) -> Self {
        self.reasons.insert(reason.into(), presence);
        self
    }

    /// The agent state of a presence. Upper and lower case of the two usual ones do not matter.
    #[must_use]
    pub fn state(&self, presence: &str) -> AgentState {
        if let Some(state) = self.states.get(presence) {
            state.clone()
        } else if presence.eq_ignore_ascii_case("online") {
            AgentState::Ready
        } else if presence.eq_ignore_ascii_case("offline") {
            AgentState::LoggedOut
        } else {
            AgentState::NotReady { reason: presence.into() }
        }
    }

    /// The presence here of a presence there: ready is on queue, logged out is offline, and not
    /// ready is what its reason says, else the system presence of that name (break, meal, meeting,
    /// training, away), else busy.
    #[must_use]
    pub fn presence(&self, presence: &str) -> PresenceId {
        match self.state(presence) {
            AgentState::Ready => SystemPresence::OnQueue.id(),
            AgentState::LoggedOut => SystemPresence::Offline.id(),
            AgentState::NotReady { reason } => {
                let named = || named(&reason).unwrap_or(SystemPresence::Busy);
                self.reasons.get(&reason).copied().unwrap_or_else(|| named().id())
            }
        }
    }
}

/// The system presence of that name in which nobody gets work.
fn named(reason: &str) -> Option<SystemPresence> {
    use SystemPresence::{Away, Break, Meal, Meeting, Training};
    let named = |presence: &SystemPresence| presence.key().eq_ignore_ascii_case(reason);
    [Away, Break, Meal, Meeting, Training].into_iter().find(named)
}
