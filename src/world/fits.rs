//! Derived: who fits what.
//!
//! Whether an agent fits a need is decided once, when either is new, and kept as a bit. A need that
//! was never asked for before is put to those only who have the skills it names. What each agent
//! sees of his queues is remembered too, until the queue changes.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::base::bits::{Bits, IdSet};
use crate::base::packed::PackedBits;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, SkillId, WorkId};
use crate::model::need::{Comparison, Evaluation, Need, Requirement};
use crate::model::skill::Proficiency;
use crate::model::work::WorkRequest;
use crate::policy::choice::AgentKey;
use crate::policy::fit;
use crate::world::bench::BenchKey;
use crate::world::index::Index;
use crate::world::lanes::{LaneKey, LaneSet};
use crate::world::member::PackedMember;
use crate::world::needs::NeedId;
use crate::world::rows::Work;
use crate::world::state::{Stores, World};

/// Who may have work with one need.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fit {
    /// The agents who fit.
    pub agents: PackedBits,
    /// The skills it names.
    pub named: Vec<SkillId>,
    /// Those who suit it best, where somebody asked and nobody changed since.
    pub ranking: Option<Ranking>,
    /// A skill without which nobody fits, if it names one.
    asks: Option<SkillId>,
    /// What is usually said of work with it, so that it is kept once however much says just that.
    usual: Vec<Arc<WorkRequest>>,
}

/// So many ways of asking for one need are kept.
const USUAL: usize = 8;

/// How many of those who suit a need best are kept.
const RANKED: usize = 512;

/// Those who suit a need best. Of agents who suit it equally well either all are there or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ranking {
    /// The best first, by score, then by definition.
    best: Vec<(Reverse<u32>, AgentId)>,
    /// Whether all who fit are there.
    pub complete: bool,
    /// Whether all who fit suit it equally well; then they need not be there.
    pub even: bool,
}

impl Ranking {
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

    /// Agents who suit it equally well, and then those who come next.
    pub(crate) fn equals(&self) -> impl Iterator<Item = &[(Reverse<u32>, AgentId)]> {
        self.best.chunk_by(|(one, _), (other, _)| one == other)
    }
}

/// The lanes that an agent sees by one of his memberships, as they were at one version; there is
/// none with number 0.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    version: u32,
    lanes: LaneSet,
}

/// The levels of one agent, to be looked up at once.
struct Levels {
    by_skill: Vec<Option<Proficiency>>,
}

impl Levels {
    /// Those of nobody, with room for so many skills.
    fn new(skills: usize) -> Self {
        Self { by_skill: core::iter::repeat_n(None, skills).collect() }
    }

    /// They are these, or are no longer.
    fn change(&mut self, skills: &BTreeMap<SkillId, Proficiency>, his: bool) {
        for (skill, level) in skills {
            let known = self.by_skill.get_mut(skill.raw() as usize);
            known.into_iter().for_each(|known| *known = his.then_some(*level));
        }
    }

    fn of(&self, skill: SkillId) -> Option<Proficiency> {
        self.by_skill.get(skill.raw() as usize).copied().flatten()
    }
}

impl World {
    /// Makes a need known and decides who fits it.
    pub(super) fn index_need(&mut self, need: Need, id: NeedId) {
        let agents = self.all_who_fit(&need);
        self.note_need(need, id);
        if let Some(known) = self.index.fits.get_mut(id.raw() as usize) {
            known.agents = agents;
        }
    }

    /// Makes a need known that nobody fits yet.
    pub(super) fn note_need(&mut self, need: Need, id: NeedId) {
        let (place, index) = (id.raw() as usize, &mut self.index);
        if index.fits.len() <= place {
            index.fits.resize_with(place + 1, Default::default);
        }
        let (named, asks) = (fit::named_skills(&need), asked_skill(&need));
        if let Some(known) = index.fits.get_mut(place) {
            let old = core::mem::replace(known, Fit { named, asks, ..Fit::default() });
            let others = index.asking.entry(old.asks).or_default();
            others.retain(|other| *other != id);
        }
        index.asking.entry(asks).or_default().push(id);
        index.need_ids.insert(need, id);
    }

    /// Decides for all that is asked for whether an agent fits it who fitted nothing before.
    pub(super) fn fit_agent(&mut self, id: AgentId) {
        let Self { stores, index } = self;
        let Some(entry) = stores.agents.get(id) else {
            return;
        };
        let skills = entry.profile.skills.keys().map(|skill| Some(*skill));
        let asked = skills.chain([None]).filter_map(|skill| index.asking.get(&skill)).flatten();
        for need_id in asked {
            let known = index.fits.get_mut(need_id.raw() as usize);
            let Some((known, need)) = known.zip(stores.needs.get(*need_id)) else {
                continue;
            };
            if fit::fits(need, &entry.profile) {
                known.agents.set(id, true);
                known.ranking = None;
            }
        }
    }

    /// Decides for everybody what he fits of all that is asked for, where nobody fitted anything
    /// before, and notes who has a skill.
    pub(super) fn fit_everybody(&mut self) {
        let Self { stores, index } = self;
        let room = || PackedBits::with_room(stores.agents.len());
        index.skilled.resize_with(stores.skills.len(), room);
        index.fits.iter_mut().for_each(|fit| fit.agents = room());
        let asking = |skill| index.asking.get(&skill).map_or(&[][..], Vec::as_slice);
        let by_skill: Vec<_> = stores.skills.iter().map(|(skill, _)| asking(Some(skill))).collect();
        let mut levels = Levels::new(stores.skills.len());
        for (id, entry) in stores.agents.iter() {
            let AgentProfile { skills, attributes, .. } = &*entry.profile;
            levels.change(skills, true);
            for skill in skills.keys() {
                let holders = index.skilled.get_mut(skill.raw() as usize);
                holders.into_iter().for_each(|holders| holders.append(id));
            }
            let his = skills.keys().filter_map(|skill| by_skill.get(skill.raw() as usize));
            for need_id in his.copied().chain([asking(None)]).flatten() {
                let need = stores.needs.get(*need_id);
                let fits = |need| fit::fits_by(need, attributes, &|skill| levels.of(skill));
                let known = index.fits.get_mut(need_id.raw() as usize);
                let known = known.filter(|_| need.is_some_and(fits));
                known.into_iter().for_each(|known| known.agents.append(id));
            }
            levels.change(skills, false);
        }
        index.fits.iter_mut().for_each(|fit| fit.agents.trim());
        index.skilled.iter_mut().for_each(PackedBits::trim);
    }

    /// What was remembered of a need holds for another one now.
    pub(super) fn forget_need(&mut self) {
        self.index.lines.iter_mut().for_each(|line| line.lanes.change_members());
    }

    fn all_who_fit(&self, need: &Need) -> PackedBits {
        let mut agents = PackedBits::default();
        let mut ask = |id: AgentId| {
            let profile = self.agent_profile(id);
            agents.set(id, profile.is_ok_and(|profile| fit::fits(need, profile)));
        };
        let skilled = Some(need).filter(|need| need.evaluation == Evaluation::All);
        match skilled.and_then(|need| self.skilled_for(&need.requirement)) {
            Some(skilled) => skilled.ids().for_each(ask),
            None => self.stores.agents.iter().for_each(|(id, _)| ask(id)),
        }
        agents
    }

    /// Those who have enough of the skills a requirement names that it may hold for them; nothing
    /// if it may hold for anybody.
    fn skilled_for(&self, requirement: &Requirement) -> Option<Bits> {
        match requirement {
            Requirement::Skill { skill, is, .. } if *is != Comparison::NotEqual => {
                let holders = self.index.skilled.get(skill.raw() as usize);
                Some(holders.map(Bits::of).unwrap_or_default())
            }
            Requirement::All(parts) => {
                let parts = parts.iter().filter_map(|part| self.skilled_for(part));
                parts.reduce(Bits::and)
            }
            Requirement::Any(parts) => {
                let parts = parts.iter().map(|part| self.skilled_for(part));
                parts.reduce(|one, other| one.zip(other).map(|(one, other)| one.or(other)))?
            }
            Requirement::Skill { .. }
            | Requirement::Not(_)
            | Requirement::Attribute { .. }
            | Requirement::In { .. }
            | Requirement::Has { .. } => None,
        }
    }

    /// Notes the skills of an agent who had none before.
    pub(super) fn index_skills(&mut self, id: AgentId) {
        let Some(entry) = self.stores.agents.get(id) else {
            return;
        };
        for skill in entry.profile.skills.keys() {
            if let Some(holders) = self.index.skilled.get_mut(skill.raw() as usize) {
                holders.set(id, true);
            }
        }
    }

    /// Decides anew what an agent can do.
    pub(super) fn index_fits(&mut self, id: AgentId) {
        self.index.skilled.iter_mut().for_each(|holders| holders.set(id, false));
        self.index_skills(id);
        for known in &mut self.index.fits {
            if known.agents.has(id) {
                known.agents.set(id, false);
                known.ranking = None;
            }
        }
        self.fit_agent(id);
        let row = self.stores.agent_rows.get(id);
        for member in row.into_iter().flat_map(|row| row.memberships.iter()) {
            if let Some(line) = self.index.lines.get_mut(member.queue().raw() as usize) {
                line.lanes.change_members();
            }
        }
    }

    /// Remembers what an agent sees of his queues.
    pub(crate) fn look_around(&mut self, id: AgentId) {
        let place = id.raw() as usize;
        let Some(row) = self.stores.agent_rows.get(id) else {
            return;
        };
        let number = row.memberships.len();
        if self.index.seen.len() <= place {
            self.index.seen.resize_with(place + 1, Vec::new);
        }
        let mut seen = self.index.seen.get_mut(place).map(core::mem::take).unwrap_or_default();
        seen.reserve_exact(number.saturating_sub(seen.len()));
        seen.resize(number, Seen::default());
        for (known, member) in seen.iter_mut().zip(row.memberships.iter()) {
            let lanes = self.index.line(member.queue()).map(|line| &line.lanes);
            let Some(lanes) = lanes.filter(|lanes| !lanes.are_empty()) else {
                continue;
            };
            let version = lanes.version();
            if known.version != version {
                *known = Seen { version, lanes: self.see(id, member) };
            }
        }
        if let Some(place) = self.index.seen.get_mut(place) {
            *place = seen;
        }
    }

    /// The lanes of a queue that an agent sees by one of his memberships.
    pub(crate) fn lanes_seen(
        &self,
        id: AgentId,
        place: usize,
        member: PackedMember<'_>,
    ) -> LaneSet {
        let seen = self.index.seen.get(id.raw() as usize);
        let seen = seen.and_then(|seen| seen.get(place));
        let version = self.index.line(member.queue()).map(|line| line.lanes.version());
        match seen.filter(|seen| Some(seen.version) == version) {
            Some(seen) => seen.lanes,
            None => self.see(id, member),
        }
    }

    fn see(&self, id: AgentId, member: PackedMember<'_>) -> LaneSet {
        let line = self.index.line(member.queue());
        line.map(|line| line.lanes.which(|lane| self.sees(id, member, lane))).unwrap_or_default()
    }

    /// Whether an agent is fit for what is in a lane and sees it by one of his memberships.
    /// Conditional rings are taken to have joined.
    pub(crate) fn sees(&self, id: AgentId, member: PackedMember<'_>, lane: &LaneKey) -> bool {
        let queue = self.queue_profile(member.queue());
        let helps = || queue.is_ok_and(|queue| queue.is_conditional(member.ring()));
        let row = || self.agent(id).ok()?.member(member.queue(), lane.channel);
        self.index.fit(lane.need).is_some_and(|fit| fit.agents.has(id))
            && member.delay() <= lane.revealed
            && (member.ring() <= lane.ring || helps())
            && row().is_some_and(|row| row.channel() == member.channel())
    }

    /// Lists who may have a piece of work in line for all that asks for the same: those who suit it
    /// best, if its queue goes by that, or else all, if a bench says who of them comes first and
    /// they are not too many.
    pub(crate) fn list_candidates(&mut self, id: WorkId) {
        let Self { stores, index } = self;
        let work = stores.works.get(id).filter(|work| work.in_line() && work.step.is_none());
        let queue = work.and_then(|work| stores.queues.get(work.queue));
        let Some((work, entry)) = work.zip(queue) else {
            return;
        };
        let fit = index.fits.get_mut(work.need.raw() as usize);
        let Some((fit, need)) = fit.zip(stores.needs.get(work.need)) else {
            return;
        };
        if AgentKey::goes_by_score(&entry.profile, need.evaluation) {
            let ranking = fit.ranking.take().unwrap_or_else(|| stores.rank(need, fit));
            if !fit.ranking.insert(ranking).even {
                return;
            }
        }
        if BenchKey::of(&entry.profile, work.request.channel).is_none() {
            return;
        }
        let line = index.lines.get_mut(work.queue.raw() as usize);
        if let Some(line) = line {
            line.learn(&Self::lane_of(work, &entry.profile), &fit.agents);
        }
    }
}

impl Index {
    /// Has a piece of work share its request with others of which the same is said.
    pub(super) fn share_request(&mut self, work: &mut Work) {
        let Some(fit) = self.fits.get_mut(work.need.raw() as usize) else {
            return;
        };
        let its = &work.request;
        if !its.is_usual() || fit.usual.iter().any(|usual| Arc::ptr_eq(usual, its)) {
            return;
        }
        match fit.usual.iter().find(|usual| *usual == its) {
            Some(usual) => work.request = Arc::clone(usual),
            None if fit.usual.len() < USUAL => fit.usual.push(Arc::clone(its)),
            None => {}
        }
    }
}

/// A skill that whoever fits a need has for certain, if there is one.
fn asked_skill(need: &Need) -> Option<SkillId> {
    fn of(requirement: &Requirement) -> Option<SkillId> {
        match requirement {
            Requirement::Skill { skill, is, .. } if *is != Comparison::NotEqual => Some(*skill),
            Requirement::All(parts) => parts.iter().find_map(of),
            Requirement::Skill { .. }
            | Requirement::Any(_)
            | Requirement::Not(_)
            | Requirement::Attribute { .. }
            | Requirement::In { .. }
            | Requirement::Has { .. } => None,
        }
    }
    (need.evaluation == Evaluation::All).then(|| of(&need.requirement)).flatten()
}

impl Stores {
    /// Ranks those who fit a need.
    pub(super) fn rank(&self, need: &Need, fit: &Fit) -> Ranking {
        Ranking::new(fit.agents.ids().filter_map(|id| {
            let score = fit::score(need, &fit.named, &self.agents.get(id)?.profile);
            Some((Reverse(score), id))
        }))
    }
}
