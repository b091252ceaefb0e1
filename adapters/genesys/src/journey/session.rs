//! A session, as it is there.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use strowger::journey::{Achieve, Identifier, JourneyCommand, Match, SessionCounts, SessionId};
use strowger::model::{Attributes, Invalid, Problem};
use strowger::{Key, Timestamp};
use strowger_wire::{Request, escaped};

use crate::iso_time::IsoTime;
use crate::journey::group::{
    Group, JourneyAttribute, JourneyRef, Room, leave, leave_others, within,
};
use crate::journey::identifier::identifier;
use crate::left::{Left, WhyLeft};
use crate::words::open_body;

open_body! {
    /// A segment that was assigned in a session.
    pub SessionSegment {
        /// The segment.
        segment: JourneyRef,
        /// When.
        assigned_date: Option<IsoTime>,
    }
}

open_body! {
    /// An outcome that was achieved in a session.
    pub OutcomeAchievement {
        /// The outcome.
        outcome: JourneyRef,
        /// When.
        achieved_date: Option<IsoTime>,
    }
}

open_body! {
    /// A session: `GET /journey/sessions/{id}`.
    pub JourneySession {
        /// The id.
        id: String,
        /// What the customer is known by.
        customer_id: String,
        /// What kind of identifier that is.
        customer_id_type: String,
        /// The type: `web`, `app` and others.
        kind = "type": Option<String>,
        /// The short id that people read to each other.
        short_id: Option<String>,
        /// The segments that were assigned.
        segment_assignments: Vec<SessionSegment>,
        /// The outcomes that were achieved.
        outcome_achievements: Vec<OutcomeAchievement>,
        /// What is known of it beside the rest.
        attributes: BTreeMap<String, JourneyAttribute>,
        /// The browser.
        browser: Option<Group>,
        /// The device.
        device: Option<Group>,
        /// The place.
        geolocation: Option<Group>,
        /// Whose network the visitor comes from.
        ip_organization: Option<String>,
        /// The page on which the visitor was last.
        last_page: Option<Group>,
        /// The campaign that brought the visitor.
        mkt_campaign: Option<Group>,
        /// The page that brought the visitor.
        referrer: Option<Group>,
        /// The app.
        app: Option<Group>,
        /// What tracks the visitor.
        sdk_library: Option<Group>,
        /// The network.
        network_connectivity: Option<Group>,
        /// What was searched for.
        search_terms: Vec<String>,
        /// How long it lasts, in seconds.
        duration_in_seconds: Option<u64>,
        /// How much happened.
        event_count: Option<u32>,
        /// How many pages were viewed.
        pageview_count: Option<u32>,
        /// How many screens were viewed.
        screenview_count: Option<u32>,
        /// What happened last.
        last_event: Option<Group>,
        /// When it began.
        created_date: Option<IsoTime>,
        /// When it ended.
        ended_date: Option<IsoTime>,
    }
}

/// A session as it is here. A session here is made of what happens in it, so this is what it is to
/// be compared with, and what it is still to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionImport {
    /// The id there.
    pub id: String,
    /// The short id there.
    pub short: Option<u32>,
    /// What the customer is known by.
    pub customer: Identifier,
    /// The type; `None`: it is not said.
    pub kind: Option<Key>,
    /// The date of the first event.
    pub started: Option<Timestamp>,
    /// The date of the last event.
    pub last_event: Option<Timestamp>,
    /// When it ended; `None`: it goes on.
    pub ended: Option<Timestamp>,
    /// How often something happened in it.
    pub counts: SessionCounts,
    /// What is known of it, by dotted names.
    pub attributes: Attributes,
    /// The URL of the page on which the visitor was last.
    pub url: Option<Box<str>>,
    /// The title of that page.
    pub title: Option<Box<str>>,
    /// What was searched for, in order.
    pub searches: Vec<Box<str>>,
    /// The keys of the segments that were assigned, in order of time.
    pub segments: Vec<(Option<Timestamp>, Key)>,
    /// The keys of the outcomes that were achieved, in order of time.
    pub outcomes: Vec<(Option<Timestamp>, Key)>,
    /// What was not taken over.
    pub left: Vec<Left>,
}

/// The most segments of a command.
const SEGMENTS_MAX: usize = 10;

impl JourneySession {
    /// The session as it is here.
    ///
    /// ```
    /// use strowger::journey::Identifier;
    /// use strowger_genesys::JourneySession;
    ///
    /// let read = r#"{"id":"se-1","type":"web","customerIdType":"cookie","customerId":"c-81",
    ///     "pageviewCount":2,"browser":{"family":"Firefox"},"searchTerms":["oak"]}"#;
    /// let session: JourneySession = serde_json::from_str(read)?;
    /// let import = session.import()?;
    /// assert_eq!((&import.customer, import.counts.pages), (&Identifier::cookie("c-81"), 2));
    /// assert_eq!(import.attributes["browser.family"], "Firefox".into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// It does not say by what the customer is known here.
    pub fn import(&self) -> Result<SessionImport, Invalid> {
        let mut left = Vec::new();
        let customer = identifier(&self.customer_id_type, &self.customer_id)?;
        let mut counts = SessionCounts::default();
        counts.events = self.event_count.unwrap_or_default();
        counts.pages = self.pageview_count.unwrap_or_default();
        counts.screens = self.screenview_count.unwrap_or_default();
        let short = self.short_id.as_deref().and_then(|short| short.parse().ok());
        if self.short_id.is_some() && short.is_none() {
            leave(&mut left, "shortId", WhyLeft::UnknownValue);
        }
        let (url, title) = self.page(&mut left);
        if self.duration_in_seconds.is_some() {
            // From the first event to the end.
            leave(&mut left, "durationInSeconds", WhyLeft::SaidElsewhere);
        }
        let last_event = self.last_event(&mut left);
        let import = SessionImport {
            id: self.id.clone(),
            short,
            customer,
            kind: self.kind.as_ref().map(Key::from),
            started: self.created_date.map(|at| at.0),
            last_event,
            ended: self.ended_date.map(|at| at.0),
            counts,
            attributes: self.room(&mut left),
            url,
            title,
            searches: self.search_terms.iter().map(|term| Box::from(&**term)).collect(),
            segments: self.segments(&mut left)?,
            outcomes: self.outcomes(&mut left)?,
            left,
        };
        Ok(import)
    }

    fn room(&self, left: &mut Vec<Left>) -> Attributes {
        let mut room = Room::default();
        for (prefix, path, group) in [
            ("browser", "browser", &self.browser),
            ("device", "device", &self.device),
            ("geolocation", "geolocation", &self.geolocation),
            ("campaign", "mktCampaign", &self.mkt_campaign),
            ("referrer", "referrer", &self.referrer),
            ("app", "app", &self.app),
            ("sdkLibrary", "sdkLibrary", &self.sdk_library),
            ("networkConnectivity", "networkConnectivity", &self.network_connectivity),
        ] {
            if let Some(group) = group {
                room.put_group(prefix, path, group, left);
            }
        }
        if let Some(organization) = &self.ip_organization {
            let value = organization.as_str().into();
            room.put("ipOrganization", value, "ipOrganization".into(), left);
        }
        room.put_all("attributes", &self.attributes, left);
        leave_others(left, "", &self.others);
        room.attributes()
    }

    fn page(&self, left: &mut Vec<Left>) -> (Option<Box<str>>, Option<Box<str>>) {
        let mut page = (None, None);
        for (name, value) in self.last_page.iter().flatten() {
            match (&**name, value.as_str()) {
                ("url", Some(url)) => page.0 = Some(url.into()),
                ("title", Some(title)) => page.1 = Some(title.into()),
                _ => leave_of_page("lastPage", name, value, left),
            }
        }
        page
    }

    /// When something happened last; what it was stands among the events.
    fn last_event(&self, left: &mut Vec<Left>) -> Option<Timestamp> {
        let mut last = None;
        for (name, value) in self.last_event.iter().flatten() {
            let at = value.as_str().and_then(|text| IsoTime::try_from(String::from(text)).ok());
            match (&**name, at) {
                ("createdDate", Some(at)) => last = Some(at.0),
                _ if value.is_null() => {}
                ("id" | "eventName", _) => {
                    leave(left, within("lastEvent", name), WhyLeft::SaidElsewhere);
                }
                _ => leave(left, within("lastEvent", name), WhyLeft::UnknownValue),
            }
        }
        last
    }

    fn segments(&self, left: &mut Vec<Left>) -> Result<Vec<(Option<Timestamp>, Key)>, Invalid> {
        let mut all = Vec::new();
        for (place, one) in self.segment_assignments.iter().enumerate() {
            let path = format!("segmentAssignments.{place}");
            leave_others(left, &within(&path, "segment"), &one.segment.others);
            leave_others(left, &path, &one.others);
            let key = key_of("segmentAssignments.segment.id", &one.segment)?;
            all.push((one.assigned_date.map(|at| at.0), key));
        }
        // Of two at an instant the one that stands first came first.
        all.sort_by_key(|(at, _)| *at);
        Ok(all)
    }

    fn outcomes(&self, left: &mut Vec<Left>) -> Result<Vec<(Option<Timestamp>, Key)>, Invalid> {
        let mut all = Vec::new();
        for (place, one) in self.outcome_achievements.iter().enumerate() {
            let path = format!("outcomeAchievements.{place}");
            leave_others(left, &within(&path, "outcome"), &one.outcome.others);
            leave_others(left, &path, &one.others);
            let key = key_of("outcomeAchievements.outcome.id", &one.outcome)?;
            all.push((one.achieved_date.map(|at| at.0), key));
        }
        all.sort_by_key(|(at, _)| *at);
        Ok(all)
    }
}

/// What else is said of a page. The parts of its URL stand in the URL.
pub(super) fn leave_of_page(
    path: &str,
    name: &str,
    value: &serde_json::Value,
    left: &mut Vec<Left>,
) {
    let part = matches!(name, "domain" | "hostname" | "pathname" | "queryString");
    let why = if part { WhyLeft::SaidElsewhere } else { WhyLeft::NoCounterpart };
    if !value.is_null() {
        leave(left, within(path, name), why);
    }
}

/// The key of what is named.
pub(super) fn key_of(field: &'static str, named: &JourneyRef) -> Result<Key, Invalid> {
    match named.id.is_empty() {
        true => Err(Invalid::new(field, Problem::Empty)),
        false => Ok(Key::from(&named.id)),
    }
}

impl SessionImport {
    /// What the session that it is here is still to be told, in order: the segments, ten in a
    /// command, and the outcomes. What is assigned and achieved already stays as it is.
    #[must_use]
    pub fn commands(&self, session: SessionId) -> Vec<JourneyCommand> {
        let mut keys: Vec<Key> = Vec::new();
        for (_, key) in &self.segments {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        let segments = keys.chunks(SEGMENTS_MAX);
        let segments = segments.map(|part| Match::new(session, part.to_vec()).into());
        let outcomes = self.outcomes.iter().map(|(_, key)| Achieve::new(session, key.clone()));
        segments.chain(outcomes.map(Into::into)).collect()
    }
}

/// A session: `GET /journey/sessions/{id}`, answered with a [`JourneySession`].
#[must_use]
pub fn get_journey_session(session: &str) -> Request {
    let path = format!("/api/v2/journey/sessions/{}", escaped(session));
    let permissions = &["journey:session:view", "externalContacts:session:view"];
    Request::get(path).with_permissions(permissions)
}
