//! What interactions took, by queue and type, and by agent and type.

use alloc::vec::Vec;

use serde::Serialize;

use crate::base::time::Span;
use crate::model::ids::{AgentId, QueueId};

use crate::interaction::conversation::{FirstAnswers, Responses};
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

    fn add_all(&mut self, count: u32, total: Span) {
        self.count = self.count.saturating_add(u64::from(count));
        self.total = self.total.plus(total);
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
    /// How long customers waited for the first answer of a person, from the hand-off where there
    /// was one. Where the contact centre began and the customer never wrote there was none.
    pub first_response: Mean,
    /// How long they stood in queues.
    pub queue_wait: Mean,
    /// How long the virtual agent had those that it had.
    pub virtual_agent: Mean,
    /// How long it took persons from opening to closing, without the time the virtual agent had it.
    /// What it closed alone is left out.
    pub resolution: Mean,
    /// How long agents took to answer what was written. For what was written to the virtual agent
    /// they owe an answer from the hand-off on.
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
            virtual_agent: mean,
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

/// What closed interactions of one type say of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AgentReportRow {
    /// The agent.
    pub agent: AgentId,
    /// The type of the interactions.
    #[serde(rename = "type")]
    pub kind: InteractionType,
    /// How long they took, each time they got a conversation, to their first own answer. If they
    /// lost it without one, that is no sample.
    pub first_answer: Mean,
}

/// The measures of closed interactions. Those that were merged into another are none of their own:
/// the contact is counted once. A host collects them from the records, or from what was
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
    agents: Vec<AgentReportRow>,
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

    /// The rows of agents who answered, in order of agent and type.
    #[must_use]
    pub fn agents(&self) -> &[AgentReportRow] {
        &self.agents
    }

    /// The row of an agent and type, if the agent answered any of its interactions.
    #[must_use]
    pub fn of_agent(&self, agent: AgentId, kind: InteractionType) -> Option<&AgentReportRow> {
        self.agents.iter().find(|row| (row.agent, row.kind) == (agent, kind))
    }

    fn agent(&mut self, agent: AgentId, kind: InteractionType) -> Option<&mut AgentReportRow> {
        let place = self.agents.binary_search_by_key(&(agent, kind), |row| (row.agent, row.kind));
        let place = place.unwrap_or_else(|place| {
            let first_answer = Mean::default();
            self.agents.insert(place, AgentReportRow { agent, kind, first_answer });
            place
        });
        self.agents.get_mut(place)
    }

    fn row(&mut self, queue: Option<QueueId>, kind: InteractionType) -> Option<&mut ReportRow> {
        let place = self.rows.binary_search_by_key(&(queue, kind), |row| (row.queue, row.kind));
        let place = place.unwrap_or_else(|place| {
            self.rows.insert(place, ReportRow::new(queue, kind));
            place
        });
        self.rows.get_mut(place)
    }

    /// Adds an interaction, if it is closed and a customer's.
    pub fn add(&mut self, interaction: &Interaction) {
        // What was merged is counted where it went on.
        let counts = interaction.merged_into.is_none() && !interaction.is_internal();
        if interaction.closed.is_none() || !counts {
            return;
        }
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
        let with_machine = interaction.handling.totals().virtual_agent;
        if interaction.has_virtual_agent() || with_machine > Span::ZERO {
            row.virtual_agent.add(with_machine);
        }
        if let Some(resolution) = interaction.resolution() {
            row.resolution.add(resolution);
        }
        let Some(talk) = &interaction.conversation else { return };
        let Responses { count, total, .. } = talk.agent_responses;
        row.agent_response.add_all(count, total);
        for FirstAnswers { agent, count, total } in &talk.first_answers {
            if let Some(row) = self.agent(*agent, interaction.kind) {
                row.first_answer.add_all(*count, *total);
            }
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
