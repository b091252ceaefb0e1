//! What is wrong with a request by itself, and what it refers to.

use strowger::model::{
    Attributes, Callback, Entity, Invalid, Need, PoolId, Preferred, Priority, Problem, Relaxation,
    Requirement, Schedule, WorkChange, WorkRequest,
};
use strowger::{Key, Span, Timestamp};

pub(super) fn invalid(field: &'static str, problem: Problem) -> Invalid {
    Invalid::new(field, problem)
}

pub(super) fn range(
    field: &'static str,
    value: impl Into<i64>,
    min: i64,
    max: i64,
) -> Result<(), Invalid> {
    let value = value.into();
    if value < min || value > max {
        return Err(invalid(field, Problem::OutOfRange { min, max }));
    }
    Ok(())
}

fn length(field: &'static str, len: usize, max: u32) -> Result<(), Invalid> {
    if len > max as usize {
        return Err(invalid(field, Problem::TooLong { max }));
    }
    Ok(())
}

pub(super) fn key(field: &'static str, key: &Key) -> Result<(), Invalid> {
    if key.is_empty() {
        return Err(invalid(field, Problem::Empty));
    }
    length(field, key.len(), 200)
}

pub(super) fn request(request: &WorkRequest, now: Timestamp) -> Result<(), Invalid> {
    request.key.as_ref().map_or(Ok(()), |name| key("key", name))?;
    request.customer.as_ref().map_or(Ok(()), |name| key("customer", name))?;
    need(&request.need)?;
    priority(request.priority)?;
    range("size", request.size.unwrap_or(1), 1, 1_000_000)?;
    if request.origin.is_some_and(|origin| origin > now) {
        return Err(invalid("origin", Problem::Future));
    }
    if request.lifetime.is_some_and(|lifetime| lifetime.is_zero()) {
        return Err(invalid("lifetime", Problem::Empty));
    }
    request.preferred.as_ref().map_or(Ok(()), preferred)?;
    attributes(&request.attributes)?;
    length("attached", request.attached.len(), 1_000)?;
    request.relaxation.as_ref().map_or(Ok(()), relaxation)?;
    if request.objective.is_some_and(|objective| objective.is_zero()) {
        return Err(invalid("objective", Problem::Empty));
    }
    request.callback.map_or(Ok(()), callback)?;
    match request.schedule {
        Some(_) if request.origin.is_some() => return Err(invalid("origin", Problem::Fixed)),
        Some(Schedule { at: None, activation: false, .. }) => {
            return Err(invalid("schedule", Problem::Empty));
        }
        Some(_) | None => {}
    }
    pools(&request.pools)?;
    length("never_to", request.never_to.len(), 16)?;
    let mut once = request.never_to.clone();
    once.sort_unstable();
    once.dedup();
    match once.len() == request.never_to.len() {
        true => Ok(()),
        false => Err(invalid("never_to", Problem::Duplicate)),
    }
}

fn pools(pools: &[PoolId]) -> Result<(), Invalid> {
    length("pools", pools.len(), 8)?;
    for (n, pool) in pools.iter().enumerate() {
        if pools[..n].contains(pool) {
            return Err(invalid("pools", Problem::Duplicate));
        }
    }
    Ok(())
}

pub(super) fn callback(callback: Callback) -> Result<(), Invalid> {
    if callback.gap.is_zero() { Err(invalid("callback.gap", Problem::Empty)) } else { Ok(()) }
}

/// At most 16 steps, each later than the one before and the first not at the outset.
fn relaxation(relaxation: &Relaxation) -> Result<(), Invalid> {
    length("relaxation.steps", relaxation.steps.len(), 16)?;
    for (n, step) in relaxation.steps.iter().enumerate() {
        let before = if n == 0 { Span::ZERO } else { relaxation.steps[n - 1].after };
        if step.after <= before {
            return Err(invalid("relaxation.steps.after", Problem::Disordered));
        }
        if let Some(asked) = &step.need {
            need(asked)?;
            if !asked.expiring.is_empty() {
                return Err(invalid("relaxation.steps.need.expiring", Problem::Fixed));
            }
        }
        range("relaxation.steps.lower", step.lower, 0, 100)?;
        range("relaxation.steps.ring", step.ring.unwrap_or(0), 0, 15)?;
    }
    Ok(())
}

pub(super) fn change(change: &WorkChange) -> Result<(), Invalid> {
    if *change == WorkChange::default() {
        return Err(invalid("change", Problem::NoChange));
    }
    change.priority.map_or(Ok(()), priority)?;
    change.need.as_ref().map_or(Ok(()), need)?;
    for (field, span) in [("objective", change.objective), ("lifetime", change.lifetime)] {
        if span.is_some_and(|span| span.is_zero()) {
            return Err(invalid(field, Problem::Empty));
        }
    }
    if let Some(list) = &change.preferred
        && *list != Preferred::default()
    {
        preferred(list)?;
    }
    change.relaxation.as_ref().map_or(Ok(()), relaxation)?;
    change.pools.as_deref().map_or(Ok(()), pools)?;
    attributes(&change.attributes)?;
    length("attached", change.attached.len(), 1_000)
}

pub(super) fn priority(priority: Priority) -> Result<(), Invalid> {
    range("priority", priority.0, -25_000_000, 25_000_000)
}

pub(super) fn need(need: &Need) -> Result<(), Invalid> {
    let mut size = 0;
    tree(&need.requirement, 1, &mut size)?;
    for wish in &need.wishes {
        range("need.wishes.weight", wish.weight, 0, 10_000)?;
        tree(&wish.requirement, 1, &mut size)?;
    }
    length("need.expiring", need.expiring.len(), 16)?;
    for expiring in &need.expiring {
        if expiring.after.is_zero() {
            return Err(invalid("need.expiring.after", Problem::Empty));
        }
        tree(&expiring.requirement, 1, &mut size)?;
    }
    Ok(())
}

/// At most 16 deep, and 256 nodes in all.
fn tree(requirement: &Requirement, depth: u32, size: &mut u32) -> Result<(), Invalid> {
    *size += 1;
    if depth > 16 {
        return Err(invalid("need.requirement", Problem::TooDeep { max: 16 }));
    }
    if *size > 256 {
        return Err(invalid("need.requirement", Problem::TooLong { max: 256 }));
    }
    match requirement {
        Requirement::All(parts) | Requirement::Any(parts) => {
            for part in parts {
                tree(part, depth + 1, size)?;
            }
            Ok(())
        }
        Requirement::Not(part) => tree(part, depth + 1, size),
        Requirement::Skill { level, .. } => range("need.requirement.level", *level, 0, 100),
        Requirement::In { values, .. } => length("need.requirement.values", values.len(), 256),
        Requirement::Attribute { .. } | Requirement::Has { .. } => Ok(()),
        _ => unreachable!("this test does not know it"),
    }
}

fn preferred(preferred: &Preferred) -> Result<(), Invalid> {
    let field = "preferred.agents";
    if preferred.agents.is_empty() {
        return Err(invalid(field, Problem::Empty));
    }
    length(field, preferred.agents.len(), 100)?;
    range("preferred.steps", preferred.steps.len() as i64, 1, 6)?;
    for (n, listed) in preferred.agents.iter().enumerate() {
        range("preferred.agents.score", listed.score, 0, 100)?;
        let earlier = &preferred.agents[..n];
        if earlier.iter().any(|other| other.agent == listed.agent) {
            return Err(invalid(field, Problem::Duplicate));
        }
    }
    for step in &preferred.steps {
        range("preferred.steps.score_min", step.score_min, 0, 100)?;
        if step.wait.is_zero() {
            return Err(invalid("preferred.steps.wait", Problem::Empty));
        }
    }
    Ok(())
}

fn attributes(attributes: &Attributes) -> Result<(), Invalid> {
    length("attributes", attributes.len(), 100)?;
    for name in attributes.keys() {
        if name.is_empty() {
            return Err(invalid("attributes", Problem::Empty));
        }
        length("attributes", name.len(), 200)?;
    }
    Ok(())
}

/// Everything a request refers to, in the order of its fields.
pub(super) fn change_mentions(change: &WorkChange) -> Vec<Entity> {
    let mut names: Vec<_> = change.need.iter().flat_map(need_mentions).collect();
    let preferred = change.preferred.iter().flat_map(|list| &list.agents);
    names.extend(preferred.map(|listed| Entity::from(listed.agent)));
    for step in change.relaxation.iter().flat_map(|relaxation| &relaxation.steps) {
        names.extend(step.need.iter().flat_map(need_mentions));
        names.extend(step.drop.iter().map(|skill| Entity::from(*skill)));
    }
    names.extend(change.pools.iter().flatten().map(|pool| Entity::from(*pool)));
    names
}

pub(super) fn request_mentions(request: &WorkRequest) -> Vec<Entity> {
    let mut names = vec![request.queue.into(), request.channel.into()];
    names.extend(need_mentions(&request.need));
    let preferred = request.preferred.iter().flat_map(|list| &list.agents);
    names.extend(preferred.map(|listed| Entity::from(listed.agent)));
    for step in request.relaxation.iter().flat_map(|relaxation| &relaxation.steps) {
        names.extend(step.need.iter().flat_map(need_mentions));
        names.extend(step.drop.iter().map(|skill| Entity::from(*skill)));
    }
    names.extend(request.pools.iter().map(|pool| Entity::from(*pool)));
    names.extend(request.never_to.iter().map(|agent| Entity::from(*agent)));
    names
}

pub(super) fn need_mentions(need: &Need) -> Vec<Entity> {
    let mut names = Vec::new();
    skills(&need.requirement, &mut names);
    for wish in &need.wishes {
        skills(&wish.requirement, &mut names);
    }
    for expiring in &need.expiring {
        skills(&expiring.requirement, &mut names);
    }
    names
}

fn skills(requirement: &Requirement, names: &mut Vec<Entity>) {
    match requirement {
        Requirement::All(parts) | Requirement::Any(parts) => {
            parts.iter().for_each(|part| skills(part, names));
        }
        Requirement::Not(part) => skills(part, names),
        Requirement::Skill { skill, .. } => names.push((*skill).into()),
        Requirement::Attribute { .. } | Requirement::In { .. } | Requirement::Has { .. } => {}
        _ => unreachable!("this test does not know it"),
    }
}

/// The request as it reads after a change.
pub(super) fn changed(request: &WorkRequest, change: &WorkChange) -> WorkRequest {
    let mut changed = request.clone();
    if let Some(priority) = change.priority {
        changed.priority = priority;
    }
    if let Some(front) = change.front {
        changed.front = front;
    }
    if let Some(need) = &change.need {
        changed.need = need.clone();
    }
    if let Some(credit) = change.credit {
        changed.credit = credit;
    }
    if let Some(due) = change.due {
        changed.due = Some(due);
    }
    if let Some(objective) = change.objective {
        changed.objective = Some(objective);
    }
    if let Some(lifetime) = change.lifetime {
        changed.lifetime = Some(lifetime);
    }
    if let Some(list) = change.preferred.clone() {
        changed.preferred = if list.agents.is_empty() { None } else { Some(list) };
    }
    if let Some(steps) = change.relaxation.clone() {
        changed.relaxation = if steps.steps.is_empty() { None } else { Some(steps) };
    }
    if let Some(pools) = change.pools.clone() {
        changed.pools = pools;
    }
    changed.attributes.extend(change.attributes.clone());
    changed.attached.extend(change.attached.clone());
    changed
}
