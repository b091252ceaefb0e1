//! What agents do at the desk, and what follows in the engine.

use crate::consult::{self, Consulted};
use crate::desk::{Answer, Desk};
use crate::event::{Event, WorkItem};
use crate::item::There;
use crate::request::Document;
use strowger::Key;
use strowger::command::{Accept, Command, FinishContact, Finisher, Reject};
use strowger::model::{AgentId, OfferId};
use strowger::state::Stage;
use strowger::view::View;

impl Desk {
    /// An agent did something at the desk, in whose browser it was told.
    pub fn hear(&mut self, view: View<'_>, agent: AgentId, event: &Event) -> Answer {
        let mut answer = Answer::default();
        let Some(key) = view.key(agent.into()).cloned() else { return answer };
        if let Some(command) = self.told_of_consult(view, event) {
            answer.commands.extend(command);
            return answer;
        }
        match event {
            Event::Offered(told) => {
                let accepted = told.is_auto_accepted;
                let there = if accepted { There::Accepted } else { There::Pending };
                let there = there(key.clone());
                self.told(view, told, there, &key);
            }
            Event::Accepted(told) => {
                self.told(view, told, There::Accepted(key.clone()), &key);
                let accept = |offer| Command::from(Accept::new(offer));
                answer.commands.extend(offer_at(view, agent, &told.document).map(accept));
            }
            Event::Rejected(told) => {
                self.told(view, told, There::Queued, &key);
                let reason = told.rejection.as_ref();
                let reason = reason.and_then(|why| view.reason_id(&why.sys_id));
                let reject = |offer| Command::from(Reject::new(offer).with_reason(reason));
                answer.commands.extend(offer_at(view, agent, &told.document).map(reject));
            }
            Event::OffInteraction(told) => {
                let document = Document::new(Document::INTERACTION, told.sys_id.clone());
                let work = view.work_id(&document.key()).and_then(|work| view.work(work));
                let own = work.filter(|work| work.stage() == Stage::Assigned { agent });
                let end = |work| FinishContact::new(work, Finisher::Host).into();
                answer.commands.extend(own.map(|work| end(work.id())));
            }
            Event::Presence(_) => {}
        }
        answer
    }

    /// The desk says that an agent made a work item so. If that is no news, or an answer of who it
    /// is offered to, it is believed; else it is read, because what is told may be late.
    fn told(&mut self, view: View<'_>, told: &WorkItem, there: There, agent: &Key) {
        let Some(work) = view.work_id(&told.document.key()) else { return };
        let Some(item) = self.items.get_mut(&work) else { return };
        let expected = match (&item.there, &there) {
            (There::Pending(at), There::Accepted(_) | There::Queued) => at == agent,
            (before, now) => before == now,
        };
        let same = item.work_item.as_deref().is_none_or(|known| *known == told.sys_id);
        item.there = if expected && same { there } else { There::Unknown };
        item.note_had();
        self.touched.insert(work);
    }

    /// What follows if it was told of a known consult. One that is not known leaves in doubt where
    /// the work item is, and so both are read.
    fn told_of_consult(&mut self, view: View<'_>, event: &Event) -> Option<Option<Command>> {
        let (Event::Offered(told) | Event::Accepted(told) | Event::Rejected(told)) = event else {
            return None;
        };
        let work = view.work_id(&told.document.key())?;
        let item = self.items.get_mut(&work)?;
        let of_it = |known: &Consulted| known.work_item.as_deref() == Some(&*told.sys_id);
        let mut known = item.consulted.take_if(|known| of_it(known))?;
        self.touched.insert(work);
        if matches!(event, Event::Rejected(_)) {
            return Some(consult::over(view, work, &known.agent));
        }
        known.accepted |= told.is_auto_accepted || matches!(event, Event::Accepted(_));
        Some(consult::follow(view, work, None, Some(item.consulted.insert(known))))
    }
}

/// The offer of the document's work that is open to the agent.
fn offer_at(view: View<'_>, agent: AgentId, document: &Document) -> Option<OfferId> {
    let work = view.work_id(&document.key())?;
    let offers = view.agent(agent)?.offers().iter().copied();
    offers.into_iter().find(|offer| view.offer(*offer).is_some_and(|offer| offer.work == work))
}
