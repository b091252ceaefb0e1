//! What interactions took, queue by queue and type by type.

use alloc::vec::Vec;

use serde::Serialize;

use crate::base::time::Span;
use crate::model::ids::QueueId;

use crate::interaction::conversation::Responses;
use crate::interaction::record::Interaction;
use crate::interaction::state::{InteractionState, InteractionType};

/// A sum with the number of what is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mean {
    /// How many there were.
    pub count: u64,
    /// How long all of them took.
    pub total: Span,
}

impl Mean {
    fn add(&mut self, span: Span) {
        self.count = self.count.saturating_add(1);
        self.total = self.total.plus(span);
    }

    fn add_responses(&mut self, responses: Responses) {
        self.count = self.count.saturating_add(u64::from(responses.count));
        self.total = self.total.plus(responses.total);
    }

    /// How long one took on average.
    #[must_use]
    pub fn average(self) -> Option<Span> {
        self.total.as_millis().checked_div(self.count).map(Span::from_millis)
    }
}

/// The measures of closed interactions of one queue and type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReportRow {
    /// The queue they were in last; `None`: in none.
    pub queue: Option<QueueId>,
    /// Their type.
    #[serde(rename = "type")]
    pub kind: InteractionType,
    /// How many were closed.
    pub closed: u64,
    /// How many of these were abandoned.
    pub abandoned: u64,
    /// How long customers waited for the first answer. Where the contact centre began and the
    /// customer never wrote there was none.
    pub first_response: Mean,
    /// How long they stood in queues.
    pub queue_wait: Mean,
    /// How long it took from opening to closing.
    pub resolution: Mean,
    /// How long agents took to answer what was written.
    pub agent_response: Mean,
}

impl ReportRow {
    const fn new(queue: Option<QueueId>, kind: InteractionType) -> Self {
        let mean = Mean { count: 0, total: Span::ZERO };
        Self {
            queue,
            kind,
            closed: 0,
            abandoned: 0,
            first_response: mean,
            queue_wait: mean,
            resolution: mean,
            agent_response: mean,
        }
    }

    /// How many of a thousand that were closed were abandoned. Of what was offered to a queue it is
    /// [`ServiceCounts::abandonment_rate`](crate::figures::ServiceCounts::abandonment_rate).
    #[must_use]
    pub fn abandoned_of_closed(&self) -> Option<u64> {
        self.abandoned.saturating_mul(1_000).checked_div(self.closed)
    }
}

/// The measures of closed interactions. A host collects them from the records, or from what was
/// archived.
///
/// ```
/// use strowger::interaction::{Interaction, Report};
///
/// let closed: Vec<Interaction> = Vec::new();
/// let report: Report = closed.iter().collect();
/// assert!(report.rows().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    rows: Vec<ReportRow>,
}

impl Report {
    /// The rows, in order of queue and type.
    #[must_use]
    pub fn rows(&self) -> &[ReportRow] {
        &self.rows
    }

    /// The row of a queue and type, if any of its interactions were closed.
    #[must_use]
    pub fn of(&self, queue: Option<QueueId>, kind: InteractionType) -> Option<&ReportRow> {
        self.rows.iter().find(|row| (row.queue, row.kind) == (queue, kind))
    }

    fn row(&mut self, queue: Option<QueueId>, kind: InteractionType) -> Option<&mut ReportRow> {
        let place = self.rows.binary_search_by_key(&(queue, kind), |row| (row.queue, row.kind));
        let place = place.unwrap_or_else(|place| {
            self.rows.insert(place, ReportRow::new(queue, kind));
            place
        });
        self.rows.get_mut(place)
    }

    /// Adds an interaction, if it is closed.
    pub fn add(&mut self, interaction: &Interaction) {
        let Some(resolution) = interaction.resolution() else { return };
        let Some(row) = self.row(interaction.queue, interaction.kind) else { return };
        row.closed = row.closed.saturating_add(1);
        if interaction.state == InteractionState::ClosedAbandoned {
            row.abandoned = row.abandoned.saturating_add(1);
        }
        if let Some(wait) = interaction.first_response_wait {
            row.first_response.add(wait);
        }
        if interaction.asked {
            row.queue_wait.add(interaction.queue_wait());
        }
        row.resolution.add(resolution);
        if let Some(talk) = &interaction.conversation {
            row.agent_response.add_responses(talk.agent_responses);
        }
    }
}

impl<'a> FromIterator<&'a Interaction> for Report {
    fn from_iter<I: IntoIterator<Item = &'a Interaction>>(interactions: I) -> Self {
        let mut report = Self::default();
        interactions.into_iter().for_each(|interaction| report.add(interaction));
        report
    }
}
