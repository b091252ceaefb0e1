//! What happened in a session, as it is told there.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use strowger::journey::{Achieve, Identifier, JourneyCommand, Match, SessionId};
use strowger::model::Invalid;
use strowger::{Key, Timestamp};
use strowger_wire::{Request, escaped};

use crate::iso_time::IsoTime;
use crate::journey::definition::leave_said;
use crate::journey::form::FormWords;
use crate::journey::group::{JourneyRef, leave, leave_others, within};
use crate::journey::identifier::identifier;
use crate::journey::session::key_of;
use crate::journey::visit::{AppEvent, Did, Tracks, WebEvent};
use crate::journey::web_action::{WebActionEvent, WebActionImport};
use crate::left::{Left, WhyLeft};
use crate::words::open_body;

open_body! {
    /// A segment was assigned.
    pub SegmentAssigned {
        /// The segment.
        segment: JourneyRef,
    }
}

open_body! {
    /// An outcome was achieved.
    pub OutcomeAchieved {
        /// The outcome.
        outcome: JourneyRef,
    }
}

open_body! {
    /// The session to which an event belongs.
    pub NoticeSession {
        /// The id.
        id: String,
        /// The type: `web`, `app` and others.
        kind = "type": Option<String>,
    }
}

open_body! {
    /// Something that happened in a session.
    pub JourneyNotice {
        /// The id.
        id: String,
        /// What caused it.
        correlation_id: Option<String>,
        /// What the customer is known by.
        customer_id: String,
        /// What kind of identifier that is.
        customer_id_type: String,
        /// The session.
        session: Option<NoticeSession>,
        /// The name of its kind.
        event_type: Option<String>,
        /// An outcome was achieved.
        outcome_achieved_event: Option<OutcomeAchieved>,
        /// A segment was assigned.
        segment_assignment_event: Option<SegmentAssigned>,
        /// A web action came to a state.
        web_action_event: Option<WebActionEvent>,
        /// The visitor did something on a page.
        web_event: Option<WebEvent>,
        /// The visitor did something in an app.
        app_event: Option<AppEvent>,
        /// When it happened.
        created_date: Option<IsoTime>,
    }
}

open_body! {
    /// The events of a session: `GET /journey/sessions/{id}/events`.
    pub JourneyNotices {
        /// The events.
        entities: Vec<JourneyNotice>,
        /// Where the next page of them is.
        next_uri: Option<String>,
        /// Where the page before is.
        previous_uri: Option<String>,
    }
}

/// What an event says here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The visitor did something: the commands in order. A search beside another event is an event
    /// of its own here, and what an event says of who the visitor is is a command of its own.
    Visitor(Vec<JourneyCommand>),
    /// This segment was assigned.
    Segment(Key),
    /// This outcome was achieved.
    Outcome(Key),
    /// A web action came to a state.
    Action(Box<WebActionImport>),
    /// Nothing: events of this kind are not known here.
    Nothing,
}

/// An event as it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeImport {
    /// Its id there, by which the host knows one that comes twice.
    pub id: String,
    /// The session there, of which the host knows the session here.
    pub session: Option<String>,
    /// What the customer is known by; `None`: by nothing that is known here.
    pub customer: Option<Identifier>,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// What it says.
    pub told: Told,
    /// What was not taken over.
    pub left: Vec<Left>,
}

impl NoticeImport {
    /// The commands, in order, for the session that it is here; `None`: it is not known yet, and
    /// nothing that belongs to a session can be said. What a web action asks for its own import
    /// says ([`WebActionImport::command`]).
    #[must_use]
    pub fn commands(&self, session: Option<SessionId>) -> Vec<JourneyCommand> {
        match (&self.told, session) {
            (Told::Visitor(commands), _) => commands.clone(),
            (Told::Segment(segment), Some(session)) => {
                vec![Match::new(session, vec![segment.clone()]).into()]
            }
            (Told::Outcome(outcome), Some(session)) => {
                vec![Achieve::new(session, outcome.clone()).into()]
            }
            _ => Vec::new(),
        }
    }
}

impl JourneyNotice {
    /// What it says here.
    ///
    /// ```
    /// use strowger::journey::{Identifier, JourneyCommand, Track, VisitorEvent};
    /// use strowger_genesys::{FormWords, JourneyNotice};
    ///
    /// let read = r#"{"customerIdType":"cookie","customerId":"c-81","session":{"type":"web"},
    ///     "webEvent":{"eventName":"page_viewed","browser":{"family":"Firefox"},
    ///         "page":{"url":"https://www.store.test/chairs","title":"Chairs"}}}"#;
    /// let notice: JourneyNotice = serde_json::from_str(read)?;
    /// let import = notice.import(&FormWords::default())?;
    /// let page = VisitorEvent::page_viewed("https://www.store.test/chairs", "Chairs");
    /// let track = Track::new(Identifier::cookie("c-81"), page)
    ///     .with_session_type("web")
    ///     .with_attributes([("browser.family".into(), "Firefox".into())]);
    /// assert_eq!(import.commands(None), [JourneyCommand::from(track)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What is needed is missing: by what the visitor is known, the page of a page view, the name
    /// of an event, the segment, the outcome, the action.
    pub fn import(&self, words: &FormWords) -> Result<NoticeImport, Invalid> {
        let mut left = Vec::new();
        let customer = identifier(&self.customer_id_type, &self.customer_id);
        leave_said(&mut left, [("correlationId", self.correlation_id.is_some())]);
        let told = self.told(words, customer.clone(), &mut left)?;
        if self.event_type.is_some() {
            let known = told != Told::Nothing;
            let why = if known { WhyLeft::SaidElsewhere } else { WhyLeft::UnknownValue };
            leave(&mut left, "eventType", why);
        }
        if customer.is_err() {
            leave(&mut left, "customerIdType", WhyLeft::UnknownValue);
        }
        if let Some(session) = &self.session {
            leave_others(&mut left, "session", &session.others);
            if !matches!(told, Told::Visitor(_)) && session.kind.is_some() {
                // The session here has the type with which it began.
                leave(&mut left, "session.type", WhyLeft::SaidElsewhere);
            }
        }
        leave_others(&mut left, "", &self.others);
        Ok(NoticeImport {
            id: self.id.clone(),
            session: self.session.as_ref().map(|session| session.id.clone()),
            customer: customer.ok(),
            at: self.created_date.map(|at| at.0),
            told,
            left,
        })
    }

    /// What the first body says that is there. There is one, and no more.
    fn told(
        &self,
        words: &FormWords,
        customer: Result<Identifier, Invalid>,
        left: &mut Vec<Left>,
    ) -> Result<Told, Invalid> {
        let bodies = [
            ("webEvent", self.web_event.is_some()),
            ("appEvent", self.app_event.is_some()),
            ("segmentAssignmentEvent", self.segment_assignment_event.is_some()),
            ("outcomeAchievedEvent", self.outcome_achieved_event.is_some()),
            ("webActionEvent", self.web_action_event.is_some()),
        ];
        leave_said(left, bodies.into_iter().filter(|(_, there)| *there).skip(1));
        if self.web_event.is_some() || self.app_event.is_some() {
            let kind = self.session.as_ref().and_then(|session| session.kind.as_deref());
            let did = match (&self.web_event, &self.app_event) {
                (Some(event), _) => Did::on_page(event, left),
                (None, Some(event)) => Did::in_app(event, left),
                (None, None) => return Ok(Told::Nothing),
            };
            let track = Tracks { customer: customer?, kind, at: self.created_date, words };
            return Ok(Told::Visitor(track.commands(did, left)?));
        }
        if let Some(event) = &self.segment_assignment_event {
            let path = "segmentAssignmentEvent";
            leave_others(left, &within(path, "segment"), &event.segment.others);
            leave_others(left, path, &event.others);
            let field = "segmentAssignmentEvent.segment.id";
            return key_of(field, &event.segment).map(Told::Segment);
        }
        if let Some(event) = &self.outcome_achieved_event {
            let path = "outcomeAchievedEvent";
            leave_others(left, &within(path, "outcome"), &event.outcome.others);
            leave_others(left, path, &event.others);
            let field = "outcomeAchievedEvent.outcome.id";
            return key_of(field, &event.outcome).map(Told::Outcome);
        }
        let Some(event) = &self.web_action_event else { return Ok(Told::Nothing) };
        let mut action = event.import()?;
        left.append(&mut action.left);
        Ok(Told::Action(Box::new(action)))
    }
}

/// The events of a session: `GET /journey/sessions/{id}/events`, answered with [`JourneyNotices`];
/// `after`: the cursor of the page before.
#[must_use]
pub fn get_session_events(session: &str, after: Option<&str>) -> Request {
    let mut path = format!("/api/v2/journey/sessions/{}/events", escaped(session));
    if let Some(after) = after {
        path.push_str("?after=");
        path.push_str(&escaped(after));
    }
    Request::get(path).with_permissions(&["journey:event:view"])
}
