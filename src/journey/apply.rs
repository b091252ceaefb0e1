//! How a fact changes the rows. Nothing else does.

use crate::base::time::Timestamp;
use crate::fact::log::Seq;

use crate::journey::definition::JourneyDefinition;
use crate::journey::event::{JourneyEvent, JourneyFact};
use crate::journey::program::Program;
use crate::journey::store::JourneyStore;

/// A fact that does not fit the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JourneyMisfit {
    /// It names something that is not there, or is there already.
    #[error("it names something that is not there, or is there already")]
    NotThere,
    /// It is not the next one.
    #[error("it is not the next fact")]
    OutOfOrder,
    /// It names a state that cannot follow.
    #[error("it names a state that cannot follow")]
    Illegal,
}

/// The time and the number of a fact that is applied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated {
    /// The instant it counts from.
    pub(crate) at: Timestamp,
    pub(crate) seq: Seq,
}

pub(crate) type Fits = Result<(), JourneyMisfit>;

pub(crate) fn fits(done: bool) -> Fits {
    if done { Ok(()) } else { Err(JourneyMisfit::NotThere) }
}

impl JourneyStore {
    /// Makes the change a fact tells of.
    pub(crate) fn apply(&mut self, fact: &JourneyFact) -> Fits {
        if fact.seq != self.rows.seq.saturating_add(1) {
            return Err(JourneyMisfit::OutOfOrder);
        }
        self.change(&fact.event.event, Dated { at: fact.effective(), seq: fact.seq })?;
        self.rows.seq = fact.seq;
        Ok(())
    }

    fn change(&mut self, event: &JourneyEvent, when: Dated) -> Fits {
        match event {
            JourneyEvent::Configured(config) => {
                if self.rows.config.licensed != config.licensed {
                    self.rows.licence = when.seq;
                }
                let ephemeral = self.rows.config.ephemeral;
                self.rows.config = (**config).clone();
                if ephemeral != config.ephemeral {
                    let customers = self.rows.customers.sorted().into_iter();
                    let all: alloc::vec::Vec<_> = customers.map(|(id, _)| id).collect();
                    all.into_iter().for_each(|id| self.set_customer_deadlines(id));
                }
                Ok(())
            }
            JourneyEvent::Defined { .. }
            | JourneyEvent::Removed { .. }
            | JourneyEvent::CountsSet { .. } => self.change_definitions(event, when),
            JourneyEvent::SessionBegan { .. }
            | JourneyEvent::SessionEnded { .. }
            | JourneyEvent::Tracked { .. }
            | JourneyEvent::Left { .. }
            | JourneyEvent::SegmentAssigned { .. }
            | JourneyEvent::SegmentUnassigned { .. }
            | JourneyEvent::Scored { .. }
            | JourneyEvent::OutcomeAchieved { .. }
            | JourneyEvent::SessionArchived { .. }
            | JourneyEvent::SessionImported { .. } => self.change_sessions(event, when),
            JourneyEvent::Identified { .. }
            | JourneyEvent::Merged { .. }
            | JourneyEvent::Ambiguous { .. }
            | JourneyEvent::SignedOut { .. }
            | JourneyEvent::CustomerForgotten { .. }
            | JourneyEvent::CustomerErased { .. } => self.change_customers(event, when),
            JourneyEvent::Linked { .. }
            | JourneyEvent::Verified { .. }
            | JourneyEvent::Rang { .. }
            | JourneyEvent::InteractionOver { .. }
            | JourneyEvent::ConversationMoved { .. }
            | JourneyEvent::ConversationKept { .. } => self.change_talks(event, when),
            JourneyEvent::Blocked { .. }
            | JourneyEvent::Unqualified { .. }
            | JourneyEvent::Offered { .. }
            | JourneyEvent::CarriedOut { .. }
            | JourneyEvent::OfferChanged { .. } => self.change_offers(event, when),
        }
    }

    fn change_definitions(&mut self, event: &JourneyEvent, when: Dated) -> Fits {
        use crate::journey::definition::JourneyDefinitionKind;
        let (rows, seq) = (&mut self.rows, when.seq);
        let limits = rows.config.limits.clone();
        match event {
            JourneyEvent::Defined { key, version, definition } => match definition {
                JourneyDefinition::Segment(one) => {
                    rows.segments.set(key, *version, seq, (**one).clone(), limits.segments);
                }
                JourneyDefinition::Outcome(one) => {
                    rows.outcomes.set(key, *version, seq, (**one).clone(), limits.outcomes);
                }
                JourneyDefinition::ActionMap(one) => {
                    rows.maps.set(key, *version, seq, (**one).clone(), limits.action_maps);
                }
                JourneyDefinition::Target(one) => {
                    rows.targets.set(key, *version, seq, (**one).clone(), limits.targets);
                }
            },
            JourneyEvent::Removed { kind, key } => fits(match kind {
                JourneyDefinitionKind::Segment => rows.segments.remove(key, seq),
                JourneyDefinitionKind::Outcome => rows.outcomes.remove(key, seq),
                JourneyDefinitionKind::ActionMap => {
                    rows.turns.remove(key);
                    rows.maps.remove(key, seq)
                }
                JourneyDefinitionKind::Target => {
                    rows.counts.remove(key);
                    rows.targets.remove(key, seq)
                }
            })?,
            JourneyEvent::CountsSet { target, counts } => {
                fits(rows.targets.get(target).is_some())?;
                rows.counts.insert(target.clone(), *counts);
                return Ok(());
            }
            _ => {}
        }
        self.rows.defined = seq;
        self.index.program = Program::of(&self.rows);
        Ok(())
    }
}
