//! Colleagues who are asked for help, where somebody does by hand what the strategy does not know.

use strowger::command::{Assign, Consult, Force, Retire};
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::{Capacity, MaxWaitAction, WorkCondition};
use strowger::prelude::*;

use crate::help::*;

/// With a number at which the worker who is named is asked, and others if they cannot be.
fn named(otherwise: Otherwise) -> (Help, InteractionId) {
    let mut help = Help::online(experts());
    help.tell(0, SetRoutingPoint::new("7200", particular(otherwise)));
    let two = Capacity::items(4).with_channel(VOICE, 2).with_channel(IM, 2);
    let two = AgentProfile::knowledge_worker(IM, VOICE).with_capacity(two);
    WORKERS.into_iter().for_each(|worker| help.tell(0, Change::new(worker, two.clone())));
    let call = help.call(1_000);
    (help, call)
}

fn stand_in(help: &Help, call: InteractionId) -> WorkId {
    help.knowledge().escalation(call).unwrap().stand_in().unwrap()
}

fn passed_on(help: &Help, from: usize) -> Vec<Option<QueueId>> {
    let events = help.events(from).into_iter();
    let passed = events.filter_map(|event| match event {
        KnowledgeEvent::PassedOn { queue, .. } => Some(*queue),
        _ => None,
    });
    passed.collect()
}

#[test]
fn the_owner_consults_whoever_is_named_and_what_stands_for_the_call_waits_for_nobody() {
    // While it rings at them, and while it rings by hand at another.
    for elsewhere in [false, true] {
        for otherwise in [Otherwise::Refuse, Otherwise::Group] {
            let (mut help, call) = named(otherwise);
            help.tell(2_000, to_expert(call, "kim"));
            let (stand_in, work) = (stand_in(&help, call), help.record(call).work.unwrap());
            if elsewhere {
                help.tell(3_000, Assign::new(stand_in, LEE));
            }
            let from = help.log.len();
            help.tell(4_000, Consult::new(work, KIM));
            if otherwise == Otherwise::Refuse {
                assert_eq!(ends(&help, from), [EscalationEnd::Unavailable]);
                assert_eq!(help.ringing(4_000), []);
            } else {
                assert_eq!(passed_on(&help, from), [None]);
                assert_eq!(help.ringing(4_000), [LEE]);
            }
            assert_eq!(help.owner(call), Some(IDA));
            let kim = help.centre.engine().view().agent(KIM).unwrap();
            assert!(kim.legs().iter().any(|leg| leg.work == work));
            help.check_replay();
        }
    }
}

#[test]
fn whoever_is_named_leaves_while_it_rings_by_hand_at_another() {
    let (mut help, call) = named(Otherwise::Queue { queue: SUPPORT });
    help.tell(2_000, to_expert(call, "max"));
    let stand_in = stand_in(&help, call);
    help.tell(3_000, Assign::new(stand_in, LEE));
    let from = help.log.len();
    // It goes on ringing at Lee.
    help.report(4_000, MAX, "Offline");
    assert_eq!((help.ringing(4_000), passed_on(&help, from)), (vec![LEE], vec![]));
    help.decline(5_000, LEE);
    assert_eq!(passed_on(&help, from), [Some(SUPPORT)]);
    assert_eq!(help.ringing(5_000), [OMAR]);
    help.check_replay();
}

#[test]
fn whoever_is_named_leaves_while_it_rings_nowhere() {
    for (otherwise, rings) in
        [(Otherwise::Queue { queue: SUPPORT }, vec![OMAR]), (Otherwise::Refuse, vec![])]
    {
        let (mut help, call) = named(otherwise);
        help.tell(2_000, to_expert(call, "max"));
        help.tell(3_000, Assign::new(stand_in(&help, call), LEE));
        help.report(4_000, MAX, "Busy");
        help.decline(5_000, LEE);
        // Max may come back, and is waited for.
        assert_eq!(help.ringing(5_000), []);
        assert!(help.knowledge().escalation(call).is_some());
        assert_eq!(help.refused(5_000, RemoveKnowledgeWorker::new(MAX)).code(), "in_use");
        let from = help.log.len();
        help.report(6_000, MAX, "Offline");
        assert_eq!(help.ringing(6_000), rings);
        match rings.is_empty() {
            true => assert_eq!(ends(&help, from), [EscalationEnd::Unavailable]),
            false => assert_eq!(passed_on(&help, from), [Some(SUPPORT)]),
        }
        help.check_replay();
    }
}

#[test]
fn a_hand_passes_over_who_is_named() {
    let (mut help, _) = named(Otherwise::Refuse);
    let ask = Ask::new("q-1", IDA, "7200").with_user_data(pairs([("expert", "kim")]));
    let asked = help.tell(2_000, ask);
    assert_eq!(help.ringing(2_000), [KIM]);
    help.tell(3_000, Force::new(asked.work, LEE));
    assert_eq!(help.ringing(3_000), []);
    assert_eq!(help.knowledge().session(asked.interaction).unwrap().live_with(), Some(LEE));
    help.check_replay();
}

#[test]
fn a_supervisor_may_force_a_question_on_whoever_asked_it() {
    let (mut help, _) = named(Otherwise::Refuse);
    let asked = help.tell(2_000, Ask::new("q-1", OMAR, "7100"));
    help.tell(3_000, Force::new(asked.work, OMAR));
    assert_eq!(help.knowledge().session(asked.interaction).unwrap().live_with(), Some(OMAR));
    help.check_replay();
}

#[test]
fn what_is_had_at_once_is_so_wherever_a_rule_moves_it() {
    let moves = MaxWaitAction::Move { queue: SUPPORT };
    let mut help = Help::with(experts().with_on_max_wait(moves));
    let at_once = RoutingPoint::new(EXPERTS).with_preview(WorkCondition::Any(Vec::new()));
    help.tell(0, SetRoutingPoint::new("7300", at_once));
    let asked = help.tell(2_000, Ask::new("q-1", IDA, "7300"));
    help.advance(61_999);
    let session = |help: &Help| help.knowledge().session(asked.interaction).unwrap().live_with();
    assert_eq!(session(&help), None);
    help.advance(62_000);
    assert_eq!(session(&help), Some(OMAR));
}

#[test]
fn nobody_is_asked_for_somebody_who_is_no_agent_any_more() {
    let mut help = Help::online(experts());
    let asked = help.tell(2_000, Ask::new("q-1", OMAR, "7100"));
    help.presence(3_000, OMAR, SystemPresence::Offline);
    assert_eq!(help.ringing(3_000), [KIM]);
    let from = help.log.len();
    help.tell(4_000, Retire::new(OMAR));
    let gone = KnowledgeEvent::unanswered(asked.interaction, Unanswered::AskerLeft);
    assert_eq!(help.events(from), [&gone]);
    assert!(help.cards(4_000, KIM).is_empty());
    assert_eq!(help.record(asked.interaction).state, InteractionState::ClosedAbandoned);
    help.check_replay();
}

#[test]
fn whoever_asks_puts_nothing_aside_and_takes_nothing_up() {
    use strowger::command::Actor;
    let mut help = Help::online(experts());
    let asked = help.tell(2_000, Ask::new("q-1", OMAR, "7100"));
    help.accept(3_000, KIM);
    let id = asked.interaction;
    let mut by = |agent: AgentId, command: RecordCommand| {
        help.centre.execute_as(at(4_000), Actor::Agent(agent), command, &mut help.log).map(drop)
    };
    let theirs = Err(RecordRefusal::not_yours(id, Some(KIM)).into());
    assert_eq!(by(OMAR, HoldInteraction::new(id).into()), theirs);
    assert_eq!(by(OMAR, ResumeInteraction::new(id).into()), theirs);
    // They write and end it.
    let post = PostMessage::new(id, Author::Agent(OMAR), "Hello?");
    assert_eq!(by(OMAR, post.into()), Ok(()));
    assert_eq!(by(KIM, HoldInteraction::new(id).into()), Ok(()));
    assert_eq!(by(KIM, ResumeInteraction::new(id).into()), Ok(()));
    assert_eq!(by(OMAR, EndInteraction::new(id, Ending::Agent, Party::Agent(OMAR)).into()), Ok(()));
}
