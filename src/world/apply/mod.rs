//! How a fact changes the world: the only mutator other storeys can reach.
//!
//! Every fact leaves the world consistent by itself. What does not fit is an error, not a panic:
//! while deciding it would be a bug of the engine, while resuming it is a bad journal.

mod agents;
mod aside;
mod definitions;
mod legs;
mod offers;
mod queues;
mod tallies;
mod works;

use self::works::Entry;

use crate::base::time::Timestamp;
use crate::fact::event::Event;
use crate::fact::log::{Fact, Seq};
use crate::state::machine::Illegal;
use crate::world::index::Concerned;
use crate::world::state::{Missing, World};

/// A fact that does not fit the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Misfit {
    /// It is not the next one.
    #[error("fact {expected} was expected")]
    Sequence {
        /// The number of the next one.
        expected: Seq,
    },
    /// It names something that is not there.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// It makes a step that is not possible.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// It hands out an id that is not the next one, or opens an engine that is open.
    #[error("out of order")]
    OutOfOrder,
}

impl World {
    /// Changes the world by a fact, and says whose load, presence or bounds it changed.
    pub(crate) fn apply(&mut self, fact: &Fact) -> Result<Concerned, Misfit> {
        let expected = self.stores.seq.saturating_add(1);
        if fact.seq != expected {
            return Err(Misfit::Sequence { expected });
        }
        self.index.concerned = Concerned::default();
        self.change(&fact.event, fact.at, fact.effective())?;
        while let Some(queue) = self.index.unwatched.pop() {
            self.watch(queue, fact.at)?;
        }
        while let Some(pool) = self.index.unclocked.pop() {
            self.set_pool_clock(pool, fact.effective());
        }
        self.stores.seq = fact.seq;
        Ok(self.index.concerned)
    }

    /// `at` is when the call was made, `due` the instant the event counts from.
    fn change(&mut self, event: &Event, at: Timestamp, due: Timestamp) -> Result<(), Misfit> {
        match event {
            Event::EngineOpened { config } => self.open_engine(config),
            Event::Defined(definition) => self.define(definition, at),
            Event::Changed(definition) => self.redefine(definition),
            Event::Retired(entity) => self.retire(*entity),
            Event::MembershipSet { agent, queue, membership, channel } => {
                self.set_membership(*agent, *queue, *channel, Some(*membership))
            }
            Event::MembershipRemoved { agent, queue, channel } => {
                self.set_membership(*agent, *queue, *channel, None)
            }
            Event::PresenceSet { agent, presence, lease, by } => {
                self.set_presence(*agent, *presence, *lease, *by, due)
            }
            Event::AgentHeard { agent, lease } => self.hear(*agent, *lease),
            Event::DrainingSet { agent, draining } => self.set_draining(*agent, *draining),
            Event::OwnCallSet { agent, active } => self.set_own_call(*agent, *active),
            Event::RoutingStatusChanged { agent, status } => self.set_status(*agent, *status, due),
            Event::CapacityExceeded { agent } => self.set_debt(*agent, true),
            Event::CapacityRestored { agent } => self.set_debt(*agent, false),
            Event::WorkSubmitted { work, request } => self.submit(*work, request, at),
            Event::WorkChanged { work, change } => self.change_work(*work, change),
            Event::WorkQueued { work, queue, place, why, wrap_up, sticky } => {
                let entry = Entry { queue: *queue, place: *place, why: *why, sticky: *sticky };
                self.queue_work(*work, entry, *wrap_up, at, due)
            }
            Event::WorkRevealed { work, delay } => self.reveal(*work, *delay),
            Event::PreferenceStepped { work, step } => self.step_preference(*work, *step),
            Event::WorkOffered { offer, work, agent, until, by, score: _ } => {
                self.make_offer(*offer, *work, *agent, *until, *by, at)
            }
            Event::OfferAccepted { offer, auto: _ } => self.accept(*offer, due),
            Event::OfferRejected { offer, reason, bar, place } => {
                self.reject(*offer, *reason, *bar, *place)
            }
            Event::OfferMissed { offer, bar, place } => self.miss(*offer, *bar, *place),
            Event::OfferWithdrawn { offer, why, place } => self.withdraw(*offer, *why, *place),
            Event::WorkAssigned { work, agent, by: _ } => self.assign(*work, *agent, at),
            Event::WorkHeld { work } => self.hold(*work, true),
            Event::WorkRetrieved { work } => self.hold(*work, false),
            Event::WorkParked { work, until } => self.park(*work, *until, at),
            Event::WorkResumed { work, by: _ } => self.resume(*work, at),
            Event::WorkExhausted { work, retry } => self.exhaust(*work, *retry),
            Event::DeclinesForgotten { work } => self.forget_declines(*work),
            Event::BarLifted { work, agent } => self.lift_bar(*work, *agent),
            Event::WrapUpRequested { work } => self.request_wrap_up(*work),
            Event::ContactEnded { work, by: _, wrap_up } => self.end_contact(*work, *wrap_up, due),
            Event::WrapUpExtended { work, agent, until } => {
                self.extend_wrap_up(*work, *agent, *until)
            }
            Event::CodeSet { work, agent, code } => self.set_code(*work, *agent, *code),
            Event::WrapUpEnded { work, agent, by: _ } => self.end_wrap_up(*work, *agent, due),
            Event::WorkClosed { work, cause, by: _ } => self.close(*work, *cause, due),
            Event::WorkRelaxed { work, past, skipped } => self.relax(*work, *past, *skipped),
            Event::WorkScheduled { work, at: until, activation } => {
                self.schedule(*work, *until, *activation, at)
            }
            Event::WorkSuspended { work } => self.suspend(*work, at),
            Event::CallbackRequested { work, channel, callback } => {
                self.request_callback(*work, *channel, *callback)
            }
            Event::CustomerUnreached { work, retry } => self.leave_unreached(*work, *retry, at),
            Event::WorkClassified { work, rule, queue, change } => {
                self.classify(*work, *rule, *queue, change.as_deref(), at)
            }
            Event::OverflowTriggered { work, rule, then } => self.overflow(*work, *rule, then),
            Event::QueueLooked { queue, rings } => self.look_at_queue(*queue, rings, at),
            Event::RampReleased { queue } => self.release_ramp(*queue),
            Event::ShiftEndSet { agent, until } => self.set_shift_end(*agent, *until),
            Event::LegRequested { work, agent, role, until } => {
                self.request_leg(*work, *agent, *role, *until, at)
            }
            Event::LegJoined { work, agent, role, auto: _ } => {
                self.join_leg(*work, *agent, *role, at)
            }
            Event::LegChanged { work, agent, role } => self.change_leg(*work, *agent, *role),
            Event::LegEnded { work, agent, why } => self.end_leg(*work, *agent, *why, due),
            Event::HandedOver { work, agent, wrap_up } => {
                self.hand_over(*work, *agent, *wrap_up, at)
            }
            Event::PoolReset { pool } => {
                self.entry::<crate::model::pool::PoolProfile>(*pool)?;
                self.give_back(*pool);
                Ok(())
            }
        }
    }
}
