//! Work shown where the engine has it, and what agents do over there.

use serde_json::{Value, json};
use strowger::command::{
    Cancel, Force, Hold, Park, Resume, Resumer, Retrieve, TransferToAgent, TransferToQueue,
};
use strowger::model::{WrapUpCodeProfile, WrapUpMode, WrapUpProfile};
use strowger::prelude::*;
use strowger::state::{CloseCause, Stage};
use strowger::view::WorkView;
use strowger_genesys::{AssignmentState, Event, Mirror, Place, follow};

use crate::floor::Floor;
use crate::table;

#[test]
fn every_place_here_against_every_state_there() {
    let mut rows = vec![vec!["".to_owned(), "place".to_owned()]];
    rows[0].extend(Place::ALL.iter().map(|place| format!("{place:?}")));
    for state in AssignmentState::KNOWN {
        let place = state.place().map_or_else(|| "-".to_owned(), |place| format!("{place:?}"));
        let mut row = vec![state.word().to_owned(), place];
        row.extend(Place::ALL.iter().map(|here| follow(*here, state).name().to_owned()));
        rows.push(row);
    }
    assert_eq!(AssignmentState::KNOWN.len(), 13);
    for place in Place::ALL {
        assert_eq!(place.state().place(), Some(place), "{place:?}");
    }
    table::compare("tables/follow.txt", &table::align(&rows));
}

#[test]
fn each_change_of_a_work_item_is_one_request() {
    let wrap_up = WrapUpProfile::of(WrapUpMode::Mandatory);
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default().with_wrap_up(wrap_up));
    let code = floor.tell(Define::new("wc-1", WrapUpCodeProfile::default())).unwrap();
    let work = floor.submit("workitem/w-1");
    let alert =
        r#"PATCH w-1 {"assigneeId":"u-ana","assignmentOperation":"AgentAssignmentAlerting"}"#;
    assert_eq!(floor.sent(), [alert]);
    let agent = floor.id("u-ana");
    let steps: [(Command, &[&str]); 8] = [
        (Accept::new(floor.offer(work)).into(), &[r#"PATCH w-1 {"assignmentState":"Connected"}"#]),
        (Hold::new(work).into(), &[r#"PATCH w-1 {"assignmentState":"Held"}"#]),
        (Hold::new(work).into(), &[]),
        (Retrieve::new(work).into(), &[r#"PATCH w-1 {"assignmentState":"Connected"}"#]),
        (Park::new(work).into(), &[r#"PATCH w-1 {"assignmentState":"Parked"}"#]),
        (
            Resume::new(work, Resumer::Agent).into(),
            &[r#"PATCH w-1 {"assignmentState":"Connected"}"#],
        ),
        (FinishContact::new(work, Finisher::Agent).into(), &["POST w-1/disconnect"]),
        (
            EndWrapUp::new(work, agent).with_code(code).into(),
            &[
                r#"PATCH w-1/users/u-ana/wrapups {"action":"Add","wrapupCode":"wc-1"}"#,
                r#"POST w-1/terminate {"statusId":"s-done"}"#,
            ],
        ),
    ];
    for (command, expected) in steps {
        floor.tell(command.clone()).unwrap();
        assert_eq!(floor.sent(), expected, "{command:?}");
    }
    assert!(floor.mirror.is_empty());
}

#[test]
fn rejected_missed_and_taken_back() {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let work = floor.submit("workitem/w-1");
    floor.sent();
    floor.tell(Reject::new(floor.offer(work))).unwrap();
    // It is offered to the next in the same call: that is all there is to show.
    let alert =
        r#"PATCH w-1 {"assigneeId":"u-bo","assignmentOperation":"AgentAssignmentAlerting"}"#;
    assert_eq!(floor.sent(), [alert]);
    floor.wait(120);
    assert_eq!(floor.sent(), [r#"PATCH w-1 {"assignmentState":"AlertTimeout"}"#]);
    floor.tell(Cancel::new(work)).unwrap();
    assert_eq!(floor.sent(), ["POST w-1/acd/cancel"]);
}

#[test]
fn work_that_is_not_of_genesys_is_not_shown() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    floor.submit("interaction/5961");
    assert_eq!(floor.sent(), [""; 0]);
    assert!(floor.mirror.is_empty());
}

#[test]
fn what_an_agent_does_there_is_done_here_and_not_sent_back() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let work = floor.submit("workitem/w-1");
    assert_eq!(floor.workitem("Alerting", "u-ana"), []);
    floor.sent();
    for (state, expected) in [
        ("Connected", Some(Command::from(Accept::new(floor.offer(work))))),
        ("Held", Some(Hold::new(work).into())),
        ("Held", None),
        ("Napping", None),
        ("Connected", Some(Retrieve::new(work).into())),
        ("Parked", Some(Park::new(work).into())),
        ("Connected", Some(Resume::new(work, Resumer::Agent).into())),
        ("Disconnected", Some(FinishContact::new(work, Finisher::Agent).into())),
    ] {
        assert_eq!(floor.workitem(state, "u-ana"), Vec::from_iter(expected), "{state}");
    }
    assert_eq!(floor.closed(), Some(CloseCause::Completed));
    // All of it was known there; only that it is closed is new.
    assert_eq!(floor.sent(), [r#"POST w-1/terminate {"statusId":"s-done"}"#]);
}

#[test]
fn a_late_echo_undoes_nothing() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let work = floor.submit("workitem/w-1");
    floor.tell(Accept::new(floor.offer(work))).unwrap();
    floor.tell(Hold::new(work)).unwrap();
    floor.sent();
    for state in ["Alerting", "Connected", "Connected", "Held"] {
        assert_eq!(floor.workitem(state, "u-ana"), [], "{state}");
    }
    assert_eq!(floor.workitem("Connected", "u-ana"), [Retrieve::new(work).into()]);
    assert_eq!(floor.sent(), [""; 0]);
}

#[test]
fn somebody_else_took_it_there() {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let work = floor.submit("workitem/w-1");
    let agent = floor.id("u-bo");
    floor.sent();
    assert_eq!(floor.workitem("Connected", "u-bo"), [Force::new(work, agent).into()]);
    assert_eq!(floor.stage(work), Stage::Assigned { agent });
    // What the others are told of it is not for the one who has it.
    assert_eq!(floor.workitem("Declined", "u-ana"), []);
    assert_eq!(floor.sent(), [""; 0]);
}

#[test]
fn what_was_lost_is_said_again() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let work = floor.submit("workitem/w-1");
    let alert =
        r#"PATCH w-1 {"assigneeId":"u-ana","assignmentOperation":"AgentAssignmentAlerting"}"#;
    let again = |floor: &mut Floor| {
        floor.sent();
        let request = floor.mirror.renew(floor.engine.view(), work);
        floor.sent.extend(request);
        floor.sent()
    };
    assert_eq!(again(&mut floor), [alert]);
    floor.tell(Accept::new(floor.offer(work))).unwrap();
    // Whose it is may have been lost too.
    assert_eq!(again(&mut floor), [r#"PATCH w-1/assignment {"id":"u-ana"}"#]);
    floor.tell(Park::new(work)).unwrap();
    let parked = r#"PATCH w-1 {"assigneeId":"u-ana","assignmentState":"Parked"}"#;
    assert_eq!(again(&mut floor), [parked]);
}

fn message(state: &str, more: Value) -> Value {
    let mut agent =
        json!({"id": "p-1", "purpose": "agent", "user": {"id": "u-ana"}, "state": state});
    agent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let customer = json!({"id": "p-0", "purpose": "customer", "state": "connected"});
    json!({"id": "c-1", "participants": [customer, agent]})
}

const TOPIC: &str = "v2.users.u-ana.conversations.messages";

#[test]
fn a_message_is_accepted_when_its_participant_is_known() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let work = floor.submit("messages/c-1");
    assert_eq!(floor.sent(), [r#"POST c-1/assign {"id":"u-ana"}"#]);
    // Accepted before the conversation was heard of: nobody knows ana's participant in it.
    floor.tell(Accept::new(floor.offer(work))).unwrap();
    assert_eq!(floor.sent(), [""; 0]);
    assert_eq!(floor.hear(TOPIC, message("alerting", json!({}))), []);
    assert_eq!(floor.sent(), [r#"PATCH messages/c-1/participants/p-1 {"state":"connected"}"#]);
    floor.now = 10;
    floor.tell(Park::new(work).with_until(crate::floor::at(60))).unwrap();
    let parked = r#"{"resumeTime":"1970-01-01T00:01:00.000Z","state":"parked"}"#;
    let parked = format!("PATCH messages/c-1/participants/p-1/parkingstate {parked}");
    assert_eq!(floor.sent(), [parked]);
    floor.wait(50);
    let resumed = r#"PATCH messages/c-1/participants/p-1/parkingstate {"state":"connected"}"#;
    assert_eq!(floor.sent(), [resumed]);
    floor.tell(FinishContact::new(work, Finisher::Agent)).unwrap();
    assert_eq!(floor.sent(), ["POST c-1/disconnect"]);
}

#[test]
fn a_message_is_handled_over_there() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let work = floor.submit("messages/c-1");
    floor.sent();
    floor.hear(TOPIC, message("alerting", json!({})));
    let accept = Command::from(Accept::new(floor.offer(work)));
    assert_eq!(floor.hear(TOPIC, message("connected", json!({}))), [accept]);
    let held = floor.hear(TOPIC, message("connected", json!({"held": true})));
    assert_eq!(held, [Hold::new(work).into()]);
    let resume = json!({"resumeTime": "1970-01-01T01:00:00.000Z"});
    let until = Some(crate::floor::at(3_600));
    let parked = floor.hear(TOPIC, message("parked", resume));
    assert_eq!(parked, [Park::new(work).with_until(until).into()]);
    assert_eq!(floor.sent(), [""; 0]);
    // The customer leaves while nobody looks after them.
    let gone = json!({"id": "c-1", "participants": [
        {"id": "p-0", "purpose": "customer", "state": "disconnected"}]});
    assert_eq!(floor.hear(TOPIC, gone.clone()), [Abandon::new(work).into()]);
    assert_eq!(floor.closed(), Some(CloseCause::Abandoned));
    assert_eq!(floor.hear(TOPIC, gone), []);
    assert_eq!(floor.sent(), [""; 0]);
}

#[test]
fn a_transfer_to_a_queue_is_a_replacement() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let other = floor.tell(Define::new("q-other", QueueProfile::default())).unwrap();
    let work = floor.submit("messages/c-1");
    floor.hear(TOPIC, message("alerting", json!({})));
    floor.tell(Accept::new(floor.offer(work))).unwrap();
    floor.sent();
    floor.tell(TransferToQueue::new(work, other)).unwrap();
    let replaced = r#"{"queueId":"q-other","transferType":"Unattended"}"#;
    assert_eq!(floor.sent(), [format!("POST c-1/participants/p-1/replace/queue {replaced}")]);
}

#[test]
fn a_transfer_to_an_agent_is_a_replacement() {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let work = floor.submit("messages/c-1");
    floor.hear(TOPIC, message("alerting", json!({})));
    floor.tell(Accept::new(floor.offer(work))).unwrap();
    floor.sent();
    let agent = floor.id("u-bo");
    floor.tell(TransferToAgent::new(work, agent)).unwrap();
    let replaced = r#"{"transferType":"Unattended","userId":"u-bo"}"#;
    assert_eq!(floor.sent(), [format!("POST c-1/participants/p-1/replace/agent {replaced}")]);
}

#[test]
fn a_work_item_that_is_sent_to_a_queue_there_goes_there_here() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let other = floor.tell(Define::new("q-other", QueueProfile::default())).unwrap();
    let work = floor.submit("workitem/w-1");
    floor.workitem("Alerting", "u-ana");
    floor.workitem("Connected", "u-ana");
    floor.sent();
    let body = json!({"id": "w-1", "assignmentState": "AcdStarted", "queueId": "q-other"});
    let commands = floor.hear("v2.taskmanagement.workitems.w-1", body);
    assert_eq!(commands, [TransferToQueue::new(work, other).into()]);
    assert_eq!(floor.engine.view().work(work).map(WorkView::queue), Some(other));
    assert_eq!(floor.sent(), [""; 0]);
}

#[test]
fn what_nobody_did_here_is_undone_there() {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let work = floor.submit("workitem/w-1");
    floor.tell(Accept::new(floor.offer(work))).unwrap();
    floor.workitem("Alerting", "u-ana");
    floor.workitem("Connected", "u-ana");
    floor.sent();
    // Somebody gave it to bo over there, but it is ana's.
    assert_eq!(floor.workitem("Connected", "u-bo"), []);
    assert_eq!(floor.sent(), [r#"PATCH w-1/assignment {"id":"u-ana"}"#]);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: floor.id("u-ana") });
}

/// A message that ana has, and somebody who came into it after ana.
fn sent_on(to: Value) -> Value {
    let mut told = message("disconnected", json!({"disconnectType": "transfer"}));
    told["participants"].as_array_mut().unwrap().push(to);
    told
}

#[test]
fn a_message_that_is_sent_on_there_is_not_over() {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let queue = floor.tell(Define::new("q-other", QueueProfile::default())).unwrap();
    let work = floor.submit("messages/c-1");
    floor.hear(TOPIC, message("alerting", json!({})));
    floor.hear(TOPIC, message("connected", json!({})));
    floor.sent();
    let bo = json!({"id": "p-2", "purpose": "agent", "user": {"id": "u-bo"}, "state": "alerting"});
    let agent = floor.id("u-bo");
    assert_eq!(floor.hear(TOPIC, sent_on(bo.clone())), [TransferToAgent::new(work, agent).into()]);
    let mut taken = bo;
    taken["state"] = "connected".into();
    let accept = Command::from(Accept::new(floor.offer(work)));
    assert_eq!(floor.hear(TOPIC, sent_on(taken)), [accept]);
    assert_eq!(floor.stage(work), Stage::Assigned { agent });
    assert_eq!(floor.sent(), [""; 0]);

    let mut on = sent_on(json!({"id": "p-2", "purpose": "agent", "user": {"id": "u-bo"},
        "state": "disconnected", "disconnectType": "transfer"}));
    let acd =
        json!({"id": "p-3", "purpose": "acd", "queue": {"id": "q-other"}, "state": "connected"});
    on["participants"].as_array_mut().unwrap().push(acd);
    assert_eq!(floor.hear(TOPIC, on), [TransferToQueue::new(work, queue).into()]);
    assert_eq!(floor.sent(), [""; 0]);
}

#[test]
fn who_has_it_already_when_it_is_heard_of_is_read_again() {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let work = floor.submit("messages/c-1");
    floor.hear(TOPIC, message("alerting", json!({})));
    floor.hear(TOPIC, message("connected", json!({})));
    floor.sent();
    let bo = json!({"id": "p-2", "purpose": "agent", "user": {"id": "u-bo"}, "state": "connected"});
    floor.hear(TOPIC, sent_on(bo.clone()));
    assert_eq!(floor.sent(), ["GET c-1"]);
    let event = Event::of(&TOPIC.into(), sent_on(bo)).unwrap();
    let answer = floor.mirror.learn(floor.engine.view(), &event);
    assert_eq!(answer.commands, [Accept::new(floor.offer(work)).into()]);
}

#[test]
fn after_a_restart_it_is_read_where_things_are() {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let item = floor.submit("workitem/w-1");
    floor.submit("messages/c-1");
    floor.submit("case-17");
    floor.mirror = Mirror::default().resume(floor.engine.view());
    floor.sent.clear();
    let reads: Vec<String> = floor.mirror.read().map(|read| read.path).collect();
    assert_eq!(reads, ["/api/v2/taskmanagement/workitems/w-1", "/api/v2/conversations/c-1"]);
    // Ana took it before anybody heard.
    let body = json!({"id": "w-1", "assignmentState": "Connected", "assigneeId": "u-ana"});
    let topic = "v2.taskmanagement.workitems.w-1";
    let event = Event::of(&topic.into(), body).unwrap();
    let answer = floor.mirror.learn(floor.engine.view(), &event);
    assert_eq!(answer.commands, [Accept::new(floor.offer(item)).into()]);
    assert_eq!(answer.requests, []);
}

#[test]
fn an_echo_that_was_lost_is_no_excuse_for_what_is_read() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let work = floor.submit("workitem/w-1");
    floor.workitem("Alerting", "u-ana");
    // Nobody tells that this was done; then ana puts it aside, and takes it up again.
    floor.tell(Accept::new(floor.offer(work))).unwrap();
    floor.workitem("Parked", "u-ana");
    let body = json!({"id": "w-1", "assignmentState": "Connected", "assigneeId": "u-ana"});
    let topic = "v2.taskmanagement.workitems.w-1";
    let event = Event::of(&topic.into(), body).unwrap();
    let answer = floor.mirror.learn(floor.engine.view(), &event);
    assert_eq!(answer.commands, [Resume::new(work, Resumer::Agent).into()]);
}

#[test]
fn nobody_is_heard_on_demand() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let work = floor.submit("calls/c-1");
    let topic = "v2.users.u-ana.conversations.calls";
    assert_eq!(floor.mirror.mute(work, "u-ana", true), None);
    floor.hear(topic, message("alerting", json!({})));
    floor.hear(topic, message("connected", json!({})));
    floor.sent();
    floor.sent.extend(floor.mirror.mute(work, "u-ana", true));
    assert_eq!(floor.sent(), [r#"PATCH calls/c-1/participants/p-1 {"muted":true}"#]);
}
