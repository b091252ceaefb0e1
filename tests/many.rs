//! Rules that decide alike however many agents there are: what is kept to decide soon on a large
//! floor must not show in what is decided.

use std::collections::BTreeMap;

use strowger::command::{
    Accept, Cancel, Change, Define, FinishContact, Finisher, Reject, SetMembership, SetPresence,
    Submit,
};
use strowger::fact::Event;
use strowger::model::{
    AgentChoice, AgentId, AgentProfile, Broadcast, Capacity, ChannelId, ChannelProfile, Comparison,
    Membership, Need, OfferId, Opens, PresenceProfile, Priority, QueueId, QueueProfile,
    Requirement, SkillProfile, SystemPresence, WorkId, WorkRequest,
};
use strowger::policy::fit::holds;
use strowger::{Config, Engine, Log, Timestamp};

/// A floor with one queue.
struct Floor {
    engine: Engine,
    log: Log,
    now: Timestamp,
    voice: ChannelId,
    queue: QueueId,
    agents: Vec<AgentId>,
}

impl Floor {
    fn new(choice: AgentChoice) -> Self {
        let (now, mut log) = (Timestamp::EPOCH, Log::default());
        let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
        let voice = Define::new("voice", ChannelProfile::voice());
        let voice = engine.execute(now, voice, &mut log).unwrap();
        let profile = QueueProfile::default().with_choice(choice);
        let queue = engine.execute(now, Define::new("support", profile), &mut log).unwrap();
        Self { engine, log, now, voice, queue, agents: Vec::new() }
    }

    fn define(&mut self, profile: AgentProfile) -> AgentId {
        let key = format!("agent {}", self.agents.len());
        let define = Define::new(key.as_str(), profile);
        let agent = self.engine.execute(self.now, define, &mut self.log).unwrap();
        let (queue, membership) = (self.queue, Membership::default());
        let member = SetMembership::new(agent, queue).with_membership(membership);
        self.engine.execute(self.now, member, &mut self.log).unwrap();
        self.agents.push(agent);
        agent
    }

    fn set_presence(&mut self, agent: AgentId, presence: SystemPresence) {
        let presence = presence.id();
        self.engine.execute(self.now, SetPresence::new(agent, presence), &mut self.log).unwrap();
    }

    /// Time goes on, a call comes in, and one agent has it.
    fn call(&mut self, request: WorkRequest) -> (WorkId, OfferId, AgentId) {
        self.now = Timestamp::from_millis(self.now.as_millis() + 1_000);
        self.log.drain();
        let work = self.engine.execute(self.now, Submit::new(request), &mut self.log).unwrap();
        let offers = self.log.iter().filter_map(|fact| match fact.event {
            Event::WorkOffered { offer, agent, .. } => Some((offer, agent)),
            _ => None,
        });
        let offers: Vec<_> = offers.collect();
        let [(offer, agent)] = offers[..] else {
            panic!("one offer for {work}, not {offers:?}");
        };
        (work, offer, agent)
    }

    fn finish(&mut self, work: WorkId) {
        let finish = FinishContact::new(work, Finisher::Agent);
        self.engine.execute(self.now, finish, &mut self.log).unwrap();
    }
}

/// The same on every machine.
fn next(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % below
}

/// Asterisk counts the places of members modulo 1000 and never offers to those behind: of 1,100
/// members the 950 first are away, 450 calls are answered one at a time, and each of the 150 who
/// are there gets three.
#[test]
fn round_robin_reaches_places_behind_the_thousandth() {
    let mut floor = Floor::new(AgentChoice::RoundRobin);
    let mut calls: BTreeMap<AgentId, u32> = BTreeMap::new();
    for n in 0..1_100 {
        let agent = floor.define(AgentProfile::default());
        if n >= 950 {
            floor.set_presence(agent, SystemPresence::OnQueue);
            calls.insert(agent, 0);
        }
    }
    for _ in 1..=450 {
        let (work, offer, agent) = floor.call(WorkRequest::new(floor.queue, floor.voice));
        floor.engine.execute(floor.now, Accept::new(offer), &mut floor.log).unwrap();
        floor.finish(work);
        *calls.entry(agent).or_default() += 1;
    }
    assert_eq!(calls.len(), 150);
    assert!(calls.values().all(|calls| *calls == 3), "{calls:?}");
}

/// 3,000 agents take calls, most of which ask for a skill: under either rule it is offered to
/// whoever comes first when all of them are compared, whether many are idle or few.
#[test]
fn of_thousands_the_longest_idle_gets_it() {
    compare(AgentChoice::LongestIdle, |_, released, last_offer| (0, released, last_offer));
}

#[test]
fn of_thousands_the_most_proficient_gets_it() {
    compare(AgentChoice::MostProficient, |level, released, last_offer| {
        (-i32::from(level), released, last_offer)
    });
}

type Place = (i32, Timestamp, OfferId);

fn compare(choice: AgentChoice, place: impl Fn(u8, Timestamp, OfferId) -> Place) {
    /// One in so many has the skill, at one of so many levels.
    const ONE_IN: usize = 4;
    const LEVELS: usize = 40;
    let mut floor = Floor::new(choice);
    let skill = Define::new("danish", SkillProfile::default());
    let skill = floor.engine.execute(floor.now, skill, &mut floor.log).unwrap();
    let mut state = 7;
    // The level, the last release and the last offer of all who have nothing.
    let mut idle = BTreeMap::new();
    for n in 0..3_000 {
        floor.now = Timestamp::from_millis(floor.now.as_millis() + 1);
        let level = if n % ONE_IN == 0 { 1 + next(&mut state, LEVELS) } else { 0 };
        let level = u8::try_from(level).unwrap();
        let skills = (level > 0).then_some((skill, level));
        let agent = floor.define(AgentProfile::default().with_skills(skills));
        floor.set_presence(agent, SystemPresence::OnQueue);
        idle.insert(agent, (level, floor.now, OfferId::NONE));
    }
    let mut busy = Vec::new();
    for round in 0..9_000 {
        let least = u8::try_from(next(&mut state, 3)).unwrap() * 10;
        let need = Requirement::skill(skill, Comparison::AtLeast, least);
        let need = if least > 0 { Need::of(need) } else { Need::default() };
        let able = idle.iter().filter(|(_, (level, ..))| *level >= least);
        // Only what the work asks for counts.
        let counts = |level: u8| if least > 0 { level } else { 0 };
        let key = |(agent, (level, released, offer)): (&AgentId, &(u8, Timestamp, OfferId))| {
            (place(counts(*level), *released, *offer), *agent)
        };
        if let Some((_, wanted)) = able.map(key).min() {
            let request = WorkRequest::new(floor.queue, floor.voice).with_need(need);
            let (work, offer, agent) = floor.call(request);
            assert_eq!(agent, wanted, "round {round}");
            if next(&mut state, 8) == 0 {
                floor.engine.execute(floor.now, Cancel::new(work), &mut floor.log).unwrap();
                idle.entry(agent).and_modify(|(_, _, last_offer)| *last_offer = offer);
            } else {
                floor.engine.execute(floor.now, Accept::new(offer), &mut floor.log).unwrap();
                let (level, ..) = idle.remove(&agent).unwrap();
                busy.push((work, agent, level, offer));
            }
        }
        // Now more and more are busy, now fewer.
        let most = if round / 3_000 == 1 { 4 } else { 1 };
        for _ in 0..next(&mut state, most + 1).min(busy.len()) {
            let place = next(&mut state, busy.len());
            let (work, agent, level, last_offer) = busy.swap_remove(place);
            floor.finish(work);
            idle.insert(agent, (level, floor.now, last_offer));
        }
        if round % 1_000 == 0 {
            floor.engine.verify().unwrap();
        }
    }
}

/// A chat that alerts one of two and needs one more, and behind it in order, but before it in its
/// lane, one that needs two. So many agents come free in one call, and one of them is a member.
fn refilled_by_one_of(agents: usize) {
    let (now, mut log) = (Timestamp::EPOCH, Log::default());
    let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
    let chat = Define::new("chat", ChannelProfile::chat());
    let chat = engine.execute(now, chat, &mut log).unwrap();
    let two = QueueProfile::default().with_broadcast(Broadcast::up_to(2).with_min(2));
    let queue = engine.execute(now, Define::new("support", two), &mut log).unwrap();
    let other = Define::new("other", QueueProfile::default());
    let other = engine.execute(now, other, &mut log).unwrap();
    let lunch = PresenceProfile::of(SystemPresence::Meal);
    let away = engine.execute(now, Define::new("lunch", lunch.clone()), &mut log).unwrap();
    let mut agent = |engine: &mut Engine, key: &str, queue, presence| {
        let profile = AgentProfile::default().with_capacity(Capacity::items(1));
        let agent = engine.execute(now, Define::new(key, profile), &mut log).unwrap();
        engine.execute(now, SetMembership::new(agent, queue), &mut log).unwrap();
        engine.execute(now, SetPresence::new(agent, presence), &mut log).unwrap();
        agent
    };
    for key in ["ana", "bo"] {
        agent(&mut engine, key, queue, SystemPresence::OnQueue.id());
    }
    let cy = agent(&mut engine, "cy", queue, away);
    for number in 1..agents {
        agent(&mut engine, &format!("x{number}"), other, away);
    }
    let request = WorkRequest::new(queue, chat);
    let first = engine.execute(now, Submit::new(request.clone()), &mut log).unwrap();
    engine.execute(now, Reject::new(OfferId::from_raw(1)), &mut log).unwrap();
    let urgent = request.with_priority(Priority(5));
    engine.execute(now, Submit::new(urgent), &mut log).unwrap();
    let open = Change::new(away, lunch.with_opens(Opens::Everything));
    engine.execute(now, open, &mut log).unwrap();
    let view = engine.view();
    let offers = view.agent(cy).unwrap().offers().iter();
    let works: Vec<_> = offers.map(|offer| view.offer(*offer).unwrap().work).collect();
    assert_eq!(works, [first], "{agents} come free");
    engine.verify().unwrap();
}

#[test]
fn one_of_a_crowd_is_asked_for_what_needs_one_more() {
    [1, 9, 10, 30].into_iter().for_each(refilled_by_one_of);
}

/// Of hundreds of needs that wait in one queue an agent takes the first that they meet, whatever
/// they have to do with it: an attribute that it names, a skill, or no one thing.
#[test]
fn an_agent_finds_their_work_among_hundreds_of_needs() {
    let mut floor = Floor::new(AgentChoice::LongestIdle);
    let skills = ["danish", "french"].map(|key| {
        let skill = Define::new(key, SkillProfile::default());
        floor.engine.execute(floor.now, skill, &mut floor.log).unwrap()
    });
    let (mut state, mut waiting) = (11, Vec::new());
    let number = |state: &mut u64| i64::try_from(next(state, 40)).unwrap();
    for round in 0..900 {
        floor.now = Timestamp::from_millis(floor.now.as_millis() + 1);
        let attribute = |name, is, value: i64| Requirement::attribute(name, is, value);
        let desk = attribute("desk", Comparison::Equal, number(&mut state));
        let more = attribute("size", Comparison::AtLeast, round);
        let level = u8::try_from(next(&mut state, 30)).unwrap();
        let skilled = Requirement::skill(skills[next(&mut state, 2)], Comparison::AtLeast, level);
        let need = match next(&mut state, 60) {
            0..20 => Requirement::All(vec![desk, attribute("size", Comparison::Less, round)]),
            20..38 => Requirement::All(vec![skilled, more]),
            38 => Requirement::Any(vec![desk, more]),
            39 => Requirement::Not(Box::new(more)),
            _ => Requirement::All(vec![skilled, desk]),
        };
        let request = WorkRequest::new(floor.queue, floor.voice).with_need(Need::of(need.clone()));
        let work = floor.engine.execute(floor.now, Submit::new(request), &mut floor.log).unwrap();
        waiting.push((work, need));
    }
    let mut found = 0;
    for _ in 0..700 {
        floor.now = Timestamp::from_millis(floor.now.as_millis() + 1);
        let mut profile = AgentProfile::default();
        if next(&mut state, 2) == 0 {
            let level = u8::try_from(next(&mut state, 30)).unwrap();
            profile = profile.with_skills([(skills[next(&mut state, 2)], level)]);
        }
        let desk = ("desk".into(), number(&mut state).into());
        let size = i64::try_from(next(&mut state, 900)).unwrap();
        profile = profile.with_attributes([desk, ("size".into(), size.into())]);
        let agent = floor.define(profile.clone());
        floor.set_presence(agent, SystemPresence::OnQueue);
        let first = waiting.iter().position(|(_, need)| holds(need, &profile));
        let first = first.map(|place| waiting.remove(place).0);
        let view = floor.engine.view();
        let offer = view.agent(agent).unwrap().offers().first().copied();
        assert_eq!(offer.map(|offer| view.offer(offer).unwrap().work), first);
        if let Some(offer) = offer {
            floor.engine.execute(floor.now, Accept::new(offer), &mut floor.log).unwrap();
            found += 1;
        } else {
            floor.set_presence(agent, SystemPresence::Offline);
        }
    }
    assert!((400..700).contains(&found), "{found}");
    floor.engine.verify().unwrap();
}
