//! An engine with a floor in it, and the steps that are timed.

use std::sync::Arc;

use strowger::*;

use super::plan::{Ask, DECLINERS, Plan, Shape};
use super::random::Random;

/// Work that an agent has.
type Busy = (WorkId, AgentId);

/// An engine and its host.
#[derive(Clone, Debug)]
pub(crate) struct Floor {
    pub engine: Engine,
    pub log: Log,
    pub now: Timestamp,
    pub plan: Arc<Plan>,
    pub requests: Vec<WorkRequest>,
    pub random: Random,
    /// Who has what.
    pub busy: Vec<Busy>,
    /// The same for those who declined everything they were offered first.
    stubborn: Vec<Busy>,
    turns: u64,
    /// Facts that the host has looked at.
    pub facts: u64,
    /// What the last commands offered.
    offers: Vec<(OfferId, WorkId, AgentId)>,
}

/// The channel of all work.
pub(crate) const VOICE: ChannelId = ChannelId::from_raw(0);

/// Not mine, and never again.
const NEVER: ReasonId = ReasonId::from_raw(0);

impl Floor {
    /// Everybody is defined, nobody is there.
    pub(crate) fn empty(plan: Arc<Plan>) -> Self {
        let (now, mut log) = (Timestamp::EPOCH, Log::default());
        let engine = Engine::new(Config::default(), now, &mut log).expect("a good configuration");
        let requests = plan.asks.iter().map(request).collect();
        let mut floor = Self {
            engine,
            log,
            now,
            plan: Arc::clone(&plan),
            requests,
            random: Random::new(1_912),
            busy: Vec::new(),
            stubborn: Vec::new(),
            turns: 0,
            facts: 0,
            offers: Vec::new(),
        };
        floor.tell(Define::new("voice", ChannelProfile::voice()));
        let never = RejectReasonProfile {
            reassignable: false,
            response: Some(Response::Nothing),
            ..RejectReasonProfile::default()
        };
        floor.tell(Define::new("never", never));
        for skill in 0..plan.skills {
            floor.tell(Define::new(&format!("skill-{skill}"), SkillProfile {}));
        }
        for queue in 0..plan.queues {
            let mode = WrapUpMode::MandatoryTimeout { timeout: Span::from_mins(60) };
            let wrap_up = WrapUpProfile::of(mode);
            let profile = QueueProfile { choice: plan.choice, wrap_up, ..QueueProfile::default() };
            floor.tell(Define::new(&format!("queue-{queue}"), profile));
        }
        for (number, person) in plan.people.iter().enumerate() {
            let levels = person.skills.iter();
            let skills = levels.map(|(skill, level)| (SkillId::from_raw(*skill), *level)).collect();
            let profile = AgentProfile { skills, ..AgentProfile::default() };
            let agent = floor.tell(Define::new(&format!("agent-{number}"), profile));
            for queue in &person.queues {
                let queue = QueueId::from_raw(*queue);
                floor.tell(SetMembership {
                    agent,
                    queue,
                    membership: Membership::default(),
                    channel: None,
                });
            }
            floor.log.clear();
        }
        floor
    }

    /// All are there and have nothing to do.
    pub(crate) fn idle(plan: Arc<Plan>) -> Self {
        let mut floor = Self::empty(plan);
        floor.come();
        floor
    }

    /// Much work waits, and whoever can have any of it is busy.
    pub(crate) fn loaded(plan: Arc<Plan>, waiting: usize) -> Self {
        let mut floor = Self::waiting(plan, waiting);
        for number in 0..floor.plan.people.len() {
            floor.pass_a_moment();
            floor.presence(number as u32, SystemPresence::OnQueue);
            while floor.accept() > 0 {
                floor.submit();
            }
        }
        floor
    }

    /// Much work waits, and nobody is there.
    pub(crate) fn waiting(plan: Arc<Plan>, waiting: usize) -> Self {
        let mut floor = Self::empty(plan);
        if floor.plan.shape == Shape::Hard {
            for decliner in 0..DECLINERS {
                floor.decline_all(decliner, waiting / DECLINERS as usize);
            }
        }
        while floor.engine.view().open_work() < waiting {
            floor.pass_a_moment();
            floor.submit();
            floor.log.clear();
        }
        floor
    }

    /// Work that comes in while nobody but this agent is there, and is declined by him.
    fn decline_all(&mut self, agent: u32, count: usize) {
        self.presence(agent, SystemPresence::OnQueue);
        for _ in 0..count {
            self.pass_a_moment();
            self.submit();
            self.read();
            for (offer, _, _) in std::mem::take(&mut self.offers) {
                self.tell(Reject { offer, reason: Some(NEVER), retry_at: None });
            }
            self.log.clear();
        }
        self.presence(agent, SystemPresence::Away);
        self.log.clear();
    }

    fn come(&mut self) {
        for number in 0..self.plan.people.len() {
            if !self.plan.people[number].away {
                self.pass_a_moment();
                self.presence(number as u32, SystemPresence::OnQueue);
            }
        }
        self.log.clear();
    }

    pub(crate) fn tell<A: Action>(&mut self, action: A) -> A::Output {
        match self.engine.execute(self.now, action, &mut self.log) {
            Ok(output) => output,
            Err(refusal) => panic!("{refusal}"),
        }
    }

    pub(crate) fn presence(&mut self, agent: u32, system: SystemPresence) {
        self.tell(SetPresence { agent: AgentId::from_raw(agent), presence: system.id() });
    }

    pub(crate) fn pass_a_moment(&mut self) {
        self.now = self.now + Span::from_millis(1);
    }

    /// Some work comes in, and the host says all of it anew.
    pub(crate) fn submit(&mut self) -> WorkId {
        let request = self.random.below(self.requests.len());
        self.submit_one(request)
    }

    pub(crate) fn submit_one(&mut self, request: usize) -> WorkId {
        let request = self.requests[request].clone();
        self.tell(Submit::new(request))
    }

    /// The host reads the facts, and sees what rings.
    pub(crate) fn read(&mut self) {
        for fact in self.log.drain() {
            self.facts += 1;
            if let Event::WorkOffered { offer, work, agent, .. } = fact.event {
                self.offers.push((offer, work, agent));
            }
        }
    }

    /// Whatever rings is accepted. How much that is.
    pub(crate) fn accept(&mut self) -> usize {
        self.read();
        let count = self.offers.len();
        for place in 0..count {
            let (offer, work, agent) = self.offers[place];
            self.tell(Accept { offer });
            let stubborn = self.plan.shape == Shape::Hard && agent.raw() < DECLINERS;
            let busy = if stubborn { &mut self.stubborn } else { &mut self.busy };
            busy.push((work, agent));
        }
        self.offers.drain(..count);
        count
    }

    fn finish(&mut self, (work, agent): Busy) {
        self.tell(FinishContact { work, by: Finisher::Agent });
        self.tell(EndWrapUp { work, agent, code: None });
    }

    /// Work comes in, rings at somebody if anybody can have it, is declined if it is of that kind,
    /// and is taken back.
    pub(crate) fn arrive(&mut self) {
        self.pass_a_moment();
        let request = self.random.below(self.requests.len());
        let work = self.submit_one(request);
        if self.plan.asks[request].declined {
            self.read();
            for (offer, _, _) in std::mem::take(&mut self.offers) {
                self.tell(Reject { offer, reason: Some(NEVER), retry_at: None });
            }
        }
        self.tell(Cancel { work });
        self.read();
        self.offers.clear();
    }

    /// Submit, offer, accept, finish, end of the wrap-up; what finds nobody is taken back.
    pub(crate) fn lifecycle(&mut self) {
        self.pass_a_moment();
        let work = self.submit();
        if self.accept() == 0 {
            self.tell(Cancel { work });
        }
        while let Some(busy) = self.busy.pop() {
            self.finish(busy);
        }
        self.read();
    }

    /// An agent comes free and takes what waits for him; other work comes in.
    pub(crate) fn free(&mut self) {
        self.pass_a_moment();
        self.turns += 1;
        let stubborn = self.stubborn.pop().filter(|_| self.turns.is_multiple_of(64));
        if let Some(busy) = stubborn.or_else(|| self.take_busy()) {
            self.finish(busy);
        }
        self.accept();
        self.submit();
        self.accept();
    }

    fn take_busy(&mut self) -> Option<Busy> {
        let place = self.random.below(self.busy.len().max(1));
        (place < self.busy.len()).then(|| self.busy.swap_remove(place))
    }

    /// How much waits.
    pub(crate) fn count_waiting(&self) -> u32 {
        self.engine.view().queues().map(QueueView::waiting).sum()
    }
}

/// What the host says of a piece of work.
fn request(ask: &Ask) -> WorkRequest {
    let least = |(skill, level): &(u32, u8)| {
        Requirement::skill(SkillId::from_raw(*skill), Comparison::AtLeast, *level)
    };
    let requirement = match ask.least.as_slice() {
        [one] => least(one),
        several => Requirement::All(several.iter().map(least).collect()),
    };
    // A wait that is longer than any day: there is no falling back.
    let year = Span::from_mins(365 * 24 * 60);
    WorkRequest {
        need: Need::of(requirement),
        priority: Priority(ask.priority),
        preferred: ask.only.map(|agent| Preferred::agent(AgentId::from_raw(agent), year)),
        ..WorkRequest::new(QueueId::from_raw(ask.queue), VOICE)
    }
}
