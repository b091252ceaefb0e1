//! The rules of a trace read aloud: a simulator that looks at everybody each time, written from the
//! description of the format alone. What the engine decides with [`rules`](crate::rules) must be
//! what this decides, whatever the rules.

use crate::host::{Call, Outcome};
use crate::rules;
use crate::scenario::{AfterWait, Level, Number, Policy, Scenario};
use strowger::prelude::*;

/// A call as it is written, before it has a queue.
struct Line {
    kind: usize,
    arrival: i64,
    service: i64,
    wrap_up: i64,
    patience: Option<i64>,
    credit: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Staff(usize, bool),
    Free(usize),
    Arrive(usize),
    Seen(usize),
    Leave(usize),
}

struct Naive<'a> {
    scenario: &'a Scenario,
    calls: &'a [Line],
    outcomes: Vec<Outcome>,
    waiting: Vec<usize>,
    on: Vec<bool>,
    busy: Vec<bool>,
    idle_since: Vec<i64>,
    steps: Vec<(i64, Step)>,
}

impl<'a> Naive<'a> {
    /// What becomes of the calls; nothing if two things happen at one instant, which is not said.
    fn run(scenario: &'a Scenario, calls: &'a [Line]) -> Option<Vec<Outcome>> {
        let agents = scenario.agents;
        let on = scenario.initial_staff.as_ref();
        let mut naive = Self {
            scenario,
            calls,
            outcomes: vec![Outcome::default(); calls.len()],
            waiting: Vec::new(),
            on: (0..agents).map(|a| on.is_none_or(|on| on[a] == 1)).collect(),
            busy: vec![false; agents],
            idle_since: vec![0; agents],
            steps: Vec::new(),
        };
        for (at, agent, on) in &scenario.staff_changes {
            naive.steps.push((*at, Step::Staff(*agent, *on == 1)));
        }
        for (n, call) in calls.iter().enumerate() {
            naive.steps.push((call.arrival, Step::Arrive(n)));
        }
        let mut last = None;
        while let Some(next) = naive.steps.iter().copied().min() {
            naive.steps.retain(|step| *step != next);
            let (now, step) = next;
            if last == Some(now) {
                return None;
            }
            last = Some(now);
            naive.step(now, step);
        }
        Some(naive.outcomes)
    }

    fn step(&mut self, now: i64, step: Step) {
        match step {
            Step::Staff(agent, on) => {
                let came = on && !self.on[agent];
                self.on[agent] = on;
                if came && !self.busy[agent] {
                    self.idle_since[agent] = now;
                    self.take_next(now, agent);
                }
            }
            Step::Free(agent) => {
                self.busy[agent] = false;
                self.idle_since[agent] = now;
                self.take_next(now, agent);
            }
            Step::Arrive(n) => {
                self.waiting.push(n);
                self.find_agent(now, n);
                let call = &self.calls[n];
                if !self.waiting.contains(&n) {
                    return;
                }
                self.steps.extend(call.patience.map(|ms| (now + ms, Step::Leave(n))));
                let mut hidden: Vec<i64> = (0..self.scenario.agents)
                    .map(|agent| self.hidden(agent, call.kind))
                    .filter(|hidden| *hidden > 0)
                    .collect();
                hidden.sort_unstable();
                hidden.dedup();
                self.steps.extend(hidden.iter().map(|hidden| (now + hidden, Step::Seen(n))));
            }
            Step::Seen(n) if self.waiting.contains(&n) => self.find_agent(now, n),
            Step::Leave(n) if self.waiting.contains(&n) => {
                self.waiting.retain(|other| *other != n);
                self.outcomes[n].abandon_ms = Some(now);
            }
            Step::Seen(_) | Step::Leave(_) => {}
        }
    }

    fn hidden(&self, agent: usize, kind: usize) -> i64 {
        let waits = self.scenario.min_wait_ms_agent_call.as_ref();
        let wait = waits.and_then(|waits| waits[agent][kind]).unwrap_or(0);
        i64::try_from(wait).unwrap()
    }

    fn sees(&self, now: i64, agent: usize, n: usize) -> bool {
        now - self.calls[n].arrival >= self.hidden(agent, self.calls[n].kind)
    }

    fn find_agent(&mut self, now: i64, n: usize) {
        let scenario = self.scenario;
        let kind = self.calls[n].kind;
        let idle = |agent: &usize| self.on[*agent] && !self.busy[*agent];
        let able = |agent: &usize| idle(agent) && self.sees(now, *agent, n);
        let agent = if scenario.policy == Policy::RankThenLongestIdle {
            let rank = |agent: usize| scenario.rank_call_to_agent.as_ref()?[kind][agent].finite();
            let weight = |agent: usize| match &scenario.weight_call_to_agent {
                Some(weights) => weights[kind][agent].thousandths(),
                None => 1_000,
            };
            (0..scenario.agents)
                .filter(able)
                .filter_map(|a| Some((rank(a)?, -(now - self.idle_since[a]) * weight(a), a)))
                .min()
                .map(|(_, _, agent)| agent)
        } else {
            let list = &scenario.agent_order_by_type.as_ref().unwrap()[kind];
            list.iter().copied().find(able)
        };
        if let Some(agent) = agent {
            self.connect(now, n, agent);
        }
    }

    fn take_next(&mut self, now: i64, agent: usize) {
        if !self.on[agent] || self.busy[agent] {
            return;
        }
        let scenario = self.scenario;
        let since = |n: usize| {
            let credit = if scenario.wait_credit { self.calls[n].credit } else { 0 };
            self.calls[n].arrival - credit
        };
        let head = |kind: usize| {
            let mut of_kind: Vec<usize> =
                self.waiting.iter().copied().filter(|n| self.calls[*n].kind == kind).collect();
            of_kind.sort_by_key(|n| since(*n));
            of_kind.first().copied().filter(|n| self.sees(now, agent, *n))
        };
        let heads = (0..scenario.types).filter_map(|kind| head(kind).map(|n| (kind, n)));
        let listed = |kind: usize| match &scenario.type_order_by_agent {
            Some(lists) => lists[agent].iter().position(|listed| *listed == kind),
            None => {
                let lists = scenario.agent_order_by_type.as_ref().unwrap();
                lists[kind].contains(&agent).then_some(0)
            }
        };
        let next = match scenario.policy {
            Policy::RankThenLongestIdle => heads
                .filter_map(|(kind, n)| {
                    let waited = u64::try_from(now - self.calls[n].arrival).unwrap();
                    let in_force =
                        scenario.rank_after_wait.iter().rev().find(|t| t.after_wait_ms <= waited);
                    let table = match in_force {
                        Some(AfterWait { rank_agent_to_call, .. }) => rank_agent_to_call,
                        None => scenario.rank_agent_to_call.as_ref()?,
                    };
                    let rank = table[agent][kind].finite()?;
                    let weight = match &scenario.weight_agent_to_call {
                        Some(weights) => weights[agent][kind].thousandths(),
                        None => 1_000,
                    };
                    Some(((rank, -(now - since(n)) * weight, kind), n))
                })
                .min()
                .map(|(_, n)| n),
            Policy::OrderedAgentsQueueOrder => {
                heads.filter_map(|(kind, n)| Some((listed(kind)?, n))).min().map(|(_, n)| n)
            }
            Policy::OrderedAgentsFifo => heads
                .filter(|(kind, _)| listed(*kind).is_some())
                .map(|(_, n)| (self.calls[n].arrival, n))
                .min()
                .map(|(_, n)| n),
            Policy::OrderedAgentsLongestQueue => unreachable!("nothing plays it"),
        };
        if let Some(n) = next {
            self.connect(now, n, agent);
        }
    }

    fn connect(&mut self, now: i64, n: usize, agent: usize) {
        self.waiting.retain(|other| *other != n);
        self.busy[agent] = true;
        let call = &self.calls[n];
        let factor = match &self.scenario.service_multiplier_agent_call {
            Some(factors) => factors[agent][call.kind].thousandths(),
            None => 1_000,
        };
        let end = now + call.service * factor / 1_000;
        let outcome = &mut self.outcomes[n];
        outcome.agent = Some(AgentId::from_raw(u32::try_from(agent).unwrap()));
        outcome.start_ms = Some(now);
        outcome.end_ms = Some(end);
        outcome.free_ms = Some(end + call.wrap_up);
        self.steps.push((end + call.wrap_up, Step::Free(agent)));
    }
}

/// Numbers that look like chance, and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

fn level(rank: u64) -> Level {
    Level::Finite(Number(rank as f64))
}

fn scenario(dice: &mut Dice) -> Scenario {
    let types = 1 + dice.below(3) as usize;
    let agents = 1 + dice.below(5) as usize;
    let mut scenario = Scenario { types, agents, ..Scenario::default() };
    // Who may take what, how the agent ranks it, and whom it takes first among agents of that rank.
    let table: Vec<Vec<Option<(u64, u64)>>> = (0..agents)
        .map(|_| {
            let pair = |dice: &mut Dice| (1 + dice.below(3), dice.below(2));
            (0..types).map(|_| (!dice.one_in(4)).then(|| pair(dice))).collect()
        })
        .collect();
    scenario.policy = match dice.below(4) {
        0 => Policy::OrderedAgentsFifo,
        1 => Policy::OrderedAgentsQueueOrder,
        _ => Policy::RankThenLongestIdle,
    };
    if scenario.policy == Policy::RankThenLongestIdle {
        let to_call = |lower: &dyn Fn(usize) -> u64| -> Vec<Vec<Level>> {
            let rank = |rank: u64, kind: usize| level(rank.saturating_sub(lower(kind)).max(1));
            let row = |row: &Vec<Option<(u64, u64)>>| {
                let cells = row.iter().enumerate();
                cells.map(|(t, cell)| cell.map_or(Level::Null, |(r, _)| rank(r, t))).collect()
            };
            table.iter().map(row).collect()
        };
        scenario.rank_agent_to_call = Some(to_call(&|_| 0));
        let to_agent = |kind: usize, agent: usize| match table[agent][kind] {
            Some((rank, ring)) => level(10 * rank + ring),
            None => Level::Null,
        };
        let rows = (0..types).map(|t| (0..agents).map(|a| to_agent(t, a)).collect());
        scenario.rank_call_to_agent = Some(rows.collect());
        if dice.one_in(3) {
            let row: Vec<_> = (0..types).map(|_| Number(1.0 + dice.below(4) as f64)).collect();
            scenario.weight_agent_to_call = Some(vec![row; agents]);
        }
        if dice.one_in(3) {
            let weight = |dice: &mut Dice| Number((1 + dice.below(9)) as f64 / 2.0);
            let rows = (0..types).map(|_| (0..agents).map(|_| weight(dice)).collect());
            scenario.weight_call_to_agent = Some(rows.collect());
        }
        if dice.one_in(3) {
            let lower: Vec<u64> = (0..types).map(|_| dice.below(3)).collect();
            let first = 1 + dice.below(40_000);
            let stages = [(first, 1), (first + 1 + dice.below(40_000), 2)];
            scenario.rank_after_wait = stages
                .iter()
                .map(|(after_wait_ms, times)| AfterWait {
                    after_wait_ms: *after_wait_ms,
                    rank_agent_to_call: to_call(&|kind| lower[kind] * times),
                })
                .collect();
        }
        scenario.wait_credit = scenario.rank_after_wait.is_empty() && dice.one_in(3);
    } else {
        // A list that the agents' own ranks agree with, or the ranks would go in a circle.
        let list = |kind: usize| {
            let mut list: Vec<_> =
                (0..agents).filter_map(|a| table[a][kind].map(|pair| (pair, a))).collect();
            list.sort_unstable();
            list.into_iter().map(|(_, agent)| agent).collect()
        };
        scenario.agent_order_by_type = Some((0..types).map(list).collect());
        let queue_order = scenario.policy == Policy::OrderedAgentsQueueOrder;
        if queue_order || dice.one_in(2) {
            let list = |agent: usize| {
                let mut list: Vec<_> =
                    (0..types).filter_map(|t| table[agent][t].map(|(r, _)| (r, t))).collect();
                list.sort_unstable();
                list.into_iter().map(|(_, kind)| kind).collect()
            };
            scenario.type_order_by_agent = Some((0..agents).map(list).collect());
        }
    }
    if !scenario.wait_credit && dice.one_in(3) {
        let wait = |dice: &mut Dice| {
            let wait = dice.one_in(2).then(|| 1 + dice.below(30_000));
            wait.filter(|_| !dice.one_in(4))
        };
        let rows = (0..agents).map(|_| (0..types).map(|_| wait(dice)).collect());
        scenario.min_wait_ms_agent_call = Some(rows.collect());
    }
    if dice.one_in(3) {
        scenario.service_granularity_ms = Some(4);
        let factor = |dice: &mut Dice| Number(0.25 * (1 + dice.below(8)) as f64);
        let rows = (0..agents).map(|_| (0..types).map(|_| factor(dice)).collect());
        scenario.service_multiplier_agent_call = Some(rows.collect());
    }
    if dice.one_in(2) {
        scenario.initial_staff = Some((0..agents).map(|_| dice.below(2) as u8).collect());
        scenario.staff_changes = (0..20)
            .map(|_| {
                let agent = dice.below(agents as u64) as usize;
                (dice.below(1_500_000) as i64, agent, dice.below(2) as u8)
            })
            .collect();
    }
    scenario
}

fn lines(dice: &mut Dice, scenario: &Scenario) -> Vec<Line> {
    let mut now = 0;
    let gap = 1 + 45_000 / scenario.agents as u64;
    (0..80)
        .map(|_| {
            now += 1 + dice.below(gap) as i64;
            Line {
                kind: dice.below(scenario.types as u64) as usize,
                arrival: now,
                service: 4 * (1 + dice.below(12_000) as i64),
                wrap_up: if dice.one_in(2) { dice.below(20_000) as i64 } else { 0 },
                patience: dice.one_in(2).then(|| 1 + dice.below(90_000) as i64),
                credit: if dice.one_in(3) { dice.below(90_000) as i64 } else { 0 },
            }
        })
        .collect()
}

fn play(scenario: &Scenario, lines: &[Line]) -> Result<Vec<Outcome>, Box<dyn std::error::Error>> {
    let floor = rules::floor(scenario)?;
    let calls = lines.iter().map(|line| Call {
        queue: floor.queues[line.kind],
        arrival_ms: line.arrival,
        service_ms: line.service,
        wrap_up_ms: line.wrap_up,
        patience_ms: line.patience,
        credit: Span::from_millis(if scenario.wait_credit { line.credit as u64 } else { 0 }),
    });
    Ok(floor.host.run(calls.collect())?.0)
}

#[test]
fn the_engine_decides_what_the_rules_say_whatever_they_are() {
    let mut played = 0;
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let scenario = scenario(&mut dice);
        let lines = lines(&mut dice, &scenario);
        let Some(right) = Naive::run(&scenario, &lines) else {
            continue;
        };
        // Two lists that each agree with the agents' ranks may still go in a circle together.
        let ours = match play(&scenario, &lines) {
            Ok(ours) => ours,
            Err(error) if error.to_string().contains("circle") => continue,
            Err(error) => panic!("seed {seed}: {error}"),
        };
        for (n, (ours, right)) in ours.iter().zip(&right).enumerate() {
            assert_eq!(ours, right, "seed {seed}, call {n}: {scenario:?}");
        }
        played += 1;
    }
    assert!(played > 300, "only {played} of 400 were played");
}

#[test]
fn what_no_feature_plays_is_named() {
    let one = |policy, edit: &dyn Fn(&mut Scenario)| {
        let (types, agents) = (2, 2);
        let mut scenario = Scenario { types, agents, policy, ..Scenario::default() };
        scenario.rank_call_to_agent = Some(vec![vec![level(1); agents]; types]);
        scenario.rank_agent_to_call = Some(vec![vec![level(1); types]; agents]);
        edit(&mut scenario);
        let refused = rules::floor(&scenario).err().map(|error| error.to_string());
        refused.unwrap_or_default()
    };
    let by_rank = Policy::RankThenLongestIdle;
    assert_eq!(one(by_rank, &|_| {}), "");
    let longest = one(Policy::OrderedAgentsLongestQueue, &|_| {});
    assert!(longest.starts_with("policy ordered_agents_longest_queue: "), "{longest}");
    let circle = one(by_rank, &|scenario| {
        scenario.rank_agent_to_call =
            Some(vec![vec![level(1), level(2)], vec![level(2), level(1)]]);
    });
    assert!(circle.contains("members_alike"), "{circle}");
    let one_way = one(by_rank, &|scenario| {
        scenario.rank_agent_to_call = Some(vec![vec![level(1), Level::Null]; 2]);
    });
    assert!(one_way.contains("the engine leaves no call waiting"), "{one_way}");
    let by_agent = one(by_rank, &|scenario| {
        scenario.weight_agent_to_call =
            Some(vec![vec![Number(1.0), Number(2.0)], vec![Number(2.0), Number(1.0)]]);
    });
    assert!(by_agent.starts_with("weight_agent_to_call: it differs by agent"), "{by_agent}");
    let shape = one(by_rank, &|scenario| scenario.agents = 3);
    assert!(shape.starts_with("rank_call_to_agent: it is not 2 rows of 3"), "{shape}");
}

#[test]
fn a_field_that_nobody_knows_is_named() {
    let json = r#"{"name":"n","types":1,"agents":1,"policy":"rank_then_longest_idle","tea":1}"#;
    let error = serde_json::from_str::<Scenario>(json).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `tea`"), "{error}");
    let json = r#"{"name":"n","types":1,"agents":1,"policy":"shortest_first"}"#;
    let error = serde_json::from_str::<Scenario>(json).unwrap_err().to_string();
    assert!(error.starts_with("unknown variant `shortest_first`"), "{error}");
}

#[test]
fn a_rank_may_be_written_in_each_of_its_ways() {
    let ranks: Vec<Level> = serde_json::from_str(r#"[1, 2.5, "inf", null]"#).unwrap();
    let ranks: Vec<_> = ranks.into_iter().map(Level::finite).collect();
    assert_eq!(ranks, [Some(1_000), Some(2_500), None, None]);
}
