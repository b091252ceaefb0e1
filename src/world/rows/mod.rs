//! The rows: agents, queues, pools, work and offers as they are now.

pub(crate) mod agent;
mod arrival;
pub(crate) mod assignment;
mod inspecting;
pub(crate) mod offer;
pub(crate) mod queue;
mod waiting;
pub(crate) mod work;

pub(crate) use self::agent::Agent;
pub use self::assignment::Assignment;
pub(crate) use self::inspecting::{Inspecting, Places, Stay};
pub(crate) use self::offer::EndedOffer;
pub use self::offer::Offer;
pub(crate) use self::queue::{Pool, Queue};
pub(crate) use self::work::{EndedWork, Step, Work};
pub use crate::world::member::Member;
