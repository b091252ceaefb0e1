//! The rows of those who take part in work that another has.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, WorkId};
use crate::policy::room::Claim;
use crate::state::leg::{LegEnd, LegRole, LegState};
use crate::state::machine::Illegal;
use crate::state::work::Stage;
use crate::world::rows::{Agent, Work};
use crate::world::state::World;

/// An agent who takes part in work that another has, or is asked to.
///
/// ```
/// use strowger::view::{AgentView, Leg};
///
/// /// Whether an agent helps a colleague at the moment.
/// fn helps(agent: AgentView<'_>) -> bool {
///     agent.legs().iter().any(Leg::occupies)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Leg {
    /// The work.
    pub work: WorkId,
    /// The agent, who is not its owner.
    pub agent: AgentId,
    /// As what he takes part.
    pub role: LegRole,
    /// Where it is.
    pub state: LegState,
    /// What it takes of his capacity; nothing of a supervisor's.
    pub claim: Claim,
    /// When he was asked, or joined without being asked.
    pub since: Timestamp,
}

impl Leg {
    /// The most legs of one piece of work.
    pub const MAX: u32 = 16;

    /// Whether it rings at him.
    #[must_use]
    pub const fn rings(&self) -> bool {
        matches!(self.state, LegState::Requested { .. })
    }

    /// Whether he is occupied with it: a consultant or conferee who joined.
    #[must_use]
    pub const fn occupies(&self) -> bool {
        matches!(self.state, LegState::Joined) && !self.role.supervises()
    }
}

/// How an agent's last leg of a piece of work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct PastLeg {
    /// The agent.
    pub agent: AgentId,
    /// How.
    pub end: LegEnd,
}

impl Agent {
    /// His leg of a piece of work that another has.
    #[must_use]
    pub(crate) fn leg(&self, work: WorkId) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.work == work)
    }

    /// How many things he has, may accept or may be handed: each can become an assignment.
    #[must_use]
    pub(crate) fn engagements(&self) -> usize {
        let legs = self.legs.iter().filter(|leg| !leg.role.supervises()).count();
        self.assignments.len() + self.offers.len() + legs
    }
}

impl Work {
    /// How an agent's last leg ended, as long as that is remembered.
    #[must_use]
    pub(crate) fn past_leg(&self, agent: AgentId) -> Option<LegEnd> {
        self.past_legs.iter().find(|past| past.agent == agent).map(|past| past.end)
    }

    /// Refuses a stage in which nobody has it while others take part in it.
    pub(crate) fn check_legs(&self, stage: Stage) -> Result<(), Illegal> {
        if self.legs.is_empty() || matches!(stage, Stage::Assigned { .. }) {
            Ok(())
        } else {
            Err(Illegal { state: "shared", step: stage.name() })
        }
    }

    /// Remembers how a leg ended, and forgets the oldest of too many.
    pub(crate) fn remember_leg(&mut self, agent: AgentId, end: LegEnd) {
        self.past_legs.retain(|past| past.agent != agent);
        if self.past_legs.len() >= Leg::MAX as usize {
            self.past_legs.pop_first();
        }
        self.past_legs.push(PastLeg { agent, end });
    }
}

impl World {
    /// The invariant that does not hold for the legs of a piece of work.
    pub(super) fn check_legs_of(&self, id: WorkId, work: &Work) -> Option<&'static str> {
        if work.check_legs(work.stage).is_err() {
            return Some("legs join: only work that somebody has is shared");
        }
        if work.legs.len().max(work.past_legs.len()) > Leg::MAX as usize {
            return Some("memory bounded: legs of one piece of work");
        }
        let known = |agent: &AgentId| {
            let leg = self.agent(*agent).ok().and_then(|row| row.leg(id));
            let once = work.legs.iter().filter(|other| *other == agent).count() == 1;
            leg.is_some() && once && work.stage.owner() != Some(*agent)
        };
        let all = work.legs.iter().all(known);
        (!all).then_some("legs join: each agent once, who has a leg and is not the owner")
    }

    /// The invariant that does not hold for a leg of an agent.
    pub(super) fn check_leg(&self, id: AgentId, agent: &Agent, leg: &Leg) -> Option<&'static str> {
        let known = self.work(leg.work).is_ok_and(|work| work.legs.contains(&id));
        let once = agent.legs.iter().filter(|other| other.work == leg.work).count() == 1;
        if !known || !once || leg.agent != id {
            return Some("legs join: work and agent know the leg");
        }
        let sound = match (leg.role.supervises(), leg.state) {
            (_, LegState::Ended) | (true, LegState::Requested { .. }) => false,
            (true, LegState::Joined) => leg.claim.weight == 0,
            (false, LegState::Requested { .. }) => leg.role == LegRole::Consultant,
            (false, LegState::Joined) => true,
        };
        (!sound).then_some("legs join: a supervisor joins at once and holds nothing")
    }
}
