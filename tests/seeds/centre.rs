//! An engine alone, with one queue and one channel, and every fact it told.

use strowger::Action;
use strowger::model::{Capacity, ChannelId, OfferId};
use strowger::prelude::*;
use strowger::state::Stage;

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) struct Centre {
    pub(crate) engine: Engine,
    pub(crate) facts: Vec<Fact>,
    pub(crate) now: i64,
    pub(crate) chat: ChannelId,
    pub(crate) queue: QueueId,
    log: Log,
}

impl Centre {
    /// Agents on queue, each with room for so many items; one queue without wrap-up.
    pub(crate) fn new(agents: &[&str], items: u16) -> Self {
        Self::with(QueueProfile::default(), agents, items)
    }

    pub(crate) fn with(profile: QueueProfile, agents: &[&str], items: u16) -> Self {
        let mut log = Log::default();
        let mut engine = Engine::new(Config::default(), at(0), &mut log).unwrap();
        let chat = Define::new("chat", ChannelProfile::chat());
        let chat = engine.execute(at(0), chat, &mut log).unwrap();
        let queue = engine.execute(at(0), Define::new("support", profile), &mut log).unwrap();
        let facts = log.drain().collect();
        let mut centre = Self { engine, facts, now: 0, chat, queue, log };
        for key in agents {
            let capacity = Capacity::items(items);
            centre.agent(key, AgentProfile::default().with_capacity(capacity));
        }
        centre
    }

    pub(crate) fn agent(&mut self, key: &str, profile: AgentProfile) -> AgentId {
        let agent = self.tell(Define::new(key, profile)).unwrap();
        self.join(agent, self.queue, Membership::default());
        self.tell(SetPresence::new(agent, SystemPresence::OnQueue.id())).unwrap();
        agent
    }

    pub(crate) fn join(&mut self, agent: AgentId, queue: QueueId, membership: Membership) {
        self.tell(SetMembership::new(agent, queue).with_membership(membership)).unwrap();
    }

    pub(crate) fn tell<A: Action<Layer = Engine>>(
        &mut self,
        action: A,
    ) -> Result<A::Output, Refusal> {
        let answer = self.engine.execute(at(self.now), action, &mut self.log);
        self.facts.extend(self.log.drain());
        self.engine.verify().unwrap();
        answer
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, millis: i64) {
        self.now += millis;
        self.engine.advance(at(self.now), &mut self.log).unwrap();
        self.facts.extend(self.log.drain());
    }

    pub(crate) fn chat(&mut self) -> WorkId {
        self.by(self.chat)
    }

    /// Work that comes by a channel.
    pub(crate) fn by(&mut self, channel: ChannelId) -> WorkId {
        self.submit(WorkRequest::new(self.queue, channel))
    }

    pub(crate) fn submit(&mut self, request: WorkRequest) -> WorkId {
        self.tell(Submit::new(request)).unwrap()
    }

    /// Whoever it is offered to accepts.
    pub(crate) fn accept(&mut self, work: WorkId) {
        self.tell(Accept::new(self.offer(work))).unwrap();
    }

    /// Whoever it is offered to rejects.
    pub(crate) fn reject(&mut self, work: WorkId) {
        let offer = self.offer(work);
        self.tell(Reject::new(offer)).unwrap();
    }

    pub(crate) fn id(&self, agent: &str) -> AgentId {
        self.engine.view().agent_id(agent).unwrap()
    }

    pub(crate) fn status(&self, agent: &str) -> RoutingStatus {
        self.engine.view().agent(self.id(agent)).unwrap().status()
    }

    pub(crate) fn stage(&self, work: WorkId) -> Stage {
        self.engine.view().work(work).unwrap().stage()
    }

    pub(crate) fn offer(&self, work: WorkId) -> OfferId {
        match self.stage(work) {
            Stage::Offered { offer } => offer,
            stage => panic!("it is not offered: {stage:?}"),
        }
    }

    /// The key of the agent it is offered to.
    pub(crate) fn offered_to(&self, work: WorkId) -> Option<&str> {
        let view = self.engine.view();
        let Stage::Offered { offer } = view.work(work)?.stage() else { return None };
        view.key(view.offer(offer)?.agent.into()).map(|key| &**key)
    }

    /// What waits in the queue, in its order.
    pub(crate) fn line(&self) -> Vec<WorkId> {
        let queue = self.engine.view().queue(self.queue).unwrap();
        queue.line().iter().map(|work| work.id()).collect()
    }
}
