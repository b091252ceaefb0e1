//! How a fact changes the world: the only mutator other layers can reach.
//!
//! Every fact leaves the world consistent by itself. What does not fit is an error, not a panic:
//! while deciding it would be a bug of the engine, while resuming it is a bad journal.
//!
//! The files stand in this order, and each uses only those before it: `misfit`, `tallies`, `load`,
//! `pools`, `lines`, `assignments`, `queues`, and then what facts are about: `agents`, `offers`,
//! `legs`, `contacts`, `works`, `aside`, `definitions`.

mod agents;
mod aside;
mod assignments;
mod contacts;
mod definitions;
mod legs;
mod lines;
mod load;
mod members;
mod misfit;
mod offers;
mod pools;
mod queues;
mod tallies;
mod works;

use self::misfit::Misfit;

use crate::base::time::Timestamp;
use crate::fact::event::Event;
use crate::fact::log::Fact;
use crate::model::pool::PoolProfile;
use crate::world::index::Concerned;
use crate::world::state::World;

impl World {
    /// Changes the world by a fact, and says whose load, presence or bounds the fact changed.
    pub(crate) fn apply(&mut self, fact: &Fact) -> Result<Concerned, Misfit> {
        let expected = self.stores.seq.saturating_add(1);
        if fact.seq != expected {
            return Err(Misfit::Sequence { expected });
        }
        self.index.concerned = Concerned::default();
        change(self, &fact.event, fact.at, fact.effective())?;
        while let Some(queue) = self.index.unwatched.pop() {
            queues::watch(self, queue, fact.at)?;
        }
        while let Some(pool) = self.index.unclocked.pop() {
            pools::set_clock(self, pool, fact.effective());
        }
        self.stores.seq = fact.seq;
        Ok(self.index.concerned)
    }
}

/// `at` is when the call was made, `due` the instant from which the event counts. Every fact comes
/// through here, from one place.
#[inline(always)]
fn change(world: &mut World, event: &Event, at: Timestamp, due: Timestamp) -> Result<(), Misfit> {
    match event {
        Event::EngineOpened { config } => definitions::open_engine(world, config),
        Event::Defined(definition) => definitions::define(world, definition, at),
        Event::Changed(definition) => definitions::redefine(world, definition),
        Event::Retired(entity) => definitions::retire(world, *entity),
        Event::MembershipSet { agent, queue, membership, channel } => {
            definitions::set_membership(world, *agent, *queue, *channel, Some(*membership))
        }
        Event::MembershipRemoved { agent, queue, channel } => {
            definitions::set_membership(world, *agent, *queue, *channel, None)
        }
        Event::PresenceSet { agent, presence, lease, by } => {
            agents::set_presence(world, *agent, *presence, *lease, *by, due)
        }
        Event::AgentHeard { agent, lease } => agents::hear(world, *agent, *lease),
        Event::DrainingSet { agent, draining } => agents::set_draining(world, *agent, *draining),
        Event::OwnCallSet { agent, active } => agents::set_own_call(world, *agent, *active),
        Event::RoutingStatusChanged { agent, status } => {
            agents::set_status(world, *agent, *status, due)
        }
        Event::CapacityExceeded { agent } => agents::set_debt(world, *agent, true),
        Event::CapacityRestored { agent } => agents::set_debt(world, *agent, false),
        Event::ShiftEndSet { agent, until } => agents::set_shift_end(world, *agent, *until),
        Event::WorkSubmitted { work, request, stands_for } => {
            works::submit(world, *work, request, *stands_for, at)
        }
        Event::WorkChanged { work, change } => works::change(world, *work, change, at),
        Event::WorkQueued { work, queue, place, why, wrap_up, sticky, not_to } => {
            let (queue, place, why) = (*queue, *place, *why);
            let (sticky, not_to) = (*sticky, *not_to);
            let entry = works::LineEntry { queue, place, why, sticky, not_to };
            works::queue(world, *work, entry, *wrap_up, at, due)
        }
        Event::WorkRevealed { work, delay, others } => works::reveal(world, *work, *delay, *others),
        Event::PreferenceStepped { work, step } => works::step_preference(world, *work, *step),
        Event::WorkRelaxed { work, past, skipped } => works::relax(world, *work, *past, *skipped),
        Event::EndChanged { work, at } => works::change_end(world, *work, *at),
        Event::WorkExhausted { work, retry } => works::exhaust(world, *work, *retry),
        Event::DeclinesForgotten { work } => works::forget_declines(world, *work),
        Event::BarLifted { work, agent } => works::lift_bar(world, *work, *agent),
        Event::WorkClosed { work, cause, by: _, outside, never_wrapped_up: _ } => {
            works::close(world, *work, *cause, outside.as_deref(), (at, due))
        }
        Event::WorkOffered { offer, work, agent, until, by, score: _, last } => {
            offers::make(world, *offer, (*work, *agent), *until, (*by, *last), at)
        }
        Event::OfferAccepted { offer, auto: _ } => offers::accept(world, *offer, due),
        Event::OfferRejected { offer, reason, bar, place } => {
            offers::reject(world, *offer, *reason, *bar, *place, at)
        }
        Event::OfferMissed { offer, bar, place } => offers::miss(world, *offer, *bar, *place, at),
        Event::OfferWithdrawn { offer, why, bar, place } => {
            offers::withdraw(world, *offer, *why, *bar, *place, at)
        }
        Event::WorkAssigned { work, agent, by: _ } => offers::assign(world, *work, *agent, at),
        Event::WorkHeld { work } => contacts::hold(world, *work),
        Event::WorkRetrieved { work } => contacts::retrieve(world, *work),
        Event::WorkParked { work, until } => contacts::park(world, *work, *until, at),
        Event::WorkResumed { work, by: _ } => contacts::resume(world, *work, at),
        Event::WrapUpRequested { work } => contacts::request_wrap_up(world, *work),
        Event::ContactEnded { work, by: _, wrap_up } => contacts::end(world, *work, *wrap_up, due),
        Event::WrapUpExtended { work, agent, until } => {
            contacts::extend_wrap_up(world, *work, *agent, *until)
        }
        Event::CodeSet { work, agent, code } => contacts::set_code(world, *work, *agent, *code),
        Event::WrapUpEnded { work, agent, by: _ } => {
            contacts::end_wrap_up(world, *work, *agent, due)
        }
        Event::WorkScheduled { work, at: until, activation } => {
            aside::schedule(world, *work, *until, *activation, at)
        }
        Event::WorkSuspended { work } => aside::suspend(world, *work, at),
        Event::CallbackRequested { work, channel, callback } => {
            aside::request_callback(world, *work, *channel, *callback)
        }
        Event::CustomerUnreached { work, retry } => {
            aside::leave_unreached(world, *work, *retry, at)
        }
        Event::WorkClassified { work, rule, queue, change } => {
            aside::classify(world, *work, *rule, *queue, change.as_deref(), at)
        }
        Event::OverflowTriggered { work, rule, then } => {
            queues::overflow(world, *work, *rule, then)
        }
        Event::OverflowWatched { work, rule, holds, ahead } => {
            queues::watch_rule(world, *work, (*rule, *holds), *ahead, (at, due))
        }
        Event::QueueInspected { queue, rings, holding, up_to } => {
            queues::inspect(world, *queue, (rings, holding), *up_to, (at, due))
        }
        Event::RampReleased { queue } => queues::release_ramp(world, *queue),
        Event::LegRequested { work, agent, role, until, careful } => {
            legs::request(world, (*work, *agent), *role, *until, *careful, at)
        }
        Event::LegJoined { work, agent, role, auto: _ } => {
            legs::join(world, *work, *agent, *role, at)
        }
        Event::LegChanged { work, agent, role } => legs::change(world, *work, *agent, *role),
        Event::LegEnded { work, agent, why } => legs::end(world, *work, *agent, *why, due),
        Event::HandedOver { work, agent, wrap_up } => {
            legs::hand_over(world, *work, *agent, *wrap_up, at)
        }
        Event::PoolReset { pool } => {
            world.entry::<PoolProfile>(*pool)?;
            pools::give_back(world, *pool);
            Ok(())
        }
        // What ended the transfer said so in a fact of its own.
        Event::TransferFailed { work, why: _ } => Ok(world.work(*work).map(drop)?),
    }
}
