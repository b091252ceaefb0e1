//! What actors may do, written a second time: by the words of the documentation, looking at
//! everything.

use strowger::Refusal;
use strowger::command::{Actor, ActorKind, Command, Finisher, Permission, Resumer};
use strowger::model::{AgentId, Entity, OfferId, WorkId};
use strowger::state::LegState;

use super::Router;

impl Router {
    /// The refusal of a command that its actor may not give.
    pub(super) fn permit(&self, actor: &Actor, command: &Command) -> Result<(), Refusal> {
        let kind = actor.kind();
        if let Actor::Agent(me) = actor {
            let entity = Entity::from(*me);
            let thing = self.things.get(&entity).ok_or_else(|| Refusal::unknown(entity))?;
            if thing.retired {
                return Err(Refusal::retired(entity));
            }
        }
        let name = command.name();
        let assigns = matches!(command, Command::Assign(_)) && kind == ActorKind::Agent;
        let permission = match name.permission(kind) {
            Permission::No if self.cancels_stand_in(kind, command) => Permission::Theirs,
            Permission::No if assigns && self.config.agents_assign => Permission::Seen,
            permission => permission,
        };
        let refused = Err(Refusal::not_allowed(actor.clone(), name));
        let says = match command {
            Command::FinishContact(c) if c.by == Finisher::Agent => ActorKind::Agent,
            Command::FinishContact(c) if c.by == Finisher::Customer => ActorKind::Customer,
            Command::FinishContact(_) => ActorKind::Host,
            Command::Resume(c) if c.by == Resumer::Agent => ActorKind::Agent,
            Command::Resume(_) => ActorKind::Customer,
            _ => kind,
        };
        match (permission, actor) {
            (Permission::No, _) => refused,
            (Permission::All, _) => Ok(()),
            _ if says != kind => refused,
            (_, Actor::Agent(me)) => {
                let (agent, work, offer) = concerned(command);
                let themselves = agent.is_none_or(|agent| agent == *me);
                if permission == Permission::Themselves && !themselves {
                    return refused;
                }
                if let Some(offer) = offer {
                    return self.permit_offer(*me, offer);
                }
                let Some(work) = work else { return Ok(()) };
                if !self.sees(*me, work) {
                    return Err(Refusal::unknown(work.into()));
                }
                let own = self.owner_of(work) == Some(*me) || self.stands_for_theirs(work, *me);
                let part = self.guests.iter().any(|guest| {
                    let joined = guest.state == LegState::Joined && !guest.role.supervises();
                    (guest.work, guest.agent) == (work, *me) && joined
                });
                let theirs = own || part && themselves || agent == Some(*me);
                if permission == Permission::Theirs && !theirs {
                    return Err(Refusal::not_yours(work, self.owner_of(work)));
                }
                Ok(())
            }
            (_, Actor::Customer(Some(key))) => {
                let (_, Some(work), _) = concerned(command) else { return Ok(()) };
                let open = self.works.get(&work).map(|row| row.request.customer.as_ref());
                let ended = self.remembered(work).map(|ended| ended.submitted.customer.as_ref());
                match open.or(ended).flatten() {
                    Some(customer) if customer == key => Ok(()),
                    _ => Err(Refusal::unknown(work.into())),
                }
            }
            _ => Ok(()),
        }
    }

    /// Whether an agent takes back what stands for work, or stood for it.
    fn cancels_stand_in(&self, kind: ActorKind, command: &Command) -> bool {
        let Command::Cancel(c) = command else { return false };
        let open = self.works.get(&c.work).map(|row| row.stands_for.is_some());
        let ended = || self.remembered(c.work).is_some_and(|ended| ended.submitted.internal);
        kind == ActorKind::Agent && open.unwrap_or_else(ended)
    }

    /// Whether work stands for what an agent has.
    fn stands_for_theirs(&self, work: WorkId, me: AgentId) -> bool {
        let of = self.works.get(&work).and_then(|row| row.stands_for);
        of.is_some_and(|(of, _)| self.works[&of].stage.owner() == Some(me))
    }

    fn owner_of(&self, work: WorkId) -> Option<AgentId> {
        match self.works.get(&work) {
            Some(row) => row.stage.owner(),
            None => self.remembered(work).and_then(|ended| ended.owner),
        }
    }

    fn permit_offer(&self, me: AgentId, id: OfferId) -> Result<(), Refusal> {
        let unknown = Err(Refusal::unknown(id.into()));
        match self.offers.get(&id) {
            Some(offer) if offer.agent == me => Ok(()),
            Some(offer) if self.sees(me, offer.work) => {
                Err(Refusal::not_yours(offer.work, self.owner_of(offer.work)))
            }
            Some(_) => unknown,
            None => match self.remembered_offer(id) {
                Some((_, _, agent)) if *agent == me => Ok(()),
                _ => unknown,
            },
        }
    }

    /// Whether an agent sees a piece of work.
    fn sees(&self, me: AgentId, work: WorkId) -> bool {
        let agent = &self.agents[&me];
        let has = agent.legs.iter().any(|leg| leg.work == work);
        let Some(row) = self.works.get(&work) else {
            return has
                || self.remembered(work).is_some_and(|ended| {
                    let (queue, channel) = (ended.submitted.queue, ended.submitted.channel);
                    ended.owner == Some(me) || agent.terms(queue, channel).is_some()
                });
        };
        let takes_part = |guest: &super::state::Guest| (guest.work, guest.agent) == (work, me);
        has || row.stage.owner() == Some(me)
            || self.stands_for_theirs(work, me)
            || self.offers.values().any(|offer| (offer.work, offer.agent) == (work, me))
            || self.guests.iter().any(takes_part)
            || self.partings.iter().any(|(of, who, _)| (*of, *who) == (work, me))
            || agent.terms(row.queue, row.request.channel).is_some()
    }
}

/// The agent, the work and the offer that a command names.
fn concerned(command: &Command) -> (Option<AgentId>, Option<WorkId>, Option<OfferId>) {
    match command {
        Command::SetPresence(c) => (Some(c.agent), None, None),
        Command::Heartbeat(c) => (Some(c.agent), None, None),
        Command::SetDraining(c) => (Some(c.agent), None, None),
        Command::SetOwnCall(c) => (Some(c.agent), None, None),
        Command::Accept(c) => (None, None, Some(c.offer)),
        Command::Reject(c) => (None, None, Some(c.offer)),
        Command::Pull(c) => (Some(c.agent), Some(c.work), None),
        Command::SetCode(c) => (Some(c.agent), Some(c.work), None),
        Command::ExtendWrapUp(c) => (Some(c.agent), Some(c.work), None),
        Command::EndWrapUp(c) => (Some(c.agent), Some(c.work), None),
        Command::Answer(c) => (Some(c.agent), Some(c.work), None),
        Command::Decline(c) => (Some(c.agent), Some(c.work), None),
        Command::EndLeg(c) => (Some(c.agent), Some(c.work), None),
        Command::Hold(c) => (None, Some(c.work), None),
        Command::Retrieve(c) => (None, Some(c.work), None),
        Command::Park(c) => (None, Some(c.work), None),
        Command::Resume(c) => (None, Some(c.work), None),
        Command::FinishContact(c) => (None, Some(c.work), None),
        Command::TransferToQueue(c) => (None, Some(c.work), None),
        Command::TransferToAgent(c) => (None, Some(c.work), None),
        Command::TransferOutside(c) => (None, Some(c.work), None),
        Command::RequestWrapUp(c) => (None, Some(c.work), None),
        Command::Consult(c) => (None, Some(c.work), None),
        Command::ConsultQueue(c) => (None, Some(c.work), None),
        Command::Cancel(c) => (None, Some(c.work), None),
        Command::Confer(c) => (None, Some(c.work), None),
        Command::HandOver(c) => (None, Some(c.work), None),
        Command::Assign(c) => (None, Some(c.work), None),
        Command::Abandon(c) => (None, Some(c.work), None),
        Command::RequestCallback(c) => (None, Some(c.work), None),
        _ => (None, None, None),
    }
}
