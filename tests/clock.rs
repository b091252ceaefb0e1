//! How far the clock of a host may jump: what is refused and changes nothing, what the host
//! confirms, which call may name any time, and that facts of elsewhere are followed whatever their
//! time is.

use strowger::centre::{CentreConfig, CentreFact, CentreLog, CentreRefusal};
use strowger::command::{Actor, RefusalKind, SetDraining};
use strowger::fact::Fact;
use strowger::host::{Call, Replica};
use strowger::interaction::{InteractionRequest, InteractionType, OpenInteraction, RecordConfig};
use strowger::prelude::*;

const DAY: Span = Span::from_mins(24 * 60);
const MILLI: Span = Span::from_millis(1);

/// The time of the last call before a jump.
const NOON: Timestamp = Timestamp::from_millis(1_000_000_000_000);

/// An engine with a call in line that is closed after ten minutes. Its first calls were made.
fn floor(config: Config) -> (Engine, Log, WorkId) {
    let mut log = Log::default();
    let mut engine = Engine::new(config, NOON, &mut log).unwrap();
    let voice = Define::new("voice", ChannelProfile::voice());
    let voice = engine.execute(NOON, voice, &mut log).unwrap();
    let profile = QueueProfile::default().with_max_wait(Span::from_mins(10));
    let queue = engine.execute(NOON, Define::new("support", profile), &mut log).unwrap();
    let call = Submit::new(WorkRequest::new(queue, voice));
    let call = engine.execute(NOON, call, &mut log).unwrap();
    (engine, log, call)
}

fn define() -> Define<QueueProfile> {
    Define::new("sales", QueueProfile::default())
}

/// Every call there is, and what each answers.
fn each_call(engine: &Engine, now: Timestamp) -> Vec<(Engine, Log, Result<(), Refusal>)> {
    let supervisor = || Actor::Supervisor("sue".into());
    // Whatever else is wrong with a call, the time comes first.
    let unknown = || SetDraining::new(AgentId::from_raw(99), true);
    type Call<'a> = Box<dyn Fn(&mut Engine, &mut Log) -> Result<(), Refusal> + 'a>;
    let calls: [Call<'_>; 7] = [
        Box::new(|engine, log| engine.advance(now, log)),
        Box::new(|engine, log| engine.execute(now, define(), log).map(drop)),
        Box::new(|engine, log| engine.execute(now, unknown(), log)),
        Box::new(|engine, log| engine.execute_as(now, supervisor(), define(), log).map(drop)),
        Box::new(|engine, _| engine.check(now, define())),
        Box::new(|engine, _| engine.check_as(now, &supervisor(), define())),
        Box::new(|engine, _| engine.check_clock(now)),
    ];
    let made = calls.iter().map(|call| {
        let (mut engine, mut log) = (engine.clone(), Log::default());
        let answer = call(&mut engine, &mut log);
        (engine, log, answer)
    });
    made.collect()
}

#[test]
fn a_jump_beyond_the_step_is_refused_by_every_call_and_changes_nothing() {
    let (engine, ..) = floor(Config::default());
    for ahead in [MILLI, DAY, Span::from_mins(365 * 24 * 60)] {
        let now = NOON + DAY + ahead;
        for (after, log, answer) in each_call(&engine, now) {
            let refused = answer.unwrap_err();
            assert_eq!(refused, Refusal::clock_jump(NOON, now));
            assert_eq!((refused.kind(), refused.code()), (RefusalKind::Clock, "clock_jump"));
            assert_eq!(refused.kind().http_status(), 425);
            assert!(log.is_empty(), "no deadline fired");
            assert_eq!(after.snapshot(), engine.snapshot());
            assert_eq!((after.now(), after.stepped_back()), (NOON, 0));
            assert_eq!(after.next_deadline(), engine.next_deadline());
            assert_eq!(after.check_clock(NOON + DAY), Ok(()), "and it goes on");
        }
    }
    let latest = each_call(&engine, Timestamp::MAX);
    assert!(latest.iter().all(|(.., answer)| answer.is_err()));
}

#[test]
fn a_jump_within_the_step_or_as_long_as_it_is_believed() {
    let (engine, _, call) = floor(Config::default());
    for now in [NOON - DAY - DAY, NOON, NOON + DAY - MILLI, NOON + DAY] {
        for (_, _, answer) in each_call(&engine, now) {
            assert!(!matches!(answer, Err(Refusal::ClockJump { .. })), "{now}: {answer:?}");
        }
    }
    let (mut engine, mut log) = (engine, Log::default());
    engine.advance(NOON + DAY, &mut log).unwrap();
    assert!(engine.view().work(call).is_none(), "it waited too long");
    // From there it is a day again.
    let (from, to) = (NOON + DAY, NOON + DAY + DAY + MILLI);
    assert_eq!(engine.advance(to, &mut log), Err(Refusal::clock_jump(from, to)));
    assert_eq!(engine.advance(NOON + DAY + DAY, &mut log), Ok(()));
}

#[test]
fn the_host_says_how_far_a_call_may_jump() {
    let step = |step: Option<Span>| Config::default().with_clock_step(step);
    let minute = Span::from_mins(1);
    let (engine, ..) = floor(step(Some(minute)));
    assert_eq!(engine.check_clock(NOON + minute), Ok(()));
    assert!(engine.check_clock(NOON + minute + MILLI).is_err());
    let (mut engine, mut log, _) = floor(step(None));
    assert_eq!(engine.advance(Timestamp::MAX, &mut log), Ok(()));

    let none = Engine::new(step(Some(Span::ZERO)), NOON, &mut Log::default());
    let none = none.map(drop).unwrap_err();
    assert!(matches!(&none, Refusal::Invalid(invalid) if invalid.field == "clock_step"), "{none}");
    // A journal of before there was a limit has none in it, and gets the one that is usual.
    let config: Config = serde_json::from_str("{}").unwrap();
    assert_eq!(config.clock_step, Some(DAY));
    let config: Config = serde_json::from_str(r#"{"clock_step": null}"#).unwrap();
    assert_eq!(config.clock_step, None);
}

#[test]
fn a_time_that_is_confirmed_may_be_named_and_nothing_happens_before() {
    let (mut engine, mut log, call) = floor(Config::default());
    let (before, facts, later) = (engine.snapshot(), log.len(), NOON + DAY + DAY + DAY);
    assert!(engine.advance(later, &mut log).is_err());
    engine.confirm_clock(later);
    assert_eq!((engine.snapshot(), log.len()), (before, facts), "it is no fact and no state");
    assert!(engine.view().work(call).is_some());
    // The limit counts from there: the host's clock has gone on since it said so.
    let too_late = later + DAY + MILLI;
    assert_eq!(engine.check_clock(too_late), Err(Refusal::clock_jump(NOON, too_late)));
    assert_eq!(engine.check_clock(later + DAY), Ok(()));
    assert_eq!(engine.advance(later, &mut log), Ok(()));
    assert!(engine.view().work(call).is_none());

    // The last word counts, and one in the past confirms nothing.
    engine.confirm_clock(later + DAY + DAY + DAY);
    engine.confirm_clock(NOON);
    assert!(engine.check_clock(later + DAY + MILLI).is_err());
    assert_eq!(engine.check_clock(later + DAY), Ok(()));
}

#[test]
fn the_first_call_may_name_any_time_and_the_second_may_not() {
    let (engine, log, _) = floor(Config::default());
    let facts = || log.iter().cloned();
    let (begun, rest) = log.as_slice().split_at(2);
    let begun = Engine::replay(begun.to_vec()).unwrap();
    let json = serde_json::to_string(&engine.snapshot()).unwrap();
    let firsts = [
        Engine::new(Config::default(), NOON, &mut Log::default()).unwrap(),
        Engine::restore(serde_json::from_str(&json).unwrap()).unwrap(),
        Engine::replay(facts()).unwrap(),
        begun.resume(rest.to_vec()).unwrap(),
        engine.resume([]).unwrap(),
    ];
    let (year, mut log) = (NOON + Span::from_mins(365 * 24 * 60), Log::default());
    for (number, mut first) in firsts.into_iter().enumerate() {
        assert_eq!(first.check(year, define()), Ok(()), "{number}");
        assert_eq!(first.advance(year, &mut log), Ok(()), "{number}: a check is no call");
        let jump = Refusal::clock_jump(year, year + DAY + MILLI);
        assert_eq!(first.advance(year + DAY + MILLI, &mut log), Err(jump), "{number}");
    }
}

#[test]
fn what_is_restored_is_the_same_whatever_was_confirmed() {
    let (mut engine, ..) = floor(Config::default());
    let before = engine.snapshot();
    engine.confirm_clock(Timestamp::MAX);
    let mut restored = Engine::restore(engine.snapshot()).unwrap();
    assert_eq!((restored.snapshot(), restored.digest()), (before, engine.digest()));
    restored.advance(NOON, &mut Log::default()).unwrap();
    assert!(restored.check_clock(NOON + DAY + MILLI).is_err(), "the word is not kept");
}

#[test]
fn a_replica_and_a_replay_follow_facts_whatever_their_time_is() {
    let (mut engine, mut log, _) = floor(Config::default());
    let year = NOON + Span::from_mins(365 * 24 * 60);
    engine.confirm_clock(year);
    engine.execute(year, define(), &mut log).unwrap();
    let mut replica = Replica::<Engine>::default();
    log.iter().for_each(|fact| replica.follow(fact).unwrap());
    assert_eq!((replica.digest(), replica.decides().now()), (engine.digest(), year));
    assert_eq!(Engine::replay(log.iter().cloned()).unwrap().digest(), engine.digest());
    // A running engine that takes up facts of another is free as well.
    let (other, facts, _) = floor(Config::default());
    let resumed = other.resume(log.iter().skip(facts.len()).cloned()).unwrap();
    assert_eq!(resumed.digest(), engine.digest());

    // The promotion is the first call. What comes behind it is not.
    let promoted = replica.promote(year + year.since(NOON), &mut log).unwrap();
    let next = promoted.now() + DAY;
    assert_eq!(promoted.check_clock(next), Ok(()));
    assert!(promoted.check_clock(next + MILLI).is_err());
}

#[test]
fn a_clock_that_runs_back_is_no_jump() {
    let (mut engine, mut log, _) = floor(Config::default());
    engine.advance(NOON - DAY - DAY, &mut log).unwrap();
    assert_eq!((engine.now(), engine.stepped_back()), (NOON, 1));
}

/// A centre with a chat whose customer is silent.
fn centre() -> (Centre, CentreLog) {
    let mut log = CentreLog::default();
    let config = CentreConfig::default().with_records(RecordConfig::default());
    let mut centre = Centre::new(config, NOON, &mut log).unwrap();
    let opening = InteractionRequest::new(InteractionType::Chat);
    centre.execute(NOON, OpenInteraction::new(opening), &mut log).unwrap();
    (centre, log)
}

#[test]
fn a_centre_refuses_as_one() {
    let (mut centre, mut log) = centre();
    assert!(centre.next_deadline().is_some_and(|due| due.at < NOON + DAY), "records wait");
    let (before, facts, late) = (centre.snapshot(), log.len(), NOON + DAY + MILLI);
    let refused = CentreRefusal::from(Refusal::clock_jump(NOON, late));
    assert_eq!(centre.advance(late, &mut log), Err(refused.clone()));
    assert_eq!(centre.execute(late, define(), &mut log).map(drop), Err(refused.clone()));
    let supervisor = Actor::Supervisor("sue".into());
    let asked = centre.execute_as(late, supervisor, define(), &mut log);
    assert_eq!(asked.map(drop), Err(refused.clone()));
    let opening = || OpenInteraction::new(InteractionRequest::new(InteractionType::Chat));
    assert_eq!(centre.execute(late, opening(), &mut log).map(drop), Err(refused.clone()));
    let (profiles, config) = Default::default();
    let kept = centre.keep_records(profiles, config, late, &mut log);
    assert_eq!(kept, Err(refused.clone()));
    assert_eq!(centre.check_clock(late), Err(refused));
    assert_eq!((centre.snapshot(), log.len()), (before, facts), "no layer has moved");
    assert_eq!(centre.records().unwrap().now(), NOON);

    centre.confirm_clock(late);
    assert_eq!(centre.advance(late, &mut log), Ok(()));
    assert!(log.len() > facts, "the silence of the customer is over");
    assert_eq!(centre.records().unwrap().now(), late);
    let replayed: Centre = Centre::replay(log.iter().cloned()).unwrap();
    assert_eq!(replayed.digest(), centre.digest());
    let restored: Centre = Centre::restore(centre.snapshot()).unwrap();
    assert_eq!(restored.check_clock(Timestamp::MAX), Ok(()));
    assert!(centre.check_clock(late + DAY + MILLI).is_err());
}

#[test]
fn a_driver_keeps_no_answer_to_a_call_that_was_refused_for_its_time() {
    let (engine, log, _) = floor(Config::default());
    let mut driver = Driver::start(engine, log, Host::new(Vec::<Fact>::new())).unwrap();
    let call = |now, token| Call::at(now).with_token(token);
    let first = driver.call(call(NOON, "first"), define().into()).unwrap();
    let (kept, facts) = (driver.answers().clone(), driver.host().journal.len());

    // An answer of next year would be the newest, and those of a day before it forgotten.
    let year = NOON + Span::from_mins(365 * 24 * 60);
    let billing = || Command::from(Define::new("billing", QueueProfile::default()));
    let refused = Err(Refusal::clock_jump(NOON, year));
    assert_eq!(driver.call(call(year, "second"), billing()).unwrap(), refused);
    assert_eq!((driver.answers(), driver.host().journal.len()), (&kept, facts));
    assert_eq!(driver.call(call(NOON, "first"), define().into()).unwrap(), first);

    driver.confirm_clock(year);
    assert!(driver.call(call(year, "second"), billing()).unwrap().is_ok());
}

#[test]
fn calls_that_are_made_together_are_each_checked() {
    let (engine, log, _) = floor(Config::default());
    let mut driver = Driver::start(engine, log, Host::new(Vec::<Fact>::new())).unwrap();
    let late = NOON + DAY + DAY;
    let answers = driver.together(|calls| {
        let refused = calls.advance(late);
        calls.confirm_clock(late);
        (refused, calls.advance(late), calls.execute(late, define()).map(drop))
    });
    assert_eq!(answers.unwrap(), (Err(Refusal::clock_jump(NOON, late)), Ok(()), Ok(())));
}

#[test]
fn every_layer_says_when_a_fact_was_made() {
    use strowger::layer::Decide;

    let (centre, log) = centre();
    assert!(log.iter().any(|fact| fact.record().is_some()));
    assert!(log.iter().all(|fact: &CentreFact| <Centre as Decide>::time_of(fact) == NOON));
    assert_eq!(Decide::now(&centre), NOON);
}
