//! What each deadline leads to.

use crate::base::time::Timestamp;
use crate::fact::event::{EndedBy, Event, PresenceSetBy, QueuedWhy, ResumedBy};
use crate::fact::log::Cause;
use crate::model::ids::{AgentId, WorkId};
use crate::model::presence::SystemPresence;
use crate::model::queue::MaxWaitAction;
use crate::model::requeue::Requeue;
use crate::policy::offering::Bar;
use crate::state::machine::DeadlineKind;
use crate::state::work::CloseCause;
use crate::world::index::TimerKey;

use crate::engine::turn::Turn;

impl Turn<'_> {
    /// Fires everything due at or before now, the earliest first.
    pub(crate) fn fire_due(&mut self) {
        while let Some((due, key)) = self.world.index().clock.first() {
            let before = self.facts();
            if due > self.now {
                break;
            }
            self.fire(due, key);
            if self.facts() == before {
                debug_assert!(false, "{key:?} was due at {due} and nothing came of it");
                break;
            }
        }
    }

    fn fire(&mut self, due: Timestamp, key: TimerKey) {
        let cause = |kind| Cause::Deadline { kind, due };
        match key {
            TimerKey::Offer(id) => {
                self.cause = cause(DeadlineKind::OfferWindow);
                if let Ok(offer) = self.world.offer(id).copied() {
                    self.miss_offer(id, offer);
                }
            }
            TimerKey::Leg(agent, work) => {
                self.cause = cause(DeadlineKind::ConsultWindow);
                self.miss_leg(work, agent);
            }
            TimerKey::WrapUp(agent, work) => {
                self.cause = cause(DeadlineKind::WrapUp);
                self.time_out_wrap_up(work, agent);
            }
            TimerKey::Lease(agent) => {
                self.cause = cause(DeadlineKind::Lease);
                self.lapse(agent);
            }
            TimerKey::Queue(queue) => {
                if let Some(deadline) = self.world.queue_deadline(queue) {
                    self.cause = cause(deadline.kind);
                    match deadline.kind {
                        DeadlineKind::Ramp => self.emit(Event::RampReleased { queue }),
                        _ => self.look_at(queue),
                    }
                }
            }
            TimerKey::Pool(pool) => {
                self.cause = cause(DeadlineKind::PoolReset);
                self.emit(Event::PoolReset { pool });
            }
            TimerKey::Work(work) => {
                if let Some(deadline) = self.world.work_deadline(work) {
                    self.cause = cause(deadline.kind);
                    self.fire_work(work, deadline.kind, due);
                }
            }
        }
    }

    fn lapse(&mut self, agent: AgentId) {
        let (presence, by) = (SystemPresence::Offline.id(), PresenceSetBy::Lease);
        self.emit(Event::PresenceSet { agent, presence, lease: None, by });
        self.withdraw_unattended(agent);
    }

    fn fire_work(&mut self, work: WorkId, kind: DeadlineKind, due: Timestamp) {
        match kind {
            DeadlineKind::Lifetime => self.close_by_system(work, CloseCause::Lifetime),
            DeadlineKind::MaxWait => self.end_wait(work),
            DeadlineKind::ParkOver => self.bring_back(work, ResumedBy::Time),
            DeadlineKind::PreferredStep => self.end_preference(work),
            DeadlineKind::Reveal => self.reveal(work),
            DeadlineKind::Retry => self.emit(Event::DeclinesForgotten { work }),
            DeadlineKind::BarOver => self.lift_bar(work, due),
            DeadlineKind::Relaxation => self.relax(work),
            DeadlineKind::Overflow => self.overflow_waited(work),
            DeadlineKind::Scheduled => self.end_schedule(work, due),
            DeadlineKind::OfferWindow
            | DeadlineKind::WrapUp
            | DeadlineKind::Lease
            | DeadlineKind::ConsultWindow
            | DeadlineKind::Look
            | DeadlineKind::Ramp
            | DeadlineKind::PoolReset => {}
        }
    }

    fn close_by_system(&mut self, work: WorkId, cause: CloseCause) {
        self.emit(Event::WorkClosed { work, cause, by: EndedBy::System });
    }

    fn end_wait(&mut self, work: WorkId) {
        let Ok(row) = self.world.work(work) else {
            return;
        };
        let action = self.world.queue_profile(row.queue).map(|profile| profile.on_max_wait);
        match action {
            Ok(MaxWaitAction::Move { queue }) if queue != row.queue => {
                let place = self.place_in(work, queue, Requeue::KeepScore);
                let why = QueuedWhy::MaxWait;
                let (wrap_up, sticky) = (None, None);
                self.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky });
                self.entered(work, Some(why));
            }
            Ok(MaxWaitAction::Move { .. } | MaxWaitAction::Close) | Err(_) => {
                self.close_by_system(work, CloseCause::MaxWait);
            }
        }
    }

    fn reveal(&mut self, work: WorkId) {
        let Ok(row) = self.world.work(work) else {
            return;
        };
        let line = self.world.index().line(row.queue);
        let delay =
            line.and_then(|line| line.members(row.request.channel).delay_after(row.revealed));
        if let Some(delay) = delay {
            self.emit(Event::WorkRevealed { work, delay });
        }
    }

    fn lift_bar(&mut self, work: WorkId, due: Timestamp) {
        let Ok(row) = self.world.work(work) else {
            return;
        };
        let over = row.declines.iter().find(|decline| decline.bar == Bar::Until(due));
        if let Some(decline) = over {
            self.emit(Event::BarLifted { work, agent: decline.agent });
        }
    }
}
