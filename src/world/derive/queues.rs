//! Deriving what hangs on a queue as a whole.

use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, QueueId};
use crate::model::queue::AgentChoice;
use crate::state::machine::{Deadline, DeadlineKind};
use crate::state::work::Stage;
use crate::world::derive::lines::note_reveal;
use crate::world::index::{Index, TimerKey};
use crate::world::rows::Work;
use crate::world::stores::{LineRules, Stores};
use crate::world::veils::Veils;

impl Index {
    /// Puts in the clock whatever is due next for a queue. An inspection that is under way goes on
    /// before anything else happens: its parts do together what one of them would do.
    pub(crate) fn set_queue_clock(&mut self, stores: &Stores, id: QueueId) {
        let both = stores.queue_rows.get(id).zip(stores.rules().of(id));
        let due = both.and_then(|(row, rules)| {
            let first = row.inspecting.is_some().then_some(Timestamp::from_millis(i64::MIN));
            first.or_else(|| Some(row.deadline(rules.own())?.at))
        });
        self.clock.set(TimerKey::Queue(id), due);
    }

    /// When work that waits is past the next delay of members.
    pub(crate) fn reveal_deadline(&self, rules: LineRules<'_>, work: &Work) -> Option<Deadline> {
        let line = self.line(work.queue).filter(|_| work.stage == Stage::Queued)?;
        let delay = line.members(work.request.channel).delay_after(work.revealed)?;
        let at = rules.of(work.queue)?.clock().after(work.entered, delay)?;
        Some(Deadline { at, kind: DeadlineKind::Reveal })
    }

    /// Puts all that waits in a queue behind the veil it belongs to, for its members have other
    /// delays than before.
    pub(crate) fn hide_works(&mut self, stores: &Stores, id: QueueId) {
        let line = self.lines.get_mut(id.raw() as usize);
        let Some((line, rules)) = line.zip(stores.rules().of(id)) else {
            return;
        };
        line.veils = Veils::default();
        if line.delayed {
            let stays = core::mem::take(&mut line.stays);
            for stay in stays.iter() {
                if let Some(work) = stores.works.get(stay.1) {
                    line.hide(work.request.channel, work.revealed, *stay, true);
                }
            }
            line.stays = stays;
        }
        note_reveal(&mut self.clock, line, id, rules.clock());
    }

    /// Keeps the members of a queue as a list, if it asks them in the order of one.
    pub(crate) fn list_members(&mut self, stores: &Stores, id: QueueId) {
        let by_list = stores.queue(id).map(|queue| queue.choice) == Some(AgentChoice::FixedOrder);
        let Some(line) = self.line_mut(id).filter(|line| line.by_list != by_list) else {
            return;
        };
        let memberships = |agent: AgentId| {
            let row = stores.agent_rows.get(agent)?;
            Some((agent, row.members().filter(|member| member.queue == id).collect::<Vec<_>>()))
        };
        let members: Vec<_> = line.everybody.ids().filter_map(memberships).collect();
        members.iter().for_each(|(agent, rows)| line.unseat(*agent, rows));
        line.by_list = by_list;
        members.iter().for_each(|(agent, rows)| line.seat(*agent, rows));
    }

    /// Notes whether a queue asks something of its members.
    pub(crate) fn note_expression(&mut self, stores: &Stores, id: QueueId) {
        let entry = stores.queues.get(id).filter(|entry| !entry.retired);
        if entry.is_some_and(|entry| entry.profile.members_where.is_some()) {
            self.by_expression.insert(id);
        } else {
            self.by_expression.remove(&id);
        }
    }

    /// Notes whether a queue asks several agents at once, or nobody.
    pub(crate) fn note_together(&mut self, stores: &Stores, id: QueueId) {
        if stores.queue(id).is_some_and(|queue| queue.broadcast.min > 1) {
            self.together.insert(id);
        } else {
            self.together.remove(&id);
        }
    }
}
