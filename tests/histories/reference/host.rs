//! What the host of all histories decides itself, by numbers alone.

use strowger::host::Classified;
use strowger::model::{AgentId, Comparison, Need, Priority, QueueId, Requirement, SkillId, WorkId};

/// What the classifier says of work: nothing, what is possible, and what is not.
pub(crate) fn classified(work: WorkId) -> Option<Classified> {
    let number = work.raw() as u32;
    let said = Classified::default();
    match number % 5 {
        0 => None,
        1 => Some(said.with_priority(Priority((number % 3) as i32))),
        2 => Some(said.with_queue(QueueId::from_raw(number / 5 % 4))),
        3 => {
            let skill = SkillId::from_raw(number / 5 % 4);
            let requirement = Requirement::Skill { skill, is: Comparison::AtLeast, level: 40 };
            let need = Some(Need::default().with_requirement(requirement));
            Some(said.with_need(need).with_queue(QueueId::from_raw(number % 3)))
        }
        _ => Some(said.with_priority(Priority(25_000_001))),
    }
}

/// What the scorer says.
pub(crate) fn score(work: WorkId, agent: AgentId) -> i64 {
    (work.raw() as i64 * 7 + i64::from(agent.raw()) * 5) % 4 - 1
}
