//! The port for a virtual agent: what comes of its answer, and of its failure.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::model::attribute::{Attributes, Value};
use crate::model::work::WorkRequest;

use crate::interaction::command::{
    EndInteraction, EndTopic, HandOff, PostMessage, RecordCommand, SetContext,
};
use crate::interaction::conversation::{Author, ConversationStage, HandoffTrigger};
use crate::interaction::record::Interaction;
use crate::interaction::state::{Ending, Party};

/// How a conversation goes on after an answer of the virtual agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AfterAnswer {
    /// The customer has the word.
    #[default]
    GoOn,
    /// The topic is over.
    TopicDone,
    /// A person is asked for.
    HandOff(HandoffTrigger),
    /// The virtual agent ends the contact.
    End,
}

growing! {
    /// An answer of a virtual agent.
    ///
    /// ```
    /// use strowger::interaction::{AfterAnswer, HandoffTrigger, VirtualAnswer};
    ///
    /// let answer = VirtualAnswer::default()
    ///     .with_text("A colleague will look at your invoice.")
    ///     .with_context([("invoice".into(), 17.into())])
    ///     .with_then(AfterAnswer::HandOff(HandoffTrigger::Script));
    /// assert!(answer.text.is_some());
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct VirtualAnswer {
        /// What it says; `None`: nothing.
        pub text: Option<Box<str>> => with_text(some Box<str>),
        /// The context variables that it found out.
        pub context: Attributes => with_context(each (Key, Value)),
        /// How it goes on.
        pub then: AfterAnswer => with_then,
    }
}

/// The virtual agent failed: it is not there, took too long, or did not understand itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the virtual agent failed")]
pub struct VirtualAgentFailed;

/// A virtual agent of the host's (ServiceNow: Virtual Agent, Now Assist).
///
/// It is asked by the host, when a customer said something to it, and the host executes what comes
/// of that, in order:
///
/// ```
/// use strowger::interaction::*;
/// use strowger::prelude::*;
///
/// #[derive(Debug)]
/// struct Broken;
///
/// impl VirtualAgent for Broken {
///     fn answer(&mut self, _: &Interaction) -> Result<VirtualAnswer, VirtualAgentFailed> {
///         Err(VirtualAgentFailed)
///     }
/// }
///
/// fn next(chat: &Interaction, request: WorkRequest) -> Vec<RecordCommand> {
///     Broken.commands(chat, request)
/// }
/// ```
pub trait VirtualAgent: Debug {
    /// Its answer to what the customer said last.
    ///
    /// # Errors
    /// [`VirtualAgentFailed`] has the conversation go to a person.
    fn answer(&mut self, interaction: &Interaction) -> Result<VirtualAnswer, VirtualAgentFailed>;

    /// What is to be done about its answer: context variables are set, the text is said in its
    /// name, the topic or the contact ends, or a person is asked for, with `request` as the work.
    /// If it fails a person is asked for too. There is nothing to do where it does not have the
    /// word.
    fn commands(
        &mut self,
        interaction: &Interaction,
        request: impl Into<Arc<WorkRequest>>,
    ) -> Vec<RecordCommand>
    where
        Self: Sized,
    {
        let id = interaction.id;
        let stage = interaction.stage();
        let alone = stage == Some(ConversationStage::VirtualAgent);
        if !alone && !matches!(stage, Some(ConversationStage::Topic { .. })) {
            return Vec::new();
        }
        // In a topic that an agent started the person is there already.
        let hand_off = |trigger: HandoffTrigger| -> RecordCommand {
            match alone {
                true => HandOff::new(id, trigger, request).into(),
                false => EndTopic::new(id).into(),
            }
        };
        let Ok(VirtualAnswer { text, context, then }) = self.answer(interaction) else {
            return Vec::from([hand_off(HandoffTrigger::Error)]);
        };
        let mut all = Vec::new();
        if !context.is_empty() {
            all.push(SetContext::new(id, context).into());
        }
        if let Some(text) = text {
            all.push(PostMessage::new(id, Author::VirtualAgent, text).into());
        }
        match then {
            AfterAnswer::GoOn => {}
            AfterAnswer::TopicDone => all.push(EndTopic::new(id).into()),
            AfterAnswer::HandOff(trigger) => all.push(hand_off(trigger)),
            AfterAnswer::End => {
                let end = EndInteraction::new(id, Ending::TopicDone, Party::VirtualAgent);
                all.push(end.into());
            }
        }
        all
    }
}
