//! Requests, events and answers are dropped, doubled and overtake each other: both sides end in
//! step.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, RngSeed, TestRunner};
use strowger::knowledge::*;
use strowger::model::Broadcast;
use strowger::prelude::*;
use strowger_engage::Event;
use strowger_engage::*;

use crate::exchange::Exchange;
use crate::floor::{Floor, IDA, OMAR, WORKERS, event, experts};

const TELEPHONES: [&str; 3] = ["5117", "5118", "5119"];
const KEYS: [&str; 3] = ["kim", "lee", "max"];

#[derive(Clone, Copy, Debug)]
enum Happens {
    Messenger(usize, usize),
    Sit(usize, Option<usize>),
    Presence(usize, usize),
    Press(usize, usize, usize),
    Serve(usize, bool),
    Hear(usize, bool),
    LoseRequest(usize, bool),
    LoseEvent(usize),
    Renew,
    Restart,
}

fn happens() -> impl Strategy<Value = Happens> {
    let doubled = || proptest::bool::weighted(0.2);
    prop_oneof![
        5 => (0..3_usize, 0..5_usize).prop_map(|(who, word)| Happens::Messenger(who, word)),
        2 => (0..3_usize, proptest::option::of(0..3_usize)).prop_map(|(who, dn)| Happens::Sit(who, dn)),
        1 => (0..3_usize, 0..4_usize).prop_map(|(who, what)| Happens::Presence(who, what)),
        5 => (0..3_usize, 0..3_usize, 0..8_usize).prop_map(|(dn, who, what)| Happens::Press(dn, who, what)),
        9 => (0..4_usize, doubled()).prop_map(|(which, twice)| Happens::Serve(which, twice)),
        12 => (0..4_usize, doubled()).prop_map(|(which, twice)| Happens::Hear(which, twice)),
        1 => (0..4_usize, any::<bool>()).prop_map(|(which, told)| Happens::LoseRequest(which, told)),
        1 => (0..4_usize).prop_map(Happens::LoseEvent),
        1 => prop_oneof![9 => Just(Happens::Renew), 1 => Just(Happens::Restart)],
    ]
}

/// What became of requests and events.
#[derive(Debug, Default)]
struct Carried {
    requests: u32,
    commands: u32,
    doubled: u32,
    early: u32,
    lost: u32,
    restarts: u32,
    not_heard: BTreeMap<String, u32>,
}

struct Both {
    floor: Floor,
    exchange: Exchange,
    told: Vec<Event>,
}

fn config() -> SwitchConfig {
    SwitchConfig::default().with_telephones(TELEPHONES.map(Into::into))
}

impl Both {
    fn new() -> Self {
        let floor = Floor::with(experts(), config());
        Self { floor, exchange: Exchange::default(), told: Vec::new() }
    }

    fn serve(&mut self, which: usize, stays: bool, carried: &mut Carried) {
        let Some(at) = which.checked_rem(self.floor.requests.len()) else { return };
        let request = self.floor.requests[at].clone();
        carried.early += u32::from(at > 0);
        carried.doubled += u32::from(stays);
        carried.requests += 1;
        if !stays {
            self.floor.requests.remove(at);
        }
        self.exchange.serve(&request);
        self.told.append(&mut self.exchange.told());
    }

    fn hear(&mut self, which: usize, stays: bool, carried: &mut Carried) {
        let Some(at) = which.checked_rem(self.told.len()) else { return };
        let event = self.told[at].clone();
        carried.early += u32::from(at > 0);
        carried.doubled += u32::from(stays);
        if !stays {
            self.told.remove(at);
        }
        match self.floor.hear(&event) {
            None => carried.commands += 1,
            Some(why) => {
                let why = format!("{why:?}");
                let name = why.split([' ', '{']).next().unwrap().to_owned();
                *carried.not_heard.entry(name).or_default() += 1;
            }
        }
    }

    fn play(&mut self, happens: Happens, carried: &mut Carried) {
        match happens {
            Happens::Messenger(who, word) => {
                let word = ["Online", "Offline", "Busy", "Lunch", "Online"][word];
                self.floor.report(WORKERS[who], word);
            }
            Happens::Sit(who, dn) => self.floor.sit(WORKERS[who], dn.map(|dn| TELEPHONES[dn])),
            Happens::Presence(who, what) => {
                use SystemPresence::{Meal, Meeting, Offline, OnQueue};
                let presence = [OnQueue, Offline, Meal, Meeting][what];
                self.floor.tell(SetPresence::new(WORKERS[who], presence.id()));
            }
            Happens::Press(dn, who, what) => {
                self.exchange.press(TELEPHONES[dn], KEYS[who], what);
                self.told.append(&mut self.exchange.told());
            }
            Happens::Serve(which, stays) => self.serve(which, stays, carried),
            Happens::Hear(which, stays) => self.hear(which, stays, carried),
            Happens::LoseRequest(which, told) => {
                let Some(at) = which.checked_rem(self.floor.requests.len()) else { return };
                carried.lost += 1;
                let request = self.floor.requests.remove(at);
                if told {
                    self.floor.switch.lost(&request);
                }
            }
            Happens::LoseEvent(which) => {
                let Some(at) = which.checked_rem(self.told.len()) else { return };
                carried.lost += 1;
                self.told.remove(at);
            }
            Happens::Renew => {
                let requests = self.floor.switch.renew();
                self.floor.requests.extend(requests);
            }
            Happens::Restart => {
                carried.restarts += 1;
                self.floor.switch = Switch::resume(config(), &self.floor.centre);
                // What is on the way was asked by nobody who is there any more.
                (self.floor.requests, self.told) = Default::default();
                let requests = self.floor.switch.renew();
                self.floor.requests.extend(requests);
            }
        }
    }

    /// Everything is carried in order, until nothing is on the way.
    fn settle(&mut self) -> bool {
        let mut carried = Carried::default();
        for _ in 0..1_000 {
            if !self.told.is_empty() {
                self.hear(0, false, &mut carried);
            } else if !self.floor.requests.is_empty() {
                self.serve(0, false, &mut carried);
            } else {
                return true;
            }
        }
        false
    }

    /// Says where the two sides differ.
    fn difference(&self) -> Option<String> {
        let mut expected = BTreeMap::new();
        for (worker, key) in WORKERS.into_iter().zip(KEYS) {
            let row = self.floor.worker(worker);
            let (Some(dn), false) = (&row.seat, row.state == AgentState::LoggedOut) else {
                continue;
            };
            let why = row.state.reason().map(ToString::to_string);
            expected.insert(dn.to_string(), (key.to_owned(), why));
        }
        let found = self.exchange.telephones.iter();
        let found: BTreeMap<_, _> = found
            .map(|(dn, one)| (dn.clone(), (one.agent.clone(), one.not_ready.clone())))
            .collect();
        let same = expected == found && self.floor.switch.is_in_step();
        (!same).then(|| format!("here {expected:?}, there {found:?}: {:?}", self.floor.switch))
    }
}

/// Prints what became of it: `cargo test -p strowger-engage both_sides -- --nocapture`.
#[test]
fn both_sides_end_in_step() {
    const STORIES: u32 = 2_000;
    let carried = RefCell::new(Carried::default());
    let seed = RngSeed::Fixed(66);
    let runs =
        Runs { cases: STORIES, failure_persistence: None, rng_seed: seed, ..Runs::default() };
    let ended = TestRunner::new(runs).run(&vec(happens(), 0..150), |story| {
        let mut both = Both::new();
        for happens in story {
            both.play(happens, &mut carried.borrow_mut());
        }
        prop_assert!(both.settle(), "it goes on for ever");
        // Nothing is on the way any more: everything is read once again.
        let requests = both.floor.switch.renew();
        both.floor.requests.extend(requests);
        prop_assert!(both.settle(), "it goes on for ever");
        prop_assert_eq!(both.difference(), None);
        Ok(())
    });
    ended.unwrap_or_else(|failed| panic!("{failed}"));
    let carried = carried.into_inner();
    println!("{STORIES} stories: {carried:?}, in step after each");
    // It did misbehave, and every reason was given.
    assert!(carried.lost.min(carried.doubled).min(carried.early) > STORIES);
    assert!(carried.restarts > STORIES / 10 && carried.commands > STORIES);
    for why in ["Already", "Older", "UnknownDn", "AnotherSits", "Answer", "UnderWay", "Refused"] {
        assert!(carried.not_heard.contains_key(why), "{why}: {carried:?}");
    }
}

/// Without losses, and with everything in order, there is nothing to put right: as many requests
/// as the core has changes that a telephone does not show yet.
#[test]
fn an_orderly_switch_is_in_step_without_reading() {
    let story = vec(
        prop_oneof![
            (0..3_usize, 0..5_usize).prop_map(|(who, word)| Happens::Messenger(who, word)),
            (0..3_usize, proptest::option::of(0..3_usize))
                .prop_map(|(who, dn)| Happens::Sit(who, dn)),
            (0..3_usize, 0..3_usize, 0..8_usize)
                .prop_map(|(dn, who, what)| Happens::Press(dn, who, what)),
        ],
        0..60,
    );
    let seed = RngSeed::Fixed(67);
    let runs = Runs { cases: 500, failure_persistence: None, rng_seed: seed, ..Runs::default() };
    let ended = TestRunner::new(runs).run(&story, |story| {
        let mut both = Both::new();
        let mut said: BTreeMap<String, (String, Option<String>)> = BTreeMap::new();
        for happens in story {
            both.play(happens, &mut Carried::default());
            prop_assert!(both.settle(), "it goes on for ever");
            said.clear();
            for (worker, key) in WORKERS.into_iter().zip(KEYS) {
                let row = both.floor.worker(worker);
                if let Some(dn) = row.seat.as_ref().filter(|_| row.state == AgentState::Ready) {
                    said.insert(dn.to_string(), (key.to_owned(), None));
                }
            }
            // Whoever is ready here is ready there, and nobody else.
            let ready = both.exchange.telephones.iter().filter(|(_, one)| one.not_ready.is_none());
            let ready: BTreeMap<_, _> =
                ready.map(|(dn, one)| (dn.clone(), (one.agent.clone(), None))).collect();
            prop_assert_eq!(&said, &ready, "{:?}", happens);
        }
        Ok(())
    });
    ended.unwrap_or_else(|failed| panic!("{failed}"));
}

#[derive(Clone, Copy, Debug)]
enum Asks {
    Ask(bool),
    Press(usize, usize, bool),
    Hear(usize, bool),
    Lose(usize),
    Here(usize, bool),
    Report(usize, usize),
    Wait(i64),
    Restart,
}

fn asks() -> impl Strategy<Value = Asks> {
    let which = || 0..3_usize;
    prop_oneof![
        3 => any::<bool>().prop_map(Asks::Ask),
        5 => (which(), 0..4_usize, proptest::bool::weighted(0.6))
            .prop_map(|(who, window, yes)| Asks::Press(who, window, yes)),
        8 => (0..4_usize, proptest::bool::weighted(0.3)).prop_map(|(one, stays)| Asks::Hear(one, stays)),
        1 => (0..4_usize).prop_map(Asks::Lose),
        1 => (which(), any::<bool>()).prop_map(|(who, yes)| Asks::Here(who, yes)),
        2 => (which(), 0..3_usize).prop_map(|(who, word)| Asks::Report(who, word)),
        2 => prop_oneof![Just(1_000), Just(20_000)].prop_map(Asks::Wait),
        1 => prop_oneof![9 => Just(Asks::Wait(0)), 1 => Just(Asks::Restart)],
    ]
}

/// Windows as the messenger shows them: to whom, and about what.
fn windows(windows: &mut Vec<(String, ConnId)>, messages: Vec<PreviewMessage>) {
    for message in messages {
        match message {
            PreviewMessage::Request { agent, conn_id, .. } => {
                windows.push((agent.to_string(), conn_id));
            }
            PreviewMessage::Multiple { conn_id, targets, .. } => {
                windows.extend(targets.iter().map(|agent| (agent.to_string(), conn_id)));
            }
            PreviewMessage::Cancel { dn, conn_id, .. } => {
                let seat = TELEPHONES.iter().position(|one| Some(*one) == dn.as_deref());
                let agent = KEYS[seat.unwrap()];
                windows.retain(|window| *window != (agent.to_owned(), conn_id));
            }
            _ => unreachable!("a message of a later version"),
        }
    }
}

#[test]
fn previews_end_as_the_core_has_them() {
    const STORIES: u32 = 600;
    let (commands, late) = (RefCell::new(0), RefCell::new(0));
    let seed = RngSeed::Fixed(68);
    let runs =
        Runs { cases: STORIES, failure_persistence: None, rng_seed: seed, ..Runs::default() };
    let ended = TestRunner::new(runs).run(&(1..4_u8, vec(asks(), 0..80)), |(at_once, story)| {
        let profile = match at_once {
            1 => experts(),
            many => experts().with_broadcast(Broadcast::up_to(many)),
        };
        let mut floor = Floor::seated(profile);
        let (mut shown, mut told) = (Vec::new(), Vec::new());
        let (mut keys, mut clock) = (0, 0);
        for asks in story {
            match asks {
                Asks::Ask(by_ida) => {
                    keys += 1;
                    let asker = if by_ida { IDA } else { OMAR };
                    let ask = Ask::new(format!("q-{keys}"), asker, "7100");
                    let _ = floor.attempt(ask);
                }
                Asks::Press(who, window, yes) => {
                    let mine = shown.iter().filter(|(agent, _)| agent == KEYS[who]);
                    let mine: Vec<(String, ConnId)> = mine.cloned().collect();
                    if let Some(at) = window.checked_rem(mine.len()) {
                        clock += 1;
                        shown.retain(|one| *one != mine[at]);
                        let mut answer = event("EventUserEvent", TELEPHONES[who], KEYS[who], clock);
                        answer.conn = Some(mine[at].1.to_string().into());
                        let reason = if yes { "Accepted" } else { "Rejected" };
                        answer.user_data = [("UCC_Reason".into(), reason.into())].into();
                        told.push(answer);
                    }
                }
                Asks::Hear(which, stays) => {
                    if let Some(at) = which.checked_rem(told.len()) {
                        let answer = told[at].clone();
                        if !stays {
                            told.remove(at);
                        }
                        match floor.hear(&answer) {
                            None => *commands.borrow_mut() += 1,
                            Some(WhyNot::PreviewOver { .. } | WhyNot::Already | WhyNot::Older) => {
                                *late.borrow_mut() += 1;
                            }
                            Some(why) => prop_assert!(why == WhyNot::NoPreview, "{why:?}"),
                        }
                    }
                }
                Asks::Lose(which) => {
                    if let Some(at) = which.checked_rem(told.len()) {
                        told.remove(at);
                    }
                }
                Asks::Here(who, yes) => {
                    let cards = floor.centre.cards(WORKERS[who], floor_now(&floor)).unwrap();
                    if let Some(card) = cards.first() {
                        let done = match yes {
                            true => floor.attempt(Accept::new(card.preview)).map(drop),
                            false => floor.attempt(Reject::new(card.preview)).map(drop),
                        };
                        prop_assert!(done.is_ok());
                    }
                }
                Asks::Report(who, word) => {
                    floor.report(WORKERS[who], ["Online", "Busy", "Offline"][word]);
                }
                Asks::Wait(millis) => floor.wait(millis),
                Asks::Restart => {
                    let config = PreviewConfig::new("SIP_Switch");
                    let (previews, again) = Previews::resume(config, &floor.centre);
                    floor.previews = previews;
                    shown.clear();
                    floor.messages = again.into_iter().map(Result::unwrap).collect();
                }
            }
            windows(&mut shown, std::mem::take(&mut floor.messages));
            let open = floor.centre.knowledge().unwrap().previews().count();
            prop_assert_eq!(floor.previews.len(), open);
            // A window is open for everything that rings and was not answered, and for nothing
            // else; the same preview has one.
            prop_assert!(shown.len() <= open, "{shown:?}");
            let mut once = shown.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), shown.len());
        }
        Ok(())
    });
    ended.unwrap_or_else(|failed| panic!("{failed}"));
    let (commands, late) = (commands.into_inner(), late.into_inner());
    println!("{STORIES} stories: {commands} answers done, {late} late or twice");
    assert!(commands > STORIES && late > STORIES / 2);
}

fn floor_now(floor: &Floor) -> Timestamp {
    crate::floor::at(floor.now)
}
