//! One walk over all open work, for the invariants that concern it: there is much of it, and each
//! row is reached once.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::base::time::Span;
use crate::model::capacity::UNITS_MAX;
use crate::model::ids::{QueueId, WorkId};
use crate::model::work::WorkRequest;
use crate::state::assignment::AssignmentState;
use crate::state::work::Stage;
use crate::world::check::violation::Violation;
use crate::world::check::{legs, references};
use crate::world::needs::NeedId;
use crate::world::pool_sets::PoolSetId;
use crate::world::rows::Work;
use crate::world::state::World;

/// The findings of a check of all work. Of work for which an invariant does not hold the one with
/// the lowest id is named, for rows are reached in the order in which they lie.
#[derive(Debug, Default)]
pub(super) struct Survey<'a> {
    references: Lowest<WorkId>,
    stages: Lowest<WorkId>,
    needs: Lowest<(NeedId, WorkId)>,
    users: Vec<Users<'a>>,
    /// The sets of pools that work draws on, once for each piece of work that does.
    pub pool_sets: Vec<PoolSetId>,
}

/// The lowest place where an invariant does not hold.
#[derive(Debug)]
struct Lowest<K>(Option<(K, Violation)>);

/// The work that has one need.
#[derive(Clone, Copy, Debug, Default)]
struct Users<'a> {
    number: usize,
    first: Option<WorkId>,
    /// The last request, queue and relaxation of which it was seen that they ask for this need and
    /// that all they mention is there. Much work says the same, often in the same words.
    seen: Option<(&'a WorkRequest, QueueId, Span)>,
}

impl<K> Default for Lowest<K> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Ord> Lowest<K> {
    fn note(&mut self, key: K, result: Result<(), Violation>) {
        if let Err(violation) = result
            && self.0.as_ref().is_none_or(|(lowest, _)| key < *lowest)
        {
            self.0 = Some((key, violation));
        }
    }

    fn result(&self) -> Result<(), Violation> {
        self.0.as_ref().map_or(Ok(()), |(_, violation)| Err(violation.clone()))
    }
}

impl<'a> Survey<'a> {
    /// Checks all open work.
    pub(super) fn of(world: &'a World) -> Self {
        let mut survey = Self::default();
        let mut offers = BTreeMap::new();
        for (_, offer) in world.stores.offers.rows() {
            *offers.entry(offer.work).or_insert(0_usize) += 1;
        }
        for (id, work) in world.stores.works.rows() {
            let open = offers.get(&id).copied().unwrap_or(0);
            survey.stages.note(id, stage(world, id, work, open));
            survey.references.note(id, references::of_work(world, id.into(), work));
            survey.references.note(id, key(world, id, work));
            survey.pool_sets.extend(Some(work.pool_set).filter(|set| !set.is_empty()));
            survey.note_request(world, id, work);
        }
        for (id, need) in world.stores.needs.iter() {
            let users = survey.users.get(id.raw() as usize).copied().unwrap_or_default();
            let first = users.first.unwrap_or(WorkId::from_raw(0));
            if users.number != world.stores.needs.uses(id) as usize {
                survey.needs.note((id, first), Err(miscounted(first)));
            }
            let once = world.index.needs.id(need) == Some(id);
            let invariant = "needs counted: each need stands in one place";
            survey.needs.note((id, first), Violation::unless(once, invariant, first));
            if users.first.is_none() {
                survey.needs.note((id, first), references::of_need(world, need));
            }
        }
        let invariant = "needs counted: something stands in the last place";
        let trimmed = world.stores.needs.is_trimmed();
        let nothing = WorkId::from_raw(0);
        let last = (NeedId::from_raw(u32::MAX), nothing);
        survey.needs.note(last, Violation::unless(trimmed, invariant, nothing));
        survey
    }

    /// Whatever work mentions is there.
    pub(super) fn references(&self) -> Result<(), Violation> {
        self.references.result()
    }

    /// Work is in one stage, and what the stage names is there.
    pub(super) fn stages(&self) -> Result<(), Violation> {
        self.stages.result()
    }

    /// Each need knows how much work has it, and that is what the work asks for.
    pub(super) fn needs(&self) -> Result<(), Violation> {
        self.needs.result()
    }

    /// Counts work with its need, and sees whether it asks for that and for what is there.
    fn note_request(&mut self, world: &'a World, id: WorkId, work: &'a Work) {
        let Some(need) = world.stores.needs.get(work.need) else {
            let known = references::of_request(world, id.into(), &work.request);
            self.references.note(id, known);
            return self.needs.note((work.need, id), Err(miscounted(id)));
        };
        let place = work.need.raw() as usize;
        if self.users.len() <= place {
            self.users.resize_with(place + 1, Users::default);
        }
        let Some(users) = self.users.get_mut(place) else {
            return;
        };
        users.number = users.number.saturating_add(1);
        users.first = Some(users.first.map_or(id, |first| first.min(id)));
        let same = |(request, queue, relaxed): (&WorkRequest, QueueId, Span)| {
            core::ptr::eq(request, &*work.request) && (queue, relaxed) == (work.queue, work.relaxed)
        };
        if users.seen.is_some_and(same) {
            return;
        }
        let known = references::of_request(world, id.into(), &work.request);
        let now = world.queue_profile(work.queue).map(|profile| work.need_now(profile));
        let asks = now.is_ok_and(|now| *now == *need);
        if known.is_ok() && asks {
            users.seen = Some((&work.request, work.queue, work.relaxed));
        }
        self.references.note(id, known);
        if !asks {
            self.needs.note((work.need, id), Err(miscounted(id)));
        }
    }
}

/// The key of open work leads to it: no other open work has the same.
fn key(world: &World, id: WorkId, work: &Work) -> Result<(), Violation> {
    let its = work.request.key.as_deref();
    let sound = its.is_none_or(|key| world.index.keys.works.get(key) == Some(id));
    Violation::unless(sound, "keys: each names one piece of open work", id)
}

/// The invariants of the stage of one piece of work, for which so many offers are open.
fn stage(world: &World, id: WorkId, work: &Work, open: usize) -> Result<(), Violation> {
    let hold = |invariant, holds: bool| Violation::unless(holds, invariant, id);
    hold("queue exists", world.queue(work.queue).is_ok())?;
    match work.stage {
        Stage::Offered { offer } => {
            let own = |offer| world.offer(offer).is_ok_and(|offer| offer.work == id);
            let all = work.open_offers().all(own);
            let oldest = own(offer) && work.open_offers().is_sorted();
            let listed = work.open_offers().count();
            let counted = open == listed && open <= usize::from(work.open_to);
            hold("one stage: the offers of offered work are open", all && oldest && counted)?;
        }
        Stage::Closed { .. } => hold("one stage: closed work is gone", false)?,
        Stage::Queued
        | Stage::Assigned { .. }
        | Stage::Parked { .. }
        | Stage::WrapUp { .. }
        | Stage::Scheduled { .. }
        | Stage::Suspended => {
            let none = open == 0 && work.further_offers.is_empty();
            hold("one stage: only offered work has an offer", none)?;
        }
    }
    if let Some(owner) = work.stage.owner() {
        let assignment = world.agent(owner).ok().and_then(|agent| agent.assignment(id));
        let fits = match (work.stage, assignment.map(|assignment| assignment.state)) {
            (Stage::Assigned { .. }, Some(AssignmentState::Active | AssignmentState::Held))
            | (Stage::Parked { .. }, Some(AssignmentState::Parked))
            | (Stage::WrapUp { .. }, Some(AssignmentState::WrapUp { .. })) => true,
            (_, _) => false,
        };
        hold("one owner: the owner's assignment is in the same stage", fits)?;
    }
    let sized = work.request.size.is_none_or(|size| size == work.cost);
    let possible = (1..=UNITS_MAX).contains(&work.cost);
    hold("capacity held: work takes something, and what it says itself", sized && possible)?;
    // What an agent sent to another agent stands in no line as long as it is offered to them.
    let counted = work.counted || work.stage != Stage::Queued;
    hold("arrivals counted: what is in a line is one", counted)?;
    hold("a wait for the last agent is a step", work.step.is_some() || !work.sticky)?;
    legs::of_work(world, id, work).map_or(Ok(()), |invariant| hold(invariant, false))
}

fn miscounted(id: WorkId) -> Violation {
    let invariant = "needs counted: each need knows how much work has it";
    Violation { invariant, subject: id.into() }
}
