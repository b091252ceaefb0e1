//! Web actions: what a visitor is offered, and what became of it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use strowger::journey::{
    ActionMedia, Answer, FailOffer, JourneyCommand, WebAnswer, WebOffer, WebOfferId, WebOfferState,
};
use strowger::model::{Invalid, Problem};
use strowger::{Key, Span, Timestamp};
use strowger_wire::{Method, Request, escaped};

use crate::iso_time::IsoTime;
use crate::journey::action_map::JourneyMedia;
use crate::journey::group::{JourneyRef, leave, leave_others, within};
use crate::left::{Left, WhyLeft};
use crate::words::{body, open_body, words};

words! {
    /// The state of a web action.
    WebActionState {
        /// The triggers of its map hold.
        Qualified = "qualified",
        /// The same, and its map is closed.
        QualifiedOutsideSchedule = "qualifiedOutsideSchedule",
        /// It is shown.
        Offered = "offered",
        /// It is shown although its map is closed.
        OfferedOutsideSchedule = "offeredOutsideSchedule",
        /// The visitor said yes.
        Accepted = "accepted",
        /// The visitor said no.
        Rejected = "rejected",
        /// The visitor said nothing in time.
        TimedOut = "timedout",
        /// The visitor left before they answered.
        Ignored = "ignored",
        /// It could not be shown, or the conversation could not begin.
        Errored = "errored",
        /// The conversation began.
        Started = "started",
        /// An agent has the visitor.
        Engaged = "engaged",
        /// The visitor left before an agent had them.
        Abandoned = "abandoned",
        /// It is over.
        Completed = "completed",
        /// The visitor had it as often as they may.
        FrequencyCapReached = "frequencyCapReached",
    }
}

impl WebActionState {
    /// The state as it is here; `None`: there is no such state here.
    #[must_use]
    pub const fn state(&self) -> Option<WebOfferState> {
        Some(match self {
            Self::Qualified => WebOfferState::Qualified,
            Self::QualifiedOutsideSchedule => WebOfferState::QualifiedOutsideSchedule,
            Self::Offered => WebOfferState::Offered,
            Self::Accepted => WebOfferState::Accepted,
            Self::Rejected => WebOfferState::Rejected,
            Self::TimedOut => WebOfferState::TimedOut,
            Self::Ignored => WebOfferState::Ignored,
            Self::Errored => WebOfferState::Errored,
            Self::Started => WebOfferState::Started,
            Self::Engaged => WebOfferState::Engaged,
            Self::Abandoned => WebOfferState::Abandoned,
            Self::Completed => WebOfferState::Completed,
            Self::FrequencyCapReached => WebOfferState::FrequencyCapReached,
            // What is closed is not offered here.
            Self::OfferedOutsideSchedule | Self::Other(_) => return None,
        })
    }

    /// The state as it is there; `None`: a later version of this layer has states that are not
    /// known there.
    #[must_use]
    pub const fn of(state: WebOfferState) -> Option<Self> {
        Some(match state {
            WebOfferState::Qualified => Self::Qualified,
            WebOfferState::QualifiedOutsideSchedule => Self::QualifiedOutsideSchedule,
            WebOfferState::FrequencyCapReached => Self::FrequencyCapReached,
            WebOfferState::Offered => Self::Offered,
            WebOfferState::Accepted => Self::Accepted,
            WebOfferState::Started => Self::Started,
            WebOfferState::Engaged => Self::Engaged,
            WebOfferState::Completed => Self::Completed,
            WebOfferState::Abandoned => Self::Abandoned,
            WebOfferState::Rejected => Self::Rejected,
            WebOfferState::TimedOut => Self::TimedOut,
            WebOfferState::Ignored => Self::Ignored,
            WebOfferState::Errored => Self::Errored,
            _ => return None,
        })
    }
}

open_body! {
    /// An action map, and its version.
    pub ActionMapVersion {
        /// The id.
        id: String,
        /// The version.
        version: Option<u32>,
    }
}

open_body! {
    /// What is offered, and what became of it.
    pub WebAction {
        /// The id.
        id: String,
        /// Its state.
        state: Option<WebActionState>,
        /// What is offered.
        media_type: Option<JourneyMedia>,
        /// What the visitor reads.
        prompt: Option<String>,
        /// When the triggers of its map held.
        created_date: Option<IsoTime>,
    }
}

open_body! {
    /// A web action came to a state.
    pub WebActionEvent {
        /// The action.
        action: WebAction,
        /// The map that triggered it.
        action_map: ActionMapVersion,
        /// Who answers it.
        action_target: Option<JourneyRef>,
        /// How long the visitor took to answer, in milliseconds.
        time_to_disposition: Option<u64>,
        /// Why it failed: a short code.
        error_code: Option<String>,
        /// The same for people.
        error_message: Option<String>,
    }
}

/// What a web action is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebActionImport {
    /// The action, by its id there.
    pub action: String,
    /// Its state; `None`: there is no such state here.
    pub state: Option<WebOfferState>,
    /// What is offered; `None`: it is not known here.
    pub media: Option<ActionMedia>,
    /// The key of the map: the id there.
    pub map: Key,
    /// The version of the map there.
    pub version: Option<u32>,
    /// The key of the target: the id there.
    pub target: Option<Key>,
    /// When the triggers of the map held.
    pub qualified: Option<Timestamp>,
    /// How long the visitor took to answer.
    pub time_to_disposition: Option<Span>,
    /// Why it failed: a short code.
    pub code: Option<Key>,
    /// The same for people.
    pub message: Option<String>,
    /// What was not taken over.
    pub left: Vec<Left>,
}

/// The longest a code or a message may be here, in bytes.
const TEXT_MAX: usize = 200;

impl WebActionEvent {
    /// What an offer is there, and what cannot be said of it.
    ///
    /// ```
    /// use strowger::journey::WebOffer;
    /// use strowger_genesys::WebActionEvent;
    ///
    /// let offer: WebOffer = serde_json::from_str(r#"{"id": 7, "session": 4, "map": "m-1",
    ///     "version": 3, "media": "web_chat", "weight": "medium", "state": "timed_out",
    ///     "qualified": 0, "offered": 1000, "until": 61000, "ended": 61000}"#)?;
    /// let (event, left) = WebActionEvent::of(&offer);
    /// assert_eq!(serde_json::to_string(&event)?, concat!(
    ///     r#"{"action":{"id":"wo7","state":"timedout","mediaType":"webchat","#,
    ///     r#""createdDate":"1970-01-01T00:00:00.000Z"},"actionMap":{"id":"m-1","version":3}}"#));
    /// assert_eq!(left[0].field, "session");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn of(offer: &WebOffer) -> (Self, Vec<Left>) {
        let mut left = Vec::new();
        // The event around it names the session.
        leave(&mut left, "session", WhyLeft::SaidElsewhere);
        let said = [
            ("weight", true),
            ("page", offer.page.is_some()),
            ("offered", true),
            ("until", offer.until.is_some()),
            ("ended", offer.ended.is_some()),
            ("interaction", offer.interaction.is_some()),
            ("level", offer.level.is_some()),
        ];
        for (field, _) in said.into_iter().filter(|(_, said)| *said) {
            leave(&mut left, field, WhyLeft::NoCounterpart);
        }
        let (state, media) = (WebActionState::of(offer.state), JourneyMedia::of(offer.media));
        for (field, known) in [("state", state.is_some()), ("media", media.is_some())] {
            if !known {
                leave(&mut left, field, WhyLeft::NoCounterpart);
            }
        }
        let action = WebAction {
            id: offer.id.to_string(),
            state,
            media_type: media,
            created_date: Some(offer.qualified.into()),
            ..WebAction::default()
        };
        let action_map = ActionMapVersion {
            id: offer.map.to_string(),
            version: Some(offer.version),
            ..ActionMapVersion::default()
        };
        let target = |key: &Key| JourneyRef { id: key.to_string(), ..JourneyRef::default() };
        let failure = offer.failure.as_deref();
        let event = Self {
            action,
            action_map,
            action_target: offer.target.as_ref().map(target),
            time_to_disposition: offer.time_to_disposition().map(Span::as_millis),
            error_code: failure.map(|failure| failure.code.to_string()),
            error_message: failure.map(|failure| failure.message.to_string()),
            ..Self::default()
        };
        (event, left)
    }

    /// What it is here.
    ///
    /// # Errors
    /// It names no action or no map.
    pub fn import(&self) -> Result<WebActionImport, Invalid> {
        let path = "webActionEvent";
        if self.action.id.is_empty() {
            return Err(Invalid::new("webActionEvent.action.id", Problem::Empty));
        }
        if self.action_map.id.is_empty() {
            return Err(Invalid::new("webActionEvent.actionMap.id", Problem::Empty));
        }
        let mut left = Vec::new();
        let field = |name: &str| within(path, name);
        let state = self.action.state.as_ref().and_then(WebActionState::state);
        match &self.action.state {
            Some(WebActionState::Other(_)) => {
                leave(&mut left, field("action.state"), WhyLeft::UnknownValue);
            }
            Some(_) if state.is_none() => {
                leave(&mut left, field("action.state"), WhyLeft::NoCounterpart);
            }
            _ => {}
        }
        let media = self.action.media_type.as_ref().and_then(JourneyMedia::media);
        if self.action.media_type.is_some() && media.is_none() {
            leave(&mut left, field("action.mediaType"), WhyLeft::UnknownValue);
        }
        if self.action.prompt.is_some() {
            leave(&mut left, field("action.prompt"), WhyLeft::NoCounterpart);
        }
        leave_others(&mut left, &field("action"), &self.action.others);
        leave_others(&mut left, &field("actionMap"), &self.action_map.others);
        if let Some(target) = &self.action_target {
            leave_others(&mut left, &field("actionTarget"), &target.others);
        }
        leave_others(&mut left, path, &self.others);
        let mut short = |text: &Option<String>, name: &str| {
            let text = text.clone().filter(|text| !text.is_empty())?;
            if text.len() > TEXT_MAX {
                leave(&mut left, field(name), WhyLeft::OutOfRange);
                return None;
            }
            Some(text)
        };
        let code = short(&self.error_code, "errorCode").map(Key::from);
        let message = short(&self.error_message, "errorMessage");
        Ok(WebActionImport {
            action: self.action.id.clone(),
            state,
            media,
            map: Key::from(&self.action_map.id),
            version: self.action_map.version,
            target: self.action_target.as_ref().map(|target| Key::from(&target.id)),
            qualified: self.action.created_date.map(|at| at.0),
            time_to_disposition: self.time_to_disposition.map(Span::from_millis),
            code,
            message,
            left,
        })
    }
}

/// The code of a failure that has none.
const ERRORED: &str = "errored";

impl WebActionImport {
    /// What it asks for here of the offer that it is; `None`: nothing. What a visitor answers and
    /// what fails in their browser is told there first. Everything else is decided here.
    #[must_use]
    pub fn command(&self, offer: WebOfferId) -> Option<JourneyCommand> {
        Some(match self.state? {
            WebOfferState::Accepted => Answer::new(offer, WebAnswer::Accepted).into(),
            WebOfferState::Rejected => Answer::new(offer, WebAnswer::Rejected).into(),
            WebOfferState::Errored => {
                let code = self.code.clone().unwrap_or_else(|| Key::from(ERRORED));
                let message = self.message.clone().unwrap_or_default();
                FailOffer::new(offer, code).with_message(message).into()
            }
            _ => return None,
        })
    }
}

body! {
    /// An action comes to a state: `POST /journey/deployments/{id}/actionevent`.
    pub ActionEvent {
        /// The session there.
        session_id: String,
        /// The action there.
        action_id: String,
        /// The state.
        action_state: Option<WebActionState>,
        /// Why it failed: a short code.
        error_code: Option<String>,
        /// The same for people.
        error_message: Option<String>,
    }
}

impl ActionEvent {
    /// What became of an offer, for the session and the action that it is there.
    #[must_use]
    pub fn of(offer: &WebOffer, session: &str, action: &str) -> Self {
        let (event, _) = WebActionEvent::of(offer);
        Self {
            session_id: session.to_string(),
            action_id: action.to_string(),
            action_state: event.action.state,
            error_code: event.error_code,
            error_message: event.error_message,
        }
    }

    /// The request. It needs no permission.
    ///
    /// # Errors
    /// The session, the action or the state is missing.
    pub fn request(&self, deployment: &str) -> Result<Request, Invalid> {
        let said = [
            ("sessionId", !self.session_id.is_empty()),
            ("actionId", !self.action_id.is_empty()),
            ("actionState", self.action_state.is_some()),
        ];
        if let Some((field, _)) = said.into_iter().find(|(_, said)| !said) {
            return Err(Invalid::new(field, Problem::Empty));
        }
        let path = format!("/api/v2/journey/deployments/{}/actionevent", escaped(deployment));
        Ok(Request::new(Method::Post, path).with_body(self))
    }
}
