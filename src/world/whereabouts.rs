//! In which structures of its queue a piece of work is found that waits.

use crate::state::work::Stage;
use crate::world::rows::Work;

/// Where a piece of work is found that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    /// Among all that wait in its queue; not so if it is offered to fewer agents than it may.
    pub stays: bool,
    /// In a lane, for anybody.
    pub in_lane: bool,
    /// In the lines of the agents it waits for by name.
    pub named: bool,
}

impl Whereabouts {
    /// Where a piece of work is found, if it waits.
    #[must_use]
    pub(crate) fn of(work: &Work) -> Option<Self> {
        let (stays, in_line) = (work.stage == Stage::Queued, work.in_line());
        let named = work.step.is_some();
        let whereabouts = Self { stays, in_lane: in_line && !named, named: in_line && named };
        (stays || in_line).then_some(whereabouts)
    }

    /// True if the work waits in no lane: for an agent by name, or it pauses.
    pub(crate) const fn is_aside(self) -> bool {
        self.stays && !self.in_lane
    }

    /// True if the work is in a lane although it is offered.
    pub(crate) const fn is_offered(self) -> bool {
        self.in_lane && !self.stays
    }
}
