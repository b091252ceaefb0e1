//! Routing: every waiting work with every agent, the best pair first, until no pair is left.

use strowger::policies::choice::{AgentKey, Candidate, RANK_PREFERRED};
use strowger::policies::fit;
use strowger::policies::offering::Bar;
use strowger::policies::order::{LineKey, Waiting};
use strowger::policies::room::Full;
use strowger::{
    AgentId, Cause, ChannelId, IdleClock, IdleSince, OfferedBy, Stage, Timestamp, WorkId,
};

use super::Router;
use super::state::{Agent, Happened};

/// A pair as it compares: by rank, then the work's place, then the agent's.
type Pair = (u8, LineKey, AgentKey);

impl Router {
    pub(super) fn route(&mut self) {
        self.cause = Cause::Routing;
        loop {
            let works = self.works.keys();
            let pairs = works.flat_map(|work| {
                let agents = self.agents.keys();
                agents.filter_map(|agent| self.pair(*work, *agent))
            });
            let Some((_, line, choice)) = pairs.min() else {
                return;
            };
            self.offer(line.work, choice.agent, OfferedBy::Routing);
        }
    }

    /// The pair of a piece of work and an agent, if they can be matched.
    fn pair(&self, id: WorkId, agent: AgentId) -> Option<Pair> {
        let (work, row) = (&self.works[&id], &self.agents[&agent]);
        let channel = work.request.channel;
        if work.stage != Stage::Queued || work.retry.is_some() {
            return None;
        }
        let mut declines = work.declines.iter();
        if declines.any(|known| known.agent == agent && known.bar != Bar::None) {
            return None;
        }
        if row.leg(id).is_some()
            || self.attends(agent, channel).is_err()
            || !self.may_have_more(agent)
        {
            return None;
        }
        let usage = self.usage(agent);
        let room = self.room(agent, &usage, channel, work.cost);
        let need = &work.request.need;
        let profile = self.agent_profile(agent);
        let fits = fit::fits(need, profile);
        let (rank, preference) = match work.step {
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
                let terms = row.memberships.get(&work.queue)?;
                if room.is_err() || !fits || terms.delay > work.revealed {
                    return None;
                }
                (terms.rank, 0)
            }
        };
        let queue = self.queue_profile(work.queue);
        let waiting = Waiting {
            work: id,
            place: work.place,
            priority: work.request.priority,
            credit: work.request.credit,
            due: work.request.due,
        };
        let terms = row.memberships.get(&work.queue);
        let candidate = Candidate {
            agent,
            rank,
            preference,
            score: fit::score(need, &fit::named_skills(need), profile),
            units: usage.units(),
            ratio: usage.ratio(&profile.capacity),
            idle_since: idle_since(row, queue.idle, channel),
            turn: row.turn,
            position: terms.map_or(0, |terms| terms.position),
        };
        let last = self.offered_last.get(&work.queue).copied();
        let line = LineKey::new(queue.order, queue.service_target, &waiting);
        let choice = AgentKey::new(queue.choice, need.evaluation, last, &candidate);
        Some((rank, line, choice))
    }
}

fn idle_since(agent: &Agent, clock: IdleClock, channel: ChannelId) -> Timestamp {
    let on = clock.own_channel.then_some(channel);
    match clock.since {
        IdleSince::LastRelease => agent.last(Happened::Released, on),
        IdleSince::LastOffer => agent.last(Happened::Offered, on),
        IdleSince::LastAccept => agent.last(Happened::Accepted, on),
        IdleSince::Ready => {
            let released = agent.last(Happened::Released, None);
            released.max(agent.last(Happened::PresenceChanged, None))
        }
    }
}
