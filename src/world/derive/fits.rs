//! Deriving who fits what.
//!
//! Whether an agent fits a need is decided once, when either is new, and kept as a bit. A need that
//! was never asked for before is put to those agents only who have the skills it names.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::base::bits::{Bits, IdSet};
use crate::base::packed::PackedBits;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, QueueId, SkillId};
use crate::model::need::{Comparison, Evaluation, Need, Requirement};
use crate::model::skill::Proficiency;
use crate::policy::fit;
use crate::world::fits::Fit;
use crate::world::index::Index;
use crate::world::lanes::LaneKey;
use crate::world::need_index::Prerequisite;
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
        let agents = self.who_fit(stores, &need);
        self.note_need(need, id);
        if let Some(known) = self.fits.get_mut(id.raw() as usize) {
            known.agents = agents;
        }
    }

    /// Makes a need known that nobody fits yet. Whatever is remembered of lanes for the need that
    /// stood in its place before does not hold any more.
    pub(crate) fn note_need(&mut self, need: Need, id: NeedId) {
        let place = id.raw() as usize;
        if self.fits.len() <= place {
            self.fits.resize_with(place + 1, Default::default);
        }
        let fit = Fit::new(&need);
        self.fits.get_mut(place).into_iter().for_each(|known| *known = fit.clone());
        self.needs.note(id, need);
        let lanes = self.lanes.range((LaneKey::first_for(id), QueueId::from_raw(0))..);
        for (lane, queue) in lanes.take_while(|(lane, _)| lane.need == id) {
            let line = self.lines.get_mut(queue.raw() as usize);
            line.into_iter().for_each(|line| line.lanes.renew(lane));
        }
    }

    /// Drops all that is known of a need which has left its place. So many places are left.
    pub(crate) fn forget_need(&mut self, id: NeedId, need: &Need, places: u32) {
        self.fits.get_mut(id.raw() as usize).into_iter().for_each(|known| *known = Fit::default());
        self.fits.truncate(places as usize);
        self.needs.forget(id, need, places);
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

    /// Notes the skills of an agent of whom none were noted, and what else they have.
    fn index_skills(&mut self, stores: &Stores, id: AgentId) {
        let Some(entry) = stores.agents.get(id) else {
            return;
        };
        for skill in entry.profile.skills.keys() {
            if let Some(holders) = self.skilled.get_mut(skill.raw() as usize) {
                holders.set(id, true);
            }
        }
        self.holders.note(id, &entry.profile);
    }

    /// Decides for all that is asked for whether an agent fits it who fitted nothing before. Needs
    /// that ask for a skill the agent does not have are not evaluated.
    fn fit_agent(&mut self, stores: &Stores, id: AgentId) {
        let Some(entry) = stores.agents.get(id) else {
            return;
        };
        for need_id in self.needs.askable(&entry.profile) {
            let known = self.fits.get_mut(need_id.raw() as usize);
            let Some((known, need)) = known.zip(stores.needs.get(need_id)) else {
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
        let asking = |asks| self.needs.asking(&asks).collect::<Vec<_>>();
        let by_skill: Vec<_> =
            stores.skills.iter().map(|(skill, _)| asking(Prerequisite::Skill(skill))).collect();
        let nothing = asking(Prerequisite::None);
        let mut levels = Levels::new(stores.skills.len());
        for (id, entry) in stores.agents.iter() {
            let AgentProfile { skills, attributes, .. } = &*entry.profile;
            self.holders.note(id, &entry.profile);
            levels.change(skills, true);
            for skill in skills.keys() {
                let holders = self.skilled.get_mut(skill.raw() as usize);
                holders.into_iter().for_each(|holders| holders.append(id));
            }
            let needs = skills.keys().filter_map(|skill| by_skill.get(skill.raw() as usize));
            let needs = needs.chain([&nothing]).flatten().copied();
            for need_id in needs.chain(self.needs.asking_for_attributes(&entry.profile)) {
                let need = stores.needs.get(need_id);
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

    fn who_fit(&self, stores: &Stores, need: &Need) -> PackedBits {
        PackedBits::of(&match need.evaluation {
            Evaluation::All => self.who_meet(stores, &need.requirement),
            Evaluation::Best | Evaluation::None => everybody(stores),
        })
    }

    /// The agents for whom a requirement holds. Sets are met and joined; agents are asked one by
    /// one for their level of a skill alone, and then only those who have it.
    fn who_meet(&self, stores: &Stores, requirement: &Requirement) -> Bits {
        let meet = |part| self.who_meet(stores, part);
        let others = |agents| everybody(stores).and_not(&agents);
        match requirement {
            Requirement::All(parts) => {
                parts.iter().map(meet).reduce(Bits::and).unwrap_or_else(|| everybody(stores))
            }
            Requirement::Any(parts) => parts.iter().map(meet).reduce(Bits::or).unwrap_or_default(),
            Requirement::Not(part) => others(meet(part)),
            Requirement::Skill { skill, is: Comparison::NotEqual, level } => {
                others(self.who_have(stores, *skill, |own| own == *level))
            }
            Requirement::Skill { skill, is, level } => {
                self.who_have(stores, *skill, |own| fit::compares(Some(own.cmp(level)), *is))
            }
            Requirement::Attribute { name, is: Comparison::NotEqual, value } => {
                others(self.holders.comparing(name, Comparison::Equal, value))
            }
            Requirement::Attribute { name, is, value } => self.holders.comparing(name, *is, value),
            Requirement::In { name, values } => self.holders.having_one(name, values),
            Requirement::Has { name, value } => self.holders.listing(name, value),
        }
    }

    /// The agents who have a skill at such a level.
    fn who_have(
        &self,
        stores: &Stores,
        skill: SkillId,
        such: impl Fn(Proficiency) -> bool,
    ) -> Bits {
        let holders = self.skilled.get(skill.raw() as usize).into_iter().flat_map(IdSet::ids);
        let level = |id: &AgentId| stores.agents.get(*id)?.profile.skills.get(&skill).copied();
        holders.filter(|id| level(id).is_some_and(&such)).collect()
    }
}

fn everybody(stores: &Stores) -> Bits {
    stores.agents.iter().map(|(id, _)| id).collect()
}
