//! The configuration of the layer, and its bounds.

use alloc::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::model::ids::ChannelId;
use crate::model::invalid::{Invalid, Problem};
use crate::model::work::check_key;

use crate::knowledge::unified::UnifiedMap;

/// What becomes of a call that is brought straight to the telephone of a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Direct {
    /// The worker has it at once: that their telephone rings is the business of the switch.
    #[default]
    Connect,
    /// It rings at the worker, for the window of the call's queue and channel.
    Ring,
}

growing! {
    /// The bounds of the layer. What would exceed one is refused.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct KnowledgeLimits {
        /// Routing points.
        pub points: u32 => with_points,
        /// Requests and sessions of one asker that are not over, 1 to 100.
        pub of_asker: u32 => with_of_asker,
        /// The bytes of the user data of one session or call, names included.
        pub data_bytes: u32 => with_data_bytes,
        /// The bytes of all user data together, as long as they are kept.
        pub all_data_bytes: u64 => with_all_data_bytes,
    }
}

impl Default for KnowledgeLimits {
    fn default() -> Self {
        Self { points: 10_000, of_asker: 10, data_bytes: 1_048_576, all_data_bytes: 4_294_967_296 }
    }
}

growing! {
    /// The configuration of the layer, as the host chooses it.
    ///
    /// ```
    /// use strowger::knowledge::{AgentState, KnowledgeConfig, UnifiedMap};
    ///
    /// let presences = UnifiedMap::default().with("Be right back", AgentState::Ready);
    /// let config =
    ///     KnowledgeConfig::default().with_presences(presences).with_hidden(["PIN".into()]);
    /// assert!(config.check().is_ok());
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct KnowledgeConfig {
        /// The channel of messages between colleagues; `None`: nobody can ask.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub im_channel: Option<ChannelId> => with_im_channel(into),
        /// Which presence of the messenger is which state of a worker.
        pub presences: UnifiedMap => with_presences,
        /// What becomes of a call that is brought straight to a worker.
        pub direct: Direct => with_direct,
        /// The names of user data that no card shows, 1,000 at most. If `Notes` is among them it is
        /// no short description either.
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        pub hidden: BTreeSet<Key> => with_hidden(each Key),
        /// The bounds.
        pub limits: KnowledgeLimits => with_limits,
    }
}

impl KnowledgeConfig {
    /// Says whether it makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        self.presences.check()?;
        Invalid::length("hidden", self.hidden.len(), 1_000)?;
        self.hidden.iter().try_for_each(|name| check_key("hidden", name))?;
        let KnowledgeLimits { points, of_asker, data_bytes, all_data_bytes } = self.limits;
        Invalid::range("limits.of_asker", i64::from(of_asker), 1, 100)?;
        match points == 0 || data_bytes == 0 || all_data_bytes == 0 {
            true => Err(Invalid::new("limits", Problem::Empty)),
            false => Ok(()),
        }
    }
}
