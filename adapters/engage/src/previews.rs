//! Shows previews at the messenger, and hears what is answered there.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec;
use alloc::vec::Vec;

use strowger::centre::CentreFact;
use strowger::command::{Accept, Command, Reject};
use strowger::fact::Event as Happened;
use strowger::interaction::{InteractionId, ProfileStore};
use strowger::knowledge::{Knowledge, KnowledgeEvent, PreviewCard, PreviewMedia};
use strowger::model::{AgentId, OfferId, WorkId};
use strowger::state::OfferEnd;
use strowger::{Centre, Key};

use crate::answer::Answer;
use crate::bring::call_of;
use crate::card::{CancelStatus, PreviewMessage, Targets, check_notes};
use crate::conn_id::ConnId;
use crate::event::{Event, EventName, EventTime};
use crate::fault::{NotSent, WhyNot};

/// How many previews that are over are remembered, for answers that come late or twice.
const OVER_MAX: usize = 1_000;

/// What must be said of the place where previews are shown.
///
/// ```
/// use strowger_engage::PreviewConfig;
///
/// let config = PreviewConfig::new("SIP_Switch").with_stat_server("StatServer");
/// assert_eq!(&*config.switch, "SIP_Switch");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PreviewConfig {
    /// The name of the switch.
    pub switch: Key,
    /// The statistics server by which a target is written: `kim@StatServer.A`. If it is absent, a
    /// target is the agent alone.
    pub stat_server: Option<Key>,
}

impl PreviewConfig {
    /// Previews at the agents of this switch.
    #[must_use]
    pub fn new(switch: impl Into<Key>) -> Self {
        Self { switch: switch.into(), stat_server: None }
    }

    /// The same with a statistics server.
    #[must_use]
    pub fn with_stat_server(self, stat_server: impl Into<Key>) -> Self {
        Self { stat_server: Some(stat_server.into()), ..self }
    }
}

/// A preview that is shown.
#[derive(Clone, Debug)]
struct Shown {
    work: WorkId,
    conn_id: ConnId,
    agent: AgentId,
    key: Key,
    dn: Option<Key>,
    contact: Key,
    card: PreviewCard,
    /// When it was answered at the messenger.
    answered: Option<EventTime>,
    /// The latest event that was heard before it was shown: what is told before that is no answer.
    after: EventTime,
    /// True if it may have been shown before, as before a restart: an answer may be of that one.
    again: bool,
}

/// A preview that is over.
#[derive(Clone, Debug)]
struct Over {
    conn_id: ConnId,
    agent: AgentId,
    end: OfferEnd,
    answered: Option<EventTime>,
}

/// Shows previews at the messenger as the core has them, and hears what is answered there.
///
/// Hand in the facts of every call ([`observe`](Self::observe)) and send what comes of it, in
/// order. What agents answer is told by the switch ([`hear`](Self::hear)).
///
/// ```
/// use strowger_engage::{PreviewConfig, Previews};
///
/// let previews = Previews::new(PreviewConfig::new("SIP_Switch"));
/// assert_eq!(previews.len(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Previews {
    config: PreviewConfig,
    shown: BTreeMap<OfferId, Shown>,
    over: VecDeque<Over>,
    /// The latest event that was heard.
    latest: EventTime,
}

impl Previews {
    /// No previews yet.
    #[must_use]
    pub const fn new(config: PreviewConfig) -> Self {
        let latest = EventTime { sec: i64::MIN, usec: 0 };
        Self { config, shown: BTreeMap::new(), over: VecDeque::new(), latest }
    }

    /// How many are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// True if none is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// After a restart: what rings already is shown again, under the same names.
    pub fn resume<P>(
        config: PreviewConfig,
        centre: &Centre<P>,
    ) -> (Self, Vec<Result<PreviewMessage, NotSent>>)
    where
        P: ProfileStore + Clone + Default,
    {
        let (mut previews, view) = (Self::new(config), centre.engine().view());
        let open = centre.knowledge().into_iter().flat_map(Knowledge::previews);
        let open: Vec<_> = open.filter_map(|id| Some((id, view.offer(id)?))).collect();
        let made: Vec<_> = open.iter().map(|(id, row)| (*id, row.work, row.agent)).collect();
        let messages = previews.show_all(centre, &made);
        previews.shown.values_mut().for_each(|shown| shown.again = true);
        (previews, messages)
    }

    /// Hears the facts of a call: what is to be sent because of them, in this order. What ends is
    /// taken away first.
    pub fn observe<P>(
        &mut self,
        centre: &Centre<P>,
        facts: &[CentreFact],
    ) -> Vec<Result<PreviewMessage, NotSent>>
    where
        P: ProfileStore + Clone + Default,
    {
        let (mut messages, mut made) = (Vec::new(), Vec::new());
        for fact in facts.iter().filter_map(CentreFact::work) {
            match &fact.event {
                Happened::WorkOffered { offer, work, agent, .. } => {
                    made.push((*offer, *work, *agent));
                }
                event => {
                    let cancel = ended(event).and_then(|(offer, end)| self.end(offer, end));
                    messages.extend(cancel.map(Ok));
                }
            }
        }
        messages.extend(self.show_all(centre, &made));
        for fact in facts.iter().filter_map(CentreFact::knowledge) {
            if let KnowledgeEvent::DataAttached { interaction, .. } = &fact.event.event {
                messages.extend(self.show_anew(centre, *interaction));
            }
        }
        messages
    }

    /// User data were attached to a session or a call: what is shown of it and says something else
    /// now is shown again, under the same names.
    fn show_anew<P>(
        &mut self,
        centre: &Centre<P>,
        interaction: InteractionId,
    ) -> Vec<Result<PreviewMessage, NotSent>>
    where
        P: ProfileStore + Clone + Default,
    {
        let Some(knowledge) = centre.knowledge() else { return Vec::new() };
        let session = knowledge.session(interaction).map(|session| session.work);
        let stand_in = || knowledge.escalation(interaction)?.stand_in();
        let Some(work) = session.or_else(stand_in) else { return Vec::new() };
        let cards = |agent| centre.cards(agent, centre.engine().now()).unwrap_or_default();
        let differs = |offer: OfferId, shown: &Shown| {
            let card = cards(shown.agent).into_iter().find(|card| card.preview == offer);
            card.is_some_and(|card| card.user_data != shown.card.user_data)
        };
        let of_work = self.shown.iter().filter(|(_, shown)| shown.work == work);
        let old = of_work.filter(|(offer, shown)| differs(**offer, shown));
        let made: Vec<_> = old.map(|(offer, shown)| (*offer, work, shown.agent)).collect();
        let messages = self.show_all(centre, &made);
        for (offer, ..) in made {
            if let Some(shown) = self.shown.get_mut(&offer) {
                shown.again = true;
            }
        }
        messages
    }

    /// A preview is over. It is taken away, unless its agent answered it where it is shown.
    fn end(&mut self, offer: OfferId, end: OfferEnd) -> Option<PreviewMessage> {
        let shown = self.shown.remove(&offer)?;
        let Shown { conn_id, agent, dn, contact, card, answered, again, .. } = shown;
        if self.over.len() >= OVER_MAX {
            self.over.pop_front();
        }
        self.over.push_back(Over { conn_id, agent, end, answered });
        let by_them = matches!(end, OfferEnd::Accepted | OfferEnd::Rejected { .. });
        if by_them && answered.is_some() && !again {
            return None;
        }
        let status = CancelStatus::of(end);
        Some(PreviewMessage::Cancel {
            contact,
            dn,
            conn_id,
            point: card.point,
            media_type: card.media.into(),
            user_data: card.user_data,
            message: card.notes,
            status,
            status_message: status.message().into(),
        })
    }

    /// Shows what rings of this, one message for each piece of work.
    fn show_all<P>(
        &mut self,
        centre: &Centre<P>,
        made: &[(OfferId, WorkId, AgentId)],
    ) -> Vec<Result<PreviewMessage, NotSent>>
    where
        P: ProfileStore + Clone + Default,
    {
        let mut works: Vec<(WorkId, Vec<Shown>)> = Vec::new();
        let mut messages = Vec::new();
        for (offer, work, agent) in made {
            match self.shown_for(centre, *offer, *work, *agent) {
                None => {}
                Some(Err(why)) => messages.push(Err(why)),
                Some(Ok(shown)) => match works.iter_mut().find(|(of, _)| of == work) {
                    Some((_, all)) => all.push(shown),
                    None => works.push((*work, vec![shown])),
                },
            }
        }
        for (_, all) in works {
            messages.extend(self.messages_for(&all).into_iter().map(Ok));
            for shown in all {
                let old = self.shown.get(&shown.card.preview);
                let (answered, after) =
                    old.map_or((None, shown.after), |old| (old.answered, old.after));
                self.shown.insert(shown.card.preview, Shown { answered, after, ..shown });
            }
        }
        messages
    }

    /// The preview of an offer; nothing if it is none, or is over already.
    fn shown_for<P>(
        &self,
        centre: &Centre<P>,
        offer: OfferId,
        work: WorkId,
        agent: AgentId,
    ) -> Option<Result<Shown, NotSent>>
    where
        P: ProfileStore + Clone + Default,
    {
        let (view, knowledge) = (centre.engine().view(), centre.knowledge()?);
        let cards = centre.cards(agent, centre.engine().now()).ok()?;
        let card = cards.into_iter().find(|card| card.preview == offer)?;
        if let Err(why) = check_notes(&card.user_data) {
            return Some(Err(why));
        }
        let conn_id = match card.media {
            PreviewMedia::Voice => {
                let call = card.about.and_then(|call| knowledge.escalation(call));
                match call_of(view, call.map_or(work, |call| call.work)) {
                    Ok(conn_id) => conn_id,
                    Err(why) => return Some(Err(why)),
                }
            }
            _ => ConnId::of_message(work),
        };
        let key = |agent: AgentId| view.key(agent.into()).cloned();
        Some(Ok(Shown {
            work,
            conn_id,
            agent,
            key: key(agent)?,
            dn: knowledge.worker(agent).and_then(|worker| worker.seat.clone()),
            contact: key(card.from)?,
            card,
            answered: None,
            after: self.latest,
            again: false,
        }))
    }

    /// What shows previews of one piece of work. A name with the separator in it is in no list.
    fn messages_for(&self, all: &[Shown]) -> Vec<PreviewMessage> {
        let listed = |shown: &&Shown| !self.target(shown).contains(Targets::SEPARATOR);
        let (mut many, mut alone): (Vec<&Shown>, Vec<&Shown>) = all.iter().partition(listed);
        if many.len() == 1 {
            alone.append(&mut many);
        }
        let targets = many.iter().map(|shown| self.target(shown)).collect();
        let multiple = many.first().map(|first| PreviewMessage::Multiple {
            conn_id: first.conn_id,
            media_type: first.card.media.into(),
            user_data: first.card.user_data.clone(),
            targets,
        });
        let requests = alone.into_iter().map(|shown| PreviewMessage::Request {
            agent: shown.key.clone(),
            conn_id: shown.conn_id,
            dn: shown.dn.clone(),
            media_type: shown.card.media.into(),
            switch: self.config.switch.clone(),
            user_data: shown.card.user_data.clone(),
        });
        multiple.into_iter().chain(requests).collect()
    }

    fn target(&self, shown: &Shown) -> Key {
        match &self.config.stat_server {
            Some(server) => alloc::format!("{}@{server}.A", shown.key).into(),
            None => shown.key.clone(),
        }
    }

    /// Hears an event of the switch: the answer of an agent becomes a command. Execute it and hand
    /// in its facts before the next event.
    pub fn hear<P>(&mut self, centre: &Centre<P>, event: &Event) -> Answer
    where
        P: ProfileStore + Clone + Default,
    {
        self.latest = self.latest.max(event.time);
        if event.event != EventName::UserEvent {
            return WhyNot::OtherEvent.into();
        }
        let pair = |name: &str| event.user_data.get(name).map(|text| &**text);
        let Some(reason) = pair("UCC_Reason") else { return WhyNot::OtherEvent.into() };
        let accepted = match reason {
            "Accepted" => true,
            "Rejected" => false,
            // The windows are the core's.
            _ => return WhyNot::NoDecision.into(),
        };
        let key = event.agent.as_deref().or_else(|| pair("UCC_AgentId"));
        let Some(key) = key else { return WhyNot::NoAgent.into() };
        let Some(agent) = centre.engine().view().agent_id(key) else {
            return WhyNot::UnknownAgent { agent: key.into() }.into();
        };
        let conn_id = event.conn.as_deref().or_else(|| pair("UCC_ConnID"));
        let Some(conn_id) = conn_id.and_then(|text| text.parse::<ConnId>().ok()) else {
            return WhyNot::NoPreview.into();
        };
        self.answered(conn_id, agent, accepted, event.time)
    }

    fn answered(
        &mut self,
        conn_id: ConnId,
        agent: AgentId,
        accepted: bool,
        time: EventTime,
    ) -> Answer {
        let mut over = self.over.iter().rev();
        let over = over.find(|over| (over.conn_id, over.agent) == (conn_id, agent));
        let told = over.and_then(|over| over.answered);
        let mut shown = self.shown.iter_mut();
        let shown = shown.find(|(_, shown)| (shown.conn_id, shown.agent) == (conn_id, agent));
        match (shown, over) {
            _ if told.is_some_and(|told| time == told) => WhyNot::Already.into(),
            _ if told.is_some_and(|told| time < told) => WhyNot::Older.into(),
            // An answer names a call, and this one was given before it was shown anew.
            (Some((_, shown)), Some(over)) if time < shown.after => {
                WhyNot::PreviewOver { end: over.end }.into()
            }
            (Some((offer, shown)), _) => {
                if let Some(before) = shown.answered {
                    return if before > time { WhyNot::Older } else { WhyNot::Already }.into();
                }
                shown.answered = Some(time);
                Answer::command(match accepted {
                    true => Command::from(Accept::new(*offer)),
                    false => Reject::new(*offer).into(),
                })
            }
            (None, Some(over)) => WhyNot::PreviewOver { end: over.end }.into(),
            (None, None) => WhyNot::NoPreview.into(),
        }
    }

    /// The answer of an agent was refused by the core: the preview is shown still, and the agent
    /// may answer again.
    pub fn refused(&mut self, preview: OfferId) {
        if let Some(shown) = self.shown.get_mut(&preview) {
            shown.answered = None;
        }
    }
}

/// The offer that a fact ends, and how.
fn ended(event: &Happened) -> Option<(OfferId, OfferEnd)> {
    match event {
        Happened::OfferAccepted { offer, .. } => Some((*offer, OfferEnd::Accepted)),
        Happened::OfferRejected { offer, reason, .. } => {
            Some((*offer, OfferEnd::Rejected { reason: *reason }))
        }
        Happened::OfferMissed { offer, .. } => Some((*offer, OfferEnd::Missed)),
        Happened::OfferWithdrawn { offer, why, .. } => {
            Some((*offer, OfferEnd::Withdrawn { why: *why }))
        }
        _ => None,
    }
}
