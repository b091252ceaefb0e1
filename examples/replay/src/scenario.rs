//! The rules of a trace of another simulator, as they are written. What is not listed here is
//! refused, and not ignored.

use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub name: String,
    #[serde(rename = "description", default)]
    pub _description: String,
    pub types: usize,
    pub agents: usize,
    pub policy: Policy,
    pub rank_call_to_agent: Option<Vec<Vec<Level>>>,
    pub rank_agent_to_call: Option<Vec<Vec<Level>>>,
    /// By type, the agents in the order in which they are taken.
    pub agent_order_by_type: Option<Vec<Vec<usize>>>,
    /// By agent, the types in the order in which they are taken.
    pub type_order_by_agent: Option<Vec<Vec<usize>>>,
    pub weight_call_to_agent: Option<Vec<Vec<Number>>>,
    pub weight_agent_to_call: Option<Vec<Vec<Number>>>,
    pub min_wait_ms_agent_call: Option<Vec<Vec<Option<u64>>>>,
    #[serde(default)]
    pub rank_after_wait: Vec<AfterWait>,
    #[serde(default)]
    pub wait_credit: bool,
    pub service_multiplier_agent_call: Option<Vec<Vec<Number>>>,
    pub service_granularity_ms: Option<i64>,
    pub initial_staff: Option<Vec<u8>>,
    #[serde(default)]
    pub staff_changes: Vec<(i64, usize, u8)>,
}

/// How calls and agents are matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Policy {
    #[default]
    RankThenLongestIdle,
    OrderedAgentsLongestQueue,
    OrderedAgentsQueueOrder,
    OrderedAgentsFifo,
}

/// The ranks in force from this wait of a head on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AfterWait {
    pub after_wait_ms: u64,
    pub rank_agent_to_call: Vec<Vec<Level>>,
}

/// A rank as it is written: a number; `null` and `"inf"` stand for never.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Level {
    Finite(Number),
    Never(Never),
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Never {
    #[serde(rename = "inf")]
    Inf,
}

impl Level {
    /// The rank in thousandths, by which ranks are put in order.
    pub(crate) fn finite(self) -> Option<i64> {
        match self {
            Self::Finite(number) => Some(number.thousandths()),
            Self::Never(_) | Self::Null => None,
        }
    }
}

/// A number as it is written, of which thousandths count.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct Number(pub f64);

impl Number {
    pub(crate) fn thousandths(self) -> i64 {
        // A rank or a factor of a trace is small.
        (self.0 * 1_000.0).round() as i64
    }
}
