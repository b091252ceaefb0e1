//! How a fact changes the rows. Nothing else does, but for the facts of the engine that say which
//! offers are open and what presence a worker has.

use crate::base::time::Timestamp;
use crate::fact::event::Event;
use crate::model::ids::{OfferId, WorkId};
use crate::state::offer::Withdrawal;
use crate::state::work::CloseCause;

use crate::fact::event::EndedBy;
use crate::knowledge::ends::Unanswered;
use crate::knowledge::event::{KnowledgeEvent, KnowledgeFact};
use crate::knowledge::rows::{
    AskedFor, HeardPresence, KnownPresence, Preview, Session, SessionOwner, StandsFor, Worker,
};
use crate::knowledge::store::{InLineFor, KnowledgeStore};

/// A fact that does not fit the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KnowledgeMisfit {
    /// It names something that is not there, or is there already.
    #[error("it names something that is not there, or is there already")]
    NotThere,
    /// It is not the next one.
    #[error("it is not the next fact")]
    OutOfOrder,
}

fn fits(done: bool) -> Result<(), KnowledgeMisfit> {
    if done { Ok(()) } else { Err(KnowledgeMisfit::NotThere) }
}

impl KnowledgeStore {
    /// Makes the change a fact tells of.
    pub(crate) fn apply(&mut self, fact: &KnowledgeFact) -> Result<(), KnowledgeMisfit> {
        if fact.seq != self.rows().seq.saturating_add(1) {
            return Err(KnowledgeMisfit::OutOfOrder);
        }
        self.change(&fact.event.event, fact.effective())?;
        self.rows_mut().seq = fact.seq;
        Ok(())
    }

    fn change(&mut self, event: &KnowledgeEvent, at: Timestamp) -> Result<(), KnowledgeMisfit> {
        match event {
            KnowledgeEvent::Configured(config) => self.rows_mut().config = (**config).clone(),
            KnowledgeEvent::PointSet { dn, point } => {
                self.put_point(dn.clone(), (**point).clone());
            }
            KnowledgeEvent::PointRemoved { dn } => fits(self.forget_point(dn))?,
            KnowledgeEvent::DataAttached { interaction, data } => self.attach(*interaction, data),
            KnowledgeEvent::PassedOn { work, .. } => {
                fits(self.change_asking(*work, |asking| asking.particular = None))?;
            }
            KnowledgeEvent::EscalationBegan { interaction, escalation } => {
                fits(self.put_escalation(*interaction, (**escalation).clone()))?;
            }
            KnowledgeEvent::EscalationEnded { interaction, .. } => {
                fits(self.end_escalation(*interaction))?;
            }
            KnowledgeEvent::Forgotten { interaction } => fits(self.forget(*interaction))?,
            KnowledgeEvent::Asked { .. }
            | KnowledgeEvent::SessionBegan { .. }
            | KnowledgeEvent::SessionMoved { .. }
            | KnowledgeEvent::SessionEnded { .. }
            | KnowledgeEvent::Unanswered { .. } => self.change_sessions(event, at)?,
            event => self.change_workers(event)?,
        }
        Ok(())
    }

    fn change_workers(&mut self, event: &KnowledgeEvent) -> Result<(), KnowledgeMisfit> {
        match event {
            KnowledgeEvent::WorkerSet { agent, im, presence, state } => {
                let (presence, state) = (*presence, state.clone());
                let new = Worker { seat: None, im: None, heard: None, presence, state };
                self.put_worker(*agent, im.clone(), new);
            }
            KnowledgeEvent::WorkerRemoved { agent } => fits(self.forget_worker(*agent))?,
            KnowledgeEvent::SeatSet { agent, dn } => fits(self.sit(*agent, dn.clone()))?,
            KnowledgeEvent::StateChanged { agent, presence, state, revision } => {
                let worker = self.rows_mut().workers.get_mut(agent);
                let worker = worker.ok_or(KnowledgeMisfit::NotThere)?;
                worker.state = state.clone();
                if let Some(revision) = *revision {
                    worker.heard = Some(HeardPresence { presence: presence.clone(), revision });
                }
            }
            KnowledgeEvent::PresenceHeard { agent, presence, revision } => {
                let worker = self.rows_mut().workers.get_mut(agent);
                let worker = worker.ok_or(KnowledgeMisfit::NotThere)?;
                let (presence, revision) = (presence.clone(), *revision);
                worker.heard = Some(HeardPresence { presence, revision });
            }
            KnowledgeEvent::PresenceKnown { presence, key, profile } => {
                let known = KnownPresence { key: key.clone(), profile: (**profile).clone() };
                self.rows_mut().presences.insert(*presence, known);
            }
            _ => {}
        }
        Ok(())
    }

    fn change_sessions(
        &mut self,
        event: &KnowledgeEvent,
        at: Timestamp,
    ) -> Result<(), KnowledgeMisfit> {
        let done = match event {
            KnowledgeEvent::Asked { interaction, session } => {
                self.put_session(*interaction, (**session).clone())
            }
            KnowledgeEvent::SessionBegan { interaction, agent } => {
                self.change_session(*interaction, |session| {
                    session.began = true;
                    // Whoever is asked for it after them is asked as for any other work.
                    session.asking.particular = None;
                    session.owner = Some(SessionOwner { agent: *agent, since: at });
                })
            }
            KnowledgeEvent::SessionMoved { interaction, to } => {
                let owner = to.map(|agent| SessionOwner { agent, since: at });
                self.change_session(*interaction, |session| session.owner = owner)
            }
            KnowledgeEvent::SessionEnded { interaction, .. }
            | KnowledgeEvent::Unanswered { interaction, .. } => {
                self.change_session(*interaction, Session::end)
            }
            _ => true,
        };
        fits(done)
    }

    /// Notes which offers of work that stands in line because of a routing point are open, how far
    /// what stands for a call has come, and what presence a worker has.
    pub(crate) fn note(&mut self, event: &Event) {
        match event {
            Event::WorkOffered { offer, work, agent, .. } if self.purpose(*work).is_some() => {
                let preview = Preview { work: *work, agent: *agent };
                self.put_offer(*offer, preview);
            }
            // In another line, or put aside, it asks for nobody by name any more.
            Event::WorkQueued { work, .. }
            | Event::WorkScheduled { work, .. }
            | Event::WorkSuspended { work, .. } => {
                self.change_asking(*work, |asking| asking.particular = None);
            }
            Event::OfferAccepted { offer, .. } => drop(self.forget_offer(*offer)),
            Event::OfferRejected { offer, .. } => self.end_offer(*offer, Unanswered::Declined),
            Event::OfferMissed { offer, .. } => self.end_offer(*offer, Unanswered::TimedOut),
            Event::OfferWithdrawn { offer, why, .. } => {
                let left = *why == Withdrawal::AgentUnavailable;
                let last = if left { Unanswered::NobodyLeft } else { Unanswered::Closed };
                self.end_offer(*offer, last);
            }
            Event::PresenceSet { agent, presence, .. } => {
                if let Some(worker) = self.rows_mut().workers.get_mut(agent) {
                    worker.presence = *presence;
                }
            }
            Event::WorkClosed { work, cause, by, .. } => self.note_closed(*work, *cause, *by),
            _ => {}
        }
    }

    fn end_offer(&mut self, offer: OfferId, how: Unanswered) {
        let Some(Preview { work, agent }) = self.forget_offer(offer) else { return };
        self.change_asking(work, |asking| {
            if asking.particular == Some(agent) {
                asking.last = Some(how);
            }
        });
    }

    fn note_closed(&mut self, work: WorkId, cause: CloseCause, by: EndedBy) {
        let stands = match cause {
            CloseCause::Joined => StandsFor::Accepted,
            CloseCause::Cancelled if by == EndedBy::System => StandsFor::Dropped,
            _ => return,
        };
        let Some(InLineFor::Call(id)) = self.purpose(work) else { return };
        if let Some(row) = self.rows_mut().escalations.get_mut(&id)
            && matches!(row.asked, AskedFor::Line { .. })
        {
            row.stands = stands;
        }
    }
}

impl Session {
    fn end(&mut self) {
        self.over = true;
        self.asking.particular = None;
    }
}
