//! The buttons of a conversation: which there are, and what each does.

use strowger::Timestamp;
use strowger::command::{
    Close, Command, FinishContact, Finisher, Hold, Park, Resume, Resumer, Retrieve,
    TransferToAgent, TransferToQueue,
};
use strowger::model::{AgentId, QueueId, WorkId};
use strowger::state::AssignmentState;
use strowger::view::View;

/// Something an agent does in the workspace to work they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// Puts the customer on hold.
    Hold,
    /// Takes the customer off hold.
    Retrieve,
    /// Is not heard any more. Calls only; the engine knows nothing of it.
    Mute,
    /// Is heard again. Calls only; the engine knows nothing of it.
    Unmute,
    /// Sends the work to a queue.
    TransferToQueue(QueueId),
    /// Sends the work to another agent.
    TransferToAgent(AgentId),
    /// Ends the conversation.
    Disconnect,
    /// Puts the work aside, until an instant if there is one.
    Park(Option<Timestamp>),
    /// Takes the work up again.
    Resume,
    /// Closes the work.
    Close,
}

/// A control that is not there at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{control:?} is not available")]
pub struct NotAvailable {
    /// Which.
    pub control: Control,
}

/// The controls of one piece of work.
///
/// ```
/// use strowger::state::AssignmentState;
/// use strowger_servicenow::{Control, Controls};
///
/// let call = Controls::of(Some(AssignmentState::Active), true);
/// assert!(call.allow(Control::Mute) && call.allow(Control::Hold));
/// assert!(!call.allow(Control::Retrieve));
/// assert!(!Controls::of(Some(AssignmentState::Active), false).allow(Control::Mute));
/// assert!(!Controls::of(None, true).allow(Control::Close));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Controls {
    state: Option<AssignmentState>,
    voice: bool,
}

impl Controls {
    /// Those of work in this state; `None`: nobody has it. Whether one is heard: `voice`.
    #[must_use]
    pub const fn of(state: Option<AssignmentState>, voice: bool) -> Self {
        Self { state, voice }
    }

    /// Those of this work for who has it.
    #[must_use]
    pub fn find(view: View<'_>, agent: AgentId, work: WorkId, voice: bool) -> Self {
        let assignments = view.agent(agent).map(|agent| agent.assignments());
        let found = assignments.into_iter().flatten().find(|found| found.work == work);
        Self::of(found.map(|found| found.state), voice)
    }

    /// Whether there is this one.
    #[must_use]
    pub const fn allow(self, control: Control) -> bool {
        use AssignmentState::{Active, Ended, Held, Parked, WrapUp};
        let Some(state) = self.state else { return false };
        match (state, control) {
            (Active, Control::Hold) | (Held, Control::Retrieve) | (Parked, Control::Resume) => true,
            (Active | Held, Control::Mute | Control::Unmute) => self.voice,
            (
                Active | Held,
                Control::TransferToQueue(_)
                | Control::TransferToAgent(_)
                | Control::Disconnect
                | Control::Park(_),
            )
            | (Active | Held | Parked | WrapUp { .. }, Control::Close)
            | (Parked, Control::Park(_)) => true,
            (Active | Held | Parked | WrapUp { .. } | Ended, _) => false,
        }
    }

    /// What the engine is to do for a control; nothing if it is none of its business (mute).
    ///
    /// # Errors
    /// [`NotAvailable`].
    pub fn press(self, control: Control, work: WorkId) -> Result<Option<Command>, NotAvailable> {
        if !self.allow(control) {
            return Err(NotAvailable { control });
        }
        Ok(match control {
            Control::Mute | Control::Unmute => None,
            Control::Hold => Some(Hold::new(work).into()),
            Control::Retrieve => Some(Retrieve::new(work).into()),
            Control::TransferToQueue(queue) => Some(TransferToQueue::new(work, queue).into()),
            Control::TransferToAgent(agent) => Some(TransferToAgent::new(work, agent).into()),
            Control::Disconnect => Some(FinishContact::new(work, Finisher::Agent).into()),
            Control::Park(until) => Some(Park::new(work).with_until(until).into()),
            Control::Resume => Some(Resume::new(work, Resumer::Agent).into()),
            Control::Close => Some(Close::new(work).into()),
        })
    }
}
