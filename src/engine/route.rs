//! Offering work until nothing fits.
//!
//! The best pair goes first. Pairs compare by the rank of the queue for the agent, then by the
//! order of the work, then by the queue's rule for choosing agents. So a freed agent takes the
//! first work of their lowest-ranked queues; new work goes to the first agent among those for whom
//! its queue ranks lowest; and when many become free at once, work after work is served in its
//! order. Where a queue treats its members alike, the best pair says only whose turn it is among
//! the work: the agent is then chosen, whatever their ranks, among those for whom it comes first.
//!
//! Before a call nothing fits. So whatever fits after it involves an agent or work that the call
//! touched, and only those *seek*: each searches for its best pair, and the best pair of all is
//! offered. An offer takes an agent away and gives nobody anything, so what the others found stays
//! the best they can have, or is gone; a find made before the last offer is therefore made
//! again only when it comes up.
//!
//! Where many agents come free at once, all of them would find the same work, and after each offer
//! all but one would search again. So then the lanes of their queues seek in their place: the first
//! work in a lane that anybody may have, with the agent for it. The best pair of all is the same,
//! and each offer costs one search.

use alloc::collections::{BTreeSet, BinaryHeap};
use alloc::format;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::base::hash::FixedMap;
use crate::base::time::Timestamp;
use crate::fact::log::Cause;
use crate::model::ids::{AgentId, QueueId, WorkId};
use crate::policy::order::LineKey;
use crate::world::lanes::LaneKey;
use crate::world::state::World;

use crate::engine::matching::candidates::{asked_in_one_go, candidates};
use crate::engine::matching::choose::{choose, choose_alike};
use crate::engine::matching::given::Matching;
use crate::engine::matching::item::is_ordinary;
use crate::engine::matching::line::in_line;
use crate::engine::matching::queue;
use crate::engine::matching::seek::{Found, best_work, first_work, named_work, worth_asking};
use crate::engine::matching::shortlist::Shortlist;
use crate::engine::offering;
use crate::engine::rules::Rules;
use crate::engine::turn::{Halted, Turn};

/// Agents who come free in one call seek one by one if they are fewer. Ten have found what there is
/// for them in 55 searches at most, each of which looks at the lanes that the agent sees; from then
/// on it is cheaper to look for an agent for the head of each lane.
const MANY: usize = 10;

/// Work that seeks an agent, or an agent who seeks work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seeker {
    Work(WorkId),
    Agent(AgentId),
    /// An agent who seeks work that waits for them by name.
    Named(AgentId),
    /// A lane of a queue, which seeks an agent for the first work in it that anybody may have.
    Lane(QueueId, LaneKey),
}

impl Seeker {
    /// True if the seeker may find more.
    fn may_seek_on(self, matching: Matching<'_>) -> bool {
        match self {
            Self::Work(id) => in_line(matching, id).is_some(),
            Self::Agent(_) | Self::Named(_) | Self::Lane(..) => true,
        }
    }
}

/// The buffers of a search. They are kept from call to call, so that mostly no call allocates any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    seekers: Vec<Seeker>,
    /// The find of each seeker, the best first, with the number of offers made before it.
    found: BinaryHeap<Reverse<(Found, Seeker, u64)>>,
    /// Lanes for which nobody was found in this call. Offers only take agents away, so nobody will
    /// be found for them later in the call either, unless an offer is accepted at once and the
    /// others whom it alerted are free again. A thousand callers of one lane then cost one search.
    barren: FixedMap<(QueueId, LaneKey), ()>,
    /// The last work of a lane that is out of the ordinary and found nobody, while the lane seeks:
    /// it finds nobody later in the call either, so the lane goes on behind it.
    passed: FixedMap<(QueueId, LaneKey), LineKey>,
    /// How often all agents were looked at for a piece of work, or all work for an agent.
    #[cfg(test)]
    pub(super) searches: u64,
}

impl Search {
    fn clear(&mut self) {
        self.seekers.clear();
        self.found.clear();
        self.forget_lanes();
    }

    /// The best of what was found. Mostly nothing is left, and this says so sooner than a heap.
    fn next_found(&mut self) -> Option<(Found, Seeker, u64)> {
        if self.found.is_empty() { None } else { self.found.pop().map(|Reverse(best)| best) }
    }

    /// Forgets what was found out about lanes: mostly nothing was, and a map that is empty takes as
    /// long to clear as any.
    fn forget_lanes(&mut self) {
        if !self.barren.is_empty() {
            self.barren.clear();
        }
        if !self.passed.is_empty() {
            self.passed.clear();
        }
    }

    /// Has those who are touched seek, each once and in order. An agent among them may be the one
    /// for a lane that had nobody.
    fn take_touched(&mut self, world: &mut World) {
        let (works, agents) = world.touched();
        if works.is_empty() && agents.is_empty() {
            return;
        }
        if !agents.is_empty() {
            self.forget_lanes();
        }
        while let Some(work) = works.pop() {
            self.seekers.push(Seeker::Work(work));
        }
        if agents.len() >= MANY {
            agents.sort_unstable();
            agents.dedup();
        }
        if agents.len() < MANY {
            while let Some(agent) = agents.pop() {
                self.seekers.push(Seeker::Agent(agent));
            }
        } else {
            let agents = core::mem::take(agents);
            self.seekers.extend(agents.iter().copied().map(Seeker::Named));
            self.seekers.extend(lanes_of(world, &agents));
        }
        if self.seekers.len() > 1 {
            self.seekers.sort_unstable();
            self.seekers.dedup();
        }
    }

    #[cfg_attr(
        not(test),
        expect(clippy::needless_pass_by_ref_mut, reason = "only tests count how often")
    )]
    const fn count_search(&mut self) {
        #[cfg(test)]
        {
            self.searches += 1;
        }
    }

    /// The best pair that a seeker can be part of.
    fn seek(&mut self, matching: Matching<'_>, seeker: &Seeker) -> Option<Found> {
        match *seeker {
            Seeker::Agent(agent) => {
                self.count_search();
                best_work(matching, agent)
            }
            Seeker::Named(agent) => {
                self.count_search();
                named_work(matching, agent)
            }
            Seeker::Work(id) => self.seek_agent(matching, id),
            Seeker::Lane(queue, lane) => self.seek_in_lane(matching, queue, lane),
        }
    }

    /// Only for ordinary work does a lane speak: what an agent declined or had may find nobody
    /// where others of its lane would.
    fn seek_agent(&mut self, matching: Matching<'_>, id: WorkId) -> Option<Found> {
        let work = in_line(matching, id)?;
        let rules = matching.world.queue_rules(work.queue).ok()?;
        let lane = || (work.queue, LaneKey::of(work, rules.profile));
        let is_barren = !self.barren.is_empty() && self.barren.contains_key(&lane());
        if is_ordinary(work) && is_barren {
            return None;
        }
        self.count_search();
        let found = choose(matching, id);
        if is_ordinary(work) && found.is_none() {
            self.barren.insert(lane(), ());
        }
        let (chosen, work) = (found?, work.line_key(id, rules).at(matching.now));
        Some(Found { rank: chosen.rank, work, agent: Some(chosen.agent) })
    }

    /// Ordinary work that finds somebody ends the search: nothing behind it in its lane goes before
    /// it. If it finds nobody, only what is offered behind it may find one more.
    /// What stands before it may find an agent for whom the queue ranks higher, where those for
    /// whom it ranks lower declined it. Whatever finds one for whom no queue could rank lower ends
    /// the search too, so that a thousand calls that somebody declined are not searched for again
    /// after each offer.
    fn seek_in_lane(
        &mut self,
        matching: Matching<'_>,
        queue: QueueId,
        lane: LaneKey,
    ) -> Option<Found> {
        let line = matching.world.index().line(queue)?;
        let (lanes, members) = (&line.lanes, line.members(lane.channel));
        let least = members.groups().next().map(|((rank, ..), _)| rank);
        let passed = self.passed.get(&(queue, lane)).copied();
        let (mut best, mut in_front) = (None::<Found>, true);
        let keys = lanes.keys_after(&lane, passed);
        for key in worth_asking(matching, queue, lane, keys) {
            let found = self.seek_agent(matching, key.work);
            let ordinary = matching.world.work(key.work).is_ok_and(is_ordinary);
            if found.is_some_and(|found| ordinary || Some(found.rank) <= least) {
                return best.into_iter().chain(found).min();
            }
            in_front &= !ordinary;
            if in_front && best.is_none() && found.is_none() {
                self.passed.insert((queue, lane), *key);
            }
            best = best.into_iter().chain(found).min();
        }
        best
    }
}

/// The lanes in which work waits in the queues of these agents.
fn lanes_of<'a>(world: &'a World, agents: &[AgentId]) -> impl Iterator<Item = Seeker> + use<'a> {
    let rows = agents.iter().filter_map(|agent| world.agent(*agent).ok());
    let queues: BTreeSet<QueueId> =
        rows.flat_map(|row| row.memberships.iter().map(|member| member.queue())).collect();
    queues.into_iter().flat_map(|queue| {
        let line = world.index().line(queue).into_iter();
        line.flat_map(|line| line.lanes.taken()).map(move |lane| Seeker::Lane(queue, lane.key))
    })
}

/// Offers work until nothing fits, or as often as one call may. Says whether nothing fits; if
/// something does the next call looks for it anew among all who are there.
#[inline]
pub(crate) fn route(turn: &mut Turn<'_>, search: &mut Search) -> Result<bool, Halted> {
    let (works, agents) = turn.world.touched();
    if works.is_empty() && agents.is_empty() {
        turn.pace.note_behind(false);
        return Ok(true);
    }
    route_touched(turn, search)
}

fn route_touched(turn: &mut Turn<'_>, search: &mut Search) -> Result<bool, Halted> {
    turn.cause = Cause::Routing;
    let done = match_all(turn, search)?;
    if !done {
        turn.world.touch_everybody();
    }
    turn.pace.note_behind(!done);
    search.clear();
    Ok(done)
}

/// True if something fits, of all that is touched.
pub(crate) fn fits_anything(
    world: &mut World,
    search: &mut Search,
    (now, rules): (Timestamp, &Rules),
) -> bool {
    search.take_touched(world);
    let mut fits = false;
    while let Some(seeker) = search.seekers.pop().filter(|_| !fits) {
        list_for(world, &seeker);
        fits = search.seek(Matching { world, now, rules }, &seeker).is_some();
    }
    search.clear();
    fits
}

/// Finds out what a search needs to know and does not know yet.
fn list_for(world: &mut World, seeker: &Seeker) {
    match *seeker {
        Seeker::Work(work) => world.list_candidates(work),
        Seeker::Agent(agent) => world.remember_lanes(agent),
        Seeker::Lane(queue, lane) => world.list_candidates_of(queue, &lane),
        Seeker::Named(_) => {}
    }
}

fn match_all(turn: &mut Turn<'_>, search: &mut Search) -> Result<bool, Halted> {
    let mut made = 0_u64;
    loop {
        search.take_touched(turn.world);
        // Mostly one seeks alone, and there is nothing to compare.
        let mut only = None;
        while let Some(seeker) = search.seekers.pop() {
            let is_last = search.seekers.is_empty() && search.found.is_empty();
            if is_last && made == 0 && waits_in_vain(turn, &seeker) {
                continue;
            }
            list_for(turn.world, &seeker);
            if let Some(found) = search.seek(turn.matching(), &seeker) {
                match is_last {
                    true => only = Some((found, seeker, made)),
                    false => search.found.push(Reverse((found, seeker, made))),
                }
            }
        }
        let Some((found, seeker, seen)) = only.or_else(|| search.next_found()) else {
            return Ok(true);
        };
        // What was found before the last offer may be gone, and is searched for again.
        if seen == made {
            if !turn.pace.step() {
                return Ok(false);
            }
            offer_found(turn, found)?;
            made += 1;
        }
        // It may alert more than one, or was accepted at once from others who are free now.
        if seeker.may_seek_on(turn.matching()) {
            search.seekers.push(seeker);
        }
    }
}

/// True if other work of the same lane waits, with nothing to keep anybody from it. It waited
/// before, because nobody could take it; and if all others who were touched in this call found
/// nothing, nobody came free who could.
fn waits_in_vain(turn: &Turn<'_>, seeker: &Seeker) -> bool {
    let Seeker::Work(id) = *seeker else {
        return false;
    };
    // What is offered needs one agent more, and the others as many as their queue asks at once.
    let Some(work) = turn.world.work(id).ok().filter(|work| !work.is_offered()) else {
        return false;
    };
    let other = turn.world.lane_mate(id, work);
    other.and_then(|other| turn.world.work(other).ok()).is_some_and(is_ordinary)
}

/// The agent to whom work of a queue goes that treats its members alike: of those for whom it comes
/// first of all that waits, or of all, the one whom the rule of the queue takes.
fn next_alike(matching: Matching<'_>, work: WorkId, comes_first: bool) -> Option<AgentId> {
    let first_for = |agent| first_work(matching, agent).is_some_and(|own| own.work.work == work);
    let of = |agent| !comes_first || first_for(agent);
    choose_alike(matching, work, &of).map(|chosen| chosen.agent)
}

/// True if nobody else could be offered the work after one more.
fn is_last(turn: &Turn<'_>, work: WorkId) -> Result<bool, Halted> {
    let (matching, row) = (turn.matching(), turn.work(work)?);
    let alone = candidates(matching, work, row).nth(1).is_none();
    Ok(alone || queue::is_held_back_after(matching, row.queue))
}

/// Offers what was found. If it alerts nobody yet, to as many at once as its queue wants at least,
/// or at most if nobody else is asked later.
fn offer_found(turn: &mut Turn<'_>, found: Found) -> Result<(), Halted> {
    let work = found.work.work;
    let row = turn.work(work)?;
    let alike = row.step.is_none() && turn.queue_profile(row.queue)?.members_alike;
    let (number_asked, in_one_go) = asked_in_one_go(turn.matching(), row);
    let mut shortlist: Option<Shortlist> = None;
    for number in 0..number_asked {
        if number == 1 {
            shortlist = Shortlist::of(turn.matching(), work, usize::from(number_asked - number));
        }
        let known = found.agent.filter(|_| number == 0 && !alike);
        let listed = || shortlist.as_mut()?.next(turn.matching(), work);
        let next = known.or_else(listed).or_else(|| match alike {
            true => next_alike(turn.matching(), work, number == 0),
            false => choose(turn.matching(), work).map(|chosen| chosen.agent),
        });
        let Some(agent) = next else {
            // The first offer was accepted at once. What stood for other work is even over then.
            if number > 0 {
                break;
            }
            return Err(turn.fault(format!("{work} was found, and goes to nobody")));
        };
        let last = in_one_go && (number + 1 == number_asked || is_last(turn, work)?);
        offering::offer_found(turn, work, agent, last)?;
    }
    Ok(())
}
