//! When time does something to an interaction: a wrap-up ends, silence is answered or ends it.

use crate::base::time::Timestamp;
use crate::policy::calendar::Counted;

use crate::interaction::config::IdlePolicy;
use crate::interaction::conversation::{Conversation, ConversationStage};
use crate::interaction::record::{Direction, Interaction};
use crate::interaction::state::{InteractionState, InteractionType, StateReason};

/// The effect of time on an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// It ends a wrap-up.
    WrapUp,
    /// It reminds the customer.
    RemindCustomer,
    /// It reminds the agent.
    RemindAgent,
    /// The customer was silent for too long.
    Silence,
}

/// When time does something next, and what. At most one thing is under way at a time.
pub(crate) fn deadline(
    row: &Interaction,
    policy: &IdlePolicy,
    clock: Counted<'_>,
) -> Option<(Timestamp, Due)> {
    match row.state {
        InteractionState::WrapUp => Some((row.wrap_up.as_ref()?.until?, Due::WrapUp)),
        InteractionState::ClosedComplete
        | InteractionState::ClosedAbandoned
        | InteractionState::Faulted => None,
        // Colleagues are silent as long as they like.
        _ if row.is_internal() => None,
        InteractionState::New
        | InteractionState::Queued
        | InteractionState::WorkInProgress
        | InteractionState::OnHold => {
            let talk = row.conversation.as_deref()?;
            match row.kind {
                InteractionType::Messaging => messaging(row, talk, policy, clock),
                InteractionType::Chat if row.state == InteractionState::OnHold => None,
                InteractionType::Chat => chat(row, talk, policy, clock),
                InteractionType::Email => mail(row, policy, clock),
                InteractionType::Phone
                | InteractionType::WalkUp
                | InteractionType::Video
                | InteractionType::Case => None,
            }
        }
    }
}

/// A live chat reminds and ends; the virtual agent, and who found nobody, waits longer, and ends at
/// once.
fn chat(
    row: &Interaction,
    talk: &Conversation,
    policy: &IdlePolicy,
    clock: Counted<'_>,
) -> Option<(Timestamp, Due)> {
    match talk.stage {
        ConversationStage::VirtualAgent | ConversationStage::Topic { .. } => {
            Some((clock.after(talk.heard, policy.virtual_agent_after?)?, Due::Silence))
        }
        ConversationStage::Live { .. } => {
            let answered = match policy.start_after_agent_response {
                true => talk.answered?,
                false => talk.heard,
            };
            let since = talk.heard.max(answered).max(talk.joined?).max(row.handling.since());
            match policy.reminder_after.filter(|_| !talk.reminded) {
                Some(after) => Some((clock.after(since, after)?, Due::RemindCustomer)),
                None => Some((clock.after(since, policy.cancel_after?)?, Due::Silence)),
            }
        }
        // Nobody was there for the customer. A customer in line is left to the engine.
        ConversationStage::Waiting if row.state == InteractionState::New => {
            Some((clock.after(talk.heard, policy.virtual_agent_after?)?, Due::Silence))
        }
        ConversationStage::Waiting | ConversationStage::Ended => None,
    }
}

/// In messaging a customer may be silent for days, an agent may not. Whoever waits for a colleague,
/// or for an answer that is owed to them, is not silent.
fn messaging(
    row: &Interaction,
    talk: &Conversation,
    policy: &IdlePolicy,
    clock: Counted<'_>,
) -> Option<(Timestamp, Due)> {
    let with_machine = talk.stage == ConversationStage::VirtualAgent;
    let owed = talk.agent_responses.owed_since.filter(|_| !with_machine);
    if let Some(since) = owed {
        let live = matches!(talk.stage, ConversationStage::Live { .. });
        let reminds = live && !talk.reminded && row.state == InteractionState::WorkInProgress;
        let after = policy.agent_reminder_after.filter(|_| reminds)?;
        let since = row.handling.since().max(since);
        return Some((clock.after(since, after)?, Due::RemindAgent));
    }
    if row.reason == Some(StateReason::WaitingInternal) {
        return None;
    }
    let since = talk.customer_responses.owed_since.unwrap_or(talk.heard);
    let since = row.handling.since().max(since);
    let since = not_before_promised(row, since);
    Some((clock.after(since, policy.messaging_after?)?, Due::Silence))
}

/// A mail on hold waits for an answer, and not for ever.
fn mail(row: &Interaction, policy: &IdlePolicy, clock: Counted<'_>) -> Option<(Timestamp, Due)> {
    let after = match row.direction {
        Direction::Inbound | Direction::Internal => policy.inbound_mail_after,
        Direction::Outbound => policy.outbound_mail_after,
    };
    let since = not_before_promised(row, row.held_since?);
    Some((clock.after(since, after?)?, Due::Silence))
}

/// Since when somebody is silent: not before the instant that was promised them.
fn not_before_promised(row: &Interaction, since: Timestamp) -> Timestamp {
    row.promised.map_or(since, |promised| promised.max(since))
}
