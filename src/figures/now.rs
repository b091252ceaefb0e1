//! What stands where now: the screen of a floor.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::figures::book::Cell;
use crate::figures::fold::Figures;
use crate::figures::service_level::ServiceCounts;
use crate::figures::standing::{CountedPlace, CountedWork, Doing};
use crate::figures::sums::one_more;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, ChannelId, PresenceId, QueueId};
use crate::policy::fit::holds;
use crate::state::routing_status::RoutingStatus;

/// A queue as it is now.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::figures::QueueNow;
///
/// fn free(queue: &QueueNow) -> u32 {
///     let of = |wanted| queue.statuses.iter().find(|(status, _)| *status == wanted);
///     of(RoutingStatus::Idle).map_or(0, |(_, count)| *count)
/// }
/// # let _: fn(&QueueNow) -> u32 = free;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueNow {
    /// The queue.
    pub queue: QueueId,
    /// By channel, those of which there is or was anything.
    pub channels: Vec<ChannelNow>,
    /// How many of its members have each routing status; none of those nobody has.
    pub statuses: Vec<(RoutingStatus, u32)>,
    /// How many of its members have each presence; none of those nobody has.
    pub presences: Vec<(PresenceId, u32)>,
    /// The member who is idle the longest, by their routing status, and for how long.
    pub longest_idle: Option<(AgentId, Span)>,
}

/// The present figures of a queue on one channel.
///
/// ```
/// use strowger::figures::{ChannelNow, ServiceLevel};
///
/// fn alarming(channel: &ChannelNow) -> bool {
///     channel.today.service_level(ServiceLevel::Ended) < Some(800) && channel.waiting > 10
/// }
/// # let _: fn(&ChannelNow) -> bool = alarming;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChannelNow {
    /// The channel.
    pub channel: ChannelId,
    /// How much work stands in line and is not offered. What is internal is counted apart.
    pub waiting: u32,
    /// How long the one among it that entered the line first has waited.
    pub oldest_wait: Option<Span>,
    /// How much is offered (alerting).
    pub offered: u32,
    /// How much is put off.
    pub put_off: u32,
    /// How much internal work stands in line, is offered or put off. None of it is in the counts
    /// above.
    #[serde(default)]
    pub internal: u32,
    /// How much agents have.
    pub with_agents: WithAgents,
    /// The counts that service levels are made of, since the interval began.
    pub interval: ServiceCounts,
    /// The same since the day began.
    pub today: ServiceCounts,
    /// The same over the latest stays that ended; see [`FiguresConfig::last`].
    ///
    /// [`FiguresConfig::last`]: crate::figures::FiguresConfig::last
    pub last: ServiceCounts,
}

/// How much work agents have, by what they do with it.
///
/// ```
/// assert_eq!(strowger::figures::WithAgents::default().active, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WithAgents {
    /// Active.
    pub active: u32,
    /// With the customer on hold.
    pub held: u32,
    /// Parked.
    pub parked: u32,
    /// Wrapped up, on the side too, and by agents who gave it away.
    pub wrapping_up: u32,
}

impl WithAgents {
    const fn count(&mut self, doing: Doing) {
        let count = match doing {
            Doing::Active => &mut self.active,
            Doing::Held => &mut self.held,
            Doing::Parked => &mut self.parked,
            Doing::WrapUp | Doing::WrapUpAside => &mut self.wrapping_up,
        };
        one_more(count);
    }
}

/// An agent as they are now.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::figures::AgentNow;
///
/// fn idle(agent: &AgentNow, now: Timestamp) -> Option<Span> {
///     (agent.status == RoutingStatus::Idle).then(|| now.since(agent.status_since))
/// }
/// # let _: fn(&AgentNow, Timestamp) -> Option<Span> = idle;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentNow {
    /// The agent.
    pub agent: AgentId,
    /// The presence of the agent: what the agent says of themselves.
    pub presence: PresenceId,
    /// Since when.
    pub presence_since: Timestamp,
    /// The routing status of the agent, as the engine knows it.
    pub status: RoutingStatus,
    /// Since when.
    pub status_since: Timestamp,
    /// How many offers and consults alert the agent.
    pub alerting: u32,
    /// The amount of work the agent has.
    pub work: WithAgents,
    /// In how many consults and conferences the agent takes part.
    pub consults: u32,
}

impl ChannelNow {
    fn new(channel: ChannelId) -> Self {
        Self {
            channel,
            waiting: 0,
            oldest_wait: None,
            offered: 0,
            put_off: 0,
            internal: 0,
            with_agents: WithAgents::default(),
            interval: ServiceCounts::default(),
            today: ServiceCounts::default(),
            last: ServiceCounts::default(),
        }
    }

    fn count(&mut self, work: &CountedWork, now: Timestamp) {
        let count = match work.place {
            CountedPlace::With(_) => return,
            _ if work.internal => &mut self.internal,
            CountedPlace::Aside => &mut self.put_off,
            CountedPlace::Line if work.open_offers > 0 => &mut self.offered,
            CountedPlace::BetweenAgents => &mut self.offered,
            CountedPlace::Line => {
                self.oldest_wait = self.oldest_wait.max(Some(now.since(work.entered)));
                &mut self.waiting
            }
        };
        one_more(count);
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u32>, key: K) {
    one_more(counts.entry(key).or_default());
}

impl Figures {
    /// Every queue as it is now, by id. Takes a walk over all open work and all memberships.
    #[must_use]
    pub fn queues_now(&self, now: Timestamp) -> Vec<QueueNow> {
        let mut channels = self.channels_now(now);
        let mut queues: Vec<_> = self.queues.keys().copied().collect();
        queues.sort_unstable();
        let mut members: BTreeMap<QueueId, BTreeSet<AgentId>> = BTreeMap::new();
        for (queue, agent, _) in &self.members {
            members.entry(*queue).or_default().insert(*agent);
        }
        for (queue, asked) in &self.asked {
            let meets = |profile: &AgentProfile| holds(asked, profile);
            let all = self.profiles.iter().filter(|(_, profile)| meets(profile));
            members.entry(*queue).or_default().extend(all.map(|(agent, _)| *agent));
        }
        let rows = queues.into_iter().map(|queue| {
            let members = members.remove(&queue).unwrap_or_default();
            let channels = channels.remove(&queue).unwrap_or_default();
            self.queue_now(queue, channels, &members, now)
        });
        rows.collect()
    }

    fn queue_now(
        &self,
        queue: QueueId,
        channels: Vec<ChannelNow>,
        members: &BTreeSet<AgentId>,
        now: Timestamp,
    ) -> QueueNow {
        let (mut statuses, mut presences) = (BTreeMap::new(), BTreeMap::new());
        let mut idle = None;
        for id in members {
            let Some(person) = self.people.get(id) else {
                continue;
            };
            add(&mut statuses, person.status);
            add(&mut presences, person.presence);
            if person.status == RoutingStatus::Idle {
                let since = (person.status_since, *id);
                idle = Some(idle.map_or(since, |other| since.min(other)));
            }
        }
        QueueNow {
            queue,
            channels,
            statuses: statuses.into_iter().collect(),
            presences: presences.into_iter().collect(),
            longest_idle: idle.map(|(since, agent)| (agent, now.since(since))),
        }
    }

    fn channels_now(&self, now: Timestamp) -> BTreeMap<QueueId, Vec<ChannelNow>> {
        let mut cells: BTreeMap<Cell, ChannelNow> = BTreeMap::new();
        let mut at = |cell: Cell, with: &dyn Fn(&mut ChannelNow)| {
            with(cells.entry(cell).or_insert_with(|| ChannelNow::new(cell.channel)));
        };
        for work in self.works.values() {
            at(work.cell, &|row| row.count(work, now));
        }
        for part in self.parts.values() {
            at(part.cell, &|row| row.with_agents.count(part.doing));
        }
        let (grid, day) = (self.config.grid(self.joint), self.config.days(self.joint).of(now).from);
        for (cell, recent) in &self.recent {
            at(*cell, &|row| {
                row.interval = self.book.service(grid, now, *cell);
                (row.today, row.last) = (recent.of_day(day), recent.of_last());
            });
        }
        let mut queues: BTreeMap<QueueId, Vec<ChannelNow>> = BTreeMap::new();
        for (cell, row) in cells {
            queues.entry(cell.queue).or_default().push(row);
        }
        queues
    }

    /// Every agent as they are now, by id. Takes a walk over all agents and all they have.
    #[must_use]
    pub fn agents_now(&self) -> Vec<AgentNow> {
        let mut agents: BTreeMap<AgentId, AgentNow> = BTreeMap::new();
        for (id, person) in &self.people {
            let row = AgentNow {
                agent: *id,
                presence: person.presence,
                presence_since: person.presence_since,
                status: person.status,
                status_since: person.status_since,
                alerting: 0,
                work: WithAgents::default(),
                consults: 0,
            };
            agents.insert(*id, row);
        }
        for offer in self.offers.values() {
            let row = agents.get_mut(&offer.desk.agent);
            row.into_iter().for_each(|row| one_more(&mut row.alerting));
        }
        for ((_, agent), part) in &self.parts {
            agents.get_mut(agent).into_iter().for_each(|row| row.work.count(part.doing));
        }
        for ((_, agent), guest) in &self.guests {
            if let Some(row) = agents.get_mut(agent) {
                one_more(if guest.joined { &mut row.consults } else { &mut row.alerting });
            }
        }
        agents.into_values().collect()
    }
}
