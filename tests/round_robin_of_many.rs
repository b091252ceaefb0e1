//! Round robin over a floor where nearly everybody is away reaches all who are there.

use std::collections::BTreeMap;

use strowger::{
    Accept, AgentChoice, AgentId, AgentProfile, ChannelProfile, Config, Define, Engine, Event,
    FinishContact, Finisher, Log, Membership, QueueProfile, SetMembership, SetPresence, Submit,
    SystemPresence, Timestamp, WorkRequest,
};

/// Asterisk counts the places of members modulo 1000 and never offers to those behind: of 1,100
/// members the 950 first are away, 450 calls are answered one at a time, and each of the 150 who
/// are there gets three.
#[test]
fn places_behind_the_thousandth_are_reached_too() {
    let mut log = Log::default();
    let mut engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
    let now = Timestamp::EPOCH;
    let voice = Define::new("voice", ChannelProfile::voice());
    let voice = engine.execute(now, voice, &mut log).unwrap();
    let profile = QueueProfile { choice: AgentChoice::RoundRobin, ..QueueProfile::default() };
    let queue = engine.execute(now, Define::new("support", profile), &mut log).unwrap();
    let mut calls: BTreeMap<AgentId, u32> = BTreeMap::new();
    for n in 0..1_100 {
        let define = Define::new(&format!("agent {n}"), AgentProfile::default());
        let agent = engine.execute(now, define, &mut log).unwrap();
        let membership = Membership::default();
        engine
            .execute(now, SetMembership { agent, queue, membership, channel: None }, &mut log)
            .unwrap();
        if n >= 950 {
            let presence = SystemPresence::OnQueue.id();
            engine.execute(now, SetPresence { agent, presence }, &mut log).unwrap();
            calls.insert(agent, 0);
        }
    }
    for n in 1..=450 {
        let now = Timestamp::from_millis(n * 1_000);
        log.drain();
        let submit = Submit::new(WorkRequest::new(queue, voice));
        let work = engine.execute(now, submit, &mut log).unwrap();
        let offers = log.iter().filter_map(|fact| match fact.event {
            Event::WorkOffered { offer, agent, .. } => Some((offer, agent)),
            _ => None,
        });
        let offers: Vec<_> = offers.collect();
        let [(offer, agent)] = offers[..] else {
            panic!("one offer for call {n}, not {offers:?}");
        };
        engine.execute(now, Accept { offer }, &mut log).unwrap();
        engine.execute(now, FinishContact { work, by: Finisher::Agent }, &mut log).unwrap();
        *calls.entry(agent).or_default() += 1;
    }
    assert_eq!(calls.len(), 150);
    assert!(calls.values().all(|calls| *calls == 3), "{calls:?}");
}
