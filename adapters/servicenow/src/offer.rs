//! Offering work at the desk: AWA Offer Work and AWA Manual Assignment.

use alloc::format;
use alloc::string::{String, ToString};

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use strowger::{Span, Timestamp};

use crate::loose;
use crate::request::Document;
use strowger_wire::{Method, Request, escaped};

/// What of auto-accepted work is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisplayOption {
    /// The card in the inbox.
    #[default]
    CardOnly,
    /// The card, and the record in a tab.
    CardAndTab,
}

/// To whom work is offered, and how.
///
/// ```
/// use strowger_servicenow::{Assignment, ClockFault};
/// use strowger::prelude::*;
///
/// let at = |secs: i64| Timestamp::from_millis(secs * 1_000);
/// let offer = Assignment::new("ana").open_from(at(30), Span::from_secs(30));
/// assert_eq!(offer.check(at(45)), Ok(()));
/// assert_eq!(offer.check(at(29)), Err(ClockFault::Future));
/// assert_eq!(offer.check(at(60)), Err(ClockFault::TooLate));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assignment {
    /// The agent: `sys_id` of the user.
    pub agent_sys_id: String,
    /// Whether the agent may reject it.
    #[serde(default = "yes", deserialize_with = "loose::flag")]
    pub allowed_to_decline: bool,
    /// Whether it is accepted in the agent's name at once; the timeout is ignored then.
    #[serde(default, deserialize_with = "loose::flag")]
    pub enable_auto_assign: bool,
    /// What is shown of auto-accepted work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_option: Option<DisplayOption>,
    /// How long it is open, in seconds; `None`: until it is answered.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "loose::number")]
    pub timeout: Option<u32>,
    /// Since when it is open, in UTC: `yyyy-MM-dd'T'HH:mm:ss.SSS`. Ignored without a timeout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_on: Option<String>,
    /// The presence state the agent is set to if it times out. Ignored without a timeout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_timeout_presence: Option<String>,
}

const fn yes() -> bool {
    true
}

/// An offer that ServiceNow would refuse because of its times. (Its description says the offer
/// must not be before the request, its error text that it must be before the present; the text is
/// followed.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ClockFault {
    /// It is offered later than now.
    #[error("offered later than now: the agent would have more time")]
    Future,
    /// Its time is over already.
    #[error("its time is over: the agent would have none")]
    TooLate,
    /// The time of the offer is not written as it must be.
    #[error("not in the form yyyy-MM-dd'T'HH:mm:ss.SSS")]
    Format,
}

impl Assignment {
    /// Open to this agent until they answer.
    #[must_use]
    pub fn new(agent: impl Into<String>) -> Self {
        Self {
            agent_sys_id: agent.into(),
            allowed_to_decline: true,
            enable_auto_assign: false,
            display_option: None,
            timeout: None,
            offered_on: None,
            after_timeout_presence: None,
        }
    }

    /// The same, open from an instant on for so long, in whole seconds: rounded down, so that
    /// the desk never takes an answer that is too late, but at least one.
    #[must_use]
    pub fn open_from(mut self, since: Timestamp, window: Span) -> Self {
        let secs = u32::try_from(window.as_millis() / 1_000).unwrap_or(u32::MAX);
        self.timeout = Some(secs.max(1));
        self.offered_on = since.to_string().strip_suffix('Z').map(ToString::to_string);
        self
    }

    /// The same, accepted in the agent's name at once.
    #[must_use]
    pub const fn auto_accepted(mut self, display: DisplayOption) -> Self {
        self.enable_auto_assign = true;
        self.display_option = Some(display);
        self
    }

    /// Whether ServiceNow takes it now: offered now or before, and not over.
    ///
    /// # Errors
    /// Which of its times is wrong.
    pub fn check(&self, now: Timestamp) -> Result<(), ClockFault> {
        let (Some(timeout), Some(offered_on)) = (self.timeout, &self.offered_on) else {
            return Ok(());
        };
        let offered_on = parse_offered_on(offered_on)?;
        match offered_on {
            _ if offered_on > now => Err(ClockFault::Future),
            _ if offered_on + Span::from_secs(timeout) <= now => Err(ClockFault::TooLate),
            _ => Ok(()),
        }
    }
}

/// An instant as offers name it.
///
/// # Errors
/// [`ClockFault::Format`].
pub fn parse_offered_on(text: &str) -> Result<Timestamp, ClockFault> {
    let parsed = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.3f");
    let whole = text.len() == "2024-04-03T23:09:31.000".len();
    let parsed = parsed.ok().filter(|_| whole).ok_or(ClockFault::Format)?;
    Ok(Timestamp::from(parsed.and_utc()))
}

/// What the countdown on the card shows: how much of the time is left.
///
/// ```
/// use strowger_servicenow::{parse_offered_on, remaining};
/// use strowger::prelude::*;
///
/// // Offered at 11:30:30 for 30 seconds; at 11:30:45 there are 15 left.
/// let offered_on = parse_offered_on("2024-04-03T11:30:30.000")?;
/// let now = parse_offered_on("2024-04-03T11:30:45.000")?;
/// assert_eq!(remaining(offered_on, 30, now), Span::from_secs(15));
/// # Ok::<(), strowger_servicenow::ClockFault>(())
/// ```
#[must_use]
pub fn remaining(offered_on: Timestamp, timeout_secs: u32, now: Timestamp) -> Span {
    (offered_on + Span::from_secs(timeout_secs)).since(now)
}

/// To whom work is transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetType {
    /// To an agent.
    Agent,
    /// To a queue.
    Queue,
}

/// How work is transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferType {
    /// It leaves its agent.
    Blind,
    /// Its agent asks somebody first, and keeps it until they hand it over.
    Consult,
}

/// A transfer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transfer {
    /// The queue it comes from.
    pub source_queue_id: String,
    /// The agent or the queue it goes to.
    pub target_id: String,
    /// Which of the two.
    pub target_type: TargetType,
    /// How.
    pub transfer_type: TransferType,
}

/// Offers or transfers what a document asks for: `POST .../offer`.
///
/// ```
/// use strowger_servicenow::{Assignment, Document, OfferWork};
///
/// let chat = Document::new("interaction", "59616aba87bd5210be070d48dabb35e6");
/// let offer = OfferWork::new("queue", Assignment::new("ana"));
/// let request = offer.request(&chat);
/// assert_eq!(
///     request.path,
///     "/api/now/awa/documents/interaction/59616aba87bd5210be070d48dabb35e6/offer"
/// );
/// assert_eq!(request.body.unwrap()["assignment"]["agent_sys_id"], "ana");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OfferWork {
    /// What the engine calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_segment_id: Option<String>,
    /// The queue: its `sys_id` or its provider queue id. Needed for a new assignment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_id: Option<String>,
    /// To whom it is offered. Needed for a new assignment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Assignment>,
    /// If it is a transfer: from where to where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
}

impl OfferWork {
    /// A new assignment.
    #[must_use]
    pub fn new(queue: impl Into<String>, assignment: Assignment) -> Self {
        Self { queue_id: Some(queue.into()), assignment: Some(assignment), ..Self::default() }
    }

    /// A transfer.
    #[must_use]
    pub fn transfer(transfer: Transfer) -> Self {
        Self { transfer: Some(transfer), ..Self::default() }
    }

    /// The request.
    #[must_use]
    pub fn request(&self, document: &Document) -> Request {
        let (table, sys_id) = (escaped(&document.table), escaped(&document.sys_id));
        let path = format!("/api/now/awa/documents/{table}/{sys_id}/offer");
        Request::new(Method::Post, path).with_body(self)
    }
}

/// Assigns a work item that is queued or offered and that nobody has:
/// `POST .../workitems/{work_item}/assignments`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ManualAssignment(pub Assignment);

impl ManualAssignment {
    /// The request.
    #[must_use]
    pub fn request(&self, work_item: &str) -> Request {
        let path = format!("/api/now/awa/workitems/{}/assignments", escaped(work_item));
        Request::new(Method::Post, path).with_body(self)
    }
}

/// The work item an offer made or changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OfferedItem {
    /// What its document is called, such as `Interaction: IMS0000221`.
    #[serde(default)]
    pub display_name: String,
    /// Its id.
    pub sys_id: String,
    /// Its document.
    pub document_id: String,
    /// The table of its document.
    pub document_table: String,
    /// Its queue.
    #[serde(default)]
    pub queue: String,
}

/// What an offer or an assignment is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OfferReply {
    /// The work item; of an assignment it is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_item: Option<OfferedItem>,
    /// Whether it was done.
    #[serde(deserialize_with = "loose::flag")]
    pub success: bool,
    /// What was done, or why it was not.
    pub message: String,
}
