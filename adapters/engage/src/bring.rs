//! A call that somebody accepted goes to their telephone.

use alloc::string::ToString;

use strowger::interaction::{InteractionId, ProfileStore};
use strowger::knowledge::{Destination, Escalation, EscalationEnd, How};
use strowger::model::{AgentId, WorkId};
use strowger::view::View;
use strowger::{Centre, Key};

use crate::answer::Answer;
use crate::conn_id::ConnId;
use crate::event::Event;
use crate::fault::{NotSent, WhyNot};
use crate::request::Request;
use crate::switch::Switch;

/// The call that a piece of work is.
pub(crate) fn call_of(view: View<'_>, work: WorkId) -> Result<ConnId, NotSent> {
    let key = view.work(work).and_then(|row| row.key());
    key.and_then(|key| key.parse().ok()).ok_or(NotSent::NoCall { work })
}

/// The work of a call. Its key is written as the host heard it, in small letters or in capitals.
fn work_of(view: View<'_>, conn: ConnId) -> Option<WorkId> {
    let small = conn.to_string();
    view.work_id(&small).or_else(|| view.work_id(&small.to_uppercase()))
}

impl Switch {
    /// What is asked for because an escalation ended: nothing, unless somebody accepted.
    pub(crate) fn bring<P>(
        &mut self,
        centre: &Centre<P>,
        interaction: InteractionId,
        row: &Escalation,
        why: EscalationEnd,
    ) -> Option<Result<Request, NotSent>>
    where
        P: ProfileStore + Clone + Default,
    {
        let EscalationEnd::Accepted { agent } = why else { return None };
        // A call at another switch is brought by that one.
        if self.telephone_of(row.owner).is_ok_and(|dn| !self.config.owns(&dn)) {
            return None;
        }
        Some(self.brought(centre, interaction, row, agent))
    }

    fn brought<P>(
        &mut self,
        centre: &Centre<P>,
        interaction: InteractionId,
        row: &Escalation,
        agent: AgentId,
    ) -> Result<Request, NotSent>
    where
        P: ProfileStore + Clone + Default,
    {
        let conn = call_of(centre.engine().view(), row.work)?;
        let dn = self.telephone_of(row.owner)?;
        let known = centre.knowledge().and_then(|layer| layer.user_data(interaction));
        let mut user_data = known.cloned().unwrap_or_default();
        user_data.extend(row.user_data.clone());
        let to = match (row.how, &row.to) {
            // There the switch asks where it goes.
            (How::Transfer, Destination::Point { dn }) => dn.clone(),
            _ => self.telephone_of(agent)?,
        };
        let reference = self.number();
        Ok(match row.how {
            How::Conference => Request::SingleStepConference { reference, dn, conn, to, user_data },
            _ => Request::SingleStepTransfer { reference, dn, conn, to, user_data },
        })
    }

    /// A call is at a routing point: it goes to the telephone of whoever has it.
    pub(crate) fn route<P>(&mut self, centre: &Centre<P>, event: &Event) -> Answer
    where
        P: ProfileStore + Clone + Default,
    {
        if centre.knowledge().and_then(|layer| layer.point(&event.dn)).is_none() {
            return WhyNot::UnknownDn { dn: event.dn.clone() }.into();
        }
        let conn = event.conn.as_deref().and_then(|conn| conn.parse::<ConnId>().ok());
        let view = centre.engine().view();
        let work = conn.and_then(|conn| work_of(view, conn));
        let agent = work.and_then(|work| view.work(work)?.stage().handler());
        let to = agent.and_then(|agent| self.telephone_of(agent).ok());
        let (Some(conn), Some(to)) = (conn, to) else { return WhyNot::NoCall.into() };
        let (reference, dn) = (self.number(), event.dn.clone());
        Answer::from(WhyNot::Requested).with([Request::RouteCall { reference, dn, conn, to }])
    }

    /// The telephone at which an agent is.
    fn telephone_of(&self, agent: AgentId) -> Result<Key, NotSent> {
        let seat = self.workers.get(&agent).and_then(|row| row.seat.clone());
        let place = || self.places.get(&agent).map(|(dn, _)| dn.clone());
        seat.or_else(place).ok_or(NotSent::NoTelephone { agent })
    }
}
