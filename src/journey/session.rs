//! A session: what a visitor did in one go.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::fact::log::Seq;

use crate::journey::attributes::SessionAttributes;
use crate::journey::definition::{ActionMedia, TenThousandths};
use crate::journey::identifier::Identifier;
use crate::journey::ids::{CustomerId, SessionId, WebOfferId};
use crate::journey::offer::{Qualification, WebOfferState};
use crate::journey::person::SegmentAssignment;
use crate::journey::visit::VisitorEvent;

/// Something in a session that has a place in its journey map.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Happening {
    /// The visitor did something.
    Did(VisitorEvent),
    /// A segment was assigned.
    #[non_exhaustive]
    SegmentMatched {
        /// Its key.
        segment: Key,
    },
    /// A goal was achieved.
    #[non_exhaustive]
    OutcomeAchieved {
        /// Its key.
        outcome: Key,
    },
    /// An offer came to a state.
    #[non_exhaustive]
    Offer {
        /// The offer.
        offer: WebOfferId,
        /// The key of its map.
        map: Key,
        /// What was offered.
        media: ActionMedia,
        /// The state.
        state: WebOfferState,
    },
}

impl Happening {
    /// Its sort: what the visitor did, segments, outcomes, offers.
    pub(crate) const fn sort(&self) -> usize {
        match self {
            Self::Did(_) => 0,
            Self::SegmentMatched { .. } => 1,
            Self::OutcomeAchieved { .. } => 2,
            Self::Offer { .. } => 3,
        }
    }
}

/// An event of a session that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionEvent {
    /// The date of the event.
    pub at: Timestamp,
    /// The number of the fact that tells of it.
    pub seq: Seq,
    /// What happened.
    pub what: Happening,
}

impl SessionEvent {
    /// Its place among the events of its session.
    pub(crate) const fn place(&self) -> (Timestamp, Seq, bool) {
        // A search that a page view brought along comes behind the page.
        (self.at, self.seq, matches!(self.what, Happening::Did(VisitorEvent::Searched { .. })))
    }

    /// An id of its own: that of its fact, and whether the fact tells of a search beside a page.
    pub(crate) const fn id(&self) -> u64 {
        let second = matches!(self.what, Happening::Did(VisitorEvent::Searched { .. }));
        self.seq.wrapping_mul(2).wrapping_add(second as u64)
    }
}

/// A term that was searched for in a session.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchTerm {
    /// The term, as it was first typed.
    pub term: Box<str>,
    /// How often it was searched for, upper and lower case not told apart.
    pub count: u32,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
}

/// How near a session is to a goal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutcomeProgress {
    /// The key of the outcome.
    pub outcome: Key,
    /// When it was achieved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub achieved: Option<Timestamp>,
    /// The present probability, and the greatest in this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<OutcomeScore>,
}

/// The probability of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutcomeScore {
    /// The present one.
    pub now: TenThousandths,
    /// The greatest in this session.
    pub greatest: TenThousandths,
}

impl OutcomeScore {
    pub(crate) const fn new(now: TenThousandths, greatest: TenThousandths) -> Self {
        Self { now, greatest }
    }
}

/// How often something happened in a session, of what is kept and what is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionCounts {
    /// Everything that the visitor did.
    pub events: u32,
    /// Page views.
    pub pages: u32,
    /// Screens.
    pub screens: u32,
    /// Of these, what is not kept any more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A page of the web that was viewed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebPage {
    /// Its URL.
    pub url: Box<str>,
    /// Its title.
    pub title: Box<str>,
}

/// The number of the last fact that changed each part of what a view shows of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Marks {
    /// When its customer was merged, or it was imported: then the card is new where it stands.
    pub(crate) placed: Seq,
    /// Attributes, title.
    pub(crate) details: Seq,
    /// Whether it is live, what page, the last activity.
    pub(crate) live: Seq,
    pub(crate) searches: Seq,
    /// Those that are shown to agents.
    pub(crate) segments: Seq,
    /// The last time that a segment was taken away which no agent saw any more.
    #[serde(default)]
    pub(crate) unmatched: Seq,
    pub(crate) outcomes: Seq,
    pub(crate) scores: Seq,
    /// The journey map: the last that was put in, or taken out.
    pub(crate) map: Seq,
    /// The last time that the map lost an item.
    pub(crate) lost: Seq,
}

impl Marks {
    /// The last of them.
    pub(crate) fn last(&self) -> Seq {
        [
            self.placed,
            self.details,
            self.live,
            self.searches,
            self.segments,
            self.outcomes,
            self.scores,
            self.map,
            self.lost,
        ]
        .into_iter()
        .max()
        .unwrap_or_default()
    }
}

/// The numbers of events that conditions count, as far as they are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Tallies {
    /// The number of the fact that last defined anything when they were counted.
    pub(crate) defined: Seq,
    /// One number for each condition, in order of definition.
    pub(crate) counts: Vec<u16>,
}

/// A session: what a visitor did from the first event until nothing came for a while.
///
/// ```
/// use strowger::Timestamp;
/// use strowger::journey::VisitorSession;
///
/// fn shown(session: &VisitorSession, now: Timestamp) -> String {
///     let state = if session.is_live() { "live" } else { "over" };
///     let lasted = session.ended.unwrap_or(now).since(session.started);
///     format!("{:06} {state}, {lasted}, {} pages", session.id.short(), session.counts.pages)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VisitorSession {
    /// The id.
    pub id: SessionId,
    /// The customer whose it was when it began. Who stands for them the layer says.
    pub customer: CustomerId,
    /// The identifier under which the events came.
    pub identifier: Identifier,
    /// The type: `web`, `app`, or a word of the host's.
    #[serde(rename = "type")]
    pub kind: Key,
    /// The date of the first event.
    pub started: Timestamp,
    /// The date of the last activity.
    pub last_activity: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// How often something happened in it.
    pub counts: SessionCounts,
    /// What is known of browser, device, place, referrer and campaign, by dotted names.
    #[serde(default, skip_serializing_if = "SessionAttributes::is_empty")]
    pub attributes: SessionAttributes,
    /// The host of its first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Box<str>>,
    /// The page on which the visitor was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<WebPage>,
    /// The terms that were searched for, in order of the first search.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub searches: Vec<SearchTerm>,
    /// The segments that were assigned in it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentAssignment>,
    /// How near it is to goals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<OutcomeProgress>,
    /// What happened in it, in order of date.
    pub events: Vec<SessionEvent>,
    /// The action maps whose triggers hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualified: Vec<Qualification>,
    /// The offers that were made in it and are remembered, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<WebOfferId>,
    /// The number of the visit: rises by one with each return after the page was left.
    pub visit: u32,
    /// When the page was left, if the visitor did not return yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Timestamp>,
    /// True if its identifier was somebody else's afterwards.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) released: bool,
    /// The date of the page view that set the page.
    pub(crate) page_at: Timestamp,
    /// The date of the page view that set the host.
    pub(crate) host_at: Timestamp,
    pub(crate) marks: Marks,
    #[serde(default)]
    pub(crate) tallies: Tallies,
}

impl VisitorSession {
    pub(crate) fn new(
        id: SessionId,
        customer: CustomerId,
        identifier: Identifier,
        kind: Key,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            customer,
            identifier,
            kind,
            started: at,
            last_activity: at,
            ended: None,
            counts: SessionCounts::default(),
            attributes: SessionAttributes::default(),
            host: None,
            page: None,
            searches: Vec::new(),
            segments: Vec::new(),
            outcomes: Vec::new(),
            events: Vec::new(),
            qualified: Vec::new(),
            offers: Vec::new(),
            visit: 1,
            left: None,
            released: false,
            page_at: at,
            host_at: at,
            marks: Marks::default(),
            tallies: Tallies::default(),
        }
    }

    /// True as long as it has not ended.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    /// How near it is to a goal.
    #[must_use]
    pub fn outcome(&self, outcome: &str) -> Option<&OutcomeProgress> {
        self.outcomes.iter().find(|progress| &*progress.outcome == outcome)
    }

    /// The same, to change, made if it is not there.
    pub(crate) fn outcome_mut(&mut self, outcome: &Key) -> &mut OutcomeProgress {
        let found = self.outcomes.iter().position(|progress| progress.outcome == *outcome);
        let place = found.unwrap_or_else(|| {
            let (achieved, score) = (None, None);
            self.outcomes.push(OutcomeProgress { outcome: outcome.clone(), achieved, score });
            self.outcomes.len() - 1
        });
        &mut self.outcomes[place]
    }

    /// True if a segment was assigned in it.
    pub(crate) fn has_segment(&self, segment: &str) -> bool {
        self.segments.iter().any(|assigned| &*assigned.segment == segment)
    }

    /// True if a segment was assigned in it once, whatever became of that.
    pub(crate) fn had_segment(&self, key: &str) -> bool {
        self.events.iter().any(|event| match &event.what {
            Happening::SegmentMatched { segment } => &**segment == key,
            _ => false,
        })
    }

    /// The map whose triggers hold.
    pub(crate) fn qualification(&self, map: &str) -> Option<&Qualification> {
        self.qualified.iter().find(|one| &*one.map == map)
    }
}
