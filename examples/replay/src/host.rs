//! A host made of recorded calls: it knows when people call, how long they stay and how long they
//! talk, and does at its time whatever the engine's facts call for.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use strowger::Action;
use strowger::model::{ChannelId, OfferId};
use strowger::prelude::*;

/// A recorded call.
pub(crate) struct Call {
    pub queue: QueueId,
    pub arrival_ms: i64,
    pub service_ms: i64,
    pub wrap_up_ms: i64,
    /// How long the caller waits; for ever if absent.
    pub patience_ms: Option<i64>,
    pub credit: Span,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub agent: Option<AgentId>,
    pub start_ms: Option<i64>,
    pub end_ms: Option<i64>,
    pub free_ms: Option<i64>,
    pub abandon_ms: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Staff(AgentId, bool),
    Arrive(usize),
    Leave(usize),
    HangUp(usize),
    Free(usize),
}

pub(crate) struct Host {
    pub engine: Engine,
    log: Log,
    voice: ChannelId,
    /// By how much longer an agent takes for a call of a queue than the call says; 1 at first.
    pub paces: HashMap<(AgentId, QueueId), f64>,
    calls: Vec<Call>,
    outcomes: Vec<Outcome>,
    works: HashMap<WorkId, usize>,
    ids: Vec<Option<WorkId>>,
    steps: BinaryHeap<Reverse<(i64, Step)>>,
    pub facts: u64,
    pub commands: u64,
}

impl Host {
    /// A host of an engine in which one channel, whose calls are accepted at once, is defined.
    pub(crate) fn new(start_ms: i64) -> Result<Self, Refusal> {
        let (now, mut log) = (Timestamp::from_millis(start_ms), Log::default());
        // A recording may leave out nights and days.
        let config = Config::default().with_clock_step(None);
        let mut engine = Engine::new(config, now, &mut log)?;
        let profile = ChannelProfile::voice().with_auto_accept(true);
        let voice = engine.execute(now, Define::new("voice", profile), &mut log)?;
        Ok(Self {
            engine,
            log,
            voice,
            paces: HashMap::new(),
            calls: Vec::new(),
            outcomes: Vec::new(),
            works: HashMap::new(),
            ids: Vec::new(),
            steps: BinaryHeap::new(),
            facts: 0,
            commands: 0,
        })
    }

    /// Does a command now.
    pub(crate) fn tell<A: Action<Layer = Engine>>(
        &mut self,
        at_ms: i64,
        action: A,
    ) -> Result<A::Output, Refusal> {
        self.commands += 1;
        let output = self.engine.execute(Timestamp::from_millis(at_ms), action, &mut self.log);
        self.hear(at_ms);
        output
    }

    /// An agent comes on queue, or goes off and finishes what they have.
    pub(crate) fn staff(&mut self, at_ms: i64, agent: AgentId, on: bool) {
        self.steps.push(Reverse((at_ms, Step::Staff(agent, on))));
    }

    /// Lets all calls happen and says what became of them.
    pub(crate) fn run(mut self, calls: Vec<Call>) -> Result<(Vec<Outcome>, Engine), Refusal> {
        self.outcomes = vec![Outcome::default(); calls.len()];
        self.ids = vec![None; calls.len()];
        for (n, call) in calls.iter().enumerate() {
            self.steps.push(Reverse((call.arrival_ms, Step::Arrive(n))));
        }
        self.calls = calls;
        while let Some(Reverse((at_ms, _))) = self.steps.peek() {
            let at_ms = *at_ms;
            match self.engine.next_deadline().map(|deadline| deadline.at.as_millis()) {
                Some(due_ms) if due_ms <= at_ms => {
                    self.engine
                        .advance(Timestamp::from_millis(due_ms), &mut self.log)
                        .expect("time passes");
                    self.hear(due_ms);
                }
                Some(_) | None => {
                    if let Some(Reverse((at_ms, step))) = self.steps.pop() {
                        self.step(at_ms, step)?;
                    }
                }
            }
        }
        Ok((self.outcomes, self.engine))
    }

    fn step(&mut self, at_ms: i64, step: Step) -> Result<(), Refusal> {
        match step {
            Step::Staff(agent, on) => {
                let system = if on { SystemPresence::OnQueue } else { SystemPresence::Offline };
                self.tell(at_ms, SetPresence::new(agent, system.id()))
            }
            Step::Arrive(n) => self.arrive(at_ms, n),
            Step::Leave(n) => match (self.ids[n], self.outcomes[n].start_ms) {
                (Some(work), None) => {
                    self.outcomes[n].abandon_ms = Some(at_ms);
                    self.tell(at_ms, Abandon::new(work))
                }
                (_, _) => Ok(()),
            },
            Step::HangUp(n) => {
                self.outcomes[n].end_ms = Some(at_ms);
                let by = Finisher::Customer;
                match self.ids[n] {
                    Some(work) => self.tell(at_ms, FinishContact::new(work, by)),
                    None => Ok(()),
                }
            }
            Step::Free(n) => {
                self.outcomes[n].free_ms = Some(at_ms);
                match (self.ids[n], self.outcomes[n].agent) {
                    (Some(work), Some(agent)) => self.tell(at_ms, EndWrapUp::new(work, agent)),
                    (_, _) => Ok(()),
                }
            }
        }
    }

    fn arrive(&mut self, at_ms: i64, n: usize) -> Result<(), Refusal> {
        let call = &self.calls[n];
        let request = WorkRequest::new(call.queue, self.voice).with_credit(call.credit);
        if let Some(patience_ms) = call.patience_ms {
            self.steps.push(Reverse((at_ms + patience_ms, Step::Leave(n))));
        }
        // The facts of this very call need the id it will have.
        self.commands += 1;
        let now = Timestamp::from_millis(at_ms);
        let work = self.engine.execute(now, Submit::new(request), &mut self.log)?;
        self.works.insert(work, n);
        self.ids[n] = Some(work);
        self.hear(at_ms);
        Ok(())
    }

    /// Whoever was connected will hang up after their time.
    fn hear(&mut self, at_ms: i64) {
        let mut offers: Option<(OfferId, WorkId, AgentId)> = None;
        for fact in self.log.drain() {
            self.facts += 1;
            match fact.event {
                Event::WorkOffered { offer, work, agent, .. } => {
                    offers = Some((offer, work, agent))
                }
                Event::OfferAccepted { offer, .. } => {
                    let Some((offered, work, agent)) = offers else {
                        continue;
                    };
                    let Some(n) = self.works.get(&work).filter(|_| offered == offer) else {
                        continue;
                    };
                    let (call, outcome) = (&self.calls[*n], &mut self.outcomes[*n]);
                    outcome.agent = Some(agent);
                    outcome.start_ms = Some(at_ms);
                    let pace = self.paces.get(&(agent, call.queue)).copied().unwrap_or(1.0);
                    let end_ms = at_ms + paced(call.service_ms, pace);
                    self.steps.push(Reverse((end_ms, Step::HangUp(*n))));
                    self.steps.push(Reverse((end_ms + call.wrap_up_ms, Step::Free(*n))));
                }
                _ => {}
            }
        }
    }
}

/// The time that a call takes at a pace. In a trace it comes out whole.
fn paced(service_ms: i64, pace: f64) -> i64 {
    (service_ms as f64 * pace).round() as i64
}
