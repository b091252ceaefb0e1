//! Definitions and memberships: one table for all kinds.

use std::collections::BTreeMap;
use std::mem::discriminant;
use std::sync::Arc;

use strowger::command::{LimitName, RemoveMembership, Reply, SetMembership};
use strowger::fact::{Definition, Event, PresenceSetBy};
use strowger::model::{
    AgentId, AgentProfile, ChannelId, ChannelProfile, Entity, Invalid, Opens, OverflowRule,
    PresenceId, PresenceProfile, Problem, Profile, QueueId, QueueProfile, ReasonId,
    RejectReasonProfile, SystemPresence,
};
use strowger::policy::fit::holds;
use strowger::{Key, Refusal};

use super::Router;
use super::overflow::Queue;
use super::state::{Agent, Thing, Told, Work};
use super::valid;

/// Does the same with a definition of any kind.
macro_rules! with {
    ($definition:expr, $defined:ident => $result:expr) => {
        match $definition {
            Definition::Skill($defined) => $result,
            Definition::Channel($defined) => $result,
            Definition::Presence($defined) => $result,
            Definition::Reason($defined) => $result,
            Definition::Code($defined) => $result,
            Definition::Queue($defined) => $result,
            Definition::Agent($defined) => $result,
            Definition::Calendar($defined) => $result,
            Definition::Pool($defined) => $result,
            unknown => panic!("the reference does not know {unknown:?}"),
        }
    };
}

fn key(definition: &Definition) -> &Key {
    with!(definition, defined => &defined.key)
}

fn mentions(definition: &Definition) -> Vec<Entity> {
    let mut names = Vec::new();
    with!(definition, defined => defined.profile.mentions(&mut |name| names.push(name)));
    names
}

fn check(definition: &Definition) -> Result<(), Invalid> {
    with!(definition, defined => defined.profile.check())
}

impl Router {
    pub(super) fn define(
        &mut self,
        kind: Entity,
        name: Key,
        make: impl Fn(u32) -> Definition,
    ) -> Result<Reply, Refusal> {
        let same_kind = |entity: &Entity| discriminant(entity) == discriminant(&kind);
        let kinds = self.things.iter().filter(|(entity, _)| same_kind(entity));
        let known = kinds
            .enumerate()
            .find(|(_, (_, thing))| !thing.retired && *key(&thing.definition) == name);
        if let Some((raw, (entity, thing))) = known {
            let entity = *entity;
            return if make(raw as u32) == thing.definition {
                Ok(Reply::Defined(entity))
            } else {
                Err(Refusal::key_taken(entity))
            };
        }
        let count = self.things.keys().filter(|entity| same_kind(entity)).count();
        let definition = make(count as u32);
        self.check_live(&mentions(&definition))?;
        valid::key("key", &name)?;
        check(&definition)?;
        let (limit, max) = match kind {
            Entity::Agent(_) => (LimitName::Agents, self.config.limits.agents),
            _ => (LimitName::Definitions, self.config.limits.definitions),
        };
        if count >= max as usize {
            return Err(Refusal::limit(limit, max));
        }
        let entity = definition.entity();
        self.check_members(&definition)?;
        if let Entity::Agent(id) = entity {
            self.agents.insert(id, Agent::new(self.now));
        }
        if let Entity::Queue(id) = entity {
            self.queues.insert(id, Queue::new(self.now));
        }
        self.things.insert(entity, Thing::of(definition.clone()));
        self.derive_members();
        self.tell(Event::Defined(Box::new(definition)));
        Ok(Reply::Defined(entity))
    }

    pub(super) fn change(
        &mut self,
        entity: Entity,
        make: impl FnOnce(Key) -> Definition,
    ) -> Result<Reply, Refusal> {
        self.live(entity)?;
        let old = &self.things[&entity].definition;
        let definition = make(key(old).clone());
        if definition == *old {
            return Ok(Reply::Done);
        }
        self.check_live(&mentions(&definition))?;
        check(&definition)?;
        if let Entity::Pool(pool) = entity {
            // When it is reset is decided anew.
            self.resets.remove(&pool);
        }
        if let (Definition::Presence(old), Definition::Presence(new)) = (old, &definition)
            && old.profile.system != new.profile.system
        {
            return Err(valid::invalid("system", Problem::Fixed).into());
        }
        self.check_members(&definition)?;
        if let (Definition::Queue(old), Definition::Queue(new)) = (old, &definition) {
            // A rule of overflow that was done is done, wherever it stands in the new list.
            let (old_rings, new_rings) =
                (old.profile.conditional.clone(), new.profile.conditional.clone());
            let (old, new) = (old.profile.overflow.clone(), new.profile.overflow.clone());
            let here = |work: &&mut Work| Entity::Queue(work.queue) == entity;
            for work in self.works.values_mut().filter(here) {
                let was_done = |rule: &OverflowRule| {
                    work.fired.iter().any(|number| old.get(usize::from(*number)) == Some(rule))
                };
                let done = (0_u8..).zip(&new).filter(|(_, rule)| was_done(rule));
                work.fired = done.map(|(number, _)| number).collect();
                let moved = |(number, told): (u8, Told)| {
                    let place = usize::from(number);
                    let same = |rules: &[OverflowRule]| {
                        let all = rules.iter().enumerate();
                        let same = all.filter(|(_, rule)| **rule == old[place]);
                        same.map(|(place, _)| place).collect::<Vec<_>>()
                    };
                    let which = same(&old).iter().position(|known| *known == place).unwrap();
                    let number = *same(&new).get(which)? as u8;
                    (!work.fired.contains(&number)).then_some((number, told))
                };
                work.told = std::mem::take(&mut work.told).into_iter().filter_map(moved).collect();
            }
            let rings = new_rings;
            let own = |ring: &u8| old_rings.iter().find(|known| known.ring == *ring);
            let Entity::Queue(queue) = entity else { unreachable!("it is a queue") };
            let row = self.queue(queue);
            row.holding.retain(|ring, _| own(ring).is_some_and(|ring| rings.contains(ring)));
        }
        let lives: Vec<_> =
            self.works.keys().copied().filter(|id| self.ends_by_lifetime(*id)).collect();
        let moves = matches!(definition, Definition::Queue(_) | Definition::Calendar(_));
        self.things.insert(entity, Thing::of(definition.clone()));
        if moves {
            self.ask_again(entity);
            self.renew_lives(lives);
        }
        self.derive_members();
        self.tell(Event::Changed(Box::new(definition)));
        if let Entity::Presence(presence) = entity {
            for agent in self.agents.keys().copied().collect::<Vec<_>>() {
                if self.agents[&agent].presence == presence {
                    self.withdraw_unattended(agent);
                }
            }
        }
        Ok(Reply::Done)
    }

    pub(super) fn retire(&mut self, entity: Entity) -> Result<Reply, Refusal> {
        match self.live(entity) {
            Err(Refusal::Retired { .. }) => return Ok(Reply::Done),
            answer => answer?,
        }
        if SystemPresence::ALL.iter().any(|system| entity == system.id().into()) {
            return Err(Refusal::built_in(entity));
        }
        if let Some(user) = self.user_of(entity) {
            return Err(Refusal::in_use(entity, user));
        }
        match entity {
            Entity::Agent(agent) => {
                let offline = SystemPresence::Offline.id();
                if self.agents[&agent].presence != offline {
                    self.take_presence(agent, offline, PresenceSetBy::Command);
                }
                self.agent(agent).memberships.clear();
                self.agent(agent).shares.clear();
                self.agent(agent).offered.clear();
            }
            Entity::Queue(queue) => {
                for agent in self.agents.values_mut() {
                    agent.memberships.retain(|(its, _), _| *its != queue);
                    agent.shares.retain(|(its, _), _| *its != queue);
                    agent.offered.retain(|(its, _), _| *its != queue);
                }
            }
            _ => {}
        }
        if let Some(thing) = self.things.get_mut(&entity) {
            thing.retired = true;
        }
        self.derive_members();
        self.tell(Event::Retired(entity));
        Ok(Reply::Done)
    }

    /// The first thing that keeps something from being retired: a definition, an agent as they are
    /// now, open work. Preferred agents are wishes.
    fn user_of(&self, entity: Entity) -> Option<Entity> {
        let others = self.things.iter().filter(|(other, _)| **other != entity);
        let mut live = others.filter(|(_, thing)| !thing.retired);
        let defined = live.find(|(_, thing)| mentions(&thing.definition).contains(&entity));
        if let Some((user, _)) = defined {
            return Some(*user);
        }
        if let Entity::Agent(agent) = entity {
            let leg = self.agents[&agent].legs.first().map(|leg| leg.work.into());
            let offer = self.offers.iter().find(|(_, offer)| offer.agent == agent);
            let guest = self.guests.iter().find(|guest| guest.agent == agent);
            let offer = offer.map(|(id, _)| (*id).into());
            return leg.or(offer).or_else(|| guest.map(|guest| guest.work.into()));
        }
        for (id, agent) in &self.agents {
            let of_leg = agent.legs.iter().any(|leg| {
                let code = leg.code.map(Entity::from);
                entity == leg.queue.into()
                    || entity == leg.claim.channel.into()
                    || code == Some(entity)
                    || leg.pools.iter().any(|pool| entity == (*pool).into())
            });
            let own = agent.memberships.keys().filter_map(|(_, channel)| *channel);
            let own = own.map(Entity::from).any(|channel| entity == channel);
            if of_leg || own || entity == agent.presence.into() {
                return Some((*id).into());
            }
        }
        let mut works = self.works.iter();
        let work = works.find(|(id, work)| {
            let mut pools = self.draws[id].iter();
            pools.any(|pool| entity == (*pool).into())
                || entity == work.queue.into()
                || valid::request_mentions(&work.request).contains(&entity)
        });
        work.map(|(id, _)| (*id).into())
    }

    pub(super) fn set_membership(&mut self, command: SetMembership) -> Result<Reply, Refusal> {
        let SetMembership { agent, queue, membership, channel, .. } = command;
        self.check_live(&[agent.into(), queue.into()])?;
        channel.map_or(Ok(()), |channel| self.live(channel.into()))?;
        valid::range("rank", membership.rank, 1, 99)?;
        valid::range("weight", membership.weight, 1, 1_000)?;
        valid::range("ring", membership.ring, 0, 15)?;
        let max = self.config.limits.memberships;
        let row = self.agent(agent);
        let old = row.memberships.get(&(queue, channel)).copied();
        let is_derived = channel.is_none() && row.derived.contains_key(&queue);
        let all = row.memberships.len() + row.derived.len();
        if old.is_none() && !is_derived && all >= max as usize {
            let limit = LimitName::Memberships;
            return Err(Refusal::limit(limit, max));
        }
        if old != Some(membership) {
            row.memberships.insert((queue, channel), membership);
            self.derive_members();
            self.tell(Event::membership_set(agent, queue, membership, channel));
        }
        Ok(Reply::Done)
    }

    pub(super) fn remove_membership(
        &mut self,
        command: RemoveMembership,
    ) -> Result<Reply, Refusal> {
        let RemoveMembership { agent, queue, channel, .. } = command;
        self.check_live(&[agent.into(), queue.into()])?;
        channel.map_or(Ok(()), |channel| self.live(channel.into()))?;
        if self.agent(agent).memberships.remove(&(queue, channel)).is_some() {
            self.agent(agent).shares.remove(&(queue, channel));
            self.agent(agent).offered.remove(&(queue, channel));
            self.derive_members();
            self.tell(Event::membership_removed(agent, queue, channel));
        } else if channel.is_none() && self.agent(agent).derived.contains_key(&queue) {
            return Err(Refusal::member_by_expression(agent, queue));
        }
        Ok(Reply::Done)
    }

    /// Whether somebody meets what a queue asks of its members.
    fn meets(queue: &QueueProfile, agent: &AgentProfile) -> bool {
        let asked = queue.members_where.as_ref();
        asked.is_some_and(|asked| holds(&asked.requirement, agent))
    }

    fn live_queues(&self) -> Vec<QueueId> {
        let all = self.queues.keys().copied();
        all.filter(|queue| self.live((*queue).into()).is_ok()).collect()
    }

    /// Says of everybody anew of which queues they are members because they meet what those ask.
    fn derive_members(&mut self) {
        let queues = self.live_queues();
        for id in self.agents.keys().copied().collect::<Vec<_>>() {
            let mut derived = BTreeMap::new();
            for queue in queues.iter().copied().filter(|_| self.live(id.into()).is_ok()) {
                let profile = self.queue_profile(queue);
                let named = self.agents[&id].memberships.contains_key(&(queue, None));
                if !named && Self::meets(&profile, self.agent_profile(id)) {
                    derived.extend(profile.members_where.as_ref().map(|who| (queue, who.terms)));
                }
            }
            let row = self.agent(id);
            row.derived = derived;
            // Who is no member any more begins anew one day.
            let (named, derived) = (&row.memberships, &row.derived);
            let stays = |place: &(QueueId, Option<ChannelId>)| {
                named.contains_key(place) || (place.1.is_none() && derived.contains_key(&place.0))
            };
            row.shares.retain(|place, _| stays(place));
            row.offered.retain(|place, _| stays(place));
        }
    }

    /// Refuses what would make somebody a member of too many queues by what they meet.
    fn check_members(&self, definition: &Definition) -> Result<(), Refusal> {
        let max = self.config.limits.memberships;
        let refused = Err(Refusal::limit(LimitName::Memberships, max));
        match definition {
            Definition::Agent(defined) => {
                let named = self.agents.get(&defined.id).map(|row| row.memberships.clone());
                let named = named.unwrap_or_default();
                let queues = self.live_queues().into_iter();
                let more = queues
                    .filter(|queue| !named.contains_key(&(*queue, None)))
                    .filter(|queue| Self::meets(&self.queue_profile(*queue), &defined.profile))
                    .count();
                if more > 0 && named.len() + more > max as usize {
                    return refused;
                }
            }
            Definition::Queue(defined) => {
                for (id, row) in &self.agents {
                    let named = row.memberships.contains_key(&(defined.id, None));
                    let new = !named && !row.derived.contains_key(&defined.id);
                    let full = row.memberships.len() + row.derived.len() >= max as usize;
                    let meets = Self::meets(&defined.profile, self.agent_profile(*id));
                    if new && full && meets && self.live((*id).into()).is_ok() {
                        return refused;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Refuses what does not exist or is retired.
    pub(super) fn live(&self, entity: Entity) -> Result<(), Refusal> {
        match self.things.get(&entity) {
            None => Err(Refusal::unknown(entity)),
            Some(thing) if thing.retired => Err(Refusal::retired(entity)),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn check_live(&self, entities: &[Entity]) -> Result<(), Refusal> {
        entities.iter().try_for_each(|entity| self.live(*entity))
    }

    pub(super) fn channel_profile(&self, id: ChannelId) -> &ChannelProfile {
        match &self.things[&id.into()].definition {
            Definition::Channel(defined) => &defined.profile,
            other => panic!("{other:?} is no channel"),
        }
    }

    pub(super) fn presence_profile(&self, id: PresenceId) -> &PresenceProfile {
        match &self.things[&id.into()].definition {
            Definition::Presence(defined) => &defined.profile,
            other => panic!("{other:?} is no presence"),
        }
    }

    pub(super) fn reason_profile(&self, id: ReasonId) -> &RejectReasonProfile {
        match &self.things[&id.into()].definition {
            Definition::Reason(defined) => &defined.profile,
            other => panic!("{other:?} is no reject reason"),
        }
    }

    pub(super) fn queue_profile(&self, id: QueueId) -> Arc<QueueProfile> {
        match &self.things[&id.into()].definition {
            Definition::Queue(defined) => defined.profile.clone(),
            other => panic!("{other:?} is no queue"),
        }
    }

    pub(super) fn agent_profile(&self, id: AgentId) -> &AgentProfile {
        match &self.things[&id.into()].definition {
            Definition::Agent(defined) => &defined.profile,
            other => panic!("{other:?} is no agent"),
        }
    }

    /// An agent who is known to exist.
    pub(super) fn agent(&mut self, id: AgentId) -> &mut Agent {
        self.agents.get_mut(&id).expect("the agent exists")
    }

    /// Whether a presence opens any channel.
    pub(super) fn is_on_queue(&self, presence: PresenceId) -> bool {
        match &self.presence_profile(presence).opens {
            Opens::Nothing => false,
            Opens::Everything => true,
            Opens::Only(channels) => !channels.is_empty(),
        }
    }
}
