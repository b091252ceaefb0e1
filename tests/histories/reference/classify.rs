//! Classification: the host and the rules of the queue work came to say where it goes.

use std::collections::BTreeSet;
use std::sync::Arc;

use strowger::Refusal;
use strowger::command::Reply;
use strowger::fact::Event;
use strowger::model::{QueueId, WorkChange, WorkId};
use strowger::policy::classification;

use super::Router;
use super::aside::is_nobodys;
use super::valid;
use strowger::state::Withdrawal;

/// The number of the rule, whether it spreads work over several queues, the queue, and the change.
type Answer = (Option<u16>, bool, Option<QueueId>, WorkChange);

impl Router {
    pub(super) fn reclassify(&mut self, work: WorkId) -> Result<Reply, Refusal> {
        if !is_nobodys(self.open_work(work)?.stage) {
            return Err(self.wrong_stage(work));
        }
        let from = self.works[&work].queue;
        self.classify(work);
        if self.works[&work].queue != from {
            self.entered(work, false);
        }
        Ok(Reply::Done)
    }

    pub(super) fn classify(&mut self, id: WorkId) {
        let queues: Vec<QueueId> = self.queues.keys().copied().collect();
        let rooms = queues.into_iter().filter(|queue| self.could_go(id, *queue)).collect();
        let answer = self.host_says(id, &rooms).or_else(|| self.rules_say(id, &rooms));
        let Some((rule, spread, queue, change)) = answer else {
            return;
        };
        let work = &self.works[&id];
        let queue = queue.unwrap_or(work.queue);
        let request = valid::changed(&work.request, &change);
        let (goes, changes) = (queue != work.queue, request != work.request);
        if !goes && !changes && !spread {
            return;
        }
        let (entry, now) = (work.submitted.queue, self.now);
        if let Some(rule) = rule {
            *self.taken.entry((entry, rule)).or_default() += 1;
        }
        if goes {
            self.withdraw_offer_of(id, Withdrawal::Reassigned);
        }
        let work = self.work(id);
        work.request = request;
        if goes {
            work.begin_stay(queue, now);
        }
        let change = changes.then(|| Arc::new(change));
        self.count_arrival(id);
        self.tell(Event::work_classified(id, rule, queue, change));
    }

    fn host_says(&self, id: WorkId, rooms: &BTreeSet<QueueId>) -> Option<Answer> {
        let work = &self.works[&id];
        let entry = self.queue_profile(work.submitted.queue);
        if !entry.classification.as_ref()?.ask_host {
            return None;
        }
        let found = super::host::classified(id)?;
        let need = found.need.as_ref();
        let sound = found.priority.is_none_or(|priority| valid::priority(priority).is_ok())
            && need.is_none_or(|need| valid::need(need).is_ok())
            && need.is_none_or(|need| self.check_live(&valid::need_mentions(need)).is_ok())
            && found.queue.is_none_or(|queue| rooms.contains(&queue));
        let change = WorkChange::default().with_priority(found.priority).with_need(found.need);
        sound.then_some((None, false, found.queue, change))
    }

    fn rules_say(&self, id: WorkId, rooms: &BTreeSet<QueueId>) -> Option<Answer> {
        let work = &self.works[&id];
        let entry = work.submitted.queue;
        let profile = self.queue_profile(entry);
        let rules = profile.classification.as_ref()?;
        let drawn = |rule: usize| self.taken.get(&(entry, rule as u16)).copied().unwrap_or(0);
        let draws: Vec<u64> = (0..rules.rules.len()).map(drawn).collect();
        let seed = self.config.seed ^ u64::from(entry.raw());
        let open = |id| self.is_open(id);
        let room = |queue| rooms.contains(&queue);
        let (number, rule, queue) =
            classification::classify(rules, &work.request, &draws, seed, open, room)?;
        let (priority, need) = (rule.priority, rule.need.clone());
        let change = WorkChange::default().with_priority(priority).with_need(need);
        Some((Some(number), rule.to.len() > 1, queue, change))
    }

    /// Whether a queue can take it; the one it is in can.
    fn could_go(&mut self, id: WorkId, queue: QueueId) -> bool {
        self.works[&id].queue == queue || self.takes(queue, id, self.classified(id, queue))
    }
}
