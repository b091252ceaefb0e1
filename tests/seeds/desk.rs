//! A desk refuses what either half refuses, and what is done to one half is done to the other.

use strowger::centre::CentreRefusal;
use strowger::command::{Cancel, Close, Hold, Park, SetCode};
use strowger::interaction::*;
use strowger::model::{Attributes, CodeId, WrapUpCodeProfile, WrapUpMode, WrapUpProfile};
use strowger::prelude::*;
use strowger::state::AssignmentState;

use crate::floor::*;

const DONE: CodeId = CodeId::from_raw(0);
const OTHER: CodeId = CodeId::from_raw(1);

/// A rule for chats that allows one code, in a queue where agents wrap up.
fn one_code(context: Attributes) -> Floor {
    let rule = WrapUpRule::new("chats")
        .with_types([InteractionType::Chat])
        .with_codes([DONE])
        .with_default_code(DONE)
        .with_context(context)
        .with_enforce(true);
    let config = with_phone().with_wrap_up([rule]);
    let wrap_up = WrapUpProfile::of(WrapUpMode::MandatoryTimeout { timeout: secs(300) });
    let mut floor = Floor::of(config, QueueProfile::default().with_wrap_up(wrap_up));
    floor.work(0, Define::new("done", WrapUpCodeProfile::default()));
    floor.work(0, Define::new("other", WrapUpCodeProfile::default()));
    floor
}

fn refused(floor: &mut Floor, when: i64, command: impl Into<Command>) -> CentreRefusal {
    let before = (floor.records().digest(), floor.centre.engine().digest());
    let refusal = floor.try_work(when, command).unwrap_err();
    assert_eq!(before, (floor.records().digest(), floor.centre.engine().digest()));
    refusal
}

#[test]
fn a_code_the_record_does_not_allow_reaches_no_work() {
    let mut floor = one_code(Attributes::new());
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    floor.describe(10, id, "A bill");
    let not_allowed = CentreRefusal::Record(RecordRefusal::code_not_allowed(OTHER));
    // Before the contact ends, while it is wrapped up, and as it is closed.
    let agent = ANA;
    assert_eq!(refused(&mut floor, 10, SetCode::new(work, agent, OTHER)), not_allowed);
    assert_eq!(refused(&mut floor, 10, Close::new(work).with_code(OTHER)), not_allowed);
    floor.work(20, FinishContact::new(work, Finisher::Agent));
    assert_eq!(refused(&mut floor, 20, SetCode::new(work, agent, OTHER)), not_allowed);
    let end = |code| EndWrapUp::new(work, agent).with_code(code);
    assert_eq!(refused(&mut floor, 20, end(OTHER)), not_allowed);
    floor.work(20, end(DONE));
    assert_eq!(
        (floor.state(id), floor.row(id).code),
        (InteractionState::ClosedComplete, Some(DONE))
    );
}

#[test]
fn a_code_of_before_its_rule_gives_way_to_the_usual_one() {
    let mut floor = one_code(variables(&[("topic", "bill")]));
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    // No rule is for it yet, so any code may be given.
    floor.work(15, SetCode::new(work, ANA, OTHER));
    let variables = variables(&[("topic", "bill")]);
    floor.record(16, SetContext::new(id, variables));
    floor.describe(16, id, "A bill");
    floor.work(20, FinishContact::new(work, Finisher::Agent));
    floor.advance(79);
    assert_eq!(floor.row(id).code, Some(OTHER));
    floor.advance(80);
    assert_eq!(
        (floor.state(id), floor.row(id).code),
        (InteractionState::ClosedComplete, Some(DONE))
    );
}

#[test]
fn a_customer_who_writes_is_off_hold_whatever_put_them_there() {
    for (kind, channel) in [(InteractionType::Messaging, MESSAGE), (InteractionType::Chat, CHAT)] {
        let mut floor = Floor::new(with_phone());
        let (id, work) = floor.accepted((0, 10), kind, channel);
        floor.work(20, Hold::new(work));
        if kind == InteractionType::Messaging {
            let reason = Some(StateReason::WaitingOnCustomer);
            floor.record(21, HoldInteraction::new(id).with_reason(reason));
        }
        assert_eq!(floor.state(id), InteractionState::OnHold);
        // An agent who writes leaves them there.
        floor.say(30, id, Author::Agent(ANA), "One moment");
        assert_eq!(floor.state(id), InteractionState::OnHold);
        floor.say(40, id, Author::Requester, "I am still here");
        assert_eq!(
            (floor.state(id), floor.row(id).reason),
            (InteractionState::WorkInProgress, None)
        );
        let assignments = floor.centre.engine().view().agent(ANA).unwrap().assignments();
        assert_eq!(assignments[0].state, AssignmentState::Active);
        let retrieved = |fact: &&Fact| matches!(fact.event, Event::WorkRetrieved { .. });
        assert_eq!(floor.work_facts().filter(retrieved).count(), 1);
    }
}

#[test]
fn who_finds_nobody_and_no_virtual_agent_is_let_go() {
    let mut floor = Floor::new(with_phone());
    let id = floor.open(0, InteractionType::Chat);
    floor.say(5, id, Author::Requester, "Hello?");
    let request = WorkRequest::new(SUPPORT, CHAT);
    let trigger = HandoffTrigger::LiveOnly;
    let asked =
        floor.centre.execute(at(10), HandOff::new(id, trigger, request), &mut floor.log).unwrap();
    assert_eq!(asked, None);
    assert_eq!((floor.state(id), floor.next_deadline()), (InteractionState::New, Some(at(7_205))));
    floor.centre.advance(Timestamp::from_millis(NINE + 7_204_999), &mut floor.log).unwrap();
    assert_eq!(floor.state(id), InteractionState::New);
    floor.advance(7_205);
    let row = floor.row(id);
    assert_eq!(
        (row.state, row.reason),
        (InteractionState::ClosedAbandoned, Some(StateReason::NoActivity))
    );
    assert_eq!(row.closed_by, Some(Party::System));
}

#[test]
fn who_waits_in_line_is_not_let_go_by_silence() {
    let mut floor = Floor::new(with_phone());
    let id = floor.open(0, InteractionType::Chat);
    floor.say(5, id, Author::Requester, "Hello?");
    floor.submit(10, id, SUPPORT, CHAT);
    floor.advance(899);
    assert_eq!(floor.state(id), InteractionState::Queued);
}

#[test]
fn work_that_is_cancelled_under_its_agent_is_over() {
    let mut floor = Floor::new(with_phone());
    let (id, work) = floor.accepted((0, 10), InteractionType::Messaging, MESSAGE);
    floor.work(20, Park::new(work));
    floor.work(30, Cancel::new(work));
    let row = floor.row(id);
    assert_eq!(
        (row.state, row.reason),
        (InteractionState::ClosedComplete, Some(StateReason::AutoClosed))
    );
    // Work that nobody has is taken back, and its conversation goes on.
    let mut floor = Floor::new(with_phone());
    let id = floor.open(0, InteractionType::Messaging);
    let work = floor.submit(0, id, SUPPORT, MESSAGE);
    floor.work(10, Cancel::new(work));
    assert_eq!(floor.state(id), InteractionState::New);
}

#[test]
fn silence_counts_from_the_agent_s_first_word_or_not() {
    for (start_after_agent_response, reminded) in [(true, 240), (false, 200)] {
        let idle =
            IdlePolicy::default().with_start_after_agent_response(start_after_agent_response);
        let mut floor = Floor::new(with_phone().with_idle(idle));
        let (id, _) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
        floor.say(20, id, Author::Requester, "My bill is wrong");
        let waits = (!start_after_agent_response).then(|| at(200));
        assert_eq!(floor.next_deadline(), waits);
        floor.say(60, id, Author::Agent(ANA), "Let me see");
        assert_eq!(floor.next_deadline(), Some(at(reminded)));
    }
}

#[test]
fn the_longest_wrap_up_ends_what_no_rule_does() {
    let rule = WrapUpRule::new("all").with_duration(secs(60));
    let config = with_phone().with_wrap_up([rule]).with_wrap_up_longest(secs(900));
    let mut floor = Floor::new(config);
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    floor.work(40, FinishContact::new(work, Finisher::Agent));
    floor.centre.advance(Timestamp::from_millis(NINE + 939_999), &mut floor.log).unwrap();
    assert_eq!(floor.state(id), InteractionState::WrapUp);
    floor.advance(940);
    assert_eq!(floor.state(id), InteractionState::ClosedComplete);
    assert!(floor.row(id).system_wrap_up);
}

#[test]
fn each_bound_of_records_is_a_refusal() {
    let limits = RecordLimits::default().with_interactions(1).with_messages(1).with_attachments(1);
    let mut floor = Floor::new(with_phone().with_limits(limits));
    let id = floor.open(0, InteractionType::Chat);
    let limit = |limit| RecordRefusal::limit(limit, 1);
    let opening = Box::new(InteractionRequest::new(InteractionType::Chat));
    let refusal = floor.refused(1, OpenInteraction::new(opening));
    assert_eq!(refusal, limit(RecordLimit::Interactions));
    floor.say(2, id, Author::Requester, "Hello");
    let refusal = floor.refused(3, say(id, Author::Requester, "Hello?"));
    assert_eq!(refusal, limit(RecordLimit::Messages));
    let by = BY_ANA;
    floor.describe(4, id, "A greeting");
    let relate = |number: &str| {
        let (document, operation) = (Document::new("task", number), None);
        RelateRecord::new(id, document, by).with_operation(operation)
    };
    floor.record(5, relate("1"));
    assert_eq!(floor.refused(6, relate("2")), limit(RecordLimit::Attachments));
}

#[test]
fn a_reminder_after_the_end_makes_no_sense() {
    let (reminder_after, cancel_after) = (Some(secs(400)), Some(secs(360)));
    let idle =
        IdlePolicy::default().with_reminder_after(reminder_after).with_cancel_after(cancel_after);
    let mut floor = Floor::new(with_phone());
    let config = Box::new(with_phone().with_idle(idle));
    let refusal = floor.refused(0, ConfigureRecords::new(config));
    assert!(matches!(refusal, RecordRefusal::Invalid(..)), "{refusal}");
}

/// An e-mail of a customer, received at some second.
fn mail(floor: &mut Floor, when: i64) -> InteractionId {
    let (kind, to) = (InteractionType::Email, "help@example.com");
    let from = Address::new("email", "jo@example.com");
    let text = "It is broken";
    let Received { interaction, profile, .. } =
        floor.record(when, ReceiveMessage::new(kind, from, to, text));
    floor.record(when, LinkUser::new(profile, "jo"));
    interaction
}

fn case(interaction: InteractionId, operation: Operation) -> RelateRecord {
    let (document, operation) = (Document::new("sn_customerservice_case", "CS1"), Some(operation));
    RelateRecord::new(interaction, document, BY_ANA).with_operation(operation)
}

fn cases(mail: MailPolicy) -> Floor {
    let mut config = with_phone().with_mail(mail);
    let logged = [Operation::Insert, Operation::Open].into();
    config.related.tables.insert("sn_customerservice_case".into(), logged);
    let mut floor = Floor::new(config);
    floor.work(0, Define::new("task_created", WrapUpCodeProfile::default()));
    floor
}

#[test]
fn an_e_mail_of_which_a_case_was_made_is_closed_with_its_code() {
    let close_on_insert = [("sn_customerservice_case".into(), DONE)];
    let mut floor = cases(MailPolicy::default().with_close_on_insert(close_on_insert));
    let id = mail(&mut floor, 0);
    let work = floor.submit(1, id, SUPPORT, MESSAGE);
    floor.on_queue(1, ANA);
    floor.accept(2, ANA);
    assert!(matches!(
        floor.refused(3, case(id, Operation::Insert)),
        RecordRefusal::NotDescribed { .. }
    ));
    floor.describe(3, id, "A broken lamp");
    floor.record(4, case(id, Operation::Open));
    assert_eq!(floor.state(id), InteractionState::WorkInProgress);
    floor.record(5, case(id, Operation::Insert));
    let row = floor.row(id);
    assert_eq!((row.state, row.code), (InteractionState::ClosedComplete, Some(DONE)));
    // Its work ends with it.
    assert!(floor.centre.engine().view().work(work).is_none());
    assert_eq!(floor.row(id).related.len(), 2);
    // Of others, and by default, nothing is closed.
    let mut floor = cases(MailPolicy::default());
    let id = mail(&mut floor, 0);
    floor.describe(1, id, "A broken lamp");
    floor.record(2, case(id, Operation::Insert));
    assert_eq!(floor.state(id), InteractionState::New);
}

#[test]
fn who_answers_to_a_closed_e_mail_writes_about_its_case() {
    for carry_related in [true, false] {
        let mut floor = cases(MailPolicy::default().with_carry_related(carry_related));
        let first = mail(&mut floor, 0);
        floor.describe(1, first, "A broken lamp");
        floor.record(2, case(first, Operation::Insert));
        floor.record(3, close(first));
        let second = mail(&mut floor, 86_400);
        assert_ne!(first, second);
        let related: Vec<_> =
            floor.row(second).related.iter().map(|one| &*one.document.id).collect();
        assert_eq!(related, Vec::from_iter(carry_related.then_some("CS1")));
        // A chat of the same customer is about something else.
        let chat = floor.open(86_401, InteractionType::Chat);
        assert_eq!(floor.row(chat).related, []);
    }
}
