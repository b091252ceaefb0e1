//! The form of an interaction as values: *Details*, *Related tasks* and *User's interactions*.

use alloc::vec::Vec;

use serde::Serialize;

use crate::base::time::{Span, Timestamp};
use crate::model::ids::{AgentId, CodeId, QueueId};

use crate::interaction::ids::InteractionId;
use crate::interaction::profile::ProfileStore;
use crate::interaction::record::Interaction;
use crate::interaction::records::Records;
use crate::interaction::related::RelatedRecord;
use crate::interaction::state::{InteractionState, InteractionType, StateReason};
use crate::interaction::wrap_up::Colour;

/// The three tabs of an interaction's form. Everything that is shown is in it.
///
/// ```
/// use strowger::interaction::*;
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, RecordLog::default());
/// let mut records = Records::new(RecordConfig::default(), now, &mut log)?;
/// let opening = InteractionRequest::new(InteractionType::Chat).with_opened_for("jo");
/// let chat = records.execute(now, OpenInteraction::new(opening), &mut log)?;
/// let form = records.form(chat, now).unwrap();
/// assert_eq!(form.details.number, "IMS0000001");
/// assert!(form.details.short_description.required && !form.details.reason.visible);
/// # Ok::<(), RecordRefusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InteractionForm<'a> {
    /// The details of the interaction.
    pub details: Details<'a>,
    /// The records it is about, in the order in which they were related.
    pub related_tasks: &'a [RelatedRecord],
    /// The newest interactions of its customer that the records still hold, newest first, a
    /// [`PAGE`](Self::PAGE) at most; none of a guest. What was before is in
    /// [`Records::user_interactions`], what was archived the host's own store has.
    pub user_interactions: Vec<InteractionLine<'a>>,
    /// The interactions that are about it and are not archived, the oldest first: what colleagues
    /// were asked while it went on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about_it: Vec<InteractionLine<'a>>,
}

impl InteractionForm<'_> {
    /// How many interactions of a customer are shown at a time.
    pub const PAGE: usize = 25;
}

/// A field with what may be done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Field<T> {
    /// The value of the field.
    pub value: T,
    /// True if the field is shown.
    pub visible: bool,
    /// True if the field may be changed.
    pub editable: bool,
    /// True if the interaction cannot be saved or closed without the field.
    pub required: bool,
}

impl<T> Field<T> {
    const fn written(value: T, editable: bool, required: bool) -> Self {
        Self { value, visible: true, editable, required }
    }
}

/// The *Details* tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Details<'a> {
    /// Its number.
    pub number: &'a str,
    /// By what way they talk.
    #[serde(rename = "type")]
    pub kind: InteractionType,
    /// Its state.
    pub state: InteractionState,
    /// Why it is in this state: shown for messaging, and for what is closed.
    pub reason: Field<Option<StateReason>>,
    /// The customer; nobody: a guest.
    pub opened_for: Field<Option<&'a str>>,
    /// The agent who has it, or had it last.
    pub assigned_to: Option<AgentId>,
    /// The queue it is in, or was in last.
    pub queue: Option<QueueId>,
    /// How long agents worked on it.
    pub duration: Span,
    /// How long the customer waited for the first answer.
    pub wait_time: Option<Span>,
    /// How long it stood in queues.
    pub queue_wait: Span,
    /// The short description of the interaction.
    pub short_description: Field<&'a str>,
    /// The contact.
    pub contact: Field<Option<&'a str>>,
    /// The account.
    pub account: Field<Option<&'a str>>,
    /// The wrap-up under way.
    pub wrap_up: Option<WrapUpClock<'a>>,
    /// How long it was wrapped up.
    pub wrap_up_duration: Span,
}

/// The wrap-up as the agent who is in it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WrapUpClock<'a> {
    /// How much time is left, if it has a length and is shown.
    pub remaining: Option<Span>,
    /// The colour of that.
    pub colour: Option<Colour>,
    /// The codes the agent may give. If none is named, they may give any.
    pub codes: &'a [CodeId],
    /// The code the agent gave.
    pub code: Option<CodeId>,
}

/// One line of *User's interactions*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InteractionLine<'a> {
    /// The interaction.
    pub id: InteractionId,
    /// Its number.
    pub number: &'a str,
    /// By what way they talked.
    #[serde(rename = "type")]
    pub kind: InteractionType,
    /// Its state.
    pub state: InteractionState,
    /// The short description of the interaction.
    pub short_description: &'a str,
    /// When it was opened.
    pub opened: Timestamp,
    /// The records it is about.
    pub related_tasks: &'a [RelatedRecord],
}

impl<'a> Details<'a> {
    /// The details of an interaction, as it is at an instant.
    #[must_use]
    pub fn of(row: &'a Interaction, now: Timestamp) -> Self {
        let open = !row.state.is_closed();
        let totals = row.handling.totals_at(now);
        let messaging = row.kind == InteractionType::Messaging;
        let on_hold = row.state == InteractionState::OnHold;
        Self {
            number: &row.number,
            kind: row.kind,
            state: row.state,
            reason: Field {
                value: row.reason,
                visible: row.shows_reason(),
                editable: messaging && on_hold,
                required: false,
            },
            opened_for: Field::written(row.opened_for.as_deref(), open, false),
            assigned_to: row.assigned_to,
            queue: row.queue,
            duration: totals.active,
            wait_time: row.first_response_wait,
            queue_wait: totals.in_line,
            short_description: Field::written(&row.short_description, open, true),
            contact: Field::written(row.contact.as_deref(), open, false),
            account: Field::written(row.account.as_deref(), open, false),
            wrap_up: WrapUpClock::of(row, now),
            wrap_up_duration: row.wrap_up_duration(),
        }
    }
}

impl<'a> WrapUpClock<'a> {
    fn of(row: &'a Interaction, now: Timestamp) -> Option<Self> {
        let wrap_up = row.wrap_up.as_ref().filter(|_| row.state == InteractionState::WrapUp)?;
        let shown = wrap_up.rule.as_ref().is_none_or(|rule| rule.show);
        let codes = wrap_up.rule.as_ref().map(|rule| rule.codes.as_slice()).unwrap_or_default();
        Some(Self {
            remaining: wrap_up.remaining(now).filter(|_| shown),
            colour: wrap_up.colour(now).filter(|_| shown),
            codes,
            code: row.code,
        })
    }
}

impl<'a> From<&'a Interaction> for InteractionLine<'a> {
    fn from(row: &'a Interaction) -> Self {
        let Interaction { id, number, kind, state, short_description, opened, related, .. } = row;
        Self {
            id: *id,
            number,
            kind: *kind,
            state: *state,
            short_description,
            opened: *opened,
            related_tasks: related,
        }
    }
}

impl<P: ProfileStore> Records<P> {
    /// The form of an interaction, as it is at an instant.
    #[must_use]
    pub fn form(&self, id: InteractionId, now: Timestamp) -> Option<InteractionForm<'_>> {
        let row = self.interaction(id)?;
        Some(InteractionForm {
            details: Details::of(row, now),
            related_tasks: &row.related,
            user_interactions: self.newest_of_customer(row),
            about_it: self.about(id).map(InteractionLine::from).collect(),
        })
    }

    /// A page of a customer's interactions that the records still hold, newest first: those opened
    /// before one of them, such as the last of the page before; `None`: the newest. Archived ones
    /// the host's own store has.
    #[must_use]
    pub fn user_interactions(
        &self,
        customer: &str,
        before: Option<InteractionId>,
    ) -> Vec<InteractionLine<'_>> {
        let rows = self.of_customer_before(customer, before);
        rows.take(InteractionForm::PAGE).map(InteractionLine::from).collect()
    }

    /// The newest interactions of the customer of one of them.
    pub(crate) fn newest_of_customer(&self, row: &Interaction) -> Vec<InteractionLine<'_>> {
        let customer = row.opened_for.as_deref();
        customer.map(|customer| self.user_interactions(customer, None)).unwrap_or_default()
    }
}
