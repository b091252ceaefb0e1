//! Relaxation: what work asks for by now, who sees it, and when that changes next.

use strowger::fact::{Event, PreferenceStep};
use strowger::model::{AgentId, Need, Relaxation, RelaxationClock, WaitClock, WorkId};
use strowger::policy::offering::Bar;
use strowger::policy::{fit, relaxation};
use strowger::state::Stage;
use strowger::{Span, Timestamp};

use super::Router;

impl Router {
    /// The work's own relaxation, else its queue's.
    pub(super) fn relaxation(&self, id: WorkId) -> Option<Relaxation> {
        let work = &self.works[&id];
        let own = work.request.relaxation.clone();
        own.or_else(|| self.queue_profile(work.queue).relaxation.clone())
    }

    /// What it asks for now.
    pub(super) fn need_now(&self, id: WorkId) -> Need {
        let work = &self.works[&id];
        let steps = self.relaxation(id);
        relaxation::need(&work.request.need, steps.as_ref(), work.relaxed).into_owned()
    }

    /// Whether the ring of a member of its queue sees it now.
    pub(super) fn ring_sees(&self, id: WorkId, agent: AgentId) -> bool {
        let work = &self.works[&id];
        let channel = work.request.channel;
        let Some((_, terms)) = self.agents[&agent].terms(work.queue, channel) else {
            return false;
        };
        let profile = self.queue_profile(work.queue);
        if profile.conditional.iter().any(|conditional| conditional.ring == terms.ring) {
            return self.queues[&work.queue].joined.contains(&terms.ring);
        }
        let steps = relaxation::ring(self.relaxation(id).as_ref(), work.relaxed);
        let widest = steps.unwrap_or_else(|| Self::first_ring(&profile));
        terms.ring <= widest.max(work.widened)
    }

    /// When the clock of its relaxation began, and the next point on it.
    fn next_point(&self, id: WorkId) -> Option<(Timestamp, Span)> {
        let work = &self.works[&id];
        let steps = self.relaxation(id);
        let begin = match steps.as_ref().map(|steps| steps.clock) {
            None | Some(RelaxationClock::InQueue) => work.entered,
            Some(RelaxationClock::Age) => work.origin,
            Some(RelaxationClock::FirstOffer) => work.first_offer?,
            _ => unreachable!("this test does not know it"),
        };
        let point = relaxation::next_point(&work.request.need, steps.as_ref(), work.relaxed)?;
        Some((begin, point))
    }

    /// What was skipped comes off every point.
    fn without_skipped(&self, id: WorkId, point: Span) -> Span {
        let skipped = self.works[&id].skipped.as_millis();
        Span::from_millis(point.as_millis().saturating_sub(skipped))
    }

    fn relaxation_counts(&self, id: WorkId) -> Option<WaitClock> {
        self.relaxation(id).and_then(|steps| steps.counts)
    }

    /// When it becomes easier to place next.
    pub(super) fn next_relaxation(&self, id: WorkId) -> Option<Timestamp> {
        let (begin, point) = self.next_point(id)?;
        let queue = self.works[&id].queue;
        self.due(queue, self.relaxation_counts(id), begin, self.without_skipped(id, point))
    }

    /// The next point on its clock has come.
    pub(super) fn relax(&mut self, id: WorkId) {
        let (_, past) = self.next_point(id).expect("a relaxation is due");
        let skipped = self.works[&id].skipped;
        self.take_relaxation(id, past, skipped);
        self.pass_empty_steps(id);
    }

    fn take_relaxation(&mut self, id: WorkId, past: Span, skipped: Span) {
        let work = self.work(id);
        (work.relaxed, work.skipped) = (past, skipped);
        self.tell(Event::work_relaxed(id, past, skipped));
    }

    /// However late the call, the next step has its full length.
    pub(super) fn end_preference(&mut self, id: WorkId) {
        let now = self.now;
        let work = self.work(id);
        let number = work.step.map_or(0, |step| step.number + 1);
        // After the wait for whoever had it last anybody may have it.
        let list = work.request.preferred.iter().filter(|_| !work.sticky);
        let mut steps = list.flat_map(|list| &list.steps);
        let next = steps.nth(number.into());
        work.step = next.map(|step| PreferenceStep::new(number, now + step.wait));
        work.sticky = false;
        let step = work.step;
        self.tell(Event::preference_stepped(id, step));
    }

    /// A step in which everybody who is asked for has declined for good is over at once.
    pub(super) fn pass_refused_steps(&mut self, id: WorkId) {
        loop {
            // A rule of overflow may have closed it as it entered.
            let Some(work) = self.works.get(&id) else {
                return;
            };
            let waits = work.stage == Stage::Queued && work.retry.is_none();
            let Some(step) = work.step.filter(|_| waits) else {
                return;
            };
            let refused = |agent: AgentId| {
                let session = self.agents[&agent].session;
                let declined = work.declines.iter().find(|known| known.agent == agent);
                declined.is_some_and(|known| match known.bar {
                    Bar::Always => true,
                    Bar::Session(barred) => barred == session,
                    Bar::None | Bar::Until(_) => false,
                    _ => unreachable!("this test does not know it"),
                })
            };
            let mut asked: Vec<AgentId> = work.last_agent.into_iter().collect();
            if !work.sticky {
                let list = work.request.preferred.as_ref().expect("a step has a list");
                let least = list.steps[usize::from(step.number)].score_min;
                let listed = list.agents.iter().filter(|listed| listed.score >= least);
                asked = listed.map(|listed| listed.agent).collect();
            }
            if !asked.into_iter().all(refused) {
                return;
            }
            self.end_preference(id);
        }
    }

    /// As a step begins: on to the next as long as nobody on queue could take the work in it, if
    /// that is wanted. The later ones come sooner by as much.
    pub(super) fn pass_empty_steps(&mut self, id: WorkId) {
        while let Some(work) = self.works.get(&id) {
            let waits = work.stage == Stage::Queued && work.retry.is_none();
            let wanted = self.relaxation(id).is_some_and(|steps| steps.skip_empty);
            if !waits || !wanted || self.is_anybody_there(id) || !self.skip_to_next(id) {
                return;
            }
        }
    }

    /// A rule of overflow says so: on to the next point at once.
    pub(super) fn relax_at_once(&mut self, id: WorkId) {
        if self.skip_to_next(id) {
            self.pass_empty_steps(id);
        }
    }

    /// On to the next point; the later ones come sooner by as much.
    fn skip_to_next(&mut self, id: WorkId) -> bool {
        let Some((begin, past)) = self.next_point(id) else {
            return false;
        };
        let queue = self.works[&id].queue;
        let passed = self.passed(queue, self.relaxation_counts(id), begin);
        let whole = self.without_skipped(id, past);
        let ahead = whole.as_millis().saturating_sub(passed.as_millis());
        let skipped = self.works[&id].skipped.as_millis().saturating_add(ahead);
        self.take_relaxation(id, past, Span::from_millis(skipped));
        true
    }

    /// Whether a member whose presence opens the channel could take it, free or busy.
    pub(super) fn is_anybody_there(&self, id: WorkId) -> bool {
        self.count_there(id) > 0
    }

    /// How many there are of those.
    pub(super) fn count_there(&self, id: WorkId) -> usize {
        let channel = self.works[&id].request.channel;
        let could = |agent: &&AgentId| {
            self.is_there(**agent, channel)
                && self.ring_sees(id, **agent)
                && self.works[&id].not_to != Some(**agent)
                && !self.works[&id].request.never_to.contains(agent)
                && !self.has_origin(id, **agent)
                && fit::fits(&self.need_now(id), self.agent_profile(**agent))
        };
        self.agents.keys().filter(could).count()
    }
}
