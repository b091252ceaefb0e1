//! All conditions on events that anything defined has, as one list: they are counted as events
//! come, so that none is counted anew for each.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use crate::journey::criteria::EventCondition;
use crate::journey::definition::{ActionMap, Outcome, VisitorSegment};
use crate::journey::rows::{Definitions, JourneyRows};
use crate::journey::session::{Happening, VisitorSession};
use crate::journey::visit::VisitorEvent;

/// The place of something in the order of definition, and of its conditions in the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProgramPart<T> {
    pub(crate) place: usize,
    pub(crate) counted: Range<usize>,
    pub(crate) content: Arc<T>,
}

/// All conditions on events, in order of definition: segments, outcomes, action maps.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Program {
    conditions: Vec<EventCondition>,
    pub(crate) segments: Vec<ProgramPart<VisitorSegment>>,
    pub(crate) outcomes: Vec<ProgramPart<Outcome>>,
    pub(crate) maps: Vec<ProgramPart<ActionMap>>,
}

impl Program {
    pub(crate) fn of(rows: &JourneyRows) -> Self {
        let mut program = Self::default();
        program.segments = program.put(&rows.segments, |one| (one.active, &one.conditions.events));
        program.outcomes = program.put(&rows.outcomes, |one| (one.active, &one.conditions.events));
        program.maps = program.put(&rows.maps, |one| (one.active, &one.events));
        program
    }

    /// Puts the conditions of all that is defined of a kind and active into the list.
    fn put<T>(
        &mut self,
        all: &Definitions<T>,
        says: impl Fn(&T) -> (bool, &Vec<EventCondition>),
    ) -> Vec<ProgramPart<T>> {
        let mut parts = Vec::new();
        for (place, one) in all.0.iter().enumerate() {
            let (active, conditions) = says(&one.content);
            if active && !one.removed {
                let from = self.conditions.len();
                self.conditions.extend_from_slice(conditions);
                let counted = from..self.conditions.len();
                parts.push(ProgramPart { place, counted, content: one.content.clone() });
            }
        }
        parts
    }

    /// Counts an event of a session, or all of them anew if anything was defined since.
    pub(crate) fn tally(&self, defined: u64, session: &mut VisitorSession, event: &VisitorEvent) {
        let tallies = &mut session.tallies;
        if tallies.defined == defined {
            self.count(&mut tallies.counts, event);
            return;
        }
        (tallies.defined, tallies.counts) = (defined, self.counted(&session.events));
    }

    /// How often each condition holds in a session.
    pub(crate) fn counts<'a>(
        &self,
        defined: u64,
        session: &'a VisitorSession,
    ) -> alloc::borrow::Cow<'a, [u16]> {
        match session.tallies.defined == defined {
            true => (&session.tallies.counts[..]).into(),
            false => self.counted(&session.events).into(),
        }
    }

    fn counted(&self, events: &[crate::journey::session::SessionEvent]) -> Vec<u16> {
        let mut counts = Vec::new();
        if self.conditions.is_empty() {
            return counts;
        }
        for event in events {
            if let Happening::Did(event) = &event.what {
                self.count(&mut counts, event);
            }
        }
        counts
    }

    fn count(&self, counts: &mut Vec<u16>, event: &VisitorEvent) {
        for (place, condition) in self.conditions.iter().enumerate() {
            if condition.counts(event) {
                if counts.len() <= place {
                    counts.resize(self.conditions.len(), 0);
                }
                if let Some(count) = counts.get_mut(place) {
                    *count = count.saturating_add(1);
                }
            }
        }
    }

    /// True if the conditions at these places happened as often as they must.
    pub(crate) fn hold(&self, counted: &Range<usize>, counts: &[u16]) -> bool {
        counted.clone().all(|place| {
            let least = self.conditions.get(place).map_or(1, |condition| condition.at_least);
            counts.get(place).is_some_and(|count| *count >= least)
        })
    }
}
