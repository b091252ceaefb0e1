//! The interaction record (ServiceNow: interaction records in workspace).

use std::collections::BTreeMap;

use strowger::Key;
use strowger::centre::CentreRefusal;
use strowger::command::{
    Answer, Cancel, Close, Consult, ExtendWrapUp, HandOver, Hold, Park, Reply, Resume, Resumer,
    Retrieve, TransferToAgent, TransferToQueue,
};
use strowger::host::Replica;
use strowger::interaction::*;
use strowger::model::{
    CodeId, Invalid, Order, Problem, WrapUpCodeProfile, WrapUpMode, WrapUpProfile,
};
use strowger::prelude::*;
use strowger::state::{LegRole, Stage};

use crate::floor::*;

fn relate(interaction: InteractionId, table: &str, operation: Option<Operation>) -> RelateRecord {
    RelateRecord::new(interaction, Document::new(table, "1"), BY_ANA).with_operation(operation)
}

fn tables(row: &Interaction) -> Vec<(&str, Option<Operation>)> {
    row.related.iter().map(|related| (&*related.document.table, related.operation)).collect()
}

#[test]
fn seed3_row089_one_interaction_becomes_an_incident_a_case_or_a_request() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, InteractionType::Chat);
    floor.describe(1, id, "It is broken");
    for table in ["incident", "case", "request"] {
        assert!(floor.record(2, relate(id, table, Some(Operation::Insert))));
    }
    let insert = Some(Operation::Insert);
    assert_eq!(
        tables(floor.row(id)),
        [("incident", insert), ("case", insert), ("request", insert)]
    );
}

#[test]
fn seed3_row090_by_queue_or_to_an_agent_at_once() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, InteractionType::Chat);
    let work = floor.submit(5, id, SUPPORT, CHAT);
    assert_eq!(floor.state(id), InteractionState::Queued);
    assert_eq!(floor.row(id).queue, Some(SUPPORT));
    // A supervisor gives it to Bo, who is on a break, and not signed off: nothing waits any more.
    floor.work(60, SetPresence::new(BO, SystemPresence::Break.id()));
    floor.record(65, AssignInteraction::new(id, BO));
    assert_eq!(floor.state(id), InteractionState::WorkInProgress);
    assert_eq!(floor.row(id).assigned_to, Some(BO));
    assert_eq!(floor.row(id).queue_wait(), secs(60));
    assert_eq!(floor.centre.engine().view().queue(SUPPORT).unwrap().waiting(), 0);
    let stage = floor.centre.engine().view().work(work).unwrap().stage();
    assert_eq!(stage, Stage::Assigned { agent: BO });
    // Taken back from its queue, and given to Ana past the engine.
    let other = floor.open(70, InteractionType::Chat);
    let work = floor.submit(70, other, SUPPORT, CHAT);
    floor.work(80, Cancel::new(work));
    assert_eq!(floor.state(other), InteractionState::New);
    floor.record(81, AssignInteraction::new(other, ANA));
    assert_eq!(floor.state(other), InteractionState::WorkInProgress);
    assert_eq!(floor.row(other).work, None);
}

#[test]
fn seed3_row090_handed_in_twice_it_is_one_piece_of_work() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, InteractionType::Chat);
    let request = || WorkRequest::new(SUPPORT, CHAT).with_key("chat-1");
    let mut submit =
        |when| floor.centre.execute(at(when), SubmitWork::new(id, request()), &mut floor.log);
    let first = submit(1).unwrap();
    assert_eq!(submit(2), Ok(first));
    assert_eq!(floor.centre.engine().view().open_work(), 1);
    let other = floor.open(3, InteractionType::Chat);
    let refused = floor.centre.execute(at(4), SubmitWork::new(other, request()), &mut floor.log);
    assert_eq!(refused, Err(RecordRefusal::work_taken(first).into()));
    assert_eq!(floor.state(other), InteractionState::New);
}

#[test]
fn seed3_row091_one_and_done_without_any_task() {
    let mut floor = Floor::new(RecordConfig::default());
    let (id, _) = floor.accepted((0, 5), InteractionType::Chat, CHAT);
    floor.describe(20, id, "InteractionRequest hours");
    floor.record(30, close(id));
    assert_eq!(floor.state(id), InteractionState::ClosedComplete);
    assert!(floor.row(id).related.is_empty());
}

#[test]
fn seed3_row092_three_tabs() {
    let mut floor = Floor::new(RecordConfig::default());
    let of = |name: &str| InteractionRequest::new(InteractionType::Chat).with_opened_for(name);
    let first = floor.open_as(0, of("jo"));
    let second = floor.open_as(10, of("jo"));
    floor.open_as(20, of("kim"));
    let third = floor.open_as(30, of("jo"));
    floor.describe(40, second, "A chat");
    floor.record(41, relate(second, "incident", Some(Operation::Insert)));
    let form = floor.records().form(second, at(50)).unwrap();
    assert_eq!(form.details.number, "IMS0000002");
    assert_eq!(form.details.short_description.value, "A chat");
    assert_eq!(form.related_tasks.len(), 1);
    let newest_first: Vec<_> = form.user_interactions.iter().map(|line| line.id).collect();
    assert_eq!(newest_first, [third, second, first]);
    // A guest has nothing but what is before you.
    let guest = floor.open(60, InteractionType::Chat);
    assert!(floor.records().form(guest, at(60)).unwrap().user_interactions.is_empty());
}

#[test]
fn seed3_row092_interactions_of_a_user_come_by_the_page() {
    let mut floor = Floor::new(RecordConfig::default());
    let ids: Vec<_> = (0..60)
        .map(|n| {
            let opened_for = ["jo", "kim"][n % 10 / 9];
            let kind = InteractionType::Chat;
            let opening = InteractionRequest::new(kind).with_opened_for(opened_for);
            floor.open_as(n as i64, opening)
        })
        .collect();
    let mut of_jo: Vec<_> = (0..60).filter(|n| n % 10 < 9).map(|n| ids[n]).collect();
    of_jo.reverse();
    let shown =
        |lines: &[InteractionLine<'_>]| lines.iter().map(|line| line.id).collect::<Vec<_>>();
    let pages = |floor: &Floor| {
        let records = floor.records();
        let mut last = None;
        std::iter::from_fn(|| {
            let page = shown(&records.user_interactions("jo", last));
            last = page.last().copied();
            (!page.is_empty()).then_some(page)
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(pages(&floor), [&of_jo[..25], &of_jo[25..50], &of_jo[50..]]);
    let records = floor.records();
    let form = records.form(of_jo[40], at(60)).unwrap();
    assert_eq!(shown(&form.user_interactions), of_jo[..25]);
    let layout = Layout(vec![Block::History]);
    let workspace = records.workspace(of_jo[40], at(60), &layout, &NoAssist).unwrap();
    let [Panel::History(lines)] = &workspace[..] else { panic!("{workspace:?}") };
    assert_eq!(shown(lines), of_jo[..25]);
    // What is archived the host has; and what comes meanwhile moves no page.
    floor.record(61, end(of_jo[0], Ending::Customer, Party::Customer));
    floor.record(62, ArchiveInteraction::new(of_jo[0]));
    let records = floor.records();
    assert_eq!(shown(&records.user_interactions("jo", None)), of_jo[1..26]);
    assert_eq!(shown(&records.user_interactions("jo", Some(of_jo[24]))), of_jo[25..50]);
    assert!(records.user_interactions("nobody", None).is_empty());
}

#[test]
fn seed3_row093_phone_only_where_the_host_can_call() {
    let mut floor = Floor::new(RecordConfig::default());
    let kind = InteractionType::Phone;
    assert!(!floor.records().config().types.contains(&kind));
    let call = OpenInteraction::new(InteractionRequest::new(kind));
    assert_eq!(floor.refused(1, call.clone()), RecordRefusal::type_not_available(kind));
    floor.record(2, ConfigureRecords::new(with_phone()));
    let id = floor.record(3, call);
    assert_eq!(floor.row(id).kind, kind);
    for kind in InteractionType::ALL {
        floor.open(4, kind);
    }
}

/// Brings a new interaction of a type into a state without any work.
fn in_state(floor: &mut Floor, state: InteractionState) -> InteractionId {
    // Work is given to who is there.
    for agent in [ANA, BO] {
        floor.work(0, SetPresence::new(agent, SystemPresence::Break.id()));
    }
    let id = floor.open(0, InteractionType::Messaging);
    floor.describe(0, id, "Something");
    let assign = AssignInteraction::new(id, ANA);
    let hold = HoldInteraction::new(id);
    match state {
        InteractionState::New => {}
        InteractionState::Queued => {
            floor.submit(0, id, SUPPORT, MESSAGE);
        }
        InteractionState::WorkInProgress => floor.record(0, assign),
        InteractionState::OnHold => {
            floor.record(0, assign);
            floor.record(0, hold);
        }
        InteractionState::WrapUp => {
            floor.record(0, assign);
            floor.record(0, end(id, Ending::Agent, BY_ANA));
        }
        InteractionState::ClosedComplete => floor.record(0, close(id)),
        InteractionState::ClosedAbandoned => {
            floor.record(0, end(id, Ending::Unreached, Party::Host))
        }
        InteractionState::Faulted => floor.record(0, end(id, Ending::Fault, Party::Host)),
    }
    assert_eq!(floor.state(id), state);
    id
}

#[test]
fn seed3_row094_every_state_against_every_command() {
    use InteractionState::*;
    let states =
        [New, Queued, WorkInProgress, OnHold, WrapUp, ClosedComplete, ClosedAbandoned, Faulted];
    let wrap_up = vec![WrapUpRule::new("all")];
    let head = commands().map(|(name, _)| name.to_owned());
    let mut rows = vec![std::iter::once(String::new()).chain(head).collect::<Vec<_>>()];
    for state in states {
        let config = RecordConfig::default().with_wrap_up(wrap_up.clone());
        let mut row = vec![state.name().to_owned()];
        for (name, command) in commands() {
            let mut floor = Floor::new(config.clone());
            let id = in_state(&mut floor, state);
            let before = floor.records().digest();
            let result = floor.try_record(1, command(id));
            let after = floor.records().digest();
            let told = match result {
                Err(CentreRefusal::Record(RecordRefusal::WrongState { .. })) => {
                    assert_eq!(before, after, "{state:?} {name} changed something");
                    "-".to_owned()
                }
                Err(refusal) => panic!("{state:?} {name}: {refusal}"),
                Ok(_) if before == after => "done".to_owned(),
                Ok(_) => floor.state(id).name().to_owned(),
            };
            row.push(told);
        }
        rows.push(row);
    }
    crate::table::compare("tables/interaction_commands.txt", &crate::table::align(&rows));
}

type Make = fn(InteractionId) -> RecordCommand;

fn commands() -> [(&'static str, Make); 9] {
    [
        ("assign", |interaction| AssignInteraction::new(interaction, BO).into()),
        ("hold", |interaction| HoldInteraction::new(interaction).into()),
        ("resume", |interaction| ResumeInteraction::new(interaction).into()),
        ("end", |interaction| end(interaction, Ending::Agent, BY_ANA).into()),
        ("abandon", |interaction| end(interaction, Ending::Unreached, Party::Host).into()),
        ("end_wrap_up", |interaction| EndInteractionWrapUp::new(interaction, BY_ANA).into()),
        ("close", |interaction| close(interaction).into()),
        ("fault", |interaction| end(interaction, Ending::Fault, Party::Host).into()),
        ("say", |interaction| say(interaction, Author::Requester, "Hello").into()),
    ]
}

#[test]
fn seed3_row095_reasons_of_hold_are_for_messaging() {
    let mut floor = Floor::new(RecordConfig::default());
    let (id, work) = floor.accepted((0, 5), InteractionType::Messaging, MESSAGE);
    let waiting = |reason| HoldInteraction::new(id).with_reason(reason);
    floor.record(10, waiting(Some(StateReason::WaitingOnCustomer)));
    assert_eq!(floor.state(id), InteractionState::OnHold);
    assert_eq!(floor.row(id).reason, Some(StateReason::WaitingOnCustomer));
    // On hold the agent has room for others: the work is parked.
    let stage = floor.centre.engine().view().work(work).unwrap().stage();
    assert_eq!(stage, Stage::Parked { agent: ANA, until: None });
    assert_eq!(floor.centre.engine().view().agent(ANA).unwrap().units_in_use(), 0);
    floor.record(20, waiting(Some(StateReason::WaitingInternal)));
    assert_eq!(floor.row(id).reason, Some(StateReason::WaitingInternal));
    floor.record(30, waiting(None));
    assert_eq!((floor.row(id).reason, floor.state(id)), (None, InteractionState::OnHold));
    let kind = InteractionType::Messaging;
    let refusal = floor.refused(31, waiting(Some(StateReason::AgentEnded)));
    assert_eq!(refusal, RecordRefusal::reason_not_allowed(kind));
    // The customer writes: it goes on, and nothing is waited for.
    floor.record(35, waiting(Some(StateReason::WaitingOnCustomer)));
    floor.say(40, id, Author::Requester, "Here it is");
    assert_eq!((floor.row(id).reason, floor.state(id)), (None, InteractionState::WorkInProgress));
    assert_eq!(floor.row(id).handling.totals().parked, secs(30));
    let kind = InteractionType::Chat;
    let chat = floor.open(50, kind);
    floor.record(51, AssignInteraction::new(chat, BO));
    let reason = Some(StateReason::WaitingOnCustomer);
    let refusal = floor.refused(52, HoldInteraction::new(chat).with_reason(reason));
    assert_eq!(refusal, RecordRefusal::reason_not_allowed(kind));
    floor.record(53, HoldInteraction::new(chat));
    assert_eq!(floor.state(chat), InteractionState::OnHold);
}

#[test]
fn seed3_row095_mail_that_waits_for_ever_is_closed() {
    for (direction, days) in [(Direction::Inbound, 5), (Direction::Outbound, 30)] {
        let mut floor = Floor::new(RecordConfig::default());
        let kind = InteractionType::Email;
        let id = floor.open_as(0, InteractionRequest::new(kind).with_direction(direction));
        floor.record(1, AssignInteraction::new(id, ANA));
        floor.advance(100 * 86_400);
        floor.record(100 * 86_400, HoldInteraction::new(id));
        floor.advance((100 + days) * 86_400 - 1);
        assert_eq!(floor.state(id), InteractionState::OnHold);
        floor.advance((100 + days) * 86_400);
        let row = floor.row(id);
        let found = (row.state, row.reason);
        assert_eq!(found, (InteractionState::ClosedComplete, Some(StateReason::NoUserResponse)));
    }
}

#[test]
fn seed3_row096_the_reason_is_shown_for_messaging_only() {
    let mut floor = Floor::new(with_phone());
    for kind in InteractionType::ALL {
        let id = floor.open(0, kind);
        let form = floor.records().form(id, at(0)).unwrap();
        assert_eq!(form.details.reason.visible, kind == InteractionType::Messaging, "{kind:?}");
        // Why it was closed is shown for all.
        floor.record(1, end(id, Ending::Customer, Party::Customer));
        assert!(floor.records().form(id, at(1)).unwrap().details.reason.visible);
    }
}

#[test]
fn seed3_row097_assigned_to_follows() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, InteractionType::Chat);
    let work = floor.submit(0, id, SUPPORT, CHAT);
    assert_eq!(floor.row(id).assigned_to, None);
    floor.on_queue(1, ANA);
    assert_eq!(floor.row(id).assigned_to, None, "it is only offered");
    assert_eq!(floor.row(id).offers.len(), 1);
    floor.accept(2, ANA);
    assert_eq!(floor.row(id).assigned_to, Some(ANA));
    assert!(floor.row(id).offers.is_empty());
    floor.work(3, SetPresence::new(ANA, SystemPresence::Break.id()));
    floor.on_queue(3, BO);
    floor.work(10, TransferToAgent::new(work, BO));
    assert_eq!(floor.state(id), InteractionState::Queued);
    assert_eq!(floor.row(id).assigned_to, None);
    floor.accept(12, BO);
    assert_eq!(floor.row(id).assigned_to, Some(BO));
    floor.on_queue(20, ANA);
    floor.work(20, Consult::new(work, ANA));
    floor.work(21, Answer::new(work, ANA));
    assert_eq!(floor.row(id).assigned_to, Some(BO), "a consult changes nothing");
    floor.work(30, HandOver::new(work, ANA));
    assert_eq!(floor.row(id).assigned_to, Some(ANA));
    // Who had it when: line, Ana, line while it was offered to Bo, Bo, Ana beside Bo, Ana.
    let segments = floor.row(id).handling.ended().iter();
    let segments: Vec<_> = segments
        .map(|s| (s.part, s.from.since(at(0)).as_millis() / 1_000, s.to.map(|to| to.since(at(0)))))
        .collect();
    use Part::*;
    let until = |to| Some(secs(to));
    assert_eq!(
        segments,
        [
            (InLine(SUPPORT), 0, until(2)),
            (Active(ANA), 2, until(10)),
            (InLine(SUPPORT), 10, until(12)),
            (Active(BO), 12, until(30)),
            (Guest(ANA, LegRole::Consultant), 21, until(30)),
        ]
    );
    assert_eq!(floor.row(id).handling.main(), Some(Active(ANA)));
}

#[test]
fn a_record_is_its_agents_until_a_careful_transfer_is_accepted() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, InteractionType::Chat);
    let work = floor.submit(0, id, SUPPORT, CHAT);
    floor.on_queue(1, ANA);
    floor.accept(2, ANA);
    floor.on_queue(3, BO);
    // Nobody of the queue takes it, and nothing of the record changed.
    let answer = floor.work(10, TransferToQueue::new(work, SUPPORT).with_careful(true));
    let Reply::Submitted(stand_in) = answer else { panic!("{answer:?}") };
    let before = floor.row(id).clone();
    floor.work(12, Cancel::new(stand_in));
    assert_eq!(*floor.row(id), before);
    floor.work(20, TransferToQueue::new(work, SUPPORT).with_careful(true));
    floor.accept(22, BO);
    assert_eq!(floor.row(id).assigned_to, Some(BO));
    use Part::*;
    let segments = floor.row(id).handling.ended().iter();
    let segments: Vec<_> = segments.map(|s| (s.part, s.from, s.to)).collect();
    let at_22 = Some(at(22));
    assert_eq!(
        segments,
        [
            (InLine(SUPPORT), at(0), Some(at(2))),
            (Active(ANA), at(2), at_22),
            (Guest(BO, LegRole::Consultant), at(22), at_22),
        ]
    );
    assert_eq!(floor.row(id).handling.main(), Some(Active(BO)));
}

#[test]
fn seed3_row098_the_first_answer_of_a_person() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(10, InteractionType::Chat);
    floor.submit(10, id, SUPPORT, CHAT);
    floor.on_queue(20, ANA);
    floor.accept(25, ANA);
    let greeting = say(id, Author::Agent(ANA), "Welcome!");
    floor.record(26, greeting.with_automated(true));
    let whisper = say(id, Author::Agent(ANA), "I take it");
    floor.record(30, whisper.with_visibility(Visibility::Private));
    assert_eq!(floor.row(id).first_response_wait, None);
    floor.say(36, id, Author::Agent(ANA), "What can I do for you?");
    assert_eq!(floor.row(id).first_response_wait, Some(secs(26)));
    assert_eq!(floor.row(id).queue_wait(), secs(15));
    floor.say(50, id, Author::Agent(ANA), "Are you there?");
    assert_eq!(floor.row(id).first_response_wait, Some(secs(26)));
    // At a desk and in a call the customer is answered as soon as somebody has them.
    floor.record(55, ConfigureRecords::new(with_phone()));
    floor.work(55, SetPresence::new(ANA, SystemPresence::Away.id()));
    floor.on_queue(55, BO);
    let call = floor.open(55, InteractionType::Phone);
    floor.submit(55, call, SUPPORT, VOICE);
    floor.accept(59, BO);
    assert_eq!(floor.row(call).first_response_wait, Some(secs(4)));
    let visit = floor.open(60, InteractionType::WalkUp);
    floor.record(68, AssignInteraction::new(visit, BO));
    assert_eq!(floor.row(visit).first_response_wait, Some(secs(8)));
}

#[test]
fn seed3_row098_who_is_written_to_is_answered_when_they_wrote() {
    let mut floor = Floor::new(with_phone());
    let (to, from) = (|| sms("+49301112222"), Key::from("+4930999"));
    let kind = InteractionType::Messaging;
    let mut reach = |when, text: &str| {
        let from = from.clone();
        floor.record(when, ReachCustomer::new(kind, ANA, to(), from, text))
    };
    let id = reach(0, "Your order is here").interaction;
    reach(5, "And the bill");
    assert_eq!(floor.row(id).first_response_wait, None);
    floor.receive(100, to(), "Which order?");
    floor.receive(110, to(), "Hello?");
    floor.say(130, id, Author::Agent(ANA), "The table");
    assert_eq!(floor.row(id).first_response_wait, Some(secs(30)));
    floor.receive(200, to(), "Thanks");
    floor.say(290, id, Author::Agent(ANA), "Bye");
    assert_eq!(floor.row(id).first_response_wait, Some(secs(30)));
    // Who is called asked for nothing, and there is nothing to report of it.
    let direction = Direction::Outbound;
    let call = InteractionRequest::new(InteractionType::Phone).with_direction(direction);
    let call = floor.open_as(300, call);
    floor.record(310, AssignInteraction::new(call, ANA));
    floor.record(320, end(call, Ending::Customer, Party::Customer));
    assert_eq!(floor.row(call).first_response_wait, None);
    let report: Report = floor.records().interactions().collect();
    assert_eq!(report.of(None, InteractionType::Phone).unwrap().first_response, Mean::default());
}

#[test]
fn seed3_row099_the_time_agents_work() {
    let mut floor = Floor::new(RecordConfig::default());
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    floor.work(30, Hold::new(work));
    floor.work(35, Retrieve::new(work));
    floor.work(45, Park::new(work));
    floor.work(145, Resume::new(work, Resumer::Agent));
    floor.on_queue(145, BO);
    floor.work(155, TransferToQueue::new(work, SALES));
    floor.accept(160, BO);
    floor.describe(161, id, "Prices");
    floor.work(200, FinishContact::new(work, Finisher::Agent));
    let row = floor.row(id);
    assert_eq!(row.state, InteractionState::ClosedComplete);
    assert_eq!((row.assigned_to, row.queue), (Some(BO), Some(SALES)));
    // Ana 10..30, 35..45, 145..155; Bo 160..200.
    assert_eq!(row.duration(), secs(20 + 10 + 10 + 40));
    let totals = row.handling.totals();
    assert_eq!((totals.held, totals.parked, totals.in_line), (secs(5), secs(100), secs(15)));
    assert_eq!(row.resolution(), Some(secs(200)));
    assert_eq!(row.handling.ended().iter().collect::<Totals>(), totals);
}

#[test]
fn seed3_row099_nobody_works_before_the_call_that_tells_them() {
    let mut floor = Floor::new(RecordConfig::default());
    let (id, work) = floor.accepted((0, 10), InteractionType::Messaging, MESSAGE);
    floor.work(20, Park::new(work).with_until(at(50)));
    // The host comes thirty seconds late: so long it lay parked.
    floor.advance(80);
    assert_eq!(floor.row(id).handling.main(), Some(Part::Active(ANA)));
    floor.describe(90, id, "Prices");
    floor.work(100, FinishContact::new(work, Finisher::Agent));
    let totals = floor.row(id).handling.totals();
    assert_eq!((totals.active, totals.parked), (secs(10 + 20), secs(60)));
}

type Write = fn(InteractionId, &str) -> RecordCommand;

#[test]
fn seed3_row100_a_person_says_what_it_is_about() {
    let texts = ["", "  \t", "It is broken"];
    for text in texts {
        let commands: [(&str, Write); 3] = [
            ("close", |id, _| close(id).into()),
            ("save", |interaction, text| {
                let change = RecordChange::default().with_short_description(text);
                SaveInteraction::new(interaction, BY_ANA, change).into()
            }),
            ("associate", |id, _| relate(id, "incident", Some(Operation::Insert)).into()),
        ];
        for (name, command) in commands {
            let mut floor = Floor::new(RecordConfig::default());
            let short_description = if name == "save" { "" } else { text };
            let opening = InteractionRequest::new(InteractionType::Chat)
                .with_short_description(short_description);
            let id = floor.open_as(0, opening);
            floor.submit(0, id, SUPPORT, CHAT);
            floor.on_queue(0, ANA);
            floor.accept(1, ANA);
            if text.trim().is_empty() {
                let refusal = floor.refused(2, command(id, text));
                assert_eq!(refusal, RecordRefusal::not_described(id), "{name}");
            } else {
                floor.record(2, command(id, text));
            }
        }
    }
}

#[test]
fn seed3_row100_the_work_is_not_touched_either() {
    let mut floor = Floor::new(RecordConfig::default());
    let (id, work) = floor.accepted((0, 5), InteractionType::Chat, CHAT);
    let before = floor.centre.engine().digest();
    let refused = floor.try_work(10, FinishContact::new(work, Finisher::Agent));
    let not_described = RecordRefusal::not_described(id);
    assert_eq!(refused, Err(not_described.clone().into()));
    assert_eq!(floor.try_work(10, Close::new(work)), Err(not_described.clone().into()));
    assert_eq!(floor.refused(10, end(id, Ending::Agent, BY_ANA)), not_described);
    assert_eq!(floor.centre.engine().digest(), before);
    floor.describe(11, id, "It is broken");
    floor.record(12, end(id, Ending::Agent, BY_ANA));
    assert_eq!(floor.row(id).reason, Some(StateReason::AgentEnded));
    assert!(floor.centre.engine().view().work(work).is_none());
}

#[test]
fn seed3_row100_time_and_customers_need_no_person() {
    let mut floor = Floor::new(RecordConfig::default());
    // Nothing was said: the reason stands for it, and a fact says so.
    let (silent, work) = floor.accepted((0, 5), InteractionType::Chat, CHAT);
    floor.work(20, FinishContact::new(work, Finisher::Customer));
    assert_eq!(&*floor.row(silent).short_description, "Closed by system: User Ended");
    // The first thing the customer said.
    let spoken = floor.open(30, InteractionType::Chat);
    floor.say(31, spoken, Author::VirtualAgent, "Hello!");
    floor.say(32, spoken, Author::Requester, "  My printer is on fire. ");
    floor.record(40, end(spoken, Ending::Customer, Party::Customer));
    assert_eq!(&*floor.row(spoken).short_description, "My printer is on fire.");
    // What the context says.
    let known = floor.open(50, InteractionType::Chat);
    let context = variables(&[("short_description", "Printer")]);
    floor.record(51, SetContext::new(known, context));
    floor.record(52, end(known, Ending::Customer, Party::Customer));
    assert_eq!(&*floor.row(known).short_description, "Printer");
    let source = |found: DescribedBy| {
        floor.count(
            |event| matches!(event, RecordEvent::Described { source, .. } if *source == found),
        )
    };
    assert_eq!((source(DescribedBy::Reason), source(DescribedBy::FirstMessage)), (1, 1));
}

#[test]
fn seed3_row101_empty_at_first_unless_the_context_says_it() {
    let mut floor = Floor::new(RecordConfig::default());
    let empty = floor.open(0, InteractionType::Chat);
    assert_eq!(&*floor.row(empty).short_description, "");
    let context = variables(&[("short_description", "Reset my password"), ("page", "login")]);
    let opening = InteractionRequest::new(InteractionType::Chat).with_context(context);
    let told = floor.open_as(1, opening);
    assert_eq!(&*floor.row(told).short_description, "Reset my password");
    // What a person wrote stays.
    floor.describe(2, told, "Password");
    let later = variables(&[("short_description", "Something else")]);
    floor.record(3, SetContext::new(told, later));
    assert_eq!(&*floor.row(told).short_description, "Password");
}

#[test]
fn seed3_row102_archived_when_it_is_over_and_described() {
    let mut floor = Floor::new(RecordConfig::default());
    let (id, _) = floor.accepted((0, 5), InteractionType::Chat, CHAT);
    let archive = ArchiveInteraction::new(id);
    assert_eq!(floor.refused(6, archive.clone()), RecordRefusal::not_over(id));
    floor.describe(7, id, "It was broken");
    assert_eq!(floor.refused(8, archive.clone()), RecordRefusal::not_over(id));
    floor.record(9, close(id));
    floor.record(10, archive.clone());
    // The fact hands everything over, and the memory is released.
    assert!(floor.records().interaction(id).is_none());
    let last = floor.record_facts().last().unwrap();
    let RecordEvent::Archived { record, .. } = &last.event else { panic!("{last:?}") };
    assert_eq!((record.id, &*record.short_description), (id, "It was broken"));
    floor.record(11, archive);
    assert_eq!(floor.refused(11, close(id)), RecordRefusal::archived(id));
    let unknown = InteractionId::from_raw(9);
    assert_eq!(floor.refused(11, close(unknown)), RecordRefusal::unknown(unknown));
}

#[test]
fn seed3_row102_nothing_is_archived_that_says_nothing() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, InteractionType::Chat);
    floor.record(1, end(id, Ending::Customer, Party::Customer));
    // Whoever clears the description of what is closed is refused.
    for by in [BY_ANA, Party::Host] {
        let change = RecordChange::default().with_short_description(" ");
        let clear = SaveInteraction::new(id, by, change);
        assert_eq!(floor.refused(2, clear), RecordRefusal::not_described(id));
    }
    // A journal from which the description was lost is refused. A standby that followed such facts
    // has a record without one: it stays until somebody writes it.
    let kept =
        floor.record_facts().filter(|fact| !matches!(fact.event, RecordEvent::Described { .. }));
    let journal = (1..).zip(kept.cloned()).map(|(seq, mut fact)| {
        fact.seq = seq;
        fact
    });
    let journal: Vec<_> = journal.collect();
    let refused = Records::<ProfilesInMemory>::replay(journal.clone()).unwrap_err();
    assert!(refused.reason.contains("a closed interaction has every field it must"), "{refused}");
    let mut standby = Replica::<Records>::default();
    journal.iter().for_each(|fact| standby.follow(fact).unwrap());
    let mut log = RecordLog::default();
    let mut records = standby.promote(at(3), &mut log).unwrap();
    let archive = || ArchiveInteraction::new(id);
    let refused = records.execute(at(3), archive(), &mut log);
    let problem = Problem::Empty;
    let field = "short_description";
    assert_eq!(refused, Err(Invalid::new(field, problem).into()));
    assert!(log.is_empty() && records.interaction(id).is_some());
    let change = RecordChange::default().with_short_description("Hung up");
    let describe = SaveInteraction::new(id, BY_ANA, change);
    records.execute(at(4), describe, &mut log).unwrap();
    records.execute(at(5), archive(), &mut log).unwrap();
    assert!(records.interaction(id).is_none());
}

#[test]
fn seed3_row103_the_second_message_finds_the_profile() {
    let mut floor = Floor::new(RecordConfig::default());
    let first = floor.receive(0, sms("+49 30 111 2222"), "Hello");
    let second = floor.receive(10, sms("0049 30 1112222"), "Anybody?");
    let received = (second.interaction, second.profile, second.opened);
    assert_eq!(received, (first.interaction, first.profile, false));
    let profiles = floor.records().profiles();
    assert_eq!(profiles.iter().count(), 1);
    assert_eq!(&*floor.profile(first.profile).address.identifier, "+49301112222");
    let nonsense = (InteractionType::Messaging, "+4930999", "Hello");
    let (kind, to, text) = nonsense;
    let refused = floor.refused(11, ReceiveMessage::new(kind, sms("nobody"), to, text));
    assert!(matches!(refused, RecordRefusal::Invalid(_)), "{refused}");
}

#[test]
fn seed3_row103_numbers_are_read_as_before_once_the_normaliser_is_given_again() {
    let numbers = || E164::default().with_country("49");
    let mut log = RecordLog::default();
    let records = Records::new(RecordConfig::default(), at(0), &mut log).unwrap();
    let mut records = records.with_normaliser(numbers());
    let receive = |number: &str| {
        ReceiveMessage::new(InteractionType::Messaging, sms(number), "+4930999", "Hello")
    };
    let first = records.execute(at(1), receive("030 111 2222"), &mut log).unwrap();
    let restored = Records::restore(records.snapshot()).unwrap();
    let replayed = Records::replay(log.iter().cloned()).unwrap();
    for mut back in [restored, replayed] {
        let refused = back.execute(at(2), receive("030 111 2222"), &mut log);
        assert!(matches!(refused, Err(RecordRefusal::Invalid(_))), "{refused:?}");
        let mut back = back.with_normaliser(numbers());
        let again = back.execute(at(3), receive("030 111 2222"), &mut log);
        let again = again.unwrap();
        let received = (again.interaction, again.profile, again.opened);
        assert_eq!(received, (first.interaction, first.profile, false));
    }
}

#[test]
fn seed3_row104_channel_and_number_together() {
    let mut floor = Floor::new(RecordConfig::default());
    let number = "+49301112222";
    let by_sms = floor.receive(0, sms(number), "Hello");
    let by_other = floor.receive(1, Address::new("whatsapp", number), "Hello");
    assert_ne!(by_sms.profile, by_other.profile);
    assert_ne!(by_sms.interaction, by_other.interaction);
    // Another of the host's numbers is another conversation of the same customer.
    let (kind, to) = (InteractionType::Messaging, "+4930777");
    let elsewhere = ReceiveMessage::new(kind, sms(number), to, "Sales?");
    let elsewhere = floor.record(2, elsewhere);
    assert_eq!(elsewhere.profile, by_sms.profile);
    assert!(elsewhere.opened);
}

#[test]
fn seed3_row105_profile_and_interaction_come_together() {
    let mut floor = Floor::new(RecordConfig::default());
    let before = floor.record_facts().count();
    let received = floor.receive(0, sms("+49301112222"), "Hello");
    assert!(received.opened);
    let row = floor.row(received.interaction);
    assert_eq!(row.profile, Some(received.profile));
    assert_eq!(row.opened_for, None, "a guest");
    let customer = Participant::new(received.profile).with_to("+4930999");
    assert_eq!(row.conversation.as_ref().unwrap().participants, [customer]);
    let names: Vec<_> = floor.record_facts().skip(before).map(|fact| &fact.event).collect();
    assert!(matches!(
        names[..],
        [RecordEvent::ProfileSet(_), RecordEvent::Opened { .. }, RecordEvent::Said { .. }]
    ));
    // Where no interaction may be opened no profile is made either.
    let (kind, to) = (InteractionType::Phone, "+4930999");
    let text = "";
    floor.refused(1, ReceiveMessage::new(kind, sms("+49305555555"), to, text));
    assert_eq!(floor.records().profiles().iter().count(), 1);
}

/// Knows whose numbers some are, and to which account a contact belongs.
#[derive(Debug)]
struct Book;

impl Directory for Book {
    fn user_of(&self, address: &Address) -> Option<Key> {
        (&*address.identifier == "+49301112222").then(|| "jo".into())
    }

    fn account_of(&self, contact: &Key) -> Option<Key> {
        (&**contact == "jo at acme").then(|| "acme".into())
    }
}

/// A floor whose records know people.
fn with_book() -> Floor {
    let floor = Floor::new(RecordConfig::default());
    let (engine, records) = floor.centre.into_parts();
    let records = records.map(|records| records.with_directory(Book));
    Floor { centre: Centre::join(engine, records).unwrap(), log: floor.log }
}

#[test]
fn seed3_row106_a_number_of_a_user_names_them_in_both() {
    let mut floor = with_book();
    let received = floor.receive(0, sms("+49301112222"), "Hello");
    assert_eq!(floor.profile(received.profile).user, Some("jo".into()));
    assert_eq!(floor.row(received.interaction).opened_for, Some("jo".into()));
    // Somebody else is verified by hand, later.
    let guest = floor.receive(1, sms("+49303334444"), "Hello");
    assert_eq!(floor.row(guest.interaction).opened_for, None);
    floor.record(2, LinkUser::new(guest.profile, "kim"));
    assert_eq!(floor.profile(guest.profile).user, Some("kim".into()));
    assert_eq!(floor.row(guest.interaction).opened_for, Some("kim".into()));
    assert_eq!(floor.records().of_customer("kim").count(), 1);
    // From now on the user's messages are theirs.
    floor.record(3, end(guest.interaction, Ending::Customer, Party::Customer));
    let again = floor.receive(4, sms("+49303334444"), "Me again");
    assert_eq!(again.profile, guest.profile);
    assert_eq!(floor.row(again.interaction).opened_for, Some("kim".into()));
}

#[test]
fn seed3_row106_an_agent_knows_whom_they_write_to() {
    let mut floor = Floor::new(RecordConfig::default());
    let reach = |to: Address, user: Option<&str>| {
        let kind = InteractionType::Messaging;
        let mut reach = ReachCustomer::new(kind, ANA, to, "+4930999", "Hello");
        reach.user = user.map(Key::from);
        reach
    };
    let who = |floor: &Floor, received: Received| {
        let user = floor.profile(received.profile).user;
        (user, floor.row(received.interaction).opened_for.clone())
    };
    let jo = || (Some(Key::from("jo")), Some(Key::from("jo")));
    // The agent joins the conversation of a guest, and says who that is.
    let guest = floor.receive(0, sms("+49303334444"), "Hello");
    assert_eq!(who(&floor, guest), (None, None));
    let joined = floor.record(1, reach(sms("+49303334444"), Some("jo")));
    assert_eq!((joined.interaction, joined.opened), (guest.interaction, false));
    assert_eq!(who(&floor, joined), jo());
    assert_eq!(floor.records().of_customer("jo").count(), 1);
    // The agent opens one for somebody who was a guest.
    let other = floor.receive(2, sms("+49305556666"), "Hello");
    floor.record(3, end(other.interaction, Ending::Customer, Party::Customer));
    let opened = floor.record(4, reach(sms("+49305556666"), Some("jo")));
    assert_eq!((opened.profile, opened.opened), (other.profile, true));
    assert_eq!(who(&floor, opened), jo());
    let refused = floor.refused(5, reach(sms("+49307778888"), Some("")));
    assert!(matches!(refused, RecordRefusal::Invalid(_)), "{refused}");
}

#[test]
fn seed3_row106_the_directory_is_asked_again_for_the_next_interaction() {
    let mut floor = Floor::new(RecordConfig::default());
    let from = || sms("+49301112222");
    let first = floor.receive(0, from(), "Hello");
    // Meanwhile the host has learnt whose number that is.
    let (engine, records) = floor.centre.into_parts();
    let records = records.map(|records| records.with_directory(Book));
    let mut floor = Floor { centre: Centre::join(engine, records).unwrap(), log: floor.log };
    floor.receive(1, from(), "Still there?");
    assert_eq!(floor.profile(first.profile).user, None, "nothing new was opened");
    floor.record(2, end(first.interaction, Ending::Customer, Party::Customer));
    let next = floor.receive(3, from(), "Me again");
    assert_eq!(next.profile, first.profile);
    assert_eq!(floor.profile(first.profile).user, Some("jo".into()));
    assert_eq!(floor.row(next.interaction).opened_for, Some("jo".into()));
    // What it said stands in the facts: who replays them without it knows it too.
    let replayed = Records::replay(floor.record_facts().cloned()).unwrap();
    assert_eq!(replayed.profiles(), floor.records().profiles());
    assert_eq!(replayed.digest(), floor.records().digest());
}

#[test]
fn seed3_row106_the_directory_is_asked_whoever_opens_it() {
    let mut floor = with_book();
    let kind = InteractionType::Messaging;
    let (to, from) = (sms("+49301112222"), "+4930999");
    let text = "Your order is here";
    let reached = ReachCustomer::new(kind, ANA, to, from, text);
    let reached = floor.record(0, reached);
    assert_eq!(floor.row(reached.interaction).opened_for, Some("jo".into()));
    let profile = Some(reached.profile);
    let opening = InteractionRequest::new(InteractionType::WalkUp).with_profile(profile);
    let visit = floor.open_as(1, opening.clone());
    assert_eq!(floor.row(visit).opened_for, Some("jo".into()));
    // Who is named is named.
    let visit = floor.open_as(2, opening.with_opened_for("kim"));
    assert_eq!(floor.row(visit).opened_for, Some("kim".into()));
    assert_eq!(floor.profile(reached.profile).user, Some("jo".into()));
}

#[test]
fn seed3_row107_a_match_goes_on_or_begins_anew() {
    let mut floor = Floor::new(RecordConfig::default());
    let from = || sms("+49301112222");
    let first = floor.receive(0, from(), "Hello");
    let more = floor.receive(5, from(), "Still there?");
    assert_eq!((more.interaction, more.opened), (first.interaction, false));
    assert_eq!(floor.row(first.interaction).conversation.as_ref().unwrap().messages.len(), 2);
    floor.record(10, end(first.interaction, Ending::Customer, Party::Customer));
    let next = floor.receive(20, from(), "Something else");
    assert_eq!((next.profile, next.opened), (first.profile, true));
    assert_ne!(next.interaction, first.interaction);
    // While its agent wraps up the conversation is over too.
    let wrap_up = vec![WrapUpRule::new("all")];
    let config = RecordConfig::default().with_wrap_up(wrap_up);
    floor.record(21, ConfigureRecords::new(config));
    floor.record(22, AssignInteraction::new(next.interaction, ANA));
    floor.record(23, end(next.interaction, Ending::Agent, BY_ANA));
    assert_eq!(floor.state(next.interaction), InteractionState::WrapUp);
    assert!(floor.receive(24, from(), "One more thing").opened);
}

#[test]
fn seed3_row107_at_most_one_goes_on_between_the_same_two() {
    let mut floor = Floor::new(RecordConfig::default());
    let first = floor.receive(0, sms("+49301112222"), "Hello");
    let opening = |ours: &str| {
        let addresses = Some((sms("+49301112222"), ours.into()));
        let profile = Some(first.profile);
        let kind = InteractionType::Messaging;
        InteractionRequest::new(kind).with_profile(profile).with_addresses(addresses)
    };
    let second = || OpenInteraction::new(opening("+4930999"));
    let interaction = first.interaction;
    assert_eq!(floor.refused(1, second()), RecordRefusal::already_ongoing(interaction));
    // By another of the host's numbers it is another one, and so it is when the first is over.
    floor.open_as(2, opening("+4930777"));
    floor.record(3, end(interaction, Ending::Customer, Party::Customer));
    let next = floor.record(4, second());
    let more = floor.receive(5, sms("+49301112222"), "Still there?");
    assert_eq!((more.interaction, more.opened), (next, false));
}

#[test]
fn seed3_row107_an_agent_writes_first() {
    let mut floor = Floor::new(with_virtual_agent());
    let to = || sms("+49301112222");
    let reach = |agent, user: Option<&str>, text: &str| {
        let kind = InteractionType::Messaging;
        let mut reach = ReachCustomer::new(kind, agent, to(), "+4930999", text);
        reach.user = user.map(Key::from);
        reach
    };
    // Nothing goes on: an outbound interaction, the agent's at once.
    let first = floor.record(0, reach(ANA, Some("jo"), "Your order is here"));
    let row = floor.row(first.interaction);
    assert_eq!((row.direction, row.assigned_to), (Direction::Outbound, Some(ANA)));
    assert_eq!(row.state, InteractionState::WorkInProgress);
    // An agent has it: the other takes part, and nobody else has it.
    let joined = floor.record(5, reach(BO, Some("jo"), "And the bill"));
    assert_eq!((joined.interaction, joined.opened), (first.interaction, false));
    let row = floor.row(first.interaction);
    assert_eq!(row.assigned_to, Some(ANA));
    let parts: Vec<_> = row.handling.open().iter().map(|segment| segment.part).collect();
    assert_eq!(parts, [Part::Active(ANA), Part::Guest(BO, LegRole::Conferee)]);
    // The virtual agent has it: that one is closed, and a new one is the agent's.
    floor.describe(6, first.interaction, "Order");
    floor.record(7, close(first.interaction));
    let inbound = floor.receive(10, to(), "Hello");
    assert_eq!(floor.row(inbound.interaction).stage(), Some(ConversationStage::VirtualAgent));
    let taken = floor.record(12, reach(BO, Some("jo"), "I have news"));
    assert!(floor.state(inbound.interaction).is_closed());
    assert_eq!(floor.row(inbound.interaction).reason, Some(StateReason::AutoClosed));
    assert_eq!((taken.opened, taken.profile), (true, inbound.profile));
    // The number belongs to somebody else now.
    let other = floor.record(20, reach(ANA, Some("kim"), "Hello Kim"));
    assert!(floor.state(taken.interaction).is_closed());
    assert_ne!(other.profile, taken.profile);
    assert!(!floor.profile(taken.profile).active);
    assert_eq!(floor.profile(other.profile).user, Some("kim".into()));
    assert_eq!(floor.row(other.interaction).opened_for, Some("kim".into()));
}

#[test]
fn seed3_row107_who_wrote_into_what_waits_and_then_takes_it_is_no_guest() {
    let mut floor = Floor::new(RecordConfig::default());
    let (to, from) = (|| sms("+49301112222"), "+4930999");
    let received = floor.receive(0, to(), "Hello");
    let id = received.interaction;
    floor.submit(0, id, SUPPORT, MESSAGE);
    let (kind, text) = (InteractionType::Messaging, "One moment");
    floor.record(10, ReachCustomer::new(kind, BO, to(), from, text));
    let open = |floor: &Floor| -> Vec<Part> {
        floor.row(id).handling.open().iter().map(|segment| segment.part).collect()
    };
    assert_eq!(open(&floor), [Part::InLine(SUPPORT), Part::Guest(BO, LegRole::Conferee)]);
    floor.on_queue(20, BO);
    floor.accept(25, BO);
    assert_eq!(open(&floor), [Part::Active(BO)]);
    assert_eq!(floor.row(id).handling.totals().guests, secs(15));
}

#[test]
fn seed3_row107_a_number_changes_hands() {
    let mut floor = Floor::new(RecordConfig::default());
    let from = || sms("+49301112222");
    let before = floor.receive(0, from(), "Hello");
    floor.record(1, LinkUser::new(before.profile, "jo"));
    let profile = floor.record(2, ReplaceProfile::new(before.profile));
    assert!(floor.state(before.interaction).is_closed());
    let after = floor.receive(3, from(), "Hello");
    assert_eq!((after.profile, after.opened), (profile, true));
    assert_eq!(floor.row(after.interaction).opened_for, None);
    let gone = ReplaceProfile::new(before.profile);
    let refusal = RecordRefusal::unknown_profile(before.profile);
    assert_eq!(floor.refused(4, gone), refusal);
}

#[test]
fn seed3_row108_tasks_are_logged_by_the_policy() {
    use Operation::{Insert, Mention, Open, Update};
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, InteractionType::Chat);
    floor.describe(0, id, "It is broken");
    for operation in [Open, Insert, Update, Mention] {
        assert!(floor.record(1, relate(id, "incident", Some(operation))));
        // The same again is no second one.
        assert!(floor.record(2, relate(id, "incident", Some(operation))));
    }
    assert!(floor.record(3, relate(id, "kb_knowledge", Some(Open))));
    assert!(!floor.record(4, relate(id, "cmdb_ci", Some(Open))), "no policy for the table");
    let incident = |operation| ("incident", Some(operation));
    let logged = [
        incident(Open),
        incident(Insert),
        incident(Update),
        incident(Mention),
        ("kb_knowledge", Some(Open)),
    ];
    assert_eq!(tables(floor.row(id)), logged);
    let only_new: BTreeMap<Key, _> = [("case".into(), [Insert].into())].into();
    let related = RelatedPolicy::default().with_tables(only_new);
    let config = RecordConfig::default().with_related(related);
    floor.record(5, ConfigureRecords::new(config));
    assert!(floor.record(6, relate(id, "case", Some(Insert))));
    assert!(!floor.record(6, relate(id, "case", Some(Update))));
    // Switched off, nothing is logged that the tables would have logged.
    let usual = |active| {
        let related = RelatedPolicy::default().with_active(active);
        ConfigureRecords::new(RecordConfig::default().with_related(related))
    };
    floor.record(7, usual(false));
    for operation in [Open, Insert, Update, Mention] {
        assert!(!floor.record(8, relate(id, "task", Some(operation))), "switched off");
    }
    assert_eq!(floor.row(id).related.len(), 6);
    floor.record(8, usual(true));
    assert!(floor.record(8, relate(id, "task", Some(Open))), "switched on again");
    floor.record(8, usual(false));
    // By hand anything goes, and no operation is said.
    assert!(floor.record(9, relate(id, "cmdb_ci", None)));
    assert_eq!(floor.row(id).related.last().unwrap().operation, None);
}

#[test]
fn seed3_row109_numbers_rise_and_are_given_once() {
    let mut floor = Floor::new(RecordConfig::default());
    let numbers = |floor: &Floor| -> Vec<String> {
        floor.records().interactions().map(|row| row.number.to_string()).collect()
    };
    floor.open(0, InteractionType::Chat);
    let second = floor.open(1, InteractionType::Chat);
    assert_eq!(numbers(&floor), ["IMS0000001", "IMS0000002"]);
    // A number is not given again when its interaction is archived, nor after a restore.
    floor.record(2, end(second, Ending::Customer, Party::Customer));
    floor.record(3, ArchiveInteraction::new(second));
    let (engine, records) = floor.centre.into_parts();
    let json = serde_json::to_string(&records.unwrap().snapshot()).unwrap();
    let records = Records::restore(serde_json::from_str(&json).unwrap()).unwrap();
    let mut floor = Floor { centre: Centre::join(engine, Some(records)).unwrap(), log: floor.log };
    floor.open(4, InteractionType::Chat);
    assert_eq!(numbers(&floor), ["IMS0000001", "IMS0000003"]);
    let numbering = Numbering::default().with_prefix("TALK-").with_width(3).with_first(1_000);
    let config = RecordConfig::default().with_numbering(numbering);
    floor.record(5, ConfigureRecords::new(config));
    floor.open(6, InteractionType::Chat);
    // A lower start, and it still rises.
    floor.record(7, ConfigureRecords::new(RecordConfig::default()));
    floor.open(8, InteractionType::Chat);
    assert_eq!(numbers(&floor)[2..], ["TALK-1000", "IMS0001001"]);
}

#[test]
fn seed3_row110_opened_for_the_customer_whoever_began() {
    let mut floor = with_book();
    let jo = || sms("+49301112222");
    let inbound = floor.receive(0, jo(), "Hello");
    let row = floor.row(inbound.interaction);
    assert_eq!((row.direction, row.opened_for.as_deref()), (Direction::Inbound, Some("jo")));
    floor.record(1, end(inbound.interaction, Ending::Customer, Party::Customer));
    // Ana writes to a number: it is for whoever has it, and Ana is not the customer.
    let (kind, from, text) = (InteractionType::Messaging, "+4930999", "News");
    let reach = ReachCustomer::new(kind, ANA, jo(), from, text);
    let outbound = floor.record(2, reach).interaction;
    let row = floor.row(outbound);
    assert_eq!((row.direction, row.opened_for.as_deref()), (Direction::Outbound, Some("jo")));
    assert_eq!(row.assigned_to, Some(ANA));
    // Somebody opens a mail to the same profile, and says nobody's name but their own.
    let opening = InteractionRequest::new(InteractionType::Email)
        .with_opened_by("ana")
        .with_direction(Direction::Outbound)
        .with_profile(inbound.profile);
    let mail = floor.open_as(3, opening);
    let row = floor.row(mail);
    assert_eq!((row.opened_for.as_deref(), row.opened_by.as_deref()), (Some("jo"), Some("ana")));
    // All three are Jo's, none is Ana's.
    let of_jo: Vec<_> = floor.records().of_customer("jo").map(|row| row.id).collect();
    assert_eq!(of_jo, [mail, outbound, inbound.interaction]);
    assert_eq!(floor.records().of_customer("ana").count(), 0);
}

#[test]
fn seed3_row111_a_visitor_who_waits_keeps_their_place_and_takes_no_room() {
    let support = QueueProfile::default().with_order(Order::Score);
    let mut floor = Floor::of(RecordConfig::default(), support);
    let (visitor, work) = floor.accepted((0, 5), InteractionType::WalkUp, DESK);
    let later = floor.open(50, InteractionType::WalkUp);
    let agent = floor.centre.engine().view().agent(ANA).unwrap();
    assert_eq!(agent.units_in_use(), 100);
    // The visitor fetches a machine; Ana has room, and goes on with nobody else yet.
    floor.work(51, SetPresence::new(ANA, SystemPresence::Meeting.id()));
    floor.record(60, HoldInteraction::new(visitor));
    assert_eq!(floor.state(visitor), InteractionState::OnHold);
    assert_eq!(floor.centre.engine().view().agent(ANA).unwrap().units_in_use(), 0);
    floor.submit(70, later, SUPPORT, DESK);
    // The visitor is back while Ana is away: in line where they stood, before who came later.
    floor.work(90, Resume::new(work, Resumer::Customer));
    assert_eq!(floor.state(visitor), InteractionState::Queued);
    let first = floor.centre.engine().view().work(work).unwrap().position();
    assert_eq!(first, Some(1));
    floor.on_queue(100, BO);
    floor.accept(101, BO);
    assert_eq!(floor.row(visitor).assigned_to, Some(BO));
}

#[test]
fn seed3_row112_the_account_comes_with_the_contact() {
    let mut floor = with_book();
    let opening = InteractionRequest::new(InteractionType::Chat).with_contact("jo at acme");
    let id = floor.open_as(0, opening);
    assert_eq!(floor.row(id).account.as_deref(), Some("acme"));
    let bare = floor.open(1, InteractionType::Chat);
    let change = RecordChange::default()
        .with_short_description("Billing")
        .with_contact("jo at acme")
        .with_work_note("Verified by phone");
    floor.record(2, SaveInteraction::new(bare, BY_ANA, change));
    let row = floor.row(bare);
    assert_eq!(row.account.as_deref(), Some("acme"));
    assert_eq!(&*row.work_notes[0].text, "Verified by phone");
}

#[test]
fn seed3_row112_what_the_channel_says_at_the_end() {
    let mut floor = Floor::new(with_phone());
    let call = InteractionRequest::new(InteractionType::Phone)
        .with_channel_metadata(variables(&[("caller", "+49301112222"), ("line", "1")]));
    let call = floor.open_as(0, call);
    floor.record(60, end(call, Ending::Customer, Party::Customer));
    let later = |subtype: &str, metadata: &[(&str, &str)]| {
        let channel_metadata = variables(metadata);
        let change =
            RecordChange::default().with_subtype(subtype).with_channel_metadata(channel_metadata);
        SaveInteraction::new(call, Party::Host, change)
    };
    let recording = [("recording", "https://recordings.test/1"), ("line", "2")];
    floor.record(90, later("mobile", &recording));
    let row = floor.row(call);
    assert_eq!(row.subtype.as_deref(), Some("mobile"));
    let [recorded, line] = recording;
    assert_eq!(row.channel_metadata, variables(&[("caller", "+49301112222"), line, recorded]));
    let refused = floor.refused(91, later("", &[]));
    assert!(matches!(refused, RecordRefusal::Invalid(_)), "{refused}");
    let refused = floor.refused(91, later("mobile", &[("", "nowhere")]));
    assert!(matches!(refused, RecordRefusal::Invalid(_)), "{refused}");
}

#[test]
fn seed3_row112_room_for_notes_is_asked_for_notes_only() {
    let limits = RecordLimits::default().with_attachments(1);
    let mut floor = Floor::new(RecordConfig::default().with_limits(limits));
    let id = floor.open(0, InteractionType::Chat);
    floor.describe(1, id, "Billing");
    let save = |change| SaveInteraction::new(id, BY_ANA, change);
    let note = || RecordChange::default().with_work_note("Called");
    floor.record(2, save(note()));
    let limit = RecordLimit::Attachments;
    assert_eq!(floor.refused(3, save(note())), RecordRefusal::limit(limit, 1));
    floor.describe(4, id, "Billing of May");
}

const DONE: CodeId = CodeId::from_raw(0);
const OTHER: CodeId = CodeId::from_raw(1);

/// A minute of wrap-up for chats, which time ends.
fn minute(enforce: bool) -> RecordConfig {
    let rule = WrapUpRule::new("chats")
        .with_types([InteractionType::Chat])
        .with_enforce(enforce)
        .with_show(true)
        .with_codes([DONE])
        .with_default_code(DONE);
    with_phone().with_wrap_up([rule])
}

/// A chat whose contact ended at 40.
fn wrapping_up(config: RecordConfig) -> (Floor, InteractionId) {
    let mut floor = Floor::new(config);
    floor.work(0, Define::new("done", WrapUpCodeProfile::default()));
    floor.work(0, Define::new("other", WrapUpCodeProfile::default()));
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    floor.work(40, FinishContact::new(work, Finisher::Agent));
    assert_eq!(floor.state(id), InteractionState::WrapUp);
    (floor, id)
}

#[test]
fn seed3_row113_time_ends_the_wrap_up() {
    let (mut floor, id) = wrapping_up(minute(true));
    assert_eq!(floor.next_deadline(), Some(at(100)));
    floor.centre.advance(Timestamp::from_millis(NINE + 99_999), &mut floor.log).unwrap();
    assert_eq!(floor.state(id), InteractionState::WrapUp);
    floor.advance(130);
    let row = floor.row(id);
    assert_eq!(row.state, InteractionState::ClosedComplete);
    assert_eq!((row.closed, row.closed_by), (Some(at(100)), Some(Party::System)));
    assert!(row.system_wrap_up);
    assert_eq!(row.code, Some(DONE), "the usual code");
    assert_eq!((row.duration(), row.wrap_up_duration()), (secs(30), secs(60)));
    assert_eq!(row.reason, Some(StateReason::AgentEnded), "the contact was ended by the agent");
    assert_eq!(&*row.short_description, "Closed by system: Agent Ended");
}

#[test]
fn seed3_row113_the_agent_ends_the_wrap_up() {
    let (mut floor, id) = wrapping_up(minute(false));
    // Nothing ends it but the agent.
    floor.advance(5_000);
    assert_eq!(floor.state(id), InteractionState::WrapUp);
    let finish = EndInteractionWrapUp::new(id, BY_ANA);
    assert_eq!(floor.refused(5_001, finish.clone()), RecordRefusal::not_described(id));
    floor.describe(5_002, id, "Done");
    let other = finish.clone().with_code(OTHER);
    assert_eq!(floor.refused(5_003, other), RecordRefusal::code_not_allowed(OTHER));
    floor.record(5_040, finish);
    let row = floor.row(id);
    assert_eq!((row.state, row.closed_by), (InteractionState::ClosedComplete, Some(BY_ANA)));
    assert!(!row.system_wrap_up);
    assert_eq!(row.wrap_up_duration(), secs(5_000));
    assert_eq!(row.code, Some(DONE));
}

#[test]
fn seed3_row113_a_closed_tab_skips_the_wrap_up() {
    let mut floor = Floor::new(minute(true));
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    floor.describe(20, id, "Done");
    floor.record(40, close(id));
    let row = floor.row(id);
    assert_eq!((row.state, row.tab_closed), (InteractionState::ClosedComplete, true));
    assert_eq!((row.duration(), row.wrap_up_duration()), (secs(30), Span::ZERO));
    assert!(floor.centre.engine().view().work(work).is_none(), "the work is over as well");
    assert_eq!(row.work, None);
    let (mut floor, id) = wrapping_up(minute(true));
    floor.describe(41, id, "Done");
    floor.record(60, close(id));
    let row = floor.row(id);
    assert_eq!(row.wrap_up_duration(), Span::ZERO);
    assert_eq!(row.handling.totals().wrap_up, secs(20), "what it cost is kept");
}

#[test]
fn seed3_row113_with_the_engine_s_own_wrap_up_capacity_is_held() {
    let mode = WrapUpMode::Mandatory;
    let wrap_up = WrapUpProfile::of(mode);
    let support = QueueProfile::default().with_wrap_up(wrap_up);
    let mut floor = Floor::of(minute(true), support);
    floor.work(0, Define::new("done", WrapUpCodeProfile::default()));
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    floor.record(40, end(id, Ending::Customer, Party::Customer));
    assert_eq!(floor.state(id), InteractionState::WrapUp);
    assert_eq!(floor.centre.engine().view().agent(ANA).unwrap().units_in_use(), 100);
    // The rule's time ends both.
    floor.advance(100);
    assert_eq!(floor.state(id), InteractionState::ClosedComplete);
    assert_eq!(floor.row(id).reason, Some(StateReason::UserEnded));
    assert!(floor.row(id).system_wrap_up);
    assert_eq!(floor.centre.engine().view().agent(ANA).unwrap().units_in_use(), 0);
    assert!(floor.centre.engine().view().work(work).is_none());
}

#[test]
fn seed3_row113_the_engine_gives_more_time() {
    let wrap_up = WrapUpProfile::of(WrapUpMode::MandatoryTimeout { timeout: secs(30) });
    let support = QueueProfile::default().with_wrap_up(wrap_up);
    let mut floor = Floor::of(RecordConfig::default(), support);
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    floor.work(40, FinishContact::new(work, Finisher::Agent));
    let until = |floor: &Floor| floor.row(id).wrap_up.as_ref().unwrap().until;
    assert_eq!(until(&floor), Some(at(70)));
    floor.work(50, ExtendWrapUp::new(work, ANA, secs(20)));
    assert_eq!(until(&floor), Some(at(90)));
    floor.advance(90);
    assert_eq!(floor.row(id).closed, Some(at(90)));
    assert!(floor.row(id).system_wrap_up);
}

#[test]
fn seed3_row113_whoever_gave_it_away_wraps_up_beside_the_next() {
    let wrap_up = WrapUpProfile::of(WrapUpMode::MandatoryTimeout { timeout: secs(60) });
    let support = QueueProfile::default().with_wrap_up(wrap_up);
    let mut floor = Floor::of(RecordConfig::default(), support);
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    floor.on_queue(30, BO);
    floor.work(30, TransferToQueue::new(work, SALES));
    floor.accept(32, BO);
    floor.describe(33, id, "Short");
    floor.work(40, FinishContact::new(work, Finisher::Agent));
    // It is closed, but Ana is not done: until then it is not archived.
    assert_eq!(floor.state(id), InteractionState::ClosedComplete);
    let archive = ArchiveInteraction::new(id);
    assert_eq!(floor.refused(41, archive.clone()), RecordRefusal::not_over(id));
    floor.advance(90);
    let totals = floor.row(id).handling.totals();
    assert_eq!((totals.active, totals.wrap_up), (secs(20 + 8), secs(60)));
    floor.record(91, archive);
}

#[test]
fn seed3_row113_colours_of_the_remaining_time() {
    let (floor, id) = wrapping_up(minute(true));
    let clock = |left: i64| {
        let form = floor.records().form(id, at(100 - left)).unwrap();
        let clock = form.details.wrap_up.unwrap();
        assert_eq!(clock.codes, [DONE]);
        (clock.remaining.unwrap().as_millis() / 1_000, clock.colour.unwrap())
    };
    use Colour::{Green, Orange, Red, Yellow};
    let seen: Vec<_> = [60, 30, 29, 15, 14, 0].into_iter().map(clock).collect();
    let expected = [(60, Green), (30, Green), (29, Yellow), (15, Yellow), (14, Orange), (0, Red)];
    assert_eq!(seen, expected);
}

#[test]
fn seed3_row113_the_rule_with_the_lowest_order_applies() {
    let rule = |name: &str, order, types: &[InteractionType], context: &[(&str, &str)]| {
        WrapUpRule::new(name)
            .with_order(order)
            .with_types(types.to_vec())
            .with_context(variables(context))
    };
    let chat = InteractionType::Chat;
    let rules = vec![
        rule("chats", 100, &[chat], &[]),
        rule("gold", 10, &[chat], &[("level", "gold")]),
        rule("never", 1, &[], &[]).with_active(false),
        rule("sales", 5, &[], &[]).with_queue(SALES),
        rule("chats too", 100, &[chat], &[]),
    ];
    let config = with_phone().with_wrap_up(rules);
    let name_of = |kind, context: &[(&str, &str)]| {
        let mut floor = Floor::new(config.clone());
        let opening = InteractionRequest::new(kind).with_context(variables(context));
        let id = floor.open_as(0, opening);
        floor.record(1, AssignInteraction::new(id, ANA));
        floor.record(2, end(id, Ending::Customer, Party::Customer));
        let wrap_up = floor.row(id).wrap_up.clone();
        wrap_up.and_then(|wrap_up| Some(wrap_up.rule?.name.to_string()))
    };
    assert_eq!(name_of(chat, &[]).as_deref(), Some("chats"));
    assert_eq!(name_of(chat, &[("level", "gold")]).as_deref(), Some("gold"));
    assert_eq!(name_of(InteractionType::Phone, &[]), None);
    let mut bad = config.clone();
    bad.wrap_up_longest = Some(secs(60));
    assert!(bad.check().is_err(), "the fall-back must exceed every rule");
}

#[test]
fn seed3_row157_many_tasks_or_none() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, InteractionType::Chat);
    floor.describe(0, id, "A big thing");
    for table in ["incident", "case", "request", "incident"] {
        floor.record(1, relate(id, table, Some(Operation::Insert)));
    }
    let listed: Vec<_> = tables(floor.row(id)).into_iter().map(|(table, _)| table).collect();
    assert_eq!(listed, ["incident", "case", "request"]);
}

#[test]
fn seed3_row158_all_interactions_of_a_customer_with_their_tasks() {
    let mut floor = Floor::new(RecordConfig::default());
    for n in 0..4 {
        let opened_for = if n == 2 { "kim" } else { "jo" };
        let id = floor
            .open_as(n, InteractionRequest::new(InteractionType::Chat).with_opened_for(opened_for));
        floor.describe(n, id, "Again");
        for task in 0..n {
            let document = Document::new("task", &task.to_string());
            let (operation, by) = (Some(Operation::Open), BY_ANA);
            floor.record(n, RelateRecord::new(id, document, by).with_operation(operation));
        }
    }
    let found: Vec<_> = floor.records().of_customer("jo").map(|row| row.related.len()).collect();
    assert_eq!(found, [3, 1, 0]);
    let counted =
        |name: &str| floor.count(|event| serde_json::to_string(event).unwrap().starts_with(name));
    assert_eq!(counted("{\"opened\""), 4);
    assert_eq!(counted("{\"related\""), 3 + 2 + 1);
}

#[test]
fn seed3_row159_answers_and_resolutions_by_queue_and_type() {
    let mut floor = Floor::new(RecordConfig::default());
    for (opened, accepted, answered, closed) in [(0, 10, 20, 100), (200, 210, 240, 260)] {
        let (id, _) = floor.accepted((opened, accepted), InteractionType::Chat, CHAT);
        floor.say(answered, id, Author::Agent(ANA), "Hello");
        floor.describe(answered, id, "A chat");
        floor.record(closed, close(id));
    }
    let left = floor.open(300, InteractionType::Chat);
    floor.work(300, SetPresence::new(ANA, SystemPresence::Break.id()));
    let work = floor.submit(300, left, SUPPORT, CHAT);
    floor.work(330, Abandon::new(work));
    let visit = floor.open(400, InteractionType::WalkUp);
    floor.record(400, AssignInteraction::new(visit, BO));
    floor.describe(400, visit, "A visit");
    floor.record(450, close(visit));
    let report: Report = floor.records().interactions().collect();
    let chats = report.of(Some(SUPPORT), InteractionType::Chat).unwrap();
    assert_eq!((chats.closed, chats.abandoned), (3, 1));
    assert_eq!(chats.abandoned_of_closed(), Some(333));
    assert_eq!(chats.first_response.average(), Some(secs(30)));
    assert_eq!(chats.queue_wait.average(), Some(Span::from_millis(16_666)));
    assert_eq!(chats.resolution.total, secs(100 + 60 + 30));
    serde_json::to_string(&report).unwrap();
    let visits = report.of(None, InteractionType::WalkUp).unwrap();
    assert_eq!(visits.resolution.average(), Some(secs(50)));
}

#[test]
fn seed3_row160_two_customers_in_one_conversation() {
    let limits = RecordLimits::default().with_profiles(2);
    let mut floor = Floor::new(RecordConfig::default().with_limits(limits));
    let (first_number, second_number) = (|| sms("+49301112222"), || sms("+49303334444"));
    let one = floor.receive(0, first_number(), "Hello");
    let other = floor.receive(1, second_number(), "Hello");
    assert_ne!(one.profile, other.profile);
    let interaction = one.interaction;
    let add = |to: Option<&str>| {
        let mut add = AddParticipant::new(interaction, other.profile);
        add.to = to.map(Key::from);
        add
    };
    // What the second writes belongs to what goes on with them, until that is over.
    let ongoing = RecordRefusal::already_ongoing(other.interaction);
    assert_eq!(floor.refused(2, add(None)), ongoing);
    floor.record(3, end(other.interaction, Ending::Customer, Party::Customer));
    floor.record(4, add(None));
    floor.record(5, add(Some("+4930999")));
    let takes_part = |profile| Participant::new(profile).with_to("+4930999");
    let talk = floor.row(interaction).conversation.as_ref().unwrap();
    assert_eq!(talk.participants, [takes_part(one.profile), takes_part(other.profile)]);
    // Both write, and it is kept who wrote what.
    let second_now = floor.receive(6, second_number(), "I am the sister");
    let received = (second_now.interaction, second_now.profile, second_now.opened);
    assert_eq!(received, (interaction, other.profile, false));
    floor.receive(7, first_number(), "Right");
    let written = |floor: &Floor| -> Vec<(Option<ProfileId>, String)> {
        let talk = floor.row(interaction).conversation.as_ref().unwrap();
        talk.messages.iter().map(|said| (said.profile, said.text.to_string())).collect()
    };
    let by = |received: Received, text: &str| (Some(received.profile), text.to_owned());
    let expected = [by(one, "Hello"), by(other, "I am the sister"), by(one, "Right")];
    assert_eq!(written(&floor), expected);
    // A third number makes nobody be forgotten who takes part; by another number of the host's the
    // second is not in it.
    let third = floor.receive(8, sms("+49305556666"), "Hello");
    let known = |floor: &Floor| {
        let all = floor.records().profiles().iter();
        all.map(|profile| profile.id).collect::<Vec<_>>()
    };
    // There is room for two, and all three are in use.
    assert_eq!(known(&floor), [one.profile, other.profile, third.profile]);
    floor.record(8, end(third.interaction, Ending::Customer, Party::Customer));
    let fourth = floor.receive(8, sms("+49307778888"), "Hello");
    assert_eq!(known(&floor), [one.profile, other.profile, fourth.profile]);
    floor.record(8, end(fourth.interaction, Ending::Customer, Party::Customer));
    let (kind, to, text) = (InteractionType::Messaging, "+4930777", "Sales?");
    let elsewhere = floor.record(9, ReceiveMessage::new(kind, second_number(), to, text));
    assert!(elsewhere.opened);
    // Who the second is does not make it theirs, and that the number changes hands does not end it.
    floor.record(10, LinkUser::new(other.profile, "kim"));
    assert_eq!(floor.row(interaction).opened_for, None);
    assert_eq!(floor.row(elsewhere.interaction).opened_for, Some("kim".into()));
    floor.record(11, ReplaceProfile::new(other.profile));
    assert!(floor.state(elsewhere.interaction).is_closed());
    assert!(floor.state(interaction).is_ongoing());
    let stranger = floor.receive(12, second_number(), "Who is that?");
    assert!(stranger.opened, "the number is somebody else's now");
    // When it is over nobody takes part any more.
    floor.record(13, end(interaction, Ending::Customer, Party::Customer));
    assert!(floor.receive(14, first_number(), "One more thing").opened);
}
