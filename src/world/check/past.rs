//! The invariants of time: what has happened is over, and what was due is done.

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, Entity};
use crate::policy::offering::Bar;
use crate::world::check::violation::Violation;
use crate::world::index::TimerKey;
use crate::world::rows::{Agent, Work};
use crate::world::state::World;

impl World {
    /// Recomputes what must hold of instants, if the latest that a call named is this.
    ///
    /// # Errors
    /// The first row that says something happened later.
    pub(crate) fn check_past(&self, now: Timestamp) -> Result<(), Violation> {
        let stores = &self.stores;
        let hold = |holds: bool, subject: Entity| {
            Violation::unless(holds, "time: what happened is not in the future", subject)
        };
        for (id, agent) in stores.agent_rows.iter() {
            hold(is_past(agent, now), id.into())?;
        }
        for (id, queue) in stores.queue_rows.iter() {
            let held = queue.holding.iter().all(|(_, since)| *since <= now);
            let counted = queue.tally.is_past(now) && queue.ramp_since <= now;
            let looked = queue.inspecting.as_ref().is_none_or(|inspecting| {
                let (up_to, last) = (inspecting.up_to.0, inspecting.last.0);
                up_to <= now && last <= now && inspecting.places.are_sound(now)
            });
            hold(held && counted && looked && queue.is_inspected_by(now), id.into())?;
        }
        for (id, offer) in stores.offers.rows() {
            hold(offer.since <= now, id.into())?;
        }
        for (id, watches) in stores.watches.iter() {
            let known = |at: Option<Timestamp>| at.is_none_or(|at| at <= now);
            let past = watches.iter().all(|watch| known(watch.since) && known(watch.evaluated));
            hold(past, id.into())?;
        }
        let works = stores.works.rows();
        let future = works.filter(|(_, work)| !has_begun(self, work, now)).map(|(id, _)| id);
        future.min().map_or(Ok(()), |id| hold(false, id.into()))
    }

    /// Whatever is due first is not due yet.
    ///
    /// # Errors
    /// Whose deadline it is.
    pub(crate) fn check_nothing_due(&self, now: Timestamp) -> Result<(), Violation> {
        let Some((_, key)) = self.index.clock.first().filter(|(at, _)| *at <= now) else {
            return Ok(());
        };
        let subject = match key {
            TimerKey::Offer(offer) => offer.into(),
            TimerKey::Leg(agent, _) | TimerKey::WrapUp(agent, _) | TimerKey::Lease(agent) => {
                agent.into()
            }
            TimerKey::Work(work) => work.into(),
            TimerKey::Queue(queue) | TimerKey::Reveal(queue) => queue.into(),
            TimerKey::Pool(pool) => pool.into(),
        };
        Err(Violation { invariant: "time: what was due is done", subject })
    }
}

fn is_past(agent: &Agent, now: Timestamp) -> bool {
    let stamps = agent.channel_stamps.iter().map(|(_, stamps)| stamps).chain([&agent.stamps]);
    let latest = stamps.flat_map(|its| [its.released, its.offered, its.accepted, its.presence]);
    let assignments =
        agent.assignments.iter().flat_map(|its| [Some(its.since), its.handled.since()]);
    let legs = agent.legs.iter().map(|leg| Some(leg.since));
    let all = latest.map(Some).chain(assignments).chain(legs).chain([Some(agent.defined)]);
    all.flatten().all(|at| at <= now)
}

fn has_begun(world: &World, work: &Work, now: Timestamp) -> bool {
    let known = [work.queued.get(), work.first_offer.get(), work.request.origin];
    let session = |agent: AgentId| world.agent(agent).map_or(0, |row| row.session);
    let barred = work.declines.iter().all(|decline| match decline.bar {
        Bar::Session(barred) => barred <= session(decline.agent),
        Bar::None | Bar::Until(_) | Bar::Always => true,
    });
    let begun = [work.origin, work.entered, work.place.since].into_iter();
    barred && begun.chain(known.into_iter().flatten()).all(|at| at <= now)
}
