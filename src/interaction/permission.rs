//! What each kind of actor may do with each command of records, and whether this one may.

use alloc::string::ToString;

use crate::base::key::Key;
use crate::command::actor::{Actor, ActorKind, Permission};
use crate::engine::core::Engine;
use crate::engine::permit::Sight;
use crate::model::ids::{AgentId, WorkId};

use crate::interaction::command::{RecordCommand, RecordCommandName};
use crate::interaction::conversation::Author;
use crate::interaction::ids::InteractionId;
use crate::interaction::profile::ProfileStore;
use crate::interaction::record::{Interaction, InteractionRequest};
use crate::interaction::records::Records;
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::state::Party;
use crate::interaction::store::Store;

impl RecordCommandName {
    /// What an actor of this kind may do with the command.
    ///
    #[doc = include_str!("../../tests/tables/record_permissions.txt")]
    ///
    /// An agent sees the interactions that they have, had or take part in, and those of the queues
    /// they are a member of; theirs are those they have or take part in. Those of a customer are
    /// the ones [opened for](crate::interaction::Interaction::opened_for) them. Whoever
    /// [asked](crate::interaction::Interaction::asker) and takes no other part may do what a
    /// customer may. A command that says who speaks, saves or ends must name the actor.
    #[must_use]
    pub const fn permission(self, kind: ActorKind) -> Permission {
        use Permission::{All, No, Theirs, Themselves};
        let (supervisor, agent, customer) = match self {
            Self::ConfigureRecords => {
                return match kind {
                    ActorKind::Host | ActorKind::Administrator => All,
                    _ => No,
                };
            }
            Self::OpenInteraction => (All, All, No),
            Self::ReachCustomer => (All, Themselves, No),
            Self::HoldInteraction
            | Self::ResumeInteraction
            | Self::SetInteractionCode
            | Self::EndInteractionWrapUp
            | Self::CloseInteraction
            | Self::SaveInteraction
            | Self::RelateRecord
            | Self::AddParticipant => (All, Theirs, No),
            Self::EndInteraction | Self::PostMessage | Self::ConfirmMessage => {
                (All, Theirs, Theirs)
            }
            Self::RequestHandoff => (All, No, Theirs),
            Self::LinkWork
            | Self::AssignInteraction
            | Self::LinkUser
            | Self::MergeInteractions
            | Self::MergeProfiles => (All, No, No),
            // What the host alone does, for a channel, a virtual agent or the law.
            Self::SubmitWork
            | Self::HandOff
            | Self::ArchiveInteraction
            | Self::SetContext
            | Self::AddTranscript
            | Self::ReplaceProfile
            | Self::EraseProfile
            | Self::ReceiveMessage
            | Self::EnterConversation
            | Self::StartTopic
            | Self::EndTopic => (No, No, No),
        };
        match kind {
            ActorKind::Host => All,
            ActorKind::Administrator => No,
            ActorKind::Supervisor => supervisor,
            ActorKind::Agent => agent,
            ActorKind::Customer => customer,
        }
    }
}

/// Whom a command of records concerns, as far as it decides who may give it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RecordSubject {
    /// The interaction it names.
    interaction: Option<InteractionId>,
    /// The agent whom it names, as the one who acts or as another.
    pub(crate) agent: Option<AgentId>,
    /// The kind of actor that it says acts.
    acts: Option<ActorKind>,
}

impl RecordSubject {
    const fn of(interaction: InteractionId) -> Self {
        Self { interaction: Some(interaction), agent: None, acts: None }
    }

    const fn party(self, party: Party) -> Self {
        let (acts, agent) = match party {
            Party::Agent(agent) => (ActorKind::Agent, Some(agent)),
            Party::Customer => (ActorKind::Customer, None),
            Party::VirtualAgent | Party::Host | Party::System => (ActorKind::Host, None),
        };
        Self { agent, acts: Some(acts), ..self }
    }

    const fn author(self, author: Author) -> Self {
        let (acts, agent) = match author {
            Author::Agent(agent) | Author::Supervisor(agent) => (ActorKind::Agent, Some(agent)),
            Author::Requester => (ActorKind::Customer, None),
            Author::VirtualAgent | Author::System => (ActorKind::Host, None),
        };
        Self { agent, acts: Some(acts), ..self }
    }

    const fn agent(self, agent: AgentId) -> Self {
        Self { agent: Some(agent), ..self }
    }
}

impl RecordCommand {
    /// Whom the command concerns.
    pub(crate) fn subject(&self) -> RecordSubject {
        match self {
            Self::OpenInteraction(command) => {
                let InteractionRequest { asker, about, .. } = *command.opening;
                RecordSubject { interaction: about, agent: asker, acts: None }
            }
            Self::AssignInteraction(command) => {
                RecordSubject::of(command.interaction).agent(command.agent)
            }
            Self::HoldInteraction(command) => RecordSubject::of(command.interaction),
            Self::ResumeInteraction(command) => RecordSubject::of(command.interaction),
            Self::EndInteraction(command) => {
                RecordSubject::of(command.interaction).party(command.by)
            }
            Self::SetInteractionCode(command) => RecordSubject::of(command.interaction),
            Self::EndInteractionWrapUp(command) => {
                RecordSubject::of(command.interaction).party(command.by)
            }
            Self::CloseInteraction(command) => {
                RecordSubject::of(command.interaction).party(command.by)
            }
            Self::SaveInteraction(command) => {
                RecordSubject::of(command.interaction).party(command.by)
            }
            Self::RelateRecord(command) => RecordSubject::of(command.interaction).party(command.by),
            Self::ReachCustomer(command) => RecordSubject::default().agent(command.agent),
            Self::PostMessage(command) => {
                RecordSubject::of(command.interaction).author(command.author)
            }
            Self::ConfirmMessage(command) => {
                RecordSubject::of(command.interaction).party(command.by)
            }
            Self::AddParticipant(command) => RecordSubject::of(command.interaction),
            Self::RequestHandoff(command) => RecordSubject::of(command.interaction),
            // Whoever may give any other command may give it about anything.
            _ => RecordSubject::default(),
        }
    }
}

/// Refuses a command that its actor may not give. Whether there is such an agent is asked before.
pub(crate) fn check(
    store: &Store,
    engine: &Engine,
    actor: &Actor,
    command: &RecordCommand,
) -> Result<(), RecordRefusal> {
    let permission = command.name().permission(actor.kind());
    let refused = || {
        let command = command.name().to_string().into();
        RecordRefusal::NotAllowed { actor: actor.clone(), command }
    };
    let RecordSubject { interaction, agent, acts } = command.subject();
    let said = acts.is_none_or(|acts| acts == actor.kind());
    match (permission, actor) {
        (Permission::No, _) => return Err(refused()),
        (Permission::Themselves | Permission::Theirs, Actor::Agent(me))
            if !said || agent.is_some_and(|agent| agent != *me) =>
        {
            return Err(refused());
        }
        (Permission::Theirs, Actor::Customer(_)) if !said => return Err(refused()),
        // Nobody asks in another's name.
        (Permission::All, Actor::Agent(me))
            if matches!(command, RecordCommand::OpenInteraction(_))
                && agent.is_some_and(|agent| agent != *me) =>
        {
            return Err(refused());
        }
        _ => {}
    }
    // Whoever asks names what they ask about; whoever may open anything else names nothing.
    let asks = matches!(command, RecordCommand::OpenInteraction(_));
    let Some(id) = interaction.filter(|_| permission == Permission::Theirs || asks) else {
        return Ok(());
    };
    let row = store.get(id);
    let unknown = Err(RecordRefusal::Unknown { interaction: id });
    match (actor, row) {
        (Actor::Agent(_) | Actor::Customer(Some(_)), None) => unknown,
        (Actor::Agent(me), Some(row)) => match sight(row, engine, *me) {
            // Whoever asks is to the record what a customer is.
            Sight::TakesPart { owner } if asks_alone(row, engine, *me) && !asks_may(command) => {
                Err(RecordRefusal::NotYours { interaction: id, owner })
            }
            Sight::Owned | Sight::TakesPart { .. } => Ok(()),
            Sight::Seen { owner } => Err(RecordRefusal::NotYours { interaction: id, owner }),
            Sight::Hidden => unknown,
        },
        (Actor::Customer(Some(key)), Some(row)) if !is_of(row, key) => unknown,
        (Actor::Customer(None), Some(row)) if row.is_internal() => unknown,
        _ => Ok(()),
    }
}

impl<P: ProfileStore> Records<P> {
    /// True if there is such an interaction for an actor: it is kept, and they may know of it.
    pub(crate) fn sees(&self, engine: &Engine, actor: &Actor, id: InteractionId) -> bool {
        let row = self.interaction(id);
        row.is_some_and(|row| match actor {
            Actor::Host | Actor::Supervisor(_) => true,
            Actor::Administrator(_) => false,
            Actor::Agent(me) => sight(row, engine, *me) != Sight::Hidden,
            Actor::Customer(Some(key)) => is_of(row, key),
            Actor::Customer(None) => !row.is_internal(),
        })
    }

    /// True if there is such an interaction for an agent.
    pub(crate) fn is_seen_by(&self, engine: &Engine, me: AgentId, id: InteractionId) -> bool {
        self.sees(engine, &Actor::Agent(me), id)
    }

    /// Refuses an agent who neither has an interaction nor takes part in it; else says its work.
    pub(crate) fn check_takes_part(
        &self,
        engine: &Engine,
        me: AgentId,
        interaction: InteractionId,
    ) -> Result<Option<WorkId>, RecordRefusal> {
        let unknown = RecordRefusal::Unknown { interaction };
        let row = self.interaction(interaction).ok_or_else(|| unknown.clone())?;
        match sight(row, engine, me) {
            Sight::Owned | Sight::TakesPart { .. } => {
                let own = row.trailing.iter().find(|(_, agent)| *agent == me);
                Ok(row.work.or_else(|| own.map(|(work, _)| *work)))
            }
            Sight::Seen { owner } => Err(RecordRefusal::NotYours { interaction, owner }),
            Sight::Hidden => Err(unknown),
        }
    }
}

fn is_of(row: &Interaction, key: &Key) -> bool {
    row.opened_for.as_ref() == Some(key)
}

/// What an interaction is to an agent.
fn sight(row: &Interaction, engine: &Engine, me: AgentId) -> Sight {
    let owner = row.assigned_to;
    if owner == Some(me) {
        return Sight::Owned;
    }
    match part(row, engine, me) {
        Sight::TakesPart { .. } => Sight::TakesPart { owner },
        _ if row.asker == Some(me) => Sight::TakesPart { owner },
        seen => seen,
    }
}

/// True if an agent has no other part in an interaction than that they asked.
fn asks_alone(row: &Interaction, engine: &Engine, me: AgentId) -> bool {
    row.asker == Some(me) && !matches!(part(row, engine, me), Sight::TakesPart { .. })
}

/// True if whoever asks may give the command about what they asked.
fn asks_may(command: &RecordCommand) -> bool {
    let opens = matches!(command, RecordCommand::OpenInteraction(_));
    opens || command.name().permission(ActorKind::Customer) != Permission::No
}

/// What an interaction that an agent does not have is to them, whoever asked.
fn part(row: &Interaction, engine: &Engine, me: AgentId) -> Sight {
    let owner = row.assigned_to;
    let wraps_up = row.trailing.iter().any(|(_, agent)| *agent == me);
    let work = row.work.map_or(Sight::Hidden, |work| engine.sight(me, work));
    let supervises = row.work.is_some_and(|work| {
        let agent = engine.view().agent(me);
        agent.is_some_and(|agent| agent.legs().iter().any(|leg| leg.work == work))
    });
    match work {
        Sight::Owned | Sight::TakesPart { .. } => Sight::TakesPart { owner },
        _ if wraps_up || supervises => Sight::TakesPart { owner },
        Sight::Seen { .. } => Sight::Seen { owner },
        Sight::Hidden if had(row, me) || is_member(row, engine, me) => Sight::Seen { owner },
        Sight::Hidden => Sight::Hidden,
    }
}

/// True if an agent had a part in an interaction.
fn had(row: &Interaction, me: AgentId) -> bool {
    let handling = &row.handling;
    let mut segments = handling.ended().iter().chain(handling.open());
    segments.any(|segment| segment.part.agent() == Some(me))
}

/// True if an agent is a member of the queue of an interaction.
fn is_member(row: &Interaction, engine: &Engine, me: AgentId) -> bool {
    let agent = engine.view().agent(me);
    agent.zip(row.queue).is_some_and(|(agent, queue)| {
        let mut members = agent.memberships();
        members.any(|member| member.queue == queue)
    })
}
