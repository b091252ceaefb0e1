//! An engine, a desk and a ServiceNow, and everything that is on the way between them.

use strowger::Action;
use strowger::model::{Capacity, ChannelId, OfferId, RejectReasonProfile};
use strowger::prelude::*;
use strowger::state::Stage;
use strowger_servicenow::{Answer, Event, *};

use crate::vendor::{State, Told, Vendor};

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn config() -> DeskConfig {
    DeskConfig { reject_reason: "busy".into(), ..DeskConfig::default() }
}

pub(crate) struct Floor {
    pub engine: Engine,
    pub log: Log,
    pub facts: Vec<Fact>,
    pub now: i64,
    pub desk: Desk,
    pub vendor: Vendor,
    /// Requests that were not served yet.
    pub asked: Vec<(CallId, Request)>,
    /// Answers that did not arrive yet.
    pub answered: Vec<(CallId, u16, String)>,
    /// Events that did not arrive yet.
    pub told: Vec<Told>,
    /// Every request there was.
    pub sent: Vec<Request>,
    pub chat: ChannelId,
    pub queue: QueueId,
}

impl Floor {
    /// Agents on queue, each with room for so many items; one queue without wrap-up.
    pub(crate) fn new(agents: &[&str], items: u16) -> Self {
        Self::with(QueueProfile::default(), agents, items)
    }

    pub(crate) fn with(profile: QueueProfile, agents: &[&str], items: u16) -> Self {
        let mut log = Log::default();
        let mut engine =
            Engine::new(Config::default().with_clock_step(None), at(0), &mut log).unwrap();
        let chat = Define::new("chat", ChannelProfile::chat());
        let chat = engine.execute(at(0), chat, &mut log).unwrap();
        let queue = engine.execute(at(0), Define::new("support", profile), &mut log).unwrap();
        let busy = Define::new("busy", RejectReasonProfile::default());
        engine.execute(at(0), busy, &mut log).unwrap();
        let (desk, vendor) = (Desk::new(config()), Vendor::default());
        let mut floor = Self {
            engine,
            log,
            facts: Vec::new(),
            now: 0,
            desk,
            vendor,
            asked: Vec::new(),
            answered: Vec::new(),
            told: Vec::new(),
            sent: Vec::new(),
            chat,
            queue,
        };
        floor.keep();
        for key in agents {
            let profile = AgentProfile::default().with_capacity(Capacity::items(items));
            floor.agent(key, profile);
        }
        floor
    }

    pub(crate) fn agent(&mut self, key: &str, profile: AgentProfile) -> AgentId {
        let agent = self.tell(Define::new(key, profile)).unwrap();
        let (queue, membership) = (self.queue, Membership::default());
        self.tell(SetMembership::new(agent, queue).with_membership(membership)).unwrap();
        self.ready(agent);
        agent
    }

    pub(crate) fn ready(&mut self, agent: AgentId) {
        self.tell(SetPresence::new(agent, SystemPresence::OnQueue.id())).unwrap();
    }

    pub(crate) fn id(&self, agent: &str) -> AgentId {
        self.engine.view().agent_id(agent).unwrap()
    }

    pub(crate) fn tell<A: Action<Layer = Engine>>(
        &mut self,
        action: A,
    ) -> Result<A::Output, Refusal> {
        let answer = self.engine.execute(at(self.now), action, &mut self.log);
        self.keep();
        answer
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, millis: i64) {
        self.now += millis;
        self.engine.advance(at(self.now), &mut self.log).unwrap();
        self.keep();
    }

    fn keep(&mut self) {
        for fact in self.log.drain() {
            self.desk.observe(self.engine.view(), &fact);
            self.facts.push(fact);
        }
        self.ask();
    }

    fn ask(&mut self) {
        let requests = self.desk.requests(self.engine.view(), at(self.now));
        self.sent.extend(requests.iter().map(|(_, request)| request.clone()));
        self.asked.extend(requests);
    }

    /// A chat comes in at the desk.
    pub(crate) fn chat(&mut self, sys_id: &str) -> WorkId {
        self.intake(sys_id, &[]).unwrap()
    }

    pub(crate) fn intake(
        &mut self,
        sys_id: &str,
        fields: &[(&str, &str)],
    ) -> Result<WorkId, NotRouted> {
        let document = Document::new("interaction", sys_id);
        self.vendor.open(&document);
        let mut intake = Intake::new(document, self.chat, self.queue);
        let fields = fields.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        intake.fields.extend(fields);
        let request = intake.request(self.engine.view())?;
        Ok(self.tell(Submit::new(request)).unwrap())
    }

    pub(crate) fn serve(&mut self, which: usize, stays: bool) {
        if self.asked.is_empty() {
            return;
        }
        let which = which % self.asked.len();
        let (call, request) = self.asked[which].clone();
        if !stays {
            self.asked.remove(which);
        }
        let (status, body) = self.vendor.serve(&request);
        self.answered.push((call, status, body.to_string()));
        self.told.append(&mut self.vendor.told);
    }

    /// The other side is down: a call is answered with 503, done or not.
    pub(crate) fn fail(&mut self, which: usize, done: bool) {
        if self.asked.is_empty() {
            return;
        }
        let (call, request) = self.asked.remove(which % self.asked.len());
        if done {
            self.vendor.serve(&request);
        }
        let down = if done { "" } else { r#"{"error":{"message":"Down","detail":""}}"# };
        self.answered.push((call, 503, down.to_owned()));
    }

    /// The process of the desk dies, with all calls that are under way; another takes its place.
    pub(crate) fn restart(&mut self) {
        self.desk = Desk::resume(config(), self.engine.view());
        self.asked.clear();
        self.answered.clear();
        let (status, body) = self.vendor.serve(&get_active_items("support"));
        let active: Vec<ItemRecord> = read(status, body.to_string().as_bytes()).unwrap();
        assert_eq!(self.desk.take_stock(self.engine.view(), &active), []);
        self.ask();
    }

    pub(crate) fn deliver(&mut self, which: usize, stays: bool) {
        if self.answered.is_empty() {
            return;
        }
        let which = which % self.answered.len();
        let (call, status, body) = self.answered[which].clone();
        if !stays {
            self.answered.remove(which);
        }
        let answer = self.desk.answer(self.engine.view(), call, status, body.as_bytes());
        self.follow(answer);
    }

    pub(crate) fn hear(&mut self, which: usize, stays: bool) {
        if self.told.is_empty() {
            return;
        }
        let which = which % self.told.len();
        let (agent, name, body) = self.told[which].clone();
        if !stays {
            self.told.remove(which);
        }
        let event = Event::read(name, body.to_string().as_bytes()).unwrap();
        let answer = self.desk.hear(self.engine.view(), self.id(&agent), &event);
        self.follow(answer);
    }

    fn follow(&mut self, answer: Answer) {
        for command in answer.commands {
            // What was overtaken is refused, and that is all.
            let _ = self.tell(command);
        }
        self.ask();
    }

    /// Everything arrives, until nothing is on the way.
    pub(crate) fn settle(&mut self) {
        for _ in 0..1_000 {
            self.told.append(&mut self.vendor.told);
            if self.asked.is_empty() && self.answered.is_empty() && self.told.is_empty() {
                self.desk.retry();
                self.ask();
                if self.asked.is_empty() {
                    return;
                }
            }
            self.serve(0, false);
            self.deliver(0, false);
            self.hear(0, false);
        }
        panic!("it does not end: {:?}", self.asked);
    }

    /// An agent presses a button at the desk, and everything arrives.
    pub(crate) fn press(&mut self, document: &str, accept: bool) {
        self.vendor.press(document, accept);
        self.settle();
    }

    /// Where the engine has a document, in the words of the desk.
    pub(crate) fn here(&self, document: &str) -> State {
        let view = self.engine.view();
        let key = |agent: AgentId| view.key(agent.into()).unwrap().to_string();
        let work = view.work_id(&format!("interaction/{document}"));
        let work = work.and_then(|work| view.work(work));
        match work.map(|work| work.stage()) {
            None | Some(Stage::Closed { .. }) => State::Over,
            Some(Stage::Queued | Stage::Scheduled { .. } | Stage::Suspended) => State::Queued,
            Some(Stage::Offered { offer }) => State::Pending(key(view.offer(offer).unwrap().agent)),
            Some(
                Stage::Assigned { agent } | Stage::Parked { agent, .. } | Stage::WrapUp { agent },
            ) => State::Accepted(key(agent)),
        }
    }

    /// Who is consulted about a document, and whether they joined.
    pub(crate) fn legs(&self, document: &str) -> Vec<(String, bool)> {
        let view = self.engine.view();
        let work = view.work_id(&format!("interaction/{document}"));
        let work = work.and_then(|work| view.work(work));
        let legs = work.into_iter().flat_map(|work| work.legs());
        let key = |agent: AgentId| view.key(agent.into()).unwrap().to_string();
        legs.map(|leg| (key(leg.agent), !leg.alerts())).collect()
    }

    pub(crate) fn is_in_step(&self) -> Result<(), String> {
        for (document, item) in &self.vendor.items {
            let here = self.here(document);
            if here != item.state {
                return Err(format!("{document}: {here:?} here, {:?} there", item.state));
            }
            // The desk shows one consult at a time.
            let (legs, consult) = (self.legs(document), item.consult.as_ref());
            let there = consult.map(|consult| (consult.agent.clone(), consult.accepted));
            if there.is_none() != legs.is_empty() || there.iter().any(|leg| !legs.contains(leg)) {
                return Err(format!("{document}: consults {legs:?} here, {consult:?} there"));
            }
        }
        self.desk.is_in_step().then_some(()).ok_or_else(|| "the desk is not done".into())
    }

    /// The last parts of the paths of all calls so far.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.sent.iter().filter_map(|sent| sent.path.rsplit('/').next()).collect()
    }

    pub(crate) fn offer(&self, work: WorkId) -> OfferId {
        match self.engine.view().work(work).unwrap().stage() {
            Stage::Offered { offer } => offer,
            stage => panic!("it is not offered: {stage:?}"),
        }
    }

    pub(crate) fn stage(&self, work: WorkId) -> Stage {
        self.engine.view().work(work).unwrap().stage()
    }
}
