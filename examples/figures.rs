//! The figures of the crate, each measured here and now and shown beside its goal:
//! `cargo run --release --example figures`. What falls short of its goal is said; with `--strict`
//! the exit code is then 1, and of one part it is how many fall short.
//!
//! What is compared runs in rounds in the same process; a ratio is the median of the rounds. Each
//! part has a process of its own, for what one leaves of the heap would slow the next. Before all
//! of it the same work is timed again and again: if that varies, others use the machine, and the
//! first line says so. An argument divides all sizes, for a quick look: then the goals do not
//! count; a second one names the only part to run. SQLite is compared in a package of its own,
//! `benches/sqlite`.

#[path = "../benches/floors/mod.rs"]
mod floors;
#[path = "../tests/histories/reference/mod.rs"]
#[allow(dead_code, reason = "tests ask it for more")]
mod reference;

use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Instant;

use floors::plan::Person;
use floors::race::{Runner, median, micros, race, versus};
use floors::random::Random;
use floors::table::{Goal, Table, say};
use floors::{Floor, Limit, Plan, Scan, Shape};
use reference::Router;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use strowger::command::Actor;
use strowger::prelude::*;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// How often something was allocated so far, and how many bytes are allocated.
fn allocated() -> (f64, f64) {
    let stats = ALLOCATOR.stats();
    let times = stats.allocations + stats.reallocations;
    let bytes = stats.bytes_allocated as f64 - stats.bytes_deallocated as f64;
    (times as f64, bytes)
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
    let [engine, scan] = race([Runner::new(|| floor.free()), Runner::new(|| scan.free())]);
    let what = "arrays over engine, 10,000 agents, 100,000 waiting";
    table.row(what, scan.over(&engine), "x", Goal::None, &versus(&scan, &engine));
}

/// The reference router does all that the engine does, by evaluating everything. It is given the
/// same commands, on a floor small enough for it to be done today: its time grows with the product
/// of agents and waiting work.
fn reference(_: Sizes, table: &mut Table) {
    const STEPS: usize = 12;
    let plan = Arc::new(Plan::new(Shape::Enterprise, 50));
    let mut floor = Floor::defined(plan, Some(Vec::new()));
    floor.fill(500);
    floor.begin();
    let begun = floor.engine.clone();
    let opening = floor.told.replace(Vec::new()).expect("what was told");
    (0..STEPS).for_each(|_| floor.free());
    let steps = floor.told.take().expect("what was told");
    let mut router = Router::new(Config::default(), Timestamp::EPOCH);
    for (now, command) in opening {
        router.execute(now, Actor::Host, command).expect("what the engine did");
    }
    let began = Instant::now();
    for (now, command) in steps.clone() {
        router.execute(now, Actor::Host, command).expect("what the engine did");
    }
    let reference = began.elapsed().as_nanos() as f64 / STEPS as f64;
    let mut rounds = Vec::new();
    for _ in 0..99 {
        let (mut engine, mut log, steps) = (begun.clone(), Log::default(), steps.clone());
        let began = Instant::now();
        for (now, command) in steps {
            engine.execute(now, command, &mut log).expect("what it did before");
        }
        rounds.push(began.elapsed().as_nanos() as f64 / STEPS as f64);
    }
    let engine = median(rounds);
    let what = "reference router over engine, 50 agents, 500 waiting";
    let made_of = format!("{} to {}", micros(reference), micros(engine));
    table.row(what, reference / engine, "x", Goal::AtLeast(1_000.0), &made_of);
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
    let mut floor = Floor::empty(sizes.plan(Shape::Enterprise, 100_000));
    let (_, before) = allocated();
    let count = 1_000_000 / sizes.0;
    floor.fill(count);
    let each = (allocated().1 - before) / count as f64;
    let made_of = "1,000,000 wait, their requests included";
    table.row("memory of a waiting item", each, "bytes", Goal::AtMost(300.0), made_of);
    floor.begin();
    let [engine] = race([Runner::new(|| floor.free())]);
    let each = engine.median();
    let goal = Goal::AtLeast(150_000.0);
    let what = "lifecycles, 100,000 agents, 1,000,000 waiting, enterprise";
    let huge = std::env::var(TUNABLES).is_ok_and(|told| told == HUGE);
    let made_of = format!("{}{}", micros(each), if huge { ", in huge pages" } else { "" });
    table.row(what, 1e9 / each, "/s", goal, &made_of);
    drop(engine);
    let snapshot = floor.engine.snapshot();
    drop(floor);
    let began = Instant::now();
    let engine = Engine::restore(snapshot).expect("a good snapshot");
    let took = began.elapsed().as_secs_f64();
    table.row("restore of the same", took, "s", Goal::AtMost(2.0), "");
    drop(engine);
}

fn allocations(sizes: Sizes, table: &mut Table) {
    for shape in [Shape::Plain, Shape::Enterprise] {
        let mut floor = sizes.idle(shape, 1_000);
        floor.shares = true;
        // The engine remembers the last 10,000 pieces of work.
        (0..11_000).for_each(|_| floor.lifecycle());
        let (before, _) = allocated();
        (0..5_000).for_each(|_| floor.lifecycle());
        let each = (allocated().0 - before) / 20_000.0;
        let what = format!("allocations a command, steady state, {}", shape.name());
        table.row(&what, each, "", Goal::AtMost(0.0), "in lifecycles of 4 commands");
    }
}

fn memory(_: Sizes, table: &mut Table) {
    let mut floor = Floor::empty(Arc::new(Plan::new(Shape::Enterprise, 96)));
    let mut random = Random::new(20);
    let people: Vec<_> = (96..2_048).map(|_| skilled(&mut random)).collect();
    let (_, before) = allocated();
    for person in &people {
        let agent = floor.define(person);
        floor.presence(agent.raw(), SystemPresence::OnQueue);
        floor.log.clear();
    }
    let each = (allocated().1 - before) / people.len() as f64;
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

type Part = fn(Sizes, &mut Table);

const PARTS: [(&str, Part); 8] = [
    ("growth", growth),
    ("freed", freed),
    ("rivals", rivals),
    ("reference", reference),
    ("lifecycles", lifecycles),
    (LARGEST, largest),
    ("allocations", allocations),
    ("memory", memory),
];

/// The part whose memory does not fit any cache.
const LARGEST: &str = "largest";

/// Set for a part that runs for the whole.
const PART: &str = "FIGURES_PART";

/// Where Linux and glibc are told whether memory comes in huge pages.
const TUNABLES: &str = "GLIBC_TUNABLES";
const HUGE: &str = "glibc.malloc.hugetlb=1";

/// What the parts are about.
fn heading(name: &str) -> &'static str {
    match name {
        "growth" => "what an arrival costs on a larger floor",
        "freed" => "what a freed agent costs beside more that waits",
        "rivals" => "beside plain arrays that are scanned",
        "reference" => "beside the naive router of the tests",
        "lifecycles" => "a call from its arrival to its end",
        LARGEST => "the largest floor",
        "allocations" => "allocations",
        _ => "memory",
    }
}

/// How much longer the same work takes at times, when nine of ten rounds are counted: 1 is not at
/// all.
fn unrest() -> f64 {
    let round = || {
        let mut random = Random::new(1);
        let began = Instant::now();
        let sum: usize = (0..200_000).map(|_| random.below(1_000)).sum();
        (began.elapsed().as_secs_f64(), std::hint::black_box(sum)).0
    };
    let mut rounds: Vec<f64> = (0..200).map(|_| round()).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[179] / rounds[0]
}

/// Above this the machine is taken to be busy. Alone on two shared cores 1.02 to 1.1 were seen,
/// beside one compiler 1.2 to 2.
const BUSY: f64 = 1.15;

/// Runs one part here, and counts what falls short.
fn run(name: &str, divisor: usize) -> usize {
    say(&format!("\n{}", heading(name)));
    let mut table = Table::default();
    let parts = PARTS.iter().filter(|(known, _)| *known == name);
    parts.for_each(|(_, part)| part(Sizes(divisor), &mut table));
    if divisor > 1 { 0 } else { table.short() }
}

/// Runs every part in a process of its own, and counts what falls short. The largest floor is given
/// huge pages, as a host of that size should have, unless something else is said of them.
fn run_all(divisor: usize) -> usize {
    let began = Instant::now();
    if divisor > 1 {
        say(&format!("all sizes divided by {divisor}: the goals do not count"));
    }
    let unrest = unrest();
    say(&match unrest > BUSY {
        true => format!(
            "this machine is busy (the same work takes up to {unrest:.2} x): times say little"
        ),
        false => format!("this machine is quiet (the same work takes up to {unrest:.2} x)"),
    });
    Table::head();
    let program = std::env::current_exe().expect("it runs");
    let mut short = 0;
    for (name, _) in PARTS {
        let mut part = Command::new(&program);
        part.args([&divisor.to_string(), name]).env(PART, "1");
        if name == LARGEST && std::env::var_os(TUNABLES).is_none() {
            part.env(TUNABLES, HUGE);
        }
        let code = part.status().expect("it can be run again").code();
        short += code.map_or(1, |code| code.unsigned_abs() as usize);
    }
    say(&format!("\n{short} fall short; {:.0} s", began.elapsed().as_secs_f64()));
    short.min(1)
}

fn main() -> ExitCode {
    let (flags, arguments): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let strict = flags.iter().any(|flag| flag == "--strict");
    let mut arguments = arguments.into_iter();
    let divisor = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let short = match arguments.next() {
        Some(only) => run(&only, divisor),
        None => run_all(divisor),
    };
    // A part that runs for the whole says how many fall short in any case.
    let counts = strict || std::env::var_os(PART).is_some();
    ExitCode::from(if counts { u8::try_from(short).unwrap_or(u8::MAX) } else { 0 })
}
