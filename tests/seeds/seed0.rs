//! What the joint product of a routing engine and a desk promises, row by row, as far as the engine
//! keeps it alone. The rows that need a codec are tested in the packages under `adapters`.

use strowger::command::{
    Assign, Cancel, Close, Park, Resume, Resumer, TransferToAgent, TransferToQueue, Unavailable,
};
use strowger::explain::{Gate, KeptBy};
use strowger::figures::{Figures, FiguresConfig, Handling, ServiceLevel, StatusTime};
use strowger::interaction::{
    Document, InteractionRequest, InteractionState, InteractionType, Operation, RecordConfig,
    RelateRecord,
};
use strowger::model::{
    AgentChoice, Capacity, Comparison, Evaluation, Preferred, Priority, SkillId, Wish,
};
use strowger::prelude::*;
use strowger::state::Stage;

use crate::centre::{Centre, at};
use crate::floor::{self, ANA, CHAT, DESK, Floor, SUPPORT, VOICE, with_phone};

const SECOND: i64 = 1_000;

fn skilled(skills: &[(SkillId, u8)], items: u16) -> AgentProfile {
    let skills = skills.iter().copied();
    AgentProfile::default().with_skills(skills).with_capacity(Capacity::items(items))
}

#[test]
fn seed0_row001_voice_chat_and_case_of_one_customer() {
    let mut floor = Floor::new(with_phone());
    let open = |floor: &mut Floor, when, kind, customer: &str| {
        floor.open_as(when, InteractionRequest::new(kind).with_opened_for(customer))
    };
    let voice = open(&mut floor, 1, InteractionType::Phone, "c-17");
    let call = floor.submit(1, voice, SUPPORT, VOICE);
    open(&mut floor, 2, InteractionType::Phone, "c-18");
    let case = open(&mut floor, 3, InteractionType::Case, "c-17");
    let item = floor.submit(4, case, SUPPORT, DESK);
    // A chat has no record, and is the same customer's.
    for customer in ["c-17", "c-18"] {
        floor.work(5, Submit::new(WorkRequest::new(SUPPORT, CHAT).with_customer(customer)));
    }
    let all = floor.centre.of_customer("c-17");
    let told: Vec<_> = all.iter().map(|one| (one.interaction, one.kind, one.channel)).collect();
    let expected = [
        (None, None, Some(CHAT)),
        (Some(case), Some(InteractionType::Case), Some(DESK)),
        (Some(voice), Some(InteractionType::Phone), Some(VOICE)),
    ];
    assert_eq!(told, expected);
    assert_eq!([all[1].work, all[2].work], [Some(item), Some(call)]);
    assert_eq!(all.iter().map(|one| one.since).collect::<Vec<_>>(), [5, 3, 1].map(floor::at));
    assert!(floor.centre.of_customer("c-19").is_empty());
}

#[test]
fn seed0_row002_one_engine_for_three_media() {
    let mut floor = Centre::new(&[], 1);
    let voice = floor.tell(Define::new("voice", ChannelProfile::voice())).unwrap();
    let case = floor.tell(Define::new("case", ChannelProfile::work_item())).unwrap();
    let chat = floor.chat;
    let all = [voice, chat, case];
    // Idle for longest is who takes none of what comes first.
    for (key, own) in [("kim", case), ("vera", voice), ("cleo", chat)] {
        let closed = all.iter().filter(|channel| **channel != own);
        let channels = closed.map(|channel| (*channel, 0));
        let capacity = Capacity::items(1).with_channels(channels);
        floor.agent(key, AgentProfile::default().with_capacity(capacity));
    }
    for (channel, agent) in all.into_iter().zip(["vera", "cleo", "kim"]) {
        let before = floor.facts.len();
        let work = floor.by(channel);
        // In the very call in which it comes, and to nobody else.
        assert_eq!(floor.offered_to(work), Some(agent));
        let offers =
            floor.facts[before..].iter().filter(|fact| fact.event.name() == "work_offered");
        assert_eq!(offers.count(), 1);
    }
}

#[test]
fn seed0_row006_an_hour_of_an_agent_from_the_facts() {
    let mut floor = Centre::new(&["ana"], 1);
    floor.now = 10 * SECOND;
    let first = floor.chat();
    floor.now = 15 * SECOND;
    floor.accept(first);
    floor.now = 75 * SECOND;
    floor.tell(FinishContact::new(first, Finisher::Agent)).unwrap();
    floor.now = 100 * SECOND;
    let second = floor.chat();
    floor.wait(30 * SECOND);
    floor.now = 160 * SECOND;
    floor.tell(Abandon::new(second)).unwrap();
    let hour = FiguresConfig::default().with_interval(Span::from_mins(60));
    let mut figures = Figures::new(hour).unwrap();
    floor.facts.iter().for_each(|fact| figures.apply(fact).unwrap());
    let closed = figures.close_until(at(3_600 * SECOND));
    let [ana] = closed.agents.as_slice() else { panic!("{:?}", closed.agents) };
    let mut time = StatusTime::default();
    time.idle = Span::from_secs(10 + 25);
    time.offered = Span::from_secs(5 + 30);
    time.interacting = Span::from_secs(60);
    time.not_responding = Span::from_secs(3_600 - 130);
    assert_eq!((ana.agent, ana.time), (floor.id("ana"), time));
    let mut handling = Handling::default();
    (handling.offered, handling.accepted, handling.missed) = (2, 1, 1);
    (handling.handled, handling.handled_time) = (1, Span::from_secs(60));
    (handling.alerting, handling.talk) = (Span::from_secs(35), Span::from_secs(60));
    assert_eq!(ana.handling, handling);
    let [queue] = closed.queues.as_slice() else { panic!("{:?}", closed.queues) };
    let service = (queue.service.offered, queue.service.answered, queue.service.abandoned);
    assert_eq!(service, (2, 1, 1));
    // One of two was answered in time.
    assert_eq!(queue.service.service_level(ServiceLevel::Offered), Some(500));
}

#[test]
fn seed0_row007_nobody_is_overloaded() {
    let mut floor = Centre::new(&["ana"], 2);
    let works = [(); 3].map(|()| floor.chat());
    let waits = works.map(|work| floor.stage(work) == Stage::Queued);
    assert_eq!(waits, [false, false, true]);
    assert_eq!(floor.engine.view().agent(floor.id("ana")).unwrap().items_in_use(), 200);
}

#[test]
fn seed0_row008_several_types_at_once_and_interruption() {
    let mut floor = Centre::new(&["ana"], 4);
    let voice = floor.tell(Define::new("voice", ChannelProfile::voice())).unwrap();
    let case = floor.tell(Define::new("case", ChannelProfile::work_item())).unwrap();
    let chat = floor.chat;
    floor.by(case);
    floor.by(chat);
    floor.by(chat);
    assert_eq!(floor.engine.view().agent(floor.id("ana")).unwrap().offers().len(), 3);
    let call = floor.by(voice);
    assert_eq!(floor.offered_to(call), Some("ana"));
    let alone = ChannelProfile::chat().with_interruptible_by(vec![chat]);
    let mut floor = Centre::new(&["ana"], 4);
    floor.tell(Change::new(floor.chat, alone)).unwrap();
    let voice = floor.tell(Define::new("voice", ChannelProfile::voice())).unwrap();
    floor.chat();
    let call = floor.by(voice);
    assert_eq!(floor.offered_to(call), None);
}

#[test]
fn seed0_row013_voice_chat_and_case_start() {
    let mut floor = Floor::new(with_phone());
    for (kind, channel) in [
        (InteractionType::Phone, VOICE),
        (InteractionType::Chat, CHAT),
        (InteractionType::Case, DESK),
    ] {
        let id = floor.open(0, kind);
        let work = floor.submit(5, id, SUPPORT, channel);
        let request = floor.centre.engine().view().work(work).unwrap().request().clone();
        assert_eq!((request.queue, request.channel), (SUPPORT, channel));
        let row = floor.row(id);
        assert_eq!((row.kind, row.work), (kind, Some(work)));
        assert_eq!(row.state, InteractionState::Queued);
    }
    let case = floor.open(0, InteractionType::Phone);
    let document = Document::new("case", "1");
    let (operation, by) = (Some(Operation::Insert), floor::BY_ANA);
    floor.describe(1, case, "Charged twice");
    floor.record(2, RelateRecord::new(case, document.clone(), by).with_operation(operation));
    assert_eq!(floor.row(case).related[0].document, document);
    assert_eq!(floor.centre.engine().view().open_work(), 3);
}

#[test]
fn seed0_row014_it_goes_to_the_named_queue() {
    let mut floor = Centre::new(&[], 1);
    let vip = floor.tell(Define::new("vip", QueueProfile::default())).unwrap();
    let work = floor.submit(WorkRequest::new(vip, floor.chat));
    let view = floor.engine.view().work(work).unwrap();
    assert_eq!((view.queue(), view.position()), (vip, Some(1)));
    let Event::WorkSubmitted { work: told, .. } = floor.facts.last().unwrap().event else {
        panic!("{:?}", floor.facts.last());
    };
    assert_eq!(told, work);
    let nowhere = QueueId::from_raw(7);
    let refused = floor.tell(Submit::new(WorkRequest::new(nowhere, floor.chat)));
    assert_eq!(refused, Err(Refusal::unknown(nowhere.into())));
    assert_eq!(floor.engine.view().open_work(), 1);
}

/// Ana is idle longest and less able, Bo has something, Cy is most able.
fn chosen(choice: AgentChoice, preferred: Option<&str>) -> String {
    let mut floor = Centre::with(QueueProfile::default().with_choice(choice), &[], 1);
    let french = floor.tell(Define::new("french", SkillProfile::default())).unwrap();
    floor.agent("ana", skilled(&[(french, 60)], 2));
    let busy = floor.chat();
    floor.accept(busy);
    floor.now = SECOND;
    floor.agent("bo", skilled(&[(french, 70)], 2));
    floor.agent("cy", skilled(&[(french, 90)], 2));
    let need = Need::of(Requirement::skill(french, Comparison::AtLeast, 0));
    let wait = Span::from_secs(10);
    let preferred = preferred.map(|key| Preferred::agent(floor.id(key), wait));
    let request =
        WorkRequest::new(floor.queue, floor.chat).with_need(need).with_preferred(preferred);
    let work = floor.tell(Submit::new(request)).unwrap();
    floor.offered_to(work).unwrap().to_owned()
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
    let mut floor = Centre::new(&["ana", "bo"], 1);
    floor.now = 30 * SECOND;
    let work = floor.chat();
    let (offer, ana) = (floor.offer(work), floor.id("ana"));
    let told = floor.facts.iter().find_map(|fact| match fact.event {
        Event::WorkOffered { agent, until, .. } => Some((agent, until?)),
        _ => None,
    });
    let (agent, until) = told.unwrap();
    assert_eq!((agent, until), (ana, at(60 * SECOND)));
    assert_eq!(until.since(at(45 * SECOND)), Span::from_secs(15));
    let view = floor.engine.view();
    assert_eq!(view.agent(ana).unwrap().offers(), [offer]);
    assert!(view.agent(floor.id("bo")).unwrap().offers().is_empty());
    floor.wait(30 * SECOND - 1);
    assert_eq!(floor.offer(work), offer);
    floor.wait(1);
    assert_eq!(floor.offered_to(work), Some("bo"));
}

#[test]
fn seed0_row017_who_rejects_does_not_respond_and_keeps_what_they_have() {
    let mut floor = Centre::new(&["ana"], 3);
    let first = floor.chat();
    floor.accept(first);
    let second = floor.chat();
    floor.reject(second);
    assert_eq!(floor.status("ana"), RoutingStatus::NotResponding);
    assert_eq!(floor.stage(first), Stage::Assigned { agent: floor.id("ana") });
    let third = floor.chat();
    assert_eq!([second, third].map(|work| floor.stage(work)), [Stage::Queued; 2]);
}

/// Works that Ana rejected, the last first.
fn rejected(floor: &mut Centre, count: usize) -> Vec<WorkId> {
    let mut works = Vec::new();
    for _ in 0..count {
        floor.now += SECOND;
        works.push(floor.chat());
    }
    for work in works.iter().rev() {
        floor.reject(*work);
    }
    assert_eq!(floor.status("ana"), RoutingStatus::NotResponding);
    works
}

#[test]
fn seed0_row018_rejected_work_is_next_whatever_the_priority() {
    let mut floor = Centre::new(&["ana"], 1);
    let works = rejected(&mut floor, 1);
    let urgent =
        floor.submit(WorkRequest::new(floor.queue, floor.chat).with_priority(Priority(100)));
    floor.agent("bo", skilled(&[], 1));
    assert_eq!(floor.offered_to(works[0]), Some("bo"));
    assert_eq!(floor.stage(urgent), Stage::Queued);
}

#[test]
fn seed0_row019_rejected_work_is_ordered_by_its_score() {
    let profile = QueueProfile::default().with_withdraw_offers(false);
    let mut floor = Centre::with(profile, &["ana"], 3);
    // A point of priority is worth a minute, so the last to come is the first in order.
    let [one, two, last] = [0, 0, 1].map(|priority| {
        floor.now += SECOND;
        let request = WorkRequest::new(floor.queue, floor.chat).with_priority(Priority(priority));
        floor.submit(request)
    });
    floor.now += SECOND;
    let urgent = WorkRequest::new(floor.queue, floor.chat).with_priority(Priority(100));
    let urgent = floor.submit(urgent);
    // Neither the order in which they came, nor that in which they were rejected, or its reverse.
    for work in [two, last, one] {
        floor.now += SECOND;
        floor.reject(work);
    }
    assert_eq!(floor.line(), [last, one, two, urgent]);
}

#[test]
fn seed0_row020_what_nobody_may_take_blocks_nothing() {
    let mut floor = Centre::new(&[], 1);
    let french = floor.tell(Define::new("french", SkillProfile::default())).unwrap();
    let need = Need::of(Requirement::skill(french, Comparison::AtLeast, 0));
    let first = floor.submit(WorkRequest::new(floor.queue, floor.chat).with_need(need));
    let second = floor.chat();
    floor.agent("ana", skilled(&[], 1));
    assert_eq!(floor.stage(first), Stage::Queued);
    assert_eq!(floor.offered_to(second), Some("ana"));
}

#[test]
fn seed0_row021_accepted_work_opens_its_record() {
    let mut floor = Floor::new(RecordConfig::default());
    let id = floor.open(0, InteractionType::Chat);
    let work = floor.submit(0, id, SUPPORT, CHAT);
    floor.on_queue(5, ANA);
    assert_eq!((floor.state(id), floor.row(id).assigned_to), (InteractionState::Queued, None));
    floor.accept(9, ANA);
    assert_eq!(floor.state(id), InteractionState::WorkInProgress);
    assert_eq!(floor.row(id).assigned_to, Some(ANA));
    let stage = floor.centre.engine().view().work(work).unwrap().stage();
    assert_eq!(stage, Stage::Assigned { agent: ANA });
}

#[test]
fn seed0_row022_closing_frees_at_once() {
    let mut floor = Centre::new(&["ana"], 1);
    let (first, second) = (floor.chat(), floor.chat());
    floor.accept(first);
    floor.now = SECOND;
    floor.tell(Close::new(first)).unwrap();
    assert_eq!(floor.offered_to(second), Some("ana"));
    assert_eq!(floor.facts.last().unwrap().at, at(SECOND));
}

#[test]
fn seed0_row023_a_transfer_to_a_queue_begins_anew() {
    let mut floor = Centre::new(&["ana"], 1);
    let vip = floor.tell(Define::new("vip", QueueProfile::default())).unwrap();
    let work = floor.chat();
    floor.accept(work);
    floor.now = 30 * SECOND;
    let waits = floor.submit(WorkRequest::new(vip, floor.chat));
    floor.now = 60 * SECOND;
    floor.tell(TransferToQueue::new(work, vip)).unwrap();
    floor.now = 61 * SECOND;
    let last = floor.submit(WorkRequest::new(vip, floor.chat));
    // Its score is that of a minute, behind who came half a minute before.
    let line: Vec<_> =
        floor.engine.view().queue(vip).unwrap().line().iter().map(|w| w.id()).collect();
    assert_eq!(line, [waits, work, last]);
    let row = floor.engine.view().work(work).unwrap();
    assert_eq!((row.queue(), row.entered(), row.origin()), (vip, at(60 * SECOND), at(0)));
    assert_eq!((row.stage(), row.position()), (Stage::Queued, Some(2)));
    assert!(floor.engine.view().agent(floor.id("ana")).unwrap().assignments().is_empty());
}

#[test]
fn seed0_row024_a_blind_transfer_needs_somebody_available() {
    let mut floor = Centre::new(&["ana", "bo"], 1);
    let work = floor.chat();
    floor.accept(work);
    let (ana, bo) = (floor.id("ana"), floor.id("bo"));
    floor.tell(SetPresence::new(bo, SystemPresence::Away.id())).unwrap();
    let refused = floor.tell(TransferToAgent::new(work, bo));
    assert_eq!(refused, Err(Refusal::unavailable(bo, Unavailable::OffQueue)));
    assert_eq!(floor.stage(work), Stage::Assigned { agent: ana });
}

#[test]
fn seed0_row025_parking_frees_and_comes_back() {
    let mut floor = Centre::new(&["ana"], 1);
    let work = floor.chat();
    floor.accept(work);
    let until = Some(at(60 * SECOND));
    floor.tell(Park::new(work).with_until(until)).unwrap();
    let ana = floor.id("ana");
    assert_eq!(floor.engine.view().agent(ana).unwrap().items_in_use(), 0);
    floor.wait(59_999);
    assert_eq!(floor.stage(work), Stage::Parked { agent: ana, until });
    floor.wait(1);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: ana });
    floor.tell(Park::new(work)).unwrap();
    floor.tell(Resume::new(work, Resumer::Customer)).unwrap();
    assert_eq!(floor.stage(work), Stage::Assigned { agent: ana });
}

#[test]
fn seed0_row026_an_external_queue_waits_for_a_decision_from_outside() {
    let mut floor = Centre::new(&[], 1);
    let external = QueueProfile::default().with_external(true);
    let outside = floor.tell(Define::new("outside", external)).unwrap();
    let waiting = floor.submit(WorkRequest::new(outside, floor.chat));
    let bo = floor.agent("bo", skilled(&[], 2));
    floor.join(bo, outside, Membership::default());
    assert_eq!(floor.offered_to(waiting), None);
    // Work of a queue that is not external is decided here meanwhile.
    let own = floor.chat();
    assert_eq!(floor.offered_to(own), Some("bo"));
    floor.tell(Assign::new(waiting, bo)).unwrap();
    assert_eq!(floor.offered_to(waiting), Some("bo"));
}

#[test]
fn seed0_row029_a_point_of_priority_is_a_minute() {
    for (entered, first) in [(599, true), (601, false)] {
        let mut floor = Centre::new(&[], 1);
        let early = floor.chat();
        floor.now = entered * SECOND;
        let urgent =
            floor.submit(WorkRequest::new(floor.queue, floor.chat).with_priority(Priority(10)));
        let position = |work| floor.engine.view().work(work).unwrap().position().unwrap();
        assert_eq!(position(urgent) < position(early), first, "{entered}");
    }
    let mut floor = Centre::new(&[], 1);
    for (priority, allowed) in [(25_000_000, true), (-25_000_000, true), (25_000_001, false)] {
        let priority = Priority(priority);
        let request = WorkRequest::new(floor.queue, floor.chat).with_priority(priority);
        assert_eq!(floor.tell(Submit::new(request)).is_ok(), allowed);
    }
}

#[test]
fn seed0_row030_skills_of_the_vendor_s_examples() {
    let mut floor = Centre::new(&[], 1);
    let skills =
        ["x", "y", "z"].map(|key| floor.tell(Define::new(key, SkillProfile::default())).unwrap());
    let [x, y, z] = skills;
    let wish = |skill, level| Wish::new(Requirement::skill(skill, Comparison::AtLeast, level), 1);
    let best = |wishes| Need::default().with_wishes(wishes).with_evaluation(Evaluation::Best);
    // Two of three at the level before one of three; the other only if they reject.
    floor.agent("b", skilled(&[(x, 80), (y, 20), (z, 20)], 1));
    floor.agent("a", skilled(&[(x, 80), (y, 80), (z, 20)], 1));
    let need = best([x, y, z].map(|skill| wish(skill, 80)).into());
    let request = WorkRequest::new(floor.queue, floor.chat).with_need(need);
    let work = floor.tell(Submit::new(request)).unwrap();
    assert_eq!(floor.offered_to(work), Some("a"));
    floor.reject(work);
    assert_eq!(floor.offered_to(work), Some("b"));
    // Having both skills comes before having one at the level.
    let mut floor = Centre::new(&[], 1);
    let skills =
        ["x", "y", "z"].map(|key| floor.tell(Define::new(key, SkillProfile::default())).unwrap());
    let [x, y, z] = skills;
    floor.agent("two", skilled(&[(x, 90)], 1));
    floor.agent("one", skilled(&[(x, 10), (y, 10)], 1));
    let has = |skill| wish(skill, 0).with_weight(10);
    let need = best(vec![has(x), has(y), wish(x, 90), wish(y, 90)]);
    let request = WorkRequest::new(floor.queue, floor.chat).with_need(need);
    let work = floor.tell(Submit::new(request)).unwrap();
    assert_eq!(floor.offered_to(work), Some("one"));
    // Mandatory at the level: who has all three but one too low is no candidate.
    floor.agent("c", skilled(&[(x, 80), (y, 20), (z, 80)], 1));
    floor.agent("d", skilled(&[(x, 80), (y, 80)], 1));
    let at_level = |skill| Requirement::skill(skill, Comparison::AtLeast, 80);
    let need = Need::of(Requirement::All(vec![at_level(x), at_level(y)]));
    let work = floor.submit(WorkRequest::new(floor.queue, floor.chat).with_need(need));
    assert_eq!(floor.offered_to(work), Some("d"));
    let why = floor.engine.explain(work, floor.id("c")).unwrap();
    assert!(why.obstacles.iter().any(|obstacle| obstacle.kept_by.gate() == Gate::Need));
}

#[test]
fn seed0_row031_the_algorithm_is_the_queue_s_own() {
    // Ana is idle for longest, Bo stands first in both lists: the rank of both is the same.
    let went = |choice: AgentChoice| {
        let mut floor = Centre::new(&["ana"], 2);
        floor.now = SECOND;
        floor.agent("bo", AgentProfile::default().with_capacity(Capacity::items(2)));
        let own = QueueProfile::default().with_choice(choice);
        let own = floor.tell(Define::new("own", own)).unwrap();
        for queue in [floor.queue, own] {
            for (key, position) in [("ana", 2), ("bo", 1)] {
                let terms = Membership::default().with_position(position);
                floor.join(floor.id(key), queue, terms);
            }
        }
        let [there, here] = [own, floor.queue].map(|queue| {
            let work = floor.submit(WorkRequest::new(queue, floor.chat));
            let agent = floor.offered_to(work).unwrap().to_owned();
            floor.tell(Cancel::new(work)).unwrap();
            agent
        });
        [there, here]
    };
    assert_eq!(went(AgentChoice::FixedOrder), ["bo", "ana"]);
    assert_eq!(went(AgentChoice::LongestIdle), ["ana", "ana"]);
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

/// Every counter again from the facts alone: what was accepted, closed, and how long it waited.
#[test]
fn seed0_row041_the_facts_are_enough() {
    let mut floor = Centre::new(&["ana", "bo"], 1);
    for number in 0..3 {
        let work = floor.chat();
        floor.wait(2 * SECOND);
        if number == 1 {
            floor.reject(work);
            floor.wait(SECOND);
        }
        floor.accept(work);
        floor.tell(FinishContact::new(work, Finisher::Agent)).unwrap();
    }
    let again = Engine::replay(floor.facts.iter().cloned()).unwrap();
    assert_eq!(again.digest(), floor.engine.digest());
    let queue = floor.engine.view().queue(floor.queue).unwrap();
    let count = |name: &str| floor.facts.iter().filter(|fact| fact.event.name() == name).count();
    let mut figures = Figures::new(FiguresConfig::default()).unwrap();
    floor.facts.iter().for_each(|fact| figures.apply(fact).unwrap());
    let closed = figures.close_until(at(1_800 * SECOND));
    let [row] = closed.queues.as_slice() else { panic!("{:?}", closed.queues) };
    assert_eq!((row.service.offered, count("work_submitted")), (3, 3));
    assert_eq!((row.handling.accepted, count("offer_accepted")), (3, 3));
    assert_eq!((row.handling.declined, count("offer_rejected")), (1, 1));
    assert_eq!((row.handling.handled, count("work_closed")), (3, 3));
    assert_eq!(row.line.wait_answered, Span::from_secs(2 + 3 + 2));
    assert_eq!(queue.service_level(), row.service.service_level(ServiceLevel::Ended));
}

#[test]
fn seed0_row042_who_may_not_have_calls_gets_none_and_it_says_why() {
    let mut floor = Centre::new(&[], 1);
    let voice = floor.tell(Define::new("voice", ChannelProfile::voice())).unwrap();
    let profile = AgentProfile::default().with_capacity(Capacity::items(3));
    let ana = floor.agent("ana", profile.clone().with_entitled([floor.chat]));
    let call = floor.by(voice);
    assert_eq!(floor.stage(call), Stage::Queued);
    let why = floor.engine.explain(call, ana).unwrap();
    let kept: Vec<_> = why.obstacles.iter().map(|obstacle| obstacle.kept_by.clone()).collect();
    assert_eq!(kept, [KeptBy::Unavailable(Unavailable::NotEntitled)]);
    assert_eq!(kept[0].gate(), Gate::Entitled);
    // No supervisor gives it to them either, and what is not a call they get.
    let refused = floor.tell(Assign::new(call, ana));
    assert_eq!(refused, Err(Refusal::unavailable(ana, Unavailable::NotEntitled)));
    let chat = floor.chat();
    assert_eq!(floor.offered_to(chat), Some("ana"));
    let entitled = profile.with_entitled([floor.chat, voice]);
    floor.tell(Change::new(ana, entitled)).unwrap();
    assert_eq!(floor.offered_to(call), Some("ana"));
}
