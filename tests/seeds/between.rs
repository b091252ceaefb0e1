//! Colleagues who are asked for help, where a host or a stranger does what nobody expects.

use strowger::centre::CentreRefusal;
use strowger::command::{
    Actor, Assign, Cancel, Pull, Retire, TransferOutside, TransferToAgent, TransferToQueue,
    Unavailable,
};
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::{Exhausted, PresenceProfile, WrapUpMode, WrapUpProfile};
use strowger::prelude::*;

use crate::help::*;

/// Kim alone, who is named at 7200; others are asked in Omar's queue.
fn named() -> (Help, InteractionId) {
    let mut help = Help::online(experts());
    let other = Otherwise::Queue { queue: SUPPORT };
    help.tell(0, SetRoutingPoint::new("7200", particular(other)));
    let call = help.call(1_000);
    (help, call)
}

/// A queue whose agents wrap up for a minute.
fn wraps_up() -> QueueProfile {
    let minute = WrapUpMode::MandatoryTimeout { timeout: Span::from_secs(60) };
    experts().with_wrap_up(WrapUpProfile::default().with_mode(minute))
}

#[test]
fn a_session_is_over_when_either_ends_it_however_long_the_other_wraps_up() {
    for (by, why) in [(IDA, SessionEnd::Asker), (OMAR, SessionEnd::Worker)] {
        let mut help = Help::new();
        let desk = help.tell(0, Define::new("desk", wraps_up()));
        help.tell(0, SetMembership::new(OMAR, desk));
        help.tell(0, SetKnowledgeWorker::new(OMAR));
        help.tell(0, SetSeat::new(OMAR, Some("5120".into())));
        help.tell(0, SetRoutingPoint::new("7300", RoutingPoint::new(desk)));
        let call = help.call(1_000);
        let asked = help.tell(2_000, Ask::new("q-1", IDA, "7300").with_about(call));
        help.accept(3_000, OMAR);
        assert_eq!(help.centre.transfer_targets(IDA, call).len(), 1);
        let from = help.log.len();
        help.tell(4_000, EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(by)));
        assert_eq!(help.record(asked.interaction).state, InteractionState::WrapUp);
        assert_eq!(help.events(from), [&KnowledgeEvent::session_ended(asked.interaction, why)]);
        assert!(help.centre.transfer_targets(IDA, call).is_empty());
        let from = help.log.len();
        help.advance(64_000);
        assert!(help.record(asked.interaction).state.is_closed());
        assert!(help.events(from).is_empty());
        help.check_replay();
    }
}

#[test]
fn a_request_takes_over_no_record_of_somebody_else() {
    let mut help = Help::online(experts());
    let theirs = InteractionRequest::new(InteractionType::Messaging)
        .with_key("q-1")
        .with_direction(Direction::Internal)
        .with_asker(OMAR);
    help.tell(1_000, OpenInteraction::new(theirs));
    // Nor does it say whose it is.
    let taken = KnowledgeRefusal::key_taken(None);
    assert_eq!(help.refused(1_000, Ask::new("q-1", IDA, "7100")), taken);
    let own = InteractionRequest::new(InteractionType::Messaging)
        .with_key("q-1")
        .with_direction(Direction::Internal)
        .with_asker(IDA);
    let refused = help.attempt(1_000, OpenInteraction::new(own)).unwrap_err();
    assert!(matches!(refused, CentreRefusal::Record(RecordRefusal::KeyTaken { .. })));
}

#[test]
fn work_of_a_session_that_is_cancelled_ends_it_whoever_had_it() {
    let mut help = Help::online(experts());
    let asked = help.tell(1_000, Ask::new("q-1", IDA, "7100"));
    help.accept(2_000, KIM);
    help.tell(3_000, TransferToQueue::new(asked.work, SUPPORT));
    let from = help.log.len();
    help.tell(4_000, Cancel::new(asked.work));
    let over = KnowledgeEvent::session_ended(asked.interaction, SessionEnd::Host);
    assert_eq!(help.events(from), [&over]);
    assert_eq!(help.record(asked.interaction).state, InteractionState::ClosedComplete);
    help.check_replay();
}

#[test]
fn no_customer_gets_into_an_internal_interaction() {
    let mut help = Help::online(experts());
    let asked = help.tell(1_000, Ask::new("q-1", IDA, "7100"));
    help.accept(2_000, KIM);
    let id = asked.interaction;
    let save = RecordChange::default().with_opened_for("jo");
    let invalid = |refused: Result<(), CentreRefusal>| {
        matches!(refused, Err(CentreRefusal::Record(RecordRefusal::Invalid(_))))
    };
    let save = SaveInteraction::new(id, Party::Agent(KIM), save);
    assert!(invalid(help.attempt(3_000, save)));
    assert!(invalid(help.attempt(3_000, PostMessage::new(id, Author::Requester, "Hi")).map(drop)));
    let end = EndInteraction::new(id, Ending::Customer, Party::Customer);
    assert!(invalid(help.attempt(3_000, end.clone())));
    // For a customer it does not exist.
    for key in [None, Some("jo".into())] {
        let customer = Actor::Customer(key);
        let refused = help.centre.execute_as(at(3_000), customer, end.clone(), &mut help.log);
        assert_eq!(refused, Err(RecordRefusal::unknown(id).into()));
    }
    // No report of customers counts it.
    help.tell(4_000, EndInteraction::new(id, Ending::Agent, Party::Agent(IDA)));
    let report: Report = help.centre.records().unwrap().interactions().collect();
    assert_eq!(report, Report::default());
}

#[test]
fn a_presence_of_the_map_that_was_retired_is_busy() {
    let mut help = Help::new();
    let booth = PresenceProfile::of(SystemPresence::Busy);
    let booth = help.tell(0, Define::new("booth", booth));
    let map = UnifiedMap::default().with_reason("In a booth", booth);
    let config = KnowledgeConfig::default().with_im_channel(IM).with_presences(map);
    help.tell(0, ConfigureKnowledge::new(config));
    help.report(1_000, KIM, "Online");
    help.tell(2_000, Retire::new(booth));
    help.report(3_000, KIM, "In a booth");
    assert_eq!(*help.state(KIM), AgentState::NotReady { reason: "In a booth".into() });
    let kim = help.centre.engine().view().agent(KIM).unwrap();
    assert_eq!(kim.presence(), SystemPresence::Busy.id());
}

#[test]
fn another_who_logs_out_is_not_the_one_who_is_named() {
    let (mut help, call) = named();
    help.tell(2_000, to_expert(call, "max"));
    let stand_in = help.knowledge().escalation(call).unwrap().stand_in().unwrap();
    // By hand it rings at Lee, who leaves; Max is named and still there.
    help.tell(3_000, Assign::new(stand_in, LEE));
    help.report(4_000, LEE, "Offline");
    assert_eq!(help.ringing(4_000), [MAX]);
    assert!(help.knowledge().escalation(call).is_some());
    help.accept(5_000, MAX);
    assert_eq!(help.owner(call), Some(MAX));
    help.check_replay();
}

#[test]
fn the_queue_for_otherwise_that_takes_nothing_is_as_nobody() {
    let (mut help, call) = named();
    help.tell(2_000, to_expert(call, "max"));
    let full = QueueProfile::default().with_waiting_max(0);
    help.tell(2_000, Change::new(SUPPORT, full));
    help.presence(2_000, OMAR, SystemPresence::Offline);
    let from = help.log.len();
    help.decline(3_000, MAX);
    assert_eq!(help.ringing(3_000), []);
    let ended = help.events(from);
    let why = ended.iter().find_map(|event| match event {
        KnowledgeEvent::EscalationEnded { why, .. } => Some(*why),
        _ => None,
    });
    assert_eq!(why, Some(EscalationEnd::Withdrawn));
    assert_eq!(help.owner(call), Some(IDA));
    help.check_replay();
}

#[test]
fn what_an_agent_does_not_see_is_not_revealed_by_asking_about_it() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let mut by_kim = |about: InteractionId| {
        let ask = Ask::new("q-1", KIM, "7100").with_about(about);
        let actor = Actor::Agent(KIM);
        let asked = help.centre.execute_as(at(2_000), actor.clone(), ask, &mut help.log);
        let opening = InteractionRequest::new(InteractionType::Messaging)
            .with_direction(Direction::Internal)
            .with_asker(KIM)
            .with_about(about);
        let opening = OpenInteraction::new(opening);
        (asked, help.centre.execute_as(at(2_000), actor, opening, &mut help.log))
    };
    for id in [call, InteractionId::from_raw(99)] {
        let unknown =
            (Err(KnowledgeRefusal::unknown(id).into()), Err(RecordRefusal::unknown(id).into()));
        assert_eq!(by_kim(id), unknown);
    }
}

#[test]
fn nobody_is_shown_a_button_that_is_refused() {
    let mut help = Help::online(experts());
    let strict = RoutingPoint::new(EXPERTS).with_may_decline(false);
    help.tell(0, SetRoutingPoint::new("7300", strict));
    let asked = help.tell(1_000, Ask::new("q-1", IDA, "7300"));
    let rejects =
        |commands: &[Command]| commands.iter().any(|command| matches!(command, Command::Reject(_)));
    let inbox = help.centre.inbox(KIM, at(1_000)).unwrap();
    assert!(!rejects(&inbox[0].answers) && inbox[0].answers.len() == 1);
    assert!(!rejects(&help.centre.controls(KIM, asked.work).unwrap()));
}

#[test]
fn a_value_that_takes_the_place_of_another_takes_no_more_room() {
    let mut help = Help::online(experts());
    let limits = KnowledgeLimits::default().with_data_bytes(100).with_all_data_bytes(100);
    let config = KnowledgeConfig::default().with_im_channel(IM).with_limits(limits);
    help.tell(0, ConfigureKnowledge::new(config));
    let asked = help.tell(1_000, Ask::new("q-1", IDA, "7100"));
    let value =
        |letter: &str| AttachData::new(asked.interaction, pairs([("a", &letter.repeat(70))]));
    help.tell(1_000, value("x"));
    help.tell(2_000, value("y"));
    help.tell(3_000, EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(IDA)));
    // The same again is done, although it is over.
    help.tell(4_000, value("y"));
    let over = KnowledgeRefusal::not_ongoing(asked.interaction);
    assert_eq!(help.refused(4_000, value("z")), over);
}

#[test]
fn a_call_that_rings_at_the_seat_of_who_logs_out_stays_with_its_owner() {
    let mut help = Help::online(experts());
    let rings = QueueProfile::default().with_withdraw_offers(false);
    help.tell(0, Change::new(SUPPORT, rings));
    let ring = KnowledgeConfig::default().with_im_channel(IM).with_direct(Direct::Ring);
    help.tell(0, ConfigureKnowledge::new(ring));
    help.tell(0, SetSeat::new(KIM, Some("5117".into())));
    let call = help.call(1_000);
    let seat = Destination::Seat { dn: "5117".into() };
    help.tell(2_000, Escalate::new(call, seat, How::Transfer));
    let from = help.log.len();
    help.report(3_000, KIM, "Offline");
    let names = help.names(from);
    assert_eq!(names[..2], ["state_changed", "escalation_ended"]);
    assert!(help.knowledge().escalation(call).is_none());
    let kim = help.centre.engine().view().agent(KIM).unwrap();
    assert!(kim.legs().is_empty());
    assert_eq!(help.owner(call), Some(IDA));
    help.check_replay();
}

#[test]
fn a_call_that_leaves_the_house_was_given_away_by_its_owner() {
    let (mut help, call) = named();
    help.tell(2_000, to_expert(call, "max"));
    let work = help.record(call).work.unwrap();
    let from = help.log.len();
    help.tell(3_000, TransferOutside::new(work, "+491".into()));
    let ended = help.events(from).into_iter().any(|event| {
        matches!(event, KnowledgeEvent::EscalationEnded { why: EscalationEnd::Withdrawn, .. })
    });
    assert!(ended);
    help.check_replay();
}

#[test]
fn whoever_is_in_the_conference_is_no_target_any_more() {
    let mut help = Help::online(experts());
    help.tell(0, SetSeat::new(KIM, Some("5117".into())));
    let call = help.call(1_000);
    help.ask(2_000, "q-1", call);
    help.accept(3_000, KIM);
    let target = help.centre.transfer_targets(IDA, call).remove(0);
    help.tell(4_000, target.escalate(call, How::Conference));
    assert!(help.centre.transfer_targets(IDA, call).is_empty());
}

#[test]
fn the_layer_is_begun_once_and_then_configured() {
    let mut help = Help::online(experts());
    help.tell(0, SetSeat::new(KIM, Some("5117".into())));
    let config = KnowledgeConfig::default().with_im_channel(IM).with_direct(Direct::Ring);
    help.centre.keep_knowledge(config.clone(), at(1_000), &mut help.log).unwrap();
    assert_eq!((help.knowledge().config(), help.knowledge().seated("5117")), (&config, Some(KIM)));
    help.check_replay();
}

#[test]
fn nobody_is_asked_their_own_question_wherever_it_comes_to_be() {
    let profile = experts().with_exhausted(Exhausted::Move { queue: SUPPORT });
    let mut help = Help::online(profile);
    help.tell(0, SetMembership::new(IDA, EXPERTS));
    let asked = help.tell(1_000, Ask::new("q-1", IDA, "7100"));
    for (when, worker) in [(2_000, KIM), (3_000, LEE), (4_000, MAX)] {
        assert_eq!(help.ringing(when), [worker]);
        help.decline(when, worker);
    }
    // Default routing: Ida's own queue, where Omar alone is asked, and Ida nothing when Omar goes.
    let work = help.centre.engine().view().work(asked.work).unwrap();
    assert_eq!(work.queue(), SUPPORT);
    assert_eq!(help.ringing(4_000), [OMAR]);
    help.presence(5_000, OMAR, SystemPresence::Offline);
    assert_eq!(help.ringing(5_000), []);
    let not_theirs = Refusal::unavailable(IDA, Unavailable::Excluded);
    let pulled = help.attempt(6_000, Pull::new(asked.work, IDA)).unwrap_err();
    assert_eq!(pulled, CentreRefusal::Work(not_theirs));
    assert!(help.attempt(6_000, Assign::new(asked.work, IDA)).is_err());
    help.presence(7_000, OMAR, SystemPresence::OnQueue);
    help.accept(8_000, OMAR);
    // Nor is it sent back to whoever asked.
    assert!(help.attempt(9_000, TransferToAgent::new(asked.work, IDA)).is_err());
    assert_eq!(help.knowledge().session(asked.interaction).unwrap().live_with(), Some(OMAR));
    help.check_replay();
}

#[test]
fn the_only_one_whom_a_queue_could_ask_declines_and_others_are_asked_elsewhere() {
    for misses in [false, true] {
        let (mut help, call) = named();
        for worker in [LEE, MAX] {
            help.report(1_500, worker, "Offline");
        }
        let data = pairs([("expert", "kim")]);
        let asked = help.tell(2_000, Ask::new("q-1", OMAR, "7200").with_user_data(data));
        help.tell(2_000, to_expert(call, "kim"));
        assert_eq!(help.cards(2_000, KIM).len(), 2);
        help.presence(2_500, IDA, SystemPresence::OnQueue);
        let from = help.log.len();
        if misses {
            help.advance(21_999);
            assert_eq!(help.log.len(), from);
            help.advance(22_000);
        } else {
            help.decline(3_000, KIM);
            help.decline(3_000, KIM);
        }
        let passed = help
            .events(from)
            .into_iter()
            .filter(|event| matches!(event, KnowledgeEvent::PassedOn { queue: Some(SUPPORT), .. }));
        assert_eq!(passed.count(), 2);
        assert!(!help.names(from).contains(&"work_exhausted"));
        let request = help.centre.engine().view().work(asked.work).unwrap();
        assert_eq!(request.queue(), SUPPORT);
        assert!(help.knowledge().escalation(call).is_some());
        help.check_replay();
    }
}

#[test]
fn the_only_one_declines_and_nobody_is_asked_elsewhere() {
    let (mut help, call) = named();
    WORKERS[1..].iter().for_each(|worker| help.report(1_500, *worker, "Offline"));
    // The group has nobody else: its own profile says what follows.
    help.tell(1_600, SetRoutingPoint::new("7300", particular(Otherwise::Group)));
    help.tell(1_600, SetRoutingPoint::new("7400", particular(Otherwise::Refuse)));
    for (key, dn, why) in
        [("q-1", "7300", Unanswered::NobodyLeft), ("q-2", "7400", Unanswered::Declined)]
    {
        let ask =
            Ask::new(key, IDA, dn).with_about(call).with_user_data(pairs([("expert", "kim")]));
        let asked = help.tell(2_000, ask);
        let from = help.log.len();
        help.decline(3_000, KIM);
        let unanswered = KnowledgeEvent::unanswered(asked.interaction, why);
        assert_eq!(help.events(from).last(), Some(&&unanswered));
        let row = help.record(asked.interaction);
        assert_eq!(row.state, InteractionState::ClosedAbandoned);
    }
    help.check_replay();
}
