//! Who may have what: the one place that says whether a piece of work and an agent fit, and which
//! fit best. Routing asks it, and so does everybody who explains what routing did. It looks at the
//! world and changes nothing.

mod agents;
mod works;

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, QueueId, WorkId};
use crate::model::membership::Membership;
use crate::model::queue::QueueProfile;
use crate::policy::choice::{AgentKey, RANK_PREFERRED};
use crate::policy::order::LineKey;
use crate::policy::room::Full;
use crate::world::may::delay_over;
use crate::world::rows::Work;
use crate::world::state::World;

use crate::engine::rules::Rules;

/// The world as it looks to whoever matches, at one instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matching<'a> {
    /// All there is.
    pub world: &'a World,
    /// The time of the call.
    pub now: Timestamp,
    /// What the host decides itself.
    pub rules: &'a Rules,
}

/// The best pair a seeker can be part of, as far as the order of pairs goes, and the agent if he is
/// known already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The rank of the queue for the agent.
    pub rank: u8,
    /// The work.
    pub work: LineKey,
    /// The agent.
    pub agent: Option<AgentId>,
}

/// The agent a piece of work goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The rank by which he sees it.
    pub rank: u8,
    ring: u8,
    /// The agent.
    pub agent: AgentId,
}

/// On what terms an agent may have a piece of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Whether he need not meet the need.
    pub ignore_need: bool,
    /// Whether he need not have room.
    pub ignore_capacity: bool,
}

impl Terms {
    /// Those of an agent the work asks for by name.
    pub(crate) fn by_name(work: &Work) -> Self {
        let preferred = work.request.preferred.as_ref().filter(|_| !work.sticky);
        preferred.map_or_else(Self::default, |preferred| Self {
            ignore_need: preferred.ignore_need,
            ignore_capacity: preferred.ignore_capacity,
        })
    }
}

impl<'a> Matching<'a> {
    /// Whether a queue may not offer anything: another engine decides, or it has offered too much
    /// at once.
    pub(crate) fn is_held_back(self, queue: QueueId) -> bool {
        self.world
            .queue_profile(queue)
            .is_ok_and(|profile| profile.external || self.ramp_until(queue, profile).is_some())
    }

    /// Until when a queue may not offer anything, for it has offered too much at once.
    pub(crate) fn ramp_until(self, queue: QueueId, profile: &QueueProfile) -> Option<Timestamp> {
        self.world.queue(queue).ok()?.held_back(profile, self.now)
    }

    /// Whether as many can be asked at once as the queue wants, where it is not ringing yet.
    pub(crate) fn enough(self, id: WorkId, work: &Work) -> bool {
        self.too_few(id, work).is_none()
    }

    /// How many can be asked, and how many the queue wants to ask at least, if they are fewer.
    pub(crate) fn too_few(self, id: WorkId, work: &Work) -> Option<(u8, u8)> {
        let least = self.world.queue_profile(work.queue).map_or(1, |queue| queue.broadcast.min);
        if least <= 1 || work.rings() {
            return None;
        }
        let able = self.candidates(id, work).take(usize::from(least)).count();
        let able = u8::try_from(able).unwrap_or(u8::MAX);
        (able < least).then_some((able, least))
    }

    /// Everybody who can take a piece of work in line, in no meaningful order.
    pub(crate) fn candidates(
        self,
        id: WorkId,
        work: &'a Work,
    ) -> impl Iterator<Item = AgentKey> + 'a {
        let preferred = work
            .preferred()
            .filter(move |(agent, _)| self.preferred_can_take(id, work, *agent))
            .filter_map(move |(agent, preference)| {
                self.key(id, work, agent, RANK_PREFERRED, preference)
            });
        let members = work.step.is_none().then(|| self.members_who_can(id, work));
        preferred.chain(members.into_iter().flatten())
    }

    fn members_who_can(self, id: WorkId, work: &'a Work) -> impl Iterator<Item = AgentKey> + 'a {
        let index = self.world.index();
        let line = index.line(work.queue);
        let open = index.open.get(work.request.channel.raw() as usize);
        let fit = index.fit(work.need).map(|fit| &fit.agents);
        let sets = line.zip(open).zip(fit);
        sets.into_iter().flat_map(move |((line, open), fit)| {
            let members = line.members(work.request.channel);
            members.among((fit, open)).filter_map(move |agent| {
                let able = self.sees(work, agent) && self.member_can_take(id, work, agent);
                let rank = self.membership(work, agent)?.rank;
                able.then(|| self.key(id, work, agent, rank, 0)).flatten()
            })
        })
    }

    /// Whether the work has waited past the delay of a member and his ring sees it.
    pub(crate) fn sees(self, work: &Work, agent: AgentId) -> bool {
        self.delay_over(work, agent) && self.ring_sees(work, agent)
    }

    /// Whether the work has waited past the delay of a member.
    pub(crate) fn delay_over(self, work: &Work, agent: AgentId) -> bool {
        self.membership(work, agent).is_some_and(|terms| delay_over(terms.delay, work.revealed))
    }

    /// Whether the ring of a member sees the work.
    pub(crate) fn ring_sees(self, work: &Work, agent: AgentId) -> bool {
        let ring = self.world.queue_profile(work.queue).map(|profile| work.ring(profile));
        let both = self.membership(work, agent).zip(ring.ok());
        both.is_some_and(|(terms, ring)| self.world.ring_sees(work.queue, terms.ring, ring))
    }

    /// On what terms an agent is a member of the queue the work waits in.
    fn membership(self, work: &Work, agent: AgentId) -> Option<Membership> {
        self.world.agent(agent).ok()?.membership(work.queue, work.request.channel)
    }

    /// Whether nothing about this very item keeps an open, fit agent from it.
    fn member_can_take(self, id: WorkId, work: &Work, agent: AgentId) -> bool {
        !self.is_excepted(id, work, agent)
            && self.room(work, agent).is_ok()
            && self.has_time(work.queue, agent)
    }

    /// Whether an agent has room for the work.
    pub(crate) fn room(self, work: &Work, agent: AgentId) -> Result<(), Full> {
        let claim = self.world.new_claim(work.request.channel, work.cost);
        let pools = self.world.pools(work.pool_set);
        let room = claim.and_then(|claim| self.world.has_room(agent, claim, pools));
        room.unwrap_or(Err(Full::Debt))
    }

    /// Whether the agent declined it, still has a leg of it, or is being asked for it.
    pub(crate) fn is_excepted(self, id: WorkId, work: &Work, agent: AgentId) -> bool {
        let Ok(row) = self.world.agent(agent) else {
            return true;
        };
        let rings = || work.rings() && self.world.rings_at(id, agent).is_some();
        work.bars(agent, row.session) || row.has(id) || rings()
    }

    /// Whether enough of an agent's shift is left for work of a queue.
    pub(crate) fn has_time(self, queue: QueueId, agent: AgentId) -> bool {
        let both = self.world.queue_profile(queue).ok().zip(self.world.agent(agent).ok());
        both.is_none_or(|(queue, agent)| agent.has_time(queue, self.now))
    }

    /// Whether an agent on the work's list can take it now.
    pub(crate) fn preferred_can_take(self, id: WorkId, work: &Work, agent: AgentId) -> bool {
        let terms = Terms::by_name(work);
        let attends = matches!(self.world.attends(agent, work.request.channel), Ok(Ok(())));
        let bounded = self.world.may_have_more(agent) == Ok(true);
        attends
            && bounded
            && self.room_on(terms, work, agent)
            && self.has_time(work.queue, agent)
            && self.fits_on(terms, work, agent)
            && !self.is_excepted(id, work, agent)
    }

    /// Whether an agent meets the need of the work, if he must.
    pub(crate) fn fits_on(self, terms: Terms, work: &Work, agent: AgentId) -> bool {
        terms.ignore_need || self.world.index().fits_need(work.need, agent)
    }

    /// Whether an agent has room for the work, if he must; debt is never passed over.
    pub(crate) fn room_on(self, terms: Terms, work: &Work, agent: AgentId) -> bool {
        match self.room(work, agent) {
            Ok(()) => true,
            Err(Full::Debt) => false,
            Err(_) => terms.ignore_capacity,
        }
    }
}

/// Work that waits although somebody could take it; there is none after a call.
pub(crate) fn unmatched(matching: Matching<'_>) -> Option<crate::model::ids::Entity> {
    let waiting = matching.world.stores().works.sorted().into_iter().map(|(id, _)| id);
    let mut found = waiting.filter(|id| matching.choose(*id).is_some());
    found.next().map(Into::into)
}
