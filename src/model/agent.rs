//! Agents: what they can do and how much of it at a time.

use alloc::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::Span;
use crate::model::attribute::{Attributes, Value, check_attributes};
use crate::model::capacity::Capacity;
use crate::model::ids::{AgentId, ChannelId, Entity, SkillId};
use crate::model::invalid::Invalid;
use crate::model::profile::{DefinitionId, Profile};
use crate::model::skill::Proficiency;
use crate::model::wrap_up::AgentWrapUp;

growing! {
    /// The definition of an agent.
    ///
    /// ```
    /// use strowger::model::{Capacity, SkillId};
    /// use strowger::prelude::*;
    ///
    /// let french = SkillId::from_raw(0);
    /// let ana =
    ///     AgentProfile::default().with_skills([(french, 80)]).with_capacity(Capacity::items(3));
    /// assert_eq!(ana.skills[&french], 80);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct AgentProfile {
        /// Skills with proficiency, 0 to 100.
        pub skills: BTreeMap<SkillId, Proficiency> => with_skills(each (SkillId, Proficiency)),
        /// Anything else requirements may ask for.
        pub attributes: Attributes => with_attributes(each (Key, Value)),
        /// How much at a time.
        pub capacity: Capacity => with_capacity,
        /// How long the agent counts as present without a sign of life; then the agent goes
        /// offline. `None`: for ever.
        pub lease: Option<Span> => with_lease(into),
        /// True if offers to this agent are accepted at once in their name.
        pub auto_accept: bool => with_auto_accept,
        /// The channels the agent is entitled to (a licence); `None`: all. Work of another channel
        /// is not offered to the agent, whatever room there is, and they count as nobody who is
        /// there for it. What they have of it stays theirs.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub entitled: Option<BTreeSet<ChannelId>> => with_entitled(some BTreeSet<ChannelId>),
        /// How long the agent wraps up.
        #[serde(skip_serializing_if = "AgentWrapUp::is_the_queues")]
        pub wrap_up: AgentWrapUp => with_wrap_up,
    }
}

impl Default for AgentProfile {
    fn default() -> Self {
        Self {
            skills: BTreeMap::new(),
            attributes: Attributes::new(),
            capacity: Capacity::one(),
            lease: None,
            auto_accept: false,
            entitled: None,
            wrap_up: AgentWrapUp::Queue,
        }
    }
}

impl AgentProfile {
    /// Somebody who is asked for help and is no agent of a queue of customers (Genesys: knowledge
    /// worker): room for one item of each of the two channels at a time, and no wrap-up.
    ///
    /// ```
    /// use strowger::model::{AgentWrapUp, ChannelId};
    /// use strowger::prelude::*;
    ///
    /// let (im, voice) = (ChannelId::from_raw(0), ChannelId::from_raw(1));
    /// let expert = AgentProfile::knowledge_worker(im, voice);
    /// assert_eq!(expert.wrap_up, AgentWrapUp::Never);
    /// ```
    #[must_use]
    pub fn knowledge_worker(im: ChannelId, voice: ChannelId) -> Self {
        let capacity = Capacity::items(2).with_channel(im, 1).with_channel(voice, 1);
        Self { capacity, wrap_up: AgentWrapUp::Never, ..Self::default() }
    }

    /// True if the agent is entitled to work of a channel.
    #[must_use]
    pub fn is_entitled(&self, channel: ChannelId) -> bool {
        self.entitled.as_ref().is_none_or(|channels| channels.contains(&channel))
    }
}

/// The most channels an entitlement may name.
const ENTITLED_MAX: u32 = 1_000;

/// The most bytes an attribute of an agent may have.
const TEXT_MAX: u32 = 65_536;

/// The most skills an agent may have.
pub(crate) const SKILLS_MAX: u32 = 1_000;

impl DefinitionId for AgentId {
    type Profile = AgentProfile;
}

impl Profile for AgentProfile {
    type Id = AgentId;

    fn check(&self) -> Result<(), Invalid> {
        Invalid::length("skills", self.skills.len(), SKILLS_MAX)?;
        for level in self.skills.values() {
            Invalid::range("skills", *level, 0, 100)?;
        }
        check_attributes(&self.attributes)?;
        for value in self.attributes.values() {
            value.check_text("attributes", TEXT_MAX)?;
        }
        self.capacity.check()?;
        let entitled = self.entitled.as_ref().map_or(0, BTreeSet::len);
        Invalid::length("entitled", entitled, ENTITLED_MAX)?;
        self.wrap_up.check()?;
        match self.lease {
            Some(lease) => Invalid::some_time("lease", lease),
            None => Ok(()),
        }
    }

    fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.skills.keys().for_each(|skill| name((*skill).into()));
        self.capacity.mentions(name);
        let channels = self.entitled.iter().flatten();
        channels.for_each(|channel| name((*channel).into()));
    }
}
