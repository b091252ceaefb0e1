//! What is made up for: failures, restarts, lost events, a clock that steps back.

use std::collections::BTreeSet;

use strowger::command::{Cancel, TransferToQueue};
use strowger::prelude::*;
use strowger::state::Stage;
use strowger_servicenow::{Desk, DeskConfig, Document, ItemRecord, read};

use crate::floor::{Floor, at};
use crate::vendor::State;

/// A chat is offered to ana here; what is said of it there is on the way.
fn offered() -> (Floor, WorkId) {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    let work = floor.chat("c1");
    assert_eq!(floor.paths(), ["offer"]);
    (floor, work)
}

#[test]
fn what_failed_is_not_in_step_and_tried_again_on_demand() {
    for done in [false, true] {
        let (mut floor, _) = offered();
        floor.fail(0, done);
        floor.deliver(0, false);
        // It is not tried again by itself, however often it is asked for.
        floor.wait(1_000);
        assert_eq!(floor.paths(), ["offer"]);
        assert!(!floor.desk.is_in_step());
        floor.desk.retry();
        floor.wait(0);
        floor.settle();
        let again: &[&str] = if done { &[] } else { &["offer"] };
        assert_eq!(floor.paths(), [&["offer", "awa_work_item"], again].concat());
        assert_eq!(floor.vendor.items["c1"].state, State::Pending("ana".into()));
        floor.is_in_step().unwrap();
    }
}

#[test]
fn a_new_fact_tries_again_too() {
    let (mut floor, work) = offered();
    floor.fail(0, false);
    floor.deliver(0, false);
    floor.tell(Reject::new(floor.offer(work))).unwrap();
    floor.settle();
    assert_eq!(floor.vendor.items["c1"].state, State::Pending("bo".into()));
    floor.is_in_step().unwrap();
}

#[test]
fn what_fails_for_now_says_so() {
    let failed = |status, body: &[u8]| read::<Vec<ItemRecord>>(status, body).unwrap_err();
    let texts = |text: &str| format!(r#"{{"error":{{"message":"x","detail":"{text}"}}}}"#);
    assert!(failed(503, b"").is_transient() && failed(429, b"{}").is_transient());
    assert!(failed(500, texts("Internal trouble").as_bytes()).is_transient());
    assert!(!failed(400, texts("Internal trouble").as_bytes()).is_transient());
    assert!(!failed(500, texts("Agent is not available").as_bytes()).is_transient());
    let early = "Offered time (x) must be before the current time, otherwise agent will have more \
                 time to accept the work item";
    assert!(failed(400, texts(early).as_bytes()).is_transient());
}

#[test]
fn a_clock_that_steps_back_loses_nothing() {
    let mut floor = Floor::new(&["ana"], 1);
    floor.wait(10_000);
    let mut log = Log::default();
    let request = WorkRequest::new(floor.queue, floor.chat);
    let request = request.with_key("interaction/c1");
    floor.engine.execute(at(10_000), Submit::new(request), &mut log).unwrap();
    for fact in log.drain() {
        floor.desk.observe(floor.engine.view(), &fact);
    }
    let requests = floor.desk.requests(floor.engine.view(), at(9_000));
    assert_eq!(requests.len(), 1);
    assert_eq!(
        requests[0].1.body.as_ref().unwrap()["assignment"]["offered_on"],
        "1970-01-01T00:00:10.000"
    );
}

#[test]
fn a_desk_that_begins_anew_reads_where_everything_is() {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    let had = floor.chat("c1");
    let chat = floor.chat("c2");
    floor.settle();
    floor.press("c1", true);
    floor.sent.clear();
    floor.restart();
    floor.settle();
    assert_eq!(floor.paths(), ["awa_work_item", "awa_work_item"]);
    floor.tell(Accept::new(floor.offer(chat))).unwrap();
    floor.tell(FinishContact::new(had, Finisher::Agent)).unwrap();
    floor.settle();
    assert_eq!(floor.paths()[2..], ["accept", "close"]);
    floor.is_in_step().unwrap();
}

#[test]
fn what_was_closed_before_a_restart_is_closed_after_it() {
    let (mut floor, work) = offered();
    floor.settle();
    floor.tell(Cancel::new(work)).unwrap();
    // The call that closes it dies with the process.
    floor.restart();
    floor.settle();
    assert_eq!(floor.vendor.items["c1"].state, State::Over);
    floor.is_in_step().unwrap();
}

#[test]
fn what_came_in_meanwhile_is_told() {
    let (mut floor, _) = offered();
    floor.settle();
    let record = r#"[{"sys_id":{"value":"item9"},"state":{"display_value":"Queued"},
        "document_table":{"value":"interaction"},"document_id":{"value":"c9"}}]"#;
    let records: Vec<ItemRecord> = serde_json::from_str(record).unwrap();
    let unheard = floor.desk.take_stock(floor.engine.view(), &records);
    assert_eq!(unheard, [Document::new("interaction", "c9")]);
    floor.is_in_step().unwrap();
}

#[test]
fn an_acceptance_nobody_heard_of_counts() {
    let (mut floor, work) = offered();
    floor.settle();
    floor.vendor.press("c1", true);
    floor.vendor.told.clear();
    floor.sent.clear();
    floor.desk.renew();
    floor.wait(0);
    floor.settle();
    assert_eq!(floor.stage(work), Stage::Assigned { agent: floor.id("ana") });
    assert_eq!(floor.paths(), ["awa_work_item"]);
    floor.is_in_step().unwrap();
}

#[test]
fn what_is_taken_from_an_agent_is_not_accepted_anew() {
    let mut floor = Floor::new(&["ana"], 1);
    let work = floor.chat("c1");
    floor.settle();
    floor.press("c1", true);
    let queue = floor.queue;
    // It is offered to ana again, and a reading finds that ana still has it there.
    floor.tell(TransferToQueue::new(work, queue)).unwrap();
    let (call, _) = floor.asked.remove(0);
    floor.desk.lost(call);
    floor.wait(0);
    floor.settle();
    assert!(matches!(floor.stage(work), Stage::Offered { .. }));
    assert_eq!(floor.vendor.items["c1"].state, State::Pending("ana".into()));
    floor.is_in_step().unwrap();
}

#[test]
fn documents_of_other_tables_are_none_of_its_business() {
    let mut floor = Floor::new(&[], 1);
    let tables = BTreeSet::from(["interaction".to_owned()]);
    floor.desk = Desk::new(DeskConfig { tables, ..DeskConfig::default() });
    let request = WorkRequest::new(floor.queue, floor.chat);
    for key in ["workitem/w-1", "interaction/c1"] {
        let request = request.clone().with_key(key);
        let work = floor.tell(Submit::new(request)).unwrap();
        assert_eq!(floor.desk.there(work).is_some(), key.starts_with("interaction"), "{key}");
    }
}
