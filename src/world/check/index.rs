//! The invariant that the index is what the rows say.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::model::ids::{AgentId, QueueId};
use crate::world::bench::Bench;
use crate::world::check::violation::Violation;
use crate::world::fits::Ranking;
use crate::world::index::Index;
use crate::world::lanes::LaneKey;
use crate::world::line::Line;
use crate::world::needs::NeedId;
use crate::world::state::World;

/// Builds every index anew and compares.
pub(super) fn check(world: &World) -> Result<(), Violation> {
    let fresh = World::from_stores(world.stores.clone());
    let (now, new) = (&world.index, &fresh.index);
    let hold = |invariant, holds: bool| Violation::unless(holds, invariant, QueueId::from_raw(0));
    for (id, (line, new)) in (0..).map(QueueId::from_raw).zip(now.lines.iter().zip(&new.lines)) {
        Violation::unless(is_same_line(line, new), "index derived: the line", id)?;
    }
    hold("index derived: direct lines", now.direct == new.direct)?;
    hold("index derived: who is open", same_agents(&now.open, &new.open))?;
    hold("index derived: who has a skill", same_agents(&now.skilled, &new.skilled))?;
    hold("index derived: who has an attribute", now.holders == new.holders)?;
    hold("index derived: needs and their places", now.needs == new.needs)?;
    hold("index derived: the lanes of a need", now.lanes == placed(now))?;
    for (id, need) in world.stores.needs.iter() {
        hold("index derived: who fits", who_fits(now, id) == who_fits(new, id))?;
        let ranking = now.fit(id).and_then(|fit| fit.ranking.as_ref().map(|known| (fit, known)));
        let stands = ranking
            .is_none_or(|(fit, known)| Ranking::of(need, fit, &world.stores.agents) == *known);
        hold("index derived: who suits best", stands)?;
    }
    for bench in &new.benches {
        let sits = |known: &Bench| known == bench && known.is_sound();
        hold("index derived: the benches", now.bench(bench.key()).is_some_and(sits))?;
    }
    let pools = (&now.spenders, &now.pool_sets) == (&new.spenders, &new.pool_sets);
    hold("index derived: pools", pools)?;
    hold("index derived: bytes of data", now.data_bytes == new.data_bytes)?;
    hold("index derived: stand-ins", now.stand_ins == new.stand_ins)?;
    hold("index derived: who is asked together", now.together == new.together)?;
    let same = now.by_expression == new.by_expression;
    hold("index derived: queues that ask something of their members", same)?;
    let there = (now.there.ids::<AgentId>(), new.there.ids::<AgentId>());
    hold("index derived: who is there", there.0.eq(there.1))?;
    let first = now.clock.first().map(|(at, _)| at);
    hold("index derived: what is due next", now.clock.next_at() == first)?;
    hold("index derived: the clock", now.clock.sorted() == new.clock.sorted())
}

/// The lanes that have a place in sets, as the lines tell them.
fn placed(index: &Index) -> BTreeSet<(LaneKey, QueueId)> {
    let lines = (0..).map(QueueId::from_raw).zip(&index.lines);
    let lanes = lines.flat_map(|(id, line)| line.lanes.placed().map(move |placed| (placed, id)));
    lanes.map(|(placed, id)| (placed.lane, id)).collect()
}

fn is_same_line(line: &Line, new: &Line) -> bool {
    line.lanes.sorted() == new.lanes.sorted()
        && line.lanes.are_sound()
        && line.waiting == new.waiting
        && line.everybody.ids::<AgentId>().eq(new.everybody.ids::<AgentId>())
        && line.by_list == new.by_list
        && line.members_sorted() == new.members_sorted()
        && (&line.aside, &line.stays, &line.watched) == (&new.aside, &new.stays, &new.watched)
        && line.offered == new.offered
        && (line.delayed, line.reveal) == (new.delayed, new.reveal)
        && line.veils.sorted() == new.veils.sorted()
}

fn who_fits(index: &Index, need: NeedId) -> Vec<AgentId> {
    index.fit(need).map(|fit| fit.agents.ids().collect()).unwrap_or_default()
}

/// True if the same agents are in these sets, one by one.
fn same_agents<'a, S>(now: &'a [S], new: &'a [S]) -> bool
where
    &'a S: IdSet,
{
    let agents = |sets: &'a [S]| -> Vec<Vec<AgentId>> {
        sets.iter().map(|set| set.ids().collect()).collect()
    };
    agents(now) == agents(new)
}
