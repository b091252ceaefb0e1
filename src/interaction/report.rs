//! What interactions took, queue by queue and type by type.

use alloc::collections::BTreeMap;

use serde::Serialize;

use crate::base::time::Span;
use crate::model::ids::QueueId;

use crate::interaction::conversation::Responses;
use crate::interaction::record::Interaction;
use crate::interaction::state::{InteractionState, InteractionType};

/// A sum with the number of what is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
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

/// What closed interactions of one queue and type took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReportRow {
    /// How many were closed.
    pub closed: u64,
    /// How many of these were abandoned.
    pub abandoned: u64,
    /// How long customers waited for the first answer.
    pub first_response: Mean,
    /// How long they stood in queues.
    pub queue_wait: Mean,
    /// How long it took from opening to closing.
    pub resolution: Mean,
    /// How long agents took to answer what was written.
    pub agent_response: Mean,
}

impl ReportRow {
    /// How many of a thousand were abandoned.
    #[must_use]
    pub fn abandon_rate(&self) -> Option<u64> {
        self.abandoned.saturating_mul(1_000).checked_div(self.closed)
    }
}

/// What closed interactions took. A host collects it from the records, or from what was archived.
///
/// ```
/// use strowger::interaction::{Interaction, Report};
///
/// let closed: Vec<Interaction> = Vec::new();
/// let report: Report = closed.iter().collect();
/// assert!(report.rows.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// By the queue it was in last, and type.
    pub rows: BTreeMap<(Option<QueueId>, InteractionType), ReportRow>,
}

impl Report {
    /// Adds an interaction, if it is closed.
    pub fn add(&mut self, interaction: &Interaction) {
        let Some(resolution) = interaction.resolution() else { return };
        let row = self.rows.entry((interaction.queue, interaction.kind)).or_default();
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
