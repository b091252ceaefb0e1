//! Derived: needs by content, and by what they ask for; and the places that nobody uses.

use alloc::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::base::bits::{Bits, IdSet};
use crate::base::hash::SeededState;
use crate::base::key::Key;
use crate::model::agent::AgentProfile;
use crate::model::attribute::Value;
use crate::model::ids::SkillId;
use crate::model::need::{Comparison, Evaluation, Need, Requirement};
use crate::world::needs::{NeedId, Needs};

/// Something without which nobody fits a need.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Prerequisite {
    /// No one thing.
    None,
    /// A skill, at whatever level.
    Skill(SkillId),
    /// An attribute with just this value.
    Attribute(Key, Value),
}

impl Prerequisite {
    /// Something without which nobody fits a need: the first such thing that it names.
    pub(crate) fn of(need: &Need) -> Self {
        fn first(requirement: &Requirement) -> Option<Prerequisite> {
            match requirement {
                Requirement::Skill { skill, is, .. } if *is != Comparison::NotEqual => {
                    Some(Prerequisite::Skill(*skill))
                }
                Requirement::Attribute { name, is: Comparison::Equal, value } => {
                    Some(Prerequisite::Attribute(name.clone(), value.clone()))
                }
                Requirement::All(parts) => parts.iter().find_map(first),
                Requirement::Skill { .. }
                | Requirement::Any(_)
                | Requirement::Not(_)
                | Requirement::Attribute { .. }
                | Requirement::In { .. }
                | Requirement::Has { .. } => None,
            }
        }
        let asked = (need.evaluation == Evaluation::All).then(|| first(&need.requirement));
        asked.flatten().unwrap_or(Self::None)
    }
}

/// The needs that have a place, and the places.
#[derive(Clone, Debug)]
pub(crate) struct NeedIndex {
    /// By content. What senders say may stand in a need, so who does not know the seed cannot
    /// choose needs that collide.
    ids: IndexMap<Need, NeedId, SeededState>,
    /// The need that asks for nothing: mostly it is this one, and it is found without hashing.
    nothing: Option<NeedId>,
    /// By something without which nobody fits them.
    asking: BTreeMap<Prerequisite, BTreeSet<NeedId>>,
    /// The needs that no work has, and how many they are.
    idle: Bits,
    idle_number: usize,
    /// Places in which no need stands.
    free: BTreeSet<NeedId>,
}

impl Default for NeedIndex {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl PartialEq for NeedIndex {
    fn eq(&self, other: &Self) -> bool {
        (&self.ids, self.nothing) == (&other.ids, other.nothing)
            && (&self.asking, &self.free) == (&other.asking, &other.free)
            && self.idle.ids::<NeedId>().eq(other.idle.ids())
            && self.idle_number == other.idle_number
    }
}

impl NeedIndex {
    /// No needs yet. Whoever asks for something is not to know the seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        let ids = IndexMap::with_hasher(SeededState(seed));
        let (asking, free) = (BTreeMap::new(), BTreeSet::new());
        Self { ids, nothing: None, asking, idle: Bits::default(), idle_number: 0, free }
    }

    /// The place of a need, if it has one.
    pub(crate) fn id(&self, need: &Need) -> Option<NeedId> {
        if need.asks_nothing() { self.nothing } else { self.ids.get(need).copied() }
    }

    /// How many needs have a place.
    fn number(&self) -> usize {
        self.ids.len().saturating_add(self.nothing.is_some().into())
    }

    /// How many needs some work has.
    pub(crate) fn in_use(&self) -> usize {
        self.number().saturating_sub(self.idle_number)
    }

    /// The need that gives up its place if so many needs may have one and another one comes: none
    /// as long as there is room, or if work has all of them. Those that came first stay, for they
    /// are mostly what the floor asks for every day.
    pub(crate) fn gives_way(&self, max: u32) -> Option<NeedId> {
        let full = self.number() >= max as usize;
        if full { self.idle.last() } else { None }
    }

    /// The need that is forgotten because more than so many are idle.
    pub(crate) fn overdue(&self, max: u32) -> Option<NeedId> {
        if self.idle_number > max as usize { self.idle.last() } else { None }
    }

    /// The place for a need that has none: the lowest that is free, or one behind all others. What
    /// waiting work comes to ask for as it is relaxed gets a place even beyond the bound, for
    /// nobody could be refused for it.
    pub(crate) fn place(&self, needs: &Needs) -> NeedId {
        self.free.first().copied().unwrap_or_else(|| NeedId::from_raw(needs.len()))
    }

    /// A need stands in a place, and no work has it yet.
    pub(crate) fn note(&mut self, id: NeedId, need: Need) {
        self.free.remove(&id);
        self.note_use(id, false);
        self.asking.entry(Prerequisite::of(&need)).or_default().insert(id);
        if need.asks_nothing() {
            self.nothing = Some(id);
        } else {
            self.ids.insert(need, id);
        }
    }

    /// Nothing stands in a place, and there are places behind it.
    pub(crate) fn note_free(&mut self, id: NeedId) {
        self.free.insert(id);
    }

    /// A need has left its place. So many places are left.
    pub(crate) fn forget(&mut self, id: NeedId, need: &Need, places: u32) {
        self.note_use(id, true);
        let asks = Prerequisite::of(need);
        if let Some(same) = self.asking.get_mut(&asks) {
            same.remove(&id);
            if same.is_empty() {
                self.asking.remove(&asks);
            }
        }
        if need.asks_nothing() {
            self.nothing = None;
        } else {
            self.ids.swap_remove(need);
        }
        self.free.insert(id);
        self.free.split_off(&NeedId::from_raw(places));
    }

    /// Some work has a need now, or none has it any more.
    pub(crate) fn note_use(&mut self, id: NeedId, used: bool) {
        let idle = self.idle.has(id);
        self.idle.set(id, !used);
        match (idle, used) {
            (false, false) => self.idle_number = self.idle_number.saturating_add(1),
            (true, true) => self.idle_number = self.idle_number.saturating_sub(1),
            (true, false) | (false, true) => {}
        }
    }

    /// The needs for which nobody fits without this.
    pub(crate) fn asking(&self, asks: &Prerequisite) -> impl Iterator<Item = NeedId> + use<'_> {
        self.asking.get(asks).into_iter().flatten().copied()
    }

    /// The needs that an agent may fit, by what they have.
    pub(crate) fn askable<'a>(
        &'a self,
        profile: &'a AgentProfile,
    ) -> impl Iterator<Item = NeedId> + use<'a> {
        let skills = profile.skills.keys().map(|skill| Prerequisite::Skill(*skill));
        let asked = skills.chain([Prerequisite::None]).flat_map(|asks| self.asking(&asks));
        asked.chain(self.asking_for_attributes(profile))
    }

    /// The needs for which nobody fits without an attribute that an agent has.
    pub(crate) fn asking_for_attributes<'a>(
        &'a self,
        profile: &'a AgentProfile,
    ) -> impl Iterator<Item = NeedId> + use<'a> {
        // Mostly no need asks for any, and an agent may have a hundred of them.
        let asked = matches!(self.asking.keys().next_back(), Some(Prerequisite::Attribute(..)));
        let attributes = profile.attributes.iter().filter(move |_| asked);
        let asks =
            attributes.map(|(name, value)| Prerequisite::Attribute(name.clone(), value.clone()));
        asks.flat_map(|asks| self.asking(&asks))
    }
}
