//! Deciding the life of an interaction, from opening to archive.

use alloc::boxed::Box;

use crate::base::key::Key;
use crate::model::attribute::check_attributes;
use crate::model::ids::CodeId;
use crate::model::invalid::Problem;

use crate::interaction::command::{
    ArchiveInteraction, AssignInteraction, CloseInteraction, ConfigureRecords, EndInteraction,
    EndInteractionWrapUp, HoldInteraction, LinkWork, OpenInteraction, ResumeInteraction,
    SetInteractionCode,
};
use crate::interaction::event::RecordEvent;
use crate::interaction::ids::InteractionId;
use crate::interaction::record::Opening;
use crate::interaction::refusal::{RecordLimit, RecordRefusal};
use crate::interaction::related::{Document, check_name};
use crate::interaction::state::{Ending, InteractionState, InteractionStep, InteractionType};

use super::{Finish, Run, Turn, invalid, wrong};

impl Run for ConfigureRecords {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { config } = self;
        config.check()?;
        if *config != *turn.store.config() {
            turn.emit(RecordEvent::Configured(config));
        }
        Ok(())
    }
}

impl Run for OpenInteraction {
    type Output = InteractionId;

    fn run(self, turn: &mut Turn<'_>) -> Result<InteractionId, RecordRefusal> {
        let Self { opening } = self;
        let id = turn.check_opening(&opening)?;
        turn.open(id, opening);
        Ok(id)
    }
}

impl Turn<'_> {
    /// Refuses an interaction that may not be opened; else says its id.
    pub(crate) fn check_opening(&self, opening: &Opening) -> Result<InteractionId, RecordRefusal> {
        if let Some(profile) = opening.profile {
            self.active_profile(profile)?;
        }
        self.check_text("short_description", &opening.short_description)?;
        check_attributes(&opening.context)?;
        check_attributes(&opening.channel_metadata)?;
        if let Some((address, ours)) = &opening.addresses {
            address.check()?;
            check_name("addresses", ours)?;
        }
        opening.entry.iter().try_for_each(|entry| check_name("entry.name", &entry.name))?;
        let seen = opening.entry.iter().filter_map(|entry| entry.document.as_ref());
        seen.into_iter().try_for_each(Document::check)?;
        let kind = opening.kind;
        if !self.store.config().types.contains(&kind) {
            return Err(RecordRefusal::TypeNotAvailable { kind });
        }
        let interactions = &self.store.rows().interactions;
        let (max, limit) = (self.store.config().limits.interactions, RecordLimit::Interactions);
        let full = RecordRefusal::Limit { limit, max };
        if interactions.len() >= max as usize {
            return Err(full);
        }
        interactions.next_id().ok_or(full)
    }

    /// Opens an interaction that was checked. The account follows the contact.
    pub(crate) fn open(&mut self, interaction: InteractionId, mut opening: Box<Opening>) {
        let account = || self.ports.directory.account_of(opening.contact.as_ref()?);
        opening.account = opening.account.clone().or_else(account);
        let numbering = &self.store.config().numbering;
        let last = self.store.rows().last_number;
        let number = last.saturating_add(1).max(numbering.first);
        let width = usize::from(numbering.width);
        let number = alloc::format!("{}{number:0width$}", numbering.prefix).into();
        self.emit(RecordEvent::Opened { interaction, number, opening });
    }

    /// The account of a contact, where the host knows it.
    pub(crate) fn account_of(&self, contact: Option<&Key>) -> Option<Key> {
        self.ports.directory.account_of(contact?)
    }
}

impl Run for LinkWork {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, work } = self;
        let row = turn.interaction(interaction)?;
        if row.work == Some(work) {
            return Ok(());
        }
        turn.check_step(interaction, InteractionStep::Queue)?;
        turn.check_without_work(interaction)?;
        if turn.last_work.is_some_and(|last| work <= last) {
            return Err(RecordRefusal::WorkTaken { work });
        }
        turn.emit(RecordEvent::WorkLinked { interaction, work });
        Ok(())
    }
}

impl Run for AssignInteraction {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, agent } = self;
        turn.check_step(interaction, InteractionStep::Assign)?;
        turn.check_without_work(interaction)?;
        let row = turn.interaction(interaction)?;
        let has_it = row.assigned_to == Some(agent);
        if !(has_it && row.state == InteractionState::WorkInProgress) {
            turn.emit(RecordEvent::Assigned { interaction, agent });
        }
        Ok(())
    }
}

impl Run for HoldInteraction {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, reason } = self;
        let row = turn.interaction(interaction)?;
        let (kind, before, held) = (row.kind, row.reason, row.state == InteractionState::OnHold);
        if let Some(reason) = reason
            && !(reason.is_of_hold() && kind == InteractionType::Messaging)
        {
            return Err(RecordRefusal::ReasonNotAllowed { kind });
        }
        turn.check_step(interaction, InteractionStep::Hold)?;
        if !held {
            turn.check_without_work(interaction)?;
            turn.emit(RecordEvent::Held { interaction, parked: kind.can_wait() });
        }
        let before = before.filter(|_| held);
        if before != reason {
            turn.emit(RecordEvent::ReasonSet { interaction, reason });
        }
        Ok(())
    }
}

impl Run for ResumeInteraction {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction } = self;
        if turn.interaction(interaction)?.state == InteractionState::WorkInProgress {
            return Ok(());
        }
        turn.check_step(interaction, InteractionStep::Resume)?;
        turn.check_without_work(interaction)?;
        turn.emit(RecordEvent::Resumed { interaction });
        Ok(())
    }
}

impl Run for EndInteraction {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, ending, by } = self;
        let step = match ending {
            Ending::Fault => InteractionStep::Fault,
            _ => InteractionStep::Complete,
        };
        turn.check_step(interaction, step)?;
        if ending == Ending::Fault {
            turn.close(interaction, Finish::new(ending, by));
            return Ok(());
        }
        let state = turn.interaction(interaction)?.state;
        if state == InteractionState::WrapUp {
            return Err(wrong(interaction, state.name(), InteractionStep::EndContact.name()));
        }
        turn.check_without_work(interaction)?;
        if turn.wrap_up_rule(interaction).is_none() {
            turn.check_described(interaction, by)?;
        }
        turn.finish(interaction, Finish::new(ending, by));
        Ok(())
    }
}

impl Run for SetInteractionCode {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, code } = self;
        turn.check_step(interaction, InteractionStep::Complete)?;
        turn.check_code(interaction, Some(code))?;
        if turn.interaction(interaction)?.code != Some(code) {
            turn.emit(RecordEvent::CodeSet { interaction, code });
        }
        Ok(())
    }
}

impl Run for EndInteractionWrapUp {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, code, by } = self;
        let state = turn.interaction(interaction)?.state;
        if state != InteractionState::WrapUp {
            return Err(wrong(interaction, state.name(), "end_wrap_up"));
        }
        turn.check_without_work(interaction)?;
        turn.check_close(interaction, by, code)?;
        turn.close(interaction, Finish { code, ..Finish::new(Ending::Agent, by) });
        Ok(())
    }
}

impl Run for CloseInteraction {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, by, code } = self;
        turn.check_close(interaction, by, code)?;
        let ending = match by {
            crate::interaction::state::Actor::Agent(_) => Ending::Agent,
            crate::interaction::state::Actor::Customer => Ending::Customer,
            _ => Ending::Automatic,
        };
        turn.close(interaction, Finish { code, tab: true, ..Finish::new(ending, by) });
        Ok(())
    }
}

impl Turn<'_> {
    /// Refuses to close what may not be closed now, so by this one, and with this code.
    pub(crate) fn check_close(
        &self,
        interaction: InteractionId,
        by: crate::interaction::state::Actor,
        code: Option<CodeId>,
    ) -> Result<(), RecordRefusal> {
        self.check_step(interaction, InteractionStep::Complete)?;
        self.check_code(interaction, code)?;
        self.check_described(interaction, by)
    }

    fn check_code(
        &self,
        interaction: InteractionId,
        code: Option<CodeId>,
    ) -> Result<(), RecordRefusal> {
        let wrap_up = self.interaction(interaction)?.wrap_up.as_ref();
        let rule = wrap_up.and_then(|wrap_up| wrap_up.rule.as_ref());
        match (rule, code) {
            (Some(rule), Some(code)) if !rule.allows(code) => {
                Err(RecordRefusal::CodeNotAllowed { code })
            }
            _ => Ok(()),
        }
    }
}

impl Run for ArchiveInteraction {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction } = self;
        let row = match turn.interaction(interaction) {
            Err(RecordRefusal::Archived { .. }) => return Ok(()),
            row => row?,
        };
        if !row.is_finished() {
            return Err(RecordRefusal::NotOver { interaction });
        }
        if !row.is_described() {
            return Err(invalid("short_description", Problem::Empty));
        }
        let record = Box::new(row.clone());
        turn.emit(RecordEvent::Archived { record });
        Ok(())
    }
}
