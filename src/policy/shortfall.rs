//! What is missing: why an agent does not meet a need, condition by condition.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::model::agent::AgentProfile;
use crate::model::attribute::Value;
use crate::model::need::{Evaluation, Need, Requirement};
use crate::policy::fit::{fits, holds};

/// Something that a need asks for and an agent does not have.
///
/// A path leads to it through the tree: the number of the part at each branch, from 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shortfall {
    /// A condition does not hold, or a negated one does.
    Condition {
        /// Where it stands in the tree.
        path: Vec<u16>,
        /// The condition.
        requirement: Requirement,
        /// The level or value that the agent has; none if the agent has none, or if several
        /// conditions are negated together.
        has: Option<Value>,
    },
    /// None of several alternatives holds.
    Alternatives {
        /// Where they stand in the tree.
        path: Vec<u16>,
        /// The shortfalls of each alternative. An agent who has all that one lacks meets them.
        each: Vec<Vec<Self>>,
    },
}

/// The shortfalls of an agent against a need, in the order of the tree; empty if the agent meets
/// it.
///
/// ```
/// use strowger::policy::shortfall::{Shortfall, shortfalls};
/// use strowger::prelude::*;
/// use strowger::model::{Comparison, SkillId};
///
/// let french = Requirement::skill(SkillId::from_raw(0), Comparison::AtLeast, 60);
/// let lacks = shortfalls(&Need::of(french.clone()), &AgentProfile::default());
/// assert_eq!(lacks, [Shortfall::Condition { path: vec![], requirement: french, has: None }]);
/// ```
#[must_use]
pub fn shortfalls(need: &Need, agent: &AgentProfile) -> Vec<Shortfall> {
    let mut found = Vec::new();
    if !fits(need, agent) {
        collect(&need.requirement, agent, &mut Vec::new(), &mut found);
    }
    found
}

fn collect(
    requirement: &Requirement,
    agent: &AgentProfile,
    path: &mut Vec<u16>,
    found: &mut Vec<Shortfall>,
) {
    if holds(requirement, agent) {
        return;
    }
    match requirement {
        Requirement::All(parts) => {
            for (number, part) in (0..).zip(parts) {
                path.push(number);
                collect(part, agent, path, found);
                path.pop();
            }
        }
        Requirement::Any(parts) => {
            let mut each = Vec::new();
            for (number, part) in (0..).zip(parts) {
                let mut lacks = Vec::new();
                path.push(number);
                collect(part, agent, path, &mut lacks);
                path.pop();
                each.push(lacks);
            }
            found.push(Shortfall::Alternatives { path: path.clone(), each });
        }
        Requirement::Not(_)
        | Requirement::Skill { .. }
        | Requirement::Attribute { .. }
        | Requirement::In { .. }
        | Requirement::Has { .. } => {
            let (requirement, has) = (requirement.clone(), own(requirement, agent));
            found.push(Shortfall::Condition { path: path.clone(), requirement, has });
        }
    }
}

/// The agent's own value that a single condition reads.
fn own(requirement: &Requirement, agent: &AgentProfile) -> Option<Value> {
    match requirement {
        Requirement::Skill { skill, .. } => {
            agent.skills.get(skill).map(|level| i64::from(*level).into())
        }
        Requirement::Attribute { name, .. }
        | Requirement::In { name, .. }
        | Requirement::Has { name, .. } => agent.attributes.get(&**name).cloned(),
        Requirement::Not(part) => own(part, agent),
        Requirement::All(_) | Requirement::Any(_) => None,
    }
}

/// The conditions of which a need asks for every single one, with their paths; none if it is not
/// evaluated so.
#[must_use]
pub fn mandatory(need: &Need) -> Vec<(Vec<u16>, &Requirement)> {
    fn flatten<'a>(
        requirement: &'a Requirement,
        path: &mut Vec<u16>,
        found: &mut Vec<(Vec<u16>, &'a Requirement)>,
    ) {
        match requirement {
            Requirement::All(parts) => {
                for (number, part) in (0..).zip(parts) {
                    path.push(number);
                    flatten(part, path, found);
                    path.pop();
                }
            }
            Requirement::Any(_)
            | Requirement::Not(_)
            | Requirement::Skill { .. }
            | Requirement::Attribute { .. }
            | Requirement::In { .. }
            | Requirement::Has { .. } => found.push((path.clone(), requirement)),
        }
    }
    let mut found = Vec::new();
    if need.evaluation == Evaluation::All {
        flatten(&need.requirement, &mut Vec::new(), &mut found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::SkillId;
    use crate::model::need::Comparison;
    use alloc::boxed::Box;
    use alloc::vec;

    fn skill(raw: u32, level: u8) -> Requirement {
        Requirement::skill(SkillId::from_raw(raw), Comparison::AtLeast, level)
    }

    fn agent() -> AgentProfile {
        AgentProfile { skills: [(SkillId::from_raw(0), 40)].into(), ..AgentProfile::default() }
    }

    #[test]
    fn every_alternative_says_what_is_missing_of_it() {
        let both = Requirement::All(vec![skill(0, 10), skill(1, 10), skill(2, 20)]);
        let need = Need::of(Requirement::All(vec![
            skill(0, 40),
            Requirement::Any(vec![skill(0, 60), both]),
        ]));
        let lacks = |path: &[u16], requirement, has: Option<i64>| Shortfall::Condition {
            path: path.to_vec(),
            requirement,
            has: has.map(Value::Number),
        };
        let first = vec![lacks(&[1, 0], skill(0, 60), Some(40))];
        let second =
            vec![lacks(&[1, 1, 1], skill(1, 10), None), lacks(&[1, 1, 2], skill(2, 20), None)];
        let alternatives = Shortfall::Alternatives { path: vec![1], each: vec![first, second] };
        assert_eq!(shortfalls(&need, &agent()), [alternatives]);
        assert_eq!(mandatory(&need).len(), 2);
    }

    #[test]
    fn a_negated_condition_falls_short_as_a_whole() {
        let not = Requirement::Not(Box::new(skill(0, 40)));
        let lacks = shortfalls(&Need::of(not.clone()), &agent());
        let has = Some(Value::Number(40));
        assert_eq!(lacks, [Shortfall::Condition { path: vec![], requirement: not, has }]);
        let never = Need::of(Requirement::Any(vec![]));
        let none = Shortfall::Alternatives { path: vec![], each: vec![] };
        assert_eq!(shortfalls(&never, &agent()), [none]);
    }

    #[test]
    fn who_meets_a_need_or_is_not_asked_to_lacks_nothing() {
        assert!(shortfalls(&Need::of(skill(0, 40)), &agent()).is_empty());
        let best = Need { evaluation: Evaluation::Best, ..Need::of(skill(0, 99)) };
        assert!(shortfalls(&best, &agent()).is_empty());
        assert!(mandatory(&best).is_empty());
    }
}
