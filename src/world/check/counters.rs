//! The invariants of numbers that are given once, each higher than the one before.

use crate::base::id::Id;
use crate::base::ledger::Ledger;
use crate::base::recent::Recent;
use crate::model::ids::{AgentId, Entity, OfferId, WorkId};
use crate::model::kinds::for_every_kind;
use crate::world::check::violation::Violation;
use crate::world::kinds::DefinitionKind;
use crate::world::rows::Agent;
use crate::world::state::World;

/// No counter gets past this: at a billion a second that takes 292 years. A counter below it has
/// at least as many numbers left as it has given. (The share of a member grows by a million with
/// each offer.)
const FAR: u64 = u64::MAX / 2;
/// The same for what is counted in 32 bits: how often an agent came on queue, or a definition was
/// changed.
const FAR_SHORT: u32 = u32::MAX / 2;

/// No number is given twice: those that are there, or are remembered, are behind the next.
pub(super) fn check(world: &World) -> Result<(), Violation> {
    let stores = &world.stores;
    of_ids(&stores.works, &stores.ended_works)?;
    of_ids(&stores.offers, &stores.ended_offers)
}

impl World {
    /// Refuses rows that come from somewhere and whose counters are near their end.
    ///
    /// # Errors
    /// Whose counter it is.
    pub(crate) fn check_counters_left(&self) -> Result<(), Violation> {
        let stores = &self.stores;
        let hold = |few: bool, subject: Entity| {
            Violation::unless(few, "counters: far from their end", subject)
        };
        let works = stores.works.next_id().is_some_and(|id| id.number() <= FAR);
        let offers = stores.offers.next_id().is_some_and(|id| id.number() <= FAR);
        hold(works && offers && stores.seq <= FAR, WorkId::from_raw(0).into())?;
        for (id, queue) in stores.queue_rows.iter() {
            hold(queue.share <= FAR, id.into())?;
        }
        for (id, agent) in stores.agent_rows.iter() {
            let shares = agent.members().all(|member| member.share <= FAR);
            hold(shares && agent.session <= FAR_SHORT, id.into())?;
        }
        for_every_kind!(P => for (id, entry) in P::rows(stores).iter() {
            hold(entry.revision <= FAR_SHORT, id.into())?;
        });
        Ok(())
    }
}

fn of_ids<I: Id + Into<Entity>, T, E>(
    open: &Ledger<I, T>,
    ended: &Recent<I, E>,
) -> Result<(), Violation> {
    let given = |id: &I| open.was_minted(*id);
    let nothing = || WorkId::from_raw(0).into();
    let first = I::from_number(0).map_or_else(nothing, Into::into);
    let invariant = "counters: the next id is behind all that were given";
    let ids = open.rows().map(|(id, _)| id).chain(ended.iter().map(|(id, _)| id));
    if let Some(id) = ids.filter(|id| !given(id)).min() {
        return Err(Violation { invariant, subject: id.into() });
    }
    let invariant = "memory: what is over is not open, and stands at its place";
    let both = ended.iter().map(|(id, _)| id).find(|id| open.get(*id).is_some());
    Violation::unless(both.is_none() && ended.is_sound(), invariant, both.map_or(first, Into::into))
}

/// The same of what an agent remembers.
pub(super) fn of_agent(world: &World, id: AgentId, agent: &Agent) -> Result<(), Violation> {
    let given = |offer: OfferId| offer.is_none() || world.stores.offers.was_minted(offer);
    let known = given(agent.last_offer) && agent.members().all(|member| given(member.offered));
    Violation::unless(known, "counters: the next id is behind all that were given", id)
}
