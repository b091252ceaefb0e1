//! One walk over all open work, for the invariants that concern it: there is much of it, and each
//! row is reached once.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::base::time::Span;
use crate::model::ids::{QueueId, WorkId};
use crate::model::work::WorkRequest;
use crate::world::check::Violation;
use crate::world::draws::DrawId;
use crate::world::needs::NeedId;
use crate::world::rows::Work;
use crate::world::state::World;

/// What was found. Of work for which an invariant does not hold that with the lowest id is named.
#[derive(Debug, Default)]
pub(super) struct Survey<'a> {
    references: Lowest<WorkId>,
    stages: Lowest<WorkId>,
    needs: Lowest<(NeedId, WorkId)>,
    users: Vec<Users<'a>>,
    /// The sets of pools that work draws on, once for each that does.
    pub draws: Vec<DrawId>,
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

impl Survey<'_> {
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
}

impl World {
    /// Looks at all open work.
    pub(super) fn survey(&self) -> Survey<'_> {
        let mut survey = Survey::default();
        let mut rings = BTreeMap::new();
        for (_, offer) in self.stores.offers.rows() {
            *rings.entry(offer.work).or_insert(0_usize) += 1;
        }
        for (id, work) in self.stores.works.rows() {
            let rings = rings.get(&id).copied().unwrap_or(0);
            survey.stages.note(id, self.check_work(id, work, rings));
            survey.references.note(id, self.check_work_references(id.into(), work));
            survey.draws.extend(Some(work.draws).filter(|draws| !draws.is_nothing()));
            self.survey_request(&mut survey, id, work);
        }
        for (id, users) in (0..).map(NeedId::from_raw).zip(&survey.users) {
            if let Some(first) = users.first
                && users.number != self.stores.needs.uses(id) as usize
            {
                survey.needs.note((id, first), Err(miscounted(first)));
            }
        }
        survey
    }

    /// Counts work with its need, and sees whether it asks for that and for what is there.
    fn survey_request<'a>(&'a self, survey: &mut Survey<'a>, id: WorkId, work: &'a Work) {
        let Some(need) = self.stores.needs.get(work.need) else {
            survey.references.note(id, self.check_request(id.into(), &work.request));
            return survey.needs.note((work.need, id), Err(miscounted(id)));
        };
        let place = work.need.raw() as usize;
        if survey.users.len() <= place {
            survey.users.resize_with(place + 1, Users::default);
        }
        let Some(users) = survey.users.get_mut(place) else {
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
        let known = self.check_request(id.into(), &work.request);
        let now = self.queue_profile(work.queue).map(|profile| work.need_now(profile));
        let asks = now.is_ok_and(|now| *now == *need);
        if known.is_ok() && asks {
            users.seen = Some((&work.request, work.queue, work.relaxed));
        }
        survey.references.note(id, known);
        if !asks {
            survey.needs.note((work.need, id), Err(miscounted(id)));
        }
    }
}

fn miscounted(id: WorkId) -> Violation {
    let invariant = "needs counted: each need knows how much work has it";
    Violation { invariant, subject: id.into() }
}
