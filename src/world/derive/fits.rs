//! Deriving who fits what.
//!
//! Whether an agent fits a need is decided once, when either is new, and kept as a bit. A need that
//! was never asked for before is put to those agents only who have the skills it names.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::base::bits::{Bits, IdSet};
use crate::base::packed::PackedBits;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, SkillId};
use crate::model::need::{Comparison, Evaluation, Need, Requirement};
use crate::model::skill::Proficiency;
use crate::policy::fit;
use crate::world::fits::Fit;
use crate::world::index::Index;
use crate::world::needs::NeedId;
use crate::world::stores::Stores;

/// The levels of one agent, by skill: looking a level up in this list takes less than in the tree
/// of the agent's profile, which is asked again and again while everybody is put to every need.
struct Levels {
    by_skill: Vec<Option<Proficiency>>,
}

impl Levels {
    /// The levels of nobody, with room for so many skills.
    fn new(skills: usize) -> Self {
        Self { by_skill: core::iter::repeat_n(None, skills).collect() }
    }

    /// Notes these levels, or forgets them.
    fn change(&mut self, skills: &BTreeMap<SkillId, Proficiency>, present: bool) {
        for (skill, level) in skills {
            let known = self.by_skill.get_mut(skill.raw() as usize);
            known.into_iter().for_each(|known| *known = present.then_some(*level));
        }
    }

    fn of(&self, skill: SkillId) -> Option<Proficiency> {
        self.by_skill.get(skill.raw() as usize).copied().flatten()
    }
}

impl Index {
    /// Makes a need known and decides who fits it.
    pub(crate) fn index_need(&mut self, stores: &Stores, need: Need, id: NeedId) {
        let agents = self.all_who_fit(stores, &need);
        self.note_need(need, id);
        if let Some(known) = self.fits.get_mut(id.raw() as usize) {
            known.agents = agents;
        }
    }

    /// Makes a need known that nobody fits yet.
    pub(crate) fn note_need(&mut self, need: Need, id: NeedId) {
        let place = id.raw() as usize;
        if self.fits.len() <= place {
            self.fits.resize_with(place + 1, Default::default);
        }
        let fit = Fit::new(&need);
        let asks = fit.asks;
        if let Some(known) = self.fits.get_mut(place) {
            let old = core::mem::replace(known, fit);
            let others = self.asking.entry(old.asks).or_default();
            others.retain(|other| *other != id);
        }
        self.asking.entry(asks).or_default().push(id);
        self.need_ids.insert(need, id);
    }

    /// Drops all that is remembered of a need, for another need has taken its place.
    pub(crate) fn forget_need(&mut self) {
        self.lines.iter_mut().for_each(|line| line.lanes.change_members());
    }

    /// Decides anew what an agent can do.
    pub(crate) fn index_fits(&mut self, stores: &Stores, id: AgentId) {
        self.skilled.iter_mut().for_each(|holders| holders.set(id, false));
        self.index_skills(stores, id);
        for known in &mut self.fits {
            if known.agents.has(id) {
                known.agents.set(id, false);
                known.ranking = None;
            }
        }
        self.fit_agent(stores, id);
        let row = stores.agent_rows.get(id);
        for member in row.into_iter().flat_map(|row| row.memberships.iter()) {
            if let Some(line) = self.line_mut(member.queue()) {
                line.lanes.change_members();
            }
        }
    }

    /// Notes the skills of an agent of whom none were noted.
    fn index_skills(&mut self, stores: &Stores, id: AgentId) {
        let Some(entry) = stores.agents.get(id) else {
            return;
        };
        for skill in entry.profile.skills.keys() {
            if let Some(holders) = self.skilled.get_mut(skill.raw() as usize) {
                holders.set(id, true);
            }
        }
    }

    /// Decides for all that is asked for whether an agent fits it who fitted nothing before. Needs
    /// that ask for a skill the agent does not have are not evaluated.
    fn fit_agent(&mut self, stores: &Stores, id: AgentId) {
        let Some(entry) = stores.agents.get(id) else {
            return;
        };
        let skills = entry.profile.skills.keys().map(|skill| Some(*skill));
        let asked = skills.chain([None]).filter_map(|skill| self.asking.get(&skill)).flatten();
        for need_id in asked {
            let known = self.fits.get_mut(need_id.raw() as usize);
            let Some((known, need)) = known.zip(stores.needs.get(*need_id)) else {
                continue;
            };
            if fit::fits(need, &entry.profile) {
                known.agents.set(id, true);
                known.ranking = None;
            }
        }
    }

    /// Decides for everybody what they fit of all that is asked for, where nobody fitted anything
    /// before, and notes who has a skill. Agents come in rising order, so each set of bits is
    /// written from its low end.
    pub(crate) fn fit_everybody(&mut self, stores: &Stores) {
        let room = || PackedBits::with_room(stores.agents.len());
        self.skilled.resize_with(stores.skills.len(), room);
        self.fits.iter_mut().for_each(|fit| fit.agents = room());
        let asking = |skill| self.asking.get(&skill).map_or(&[][..], Vec::as_slice);
        let by_skill: Vec<_> = stores.skills.iter().map(|(skill, _)| asking(Some(skill))).collect();
        let mut levels = Levels::new(stores.skills.len());
        for (id, entry) in stores.agents.iter() {
            let AgentProfile { skills, attributes, .. } = &*entry.profile;
            levels.change(skills, true);
            for skill in skills.keys() {
                let holders = self.skilled.get_mut(skill.raw() as usize);
                holders.into_iter().for_each(|holders| holders.append(id));
            }
            let needs = skills.keys().filter_map(|skill| by_skill.get(skill.raw() as usize));
            for need_id in needs.copied().chain([asking(None)]).flatten() {
                let need = stores.needs.get(*need_id);
                let fits = |need| fit::fits_by(need, attributes, &|skill| levels.of(skill));
                let known = self.fits.get_mut(need_id.raw() as usize);
                let known = known.filter(|_| need.is_some_and(fits));
                known.into_iter().for_each(|known| known.agents.append(id));
            }
            levels.change(skills, false);
        }
        self.fits.iter_mut().for_each(|fit| fit.agents.trim());
        self.skilled.iter_mut().for_each(PackedBits::trim);
    }

    fn all_who_fit(&self, stores: &Stores, need: &Need) -> PackedBits {
        let mut agents = PackedBits::default();
        let mut ask = |id: AgentId| {
            let entry = stores.agents.get(id);
            agents.set(id, entry.is_some_and(|entry| fit::fits(need, &entry.profile)));
        };
        let skilled = Some(need).filter(|need| need.evaluation == Evaluation::All);
        match skilled.and_then(|need| self.skilled_for(&need.requirement)) {
            Some(skilled) => skilled.ids().for_each(ask),
            None => stores.agents.iter().for_each(|(id, _)| ask(id)),
        }
        agents
    }

    /// The agents who have enough of the skills a requirement names that it may hold for them. None
    /// if it may hold for anybody.
    fn skilled_for(&self, requirement: &Requirement) -> Option<Bits> {
        match requirement {
            Requirement::Skill { skill, is, .. } if *is != Comparison::NotEqual => {
                let holders = self.skilled.get(skill.raw() as usize);
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
}
