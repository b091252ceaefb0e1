//! Colleagues who are asked for help, where something comes in between.

use strowger::centre::CentreRefusal;
use strowger::command::{Retire, Unavailable};
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::{Broadcast, Capacity, WorkCondition};
use strowger::prelude::*;
use strowger::state::OfferEnd;

use crate::help::*;

#[test]
fn everybody_is_logged_out_and_the_request_waits_for_a_minute() {
    let mut help = Help::new();
    let asked = help.tell(2_000, Ask::new("q-1", IDA, "7100"));
    assert_eq!(help.ringing(2_000), []);
    help.advance(61_999);
    assert!(!help.knowledge().session(asked.interaction).unwrap().over);
    let from = help.log.len();
    help.advance(62_000);
    let nobody = KnowledgeEvent::unanswered(asked.interaction, Unanswered::NobodyCame);
    assert_eq!(help.events(from), [&nobody]);
    let row = help.record(asked.interaction);
    assert_eq!(row.state, InteractionState::ClosedAbandoned);
    help.check_replay();
    // Whoever comes meanwhile is asked.
    help.tell(70_000, Ask::new("q-2", IDA, "7100"));
    help.report(129_999, MAX, "Online");
    assert_eq!(help.ringing(129_999), [MAX]);
}

#[test]
fn busy_rings_on_and_offline_does_not_and_is_no_decline() {
    let mut help = Help::new();
    help.report(0, KIM, "Online");
    let asked = help.tell(2_000, Ask::new("q-1", IDA, "7100"));
    help.report(3_000, KIM, "Busy");
    assert_eq!(help.ringing(3_000), [KIM]);
    let preview = help.preview(KIM);
    let from = help.log.len();
    help.report(4_000, KIM, "Offline");
    assert_eq!(help.ringing(4_000), []);
    // The state first, then what follows from it.
    assert_eq!(help.names(from)[..3], ["state_changed", "presence_set", "offer_withdrawn"]);
    let over = help.attempt(4_001, Accept::new(preview)).unwrap_err();
    assert!(matches!(
        over,
        CentreRefusal::Work(Refusal::OfferOver { end: Some(OfferEnd::Withdrawn { .. }), .. })
    ));
    help.report(5_000, KIM, "Online");
    assert_eq!(help.ringing(5_000), [KIM]);
    help.report(6_000, KIM, "In a meeting");
    help.accept(7_000, KIM);
    assert_eq!(help.knowledge().session(asked.interaction).unwrap().live_with(), Some(KIM));
    help.check_replay();
}

#[test]
fn without_a_preview_they_have_the_request_at_once() {
    let mut help = Help::online(experts());
    let urgent = WorkCondition::Not(Box::new(WorkCondition::Attribute {
        name: "urgent".into(),
        is: strowger::model::Comparison::Equal,
        value: "yes".into(),
    }));
    let at_once = RoutingPoint::new(EXPERTS).with_preview(urgent);
    help.tell(0, SetRoutingPoint::new("7300", at_once));
    let calm = help.tell(1_000, Ask::new("q-1", IDA, "7300"));
    assert_eq!(help.ringing(1_000), [KIM]);
    let urgent = Ask::new("q-2", OMAR, "7300").with_user_data(pairs([("urgent", "yes")]));
    let urgent = help.tell(1_000, urgent);
    assert_eq!(help.ringing(1_000), [KIM]);
    let session = |help: &Help, of: AskedAnswer| {
        help.knowledge().session(of.interaction).unwrap().live_with()
    };
    assert_eq!((session(&help, calm), session(&help, urgent)), (None, Some(LEE)));
    // A condition on anything but the data is refused.
    let channel = RoutingPoint::new(EXPERTS).with_preview(WorkCondition::Channel(IM));
    let refused = help.refused(1_000, SetRoutingPoint::new("7400", channel));
    assert_eq!(refused.code(), "invalid");
}

#[test]
fn two_ask_at_the_same_instant_and_one_is_ready() {
    let mut help = Help::new();
    help.report(0, KIM, "Online");
    let first = help.tell(1_000, Ask::new("q-1", IDA, "7100"));
    let second = help.tell(1_000, Ask::new("q-2", OMAR, "7100"));
    let cards = help.cards(1_000, KIM);
    assert_eq!(cards.iter().map(|card| card.from).collect::<Vec<_>>(), [IDA]);
    help.decline(2_000, KIM);
    assert_eq!(help.cards(2_000, KIM)[0].from, OMAR);
    help.accept(3_000, KIM);
    let session = |of: AskedAnswer| help.knowledge().session(of.interaction).unwrap();
    assert!(session(first).over);
    assert_eq!(session(second).live_with(), Some(KIM));
}

#[test]
fn asked_by_message_and_by_call_at_once_as_far_as_there_is_room() {
    for (room, media) in [
        (Capacity::items(2).with_channel(IM, 1).with_channel(VOICE, 1), 2),
        (Capacity::items(1), 1),
    ] {
        let mut help = Help::new();
        let only = AgentProfile::knowledge_worker(IM, VOICE).with_capacity(room);
        help.tell(0, Change::new(KIM, only));
        help.report(0, KIM, "Online");
        let call = help.call(1_000);
        help.ask(2_000, "q-1", call);
        help.tell(2_000, bring(call, "7100", How::Transfer));
        assert_eq!(help.cards(2_000, KIM).len(), media);
        if media == 2 {
            let card = &help.cards(2_000, KIM)[1];
            assert_eq!((card.media, card.from, card.about), (PreviewMedia::Voice, IDA, Some(call)));
            // They take the call; the message rings on.
            help.tell(3_000, Accept::new(card.preview));
            assert_eq!(help.owner(call), Some(KIM));
            assert_eq!(help.cards(3_000, KIM)[0].media, PreviewMedia::Message);
        }
    }
}

#[test]
fn a_name_that_is_nobodys_that_of_no_worker_or_the_askers_own() {
    let mut help = Help::online(experts());
    help.tell(0, SetRoutingPoint::new("7200", particular(Otherwise::Refuse)));
    help.tell(0, SetRoutingPoint::new("7201", particular(Otherwise::Group)));
    let call = help.call(1_000);
    let unknown = |value: &str| KnowledgeRefusal::unknown_target("expert".into(), value.into());
    let ask = |dn: &str, expert: &str| {
        Ask::new("q-1", IDA, dn).with_user_data(pairs([("expert", expert)]))
    };
    for dn in ["7200", "7201"] {
        assert_eq!(help.refused(2_000, ask(dn, "zoe")), unknown("zoe"));
        assert_eq!(help.refused(2_000, ask(dn, "omar")), unknown("omar"));
    }
    // Nobody is named: whoever is asked otherwise.
    assert_eq!(help.refused(2_000, Ask::new("q-1", IDA, "7200")), unknown(""));
    assert_eq!(help.refused(2_000, bring(call, "7200", How::Transfer)), unknown(""));
    help.tell(2_000, Ask::new("q-1", IDA, "7201"));
    assert_eq!(help.ringing(2_000), [KIM]);
    // Ida is a worker too, and names themselves.
    help.tell(3_000, SetKnowledgeWorker::new(IDA));
    let themselves = |why| KnowledgeRefusal::unavailable(IDA, why);
    let own = Ask::new("q-2", IDA, "7200").with_user_data(pairs([("expert", "ida")]));
    assert_eq!(help.refused(3_000, own), themselves(Unavailable::Excluded));
    let own = to_expert(call, "ida");
    assert_eq!(help.refused(3_000, own), themselves(Unavailable::HasItAlready));
}

#[test]
fn a_named_worker_who_cannot_is_refused_or_others_are_asked() {
    let mut help = Help::online(experts());
    help.tell(0, SetRoutingPoint::new("7200", particular(Otherwise::Refuse)));
    let call = help.call(1_000);
    help.report(2_000, MAX, "Busy");
    let busy = KnowledgeRefusal::unavailable(MAX, Unavailable::OffQueue);
    assert_eq!(help.refused(2_000, to_expert(call, "max")), busy);
    help.tell(2_000, SetRoutingPoint::new("7200", particular(Otherwise::Group)));
    help.tell(2_000, to_expert(call, "max"));
    assert_eq!(help.ringing(2_000), [KIM]);
    help.tell(3_000, CancelEscalation::new(call));
    let other = Otherwise::Queue { queue: SUPPORT };
    help.tell(3_000, SetRoutingPoint::new("7200", particular(other)));
    help.tell(3_000, to_expert(call, "max"));
    assert_eq!((help.ringing(3_000), help.owner(call)), (vec![OMAR], Some(IDA)));
    help.accept(4_000, OMAR);
    assert_eq!(help.owner(call), Some(OMAR));
    help.check_replay();
}

#[test]
fn a_named_worker_who_does_not_want_to_ends_it_or_others_are_asked() {
    let decline = |otherwise| {
        let mut help = Help::online(experts());
        help.tell(0, SetRoutingPoint::new("7200", particular(otherwise)));
        let call = help.call(1_000);
        help.tell(2_000, to_expert(call, "max"));
        assert_eq!(help.ringing(2_000), [MAX]);
        let from = help.log.len();
        help.decline(3_000, MAX);
        (help, call, from)
    };
    let (help, call, from) = decline(Otherwise::Refuse);
    assert_eq!(ends(&help, from), [EscalationEnd::Unanswered(Unanswered::Declined)]);
    unchanged(&help, call);
    let (help, _, _) = decline(Otherwise::Group);
    assert_eq!(help.ringing(3_000), [KIM]);
    help.check_replay();
    let (mut help, call, from) = decline(Otherwise::Queue { queue: SUPPORT });
    assert_eq!(help.ringing(3_000), [OMAR]);
    let passed = help.events(from)[0].name();
    assert_eq!(passed, "passed_on");
    help.accept(4_000, OMAR);
    assert_eq!(help.owner(call), Some(OMAR));
    help.check_replay();
}

#[test]
fn a_named_worker_lets_a_request_run_out() {
    let mut help = Help::online(experts());
    help.tell(0, SetRoutingPoint::new("7200", particular(Otherwise::Refuse)));
    let ask = Ask::new("q-1", IDA, "7200").with_user_data(pairs([("expert", "max")]));
    let asked = help.tell(2_000, ask);
    help.advance(21_999);
    assert_eq!(help.ringing(21_999), [MAX]);
    let from = help.log.len();
    help.advance(22_000);
    let late = KnowledgeEvent::unanswered(asked.interaction, Unanswered::TimedOut);
    assert_eq!(help.events(from), [&late]);
    let row = help.record(asked.interaction);
    let outcome = (row.state, row.reason, row.work);
    let no_activity = Some(StateReason::NoActivity);
    assert_eq!(outcome, (InteractionState::ClosedAbandoned, no_activity, None));
    help.check_replay();
}

#[test]
fn the_asker_goes_home_or_is_no_agent_any_more() {
    let mut help = Help::online(experts());
    let asked = help.tell(2_000, Ask::new("q-1", OMAR, "7100"));
    help.accept(3_000, KIM);
    help.presence(4_000, OMAR, SystemPresence::Offline);
    help.tell(5_000, Retire::new(OMAR));
    let session = |help: &Help| help.knowledge().session(asked.interaction).unwrap().clone();
    assert_eq!(session(&help).live_with(), Some(KIM));
    help.tell(6_000, EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(KIM)));
    assert!(session(&help).over);
    // A worker who is retired is none, and their seat is free.
    help.tell(7_000, SetSeat::new(MAX, Some("5119".into())));
    help.presence(7_000, MAX, SystemPresence::Offline);
    help.tell(7_000, Retire::new(MAX));
    assert_eq!((help.knowledge().worker(MAX), help.knowledge().seated("5119")), (None, None));
    help.check_replay();
}

#[test]
fn whoever_has_a_session_or_is_asked_stays_a_worker() {
    let mut help = Help::online(experts());
    let asked = help.tell(2_000, Ask::new("q-1", IDA, "7100"));
    let in_use = KnowledgeRefusal::in_use(KIM);
    assert_eq!(help.refused(2_000, RemoveKnowledgeWorker::new(KIM)), in_use);
    help.accept(3_000, KIM);
    assert_eq!(help.refused(3_000, SetKnowledgeWorker::new(KIM).with_im("k")), in_use);
    help.tell(3_000, SetKnowledgeWorker::new(KIM).with_im("kim"));
    help.tell(4_000, EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(IDA)));
    help.tell(4_000, RemoveKnowledgeWorker::new(KIM));
    let nobody = KnowledgeRefusal::not_a_worker(KIM);
    assert_eq!(help.refused(4_000, RemoveKnowledgeWorker::new(KIM)), nobody);
    assert_eq!(help.refused(4_000, SetSeat::new(KIM, None)), nobody);
}

#[test]
fn the_asker_takes_a_request_back_before_anybody_accepted() {
    let mut help = Help::online(experts().with_broadcast(Broadcast::up_to(3)));
    let asked = help.tell(2_000, Ask::new("q-1", IDA, "7100"));
    assert_eq!(help.ringing(2_000), WORKERS);
    let from = help.log.len();
    help.tell(3_000, EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(IDA)));
    let back = KnowledgeEvent::session_ended(asked.interaction, SessionEnd::Asker);
    assert_eq!((help.ringing(3_000), help.events(from)), (vec![], vec![&back]));
    let row = help.record(asked.interaction);
    let left = Some(StateReason::LeftBeforeEngagement);
    assert_eq!((row.state, row.reason), (InteractionState::ClosedAbandoned, left));
    assert_eq!(row.closed_by, Some(Party::Agent(IDA)));
    help.check_replay();
}

#[test]
fn a_number_is_taken_away_or_leads_elsewhere_while_it_rings() {
    let mut help = Help::online(experts());
    let asked = help.tell(2_000, Ask::new("q-1", IDA, "7100"));
    help.tell(3_000, SetRoutingPoint::new("7100", RoutingPoint::new(SUPPORT)));
    assert_eq!(help.cards(3_000, KIM)[0].point, "7100".into());
    help.tell(3_000, RemoveRoutingPoint::new("7100"));
    help.decline(4_000, KIM);
    assert_eq!(help.ringing(4_000), [LEE]);
    help.accept(5_000, LEE);
    assert_eq!(help.knowledge().session(asked.interaction).unwrap().live_with(), Some(LEE));
    help.check_replay();
}

#[test]
fn user_data_and_requests_at_their_bounds() {
    let mut help = Help::online(experts());
    let many = |n: usize| (0..n).map(|n| (format!("p{n}").into(), "".into())).collect::<UserData>();
    let asked = help.tell(1_000, Ask::new("q-0", IDA, "7100").with_user_data(many(1_000)));
    let long = Ask::new("q-1", IDA, "7100").with_user_data(many(1_001));
    assert_eq!(help.refused(1_000, long).code(), "invalid");
    let more = AttachData::new(asked.interaction, pairs([("new", "")]));
    let full = KnowledgeRefusal::limit(KnowledgeLimit::Pairs, 1_000);
    assert_eq!(help.refused(1_000, more), full);
    help.tell(1_000, AttachData::new(asked.interaction, pairs([("p7", "changed")])));
    for text in ["", &"x".repeat(201)] {
        let named = AttachData::new(asked.interaction, pairs([(text, "")]));
        assert_eq!(help.refused(1_000, named).code(), "invalid");
        assert_eq!(help.refused(1_000, Ask::new(text, IDA, "7100")).code(), "invalid");
    }
    let long = AttachData::new(asked.interaction, pairs([("p7", &"x".repeat(65_537))]));
    assert_eq!(help.refused(1_000, long).code(), "invalid");
    let limits = KnowledgeLimits::default().with_data_bytes(10_000);
    let config = KnowledgeConfig::default().with_im_channel(IM).with_limits(limits);
    help.tell(1_000, ConfigureKnowledge::new(config));
    let long = AttachData::new(asked.interaction, pairs([("p7", &"x".repeat(9_000))]));
    let bytes = KnowledgeRefusal::limit(KnowledgeLimit::DataBytes, 10_000);
    assert_eq!(help.refused(1_000, long), bytes);
    let limits = KnowledgeLimits::default().with_all_data_bytes(8_000);
    let config = KnowledgeConfig::default().with_im_channel(IM).with_limits(limits);
    help.tell(1_000, ConfigureKnowledge::new(config));
    let more = AttachData::new(asked.interaction, pairs([("p7", &"x".repeat(5_000))]));
    let all = KnowledgeRefusal::limit(KnowledgeLimit::AllDataBytes, 8_000);
    assert_eq!(help.refused(1_000, more), all);
    let other = Ask::new("q-1", IDA, "7100").with_user_data(pairs([("a", &"x".repeat(5_000))]));
    assert_eq!(help.refused(1_000, other), all);
    for n in 1..10 {
        help.tell(2_000, Ask::new(format!("q-{n}"), IDA, "7100"));
    }
    let too_many = KnowledgeRefusal::limit(KnowledgeLimit::OfAsker, 10);
    assert_eq!(help.refused(2_000, Ask::new("q-10", IDA, "7100")), too_many);
    // Nothing is attached to what is over.
    help.tell(3_000, EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(IDA)));
    let over = KnowledgeRefusal::not_ongoing(asked.interaction);
    let data = pairs([("p7", "late")]);
    assert_eq!(help.refused(3_000, AttachData::new(asked.interaction, data)), over);
    help.tell(3_000, ArchiveInteraction::new(asked.interaction));
    assert!(help.knowledge().session(asked.interaction).is_none());
    let archived = KnowledgeRefusal::archived(asked.interaction);
    let data = pairs([("p7", "late")]);
    assert_eq!(help.refused(3_000, AttachData::new(asked.interaction, data)), archived);
    help.check_replay();
}

#[test]
fn a_clock_that_runs_back_takes_no_time_from_anybody() {
    let mut help = Help::online(experts());
    help.tell(10_000, Ask::new("q-1", IDA, "7100"));
    help.decline(4_000, KIM);
    assert_eq!(help.cards(10_000, LEE)[0].until, Some(at(30_000)));
}

#[test]
fn whoever_may_not_is_told_so_and_nothing_is_revealed() {
    use strowger::command::Actor;
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let mut by = |actor: Actor, command: KnowledgeCommand| {
        let before = help.centre.digest();
        let refused = help.centre.execute_as(at(2_000), actor, command, &mut help.log);
        assert_eq!(help.centre.digest(), before);
        match refused {
            Err(CentreRefusal::Knowledge(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    };
    let (ida, omar, kim) = (Actor::Agent(IDA), Actor::Agent(OMAR), Actor::Agent(KIM));
    let in_anothers_name = by(omar.clone(), Ask::new("q-1", IDA, "7100").into());
    assert_eq!(in_anothers_name.code(), "not_allowed");
    assert_eq!(by(ida, SetSeat::new(KIM, None).into()).code(), "not_allowed");
    let report = ReportPresence::new(KIM, "Online", 99);
    assert_eq!(by(kim, report.into()).code(), "not_allowed");
    // For Omar this call is as one that never was.
    for id in [call, InteractionId::from_raw(99)] {
        let unknown = KnowledgeRefusal::unknown(id);
        assert_eq!(by(omar.clone(), bring(id, "7100", How::Transfer).into()), unknown);
        let data = AttachData::new(id, pairs([("a", "b")]));
        assert_eq!(by(omar.clone(), data.into()), unknown);
    }
    let supervisor = Actor::Supervisor("sue".into());
    help.centre
        .execute_as(at(3_000), supervisor, SetSeat::new(KIM, Some("1".into())), &mut help.log)
        .unwrap();
}

#[test]
fn of_two_faults_the_first_in_order_is_told() {
    let mut help = Help::online(experts());
    help.tell(0, SetRoutingPoint::new("7200", particular(Otherwise::Refuse)));
    let mut nothing = RoutingPoint::new(EXPERTS);
    nothing.queue = None;
    help.tell(0, SetRoutingPoint::new("7500", nothing));
    let full = help.tell(0, Define::new("full", experts().with_waiting_max(0)));
    help.tell(0, SetRoutingPoint::new("7600", RoutingPoint::new(full)));
    help.report(0, MAX, "Busy");
    let call = help.call(1_000);
    help.tell(1_000, Ask::new("q-1", OMAR, "7100"));
    let nowhere = InteractionId::from_raw(99);
    let mut code = |ask: Ask| {
        let (before, facts) = (help.centre.digest(), help.log.len());
        let refused = help.attempt(2_000, ask).unwrap_err();
        assert_eq!((before, facts), (help.centre.digest(), help.log.len()));
        match refused {
            CentreRefusal::Knowledge(refusal) => refusal.code(),
            refusal => panic!("{refusal}"),
        }
    };
    let max = pairs([("expert", "max")]);
    // Nobody asks, at no number; at no number, about nothing; about nothing, under no key.
    assert_eq!(code(Ask::new("", AgentId::from_raw(99), "7999")), "unknown_entity");
    assert_eq!(code(Ask::new("", IDA, "7999").with_about(nowhere)), "unknown_dn");
    assert_eq!(code(Ask::new("", IDA, "7100").with_about(nowhere)), "unknown");
    // Under no key, about another's call; about that, under a key that is taken.
    assert_eq!(code(Ask::new("", OMAR, "7100").with_about(call)), "invalid");
    assert_eq!(code(Ask::new("q-1", OMAR, "7100").with_about(call)), "not_yours");
    // Under a taken key, where nothing stands behind the number or the worker is busy.
    assert_eq!(code(Ask::new("q-1", OMAR, "7500")), "key_taken");
    let busy = |key: &str| Ask::new(key, OMAR, "7200").with_user_data(max.clone());
    assert_eq!(code(busy("q-1")), "key_taken");
    // Nobody can take it, and one more than an asker may ask; that, and no room in the line.
    for n in 2..11 {
        help.tell(3_000, Ask::new(format!("q-{n}"), OMAR, "7100"));
    }
    assert_eq!(help.refused(3_000, Ask::new("q-20", OMAR, "7500")).code(), "no_strategy");
    assert_eq!(help.refused(3_000, busy("q-20")).code(), "unavailable");
    assert_eq!(help.refused(3_000, Ask::new("q-20", OMAR, "7100")).code(), "limit");
    // A line without room is asked about last, and nothing was opened for it.
    let before = help.centre.digest();
    let refused = help.attempt(3_000, Ask::new("q-21", IDA, "7600")).unwrap_err();
    assert!(matches!(refused, CentreRefusal::Work(Refusal::Limit { .. })), "{refused}");
    assert_eq!(help.centre.digest(), before);
}

#[test]
fn another_request_under_the_same_key_is_not_the_same() {
    let mut help = Help::online(experts());
    let ask = Ask::new("q-1", IDA, "7100")
        .with_user_data(pairs([("Notes", "Which fuse is it?")]))
        .with_text("The left one?");
    let asked = help.tell(1_000, ask.clone());
    // What is attached later belongs to no request.
    help.tell(2_000, AttachData::new(asked.interaction, pairs([("Notes", "Which one?")])));
    help.accept(3_000, KIM);
    assert_eq!(help.tell(4_000, ask.clone()), asked);
    let taken = KnowledgeRefusal::key_taken(Some(asked.interaction));
    assert_eq!(help.refused(4_000, ask.clone().with_text("The right one?")), taken);
    let other = ask.clone().with_user_data(pairs([("Notes", "Which one?")]));
    assert_eq!(help.refused(4_000, other), taken);
    // Whose it is nobody else is told.
    let mut by_omar = ask.clone();
    by_omar.agent = OMAR;
    assert_eq!(help.refused(4_000, by_omar), KnowledgeRefusal::key_taken(None));
    help.tell(5_000, EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(IDA)));
    assert_eq!(help.tell(6_000, ask), asked);
    help.check_replay();
}

#[test]
fn what_no_card_shows_is_no_short_description() {
    let mut help = Help::online(experts());
    let config = KnowledgeConfig::default().with_im_channel(IM).with_hidden(["Notes".into()]);
    help.tell(0, ConfigureKnowledge::new(config));
    let ask = Ask::new("q-1", IDA, "7100").with_user_data(pairs([("Notes", "PIN 4711")]));
    let asked = help.tell(1_000, ask);
    assert_eq!(&*help.cards(1_000, KIM)[0].notes, "Question to 7100");
    assert_eq!(&*help.record(asked.interaction).short_description, "Question to 7100");
    assert_eq!(help.knowledge().user_data(asked.interaction).unwrap().len(), 1);
}

#[test]
fn an_address_in_the_messenger_is_one_worker_s() {
    let mut help = Help::online(experts());
    let taken = KnowledgeRefusal::address_taken(KIM);
    assert_eq!(help.refused(1_000, SetKnowledgeWorker::new(LEE).with_im("kim")), taken);
    help.tell(1_000, SetKnowledgeWorker::new(KIM).with_im("kim.k"));
    help.tell(1_000, SetKnowledgeWorker::new(LEE).with_im("kim"));
    help.tell(2_000, RemoveKnowledgeWorker::new(KIM));
    help.tell(2_000, SetKnowledgeWorker::new(MAX).with_im("kim.k"));
    help.check_replay();
}
