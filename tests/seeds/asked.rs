//! Colleagues who are asked for help, where something comes in between.

use strowger::centre::CentreRefusal;
use strowger::command::{Hold, LimitName, Retire, Retrieve, TransferToQueue, Unavailable};
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::{Broadcast, Capacity, WorkCondition};
use strowger::prelude::*;
use strowger::state::OfferEnd;

use crate::help::*;

fn point(dn: &str) -> Destination {
    Destination::Point { dn: dn.into() }
}

fn bring(call: InteractionId, dn: &str, how: How) -> Escalate {
    Escalate::new(call, point(dn), how)
}

fn to_expert(call: InteractionId, expert: &str) -> Escalate {
    bring(call, "7200", How::Transfer).with_user_data(pairs([("expert", expert)]))
}

/// The ends of escalations since a place in the log.
fn ends(help: &Help, from: usize) -> Vec<EscalationEnd> {
    let events = help.events(from).into_iter();
    let ends = events.filter_map(|event| match event {
        KnowledgeEvent::EscalationEnded { why, .. } => Some(*why),
        _ => None,
    });
    ends.collect()
}

/// The call is with Ida as if nobody had been asked, and nobody is.
fn unchanged(help: &Help, call: InteractionId) {
    assert_eq!(help.owner(call), Some(IDA));
    assert!(help.knowledge().escalation(call).is_none());
    assert_eq!(help.knowledge().previews().count(), 0);
    assert_eq!(help.centre.parties(call).len(), 2);
    let work = help.record(call).work.unwrap();
    assert_eq!(help.centre.engine().view().work(work).unwrap().stand_ins().count(), 0);
    help.check_replay();
}

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
fn a_call_stays_with_its_owner_whatever_becomes_of_the_group() {
    // All decline.
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let from = help.log.len();
    help.tell(2_000, bring(call, "7100", How::Conference));
    WORKERS.into_iter().for_each(|worker| help.decline(3_000, worker));
    assert_eq!(ends(&help, from), [EscalationEnd::Unanswered(Unanswered::NobodyLeft)]);
    unchanged(&help, call);
    // Nobody is ready.
    let mut help = Help::new();
    let call = help.call(1_000);
    let from = help.log.len();
    help.tell(2_000, bring(call, "7100", How::Transfer));
    help.advance(61_999);
    assert_eq!(ends(&help, from), []);
    help.advance(62_000);
    assert_eq!(ends(&help, from), [EscalationEnd::Unanswered(Unanswered::NobodyCame)]);
    unchanged(&help, call);
    // Somebody accepts, and three talk.
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    help.tell(2_000, bring(call, "7100", How::Conference));
    help.decline(3_000, KIM);
    help.accept(4_000, LEE);
    let three = [CallParty::Customer, CallParty::Owner(IDA), CallParty::Conferee(LEE)];
    assert_eq!(help.centre.parties(call), three);
    help.check_replay();
    // The owner takes it back.
    let mut help = Help::online(experts().with_broadcast(Broadcast::up_to(3)));
    let call = help.call(1_000);
    let from = help.log.len();
    help.tell(2_000, bring(call, "7100", How::Transfer));
    assert_eq!(help.ringing(2_000), WORKERS);
    help.tell(3_000, CancelEscalation::new(call));
    assert_eq!(ends(&help, from), [EscalationEnd::Cancelled]);
    unchanged(&help, call);
    let over = KnowledgeRefusal::no_escalation(call);
    assert_eq!(help.refused(3_000, CancelEscalation::new(call)), over);
}

#[test]
fn while_somebody_is_asked_the_owner_holds_and_retrieves_and_asks_nobody_else() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let work = help.record(call).work.unwrap();
    help.tell(2_000, bring(call, "7100", How::Transfer));
    let pending = KnowledgeRefusal::escalation_pending(call);
    assert_eq!(help.refused(2_500, bring(call, "7100", How::Conference)), pending);
    help.tell(3_000, Hold::new(work));
    help.tell(4_000, Retrieve::new(work));
    help.tell(5_000, Hold::new(work));
    assert_eq!(help.ringing(5_000), [KIM]);
    // Whoever accepts has the call, active.
    help.accept(6_000, KIM);
    assert_eq!(help.owner(call), Some(KIM));
    assert_eq!(help.record(call).state, InteractionState::WorkInProgress);
    // A message is no call, and what nobody has is none.
    let asked = help.tell(7_000, Ask::new("q-1", OMAR, "7100"));
    let message = KnowledgeRefusal::not_a_call(asked.interaction);
    assert_eq!(help.refused(7_000, bring(asked.interaction, "7100", How::Transfer)), message);
    let waiting =
        help.tell(7_000, OpenInteraction::new(InteractionRequest::new(InteractionType::Phone)));
    let none = KnowledgeRefusal::not_a_call(waiting);
    assert_eq!(help.refused(7_000, bring(waiting, "7100", How::Transfer)), none);
}

#[test]
fn the_customer_hangs_up_at_the_instant_of_the_acceptance() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let work = help.record(call).work.unwrap();
    help.tell(2_000, bring(call, "7100", How::Transfer));
    let preview = help.preview(KIM);
    let from = help.log.len();
    help.tell(5_000, FinishContact::new(work, Finisher::Customer));
    assert_eq!(ends(&help, from), [EscalationEnd::ContactEnded]);
    assert_eq!(help.ringing(5_000), []);
    assert!(help.attempt(5_000, Accept::new(preview)).is_err());
    assert_eq!(help.status(KIM), RoutingStatus::Idle);
    help.check_replay();
    // The other way round Kim has a call that is over at once.
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    let work = help.record(call).work.unwrap();
    help.tell(2_000, bring(call, "7100", How::Transfer));
    help.accept(5_000, KIM);
    help.tell(5_000, FinishContact::new(work, Finisher::Customer));
    assert_eq!((help.record(call).assigned_to, help.status(KIM)), (Some(KIM), RoutingStatus::Idle));
    help.check_replay();
}

#[test]
fn the_owner_transfers_the_call_away_while_somebody_is_asked_and_while_they_write() {
    let mut help = Help::online(experts());
    help.tell(0, SetSeat::new(LEE, Some("5118".into())));
    let call = help.call(1_000);
    let work = help.record(call).work.unwrap();
    let asked = help.ask(2_000, "q-1", call);
    help.decline(2_000, KIM);
    help.accept(2_500, LEE);
    help.tell(3_000, bring(call, "7100", How::Transfer));
    assert!(!help.centre.transfer_targets(IDA, call).is_empty());
    let from = help.log.len();
    help.tell(4_000, TransferToQueue::new(work, SUPPORT));
    assert_eq!(ends(&help, from), [EscalationEnd::Withdrawn]);
    assert!(help.centre.transfer_targets(IDA, call).is_empty());
    assert_eq!(help.knowledge().session(asked.interaction).unwrap().live_with(), Some(LEE));
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
fn the_queue_for_otherwise_is_full_or_gone() {
    let mut help = Help::online(experts());
    let full = help.tell(0, Define::new("full", QueueProfile::default().with_waiting_max(0)));
    let other = Otherwise::Queue { queue: full };
    help.tell(0, SetRoutingPoint::new("7200", particular(other)));
    help.report(0, MAX, "Offline");
    let call = help.call(1_000);
    let before = help.centre.digest();
    let refused = help.attempt(1_000, to_expert(call, "max"));
    let limit = Refusal::limit(LimitName::Waiting, 0);
    assert_eq!(refused, Err(limit.into()));
    assert_eq!(help.centre.digest(), before);
    help.tell(2_000, Retire::new(full));
    let gone = KnowledgeRefusal::no_strategy("7200".into());
    assert_eq!(help.refused(2_000, to_expert(call, "max")), gone);
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
fn data_of_a_call_go_along_and_those_of_the_command_win() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    help.tell(2_000, AttachData::new(call, pairs([("car", "blue"), ("Notes", "A noise")])));
    let command = bring(call, "7100", How::Transfer).with_user_data(pairs([("Notes", "Hear it?")]));
    help.tell(3_000, command);
    let card = &help.cards(3_000, KIM)[0];
    assert_eq!(card.user_data, pairs([("Notes", "Hear it?"), ("car", "blue")]));
    assert_eq!(&*card.notes, "Hear it?");
    help.tell(4_000, AttachData::new(call, pairs([("car", "red")])));
    assert_eq!(help.cards(4_000, KIM)[0].user_data, pairs([("Notes", "Hear it?"), ("car", "red")]));
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
