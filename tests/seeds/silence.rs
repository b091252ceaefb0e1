//! Silence that is counted in the open time of a calendar.

use strowger::centre::{CentreConfig, CentreLog, CentreSnapshot};
use strowger::command::{Park, Retire, TransferToQueue};
use strowger::interaction::*;
use strowger::model::{CalendarId, CalendarProfile, Hours, TimeOfDay, WaitClock, Week};
use strowger::prelude::*;

use crate::floor::*;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const OFFICE: CalendarId = CalendarId::from_raw(0);
const MESSAGING: InteractionType = InteractionType::Messaging;
const LIMIT: Span = Span::from_mins(4 * 60);

/// Open every day between two hours.
fn daily(from: u8, to: u8) -> CalendarProfile {
    let hours = Hours::new(TimeOfDay::new(from, 0), TimeOfDay::new(to, 0));
    CalendarProfile::default().with_week(Week::every_day(hours))
}

/// Everybody is silent after four hours of open time; agents are reminded after one.
fn idle() -> IdlePolicy {
    IdlePolicy::default()
        .with_agent_reminder_after(Span::from_mins(60))
        .with_messaging_after(LIMIT)
        .with_inbound_mail_after(LIMIT)
        .with_virtual_agent_after(LIMIT)
        .with_counts(WaitClock::Open)
}

fn config(idle: IdlePolicy) -> RecordConfig {
    RecordConfig::default().with_idle(idle)
}

/// Support is open from nine to five, sales always. Ana works at any hour.
fn floor(idle: IdlePolicy) -> Floor {
    let mut floor = Floor::new(config(idle));
    floor.work(0, Define::new("office", daily(9, 17)));
    floor.work(0, Change::new(SUPPORT, QueueProfile::default().with_calendar(OFFICE)));
    floor.on_queue(0, ANA);
    floor
}

/// Jo wrote and Ana answered at 16:00: seven hours after nine.
fn answered(floor: &mut Floor, queue: QueueId) -> (InteractionId, WorkId) {
    let asked = 7 * HOUR - 2;
    let id = floor.receive(asked, sms("+4930123456"), "Where is my parcel?").interaction;
    let work = floor.submit(asked, id, queue, MESSAGE);
    floor.accept(asked + 1, ANA);
    floor.say(7 * HOUR, id, Author::Agent(ANA), "Do you have it now?");
    (id, work)
}

fn reaches(agent: AgentId) -> ReachCustomer {
    ReachCustomer::new(MESSAGING, agent, sms("+4930123456"), "+4930999", "Do you need help?")
}

/// Bo writes to Jo, who stood in no line.
fn reach(floor: &mut Floor, when: i64) -> InteractionId {
    floor.record(when, reaches(BO)).interaction
}

fn a_moment_before(floor: &mut Floor, when: i64) {
    let before = Timestamp::from_millis(at(when).as_millis() - 1);
    floor.centre.advance(before, &mut floor.log).unwrap();
}

/// It goes on up to the millisecond before, and is closed for silence at the very instant.
fn closes_at(floor: &mut Floor, id: InteractionId, when: i64) {
    a_moment_before(floor, when);
    assert!(floor.state(id).is_ongoing(), "too early");
    assert_eq!(floor.next_deadline(), Some(at(when)));
    floor.advance(when);
    assert_eq!(floor.row(id).closed, Some(at(when)));
}

/// Noon of the next day: an hour until five, and three from nine on.
const NOON: i64 = DAY + 3 * HOUR;

#[test]
fn a_night_is_no_silence() {
    let mut floor = floor(idle());
    let (id, _) = answered(&mut floor, SUPPORT);
    closes_at(&mut floor, id, NOON);
    assert_eq!(floor.row(id).reason, Some(StateReason::NoUserResponse));
}

#[test]
fn by_the_wall_clock_a_night_is() {
    let mut floor = floor(idle().with_counts(WaitClock::Wall));
    let (id, _) = answered(&mut floor, SUPPORT);
    closes_at(&mut floor, id, 11 * HOUR);
}

#[test]
fn where_no_calendar_is_all_time_counts() {
    let mut floor = floor(idle());
    let (id, _) = answered(&mut floor, SALES);
    closes_at(&mut floor, id, 11 * HOUR);
    // Nor has a conversation a calendar that stood in no line.
    let id = reach(&mut floor, 13 * HOUR);
    closes_at(&mut floor, id, 17 * HOUR);
}

#[test]
fn a_calendar_of_the_policy_comes_before_that_of_the_queue() {
    let mut floor = Floor::new(config(idle().with_calendar(OFFICE)));
    floor.work(0, Define::new("office", daily(9, 17)));
    floor.on_queue(0, ANA);
    let (id, _) = answered(&mut floor, SALES);
    closes_at(&mut floor, id, NOON);
    let id = reach(&mut floor, DAY + 7 * HOUR);
    closes_at(&mut floor, id, NOON + DAY);
}

#[test]
fn an_agent_is_reminded_in_open_time() {
    let mut floor = floor(idle());
    let id = floor.receive(7 * HOUR + 1_800, sms("+4930123456"), "Hello").interaction;
    floor.submit(7 * HOUR + 1_800, id, SUPPORT, MESSAGE);
    floor.accept(7 * HOUR + 1_800, ANA);
    // Half an hour until five, half an hour from nine.
    let reminded =
        |floor: &Floor| floor.count(|event| matches!(event, RecordEvent::AgentReminded { .. }));
    a_moment_before(&mut floor, DAY + 1_800);
    assert_eq!(reminded(&floor), 0);
    floor.advance(DAY + 1_800);
    assert_eq!(reminded(&floor), 1);
}

#[test]
fn a_chat_is_reminded_and_ended_in_open_time() {
    let mut floor = floor(idle());
    let begin = 8 * HOUR - 60;
    let id = floor.open(begin, InteractionType::Chat);
    floor.submit(begin, id, SUPPORT, CHAT);
    floor.say(begin, id, Author::Requester, "Hello");
    floor.accept(begin, ANA);
    floor.say(begin, id, Author::Agent(ANA), "One moment");
    // A minute until five, two minutes from nine; the end three minutes later.
    let reminded =
        |floor: &Floor| floor.count(|event| matches!(event, RecordEvent::CustomerReminded { .. }));
    a_moment_before(&mut floor, DAY + 120);
    assert_eq!(reminded(&floor), 0);
    floor.advance(DAY + 120);
    assert_eq!(reminded(&floor), 1);
    closes_at(&mut floor, id, DAY + 300);
}

#[test]
fn who_writes_to_a_virtual_agent_at_night_is_silent_from_nine() {
    let mut floor = floor(idle().with_calendar(OFFICE));
    floor.record(
        0,
        ConfigureRecords::new(config(idle().with_calendar(OFFICE)).with_virtual_agent(true)),
    );
    let id = floor.open(9 * HOUR, InteractionType::Chat);
    floor.say(9 * HOUR, id, Author::Requester, "Hello");
    closes_at(&mut floor, id, DAY + 4 * HOUR);
}

#[test]
fn a_mail_on_hold_and_a_date_that_was_promised_count_open_time() {
    let mut floor = floor(idle());
    let id = floor.open(7 * HOUR, InteractionType::Email);
    floor.submit(7 * HOUR, id, SUPPORT, DESK);
    floor.accept(7 * HOUR, ANA);
    floor.record(7 * HOUR, HoldInteraction::new(id));
    closes_at(&mut floor, id, NOON);
    let mut floor = self::floor(idle());
    let (id, work) = answered(&mut floor, SUPPORT);
    // Until eight in the evening: nothing counts before nine.
    floor.work(7 * HOUR, Park::new(work).with_until(at(11 * HOUR)));
    floor.advance(11 * HOUR);
    closes_at(&mut floor, id, DAY + 4 * HOUR);
}

#[test]
fn hours_that_change_move_what_is_not_yet_due() {
    let mut floor = floor(idle());
    let (id, _) = answered(&mut floor, SUPPORT);
    floor.work(8 * HOUR, Change::new(OFFICE, daily(10, 17)));
    assert_eq!(floor.next_deadline(), Some(at(NOON + HOUR)));
    // It is open till ten at night: what would have been due by then is due at once.
    floor.work(12 * HOUR, Change::new(OFFICE, daily(9, 22)));
    assert_eq!(floor.row(id).closed, Some(at(11 * HOUR)));
}

#[test]
fn a_queue_with_another_calendar_moves_it() {
    let mut floor = floor(idle());
    let (id, _) = answered(&mut floor, SUPPORT);
    floor.work(8 * HOUR, Define::new("late", daily(9, 18)));
    let late = CalendarId::from_raw(1);
    floor.work(8 * HOUR, Change::new(SUPPORT, QueueProfile::default().with_calendar(late)));
    assert_eq!(floor.next_deadline(), Some(at(NOON - HOUR)));
    // A calendar that no queue has is not used, and may go.
    floor.work(8 * HOUR, Retire::new(OFFICE));
    assert_eq!(floor.next_deadline(), Some(at(NOON - HOUR)));
    floor.work(8 * HOUR, Change::new(SUPPORT, QueueProfile::default()));
    closes_at(&mut floor, id, 11 * HOUR);
}

#[test]
fn a_calendar_of_the_policy_that_is_retired_counts_nothing_out() {
    let mut floor = Floor::new(config(idle().with_calendar(OFFICE)));
    floor.work(0, Define::new("office", daily(9, 17)));
    floor.on_queue(0, ANA);
    let (id, _) = answered(&mut floor, SALES);
    assert_eq!(floor.next_deadline(), Some(at(NOON)));
    floor.work(8 * HOUR, Retire::new(OFFICE));
    closes_at(&mut floor, id, 11 * HOUR);
}

#[test]
fn a_transfer_brings_the_hours_of_the_other_queue() {
    let mut floor = floor(idle());
    let (id, work) = answered(&mut floor, SUPPORT);
    floor.work(7 * HOUR, TransferToQueue::new(work, SALES));
    floor.accept(7 * HOUR, ANA);
    closes_at(&mut floor, id, 11 * HOUR);
}

#[test]
fn what_is_chosen_later_counts_by_the_hours_there_are() {
    let mut floor = floor(idle().with_counts(WaitClock::Wall));
    let (id, _) = answered(&mut floor, SUPPORT);
    let open = config(idle());
    floor.record(8 * HOUR, ConfigureRecords::new(open.clone()));
    assert_eq!(floor.next_deadline(), Some(at(NOON)));
    // Told again, nothing is said.
    let said = floor.record_facts().count();
    floor.record(8 * HOUR, ConfigureRecords::new(open.clone()));
    assert_eq!(floor.record_facts().count(), said);
    // While nothing counts by hours, they are not kept.
    floor.record(8 * HOUR, ConfigureRecords::new(config(idle().with_counts(WaitClock::Wall))));
    assert_eq!(floor.next_deadline(), Some(at(11 * HOUR)));
    floor.work(8 * HOUR, Change::new(OFFICE, daily(9, 18)));
    floor.record(8 * HOUR, ConfigureRecords::new(open));
    closes_at(&mut floor, id, NOON - HOUR);
}

#[test]
fn records_that_begin_later_know_the_hours() {
    let mut log = CentreLog::default();
    let engine = CentreConfig::new(Config::default().with_clock_step(None));
    let mut centre = Centre::new(engine, at(0), &mut log).unwrap();
    centre.execute(at(0), Define::new("office", daily(9, 17)), &mut log).unwrap();
    let profiles = ProfilesInMemory::default();
    let config = config(idle().with_calendar(OFFICE));
    centre.keep_records(profiles, config, at(1), &mut log).unwrap();
    centre.execute(at(1), Define::new("ana", AgentProfile::default()), &mut log).unwrap();
    centre.execute(at(7 * HOUR), reaches(ANA), &mut log).unwrap();
    assert_eq!(centre.next_deadline().map(|due| due.at), Some(at(NOON)));
    // The journal has all of it, and so has a snapshot.
    let replayed: Centre = Centre::replay(log.iter().cloned()).unwrap();
    assert_eq!(replayed.next_deadline(), centre.next_deadline());
    assert_eq!(replayed.digest(), centre.digest());
    let facts = log.iter().filter_map(|fact| fact.record().cloned());
    let alone = Records::replay(facts).unwrap();
    assert_eq!(alone.next_deadline().map(|due| due.at), Some(at(NOON)));
    let json = serde_json::to_string(&centre.snapshot()).unwrap();
    let kept: CentreSnapshot = serde_json::from_str(&json).unwrap();
    let restored: Centre = Centre::restore(kept).unwrap();
    assert_eq!(restored.next_deadline(), centre.next_deadline());
}

#[test]
fn records_without_a_word_about_hours_are_read() {
    let floor = floor(idle().with_counts(WaitClock::Wall));
    let json = serde_json::to_string(&floor.records().snapshot()).unwrap();
    assert!(!json.contains("hours") && !json.contains("counts"));
    let kept: RecordSnapshot = serde_json::from_str(&json).unwrap();
    assert_eq!(Records::restore(kept).unwrap().digest(), floor.records().digest());
}
