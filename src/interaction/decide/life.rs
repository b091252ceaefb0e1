//! Deciding the life of an interaction, from opening to archive.

use alloc::boxed::Box;

use crate::base::key::Key;
use crate::command::commands::Command;
use crate::engine::view::View;
use crate::model::attribute::check_attributes;
use crate::model::calendar::WaitClock;
use crate::model::invalid::Problem;

use crate::interaction::command::{
    ArchiveInteraction, AssignInteraction, CloseInteraction, ConfigureRecords, EndInteraction,
    EndInteractionWrapUp, HoldInteraction, OpenInteraction, ResumeInteraction, SetInteractionCode,
};
use crate::interaction::conversation::EntryPoint;
use crate::interaction::event::RecordEvent;
use crate::interaction::ids::InteractionId;
use crate::interaction::plan::{self, Ahead};
use crate::interaction::record::{Interaction, InteractionRequest};
use crate::interaction::refusal::{RecordLimit, RecordRefusal};
use crate::interaction::related::check_name;
use crate::interaction::segment::Part;
use crate::interaction::state::{Ending, InteractionState, InteractionStep, Party};

use crate::interaction::store::Store;

use super::checks::check_customer;
use super::talk::key_taken;
use super::{Below, Finish, RecordTurn, RunOnRecords, invalid, wrong};

impl RunOnRecords for ConfigureRecords {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { config } = self;
        config.check()?;
        if let (WaitClock::Open, Below::Hours(hours)) = (config.idle.counts, &turn.below) {
            let hours = hours.clone();
            turn.know(&hours);
        }
        if *config != *turn.store.config() {
            turn.emit(RecordEvent::Configured(config));
        }
        Ok(())
    }
}

impl RunOnRecords for OpenInteraction {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<InteractionId, RecordRefusal> {
        let Self { mut opening } = self;
        if let Some(row) = turn.opened_before(opening.key.as_ref())? {
            let was = (row.kind, row.direction, &row.addresses, row.asker, row.about);
            let InteractionRequest { kind, direction, asker, about, .. } = *opening;
            let same = was == (kind, direction, &opening.addresses, asker, about);
            return if same { Ok(row.id) } else { Err(key_taken(row)) };
        }
        let id = turn.check_opening(&opening)?;
        if let (Some(profile), None) = (opening.profile, &opening.opened_for) {
            let profile = turn.active_profile(profile)?;
            opening.opened_for = turn.identify(profile).user;
        }
        turn.open(id, opening);
        Ok(id)
    }
}

impl RecordTurn<'_> {
    /// The interaction that was opened under a key before.
    fn opened_before(&self, key: Option<&Key>) -> Result<Option<&Interaction>, RecordRefusal> {
        let Some(key) = key else { return Ok(None) };
        check_name("key", key)?;
        Ok(self.store.index().opened.get(key).and_then(|id| self.store.get(*id)))
    }

    /// Refuses an interaction that may not be opened; else says its id.
    pub(crate) fn check_opening(
        &self,
        opening: &InteractionRequest,
    ) -> Result<InteractionId, RecordRefusal> {
        if let Some(profile) = opening.profile {
            self.active_profile(profile)?;
        }
        if let Some(about) = opening.about {
            self.store.interaction(about)?;
        }
        opening.check_parties()?;
        if let Some(row) = self.opened_before(opening.key.as_ref())? {
            return Err(key_taken(row));
        }
        self.store.check_text("short_description", &opening.short_description)?;
        check_attributes(&opening.context)?;
        check_attributes(&opening.channel_metadata)?;
        if let Some((address, ours)) = &opening.addresses {
            address.check()?;
            check_name("addresses", ours)?;
        }
        opening.entry.iter().try_for_each(EntryPoint::check)?;
        let kind = opening.kind;
        if !self.store.config().types.contains(&kind) {
            return Err(RecordRefusal::TypeNotAvailable { kind });
        }
        if let (Some(profile), Some((_, ours))) = (opening.profile, &opening.addresses) {
            self.check_not_ongoing(profile, ours)?;
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
    pub(crate) fn open(
        &mut self,
        interaction: InteractionId,
        mut opening: Box<InteractionRequest>,
    ) {
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

impl RunOnRecords for AssignInteraction {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, agent } = self;
        let row = turn.store.interaction(interaction)?;
        let has_it = row.assigned_to == Some(agent);
        if has_it && row.state == InteractionState::WorkInProgress {
            return Ok(());
        }
        turn.store.check_step(interaction, InteractionStep::Assign)?;
        turn.store.check_without_work(interaction)?;
        turn.assign(interaction, agent);
        Ok(())
    }

    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        store.check_step(self.interaction, InteractionStep::Assign)?;
        plan::assign(store, view, self.interaction, self.agent)
    }
}

impl RunOnRecords for HoldInteraction {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, reason, until } = self;
        let row = turn.store.interaction(interaction)?;
        let held = row.state == InteractionState::OnHold;
        let before = row.reason.filter(|_| held);
        let news = until.is_some() && until != row.promised;
        let parked = match row.handling.main() {
            Some(Part::Parked(_)) => true,
            Some(Part::Held(_)) => false,
            _ => row.kind.can_wait(),
        };
        turn.store.check_hold(interaction, reason)?;
        if !held {
            turn.store.check_without_work(interaction)?;
        }
        if !held || news {
            turn.emit(RecordEvent::Held { interaction, parked, until });
        }
        let before = before.filter(|_| !news);
        if before != reason {
            turn.emit(RecordEvent::ReasonSet { interaction, reason });
        }
        Ok(())
    }

    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        store.check_hold(self.interaction, self.reason)?;
        plan::hold(store, view, self.interaction, self.until)
    }
}

impl RunOnRecords for ResumeInteraction {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction } = self;
        // Back in line it is too, if its agent could not take it up again.
        let state = turn.store.interaction(interaction)?.state;
        if matches!(state, InteractionState::WorkInProgress | InteractionState::Queued) {
            return Ok(());
        }
        turn.store.check_step(interaction, InteractionStep::Resume)?;
        turn.store.check_without_work(interaction)?;
        turn.emit(RecordEvent::Resumed { interaction });
        Ok(())
    }

    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        plan::resume(store, view, self.interaction)
    }
}

impl RunOnRecords for EndInteraction {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, ending, by } = self;
        let row = turn.store.interaction(interaction)?;
        let (state, ending) = (row.state, row.ending_by(ending, by));
        let fault = ending == Ending::Fault;
        if state.is_closed() || (state == InteractionState::WrapUp && !fault) {
            return Ok(());
        }
        let never_wrapped_up = turn.below == Below::NeverWrapsUp;
        turn.store.check_end(interaction, ending, by, never_wrapped_up)?;
        if !fault {
            turn.store.check_without_work(interaction)?;
        }
        turn.finish(interaction, Finish { never_wrapped_up, ..Finish::new(ending, by) });
        Ok(())
    }

    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        let Self { interaction, ending, by } = *self;
        check_customer(store.interaction(interaction)?, by == Party::Customer, "by")?;
        if ending == Ending::Merged {
            store.check_end(interaction, ending, by, false)?;
        }
        if !store.interaction(interaction)?.state.is_ongoing() {
            return Ok(Ahead::Alone);
        }
        let plan = plan::end(store, view, interaction, ending, by)?;
        // Whether an agent wraps up is for the engine to say as well.
        if !matches!(plan, Ahead::First(Command::FinishContact(_))) {
            let agent = store.interaction(interaction)?.assigned_to;
            store.check_end(interaction, ending, by, plan::never_wraps_up(view, agent))?;
        }
        Ok(plan)
    }
}

impl RunOnRecords for SetInteractionCode {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, code } = self;
        if turn.store.interaction(interaction)?.code == Some(code) {
            return Ok(());
        }
        turn.store.check_step(interaction, InteractionStep::Complete)?;
        turn.store.check_code(interaction, Some(code))?;
        turn.emit(RecordEvent::CodeSet { interaction, code });
        Ok(())
    }

    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        if store.interaction(self.interaction)?.code == Some(self.code) {
            return Ok(Ahead::Alone);
        }
        store.check_step(self.interaction, InteractionStep::Complete)?;
        store.check_code(self.interaction, Some(self.code))?;
        plan::set_code(store, view, self.interaction, self.code)
    }
}

impl RunOnRecords for EndInteractionWrapUp {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, code, by } = self;
        let state = turn.store.interaction(interaction)?.state;
        if state.is_closed() {
            return Ok(());
        }
        if state != InteractionState::WrapUp {
            return Err(wrong(interaction, state.name(), "end_wrap_up"));
        }
        turn.store.check_without_work(interaction)?;
        turn.store.check_close(interaction, by, code)?;
        turn.close(interaction, Finish { code, ..Finish::new(Ending::Agent, by) });
        Ok(())
    }

    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        let Self { interaction, code, by } = *self;
        if !store.interaction(interaction)?.state.is_closed() {
            store.check_close(interaction, by, code)?;
        }
        plan::end_wrap_up(store, view, interaction, code)
    }
}

impl RunOnRecords for CloseInteraction {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, by, code } = self;
        if turn.store.interaction(interaction)?.state.is_closed() {
            return Ok(());
        }
        turn.store.check_close(interaction, by, code)?;
        let ending = match by {
            Party::Agent(_) => Ending::Agent,
            Party::Customer => Ending::Customer,
            _ => Ending::Automatic,
        };
        let ending = turn.store.interaction(interaction)?.ending_by(ending, by);
        turn.close(interaction, Finish { code, tab: true, ..Finish::new(ending, by) });
        Ok(())
    }

    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        let Self { interaction, code, by } = *self;
        if !store.interaction(interaction)?.state.is_closed() {
            store.check_close(interaction, by, code)?;
        }
        plan::close(store, view, interaction, code)
    }
}

impl RecordTurn<'_> {
    /// Refuses what is not over, or does not say what it was about.
    pub(crate) fn check_to_archive(&self, interaction: InteractionId) -> Result<(), RecordRefusal> {
        let row = self.store.interaction(interaction)?;
        if !row.is_finished() {
            return Err(RecordRefusal::NotOver { interaction });
        }
        if !row.is_described() {
            return Err(invalid("short_description", Problem::Empty));
        }
        Ok(())
    }

    /// Hands an interaction over to the host.
    pub(crate) fn archive(&mut self, interaction: InteractionId) {
        if let Some(record) = self.store.rows().interactions.get(interaction).cloned() {
            self.emit(RecordEvent::Archived { record });
        }
    }
}

impl RunOnRecords for ArchiveInteraction {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction } = self;
        match turn.check_to_archive(interaction) {
            Err(RecordRefusal::Archived { .. }) => Ok(()),
            checked => checked.map(|()| turn.archive(interaction)),
        }
    }
}
