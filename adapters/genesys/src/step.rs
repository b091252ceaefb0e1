//! What is sent so that a work item or a conversation is shown where the engine has the work.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use crate::assignment::{AssignmentState, Place};
use crate::conversation::{
    Parking, Part, PartUpdate, Wrapup, assign_conversation, disconnect_conversation,
};
use crate::media::MediaType;
use crate::subject::Subject;
use crate::transfer::{Target, Transfer};
use crate::workitem::{
    WorkitemTerminate, WorkitemUpdate, WorkitemWrapup, WrapupAction, assign_workitem,
    cancel_routing, disconnect_workitem,
};
use strowger::Key;
use strowger::Timestamp;
use strowger::model::WorkId;
use strowger::state::Stage;
use strowger::view::View;
use strowger_wire::Request;

/// Where work is shown, or should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) place: Place,
    /// Who has it, or to whom it is offered.
    pub(super) agent: Option<Key>,
    /// When it comes back by itself.
    until: Option<Timestamp>,
    /// The queue it is in.
    queue: Option<Key>,
}

impl Shown {
    /// Where the engine has it.
    pub(super) fn of(view: View<'_>, work: WorkId) -> Self {
        let (place, agent) = Place::of(view, work);
        let agent = agent.and_then(|agent| view.key(agent.into())).cloned();
        let row = view.work(work);
        let until = match row.map(|row| row.stage()) {
            Some(Stage::Parked { until, .. }) => until,
            _ => None,
        };
        let queue = row.and_then(|row| view.key(row.queue().into())).cloned();
        Self { place, agent, until, queue }
    }

    /// The same, elsewhere.
    pub(super) fn moved(&self, place: Place, agent: Option<Key>) -> Self {
        Self { place, agent, ..self.clone() }
    }

    /// The same, waiting in a queue.
    pub(super) fn sent_to(&self, queue: Option<Key>) -> Self {
        Self { queue, ..self.moved(Place::Waiting, None) }
    }

    /// Whether it is shown so already. The queue matters only while nobody has it.
    pub(super) fn shows(&self, wanted: &Self) -> bool {
        let queue = wanted.place != Place::Waiting || self.queue == wanted.queue;
        let nobody = matches!(wanted.place, Place::Waiting | Place::Over);
        self.place == wanted.place && (nobody || self.agent == wanted.agent) && queue
    }
}

/// What follows from a difference.
pub(super) enum Step {
    /// This is sent.
    Send(Request),
    /// Nothing is to be sent.
    Silent,
    /// The participant of the agent is not known yet.
    Later,
}

/// A thing over there, and what must be known to change it.
#[derive(Clone, Debug)]
pub(super) struct There {
    pub(super) subject: Subject,
    /// The participants, by agent.
    pub(super) parts: BTreeMap<Key, String>,
    /// How it came back into line.
    pub(super) back: AssignmentState,
}

impl There {
    /// Whether it is a call: in nothing else somebody can be consulted.
    pub(super) const fn is_call(&self) -> bool {
        matches!(self.subject, Subject::Conversation { media: MediaType::Call, .. })
    }

    /// What brings it from where it is shown to where it should be.
    pub(super) fn step(&self, from: &Shown, to: &Shown, closed: Option<&str>) -> Step {
        match &self.subject {
            Subject::Workitem(id) => self.of_workitem(id, from, to, closed),
            Subject::Conversation { media, id } => self.of_conversation(media, id, from, to),
        }
    }

    fn of_workitem(&self, id: &str, from: &Shown, to: &Shown, closed: Option<&str>) -> Step {
        let same = from.agent == to.agent;
        let state = |state| {
            let assignee_id = to.agent.as_ref().filter(|_| !same).map(ToString::to_string);
            WorkitemUpdate { assignee_id, ..WorkitemUpdate::state(state) }.unchecked(id)
        };
        Step::Send(match (from.place, to.place, &to.agent) {
            (_, Place::Alerting, Some(agent)) => WorkitemUpdate::alert(&**agent).unchecked(id),
            (Place::Waiting | Place::Disconnected, Place::Connected, Some(agent)) => {
                assign_workitem(id, agent)
            }
            (_, Place::Connected, Some(agent)) if !same => assign_workitem(id, agent),
            (_, Place::Connected | Place::Held | Place::Parked, _) => state(to.place.state()),
            (Place::Alerting, Place::Waiting, _) => {
                WorkitemUpdate::state(self.back.clone()).unchecked(id)
            }
            (_, Place::Waiting, _) => {
                let queue_id = to.queue.as_ref().map(ToString::to_string);
                let idle = WorkitemUpdate::state(AssignmentState::Idle);
                WorkitemUpdate { queue_id, ..idle }.unchecked(id)
            }
            (_, Place::Disconnected, _) => disconnect_workitem(id),
            (Place::Waiting | Place::Alerting, Place::Over, _) => cancel_routing(id),
            (_, Place::Over, _) => {
                WorkitemTerminate { status_id: closed.map(ToString::to_string) }.request(id)
            }
            (_, Place::Alerting, None) => return Step::Silent,
        })
    }

    fn of_conversation(&self, media: &MediaType, id: &str, from: &Shown, to: &Shown) -> Step {
        let part = |of: &Shown| {
            let participant = self.parts.get(of.agent.as_ref()?)?;
            Some(Part::new(media.clone(), id, participant.as_str()))
        };
        let patched = |of: &Shown, update: PartUpdate| {
            part(of).map_or(Step::Later, |part| Step::Send(update.unchecked(&part)))
        };
        let parked = |parking: Parking, held: bool| {
            let Some(part) = part(to) else { return Step::Later };
            // What cannot be put aside there is on hold.
            let held = |_| PartUpdate::held(held).unchecked(&part);
            Step::Send(parking.request(&part).unwrap_or_else(held))
        };
        // What an agent has goes from them to another; what nobody has is assigned.
        let given = |agent: &Key| {
            let owner = part(from).filter(|_| from.place.is_had());
            let transfer = Transfer::blind(Target::Agent(agent.to_string()));
            let assigned = || assign_conversation(media, id, agent);
            Step::Send(owner.map_or_else(assigned, |owner| transfer.request(&owner)))
        };
        let same = from.agent == to.agent;
        match (from.place, to.place, &to.agent) {
            (_, Place::Alerting, Some(agent)) => given(agent),
            (Place::Waiting | Place::Disconnected, Place::Connected, Some(agent)) => given(agent),
            (_, Place::Connected, Some(agent)) if !same => given(agent),
            (Place::Held, Place::Connected, _) => patched(to, PartUpdate::held(false)),
            (Place::Parked, Place::Connected, _) => parked(Parking::resumed(), false),
            (_, Place::Connected, _) => patched(to, PartUpdate::connected()),
            (_, Place::Held, _) => patched(to, PartUpdate::held(true)),
            (_, Place::Parked, _) => parked(Parking::until(to.until), true),
            (_, Place::Disconnected, _) => patched(to, PartUpdate::disconnected()),
            (Place::Alerting, Place::Waiting, _) => patched(from, PartUpdate::disconnected()),
            (_, Place::Waiting, _) => match (part(from), &to.queue) {
                (Some(part), Some(queue)) => {
                    Step::Send(Transfer::blind(Target::Queue(queue.to_string())).request(&part))
                }
                (None, _) => Step::Later,
                (Some(_), None) => Step::Silent,
            },
            (Place::Disconnected, Place::Over, _) | (_, Place::Alerting, None) => Step::Silent,
            (_, Place::Over, _) => Step::Send(disconnect_conversation(id)),
        }
    }

    /// An agent gave a wrap-up code.
    pub(super) fn wrapped_up(&self, agent: &Key, code: &Key) -> Option<Request> {
        match &self.subject {
            Subject::Workitem(id) => {
                let code = code.to_string();
                let wrapup = WorkitemWrapup { action: WrapupAction::Add, wrapup_code: code };
                Some(wrapup.request(id, agent))
            }
            Subject::Conversation { media, id } => {
                let part = Part::new(media.clone(), id, self.parts.get(agent)?.as_str());
                Some(PartUpdate::wrapup(Wrapup::code(&**code)).unchecked(&part))
            }
        }
    }
}
