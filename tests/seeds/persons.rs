//! Persons answer, and their time counts; what a virtual agent does is told apart from it.

use strowger::command::{Cancel, TransferToAgent, TransferToQueue};
use strowger::interaction::*;
use strowger::prelude::*;

use crate::floor::*;

const MACHINE: Author = Author::VirtualAgent;
const CUSTOMER: Author = Author::Requester;
const BY_VIRTUAL_AGENT: Party = Party::VirtualAgent;
const KIND: InteractionType = InteractionType::Messaging;

fn ms(millis: i64) -> Timestamp {
    at(0) + Span::from_millis(millis as u64)
}

/// Nobody is let go for silence.
fn patient(config: RecordConfig) -> RecordConfig {
    let idle = IdlePolicy::default()
        .with_messaging_after(None)
        .with_virtual_agent_after(None)
        .with_agent_reminder_after(None)
        .with_reminder_after(None)
        .with_cancel_after(None);
    config.with_idle(idle)
}

fn with_machine() -> Floor {
    let mut floor = Floor::new(patient(with_virtual_agent()));
    floor.on_queue(0, ANA);
    floor
}

fn talk(floor: &Floor, id: InteractionId) -> &Conversation {
    floor.row(id).conversation.as_deref().expect("they talk")
}

fn ask(floor: &mut Floor, when: i64, id: InteractionId) -> WorkId {
    let request = WorkRequest::new(SUPPORT, MESSAGE);
    floor.record(when, HandOff::new(id, HandoffTrigger::User, request)).expect("somebody is there")
}

fn finish(floor: &mut Floor, when: i64, id: InteractionId) {
    floor.describe(when, id, "Hours");
    floor.record(when, end(id, Ending::Agent, BY_ANA));
}

fn report(floor: &Floor) -> Report {
    floor.records().interactions().collect()
}

/// One sample that took so many milliseconds.
fn one(mean: Mean) -> u64 {
    assert_eq!(mean.count, 1);
    mean.total.as_millis()
}

#[test]
fn a_person_s_first_answer_counts_from_the_hand_off() {
    let mut floor = with_machine();
    let monday = floor.receive(1, sms("+4930123456"), "What are your hours?");
    let id = monday.interaction;
    floor.say(2, id, MACHINE, "9 to 5");
    assert!(!floor.row(id).agent_chat(), "no person was asked for");
    // On Friday.
    floor.receive(453_601, sms("+4930123456"), "I want to talk to a person");
    assert_eq!(talk(&floor, id).handed_off, None);
    ask(&mut floor, 453_601, id);
    assert!(floor.row(id).agent_chat(), "from the hand-off on, before anybody has it");
    assert_eq!(talk(&floor, id).handed_off, Some(at(453_601)));
    floor.accept(453_621, ANA);
    floor.say(454_201, id, Author::Agent(ANA), "Hello, I am here");
    assert_eq!(floor.row(id).first_response_wait, Some(secs(600)));
    finish(&mut floor, 455_001, id);
    assert_eq!(floor.row(id).resolution(), Some(secs(1_400)));
    let report = report(&floor);
    let row = report.of(Some(SUPPORT), KIND).unwrap();
    assert_eq!(one(row.first_response), 600_000);
    assert_eq!(one(row.agent_response), 600_000);
    assert_eq!(one(row.virtual_agent), 453_600_000);
    assert_eq!(one(row.resolution), 1_400_000);
    let ana = report.of_agent(ANA, KIND).unwrap();
    assert_eq!(one(ana.first_answer), 580_000);
}

#[test]
fn it_counts_to_the_millisecond() {
    let mut floor = with_machine();
    let id = floor.receive(0, sms("+4930123456"), "Hello").interaction;
    let request = WorkRequest::new(SUPPORT, MESSAGE);
    let hand_off = HandOff::new(id, HandoffTrigger::User, request);
    floor.centre.execute(ms(4_999), hand_off, &mut floor.log).unwrap();
    floor.accept(6, ANA);
    floor.centre.execute(ms(7_001), say(id, Author::Agent(ANA), "Hello"), &mut floor.log).unwrap();
    assert_eq!(floor.row(id).first_response_wait, Some(Span::from_millis(2_002)));
    let ana = talk(&floor, id).first_answers[0];
    assert_eq!((ana.count, ana.total), (1, Span::from_millis(1_001)));
}

#[test]
fn whoever_finds_nobody_is_not_handed_off() {
    let mut floor = Floor::new(patient(with_virtual_agent()));
    let id = floor.receive(0, sms("+4930123456"), "A person, please").interaction;
    let request = || WorkRequest::new(SUPPORT, MESSAGE);
    let user = HandoffTrigger::User;
    assert_eq!(floor.record(10, HandOff::new(id, user, request())), None);
    assert!(!floor.row(id).agent_chat());
    assert_eq!(talk(&floor, id).handed_off, None);
    floor.on_queue(50, ANA);
    ask(&mut floor, 60, id);
    floor.accept(61, ANA);
    floor.say(65, id, Author::Agent(ANA), "Hello");
    assert_eq!(floor.row(id).first_response_wait, Some(secs(5)));
}

#[test]
fn back_with_the_virtual_agent_the_next_hand_off_counts() {
    let mut floor = with_machine();
    let id = floor.receive(0, sms("+4930123456"), "A person, please").interaction;
    let work = ask(&mut floor, 10, id);
    floor.work(35, Cancel::new(work));
    assert_eq!(floor.row(id).stage(), Some(ConversationStage::VirtualAgent));
    assert!(floor.row(id).agent_chat(), "it was handed off once");
    floor.say(36, id, MACHINE, "Nobody is free, may I help?");
    ask(&mut floor, 100, id);
    floor.accept(103, ANA);
    floor.say(107, id, Author::Agent(ANA), "Hello");
    assert_eq!(floor.row(id).first_response_wait, Some(secs(7)));
    finish(&mut floor, 110, id);
    let report = report(&floor);
    let row = report.of(Some(SUPPORT), KIND).unwrap();
    assert_eq!(one(row.virtual_agent), 75_000, "from 0 to 10, and from 35 to 100");
    assert_eq!(one(row.resolution), 35_000, "from 10 to 35, and from 100 to 110");
    assert_eq!(one(row.agent_response), 7_000);
}

#[test]
fn an_agent_who_takes_it_from_the_virtual_agent_is_handed_it() {
    let mut floor = with_machine();
    let id = floor.receive(0, sms("+4930123456"), "Hello").interaction;
    floor.record(30, AssignInteraction::new(id, BO));
    assert!(floor.row(id).agent_chat());
    floor.say(32, id, Author::Agent(BO), "Hello");
    assert_eq!(floor.row(id).first_response_wait, Some(secs(2)));
}

#[test]
fn what_the_virtual_agent_does_alone_is_no_person_s_resolution() {
    let mut floor = with_machine();
    let id = floor.receive(0, sms("+4930123456"), "What are your hours?").interaction;
    floor.say(1, id, MACHINE, "9 to 5");
    floor.record(20, end(id, Ending::TopicDone, BY_VIRTUAL_AGENT));
    assert_eq!(floor.row(id).resolution(), None);
    let report = report(&floor);
    let row = report.of(None, KIND).unwrap();
    assert_eq!(
        (row.closed, row.resolution, row.first_response),
        (1, Mean::default(), Mean::default())
    );
    assert_eq!(one(row.virtual_agent), 20_000);
}

#[test]
fn without_a_virtual_agent_it_counts_from_opening() {
    let mut floor = Floor::new(patient(RecordConfig::default()));
    floor.on_queue(0, ANA);
    let id = floor.receive(0, sms("+4930123456"), "Hello").interaction;
    assert!(!floor.row(id).agent_chat());
    ask(&mut floor, 5, id);
    assert!(floor.row(id).agent_chat());
    floor.accept(6, ANA);
    floor.say(8, id, Author::Agent(ANA), "Hello");
    assert_eq!(floor.row(id).first_response_wait, Some(secs(8)));
    finish(&mut floor, 10, id);
    let report = report(&floor);
    let row = report.of(Some(SUPPORT), KIND).unwrap();
    assert_eq!((row.virtual_agent, one(row.resolution)), (Mean::default(), 10_000));
}

#[test]
fn a_topic_of_the_virtual_agent_owes_nobody_s_answer() {
    let mut floor = with_machine();
    let id = floor.receive(0, sms("+4930123456"), "Hello").interaction;
    ask(&mut floor, 1, id);
    floor.accept(2, ANA);
    floor.say(3, id, Author::Agent(ANA), "I need your number");
    floor.record(10, StartTopic::new(id));
    floor.say(11, id, CUSTOMER, "4711");
    floor.say(12, id, MACHINE, "And your name?");
    floor.say(50, id, CUSTOMER, "Jo");
    floor.record(60, EndTopic::new(id));
    floor.say(64, id, Author::Agent(ANA), "Thank you");
    let Responses { count, total, .. } = talk(&floor, id).agent_responses;
    assert_eq!((count, total), (2, secs(2 + 4)));
}

#[test]
fn an_agent_s_time_is_from_getting_it_to_their_own_first_answer() {
    let mut floor = Floor::new(patient(RecordConfig::default()));
    floor.on_queue(0, ANA);
    let id = floor.receive(0, sms("+4930123456"), "Where is my parcel?").interaction;
    let work = floor.submit(0, id, SUPPORT, MESSAGE);
    floor.accept(10, ANA);
    // What a rule sends in the name of Ana, and what colleagues alone see, is no answer.
    let hello = say(id, Author::Agent(ANA), "Hello").with_automated(true);
    floor.record(11, hello);
    let whisper = say(id, Author::Agent(ANA), "Who knows?").with_visibility(Visibility::Private);
    floor.record(12, whisper);
    assert_eq!(talk(&floor, id).unanswered, Some(at(10)));
    floor.on_queue(300, BO);
    floor.work(610, TransferToAgent::new(work, BO));
    assert_eq!(talk(&floor, id).unanswered, None);
    floor.accept(620, BO);
    floor.say(680, id, Author::Agent(BO), "It comes today");
    floor.say(685, id, Author::Agent(BO), "At noon");
    finish(&mut floor, 700, id);
    let report = report(&floor);
    assert_eq!(report.of_agent(ANA, KIND), None, "Ana never answered");
    assert_eq!(one(report.of_agent(BO, KIND).unwrap().first_answer), 60_000);
    assert_eq!(report.agents().len(), 1);
}

#[test]
fn whoever_gets_it_again_answers_again() {
    let mut floor = Floor::new(patient(RecordConfig::default()));
    floor.on_queue(0, ANA);
    let id = floor.receive(0, sms("+4930123456"), "Hello").interaction;
    let work = floor.submit(0, id, SUPPORT, MESSAGE);
    floor.accept(1, ANA);
    floor.say(4, id, Author::Agent(ANA), "Hello");
    // On hold and back it is theirs all the time.
    floor.record(5, HoldInteraction::new(id));
    floor.record(6, ResumeInteraction::new(id));
    floor.say(9, id, Author::Agent(ANA), "I am back");
    floor.work(20, TransferToQueue::new(work, SALES));
    floor.accept(25, ANA);
    floor.say(30, id, Author::Agent(ANA), "Here I am again");
    let ana = talk(&floor, id).first_answers[0];
    assert_eq!((ana.agent, ana.count, ana.total), (ANA, 2, secs(3 + 5)));
    assert_eq!(talk(&floor, id).first_answers.len(), 1);
}

#[test]
fn whoever_writes_first_answers_nobody() {
    let mut floor = Floor::new(patient(RecordConfig::default()));
    let reach = ReachCustomer::new(KIND, ANA, sms("+4930123456"), "+4930999", "It is here");
    let id = floor.record(0, reach).interaction;
    floor.receive(100, sms("+4930123456"), "Thank you");
    floor.say(160, id, Author::Agent(ANA), "Any time");
    assert_eq!(talk(&floor, id).first_answers, []);
    // A colleague who gets it answers the customer.
    floor.record(200, AssignInteraction::new(id, BO));
    floor.say(207, id, Author::Agent(BO), "I am Bo");
    let bo = talk(&floor, id).first_answers[0];
    assert_eq!((bo.agent, bo.count, bo.total), (BO, 1, secs(7)));
}

#[test]
fn of_too_many_agents_the_first_go() {
    let limits = RecordLimits::default().with_segments(1);
    let mut floor = Floor::new(patient(RecordConfig::default()).with_limits(limits));
    let id = floor.receive(0, sms("+4930123456"), "Hello").interaction;
    for (when, agent) in [(1, ANA), (3, BO)] {
        floor.record(when, AssignInteraction::new(id, agent));
        floor.say(when + 1, id, Author::Agent(agent), "Hello");
    }
    let left: Vec<_> = talk(&floor, id).first_answers.iter().map(|row| row.agent).collect();
    assert_eq!(left, [BO]);
}
