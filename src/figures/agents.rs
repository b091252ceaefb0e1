//! What agents are: their presence and routing status, and for how long.

use crate::base::time::Timestamp;
use crate::figures::fold::Figures;
use crate::figures::rows::AgentTimelinePiece;
use crate::figures::standing::CountedAgent;
use crate::model::ids::{AgentId, PresenceId};
use crate::model::presence::SystemPresence;
use crate::state::routing_status::RoutingStatus;

impl Figures {
    pub(super) fn set_presence(&mut self, id: AgentId, presence: PresenceId, at: Timestamp) {
        let system = self.presences.get(&presence).copied().unwrap_or_default();
        self.change_person(id, at, |person, at| {
            person.signed_in = system != SystemPresence::Offline;
            if person.presence != presence {
                (person.presence, person.presence_since) = (presence, at);
            }
        });
    }

    pub(super) fn set_status(&mut self, id: AgentId, status: RoutingStatus, at: Timestamp) {
        self.change_person(id, at, |person, at| {
            if person.status != status {
                (person.status, person.status_since) = (status, at);
            }
        });
    }

    fn change_person(
        &mut self,
        id: AgentId,
        at: Timestamp,
        change: impl FnOnce(&mut CountedAgent, Timestamp),
    ) {
        self.settle_person(id, at);
        let Some(person) = self.people.get_mut(&id) else {
            return;
        };
        let (old, at) = (*person, at.max(person.since));
        change(person, at);
        if (old.presence, old.status) == (person.presence, person.status) {
            return;
        }
        person.piece = at;
        if old.signed_in && old.piece < at {
            let CountedAgent { presence, status, piece: from, .. } = old;
            let piece = AgentTimelinePiece { agent: id, from, to: at, presence, status };
            self.timeline.push(piece);
        }
    }

    pub(super) fn settle_person(&mut self, id: AgentId, until: Timestamp) {
        if let Some(person) = self.people.get_mut(&id) {
            let from = person.since;
            person.since = from.max(until);
            let CountedAgent { signed_in, presence, status, .. } = *person;
            if signed_in {
                self.book.spend(
                    self.config.grid(self.joint),
                    id,
                    (from, until),
                    (presence, status),
                );
            }
        }
    }
}
