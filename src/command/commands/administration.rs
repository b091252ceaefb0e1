//! Commands of administration: what there is, and who belongs to what.

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::model::ids::{AgentId, ChannelId, QueueId};
use crate::model::membership::Membership;
use crate::model::profile::{DefinitionId, Profile};

use crate::command::commands::shape::{AnswersWith, commands};

/// Defines something under a key.
///
/// The same content under the same key again answers with the same id and changes nothing; other
/// content is refused, for that there is [`Change`].
///
/// ```
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log);
/// let again = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log);
/// assert_eq!(queue, again);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
#[non_exhaustive]
pub struct Define<P: Profile> {
    /// The host's key for it.
    pub key: Key,
    /// The content of the definition.
    pub profile: P,
}

impl<P: Profile> Define<P> {
    /// Defines this under that key.
    pub fn new(key: impl Into<Key>, profile: P) -> Self {
        Self { key: key.into(), profile }
    }
}

impl<P: Profile> AnswersWith for Define<P> {
    type Output = P::Id;
}

/// Gives something that is defined new content, all of it.
///
/// It takes effect at the next match: open offers and assigned work stay as they are.
///
/// Two hosts that change the same thing need not lose each other's changes: each says which
/// revision its content was made from. The same content again is answered as done, whatever the
/// revision, so a change may be repeated.
///
/// ```
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let ana = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
/// let revision = engine.view().agent(ana).unwrap().revision();
/// let busy = AgentProfile::default().with_auto_accept(true);
/// engine.execute(now, Change::new(ana, busy).with_revision(revision), &mut log)?;
/// let other = Change::new(ana, AgentProfile::default()).with_revision(revision);
/// let refused = engine.execute(now, other, &mut log).unwrap_err();
/// assert_eq!(refused, Refusal::stale(ana.into(), 1));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
#[non_exhaustive]
pub struct Change<P: Profile> {
    /// The id of the definition to change.
    pub id: P::Id,
    /// Its new content.
    pub profile: P,
    /// The revision this was made from; refused if it is another by now (Azure Job Router: etag).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
}

impl<P: Profile> Change<P> {
    /// Gives it this content, whatever it is now.
    #[must_use]
    pub const fn new(id: P::Id, profile: P) -> Self {
        Self { id, profile, revision: None }
    }

    /// Sets the revision that the content was made from.
    #[must_use]
    pub fn with_revision(mut self, revision: impl Into<Option<u32>>) -> Self {
        self.revision = revision.into();
        self
    }
}

impl<P: Profile> AnswersWith for Change<P> {
    type Output = ();
}

/// Retires something: it keeps its id, its key becomes free.
///
/// Refused as long as something that is not retired, or open work, refers to it.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::command::Retire;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// engine.execute(now, Retire::new(queue), &mut log)?;
/// assert!(engine.view().queue_id("support").is_none());
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
#[non_exhaustive]
pub struct Retire<P: Profile> {
    /// The id of the definition to retire.
    pub id: P::Id,
    /// The revision that is meant; refused if it is another by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
}

impl<P: Profile> Retire<P> {
    /// Retires what has this id, whatever it is now.
    #[must_use]
    pub const fn new<I>(id: I) -> Self
    where
        I: DefinitionId<Profile = P>,
        P: Profile<Id = I>,
    {
        Self { id, revision: None }
    }

    /// Sets the revision that is meant.
    #[must_use]
    pub fn with_revision(mut self, revision: impl Into<Option<u32>>) -> Self {
        self.revision = revision.into();
        self
    }
}

impl<P: Profile> AnswersWith for Retire<P> {
    type Output = ();
}

commands! {
    $ administration_commands: Administration
    also {
        /// Defines a skill under a key; answers with its id.
        DefineSkill(Define<SkillProfile>),
        /// Gives a skill new content.
        ChangeSkill(Change<SkillProfile>),
        /// Retires a skill.
        RetireSkill(Retire<SkillProfile>),
        /// Defines a channel under a key; answers with its id.
        DefineChannel(Define<ChannelProfile>),
        /// Gives a channel new content.
        ChangeChannel(Change<ChannelProfile>),
        /// Retires a channel.
        RetireChannel(Retire<ChannelProfile>),
        /// Defines a presence under a key; answers with its id.
        DefinePresence(Define<PresenceProfile>),
        /// Gives a presence new content.
        ChangePresence(Change<PresenceProfile>),
        /// Retires a presence.
        RetirePresence(Retire<PresenceProfile>),
        /// Defines a reason for rejecting offers under a key; answers with its id.
        DefineRejectReason(Define<RejectReasonProfile>),
        /// Gives a reason for rejecting offers new content.
        ChangeRejectReason(Change<RejectReasonProfile>),
        /// Retires a reason for rejecting offers.
        RetireRejectReason(Retire<RejectReasonProfile>),
        /// Defines a wrap-up code under a key; answers with its id.
        DefineWrapUpCode(Define<WrapUpCodeProfile>),
        /// Gives a wrap-up code new content.
        ChangeWrapUpCode(Change<WrapUpCodeProfile>),
        /// Retires a wrap-up code.
        RetireWrapUpCode(Retire<WrapUpCodeProfile>),
        /// Defines a queue under a key; answers with its id.
        DefineQueue(Define<QueueProfile>),
        /// Gives a queue new content.
        ChangeQueue(Change<QueueProfile>),
        /// Retires a queue.
        RetireQueue(Retire<QueueProfile>),
        /// Defines an agent under a key; answers with their id.
        DefineAgent(Define<AgentProfile>),
        /// Gives an agent new content.
        ChangeAgent(Change<AgentProfile>),
        /// Retires an agent.
        RetireAgent(Retire<AgentProfile>),
        /// Defines a calendar under a key; answers with its id.
        DefineCalendar(Define<CalendarProfile>),
        /// Gives a calendar new content.
        ChangeCalendar(Change<CalendarProfile>),
        /// Retires a calendar.
        RetireCalendar(Retire<CalendarProfile>),
        /// Defines a pool under a key; answers with its id.
        DefinePool(Define<PoolProfile>),
        /// Gives a pool new content.
        ChangePool(Change<PoolProfile>),
        /// Retires a pool.
        RetirePool(Retire<PoolProfile>),
    }

    /// Makes an agent a member of a queue, or changes the terms of their membership.
    ///
    /// Terms for a channel come before those for all channels, so an agent may rank the chats of a
    /// queue higher than its calls, or see its e-mails later. An agent with no other terms is a
    /// member for that channel only. (Amazon Connect: queue and channel in the routing profile.)
    SetMembership {
        /// The agent.
        agent: AgentId,
        /// The queue.
        queue: QueueId,
    } with {
        /// The terms.
        #[serde(default)]
        membership: Membership => with_membership,
        /// The channel for whose work the terms hold; `None`: all channels for which the agent has
        /// no terms of their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<ChannelId> => with_channel(into),
    } -> ();

    /// Ends an agent's membership of a queue, for one channel or for the others.
    ///
    /// For one channel: from then on the terms for all channels hold there, if the agent has any.
    /// Without a channel: for all channels for which the agent has no terms of their own. What
    /// is offered or assigned already stays.
    RemoveMembership {
        /// The agent.
        agent: AgentId,
        /// The queue.
        queue: QueueId,
    } with {
        /// The channel for which the terms end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<ChannelId> => with_channel(into),
    } -> ();
}

pub(super) use administration_commands;
