//! A conversation as Genesys Cloud tells it, in either of its two forms.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use crate::assignment::AssignmentState;
use crate::conversation::{ParticipantState, Wrapup};
use crate::iso_time::IsoTime;
use crate::item::Reference;
use crate::media::MediaType;
use crate::words::body;
use strowger::model::Attached;

body! {
    /// What somebody does in a conversation by one medium.
    Communication {
        id: String,
        state: Option<ParticipantState>,
        held: bool,
        muted: bool,
        disconnect_type: Option<String>,
        connected_time: Option<IsoTime>,
        resume_time: Option<IsoTime>,
    }
}

body! {
    /// A participant in both forms at once. Where all media are told, what the participant does by
    /// each medium is in a list. Where one medium is told, it is the participant's own.
    Told {
        id: String,
        name: Option<String>,
        purpose: Option<String>,
        address: Option<String>,
        user: Option<Reference>,
        user_id: Option<String>,
        queue: Option<Reference>,
        queue_id: Option<String>,
        state: Option<ParticipantState>,
        held: bool,
        muted: bool,
        disconnect_type: Option<String>,
        connected_time: Option<IsoTime>,
        end_time: Option<IsoTime>,
        resume_time: Option<IsoTime>,
        wrapup_required: bool,
        wrapup: Option<Wrapup>,
        attributes: BTreeMap<String, String>,
        consult_participant_id: Option<String>,
        calls: Vec<Communication>,
        callbacks: Vec<Communication>,
        chats: Vec<Communication>,
        emails: Vec<Communication>,
        messages: Vec<Communication>,
        videos: Vec<Communication>,
    }
}

/// Somebody who takes part in a conversation, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Told")]
#[non_exhaustive]
pub struct Participant {
    /// The participant's id in this conversation.
    pub id: String,
    /// What the participant is called.
    pub name: Option<String>,
    /// As what they take part: `agent`, `user`, `customer`, `external`, `acd`, `ivr`, ...
    pub purpose: Option<String>,
    /// The participant's address.
    pub address: Option<String>,
    /// If the participant is an agent: which.
    pub user: Option<String>,
    /// The queue the participant came by, or stands for.
    pub queue: Option<String>,
    /// By what medium the participant takes part, where all are told.
    pub media: Option<MediaType>,
    /// What the participant does by that medium, where all are told.
    pub communication: Option<String>,
    /// Where the participant stands.
    pub state: Option<ParticipantState>,
    /// Whether the participant is on hold.
    pub held: bool,
    /// Whether the participant is muted.
    pub muted: bool,
    /// Why the participant left.
    pub disconnect_type: Option<String>,
    /// Since when the participant takes part.
    pub connected: Option<IsoTime>,
    /// Until when the participant took part.
    pub ended: Option<IsoTime>,
    /// When what the participant put aside comes back.
    pub resume: Option<IsoTime>,
    /// Whether the participant has to wrap up.
    pub wrapup_required: bool,
    /// How the participant wrapped up.
    pub wrapup: Option<Wrapup>,
    /// What is known of the participant and their contact.
    pub attributes: BTreeMap<String, String>,
    /// Who is consulted with the participant.
    pub consult: Option<String>,
}

impl From<Told> for Participant {
    fn from(told: Told) -> Self {
        let media = [
            (MediaType::Call, told.calls),
            (MediaType::Callback, told.callbacks),
            (MediaType::Chat, told.chats),
            (MediaType::Email, told.emails),
            (MediaType::Message, told.messages),
            (MediaType::Video, told.videos),
        ];
        let last = |(media, mut all): (MediaType, Vec<Communication>)| Some((media, all.pop()?));
        let (media, by) = media.into_iter().filter_map(last).next_back().unzip();
        let by = by.unwrap_or_default();
        let id = |one: Option<Reference>| one.map(|one| one.id);
        Self {
            id: told.id,
            name: told.name,
            purpose: told.purpose,
            address: told.address,
            user: told.user_id.or_else(|| id(told.user)),
            queue: told.queue_id.or_else(|| id(told.queue)),
            media,
            communication: Some(by.id).filter(|id| !id.is_empty()),
            state: told.state.or(by.state),
            held: told.held || by.held,
            muted: told.muted || by.muted,
            disconnect_type: told.disconnect_type.or(by.disconnect_type),
            connected: told.connected_time.or(by.connected_time),
            ended: told.end_time,
            resume: told.resume_time.or(by.resume_time),
            wrapup_required: told.wrapup_required,
            wrapup: told.wrapup,
            attributes: told.attributes,
            consult: told.consult_participant_id,
        }
    }
}

/// A conversation, and everybody who takes part in it or did.
///
/// ```
/// use strowger_genesys::Conversation;
///
/// let read = r#"{"id":"c1","participants":[
///     {"id":"p1","connectedTime":"2026-05-14T08:00:00.000Z","attributes":{"topic":"bill"}},
///     {"id":"p2","connectedTime":"2026-05-14T08:02:00.000Z","attributes":{"topic":"refund"}}]}"#;
/// let conversation: Conversation = serde_json::from_str(read)?;
/// // Who joined last has the last word.
/// assert_eq!(conversation.attributes()["topic"], "refund");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Conversation {
    /// Its id.
    pub id: String,
    /// Everybody.
    #[serde(deserialize_with = "crate::words::lenient")]
    pub participants: Vec<Participant>,
}

impl Conversation {
    /// What is known of it: the attributes of all participants. Of those that several have, the
    /// one of the last connected counts.
    #[must_use]
    pub fn attributes(&self) -> BTreeMap<&str, &str> {
        let mut all: Vec<_> = self.participants.iter().collect();
        all.sort_by_key(|participant| participant.connected);
        let attributes = all.into_iter().flat_map(|participant| &participant.attributes);
        attributes.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The same, to be attached to work.
    #[must_use]
    pub fn attached(&self) -> Attached {
        self.attributes().into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    /// Who came into it after somebody and is still there, if anybody is but customers: the queue
    /// or the agent it was sent to. The latest counts.
    #[must_use]
    pub fn who_follows(&self, who: &Participant) -> Option<&Participant> {
        let before = self.participants.iter().position(|one| one.id == who.id)?;
        self.participants.get(before..)?.iter().rfind(|one| {
            let sent_to = one.user.is_some() || one.queue.is_some();
            one.id != who.id && sent_to && !one.is_gone() && !one.is_customer()
        })
    }

    /// The latest part of an agent in it.
    #[must_use]
    pub fn part_of(&self, user: &str) -> Option<&Participant> {
        self.participants.iter().rfind(|participant| participant.user.as_deref() == Some(user))
    }
}

impl Participant {
    /// Where the participant's part says the work is, in the words of work items.
    #[must_use]
    pub fn assignment_state(&self) -> AssignmentState {
        match &self.state {
            Some(ParticipantState::Connected) if self.held => AssignmentState::Held,
            Some(ParticipantState::Connected) => AssignmentState::Connected,
            Some(ParticipantState::Parked) => AssignmentState::Parked,
            Some(ParticipantState::Alerting | ParticipantState::Offering) => {
                AssignmentState::Alerting
            }
            Some(ParticipantState::Disconnected | ParticipantState::Terminated) => {
                AssignmentState::Disconnected
            }
            Some(_) | None => AssignmentState::Unknown,
        }
    }

    /// Whether the participant took part and does no more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.assignment_state() == AssignmentState::Disconnected
    }

    /// Whether the participant is the customer.
    #[must_use]
    pub fn is_customer(&self) -> bool {
        matches!(self.purpose.as_deref(), Some("customer" | "external"))
    }
}
