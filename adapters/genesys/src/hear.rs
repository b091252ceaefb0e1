//! What agents do over there, and what follows here.

use alloc::vec::Vec;

use crate::assignment::{AssignmentState, Follow, Place, follow};
use crate::consult::{self, Heard};
use crate::conversation::get_conversation;
use crate::event::Event;
use crate::item::WorkitemNotice;
use crate::media::MediaType;
use crate::mirror::{Answer, Mirror};
use crate::participant::{Conversation, Participant};
use crate::subject::Subject;
use strowger::Key;
use strowger::Timestamp;
use strowger::command::{
    Abandon, Accept, Cancel, Close, Command, FinishContact, Finisher, Force, Hold, Park, Reject,
    Resume, Resumer, Retrieve, TransferToAgent, TransferToQueue,
};
use strowger::model::{QueueId, WorkId};
use strowger::state::Stage;
use strowger::view::View;

/// Where the other side says work is.
struct Said {
    state: AssignmentState,
    user: Option<Key>,
    queue: Option<QueueId>,
    until: Option<Timestamp>,
}

impl Answer {
    fn of(commands: Vec<Command>) -> Self {
        Self { commands, ..Self::default() }
    }
}

impl Mirror {
    /// Hears the answer to what [`read`](Self::read) asks, when nothing else is under way: it is
    /// how things are, and no echo of anything.
    pub fn learn(&mut self, view: View<'_>, event: &Event) -> Answer {
        let work = match event {
            Event::Workitem(notice) => self.work_of(&Subject::Workitem(notice.id.clone())),
            Event::Conversation { media, conversation } => {
                self.work_of_conversation(media.as_ref(), conversation)
            }
            _ => None,
        };
        if let Some(item) = work.and_then(|work| self.items.get_mut(&work)) {
            item.asked.clear();
            item.told = None;
        }
        self.hear(view, event)
    }

    /// Hears a notification, and says what follows.
    pub fn hear(&mut self, view: View<'_>, event: &Event) -> Answer {
        match event {
            Event::Workitem(notice) => self.hear_workitem(view, notice),
            Event::Conversation { media, conversation } => {
                self.hear_conversation(view, media.as_ref(), conversation)
            }
            _ => Answer::default(),
        }
    }

    fn hear_workitem(&mut self, view: View<'_>, notice: &WorkitemNotice) -> Answer {
        let work = self.work_of(&Subject::Workitem(notice.id.clone()));
        let Some((work, state)) = work.zip(notice.assignment_state.clone()) else {
            return Answer::default();
        };
        let user = notice.assignee_id.as_deref().map(Key::from);
        let queue = notice.queue_id.as_deref().and_then(|queue| view.queue_id(queue));
        self.told(view, work, Said { state, user, queue, until: None })
    }

    fn hear_conversation(
        &mut self,
        view: View<'_>,
        media: Option<&MediaType>,
        conversation: &Conversation,
    ) -> Answer {
        let found = self.work_of_conversation(media, conversation);
        let Some((work, item)) = found.and_then(|work| Some((work, self.items.get_mut(&work)?)))
        else {
            return Answer::default();
        };
        for participant in &conversation.participants {
            if let Some(user) = &participant.user {
                item.there.parts.insert(user.as_str().into(), participant.id.clone());
            }
        }
        let mut answer = self.of_participants(view, work, conversation);
        if answer.commands.is_empty() {
            answer.requests.extend(self.show(view, work));
        }
        answer
    }

    fn work_of_conversation(
        &self,
        media: Option<&MediaType>,
        conversation: &Conversation,
    ) -> Option<WorkId> {
        let known = media.map_or(MediaType::KNOWN, core::slice::from_ref);
        let subject = |media: &MediaType| Subject::Conversation {
            media: media.clone(),
            id: conversation.id.clone(),
        };
        known.iter().find_map(|media| self.work_of(&subject(media)))
    }

    /// What the participants of a conversation say of it.
    fn of_participants(
        &mut self,
        view: View<'_>,
        work: WorkId,
        conversation: &Conversation,
    ) -> Answer {
        let mut customers = conversation.participants.iter().filter(|one| one.is_customer());
        let (here, agent) = Place::of(view, work);
        if customers.clone().next().is_some() && customers.all(Participant::is_gone) {
            return Answer::of(self.left(work, here).into_iter().collect());
        }
        let agent = agent.and_then(|agent| view.key(agent.into()));
        let Some(owner) = agent else {
            let taken = conversation.participants.iter().rfind(|one| {
                one.user.is_some() && one.assignment_state() == AssignmentState::Connected
            });
            return taken.map(|part| self.told(view, work, Said::of(part))).unwrap_or_default();
        };
        let Heard { commands, new_owner, pending } =
            self.of_consult(view, work, owner, conversation);
        if new_owner.is_some() || pending {
            return Answer::of(commands);
        }
        let part = conversation.part_of(owner);
        let given = part.filter(|part| part.is_gone() && here.is_had());
        if let Some(to) = given.and_then(|part| conversation.who_follows(part)) {
            return self.given_away(view, work, conversation, to);
        }
        let mut answer = part.map(|part| self.told(view, work, Said::of(part))).unwrap_or_default();
        answer.commands.splice(0..0, commands);
        answer
    }

    /// The customer is gone.
    fn left(&mut self, work: WorkId, here: Place) -> Option<Command> {
        let item = self.items.get_mut(&work)?;
        let place = match here {
            Place::Disconnected | Place::Over => return None,
            Place::Waiting | Place::Alerting | Place::Parked => Place::Over,
            Place::Connected | Place::Held => Place::Disconnected,
        };
        item.shown = item.shown.moved(place, item.shown.agent.clone());
        Some(Abandon::new(work).into())
    }

    /// Its agent sent it to a queue or to another agent, who has it now or is asked.
    fn given_away(
        &mut self,
        view: View<'_>,
        work: WorkId,
        conversation: &Conversation,
        to: &Participant,
    ) -> Answer {
        let user = to.user.as_deref().and_then(|user| view.agent(view.agent_id(user)?));
        let queue = to.queue.as_deref().and_then(|queue| view.queue_id(queue));
        let Some(item) = self.items.get_mut(&work) else { return Answer::default() };
        item.told = None;
        if let Some(agent) = user {
            item.shown = item.shown.moved(Place::Alerting, Some(agent.key().clone()));
            // An agent who answered already is heard of once the conversation alerts them here.
            let again = to.assignment_state() == AssignmentState::Connected;
            let requests = again.then(|| get_conversation(&conversation.id)).into_iter().collect();
            let commands = Vec::from([TransferToAgent::new(work, agent.id()).into()]);
            return Answer { commands, requests };
        }
        let own = view.work(work).map(|work| work.queue());
        let Some(queue) = queue.or(own) else { return Answer::default() };
        item.shown = item.shown.sent_to(view.key(queue.into()).cloned());
        Answer::of(Vec::from([TransferToQueue::new(work, queue).into()]))
    }

    /// What the participants of a call say of a consult in it.
    fn of_consult(
        &mut self,
        view: View<'_>,
        work: WorkId,
        owner: &str,
        conversation: &Conversation,
    ) -> Heard {
        let item = self.items.get_mut(&work);
        let item = item.filter(|item| item.there.is_call() && item.shown.place.is_talk());
        let Some(item) = item else { return Heard::default() };
        let heard = consult::hear(&mut item.consult, view, work, owner, conversation);
        if let Some(owner) = &heard.new_owner {
            item.shown = item.shown.moved(Place::Connected, Some(owner.clone()));
        }
        heard
    }

    /// The other side says where work is. What it was asked for is an echo, what it said last no
    /// news; what nobody asked for is done here too, or undone there.
    fn told(&mut self, view: View<'_>, work: WorkId, said: Said) -> Answer {
        let Some((item, place)) = self.items.get_mut(&work).zip(said.state.place()) else {
            return Answer::default();
        };
        let news = Some((said.state.clone(), said.user.clone()));
        if item.told == news {
            return Answer::default();
        }
        item.told = news;
        if let Some(echo) = item.asked.iter().position(|asked| *asked == place) {
            item.asked.drain(..=echo);
            return Answer::default();
        }
        let does = said.follow(view, work);
        let Some(command) = said.command(view, work, does) else {
            let wrong = does == Follow::Show;
            let requests = if wrong { self.renew(view, work) } else { Vec::new() };
            return Answer { commands: Vec::new(), requests };
        };
        item.shown = match &command {
            Command::TransferToQueue(TransferToQueue { queue, .. }) => {
                item.shown.sent_to(view.key((*queue).into()).cloned())
            }
            _ => item.shown.moved(place, said.user.or_else(|| item.shown.agent.clone())),
        };
        Answer::of(Vec::from([command]))
    }
}

impl Said {
    fn of(part: &Participant) -> Self {
        let user = part.user.as_deref().map(Key::from);
        let until = part.resume.map(|at| at.0);
        Self { state: part.assignment_state(), user, queue: None, until }
    }

    fn follow(&self, view: View<'_>, work: WorkId) -> Follow {
        let (here, agent) = Place::of(view, work);
        let holder = agent.and_then(|agent| view.key(agent.into()));
        let had = self.state.place().is_some_and(Place::is_had);
        let other = (self.user.is_some() || had) && self.user.as_ref() != holder;
        match (follow(here, &self.state), here) {
            // Nobody cannot have it.
            (Follow::Accept | Follow::Force, _) if self.user.is_none() => Follow::Show,
            (Follow::Accept | Follow::Force, Place::Waiting | Place::Alerting) if other => {
                Follow::Force
            }
            // What is told of somebody who does not have it here is late, or to be undone.
            (_, Place::Alerting | Place::Connected | Place::Held | Place::Parked) if other => {
                match self.state.place() {
                    None | Some(Place::Waiting) => Follow::Nothing,
                    Some(_) => Follow::Show,
                }
            }
            (does, _) => does,
        }
    }

    fn command(&self, view: View<'_>, work: WorkId, does: Follow) -> Option<Command> {
        let row = view.work(work)?;
        let offer = match row.stage() {
            Stage::Offered { offer } => Some(offer),
            _ => None,
        };
        let user = || view.agent_id(self.user.as_deref()?);
        Some(match does {
            Follow::Nothing | Follow::Show => return None,
            Follow::Accept => Accept::new(offer?).into(),
            Follow::Reject => Reject::new(offer?).into(),
            Follow::Force => Force::new(work, user()?).into(),
            Follow::Hold => Hold::new(work).into(),
            Follow::Retrieve => Retrieve::new(work).into(),
            Follow::Park => Park::new(work).with_until(self.until).into(),
            Follow::Resume => Resume::new(work, Resumer::Agent).into(),
            Follow::Finish => FinishContact::new(work, Finisher::Agent).into(),
            Follow::Cancel => Cancel::new(work).into(),
            Follow::Close => Close::new(work).into(),
            Follow::ToQueue => {
                let queue = self.queue.unwrap_or_else(|| row.queue());
                TransferToQueue::new(work, queue).into()
            }
        })
    }
}
