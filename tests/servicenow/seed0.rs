//! What the joint product of a routing engine and ServiceNow promises, row by row. The numbers are
//! those of the list of features; rows of a user interface alone, and of another vendor's codec, are
//! not here.

use strowger::servicenow::{Event, *};
use strowger::*;

use crate::floor::{Floor, at};
use crate::samples::sample;
use crate::vendor::State;

const SECOND: i64 = 1_000;

fn skilled(skills: &[(SkillId, u8)], items: u16) -> AgentProfile {
    let skills = skills.iter().copied().collect();
    AgentProfile { skills, capacity: Capacity::items(items), ..AgentProfile::default() }
}

/// A channel, and work that comes by it.
fn native(floor: &mut Floor, key: &str, profile: ChannelProfile) -> ChannelId {
    floor.tell(Define::new(key, profile)).unwrap()
}

fn submit(floor: &mut Floor, channel: ChannelId, key: &str) -> WorkId {
    let key = Some(key.into());
    floor.tell(Submit::new(WorkRequest { key, ..WorkRequest::new(floor.queue, channel) })).unwrap()
}

fn rings_at(floor: &Floor, work: WorkId) -> Option<String> {
    let view = floor.engine.view();
    let agent = view.offer(match view.work(work)?.stage() {
        Stage::Offered { offer } => offer,
        _ => return None,
    })?;
    view.key(agent.agent.into()).map(ToString::to_string)
}

fn status(floor: &Floor, agent: &str) -> RoutingStatus {
    floor.engine.view().agent_by_key(agent).unwrap().status()
}

#[test]
fn seed0_row001_voice_chat_and_case_of_one_customer() {
    let mut floor = Floor::new(&[], 1);
    let (voice, case) = (ChannelProfile::voice(), ChannelProfile::work_item());
    let (voice, case) = (native(&mut floor, "voice", voice), native(&mut floor, "case", case));
    let (queue, chat) = (floor.queue, floor.chat);
    for channel in [voice, chat, case] {
        let attached = [("customer".into(), "c-17".into())].into();
        floor
            .tell(Submit::new(WorkRequest { attached, ..WorkRequest::new(queue, channel) }))
            .unwrap();
    }
    let view = floor.engine.view();
    let his = |work: &WorkView<'_>| {
        work.request().attached.get("customer").is_some_and(|c| **c == *"c-17")
    };
    let channels: Vec<_> = view.works().filter(his).map(|work| work.request().channel).collect();
    assert_eq!(channels, [voice, chat, case]);
}

#[test]
fn seed0_row002_one_engine_for_three_media() {
    let mut floor = Floor::new(&[], 1);
    let voice = native(&mut floor, "voice", ChannelProfile::voice());
    let case = native(&mut floor, "case", ChannelProfile::work_item());
    let chat = floor.chat;
    let all = [voice, chat, case];
    for (key, own) in ["vera", "cleo", "kim"].into_iter().zip(all) {
        let closed = all.iter().filter(|channel| **channel != own);
        let channels = closed.map(|channel| (*channel, 0)).collect();
        let capacity = Capacity { channels, ..Capacity::items(1) };
        floor.agent(key, AgentProfile { capacity, ..AgentProfile::default() });
    }
    let works = all.map(|channel| submit(&mut floor, channel, &format!("w{channel}")));
    let at = works.map(|work| rings_at(&floor, work).unwrap());
    assert_eq!(at, ["vera", "cleo", "kim"]);
}

#[test]
fn seed0_row006_an_hour_of_an_agent_from_the_facts() {
    let mut floor = Floor::new(&["ana"], 1);
    floor.now = 10 * SECOND;
    let first = floor.chat("c1");
    floor.now = 15 * SECOND;
    floor.tell(Accept { offer: floor.offer(first) }).unwrap();
    floor.now = 75 * SECOND;
    floor.tell(FinishContact { work: first, by: Finisher::Agent }).unwrap();
    floor.now = 100 * SECOND;
    floor.chat("c2");
    floor.wait(30 * SECOND);
    let mut spent = std::collections::BTreeMap::new();
    let (mut since, mut was) = (at(0), RoutingStatus::OffQueue);
    let end = Fact { at: at(3_600 * SECOND), ..floor.facts[0].clone() };
    for fact in floor.facts.iter().chain([&end]) {
        let now = if let strowger::Event::RoutingStatusChanged { status, .. } = fact.event {
            status
        } else if fact.at == end.at {
            was
        } else {
            continue;
        };
        *spent.entry(was).or_insert(0) += fact.effective().since(since).as_millis() / 1_000;
        (since, was) = (fact.effective(), now);
    }
    let of = |status| spent.get(&status).copied().unwrap_or(0);
    assert_eq!(of(RoutingStatus::Idle), 10 + 25);
    assert_eq!(of(RoutingStatus::Offered), 5 + 30);
    assert_eq!(of(RoutingStatus::Interacting), 60);
    assert_eq!(of(RoutingStatus::NotResponding), 3_600 - 130);
    assert_eq!(floor.engine.view().queue(floor.queue).unwrap().service_level(), Some(1_000));
}

#[test]
fn seed0_row007_nobody_is_overloaded() {
    let mut floor = Floor::new(&["ana"], 2);
    let works = ["c1", "c2", "c3"].map(|key| floor.chat(key));
    let waits = works.map(|work| floor.stage(work) == Stage::Queued);
    assert_eq!(waits, [false, false, true]);
    assert_eq!(floor.engine.view().agent_by_key("ana").unwrap().items_in_use(), 200);
}

#[test]
fn seed0_row008_several_types_at_once_and_interruption() {
    let mut floor = Floor::new(&["ana"], 4);
    let voice = native(&mut floor, "voice", ChannelProfile::voice());
    let case = native(&mut floor, "case", ChannelProfile::work_item());
    let chat = floor.chat;
    submit(&mut floor, case, "k1");
    submit(&mut floor, chat, "t1");
    submit(&mut floor, chat, "t2");
    assert_eq!(floor.engine.view().agent_by_key("ana").unwrap().offers().len(), 3);
    let call = submit(&mut floor, voice, "v1");
    assert_eq!(rings_at(&floor, call).as_deref(), Some("ana"));
    let alone = ChannelProfile { interruptible_by: Some(vec![chat]), ..ChannelProfile::chat() };
    let mut floor = Floor::new(&["ana"], 4);
    floor.tell(Change::new(floor.chat, alone)).unwrap();
    let voice = native(&mut floor, "voice", ChannelProfile::voice());
    floor.chat("t1");
    let call = submit(&mut floor, voice, "v1");
    assert_eq!(rings_at(&floor, call), None);
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
        "external_segment_id": floor.engine.view().work_id_by_key("interaction/c1").unwrap().to_string(),
        "queue_id": "support",
        "assignment": {"agent_sys_id": "ana", "allowed_to_decline": true,
            "enable_auto_assign": false, "timeout": 30, "offered_on": "1970-01-01T00:00:00.000"},
    });
    assert_eq!(request.body.as_ref(), Some(&expected));
}

#[test]
fn seed0_row013_voice_chat_and_case_start() {
    let mut floor = Floor::new(&[], 1);
    let voice = native(&mut floor, "voice", ChannelProfile::voice());
    let call = submit(&mut floor, voice, "call-1");
    let chat = floor.chat("c1");
    let view = floor.engine.view();
    assert_eq!(view.work(call).unwrap().request().channel, voice);
    assert_eq!(view.work(chat).unwrap().request().channel, floor.chat);
    assert_eq!(view.open_work(), 2);
}

#[test]
fn seed0_row014_it_goes_to_the_named_queue() {
    let mut floor = Floor::new(&[], 1);
    let vip = floor.tell(Define::new("vip", QueueProfile::default())).unwrap();
    let work = floor.intake("c1", &[("queue", "vip")]).unwrap();
    let view = floor.engine.view().work(work).unwrap();
    assert_eq!((view.queue(), view.position()), (vip, Some(1)));
    assert!(floor.facts.iter().any(|fact| fact.event.name() == "work_submitted"));
    assert_eq!(
        floor.intake("c2", &[("queue", "nowhere")]),
        Err(NotRouted::Queue("nowhere".into()))
    );
    assert_eq!(floor.engine.view().open_work(), 1);
}

/// Ana is idle longest and less able, Bo has something, Cy is most able.
fn chosen(choice: AgentChoice, preferred: Option<&str>) -> String {
    let mut floor = Floor::with(QueueProfile { choice, ..QueueProfile::default() }, &[], 1);
    let french = floor.tell(Define::new("french", SkillProfile {})).unwrap();
    floor.agent("ana", skilled(&[(french, 60)], 2));
    let busy = floor.chat("busy");
    floor.tell(Accept { offer: floor.offer(busy) }).unwrap();
    floor.now = SECOND;
    floor.agent("bo", skilled(&[(french, 70)], 2));
    floor.agent("cy", skilled(&[(french, 90)], 2));
    let need = Need::of(Requirement::skill(french, Comparison::AtLeast, 0));
    let wait = Span::from_secs(10);
    let preferred = preferred.map(|key| Preferred::agent(floor.id(key), wait));
    let request = WorkRequest { need, preferred, ..WorkRequest::new(floor.queue, floor.chat) };
    let work = floor.tell(Submit::new(request)).unwrap();
    rings_at(&floor, work).unwrap()
}

#[test]
fn seed0_row015_four_ways_to_choose() {
    assert_eq!(chosen(AgentChoice::LongestIdle, None), "ana");
    assert_eq!(chosen(AgentChoice::LeastLoaded, None), "bo");
    assert_eq!(chosen(AgentChoice::MostProficient, None), "cy");
    assert_eq!(chosen(AgentChoice::MostProficient, Some("bo")), "bo");
}

#[test]
fn seed0_row016_the_offer_has_its_countdown() {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    let work = floor.chat("c1");
    let offer = *floor.engine.view().offer(floor.offer(work)).unwrap();
    assert_eq!(offer.agent, floor.id("ana"));
    assert!(floor.engine.view().agent_by_key("bo").unwrap().offers().is_empty());
    let half = parse_offered_on("2026-01-01T11:30:30.000").unwrap();
    let now = parse_offered_on("2026-01-01T11:30:45.000").unwrap();
    assert_eq!(remaining(half, 30, now), Span::from_secs(15));
}

#[test]
fn seed0_row017_who_rejects_does_not_respond_and_keeps_what_he_has() {
    let mut floor = Floor::new(&["ana"], 3);
    let first = floor.chat("c1");
    floor.tell(Accept { offer: floor.offer(first) }).unwrap();
    let second = floor.chat("c2");
    floor.settle();
    floor.press("c2", false);
    assert_eq!(status(&floor, "ana"), RoutingStatus::NotResponding);
    assert_eq!(floor.stage(first), Stage::Assigned { agent: floor.id("ana") });
    let third = floor.chat("c3");
    assert_eq!([second, third].map(|work| floor.stage(work)), [Stage::Queued; 2]);
}

/// Works that Ana rejected, the last first.
fn rejected(floor: &mut Floor, keys: &[&str]) -> Vec<WorkId> {
    let mut works = Vec::new();
    for key in keys {
        floor.now += SECOND;
        works.push(floor.chat(key));
    }
    for work in works.iter().rev() {
        floor.tell(Reject { offer: floor.offer(*work), reason: None, retry_at: None }).unwrap();
    }
    assert_eq!(status(floor, "ana"), RoutingStatus::NotResponding);
    works
}

#[test]
fn seed0_row018_rejected_work_is_next_whatever_the_priority() {
    let mut floor = Floor::new(&["ana"], 1);
    let works = rejected(&mut floor, &["c1"]);
    let urgent = floor.intake("c2", &[("priority", "100")]).unwrap();
    floor.agent("bo", skilled(&[], 1));
    assert_eq!(rings_at(&floor, works[0]).as_deref(), Some("bo"));
    assert_eq!(floor.stage(urgent), Stage::Queued);
}

#[test]
fn seed0_row019_rejected_work_keeps_its_order() {
    let profile = QueueProfile { withdraw_offers: false, ..QueueProfile::default() };
    let mut floor = Floor::with(profile, &["ana"], 2);
    let works = rejected(&mut floor, &["c1", "c2"]);
    assert_eq!(line_of(&floor), works);
}

#[test]
fn seed0_row020_what_nobody_may_take_blocks_nothing() {
    let mut floor = Floor::new(&[], 1);
    floor.tell(Define::new("french", SkillProfile {})).unwrap();
    let first = floor.intake("c1", &[("skills", "french")]).unwrap();
    let second = floor.chat("c2");
    floor.agent("ana", skilled(&[], 1));
    assert_eq!(floor.stage(first), Stage::Queued);
    assert_eq!(rings_at(&floor, second).as_deref(), Some("ana"));
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
fn seed0_row022_closing_frees_at_once() {
    let mut floor = Floor::new(&["ana"], 1);
    let (first, second) = (floor.chat("c1"), floor.chat("c2"));
    floor.tell(Accept { offer: floor.offer(first) }).unwrap();
    floor.now = SECOND;
    floor.tell(Close { work: first, code: None }).unwrap();
    assert_eq!(rings_at(&floor, second).as_deref(), Some("ana"));
    assert_eq!(floor.facts.last().unwrap().at, at(SECOND));
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
    floor.tell(TransferToQueue { work, queue: vip, placement: None }).unwrap();
    floor.settle();
    assert_eq!(floor.engine.view().work(work).unwrap().entered(), at(60 * SECOND));
    assert_ne!(floor.vendor.items["c1"].sys_id, before);
    assert_eq!(floor.vendor.items["c1"].state, State::Queued);
}

#[test]
fn seed0_row024_a_blind_transfer_needs_somebody_available() {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    let work = floor.chat("c1");
    floor.tell(Accept { offer: floor.offer(work) }).unwrap();
    let (ana, bo) = (floor.id("ana"), floor.id("bo"));
    floor.tell(SetPresence { agent: bo, presence: SystemPresence::Away.id() }).unwrap();
    let refused = floor.tell(TransferToAgent { work, agent: bo });
    assert_eq!(refused, Err(Refusal::Unavailable { agent: bo, why: Unavailable::OffQueue }));
    assert_eq!(floor.stage(work), Stage::Assigned { agent: ana });
}

#[test]
fn seed0_row025_parking_frees_and_comes_back() {
    let mut floor = Floor::new(&["ana"], 1);
    let work = floor.chat("c1");
    floor.tell(Accept { offer: floor.offer(work) }).unwrap();
    let until = Some(at(60 * SECOND));
    floor.tell(Park { work, until }).unwrap();
    let ana = floor.id("ana");
    assert_eq!(floor.engine.view().agent(ana).unwrap().items_in_use(), 0);
    floor.wait(59_999);
    assert_eq!(floor.stage(work), Stage::Parked { agent: ana, until });
    floor.wait(1);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: ana });
    floor.tell(Park { work, until: None }).unwrap();
    floor.tell(Resume { work, by: Resumer::Customer }).unwrap();
    assert_eq!(floor.stage(work), Stage::Assigned { agent: ana });
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
    assert_eq!(rings_at(&floor, own).as_deref(), Some("ana"));
    assert_eq!(floor.sent.len(), 1);
    // The other way round: a queue of ours is external, and ours waits for a decision from outside
    // while somebody is free.
    let external = QueueProfile { external: true, ..QueueProfile::default() };
    let outside = floor.tell(Define::new("outside", external)).unwrap();
    let request = WorkRequest { key: Some("own-2".into()), ..WorkRequest::new(outside, chat) };
    let waiting = floor.tell(Submit::new(request)).unwrap();
    let bo = floor.agent("bo", skilled(&[], 2));
    let membership = Membership::default();
    floor.tell(SetMembership { agent: bo, queue: outside, membership, channel: None }).unwrap();
    floor.settle();
    assert_eq!(rings_at(&floor, waiting), None);
    floor.tell(Assign { work: waiting, agent: bo }).unwrap();
    floor.settle();
    assert_eq!(rings_at(&floor, waiting).as_deref(), Some("bo"));
}

#[test]
fn seed0_row028_the_attached_queue_comes_before_the_default() {
    let mut floor = Floor::new(&[], 1);
    let vip = floor.tell(Define::new("vip", QueueProfile::default())).unwrap();
    let named = floor.intake("c1", &[("queue", "vip")]).unwrap();
    let other = floor.chat("c2");
    let queue_of = |work| floor.engine.view().work(work).unwrap().queue();
    assert_eq!((queue_of(named), queue_of(other)), (vip, floor.queue));
}

#[test]
fn seed0_row029_a_point_of_priority_is_a_minute() {
    for (entered, first) in [(599, true), (601, false)] {
        let mut floor = Floor::new(&[], 1);
        let early = floor.chat("c1");
        floor.now = entered * SECOND;
        let urgent = floor.intake("c2", &[("priority", "10")]).unwrap();
        let position = |work| floor.engine.view().work(work).unwrap().position().unwrap();
        assert_eq!(position(urgent) < position(early), first, "{entered}");
    }
    let mut floor = Floor::new(&[], 1);
    for (priority, allowed) in [(25_000_000, true), (-25_000_000, true), (25_000_001, false)] {
        let priority = Priority(priority);
        let request = WorkRequest { priority, ..WorkRequest::new(floor.queue, floor.chat) };
        assert_eq!(floor.tell(Submit::new(request)).is_ok(), allowed);
    }
}

#[test]
fn seed0_row030_skills_of_the_vendor_s_examples() {
    let mut floor = Floor::new(&[], 1);
    let skills = ["x", "y", "z"].map(|key| floor.tell(Define::new(key, SkillProfile {})).unwrap());
    let [x, y, z] = skills;
    let wish = |skill, level| Wish {
        requirement: Requirement::skill(skill, Comparison::AtLeast, level),
        weight: 1,
    };
    let best = |wishes| Need { wishes, evaluation: Evaluation::Best, ..Need::default() };
    // Two of three at the level before one of three; the other only if she rejects.
    floor.agent("b", skilled(&[(x, 80), (y, 20), (z, 20)], 1));
    floor.agent("a", skilled(&[(x, 80), (y, 80), (z, 20)], 1));
    let need = best([x, y, z].map(|skill| wish(skill, 80)).into());
    let request = WorkRequest { need, ..WorkRequest::new(floor.queue, floor.chat) };
    let work = floor.tell(Submit::new(request)).unwrap();
    assert_eq!(rings_at(&floor, work).as_deref(), Some("a"));
    floor.tell(Reject { offer: floor.offer(work), reason: None, retry_at: None }).unwrap();
    assert_eq!(rings_at(&floor, work).as_deref(), Some("b"));
    // Having both skills comes before having one at the level.
    let mut floor = Floor::new(&[], 1);
    let skills = ["x", "y", "z"].map(|key| floor.tell(Define::new(key, SkillProfile {})).unwrap());
    let [x, y, z] = skills;
    floor.agent("two", skilled(&[(x, 90)], 1));
    floor.agent("one", skilled(&[(x, 10), (y, 10)], 1));
    let has = |skill| Wish { weight: 10, ..wish(skill, 0) };
    let need = best(vec![has(x), has(y), wish(x, 90), wish(y, 90)]);
    let request = WorkRequest { need, ..WorkRequest::new(floor.queue, floor.chat) };
    let work = floor.tell(Submit::new(request)).unwrap();
    assert_eq!(rings_at(&floor, work).as_deref(), Some("one"));
    // Mandatory at the level: who has all three but one too low is no candidate.
    floor.agent("c", skilled(&[(x, 80), (y, 20), (z, 80)], 1));
    floor.agent("d", skilled(&[(x, 80), (y, 80)], 1));
    let work = floor.intake("c1", &[("skills", "x:80, y:80")]).unwrap();
    assert_eq!(rings_at(&floor, work).as_deref(), Some("d"));
    let why = floor.engine.explain(work, floor.id("c")).unwrap();
    assert!(why.obstacles.iter().any(|obstacle| obstacle.kept_by.gate() == Gate::Need));
}

#[test]
fn seed0_row031_the_algorithm_is_the_queue_s_own() {
    assert_ne!(chosen(AgentChoice::LongestIdle, None), chosen(AgentChoice::MostProficient, None));
    let mut floor = Floor::new(&["ana", "bo"], 2);
    let choice = AgentChoice::FixedOrder;
    let fixed =
        floor.tell(Define::new("fixed", QueueProfile { choice, ..Default::default() })).unwrap();
    for (key, order) in [("ana", 2), ("bo", 1)] {
        let (agent, membership) =
            (floor.id(key), Membership { rank: order, ..Membership::default() });
        floor.tell(SetMembership { agent, queue: fixed, membership, channel: None }).unwrap();
    }
    let there = floor.tell(Submit::new(WorkRequest::new(fixed, floor.chat))).unwrap();
    let here = floor.chat("c1");
    assert_eq!(rings_at(&floor, there).as_deref(), Some("bo"));
    assert_eq!(rings_at(&floor, here).as_deref(), Some("ana"));
}

#[test]
fn seed0_row032_an_agent_who_is_not_available_there() {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    floor.vendor.unavailable.insert("ana".into());
    let work = floor.chat("c1");
    floor.settle();
    assert_eq!(rings_at(&floor, work).as_deref(), Some("bo"));
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
    assert_eq!(asks, [PresenceAsk::Here(SetPresence { agent, presence })]);
}

#[test]
fn seed0_row034_a_presence_is_passed_on_once() {
    let mut floor = Floor::new(&["ana"], 1);
    let agent = floor.id("ana");
    let mut sync = PresenceSync::new(PresenceMap::service_now()).with_people(floor.engine.view());
    let first = floor.facts.len();
    floor.tell(SetPresence { agent, presence: SystemPresence::Meal.id() }).unwrap();
    let mut asks: Vec<_> =
        floor.facts[first..].iter().flat_map(|fact| sync.observe(fact)).collect();
    // A meal is in no row: it falls back to Away.
    let away = "41f9b8dfb31313005baa6e5f26a8dcac";
    assert_eq!(asks.pop(), Some(PresenceAsk::There { agent, presence: away.into() }));
    assert_eq!(asks, []);
    let request = SetAgentPresence::new(away).request("ana");
    assert_eq!(request.body.unwrap()["presence"]["sys_id"], away);
    let echo = PresenceReport { revision: 1, presence: away.into(), source: None };
    assert_eq!(sync.report(agent, &echo), []);
}

#[test]
fn seed0_row036_an_acceptance_told_twice_is_one_command() {
    let mut floor = Floor::new(&["ana"], 1);
    floor.chat("c1");
    floor.settle();
    floor.vendor.press("c1", true);
    let (agent, name, body) = floor.vendor.told.pop().unwrap();
    floor.told = vec![(agent.clone(), name, body.clone()), (agent, name, body)];
    floor.settle();
    let accepted = floor.facts.iter().filter(|fact| fact.event.name() == "offer_accepted");
    assert_eq!(accepted.count(), 1);
    floor.is_in_step().unwrap();
}

#[test]
fn seed0_row037_each_control_is_one_command() {
    let mut floor = Floor::new(&["ana"], 1);
    let work = floor.chat("c1");
    floor.settle();
    floor.press("c1", true);
    let ana = floor.id("ana");
    for (control, state) in [
        (Control::Hold, Some(AssignmentState::Held)),
        (Control::Retrieve, Some(AssignmentState::Active)),
        (Control::Park(None), Some(AssignmentState::Parked)),
        (Control::Resume, Some(AssignmentState::Active)),
        (Control::Disconnect, None),
    ] {
        let controls = Controls::find(floor.engine.view(), ana, work, false);
        let command = controls.press(control, work).unwrap().unwrap();
        floor.tell(command).unwrap();
        let assignments = floor.engine.view().agent(ana).unwrap().assignments();
        assert_eq!(assignments.first().map(|assignment| assignment.state), state, "{control:?}");
    }
    let chat = Controls::of(Some(AssignmentState::Active), false);
    let control = Control::Mute;
    assert_eq!(chat.press(control, work), Err(NotAvailable { control }));
    let call = Controls::of(Some(AssignmentState::Active), true);
    assert_eq!(call.press(control, work), Ok(None));
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
                Stage::Offered { offer } => Some(Accept { offer }.into()),
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

#[test]
fn seed0_row040_the_engine_runs_alone() {
    let mut log = Log::default();
    let mut engine = Engine::new(Config::default(), at(0), &mut log).unwrap();
    let chat =
        engine.execute(at(0), Define::new("chat", ChannelProfile::chat()), &mut log).unwrap();
    let queue = engine.execute(at(0), Define::new("q", QueueProfile::default()), &mut log).unwrap();
    engine.execute(at(0), Submit::new(WorkRequest::new(queue, chat)), &mut log).unwrap();
    assert_eq!(engine.view().open_work(), 1);
}

#[test]
fn seed0_row041_the_facts_are_enough() {
    let mut floor = Floor::new(&["ana", "bo"], 1);
    for key in ["c1", "c2", "c3"] {
        let work = floor.chat(key);
        floor.settle();
        floor.press(key, key != "c2");
        if let Stage::Assigned { .. } = floor.stage(work) {
            floor.tell(FinishContact { work, by: Finisher::Agent }).unwrap();
        }
        floor.wait(1_000);
    }
    let again = Engine::replay(floor.facts.iter().cloned()).unwrap();
    assert_eq!(again.digest(), floor.engine.digest());
}

#[test]
fn seed0_row042_who_may_not_have_calls_gets_none_and_it_says_why() {
    let mut floor = Floor::new(&[], 1);
    let voice = native(&mut floor, "voice", ChannelProfile::voice());
    let capacity = Capacity::items(3).with_channel(voice, 0);
    let ana = floor.agent("ana", AgentProfile { capacity, ..AgentProfile::default() });
    let call = submit(&mut floor, voice, "call-1");
    assert_eq!(floor.stage(call), Stage::Queued);
    let why = floor.engine.explain(call, ana).unwrap();
    assert_eq!(why.obstacles[0].kept_by.gate(), Gate::Room);
}
