//! An agent who never wraps up leaves no wrap-up in the record, whatever queue and rules say.

use strowger::centre::CentreRefusal;
use strowger::command::{Close, TransferToAgent};
use strowger::interaction::*;
use strowger::model::{AgentWrapUp, WrapUpMode, WrapUpProfile};
use strowger::prelude::*;

use crate::floor::*;

/// Every contact is wrapped up by a rule of records for a minute. Bo never wraps up.
fn floor(queue: WrapUpMode) -> Floor {
    let rule = WrapUpRule::new("all").with_enforce(true);
    let support = QueueProfile::default().with_wrap_up(WrapUpProfile::of(queue));
    let mut floor = Floor::of(with_phone().with_wrap_up([rule]), support);
    let never = AgentProfile::default().with_wrap_up(AgentWrapUp::Never);
    floor.work(0, Change::new(BO, never));
    floor
}

const MODES: [WrapUpMode; 2] = [WrapUpMode::None, WrapUpMode::Mandatory];

/// Bo has a chat since 10.
fn with_bo(floor: &mut Floor) -> (InteractionId, WorkId) {
    let id = floor.open(0, InteractionType::Chat);
    let work = floor.submit(0, id, SUPPORT, CHAT);
    floor.on_queue(0, BO);
    floor.accept(10, BO);
    (id, work)
}

fn wrap_ups(floor: &Floor, id: InteractionId, agent: AgentId) -> usize {
    let handling = &floor.row(id).handling;
    let segments = handling.ended().iter().chain(handling.open());
    segments.filter(|segment| segment.part == Part::WrapUp(agent)).count()
}

#[test]
fn their_contacts_are_closed_as_they_end() {
    for mode in MODES {
        let ends: [fn(WorkId) -> Command; 4] = [
            |work| FinishContact::new(work, Finisher::Agent).into(),
            |work| FinishContact::new(work, Finisher::Customer).into(),
            |work| Abandon::new(work).into(),
            |work| Close::new(work).into(),
        ];
        for end in ends {
            let mut floor = floor(mode);
            let (id, work) = with_bo(&mut floor);
            floor.describe(15, id, "A bill");
            floor.work(20, end(work));
            assert!(floor.state(id).is_closed());
            assert_eq!((floor.row(id).closed, wrap_ups(&floor, id, BO)), (Some(at(20)), 0));
        }
    }
}

#[test]
fn others_wrap_up_as_always() {
    for mode in MODES {
        let mut floor = floor(mode);
        let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
        floor.work(20, FinishContact::new(work, Finisher::Agent));
        assert_eq!((floor.state(id), wrap_ups(&floor, id, ANA)), (InteractionState::WrapUp, 1));
    }
}

#[test]
fn a_record_without_work_ends_at_once_too() {
    let mut floor = floor(WrapUpMode::None);
    let id = floor.open(0, InteractionType::Chat);
    floor.record(5, AssignInteraction::new(id, BO));
    // Nobody wraps it up, so whoever ends it describes it first.
    let by_bo = Party::Agent(BO);
    let refusal = floor.refused(10, end(id, Ending::Agent, by_bo));
    assert_eq!(refusal, RecordRefusal::not_described(id));
    floor.describe(15, id, "A bill");
    floor.record(20, end(id, Ending::Agent, by_bo));
    assert!(floor.state(id).is_closed());
    assert_eq!((floor.row(id).closed, wrap_ups(&floor, id, BO)), (Some(at(20)), 0));
}

#[test]
fn nobody_can_describe_it_afterwards() {
    for mode in MODES {
        let mut floor = floor(mode);
        let (id, work) = with_bo(&mut floor);
        let finish = || FinishContact::new(work, Finisher::Agent);
        let refusal = floor.try_work(20, finish()).unwrap_err();
        assert_eq!(refusal, CentreRefusal::Record(RecordRefusal::not_described(id)));
        floor.describe(25, id, "A bill");
        floor.work(30, finish());
        assert!(floor.state(id).is_closed());
    }
}

#[test]
fn whoever_gave_it_to_them_wraps_up() {
    let mut floor = floor(WrapUpMode::Mandatory);
    let (id, work) = floor.accepted((0, 10), InteractionType::Chat, CHAT);
    floor.on_queue(10, BO);
    floor.work(20, TransferToAgent::new(work, BO));
    floor.accept(21, BO);
    floor.describe(25, id, "A bill");
    floor.work(30, FinishContact::new(work, Finisher::Agent));
    assert!(floor.state(id).is_closed());
    assert_eq!((wrap_ups(&floor, id, ANA), wrap_ups(&floor, id, BO)), (1, 0));
    let open = floor.row(id).handling.open();
    assert!(open.iter().any(|segment| segment.part == Part::WrapUp(ANA)));
}
