//! The figures a floor is run by: a fold over facts alone.
//!
//! Knows counts, lengths of time and intervals: what queues and agents did, and what stands where
//! now. Knows nothing of the world's rows and never asks the engine: a journal of facts, from the
//! first on, is all it needs.

mod agents;
mod book;
pub(crate) mod config;
pub(crate) mod fold;
mod grid;
mod handling;
mod line;
pub(crate) mod measures;
pub(crate) mod now;
mod recent;
pub(crate) mod rows;
pub(crate) mod service_level;
mod standing;
mod sums;

pub use config::FiguresConfig;
pub use fold::{Figures, NotNext};
pub use measures::{Handling, InternalFlow, LineFlow, StatusTime};
pub use now::{AgentNow, ChannelNow, QueueNow, WithAgents};
pub use rows::{
    AgentPerformance, AgentQueueInterval, AgentTimelinePiece, ClosedFigures, CodeCount,
    PresenceTime, QueueInterval,
};
pub use service_level::{ServiceCounts, ServiceLevel};
