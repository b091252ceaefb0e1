//! Who is consulted in a call: shown there as the engine has it, and what is done there.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::assignment::{AssignmentState, Place};
use crate::conversation::{Part, PartUpdate};
use crate::participant::{Conversation, Participant};
use crate::step::{Shown, There};
use crate::subject::Subject;
use crate::transfer::{ConsultTransfer, SpeakTo, Target, end_consult, speak_to};
use strowger::Key;
use strowger::command::{Answer, Command, Consult, Decline, EndLeg, HandOver};
use strowger::model::WorkId;
use strowger::state::LegRole;
use strowger::view::Leg;
use strowger::view::View;
use strowger_wire::Request;

/// Who is consulted over there. There is one at a time, and in calls only.
#[derive(Clone, Debug)]
pub(super) struct Guest {
    agent: Key,
    /// Whether the customer hears the consulted agent.
    confers: bool,
    /// The agent's part in the conversation from before they were consulted.
    before: Option<String>,
}

/// What follows from a conversation for a consult in it.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) commands: Vec<Command>,
    /// Who has the call now.
    pub(super) new_owner: Option<Key>,
    /// The owner left, and the call waits for who is consulted.
    pub(super) pending: bool,
}

/// Says what brings a consult to where the engine has it, and whether that hands the call over as
/// well.
pub(super) fn show(
    consult: &mut Option<Guest>,
    view: View<'_>,
    work: WorkId,
    there: &There,
    (from, to): (&Shown, &Shown),
) -> (Vec<Request>, bool) {
    let Some(owner) = part(there, from.agent.as_ref()) else { return (Vec::new(), false) };
    let talks = to.place.is_talk();
    let wanted = leg(view, work).filter(|_| talks);
    let mut requests = Vec::new();
    if let Some(guest) = consult {
        if talks && to.agent.as_ref() == Some(&guest.agent) && from.agent != to.agent {
            // Who leaves a consult hands the call over.
            *consult = None;
            return (Vec::from([PartUpdate::disconnected().unchecked(&owner)]), true);
        }
        match wanted.filter(|leg| is(view, leg, &guest.agent)) {
            Some(leg) if leg.role == LegRole::Conferee && !guest.confers => {
                guest.confers = true;
                requests.extend(speak_to(&owner, &SpeakTo::Conference));
            }
            Some(_) => {}
            None => {
                *consult = None;
                // With the conversation everything in it is over.
                let over = to.place == Place::Over;
                requests.extend(end_consult(&owner).ok().filter(|_| !over));
            }
        }
    }
    let key = wanted.and_then(|leg| view.key(leg.agent.into()));
    if let (None, Some(agent), true) = (&consult, key, from.agent == to.agent) {
        let asked = ConsultTransfer::new(Target::Agent(agent.to_string()));
        requests.extend(asked.request(&owner));
        let before = there.parts.get(agent).cloned();
        *consult = Some(Guest { agent: agent.clone(), confers: false, before });
    }
    (requests, false)
}

/// Asks once more for a consult of which nothing was heard.
pub(super) fn renew(consult: Option<&Guest>, there: &There, owner: &Shown) -> Option<Request> {
    let guest = consult?;
    let unheard = there.parts.get(&guest.agent) == guest.before.as_ref();
    let asked = ConsultTransfer::new(Target::Agent(guest.agent.to_string()));
    let owner = part(there, owner.agent.as_ref()).filter(|_| unheard)?;
    asked.request(&owner).ok()
}

/// Hears what the owner of a call and who is consulted did.
pub(super) fn hear(
    consult: &mut Option<Guest>,
    view: View<'_>,
    work: WorkId,
    owner: &str,
    conversation: &Conversation,
) -> Heard {
    let Some(guest) = consult else {
        return begun_there(consult, view, work, owner, conversation).unwrap_or_default();
    };
    let part = conversation.part_of(&guest.agent);
    let part = part.filter(|part| Some(&part.id) != guest.before.as_ref());
    let Some((part, leg)) = part.zip(leg(view, work)) else { return Heard::default() };
    let (work, agent) = (leg.work, leg.agent);
    let mut heard = Heard::default();
    let left = conversation.part_of(owner).is_some_and(Participant::is_gone);
    match part.assignment_state() {
        AssignmentState::Connected | AssignmentState::Held => {
            heard.commands.extend(leg.alerts().then(|| Answer::new(work, agent).into()));
            if left {
                heard.commands.push(HandOver::new(work, agent).into());
                heard.new_owner = consult.take().map(|guest| guest.agent);
            }
        }
        AssignmentState::Disconnected => {
            let declined = || Decline::new(work, agent).into();
            let ended = || EndLeg::new(work, agent).into();
            heard.commands.push(if leg.alerts() { declined() } else { ended() });
            *consult = None;
        }
        _ => heard.pending = left,
    }
    heard
}

/// The owner consults somebody over there.
fn begun_there(
    consult: &mut Option<Guest>,
    view: View<'_>,
    work: WorkId,
    owner: &str,
    conversation: &Conversation,
) -> Option<Heard> {
    let talks = |part: &&Participant| {
        let state = part.assignment_state();
        matches!(state, AssignmentState::Alerting | AssignmentState::Connected)
    };
    let asked = conversation.participants.iter().filter(talks).rfind(|part| {
        part.consult.is_some() && part.user.as_deref().is_some_and(|user| user != owner)
    })?;
    let guest = view.agent(view.agent_id(asked.user.as_deref()?)?)?;
    let agent = guest.id();
    *consult = Some(Guest { agent: guest.key().clone(), confers: false, before: None });
    let mut commands = Vec::from([Consult::new(work, agent).into()]);
    let answered = asked.assignment_state() == AssignmentState::Connected;
    commands.extend(answered.then(|| Answer::new(work, agent).into()));
    Some(Heard { commands, ..Heard::default() })
}

/// An agent's part in the call, if it is a call and the agent is known in it.
fn part(there: &There, agent: Option<&Key>) -> Option<Part> {
    let Subject::Conversation { media, id } = &there.subject else { return None };
    let known = there.parts.get(agent?).filter(|_| there.is_call())?;
    Some(Part::new(media.clone(), &**id, known.as_str()))
}

/// The oldest leg of who is consulted or confers.
fn leg(view: View<'_>, work: WorkId) -> Option<Leg> {
    let mut legs = view.work(work)?.legs();
    legs.find(|leg| matches!(leg.role, LegRole::Consultant | LegRole::Conferee)).copied()
}

fn is(view: View<'_>, leg: &Leg, agent: &Key) -> bool {
    view.key(leg.agent.into()) == Some(agent)
}
