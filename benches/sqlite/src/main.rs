//! The figures of the crate, each measured here and now and shown beside its goal:
//! `cargo run --release --manifest-path benches/sqlite/Cargo.toml`.
//!
//! What is compared runs in turns in the same process; a ratio is the median of the turns. An
//! argument divides all sizes, for a quick look: then the goals do not count.

#[path = "../../floors/mod.rs"]
mod floors;

mod counting;
mod sqlite;
mod table;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use floors::plan::Person;
use floors::random::Random;
use floors::{Floor, Limit, Plan, Scan, Shape};
use sqlite::Database;
use table::{Goal, Table};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// One of those who are compared, and how long his steps took in each turn, in nanoseconds.
struct Runner<'a> {
    step: Box<dyn FnMut() + 'a>,
    each: Vec<f64>,
}

/// How long one turn of one runner lasts.
const TURN: Duration = Duration::from_millis(60);
const TURNS: usize = 9;

impl<'a> Runner<'a> {
    fn new<R>(mut step: impl FnMut() -> R + 'a) -> Self {
        let step = move || drop(std::hint::black_box(step()));
        Self { step: Box::new(step), each: Vec::new() }
    }

    fn turn(&mut self) {
        let (began, mut steps) = (Instant::now(), 0_u32);
        while began.elapsed() < TURN {
            // The clock is not asked after each step.
            let batch = if steps < 8 { 1 } else { steps / 8 };
            (0..batch).for_each(|_| (self.step)());
            steps += batch;
        }
        self.each.push(began.elapsed().as_nanos() as f64 / f64::from(steps));
    }

    fn median(&self) -> f64 {
        median(self.each.clone())
    }

    /// How many times as long his steps take as another's, turn by turn.
    fn over(&self, other: &Self) -> f64 {
        median(self.each.iter().zip(&other.each).map(|(his, others)| his / others).collect())
    }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// Lets all of them run in turns. The first turn only warms up.
fn race<const N: usize>(mut runners: [Runner<'_>; N]) -> [Runner<'_>; N] {
    for turn in 0..=TURNS {
        runners.iter_mut().for_each(Runner::turn);
        if turn == 0 {
            runners.iter_mut().for_each(|runner| runner.each.clear());
        }
    }
    runners
}

fn micros(nanos: f64) -> String {
    format!("{:.2} us", nanos / 1_000.0)
}

fn versus(one: &Runner<'_>, other: &Runner<'_>) -> String {
    format!("{} to {}", micros(one.median()), micros(other.median()))
}

/// Sizes, all divided by the same number.
#[derive(Clone, Copy)]
struct Sizes(usize);

impl Sizes {
    fn plan(self, shape: Shape, agents: usize) -> Arc<Plan> {
        Arc::new(Plan::new(shape, (agents / self.0).max(50)))
    }

    fn idle(self, shape: Shape, agents: usize) -> Floor {
        Floor::idle(self.plan(shape, agents))
    }

    fn loaded(self, shape: Shape, agents: usize, waiting: usize) -> Floor {
        Floor::loaded(self.plan(shape, agents), waiting / self.0)
    }
}

fn growth(sizes: Sizes, table: &mut Table) {
    let mut small = sizes.idle(Shape::Enterprise, 1_000);
    let mut large = sizes.idle(Shape::Enterprise, 100_000);
    let mut hard = sizes.idle(Shape::Hard, 100_000);
    let runners = [
        Runner::new(|| small.arrive()),
        Runner::new(|| large.arrive()),
        Runner::new(|| hard.arrive()),
    ];
    let [small, large, hard] = race(runners);
    let what = "arrive, enterprise, 100,000 idle over 1,000";
    table.row(what, large.over(&small), "x", Goal::AtMost(2.0), &versus(&large, &small));
    let what = "arrive, 100,000 idle, hard over enterprise";
    table.row(what, hard.over(&large), "x", Goal::AtMost(20.0), &versus(&hard, &large));
}

fn freed(sizes: Sizes, table: &mut Table) {
    let mut little = sizes.loaded(Shape::Enterprise, 10_000, 1_000);
    let mut much = sizes.loaded(Shape::Enterprise, 10_000, 1_000_000);
    let [little, much] = race([Runner::new(|| little.free()), Runner::new(|| much.free())]);
    let what = "free, enterprise, 1,000,000 waiting over 1,000";
    table.row(what, much.over(&little), "x", Goal::AtMost(3.0), &versus(&much, &little));
}

fn rivals(sizes: Sizes, table: &mut Table) {
    let plan = sizes.plan(Shape::Enterprise, 10_000);
    let waiting = 100_000 / sizes.0;
    let mut floor = Floor::loaded(Arc::clone(&plan), waiting);
    let mut scan = Scan::loaded(&plan, waiting);
    let database = |expert| Database::loaded(&plan, waiting, expert).expect("a database");
    let (mut first, mut expert) = (database(false), database(true));
    let runners = [
        Runner::new(|| floor.free()),
        Runner::new(|| scan.free()),
        Runner::new(|| first.free().expect("a match")),
        Runner::new(|| expert.free().expect("a match")),
    ];
    let [engine, scan, first, expert] = race(runners);
    let of = "10,000 agents, 100,000 waiting";
    let rows = [
        ("scan", &scan, Goal::AtLeast(1_000.0)),
        ("SQLite in memory", &first, Goal::AtLeast(300.0)),
        ("SQLite in memory, by an expert", &expert, Goal::None),
    ];
    for (who, rival, goal) in rows {
        let what = format!("{who} over engine, {of}");
        table.row(&what, rival.over(&engine), "x", goal, &versus(rival, &engine));
    }
}

fn lifecycles(sizes: Sizes, table: &mut Table) {
    let mut floor = sizes.idle(Shape::Plain, 10_000);
    let mut limit = Limit::new(10_000 / sizes.0, 0);
    let mut small = sizes.idle(Shape::Plain, 1_000);
    let runners = [
        Runner::new(|| floor.lifecycle()),
        Runner::new(|| limit.lifecycle()),
        Runner::new(|| small.lifecycle()),
    ];
    let [engine, limit, small] = race(runners);
    let what = "engine over the limit, lifecycle, 10,000 agents";
    table.row(what, engine.over(&limit), "x", Goal::AtMost(4.0), &versus(&engine, &limit));
    let goal = Goal::AtLeast(500_000.0);
    let each = small.median();
    table.row("lifecycles, 1,000 agents", 1e9 / each, "/s", goal, &micros(each));
}

/// The largest floor there is: its lifecycles, and what taking it up again takes.
fn largest(sizes: Sizes, table: &mut Table) {
    let mut floor = sizes.loaded(Shape::Enterprise, 100_000, 1_000_000);
    let [engine] = race([Runner::new(|| floor.free())]);
    let each = engine.median();
    let goal = Goal::AtLeast(150_000.0);
    let what = "lifecycles, 100,000 agents, 1,000,000 waiting, enterprise";
    table.row(what, 1e9 / each, "/s", goal, &micros(each));
    drop(engine);
    let snapshot = floor.engine.snapshot();
    drop(floor);
    let began = Instant::now();
    let engine = strowger::Engine::restore(snapshot).expect("a good snapshot");
    let took = began.elapsed().as_secs_f64();
    table.row("restore of the same", took, "s", Goal::AtMost(2.0), "");
    drop(engine);
}

fn allocations(sizes: Sizes, table: &mut Table) {
    for shape in [Shape::Plain, Shape::Enterprise] {
        let mut floor = sizes.idle(shape, 1_000);
        floor.shares = true;
        (0..5_000).for_each(|_| floor.lifecycle());
        let before = counting::times();
        (0..5_000).for_each(|_| floor.lifecycle());
        let each = (counting::times() - before) as f64 / 20_000.0;
        let what = format!("allocations a command, steady state, {}", shape.name());
        table.row(&what, each, "", Goal::AtMost(0.0), "in lifecycles of 4 commands");
    }
}

fn memory(sizes: Sizes, table: &mut Table) {
    let mut floor = Floor::empty(sizes.plan(Shape::Enterprise, 1_000));
    let before = counting::bytes();
    let count = 100_000 / sizes.0;
    for _ in 0..count {
        floor.pass_a_moment();
        floor.submit();
        floor.log.clear();
    }
    let each = (counting::bytes() - before) as f64 / count as f64;
    table.row(
        "memory of a waiting item",
        each,
        "bytes",
        Goal::AtMost(300.0),
        "its request included",
    );
    let mut floor = Floor::empty(Arc::new(Plan::new(Shape::Enterprise, 96)));
    let mut random = Random::new(20);
    let people: Vec<_> = (96..2_048).map(|_| skilled(&mut random)).collect();
    let before = counting::bytes();
    for person in &people {
        let agent = floor.define(person);
        floor.presence(agent.raw(), strowger::SystemPresence::OnQueue);
        floor.log.clear();
    }
    let each = (counting::bytes() - before) as f64 / people.len() as f64;
    let what = "memory of an agent of 20 skills and 20 queues";
    table.row(what, each, "bytes", Goal::AtMost(1_500.0), "5,000 requirements known");
}

fn skilled(random: &mut Random) -> Person {
    let mut person = Person::default();
    while person.queues.len() < 20 {
        person.queues.insert(random.below(500) as u32);
    }
    while person.skills.len() < 20 {
        person.skills.insert(random.below(1_000) as u32, random.between(1, 100) as u8);
    }
    person
}

fn main() -> ExitCode {
    let divisor = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    let sizes = Sizes(divisor);
    let began = Instant::now();
    let mut table = Table::default();
    if divisor > 1 {
        println!("all sizes divided by {divisor}: the goals do not count");
    }
    let parts: [fn(Sizes, &mut Table); 7] =
        [growth, freed, rivals, lifecycles, largest, allocations, memory];
    for part in parts {
        part(sizes, &mut table);
    }
    println!("{} fall short; {:.0} s", table.short(), began.elapsed().as_secs_f64());
    if table.short() == 0 || divisor > 1 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
