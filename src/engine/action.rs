//! What the engine can be told to do: every command, and the enum over them all.

use crate::command::commands::*;
use crate::command::refusal::Refusal;
use crate::layer::action::{Action, FromReply, Layer};
use crate::model::ids::{
    AgentId, CalendarId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, QueueId, ReasonId,
    SkillId, WorkId,
};
use crate::world::kinds::Kind;

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
    type Output = ();

    fn run(self, _turn: &mut Turn<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

macro_rules! dispatch {
    ($($variant:ident,)*) => {
        impl Run for Command {
            type Output = Reply;

            fn run(self, turn: &mut Turn<'_>) -> Result<Reply, Refusal> {
                match self {
                    $(Self::$variant(command) => command.run(turn).map(Into::into),)*
                }
            }
        }
    };
}

every_command!(dispatch);

macro_rules! actions {
    ($([$($generic:tt)*] $command:ty => $output:ty;)*) => {$(
        impl<$($generic)*> Action for $command
        where
            Self: Into<Command> + Run<Output = $output>,
            $output: FromReply<Reply>,
        {
            type Layer = Engine;
            type Output = $output;

            fn decide(self, turn: &mut Turn<'_>) -> Result<$output, Refusal> {
                self.run(turn)
            }
        }
    )*};
}

actions! {
    [] Command => Reply;
    [P: Kind] Define<P> => P::Id;
    [P: Kind] Change<P> => ();
    [P: Kind] Retire<P> => ();
    [] SetMembership => (); [] RemoveMembership => ();
    [] SetPresence => (); [] Heartbeat => (); [] SetDraining => (); [] SetOwnCall => ();
    [] SetShiftEnd => ();
    [] Submit => WorkId; [] ChangeWork => (); [] Abandon => (); [] Cancel => (); [] Close => ();
    [] Activate => (); [] Suspend => (); [] Postpone => (); [] Reclassify => ();
    [] RequestCallback => (); [] ReportUnreached => ();
    [] Accept => (); [] Reject => (); [] Pull => (); [] Assign => OfferId; [] Force => ();
    [] Unassign => (); [] Hold => (); [] Retrieve => (); [] Park => (); [] Resume => ();
    [] TransferToQueue => (); [] TransferToAgent => OfferId;
    [] Consult => (); [] Answer => (); [] Decline => (); [] Confer => (); [] HandOver => ();
    [] EndLeg => (); [] Supervise => ();
    [] RequestWrapUp => (); [] FinishContact => (); [] SetCode => (); [] ExtendWrapUp => ();
    [] EndWrapUp => ();
    [] Advance => ();
}

impl FromReply<Reply> for () {
    fn from_reply(reply: Reply) -> Option<Self> {
        (reply == Reply::Done).then_some(())
    }
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
