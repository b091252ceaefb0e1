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

use crate::engine::run::Run;
use crate::engine::turn::{Halted, Turn};
use crate::engine::view::View;
use crate::engine::waiting::Coming;
use crate::engine::{alerting, checks, conditions, overflow, waiting};

impl Run for Reclassify {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        checks::unowned(turn, work)?;
        if classify(turn, work)? {
            overflow::enter(turn, work, None)?;
        }
        Ok(())
    }
}

/// Asks the host and the rules of the queue the work came to, and does what they say. Returns
/// whether the work goes to another queue. Where they say nothing new there is no fact, unless a
/// rule spread the work over several queues: then this use of the rule counts, and a fact says
/// so.
pub(crate) fn classify(turn: &mut Turn<'_>, work: WorkId) -> Result<bool, Halted> {
    let asked = asked_host(turn, work).or_else(|| asked_rules(turn, work));
    let Some((rule, queue, change)) = asked else {
        return Ok(false);
    };
    let row = turn.work(work)?;
    let change = change.filter(|change| change.applied_to(&row.request) != *row.request);
    let queue = queue.unwrap_or(row.queue);
    let goes = queue != row.queue;
    let spread = rule.is_some_and(|rule| spreads(turn, row, rule));
    if !goes && !spread && change.is_none() {
        return Ok(false);
    }
    if goes {
        alerting::withdraw(turn, work, Withdrawal::Reassigned)?;
    }
    let change = change.map(Arc::new);
    turn.emit(Event::WorkClassified { work, rule, queue, change })?;
    Ok(goes)
}

fn spreads(turn: &Turn<'_>, work: &Work, rule: u16) -> bool {
    let profile = turn.world.queue_profile(work.submitted().queue).ok();
    let rules = profile.and_then(|profile| profile.classification.as_ref());
    let rule = rules.and_then(|rules| rules.rules.get(usize::from(rule)));
    rule.is_some_and(|rule| rule.to.len() > 1)
}

/// The outcome by the classification rules of the queue; nothing where it has none.
fn asked_rules(turn: &Turn<'_>, id: WorkId) -> Option<Classified> {
    let work = turn.world.work(id).ok()?;
    let entry = work.submitted().queue;
    let rules = turn.world.queue_profile(entry).ok()?.classification.as_ref()?;
    let counts = &turn.world.queue(entry).ok()?.rule_counts;
    // Each queue spreads its work in an order of its own.
    let seed = turn.world.stores().config.seed ^ u64::from(entry.raw());
    let room = |queue| has_room(turn, id, queue);
    let open = |id| conditions::is_open(turn, id);
    let (number, rule, queue) =
        classification::classify(rules, &work.request, counts, seed, open, room)?;
    let change = change(rule.priority, rule.need.as_ref());
    Some((Some(number), queue, change))
}

/// The outcome by the host's classifier; nothing where the queue does not ask it.
fn asked_host(turn: &Turn<'_>, id: WorkId) -> Option<Classified> {
    let classifier = turn.rules.classifier.as_ref()?;
    let work = turn.world.work(id).ok()?;
    let entry = work.submitted().queue;
    let rules = turn.world.queue_profile(entry).ok()?.classification.as_ref()?;
    if !rules.ask_host {
        return None;
    }
    let view = View::new(turn.world, turn.now);
    let found = classifier.classify(view.work(id)?, view)?;
    // What cannot be done is as good as not said.
    let queue = found.queue.unwrap_or(work.queue);
    let room = has_room(turn, id, queue);
    let need = found.need.as_ref();
    let sound = found.priority.is_none_or(|priority| priority.check().is_ok())
        && need.is_none_or(|need| is_sound(turn, need));
    (room && sound).then(|| (None, Some(queue), change(found.priority, need)))
}

/// True if a queue takes work that is classified. The one that it is in does.
fn has_room(turn: &Turn<'_>, id: WorkId, queue: QueueId) -> bool {
    turn.world.work(id).is_ok_and(|work| work.queue == queue)
        || waiting::check(turn, queue, Coming::Classified(id)).is_ok()
}

fn is_sound(turn: &Turn<'_>, need: &Need) -> bool {
    need.check().is_ok() && turn.check_mentions(|name| need.mentions(name)).is_ok()
}

/// The number of the rule, the queue, and what reads otherwise from now on.
type Classified = (Option<u16>, Option<QueueId>, Option<WorkChange>);

fn change(priority: Option<Priority>, need: Option<&Need>) -> Option<WorkChange> {
    let change = WorkChange { priority, need: need.cloned(), ..WorkChange::default() };
    Some(change).filter(|change| *change != WorkChange::default())
}
