//! One call of the engine: what is read and decided in it, and the only way to say anything.

use crate::base::time::Timestamp;
use crate::command::refusal::{Refusal, StageName};
use crate::fact::event::Event;
use crate::fact::log::{Cause, Fact, Log};
use crate::model::ids::{AgentId, Entity, OfferId, WorkId};
use crate::model::kinds::match_entity;
use crate::model::presence::PresenceProfile;
use crate::state::assignment::AssignmentState;
use crate::state::routing_status::{RoutingStatus, StatusStep};
use crate::state::work::Stage;
use crate::world::catalog::Entry;
use crate::world::index::Concerned;
use crate::world::kinds::Kind;
use crate::world::rows::{Agent, Offer, Work};
use crate::world::state::World;
use crate::world::stores::Missing;

use crate::engine::decisions::Decisions;
use crate::engine::matching::Matching;
use crate::engine::rules::Rules;

impl From<Missing> for Refusal {
    fn from(Missing(entity): Missing) -> Self {
        Self::Unknown { entity }
    }
}

/// A call under way.
#[allow(unnameable_types, reason = "only the sealed half of `Action` speaks of it")]
pub struct Turn<'a> {
    pub(crate) world: &'a mut World,
    log: &'a mut Log,
    pub(crate) now: Timestamp,
    pub(crate) cause: Cause,
    pub(crate) rules: &'a Rules,
    pub(crate) decisions: &'a mut Decisions,
}

impl<'a> Turn<'a> {
    pub(crate) const fn new(
        world: &'a mut World,
        now: Timestamp,
        log: &'a mut Log,
        rules: &'a Rules,
        decisions: &'a mut Decisions,
    ) -> Self {
        Self { world, log, now, cause: Cause::Command, rules, decisions }
    }

    /// Who fits whom, as things are now.
    pub(crate) const fn matching(&self) -> Matching<'_> {
        Matching { world: self.world, now: self.now, rules: self.rules }
    }

    /// Makes something happen: a fact changes the world and goes to the log. What follows from it
    /// for the status and the debt of an agent comes right behind it. Legs of work that leaves its
    /// owner end right before it.
    pub(crate) fn emit(&mut self, event: Event) {
        self.end_legs_before(&event);
        let concerned = self.tell(event);
        concerned.agents().for_each(|agent| self.settle(agent));
    }

    /// Makes one fact, and says whom it concerns.
    fn tell(&mut self, event: Event) -> Concerned {
        let seq = self.world.seq().saturating_add(1);
        self.log.push(Fact { seq, at: self.now, cause: self.cause, event });
        let nobody = Concerned::default();
        let applied = self.log.last().map_or(Ok(nobody), |fact| self.world.apply(fact));
        applied.unwrap_or_else(|misfit| {
            debug_assert!(false, "{:?} does not fit: {misfit}", self.log.last());
            self.log.pop();
            nobody
        })
    }

    /// How many facts the log holds, to see whether something happened.
    pub(crate) const fn facts(&self) -> usize {
        self.log.len()
    }

    /// Brings the routing status and the debt of an agent in line with what he has.
    pub(crate) fn settle(&mut self, id: AgentId) {
        let Ok(agent) = self.world.agent(id) else {
            return;
        };
        let step = match (self.is_on_queue(agent), agent.status) {
            (false, _) => StatusStep::GoOff,
            (true, RoutingStatus::OffQueue) => StatusStep::GoOn(agent.load()),
            (true, _) => StatusStep::Carry(agent.load()),
        };
        self.step_status(id, step);
        let (Ok(agent), Ok(profile)) = (self.world.agent(id), self.world.agent_profile(id)) else {
            return;
        };
        let event = match (agent.in_debt, agent.usage.is_in_debt(&profile.capacity)) {
            (false, true) => Event::CapacityExceeded { agent: id },
            (true, false) => Event::CapacityRestored { agent: id },
            (true, true) | (false, false) => return,
        };
        self.tell(event);
    }

    /// Makes a step of a routing status, and says so if it leads anywhere.
    pub(crate) fn step_status(&mut self, id: AgentId, step: StatusStep) {
        let Ok(agent) = self.world.agent(id) else {
            return;
        };
        let status = agent.status.next(step);
        if status != agent.status {
            self.tell(Event::RoutingStatusChanged { agent: id, status });
        }
    }

    /// Whether an agent's presence opens any channel.
    pub(crate) fn is_on_queue(&self, agent: &Agent) -> bool {
        let presence = self.world.entry::<PresenceProfile>(agent.presence.id());
        presence.is_ok_and(|entry| entry.profile.is_on_queue())
    }

    /// A definition that is not retired.
    pub(crate) fn live<P: Kind>(&self, id: P::Id) -> Result<&Entry<P>, Refusal> {
        let entry = self.world.entry::<P>(id)?;
        if entry.retired { Err(Refusal::Retired { entity: id.into() }) } else { Ok(entry) }
    }

    /// Refuses anything that does not exist or is retired.
    pub(crate) fn check_live(&self, entity: Entity) -> Result<(), Refusal> {
        match_entity!(entity, P(id) => self.live::<P>(id).map(drop), {
            Entity::Work(id) => self.open_work(id).map(drop),
            Entity::Offer(id) => Ok(self.world.offer(id).map(drop)?),
        })
    }

    /// Refuses the first thing a profile or a request mentions that does not exist or is retired.
    pub(crate) fn check_mentions(
        &self,
        mentions: impl FnOnce(&mut dyn FnMut(Entity)),
    ) -> Result<(), Refusal> {
        let mut result = Ok(());
        mentions(&mut |entity| {
            if result.is_ok() {
                result = self.check_live(entity);
            }
        });
        result
    }

    /// Refuses work that never was, before anything else that is named is looked at.
    pub(crate) fn check_work_known(&self, id: WorkId) -> Result<(), Refusal> {
        if self.world.stores().works.was_minted(id) {
            Ok(())
        } else {
            Err(Missing(id.into()).into())
        }
    }

    /// Work that is not over.
    pub(crate) fn open_work(&self, id: WorkId) -> Result<&Work, Refusal> {
        self.world.work(id).map_err(|missing| {
            let stores = self.world.stores();
            if stores.works.was_minted(id) {
                let cause = stores.ended_works.get(id).map(|ended| ended.cause);
                Refusal::WorkOver { work: id, cause }
            } else {
                missing.into()
            }
        })
    }

    /// An offer that rings.
    pub(crate) fn open_offer(&self, id: OfferId) -> Result<Offer, Refusal> {
        self.world.offer(id).copied().map_err(|missing| {
            let stores = self.world.stores();
            if stores.offers.was_minted(id) {
                Refusal::OfferOver { offer: id, end: stores.ended_offers.get(id).copied() }
            } else {
                missing.into()
            }
        })
    }

    /// The refusal of a command that the present stage of the work does not allow.
    pub(crate) fn wrong_stage(&self, id: WorkId) -> Refusal {
        let Ok(work) = self.world.work(id) else {
            return Refusal::WorkOver { work: id, cause: None };
        };
        let stage = match work.stage {
            Stage::Queued => StageName::Queued,
            Stage::Offered { .. } => StageName::Offered,
            Stage::Assigned { agent } => match self.leg_state(id, agent) {
                Some(AssignmentState::Held) => StageName::Held,
                Some(_) | None => StageName::Active,
            },
            Stage::Parked { .. } => StageName::Parked,
            Stage::WrapUp { .. } => StageName::WrapUp,
            Stage::Scheduled { .. } => StageName::Scheduled,
            Stage::Suspended => StageName::Suspended,
            Stage::Closed { cause } => {
                return Refusal::WorkOver { work: id, cause: Some(cause) };
            }
        };
        Refusal::WrongStage { work: id, stage }
    }

    /// Where an agent's assignment of a piece of work is.
    pub(crate) fn leg_state(&self, work: WorkId, agent: AgentId) -> Option<AssignmentState> {
        self.world.agent(agent).ok()?.assignment(work).map(|leg| leg.state)
    }
}
