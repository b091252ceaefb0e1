//! What is asked before anything is decided.

use crate::model::ids::CodeId;
use crate::model::invalid::{Invalid, Problem};

use crate::interaction::conversation::{Conversation, ConversationStep};
use crate::interaction::ids::InteractionId;
use crate::interaction::record::Interaction;
use crate::interaction::refusal::{RecordLimit, RecordRefusal};
use crate::interaction::state::{
    Ending, InteractionState, InteractionStep, InteractionType, Party, StateReason,
};
use crate::interaction::store::Store;
use crate::interaction::wrap_up::{WrapUpRule, rule_for};

use super::{invalid, not_ongoing, wrong};

/// Refuses what a customer does, or what is said of one, where a colleague asks and there is none.
pub(crate) fn check_customer(
    row: &Interaction,
    customer: bool,
    field: &'static str,
) -> Result<(), RecordRefusal> {
    match customer && row.is_internal() {
        true => Err(invalid(field, Problem::OutOfPlace)),
        false => Ok(()),
    }
}

impl Store {
    /// An interaction that is not archived.
    pub(crate) fn interaction(&self, id: InteractionId) -> Result<&Interaction, RecordRefusal> {
        let interactions = &self.rows().interactions;
        interactions.get(id).map(|row| &**row).ok_or_else(|| {
            if interactions.was_minted(id) {
                RecordRefusal::Archived { interaction: id }
            } else {
                RecordRefusal::Unknown { interaction: id }
            }
        })
    }

    /// Refuses a step that the state does not allow.
    pub(crate) fn check_step(
        &self,
        id: InteractionId,
        step: InteractionStep,
    ) -> Result<InteractionState, RecordRefusal> {
        let state = self.interaction(id)?.state;
        state.next(step).map_err(|illegal| wrong(id, illegal.state, illegal.step))
    }

    /// Refuses what the engine has to be told.
    pub(crate) fn check_without_work(&self, id: InteractionId) -> Result<(), RecordRefusal> {
        match self.interaction(id)?.work {
            Some(work) => Err(RecordRefusal::HasWork { interaction: id, work }),
            None => Ok(()),
        }
    }

    /// Refuses a person who has not written what it is about.
    pub(crate) fn check_described(
        &self,
        id: InteractionId,
        by: Party,
    ) -> Result<(), RecordRefusal> {
        if by.is_person() && !self.interaction(id)?.is_described() {
            return Err(RecordRefusal::NotDescribed { interaction: id });
        }
        Ok(())
    }

    pub(crate) fn check_text(&self, field: &'static str, text: &str) -> Result<(), RecordRefusal> {
        Ok(Invalid::length(field, text.len(), self.config().limits.text)?)
    }

    /// Refuses one more of something that an interaction has many of.
    pub(crate) fn check_room(&self, has: usize) -> Result<(), RecordRefusal> {
        let max = self.config().limits.attachments;
        let limit = RecordLimit::Attachments;
        if has < max as usize { Ok(()) } else { Err(RecordRefusal::Limit { limit, max }) }
    }

    /// Refuses so many more of something that an interaction or a profile has many of.
    pub(crate) fn check_more(&self, has: usize, more: usize) -> Result<(), RecordRefusal> {
        self.check_room(has.saturating_add(more.saturating_sub(1)))
    }

    /// The rule by which an interaction is wrapped up if its contact ends now.
    pub(crate) fn wrap_up_rule(&self, id: InteractionId) -> Option<&WrapUpRule> {
        let row = self.get(id)?;
        let handled = row.state.next(InteractionStep::EndContact).is_ok();
        rule_for(&self.config().wrap_up, row).filter(|_| handled && !row.is_internal())
    }

    /// Refuses to close what may not be closed now, so by this one, and with this code.
    pub(crate) fn check_close(
        &self,
        interaction: InteractionId,
        by: Party,
        code: Option<CodeId>,
    ) -> Result<(), RecordRefusal> {
        self.check_step(interaction, InteractionStep::Complete)?;
        self.check_code(interaction, code)?;
        self.check_described(interaction, by)
    }

    /// Refuses a code that the rule does not allow by which it is wrapped up, or would be now.
    pub(crate) fn check_code(
        &self,
        interaction: InteractionId,
        code: Option<CodeId>,
    ) -> Result<(), RecordRefusal> {
        let row = self.interaction(interaction)?;
        let Some(code) = code else { return Ok(()) };
        let rule = match &row.wrap_up {
            Some(wrap_up) => wrap_up.rule.as_ref(),
            None => self.wrap_up_rule(interaction),
        };
        match rule {
            Some(rule) if !rule.allows(code) => Err(RecordRefusal::CodeNotAllowed { code }),
            Some(_) | None => Ok(()),
        }
    }

    /// The conversation of an interaction that goes on, if it has one.
    pub(crate) fn talk_of(
        &self,
        interaction: InteractionId,
        step: &'static str,
    ) -> Result<Option<&Conversation>, RecordRefusal> {
        let row = self.interaction(interaction)?;
        if row.state.is_ongoing() {
            Ok(row.conversation.as_deref())
        } else {
            Err(not_ongoing(row, step))
        }
    }

    pub(crate) fn check_talk_step(
        &self,
        interaction: InteractionId,
        step: ConversationStep,
    ) -> Result<(), RecordRefusal> {
        let talk = self.talk_of(interaction, step.name())?;
        let Some(talk) = talk else { return Err(wrong(interaction, "silent", step.name())) };
        let stage = talk.stage.next(step);
        stage.map(drop).map_err(|illegal| wrong(interaction, illegal.state, illegal.step))
    }

    /// Refuses to ask for an agent where nobody may be asked for.
    pub(crate) fn check_handoff(&self, interaction: InteractionId) -> Result<(), RecordRefusal> {
        self.check_step(interaction, InteractionStep::Queue)?;
        self.check_talk_step(interaction, ConversationStep::HandOff)?;
        self.check_without_work(interaction)?;
        let talk = self.interaction(interaction)?.conversation.as_deref();
        self.check_room(talk.map_or(0, |talk| talk.handoffs.len()))
    }

    /// Refuses to put on hold what cannot be, or for a reason its type does not know.
    pub(crate) fn check_hold(
        &self,
        interaction: InteractionId,
        reason: Option<StateReason>,
    ) -> Result<(), RecordRefusal> {
        let kind = self.interaction(interaction)?.kind;
        let known = |reason: StateReason| reason.is_of_hold() && kind == InteractionType::Messaging;
        if reason.is_some_and(|reason| !known(reason)) {
            return Err(RecordRefusal::ReasonNotAllowed { kind });
        }
        self.check_step(interaction, InteractionStep::Hold).map(drop)
    }

    /// Refuses an end of the contact that would close what nobody described. Its agent may be one
    /// who never wraps up.
    pub(crate) fn check_end(
        &self,
        interaction: InteractionId,
        ending: Ending,
        by: Party,
        never_wraps_up: bool,
    ) -> Result<(), RecordRefusal> {
        // Only what is merged ends so.
        if ending == Ending::Merged {
            return Err(invalid("ending", Problem::NotListed));
        }
        if ending == Ending::Fault {
            return self.check_step(interaction, InteractionStep::Fault).map(drop);
        }
        check_customer(self.interaction(interaction)?, by == Party::Customer, "by")?;
        self.check_step(interaction, InteractionStep::Complete)?;
        let wraps_up = self.wrap_up_rule(interaction).is_some() && !never_wraps_up;
        if wraps_up { Ok(()) } else { self.check_described(interaction, by) }
    }
}
