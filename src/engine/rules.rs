//! What a host decides itself, called with borrowed views.

use alloc::sync::Arc;
use core::fmt::Debug;

use crate::base::growing::growing;
use crate::model::ids::QueueId;
use crate::model::need::Need;
use crate::model::priority::Priority;

use crate::engine::view::{AgentView, View, WorkView};

/// The host's own measure of how well an agent suits a piece of work, for queues whose rule is
/// [`AgentChoice::Scored`](crate::model::AgentChoice::Scored). A predictive model, or anything
/// else.
///
/// It is asked for every agent who could take the work, and must answer the same for the same
/// views: no clock, no chance. What it said of the agent who was chosen is in the fact, so a replay
/// of facts never asks it. A run of the same commands does, and needs the same scorer.
///
/// ```
/// use strowger::host::Scorer;
/// use strowger::model::{AgentChoice, Value};
/// use strowger::prelude::*;
/// use strowger::view::{AgentView, WorkView};
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
/// let queue = QueueProfile::default().with_choice(AgentChoice::Scored);
/// engine.execute(now, Define::new("support", queue), &mut log)?;
/// # Ok::<(), Refusal>(())
/// ```
pub trait Scorer: Debug + Send + Sync {
    /// The score; the highest gets the work.
    fn score(&self, work: WorkView<'_>, agent: AgentView<'_>) -> i64;
}

growing! {
    /// The classification of work by a [`Classifier`]; what is absent stays as it is.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Classified {
        /// The queue it goes to.
        pub queue: Option<QueueId> => with_queue(into),
        /// Its priority.
        pub priority: Option<Priority> => with_priority(into),
        /// The need of the work.
        pub need: Option<Need> => with_need(into),
    }
}

/// The host's own classification of work, for queues whose
/// [`Classification`](crate::model::Classification) asks the host (Azure Job Router: function rule;
/// Amazon Connect: Lambda in a flow).
///
/// It is asked as work comes to the queue, and when it is classified again. What it says is in the
/// fact, so a replay of facts never asks it. `None`, and a queue that is full or retired, leave the
/// work to the queue's rules.
///
/// ```
/// use strowger::host::{Classified, Classifier};
/// use strowger::model::Priority;
/// use strowger::prelude::*;
/// use strowger::view::{View, WorkView};
///
/// #[derive(Debug)]
/// struct Urgent;
///
/// impl Classifier for Urgent {
///     fn classify(&self, work: WorkView<'_>, _view: View<'_>) -> Option<Classified> {
///         let urgent = work.request().attached.get("text")?.contains("urgent");
///         urgent.then(|| Classified::default().with_priority(Priority(10)))
///     }
/// }
///
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
/// let engine = engine.with_classifier(Urgent);
/// # Ok::<(), Refusal>(())
/// ```
pub trait Classifier: Debug + Send + Sync {
    /// The classification of the work; `None` leaves it to the queue's rules.
    fn classify(&self, work: WorkView<'_>, view: View<'_>) -> Option<Classified>;
}

/// The host's own rules. They are not part of the state: the host hands them in anew after a
/// restart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// The host's measure of agents.
    pub scorer: Option<Arc<dyn Scorer>>,
    /// The host's classification of work.
    pub classifier: Option<Arc<dyn Classifier>>,
}
