//! What is bounded: how much one call does, and how much of a sender's data is kept.

use std::collections::BTreeMap;

use strowger::Key;
use strowger::centre::{CentreConfig, CentreLog};
use strowger::command::{
    Abandon, Cancel, Change, ChangeWork, Command, ConsultQueue, Define, LimitName, RefusalKind,
    SetPresence, Submit, SubmitToAgent,
};
use strowger::fact::{Event, Fact};
use strowger::host::{Call, Driver, Entry, Host, Journal};
use strowger::interaction::{InteractionRequest, InteractionType, OpenInteraction, RecordConfig};
use strowger::model::{
    ChannelId, ChannelProfile, Comparison, Invalid, Limits, Measure, Need, Opens, Order,
    OverflowAction, OverflowRule, PresenceProfile, Priority, Problem, QueueCondition, QueueProfile,
    Relaxation, RelaxationClock, RelaxationStep, Requeue, Requirement, SystemPresence, Trigger,
    Value, WorkChange, WorkRequest,
};
use strowger::prelude::*;
use strowger::state::DeadlineKind;

const START: Timestamp = Timestamp::EPOCH;

fn at(seconds: u32) -> Timestamp {
    START + Span::from_secs(seconds)
}

/// A floor where so many wait, each for a minute at most, and one call does ten things.
fn waiting(count: u32) -> (Engine, Log, QueueId, ChannelId) {
    let mut log = Log::default();
    let config = Config::default().with_burst(10);
    let mut engine = Engine::new(config, START, &mut log).unwrap();
    let channel = Define::new("voice", ChannelProfile::voice());
    let channel = engine.execute(START, channel, &mut log).unwrap();
    let queue = QueueProfile::default().with_max_wait(Span::from_mins(1));
    let queue = engine.execute(START, Define::new("support", queue), &mut log).unwrap();
    for _ in 0..count {
        engine.execute(START, Submit::new(WorkRequest::new(queue, channel)), &mut log).unwrap();
    }
    (engine, log, queue, channel)
}

#[test]
fn a_host_that_slept_is_told_that_there_is_more() {
    let (mut engine, mut log, queue, channel) = waiting(25);
    log.clear();
    engine.advance(at(59), &mut log).unwrap();
    assert_eq!(log.len(), 0);
    for left in [15, 5] {
        engine.advance(at(60), &mut log).unwrap();
        assert_eq!((log.len(), engine.view().open_work()), (10, left));
        let next = engine.next_deadline().unwrap();
        assert_eq!((next.at, next.kind), (at(60), DeadlineKind::MaxWait));
        log.clear();
    }
    // It does the rest first, and as that is no more than one call does, the command too.
    let submit = Submit::new(WorkRequest::new(queue, channel));
    engine.execute(at(60), submit, &mut log).unwrap();
    assert_eq!((log.len(), engine.view().open_work()), (6, 1));
    assert_eq!(engine.next_deadline().unwrap().at, at(120));
    engine.verify().unwrap();
}

#[test]
fn a_command_does_not_overtake_what_is_due_before_it() {
    let (mut engine, mut log, ..) = waiting(25);
    let last = WorkId::from_raw(24);
    log.clear();
    // Its wait is over, and so it cannot be abandoned any more, however late the host wakes.
    let abandon = Abandon::new(last);
    for facts in [10, 20] {
        let behind = engine.execute(at(90), abandon.clone(), &mut log).unwrap_err();
        assert_eq!(behind, Refusal::behind(at(90)));
        assert_eq!((behind.kind(), behind.kind().http_status()), (RefusalKind::Behind, 503));
        assert_eq!(log.len(), facts);
    }
    let over = engine.execute(at(90), abandon, &mut log).unwrap_err();
    assert_eq!(over.kind(), RefusalKind::TooLate, "{over}");
    assert_eq!(log.len(), 25);
}

/// So many wait, of whom some are more urgent and some have less time, in a queue whose rules hold
/// for all of them after a minute; one call does so much.
fn inspected(count: u32, burst: u32, order: Order) -> (Engine, Log) {
    let mut log = Log::default();
    let config = Config::default().with_burst(burst);
    let mut engine = Engine::new(config, START, &mut log).unwrap();
    let channel = Define::new("voice", ChannelProfile::voice());
    let channel = engine.execute(START, channel, &mut log).unwrap();
    let place = |is, value| Trigger::Position { is, value };
    let middle = Trigger::All(vec![
        place(Comparison::More, 3),
        place(Comparison::AtMost, count / 2),
        Trigger::Queue(QueueCondition::new(Measure::Waiting, Comparison::AtLeast, 1)),
    ]);
    let rules = [
        OverflowRule::new(place(Comparison::AtMost, 3), OverflowAction::Close { message: None }),
        OverflowRule::new(middle, OverflowAction::RaisePriority(7)),
        OverflowRule::new(place(Comparison::Equal, count), OverflowAction::OfferCallback),
    ];
    let plain = QueueProfile::default().with_order(order).with_inspect_every(Span::from_mins(1));
    let queue = engine.execute(START, Define::new("support", plain.clone()), &mut log).unwrap();
    for number in 0..count {
        let request = WorkRequest::new(queue, channel)
            .with_priority(Priority(i32::try_from(number * 7 % 5).unwrap()))
            .with_objective(Span::from_secs(20 + number * 11 % 7));
        let now = START + Span::from_millis(u64::from(number));
        engine.execute(now, Submit::new(request), &mut log).unwrap();
    }
    let rules = plain.with_overflow(rules);
    engine.execute(engine.now(), Change::new(queue, rules), &mut log).unwrap();
    (engine, log)
}

/// Lets time pass to an instant, in as many calls as it takes; what each of them said.
fn pass(engine: &mut Engine, now: Timestamp) -> Vec<Vec<Fact>> {
    let mut calls = Vec::new();
    loop {
        let mut log = Log::default();
        engine.advance(now, &mut log).unwrap();
        calls.push(log.into_iter().collect());
        if engine.next_deadline().is_none_or(|due| due.at > now) {
            return calls;
        }
    }
}

const fn is_inspection(fact: &Fact) -> bool {
    matches!(fact.event, Event::QueueInspected { .. })
}

#[test]
fn an_inspection_looks_at_no_more_than_one_call_may_do() {
    let (mut engine, mut log) = inspected(25, 10, Order::Score);
    let due = engine.next_deadline().unwrap().at;
    let mut said = Log::default();
    engine.advance(due, &mut said).unwrap();
    let parts: Vec<_> = said.iter().filter(|fact| is_inspection(fact)).collect();
    let [begins, part] = parts[..] else { panic!("{parts:?}") };
    assert!(matches!(begins.event, Event::QueueInspected { up_to: None, .. }));
    let tenth = Some(WorkId::from_raw(10));
    assert!(matches!(part.event, Event::QueueInspected { up_to, .. } if up_to == tenth));
    let left = engine.next_deadline().unwrap();
    assert_eq!((left.at, left.kind), (due, DeadlineKind::Inspection));

    // It goes on before anything else, also in an engine of the facts or of a snapshot.
    let facts = log.drain().chain(said.drain());
    let replayed = Engine::replay(facts.collect::<Vec<_>>()).unwrap();
    let restored = Engine::restore(engine.snapshot()).unwrap();
    for mut other in [replayed, restored] {
        assert_eq!(other.digest(), engine.digest());
        other.verify().unwrap();
        let mut same = engine.clone();
        assert_eq!(pass(&mut other, due), pass(&mut same, due));
        assert_eq!(other.digest(), same.digest());
    }
    let cancel = Cancel::new(WorkId::from_raw(24));
    let behind = engine.execute(due, cancel.clone(), &mut log).unwrap_err();
    assert_eq!(behind, Refusal::behind(due));
    let last = |log: &Log| log.iter().rfind(|fact| is_inspection(fact)).cloned().unwrap();
    let twentieth = Some(WorkId::from_raw(20));
    assert!(matches!(last(&log).event, Event::QueueInspected { up_to, .. } if up_to == twentieth));
    engine.execute(due, cancel, &mut log).unwrap();
    assert!(matches!(last(&log).event, Event::QueueInspected { up_to: None, .. }));
    assert_eq!(engine.next_deadline().unwrap().at, due + Span::from_mins(1));
}

#[test]
fn a_long_line_that_is_inspected_in_parts_ends_as_in_one_go() {
    for order in [Order::Score, Order::Ratio, Order::PriorityRatio, Order::Lifo] {
        let (mut large, _) = inspected(2_000, 10_000, order);
        let (mut small, _) = inspected(2_000, 3, order);
        let due = large.next_deadline().unwrap().at;
        let (once, parts) = (pass(&mut large, due), pass(&mut small, due));
        assert_eq!((once.len(), parts.len()), (1, 667), "{order:?}");
        assert!(parts.iter().all(|facts| facts.len() <= 8), "{order:?}");
        let done = |calls: &[Vec<Fact>]| -> Vec<Event> {
            let facts = calls.iter().flatten().filter(|fact| !is_inspection(fact));
            facts.map(|fact| fact.event.clone()).collect()
        };
        assert_eq!(done(&once), done(&parts), "{order:?}");
        assert_eq!((large.view().open_work(), small.view().open_work()), (1_997, 1_997));
        // The next one finds other places.
        let next = large.next_deadline().unwrap();
        assert_eq!(Some(next), small.next_deadline());
        let (once, parts) = (pass(&mut large, next.at), pass(&mut small, next.at));
        assert_eq!(done(&once), done(&parts), "{order:?}");
    }
}

/// What a part of an inspection makes overdue waits for the other parts.
#[test]
fn nothing_falls_due_between_two_parts_of_an_inspection() {
    let go = |burst| {
        let (mut log, minute) = (Log::default(), Span::from_mins(1));
        let mut engine = Engine::new(Config::default().with_burst(burst), START, &mut log).unwrap();
        let channel = Define::new("voice", ChannelProfile::voice());
        let channel = engine.execute(START, channel, &mut log).unwrap();
        // Whoever comes here is late for the first step.
        let step = RelaxationStep::default().with_after(Span::from_secs(1)).with_ring(2);
        let relaxation = Relaxation::of([step]).with_clock(RelaxationClock::Age);
        let wide = QueueProfile::default().with_relaxation(relaxation);
        let wide = engine.execute(START, Define::new("wide", wide), &mut log).unwrap();
        let full = QueueCondition::new(Measure::Waiting, Comparison::AtLeast, 0);
        let placement = Requeue::KeepScore;
        let moves = OverflowAction::Move { queue: wide, placement };
        let queue = QueueProfile::default().with_inspect_every(minute);
        let id = Define::new("support", queue.clone());
        let id = engine.execute(START, id, &mut log).unwrap();
        for _ in 0..6 {
            engine.execute(START, Submit::new(WorkRequest::new(id, channel)), &mut log).unwrap();
        }
        let rule = OverflowRule::new(Trigger::Queue(full), moves);
        engine.execute(START, Change::new(id, queue.with_overflow([rule])), &mut log).unwrap();
        let facts = pass(&mut engine, START + minute).into_iter().flatten();
        facts.map(|fact| fact.event).filter(|event| event.queue() != Some(id)).collect::<Vec<_>>()
    };
    let once = go(100);
    let relaxed = |event: &&Event| matches!(event, Event::WorkRelaxed { .. });
    assert_eq!(once.iter().filter(relaxed).count(), 6);
    assert_eq!(once, go(2));
}

#[test]
fn queues_that_are_inspected_at_once_share_what_one_call_may_do() {
    let (mut log, channels) = (Log::default(), ["voice", "chat"]);
    let mut engine = Engine::new(Config::default().with_burst(5), START, &mut log).unwrap();
    let nobody = OverflowRule::new(Trigger::NobodyEligible, OverflowAction::OfferCallback);
    let watched = QueueProfile::default().with_inspect_every(Span::from_mins(1));
    for key in channels {
        let channel = Define::new(key, ChannelProfile::voice());
        let channel = engine.execute(START, channel, &mut log).unwrap();
        let queue = Define::new(key, watched.clone());
        let queue = engine.execute(START, queue, &mut log).unwrap();
        for _ in 0..4 {
            let submit = Submit::new(WorkRequest::new(queue, channel));
            engine.execute(START, submit, &mut log).unwrap();
        }
        let rules = Change::new(queue, watched.clone().with_overflow([nobody.clone()]));
        engine.execute(START, rules, &mut log).unwrap();
    }
    let calls = pass(&mut engine, at(60));
    let triggered = |facts: &Vec<Fact>| {
        let done = |fact: &&Fact| matches!(fact.event, Event::OverflowTriggered { .. });
        facts.iter().filter(done).count()
    };
    assert_eq!(calls.iter().map(triggered).collect::<Vec<_>>(), [5, 3]);
}

#[test]
fn offers_of_one_routing_are_made_in_several_calls() {
    let (mut engine, mut log, queue, _) = waiting(25);
    let hall = PresenceProfile::of(SystemPresence::Meeting);
    let presence = engine.execute(START, Define::new("hall", hall.clone()), &mut log).unwrap();
    for number in 0..25 {
        let agent = Define::new(format!("agent-{number}"), AgentProfile::default());
        let agent = engine.execute(START, agent, &mut log).unwrap();
        engine.execute(START, SetMembership::new(agent, queue), &mut log).unwrap();
        engine.execute(START, SetPresence::new(agent, presence), &mut log).unwrap();
    }
    let offers = |engine: &Engine| -> usize {
        engine.view().agents().map(|agent| agent.offers().len()).sum()
    };
    engine
        .execute(at(1), Change::new(presence, hall.with_opens(Opens::Everything)), &mut log)
        .unwrap();
    assert_eq!(offers(&engine), 10);
    let next = engine.next_deadline().unwrap();
    assert_eq!((next.at, next.kind), (at(1), DeadlineKind::Routing));

    // Whoever goes on from a snapshot, or from the facts, knows that there is more.
    let facts = log.iter().cloned();
    let replayed = Engine::replay(facts).unwrap();
    let restored = Engine::restore(engine.snapshot()).unwrap();
    for mut other in [replayed, restored, engine] {
        assert_eq!(other.next_deadline(), Some(next));
        let mut log = Log::default();
        let refused = other.execute(
            at(1),
            Submit::new(WorkRequest::new(queue, ChannelId::from_raw(0))),
            &mut log,
        );
        assert_eq!((refused, offers(&other)), (Err(Refusal::behind(at(1))), 20));
        other.advance(at(1), &mut log).unwrap();
        assert_eq!(offers(&other), 25);
        assert!(other.next_deadline().unwrap().at > at(1));
        other.verify().unwrap();
    }
}

/// A journal that notes how long its records are.
#[derive(Default)]
struct Lengths(Vec<usize>);

impl Journal<Centre> for Lengths {
    type Error = std::convert::Infallible;

    fn append(&mut self, entry: Entry<'_, Centre>) -> Result<(), Self::Error> {
        self.0.push(entry.facts.len());
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

#[test]
fn a_driver_catches_up_in_many_records() {
    let engine = Config::default().with_burst(10).with_clock_step(None);
    let config = CentreConfig::new(engine).with_records(RecordConfig::default());
    let mut log = CentreLog::default();
    let centre = Centre::new(config, START, &mut log).unwrap();
    let mut driver = Driver::start(centre, log, Host::new(Lengths::default())).unwrap();
    // Conversations in which nobody says anything are closed in the end, all at one instant.
    for _ in 0..25 {
        let opening = InteractionRequest::new(InteractionType::Chat);
        driver.execute(START, OpenInteraction::new(opening)).unwrap().unwrap();
    }
    driver.host_mut().journal.0.clear();
    let next = driver.next_deadline().unwrap().at;
    let define = Command::from(Define::new("support", QueueProfile::default()));
    let call = Call::at(next).with_token("once");
    let defined = driver.call(call.clone(), define.clone().into()).unwrap().unwrap();
    let lengths = std::mem::take(&mut driver.host_mut().journal.0);
    assert!(lengths.len() >= 3, "{lengths:?}");
    assert!(lengths.iter().all(|facts| *facts <= 30), "{lengths:?}");
    // Under its token it was decided once, and not as it was refused on the way.
    assert_eq!(driver.call(call, define.into()).unwrap(), Ok(defined));
    assert_eq!(driver.host().journal.0, [0_usize; 0]);
}

fn small() -> (Engine, Log, WorkRequest) {
    let mut log = Log::default();
    let limits = Limits::default().with_text_bytes(100).with_data_bytes(300);
    let config = Config::default().with_limits(limits);
    let mut engine = Engine::new(config, START, &mut log).unwrap();
    let channel = Define::new("voice", ChannelProfile::voice());
    let channel = engine.execute(START, channel, &mut log).unwrap();
    let queue = Define::new("support", QueueProfile::default());
    let queue = engine.execute(START, queue, &mut log).unwrap();
    (engine, log, WorkRequest::new(queue, channel))
}

fn refused(field: &'static str, problem: Problem) -> Result<WorkId, Refusal> {
    Err(Refusal::Invalid(Invalid::new(field, problem)))
}

#[test]
fn data_of_work_is_bounded_in_bytes() {
    let (mut engine, mut log, request) = small();
    let text = |bytes: usize| "x".repeat(bytes);
    let mut submit = |request: WorkRequest| engine.execute(START, Submit::new(request), &mut log);
    let attached = |bytes: usize| request.clone().with_attached([("n".into(), text(bytes).into())]);
    assert!(submit(attached(100)).is_ok());
    assert_eq!(submit(attached(101)), refused("attached", Problem::TooLong { max: 100 }));
    let unnamed = request.clone().with_attached([("".into(), "text".into())]);
    assert_eq!(submit(unnamed), refused("attached", Problem::Empty));
    let value =
        |bytes: usize| request.clone().with_attributes([("n".into(), Value::from(text(bytes)))]);
    assert!(submit(value(100)).is_ok());
    assert_eq!(submit(value(101)), refused("attributes", Problem::TooLong { max: 100 }));
    let many = ["a", "b", "c"].map(|name| (name.into(), text(99).into()));
    assert!(submit(request.clone().with_attached(many.clone())).is_ok());
    let more =
        request.clone().with_attached(many).with_attributes([("d".into(), Value::Flag(true))]);
    assert_eq!(submit(more), refused("attached", Problem::TooLong { max: 300 }));
    let compared = Requirement::attribute("team", Comparison::Equal, text(1_001));
    let asks = request.clone().with_need(Need::of(compared));
    assert_eq!(submit(asks), refused("need.requirement.value", Problem::TooLong { max: 1_000 }));
}

#[test]
fn changes_do_not_pass_the_bounds_together() {
    let (mut engine, mut log, request) = small();
    let work = engine.execute(START, Submit::new(request), &mut log).unwrap();
    let mut change =
        |change: WorkChange| engine.execute(START, ChangeWork::new(work, change), &mut log);
    for name in ["a", "b", "c"] {
        let more = WorkChange::default().with_attached([(name.into(), "x".repeat(99).into())]);
        assert_eq!(change(more), Ok(()));
    }
    let over = refused("attached", Problem::TooLong { max: 300 }).map(drop);
    let more = WorkChange::default().with_attached([("d".into(), "".into())]);
    assert_eq!(change(more), over);
    for number in 0..100 {
        // Nothing but a number each, and still only so many.
        let name = Key::from(format!("{number}"));
        let more =
            WorkChange::default().with_attached([("a".into(), "".into()), ("b".into(), "".into())]);
        assert_eq!(change(more.with_attributes([(name, Value::Number(1))])), Ok(()), "{number}");
    }
    let more = WorkChange::default().with_attributes([("more".into(), Value::Number(1))]);
    assert_eq!(change(more), refused("attributes", Problem::TooLong { max: 100 }).map(drop));
}

#[test]
fn a_consult_and_work_for_one_agent_are_bounded_too() {
    let (mut engine, mut log, request) = small();
    let agent =
        engine.execute(START, Define::new("ana", AgentProfile::default()), &mut log).unwrap();
    let large: BTreeMap<Key, Box<str>> = [("n".into(), "x".repeat(101).into())].into();
    let straight = request.clone().with_attached(large.clone());
    let straight = engine.execute(START, SubmitToAgent::new(straight, agent), &mut log);
    assert_eq!(straight, refused("attached", Problem::TooLong { max: 100 }));
    let queue = request.queue;
    let work = engine.execute(START, Submit::new(request), &mut log).unwrap();
    let consult = ConsultQueue::new(work, queue).with_attached(large);
    let consult = engine.execute(START, consult, &mut log);
    assert_eq!(consult, refused("attached", Problem::TooLong { max: 100 }));
}

#[test]
fn a_need_is_bounded_in_bytes() {
    let (mut engine, mut log, request) = small();
    let mut asks = |requirement| {
        let request = request.clone().with_need(Need::of(requirement));
        let work = engine.execute(START, Submit::new(request), &mut log)?;
        engine.execute(START, Abandon::new(work), &mut log)
    };
    let text = |bytes: usize| "x".repeat(bytes);
    let has = |name: usize, value: usize| Requirement::Has {
        name: text(name).into(),
        value: text(value).into(),
    };
    let field = |field| move |max| refused(field, Problem::TooLong { max }).map(drop);
    let (name, value) = (field("need.requirement.name"), field("need.requirement.value"));
    assert_eq!(asks(has(200, 1_000)), Ok(()));
    assert_eq!(asks(has(201, 1_000)), name(200));
    assert_eq!(asks(has(200, 1_001)), value(1_000));
    let long_name = Requirement::attribute(&text(201), Comparison::Equal, "x");
    assert_eq!(asks(long_name), name(200));
    let one_of = |values: usize| Requirement::In {
        name: "n".into(),
        values: vec![Value::from(text(1_000)); values],
    };
    assert_eq!(asks(one_of(65)), Ok(()));
    assert_eq!(asks(one_of(66)), field("need.requirement")(65_536));
    let all = Requirement::All(vec![one_of(33), one_of(33)]);
    assert_eq!(asks(all), field("need.requirement")(65_536));
}

#[test]
fn data_of_all_work_is_bounded_together() {
    let (_, mut log, request) = small();
    let limits = Limits::default().with_all_data_bytes(25);
    let config = Config::default().with_limits(limits);
    let mut engine = Engine::new(config, START, &mut log).unwrap();
    let voice = Define::new("voice", ChannelProfile::voice());
    engine.execute(START, voice, &mut log).unwrap();
    engine.execute(START, Define::new("support", QueueProfile::default()), &mut log).unwrap();
    let says = |text: &str| request.clone().with_attached([("n".into(), text.into())]);
    let full = Err(Refusal::limit(LimitName::DataBytes, 25));
    // 1 byte of the name and 9 of the text, twice: 5 are left.
    let submit = |engine: &mut Engine, log: &mut Log, text: &str| {
        engine.execute(START, Submit::new(says(text)), log)
    };
    let first = submit(&mut engine, &mut log, "123456789").unwrap();
    submit(&mut engine, &mut log, "123456789").unwrap();
    assert_eq!(submit(&mut engine, &mut log, "12345"), full);
    submit(&mut engine, &mut log, "1234").unwrap();
    engine.execute(START, Submit::new(request.clone()), &mut log).unwrap();
    // Who says less, or as much, is not refused; what is taken away makes room, and so does the end.
    let change = |text: &str| {
        let attached = [("n".into(), text.into())];
        ChangeWork::new(first, WorkChange::default().with_attached(attached))
    };
    let longer = engine.execute(START, change("1234567890"), &mut log);
    assert_eq!(longer, Err(Refusal::limit(LimitName::DataBytes, 25)));
    engine.execute(START, change("987654321"), &mut log).unwrap();
    engine.execute(START, change("12345678"), &mut log).unwrap();
    engine.execute(START, change("987654321"), &mut log).unwrap();
    engine.execute(START, Abandon::new(first), &mut log).unwrap();
    submit(&mut engine, &mut log, "123456789").unwrap();
    assert_eq!(submit(&mut engine, &mut log, ""), full);
    engine.verify().unwrap();
}

#[test]
fn closed_work_keeps_no_data() {
    let (mut engine, mut log, request) = small();
    let request = request.with_key("call").with_attached([("n".into(), "secret".into())]);
    let request = request.with_attributes([("tier".into(), Value::from("secret"))]);
    let work = engine.execute(START, Submit::new(request), &mut log).unwrap();
    let kept = |engine: &Engine| serde_json::to_string(&engine.snapshot()).unwrap();
    assert!(kept(&engine).contains("secret"));
    engine.execute(START, Abandon::new(work), &mut log).unwrap();
    assert!(!kept(&engine).contains("secret"));
    assert!(kept(&engine).contains("call"));
}

#[test]
fn a_call_does_one_thing_at_least() {
    let none = Config::default().with_burst(0);
    let refused = Engine::new(none, START, &mut Log::default()).unwrap_err();
    let range = Problem::OutOfRange { min: 1, max: 1_000_000 };
    assert_eq!(refused, Refusal::Invalid(Invalid::new("burst", range)));
}
