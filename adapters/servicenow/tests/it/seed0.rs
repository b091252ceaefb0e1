//! What the joint product of a routing engine and ServiceNow promises, row by row. The numbers are
//! those of the list of features; what the engine keeps alone is in `tests/seeds`, and rows of a user
//! interface alone, and of another vendor's codec, are not here.

use strowger::command::TransferToQueue;
use strowger::model::{Capacity, ChannelId, SkillId};
use strowger::prelude::*;
use strowger::presence::{PresenceAsk, PresenceMap, PresenceReport, PresenceSync};
use strowger::state::{AssignmentState, Stage};
use strowger_servicenow::{Event, *};

use crate::floor::{Floor, at};
use crate::samples::sample;
use crate::vendor::State;

const SECOND: i64 = 1_000;

fn skilled(skills: &[(SkillId, u8)], items: u16) -> AgentProfile {
    let skills = skills.iter().copied();
    AgentProfile::default().with_skills(skills).with_capacity(Capacity::items(items))
}

/// A channel, and work that comes by it.
fn native(floor: &mut Floor, key: &str, profile: ChannelProfile) -> ChannelId {
    floor.tell(Define::new(key, profile)).unwrap()
}

fn submit(floor: &mut Floor, channel: ChannelId, key: &str) -> WorkId {
    floor.tell(Submit::new(WorkRequest::new(floor.queue, channel).with_key(key))).unwrap()
}

fn offered_to(floor: &Floor, work: WorkId) -> Option<String> {
    let view = floor.engine.view();
    let agent = view.offer(match view.work(work)?.stage() {
        Stage::Offered { offer } => offer,
        _ => return None,
    })?;
    view.key(agent.agent.into()).map(ToString::to_string)
}

fn status(floor: &Floor, agent: &str) -> RoutingStatus {
    floor.engine.view().agent(floor.id(agent)).unwrap().status()
}

/// What waits in the queue, in its order.
fn line_of(floor: &Floor) -> Vec<WorkId> {
    let queue = floor.engine.view().queue(floor.queue).unwrap();
    queue.line().iter().map(|work| work.id()).collect()
}

#[test]
fn seed0_row009_work_of_the_desk_and_native_work_share_a_line() {
    let mut floor = Floor::new(&[], 1);
    let mail = native(&mut floor, "mail", ChannelProfile::email());
    let first = floor.chat("c1");
    floor.now = SECOND;
    let second = submit(&mut floor, mail, "mail-1");
    floor.now = 2 * SECOND;
    let third = floor.chat("c2");
    assert_eq!(line_of(&floor), [first, second, third]);
}

#[test]
fn seed0_row010_an_offer_is_one_request() {
    let mut floor = Floor::new(&["ana"], 1);
    floor.chat("c1");
    floor.settle();
    let [request] = floor.sent.as_slice() else { panic!("{:?}", floor.sent) };
    assert_eq!(request.path, "/api/now/awa/documents/interaction/c1/offer");
    let expected = serde_json::json!({
        "external_segment_id": floor.engine.view().work_id("interaction/c1").unwrap().to_string(),
        "queue_id": "support",
        "assignment": {"agent_sys_id": "ana", "allowed_to_decline": true,
            "enable_auto_assign": false, "timeout": 30, "offered_on": "1970-01-01T00:00:00.000"},
    });
    assert_eq!(request.body.as_ref(), Some(&expected));
}

#[test]
fn seed0_row014_it_goes_to_the_queue_that_is_named_or_nowhere() {
    let mut floor = Floor::new(&[], 1);
    let vip = floor.tell(Define::new("vip", QueueProfile::default())).unwrap();
    let work = floor.intake("c1", &[("queue", "vip")]).unwrap();
    let view = floor.engine.view().work(work).unwrap();
    assert_eq!((view.queue(), view.position()), (vip, Some(1)));
    let unknown = floor.intake("c2", &[("queue", "nowhere")]);
    assert_eq!(unknown, Err(NotRouted::Queue("nowhere".into())));
    assert_eq!(floor.engine.view().open_work(), 1);
}

#[test]
fn seed0_row016_the_card_counts_down_from_the_offer() {
    let mut floor = Floor::new(&["ana"], 1);
    let half = parse_offered_on("2026-01-01T11:30:30.000").unwrap();
    floor.now = half.as_millis();
    floor.chat("c1");
    let body = floor.sent[0].body.as_ref().unwrap();
    let shown = parse_offered_on(body["assignment"]["offered_on"].as_str().unwrap()).unwrap();
    let timeout = body["assignment"]["timeout"].as_u64().unwrap();
    assert_eq!((shown, timeout), (half, 30));
    let now = parse_offered_on("2026-01-01T11:30:45.000").unwrap();
    assert_eq!(remaining(shown, 30, now), Span::from_secs(15));
    let until = floor.facts.iter().find_map(|fact| match fact.event {
        strowger::fact::Event::WorkOffered { until, .. } => until,
        _ => None,
    });
    assert_eq!(until.map(|until| until.since(now)), Some(Span::from_secs(15)));
}

#[test]
fn seed0_row021_accepted_work_has_its_controls() {
    let mut floor = Floor::new(&["ana"], 1);
    let work = floor.chat("c1");
    floor.settle();
    let ana = floor.id("ana");
    let find = |floor: &Floor| Controls::find(floor.engine.view(), ana, work, false);
    assert!(!find(&floor).allow(Control::Hold));
    floor.press("c1", true);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: ana });
    assert!(find(&floor).allow(Control::Hold) && find(&floor).allow(Control::Disconnect));
}

#[test]
fn seed0_row023_a_transfer_to_a_queue_begins_anew() {
    let mut floor = Floor::new(&["ana"], 1);
    let vip = floor.tell(Define::new("vip", QueueProfile::default())).unwrap();
    let work = floor.chat("c1");
    floor.settle();
    floor.press("c1", true);
    let before = floor.vendor.items["c1"].sys_id.clone();
    floor.now = 60 * SECOND;
    floor.tell(TransferToQueue::new(work, vip)).unwrap();
    floor.settle();
    assert_eq!(floor.engine.view().work(work).unwrap().entered(), at(60 * SECOND));
    assert_ne!(floor.vendor.items["c1"].sys_id, before);
    assert_eq!(floor.vendor.items["c1"].state, State::Queued);
    // Somebody there is asked, for an item that names the one before; what comes late of that one
    // gives nothing back to who had it.
    let bo = floor.agent("bo", skilled(&[], 1));
    floor.tell(SetMembership::new(bo, vip)).unwrap();
    floor.settle();
    let told = |item: &str, previous: Option<&str>| {
        serde_json::json!({"result": {"workItem": {"sys_id": item, "size": 1,
            "serviceChannel": {"name": "Chat", "sys_id": "chat"}, "previousWorkItem": previous,
            "document": {"sys_id": "c1", "table": "interaction"}, "isQueueTransferred": true}}})
    };
    let hear = |floor: &mut Floor, agent: &str, name: &str, body: serde_json::Value| {
        let event = Event::read(name, body.to_string().as_bytes()).unwrap();
        let agent = floor.id(agent);
        (floor.desk.hear(floor.engine.view(), agent, &event).commands, event)
    };
    let now = floor.vendor.items["c1"].sys_id.clone();
    let offer = told(&now, Some(&before));
    let (commands, event) = hear(&mut floor, "bo", "openframe_awa_workitem_offered", offer);
    let Event::Offered(item) = event else { panic!("{event:?}") };
    assert_eq!((&*item.sys_id, item.previous_work_item.as_deref()), (&*now, Some(&*before)));
    assert_eq!(commands, []);
    let late = told(&before, None);
    let (commands, _) = hear(&mut floor, "ana", "openframe_awa_workitem_accepted", late);
    assert_eq!(commands, []);
    floor.settle();
    assert_eq!(offered_to(&floor, work).as_deref(), Some("bo"));
    floor.press("c1", true);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: bo });
    floor.is_in_step().unwrap();
}

#[test]
fn seed0_row026_external_work_waits_for_the_engine_and_other_work_is_left_alone() {
    let mut floor = Floor::new(&[], 1);
    floor.chat("c1");
    let chat = floor.chat;
    let own = submit(&mut floor, chat, "own-1");
    floor.settle();
    assert!(floor.sent.is_empty());
    assert_eq!(floor.vendor.items["c1"].state, State::Queued);
    floor.agent("ana", skilled(&[], 2));
    floor.settle();
    assert_eq!(offered_to(&floor, own).as_deref(), Some("ana"));
    assert_eq!(floor.sent.len(), 1);
}

#[test]
fn seed0_row028_what_is_attached_comes_before_the_default() {
    let mut floor = Floor::new(&[], 1);
    let vip = floor.tell(Define::new("vip", QueueProfile::default())).unwrap();
    let named = floor.intake("c1", &[("queue", "vip")]).unwrap();
    let other = floor.chat("c2");
    let queue_of = |work| floor.engine.view().work(work).unwrap().queue();
    assert_eq!((queue_of(named), queue_of(other)), (vip, floor.queue));
}

#[test]
fn seed0_row032_an_agent_who_is_not_available_there() {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    floor.vendor.unavailable.insert("ana".into());
    let work = floor.chat("c1");
    floor.settle();
    assert_eq!(offered_to(&floor, work).as_deref(), Some("bo"));
    assert_eq!(status(&floor, "ana"), RoutingStatus::NotResponding);
    floor.is_in_step().unwrap();
    let mut floor = Floor::new(&["ana"], 1);
    floor.chat("c1");
    let (call, _) = floor.asked.remove(0);
    let body = br#"{"result":{"success":false,"message":"Agent is not available"}}"#;
    let answer = floor.desk.answer(floor.engine.view(), call, 409, body);
    assert!(matches!(answer.commands.as_slice(), [Command::Reject(_)]));
    assert_eq!(answer.read, Some(get_presence("ana")));
    let fault = Fault::AgentNotAvailable(String::new());
    assert_eq!(answer.failure, Some(Failure::Refused { status: 409, fault }));
}

#[test]
fn seed0_row033_a_presence_of_the_desk_is_a_command() {
    let name = "openframe_awa_agent_presence";
    let event = Event::read(name, sample(name).to_string().as_bytes()).unwrap();
    let Event::Presence(presence) = event else { panic!("{event:?}") };
    let agent = AgentId::from_raw(3);
    let asks =
        PresenceSync::new(PresenceMap::service_now()).report(agent, &presence.report(1, None));
    let presence = SystemPresence::OnQueue.id();
    assert_eq!(asks, [PresenceAsk::Here(SetPresence::new(agent, presence))]);
}

#[test]
fn seed0_row034_a_presence_is_passed_on_once() {
    let mut floor = Floor::new(&["ana"], 1);
    let agent = floor.id("ana");
    let mut sync = PresenceSync::new(PresenceMap::service_now()).with_people(floor.engine.view());
    let first = floor.facts.len();
    floor.tell(SetPresence::new(agent, SystemPresence::Meal.id())).unwrap();
    let mut asks: Vec<_> =
        floor.facts[first..].iter().flat_map(|fact| sync.observe(fact)).collect();
    // A meal is in no row: it falls back to Away.
    let away = "41f9b8dfb31313005baa6e5f26a8dcac";
    assert_eq!(asks.pop(), Some(PresenceAsk::There { agent, presence: away.into() }));
    assert_eq!(asks, []);
    let request = SetAgentPresence::new(away).request("ana");
    assert_eq!(request.body.unwrap()["presence"]["sys_id"], away);
    let echo = PresenceReport::new(1, away).with_source(None);
    assert_eq!(sync.report(agent, &echo), []);
}

#[test]
fn seed0_row036_an_acceptance_told_twice_is_one_command() {
    let mut floor = Floor::new(&["ana"], 1);
    let work = floor.chat("c1");
    floor.settle();
    let offer = floor.offer(work);
    floor.vendor.press("c1", true);
    let (agent, name, body) = floor.vendor.told.pop().unwrap();
    let (ana, accepted) = (floor.id(&agent), Event::read(name, body.to_string().as_bytes()));
    let accepted = accepted.unwrap();
    let answer = floor.desk.hear(floor.engine.view(), ana, &accepted);
    assert_eq!(answer.commands, [Accept::new(offer).into()]);
    floor.tell(Accept::new(offer)).unwrap();
    let again = floor.desk.hear(floor.engine.view(), ana, &accepted);
    assert_eq!((again.commands, again.read), (vec![], None));
    floor.settle();
    floor.is_in_step().unwrap();
}

/// An agent presses a control; how the work stands with them then, and which calls it made.
fn pressed(
    floor: &mut Floor,
    work: WorkId,
    control: Control,
) -> (Option<AssignmentState>, Vec<Request>) {
    let ana = floor.id("ana");
    let controls = Controls::find(floor.engine.view(), ana, work, false);
    let command = controls.press(control, work).unwrap().unwrap();
    let before = floor.sent.len();
    floor.tell(command).unwrap();
    let view = floor.engine.view();
    let has = view.agent(ana).unwrap().assignments().iter().find(|has| has.work == work);
    let state = has.map(|has| has.state);
    floor.settle();
    floor.is_in_step().unwrap();
    (state, floor.sent[before..].to_vec())
}

fn accepted(floor: &mut Floor, key: &str) -> WorkId {
    let work = floor.chat(key);
    floor.settle();
    floor.press(key, true);
    work
}

#[test]
fn seed0_row037_each_control_is_one_command_and_its_call() {
    let mut floor = Floor::new(&["ana"], 5);
    let work = accepted(&mut floor, "c1");
    // The other side has no hold and no park of its own: its item stays as it is.
    for (control, state) in [
        (Control::Hold, AssignmentState::Held),
        (Control::Retrieve, AssignmentState::Active),
        (Control::Park(None), AssignmentState::Parked),
        (Control::Resume, AssignmentState::Active),
    ] {
        assert_eq!(pressed(&mut floor, work, control), (Some(state), vec![]), "{control:?}");
    }
    let closed = |key| (None, vec![close_interaction(key)]);
    assert_eq!(pressed(&mut floor, work, Control::Disconnect), closed("c1"));
    let work = accepted(&mut floor, "c2");
    assert_eq!(pressed(&mut floor, work, Control::Close), closed("c2"));
    let chat = Controls::of(Some(AssignmentState::Active), false);
    let control = Control::Mute;
    assert_eq!(chat.press(control, work), Err(NotAvailable { control }));
    let call = Controls::of(Some(AssignmentState::Active), true);
    assert_eq!(call.press(control, work), Ok(None));
}

#[test]
fn seed0_row037_a_transfer_is_one_call() {
    let mut floor = Floor::new(&["ana"], 5);
    let vip = floor.tell(Define::new("vip", QueueProfile::default())).unwrap();
    let transfer = |key: &str, target: &str, kind: &str| {
        let transfer = serde_json::json!({"transfer": {"source_queue_id": "support",
            "target_id": target, "target_type": kind, "transfer_type": "blind"}});
        let path = format!("/api/now/awa/documents/interaction/{key}/offer");
        (None, vec![Request::new(Method::Post, path).with_body(&transfer)])
    };
    let work = accepted(&mut floor, "c1");
    let to_queue = pressed(&mut floor, work, Control::TransferToQueue(vip));
    assert_eq!(to_queue, transfer("c1", "vip", "queue"));
    let work = accepted(&mut floor, "c2");
    let bo = floor.agent("bo", skilled(&[], 1));
    let to_agent = pressed(&mut floor, work, Control::TransferToAgent(bo));
    assert_eq!(to_agent, transfer("c2", "bo", "agent"));
}

#[test]
fn seed0_row038_both_sides_are_in_step_after_each_of_500_controls() {
    let mut floor = Floor::new(&["ana", "bo"], 2);
    let queue = floor.queue;
    let mut seed = 7_u32;
    let mut next = |bound: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % bound
    };
    for number in 0..500 {
        let works: Vec<_> = floor.engine.view().works().map(|work| work.id()).collect();
        if works.len() < 4 {
            floor.chat(&format!("c{number}"));
        } else {
            let work = works[next(works.len() as u32) as usize];
            let other = [floor.id("ana"), floor.id("bo")][next(2) as usize];
            let command = match floor.stage(work) {
                Stage::Offered { offer } => Some(Accept::new(offer).into()),
                Stage::Assigned { agent } | Stage::Parked { agent, .. } => {
                    let control = [
                        Control::Hold,
                        Control::Retrieve,
                        Control::TransferToQueue(queue),
                        Control::TransferToAgent(other),
                        Control::Park(None),
                        Control::Resume,
                        Control::Disconnect,
                    ][next(7) as usize];
                    let controls = Controls::find(floor.engine.view(), agent, work, false);
                    controls.press(control, work).ok().flatten()
                }
                _ => None,
            };
            let _ = command.map(|command| floor.tell(command));
        }
        floor.settle();
        floor.is_in_step().unwrap();
    }
}
