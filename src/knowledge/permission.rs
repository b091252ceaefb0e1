//! What each kind of actor may do with each command of this layer, and whether this one may.

use alloc::string::ToString;

use crate::command::actor::{Actor, ActorKind, Permission};
use crate::interaction::{Interaction, InteractionId, ProfileStore, Records};
use crate::model::ids::AgentId;

use crate::knowledge::command::{KnowledgeCommand, KnowledgeCommandName};
use crate::knowledge::refusal::KnowledgeRefusal;

impl KnowledgeCommandName {
    /// What an actor of this kind may do with the command.
    ///
    #[doc = include_str!("../../tests/tables/knowledge_permissions.txt")]
    ///
    /// An agent asks in their own name, sets their own seat, attaches data to what they have or
    /// take part in, and brings a call of their own to somebody. They see the interactions that
    /// they have, had, asked or take part in; to anybody else the answer is `Unknown`.
    #[must_use]
    pub const fn permission(self, kind: ActorKind) -> Permission {
        use Permission::{All, No, Theirs, Themselves};
        let (administrator, supervisor, agent) = match self {
            Self::ConfigureKnowledge
            | Self::SetKnowledgeWorker
            | Self::RemoveKnowledgeWorker
            | Self::SetRoutingPoint
            | Self::RemoveRoutingPoint => (All, No, No),
            Self::SetSeat => (No, All, Themselves),
            // The host alone is connected with the messenger.
            Self::ReportPresence => (No, No, No),
            Self::Ask => (No, No, Themselves),
            Self::AttachData | Self::Escalate | Self::CancelEscalation => (No, No, Theirs),
        };
        match kind {
            ActorKind::Host => All,
            ActorKind::Administrator => administrator,
            ActorKind::Supervisor => supervisor,
            ActorKind::Agent => agent,
            ActorKind::Customer => No,
        }
    }
}

impl KnowledgeCommand {
    /// The agent in whose name it is given.
    pub(crate) const fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Ask(ask) => Some(ask.agent),
            Self::SetSeat(seat) => Some(seat.agent),
            _ => None,
        }
    }

    /// The interaction that it is about, and whether it must be the actor's own.
    const fn interaction(&self) -> Option<(InteractionId, bool)> {
        match self {
            Self::Ask(command) => match command.about {
                Some(about) => Some((about, true)),
                None => None,
            },
            Self::AttachData(command) => Some((command.interaction, false)),
            Self::Escalate(command) => Some((command.interaction, true)),
            Self::CancelEscalation(command) => Some((command.interaction, true)),
            _ => None,
        }
    }
}

/// Refuses a command that is not for its actor, whatever it is about.
pub(crate) fn check_allowed(
    actor: &Actor,
    command: &KnowledgeCommand,
) -> Result<(), KnowledgeRefusal> {
    let name = command.name();
    let allowed = match (name.permission(actor.kind()), actor) {
        (Permission::No, _) => false,
        (Permission::Themselves, Actor::Agent(me)) => command.agent().is_none_or(|one| one == *me),
        _ => true,
    };
    if allowed {
        return Ok(());
    }
    let command = name.to_string().into();
    Err(KnowledgeRefusal::NotAllowed { actor: actor.clone(), command })
}

/// Refuses an agent a command about an interaction that is not theirs.
pub(crate) fn check_theirs<P: ProfileStore>(
    records: &Records<P>,
    actor: &Actor,
    command: &KnowledgeCommand,
) -> Result<(), KnowledgeRefusal> {
    let (Actor::Agent(me), Some((interaction, own))) = (actor, command.interaction()) else {
        return Ok(());
    };
    let unknown = KnowledgeRefusal::Unknown { interaction };
    let row = records.interaction(interaction).ok_or_else(|| unknown.clone())?;
    let owner = row.assigned_to;
    match has_part(row, *me) {
        _ if owner == Some(*me) => Ok(()),
        Some(true) if !own => Ok(()),
        Some(_) => Err(KnowledgeRefusal::NotYours { interaction, owner }),
        None => Err(unknown),
    }
}

/// Whether an agent takes part in an interaction, or had part in it; nothing if they never had.
fn has_part(row: &Interaction, me: AgentId) -> Option<bool> {
    let wraps_up = row.trailing.iter().any(|(_, agent)| *agent == me);
    if row.asker == Some(me) || wraps_up {
        return Some(true);
    }
    let (mut open, mut ended) = (row.handling.open().iter(), row.handling.ended().iter());
    if open.any(|segment| segment.part.agent() == Some(me)) {
        return Some(true);
    }
    ended.any(|segment| segment.part.agent() == Some(me)).then_some(false)
}
