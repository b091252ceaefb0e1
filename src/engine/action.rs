//! What the engine can be told to do: every command, and the enum over them all.

use crate::command::commands::{Advance, Command, Reply, every_command};
use crate::command::refusal::Refusal;

use crate::engine::turn::Turn;

pub(crate) mod sealed {
    use crate::command::commands::Answers;
    use crate::command::refusal::Refusal;
    use crate::engine::turn::Turn;

    /// Decides a command. It checks everything first and emits then: a refused command has emitted
    /// nothing.
    #[allow(unnameable_types, reason = "it seals `Action`")]
    pub trait Run: Answers {
        /// Decides and emits.
        fn run(self, turn: &mut Turn<'_>) -> Result<Self::Output, Refusal>;
    }
}

/// A command, with its own type of answer: any command struct, or [`Command`] with [`Reply`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command that the engine can execute",
    label = "not a command",
    note = "hand in a command such as `Submit::new(request)`, or `Command`, the enum over all",
    note = "what is to be defined is handed in with `Define::new(key, profile)`"
)]
pub trait Action: sealed::Run {}

impl<A: sealed::Run> Action for A {}

impl sealed::Run for Advance {
    fn run(self, _turn: &mut Turn<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

macro_rules! dispatch {
    ($($variant:ident,)*) => {
        impl sealed::Run for Command {
            fn run(self, turn: &mut Turn<'_>) -> Result<Reply, Refusal> {
                match self {
                    $(Self::$variant(command) => command.run(turn).map(Into::into),)*
                }
            }
        }
    };
}

every_command!(dispatch);
