//! The invariants, each with a name, recomputed from the rows.

mod agents;
mod counters;
mod index;
mod legs;
mod past;
mod pools;
mod references;
mod stand_ins;
pub(crate) mod violation;
mod watches;
mod works;

pub use self::violation::Violation;

use self::works::Survey;

use crate::model::ids::WorkId;
use crate::state::offer::OfferState;
use crate::world::state::World;

impl World {
    /// Recomputes every invariant, and every index.
    ///
    /// * **memory bounded**, **references**, **definitions**: what a snapshot says is sound
    /// * **counters**: no number is given twice, and none is the last
    /// * **built in**, **keys**: what every engine has is there, and a key names one thing
    /// * **retired**: nothing in force names what is retired, and nobody has it
    /// * **one stage**: work is in exactly one stage, and what the stage names is there
    /// * **one owner**: work has at most one owner, and its owner has an assignment of it
    /// * **offers join**: an offer joins one piece of work and one agent, and both know it
    /// * **legs join**: a leg joins work that an agent has and another agent, and both know it
    /// * **stand-ins**: what stands for work is like it, and an agent handles that work
    /// * **watches**: what is remembered of a rule of overflow or a conditional ring is needed
    /// * **capacity held**: what an agent's capacity holds is the sum over what holds it
    /// * **pools**: what is spent is what is over and not given back, and is reset one day
    /// * **status true**: routing status and debt are what presence, own call and load say
    /// * **tally sound**: what a queue has experienced can have come about, and the time an agent
    ///   is occupied with an assignment runs while it is
    /// * **index derived**: every index is what the rows say
    ///
    /// What must hold of time [`check_past`](Self::check_past) and
    /// [`check_nothing_due`](Self::check_nothing_due) recompute.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub(crate) fn check(&self) -> Result<(), Violation> {
        self.check_rows()?;
        index::check(self)
    }

    /// Recomputes every invariant of the rows alone; what was derived from them just now need not
    /// be derived again. One pass over each table.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub(crate) fn check_rows(&self) -> Result<(), Violation> {
        self.check_unsettled()?;
        let mut agents = self.stores.agent_rows.iter();
        agents.try_for_each(|(id, agent)| agents::check_status(self, id, agent))
    }

    /// The same in the middle of a call, whose last facts are those that say how agents are.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub(crate) fn check_unsettled(&self) -> Result<(), Violation> {
        check_memory(self)?;
        counters::check(self)?;
        let works = Survey::of(self);
        references::of_definitions(self)?;
        references::of_rows(self)?;
        works.references()?;
        references::of_offers(self)?;
        references::of_ended(self)?;
        works.stages()?;
        for (id, agent) in self.stores.agent_rows.iter() {
            counters::of_agent(self, id, agent)?;
            agents::check(self, id, agent)?;
        }
        for (id, queue) in self.stores.queue_rows.iter() {
            Violation::unless(queue.tally.is_sound(), "tally sound: it can have come about", id)?;
            watches::of_rings(self, id, queue)?;
            watches::of_inspection(self, id, queue)?;
        }
        check_offers(self)?;
        stand_ins::check(self)?;
        watches::of_works(self)?;
        works.needs()?;
        pools::check(self, &works)
    }
}

/// A snapshot may have been written by anybody: what it wants remembered stays in bounds.
fn check_memory(world: &World) -> Result<(), Violation> {
    let stores = &world.stores;
    let remembered = stores.config.remembered;
    let sizes = [stores.ended_works.size(), stores.ended_offers.size()];
    let bounded = stores.config.check().is_ok() && sizes == [remembered; 2];
    Violation::unless(bounded, "memory bounded: by the configuration", WorkId::from_raw(0))
}

fn check_offers(world: &World) -> Result<(), Violation> {
    for (id, offer) in world.stores.offers.sorted() {
        let open = matches!(offer.state, OfferState::Open { .. });
        let offered = world.work(offer.work).is_ok_and(|work| work.is_offered());
        let agent = world.agent(offer.agent);
        let once = |offers: &[_]| offers.iter().filter(|other| **other == id).count() == 1;
        let known = agent.is_ok_and(|agent| once(&agent.offers));
        let invariant = "offers join: work and agent know the offer";
        Violation::unless(open && offered && known, invariant, id)?;
    }
    Ok(())
}
