//! Colleagues to whom a call is brought, where something comes in between.

use strowger::command::{Hold, LimitName, Retire, Retrieve, TransferToQueue};
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::Broadcast;
use strowger::prelude::*;

use crate::help::*;

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
fn data_of_which_work_takes_no_more_stay_with_the_layer() {
    let mut help = Help::online(experts());
    let call = help.call(1_000);
    // 30 pairs of 9,000 bytes; the engine keeps 256 KiB beside a piece of work.
    let much: UserData =
        (0..30).map(|n| (format!("p{n}").into(), "x".repeat(9_000).into())).collect();
    help.tell(1_000, AttachData::new(call, much.clone()));
    let attached = |help: &Help, work: WorkId| {
        help.centre.engine().view().work(work).unwrap().request().attached.len()
    };
    help.tell(2_000, bring(call, "7100", How::Transfer));
    let stand_in = help.knowledge().escalation(call).unwrap().stand_in().unwrap();
    assert_eq!((attached(&help, stand_in), help.cards(2_000, KIM)[0].user_data.len()), (0, 30));
    help.accept(3_000, KIM);
    assert_eq!(help.owner(call), Some(KIM));
    let asked = help.tell(4_000, Ask::new("q-1", OMAR, "7100").with_user_data(much));
    assert_eq!((attached(&help, asked.work), help.cards(4_000, LEE)[0].user_data.len()), (0, 30));
    help.check_replay();
}
