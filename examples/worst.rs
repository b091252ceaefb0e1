//! The worst single calls: each row is one call on a large floor, with what its cost grows with.
//! `cargo run --release --example worst -- enterprise 100000 1000000`
//!
//! A time says nothing beyond the machine; how a row grows from one floor to another does. A last
//! argument leaves only the rows that have it in their name.

#[path = "../benches/floors/mod.rs"]
mod floors;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use floors::{Floor, Plan, Shape};
use strowger::command::{Change, ChangeWork};
use strowger::model::{
    AgentChoice, Broadcast, ChannelId, Comparison, Evaluation, Measure, Membership, Opens, Order,
    OverflowAction, OverflowRule, PresenceProfile, QueueCondition, SkillId, Trigger, WorkChange,
};
use strowger::prelude::*;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let text =
        |place: usize, usual: &str| arguments.get(place).map_or(usual, String::as_str).to_owned();
    let number = |place: usize, usual: &str| text(place, usual).parse::<usize>().expect("a number");
    let shape = text(0, "enterprise");
    let shape = Shape::ALL.into_iter().find(|known| known.name() == shape).expect("a shape");
    let plan = Arc::new(Plan::new(shape, number(1, "10000")));
    let (waiting, only) = (number(2, "100000"), text(3, ""));

    println!("{} agents, {waiting} waiting, {}\n", plan.people.len(), shape.name());
    println!("{:<30} {:>12} {:>10} {:>10}  grows with", "one call", "time", "facts", "a fact");
    for (name, grows, row) in ROWS {
        if name.contains(&only) {
            let (mut floor, call) = row(Arc::clone(&plan), waiting);
            floor.log.clear();
            let began = Instant::now();
            call(&mut floor);
            report(name, grows, began.elapsed(), floor.log.len());
        }
    }
}

fn report(name: &str, grows: &str, took: Duration, facts: usize) {
    let each = took / u32::try_from(facts.max(1)).unwrap_or(u32::MAX);
    println!("{name:<30} {took:>12.3?} {facts:>10} {each:>10.3?}  {grows}");
}

/// Builds the floor of a row.
type Build = fn(Arc<Plan>, usize) -> Row;

/// A floor, and the call that is made on it.
type Row = (Floor, Box<dyn FnOnce(&mut Floor)>);

/// The rows: what is called, what its cost grows with beside the logarithm of everything, and how.
const ROWS: [(&str, &str, Build); 29] = [
    ("a presence opens for all", "offers that are made", presence_opens),
    ("all wrap-ups end at once", "wrap-ups, and offers that are made", wrap_ups_end),
    ("a queue's window changes", "nothing", |plan, waiting| {
        change_queue(plan, waiting, |queue| {
            queue.with_offer_windows([(VOICE, Some(Span::from_secs(7)))])
        })
    }),
    ("a queue's order changes", "what waits in it", |plan, waiting| {
        change_queue(plan, waiting, |queue| queue.with_order(Order::Lifo))
    }),
    ("a queue gets a longest wait", "what waits in it", |plan, waiting| {
        change_queue(plan, waiting, |queue| queue.with_max_wait(Span::from_mins(999)))
    }),
    ("a membership gets a delay", "what waits in the queue", delay),
    ("the longest wait of all ends", "what waits", wait_ends),
    ("the longest wait, next call", "what waits", wait_ends_further),
    ("a new need of a skill", "agents who have it", |plan, waiting| {
        new_need(plan, waiting, Requirement::skill(SKILL, Comparison::AtLeast, 37))
    }),
    ("a new need of no skill", "one bit an agent", |plan, waiting| {
        let north = Requirement::attribute("team", Comparison::Equal, "north");
        new_need(plan, waiting, Requirement::Not(Box::new(north)))
    }),
    ("an attribute nobody has", "nothing", |plan, waiting| {
        new_need(plan, waiting, Requirement::attribute("team", Comparison::Equal, "south"))
    }),
    ("a new need that takes the best", "agents", |plan, waiting| {
        let need = Need::of(Requirement::skill(SKILL, Comparison::AtLeast, 39));
        asks(plan, waiting, need.with_evaluation(Evaluation::Best))
    }),
    ("the hundred-thousandth new need", "nothing", many_needs),
    ("waiting work asks for more", "agents who have it", change_work),
    ("fifty are asked, by share", "members", |plan, _| fifty(plan, AgentChoice::WeightedShare, 0)),
    ("fifty are asked, by idle time", "fifty", |plan, _| fifty(plan, AgentChoice::LongestIdle, 0)),
    ("fifty are asked, some spared", "members", |plan, _| fifty(plan, AgentChoice::LongestIdle, 3)),
    ("a watched queue is looked at", "nothing, as long as no rule holds", watched),
    ("a rule may hold for all", "one call's bound", |plan, waiting| {
        inspected(plan, waiting, Trigger::NobodyEligible)
    }),
    ("a rule holds for all", "one call's bound", |plan, waiting| {
        inspected(plan, waiting, Trigger::Queue(at_least(0)))
    }),
    ("the hundredth waits too far back", "one call's bound, and the place", |plan, waiting| {
        let place = Trigger::Position { is: Comparison::More, value: 100 };
        inspected(plan, waiting, Trigger::All(vec![place, Trigger::Waited(Span::from_mins(29))]))
    }),
    ("free, beside as many needs", "needs that wait in their queues", |plan, waiting| {
        free_among_needs(plan, waiting, false)
    }),
    ("free, they fit one of them", "needs that wait in their queues", |plan, waiting| {
        free_among_needs(plan, waiting, true)
    }),
    ("a presence of nobody changes", "agents, a look at each", |plan, waiting| {
        let mut floor = Floor::loaded(plan, waiting);
        let id = floor.tell(Define::new("x", PresenceProfile::of(SystemPresence::Meeting)));
        let open = PresenceProfile::of(SystemPresence::Meeting).with_opens(Opens::Everything);
        (floor, Box::new(move |floor| floor.tell(Change::new(id, open))))
    }),
    ("an agent goes away", "their queues", |plan, waiting| {
        loaded(plan, waiting, |floor| floor.presence(0, SystemPresence::Away))
    }),
    ("an agent is explained", "what waits where they are", |plan, waiting| {
        loaded(plan, waiting, |floor| drop(black_box(floor.engine.explain_agent(AGENT))))
    }),
    ("work is explained", "members, and what waits before it", |plan, waiting| {
        let (floor, _) = loaded(plan, waiting, |_| {});
        let work = floor.all_waiting()[0];
        (floor, Box::new(move |floor| drop(black_box(floor.engine.explain_work(work)))))
    }),
    ("a snapshot", "everything", |plan, waiting| {
        loaded(plan, waiting, |floor| drop(black_box(floor.engine.snapshot())))
    }),
    ("a digest", "everything", |plan, waiting| {
        loaded(plan, waiting, |floor| {
            black_box(floor.engine.digest());
        })
    }),
];

const QUEUE: QueueId = QueueId::from_raw(0);
const AGENT: AgentId = AgentId::from_raw(0);
const SKILL: SkillId = SkillId::from_raw(0);
const VOICE: ChannelId = ChannelId::from_raw(0);

fn loaded(plan: Arc<Plan>, waiting: usize, call: fn(&mut Floor)) -> Row {
    (Floor::loaded(plan, waiting), Box::new(call))
}

/// All are at a meeting, which opens nothing, and then it opens everything.
fn presence_opens(plan: Arc<Plan>, waiting: usize) -> Row {
    let mut floor = Floor::waiting(plan, waiting);
    let meeting = PresenceProfile::of(SystemPresence::Meeting);
    let id = floor.tell(Define::new("assembly", meeting));
    for agent in 0..floor.plan.people.len() {
        floor.tell(SetPresence::new(AgentId::from_raw(agent as u32), id));
    }
    let over = PresenceProfile::of(SystemPresence::Meeting).with_opens(Opens::Everything);
    (floor, Box::new(move |floor| floor.tell(Change::new(id, over))))
}

/// All are in a wrap-up with the same time-out.
fn wrap_ups_end(plan: Arc<Plan>, waiting: usize) -> Row {
    let mut floor = Floor::loaded(plan, waiting);
    while let Some((work, _)) = floor.take_busy() {
        floor.tell(FinishContact::new(work, Finisher::Agent));
    }
    (floor, Box::new(|floor| pass(floor, Span::from_mins(61))))
}

fn pass(floor: &mut Floor, time: Span) {
    floor.now = floor.now + time;
    floor.engine.advance(floor.now, &mut floor.log).expect("time passes");
}

fn profile(floor: &Floor) -> QueueProfile {
    floor.engine.view().queue(QUEUE).expect("a queue").profile().clone()
}

fn change_queue(plan: Arc<Plan>, waiting: usize, change: fn(QueueProfile) -> QueueProfile) -> Row {
    let floor = Floor::loaded(plan, waiting);
    let changed = change(profile(&floor));
    (floor, Box::new(move |floor| floor.tell(Change::new(QUEUE, changed))))
}

fn delay(plan: Arc<Plan>, waiting: usize) -> Row {
    let mut floor = Floor::loaded(plan, waiting);
    pass(&mut floor, Span::from_mins(5));
    let later = Membership::default().with_delay(Span::from_mins(2));
    let join = SetMembership::new(AGENT, QUEUE).with_membership(later);
    (floor, Box::new(move |floor| floor.tell(join)))
}

fn wait_ends(plan: Arc<Plan>, waiting: usize) -> Row {
    let mut floor = Floor::waiting(plan, waiting);
    for queue in 0..floor.plan.queues {
        let id = QueueId::from_raw(queue);
        let profile = floor.engine.view().queue(id).expect("a queue").profile().clone();
        floor.tell(Change::new(id, profile.with_max_wait(Span::from_mins(999))));
    }
    (floor, Box::new(|floor| pass(floor, Span::from_mins(1_200))))
}

fn wait_ends_further(plan: Arc<Plan>, waiting: usize) -> Row {
    let (mut floor, call) = wait_ends(plan, waiting);
    call(&mut floor);
    (floor, Box::new(|floor| pass(floor, Span::ZERO)))
}

fn new_need(plan: Arc<Plan>, waiting: usize, requirement: Requirement) -> Row {
    asks(plan, waiting, Need::of(requirement))
}

fn asks(plan: Arc<Plan>, waiting: usize, need: Need) -> Row {
    let floor = Floor::loaded(plan, waiting);
    let request = WorkRequest::new(QUEUE, VOICE).with_need(need);
    (
        floor,
        Box::new(move |floor| {
            floor.tell(Submit::new(request));
        }),
    )
}

fn change_work(plan: Arc<Plan>, waiting: usize) -> Row {
    let floor = Floor::loaded(plan, waiting);
    let need = Need::of(Requirement::skill(SKILL, Comparison::AtLeast, 38));
    let change = ChangeWork::new(floor.all_waiting()[0], WorkChange::default().with_need(need));
    (floor, Box::new(move |floor| floor.tell(change)))
}

/// A sender has asked for something else with each of 100,000 calls, and hung up.
fn many_needs(plan: Arc<Plan>, waiting: usize) -> Row {
    let mut floor = Floor::loaded(plan, waiting);
    let request = |number: i64| {
        let requirement = Requirement::attribute("order", Comparison::Equal, number);
        WorkRequest::new(QUEUE, VOICE).with_need(Need::of(requirement))
    };
    for number in 0..100_000 {
        let work = floor.tell(Submit::new(request(number)));
        floor.tell(Abandon::new(work));
    }
    let last = request(100_000);
    (
        floor,
        Box::new(move |floor| {
            floor.tell(Submit::new(last));
        }),
    )
}

/// All wait in queues that have a rule for the time when nobody is there, and somebody is.
fn watched(plan: Arc<Plan>, waiting: usize) -> Row {
    inspected(plan, waiting, Trigger::Queue(at_least(i64::MAX)))
}

fn at_least(waiting: i64) -> QueueCondition {
    QueueCondition::new(Measure::Waiting, Comparison::AtLeast, waiting)
}

/// A queue with such a rule is inspected.
fn inspected(plan: Arc<Plan>, waiting: usize, when: Trigger) -> Row {
    let mut floor = Floor::loaded(plan, waiting);
    let rule = OverflowRule::new(when, OverflowAction::OfferCallback);
    let watched = profile(&floor).with_overflow([rule]).with_inspect_every(Span::from_mins(30));
    floor.tell(Change::new(QUEUE, watched));
    (floor, Box::new(|floor| pass(floor, Span::from_mins(30))))
}

/// All that waits in a queue asks for something else, and somebody comes free there who has none of
/// it, or what the last asks for.
fn free_among_needs(plan: Arc<Plan>, waiting: usize, fits_last: bool) -> Row {
    let mut floor = Floor::idle(plan);
    let queue = floor.tell(Define::new("orders", QueueProfile::default()));
    for number in 0..waiting {
        let order = Requirement::attribute("order", Comparison::Equal, number as i64);
        floor.tell(Submit::new(WorkRequest::new(queue, VOICE).with_need(Need::of(order))));
    }
    let last = if fits_last { waiting as i64 - 1 } else { -1 };
    let clerk = AgentProfile::default().with_attributes([("order".into(), last.into())]);
    let clerk = floor.tell(Define::new("clerk", clerk));
    floor.tell(SetMembership::new(clerk, queue));
    (
        floor,
        Box::new(move |floor| floor.tell(SetPresence::new(clerk, SystemPresence::OnQueue.id()))),
    )
}

/// Everybody is free, and fifty are asked in one go, chosen by this rule; so few who have a skill
/// are scarce.
fn fifty(plan: Arc<Plan>, choice: AgentChoice, scarce: u16) -> Row {
    let mut floor = Floor::idle(plan);
    let wide = profile(&floor)
        .with_broadcast(Broadcast::up_to(50).with_min(50))
        .with_spare_scarce(scarce)
        .with_choice(choice);
    floor.tell(Change::new(QUEUE, wide));
    let request = WorkRequest::new(QUEUE, VOICE);
    (
        floor,
        Box::new(move |floor| {
            floor.tell(Submit::new(request));
        }),
    )
}
