//! The agents for work that is offered to several in one go, by one look at all who could have it.
//!
//! Where a bench or a list says who comes first, each of them is found at once. Where all
//! candidates are compared, fifty offers would compare all of them fifty times.

use alloc::collections::BinaryHeap;
use core::cmp::Reverse;

use crate::base::bits::{Bits, IdSet};
use crate::model::ids::{AgentId, WorkId};
use crate::model::queue::AgentChoice;
use crate::policy::choice::{AgentKey, RANK_ALIKE};
use crate::world::bench::BenchKey;
use crate::world::rows::Work;

use crate::engine::matching::candidates::member_can_take;
use crate::engine::matching::given::Matching;
use crate::engine::matching::key::{evaluation, key_of, scarce_skills};
use crate::engine::matching::{agent, line, member, queue};

/// The first of all who could have a piece of work.
pub(crate) struct Shortlist {
    first: BinaryHeap<Reverse<AgentKey>>,
    /// All others come behind this key; none if there are no others.
    others: Option<AgentKey>,
}

impl Shortlist {
    /// Lists so many members of the queue, if that is quicker than to find each of them, and if an
    /// offer to one of them can put no other one forward. Agents are not listed for work that
    /// waits for some by name.
    pub(crate) fn of(matching: Matching<'_>, id: WorkId, number: usize) -> Option<Self> {
        let work = matching.world.work(id).ok().filter(|work| work.step.is_none())?;
        let profile = matching.world.queue_profile(work.queue).ok()?;
        let in_order = BenchKey::of(profile, work.request.channel).is_some()
            || (profile.choice == AgentChoice::FixedOrder && profile.spare_scarce == 0);
        // Whom a round comes to next depends on who had the last offer.
        let round = profile.choice == AgentChoice::RoundRobin;
        let by_score = AgentKey::goes_by_score(profile, evaluation(matching, work));
        if number < 2 || in_order || round || by_score {
            return None;
        }
        let members = matching.world.index().line(work.queue)?.members(work.request.channel);
        let open = agent::open(matching, work.request.channel)?;
        let fit = &member::fit(matching, work.need)?.agents;
        let scarce = scarce_skills(matching, work);
        let mut first: BinaryHeap<AgentKey> = BinaryHeap::new();
        for agent in members.among((fit, open)) {
            let Some(key) = placed(matching, id, work, agent, scarce.as_ref()) else {
                continue;
            };
            let full = first.len() >= number;
            if full && first.peek().is_some_and(|last| *last <= key) {
                continue;
            }
            if can_take(matching, id, work, agent) {
                if full {
                    first.pop();
                }
                first.push(key);
            }
        }
        let others = first.peek().copied().filter(|_| first.len() >= number);
        Some(Self { first: first.into_iter().map(Reverse).collect(), others })
    }

    /// The next who can have the work. None if it must be looked at all again: the list is used up,
    /// or others may come before who is left.
    pub(crate) fn next(&mut self, matching: Matching<'_>, id: WorkId) -> Option<AgentId> {
        let work = line::in_line(matching, id)?;
        if queue::is_held_back(matching, work.queue) {
            return None;
        }
        while let Some(Reverse(known)) = self.first.pop() {
            let open = agent::open(matching, work.request.channel)?;
            let able = open.has(known.agent) && can_take(matching, id, work, known.agent);
            let now = placed(matching, id, work, known.agent, None).filter(|_| able);
            match now {
                Some(now) if now == known => return Some(known.agent),
                // An offer may put others back, who are spared or have had their share.
                Some(now) if self.others.is_none_or(|others| now <= others) => {
                    self.first.push(Reverse(now));
                }
                Some(_) => return None,
                None => {}
            }
        }
        None
    }
}

fn can_take(matching: Matching<'_>, id: WorkId, work: &Work, agent: AgentId) -> bool {
    member::is_visible(matching, work, agent) && member_can_take(matching, id, work, agent)
}

fn placed(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    agent: AgentId,
    scarce: Option<&Bits>,
) -> Option<AgentKey> {
    let alike = matching.world.queue_profile(work.queue).ok()?.members_alike;
    let rank = match alike {
        true => RANK_ALIKE,
        false => member::membership(matching, work, agent)?.rank,
    };
    key_of(matching, id, work, agent, (rank, 0), scarce)
}
