//! The rules of a trace, said in the engine's words.

use std::collections::BTreeMap;
use std::error::Error;

use strowger::host::Scorer;
use strowger::model::{
    AgentChoice, IdleClock, IdleSince, Order, OverflowAction, OverflowRule, Requeue, Trigger,
    WrapUpMode, WrapUpProfile,
};
use strowger::prelude::*;
use strowger::view::{AgentView, WorkView};

use crate::host::Host;
use crate::ranks;
use crate::scenario::{Level, Number, Policy, Scenario};

/// The rings of a queue.
const RINGS: usize = 16;

/// Idle since the last release or since coming back, as the traces count.
fn idle_clock() -> IdleClock {
    IdleClock::default().with_since(IdleSince::Ready).with_own_channel(false)
}

/// A floor with the rules of a trace.
pub(crate) struct Floor {
    pub host: Host,
    /// The queue in which a call of each type enters.
    pub queues: Vec<QueueId>,
    /// Each field of the trace, and what of the engine plays it.
    pub plays: BTreeMap<&'static str, String>,
}

/// What no rule of the engine plays.
fn missing<T>(field: &str, what: &str) -> Result<T, Box<dyn Error>> {
    Err(format!("{field}: {what}").into())
}

/// Sets up the engine.
pub(crate) fn floor(scenario: &Scenario) -> Result<Floor, Box<dyn Error>> {
    check_shape(scenario)?;
    let mut plays = BTreeMap::new();
    let after = stages(scenario)?;
    let (types, agents) = (scenario.types, scenario.agents);
    let queue_of = |kind: usize, stage: usize| kind * after.len() + stage;
    let listed = scenario.policy != Policy::RankThenLongestIdle;
    let (of_agents, of_queues) = orders(scenario, &after)?;
    let told_apart = if listed { usize::from(u16::MAX) } else { RINGS };
    let Some(ranks) = ranks::both_ways(&of_queues, &of_agents, told_apart) else {
        return missing(
            "rank_call_to_agent and rank_agent_to_call",
            "they go in a circle, and a membership has one rank; a queue that treats its members \
             alike (`members_alike`) would play it",
        );
    };
    let mut scorer = WeightedIdle::default();
    let mut host = Host::new(0)?;
    let mut queues = Vec::new();
    // From the last stage on: a queue names the one that its calls move on to.
    for kind in 0..types {
        let mut next = None;
        for stage in (0..after.len()).rev() {
            let mut profile = weighted(queue_profile(scenario), scenario, kind)?;
            if let Some(queue) = next {
                let waited = Span::from_millis(after[stage + 1] - after[stage]);
                let placement = Requeue::KeepScore;
                let then = OverflowAction::Move { queue, placement };
                let rule = OverflowRule::new(Trigger::Waited(waited), then);
                profile = profile.with_overflow([rule]);
            }
            let key = format!("type-{kind}-from-{}-ms", after[stage]);
            next = Some(host.tell(0, Define::new(key, profile))?);
            queues.push((queue_of(kind, stage), next));
            if let (Some(queue), Some(weights)) = (next, &scenario.weight_call_to_agent) {
                let weights = weights[kind].iter().map(|weight| weight.thousandths());
                scorer.weights.insert(queue, weights.collect());
            }
        }
    }
    queues.sort_unstable_by_key(|(place, _)| *place);
    let queues: Vec<QueueId> = queues.into_iter().filter_map(|(_, queue)| queue).collect();
    for a in 0..agents {
        let agent = host.tell(0, Define::new(format!("agent-{a}"), AgentProfile::default()))?;
        for kind in 0..types {
            for (stage, after_ms) in after.iter().enumerate() {
                let place = queue_of(kind, stage);
                let (Some(order), Some(_)) = (of_agents[place][a], of_queues[a][place]) else {
                    continue;
                };
                let hidden = scenario.min_wait_ms_agent_call.as_ref();
                let hidden = hidden.and_then(|waits| waits[a][kind]).unwrap_or(0);
                let delay = Span::from_millis(hidden.saturating_sub(*after_ms));
                let terms = Membership::default().with_rank(ranks[a][place]).with_delay(delay);
                let terms = if listed {
                    terms.with_position(u16::try_from(order)?)
                } else {
                    // Where ranks tell the agents apart, there may be more of them than rings.
                    terms.with_ring(u8::try_from(order.min(RINGS - 1))?)
                };
                let join = SetMembership::new(agent, queues[place]).with_membership(terms);
                host.tell(0, join)?;
                if let Some(factors) = &scenario.service_multiplier_agent_call {
                    host.paces.insert((agent, queues[queue_of(kind, 0)]), factors[a][kind].0);
                }
            }
        }
        if scenario.initial_staff.as_ref().is_none_or(|staff| staff[a] == 1) {
            host.staff(0, agent, true);
        }
    }
    for (at_ms, a, on) in &scenario.staff_changes {
        host.staff(*at_ms, AgentId::from_raw(u32::try_from(*a)?), *on == 1);
    }
    if !scorer.weights.is_empty() {
        host.engine = host.engine.with_scorer(scorer);
    }
    say(scenario, &mut plays);
    let queues = (0..types).map(|kind| queues[queue_of(kind, 0)]).collect();
    Ok(Floor { host, queues, plays })
}

/// The instants of a wait at which a call's ranks change, the first of them 0.
fn stages(scenario: &Scenario) -> Result<Vec<u64>, Box<dyn Error>> {
    let mut after = vec![0];
    for stage in &scenario.rank_after_wait {
        if after.last().is_some_and(|last| *last >= stage.after_wait_ms) {
            return missing("rank_after_wait", "the waits must rise, from more than 0");
        }
        after.push(stage.after_wait_ms);
    }
    if after.len() > 1 && scenario.wait_credit {
        return missing(
            "rank_after_wait with wait_credit",
            "the ranks of a type go by the wait of its head, and a head that has credit may have \
             waited less than a call behind it; in the engine each call has the rank of its own \
             wait",
        );
    }
    Ok(after)
}

/// In what order queues take agents, and agents queues; a queue for each type and each stage.
fn orders(
    scenario: &Scenario,
    after: &[u64],
) -> Result<(ranks::Order, ranks::Order), Box<dyn Error>> {
    match scenario.policy {
        Policy::RankThenLongestIdle => orders_by_rank(scenario, after.len()),
        Policy::OrderedAgentsLongestQueue => missing(
            "policy ordered_agents_longest_queue",
            "a freed agent takes from the queue in which most wait; the engine has no such order \
             among an agent's queues, which compare by rank and then by the order of work",
        ),
        Policy::OrderedAgentsQueueOrder | Policy::OrderedAgentsFifo => {
            if after.len() > 1 {
                return missing("rank_after_wait", "the policy has lists and no ranks");
            }
            orders_by_list(scenario)
        }
    }
}

fn orders_by_rank(
    scenario: &Scenario,
    stages: usize,
) -> Result<(ranks::Order, ranks::Order), Box<dyn Error>> {
    if scenario.agent_order_by_type.is_some() || scenario.type_order_by_agent.is_some() {
        return missing("agent_order_by_type, type_order_by_agent", "the policy has no lists");
    }
    let (Some(to_agent), Some(to_call)) =
        (&scenario.rank_call_to_agent, &scenario.rank_agent_to_call)
    else {
        return missing("rank_call_to_agent, rank_agent_to_call", "the policy needs both");
    };
    let (types, agents) = (scenario.types, scenario.agents);
    let mut of_agents = vec![vec![None; agents]; types * stages];
    let mut of_queues = vec![vec![None; types * stages]; agents];
    for kind in 0..types {
        let mut known: Vec<_> = to_agent[kind].iter().filter_map(|level| level.finite()).collect();
        known.sort_unstable();
        known.dedup();
        for a in 0..agents {
            let mut before: Option<Option<i64>> = None;
            for stage in 0..stages {
                let table = match stage.checked_sub(1) {
                    None => to_call,
                    Some(n) => &scenario.rank_after_wait[n].rank_agent_to_call,
                };
                let level = table[a][kind].finite();
                if before.is_some_and(|before| before.is_some() != level.is_some()) {
                    return missing(
                        "rank_after_wait",
                        "an agent may take a type from some wait on, or until then; the first is \
                         `min_wait_ms_agent_call`",
                    );
                }
                if before.flatten() < level && before.is_some() {
                    return missing(
                        "rank_after_wait",
                        "a rank gets worse with the wait, so a call would be behind younger ones \
                         of its type; in the engine each call has the rank of its own wait",
                    );
                }
                before = Some(level);
                let place = kind * stages + stage;
                match (to_agent[kind][a].finite(), level) {
                    (Some(order), Some(level)) => {
                        of_agents[place][a] = known.iter().position(|known| *known == order);
                        of_queues[a][place] = Some(usize::try_from(level.max(0))?);
                    }
                    (None, None) => {}
                    (_, _) => {
                        return missing(
                            "rank_call_to_agent and rank_agent_to_call",
                            "a call may find an agent and the agent not the call, or the reverse; \
                             the engine leaves no call waiting beside an agent who may take it",
                        );
                    }
                }
            }
        }
    }
    Ok((of_agents, of_queues))
}

fn orders_by_list(scenario: &Scenario) -> Result<(ranks::Order, ranks::Order), Box<dyn Error>> {
    let Some(lists) = &scenario.agent_order_by_type else {
        return missing("agent_order_by_type", "the policy needs it");
    };
    let (types, agents) = (scenario.types, scenario.agents);
    let mut of_agents = vec![vec![None; agents]; types];
    let mut of_queues = vec![vec![None; types]; agents];
    for (kind, list) in lists.iter().enumerate() {
        for (place, agent) in list.iter().enumerate() {
            of_agents[kind][*agent] = Some(place);
        }
    }
    for (agent, queues) in of_queues.iter_mut().enumerate() {
        for (kind, of_agents) in of_agents.iter().enumerate() {
            let list = scenario.type_order_by_agent.as_ref().map(|lists| &lists[agent]);
            let place = match list {
                Some(list) => list.iter().position(|listed| *listed == kind),
                None => of_agents[agent].map(|_| 0),
            };
            if place.is_some() != of_agents[agent].is_some() {
                return missing(
                    "agent_order_by_type and type_order_by_agent",
                    "an agent is on the list of a type that is not on theirs, or the reverse; the \
                     engine leaves no call waiting beside an agent who may take it",
                );
            }
            // First come, first served: what an agent may take is all of one rank.
            let alike = scenario.policy == Policy::OrderedAgentsFifo;
            queues[kind] = place.map(|place| if alike { 0 } else { place });
        }
    }
    if scenario.policy == Policy::OrderedAgentsQueueOrder && scenario.type_order_by_agent.is_none()
    {
        return missing("type_order_by_agent", "the policy needs it");
    }
    let never = |kind: usize, agent: usize| {
        let to_agent = scenario.rank_call_to_agent.as_ref();
        let to_call = scenario.rank_agent_to_call.as_ref();
        to_agent.is_some_and(|ranks| ranks[kind][agent].finite().is_none())
            || to_call.is_some_and(|ranks| ranks[agent][kind].finite().is_none())
    };
    if (0..types).any(|k| (0..agents).any(|a| never(k, a) && of_agents[k][a].is_some())) {
        return missing(
            "rank_call_to_agent, rank_agent_to_call",
            "one says never of an agent on the list of the type",
        );
    }
    Ok((of_agents, of_queues))
}

fn queue_profile(scenario: &Scenario) -> QueueProfile {
    let choice = match scenario.policy {
        Policy::RankThenLongestIdle if scenario.weight_call_to_agent.is_some() => {
            AgentChoice::Scored
        }
        Policy::RankThenLongestIdle => AgentChoice::LongestIdle,
        Policy::OrderedAgentsLongestQueue
        | Policy::OrderedAgentsQueueOrder
        | Policy::OrderedAgentsFifo => AgentChoice::FixedOrder,
    };
    QueueProfile::default()
        .with_choice(choice)
        .with_idle(idle_clock())
        .with_wrap_up(WrapUpProfile::of(WrapUpMode::Mandatory))
}

/// The longest weighted wait first: the ratio of the wait to an objective that is the shorter, the
/// heavier the type. The objectives are the smallest whole numbers, so that no two ratios that
/// differ become equal.
fn weighted(
    profile: QueueProfile,
    scenario: &Scenario,
    kind: usize,
) -> Result<QueueProfile, Box<dyn Error>> {
    let Some(weights) = &scenario.weight_agent_to_call else {
        return Ok(profile);
    };
    let Some(first) = weights.first() else {
        return Ok(profile);
    };
    if weights.iter().any(|agent| agent != first) {
        return missing(
            "weight_agent_to_call",
            "it differs by agent; in the engine a queue has an objective (`Order::Ratio`), and a \
             membership none",
        );
    }
    if first.iter().any(|weight| weight.thousandths() <= 0) {
        return missing("weight_agent_to_call", "a weight must be more than 0");
    }
    let weights: Vec<u64> =
        first.iter().map(|weight| weight.thousandths().unsigned_abs()).collect();
    let whole = weights.iter().fold(1, |all, weight| all / divisor(all, *weight) * weight);
    let objectives = weights.iter().map(|weight| whole / weight);
    let common = objectives.clone().fold(0, divisor);
    let objectives: Vec<u64> = objectives.map(|objective| objective / common.max(1)).collect();
    let objective = Span::from_millis(objectives[kind]);
    Ok(profile.with_order(Order::Ratio).with_service_target(objective))
}

/// The greatest common divisor.
fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// The weighted idle time of an agent, by queue.
#[derive(Debug, Default)]
struct WeightedIdle {
    weights: BTreeMap<QueueId, Vec<i64>>,
}

impl Scorer for WeightedIdle {
    fn score(&self, work: WorkView<'_>, agent: AgentView<'_>) -> i64 {
        let idle = work.now().since(agent.idle_since(idle_clock(), work.request().channel));
        let weights = self.weights.get(&work.queue());
        let weight = weights.and_then(|weights| weights.get(agent.id().raw() as usize));
        let idle = i64::try_from(idle.as_millis()).unwrap_or(i64::MAX);
        idle.saturating_mul(weight.copied().unwrap_or(1_000))
    }
}

/// Says of each field that is there what plays it.
fn say(scenario: &Scenario, plays: &mut BTreeMap<&'static str, String>) {
    let mut say = |there: bool, field, feature: &str| {
        if there {
            plays.insert(field, feature.to_owned());
        }
    };
    let listed = scenario.policy != Policy::RankThenLongestIdle;
    say(!listed, "rank_agent_to_call", "Membership::rank");
    say(!listed, "rank_call_to_agent", "Membership::ring, within one rank");
    say(listed, "agent_order_by_type", "AgentChoice::FixedOrder, Membership::position");
    let by_agent = scenario.type_order_by_agent.is_some();
    say(by_agent, "type_order_by_agent", "Membership::rank; one rank for all: first come");
    let weights = scenario.weight_call_to_agent.is_some();
    say(weights, "weight_call_to_agent", "AgentChoice::Scored, a Scorer over the idle time");
    let weights = scenario.weight_agent_to_call.is_some();
    say(weights, "weight_agent_to_call", "Order::Ratio, the service target as objective");
    let hidden = scenario.min_wait_ms_agent_call.is_some();
    say(hidden, "min_wait_ms_agent_call", "Membership::delay");
    let after = !scenario.rank_after_wait.is_empty();
    let moved = "OverflowRule: waited, move to a queue of other ranks, which keeps its place";
    say(after, "rank_after_wait", moved);
    say(scenario.wait_credit, "wait_credit", "WorkRequest::credit");
    let factors = scenario.service_multiplier_agent_call.is_some();
    say(factors, "service_multiplier_agent_call", "none: how long a call takes is the host's");
    let grain = scenario.service_granularity_ms.is_some();
    say(grain, "service_granularity_ms", "none: checked of every service time");
    let staff = scenario.initial_staff.is_some();
    say(staff, "initial_staff", "SetPresence");
    say(!scenario.staff_changes.is_empty(), "staff_changes", "SetPresence");
}

/// Every table has a row for each of what it is about, and names nothing else.
fn check_shape(scenario: &Scenario) -> Result<(), Box<dyn Error>> {
    fn table<T>(
        field: &str,
        table: Option<&Vec<Vec<T>>>,
        rows: usize,
        columns: usize,
    ) -> Result<(), Box<dyn Error>> {
        let Some(table) = table else { return Ok(()) };
        if table.len() != rows || table.iter().any(|row| row.len() != columns) {
            return missing(field, &format!("it is not {rows} rows of {columns}"));
        }
        Ok(())
    }
    fn list(
        field: &str,
        lists: Option<&Vec<Vec<usize>>>,
        rows: usize,
        of: usize,
    ) -> Result<(), Box<dyn Error>> {
        let Some(lists) = lists else { return Ok(()) };
        let twice = |list: &Vec<usize>| {
            let mut sorted = list.clone();
            sorted.sort_unstable();
            sorted.dedup();
            sorted.len() < list.len()
        };
        if lists.len() != rows || lists.iter().flatten().any(|n| *n >= of) {
            return missing(field, &format!("it is not {rows} lists of numbers below {of}"));
        }
        if lists.iter().any(twice) {
            return missing(field, "a list names somebody twice");
        }
        Ok(())
    }
    let (types, agents) = (scenario.types, scenario.agents);
    let s = scenario;
    table::<Level>("rank_call_to_agent", s.rank_call_to_agent.as_ref(), types, agents)?;
    table::<Level>("rank_agent_to_call", s.rank_agent_to_call.as_ref(), agents, types)?;
    for after in &s.rank_after_wait {
        table("rank_after_wait", Some(&after.rank_agent_to_call), agents, types)?;
    }
    table::<Number>("weight_call_to_agent", s.weight_call_to_agent.as_ref(), types, agents)?;
    table::<Number>("weight_agent_to_call", s.weight_agent_to_call.as_ref(), agents, types)?;
    table("min_wait_ms_agent_call", s.min_wait_ms_agent_call.as_ref(), agents, types)?;
    let factors = s.service_multiplier_agent_call.as_ref();
    table::<Number>("service_multiplier_agent_call", factors, agents, types)?;
    list("agent_order_by_type", s.agent_order_by_type.as_ref(), types, agents)?;
    list("type_order_by_agent", s.type_order_by_agent.as_ref(), agents, types)?;
    if s.initial_staff.as_ref().is_some_and(|staff| staff.len() != agents) {
        return missing("initial_staff", &format!("it is not of {agents} agents"));
    }
    if s.staff_changes.iter().any(|(_, agent, on)| *agent >= agents || *on > 1) {
        return missing("staff_changes", "one names nobody, or is neither 0 nor 1");
    }
    if s.weight_call_to_agent.is_some() && s.policy != Policy::RankThenLongestIdle {
        return missing("weight_call_to_agent", "the policy takes agents by a list");
    }
    if s.weight_agent_to_call.is_some() && s.policy != Policy::RankThenLongestIdle {
        return missing("weight_agent_to_call", "the policy takes calls by their age");
    }
    Ok(())
}
