//! Deciding what time does to an interaction.

use core::mem;

use crate::base::time::Timestamp;
use crate::fact::log::Cause;
use crate::state::machine::DeadlineKind;

use crate::interaction::conversation::Author;
use crate::interaction::event::RecordEvent;
use crate::interaction::idle::Due;
use crate::interaction::ids::InteractionId;
use crate::interaction::state::{Ending, InteractionType, Party};
use crate::interaction::texts::TextOf;

use super::{Finish, RecordTurn};

impl RecordTurn<'_> {
    /// Fires whatever is due by an instant, in order of instant, then of interaction.
    pub(crate) fn fire_due(&mut self, by: Timestamp) {
        while self.fire_first(by) {}
    }

    /// Fires what is due first, if it is due by an instant, and says whether something was.
    pub(crate) fn fire_first(&mut self, by: Timestamp) -> bool {
        let first = self.store.first_deadline().filter(|(at, _)| *at <= by);
        let Some((at, id)) = first else { return false };
        // Other hours, or another policy, may have moved it before what happened meanwhile.
        let touched = self.store.get(id).map(|row| row.touched);
        let due = touched.map_or(at, |touched| touched.max(at));
        let before =
            mem::replace(&mut self.cause, Cause::Deadline { kind: DeadlineKind::Record, due });
        self.fire(id);
        self.cause = before;
        let again = self.store.first_deadline() == first;
        debug_assert!(!again, "what was due at {at} for {id} is due again");
        !again
    }

    fn fire(&mut self, interaction: InteractionId) {
        let Some((_, due)) = self.store.due(interaction) else { return };
        let row = self.store.get(interaction);
        match due {
            Due::WrapUp => self.close(interaction, Finish::new(Ending::Agent, Party::System)),
            Due::RemindCustomer => {
                self.tell(interaction, Author::System, TextOf::Reminder);
                self.emit(RecordEvent::CustomerReminded { interaction });
            }
            Due::RemindAgent => self.emit(RecordEvent::AgentReminded { interaction }),
            Due::Silence => {
                let messaging = row.is_some_and(|row| row.kind == InteractionType::Messaging);
                let ending = if messaging { Ending::Unreached } else { Ending::Silence };
                self.close(interaction, Finish::new(ending, Party::System));
            }
        }
    }
}
