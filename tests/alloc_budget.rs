//! What a command allocates once a floor has settled, and what lies in memory for each thing that
//! waits, is offered or works. Prints the tables: `cargo test --test alloc_budget -- --nocapture`.
//!
//! Bytes are those asked for, all indexes included; what the allocator adds is not counted.

#[path = "../benches/floors/mod.rs"]
mod floors;

use std::alloc::System;
use std::collections::BTreeMap;
use std::sync::Arc;

use floors::floor::NEVER;
use floors::plan::Person;
use floors::random::Random;
use floors::recorded::PROFILES;
use floors::{Floor, Plan, Recorded, Shape, Visitors};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use strowger::Action;
use strowger::command::{
    Advance, Cancel, ConsultQueue, Hold, Park, Resume, Resumer, Retrieve, TransferToQueue,
};
use strowger::model::OfferId;
use strowger::prelude::*;
use strowger::state::Stage;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Hundredths of an allocation a command, on a plain floor and in an enterprise.
const ALLOCATIONS: [(&str, [u64; 2]); 18] = [
    ("submit, offered", [0, 3]),
    ("submit, waits", [0, 17]),
    ("accept", [0, 0]),
    ("reject", [200, 200]),
    ("advance, missed", [200, 200]),
    ("hold", [0, 0]),
    ("retrieve", [0, 0]),
    ("park", [0, 1]),
    ("resume", [0, 0]),
    ("transfer to queue", [0, 0]),
    ("consult a queue", [100, 101]),
    ("take a consult back", [0, 0]),
    ("finish contact", [0, 1]),
    ("end wrap-up", [0, 1]),
    ("end wrap-up, next offered", [0, 0]),
    ("set presence", [0, 0]),
    ("cancel", [7, 1]),
    ("abandon", [0, 0]),
];

/// Bytes of each thing, on a plain floor and in an enterprise.
const WAITING_ITEM: [i64; 2] = [292, 276];
const OFFERED_ITEM: [i64; 2] = [548, 327];
const AGENT_OF_20_SKILLS_AND_20_QUEUES: i64 = 1_500;

/// A session of ten pages, its customer and all indexes included.
const SESSION_OF_TEN_PAGES: i64 = 2_560;

/// A byte that each archived record left behind would be 20,000. Tables that come and go in blocks
/// are a little fuller now and then.
const RECORDS: [i64; 2] = [1_024, 8_192];

/// How often each command was told, and how often it allocated.
#[derive(Default)]
struct Meter(BTreeMap<&'static str, (u64, u64)>);

fn allocations() -> u64 {
    let stats = ALLOCATOR.stats();
    (stats.allocations + stats.reallocations) as u64
}

fn bytes() -> i64 {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated as i64 - stats.bytes_deallocated as i64
}

impl Meter {
    fn tell<A: Action<Layer = Engine> + Clone + Into<Command>>(
        &mut self,
        floor: &mut Floor,
        name: &'static str,
        action: A,
    ) -> A::Output {
        let before = allocations();
        let output = floor.tell(action);
        self.note(name, allocations() - before);
        output
    }

    fn note(&mut self, name: &'static str, allocations: u64) {
        let (times, sum) = self.0.entry(name).or_default();
        (*times, *sum) = (*times + 1, *sum + allocations);
    }

    /// Hundredths, rounded up.
    fn mean(&self, name: &str) -> u64 {
        self.0.get(name).map_or(0, |(times, sum)| (sum * 100).div_ceil(*times))
    }

    fn submit(&mut self, floor: &mut Floor) -> Option<(OfferId, WorkId, AgentId)> {
        floor.log.clear();
        let before = allocations();
        let work = floor.submit();
        let spent = allocations() - before;
        let offered = floor.open_offer().filter(|(_, open, _)| *open == work);
        self.note(if offered.is_some() { "submit, offered" } else { "submit, waits" }, spent);
        offered
    }

    fn presence(&mut self, floor: &mut Floor, agent: AgentId, system: SystemPresence) {
        self.tell(floor, "set presence", SetPresence::new(agent, system.id()));
    }
}

/// One of six ways in which work goes where somebody is idle.
fn idle_round(floor: &mut Floor, meter: &mut Meter, round: usize) {
    floor.pass_a_moment();
    let Some((offer, work, agent)) = meter.submit(floor) else {
        let left: Vec<_> = floor.engine.view().works().map(|work| work.id()).collect();
        left.into_iter().for_each(|work| floor.tell(Cancel::new(work)));
        return;
    };
    match round % 6 {
        0 => {
            meter.tell(floor, "reject", Reject::new(offer).with_reason(NEVER));
            return meter.tell(floor, "cancel", Cancel::new(work));
        }
        1 => {
            floor.now = floor.now + Span::from_secs(8);
            meter.tell(floor, "advance, missed", Advance::default());
            floor.tell(Cancel::new(work));
            return meter.presence(floor, agent, SystemPresence::OnQueue);
        }
        _ => meter.tell(floor, "accept", Accept::new(offer)),
    }
    match round % 6 {
        2 => {
            meter.tell(floor, "hold", Hold::new(work));
            meter.tell(floor, "retrieve", Retrieve::new(work));
        }
        3 => {
            meter.tell(floor, "park", Park::new(work));
            meter.tell(floor, "resume", Resume::new(work, Resumer::Agent));
        }
        4 => {
            let queue = floor.engine.view().work(work).expect("open work").queue();
            let transfer = TransferToQueue::new(work, queue);
            meter.tell(floor, "transfer to queue", transfer);
            floor.tell(Cancel::new(work));
            return floor.tell(EndWrapUp::new(work, agent));
        }
        _ => {}
    }
    meter.tell(floor, "finish contact", FinishContact::new(work, Finisher::Agent));
    meter.tell(floor, "end wrap-up", EndWrapUp::new(work, agent));
}

/// An agent who has work looks for anybody of its queue who takes part, and takes that back.
fn consult(floor: &mut Floor, meter: &mut Meter) {
    floor.pass_a_moment();
    let Some((offer, work, agent)) = Meter::default().submit(floor) else {
        let left: Vec<_> = floor.engine.view().works().map(|work| work.id()).collect();
        return left.into_iter().for_each(|work| floor.tell(Cancel::new(work)));
    };
    floor.tell(Accept::new(offer));
    let queue = floor.engine.view().work(work).expect("open work").queue();
    meter.tell(floor, "consult a queue", ConsultQueue::new(work, queue));
    let stand_in = floor.engine.view().work(work).and_then(|work| work.stand_ins().next());
    let stand_in = stand_in.expect("somebody is looked for");
    meter.tell(floor, "take a consult back", Cancel::new(stand_in));
    floor.tell(FinishContact::new(work, Finisher::Agent));
    floor.tell(EndWrapUp::new(work, agent));
}

/// An agent comes free where much waits, takes the next, and somebody else hangs up.
fn busy_turn(floor: &mut Floor, meter: &mut Meter, waiting: &mut Vec<WorkId>) {
    floor.pass_a_moment();
    let Some((work, agent)) = floor.take_busy() else {
        return;
    };
    meter.tell(floor, "finish contact", FinishContact::new(work, Finisher::Agent));
    meter.tell(floor, "end wrap-up, next offered", EndWrapUp::new(work, agent));
    while floor.accept() > 0 {}
    let _ = meter.submit(floor);
    if floor.random.below(4) == 0
        && let Some(work) = waiting.pop()
        && floor.engine.view().work(work).is_some_and(|work| work.stage() == Stage::Queued)
    {
        meter.tell(floor, "abandon", Abandon::new(work));
        let _ = meter.submit(floor);
    }
}

fn commands(shape: Shape) -> Meter {
    let plan = Arc::new(Plan::new(shape, 200));
    let mut meter = Meter::default();
    for measured in [false, true] {
        let mut floor = Floor::idle(Arc::clone(&plan));
        floor.shares = true;
        let mut warm_up = Meter::default();
        (0..12_000).for_each(|turn| idle_round(&mut floor, &mut warm_up, turn));
        (0..6_000).for_each(|turn| idle_round(&mut floor, &mut meter, turn));
        if measured {
            break;
        }
        meter = Meter::default();
    }
    let mut floor = Floor::idle(Arc::clone(&plan));
    floor.shares = true;
    let mut warm_up = Meter::default();
    (0..12_000).for_each(|_| consult(&mut floor, &mut warm_up));
    (0..2_000).for_each(|_| consult(&mut floor, &mut meter));
    let mut floor = Floor::loaded(plan, 4_000);
    floor.shares = true;
    let mut waiting = floor.all_waiting();
    let mut warm_up = Meter::default();
    // The engine remembers the last 10,000 pieces of work.
    (0..12_000).for_each(|_| busy_turn(&mut floor, &mut warm_up, &mut waiting));
    (0..4_000).for_each(|_| busy_turn(&mut floor, &mut meter, &mut waiting));
    meter
}

/// What is in memory for each of so many things more.
fn each<T>(count: usize, floor: &mut T, more: impl FnOnce(&mut T)) -> i64 {
    let before = bytes();
    more(floor);
    (bytes() - before).div_euclid(count as i64) + 1
}

fn waiting_item(shape: Shape) -> i64 {
    let mut floor = Floor::empty(Arc::new(Plan::new(shape, 100)));
    let count = 30_000;
    each(count, &mut floor, |floor| {
        for _ in 0..count {
            floor.pass_a_moment();
            floor.submit();
            floor.log.clear();
        }
    })
}

/// Work that is offered, its offer included.
fn offered_item(shape: Shape) -> i64 {
    let mut floor = Floor::idle(Arc::new(Plan::new(shape, 4_000)));
    let count = 2_000;
    each(count, &mut floor, |floor| {
        for _ in 0..count {
            floor.submit();
            floor.log.clear();
        }
    })
}

fn agent() -> i64 {
    let mut floor = Floor::empty(Arc::new(Plan::new(Shape::Enterprise, 100)));
    let mut random = Random::new(20);
    let mut people = Vec::new();
    // With the first 100 they fill the words of a set of bits, without room to spare.
    for _ in 0..2_048 - 100 {
        let mut person = Person::default();
        while person.queues.len() < 20 {
            person.queues.insert(random.below(500) as u32);
        }
        while person.skills.len() < 20 {
            person.skills.insert(random.below(1_000) as u32, random.between(1, 100) as u8);
        }
        people.push(person);
    }
    each(people.len(), &mut floor, |floor| {
        for person in &people {
            let agent = floor.define(person);
            floor.presence(agent.raw(), SystemPresence::OnQueue);
            floor.log.clear();
        }
    })
}

/// What is in memory more after 20,000 records that were archived, where so many people write.
fn archived(people: u64) -> i64 {
    let mut floor = Recorded::of(Floor::idle(Arc::new(Plan::new(Shape::Plain, 100))));
    floor.people = people;
    // The engine remembers the last 10,000 pieces of work.
    (0..15_000).for_each(|_| floor.lifecycle());
    let before = bytes();
    (0..20_000).for_each(|_| floor.lifecycle());
    assert_eq!(
        (floor.archived, floor.centre.records().unwrap().interactions().count()),
        (35_000, 0)
    );
    assert!(floor.centre.records().unwrap().profiles().iter().count() <= PROFILES as usize);
    bytes() - before
}

/// What is in memory for each session of ten pages.
fn session() -> i64 {
    let before = bytes();
    let visitors = Visitors::of(10_000, 10);
    let each = (bytes() - before).div_euclid(10_000) + 1;
    assert_eq!(visitors.journeys.live_count(), 10_000);
    each
}

/// Prints a row and says whether it is within its budget.
fn within<T: PartialOrd + std::fmt::Display>(name: &str, found: [T; 2], budget: [T; 2]) -> bool {
    let [plain, enterprise] = &found;
    let [most_plain, most_enterprise] = &budget;
    println!("{name:<34} {plain:>7} of {most_plain:<7} {enterprise:>7} of {most_enterprise:<7}");
    plain <= most_plain && enterprise <= most_enterprise
}

#[test]
fn nothing_allocates_or_holds_more_than_its_budget() {
    let [plain, enterprise] = [Shape::Plain, Shape::Enterprise].map(commands);
    println!("hundredths of an allocation a command: plain, enterprise");
    let mut good = true;
    for (name, budget) in ALLOCATIONS {
        good &= within(name, [plain.mean(name), enterprise.mean(name)], budget);
    }
    let both = |of: fn(Shape) -> i64| [of(Shape::Plain), of(Shape::Enterprise)];
    let item = both(waiting_item);
    println!("bytes: plain, enterprise");
    good &= within("waiting item", item, WAITING_ITEM);
    good &= within("offered item and its offer", both(offered_item), OFFERED_ITEM);
    let agent = [agent(); 2];
    good &=
        within("agent of 20 skills and 20 queues", agent, [AGENT_OF_20_SKILLS_AND_20_QUEUES; 2]);
    good &= within("session of ten pages", [session(); 2], [SESSION_OF_TEN_PAGES; 2]);
    println!("bytes: everybody calls, 10,000 people write");
    good &= within("after 20,000 records more", [archived(0), archived(10_000)], RECORDS);
    assert!(good, "something is over its budget");
}
