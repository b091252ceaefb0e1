//! How much one call does: a bounded amount, and the next call goes on.

/// How much the call that is under way may still do, and whether one before it left something.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    /// So many deadlines may still fire, and so many offers be made.
    left: u32,
    /// True if a call ended before all was routed.
    behind: bool,
}

impl Pace {
    /// A call begins.
    pub(crate) const fn begin(&mut self, burst: u32) {
        self.left = burst;
    }

    /// True if a step is left.
    pub(crate) const fn may_step(self) -> bool {
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
    pub(crate) const fn is_behind(self) -> bool {
        self.behind
    }
}
