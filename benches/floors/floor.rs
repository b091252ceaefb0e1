//! An engine with a floor in it, and the steps that are timed.

use std::sync::Arc;

use strowger::Action;
use strowger::command::Cancel;
use strowger::model::{
    ChannelId, Comparison, OfferId, Preferred, Priority, ReasonId, RejectReasonProfile, Relaxation,
    RelaxationStep, Response, SkillId, WrapUpMode, WrapUpProfile,
};
use strowger::prelude::*;
use strowger::state::Stage;
use strowger::view::{QueueView, WorkView};

use super::plan::{Ask, DECLINERS, Person, Plan, Shape};
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
    pub requests: Vec<Arc<WorkRequest>>,
    /// Whether work that asks for the same shares one request, so that the host allocates nothing.
    pub shares: bool,
    pub random: Random,
    /// Who has what.
    pub busy: Vec<Busy>,
    /// The same for those who declined everything they were offered first: one in 64 who come free
    /// is one of them.
    stubborn: Vec<Busy>,
    frees: u64,
    defined: u32,
    /// Facts that the host has looked at.
    pub facts: u64,
    /// What the last commands offered.
    offers: Vec<(OfferId, WorkId, AgentId)>,
    /// All that was told, for another who is to do the same.
    pub told: Option<Vec<(Timestamp, Command)>>,
}

/// The channel of all work.
pub(crate) const VOICE: ChannelId = ChannelId::from_raw(0);

/// Not mine, and never again.
pub(crate) const NEVER: ReasonId = ReasonId::from_raw(0);

impl Floor {
    /// Everybody is defined, nobody is there, and everything was asked for before.
    pub(crate) fn empty(plan: Arc<Plan>) -> Self {
        let mut floor = Self::defined(plan, None);
        floor.learn();
        floor
    }

    /// Everybody is defined, and nothing happened yet.
    pub(crate) fn defined(plan: Arc<Plan>, told: Option<Vec<(Timestamp, Command)>>) -> Self {
        let (now, mut log) = (Timestamp::EPOCH, Log::default());
        let engine = Engine::new(Config::default(), now, &mut log).expect("a good configuration");
        let requests = plan.asks.iter().map(|ask| Arc::new(request(ask))).collect();
        let mut floor = Self {
            engine,
            log,
            now,
            plan: Arc::clone(&plan),
            requests,
            shares: false,
            random: Random::new(1_912),
            busy: Vec::new(),
            stubborn: Vec::new(),
            frees: 0,
            defined: 0,
            facts: 0,
            offers: Vec::new(),
            told,
        };
        floor.tell(Define::new("voice", ChannelProfile::voice()));
        let never = RejectReasonProfile::default()
            .with_reassignable(false)
            .with_response(Response::Nothing);
        floor.tell(Define::new("never", never));
        for skill in 0..plan.skills {
            floor.tell(Define::new(format!("skill-{skill}"), SkillProfile::default()));
        }
        for queue in 0..plan.queues {
            floor.tell(Define::new(format!("queue-{queue}"), queue_profile(&plan)));
        }
        for person in &plan.people {
            floor.define(person);
        }
        floor
    }

    /// One more agent.
    pub(crate) fn define(&mut self, person: &Person) -> AgentId {
        let levels = person.skills.iter();
        let skills = levels.map(|(skill, level)| (SkillId::from_raw(*skill), *level));
        let profile = AgentProfile::default().with_skills(skills);
        let agent = self.tell(Define::new(format!("agent-{}", self.defined), profile));
        self.defined += 1;
        for queue in &person.queues {
            let queue = QueueId::from_raw(*queue);
            self.tell(SetMembership::new(agent, queue));
        }
        self.log.clear();
        agent
    }

    /// Everything that is ever asked for was asked for before, as on any floor after its first
    /// hour.
    fn learn(&mut self) {
        let all = 0..self.requests.len();
        let works: Vec<_> = all.map(|request| self.submit_one(request)).collect();
        if let Some(minutes) = self.plan.relaxes {
            self.now = self.now + Span::from_mins(minutes);
            self.catch_up();
        }
        for work in works {
            self.tell(Cancel::new(work));
        }
        self.log.clear();
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
        floor.begin();
        floor
    }

    /// All come and take what waits for them, and as much comes in.
    pub(crate) fn begin(&mut self) {
        for number in 0..self.plan.people.len() {
            self.pass_a_moment();
            self.presence(number as u32, SystemPresence::OnQueue);
            while self.accept() > 0 {
                self.submit();
            }
        }
    }

    /// Much work waits, and nobody is there.
    pub(crate) fn waiting(plan: Arc<Plan>, waiting: usize) -> Self {
        let mut floor = Self::empty(plan);
        if floor.plan.shape == Shape::Hard {
            for decliner in 0..DECLINERS {
                floor.decline_all(decliner, waiting / DECLINERS as usize);
            }
        }
        floor.fill(waiting);
        floor
    }

    /// Work comes in until so much waits.
    pub(crate) fn fill(&mut self, waiting: usize) {
        while self.engine.view().open_work() < waiting {
            self.pass_a_moment();
            self.submit();
            self.log.clear();
        }
    }

    /// Much work came in at one instant, nobody is there, and it asks for less in a moment.
    pub(crate) fn about_to_relax(plan: Arc<Plan>, waiting: usize) -> Self {
        let mut floor = Self::empty(plan);
        for _ in 0..waiting {
            floor.submit();
            floor.log.clear();
        }
        floor
    }

    /// Everything that waits asks for less at the same instant.
    pub(crate) fn relax(&mut self) {
        self.now = self.now + Span::from_mins(self.plan.relaxes.unwrap_or(0));
        self.catch_up();
        self.read();
    }

    /// Time passes, in as many calls as it takes.
    fn catch_up(&mut self) {
        loop {
            self.engine.advance(self.now, &mut self.log).expect("time passes");
            if self.engine.next_deadline().is_none_or(|due| due.at > self.now) {
                break;
            }
        }
    }

    /// All come on queue, and nobody answers yet.
    pub(crate) fn burst(&mut self) {
        for number in 0..self.plan.people.len() {
            self.presence(number as u32, SystemPresence::OnQueue);
        }
        self.read();
    }

    /// Somebody in the middle of the line hangs up, and other work comes in.
    pub(crate) fn abandon(&mut self, waiting: &mut [WorkId]) {
        self.pass_a_moment();
        let place = self.random.below(waiting.len());
        self.tell(Abandon::new(waiting[place]));
        waiting[place] = self.submit();
        self.log.clear();
    }

    /// All that waits.
    pub(crate) fn all_waiting(&self) -> Vec<WorkId> {
        let waits = |work: &WorkView<'_>| work.stage() == Stage::Queued;
        self.engine.view().works().filter(waits).map(|work| work.id()).collect()
    }

    /// Work comes in while nobody but this agent is there, and the agent declines it.
    fn decline_all(&mut self, agent: u32, count: usize) {
        self.presence(agent, SystemPresence::OnQueue);
        for _ in 0..count {
            self.pass_a_moment();
            self.submit();
            self.decline();
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

    pub(crate) fn tell<A: Action<Layer = Engine> + Clone + Into<Command>>(
        &mut self,
        action: A,
    ) -> A::Output {
        if let Some(told) = &mut self.told {
            told.push((self.now, action.clone().into()));
        }
        match self.engine.execute(self.now, action, &mut self.log) {
            Ok(output) => output,
            Err(refusal) => panic!("{refusal}"),
        }
    }

    pub(crate) fn presence(&mut self, agent: u32, system: SystemPresence) {
        self.tell(SetPresence::new(AgentId::from_raw(agent), system.id()));
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
        let request = &self.requests[request];
        let own = || Arc::new(WorkRequest::clone(request));
        let request = if self.shares { Arc::clone(request) } else { own() };
        self.tell(Submit(request))
    }

    /// The host reads the facts, and sees which offers are open.
    pub(crate) fn read(&mut self) {
        for fact in self.log.drain() {
            self.facts += 1;
            if let Event::WorkOffered { offer, work, agent, .. } = fact.event {
                self.offers.push((offer, work, agent));
            }
        }
    }

    /// The first open offer of those that the last commands made; the rest is left alone.
    pub(crate) fn open_offer(&mut self) -> Option<(OfferId, WorkId, AgentId)> {
        self.read();
        let first = self.offers.first().copied();
        self.offers.clear();
        first
    }

    /// Whatever is offered is accepted. How much that is.
    pub(crate) fn accept(&mut self) -> usize {
        self.read();
        let count = self.offers.len();
        for place in 0..count {
            let (offer, work, agent) = self.offers[place];
            self.tell(Accept::new(offer));
            let stubborn = self.plan.shape == Shape::Hard && agent.raw() < DECLINERS;
            let busy = if stubborn { &mut self.stubborn } else { &mut self.busy };
            busy.push((work, agent));
        }
        self.offers.drain(..count);
        count
    }

    /// Whatever is offered is declined for good.
    fn decline(&mut self) {
        self.read();
        while let Some((offer, _, _)) = self.offers.pop() {
            self.tell(Reject::new(offer).with_reason(NEVER));
        }
    }

    fn finish(&mut self, (work, agent): Busy) {
        self.tell(FinishContact::new(work, Finisher::Agent));
        self.tell(EndWrapUp::new(work, agent));
    }

    /// Work comes in, is offered to somebody if anybody can have it, is declined if it is of that
    /// kind, and is taken back.
    pub(crate) fn arrive(&mut self) {
        self.pass_a_moment();
        let request = self.random.below(self.requests.len());
        let work = self.submit_one(request);
        if self.plan.asks[request].declined {
            self.decline();
        }
        self.tell(Cancel::new(work));
        self.read();
        self.offers.clear();
    }

    /// Submit, offer, accept, finish, end of the wrap-up; what finds nobody is taken back.
    pub(crate) fn lifecycle(&mut self) {
        self.pass_a_moment();
        let work = self.submit();
        if self.accept() == 0 {
            self.tell(Cancel::new(work));
        }
        while let Some(busy) = self.busy.pop() {
            self.finish(busy);
        }
        self.read();
    }

    /// An agent comes free and takes what waits for them; other work comes in.
    pub(crate) fn free(&mut self) {
        self.pass_a_moment();
        self.frees += 1;
        let stubborn = self.frees.is_multiple_of(64).then(|| self.stubborn.pop()).flatten();
        if let Some(busy) = stubborn.or_else(|| self.take_busy()) {
            self.finish(busy);
        }
        self.accept();
        self.submit();
        self.accept();
    }

    /// Some agent who has something, and what it is.
    pub(crate) fn take_busy(&mut self) -> Option<Busy> {
        let place = self.random.below(self.busy.len().max(1));
        (place < self.busy.len()).then(|| self.busy.swap_remove(place))
    }

    /// How much waits.
    pub(crate) fn count_waiting(&self) -> u32 {
        self.engine.view().queues().map(QueueView::waiting).sum()
    }
}

fn queue_profile(plan: &Plan) -> QueueProfile {
    let mode = WrapUpMode::MandatoryTimeout { timeout: Span::from_mins(60) };
    let wider = |after| {
        RelaxationStep::default().with_after(Span::from_mins(after)).with_lower(20).with_ring(1)
    };
    QueueProfile::default()
        .with_choice(plan.choice)
        .with_wrap_up(WrapUpProfile::of(mode))
        .with_relaxation(plan.relaxes.map(|after| Relaxation::of([wider(after)])))
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
    WorkRequest::new(QueueId::from_raw(ask.queue), VOICE)
        .with_need(Need::of(requirement))
        .with_priority(Priority(ask.priority))
        .with_preferred(ask.only.map(|agent| Preferred::agent(AgentId::from_raw(agent), year)))
}
