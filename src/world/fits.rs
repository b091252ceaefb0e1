//! Derived: who fits one need, and who suits it best.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::base::bits::IdSet;
use crate::base::packed::PackedBits;
use crate::base::table::Table;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, SkillId};
use crate::model::need::Need;
use crate::model::work::WorkRequest;
use crate::policy::fit;
use crate::world::catalog::CatalogEntry;
use crate::world::rows::Work;

/// The fit of one need: the agents who meet it, and the skills it names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fit {
    /// The agents who fit.
    pub agents: PackedBits,
    /// The skills it names.
    pub named: Vec<SkillId>,
    /// The agents who suit it best, if that was asked and none of them changed since.
    pub ranking: Option<Ranking>,
    /// The requests that are usual for work with this need, so that each is kept once however much
    /// work says just that.
    usual: Vec<Arc<WorkRequest>>,
}

/// So many requests with one need are kept for sharing: a round number, not measured against
/// others. A request is compared with all of them as work comes in. Requests with a key, with times
/// or with anything attached are never shared, for hardly any other says just the same.
const USUAL: usize = 8;

impl Fit {
    /// The fit of a need that nobody fits yet.
    pub(crate) fn new(need: &Need) -> Self {
        Self { named: fit::named_skills(need), ..Self::default() }
    }

    /// Has a piece of work share its request with others of which the same is said.
    pub(crate) fn share_request(&mut self, work: &mut Work) {
        let its = &work.request;
        if !its.is_usual() || self.usual.iter().any(|usual| Arc::ptr_eq(usual, its)) {
            return;
        }
        match self.usual.iter().find(|usual| *usual == its) {
            Some(usual) => work.request = Arc::clone(usual),
            None if self.usual.len() < USUAL => self.usual.push(Arc::clone(its)),
            None => {}
        }
    }
}

/// So many of the agents who suit a need best are kept in order, unless more suit it equally well.
/// A round number, not measured against others: 8 bytes each, so a ranking takes 4 KB at most, and
/// all who fit are compared only if none of so many is open.
const RANKED: usize = 512;

/// The agents who suit a need best. Of agents who suit it equally well either all are there or
/// none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ranking {
    /// The best first, by score, then by definition.
    best: Vec<(Reverse<u32>, AgentId)>,
    /// True if all who fit are in the ranking.
    pub complete: bool,
    /// True if all who fit suit the need equally well; then they need not be in the ranking.
    pub even: bool,
}

impl Ranking {
    /// Ranks the agents who fit a need.
    pub(crate) fn of(
        need: &Need,
        fit: &Fit,
        agents: &Table<AgentId, CatalogEntry<AgentProfile>>,
    ) -> Self {
        Self::new(fit.agents.ids().filter_map(|id| {
            let score = fit::score(need, &fit.named, &agents.get(id)?.profile);
            Some((Reverse(score), id))
        }))
    }

    fn new(all: impl Iterator<Item = (Reverse<u32>, AgentId)>) -> Self {
        let mut best: Vec<_> = all.collect();
        let complete = best.len() <= RANKED;
        let even = best.windows(2).all(|two| matches!(two, [one, other] if one.0 == other.0));
        if !complete {
            let (_, (last, _), _) = best.select_nth_unstable(RANKED);
            let last = *last;
            best.retain(|(score, _)| *score < last);
            best.shrink_to_fit();
        }
        best.sort_unstable();
        Self { best, complete, even }
    }

    /// Agents who suit the need equally well, and then those who come next.
    pub(crate) fn equals(&self) -> impl Iterator<Item = &[(Reverse<u32>, AgentId)]> {
        self.best.chunk_by(|(one, _), (other, _)| one == other)
    }
}
