//! What facts of the engine mean for the interactions whose work they are about.

use crate::base::time::Timestamp;
use crate::fact::event::{EndedBy, Event};
use crate::model::calendar::WaitClock;
use crate::model::ids::{AgentId, OfferId, QueueId, WorkId};
use crate::policy::wrap_up::WrapUp;
use crate::state::work::CloseCause;

use crate::interaction::conversation::Author;
use crate::interaction::decide::{Finish, RecordTurn};
use crate::interaction::event::RecordEvent;
use crate::interaction::ids::InteractionId;
use crate::interaction::record::Interaction;
use crate::interaction::segment::Part;
use crate::interaction::state::{Ending, InteractionState, InteractionStep, Party};
use crate::interaction::texts::TextOf;

/// The work a fact is about, unless it names an offer only.
const fn work_of(event: &Event) -> Option<WorkId> {
    match event {
        Event::WorkSubmitted { work, .. }
        | Event::WorkQueued { work, .. }
        | Event::WorkOffered { work, .. }
        | Event::WorkAssigned { work, .. }
        | Event::WorkHeld { work }
        | Event::WorkRetrieved { work }
        | Event::WorkParked { work, .. }
        | Event::WorkResumed { work, .. }
        | Event::ContactEnded { work, .. }
        | Event::WrapUpExtended { work, .. }
        | Event::CodeSet { work, .. }
        | Event::WrapUpEnded { work, .. }
        | Event::WorkClosed { work, .. }
        | Event::WorkScheduled { work, .. }
        | Event::WorkSuspended { work }
        | Event::CustomerUnreached { work, .. }
        | Event::WorkClassified { work, .. }
        | Event::LegJoined { work, .. }
        | Event::LegChanged { work, .. }
        | Event::LegEnded { work, .. }
        | Event::HandedOver { work, .. } => Some(*work),
        _ => None,
    }
}

const fn offer_of(event: &Event) -> Option<OfferId> {
    match event {
        Event::OfferAccepted { offer, .. }
        | Event::OfferRejected { offer, .. }
        | Event::OfferMissed { offer, .. }
        | Event::OfferWithdrawn { offer, .. } => Some(*offer),
        _ => None,
    }
}

/// True if a fact only ends something, or gives the code with which it ends. That counts from when
/// it was due. What begins, such as the work of an agent whose parked work is back, begins with the
/// call, here as in the engine.
pub(crate) const fn only_ends(event: &Event) -> bool {
    matches!(
        event,
        Event::OfferRejected { .. }
            | Event::OfferMissed { .. }
            | Event::OfferWithdrawn { .. }
            | Event::ContactEnded { .. }
            | Event::CodeSet { .. }
            | Event::WrapUpEnded { .. }
            | Event::WorkClosed { .. }
            | Event::LegEnded { .. }
    )
}

impl RecordTurn<'_> {
    /// Lets a fact of the engine move the interaction it concerns, if there is one.
    pub(crate) fn follow(&mut self, event: &Event) {
        if let Event::Defined(_) | Event::Changed(_) | Event::Retired(_) = event {
            self.follow_hours(event);
            return;
        }
        let index = self.store.index();
        let id = match (work_of(event), offer_of(event)) {
            (Some(work), _) => index.works.get(&work),
            (None, Some(offer)) => index.offers.get(&offer),
            (None, None) => return,
        };
        let Some(id) = id.copied() else { return };
        self.follow_offer(id, event);
        self.hand_around(id, event);
        self.wrap_up_and_end(id, event);
    }

    /// Keeps the hours that are defined, as long as silence is counted by any.
    fn follow_hours(&mut self, event: &Event) {
        if self.store.config().idle.counts == WaitClock::Open {
            let change = self.store.rows().hours.follow(event);
            self.set_hours(change);
        }
    }

    /// True if an interaction can take a step: the host may have closed it meanwhile.
    fn may(&self, id: InteractionId, step: InteractionStep) -> bool {
        self.store.get(id).is_some_and(|row| row.state.next(step).is_ok())
    }

    fn is_in(&self, id: InteractionId, state: InteractionState) -> bool {
        self.store.get(id).is_some_and(|row| row.state == state)
    }

    fn follow_offer(&mut self, interaction: InteractionId, event: &Event) {
        match event {
            Event::WorkOffered { offer, agent, .. }
                if self.may(interaction, InteractionStep::Assign) =>
            {
                let (offer, agent) = (*offer, *agent);
                self.emit(RecordEvent::Offered { interaction, offer, agent });
            }
            Event::OfferRejected { offer, .. }
            | Event::OfferMissed { offer, .. }
            | Event::OfferWithdrawn { offer, .. } => {
                self.emit(RecordEvent::OfferEnded { interaction, offer: *offer });
            }
            Event::OfferAccepted { offer, .. } => {
                let row = self.store.get(interaction);
                let offers = row.into_iter().flat_map(|row| &row.offers);
                let agent = offers.into_iter().find(|(id, _)| id == offer).map(|(_, agent)| *agent);
                if let Some(agent) = agent {
                    self.assign(interaction, agent);
                }
            }
            _ => {}
        }
    }

    fn hand_around(&mut self, interaction: InteractionId, event: &Event) {
        let queues = self.may(interaction, InteractionStep::Queue);
        match event {
            Event::WorkSubmitted { request, .. } if queues => {
                if let Some(schedule) = request.schedule {
                    self.emit(RecordEvent::SetAside { interaction, until: schedule.at });
                } else {
                    let (queue, wraps_up) = (request.queue, false);
                    self.emit(RecordEvent::Queued { interaction, queue, wraps_up });
                    self.tell(interaction, Author::System, TextOf::StandBy);
                }
            }
            Event::WorkQueued { queue, wrap_up, .. } if queues => {
                let (queue, wraps_up) = (*queue, wrap_up.is_some());
                self.emit(RecordEvent::Queued { interaction, queue, wraps_up });
            }
            Event::WorkClassified { queue, .. } => self.move_in_line(interaction, *queue),
            Event::WorkScheduled { at, .. } | Event::CustomerUnreached { retry: Some(at), .. }
                if queues =>
            {
                self.emit(RecordEvent::SetAside { interaction, until: Some(*at) });
            }
            Event::WorkSuspended { .. } if queues => {
                self.emit(RecordEvent::SetAside { interaction, until: None });
            }
            Event::WorkAssigned { agent, .. } if self.may(interaction, InteractionStep::Assign) => {
                self.assign(interaction, *agent);
            }
            Event::WorkHeld { .. } | Event::WorkParked { .. }
                if self.may(interaction, InteractionStep::Hold) =>
            {
                let (parked, until) = match event {
                    Event::WorkParked { until, .. } => (true, *until),
                    _ => (false, None),
                };
                self.emit(RecordEvent::Held { interaction, parked, until });
            }
            Event::WorkRetrieved { .. } | Event::WorkResumed { .. }
                if self.is_in(interaction, InteractionState::OnHold) =>
            {
                self.emit(RecordEvent::Resumed { interaction });
            }
            Event::HandedOver { agent, wrap_up, .. }
                if self.may(interaction, InteractionStep::Assign) =>
            {
                let (agent, wraps_up) = (*agent, wrap_up.is_some());
                self.emit(RecordEvent::HandedOver { interaction, agent, wraps_up });
                self.greet(interaction, agent);
            }
            Event::LegJoined { agent, role, .. } | Event::LegChanged { agent, role, .. }
                if self.may(interaction, InteractionStep::Complete) =>
            {
                let (agent, role) = (*agent, *role);
                self.emit(RecordEvent::GuestJoined { interaction, agent, role });
            }
            Event::LegEnded { agent, .. } if self.has_guest(interaction, *agent) => {
                self.emit(RecordEvent::GuestLeft { interaction, agent: *agent });
            }
            _ => {}
        }
    }

    fn has_guest(&self, id: InteractionId, agent: AgentId) -> bool {
        let row = self.store.get(id);
        let open = row.into_iter().flat_map(|row| row.handling.open());
        open.into_iter().any(|s| matches!(s.part, Part::Guest(guest, _) if guest == agent))
    }

    /// A rule sent waiting work to another queue; what stands in no line has none yet.
    fn move_in_line(&mut self, interaction: InteractionId, queue: QueueId) {
        let row = self.store.get(interaction);
        let part = row.and_then(|row| row.handling.main());
        if matches!(part, Some(Part::InLine(before)) if before != queue) {
            let wraps_up = false;
            self.emit(RecordEvent::Queued { interaction, queue, wraps_up });
        }
    }

    fn wrap_up_and_end(&mut self, interaction: InteractionId, event: &Event) {
        match event {
            Event::ContactEnded { by, wrap_up, .. }
                if self.may(interaction, InteractionStep::EndContact) =>
            {
                let WrapUp { until, .. } = *wrap_up;
                let rule = self.store.wrap_up_rule(interaction).cloned();
                self.wrap_up(interaction, ending(*by), rule, Some(until));
            }
            Event::WrapUpExtended { agent, until, .. } => {
                self.extend_wrap_up(interaction, *agent, *until);
            }
            Event::CodeSet { agent, code, .. } => {
                let row = self.store.get(interaction);
                let owns = row.is_some_and(|row| {
                    !row.state.is_closed()
                        && row.assigned_to == Some(*agent)
                        && row.code != Some(*code)
                });
                if owns {
                    self.emit(RecordEvent::CodeSet { interaction, code: *code });
                }
            }
            Event::WrapUpEnded { work, agent, .. } => {
                let (work, agent) = (*work, *agent);
                self.emit(RecordEvent::TrailingWrapUpEnded { interaction, work, agent });
            }
            Event::WorkClosed { work, cause, by, outside, never_wrapped_up }
                if self.has_work(interaction, *work) =>
            {
                if let Some(outside) = outside {
                    let (to, wraps_up) = (outside.to.clone(), outside.wrap_up.is_some());
                    self.emit(RecordEvent::SentOutside { interaction, to, wraps_up });
                }
                self.emit(RecordEvent::WorkOver { interaction });
                self.work_closed(interaction, *cause, *by, *never_wrapped_up);
            }
            _ => {}
        }
    }

    fn has_work(&self, id: InteractionId, work: WorkId) -> bool {
        self.store.get(id).is_some_and(|row| row.work == Some(work))
    }

    /// The engine gives an agent more time; a rule of this storey does not.
    fn extend_wrap_up(&mut self, interaction: InteractionId, agent: AgentId, until: Timestamp) {
        let row = self
            .store
            .get(interaction)
            .filter(|row| row.state == InteractionState::WrapUp && row.assigned_to == Some(agent));
        let Some(wrap_up) = row.and_then(|row| row.wrap_up.as_ref()) else { return };
        let until = self.wrap_up_ends(wrap_up.since, wrap_up.rule.as_ref(), Some(until));
        if until != wrap_up.until {
            self.emit(RecordEvent::WrapUpExtended { interaction, until });
        }
    }

    fn work_closed(
        &mut self,
        id: InteractionId,
        cause: CloseCause,
        by: EndedBy,
        never_wrapped_up: bool,
    ) {
        let Some(row) = self.store.get(id) else { return };
        if row.state.is_closed() {
            return;
        }
        let (virtual_agent, state) = (row.has_virtual_agent(), row.state);
        let party = actor(by, row);
        // What a colleague asked is over, whether or not somebody took it up.
        let internal = row.is_internal().then_some(row.live);
        // If an agent has it, it is over: a customer who spoke to an agent does not begin anew.
        let returns = self.may(id, InteractionStep::Return) && row.assigned_to.is_none();
        let how = |ending| {
            let cause = Some(cause);
            Finish { cause, ..Finish::new(ending, party) }
        };
        match cause {
            CloseCause::Completed if state == InteractionState::WrapUp => {
                let how = how(ending(by));
                self.close(id, how);
            }
            CloseCause::TransferredOutside => {
                let how = how(ending(by));
                self.close(id, how);
            }
            CloseCause::Completed => {
                let how = Finish { never_wrapped_up, ..how(ending(by)) };
                self.finish(id, how);
            }
            CloseCause::Cancelled if internal.is_some() => {
                let live = internal == Some(true);
                let how = how(if live { Ending::Automatic } else { Ending::TimedOut });
                self.close(id, how);
            }
            CloseCause::Cancelled if returns => {
                self.emit(RecordEvent::Returned { interaction: id });
            }
            CloseCause::Abandoned => {
                let how = how(Ending::Customer);
                self.close(id, how);
            }
            CloseCause::Unreached => {
                let how = how(Ending::Unreached);
                self.close(id, how);
            }
            // What stands for other work is no record's.
            CloseCause::Cancelled | CloseCause::Joined => {
                let how = how(Ending::Automatic);
                self.close(id, how);
            }
            CloseCause::MaxWait
            | CloseCause::Lifetime
            | CloseCause::Exhausted
            | CloseCause::Overflow
                if virtual_agent && returns =>
            {
                self.emit(RecordEvent::Returned { interaction: id });
            }
            CloseCause::MaxWait
            | CloseCause::Lifetime
            | CloseCause::Exhausted
            | CloseCause::Overflow => {
                let how = how(Ending::TimedOut);
                self.close(id, how);
            }
        }
    }
}

const fn ending(by: EndedBy) -> Ending {
    match by {
        EndedBy::Agent => Ending::Agent,
        EndedBy::Customer => Ending::Customer,
        EndedBy::Host | EndedBy::System => Ending::Automatic,
    }
}

fn actor(by: EndedBy, row: &Interaction) -> Party {
    match by {
        EndedBy::Agent => row.assigned_to.map_or(Party::Host, Party::Agent),
        EndedBy::Customer => row.requester(),
        EndedBy::Host => Party::Host,
        EndedBy::System => Party::System,
    }
}
