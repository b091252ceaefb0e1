//! Which work an agent takes next.
//!
//! Only heads of lanes are compared: what follows a head in its lane comes after it at all times,
//! and an agent who may have one ordinary item of a lane may have all of them.

use crate::base::bits::IdSet;
use crate::model::ids::{AgentId, QueueId, WorkId};
use crate::policy::choice::RANK_PREFERRED;
use crate::policy::order::LineKey;
use crate::world::lanes::{Lane, LaneKey};
use crate::world::member::PackedMember;
use crate::world::rows::Agent;

use crate::engine::matching::candidates::are_enough;
use crate::engine::matching::choose::choose;
use crate::engine::matching::given::Matching;
use crate::engine::matching::{agent, item, member, named, queue, room};

/// The best pair that a work or an agent can be part of, as far as the order of pairs goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The rank of the queue for the agent.
    pub rank: u8,
    /// The work.
    pub work: LineKey,
    /// The agent, if they are known already.
    pub agent: Option<AgentId>,
}

/// The work an agent takes next, if they can take any.
pub(crate) fn best_work(matching: Matching<'_>, id: AgentId) -> Option<Found> {
    let row = matching.world.agent(id).ok().filter(|row| agent::takes_anything(row))?;
    let own = first_work_of(matching, id, row);
    let together = || best_together(matching, id, row);
    match own {
        Some(own) if own.rank == RANK_PREFERRED => Some(own),
        _ if matching.world.index().together.is_empty() => own,
        _ if !matching.world.index().is_open(id) => own,
        _ => own.into_iter().chain(together()).min(),
    }
}

/// The first work for an agent by the order of their own queues, whoever it goes to.
pub(crate) fn first_work(matching: Matching<'_>, id: AgentId) -> Option<Found> {
    let row = matching.world.agent(id).ok().filter(|row| agent::takes_anything(row))?;
    first_work_of(matching, id, row)
}

fn first_work_of(matching: Matching<'_>, id: AgentId, row: &Agent) -> Option<Found> {
    if let Some(named) = best_named(matching, id) {
        return Some(named);
    }
    let open = matching.world.index().is_open(id);
    if open { best_by_rank(matching, id, row) } else { None }
}

/// The first work that waits for an agent by name, if they can take any.
pub(crate) fn named_work(matching: Matching<'_>, id: AgentId) -> Option<Found> {
    matching.world.agent(id).ok().filter(|row| agent::takes_anything(row))?;
    best_named(matching, id)
}

/// The first work in the queues of lowest rank for an agent. Mostly nothing keeps them from what is
/// first in its lane; only if something does, is more than one piece of work evaluated.
fn best_by_rank(matching: Matching<'_>, id: AgentId, row: &Agent) -> Option<Found> {
    let head = best_in_lanes(matching, id, row, |_| true)?;
    let able = |work| is_able(matching, id, work);
    if able(head.work.work) { Some(head) } else { best_in_lanes(matching, id, row, able) }
}

/// The first work in the queues of lowest rank for an agent, of that for which this holds.
fn best_in_lanes(
    matching: Matching<'_>,
    id: AgentId,
    row: &Agent,
    able: impl Fn(WorkId) -> bool,
) -> Option<Found> {
    let mut best: Option<Found> = None;
    for (place, membership) in row.memberships.iter().enumerate() {
        let rank = membership.rank();
        if best.is_some_and(|best| best.rank < rank) {
            break;
        }
        member::lanes_for(matching, id, place, membership).for_each(|lane| {
            let Some(first) = lane.head() else {
                return;
            };
            let head = first.at(matching.now);
            let behind = best.is_some_and(|best| best.work < head);
            if behind || !takes_lane(matching, id, membership, lane) {
                return;
            }
            let first = match able(first.work) {
                true => Some(head),
                false => {
                    let keys = worth_asking(matching, membership.queue(), lane.key, lane.keys());
                    let found = keys.skip(1).find(|key| able(key.work));
                    found.map(|key| key.at(matching.now))
                }
            };
            let found = first.map(|work| Found { rank, work, agent: None });
            best = best.into_iter().chain(found).min();
        });
    }
    best
}

/// The work of a lane that is worth asking about, in order: all up to the first that is ordinary,
/// which stands for whatever is ordinary behind it, and then what is offered behind that. Of those
/// the others need as many agents as the queue asks at once, and what is offered needs one more.
pub(crate) fn worth_asking<'a>(
    matching: Matching<'a>,
    queue: QueueId,
    lane: LaneKey,
    keys: impl Iterator<Item = &'a LineKey>,
) -> impl Iterator<Item = &'a LineKey> {
    let ordinary = move |key: &LineKey| matching.world.work(key.work).is_ok_and(item::is_ordinary);
    let (mut front, mut last, mut behind) = (Some(keys), None::<&'a LineKey>, None);
    core::iter::from_fn(move || {
        if let Some(keys) = &mut front {
            let Some(stands_for_all) = last.filter(|key| ordinary(key)) else {
                last = keys.next();
                return last;
            };
            front = None;
            behind = Some(offered_behind(matching, queue, lane, *stands_for_all));
        }
        behind.as_mut()?.next()
    })
}

/// What is offered in a lane behind a key, if its queue asks several at once.
fn offered_behind<'a>(
    matching: Matching<'a>,
    queue: QueueId,
    lane: LaneKey,
    key: LineKey,
) -> impl Iterator<Item = &'a LineKey> {
    let profile = matching.world.queue_profile(queue).ok();
    let profile = profile.filter(|profile| profile.broadcast.min > 1);
    let both = profile.zip(matching.world.index().line(queue)).into_iter();
    both.flat_map(move |(profile, line)| {
        let of_lane = move |key: &&LineKey| {
            let work = matching.world.work(key.work);
            work.is_ok_and(|work| LaneKey::of(work, profile) == lane)
        };
        line.offered.after(Some(key)).filter(of_lane)
    })
}

/// The first work among what could not be offered without this agent, because too few could be
/// asked at once. It goes to the best of them, who may be somebody else.
fn best_together(matching: Matching<'_>, id: AgentId, row: &Agent) -> Option<Found> {
    let mut best = None;
    let together = &matching.world.index().together;
    for (place, membership) in row.memberships.iter().enumerate() {
        if !together.contains(&membership.queue()) {
            continue;
        }
        let lanes = member::lanes_for(matching, id, place, membership);
        for lane in lanes.filter(|lane| takes_lane(matching, id, membership, lane)) {
            let keys = worth_asking(matching, membership.queue(), lane.key, lane.keys());
            for key in keys.filter(|key| is_able(matching, id, key.work)) {
                let found = choose(matching, key.work).map(|chosen| Found {
                    rank: chosen.rank,
                    work: key.at(matching.now),
                    agent: Some(chosen.agent),
                });
                best = best.into_iter().chain(found).min();
                // Whoever may have what follows in its lane may have this.
                if matching.world.work(key.work).is_ok_and(item::is_ordinary) {
                    break;
                }
            }
        }
    }
    best
}

/// The first work that waits for an agent by name.
fn best_named(matching: Matching<'_>, id: AgentId) -> Option<Found> {
    let mut best: Option<LineKey> = None;
    for key in matching.world.index().direct.of(id) {
        let now = key.at(matching.now);
        let better = best.is_none_or(|best| now < best);
        let work = matching.world.work(key.work).ok().filter(|_| better);
        if work.is_some_and(|work| {
            !queue::is_held_back(matching, work.queue)
                && are_enough(matching, key.work, work)
                && named::can_take(matching, key.work, work, id)
        }) {
            best = Some(now);
        }
    }
    best.map(|work| Found { rank: RANK_PREFERRED, work, agent: None })
}

/// True if an agent can take the work of a lane that they see. Whether a conditional ring has
/// joined is asked here, for what they see is remembered as if all had.
fn takes_lane(
    matching: Matching<'_>,
    id: AgentId,
    membership: PackedMember<'_>,
    lane: &Lane,
) -> bool {
    let (queue, ring) = (membership.queue(), membership.ring());
    let open = agent::open(matching, lane.key.channel);
    open.is_some_and(|open| open.has(id))
        && !queue::is_held_back(matching, queue)
        && member::ring_helps(matching, queue, ring, lane.key.ring)
        && room::is_open_for_lane(matching, id, membership, lane.key)
}

/// True if nothing about an item in such a lane keeps the agent from it.
fn is_able(matching: Matching<'_>, id: AgentId, work: WorkId) -> bool {
    let row = matching.world.work(work);
    row.is_ok_and(|row| item::is_open(matching, work, row, id) && are_enough(matching, work, row))
}
