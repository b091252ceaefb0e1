//! Calls, answers and events are dropped, doubled and overtake each other: both sides end in step.

use std::cell::RefCell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, RngSeed, TestRunner};
use strowger::command::{
    Answer, Cancel, Confer, Consult, Decline, EndLeg, Force, HandOver, Hold, Park, Resume, Resumer,
    Retrieve, TransferToAgent, TransferToQueue, Unassign,
};
use strowger::model::OfferId;
use strowger::prelude::*;
use strowger::state::Stage;
use strowger::view::WorkView;

use crate::floor::Floor;

const AGENTS: [&str; 3] = ["ana", "bo", "cy"];

#[derive(Clone, Copy, Debug)]
enum Happens {
    Chat,
    Serve(usize, bool),
    Deliver(usize, bool),
    Hear(usize, bool),
    Lose(usize),
    Press(usize, bool),
    PressConsult(usize, bool),
    Here(usize, usize, usize),
    Ready(usize),
    Wait(i64),
    Fail(usize, bool),
    Leave(usize),
    Cancel(usize),
    Away(usize, bool),
    Restart,
}

fn happens() -> impl Strategy<Value = Happens> {
    let doubled = || proptest::bool::weighted(0.2);
    prop_oneof![
        2 => Just(Happens::Chat),
        6 => (0..9_usize, doubled()).prop_map(|(which, twice)| Happens::Serve(which, twice)),
        6 => (0..9_usize, doubled()).prop_map(|(which, twice)| Happens::Deliver(which, twice)),
        4 => (0..9_usize, doubled()).prop_map(|(which, twice)| Happens::Hear(which, twice)),
        3 => (0..9_usize).prop_map(Happens::Lose),
        4 => (0..3_usize, proptest::bool::weighted(0.7)).prop_map(|(n, yes)| Happens::Press(n, yes)),
        3 => (0..3_usize, proptest::bool::weighted(0.7))
            .prop_map(|(n, yes)| Happens::PressConsult(n, yes)),
        12 => (0..3_usize, 0..34_usize, 0..3_usize).prop_map(|(n, what, who)| Happens::Here(n, what, who)),
        5 => (0..3_usize).prop_map(Happens::Ready),
        2 => prop_oneof![Just(1_000), Just(10_000), Just(40_000)].prop_map(Happens::Wait),
        2 => (0..9_usize, any::<bool>()).prop_map(|(which, done)| Happens::Fail(which, done)),
        1 => (0..3_usize).prop_map(Happens::Leave),
        1 => prop_oneof![4 => (0..3_usize, any::<bool>()).prop_map(|(who, away)| Happens::Away(who, away)),
            1 => (0..3_usize).prop_map(Happens::Cancel), 1 => Just(Happens::Restart)],
    ]
}

/// What became of calls, answers and events.
#[derive(Debug, Default)]
struct Carried {
    once_in_order: u32,
    doubled: u32,
    /// They overtook another.
    early: u32,
    lost: u32,
    /// They were answered with a failure of the other side.
    failed: u32,
    /// The desk began anew.
    restarts: u32,
    /// Consults that somebody answered, here or there.
    consults: u32,
    /// Documents that were handed over.
    handed_over: u32,
}

impl Carried {
    fn carry(&mut self, which: usize, of: usize, stays: bool) {
        let early = of > 0 && !which.is_multiple_of(of);
        self.doubled += u32::from(of > 0 && stays);
        self.early += u32::from(early);
        self.once_in_order += u32::from(of > 0 && !stays && !early);
    }

    fn count(&mut self, facts: &[Fact]) {
        for fact in facts {
            self.consults += u32::from(matches!(fact.event, Event::LegJoined { .. }));
            self.handed_over += u32::from(matches!(fact.event, Event::HandedOver { .. }));
        }
    }
}

/// Something is done to a work item in the engine.
fn here(floor: &mut Floor, number: usize, what: usize, who: usize) {
    let key = format!("interaction/c{number}");
    let view = floor.engine.view();
    let open = view.work_id(&key).and_then(|work| view.work(work));
    let Some((work, stage)) = open.map(|open| (open.id(), open.stage())) else { return };
    let (agent, queue) = (floor.id(AGENTS[who]), floor.queue);
    let offer = match stage {
        Stage::Offered { offer } => offer,
        _ => OfferId::NONE,
    };
    let legs = floor.engine.view().work(work).into_iter().flat_map(WorkView::legs);
    let guest = legs.map(|leg| leg.agent).next().unwrap_or(agent);
    let command: Command = match what {
        0..6 => Accept::new(offer).into(),
        6..12 => Consult::new(work, agent).into(),
        12..15 => Answer::new(work, guest).into(),
        15..18 => HandOver::new(work, guest).into(),
        18 => Decline::new(work, guest).into(),
        19 => EndLeg::new(work, guest).into(),
        20 => Confer::new(work, guest).into(),
        21 => Reject::new(offer).into(),
        22 => Hold::new(work).into(),
        23 => Retrieve::new(work).into(),
        24 => Park::new(work).into(),
        25 | 26 => Resume::new(work, Resumer::Customer).into(),
        27 => TransferToAgent::new(work, agent).into(),
        28 => TransferToQueue::new(work, queue).into(),
        29 => FinishContact::new(work, Finisher::Agent).into(),
        30 | 31 => Force::new(work, agent).into(),
        32 => Unassign::new(work).with_suspend(false).into(),
        _ => Cancel::new(work).into(),
    };
    // Many are refused in the stage the work is in.
    let _ = floor.tell(command);
}

fn play(floor: &mut Floor, story: &[Happens], carried: &mut Carried) {
    let mut chats = 0;
    for happens in story {
        match *happens {
            Happens::Chat if chats < 3 => {
                floor.chat(&format!("c{chats}"));
                chats += 1;
            }
            Happens::Chat => {}
            Happens::Serve(which, stays) => {
                carried.carry(which, floor.asked.len(), stays);
                floor.serve(which, stays);
            }
            Happens::Deliver(which, stays) => {
                carried.carry(which, floor.answered.len(), stays);
                floor.deliver(which, stays);
            }
            Happens::Hear(which, stays) => {
                carried.carry(which, floor.told.len(), stays);
                floor.hear(which, stays);
            }
            Happens::Lose(which) => carried.lost += u32::from(lose(floor, which)),
            Happens::Press(number, accept) => floor.vendor.press(&format!("c{number}"), accept),
            Happens::PressConsult(number, accept) => {
                floor.vendor.press_consult(&format!("c{number}"), accept);
            }
            Happens::Here(number, what, who) => here(floor, number, what, who),
            Happens::Ready(who) => floor.ready(floor.id(AGENTS[who])),
            Happens::Wait(millis) => floor.wait(millis),
            Happens::Fail(which, done) => {
                carried.failed += u32::from(!floor.asked.is_empty());
                floor.fail(which, done);
            }
            Happens::Leave(number) => floor.vendor.leave(&format!("c{number}")),
            Happens::Cancel(number) => floor.vendor.cancel(&format!("c{number}")),
            Happens::Away(who, true) => {
                floor.vendor.unavailable.insert(AGENTS[who].to_owned());
            }
            Happens::Away(who, false) => {
                floor.vendor.unavailable.remove(AGENTS[who]);
            }
            Happens::Restart => {
                carried.restarts += 1;
                floor.restart();
            }
        }
        floor.told.append(&mut floor.vendor.told);
    }
}

/// Says whether there was anything to lose.
fn lose(floor: &mut Floor, which: usize) -> bool {
    let before = floor.asked.len() + floor.answered.len() + floor.told.len();
    match which % 3 {
        0 if !floor.asked.is_empty() => {
            let (call, _) = floor.asked.remove(which % floor.asked.len());
            floor.desk.lost(call);
        }
        1 if !floor.answered.is_empty() => {
            let (call, ..) = floor.answered.remove(which % floor.answered.len());
            floor.desk.lost(call);
        }
        2 if !floor.told.is_empty() => {
            floor.told.remove(which % floor.told.len());
        }
        _ => {}
    }
    let lost = before > floor.asked.len() + floor.answered.len() + floor.told.len();
    floor.wait(0);
    lost
}

/// Prints what the vendor did: `cargo test -p strowger-servicenow both_sides -- --nocapture`.
#[test]
fn both_sides_end_in_step() {
    const STORIES: u32 = 3_000;
    let carried = RefCell::new(Carried::default());
    let seed = RngSeed::Fixed(61);
    let runs =
        Runs { cases: STORIES, failure_persistence: None, rng_seed: seed, ..Runs::default() };
    let ended = TestRunner::new(runs).run(
        &(any::<bool>(), vec(happens(), 0..300)),
        |(auto_accept, story)| {
            let profile = QueueProfile::default().with_auto_accept(auto_accept);
            let mut floor = Floor::with(profile, &AGENTS, 2);
            play(&mut floor, &story, &mut carried.borrow_mut());
            carried.borrow_mut().count(&floor.facts);
            // What was given to an agent who is away there cannot be in step before they are back.
            floor.vendor.unavailable.clear();
            floor.settle();
            // Nothing is on the way any more: the desk compares everything once again.
            floor.desk.renew();
            floor.wait(0);
            floor.settle();
            prop_assert_eq!(floor.is_in_step(), Ok(()));
            floor.engine.verify().unwrap();
            Ok(())
        },
    );
    ended.unwrap_or_else(|failed| panic!("{failed}"));
    let carried = carried.into_inner();
    println!("{STORIES} stories: {carried:?}, in step after each");
    // It did misbehave.
    assert!(carried.lost.min(carried.doubled).min(carried.early) > STORIES);
    assert!(carried.failed > STORIES && carried.restarts > STORIES / 3);
    assert!(carried.consults > STORIES / 10 && carried.handed_over > STORIES / 50);
}
