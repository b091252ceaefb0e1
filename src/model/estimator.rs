//! The formulas by which waits are estimated, by name.

use serde::{Deserialize, Serialize};

/// A formula for waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Estimator {
    /// The moving average of the waits of what was answered last. It is the same for everybody,
    /// whatever is ahead of them. None if nothing was answered yet.
    MovingAverage,
    /// (ahead + 1) / throughput of the window (Little, "A Proof for the Queuing Formula L = λW",
    /// 1961): the line moves as it did. What was answered or abandoned counts as throughput, for
    /// either shortens the line. None if there was none.
    LittlesLaw,
    /// Handle time x (ahead + 1) / staffed agents (Genesys Engage: expected wait time by position,
    /// handle time and agents). None if nobody is staffed or nothing was handled yet.
    Staffing,
    /// The expected delay of those who are delayed at all in a system M/M/c (Erlang, "Solution of
    /// some problems in the theory of probabilities of significance in automatic telephone
    /// exchanges", 1917): handle time / (staffed agents - offered load), where the load is the
    /// arrivals of the window x handle time. It is the same for everybody who waits, whatever is
    /// ahead of them. None if the load is no less than the agents, or if nothing arrived in the
    /// window or was handled yet.
    Erlang,
}

impl Estimator {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::MovingAverage, Self::LittlesLaw, Self::Staffing, Self::Erlang];

    /// The name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MovingAverage => "moving_average",
            Self::LittlesLaw => "littles_law",
            Self::Staffing => "staffing",
            Self::Erlang => "erlang",
        }
    }
}
