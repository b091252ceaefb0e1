//! From a work item to its end, in seven steps, with a ServiceNow at the other end.

use strowger::command::{Hold, Park, Resume, Resumer, Retrieve, TransferToAgent, TransferToQueue};
use strowger::model::{Capacity, Priority};
use strowger::prelude::*;
use strowger::state::Stage;
use strowger_servicenow::Request;

use crate::floor::Floor;
use crate::vendor::State;

fn paths(floor: &mut Floor) -> Vec<String> {
    let last = |request: Request| request.path.rsplit('/').next().unwrap().to_owned();
    floor.sent.drain(..).map(last).collect()
}

#[test]
fn a_chat_from_the_first_word_to_the_last() {
    let mut floor = Floor::new(&[], 2);
    // 1. and 2. It comes in and goes to the queue its data names.
    let other = floor.tell(Define::new("vip", QueueProfile::default())).unwrap();
    let french = floor.tell(Define::new("french", SkillProfile::default())).unwrap();
    let fields =
        [("queue", "vip"), ("priority", "7"), ("skills", "french:60"), ("topic", "refund")];
    let work = floor.intake("c1", &fields).unwrap();
    let view = floor.engine.view().work(work).unwrap();
    assert_eq!(
        (view.queue(), view.position(), view.request().priority),
        (other, Some(1), Priority(7))
    );
    assert_eq!(&*view.request().attached["topic"], "refund");
    // 3. and 4. Who fits is offered it.
    for (key, level) in [("bo", 20), ("ana", 80), ("cy", 70)] {
        let skills = [(french, level)];
        let profile = AgentProfile::default().with_skills(skills).with_capacity(Capacity::items(2));
        let agent = floor.agent(key, profile);
        floor.tell(SetMembership::new(agent, other)).unwrap();
    }
    floor.settle();
    assert_eq!(floor.vendor.items["c1"].state, State::Pending("ana".into()));
    let offer = floor.sent[0].body.as_ref().unwrap()["assignment"].clone();
    assert_eq!(
        (&offer["timeout"], &offer["offered_on"]),
        (&30.into(), &"1970-01-01T00:00:00.000".into())
    );
    assert_eq!(paths(&mut floor), ["offer"]);
    // 5. Ana rejects: ana is not responding, the work is at the front and offered to the next
    // agent.
    floor.now = 5_000;
    floor.press("c1", false);
    let ana = floor.id("ana");
    assert_eq!(floor.engine.view().agent(ana).unwrap().status(), RoutingStatus::NotResponding);
    assert_eq!(floor.vendor.items["c1"].state, State::Pending("cy".into()));
    floor.is_in_step().unwrap();
    // 6. Cy accepts.
    paths(&mut floor);
    floor.press("c1", true);
    assert_eq!(floor.vendor.items["c1"].state, State::Accepted("cy".into()));
    assert_eq!(paths(&mut floor), Vec::<String>::new());
    // Hold is the engine's and the medium's; the work item stays.
    floor.tell(Hold::new(work)).unwrap();
    floor.tell(Retrieve::new(work)).unwrap();
    // 7. It is parked, transferred, and closed.
    floor.tell(Park::new(work)).unwrap();
    floor.tell(Resume::new(work, Resumer::Agent)).unwrap();
    floor.settle();
    assert_eq!(paths(&mut floor), Vec::<String>::new());
    let queue = floor.queue;
    floor.ready(ana);
    floor.tell(TransferToAgent::new(work, ana)).unwrap();
    floor.settle();
    assert_eq!(floor.vendor.items["c1"].state, State::Pending("ana".into()));
    floor.press("c1", true);
    floor.tell(TransferToQueue::new(work, queue)).unwrap();
    floor.settle();
    floor.is_in_step().unwrap();
    let offer = floor.offer(work);
    floor.tell(Accept::new(offer)).unwrap();
    floor.tell(FinishContact::new(work, Finisher::Agent)).unwrap();
    floor.settle();
    assert_eq!(floor.vendor.items["c1"].state, State::Over);
    floor.is_in_step().unwrap();
}

#[test]
fn an_offer_that_times_out_is_found_at_the_next_agent() {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    let work = floor.chat("c1");
    floor.settle();
    floor.wait(30_000);
    floor.settle();
    assert_eq!(floor.vendor.items["c1"].state, State::Pending("bo".into()));
    // An answer that comes too late does nothing here, and is undone there.
    let late = floor.id("ana");
    assert_eq!(floor.engine.view().agent(late).unwrap().status(), RoutingStatus::NotResponding);
    floor.press("c1", true);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: floor.id("bo") });
    floor.is_in_step().unwrap();
}
