//! Deciding what is written into an interaction.

use alloc::boxed::Box;

use crate::base::key::Key;
use crate::model::attribute::{Attributes, check_attributes};
use crate::model::ids::CodeId;
use crate::model::invalid::Problem;

use crate::interaction::command::{
    AddTranscript, RecordChange, RelateRecord, SaveInteraction, SetContext,
};
use crate::interaction::event::RecordEvent;
use crate::interaction::ids::InteractionId;
use crate::interaction::record::{Interaction, is_blank};
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::related::{Operation, RelatedRecord, check_name};
use crate::interaction::state::{Ending, InteractionType, Party};

use super::checks::check_customer;
use super::{Finish, RecordTurn, RunOnRecords, invalid};

impl RunOnRecords for SaveInteraction {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, by, mut change } = self;
        let row = turn.store.interaction(interaction)?;
        check_change(turn, row, &change)?;
        let described = match &change.short_description {
            Some(text) => !is_blank(text),
            None => row.is_described(),
        };
        let cleared = row.is_described() && !described;
        if !described && (by.is_person() || cleared) {
            return Err(RecordRefusal::NotDescribed { interaction });
        }
        if change.work_note.is_some() {
            turn.store.check_room(row.work_notes.len())?;
        }
        if change.account.is_none() {
            change.account = turn.account_of(change.contact.as_ref());
        }
        if change != RecordChange::default() {
            turn.emit(RecordEvent::Saved { interaction, by, change: Box::new(change) });
        }
        Ok(())
    }
}

fn check_change(
    turn: &RecordTurn<'_>,
    row: &Interaction,
    change: &RecordChange,
) -> Result<(), RecordRefusal> {
    let RecordChange {
        short_description,
        opened_for,
        contact,
        account,
        consumer,
        subtype,
        channel_metadata,
        work_note,
    } = change;
    let names = [
        ("opened_for", opened_for),
        ("contact", contact),
        ("account", account),
        ("consumer", consumer),
        ("subtype", subtype),
    ];
    check_customer(row, opened_for.is_some(), "opened_for")?;
    for (field, name) in names {
        name.iter().try_for_each(|name: &Key| check_name(field, name))?;
    }
    for (field, text) in [("short_description", short_description), ("work_note", work_note)] {
        text.iter().try_for_each(|text| turn.store.check_text(field, text))?;
    }
    check_together(&row.channel_metadata, channel_metadata)
}

/// Refuses attributes that are wrong, or too many with those that are there.
pub(super) fn check_together(before: &Attributes, new: &Attributes) -> Result<(), RecordRefusal> {
    let mut all = before.clone();
    all.extend(new.clone());
    Ok(check_attributes(&all)?)
}

impl RunOnRecords for SetContext {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, variables } = self;
        let row = turn.store.interaction(interaction)?;
        check_together(&row.context, &variables)?;
        let news = |(name, value)| row.context.get(name) != Some(value);
        if variables.iter().any(news) {
            turn.emit(RecordEvent::ContextSet { interaction, variables });
        }
        Ok(())
    }
}

impl RunOnRecords for RelateRecord {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<bool, RecordRefusal> {
        let Self { interaction, document, operation, by } = self;
        let row = turn.store.interaction(interaction)?;
        document.check()?;
        if row.related.iter().any(|known| known.is(&document, operation)) {
            return Ok(true);
        }
        let policy = &turn.store.config().related;
        if operation.is_some_and(|operation| !policy.logs(&document.table, operation)) {
            return Ok(false);
        }
        turn.store.check_described(interaction, by)?;
        turn.store.check_room(row.related.len())?;
        let code = turn.closes_mail(interaction, &document.table, operation);
        if let Some(code) = code {
            turn.store.check_close(interaction, by, Some(code))?;
        }
        let record = Box::new(RelatedRecord { document, operation, by, at: turn.instant() });
        turn.emit(RecordEvent::Related { interaction, record });
        if code.is_some() {
            turn.close(interaction, Finish { code, ..Finish::new(Ending::Agent, by) });
        }
        Ok(true)
    }
}

impl RecordTurn<'_> {
    /// The code with which an e-mail is closed by what is done with a record.
    fn closes_mail(
        &self,
        id: InteractionId,
        table: &Key,
        operation: Option<Operation>,
    ) -> Option<CodeId> {
        let row = self.store.get(id).filter(|row| row.kind == InteractionType::Email)?;
        let inserts = operation == Some(Operation::Insert) && !row.state.is_closed();
        self.store.config().mail.close_on_insert.get(table).copied().filter(|_| inserts)
    }

    /// Relates to a new e-mail of a customer what was related last to their e-mail before it.
    pub(crate) fn carry_related(&mut self, interaction: InteractionId) {
        let carries = self.store.config().mail.carry_related;
        let mail = |id| self.store.get(id).filter(|row| row.kind == InteractionType::Email);
        let new = Some(interaction).filter(|_| carries).and_then(mail);
        let customer = new.and_then(|row| row.opened_for.as_ref());
        let own = customer.and_then(|customer| self.store.index().customers.get(customer));
        let before = own.and_then(|own| own.range(..interaction).rev().find_map(|id| mail(*id)));
        let Some(last) = before.and_then(|row| row.related.last()) else { return };
        let document = last.document.clone();
        let (operation, by, at) = (None, Party::System, self.instant());
        let record = Box::new(RelatedRecord { document, operation, by, at });
        self.emit(RecordEvent::Related { interaction, record });
    }
}

impl RunOnRecords for AddTranscript {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, transcript } = self;
        let row = turn.store.interaction(interaction)?;
        if !transcript.reference.is_valid() {
            return Err(invalid("transcript.reference", Problem::Empty));
        }
        if row.transcripts.contains(&transcript) {
            return Ok(());
        }
        turn.store.check_room(row.transcripts.len())?;
        turn.emit(RecordEvent::TranscriptAdded { interaction, transcript });
        Ok(())
    }
}
