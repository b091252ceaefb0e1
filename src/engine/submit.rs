//! Deciding what work comes in, and what is said of it.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::base::time::Span;
use crate::command::commands::{ChangeWork, Submit, SubmitToAgent};
use crate::command::refusal::{LimitName, Refusal};
use crate::fact::event::{AssignedBy, Event, OfferedBy, StandIn};
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, WorkId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::queue::QueueProfile;
use crate::model::work::WorkRequest;
use crate::policy::relaxation;

use crate::engine::run::Run;
use crate::engine::turn::{Halted, Turn};
use crate::engine::waiting::Coming;
use crate::engine::{checks, classify, offering, overflow, prefer, relax, waiting};

impl Run for Submit {
    fn run(self, turn: &mut Turn<'_>) -> Result<WorkId, Refusal> {
        let Self(request) = self;
        if let Some(work) = submitted_before(turn, &request)? {
            return Ok(work);
        }
        turn.check_mentions(|name| request.mentions(name))?;
        request.check(turn.now)?;
        request.check_data(&turn.world.stores().config.limits)?;
        let work = check_admission(turn, &request, None)?;
        Ok(admit(turn, work, request, None)?)
    }
}

impl Run for SubmitToAgent {
    fn run(self, turn: &mut Turn<'_>) -> Result<WorkId, Refusal> {
        let Self { request, agent, force, wait } = self;
        if let Some(work) = submitted_before(turn, &request)? {
            return Ok(work);
        }
        turn.live::<AgentProfile>(agent)?;
        turn.check_mentions(|name| request.mentions(name))?;
        request.check(turn.now)?;
        request.check_data(&turn.world.stores().config.limits)?;
        if request.schedule.is_some() {
            return Err(Invalid::new("schedule", Problem::OutOfPlace).into());
        }
        wait.map_or(Ok(()), |wait| Invalid::some_time("wait", wait))?;
        if force {
            checks::not_offline(turn, agent)?;
            checks::may_be_assigned(turn, agent)?;
            let work = check_room(turn, &request, |_| Ok(()))?;
            turn.emit(Event::WorkSubmitted { work, request, stands_for: None })?;
            offering::give(turn, work, agent, AssignedBy::Force)?;
            return Ok(work);
        }
        let takes = checks::takes_new(turn, &request, agent)
            .and_then(|()| checks::may_be_offered(turn, agent));
        match (takes, wait) {
            (Ok(()), _) => {}
            (Err(refusal), None) => return Err(refusal),
            (Err(_), Some(wait)) => return submit_awaiting(turn, request, agent, wait),
        }
        let work = check_room(turn, &request, |_| Ok(()))?;
        turn.emit(Event::WorkSubmitted { work, request, stands_for: None })?;
        relax::pass_empty_steps(turn, work)?;
        offering::offer(turn, work, agent, OfferedBy::Assign)?;
        Ok(work)
    }
}

/// Work comes in as any does, and prefers one agent.
fn submit_awaiting(
    turn: &mut Turn<'_>,
    request: Arc<WorkRequest>,
    agent: AgentId,
    wait: Span,
) -> Result<WorkId, Refusal> {
    let change = prefer::by_hand(agent, wait);
    let changed = Arc::new(change.applied_to(&request));
    let work = check_admission(turn, &changed, None)?;
    let differs = changed != request;
    turn.emit(Event::WorkSubmitted { work, request, stands_for: None })?;
    if differs {
        turn.emit(Event::WorkChanged { work, change: Arc::new(change) })?;
    }
    enter(turn, work)?;
    Ok(work)
}

/// Refuses work that would wait where there is no room for it, or for which there is none at all;
/// the id it gets.
pub(crate) fn check_admission(
    turn: &Turn<'_>,
    request: &Arc<WorkRequest>,
    stands_for: Option<StandIn>,
) -> Result<WorkId, Refusal> {
    check_room(turn, request, |turn| match request.schedule {
        None => waiting::check(turn, request.queue, Coming::Submitted(request, stands_for)),
        Some(_) => Ok(()),
    })
}

/// Refuses work for which there is no room, in a line or at all; the id it gets.
fn check_room(
    turn: &Turn<'_>,
    request: &WorkRequest,
    check_line: impl FnOnce(&Turn<'_>) -> Result<(), Refusal>,
) -> Result<WorkId, Refusal> {
    let limits = &turn.world.stores().config.limits;
    let works = &turn.world.stores().works;
    let (limit, max) = (LimitName::OpenWork, limits.open_work);
    if works.len() >= max as usize {
        return Err(Refusal::Limit { limit, max });
    }
    let work = works.next_id().ok_or(Refusal::Limit { limit, max })?;
    check_all_data(turn, 0, request)?;
    check_line(turn)?;
    let profile = &turn.live::<QueueProfile>(request.queue)?.profile;
    check_needs(turn, request, profile, Span::ZERO)?;
    Ok(work)
}

/// Lets work in, of which everything is checked.
pub(crate) fn admit(
    turn: &mut Turn<'_>,
    work: WorkId,
    request: Arc<WorkRequest>,
    stands_for: Option<StandIn>,
) -> Result<WorkId, Halted> {
    turn.emit(Event::WorkSubmitted { work, request, stands_for })?;
    enter(turn, work)?;
    Ok(work)
}

/// Does what follows as work comes in.
fn enter(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    classify::classify(turn, work)?;
    overflow::enter(turn, work, None)
}

/// The open work that this very request made before. The key of other open work is taken; that of
/// closed work is free, whatever ended it.
fn submitted_before(turn: &Turn<'_>, request: &WorkRequest) -> Result<Option<WorkId>, Refusal> {
    let work = request.key.as_ref().and_then(|key| turn.world.index().keys.works.get(key));
    let open = work.and_then(|work| turn.world.work(work).ok().map(|row| (work, row)));
    match open {
        None => Ok(None),
        Some((work, row)) if **row.submitted() == *request => Ok(Some(work)),
        Some((work, _)) => Err(Refusal::KeyTaken { entity: work.into() }),
    }
}

/// Refuses data for which there is no room beside that of all other work. The work had so many
/// bytes before; whoever takes data away is not refused.
fn check_all_data(turn: &Turn<'_>, before: u64, request: &WorkRequest) -> Result<(), Refusal> {
    let (now, max) = (request.data_bytes(), turn.world.stores().config.limits.all_data_bytes);
    let others = turn.world.index().data_bytes.saturating_sub(before);
    match now > before && others.saturating_add(now) > max.into() {
        true => Err(Refusal::Limit { limit: LimitName::DataBytes, max }),
        false => Ok(()),
    }
}

/// Refuses a need that no open work has, when there are as many as may be. What the work comes to
/// ask for by steps and expiring conditions of its own counts from the start, for nothing can be
/// refused later; the steps of a queue are as many as its author wrote.
fn check_needs(
    turn: &Turn<'_>,
    request: &WorkRequest,
    queue: &QueueProfile,
    past: Span,
) -> Result<(), Refusal> {
    let (stores, index) = (turn.world.stores(), turn.world.index());
    let max = stores.config.limits.needs;
    let own = request.relaxation.is_some() || !request.need.expiring.is_empty();
    if !own && index.needs.in_use() < max as usize {
        return Ok(());
    }
    let steps = request.relaxation.as_ref().or(queue.relaxation.as_ref());
    let next = |past: &Span| relaxation::next_point(&request.need, steps, *past).filter(|_| own);
    let mut new = Vec::new();
    for point in core::iter::successors(Some(past), next) {
        let need = relaxation::need(&request.need, steps, point);
        let known = index.needs.id(&need).is_some_and(|id| stores.needs.uses(id) > 0);
        if !known && !new.contains(&need) {
            new.push(need);
        }
    }
    if new.is_empty() || index.needs.in_use().saturating_add(new.len()) <= max as usize {
        return Ok(());
    }
    Err(Refusal::Limit { limit: LimitName::Needs, max })
}

impl Run for ChangeWork {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, change } = self;
        turn.check_work_known(work)?;
        turn.check_mentions(|name| change.mentions(name))?;
        change.check()?;
        let row = turn.open_work(work)?;
        let (request, front) = (row.request.clone(), row.place.front);
        if change.moves() {
            checks::unowned(turn, work)?;
        }
        // What was offered reserved something of the pools as they were.
        if change.pools.is_some() && row.is_offered() {
            return Err(turn.wrong_stage(work));
        }
        // What stands for work draws on what that work draws on.
        if change.pools.is_some() && turn.world.stand_in(work).is_some() {
            return Err(Invalid::new("pools", Problem::Fixed).into());
        }
        let changed = change.applied_to(&request);
        changed.check_data(&turn.world.stores().config.limits)?;
        check_all_data(turn, request.data_bytes(), &changed)?;
        if change.need.is_some() || change.relaxation.is_some() {
            check_needs(turn, &changed, turn.queue_profile(row.queue)?, row.relaxed)?;
        }
        let stays = change.front.is_none_or(|wanted| wanted == front);
        if !stays || changed != *request {
            turn.emit(Event::WorkChanged { work, change: Arc::new(change) })?;
        }
        Ok(())
    }
}
