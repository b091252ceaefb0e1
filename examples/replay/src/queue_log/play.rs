//! The same calls twice: as the log says it was, kept in queues of another engine; and decided by
//! this one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use strowger::Action;
use strowger::command::{Assign, Cancel, ReportUnanswered};
use strowger::figures::{Figures, FiguresConfig, QueueInterval};
use strowger::model::{Broadcast, ChannelId, OfferId, Zone};
use strowger::prelude::*;

use crate::queue_log::history::{End, History, Vain, Visit};
use crate::queue_log::line::{EndedBy, Why};

/// Where no call of a log was answered, a call is taken to last so long, in milliseconds.
const TALK_MS: i64 = 180_000;

/// Why a log could not be played at all.
pub(crate) type Failed = Box<dyn std::error::Error>;

/// How the figures are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Answered within this time is in time.
    pub target: Span,
    /// The length of an interval.
    pub interval: Span,
    /// How far the clocks are ahead of UTC.
    pub offset_minutes: i16,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    pub answered: Option<(usize, i64)>,
    /// When it left the line, answered or not.
    pub out: Option<i64>,
    pub over: Option<i64>,
}

/// A day, as it was or as it would have been.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    /// In the order of the log.
    pub fates: Vec<Fate>,
    pub rows: Vec<QueueInterval>,
    /// By agent: calls answered, and milliseconds talked.
    pub agents: Vec<(u32, i64)>,
    /// Steps of the log that the engine refused.
    pub refused: usize,
}

/// What happens at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Staff {
        agent: usize,
        on: bool,
    },
    Enter {
        visit: usize,
    },
    /// A telephone begins to ring.
    Ring {
        visit: usize,
        agent: usize,
    },
    /// It rang in vain.
    Silent {
        visit: usize,
        agent: usize,
        unreachable: bool,
    },
    Answer {
        visit: usize,
        agent: usize,
    },
    /// The agent takes up the telephone, if it still rings.
    PickUp {
        offer: OfferId,
    },
    Over {
        visit: usize,
        by: Option<EndedBy>,
    },
    /// The caller goes, if nobody has answered.
    Leave {
        visit: usize,
        hung_up: bool,
    },
}

/// An engine with the floor of a log, and what happens there.
struct Floor<'a> {
    history: &'a History,
    engine: Engine,
    log: Log,
    figures: Figures,
    interval: Span,
    voice: ChannelId,
    queues: Vec<QueueId>,
    agents: Vec<AgentId>,
    works: Vec<Option<WorkId>>,
    visits: HashMap<WorkId, usize>,
    /// What rings: the call, and whose telephone.
    ringing: HashMap<OfferId, (usize, usize)>,
    /// In order of time, then of the log.
    steps: BinaryHeap<Reverse<(i64, usize, Step)>>,
    /// What takes how long, where this engine decides.
    lengths: Option<Lengths>,
    day: Day,
}

/// How long things take, in milliseconds.
struct Lengths {
    /// By call.
    talk: Vec<i64>,
    /// By agent, from the first ring to the answer.
    pick_up: Vec<i64>,
}

/// What happened, as the log says it: queues of another engine, where nothing is decided here.
pub(crate) fn happened(history: &History, terms: Terms) -> Result<Day, Failed> {
    let queue = QueueProfile::default()
        .with_service_target(terms.target)
        .with_external(true)
        .with_broadcast(Broadcast::up_to(50));
    let mut floor = Floor::new(history, terms, queue)?;
    for agent in 0..history.agents.len() {
        floor.put(history.from, 0, Step::Staff { agent, on: true });
    }
    for (n, visit) in history.visits.iter().enumerate() {
        floor.put(visit.entered, visit.line, Step::Enter { visit: n });
        for ring in &visit.rings {
            let agent = ring.agent;
            floor.put(ring.from, ring.line, Step::Ring { visit: n, agent });
            let unreachable = ring.how == Vain::Unreachable;
            if ring.how != Vain::Canceled {
                floor.put(ring.to, ring.line, Step::Silent { visit: n, agent, unreachable });
            }
        }
        if let Some(answer) = visit.answer {
            let agent = answer.agent;
            let from = answer.rang_from.unwrap_or(answer.at);
            floor.put(from, answer.line, Step::Ring { visit: n, agent });
            floor.put(answer.at, answer.line, Step::Answer { visit: n, agent });
        }
        match visit.end {
            End::Talked { at, by, line } => {
                floor.put(at, line, Step::Over { visit: n, by: Some(by) });
            }
            End::Left { at, why, line } => {
                floor.put(at, line, Step::Leave { visit: n, hung_up: why == Why::HungUp });
            }
            End::Lost { at, line } if visit.answer.is_some() => {
                floor.put(at, line, Step::Over { visit: n, by: None });
            }
            End::Lost { at, line } => {
                floor.put(at, line, Step::Leave { visit: n, hung_up: false });
            }
            End::Open => {}
        }
    }
    floor.run()
}

/// The same calls, decided here: oldest first, to who has been idle longest, one telephone at a
/// time.
pub(crate) fn what_if(history: &History, terms: Terms) -> Result<Day, Failed> {
    let queue = QueueProfile::default().with_service_target(terms.target);
    let mut floor = Floor::new(history, terms, queue)?;
    for agent in 0..history.agents.len() {
        for (from, to) in history.there(agent) {
            floor.put(from, 0, Step::Staff { agent, on: true });
            // Whoever was there to the end stays for those who still wait.
            if to < history.to {
                floor.put(to, usize::MAX, Step::Staff { agent, on: false });
            }
        }
    }
    for (n, visit) in history.visits.iter().enumerate() {
        floor.put(visit.entered, visit.line, Step::Enter { visit: n });
        match visit.end {
            End::Left { at, why, line } => {
                floor.put(at, line, Step::Leave { visit: n, hung_up: why == Why::HungUp });
            }
            End::Lost { at, line } if visit.answer.is_none() => {
                floor.put(at, line, Step::Leave { visit: n, hung_up: false });
            }
            End::Talked { .. } | End::Lost { .. } | End::Open => {}
        }
    }
    floor.lengths = Some(Lengths::of(history));
    floor.run()
}

impl Lengths {
    fn of(history: &History) -> Self {
        let all = mean(history.visits.iter().filter_map(talk)).unwrap_or(TALK_MS);
        let by_queue: Vec<i64> = (0..history.queues.len())
            .map(|queue| {
                let here = history.visits.iter().filter(|visit| visit.queue == queue);
                mean(here.filter_map(talk)).unwrap_or(all)
            })
            .collect();
        let talk = history
            .visits
            .iter()
            .map(|visit| talk(visit).unwrap_or(by_queue[visit.queue]))
            .collect();
        let rang = |agent: Option<usize>| {
            let answers = history.visits.iter().filter_map(|visit| visit.answer);
            let theirs = answers.filter(|answer| agent.is_none_or(|agent| answer.agent == agent));
            mean(theirs.filter_map(|answer| Some(answer.at - answer.rang_from?)))
        };
        let usual = rang(None).unwrap_or(0);
        let agents = 0..history.agents.len();
        Self { talk, pick_up: agents.map(|agent| rang(Some(agent)).unwrap_or(usual)).collect() }
    }
}

/// How long a call was talked, if it is in the log.
fn talk(visit: &Visit) -> Option<i64> {
    let answer = visit.answer?;
    match visit.end {
        End::Talked { at, .. } => Some(at - answer.at),
        End::Left { .. } | End::Lost { .. } | End::Open => None,
    }
}

fn mean(numbers: impl Iterator<Item = i64>) -> Option<i64> {
    let (sum, count) = numbers.fold((0_i64, 0_i64), |(sum, count), n| (sum + n, count + 1));
    (count > 0).then(|| sum / count)
}

impl<'a> Floor<'a> {
    fn new(history: &'a History, terms: Terms, queue: QueueProfile) -> Result<Self, Failed> {
        let now = Timestamp::from_millis(history.from);
        let mut log = Log::default();
        let config = Config::default().with_clock_step(None);
        let mut engine = Engine::new(config, now, &mut log)?;
        let voice = ChannelProfile::voice().with_offer_window(None);
        let voice = engine.execute(now, Define::new("voice", voice), &mut log)?;
        let mut queues = Vec::new();
        for name in &history.queues {
            queues.push(engine.execute(now, Define::new(name, queue.clone()), &mut log)?);
        }
        let mut agents = Vec::new();
        for agent in &history.agents {
            let id =
                engine.execute(now, Define::new(&agent.name, AgentProfile::default()), &mut log)?;
            for queue in &agent.queues {
                engine.execute(now, SetMembership::new(id, queues[*queue]), &mut log)?;
            }
            agents.push(id);
        }
        let zone = Zone::default().with_offset_minutes(terms.offset_minutes);
        let config = FiguresConfig::default().with_interval(terms.interval).with_zone(zone);
        let figures = Figures::new(config).map_err(|invalid| format!("{invalid:?}"))?;
        let day = Day {
            fates: vec![Fate::default(); history.visits.len()],
            rows: Vec::new(),
            agents: vec![(0, 0); agents.len()],
            refused: 0,
        };
        let mut floor = Self {
            history,
            engine,
            log,
            figures,
            interval: terms.interval,
            voice,
            queues,
            agents,
            works: vec![None; history.visits.len()],
            visits: HashMap::new(),
            ringing: HashMap::new(),
            steps: BinaryHeap::new(),
            lengths: None,
            day,
        };
        floor.hear(history.from)?;
        Ok(floor)
    }

    fn put(&mut self, at: i64, line: usize, step: Step) {
        self.steps.push(Reverse((at, line, step)));
    }

    fn run(mut self) -> Result<Day, Failed> {
        let mut end = self.history.to;
        while let Some(Reverse((at, _, step))) = self.steps.pop() {
            end = end.max(at);
            self.step(at, step)?;
        }
        // An instant belongs to the interval that it begins.
        let end = Timestamp::from_millis(end);
        self.engine.advance(end, &mut self.log)?;
        self.hear(end.as_millis())?;
        self.day.rows = self.figures.close_until(end + self.interval).queues;
        Ok(self.day)
    }

    fn step(&mut self, at: i64, step: Step) -> Result<(), Failed> {
        match step {
            Step::Staff { agent, on } => {
                let system = if on { SystemPresence::OnQueue } else { SystemPresence::Offline };
                self.tell(at, SetPresence::new(self.agents[agent], system.id()))?;
            }
            Step::Enter { visit } => self.enter(at, visit)?,
            Step::Ring { visit, agent } => {
                if let (Some(work), None) = (self.works[visit], self.day.fates[visit].out) {
                    self.tell(at, Assign::new(work, self.agents[agent]))?;
                }
            }
            // What rings no more, because the call went elsewhere, needs no end.
            Step::Silent { visit, agent, unreachable } => {
                if let Some(offer) = self.offer(visit, agent) {
                    let silent = ReportUnanswered::new(offer).with_unreachable(unreachable);
                    self.tell(at, silent)?;
                }
            }
            Step::Answer { visit, agent } => {
                if let Some(offer) = self.offer(visit, agent) {
                    self.tell(at, Accept::new(offer))?;
                } else if let (Some(work), None) = (self.works[visit], self.day.fates[visit].out) {
                    // What rang for it was withdrawn: more rang at once than may.
                    if let Some(offer) = self.tell(at, Assign::new(work, self.agents[agent]))? {
                        self.tell(at, Accept::new(offer))?;
                    }
                }
            }
            Step::PickUp { offer } => {
                if self.ringing.contains_key(&offer) {
                    self.tell(at, Accept::new(offer))?;
                }
            }
            Step::Over { visit, by } => {
                if let (Some(work), Some(_)) = (self.works[visit], self.day.fates[visit].answered) {
                    let by = match by {
                        Some(EndedBy::Caller) => Finisher::Customer,
                        Some(EndedBy::Agent | EndedBy::Transfer) => Finisher::Agent,
                        None => Finisher::Host,
                    };
                    self.tell(at, FinishContact::new(work, by))?;
                }
            }
            Step::Leave { visit, hung_up } => {
                if let (Some(work), None) = (self.works[visit], self.day.fates[visit].answered) {
                    if hung_up {
                        self.tell(at, Abandon::new(work))?;
                    } else {
                        self.tell(at, Cancel::new(work))?;
                    }
                    self.day.fates[visit].out = Some(at);
                }
            }
        }
        Ok(())
    }

    /// What rings at an agent for a call.
    fn offer(&self, visit: usize, agent: usize) -> Option<OfferId> {
        let mut ringing = self.ringing.iter();
        ringing.find(|(_, rings)| **rings == (visit, agent)).map(|(offer, _)| *offer)
    }

    fn enter(&mut self, at: i64, visit: usize) -> Result<(), Failed> {
        let queue = self.queues[self.history.visits[visit].queue];
        let submit = Submit::new(WorkRequest::new(queue, self.voice));
        // The facts of this very call need the id it will have.
        let now = Timestamp::from_millis(at);
        match self.engine.execute(now, submit, &mut self.log) {
            Ok(work) => {
                self.works[visit] = Some(work);
                self.visits.insert(work, visit);
            }
            Err(_) => self.day.refused += 1,
        }
        self.hear(at)
    }

    /// Does a command now. What a log says need not make sense, so it may be refused.
    fn tell<A: Action<Layer = Engine>>(
        &mut self,
        at: i64,
        action: A,
    ) -> Result<Option<A::Output>, Failed> {
        let answer = self.engine.execute(Timestamp::from_millis(at), action, &mut self.log);
        self.day.refused += usize::from(answer.is_err());
        self.hear(at)?;
        Ok(answer.ok())
    }

    fn hear(&mut self, at: i64) -> Result<(), Failed> {
        let facts: Vec<Fact> = self.log.drain().collect();
        for fact in facts {
            self.figures.apply(&fact)?;
            match fact.event {
                Event::WorkOffered { offer, work, agent, .. } => {
                    let agent = self.agents.iter().position(|id| *id == agent);
                    if let (Some(visit), Some(agent)) = (self.visits.get(&work), agent) {
                        self.ringing.insert(offer, (*visit, agent));
                        if let Some(lengths) = &self.lengths {
                            let answered = at + lengths.pick_up[agent];
                            self.put(answered, usize::MAX, Step::PickUp { offer });
                        }
                    }
                }
                Event::OfferAccepted { offer, .. } => {
                    if let Some((visit, agent)) = self.ringing.remove(&offer) {
                        let fate = &mut self.day.fates[visit];
                        (fate.answered, fate.out) = (Some((agent, at)), Some(at));
                        self.day.agents[agent].0 += 1;
                        if let Some(lengths) = &self.lengths {
                            let by = Some(EndedBy::Caller);
                            let over = at + lengths.talk[visit];
                            self.put(over, usize::MAX, Step::Over { visit, by });
                        }
                    }
                }
                Event::OfferRejected { offer, .. }
                | Event::OfferMissed { offer, .. }
                | Event::OfferWithdrawn { offer, .. } => {
                    self.ringing.remove(&offer);
                }
                Event::WorkClosed { work, .. } => {
                    if let Some(visit) = self.visits.remove(&work) {
                        let fate = &mut self.day.fates[visit];
                        fate.over = Some(at);
                        if let Some((agent, answered)) = fate.answered {
                            self.day.agents[agent].1 += at - answered;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
