//! Deriving the index anew from the rows: of many things at once, each table walked once in the
//! order in which it lies in memory.

use alloc::vec::Vec;

use crate::base::names::Names;
use crate::model::ids::{AgentId, QueueId};
use crate::model::kinds::for_every_kind;
use crate::model::queue::QueueProfile;
use crate::policy::order::LineKey;
use crate::world::index::{Index, TimerKey};
use crate::world::kinds::DefinitionKind;
use crate::world::lanes::LaneKey;
use crate::world::line::Gathered;
use crate::world::member::PackedMember;
use crate::world::need_index::NeedIndex;
use crate::world::pool_sets::PoolSetIndex;
use crate::world::rows::Work;
use crate::world::stores::{LineRules, Stores};
use crate::world::whereabouts::Whereabouts;

/// The index of these rows. Work of which the same is said comes to share its request.
pub(crate) fn index_of(stores: &mut Stores) -> Index {
    let mut index = Index::default();
    index.keys.works = Names::seeded(stores.config.seed);
    index.needs = NeedIndex::seeded(stores.config.seed);
    index_keys(&mut index, stores);
    index.lines.resize_with(stores.queue_rows.len(), Default::default);
    index.open.resize_with(stores.channels.len(), Default::default);
    for (id, need) in stores.needs.iter() {
        index.note_need(need.clone(), id);
        if stores.needs.uses(id) > 0 {
            index.needs.note_use(id, true);
        }
    }
    stores.needs.free().for_each(|id| index.needs.note_free(id));
    index.fit_everybody(stores);
    let queues: Vec<QueueId> = stores.queues.iter().map(|(id, _)| id).collect();
    for id in queues.iter().copied() {
        index.list_members(stores, id);
        index.note_together(stores, id);
        index.note_expression(stores, id);
        index.set_up_benches(stores, id);
    }
    seat_members(&mut index, stores);
    for (id, _) in stores.agents.iter() {
        index.index_agent(stores, id);
    }
    line_up(&mut index, stores);
    queues.iter().for_each(|id| index.hide_works(stores, *id));
    for (id, offer) in stores.offers.sorted() {
        let due = offer.state.deadline().map(|deadline| deadline.at);
        index.clock.enter(TimerKey::Offer(id), due);
    }
    queues.into_iter().for_each(|id| index.set_queue_clock(stores, id));
    index.pool_sets = PoolSetIndex::of(&stores.pool_sets);
    index.legs = stores.agent_rows.iter().map(|(_, agent)| agent.legs.len()).sum();
    let stand_ins = stores.stand_ins.iter();
    index.stand_ins = stand_ins.map(|(id, stand_in)| (stand_in.work, *id)).collect();
    for (id, pool) in stores.pool_rows.iter() {
        index.clock.set(TimerKey::Pool(id), pool.reset_at);
    }
    index
}

fn index_keys(index: &mut Index, stores: &Stores) {
    fn names<P: DefinitionKind>(index: &mut Index, stores: &Stores) {
        let names = P::names_mut(&mut index.keys);
        for (id, entry) in P::rows(stores).iter() {
            if !entry.retired {
                names.set(entry.key.clone(), id);
            }
        }
    }
    for_every_kind!(P => names::<P>(index, stores));
    for (id, ended) in stores.ended_works.iter() {
        if let Some(key) = &ended.submitted.key {
            index.keys.works.set(key.clone(), id);
        }
    }
}

/// Makes members of their queues of all agents.
fn seat_members(index: &mut Index, stores: &Stores) {
    let mut members: Vec<Vec<(AgentId, PackedMember<'_>)>> = Vec::new();
    members.resize_with(index.lines.len(), Vec::new);
    for (id, agent) in stores.agent_rows.iter() {
        for member in agent.memberships.iter() {
            let queue = members.get_mut(member.queue().raw() as usize);
            queue.into_iter().for_each(|queue| queue.push((id, member)));
        }
    }
    for (line, members) in index.lines.iter_mut().zip(&members) {
        line.seat_all(members);
    }
}

/// Puts all work in the line it belongs to, if it waits, with what is due for it in the clock. All
/// that belongs in one line is gathered first and put there in order, which is quicker than work by
/// work in the order of rows.
fn line_up(index: &mut Index, stores: &mut Stores) {
    let mut gathered: Vec<Gathered> = Vec::new();
    gathered.resize_with(index.lines.len(), Default::default);
    let (mut due, mut named) = (Vec::new(), Vec::new());
    let Stores { queues, calendars, watches, .. } = stores;
    let rules = LineRules { queues, calendars, watches };
    for (id, work) in stores.works.rows_mut() {
        index.data_bytes = index.data_bytes.saturating_add(work.request.data_bytes());
        named.extend(work.request.key.clone().map(|key| (id, key)));
        index.share_request(work);
        let deadline = Index::work_deadline(rules, id, work);
        due.extend(deadline.map(|deadline| (TimerKey::Work(id), deadline.at)));
        let rules = rules.of(work.queue);
        let line = gathered.get_mut(work.queue.raw() as usize);
        let whereabouts = Whereabouts::of(work);
        let Some(((rules, line), whereabouts)) = rules.zip(line).zip(whereabouts) else {
            continue;
        };
        let key = work.line_key(id, rules);
        if whereabouts.named {
            work.preferred().for_each(|(agent, _)| index.direct.set(agent, key, true));
        }
        gather(line, key, work, rules.profile, whereabouts);
        if whereabouts.stays && rules.profile.is_watched() && watches.has(id) {
            line.watched.push((work.entered, id));
        }
    }
    index.clock.set_all(due);
    let mut placed = Vec::new();
    let queues = (0..).map(QueueId::from_raw);
    for (queue, (line, gathered)) in queues.zip(index.lines.iter_mut().zip(gathered)) {
        line.fill(gathered);
        placed.extend(line.lanes.placed().map(|placed| (queue, placed)));
    }
    placed.into_iter().for_each(|(queue, placed)| index.note_lane(queue, placed));
    // Of work with the same key the latest has it.
    named.sort_unstable_by_key(|(id, _)| *id);
    for (id, key) in named {
        index.keys.works.set(key, id);
    }
}

/// Takes in work of one queue that waits.
fn gather(
    line: &mut Gathered,
    key: LineKey,
    work: &Work,
    queue: &QueueProfile,
    whereabouts: Whereabouts,
) {
    if whereabouts.stays {
        line.stays.push((work.entered, key.work));
    }
    if whereabouts.in_lane {
        line.lanes.entry(LaneKey::of(work, queue)).or_default().push(key);
    }
    if whereabouts.is_aside() {
        line.aside.push(key);
    }
    if whereabouts.is_offered() {
        line.offered.push(key);
    }
}
