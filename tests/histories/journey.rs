//! Random histories of visitors, over journeys alone and over a centre, with a host that calls
//! late, twice, and with a clock that runs back, and names what is not there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use strowger::centre::{CentreCommand, CentreFact, CentreLog, CentreRefusal};
use strowger::command::{Actor, Command, Submit};
use strowger::interaction::*;
use strowger::journey::*;
use strowger::layer::Decide;
use strowger::model::{AgentId, CalendarId, ChannelId, QueueId};
use strowger::{Centre, Key, Refusal, Span, Timestamp};

use super::records::{self, Dice};
use super::support::ops::History;
use super::support::{self, ByNumbers, Call, open};

const START: Timestamp = support::START;

fn hold(what: &str, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

/// A configuration whose bounds are met soon.
fn config(dice: &mut Dice) -> JourneyConfig {
    let limits = JourneyLimits::default()
        .with_sessions(4)
        .with_events(12)
        .with_terms(4)
        .with_segments_assigned(3)
        .with_identifiers(6)
        .with_merged(3)
        .with_live_sessions(5)
        .with_customers(9);
    let caps = [
        FrequencyCap::None,
        FrequencyCap::OnceFinalized,
        FrequencyCap::OnceRejected,
        FrequencyCap::for_period(Span::from_secs(90)),
    ];
    let merge = [Merging::Claimed, Merging::Claimed, Merging::Verified][dice.roll(3) as usize];
    JourneyConfig::default()
        .with_tracked(["store.test".into()])
        .with_session(Span::from_mins(2))
        .with_ephemeral(Span::from_mins(24 * 60))
        .with_licensed(dice.roll(12) > 0)
        .with_cap(caps[dice.roll(4) as usize])
        .with_merge(merge)
        .with_limits(limits)
}

/// Somebody who knows contacts: numbers and addresses of the same digit are one person's.
#[derive(Debug)]
struct ByDigit;

impl Contacts for ByDigit {
    fn find(&self, identifiers: &[Identifier]) -> Vec<FoundContact> {
        let digits = identifiers.iter().filter(|one| one.kind != IdentifierKind::Cookie);
        let digits: BTreeSet<_> = digits.filter_map(|one| one.value.chars().last()).collect();
        let known = digits.into_iter().filter(|digit| *digit < '3');
        known.map(|digit| FoundContact::new(format!("contact-{digit}"))).collect()
    }
}

/// A floor on which nobody is there in every third second, and which closes in every fourth.
#[derive(Debug)]
struct ByClock;

impl Floor for ByClock {
    fn available(&self, queue: QueueId, _channel: ChannelId) -> bool {
        queue.raw() == 0
    }

    fn is_open(&self, _calendar: CalendarId, at: Timestamp) -> bool {
        at.as_millis() % 4_000 != 0
    }
}

fn some_visitor(dice: &mut Dice) -> Identifier {
    match dice.roll(9) {
        0 => Identifier::email(format!("Jo{}@Store.test", dice.roll(3))),
        1 => Identifier::phone(format!("+44 20 7946 001{}", dice.roll(4))),
        _ => Identifier::cookie(format!("c-{}", dice.roll(5))),
    }
}

fn some_event(dice: &mut Dice) -> VisitorEvent {
    let path = ["", "chairs", "chairs#red", "basket", "tables?x=1"][dice.roll(5) as usize];
    match dice.roll(10) {
        0 => VisitorEvent::searched(
            ["chair", "Chair ", "table", "", "x", "y"][dice.roll(6) as usize],
        ),
        1 => VisitorEvent::form_submitted("returns"),
        2 => VisitorEvent::form_abandoned("checkout", 40),
        3 => VisitorEvent::screen_viewed("start"),
        4 => VisitorEvent::custom("order_placed", [("sum".into(), 3.into())]),
        5 => VisitorEvent::page_viewed("https://elsewhere.test/", "Elsewhere"),
        _ => VisitorEvent::page_viewed(format!("https://www.store.test/{path}"), "A page"),
    }
}

fn some_key(dice: &mut Dice) -> Key {
    ["foxes", "regulars", "buyers", "none"][dice.roll(4) as usize].into()
}

fn some_map(dice: &mut Dice) -> ActionMap {
    let media =
        [ActionMedia::WebChat, ActionMedia::WebMessaging, ActionMedia::Content, ActionMedia::Open];
    let media = media[dice.roll(4) as usize];
    let activation = [
        Activation::Immediate,
        Activation::Immediate,
        Activation::delay(Span::from_secs(20)),
        Activation::NextVisit,
        Activation::NextSession,
    ];
    let weight = [Weight::Low, Weight::Medium, Weight::High][dice.roll(3) as usize];
    let mut map = ActionMap::new("A map", media)
        .with_activation(activation[dice.roll(5) as usize])
        .with_weight(weight)
        .with_pacing(dice.roll(3) > 0);
    if media.is_conversation() {
        map.target = Some(["sales", "help"][dice.roll(2) as usize].into());
    }
    if dice.roll(3) == 0 {
        map.segments = vec![some_key(dice), "foxes".into()];
    }
    if dice.roll(4) == 0 {
        map.pages = vec![PageCondition::new(Operator::ContainsAny, "/chairs")];
    }
    if dice.roll(4) == 0 {
        map.outcomes = vec![OutcomeCondition::new("buys", 4_000)];
    }
    if dice.roll(4) == 0 {
        map.calendar = Some(CalendarId::from_raw(0));
    }
    map.offer_window = [Some(Span::from_secs(30)), None][dice.roll(2) as usize];
    map
}

fn set_up(queue: QueueId, channel: ChannelId) -> Vec<JourneyCommand> {
    let firefox = Criterion::new("browser.family", Operator::Equal, "Firefox");
    let twice = EventCondition::new(EventName::PageViewed).with_at_least(2);
    let ordered = EventCondition::new(EventName::Custom("order_placed".into()));
    let conditions = Conditions::default();
    let foxes = VisitorSegment::new("Foxes", "#FF6A00")
        .with_conditions(conditions.clone().with_session([firefox]));
    let regulars = VisitorSegment::new("Regulars", "#0000FF")
        .with_scope(Scope::Customer)
        .with_expires_after(1)
        .with_conditions(conditions.clone().with_events([twice]));
    let buyers = VisitorSegment::new("Buyers", "#00FF00")
        .with_conditions(conditions.clone().with_events([ordered.clone()]));
    let buys =
        Outcome::new("Buys").with_scored(true).with_conditions(conditions.with_events([ordered]));
    let target = |queue| {
        ActionTarget::new(queue, channel, InteractionType::Chat)
            .with_short_abandon(Span::from_secs(5))
    };
    let chat = ActionMap::new("Chat", ActionMedia::WebChat).with_target("sales");
    let picture = ActionMap::new("Picture", ActionMedia::Content).with_segments(["foxes".into()]);
    vec![
        SetSegment::new("foxes", foxes).into(),
        SetSegment::new("regulars", regulars).into(),
        SetSegment::new("buyers", buyers).into(),
        SetOutcome::new("buys", buys).into(),
        SetTarget::new("sales", target(queue)).into(),
        SetTarget::new("help", target(QueueId::from_raw(1))).into(),
        SetActionMap::new("m0", chat).into(),
        SetActionMap::new("m1", picture).into(),
    ]
}

/// Something that somebody does, often in vain.
fn some_command(dice: &mut Dice, journeys: &Journeys, now: Timestamp) -> JourneyCommand {
    let session = SessionId::from_raw(1 + dice.roll(30));
    let offer = WebOfferId::from_raw(1 + dice.roll(30));
    let customer = CustomerId::from_raw(1 + dice.roll(12));
    let live: Vec<_> = (1..200)
        .map(SessionId::from_raw)
        .filter(|id| journeys.session(*id).is_some_and(VisitorSession::is_live))
        .collect();
    let lives = |dice: &mut Dice| match live.is_empty() || dice.roll(8) == 0 {
        true => session,
        false => live[dice.roll(live.len() as u64) as usize],
    };
    let open: Vec<_> = (1..400)
        .map(WebOfferId::from_raw)
        .filter(|id| journeys.offer(*id).is_some_and(|offer| !offer.state.is_over()))
        .collect();
    let opens = |dice: &mut Dice| match open.is_empty() || dice.roll(6) == 0 {
        true => offer,
        false => open[dice.roll(open.len() as u64) as usize],
    };
    match dice.roll(40) {
        0..=15 => {
            let mut track = Track::new(some_visitor(dice), some_event(dice));
            if dice.roll(3) == 0 {
                let ago = Span::from_secs([10, 100, 300, 3_599, 3_700][dice.roll(5) as usize]);
                track.at = Some(now - ago);
            }
            if dice.roll(3) == 0 {
                let family = ["Firefox", "Other"][dice.roll(2) as usize];
                track = track.with_attributes([("browser.family".into(), family.into())]);
            } else if dice.roll(6) == 0 {
                track = track.with_attributes([("search.term".into(), "Chair".into())]);
            }
            if dice.roll(5) == 0 {
                track.session_type = Some("app".into());
            }
            track.into()
        }
        16..=19 => {
            let proof = [Proof::Claimed, Proof::Verified][dice.roll(2) as usize];
            let others = [some_visitor(dice), some_visitor(dice)];
            let known = others.into_iter().take(1 + dice.roll(2) as usize);
            let mut identify =
                Identify::new(some_visitor(dice)).with_identifiers(known).with_proof(proof);
            if dice.roll(4) == 0 {
                identify = identify.with_name("Jo");
            }
            identify.into()
        }
        20 => SignOut::new(some_visitor(dice)).into(),
        21 | 22 => Leave::new(some_visitor(dice)).into(),
        23 => Match::new(lives(dice), vec![some_key(dice)]).into(),
        24 => Unmatch::new(lives(dice), [some_key(dice)].into()).into(),
        25 | 26 => {
            let score = (dice.roll(11) * 1_000) as u16;
            Score::new(lives(dice), [("buys".into(), score)].into()).into()
        }
        27 => Achieve::new(lives(dice), "buys").into(),
        28 => {
            let counts = TargetCounts::new(10, dice.roll(4), dice.roll(3));
            SetTargetCounts::new("sales", counts).into()
        }
        29 | 30 => Evaluate::new(lives(dice)).into(),
        31..=33 => {
            let answer = [WebAnswer::Accepted, WebAnswer::Accepted, WebAnswer::Rejected];
            Answer::new(opens(dice), answer[dice.roll(3) as usize]).into()
        }
        34 => FailOffer::new(opens(dice), "blocked").into(),
        35 => {
            let interaction = InteractionId::from_raw(1 + dice.roll(20));
            match dice.roll(2) {
                0 => LinkInteraction::new(opens(dice), interaction).into(),
                _ => {
                    let replace = dice.roll(2) == 0;
                    VerifyContact::new(interaction, customer).with_replace(replace).into()
                }
            }
        }
        36 => match dice.roll(8) {
            0 => EraseCustomer::new(customer).into(),
            1..=3 => ArchiveSessions::new(customer).into(),
            _ => SetActionMap::new(format!("m{}", dice.roll(4)), some_map(dice)).into(),
        },
        37 => match dice.roll(4) {
            0 => RemoveActionMap::new(format!("m{}", dice.roll(4))).into(),
            1 => RemoveSegment::new("buyers").into(),
            2 => ConfigureJourneys::new(config(dice)).into(),
            _ => RemoveTarget::new("help").into(),
        },
        _ => SetActionMap::new(format!("m{}", dice.roll(4)), some_map(dice)).into(),
    }
}

/// What was read in the facts, to be compared with what is allowed.
#[derive(Default)]
struct Read {
    /// Who stands for whom.
    heads: BTreeMap<CustomerId, CustomerId>,
    /// Whose a session was when it began.
    sessions: BTreeMap<SessionId, CustomerId>,
    /// Who rejected which map.
    rejected: BTreeSet<(CustomerId, Key)>,
    offers: BTreeMap<WebOfferId, (SessionId, Key)>,
    greatest: BTreeMap<(SessionId, Key), u16>,
    archived: Vec<std::sync::Arc<VisitorSession>>,
    told: BTreeMap<&'static str, u32>,
}

impl Read {
    fn head(&self, mut id: CustomerId) -> CustomerId {
        while let Some(next) = self.heads.get(&id) {
            id = *next;
        }
        id
    }

    fn fact(&mut self, event: &JourneyEvent, journeys: &Journeys) -> Result<(), String> {
        *self.told.entry(event.name()).or_default() += 1;
        match event {
            JourneyEvent::SessionBegan { session, customer, .. } => {
                self.sessions.insert(*session, *customer);
            }
            JourneyEvent::Merged { customer, into, .. } => {
                hold("the older stands for both", into < customer)?;
                self.heads.insert(*customer, *into);
            }
            JourneyEvent::Offered { offer, .. } => {
                let (session, map) = (offer.session, offer.map.clone());
                let head = self.head(self.sessions[&session]);
                let ignores =
                    journeys.action_map(&map).is_none_or(|(map, _)| map.ignore_frequency_cap);
                let capped = journeys.config().cap == FrequencyCap::OnceRejected && !ignores;
                let rejected =
                    |(who, what): &(CustomerId, Key)| self.head(*who) == head && *what == map;
                if capped {
                    let held = !self.rejected.iter().any(rejected);
                    hold("what was rejected is not offered again, across merges", held)?;
                }
                self.offers.insert(offer.id, (session, map));
            }
            JourneyEvent::OfferChanged { offer, state: WebOfferState::Rejected, .. } => {
                let (session, map) = self.offers[offer].clone();
                self.rejected.insert((self.head(self.sessions[&session]), map));
            }
            JourneyEvent::Scored { session, scores, .. } => {
                for (outcome, now) in scores {
                    let greatest = self.greatest.entry((*session, outcome.clone())).or_default();
                    *greatest = (*greatest).max(*now);
                }
            }
            JourneyEvent::SessionArchived { session, .. } => self.archived.push(session.clone()),
            _ => {}
        }
        Ok(())
    }

    fn compare(&self, journeys: &Journeys) -> Result<(), String> {
        for ((session, outcome), greatest) in &self.greatest {
            let row = journeys.session(*session).and_then(|row| row.outcome(outcome));
            let score = row.and_then(|progress| progress.score);
            hold(
                "the greatest probability is the greatest that was said",
                score.is_none_or(|score| score.greatest == *greatest),
            )?;
        }
        Ok(())
    }
}

/// No records: the views of customers show no conversations then.
const NO_RECORDS: Option<&Records> = None;

/// Somebody who looks at a customer all the time, and takes over what changed.
struct Watch {
    viewer: JourneyViewer,
    customer: CustomerId,
    view: Option<JourneyView>,
}

impl Watch {
    /// Some with few permissions, some with all.
    fn all(dice: &mut Dice) -> Vec<Self> {
        let mut watch = |customer| {
            let mut rights = JourneyRights::ALL;
            for right in JourneyRights::ALL.iter().filter(|_| dice.roll(5) == 0) {
                rights = rights.without(right);
            }
            let viewer = JourneyViewer::new(AgentId::from_raw(0), rights);
            Self { viewer, customer: CustomerId::from_raw(customer), view: None }
        };
        (1..9).chain(1..5).map(&mut watch).collect()
    }

    fn fresh(&self, journeys: &Journeys, records: Option<&Records>) -> Option<JourneyView> {
        let page = PageRequest::default().with_size(100);
        journeys.view_customer(records, &self.viewer, self.customer, page).ok()
    }

    /// What was folded is what a view made anew is, and so are the pages of any size.
    fn look(
        &mut self,
        journeys: &Journeys,
        records: Option<&Records>,
        size: u8,
    ) -> Result<(), String> {
        let fresh = self.fresh(journeys, records);
        let folded = self.view.take().zip(fresh.as_ref()).and_then(|(mut view, _)| {
            let since = view.as_of.seq;
            let deltas = journeys.changes_of_customer(records, &self.viewer, self.customer, since);
            deltas.ok()?.iter().all(|delta| view.fold(delta)).then_some(view)
        });
        if let (Some(mut folded), Some(fresh)) = (folded, &fresh) {
            folded.as_of = fresh.as_of;
            if folded != *fresh {
                return Err(format!(
                    "what was folded is not what is fresh: {folded:#?}\n{fresh:#?}"
                ));
            }
        }
        if let Some(whole) = fresh.as_ref().and_then(|view| view.cards.shown()) {
            let (mut cards, mut page) = (Vec::new(), PageRequest::default().with_size(size));
            while let Ok(view) = journeys.view_customer(records, &self.viewer, self.customer, page)
            {
                let part = view.cards.shown().expect("as before").clone();
                cards.extend(part.items);
                let Some(next) = part.next else { break };
                page = page.with_after(next);
            }
            hold("pages of any size make the whole list", cards == whole.items)?;
        }
        self.view = fresh;
        Ok(())
    }
}

/// Journeys alone, that have lived so many steps.
struct Alone {
    journeys: Journeys,
    log: JourneyLog,
    read: Read,
}

fn ports(journeys: Journeys) -> Journeys {
    journeys.with_contacts(ByDigit).with_floor(ByClock)
}

/// The time that a host names next; sometimes one that is over.
fn pass(dice: &mut Dice, now: &mut Timestamp) -> Timestamp {
    let secs = match dice.roll(40) {
        0 => 26 * 3_600,
        1 | 2 => 121,
        3..=5 => 40,
        _ => dice.roll(12) as u32,
    };
    *now = *now + Span::from_secs(secs);
    match dice.roll(20) {
        0 => *now - Span::from_secs(500),
        _ => *now,
    }
}

impl Alone {
    fn live(
        seed: u64,
        steps: u32,
        mut step: impl FnMut(&Self) -> Result<(), String>,
    ) -> Result<Self, String> {
        let mut dice = Dice(seed);
        let (mut log, mut now) = (JourneyLog::default(), START);
        let journeys = Journeys::new(config(&mut dice), now, &mut log).unwrap();
        let mut alone = Self { journeys: ports(journeys), log, read: Read::default() };
        for command in set_up(QueueId::from_raw(0), ChannelId::from_raw(0)) {
            alone.tell(now, command)?;
        }
        for _ in 0..steps {
            let called = pass(&mut dice, &mut now);
            let command = match alone.read.archived.last() {
                Some(session) if dice.roll(12) == 0 => ImportSession::new(session.clone()).into(),
                _ => some_command(&mut dice, &alone.journeys, now),
            };
            alone.tell(called, command.clone())?;
            if dice.roll(10) == 0 {
                alone.tell(called, command)?;
            }
            step(&alone)?;
        }
        Ok(alone)
    }

    fn tell(&mut self, now: Timestamp, command: JourneyCommand) -> Result<(), String> {
        let from = self.log.len();
        self.journeys.advance(now, &mut self.log).map_err(|refusal| refusal.to_string())?;
        let (before, facts) = (self.journeys.digest(), self.log.len());
        let told = format!("{command:?}");
        if let Err(refusal) = self.journeys.execute(now, command, &mut self.log) {
            let same = (self.journeys.digest(), self.log.len()) == (before, facts);
            hold(&format!("{told} was refused, {refusal}, and changed something"), same)?;
        }
        for fact in self.log.iter().skip(from) {
            self.read.fact(&fact.event.event, &self.journeys)?;
        }
        self.journeys.check().map_err(|broken| format!("{broken}, after {told}"))?;
        self.read.compare(&self.journeys)
    }
}

/// Lives through seeds, and says which one failed. `HISTORIES` and `SEED` in the environment choose
/// more and others.
fn seeds(count: u64, lives: impl Fn(u64) -> Result<(), String>) {
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    let first = number("SEED").unwrap_or(0).wrapping_mul(1_000_003);
    for seed in (first..).take(number("HISTORIES").unwrap_or(count) as usize) {
        if let Err(broken) = lives(seed) {
            panic!("seed {seed}: {broken}");
        }
    }
}

#[test]
fn whatever_visitors_do_the_rows_hold_and_what_is_refused_changes_nothing() {
    let told = RefCell::new(BTreeMap::<&str, u32>::new());
    seeds(60, |seed| {
        let alone = Alone::live(seed, 250, |_| Ok(()))?;
        for (name, count) in &alone.read.told {
            *told.borrow_mut().entry(name).or_default() += count;
        }
        Ok(())
    });
    // The histories reach every fact that needs no records.
    let of_records =
        ["rang", "interaction_over", "conversation_kept", "conversation_moved", "configured"];
    let told = told.into_inner();
    for name in crate::names::names::<JourneyEvent>() {
        let reached = told.contains_key(name.as_str()) || of_records.contains(&name.as_str());
        assert!(reached, "no history leads to {name}: {told:?}");
    }
}

#[test]
fn what_is_folded_into_a_view_is_what_a_fresh_one_shows() {
    seeds(30, |seed| {
        let mut dice = Dice(seed + 3);
        let watches = RefCell::new(Watch::all(&mut dice));
        Alone::live(seed, 200, |alone| {
            // Some look after each step, some now and then.
            for watch in watches.borrow_mut().iter_mut() {
                if dice.roll(3) > 0 {
                    watch.look(&alone.journeys, NO_RECORDS, 1 + dice.roll(3) as u8)?;
                }
            }
            Ok(())
        })
        .map(drop)
    });
}

#[test]
fn facts_rebuild_journeys_and_a_snapshot_goes_on_the_same() {
    seeds(25, |seed| {
        let kept = RefCell::new(None);
        let steps = RefCell::new(0);
        let alone = Alone::live(seed, 160, |alone| {
            *steps.borrow_mut() += 1;
            if *steps.borrow() == 60 {
                let text = support::json(&alone.journeys.snapshot());
                let snapshot = serde_json::from_str(&text).map_err(|error| error.to_string())?;
                let twin = Journeys::restore(snapshot).map_err(|error| error.to_string())?;
                hold(
                    "a snapshot is what it was taken of",
                    twin.digest() == alone.journeys.digest(),
                )?;
                *kept.borrow_mut() = Some((ports(twin), alone.log.len()));
            }
            Ok(())
        })?;
        let facts: Vec<_> = alone.log.iter().cloned().collect();
        let replayed = Journeys::replay(facts.clone()).map_err(|error| error.to_string())?;
        hold("facts rebuild it", replayed.digest() == alone.journeys.digest())?;
        replayed.check()?;
        let (twin, from) = kept.into_inner().expect("a snapshot was taken");
        let twin = twin.resume(facts.into_iter().skip(from)).map_err(|error| error.to_string())?;
        hold(
            "a snapshot and the facts behind it rebuild it",
            twin.digest() == alone.journeys.digest(),
        )?;
        let (mut one, mut two) = (ports(alone.journeys), ports(twin));
        let (mut told, mut repeated) = (JourneyLog::default(), JourneyLog::default());
        let mut dice = Dice(seed + 7);
        let mut now = one.now();
        for _ in 0..60 {
            let called = pass(&mut dice, &mut now);
            let command = some_command(&mut dice, &one, now);
            let first = one.execute(called, command.clone(), &mut told);
            let second = two.execute(called, command, &mut repeated);
            hold("a twin answers the same", first == second)?;
        }
        hold("a twin goes on the same", told == repeated && one.digest() == two.digest())
    });
}

/// A centre in which visitors come while agents work.
pub(crate) struct Visited {
    pub(crate) centre: Centre,
    pub(crate) log: CentreLog,
    read: Read,
}

impl Visited {
    fn begin(history: &History, dice: &mut Dice) -> Self {
        let (engine, facts) = open(&history.config);
        let (mut log, now) = (CentreLog::default(), facts[0].at);
        let mut centre = Centre::join(engine, None).unwrap();
        centre.keep_records(ProfilesInMemory::default(), records::config(), now, &mut log).unwrap();
        centre.keep_journeys(config(dice).with_licensed(true), now, &mut log).unwrap();
        let centre = centre.map_journeys(|journeys| journeys.with_contacts(ByDigit));
        Self { centre, log, read: Read::default() }
    }

    fn call(&mut self, call: &Call, dice: &mut Dice) {
        let Self { centre, log, .. } = self;
        match &call.command {
            None => centre.advance(call.now, log).unwrap(),
            Some(Command::Submit(Submit(request))) if dice.roll(3) > 0 => {
                let opening = records::some_opening(dice);
                if let Ok(interaction) = centre.execute(call.now, opening, log) {
                    let request = request.clone();
                    let _ = centre.execute(call.now, SubmitWork::new(interaction, request), log);
                }
            }
            Some(command) => {
                let _ = centre.execute_as(call.now, call.by.clone(), command.clone(), log);
            }
        }
    }

    fn tell(&mut self, now: Timestamp, command: CentreCommand) -> Result<(), String> {
        self.centre.advance(now, &mut self.log).unwrap();
        let (before, facts) = (self.centre.digest(), self.log.len());
        let told = format!("{command:?}");
        match self.centre.tell(now, Actor::Host, command, &mut self.log) {
            Ok(_) | Err(CentreRefusal::Work(Refusal::Behind { .. })) => Ok(()),
            Err(refusal) => {
                let same = (self.centre.digest(), self.log.len()) == (before, facts);
                hold(&format!("{told} was refused, {refusal}, and changed something"), same)
            }
        }
    }

    fn check(&mut self, from: usize) -> Result<(), String> {
        let journeys = self.centre.journeys().expect("the layer is there");
        for fact in self.log.iter().skip(from).filter_map(CentreFact::journey) {
            self.read.fact(&fact.event.event, journeys)?;
        }
        journeys.check()?;
        self.centre.records().expect("records").check()?;
        self.read.compare(journeys)?;
        // What was accepted and began is there, whatever became of it.
        let records = self.centre.records().expect("records");
        for offer in self.read.offers.keys().filter_map(|id| journeys.offer(*id)) {
            if let Some(interaction) = offer.interaction {
                let row = records.interaction(interaction);
                let agrees = row.is_none_or(|row| match offer.state {
                    WebOfferState::Started => !row.live && row.state.is_ongoing(),
                    WebOfferState::Engaged => row.live,
                    WebOfferState::Completed => row.live,
                    WebOfferState::Abandoned => !row.live && row.state.is_closed(),
                    _ => false,
                });
                hold("an offer is as far as its conversation", agrees)?;
            }
        }
        Ok(())
    }
}

/// Lives through a history of a floor, with visitors between the calls.
pub(crate) fn live(
    history: &History,
    mut step: impl FnMut(&Centre, &CentreLog) -> Result<(), String>,
) -> Result<Visited, String> {
    let mut dice = Dice(history.ops.len() as u64);
    let mut visited = Visited::begin(history, &mut dice);
    let mut todo: Vec<_> = support::opening(history).collect();
    let mut ops = history.ops.iter();
    let (mut last, mut ready) = (None, false);
    loop {
        for call in todo.drain(..) {
            let from = visited.log.len();
            visited.call(&call, &mut dice);
            let there = visited.centre.engine().view().queue(QueueId::from_raw(0)).is_some();
            if !ready && there {
                ready = true;
                for command in set_up(QueueId::from_raw(0), ChannelId::from_raw(0)) {
                    visited.tell(call.now, command.into())?;
                }
            }
            for _ in 0..2 {
                let journeys = visited.centre.journeys().expect("the layer is there");
                let mut command = some_command(&mut dice, journeys, call.now);
                if dice.roll(3) == 0 {
                    command = Evaluate::new(SessionId::from_raw(1 + dice.roll(12))).into();
                }
                visited.tell(call.now, command.into())?;
            }
            if dice.roll(4) == 0 {
                let opened = visited.centre.records().expect("records").interactions().count();
                let command = records::some_command(&mut dice, opened);
                visited.tell(call.now, command.into())?;
            }
            visited.check(from)?;
            step(&visited.centre, &visited.log)?;
            last = Some(call);
        }
        let Some(op) = ops.next() else { return Ok(visited) };
        todo = support::calls(op, visited.centre.engine(), last.as_ref());
    }
}

#[test]
fn visitors_come_to_a_centre_and_its_layers_agree() {
    let told = RefCell::new(BTreeMap::<&str, u32>::new());
    support::check(80, 51, 80, |history| {
        let mut dice = Dice(history.ops.len() as u64 + 5);
        let mut watches = Watch::all(&mut dice);
        let visited = live(history, |centre, _| {
            let (journeys, records) = (centre.journeys().expect("the layer"), centre.records());
            for watch in &mut watches {
                if dice.roll(3) > 0 {
                    watch.look(journeys, records, 1 + dice.roll(3) as u8)?;
                }
            }
            Ok(())
        })?;
        for (name, count) in &visited.read.told {
            *told.borrow_mut().entry(name).or_default() += count;
        }
        Ok(())
    });
    let told = told.into_inner();
    for name in ["linked", "rang", "interaction_over", "conversation_kept", "offered", "verified"] {
        assert!(told.contains_key(name), "no history leads to {name}: {told:?}");
    }
}

#[test]
fn facts_rebuild_a_centre_with_visitors_and_its_snapshot_goes_on_the_same() {
    support::check(30, 52, 50, |history| {
        let visited = live(history, |_, _| Ok(()))?;
        let (_, opening) = open(&history.config);
        let opening = opening.into_iter().zip(1u64..).map(|(fact, position)| {
            serde_json::from_value(serde_json::json!({
                "position": position, "fact": {"fact": fact},
            }))
            .expect("a fact of the centre")
        });
        let whole: Vec<CentreFact> = opening.chain(visited.log.iter().cloned()).collect();
        let replayed = <Centre>::replay(whole).map_err(|error| error.to_string())?;
        hold("facts rebuild it", replayed.digest() == visited.centre.digest())?;
        let kept = <Centre>::restore(replayed.snapshot()).map_err(|error| error.to_string())?;
        hold("what facts rebuilt can be kept", kept.digest() == replayed.digest())?;
        let host =
            |engine: strowger::Engine| engine.with_scorer(ByNumbers).with_classifier(ByNumbers);
        let (mut centre, mut twin) = (visited.centre, kept.map_engine(host));
        let (mut told, mut repeated) = (CentreLog::default(), CentreLog::default());
        for _ in 0..200 {
            let Some(due) = centre.next_deadline() else { break };
            centre.advance(due.at, &mut told).map_err(|error| error.to_string())?;
            twin.advance(due.at, &mut repeated).map_err(|error| error.to_string())?;
        }
        hold("a snapshot goes on the same", told == repeated && twin.digest() == centre.digest())
    });
}
