//! Offers to visitors: their states, and why one is not made.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::interaction::InteractionId;
use crate::model::ids::CalendarId;

use crate::journey::definition::{ActionMedia, TenThousandths, Weight};
use crate::journey::ids::{SessionId, WebOfferId};

/// The state of an offer to a visitor (Genesys: web action).
/// Which may follow which:
///
/// ```text
#[doc = include_str!("../../tests/tables/web_offer.txt")]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebOfferState {
    /// The triggers of its map hold.
    Qualified,
    /// The same, and its map is closed.
    QualifiedOutsideSchedule,
    /// The same, and the customer had it as often as they may.
    FrequencyCapReached,
    /// It is shown.
    Offered,
    /// The visitor said yes.
    Accepted,
    /// Their conversation began, and they wait.
    Started,
    /// An agent had them.
    Engaged,
    /// Their contact is over.
    Completed,
    /// The visitor left before an agent had them.
    Abandoned,
    /// The visitor said no.
    Rejected,
    /// The visitor said nothing until the end of the window.
    TimedOut,
    /// The visitor left, signed out, or their session ended; or a map of greater weight took its
    /// place.
    Ignored,
    /// It could not be shown, or the conversation could not begin.
    Errored,
}

impl WebOfferState {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Qualified,
        Self::QualifiedOutsideSchedule,
        Self::FrequencyCapReached,
        Self::Offered,
        Self::Accepted,
        Self::Started,
        Self::Engaged,
        Self::Completed,
        Self::Abandoned,
        Self::Rejected,
        Self::TimedOut,
        Self::Ignored,
        Self::Errored,
    ];

    /// True if nothing comes after it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Completed
                | Self::Abandoned
                | Self::Rejected
                | Self::TimedOut
                | Self::Ignored
                | Self::Errored
        )
    }

    /// True if another offer of its kind has to wait for its end. What was accepted counts as long
    /// as the conversation goes on; of content nothing goes on.
    pub(crate) const fn is_open(self, media: ActionMedia) -> bool {
        match self {
            Self::Offered => true,
            Self::Accepted | Self::Started | Self::Engaged => media.is_conversation(),
            _ => false,
        }
    }

    /// The state that follows, if `to` may follow.
    #[must_use]
    pub const fn next(self, to: Self) -> Option<Self> {
        let may = match self {
            Self::Qualified | Self::QualifiedOutsideSchedule | Self::FrequencyCapReached => {
                matches!(
                    to,
                    Self::Qualified
                        | Self::QualifiedOutsideSchedule
                        | Self::FrequencyCapReached
                        | Self::Offered
                )
            }
            Self::Offered => matches!(
                to,
                Self::Accepted | Self::Rejected | Self::TimedOut | Self::Ignored | Self::Errored
            ),
            Self::Accepted => matches!(to, Self::Started | Self::Errored),
            Self::Started => matches!(to, Self::Engaged | Self::Abandoned),
            Self::Engaged => matches!(to, Self::Completed),
            Self::Completed
            | Self::Abandoned
            | Self::Rejected
            | Self::TimedOut
            | Self::Ignored
            | Self::Errored => false,
        };
        if may { Some(to) } else { None }
    }
}

/// The answer of a visitor to an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebAnswer {
    /// Yes.
    Accepted,
    /// No.
    Rejected,
}

/// What stops a map whose triggers hold (Genesys: blocking reason). Of several the first in this
/// order is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Blocked {
    /// Its time has not come.
    #[non_exhaustive]
    TriggerDateInFuture {
        /// When it comes; `None`: with the next visit, or the next session.
        until: Option<Timestamp>,
    },
    /// The visitor is on another page.
    #[non_exhaustive]
    PageUrlConditionsNotMatching {
        /// The place of the first condition that does not hold: 0 is the first.
        condition: u32,
    },
    /// The customer had it as often as they may.
    FrequencyCapping,
    /// An offer of its kind is open.
    #[non_exhaustive]
    AlreadyExistingOffer {
        /// That offer.
        offer: WebOfferId,
    },
    /// The service level of its target is too low.
    #[non_exhaustive]
    ServiceLevelThrottling {
        /// The service level that is expected.
        level: TenThousandths,
    },
    /// No agent can take what would come of it.
    NoAvailableAgents,
    /// It is closed.
    #[non_exhaustive]
    OfferedOutsideSchedule {
        /// Its calendar.
        calendar: CalendarId,
    },
    /// Another map of its kind was offered at the same time.
    #[non_exhaustive]
    MultipleSimultaneousOffers {
        /// The key of that map.
        map: Key,
    },
}

impl Blocked {
    /// The state in which a map is that this stops.
    #[must_use]
    pub const fn state(&self) -> WebOfferState {
        match self {
            Self::FrequencyCapping => WebOfferState::FrequencyCapReached,
            Self::OfferedOutsideSchedule { .. } => WebOfferState::QualifiedOutsideSchedule,
            _ => WebOfferState::Qualified,
        }
    }

    /// The name of the reason, as in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TriggerDateInFuture { .. } => "trigger_date_in_future",
            Self::PageUrlConditionsNotMatching { .. } => "page_url_conditions_not_matching",
            Self::FrequencyCapping => "frequency_capping",
            Self::AlreadyExistingOffer { .. } => "already_existing_offer",
            Self::ServiceLevelThrottling { .. } => "service_level_throttling",
            Self::NoAvailableAgents => "no_available_agents",
            Self::OfferedOutsideSchedule { .. } => "offered_outside_schedule",
            Self::MultipleSimultaneousOffers { .. } => "multiple_simultaneous_offers",
        }
    }
}

/// An action map whose triggers hold in a session, and what stops it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Qualification {
    /// The key of the map.
    pub map: Key,
    /// The version of the map.
    pub version: u32,
    /// Since when its triggers hold.
    pub since: Timestamp,
    /// What stops it; `None`: it was carried out or offered.
    pub blocked: Option<Blocked>,
    /// True if what it does was done: nothing that is not shown is done twice while its triggers
    /// hold.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub done: bool,
}

/// Why an offer could not be shown, or its conversation could not begin.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferFailure {
    /// A short code: that of a refusal, or the host's own, at most 200 bytes.
    pub code: Key,
    /// A text for people, at most 200 bytes.
    #[serde(default)]
    pub message: Box<str>,
}

/// An offer to a visitor.
///
/// ```
/// use strowger::journey::{WebOffer, WebOfferState};
///
/// fn shown(offer: &WebOffer) -> String {
///     match offer.state {
///         WebOfferState::Offered => format!("{} is offered {}", offer.session, offer.map),
///         state => format!("{}: {state:?}", offer.map),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebOffer {
    /// The id.
    pub id: WebOfferId,
    /// The session to which it is shown.
    pub session: SessionId,
    /// The key of the action map.
    pub map: Key,
    /// The version of the map that was offered: it stays with the offer.
    pub version: u32,
    /// What is offered.
    pub media: ActionMedia,
    /// The weight of the map.
    pub weight: Weight,
    /// The key of the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Key>,
    /// The URL of the page on which it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Box<str>>,
    /// The state.
    pub state: WebOfferState,
    /// Since when the triggers of the map hold.
    pub qualified: Timestamp,
    /// When it was offered.
    pub offered: Timestamp,
    /// The end of the window, at which it is too late for an answer; `None`: it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When the visitor answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Timestamp>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// The interaction that it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction: Option<InteractionId>,
    /// The service level that was expected when it was offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<TenThousandths>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Box<OfferFailure>>,
}

impl WebOffer {
    /// How long the visitor took to answer (Genesys: time to disposition).
    #[must_use]
    pub fn time_to_disposition(&self) -> Option<Span> {
        self.answered.map(|answered| answered.since(self.offered))
    }

    /// True if another offer of its kind has to wait for its end.
    pub(crate) const fn is_open(&self) -> bool {
        self.state.is_open(self.media)
    }
}
