//! Who takes part in work that another has: consult, conference, hand-over, supervision. One list
//! of all guests, in the order in which they were asked or came.

use strowger::Refusal;
use strowger::command::{LimitName, Reply, Supervision, Unavailable};
use strowger::fact::Event;
use strowger::model::{AgentId, WorkId};
use strowger::policy::room::Claim;
use strowger::state::{LegEnd, LegRole, LegState, Stage};

use super::Router;
use super::consulting::why_of_leg;
use super::state::{Guest, Happened};

impl Router {
    pub(super) fn consult(&mut self, work: WorkId, agent: AgentId) -> Result<Reply, Refusal> {
        self.check_guest_named(work, agent)?;
        self.check_shared(work)?;
        let consults = |guest: &Guest| guest.role == LegRole::Consultant && !guest.careful;
        if self.guest(work, agent).is_some_and(consults) {
            return Ok(Reply::Done);
        }
        self.check_takes(work, agent, false)?;
        self.check_more(agent)?;
        self.check_seats(work)?;
        self.ask(work, agent, false);
        Ok(Reply::Done)
    }

    /// Asks an agent to take part, or to have it.
    pub(super) fn ask(&mut self, work: WorkId, agent: AgentId, careful: bool) {
        self.withdraw_stand_ins(work, None, agent);
        let row = &self.works[&work];
        let (channel, cost) = (row.request.channel, self.cost_of(work, agent));
        let profile = self.channel_profile(channel);
        let auto = self.accepts_at_once(work, agent);
        let until = self.window_end(work, agent, self.now);
        let claim = Claim::new(channel, cost, profile.weights.offered);
        let (role, state) = (LegRole::Consultant, LegState::Requested { until });
        self.welcome(Guest { work, agent, role, state, claim, careful });
        self.tell(Event::leg_requested(work, agent, role, until, careful));
        if auto {
            self.join(work, agent, auto);
        }
    }

    pub(super) fn join(&mut self, work: WorkId, agent: AgentId, auto: bool) {
        let channel = self.works[&work].request.channel;
        let weight = self.channel_profile(channel).weights.active;
        let cost = self.cost_of(work, agent);
        let guest = self.guest_mut(work, agent);
        guest.state = LegState::Joined;
        guest.claim = Claim::new(channel, cost, weight);
        let (role, careful) = (guest.role, guest.careful);
        self.tell(Event::leg_joined(work, agent, role, auto));
        if careful {
            self.pass_on(work, agent);
        }
    }

    pub(super) fn answer(&mut self, work: WorkId, agent: AgentId) -> Result<Reply, Refusal> {
        self.check_guest_named(work, agent)?;
        // As after a careful transfer that they answered.
        if self.open_work(work)?.stage == (Stage::Assigned { agent }) {
            return Ok(Reply::Done);
        }
        let guest = self.known_guest(work, agent)?;
        match (guest.role.supervises(), guest.state) {
            (true, _) => return Err(wrong_leg(&guest)),
            (false, LegState::Requested { .. }) => {
                if guest.careful {
                    self.check_assignments(agent)?;
                }
                self.join(work, agent, false);
            }
            (false, _) => {}
        }
        Ok(Reply::Done)
    }

    pub(super) fn decline_consult(
        &mut self,
        work: WorkId,
        agent: AgentId,
    ) -> Result<Reply, Refusal> {
        self.check_guest_named(work, agent)?;
        let guest = match self.known_guest(work, agent) {
            Err(Refusal::NoLeg { end: Some(LegEnd::Declined), .. }) => return Ok(Reply::Done),
            guest => guest?,
        };
        if guest.state == LegState::Joined {
            return Err(wrong_leg(&guest));
        }
        self.part(work, agent, LegEnd::Declined);
        Ok(Reply::Done)
    }

    pub(super) fn end_leg(&mut self, work: WorkId, agent: AgentId) -> Result<Reply, Refusal> {
        self.check_guest_named(work, agent)?;
        let guest = match self.known_guest(work, agent) {
            Err(Refusal::NoLeg { end: Some(LegEnd::TakenBack | LegEnd::HungUp), .. }) => {
                return Ok(Reply::Done);
            }
            guest => guest?,
        };
        let joined = guest.state == LegState::Joined;
        self.part(work, agent, if joined { LegEnd::HungUp } else { LegEnd::TakenBack });
        Ok(Reply::Done)
    }

    pub(super) fn confer(&mut self, work: WorkId, agent: AgentId) -> Result<Reply, Refusal> {
        self.check_guest_named(work, agent)?;
        let guest = self.known_guest(work, agent)?;
        if !takes_part(&guest) {
            return Err(wrong_leg(&guest));
        }
        if guest.role == LegRole::Consultant {
            self.change_role(work, agent, LegRole::Conferee);
        }
        Ok(Reply::Done)
    }

    pub(super) fn hand_over(&mut self, work: WorkId, agent: AgentId) -> Result<Reply, Refusal> {
        self.check_guest_named(work, agent)?;
        if self.open_work(work)?.stage == (Stage::Assigned { agent }) {
            return Ok(Reply::Done);
        }
        let guest = self.known_guest(work, agent)?;
        if !takes_part(&guest) {
            return Err(wrong_leg(&guest));
        }
        self.check_assignments(agent)?;
        self.pass_on(work, agent);
        Ok(Reply::Done)
    }

    /// Who takes part has it.
    fn pass_on(&mut self, work: WorkId, agent: AgentId) {
        self.end_stand_ins(work, None, LegEnd::Transferred);
        self.end_careful_guests(work, Some(agent));
        let owner = self.works[&work].stage.owner().expect("shared work has an owner");
        let wrap_up = self.wrap_up_after_transfer(work);
        self.say(Event::handed_over(work, agent, wrap_up));
        match wrap_up {
            Some(wrap_up) => self.begin_wrap_up(work, owner, wrap_up),
            None => self.drop_leg(work, owner),
        }
        self.guests.retain(|guest| (guest.work, guest.agent) != (work, agent));
        self.give(work, agent);
        // What follows for the old owner comes first.
        self.settle(owner);
        self.settle_everybody();
    }

    pub(super) fn supervise(
        &mut self,
        work: WorkId,
        agent: AgentId,
        how: Supervision,
    ) -> Result<Reply, Refusal> {
        let role = match how {
            Supervision::Monitor => LegRole::Monitor,
            Supervision::Coach => LegRole::Coach,
            Supervision::Barge => LegRole::Barge,
            _ => unreachable!("this test does not know it"),
        };
        self.check_guest_named(work, agent)?;
        let owner = self.check_shared(work)?;
        let known = self.guest(work, agent).map(|guest| guest.role);
        let helps = known.is_some_and(|known| !known.supervises());
        if helps || owner == agent {
            return Err(Refusal::unavailable(agent, Unavailable::HasItAlready));
        }
        if known == Some(role) {
            return Ok(Reply::Done);
        }
        if known.is_some() {
            self.change_role(work, agent, role);
            return Ok(Reply::Done);
        }
        self.check_seats(work)?;
        let max = self.config.limits.assignments;
        let own = self.guests.iter().filter(|guest| guest.agent == agent).count();
        if own >= max as usize {
            return Err(Refusal::limit(LimitName::Legs, max));
        }
        let row = &self.works[&work];
        let claim = Claim::new(row.request.channel, self.cost_of(work, agent), 0);
        self.withdraw_stand_ins(work, None, agent);
        let (state, careful) = (LegState::Joined, false);
        self.welcome(Guest { work, agent, role, state, claim, careful });
        self.tell(Event::leg_joined(work, agent, role, false));
        Ok(Reply::Done)
    }

    /// Whoever takes part in work that leaves its owner does so no more.
    pub(super) fn part_all(&mut self, work: WorkId, why: LegEnd) {
        self.end_stand_ins(work, None, why);
        let of_work = self.guests.iter().filter(|guest| guest.work == work);
        let agents: Vec<_> = of_work.map(|guest| guest.agent).collect();
        for agent in agents {
            self.part(work, agent, why);
        }
    }

    pub(super) fn part(&mut self, work: WorkId, agent: AgentId, why: LegEnd) {
        let at = self.effective();
        let guest = self.guest(work, agent).cloned().expect("they take part");
        self.guests.retain(|guest| (guest.work, guest.agent) != (work, agent));
        if takes_part(&guest) {
            let channel = Some(guest.claim.channel);
            self.agent(agent).diary.push((Happened::Released, channel, at));
        }
        self.partings.push((work, agent, why));
        self.tell(Event::leg_ended(work, agent, why));
        if guest.careful {
            self.tell(Event::transfer_failed(work, why_of_leg(why)));
        }
    }

    /// Requests that alert somebody who is not there for them any more.
    pub(super) fn withdraw_requests(&mut self, agent: AgentId) {
        let guests: Vec<_> =
            self.guests.iter().filter(|guest| guest.agent == agent).cloned().collect();
        for guest in guests {
            let attends = self.attends(agent, guest.claim.channel);
            let there =
                matches!(attends, Ok(()) | Err(Unavailable::Draining | Unavailable::NotEntitled));
            let queue = self.queue_profile(self.works[&guest.work].queue);
            let withdraws =
                queue.withdraw_offers || (queue.withdraw_offline && self.is_offline(agent));
            if guest.state != LegState::Joined && !there && withdraws {
                self.part(guest.work, agent, LegEnd::AgentUnavailable);
            }
        }
    }

    fn change_role(&mut self, work: WorkId, agent: AgentId, role: LegRole) {
        self.guest_mut(work, agent).role = role;
        self.tell(Event::leg_changed(work, agent, role));
    }

    /// A new leg: how an older one ended does not matter any more.
    pub(super) fn welcome(&mut self, guest: Guest) {
        self.partings.retain(|(work, agent, _)| (*work, *agent) != (guest.work, guest.agent));
        self.guests.push(guest);
    }

    fn check_guest_named(&self, work: WorkId, agent: AgentId) -> Result<(), Refusal> {
        self.check_known(work)?;
        self.live(agent.into())
    }

    /// The owner of work that is active or on hold.
    pub(super) fn check_shared(&self, work: WorkId) -> Result<AgentId, Refusal> {
        match self.open_work(work)?.stage {
            Stage::Assigned { agent } => Ok(agent),
            _ => Err(self.wrong_stage(work)),
        }
    }

    /// Sixteen may take part in one piece of work.
    pub(super) fn check_seats(&self, work: WorkId) -> Result<(), Refusal> {
        let guests = self.guests.iter().filter(|guest| guest.work == work).count();
        if guests + self.standing_for(work).len() >= 16 {
            return Err(Refusal::limit(LimitName::Legs, 16));
        }
        Ok(())
    }

    pub(super) fn guest(&self, work: WorkId, agent: AgentId) -> Option<&Guest> {
        self.guests.iter().find(|guest| guest.work == work && guest.agent == agent)
    }

    fn guest_mut(&mut self, work: WorkId, agent: AgentId) -> &mut Guest {
        let mut guests = self.guests.iter_mut();
        guests
            .find(|guest| guest.work == work && guest.agent == agent)
            .expect("the agent takes part in the work")
    }

    fn known_guest(&self, work: WorkId, agent: AgentId) -> Result<Guest, Refusal> {
        self.open_work(work)?;
        let mut partings = self.partings.iter().filter(|(of, ..)| *of == work).rev().take(16);
        let end = partings.find(|(_, who, _)| *who == agent).map(|(.., end)| *end);
        let guest = self.guest(work, agent).cloned();
        guest.ok_or_else(|| Refusal::no_leg(work, agent, end))
    }
}

/// Whether the guest is in the conversation, and not as a supervisor.
pub(super) fn takes_part(guest: &Guest) -> bool {
    guest.state == LegState::Joined && !guest.role.supervises()
}

fn wrong_leg(guest: &Guest) -> Refusal {
    let Guest { work, agent, role, state, .. } = *guest;
    Refusal::wrong_leg(work, agent, role, state)
}
