//! What a host has to do so that the world outside is as the engine says.
//!
//! Found by comparing what stands now with what stood before, for whoever the facts name: so it
//! does not matter which of many facts brought it about, and after a restart everything is new.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::engine::view::View;
use crate::fact::event::Event;
use crate::fact::log::Fact;
use crate::host::ports::{Involvement, Offered, WorkAndAgent};
use crate::model::ids::{AgentId, Entity, OfferId, PresenceId, WorkId};
use crate::state::assignment::AssignmentState;
use crate::state::leg::LegState;
use crate::state::routing_status::RoutingStatus;

/// Something a host has to do. Of one call, in this order: what ends comes before what begins.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::host::{Act, WorkAndAgent};
///
/// let pair = WorkAndAgent { work: WorkId::from_raw(1), agent: AgentId::from_raw(0) };
/// assert_ne!(Act::AssignmentBegun(pair), Act::AssignmentEnded(pair));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// [`Media::leave`](crate::host::Media::leave).
    Leave(WorkAndAgent),
    /// [`Desktop::offer_ended`](crate::host::Desktop::offer_ended).
    OfferEnded(Offered),
    /// [`Desktop::consult_ended`](crate::host::Desktop::consult_ended).
    ConsultEnded(WorkAndAgent),
    /// [`Desktop::assignment_ended`](crate::host::Desktop::assignment_ended).
    AssignmentEnded(WorkAndAgent),
    /// [`PresenceSink::presence_changed`](crate::host::PresenceSink::presence_changed).
    PresenceChanged(AgentId, PresenceId),
    /// [`PresenceSink::status_changed`](crate::host::PresenceSink::status_changed).
    StatusChanged(AgentId, RoutingStatus),
    /// [`Desktop::assignment_begun`](crate::host::Desktop::assignment_begun).
    AssignmentBegun(WorkAndAgent),
    /// [`Media::join`](crate::host::Media::join).
    Join(WorkAndAgent, Involvement),
    /// [`Desktop::offer_made`](crate::host::Desktop::offer_made).
    OfferMade(Offered),
    /// [`Desktop::consult_made`](crate::host::Desktop::consult_made).
    ConsultMade(WorkAndAgent),
}

impl Act {
    const fn order(&self) -> u8 {
        match self {
            Self::Leave(_) => 0,
            Self::OfferEnded(_) => 1,
            Self::ConsultEnded(_) => 2,
            Self::AssignmentEnded(_) => 3,
            Self::PresenceChanged(..) => 4,
            Self::StatusChanged(..) => 5,
            Self::AssignmentBegun(_) => 6,
            Self::Join(..) => 7,
            Self::OfferMade(_) => 8,
            Self::ConsultMade(_) => 9,
        }
    }
}

/// The tie between a piece of work and an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tie {
    offer: Option<OfferId>,
    consult: bool,
    assigned: bool,
    part: Option<Involvement>,
}

impl Tie {
    fn of(view: View<'_>, pair: WorkAndAgent) -> Self {
        let Some(agent) = view.agent(pair.agent) else {
            return Self::default();
        };
        let of_work = |id: &&OfferId| view.offer(**id).is_some_and(|offer| offer.work == pair.work);
        let assignment = agent.assignments().iter().find(|held| held.work == pair.work);
        let leg = agent.legs().iter().find(|leg| leg.work == pair.work);
        let joined = leg.filter(|leg| matches!(leg.state, LegState::Joined));
        let owns = assignment.and_then(|held| match held.state {
            AssignmentState::Active => Some(Involvement::Owner),
            AssignmentState::Held => Some(Involvement::OnHold),
            AssignmentState::Parked | AssignmentState::WrapUp { .. } | AssignmentState::Ended => {
                None
            }
        });
        Self {
            offer: agent.offers().iter().find(of_work).copied(),
            consult: leg.is_some_and(|leg| leg.alerts()),
            assigned: assignment.is_some(),
            part: owns.or_else(|| joined.map(|leg| Involvement::Leg(leg.role))),
        }
    }

    /// The acts that have to be done where this tie becomes another.
    fn acts(self, now: Self, pair: WorkAndAgent) -> impl Iterator<Item = Act> {
        let ended = self.offer.filter(|_| self.offer != now.offer);
        let made = now.offer.filter(|_| self.offer != now.offer);
        let consult = match (self.consult, now.consult) {
            (true, false) => Some(Act::ConsultEnded(pair)),
            (false, true) => Some(Act::ConsultMade(pair)),
            _ => None,
        };
        let assignment = match (self.assigned, now.assigned) {
            (true, false) => Some(Act::AssignmentEnded(pair)),
            (false, true) => Some(Act::AssignmentBegun(pair)),
            _ => None,
        };
        let part = match (self.part, now.part) {
            (Some(_), None) => Some(Act::Leave(pair)),
            (before, Some(part)) if before != Some(part) => Some(Act::Join(pair, part)),
            _ => None,
        };
        let offers = [
            ended.map(|offer| Act::OfferEnded(Offered { offer, pair })),
            made.map(|offer| Act::OfferMade(Offered { offer, pair })),
        ];
        offers.into_iter().chain([consult, assignment, part]).flatten()
    }
}

/// The state the host was told: which offers are open, who has what, who hears whom, and how
/// agents are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    ties: BTreeMap<WorkAndAgent, Tie>,
    offers: BTreeMap<OfferId, WorkAndAgent>,
    agents: BTreeMap<AgentId, (PresenceId, RoutingStatus)>,
}

/// Whom facts name.
#[derive(Default)]
struct NamedIds {
    pairs: BTreeSet<WorkAndAgent>,
    agents: BTreeSet<AgentId>,
}

impl Told {
    /// All that has to be done after these facts, in order.
    pub(crate) fn after<'a>(
        &mut self,
        view: View<'_>,
        facts: impl Iterator<Item = &'a Fact>,
    ) -> Vec<Act> {
        let mut named = NamedIds::default();
        for fact in facts {
            self.name(&fact.event, &mut named);
        }
        self.compare(view, &named)
    }

    /// All that has to be done if the host was told nothing yet.
    pub(crate) fn all(&mut self, view: View<'_>) -> Vec<Act> {
        let mut named = NamedIds::default();
        for agent in view.agents() {
            named.agents.insert(agent.id());
            let offers = agent.offers().iter().filter_map(|id| Some(view.offer(*id)?.work));
            let assignments = agent.assignments().iter().map(|held| held.work);
            let works = offers.chain(assignments).chain(agent.legs().iter().map(|leg| leg.work));
            named.pairs.extend(works.map(|work| WorkAndAgent { work, agent: agent.id() }));
        }
        self.compare(view, &named)
    }

    fn name(&self, event: &Event, named: &mut NamedIds) {
        match *event {
            Event::PresenceSet { agent, .. } | Event::RoutingStatusChanged { agent, .. } => {
                named.agents.insert(agent);
            }
            Event::Defined(ref definition) => {
                if let Entity::Agent(agent) = definition.entity() {
                    named.agents.insert(agent);
                }
            }
            Event::OfferAccepted { offer, .. }
            | Event::OfferRejected { offer, .. }
            | Event::OfferMissed { offer, .. }
            | Event::OfferWithdrawn { offer, .. } => {
                named.pairs.extend(self.offers.get(&offer));
            }
            Event::WorkOffered { work, agent, .. }
            | Event::LegRequested { work, agent, .. }
            | Event::LegJoined { work, agent, .. }
            | Event::LegChanged { work, agent, .. }
            | Event::LegEnded { work, agent, .. }
            | Event::WrapUpEnded { work, agent, .. } => {
                named.pairs.insert(WorkAndAgent { work, agent });
            }
            Event::WorkAssigned { work, agent, .. } | Event::HandedOver { work, agent, .. } => {
                named.pairs.insert(WorkAndAgent { work, agent });
                self.name_all(work, named);
            }
            Event::WorkQueued { work, .. }
            | Event::WorkHeld { work }
            | Event::WorkRetrieved { work }
            | Event::WorkParked { work, .. }
            | Event::WorkResumed { work, .. }
            | Event::ContactEnded { work, .. }
            | Event::WorkClosed { work, .. }
            | Event::WorkScheduled { work, .. }
            | Event::WorkSuspended { work }
            | Event::CustomerUnreached { work, .. } => self.name_all(work, named),
            _ => {}
        }
    }

    /// Whoever had to do with a piece of work.
    fn name_all(&self, work: WorkId, named: &mut NamedIds) {
        let least = WorkAndAgent { work, agent: AgentId::from_raw(u32::MIN) };
        let most = WorkAndAgent { work, agent: AgentId::from_raw(u32::MAX) };
        named.pairs.extend(self.ties.range(least..=most).map(|(pair, _)| *pair));
    }

    fn compare(&mut self, view: View<'_>, named: &NamedIds) -> Vec<Act> {
        let mut acts = Vec::new();
        for pair in &named.pairs {
            let now = Tie::of(view, *pair);
            let before = self.put(*pair, now);
            acts.extend(before.acts(now, *pair));
        }
        for agent in named.agents.iter().filter_map(|id| view.agent(*id)) {
            let now = (agent.presence(), agent.status());
            let before = self.agents.insert(agent.id(), now);
            if before.map(|(presence, _)| presence) != Some(now.0) {
                acts.push(Act::PresenceChanged(agent.id(), now.0));
            }
            if before.map(|(_, status)| status) != Some(now.1) {
                acts.push(Act::StatusChanged(agent.id(), now.1));
            }
        }
        acts.sort_by_key(Act::order);
        acts
    }

    /// Notes what joins a pair now, and says what did.
    fn put(&mut self, pair: WorkAndAgent, now: Tie) -> Tie {
        let before = if now == Tie::default() {
            self.ties.remove(&pair)
        } else {
            self.ties.insert(pair, now)
        };
        let before = before.unwrap_or_default();
        if let Some(offer) = before.offer {
            self.offers.remove(&offer);
        }
        if let Some(offer) = now.offer {
            self.offers.insert(offer, pair);
        }
        before
    }
}
