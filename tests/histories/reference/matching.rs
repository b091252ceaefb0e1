//! Routing: every waiting work with every agent, the best pair first, until no pair is left.

use strowger::Timestamp;
use strowger::fact::Cause;
use strowger::model::{
    AgentChoice, AgentId, ChannelId, IdleClock, IdleSince, OfferId, Order, SkillId, WorkId,
};
use strowger::policy::choice::{AgentKey, Candidate, RANK_PREFERRED};
use strowger::policy::fit;
use strowger::policy::offering::Bar;
use strowger::policy::order::{LineKey, Place, Waiting};
use strowger::policy::room::Full;
use strowger::state::Stage;

use super::Router;
use super::state::{Agent, Happened};

/// A pair as it compares: by rank, then the work's place, then the agent's.
type Pair = (u8, LineKey, AgentKey);

impl Router {
    pub(super) fn route(&mut self) -> bool {
        self.cause = Cause::Routing;
        loop {
            let works = self.works.keys();
            let Some((_, line, choice)) = works.flat_map(|work| self.pairs(*work)).min() else {
                return true;
            };
            if self.left == 0 {
                return false;
            }
            self.left -= 1;
            let work = line.work;
            let broadcast = self.queue_profile(self.works[&work].queue).broadcast;
            let begins = self.open_offers(work).is_empty();
            // Whoever has other work that comes first for them is not asked for this.
            let alike = self.asks_alike(work);
            let turns = |pair: &Pair| self.comes_first(work, pair.2.agent);
            let mine = self.pairs_of(work).into_iter().filter(|pair| !alike || turns(pair));
            let first = mine.map(|(_, _, choice)| choice).min().map_or(choice.agent, |c| c.agent);
            let one_go = begins && !broadcast.refill;
            // Where it is not offered yet, as many as the queue wants are asked in one go; all whom
            // it may have, if others are not asked later.
            let go = match (begins, one_go) {
                (_, true) => broadcast.max,
                (true, false) => broadcast.min,
                (false, false) => 1,
            };
            for number in 1..=go {
                // It is taken already if the agent accepts automatically.
                let pairs = self.pairs_of(work);
                let others = pairs.len() > 1 && !self.is_last_of_ramp(work);
                let next = pairs.into_iter().map(|(_, _, choice)| choice).min();
                let agent = if number == 1 { Some(first) } else { next.map(|next| next.agent) };
                if let Some(agent) = agent {
                    let last = one_go && (number == go || !others);
                    self.offer_found(work, agent, last);
                }
            }
        }
    }

    /// Whether the ranks of the members say nothing about who gets a piece of work.
    fn asks_alike(&self, work: WorkId) -> bool {
        let row = &self.works[&work];
        row.step.is_none() && self.queue_profile(row.queue).members_alike
    }

    /// Whether of all work that an agent could be offered this comes first for them.
    fn comes_first(&self, work: WorkId, agent: AgentId) -> bool {
        let all = self.works.keys().flat_map(|work| self.pairs(*work));
        let own = all.filter(|(_, _, choice)| choice.agent == agent);
        own.min().is_some_and(|(_, line, _)| line.work == work)
    }

    /// The pairs of a piece of work; none if fewer can be asked at once than its queue wants.
    fn pairs(&self, id: WorkId) -> Vec<Pair> {
        let pairs = self.pairs_of(id);
        let least = self.queue_profile(self.works[&id].queue).broadcast.min;
        let few = self.open_offers(id).is_empty() && pairs.len() < usize::from(least);
        if few { Vec::new() } else { pairs }
    }

    /// The agents to whom a piece of work could be offered now.
    pub(super) fn takers(&self, id: WorkId) -> Vec<AgentId> {
        self.pairs(id).into_iter().map(|(_, _, choice)| choice.agent).collect()
    }

    /// The same, however many its queue wants to ask at once.
    pub(super) fn able(&self, id: WorkId) -> Vec<AgentId> {
        self.pairs_of(id).into_iter().map(|(_, _, choice)| choice.agent).collect()
    }

    fn pairs_of(&self, id: WorkId) -> Vec<Pair> {
        // What stood for other work is gone as soon as it is taken.
        let agents = self.agents.keys().filter(|_| self.works.contains_key(&id));
        agents.filter_map(|agent| self.pair(id, *agent)).collect()
    }

    /// Whether somebody may be asked for it: it waits, or it is offered to fewer than it may.
    fn is_in_line(&self, id: WorkId) -> bool {
        let work = &self.works[&id];
        match work.stage {
            Stage::Queued => work.retry.is_none(),
            Stage::Offered { .. } => {
                !work.closed && self.open_offers(id).len() < usize::from(work.open_to)
            }
            _ => false,
        }
    }

    /// Whether the agent declined it and may not be asked again yet.
    pub(super) fn is_barred(&self, id: WorkId, agent: AgentId) -> bool {
        let session = self.agents[&agent].session;
        let mut declines = self.works[&id].declines.iter().filter(|known| known.agent == agent);
        declines.any(|known| match known.bar {
            Bar::None => false,
            Bar::Until(_) | Bar::Always => true,
            Bar::Session(barred) => barred == session,
            _ => unreachable!("this test does not know it"),
        })
    }

    /// The pair of a piece of work and an agent, if they can be matched.
    fn pair(&self, id: WorkId, agent: AgentId) -> Option<Pair> {
        let (work, row) = (&self.works[&id], &self.agents[&agent]);
        let channel = work.request.channel;
        if !self.is_in_line(id) || self.offer_to(id, agent).is_some() {
            return None;
        }
        if self.is_barred(id, agent)
            || work.not_to == Some(agent)
            || work.request.never_to.contains(&agent)
            || self.has_origin(id, agent)
            || self.queue_profile(work.queue).external
            || self.is_held_back(work.queue)
            || row.leg(id).is_some()
            || self.attends(agent, channel).is_err()
            || !self.may_have_more(agent)
        {
            return None;
        }
        let queue = self.queue_profile(work.queue);
        // Who has no end of shift always has time.
        if let (Some(least), Some(end)) = (queue.shift_left_min, row.shift_end)
            && self.now + least > end
        {
            return None;
        }
        let usage = self.usage(agent);
        let room = self.room(agent, &usage, channel, self.cost_of(id, agent), &self.draws[&id]);
        let need = &self.need_now(id);
        let named = fit::named_skills(need);
        let profile = self.agent_profile(agent);
        let fits = fit::fits(need, profile);
        let (rank, preference) = match work.step {
            // For whoever had it last as for the only one on a list.
            Some(_) if work.sticky => {
                if work.last_agent != Some(agent) || room.is_err() || !fits {
                    return None;
                }
                (RANK_PREFERRED, 100)
            }
            Some(step) => {
                let list = work.request.preferred.as_ref()?;
                let score = list.score(agent)?;
                let least = list.steps[usize::from(step.number)].score_min;
                let has_room = match room {
                    Ok(()) => true,
                    Err(Full::Debt) => false,
                    Err(_) => list.ignore_capacity,
                };
                if score < least || !has_room || !(fits || list.ignore_need) {
                    return None;
                }
                (RANK_PREFERRED, score)
            }
            None => {
                let (_, terms) = row.terms(work.queue, channel)?;
                let sees = terms.delay <= work.revealed && self.ring_sees(id, agent);
                if room.is_err() || !fits || !sees {
                    return None;
                }
                (terms.rank, 0)
            }
        };
        // Among agents whom the work asks for by name rings do not count.
        let (place, terms) = row.terms(work.queue, channel).unzip();
        let ring = terms.filter(|_| work.step.is_none()).map_or(0, |terms| terms.ring);
        let reached = self.shares.get(&work.queue).copied().unwrap_or(0);
        let own = place.and_then(|place| row.shares.get(&place)).copied().unwrap_or(0);
        let candidate = Candidate {
            agent,
            rank: if self.asks_alike(id) { 1 } else { rank },
            ring,
            preference,
            score: fit::score(need, &named, profile),
            units: usage.units(),
            ratio: usage.ratio(&profile.capacity),
            idle_since: idle_since(row, queue.idle, channel),
            last_offer: row.last_offer,
            position: terms.map_or(0, |terms| terms.position),
            distance: fit::distance(need, profile),
            // Nobody is behind the queue.
            share: own.max(reached),
            offered: place
                .and_then(|place| row.offered.get(&place))
                .copied()
                .unwrap_or(OfferId::NONE),
            scored: match queue.choice {
                AgentChoice::Scored => super::host::score(id, agent),
                _ => 0,
            },
            shift_end: row.shift_end,
            scarce: self.is_spared(agent, channel, &named, queue.spare_scarce),
        };
        let last = self.offered_last.get(&work.queue).copied();
        let choice = AgentKey::new(queue.choice, need.evaluation, last, &candidate);
        Some((rank, self.line_key(id), choice))
    }

    /// Where work stands in the order of its queue now.
    fn line_key(&self, id: WorkId) -> LineKey {
        let work = &self.works[&id];
        let queue = self.queue_profile(work.queue);
        let expedited = work.step.is_some()
            && !work.sticky
            && work.request.preferred.as_ref().is_some_and(|list| list.expedite);
        let mut sort = [0; 2];
        for (number, key) in sort.iter_mut().zip(&queue.sort_by) {
            *number = key.value(&work.request.attributes);
        }
        let waiting = Waiting {
            work: id,
            place: Place::new(work.place.front || expedited, work.place.since),
            priority: work.request.priority,
            credit: work.request.credit,
            due: work.request.due,
            objective: work.request.objective,
            sort,
        };
        // A target in open time is an instant that nobody asked for by name.
        let waiting = match queue.order {
            Order::Deadline if waiting.due.is_none() => {
                let due = self.due(work.queue, None, work.place.since, queue.service_target);
                Waiting { due: Some(due.unwrap_or(Timestamp::MAX)), ..waiting }
            }
            _ => waiting,
        };
        LineKey::new(queue.order, queue.service_target, &waiting).at(self.now)
    }

    /// The place of work in the line of its queue: one more than there are before it.
    pub(super) fn place_of(&self, id: WorkId) -> u32 {
        let own = self.line_key(id);
        let others = self.waiting_in(self.works[&id].queue).into_iter();
        1 + others.filter(|other| self.line_key(*other) < own).count() as u32
    }

    /// Whether an agent is among so few, or fewer, who are free and have some skill that is not
    /// asked for. Free is to whom a single unit of the channel could be offered.
    fn is_spared(&self, agent: AgentId, channel: ChannelId, named: &[SkillId], few: u16) -> bool {
        let free = |agent: &AgentId| {
            self.attends(*agent, channel).is_ok()
                && self.may_have_more(*agent)
                && self.room(*agent, &self.usage(*agent), channel, 1, &[]).is_ok()
        };
        let has = |agent: &AgentId, skill| self.agent_profile(*agent).skills.contains_key(&skill);
        let skills = self.agent_profile(agent).skills.keys().copied();
        let mut other = skills.filter(|skill| !named.contains(skill));
        few > 0
            && other.any(|skill| {
                let holders = self.agents.keys().filter(|other| has(other, skill));
                holders.filter(|holder| free(holder)).count() <= usize::from(few)
            })
    }
}

fn idle_since(agent: &Agent, clock: IdleClock, channel: ChannelId) -> Timestamp {
    let on = clock.own_channel.then_some(channel);
    match clock.since {
        IdleSince::LastRelease => agent.last(Happened::Released, on),
        IdleSince::LastOffer => agent.last(Happened::Offered, on),
        IdleSince::LastAccept => agent.last(Happened::Accepted, on),
        IdleSince::Ready => {
            let last = |happened| agent.last(happened, None);
            last(Happened::Released)
                .max(last(Happened::PresenceChanged))
                .max(last(Happened::Returned))
        }
        _ => unreachable!("this test does not know it"),
    }
}
