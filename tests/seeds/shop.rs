//! A web shop with a contact centre behind it: visitors, two agents, a queue, an offer of a chat.

use strowger::Action;
use strowger::centre::{CentreConfig, CentreFact, CentreLog, CentreRefusal, Joined};
use strowger::interaction::{InteractionId, InteractionType, RecordConfig, Records};
use strowger::journey::*;
use strowger::model::ChannelId;
use strowger::prelude::*;

pub(crate) const ANA: AgentId = AgentId::from_raw(0);
pub(crate) const BO: AgentId = AgentId::from_raw(1);
pub(crate) const CARE: QueueId = QueueId::from_raw(0);
pub(crate) const VOICE: ChannelId = ChannelId::from_raw(0);
pub(crate) const CHAT: ChannelId = ChannelId::from_raw(1);
pub(crate) const MINUTE: i64 = 60_000;

/// So many milliseconds after the shop opened.
pub(crate) const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) fn url(path: &str) -> String {
    format!("https://www.store.test/{path}")
}

pub(crate) fn page(path: &str, title: &str) -> VisitorEvent {
    VisitorEvent::page_viewed(url(path), title)
}

/// Whoever has these permissions.
pub(crate) fn ana(rights: JourneyRights) -> JourneyViewer {
    JourneyViewer::new(ANA, rights)
}

pub(crate) fn all_but(right: JourneyRight) -> JourneyViewer {
    ana(JourneyRights::ALL.without(right))
}

pub(crate) fn everything() -> JourneyViewer {
    ana(JourneyRights::ALL)
}

/// All sets of permissions.
pub(crate) fn all_rights() -> impl Iterator<Item = JourneyRights> {
    (0_u32..512).map(|set| {
        let all = JourneyRight::ALL.into_iter().enumerate();
        all.filter(|(place, _)| set >> place & 1 == 1).map(|(_, right)| right).collect()
    })
}

/// A segment of whoever has seen a page whose URL holds this.
pub(crate) fn seen(name: &str, colour: &str, path: &str) -> VisitorSegment {
    let url = Criterion::new("url", Operator::ContainsAny, path);
    let seen = EventCondition::new(EventName::PageViewed).with_criteria([url]);
    VisitorSegment::new(name, colour).with_conditions(Conditions::default().with_events([seen]))
}

/// A goal of whoever has seen a page whose URL holds this.
pub(crate) fn goal(name: &str, path: &str) -> Outcome {
    let url = Criterion::new("url", Operator::ContainsAny, path);
    let seen = EventCondition::new(EventName::PageViewed).with_criteria([url]);
    let conditions = Conditions::default().with_events([seen]);
    Outcome::new(name).with_scored(true).with_conditions(conditions)
}

/// What somebody looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Subject {
    Interaction(InteractionId),
    Customer(CustomerId),
}

pub(crate) struct Shop {
    pub(crate) centre: Centre,
    pub(crate) log: CentreLog,
    screens: Vec<Screen>,
}

/// What somebody has before them.
pub(crate) struct Screen {
    viewer: JourneyViewer,
    subject: Subject,
    pub(crate) view: JourneyView,
    /// The deltas that came.
    pub(crate) came: Vec<ViewDelta>,
    /// How often it was made anew.
    pub(crate) anew: usize,
    /// False if there is nothing to see any more.
    open: bool,
}

impl Shop {
    /// Ana is on queue. A chat is offered to whoever sees `/offer`.
    pub(crate) fn new() -> Self {
        Self::with(JourneyConfig::default())
    }

    pub(crate) fn with(config: JourneyConfig) -> Self {
        let mut log = CentreLog::default();
        let config = CentreConfig::new(Config::default().with_clock_step(None))
            .with_records(RecordConfig::default().with_types(InteractionType::ALL))
            .with_journeys(config.with_tracked(["store.test".into()]));
        let centre = Centre::new(config, at(0), &mut log).unwrap();
        let mut shop = Self { centre, log, screens: Vec::new() };
        shop.tell(0, Define::new("voice", ChannelProfile::voice()));
        shop.tell(0, Define::new("chat", ChannelProfile::chat()));
        shop.tell(0, Define::new("care", QueueProfile::default()));
        for key in ["ana", "bo"] {
            let agent = shop.tell(0, Define::new(key, AgentProfile::default()));
            shop.tell(0, SetMembership::new(agent, CARE));
        }
        shop.tell(0, SetPresence::new(ANA, SystemPresence::OnQueue.id()));
        let target = ActionTarget::new(CARE, CHAT, InteractionType::Chat);
        shop.tell(0, SetTarget::new("care", target));
        let on = PageCondition::new(Operator::ContainsAny, "/offer");
        let map = ActionMap::new("Chat with us", ActionMedia::WebChat);
        shop.tell(0, SetActionMap::new("chat", map.with_pages([on]).with_target("care")));
        shop
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
        let done = self.centre.execute(at(when), action, &mut self.log);
        self.check();
        done
    }

    pub(crate) fn advance(&mut self, when: i64) {
        self.centre.advance(at(when), &mut self.log).unwrap();
        self.check();
    }

    pub(crate) fn journeys(&self) -> &Journeys {
        self.centre.journeys().unwrap()
    }

    pub(crate) fn records(&self) -> &Records {
        self.centre.records().unwrap()
    }

    /// Every invariant holds, and every screen shows what it would show anew.
    fn check(&mut self) {
        self.journeys().check().unwrap();
        self.records().check().unwrap();
        self.follow_screens();
    }

    /// The facts alone make the same again, and a snapshot goes on the same.
    pub(crate) fn check_replay(&self) {
        let facts: Vec<CentreFact> = self.log.iter().cloned().collect();
        let replayed = <Centre>::replay(facts).unwrap();
        assert_eq!(replayed.digest(), self.centre.digest());
        let restored = <Centre>::restore(self.centre.snapshot()).unwrap();
        assert_eq!(restored.digest(), self.centre.digest());
    }

    /// The number of the last fact of journeys.
    pub(crate) fn seq(&self) -> u64 {
        strowger::layer::Decide::position(self.journeys())
    }

    pub(crate) fn track(&mut self, when: i64, cookie: &str, event: VisitorEvent) -> SessionId {
        self.tell(when, Track::new(Identifier::cookie(cookie), event))
    }

    pub(crate) fn customer(&self, cookie: &str) -> CustomerId {
        self.journeys().customers_of(&Identifier::cookie(cookie)).next().unwrap().id
    }

    /// The chat that is offered in a session.
    pub(crate) fn offer(&self, session: SessionId) -> WebOfferId {
        *self.journeys().session(session).unwrap().offers.last().expect("something is offered")
    }

    /// A visitor accepts what is offered to them; the interaction.
    pub(crate) fn says_yes(&mut self, when: i64, session: SessionId) -> InteractionId {
        let offer = self.offer(session);
        self.tell(when, Answer::new(offer, WebAnswer::Accepted)).expect("a chat begins")
    }

    /// The agent at whom it rings accepts.
    pub(crate) fn accept(&mut self, when: i64) {
        let view = self.centre.engine().view();
        let mut offers =
            [ANA, BO].into_iter().flat_map(|agent| view.agent(agent).unwrap().offers());
        let offer = *offers.next().expect("it rings");
        self.tell(when, Accept::new(offer));
    }

    /// A visitor looks at a page, is offered a chat, and Ana has it; the session and the chat.
    pub(crate) fn chat(&mut self, when: i64, cookie: &str) -> (SessionId, InteractionId) {
        let session = self.track(when, cookie, page("offer", "Offer"));
        let chat = self.says_yes(when + 1_000, session);
        self.accept(when + 2_000);
        (session, chat)
    }

    pub(crate) fn try_view(
        &self,
        viewer: &JourneyViewer,
        subject: Subject,
        page: PageRequest,
    ) -> Result<JourneyView, JourneyRefusal> {
        match subject {
            Subject::Interaction(id) => self.journeys().view(self.records(), viewer, id, page),
            Subject::Customer(id) => {
                self.journeys().view_customer(Some(self.records()), viewer, id, page)
            }
        }
    }

    pub(crate) fn view(&self, viewer: &JourneyViewer, subject: Subject) -> JourneyView {
        let first = PageRequest::default();
        self.try_view(viewer, subject, first).unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    pub(crate) fn deltas(
        &self,
        viewer: &JourneyViewer,
        subject: Subject,
        since: u64,
    ) -> Vec<ViewDelta> {
        let (journeys, records) = (self.journeys(), self.records());
        let deltas = match subject {
            Subject::Interaction(id) => journeys.changes(records, viewer, id, since),
            Subject::Customer(id) => journeys.changes_of_customer(Some(records), viewer, id, since),
        };
        deltas.unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    /// All cards, as on one long page.
    pub(crate) fn cards(&self, viewer: &JourneyViewer, subject: Subject) -> Vec<Card> {
        let mut view = self.try_view(viewer, subject, PageRequest::default().with_size(7)).unwrap();
        while let Some(next) = view.cards.shown().and_then(|page| page.next) {
            let more = PageRequest::default().with_size(7).with_after(next);
            view.load_more(self.try_view(viewer, subject, more).unwrap());
        }
        view.cards.shown().expect("cards are shown").items.clone()
    }

    /// Somebody looks from now on, with pages of this size.
    pub(crate) fn watch(&mut self, viewer: JourneyViewer, subject: Subject, size: u8) -> usize {
        let page = PageRequest::default().with_size(size);
        let view = self.try_view(&viewer, subject, page).unwrap();
        let (came, anew, open) = (Vec::new(), 0, true);
        self.screens.push(Screen { viewer, subject, view, came, anew, open });
        self.screens.len() - 1
    }

    /// With every set of permissions.
    pub(crate) fn watch_all(&mut self, subject: Subject, size: u8) {
        for rights in all_rights() {
            self.watch(ana(rights), subject, size);
        }
    }

    pub(crate) fn screen(&self, screen: usize) -> &Screen {
        &self.screens[screen]
    }

    /// The deltas that came to a screen since it was last asked.
    pub(crate) fn came(&mut self, screen: usize) -> Vec<ViewDelta> {
        std::mem::take(&mut self.screens[screen].came)
    }

    /// Hands every screen what came, and compares it with what it would show anew.
    fn follow_screens(&mut self) {
        let mut screens = std::mem::take(&mut self.screens);
        for screen in screens.iter_mut().filter(|screen| screen.open) {
            self.follow(screen);
        }
        self.screens = screens;
    }

    fn follow(&self, screen: &mut Screen) {
        let Screen { viewer, subject, view, came, anew, open } = screen;
        *open = self.try_view(viewer, *subject, PageRequest::default()).is_ok();
        if !*open {
            return;
        }
        let deltas = self.deltas(viewer, *subject, view.as_of.seq);
        let numbers: Vec<_> = deltas.iter().map(|delta| delta.as_of.seq).collect();
        assert!(numbers.is_sorted_by(|one, two| one < two), "{numbers:?}");
        let before = view.clone();
        if deltas.iter().all(|delta| view.fold(delta)) {
            let mut fresh = self.fresh(viewer, *subject, view);
            fresh.as_of = view.as_of;
            assert!(*view == fresh, "{viewer:?} {before:#?} {deltas:#?} {view:#?} {fresh:#?}");
            // Whatever is sent shows, unless it stands on a page that nobody asked for yet.
            let all = view.cards.shown().is_none_or(|page| page.next.is_none());
            let mut same = before;
            same.as_of = view.as_of;
            let same = same == *view;
            assert!(deltas.is_empty() || !all || !same, "{viewer:?} {deltas:#?}");
        } else {
            *view = self.view(viewer, *subject);
            *anew += 1;
        }
        came.extend(deltas);
    }

    /// The pages that a view holds, made anew.
    fn fresh(&self, viewer: &JourneyViewer, subject: Subject, view: &JourneyView) -> JourneyView {
        let size = PageRequest::default().with_size(100);
        let mut fresh = self.try_view(viewer, subject, size).unwrap();
        while let Some(next) = fresh.cards.shown().and_then(|page| page.next) {
            fresh.load_more(self.try_view(viewer, subject, size.with_after(next)).unwrap());
        }
        if let (Gated::Shown(fresh), Some(held)) = (&mut fresh.cards, view.cards.shown())
            && let Some(last) = held.next
        {
            let all = fresh.items.len();
            fresh.items.retain(|card| Cursor { at: card.started, id: card.id } >= last);
            fresh.next = (fresh.items.len() < all).then_some(last);
        }
        fresh
    }
}

/// The cards of a view.
pub(crate) fn cards(view: &JourneyView) -> &[Card] {
    &view.cards.shown().expect("cards are shown").items
}

/// The kinds of the items of a card.
pub(crate) fn kinds(card: &Card) -> Vec<MapItemKind> {
    card.map.shown().expect("the map is shown").iter().map(|item| item.kind).collect()
}
