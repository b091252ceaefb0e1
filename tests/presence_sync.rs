//! Presence between two systems: the table of a side, single stories, and that whatever is lost,
//! doubled or overtaken on the way, both end in what the primary source said last.

mod golden;
#[path = "golden/table.rs"]
mod table;

use proptest::collection::vec;
use proptest::prelude::*;
use strowger::Key;
use strowger::fact::{Cause, PresenceSetBy, Seq};
use strowger::model::PresenceId;
use strowger::prelude::*;
use strowger::presence::{
    AgentState, Follows, Heard, PresenceAsk, PresenceMap, PresenceReport, PresenceSync, Renewal,
    Side, Standing as PresenceStanding, UnifiedMap,
};

const ANA: AgentId = AgentId::from_raw(0);
const ON_QUEUE: PresenceId = SystemPresence::OnQueue.id();
const AWAY: PresenceId = SystemPresence::Away.id();
const OFFLINE: PresenceId = SystemPresence::Offline.id();
const MEAL: PresenceId = SystemPresence::Meal.id();
const BUSY: PresenceId = SystemPresence::Busy.id();

#[test]
fn every_standing_against_everything_that_is_heard() {
    let heard = [
        Heard::Stale,
        Heard::Echo,
        Heard::LateEcho,
        Heard::Overtaken,
        Heard::Person { primary: true },
        Heard::Person { primary: false },
    ];
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(heard.iter().map(|heard| heard.name().to_owned()));
    for standing in [PresenceStanding::Settled, PresenceStanding::Asked] {
        let mut row = vec![standing.name().to_owned()];
        for heard in heard {
            let (next, follows) = standing.next(heard);
            let follows = match follows {
                Follows::Nothing => "",
                Follows::AskAgain => ", ask",
                Follows::PassOn => ", pass",
                Follows::PassOnAndAsk => ", pass, ask",
            };
            row.push(format!("{}{follows}", next.name()));
        }
        rows.push(row);
    }
    table::compare("tables/presence_standing.txt", &table::align(&rows));
}

fn map() -> PresenceMap {
    PresenceMap::new("Away", BUSY)
        .with("Available", ON_QUEUE)
        .with("Away", AWAY)
        .with("Offline", OFFLINE)
        .with("Lunch", MEAL)
}

fn said(revision: u64, presence: &str) -> PresenceReport {
    PresenceReport::new(revision, presence).with_source(None)
}

fn there(presence: &str) -> Vec<PresenceAsk> {
    vec![PresenceAsk::There { agent: ANA, presence: presence.into() }]
}

fn here(presence: PresenceId) -> Vec<PresenceAsk> {
    vec![PresenceAsk::Here(SetPresence::new(ANA, presence))]
}

fn fact(seq: Seq, event: Event) -> Fact {
    Fact::new(
        seq,
        Timestamp::from_millis(seq as i64 * 1_000),
        Cause::Command { by: strowger::command::Actor::Host },
        event,
    )
}

fn set(seq: Seq, presence: PresenceId) -> Fact {
    set_by(seq, presence, PresenceSetBy::Command)
}

fn set_by(seq: Seq, presence: PresenceId, by: PresenceSetBy) -> Fact {
    fact(seq, Event::presence_set(ANA, presence, None, by))
}

fn status(seq: Seq, status: RoutingStatus) -> Fact {
    fact(seq, Event::routing_status_changed(ANA, status))
}

/// Both systems show that the agent is available.
fn in_step() -> PresenceSync {
    let mut sync = PresenceSync::new(map());
    assert_eq!(sync.report(ANA, &said(10, "Available")), here(ON_QUEUE));
    assert_eq!(sync.observe(&set(10, ON_QUEUE)), []);
    assert!(sync.is_in_step(ANA));
    sync
}

#[test]
fn a_change_is_passed_on_once_and_its_echo_has_no_effect() {
    let mut sync = in_step();
    assert_eq!(sync.observe(&set(11, MEAL)), there("Lunch"));
    assert!(!sync.is_in_step(ANA));
    assert_eq!(sync.report(ANA, &said(11, "Lunch")), []);
    assert!(sync.is_in_step(ANA));
    // The same report comes twice, and one from before comes late.
    assert_eq!(sync.report(ANA, &said(11, "Lunch")), []);
    assert_eq!(sync.report(ANA, &said(9, "Offline")), []);
    assert!(sync.is_in_step(ANA));
}

#[test]
fn what_is_in_no_row_falls_back_both_ways() {
    let mut sync = in_step();
    assert_eq!(sync.report(ANA, &said(11, "Jury duty")), here(BUSY));
    assert_eq!(sync.observe(&set(11, BUSY)), []);
    // Busy would be Away there; but Jury duty is busy here, so it stays.
    assert!(sync.is_in_step(ANA));
    assert_eq!(sync.observe(&set(12, SystemPresence::Training.id())), there("Away"));
}

#[test]
fn the_primary_source_decides_what_is_said_at_once() {
    // The agent goes to lunch here, and offline there before the desk heard of it.
    let mut sync = in_step();
    assert_eq!(sync.observe(&set(11, MEAL)), there("Lunch"));
    assert_eq!(sync.report(ANA, &said(11, "Offline")), here(OFFLINE));
    let mut sync = in_step();
    sync.set_primary(ANA, Side::Here);
    assert_eq!(sync.observe(&set(11, MEAL)), there("Lunch"));
    assert_eq!(sync.report(ANA, &said(11, "Offline")), there("Lunch"));
    assert_eq!(sync.report(ANA, &said(12, "Lunch")), []);
    // Once the desk shows it, a word there is the later one, whoever is primary.
    assert_eq!(sync.report(ANA, &said(13, "Available")), here(ON_QUEUE));
}

#[test]
fn a_request_that_comes_late_is_undone() {
    let mut sync = in_step();
    assert_eq!(sync.observe(&set(11, MEAL)), there("Lunch"));
    let offline = said(11, "Offline").with_source(Side::There);
    assert_eq!(sync.report(ANA, &offline), here(OFFLINE));
    assert_eq!(sync.observe(&set(12, OFFLINE)), []);
    // Only now the request for lunch arrives there.
    let lunch = said(12, "Lunch").with_source(Side::Here);
    assert_eq!(sync.report(ANA, &lunch), there("Offline"));
    let offline = said(13, "Offline").with_source(Side::Here);
    assert_eq!(sync.report(ANA, &offline), []);
    assert!(sync.is_in_step(ANA));
}

#[test]
fn nothing_from_outside_wakes_who_does_not_respond_but_their_own_choice() {
    let mut sync = in_step();
    assert_eq!(sync.observe(&status(11, RoutingStatus::NotResponding)), []);
    // Twice the same, and a change of channels with the same presence.
    assert_eq!(sync.report(ANA, &said(10, "Available")), []);
    assert_eq!(sync.report(ANA, &said(11, "Available")), []);
    assert_eq!(sync.report(ANA, &said(12, "Away")), here(AWAY));
}

#[test]
fn the_desk_shows_another_presence_after_a_timeout() {
    let mut sync = PresenceSync::new(map()).with_after_timeout("Away");
    sync.report(ANA, &said(10, "Available"));
    sync.observe(&set(10, ON_QUEUE));
    assert_eq!(sync.observe(&status(11, RoutingStatus::NotResponding)), there("Away"));
    assert_eq!(sync.report(ANA, &said(11, "Away")), []);
    assert!(sync.is_in_step(ANA));
    // The agent chooses to be available again, there or here.
    let mut other = sync.clone();
    assert_eq!(sync.report(ANA, &said(12, "Available")), here(ON_QUEUE));
    assert_eq!(sync.observe(&status(12, RoutingStatus::Idle)), []);
    assert!(sync.is_in_step(ANA));
    assert_eq!(other.observe(&status(12, RoutingStatus::Idle)), there("Available"));
}

#[test]
fn who_is_back_in_time_gets_their_presence_back() {
    for (back, expected) in [(70_999, ON_QUEUE), (71_000, SystemPresence::Available.id())] {
        let mut sync = in_step();
        assert_eq!(sync.observe(&set_by(11, OFFLINE, PresenceSetBy::Lease)), there("Offline"));
        assert_eq!(sync.report(ANA, &said(11, "Offline")), []);
        let asks = sync.renew(ANA, Timestamp::from_millis(back));
        assert_eq!(asks[..1], here(expected)[..], "back at {back}");
        assert_eq!(asks.len(), 2);
        assert_eq!(sync.observe(&set(12, expected)), []);
    }
    let renewal = Renewal::new(Span::from_mins(5), AWAY);
    let mut sync = in_step().with_renewal(renewal);
    sync.observe(&set_by(11, OFFLINE, PresenceSetBy::Lease));
    assert_eq!(sync.renew(ANA, Timestamp::from_millis(311_000))[..1], here(AWAY)[..]);
}

/// Ana comes back that long after their lease ended, and is in the presence that is asked for.
fn back_after(config: Config, absent: u32) -> (RoutingStatus, SystemPresence) {
    let (lease, mut log) = (Span::from_secs(30), Log::default());
    let mut engine = Engine::new(config, Timestamp::EPOCH, &mut log).unwrap();
    let ana = AgentProfile::default().with_lease(lease);
    engine.execute(Timestamp::EPOCH, Define::new("ana", ana), &mut log).unwrap();
    let on_queue = SetPresence::new(ANA, ON_QUEUE);
    engine.execute(Timestamp::EPOCH, on_queue, &mut log).unwrap();
    let lost = Timestamp::EPOCH + lease;
    engine.advance(lost, &mut log).unwrap();
    let mut sync = PresenceSync::new(map());
    log.drain().for_each(|fact| drop(sync.observe(&fact)));
    let back = lost + Span::from_secs(absent);
    for ask in sync.renew(ANA, back) {
        if let PresenceAsk::Here(command) = ask {
            engine.execute(back, command, &mut log).unwrap();
        }
    }
    let agent = engine.view().agent(ANA).unwrap();
    let presence = engine.view().presence(agent.presence()).unwrap();
    (agent.status(), presence.profile().system)
}

#[test]
fn who_was_away_for_long_is_available_and_where_the_engine_has_it_so_off_queue() {
    let (on_queue, available) = (SystemPresence::OnQueue, SystemPresence::Available);
    let off = || Config::default().with_available_off_queue(true);
    assert_eq!(back_after(off(), 59), (RoutingStatus::Idle, on_queue));
    assert_eq!(back_after(off(), 60), (RoutingStatus::OffQueue, available));
    let usual = back_after(Config::default(), 60);
    assert_eq!(usual, (RoutingStatus::Idle, available));
}

#[test]
fn what_was_lost_is_asked_again() {
    let mut sync = in_step();
    assert_eq!(sync.renew(ANA, Timestamp::EPOCH), []);
    assert_eq!(sync.observe(&set(11, MEAL)), there("Lunch"));
    assert_eq!(sync.renew(ANA, Timestamp::EPOCH), there("Lunch"));
    assert_eq!(sync.report(ANA, &said(11, "Lunch")), []);
    assert_eq!(sync.renew(ANA, Timestamp::EPOCH), []);
}

#[test]
fn a_messenger_makes_ready_not_ready_and_logged_out() {
    let not_ready = |reason: &str| AgentState::NotReady { reason: reason.into() };
    let usual = UnifiedMap::default();
    for (presence, state, id) in [
        ("Online", AgentState::Ready, ON_QUEUE),
        ("OFFLINE", AgentState::LoggedOut, OFFLINE),
        ("Busy", not_ready("Busy"), BUSY),
        ("Away", not_ready("Away"), AWAY),
        ("Meal", not_ready("Meal"), MEAL),
        ("Do not disturb", not_ready("Do not disturb"), BUSY),
        ("", not_ready(""), BUSY),
    ] {
        assert_eq!((usual.state(presence), usual.presence(presence)), (state, id), "{presence}");
    }
    let own = usual.with("Online", not_ready("Screen on")).with_reason("Screen on", AWAY);
    assert_eq!(own.presence("Online"), AWAY);
}

/// A system that shows one presence, as a desk does: whoever speaks last has it.
struct Desk {
    revision: u64,
    shows: String,
    by: Side,
    /// Whether its reports say who spoke.
    names: bool,
}

impl Desk {
    fn say(&mut self, presence: &str, by: Side) -> PresenceReport {
        self.revision += 1;
        (self.shows, self.by) = (presence.to_owned(), by);
        self.report()
    }

    fn report(&self) -> PresenceReport {
        said(self.revision, &self.shows).with_source(self.names.then_some(self.by))
    }
}

/// Two systems and what is on the way between them.
struct Wire {
    sync: PresenceSync,
    engine: Engine,
    log: Log,
    desk: Desk,
    asked: Vec<Key>,
    reports: Vec<PresenceReport>,
}

impl Wire {
    fn new(primary: Side) -> Self {
        let mut log = Log::default();
        let mut engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
        let ana = Define::new("ana", AgentProfile::default());
        assert_eq!(engine.execute(Timestamp::EPOCH, ana, &mut log).unwrap(), ANA);
        log.clear();
        let desk = Desk { revision: 1, shows: "Offline".into(), by: Side::There, names: true };
        let sync = PresenceSync::new(map()).with_primary(primary);
        Self { sync, engine, log, desk, asked: Vec::new(), reports: Vec::new() }
    }

    fn say_here(&mut self, presence: PresenceId) {
        let command = SetPresence::new(ANA, presence);
        self.engine.execute(Timestamp::EPOCH, command, &mut self.log).unwrap();
        for fact in self.log.drain().collect::<Vec<_>>() {
            let asks = self.sync.observe(&fact);
            self.follow(asks);
        }
    }

    fn say_there(&mut self, presence: &str) {
        let report = self.desk.say(presence, Side::There);
        self.reports.push(report);
    }

    fn follow(&mut self, asks: Vec<PresenceAsk>) {
        for ask in asks {
            match ask {
                PresenceAsk::Here(command) => self.say_here(command.presence),
                PresenceAsk::There { presence, .. } => self.asked.push(presence),
            }
        }
    }

    /// One of the things on the way arrives, and may stay on the way.
    fn arrive(&mut self, which: usize, stays: bool) {
        let on_the_way = self.asked.len() + self.reports.len();
        if on_the_way == 0 {
            return;
        }
        let which = which % on_the_way;
        if let Some(ask) = self.asked.get(which).cloned() {
            if !stays {
                self.asked.remove(which);
            }
            let report = self.desk.say(&ask, Side::Here);
            self.reports.push(report);
        } else {
            let which = which - self.asked.len();
            let report = self.reports[which].clone();
            if !stays {
                self.reports.remove(which);
            }
            let asks = self.sync.report(ANA, &report);
            self.follow(asks);
        }
    }

    fn lose(&mut self, which: usize) {
        if which < self.asked.len() {
            self.asked.remove(which);
        } else if which - self.asked.len() < self.reports.len() {
            self.reports.remove(which - self.asked.len());
        }
    }

    fn drain(&mut self, choice: &mut impl Iterator<Item = usize>) {
        for _ in 0..1_000 {
            if self.asked.is_empty() && self.reports.is_empty() {
                return;
            }
            self.arrive(choice.next().unwrap_or(0), false);
        }
        panic!("it does not end");
    }

    /// The connection is back: what is shown there is read, and what is asked is asked again.
    fn reconnect(&mut self) {
        let report = self.desk.report();
        let asks = self.sync.report(ANA, &report);
        self.follow(asks);
        let asks = self.sync.renew(ANA, Timestamp::EPOCH);
        self.follow(asks);
        self.drain(&mut std::iter::empty());
    }

    fn shown_here(&self) -> PresenceId {
        self.engine.view().agent(ANA).unwrap().presence()
    }
}

const THERE: [&str; 4] = ["Available", "Away", "Offline", "Lunch"];
const HERE: [PresenceId; 4] = [ON_QUEUE, AWAY, OFFLINE, MEAL];

#[derive(Clone, Copy, Debug)]
enum Happens {
    Here(usize),
    There(usize),
    Arrives(usize),
    Doubled(usize),
    Lost(usize),
    Reconnects,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => (0..4_usize).prop_map(Happens::Here),
        3 => (0..4_usize).prop_map(Happens::There),
        6 => (0..9_usize).prop_map(Happens::Arrives),
        2 => (0..9_usize).prop_map(Happens::Doubled),
        2 => (0..9_usize).prop_map(Happens::Lost),
        1 => Just(Happens::Reconnects),
    ]
}

fn play(wire: &mut Wire, story: &[Happens]) {
    for happens in story {
        match *happens {
            Happens::Here(which) => wire.say_here(HERE[which]),
            Happens::There(which) => wire.say_there(THERE[which]),
            Happens::Arrives(which) => wire.arrive(which, false),
            Happens::Doubled(which) => wire.arrive(which, true),
            Happens::Lost(which) => wire.lose(which),
            Happens::Reconnects => {
                let report = wire.desk.report();
                let asks = wire.sync.report(ANA, &report);
                wire.follow(asks);
                let asks = wire.sync.renew(ANA, Timestamp::EPOCH);
                wire.follow(asks);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_end_in_what_the_primary_source_said_last(
        there_is_primary: bool,
        story in vec(happens(), 0..40),
        other in 0..4_usize,
        last in 0..4_usize,
        order in vec(0..9_usize, 0..60),
    ) {
        let primary = if there_is_primary { Side::There } else { Side::Here };
        let mut wire = Wire::new(primary);
        play(&mut wire, &story);
        wire.drain(&mut std::iter::empty());
        wire.reconnect();
        // Both speak before either has heard of the other. To say what is so already says nothing:
        // the primary source's word is a change in any case.
        if there_is_primary { wire.say_here(HERE[other]) } else { wire.say_there(THERE[other]) }
        for word in [(last + 1) % 4, last] {
            if there_is_primary { wire.say_there(THERE[word]) } else { wire.say_here(HERE[word]) }
        }
        wire.drain(&mut order.into_iter());
        wire.reconnect();
        prop_assert!(wire.sync.is_in_step(ANA));
        prop_assert_eq!(&wire.desk.shows, THERE[last]);
        prop_assert_eq!(wire.shown_here(), HERE[last]);
    }

    /// As vendors tell it: without a source, in order.
    #[test]
    fn the_primary_source_wins_where_reports_name_none(
        first in 0..4_usize,
        other in 0..2_usize,
        last in 0..4_usize,
        order in vec(any::<bool>(), 0..60),
    ) {
        let mut wire = Wire::new(Side::There);
        wire.desk.names = false;
        wire.say_there(THERE[first]);
        wire.drain(&mut std::iter::empty());
        wire.reconnect();
        wire.say_here(HERE[(last + 2 + other) % 4]);
        for word in [(last + 1) % 4, last] {
            wire.say_there(THERE[word]);
        }
        // A request may be served at any time; of the reports the oldest comes next.
        let mut order = order.into_iter();
        while !(wire.asked.is_empty() && wire.reports.is_empty()) {
            let reports = wire.asked.len();
            let report_first = order.next().unwrap_or(true) && !wire.reports.is_empty();
            wire.arrive(if report_first { reports } else { 0 }, false);
        }
        wire.reconnect();
        prop_assert!(wire.sync.is_in_step(ANA));
        prop_assert_eq!(&wire.desk.shows, THERE[last]);
        prop_assert_eq!(wire.shown_here(), HERE[last]);
    }

    #[test]
    fn both_end_in_step_whoever_spoke_last(
        there_is_primary: bool,
        story in vec(happens(), 0..60),
        order in vec(0..9_usize, 0..60),
    ) {
        let primary = if there_is_primary { Side::There } else { Side::Here };
        let mut wire = Wire::new(primary);
        play(&mut wire, &story);
        wire.drain(&mut order.into_iter());
        wire.reconnect();
        prop_assert!(wire.sync.is_in_step(ANA));
        let place = THERE.iter().position(|there| **there == wire.desk.shows).unwrap();
        prop_assert_eq!(wire.shown_here(), HERE[place]);
    }
}
