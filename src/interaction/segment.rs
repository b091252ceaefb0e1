//! Who handled an interaction, from when to when, as what, and how much that is together.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::model::ids::{AgentId, QueueId};
use crate::state::leg::LegRole;

/// The part of somebody in the handling of an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// The virtual agent.
    VirtualAgent,
    /// Nobody: it stands in line, offered or not.
    InLine(QueueId),
    /// Its agent works on it.
    Active(AgentId),
    /// Its agent keeps the customer on hold.
    Held(AgentId),
    /// Its agent put it aside.
    Parked(AgentId),
    /// An agent wraps up: its last one, or one who gave it away.
    WrapUp(AgentId),
    /// An agent takes part beside its agent: a consult, a conference, a supervisor.
    Guest(AgentId, LegRole),
}

impl Part {
    /// The agent, if it is one.
    #[must_use]
    pub const fn agent(self) -> Option<AgentId> {
        match self {
            Self::VirtualAgent | Self::InLine(_) => None,
            Self::Active(agent)
            | Self::Held(agent)
            | Self::Parked(agent)
            | Self::WrapUp(agent)
            | Self::Guest(agent, _) => Some(agent),
        }
    }

    /// True if the interaction is in these hands. Of such parts there is at most one at a time;
    /// guests and agents who wrap up come beside it.
    #[must_use]
    pub const fn is_main(self) -> bool {
        !matches!(self, Self::WrapUp(_) | Self::Guest(..))
    }
}

/// A part with its time: `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Segment {
    /// The part, with the one who has it.
    pub part: Part,
    /// When it began.
    pub from: Timestamp,
    /// When it ended; `None`: it has not.
    pub to: Option<Timestamp>,
}

impl Segment {
    /// In these hands from then on, and until then.
    #[must_use]
    pub const fn new(part: Part, from: Timestamp, to: Option<Timestamp>) -> Self {
        Self { part, from, to }
    }
}

/// How long an interaction was in whose hands, all segments together.
///
/// ```
/// use strowger::interaction::{Part, Segment, Totals};
/// use strowger::prelude::*;
///
/// let at = Timestamp::from_millis;
/// let part = Part::Active(AgentId::from_raw(0));
/// let spell = |from, to| Segment::new(part, at(from), Some(at(to)));
/// let totals: Totals = [spell(0, 40_000), spell(60_000, 70_000)].iter().collect();
/// assert_eq!(totals.active, Span::from_secs(50));
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[non_exhaustive]
pub struct Totals {
    /// With the virtual agent.
    pub virtual_agent: Span,
    /// In line.
    pub in_line: Span,
    /// Worked on.
    pub active: Span,
    /// On hold.
    pub held: Span,
    /// Put aside.
    pub parked: Span,
    /// Wrapped up, by all agents together.
    pub wrap_up: Span,
    /// With agents beside its own, by all of them together.
    pub guests: Span,
}

impl Totals {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            virtual_agent: self.virtual_agent.plus(other.virtual_agent),
            in_line: self.in_line.plus(other.in_line),
            active: self.active.plus(other.active),
            held: self.held.plus(other.held),
            parked: self.parked.plus(other.parked),
            wrap_up: self.wrap_up.plus(other.wrap_up),
            guests: self.guests.plus(other.guests),
        }
    }

    fn add(&mut self, segment: &Segment) {
        let Some(to) = segment.to else { return };
        let sum = match segment.part {
            Part::VirtualAgent => &mut self.virtual_agent,
            Part::InLine(_) => &mut self.in_line,
            Part::Active(_) => &mut self.active,
            Part::Held(_) => &mut self.held,
            Part::Parked(_) => &mut self.parked,
            Part::WrapUp(_) => &mut self.wrap_up,
            Part::Guest(..) => &mut self.guests,
        };
        *sum = sum.plus(to.since(segment.from));
    }
}

impl<'a> FromIterator<&'a Segment> for Totals {
    fn from_iter<I: IntoIterator<Item = &'a Segment>>(segments: I) -> Self {
        let mut totals = Self::default();
        segments.into_iter().for_each(|segment| totals.add(segment));
        totals
    }
}

/// All segments of an interaction, and their sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SegmentTotals {
    open: Vec<Segment>,
    ended: Vec<Segment>,
    totals: Totals,
    /// Of the oldest segments only the sums are kept.
    #[serde(default)]
    forgotten: Totals,
}

impl SegmentTotals {
    /// Segments that ended, in the order in which they did.
    #[must_use]
    pub fn ended(&self) -> &[Segment] {
        &self.ended
    }

    /// Segments that have not ended, in the order in which they began.
    #[must_use]
    pub fn open(&self) -> &[Segment] {
        &self.open
    }

    /// The sums of all that ended.
    #[must_use]
    pub const fn totals(&self) -> Totals {
        self.totals
    }

    /// The sums of what is not kept piece by piece any more, because it was too much.
    #[must_use]
    pub const fn forgotten(&self) -> Totals {
        self.forgotten
    }

    /// The sums as they are if everything ended now.
    #[must_use]
    pub fn totals_at(&self, now: Timestamp) -> Totals {
        let mut totals = self.totals;
        self.open.iter().for_each(|segment| totals.add(&Segment { to: Some(now), ..*segment }));
        totals
    }

    /// In whose hands it is.
    #[must_use]
    pub fn main(&self) -> Option<Part> {
        self.open.iter().map(|segment| segment.part).find(|part| part.is_main())
    }

    /// Since when it is in these hands; long ago if it is in none.
    pub(crate) fn since(&self) -> Timestamp {
        let main = self.open.iter().find(|segment| segment.part.is_main());
        main.map_or(Timestamp::from_millis(i64::MIN), |segment| segment.from)
    }

    /// Begins a part. In the main hands it takes the place of whatever was there.
    pub(crate) fn begin(&mut self, part: Part, at: Timestamp, most: u32) {
        if part.is_main() {
            if self.main() == Some(part) {
                return;
            }
            self.end(at, most, Part::is_main);
        }
        self.open.push(Segment { part, from: at, to: None });
    }

    /// Takes over whatever ended in another.
    pub(crate) fn absorb(&mut self, other: &mut Self, most: u32) {
        let theirs = core::mem::take(&mut other.totals);
        self.totals = self.totals.plus(theirs);
        let theirs = core::mem::take(&mut other.forgotten);
        self.forgotten = self.forgotten.plus(theirs);
        self.ended.append(&mut other.ended);
        self.ended.sort_by_key(|segment| segment.to);
        self.forget(most);
    }

    /// Ends every open part that `which` picks.
    pub(crate) fn end(&mut self, at: Timestamp, most: u32, which: impl Fn(Part) -> bool) {
        let Self { open, ended, totals, .. } = self;
        open.retain(|segment| {
            let ends = which(segment.part);
            if ends {
                let to = Some(at.max(segment.from));
                let segment = Segment { to, ..*segment };
                totals.add(&segment);
                ended.push(segment);
            }
            !ends
        });
        self.forget(most);
    }

    /// Keeps so many, and of older ones the sums.
    fn forget(&mut self, most: u32) {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let surplus = self.ended.len().saturating_sub(most);
        self.ended.drain(..surplus).for_each(|segment| self.forgotten.add(&segment));
    }
}
