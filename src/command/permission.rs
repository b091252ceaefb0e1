//! What each kind of actor may do with each command, and whom a command concerns.

use crate::command::actor::{ActorKind, Permission};
use crate::command::commands::{Command, CommandGroup, CommandName, Finisher, Resumer};
use crate::model::ids::{AgentId, OfferId, WorkId};

impl CommandName {
    /// What an actor of this kind may do with the command.
    ///
    #[doc = include_str!("../../tests/tables/permissions.txt")]
    ///
    /// [`Config::agents_assign`](crate::Config::agents_assign) lets agents `assign` work that they
    /// see to each other. An agent may `cancel` what stands for their work in a queue
    /// ([`ConsultQueue`](crate::command::ConsultQueue)), and nothing else.
    #[must_use]
    pub const fn permission(self, kind: ActorKind) -> Permission {
        let (supervisor, agent, customer) = self.shares();
        match kind {
            ActorKind::Host => Permission::All,
            ActorKind::Administrator => match self.group() {
                CommandGroup::Administration => Permission::All,
                _ => Permission::No,
            },
            ActorKind::Supervisor => supervisor,
            ActorKind::Agent => agent,
            ActorKind::Customer => customer,
        }
    }

    /// What supervisors, agents and customers may do. What is not named here is administration.
    const fn shares(self) -> (Permission, Permission, Permission) {
        use Permission::{All, No, Theirs, Themselves};
        match self {
            Self::SetPresence
            | Self::Heartbeat
            | Self::SetDraining
            | Self::SetOwnCall
            | Self::Pull
            | Self::SetCode
            | Self::ExtendWrapUp
            | Self::EndWrapUp
            | Self::Answer
            | Self::Decline => (All, Themselves, No),
            Self::Accept
            | Self::Reject
            | Self::Hold
            | Self::Retrieve
            | Self::Park
            | Self::TransferToQueue
            | Self::TransferToAgent
            | Self::TransferOutside
            | Self::RequestWrapUp
            | Self::Consult
            | Self::ConsultQueue
            | Self::Confer
            | Self::HandOver
            | Self::EndLeg => (All, Theirs, No),
            Self::Resume | Self::FinishContact => (All, Theirs, Theirs),
            Self::Assign
            | Self::Force
            | Self::Unassign
            | Self::ChangeWork
            | Self::Close
            | Self::SetShiftEnd
            | Self::Supervise
            | Self::Cancel
            | Self::Activate
            | Self::Suspend
            | Self::Postpone
            | Self::CloseAt
            | Self::Reclassify => (All, No, No),
            Self::RequestCallback => (All, No, Theirs),
            Self::Abandon => (No, No, Theirs),
            // Administration, and what the host alone does: submits work, says that a customer or
            // an agent was not reached, lets time pass.
            _ => (No, No, No),
        }
    }
}

/// Whom a command concerns, as far as it decides who may give it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The agent it names.
    pub agent: Option<AgentId>,
    /// The work it names.
    pub work: Option<WorkId>,
    /// The offer it names.
    pub offer: Option<OfferId>,
    /// The kind of actor that it says acts.
    pub acts: Option<ActorKind>,
}

impl Subject {
    const fn agent(agent: AgentId) -> Self {
        Self { agent: Some(agent), work: None, offer: None, acts: None }
    }

    const fn work(work: WorkId) -> Self {
        Self { agent: None, work: Some(work), offer: None, acts: None }
    }

    const fn offer(offer: OfferId) -> Self {
        Self { agent: None, work: None, offer: Some(offer), acts: None }
    }

    const fn and_agent(self, agent: AgentId) -> Self {
        Self { agent: Some(agent), ..self }
    }

    const fn by(self, acts: ActorKind) -> Self {
        Self { acts: Some(acts), ..self }
    }
}

impl Command {
    /// Whom the command concerns.
    pub(crate) const fn subject(&self) -> Subject {
        match self {
            Self::SetPresence(command) => Subject::agent(command.agent),
            Self::Heartbeat(command) => Subject::agent(command.agent),
            Self::SetDraining(command) => Subject::agent(command.agent),
            Self::SetOwnCall(command) => Subject::agent(command.agent),
            Self::Accept(command) => Subject::offer(command.offer),
            Self::Reject(command) => Subject::offer(command.offer),
            Self::Pull(command) => Subject::work(command.work).and_agent(command.agent),
            Self::SetCode(command) => Subject::work(command.work).and_agent(command.agent),
            Self::ExtendWrapUp(command) => Subject::work(command.work).and_agent(command.agent),
            Self::EndWrapUp(command) => Subject::work(command.work).and_agent(command.agent),
            Self::Answer(command) => Subject::work(command.work).and_agent(command.agent),
            Self::Decline(command) => Subject::work(command.work).and_agent(command.agent),
            Self::EndLeg(command) => Subject::work(command.work).and_agent(command.agent),
            Self::Hold(command) => Subject::work(command.work),
            Self::Retrieve(command) => Subject::work(command.work),
            Self::Park(command) => Subject::work(command.work),
            Self::Resume(command) => Subject::work(command.work).by(match command.by {
                Resumer::Agent => ActorKind::Agent,
                Resumer::Customer => ActorKind::Customer,
            }),
            Self::FinishContact(command) => Subject::work(command.work).by(match command.by {
                Finisher::Agent => ActorKind::Agent,
                Finisher::Customer => ActorKind::Customer,
                Finisher::Host => ActorKind::Host,
            }),
            Self::TransferToQueue(command) => Subject::work(command.work),
            Self::TransferToAgent(command) => Subject::work(command.work),
            Self::TransferOutside(command) => Subject::work(command.work),
            Self::RequestWrapUp(command) => Subject::work(command.work),
            Self::Consult(command) => Subject::work(command.work),
            Self::ConsultQueue(command) => Subject::work(command.work),
            Self::Cancel(command) => Subject::work(command.work),
            Self::Confer(command) => Subject::work(command.work),
            Self::HandOver(command) => Subject::work(command.work),
            Self::Assign(command) => Subject::work(command.work),
            Self::Abandon(command) => Subject::work(command.work),
            Self::RequestCallback(command) => Subject::work(command.work),
            // Whoever may give any other command may give it about anything.
            _ => Subject { agent: None, work: None, offer: None, acts: None },
        }
    }
}
