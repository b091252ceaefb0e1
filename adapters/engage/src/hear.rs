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
use crate::telephone::There;

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
        let dn = &event.dn;
        if is_point || !dn.is_valid() || !self.config.owns(dn) {
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
            telephone.forget();
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
        if !self.note_login(agent, event) {
            return WhyNot::Older.into();
        }
        let telephone = self.telephones.entry(event.dn.clone()).or_default();
        if telephone.logged_in != Some(agent) || !telephone.there.is_in() {
            (telephone.there, telephone.logged_in) = (There::LoggedIn, Some(agent));
        }
        if telephone.seated != Some(agent) {
            let seat = SetSeat::new(agent, Some(event.dn.clone()));
            return Answer::command(KnowledgeCommand::from(seat));
        }
        let quiet = telephone.asked.is_some() || self.is_out(agent);
        let request = if quiet { None } else { self.settle(view, &event.dn) };
        Answer::from(WhyNot::Already).with(request)
    }

    /// Notes a login of a worker; false if something later was heard of them or of the telephone.
    fn note_login(&mut self, agent: AgentId, event: &Event) -> bool {
        let Some(row) = self.workers.get_mut(&agent) else { return false };
        if row.logged.is_some_and(|logged| logged > event.time) {
            return false;
        }
        row.logged = Some(event.time);
        let telephone = self.telephones.entry(event.dn.clone()).or_default();
        if !telephone.hear_login(event.time) {
            return false;
        }
        telephone.hear(event.time);
        // Where nobody sits it need not be known that they were there.
        let before = row.login.replace(event.dn.clone()).filter(|before| *before != event.dn);
        let empty = |dn: &Key| self.telephones.get(dn).is_some_and(|one| one.seated.is_none());
        if let Some(before) = before.filter(empty) {
            self.telephones.remove(&before);
        }
        true
    }

    /// True if a worker is logged out in the core.
    fn is_out(&self, agent: AgentId) -> bool {
        self.workers.get(&agent).is_some_and(|row| row.state == AgentState::LoggedOut)
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
            // The core has no other word for it.
            telephone.there = There::of(&row.state);
            return WhyNot::Already.into();
        }
        row.expected = view.key(presence.into()).cloned();
        Answer::command(Command::from(SetPresence::new(agent, presence)))
    }

    /// A telephone was read: who is logged in there, but not whether they are ready.
    fn registered(&mut self, view: View<'_>, event: &Event) -> Answer {
        let agent = event.agent.is_some().then(|| self.worker(view, event)).transpose();
        let listed = self.config.telephones.contains(&event.dn);
        if !listed && !matches!(agent, Ok(Some(_))) && !self.telephones.contains_key(&event.dn) {
            let unknown = || WhyNot::UnknownDn { dn: event.dn.clone() };
            return agent.err().unwrap_or_else(unknown).into();
        }
        let read = self.telephones.entry(event.dn.clone()).or_default();
        read.asked.take_if(|(asked, _)| Some(*asked) == event.reference);
        if read.asked.is_some() {
            return WhyNot::UnderWay { dn: event.dn.clone() }.into();
        }
        if read.logged.max(read.heard).is_some_and(|heard| heard > event.time) {
            // What was heard later holds.
            return Answer::from(WhyNot::Older).with(self.settle(view, &event.dn));
        }
        let answer = match agent {
            Ok(Some(agent)) => self.read_login(view, event, agent),
            Ok(None) => {
                self.note_read(event, There::LoggedOut, None);
                Answer::from(WhyNot::Answer).with(self.settle(view, &event.dn))
            }
            Err(why) => {
                self.note_read(event, There::LoggedIn, None);
                why.into()
            }
        };
        self.forget_empty(&event.dn);
        answer
    }

    fn note_read(&mut self, event: &Event, there: There, agent: Option<AgentId>) {
        if let Some(telephone) = self.telephones.get_mut(&event.dn) {
            telephone.hear(event.time);
            telephone.hear_login(event.time);
            (telephone.there, telephone.logged_in) = (there, agent);
        }
    }

    /// A worker is logged in at a telephone that was read.
    fn read_login(&mut self, view: View<'_>, event: &Event, agent: AgentId) -> Answer {
        if !self.note_login(agent, event) {
            return WhyNot::Older.into();
        }
        self.note_read(event, There::LoggedIn, Some(agent));
        if self.is_out(agent) {
            return Answer::from(WhyNot::Answer).with([self.log_out(&event.dn)]);
        }
        let seated = self.telephones.get(&event.dn).and_then(|telephone| telephone.seated);
        if seated == Some(agent) {
            return Answer::from(WhyNot::Answer).with(self.settle(view, &event.dn));
        }
        Answer::command(KnowledgeCommand::from(SetSeat::new(agent, Some(event.dn.clone()))))
    }
}
