//! What facts of the engine and of records mean for requests, sessions, escalations and workers.

use alloc::vec::Vec;

use crate::fact::definition::Definition;
use crate::fact::event::{EndedBy, Event};
use crate::interaction::{Ending, InteractionId, Party, RecordEvent};
use crate::model::ids::{AgentId, Entity, PresenceId, QueueId, WorkId};
use crate::state::leg::LegEnd;
use crate::state::offer::Withdrawal;
use crate::state::work::CloseCause;

use crate::knowledge::decide::KnowledgeTurn;
use crate::knowledge::ends::{EscalationEnd, SessionEnd, Unanswered};
use crate::knowledge::event::KnowledgeEvent;
use crate::knowledge::point::Otherwise;
use crate::knowledge::rows::{AskedFor, KnownPresence, Preview, StandsFor};
use crate::knowledge::store::InLineFor;
use crate::knowledge::unified::AgentState;

impl KnowledgeTurn<'_> {
    /// Lets a fact of the engine move what it concerns. `ended` is the preview that it ended, if it
    /// ended one.
    pub(crate) fn follow_work(&mut self, event: &Event, ended: Option<Preview>) {
        match event {
            Event::PresenceSet { agent, presence, .. } => self.presence_set(*agent, *presence),
            Event::Defined(definition) | Event::Changed(definition) => self.defined(definition),
            Event::Retired(Entity::Agent(agent)) => {
                if self.store.rows().workers.contains_key(agent) {
                    self.emit(KnowledgeEvent::WorkerRemoved { agent: *agent });
                    self.end_requests(*agent);
                }
                self.asker_left(*agent);
            }
            Event::OfferRejected { .. } | Event::OfferMissed { .. } => self.rings_no_more(ended),
            Event::OfferWithdrawn { why, .. } => match (why, ended) {
                (Withdrawal::AgentUnavailable, Some(Preview { work, agent }))
                    if self.asks_for(work, agent) =>
                {
                    self.pass_on(work, None);
                }
                (Withdrawal::AgentUnavailable | Withdrawal::Unreachable, _) => {
                    self.rings_no_more(ended);
                }
                _ => {}
            },
            Event::PreferenceStepped { work, step: None } => {
                let last = self.store.asking(*work).and_then(|asking| asking.last);
                self.pass_on(*work, Some(last.unwrap_or(Unanswered::NobodyCame)));
            }
            _ => self.follow_call(event),
        }
    }

    /// True if work asks for an agent by name.
    fn asks_for(&self, work: WorkId, agent: AgentId) -> bool {
        self.store.asking(work).is_some_and(|asking| asking.particular == Some(agent))
    }

    /// Work that rang by hand at another than the one who is named, and nobody took: it would wait
    /// for somebody who may have left meanwhile.
    fn rings_no_more(&mut self, ended: Option<Preview>) {
        let Some(Preview { work, agent }) = ended else { return };
        let named = self.store.asking(work).and_then(|asking| asking.particular);
        let Some(named) = named.filter(|named| *named != agent) else { return };
        let worker = self.store.rows().workers.get(&named);
        let left = worker.is_none_or(|worker| worker.state == AgentState::LoggedOut);
        if left && self.store.offers_of(work).next().is_none() {
            self.pass_on(work, None);
        }
    }

    /// Whoever asked is no agent any more: nobody is asked for them.
    fn asker_left(&mut self, agent: AgentId) {
        let rows = &self.store.rows().sessions;
        let waits = |id: &InteractionId| rows.get(id).is_some_and(|session| !session.began);
        let waiting: Vec<_> = self.store.asked_by(agent).filter(waits).collect();
        for interaction in waiting {
            self.emit(KnowledgeEvent::Unanswered { interaction, why: Unanswered::AskerLeft });
        }
    }

    /// The worker who was named cannot be asked any more: they are logged out, or did not want to.
    pub(crate) fn pass_on(&mut self, work: WorkId, why: Option<Unanswered>) {
        let asking = self.store.asking(work).filter(|asking| asking.particular.is_some());
        let (Some(purpose), Some(otherwise)) =
            (self.store.purpose(work), asking.map(|asking| asking.otherwise))
        else {
            return;
        };
        let (InLineFor::Session(interaction) | InLineFor::Call(interaction)) = purpose;
        let to = |turn: &mut Self, queue: Option<QueueId>| {
            turn.emit(KnowledgeEvent::PassedOn { interaction, work, queue });
        };
        match (otherwise, purpose, why) {
            (Otherwise::Group, ..) => to(self, None),
            (Otherwise::Queue { queue }, ..) => to(self, Some(queue)),
            // They may be asked again when they are back.
            (Otherwise::Refuse, InLineFor::Session(_), None) => {}
            (Otherwise::Refuse, InLineFor::Session(_), Some(why)) => {
                self.emit(KnowledgeEvent::Unanswered { interaction, why });
            }
            (Otherwise::Refuse, InLineFor::Call(_), why) => {
                let why = why.map_or(EscalationEnd::Unavailable, EscalationEnd::Unanswered);
                self.end_escalation(interaction, why);
            }
        }
    }

    /// What a fact means for a call that is to be brought to somebody.
    fn follow_call(&mut self, event: &Event) {
        if let Event::WorkClosed { work, cause, by, .. } = event
            && let Some(InLineFor::Call(id)) = self.store.purpose(*work)
        {
            self.stand_in_closed(id, *cause, *by);
            return;
        }
        let Some(work) = event.work() else { return };
        let Some(id) = self.store.escalated(work) else { return };
        let Some(row) = self.store.rows().escalations.get(&id) else { return };
        let (asked, stands) = (&row.asked, row.stands);
        let by_name = |agent: &AgentId| *asked == AskedFor::Worker { agent: *agent };
        // Whoever is named was asked to take part by hand: what stands for the call is not for them
        // any more.
        if let Event::LegRequested { agent, .. } | Event::LegJoined { agent, .. } = event
            && let AskedFor::Line { work, asking } = asked
            && (asking.particular, stands) == (Some(*agent), StandsFor::Waiting)
        {
            let stand_in = *work;
            self.pass_on(stand_in, None);
            return;
        }
        let ended = match event {
            Event::WorkClosed { cause: CloseCause::TransferredOutside, .. } => {
                Some(EscalationEnd::Withdrawn)
            }
            Event::WorkClosed { .. } | Event::ContactEnded { .. } => {
                Some(EscalationEnd::ContactEnded)
            }
            Event::LegJoined { agent, .. } if by_name(agent) || stands == StandsFor::Accepted => {
                Some(EscalationEnd::Accepted { agent: *agent })
            }
            Event::LegEnded { agent, why, .. } if by_name(agent) => Some(leg_ended(*why)),
            Event::HandedOver { .. } => Some(EscalationEnd::Withdrawn),
            Event::LegJoined { .. } | Event::LegEnded { .. } | Event::LegRequested { .. } => None,
            _ => (stands == StandsFor::Dropped).then_some(EscalationEnd::Withdrawn),
        };
        if let Some(why) = ended {
            self.end_escalation(id, why);
        }
    }

    /// What stood for a call is closed. That somebody accepted it, or that the owner's part ends,
    /// the next facts say.
    fn stand_in_closed(&mut self, id: InteractionId, cause: CloseCause, by: EndedBy) {
        let why = match cause {
            CloseCause::Joined => return,
            CloseCause::Cancelled if by == EndedBy::System => return,
            CloseCause::Cancelled => EscalationEnd::Withdrawn,
            cause => EscalationEnd::Unanswered(Unanswered::of(Some(cause))),
        };
        self.end_escalation(id, why);
    }

    /// A worker's presence in the engine was set: because the messenger said so, or here.
    fn presence_set(&mut self, agent: AgentId, presence: PresenceId) {
        if self.reported.take_if(|reported| *reported == (agent, presence)).is_some() {
            return;
        }
        if let Some(known) = self.store.presence(presence) {
            self.set_state(agent, known, |before, now| before == now);
        }
    }

    /// Workers who are in a presence that is defined anew are ready from now on, or no longer.
    fn defined(&mut self, definition: &Definition) {
        let Definition::Presence(defined) = definition else { return };
        let (id, key) = (defined.id, defined.key.clone());
        let known = KnownPresence { key, profile: (*defined.profile).clone() };
        if self.store.presence(id).as_ref() == Some(&known) {
            return;
        }
        self.know([(id, known.clone())].into());
        let workers = self.store.rows().workers.iter();
        let there = workers.filter(|(_, worker)| worker.presence == id).map(|(agent, _)| *agent);
        let there: Vec<_> = there.collect();
        for agent in there {
            self.set_state(agent, known.clone(), AgentState::is_alike);
        }
    }

    /// Lets a fact of records move the session or call it concerns.
    pub(crate) fn follow_record(&mut self, event: &RecordEvent) {
        let Some(interaction) = event.interaction() else { return };
        let rows = self.store.rows();
        let session = rows.sessions.get(&interaction);
        if let RecordEvent::Archived { .. } = event {
            if session.is_some() || rows.calls.contains_key(&interaction) {
                self.emit(KnowledgeEvent::Forgotten { interaction });
            }
            return;
        }
        let Some(session) = session.filter(|session| !session.over) else { return };
        let (asker, began, live) = (session.asker, session.began, session.live_with());
        match event {
            RecordEvent::Assigned { agent, .. } | RecordEvent::HandedOver { agent, .. } => {
                let agent = *agent;
                if !began {
                    self.emit(KnowledgeEvent::SessionBegan { interaction, agent });
                } else if live != Some(agent) {
                    self.emit(KnowledgeEvent::SessionMoved { interaction, to: Some(agent) });
                }
            }
            RecordEvent::Queued { .. } | RecordEvent::SetAside { .. } if live.is_some() => {
                self.emit(KnowledgeEvent::SessionMoved { interaction, to: None });
            }
            // The two do not write any more, however long the worker wraps up.
            RecordEvent::WrapUpBegan { ending, .. } => {
                let why = match ending {
                    Ending::Customer => SessionEnd::Asker,
                    Ending::Agent => SessionEnd::Worker,
                    Ending::Fault => SessionEnd::Failed,
                    _ => SessionEnd::Host,
                };
                self.emit(KnowledgeEvent::SessionEnded { interaction, why });
            }
            RecordEvent::Closed { by, cause, ending, .. } => {
                let by_asker = *by == Party::Agent(asker);
                self.emit(match began || by_asker {
                    true => {
                        let why = session_end(*by, asker, *ending);
                        KnowledgeEvent::SessionEnded { interaction, why }
                    }
                    false => {
                        let why = Unanswered::of(*cause);
                        KnowledgeEvent::Unanswered { interaction, why }
                    }
                });
            }
            _ => {}
        }
    }
}

fn session_end(by: Party, asker: AgentId, ending: Ending) -> SessionEnd {
    match by {
        _ if ending == Ending::Fault => SessionEnd::Failed,
        Party::Agent(agent) if agent == asker => SessionEnd::Asker,
        Party::Agent(_) => SessionEnd::Worker,
        _ => SessionEnd::Host,
    }
}

/// How the request to a worker by name ended.
const fn leg_ended(why: LegEnd) -> EscalationEnd {
    match why {
        LegEnd::Declined => EscalationEnd::Unanswered(Unanswered::Declined),
        LegEnd::Missed => EscalationEnd::Unanswered(Unanswered::TimedOut),
        LegEnd::AgentUnavailable => EscalationEnd::Unavailable,
        LegEnd::ContactEnded => EscalationEnd::ContactEnded,
        LegEnd::TakenBack | LegEnd::HungUp | LegEnd::Transferred | LegEnd::Parked => {
            EscalationEnd::Withdrawn
        }
    }
}
