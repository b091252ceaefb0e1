//! The invariants, each with a name, recomputed from the rows.

use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::model::ids::{AgentId, WorkId};
use crate::policy::room::Usage;
use crate::state::assignment::AssignmentState;
use crate::state::offer::OfferState;
use crate::state::work::Stage;
use crate::world::bench::Bench;
use crate::world::rows::{Agent, Work};
use crate::world::state::World;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{invariant}: {subject}")]
#[non_exhaustive]
pub struct Violation {
    /// The invariant.
    pub invariant: &'static str,
    /// What breaks it.
    pub subject: crate::model::ids::Entity,
}

impl World {
    /// Recomputes every invariant, and every index.
    ///
    /// * **memory bounded**, **references**, **definitions**: what a snapshot says is sound
    /// * **one stage**: work is in exactly one stage, and what the stage names is there
    /// * **one owner**: work has at most one owner, and its owner has an assignment of it
    /// * **offers join**: an offer joins one piece of work and one agent, and both know it
    /// * **legs join**: work that somebody has and an agent who has not, and both know it
    /// * **capacity held**: what an agent's capacity holds is the sum over what holds it
    /// * **pools**: what is spent is what is over and not given back, and is reset one day
    /// * **status true**: routing status and debt are what presence, own call and load say
    /// * **tally sound**: what a queue has experienced can have come about, and the time an agent
    ///   is occupied with an assignment runs while it is
    /// * **index derived**: every index is what the rows say
    ///
    /// # Errors
    /// The first one that does not hold.
    pub(crate) fn check(&self) -> Result<(), Violation> {
        self.check_rows()?;
        self.check_index()
    }

    /// Recomputes every invariant of the rows alone; what was derived from them just now need not
    /// be derived again. One pass over each table.
    ///
    /// # Errors
    /// The first one that does not hold.
    pub(crate) fn check_rows(&self) -> Result<(), Violation> {
        self.check_memory()?;
        let works = self.survey();
        self.check_references(&works)?;
        works.stages()?;
        for (id, agent) in self.stores.agent_rows.iter() {
            self.check_agent(id, agent)?;
        }
        for (id, queue) in self.stores.queue_rows.iter() {
            if !queue.tally.is_sound() {
                let invariant = "tally sound: it can have come about";
                return Err(Violation { invariant, subject: id.into() });
            }
        }
        self.check_offers()?;
        works.needs()?;
        self.check_pools(&works)
    }

    /// A snapshot may have been written by anybody: what it wants remembered stays in bounds.
    fn check_memory(&self) -> Result<(), Violation> {
        let stores = &self.stores;
        let remembered = stores.config.remembered;
        let sizes = [stores.ended_works.size(), stores.ended_offers.size()];
        if stores.config.check().is_err() || sizes != [remembered; 2] {
            let subject = WorkId::from_raw(0).into();
            return Err(Violation { invariant: "memory bounded: by the configuration", subject });
        }
        Ok(())
    }

    /// The invariants of one piece of work, for which so many offers are open.
    pub(super) fn check_work(
        &self,
        id: WorkId,
        work: &Work,
        rings: usize,
    ) -> Result<(), Violation> {
        let hold = |invariant, holds: bool| {
            if holds { Ok(()) } else { Err(Violation { invariant, subject: id.into() }) }
        };
        hold("queue exists", self.queue(work.queue).is_ok())?;
        match work.stage {
            Stage::Offered { offer } => {
                let own = |offer| self.offer(offer).is_ok_and(|offer| offer.work == id);
                let all = work.ringing().all(own);
                let oldest = own(offer) && work.ringing().is_sorted();
                let ringing = work.ringing().count();
                let counted = rings == ringing && rings <= usize::from(work.open_to);
                hold("one stage: the offers of ringing work are open", all && oldest && counted)?;
            }
            Stage::Queued
            | Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => {
                let none = rings == 0 && work.ringing_too.is_empty();
                hold("one stage: only ringing work has an offer", none)?;
            }
            Stage::Closed { .. } => hold("one stage: closed work is gone", false)?,
        }
        if let Some(owner) = work.stage.owner() {
            let state =
                self.agent(owner).ok().and_then(|agent| agent.assignment(id)).map(|l| l.state);
            let fits = match (work.stage, state) {
                (Stage::Assigned { .. }, Some(AssignmentState::Active | AssignmentState::Held))
                | (Stage::Parked { .. }, Some(AssignmentState::Parked))
                | (Stage::WrapUp { .. }, Some(AssignmentState::WrapUp { .. })) => true,
                (_, _) => false,
            };
            hold("one owner: the owner's assignment is in the same stage", fits)?;
        }
        let in_line = matches!(work.stage, Stage::Queued | Stage::Offered { .. });
        hold("arrivals counted: what is in a line is one", work.counted || !in_line)?;
        hold("a wait for the last agent is a step", work.step.is_some() || !work.sticky)?;
        self.check_legs_of(id, work).map_or(Ok(()), |invariant| hold(invariant, false))
    }

    fn check_agent(&self, id: AgentId, agent: &Agent) -> Result<(), Violation> {
        let hold = |invariant, holds: bool| {
            if holds { Ok(()) } else { Err(Violation { invariant, subject: id.into() }) }
        };
        let mut usage = Usage::default();
        for offer in &agent.offers {
            let offer = self.offer(*offer);
            let his = offer.is_ok_and(|row| row.agent == id);
            hold("offers join: an agent's offers are his", his)?;
            if let Ok(row) = offer {
                usage.hold(row.claim, self.pools(self.draws_of(row.work)));
            }
        }
        for leg in &agent.assignments {
            usage.hold(leg.claim, self.pools(leg.draws));
            let owner = self.work(leg.work).ok().and_then(|work| work.stage.owner());
            let wraps = matches!(leg.state, AssignmentState::WrapUp { .. });
            hold("one owner: who does not own it only wraps up", owner == Some(id) || wraps)?;
            let runs = leg.handled.is_running() == leg.state.occupies();
            let aside = matches!(leg.state, AssignmentState::WrapUp { counts: false, .. });
            hold("tally sound: time runs while it occupies him", runs || aside)?;
            let twice = agent.assignments.iter().filter(|other| other.work == leg.work).count();
            hold("one owner: an agent has work once", twice == 1)?;
        }
        for leg in agent.legs.iter() {
            usage.hold(leg.claim, self.pools(self.draws_of(leg.work)));
            self.check_leg(id, agent, leg).map_or(Ok(()), |invariant| hold(invariant, false))?;
        }
        self.spent_anew(agent, &mut usage);
        hold("capacity held: the sum over what holds it", usage == agent.usage)?;
        let profile = self.agent_profile(id);
        let debt = profile.is_ok_and(|profile| agent.usage.is_in_debt(&profile.capacity));
        hold("status true: debt", debt == agent.in_debt)?;
        let sorted = agent.members().is_sorted_by_key(|member| member.order());
        hold("memberships in order", sorted)?;
        let presence = self.entry::<crate::model::presence::PresenceProfile>(agent.presence.id());
        let on_queue = presence.is_ok_and(|entry| entry.profile.is_on_queue());
        use crate::state::routing_status::{RoutingStatus, StatusStep};
        let expected = if !on_queue {
            RoutingStatus::OffQueue
        } else {
            agent.status.next(StatusStep::Carry(agent.load()))
        };
        let on = on_queue == (agent.status != RoutingStatus::OffQueue);
        hold("status true: what presence and load say", on && agent.status == expected)
    }

    fn check_offers(&self) -> Result<(), Violation> {
        for (id, offer) in self.stores.offers.sorted() {
            let open = matches!(offer.state, OfferState::Open { .. });
            let work = self.work(offer.work).map(|work| work.stage);
            let rings = matches!(work, Ok(Stage::Offered { .. }));
            let agent = self.agent(offer.agent);
            let known =
                agent.is_ok_and(|agent| agent.offers.iter().filter(|o| **o == id).count() == 1);
            if !(open && rings && known) {
                let invariant = "offers join: work and agent know the offer";
                return Err(Violation { invariant, subject: id.into() });
            }
        }
        Ok(())
    }

    /// Builds every index anew and compares.
    fn check_index(&self) -> Result<(), Violation> {
        let mut fresh = self.clone();
        fresh.rebuild();
        let (now, new) = (&self.index, &fresh.index);
        let hold = |invariant, holds: bool| {
            let subject = crate::model::ids::Entity::Queue(crate::model::ids::QueueId::from_raw(0));
            if holds { Ok(()) } else { Err(Violation { invariant, subject }) }
        };
        for (number, (line, new)) in now.lines.iter().zip(&new.lines).enumerate() {
            let raw = u32::try_from(number).unwrap_or(u32::MAX);
            let same = line.lanes.sorted() == new.lanes.sorted()
                && line.lanes.are_sound()
                && line.waiting == new.waiting
                && line.everybody.ids::<AgentId>().eq(new.everybody.ids::<AgentId>())
                && line.by_list == new.by_list
                && line.members_sorted() == new.members_sorted()
                && (&line.aside, &line.stays) == (&new.aside, &new.stays)
                && line.ringing == new.ringing;
            if !same {
                let subject = crate::model::ids::QueueId::from_raw(raw).into();
                return Err(Violation { invariant: "index derived: the line", subject });
            }
        }
        hold("index derived: direct lines", now.direct == new.direct)?;
        hold("index derived: who is open", same_agents(&now.open, &new.open))?;
        hold("index derived: who has a skill", same_agents(&now.skilled, &new.skilled))?;
        for (id, need) in self.stores.needs.iter() {
            let agents = |index: &crate::world::index::Index| -> Vec<AgentId> {
                index.fit(id).map(|fit| fit.agents.ids().collect()).unwrap_or_default()
            };
            hold("index derived: who fits", agents(now) == agents(new))?;
            let ranking =
                now.fit(id).and_then(|fit| fit.ranking.as_ref().map(|known| (fit, known)));
            let stands = ranking.is_none_or(|(fit, known)| self.stores.rank(need, fit) == *known);
            hold("index derived: who suits best", stands)?;
        }
        for bench in &new.benches {
            let sits = |known: &Bench| known == bench && known.is_sound();
            hold("index derived: the benches", now.bench(bench.key()).is_some_and(sits))?;
        }
        let same = (&now.spenders, &now.free_draws) == (&new.spenders, &new.free_draws);
        hold("index derived: pools", same && now.draw_ids == new.draw_ids)?;
        hold("index derived: who is asked together", now.together == new.together)?;
        let staffed = (now.staffed.ids::<AgentId>(), new.staffed.ids::<AgentId>());
        hold("index derived: who is staffed", staffed.0.eq(staffed.1))?;
        hold("index derived: the clock", now.clock.sorted() == new.clock.sorted())
    }
}

/// Whether the same agents are in these sets, one by one.
fn same_agents<'a, S>(now: &'a [S], new: &'a [S]) -> bool
where
    &'a S: IdSet,
{
    let agents = |sets: &'a [S]| -> Vec<Vec<AgentId>> {
        sets.iter().map(|set| set.ids().collect()).collect()
    };
    agents(now) == agents(new)
}
