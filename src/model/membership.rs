//! What an agent is to a queue.

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::model::invalid::Invalid;
use crate::model::need::Requirement;
use crate::model::relaxation::Relaxation;

growing! {
    /// An agent's place in a queue.
    ///
    /// `rank` works both ways and comes before everything else: a free agent serves the queues
    /// where the agent's rank is lowest first, and work goes to the agents for whom its queue ranks
    /// lowest first (ServiceNow: group queue priority; FreeSWITCH: tier level). Where the queue
    /// treats its members alike, only the first holds
    /// ([`QueueProfile::members_alike`](crate::model::QueueProfile::members_alike); Amazon Connect:
    /// priority in the routing profile).
    ///
    /// ```
    /// use strowger::prelude::*;
    ///
    /// let helper = Membership::default().with_rank(2).with_delay(Span::from_secs(30));
    /// assert_eq!(Membership::default().rank, 1);
    /// assert!(helper.delay > Span::ZERO);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Membership {
        /// 1 to 99; lower comes first.
        pub rank: u8 => with_rank,
        /// How long work must have been in the queue before this agent sees it (Amazon Connect:
        /// delay). Until then it does not exist for the agent.
        pub delay: Span => with_delay,
        /// Place in the list under
        /// [`AgentChoice::FixedOrder`](crate::model::AgentChoice::FixedOrder); equal places go in
        /// order of definition.
        pub position: u16 => with_position,
        /// How far out the agent stands: 0 to 15. Work with a [`Relaxation`] is seen by ring 0
        /// first and by others as its steps widen it; other work is seen by all. Inner rings come
        /// before outer ones. (Genesys Cloud: bullseye; ServiceNow: eligibility pools.)
        pub ring: u8 => with_ring,
        /// The agent's share of the queue's work relative to others, 1 to 1,000, under
        /// [`AgentChoice::WeightedShare`](crate::model::AgentChoice::WeightedShare).
        pub weight: u16 => with_weight,
    }
}

growing! {
    /// Who is a member of a queue without being named: all agents who meet an expression over
    /// skills and attributes (Twilio TaskRouter: target workers of a task queue; Genesys Engage:
    /// skill expressions and virtual groups; Genesys Cloud: skill groups).
    ///
    /// They are members from the moment in which they meet it until the moment in which they do not
    /// any more, whether their profile changes or the expression. An agent whom
    /// [`SetMembership`](crate::command::SetMembership) names is a member on those terms, whatever
    /// the expression says. It says nothing about terms for one channel, which an agent may have
    /// beside it.
    ///
    /// ```
    /// use strowger::model::{Comparison, MembersWhere, Requirement, SkillId};
    /// use strowger::prelude::*;
    ///
    /// let french = SkillId::from_raw(0);
    /// let speakers = Requirement::skill(french, Comparison::AtLeast, 50);
    /// let helpers = Membership::default().with_rank(2);
    /// let queue = QueueProfile::default()
    ///     .with_members_where(MembersWhere::new(speakers).with_terms(helpers));
    /// assert!(queue.members_where.is_some());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct MembersWhere {
        /// What a member meets; bounded as the need of work is.
        pub requirement: Requirement => with_requirement,
        /// The terms of those whom it makes members.
        #[serde(default)]
        pub terms: Membership => with_terms,
    }
}

impl MembersWhere {
    /// All who meet this, on the default terms.
    #[must_use]
    pub fn new(requirement: Requirement) -> Self {
        Self { requirement, terms: Membership::default() }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        self.requirement.check_as("members_where.requirement")?;
        self.terms.check()
    }
}

impl Default for Membership {
    fn default() -> Self {
        Self { rank: 1, delay: Span::ZERO, position: 0, ring: 0, weight: 1 }
    }
}

impl Membership {
    pub(crate) fn check(self) -> Result<(), Invalid> {
        Invalid::range("rank", self.rank, 1, 99)?;
        Invalid::range("weight", self.weight, 1, 1_000)?;
        Invalid::range("ring", self.ring, 0, i64::from(Relaxation::RING_MAX))
    }
}
