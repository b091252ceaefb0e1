//! What work asks for by now, and which rings see it.
//!
//! All of it is a function of what was asked for at first and of one number: the last point on the
//! clock that the work is past.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::base::time::Span;
use crate::model::ids::SkillId;
use crate::model::need::{Comparison, Need, Requirement};
use crate::model::relaxation::{Relaxation, RelaxationStep};

/// The next point on the clock at which something changes, after one that is past.
#[must_use]
pub fn next_point(need: &Need, relaxation: Option<&Relaxation>, past: Span) -> Option<Span> {
    let expiring = need.expiring.iter().map(|expiring| expiring.after);
    let steps = relaxation.into_iter().flat_map(|relaxation| &relaxation.steps);
    expiring.chain(steps.map(|step| step.after)).filter(|point| *point > past).min()
}

/// The widest ring that the steps have opened; nothing without a relaxation.
#[must_use]
pub fn ring(relaxation: Option<&Relaxation>, past: Span) -> Option<u8> {
    let rings = begun(relaxation?, past).filter_map(|step| step.ring);
    Some(rings.max().unwrap_or(0))
}

/// The need of the work, once it is past a point on its clock.
#[must_use]
pub fn need<'a>(need: &'a Need, relaxation: Option<&Relaxation>, past: Span) -> Cow<'a, Need> {
    let steps = || relaxation.into_iter().flat_map(|relaxation| begun(relaxation, past));
    if need.expiring.is_empty() && steps().next().is_none() {
        return Cow::Borrowed(need);
    }
    let mut now = need.clone();
    let lasting = now.expiring.drain(..).filter(|expiring| expiring.after > past);
    let mut parts: Vec<_> = lasting.map(|expiring| expiring.requirement).collect();
    if !parts.is_empty() {
        parts.insert(0, core::mem::take(&mut now.requirement));
        now.requirement = Requirement::All(parts);
    }
    for step in steps() {
        take(&mut now, step);
    }
    Cow::Owned(now)
}

/// Where a step of a relaxation stands (Amazon Connect: the status of a routing step).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepState {
    /// A later step has begun.
    Expired,
    /// It is the last that has begun.
    Active,
    /// It has not begun.
    ToCome,
}

/// All steps of a relaxation, once work is past a point on its clock: when each begins on that
/// clock, and where it stands. The first is what was asked for at first.
pub fn standing(
    relaxation: &Relaxation,
    past: Span,
) -> impl Iterator<Item = (Span, StepState)> + '_ {
    let last = begun(relaxation, past).count();
    let begins = core::iter::once(Span::ZERO).chain(relaxation.steps.iter().map(|s| s.after));
    begins.enumerate().map(move |(number, begin)| {
        let state = match number.cmp(&last) {
            Ordering::Less => StepState::Expired,
            Ordering::Equal => StepState::Active,
            Ordering::Greater => StepState::ToCome,
        };
        (begin, state)
    })
}

fn begun(relaxation: &Relaxation, past: Span) -> impl Iterator<Item = &RelaxationStep> {
    relaxation.steps.iter().take_while(move |step| step.after <= past)
}

fn take(now: &mut Need, step: &RelaxationStep) {
    if let Some(need) = &step.need {
        now.clone_from(need);
    }
    let requirement = core::mem::take(&mut now.requirement);
    now.requirement = without(requirement, &step.drop).unwrap_or_default();
    lower(&mut now.requirement, step.lower);
}

/// The requirement without its conditions on some skills; nothing if it always holds then.
///
/// Whatever hangs on a dropped condition is given up with it: an alternative of which one branch
/// is dropped, and the negation of it.
fn without(requirement: Requirement, dropped: &[SkillId]) -> Option<Requirement> {
    match requirement {
        Requirement::All(parts) => Some(Requirement::All(
            parts.into_iter().filter_map(|part| without(part, dropped)).collect(),
        )),
        Requirement::Any(parts) => {
            let before = parts.len();
            let kept: Vec<_> =
                parts.into_iter().filter_map(|part| without(part, dropped)).collect();
            (kept.len() == before).then_some(Requirement::Any(kept))
        }
        Requirement::Not(part) => {
            let mut named = false;
            part.mentions(&mut |entity| {
                named |= dropped.iter().any(|skill| entity == (*skill).into());
            });
            (!named).then_some(Requirement::Not(part))
        }
        Requirement::Skill { skill, .. } if dropped.contains(&skill) => None,
        Requirement::Skill { .. }
        | Requirement::Attribute { .. }
        | Requirement::In { .. }
        | Requirement::Has { .. } => Some(requirement),
    }
}

/// Lowers every least level, down to 0. What is under a `not` stays as it is.
fn lower(requirement: &mut Requirement, by: u8) {
    match requirement {
        Requirement::All(parts) | Requirement::Any(parts) => {
            parts.iter_mut().for_each(|part| lower(part, by));
        }
        Requirement::Skill { is: Comparison::AtLeast | Comparison::More, level, .. } => {
            *level = level.saturating_sub(by);
        }
        Requirement::Skill { .. }
        | Requirement::Not(_)
        | Requirement::Attribute { .. }
        | Requirement::In { .. }
        | Requirement::Has { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::need::Expiring;
    use alloc::boxed::Box;
    use alloc::vec;

    const FRENCH: SkillId = SkillId::from_raw(0);
    const SALES: SkillId = SkillId::from_raw(1);

    fn skill(skill: SkillId, level: u8) -> Requirement {
        Requirement::skill(skill, Comparison::AtLeast, level)
    }

    fn step(secs: u32) -> RelaxationStep {
        RelaxationStep { after: Span::from_secs(secs), ..RelaxationStep::default() }
    }

    #[test]
    fn conditions_expire_each_in_its_time_and_steps_add_up() {
        let asked = Need {
            requirement: Requirement::All(vec![skill(FRENCH, 60)]),
            expiring: vec![Expiring { requirement: skill(SALES, 10), after: Span::from_secs(20) }],
            ..Need::default()
        };
        let relaxation = Relaxation::of([
            RelaxationStep { lower: 30, ring: Some(1), ..step(10) },
            RelaxationStep { lower: 40, ..step(30) },
            RelaxationStep { drop: vec![FRENCH], ring: Some(3), ..step(40) },
        ]);
        let relaxation = Some(&relaxation);
        let at = |secs| {
            let past = Span::from_secs(secs);
            let widest = ring(relaxation, past).unwrap_or(99);
            (need(&asked, relaxation, past).into_owned().requirement, widest)
        };
        let base = |level| Requirement::All(vec![skill(FRENCH, level)]);
        let both = |level, sales| Requirement::All(vec![base(level), skill(SALES, sales)]);
        assert_eq!(at(0), (both(60, 10), 0));
        assert_eq!(at(10), (both(30, 0), 1));
        assert_eq!(at(20), (base(30), 1));
        assert_eq!(at(30), (base(0), 1));
        assert_eq!(at(40), (Requirement::All(vec![]), 3));
        let points: Vec<_> =
            core::iter::successors(Some(Span::ZERO), |past| next_point(&asked, relaxation, *past))
                .map(Span::as_millis)
                .collect();
        assert_eq!(points, [0, 10_000, 20_000, 30_000, 40_000]);
    }

    #[test]
    fn what_hangs_on_a_dropped_condition_is_given_up_with_it() {
        let drop = |requirement| without(requirement, &[FRENCH]);
        let or = Requirement::Any(vec![skill(FRENCH, 1), skill(SALES, 1)]);
        assert_eq!(drop(or), None);
        let not = Requirement::Not(Box::new(Requirement::All(vec![skill(FRENCH, 1)])));
        assert_eq!(drop(not), None);
        let other = Requirement::Not(Box::new(skill(SALES, 1)));
        assert_eq!(drop(other.clone()), Some(other));
    }

    #[test]
    fn without_a_relaxation_no_ring_is_closed() {
        assert_eq!(ring(None, Span::ZERO), None);
        assert_eq!(ring(Some(&Relaxation::default()), Span::ZERO), Some(0));
        assert!(matches!(need(&Need::default(), None, Span::ZERO), Cow::Borrowed(_)));
    }
}
