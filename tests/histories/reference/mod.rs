//! The naive reference router: a second router that decides by evaluating everything.
//!
//! It keeps plain lists, derives nothing ahead, and writes each rule once, as directly as
//! `docs/matching.md` words it. For every command it gives the facts and the answer the engine must
//! give. It shares the public data and the arithmetic of the policies with the engine, and neither
//! its state, nor its indexes, nor its ways of looking for work and agents.

mod agents;
mod aside;
mod classify;
mod clocks;
mod consulting;
mod deadlines;
mod definitions;
pub(crate) mod host;
mod legs;
mod matching;
mod offers;
mod overflow;
mod permit;
mod pools;
mod relax;
mod state;
mod valid;
mod waiting;
mod works;
mod wrap_up;

use std::collections::BTreeMap;
use std::sync::Arc;

use strowger::command::{Actor, Command, Reply};
use strowger::fact::{Cause, Defined, Definition, Event, Fact};
use strowger::model::{
    AgentId, CalendarId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, PresenceProfile,
    QueueId, ReasonId, SkillId, SystemPresence, WorkId,
};
use strowger::state::{LegEnd, OfferEnd};
use strowger::{Config, Key, Refusal, Timestamp};

use overflow::Queue;
use state::{Agent, Ended, Guest, Offer, Thing, Work};

/// The reference router.
pub(crate) struct Router {
    /// Every fact so far.
    pub(crate) facts: Vec<Fact>,
    config: Config,
    now: Timestamp,
    /// True before the first call, which may name any time.
    first: bool,
    /// The instant that the host confirmed last.
    confirmed: Timestamp,
    cause: Cause,
    things: BTreeMap<Entity, Thing>,
    agents: BTreeMap<AgentId, Agent>,
    works: BTreeMap<WorkId, Work>,
    offers: BTreeMap<OfferId, Offer>,
    /// All work that ever ended, in the order in which it did.
    ended_works: Vec<Ended>,
    /// All offers that ever ended, in the order in which they did.
    ended_offers: Vec<(OfferId, OfferEnd, AgentId)>,
    /// Whom each queue offered something to last.
    offered_last: BTreeMap<QueueId, AgentId>,
    /// How far each queue got with the shares of its members.
    shares: BTreeMap<QueueId, u64>,
    /// To which work each key belongs: the last that was submitted under it.
    keys: BTreeMap<Key, WorkId>,
    /// Queues as they are now.
    queues: BTreeMap<QueueId, Queue>,
    /// How often each rule of a classification took on work.
    taken: BTreeMap<(QueueId, u16), u64>,
    submitted: u64,
    offered: u64,
    /// Who takes part in work that another has, or is asked to.
    guests: Vec<Guest>,
    /// How whoever took part in work ended to do so.
    partings: Vec<(WorkId, AgentId, LegEnd)>,
    /// The pools that each piece of work draws on.
    draws: BTreeMap<WorkId, Vec<PoolId>>,
    /// The most that each assignment, by its number, has drawn from a pool since that was reset.
    drawn: BTreeMap<(PoolId, AgentId, u64), u8>,
    /// When pools are reset.
    resets: BTreeMap<PoolId, Timestamp>,
    /// How many assignments there were.
    assigned: u64,
}

impl Router {
    pub(crate) fn new(config: Config, now: Timestamp) -> Self {
        let mut router = Self {
            facts: Vec::new(),
            config: config.clone(),
            now,
            first: true,
            confirmed: now,
            cause: Cause::Command { by: Actor::Host },
            things: BTreeMap::new(),
            agents: BTreeMap::new(),
            works: BTreeMap::new(),
            offers: BTreeMap::new(),
            ended_works: Vec::new(),
            ended_offers: Vec::new(),
            offered_last: BTreeMap::new(),
            shares: BTreeMap::new(),
            keys: BTreeMap::new(),
            queues: BTreeMap::new(),
            taken: BTreeMap::new(),
            submitted: 0,
            offered: 0,
            guests: Vec::new(),
            partings: Vec::new(),
            draws: BTreeMap::new(),
            drawn: BTreeMap::new(),
            resets: BTreeMap::new(),
            assigned: 0,
        };
        for system in SystemPresence::ALL {
            let definition = Definition::Presence(Defined::new(
                system.id(),
                system.key().into(),
                Arc::new(PresenceProfile::of(system)),
            ));
            router.things.insert(system.id().into(), Thing::of(definition));
        }
        let config = Box::new(config);
        router.say(Event::engine_opened(config));
        router
    }

    /// Deadlines first, then the command, then what it made overdue, then routing.
    pub(crate) fn execute(
        &mut self,
        now: Timestamp,
        by: Actor,
        command: Command,
    ) -> Result<Reply, Refusal> {
        self.believe(now)?;
        self.fire_due();
        self.cause = Cause::Command { by: by.clone() };
        let answer = match by {
            Actor::Host => self.run(command),
            by => self.permit(&by, &command).and_then(|()| self.run(command)),
        };
        self.fire_due();
        self.route();
        answer
    }

    pub(crate) fn advance(&mut self, now: Timestamp) -> Result<Reply, Refusal> {
        self.believe(now)?;
        self.fire_due();
        self.route();
        Ok(Reply::Done)
    }

    /// The host says that this is the time.
    pub(crate) fn confirm_clock(&mut self, now: Timestamp) {
        self.confirmed = now;
    }

    /// Goes to an instant, unless it is too far away.
    fn believe(&mut self, now: Timestamp) -> Result<(), Refusal> {
        if let Some(step) = self.config.clock_step.filter(|_| !self.first) {
            let near = now <= self.now + step || now <= self.confirmed + step;
            if !near {
                return Err(Refusal::clock_jump(self.now, now));
            }
        }
        self.first = false;
        self.now = self.now.max(now);
        Ok(())
    }

    /// Writes a fact down.
    fn say(&mut self, event: Event) {
        let seq = self.facts.len() as u64 + 1;
        let (at, cause) = (self.now, self.cause.clone());
        self.facts.push(Fact::new(seq, at, cause, event));
        self.note_draws();
        self.watch_queues();
    }

    /// Writes a fact down, and behind it what follows from it for any agent.
    fn tell(&mut self, event: Event) {
        self.say(event);
        self.settle_everybody();
    }

    /// The instant from which what a timer ends counts.
    fn effective(&self) -> Timestamp {
        match self.cause {
            Cause::Deadline { due, .. } => due,
            Cause::Command { .. } | Cause::Routing | Cause::Followed { .. } => self.now,
            _ => unreachable!("this test does not know it"),
        }
    }

    fn run(&mut self, command: Command) -> Result<Reply, Refusal> {
        macro_rules! define {
            ($variant:ident, $id:ident, $command:ident) => {{
                let (key, profile) = ($command.key.clone(), Arc::new($command.profile));
                self.define(Entity::$variant($id::from_raw(0)), $command.key, |raw| {
                    Definition::$variant(Defined::new(
                        $id::from_raw(raw),
                        key.clone(),
                        profile.clone(),
                    ))
                })
            }};
        }
        macro_rules! change {
            ($variant:ident, $command:ident) => {
                self.change($command.id.into(), |key| {
                    Definition::$variant(Defined::new($command.id, key, Arc::new($command.profile)))
                })
            };
        }
        match command {
            Command::DefineSkill(c) => define!(Skill, SkillId, c),
            Command::DefineChannel(c) => define!(Channel, ChannelId, c),
            Command::DefinePresence(c) => define!(Presence, PresenceId, c),
            Command::DefineRejectReason(c) => define!(Reason, ReasonId, c),
            Command::DefineWrapUpCode(c) => define!(Code, CodeId, c),
            Command::DefineQueue(c) => define!(Queue, QueueId, c),
            Command::DefineAgent(c) => define!(Agent, AgentId, c),
            Command::ChangeSkill(c) => change!(Skill, c),
            Command::ChangeChannel(c) => change!(Channel, c),
            Command::ChangePresence(c) => change!(Presence, c),
            Command::ChangeRejectReason(c) => change!(Reason, c),
            Command::ChangeWrapUpCode(c) => change!(Code, c),
            Command::ChangeQueue(c) => change!(Queue, c),
            Command::ChangeAgent(c) => change!(Agent, c),
            Command::RetireSkill(c) => self.retire(c.id.into()),
            Command::RetireChannel(c) => self.retire(c.id.into()),
            Command::RetirePresence(c) => self.retire(c.id.into()),
            Command::RetireRejectReason(c) => self.retire(c.id.into()),
            Command::RetireWrapUpCode(c) => self.retire(c.id.into()),
            Command::RetireQueue(c) => self.retire(c.id.into()),
            Command::RetireAgent(c) => self.retire(c.id.into()),
            Command::SetMembership(c) => self.set_membership(c),
            Command::RemoveMembership(c) => self.remove_membership(c),
            Command::SetPresence(c) => self.set_presence(c.agent, c.presence),
            Command::Heartbeat(c) => self.heartbeat(c.agent),
            Command::SetDraining(c) => self.set_draining(c.agent, c.draining),
            Command::SetOwnCall(c) => self.set_own_call(c.agent, c.active),
            Command::SetShiftEnd(c) => self.set_shift_end(c.agent, c.until),
            Command::Submit(c) => self.submit(&c.0),
            Command::SubmitToAgent(c) => self.submit_to_agent(&c),
            Command::ChangeWork(c) => self.change_work(c.work, &c.change),
            Command::Abandon(c) => self.abandon(c.work),
            Command::Cancel(c) => self.cancel(c.work),
            Command::Accept(c) => self.accept(c.offer),
            Command::Reject(c) => self.reject(c.offer, c.reason, c.retry_at),
            Command::Pull(c) => self.pull(c.work, c.agent),
            Command::Assign(c) => self.assign(&c),
            Command::Force(c) => self.force(c.work, c.agent),
            Command::Hold(c) => self.hold(c.work),
            Command::Retrieve(c) => self.retrieve(c.work),
            Command::Park(c) => self.park(c.work, c.until),
            Command::Resume(c) => self.resume(c.work, c.by),
            Command::TransferToQueue(c) if c.careful => self.transfer_to_queue_carefully(&c),
            Command::TransferToAgent(c) if c.careful => self.transfer_to_agent_carefully(&c),
            Command::TransferToQueue(c) => self.transfer_to_queue(&c),
            Command::TransferToAgent(c) => self.transfer_to_agent(&c),
            Command::TransferOutside(c) => self.transfer_outside(&c),
            Command::RequestWrapUp(c) => self.request_wrap_up(c.work),
            Command::FinishContact(c) => self.finish_contact(c.work, c.by),
            Command::SetCode(c) => self.set_code(c.work, c.agent, c.code),
            Command::ExtendWrapUp(c) => self.extend_wrap_up(c.work, c.agent, c.by),
            Command::EndWrapUp(c) => self.end_wrap_up(c.work, c.agent, c.code),
            Command::Close(c) => self.close(c.work, c.code),
            Command::Advance(_) => Ok(Reply::Done),
            Command::DefineCalendar(c) => define!(Calendar, CalendarId, c),
            Command::ChangeCalendar(c) => change!(Calendar, c),
            Command::RetireCalendar(c) => self.retire(c.id.into()),
            Command::DefinePool(c) => define!(Pool, PoolId, c),
            Command::ChangePool(c) => change!(Pool, c),
            Command::RetirePool(c) => self.retire(c.id.into()),
            Command::Consult(c) => self.consult(c.work, c.agent),
            Command::ConsultQueue(c) => self.consult_queue(&c),
            Command::Answer(c) => self.answer(c.work, c.agent),
            Command::Decline(c) => self.decline_consult(c.work, c.agent),
            Command::Confer(c) => self.confer(c.work, c.agent),
            Command::HandOver(c) => self.hand_over(c.work, c.agent),
            Command::EndLeg(c) => self.end_leg(c.work, c.agent),
            Command::Supervise(c) => self.supervise(c.work, c.agent, c.role),
            Command::Activate(c) => self.activate(&c),
            Command::Suspend(c) => self.suspend(c.work),
            Command::Postpone(c) => self.postpone(&c),
            Command::CloseAt(c) => self.close_at(c.work, c.at),
            Command::Unassign(c) => self.unassign(&c),
            Command::RequestCallback(c) => self.request_callback(&c),
            Command::ReportUnanswered(c) => self.report_unanswered(c.offer, c.unreachable),
            Command::ReportUnreached(c) => self.report_unreached(c.work),
            Command::Reclassify(c) => self.reclassify(c.work),
            unknown => panic!("the reference does not know {unknown:?}"),
        }
    }
}
