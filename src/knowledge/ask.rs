//! How an agent's request becomes a record of a conversation and work in a line.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;

use crate::base::hash::Digest;
use crate::base::key::Key;
use crate::base::time::Span;
use crate::command::commands::{Command, Submit};
use crate::command::refusal::words::Unavailable;
use crate::engine::core::Engine;
use crate::interaction::{
    Author, Direction, InteractionRequest, InteractionType, OpenInteraction, PostMessage,
    ProfileStore, RecordCommand, RecordReply, Records, SubmitWork,
};
use crate::layer::above::Plan;
use crate::model::ids::{AgentId, ChannelId, QueueId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::preferred::Preferred;
use crate::model::work::{WorkRequest, check_key};

use crate::knowledge::command::{Ask, AskedAnswer};
use crate::knowledge::decide::{Aim, KnowledgeBelow};
use crate::knowledge::ends::Unanswered;
use crate::knowledge::layer::Knowledge;
use crate::knowledge::named::stands;
use crate::knowledge::point::{
    Otherwise, RoutingPoint, Target, UserData, check_data, in_a_few_words,
};
use crate::knowledge::refusal::{KnowledgeLimit, KnowledgeRefusal};
use crate::knowledge::rows::{Invitation, Session};
use crate::knowledge::store::KnowledgeStore;

/// How long work waits for the worker who is named: until its queue ends the wait, or they
/// declined.
const FOR_THEM: Span = Span::from_millis(u64::MAX);

impl RoutingPoint {
    /// The worker whom user data name here; nobody if whoever is free is asked.
    pub(crate) fn named(
        &self,
        layer: &Knowledge,
        engine: &Engine,
        data: &UserData,
    ) -> Result<Option<AgentId>, KnowledgeRefusal> {
        let Target::Particular { key, otherwise } = &self.target else { return Ok(None) };
        let unknown =
            |value: &str| KnowledgeRefusal::UnknownTarget { key: key.clone(), value: value.into() };
        let Some(value) = data.get(key) else {
            let refuses = *otherwise == Otherwise::Refuse;
            return if refuses { Err(unknown("")) } else { Ok(None) };
        };
        let by_key = engine.view().agent_id(value).filter(|agent| layer.worker(*agent).is_some());
        let found = by_key.or_else(|| layer.seated(value));
        found.map(Some).ok_or_else(|| unknown(value))
    }

    /// Who is asked first, if the worker who is named can take it or cannot.
    pub(crate) fn aim(
        &self,
        named: Option<AgentId>,
        takes: impl FnOnce(AgentId) -> Result<(), Unavailable>,
    ) -> Result<Aim, KnowledgeRefusal> {
        let why = named.map(|agent| (agent, takes(agent)));
        match (why, self.otherwise()) {
            (Some((agent, Ok(()))), _) => Ok(Aim::Particular(agent)),
            (_, None | Some(Otherwise::Group)) => Ok(Aim::Group),
            (_, Some(Otherwise::Queue { queue })) => Ok(Aim::Elsewhere(queue)),
            (Some((agent, Err(why))), Some(Otherwise::Refuse)) => {
                Err(KnowledgeRefusal::Unavailable { agent, why })
            }
            (None, Some(Otherwise::Refuse)) => Ok(Aim::Group),
        }
    }

    /// How somebody is asked, who is asked first, and whether they have the request at once.
    pub(crate) fn asking(&self, aim: Aim) -> Invitation {
        Invitation {
            particular: match aim {
                Aim::Particular(agent) => Some(agent),
                Aim::Group | Aim::Elsewhere(_) => None,
            },
            otherwise: self.otherwise().unwrap_or_default(),
            may_decline: self.may_decline,
            last: None,
        }
    }

    /// Whether whoever is chosen has it at once; in another queue that queue says so.
    pub(crate) fn auto_accept(&self, aim: Aim, data: &UserData) -> Option<bool> {
        match aim {
            Aim::Group | Aim::Particular(_) => Some(!self.previews(data)),
            Aim::Elsewhere(_) => None,
        }
    }
}

impl Aim {
    /// The worker for whom work waits, whatever its need.
    pub(crate) fn preferred(self) -> Option<Preferred> {
        match self {
            Self::Particular(agent) => {
                Some(Preferred::agent(agent, FOR_THEM).with_ignore_need(true))
            }
            Self::Group | Self::Elsewhere(_) => None,
        }
    }

    /// The queue in which work waits that a routing point with this queue sends.
    pub(crate) const fn queue(self, own: QueueId) -> QueueId {
        match self {
            Self::Elsewhere(queue) => queue,
            Self::Group | Self::Particular(_) => own,
        }
    }
}

impl Ask {
    /// The interaction that is opened for it.
    fn opening(&self, hidden: &BTreeSet<Key>, asker_key: Option<Key>) -> InteractionRequest {
        // What no card shows is no short description either.
        let shown = self.user_data.iter().filter(|(name, _)| !hidden.contains(&***name));
        let shown = shown.map(|(name, text)| (name.clone(), text.clone())).collect();
        let mut opening = InteractionRequest::new(InteractionType::Messaging)
            .with_key(self.key.clone())
            .with_subtype("im")
            .with_direction(Direction::Internal)
            .with_asker(self.agent)
            .with_about(self.about)
            .with_short_description(in_a_few_words(&shown, &self.point));
        opening.opened_by = asker_key;
        opening
    }

    /// What tells it from another under the same key.
    fn fingerprint(&self) -> Digest {
        let Self { agent, point, about, user_data, text, .. } = self;
        Digest::of(&(agent, point, about, user_data, text))
    }
}

impl KnowledgeStore {
    /// What this very request led to before.
    pub(crate) fn asked_before(&self, ask: &Ask) -> Option<AskedAnswer> {
        let (interaction, session) = self.asked_under(&ask.key)?;
        let same = match session.request {
            Some(request) => request == ask.fingerprint(),
            // It was asked before fingerprints were kept.
            None => (session.asker, &session.point) == (ask.agent, &ask.point),
        };
        same.then_some(AskedAnswer { interaction, work: session.work })
    }
}

impl Knowledge {
    /// The channel of messages between colleagues.
    fn im_channel(&self) -> Result<ChannelId, Invalid> {
        self.config().im_channel.ok_or(Invalid::new("im_channel", Problem::Empty))
    }

    /// Refuses what names something that is not there.
    pub(crate) fn require_ask(&self, engine: &Engine, ask: &Ask) -> Result<(), KnowledgeRefusal> {
        if self.store.asked_before(ask).is_none() {
            self.known_point(&ask.point)?.named(self, engine, &ask.user_data)?;
        }
        Ok(())
    }

    /// Refuses what is wrong by itself, is about what is not the asker's or is over, or has a key
    /// that is taken.
    pub(crate) fn require_record<P: ProfileStore>(
        &self,
        records: &Records<P>,
        ask: &Ask,
    ) -> Result<(), KnowledgeRefusal> {
        if self.store.asked_before(ask).is_some() {
            return Ok(());
        }
        let about = ask.about.map(|about| known(records, about)).transpose()?;
        let text_max = records.config().limits.text;
        check_key("key", &ask.key)?;
        check_data(&ask.user_data, text_max)?;
        Invalid::length("text", ask.text.len(), text_max)?;
        self.im_channel()?;
        if let Some(row) = about.filter(|row| row.assigned_to != Some(ask.agent)) {
            let (interaction, owner) = (row.id, row.assigned_to);
            return Err(KnowledgeRefusal::NotYours { interaction, owner });
        }
        if let Some(row) = about.filter(|row| row.state.is_closed()) {
            return Err(KnowledgeRefusal::NotOngoing { interaction: row.id });
        }
        if let Some((interaction, session)) = self.store.asked_under(&ask.key) {
            let interaction = Some(interaction).filter(|_| session.asker == ask.agent);
            return Err(KnowledgeRefusal::KeyTaken { interaction });
        }
        // Whose it is the asker may not know.
        match records.opened_under(&ask.key) {
            Some(_) => Err(KnowledgeRefusal::KeyTaken { interaction: None }),
            None => Ok(()),
        }
    }

    /// Finds out in the engine who is asked first, and whether the work for it would be taken.
    pub(crate) fn find_aim(
        &self,
        engine: &Engine,
        ask: &Ask,
        done: &mut KnowledgeBelow,
    ) -> Result<Plan<Command>, KnowledgeRefusal> {
        if done.aim.is_some() || self.store.asked_before(ask).is_some() {
            return Ok(Plan::Alone);
        }
        let (point, view) = (self.known_point(&ask.point)?, engine.view());
        done.asker_key = view.agent(ask.agent).map(|agent| agent.key().clone());
        let no_strategy = || KnowledgeRefusal::NoStrategy { dn: ask.point.clone() };
        let there = |queue: &QueueId| stands(view, *queue);
        let own = point.queue.filter(there).ok_or_else(no_strategy)?;
        let channel = self.im_channel()?;
        let named = point.named(self, engine, &ask.user_data)?;
        let alone = Arc::new(WorkRequest::new(own, channel).with_never_to([ask.agent]));
        let aim = point.aim(named, |agent| engine.takes_new(&alone, agent))?;
        let queue = Some(aim.queue(own)).filter(there).ok_or_else(no_strategy)?;
        let request = WorkRequest::new(queue, channel)
            .with_attached(engine.what_fits(ask.user_data.clone()))
            .with_auto_accept(point.auto_accept(aim, &ask.user_data))
            .with_preferred(aim.preferred())
            .with_internal(true)
            .with_never_to([ask.agent]);
        done.aim = Some((aim, request.clone()));
        Ok(Plan::IfPossible(Submit::new(request).into()))
    }

    /// What is done in records for a request: the interaction is opened, work is submitted for it,
    /// and the first message is said.
    pub(crate) fn plan_ask<P: ProfileStore>(
        &self,
        records: &Records<P>,
        ask: &Ask,
        answer: Option<RecordReply>,
        done: &mut KnowledgeBelow,
    ) -> Result<Plan<RecordCommand>, KnowledgeRefusal> {
        if self.store.asked_before(ask).is_some() {
            return Ok(Plan::Alone);
        }
        let (aim, request) = done.aim.as_ref().ok_or(KnowledgeRefusal::NotJoined)?;
        match (answer, done.opened) {
            (None, _) => {
                self.check_bounds(ask)?;
                let opening = ask.opening(&self.config().hidden, done.asker_key.clone());
                Ok(Plan::First(OpenInteraction::new(opening).into()))
            }
            (Some(RecordReply::Interaction(id)), None) => {
                let submit = SubmitWork::new(id, request.clone());
                done.opened = Some(id);
                Ok(Plan::First(submit.into()))
            }
            (Some(RecordReply::Submitted(work)), Some(interaction)) => {
                let asking = self.known_point(&ask.point)?.asking(*aim);
                done.session = Some(Session {
                    key: ask.key.clone(),
                    asker: ask.agent,
                    point: ask.point.clone(),
                    about: ask.about,
                    user_data: ask.user_data.clone(),
                    work,
                    asking,
                    owner: None,
                    began: false,
                    over: false,
                    request: Some(ask.fingerprint()),
                });
                let row = records.interaction(interaction);
                let closed = row.filter(|row| row.state.is_closed());
                done.unanswered = closed.map(|row| Unanswered::of(row.cause));
                if ask.text.is_empty() || closed.is_some() {
                    return Ok(Plan::Alone);
                }
                let author = Author::Agent(ask.agent);
                let text: Box<str> = ask.text.clone();
                Ok(Plan::First(PostMessage::new(interaction, author, text).into()))
            }
            _ => Ok(Plan::Alone),
        }
    }

    fn check_bounds(&self, ask: &Ask) -> Result<(), KnowledgeRefusal> {
        let max = self.config().limits.of_asker;
        if self.store.asked_by(ask.agent).count() >= max as usize {
            let (limit, max) = (KnowledgeLimit::OfAsker, u64::from(max));
            return Err(KnowledgeRefusal::Limit { limit, max });
        }
        self.store.check_more_data(None, &ask.user_data, u32::MAX)
    }
}

/// An interaction that is kept.
pub(crate) fn known<P: ProfileStore>(
    records: &Records<P>,
    interaction: crate::interaction::InteractionId,
) -> Result<&crate::interaction::Interaction, KnowledgeRefusal> {
    records.interaction(interaction).ok_or_else(|| match records.was_opened(interaction) {
        true => KnowledgeRefusal::Archived { interaction },
        false => KnowledgeRefusal::Unknown { interaction },
    })
}
