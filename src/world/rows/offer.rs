//! Offers as they are now.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::fact::event::OfferedBy;
use crate::model::ids::{AgentId, WorkId};
use crate::policy::room::Claim;
use crate::state::offer::{OfferEnd, OfferState};

/// An open offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Offer {
    /// The work.
    pub work: WorkId,
    /// The agent.
    pub agent: AgentId,
    /// Where the offer is.
    pub state: OfferState,
    /// The claim of the offer on the agent's capacity.
    pub claim: Claim,
    /// When the offer was made.
    pub since: Timestamp,
    /// The party that chose the agent: routing, or somebody by hand.
    pub by: OfferedBy,
}

/// An offer that is over, as long as it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct EndedOffer {
    /// How it ended.
    pub end: OfferEnd,
    /// The agent to whom it was made.
    pub agent: AgentId,
}
