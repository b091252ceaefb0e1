//! Why a piece of work is where it is.

use alloc::vec::Vec;

use crate::model::ids::AgentId;
use crate::policy::shortfall::mandatory;
use crate::policy::{fit, relaxation};
use crate::state::machine::{Deadline, DeadlineKind};
use crate::state::work::Stage;

use crate::engine::explain::types::{Condition, Outlook, Passed, WorkExplanation};
use crate::engine::matching::case::{Case, Pair};
use crate::engine::matching::gate::Gate;
use crate::engine::matching::gates::passes;
use crate::engine::matching::queue::is_external;
use crate::engine::matching::{hope, item};
use crate::engine::view::View;

/// Why open work is where it is.
pub(crate) fn explain(case: Case<'_>) -> WorkExplanation {
    let agents = concerned(case);
    let staffed: Vec<_> = hope::staffed(case.matching, case.id, case.work).collect();
    let free = staffed.iter().filter_map(|agent| case.with(*agent)).filter(has_room);
    let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
    WorkExplanation {
        work: case.id,
        queue: case.work.queue,
        stands_for: case.matching.world.stand_in(case.id).map(|stand_in| stand_in.work),
        stage: case.work.stage,
        position: position(case),
        outlook: outlook(case),
        staffed: number(staffed.len()),
        free: number(free.count()),
        funnel: funnel(case, &agents),
        need: conditions(case, &agents),
        next: next(case),
    }
}

/// True if an agent could take the work now, as far as what they have goes.
fn has_room(pair: &Pair<'_>) -> bool {
    [Gate::Responding, Gate::Room, Gate::Assignments].iter().all(|gate| passes(*gate, *pair))
}

/// The agents the work may go to at present: those it waits for by name, or the members of its
/// queue.
fn concerned(case: Case<'_>) -> Vec<AgentId> {
    let mut agents: Vec<_> = if case.work.step.is_some() {
        case.work.preferred().map(|(agent, _)| agent).collect()
    } else {
        members(case).collect()
    };
    agents.sort_unstable();
    agents
}

fn members(case: Case<'_>) -> impl Iterator<Item = AgentId> + '_ {
    let line = case.matching.world.index().line(case.work.queue);
    line.into_iter().flat_map(move |line| line.members(case.work.request.channel).all())
}

fn position(case: Case<'_>) -> Option<u32> {
    let view = View::new(case.matching.world, case.matching.now);
    u32::try_from(view.work(case.id)?.position()?).ok()
}

fn funnel(case: Case<'_>, agents: &[AgentId]) -> Vec<Passed> {
    let mut left: Vec<Pair<'_>> = agents.iter().filter_map(|agent| case.with(*agent)).collect();
    let pass = |gate| {
        left.retain(|pair| passes(gate, *pair));
        Passed { gate, agents: u32::try_from(left.len()).unwrap_or(u32::MAX) }
    };
    Gate::FUNNEL.into_iter().map(pass).collect()
}

/// The conditions of the need, with how many of the agents fail each. Agents who are asked whatever
/// they can fail none.
fn conditions(case: Case<'_>, agents: &[AgentId]) -> Vec<Condition> {
    let world = case.matching.world;
    let Some(need) = world.stores().needs.get(case.work.need) else {
        return Vec::new();
    };
    let mut conditions: Vec<_> = mandatory(need)
        .into_iter()
        .map(|(path, requirement)| {
            let requirement = requirement.clone();
            Condition { path, requirement, fail: 0, fit_without: 0 }
        })
        .collect();
    for pair in agents.iter().filter_map(|agent| case.with(*agent)) {
        let Ok(profile) = world.agent_profile(pair.agent) else {
            continue;
        };
        let waived = pair.right.waiver().need;
        let fails = |condition: &Condition| !waived && !fit::holds(&condition.requirement, profile);
        let failed = conditions.iter().filter(|condition| fails(condition)).count();
        for condition in &mut conditions {
            let own = fails(condition);
            condition.fail += u32::from(own);
            condition.fit_without += u32::from(failed == usize::from(own));
        }
    }
    conditions
}

/// When something is due for the work, or for the agent who has it: an offer runs out, a wrap-up
/// ends.
fn next(case: Case<'_>) -> Option<Deadline> {
    let world = case.matching.world;
    let alerting = || {
        let at = case.alerts_until()?;
        Some(Deadline { at, kind: DeadlineKind::OfferWindow })
    };
    let owner = || {
        let owner = world.agent(case.work.stage.owner()?).ok()?;
        owner.assignment(case.id)?.state.deadline()
    };
    let own = world.work_deadline(case.id).into_iter().chain(world.reveal_deadline(case.id));
    own.min().or_else(alerting).or_else(owner)
}

/// The outlook of work, among the members and all whom the work asks for by name.
fn outlook(case: Case<'_>) -> Outlook {
    if case.work.stage != Stage::Queued {
        return Outlook::NotWaiting;
    }
    if is_external(case.queue) {
        return Outlook::External;
    }
    let is_there = |pair: &Pair<'_>| {
        let channel = case.work.request.channel;
        let kept_out = item::is_kept_out(case.matching, case.id, case.work, pair.agent);
        hope::is_there(case.matching, pair.agent, channel) && !kept_out
    };
    let (able, unfit): (Vec<_>, Vec<_>) = hopes(case)
        .into_iter()
        .filter_map(|agent| case.with(agent))
        .filter(|pair| passes(Gate::Member, *pair))
        .partition(|pair| passes(Gate::Need, *pair));
    match (able.as_slice(), unfit.as_slice()) {
        ([], []) => Outlook::NoMembers,
        ([], unfit) => Outlook::NobodyFits { until: somebody_fits_from(case, unfit) },
        (able, _) if able.iter().any(is_there) => Outlook::Staffed,
        (_, _) => Outlook::NobodyOnQueue,
    }
}

/// The members, and all whom the work asks for by name, now or in a later step.
fn hopes(case: Case<'_>) -> Vec<AgentId> {
    let listed = case.work.request.preferred.iter().filter(|_| case.work.step.is_some());
    let listed = listed.flat_map(|preferred| &preferred.agents).map(|listed| listed.agent);
    let named = case.work.preferred().map(|(agent, _)| agent);
    let mut hopes: Vec<_> = members(case).chain(listed).chain(named).collect();
    hopes.sort_unstable();
    hopes.dedup();
    hopes
}

/// When the work asks for so little that one of these agents fits.
fn somebody_fits_from(case: Case<'_>, unfit: &[Pair<'_>]) -> Option<crate::base::time::Timestamp> {
    let world = case.matching.world;
    case.relaxed_when(|past| {
        let relaxation = case.work.relaxation(case.queue);
        let need = relaxation::need(&case.work.request.need, relaxation, past);
        let mut profiles = unfit.iter().filter_map(|pair| world.agent_profile(pair.agent).ok());
        profiles.any(|profile| fit::fits(&need, profile))
    })
}
