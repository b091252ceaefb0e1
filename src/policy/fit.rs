//! Who fits: requirement trees over skills and attributes, and scores.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::model::agent::AgentProfile;
use crate::model::attribute::{Attributes, Value};
use crate::model::ids::SkillId;
use crate::model::need::{Comparison, Evaluation, Need, Requirement};
use crate::model::skill::Proficiency;

/// True if an agent may have work with this need, as far as skills and attributes go.
#[must_use]
pub fn fits(need: &Need, agent: &AgentProfile) -> bool {
    fits_by(need, &agent.attributes, &|skill| agent.skills.get(&skill).copied())
}

/// The same of an agent whose levels are looked up in another way.
pub(crate) fn fits_by(
    need: &Need,
    attributes: &Attributes,
    level: &impl Fn(SkillId) -> Option<Proficiency>,
) -> bool {
    match need.evaluation {
        Evaluation::All => holds_by(&need.requirement, attributes, level),
        Evaluation::Best | Evaluation::None => true,
    }
}

/// True if a requirement holds for an agent. A skill or attribute the agent does not have satisfies
/// only `!=`, and `not` of a condition that it fails.
#[must_use]
pub fn holds(requirement: &Requirement, agent: &AgentProfile) -> bool {
    holds_by(requirement, &agent.attributes, &|skill| agent.skills.get(&skill).copied())
}

fn holds_by(
    requirement: &Requirement,
    attributes: &Attributes,
    level_of: &impl Fn(SkillId) -> Option<Proficiency>,
) -> bool {
    let holds = |part: &Requirement| holds_by(part, attributes, level_of);
    match requirement {
        Requirement::All(parts) => parts.iter().all(holds),
        Requirement::Any(parts) => parts.iter().any(holds),
        Requirement::Not(part) => !holds(part),
        Requirement::Skill { skill, is, level } => {
            compares(level_of(*skill).map(|own| own.cmp(level)), *is)
        }
        Requirement::Attribute { name, is, value } => {
            compares(attributes.get(&**name).and_then(|own| order(own, value)), *is)
        }
        Requirement::In { name, values } => {
            attributes.get(&**name).is_some_and(|own| values.contains(own))
        }
        Requirement::Has { name, value } => match attributes.get(&**name) {
            Some(Value::Many(texts)) => texts.contains(value),
            Some(Value::Number(_) | Value::Flag(_) | Value::Text(_)) | None => false,
        },
    }
}

/// Values of different types do not compare, as if one were missing.
pub(crate) fn order(own: &Value, wanted: &Value) -> Option<Ordering> {
    match (own, wanted) {
        (Value::Number(own), Value::Number(wanted)) => Some(own.cmp(wanted)),
        (Value::Flag(own), Value::Flag(wanted)) => Some(own.cmp(wanted)),
        (Value::Text(own), Value::Text(wanted)) => Some(own.cmp(wanted)),
        (Value::Many(own), Value::Many(wanted)) => Some(own.cmp(wanted)),
        (Value::Number(_) | Value::Flag(_) | Value::Text(_) | Value::Many(_), _) => None,
    }
}

pub(crate) fn compares(found: Option<Ordering>, is: Comparison) -> bool {
    match (found, is) {
        (None, is) => is == Comparison::NotEqual,
        (Some(order), Comparison::Equal) => order.is_eq(),
        (Some(order), Comparison::NotEqual) => order.is_ne(),
        (Some(order), Comparison::Less) => order.is_lt(),
        (Some(order), Comparison::AtMost) => order.is_le(),
        (Some(order), Comparison::More) => order.is_gt(),
        (Some(order), Comparison::AtLeast) => order.is_ge(),
    }
}

/// The skills a need names, each once; those under a `not` and those that must differ are not
/// named, for having them is no merit.
#[must_use]
pub fn named_skills(need: &Need) -> Vec<SkillId> {
    fn collect(requirement: &Requirement, named: &mut Vec<SkillId>) {
        match requirement {
            Requirement::All(parts) | Requirement::Any(parts) => {
                parts.iter().for_each(|part| collect(part, named));
            }
            Requirement::Skill { skill, is, .. } => {
                if *is != Comparison::NotEqual && !named.contains(skill) {
                    named.push(*skill);
                }
            }
            Requirement::Not(_)
            | Requirement::Attribute { .. }
            | Requirement::In { .. }
            | Requirement::Has { .. } => {}
        }
    }
    let mut named = Vec::new();
    collect(&need.requirement, &mut named);
    named
}

/// How well an agent suits a need: the sum of the agent's proficiencies in the named skills, plus
/// the weights of the wishes the agent meets.
#[must_use]
pub fn score(need: &Need, named: &[SkillId], agent: &AgentProfile) -> u32 {
    let skills = named.iter().filter_map(|skill| agent.skills.get(skill));
    let levels: u32 = skills.map(|level| u32::from(*level)).sum();
    let met = need.wishes.iter().filter(|wish| holds(&wish.requirement, agent));
    met.fold(levels, |sum, wish| sum.saturating_add(u32::from(wish.weight)))
}

/// How far an agent is from the levels a need asks for (`=` and `>=`). An exact match is 0. An
/// agent who only exceeds the levels is below a million, by how much in all. An agent who falls
/// short anywhere is at a million or more. A skill the agent does not have falls short by one more
/// than the level.
#[must_use]
pub fn distance(need: &Need, agent: &AgentProfile) -> u32 {
    fn add(requirement: &Requirement, agent: &AgentProfile, over: &mut u32, short: &mut u32) {
        match requirement {
            Requirement::All(parts) | Requirement::Any(parts) => {
                parts.iter().for_each(|part| add(part, agent, over, short));
            }
            Requirement::Skill { skill, is: Comparison::Equal | Comparison::AtLeast, level } => {
                match agent.skills.get(skill) {
                    Some(own) => {
                        *over += u32::from(own.saturating_sub(*level));
                        *short += u32::from(level.saturating_sub(*own));
                    }
                    None => *short += u32::from(*level) + 1,
                }
            }
            Requirement::Skill { .. }
            | Requirement::Not(_)
            | Requirement::Attribute { .. }
            | Requirement::In { .. }
            | Requirement::Has { .. } => {}
        }
    }
    let (mut over, mut short) = (0, 0);
    add(&need.requirement, agent, &mut over, &mut short);
    if short == 0 { over } else { 1_000_000 + short * 1_000 + over.min(999) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::boxed::Box;
    use alloc::vec;

    fn agent() -> AgentProfile {
        AgentProfile {
            skills: [(SkillId::from_raw(0), 60), (SkillId::from_raw(1), 0)].into(),
            attributes: [
                ("team".into(), Value::from("north")),
                ("floor".into(), Value::from(3)),
                ("langs".into(), Value::Many(["fr".into(), "de".into()].into())),
            ]
            .into(),
            ..AgentProfile::default()
        }
    }

    #[test]
    fn every_comparison_at_below_and_above_the_level() {
        use Comparison::{AtLeast, AtMost, Equal, Less, More, NotEqual};
        let skill = |is, level| Requirement::skill(SkillId::from_raw(0), is, level);
        for (is, below, at, above) in [
            (Equal, false, true, false),
            (NotEqual, true, false, true),
            (Less, false, false, true),
            (AtMost, false, true, true),
            (More, true, false, false),
            (AtLeast, true, true, false),
        ] {
            assert_eq!(holds(&skill(is, 59), &agent()), below, "{is:?} 59");
            assert_eq!(holds(&skill(is, 60), &agent()), at, "{is:?} 60");
            assert_eq!(holds(&skill(is, 61), &agent()), above, "{is:?} 61");
        }
    }

    #[test]
    fn what_is_missing_satisfies_only_unequal_and_not() {
        use Comparison::{AtLeast, AtMost, Equal, Less, More, NotEqual};
        let missing = |is| Requirement::skill(SkillId::from_raw(9), is, 0);
        for is in [Equal, Less, AtMost, More, AtLeast] {
            assert!(!holds(&missing(is), &agent()), "{is:?}");
            assert!(holds(&Requirement::Not(Box::new(missing(is))), &agent()), "not {is:?}");
            let attribute = Requirement::attribute("none", is, 0);
            assert!(!holds(&attribute, &agent()), "{is:?}");
        }
        assert!(holds(&missing(NotEqual), &agent()));
        assert!(holds(&Requirement::attribute("none", NotEqual, 0), &agent()));
        // A value of another type is as good as missing.
        assert!(!holds(&Requirement::attribute("team", Equal, 3), &agent()));
        assert!(holds(&Requirement::attribute("team", NotEqual, 3), &agent()));
        // Level 0 is still having the skill.
        assert!(holds(&Requirement::skill(SkillId::from_raw(1), AtLeast, 0), &agent()));
    }

    #[test]
    fn in_and_has_and_the_empty_trees() {
        let within = |values: Vec<Value>| Requirement::In { name: "floor".into(), values };
        assert!(holds(&within(vec![2.into(), 3.into()]), &agent()));
        assert!(!holds(&within(vec![]), &agent()));
        let has = |value: &str| Requirement::Has { name: "langs".into(), value: value.into() };
        assert!(holds(&has("fr"), &agent()) && !holds(&has("it"), &agent()));
        assert!(!holds(&Requirement::Has { name: "team".into(), value: "north".into() }, &agent()));
        assert!(holds(&Requirement::All(vec![]), &agent()));
        assert!(!holds(&Requirement::Any(vec![]), &agent()));
    }

    #[test]
    fn a_score_counts_each_named_skill_once_and_no_negated_one() {
        let french = SkillId::from_raw(0);
        let need = Need {
            requirement: Requirement::All(vec![
                Requirement::skill(french, Comparison::AtLeast, 40),
                Requirement::skill(french, Comparison::AtMost, 80),
                Requirement::Not(Box::new(Requirement::skill(
                    SkillId::from_raw(1),
                    Comparison::More,
                    5,
                ))),
            ]),
            wishes: vec![crate::model::need::Wish {
                requirement: Requirement::attribute("team", Comparison::Equal, "north"),
                weight: 7,
            }],
            ..Need::default()
        };
        let named = named_skills(&need);
        assert_eq!(named, [french]);
        assert_eq!(score(&need, &named, &agent()), 67);
    }
}
