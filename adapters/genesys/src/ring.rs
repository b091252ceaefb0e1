//! Bullseye rings as a relaxation.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Number, Value};

use crate::decimal::thousandths;
use crate::item::Reference;
use crate::left::{Left, WhyLeft};
use crate::words::body;
use strowger::Span;
use strowger::model::SkillId;
use strowger::model::{Invalid, Problem};
use strowger::model::{Relaxation, RelaxationStep};
use strowger::view::View;

body! {
    /// When work goes on to the next ring.
    pub Expansion {
        /// What is measured: `TIMEOUT_SECONDS`.
        type_of = "type": String,
        /// So many seconds.
        threshold: Option<Number>,
    }
}

body! {
    /// What is done as work goes on to the next ring.
    pub RingActions {
        /// Skills that no longer matter.
        skills_to_remove: Vec<Reference>,
    }
}

body! {
    /// A ring of agents.
    pub Ring {
        /// When work goes on to the next.
        expansion_criteria: Vec<Expansion>,
        /// What is done as it does.
        actions: RingActions,
        /// The groups whose members stand in it.
        member_groups: Vec<Value>,
    }
}

body! {
    /// Rings of agents, from the innermost: at most six.
    pub Bullseye {
        /// The rings.
        rings: Vec<Ring>,
    }
}

impl Ring {
    /// How long work stays in it before it goes on to the next.
    fn lasts(&self) -> Option<Span> {
        let timeout =
            self.expansion_criteria.iter().find(|one| one.type_of == "TIMEOUT_SECONDS")?;
        timeout.threshold.as_ref().and_then(thousandths).map(Span::from_millis)
    }
}

impl Bullseye {
    /// The steps from ring to ring, and what could not be taken over: the groups in rings (give
    /// the agents their [`ring`](strowger::model::Membership::ring)), and skills that are not
    /// defined. None
    /// if there is but one ring.
    pub(super) fn relaxation(
        &self,
        view: View<'_>,
        left: &mut Vec<Left>,
    ) -> Result<Option<Relaxation>, Invalid> {
        Invalid::length("bullseye.rings", self.rings.len(), 6)?;
        let (mut steps, mut after) = (Vec::new(), Span::ZERO);
        for (inner, ring) in (0_u8..).zip(&self.rings) {
            let field = |what: &str| format!("bullseye.rings.{inner}.{what}");
            if !ring.member_groups.is_empty() {
                left.push(Left::new(field("memberGroups"), WhyLeft::OfAgents));
            }
            let outer = inner.saturating_add(1);
            if usize::from(outer) >= self.rings.len() {
                break;
            }
            let problem = Invalid::new("bullseye.rings.expansionCriteria", Problem::Empty);
            let lasts = ring.lasts().filter(|lasts| !lasts.is_zero()).ok_or(problem)?;
            after = after.plus(lasts);
            let drop = skills(view, &ring.actions.skills_to_remove, &field("actions"), left);
            steps
                .push(RelaxationStep::default().with_after(after).with_drop(drop).with_ring(outer));
        }
        Ok((!steps.is_empty()).then(|| Relaxation::of(steps)))
    }
}

fn skills(view: View<'_>, named: &[Reference], field: &str, left: &mut Vec<Left>) -> Vec<SkillId> {
    let mut known = Vec::new();
    for skill in named {
        match view.skill_id(&skill.id) {
            Some(id) => known.push(id),
            None => {
                let field: String = format!("{field}.skillsToRemove.{}", skill.id);
                left.push(Left::new(field, WhyLeft::NotDefined));
            }
        }
    }
    known
}
