//! What a unified-communications presence (of an office messenger) makes of a person who also
//! takes calls.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::model::ids::{ChannelId, PresenceId};
use crate::model::invalid::Invalid;
use crate::model::presence::{Opens, PresenceProfile, SystemPresence};
use crate::model::work::check_key;

/// The state of an agent as switches know it (Genesys Engage).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl AgentState {
    /// True if two states are the same but for the reason of not being ready.
    pub(crate) const fn is_alike(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Ready, Self::Ready)
                | (Self::LoggedOut, Self::LoggedOut)
                | (Self::NotReady { .. }, Self::NotReady { .. })
        )
    }

    /// Why the agent is not ready, if that is their state.
    #[must_use]
    pub const fn reason(&self) -> Option<&Key> {
        match self {
            Self::NotReady { reason } => Some(reason),
            Self::Ready | Self::LoggedOut => None,
        }
    }

    /// The state that a presence here stands for: one that opens the channel of messages between
    /// colleagues is ready, such as on queue; what stands for offline is logged out; any other is
    /// not ready, with the key of the presence as its reason. As long as there is no such channel,
    /// what opens every channel is ready.
    #[must_use]
    pub fn of_presence(key: &Key, profile: &PresenceProfile, im: Option<ChannelId>) -> Self {
        if profile.system == SystemPresence::Offline {
            Self::LoggedOut
        } else if im.map_or(profile.opens == Opens::Everything, |im| profile.opens(im)) {
            Self::Ready
        } else {
            Self::NotReady { reason: key.clone() }
        }
    }
}

/// Which agent state a presence of an office messenger is: online is ready, offline is logged out,
/// anything else is not ready with the presence as its reason, unless a row says otherwise.
/// (Genesys UC Connector.)
///
/// ```
/// use strowger::prelude::*;
/// use strowger::knowledge::{AgentState, UnifiedMap};
///
/// let map = UnifiedMap::default().with("Be right back", AgentState::Ready);
/// assert_eq!(map.state("Online"), AgentState::Ready);
/// assert_eq!(map.state("Be right back"), AgentState::Ready);
/// let silent = AgentState::NotReady { reason: "Do not disturb".into() };
/// assert_eq!(map.state("Do not disturb"), silent);
/// assert_eq!(map.presence("Offline"), SystemPresence::Offline.id());
/// assert_eq!(map.presence("Meeting"), SystemPresence::Meeting.id());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnifiedMap {
    states: BTreeMap<Key, AgentState>,
    reasons: BTreeMap<Key, PresenceId>,
}

impl UnifiedMap {
    /// The most rows of either kind.
    pub const ROWS_MAX: u32 = 1_000;

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

    /// Refuses words that nobody says, and more rows than there may be.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        Invalid::length("presences", self.states.len(), Self::ROWS_MAX)?;
        Invalid::length("presences", self.reasons.len(), Self::ROWS_MAX)?;
        let words = self.states.keys().chain(self.reasons.keys());
        words
            .chain(self.states.values().filter_map(AgentState::reason))
            .try_for_each(|word| check_key("presences", word))
    }

    /// The presences here that it may lead to beside those of the system.
    pub(crate) fn presences(&self) -> impl Iterator<Item = PresenceId> {
        self.reasons.values().copied()
    }

    /// The words that it has rows for, each with the presence here, in the order of the words.
    pub fn words(&self) -> impl Iterator<Item = (&Key, PresenceId)> {
        let words = self.states.keys().chain(self.reasons.keys());
        words.map(|word| (word, self.presence(word)))
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
        self.presence_of(&self.state(presence))
    }

    /// The presence here of a state, as [`presence`](Self::presence) has it: for a switch that says
    /// the state itself.
    ///
    /// ```
    /// use strowger::knowledge::{AgentState, UnifiedMap};
    /// use strowger::model::SystemPresence;
    ///
    /// let lunch = AgentState::NotReady { reason: "Meal".into() };
    /// assert_eq!(UnifiedMap::default().presence_of(&lunch), SystemPresence::Meal.id());
    /// ```
    #[must_use]
    pub fn presence_of(&self, state: &AgentState) -> PresenceId {
        match state {
            AgentState::Ready => SystemPresence::OnQueue.id(),
            AgentState::LoggedOut => SystemPresence::Offline.id(),
            AgentState::NotReady { reason } => {
                let named = || named(reason).unwrap_or(SystemPresence::Busy);
                self.reasons.get(reason).copied().unwrap_or_else(|| named().id())
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
