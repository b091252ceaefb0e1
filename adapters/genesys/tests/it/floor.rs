//! An engine whose work is shown in Genesys Cloud, and every request that was made for it.

use serde_json::{Value, json};
use strowger::Action;
use strowger::model::{ChannelId, OfferId};
use strowger::prelude::*;
use strowger::state::{CloseCause, Stage};
use strowger_genesys::{Answer, Event as Told, Mirror, Request, Topic};

pub(crate) fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(secs * 1_000)
}

pub(crate) struct Floor {
    pub engine: Engine,
    pub log: Log,
    pub mirror: Mirror,
    pub facts: Vec<Fact>,
    pub sent: Vec<Request>,
    pub now: i64,
    pub channel: ChannelId,
    pub queue: QueueId,
}

impl Floor {
    /// Agents on queue, with room for one each.
    pub(crate) fn new(agents: &[&str], profile: QueueProfile) -> Self {
        let mut log = Log::default();
        let mut engine = Engine::new(Config::default(), at(0), &mut log).unwrap();
        let channel = Define::new("workitem", ChannelProfile::work_item());
        let channel = engine.execute(at(0), channel, &mut log).unwrap();
        let queue = engine.execute(at(0), Define::new("q-billing", profile), &mut log).unwrap();
        let mirror = Mirror::default().with_closed_status("s-done");
        let (facts, sent, now) = (Vec::new(), Vec::new(), 0);
        let mut floor = Self { engine, log, mirror, facts, sent, now, channel, queue };
        for key in agents {
            let agent = floor.tell(Define::new(*key, AgentProfile::default())).unwrap();
            floor.tell(SetMembership::new(agent, queue)).unwrap();
            floor.tell(SetPresence::new(agent, SystemPresence::OnQueue.id())).unwrap();
        }
        floor
    }

    pub(crate) fn tell<A: Action<Layer = Engine>>(
        &mut self,
        action: A,
    ) -> Result<A::Output, Refusal> {
        let answer = self.engine.execute(at(self.now), action, &mut self.log);
        self.keep();
        answer
    }

    pub(crate) fn wait(&mut self, secs: i64) {
        self.now += secs;
        self.engine.advance(at(self.now), &mut self.log).unwrap();
        self.keep();
    }

    fn keep(&mut self) {
        for fact in self.log.drain() {
            self.sent.extend(self.mirror.observe(self.engine.view(), &fact));
            self.facts.push(fact);
        }
    }

    /// Work that is this over there.
    pub(crate) fn submit(&mut self, key: &str) -> WorkId {
        let request = WorkRequest::new(self.queue, self.channel);
        self.tell(Submit::new(request.with_key(key))).unwrap()
    }

    /// A notification comes in, and what follows is done.
    pub(crate) fn hear(&mut self, topic: &str, body: Value) -> Vec<Command> {
        let event = Told::of(&Topic::from(topic), body).unwrap();
        let Answer { commands, requests } = self.mirror.hear(self.engine.view(), &event);
        self.sent.extend(requests);
        for command in &commands {
            // What was overtaken is refused, and that is all.
            let _ = self.tell(command.clone());
        }
        commands
    }

    /// A work item is in this state now.
    pub(crate) fn workitem(&mut self, state: &str, agent: &str) -> Vec<Command> {
        let body = json!({"id": "w-1", "assignmentState": state, "assigneeId": agent});
        self.hear("v2.taskmanagement.workitems.w-1", body)
    }

    pub(crate) fn stage(&self, work: WorkId) -> Stage {
        self.engine.view().work(work).unwrap().stage()
    }

    /// Why the work that was closed last was closed.
    pub(crate) fn closed(&self) -> Option<CloseCause> {
        self.facts.iter().rev().find_map(|fact| match fact.event {
            Event::WorkClosed { cause, .. } => Some(cause),
            _ => None,
        })
    }

    pub(crate) fn offer(&self, work: WorkId) -> OfferId {
        match self.stage(work) {
            Stage::Offered { offer } => offer,
            stage => panic!("it is not offered: {stage:?}"),
        }
    }

    pub(crate) fn id(&self, agent: &str) -> AgentId {
        self.engine.view().agent_id(agent).unwrap()
    }

    /// What was sent since the last time: method, the end of the path, and the body.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        let line = |request: Request| {
            let method = serde_json::to_value(request.method).unwrap();
            let path = request.path.replace("/api/v2/taskmanagement/workitems/", "");
            let path = path.replace("/api/v2/conversations/", "");
            let body = request.body.map(|body| format!(" {body}")).unwrap_or_default();
            format!("{} {path}{body}", method.as_str().unwrap())
        };
        self.sent.drain(..).map(line).collect()
    }
}
