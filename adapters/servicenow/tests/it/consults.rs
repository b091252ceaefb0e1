//! Somebody is consulted, here and there.

use strowger::command::{Answer, Consult, EndLeg, HandOver, TransferToQueue};
use strowger::prelude::*;
use strowger::state::{LegEnd, Stage};
use strowger_servicenow::Method;

use crate::floor::Floor;
use crate::vendor::{Consult as There, State};

/// Ana has a chat, and bo is consulted.
fn consulted() -> (Floor, WorkId) {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    let work = floor.chat("c1");
    floor.settle();
    floor.press("c1", true);
    let agent = floor.id("bo");
    floor.tell(Consult::new(work, agent)).unwrap();
    floor.settle();
    assert_eq!(there(&floor), Some(("bo", false)));
    floor.sent.clear();
    (floor, work)
}

fn there(floor: &Floor) -> Option<(&str, bool)> {
    let consult = floor.vendor.items["c1"].consult.as_ref();
    consult.map(|There { agent, accepted, .. }| (agent.as_str(), *accepted))
}

fn press(floor: &mut Floor, accept: bool) {
    floor.vendor.press_consult("c1", accept);
    floor.settle();
}

/// Requested, then cancelled; requested, accepted and ended; requested, accepted and transferred.
#[test]
fn seed0_row024_a_consult_is_requested_and_then_cancelled_ended_or_transferred() {
    let (mut floor, work) = consulted();
    let (ana, agent) = (floor.id("ana"), floor.id("bo"));
    floor.tell(EndLeg::new(work, agent)).unwrap();
    floor.settle();
    assert_eq!((there(&floor), floor.legs("c1")), (None, vec![]));

    floor.tell(Consult::new(work, agent)).unwrap();
    floor.settle();
    press(&mut floor, true);
    assert_eq!(there(&floor), Some(("bo", true)));
    floor.tell(EndLeg::new(work, agent)).unwrap();
    floor.settle();
    assert_eq!((there(&floor), floor.stage(work)), (None, Stage::Assigned { agent: ana }));

    floor.tell(Consult::new(work, agent)).unwrap();
    floor.settle();
    press(&mut floor, true);
    floor.tell(HandOver::new(work, agent)).unwrap();
    floor.settle();
    assert_eq!((there(&floor), floor.stage(work)), (None, Stage::Assigned { agent }));
    assert_eq!(floor.vendor.items["c1"].state, State::Accepted("bo".into()));
    // Each of them by its own request, and nobody else is asked for anything.
    assert_eq!(floor.paths(), ["end", "offer", "end", "offer", "end"]);
    let handed_over = |at: usize| floor.sent[at].body.as_ref().unwrap()["hand_over"].clone();
    assert_eq!([handed_over(0), handed_over(2), handed_over(4)], [false, false, true]);
    floor.is_in_step().unwrap();
}

#[test]
fn it_is_answered_or_declined_at_the_desk() {
    let (mut floor, _) = consulted();
    press(&mut floor, true);
    assert_eq!(floor.legs("c1"), [("bo".into(), true)]);
    floor.is_in_step().unwrap();

    let (mut floor, work) = consulted();
    press(&mut floor, false);
    assert_eq!(floor.legs("c1"), []);
    let declined = |fact: &Fact| matches!(fact.event, Event::LegEnded { work: of, why: LegEnd::Declined, .. } if of == work);
    assert!(floor.facts.iter().any(declined));
    // Nothing is to be said of it over there, and its owner keeps it.
    assert_eq!(floor.sent, []);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: floor.id("ana") });
    floor.is_in_step().unwrap();
}

#[test]
fn it_is_answered_and_ended_here() {
    let (mut floor, work) = consulted();
    let agent = floor.id("bo");
    floor.tell(Answer::new(work, agent)).unwrap();
    floor.settle();
    assert_eq!(there(&floor), Some(("bo", true)));
    floor.tell(EndLeg::new(work, agent)).unwrap();
    floor.settle();
    assert_eq!(there(&floor), None);
    floor.is_in_step().unwrap();
}

#[test]
fn it_ends_before_the_document_goes_on() {
    let (mut floor, work) = consulted();
    let queue = floor.queue;
    floor.tell(TransferToQueue::new(work, queue)).unwrap();
    floor.settle();
    assert_eq!(floor.paths()[..2], ["end", "offer"]);
    floor.is_in_step().unwrap();
}

#[test]
fn a_document_is_handed_over_to_who_answered_only() {
    let (mut floor, work) = consulted();
    let agent = floor.id("bo");
    // There it still alerts bo, and the call that accepts it in bo's name is lost.
    floor.tell(Answer::new(work, agent)).unwrap();
    let (call, _) = floor.asked.remove(0);
    floor.desk.lost(call);
    floor.tell(HandOver::new(work, agent)).unwrap();
    floor.settle();
    assert_eq!(floor.paths(), ["accept", "awa_work_item", "accept", "end"]);
    assert_eq!(floor.vendor.items["c1"].state, State::Accepted("bo".into()));
    floor.is_in_step().unwrap();
}

#[test]
fn who_is_asked_again_did_not_decline() {
    let (mut floor, work) = consulted();
    let agent = floor.id("bo");
    floor.tell(EndLeg::new(work, agent)).unwrap();
    // The consult is ended there, but nobody hears of it before bo is asked anew.
    let (call, request) = floor.asked.remove(0);
    floor.vendor.serve(&request);
    floor.desk.lost(call);
    floor.tell(Consult::new(work, agent)).unwrap();
    floor.settle();
    assert_eq!(floor.legs("c1"), [("bo".into(), false)]);
    assert_eq!(there(&floor), Some(("bo", false)));
    floor.is_in_step().unwrap();
}

#[test]
fn who_is_not_available_there_is_not_consulted_here() {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    let work = floor.chat("c1");
    floor.settle();
    floor.press("c1", true);
    floor.vendor.unavailable.insert("bo".into());
    let agent = floor.id("bo");
    floor.tell(Consult::new(work, agent)).unwrap();
    floor.settle();
    assert_eq!((there(&floor), floor.legs("c1")), (None, vec![]));
    floor.is_in_step().unwrap();
}

#[test]
fn an_event_that_is_lost_is_made_up_for() {
    for accept in [true, false] {
        let (mut floor, work) = consulted();
        floor.vendor.press_consult("c1", accept);
        floor.vendor.told.clear();
        floor.desk.renew();
        floor.wait(0);
        floor.settle();
        let legs = if accept { vec![("bo".into(), true)] } else { vec![] };
        assert_eq!(floor.legs("c1"), legs);
        assert_eq!(floor.stage(work), Stage::Assigned { agent: floor.id("ana") });
        floor.is_in_step().unwrap();
    }
}

#[test]
fn a_call_that_is_lost_is_read_before_it_is_made_again() {
    for done in [true, false] {
        let (mut floor, work) = consulted();
        press(&mut floor, false);
        let agent = floor.id("bo");
        floor.tell(Consult::new(work, agent)).unwrap();
        let (call, request) = floor.asked.remove(0);
        if done {
            floor.vendor.serve(&request);
            floor.vendor.told.clear();
        }
        floor.desk.lost(call);
        floor.sent.clear();
        floor.wait(0);
        floor.settle();
        let asked = floor.sent.iter().filter(|sent| sent.method == Method::Post).count();
        assert_eq!(asked, usize::from(!done));
        assert_eq!(there(&floor), Some(("bo", false)));
        floor.is_in_step().unwrap();
    }
}
