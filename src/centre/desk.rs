//! What an agent sees and may do, over all layers.

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::commands::Command;
use crate::engine::core::Engine;
use crate::fact::log::Seq;
use crate::interaction::desk;
use crate::interaction::{
    Assist, CustomerContact, InboxCard, InteractionId, Layout, ProfileStore, Records, Workspace,
};
use crate::journey::{CustomerId, JourneyView, JourneyViewer, Journeys, PageRequest, ViewDelta};
use crate::knowledge::{self, CallParty, Knowledge, PreviewCard, TransferTarget};
use crate::layer::above::Over;
use crate::model::ids::{AgentId, WorkId};

use crate::centre::core::Centre;
use crate::centre::words::CentreRefusal;

/// True if nothing above the records refuses a command of the engine.
fn lets(knowledge: Option<&Knowledge>, engine: &Engine, command: &Command) -> bool {
    knowledge.is_none_or(|layer| Over::<Engine>::refuse(layer, engine, command).is_ok())
}

impl<P: ProfileStore + Clone + Default> Centre<P> {
    /// What asks an agent for an answer, on whatever channel: what is offered to them, and
    /// colleagues who ask for them. It is as it stands: a host that needs it exact
    /// [advances](Self::advance) to `now` before. It changes nothing.
    ///
    /// # Errors
    /// [`Refusal::Unknown`](crate::Refusal::Unknown) or
    /// [`Refusal::Retired`](crate::Refusal::Retired) if there is no such agent.
    pub fn inbox(
        &mut self,
        agent: AgentId,
        now: Timestamp,
    ) -> Result<Vec<InboxCard>, CentreRefusal> {
        self.engine.permit_actor(&Actor::Agent(agent))?;
        let mut cards = desk::inbox(&mut self.engine, self.records.as_ref(), agent, now);
        for card in &mut cards {
            card.answers.retain(|answer| lets(self.knowledge.as_ref(), &self.engine, answer));
        }
        Ok(cards)
    }

    /// True if there is such an interaction for an actor: it is kept, and they may know of it
    /// ([`RecordCommandName::permission`](crate::interaction::RecordCommandName::permission) says
    /// who sees what). A host that shows an interaction to somebody asks this first, and answers as
    /// for one that never was otherwise.
    #[must_use]
    pub fn sees(&self, actor: &Actor, interaction: InteractionId) -> bool {
        let records = self.records.as_ref();
        records.is_some_and(|records| records.sees(&self.engine, actor, interaction))
    }

    /// All that there is of a customer, on whatever channel, newest first: the interactions
    /// [opened for](crate::interaction::Interaction::opened_for) them that are not archived, and
    /// the open work of the same [customer](crate::model::WorkRequest::customer) that has no
    /// record. It walks over all open work.
    #[must_use]
    pub fn of_customer(&self, customer: &str) -> Vec<CustomerContact> {
        desk::of_customer(self.engine.view(), self.records.as_ref(), customer)
    }

    /// What rings at an agent because of a routing point, the oldest first. It is as it stands: a
    /// host that needs it exact [advances](Self::advance) to `now` before. It is empty if no
    /// colleagues are asked for help here.
    ///
    /// # Errors
    /// [`Refusal::Unknown`](crate::Refusal::Unknown) or
    /// [`Refusal::Retired`](crate::Refusal::Retired) if there is no such agent.
    pub fn cards(&self, agent: AgentId, now: Timestamp) -> Result<Vec<PreviewCard>, CentreRefusal> {
        self.engine.permit_actor(&Actor::Agent(agent))?;
        let (view, records) = (self.engine.view(), self.records.as_ref());
        let cards = |layer| knowledge::desk::cards(layer, view, records, agent, now);
        Ok(self.knowledge.as_ref().map(cards).unwrap_or_default())
    }

    /// Where an agent can bring a call that they have, active or on hold: to those with whom they
    /// write about this call. It follows the sessions: whoever has one is listed, by their seat
    /// and by each routing point that asks for a worker by name; who had it is not.
    #[must_use]
    pub fn transfer_targets(
        &self,
        agent: AgentId,
        interaction: InteractionId,
    ) -> Vec<TransferTarget> {
        let (Some(layer), Some(records)) = (&self.knowledge, &self.records) else {
            return Vec::new();
        };
        knowledge::desk::transfer_targets(layer, self.engine.view(), records, agent, interaction)
    }

    /// Who talks in a call that somebody has: the customer, its owner, and the agents who joined.
    #[must_use]
    pub fn parties(&self, interaction: InteractionId) -> Vec<CallParty> {
        let records = self.records.as_ref();
        let of = |records| knowledge::desk::parties(&self.engine, records, interaction);
        records.map(of).unwrap_or_default()
    }

    /// The journey behind an interaction, as [`Journeys::view`] gives it to an agent who has the
    /// interaction or takes part in it.
    ///
    /// # Errors
    /// [`Refusal::Unknown`](crate::Refusal::Unknown) or
    /// [`Refusal::Retired`](crate::Refusal::Retired) if there is no such agent,
    /// [`CentreRefusal::NoLayer`] if the centre keeps no journeys, and what
    /// [`Journeys::view`] refuses.
    pub fn journey(
        &self,
        viewer: &JourneyViewer,
        interaction: InteractionId,
        page: PageRequest,
    ) -> Result<JourneyView, CentreRefusal> {
        let (journeys, records) = self.visited(viewer)?;
        Ok(journeys.view(records, viewer, interaction, page)?)
    }

    /// What changed in the [journey](Self::journey) behind an interaction since a fact, as
    /// [`Journeys::changes`] gives it.
    ///
    /// # Errors
    /// As [`journey`](Self::journey).
    pub fn journey_changes(
        &self,
        viewer: &JourneyViewer,
        interaction: InteractionId,
        since: Seq,
    ) -> Result<Vec<ViewDelta>, CentreRefusal> {
        let (journeys, records) = self.visited(viewer)?;
        Ok(journeys.changes(records, viewer, interaction, since)?)
    }

    /// The journey of a customer whom nobody has yet, as [`Journeys::view_customer`] gives it.
    ///
    /// # Errors
    /// As [`journey`](Self::journey).
    pub fn customer_journey(
        &self,
        viewer: &JourneyViewer,
        customer: CustomerId,
        page: PageRequest,
    ) -> Result<JourneyView, CentreRefusal> {
        let (journeys, records) = self.visited(viewer)?;
        Ok(journeys.view_customer(Some(records), viewer, customer, page)?)
    }

    /// The layers that an agent looks at.
    fn visited(&self, viewer: &JourneyViewer) -> Result<(&Journeys, &Records<P>), CentreRefusal> {
        self.engine.permit_actor(&Actor::Agent(viewer.agent))?;
        let journeys = self.journeys.as_ref().ok_or(CentreRefusal::no_layer("journeys"))?;
        let records = self.records.as_ref().ok_or(CentreRefusal::no_layer("records"))?;
        Ok((journeys, records))
    }

    /// What the centre would take from an agent now about a piece of work: one command of each
    /// kind, with a target or a code that would do. What is not named would be refused, or change
    /// nothing. Of colleagues it asks for the members of the work's queue, until one would do.
    /// Where work leaves the house, `outside` stands for any destination.
    ///
    /// Which controls an agent has in which state, where no layer refuses one of them:
    ///
    /// ```text
    #[doc = include_str!("../../tests/tables/controls.txt")]
    /// ```
    ///
    /// # Errors
    /// [`Refusal::Unknown`](crate::Refusal::Unknown) or
    /// [`Refusal::Retired`](crate::Refusal::Retired) if there is no such agent.
    pub fn controls(
        &mut self,
        agent: AgentId,
        work: WorkId,
    ) -> Result<Vec<Command>, CentreRefusal> {
        self.engine.permit_actor(&Actor::Agent(agent))?;
        let mut controls = desk::controls(&mut self.engine, self.records.as_ref(), agent, work);
        controls.retain(|control| lets(self.knowledge.as_ref(), &self.engine, control));
        Ok(controls)
    }

    /// What an agent sees of an interaction that they have or take part in, as one value, with
    /// what they may do. Of the customer's other interactions they see those that are there for
    /// them. It changes nothing.
    ///
    /// # Errors
    /// [`Refusal::Unknown`](crate::Refusal::Unknown) if there is no such agent,
    /// [`RecordRefusal::Unknown`](crate::interaction::RecordRefusal::Unknown) if there is no such
    /// interaction for them, and
    /// [`RecordRefusal::NotYours`](crate::interaction::RecordRefusal::NotYours) if it is another's.
    pub fn workspace(
        &mut self,
        agent: AgentId,
        interaction: InteractionId,
        now: Timestamp,
        layout: &Layout,
        assist: &dyn Assist,
    ) -> Result<Workspace<'_>, CentreRefusal> {
        self.engine.permit_actor(&Actor::Agent(agent))?;
        let records = self.records.as_ref().ok_or(CentreRefusal::no_layer("records"))?;
        let work = records.check_takes_part(&self.engine, agent, interaction)?;
        let mut controls = work.map_or_else(Vec::new, |work| {
            desk::controls(&mut self.engine, Some(records), agent, work)
        });
        controls.retain(|control| lets(self.knowledge.as_ref(), &self.engine, control));
        let panels = records.workspace(interaction, now, layout, assist);
        let mut panels = panels.unwrap_or_default();
        desk::only_seen(&self.engine, records, agent, &mut panels);
        Ok(Workspace { panels, controls })
    }
}
