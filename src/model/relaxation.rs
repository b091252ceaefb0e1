//! How work comes to ask for less, and more agents to see it, the longer it waits.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::model::calendar::WaitClock;
use crate::model::ids::{Entity, SkillId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::need::Need;

/// The clock that steps of relaxation and conditions that expire run on.
///
/// It runs on while work is offered, but no open offer is recalled: what falls due meanwhile takes
/// effect as the work is back in line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RelaxationClock {
    /// Since it entered its queue; starts anew with every stay in a line (Genesys Cloud: bullseye
    /// rings).
    #[default]
    InQueue,
    /// Since its real start, through all queues (Twilio: workflow steps run on the age of the
    /// task). In another queue it goes through what is overdue at once.
    Age,
    /// Since it was first offered to anybody; before that nothing is relaxed.
    FirstOffer,
}

growing! {
    /// One step: from `after` on the work asks for less, or more agents see it. Steps add up.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct RelaxationStep {
        /// When it begins, on the clock of the relaxation.
        pub after: Span => with_after,
        /// The work's need from now on, in place of all before. `None`: what it asked for, with the
        /// changes that follow.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub need: Option<Need> => with_need(into),
        /// Skills that no longer matter (Genesys Cloud: skills to remove; Salesforce: additional
        /// skills that are dropped).
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub drop: Vec<SkillId> => with_drop(each SkillId),
        /// By how much the least levels asked for are lowered: 0 to 100.
        #[serde(skip_serializing_if = "is_zero")]
        pub lower: u8 => with_lower,
        /// The widest ring of agents who see it from now on: 0 to 15 (Genesys Cloud: bullseye;
        /// ServiceNow: eligibility pools).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub ring: Option<u8> => with_ring(into),
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
const fn is_zero(number: &u8) -> bool {
    *number == 0
}

growing! {
    /// Steps by which work becomes easier to place.
    ///
    /// At first only members in ring 0 of its queue see the work; a step may widen that. Work
    /// without a relaxation is seen by all rings but those that an
    /// [`OverflowAction::AlsoOffer`](crate::model::OverflowAction::AlsoOffer) of its queue opens.
    /// Members of an inner ring come before those of an outer one.
    ///
    /// ```
    /// use strowger::model::{Relaxation, RelaxationStep, SkillId};
    /// use strowger::prelude::*;
    ///
    /// let billing = SkillId::from_raw(1);
    /// let bullseye = Relaxation::of([
    ///     RelaxationStep::default()
    ///         .with_after(Span::from_secs(30))
    ///         .with_drop([billing])
    ///         .with_ring(1),
    ///     RelaxationStep::default().with_after(Span::from_secs(50)).with_ring(2),
    /// ]);
    /// assert_eq!(bullseye.steps.len(), 2);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Relaxation {
        /// The clock by which the steps begin.
        pub clock: RelaxationClock => with_clock,
        /// Which time passes on the clock. `None`: that which the work's queue counts
        /// ([`QueueProfile::counts`](crate::model::QueueProfile::counts)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub counts: Option<WaitClock> => with_counts(into),
        /// The steps, at most 16, each later than the one before.
        pub steps: Vec<RelaxationStep> => with_steps(each RelaxationStep),
        /// True if a step is passed over at once when nobody who is on queue could take the work in
        /// it, and so is the time of a condition that expires. The later ones then come sooner by
        /// as much. It is evaluated as a step begins, and as the work enters a line.
        pub skip_empty: bool => with_skip_empty,
    }
}

impl Relaxation {
    /// The most steps there may be.
    pub const STEPS_MAX: u32 = 16;
    /// The outermost ring.
    pub const RING_MAX: u8 = 15;

    /// These steps, counted from the entry into the queue.
    #[must_use]
    pub fn of(steps: impl IntoIterator<Item = RelaxationStep>) -> Self {
        Self { steps: steps.into_iter().collect(), ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        Invalid::length("relaxation.steps", self.steps.len(), Self::STEPS_MAX)?;
        let mut last = Span::ZERO;
        for step in &self.steps {
            if step.after <= last {
                return Err(Invalid::new("relaxation.steps.after", Problem::Disordered));
            }
            last = step.after;
            if let Some(need) = &step.need {
                need.check()?;
                if !need.expiring.is_empty() {
                    return Err(Invalid::new("relaxation.steps.need.expiring", Problem::Fixed));
                }
            }
            Invalid::range("relaxation.steps.lower", step.lower, 0, 100)?;
            let ring = step.ring.unwrap_or(0);
            Invalid::range("relaxation.steps.ring", ring, 0, i64::from(Self::RING_MAX))?;
        }
        Ok(())
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        for step in &self.steps {
            step.need.iter().for_each(|need| need.mentions(name));
            step.drop.iter().for_each(|skill| name((*skill).into()));
        }
    }
}
