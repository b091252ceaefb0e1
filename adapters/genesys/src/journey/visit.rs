//! What a visitor did on a page or in an app, as it is tracked here.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use strowger::Key;
use strowger::journey::{
    EventName, Identifier, IdentifierKind, Identify, JourneyCommand, Proof, Track, VisitorEvent,
};
use strowger::model::{Attributes, Invalid, Problem, Value as Held};

use crate::iso_time::IsoTime;
use crate::journey::criteria::event_name;
use crate::journey::definition::leave_said;
use crate::journey::form::FormWords;
use crate::journey::group::{Group, JourneyAttribute, Room, leave, leave_others, within};
use crate::journey::session::leave_of_page;
use crate::left::{Left, WhyLeft};
use crate::words::open_body;

open_body! {
    /// What a visitor did on a page.
    pub WebEvent {
        /// What the event is called.
        event_name: String,
        /// How much the visitor did in all sessions.
        total_event_count: Option<u64>,
        /// How many pages they viewed in all sessions.
        total_pageview_count: Option<u64>,
        /// The page.
        page: Group,
        /// How the browser calls itself.
        user_agent_string: Option<String>,
        /// The browser.
        browser: Option<Group>,
        /// The device.
        device: Option<Group>,
        /// The place.
        geolocation: Option<Group>,
        /// The address in the network.
        ip_address: Option<String>,
        /// Whose network it is.
        ip_organization: Option<String>,
        /// The campaign that brought the visitor.
        mkt_campaign: Option<Group>,
        /// The page that brought the visitor.
        referrer: Option<Group>,
        /// What belongs to the event.
        attributes: BTreeMap<String, JourneyAttribute>,
        /// What belongs to the visitor.
        traits: BTreeMap<String, JourneyAttribute>,
        /// What was searched for.
        search_query: Option<String>,
        /// Whether the visitor is signed in.
        authenticated: Option<bool>,
    }
}

open_body! {
    /// What a visitor did in an app.
    pub AppEvent {
        /// What the event is called.
        event_name: String,
        /// The screen.
        screen_name: Option<String>,
        /// The app.
        app: Option<Group>,
        /// The device.
        device: Option<Group>,
        /// The address in the network.
        ip_address: Option<String>,
        /// Whose network it is.
        ip_organization: Option<String>,
        /// The place.
        geolocation: Option<Group>,
        /// What tracks the visitor.
        sdk_library: Option<Group>,
        /// The network.
        network_connectivity: Option<Group>,
        /// The campaign that brought the visitor.
        mkt_campaign: Option<Group>,
        /// What was searched for.
        search_query: Option<String>,
        /// What belongs to the event.
        attributes: BTreeMap<String, JourneyAttribute>,
        /// What belongs to the visitor.
        traits: BTreeMap<String, JourneyAttribute>,
    }
}

/// What a visitor did on a page or in an app.
pub(super) struct Did<'a> {
    path: &'static str,
    name: &'a str,
    page: Option<&'a Group>,
    screen: Option<&'a str>,
    search: Option<&'a str>,
    attributes: &'a BTreeMap<String, JourneyAttribute>,
    traits: &'a BTreeMap<String, JourneyAttribute>,
    authenticated: Option<bool>,
    /// The type of a session of which it is not said.
    kind: Option<&'static str>,
    /// What is known of the session.
    session: Room,
}

impl<'a> Did<'a> {
    pub(super) fn on_page(event: &'a WebEvent, left: &mut Vec<Left>) -> Self {
        let path = "webEvent";
        let groups = [
            ("browser", "browser", &event.browser),
            ("device", "device", &event.device),
            ("geolocation", "geolocation", &event.geolocation),
            ("campaign", "mktCampaign", &event.mkt_campaign),
            ("referrer", "referrer", &event.referrer),
        ];
        let session = room(path, &groups, event.ip_organization.as_deref(), left);
        let said = [
            ("webEvent.totalEventCount", event.total_event_count.is_some()),
            ("webEvent.totalPageviewCount", event.total_pageview_count.is_some()),
            ("webEvent.userAgentString", event.user_agent_string.is_some()),
            ("webEvent.ipAddress", event.ip_address.is_some()),
        ];
        leave_said(left, said);
        leave_others(left, path, &event.others);
        Self {
            path,
            name: &event.event_name,
            page: Some(&event.page),
            screen: None,
            search: event.search_query.as_deref(),
            attributes: &event.attributes,
            traits: &event.traits,
            authenticated: event.authenticated,
            kind: None,
            session,
        }
    }

    pub(super) fn in_app(event: &'a AppEvent, left: &mut Vec<Left>) -> Self {
        let path = "appEvent";
        let groups = [
            ("app", "app", &event.app),
            ("device", "device", &event.device),
            ("geolocation", "geolocation", &event.geolocation),
            ("sdkLibrary", "sdkLibrary", &event.sdk_library),
            ("networkConnectivity", "networkConnectivity", &event.network_connectivity),
            ("campaign", "mktCampaign", &event.mkt_campaign),
        ];
        let session = room(path, &groups, event.ip_organization.as_deref(), left);
        leave_said(left, [("appEvent.ipAddress", event.ip_address.is_some())]);
        leave_others(left, path, &event.others);
        Self {
            path,
            name: &event.event_name,
            page: None,
            screen: event.screen_name.as_deref(),
            search: event.search_query.as_deref(),
            attributes: &event.attributes,
            traits: &event.traits,
            authenticated: None,
            kind: Some("app"),
            session,
        }
    }

    fn field(&self, name: &str) -> String {
        within(self.path, name)
    }

    /// What the page says under a name.
    fn page_says(&self, name: &str) -> Option<&'a str> {
        self.page?.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The value of an attribute of the event, as a text.
    fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.get(name)?.value.as_deref().filter(|text| !text.is_empty())
    }

    /// What else the page says.
    fn leave_page(&self, but: &[&str], left: &mut Vec<Left>) {
        let path = self.field("page");
        for (name, value) in self.page.into_iter().flatten() {
            if !but.contains(&&**name) {
                leave_of_page(&path, name, value, left);
            }
        }
    }

    /// What else belongs to the event: here only events of the host's own have attributes.
    fn leave_attributes(&self, but: &[&str], left: &mut Vec<Left>) {
        let path = self.field("attributes");
        for name in self.attributes.keys().filter(|name| !but.contains(&&***name)) {
            leave(left, within(&path, name), WhyLeft::NoCounterpart);
        }
    }

    /// The screen, of an event that is of no screen here.
    fn leave_screen(&self, left: &mut Vec<Left>) {
        if self.screen.is_some() {
            leave(left, self.field("screenName"), WhyLeft::NoCounterpart);
        }
    }

    fn event(&self, words: &FormWords, left: &mut Vec<Left>) -> Result<VisitorEvent, Invalid> {
        let wrong = match self.path {
            "webEvent" => "webEvent.eventName",
            _ => "appEvent.eventName",
        };
        let empty = |field| move || Invalid::new(field, Problem::Empty);
        let problem = if self.name.is_empty() { Problem::Empty } else { Problem::NotListed };
        let name = event_name(self.name).ok_or_else(|| Invalid::new(wrong, problem))?;
        Ok(match name {
            EventName::PageViewed => {
                let url = self.page_says("url").ok_or_else(empty("webEvent.page.url"))?;
                let title = self.page_says("title").unwrap_or_default();
                let fits = title.len() <= TEXT_MAX;
                if !fits {
                    leave(left, self.field("page.title"), WhyLeft::OutOfRange);
                }
                self.leave_page(&["url", "title"], left);
                self.leave_attributes(&[], left);
                self.leave_screen(left);
                VisitorEvent::page_viewed(url, if fits { title } else { "" })
            }
            EventName::FormSubmitted => {
                VisitorEvent::form_submitted(self.form(words, &[], left)?)
            }
            EventName::FormAbandoned => {
                let form = self.form(words, &[&*words.percent], left)?;
                VisitorEvent::form_abandoned(form, self.percent(words, left))
            }
            EventName::ScreenViewed => {
                let screen = self.screen.ok_or_else(empty("appEvent.screenName"))?;
                self.leave_page(&[], left);
                self.leave_attributes(&[], left);
                VisitorEvent::screen_viewed(screen)
            }
            // What is left is an event of the host's own.
            _ => VisitorEvent::custom(self.name, self.own(left)),
        })
    }

    /// Which form it is.
    fn form(&self, words: &FormWords, also: &[&str], left: &mut Vec<Left>) -> Result<Key, Invalid> {
        let but: Vec<_> = also.iter().copied().chain([&*words.form]).collect();
        self.leave_attributes(&but, left);
        self.leave_screen(left);
        let path = within(&self.field("attributes"), &words.form);
        if let Some(said) = self.attributes.get(&words.form) {
            leave_of_text(&path, said, left);
        }
        if let Some(form) = self.attribute(&words.form) {
            self.leave_page(&[], left);
            return Ok(Key::from(form));
        }
        self.leave_page(&["pathname"], left);
        let path = self.page_says("pathname").map(Key::from);
        path.ok_or_else(|| Invalid::new("webEvent.attributes", Problem::Empty))
    }

    /// How far a form was filled in.
    fn percent(&self, words: &FormWords, left: &mut Vec<Left>) -> u8 {
        let Some(said) = self.attributes.get(&words.percent) else { return 0 };
        let field = within(&self.field("attributes"), &words.percent);
        leave_others(left, &field, &said.others);
        match said.held() {
            Some(Ok(Held::Number(percent @ 0..=100))) => u8::try_from(percent).unwrap_or_default(),
            Some(Ok(Held::Number(_)) | Err(_)) => {
                leave(left, field, WhyLeft::OutOfRange);
                0
            }
            // Whole numbers come as texts, too.
            Some(Ok(Held::Text(text))) => {
                let percent = text.parse().ok().filter(|percent| *percent <= 100);
                if percent.is_none() {
                    leave(left, field, WhyLeft::OutOfRange);
                }
                percent.unwrap_or_default()
            }
            _ => {
                leave(left, field, WhyLeft::UnknownValue);
                0
            }
        }
    }

    /// What belongs to an event of the host's own: its attributes under their names, and the page,
    /// the screen and the search as they are called there.
    fn own(&self, left: &mut Vec<Left>) -> Attributes {
        let mut room = Room::default();
        room.put_all(&self.field("attributes"), self.attributes, left);
        if let Some(page) = self.page {
            room.put_group("page", &self.field("page"), page, left);
        }
        for (name, text) in [("screenName", self.screen), ("searchQuery", self.search)] {
            if let Some(text) = text {
                room.put(name, Held::from(text), self.field(name), left);
            }
        }
        room.attributes()
    }
}

/// What else is said of a value that is taken for a text.
fn leave_of_text(field: &str, said: &JourneyAttribute, left: &mut Vec<Left>) {
    leave_others(left, field, &said.others);
    if said.data_type.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case("string")) {
        leave(left, within(field, "dataType"), WhyLeft::UnknownValue);
    }
}

/// What is known of a session.
fn room(
    path: &str,
    groups: &[(&str, &str, &Option<Group>)],
    organization: Option<&str>,
    left: &mut Vec<Left>,
) -> Room {
    let mut room = Room::default();
    for (prefix, name, group) in groups {
        if let Some(group) = group {
            room.put_group(prefix, &within(path, name), group, left);
        }
    }
    if let Some(organization) = organization {
        let name = "ipOrganization";
        room.put(name, Held::from(organization), within(path, name), left);
    }
    room
}

/// The longest a title or a term may be here, in bytes.
const TEXT_MAX: usize = 200;

/// The attribute of a page view that says what was searched for on the page.
const SEARCH_TERM: &str = "search.term";

/// Under what and when it is tracked.
pub(super) struct Tracks<'a> {
    pub(super) customer: Identifier,
    pub(super) kind: Option<&'a str>,
    pub(super) at: Option<IsoTime>,
    pub(super) words: &'a FormWords,
}

impl Tracks<'_> {
    pub(super) fn commands(
        &self,
        did: Did<'_>,
        left: &mut Vec<Left>,
    ) -> Result<Vec<JourneyCommand>, Invalid> {
        let event = did.event(self.words, left)?;
        let on_page = matches!(event, VisitorEvent::PageViewed { .. });
        let term = did.search.map(str::trim);
        let term = term.filter(|term| !term.is_empty() && term.len() <= TEXT_MAX);
        if did.search.is_some() && term.is_none() {
            leave(left, did.field("searchQuery"), WhyLeft::OutOfRange);
        }
        let identify = self.identify(&did, left);
        let kind = self.kind.or(did.kind);
        let mut session = did.session;
        if let (true, Some(term)) = (on_page, term) {
            session.put(SEARCH_TERM, Held::from(term), within(did.path, "searchQuery"), left);
        }
        let track = self.track(kind, event).with_attributes(session.attributes());
        let mut commands = vec![track.into()];
        if let (false, Some(term)) = (on_page, term) {
            commands.push(self.track(kind, VisitorEvent::searched(term)).into());
        }
        commands.extend(identify.map(Into::into));
        Ok(commands)
    }

    fn track(&self, kind: Option<&str>, event: VisitorEvent) -> Track {
        let mut track = Track::new(self.customer.clone(), event);
        track.at = self.at.map(|at| at.0);
        track.session_type = kind.map(Key::from);
        track
    }

    /// Who the visitor is, by their traits.
    fn identify(&self, did: &Did<'_>, left: &mut Vec<Left>) -> Option<Identify> {
        let (mut identifiers, mut given, mut family) = (Vec::new(), None, None);
        for (name, said) in did.traits {
            let field = within(&did.field("traits"), name);
            leave_of_text(&field, said, left);
            let value = said.value.as_deref().map(str::trim).filter(|value| !value.is_empty());
            let Some(value) = value else { continue };
            let known = match &**name {
                "email" => Some(IdentifierKind::Email),
                "phone" | "cellPhone" | "homePhone" | "workPhone" | "otherPhone" => {
                    Some(IdentifierKind::Phone)
                }
                "givenName" => {
                    given = Some(value);
                    continue;
                }
                "familyName" => {
                    family = Some(value);
                    continue;
                }
                _ => None,
            };
            match known {
                Some(kind) => identifiers.push(Identifier::new(kind, value)),
                None => leave(left, field, WhyLeft::NoCounterpart),
            }
        }
        let name = given.into_iter().chain(family).collect::<Vec<_>>().join(" ");
        if identifiers.is_empty() && name.is_empty() {
            if did.authenticated.is_some() {
                // Nothing is said that would be proved by it.
                leave(left, did.field("authenticated"), WhyLeft::NoCounterpart);
            }
            return None;
        }
        let proof = if did.authenticated == Some(true) { Proof::Verified } else { Proof::Claimed };
        let mut identify =
            Identify::new(self.customer.clone()).with_identifiers(identifiers).with_proof(proof);
        identify.name = Some(name).filter(|name| !name.is_empty()).map(String::into_boxed_str);
        Some(identify)
    }
}
