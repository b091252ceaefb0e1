//! One call of the engine: what is read and decided in it, and the only way to make a fact.

use alloc::format;
use alloc::string::String;
use core::cell::OnceCell;
use core::fmt::Display;

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::refusal::Refusal;
use crate::fact::event::Event;
use crate::fact::log::{Cause, Fact, Log, Seq};
use crate::layer::fault::Fault;
use crate::model::ids::{AgentId, Entity, OfferId, QueueId, WorkId};
use crate::model::kinds::match_entity;
use crate::model::presence::PresenceProfile;
use crate::model::queue::QueueProfile;
use crate::state::assignment::AssignmentState;
use crate::state::routing_status::{RoutingStatus, StatusStep};
use crate::state::work::Stage;
use crate::world::catalog::CatalogEntry;
use crate::world::index::Concerned;
use crate::world::kinds::DefinitionKind;
use crate::world::rows::{Agent, Offer, Work};
use crate::world::state::World;
use crate::world::stores::{Missing, QueueRules};

use crate::engine::decisions::Decisions;
use crate::engine::matching::given::Matching;
use crate::engine::matching::line;
use crate::engine::pace::Pace;
use crate::engine::rules::Rules;

/// A call under way.
#[allow(unnameable_types, reason = "only the sealed half of `Action` speaks of it")]
pub struct Turn<'a> {
    pub(crate) world: &'a mut World,
    log: &'a mut Log,
    pub(crate) now: Timestamp,
    pub(crate) cause: Cause,
    pub(crate) rules: &'a Rules,
    pub(crate) decisions: &'a mut Decisions,
    pub(crate) pace: &'a mut Pace,
    purpose: Purpose,
    /// The number of the last fact before the call.
    sound: Seq,
    fault: OnceCell<Fault>,
}

/// The purpose of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Decisions take effect.
    Decide,
    /// A command is checked, and nothing happens.
    Check,
    /// A command was checked, and would have made a fact: it passed.
    Passed,
}

/// The call goes no further. The turn knows why: it met a fault, or a command that is only checked
/// has passed. Nobody else can make one, so none is without a reason.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Halted {
    sound: Seq,
}

impl From<Halted> for Refusal {
    /// The answer of a call that met a fault. That of a check which passed is never handed out.
    fn from(halted: Halted) -> Self {
        Self::Faulted { sound: halted.sound }
    }
}

/// When a call is made and what for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    /// The time of the call.
    pub now: Timestamp,
    /// The number of the last fact before the call.
    pub sound: Seq,
    /// The purpose of the call.
    pub purpose: Purpose,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(
        world: &'a mut World,
        log: &'a mut Log,
        (rules, decisions, pace): (&'a Rules, &'a mut Decisions, &'a mut Pace),
        Context { now, sound, purpose }: Context,
    ) -> Self {
        let (cause, fault) = (Cause::Command { by: Actor::Host }, OnceCell::new());
        Self { world, log, now, cause, rules, decisions, pace, purpose, sound, fault }
    }

    /// The world, to be matched as it is now.
    pub(crate) const fn matching(&self) -> Matching<'_> {
        Matching { world: self.world, now: self.now, rules: self.rules }
    }

    /// Makes something happen: a fact changes the world and goes to the log. What follows from it
    /// for the status and the debt of an agent comes right behind it. What others do about work
    /// that leaves its owner ends right before it.
    pub(crate) fn emit(&mut self, event: Event) -> Result<(), Halted> {
        // Mostly there is nobody, and this is on the way of every fact.
        let parties = self.world.has_parties();
        let failed = if parties { self.end_parts_before(&event)? } else { None };
        let concerned = self.tell(event)?;
        concerned.agents().try_for_each(|agent| self.settle(agent))?;
        failed.map_or(Ok(()), |(work, why)| self.fail_transfer(work, why))
    }

    /// Makes one fact, and says whom it concerns. A command that is only checked stops here: it has
    /// checked all that it checks, and would be done.
    pub(crate) fn tell(&mut self, event: Event) -> Result<Concerned, Halted> {
        if self.purpose != Purpose::Decide {
            self.purpose = Purpose::Passed;
            return Err(Halted { sound: self.sound });
        }
        let seq = self.world.seq().saturating_add(1);
        self.log.push(Fact { seq, at: self.now, cause: self.cause.clone(), event });
        let nobody = Concerned::default();
        let applied = self.log.last().map_or(Ok(nobody), |fact| self.world.apply(fact));
        applied.map_err(|misfit| self.misfit(misfit))
    }

    /// The last fact of the log does not fit. Kept apart, like every fault, so that the way that is
    /// always taken carries no text: 42 instructions a command.
    #[cold]
    fn misfit(&self, misfit: impl Display) -> Halted {
        let (seq, name) = self.log.last().map_or((0, ""), |fact| (fact.seq, fact.event.name()));
        self.fault(format!("fact {seq}, {name}, does not fit: {misfit}"))
    }

    /// The instant from which what happens now counts.
    pub(crate) const fn effective(&self) -> Timestamp {
        self.cause.effective(self.now)
    }

    /// How many facts the log holds, to see whether something happened.
    pub(crate) const fn facts(&self) -> usize {
        self.log.len()
    }

    /// Brings the routing status and the debt of an agent in line with what they have.
    pub(crate) fn settle(&mut self, id: AgentId) -> Result<(), Halted> {
        let agent = self.agent(id)?;
        let step = match (self.is_on_queue(agent), agent.status) {
            (false, _) => StatusStep::GoOff,
            (true, RoutingStatus::OffQueue) => StatusStep::GoOn(agent.load()),
            (true, _) => StatusStep::Carry(agent.load()),
        };
        let status = Some(agent.status.next(step)).filter(|status| *status != agent.status);
        let profile = self.must(self.world.agent_profile(id))?;
        // A status takes no capacity, so neither changes the other.
        let debt = match (agent.in_debt, agent.usage.is_in_debt(&profile.capacity)) {
            (false, true) => Some(Event::CapacityExceeded { agent: id }),
            (true, false) => Some(Event::CapacityRestored { agent: id }),
            (true, true) | (false, false) => None,
        };
        if let Some(status) = status {
            self.tell(Event::RoutingStatusChanged { agent: id, status })?;
        }
        debt.map_or(Ok(()), |event| self.tell(event).map(drop))
    }

    /// Makes a step of a routing status, and a fact of it if it leads anywhere.
    pub(crate) fn step_status(&mut self, id: AgentId, step: StatusStep) -> Result<(), Halted> {
        let agent = self.agent(id)?;
        let status = agent.status.next(step);
        if status == agent.status {
            return Ok(());
        }
        self.tell(Event::RoutingStatusChanged { agent: id, status }).map(drop)
    }

    /// True if an agent's presence opens any channel.
    fn is_on_queue(&self, agent: &Agent) -> bool {
        let presence = self.world.entry::<PresenceProfile>(agent.presence.id());
        presence.is_ok_and(|entry| entry.profile.is_on_queue())
    }

    /// Something does not hold that must: the call goes no further, and neither does the engine.
    /// The first fault stands.
    #[cold]
    pub(crate) fn fault(&self, reason: String) -> Halted {
        let _first = self.fault.get_or_init(|| Fault::new(self.sound, self.now, reason));
        Halted { sound: self.sound }
    }

    /// Unwraps a result that must be there: a fault if it is not.
    pub(crate) fn must<T>(&self, found: Result<T, Missing>) -> Result<T, Halted> {
        found.map_err(|missing| self.missing(missing))
    }

    #[cold]
    fn missing(&self, missing: Missing) -> Halted {
        self.fault(format!("{missing}, and there must be"))
    }

    /// An agent who must be there.
    pub(crate) fn agent(&self, id: AgentId) -> Result<&Agent, Halted> {
        self.must(self.world.agent(id))
    }

    /// Open work that must be there.
    pub(crate) fn work(&self, id: WorkId) -> Result<&Work, Halted> {
        self.must(self.world.work(id))
    }

    /// An open offer that must be there.
    pub(crate) fn offer(&self, id: OfferId) -> Result<Offer, Halted> {
        self.must(self.world.offer(id)).copied()
    }

    /// The definition of a queue that must be there.
    pub(crate) fn queue_profile(&self, id: QueueId) -> Result<&QueueProfile, Halted> {
        self.must(self.world.queue_profile(id))
    }

    /// The definitions by which work waits in a queue that must be there.
    pub(crate) fn queue_rules(&self, id: QueueId) -> Result<QueueRules<'_>, Halted> {
        self.must(self.world.queue_rules(id))
    }

    /// Halts the call if it met a fault: such a command has no answer.
    pub(crate) fn check_sound(&self) -> Result<(), Halted> {
        if self.fault.get().is_none() { Ok(()) } else { Err(Halted { sound: self.sound }) }
    }

    /// The result of the call: its purpose by now, and the fault that it met.
    pub(crate) fn finish(self) -> (Purpose, Option<Fault>) {
        (self.purpose, self.fault.into_inner())
    }

    /// A definition that is not retired.
    pub(crate) fn live<P: DefinitionKind>(&self, id: P::Id) -> Result<&CatalogEntry<P>, Refusal> {
        let entry = self.world.entry::<P>(id).map_err(unknown)?;
        if entry.retired { Err(Refusal::Retired { entity: id.into() }) } else { Ok(entry) }
    }

    /// Refuses anything that does not exist or is retired.
    pub(crate) fn check_live(&self, entity: Entity) -> Result<(), Refusal> {
        match_entity!(entity, P(id) => self.live::<P>(id).map(drop), {
            Entity::Work(id) => self.open_work(id).map(drop),
            Entity::Offer(id) => self.world.offer(id).map(drop).map_err(unknown),
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

    /// Refuses work that never was, before anything else that the command names is checked.
    pub(crate) fn check_work_known(&self, id: WorkId) -> Result<(), Refusal> {
        if self.world.stores().works.was_minted(id) {
            Ok(())
        } else {
            Err(unknown(Missing(id.into())))
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
                unknown(missing)
            }
        })
    }

    /// An open offer.
    pub(crate) fn open_offer(&self, id: OfferId) -> Result<Offer, Refusal> {
        self.world.offer(id).copied().map_err(|missing| {
            let stores = self.world.stores();
            if stores.offers.was_minted(id) {
                let end = stores.ended_offers.get(id).map(|ended| ended.end);
                Refusal::OfferOver { offer: id, end }
            } else {
                unknown(missing)
            }
        })
    }

    /// The refusal of a command that the present stage of the work does not allow.
    pub(crate) fn wrong_stage(&self, id: WorkId) -> Refusal {
        let Ok(work) = self.world.work(id) else {
            return Refusal::WorkOver { work: id, cause: None };
        };
        match work.stage {
            Stage::Closed { cause } => Refusal::WorkOver { work: id, cause: Some(cause) },
            stage => {
                let stage = line::stage_name(self.world, id, stage);
                Refusal::WrongStage { work: id, stage }
            }
        }
    }

    /// The state of an agent's assignment of a piece of work.
    pub(crate) fn assignment_state(&self, work: WorkId, agent: AgentId) -> Option<AssignmentState> {
        let row = self.world.agent(agent).ok()?;
        row.assignment(work).map(|assignment| assignment.state)
    }
}

/// The refusal of a command that names something which never was.
const fn unknown(Missing(entity): Missing) -> Refusal {
    Refusal::Unknown { entity }
}
