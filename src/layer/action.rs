//! A command with its own type of answer, whatever layer it is for.

use core::fmt;

/// The words of a layer: what all its commands, answers and refusals are.
pub trait Layer {
    /// Any command.
    type Command;
    /// Any answer.
    type Reply;
    /// Any refusal.
    type Refusal: fmt::Debug;
    /// A call of the layer under way.
    #[doc(hidden)]
    type Turn<'a>;
}

/// A command, with its own type of answer: any command struct, or the enum over all commands of a
/// layer with the enum over all answers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    note = "hand in a command struct, such as `Accept::new(offer)` or `Define::new(key, profile)`"
)]
pub trait Action: Clone + Into<<Self::Layer as Layer>::Command> {
    /// The layer it is for.
    type Layer: Layer;
    /// The type of the answer to the command.
    type Output: FromReply<<Self::Layer as Layer>::Reply>;

    /// Decides it.
    ///
    /// # Errors
    /// A refusal says why it changed nothing.
    #[doc(hidden)]
    fn decide(
        self,
        turn: &mut <Self::Layer as Layer>::Turn<'_>,
    ) -> Result<Self::Output, <Self::Layer as Layer>::Refusal>;
}

/// The answer of one command, taken out of the enum over all answers.
pub trait FromReply<R>: Sized {
    /// The answer; `None` if it is that of another command.
    fn from_reply(reply: R) -> Option<Self>;
}

impl<R> FromReply<R> for R {
    fn from_reply(reply: R) -> Option<Self> {
        Some(reply)
    }
}
