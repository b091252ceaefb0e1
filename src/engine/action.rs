//! What the engine can be told to do: every command, and the enum over them all.

use crate::command::commands::shape::AnswersWith;
use crate::command::commands::*;
use crate::command::refusal::Refusal;
use crate::layer::action::{Action, FromReply, Layer};
use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::channel::ChannelProfile;
use crate::model::ids::{
    AgentId, CalendarId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, QueueId, ReasonId,
    SkillId, WorkId,
};
use crate::model::pool::PoolProfile;
use crate::model::presence::PresenceProfile;
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::skill::SkillProfile;

use crate::engine::core::Engine;
use crate::engine::run::Run;
use crate::engine::turn::Turn;

impl Layer for Engine {
    type Command = Command;
    type Reply = Reply;
    type Refusal = Refusal;
    type Turn<'a> = Turn<'a>;
}

impl Run for Advance {
    fn run(self, _turn: &mut Turn<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

macro_rules! actions {
    ($($variant:ident($type:ty),)*) => {
        impl Run for Command {
            fn run(self, turn: &mut Turn<'_>) -> Result<Reply, Refusal> {
                match self {
                    $(Self::$variant(command) => command.run(turn).map(Into::into),)*
                }
            }
        }

        impl Action for Command {
            type Layer = Engine;
            type Output = Reply;

            fn decide(self, turn: &mut Turn<'_>) -> Result<Reply, Refusal> {
                self.run(turn)
            }
        }

        $(
            impl Action for $type {
                type Layer = Engine;
                type Output = <Self as AnswersWith>::Output;

                fn decide(self, turn: &mut Turn<'_>) -> Result<Self::Output, Refusal> {
                    self.run(turn)
                }
            }
        )*
    };
}

every_command!(actions);

impl FromReply<Reply> for () {
    fn from_reply(reply: Reply) -> Option<Self> {
        (reply == Reply::Done).then_some(())
    }
}

macro_rules! perhaps {
    ($($id:ident: $pattern:pat => $found:expr;)*) => {$(
        impl FromReply<Reply> for Option<$id> {
            fn from_reply(reply: Reply) -> Option<Self> {
                match reply {
                    Reply::Done => Some(None),
                    $pattern => Some(Some($found)),
                    _ => None,
                }
            }
        }
    )*};
}

perhaps! {
    WorkId: Reply::Submitted(id) => id;
    OfferId: Reply::Offered(id) => id;
}

macro_rules! answers {
    ($($id:ident: $pattern:pat => $found:expr;)*) => {$(
        impl FromReply<Reply> for $id {
            fn from_reply(reply: Reply) -> Option<Self> {
                match reply {
                    $pattern => Some($found),
                    _ => None,
                }
            }
        }
    )*};
}

answers! {
    WorkId: Reply::Submitted(id) => id;
    OfferId: Reply::Offered(id) => id;
    SkillId: Reply::Defined(Entity::Skill(id)) => id;
    ChannelId: Reply::Defined(Entity::Channel(id)) => id;
    PresenceId: Reply::Defined(Entity::Presence(id)) => id;
    ReasonId: Reply::Defined(Entity::Reason(id)) => id;
    CodeId: Reply::Defined(Entity::Code(id)) => id;
    QueueId: Reply::Defined(Entity::Queue(id)) => id;
    AgentId: Reply::Defined(Entity::Agent(id)) => id;
    CalendarId: Reply::Defined(Entity::Calendar(id)) => id;
    PoolId: Reply::Defined(Entity::Pool(id)) => id;
}
