//! Presence: what a person says of themselves.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::model::ids::{ChannelId, Entity, PresenceId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::profile::{DefinitionId, Profile};

/// The presences every organisation's own are mapped to. Each exists from the start under its
/// JSON name (`available`, `on_queue`, ...) as a [`PresenceProfile`] of the same kind.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SystemPresence {
    /// Not signed in.
    #[default]
    Offline,
    /// Here and willing; on queue too, unless
    /// [`Config::available_off_queue`](crate::Config::available_off_queue) says otherwise.
    Available,
    /// Waiting for queued work.
    OnQueue,
    /// Here, but occupied with something the engine does not know.
    Busy,
    /// Not at the desk.
    Away,
    /// On a break.
    Break,
    /// At a meal.
    Meal,
    /// In a meeting.
    Meeting,
    /// In training.
    Training,
}

impl SystemPresence {
    /// All of them, in the order of their ids.
    pub const ALL: [Self; 9] = [
        Self::Offline,
        Self::Available,
        Self::OnQueue,
        Self::Busy,
        Self::Away,
        Self::Break,
        Self::Meal,
        Self::Meeting,
        Self::Training,
    ];

    /// The key under which it is defined from the start.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Available => "available",
            Self::OnQueue => "on_queue",
            Self::Busy => "busy",
            Self::Away => "away",
            Self::Break => "break",
            Self::Meal => "meal",
            Self::Meeting => "meeting",
            Self::Training => "training",
        }
    }

    /// The id under which it is defined from the start.
    #[must_use]
    pub const fn id(self) -> PresenceId {
        PresenceId::from_raw(self as u32)
    }
}

/// Which channels a presence opens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// None: the agent is off queue.
    #[default]
    Nothing,
    /// All.
    Everything,
    /// These alone.
    Only(Vec<ChannelId>),
}

growing! {
    /// A presence an agent may choose.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger::model::{Opens, PresenceProfile};
    ///
    /// let lunch = PresenceProfile::of(SystemPresence::Meal);
    /// assert_eq!(lunch.opens, Opens::Nothing);
    /// assert_eq!(PresenceProfile::of(SystemPresence::OnQueue).opens, Opens::Everything);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct PresenceProfile {
        /// The system presence it stands for.
        pub system: SystemPresence => with_system,
        /// The channels on which an agent in this presence is offered work; none if it stands for
        /// offline.
        pub opens: Opens => with_opens,
    }
}

impl PresenceProfile {
    /// The usual presence of this kind: available and on queue open every channel, the others none.
    #[must_use]
    pub const fn of(system: SystemPresence) -> Self {
        let opens = match system {
            SystemPresence::Available | SystemPresence::OnQueue => Opens::Everything,
            SystemPresence::Offline
            | SystemPresence::Busy
            | SystemPresence::Away
            | SystemPresence::Break
            | SystemPresence::Meal
            | SystemPresence::Meeting
            | SystemPresence::Training => Opens::Nothing,
        };
        Self { system, opens }
    }

    /// True if work of a channel may be offered in this presence.
    #[must_use]
    pub fn opens(&self, channel: ChannelId) -> bool {
        match &self.opens {
            Opens::Nothing => false,
            Opens::Everything => true,
            Opens::Only(channels) => channels.contains(&channel),
        }
    }

    /// True if work of at least one channel may be offered in this presence.
    #[must_use]
    pub fn is_on_queue(&self) -> bool {
        match &self.opens {
            Opens::Nothing => false,
            Opens::Everything => true,
            Opens::Only(channels) => !channels.is_empty(),
        }
    }
}

impl DefinitionId for PresenceId {
    type Profile = PresenceProfile;
}

impl Profile for PresenceProfile {
    type Id = PresenceId;

    fn check(&self) -> Result<(), Invalid> {
        // Who is not signed in, was not heard of or is retired is offered nothing.
        if self.system == SystemPresence::Offline && self.opens != Opens::Nothing {
            return Err(Invalid::new("opens", Problem::NotListed));
        }
        Ok(())
    }

    fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        if let Opens::Only(channels) = &self.opens {
            channels.iter().for_each(|channel| name((*channel).into()));
        }
    }
}
