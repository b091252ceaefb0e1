//! What the switch says of its telephones becomes commands.

use strowger::command::{Command, SetPresence};
use strowger::interaction::ProfileStore;
use strowger::knowledge::{AgentState, KnowledgeCommand, SetSeat};
use strowger::model::AgentId;
use strowger::view::View;
use strowger::{Centre, Key};

use crate::answer::Answer;
use crate::event::{Event, EventName};
use crate::fault::WhyNot;
use crate::switch::Switch;
use crate::telephone::{Telephone, There};

impl Switch {
    /// Hears an event of the switch: the command it becomes, or why it becomes none. Execute the
    /// command and hand in its facts before the next event.
    pub fn hear<P>(&mut self, centre: &Centre<P>, event: &Event) -> Answer
    where
        P: ProfileStore + Clone + Default,
    {
        let view = centre.engine().view();
        match event.event {
            EventName::RouteRequest => return self.route(centre, event),
            EventName::Error => return self.refused(event),
            EventName::UserEvent | EventName::Other => return WhyNot::OtherEvent.into(),
            _ => {}
        }
        let is_point = centre.knowledge().is_some_and(|layer| layer.point(&event.dn).is_some());
        let (all, dn) = (&self.config.telephones, &event.dn);
        if is_point || !dn.is_valid() || !(all.is_empty() || all.contains(dn)) {
            return WhyNot::UnknownDn { dn: dn.clone() }.into();
        }
        let there = match event.event {
            EventName::AgentLogin => There::LoggedIn,
            EventName::AgentLogout => There::LoggedOut,
            EventName::AgentReady => There::Ready,
            EventName::AgentNotReady => {
                There::NotReady { reason: event.reason(&self.config.reason_key) }
            }
            _ => return self.registered(view, event),
        };
        let own = event.reference.filter(|reference| self.is_ours(*reference));
        match (own, &there) {
            (Some(reference), _) => self.answered(view, event, reference, there),
            (None, There::LoggedIn) => self.logged_in(view, event),
            (None, There::LoggedOut) => self.logged_out(view, event),
            (None, _) => self.state_changed(centre, event, there),
        }
    }

    fn refused(&mut self, event: &Event) -> Answer {
        let Some(own) = event.reference.filter(|reference| self.is_ours(*reference)) else {
            return WhyNot::OtherEvent.into();
        };
        let mut all = self.telephones.values_mut();
        let asked = |asked: &Option<(u32, There)>| asked.as_ref().is_some_and(|one| one.0 == own);
        if let Some(telephone) = all.find(|telephone| asked(&telephone.asked)) {
            telephone.asked = None;
            (telephone.there, telephone.logged_in) = (There::Unknown, None);
        }
        let code = event.error_code.unwrap_or_default();
        WhyNot::Refused { code, message: event.error_message.clone().unwrap_or_default() }.into()
    }

    /// The switch did what was asked; perhaps late, or once more.
    fn answered(&mut self, view: View<'_>, event: &Event, own: u32, there: There) -> Answer {
        let agent = event.agent.as_deref().and_then(|key| view.agent_id(key));
        let Some(telephone) = self.telephones.get_mut(&event.dn) else {
            return WhyNot::UnknownDn { dn: event.dn.clone() }.into();
        };
        let news = telephone.hear(event.time);
        if matches!(there, There::LoggedIn | There::LoggedOut) {
            telephone.hear_login(event.time);
        }
        let asked = telephone.asked.take_if(|(asked, _)| *asked == own);
        if telephone.asked.is_some() {
            if news {
                telephone.told = Some(there);
            }
            return WhyNot::Answer.into();
        }
        // Of several the one that was done last holds.
        let told = telephone.told.take();
        if let Some(shown) = if news { asked.map(|(_, there)| there).or(Some(there)) } else { told }
        {
            telephone.logged_in = match shown {
                There::LoggedOut => None,
                _ => agent.or(telephone.logged_in),
            };
            telephone.there = shown;
        }
        let request = self.settle(view, &event.dn);
        self.forget_empty(&event.dn);
        Answer::from(WhyNot::Answer).with(request)
    }

    /// The worker whom an event names; of other agents it is noted at what telephone they are.
    fn worker(&mut self, view: View<'_>, event: &Event) -> Result<AgentId, WhyNot> {
        let key = event.agent.as_ref().ok_or(WhyNot::NoAgent)?;
        let agent = view.agent_id(key);
        let agent = agent.ok_or_else(|| WhyNot::UnknownAgent { agent: key.clone() })?;
        if self.workers.contains_key(&agent) {
            return Ok(agent);
        }
        let (dn, time) = self.places.entry(agent).or_insert_with(|| (event.dn.clone(), event.time));
        if event.event != EventName::AgentLogout && *time <= event.time {
            (*dn, *time) = (event.dn.clone(), event.time);
        }
        Err(WhyNot::NotAWorker { agent })
    }

    fn logged_in(&mut self, view: View<'_>, event: &Event) -> Answer {
        let agent = match self.worker(view, event) {
            Ok(agent) => agent,
            Err(why) => return why.into(),
        };
        let Some((row_dn, news)) = self.note_login(agent, event) else {
            return WhyNot::NoAgent.into();
        };
        if !news {
            return WhyNot::Older.into();
        }
        let telephone = self.telephones.entry(event.dn.clone()).or_default();
        if telephone.logged_in != Some(agent) || !telephone.there.is_in() {
            (telephone.there, telephone.logged_in) = (There::LoggedIn, Some(agent));
        }
        if row_dn.as_ref() == Some(&event.dn) {
            let out = self.workers.get(&agent).map(|row| row.state == AgentState::LoggedOut);
            let asked = self.telephones.get(&event.dn).is_some_and(|one| one.asked.is_some());
            let quiet = asked || out == Some(true);
            let request = if quiet { None } else { self.settle(view, &event.dn) };
            return Answer::from(WhyNot::Already).with(request);
        }
        Answer::command(KnowledgeCommand::from(SetSeat::new(agent, Some(event.dn.clone()))))
    }

    /// Notes a login: the seat of the worker, and whether it is the last that was heard of.
    fn note_login(&mut self, agent: AgentId, event: &Event) -> Option<(Option<Key>, bool)> {
        let row = self.workers.get_mut(&agent)?;
        let of_theirs = row.logged.is_none_or(|logged| logged <= event.time);
        row.logged = row.logged.max(Some(event.time));
        let seat = row.seat.clone();
        let telephone = self.telephones.entry(event.dn.clone()).or_default();
        let news = telephone.hear_login(event.time) && of_theirs;
        if news {
            telephone.hear(event.time);
            let before = row.login.replace(event.dn.clone()).filter(|before| *before != event.dn);
            if let Some(before) = before
                && self.telephones.get(&before).is_some_and(|one| one.seated.is_none())
            {
                self.telephones.remove(&before);
            }
        }
        Some((seat, news))
    }

    fn logged_out(&mut self, view: View<'_>, event: &Event) -> Answer {
        let agent = match self.worker(view, event) {
            Ok(agent) => Some(agent),
            Err(WhyNot::NoAgent) => None,
            Err(why) => return why.into(),
        };
        if let Some(row) = agent.and_then(|agent| self.workers.get_mut(&agent)) {
            row.logged = row.logged.max(Some(event.time));
        }
        let unknown = WhyNot::UnknownDn { dn: event.dn.clone() };
        let Some(telephone) = self.telephones.get_mut(&event.dn) else { return unknown.into() };
        if !telephone.hear_login(event.time) {
            return WhyNot::Older.into();
        }
        telephone.hear(event.time);
        let was_out = telephone.there == There::LoggedOut;
        let (seated, logged_in) = (telephone.seated, telephone.logged_in);
        if agent.is_none() || logged_in.is_none() || agent == logged_in {
            (telephone.there, telephone.logged_in) = (There::LoggedOut, None);
        }
        self.forget_empty(&event.dn);
        let Some(seated) = seated else { return unknown.into() };
        if agent.is_some_and(|agent| agent != seated) {
            return WhyNot::AnotherSits { dn: event.dn.clone(), agent: seated }.into();
        }
        if was_out {
            return WhyNot::Already.into();
        }
        Answer::command(KnowledgeCommand::from(SetSeat::new(seated, None)))
    }

    fn state_changed<P>(&mut self, centre: &Centre<P>, event: &Event, there: There) -> Answer
    where
        P: ProfileStore + Clone + Default,
    {
        let view = centre.engine().view();
        let dn = &event.dn;
        let unknown = || WhyNot::UnknownDn { dn: dn.clone() };
        let Some(telephone) = self.telephones.get_mut(dn) else { return unknown().into() };
        let Some(agent) = telephone.seated else { return unknown().into() };
        if event.agent.as_deref().is_some_and(|key| view.agent_id(key) != Some(agent)) {
            return WhyNot::AnotherSits { dn: dn.clone(), agent }.into();
        }
        if !telephone.hear(event.time) {
            return WhyNot::Older.into();
        }
        if telephone.asked.is_some() {
            telephone.told = Some(there);
            return WhyNot::UnderWay { dn: dn.clone() }.into();
        }
        (telephone.there, telephone.logged_in) = (there.clone(), Some(agent));
        let Some(row) = self.workers.get_mut(&agent) else { return unknown().into() };
        if there.agrees(&row.state) {
            return WhyNot::Already.into();
        }
        let Some(knowledge) = centre.knowledge() else { return WhyNot::NoLayer.into() };
        let state = match there {
            There::NotReady { reason } => {
                AgentState::NotReady { reason: reason.unwrap_or_else(|| "".into()) }
            }
            _ => AgentState::Ready,
        };
        let presence = knowledge.config().presences.presence_of(&state);
        if view.agent(agent).map(|agent| agent.presence()) == Some(presence) {
            return WhyNot::Already.into();
        }
        row.expected = view.key(presence.into()).cloned();
        Answer::command(Command::from(SetPresence::new(agent, presence)))
    }

    /// A telephone was read: who is logged in there, but not whether they are ready.
    fn registered(&mut self, view: View<'_>, event: &Event) -> Answer {
        let read = self.telephones.entry(event.dn.clone()).or_default();
        let own = event.reference;
        read.asked.take_if(|(asked, _)| Some(*asked) == own);
        let news = read.logged.is_none_or(|logged| logged <= event.time)
            && read.heard.is_none_or(|heard| heard <= event.time);
        let busy = read.asked.is_some();
        if !news || busy {
            let why = if busy { WhyNot::UnderWay { dn: event.dn.clone() } } else { WhyNot::Older };
            // What was heard later holds.
            let request = if busy { None } else { self.settle(view, &event.dn) };
            return Answer::from(why).with(request);
        }
        let answer = match event.agent.as_ref() {
            None => {
                self.read_as(event, There::LoggedOut, None);
                Answer::from(WhyNot::Answer).with(self.settle(view, &event.dn))
            }
            Some(_) => match self.worker(view, event) {
                Ok(agent) => self.read_login(view, event, agent),
                Err(why) => {
                    self.read_as(event, There::LoggedIn, None);
                    why.into()
                }
            },
        };
        self.forget_empty(&event.dn);
        answer
    }

    fn read_as(&mut self, event: &Event, there: There, agent: Option<AgentId>) {
        if let Some(telephone) = self.telephones.get_mut(&event.dn) {
            telephone.hear(event.time);
            telephone.hear_login(event.time);
            (telephone.there, telephone.logged_in) = (there, agent);
        }
    }

    /// A worker is logged in at a telephone that was read.
    fn read_login(&mut self, view: View<'_>, event: &Event, agent: AgentId) -> Answer {
        let later = |row: &crate::switch::Row| row.logged.is_some_and(|at| at > event.time);
        if self.workers.get(&agent).is_some_and(later) {
            return WhyNot::Older.into();
        }
        self.read_as(event, There::LoggedIn, Some(agent));
        self.note_login(agent, event);
        let out = self.workers.get(&agent).map(|row| row.state == AgentState::LoggedOut);
        if out == Some(true) {
            return Answer::from(WhyNot::Answer).with([self.log_out(&event.dn)]);
        }
        let seated = self.telephones.get(&event.dn).and_then(|one: &Telephone| one.seated);
        if seated == Some(agent) {
            return Answer::from(WhyNot::Answer).with(self.settle(view, &event.dn));
        }
        Answer::command(KnowledgeCommand::from(SetSeat::new(agent, Some(event.dn.clone()))))
    }
}
