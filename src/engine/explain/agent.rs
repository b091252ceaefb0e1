//! Why an agent gets what they get.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::command::refusal::Unavailable;
use crate::model::ids::{AgentId, QueueId, WorkId};
use crate::state::work::Stage;

use crate::engine::explain::types::{AgentExplanation, Opening, Prospect, Stopped};
use crate::engine::matching::case::Case;
use crate::engine::matching::gate::Gate;
use crate::engine::matching::gates::{first_shut, passes};
use crate::engine::matching::given::Matching;
use crate::engine::matching::room::room_for;
use crate::engine::matching::{agent, member};

/// Why an agent gets what they get; nothing if there is no such agent.
pub(crate) fn explain(matching: Matching<'_>, id: AgentId) -> Option<AgentExplanation> {
    let world = matching.world;
    let (row, profile) = (world.agent(id).ok()?, world.agent_profile(id).ok()?);
    let items = |most: u16| u32::from(most) * 100;
    let capacity = &profile.capacity;
    let concerns = |work: &WorkId| {
        let row = world.work(*work).ok().filter(|row| row.stage == Stage::Queued);
        row.is_some_and(|row| member::is_member(matching, row, id))
    };
    // What does not wait in one of the queues of the agent is not looked at, however much it is.
    let prospect = |queue| {
        let stays = world.index().line(queue).into_iter().flat_map(|line| line.stays.iter());
        let works: Vec<_> = stays.map(|(_, work)| *work).filter(concerns).collect();
        prospect(matching, id, queue, &works)
    };
    let channels = world.stores().channels.iter().filter(|(_, entry)| !entry.retired);
    let openings = channels.map(|(channel, entry)| {
        let item = (channel, entry.profile.cost, false);
        let full = room_for(matching, id, item, &entry.profile.pools).err();
        let away = agent::away(matching, id, channel);
        let most = capacity.channels.get(&channel);
        let used = row.usage.on_channel(channel);
        Opening {
            channel,
            kept_by: away.chain(full.map(Unavailable::NoRoom)).collect(),
            items_free: most.map(|most| items(*most).saturating_sub(used)),
        }
    });
    let mut queues: Vec<_> = Vec::new();
    for queue in row.members().map(|member| member.queue) {
        if !queues.contains(&queue) {
            queues.push(queue);
        }
    }
    Some(AgentExplanation {
        agent: id,
        presence: row.presence.id(),
        status: row.status,
        draining: row.draining,
        in_debt: row.in_debt,
        may_have_more: agent::may_have_more(matching, id),
        units_free: capacity
            .units
            .map(|most| (u64::from(most) * 100).saturating_sub(row.usage.units())),
        items_free: capacity.items.map(|most| items(most).saturating_sub(row.usage.items())),
        channels: openings.collect(),
        by_name: count(world.index().direct.of(id).count()),
        queues: queues.into_iter().map(prospect).collect(),
    })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn prospect(matching: Matching<'_>, agent: AgentId, queue: QueueId, works: &[WorkId]) -> Prospect {
    let mut stopped: BTreeMap<Gate, u32> = BTreeMap::new();
    let waiting = count(works.len());
    let (mut visible, mut fitting, mut offerable) = (0_u32, 0_u32, 0_u32);
    let cases = works.iter().filter_map(|work| Case::new(matching, *work)?.with(agent));
    for pair in cases {
        let hidden = [Gate::Preferred, Gate::Ring, Gate::Delay];
        let seen = hidden.into_iter().all(|gate| passes(gate, pair));
        visible += u32::from(seen);
        fitting += u32::from(seen && passes(Gate::Need, pair));
        match first_shut(pair) {
            Some(gate) => *stopped.entry(gate).or_insert(0) += 1,
            None => offerable += 1,
        }
    }
    let stopped = stopped.into_iter().map(|(gate, works)| Stopped { gate, works }).collect();
    Prospect { queue, waiting, visible, fitting, offerable, stopped }
}
