//! A date that was promised is kept: nobody is let go for silence before it.

use strowger::command::{Park, Resume, Resumer};
use strowger::interaction::*;
use strowger::model::Schedule;
use strowger::prelude::*;

use crate::floor::*;

const DAY: i64 = 86_400;
const MESSAGING: InteractionType = InteractionType::Messaging;

fn number() -> Address {
    sms("+4930123456")
}

/// Silent for two days, and no agent is reminded.
fn two_days() -> Floor {
    let idle = IdlePolicy::default().with_agent_reminder_after(None);
    let mut floor = Floor::new(RecordConfig::default().with_idle(idle));
    floor.on_queue(0, ANA);
    floor
}

/// Ana has the conversation and has answered at 3.
fn answered(floor: &mut Floor) -> (InteractionId, WorkId) {
    let id = floor.receive(1, number(), "Where is my parcel?").interaction;
    let work = floor.submit(1, id, SUPPORT, MESSAGE);
    floor.accept(2, ANA);
    floor.say(3, id, Author::Agent(ANA), "It is due in a week");
    (id, work)
}

/// It goes on up to the millisecond before, and is closed for silence at the very instant.
fn closes_at(floor: &mut Floor, id: InteractionId, when: i64) {
    let before = Timestamp::from_millis(at(when).as_millis() - 1);
    floor.centre.advance(before, &mut floor.log).unwrap();
    assert!(floor.state(id).is_ongoing(), "too early");
    assert_eq!(floor.next_deadline(), Some(at(when)));
    floor.advance(when);
    assert!(floor.state(id).is_closed(), "not at all");
    assert_eq!(floor.row(id).closed, Some(at(when)));
    assert_eq!(floor.row(id).reason, Some(StateReason::NoUserResponse));
}

#[test]
fn whoever_is_parked_until_a_date_is_silent_from_then() {
    let mut floor = two_days();
    let (id, work) = answered(&mut floor);
    floor.work(4, Park::new(work).with_until(at(7 * DAY)));
    assert_eq!(floor.row(id).promised, Some(at(7 * DAY)));
    let before = Timestamp::from_millis(at(7 * DAY).as_millis() - 1);
    floor.centre.advance(before, &mut floor.log).unwrap();
    assert_eq!(floor.state(id), InteractionState::OnHold);
    floor.advance(7 * DAY);
    assert_eq!(floor.state(id), InteractionState::WorkInProgress);
    closes_at(&mut floor, id, 9 * DAY);
}

#[test]
fn without_a_date_silence_counts_from_the_parking() {
    let mut floor = two_days();
    let (id, work) = answered(&mut floor);
    floor.work(4, Park::new(work));
    assert_eq!(floor.row(id).promised, None);
    closes_at(&mut floor, id, 2 * DAY + 4);
}

#[test]
fn a_host_that_wakes_late_lets_nobody_go_at_once() {
    let mut floor = two_days();
    let (id, work) = answered(&mut floor);
    floor.work(4, Park::new(work).with_until(at(7 * DAY)));
    floor.advance(30 * DAY);
    closes_at(&mut floor, id, 32 * DAY);
}

#[test]
fn the_last_date_counts_and_a_promise_that_is_taken_back_does_not() {
    let mut floor = two_days();
    let (id, work) = answered(&mut floor);
    floor.work(4, Park::new(work).with_until(at(7 * DAY)));
    floor.work(5, Park::new(work).with_until(at(9 * DAY)));
    assert_eq!(floor.row(id).promised, Some(at(9 * DAY)));
    floor.advance(8 * DAY);
    assert_eq!(floor.state(id), InteractionState::OnHold);
    floor.work(8 * DAY, Resume::new(work, Resumer::Agent));
    assert_eq!(floor.row(id).promised, None, "Ana is back before");
    closes_at(&mut floor, id, 10 * DAY);
}

#[test]
fn a_customer_who_writes_before_is_silent_from_the_next_answer() {
    let mut floor = two_days();
    let (id, work) = answered(&mut floor);
    floor.work(4, Park::new(work).with_until(at(7 * DAY)));
    floor.receive(DAY, number(), "I have it");
    assert_eq!(floor.state(id), InteractionState::WorkInProgress);
    floor.say(DAY + 9, id, Author::Agent(ANA), "Good");
    closes_at(&mut floor, id, 3 * DAY + 9);
}

#[test]
fn a_record_on_hold_parks_its_work_until_then() {
    let mut floor = two_days();
    let (id, _) = answered(&mut floor);
    let reason = StateReason::WaitingOnCustomer;
    let hold = HoldInteraction::new(id).with_reason(reason);
    floor.record(4, hold.clone().with_until(at(7 * DAY)));
    assert_eq!((floor.row(id).reason, floor.row(id).promised), (Some(reason), Some(at(7 * DAY))));
    // Another reason is no other date, and another date may be given.
    floor.record(5, HoldInteraction::new(id));
    assert_eq!((floor.row(id).reason, floor.row(id).promised), (None, Some(at(7 * DAY))));
    floor.record(6, hold.with_until(at(8 * DAY)));
    assert_eq!((floor.row(id).reason, floor.row(id).promised), (Some(reason), Some(at(8 * DAY))));
    floor.advance(8 * DAY - 1);
    assert_eq!(floor.state(id), InteractionState::OnHold);
    floor.advance(8 * DAY);
    assert_eq!(floor.state(id), InteractionState::WorkInProgress, "the work is back");
    closes_at(&mut floor, id, 10 * DAY);
}

#[test]
fn without_work_messages_and_mail_are_silent_from_the_date() {
    let days = |kind| if kind == MESSAGING { 2 } else { 5 };
    for kind in [MESSAGING, InteractionType::Email] {
        let mut floor = two_days();
        let id = floor.open(0, kind);
        floor.record(1, AssignInteraction::new(id, ANA));
        floor.say(2, id, Author::Agent(ANA), "Next week");
        floor.record(3, HoldInteraction::new(id).with_until(at(7 * DAY)));
        closes_at(&mut floor, id, (7 + days(kind)) * DAY);
        // A date that is over promises nothing.
        let id = floor.open(20 * DAY, kind);
        floor.record(20 * DAY, AssignInteraction::new(id, ANA));
        floor.record(20 * DAY, HoldInteraction::new(id).with_until(at(19 * DAY)));
        closes_at(&mut floor, id, (20 + days(kind)) * DAY);
    }
}

#[test]
fn a_mail_that_is_parked_until_a_date_is_open_then() {
    let mut floor = two_days();
    let id = floor.open(0, InteractionType::Email);
    let work = floor.submit(0, id, SUPPORT, MESSAGE);
    floor.accept(1, ANA);
    floor.work(2, Park::new(work).with_until(at(20 * DAY)));
    floor.advance(20 * DAY - 1);
    assert_eq!(floor.state(id), InteractionState::OnHold);
    floor.advance(20 * DAY);
    assert_eq!(floor.state(id), InteractionState::WorkInProgress);
}

#[test]
fn a_chat_that_is_parked_is_reminded_and_ended_from_then() {
    let mut floor = two_days();
    let id = floor.open(0, InteractionType::Chat);
    let work = floor.submit(0, id, SUPPORT, CHAT);
    floor.say(0, id, Author::Requester, "Hello");
    floor.accept(1, ANA);
    floor.say(2, id, Author::Agent(ANA), "One moment");
    floor.work(3, Park::new(work).with_until(at(3_600)));
    floor.advance(3_600);
    assert_eq!(floor.state(id), InteractionState::WorkInProgress);
    let reminded =
        |floor: &Floor| floor.count(|event| matches!(event, RecordEvent::CustomerReminded { .. }));
    floor.advance(3_600 + 179);
    assert_eq!(reminded(&floor), 0);
    floor.advance(3_600 + 180);
    assert_eq!(reminded(&floor), 1);
    closes_at(&mut floor, id, 3_600 + 360);
}

#[test]
fn work_that_is_scheduled_promises_its_date() {
    for activation in [false, true] {
        let mut floor = two_days();
        let reach = ReachCustomer::new(MESSAGING, BO, number(), "+4930999", "We call next week");
        let id = floor.record(0, reach).interaction;
        let schedule = Schedule::at(at(7 * DAY)).with_activation(activation);
        let request = WorkRequest::new(SUPPORT, MESSAGE).with_schedule(schedule);
        floor.record(1, SubmitWork::new(id, request));
        assert_eq!(floor.row(id).promised, Some(at(7 * DAY)));
        floor.advance(7 * DAY);
        assert_eq!(floor.state(id), InteractionState::Queued);
        // In the line, or put off until the host says so.
        floor.advance(9 * DAY - 1);
        assert!(floor.state(id).is_ongoing());
        floor.advance(9 * DAY);
        assert!(floor.state(id).is_closed());
    }
}
