//! What a host decides itself, called with borrowed views.

use alloc::sync::Arc;
use core::fmt::Debug;

use crate::engine::view::{AgentView, WorkView};

/// The host's own measure of how well an agent suits a piece of work, for queues whose rule is
/// [`AgentChoice::Scored`](crate::AgentChoice::Scored). A predictive model, or anything else.
///
/// It is asked for every agent who could take the work, and must answer the same for the same
/// views: no clock, no chance. What it said of the agent who was chosen is in the fact, so a replay
/// of facts never asks it. A run of the same commands does, and needs the same scorer.
///
/// ```
/// use strowger::*;
///
/// /// Whoever had least today, as the host's own attribute says.
/// #[derive(Debug)]
/// struct FewestToday;
///
/// impl Scorer for FewestToday {
///     fn score(&self, _work: WorkView<'_>, agent: AgentView<'_>) -> i64 {
///         match agent.profile().attributes.get("today") {
///             Some(Value::Number(today)) => -today,
///             _ => 0,
///         }
///     }
/// }
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?.with_scorer(FewestToday);
/// let queue = QueueProfile { choice: AgentChoice::Scored, ..QueueProfile::default() };
/// engine.execute(now, Define::new("support", queue), &mut log)?;
/// # Ok::<(), Refusal>(())
/// ```
pub trait Scorer: Debug + Send + Sync {
    /// The score; the highest gets the work.
    fn score(&self, work: WorkView<'_>, agent: AgentView<'_>) -> i64;
}

/// What the host decides itself. Not part of the state: it is handed in anew after a restart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// The host's measure of agents.
    pub scorer: Option<Arc<dyn Scorer>>,
}
