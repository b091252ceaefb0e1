//! The agents: how they answer, wrap up, take breaks, fall silent and come back.

use std::collections::BTreeMap;
use std::sync::Arc;

use strowger::command::{Heartbeat, SetDraining, SetOwnCall};
use strowger::fact::Definition;
use strowger::model::{OfferId, WrapUpMode};
use strowger::prelude::*;

use crate::agenda::{Absence, Agenda, AgentAct, Answer, Happening, WrapUpAct};
use crate::random::Pcg;
use crate::scenario::Habits;

/// What an agent and the host know at the agent's desk.
#[derive(Debug, Default)]
struct Desk {
    status: RoutingStatus,
    signed_in: bool,
    /// Where the agent wants to go as soon as they have finished.
    wish: Option<Absence>,
    shift_over: bool,
    link_lost: bool,
    queues: Vec<QueueId>,
}

impl Desk {
    /// Whether the agent is in the middle of something.
    const fn is_busy(&self) -> bool {
        matches!(
            self.status,
            RoutingStatus::Offered | RoutingStatus::Interacting | RoutingStatus::Communicating
        )
    }

    /// Whether the agent has nothing to do and stays.
    fn is_free(&self) -> bool {
        self.status == RoutingStatus::Idle && self.wish.is_none()
    }

    /// Whether the agent is there to go on queue.
    const fn can_work(&self) -> bool {
        !self.shift_over && !self.link_lost
    }
}

/// Everybody who works here.
#[derive(Debug)]
pub(crate) struct Agents {
    desks: BTreeMap<AgentId, Desk>,
    queues: BTreeMap<QueueId, Arc<QueueProfile>>,
    habits: Habits,
    chance: Pcg,
}

impl Agents {
    pub(crate) fn new(habits: Habits) -> Self {
        Self {
            desks: BTreeMap::new(),
            queues: BTreeMap::new(),
            chance: Pcg::new(habits.seed, 32),
            habits,
        }
    }

    /// Somebody of a queue who is idle and stays.
    pub(crate) fn idle_in(&mut self, queue: QueueId) -> Option<AgentId> {
        let idle = self.desks.iter().filter(|(_, desk)| desk.is_free());
        let members = idle.filter(|(_, desk)| desk.queues.contains(&queue));
        let members: Vec<_> = members.map(|(agent, _)| *agent).collect();
        self.chance.pick(&members)
    }

    /// Something an agent planned is to be done now; nothing if it makes no sense any more.
    pub(crate) fn act(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        act: AgentAct,
        agenda: &mut Agenda,
    ) -> Option<Command> {
        let every = self.habits.heartbeat;
        let desk = self.desks.get_mut(&agent)?;
        let mut then = |after, act| agenda.plan(now + after, Happening::Agent(agent, act));
        match act {
            AgentAct::SignOn => {
                every.into_iter().for_each(|every| then(every, AgentAct::Heartbeat));
                Some(on_queue(agent))
            }
            AgentAct::Leave(absence) => {
                desk.wish = Some(absence);
                desk.shift_over |= absence.lasts.is_none();
                if !desk.is_busy() {
                    then(Span::ZERO, AgentAct::Depart);
                }
                Some(drain(agent, true))
            }
            AgentAct::Depart if desk.is_busy() => None,
            AgentAct::Depart => {
                let absence = desk.wish.take()?;
                then(Span::ZERO, AgentAct::EndDraining);
                let lasts = absence.lasts.into_iter();
                lasts.for_each(|lasts| then(lasts, AgentAct::ComeBack));
                Some(set_presence(agent, absence.presence))
            }
            AgentAct::EndDraining => Some(drain(agent, false)),
            AgentAct::ComeBack => desk.can_work().then(|| on_queue(agent)),
            AgentAct::Respond => {
                let silent = desk.status == RoutingStatus::NotResponding;
                (silent && desk.can_work()).then(|| on_queue(agent))
            }
            AgentAct::OwnCall(_) if desk.shift_over => None,
            AgentAct::OwnCall(lasts) if desk.is_free() => {
                then(lasts, AgentAct::HangUp);
                Some(own_call(agent, true))
            }
            AgentAct::OwnCall(_) => {
                then(Span::from_secs(30), act);
                None
            }
            AgentAct::HangUp => Some(own_call(agent, false)),
            AgentAct::Heartbeat if desk.shift_over && !desk.signed_in => None,
            AgentAct::Heartbeat => {
                every.into_iter().for_each(|every| then(every, act));
                (desk.signed_in && !desk.link_lost).then(|| Heartbeat::new(agent).into())
            }
            AgentAct::LoseLink(lasts) => {
                desk.link_lost = desk.signed_in;
                then(lasts, AgentAct::FindLink);
                None
            }
            AgentAct::FindLink => {
                let lost = std::mem::take(&mut desk.link_lost);
                (lost && desk.can_work()).then(|| on_queue(agent))
            }
        }
    }

    /// Reacts to what happened.
    pub(crate) fn see(&mut self, fact: &Fact, agenda: &mut Agenda) {
        let now = fact.at;
        match &fact.event {
            Event::Defined(definition) => self.learn(definition),
            Event::MembershipSet { agent, queue, .. } => {
                self.desks.entry(*agent).or_default().queues.push(*queue);
            }
            Event::PresenceSet { agent, presence, .. } => {
                let offline = *presence == SystemPresence::Offline.id();
                self.desks.entry(*agent).or_default().signed_in = !offline;
            }
            Event::RoutingStatusChanged { agent, status, .. } => {
                self.take_status(now, *agent, *status, agenda);
            }
            Event::WorkOffered { offer, agent, until: Some(until), .. } => {
                self.answer(now, *offer, *agent, until.since(now), agenda);
            }
            _ => {}
        }
    }

    fn learn(&mut self, definition: &Definition) {
        match definition {
            Definition::Agent(agent) => {
                self.desks.entry(agent.id).or_default();
            }
            Definition::Queue(queue) => {
                self.queues.insert(queue.id, queue.profile.clone());
            }
            _ => {}
        }
    }

    fn take_status(
        &mut self,
        now: Timestamp,
        agent: AgentId,
        status: RoutingStatus,
        agenda: &mut Agenda,
    ) {
        let Some(desk) = self.desks.get_mut(&agent) else {
            return;
        };
        desk.status = status;
        if desk.wish.is_some() && !desk.is_busy() {
            agenda.plan(now, Happening::Agent(agent, AgentAct::Depart));
        } else if status == RoutingStatus::NotResponding {
            let after = self.chance.secs(60, 300);
            agenda.plan(now + after, Happening::Agent(agent, AgentAct::Respond));
        }
    }

    fn answer(
        &mut self,
        now: Timestamp,
        offer: OfferId,
        agent: AgentId,
        window: Span,
        agenda: &mut Agenda,
    ) {
        let window = window.as_millis();
        let after = Span::from_millis(self.chance.between(window / 12, window / 2));
        let reason = self.chance.pick(&self.habits.reasons);
        let rejects = self.chance.chance(self.habits.rejected);
        let misses = self.chance.chance(self.habits.missed);
        let away = self.desks.get(&agent).is_some_and(|desk| desk.link_lost);
        if misses || away {
            return;
        }
        let answer = if rejects { Answer::Reject(reason) } else { Answer::Accept };
        agenda.plan(now + after, Happening::Answer(offer, answer));
    }

    /// An agent begins to wrap up. Without a bound of time, only the agent ends it.
    pub(crate) fn wrap_up(
        &mut self,
        now: Timestamp,
        leg: (WorkId, AgentId, QueueId),
        until: Timestamp,
        takes: Span,
        agenda: &mut Agenda,
    ) {
        let (work, agent, queue) = leg;
        let Some(profile) = self.queues.get(&queue) else {
            return;
        };
        let code = self.chance.pick(&profile.wrap_up.codes);
        let extends = self.chance.chance(500);
        let mut plan = |at, act| agenda.plan(at, Happening::WrapUp(work, agent, act));
        if let (WrapUpMode::ForcedTimeout { .. }, Some(code)) = (profile.wrap_up.mode, code) {
            plan(now + Span::from_secs(5), WrapUpAct::Code(code));
            return;
        }
        if now + takes > until && extends {
            plan(until - Span::from_secs(3), WrapUpAct::Extend(Span::from_secs(45)));
        }
        plan(now + takes, WrapUpAct::End(code));
    }
}

fn set_presence(agent: AgentId, presence: SystemPresence) -> Command {
    let presence = presence.id();
    SetPresence::new(agent, presence).into()
}

fn on_queue(agent: AgentId) -> Command {
    set_presence(agent, SystemPresence::OnQueue)
}

fn drain(agent: AgentId, draining: bool) -> Command {
    SetDraining::new(agent, draining).into()
}

fn own_call(agent: AgentId, active: bool) -> Command {
    SetOwnCall::new(agent, active).into()
}
