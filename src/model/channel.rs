//! Channels: by what way work comes.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::model::capacity::{UNITS_MAX, Weights};
use crate::model::ids::{ChannelId, Entity, PoolId};
use crate::model::invalid::Invalid;
use crate::model::pool::check_pools;
use crate::model::profile::{DefinitionId, Profile};

growing! {
    /// The definition of a channel. Channels are the host's own; the presets are the usual ones.
    ///
    /// ```
    /// use strowger::prelude::*;
    ///
    /// let chat = ChannelProfile::chat().with_cost(20);
    /// assert_eq!(chat.offer_window, Some(Span::from_secs(30)));
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct ChannelProfile {
        /// Units an item takes unless the request says otherwise: 1 to 1,000,000.
        pub cost: u32 => with_cost,
        /// How long an offer is open; `None`: until it is answered. A queue may say otherwise.
        pub offer_window: Option<Span> => with_offer_window(into),
        /// True if offers of this channel are accepted at once in the agent's name.
        pub auto_accept: bool => with_auto_accept,
        /// How much of an item counts in each state.
        pub weights: Weights => with_weights,
        /// Which other channels may still reach an agent who has an item of this one; `None` means
        /// all of them. Every item an agent has must allow it (Genesys: interruptible media types).
        pub interruptible_by: Option<Vec<ChannelId>> => with_interruptible_by(into),
        /// How long after its origin an item that nobody has is closed (Twilio: task TTL).
        pub lifetime: Option<Span> => with_lifetime(into),
        /// The pools an item draws on unless the request names others; at most 8, each once.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub pools: Vec<PoolId> => with_pools(each PoolId),
    }
}

impl Default for ChannelProfile {
    fn default() -> Self {
        Self {
            cost: 1,
            offer_window: Some(Span::from_secs(30)),
            auto_accept: false,
            weights: Weights::default(),
            interruptible_by: None,
            lifetime: None,
            pools: Vec::new(),
        }
    }
}

impl ChannelProfile {
    fn answered_in(secs: u32) -> Self {
        Self { offer_window: Some(Span::from_secs(secs)), ..Self::default() }
    }

    /// Calls: 8 s to answer, and nothing else may interrupt one.
    #[must_use]
    pub fn voice() -> Self {
        Self { interruptible_by: Some(Vec::new()), ..Self::answered_in(8) }
    }

    /// Live chats: 30 s to answer.
    #[must_use]
    pub fn chat() -> Self {
        Self::answered_in(30)
    }

    /// Messages of a conversation that may last for days: 30 s to answer.
    #[must_use]
    pub fn message() -> Self {
        Self::answered_in(30)
    }

    /// Calls to customers who asked to be called: 30 s to answer.
    #[must_use]
    pub fn callback() -> Self {
        Self::answered_in(30)
    }

    /// E-mails: 300 s to answer.
    #[must_use]
    pub fn email() -> Self {
        Self::answered_in(300)
    }

    /// Cases, tasks and other work items: 120 s to answer.
    #[must_use]
    pub fn work_item() -> Self {
        Self::answered_in(120)
    }
}

impl DefinitionId for ChannelId {
    type Profile = ChannelProfile;
}

impl Profile for ChannelProfile {
    type Id = ChannelId;

    fn check(&self) -> Result<(), Invalid> {
        Invalid::range("cost", self.cost, 1, i64::from(UNITS_MAX))?;
        self.weights.check()?;
        if let Some(window) = self.offer_window {
            Invalid::some_time("offer_window", window)?;
        }
        if let Some(lifetime) = self.lifetime {
            Invalid::some_time("lifetime", lifetime)?;
        }
        check_pools(&self.pools)
    }

    fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.interruptible_by.iter().flatten().for_each(|channel| name((*channel).into()));
        self.pools.iter().for_each(|pool| name((*pool).into()));
    }
}
