//! Classification: what comes to a queue with rules goes on to where they say.

use alloc::sync::Arc;

use crate::command::commands::Reclassify;
use crate::command::refusal::Refusal;
use crate::fact::event::Event;
use crate::model::ids::{QueueId, WorkId};
use crate::model::need::Need;
use crate::model::priority::Priority;
use crate::model::work::WorkChange;
use crate::policy::classification;
use crate::state::offer::Withdrawal;
use crate::world::rows::Work;

use crate::engine::action::sealed::Run;
use crate::engine::turn::Turn;
use crate::engine::view::View;

impl Run for Reclassify {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        turn.check_unowned(work)?;
        if turn.classify(work) {
            turn.entered(work, None);
        }
        Ok(())
    }
}

impl Turn<'_> {
    /// Asks the host and the rules of the queue the work came to, and does what they say. Of work
    /// about which they say nothing new there is nothing to tell, unless a rule spread it over
    /// several queues: then it was the turn of this one. Says whether it goes to another queue.
    pub(crate) fn classify(&mut self, work: WorkId) -> bool {
        let asked = self.asked_host(work).or_else(|| self.asked_rules(work));
        let Some((rule, queue, change)) = asked else {
            return false;
        };
        let Ok(row) = self.world.work(work) else {
            return false;
        };
        let change = change.filter(|change| change.applied_to(&row.request) != *row.request);
        let queue = queue.unwrap_or(row.queue);
        let (goes, spread) = (queue != row.queue, rule.is_some_and(|rule| self.spreads(row, rule)));
        if !goes && !spread && change.is_none() {
            return false;
        }
        if goes {
            self.withdraw_offer_of(work, Withdrawal::Reassigned);
        }
        let change = change.map(Arc::new);
        self.emit(Event::WorkClassified { work, rule, queue, change });
        goes
    }

    fn spreads(&self, work: &Work, rule: u16) -> bool {
        let profile = self.world.queue_profile(work.submitted().queue).ok();
        let rules = profile.and_then(|profile| profile.classification.as_ref());
        let rule = rules.and_then(|rules| rules.rules.get(usize::from(rule)));
        rule.is_some_and(|rule| rule.to.len() > 1)
    }

    fn asked_rules(&self, id: WorkId) -> Option<Outcome> {
        let work = self.world.work(id).ok()?;
        let entry = work.submitted().queue;
        let rules = self.world.queue_profile(entry).ok()?.classification.as_ref()?;
        let draws = &self.world.queue(entry).ok()?.draws;
        let seed = self.world.stores().config.seed ^ u64::from(entry.raw());
        let room = |queue| queue == work.queue || self.check_waiting(queue).is_ok();
        let open = |id| self.is_open(id);
        let (number, rule, queue) =
            classification::classify(rules, &work.request, draws, seed, open, room)?;
        let change = change(rule.priority, rule.need.as_ref());
        Some((Some(number), queue, change))
    }

    fn asked_host(&self, id: WorkId) -> Option<Outcome> {
        let classifier = self.rules.classifier.as_ref()?;
        let work = self.world.work(id).ok()?;
        let entry = work.submitted().queue;
        let rules = self.world.queue_profile(entry).ok()?.classification.as_ref()?;
        if !rules.ask_host {
            return None;
        }
        let view = View::new(self.world, self.now);
        let found = classifier.classify(view.work(id)?, view)?;
        // What cannot be done is as good as not said.
        let queue = found.queue.unwrap_or(work.queue);
        let room = queue == work.queue || self.check_waiting(queue).is_ok();
        let need = found.need.as_ref();
        let sound = found.priority.is_none_or(|priority| priority.check().is_ok())
            && need.is_none_or(|need| self.is_sound(need));
        (room && sound).then(|| (None, Some(queue), change(found.priority, need)))
    }

    fn is_sound(&self, need: &Need) -> bool {
        need.check().is_ok() && self.check_mentions(|name| need.mentions(name)).is_ok()
    }
}

/// The number of the rule, the queue, and what is said anew.
type Outcome = (Option<u16>, Option<QueueId>, Option<WorkChange>);

fn change(priority: Option<Priority>, need: Option<&Need>) -> Option<WorkChange> {
    let change = WorkChange { priority, need: need.cloned(), ..WorkChange::default() };
    Some(change).filter(|change| *change != WorkChange::default())
}
