//! A web site whose visitors are tracked: journeys alone, with a floor that a test opens and
//! closes, and journeys in a centre with two agents who take chats.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

use strowger::Action;
use strowger::centre::{CentreConfig, CentreFact, CentreLog, CentreRefusal, Joined};
use strowger::interaction::*;
use strowger::journey::{Answer, Match, VisitorSegment, *};
use strowger::layer::Decide;
use strowger::model::{Attributes, CalendarId, ChannelId, Value, WrapUpMode, WrapUpProfile};
use strowger::prelude::*;

use crate::help::at;

pub(crate) const MIN: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MIN;
pub(crate) const DAY: i64 = 24 * HOUR;

/// The queue and the channel of the first target.
pub(crate) const SALES: QueueId = QueueId::from_raw(0);
pub(crate) const CHAT: ChannelId = ChannelId::from_raw(0);
/// Another queue.
pub(crate) const ADVICE: QueueId = QueueId::from_raw(1);

/// What the journeys of a test ask about the floor.
#[derive(Debug, Default)]
pub(crate) struct Doors {
    /// True if nobody serves the first queue.
    pub(crate) empty: AtomicBool,
    /// True if every calendar is closed.
    pub(crate) closed: AtomicBool,
    /// How often anything was asked.
    pub(crate) asked: AtomicU32,
}

/// The same, as a port.
#[derive(Clone, Debug, Default)]
pub(crate) struct Door(pub(crate) Arc<Doors>);

impl Floor for Door {
    fn available(&self, queue: QueueId, _channel: ChannelId) -> bool {
        self.0.asked.fetch_add(1, SeqCst);
        queue != SALES || !self.0.empty.load(SeqCst)
    }

    fn is_open(&self, _calendar: CalendarId, _at: Timestamp) -> bool {
        self.0.asked.fetch_add(1, SeqCst);
        !self.0.closed.load(SeqCst)
    }
}

/// A host's contacts, each with the identifiers that lead to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(pub(crate) Vec<(Identifier, FoundContact)>);

impl Contacts for Book {
    fn find(&self, identifiers: &[Identifier]) -> Vec<FoundContact> {
        let known = self.0.iter().filter(|(one, _)| identifiers.contains(one));
        known.map(|(_, contact)| contact.clone()).collect()
    }
}

pub(crate) fn config() -> JourneyConfig {
    JourneyConfig::default().with_tracked(["store.test".into()])
}

pub(crate) fn cookie(value: &str) -> Identifier {
    Identifier::cookie(value)
}

pub(crate) fn email(value: &str) -> Identifier {
    Identifier::email(value)
}

pub(crate) fn phone(value: &str) -> Identifier {
    Identifier::phone(value)
}

pub(crate) fn url(path: &str) -> String {
    format!("https://www.store.test{path}")
}

pub(crate) fn page(path: &str) -> VisitorEvent {
    VisitorEvent::page_viewed(url(path), path)
}

pub(crate) fn custom(name: &str) -> VisitorEvent {
    VisitorEvent::custom(name, [])
}

pub(crate) fn attributes(pairs: &[(&str, &str)]) -> Vec<(strowger::Key, Value)> {
    pairs.iter().map(|(name, value)| ((*name).into(), Value::from(*value))).collect()
}

pub(crate) fn session(raw: u64) -> SessionId {
    SessionId::from_raw(raw)
}

pub(crate) fn customer(raw: u64) -> CustomerId {
    CustomerId::from_raw(raw)
}

pub(crate) fn keys<const N: usize>(keys: [&str; N]) -> Vec<strowger::Key> {
    keys.into_iter().map(Into::into).collect()
}

/// A segment of sessions in which such an event happened.
pub(crate) fn on_event(name: &str) -> VisitorSegment {
    let event = EventCondition::new(EventName::Custom(name.into()));
    VisitorSegment::new(name, "#336699").with_conditions(Conditions::default().with_events([event]))
}

/// A segment that nothing assigns but a command.
pub(crate) fn by_command() -> VisitorSegment {
    on_event("never_happens")
}

pub(crate) fn target() -> ActionTarget {
    ActionTarget::new(SALES, CHAT, InteractionType::Chat)
}

/// A chat that is offered to whom a segment has that bears its name.
pub(crate) fn chat(segment: &str) -> ActionMap {
    ActionMap::new(segment, ActionMedia::WebChat).with_segments([segment.into()]).with_target("t")
}

/// Journeys alone.
pub(crate) struct Site {
    pub(crate) journeys: Journeys,
    pub(crate) log: JourneyLog,
    pub(crate) doors: Arc<Doors>,
    ports: fn(Journeys) -> Journeys,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: JourneyConfig) -> Self {
        Self::and(config, |journeys| journeys)
    }

    /// With other ports, which it has again after a restart.
    pub(crate) fn and(config: JourneyConfig, ports: fn(Journeys) -> Journeys) -> Self {
        let mut log = JourneyLog::default();
        let doors = Arc::<Doors>::default();
        let journeys = Journeys::new(config, at(0), &mut log).unwrap();
        let journeys = ports(journeys.with_floor(Door(doors.clone())));
        Self { journeys, log, doors, ports }
    }

    /// With a target, and a chat for whoever has the segment `go`.
    pub(crate) fn offering(config: JourneyConfig) -> Self {
        let mut site = Self::with(config);
        site.tell(0, SetTarget::new("t", target()));
        site.segment("go");
        site.tell(0, SetActionMap::new("m", chat("go")));
        site
    }

    /// A segment that nothing assigns but a command.
    pub(crate) fn segment(&mut self, key: &str) {
        self.tell(0, SetSegment::new(key, by_command()));
    }

    pub(crate) fn tell<A: Action<Layer = Journeys>>(&mut self, when: i64, action: A) -> A::Output {
        self.attempt(when, action).unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    /// Does something, and the same with journeys of a snapshot: they go on the same.
    pub(crate) fn attempt<A: Action<Layer = Journeys>>(
        &mut self,
        when: i64,
        action: A,
    ) -> Result<A::Output, JourneyRefusal> {
        let mut twin = self.twin();
        let (from, mut log) = (self.log.len(), JourneyLog::default());
        let same = twin.execute(at(when), action.clone(), &mut log).map(drop);
        let done = self.journeys.execute(at(when), action, &mut self.log);
        assert_eq!(done.as_ref().map(drop), same.as_ref().map(drop));
        assert_eq!(self.log.as_slice()[from..], *log.as_slice());
        assert_eq!(self.journeys.digest(), twin.digest());
        assert_eq!(self.journeys.next_deadline(), twin.next_deadline());
        self.journeys.check().unwrap();
        done
    }

    /// The same site once more, to see what else could happen.
    pub(crate) fn copy(&self) -> Self {
        let (doors, ports) = (self.doors.clone(), self.ports);
        Self { journeys: self.journeys.clone(), log: self.log.clone(), doors, ports }
    }

    /// Journeys of a snapshot, as text.
    fn twin(&self) -> Journeys {
        let text = serde_json::to_string(&self.journeys.snapshot()).unwrap();
        let restored = Journeys::restore(serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(restored.digest(), self.journeys.digest());
        (self.ports)(restored.with_floor(Door(self.doors.clone())))
    }

    /// The refusal of a command; nothing may have changed.
    pub(crate) fn refused<A: Action<Layer = Journeys>>(
        &mut self,
        when: i64,
        action: A,
    ) -> JourneyRefusal {
        self.advance(when);
        let (before, facts) = (self.journeys.digest(), self.log.len());
        let Err(refusal) = self.attempt(when, action) else { panic!("it was done") };
        assert_eq!((before, facts), (self.journeys.digest(), self.log.len()));
        refusal
    }

    pub(crate) fn advance(&mut self, when: i64) {
        self.journeys.advance(at(when), &mut self.log).unwrap();
        self.journeys.check().unwrap();
    }

    /// The facts alone make the same journeys again.
    pub(crate) fn check_replay(&self) {
        let facts: Vec<JourneyFact> = self.log.iter().cloned().collect();
        let text = serde_json::to_string(&facts).unwrap();
        let facts: Vec<JourneyFact> = serde_json::from_str(&text).unwrap();
        let replayed = Journeys::replay(facts).unwrap();
        assert_eq!(replayed.digest(), self.journeys.digest());
        replayed.check().unwrap();
    }

    /// A visitor views a page now.
    pub(crate) fn page(&mut self, when: i64, who: &str, path: &str) -> SessionId {
        self.event(when, who, page(path))
    }

    pub(crate) fn event(&mut self, when: i64, who: &str, event: VisitorEvent) -> SessionId {
        self.tell(when, Track::new(cookie(who), event))
    }

    /// A visitor viewed a page at a date before now.
    pub(crate) fn late(&mut self, when: i64, who: &str, date: i64, path: &str) -> SessionId {
        self.tell(when, Track::new(cookie(who), page(path)).with_at(at(date)))
    }

    pub(crate) fn search(&mut self, when: i64, who: &str, term: &str) -> SessionId {
        self.event(when, who, VisitorEvent::searched(term))
    }

    /// A segment is assigned by command.
    pub(crate) fn mark<const N: usize>(&mut self, when: i64, id: SessionId, segments: [&str; N]) {
        self.tell(when, Match::new(id, keys(segments)));
    }

    pub(crate) fn unmark(&mut self, when: i64, id: SessionId, segment: &str) {
        self.tell(when, Unmatch::new(id, [segment.into()].into()));
    }

    pub(crate) fn row(&self, id: SessionId) -> &VisitorSession {
        self.journeys.session(id).unwrap()
    }

    /// The places in the log from a place on.
    pub(crate) fn events(&self, from: usize) -> Vec<&JourneyEvent> {
        self.log.as_slice()[from..].iter().map(|fact| &fact.event.event).collect()
    }

    pub(crate) fn names(&self, from: usize) -> Vec<&'static str> {
        self.events(from).into_iter().map(JourneyEvent::name).collect()
    }

    /// The offer that was made last.
    pub(crate) fn offer(&self) -> &WebOffer {
        self.last_offer().expect("something was offered")
    }

    pub(crate) fn last_offer(&self) -> Option<&WebOffer> {
        let offered = self.log.iter().rev().find_map(|fact| match &fact.event.event {
            JourneyEvent::Offered { offer, .. } => Some(offer.id),
            _ => None,
        });
        offered.and_then(|id| self.journeys.offer(id))
    }

    /// How often anything was offered, and by which maps.
    pub(crate) fn offered(&self) -> Vec<&str> {
        let maps = self.log.iter().filter_map(|fact| match &fact.event.event {
            JourneyEvent::Offered { offer, .. } => Some(&*offer.map),
            _ => None,
        });
        maps.collect()
    }

    pub(crate) fn state(&self, offer: WebOfferId) -> WebOfferState {
        self.journeys.offer(offer).unwrap().state
    }

    /// What was said last of what stops a map.
    pub(crate) fn blocked(&self, key: &str) -> Option<&Blocked> {
        self.log.iter().rev().find_map(|fact| match &fact.event.event {
            JourneyEvent::Blocked { map, reason, .. } if **map == *key => Some(reason),
            _ => None,
        })
    }
}

/// A centre with records and journeys: Ida and Omar serve the first queue, and take one chat each.
pub(crate) struct Shop {
    pub(crate) centre: Centre,
    pub(crate) log: CentreLog,
}

pub(crate) const IDA: AgentId = AgentId::from_raw(0);
pub(crate) const OMAR: AgentId = AgentId::from_raw(1);

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(config(), QueueProfile::default())
    }

    /// Ida is on queue, and whoever has the segment `go` is offered a chat.
    pub(crate) fn with(config: JourneyConfig, sales: QueueProfile) -> Self {
        let mut log = CentreLog::default();
        let types = RecordConfig::default().with_types(InteractionType::ALL);
        let config = CentreConfig::new(Config::default().with_clock_step(None))
            .with_records(types)
            .with_journeys(config);
        let centre = Centre::new(config, at(0), &mut log).unwrap();
        let mut shop = Self { centre, log };
        shop.tell(0, Define::new("chat", ChannelProfile::chat()));
        let mode = WrapUpMode::MandatoryTimeout { timeout: Span::from_secs(30) };
        let wrap_up = WrapUpProfile::default().with_mode(mode);
        shop.tell(0, Define::new("sales", sales.with_wrap_up(wrap_up)));
        shop.tell(0, Define::new("advice", QueueProfile::default()));
        for key in ["ida", "omar"] {
            let agent = shop.tell(0, Define::new(key, AgentProfile::default()));
            shop.tell(0, SetMembership::new(agent, SALES));
        }
        shop.on_queue(0, IDA);
        shop.tell(0, SetTarget::new("t", target()));
        shop.tell(0, SetSegment::new("go", by_command()));
        shop.tell(0, SetActionMap::new("m", chat("go")));
        shop
    }

    pub(crate) fn on_queue(&mut self, when: i64, agent: AgentId) {
        self.tell(when, SetPresence::new(agent, SystemPresence::OnQueue.id()));
    }

    pub(crate) fn tell<A>(&mut self, when: i64, action: A) -> A::Output
    where
        A: Action,
        A::Layer: Joined,
    {
        self.attempt(when, action).unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    pub(crate) fn attempt<A>(&mut self, when: i64, action: A) -> Result<A::Output, CentreRefusal>
    where
        A: Action,
        A::Layer: Joined,
    {
        let text = serde_json::to_string(&self.centre.snapshot()).unwrap();
        let mut twin = <Centre>::restore(serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(twin.digest(), self.centre.digest());
        let (from, mut log) = (self.log.len(), CentreLog::default());
        let same = twin.execute(at(when), action.clone(), &mut log).map(drop);
        let done = self.centre.execute(at(when), action, &mut self.log);
        assert_eq!(done.as_ref().map(drop), same.as_ref().map(drop));
        assert_eq!(self.log.as_slice()[from..], *log.as_slice());
        assert_eq!(twin.digest(), self.centre.digest());
        self.check();
        done
    }

    pub(crate) fn refused<A>(&mut self, when: i64, action: A) -> CentreRefusal
    where
        A: Action,
        A::Layer: Joined,
    {
        self.advance(when);
        let (before, facts) = (self.centre.digest(), self.log.len());
        let Err(refusal) = self.attempt(when, action) else { panic!("it was done") };
        assert_eq!((before, facts), (self.centre.digest(), self.log.len()));
        refusal
    }

    pub(crate) fn advance(&mut self, when: i64) {
        self.centre.advance(at(when), &mut self.log).unwrap();
        self.check();
    }

    fn check(&self) {
        self.centre.engine().verify().unwrap();
        self.records().check().unwrap();
        self.journeys().check().unwrap();
    }

    pub(crate) fn check_replay(&self) {
        let facts: Vec<CentreFact> = self.log.iter().cloned().collect();
        let replayed = <Centre>::replay(facts).unwrap();
        assert_eq!(replayed.digest(), self.centre.digest());
        assert_eq!(<Centre>::restore(replayed.snapshot()).unwrap().digest(), replayed.digest());
    }

    pub(crate) fn journeys(&self) -> &Journeys {
        self.centre.journeys().unwrap()
    }

    pub(crate) fn records(&self) -> &Records {
        self.centre.records().unwrap()
    }

    pub(crate) fn event(&mut self, when: i64, who: &str, event: VisitorEvent) -> SessionId {
        self.tell(when, Track::new(cookie(who), event))
    }

    /// A visitor comes to a page and is offered a chat there.
    pub(crate) fn offer(&mut self, when: i64, who: &str) -> WebOfferId {
        let id = self.event(when, who, page("/chairs"));
        self.tell(when, Match::new(id, keys(["go"])));
        let session = self.journeys().session(id).unwrap();
        let open = session.offers.iter().rev();
        let mut open = open.filter(|id| self.state(**id) == WebOfferState::Offered);
        *open.next().expect("something is offered")
    }

    /// They accept it; the interaction that begins.
    pub(crate) fn accept(&mut self, when: i64, offer: WebOfferId) -> InteractionId {
        let begun = self.tell(when, Answer::new(offer, WebAnswer::Accepted));
        begun.expect("a conversation begins")
    }

    /// An agent takes what rings at them.
    pub(crate) fn take(&mut self, when: i64, agent: AgentId) {
        let offers = self.centre.engine().view().agent(agent).unwrap().offers();
        let offer = *offers.first().expect("it rings at them");
        self.tell(when, Accept::new(offer));
    }

    /// The visitor ends the conversation.
    pub(crate) fn leave(&mut self, when: i64, interaction: InteractionId) {
        self.tell(when, EndInteraction::new(interaction, Ending::Customer, Party::Customer));
    }

    pub(crate) fn state(&self, offer: WebOfferId) -> WebOfferState {
        self.journeys().offer(offer).unwrap().state
    }

    /// The state of an offer, as long as anybody remembers it.
    pub(crate) fn state_if_known(&self, offer: WebOfferId) -> Option<WebOfferState> {
        self.journeys().offer(offer).map(|row| row.state)
    }

    pub(crate) fn counts(&self) -> TargetCounts {
        self.journeys().target("t").unwrap().1
    }

    /// The names of the facts of journeys from a place in the log on.
    pub(crate) fn names(&self, from: usize) -> Vec<&'static str> {
        let facts = self.log.as_slice()[from..].iter().filter_map(CentreFact::journey);
        facts.map(|fact| fact.event.event.name()).collect()
    }
}

/// Attributes of a session, by name.
pub(crate) fn known(pairs: &[(&str, &str)]) -> Attributes {
    attributes(pairs).into_iter().collect()
}
