//! What an agent is to a queue.

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::model::invalid::Invalid;
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
