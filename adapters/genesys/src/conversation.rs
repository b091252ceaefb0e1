//! What is asked of a conversation and of who takes part in it.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::iso_time::IsoTime;
use crate::media::MediaType;
use crate::words::{body, words};
use crate::workitem::{ScoredAgent, UserId};
use strowger::Timestamp;
use strowger::model::Priority;
use strowger::model::{Invalid, Problem};
use strowger_wire::{Method, Request, escaped};

words! {
    /// Where somebody stands in a conversation.
    ParticipantState {
        /// The conversation alerts the participant.
        Alerting = "alerting",
        /// The participant is dialled.
        Dialing = "dialing",
        /// The participant is being reached.
        Contacting = "contacting",
        /// The conversation is offered to the participant.
        Offering = "offering",
        /// The participant takes part.
        Connected = "connected",
        /// The participant left.
        Disconnected = "disconnected",
        /// The conversation ended for the participant.
        Terminated = "terminated",
        /// A fax is converted.
        Converting = "converting",
        /// A fax is sent up.
        Uploading = "uploading",
        /// A fax is sent out.
        Transmitting = "transmitting",
        /// A call back is for later.
        Scheduled = "scheduled",
        /// The participant put the conversation aside.
        Parked = "parked",
        /// Nothing is known.
        None = "none",
    }
}

/// Somebody's part in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// What kind the conversation is.
    pub media: MediaType,
    /// The conversation.
    pub conversation: String,
    /// The participant. An agent has another one in each conversation, and each time they join.
    pub participant: String,
}

impl Part {
    /// This participant of this conversation.
    #[must_use]
    pub fn new(
        media: MediaType,
        conversation: impl Into<String>,
        participant: impl Into<String>,
    ) -> Self {
        Self { media, conversation: conversation.into(), participant: participant.into() }
    }

    /// The path under the medium's own conversations, where it has some.
    pub(super) fn path(&self, what: &str) -> String {
        let media = match &self.media {
            MediaType::Video | MediaType::Workitem | MediaType::Other(_) => "",
            media => media.plural(),
        };
        let slash = if media.is_empty() { "" } else { "/" };
        let (id, who) = (escaped(&self.conversation), escaped(&self.participant));
        format!("/api/v2/conversations{slash}{media}/{id}/participants/{who}{what}")
    }

    /// The path under all conversations.
    pub(super) fn any_path(&self, what: &str) -> String {
        let (id, who) = (escaped(&self.conversation), escaped(&self.participant));
        format!("/api/v2/conversations/{id}/participants/{who}{what}")
    }
}

body! {
    /// What an agent notes when a contact is over.
    pub Wrapup {
        /// The wrap-up code.
        code: Option<String>,
        /// What it is called.
        name: Option<String>,
        /// What the agent says of the conversation.
        notes: Option<String>,
        /// Marks the agent gave.
        tags: Vec<String>,
        /// How long the wrap-up took the agent, in seconds.
        duration_seconds: Option<u32>,
        /// When the agent was done.
        end_time: Option<IsoTime>,
        /// Whether it is kept for later, and needs no code yet.
        provisional: Option<bool>,
    }
}

impl Wrapup {
    /// This code.
    #[must_use]
    pub fn code(code: impl Into<String>) -> Self {
        Self { code: Some(code.into()), ..Self::default() }
    }

    /// Wraps up one communication of a part: `POST .../communications/{communication}/wrapup`.
    #[must_use]
    pub fn request(&self, part: &Part, communication: &str) -> Request {
        let path = part.path(&format!("/communications/{}/wrapup", escaped(communication)));
        Request::new(Method::Post, path)
            .with_body(self)
            .with_permissions(&["conversation:participant:wrapup"])
    }
}

body! {
    /// Changes somebody's part in a conversation: `PATCH .../participants/{participant}`.
    ///
    /// ```
    /// use strowger_genesys::{MediaType, Part, PartUpdate};
    ///
    /// let part = Part::new(MediaType::Message, "c1", "p1");
    /// let request = PartUpdate::connected().request(&part)?;
    /// assert_eq!(request.path, "/api/v2/conversations/messages/c1/participants/p1");
    /// assert_eq!(request.body.unwrap().to_string(), r#"{"state":"connected"}"#);
    /// assert!(PartUpdate::muted(true).request(&part).is_err(), "a message is not heard");
    /// # Ok::<(), strowger::model::Invalid>(())
    /// ```
    pub PartUpdate {
        /// Where the participant stands now: connected or disconnected.
        state: Option<ParticipantState>,
        /// Whether the participant is on hold.
        held: Option<bool>,
        /// Whether the participant is not heard. Calls, call backs and video only.
        muted: Option<bool>,
        /// Whether the participant is recorded.
        recording: Option<bool>,
        /// Whether the participant hears nobody and nobody hears them.
        confined: Option<bool>,
        /// How the participant wraps up.
        wrapup: Option<Wrapup>,
        /// Whether the participant does not wrap up.
        wrapup_skipped: Option<bool>,
    }
}

impl PartUpdate {
    /// The participant takes part: they accept what alerts them.
    #[must_use]
    pub fn connected() -> Self {
        Self { state: Some(ParticipantState::Connected), ..Self::default() }
    }

    /// The participant leaves, or rejects what alerts them.
    #[must_use]
    pub fn disconnected() -> Self {
        Self { state: Some(ParticipantState::Disconnected), ..Self::default() }
    }

    /// The participant is on hold, or no more.
    #[must_use]
    pub fn held(held: bool) -> Self {
        Self { held: Some(held), ..Self::default() }
    }

    /// The participant is muted, or no more.
    #[must_use]
    pub fn muted(muted: bool) -> Self {
        Self { muted: Some(muted), ..Self::default() }
    }

    /// The participant wraps up with this.
    #[must_use]
    pub fn wrapup(wrapup: Wrapup) -> Self {
        Self { wrapup: Some(wrapup), ..Self::default() }
    }

    /// The request.
    ///
    /// # Errors
    /// A state that cannot be set, or `muted` where nobody is heard.
    pub fn request(&self, part: &Part) -> Result<Request, Invalid> {
        use ParticipantState::{Connected, Disconnected};
        if self.state.as_ref().is_some_and(|state| ![Connected, Disconnected].contains(state)) {
            return Err(Invalid::new("state", Problem::NotListed));
        }
        let heard = matches!(part.media, MediaType::Call | MediaType::Callback | MediaType::Video);
        if self.muted.is_some() && !heard {
            return Err(Invalid::new("muted", Problem::NotListed));
        }
        Ok(self.unchecked(part))
    }

    /// The request for what is possible as it stands.
    pub(super) fn unchecked(&self, part: &Part) -> Request {
        let any_of: &[&'static str] = &[
            "conversation:participant:wrapup",
            "conversation:call:record",
            "conversation:communication:disconnect",
            "conversation:email:park",
        ];
        let (any_of, _) = any_of.split_at(if part.media == MediaType::Email { 4 } else { 3 });
        Request::new(Method::Patch, part.path("")).with_body(self).with_permissions(any_of)
    }
}

body! {
    /// Puts a message or an e-mail aside, or takes it up again: `PATCH .../parkingstate`.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger_genesys::{MediaType, Parking, Part};
    ///
    /// let part = Part::new(MediaType::Email, "c1", "p1");
    /// let request = Parking::until(Some(Timestamp::from_millis(60_000))).request(&part)?;
    /// let body = r#"{"resumeTime":"1970-01-01T00:01:00.000Z","state":"parked"}"#;
    /// assert_eq!(request.body.unwrap().to_string(), body);
    /// assert_eq!(request.permissions, ["conversation:email:park"]);
    /// assert!(Parking::resumed().request(&Part::new(MediaType::Call, "c1", "p1")).is_err());
    /// # Ok::<(), strowger::model::Invalid>(())
    /// ```
    pub Parking {
        /// Parked or connected.
        state: Option<ParticipantState>,
        /// When it comes back by itself.
        resume_time: Option<IsoTime>,
    }
}

impl Parking {
    /// It is put aside, until then if a time is given.
    #[must_use]
    pub fn until(until: Option<Timestamp>) -> Self {
        let resume_time = until.map(IsoTime);
        Self { state: Some(ParticipantState::Parked), resume_time }
    }

    /// It is taken up again.
    #[must_use]
    pub const fn resumed() -> Self {
        Self { state: Some(ParticipantState::Connected), resume_time: None }
    }

    /// The request.
    ///
    /// # Errors
    /// Only messages and e-mails can be put aside; and no other state can be set.
    pub fn request(&self, part: &Part) -> Result<Request, Invalid> {
        use ParticipantState::{Connected, Parked};
        let permission = match part.media {
            MediaType::Message => "conversation:message:park",
            MediaType::Email => "conversation:email:park",
            _ => return Err(Invalid::new("media", Problem::NotListed)),
        };
        if !matches!(self.state, Some(Parked | Connected)) {
            return Err(Invalid::new("state", Problem::NotListed));
        }
        let request = Request::new(Method::Patch, part.path("/parkingstate")).with_body(self);
        Ok(request.with_permissions(&[permission]))
    }
}

body! {
    /// Sets attributes of a participant: `PATCH .../attributes`.
    pub PartAttributes {
        /// Names and values.
        attributes: BTreeMap<String, String>,
    }
}

impl PartAttributes {
    /// The request.
    #[must_use]
    pub fn request(&self, part: &Part) -> Request {
        Request::new(Method::Patch, part.any_path("/attributes")).with_body(self)
    }
}

body! {
    /// Changes what a waiting conversation asks for: `PATCH /routing/conversations/{id}`.
    pub RoutingData {
        /// How urgent it is: -25,000,000 to 25,000,000; a point is worth a minute in line.
        priority: Option<i32>,
        /// The skills it asks for; an empty list asks for none.
        skill_ids: Option<Vec<String>>,
        /// The language it asks for; an empty text asks for none.
        language_id: Option<String>,
        /// The label it counts under; an empty text: the usual one.
        label_id: Option<String>,
        /// Agents it would rather have.
        request_scored_agents: Option<Vec<ScoredAgent>>,
    }
}

impl RoutingData {
    /// The request.
    ///
    /// # Errors
    /// A priority or a score that is out of range.
    pub fn request(&self, conversation: &str) -> Result<Request, Invalid> {
        let most = i64::from(Priority::MAX.0);
        Invalid::range("priority", self.priority.unwrap_or(0), -most, most)?;
        for agent in self.request_scored_agents.iter().flatten() {
            Invalid::range("requestScoredAgents.score", agent.score, 0, 100)?;
        }
        let path = format!("/api/v2/routing/conversations/{}", escaped(conversation));
        Ok(Request::new(Method::Patch, path)
            .with_body(self)
            .with_permissions(&["routing:conversation:edit"]))
    }
}

/// A conversation as it is now: `GET /conversations/{id}`, answered with a
/// [`Conversation`](crate::Conversation).
#[must_use]
pub fn get_conversation(conversation: &str) -> Request {
    let path = format!("/api/v2/conversations/{}", escaped(conversation));
    Request::get(path).with_permissions(&["conversation:communication:view"])
}

/// Gives a waiting conversation to an agent by hand: `POST .../assign`.
#[must_use]
pub fn assign_conversation(media: &MediaType, conversation: &str, agent: &str) -> Request {
    let any_of: &[&'static str] = match media {
        MediaType::Call => &["conversation:call:pull", "conversation:call:assign"],
        MediaType::Callback => &["conversation:callback:pull", "conversation:callback:assign"],
        MediaType::Chat => &["conversation:webchat:pull", "conversation:webchat:assign"],
        MediaType::Email => &["conversation:email:pull", "conversation:email:assign"],
        MediaType::Message => &["conversation:message:pull", "conversation:message:assign"],
        MediaType::Video | MediaType::Workitem | MediaType::Other(_) => &[],
    };
    let path = format!("/api/v2/conversations/{}/assign", escaped(conversation));
    Request::new(Method::Post, path)
        .with_body(&UserId { id: agent.to_string() })
        .with_permissions(any_of)
}

/// Ends a conversation for everybody: `POST .../disconnect`.
#[must_use]
pub fn disconnect_conversation(conversation: &str) -> Request {
    let path = format!("/api/v2/conversations/{}/disconnect", escaped(conversation));
    Request::new(Method::Post, path).with_permissions(&["conversation:communication:disconnect"])
}
