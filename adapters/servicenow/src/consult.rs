//! What brings a consult at the desk to where the engine has it.

use strowger::Key;
use strowger::command::{Answer, Command, Decline, EndLeg};
use strowger::model::WorkId;
use strowger::state::LegRole;
use strowger::view::Leg;
use strowger::view::View;

use crate::item::{There, Wanted};

/// A consult at the desk, where it is a work item of its own about the same document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Consulted {
    pub agent: Key,
    /// Its work item, if that is known.
    pub work_item: Option<Key>,
    /// Whether the consulted agent answered; else it alerts them.
    pub accepted: bool,
}

/// What to do next about a consult.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Consult this agent.
    Ask(Key),
    /// Accept it for whom it alerts.
    Accept,
    /// Hand the document over to who is consulted.
    HandOver,
    /// End it.
    End,
}

/// The next step towards what the engine has. The desk knows one consult of a document at a time.
pub(super) fn step(
    view: View<'_>,
    work: WorkId,
    (wanted, there): (&Wanted, &There),
    consulted: Option<&Consulted>,
) -> Option<Step> {
    let There::Accepted(at) = there else { return None };
    let Some(known) = consulted else {
        let had = matches!(wanted, Wanted::Had(owner) if owner == at);
        let first = legs(view, work).find(|_| had)?;
        return view.key(first.agent.into()).cloned().map(Step::Ask);
    };
    let takes_over = *at != known.agent && *wanted == Wanted::Had(known.agent.clone());
    match leg_of(view, work, &known.agent) {
        Some(leg) if leg.alerts() || known.accepted => None,
        Some(_) => Some(Step::Accept),
        None if !takes_over => Some(Step::End),
        None => Some(if known.accepted { Step::HandOver } else { Step::Accept }),
    }
}

/// What the engine is to do once it is known who is consulted there, and who was before.
pub(super) fn follow(
    view: View<'_>,
    work: WorkId,
    before: Option<&Consulted>,
    now: Option<&Consulted>,
) -> Option<Command> {
    let gone = before.filter(|before| now.is_none_or(|now| now.agent != before.agent));
    let over = gone.and_then(|gone| over(view, work, &gone.agent));
    let answered = now.filter(|now| now.accepted).and_then(|now| leg_of(view, work, &now.agent));
    let answered = answered.filter(Leg::alerts).map(|leg| Answer::new(work, leg.agent).into());
    over.or(answered)
}

/// An agent who is not, or no more, consulted at the desk is not consulted here either.
pub(super) fn over(view: View<'_>, work: WorkId, agent: &str) -> Option<Command> {
    let leg = leg_of(view, work, agent)?;
    let agent = leg.agent;
    let declined = || Decline::new(work, agent).into();
    Some(if leg.alerts() { declined() } else { EndLeg::new(work, agent).into() })
}

/// Those who are consulted about the work or confer, oldest first.
fn legs(view: View<'_>, work: WorkId) -> impl Iterator<Item = Leg> {
    let legs = view.work(work).into_iter().flat_map(|work| work.legs());
    legs.filter(|leg| matches!(leg.role, LegRole::Consultant | LegRole::Conferee)).copied()
}

fn leg_of(view: View<'_>, work: WorkId, agent: &str) -> Option<Leg> {
    let agent = view.agent_id(agent)?;
    legs(view, work).find(|leg| leg.agent == agent)
}
