//! The agent's workspace as a value: the conversation, the customer, the history and knowledge,
//! side by side.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::attribute::Attributes;

use crate::interaction::conversation::{ConversationStage, Message, Viewer};
use crate::interaction::form::{Details, InteractionLine};
use crate::interaction::ids::InteractionId;
use crate::interaction::profile::ProfileStore;
use crate::interaction::record::Interaction;
use crate::interaction::records::Records;
use crate::interaction::related::{Document, RelatedRecord};

/// A part of the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Block {
    /// The conversation, with the context variables.
    Conversation,
    /// The details of the interaction, with its customer.
    Customer,
    /// The customer's interactions.
    History,
    /// The records the interaction is about.
    RelatedTasks,
    /// The record that the customer was looking at when they came in.
    Document,
    /// Articles that may help.
    Knowledge,
    /// What the agent might do or say next.
    Suggestions,
}

/// Which parts somebody sees, and in which order: the host has one layout for every role. A part
/// that is not in the layout is not in the workspace either.
///
/// ```
/// use strowger::interaction::{Block, Layout};
///
/// let supervisor = Layout(vec![Block::History, Block::Conversation]);
/// assert_ne!(supervisor, Layout::default());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Layout(pub Vec<Block>);

impl Default for Layout {
    /// All parts.
    fn default() -> Self {
        use Block::{
            Conversation, Customer, Document, History, Knowledge, RelatedTasks, Suggestions,
        };
        let all = [Conversation, Customer, History, RelatedTasks, Document, Knowledge, Suggestions];
        Self(all.into())
    }
}

/// An article of the host's knowledge base.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Article {
    /// Its id.
    pub id: Key,
    /// Its title.
    pub title: Box<str>,
}

impl Article {
    /// The article with this id and title.
    pub fn new(id: impl Into<Key>, title: impl Into<Box<str>>) -> Self {
        Self { id: id.into(), title: title.into() }
    }
}

/// Something that an agent might do or say next (next best action).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Suggestion {
    /// Its id.
    pub id: Key,
    /// What is suggested.
    pub text: Box<str>,
}

impl Suggestion {
    /// The suggestion with this id and text.
    pub fn new(id: impl Into<Key>, text: impl Into<Box<str>>) -> Self {
        Self { id: id.into(), text: text.into() }
    }
}

/// The host's help for an agent. All of it may be missing.
pub trait Assist: Debug {
    /// Articles for what an interaction is about.
    fn articles(&self, interaction: &Interaction) -> Vec<Article> {
        let _ = interaction;
        Vec::new()
    }

    /// A summary of what was said.
    fn summary(&self, interaction: &Interaction) -> Option<Box<str>> {
        let _ = interaction;
        None
    }

    /// What the agent might do or say next; `None`: whoever was asked failed, and nothing is
    /// suggested.
    fn suggestions(&self, interaction: &Interaction) -> Option<Vec<Suggestion>> {
        let _ = interaction;
        None
    }
}

/// No help.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAssist;

impl Assist for NoAssist {}

/// A conversation as somebody may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConversationView<'a> {
    /// The stage: who has the word; `None`: nothing is in writing.
    pub stage: Option<ConversationStage>,
    /// The messages that the viewer may read, in order.
    pub messages: Vec<&'a Message>,
    /// The context variables; the customer sees none.
    pub context: Option<&'a Attributes>,
    /// A summary, if the host has one.
    pub summary: Option<Box<str>>,
}

/// A part of the workspace with what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Panel<'a> {
    /// The conversation, with the context variables.
    Conversation(ConversationView<'a>),
    /// The details of the interaction, with its customer.
    Customer(Box<Details<'a>>),
    /// The newest of the customer's interactions that the records still hold, as in the form.
    History(Vec<InteractionLine<'a>>),
    /// The records the interaction is about.
    RelatedTasks(&'a [RelatedRecord]),
    /// The record that the customer was looking at when they came in, the last time they did.
    Document(Option<&'a Document>),
    /// Articles that may help.
    Knowledge(Vec<Article>),
    /// What the agent might do or say next.
    Suggestions(Vec<Suggestion>),
}

impl<P: ProfileStore> Records<P> {
    /// The conversation as the viewer may read it.
    #[must_use]
    pub fn conversation(&self, id: InteractionId, viewer: Viewer) -> Option<ConversationView<'_>> {
        let row = self.interaction(id)?;
        let talk = row.conversation.as_deref();
        Some(ConversationView {
            stage: row.stage(),
            messages: talk.into_iter().flat_map(|talk| talk.read_by(viewer)).collect(),
            context: (viewer == Viewer::Staff).then_some(&row.context),
            summary: None,
        })
    }

    /// The workspace for an interaction, of any type.
    #[must_use]
    pub fn workspace(
        &self,
        id: InteractionId,
        now: Timestamp,
        layout: &Layout,
        assist: &dyn Assist,
    ) -> Option<Vec<Panel<'_>>> {
        let row = self.interaction(id)?;
        let panel = |block: &Block| -> Option<Panel<'_>> {
            Some(match block {
                Block::Conversation => {
                    let view = self.conversation(id, Viewer::Staff)?;
                    Panel::Conversation(ConversationView { summary: assist.summary(row), ..view })
                }
                Block::Customer => Panel::Customer(Box::new(Details::of(row, now))),
                Block::History => Panel::History(self.newest_of_customer(row)),
                Block::RelatedTasks => Panel::RelatedTasks(&row.related),
                Block::Document => Panel::Document(row.document()),
                Block::Knowledge => Panel::Knowledge(assist.articles(row)),
                Block::Suggestions => {
                    Panel::Suggestions(assist.suggestions(row).unwrap_or_default())
                }
            })
        };
        layout.0.iter().map(panel).collect()
    }
}
