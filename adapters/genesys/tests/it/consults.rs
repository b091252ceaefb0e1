//! Somebody is consulted in a call, here and there.

use serde_json::{Value, json};
use strowger::command::{Answer, Confer, Consult, Decline, EndLeg, HandOver, TransferToQueue};
use strowger::prelude::*;
use strowger::state::{CloseCause, Stage};

use crate::floor::Floor;

const TOPIC: &str = "v2.users.u-ana.conversations.calls";

/// A participant: their user, their state, and with whom they are consulted.
type Who<'a> = (&'a str, &'a str, &'a str);

fn call(agents: &[Who<'_>]) -> Value {
    let customer = json!({"id": "p-0", "purpose": "customer", "state": "connected"});
    let agents = agents.iter().enumerate().map(|(nth, (user, state, consult))| {
        let consult = Some(consult).filter(|consult| !consult.is_empty());
        json!({"id": format!("p-{}", nth + 1), "purpose": "agent", "user": {"id": user},
            "state": state, "consultParticipantId": consult})
    });
    json!({"id": "c-1", "participants": Value::from_iter([customer].into_iter().chain(agents))})
}

/// Ana is on a call; bo could be asked.
fn on_a_call() -> (Floor, WorkId) {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let work = floor.submit("calls/c-1");
    floor.hear(TOPIC, call(&[("u-ana", "alerting", "")]));
    floor.hear(TOPIC, call(&[("u-ana", "connected", "")]));
    floor.sent();
    assert_eq!(floor.stage(work), Stage::Assigned { agent: floor.id("u-ana") });
    (floor, work)
}

const ASKED: &str =
    r#"POST calls/c-1/participants/p-1/consult/agent {"speakTo":"DESTINATION","userId":"u-bo"}"#;
const ENDED: &str = "DELETE calls/c-1/participants/p-1/consult";

/// Ana has asked bo, here, and the call alerts bo there.
fn asked() -> (Floor, WorkId, AgentId) {
    let (mut floor, work) = on_a_call();
    let agent = floor.id("u-bo");
    floor.tell(Consult::new(work, agent)).unwrap();
    assert_eq!(floor.sent(), [ASKED]);
    let alerts = call(&[("u-ana", "connected", ""), ("u-bo", "alerting", "p-1")]);
    assert_eq!(floor.hear(TOPIC, alerts), []);
    (floor, work, agent)
}

fn connected() -> Value {
    call(&[("u-ana", "connected", ""), ("u-bo", "connected", "p-1")])
}

#[test]
fn each_step_here_is_one_request() {
    let (mut floor, work, agent) = asked();
    assert_eq!(floor.hear(TOPIC, connected()), [Answer::new(work, agent).into()]);
    assert_eq!(floor.sent(), [""; 0]);
    floor.tell(Confer::new(work, agent)).unwrap();
    let all = r#"PATCH calls/c-1/participants/p-1/consult {"speakTo":"CONFERENCE"}"#;
    assert_eq!(floor.sent(), [all]);
    floor.tell(EndLeg::new(work, agent)).unwrap();
    assert_eq!(floor.sent(), [ENDED]);
    // What the other side says of it is no news.
    let over = call(&[("u-ana", "connected", ""), ("u-bo", "disconnected", "p-1")]);
    assert_eq!(floor.hear(TOPIC, over), []);
    assert_eq!(floor.sent(), [""; 0]);
}

#[test]
fn a_call_is_handed_over_by_who_leaves() {
    let (mut floor, work, agent) = asked();
    floor.hear(TOPIC, connected());
    floor.tell(HandOver::new(work, agent)).unwrap();
    assert_eq!(floor.sent(), [r#"PATCH calls/c-1/participants/p-1 {"state":"disconnected"}"#]);
    let left = call(&[("u-ana", "disconnected", ""), ("u-bo", "connected", "p-1")]);
    assert_eq!(floor.hear(TOPIC, left), []);
    assert_eq!(floor.stage(work), Stage::Assigned { agent });
    floor.tell(FinishContact::new(work, Finisher::Agent)).unwrap();
    assert_eq!(floor.sent(), ["POST c-1/disconnect"]);
}

#[test]
fn a_call_is_handed_over_there() {
    let (mut floor, work, agent) = asked();
    // Ana leaves while the call alerts bo: it stays with ana until bo takes it.
    let left = call(&[("u-ana", "disconnected", ""), ("u-bo", "alerting", "p-1")]);
    assert_eq!(floor.hear(TOPIC, left), []);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: floor.id("u-ana") });
    let taken = call(&[("u-ana", "disconnected", ""), ("u-bo", "connected", "p-1")]);
    let expected = [Command::from(Answer::new(work, agent)), HandOver::new(work, agent).into()];
    assert_eq!(floor.hear(TOPIC, taken.clone()), expected);
    assert_eq!(floor.stage(work), Stage::Assigned { agent });
    assert_eq!(floor.hear(TOPIC, taken), []);
    assert_eq!(floor.sent(), [""; 0]);
}

#[test]
fn who_leaves_before_anybody_answers_ends_the_call() {
    let (mut floor, work, agent) = asked();
    let declined = call(&[("u-ana", "disconnected", ""), ("u-bo", "disconnected", "p-1")]);
    let expected =
        [Decline::new(work, agent).into(), FinishContact::new(work, Finisher::Agent).into()];
    assert_eq!(floor.hear(TOPIC, declined), expected);
    assert_eq!(floor.closed(), Some(CloseCause::Completed));
}

#[test]
fn who_declined_may_be_asked_again() {
    let (mut floor, work, agent) = asked();
    let declined = call(&[("u-ana", "connected", ""), ("u-bo", "disconnected", "p-1")]);
    assert_eq!(floor.hear(TOPIC, declined.clone()), [Decline::new(work, agent).into()]);
    floor.tell(Consult::new(work, agent)).unwrap();
    assert_eq!(floor.sent(), [ASKED]);
    // Bo's part from the first time says nothing of the second.
    assert_eq!(floor.hear(TOPIC, declined), []);
    let again = call(&[
        ("u-ana", "connected", ""),
        ("u-bo", "disconnected", "p-1"),
        ("u-bo", "connected", "p-1"),
    ]);
    assert_eq!(floor.hear(TOPIC, again), [Answer::new(work, agent).into()]);
}

#[test]
fn a_consult_begins_there() {
    let (mut floor, work) = on_a_call();
    let agent = floor.id("u-bo");
    let alerts = call(&[("u-ana", "connected", ""), ("u-bo", "alerting", "p-1")]);
    assert_eq!(floor.hear(TOPIC, alerts.clone()), [Consult::new(work, agent).into()]);
    assert_eq!(floor.hear(TOPIC, alerts), []);
    assert_eq!(floor.hear(TOPIC, connected()), [Answer::new(work, agent).into()]);
    let ended = call(&[("u-ana", "connected", ""), ("u-bo", "disconnected", "p-1")]);
    assert_eq!(floor.hear(TOPIC, ended), [EndLeg::new(work, agent).into()]);
    assert_eq!(floor.sent(), [""; 0]);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: floor.id("u-ana") });
}

#[test]
fn what_is_refused_here_ends_there() {
    let (mut floor, work) = on_a_call();
    let agent = floor.id("u-bo");
    floor.tell(SetPresence::new(agent, SystemPresence::Break.id())).unwrap();
    floor.hear(TOPIC, connected());
    let legs = floor.engine.view().work(work).unwrap().legs().count();
    assert_eq!((legs, floor.sent()), (0, vec![]));
    let renewed = floor.mirror.renew(floor.engine.view(), work);
    floor.sent.extend(renewed);
    assert_eq!(floor.sent()[0], ENDED);
}

#[test]
fn it_ends_before_the_call_goes_on_and_with_it() {
    let (mut floor, work, _) = asked();
    let queue = floor.queue;
    floor.tell(TransferToQueue::new(work, queue)).unwrap();
    // Bo is free again, and the next in the queue.
    let given =
        r#"POST c-1/participants/p-1/replace/agent {"transferType":"Unattended","userId":"u-bo"}"#;
    assert_eq!(floor.sent(), [ENDED, given]);

    let (mut floor, work, _) = asked();
    floor.tell(FinishContact::new(work, Finisher::Agent)).unwrap();
    assert_eq!(floor.sent(), ["POST c-1/disconnect"]);
}

#[test]
fn a_lost_request_is_made_again() {
    let (mut floor, work) = on_a_call();
    let agent = floor.id("u-bo");
    floor.tell(Consult::new(work, agent)).unwrap();
    floor.sent();
    let renewed = floor.mirror.renew(floor.engine.view(), work);
    floor.sent.extend(renewed);
    assert!(floor.sent().contains(&ASKED.to_owned()));
    // The request was not lost: bo's part is there, and nothing more is asked.
    floor.hear(TOPIC, call(&[("u-ana", "connected", ""), ("u-bo", "alerting", "p-1")]));
    let renewed = floor.mirror.renew(floor.engine.view(), work);
    floor.sent.extend(renewed);
    assert!(!floor.sent().contains(&ASKED.to_owned()));
}

#[test]
fn nobody_is_consulted_about_a_message_there() {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let work = floor.submit("messages/c-1");
    floor.hear("v2.users.u-ana.conversations.messages", call(&[("u-ana", "alerting", "")]));
    floor.tell(Accept::new(floor.offer(work))).unwrap();
    floor.sent();
    let agent = floor.id("u-bo");
    floor.tell(Consult::new(work, agent)).unwrap();
    assert_eq!(floor.sent(), [""; 0]);
}
