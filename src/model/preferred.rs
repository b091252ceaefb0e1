//! Agents whom work would rather have.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::model::ids::{AgentId, Entity};
use crate::model::invalid::{Invalid, Problem};

growing! {
    /// An agent the work would rather have.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct PreferredAgent {
        /// The agent.
        pub agent: AgentId => with_agent,
        /// How much rather: 0 to 100, higher first.
        pub score: u8 => with_score,
    }
}

impl PreferredAgent {
    /// This agent, with this score.
    #[must_use]
    pub const fn new(agent: AgentId, score: u8) -> Self {
        Self { agent, score }
    }
}

growing! {
    /// One round of waiting for a preferred agent.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct PreferredStep {
        /// Only agents with at least this score are asked.
        pub score_min: u8 => with_score_min,
        /// For how long, before the next step begins.
        pub wait: Span => with_wait,
    }
}

impl PreferredStep {
    /// Agents with at least this score, for so long.
    #[must_use]
    pub const fn new(score_min: u8, wait: Span) -> Self {
        Self { score_min, wait }
    }
}

growing! {
    /// A list of preferred agents and how long to wait for them; then anyone may have the work
    /// (Genesys Cloud: preferred agent routing; ServiceNow: affinity).
    ///
    /// Preferred agents need not be members of the queue. Unless the flags say otherwise they must
    /// meet the need and have room. Direct work (an agent's own queue) is a list of one.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger::model::Preferred;
    ///
    /// let direct = Preferred::agent(AgentId::from_raw(7), Span::from_secs(45));
    /// assert_eq!(direct.steps.len(), 1);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Preferred {
        /// The agents, at most 100.
        pub agents: Vec<PreferredAgent> => with_agents(each PreferredAgent),
        /// The steps, one to six; the first begins as the work enters the queue.
        pub steps: Vec<PreferredStep> => with_steps(each PreferredStep),
        /// They are asked whether or not they meet the need.
        pub ignore_need: bool => with_ignore_need,
        /// They are asked whether or not they have room.
        pub ignore_capacity: bool => with_ignore_capacity,
        /// The work stands at the front of its queue as long as it waits for them; afterwards it
        /// returns to its normal place (Azure Job Router: `expedite`).
        pub expedite: bool => with_expedite,
    }
}

impl Preferred {
    /// This agent for so long, then anyone.
    #[must_use]
    pub fn agent(agent: AgentId, wait: Span) -> Self {
        Self {
            agents: [PreferredAgent { agent, score: 100 }].into(),
            steps: [PreferredStep { score_min: 0, wait }].into(),
            ..Self::default()
        }
    }

    /// The score of an agent, if the agent is on the list.
    #[must_use]
    pub fn score(&self, agent: AgentId) -> Option<u8> {
        self.agents.iter().find(|preferred| preferred.agent == agent).map(|found| found.score)
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if self.agents.is_empty() {
            return Err(Invalid::new("preferred.agents", Problem::Empty));
        }
        Invalid::length("preferred.agents", self.agents.len(), 100)?;
        Invalid::range("preferred.steps", u8::try_from(self.steps.len()).unwrap_or(255), 1, 6)?;
        for (n, preferred) in self.agents.iter().enumerate() {
            Invalid::range("preferred.agents.score", preferred.score, 0, 100)?;
            if self.agents.iter().take(n).any(|earlier| earlier.agent == preferred.agent) {
                return Err(Invalid::new("preferred.agents", Problem::Duplicate));
            }
        }
        for step in &self.steps {
            Invalid::range("preferred.steps.score_min", step.score_min, 0, 100)?;
            Invalid::some_time("preferred.steps.wait", step.wait)?;
        }
        Ok(())
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.agents.iter().for_each(|preferred| name(preferred.agent.into()));
    }
}
