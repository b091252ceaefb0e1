//! How long a decision takes: work that finds an agent, an agent who finds work, whole lifecycles.
//! Beside the first two runs what is written first: a scan over all agents, or over all that waits.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use strowger::*;

/// A floor with one queue and one channel.
struct Floor {
    engine: Engine,
    log: Log,
    voice: ChannelId,
    queue: QueueId,
    agents: Vec<AgentId>,
    now: Timestamp,
}

impl Floor {
    fn new(agents: usize, waiting: usize) -> Self {
        let (now, mut log) = (Timestamp::EPOCH, Log::default());
        let mut engine = Engine::new(Config::default(), now, &mut log).expect("a good config");
        let mut tell = Teller { engine: &mut engine, now, log: &mut log };
        let voice = tell.tell(Define::new("voice", ChannelProfile::voice()));
        let queue = tell.tell(Define::new("support", QueueProfile::default()));
        let agents: Vec<_> = (0..agents)
            .map(|n| {
                let agent = tell.tell(Define::new(&format!("agent-{n}"), AgentProfile::default()));
                let membership = Membership::default();
                tell.tell(SetMembership { agent, queue, membership, channel: None });
                agent
            })
            .collect();
        if waiting == 0 {
            agents.iter().for_each(|agent| tell.presence(*agent, SystemPresence::OnQueue));
        }
        for _ in 0..waiting {
            tell.tell(Submit::new(WorkRequest::new(queue, voice)));
        }
        log.clear();
        Self { engine, log, voice, queue, agents, now }
    }

    fn tell<A: Action>(&mut self, action: A) -> A::Output {
        let Self { engine, log, now, .. } = self;
        Teller { engine, now: *now, log }.tell(action)
    }

    fn submit(&mut self) -> WorkId {
        self.tell(Submit::new(WorkRequest::new(self.queue, self.voice)))
    }

    /// The offer that the last call made.
    fn offer(&mut self) -> OfferId {
        let offered = |fact: &Fact| match fact.event {
            Event::WorkOffered { offer, .. } => Some(offer),
            _ => None,
        };
        let offer = self.log.iter().rev().find_map(offered);
        self.log.clear();
        offer.expect("something was offered")
    }
}

struct Teller<'a> {
    engine: &'a mut Engine,
    now: Timestamp,
    log: &'a mut Log,
}

impl Teller<'_> {
    fn tell<A: Action>(&mut self, action: A) -> A::Output {
        match self.engine.execute(self.now, action, self.log) {
            Ok(output) => output,
            Err(refusal) => panic!("{refusal}"),
        }
    }

    fn presence(&mut self, agent: AgentId, system: SystemPresence) {
        self.tell(SetPresence { agent, presence: system.id() });
    }
}

/// Work comes in and rings at one of n idle agents; then it is taken back.
fn arrive(c: &mut Criterion) {
    let mut group = c.benchmark_group("arrive");
    group.throughput(Throughput::Elements(1));
    for agents in [100, 1_000, 10_000, 100_000] {
        let mut floor = Floor::new(agents, 0);
        group.bench_function(BenchmarkId::new("engine", agents), |b| {
            b.iter(|| {
                let work = floor.submit();
                floor.tell(Cancel { work });
                floor.log.clear();
            });
        });
        let rows: Vec<_> =
            (0..agents as u64).map(|n| (n.wrapping_mul(0x9E37_79B9) % 9_973, n)).collect();
        group.bench_function(BenchmarkId::new("scan", agents), |b| {
            b.iter(|| black_box(&rows).iter().min().copied());
        });
    }
    group.finish();
}

/// An agent comes on queue and one of m waiting pieces of work rings at him; then he leaves.
fn free(c: &mut Criterion) {
    let mut group = c.benchmark_group("free");
    group.throughput(Throughput::Elements(1));
    for waiting in [100, 1_000, 10_000, 100_000, 1_000_000] {
        let mut floor = Floor::new(1, waiting);
        let agent = floor.agents[0];
        group.bench_function(BenchmarkId::new("engine", waiting), |b| {
            b.iter(|| {
                floor.tell(SetPresence { agent, presence: SystemPresence::OnQueue.id() });
                floor.tell(SetPresence { agent, presence: SystemPresence::Away.id() });
                floor.log.clear();
            });
        });
        let rows: Vec<_> =
            (0..waiting as u64).map(|n| (n.wrapping_mul(0x9E37_79B9) % 9_973, n)).collect();
        group.bench_function(BenchmarkId::new("scan", waiting), |b| {
            b.iter(|| black_box(&rows).iter().min().copied());
        });
    }
    group.finish();
}

/// Submit, offer, accept, finish.
fn lifecycle(c: &mut Criterion) {
    let mut group = c.benchmark_group("lifecycle");
    group.throughput(Throughput::Elements(1));
    for agents in [100, 1_000, 10_000] {
        let mut floor = Floor::new(agents, 0);
        group.bench_function(BenchmarkId::from_parameter(agents), |b| {
            b.iter(|| {
                floor.now = floor.now + Span::from_millis(1);
                let work = floor.submit();
                let offer = floor.offer();
                floor.tell(Accept { offer });
                floor.tell(FinishContact { work, by: Finisher::Agent });
                floor.log.clear();
            });
        });
    }
    group.finish();
}

/// A snapshot with m waiting pieces of work is taken, and taken up again.
fn snapshot(c: &mut Criterion) {
    let mut group = c.benchmark_group("snapshot");
    group.sample_size(10);
    for waiting in [1_000, 10_000] {
        let floor = Floor::new(10, waiting);
        group.throughput(Throughput::Elements(waiting as u64));
        group.bench_function(BenchmarkId::new("save", waiting), |b| {
            b.iter(|| black_box(floor.engine.snapshot()));
        });
        group.bench_function(BenchmarkId::new("restore", waiting), |b| {
            let snapshot = || floor.engine.snapshot();
            b.iter_batched(snapshot, Engine::restore, BatchSize::LargeInput);
        });
    }
    group.finish();
}

/// All rows are hashed.
fn digest(c: &mut Criterion) {
    let floor = Floor::new(10, 10_000);
    c.bench_function("digest/10000", |b| {
        b.iter_batched(|| (), |()| black_box(floor.engine.digest()), BatchSize::SmallInput);
    });
}

criterion_group!(benches, arrive, free, lifecycle, snapshot, digest);
criterion_main!(benches);
