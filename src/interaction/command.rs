//! What records can be told to do: one struct each, and the enum over them all.

use alloc::boxed::Box;
use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::command::commands::shape::{AnswersWith, commands, names};
use crate::engine::view::View;
use crate::layer::action::{Action, FromReply};
use crate::model::attribute::{Attributes, Value};
use crate::model::ids::{AgentId, CodeId, QueueId, WorkId};
use crate::model::work::WorkRequest;

use crate::interaction::config::RecordConfig;
use crate::interaction::conversation::{Author, EntryPoint, HandoffTrigger, Receipt, Visibility};
use crate::interaction::decide::{RecordTurn, RunOnRecords};
use crate::interaction::ids::{InteractionId, MessageId, ProfileId};
use crate::interaction::plan::Ahead;
use crate::interaction::profile::Address;
use crate::interaction::record::{InteractionRequest, Transcript};
use crate::interaction::records::Records;
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::related::{Document, Operation};
use crate::interaction::state::{Ending, InteractionType, Party, StateReason};
use crate::interaction::store::Store;

growing! {
    /// The changes to make to an interaction; what is absent stays as it is.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct RecordChange {
        /// A new short description.
        pub short_description: Option<Box<str>> => with_short_description(some Box<str>),
        /// Another customer.
        pub opened_for: Option<Key> => with_opened_for(some Key),
        /// Another contact. The account follows, where the host knows it.
        pub contact: Option<Key> => with_contact(some Key),
        /// Another account.
        pub account: Option<Key> => with_account(some Key),
        /// Another consumer.
        pub consumer: Option<Key> => with_consumer(some Key),
        /// Another finer type.
        pub subtype: Option<Key> => with_subtype(some Key),
        /// The metadata of the channel about the contact, such as where its recording is. A later
        /// value takes the place of an earlier one, nothing is lost.
        pub channel_metadata: Attributes => with_channel_metadata(each (Key, Value)),
        /// A note to add.
        pub work_note: Option<Box<str>> => with_work_note(some Box<str>),
    }
}

/// The outcome of a message from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Received {
    /// The interaction it belongs to.
    pub interaction: InteractionId,
    /// The profile of the writer.
    pub profile: ProfileId,
    /// The message.
    pub message: MessageId,
    /// True if the interaction was opened for the message.
    pub opened: bool,
}

/// Makes the enum of all commands of records from their list.
macro_rules! record_command_enum {
    ($group:ident {$( #[doc = $sentence:literal] $variant:ident($type:ty), )*}) => {
        /// Any command. In JSON an object with one field: `{"start_topic": {"interaction": 1}}`.
        ///
        /// ```
        /// use strowger::interaction::{InteractionId, RecordCommand, StartTopic};
        ///
        /// let command: RecordCommand =
        ///     serde_json::from_str(r#"{"start_topic": {"interaction": 1}}"#).unwrap();
        /// assert_eq!(command, StartTopic::new(InteractionId::from_raw(1)).into());
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum RecordCommand {
            $(#[doc = $sentence] $variant($type),)*
        }

        names! {
            /// The name of a command of records, as in JSON.
            ///
            /// ```
            /// use strowger::interaction::RecordCommandName;
            ///
            /// assert_eq!(RecordCommandName::PostMessage.to_string(), "post_message");
            /// ```
            RecordCommandName of RecordCommand { $($variant,)* }
        }

        $(
            impl From<$type> for RecordCommand {
                fn from(command: $type) -> Self {
                    Self::$variant(command)
                }
            }

            impl Action for $type {
                type Layer = Records;
                type Output = <Self as AnswersWith>::Output;

                fn decide(self, turn: &mut RecordTurn<'_>) -> Result<Self::Output, RecordRefusal> {
                    self.run(turn)
                }
            }
        )*

        impl Action for RecordCommand {
            type Layer = Records;
            type Output = RecordReply;

            fn decide(self, turn: &mut RecordTurn<'_>) -> Result<RecordReply, RecordRefusal> {
                self.run(turn)
            }
        }

        impl RunOnRecords for RecordCommand {
            fn run(self, turn: &mut RecordTurn<'_>) -> Result<RecordReply, RecordRefusal> {
                match self {
                    $(Self::$variant(command) => command.run(turn).map(Into::into),)*
                }
            }

            fn plan(
                &self,
                store: &Store,
                view: View<'_>,
            ) -> Result<Ahead, RecordRefusal> {
                match self {
                    $(Self::$variant(command) => command.plan(store, view),)*
                }
            }
        }
    };
}

impl AnswersWith for RecordCommand {
    type Output = RecordReply;
}

/// The reply to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordReply {
    /// It is done.
    Done,
    /// The interaction.
    Interaction(InteractionId),
    /// The profile.
    Profile(ProfileId),
    /// The outcome of a message.
    Received(Received),
    /// The message that was said.
    Said(MessageId),
    /// Yes or no.
    Answer(bool),
    /// The work that was submitted.
    Submitted(WorkId),
    /// The work that was submitted; `None`: nobody is there.
    HandedOff(Option<WorkId>),
}

impl From<()> for RecordReply {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl FromReply<RecordReply> for () {
    fn from_reply(reply: RecordReply) -> Option<Self> {
        (reply == RecordReply::Done).then_some(())
    }
}

macro_rules! reply_from {
    ($($variant:ident($type:ty)),* $(,)?) => {$(
        impl From<$type> for RecordReply {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        }

        impl FromReply<RecordReply> for $type {
            fn from_reply(reply: RecordReply) -> Option<Self> {
                match reply {
                    RecordReply::$variant(value) => Some(value),
                    _ => None,
                }
            }
        }
    )*};
}

reply_from!(
    Interaction(InteractionId),
    Profile(ProfileId),
    Received(Received),
    Said(MessageId),
    Answer(bool),
    Submitted(WorkId),
    HandedOff(Option<WorkId>),
);

commands! {
    $ record_commands: Records
    also {}

    /// Chooses anew what may be chosen; it counts for what happens from now on.
    ConfigureRecords {
        /// All of it.
        config: Box<RecordConfig> as into,
    } -> ();

    /// Opens an interaction; answers with its id.
    ///
    /// It has a number, and its conversation begins. Under the key of one that is not archived it
    /// is that one, if it is of the same type, direction and addresses. Between a profile and one
    /// of the host's addresses at most one goes on at a time.
    OpenInteraction {
        /// The details of the interaction as it is opened.
        opening: Box<InteractionRequest> as into,
    } -> InteractionId;

    /// Joins an interaction to work that was submitted for it.
    ///
    /// The facts of the work, from its submission on, move the interaction from now on; it must be
    /// told before they are followed.
    LinkWork {
        /// The interaction. It has no open work.
        interaction: InteractionId,
        /// The work.
        work: WorkId,
    } -> ();

    /// Submits work for an interaction; answers with the work.
    ///
    /// The interaction waits in the queue of the work from now on. The context variables go with
    /// the work as attributes, where the request does not say otherwise, so that rules of
    /// classification see them, and the agent to whom it is offered. The same request under the
    /// same key again answers with the same work, as long as it is open.
    SubmitWork {
        /// The interaction. It has no open work.
        interaction: InteractionId,
        /// The work.
        request: Arc<WorkRequest> as into,
    } -> WorkId;

    /// Asks for an agent for a conversation; answers with the work, if somebody is there.
    ///
    /// Somebody is there if the queue is open and staffed: then the work is submitted. If nobody is
    /// there the customer is told so, and no work is submitted.
    HandOff {
        /// The interaction. It has no open work.
        interaction: InteractionId,
        /// The trigger of the handoff.
        trigger: HandoffTrigger,
        /// The work that is submitted if somebody is there.
        request: Arc<WorkRequest> as into,
    } -> Option<WorkId>;

    /// Gives an interaction to an agent who takes it without the engine.
    ///
    /// One with open work is assigned by the engine.
    AssignInteraction {
        /// The interaction.
        interaction: InteractionId,
        /// The agent.
        agent: AgentId,
    } -> ();

    /// Puts an interaction on hold, or says what it waits for.
    ///
    /// One with open work is held or parked by the engine first; then this gives the reason.
    ///
    /// If it is said until when, nothing is expected of the customer before: it is not closed for
    /// silence, which counts from then. Parked work comes back then; whatever is not parked stays
    /// on hold.
    HoldInteraction {
        /// The interaction.
        interaction: InteractionId,
    } with {
        /// The reason of the hold; `None`: no reason is given. Only messaging knows reasons.
        #[serde(default)]
        reason: Option<StateReason> => with_reason(into),
        /// Until when (Chatwoot: snooze); `None`: as it was said before, else nothing is said.
        #[serde(default)]
        until: Option<Timestamp> => with_until(into),
    } -> ();

    /// Takes an interaction off hold.
    ///
    /// One with open work is retrieved or resumed by the engine; if its agent cannot take it up
    /// again it stands in line.
    ResumeInteraction {
        /// The interaction.
        interaction: InteractionId,
    } -> ();

    /// Ends the contact of an interaction without open work.
    ///
    /// If an agent has it and a rule applies they wrap up, else it is closed. A fault closes it
    /// whatever there is.
    EndInteraction {
        /// The interaction.
        interaction: InteractionId,
        /// How it ended.
        ending: Ending,
        /// The actor who ended it.
        by: Party,
    } -> ();

    /// Gives the wrap-up code of an interaction.
    SetInteractionCode {
        /// The interaction.
        interaction: InteractionId,
        /// The code.
        code: CodeId,
    } -> ();

    /// Ends a wrap-up, and closes the interaction.
    ///
    /// If the engine keeps its work open meanwhile the engine is told.
    EndInteractionWrapUp {
        /// The interaction.
        interaction: InteractionId,
        /// The actor who ended it.
        by: Party,
    } with {
        /// The code; `None`: the one that was given, or the usual one.
        #[serde(default)]
        code: Option<CodeId> => with_code(into),
    } -> ();

    /// Closes an interaction at once, as when its tab is closed.
    ///
    /// There is no wrap-up any more, and none is counted. What work it has the host ends.
    CloseInteraction {
        /// The interaction.
        interaction: InteractionId,
        /// The actor who closes it.
        by: Party,
    } with {
        /// The code; `None`: the one that was given.
        #[serde(default)]
        code: Option<CodeId> => with_code(into),
    } -> ();

    /// Hands a closed interaction over to the host, in the fact, and forgets it.
    ArchiveInteraction {
        /// The interaction. Nobody wraps it up any more.
        interaction: InteractionId,
    } -> ();

    /// Saves what somebody wrote.
    ///
    /// The interaction has a short description, or has one now.
    SaveInteraction {
        /// The interaction.
        interaction: InteractionId,
        /// The actor who saves it.
        by: Party,
        /// The changes that are saved.
        change: RecordChange,
    } -> ();

    /// Sets context variables.
    ///
    /// A later value takes the place of an earlier one, nothing is lost.
    SetContext {
        /// The interaction.
        interaction: InteractionId,
        /// The variables.
        variables: Attributes as into,
    } -> ();

    /// Relates a record; answers whether it stands in the list.
    ///
    /// With an operation it is logged if the policy says so, without one it is related by hand.
    RelateRecord {
        /// The interaction.
        interaction: InteractionId,
        /// The record.
        document: Document,
        /// The actor who relates it.
        by: Party,
    } with {
        /// The operation that was done with the record; `None`: it is related by hand.
        #[serde(default)]
        operation: Option<Operation> => with_operation(into),
    } -> bool;

    /// Notes where a transcript is kept.
    AddTranscript {
        /// The interaction.
        interaction: InteractionId,
        /// For whom it is, and where it is kept.
        transcript: Transcript,
    } -> ();

    /// Says who is behind a profile: its open interactions of guests become theirs.
    ///
    /// A profile of a user stays theirs, and so does what was opened for them: refused as
    /// `OtherUser` for another one. Whoever comes by the same address after them, as in the same
    /// browser, gets a profile of their own by [`ReplaceProfile`].
    LinkUser {
        /// The profile.
        profile: ProfileId,
        /// The user.
        user: Key as into,
    } -> ();

    /// The address of a profile belongs to somebody else now; answers with the new profile.
    ///
    /// The open interactions of the old profile are closed, it is active no more, and there is a
    /// new one. If it is not said whose it is, the directory is asked when they write; so it is
    /// corrected before.
    ReplaceProfile {
        /// The old profile.
        profile: ProfileId,
    } with {
        /// Whose it is now, if that is known.
        #[serde(default)]
        user: Option<Key> => with_user(some Key),
    } -> ProfileId;

    /// Two interactions of one customer become one.
    ///
    /// One goes on with what was said in both, by time, with the ids it had, and with who handled
    /// them, notes, related records and participants. The other is closed as merged and says where
    /// it went on; work of it that is open ends with it. What comes by its addresses belongs to the
    /// one that goes on. Refused as `NotSameCustomer` if they are for different customers; if one
    /// is a guest's, both are the known customer's.
    MergeInteractions {
        /// The interaction that does not go on.
        interaction: InteractionId,
        /// The one that does.
        into: InteractionId,
    } -> ();

    /// Two profiles are one person's.
    ///
    /// Both addresses stay known, and who writes by either is the same person from now on. If one
    /// has a user, both do. Refused as `OtherCustomer` if they are different users', and as
    /// `AlreadyOngoing` while two interactions go on with the same address of the host: they are
    /// merged before.
    MergeProfiles {
        /// The profile that stands for nobody of its own any more.
        profile: ProfileId,
        /// The one that stands for both.
        into: ProfileId,
    } -> ();

    /// Forgets somebody who wants to be forgotten.
    ///
    /// All interactions in which they take part must be over; they are archived, so that the host
    /// alone has them and may erase them, and the profile is forgotten. Facts told before still
    /// name them, until a snapshot takes their place. Profiles that were merged are forgotten
    /// together. It walks over every interaction that is kept.
    /// Refused as `NotOver` with the first that goes on.
    EraseProfile {
        /// The profile, active or not.
        profile: ProfileId,
    } -> ();

    /// Says that a message came from outside; answers with what came of it.
    ///
    /// It belongs to the ongoing interaction between the two addresses; without one an interaction
    /// is opened, and without a profile that too. For an interaction that is opened the directory
    /// is asked who it is, unless that is known. The same message under the same key again has the
    /// same answer, even if its interaction is over, as long as that is not archived.
    ReceiveMessage {
        /// The type of an interaction that is opened for it.
        kind: InteractionType,
        /// Where it came from.
        from: Address,
        /// To which address of the host.
        to: Key as into,
        /// The text of the message.
        text: Box<str> as into,
    } with {
        /// The host's key: the id that the message has at its provider.
        #[serde(default)]
        key: Option<Key> => with_key(some Key),
        /// The message of the same conversation that it quotes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quotes: Option<MessageId> => with_quotes(into),
    } -> Received;

    /// An agent writes to a customer; answers with what came of it.
    ///
    /// An ongoing conversation with an agent gets the message, and the agent takes part in it; one
    /// that the virtual agent has is closed, and so is that of another customer, whose profile is
    /// replaced. Without one an interaction is opened for the agent.
    ReachCustomer {
        /// The type of an interaction that is opened for it.
        kind: InteractionType,
        /// The agent.
        agent: AgentId,
        /// Where the customer is.
        to: Address,
        /// From which address of the host.
        from: Key as into,
        /// The text of the message.
        text: Box<str> as into,
    } with {
        /// The user who is the customer, if that is known: the profile of a guest becomes theirs,
        /// as by [`LinkUser`].
        #[serde(default)]
        user: Option<Key> => with_user(some Key),
        /// The host's key. The same message under the same key again has the same answer.
        #[serde(default)]
        key: Option<Key> => with_key(some Key),
        /// The message of the same conversation that it quotes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quotes: Option<MessageId> => with_quotes(into),
    } -> Received;

    /// Somebody says something; answers with the message.
    ///
    /// It may quote another message of the same conversation, refused as `UnknownMessage` if there
    /// is none for its author. What everybody may read quotes only what everybody may read.
    PostMessage {
        /// The interaction.
        interaction: InteractionId,
        /// The author of the message.
        author: Author,
        /// The text of the message.
        text: Box<str> as into,
    } with {
        /// For whom it is.
        #[serde(default)]
        visibility: Visibility => with_visibility,
        /// True if a rule sends the message in the author's name.
        #[serde(default)]
        automated: bool => with_automated,
        /// The host's key. The same author's message under the same key again is done already.
        #[serde(default)]
        key: Option<Key> => with_key(some Key),
        /// The message of the same conversation that it quotes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quotes: Option<MessageId> => with_quotes(into),
    } -> MessageId;

    /// Notes that a message was delivered to whom it is for, or that they read it.
    ///
    /// What was read was delivered; a receipt that says nothing new is done already. Receipts come
    /// late, so they are taken until the interaction is archived. Nobody confirms what their own
    /// side said.
    ConfirmMessage {
        /// The interaction.
        interaction: InteractionId,
        /// The message.
        message: MessageId,
        /// How far it got.
        receipt: Receipt,
        /// Who has it now: the customer, of what the contact centre said, and the other way round.
        by: Party,
    } -> ();

    /// The customer comes in, once more or by another way; the conversation goes on.
    ///
    /// If they come by another address, what they write from there belongs to the conversation from
    /// now on; the address has a profile, which is made if there is none, and both are the same
    /// user's. Refused as `AlreadyOngoing` where another interaction goes on by it, and as
    /// `OtherCustomer` if it is somebody else's.
    EnterConversation {
        /// The interaction.
        interaction: InteractionId,
        /// Where they come in.
        entry: EntryPoint,
    } with {
        /// From which other address they write from now on, and to which of the host's.
        #[serde(default)]
        addresses: Option<(Address, Key)> => with_addresses(into),
    } -> ();

    /// Another customer takes part.
    ///
    /// What they write to that address of the host belongs to the conversation from now on; refused
    /// as `AlreadyOngoing` where another interaction goes on by it.
    AddParticipant {
        /// The interaction.
        interaction: InteractionId,
        /// The customer's profile.
        profile: ProfileId,
    } with {
        /// To which of the host's addresses they write; `None`: to that of the interaction, if it
        /// has one.
        #[serde(default)]
        to: Option<Key> => with_to(some Key),
    } -> ();

    /// Asks for an agent; answers whether somebody is there.
    ///
    /// If nobody is there the customer is told so and the virtual agent goes on.
    RequestHandoff {
        /// The interaction.
        interaction: InteractionId,
        /// The trigger of the handoff.
        trigger: HandoffTrigger,
        /// The queue.
        queue: QueueId,
        /// True if somebody is there.
        available: bool,
    } -> bool;

    /// The agent lets the virtual agent deal with a topic.
    ///
    /// Meanwhile the agent does not speak to the customer.
    StartTopic {
        /// The interaction.
        interaction: InteractionId,
    } -> ();

    /// A topic is over.
    ///
    /// If an agent started it they have the word again; if the virtual agent has the conversation
    /// alone the customer is asked whether there is anything else.
    EndTopic {
        /// The interaction.
        interaction: InteractionId,
    } -> ();
}

record_commands! { record_command_enum }
