//! What an offer is like and what follows an answer that is not a yes.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::model::agent::AgentProfile;
use crate::model::channel::ChannelProfile;
use crate::model::ids::ChannelId;
use crate::model::queue::{Budget, QueueProfile, Tolerance};
use crate::model::reason::RejectReasonProfile;

/// How long an offer is open: what the queue says for the channel, else what the channel says.
#[must_use]
pub fn window(queue: &QueueProfile, id: ChannelId, channel: &ChannelProfile) -> Option<Span> {
    queue.offer_windows.get(&id).copied().unwrap_or(channel.offer_window)
}

/// True if an offer is accepted in the agent's name: as the request says, else if queue, channel or
/// agent say so.
#[must_use]
pub const fn auto_accept(
    request: Option<bool>,
    queue: &QueueProfile,
    channel: &ChannelProfile,
    agent: &AgentProfile,
) -> bool {
    match request {
        Some(wanted) => wanted,
        None => queue.auto_accept || channel.auto_accept || agent.auto_accept,
    }
}

/// The bar that keeps an agent from being asked for the same work again.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Bar {
    /// The agent may be asked at once.
    #[default]
    None,
    /// Not before this instant.
    Until(Timestamp),
    /// Not as long as the work lives.
    Always,
    /// Not as long as the agent stays on queue: not in this session of the agent.
    Session(u32),
}

impl Bar {
    /// True if the bar holds for an agent who is in this session now. [`Until`](Self::Until) ends
    /// at its very instant.
    #[must_use]
    pub fn bars(self, now: Timestamp, session: u32) -> bool {
        match self {
            Self::None => false,
            Self::Until(until) => now < until,
            Self::Always => true,
            Self::Session(barred) => session == barred,
        }
    }

    /// True if it bars nobody.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// True if only a change of the agent's own, or nothing, can end the bar.
    #[must_use]
    pub const fn is_lasting(self) -> bool {
        matches!(self, Self::Always | Self::Session(_))
    }
}

/// The bar after an agent rejected an offer in this session. An agent who gave neither a reason nor
/// a time to be asked again may be asked again at once. The longer of the two bars stands.
#[must_use]
pub fn bar_after_reject(
    reason: Option<&RejectReasonProfile>,
    retry_at: Option<Timestamp>,
    now: Timestamp,
    session: u32,
) -> Bar {
    let chosen = retry_at.filter(|at| *at > now);
    let Some(reason) = reason else {
        return chosen.map_or(Bar::None, Bar::Until);
    };
    match (reason.retry_after, reason.reassignable) {
        (Some(span), _) => Bar::Until((now + span).max(chosen.unwrap_or(now))),
        (None, true) => chosen.map_or(Bar::None, Bar::Until),
        (None, false) if reason.until_back => Bar::Session(session),
        (None, false) => Bar::Always,
    }
}

/// The bar of an agent who rejected or missed the same work `declines` times.
#[must_use]
pub fn bar_with_budget(bar: Bar, budget: Budget, declines: u8) -> Bar {
    match budget.per_agent {
        Some(most) if declines >= most => Bar::Always,
        Some(_) | None => bar,
    }
}

/// The last offers of an agent that were answered or missed, the latest in the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History(u32);

impl History {
    /// The history after one more offer.
    #[must_use]
    pub const fn with(self, missed: bool) -> Self {
        Self(self.0 << 1 | missed as u32)
    }

    /// True if there are more misses than are tolerated.
    #[must_use]
    pub fn exceeds(self, tolerance: Tolerance) -> bool {
        let window = u32::MAX >> (32 - u32::from(tolerance.offers.clamp(1, 32)));
        (self.0 & window).count_ones() >= u32::from(tolerance.misses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_misses_in_three_offers() {
        let tolerance = Tolerance { misses: 2, offers: 3 };
        let missed_once = History::default().with(true);
        assert!(!missed_once.exceeds(tolerance));
        assert!(missed_once.with(false).with(true).exceeds(tolerance));
        assert!(!missed_once.with(false).with(false).with(true).exceeds(tolerance));
        assert!(missed_once.exceeds(Tolerance::default()));
        assert!(missed_once.exceeds(Tolerance { misses: 1, offers: 32 }));
    }

    #[test]
    fn a_bar_ends_at_its_very_instant() {
        let bar = Bar::Until(Timestamp::from_millis(300));
        assert!(bar.bars(Timestamp::from_millis(299), 0));
        assert!(!bar.bars(Timestamp::from_millis(300), 0));
    }
}
