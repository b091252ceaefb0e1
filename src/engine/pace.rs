//! How much one call does: a bounded amount, and the next call goes on.

use alloc::vec::Vec;

use crate::fact::log::Cause;
use crate::model::ids::{QueueId, WorkId};

/// Work for which nobody seems to be left to ask. Layers above may say what becomes of it first.
#[derive(Clone, Debug)]
pub(crate) struct InVain {
    pub work: WorkId,
    /// The queue in which it was declined.
    pub queue: QueueId,
    /// True if all who were asked in one go are all there are.
    pub broadcast: bool,
    /// What led to the decline.
    pub cause: Cause,
}

/// How much the call that is under way may still do and has to judge, and whether one before it
/// left something.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    /// So many deadlines may still fire, and so many offers be made.
    left: u32,
    /// True if a call ended before all was routed.
    behind: bool,
    /// What was declined in vain in the present phase; nothing between two calls.
    in_vain: Vec<InVain>,
}

impl Pace {
    /// A call begins.
    #[inline]
    pub(crate) fn begin(&mut self, burst: u32) {
        self.left = burst;
        self.in_vain.clear();
    }

    /// True if a step is left.
    pub(crate) const fn may_step(&self) -> bool {
        self.left > 0
    }

    /// Takes one step, if one is left.
    pub(crate) const fn step(&mut self) -> bool {
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }

    /// Notes whether all was routed.
    pub(crate) const fn note_behind(&mut self, behind: bool) {
        self.behind = behind;
    }

    /// True if a call ended before all was routed.
    pub(crate) const fn is_behind(&self) -> bool {
        self.behind
    }

    /// Work was declined in vain, and is judged in the next phase.
    pub(crate) fn note_in_vain(&mut self, work: InVain) {
        self.in_vain.push(work);
    }

    /// Hands out what was declined in vain and is not judged yet.
    pub(crate) fn take_in_vain(&mut self) -> Vec<InVain> {
        core::mem::take(&mut self.in_vain)
    }

    /// Takes back the memory of what was handed out, for the next time.
    pub(crate) fn keep_memory(&mut self, handed_out: Vec<InVain>) {
        self.in_vain = handed_out;
    }

    /// True if something was declined in vain and is not judged yet.
    pub(crate) const fn has_in_vain(&self) -> bool {
        !self.in_vain.is_empty()
    }
}
